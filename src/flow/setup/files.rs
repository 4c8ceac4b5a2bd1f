//! The year's tables out of files: all of them are read together, checked together, and written in one act that is taken back as one. Floor 2.
//!
//! A later table sees what an earlier one of the same files brings (rooms before the timetable), and all see the journal as it would be. Files,
//! who and when are kept with the other imports.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::change::{self, Edit};
use super::super::movement::{self, Ledger, Newcomer};
use super::super::{Act, Error, House, salt};
use super::{Counts, Meeting, Year, barred, edit, keep_given, next_given};
use crate::bundle::year::{self, YearSheet, rank};
use crate::bundle::{BundleFile, FileFacts};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{self, Digest};
use crate::domain::finding::{Finding, Severity};
use crate::domain::setup::Stay;
use crate::domain::setup::brought;
use crate::domain::setup::checks;
use crate::domain::setup::foreseen;
use crate::domain::setup::layout::{
    BELLS, CONTROL_WORKS, Column, Is, Layout, MOVEMENT, PLAN_TOPICS, REGIMES, ROOMS, STAYS, TIMETABLE,
};
use crate::domain::setup::paste::{LineRead, Sheet};
use crate::domain::setup::plan::without_lessons as topics_without_lessons;
use crate::domain::setup::regime;
use crate::domain::setup::rules;
use crate::domain::setup::spelling;
use crate::domain::setup::stays::{Movement, OrderMark};
use crate::store::ImportRow;
use crate::vault;

/// What a table came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Came {
    /// Name in the store.
    pub table: &'static str,
    /// Heading.
    pub title: &'static str,
    /// Sheets and files that it came from.
    pub places: Vec<String>,
    /// Rows that come.
    pub new: usize,
    /// Rows that change.
    pub changed: usize,
    /// Rows that go.
    pub gone: usize,
    /// Rows that stand already.
    pub same: usize,
    /// Columns that are none of the table's and were passed over.
    pub passed_over: usize,
}

/// What files would do to the year.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Plan {
    /// School year.
    pub year: String,
    /// Tables in the order in which they are filled.
    pub tables: Vec<Came>,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
    #[serde(skip)]
    edits: Vec<Edit>,
    /// Are tables replaced as they come, and not only what a sheet says as a whole?
    #[serde(skip)]
    replaces: bool,
}

impl Plan {
    /// Is nothing found that bars writing?
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }

    /// Rows by what becomes of them; nothing is written yet.
    pub fn counts(&self) -> Counts {
        let sum = |of: &dyn Fn(&Came) -> usize| self.tables.iter().map(of).sum::<usize>();
        Counts {
            new: sum(&|came| came.new),
            changed: sum(&|came| came.changed),
            gone: sum(&|came| came.gone),
            same: sum(&|came| came.same),
            ..Counts::default()
        }
    }

    /// Learners whose rows would change, and the class that is entered with each; a learner may come several times.
    pub fn learners(&self) -> Vec<(&str, Option<&str>)> {
        /// Place of the class among the other cells of a learner: surname, given name, patronymic and birth come before.
        const CLASS: usize = 4;
        let of = |edit: &'_ Edit| edit.table == "learners" || edit.table == STAYS.table;
        let class = |edit: &'_ Edit| edit.table == "learners";
        let edits = self.edits.iter().filter(|edit| of(edit));
        edits
            .filter_map(|edit| {
                let entered = edit.new.as_ref().filter(|_| class(edit)).and_then(|new| new.get(CLASS));
                Some((edit.key.first()?.as_str(), entered.map(String::as_str)))
            })
            .collect()
    }

    /// Would anything change?
    pub fn changes_anything(&self) -> bool {
        !self.edits.is_empty()
    }
}

/// A row that comes, and where it stands.
struct Incoming<'s> {
    sheet: &'s YearSheet,
    line: usize,
    row: Vec<String>,
}

struct Planning<'h> {
    house: &'h House,
    year: Year,
    meeting: Meeting,
    plan: Plan,
}

/// Plans what sheets would do to a year; nothing is written. `year` may hold a journal that comes with the same files.
pub async fn plan(house: &House, year: Year, sheets: &[YearSheet], meeting: Meeting) -> Result<Plan, Error> {
    let plan = Plan { year: year.year.clone(), replaces: meeting == Meeting::Replace, ..Plan::default() };
    let mut planning = Planning { house, year, meeting, plan };
    if let Some(row) = house.db.list_closed_years().await?.into_iter().find(|row| row.year == planning.plan.year) {
        let message = format!("учебный год закрыт приказом № {}: его таблицы не меняются", row.order_number);
        planning.plan.findings.push(Finding::new("setup.year-closed", row.year, message));
    }
    let mut tables: BTreeMap<usize, Vec<&YearSheet>> = BTreeMap::new();
    let shown = shown_regime(&planning.year, sheets);
    for sheet in sheets.iter().chain(&shown) {
        planning.plan.findings.extend(sheet.findings.clone());
        tables.entry(rank(sheet.layout)).or_default().push(sheet);
    }
    for sheets in tables.into_values() {
        match sheets.first() {
            Some(first) if first.layout.table == MOVEMENT.table => planning.movement(&sheets).await?,
            Some(first) => planning.table(first.layout, &sheets).await?,
            None => {}
        }
    }
    Ok(planning.plan)
}

/// The regime as bells and timetable show it, for a year that has none and files that bring none; told, so that a person looks at it.
fn shown_regime(year: &Year, sheets: &[YearSheet]) -> Option<YearSheet> {
    let of = |layout: &'static Layout| -> Vec<&YearSheet> {
        sheets.iter().filter(|sheet| sheet.layout.table == layout.table).collect()
    };
    if !year.setup.regimes.is_empty() || !of(&REGIMES).is_empty() {
        return None;
    }
    let (bells, lessons) = (of(&BELLS), of(&TIMETABLE));
    let rows = |sheets: &[&YearSheet]| sheets.iter().map(|sheet| sheet.sheet.clone()).collect::<Vec<_>>();
    let (of_bells, of_lessons) = (rows(&bells), rows(&lessons));
    let sheet = regime::of_sheets(&of_bells.iter().collect::<Vec<_>>(), &of_lessons.iter().collect::<Vec<_>>())?;
    let said: Vec<String> = sheet
        .rows
        .iter()
        .map(|(_, row)| {
            let scope = if row[0].is_empty() { "вся школа" } else { &row[0] };
            format!("{scope} — {} дней, звонки «{}»", row[1], row[3])
        })
        .collect();
    let place = "режим занятий".to_owned();
    let message =
        format!("взят из расписания и звонков: {}; иное вносят на странице «Звонки и режим»", said.join("; "));
    let finding = Finding::new("setup.regime-shown", place.clone(), message).weighing(Severity::Note);
    let (course, covers) = (String::new(), Vec::new());
    Some(YearSheet { layout: &REGIMES, place, course, sheet, covers, findings: vec![finding] })
}

/// What is wrong with a row by itself, in the year that it comes to.
fn by_itself(layout: &Layout, row: &[String], year: &str, place: &str) -> Vec<Finding> {
    let mut wrong = rules::row(layout, row, place);
    wrong.extend(checks::outside_year(layout, row, year, place));
    wrong
}

/// What is wrong with the rows of tables that name nobody and nothing of the journal (calendar, bells, rooms), each by itself: it is told
/// beside the mistakes of the lists, while there is no journal to plan over.
pub fn alone(year: &str, sheets: &[YearSheet]) -> Vec<Finding> {
    let names_journal =
        |column: &Column| matches!(column.is, Is::Staff | Is::Class | Is::Course | Is::Learner | Is::Room);
    let known = super::Known::default();
    let mut findings: Vec<Finding> = Vec::new();
    for sheet in sheets.iter().filter(|sheet| !sheet.layout.columns.iter().any(names_journal)) {
        let layout = sheet.layout;
        // Classes are not known yet: whom a row is for is judged with the journal.
        let scopes = layout.columns.iter().filter(|column| column.is == Is::Scope);
        let fixed: BTreeMap<&str, String> = scopes.map(|column| (column.name, String::new())).collect();
        let mut wrong = sheet.findings.clone();
        for (line, cells) in &sheet.sheet.rows {
            let (heads, letters) = (sheet.sheet.heads.clone(), sheet.sheet.letters.clone());
            let one = Sheet { heads, rows: vec![(*line, cells.clone())], letters };
            let place = format!("строка {line}");
            let told: Vec<Finding> = match layout.read_sheet(&one, &known, &fixed, 1) {
                Ok(rows) => rows.iter().flat_map(|row| by_itself(layout, row, year, &place)).collect(),
                Err(told) => told,
            };
            wrong.extend(told.into_iter().map(|finding| placed(sheet, finding)));
        }
        // A wrong heading is told once, not of every row.
        for finding in wrong {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings
}

/// A finding of a sheet, with the sheet before its place.
fn placed(sheet: &YearSheet, finding: Finding) -> Finding {
    Finding { place: format!("{}: {}", sheet.place, finding.place), ..finding }
}

/// Warnings of the columns of a sheet that are none of its table's.
fn came_over(sheet: &YearSheet, fixed: &BTreeMap<&str, String>) -> Vec<Finding> {
    sheet.layout.passed_over(&sheet.sheet, fixed).into_iter().map(|one| placed(sheet, one)).collect()
}

impl Planning<'_> {
    async fn table(&mut self, layout: &'static Layout, sheets: &[&YearSheet]) -> Result<(), Error> {
        let standing = self.year.rows(self.house, layout).await?;
        let first = next_given(layout, &standing);
        let mut coming: Vec<Incoming<'_>> = Vec::new();
        let mut courses: BTreeSet<String> = BTreeSet::new();
        let mut came = self.came(layout, sheets);
        for &sheet in sheets {
            let fixed = match self.fixed(sheet) {
                Ok(fixed) => fixed,
                Err(finding) => {
                    self.plan.findings.push(finding);
                    continue;
                }
            };
            let (own, strange) = sheet.without_strange_columns(&self.year.known);
            self.plan.findings.extend(strange);
            let (written, short) = spelling::written_out(layout, &own, &self.year.known);
            self.plan.findings.extend(short.into_iter().map(|one| placed(sheet, one)));
            match layout.read_lines(&written, &self.year.known, &fixed, first + coming.len()) {
                Ok(mut rows) => {
                    self.passed_over(&mut came, sheet, &fixed);
                    keep_given(layout, &standing, &mut rows, first + coming.len());
                    for LineRead { line, row } in &mut rows {
                        let place = || brought::place(&written, *line);
                        let wrong = brought::settle(layout, row, &self.year.journal, &self.year.setup, place);
                        self.plan.findings.extend(wrong.map(|one| placed(sheet, one)));
                    }
                    // Of the rows as they were written out: a lesson of all groups is several of them, from one line.
                    coming.extend(rows.into_iter().map(|LineRead { line, row }| Incoming { sheet, line, row }));
                    courses.extend(fixed.into_values());
                }
                Err(findings) => {
                    // Nothing is written before the list of rooms is mended; whoever names a room of it is not at fault meanwhile.
                    if layout.table == ROOMS.table {
                        let cells = written.rows.iter().flat_map(|(_, cells)| cells);
                        cells.filter(|cell| !cell.is_empty()).for_each(|cell| self.year.known.add_room(cell));
                    }
                    self.plan.findings.extend(findings.into_iter().map(|one| placed(sheet, one)));
                }
            }
        }
        let mut seen: BTreeMap<&[String], (&YearSheet, usize)> = BTreeMap::new();
        for Incoming { sheet, line, row } in &coming {
            let place = format!("строка {line}");
            let mut wrong = by_itself(layout, row, &self.year.year, &place);
            wrong.extend(brought::wrong_cells(layout, row, &self.year.policy, &self.year.year, &place));
            if layout.table == CONTROL_WORKS.table {
                wrong.extend(checks::work_without_lessons(&self.year.journal, &self.year.setup, row, &place));
            }
            if let Some((other, earlier)) = seen.insert(&row[..layout.key], (sheet, *line)) {
                let message = format!("повторяет строку {earlier} ({})", other.place);
                wrong.push(Finding::new("setup.row-twice", place.clone(), message));
            }
            let old = standing.iter().find(|old| old[..layout.key] == row[..layout.key]);
            if old == Some(row) {
                came.same += 1;
            } else {
                let bars = barred(self.house, &self.year, layout, old.map(Vec::as_slice), Some(row)).await?;
                wrong.extend(bars.into_iter().map(|one| Finding { place: format!("{place}: {}", one.place), ..one }));
                *(if old.is_some() { &mut came.changed } else { &mut came.new }) += 1;
                self.plan.edits.push(edit(layout, &self.year.year, row, Some(row)));
            }
            self.plan.findings.extend(wrong.into_iter().map(|one| placed(sheet, one)));
        }
        if layout.table == PLAN_TOPICS.table {
            let calendar = self.year.setup.calendar(&self.year.journal);
            for of_sheet in coming.chunk_by(|a, b| std::ptr::eq(a.sheet, b.sheet)) {
                let rows = of_sheet.iter().map(|one| (one.line, one.row.as_slice()));
                let told = topics_without_lessons(&self.year.journal, &self.year.setup, &calendar, rows);
                self.plan.findings.extend(told.into_iter().map(|one| placed(of_sheet[0].sheet, one)));
            }
        }
        let mut goes: BTreeSet<&[String]> = BTreeSet::new();
        if !coming.is_empty() {
            let covers: BTreeSet<&str> = sheets.iter().flat_map(|sheet| &sheet.covers).map(String::as_str).collect();
            let meets = |row: &&Vec<String>| match self.meeting {
                // Of plans, only those that came are replaced.
                Meeting::Replace => {
                    layout.table != PLAN_TOPICS.table
                        || coming.iter().any(|new| new.row[0] == row[0])
                        || courses.contains(&row[0])
                }
                Meeting::Add => self.is_covered(layout, row, &covers, &courses),
            };
            let gone: Vec<&Vec<String>> =
                standing.iter().filter(meets).filter(|row| !seen.contains_key(&row[..layout.key])).collect();
            if self.meeting == Meeting::Add && !gone.is_empty() {
                let message = format!(
                    "эти листы говорят всё о своих классах и курсах: внесённого раньше, чего в них нет, не останется, строк — {}",
                    gone.len()
                );
                self.plan
                    .findings
                    .push(Finding::new("setup.replaced", layout.title, message).weighing(Severity::Warning));
            }
            for row in gone {
                self.plan.findings.extend(barred(self.house, &self.year, layout, Some(row), None).await?);
                came.gone += 1;
                self.plan.edits.push(edit(layout, &self.year.year, row, None));
                goes.insert(&row[..layout.key]);
            }
        }
        if layout.table == STAYS.table {
            let before = self.year.setup.stays.clone();
            let keys: BTreeSet<&[String]> = coming.iter().map(|one| &one.row[..layout.key]).collect();
            let mut after: Vec<Stay> = coming.iter().filter_map(|one| Stay::from_cells(&one.row)).collect();
            if self.meeting == Meeting::Add {
                after.extend(before.iter().filter(|stay| !keys.contains(&stay.to_cells()[..layout.key])).cloned());
            }
            let (house, journal) = (self.house, &self.year.journal);
            let wrong = movement::contradictions(house, &self.year.year, journal, &before, &after).await?;
            self.plan.findings.extend(wrong);
            self.year.setup.stays = after;
        }
        if foreseen::is_foreseen(layout.table) {
            // The next tables of the same files are judged by the rows that come with them: plans and works by days, lessons by bells.
            let goes_or_comes = |key: &[String]| goes.contains(key) || seen.contains_key(key);
            let stays = standing.iter().filter(|row| !goes_or_comes(&row[..layout.key])).cloned();
            let rows = stays.chain(coming.iter().map(|one| one.row.clone())).collect();
            let told = foreseen::foreseen(layout, &self.year.journal, &mut self.year.setup, rows);
            let place = |one: &Finding| format!("{}: {}", layout.title, one.place);
            self.plan.findings.extend(told.into_iter().map(|one| Finding { place: place(&one), ..one }));
        }
        if layout.table == ROOMS.table {
            coming.iter().for_each(|one| self.year.known.add_room(&one.row[0]));
        }
        self.plan.tables.push(came);
        Ok(())
    }

    /// Does a row that stands belong to what the sheets say as a whole: the timetable of a class, the curriculum of a grade, the plan of a
    /// course? A curriculum of one class stands beside that of its grade.
    fn is_covered(&self, layout: &Layout, row: &[String], covers: &BTreeSet<&str>, courses: &BTreeSet<String>) -> bool {
        let cell = |name: &str| layout.place(name).and_then(|at| row.get(at)).map(String::as_str).unwrap_or_default();
        match layout.table {
            "plan_topics" => courses.contains(cell("course")),
            "timetable" => {
                let course = self.year.journal.courses.iter().find(|course| course.id == cell("course"));
                course.is_some_and(|course| covers.contains(course.class.as_str()))
            }
            "curriculum" => covers.contains(cell("grade")) && cell("profile").is_empty(),
            _ => false,
        }
    }

    /// Tells of the columns of a sheet that were passed over, and counts them beside the sheet.
    fn passed_over(&mut self, came: &mut Came, sheet: &YearSheet, fixed: &BTreeMap<&str, String>) {
        let told = came_over(sheet, fixed);
        if let (false, Some(place)) = (told.is_empty(), came.places.iter_mut().find(|place| **place == sheet.place)) {
            place.push_str(&format!(" (пропущено столбцов: {})", told.len()));
        }
        came.passed_over += told.len();
        self.plan.findings.extend(told);
    }

    fn came(&self, layout: &'static Layout, sheets: &[&YearSheet]) -> Came {
        let places = sheets.iter().map(|sheet| sheet.place.clone()).collect();
        Came { table: layout.table, title: layout.title, places, new: 0, changed: 0, gone: 0, same: 0, passed_over: 0 }
    }

    /// What the sheet's own name tells of its rows: the course of a plan.
    fn fixed(&self, sheet: &YearSheet) -> Result<BTreeMap<&'static str, String>, Finding> {
        if sheet.course.is_empty() {
            return Ok(BTreeMap::new());
        }
        if let Ok(course) = self.year.known.find(Is::Course, &sheet.course, &sheet.place) {
            return Ok(BTreeMap::from([("course", course)]));
        }
        match self.year.known.courses_beginning(&sheet.course).as_slice() {
            [course] => Ok(BTreeMap::from([("course", course.clone())])),
            several => {
                let class = sheet.course.split_whitespace().next().unwrap_or_default();
                let of_class = self.year.known.courses_beginning(class);
                let likely = if several.is_empty() { &of_class } else { several };
                let words: Vec<String> = likely.iter().map(|id| self.year.known.show(Is::Course, id)).collect();
                let message = "по имени листа не понять, чей это план: назовите его «КТП класс предмет»";
                let finding = Finding::new("plan.course-unclear", sheet.place.clone(), message);
                Err(finding.expected_found(words.join("; "), sheet.course.clone()))
            }
        }
    }

    /// Orders of a sheet of movement, one after another in the order of their days.
    async fn movement(&mut self, sheets: &[&YearSheet]) -> Result<(), Error> {
        let stays = self.year.setup.stays.clone();
        let mut ledger = Ledger::open(self.house, &self.year.year, self.year.journal.clone(), stays).await?;
        let mut came = self.came(&MOVEMENT, sheets);
        for sheet in sheets {
            let mut orders = match MOVEMENT.read_lines(&sheet.sheet, &self.year.known, &BTreeMap::new(), 1) {
                Ok(rows) => rows,
                Err(findings) => {
                    self.plan.findings.extend(findings.into_iter().map(|one| placed(sheet, one)));
                    continue;
                }
            };
            self.passed_over(&mut came, sheet, &BTreeMap::new());
            orders.sort_by(|a, b| (&a.row[0], a.line).cmp(&(&b.row[0], b.line)));
            for LineRead { line, row } in orders {
                match self.order(&mut ledger, line, &row) {
                    Ok(edits) if edits.is_empty() => came.same += 1,
                    Ok(edits) => {
                        *(if row[2] == "enrolled" { &mut came.new } else { &mut came.changed }) += 1;
                        self.plan.edits.extend(edits);
                    }
                    Err(findings) => self.plan.findings.extend(findings.into_iter().map(|one| placed(sheet, one))),
                }
            }
        }
        let rooms: Vec<String> = self.year.setup.rooms.iter().map(|room| room.name.clone()).collect();
        self.year.known = super::Known::of(&ledger.journal, rooms.into_iter());
        self.year.journal = ledger.journal;
        self.plan.tables.push(came);
        Ok(())
    }

    /// One order; no edits when it stands already.
    fn order(&self, ledger: &mut Ledger, line: usize, row: &[String]) -> Result<Vec<Edit>, Vec<Finding>> {
        let place = format!("строка {line}");
        let [learner, what, class, whence, number] = [1, 2, 3, 4, 5].map(|at: usize| row[at].clone());
        let day = |at: usize| row[at].parse::<chrono::NaiveDate>().ok();
        let told = |one: Finding| Finding { place: format!("{place}: {}", one.place), ..one };
        let Some(on) = day(0) else {
            return Err(vec![Finding::new("setup.cell-wrong", place, "не указан день")]);
        };
        if let Some(finding) = movement::outside_year(&self.year.year, on, &format!("{place}, «Дата»")) {
            return Err(vec![finding]);
        }
        let order = OrderMark { number, date: day(6) };
        if what == "enrolled" {
            let mut names = learner.split_whitespace().map(str::to_owned);
            let newcomer = Newcomer {
                surname: names.next().unwrap_or_default(),
                given_name: names.next().unwrap_or_default(),
                patronymic: names.collect::<Vec<_>>().join(" "),
                born: day(7),
                class,
                day: on,
                order,
                whence,
            };
            if ledger.enrolled(&newcomer).is_some() {
                return Ok(Vec::new());
            }
            let enrolled = ledger.enrol(&newcomer);
            return enrolled.map(|(_, edits)| edits).map_err(|wrong| wrong.into_iter().map(told).collect());
        }
        let at = format!("{place}, «Ученик»");
        let known = super::Known::of(&ledger.journal, std::iter::empty());
        let id = known.find(Is::Learner, &learner, &at).map_err(|finding| vec![finding])?;
        let movement = match what.as_str() {
            "moved" => Movement::Move { class },
            "returned" => Movement::Return { class, whence },
            exit => Movement::Leave { exit: exit.to_owned(), whither: whence },
        };
        if ledger.stands(&id, &movement, on, &order) {
            return Ok(Vec::new());
        }
        ledger.carry_out(&id, &movement, on, &order).map_err(|finding| vec![told(finding)])
    }
}

/// Writes a clean plan in one act, and keeps the files; gives the counts of all tables. Nothing is written when nothing changes.
pub async fn write(
    house: &House,
    act: &Act,
    files: &[BundleFile],
    facts: &[FileFacts],
    digest: Digest,
    plan: &Plan,
) -> Result<Counts, Error> {
    let counts = plan.counts();
    if plan.edits.is_empty() {
        return Ok(counts);
    }
    keep(house, files, digest)?;
    let mut tx = house.db.begin().await?;
    let set = match change::apply_in(&mut tx, act, &plan.edits).await {
        Ok(set) => set,
        Err(error) => {
            drop(tx);
            return Err(change::told(house, &plan.edits, error).await);
        }
    };
    let event = Event::new(EventKind::DataChanged, &act.by, &act.moment())
        .with("what", "setup_files")
        .with("year", &plan.year)
        .with_digest("files", digest);
    let mut recorded = tx.record(&event, salt()?).await?;
    let row = ImportRow {
        no: 0,
        digest: digest.to_hex(),
        year: plan.year.clone(),
        // The words of every import: rows are added, or what is not in the files has gone.
        mode: if plan.replaces && counts.gone > 0 { "whole" } else { "add" }.to_owned(),
        files: canon::to_text(&facts),
        imported_at: act.moment(),
        imported_by: act.by.clone(),
        rows_new: counts.new as u64,
        rows_changed: counts.changed as u64,
        rows_gone: counts.gone as u64,
        event: recorded.last().index,
    };
    recorded.tx().record_import(&row).await?;
    recorded.commit().await?;
    Ok(Counts { seqs: set.seqs, ..counts })
}

/// Writes a clean plan that came by the form of a page: the rows were pasted or read there, so no file is kept.
pub async fn carry_out(house: &House, act: &Act, plan: &Plan) -> Result<Counts, Error> {
    let applied = change::apply(house, act, "movement", &plan.edits).await?;
    Ok(Counts { seqs: applied.seqs, ..plan.counts() })
}

/// Keeps the files under their digest, as those of bundles are.
fn keep(house: &House, files: &[BundleFile], digest: Digest) -> Result<(), Error> {
    let folder = house.root.join("bundles").join(digest.to_hex());
    std::fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder.clone(), source })?;
    for file in files {
        vault::durable::write_once(&folder.join(&file.name), &file.bytes)?;
    }
    Ok(())
}

/// A workbook of one table to fill in: its rows that stand, or a draft of them out of the journal's courses, teachers and periods.
pub async fn template(house: &House, year: &str, layout: &'static Layout) -> Result<Vec<u8>, Error> {
    let open = Year::open(house, year).await?;
    let mut rows = match layout.table {
        // Orders are carried out, not kept: there are no rows to show.
        "movement" => Vec::new(),
        _ => open.rows(house, layout).await?,
    };
    let mut rooms: Vec<String> = open.setup.rooms.iter().map(|room| room.name.clone()).collect();
    if rows.is_empty() {
        let drawn = crate::bundle::generate::setup_rows(&open.journal, year);
        rows = drawn.into_iter().filter(|(of, _)| of.table == layout.table).map(|(_, row)| row).collect();
    }
    if layout.table == ROOMS.table {
        rooms = rows.iter().map(|row| row[0].clone()).collect();
    }
    crate::bundle::example::of_table(&open.journal, &rooms, layout, rows)
        .map_err(|error| Error::Damaged(error.to_string()))
}

/// The table that comes by file under this name of the store.
pub fn table(name: &str) -> Option<&'static Layout> {
    year::tables().find(|layout| layout.table == name)
}
