//! What the reader has found so far, in the order of files and lines. Floor 1.

use std::collections::HashMap;

use crate::domain::finding::{Finding, Severity};

use super::codes;
use super::layout::File;

/// A place in a bundle: a file, a line of it (0 = the file as a whole), a column (empty = the whole row).
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Which file.
    pub file: File,
    /// Line from 1, the header's included, as editors count.
    pub line: u32,
    /// Column's name.
    pub column: &'static str,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: File) -> Self {
        Self { file, line: 0, column: "" }
    }

    /// A row.
    pub fn line(file: File, line: u32) -> Self {
        Self { file, line, column: "" }
    }

    /// A cell.
    pub fn cell(file: File, line: u32, column: &'static str) -> Self {
        Self { file, line, column }
    }
}

/// Where a table's rows were read from, so that a finding names the place as the user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A text file.
    Text {
        /// Its name.
        name: String,
        /// Its own heading of each column of the layout, empty when it has none.
        headings: Vec<String>,
    },
    /// A sheet of a workbook.
    Sheet {
        /// The workbook's file.
        workbook: String,
        /// The sheet.
        sheet: String,
        /// Letters of each column of the layout, empty when the sheet has none.
        letters: Vec<String>,
    },
    /// Rows that an adapter made; each line's place in words, the first one line 1.
    Made {
        /// Name of the file that they were made from.
        name: String,
        /// The places.
        places: Vec<String>,
    },
}

/// Findings with the places that order them.
#[derive(Debug, Default)]
pub struct Found {
    list: Vec<((usize, u32), Finding)>,
    origins: HashMap<File, Origin>,
}

impl Found {
    /// Says where the rows of a table came from.
    pub fn came_from(&mut self, file: File, origin: Origin) {
        self.origins.insert(file, origin);
    }

    /// «staff.csv» of a bundle, «файле «Кадры.csv»», «таблице «Сотрудники»» of a workbook, «списке сотрудников» that stands in the journal: the
    /// table as messages name it after «в».
    pub fn table_name(&self, file: File) -> String {
        match self.origins.get(&file) {
            Some(Origin::Text { name, .. }) if name == file.name() => name.clone(),
            Some(Origin::Text { name, .. }) => format!("файле «{name}»"),
            Some(Origin::Sheet { .. } | Origin::Made { .. }) => format!("таблице «{}»", file.layout().russian),
            None => match file {
                File::Staff => "списке сотрудников".to_owned(),
                File::Learners => "списке обучающихся".to_owned(),
                File::Periods => "списке учебных периодов".to_owned(),
                File::Courses => "списке курсов".to_owned(),
                other => format!("таблице «{}»", other.layout().russian),
            },
        }
    }

    /// Where an earlier row of the same table stands, as messages say it after «уже есть»: «в строке 4», «в журнале школы», and of rows that an
    /// adapter made their place in the person's own file.
    pub fn earlier(&self, at: Place) -> String {
        match self.origins.get(&at.file) {
            _ if at.line == 0 => "в журнале школы".to_owned(),
            Some(Origin::Made { .. }) => format!("({})", self.place(Place::line(at.file, at.line))),
            _ => format!("в строке {}", at.line),
        }
    }

    /// Something is wrong.
    pub fn error(&mut self, at: Place, code: &'static str, message: impl Into<String>) {
        self.add(at, Finding::new(code, self.place(at), message));
    }

    /// Something is wrong, and it can be said what should stand there.
    pub fn mismatch(
        &mut self,
        at: Place,
        code: &'static str,
        message: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.add(at, Finding::new(code, self.place(at), message).expected_found(expected, found));
    }

    /// Somebody should look.
    pub fn warning(&mut self, at: Place, code: &'static str, message: impl Into<String>) {
        // Of rows that stand already it was told when they came in.
        if at.line > 0 || at.column.is_empty() {
            self.add(at, Finding::new(code, self.place(at), message).weighing(Severity::Warning));
        }
    }

    /// Something of another weight.
    pub fn told(&mut self, at: Place, code: &'static str, severity: Severity, message: impl Into<String>) {
        self.add(at, Finding::new(code, self.place(at), message).weighing(severity));
    }

    /// Something about a file that no layout knows, or about the whole of what was given; told before everything else.
    pub fn unknown_file(&mut self, finding: Finding) {
        self.list.push(((0, 0), finding));
    }

    /// Files that came along and were not understood: what a row names may stand in one of them.
    pub fn not_understood(&self) -> Vec<String> {
        let unread = [codes::UNKNOWN_FILE, codes::UNKNOWN_FORMAT, codes::BROKEN_WORKBOOK, codes::BROKEN_JSON];
        let files = self.list.iter().filter(|(_, finding)| unread.contains(&finding.code));
        files.map(|(_, finding)| format!("«{}»", finding.place)).collect()
    }

    fn add(&mut self, at: Place, finding: Finding) {
        self.list.push(((1 + at.file as usize, at.line), finding));
    }

    /// A place in words.
    pub fn place(&self, at: Place) -> String {
        // Line 0 with a column is a row that stands in the journal already and that what comes contradicts.
        if at.line == 0 && !at.column.is_empty() {
            return format!("журнал школы, таблица «{}»", at.file.layout().russian);
        }
        let column = at.file.place(at.column);
        let own = |list: &[String]| column.and_then(|place| list.get(place)).filter(|own| !own.is_empty()).cloned();
        let (mut text, heading) = match self.origins.get(&at.file) {
            Some(Origin::Made { name, places }) => {
                let place = (at.line as usize).checked_sub(1).and_then(|index| places.get(index)).unwrap_or(name);
                // Codes are given by the adapter: the person's file has no such column.
                let of_file = column.filter(|_| at.column != "id");
                let heading = of_file.map(|place| at.file.layout().columns[place].russian);
                // A place among columns of classes («строка 5, столбец 5А») names one already.
                let what = if place.contains(", столбец ") { "" } else { "столбец " };
                return heading.map_or_else(|| place.clone(), |heading| format!("{place}, {what}«{heading}»"));
            }
            Some(Origin::Sheet { workbook, sheet, letters }) => {
                let text = format!("{workbook}, лист «{sheet}»");
                return match own(letters) {
                    Some(letters) if at.line > 0 => format!("{text}, ячейка {letters}{}", at.line),
                    _ if at.line > 0 => format!("{text}, строка {}", at.line),
                    _ => text,
                };
            }
            Some(Origin::Text { name, headings }) => (name.clone(), own(headings)),
            None => (at.file.name().to_owned(), None),
        };
        if at.line > 0 {
            text.push_str(&format!(", строка {}", at.line));
        }
        if !at.column.is_empty() {
            text.push_str(&format!(", столбец {}", heading.as_deref().unwrap_or(at.column)));
        }
        text
    }

    /// Was this said of the place already?
    pub fn is_told(&self, at: Place, code: &str) -> bool {
        let place = self.place(at);
        self.list.iter().any(|(_, finding)| finding.code == code && finding.place == place)
    }

    /// Is anything wrong, warnings aside?
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|(_, finding)| finding.severity >= Severity::Error)
    }

    /// Is a row that stands already among those that are wrong?
    pub fn accuses_standing(&self) -> bool {
        self.list.iter().any(|((file, line), _)| *file > 0 && *line == 0)
    }

    /// Takes away what is said of standing rows and was to be said of them before anything came.
    pub fn forgive(&mut self, before: &[Finding]) {
        self.list.retain(|((file, line), finding)| *file == 0 || *line > 0 || !before.contains(finding));
    }

    /// The findings by file and line, each with its table and line when it has them; those of one line in the order in which they
    /// were found.
    pub fn into_placed(mut self) -> Vec<(Option<(File, u32)>, Finding)> {
        self.list.sort_by_key(|(place, _)| *place);
        let table = |index: usize| index.checked_sub(1).and_then(|index| File::ALL.get(index)).copied();
        self.list.into_iter().map(|((file, line), finding)| (table(file).map(|file| (file, line)), finding)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_rows_are_named_as_people_have_them() {
        let mut found = Found::default();
        assert_eq!(found.table_name(File::Staff), "списке сотрудников");
        let text = |name: &str| Origin::Text { name: name.to_owned(), headings: Vec::new() };
        found.came_from(File::Staff, text("staff.csv"));
        assert_eq!(found.table_name(File::Staff), "staff.csv");
        found.came_from(File::Staff, text("Кадры.csv"));
        assert_eq!(found.table_name(File::Staff), "файле «Кадры.csv»");
        let at = |line| Place::cell(File::Periods, line, "id");
        assert_eq!([0, 4].map(|line| found.earlier(at(line))), ["в журнале школы", "в строке 4"]);
        let places = vec!["Школа.xlsx, лист «Четверти», строка 2".to_owned()];
        found.came_from(File::Periods, Origin::Made { name: "Школа.xlsx".to_owned(), places });
        assert_eq!(found.earlier(at(1)), "(Школа.xlsx, лист «Четверти», строка 2)");
        assert_eq!(found.place(at(1)), "Школа.xlsx, лист «Четверти», строка 2", "no column that the file has not");
    }
}
