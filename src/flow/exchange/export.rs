//! Tables leave the house as files, each time put on record. Floor 2.

use super::super::{Act, Error, House, compromise, salt};
use crate::bundle;
use crate::bundle::export::{self, Beside, Shape, Written};
use crate::bundle::layout::File;
use crate::bundle::year::tables as tables_of_year;
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::journal::{EXAM, FINAL, Journal, YEAR};
use crate::domain::setup::layout::MOVEMENT;
use crate::domain::{names, period};

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Word of the tables: `journal`, `roster`, `staff`, `marks` …
    pub what: String,
    /// The tables themselves.
    pub tables: Vec<File>,
    /// School year; the newest when absent.
    pub year: Option<String>,
    /// One class only.
    pub class: Option<String>,
    /// One period only: lessons, marks and absences of its days, final marks of it.
    pub period: Option<String>,
    /// How it is written.
    pub shape: Shape,
}

/// Writes the files' bytes and records that data left the house.
pub async fn export(house: &House, export: &Export, act: &Act) -> Result<Written, Error> {
    let year = house.year(export.year.as_deref()).await?;
    let journal = house.db.load_journal(&year).await?;
    let mut part = part(journal, export)?;
    // As on every page: 1А before 10А, whatever order they came in.
    part.classes.sort_by(|a, b| names::natural(&a.name, &b.name));
    let beside = beside(house, &year, export).await?;
    let written = export::write_with(&part, &beside, &export.tables, export.shape)?;
    record(house, act, &export.what, &year, &written).await?;
    Ok(written)
}

/// What stands beside a whole journal; a part of one leaves without it.
async fn beside(house: &House, year: &str, export: &Export) -> Result<Beside, Error> {
    let struck = compromise::void_rows(house, year).await?;
    if export.class.is_some() || export.period.is_some() || !export.tables.contains(&File::Entries) {
        return Ok(Beside { struck, ..Beside::default() });
    }
    let entries = house.db.list_entries(year).await?;
    Ok(Beside { entries, stays: house.db.list_year_rows("stays", year).await?, struck })
}

/// Word of the export of a school with its year: the roster, and every table that comes by file.
pub const SCHOOL: &str = "year";

/// Writes a workbook of the school and its year, as an administrator would bring it to an empty house.
pub async fn school(house: &House, year: Option<&str>, act: &Act) -> Result<Written, Error> {
    let year = house.year(year).await?;
    let mut journal = house.db.load_roster(&year).await?;
    journal.classes.sort_by(|a, b| names::natural(&a.name, &b.name));
    let setup = house.db.load_setup(&year).await?;
    let rooms: Vec<String> = setup.rooms.iter().map(|room| room.name.clone()).collect();
    let roster = export::tables_of("roster").unwrap_or_default();
    let mut tables = Vec::new();
    for layout in tables_of_year().filter(|layout| layout.table != MOVEMENT.table) {
        let rows = house.db.list_year_rows(layout.table, &year).await?;
        if !rows.is_empty() {
            tables.push((layout, rows));
        }
    }
    let count = roster.iter().map(|file| bundle::tables::rows(*file, &journal).len());
    let rows = count.sum::<usize>() + tables.iter().map(|(_, rows)| rows.len()).sum::<usize>();
    let bytes = bundle::year_book::school(&journal, &roster, &rooms, &tables)
        .map_err(|error| Error::from(export::Unwritable::from(error)))?;
    let written = Written { bytes, ending: "xlsx", rows, replaced: 0 };
    record(house, act, SCHOOL, &year, &written).await?;
    Ok(written)
}

async fn record(house: &House, act: &Act, what: &str, year: &str, written: &Written) -> Result<(), Error> {
    let event = Event::new(EventKind::DataExported, &act.by, &act.moment())
        .with("what", what)
        .with("year", year)
        .with_number("rows", written.rows as u64)
        .with_digest("file", Digest::of(&written.bytes));
    house.db.begin().await?.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// The part of the journal that was asked for; a class or a period that is not there is refused.
fn part(journal: Journal, export: &Export) -> Result<Journal, Error> {
    let mut part = journal;
    if let Some(name) = &export.class {
        if part.class(name).is_none() {
            return Err(period::Refusal::NoClass(name.clone()).into());
        }
        part = part.of_class(name);
    }
    let Some(id) = export.period.as_deref().filter(|id| *id != YEAR) else { return Ok(part) };
    if id == EXAM || id == FINAL {
        part.final_marks.retain(|mark| mark.period == id);
        return Ok(part);
    }
    let Some(own) = part.periods.iter().find(|period| period.id == id).cloned() else {
        let known = part.periods.iter().map(period::titled).collect::<Vec<_>>().join(", ");
        return Err(period::Refusal::NoPeriod(id.to_owned(), known).into());
    };
    let within = |day| own.starts <= day && day <= own.ends;
    part.lessons.retain(|lesson| within(lesson.key.date));
    part.marks.retain(|mark| within(mark.lesson.date));
    part.absences.retain(|absence| within(absence.lesson.date));
    part.final_marks.retain(|mark| mark.period == own.id);
    Ok(part)
}
