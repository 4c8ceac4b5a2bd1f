//! Recalls of signed copies for correction; only ever added to. Floor 1.

use sqlx::Row as _;

use crate::store::{Db, Error, Tx};

/// A recall that stands: no later line takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallRow {
    /// Number among the school's recalls.
    pub no: u64,
    /// Copy.
    pub copy: String,
    /// The version that everybody signed.
    pub version: u32,
    /// Sheets with the error, by identifier; at least one.
    pub sheets: Vec<String>,
    /// Ground, in the words of who recalled.
    pub ground: String,
    /// Account that recalled.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
}

/// Recalls that no later line takes back.
const STANDING: &str = "select r.no, r.copy, r.version, r.sheets, r.ground, r.recalled_by, r.recalled_at from recalls r
    where r.school = $1 and r.withdraws = 0
    and not exists (select 1 from recalls w where w.school = r.school and w.withdraws = r.no)";

fn recall_row(row: &sqlx::any::AnyRow) -> Result<RecallRow, Error> {
    let sheets: String = row.try_get(3)?;
    Ok(RecallRow {
        no: row.try_get::<i64, _>(0)? as u64,
        copy: row.try_get(1)?,
        version: row.try_get::<i64, _>(2)? as u32,
        sheets: sheets.split_whitespace().map(str::to_owned).collect(),
        ground: row.try_get(4)?,
        by: row.try_get(5)?,
        at: row.try_get(6)?,
    })
}

impl Db {
    /// The recalls of versions that still hold: a version that was replaced is corrected in its successor. Oldest first.
    pub async fn list_recalls(&self) -> Result<Vec<RecallRow>, Error> {
        let holding = format!(
            "{STANDING} and exists (select 1 from copies c where c.school = r.school and c.id = r.copy
             and c.version = r.version and c.state in ('signed', 'sealed')) order by r.no"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(holding)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(recall_row).collect()
    }

    /// The recall of a copy's version that still holds.
    pub async fn find_recall(&self, copy: &str) -> Result<Option<RecallRow>, Error> {
        Ok(self.list_recalls().await?.into_iter().rfind(|row| row.copy == copy))
    }

    /// Every recall of a copy that was not taken back, of replaced versions too, oldest first.
    pub async fn list_recalls_of(&self, copy: &str) -> Result<Vec<RecallRow>, Error> {
        let of_copy = format!("{STANDING} and r.copy = $2 order by r.no");
        let query = sqlx::query(sqlx::AssertSqlSafe(of_copy)).bind(self.school.clone()).bind(copy.to_owned());
        query.fetch_all(&self.pool).await?.iter().map(recall_row).collect()
    }
}

impl Tx {
    /// Adds a recall, or the line that takes the recall numbered `withdraws` back, under the next number.
    pub async fn record_recall(&mut self, row: &RecallRow, withdraws: u64) -> Result<u64, Error> {
        let school = self.school().to_owned();
        let last = sqlx::query("select cast(coalesce(max(no), 0) + 1 as bigint) from recalls where school = $1")
            .bind(school.clone())
            .fetch_one(self.connection())
            .await?;
        let no: i64 = last.try_get(0)?;
        sqlx::query(
            "insert into recalls (school, no, withdraws, copy, version, sheets, ground, recalled_at, recalled_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(no)
        .bind(withdraws as i64)
        .bind(row.copy.clone())
        .bind(i64::from(row.version))
        .bind(row.sheets.join(" "))
        .bind(row.ground.clone())
        .bind(row.at.clone())
        .bind(row.by.clone())
        .execute(self.connection())
        .await?;
        Ok(no as u64)
    }
}
