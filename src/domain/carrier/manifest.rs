//! What a backup says of itself: the label outside, readable without the code, and the manifest inside. Floor 0.

use serde::{Deserialize, Serialize};

use crate::domain::canon::Digest;

/// Format of the label and of the manifest.
pub const FORMAT: &str = "letopis.backup/v1";

/// A part of the encrypted stream: a FAT32 disk holds no file of 4 GiB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `copy.tar.gz.age.001`.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: Digest,
}

/// The label: what anybody may know of a copy without its code. It holds no name and no mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// [`FORMAT`].
    pub format: String,
    /// School's identifier; origin of its log.
    pub school: String,
    /// Identifier of the copy.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// Word of the cause.
    pub cause: String,
    /// Number of the code that opens it.
    pub code_no: u64,
    /// Parts in their order.
    pub parts: Vec<Part>,
    /// SHA-256 of all parts together.
    pub sha256: Digest,
    /// SHA-256 of `key.age`.
    pub key_sha256: Digest,
    /// SHA-256 of `README.txt`, whose commands people run; absent from labels written before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readme_sha256: Option<Digest>,
    /// SHA-256 of the manifest inside, its signature included.
    pub manifest: Digest,
    /// Size of the log in the copy.
    pub log_size: u64,
    /// Its root.
    pub log_root: Digest,
    /// Verifier key of the log, base64 of 32 bytes.
    pub log_key: String,
}

impl Label {
    /// Bytes of the encrypted stream.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }
}

/// One file of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Path with `/`.
    pub path: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: Digest,
}

/// Rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Table.
    pub table: String,
    /// Rows of the school.
    pub rows: u64,
}

/// The manifest inside: every file, every table, and where the log stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// School's identifier.
    pub school: String,
    /// Identifier of the copy.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// Word of the cause.
    pub cause: String,
    /// Version of the program.
    pub program: String,
    /// Every file but this one and the sums.
    pub members: Vec<Member>,
    /// Every table of `letopis.db`.
    pub tables: Vec<Count>,
    /// Size of the log in `letopis.db`.
    pub log_size: u64,
    /// Its root.
    pub log_root: Digest,
    /// The checkpoint of that log: a signed note (C2SP).
    pub checkpoint: String,
    /// Lines of the register: records of the archive.
    pub records: u64,
    /// Closed periods: `2025/2026 5А Q1`.
    pub periods: Vec<String>,
}

impl Manifest {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|count| count.rows).sum()
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.members.iter().map(|member| member.bytes).sum()
    }
}

/// What a check of a copy looked at: the certificate says it, so that nobody takes a glance for a proof.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// School's identifier.
    pub school: String,
    /// Identifier of the copy.
    pub backup: String,
    /// When the copy was made.
    pub made_at: String,
    /// Parts on the carrier read to the last byte, of how many.
    pub parts: (u64, u64),
    /// Bytes of them.
    pub bytes: u64,
    /// Was the label's signature right, by the house's own key or by the copy's?
    pub label_signed: bool,
    /// Was the copy compared with what the house wrote down when it was made?
    pub house_compared: bool,
    /// Was it opened with its code?
    pub opened: bool,
    /// Files compared by SHA-256, of how many.
    pub files: (u64, u64),
    /// Tables whose rows were counted, of how many.
    pub tables: (u64, u64),
    /// Rows counted, of how many.
    pub rows: (u64, u64),
    /// Entries of the log whose leaf was computed anew, of how many.
    pub log: (u64, u64),
    /// Is the root the one of the manifest?
    pub log_root: bool,
    /// Sealed records verified whole (signatures, digests, pages), of how many.
    pub records: (u64, u64),
    /// Seconds that it took.
    pub seconds: u64,
    /// Where data of the school lay open on the carrier, in words; empty for nowhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub open: String,
    /// What was found wrong, where a check was put on record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// What a check found wrong, as its certificate prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Code of the finding, `backup.part-changed`.
    pub code: String,
    /// Where: the part, the label, the manifest.
    pub place: String,
    /// One Russian sentence.
    pub message: String,
}

impl Coverage {
    /// Whole hundredths of what there was: 10000 is everything, of every kind.
    pub fn hundredths(&self) -> u64 {
        let pairs = [self.parts, self.files, self.tables, self.rows, self.log];
        let part = |(done, all): (u64, u64)| (done * 10_000).checked_div(all).unwrap_or(10_000);
        pairs.into_iter().map(part).min().unwrap_or_default()
    }
}
