//! Pages of the school's year: readiness, calendar, timetable, plans, movement, closing the year. Floor 3.

use super::route::Route;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
