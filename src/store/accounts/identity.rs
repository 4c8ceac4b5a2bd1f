//! The identity service (OpenID Connect): links, one-time codes, sign-ins under way: floor 1.

use sqlx::Row as _;

use crate::store::{Db, Error, Tx};

/// A sign-in by the identity service that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRow {
    /// SHA-256 of the state, hexadecimal.
    pub state: String,
    /// Nonce.
    pub nonce: String,
    /// PKCE verifier.
    pub verifier: String,
    /// Unix seconds.
    pub expires: i64,
    /// Who came back and is not linked yet; empty before.
    pub subject: String,
}

impl Db {
    /// Begins a sign-in by the identity service; those that nobody finished go.
    pub async fn begin_flow(&self, row: &FlowRow, now: i64) -> Result<(), Error> {
        let mut connection = self.pool.acquire().await?;
        sqlx::query("delete from oidc_flows where school = $1 and expires < $2")
            .bind(self.school.clone())
            .bind(now)
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "insert into oidc_flows (school, state, nonce, verifier, expires, subject) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(self.school.clone())
        .bind(row.state.clone())
        .bind(row.nonce.clone())
        .bind(row.verifier.clone())
        .bind(row.expires)
        .bind(row.subject.clone())
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    /// Takes a sign-in under way out of the table: it is used once.
    pub async fn take_flow(&self, state: &str, now: i64) -> Result<Option<FlowRow>, Error> {
        let row = sqlx::query(
            "delete from oidc_flows where school = $1 and state = $2 and expires >= $3
             returning nonce, verifier, expires, subject",
        )
        .bind(self.school.clone())
        .bind(state.to_owned())
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(FlowRow {
            state: state.to_owned(),
            nonce: row.try_get(0)?,
            verifier: row.try_get(1)?,
            expires: row.try_get(2)?,
            subject: row.try_get(3)?,
        }))
    }

    /// Who is linked to a subject of the identity service.
    pub async fn find_link(&self, issuer: &str, subject: &str) -> Result<Option<String>, Error> {
        let row = sqlx::query("select person from oidc_links where school = $1 and issuer = $2 and subject = $3")
            .bind(self.school.clone())
            .bind(issuer.to_owned())
            .bind(subject.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Subjects linked to a person: issuer, subject, when.
    pub async fn list_links(&self, person: &str) -> Result<Vec<(String, String, String)>, Error> {
        let rows = sqlx::query(
            "select issuer, subject, linked_at from oidc_links where school = $1 and person = $2 order by issuer, subject",
        )
        .bind(self.school.clone())
        .bind(person.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
    }
}

impl Tx {
    /// Links a subject of the identity service to a person; a subject that is linked already is a `Duplicate`.
    pub async fn write_link(
        &mut self,
        issuer: &str,
        subject: &str,
        person: &str,
        at: &str,
        by: &str,
    ) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into oidc_links (school, issuer, subject, person, linked_at, linked_by) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(school)
        .bind(issuer.to_owned())
        .bind(subject.to_owned())
        .bind(person.to_owned())
        .bind(at.to_owned())
        .bind(by.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Takes the links of a person away; says how many there were.
    pub async fn drop_links(&mut self, person: &str) -> Result<u64, Error> {
        let school = self.school().to_owned();
        let done = sqlx::query("delete from oidc_links where school = $1 and person = $2")
            .bind(school)
            .bind(person.to_owned())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected())
    }

    /// Keeps the digest of a one-time code that links the bearer's subject to a person.
    pub async fn write_link_code(&mut self, hash: &str, person: &str, expires: i64) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("insert into link_codes (school, hash, person, expires, used) values ($1, $2, $3, $4, 0)")
            .bind(school)
            .bind(hash.to_owned())
            .bind(person.to_owned())
            .bind(expires)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Takes a one-time code: its person, when it was there, in time and unused.
    pub async fn use_link_code(&mut self, hash: &str, now: i64) -> Result<Option<String>, Error> {
        let school = self.school().to_owned();
        let row = sqlx::query(
            "update link_codes set used = $3 where school = $1 and hash = $2 and used = 0 and expires >= $3 returning person",
        )
        .bind(school)
        .bind(hash.to_owned())
        .bind(now)
        .fetch_optional(self.connection())
        .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}
