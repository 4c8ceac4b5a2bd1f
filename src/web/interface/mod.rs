//! The documented interface for programs: OpenAPI 3.1, scoped tokens, problem+json, pages by key, idempotency keys. Floor 3.
//!
//! The lists stand in one table (`resources`): addresses, handlers, the document and its reader are made of it.

mod acts;
mod document;
mod list;
mod problem;
mod resources;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::WebState;
use super::route::{Access, Group, Route, SubjectOf, get, post};
use crate::domain::rights::Action;
use crate::domain::token;
use crate::flow::people::{Look, note_program};
use crate::flow::tokens::{Bearer, bearer};
use problem::Problem;
use resources::{RESOURCES, Resource};
use serde_json::Value as Json;

/// Where the interface begins; the version is part of the address.
#[cfg(test)]
pub(super) const BASE: &str = "/api/v1";

/// Routes of the interface and of the pages about it.
pub(super) fn routes() -> Vec<Route> {
    let house = SubjectOf::House;
    let mut routes: Vec<Route> = RESOURCES.iter().map(listed).collect();
    routes.extend([
        get("/api/v1/school", Access::Token(Action::ReadSetup), house, acts::school),
        get("/api/v1/policy", Access::Token(Action::ReadPolicy), house, acts::policy),
        get("/api/v1/jobs/{job}", Access::Token(Action::ImportData), house, acts::job),
        post("/api/v1/verify", Access::Token(Action::ReadRegister), house, acts::verify),
        post("/api/v1/import", Access::Token(Action::ImportData), house, acts::import),
        get("/api/v1/openapi.json", Access::Public, house, openapi),
        get("/api/v1", Access::Public, house, document::page)
            .in_menu(Group::House, "Интерфейс для программ")
            .helped("administrator#интерфейс-для-программ"),
        get("/tokens", Access::Does(Action::ManageTokens), house, tokens::list)
            .in_menu(Group::House, "Ключи доступа")
            .helped("administrator#интерфейс-для-программ"),
        post("/tokens", Access::Does(Action::ManageTokens), house, tokens::issue),
        post("/tokens/{token}/revoke", Access::Does(Action::ManageTokens), house, tokens::revoke),
    ]);
    routes
}

fn listed(resource: &'static Resource) -> Route {
    let handler = move |State(state): State<WebState>, bearer: Bearer, uri: Uri, headers: HeaderMap| async move {
        let page = list::list(&state.house, resource, &uri, &headers).await?;
        note(&state, &bearer, resource, &page.rows).await?;
        Ok::<_, Problem>(page.response)
    };
    get(resource.path, Access::Token(resource.scope), SubjectOf::House, handler)
}

/// Notes whose data a page of a list showed (SEC-07): one learner where the page is about one alone, else the classes of all who stand in it. Returns
/// when the note is durable: the page leaves only after that.
async fn note(state: &WebState, bearer: &Bearer, resource: &Resource, rows: &[Json]) -> Result<(), Problem> {
    let directory = state.directory().await.map_err(|_| Problem::new("fault", "Список школы не читается."))?;
    let mut learners: BTreeSet<&str> = BTreeSet::new();
    for row in rows {
        let named = if resource.name == "learners" { &row["id"] } else { &row["learner"] };
        // A line of the history names its learner somewhere in the row's key.
        let key = row["row_key"].as_array().into_iter().flatten();
        let known = |id: &&str| directory.learner(id).is_some();
        learners.extend(key.chain([named]).filter_map(Json::as_str).filter(known));
    }
    let class_of = |id: &str| directory.learner(id).map_or("", |learner| learner.class.as_str());
    let looks: BTreeMap<&str, Look<'_>> = match learners.len() {
        1 => learners.iter().map(|id| (*id, Look::Learner { id, class: class_of(id) })).collect(),
        _ => learners.iter().map(|id| class_of(id)).map(|class| (class, Look::Class(class))).collect(),
    };
    for (_, look) in looks {
        note_program(&state.house, bearer, look, &directory.year, state.now()).await?;
    }
    Ok(())
}

/// `GET /api/v1/openapi.json`.
async fn openapi(headers: HeaderMap) -> Response {
    list::tagged(&document::document(), &headers)
}

/// Lets a program's request through when its token allows the action; cookies count for nothing here, so no page can borrow a session.
pub(super) async fn admit(state: &WebState, action: Action, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(text) = given.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned) else {
        let detail =
            "Пришлите заголовок «Authorization: Bearer ключ». Ключ выдаёт администратор на странице «Ключи доступа».";
        return Problem::new("no-token", detail).into_response();
    };
    match bearer(&state.house, &text, &state.act("")).await {
        Ok(Some(bearer)) if bearer.may(action) => {
            request.extensions_mut().insert(bearer);
            next.run(request).await
        }
        Ok(Some(_)) => {
            let word = token::SCOPES.iter().find(|scope| scope.action == action).map_or("", |scope| scope.word);
            Problem::new("no-scope", format!("Нужно право {word}.")).into_response()
        }
        Ok(None) => Problem::new("no-token", "Ключа нет, его срок истёк или он отозван.").into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

impl FromRequestParts<WebState> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &WebState) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new("no-token", "Нужен ключ доступа."))
    }
}
