//! Revoked certificates, and stages signed on paper: floor 1.

use sqlx::Row as _;
use sqlx::any::AnyRow;

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

/// A stage of a version that is signed on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperStageRow {
    /// Copy.
    pub copy: String,
    /// Its version.
    pub version: u32,
    /// Stage.
    pub stage: String,
    /// When that was said, RFC 3339.
    pub opened_at: String,
    /// Who said so.
    pub opened_by: String,
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

    /// Stages signed on paper of one version of a copy.
    pub async fn list_paper_stages(&self, copy: &str, version: u32) -> Result<Vec<PaperStageRow>, Error> {
        let rows = sqlx::query(
            "select copy, version, stage, opened_at, opened_by from paper_stages
             where school = $1 and copy = $2 and version = $3 order by opened_at, stage",
        )
        .bind(self.school.clone())
        .bind(copy.to_owned())
        .bind(i64::from(version))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(paper_stage).collect()
    }

    /// Every stage signed on paper of a copy that is still being signed; for the day's work.
    pub async fn list_open_paper_stages(&self) -> Result<Vec<PaperStageRow>, Error> {
        let rows = sqlx::query(
            "select p.copy, p.version, p.stage, p.opened_at, p.opened_by from paper_stages p
             join copies c on c.school = p.school and c.id = p.copy and c.version = p.version
             where p.school = $1 and c.state = 'issued' order by p.opened_at, p.copy, p.stage",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(paper_stage).collect()
    }
}

fn paper_stage(row: &AnyRow) -> Result<PaperStageRow, Error> {
    Ok(PaperStageRow {
        copy: row.try_get(0)?,
        version: row.try_get::<i64, _>(1)? as u32,
        stage: row.try_get(2)?,
        opened_at: row.try_get(3)?,
        opened_by: row.try_get(4)?,
    })
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

    /// Puts on record that a stage is signed on paper; `Duplicate` when it is already.
    pub async fn open_paper_stage(&mut self, row: &PaperStageRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into paper_stages (school, copy, version, stage, opened_at, opened_by) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(school)
        .bind(row.copy.clone())
        .bind(i64::from(row.version))
        .bind(row.stage.clone())
        .bind(row.opened_at.clone())
        .bind(row.opened_by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
