//! A refusal as a program reads it: problem+json (RFC 9457) in the shape of the documented interface's own. Floor 3.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::Refusal;
use crate::domain::finding::Finding;

/// RFC 9457.
#[derive(serde::Serialize)]
struct Problem<'a> {
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    code: &'static str,
    request: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'a [Finding],
}

/// The answer to a program.
pub(super) fn told(refusal: &Refusal, number: &str, findings: &[Finding]) -> Response {
    let (title, detail) = words(refusal);
    let problem = Problem {
        r#type: format!("urn:letopis:problem:{}", refusal.code()),
        title,
        status: refusal.status().as_u16(),
        detail,
        code: refusal.code(),
        request: number,
        findings,
    };
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (refusal.status(), kind, Json(problem).into_response().into_body()).into_response()
}

/// Title and detail: what is the same each time, and what is said of this one.
fn words(refusal: &Refusal) -> (String, String) {
    let title = match refusal {
        Refusal::Rule(_) => "Сделать этого нельзя",
        Refusal::BadInput(_) => "Введённое не принято",
        Refusal::NoFile => "Файл не выбран",
        Refusal::TooLarge => "Файл слишком велик",
        Refusal::BrokenUpload => "Файл не дошёл целиком",
        Refusal::World(_) => "Помешало то, что можно исправить",
        // The others are short themselves; what to do is told of them.
        other => return (other.to_string(), other.advice()),
    };
    (title.to_owned(), refusal.to_string())
}
