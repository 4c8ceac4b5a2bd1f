//! Pages of people and rights: sign-in, own sessions, appointments, credentials, orders, who looked. Floor 3.

mod access;
mod address;
mod card;
mod consents;
mod credentials;
pub(super) mod identity;
mod orders;
mod own;
mod parents;
mod signin;

use axum::extract::FromRequestParts;
use axum::http::header::{HeaderMap, HeaderValue, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::response::Response;

use super::fields::Fields;
use super::guard::{OPEN_COOKIE, SECURE_COOKIE, is_secure};
use super::patience::Client;
use super::route::Route;
use crate::flow::signin::Origin;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    [
        signin::routes(),
        identity::routes(),
        own::routes(),
        card::routes(),
        consents::routes(),
        credentials::routes(),
        orders::routes(),
        access::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where a request comes from and whether it came over TLS.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    origin: Origin,
    secure: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        // Only the proxies of the settings were believed when they named the client: anybody else could name anybody.
        let client = parts.extensions.get::<axum::extract::ConnectInfo<Client>>();
        let address = client.map(|info| info.0.0.ip().to_string()).unwrap_or_default();
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Self { origin: Origin { address, agent }, secure: is_secure(&parts.headers) })
    }
}

/// Puts the session's cookie on an answer; an empty token takes it off.
fn with_session(mut response: Response, token: &str, secure: bool) -> Response {
    // `__Host-` binds the cookie to this host, all of it, over TLS only; without TLS (a house on the own machine) no browser keeps it.
    let (name, tls) = if secure { (SECURE_COOKIE, "; Secure") } else { (OPEN_COOKIE, "") };
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{tls}{age}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// A short-lived cookie that survives the way to another site and back.
fn with_errand(mut response: Response, name: &str, value: &str, secure: bool) -> Response {
    let tls = if secure { "; Secure" } else { "" };
    let age = if value.is_empty() { 0 } else { 600 };
    let cookie = format!("{name}={value}; Path=/signin; HttpOnly; SameSite=Lax; Max-Age={age}{tls}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The token of the request's session; empty without one.
fn token(headers: &HeaderMap) -> String {
    super::guard::session_token(headers).unwrap_or_default()
}
