//! A supplement (дополнительный лист): a copy that holds what its period brought after another copy was frozen. Floor 0.

use serde::{Deserialize, Serialize};

use crate::domain::canon::Digest;

/// Which copy a supplement belongs to (DOC-18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplementFacts {
    /// Number of the supplement, from 1 for each copy.
    pub no: u32,
    /// Identifier of the copy.
    pub copy: String,
    /// Document number of the copy as printed.
    pub copy_number: String,
    /// SHA-256 of the copy's snapshot.
    pub copy_snapshot: Digest,
    /// Version of the copy.
    pub copy_version: u32,
    /// Late entries in it: lessons, marks, absences, final marks.
    pub entries: u32,
    /// When the first of these entries was made as it stands, RFC 3339. Absent from supplements that were frozen before it was noted, so that
    /// they keep their bytes and their pages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entered_from: String,
    /// When the last of them was made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entered_until: String,
}
