//! Closing a school year on the head's order, opening the next with promoted classes, and taking it back while nothing is written there.
//! Floor 2.
//!
//! JRN-03; 002 4.3. From the commit on the closed year is read-only: triggers of the database hold every one of its tables.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{self, Edit};
use super::movement::{learner_edit, stay_edit};
use super::supplement::{self, Standing};
use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::copy::State;
use crate::domain::employment::{self, Span};
use crate::domain::finding::{Finding, Severity};
use crate::domain::freeze;
use crate::domain::journal::{Journal, YEAR};
use crate::domain::setup::Setup;
use crate::domain::setup::promotion::{self, NextYear};
use crate::domain::setup::stays::OrderMark;
use crate::domain::snapshot::{CopyKind, document_words};
use crate::domain::words;
use crate::store::{ChangeFilter, ClosedYearRow, CopyRow, Tx};

/// What closing would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What bars it; empty when it may go on.
    pub obstacles: Vec<Finding>,
    /// The copy that an obstacle is about, by the obstacle's place, where it is about one.
    pub copies: BTreeMap<String, String>,
    /// What the next year begins with.
    pub next: NextYear,
    /// The next year has classes already (it was imported or set up): closing then writes nothing into it.
    pub next_stands: bool,
    /// Closed already?
    pub closed: Option<ClosedYearRow>,
}

/// What came of closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was written.
    Refused(Vec<Finding>),
    /// The year is closed.
    Closed {
        /// What the next year began with; empty when it stood already.
        next: NextYear,
        /// Rows written into it.
        rows: usize,
    },
}

/// Looks at what closing a year would do, and writes nothing.
pub async fn review(house: &House, year: &str, order: &OrderMark) -> Result<Review, Error> {
    let (journal, setup) = house.db.load_year(year).await?;
    let facts = Facts::read(house, year).await?;
    let next = promotion::plan(&journal, &setup, order);
    let next_stands = house.db.list_years().await?.contains(&next.year);
    let closed = house.db.list_closed_years().await?.into_iter().find(|row| row.year == year);
    Ok(Review {
        obstacles: facts.obstacles(&journal),
        copies: facts.owed.into_iter().map(|(finding, copy)| (finding.place, copy)).collect(),
        next,
        next_stands,
        closed,
    })
}

/// Closes a year by an order and opens the next.
pub async fn close(house: &House, act: &Act, year: &str, order: &OrderMark) -> Result<Outcome, Error> {
    let known = house.db.list_closed_years().await?;
    if let Some(row) = known.iter().find(|row| row.year == year) {
        let finding =
            Finding::new("year.closed", year.to_owned(), format!("год закрыт приказом № {}", row.order_number));
        return Ok(Outcome::Refused(vec![finding]));
    }
    let (number, Some(date)) = (&order.number, order.date) else {
        return Ok(Outcome::Refused(vec![Finding::new(
            "year.no-order",
            year.to_owned(),
            "нужны номер и дата приказа",
        )]));
    };
    if number.is_empty() {
        return Ok(Outcome::Refused(vec![Finding::new(
            "year.no-order",
            year.to_owned(),
            "нужны номер и дата приказа",
        )]));
    }
    let next_stands = match promotion::next_year(year) {
        Some(next) => house.db.list_years().await?.contains(&next),
        None => false,
    };
    // The writer's place is taken before the year is read: what is checked is what is closed.
    let mut tx = house.db.begin().await?;
    let facts = Facts::read(house, year).await?;
    let journal = tx.load_journal(year).await?;
    let setup = tx.load_setup(year).await?;
    let obstacles = facts.obstacles(&journal);
    if !obstacles.is_empty() {
        return Ok(Outcome::Refused(obstacles));
    }
    let mut next = promotion::plan(&journal, &setup, order);
    let barring: Vec<Finding> = next.findings.iter().filter(|f| f.severity >= Severity::Error).cloned().collect();
    if !barring.is_empty() && !next_stands {
        return Ok(Outcome::Refused(barring));
    }
    let edits = if next_stands {
        Vec::new()
    } else {
        opening(&mut tx, year, &next, &setup, &journal, &gone(house, &next.year).await?).await?
    };
    if next_stands {
        next = NextYear { year: next.year, ..NextYear::default() };
    }
    let rows = change::apply_in(&mut tx, act, &edits).await?.seqs.len();
    tx.close_year(&ClosedYearRow {
        year: year.to_owned(),
        closed_at: act.moment(),
        closed_by: act.by.clone(),
        order_number: number.clone(),
        order_date: date.to_string(),
        next_year: next.year.clone(),
    })
    .await?;
    let event = Event::new(EventKind::YearClosed, &act.by, &act.moment())
        .with("year", year)
        .with("next", &next.year)
        .with("order", number)
        .with("order_date", date.to_string())
        .with_number("classes", next.classes.len() as u64)
        .with_number("learners", next.learners.len() as u64);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(Outcome::Closed { next, rows })
}

/// Opens a closed year again by an order: the next year must be as closing left it, and goes. Gives how many of its rows went.
pub async fn reopen(
    house: &House,
    act: &Act,
    year: &str,
    order: &OrderMark,
) -> Result<Result<usize, Vec<Finding>>, Error> {
    let refused = |code, message: String| Ok(Err(vec![Finding::new(code, year.to_owned(), message)]));
    if order.number.is_empty() || order.date.is_none() {
        return refused("year.no-order", "нужны номер и дата приказа".to_owned());
    }
    let Some(row) = house.db.list_closed_years().await?.into_iter().find(|row| row.year == year) else {
        return refused("year.open", "этот год не закрыт".to_owned());
    };
    let filter = ChangeFilter { year: Some(row.next_year.clone()), ..ChangeFilter::default() };
    let changes = house.db.list_changes(&filter).await?;
    let begun = changes.iter().map(|change| change.event).min();
    let later = changes.iter().filter(|change| Some(change.event) != begun).count();
    let has_bundle = house.db.find_origin(&row.next_year).await?.is_some();
    if later > 0 || has_bundle || (begun.is_none() && house.db.list_years().await?.contains(&row.next_year)) {
        return refused(
            "year.in-use",
            format!("в {} учебном году уже есть записи ({later}): открыть прошлый год нельзя", row.next_year),
        );
    }
    let edits: Vec<Edit> = changes
        .iter()
        .filter_map(|change| {
            let table = crate::store::table_name(&change.table)?;
            let key: Vec<&str> = change.key.iter().map(String::as_str).collect();
            Some(Edit::remove(table, &change.year, &key))
        })
        .collect();
    let mut tx = house.db.begin().await?;
    tx.reopen_year(year).await?;
    let gone = change::apply_in(&mut tx, act, &edits).await?.seqs.len();
    let event = Event::new(EventKind::YearReopened, &act.by, &act.moment())
        .with("year", year)
        .with("next", &row.next_year)
        .with("order", &order.number)
        .with("order_date", order.date.map(|date| date.to_string()).unwrap_or_default());
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(Ok(gone))
}

/// What has been closed and sealed in a year, and which supplements are owed.
struct Facts {
    year: String,
    closed: Vec<(String, String)>,
    sealed: Vec<String>,
    /// Each with the copy to open.
    owed: Vec<(Finding, String)>,
}

impl Facts {
    async fn read(house: &House, year: &str) -> Result<Self, Error> {
        let closures = house.db.list_closures().await?;
        let closed = closures.into_iter().filter(|k| k.year == year).map(|k| (k.class, k.period)).collect();
        let copies = house.db.list_copies().await?;
        let sealed = copies.iter().filter(|copy| copy.state == State::Sealed).map(|copy| copy.id.clone()).collect();
        let last: BTreeMap<&str, &CopyRow> = copies.iter().map(|copy| (copy.id.as_str(), copy)).collect();
        let journals = last.into_values().filter(|copy| {
            copy.year == year && copy.period == YEAR && copy.kind == CopyKind::PeriodCopy && copy.state != State::Sealed
        });
        let mut owed: Vec<(Finding, String)> = journals.map(unsealed_journal).collect();
        owed.extend(supplement::unfinished(house, year).await?.iter().map(self::owed));
        Ok(Self { year: year.to_owned(), closed, sealed, owed })
    }

    fn obstacles(&self, journal: &Journal) -> Vec<Finding> {
        let closed = |class: &str, period: &str| self.closed.iter().any(|(c, p)| c == class && p == period);
        let sealed = |class: &str| self.sealed.contains(&freeze::copy_id(&self.year, class, YEAR));
        let mut found = promotion::obstacles(journal, &closed, &sealed);
        found.extend(self.owed.iter().map(|(finding, _)| finding.clone()));
        found
    }
}

/// The journal of the whole year, printed once a year, is a record that the year ends with, as its summary sheet is.
fn unsealed_journal(copy: &CopyRow) -> (Finding, String) {
    let place = format!("{}, {}", copy.class, document_words(copy.kind, &copy.id, &copy.number));
    let finding = Finding::new("year.journal-unsealed", place, "журнал за год не скреплён печатью");
    (finding.expected_found(State::Sealed.as_russian(), copy.state.as_russian()), copy.id.clone())
}

/// What a supplement owes before its year is closed: from then on nothing of the year changes, and a record that is not whole would stay so.
fn owed(one: &Standing) -> (Finding, String) {
    let row = &one.row;
    match &one.copy {
        None => {
            let place = format!("{}, копия {}", row.class, row.copy);
            let entries = words::count(one.entries as u64, "запись", "записи", "записей");
            let message = "внесены записи после составления копии: нужен дополнительный лист";
            (Finding::new("year.supplement-owed", place, message).expected_found("", entries), row.copy.clone())
        }
        Some(copy) => {
            let place = format!("{}, {}", row.class, document_words(copy.kind, &copy.id, &copy.number));
            let finding = Finding::new("year.supplement-unsealed", place, "дополнительный лист не скреплён печатью");
            let (sealed, now) = (State::Sealed.said_of(&copy.id), copy.state.said_of(&copy.id));
            (finding.expected_found(sealed, now), copy.id.clone())
        }
    }
}

/// Whose work was over before a year began: they are not on its lists, and what they left has no owner there.
async fn gone(house: &House, year: &str) -> Result<BTreeSet<String>, Error> {
    let Some(first) = promotion::first_day(year) else { return Ok(BTreeSet::new()) };
    let mut spans: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for one in house.db.list_employments().await? {
        spans.entry(one.person.clone()).or_default().push(one.span());
    }
    Ok(spans.into_iter().filter(|(_, spans)| employment::has_left(spans, first)).map(|(person, _)| person).collect())
}

/// The rows with which the next year begins: staff, rooms, bells and regimes go on; classes, learners, courses and curriculum follow
/// the plan. Periods, calendar, timetable, plans and load are the new year's own work: the readiness list asks for them.
async fn opening(
    tx: &mut Tx,
    year: &str,
    next: &NextYear,
    setup: &Setup,
    journal: &Journal,
    gone: &BTreeSet<String>,
) -> Result<Vec<Edit>, Error> {
    let mut edits = Vec::new();
    let stays = |person: &str| if gone.contains(person) { String::new() } else { person.to_owned() };
    for (table, key) in [("staff", 1), ("rooms", 1), ("bells", 2)] {
        for row in tx.list_year_rows(table, year).await? {
            if table == "staff" && gone.contains(&row[0]) {
                continue;
            }
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            edits.push(Edit::put(table, &next.year, &cells[..key], &cells[key..]));
        }
    }
    let renamed: BTreeMap<&str, String> =
        journal.classes.iter().map(|class| (class.name.as_str(), promotion::next_name(class))).collect();
    for regime in &setup.regimes {
        let scope = regime.scope.as_text();
        let scope = renamed.get(scope.as_str()).filter(|_| journal.class(&scope).is_some()).cloned().unwrap_or(scope);
        edits.push(Edit::put(
            "regimes",
            &next.year,
            &[&scope],
            &[&regime.week_days.to_string(), &regime.shift.to_string(), &regime.bells],
        ));
    }
    for (at, class) in next.classes.iter().enumerate() {
        let (grade, ordinal) = (class.grade.to_string(), at.to_string());
        edits.push(Edit::put(
            "classes",
            &next.year,
            &[&class.name],
            &[&grade, &stays(&class.class_teacher_id), &ordinal],
        ));
    }
    for (at, learner) in next.learners.iter().enumerate() {
        edits.push(learner_edit(&next.year, learner, at));
    }
    edits.extend(next.stays.iter().map(|stay| stay_edit(&next.year, stay, true)));
    let mut members = 0;
    for (at, course) in next.courses.iter().enumerate() {
        let (hours, ordinal) = (course.hours_per_week_centi.to_string(), at.to_string());
        let teacher = stays(&course.teacher_id);
        let cells: [&str; 6] = [&course.class, &course.subject, &course.group, &teacher, &hours, &ordinal];
        edits.push(Edit::put("courses", &next.year, &[&course.id], &cells));
        for learner in &course.members {
            edits.push(Edit::put("group_members", &next.year, &[&course.id, learner], &[&members.to_string()]));
            members += 1;
        }
    }
    for line in &next.curriculum {
        edits.push(Edit::put(
            "curriculum",
            &next.year,
            &[&line.grade.to_string(), &line.profile, &line.subject],
            &[&line.hours_centi.to_string(), &line.part],
        ));
    }
    Ok(edits)
}
