//! Tables leave the house as files, each time put on record. Floor 2.

use super::super::{Act, Error, House, salt};
use crate::bundle::export::{self, Shape, Written};
use crate::bundle::layout::File;
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::journal::{EXAM, FINAL, Journal, YEAR};
use crate::domain::period;

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
    let part = part(journal, export)?;
    let written = export::write(&part, &export.tables, export.shape)?;
    let event = Event::new(EventKind::DataExported, &act.by, &act.moment())
        .with("what", &export.what)
        .with("year", &year)
        .with_number("rows", written.rows as u64)
        .with_digest("file", Digest::of(&written.bytes));
    house.db.begin().await?.record(&event, salt()?).await?.commit().await?;
    Ok(written)
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
        let known = part.periods.iter().map(|period| period.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(period::Refusal::NoPeriod(id.to_owned(), known).into());
    };
    let within = |day| own.starts <= day && day <= own.ends;
    part.lessons.retain(|lesson| within(lesson.key.date));
    part.marks.retain(|mark| within(mark.lesson.date));
    part.absences.retain(|absence| within(absence.lesson.date));
    part.final_marks.retain(|mark| mark.period == own.id);
    Ok(part)
}
