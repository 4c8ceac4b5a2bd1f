//! Technical breaks, announced and taken back; only ever added to. Floor 1.

use sqlx::Row as _;

use super::voids::moment;
use super::{Db, Error, Tx};
use crate::domain::technical_break::Break;

/// A line of the announcements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakRow {
    /// The break.
    pub planned: Break,
    /// By whom it was announced.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// By whom it was taken back; empty while it stands.
    pub withdrawn_by: String,
}

impl Db {
    /// Every break that was ever announced, by number.
    pub async fn list_breaks(&self) -> Result<Vec<BreakRow>, Error> {
        let rows = sqlx::query(
            "select b.no, b.starts, b.ends, b.reason, b.announced_by, b.announced_at, coalesce(w.announced_by, '')
             from breaks b left join breaks w on w.school = b.school and w.withdraws = b.no
             where b.school = $1 and b.withdraws = 0 order by b.no",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let text = |at| row.try_get::<String, _>(at);
                Ok(BreakRow {
                    planned: Break {
                        no: row.try_get::<i64, _>(0)? as u64,
                        starts: moment("breaks", &text(1)?)?,
                        ends: moment("breaks", &text(2)?)?,
                        reason: text(3)?,
                    },
                    by: text(4)?,
                    at: text(5)?,
                    withdrawn_by: text(6)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Adds an announcement, or the line that takes one back, under the next number.
    pub async fn record_break(&mut self, planned: &Break, withdraws: u64, by: &str, at: &str) -> Result<u64, Error> {
        let school = self.school().to_owned();
        let row = sqlx::query("select cast(coalesce(max(no), 0) + 1 as bigint) from breaks where school = $1")
            .bind(school.clone())
            .fetch_one(self.connection())
            .await?;
        let no: i64 = row.try_get(0)?;
        sqlx::query(
            "insert into breaks (school, no, withdraws, starts, ends, reason, announced_at, announced_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(school)
        .bind(no)
        .bind(withdraws as i64)
        .bind(planned.starts.to_rfc3339())
        .bind(planned.ends.to_rfc3339())
        .bind(planned.reason.clone())
        .bind(at.to_owned())
        .bind(by.to_owned())
        .execute(self.connection())
        .await?;
        Ok(no as u64)
    }
}
