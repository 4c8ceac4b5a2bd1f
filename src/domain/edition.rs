//! An edition: one typesetting of a snapshot, as issued or as sealed. Floor 0.
//!
//! The snapshot is frozen once; what may differ between its two typesettings is here, as values: when, which checkpoint is
//! printed, which signature marks are visible, what is attached. Same snapshot and same edition: same bytes.

use serde::{Deserialize, Serialize};

use super::canon::Digest;

/// Which typesetting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditionKind {
    /// Issued for checking: signature places are empty.
    Issued,
    /// Sealed: every signature place holds its visible mark, snapshot and statements are attached.
    Sealed,
}

/// The values of one typesetting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// Issued or sealed.
    pub kind: EditionKind,
    /// When it was typeset: RFC 3339, seconds, with offset.
    pub typeset_at: String,
    /// SHA-256 of the snapshot's bytes.
    pub snapshot: Digest,
    /// The audit log's checkpoint printed on the title page and in the QR.
    pub checkpoint: CheckpointFacts,
    /// Visible marks of signatures; empty in an issued edition.
    pub marks: Vec<SignatureMark>,
    /// Visible mark of the school's seal; absent in an issued edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<SealMark>,
}

/// A checkpoint as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointFacts {
    /// Origin line of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Digest,
}

/// Visible mark of one signature (отметка об электронной подписи, ГОСТ Р 7.0.97-2016 5.23; domain.md 2.18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureMark {
    /// Stage of the route.
    pub stage: String,
    /// Staff identifier of the signer.
    pub signer: String,
    /// «Иванова Мария Петровна».
    pub owner: String,
    /// «учитель».
    pub office: String,
    /// Order of an acting signer, may be empty.
    pub order: String,
    /// Serial number of the certificate, upper-case hexadecimal.
    pub certificate: String,
    /// `01.09.2025`.
    pub valid_from: String,
    /// `31.08.2027`.
    pub valid_to: String,
    /// RFC 3339 with offset.
    pub signed_at: String,
    /// Sheets that it stands for.
    pub sheets: Vec<String>,
    /// A signature on paper, and who saw it; certificate and validity are then those of who saw it. Absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<PaperMark>,
}

/// What the mark of a signature on paper says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperMark {
    /// Day beside the signature, `2025-10-27`.
    pub signed_on: String,
    /// Full name of who saw the signature.
    pub witness: String,
    /// Office of who saw it.
    pub witness_office: String,
    /// Is there a scan?
    pub scanned: bool,
    /// The earlier version whose sheet bears the ink; absent where it is a sheet of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_version: Option<u32>,
}

/// Visible mark of the school's seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealMark {
    /// Owner: the school's short name.
    pub owner: String,
    /// Serial number of the seal's certificate, upper-case hexadecimal.
    pub certificate: String,
    /// `01.09.2025`.
    pub valid_from: String,
    /// `31.08.2027`.
    pub valid_to: String,
    /// RFC 3339 with offset.
    pub sealed_at: String,
}

/// A file attached to the sealed PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// ASCII name.
    pub name: String,
    /// MIME type.
    pub mime: &'static str,
    /// Russian description.
    pub description: String,
    /// Content.
    pub bytes: Vec<u8>,
}
