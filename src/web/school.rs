//! The school's year: readiness, calendar, tables of the set-up, timetable, plans, movement, orders, closing. Floor 3.
//!
//! Every table of the year has one page with one form's address; what may stand in a cell, and what a row may not do, is decided by
//! `domain::setup` and `flow`. Pages work without script.

mod back;
mod book;
mod calendar;
mod closing;
pub(super) mod data_check;
pub(in crate::web) mod events;
mod form;
mod groups;
mod learner_card;
mod movement;
mod orders;
mod plans;
mod reach;
mod readiness;
mod rows;
mod sent;
mod shelf;
pub(super) mod staff;
mod substitutions;
mod timetable;

use std::collections::{BTreeMap, BTreeSet};

use super::WebState;
use super::answer::Refusal;
use super::fields::Fields;
use super::query::Asked;
use super::route::Route;
use crate::domain::change::in_force;
use crate::domain::finding::Finding;
use crate::domain::names;
use crate::domain::people;
use crate::domain::setup::layout::Layout;
use crate::flow::setup::{Outcome, Year};
use crate::store::{ChangeFilter, ChangeRow, ClosedYearRow};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    [
        readiness::routes(),
        calendar::routes(),
        shelf::routes(),
        groups::routes(),
        timetable::routes(),
        plans::routes(),
        movement::routes(),
        substitutions::routes(),
        staff::routes(),
        learner_card::routes(),
        data_check::routes(),
        orders::routes(),
        closing::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A year opened for a page.
struct Opened {
    year: Year,
    /// Closed by order: nothing may be changed.
    closed: Option<ClosedYearRow>,
    /// Every year on record, for the switch.
    years: Vec<String>,
}

/// Opens the year that the address or form asks for, or the newest.
async fn open(state: &WebState, asked: &str) -> Result<Opened, Refusal> {
    let asked = Some(asked).filter(|year| !year.is_empty());
    let name = state.house.year(asked).await?;
    let year = Year::open(&state.house, &name).await?;
    let closed = state.house.db.list_closed_years().await?.into_iter().find(|row| row.year == name);
    Ok(Opened { year, closed, years: state.house.db.list_years().await? })
}

/// A change of the last days, with the way to take it back.
struct Past {
    when: String,
    who: String,
    what: String,
    /// Number by which the address of the question names it: of its event, or of its line where each line is told alone.
    id: u64,
    /// Numbers of its lines that can be taken back; empty when none can.
    seqs: String,
    /// It is itself a taking back: what it undid can be put back.
    again: bool,
    /// Done under a compromised account, and nobody has decided about it yet.
    void: bool,
}

/// Lines of the history that a page shows, newest first: more stand on the page of history.
const PAST_SHOWN: u32 = 200;
/// Acts of them.
const PAST_ACTS: usize = 5;

/// The last acts on tables that change together; lines of one event are one act. What is told is counted in the first table that the act
/// touched: who is enrolled comes as a learner and a stay, and is one.
async fn past(state: &WebState, opened: &Opened, tables: &[&str], key: Vec<String>) -> Result<Vec<Past>, Refusal> {
    past_within(state, opened, tables, key, &|_| true).await
}

/// The same for who may change a part of the table: an act is offered to be taken back only where each of its lines `may` be.
async fn past_within(
    state: &WebState,
    opened: &Opened,
    tables: &[&str],
    key: Vec<String>,
    may: &(dyn Fn(&ChangeRow) -> bool + Sync),
) -> Result<Vec<Past>, Refusal> {
    let of = |table: &str| ChangeFilter {
        table: Some(table.to_owned()),
        year: Some(opened.year.year.clone()),
        key: key.clone(),
        ..ChangeFilter::default()
    };
    let mut changes = Vec::new();
    // The oldest act of a full page may go on below it.
    let mut cut: Vec<(&str, u64)> = Vec::new();
    for table in tables {
        let found = state.house.db.list_changes(&ChangeFilter { limit: PAST_SHOWN, ..of(table) }).await?;
        if found.len() == PAST_SHOWN as usize {
            cut.extend(found.last().map(|change| (*table, change.event)));
        }
        changes.extend(found);
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.seq));
    let mut newest: Vec<u64> = changes.iter().map(|change| change.event).collect();
    newest.dedup();
    newest.truncate(PAST_ACTS);
    cut.retain(|(_, event)| newest.contains(event));
    for (table, event) in cut {
        changes.retain(|change| change.table != table || change.event != event);
        changes.extend(state.house.db.list_changes(&ChangeFilter { event: Some(event), ..of(table) }).await?);
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.seq));
    /// Rows put, changed and taken away, table by table.
    type Counts = Vec<[usize; 3]>;
    let mut acts: Vec<(u64, Past, Vec<u64>, Counts)> = Vec::new();
    let open = may_go_back(&changes);
    let barred: BTreeSet<u64> = changes.iter().filter(|change| !may(change)).map(|change| change.event).collect();
    for change in &changes {
        if acts.last().is_none_or(|(event, ..)| *event != change.event) {
            let who = opened.year.known.show(crate::domain::setup::layout::Is::Staff, &change.by);
            let who = if who == people::OPERATOR { people::OPERATOR_NAME.to_owned() } else { who };
            let when = crate::domain::words::moment_short(&change.at);
            let (id, again) = (change.event, change.undoes > 0);
            let past = Past { when, who, what: String::new(), id, seqs: String::new(), again, void: false };
            acts.push((change.event, past, Vec::new(), vec![[0; 3]; tables.len()]));
        }
        let Some((_, act, seqs, counts)) = acts.last_mut() else { continue };
        act.void |= change.voided;
        let kind = match (&change.old, &change.new) {
            (None, _) => 0,
            (Some(_), Some(_)) => 1,
            (Some(_), None) => 2,
        };
        if let Some(at) = tables.iter().position(|table| *table == change.table) {
            counts[at][kind] += 1;
        }
        if open.contains(&change.seq) {
            seqs.push(change.seq);
        }
    }
    let told = |(event, act, seqs, counts): (u64, Past, Vec<u64>, Counts)| {
        let seqs = if barred.contains(&event) { Vec::new() } else { seqs };
        let counts = counts.into_iter().find(|one| one.iter().any(|n| *n > 0)).unwrap_or_default();
        let words = ["добавлено", "изменено", "удалено"];
        let what = words.iter().zip(counts).filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word}: {n}"));
        let what = what.collect::<Vec<_>>().join(", ");
        let what = if act.again { format!("отмена прежнего изменения ({what})") } else { what };
        let seqs = seqs.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        Past { what, seqs, ..act }
    };
    Ok(acts.into_iter().take(PAST_ACTS).map(told).collect())
}

/// Numbers of the lines that can be taken back, out of the newest lines of tables, newest first: what stands in force, and a taking back
/// after which its row did not change again.
fn may_go_back(changes: &[ChangeRow]) -> BTreeSet<u64> {
    type Row<'c> = (&'c str, &'c [String]);
    let mut rows: BTreeMap<Row<'_>, Vec<(u64, u64)>> = BTreeMap::new();
    for change in changes.iter().rev() {
        let row = (change.table.as_str(), change.key.as_slice());
        rows.entry(row).or_default().push((change.seq, change.undoes));
    }
    let mut open = BTreeSet::new();
    for of_row in rows.into_values() {
        open.extend(of_row.last().filter(|(_, undoes)| *undoes > 0).map(|(seq, _)| *seq));
        open.extend(in_force(of_row));
    }
    open
}

/// Keys of the rows whose last change is void: what a compromised account wrote is struck through wherever it stands (SEC-03).
pub(super) async fn void(state: &WebState, year: &str, layout: &Layout) -> Result<BTreeSet<Vec<String>>, Refusal> {
    if state.house.db.load_docket().await?.notices.is_empty() {
        return Ok(BTreeSet::new());
    }
    let filter =
        ChangeFilter { table: Some(layout.table.to_owned()), year: Some(year.to_owned()), ..ChangeFilter::default() };
    let (mut seen, mut void) = (BTreeSet::new(), BTreeSet::new());
    // The newest line of each row comes first.
    for change in state.house.db.list_changes(&filter).await? {
        if seen.insert(change.key.clone()) && change.voided {
            void.insert(change.key);
        }
    }
    Ok(void)
}

/// What is said after a change.
fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused(_) => String::new(),
        Outcome::Would(counts) | Outcome::Done(counts) => {
            let words = [
                ("добавлено", counts.new),
                ("изменено", counts.changed),
                ("удалено", counts.gone),
                ("без изменений", counts.same),
            ];
            let parts: Vec<String> =
                words.into_iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word}: {n}")).collect();
            let line = if parts.is_empty() { "изменений нет".to_owned() } else { parts.join(", ") };
            match outcome {
                Outcome::Would(_) => format!("Проверено, ошибок нет. Будет {line}."),
                _ => format!("Готово: {line}."),
            }
        }
    }
}

/// Numbers of changes out of a form's field.
fn seqs(text: &str) -> Vec<u64> {
    text.split(',').filter_map(|number| number.trim().parse().ok()).collect()
}

/// Takes changes back and says so; a rule that says no comes back in words.
async fn undo(state: &WebState, by: &str, field: &str) -> Result<String, Refusal> {
    let undone = crate::flow::change::undo(&state.house, &state.act(by), &seqs(field)).await;
    match undone {
        Ok(undone) => Ok(format!("Отменено изменений: {}. Это тоже можно отменить.", undone.undone.len())),
        Err(crate::flow::Error::Change(refusal)) => Err(Refusal::Rule(refusal.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// Findings as one line each, gravest first.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    // «10А» stands after «9А», and 31.12.2025 before 28.03.2026.
    let day =
        |one: &Finding| one.place.get(..10).and_then(|text| chrono::NaiveDate::parse_from_str(text, "%d.%m.%Y").ok());
    findings.sort_by(|a, b| {
        let by_day = b.severity.cmp(&a.severity).then_with(|| day(a).cmp(&day(b)));
        by_day.then_with(|| names::natural(&a.place, &b.place))
    });
    findings
}

/// The address of this page in another year.
fn in_year(asked: &Asked, year: &str) -> String {
    asked.with("year", year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_of_days_stand_in_the_order_of_the_days() {
        let places = ["31.12.2025–11.01.2026", "28.03.2026–05.04.2026", "25.10.2025–04.11.2025", "10А", "9А"];
        let found = places.map(|place| Finding::new("calendar.break-unnamed", place, "каникулы не внесены"));
        let told: Vec<String> = sorted(found.to_vec()).into_iter().map(|one| one.place).collect();
        let days = ["25.10.2025–04.11.2025", "31.12.2025–11.01.2026", "28.03.2026–05.04.2026"];
        assert_eq!((&told[..2], &told[2..]), (&["9А", "10А"].map(str::to_owned)[..], &days.map(str::to_owned)[..]));
    }
}
