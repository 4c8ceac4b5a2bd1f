//! A stage signed on paper: opened for a version of a copy, completed by the scans of its sheets. Floor 2.
//!
//! Whoever answers for the copy says which stage goes on paper ([`open`]). From then on scans that come in are counted: when every page of
//! every sheet that the stage still owes is among them, [`settle`] puts the statements of the person who recorded the last of them on
//! record, in one transaction with an event that names the scans and the recorder. A scan from before the stage was opened shows no
//! signature of it and does not count. Whoever puts the scans there says that the signatures were seen: the form says so before. A place that
//! the comparison afterwards finds without ink is told as a difference of its page ([`super::super::scans::compare`]).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};

use super::super::scans::{self, Standing};
use super::super::sign::{self, Desk, Target, Witness};
use super::super::{Act, Error, House, salt};
use super::{Refusal, check_day, check_policy, witness};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::domain::finding::{Finding, Severity};
use crate::domain::names;
use crate::domain::route;
use crate::domain::snapshot::{Snapshot, StageFacts};
use crate::store::{self, CopyRow, PaperStageRow};

/// How a stage on paper stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperStage {
    /// Stage.
    pub id: String,
    /// Words for it.
    pub title: String,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// Who opened it.
    pub opened_by: String,
    /// Whose signatures it still owes: identifier and name; empty when the stage is complete.
    pub owes: Vec<(String, String)>,
    /// Pages that must come back signed.
    pub pages: Vec<u32>,
    /// Those of them that have not come yet.
    pub missing: Vec<u32>,
    /// Is it this stage's turn?
    pub is_turn: bool,
    /// File with the first page of each signer's sheets, for those whose pages are all in.
    scans: BTreeMap<String, String>,
    /// Every file that its pages lie in.
    files: BTreeSet<String>,
}

/// A stage that its scans completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// Copy.
    pub copy: String,
    /// Its number, as papers and pages have it.
    pub number: String,
    /// Version.
    pub version: u32,
    /// Words for the stage.
    pub stage: String,
    /// Signatures recorded.
    pub signatures: usize,
    /// Is the route complete with it?
    pub route_done: bool,
}

impl std::fmt::Display for Completed {
    /// «Копия № 2025-5А-1Ч: ступень «Учитель» на бумаге завершена, подписей: 12.»
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { number, stage, signatures, .. } = self;
        write!(f, "Копия №\u{a0}{number}: ступень «{stage}» на бумаге завершена, подписей: {signatures}.")?;
        if self.route_done {
            f.write_str(" Маршрут завершён.")?;
        }
        Ok(())
    }
}

/// What settling came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Stages completed now.
    pub completed: Vec<Completed>,
    /// Why a stage whose sheets are all in is not complete.
    pub findings: Vec<Finding>,
}

/// Says that a stage of the copy's last version is signed on paper.
pub async fn open(house: &House, copy: &str, version: u32, stage: &str, act: &Act) -> Result<(), Error> {
    check_policy(house, act).await?;
    let row = house.db.list_versions(copy).await?.pop().ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    if version != row.version {
        return Err(Error::OldVersion { copy: row.id, asked: version, current: row.version });
    }
    if row.state != State::Issued {
        return Err(Refusal::NotSigned(row.state.as_russian().to_owned()).into());
    }
    let snapshot = house.db.load_snapshot(row.snapshot).await?;
    let found = snapshot.route.iter().find(|one| one.id == stage);
    let found = found.ok_or_else(|| Refusal::NoStage(stage.to_owned()))?;
    let signed = sign::signed(&house.db.list_statements(&row.id, row.version).await?);
    if route::missing(found, &signed).is_empty() {
        return Err(Refusal::StageDone(found.title.clone()).into());
    }
    let event = Event::new(EventKind::PaperStageOpened, &act.by, &act.moment())
        .with("copy", &row.id)
        .with_number("version", row.version.into())
        .with("stage", stage);
    let opened = PaperStageRow {
        copy: row.id.clone(),
        version: row.version,
        stage: stage.to_owned(),
        opened_at: act.moment(),
        opened_by: act.by.clone(),
    };
    let mut tx = house.db.begin().await?;
    match tx.open_paper_stage(&opened).await {
        Err(store::Error::Duplicate) => return Err(Refusal::OpenAlready(found.title.clone()).into()),
        other => other?,
    }
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// Stages on paper of a version, in the order of the route.
pub async fn standing(house: &House, standing: &Standing) -> Result<Vec<PaperStage>, Error> {
    let row = &standing.copy;
    let opened = house.db.list_paper_stages(&row.id, row.version).await?;
    if opened.is_empty() {
        return Ok(Vec::new());
    }
    let snapshot = house.db.load_snapshot(row.snapshot).await?;
    let signed = sign::signed(&house.db.list_statements(&row.id, row.version).await?);
    let received = house.db.list_scan_files().await?.into_iter().map(|file| (file.digest, file.received_at));
    let received: BTreeMap<String, String> = received.collect();
    let turn = route::open_stage(&snapshot.route, &signed).map(|stage| stage.id.as_str());
    let one = |stage: &StageFacts| {
        let opened = opened.iter().find(|one| one.stage == stage.id)?;
        let mut made = stage_of(&snapshot, stage, &signed, standing, &received, opened);
        made.is_turn = row.state == State::Issued && turn == Some(stage.id.as_str());
        Some(made)
    };
    Ok(snapshot.route.iter().filter_map(one).collect())
}

fn stage_of(
    snapshot: &Snapshot,
    stage: &StageFacts,
    signed: &[route::Signed],
    standing: &Standing,
    received: &BTreeMap<String, String>,
    opened: &PaperStageRow,
) -> PaperStage {
    let moment = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    // The scan of a page that came in since the stage was opened, the first of them.
    let scan = |page: &scans::PageStanding| {
        let counts = |file: &&String| {
            received.get(*file).is_some_and(|at| moment(at).zip(moment(&opened.opened_at)).is_some_and(|(a, b)| a >= b))
        };
        page.scans.iter().map(|at| &at.place.file).find(counts).cloned()
    };
    let number = |id: &String| (1..).zip(&snapshot.sheets).find(|(_, sheet)| sheet.id() == id).map(|(no, _)| no);
    let mut made = PaperStage {
        id: stage.id.clone(),
        title: stage.title.clone(),
        opened_at: opened.opened_at.clone(),
        opened_by: opened.opened_by.clone(),
        owes: Vec::new(),
        pages: Vec::new(),
        missing: Vec::new(),
        is_turn: false,
        scans: BTreeMap::new(),
        files: BTreeSet::new(),
    };
    for signer in &stage.signers {
        let left = route::left(&stage.id, signer, signed);
        if left.is_empty() {
            continue;
        }
        let person = &signer.person;
        let name = names::short_name(&person.surname, &person.given_name, &person.patronymic);
        made.owes.push((person.id.clone(), name));
        let sheets: Vec<u32> = left.iter().filter_map(number).collect();
        for page in standing.pages.iter().filter(|page| sheets.contains(&page.sheet)) {
            made.pages.push(page.leaf);
            match scan(page) {
                Some(file) => {
                    made.scans.entry(person.id.clone()).or_insert_with(|| file.clone());
                    made.files.insert(file);
                }
                None => made.missing.push(page.leaf),
            }
        }
    }
    for pages in [&mut made.pages, &mut made.missing] {
        pages.sort_unstable();
        pages.dedup();
    }
    made
}

/// Completes every stage on paper of these copies whose sheets are all in; `day` is the one beside the signatures.
pub async fn settle(house: &House, copies: &[String], day: NaiveDate, act: &Act) -> Result<Settled, Error> {
    let mut settled = Settled::default();
    for copy in copies {
        // One stage after another: what was opened together may be completed by one pile.
        while let Some(row) = house.db.list_versions(copy).await?.pop() {
            if house.db.list_paper_stages(&row.id, row.version).await?.is_empty() {
                break;
            }
            let standing_now = scans::standing(house, &row.id, None).await?;
            let stages = standing(house, &standing_now).await?;
            let whole = |stage: &&PaperStage| stage.is_turn && stage.missing.is_empty() && !stage.pages.is_empty();
            let Some(stage) = stages.iter().find(whole) else { break };
            match complete(house, &row, stage, day, act).await {
                Ok(completed) => settled.completed.push(completed),
                // What a person can put right is told; the scans stay filed.
                Err(error @ (Error::Paper(_) | Error::KeyOut { .. } | Error::NoKey(_) | Error::NotNow { .. })) => {
                    let message = format!("листы ступени «{}» все на месте, но она не завершена: {error}", stage.title);
                    let finding = Finding::new("scan.stage-not-completed", copy.as_str(), message);
                    settled.findings.push(finding.weighing(Severity::Warning));
                    break;
                }
                Err(other) => return Err(other),
            }
        }
    }
    Ok(settled)
}

async fn complete(
    house: &House,
    row: &CopyRow,
    stage: &PaperStage,
    day: NaiveDate,
    act: &Act,
) -> Result<Completed, Error> {
    check_policy(house, act).await?;
    check_day(row, day, act)?;
    if stage.owes.iter().any(|(id, _)| *id == act.by) {
        return Err(Refusal::OwnInk.into());
    }
    let seen = witness(house, day, "", act).await?;
    let of = |(id, _): &(String, String)| {
        let scan = stage.scans.get(id).cloned().unwrap_or_default();
        (id.clone(), Witness { scan, ..seen.clone() })
    };
    let ink: Vec<(String, Witness)> = stage.owes.iter().map(of).collect();
    let files: Vec<Digest> = stage.files.iter().filter_map(|file| file.parse().ok()).collect();
    let event = Event::new(EventKind::PaperStageCompleted, &act.by, &act.moment())
        .with("copy", &row.id)
        .with_number("version", row.version.into())
        .with("stage", &stage.id)
        .with_number("signatures", ink.len() as u64)
        .with_digests("scans", &files);
    let target = Target { copy: row.id.clone(), version: Some(row.version) };
    let done = Desk::open(house).await?.witness(&target, &stage.id, &ink, Some(event), act).await?;
    Ok(Completed {
        copy: row.id.clone(),
        number: row.number.clone(),
        version: row.version,
        stage: stage.title.clone(),
        signatures: ink.len(),
        route_done: !done.completed.is_empty(),
    })
}
