//! Answers that are not a page's own: refusals as Russian pages, and the headers that every answer carries. Floor 3.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// Own files only: no inline script or style, no other host, no frame around the page.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Why a request has no page.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// No such address, copy or version.
    #[error("Такой страницы нет")]
    NotFound,
    /// A known address, another method.
    #[error("Этот адрес так не открывают")]
    MethodNotAllowed,
    /// A form without a file.
    #[error("Файл не выбран: выберите файл и повторите")]
    NoFile,
    /// Above [`super::LARGEST_UPLOAD_BYTES`].
    #[error("Файл больше 100 МБ: такой файл проверяет команда letopis verify на самом компьютере")]
    TooLarge,
    /// The upload broke off or is not a form.
    #[error("Файл не дошёл целиком: попробуйте ещё раз")]
    BrokenUpload,
    /// The world failed; the cause is in the program's log.
    #[error("Страницу показать не удалось: подробности — в журнале программы")]
    Fault,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoFile | Self::BrokenUpload => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

#[derive(Template)]
#[template(path = "refusal.html", config = "src/web/askama.toml")]
struct RefusalPage<'a> {
    school: &'a str,
    message: String,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let page = RefusalPage { school: "", message: self.to_string() };
        let body = page.render().unwrap_or_else(|_| self.to_string());
        (self.status(), Html(body)).into_response()
    }
}

/// A rendered template, or the fault page when it does not render.
pub(super) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(body) => Html(body).into_response(),
        Err(error) => fault(&error),
    }
}

/// Logs a fault once, at the boundary, and says so in general words.
pub(super) fn fault(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a page could not be shown");
    Refusal::Fault.into_response()
}

pub(super) async fn not_found() -> Refusal {
    Refusal::NotFound
}

pub(super) async fn method_not_allowed() -> Refusal {
    Refusal::MethodNotAllowed
}

/// Adds the headers of every answer; a header that an answer set itself stays.
pub(super) async fn harden(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        // Pages name classes and states: a shared computer keeps none of them.
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
