//! A stage signed on paper: opened for a version of a copy, completed by the scans of its sheets. Floor 2.
//!
//! Whoever answers for the copy says which stage goes on paper ([`open`]). From then on scans that come in are counted: when every page of
//! every sheet that the stage still owes is among them and each place of its signatures shows ink ([`super::super::scans::compare`]),
//! [`settle`] puts the statements of the person who recorded the last of them on record, in one transaction with an event that names the scans
//! and the recorder. A scan from before the stage was opened shows no signature of it and does not count. Where no ink is seen the stage waits
//! for a person who has looked ([`confirm`]). Statements stay: a scan that one of them rests on is not put aside ([`rests_on`]).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::super::outdated::is_on_way;
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
use crate::domain::snapshot::{Sheet, Snapshot, StageFacts};
use crate::domain::words::moment_of;
use crate::store::{self, CopyRow, Leaf, PaperStageRow, ScanPlace};
use crate::typeset;

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
    /// Pages that came and on which no ink of the stage was seen.
    pub blank: Vec<Blank>,
    /// Is it this stage's turn?
    pub is_turn: bool,
    /// File with the first page of each signer's sheets, for those whose pages are all in.
    scans: BTreeMap<String, String>,
    /// Every file that its pages lie in.
    files: BTreeSet<String>,
}

/// A page that came back and on which no signature of the stage was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// Page, from 1.
    pub leaf: u32,
    /// Its sheet, from 1.
    pub sheet: u32,
    /// Was the scan compared? Otherwise the program cannot say whether it is signed.
    pub is_compared: bool,
}

impl PaperStage {
    /// Sheets on which no ink was seen, in order.
    fn blank_sheets(&self, is_wanted: impl Fn(&Blank) -> bool) -> Vec<u32> {
        let mut sheets: Vec<u32> = self.blank.iter().filter(|one| is_wanted(one)).map(|one| one.sheet).collect();
        sheets.sort_unstable();
        sheets.dedup();
        sheets
    }

    /// «подписи не видно: лист 1; скан не сравнивался: листы 3, 4»; empty when each page that came is signed.
    pub fn blank_words(&self) -> String {
        let part = |said: &str, sheets: Vec<u32>| {
            let noun = if sheets.len() == 1 { "лист" } else { "листы" };
            (!sheets.is_empty()).then(|| format!("{said}: {noun} {}", scans::listed(&sheets)))
        };
        let bare = part("подписи не видно", self.blank_sheets(|one| one.is_compared));
        let unread = part("скан не сравнивался", self.blank_sheets(|one| !one.is_compared));
        bare.into_iter().chain(unread).collect::<Vec<_>>().join("; ")
    }
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
    let arrived = scans::arrivals(house).await?;
    let turn = route::open_stage(&snapshot.route, &signed).map(|stage| stage.id.as_str());
    let one = |stage: &StageFacts| {
        let opened = opened.iter().find(|one| one.stage == stage.id)?;
        let mut made = stage_of(house, &snapshot, stage, &signed, standing, &arrived, opened);
        made.is_turn = row.state == State::Issued && turn == Some(stage.id.as_str());
        Some(made)
    };
    let mut stages: Vec<PaperStage> = snapshot.route.iter().filter_map(one).collect();
    if stages.iter().any(|stage| !stage.blank.is_empty()) {
        let places = typeset::hand_places(&snapshot)?;
        let pages: Vec<u32> = standing.pages.iter().map(|page| page.sheet).collect();
        for stage in &mut stages {
            let owed =
                |(of, person): &(String, String)| *of == stage.id && stage.owes.iter().any(|(id, _)| id == person);
            let bears: Vec<bool> =
                places.iter().map(|page| page.signatures.iter().any(|place| owed(&place.of))).collect();
            stage.blank.retain(|one| awaits_ink(one.leaf, &pages, &bears));
        }
    }
    Ok(stages)
}

/// Is ink awaited on this page (from 1)? Nowhere on a page without a place of a signature, if another page of its sheet has one: such a page is
/// filed, and whether its scan could be compared is a matter of differences. `sheets`: the sheet of each page; `bears`: which pages have a place.
fn awaits_ink(leaf: u32, sheets: &[u32], bears: &[bool]) -> bool {
    let at = (leaf as usize).wrapping_sub(1);
    // What an older program has set on other pages is not known: then each page waits.
    if sheets.len() != bears.len() || bears.get(at) != Some(&false) {
        return true;
    }
    !sheets.iter().zip(bears).any(|(sheet, bears)| *bears && sheets.get(at) == Some(sheet))
}

fn stage_of(
    house: &House,
    snapshot: &Snapshot,
    stage: &StageFacts,
    signed: &[route::Signed],
    standing: &Standing,
    arrived: &BTreeMap<String, DateTime<FixedOffset>>,
    opened: &PaperStageRow,
) -> PaperStage {
    // Scans of a page count that came in since the stage was opened.
    let from = moment_of(&opened.opened_at);
    let counts = |at: &&scans::At| arrived.get(&at.place.file).zip(from).is_some_and(|(came, from)| *came >= from);
    let number = |id: &String| (1..).zip(&snapshot.sheets).find(|(_, sheet)| sheet.id() == id).map(|(no, _)| no);
    let mut made = PaperStage {
        id: stage.id.clone(),
        title: stage.title.clone(),
        opened_at: opened.opened_at.clone(),
        opened_by: opened.opened_by.clone(),
        owes: Vec::new(),
        pages: Vec::new(),
        missing: Vec::new(),
        blank: Vec::new(),
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
            let came: Vec<(&scans::At, Option<bool>)> = page
                .scans
                .iter()
                .filter(counts)
                .map(|at| (at, scans::ink(house, &at.place, &standing.copy, page.leaf)))
                .collect();
            // A signed sheet that was scanned anew speaks instead of the bare scan before it.
            let shown = came.iter().find(|(_, ink)| *ink == Some(true));
            let Some((at, ink)) = shown.or(came.first()) else {
                made.missing.push(page.leaf);
                continue;
            };
            let file = at.place.file.clone();
            made.scans.entry(person.id.clone()).or_insert_with(|| file.clone());
            made.files.insert(file);
            if *ink != Some(true) {
                let is_compared = came.iter().any(|(_, ink)| ink.is_some());
                made.blank.push(Blank { leaf: page.leaf, sheet: page.sheet, is_compared });
            }
        }
    }
    for pages in [&mut made.pages, &mut made.missing] {
        pages.sort_unstable();
        pages.dedup();
    }
    made.blank.sort_unstable_by_key(|one| one.leaf);
    made.blank.dedup();
    made
}

/// Completes every stage on paper of these copies whose sheets are all in and show ink in each place of a signature; `day` is the one beside
/// the signatures. `told` hears of pages compared for it and of all.
pub async fn settle(
    house: &House,
    copies: &[String],
    day: NaiveDate,
    act: &Act,
    told: &(dyn Fn(usize, usize) + Sync),
) -> Result<Settled, Error> {
    let mut settled = Settled::default();
    for copy in copies {
        run(house, copy, (day, false), act, told, &mut settled).await?;
    }
    Ok(settled)
}

/// Completes the stage on paper whose turn it is by the word of the person who has looked at its sheets, whatever the comparison saw.
pub async fn confirm(house: &House, copy: &str, day: NaiveDate, act: &Act) -> Result<Settled, Error> {
    let mut settled = Settled::default();
    run(house, copy, (day, true), act, &|_, _| {}, &mut settled).await?;
    Ok(settled)
}

async fn run(
    house: &House,
    copy: &str,
    (day, mut by_eye): (NaiveDate, bool),
    act: &Act,
    told: &(dyn Fn(usize, usize) + Sync),
    settled: &mut Settled,
) -> Result<(), Error> {
    // What was looked at is the stage that waited; those after it are completed by their ink.
    // One stage after another: what was opened together may be completed by one pile.
    while let Some(row) = house.db.list_versions(copy).await?.pop() {
        if house.db.list_paper_stages(&row.id, row.version).await?.is_empty() {
            break;
        }
        let standing_now = scans::standing(house, &row.id, None).await?;
        let Some(mut stage) = whole(house, &standing_now).await? else { break };
        if !by_eye && !stage.blank.is_empty() {
            look(house, &standing_now, &stage, told).await;
            let Some(seen) = whole(house, &standing_now).await? else { break };
            stage = seen;
        }
        if !by_eye && !stage.blank.is_empty() {
            let message = format!(
                "листы ступени «{}» все на месте, но она не завершена: {}. Посмотрите эти листы на странице копии в «Сканах листов»: если подписи на них есть, подтвердите это там, если нет — положите скан подписанного листа",
                stage.title,
                stage.blank_words()
            );
            let finding = Finding::new("scan.stage-not-completed", copy, message);
            settled.findings.push(finding.weighing(Severity::Warning));
            break;
        }
        match complete(house, &row, &stage, day, act).await {
            Ok(completed) => settled.completed.push(completed),
            // What a person can put right is told; the scans stay filed.
            Err(error @ (Error::Paper(_) | Error::KeyOut { .. } | Error::NoKey(_) | Error::NotNow { .. })) => {
                let message = format!("листы ступени «{}» все на месте, но она не завершена: {error}", stage.title);
                let finding = Finding::new("scan.stage-not-completed", copy, message);
                settled.findings.push(finding.weighing(Severity::Warning));
                break;
            }
            Err(other) => return Err(other),
        }
        by_eye = false;
    }
    Ok(())
}

/// The stage on paper whose turn it is and whose pages are all in.
async fn whole(house: &House, standing_now: &Standing) -> Result<Option<PaperStage>, Error> {
    let whole = |stage: &PaperStage| stage.is_turn && stage.missing.is_empty() && !stage.pages.is_empty();
    Ok(standing(house, standing_now).await?.into_iter().find(whole))
}

/// Compares what of the stage's pages was not compared yet. What cannot be compared is left to a person's eyes.
async fn look(house: &House, standing_now: &Standing, stage: &PaperStage, told: &(dyn Fn(usize, usize) + Sync)) {
    let waits = |leaf: u32| stage.blank.iter().any(|one| one.leaf == leaf);
    let pages = standing_now.pages.iter().filter(|page| waits(page.leaf));
    let work: Vec<(u32, &scans::At)> =
        pages.flat_map(|page| page.scans.iter().map(move |at| (page.leaf, at))).collect();
    told(0, work.len());
    for (done, (leaf, at)) in (1..).zip(&work) {
        let _compared = scans::compare(house, at, &standing_now.copy, *leaf).await;
        told(done, work.len());
    }
}

/// Why a scan of a page of a copy cannot be put aside: signatures of a stage on paper were recorded by it, and a statement stays what it is.
/// Nothing when no statement rests on it, or when another scan of the page came before the statement as well.
pub async fn rests_on(house: &House, at: &ScanPlace, leaf: &Leaf) -> Result<Option<String>, Error> {
    let opened = house.db.list_paper_stages(&leaf.copy, leaf.version).await?;
    if opened.is_empty() {
        return Ok(None);
    }
    let standing = scans::standing(house, &leaf.copy, Some(leaf.version)).await?;
    let Some(page) = standing.pages.iter().find(|page| page.leaf == leaf.leaf) else { return Ok(None) };
    let snapshot = house.db.load_snapshot(standing.copy.snapshot).await?;
    let sheet = snapshot.sheets.get((page.sheet as usize).wrapping_sub(1)).map(Sheet::id);
    let arrived = scans::arrivals(house).await?;
    let came_before = |place: &ScanPlace, said: &str| {
        arrived.get(&place.file).zip(moment_of(said)).is_some_and(|(came, said)| *came <= said)
    };
    for row in house.db.list_statements(&leaf.copy, leaf.version).await? {
        let Some(stage) = opened.iter().find(|one| one.stage == row.stage && row.version == leaf.version) else {
            continue;
        };
        let Some(said) = super::super::desk::statement(&row) else { continue };
        let is_by_scan = said.ink.as_ref().is_some_and(|ink| !ink.scan.is_empty());
        let is_of_sheet = said.sheets.iter().any(|one| Some(one.id.as_str()) == sheet);
        let other = |scan: &scans::At| {
            let since = moment_of(&stage.opened_at).zip(arrived.get(&scan.place.file));
            scan.place != *at
                && since.is_some_and(|(from, came)| *came >= from)
                && came_before(&scan.place, &said.signed_at)
        };
        if is_by_scan && is_of_sheet && came_before(at, &said.signed_at) && !page.scans.iter().any(other) {
            let title = snapshot.route.iter().find(|one| one.id == row.stage).map_or("", |one| one.title.as_str());
            return Ok(Some(title.to_owned()));
        }
    }
    Ok(None)
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
    // Sheets whose ink the program did not see: the person who attests it has looked.
    let by_eye = scans::listed(&stage.blank_sheets(|_| true));
    let event = if by_eye.is_empty() { event } else { event.with("by_eye", by_eye) };
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

/// Titles of the stages of a copy on its way that were declared to be on paper and are complete with ink, in the order of the route.
pub async fn done(house: &House, copy: &CopyRow) -> Result<Vec<String>, Error> {
    if !is_on_way(copy) {
        return Ok(Vec::new());
    }
    let opened = house.db.list_paper_stages(&copy.id, copy.version).await?;
    if opened.is_empty() {
        return Ok(Vec::new());
    }
    let snapshot: Snapshot = house.db.load_snapshot(copy.snapshot).await?;
    let said = house.db.list_statements(&copy.id, copy.version).await?;
    let signed = sign::signed(&said);
    let is_inked = |stage: &StageFacts| {
        let is_own = |row: &&store::StatementRow| row.stage == stage.id && row.version == copy.version;
        said.iter().filter(is_own).any(|row| !super::super::desk::on_paper(row).is_empty())
    };
    let is_done = |stage: &StageFacts| {
        opened.iter().any(|one| one.stage == stage.id) && route::missing(stage, &signed).is_empty() && is_inked(stage)
    };
    Ok(snapshot.route.into_iter().filter(is_done).map(|stage| stage.title).collect())
}

/// Stages that were on paper in the version before this one and are electronic again in it, while it can still be signed: identifier and
/// title. A declaration is of one version, for it names the printed sheets.
pub async fn lapsed(house: &House, copy: &CopyRow) -> Result<Vec<(String, String)>, Error> {
    if copy.version < 2 || !is_on_way(copy) {
        return Ok(Vec::new());
    }
    let before = house.db.list_paper_stages(&copy.id, copy.version - 1).await?;
    if before.is_empty() {
        return Ok(Vec::new());
    }
    let now = house.db.list_paper_stages(&copy.id, copy.version).await?;
    let snapshot: Snapshot = house.db.load_snapshot(copy.snapshot).await?;
    let was = |id: &str| before.iter().any(|row| row.stage == id) && !now.iter().any(|row| row.stage == id);
    Ok(snapshot.route.into_iter().filter(|stage| was(&stage.id)).map(|stage| (stage.id, stage.title)).collect())
}

#[cfg(test)]
mod tests {
    use super::awaits_ink;

    #[test]
    fn a_page_of_a_signed_sheet_that_has_no_place_of_a_signature_waits_for_no_ink() {
        // The title page is signed, the list behind it belongs to its sheet and is not; nor has the second sheet any place.
        let (sheets, bears) = ([1, 1, 2, 1], [true, false, false, true]);
        let waiting: Vec<u32> = (1..=5).filter(|leaf| awaits_ink(*leaf, &sheets, &bears)).collect();
        assert_eq!(waiting, [1, 3, 4, 5]);
        assert!(awaits_ink(2, &sheets, &bears[..3]), "set on other pages: nothing is known of them");
    }
}
