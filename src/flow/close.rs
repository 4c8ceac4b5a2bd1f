//! Closing: the completeness gate, the frozen snapshot, the lock. Floor 2.

use std::collections::BTreeSet;

use super::sources::{Sources, TO_DO};
use super::{Act, Error, House, compromise, policy, salt, supplement, timeliness};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{Digest, hex};
use crate::domain::copy::State;
use crate::domain::finding::{Finding, Severity};
use crate::domain::freeze::{self, Circumstances, Laying};
use crate::domain::journal::{Class, Journal, YEAR};
use crate::domain::period::{self, Span};
use crate::domain::policy::Policy;
use crate::domain::setup::layout::{FOREIGN_MARKS, PLAN_TOPICS};
use crate::domain::setup::{ForeignMark, Setup, Topic};
use crate::domain::snapshot::{CopyKind, Snapshot};
use crate::store::{ClosureRow, Entries, Part, Tx};
use crate::typeset;

use super::keys::AUTHORITY;

/// What to close.
#[derive(Debug, Clone)]
pub struct Closing {
    /// School year.
    pub year: String,
    /// Period's id, or `Y`.
    pub period: String,
    /// Class names; empty = every class that has the period.
    pub classes: Vec<String>,
    /// Ground of closing in spite of findings.
    pub ground: Option<String>,
}

/// What came of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Class name.
    pub class: String,
    /// Copy identifier, of the year its summary sheet's; `None` when closing was refused.
    pub copy: Option<String>,
    /// Identifier of the year's journal, where the school prints it once a year; `None` otherwise.
    pub journal: Option<String>,
    /// Was it closed before this call?
    pub already: bool,
    /// What the gate found.
    pub findings: Vec<Finding>,
}

/// Closes a period of one, several or all classes in one transaction. A class that the gate refuses stays open; the others
/// are closed all the same.
pub async fn close(house: &House, closing: &Closing, act: &Act) -> Result<Vec<Closed>, Error> {
    let authority: Digest = match house.db.find_certificate(AUTHORITY).await? {
        Some(row) => row.fingerprint.parse().map_err(|_| Error::Damaged("certificates.fingerprint".to_owned()))?,
        None => return Err(Error::NoJournal),
    };
    let exported_at = house.db.list_bundles().await?.last().map(|(_, at)| at.clone()).unwrap_or_default();
    let closed_before = house.db.list_closures().await?;
    let in_force = policy::at_act(house, act).await?;
    let (adopted, policy) = (in_force.adopted().to_owned(), in_force.policy);
    let appointments = house.db.list_appointments().await?;
    // The writer's place is taken before the journal is read: what is frozen is what is locked.
    let mut tx = house.db.begin().await?;
    let roster = tx.load_roster(&closing.year).await?;
    let topics = topics(&mut tx, &closing.year).await?;
    let brought = brought(&mut tx, &closing.year).await?;
    // Where no calendar is set, the days are those of everybody's lessons; nothing was written yet.
    let lessons = house.db.load_part(&closing.year, &Part::default()).await?;
    let calendar = timeliness::calendar_of(house, &roster.clone().with_entries(lessons)).await?;
    let voids = compromise::survey(house).await?;
    let sources = sources_of(house, closing).await?;
    let mut results = Vec::new();
    let mut events = Vec::new();
    for (class, span) in classes(&roster, closing)? {
        let id = freeze::copy_id(&closing.year, &class.name, &span.id);
        let journal = year_journal(&policy, closing, &class, &span);
        let stands = |k: &&ClosureRow| k.year == closing.year && k.class == class.name && k.period == span.id;
        if closed_before.iter().any(|k| stands(&k)) {
            results.push(Closed { class: class.name, copy: Some(id), journal, already: true, findings: Vec::new() });
            continue;
        }
        // Class by class: what one costs, in time and memory, does not hang on how many others the school has.
        let entries = tx.load_class_entries(&closing.year, &class.name).await?;
        let part = roster.of_class(&class.name).with_entries(entries).within(span.starts, span.ends);
        let mut findings = gate(&part, &class, &span, &policy, &voids);
        let mut copies = Vec::new();
        if let Some(sources) = &sources {
            let (signed, found) = sources.of_class(house, &part, &class).await?;
            copies = signed;
            findings.extend(found);
        }
        let errors: Vec<String> = findings.iter().filter(|f| f.severity == Severity::Error).map(omission).collect();
        if !errors.is_empty() && closing.ground.is_none() {
            results.push(Closed { class: class.name, copy: None, journal: None, already: false, findings });
            continue;
        }
        // A ground is printed only where there is something to excuse.
        let ground = closing.ground.clone().filter(|_| !errors.is_empty()).unwrap_or_default();
        let mut told = Circumstances {
            kind: CopyKind::PeriodCopy,
            copies,
            school_id: house.config.school.clone(),
            authority,
            version: 1,
            replaces: String::new(),
            changes: None,
            frozen_at: act.moment(),
            exported_at: exported_at.clone(),
            voids: compromise::notes(&voids, &class.name, &span),
            paper: String::new(),
            adopted: adopted.clone(),
            ground,
            omissions: errors,
            template: typeset::template_facts(CopyKind::PeriodCopy),
            salts: Vec::new(),
            founder: house.config.founder(),
            topics: topics_of(&topics, &part),
            brought: brought.clone(),
            route: Laying::By(appointments.clone()),
        };
        for (place, kind) in freeze::records_of(&policy, class.grade, &span.id).into_iter().enumerate() {
            told.kind = kind;
            told.paper = policy::on_title(&policy, &calendar, &part, &class, (&span, kind));
            told.template = typeset::template_facts(kind);
            told.salts = salts(part.learners.len())?;
            let snapshot = freeze::freeze(&part, &class, &span, &policy, &told)?;
            if place == 0 {
                lock(&mut tx, &snapshot, act).await?;
            }
            tx.record_frozen(&snapshot, State::Frozen).await?;
            events.push(event(&snapshot, act));
            events.extend(supplement::open_with(&mut tx, &policy, &snapshot, &span, act).await?);
        }
        results.push(Closed { class: class.name, copy: Some(id), journal, already: false, findings });
    }
    super::commit(tx, &events).await?;
    Ok(results)
}

/// What [`close`] would say of each class, with nothing changed: a copy's identifier where the period is or could be closed.
pub async fn check(house: &House, closing: &Closing, act: &Act) -> Result<Vec<Closed>, Error> {
    let closed_before = house.db.list_closures().await?;
    let policy = policy::of_act(house, act).await?;
    let roster = house.db.load_roster(&closing.year).await?;
    let wanted = classes(&roster, closing)?;
    let entries = match wanted.as_slice() {
        [(class, _)] => house.db.load_class_entries(&closing.year, &class.name).await?,
        _ => {
            let days = wanted.iter().map(|(_, span)| (span.starts, span.ends));
            let days = days.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            // No rule asks for the marks of lessons.
            let entries = Entries { days, marks: false, period: &closing.period };
            house.db.load_part(&closing.year, &Part { lessons: days, entries: Some(entries) }).await?
        }
    };
    let journal = roster.with_entries(entries);
    let voids = compromise::survey(house).await?;
    let sources = sources_of(house, closing).await?;
    let mut parts = journal.into_classes();
    // The copies themselves are read for one class: of a school there are hundreds.
    let alone = wanted.len() == 1;
    let mut said = Vec::new();
    for (class, span) in wanted {
        let id = freeze::copy_id(&closing.year, &class.name, &span.id);
        let journal = year_journal(&policy, closing, &class, &span);
        let stands = |k: &ClosureRow| k.year == closing.year && k.class == class.name && k.period == span.id;
        if closed_before.iter().any(stands) {
            said.push(Closed { class: class.name, copy: Some(id), journal, already: true, findings: Vec::new() });
            continue;
        }
        let part = parts.remove(&class.name).unwrap_or_default().within(span.starts, span.ends);
        let mut findings = gate(&part, &class, &span, &policy, &voids);
        if let Some(sources) = &sources {
            findings.extend(match alone {
                true => sources.of_class(house, &part, &class).await?.1,
                false => sources.standing(&part, &class).1,
            });
        }
        let bars = closing.ground.is_none() && findings.iter().any(|f| f.severity == Severity::Error);
        let (copy, journal) = if bars { (None, None) } else { (Some(id), journal) };
        said.push(Closed { class: class.name, copy, journal, already: false, findings });
    }
    Ok(said)
}

/// The copies that a year is built from; nothing for any other span.
async fn sources_of(house: &House, closing: &Closing) -> Result<Option<Sources>, Error> {
    match closing.period.as_str() {
        YEAR => Ok(Some(Sources::load(house, &closing.year).await?)),
        _ => Ok(None),
    }
}

/// Identifier of the year's journal, where closing gives one beside the summary sheet.
fn year_journal(policy: &Policy, closing: &Closing, class: &Class, span: &Span) -> Option<String> {
    let kind = CopyKind::PeriodCopy;
    let made = span.id == YEAR && freeze::records_of(policy, class.grade, &span.id).contains(&kind);
    made.then(|| freeze::record_id(&closing.year, &class.name, &span.id, kind))
}

/// What the rules and undecided void acts say against closing.
fn gate(part: &Journal, class: &Class, span: &Span, rules: &Policy, voids: &compromise::Survey) -> Vec<Finding> {
    let mut findings = period::check(part, class, span, rules);
    findings.extend(compromise::undecided(voids, &class.name, span));
    findings
}

/// The classes asked for, each with its span; `--all` takes every class that has the period.
fn classes(journal: &Journal, closing: &Closing) -> Result<Vec<(Class, Span)>, Error> {
    if closing.classes.is_empty() {
        let mut found = Vec::new();
        let mut refusal = None;
        for class in journal.classes_in_order() {
            match period::span(journal, class, &closing.period) {
                Ok(span) => found.push((class.clone(), span)),
                Err(reason) => refusal = Some(reason),
            }
        }
        return match refusal {
            Some(reason) if found.is_empty() => Err(reason.into()),
            _ => Ok(found),
        };
    }
    let one = |name: &String| {
        let class = journal.class(name).ok_or_else(|| period::Refusal::NoClass(name.clone()))?;
        Ok((class.clone(), period::span(journal, class, &closing.period)?))
    };
    let named: BTreeSet<&String> = closing.classes.iter().collect();
    named.into_iter().map(one).collect()
}

/// From here on the span's rows are locked, by the database's own guards too.
async fn lock(tx: &mut Tx, snapshot: &Snapshot, act: &Act) -> Result<(), Error> {
    Ok(tx
        .record_closure(&ClosureRow {
            year: snapshot.year.clone(),
            class: snapshot.class.name.clone(),
            period: snapshot.period.id.clone(),
            starts: snapshot.period.starts.clone(),
            ends: snapshot.period.ends.clone(),
            closed_at: act.moment(),
            closed_by: act.by.clone(),
            ground: snapshot.ground.clone(),
        })
        .await?)
}

fn event(snapshot: &Snapshot, act: &Act) -> Event {
    Event::new(EventKind::PeriodClosed, &act.by, &act.moment())
        .with("copy", &snapshot.copy.id)
        .with_number("version", snapshot.copy.version.into())
        .with_digest("snapshot", snapshot.digest())
        .with_digest("policy", snapshot.policy.digest)
        .with("complete", if snapshot.omissions.is_empty() { "yes" } else { "no" })
}

pub(super) fn omission(finding: &Finding) -> String {
    // What is to be done is told to whoever closes; the page says what was missing.
    let message = finding.message.split_once(TO_DO).map_or(finding.message.as_str(), |(said, _)| said);
    format!("{}: {message}", finding.place)
}

/// Topics of every plan of a year, as the transaction sees them.
pub(super) async fn topics(tx: &mut Tx, year: &str) -> Result<Vec<Topic>, Error> {
    let rows = tx.list_year_rows(PLAN_TOPICS.table, year).await?;
    Ok(Setup::from_rows(&[(PLAN_TOPICS.table, rows)].into()).topics)
}

/// Marks that learners of a year brought from other schools, as the transaction sees them.
pub(super) async fn brought(tx: &mut Tx, year: &str) -> Result<Vec<ForeignMark>, Error> {
    let rows = tx.list_year_rows(FOREIGN_MARKS.table, year).await?;
    Ok(Setup::from_rows(&[(FOREIGN_MARKS.table, rows)].into()).foreign)
}

/// Those of a class.
pub(super) fn topics_of(topics: &[Topic], part: &Journal) -> Vec<Topic> {
    let own: BTreeSet<&str> = part.courses.iter().map(|course| course.id.as_str()).collect();
    topics.iter().filter(|topic| own.contains(topic.course.as_str())).cloned().collect()
}

/// Random salts for learners' rows, 16 bytes each.
pub(super) fn salts(count: usize) -> Result<Vec<String>, Error> {
    (0..count).map(|_| Ok(hex(&salt()?))).collect()
}
