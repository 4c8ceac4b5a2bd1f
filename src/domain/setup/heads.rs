//! Headings of a pasted table: which column of it each of them is, under the words of offices, and what is said of the others. Floor 0.

use std::collections::BTreeMap;

use super::layout::{Column, Is, Layout};
use super::paste::Sheet;
use crate::domain::finding::{Finding, Severity};
use crate::domain::{names, words};

/// Headings that stand together for a course.
pub(super) const COURSE_PARTS: [&str; 3] = ["Класс", "Предмет", "Группа"];
/// Other headings under which offices keep them, folded.
const PART_SYNONYMS: &[(&str, &[&str])] = &[
    ("Класс", &["классы", "класс(ы)", "класс (классы)"]),
    ("Предмет", &["учебный предмет", "предметы", "дисциплина", "наименование предмета"]),
    ("Группа", &["подгруппа", "№ группы"]),
];

/// Is a folded heading this part of a course?
fn is_part(title: &str, head: &str) -> bool {
    let also = PART_SYNONYMS.iter().filter(|(part, _)| *part == title).flat_map(|(_, words)| words.iter());
    head == names::fold(title) || also.into_iter().any(|word| *word == head)
}

/// Headings of a running number, which says nothing of its row.
const RUNNING: [&str; 4] = ["№", "№ п/п", "п/п", "n"];
/// Other headings under which offices keep the same column, folded; those of a layout's own columns go first.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("weekday", &["день", "день нед."]),
    ("number", &["№ урока", "номер урока", "урок №"]),
    ("room", &["каб.", "каб", "№ каб.", "№ каб", "каб. №", "№ кабинета", "кабинет №", "аудитория"]),
    (
        "teacher",
        &[
            "учитель",
            "преподаватель",
            "фио учителя",
            "ф.и.о. учителя",
            "фио педагога",
            "ф.и.о. педагога",
            "педагог",
            "фио",
            "ф.и.о.",
        ],
    ),
    (
        "hours_centi",
        &[
            "часов",
            "часы",
            "кол-во часов",
            "количество часов",
            "часов в нед.",
            "часы в неделю",
            "часов в неделю на класс",
            "часов на класс",
            "нагрузка",
            "кол-во часов в неделю",
            "количество часов в неделю",
        ],
    ),
    ("ordinal", &["№ п/п", "№ урока", "номер"]),
    ("topic", &["тема урока", "содержание", "содержание урока"]),
    ("section", &["тема раздела", "раздел программы", "глава"]),
    (
        "planned",
        &[
            "дата",
            "дата (план)",
            "дата план",
            "план. дата",
            "плановая дата",
            "дата (по плану)",
            "дата урока по плану",
            "дата проведения (план)",
            "дата проведения по плану",
            "дата проведения",
            "план",
        ],
    ),
    ("kind_of_work", &["форма контроля", "вид контроля", "вид контрольной работы"]),
    ("homework", &["д/з", "дз", "задание на дом"]),
    ("name", &["№ кабинета", "номер кабинета", "кабинет №", "каб.", "каб", "№ каб.", "каб. №", "наименование"]),
    ("seats", &["количество мест", "вместимость", "число мест"]),
    // «Название» beside «Кабинет» is what the room is for: «Кабинет физики»; a room's own name is taken first.
    (
        "purpose",
        &["назначение кабинета", "название", "название кабинета", "наименование", "наименование кабинета", "предмет"],
    ),
    ("keeper", &["ответственный", "заведующий кабинетом", "зав. кабинетом"]),
    ("grade", &["класс", "параллель класса"]),
    ("profile", &["класс", "профиль"]),
    ("part", &["часть", "часть учебного плана"]),
    ("schedule", &["смена", "расписание"]),
    ("starts", &["начало", "дата начала", "начало урока", "дата", "с"]),
    ("ends", &["конец", "окончание", "дата окончания", "конец урока", "окончание урока", "по"]),
    ("kind", &["вид", "вид дня"]),
    ("what", &["движение", "вид движения", "что произошло"]),
    ("order", &["номер приказа", "№ приказа", "приказ"]),
    ("learner", &["обучающийся", "фио", "ф.и.о.", "фамилия, имя"]),
    ("place", &["откуда", "куда", "откуда/куда", "школа"]),
    ("title", &["тема", "название", "наименование"]),
    ("full_name", &["фио", "ф.и.о.", "ф. и. о.", "фамилия имя отчество", "сотрудник"]),
    ("position", &["должность по штату", "должность сотрудника"]),
    ("hired_on", &["дата приёма", "дата приема", "принят"]),
    ("hire_order", &["приказ о приёме", "приказ о приеме", "№ приказа о приёме", "приказ №", "№ приказа"]),
    ("hire_order_date", &["дата приказа"]),
    ("left_on", &["дата увольнения", "уволен", "последний день"]),
    ("leave_order", &["приказ об увольнении", "№ приказа об увольнении"]),
];

/// Other headings of a topic's hours in a plan. In a list of load such a column is the sum of several classes, and no week's hours of one.
const HOURS_OF_TOPIC: &[&str] = &["всего часов", "часов всего"];

/// Other headings of a column, folded.
fn synonyms(column: &Column) -> impl Iterator<Item = &'static str> + use<> {
    let (name, title) = (column.name, column.title);
    let of_topic: &[&'static str] = if (name, title) == ("hours_centi", "Часов") { HOURS_OF_TOPIC } else { &[] };
    let own = SYNONYMS.iter().filter(move |(known, _)| *known == name).flat_map(|(_, words)| words.iter().copied());
    own.chain(of_topic.iter().copied())
}

/// What is to be done with a heading that is nearly right; what the eye does not see in it is named.
fn mending(head: &str) -> &'static str {
    let is_unseen = |letter: char| {
        letter.is_control() || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    if head.chars().any(is_unseen) {
        "в заголовке есть невидимый знак, наберите его заново"
    } else if head.chars().any(|letter| letter.is_ascii_alphabetic()) && head.chars().any(words::is_cyrillic) {
        "в заголовке есть латинские буквы, наберите его заново"
    } else {
        "исправьте заголовок"
    }
}

/// Which columns of a sheet hold what.
pub(super) struct Matched {
    /// Place among the headings of each of the layout's columns.
    pub(super) places: Vec<Option<usize>>,
    /// Places of class, subject and group, where a course is told by them.
    pub(super) parts: Option<[Option<usize>; 3]>,
    /// Headings that are no column of the table.
    pub(super) strange: Vec<usize>,
    /// Columns without which no row can be read.
    pub(super) missing: Vec<&'static Column>,
}

impl Layout {
    /// Headings that a sheet of this table may have, for the hint above the paste.
    pub fn headings(&self) -> Vec<&'static str> {
        let mut heads = Vec::new();
        for column in self.columns.iter().filter(|column| column.is != Is::Given) {
            match column.is {
                Is::Course if !self.columns.iter().any(|c| c.title == "Предмет") => heads.extend(COURSE_PARTS),
                _ => heads.push(column.title),
            }
        }
        heads
    }

    /// Are these the headings of this table: all that it must have, and more of its own than strange ones? `with_course`: the course is
    /// known from elsewhere.
    pub fn fits(&self, heads: &[String], with_course: bool) -> bool {
        let matched = self.matched(heads, &|column| with_course && column.name == "course");
        let known = heads.iter().filter(|head| !head.is_empty()).count() - matched.strange.len();
        matched.missing.is_empty() && known > matched.strange.len()
    }

    /// How many of the headings are columns of this table.
    pub fn known_heads(&self, heads: &[String]) -> usize {
        let matched = self.matched(heads, &|_| false);
        heads.iter().filter(|head| !head.is_empty()).count() - matched.strange.len()
    }

    /// Which columns of a sheet hold what; `is_fixed`: the page knows the column.
    pub(super) fn matched(&self, heads: &[String], is_fixed: &dyn Fn(&Column) -> bool) -> Matched {
        let folded: Vec<String> = heads.iter().map(|head| names::fold(head)).collect();
        let mut used = vec![false; folded.len()];
        let own =
            |column: &Column| folded.iter().position(|head| *head == names::fold(column.title) || head == column.name);
        let mut places: Vec<Option<usize>> = self.columns.iter().map(own).collect();
        places.iter().flatten().for_each(|place| used[*place] = true);
        let has_course = self.columns.iter().position(|column| column.is == Is::Course);
        let by_parts = has_course.is_some_and(|at| places[at].is_none() && !is_fixed(&self.columns[at]));
        let part = |title: &str| folded.iter().position(|head| is_part(title, head));
        let parts = COURSE_PARTS.map(part);
        let parts = Some(parts).filter(|parts| by_parts && parts[0].is_some() && parts[1].is_some());
        parts.iter().flatten().flatten().for_each(|place| used[*place] = true);
        for (column, place) in self.columns.iter().zip(&mut places).filter(|(_, place)| place.is_none()) {
            let mut found = synonyms(column).filter_map(|word| folded.iter().position(|head| head == word));
            *place = found.find(|place| !used[*place]);
            place.iter().for_each(|place| used[*place] = true);
        }
        let missing = |(column, place): &(&'static Column, &Option<usize>)| {
            let by_parts = column.is == Is::Course && parts.is_some();
            place.is_none() && column.required && !is_fixed(column) && !by_parts
        };
        let missing = self.columns.iter().zip(&places).filter(missing).map(|(column, _)| column).collect();
        let is_strange = |at: &usize| !used[*at] && !folded[*at].is_empty() && !RUNNING.contains(&folded[*at].as_str());
        Matched { strange: (0..folded.len()).filter(is_strange).collect(), places, parts, missing }
    }

    /// Places of class, subject and group in a sheet whose courses are told by them.
    pub fn course_parts(&self, heads: &[String]) -> Option<[Option<usize>; 3]> {
        self.matched(heads, &|_| false).parts
    }

    /// Columns of a sheet that are none of this table's: warnings, for they are passed over. A heading that looks like a misspelt one of the
    /// table's is no such column: [`Self::read_sheet`] refuses it.
    pub fn passed_over(&self, sheet: &Sheet, fixed: &BTreeMap<&str, String>) -> Vec<Finding> {
        let matched = self.matched(&sheet.heads, &|column| fixed.contains_key(column.name));
        let told = matched.strange.iter().map(|at| self.strange(sheet, *at, &matched));
        told.filter(|finding| finding.severity < Severity::Error).collect()
    }

    /// What is said of a strange heading: an error where it looks like a column of the table that the sheet lacks, else a warning.
    pub(super) fn strange(&self, sheet: &Sheet, at: usize, matched: &Matched) -> Finding {
        let head = &sheet.heads[at];
        let wrong = |message: String| Finding::new("setup.column-misspelt", sheet.column(at), message);
        let folded = names::fold(head);
        // «Предмет» without «Класс» names no course, however right it is spelt.
        let lacks_course = matched.missing.iter().any(|column| column.is == Is::Course);
        if lacks_course && COURSE_PARTS[..2].iter().any(|part| is_part(part, &folded)) {
            let is_there = |part: &&str| sheet.heads.iter().any(|head| is_part(part, &names::fold(head)));
            if let Some(lacking) = COURSE_PARTS[..2].iter().copied().find(|part| !is_there(part)) {
                let message =
                    format!("столбец «{head}» есть, а столбца «{lacking}» нет: курс называют класс и предмет");
                return wrong(message).expected_found(COURSE_PARTS[..2].join(", "), head.clone());
            }
        }
        let is_taken = |other: &usize| !matched.strange.contains(other) && names::fold(&sheet.heads[*other]) == folded;
        if (0..at).any(|other| is_taken(&other)) {
            let message = format!("столбец «{head}» стоит дважды: взят первый, этот не загружается");
            return Finding::new("setup.column-twice", sheet.column(at), message)
                .expected_found("один такой столбец", head.clone())
                .weighing(Severity::Warning);
        }
        let nearest = self.nearest(head);
        // A course that its parts tell, or the page itself, is not lacking.
        let is_told = |column: usize| self.columns[column].is == Is::Course && !lacks_course;
        let is_lacking = |column: usize| matched.places.get(column).is_some_and(Option::is_none) && !is_told(column);
        let lacks = nearest.is_some_and(|(_, column)| is_lacking(column));
        let known = self.headings().join(", ");
        match nearest {
            Some((title, _)) if lacks => {
                let message = format!("столбец «{head}» похож на «{title}»: {}", mending(head));
                wrong(message).expected_found(title, head.clone())
            }
            nearest => {
                let like = nearest.map(|(title, _)| format!("; ближе всего «{title}»")).unwrap_or_default();
                let message = format!("столбец «{head}» не знаком и не загружается{like}; остальное читается");
                Finding::new("setup.column-unknown", sheet.column(at), message)
                    .expected_found(known, head.clone())
                    .weighing(Severity::Warning)
            }
        }
    }

    /// The heading of this table that is nearest to a written one, if it is near at all, and the place of its column.
    fn nearest(&self, written: &str) -> Option<(&'static str, usize)> {
        let folded = names::fold(written);
        // A quarter of the letters may be wrong, one of four; shorter words are like everything.
        let allowed = folded.chars().count() / 4;
        let own = self.columns.iter().enumerate().filter(|(_, column)| column.is != Is::Given);
        let titles = own.flat_map(|(at, column)| {
            let parts = if column.is == Is::Course { &COURSE_PARTS[..] } else { &[] };
            let words = synonyms(column).map(|word| (word, column.title));
            let said = parts.iter().map(|part| (*part, *part)).chain(words);
            std::iter::once((column.title, column.title)).chain(said).map(move |(word, title)| (word, title, at))
        });
        titles
            .map(|(word, title, at)| (strsim::damerau_levenshtein(&folded, &names::fold(word)), title, at))
            .filter(|(distance, ..)| *distance <= allowed)
            .min_by_key(|(distance, ..)| *distance)
            .map(|(_, title, at)| (title, at))
    }
}

impl Sheet {
    /// «строка заголовков, столбец C», where columns have letters.
    fn column(&self, at: usize) -> String {
        match self.letters.get(at) {
            Some(letter) => format!("строка заголовков, столбец {letter}"),
            None => "строка заголовков".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::LOAD;
    use super::*;

    #[test]
    fn a_heading_is_never_called_alike_to_itself() {
        let told = |heads: &str| {
            let sheet = Sheet::from_clipboard(&format!("{heads}\nА\tБ\tВ\tГ\tД"));
            let matched = LOAD.matched(&sheet.heads, &|_| false);
            matched.strange.iter().map(|at| LOAD.strange(&sheet, *at, &matched).message).collect::<Vec<_>>()
        };
        let alone = told("Учитель\tПредмет\tЧасов в неделю");
        assert_eq!(alone, ["столбец «Предмет» есть, а столбца «Класс» нет: курс называют класс и предмет"]);
        let twice = told("Учитель\tКласс\tПредмет\tЧасов в неделю\tПредмет");
        assert_eq!(twice, ["столбец «Предмет» стоит дважды: взят первый, этот не загружается"]);
        let unseen = told("Учи\u{ad}тель\tКласс\tПредмет\tЧасов в неделю");
        assert!(unseen[0].contains("невидимый знак"), "{unseen:?}");
    }
}
