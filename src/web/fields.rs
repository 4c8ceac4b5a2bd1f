//! What a form of a page brought: its fields, in their order. Floor 3.

use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use chrono::{DateTime, FixedOffset, NaiveDateTime};

use super::answer::Refusal;

/// What `<input type="datetime-local">` sends and shows.
pub(super) const MOMENT: &str = "%Y-%m-%dT%H:%M";

/// Fields of a form by name. No `Debug`: passwords come this way, and no log may see them.
#[derive(Clone, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads the body of a form (`application/x-www-form-urlencoded`).
    pub(super) fn of(body: &str) -> Self {
        Self(form_urlencoded::parse(body.as_bytes()).into_owned().collect())
    }

    /// Value of a field without the spaces at its ends; empty when the form has none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.secret(name).trim()
    }

    /// A password as it was typed: spaces at its ends are the person's own.
    pub(super) fn secret(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// A day and time of a field as browsers send them, in the school's zone.
    pub(super) fn moment(&self, name: &str, zone: FixedOffset) -> Option<DateTime<FixedOffset>> {
        let local = NaiveDateTime::parse_from_str(self.value(name), MOMENT).ok()?;
        local.and_local_timezone(zone).single()
    }

    /// Every value of a field that may come several times, as it was sent.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// Every number of a field that may come several times; what is no number was not on the page, and is passed over.
    pub(super) fn numbers(&self, name: &str) -> Vec<u64> {
        self.all(name).into_iter().filter_map(|value| value.parse().ok()).collect()
    }

    /// Names and values in their order, for a form whose names carry what they are about.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        match Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(broken) if broken.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Refusal::Rule("Форма слишком велика: разделите её на части".to_owned()))
            }
            Err(_) => Err(Refusal::Rule("Форма не дошла целиком: повторите".to_owned())),
        }
    }
}
