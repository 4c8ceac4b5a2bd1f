//! Pages of people and rights: sign-in, own sessions, appointments, credentials, compromise, who looked. Floor 3.

use super::route::Route;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
