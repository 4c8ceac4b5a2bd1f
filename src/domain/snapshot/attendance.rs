//! Missed lessons of a period copy: day by day in each month, and in all (domain.md 2.4). Floor 0.

use serde::{Deserialize, Serialize};

/// Missed lessons by reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttendanceSheet {
    /// `attendance`.
    pub id: String,
    /// One row a learner.
    pub rows: Vec<AttendanceRow>,
    /// Sums over the class.
    pub total: AttendanceCounts,
    /// The months of the period, day by day (domain.md 2.4 a). Absent from sheets that were frozen before they were kept, so that those keep
    /// their bytes and their pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub months: Vec<AttendanceMonth>,
}

/// One month of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttendanceMonth {
    /// `2025-09`.
    pub month: String,
    /// One row a learner, in the order of [`AttendanceSheet::rows`].
    pub rows: Vec<MonthRow>,
    /// Sums over the class.
    pub total: AttendanceCounts,
}

/// One learner's month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthRow {
    /// Learner identifier.
    pub learner: String,
    /// The days on which lessons were missed, in their order.
    pub days: Vec<MissedDay>,
    /// The month's counts.
    pub counts: AttendanceCounts,
}

/// A day on which lessons were missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissedDay {
    /// Day of the month, from 1.
    pub day: u8,
    /// How many lessons, with the code of the reason: «3Б», «1У 2н».
    pub missed: String,
}

/// One learner's missed lessons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttendanceRow {
    /// Learner identifier.
    pub learner: String,
    /// Place in the learners' list.
    pub no: u32,
    /// «Абрамов Иван».
    pub name: String,
    /// The counts.
    pub counts: AttendanceCounts,
}

/// Counts of missed days and lessons. A day is missed when every lesson of that day for the learner was missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttendanceCounts {
    /// Whole days missed.
    pub days: u32,
    /// Lessons missed.
    pub lessons: u32,
    /// Whole days missed by illness (every missed lesson of the day is «Б»).
    pub days_ill: u32,
    /// Lessons missed by illness, «Б».
    pub lessons_ill: u32,
    /// Lessons missed with a good reason, «У».
    pub lessons_excused: u32,
    /// Lessons missed without a good reason, «Н».
    pub lessons_unexcused: u32,
    /// Lessons missed, reason not given, «н».
    pub lessons_unexplained: u32,
    /// Times late, «О»; not missed.
    pub late: u32,
}
