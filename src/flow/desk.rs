//! The signing desk: what one person is to sign now, what changed since the last look, what stands behind a whole copy. Floor 2.

mod mending;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset};

use super::force::Versions;
use super::outdated::{Outdated, Why};
use super::papers::Paper;
use super::sign::{REFUSED, signed};
use super::{Error, House, compromise, read_file, recall, reissue, sources};
use crate::domain::canon::Digest;
use crate::domain::copy::{Standing, State};
use crate::domain::desk_forms::{About, SignedEvent, seen};
use crate::domain::difference::{change_rows, sheet_diff};
use crate::domain::finding::Finding;
use crate::domain::route::{self, BY_SHEETS, Wish};
use crate::domain::snapshot::{ChangedValue, SignerFacts, StageFacts};
use crate::domain::statement::{Category, Statement};
use crate::domain::words;
use crate::sign::certificate::{PublicKey, certificate_facts, from_pem};
use crate::sign::keys::verify_ed25519_raw;
use crate::store::{ChangeFilter, CopyRow, PaperStageRow, RecallRow, SeenRow, StatementRow};

pub use mending::{Mending, mending};

/// One place of a route that waits for the person at the desk.
#[derive(Debug, Clone)]
pub struct Item {
    /// The copy.
    pub row: CopyRow,
    /// Its frozen facts.
    pub paper: Arc<Paper>,
    /// Stage.
    pub stage: String,
    /// Words of the stage.
    pub title: String,
    /// Office signed in, with the order of an acting signer.
    pub office: String,
    /// Does the place certify the copy as a whole?
    pub whole: bool,
    /// Was the stage said to be signed on paper? It is signed here only by whoever says so.
    pub on_paper: bool,
    /// The sheets still to be signed for.
    pub sheets: Vec<ItemSheet>,
    /// Places of the earlier stages that are signed, of how many.
    pub before: (usize, usize),
    /// What stands out: each a sentence.
    pub exceptions: Vec<String>,
    /// Pages whose scan differs from what was issued and was not looked at; for who certifies the whole.
    pub differing: usize,
    /// What is wrong: such a copy is not to be signed.
    pub faults: Vec<String>,
    /// Why the version is never sealed: its next version is waited for. `None` of one that is to be signed.
    pub outdated: Option<Why>,
}

/// One sheet of an [`Item`].
#[derive(Debug, Clone)]
pub struct ItemSheet {
    /// Identifier.
    pub id: String,
    /// Number in the copy, from 1.
    pub no: usize,
    /// «алгебра».
    pub name: String,
    /// Digest.
    pub digest: Digest,
    /// How it stands to the person's last look.
    pub look: Look,
}

/// A sheet and the last look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// The person has not opened it.
    Never,
    /// It is as it was seen at that moment.
    Same(String),
    /// It is another than was seen: what changed.
    Changed(Vec<Finding>),
    /// It is as the person signed it at that moment, in this version or an earlier one; whether it was opened then, nobody knows.
    Signed(String),
    /// It is another than the person signed: what changed.
    SignedOther(Vec<Finding>),
}

/// A sheet as a person signed it last.
struct OwnSignature {
    version: u32,
    digest: Digest,
    at: String,
}

/// The sheets of a copy that a person signed with the own key, in any version, by identifier; `said`: what was said of this version. A signature
/// that a stolen account made is not the person's.
async fn own_signatures(
    house: &House,
    row: &CopyRow,
    (person, said): (&str, &[StatementRow]),
    voids: &compromise::VoidStatements,
) -> Result<BTreeMap<String, OwnSignature>, Error> {
    let mut all = Vec::new();
    for version in 1..row.version {
        all.extend(house.db.list_statements(&row.id, version).await?);
    }
    all.extend(said.iter().cloned());
    // A kept signature stands among those of a later version too: the newest speaks.
    all.sort_by_key(|one| one.version);
    let mut own = BTreeMap::new();
    for one in all.iter().filter(|one| one.signer == person && one.verdict != REFUSED && voids.why(one).is_none()) {
        let Some(told) = statement(one).filter(|told| told.ink.is_none()) else { continue };
        for sheet in told.sheets {
            let signature = OwnSignature { version: one.version, digest: sheet.digest, at: one.signed_at.clone() };
            own.insert(sheet.id, signature);
        }
    }
    Ok(own)
}

/// A copy that came back, or was recalled, and needs its next version.
#[derive(Debug, Clone)]
pub struct Returned {
    /// The copy.
    pub row: CopyRow,
    /// The recall, of a copy that everybody had signed.
    pub recall: Option<RecallRow>,
    /// Remarks: sheet, category, words.
    pub remarks: Vec<Remark>,
}

/// One remark as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Version it was made for.
    pub version: u32,
    /// Who made it: staff identifier.
    pub by: String,
    /// «алгебра», empty for a remark on the whole.
    pub sheet: String,
    /// Of a course's sheet the course, with the number of an earlier teacher's part; empty otherwise.
    pub course: String,
    /// Whose sheet it is, the first in the route who signs for it: staff identifier; empty where nobody does.
    pub owner: String,
    /// «Отметка».
    pub category: &'static str,
    /// The words.
    pub words: String,
}

/// What waits for a person among these copies (last versions).
pub async fn items(house: &House, person: &str, copies: &[CopyRow]) -> Result<Vec<Item>, Error> {
    let seen: BTreeMap<(String, String), SeenRow> =
        house.db.list_seen(person).await?.into_iter().map(|row| ((row.copy.clone(), row.sheet.clone()), row)).collect();
    let keys = public_keys(house).await?;
    let unseen = super::scans::unseen(house).await?;
    let paper_stages = house.db.list_open_paper_stages().await?;
    let voids = compromise::void_statements(house).await?;
    let outdated = Outdated::load(house).await?;
    let mut items = Vec::new();
    for row in copies.iter().filter(|row| row.state == State::Issued) {
        let paper = house.papers.get(house, row.snapshot).await?;
        let said = house.db.list_statements(&row.id, row.version).await?;
        let stands = signed(&said);
        let wish = Wish { signer: person.to_owned(), ..Wish::default() };
        let Ok((stage, place)) = route::decide(&paper.route, &stands, &wish) else { continue };
        let whole = stage.id != BY_SHEETS;
        let signatures = match whole {
            true => BTreeMap::new(),
            false => own_signatures(house, row, (person, &said), &voids).await?,
        };
        let mut sheets = Vec::new();
        for id in route::left(&stage.id, place, &stands) {
            let Some(sheet) = paper.sheet(&id) else { continue };
            let look = match (seen.get(&(row.id.clone(), id.clone())), signatures.get(&id)) {
                (_, Some(own)) if own.digest == sheet.digest => Look::Signed(own.at.clone()),
                (Some(seen), _) if whole || seen.digest == sheet.digest.to_hex() => Look::Same(seen.seen_at.clone()),
                (seen, Some(own)) if seen.is_none_or(|seen| seen.version <= own.version) => {
                    Look::SignedOther(since(house, &row.id, own.version, row, &id).await?)
                }
                (Some(seen), _) => Look::Changed(since(house, &row.id, seen.version, row, &id).await?),
                (None, _) => Look::Never,
            };
            sheets.push(ItemSheet { no: paper.number(&id), name: sheet.name.clone(), digest: sheet.digest, id, look });
        }
        // The route goes on over a void signature; nobody is told that it stands.
        let counts = voids.sound(&said);
        let void = voids.told(&said, &paper.route);
        let office = match place.order.as_str() {
            "" => place.office.clone(),
            order => format!("{} ({})", place.office, words::order_words(order)),
        };
        let mut faults = faults(house, row, &paper, &said, &keys)?;
        let outdated = outdated.why(house, row).await?;
        faults.extend(outdated.map(|why| words::capitalised(&why.said(row.version))));
        items.push(Item {
            stage: stage.id.clone(),
            title: stage.title.clone(),
            office,
            whole,
            on_paper: is_on_paper(&paper_stages, row, &stage.id),
            sheets,
            before: before(&paper.route, stage, &signed(&counts)),
            exceptions: match whole {
                true => [void, exceptions(&paper, &counts, row), replaced(house, &paper).await?].concat(),
                false => Vec::new(),
            },
            differing: unseen.iter().filter(|one| whole && one.copy.id == row.id).count(),
            faults,
            outdated,
            paper,
            row: row.clone(),
        });
    }
    // What stands out comes first; then class by class.
    items.sort_by_key(|item| {
        let plain = item.exceptions.is_empty() && item.faults.is_empty() && item.differing == 0;
        (item.faults.is_empty(), plain, item.paper.grade, item.paper.class.clone(), item.row.id.clone())
    });
    Ok(items)
}

/// Was a stage of this version said to be signed on paper? The desk and the first screen ask here.
pub fn is_on_paper(stages: &[PaperStageRow], row: &CopyRow, stage: &str) -> bool {
    stages.iter().any(|one| (&one.copy, one.version, one.stage.as_str()) == (&row.id, row.version, stage))
}

/// Signed places of the stages before one, of how many.
fn before(route: &[StageFacts], stage: &StageFacts, stands: &[route::Signed]) -> (usize, usize) {
    let earlier = route.iter().take_while(|one| one.id != stage.id);
    earlier.fold((0, 0), |(done, all), one| {
        let missing = route::missing(one, stands).len();
        (done + one.signers.len() - missing, all + one.signers.len())
    })
}

/// What of a copy a person who certifies the whole should know before signing.
fn exceptions(paper: &Paper, said: &[StatementRow], row: &CopyRow) -> Vec<String> {
    let mut told = Vec::new();
    if row.version > 1 {
        told.push(paper.replaces.clone());
    }
    if !paper.ground.is_empty() {
        told.push(format!("Период закрыт при неполных записях: {}", paper.ground));
    }
    let kept = said.iter().filter(|one| one.version < row.version).count() as u64;
    if kept > 0 {
        let n = words::count(kept, "подпись", "подписи", "подписей");
        told.push(format!("Осталось в силе с прежней версии: {n}, листы не менялись"));
    }
    let ink = said.iter().filter(|one| statement(one).is_some_and(|said| said.ink.is_some())).count() as u64;
    if ink > 0 {
        told.push(format!("Подписано на бумаге: {}", words::count(ink, "подпись", "подписи", "подписей")));
    }
    for signer in paper.route.iter().flat_map(|stage| &stage.signers).filter(|signer| !signer.order.is_empty()) {
        told.push(format!("Подписывает {} ({})", words::lowered(&signer.office), words::order_words(&signer.order)));
    }
    told
}

/// Copies that a record of the year was built from and that have been replaced since.
async fn replaced(house: &House, paper: &Paper) -> Result<Vec<String>, Error> {
    let found = sources::replaced(house, "", &paper.sources).await?;
    Ok(found.into_iter().map(|one| words::capitalised(&one.message)).collect())
}

pub(super) fn statement(row: &StatementRow) -> Option<Statement> {
    Statement::from_signed_bytes(row.body.as_bytes()).ok()
}

/// Public keys of the registered certificates, by fingerprint.
async fn public_keys(house: &House) -> Result<BTreeMap<String, [u8; 32]>, Error> {
    let mut keys = BTreeMap::new();
    for row in house.db.list_certificates().await? {
        if let Ok(PublicKey::Ed25519(key)) =
            from_pem(&row.pem).and_then(|der| certificate_facts(&der)).map(|f| f.public_key)
        {
            keys.insert(row.fingerprint, key);
        }
    }
    Ok(keys)
}

/// «С тех пор ничего не менялось», proven: the issued file is the issued one, each signature holds, each signed sheet has the digest that
/// was signed. What does not hold comes back as sentences.
fn faults(
    house: &House,
    row: &CopyRow,
    paper: &Paper,
    said: &[StatementRow],
    keys: &BTreeMap<String, [u8; 32]>,
) -> Result<Vec<String>, Error> {
    let mut faults = Vec::new();
    if let Ok(digest) = row.issued_pdf.parse::<Digest>() {
        let file = read_file(&house.issued_pdf(&row.id, row.version, digest));
        if !file.is_ok_and(|bytes| Digest::of(&bytes) == digest) {
            faults.push("Файл выпуска изменён или пропал: сообщите администратору".to_owned());
        }
    }
    for one in said.iter().filter(|one| one.verdict != REFUSED) {
        let signature = STANDARD.decode(&one.signature).unwrap_or_default();
        let holds =
            keys.get(&one.certificate).is_some_and(|key| verify_ed25519_raw(key, one.body.as_bytes(), &signature));
        let spoken = |id: &String| one.kept.is_empty() || one.kept.contains(id);
        let same = statement(one).is_some_and(|said| {
            let mut sheets = said.sheets.iter().filter(|sheet| spoken(&sheet.id));
            sheets.all(|sheet| paper.sheet(&sheet.id).is_some_and(|now| now.digest == sheet.digest))
        });
        if !holds || !same {
            faults.push(format!("Подпись сотрудника {} неверна или лист изменён после неё", one.signer));
        }
    }
    Ok(faults)
}

/// What changed in a sheet since the version that the person saw.
async fn since(house: &House, copy: &str, version: u32, now: &CopyRow, sheet: &str) -> Result<Vec<Finding>, Error> {
    let versions = house.db.list_versions(copy).await?;
    let Some(then) = versions.iter().find(|row| row.version == version) else { return Ok(Vec::new()) };
    let (was, is) = (house.db.load_snapshot(then.snapshot).await?, house.db.load_snapshot(now.snapshot).await?);
    let find =
        |snapshot: &crate::domain::snapshot::Snapshot| snapshot.sheets.iter().find(|one| one.id() == sheet).cloned();
    Ok(match (find(&was), find(&is)) {
        (Some(was), Some(is)) => sheet_diff(&now.class, &was, &is),
        _ => Vec::new(),
    })
}

/// What two versions of a copy differ in, and what led from one to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences {
    /// «Взамен версии 1: исправлена отметка»; of every version on the way.
    pub ground: String,
    /// Sheet, learner, cell, was, is, and the remark on that sheet.
    pub rows: Vec<ChangedValue>,
}

/// The differences of two versions of a copy, as the later one's sheet of changes says them.
pub async fn differences(house: &House, id: &str, from: u32, to: u32) -> Result<Differences, Error> {
    let versions = house.db.list_versions(id).await?;
    let last = versions.last().ok_or_else(|| Error::NoCopy(id.to_owned()))?.version;
    let find = |wanted: u32| {
        let found = versions.iter().find(|row| row.version == wanted);
        found.ok_or_else(|| Error::NoVersion { copy: id.to_owned(), asked: wanted, last })
    };
    let (was, is) =
        (house.db.load_snapshot(find(from)?.snapshot).await?, house.db.load_snapshot(find(to)?.snapshot).await?);
    let passed = from.min(to)..from.max(to);
    let remarks = recall::with_recalls(house, id).await?;
    let said = |sheet: &str| {
        let own = passed.clone().map(|version| reissue::remark_on(&remarks, version, sheet));
        own.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ")
    };
    let mut grounds = Vec::new();
    for row in versions.iter().filter(|row| passed.contains(&(row.version - 1))) {
        grounds.push(house.papers.get(house, row.snapshot).await?.replaces.clone());
    }
    grounds.retain(|ground| !ground.is_empty());
    Ok(Differences { ground: grounds.join(". "), rows: change_rows(&was, &is, said) })
}

/// Whose copy it is, for the papers of the desk.
pub async fn about(house: &House, row: &CopyRow) -> Result<About, Error> {
    let snapshot = house.db.load_snapshot(row.snapshot).await?;
    let replaced_by = match Versions::of_copy(house, &row.id).await?.standing(&row.id, row.version) {
        Standing::Replaced { by, .. } => by,
        Standing::InForce { .. } | Standing::Coming { .. } => 0,
    };
    Ok(About { replaced_by, ..About::of(&snapshot, row.snapshot, &row.issued_pdf) })
}

/// Everything that was said of a version, in the order of time, as the sheet of signatures prints it.
pub async fn events(house: &House, row: &CopyRow) -> Result<Vec<SignedEvent>, Error> {
    let paper = house.papers.get(house, row.snapshot).await?;
    let certificates = house.db.list_certificates().await?;
    let voids = compromise::void_statements(house).await?;
    let mut events = Vec::new();
    for one in house.db.list_statements(&row.id, row.version).await? {
        let Some(said) = statement(&one) else { continue };
        let certificate = certificates.iter().find(|row| row.fingerprint == one.certificate);
        let mut event = SignedEvent {
            certificate: certificate.map(|row| row.serial.clone()).unwrap_or_default(),
            ..SignedEvent::of(&said, one.body.as_bytes(), &paper.route, row.version, one.kept.len())
        };
        // The sheet of a record says the order's number alone, as the pages that were signed do.
        let (name, office, order) = said.office_of();
        if !order.is_empty() {
            event.who = format!("{name}, {office} ({})", words::order_words(order));
        }
        if let Some(why) = voids.why(&one) {
            event.what = format!("недействительно: {}", event.what);
            event.note = [why, event.note.as_str()].join("; ").trim_end_matches("; ").to_owned();
        }
        events.push(event);
    }
    Ok(events)
}

/// A place of the route as lists show it: what was said there, and for which of its sheets a signature stands in this version.
#[derive(Debug, Clone, Copy)]
pub struct Place<'s> {
    /// Who signed some sheets and refused one has two statements, and the refusal is what holds the copy up; else the newest speaks. `None`
    /// while nothing was said.
    pub said: Option<&'s StatementRow>,
    /// Sheets that a signature speaks for.
    pub signed: usize,
    /// Sheets that no signature speaks for.
    pub left: usize,
}

impl Place<'_> {
    /// Is it signed for some of its sheets only?
    pub fn is_partial(&self) -> bool {
        self.signed > 0 && self.left > 0
    }

    /// «3 листа», «2 из 3 листов»: those that the signature, or the refusal, speaks for.
    pub fn sheets(&self) -> String {
        let all = (self.signed + self.left) as u64;
        if !self.is_partial() {
            return words::count(all, "лист", "листа", "листов");
        }
        let spoken = if self.is_refused() { self.left } else { self.signed };
        format!("{spoken} из {}", words::count(all, "листа", "листов", "листов"))
    }

    /// «1 лист»: still awaited of who signed others; empty of who signed all, refused, or said nothing at all.
    pub fn owed(&self) -> String {
        if self.left == 0 || self.said.is_none() || self.is_refused() {
            return String::new();
        }
        words::count(self.left as u64, "лист", "листа", "листов")
    }

    fn is_refused(&self) -> bool {
        self.said.is_some_and(|one| one.verdict == REFUSED)
    }
}

/// How a place of the route stands.
pub fn place<'s>(statements: &'s [StatementRow], stage: &str, signer: &SignerFacts) -> Place<'s> {
    let own = || statements.iter().filter(|one| one.stage == stage && one.signer == signer.person.id);
    let said = own().find(|one| one.verdict == REFUSED).or_else(|| own().max_by_key(|one| one.version));
    let left = route::left(stage, signer, &signed(statements)).len();
    Place { said, signed: signer.sheets.len() - left, left }
}

/// A signature with a pen, as pages and lists say it beside the name: which day and who saw it. Empty for one made with a key.
pub fn on_paper(row: &StatementRow) -> String {
    statement(row).and_then(|said| said.ink.as_ref().map(|ink| seen(ink, &said))).unwrap_or_default()
}

/// Notes that a person has seen sheets of a version as they are.
pub async fn note_seen(
    house: &House,
    person: &str,
    row: &CopyRow,
    sheets: &[&str],
    at: DateTime<FixedOffset>,
) -> Result<(), Error> {
    let paper = house.papers.get(house, row.snapshot).await?;
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    let seen: Vec<SeenRow> = sheets
        .iter()
        .filter_map(|id| paper.sheet(id))
        .map(|sheet| SeenRow {
            copy: row.id.clone(),
            sheet: sheet.id.clone(),
            version: row.version,
            digest: sheet.digest.to_hex(),
            seen_at: at.clone(),
        })
        .collect();
    Ok(house.db.remember_seen(person, &seen).await?)
}

/// The remarks of a copy as people read them, newest version first.
pub async fn remarks(house: &House, row: &CopyRow) -> Result<Vec<Remark>, Error> {
    let paper = house.papers.get(house, row.snapshot).await?;
    let mut remarks: Vec<Remark> = recall::with_recalls(house, &row.id)
        .await?
        .into_iter()
        .map(|one| Remark {
            version: one.version,
            owner: paper
                .route
                .iter()
                .flat_map(|stage| &stage.signers)
                .find(|signer| signer.sheets.contains(&one.sheet))
                .map(|signer| signer.person.id.clone())
                .unwrap_or_default(),
            course: paper.sheet(&one.sheet).map(|sheet| sheet.course.clone()).unwrap_or_default(),
            sheet: paper.sheet(&one.sheet).map_or(one.sheet, |sheet| sheet.name.clone()),
            category: match one.stage == recall::STAGE {
                true => "Возврат на исправление",
                false => Category::parse(&one.category).unwrap_or(Category::Other).as_russian(),
            },
            by: one.signer,
            words: one.remark,
        })
        .collect();
    remarks.sort_by_key(|one| std::cmp::Reverse(one.version));
    Ok(remarks)
}

/// Has nothing been written into the journal of a copy's class since it was frozen? A change of its learners, staff or courses counts as one.
pub async fn stands_still(house: &House, row: &CopyRow) -> Result<bool, Error> {
    unchanged_since(house, row, &house.db.load_snapshot(row.snapshot).await?.frozen_at).await
}

/// Has nothing been written into the journal of a copy's class since a moment (RFC 3339)?
pub async fn unchanged_since(house: &House, row: &CopyRow, moment: &str) -> Result<bool, Error> {
    let roster = house.db.load_roster(&row.year).await?;
    let since = ChangeFilter {
        year: Some(row.year.clone()),
        since: Some(moment.to_owned()),
        limit: 1,
        ..ChangeFilter::default()
    };
    let own = roster.courses.iter().filter(|course| course.class == row.class);
    let own = own.map(|course| ChangeFilter { names: Some(course.id.clone()), ..since.clone() });
    let whole = ["learners", "staff", "courses", "classes"];
    let whole = whole.map(|table| ChangeFilter { table: Some(table.to_owned()), ..since.clone() });
    for filter in own.chain(whole) {
        // What was written in the second of the freezing is in it: the period was closed from then on.
        if house.db.list_changes(&filter).await?.iter().any(|change| change.at.as_str() > moment) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Copies among these that came back with remarks or were recalled.
pub async fn returned(house: &House, copies: &[CopyRow]) -> Result<Vec<Returned>, Error> {
    let recalls = house.db.list_recalls().await?;
    let mut returned = Vec::new();
    for row in copies {
        let recall = recalls.iter().find(|one| one.copy == row.id && one.version == row.version).cloned();
        if row.state != State::Refused && recall.is_none() {
            continue;
        }
        let mut remarks = remarks(house, row).await?;
        remarks.retain(|one| one.version == row.version);
        returned.push(Returned { row: row.clone(), recall, remarks });
    }
    Ok(returned)
}
