//! The register of sealed copies (реестр копий). Floor 0.
//!
//! One line for each seal; a number is given once, in the transaction of the seal, and never again.

use serde::Serialize;

use super::canon::Digest;
use super::snapshot::CopyKind;

/// One line of the register (domain.md 2.10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterLine {
    /// Number in the register, from 1, never reused.
    pub no: u64,
    /// Copy identifier.
    pub id: String,
    /// Version of the copy.
    pub version: u32,
    /// Document number as printed.
    pub number: String,
    /// Record class.
    pub kind: CopyKind,
    /// School year.
    pub year: String,
    /// Class name.
    pub class: String,
    /// Period's id.
    pub period: String,
    /// When sealed: RFC 3339 with offset.
    pub sealed_at: String,
    /// Number of sheets.
    pub sheets: u32,
    /// Number of pages.
    pub pages: u32,
    /// Identifier of the archive's object, a URN.
    pub object: String,
    /// SHA-256 of the sealed PDF.
    pub sealed_pdf: Digest,
    /// SHA-256 of the snapshot.
    pub snapshot: Digest,
    /// Last day of keeping, `2031-12-31`.
    pub keep_through: String,
}
