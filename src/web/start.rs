//! The first screen: what waits for the one who signed in, by office; for a stranger the way in. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::WebState;
use super::answer::{self, Refusal};
use super::frame::{Frame, Stranger};
use super::route::{Access, Group, Route, SubjectOf, get};
use crate::flow::signin::demo::{self, DemoLogin};

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
    /// Logins of a demonstration house; empty in every other.
    demo: Vec<DemoLogin>,
}

/// `GET /`.
async fn first_screen(
    State(state): State<WebState>,
    frame: Frame,
    Stranger(visitor): Stranger,
) -> Result<Response, Refusal> {
    let demo = match visitor {
        None => demo::logins(&state.house, state.now()).await?,
        Some(_) => Vec::new(),
    };
    answer::page(&StrangerPage { frame: frame.titled("Летопись"), demo })
}
