//! Copies, their snapshots and statements: floor 1.

use std::collections::BTreeMap;

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Db, Error, Tx};
use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::domain::snapshot::{CopyKind, Snapshot};

/// One version of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRow {
    /// Copy identifier.
    pub id: String,
    /// Version, from 1.
    pub version: u32,
    /// School year.
    pub year: String,
    /// Class name.
    pub class: String,
    /// Period's id.
    pub period: String,
    /// Document number as printed.
    pub number: String,
    /// Record class.
    pub kind: CopyKind,
    /// Where it stands.
    pub state: State,
    /// SHA-256 of the snapshot.
    pub snapshot: Digest,
    /// Number of sheets.
    pub sheets: u32,
    /// Number of pages, 0 until issued.
    pub pages: u32,
    /// When issued, empty until then.
    pub issued_at: String,
    /// SHA-256 of the issued PDF, empty until issued.
    pub issued_pdf: String,
}

/// One statement as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// Stage.
    pub stage: String,
    /// Staff identifier.
    pub signer: String,
    /// The signed bytes as text.
    pub body: String,
    /// Raw Ed25519 signature, base64.
    pub signature: String,
    /// SHA-256 of the signer's certificate, hexadecimal.
    pub certificate: String,
    /// When signed.
    pub signed_at: String,
    /// `checked_and_correct` or `refused`.
    pub verdict: String,
    /// Version of the copy that it was made for; an earlier one when the statement was kept by a re-issue.
    pub version: u32,
    /// The sheets that a kept statement still speaks for; empty for a statement of this version, which speaks for all that it names.
    pub kept: Vec<String>,
}

const COLUMNS: &str =
    "id, version, year, class, period, number, kind, state, snapshot, sheets, pages, issued_at, issued_pdf";

fn read(row: &AnyRow) -> Result<CopyRow, Error> {
    let foreign = |column, value: &str| Error::Foreign { table: "copies", column, value: value.to_owned() };
    let (kind, state, snapshot): (String, String, String) = (row.try_get(6)?, row.try_get(7)?, row.try_get(8)?);
    Ok(CopyRow {
        id: row.try_get(0)?,
        version: row.try_get::<i64, _>(1)? as u32,
        year: row.try_get(2)?,
        class: row.try_get(3)?,
        period: row.try_get(4)?,
        number: row.try_get(5)?,
        kind: CopyKind::parse(&kind).ok_or_else(|| foreign("kind", &kind))?,
        state: State::parse(&state).ok_or_else(|| foreign("state", &state))?,
        snapshot: snapshot.parse().map_err(|_| foreign("snapshot", &snapshot))?,
        sheets: row.try_get::<i64, _>(9)? as u32,
        pages: row.try_get::<i64, _>(10)? as u32,
        issued_at: row.try_get(11)?,
        issued_pdf: row.try_get(12)?,
    })
}

fn read_statement(row: &AnyRow) -> Result<StatementRow, Error> {
    let kept: String = row.try_get(8)?;
    Ok(StatementRow {
        stage: row.try_get(0)?,
        signer: row.try_get(1)?,
        body: row.try_get(2)?,
        signature: row.try_get(3)?,
        certificate: row.try_get(4)?,
        signed_at: row.try_get(5)?,
        verdict: row.try_get(6)?,
        version: row.try_get::<i64, _>(7)? as u32,
        kept: kept.split_whitespace().map(str::to_owned).collect(),
    })
}

const STATEMENT_COLUMNS: &str = "stage, signer, body, signature, certificate, signed_at, verdict";

/// All that was said of one version: statements made for it, refusals, and statements that a re-issue kept.
const STATEMENTS_OF: &str = "
    select stage, signer, body, signature, certificate, signed_at, verdict, version, '' as kept
    from statements where school = $1 and copy = $2 and version = $3
    union all
    select stage, signer, body, signature, certificate, signed_at, 'refused', version, ''
    from refusals where school = $1 and copy = $2 and version = $3
    union all
    select s.stage, s.signer, s.body, s.signature, s.certificate, s.signed_at, s.verdict, s.version, k.sheets
    from kept_statements k join statements s on s.school = k.school and s.copy = k.copy and s.version = k.from_version
        and s.stage = k.stage and s.signer = k.signer
    where k.school = $1 and k.copy = $2 and k.version = $3
    order by 6, 1, 2, 8";

/// A row that this program did not write so.
fn foreign_snapshot(digest: Digest) -> Error {
    Error::Foreign { table: "snapshots", column: "body", value: digest.to_hex() }
}

impl Db {
    /// Every version of every copy, by identifier and version.
    pub async fn list_copies(&self) -> Result<Vec<CopyRow>, Error> {
        let sql = format!("select {COLUMNS} from copies where school = $1 order by id, version");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// Versions whose frozen snapshot holds this text somewhere, by identifier and version: the database looks, and no snapshot is read into
    /// the program. Whoever needs to know where it stands in the snapshot reads the few that are left. `text` has no `%` and no `_`.
    pub async fn list_copies_naming(&self, text: &str) -> Result<Vec<CopyRow>, Error> {
        let sql = format!(
            "select {COLUMNS} from copies where school = $1
             and snapshot in (select digest from snapshots where school = $1 and body like $2) order by id, version"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).bind(format!("%{text}%"));
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// Versions of one copy, newest last; empty when there is none.
    pub async fn list_versions(&self, id: &str) -> Result<Vec<CopyRow>, Error> {
        let sql = format!("select {COLUMNS} from copies where school = $1 and id = $2 order by version");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(id.to_owned())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// How many statements were made by each certificate, by its digest.
    pub async fn count_statements(&self) -> Result<BTreeMap<String, u64>, Error> {
        let sql = "select certificate, count(*) from statements where school = $1 group by certificate";
        let rows = sqlx::query(sql).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as u64))).collect()
    }

    /// A snapshot by its digest.
    pub async fn load_snapshot(&self, digest: Digest) -> Result<Snapshot, Error> {
        let body = self.load_snapshot_text(digest).await?;
        Snapshot::from_bytes(body.as_bytes()).map_err(|_| foreign_snapshot(digest))
    }

    /// The frozen snapshot of this digest as it was written, for who reads many on other threads.
    pub async fn load_snapshot_text(&self, digest: Digest) -> Result<String, Error> {
        let row = sqlx::query("select body from snapshots where school = $1 and digest = $2")
            .bind(self.school.clone())
            .bind(digest.to_hex())
            .fetch_optional(&self.pool)
            .await?
            .ok_or_else(|| Error::Missing(format!("снимок {digest}")))?;
        let body: String = row.try_get(0)?;
        if Digest::of(body.as_bytes()) == digest { Ok(body) } else { Err(foreign_snapshot(digest)) }
    }

    /// All that was said of one version, in the order of saying: statements, refusals, and statements kept from earlier versions.
    pub async fn list_statements(&self, id: &str, version: u32) -> Result<Vec<StatementRow>, Error> {
        let rows = sqlx::query(STATEMENTS_OF)
            .bind(self.school.clone())
            .bind(id.to_owned())
            .bind(i64::from(version))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read_statement).collect()
    }
}

impl Tx {
    /// Puts a frozen version on record with its snapshot.
    pub async fn record_frozen(&mut self, snapshot: &Snapshot, state: State) -> Result<(), Error> {
        let school = self.school().to_owned();
        let (bytes, digest) = (snapshot.to_bytes(), snapshot.digest());
        sqlx::query("insert into snapshots (school, digest, body) values ($1, $2, $3)")
            .bind(school.clone())
            .bind(digest.to_hex())
            .bind(String::from_utf8_lossy(&bytes).into_owned())
            .execute(self.connection())
            .await?;
        let sql = format!(
            "insert into copies (school, {COLUMNS})
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', '')"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(school)
            .bind(snapshot.copy.id.clone())
            .bind(i64::from(snapshot.copy.version))
            .bind(snapshot.year.clone())
            .bind(snapshot.class.name.clone())
            .bind(snapshot.period.id.clone())
            .bind(snapshot.copy.number.clone())
            .bind(snapshot.copy.kind.as_str())
            .bind(state.as_str())
            .bind(digest.to_hex())
            .bind(snapshot.sheets.len() as i64)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Writes what issuing made of a frozen version.
    pub async fn record_issue(&mut self, copy: &CopyRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let done = sqlx::query(
            "update copies set state = $4, pages = $5, issued_at = $6, issued_pdf = $7
             where school = $1 and id = $2 and version = $3 and issued_pdf = ''",
        )
        .bind(school)
        .bind(copy.id.clone())
        .bind(i64::from(copy.version))
        .bind(copy.state.as_str())
        .bind(i64::from(copy.pages))
        .bind(copy.issued_at.clone())
        .bind(copy.issued_pdf.clone())
        .execute(self.connection())
        .await?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(Error::Duplicate) }
    }

    /// Moves a version from one state to the next; `Duplicate` when it no longer stands where it was seen.
    pub async fn move_copy(&mut self, id: &str, version: u32, from: State, to: State) -> Result<(), Error> {
        let school = self.school().to_owned();
        let done =
            sqlx::query("update copies set state = $5 where school = $1 and id = $2 and version = $3 and state = $4")
                .bind(school)
                .bind(id.to_owned())
                .bind(i64::from(version))
                .bind(from.as_str())
                .bind(to.as_str())
                .execute(self.connection())
                .await?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(Error::Duplicate) }
    }

    /// Versions of one copy as this transaction sees them, newest last.
    pub async fn list_versions(&mut self, id: &str) -> Result<Vec<CopyRow>, Error> {
        let school = self.school().to_owned();
        let sql = format!("select {COLUMNS} from copies where school = $1 and id = $2 order by version");
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(school).bind(id.to_owned()).fetch_all(self.connection()).await?;
        rows.iter().map(read).collect()
    }

    /// Statements of one version as this transaction sees them.
    pub async fn list_statements(&mut self, id: &str, version: u32) -> Result<Vec<StatementRow>, Error> {
        let school = self.school().to_owned();
        let rows = sqlx::query(STATEMENTS_OF)
            .bind(school)
            .bind(id.to_owned())
            .bind(i64::from(version))
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(read_statement).collect()
    }

    /// Adds a statement; `Duplicate` when the person has spoken on that stage of that version.
    pub async fn record_statement(&mut self, id: &str, version: u32, row: &StatementRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!(
            "insert into statements (school, copy, version, {STATEMENT_COLUMNS})
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(school)
            .bind(id.to_owned())
            .bind(i64::from(version))
            .bind(row.stage.clone())
            .bind(row.signer.clone())
            .bind(row.body.clone())
            .bind(row.signature.clone())
            .bind(row.certificate.clone())
            .bind(row.signed_at.clone())
            .bind(row.verdict.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
