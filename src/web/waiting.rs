//! Whom each copy waits for: kept while nothing is written, so that every page can count it. Floor 3.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::domain::route::{self, BY_SHEETS, Signed};
use crate::domain::snapshot::StageFacts;
use crate::flow::force::Versions;
use crate::flow::sign::signed;
use crate::flow::{Error, House};
use crate::store::CopyRow;

/// The last version of a copy, and the people whose signature its open stage lacks.
#[derive(Debug, Clone)]
pub(super) struct Awaited {
    pub(super) row: CopyRow,
    /// Staff identifiers; empty when no signature is awaited now.
    pub(super) signers: Vec<String>,
    /// Sheets that each of them is still to sign for; empty where the open stage certifies the copy as a whole.
    pub(super) sheets: BTreeMap<String, usize>,
    /// Recalled for correction after all signatures.
    pub(super) recalled: bool,
    /// The version in force: the last that was sealed; an earlier one while this row is being signed.
    pub(super) in_force: Option<u32>,
}

impl Awaited {
    /// As the desk counts it for a person: the own sheets, or 1 for a copy as a whole; 0 when it does not wait for the person.
    pub(super) fn counted_for(&self, person: &str) -> usize {
        match self.signers.iter().any(|id| id == person) {
            true => self.sheets.get(person).copied().unwrap_or(1),
            false => 0,
        }
    }
}

/// What is kept: copies under a turn, and routes by snapshot, which never change.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: Mutex<Option<(u64, Arc<Vec<Awaited>>)>>,
    /// After a change one request reads, the others wait for what it read.
    reading: tokio::sync::Mutex<()>,
    routes: Mutex<HashMap<Digest, Arc<Vec<StageFacts>>>>,
}

impl Cache {
    /// Every copy's last version with whom it waits for, as of the turn at which copies were touched last (`store::Moved::copies`).
    pub(super) async fn at(&self, house: &House, turn: u64) -> Result<Arc<Vec<Awaited>>, Error> {
        if let Some(copies) = self.held(turn) {
            return Ok(copies);
        }
        let _one = self.reading.lock().await;
        if let Some(copies) = self.held(turn) {
            return Ok(copies);
        }
        let rows = house.db.list_copies().await?;
        let mut last: Vec<CopyRow> = Vec::new();
        for row in &rows {
            match last.last_mut() {
                Some(held) if held.id == row.id => *held = row.clone(),
                _ => last.push(row.clone()),
            }
        }
        // Of a version that nothing superseded its state says whether it is sealed.
        let register = match rows.iter().any(|row| row.state == State::Superseded) {
            true => house.db.list_register().await?,
            false => Vec::new(),
        };
        let versions = Versions::new(rows, &register);
        let recalls = house.db.list_recalls().await?;
        let mut copies = Vec::with_capacity(last.len());
        for row in last {
            let (signers, sheets) = match row.state {
                State::Issued => self.missing(house, &row).await?,
                _ => Default::default(),
            };
            let recalled = recalls.iter().any(|one| one.copy == row.id && one.version == row.version);
            let in_force = versions.in_force(&row.id);
            copies.push(Awaited { row, signers, sheets, recalled, in_force });
        }
        let copies = Arc::new(copies);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((turn, copies.clone()));
        Ok(copies)
    }

    fn held(&self, turn: u64) -> Option<Arc<Vec<Awaited>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(held, _)| *held == turn).map(|(_, copies)| copies.clone())
    }

    async fn missing(&self, house: &House, row: &CopyRow) -> Result<(Vec<String>, BTreeMap<String, usize>), Error> {
        let known = self.routes.lock().unwrap_or_else(PoisonError::into_inner).get(&row.snapshot).cloned();
        let route = match known {
            Some(route) => route,
            None => {
                let route = Arc::new(house.db.load_snapshot(row.snapshot).await?.route);
                let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
                routes.insert(row.snapshot, route.clone());
                route
            }
        };
        let stands = signed(&house.db.list_statements(&row.id, row.version).await?);
        let open = route::open_stage(&route, &stands);
        Ok(open.map(|stage| (route::missing(stage, &stands), own_sheets(stage, &stands))).unwrap_or_default())
    }
}

/// The sheets that each signer of a stage is still to sign for, where it is signed by sheets.
fn own_sheets(stage: &StageFacts, stands: &[Signed]) -> BTreeMap<String, usize> {
    if stage.id != BY_SHEETS {
        return BTreeMap::new();
    }
    let left = stage.signers.iter().map(|one| (one.person.id.clone(), route::left(&stage.id, one, stands).len()));
    left.filter(|(_, left)| *left > 0).collect()
}
