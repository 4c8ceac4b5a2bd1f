//! For those who run the house: health, readiness, metrics, long work; and what stands around every request. Floor 3.

mod figures;
pub(super) mod jobs;
mod layers;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::WebState;
use super::answer::Refusal;
use super::patience::Client;
use super::route::{Access, Group, Route, SubjectOf, get};
use crate::domain::canon::Digest;
use crate::flow::health::{self, Check};
pub(super) use figures::Figures;
pub(super) use layers::{observe, panicked, within};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/healthz", Access::Public, SubjectOf::House, alive),
        get("/readyz", Access::Public, SubjectOf::House, ready),
        get("/metrics", Access::Public, SubjectOf::House, metrics),
        get("/jobs", Access::SignedIn, SubjectOf::House, jobs::list)
            .in_menu(Group::House, "Долгие работы")
            .helped("technical-specialist#дом"),
        get("/jobs/{job}", Access::SignedIn, SubjectOf::House, jobs::page).helped("technical-specialist#дом"),
        get("/jobs/{job}/part", Access::SignedIn, SubjectOf::House, jobs::part),
        get("/jobs/{job}/events", Access::SignedIn, SubjectOf::House, jobs::events),
    ]
}

/// What the pages need of the running of the house.
pub(super) struct Ops {
    pub(super) figures: Figures,
    readiness: Mutex<Option<(Instant, Vec<Check>)>>,
    /// Wakes the worker of this process.
    pub(super) wake: Arc<Notify>,
    /// Says when the house stops: streams end then.
    pub(super) stopping: watch::Sender<bool>,
}

impl Ops {
    pub(super) fn new() -> Self {
        Self {
            figures: Figures::new(),
            readiness: Mutex::default(),
            wake: Arc::default(),
            stopping: watch::Sender::new(false),
        }
    }
}

impl Ops {
    /// What a look at the house said, at most [`KEPT`] ago.
    pub(super) async fn checks(&self, state: &WebState) -> Vec<Check> {
        let kept = self.readiness.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, checks)) = kept.filter(|(seen, _)| seen.elapsed() < KEPT) {
            return checks;
        }
        let checks = health::examine(&state.house, state.now()).await;
        *self.readiness.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), checks.clone()));
        checks
    }
}

/// How long an answer about readiness is kept: a stranger who asks all the time must not make the house write all the time.
const KEPT: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
async fn alive() -> &'static str {
    "ok\n"
}

/// What `/readyz` says.
#[derive(Serialize)]
struct Readiness {
    ready: bool,
    version: &'static str,
    checks: Vec<Check>,
}

/// `GET /readyz`: everything that a request needs, one by one; 503 when something is amiss.
async fn ready(State(state): State<WebState>) -> Response {
    let checks = state.ops.checks(&state).await;
    let ready = checks.iter().all(|check| check.ok);
    for check in checks.iter().filter(|check| !check.ok) {
        tracing::warn!(check = check.name, said = %check.said, "the house is not ready");
    }
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, version: env!("CARGO_PKG_VERSION"), checks })).into_response()
}

/// `GET /metrics`: figures for Prometheus, from this machine or with the key of the settings.
async fn metrics(State(state): State<WebState>, request: Request) -> Result<Response, Refusal> {
    let (peer, headers) = (request.extensions().get::<ConnectInfo<Client>>(), request.headers());
    let config = &state.house.config;
    if !config.has_metrics() {
        return Err(Refusal::NotFound);
    }
    // A proxy on this machine hands on strangers: its requests carry where they come from.
    let handed_on = ["x-forwarded-for", "forwarded", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
    let own = peer.is_some_and(|ConnectInfo(Client(peer))| peer.ip().is_loopback()) && !handed_on;
    if !own && !has_token(headers, &config.metrics_token()) {
        return Err(Refusal::NotFound);
    }
    let text = state.ops.figures.render(&state).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Does the request carry the key? Digests are compared, so that the time tells nothing of the key.
fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    !token.is_empty() && Digest::of(given.as_bytes()) == Digest::of(token.as_bytes())
}
