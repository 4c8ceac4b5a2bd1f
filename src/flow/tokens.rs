//! Tokens of the documented interface: issued, shown once, used, revoked. Floor 2.

use chrono::NaiveDate;

use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::rights::Action;
use crate::domain::token::{self, Scope};
use crate::store::TokenRow;

/// What a bearer of a token may do, found by the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// Token's identifier: who acts, in logs and events.
    pub id: String,
    /// Who issued it: answers for what it does.
    pub issued_by: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
}

impl Bearer {
    /// Was the token issued for this action?
    pub fn may(&self, action: Action) -> bool {
        self.scopes.iter().any(|scope| scope.action == action)
    }
}

/// A token as asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it is for.
    pub label: String,
    /// Words of scopes.
    pub scopes: Vec<String>,
    /// Last day of use.
    pub expires_on: NaiveDate,
}

/// Issues a token and hands back its text: the only time that it is seen. One event `token_issued` with identifier, scopes and last day.
pub async fn issue(house: &House, wanted: &Wanted, act: &Act) -> Result<(TokenRow, String), Error> {
    token::check(&wanted.label, wanted.expires_on, act.at.date_naive())?;
    let scopes = token::scopes(wanted.scopes.iter().map(String::as_str))?;
    let words: Vec<&str> = scopes.iter().map(|scope| scope.word).collect();
    let (secret, random) = (crate::sign::random()?, crate::sign::random()?);
    let (id, text) = token::compose([random[0], random[1], random[2], random[3]], &secret);
    let row = TokenRow {
        id,
        label: wanted.label.trim().to_owned(),
        scopes: words.join(" "),
        hash: token::hash(&text),
        created_at: act.moment(),
        created_by: act.by.clone(),
        expires_on: wanted.expires_on.to_string(),
        revoked_at: String::new(),
        revoked_by: String::new(),
        last_used_at: String::new(),
    };
    let event = Event::new(EventKind::TokenIssued, &act.by, &act.moment())
        .with("token", &row.id)
        .with("scopes", &row.scopes)
        .with("expires_on", &row.expires_on);
    let mut tx = house.db.begin().await?;
    tx.record_token(&row).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    Ok((row, text))
}

/// Revokes a token, for good. One event `token_revoked`.
pub async fn revoke(house: &House, id: &str, act: &Act) -> Result<(), Error> {
    let event = Event::new(EventKind::TokenRevoked, &act.by, &act.moment()).with("token", id);
    let mut tx = house.db.begin().await?;
    tx.revoke_token(id, &act.moment(), &act.by).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// Whose token this is at a moment; `None` for a text that is none, and for one that expired or was revoked.
pub async fn bearer(house: &House, text: &str, act_at: &Act) -> Result<Option<Bearer>, Error> {
    let Some(row) = house.db.find_token(&token::hash(text)).await? else { return Ok(None) };
    let today = act_at.at.date_naive().to_string();
    if !row.revoked_at.is_empty() || row.expires_on < today {
        return Ok(None);
    }
    // To the minute: «2026-11-25T20:15» of the RFC 3339 text.
    let minute: String = act_at.moment().chars().take("2026-11-25T20:15".len()).collect();
    if row.last_used_at < minute {
        house.db.touch_token(&row.id, &minute).await?;
    }
    let scopes = token::scopes(row.scopes.split(' '))?;
    Ok(Some(Bearer { id: row.id, issued_by: row.created_by, scopes }))
}
