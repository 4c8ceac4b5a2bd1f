//! What a signing desk needs of each frozen snapshot: route, sheets with their digests, the facts of its head. Read once, for a snapshot
//! never changes. Floor 2.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Error, House};
use crate::domain::canon::Digest;
use crate::domain::difference::sheet_name;
use crate::domain::snapshot::{CopyFacts, PeriodFacts, Sheet, Snapshot, SourceFacts, StageFacts};

/// A school of 44 classes has some 250 copies a year; a few years of them fit, some 20 KB each.
const MOST: usize = 1_000;

/// One snapshot without its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Digest of the snapshot.
    pub snapshot: Digest,
    /// Which copy.
    pub copy: CopyFacts,
    /// School year.
    pub year: String,
    /// «5А».
    pub class: String,
    /// 1 to 11.
    pub grade: u8,
    /// The period.
    pub period: PeriodFacts,
    /// When it was frozen.
    pub frozen_at: String,
    /// Ground of closing in spite of findings, may be empty.
    pub ground: String,
    /// What was incomplete.
    pub omissions: Vec<String>,
    /// «Взамен версии 1: …», empty on a first version.
    pub replaces: String,
    /// The copies that a record of the year is built from; empty for all others.
    pub sources: Vec<SourceFacts>,
    /// Digest of the policy.
    pub policy: Digest,
    /// Root over the learners' rows.
    pub rows_root: Digest,
    /// Fingerprint of the school's authority at that time.
    pub authority: Digest,
    /// Who signs.
    pub route: Vec<StageFacts>,
    /// The sheets in their order.
    pub sheets: Vec<PaperSheet>,
}

/// One sheet of a [`Paper`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperSheet {
    /// Identifier.
    pub id: String,
    /// «алгебра, 1 группа», «титульный лист».
    pub name: String,
    /// Of a course's sheet the course, with the number of an earlier teacher's part; empty otherwise.
    pub course: String,
    /// Digest.
    pub digest: Digest,
}

impl Paper {
    /// Reads a snapshot's text.
    pub fn read(digest: Digest, text: &str) -> Option<Self> {
        let (snapshot, digests) = Snapshot::with_sheet_digests(text.as_bytes()).ok()?;
        Some(Self::of(digest, snapshot, &digests))
    }

    fn of(digest: Digest, snapshot: Snapshot, digests: &[Digest]) -> Self {
        let (replaces, sources) = match snapshot.sheets.first() {
            Some(Sheet::Title(title)) => (title.replaces.clone(), title.sources.clone()),
            _ => (String::new(), Vec::new()),
        };
        let named = |(sheet, digest): (&Sheet, &Digest)| PaperSheet {
            id: sheet.id().to_owned(),
            name: match sheet {
                Sheet::Course(course) => course.listed(),
                _ => sheet_name(sheet),
            },
            course: match sheet {
                Sheet::Course(course) => course.course.clone(),
                _ => String::new(),
            },
            digest: *digest,
        };
        Self {
            snapshot: digest,
            sheets: snapshot.sheets.iter().zip(digests).map(named).collect(),
            replaces,
            sources,
            year: snapshot.year,
            class: snapshot.class.name,
            grade: snapshot.class.grade,
            period: snapshot.period,
            frozen_at: snapshot.frozen_at,
            ground: snapshot.ground,
            omissions: snapshot.omissions,
            policy: snapshot.policy.digest,
            rows_root: snapshot.rows_root,
            authority: snapshot.school.authority,
            route: snapshot.route,
            copy: snapshot.copy,
        }
    }

    /// A sheet by its identifier.
    pub fn sheet(&self, id: &str) -> Option<&PaperSheet> {
        self.sheets.iter().find(|sheet| sheet.id == id)
    }

    /// Number of a sheet in the copy, from 1.
    pub fn number(&self, id: &str) -> usize {
        self.sheets.iter().position(|sheet| sheet.id == id).map_or(0, |at| at + 1)
    }
}

/// The papers read so far.
#[derive(Debug, Default)]
pub struct Papers {
    kept: Mutex<HashMap<Digest, Arc<Paper>>>,
}

impl Papers {
    /// The paper of a snapshot.
    pub async fn get(&self, house: &House, snapshot: Digest) -> Result<Arc<Paper>, Error> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&snapshot).cloned();
        if let Some(paper) = kept {
            return Ok(paper);
        }
        let text = house.db.load_snapshot_text(snapshot).await?;
        // Reading one takes some milliseconds of a processor: not on the thread that answers others.
        let read = tokio::task::spawn_blocking(move || Paper::read(snapshot, &text)).await;
        let paper = read
            .map_err(|error| Error::Interrupted(error.to_string()))?
            .ok_or_else(|| Error::Damaged(format!("снимок {snapshot}")))?;
        let paper = Arc::new(paper);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(snapshot, Arc::clone(&paper));
        Ok(paper)
    }
}
