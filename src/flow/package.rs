//! Leaving the house: a sealed record as a BagIt package. Floor 2.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::finding::Finding;
use crate::domain::log_proof::{LogProof, SealEvent, object_id, object_name};
use crate::domain::snapshot::{CopyFacts, PeriodFacts, SchoolFacts};
use crate::vault::bag::{self, Label};
use crate::vault::{self, Content, Depth, name, package};

/// What keeps a record from leaving.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The record itself is not whole: first find out why.
    #[error("запись повреждена и не может быть вывезена: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Damaged(Vec<Finding>),
    /// A part that says whose record it is cannot be read.
    #[error("запись не читается: {0}")]
    Unreadable(&'static str),
    /// No such learner in the copy.
    #[error("в этой копии нет ученика {0}")]
    NoLearner(String),
    /// The package could not be put together.
    #[error(transparent)]
    Vault(#[from] vault::Error),
}

/// A package ready to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// File name without folder: `2025-05A-Q1-v1.zip`.
    pub file_name: String,
    /// The zip.
    pub bytes: Vec<u8>,
}

/// Packs an archive object; same object, same bytes.
pub fn package(object: &Path) -> Result<Packed, Refusal> {
    package_beside(object, &BTreeMap::new())
}

/// [`package`] with signatures made elsewhere in a folder beside the record.
pub fn package_beside(object: &Path, beside: &BTreeMap<String, Vec<u8>>) -> Result<Packed, Refusal> {
    let content = read_whole(object)?;
    let label = label(&content).ok_or(Refusal::Unreadable("снимок или доказательство журнала событий"))?;
    let folder = folder(&label);
    let payload = content.files.into_iter().map(|(path, file)| (path, file.bytes)).collect();
    let bytes = package::pack_beside(&folder, &bag::build(&payload, &label), beside)?;
    Ok(Packed { file_name: format!("{folder}.zip"), bytes })
}

/// Reads an object all of whose files are as they were stored.
pub(super) fn read_whole(object: &Path) -> Result<Content, Refusal> {
    let read = vault::read_object(object, Depth::Full);
    if read.findings.is_empty() { Ok(read.content) } else { Err(Refusal::Damaged(read.findings)) }
}

/// The last two parts of the identifier: the name of the object's folder.
fn folder(label: &Label) -> String {
    let mut parts = label.id.rsplit(':');
    let (version, copy) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{copy}-{version}")
}

/// The head of a snapshot: what a label needs, without reading all marks.
#[derive(serde::Deserialize)]
pub(super) struct Head {
    pub copy: CopyFacts,
    pub school: SchoolFacts,
    pub period: PeriodFacts,
    pub year: String,
    class: ClassHead,
}

#[derive(serde::Deserialize)]
struct ClassHead {
    name: String,
}

impl Head {
    /// Reads the head of a record's snapshot.
    pub(super) fn read(content: &Content) -> Option<Self> {
        serde_json::from_slice(content.bytes(name::SNAPSHOT)?).ok()
    }

    /// «копия классного журнала № 2025-5А-I четверть, 5А, I четверть, 2025/2026, версия 1».
    pub(super) fn description(&self) -> String {
        format!(
            "{}, {}, {}, {}, версия {}",
            self.copy.document_words(),
            self.class.name,
            self.period.name,
            self.year,
            self.copy.version
        )
    }

    /// `2025-05A-Q1-v1`.
    pub(super) fn object_name(&self) -> String {
        object_name(&self.copy.id, self.copy.version)
    }
}

/// The label of a record's package: all of it follows from signed files, so that a verifier can tell when it was changed. The day is that
/// of sealing: the same record gives the same package on any day.
pub(super) fn label(content: &Content) -> Option<Label> {
    let head = Head::read(content)?;
    Some(Label {
        id: object_id(&head.school.id, &head.copy.id, head.copy.version),
        description: head.description(),
        date: sealing_day(content)?,
        organisation: head.school.name,
    })
}

/// Day of the seal event, `2025-10-25`.
pub(super) fn sealing_day(content: &Content) -> Option<String> {
    let proof = LogProof::parse(content.text(name::LOG_PROOF)?).ok()?;
    Some(SealEvent::parse(&proof.payload)?.at.get(..10)?.to_owned())
}
