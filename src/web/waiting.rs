//! Whom each copy waits for: kept while nothing is written, so that every page can count it. Floor 3.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::domain::route::{self, BY_SHEETS, Signed};
use crate::domain::snapshot::StageFacts;
use crate::flow::desk::is_on_paper;
use crate::flow::force::Versions;
use crate::flow::outdated::{Causes, Outdated, Why, is_on_way};
use crate::flow::sign::signed;
use crate::flow::{Error, House};
use crate::store::{CopyRow, StatementRow};

/// What a person of the route has done in a copy that is being signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The own signature is lacking, now or when the turn comes.
    ToSign,
    /// Everything of the own is signed in this version.
    Signed,
    /// Everything of the own stands by a signature that a re-issue kept: nothing is to be done.
    Kept,
}

/// The last version of a copy, and the people whose signature its open stage lacks.
#[derive(Debug, Clone)]
pub(super) struct Awaited {
    pub(super) row: CopyRow,
    /// Staff identifiers; empty when no signature is awaited now.
    pub(super) signers: Vec<String>,
    /// Sheets that each of them is still to sign for; empty where the open stage certifies the copy as a whole.
    pub(super) sheets: BTreeMap<String, usize>,
    /// The open stage was said to be signed on paper: nothing of it comes ticked at the desk.
    pub(super) on_paper: bool,
    /// Everybody of the route of a copy that is being signed.
    parts: BTreeMap<String, Part>,
    /// Recalled for correction after all signatures.
    pub(super) recalled: bool,
    /// Why it is never sealed, though it is on its way: nobody is asked to sign it, its next version is waited for.
    pub(super) outdated: Option<Why>,
    /// The version in force: the last that was sealed; an earlier one while this row is being signed.
    pub(super) in_force: Option<u32>,
}

impl Awaited {
    /// What comes ticked at the person's desk, and is counted wherever signatures are: the own sheets, or 1 for a copy as a whole; 0 when it does
    /// not wait for the person, waits for a signature on paper, or is never sealed.
    pub(super) fn counted_for(&self, person: &str) -> usize {
        match self.waits_for(person) && !self.on_paper && self.outdated.is_none() {
            true => self.sheets.get(person).copied().unwrap_or(1),
            false => 0,
        }
    }

    /// Does the open stage lack this person's signature, here or on paper?
    pub(super) fn waits_for(&self, person: &str) -> bool {
        self.signers.iter().any(|id| id == person)
    }

    /// Is the seal of the school all that it lacks?
    pub(super) fn waits_for_seal(&self) -> bool {
        self.row.state == State::Signed && !self.recalled && self.outdated.is_none()
    }

    /// The person's part in a copy that is being signed; `None` for who is not in its route.
    pub(super) fn part_of(&self, person: &str) -> Option<Part> {
        self.parts.get(person).copied()
    }
}

/// What is kept: copies under a turn, and routes by snapshot, which never change.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: Mutex<Option<(u64, Arc<Vec<Awaited>>)>>,
    /// After a change one request reads, the others wait for what it read; with what it has looked at.
    reading: tokio::sync::Mutex<Looked>,
    routes: Mutex<HashMap<Digest, Arc<Vec<StageFacts>>>>,
}

impl Cache {
    /// Every copy's last version with whom it waits for, as of the turn at which copies were touched last (`store::Moved::copies`).
    pub(super) async fn at(&self, house: &House, turn: u64) -> Result<Arc<Vec<Awaited>>, Error> {
        if let Some(copies) = self.held(turn) {
            return Ok(copies);
        }
        let mut looked = self.reading.lock().await;
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
        let paper_stages = house.db.list_open_paper_stages().await?;
        looked.look(house, &last).await?;
        let mut copies = Vec::with_capacity(last.len());
        for row in last {
            let lacks = match row.state {
                State::Issued => self.missing(house, &row).await?,
                _ => Lacks::default(),
            };
            let on_paper = is_on_paper(&paper_stages, &row, &lacks.stage);
            let Lacks { signers, sheets, parts, .. } = lacks;
            let recalled = recalls.iter().any(|one| one.copy == row.id && one.version == row.version);
            let (outdated, in_force) = (looked.why(&row), versions.in_force(&row.id));
            copies.push(Awaited { row, signers, sheets, on_paper, parts, recalled, outdated, in_force });
        }
        let copies = Arc::new(copies);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((turn, copies.clone()));
        Ok(copies)
    }

    fn held(&self, turn: u64) -> Option<Arc<Vec<Awaited>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(held, _)| *held == turn).map(|(_, copies)| copies.clone())
    }

    async fn missing(&self, house: &House, row: &CopyRow) -> Result<Lacks, Error> {
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
        let said = house.db.list_statements(&row.id, row.version).await?;
        let stands = signed(&said);
        let mut lacks = Lacks { parts: parts(&route, &stands, &said, row.version), ..Lacks::default() };
        if let Some(stage) = route::open_stage(&route, &stands) {
            lacks.stage.clone_from(&stage.id);
            lacks.signers = route::missing(stage, &stands);
            lacks.sheets = own_sheets(stage, &stands);
        }
        Ok(lacks)
    }
}

/// Versions on their way that were looked at for what keeps them from the seal for ever: what a version was frozen with never changes, so each is
/// asked of once while nothing new outdates versions.
#[derive(Debug, Default)]
struct Looked {
    causes: Causes,
    /// By copy and version.
    found: HashMap<(String, u32), Option<Why>>,
}

impl Looked {
    /// Looks at those among these last versions that were not looked at yet. In almost every house nothing outdates any: nothing more is read then.
    async fn look(&mut self, house: &House, last: &[CopyRow]) -> Result<(), Error> {
        let causes = Causes::of(house).await?;
        if causes != self.causes {
            (self.causes, self.found) = (causes, HashMap::new());
        }
        let is_new = |row: &&CopyRow| !self.found.contains_key(&(row.id.clone(), row.version));
        let fresh: Vec<&CopyRow> = last.iter().filter(|row| is_on_way(row)).filter(is_new).collect();
        if causes.are_none() || fresh.is_empty() {
            return Ok(());
        }
        let outdated = Outdated::load(house).await?;
        for row in fresh {
            let why = outdated.why(house, row).await?;
            self.found.insert((row.id.clone(), row.version), why);
        }
        Ok(())
    }

    fn why(&self, row: &CopyRow) -> Option<Why> {
        self.found.get(&(row.id.clone(), row.version)).copied().flatten().filter(|_| is_on_way(row))
    }
}

/// What an issued version lacks.
#[derive(Debug, Default)]
struct Lacks {
    /// The open stage; empty when the route is complete.
    stage: String,
    signers: Vec<String>,
    sheets: BTreeMap<String, usize>,
    parts: BTreeMap<String, Part>,
}

/// The part of everybody in a route.
fn parts(route: &[StageFacts], stands: &[Signed], said: &[StatementRow], version: u32) -> BTreeMap<String, Part> {
    let mut parts = BTreeMap::new();
    for stage in route {
        for signer in &stage.signers {
            let id = &signer.person.id;
            let owes = !route::left(&stage.id, signer, stands).is_empty();
            let anew = said.iter().any(|one| one.signer == *id && one.version == version);
            let part = match (owes, anew) {
                (true, _) => Part::ToSign,
                (false, true) => Part::Signed,
                (false, false) => Part::Kept,
            };
            // Of several places the one that is not signed yet speaks for the person.
            let known = parts.entry(id.clone()).or_insert(part);
            if owes {
                *known = Part::ToSign;
            }
        }
    }
    parts
}

/// The sheets that each signer of a stage is still to sign for, where it is signed by sheets.
fn own_sheets(stage: &StageFacts, stands: &[Signed]) -> BTreeMap<String, usize> {
    if stage.id != BY_SHEETS {
        return BTreeMap::new();
    }
    let left = stage.signers.iter().map(|one| (one.person.id.clone(), route::left(&stage.id, one, stands).len()));
    left.filter(|(_, left)| *left > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::snapshot::{PersonFacts, SignerFacts};

    fn stage(id: &str, people: &[(&str, &str)]) -> StageFacts {
        let person = |id: &str| PersonFacts {
            id: id.to_owned(),
            surname: String::new(),
            given_name: String::new(),
            patronymic: String::new(),
            position: String::new(),
        };
        let signer = |(one, sheet): &(&str, &str)| SignerFacts {
            person: person(one),
            office: String::new(),
            order: String::new(),
            sheets: vec![(*sheet).to_owned()],
        };
        StageFacts { id: id.to_owned(), title: String::new(), signers: people.iter().map(signer).collect() }
    }

    fn said(signer: &str, version: u32) -> StatementRow {
        StatementRow {
            stage: BY_SHEETS.to_owned(),
            signer: signer.to_owned(),
            body: String::new(),
            signature: String::new(),
            certificate: String::new(),
            signed_at: String::new(),
            verdict: "checked_and_correct".to_owned(),
            version,
            kept: Vec::new(),
        }
    }

    #[test]
    fn a_kept_signature_is_told_from_a_new_one_and_from_one_that_is_lacking() {
        let own = [("T1", "algebra"), ("T2", "physics"), ("T3", "music")];
        let route = [stage(BY_SHEETS, &own), stage("deputy", &[("T1", "title")])];
        let stands: Vec<Signed> = own
            .into_iter()
            .map(|(signer, sheet)| Signed {
                stage: BY_SHEETS.to_owned(),
                signer: signer.to_owned(),
                sheets: vec![sheet.to_owned()],
            })
            .collect();
        let found = parts(&route, &stands, &[said("T1", 1), said("T2", 1), said("T3", 2)], 2);
        let of = |id: &str| found.get(id).copied();
        assert_eq!(of("T1"), Some(Part::ToSign), "the deputy's place is open");
        assert_eq!((of("T2"), of("T3"), of("T4")), (Some(Part::Kept), Some(Part::Signed), None));
    }
}
