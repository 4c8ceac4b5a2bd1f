//! Signing in by the identity service, and linking what came back by a one-time code. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use super::signin::{said, step};
use super::{Caller, Fields, with_errand, with_session};
use crate::flow::signin::identity::{Back, Provider};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::guard::cookie;
use crate::web::query::Asked;
use crate::web::route::{Access, Route, SubjectOf, get, post};

/// Keeps the state while the person is at the service; it must come back from another site, so it is not `Strict`.
const STATE_COOKIE: &str = "letopis-errand";
/// Keeps the ticket of a subject that is not linked yet.
const TICKET_COOKIE: &str = "letopis-ticket";

/// Routes of these pages; without a service in the settings they lead to the form.
pub(super) fn routes() -> Vec<Route> {
    const OPEN: Access = Access::Public;
    vec![
        get("/signin/identity", OPEN, SubjectOf::House, away),
        get("/signin/identity/back", OPEN, SubjectOf::House, back),
        post("/signin/identity/link", OPEN, SubjectOf::House, link),
    ]
}

/// The service of the house's settings; `None` when it is not offered.
pub(super) fn provider(state: &WebState) -> Option<Provider> {
    crate::flow::signin::identity::provider_of(&state.house)
}

/// Beside rules by which families come in by ЕСИА: how a family does it on this server, or that the server is not connected, who connects it
/// and what works until then.
pub(in crate::web) fn by_state(state: &WebState) -> &'static str {
    match provider(state) {
        Some(_) => {
            "Вход через ЕСИА на этом сервере подключён. На листке семьи рядом с паролем напечатан код связи: на странице входа нажимают «Войти через внешнюю службу», подтверждают себя в ЕСИА и один раз вводят этот код. Он действует неделю; потерян или вышел срок — напечатайте листок заново."
        }
        None => {
            "Вход через ЕСИА на этом сервере не подключён, кнопки на странице входа пока нет. Подключает его технический специалист в настройках сервера. Пока он не подключён, семьи входят по листкам с паролями: печатайте и выдавайте их."
        }
    }
}

#[derive(Template)]
#[template(path = "people/link.html", config = "src/web/askama.toml")]
struct LinkPage {
    frame: Frame,
    subject: String,
    error: String,
}

/// The session's cookie is `Strict`: a browser that was sent here from another site does not send it with the very next page. So the way
/// back ends on a page of ours that goes on by itself.
#[derive(Template)]
#[template(path = "people/onward.html", config = "src/web/askama.toml")]
struct OnwardPage {
    frame: Frame,
    next: String,
}

async fn away(State(state): State<WebState>, caller: Caller) -> Result<Response, Refusal> {
    let Some(provider) = provider(&state) else { return Ok(answer::redirect("/signin")) };
    let house = &state.house;
    match house.sign_in.begin_identity(house, &provider, state.now()).await {
        Ok(away) => {
            let response = (axum::http::StatusCode::SEE_OTHER, [(LOCATION, away.address)]).into_response();
            Ok(with_errand(response, STATE_COOKIE, &away.state, caller.secure))
        }
        Err(error) => Err(Refusal::Rule(said(error)?)),
    }
}

async fn back(
    State(state): State<WebState>,
    headers: HeaderMap,
    caller: Caller,
    asked: Asked,
    frame: Frame,
) -> Result<Response, Refusal> {
    let Some(provider) = provider(&state) else { return Ok(answer::redirect("/signin")) };
    let kept = cookie(&headers, STATE_COOKIE).unwrap_or_default();
    let house = &state.house;
    let (given, code) = (asked.value("state"), asked.value("code"));
    let back = house.sign_in.end_identity(house, &provider, &kept, given, code, &caller.origin, state.now()).await;
    let response = match back {
        Ok(Back::Entered(entered)) => {
            let page =
                OnwardPage { frame: frame.titled("Вход выполнен"), next: step(entered.visit.stage, "") };
            with_session(answer::page(&page)?, &entered.token, caller.secure)
        }
        Ok(Back::NotLinked { ticket, subject }) => {
            let page = LinkPage {
                frame: frame.titled("Связать с человеком школы"), subject, error: String::new()
            };
            with_errand(answer::page(&page)?, TICKET_COOKIE, &ticket, caller.secure)
        }
        Err(error) => return Err(Refusal::Rule(said(error)?)),
    };
    Ok(with_errand(response, STATE_COOKIE, "", caller.secure))
}

async fn link(
    State(state): State<WebState>,
    headers: HeaderMap,
    caller: Caller,
    fields: Fields,
) -> Result<Response, Refusal> {
    let Some(provider) = provider(&state) else { return Ok(answer::redirect("/signin")) };
    let ticket = cookie(&headers, TICKET_COOKIE).unwrap_or_default();
    let house = &state.house;
    let linked =
        house.sign_in.link_by_code(house, &provider, &ticket, fields.value("code"), &caller.origin, state.now()).await;
    match linked {
        Ok(entered) => {
            let response = answer::redirect(&step(entered.visit.stage, ""));
            let response = with_session(response, &entered.token, caller.secure);
            Ok(with_errand(response, TICKET_COOKIE, "", caller.secure))
        }
        Err(error) => Err(Refusal::Rule(said(error)?)),
    }
}
