//! Events of a week beside lessons: on the timetable, and in the diary of a family (JRN-24; 000 Рег 1.6, Инс 3.6). Floor 3.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate};

use crate::domain::setup::layout::EVENTS;
use crate::domain::setup::{SchoolEvent, Setup};
use crate::domain::words;
use crate::store::{Db, Error};

/// One event as a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct EventLine {
    /// «вторник, 2 сентября, 15:30»; «1–5 сентября» of several days.
    pub(in crate::web) when: String,
    pub(in crate::web) title: String,
    /// For whom and where; may be empty.
    pub(in crate::web) more: String,
}

/// Monday and Sunday of a day's week.
pub(in crate::web) fn week_of(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    (monday, monday + Days::new(6))
}

/// Events of a year, without the rest of its set-up.
pub(in crate::web) async fn of_year(db: &Db, year: &str) -> Result<Vec<SchoolEvent>, Error> {
    let rows = db.list_year_rows(EVENTS.table, year).await?;
    Ok(Setup::from_rows(&BTreeMap::from([(EVENTS.table, rows)])).events)
}

/// The events of the week of a day that somebody wants, in their order.
pub(in crate::web) fn of_week(
    events: &[SchoolEvent],
    day: NaiveDate,
    wanted: impl Fn(&SchoolEvent) -> bool,
) -> Vec<EventLine> {
    let (monday, sunday) = week_of(day);
    let within = |event: &&SchoolEvent| event.starts <= sunday && monday <= event.ends;
    let mut own: Vec<&SchoolEvent> = events.iter().filter(within).filter(|event| wanted(event)).collect();
    own.sort_by_key(|event| (event.starts, event.clock.clone()));
    let line = |event: &SchoolEvent| {
        let days = match event.starts == event.ends {
            true => format!("{}, {}", words::weekday(event.starts), words::day_and_month(event.starts)),
            false => format!("{} – {}", words::day_and_month(event.starts), words::day_and_month(event.ends)),
        };
        let clock = if event.clock.is_empty() { String::new() } else { format!(", {}", event.clock) };
        let whom = if event.scope.as_text().is_empty() { String::new() } else { event.scope.to_string() };
        let more: Vec<String> =
            [whom, event.place.clone(), event.note.clone()].into_iter().filter(|part| !part.is_empty()).collect();
        EventLine { when: format!("{days}{clock}"), title: event.title.clone(), more: more.join(", ") }
    };
    own.into_iter().map(line).collect()
}
