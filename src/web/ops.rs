//! For those who run the house: health, readiness, metrics. Floor 3.

use super::route::Route;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
