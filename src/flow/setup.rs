//! Setting the year up: rows come from forms and sheets, are read, checked, and changed with their history. Floor 2.

mod demo;
pub mod files;
pub mod groups;

use std::collections::{BTreeMap, BTreeSet};

pub use demo::seed_demo_setup;

use chrono::NaiveDate;

use super::change::{self, Edit};
use super::{Act, Error, House, policy};
use crate::bundle::meant_class;
use crate::domain::employment::{self, Employment};
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Course, Journal};
use crate::domain::names;
use crate::domain::people::{self, Appointment};
use crate::domain::policy::Policy;
use crate::domain::readiness::{self, Due, Line};
use crate::domain::rights::Role;
use crate::domain::setup::cells::Known;
use crate::domain::setup::layout::{CLASSES, Column, Is, Layout};
use crate::domain::setup::paste::{LineRead, Sheet, given_text};
use crate::domain::setup::{Setup, brought, checks, foreseen, plan, promotion, rules, spelling, timetable};

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was written.
    Refused(Vec<Finding>),
    /// Nothing was written, because only a trial was asked for.
    Would(Counts),
    /// Written.
    Done(Counts),
}

impl Outcome {
    /// The same, with what is told beside it: warnings of the sheet itself, in front.
    pub fn beside(mut self, mut told: Vec<Finding>) -> Self {
        let own = match &mut self {
            Self::Refused(findings) => findings,
            Self::Would(counts) | Self::Done(counts) => &mut counts.warnings,
        };
        // A refusal of the headings tells of them by itself.
        told.retain(|one| !own.contains(one));
        told.append(own);
        *own = told;
        self
    }
}

/// How many rows came, changed, went and stood already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// New rows.
    pub new: usize,
    /// Changed rows.
    pub changed: usize,
    /// Rows that went.
    pub gone: usize,
    /// Rows that stood already.
    pub same: usize,
    /// Numbers of the lines of the history.
    pub seqs: Vec<u64>,
    /// Of a trial: what would be wrong with the year and bars nothing.
    pub warnings: Vec<Finding>,
}

/// How a sheet meets what stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// Rows of the sheet are added or changed; others stay.
    Add,
    /// The sheet is all there is to be: other rows go.
    Replace,
}

/// The year a page or command works on, with everything set up in it.
pub struct Year {
    /// Its name.
    pub year: String,
    /// Who and what the year has, without lessons and marks.
    pub journal: Journal,
    /// Its set-up.
    pub setup: Setup,
    /// What cells may refer to.
    pub known: Known,
    /// The policy of the year's first day.
    pub policy: Policy,
    /// Appointments of the house by order.
    appointments: Vec<Appointment>,
    /// Who works in it from when to when.
    work: Vec<Employment>,
}

impl Year {
    /// Reads a year.
    pub async fn open(house: &House, year: &str) -> Result<Self, Error> {
        let (journal, setup) = house.db.load_year(year).await?;
        Self::of(house, year, journal, setup).await
    }

    /// A year with a journal that may not stand yet: it comes in the same files.
    pub async fn with_journal(house: &House, journal: Journal) -> Result<Self, Error> {
        let year = journal.school.year.clone();
        let setup = house.db.load_setup(&year).await?;
        Self::of(house, &year, journal, setup).await
    }

    async fn of(house: &House, year: &str, mut journal: Journal, setup: Setup) -> Result<Self, Error> {
        // Pages and lists of the year show classes and courses in people's order, whatever order they came in.
        journal.classes.sort_by(|a, b| names::natural(&a.name, &b.name));
        journal.courses.sort_by(|a, b| names::natural(&a.class, &b.class));
        order_groups(&mut journal.courses);
        let mut known = Known::of(&journal, setup.rooms.iter().map(|room| room.name.clone()));
        let work = house.db.list_employments().await?;
        known.learn_last_days(&journal, &work);
        let appointments = house.db.list_appointments().await?;
        let policies = policy::history(house).await?;
        let policy = promotion::first_day(year).map_or(&house.policy, |day| &policies.on(day).policy).clone();
        Ok(Self { year: year.to_owned(), journal, setup, known, policy, appointments, work })
    }

    fn due(&self) -> Result<Due, Error> {
        Due::of(&self.year, &self.policy).ok_or_else(|| Error::Damaged(format!("учебный год «{}»", self.year)))
    }

    /// What is ready and what is not, with the people of the last day of the checklist.
    pub fn readiness(&self) -> Result<Vec<Line>, Error> {
        self.readiness_on(NaiveDate::MIN)
    }

    /// As [`Self::readiness`], with the people of today when that day has passed.
    pub fn readiness_on(&self, today: NaiveDate) -> Result<Vec<Line>, Error> {
        let (due, day) = (self.due()?, self.asked_on(today)?);
        Ok(readiness::lines(&self.journal, &self.setup, due, &self.unheld(day), day))
    }

    /// The day whose teachers and offices the checklist speaks of: its last one, or today when that has passed.
    pub fn asked_on(&self, today: NaiveDate) -> Result<NaiveDate, Error> {
        Ok(self.due()?.sections.max(today))
    }

    /// Offices of the checklist that nobody holds on a day, by order or by the staff list.
    fn unheld(&self, day: NaiveDate) -> Vec<Role> {
        let works = |person: &str| employment::last_day(&self.work, person).is_none_or(|last| day <= last);
        let holders = |role: Role| people::holders(&self.journal.staff, &self.appointments, role, day);
        readiness::OFFICES.into_iter().filter(|role| !holders(*role).any(|(person, _)| works(person))).collect()
    }

    /// Findings of one table, as its page shows them.
    pub fn findings(&self, table: &str) -> Vec<Finding> {
        let (journal, setup) = (&self.journal, &self.setup);
        match table {
            "timetable" => timetable::check(journal, setup),
            "curriculum" | "courses" => checks::curriculum(journal, setup),
            "teaching_load" => checks::load(journal, setup),
            "earlier_teachers" => checks::earlier_teachers(journal, setup),
            "control_works" => checks::works(journal, setup),
            "bells" | "regimes" => checks::bells(setup),
            "periods" => journal.classes.iter().flat_map(|class| checks::periods(journal, class)).collect(),
            "group_members" => checks::groups(journal),
            _ => Vec::new(),
        }
    }

    /// Rows of a table as they stand.
    pub async fn rows(&self, house: &House, layout: &Layout) -> Result<Vec<Vec<String>>, Error> {
        Ok(house.db.list_year_rows(layout.table, &self.year).await?)
    }
}

/// Puts one row that a person filled in; `old` names the row that it changes, `None` makes a new one. Texts stand in the order of
/// the layout's columns.
pub async fn put_row(
    house: &House,
    act: &Act,
    year: &str,
    layout: &'static Layout,
    old: Option<&[String]>,
    texts: &[String],
) -> Result<Outcome, Error> {
    let open = Year::open(house, year).await?;
    let rows = open.rows(house, layout).await?;
    let standing = old.and_then(|key| rows.iter().find(|row| row[..layout.key] == *key));
    if let (Some(_), None) = (old, standing) {
        let finding = Finding::new("setup.row-gone", layout.title, "этой строки больше нет: обновите страницу");
        return Ok(Outcome::Refused(vec![finding]));
    }
    let first = next_given(layout, &rows);
    let given = |column: &Column| match (standing, layout.place(column.name)) {
        (Some(row), Some(at)) => row[at].clone(),
        _ => identifier(layout, column, first),
    };
    let row = match layout.read(texts, &open.known, layout.title, &given) {
        Ok(row) => row,
        Err(findings) => return Ok(Outcome::Refused(findings)),
    };
    let mut row = row;
    next_place(layout, &rows, &mut row);
    let mut refusals = rules::row(layout, &row, layout.title);
    refusals.extend(of_other_year(layout, &row, year, layout.title));
    refusals.extend(brought::settle(layout, &mut row, &open.journal, &open.setup, brought::place_in_form));
    refusals.extend(brought::wrong_cells(layout, &row, &open.policy, year, layout.title));
    let key = row[..layout.key].to_vec();
    let moved = standing.filter(|old| old[..layout.key] != *key);
    if standing.is_none() || moved.is_some() {
        refusals.extend(latin_class(layout, &row, layout.title));
        if let Some(twin) = rows.iter().find(|known| known[..layout.key] == *key || is_twin(layout, known, &row)) {
            let words = twin_words(layout, &open.known, twin);
            refusals.push(Finding::new("setup.row-stands", layout.title, format!("такая строка уже есть: {words}")));
        }
        if moved.is_some() && !rules::key_may_change(layout.table) {
            refusals.push(Finding::new(
                "setup.key-fixed",
                layout.title,
                "название менять нельзя: на него ссылаются другие строки",
            ));
        }
    }
    refusals.extend(barred(house, &open, layout, standing.map(Vec::as_slice), Some(&row)).await?);
    if !refusals.is_empty() {
        return Ok(Outcome::Refused(refusals));
    }
    let mut counts = Counts::default();
    let mut edits = Vec::new();
    match standing {
        Some(old) if *old == row => counts.same += 1,
        Some(_) => counts.changed += 1,
        None => counts.new += 1,
    }
    if let Some(old) = moved {
        edits.push(edit(layout, year, old, None));
    }
    edits.push(edit(layout, year, &row, Some(&row)));
    write(house, act, layout, edits, counts).await
}

/// Takes one row away.
pub async fn remove_row(
    house: &House,
    act: &Act,
    year: &str,
    layout: &'static Layout,
    key: &[String],
) -> Result<Outcome, Error> {
    let open = Year::open(house, year).await?;
    let rows = open.rows(house, layout).await?;
    let Some(row) = rows.iter().find(|row| row[..layout.key] == *key) else {
        let finding = Finding::new("setup.row-gone", layout.title, "этой строки больше нет: обновите страницу");
        return Ok(Outcome::Refused(vec![finding]));
    };
    let refusals = barred(house, &open, layout, Some(row), None).await?;
    if !refusals.is_empty() {
        return Ok(Outcome::Refused(refusals));
    }
    write(house, act, layout, vec![edit(layout, year, row, None)], Counts { gone: 1, ..Counts::default() }).await
}

/// A sheet that comes into a table.
#[derive(Debug, Clone)]
pub struct Coming<'s> {
    /// Headings and rows.
    pub sheet: Sheet,
    /// Columns that the caller knows, in words (`course`: its identifier).
    pub fixed: &'s BTreeMap<&'s str, String>,
    /// How it meets what stands; [`Meeting::Replace`] only touches rows with the very values of `fixed`.
    pub meeting: Meeting,
    /// Check only.
    pub dry_run: bool,
}

/// Takes a whole sheet into a table.
pub async fn take_sheet(
    house: &House,
    act: &Act,
    year: &str,
    layout: &'static Layout,
    coming: &Coming<'_>,
) -> Result<Outcome, Error> {
    let Coming { sheet, fixed, meeting, dry_run } = coming;
    let mut open = Year::open(house, year).await?;
    let rows = open.rows(house, layout).await?;
    let first = next_given(layout, &rows);
    let (written, _) = spelling::written_out(layout, sheet, &open.known);
    let mut rows_coming = match layout.read_lines(&written, &open.known, fixed, first) {
        Ok(rows) => rows,
        Err(findings) => return Ok(Outcome::Refused(findings)),
    };
    keep_given(layout, &rows, &mut rows_coming, first);
    let mut findings = Vec::new();
    for LineRead { line, row } in &mut rows_coming {
        let place = || brought::place(&written, *line);
        findings.extend(brought::settle(layout, row, &open.journal, &open.setup, place));
    }
    let mut counts = Counts::default();
    let mut edits = Vec::new();
    for LineRead { line, row } in &rows_coming {
        let place = format!("строка {line}");
        findings.extend(rules::row(layout, row, &place));
        findings.extend(of_other_year(layout, row, year, &place));
        findings.extend(brought::wrong_cells(layout, row, &open.policy, year, &place));
        let standing = rows.iter().find(|old| old[..layout.key] == row[..layout.key]);
        if standing == Some(row) {
            counts.same += 1;
            continue;
        }
        if standing.is_none() {
            findings.extend(latin_class(layout, row, &place));
        }
        let bars = barred(house, &open, layout, standing.map(Vec::as_slice), Some(row)).await?;
        findings.extend(
            bars.into_iter().map(|finding| Finding { place: format!("{place}: {}", finding.place), ..finding }),
        );
        *(if standing.is_some() { &mut counts.changed } else { &mut counts.new }) += 1;
        edits.push(edit(layout, year, row, Some(row)));
    }
    let kept: BTreeSet<&[String]> = rows_coming.iter().map(|one| &one.row[..layout.key]).collect();
    let is_of_part =
        |row: &[String]| fixed.iter().all(|(name, value)| layout.place(name).is_none_or(|at| row[at] == *value));
    let (mut goes, mut stays) = (Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| !kept.contains(&row[..layout.key])) {
        if *meeting == Meeting::Replace && is_of_part(row) {
            goes.push(row);
        } else {
            stays.push(row.clone());
        }
    }
    for row in goes {
        findings.extend(barred(house, &open, layout, Some(row), None).await?);
        counts.gone += 1;
        edits.push(edit(layout, year, row, None));
    }
    if !findings.is_empty() {
        return Ok(Outcome::Refused(findings));
    }
    if *dry_run {
        counts.warnings = warnings(&mut open, layout, &rows_coming, stays);
        return Ok(Outcome::Would(counts));
    }
    write(house, act, layout, edits, counts).await
}

/// What a trial warns of: lines on days without lessons, and what the checks of the whole table would say once these rows stand beside those
/// that stay.
fn warnings(open: &mut Year, layout: &Layout, coming: &[LineRead], stays: Vec<Vec<String>>) -> Vec<Finding> {
    let Year { journal, setup, .. } = open;
    let mut told = Vec::new();
    match layout.table {
        "control_works" => {
            let of_line = |one: &LineRead| {
                checks::work_without_lessons(journal, setup, &one.row, &format!("строка {}", one.line))
            };
            told.extend(coming.iter().filter_map(of_line));
        }
        "plan_topics" => {
            let rows = coming.iter().map(|one| (one.line, one.row.as_slice()));
            told.extend(plan::without_lessons(journal, setup, &setup.calendar(journal), rows));
        }
        _ => {}
    }
    if foreseen::is_foreseen(layout.table) {
        let rows = stays.into_iter().chain(coming.iter().map(|one| one.row.clone())).collect();
        told.extend(foreseen::foreseen(layout, journal, setup, rows));
    }
    told
}

/// Lays the topics of a course's plan on the days of its lessons by timetable and calendar.
pub async fn lay_out_plan(house: &House, act: &Act, year: &str, course: &str) -> Result<Outcome, Error> {
    const LAYOUT: &Layout = &crate::domain::setup::layout::PLAN_TOPICS;
    let open = Year::open(house, year).await?;
    let days = lesson_days(&open, course);
    if days.is_empty() {
        let finding =
            Finding::new("plan.no-lessons", LAYOUT.title, "курса нет в расписании: даты поставить не по чему");
        return Ok(Outcome::Refused(vec![finding]));
    }
    let topics = open.setup.plan_of(course);
    let mut counts = Counts::default();
    let mut edits = Vec::new();
    for (old, new) in topics.iter().zip(plan::lay_out(&topics, &days)) {
        if **old == new {
            counts.same += 1;
            continue;
        }
        counts.changed += 1;
        edits.push(edit(LAYOUT, year, &new.to_cells(), Some(&new.to_cells())));
    }
    write(house, act, LAYOUT, edits, counts).await
}

/// Days of a course's lessons by timetable and calendar, once for each lesson.
pub fn lesson_days(open: &Year, course: &str) -> Vec<chrono::NaiveDate> {
    let (journal, setup) = (&open.journal, &open.setup);
    let known = journal.courses.iter().find(|known| known.id == course);
    known.map(|known| timetable::days_of(journal, setup, &setup.calendar(journal), known)).unwrap_or_default()
}

/// Marks a person as acquainted with an order.
pub async fn acquaint(
    house: &House,
    act: &Act,
    year: &str,
    order: &str,
    person: &str,
    way: &str,
) -> Result<Outcome, Error> {
    const LAYOUT: &Layout = &crate::domain::setup::layout::ACQUAINTANCES;
    let rows = house.db.list_year_rows(LAYOUT.table, year).await?;
    let standing = rows.iter().find(|row| row[0] == order && row[1] == person);
    if standing.is_some_and(|row| !row[2].is_empty()) {
        return Ok(Outcome::Refused(vec![Finding::new(
            "order.seen-already",
            LAYOUT.title,
            "отметка об ознакомлении уже стоит",
        )]));
    }
    if !house.db.list_year_rows("orders", year).await?.iter().any(|row| row[0] == order) {
        return Ok(Outcome::Refused(vec![Finding::new("order.missing", LAYOUT.title, "такого приказа нет")]));
    }
    let row = vec![order.to_owned(), person.to_owned(), act.at.date_naive().to_string(), way.to_owned(), String::new()];
    let counts = Counts { changed: 1, ..Counts::default() };
    write(house, act, LAYOUT, vec![edit(LAYOUT, year, &row, Some(&row))], counts).await
}

/// Asks people to acquaint themselves with an order: their lines of the sheet, still without a day.
pub async fn ask_to_see(
    house: &House,
    act: &Act,
    year: &str,
    order: &str,
    people: &[String],
) -> Result<Outcome, Error> {
    const LAYOUT: &Layout = &crate::domain::setup::layout::ACQUAINTANCES;
    let rows = house.db.list_year_rows(LAYOUT.table, year).await?;
    let mut counts = Counts::default();
    let mut edits = Vec::new();
    for person in people {
        if rows.iter().any(|row| row[0] == order && row[1] == *person) {
            counts.same += 1;
            continue;
        }
        counts.new += 1;
        let row = vec![order.to_owned(), person.clone(), String::new(), String::new(), String::new()];
        edits.push(edit(LAYOUT, year, &row, Some(&row)));
    }
    write(house, act, LAYOUT, edits, counts).await
}

fn edit(layout: &'static Layout, year: &str, key: &[String], row: Option<&[String]>) -> Edit {
    let others = row.map(|row| row[layout.key..].iter().map(String::as_str).collect::<Vec<_>>());
    let key: Vec<&str> = key[..layout.key].iter().map(String::as_str).collect();
    match others {
        Some(others) => Edit::put(layout.table, year, &key, &others),
        None => Edit::remove(layout.table, year, &key),
    }
}

async fn write(house: &House, act: &Act, layout: &Layout, edits: Vec<Edit>, counts: Counts) -> Result<Outcome, Error> {
    if edits.is_empty() {
        return Ok(Outcome::Done(counts));
    }
    let applied = change::apply(house, act, layout.table, &edits).await?;
    Ok(Outcome::Done(Counts { seqs: applied.seqs, ..counts }))
}

/// Groups of one subject stand by their names, in the places that they have among the other courses of their class.
fn order_groups(courses: &mut [Course]) {
    let mut divided: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, course) in courses.iter().enumerate().filter(|(_, course)| !course.group.is_empty()) {
        divided.entry((course.class.clone(), course.subject.clone())).or_default().push(at);
    }
    for places in divided.into_values() {
        for (order, at) in places.iter().enumerate() {
            let least = places[order..].iter().min_by(|a, b| names::natural(&courses[**a].group, &courses[**b].group));
            if let Some(least) = least.copied() {
                courses.swap(*at, least);
            }
        }
    }
}

/// A topic without a place goes to the end of its course's plan.
fn next_place(layout: &Layout, rows: &[Vec<String>], row: &mut [String]) {
    let Some(at) = layout.place("ordinal").filter(|at| *at > 0 && *at < layout.key && row[*at] == "0") else { return };
    let of_plan = rows.iter().filter(|known| known[..at] == row[..at]);
    let last = of_plan.filter_map(|known| known[at].parse::<u32>().ok()).max().unwrap_or_default();
    row[at] = (last + 1).to_string();
}

/// The first number that the program may give in this table: one more than the greatest in use.
fn next_given(layout: &Layout, rows: &[Vec<String>]) -> usize {
    let columns = layout.columns.iter().enumerate().filter(|(_, column)| column.is == Is::Given);
    let digits = |text: &String| text.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<usize>().ok();
    let used = columns.flat_map(|(at, _)| rows.iter().filter_map(move |row| digits(&row[at])));
    used.max().map_or(1, |most| most + 1)
}

/// What the program writes into a column of its own: courses are numbered as bundles number them.
fn identifier(layout: &Layout, column: &Column, number: usize) -> String {
    match (layout.table, column.name) {
        ("courses", "id") => format!("C{number:05}"),
        _ => given_text(column, number),
    }
}

/// Rows of a sheet keep the identifiers and places of the rows that they are known again by.
fn keep_given(layout: &Layout, rows: &[Vec<String>], coming: &mut [LineRead], first: usize) {
    let natural = rules::natural_key(layout.table);
    for (order, LineRead { row, .. }) in coming.iter_mut().enumerate() {
        let known = rows.iter().find(|old| match natural {
            [] => old[..layout.key] == row[..layout.key],
            _ => is_twin(layout, old, row),
        });
        for (at, column) in layout.columns.iter().enumerate().filter(|(_, column)| column.is == Is::Given) {
            row[at] = match known {
                Some(old) => old[at].clone(),
                None => identifier(layout, column, first + order),
            };
        }
    }
}

/// Are these one row by the columns that people know it by?
fn is_twin(layout: &Layout, a: &[String], b: &[String]) -> bool {
    let natural = rules::natural_key(layout.table);
    !natural.is_empty() && natural.iter().all(|name| layout.place(name).is_some_and(|at| a.get(at) == b.get(at)))
}

/// The row that stands already, in words: by what people know it, not by the number that the program gave it.
fn twin_words(layout: &Layout, known: &Known, twin: &[String]) -> String {
    let told = |name: &&str| layout.place(name).map(|at| known.show(layout.columns[at].is, &twin[at]));
    match rules::natural_key(layout.table) {
        [] => twin[..layout.key].join(", "),
        named => named.iter().filter_map(told).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(", "),
    }
}

/// A new class by a name that looks like a Russian one: «9A» with a Latin letter would stand beside 9А as another class.
fn latin_class(layout: &Layout, row: &[String], place: &str) -> Option<Finding> {
    let name = row.first().filter(|_| layout.table == CLASSES.table)?;
    let meant = meant_class(name);
    let message = format!("буквы класса — латинские, а нужны русские: напишите «{meant}»");
    (meant != *name).then(|| Finding::new("setup.class-letter", place, message).expected_found(meant, name.clone()))
}

/// The refusal of a row with a day of another school year, where the day bars the row; mere warnings of it are told by the files' dry run.
fn of_other_year(layout: &Layout, row: &[String], year: &str, place: &str) -> Option<Finding> {
    checks::outside_year(layout, row, year, place).filter(|finding| finding.severity >= Severity::Error)
}

/// What keeps a row from changing or going: it is used elsewhere, lessons hang on it, a closed period stands on it.
async fn barred(
    house: &House,
    open: &Year,
    layout: &Layout,
    old: Option<&[String]>,
    new: Option<&[String]>,
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    let Some(old) = old else { return Ok(findings) };
    let key = &old[..layout.key];
    let words = key.join(", ");
    if new.is_none() {
        let uses = rules::uses(layout, key, &open.journal, &open.setup);
        if !uses.is_empty() {
            let message = format!("строка используется ({}); сначала уберите её оттуда", uses.join(", "));
            findings.push(Finding::new("setup.in-use", words.clone(), message));
        }
        if layout.table == "courses" && house.db.has_course_records(&open.year, &key[0]).await? {
            findings.push(Finding::new(
                "setup.in-use",
                words.clone(),
                "у курса есть уроки или отметки: удалить его нельзя",
            ));
        }
    }
    let closures: Vec<_> = match layout.table {
        "periods" | "classes" => house.db.list_closures().await?.into_iter().filter(|k| k.year == open.year).collect(),
        _ => Vec::new(),
    };
    let changes = |name: &str| layout.place(name).is_some_and(|at| new.is_none_or(|new| new[at] != old[at]));
    let closed = match layout.table {
        "periods" if ["starts", "ends", "grade_from", "grade_to"].iter().any(|name| changes(name)) => {
            closures.iter().find(|k| k.period == key[0])
        }
        "classes" if changes("grade") => closures.iter().find(|k| k.class == key[0]),
        _ => None,
    };
    if let Some(closure) = closed {
        let message = format!("период {} класса {} закрыт {}", closure.period, closure.class, closure.closed_at);
        findings.push(Finding::new("setup.period-closed", words, message));
    }
    Ok(findings)
}
