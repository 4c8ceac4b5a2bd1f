//! The signing desk's rows: refusals with remarks, statements kept by a re-issue, last looks, notices: floor 1.

mod foreign;
mod keys;
mod letters;
mod recalls;

use sqlx::Row as _;

use super::{ClosureRow, Db, Error, StatementRow, Tx};

pub use foreign::ForeignRow;
pub use keys::{PaperStageRow, RevocationRow};
pub use letters::{LetterRow, NewLetter};
pub use recalls::RecallRow;

/// One remark of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemarkRow {
    /// Copy.
    pub copy: String,
    /// Its version.
    pub version: u32,
    /// Stage of the refusal.
    pub stage: String,
    /// Who refused.
    pub signer: String,
    /// Sheet.
    pub sheet: String,
    /// Word of [`crate::domain::statement::Category`].
    pub category: String,
    /// The remark itself.
    pub remark: String,
}

/// A statement of an earlier version that still speaks for sheets of a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRow {
    /// Stage.
    pub stage: String,
    /// Whose place it fills.
    pub signer: String,
    /// Version that it was made for.
    pub from_version: u32,
    /// Sheets whose digests are the same.
    pub sheets: Vec<String>,
}

/// Somebody's last look at a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRow {
    /// Copy.
    pub copy: String,
    /// Sheet.
    pub sheet: String,
    /// Version that was shown.
    pub version: u32,
    /// Digest of the sheet as it was shown, hexadecimal.
    pub digest: String,
    /// When.
    pub seen_at: String,
}

/// Something to be told on a first screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Whom it is for.
    pub person: String,
    /// Number among the person's notices, from 1.
    pub no: u64,
    /// `refused`, `reissued`, `due_soon`, `due_today`, `overdue`, `escalated`.
    pub kind: String,
    /// Copy.
    pub copy: String,
    /// Its version.
    pub version: u32,
    /// When it was written.
    pub at: String,
    /// When the person put it away; empty until then.
    pub seen_at: String,
}

impl Db {
    /// Remarks of one copy, of all its versions, in the order of versions and sheets.
    pub async fn list_remarks(&self, copy: &str) -> Result<Vec<RemarkRow>, Error> {
        let rows = sqlx::query(
            "select copy, version, stage, signer, sheet, category, remark from remarks where school = $1 and copy = $2
             order by version, stage, signer, sheet",
        )
        .bind(self.school.clone())
        .bind(copy.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(RemarkRow {
                    copy: row.try_get(0)?,
                    version: row.try_get::<i64, _>(1)? as u32,
                    stage: row.try_get(2)?,
                    signer: row.try_get(3)?,
                    sheet: row.try_get(4)?,
                    category: row.try_get(5)?,
                    remark: row.try_get(6)?,
                })
            })
            .collect()
    }

    /// Every last look of one person.
    pub async fn list_seen(&self, person: &str) -> Result<Vec<SeenRow>, Error> {
        let rows = sqlx::query(
            "select copy, sheet, version, digest, seen_at from seen_sheets where school = $1 and person = $2
             order by copy, sheet",
        )
        .bind(self.school.clone())
        .bind(person.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(SeenRow {
                    copy: row.try_get(0)?,
                    sheet: row.try_get(1)?,
                    version: row.try_get::<i64, _>(2)? as u32,
                    digest: row.try_get(3)?,
                    seen_at: row.try_get(4)?,
                })
            })
            .collect()
    }

    /// Keeps looks in the place of the earlier ones. A look changes nothing and has no event, like a session's last moment.
    pub async fn remember_seen(&self, person: &str, seen: &[SeenRow]) -> Result<(), Error> {
        for row in seen {
            sqlx::query(
                "insert into seen_sheets (school, person, copy, sheet, version, digest, seen_at)
                 values ($1, $2, $3, $4, $5, $6, $7)
                 on conflict (school, person, copy, sheet)
                 do update set version = excluded.version, digest = excluded.digest, seen_at = excluded.seen_at",
            )
            .bind(self.school.clone())
            .bind(person.to_owned())
            .bind(row.copy.clone())
            .bind(row.sheet.clone())
            .bind(i64::from(row.version))
            .bind(row.digest.clone())
            .bind(row.seen_at.clone())
            .execute(&self.pool)
            .await?;
        }
        Ok(())
    }

    /// Notices that a person has not put away, newest first.
    pub async fn list_notices(&self, person: &str) -> Result<Vec<NoticeRow>, Error> {
        let rows = sqlx::query(
            "select person, no, kind, copy, version, at, seen_at from notices
             where school = $1 and person = $2 and seen_at = '' order by no desc",
        )
        .bind(self.school.clone())
        .bind(person.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(NoticeRow {
                    person: row.try_get(0)?,
                    no: row.try_get::<i64, _>(1)? as u64,
                    kind: row.try_get(2)?,
                    copy: row.try_get(3)?,
                    version: row.try_get::<i64, _>(4)? as u32,
                    at: row.try_get(5)?,
                    seen_at: row.try_get(6)?,
                })
            })
            .collect()
    }

    /// Puts a person's notices away, up to a number: what came meanwhile stays.
    pub async fn put_notices_away(&self, person: &str, up_to: u64, at: &str) -> Result<u64, Error> {
        let done = sqlx::query(
            "update notices set seen_at = $4 where school = $1 and person = $2 and no <= $3 and seen_at = ''",
        )
        .bind(self.school.clone())
        .bind(person.to_owned())
        .bind(up_to as i64)
        .bind(at.to_owned())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// The closed periods that hold now: a copy that came back with remarks, or was recalled, opens its own for the correction, until its next
    /// version. A supplement opens none: it takes late entries only.
    pub async fn list_locks(&self) -> Result<Vec<ClosureRow>, Error> {
        let reopened = "select year, class, period from copies c where c.school = $1
             and (c.state = 'refused' and not exists (select 1 from supplements s where s.school = c.school and s.id = c.id)
                 or c.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = c.school
                     and w.copy = c.id and w.version = c.version and w.withdraws = 0
                     and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no)))";
        let rows = sqlx::query(reopened).bind(self.school.clone()).fetch_all(&self.pool).await?;
        let mut open = Vec::new();
        for row in rows {
            open.push((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?, row.try_get::<String, _>(2)?));
        }
        let mut locks = self.list_closures().await?;
        locks.retain(|lock| !open.contains(&(lock.year.clone(), lock.class.clone(), lock.period.clone())));
        Ok(locks)
    }

    /// Statements that the re-issue of a version kept.
    pub async fn list_kept(&self, copy: &str, version: u32) -> Result<Vec<KeptRow>, Error> {
        let rows = sqlx::query(
            "select stage, signer, from_version, sheets from kept_statements
             where school = $1 and copy = $2 and version = $3 order by stage, signer, from_version",
        )
        .bind(self.school.clone())
        .bind(copy.to_owned())
        .bind(i64::from(version))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let sheets: String = row.try_get(3)?;
                Ok(KeptRow {
                    stage: row.try_get(0)?,
                    signer: row.try_get(1)?,
                    from_version: row.try_get::<i64, _>(2)? as u32,
                    sheets: sheets.split_whitespace().map(str::to_owned).collect(),
                })
            })
            .collect()
    }
}

impl Tx {
    /// Adds a refusal; `Duplicate` when the person has refused that version on that stage.
    pub async fn record_refusal(&mut self, id: &str, version: u32, row: &StatementRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into refusals (school, copy, version, stage, signer, body, signature, certificate, signed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(id.to_owned())
        .bind(i64::from(version))
        .bind(row.stage.clone())
        .bind(row.signer.clone())
        .bind(row.body.clone())
        .bind(row.signature.clone())
        .bind(row.certificate.clone())
        .bind(row.signed_at.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Adds a remark of a refusal.
    pub async fn record_remark(&mut self, row: &RemarkRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into remarks (school, copy, version, stage, signer, sheet, category, remark)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(school)
        .bind(row.copy.clone())
        .bind(i64::from(row.version))
        .bind(row.stage.clone())
        .bind(row.signer.clone())
        .bind(row.sheet.clone())
        .bind(row.category.clone())
        .bind(row.remark.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Puts on record that a statement still speaks for sheets of a later version.
    pub async fn keep_statement(&mut self, copy: &str, version: u32, row: &KeptRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into kept_statements (school, copy, version, stage, signer, from_version, sheets)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(school)
        .bind(copy.to_owned())
        .bind(i64::from(version))
        .bind(row.stage.clone())
        .bind(row.signer.clone())
        .bind(i64::from(row.from_version))
        .bind(row.sheets.join(" "))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes a notice for a person.
    pub async fn notify(&mut self, person: &str, kind: &str, copy: &str, version: u32, at: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into notices (school, person, no, kind, copy, version, at, seen_at)
             values ($1, $2, (select cast(coalesce(max(no), 0) as bigint) + 1 from notices where school = $1 and person = $2),
                     $3, $4, $5, $6, '')",
        )
        .bind(school)
        .bind(person.to_owned())
        .bind(kind.to_owned())
        .bind(copy.to_owned())
        .bind(i64::from(version))
        .bind(at.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
