//! The first screen: what waits for the one who signed in, by office; for a stranger the way in. Floor 3.

use askama::Template;
use axum::response::{IntoResponse, Response};

use super::answer::{self, Refusal};
use super::frame::{Frame, Stranger};
use super::route::{Access, Group, Route, SubjectOf, get};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/", Access::Public, SubjectOf::House, first_screen).in_menu(Group::Own, "Главная"),
        get("/healthz", Access::Public, SubjectOf::House, || async { "ok\n".into_response() }),
    ]
}

#[derive(Template)]
#[template(path = "start/stranger.html", config = "src/web/askama.toml")]
struct StrangerPage {
    frame: Frame,
}

/// `GET /`.
async fn first_screen(frame: Frame, Stranger(_visitor): Stranger) -> Result<Response, Refusal> {
    answer::page(&StrangerPage { frame: frame.titled("Летопись") })
}
