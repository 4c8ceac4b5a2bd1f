//! Signatures made elsewhere over a copy's document: floor 1.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::store::{Db, Error, Tx};

/// One signature file; it lies in the house's folder of scans, named by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRow {
    /// Copy.
    pub copy: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the file, hexadecimal.
    pub digest: String,
    /// `issued` or `sealed`: the document that is signed.
    pub over: String,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// When it was attached, RFC 3339.
    pub at: String,
    /// Who attached it.
    pub by: String,
}

const COLUMNS: &str = "copy, version, digest, over, bytes, at, by_person";

fn row(row: &AnyRow) -> Result<ForeignRow, Error> {
    Ok(ForeignRow {
        copy: row.try_get(0)?,
        version: row.try_get::<i64, _>(1)? as u32,
        digest: row.try_get(2)?,
        over: row.try_get(3)?,
        bytes: row.try_get::<i64, _>(4)? as u64,
        at: row.try_get(5)?,
        by: row.try_get(6)?,
    })
}

impl Db {
    /// Signatures made elsewhere over one version of a copy, in the order of time.
    pub async fn list_foreign_signatures(&self, copy: &str, version: u32) -> Result<Vec<ForeignRow>, Error> {
        let sql = format!(
            "select {COLUMNS} from foreign_signatures where school = $1 and copy = $2 and version = $3 order by at, over, digest"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).bind(copy.to_owned());
        query.bind(i64::from(version)).fetch_all(&self.pool).await?.iter().map(row).collect()
    }

    /// Every version of a copy over which such signatures stand.
    pub async fn list_foreign_signed(&self) -> Result<Vec<(String, u32)>, Error> {
        let sql = "select distinct copy, version from foreign_signatures where school = $1 order by copy, version";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as u32))).collect()
    }
}

impl Tx {
    /// Puts a signature made elsewhere on record; `Duplicate` when it stands there already.
    pub async fn record_foreign_signature(&mut self, row: &ForeignRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!("insert into foreign_signatures (school, {COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(school)
            .bind(row.copy.clone())
            .bind(i64::from(row.version))
            .bind(row.digest.clone())
            .bind(row.over.clone())
            .bind(row.bytes as i64)
            .bind(row.at.clone())
            .bind(row.by.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
