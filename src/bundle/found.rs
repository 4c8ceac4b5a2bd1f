//! What the reader has found so far, in the order of files and lines. Floor 1.

use crate::domain::finding::{Finding, Severity};

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

    fn text(self) -> String {
        let mut text = self.file.name().to_owned();
        if self.line > 0 {
            text.push_str(&format!(", строка {}", self.line));
        }
        if !self.column.is_empty() {
            text.push_str(&format!(", столбец {}", self.column));
        }
        text
    }
}

/// Findings with the places that order them.
#[derive(Debug, Default)]
pub struct Found {
    list: Vec<((usize, u32), Finding)>,
}

impl Found {
    /// Something is wrong.
    pub fn error(&mut self, at: Place, code: &'static str, message: impl Into<String>) {
        self.add(at, Finding::new(code, at.text(), message));
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
        self.add(at, Finding::new(code, at.text(), message).expected_found(expected, found));
    }

    /// Somebody should look.
    pub fn warning(&mut self, at: Place, code: &'static str, message: impl Into<String>) {
        self.add(at, Finding::new(code, at.text(), message).weighing(Severity::Warning));
    }

    /// Something is wrong with a file that the layout does not know; told before everything else.
    pub fn unknown_file(&mut self, finding: Finding) {
        self.list.push(((0, 0), finding));
    }

    fn add(&mut self, at: Place, finding: Finding) {
        self.list.push(((1 + at.file as usize, at.line), finding));
    }

    /// Is anything wrong, warnings aside?
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|(_, finding)| finding.severity >= Severity::Error)
    }

    /// The findings by file and line; those of one line in the order in which they were found.
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|(place, _)| *place);
        self.list.into_iter().map(|(_, finding)| finding).collect()
    }
}
