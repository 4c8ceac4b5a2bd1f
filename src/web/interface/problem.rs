//! What the documented interface says when it does not do what was asked: problem+json (RFC 9457) with stable codes. Floor 3.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::{flow, store};

/// Media type of a problem.
pub(super) const MEDIA: &str = "application/problem+json";

/// Every code with its status and title; the document lists them, and no other is ever sent.
pub(super) const CODES: [(&str, StatusCode, &str); 13] = [
    ("bad-parameter", StatusCode::BAD_REQUEST, "Параметр запроса неверен"),
    ("bad-key", StatusCode::BAD_REQUEST, "Ключ идемпотентности неверен"),
    ("no-body", StatusCode::BAD_REQUEST, "В запросе нет файла"),
    ("no-token", StatusCode::UNAUTHORIZED, "Нужен действующий ключ доступа"),
    ("no-scope", StatusCode::FORBIDDEN, "У ключа доступа нет этого права"),
    ("not-found", StatusCode::NOT_FOUND, "Такого здесь нет"),
    ("no-year", StatusCode::NOT_FOUND, "Такого учебного года нет"),
    ("no-place", StatusCode::NOT_FOUND, "Такого места в списке нет"),
    ("under-way", StatusCode::CONFLICT, "Первый запрос с этим ключом идемпотентности ещё выполняется"),
    ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "Файл слишком велик"),
    ("bad-media", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Тело запроса другого вида"),
    ("other-body", StatusCode::UNPROCESSABLE_ENTITY, "Этот ключ идемпотентности уже был у другого запроса"),
    ("fault", StatusCode::INTERNAL_SERVER_ERROR, "Ответить не удалось"),
];

/// Why a request of a program is not answered as it wished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: &'static str,
    detail: String,
}

/// As it is sent.
#[derive(Serialize)]
struct Sent<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'static str,
}

impl Problem {
    /// A problem of a code of [`CODES`].
    pub(super) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    fn known(&self) -> (StatusCode, &'static str) {
        let known = CODES.iter().find(|(code, ..)| *code == self.code);
        known.map_or((StatusCode::INTERNAL_SERVER_ERROR, ""), |(_, status, title)| (*status, *title))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title) = self.known();
        let sent = Sent {
            r#type: format!("urn:letopis:problem:{}", self.code),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            code: self.code,
        };
        let body = serde_json::to_vec(&sent).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, MEDIA)], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"letopis\""));
        }
        response
    }
}

impl From<flow::Error> for Problem {
    fn from(error: flow::Error) -> Self {
        match error {
            flow::Error::NoYear { .. } | flow::Error::NoJournal => {
                Self::new("no-year", "Годы перечислены в /api/v1/years.")
            }
            other => {
                tracing::error!(error = %other, "the interface could not answer");
                Self::new("fault", "Причина записана в журнале программы под номером запроса (заголовок X-Request-Id).")
            }
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        flow::Error::from(error).into()
    }
}
