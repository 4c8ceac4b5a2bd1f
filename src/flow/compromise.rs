//! Compromise: an account is shut from a moment, and what it did since is void until decided one by one or at once. Floor 2.
//!
//! The database keeps what was done; a notice only says how it counts. Undoing puts back what stood before the first void change of a row,
//! unless somebody trustworthy has built upon it since: that is said and left to people.

pub mod contrary;
mod copies;
mod deeds;
mod openings;
mod refusal;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};

use super::change::closed::Closed;
use super::change::{Names, TakenBack, entries_upon, names, take_back, told, undo_in, upon_words};
use super::{Act, Error, House, commit, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::calendar::SchoolCalendar;
use crate::domain::change::ranges;
use crate::domain::policy::{Policy, Unit, Value};
use crate::domain::struck::{NOTICE, Struck};
pub use crate::domain::void::{Decision, Standing, Target};
use crate::domain::void::{Docket, RowVerdict, Step, weigh_row};
use crate::domain::words;
use crate::store::{ChangeFilter, ChangeRow, ClosureRow, CompromiseRow};
pub use copies::{Held, Stale, VoidStatements, held, void_statements};
pub(crate) use copies::{is_void, notes, refuse_pending, refuse_void_rows, refuse_void_signatures, undecided};
pub use deeds::VoidDeed;
use openings::Gate;
pub use openings::Opened;
pub use refusal::Refusal;

/// What somebody reports.
#[derive(Debug, Clone)]
pub struct Report {
    /// The account: a person's identifier.
    pub account: String,
    /// From this moment on what it did counts as void.
    pub since: DateTime<FixedOffset>,
    /// When it was learnt.
    pub learnt_at: DateTime<FixedOffset>,
    /// In the reporter's words; stays in the database and is not written into the log.
    pub reason: String,
}

/// What a notice came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// Number of the notice.
    pub no: u64,
    /// Void changes under all notices that wait for a decision.
    pub pending: usize,
    /// Other void acts under all notices that wait: signatures, closings, imports.
    pub acts: usize,
    /// Given later than one working day after it was learnt (003 Зам 21)?
    pub late: bool,
}

/// A void change with what is to be known for deciding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidChange {
    /// The change.
    pub row: ChangeRow,
    /// Which row, in words.
    pub place: String,
    /// Class that the row is about; `None` for rows of the whole school.
    pub class: Option<String>,
    /// Who, by name.
    pub who: String,
    /// Before, in words.
    pub was: String,
    /// After, in words.
    pub is: String,
    /// How it stands.
    pub standing: Standing,
    /// Somebody trustworthy changed the row later: number, who, when.
    pub overtaken: Option<(u64, String, String)>,
    /// The closed period that it lies in: copy identifier.
    pub copy: Option<String>,
}

/// All void deeds of a house.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Notices.
    pub notices: Vec<CompromiseRow>,
    /// Void changes, oldest first, decided ones too.
    pub changes: Vec<VoidChange>,
    /// Other void acts: signatures, closings, imports.
    pub deeds: Vec<VoidDeed>,
}

/// Something that undoing left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Number of the change.
    pub seq: u64,
    /// Which row, in words.
    pub place: String,
    /// Why.
    pub why: String,
}

/// What deciding came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// Numbers of the changes decided.
    pub changes: Vec<u64>,
    /// Indexes of the other acts decided.
    pub events: Vec<u64>,
    /// Rows put back.
    pub rows: usize,
    /// What is left to people, with the reason and what to do.
    pub left: Vec<Left>,
    /// Copies whose periods were opened for it; each wants its next version.
    pub opened: Vec<Opened>,
    /// The ground of those versions; empty where nothing was undone.
    pub ground: String,
    /// Acts that wait after everything was to be undone, each with what is to be done, in Russian.
    pub remaining: Vec<String>,
}

/// Which void deeds are decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All that wait.
    All,
    /// All that wait under one notice.
    Notice(u64),
    /// These changes and acts.
    These(Vec<Target>),
}

/// Puts a notice on record: from its event on the account is shut, and what it did from `since` on counts as void.
pub async fn note(house: &House, report: &Report, act: &Act) -> Result<Noted, Error> {
    if report.since > act.at {
        return Err(Refusal::Future.into());
    }
    if !is_known(house, &report.account).await? {
        return Err(Refusal::NoAccount(report.account.clone()).into());
    }
    let late = is_late(house, report.learnt_at, act.at).await?;
    let moment = |at: DateTime<FixedOffset>| Act { by: String::new(), at }.moment();
    let row = CompromiseRow {
        no: 0,
        account: report.account.clone(),
        since: moment(report.since),
        learnt_at: moment(report.learnt_at),
        noted_at: act.moment(),
        noted_by: act.by.clone(),
        reason: report.reason.clone(),
        event: 0,
    };
    let mut tx = house.db.begin().await?;
    let (no, _) = tx.record_compromise(&row).await?;
    super::signin::credentials::shut_in(house, &mut tx, &row.account, "compromised", act).await?;
    let event = Event::new(EventKind::CompromiseNoted, &act.by, &act.moment())
        .with("account", &row.account)
        .with("since", &row.since)
        .with("learnt", &row.learnt_at)
        .with_number("notice", no)
        .with("in_time", if late { "no" } else { "yes" });
    tx.record(&event, salt()?).await?.commit().await?;
    let survey = survey(house).await?;
    let pending = survey.changes.iter().filter(|change| change.standing.is_pending()).count();
    let acts = survey.deeds.iter().filter(|deed| deed.standing.is_pending()).count();
    Ok(Noted { no, pending, acts, late })
}

/// How soon a notice is due under a policy, with the clause: «1 рабочий день (003 Зам 21)».
pub fn term(policy: &Policy) -> String {
    policy.first(NOTICE).map_or_else(String::new, |said| format!("{} ({})", said.in_russian(), said.clause))
}

async fn is_known(house: &House, account: &str) -> Result<bool, Error> {
    let filter = ChangeFilter { actor: Some(account.to_owned()), limit: 1, ..ChangeFilter::default() };
    if house.db.find_account(account).await?.is_some() {
        return Ok(true);
    }
    Ok(house.db.is_staff(account).await? || !house.db.list_changes(&filter).await?.is_empty())
}

/// Is a notice given later than the policy of that day wants (003 Зам 21: within one working day)? Days are the school's: holidays, moved days and
/// Saturdays on which it works by its own calendar.
async fn is_late(house: &House, learnt: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> Result<bool, Error> {
    let (from, to) = (learnt.date_naive(), now.date_naive());
    let policies = super::policy::history(house).await?;
    let said = policies.on(from).policy.first(NOTICE);
    let (days, unit) = match said.map(|said| (&said.value, said.unit)) {
        Some((Value::Number(days), unit)) => (*days, unit),
        // A regulation that leaves it to another document: the one clause that names a term.
        _ => (1, Unit::WorkingDays),
    };
    let calendar = match super::timeliness::calendar_on(house, from).await {
        Ok(calendar) => calendar,
        // A house without a journal has the production calendar.
        Err(Error::NoJournal) => SchoolCalendar::default(),
        Err(error) => return Err(error),
    };
    let counts = |day: &chrono::NaiveDate| unit == Unit::CalendarDays || calendar.is_working_day(*day);
    let begun = from.iter_days().skip(1).take_while(|day| *day <= to).filter(counts).count();
    Ok(begun > days as usize)
}

/// The row that a line is about.
type RowKey = (String, String, Vec<String>);

/// A row of which something is void: its whole history and what it comes to.
struct Weighed {
    history: Vec<ChangeRow>,
    verdict: RowVerdict,
}

/// Rows beyond which one reading of the whole history is cheaper than one for each row.
const FEW_ROWS: usize = 400;

async fn weigh(house: &House, docket: &Docket) -> Result<Vec<Weighed>, Error> {
    let mut rows: BTreeMap<RowKey, Vec<ChangeRow>> = BTreeMap::new();
    let key = |row: &ChangeRow| (row.table.clone(), row.year.clone(), row.key.clone());
    let mut accounts: Vec<&str> = docket.notices.iter().map(|notice| notice.account.as_str()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        let filter = ChangeFilter { actor: Some(account.to_owned()), ..ChangeFilter::default() };
        for row in house.db.list_changes(&filter).await? {
            if docket.notice_on(&row.deed()?).is_some() {
                rows.entry(key(&row)).or_default();
            }
        }
    }
    if rows.len() > FEW_ROWS {
        for row in house.db.list_changes(&ChangeFilter::default()).await? {
            if let Some(history) = rows.get_mut(&key(&row)) {
                history.push(row);
            }
        }
    } else {
        for (wanted, history) in &mut rows {
            let (table, year, key) = wanted.clone();
            let filter = ChangeFilter { table: Some(table), year: Some(year), key, ..ChangeFilter::default() };
            *history = house.db.list_changes(&filter).await?;
        }
    }
    let weighed = rows.into_values().map(|mut history| {
        history.reverse();
        let step = |row: &ChangeRow| Ok(Step { seq: row.seq, undoes: row.undoes, deed: row.deed()? });
        let steps = history.iter().map(step).collect::<Result<Vec<_>, Error>>()?;
        let verdict = weigh_row(&steps, docket);
        Ok(Weighed { history, verdict })
    });
    weighed.collect()
}

/// Everything void: changes, signatures, other acts, with what was decided of each.
pub async fn survey(house: &House) -> Result<Survey, Error> {
    let docket = house.db.load_docket().await?;
    if docket.notices.is_empty() {
        return Ok(Survey::default());
    }
    let names = names(house).await?;
    let closures = house.db.list_closures().await?;
    let mut changes = Vec::new();
    for row in weigh(house, &docket).await? {
        for (change, (_, standing)) in row.history.iter().zip(&row.verdict.standings) {
            if *standing == Standing::Sound {
                continue;
            }
            let later = row.verdict.overtaken.iter().find(|(seq, _)| *seq == change.seq).map(|(_, later)| *later);
            let later = later.and_then(|later| row.history.iter().find(|row| row.seq == later));
            changes.push(void_change(change, *standing, later, &names, &closures));
        }
    }
    changes.sort_by_key(|change| change.row.seq);
    let notices = house.db.list_compromises().await?;
    let mut waits: BTreeMap<u64, u64> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.standing.is_pending()) {
        *waits.entry(change.row.event).or_default() += 1;
    }
    let mut deeds = deeds::list(house, &docket, &names).await?;
    for deed in &mut deeds {
        deed.rows = waits.get(&deed.event).copied().unwrap_or_default();
    }
    Ok(Survey { notices, changes, deeds })
}

fn void_change(
    change: &ChangeRow,
    standing: Standing,
    later: Option<&ChangeRow>,
    names: &Names,
    closures: &[ClosureRow],
) -> VoidChange {
    let whole = |others: &Option<Vec<String>>| {
        others.as_ref().map(|others| [change.key.clone(), others.clone()].concat()).unwrap_or_default()
    };
    let closed = Closed { year: &change.year, closures, class_of: &|course| names.class_of(&change.year, course) };
    let copy = closed.bars(&change.table, &whole(&change.old), &whole(&change.new));
    VoidChange {
        place: names.place(&change.table, &change.year, &change.key),
        class: names.class_of_row(&change.table, &change.year, &change.key),
        who: names.person(&change.by),
        was: names.shown(&change.table, &change.year, change.old.as_deref()),
        is: names.shown(&change.table, &change.year, change.new.as_deref()),
        standing,
        overtaken: later.map(|later| (later.seq, names.person(&later.by), words::moment(&later.at))),
        copy: copy.map(|k| crate::domain::freeze::copy_id(&k.year, &k.class, &k.period)),
        row: ChangeRow { voided: !standing.is_trusted(), ..change.clone() },
    }
}

/// Re-approves void deeds: they count again as if nothing had been.
pub async fn approve(house: &House, which: &Which, act: &Act) -> Result<Decided, Error> {
    let tx = house.db.begin().await?;
    let survey = survey(house).await?;
    let wanted = |target: Target, standing: Standing| match (which, standing) {
        (Which::All, Standing::Pending(_)) => true,
        (Which::Notice(no), Standing::Pending(under)) => *no == under,
        (Which::These(targets), Standing::Pending(_)) => targets.contains(&target),
        _ => false,
    };
    let changes: Vec<u64> = survey
        .changes
        .iter()
        .filter(|change| wanted(Target::Change(change.row.seq), change.standing))
        .map(|change| change.row.seq)
        .collect();
    let mut events: Vec<u64> = survey
        .deeds
        .iter()
        .filter(|deed| wanted(Target::Event(deed.event), deed.standing))
        .map(|deed| deed.event)
        .collect();
    events.extend(contrary::with_rows(which, &survey.deeds, &contrary::brought(&survey), &changes));
    events.sort_unstable();
    events.dedup();
    if changes.is_empty() && events.is_empty() {
        return Err(Refusal::NothingPending.into());
    }
    decide(tx, Decision::Approved, (&changes, &events), Vec::new(), act).await?;
    Ok(Decided { changes, events, ..Decided::default() })
}

async fn decide(
    mut tx: crate::store::Tx,
    decision: Decision,
    (changes, events): (&[u64], &[u64]),
    with: Vec<Event>,
    act: &Act,
) -> Result<(), Error> {
    let targets: Vec<Target> = changes.iter().map(|seq| Target::Change(*seq)).collect();
    let targets = [targets, events.iter().map(|index| Target::Event(*index)).collect()].concat();
    tx.record_decisions(&targets, decision, &act.moment(), &act.by).await?;
    let event = Event::new(EventKind::VoidDecided, &act.by, &act.moment())
        .with("decision", decision.as_str())
        .with("void_changes", ranges(changes))
        .with("void_events", ranges(events));
    // First the event that vouches for the rows, then what was done for their sake.
    commit(tx, &[vec![event], with].concat()).await
}

/// Takes void deeds back: rows become what they were, other acts meet their contrary acts. What is left as it is comes back with the reason; nothing
/// else is touched. A closed period is opened for it in the same act: a copy that everybody has signed is recalled.
pub async fn undo(house: &House, which: &Which, act: &Act) -> Result<Decided, Error> {
    undo_as(house, which, true, act).await
}

/// The same of a person; `recalls`: may they recall what everybody has signed? If not, what such a copy locks is left.
pub async fn undo_as(house: &House, which: &Which, recalls: bool, act: &Act) -> Result<Decided, Error> {
    // Doors are shut first. Where acts are named a copy may be among them, and it is made anew out of rows that were put back.
    let named = matches!(which, Which::These(_));
    let acts = match named {
        true => contrary::refuse(house, which).await.map(|()| Decided::default())?,
        false => contrary::undo(house, which, act).await?,
    };
    let changes = match undo_changes(house, which, recalls, act).await {
        Ok(changes) => Some(changes),
        Err(Error::Compromise(refusal)) if *refusal == Refusal::NothingPending => None,
        Err(error) => return Err(error),
    };
    let acts = if named { contrary::undo(house, which, act).await? } else { acts };
    let mut decided = match changes {
        Some(mut changes) => {
            changes.events.extend(acts.events);
            changes.events.sort_unstable();
            changes
        }
        None => acts,
    };
    decided.remaining = remaining(house, which).await?;
    let nothing = decided.changes.is_empty() && decided.events.is_empty() && decided.left.is_empty();
    match (nothing, decided.remaining.is_empty()) {
        (true, true) => Err(Refusal::NothingPending.into()),
        (true, false) => Err(Refusal::NothingAtOnce(decided.remaining.join("; ")).into()),
        (false, _) => Ok(decided),
    }
}

/// The acts that an undoing of everything has left waiting. Those whose rows were left are told with the rows.
async fn remaining(house: &House, which: &Which) -> Result<Vec<String>, Error> {
    let mut deeds = match which {
        Which::All | Which::Notice(_) => survey(house).await?.deeds,
        Which::These(_) => Vec::new(),
    };
    deeds.retain(|deed| match (which, deed.standing) {
        (Which::Notice(no), Standing::Pending(under)) => *no == under && deed.rows == 0,
        (_, Standing::Pending(_)) => deed.rows == 0,
        _ => false,
    });
    Ok(deeds::remain(&deeds))
}

/// Each row becomes what it was before its first void change on which nothing trusted was built.
async fn undo_changes(house: &House, which: &Which, recalls: bool, act: &Act) -> Result<Decided, Error> {
    // The turn is taken first: while it is held, nobody else commits, so what is read beside it stays true.
    let mut tx = house.db.begin().await?;
    let docket = house.db.load_docket().await?;
    let names = names(house).await?;
    let gate = Gate::load(house, recalls).await?;
    let mut decided = Decided::default();
    let mut notices = BTreeSet::new();
    let mut plan: Vec<TakenBack> = Vec::new();
    let weighed = weigh(house, &docket).await?;
    let rows = weighed.iter().flat_map(|row| row.history.iter().zip(&row.verdict.standings));
    let rows: Vec<contrary::Brought> = rows
        .map(|(change, (seq, standing))| contrary::Brought {
            event: change.event,
            seq: *seq,
            pending: standing.is_pending(),
        })
        .collect();
    let acts = deeds::list(house, &docket, &names).await?;
    for row in weighed {
        let asked: Vec<u64> = row
            .verdict
            .standings
            .iter()
            .filter(|(seq, standing)| wants(which, *seq, *standing))
            .map(|(seq, _)| *seq)
            .collect();
        for seq in &asked {
            let Some(change) = row.history.iter().find(|change| change.seq == *seq) else { continue };
            let later = row.verdict.overtaken.iter().find(|(overtaken, _)| overtaken == seq);
            if let Some(later) = later.and_then(|(_, later)| row.history.iter().find(|row| row.seq == *later)) {
                let why = format!(
                    "позже запись изменил(а) {}, {} (№ {}): стоит это значение, а не похищенное. Если оно верно, подтвердите № {seq}",
                    names.person(&later.by),
                    words::moment_words(&later.at),
                    later.seq
                );
                decided.left.push(Left {
                    seq: *seq,
                    place: names.place(&change.table, &change.year, &change.key),
                    why,
                });
            }
        }
        // From the first asked for to the end: what a stranger did later in the same row goes with it.
        let from = row.verdict.tail.iter().position(|seq| asked.contains(seq));
        let Some(tail) = from.map(|from| &row.verdict.tail[from..]) else { continue };
        let Some(first) = row.history.iter().find(|change| Some(&change.seq) == tail.first()) else { continue };
        let Some(taken) = take_back(first, row.history.last(), tail.to_vec()) else { continue };
        if let Some(why) = gate.why_left(&names, &taken.edit) {
            let place = names.place(&first.table, &first.year, &first.key);
            let left = |seq: &u64| Left { seq: *seq, place: place.clone(), why: why.clone() };
            decided.left.extend(tail.iter().map(left));
            continue;
        }
        notices.extend(row.verdict.standings.iter().filter(|(seq, _)| tail.contains(seq)).filter_map(
            |(_, standing)| match standing {
                Standing::Pending(no) => Some(*no),
                _ => None,
            },
        ));
        plan.push(taken);
    }
    // A lesson does not go from under the marks that others have put on it since.
    let upon = entries_upon(house, &plan).await?;
    for (at, entries) in upon.into_iter().rev() {
        let lesson = plan.remove(at);
        let place = names.place(lesson.edit.table, &lesson.edit.year, &lesson.edit.key);
        let first: Vec<String> = entries.iter().map(|row| row.seq.to_string()).collect();
        let both = format!("letopis undo {}, затем letopis compromise undo {}", first.join(" "), lesson.first);
        let why = upon_words(&names, &entries, &both);
        decided.left.extend(lesson.seqs.iter().map(|seq| Left { seq: *seq, place: place.clone(), why: why.clone() }));
    }
    if plan.is_empty() {
        // Their rows may have been decided before.
        decided.events = contrary::with_rows(which, &acts, &rows, &[]);
        if !decided.events.is_empty() {
            decide(tx, Decision::Undone, (&[], &decided.events), Vec::new(), act).await?;
            return Ok(decided);
        }
        return if decided.left.is_empty() { Err(Refusal::NothingPending.into()) } else { Ok(decided) };
    }
    plan.sort_by_key(|taken| taken.first);
    decided.ground = openings::ground(&notices);
    let opening = gate.open(house, &mut tx, (&names, &plan), &decided.ground, act).await?;
    if let Err(error) = undo_in(&mut tx, act, &plan).await {
        drop(tx);
        let edits: Vec<_> = plan.into_iter().map(|taken| taken.edit).collect();
        return Err(told(house, &edits, error).await);
    }
    decided.rows = plan.len();
    decided.changes = plan.into_iter().flat_map(|taken| taken.seqs).collect();
    decided.changes.sort_unstable();
    decided.left.sort_by_key(|left| left.seq);
    opening.shut(&mut tx).await?;
    decided.opened = opening.opened;
    // What only brought these rows goes with the last of them.
    decided.events = contrary::with_rows(which, &acts, &rows, &decided.changes);
    decide(tx, Decision::Undone, (&decided.changes, &decided.events), opening.events, act).await?;
    Ok(decided)
}

fn wants(which: &Which, seq: u64, standing: Standing) -> bool {
    match (which, standing) {
        (Which::All, Standing::Pending(_)) => true,
        (Which::Notice(no), Standing::Pending(under)) => *no == under,
        (Which::These(targets), Standing::Pending(_)) => targets.contains(&Target::Change(seq)),
        _ => false,
    }
}

/// Rows of a year whose present value is the work of a compromised account and waits for a decision: table and key, for striking through.
pub async fn struck(house: &House, year: &str) -> Result<Vec<(String, Vec<String>)>, Error> {
    let docket = house.db.load_docket().await?;
    if docket.notices.is_empty() {
        return Ok(Vec::new());
    }
    let weighed = weigh(house, &docket).await?;
    let of_year = weighed.iter().filter(|row| !row.verdict.tail.is_empty());
    let keys = of_year.filter_map(|row| row.history.first()).filter(|row| row.year == year);
    Ok(keys.map(|row| (row.table.clone(), row.key.clone())).collect())
}

/// The same as a set, for whoever shows or counts rows of the year.
pub async fn void_rows(house: &House, year: &str) -> Result<Struck, Error> {
    Ok(struck(house, year).await?.into_iter().collect())
}
