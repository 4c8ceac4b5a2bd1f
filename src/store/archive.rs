//! Acts of the archive: checks of presence and condition, summary sheets handed over. Floor 1.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Db, Error, Tx};
use crate::domain::forms::acts::Condition;

/// What a check was of: the store's words.
pub const ELECTRONIC: &str = "electronic";
/// Files on paper.
pub const PAPER: &str = "paper";

/// A check of presence and condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveCheck {
    /// Number of the act, from 1.
    pub no: u64,
    /// [`ELECTRONIC`], [`PAPER`].
    pub what: String,
    /// Day, ISO.
    pub on: String,
    /// What was found; `None` where people counted.
    pub found: Option<Condition>,
    /// RFC 3339.
    pub at: String,
    /// Who, staff identifier.
    pub by: String,
}

/// A summary sheet that was handed over to the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveTransfer {
    /// Copy.
    pub copy: String,
    /// Version.
    pub version: u32,
    /// Number of the act.
    pub act: String,
    /// Day, ISO.
    pub on: String,
    /// RFC 3339.
    pub at: String,
    /// Who, staff identifier.
    pub by: String,
}

fn check(row: &AnyRow) -> Result<ArchiveCheck, Error> {
    let body: String = row.try_get(3)?;
    let foreign = |_| Error::Foreign { table: "archive_checks", column: "body", value: body.clone() };
    Ok(ArchiveCheck {
        no: row.try_get::<i64, _>(0)? as u64,
        what: row.try_get(1)?,
        on: row.try_get(2)?,
        found: if body.is_empty() { None } else { Some(serde_json::from_str(&body).map_err(foreign)?) },
        at: row.try_get(4)?,
        by: row.try_get(5)?,
    })
}

fn transfer(row: &AnyRow) -> Result<ArchiveTransfer, Error> {
    Ok(ArchiveTransfer {
        copy: row.try_get(0)?,
        version: row.try_get::<i64, _>(1)? as u32,
        act: row.try_get(2)?,
        on: row.try_get(3)?,
        at: row.try_get(4)?,
        by: row.try_get(5)?,
    })
}

impl Db {
    /// The newest check of electronic documents or of files on paper.
    pub async fn find_archive_check(&self, what: &str) -> Result<Option<ArchiveCheck>, Error> {
        let row = sqlx::query(
            "select no, what, on_day, body, at, by_person from archive_checks where school = $1 and what = $2 order by no desc limit 1",
        )
        .bind(self.school.clone())
        .bind(what.to_owned())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(check).transpose()
    }

    /// Every summary sheet handed over to the archive, by copy and version.
    pub async fn list_archive_transfers(&self) -> Result<Vec<ArchiveTransfer>, Error> {
        let rows = sqlx::query(
            "select copy, version, act, on_day, at, by_person from archive_transfers where school = $1 order by copy, version",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(transfer).collect()
    }
}

impl Tx {
    /// Puts a check on record under the next number; hands the number back.
    pub async fn record_archive_check(
        &mut self,
        what: &str,
        on: &str,
        found: Option<&Condition>,
        at: &str,
        by: &str,
    ) -> Result<u64, Error> {
        let no = self.next_number("archive_checks").await?;
        let school = self.school().to_owned();
        sqlx::query(
            "insert into archive_checks (school, no, what, on_day, body, at, by_person) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(school)
        .bind(no as i64)
        .bind(what.to_owned())
        .bind(on.to_owned())
        .bind(found.map(crate::domain::canon::to_text).unwrap_or_default())
        .bind(at.to_owned())
        .bind(by.to_owned())
        .execute(self.connection())
        .await?;
        Ok(no)
    }

    /// Puts on record that a summary sheet was handed over; a second time changes nothing. Was it new?
    pub async fn record_archive_transfer(&mut self, row: &ArchiveTransfer) -> Result<bool, Error> {
        let school = self.school().to_owned();
        let done = sqlx::query(
            "insert into archive_transfers (school, copy, version, act, on_day, at, by_person)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (school, copy, version) do nothing",
        )
        .bind(school)
        .bind(row.copy.clone())
        .bind(i64::from(row.version))
        .bind(row.act.clone())
        .bind(row.on.clone())
        .bind(row.at.clone())
        .bind(row.by.clone())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() > 0)
    }
}
