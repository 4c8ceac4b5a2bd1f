//! What differs in the months of an attendance sheet: day, learner, was, is. Floor 0.

use std::collections::BTreeSet;

use super::Differences;
use crate::domain::snapshot::{AttendanceMonth, AttendanceSheet, MonthRow};
use crate::domain::words;

/// The days of each learner in each month; a sheet that was frozen before months were kept is told once. Counts are told where the days do
/// not explain them.
pub(super) fn months(differences: &mut Differences, place: &str, was: &AttendanceSheet, is: &AttendanceSheet) {
    const WHAT: &str = "Ведомость по дням месяцев";
    match (was.months.is_empty(), is.months.is_empty()) {
        (true, false) => return differences.added(place, WHAT),
        (false, true) => return differences.absent(place, WHAT),
        _ => {}
    }
    let names: BTreeSet<&str> = was.months.iter().chain(&is.months).map(|month| month.month.as_str()).collect();
    for name in names {
        let [before, now] = [was, is].map(|sheet| sheet.months.iter().find(|month| month.month == name));
        let told = differences.found.len();
        for row in &was.rows {
            let [before, now] = [before, now].map(|month| row_of(month, &row.learner));
            learner(differences, &format!("{place}, {}", row.name), name, before, now);
        }
        let total = |month: Option<&AttendanceMonth>| month.map(|month| month.total).unwrap_or_default();
        if differences.found.len() == told {
            differences.counts(&format!("{place}, всего по классу, {name}"), &total(before), &total(now));
        }
    }
}

fn row_of<'m>(month: Option<&'m AttendanceMonth>, learner: &str) -> Option<&'m MonthRow> {
    month?.rows.iter().find(|row| row.learner == learner)
}

fn learner(differences: &mut Differences, place: &str, month: &str, was: Option<&MonthRow>, is: Option<&MonthRow>) {
    let missed = |row: Option<&MonthRow>, day: u8| {
        let own = row.and_then(|row| row.days.iter().find(|one| one.day == day));
        own.map(|one| one.missed.clone()).unwrap_or_default()
    };
    let days = |row: Option<&MonthRow>| row.map(|row| row.days.iter().map(|one| one.day).collect()).unwrap_or_default();
    let mut all: BTreeSet<u8> = days(was);
    all.append(&mut days(is));
    let told = differences.found.len();
    for day in all {
        let date = words::day(&format!("{month}-{day:02}"));
        let place = format!("{place}, {date}");
        differences.value(
            "snapshot.attendance-changed",
            &place,
            "пропущено за день",
            &missed(was, day),
            &missed(is, day),
        );
    }
    if differences.found.len() == told {
        let counts = |row: Option<&MonthRow>| row.map(|row| row.counts).unwrap_or_default();
        differences.counts(&format!("{place}, {month}"), &counts(was), &counts(is));
    }
}
