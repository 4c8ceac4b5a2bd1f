//! Sessions and counted failures: floor 1.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::store::{Db, Error, Tx};

/// A session. Moments are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token, hexadecimal.
    pub token: String,
    /// Person.
    pub person: String,
    /// When it began.
    pub began: i64,
    /// When it was used last, as far as it was written down.
    pub seen: i64,
    /// When it ends whatever happens.
    pub expires: i64,
    /// When it was ended; 0 while it is open.
    pub ended: i64,
    /// Why: `signed_out`, `idle`, `revoked` …
    pub end_reason: String,
    /// Was a second factor given?
    pub factor: bool,
    /// `password` or `identity`.
    pub how: String,
    /// Address it was opened from.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// What the counter of failures says to one more attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It may be made; it is counted already, as this many in a row.
    Counted(u32),
    /// Not before this moment, Unix seconds.
    NotBefore(i64),
}

const COLUMNS: &str = "token, person, began, seen, expires, ended, end_reason, factor, how, address, agent";

fn session(row: &AnyRow) -> Result<SessionRow, Error> {
    Ok(SessionRow {
        token: row.try_get(0)?,
        person: row.try_get(1)?,
        began: row.try_get(2)?,
        seen: row.try_get(3)?,
        expires: row.try_get(4)?,
        ended: row.try_get(5)?,
        end_reason: row.try_get(6)?,
        factor: row.try_get::<i64, _>(7)? == 1,
        how: row.try_get(8)?,
        address: row.try_get(9)?,
        agent: row.try_get(10)?,
    })
}

impl Db {
    /// Opens a session.
    pub async fn open_session(&self, row: &SessionRow) -> Result<(), Error> {
        sqlx::query(
            "insert into sessions (school, token, person, began, seen, expires, ended, end_reason, factor, how, address,
             agent) values ($1, $2, $3, $4, $5, $6, 0, '', $7, $8, $9, $10)",
        )
        .bind(self.school.clone())
        .bind(row.token.clone())
        .bind(row.person.clone())
        .bind(row.began)
        .bind(row.seen)
        .bind(row.expires)
        .bind(i64::from(row.factor))
        .bind(row.how.clone())
        .bind(row.address.clone())
        .bind(row.agent.clone())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Sessions that would still be taken at a moment: neither ended nor past their term nor unused for longer than `idle` seconds.
    pub async fn count_open_sessions(&self, now: i64, idle: i64) -> Result<u64, Error> {
        let row = sqlx::query(
            "select cast(count(*) as bigint) from sessions where school = $1 and ended = 0 and expires > $2 and seen > $3",
        )
        .bind(self.school.clone())
        .bind(now)
        .bind(now - idle)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get::<i64, _>(0)? as u64)
    }

    /// A session by the digest of its token, open or ended.
    pub async fn find_session(&self, token: &str) -> Result<Option<SessionRow>, Error> {
        let sql = format!("select {COLUMNS} from sessions where school = $1 and token = $2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(token.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(session).transpose()
    }

    /// Sessions of a person, newest first; the last 200 are as many as a person wants to read.
    pub async fn list_sessions(&self, person: &str) -> Result<Vec<SessionRow>, Error> {
        let sql = format!(
            "select {COLUMNS} from sessions where school = $1 and person = $2 order by began desc, token limit 200"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(person.to_owned())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(session).collect()
    }

    /// Notes that a session is in use.
    pub async fn touch_session(&self, token: &str, seen: i64) -> Result<(), Error> {
        sqlx::query("update sessions set seen = $3 where school = $1 and token = $2 and ended = 0 and seen < $3")
            .bind(self.school.clone())
            .bind(token.to_owned())
            .bind(seen)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends one session of a person; true when it was open.
    pub async fn end_session(&self, person: &str, token: &str, at: i64, reason: &str) -> Result<bool, Error> {
        let done = sqlx::query(
            "update sessions set ended = $4, end_reason = $5 where school = $1 and person = $2 and token = $3 and ended = 0",
        )
        .bind(self.school.clone())
        .bind(person.to_owned())
        .bind(token.to_owned())
        .bind(at)
        .bind(reason.to_owned())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends every open session of a person except one (empty: none is spared); says how many.
    pub async fn end_sessions(&self, person: &str, spared: &str, at: i64, reason: &str) -> Result<u64, Error> {
        let mut connection = self.pool.acquire().await?;
        end_sessions(&mut connection, &self.school, person, spared, at, reason).await
    }

    /// Did the person ever open a session from this address?
    pub async fn is_known_address(&self, person: &str, address: &str) -> Result<bool, Error> {
        let row = sqlx::query("select token from sessions where school = $1 and person = $2 and address = $3 limit 1")
            .bind(self.school.clone())
            .bind(person.to_owned())
            .bind(address.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Counts one more attempt, before it is made, so that a hundred at once are a hundred; a delay under way refuses it uncounted.
    /// A count is forgotten after `forget` seconds without an attempt. `delays` gives the pause after the n-th attempt, from the first.
    pub async fn count_attempt(&self, subject: &str, now: i64, forget: i64, delays: &[i64]) -> Result<Attempt, Error> {
        let last = delays.last().copied().unwrap_or_default();
        let cases: String = (1..).zip(delays).map(|(n, delay)| format!(" when {n} then {delay}")).collect();
        let next = format!("(case when attempts.last < {} then 1 else attempts.failures + 1 end)", now - forget);
        let sql = format!(
            "insert into attempts (school, subject, failures, last, retry) values ($1, $2, 1, $3, $3 + {})
             on conflict (school, subject) do update set failures = {next}, last = $3,
             retry = $3 + (case {next} {cases} else {last} end) where attempts.retry <= $3 returning failures",
            delays.first().copied().unwrap_or_default()
        );
        let mut connection = self.pool.acquire().await?;
        let counted = sqlx::query(AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(subject.to_owned())
            .bind(now)
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(row) = counted {
            return Ok(Attempt::Counted(row.try_get::<i64, _>(0)? as u32));
        }
        let row = sqlx::query("select retry from attempts where school = $1 and subject = $2")
            .bind(self.school.clone())
            .bind(subject.to_owned())
            .fetch_optional(&mut *connection)
            .await?;
        Ok(Attempt::NotBefore(row.map(|row| row.try_get(0)).transpose()?.unwrap_or(now)))
    }

    /// Forgets counted attempts: after a right password, or by an administrator.
    pub async fn forget_attempts(&self, subject: &str) -> Result<(), Error> {
        sqlx::query("delete from attempts where school = $1 and subject = $2")
            .bind(self.school.clone())
            .bind(subject.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets the counts whose subjects begin so and go on after a colon: an account at single addresses.
    pub async fn forget_attempts_below(&self, subject: &str) -> Result<(), Error> {
        sqlx::query("delete from attempts where school = $1 and subject like $2")
            .bind(self.school.clone())
            .bind(format!("{subject}:%"))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets counts whose last attempt is older than a moment: made-up logins must not fill the disk.
    pub async fn forget_old_attempts(&self, before: i64) -> Result<(), Error> {
        sqlx::query("delete from attempts where school = $1 and last < $2")
            .bind(self.school.clone())
            .bind(before)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

impl Tx {
    /// Ends every open session of a person inside the transaction.
    pub async fn end_sessions(&mut self, person: &str, at: i64, reason: &str) -> Result<u64, Error> {
        let school = self.school().to_owned();
        end_sessions(self.connection(), &school, person, "", at, reason).await
    }
}

async fn end_sessions(
    connection: &mut sqlx::AnyConnection,
    school: &str,
    person: &str,
    spared: &str,
    at: i64,
    reason: &str,
) -> Result<u64, Error> {
    let done = sqlx::query(
        "update sessions set ended = $4, end_reason = $5 where school = $1 and person = $2 and token <> $3 and ended = 0",
    )
    .bind(school.to_owned())
    .bind(person.to_owned())
    .bind(spared.to_owned())
    .bind(at)
    .bind(reason.to_owned())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
