//! Certificates of the school's authority, seal, log and staff: floor 1. Private keys are never here, only the name of their file.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Db, Error, Tx};

/// One registered certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    /// SHA-256 of the DER, hexadecimal.
    pub fingerprint: String,
    /// Staff id, or `authority`, `seal`, `log`.
    pub owner: String,
    /// Serial number, upper-case hexadecimal; empty for the log's bare key.
    pub serial: String,
    /// Owner's name as printed.
    pub subject: String,
    /// First moment of validity, RFC 3339.
    pub not_before: String,
    /// Last moment of validity, RFC 3339.
    pub not_after: String,
    /// PEM certificate; for `log` the verifier key line.
    pub pem: String,
    /// File name below the house's `keys`.
    pub key_file: String,
}

const COLUMNS: &str = "fingerprint, owner, serial, subject, not_before, not_after, pem, key_file";

fn read(row: &AnyRow) -> Result<CertificateRow, Error> {
    Ok(CertificateRow {
        fingerprint: row.try_get(0)?,
        owner: row.try_get(1)?,
        serial: row.try_get(2)?,
        subject: row.try_get(3)?,
        not_before: row.try_get(4)?,
        not_after: row.try_get(5)?,
        pem: row.try_get(6)?,
        key_file: row.try_get(7)?,
    })
}

impl Db {
    /// Every certificate, by owner, oldest first.
    pub async fn list_certificates(&self) -> Result<Vec<CertificateRow>, Error> {
        let sql = format!("select {COLUMNS} from certificates where school = $1 order by owner, ordinal");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// The newest certificate of an owner.
    pub async fn find_certificate(&self, owner: &str) -> Result<Option<CertificateRow>, Error> {
        let sql = format!(
            "select {COLUMNS} from certificates where school = $1 and owner = $2 order by ordinal desc limit 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(owner.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }
}

impl Tx {
    /// Registers a certificate.
    pub async fn register_certificate(&mut self, row: &CertificateRow, at: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!(
            "insert into certificates (school, {COLUMNS}, registered_at, ordinal)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (select count(*) from certificates where school = $1))"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(school)
            .bind(row.fingerprint.clone())
            .bind(row.owner.clone())
            .bind(row.serial.clone())
            .bind(row.subject.clone())
            .bind(row.not_before.clone())
            .bind(row.not_after.clone())
            .bind(row.pem.clone())
            .bind(row.key_file.clone())
            .bind(at.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
