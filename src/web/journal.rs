//! The journal to read: a class and course as the paper page looks, a lesson list on a phone, history of a cell. Floor 3.

use super::route::Route;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
