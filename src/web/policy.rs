//! Pages of the policy: values with clauses, comparison, lint, deadlines. Floor 3.

use super::route::Route;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
