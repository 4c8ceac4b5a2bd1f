//! What stands around every request: one line of the log, figures, a deadline, and an answer when a handler panics. Floor 3.
//!
//! The log has the route's pattern, never the path: paths hold class names, queries hold surnames. The rest of a line is the request's
//! number, method, status, milliseconds and the account's identifier.

use std::any::Any;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, timeout};

use super::super::WebState;
use super::super::answer::{NUMBER_HEADER, Refusal};
use super::super::guard::Passage;

/// Uploads take as long as a school's line needs: 100 MiB at 1 Mbit/s is 14 minutes, so fifteen times a request's minute.
const UPLOAD_FACTOR: u32 = 15;

/// What is logged instead of a path that no route has.
const NO_ROUTE: &str = "(none)";

/// Says what became of a request, once, when its answer begins.
pub(in super::super) async fn observe(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let pattern =
        request.extensions().get::<MatchedPath>().map_or(NO_ROUTE.to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let under_way = UnderWay::begin(&state);
    let response = next.run(request).await;
    drop(under_way);
    let (took, status) = (began.elapsed(), response.status().as_u16());
    // A client can send any word as a method.
    let method = if method.as_str().len() <= "OPTIONS".len() { method.as_str() } else { "OTHER" };
    state.ops.figures.answered(&pattern, method, status, took);
    let number = response.headers().get(NUMBER_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let account = response.extensions().get::<Passage>().and_then(|passage| passage.visitor.as_ref());
    let account = account.map_or("-", |visitor| visitor.account.as_str());
    let ms = took.as_millis() as u64;
    tracing::info!(target: "letopis::request", number, method, route = %pattern, status, ms, account, "answered");
    response
}

/// A request that is counted while it lives: a client who goes away drops it in the middle.
struct UnderWay(WebState);

impl UnderWay {
    fn begin(state: &WebState) -> Self {
        state.ops.figures.begin();
        Self(state.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.ops.figures.end();
    }
}

/// Ends a request whose answer does not begin in time; what it was writing is rolled back.
pub(in super::super) async fn within(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let limits = state.house.config.limits();
    let uploads = is_upload(request.headers(), limits.form_bytes);
    let allowed = if uploads { limits.request * UPLOAD_FACTOR } else { limits.request };
    match timeout(allowed, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(seconds = allowed.as_secs(), "a request took too long");
            Refusal::TooSlow.into_response()
        }
    }
}

/// Does the request bring files, or more than a form may hold?
fn is_upload(headers: &HeaderMap, form_bytes: usize) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text(CONTENT_TYPE).starts_with("multipart/")
        || text(CONTENT_LENGTH).parse::<usize>().is_ok_and(|length| length > form_bytes)
}

/// A panic's answer: the page with the request's number. What the panic said may hold anything, so it is not logged; where it was is
/// told by the program's panic hook.
pub(in super::super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Refusal::Fault.into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;
    use axum::routing::get;
    use tower::Service as _;

    use super::*;
    use crate::flow::house::Founding;
    use crate::flow::{Act, House};

    async fn house(settings: &str) -> (WebState, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let founding = Founding {
            policy_name: crate::domain::policy::BUILTIN[0].0.to_owned(),
            policy_text: crate::domain::policy::BUILTIN[0].1.to_owned(),
            school: Some("story".to_owned()),
            database: "sqlite".to_owned(),
            utc_offset_minutes: 180,
        };
        let at = "2025-10-27T12:00:00+03:00".parse().unwrap();
        let root = folder.path().join("house");
        let made = House::found(&root, &founding, &Act { by: "operator".into(), at }).await.unwrap();
        let path = root.join(crate::config::FILE);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, made.config.to_text() + settings).unwrap();
        let house = House::open(&root).await.unwrap();
        (WebState::new(Arc::new(house), Arc::new(move || at)), folder)
    }

    async fn ask(state: WebState, routes: Router<WebState>) -> (StatusCode, String) {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = "/asked".parse().unwrap();
        let answer = crate::web::dress(routes, state).call(request).await.unwrap();
        let status = answer.status();
        (status, String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_answered_with_a_page_and_the_requests_number_and_tells_nothing() {
        let (state, _folder) = house("").await;
        async fn broken() -> &'static str {
            panic!("Кварцев: 2")
        }
        let (status, page) = ask(state, Router::new().route("/asked", get(broken))).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(page.contains("Данные целы") && page.contains("-0000") && !page.contains("Кварцев"), "{page}");
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_ended_with_a_sentence() {
        let (state, _folder) = house("[limits]\nrequest_seconds = 1\n").await;
        let (status, page) = ask(state, Router::new().route("/asked", get(std::future::pending::<&str>))).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.contains("слишком долго"), "{page}");
    }
}
