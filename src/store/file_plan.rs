//! Files of the office: versions of the file plan's lines, closing records, numberings of volumes. Floor 1.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Db, Error, Tx};
use crate::domain::forms::files::{Numbering, VolumeKey};
use crate::domain::forms::plan::PlanLine;

/// A version of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanVersion {
    /// Index of the file.
    pub index: String,
    /// From 1.
    pub version: u32,
    /// The line; `None` when it was taken out.
    pub line: Option<PlanLine>,
    /// Why; may be empty.
    pub reason: String,
    /// RFC 3339.
    pub at: String,
    /// Who, staff identifier.
    pub by: String,
}

/// The closing record of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanClosing {
    /// Lines with their counts.
    pub lines: Vec<PlanLine>,
    /// RFC 3339.
    pub at: String,
    /// Who, staff identifier.
    pub by: String,
}

fn version(row: &AnyRow) -> Result<PlanVersion, Error> {
    let body: String = row.try_get(2)?;
    let foreign = |_| Error::Foreign { table: "file_plan", column: "body", value: body.clone() };
    Ok(PlanVersion {
        index: row.try_get(0)?,
        version: row.try_get::<i64, _>(1)? as u32,
        line: if body.is_empty() { None } else { Some(serde_json::from_str(&body).map_err(foreign)?) },
        reason: row.try_get(3)?,
        at: row.try_get(4)?,
        by: row.try_get(5)?,
    })
}

async fn versions(connection: &mut AnyConnection, school: &str, year: i32) -> Result<Vec<PlanVersion>, Error> {
    let rows = sqlx::query(
        "select idx, version, body, reason, at, by_person from file_plan where school = $1 and year = $2 order by idx, version",
    )
    .bind(school.to_owned())
    .bind(i64::from(year))
    .fetch_all(connection)
    .await?;
    rows.iter().map(version).collect()
}

async fn closing(connection: &mut AnyConnection, school: &str, year: i32) -> Result<Option<PlanClosing>, Error> {
    let row = sqlx::query("select body, at, by_person from file_plan_closings where school = $1 and year = $2")
        .bind(school.to_owned())
        .bind(i64::from(year))
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let body: String = row.try_get(0)?;
    let foreign = |_| Error::Foreign { table: "file_plan_closings", column: "body", value: body.clone() };
    let lines = serde_json::from_str(&body).map_err(foreign)?;
    Ok(Some(PlanClosing { lines, at: row.try_get(1)?, by: row.try_get(2)? }))
}

impl Db {
    /// How the volumes of a school year were last numbered, stitched and sealed.
    pub async fn list_numberings(&self, year: &str) -> Result<Vec<(VolumeKey, Numbering)>, Error> {
        let rows = sqlx::query(
            "select file, part, volume, body from volume_numberings v where school = $1 and year = $2 and seq = (
                 select max(seq) from volume_numberings w where w.school = v.school and w.year = v.year and w.file = v.file
                 and w.part = v.part and w.volume = v.volume) order by file, part, volume",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let body: String = row.try_get(3)?;
                let key = VolumeKey {
                    year: year.to_owned(),
                    file: row.try_get(0)?,
                    part: row.try_get(1)?,
                    volume: row.try_get::<i64, _>(2)? as u32,
                };
                let foreign = |_| Error::Foreign { table: "volume_numberings", column: "body", value: body.clone() };
                Ok((key, serde_json::from_str(&body).map_err(foreign)?))
            })
            .collect()
    }

    /// Every version of every line of a year's file plan, by index, oldest first.
    pub async fn list_plan_versions(&self, year: i32) -> Result<Vec<PlanVersion>, Error> {
        versions(&mut *self.pool.acquire().await?, &self.school, year).await
    }

    /// The closing record of a year.
    pub async fn find_plan_closing(&self, year: i32) -> Result<Option<PlanClosing>, Error> {
        closing(&mut *self.pool.acquire().await?, &self.school, year).await
    }
}

impl Tx {
    /// Records how a volume was numbered, stitched and sealed, after what was recorded before.
    pub async fn record_numbering(
        &mut self,
        key: &VolumeKey,
        numbering: &Numbering,
        at: &str,
        by: &str,
    ) -> Result<(), Error> {
        let school = self.school().to_owned();
        let row = sqlx::query(
            "select coalesce(max(seq), 0) + 1 from volume_numberings
             where school = $1 and year = $2 and file = $3 and part = $4 and volume = $5",
        )
        .bind(school.clone())
        .bind(key.year.clone())
        .bind(key.file.clone())
        .bind(key.part.clone())
        .bind(i64::from(key.volume))
        .fetch_one(self.connection())
        .await?;
        let seq: i64 = row.try_get(0)?;
        sqlx::query(
            "insert into volume_numberings (school, year, file, part, volume, seq, body, at, by_person)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(key.year.clone())
        .bind(key.file.clone())
        .bind(key.part.clone())
        .bind(i64::from(key.volume))
        .bind(seq)
        .bind(crate::domain::canon::to_text(numbering))
        .bind(at.to_owned())
        .bind(by.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Every version of every line of a year's file plan, by index, oldest first.
    pub async fn list_plan_versions(&mut self, year: i32) -> Result<Vec<PlanVersion>, Error> {
        let school = self.school().to_owned();
        versions(self.connection(), &school, year).await
    }

    /// The closing record of a year.
    pub async fn find_plan_closing(&mut self, year: i32) -> Result<Option<PlanClosing>, Error> {
        let school = self.school().to_owned();
        closing(self.connection(), &school, year).await
    }

    /// Records a further version of a line.
    pub async fn record_plan_version(&mut self, year: i32, version: &PlanVersion) -> Result<(), Error> {
        let school = self.school().to_owned();
        let body = version.line.as_ref().map(crate::domain::canon::to_text).unwrap_or_default();
        sqlx::query(
            "insert into file_plan (school, year, idx, version, body, reason, at, by_person) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(school)
        .bind(i64::from(year))
        .bind(version.index.clone())
        .bind(i64::from(version.version))
        .bind(body)
        .bind(version.reason.clone())
        .bind(version.at.clone())
        .bind(version.by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Records the closing record of a year.
    pub async fn record_plan_closing(&mut self, year: i32, closing: &PlanClosing) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("insert into file_plan_closings (school, year, body, at, by_person) values ($1, $2, $3, $4, $5)")
            .bind(school)
            .bind(i64::from(year))
            .bind(crate::domain::canon::to_text(&closing.lines))
            .bind(closing.at.clone())
            .bind(closing.by.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
