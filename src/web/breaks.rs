//! Technical breaks in a browser: the line that everybody reads, the page on which a break is announced. Floor 3.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Duration, FixedOffset};

use super::WebState;
use super::answer::{self, Refusal};
use super::fields::{Fields, MOMENT};
use super::frame::Frame;
use super::route::{Access, Group, Route, SubjectOf, get, post};
use crate::domain::finding::Finding;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::technical_break::{LONGEST_REASON, said};
use crate::domain::words;
use crate::flow::breaks;
use crate::flow::change::names;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const MAY: Access = Access::Does(Action::AnnounceBreaks);
    vec![
        get("/breaks", MAY, SubjectOf::House, page)
            .in_menu(Group::House, "Технические перерывы")
            .helped("administrator#технические-перерывы"),
        post("/breaks", MAY, SubjectOf::House, announce),
        post("/breaks/{no}/withdraw", MAY, SubjectOf::House, withdraw),
    ]
}

/// What everybody reads of the breaks that are ahead or under way; empty when there is none, and when they cannot be read: the page will say why.
pub(super) async fn notice(state: &WebState) -> String {
    let Ok(moved) = state.moved().await else { return String::new() };
    let key = (String::new(), "breaks".to_owned(), String::new());
    let make = async { breaks::standing(&state.house).await.map(Arc::new) };
    let standing = state.pages.breaks.find_or_make(key, moved.school, make).await;
    standing.map(|standing| said(&standing, state.now())).unwrap_or_default()
}

/// Minutes that the form offers: an update takes a quarter of an hour, and nobody minds an hour by night.
const USUAL_MINUTES: i64 = 60;

struct Line {
    no: u64,
    from: String,
    to: String,
    reason: String,
    by: String,
    /// «впереди», «идёт», «прошёл», «отменён».
    state: &'static str,
    open: bool,
}

#[derive(Template)]
#[template(path = "ops/breaks.html", config = "src/web/askama.toml")]
struct BreaksPage {
    frame: Frame,
    lines: Vec<Line>,
    from: String,
    to: String,
    longest: usize,
}

async fn page(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let now = state.now();
    let names = names(&state.house).await?;
    let lines = state.house.db.list_breaks().await?.into_iter().rev().map(|row| {
        let one = row.planned;
        let state = match (row.withdrawn_by.is_empty(), now < one.starts, now < one.ends) {
            (false, ..) => "отменён",
            (true, true, _) => "впереди",
            (true, false, true) => "идёт",
            (true, false, false) => "прошёл",
        };
        let at =
            |moment: DateTime<FixedOffset>| words::moment_short(&moment.with_timezone(&now.timezone()).to_rfc3339());
        Line {
            no: one.no,
            from: at(one.starts),
            to: at(one.ends),
            reason: one.reason,
            by: names.person(&row.by),
            open: matches!(state, "впереди" | "идёт"),
            state,
        }
    });
    let lead = "Объявленный перерыв видят все: на каждой странице и при входе, с этой минуты и до его конца.";
    answer::page(&BreaksPage {
        frame: frame.titled("Технические перерывы").leading(lead),
        lines: lines.collect(),
        from: now.format(MOMENT).to_string(),
        to: (now + Duration::minutes(USUAL_MINUTES)).format(MOMENT).to_string(),
        longest: LONGEST_REASON,
    })
}

async fn announce(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let zone = act.at.timezone();
    let (Some(starts), Some(ends)) = (fields.moment("from", zone), fields.moment("to", zone)) else {
        let finding = Finding::new("break.moment", "С какого и до какого времени", "нужны день и время");
        return Err(Refusal::BadInput(vec![finding]));
    };
    let no = breaks::announce(&state.house, (starts, ends), fields.value("reason"), &act).await?;
    Ok(answer::done("/breaks", &format!("Перерыв № {no} объявлен: его видят все.")))
}

async fn withdraw(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(no): Path<String>,
) -> Result<Response, Refusal> {
    let no = no.parse().map_err(|_| Refusal::NotFound)?;
    breaks::withdraw(&state.house, no, &state.act(&visitor.account)).await?;
    Ok(answer::done("/breaks", &format!("Перерыв № {no} отменён: его больше не показывают.")))
}
