//! The statement that a person signs (заявление подписи). Floor 0.
//!
//! People sign statements, not PDFs. The signed bytes are a namespace line, one line of canonical JSON and
//! a line end, so that `openssl pkeyutl -verify -rawin` checks the file as it stands and a signature made for one purpose can
//! never serve another.

use serde::{Deserialize, Serialize};

use super::canon::{self, Digest};

/// First line of every signed statement.
pub const NAMESPACE: &str = "letopis.statement/v1";

/// What a signer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// «Проверено, верно».
    CheckedAndCorrect,
    /// «Отказано»: the remarks say why.
    Refused,
}

/// One person's statement on the own sheets of one version of one copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Copy identifier.
    pub copy: String,
    /// Version of the copy.
    pub version: u32,
    /// SHA-256 of the snapshot.
    pub snapshot: Digest,
    /// Salted Merkle root over the learners' rows, so that an extract can be tied to this signature.
    pub rows_root: Digest,
    /// SHA-256 of the issued PDF that the signer could read.
    pub issued_pdf: Digest,
    /// The sheets signed for, with their digests.
    pub sheets: Vec<SignedSheet>,
    /// Stage of the route.
    pub stage: String,
    /// Staff identifier.
    pub signer: String,
    /// «Иванова Мария Петровна».
    pub name: String,
    /// Office signed in.
    pub office: String,
    /// Order of an acting signer, may be empty.
    pub order: String,
    /// SHA-256 of the signer's DER certificate.
    pub certificate: Digest,
    /// When: RFC 3339, seconds, with offset.
    pub signed_at: String,
    /// SHA-256 of the policy file.
    pub policy: Digest,
    /// What is said.
    pub verdict: Verdict,
    /// Why refused; empty otherwise.
    pub remarks: String,
}

/// A sheet in a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedSheet {
    /// Identifier.
    pub id: String,
    /// SHA-256 of its canonical bytes.
    pub digest: Digest,
}

/// Bytes that are not a statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("заявление не читается: {0}")]
pub struct Unreadable(pub String);

impl Statement {
    /// The bytes that are signed: namespace line, canonical JSON, line end.
    pub fn to_signed_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{NAMESPACE}\n").into_bytes();
        bytes.extend(canon::to_bytes(self));
        bytes.push(b'\n');
        bytes
    }

    /// Reads signed bytes; accepts only what [`Statement::to_signed_bytes`] writes back byte for byte.
    pub fn from_signed_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(bytes).map_err(|error| Unreadable(error.to_string()))?;
        let json = text
            .strip_prefix(NAMESPACE)
            .and_then(|rest| rest.strip_prefix('\n'))
            .and_then(|rest| rest.strip_suffix('\n'))
            .ok_or_else(|| Unreadable(format!("первая строка не «{NAMESPACE}»")))?;
        let statement: Self = serde_json::from_str(json).map_err(|error| Unreadable(error.to_string()))?;
        if canon::scan::is_canonical(json) {
            Ok(statement)
        } else {
            Err(Unreadable("запись не каноническая (RFC 8785)".to_owned()))
        }
    }
}

/// A statement with its signature, as it is attached to the sealed PDF (`statements.json`: an array of these).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedStatement {
    /// The signed bytes as text.
    pub statement: String,
    /// Raw Ed25519 signature (64 bytes), base64.
    pub signature: String,
    /// Signer's certificate, PEM.
    pub certificate: String,
}
