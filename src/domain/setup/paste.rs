//! A table as it comes from a spreadsheet: headings in any order, rows below; every row read, every mistake told. Floor 0.
//!
//! Rows come from the clipboard (tab-separated, as spreadsheets copy) or, already split, from the readers of files.

use std::collections::BTreeMap;

use super::cells::{Known, parse_hours};
use super::heads::{COURSE_PARTS, Matched};
use super::layout::{Column, Is, Layout, PLAN_TOPICS};
use crate::domain::finding::{Finding, Severity};
use crate::domain::words;

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

impl Layout {
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
        let matched = self.matched(&sheet.heads, &|column| fixed.contains_key(column.name));
        let strange: Vec<Finding> = matched.strange.iter().map(|at| self.strange(sheet, *at, &matched)).collect();
        let Matched { places, parts, missing, .. } = matched;
        // Not one heading of the table is known, nor is any misspelt: the first line is a row like the others, and that is said once.
        let is_row = parts.is_none() && places.iter().all(Option::is_none);
        let is_misspelt = |one: &Finding| one.severity >= Severity::Error;
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
        let (misspelt, passed_over): (Vec<Finding>, Vec<Finding>) = strange.into_iter().partition(is_misspelt);
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
