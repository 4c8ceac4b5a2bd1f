//! The supplement of a copy (дополнительный лист, DOC-18): what its period brought after the copy was frozen. Floor 2.
//!
//! A copy is due on the last day but one (000 Инс 4.1), so the last day's lessons and works still in their term can never be in it. Where the
//! school's rules send them to a supplement (`print.late_entries`), a copy that is frozen before its period's last day is over opens the period
//! for late entries by itself; later it is opened by hand, on a ground. While it is open, rows may come, and only rows that came since may change
//! or go: the database's own guards hold that. Frozen, the late rows are a copy of their own with the same route, seal and line in the register.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::close::{omission, salts};
use super::reissue::authority;
use super::{Act, Error, House, compromise, policy, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::copy::State;
use crate::domain::finding::{Finding, Severity};
use crate::domain::freeze::{self, Circumstances, LateRows, Laying};
use crate::domain::journal::YEAR;
use crate::domain::period::{self, Span};
use crate::domain::policy::Policy;
use crate::domain::snapshot::{CopyKind, Sheet, Snapshot, SupplementFacts};
use crate::domain::words;
use crate::store::{ClosureRow, CopyRow, LateRow, SupplementRow, Tx};
use crate::typeset;

/// A row of the journal: table and key.
type Key = (String, Vec<String>);

/// Why there is no supplement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The rules say otherwise.
    #[error(
        "правила школы отправляют записи, сделанные после печати, в копию следующего периода ({0}): дополнительный лист не составляется"
    )]
    NextPeriod(String),
    /// The rules say nothing.
    #[error(
        "правила школы не говорят, куда идут записи, сделанные после печати копии: впишите в них print.late_entries = supplement"
    )]
    Unsaid,
    /// It is not a copy that may have one.
    #[error("к копии {copy} дополнительный лист не составляется: {why}")]
    NotOfThis {
        /// Copy.
        copy: String,
        /// Why.
        why: &'static str,
    },
    /// One at a time.
    #[error("к копии {copy} уже есть дополнительный лист № {no}: {what}")]
    Unfinished {
        /// Copy.
        copy: String,
        /// Its number.
        no: u32,
        /// Where it stands, and what to do.
        what: &'static str,
    },
    /// Nothing is open.
    #[error("приём поздних записей к копии {0} не открыт")]
    NotOpen(String),
    /// Nothing came.
    #[error("поздних записей к копии {0} нет: составлять нечего; закройте приём, если их не будет")]
    Nothing(String),
    /// Something came.
    #[error("к копии {copy} внесено записей после её составления: {entries}; составьте дополнительный лист")]
    HasEntries {
        /// Copy.
        copy: String,
        /// How many.
        entries: usize,
    },
}

/// A supplement and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// From its opening on.
    pub row: SupplementRow,
    /// Late entries that stand now, or that were frozen.
    pub entries: usize,
    /// Its last version; `None` until it is frozen.
    pub copy: Option<CopyRow>,
}

impl Standing {
    /// Are late entries taken now?
    pub fn is_open(&self) -> bool {
        self.row.outcome.is_empty()
    }

    /// Where it stands, in words.
    pub fn in_russian(&self) -> String {
        match (&self.copy, self.row.outcome.as_str()) {
            (Some(copy), _) => copy.state.said_of(&copy.id).to_owned(),
            (None, "") => "принимаются поздние записи".to_owned(),
            (None, "withdrawn") => "закрыт: поздних записей не было".to_owned(),
            (None, _) => "записи вошли в следующую версию копии".to_owned(),
        }
    }
}

/// What came of making one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The frozen supplement; `None` when late lessons are incomplete and no ground was given.
    pub copy: Option<CopyRow>,
    /// What is incomplete beyond what the copy's own title page tells.
    pub findings: Vec<Finding>,
}

/// Do the rules send late entries to a supplement?
fn allowed(policy: &Policy) -> Result<(), Refusal> {
    match policy.first("print.late_entries") {
        Some(said) if said.has("supplement") => Ok(()),
        Some(said) => Err(Refusal::NextPeriod(words::clause_words(&said.clause))),
        None => Err(Refusal::Unsaid),
    }
}

/// Opens a supplement of a copy that has just been frozen, where the rules want one and the period's last day is not over yet. Says whether it did;
/// the caller's event follows.
pub(super) async fn open_with(
    tx: &mut Tx,
    policy: &Policy,
    snapshot: &Snapshot,
    span: &Span,
    act: &Act,
) -> Result<Option<Event>, Error> {
    // The year's own records close everything: its days have their periods' supplements.
    let early = act.at.date_naive() <= span.ends && span.id != YEAR;
    if !early || snapshot.copy.supplement.is_some() || allowed(policy).is_err() {
        return Ok(None);
    }
    let known = tx.list_supplements().await?;
    let row = next(
        &known,
        &snapshot.copy.id,
        snapshot.copy.version,
        (&snapshot.year, &snapshot.class.name, &span.id),
        "",
        act,
    );
    tx.open_supplement(&row).await?;
    Ok(Some(opened(&row, act)))
}

fn next(
    known: &[SupplementRow],
    copy: &str,
    version: u32,
    (year, class, period): (&str, &str, &str),
    ground: &str,
    act: &Act,
) -> SupplementRow {
    let own: Vec<&SupplementRow> = known.iter().filter(|row| row.copy == copy).collect();
    // A number is taken by what was made or may still be; the next opening takes up one that was put away unused.
    let no = own.iter().filter(|row| !row.is_unused()).map(|row| row.no).max().unwrap_or_default() + 1;
    let earlier = own.iter().filter(|row| row.no == no).count();
    SupplementRow {
        id: freeze::supplement_id(copy, no, earlier + 1),
        copy: copy.to_owned(),
        version,
        no,
        year: year.to_owned(),
        class: class.to_owned(),
        period: period.to_owned(),
        since: 0,
        opened_at: act.moment(),
        opened_by: act.by.clone(),
        ground: ground.to_owned(),
        outcome: String::new(),
        ended_at: String::new(),
    }
}

fn opened(row: &SupplementRow, act: &Act) -> Event {
    Event::new(EventKind::SupplementOpened, &act.by, &act.moment())
        .with("supplement", &row.id)
        .with("base", &row.copy)
        .with_number("base_version", row.version.into())
}

/// Opens a copy's period for late entries, on a ground («работы на проверке до 31 октября»).
pub async fn open(house: &House, copy: &str, ground: &str, act: &Act) -> Result<SupplementRow, Error> {
    allowed(&policy::of_act(house, act).await?)?;
    let mut tx = house.db.begin().await?;
    let last = tx.list_versions(copy).await?.pop().ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    let known = tx.list_supplements().await?;
    let refuse = |why| Err(Error::from(Refusal::NotOfThis { copy: copy.to_owned(), why }));
    if known.iter().any(|row| row.id == copy) {
        return refuse("она сама дополнительный лист");
    }
    if last.period == YEAR {
        return refuse("она составлена за весь учебный год");
    }
    if last.state == State::Refused {
        return refuse(
            "она возвращена с замечанием, и её период открыт для исправления; записи войдут в следующую версию",
        );
    }
    let of_year = |k: &ClosureRow| k.year == last.year && k.class == last.class && k.period == YEAR;
    if house.db.list_closures().await?.iter().any(of_year) {
        return refuse("учебный год этого класса закрыт: сводная ведомость составлена, записей больше не принимают");
    }
    for row in known.iter().filter(|row| row.copy == copy) {
        let state = tx.list_versions(&row.id).await?.pop().map(|copy| copy.state);
        let what = match (row.outcome.as_str(), state) {
            ("", _) => "приём записей уже открыт",
            ("frozen", Some(state)) if state != State::Sealed => "сначала доведите его до печати школы",
            _ => continue,
        };
        return Err(Refusal::Unfinished { copy: copy.to_owned(), no: row.no, what }.into());
    }
    let mut row = next(&known, copy, last.version, (&last.year, &last.class, &last.period), ground, act);
    row.since = tx.open_supplement(&row).await?;
    tx.record(&opened(&row, act), salt()?).await?.commit().await?;
    Ok(row)
}

/// Stops taking late entries of a copy when none came.
pub async fn withdraw(house: &House, copy: &str, act: &Act) -> Result<(), Error> {
    let found = standing(house, copy).await?.into_iter().find(Standing::is_open);
    let one = found.ok_or_else(|| Refusal::NotOpen(copy.to_owned()))?;
    if one.entries > 0 {
        return Err(Refusal::HasEntries { copy: copy.to_owned(), entries: one.entries }.into());
    }
    let mut tx = house.db.begin().await?;
    tx.end_supplement(&one.row.id, "withdrawn", &act.moment(), &act.by).await?;
    let event = Event::new(EventKind::SupplementWithdrawn, &act.by, &act.moment())
        .with("supplement", &one.row.id)
        .with("base", copy);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// The late rows of a supplement: they came after its opening and before the next one's of the same copy.
pub(super) async fn late_rows(house: &House, all: &[SupplementRow], row: &SupplementRow) -> Result<LateRows, Error> {
    // Two openings without a supplement between them may bear one number: their places in the history tell them apart.
    let until = all.iter().filter(|one| one.copy == row.copy && one.since > row.since).map(|one| one.since).min();
    Ok(LateRows::new(house.db.list_rows_since(&row.year, row.since, until).await?))
}

/// The supplements of a copy, oldest first.
pub async fn standing(house: &House, copy: &str) -> Result<Vec<Standing>, Error> {
    stand(house, |row| row.copy == copy).await
}

/// Every supplement whose late entries are taken now.
pub async fn open_ones(house: &House) -> Result<Vec<Standing>, Error> {
    stand(house, |row| row.outcome.is_empty()).await
}

/// What a school year still owes: late entries that are in no supplement yet, and supplements that the school has not sealed.
pub async fn unfinished(house: &House, year: &str) -> Result<Vec<Standing>, Error> {
    // Versions of one copy stand together, oldest first.
    let last: BTreeMap<String, State> =
        house.db.list_copies().await?.into_iter().map(|row| (row.id, row.state)).collect();
    let unsealed = |row: &SupplementRow| last.get(&row.id).is_some_and(|state| *state != State::Sealed);
    let mut owed = stand(house, |row| row.year == year && (row.outcome.is_empty() || unsealed(row))).await?;
    owed.retain(|one| one.copy.is_some() || one.entries > 0);
    Ok(owed)
}

async fn stand(house: &House, wanted: impl Fn(&SupplementRow) -> bool) -> Result<Vec<Standing>, Error> {
    let all = house.db.list_supplements().await?;
    let mut counts: Option<Counts> = None;
    let mut told = Vec::new();
    for row in all.iter().filter(|row| wanted(row)) {
        let copy = house.db.list_versions(&row.id).await?.pop();
        let entries = match &copy {
            Some(copy) => {
                let facts = house.db.load_snapshot(copy.snapshot).await?.copy.supplement;
                facts.map_or(0, |facts| facts.entries as usize)
            }
            None if row.outcome.is_empty() => {
                let counts = match &mut counts {
                    Some(counts) => counts,
                    none => none.insert(Counts::load(house, &all).await?),
                };
                counts.of(row)
            }
            None => 0,
        };
        told.push(Standing { row: row.clone(), entries, copy });
    }
    Ok(told)
}

/// Late rows of the open supplements, counted without reading the journal: a school has tens of classes and a page few milliseconds.
struct Counts {
    closures: Vec<ClosureRow>,
    /// Late rows by supplement.
    rows: BTreeMap<String, Vec<Key>>,
}

impl Counts {
    async fn load(house: &House, all: &[SupplementRow]) -> Result<Self, Error> {
        let open: Vec<&SupplementRow> = all.iter().filter(|row| row.outcome.is_empty()).collect();
        let mut classes = BTreeMap::new();
        let years: BTreeSet<&str> = open.iter().map(|row| row.year.as_str()).collect();
        for year in years {
            for (key, others) in house.db.list_rows("courses", year).await? {
                if let (Some(course), Some(class)) = (key.into_iter().next(), others.into_iter().next()) {
                    classes.insert((year.to_owned(), course), class);
                }
            }
        }
        // Classes that are closed together are opened together: what came since is read once for all of them.
        let mut read: BTreeMap<(&str, u64), Vec<LateRow>> = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for row in &open {
            let at = (row.year.as_str(), row.since);
            let since = match read.entry(at) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(none) => none.insert(house.db.list_rows_since(&row.year, row.since, None).await?),
            };
            let own = since.iter().map(|(key, _)| key).filter(|(_, key)| {
                let course = (row.year.clone(), key.first().cloned().unwrap_or_default());
                classes.get(&course) == Some(&row.class)
            });
            rows.insert(row.id.clone(), own.cloned().collect());
        }
        Ok(Self { closures: house.db.list_closures().await?, rows })
    }

    fn of(&self, row: &SupplementRow) -> usize {
        let own = |k: &&ClosureRow| (&k.year, &k.class, &k.period) == (&row.year, &row.class, &row.period);
        let Some(closure) = self.closures.iter().find(own) else { return 0 };
        let inside = |table: &str, key: &[String]| match table {
            "final_marks" => key.get(2) == Some(&row.period),
            _ => {
                key.get(1).is_some_and(|day| (closure.starts.as_str()..=closure.ends.as_str()).contains(&day.as_str()))
            }
        };
        self.rows.get(&row.id).into_iter().flatten().filter(|(table, key)| inside(table, key)).count()
    }
}

/// Freezes the late entries of a copy as its supplement; `ground` as in closing an incomplete period.
pub async fn make(house: &House, copy: &str, ground: Option<&str>, act: &Act) -> Result<Made, Error> {
    let in_force = policy::at_act(house, act).await?;
    let (adopted, policy) = (in_force.adopted().to_owned(), in_force.policy);
    let mut tx = house.db.begin().await?;
    let all = tx.list_supplements().await?;
    let row = all.iter().find(|row| row.copy == copy && row.outcome.is_empty());
    let row = row.ok_or_else(|| Refusal::NotOpen(copy.to_owned()))?;
    let base = tx.list_versions(copy).await?.pop().ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    if base.state == State::Refused {
        let why = "она возвращена с замечанием; записи войдут в её следующую версию";
        return Err(Refusal::NotOfThis { copy: copy.to_owned(), why }.into());
    }
    let was = house.db.load_snapshot(base.snapshot).await?;
    let journal = tx.load_journal(&row.year).await?;
    let class = journal.class(&row.class).cloned().ok_or_else(|| period::Refusal::NoClass(row.class.clone()))?;
    let span = period::span(&journal, &class, &row.period)?;
    let part = journal.of_class_within(&class.name, span.starts, span.ends);
    let rows = late_rows(house, &all, row).await?;
    if freeze::entries(&rows.of(&part, &class.name, &span)) == 0 {
        return Err(Refusal::Nothing(copy.to_owned()).into());
    }
    let voids = compromise::survey(house).await?;
    let mut findings = period::check(&part, &class, &span, &policy);
    findings.extend(compromise::undecided(&voids, &class.name, &span));
    // What the copy's own title page says need not be said again.
    findings.retain(|finding| !was.omissions.contains(&omission(finding)));
    let errors: Vec<String> = findings.iter().filter(|f| f.severity == Severity::Error).map(omission).collect();
    if !errors.is_empty() && ground.is_none() {
        return Ok(Made { copy: None, findings });
    }
    let told = Circumstances {
        kind: CopyKind::PeriodCopy,
        copies: Vec::new(),
        school_id: house.config.school.clone(),
        authority: authority(house).await?,
        version: 1,
        replaces: String::new(),
        changes: None,
        frozen_at: act.moment(),
        exported_at: exported_at(house, row).await?,
        voids: compromise::notes(&voids, &class.name, &span),
        paper: paper(&was),
        adopted,
        ground: ground.filter(|_| !errors.is_empty()).unwrap_or_default().to_owned(),
        omissions: errors,
        template: typeset::template_facts(CopyKind::PeriodCopy),
        salts: salts(part.learners.len())?,
        founder: house.config.founder(),
        // What was planned and held is counted in the copy.
        topics: Vec::new(),
        // And so are marks of other schools.
        brought: Vec::new(),
        route: Laying::By(house.db.list_appointments().await?),
    };
    let own = (&rows, facts(row.no, &base, &was), row.id.as_str());
    let snapshot = freeze::supplement(&part, &class, &span, &policy, &told, own)?;
    tx.record_frozen(&snapshot, State::Frozen).await?;
    tx.end_supplement(&row.id, "frozen", &act.moment(), &act.by).await?;
    let event = Event::new(EventKind::SupplementFrozen, &act.by, &act.moment())
        .with("copy", &snapshot.copy.id)
        .with_number("version", 1)
        .with("base", copy)
        .with_number("base_version", base.version.into())
        .with_digest("snapshot", snapshot.digest())
        .with_digest("policy", snapshot.policy.digest)
        .with("complete", if snapshot.omissions.is_empty() { "yes" } else { "no" });
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(Made { copy: house.db.list_versions(&row.id).await?.pop(), findings })
}

fn facts(no: u32, base: &CopyRow, was: &Snapshot) -> SupplementFacts {
    SupplementFacts {
        no,
        copy: base.id.clone(),
        copy_number: was.copy.number.clone(),
        copy_snapshot: base.snapshot,
        copy_version: base.version,
        // Counted where the late rows are known.
        entries: 0,
        entered_from: String::new(),
        entered_until: String::new(),
    }
}

/// When data came by import since late entries are taken: what came before is the copy's. Empty when everything was typed in here.
async fn exported_at(house: &House, row: &SupplementRow) -> Result<String, Error> {
    let last = house.db.list_bundles().await?.pop().map(|(_, at)| at).unwrap_or_default();
    // Both times were written by this house, with one offset.
    Ok(if last >= row.opened_at { last } else { String::new() })
}

/// Where the copy goes on paper its supplement goes with it, behind its last sheet.
fn paper(was: &Snapshot) -> String {
    match was.sheets.first() {
        Some(Sheet::Title(title)) if title.paper.starts_with("на бумагу — ") => {
            format!("подшивается к копии № {}", was.copy.number)
        }
        _ => String::new(),
    }
}

/// What a supplement's next version is frozen from: the late rows that are its own, and its copy as it stood then.
pub(super) async fn of_copy(house: &House, id: &str) -> Result<Option<(LateRows, SupplementRow)>, Error> {
    let all = house.db.list_supplements().await?;
    match all.iter().find(|row| row.id == id) {
        Some(row) => Ok(Some((late_rows(house, &all, row).await?, row.clone()))),
        None => Ok(None),
    }
}

/// The late rows of a copy that its supplements hold, of each supplement that went out: issued, signed or sealed.
pub(super) async fn gone_out(house: &House, copies: &[CopyRow], copy: &str) -> Result<Vec<LateRows>, Error> {
    let all = house.db.list_supplements().await?;
    let went_out = |row: &&SupplementRow| {
        let is_out = |state: State| matches!(state, State::Issued | State::Signed | State::Sealed);
        row.copy == copy && copies.iter().any(|one| one.id == row.id && is_out(one.state))
    };
    let sheets: Vec<&SupplementRow> = all.iter().filter(went_out).collect();
    let mut rows = Vec::new();
    for row in sheets {
        rows.push(late_rows(house, &all, row).await?);
    }
    Ok(rows)
}

/// Ends what a copy's next version makes needless: the late entries are in that version. Gives the ended supplement's identifier.
pub(super) async fn end_with(tx: &mut Tx, copy: &str, act: &Act) -> Result<Option<String>, Error> {
    let open = tx.list_supplements().await?.into_iter().find(|row| row.copy == copy && row.outcome.is_empty());
    let Some(row) = open else { return Ok(None) };
    tx.end_supplement(&row.id, "reissued", &act.moment(), &act.by).await?;
    Ok(Some(row.id))
}

/// Closed periods that take late entries now, for whoever must tell beforehand what the database's guards will say.
pub(super) struct Openings(Vec<(SupplementRow, BTreeSet<Key>)>);

impl Openings {
    /// As they stand.
    pub(super) async fn load(house: &House) -> Result<Self, Error> {
        let mut openings = Vec::new();
        for row in house.db.list_supplements().await? {
            let refused = || async {
                let last = house.db.list_versions(&row.id).await?.pop();
                Ok::<bool, Error>(last.is_some_and(|copy| copy.state == State::Refused))
            };
            if row.outcome.is_empty() || refused().await? {
                let came = house.db.list_rows_since(&row.year, row.since, None).await?;
                openings.push((row, came.into_iter().map(|(key, _)| key).collect()));
            }
        }
        Ok(Self(openings))
    }

    /// Is nothing open?
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// May a row of this closed period come (`new`), or change or go because it came since the opening?
    pub(super) fn take(&self, closure: &ClosureRow, table: &str, key: &[String], new: bool) -> bool {
        self.0.iter().any(|(row, came)| {
            let own = row.year == closure.year && row.class == closure.class && row.period == closure.period;
            own && (new || came.contains(&(table.to_owned(), key.to_vec())))
        })
    }
}
