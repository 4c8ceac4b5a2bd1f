//! Revoked certificates, and scans of sheets signed on paper: floor 1.

use sqlx::Row as _;

use super::super::{Db, Error, Tx};

/// A certificate that no longer serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationRow {
    /// SHA-256 of the certificate's DER, hexadecimal.
    pub fingerprint: String,
    /// `lost`, `replaced`, `dismissed`, `compromised`, `authority`.
    pub reason: String,
    /// Words of who revoked it, may be empty.
    pub note: String,
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
}

/// A scan of a sheet signed on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRow {
    /// Copy.
    pub copy: String,
    /// Its version.
    pub version: u32,
    /// Stage.
    pub stage: String,
    /// Who signed on paper.
    pub signer: String,
    /// SHA-256 of the file.
    pub digest: String,
    /// Its size, bytes.
    pub bytes: u64,
    /// When it came.
    pub at: String,
    /// Who brought it.
    pub by: String,
}

impl Db {
    /// Every revoked certificate, in the order of time.
    pub async fn list_revocations(&self) -> Result<Vec<RevocationRow>, Error> {
        let rows = sqlx::query(
            "select fingerprint, reason, note, at, by_person from revocations where school = $1
             order by at, fingerprint",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(RevocationRow {
                    fingerprint: row.try_get(0)?,
                    reason: row.try_get(1)?,
                    note: row.try_get(2)?,
                    at: row.try_get(3)?,
                    by: row.try_get(4)?,
                })
            })
            .collect()
    }

    /// Scans of one version of a copy.
    pub async fn list_scans(&self, copy: &str, version: u32) -> Result<Vec<ScanRow>, Error> {
        let rows = sqlx::query(
            "select copy, version, stage, signer, digest, bytes, at, by_person from scans
             where school = $1 and copy = $2 and version = $3 order by stage, signer, digest",
        )
        .bind(self.school.clone())
        .bind(copy.to_owned())
        .bind(i64::from(version))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ScanRow {
                    copy: row.try_get(0)?,
                    version: row.try_get::<i64, _>(1)? as u32,
                    stage: row.try_get(2)?,
                    signer: row.try_get(3)?,
                    digest: row.try_get(4)?,
                    bytes: row.try_get::<i64, _>(5)? as u64,
                    at: row.try_get(6)?,
                    by: row.try_get(7)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Revokes a certificate; `Duplicate` when it is revoked already.
    pub async fn revoke_certificate(&mut self, row: &RevocationRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into revocations (school, fingerprint, reason, note, at, by_person) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(school)
        .bind(row.fingerprint.clone())
        .bind(row.reason.clone())
        .bind(row.note.clone())
        .bind(row.at.clone())
        .bind(row.by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Puts a scan on record.
    pub async fn record_scan(&mut self, row: &ScanRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into scans (school, copy, version, stage, signer, digest, bytes, at, by_person)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(row.copy.clone())
        .bind(i64::from(row.version))
        .bind(row.stage.clone())
        .bind(row.signer.clone())
        .bind(row.digest.clone())
        .bind(row.bytes as i64)
        .bind(row.at.clone())
        .bind(row.by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
