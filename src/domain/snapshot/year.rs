//! What the year's records have of their own: the summary sheet, and the signed copies that they are built from. Floor 0.

use serde::{Deserialize, Serialize};

use super::AttendanceCounts;
use crate::domain::canon::Digest;

/// A signed copy that a record of the year is built from: its version is named for good, whatever comes after it (DOC-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFacts {
    /// Period's id, `Q1`.
    pub period: String,
    /// Copy's identifier, `2025-05A-Q1`; of a supplement its own.
    pub copy: String,
    /// Its number as printed, «2025-5А-1Ч».
    pub number: String,
    /// Its version.
    pub version: u32,
    /// Digest of that version's snapshot.
    pub snapshot: Digest,
}

/// Summary sheet of the year (domain.md 2.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummarySheet {
    /// `summary`.
    pub id: String,
    /// Subjects across.
    pub subjects: Vec<String>,
    /// Rows inside each learner: «I четверть» … «Годовая», «Экзаменационная», «Итоговая».
    pub periods: Vec<String>,
    /// One a learner.
    pub rows: Vec<SummaryRow>,
    /// Closing totals.
    pub totals: SummaryTotals,
}

/// One learner of the summary sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryRow {
    /// Learner identifier.
    pub learner: String,
    /// Place in the list.
    pub no: u32,
    /// «Абрамов Иван Петрович».
    pub name: String,
    /// `marks[period][subject]`, may be empty.
    pub marks: Vec<Vec<String>>,
    /// «Прибыл …», «Выбыл …», may be empty.
    pub movement: String,
    /// «Переведён в 6 класс. Протокол от 26.05.2026 № 8», empty when the council has not decided.
    pub decision: String,
    /// The year's missed lessons.
    pub attendance: AttendanceCounts,
}

/// Counts of the summary sheet's foot; printed in digits and words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryTotals {
    /// Learners at the year's start.
    pub at_start: u32,
    /// Arrived during the year.
    pub arrived: u32,
    /// Left during the year.
    pub left: u32,
    /// Learners at the year's end.
    pub at_end: u32,
}
