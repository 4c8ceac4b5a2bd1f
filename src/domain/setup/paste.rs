//! A table as it comes from a spreadsheet: headings in any order, rows below; every row read, every mistake told. Floor 0.
//!
//! Rows come from the clipboard (tab-separated, as spreadsheets copy) or, already split, from the readers of files.

use std::collections::BTreeMap;

use super::cells::{Known, parse_hours};
use super::layout::{Column, Is, Layout, PLAN_TOPICS};
use crate::domain::finding::{Finding, Severity};
use crate::domain::{names, words};

/// Rows of texts with the number of the line that each came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Headings.
    pub heads: Vec<String>,
    /// Line number (from 1) and cells.
    pub rows: Vec<(usize, Vec<String>)>,
    /// Letter of each heading's column in its workbook («A»); empty for what has no letters.
    pub letters: Vec<String>,
}

/// A row as it was read, and the line of the sheet that it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRead {
    /// Line number, from 1.
    pub line: usize,
    /// Cells in the order of the layout's columns.
    pub row: Vec<String>,
}

impl Sheet {
    /// Reads what a spreadsheet puts on the clipboard: cells parted by tabs, a cell with tabs or line breaks in quotes. Text without
    /// tabs is taken as `;`-separated, as Russian offices save CSV. Empty rows are skipped.
    pub fn from_clipboard(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let separator = match text.lines().next() {
            Some(first) if !first.contains('\t') && first.contains(';') => ';',
            _ => '\t',
        };
        let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
        let (mut row, mut cell, mut quoted, mut line, mut began) = (Vec::new(), String::new(), false, 1, 1);
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => {
                    letters.next();
                    cell.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if cell.is_empty() => quoted = true,
                '\n' if !quoted => {
                    row.push(std::mem::take(&mut cell));
                    rows.push((began, std::mem::take(&mut row)));
                    line += 1;
                    began = line;
                }
                '\r' if !quoted => {}
                letter if letter == separator && !quoted => row.push(std::mem::take(&mut cell)),
                letter => {
                    line += usize::from(letter == '\n');
                    cell.push(letter);
                }
            }
        }
        if !cell.is_empty() || !row.is_empty() {
            row.push(cell);
            rows.push((began, row));
        }
        rows.iter_mut().flat_map(|(_, cells)| cells).for_each(|cell| *cell = cell.trim().to_owned());
        rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        if rows.is_empty() {
            return Self::default();
        }
        let (_, heads) = rows.remove(0);
        Self { heads, rows, letters: Vec::new() }
    }

    /// The same rows as a spreadsheet would put them on the clipboard; [`Self::from_clipboard`] reads them back.
    pub fn to_clipboard(&self) -> String {
        let cell = |text: &String| {
            let quoted = text.contains(['\t', '\n', '\r', '"', ';']);
            if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() }
        };
        let line = |cells: &[String]| cells.iter().map(cell).collect::<Vec<_>>().join("\t");
        let rows = self.rows.iter().map(|(_, cells)| line(cells));
        std::iter::once(line(&self.heads)).chain(rows).map(|line| line + "\n").collect()
    }

    /// A plan without headings: two to four columns, of which one is topics and one their hours in most of the rows, and others the topics'
    /// numbers or days. The same sheet with headings; `None` for any other.
    pub fn headed_as_plan(&self) -> Option<Self> {
        let width = self.heads.len();
        if !(2..=4).contains(&width) || PLAN_TOPICS.known_heads(&self.heads) > 0 {
            return None;
        }
        let first = std::iter::once((1, self.heads.clone()));
        let mut rows: Vec<(usize, Vec<String>)> = first.chain(self.rows.iter().cloned()).collect();
        if rows.iter().any(|(_, cells)| cells.len() > width) {
            return None;
        }
        rows.iter_mut().for_each(|(_, cells)| cells.resize(width, String::new()));
        let column = |at: usize| rows.iter().map(move |(_, cells)| cells[at].as_str());
        let is_days = |at: &usize| {
            let mut said = column(*at).filter(|text| !text.is_empty()).peekable();
            said.peek().is_some() && said.all(looks_like_day)
        };
        let is_topics = |at: &usize| {
            let said: Vec<&str> = column(*at).filter(|text| !text.is_empty()).collect();
            2 * said.len() > rows.len() && said.iter().all(|one| parse_hours(one).is_none() && !looks_like_day(one))
        };
        let (days, others): (Vec<usize>, Vec<usize>) = (0..width).partition(is_days);
        let (topics, numbers): (Vec<usize>, Vec<usize>) = others.into_iter().partition(is_topics);
        let is_whole = |text: &str| text.trim_end_matches('.').parse::<u32>().is_ok();
        let (running, hours) = match numbers.as_slice() {
            [hours] => (None, *hours),
            [running, hours] if column(*running).all(is_whole) => (Some(*running), *hours),
            _ => return None,
        };
        let right = column(hours).filter(|text| parse_hours(text).is_some()).count();
        if topics.len() != 1 || days.len() > 1 || 2 * right <= rows.len() {
            return None;
        }
        let head = |at: usize| match at {
            at if Some(at) == running => "№",
            at if at == hours => "Часов",
            at if days.contains(&at) => "Дата по плану",
            _ => "Тема",
        };
        let heads = (0..width).map(|at| head(at).to_owned()).collect();
        if let Some(at) = running {
            rows.iter_mut().for_each(|(_, cells)| cells[at] = cells[at].trim_end_matches('.').to_owned());
        }
        Some(Self { heads, rows, letters: Vec::new() })
    }
}

/// «01.09», «01.09.2025»: a day, with its year or without.
fn looks_like_day(text: &str) -> bool {
    let parts: Vec<&str> = text.trim_end_matches('.').split('.').collect();
    let within = |part: &str, most: u32| part.parse::<u32>().is_ok_and(|number| (1..=most).contains(&number));
    matches!(parts.as_slice(), [day, month] | [day, month, _] if month.len() == 2 && within(day, 31) && within(month, 12))
}

/// Headings that stand together for a course.
const COURSE_PARTS: [&str; 3] = ["Класс", "Предмет", "Группа"];
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

/// Which columns of a sheet hold what.
struct Matched {
    /// Place among the headings of each of the layout's columns.
    places: Vec<Option<usize>>,
    /// Places of class, subject and group, where a course is told by them.
    parts: Option<[Option<usize>; 3]>,
    /// Headings that are no column of the table.
    strange: Vec<usize>,
    /// Columns without which no row can be read.
    missing: Vec<&'static Column>,
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

    fn matched(&self, heads: &[String], is_fixed: &dyn Fn(&Column) -> bool) -> Matched {
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
        let told = matched.strange.iter().map(|at| self.strange(sheet, *at, &matched.places));
        told.filter(|finding| finding.severity < Severity::Error).collect()
    }

    /// What is said of a strange heading: an error where it looks like a column of the table that the sheet lacks, else a warning.
    fn strange(&self, sheet: &Sheet, at: usize, places: &[Option<usize>]) -> Finding {
        let head = &sheet.heads[at];
        let nearest = self.nearest(head);
        let lacks = nearest.is_some_and(|(_, column)| places.get(column).is_some_and(Option::is_none));
        let known = self.headings().join(", ");
        match nearest {
            Some((title, _)) if lacks => {
                let message = format!("столбец «{head}» похож на «{title}»: исправьте заголовок");
                Finding::new("setup.column-misspelt", sheet.column(at), message).expected_found(title, head.clone())
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

    /// Reads a whole sheet. `fixed` fills columns that the page knows (the course of a plan). All findings come at once; when there
    /// is one, no rows.
    pub fn read_sheet(
        &self,
        sheet: &Sheet,
        known: &Known,
        fixed: &BTreeMap<&str, String>,
        first_given: usize,
    ) -> Result<Vec<Vec<String>>, Vec<Finding>> {
        let rows = self.read_lines(sheet, known, fixed, first_given)?;
        Ok(rows.into_iter().map(|one| one.row).collect())
    }

    /// As [`Self::read_sheet`], each row with its line.
    pub fn read_lines(
        &self,
        sheet: &Sheet,
        known: &Known,
        fixed: &BTreeMap<&str, String>,
        first_given: usize,
    ) -> Result<Vec<LineRead>, Vec<Finding>> {
        let mut findings = Vec::new();
        if sheet.heads.is_empty() {
            return Err(vec![
                Finding::new("setup.sheet-empty", self.title, "нет ни одной строки")
                    .expected_found(self.headings().join(", "), ""),
            ]);
        }
        let Matched { places, parts, strange, missing } =
            self.matched(&sheet.heads, &|column| fixed.contains_key(column.name));
        // Not one heading of the table is known, nor is any misspelt: the first line is a row like the others, and that is said once.
        let is_row = parts.is_none() && places.iter().all(Option::is_none);
        let is_misspelt = |at: &usize| self.strange(sheet, *at, &places).severity >= Severity::Error;
        if is_row && !missing.is_empty() && !strange.iter().any(is_misspelt) {
            let titles = missing.iter().flat_map(|column| match column.is {
                Is::Course => COURSE_PARTS[..2].to_vec(),
                _ => vec![column.title],
            });
            let titles: Vec<String> = titles.map(|title| format!("«{title}»")).collect();
            let others = self.columns.iter().filter(|one| !one.required && one.is != Is::Given);
            let others: Vec<String> = others.map(|one| format!("«{}»", one.title)).collect();
            let has_more = sheet.heads.len() > titles.len() && !others.is_empty();
            let more =
                if has_more { format!("; над другими — {}", others.join(", ")) } else { String::new() };
            let message = format!("нет строки заголовков: первой строкой вставьте {}{more}", words::listed(&titles));
            return Err(vec![Finding::new("setup.heads-missing", self.title, message)]);
        }
        for column in missing {
            let message = format!("нет столбца «{}»", column.title);
            findings.push(
                Finding::new("setup.column-missing", "строка заголовков", message)
                    .expected_found(self.headings().join(", "), sheet.heads.join(", ")),
            );
        }
        let (misspelt, passed_over): (Vec<Finding>, Vec<Finding>) =
            strange.iter().map(|at| self.strange(sheet, *at, &places)).partition(|one| one.severity >= Severity::Error);
        findings.extend(misspelt);
        if !findings.is_empty() {
            return Err(findings.into_iter().chain(passed_over).collect());
        }
        let mut rows = Vec::new();
        let mut keys: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for (order, (line, cells)) in sheet.rows.iter().enumerate() {
            let cell = |at: usize| cells.get(at).cloned().unwrap_or_default();
            let texts: Vec<String> = self
                .columns
                .iter()
                .zip(&places)
                .map(|(column, place)| match (place, fixed.get(column.name), parts) {
                    (_, Some(text), _) => text.clone(),
                    (Some(at), None, _) => cell(*at),
                    (None, None, Some(parts)) if column.is == Is::Course => course_text(&parts, &cell),
                    (None, None, _) if column.name == "ordinal" && column.is != Is::Given => (order + 1).to_string(),
                    (None, None, _) => String::new(),
                })
                .collect();
            let given = |column: &Column| given_text(column, first_given + order);
            let place = |column: usize| {
                let at = places[column].or_else(|| parts.and_then(|parts| parts[1]));
                let letter = at.and_then(|at| sheet.letters.get(at)).map(|letter| format!("столбец {letter} "));
                // A finding names the sheet's own column: there is none «Курс» where class and subject stand apart.
                let by_parts = self.columns[column].is == Is::Course && places[column].is_none();
                let own = at.filter(|_| by_parts).and_then(|at| sheet.heads.get(at)).map(String::as_str);
                let title = own.unwrap_or(self.columns[column].title);
                format!("строка {line}, {}«{title}»", letter.unwrap_or_default())
            };
            match self.read_at(&texts, known, &place, &given) {
                Ok(row) => {
                    if let Some(first) = keys.insert(row[..self.key].to_vec(), *line) {
                        let message = format!("повторяет строку {first}");
                        findings.push(Finding::new("setup.row-twice", format!("строка {line}"), message));
                    }
                    rows.push(LineRead { line: *line, row });
                }
                Err(wrong) => findings.extend(wrong),
            }
        }
        if findings.is_empty() { Ok(rows) } else { Err(findings) }
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

/// What the program gives to a column of its own: a number with leading zeros, so that texts sort as numbers.
pub fn given_text(column: &Column, number: usize) -> String {
    if column.name == "ordinal" { number.to_string() } else { format!("{number:04}") }
}

fn course_text(parts: &[Option<usize>; 3], cell: &dyn Fn(usize) -> String) -> String {
    let text = |place: Option<usize>| place.map(cell).unwrap_or_default();
    let [class, subject, group] = [0, 1, 2].map(|part: usize| text(parts[part]));
    let group = group.trim_end_matches("группа").trim().to_owned();
    match group.as_str() {
        "" => format!("{class}, {subject}"),
        group => format!("{class}, {subject}, {group} группа"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::super::layout::{BELLS, LOAD, PLAN_TOPICS, ROOMS};
    use super::*;

    #[test]
    fn the_clipboard_of_a_spreadsheet_keeps_line_breaks_and_quotes() {
        let sheet = Sheet::from_clipboard("\u{feff}А\tБ\r\n1\t\"две\nстроки и \"\"кавычки\"\"\"\r\n\r\n2\t\r\n");
        assert_eq!(sheet.heads, ["А", "Б"]);
        assert_eq!(sheet.rows[0], (2, vec!["1".into(), "две\nстроки и \"кавычки\"".into()]));
        assert_eq!(sheet.rows[1], (5, vec!["2".into(), String::new()]));
        assert_eq!(Sheet::from_clipboard("А;Б\n1;2").rows, [(2, vec!["1".into(), "2".into()])]);
        assert_eq!(Sheet::from_clipboard(" \n"), Sheet::default());
    }

    #[test]
    fn rows_without_headings_are_told_once_and_two_columns_of_a_plan_need_none() {
        let course = BTreeMap::from([("course", "C1".to_owned())]);
        let read = |text: &str| {
            PLAN_TOPICS.read_sheet(&Sheet::from_clipboard(text), &Known::default(), &course, 1).unwrap_err()
        };
        let told = read("1\tНатуральные числа\t2\n2\tДроби\t3\n");
        assert_eq!((told.len(), told[0].code), (1, "setup.heads-missing"), "{told:?}");
        let others = "«№», «Раздел», «Дата по плану», «Вид работы», «Домашнее задание»";
        let said = format!("нет строки заголовков: первой строкой вставьте «Тема» и «Часов»; над другими — {others}");
        assert_eq!(told[0].message, said);
        let told = read("Тема\tДлительность\nДроби\t2\n");
        assert_eq!(told[0].code, "setup.column-missing", "some headings are there: {told:?}");
        let plan = Sheet::from_clipboard("Натуральные числа\t2\nДроби\t0,5\n").headed_as_plan().unwrap();
        assert_eq!(plan.to_clipboard(), "Тема\tЧасов\nНатуральные числа\t2\nДроби\t0,5\n");
        for (text, heads) in [
            ("1.\tЧисла\t2 ч\n2.\tДроби\t3", "№\tТема\tЧасов\n1\tЧисла\t2 ч\n"),
            ("01.09\tЧисла\t2\n03.09\tДроби\t1", "Дата по плану\tТема\tЧасов\n01.09\tЧисла\t2\n"),
            ("1\tЧисла\t2\t01.09.2025\n2\tДроби\t3\t", "№\tТема\tЧасов\tДата по плану\n1\tЧисла\t2\t"),
        ] {
            let plan = Sheet::from_clipboard(text).headed_as_plan().unwrap();
            assert!(plan.to_clipboard().starts_with(heads), "{}", plan.to_clipboard());
        }
        // Hours that are no number are told as such, with their line.
        let plan = Sheet::from_clipboard("Числа\t2\nДроби\tдва\nСтепени\t1").headed_as_plan().unwrap();
        let told = PLAN_TOPICS.read_sheet(&plan, &Known::default(), &course, 1).unwrap_err();
        let hours: Vec<&Finding> = told.iter().filter(|one| one.message == "часы — не число").collect();
        assert_eq!(hours.len(), 1, "{told:?}");
        assert!(hours[0].found == "два" && hours[0].place.starts_with("строка 2"), "{told:?}");
        for other in ["Тема\tЧасов\nДроби\t2", "Дроби\tдва", "1\t2", ""] {
            assert_eq!(Sheet::from_clipboard(other).headed_as_plan(), None, "{other}");
        }
    }

    #[test]
    fn all_mistakes_of_a_sheet_are_told_at_once_and_nothing_is_taken() {
        let known = Known::default();
        let sheet = Sheet::from_clipboard(
            "Урок\tРасписание звонков\tНачало\tКонец\n1\t1 смена\t8:30\t9:10\nдва\t1 смена\t9:20\tобед\n",
        );
        let findings = BELLS.read_sheet(&sheet, &known, &BTreeMap::new(), 1).unwrap_err();
        assert_eq!(findings.iter().map(|f| f.code).collect::<Vec<_>>(), ["setup.cell-wrong", "setup.cell-wrong"]);
        assert!(findings[0].place.contains("строка 3") && findings[0].place.contains("Урок"));
        let missing = BELLS.read_sheet(&Sheet::from_clipboard("Урок\tЦвет\n1\tбелый"), &known, &BTreeMap::new(), 1);
        let codes: Vec<_> = missing.unwrap_err().iter().map(|f| f.code).collect();
        assert_eq!(codes.iter().filter(|code| **code == "setup.column-missing").count(), 3);
        assert_eq!(codes.iter().filter(|code| **code == "setup.column-unknown").count(), 1);
        let strange = Sheet::from_clipboard("Кабинет\tЦвет стен\tМест\n12\tбелый\t30");
        let rows = ROOMS.read_sheet(&strange, &known, &BTreeMap::new(), 1).unwrap();
        assert_eq!(rows[0][..2], ["12", "30"], "a strange column is passed over");
        let told = ROOMS.passed_over(&strange, &BTreeMap::new());
        assert_eq!((told.len(), told[0].code, told[0].severity), (1, "setup.column-unknown", Severity::Warning));
        assert!(told[0].message.contains("«Цвет стен» не знаком и не загружается"), "{told:?}");
        assert!(told[0].expected.contains("Кабинет"), "{told:?}");
        let misspelt = Sheet::from_clipboard("Кабинет\tКоличетсво мест\n12\t30");
        let told = ROOMS.read_sheet(&misspelt, &known, &BTreeMap::new(), 1).unwrap_err();
        assert_eq!((told[0].code, told[0].expected.as_str()), ("setup.column-misspelt", "Мест"));
        let beside = Sheet::from_clipboard("Кабинет\tМест\tКабинеты\n12\t30\t1");
        let told = ROOMS.passed_over(&beside, &BTreeMap::new());
        assert!(told[0].message.contains("ближе всего «Кабинет»"), "the column itself is there: {told:?}");
        for head in ["Название", "Наименование", "Название кабинета"] {
            let named = Sheet::from_clipboard(&format!("Кабинет\t{head}\n12\tкабинет физики"));
            assert!(ROOMS.passed_over(&named, &BTreeMap::new()).is_empty(), "{head}");
            let lines = ROOMS.read_lines(&named, &known, &BTreeMap::new(), 1).unwrap();
            assert_eq!(lines.iter().map(|one| one.line).collect::<Vec<_>>(), [2], "each row has its line");
            let rows = ROOMS.read_sheet(&named, &known, &BTreeMap::new(), 1).unwrap();
            assert_eq!(rows[0][..3], ["12", "0", "кабинет физики"], "{head}");
        }
        // Headings of a plan in an office's words; in a load the sum of several classes is no hours of one.
        let course = BTreeMap::from([("course", "C1".to_owned())]);
        for heads in ["Дата (план)\tВсего часов", "Дата по плану\tЧасов всего"] {
            let plan = Sheet::from_clipboard(&format!("Тема\t{heads}\nДроби\t02.09.2025\t1"));
            assert!(PLAN_TOPICS.fits(&plan.heads, true), "{heads}");
            assert!(PLAN_TOPICS.passed_over(&plan, &course).is_empty(), "{heads}");
        }
        let load = Sheet::from_clipboard("Учитель\tКурс\tЧасов в неделю на класс\tВсего часов\nА\tБ\t3\t6");
        let told = LOAD.passed_over(&load, &BTreeMap::new());
        assert!(told.len() == 1 && told[0].message.contains("«Всего часов» не знаком"), "{told:?}");
        let twice = ROOMS.read_sheet(&Sheet::from_clipboard("Кабинет\n12\n12"), &known, &BTreeMap::new(), 1);
        assert_eq!(twice.unwrap_err()[0].code, "setup.row-twice");
    }
}
