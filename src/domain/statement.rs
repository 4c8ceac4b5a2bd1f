//! The statement that a person signs (заявление подписи). Floor 0.
//!
//! People sign statements, not PDFs. The signed bytes are a namespace line, one line of canonical JSON and
//! a line end, so that `openssl pkeyutl -verify -rawin` checks the file as it stands and a signature made for one purpose can
//! never serve another.

use serde::{Deserialize, Serialize};

use super::canon::{self, Digest};

/// First line of every signed statement.
const NAMESPACE: &str = "letopis.statement/v1";

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
    /// The ink that the signer of this statement saw on paper; absent where the signer speaks for nobody else. Left out of the canonical
    /// form when absent, so that a statement without it is what it always was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ink: Option<Ink>,
}

/// A handwritten signature on paper, as the one who saw it states (000 Инс 4.4, Рег 3.7): the statement is of the person who saw it, the
/// place in the route is of the person who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ink {
    /// Staff identifier of who signed on paper.
    pub signer: String,
    /// «Иванова Мария Петровна».
    pub name: String,
    /// Office signed in.
    pub office: String,
    /// Order of an acting signer, may be empty.
    pub order: String,
    /// Day written beside the signature, `2025-10-27`.
    pub signed_on: String,
    /// SHA-256 of the scan, empty without one.
    pub scan: String,
}

/// What a remark is about (DOC-11): the correction begins at that place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Отметка.
    Mark,
    /// Пропуск или опоздание.
    Absence,
    /// Тема, задание, вид работы.
    Lesson,
    /// Итоговая отметка.
    FinalMark,
    /// Список: имя, номер, движение.
    List,
    /// Печать, вид листа.
    Page,
    /// Другое.
    Other,
}

impl Category {
    /// Every category, in the order of the form.
    pub const ALL: [Self; 7] =
        [Self::Mark, Self::Absence, Self::Lesson, Self::FinalMark, Self::List, Self::Page, Self::Other];

    /// Word of the store and of forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mark => "mark",
            Self::Absence => "absence",
            Self::Lesson => "lesson",
            Self::FinalMark => "final_mark",
            Self::List => "list",
            Self::Page => "page",
            Self::Other => "other",
        }
    }

    /// Reads [`Category::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }

    /// Words for people.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Mark => "Отметка",
            Self::Absence => "Пропуск или опоздание",
            Self::Lesson => "Тема, задание, вид работы",
            Self::FinalMark => "Итоговая отметка",
            Self::List => "Список обучающихся",
            Self::Page => "Вид листа",
            Self::Other => "Другое",
        }
    }
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
    /// Staff identifier of the person whose place in the route the statement fills.
    pub fn place_of(&self) -> &str {
        self.ink.as_ref().map_or(&self.signer, |ink| &ink.signer)
    }

    /// Name, office and order in which that place is filled.
    pub fn office_of(&self) -> (&str, &str, &str) {
        match &self.ink {
            Some(ink) => (&ink.name, &ink.office, &ink.order),
            None => (&self.name, &self.office, &self.order),
        }
    }

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
