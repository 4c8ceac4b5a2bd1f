//! Tokens of the documented interface, and the answers kept for idempotency keys: floor 1.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::{Db, Error, Tx};

/// One token; what it opens is known to its bearer only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Identifier, the token's first part.
    pub id: String,
    /// What it is for, in the words of whoever issued it.
    pub label: String,
    /// Words of the actions that it allows, a space between.
    pub scopes: String,
    /// SHA-256 of the token, hexadecimal.
    pub hash: String,
    /// When it was issued, RFC 3339.
    pub created_at: String,
    /// Who issued it.
    pub created_by: String,
    /// Last day of use.
    pub expires_on: String,
    /// When it was revoked, empty until then.
    pub revoked_at: String,
    /// Who revoked it.
    pub revoked_by: String,
    /// When it was last used, to the minute; empty before the first time.
    pub last_used_at: String,
}

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// SHA-256 of method, address and body of the first request.
    pub fingerprint: String,
    /// Status; 0 while the first request is under way.
    pub status: u16,
    /// Content type.
    pub content_type: String,
    /// Body.
    pub body: String,
}

/// Which answer of a bearer is meant.
#[derive(Debug, Clone, Copy)]
pub struct AnswerKey<'a> {
    /// Token's identifier.
    pub token: &'a str,
    /// The bearer's own key.
    pub key: &'a str,
}

const COLUMNS: &str =
    "id, label, scopes, hash, created_at, created_by, expires_on, revoked_at, revoked_by, last_used_at";

fn read(row: &AnyRow) -> Result<TokenRow, Error> {
    Ok(TokenRow {
        id: row.try_get(0)?,
        label: row.try_get(1)?,
        scopes: row.try_get(2)?,
        hash: row.try_get(3)?,
        created_at: row.try_get(4)?,
        created_by: row.try_get(5)?,
        expires_on: row.try_get(6)?,
        revoked_at: row.try_get(7)?,
        revoked_by: row.try_get(8)?,
        last_used_at: row.try_get(9)?,
    })
}

impl Db {
    /// A token by its hash.
    pub async fn find_token(&self, hash: &str) -> Result<Option<TokenRow>, Error> {
        let sql = format!("select {COLUMNS} from tokens where school = $1 and hash = $2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(hash.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Every token, newest first.
    pub async fn list_tokens(&self) -> Result<Vec<TokenRow>, Error> {
        let sql = format!("select {COLUMNS} from tokens where school = $1 order by created_at desc, id");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// Notes when a token was used; to the minute, so that a busy client costs one write a minute.
    pub async fn touch_token(&self, id: &str, minute: &str) -> Result<(), Error> {
        sqlx::query("update tokens set last_used_at = $3 where school = $1 and id = $2 and last_used_at < $3")
            .bind(self.school.clone())
            .bind(id.to_owned())
            .bind(minute.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes an idempotency key: `None` when it is new and now this request's own, else what is kept. Clears away what is older than `oldest`.
    pub async fn take_answer_key(
        &self,
        key: AnswerKey<'_>,
        fingerprint: &str,
        now: i64,
        oldest: i64,
    ) -> Result<Option<KeptAnswer>, Error> {
        sqlx::query("delete from idempotency where school = $1 and created < $2")
            .bind(self.school.clone())
            .bind(oldest)
            .execute(&self.pool)
            .await?;
        let taken = sqlx::query(
            "insert into idempotency (school, token, key, fingerprint, status, content_type, body, created)
             values ($1, $2, $3, $4, 0, '', '', $5) on conflict (school, token, key) do nothing",
        )
        .bind(self.school.clone())
        .bind(key.token.to_owned())
        .bind(key.key.to_owned())
        .bind(fingerprint.to_owned())
        .bind(now)
        .execute(&self.pool)
        .await?;
        if taken.rows_affected() == 1 {
            return Ok(None);
        }
        let row = sqlx::query(
            "select fingerprint, status, content_type, body from idempotency where school = $1 and token = $2 and key = $3",
        )
        .bind(self.school.clone())
        .bind(key.token.to_owned())
        .bind(key.key.to_owned())
        .fetch_optional(&self.pool)
        .await?
        .ok_or(Error::Duplicate)?;
        Ok(Some(KeptAnswer {
            fingerprint: row.try_get(0)?,
            status: u16::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default(),
            content_type: row.try_get(2)?,
            body: row.try_get(3)?,
        }))
    }

    /// Keeps the answer to the request that took the key.
    pub async fn keep_answer(&self, key: AnswerKey<'_>, answer: &KeptAnswer) -> Result<(), Error> {
        sqlx::query(
            "update idempotency set status = $4, content_type = $5, body = $6
             where school = $1 and token = $2 and key = $3 and status = 0",
        )
        .bind(self.school.clone())
        .bind(key.token.to_owned())
        .bind(key.key.to_owned())
        .bind(i64::from(answer.status))
        .bind(answer.content_type.clone())
        .bind(answer.body.clone())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Lets a key go whose request failed: the client may try again.
    pub async fn drop_answer_key(&self, key: AnswerKey<'_>) -> Result<(), Error> {
        sqlx::query("delete from idempotency where school = $1 and token = $2 and key = $3 and status = 0")
            .bind(self.school.clone())
            .bind(key.token.to_owned())
            .bind(key.key.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

impl Tx {
    /// Puts a new token on record.
    pub async fn record_token(&mut self, row: &TokenRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!("insert into tokens (school, {COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, '', '', '')");
        sqlx::query(AssertSqlSafe(sql))
            .bind(school)
            .bind(row.id.clone())
            .bind(row.label.clone())
            .bind(row.scopes.clone())
            .bind(row.hash.clone())
            .bind(row.created_at.clone())
            .bind(row.created_by.clone())
            .bind(row.expires_on.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Revokes a token; `Missing` when there is none that is still open.
    pub async fn revoke_token(&mut self, id: &str, at: &str, by: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        let done = sqlx::query(
            "update tokens set revoked_at = $3, revoked_by = $4 where school = $1 and id = $2 and revoked_at = ''",
        )
        .bind(school)
        .bind(id.to_owned())
        .bind(at.to_owned())
        .bind(by.to_owned())
        .execute(self.connection())
        .await?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(Error::Missing(format!("действующий ключ доступа {id}")))
        }
    }
}
