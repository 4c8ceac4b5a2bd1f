//! Keys to the interface: who has which, a new one shown once, revocation. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{Days, NaiveDate};

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::fields::Fields;
use super::super::frame::Frame;
use crate::domain::outage;
use crate::domain::people::Visitor;
use crate::domain::token::{self, SCOPES, Scope};
use crate::domain::words;
use crate::flow;
use crate::flow::tokens::{self, Wanted};

/// Days that the form offers as the last one: a quarter of a year, a good time to think again.
const USUAL_DAYS: u64 = 90;

/// One line of the list.
struct Line {
    id: String,
    label: String,
    scopes: String,
    issued: String,
    issued_by: String,
    expires: String,
    used: String,
    /// «действует», «отозван», «истёк».
    state: &'static str,
    is_open: bool,
}

#[derive(Template)]
#[template(path = "interface/tokens.html", config = "src/web/askama.toml")]
struct TokensPage {
    frame: Frame,
    lines: Vec<Line>,
    scopes: [Scope; SCOPES.len()],
    /// The token just issued; empty otherwise.
    issued: String,
    error: String,
    label: String,
    chosen: Vec<String>,
    until: String,
}

impl TokensPage {
    fn is_chosen(&self, word: &str) -> bool {
        self.chosen.iter().any(|chosen| chosen == word)
    }
}

async fn page(state: &WebState, frame: Frame) -> Result<TokensPage, Refusal> {
    let today = state.now().date_naive();
    let day = |text: &str| text.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), words::date_short);
    let lines = state.house.db.list_tokens().await?.into_iter().map(|row| {
        let expired = row.expires_on < today.to_string();
        let state = match (row.revoked_at.is_empty(), expired) {
            (false, _) => "отозван",
            (true, true) => "истёк",
            (true, false) => "действует",
        };
        Line {
            issued: words::moment_short(&row.created_at),
            expires: day(&row.expires_on),
            used: if row.last_used_at.is_empty() {
                "ещё не использован".to_owned()
            } else {
                outage::moment_words(&row.last_used_at)
            },
            is_open: row.revoked_at.is_empty() && !expired,
            state,
            id: row.id,
            label: row.label,
            scopes: row.scopes.replace(' ', ", "),
            issued_by: row.created_by,
        }
    });
    Ok(TokensPage {
        frame: frame
            .titled("Ключи доступа")
            .leading("Ключ открывает другой программе ровно то, что отмечено, и до указанного дня."),
        lines: lines.collect(),
        scopes: SCOPES,
        issued: String::new(),
        error: String::new(),
        label: String::new(),
        chosen: Vec::new(),
        until: today.checked_add_days(Days::new(USUAL_DAYS)).unwrap_or(today).to_string(),
    })
}

/// `GET /tokens`.
pub(super) async fn list(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    answer::page(&page(&state, frame).await?)
}

/// `POST /tokens`: issues a token and shows it, once.
pub(super) async fn issue(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let chosen: Vec<String> = fields.all("scope");
    let (label, until) = (fields.value("label").to_owned(), fields.value("until").to_owned());
    let issued = match until.parse() {
        Ok(expires_on) => {
            let wanted = Wanted { label: label.clone(), scopes: chosen.clone(), expires_on };
            tokens::issue(&state.house, &wanted, &state.act(&visitor.account)).await
        }
        Err(_) => Err(flow::Error::Token(token::Refusal::Expiry)),
    };
    let mut shown = page(&state, frame).await?;
    match issued {
        Ok((_, text)) => shown.issued = text,
        Err(flow::Error::Token(refusal)) => {
            shown.error = refusal.to_string();
            (shown.label, shown.chosen, shown.until) = (label, chosen, until);
        }
        Err(other) => return Err(other.into()),
    }
    answer::page(&shown)
}

/// `POST /tokens/{token}/revoke`.
pub(super) async fn revoke(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    match tokens::revoke(&state.house, &id, &state.act(&visitor.account)).await {
        Ok(()) => Ok(answer::done("/tokens", "Ключ отозван: с этого момента он ничего не открывает.")),
        Err(flow::Error::Store(crate::store::Error::Missing(_))) => Err(Refusal::NotFound),
        Err(other) => Err(other.into()),
    }
}
