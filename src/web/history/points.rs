//! Checkpoints of the audit log: a list, and what to print for the safe. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::domain::rights::Action;
use crate::domain::words;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::route::{Access, Group, Route, SubjectOf, get};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/log/checkpoints", Access::Does(Action::ReadRegister), SubjectOf::House, list)
            .in_menu(Group::Records, "Контрольные точки")
            .helped("records#журнал-событий"),
    ]
}

struct Point {
    size: u64,
    root: String,
    when: String,
    note: String,
}

#[derive(Template)]
#[template(path = "history/checkpoints.html", config = "src/web/askama.toml")]
struct PointsPage {
    frame: Frame,
    points: Vec<Point>,
}

/// `GET /log/checkpoints`: newest first.
async fn list(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let rows = state.house.db.list_checkpoints().await?;
    let point = |row: crate::store::CheckpointRow| Point {
        size: row.size,
        root: row.root,
        when: words::moment_short(&row.signed_at),
        note: row.note,
    };
    let points = rows.into_iter().rev().map(point).collect();
    let lead = "Подписанные отметки журнала событий: сколько в нём записей и какой у них общий корень.";
    answer::page(&PointsPage { frame: frame.titled("Контрольные точки").leading(lead), points })
}
