//! Entries made too late in the last days, and what periods near their end lack: counted beside the pages, for it takes seconds. Floor 3.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{Days, NaiveDate};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::super::WebState;
use super::ends::NEAR;
use crate::domain::finding::Severity;
use crate::domain::timeliness::Status;
use crate::flow::close::{self, Closed, Closing};
use crate::flow::timeliness::{Question, judge};
use crate::flow::{Act, Error};

/// Days of lessons that are spoken of: what is older was seen on the page of timeliness or will not be mended.
const DAYS: Days = Days::new(14);

/// A count that something has overtaken is made anew after this long at the earliest: in the last hour of a quarter every second brings
/// something.
const AGAIN: Duration = Duration::from_secs(600);

/// What was counted last, and whether somebody counts now.
#[derive(Debug, Default)]
pub(in super::super) struct Late {
    counted: Mutex<Option<Arc<Counted>>>,
    counting: AtomicBool,
}

/// Counts of the last days as of a turn of the log.
#[derive(Debug)]
pub(super) struct Counted {
    turn: u64,
    day: NaiveDate,
    made: Instant,
    pub(super) lines: Vec<Line>,
    /// By period that is open near its end or behind it: the classes whose journal lacks what closing asks for.
    pub(super) lacking: BTreeMap<String, BTreeSet<String>>,
}

/// Late entries of one course.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) class: String,
    pub(super) course: String,
    pub(super) late: u64,
}

impl Late {
    /// What was counted last; a new count is begun when something was written since. `None` until the first one is done.
    pub(super) fn at(&self, state: &WebState, turn: u64) -> Option<Arc<Counted>> {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let today = state.now().date_naive();
        let overtaken = counted
            .as_ref()
            .is_none_or(|held| held.day != today || (held.turn != turn && held.made.elapsed() >= AGAIN));
        if overtaken && !self.counting.swap(true, Ordering::AcqRel) {
            let state = state.clone();
            let handle = Handle::current();
            // Judging is work for a processor, so it keeps away from the threads that answer pages.
            tokio::task::spawn_blocking(move || {
                let counted = handle.block_on(count(&state, turn, today));
                match counted {
                    Ok(counted) => {
                        *state.late.counted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(counted));
                    }
                    Err(error) => tracing::warn!(error = %error, "late entries could not be counted"),
                }
                state.late.counting.store(false, Ordering::Release);
            });
        }
        counted
    }
}

async fn count(state: &WebState, turn: u64, today: NaiveDate) -> Result<Counted, Error> {
    let year = state.house.year(None).await?;
    let act = Act { by: String::new(), at: state.now() };
    let since = today.checked_sub_days(DAYS).unwrap_or(today);
    // What cannot be told of the ends of periods is no reason to keep silent about late entries.
    let lacking = lacking(state, &year, today, &act).await.unwrap_or_else(|error| {
        tracing::warn!(error = %error, "what periods lack could not be counted");
        BTreeMap::new()
    });
    let judged =
        judge(&state.house, &Question { year, days: (Some(since), Some(today)), ..Question::default() }, &act).await?;
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for one in judged {
        if one.status == Status::Late {
            *counts.entry((one.class, one.course_id)).or_default() += 1;
        }
    }
    let lines = counts.into_iter().map(|((class, course), late)| Line { class, course, late });
    Ok(Counted { turn, day: today, made: Instant::now(), lines: lines.collect(), lacking })
}

/// The classes that could not be closed now, by open period that is over or ends soon.
async fn lacking(
    state: &WebState,
    year: &str,
    today: NaiveDate,
    act: &Act,
) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
    let roster = state.house.db.load_roster(year).await?;
    let closures = state.house.db.list_closures().await?;
    let is_closed = |class: &str, period: &str| {
        closures.iter().any(|one| one.year == year && one.class == class && one.period == period)
    };
    let mut open: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for class in &roster.classes {
        for period in roster.periods_of_grade(class.grade) {
            if period.ends <= today + NEAR && !is_closed(&class.name, &period.id) {
                open.entry(period.id.clone()).or_default().push(class.name.clone());
            }
        }
    }
    let bars = |one: &Closed| one.findings.iter().any(|gap| gap.severity == Severity::Error);
    let mut lacking = BTreeMap::new();
    for (period, classes) in open {
        let closing = Closing { year: year.to_owned(), period: period.clone(), classes, ground: None };
        let checked = close::check(&state.house, &closing, act).await?;
        lacking.insert(period, checked.into_iter().filter(bars).map(|one| one.class).collect());
    }
    Ok(lacking)
}
