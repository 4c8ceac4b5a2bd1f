//! Pages of the history: who changed what, undo, compromise and the decisions on void changes. Floor 3.

use super::route::Route;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
