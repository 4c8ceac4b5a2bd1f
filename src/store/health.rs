//! The database's own health: can it be written, is its schema whole, how many connections are there. Floor 1.

use std::collections::BTreeSet;

use sqlx::Row as _;

use super::{Db, Error};

/// Figures of the connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolFigures {
    /// Connections open.
    pub open: u32,
    /// Of them idle.
    pub idle: u32,
}

impl Db {
    /// Writes a row that means nothing: what a full, read-only or broken disk refuses.
    pub async fn probe_write(&self) -> Result<(), Error> {
        sqlx::query(
            "insert into counters (school, name, value) values ($1, 'probe', 1)
             on conflict (school, name) do update set value = counters.value + 1",
        )
        .bind(self.school.clone())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Steps of the schema that this program knows and the database has not, and those the other way round.
    pub async fn list_schema_differences(&self) -> Result<Vec<i64>, Error> {
        let rows = sqlx::query("select version from _sqlx_migrations where success order by version")
            .fetch_all(&self.pool)
            .await?;
        let standing: BTreeSet<i64> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let known: BTreeSet<i64> = super::migrator(super::SQLITE_GUARDS).iter().map(|step| step.version).collect();
        Ok(standing.symmetric_difference(&known).copied().collect())
    }

    /// Payload of the log's last event; `None` while the log is empty.
    pub async fn last_event(&self) -> Result<Option<String>, Error> {
        let row = sqlx::query("select payload from log_entries where school = $1 order by idx desc limit 1")
            .bind(self.school.clone())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// How many lines the register has.
    pub async fn count_register_lines(&self) -> Result<u64, Error> {
        let row = sqlx::query("select count(*) from register where school = $1")
            .bind(self.school.clone())
            .fetch_one(&self.pool)
            .await?;
        Ok(row.try_get::<i64, _>(0)? as u64)
    }

    /// Connections of this process.
    pub fn pool_figures(&self) -> PoolFigures {
        PoolFigures { open: self.pool.size(), idle: self.pool.num_idle() as u32 }
    }
}
