//! What was learned of the files that were given, to be told to whoever gave them. Floor 1.

use serde::Serialize;

use super::encoding::Written;
use crate::domain::canon::Digest;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A table as CSV.
    Csv,
    /// A workbook of tables.
    Workbook,
    /// Tables as JSON.
    Json,
    /// A file of a OneRoster 1.2 set.
    OneRoster,
    /// «Отчет об успеваемости и посещаемости ученика».
    PupilReport,
    /// «Табель успеваемости учащегося».
    ReportCard,
    /// A class of «Шкала».
    Scale,
    /// None that can be read.
    Unknown,
}

impl Format {
    /// The words for people.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Csv => "таблица CSV",
            Self::Workbook => "книга XLSX",
            Self::Json => "таблицы JSON",
            Self::OneRoster => "файл OneRoster 1.2",
            Self::PupilReport => "отчёт об успеваемости и посещаемости",
            Self::ReportCard => "табель успеваемости",
            Self::Scale => "класс системы «Шкала»",
            Self::Unknown => "не распознан",
        }
    }
}

/// What was learned of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileFacts {
    /// Name without folders.
    pub name: String,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Size in bytes.
    pub bytes: usize,
    /// What it is.
    pub format: Format,
    /// How its text is written, for text files.
    pub encoding: Option<Written>,
    /// What separates the fields, for CSV.
    pub separator: Option<char>,
    /// Words of the tables that it holds: `staff`, `learners`.
    pub tables: Vec<&'static str>,
}
