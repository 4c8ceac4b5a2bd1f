//! The register of sealed copies: floor 1.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Db, Error, Tx};
use crate::domain::register::RegisterLine;
use crate::domain::snapshot::CopyKind;

/// A register line and what the archive's object must say of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// The line.
    pub line: RegisterLine,
    /// Text of the object's `log-proof.txt`.
    pub log_proof: String,
}

const COLUMNS: &str = "no, copy, version, number, kind, year, class, period, sealed_at, sheets, pages, object, sealed_pdf, \
     snapshot, keep_through, log_proof";

fn read(row: &AnyRow) -> Result<SealedRow, Error> {
    let foreign = |column, value: &str| Error::Foreign { table: "register", column, value: value.to_owned() };
    let (kind, sealed_pdf, snapshot): (String, String, String) = (row.try_get(4)?, row.try_get(12)?, row.try_get(13)?);
    let line = RegisterLine {
        no: row.try_get::<i64, _>(0)? as u64,
        id: row.try_get(1)?,
        version: row.try_get::<i64, _>(2)? as u32,
        number: row.try_get(3)?,
        kind: CopyKind::parse(&kind).ok_or_else(|| foreign("kind", &kind))?,
        year: row.try_get(5)?,
        class: row.try_get(6)?,
        period: row.try_get(7)?,
        sealed_at: row.try_get(8)?,
        sheets: row.try_get::<i64, _>(9)? as u32,
        pages: row.try_get::<i64, _>(10)? as u32,
        object: row.try_get(11)?,
        sealed_pdf: sealed_pdf.parse().map_err(|_| foreign("sealed_pdf", &sealed_pdf))?,
        snapshot: snapshot.parse().map_err(|_| foreign("snapshot", &snapshot))?,
        keep_through: row.try_get(14)?,
    };
    Ok(SealedRow { line, log_proof: row.try_get(15)? })
}

impl Db {
    /// The last number that the register gave; 0 before the first.
    pub async fn last_register_number(&self) -> Result<u64, Error> {
        let row = sqlx::query("select value from counters where school = $1 and name = 'register'")
            .bind(self.school.clone())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get::<i64, _>(0)).transpose()?.unwrap_or_default() as u64)
    }

    /// The whole register, by number.
    pub async fn list_register(&self) -> Result<Vec<SealedRow>, Error> {
        let sql = format!("select {COLUMNS} from register where school = $1 order by no");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// The line of one version of a copy.
    pub async fn find_register_line(&self, copy: &str, version: u32) -> Result<Option<SealedRow>, Error> {
        let sql = format!("select {COLUMNS} from register where school = $1 and copy = $2 and version = $3");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(copy.to_owned())
            .bind(i64::from(version))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }
}

impl Tx {
    /// The next number of the register: given once, even if the line should never be read again.
    pub async fn next_register_number(&mut self) -> Result<u64, Error> {
        let school = self.school().to_owned();
        let row = sqlx::query(
            "insert into counters (school, name, value) values ($1, 'register', 1)
             on conflict (school, name) do update set value = counters.value + 1 returning value",
        )
        .bind(school)
        .fetch_one(self.connection())
        .await?;
        Ok(row.try_get::<i64, _>(0)? as u64)
    }

    /// Writes a line.
    pub async fn record_register_line(&mut self, row: &SealedRow) -> Result<(), Error> {
        let (school, line) = (self.school().to_owned(), &row.line);
        let sql = format!(
            "insert into register (school, {COLUMNS})
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(school)
            .bind(line.no as i64)
            .bind(line.id.clone())
            .bind(i64::from(line.version))
            .bind(line.number.clone())
            .bind(line.kind.as_str())
            .bind(line.year.clone())
            .bind(line.class.clone())
            .bind(line.period.clone())
            .bind(line.sealed_at.clone())
            .bind(i64::from(line.sheets))
            .bind(i64::from(line.pages))
            .bind(line.object.clone())
            .bind(line.sealed_pdf.to_hex())
            .bind(line.snapshot.to_hex())
            .bind(line.keep_through.clone())
            .bind(row.log_proof.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
