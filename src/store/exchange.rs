//! Imports in the order of time: floor 1.

use sqlx::Row as _;

use super::{Db, Error, Tx};

/// One import as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Number from 1, in the order of time.
    pub no: u64,
    /// SHA-256 of the list of files; names their folder.
    pub digest: String,
    /// School year.
    pub year: String,
    /// `whole` or `add`.
    pub mode: String,
    /// What was learned of each file, canonical JSON.
    pub files: String,
    /// When, RFC 3339.
    pub imported_at: String,
    /// Who.
    pub imported_by: String,
    /// Rows that came.
    pub rows_new: u64,
    /// Rows that changed.
    pub rows_changed: u64,
    /// Rows that went.
    pub rows_gone: u64,
    /// Index of its event in the log.
    pub event: u64,
}

impl Db {
    /// Every import, newest first.
    pub async fn list_imports(&self) -> Result<Vec<ImportRow>, Error> {
        let rows = sqlx::query(
            "select no, digest, year, mode, files, imported_at, imported_by, rows_new, rows_changed, rows_gone, event
             from imports where school = $1 order by no desc",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ImportRow {
                    no: row.try_get::<i64, _>(0)? as u64,
                    digest: row.try_get(1)?,
                    year: row.try_get(2)?,
                    mode: row.try_get(3)?,
                    files: row.try_get(4)?,
                    imported_at: row.try_get(5)?,
                    imported_by: row.try_get(6)?,
                    rows_new: row.try_get::<i64, _>(7)? as u64,
                    rows_changed: row.try_get::<i64, _>(8)? as u64,
                    rows_gone: row.try_get::<i64, _>(9)? as u64,
                    event: row.try_get::<i64, _>(10)? as u64,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Puts an import on record; its number is the next one.
    pub async fn record_import(&mut self, row: &ImportRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into imports
                 (school, no, digest, year, mode, files, imported_at, imported_by, rows_new, rows_changed, rows_gone, event)
             values ($1, (select coalesce(max(no), 0) + 1 from imports where school = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(school)
        .bind(row.digest.clone())
        .bind(row.year.clone())
        .bind(row.mode.clone())
        .bind(row.files.clone())
        .bind(row.imported_at.clone())
        .bind(row.imported_by.clone())
        .bind(row.rows_new as i64)
        .bind(row.rows_changed as i64)
        .bind(row.rows_gone as i64)
        .bind(row.event as i64)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
