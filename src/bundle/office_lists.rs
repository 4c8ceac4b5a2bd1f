//! Lists as offices keep them: full names in one cell, a sheet for each class, titles, totals and columns of their own, hours by classes. Floor 1.
//!
//! Such a sheet becomes rows of the format's own tables, each with its place; what is not taken is named, so that nothing is lost in silence.
//! A sheet that is a table of the format as it stands never comes here.

use crate::domain::finding::{Finding, Severity};
use crate::domain::names;

use super::layout::File;
use super::{codes, headings, look_alike};

/// Rows among which headings are looked for, as for every sheet.
const HEADER_ROWS: usize = super::year::HEADER_ROWS;

/// A sheet or a CSV as rows of texts.
pub(super) struct Lines<'l> {
    /// «книга.xlsx, лист «5А»».
    pub(super) place: String,
    /// Name of the sheet, or of the file without its ending.
    pub(super) name: &'l str,
    /// Number of each row and its cells.
    pub(super) rows: Vec<(u32, Vec<String>)>,
}

#[cfg(test)]
impl<'l> Lines<'l> {
    /// A sheet of the book «школа.xlsx».
    pub(super) fn of(name: &'l str, rows: &[&[&str]]) -> Self {
        let rows = (1..).zip(rows).map(|(no, row)| (no, row.iter().map(|cell| (*cell).to_owned()).collect())).collect();
        Self { place: format!("школа.xlsx, лист «{name}»"), name, rows }
    }
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) table: File,
    /// Names of the columns that the rows have.
    pub(super) columns: &'static [&'static str],
    /// Place of each row in words, and its cells.
    pub(super) rows: Vec<(String, Vec<String>)>,
}

/// What a sheet turned out to be.
pub(super) struct Read {
    pub(super) kept: Vec<Kept>,
    pub(super) findings: Vec<Finding>,
    /// Whose group is which, where a list of groups says it: class, subject, group, teacher.
    pub(super) of_groups: Vec<[String; 4]>,
}

/// Columns of learners made here; the day of enrolment may be empty.
pub(super) const LEARNERS: &[&str] = &[
    "surname",
    "given_name",
    "patronymic",
    "born",
    "class",
    "enrolled_on",
    "enrolment_order",
    "left_on",
    "leaving_order",
];
const STAFF: &[&str] = &["surname", "given_name", "patronymic", "position", "roles"];
const CLASSES: &[&str] = &["name", "grade", "class_teacher_id"];

/// Headings of a full name in one cell, folded.
const FULL_NAME: &[&str] = &[
    "фио",
    "ф.и.о.",
    "ф.и.о",
    "ф. и. о.",
    "фамилия имя отчество",
    "фамилия, имя, отчество",
    "фамилия, имя",
    "фамилия имя",
    "фио обучающегося",
    "фио ученика",
    "фио учащегося",
    "фио ребенка",
    "ф.и.о. обучающегося",
    "ф.и.о. ученика",
    "ф.и.о. учащегося",
    "фио учителя",
    "фио педагога",
    "фио сотрудника",
    "фио работника",
    "ф.и.о. учителя",
    "ф.и.о. педагога",
    "ф.и.о. сотрудника",
];

/// Other headings of the columns that are taken, folded; the words of [`headings`] are known too.
const ALSO: &[(&str, &[&str])] = &[
    ("position", &["занимаемая должность", "должность (по штату)", "должность, предмет"]),
    ("born", &["число, месяц, год рождения", "дата рожд.", "день рождения", "год рождения"]),
    ("enrolled_on", &["дата поступления", "поступил", "дата прибытия"]),
    (
        "class_teacher_id",
        &["фио классного руководителя", "ф.и.о. классного руководителя", "кл.рук.", "кл.руководитель"],
    ),
    ("teacher_id", &["фио", "ф.и.о.", "фио педагога", "ф.и.о. педагога", "фио учителя", "ф.и.о. учителя", "педагог"]),
    ("subject", &["предмет", "дисциплина", "учебный предмет", "предметы", "наименование предмета"]),
    (
        "hours_per_week",
        &[
            "часов",
            "часы",
            "кол-во часов",
            "количество часов",
            "нагрузка",
            "часов в неделю на класс",
            "часы в неделю",
            "часов на класс",
            "кол-во часов в неделю",
            "количество часов в неделю",
        ],
    ),
];

/// Headings of the number of a learner's personal file (личное дело), folded.
const FILE_NO: &[&str] =
    &["личное дело", "личное дело №", "№ личного дела", "номер личного дела", "№ л/д", "л/д", "номер л/д"];

/// What is said of columns that are not taken.
pub(super) const COLUMNS_LEFT: &str = "столбцы не загружаются";

/// Columns that every list has and nobody misses.
pub(super) const COUNTERS: &[&str] = &["№", "№ п/п", "№п/п", "n", "п/п", "номер", "№ пп"];

/// Reads a sheet; `None` when it is no such list.
pub(super) fn read(lines: &Lines<'_>) -> Option<Read> {
    if let Some(read) = super::office_card::card(lines).or_else(|| super::office_card::periods(lines)) {
        return Some(read);
    }
    (0..lines.rows.len().min(HEADER_ROWS)).find_map(|at| {
        let heads = Heads::of(lines, at);
        if heads.filled < 2 {
            return None;
        }
        super::office_hours::hours(lines, &heads)
            .or_else(|| classes(lines, &heads))
            .or_else(|| super::office_groups::list(lines, &heads))
            .or_else(|| people(lines, &heads))
    })
}

/// Headings of a sheet, of one row or of two when groups of columns have a heading above.
pub(super) struct Heads {
    /// Each column's heading, folded; empty where it has none.
    pub(super) folded: Vec<String>,
    /// As it is written.
    pub(super) written: Vec<String>,
    /// How many columns have one.
    filled: usize,
    /// Place of the first row below.
    pub(super) below: usize,
    /// Place of the row itself.
    at: usize,
}

impl Heads {
    fn of(lines: &Lines<'_>, at: usize) -> Self {
        let mut written: Vec<String> = lines.rows[at].1.iter().map(|cell| cell.trim().to_owned()).collect();
        let mut below = at + 1;
        let is_head =
            |text: &str| LEARNERS.iter().chain(STAFF).chain(CLASSES).any(|column| names_it(column, &fold(text)));
        // «Сведения о ребёнке» over «Дата рождения» and «Адрес»: the lower words are the headings, and where the lower row is empty the upper.
        if let Some((_, next)) = lines.rows.get(at + 1) {
            let lower: Vec<&str> = next.iter().map(|cell| cell.trim()).collect();
            let of_classes: Vec<&&str> = lower.iter().filter(|cell| !cell.is_empty()).collect();
            let is_classes = of_classes.len() > 1 && of_classes.iter().all(|cell| class_name(cell).is_some());
            let is_second = is_classes
                || lower.iter().any(|cell| is_head(cell))
                    && lower
                        .iter()
                        .zip(&written)
                        .all(|(cell, above)| cell.is_empty() || above.is_empty() || !is_head(above))
                    && lower
                        .iter()
                        .filter(|cell| !cell.is_empty())
                        .all(|cell| !cell.chars().any(|c| c.is_ascii_digit()));
            if is_second && written.iter().any(|above| is_full_name(&fold(above)) || is_head(above)) {
                written.resize(written.len().max(lower.len()), String::new());
                for (place, cell) in lower.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                    written[place] = (*cell).to_owned();
                }
                below += 1;
            }
        }
        let folded: Vec<String> = written.iter().map(|head| fold(head)).collect();
        let filled = folded.iter().filter(|head| !head.is_empty()).count();
        Self { folded, written, filled, below, at }
    }

    /// The column that a heading names.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.folded.iter().position(|head| names_it(column, head))
    }

    /// The column of full names.
    pub(super) fn full_name(&self) -> Option<usize> {
        self.folded.iter().position(|head| is_full_name(head))
    }

    /// Warns of the columns whose cells are not taken.
    pub(super) fn left_out(&self, lines: &Lines<'_>, taken: &[Option<usize>], findings: &mut Vec<Finding>) {
        let other: Vec<String> = (0..self.written.len())
            .filter(|place| !taken.contains(&Some(*place)) && !self.folded[*place].is_empty())
            .filter(|place| !COUNTERS.contains(&self.folded[*place].as_str()))
            .map(|place| format!("«{}»", self.written[place]))
            .collect();
        if !other.is_empty() {
            findings.push(told(lines, format!("{COLUMNS_LEFT}: {}", other.join(", "))));
        }
    }
}

pub(super) fn fold(text: &str) -> String {
    headings::fold(text)
}

fn is_full_name(head: &str) -> bool {
    FULL_NAME.contains(&head)
}

pub(super) fn names_it(column: &str, head: &str) -> bool {
    if head.is_empty() {
        return false;
    }
    let also = ALSO.iter().filter(|(name, _)| *name == column).any(|(_, words)| words.contains(&head));
    let tables = [File::Learners, File::Staff, File::Classes, File::Courses];
    let columns = tables.iter().flat_map(|table| table.layout().columns).filter(|own| own.name == column);
    also || columns.into_iter().any(|own| headings::names_column(head, own))
}

fn told(lines: &Lines<'_>, message: String) -> Finding {
    Finding::new(codes::LEFT_OUT, &lines.place, message).weighing(Severity::Warning)
}

/// «5А» of «5 «а» класс», «5-А», «5a»; `None` for what is no class.
pub(super) fn class_name(text: &str) -> Option<String> {
    let text = text.trim();
    let folded = names::fold(text);
    let bare = folded.trim_end_matches("класс").trim_end_matches("кл.").trim_end_matches("кл").trim();
    let digits: String = bare.chars().take_while(char::is_ascii_digit).collect();
    let grade: u8 = digits.parse().ok()?;
    let rest: String = bare
        .chars()
        .skip(digits.len())
        .filter(|letter| !letter.is_whitespace() && !"«»\"'-–—.".contains(*letter))
        .collect();
    let letters: String = rest.to_uppercase().chars().map(look_alike::to_russian).collect();
    let is_class = (1..=11).contains(&grade) && (1..=3).contains(&letters.chars().count());
    (is_class && letters.chars().all(|letter| ('А'..='Я').contains(&letter))).then(|| format!("{grade}{letters}"))
}

/// The class that a title names: «Список 5 «А» класса на 01.09.2026».
fn class_of_title(text: &str) -> Option<String> {
    let folded = names::fold(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let end = words.iter().position(|word| word.trim_matches(|c: char| !c.is_alphabetic()).starts_with("класс"))?;
    (1..=2).filter(|count| *count <= end).find_map(|count| class_name(&words[end - count..end].concat()))
}

/// «Фамилия», «Имя», «Отчество» of a full name; whatever stands after the second word is the patronymic.
fn split_name(text: &str) -> Option<[String; 3]> {
    let mut words = text.split_whitespace();
    let (surname, given) = (words.next()?, words.next()?);
    Some([surname.to_owned(), given.to_owned(), words.collect::<Vec<_>>().join(" ")])
}

/// «Всего: 25», «Итого мальчиков 12», «Количество».
pub(super) fn is_total(text: &str) -> bool {
    let folded = names::fold(text);
    ["всего", "итого", "количество", "мальчиков", "девочек", "классный руководитель", "директор ", "исполнитель"]
        .iter()
        .any(|word| folded.starts_with(word))
}

/// A date that offices write with words behind it: «12.03.2014 г.», «12.03.2014 года».
fn date(text: &str) -> String {
    let text = text.trim();
    let bare = text.trim_end_matches("года").trim_end_matches("г.").trim_end_matches('г').trim();
    if bare.chars().next().is_some_and(|first| first.is_ascii_digit()) { bare.to_owned() } else { text.to_owned() }
}

/// A list of learners or of staff.
fn people(lines: &Lines<'_>, heads: &Heads) -> Option<Read> {
    let full = heads.full_name();
    let parts = [heads.place("surname"), heads.place("given_name"), heads.place("patronymic")];
    if full.is_none() && (parts[0].is_none() || parts[1].is_none()) {
        return None;
    }
    // Marks, absences and members of groups name learners too, beside something that a list of people does not have.
    let foreign =
        ["курс", "отметка", "оценка", "предмет", "урок", "дата", "код пропуска", "решение", "приказ №", "что", "тема"];
    if heads.folded.iter().any(|head| foreign.contains(&head.as_str())) {
        return None;
    }
    let position = heads.place("position");
    let class_at = heads.place("class");
    let titles = lines.rows[..heads.at].iter().flat_map(|(_, cells)| cells);
    let of_sheet = class_name(lines.name).or_else(|| titles.filter_map(|text| class_of_title(text)).next());
    let born = heads.place("born");
    let is_learners = position.is_none()
        && (class_at.is_some()
            || of_sheet.is_some()
            || born.is_some()
            || headings::table(lines.name) == Some(File::Learners));
    if !is_learners && position.is_none() {
        return None;
    }
    let mut findings = Vec::new();
    let taken_for_learners =
        ["enrolled_on", "enrolment_order", "left_on", "leaving_order"].map(|column| heads.place(column));
    let roles_at = heads.place("roles");
    let mut taken = vec![full, parts[0], parts[1], parts[2]];
    match is_learners {
        true => taken.extend([born, class_at].into_iter().chain(taken_for_learners)),
        false => taken.extend([position, roles_at]),
    }
    // Numbers of personal files are no part of the lists: they stand on the learners' own cards, which whoever looks for them is told.
    if let Some(at) = heads.folded.iter().position(|head| is_learners && FILE_NO.contains(&head.as_str())) {
        taken.push(Some(at));
        let why = "номера личных дел из списков не берутся, их вносят на карточке ученика";
        findings.push(told(lines, format!("{COLUMNS_LEFT}: «{}» — {why}", heads.written[at])));
    }
    // A class list often says beside the name who is in which group.
    let groups_at = if is_learners {
        super::office_groups::columns(lines, heads, &taken, lines.rows.len().saturating_sub(heads.below))
    } else {
        Vec::new()
    };
    taken.extend(groups_at.iter().map(|place| Some(*place)));
    heads.left_out(lines, &taken, &mut findings);
    let mut class = of_sheet.unwrap_or_default();
    let (mut rows, mut skipped, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for (no, cells) in &lines.rows[heads.below..] {
        let cell =
            |place: Option<usize>| place.and_then(|place| cells.get(place)).map(|text| text.trim()).unwrap_or_default();
        let filled: Vec<&str> = cells.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        if filled.is_empty() {
            continue;
        }
        // A list of several classes has a title above each, and the headings again.
        let title = match filled.as_slice() {
            [alone] => class_of_title(alone).or_else(|| class_name(alone)),
            [first, second] => class_of_title(first).or_else(|| class_of_title(second)),
            _ => None,
        };
        if let Some(named) = title {
            class = named;
            continue;
        }
        if fold(cell(full.or(parts[0]))) == heads.folded[full.or(parts[0]).unwrap_or_default()] {
            continue;
        }
        let name = match full {
            Some(_) => split_name(cell(full)),
            None => Some(parts.map(|place| cell(place).to_owned()))
                .filter(|name| !name[0].is_empty() && !name[1].is_empty()),
        };
        // «Директор школы» and «Классный руководитель» begin a line of signatures, but as positions they are people's.
        let own = cells.iter().enumerate().filter(|(at, text)| Some(*at) != position && !text.trim().is_empty());
        let is_signature = own.take(2).any(|(_, text)| is_total(text.trim()));
        let Some([surname, given, patronymic]) = name.filter(|_| !is_signature) else {
            skipped.push(format!("{no} («{}»)", filled.join(" ")));
            continue;
        };
        let place = format!("{}, строка {no}", lines.place);
        let own = match cell(class_at) {
            "" => class.clone(),
            written => class_name(written).unwrap_or_else(|| written.to_owned()),
        };
        let row = if is_learners {
            let name = names::full_name(&surname, &given, &patronymic);
            members.extend(groups_at.iter().filter_map(|at| {
                let row = super::office_groups::member(&own, &heads.written[*at], cell(Some(*at)), &name)?;
                Some((place.clone(), row))
            }));
            let [since, order, until, leaving] = taken_for_learners.map(|place| cell(place).to_owned());
            vec![surname, given, patronymic, date(cell(born)), own, date(&since), order, date(&until), leaving]
        } else {
            // Where no roles are stated, the positions give them once it is known who has a card.
            let stated = cell(roles_at);
            let roles = headings::to_format("roles", stated).unwrap_or_else(|| stated.to_owned());
            vec![surname, given, patronymic, cell(position).to_owned(), roles]
        };
        rows.push((place, row));
    }
    if !skipped.is_empty() {
        findings.push(told(lines, format!("строки не похожи на людей и не загружаются: {}", skipped.join("; "))));
    }
    if rows.is_empty() {
        return None;
    }
    let (table, columns) = if is_learners { (File::Learners, LEARNERS) } else { (File::Staff, STAFF) };
    let kept = std::iter::once(Kept { table, columns, rows }).chain(super::office_groups::kept(members));
    Some(Read { kept: kept.collect(), findings, of_groups: Vec::new() })
}

/// Classes with their teachers, without the grade that their names tell.
fn classes(lines: &Lines<'_>, heads: &Heads) -> Option<Read> {
    let named = heads.folded.iter().position(|head| matches!(head.as_str(), "класс" | "классы"))?;
    let teacher = heads.place("class_teacher_id")?;
    // The format's own table has the grade.
    if heads.place("grade").is_some() {
        return None;
    }
    let mut findings = Vec::new();
    heads.left_out(lines, &[Some(named), Some(teacher)], &mut findings);
    let (mut rows, mut skipped) = (Vec::new(), Vec::new());
    for (no, cells) in &lines.rows[heads.below..] {
        let cell = |place: usize| cells.get(place).map(|text| text.trim()).unwrap_or_default();
        match class_name(cell(named)) {
            Some(class) => {
                let grade: String = class.chars().take_while(char::is_ascii_digit).collect();
                rows.push((format!("{}, строка {no}", lines.place), vec![class, grade, cell(teacher).to_owned()]));
            }
            None if cells.iter().all(|text| text.trim().is_empty()) => {}
            None => {
                skipped.push(format!("{no} («{}»)", cells.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")))
            }
        }
    }
    if !skipped.is_empty() {
        findings.push(told(lines, format!("строки не похожи на классы и не загружаются: {}", skipped.join("; "))));
    }
    (!rows.is_empty()).then(|| Read {
        kept: vec![Kept { table: File::Classes, columns: CLASSES, rows }],
        findings,
        of_groups: Vec::new(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn a_class_is_known_however_offices_write_it() {
        for written in ["5А", "5 «а»", "5-А", "5a", "5 \"А\" класс", " 5 а кл."] {
            assert_eq!(class_name(written).as_deref(), Some("5А"), "{written}");
        }
        for written in ["", "А", "12А", "5", "Лист1", "2026", "5 четверть"] {
            assert_eq!(class_name(written), None, "{written}");
        }
        assert_eq!(class_of_title("Список обучающихся 10 «Б» класса на 01.09.2026").as_deref(), Some("10Б"));
        assert_eq!(class_of_title("Классный руководитель: Агатова М.П."), None);
    }

    #[test]
    fn a_sheet_of_a_class_gives_its_learners_and_says_what_it_leaves() {
        let sheet = Lines::of(
            "5 А",
            &[
                &["МБОУ СОШ № 5", "", "", ""],
                &["Список 5 «А» класса", "", "", ""],
                &["№ п/п", "Ф.И.О.", "Сведения", ""],
                &["", "", "Дата рождения", "Телефон"],
                &["1", "Агатова Яшма Петровна", "12.03.2015 г.", "8-900"],
                &["", "", "", ""],
                &["2", "Рябинин Кедр", "2015-04-01", ""],
                &["", "Всего: 2", "", ""],
            ],
        );
        let read = read(&sheet).unwrap();
        assert_eq!((read.kept.len(), read.kept[0].table), (1, File::Learners));
        let rows: Vec<&[String]> = read.kept[0].rows.iter().map(|(_, row)| &row[..5]).collect();
        assert_eq!(rows[0], ["Агатова", "Яшма", "Петровна", "12.03.2015", "5А"]);
        assert_eq!(rows[1], ["Рябинин", "Кедр", "", "2015-04-01", "5А"]);
        assert_eq!(read.kept[0].rows[1].0, "школа.xlsx, лист «5 А», строка 7");
        let said: Vec<&str> = read.findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(said[0].contains("«Телефон»") && said[1].contains("8 («Всего: 2»)"), "{said:?}");
    }

    #[test]
    fn several_classes_on_one_sheet_are_told_apart_by_their_titles() {
        let sheet = Lines::of(
            "Списки классов",
            &[
                &["ФИО ученика", "Дата рождения"],
                &["5 «А» класс", ""],
                &["Агатова Яшма", "12.03.2015"],
                &["5 «Б» класс", ""],
                &["Рябинин Кедр", "01.04.2015"],
            ],
        );
        let read = read(&sheet).unwrap();
        let classes: Vec<&str> = read.kept[0].rows.iter().map(|(_, row)| row[4].as_str()).collect();
        assert_eq!(classes, ["5А", "5Б"]);
    }

    #[test]
    fn a_list_of_staff_keeps_the_roles_that_it_states_and_leaves_the_others_to_positions() {
        let sheet = Lines::of(
            "Кадры",
            &[
                &["№", "ФИО", "Должность", "Роли"],
                &["1", "Гранатова Ольга Петровна", "Директор", "директор учитель"],
                &["2", "Опалова Рябина Львовна", "учитель музыки", ""],
            ],
        );
        let read = read(&sheet).unwrap();
        let roles: Vec<&str> = read.kept[0].rows.iter().map(|(_, row)| row[4].as_str()).collect();
        assert_eq!(roles, ["director teacher", ""]);
    }

    #[test]
    fn marks_and_groups_are_no_lists_of_people() {
        let marks = Lines::of("Отметки", &[&["ФИО ученика", "Предмет", "Отметка"], &["Агатова Яшма", "Алгебра", "5"]]);
        assert!(read(&marks).is_none());
        let groups = Lines::of("Состав групп", &[&["Курс", "ФИО обучающегося"], &["C1", "Агатова Яшма"]]);
        assert!(read(&groups).is_none());
    }
}
