//! The difference page of a re-issued copy: sheet, learner, cell, was, is, ground (F44). Floor 0.

use serde::{Deserialize, Serialize};

/// What a version changed against the one before; every version but the first has it, also when nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesSheet {
    /// `changes`.
    pub id: String,
    /// The version that this one replaces.
    pub replaces: u32,
    /// Ground of the new version.
    pub ground: String,
    /// The changes, sheet by sheet.
    pub rows: Vec<ChangedValue>,
    /// Sheets that did not change and are signed anew all the same: under another authority, or because the paper under the signature was altered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_anew: Vec<String>,
    /// Nothing changed, and no teacher had signed the version before: there is no signature that could stand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
}

/// One value that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangedValue {
    /// «алгебра (1 группа)».
    pub sheet: String,
    /// «Абрамов Иван», empty where the value is no learner's.
    pub learner: String,
    /// «14.09.2025, 3-й урок: запись об ученике».
    pub cell: String,
    /// What stood there, may be empty.
    pub was: String,
    /// What stands there, may be empty.
    pub is: String,
    /// The remark that led to it; empty where the ground of the version is all.
    pub ground: String,
}
