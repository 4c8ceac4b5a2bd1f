//! What the plan of backups is told of sets: when they were written, and what was closed and sealed of the year. Floor 2.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};

use crate::domain::carrier::Cause;
use crate::domain::carrier::plan::{Span, Written};
use crate::domain::journal::Journal;
use crate::domain::words::{moment_of, period_title};
use crate::flow::{Error, House};
use crate::store::BackupRow;

/// Class and study period.
type OfPeriod = (String, String);
/// What was sealed, by its number, and when.
type Sealed = (String, DateTime<FixedOffset>);

/// Sets that stand, each with the number of carriers that hold it. `held`: carriers in use.
pub(super) fn written(backups: &[BackupRow], held: &[&str]) -> Vec<Written> {
    let sets = backups.iter().filter(|row| row.cause == Cause::Period);
    let sets = sets.filter_map(|row| {
        let carriers = row.carriers.iter().filter(|carrier| held.contains(&carrier.as_str())).count();
        Some(Written { at: moment_of(&row.at)?, carriers }).filter(|set| set.carriers > 0)
    });
    sets.collect()
}

/// Study periods of the year's classes, with what was closed and sealed of them; nothing where no set was written.
pub(super) async fn spans(house: &House, roster: &Journal, written: &[Written]) -> Result<Vec<Span>, Error> {
    if written.is_empty() {
        return Ok(Vec::new());
    }
    let year = roster.school.year.as_str();
    let mut closed: HashMap<OfPeriod, DateTime<FixedOffset>> = HashMap::new();
    for row in house.db.list_closures().await?.into_iter().filter(|row| row.year == year) {
        if let Some(at) = moment_of(&row.closed_at) {
            closed.insert((row.class, row.period), at);
        }
    }
    let mut sealed: HashMap<OfPeriod, Vec<Sealed>> = HashMap::new();
    for line in house.db.list_register().await?.into_iter().map(|row| row.line).filter(|line| line.year == year) {
        let Some(at) = moment_of(&line.sealed_at) else { continue };
        let what = match line.version {
            0 | 1 => line.number,
            version => format!("{} версия {version}", line.number),
        };
        sealed.entry((line.class, line.period)).or_default().push((what, at));
    }
    let mut spans = Vec::new();
    for class in &roster.classes {
        for period in roster.periods_of_grade(class.grade) {
            let key = (class.name.clone(), period.id.clone());
            spans.push(Span {
                class: class.name.clone(),
                period: period_title(&period.name),
                ends: period.ends,
                closed: closed.get(&key).copied(),
                sealed: sealed.remove(&key).unwrap_or_default(),
            });
        }
    }
    Ok(spans)
}
