//! What a person decides at the desk, and what came of it. Floor 2.

use crate::domain::statement::Category;

/// A sheet that is not signed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reproof {
    /// Sheet.
    pub sheet: String,
    /// What the remark is about.
    pub category: Category,
    /// The remark.
    pub remark: String,
}

/// What a person decided about the own sheets of one copy: the sheets with a remark are refused, all others signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Copy, version and stage as they were shown.
    pub copy: String,
    /// Version.
    pub version: u32,
    /// Stage.
    pub stage: String,
    /// Refused sheets; on a stage that certifies the whole copy a remark may name any sheet of it, and nothing is signed.
    pub refused: Vec<Reproof>,
}

/// What came of one choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Copy.
    pub copy: String,
    /// Sheets signed.
    pub signed: usize,
    /// Sheets refused.
    pub refused: usize,
    /// Is the copy's route complete now?
    pub completed: bool,
    /// Had the person done this before? A second press signs once.
    pub already: bool,
    /// Why nothing was done; empty otherwise.
    pub why: String,
}

/// Somebody who saw a signature on paper.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Staff identifier.
    pub person: String,
    /// Full name.
    pub name: String,
    /// Office.
    pub office: String,
    /// Day beside the signature, `2025-10-27`.
    pub signed_on: String,
    /// SHA-256 of the scan, empty without one.
    pub scan: String,
}
