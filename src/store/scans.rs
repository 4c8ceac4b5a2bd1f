//! Scans of signed sheets: files, what was read on their pages, what people decided, sheets ticked off. Floor 1.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row as _};

use super::{Db, Error, Tx};

/// A file of scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanFileRow {
    /// SHA-256 of the file, hexadecimal; names it in the house's folder `scans`.
    pub digest: String,
    /// From 1, in the order of time; given by the store.
    pub no: u64,
    /// Name as it was given.
    pub name: String,
    /// `pdf`, `jpeg`, `png`.
    pub kind: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Pages.
    pub pages: u32,
    /// When, RFC 3339.
    pub received_at: String,
    /// Who.
    pub received_by: String,
}

/// Where a code stands in the scans.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScanPlace {
    /// SHA-256 of the file.
    pub file: String,
    /// Page of the file, from 1.
    pub page: u32,
    /// Code on the page, from 0.
    pub place: u32,
}

/// A page of a copy. All empty and 0 for none.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leaf {
    /// Copy identifier.
    pub copy: String,
    /// Version.
    pub version: u32,
    /// Number of the sheet, from 1.
    pub sheet: u32,
    /// Number of the page in the copy, from 1.
    pub leaf: u32,
}

/// What the program read at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanPageRow {
    /// Where.
    pub at: ScanPlace,
    /// `filed`, `old_version`, `unread`, `damaged`, `foreign`, `malformed`, `other_copy`, `beyond`, `forged`.
    pub outcome: String,
    /// What it is, if it was filed or is of an old version.
    pub leaf: Leaf,
    /// Corners of the code: x and y four times, thousandths of the page's width and height; empty for none.
    pub corners: String,
    /// Degrees clockwise by which the sheet lies turned.
    pub turn: u32,
}

/// What a person decided about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanDecisionRow {
    /// Where.
    pub at: ScanPlace,
    /// What it is; `leaf` 0: it does not count.
    pub leaf: Leaf,
    /// When, RFC 3339.
    pub decided_at: String,
    /// Who.
    pub decided_by: String,
}

/// A sheet's page ticked off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// What.
    pub leaf: Leaf,
    /// When, RFC 3339.
    pub received_at: String,
    /// Who.
    pub received_by: String,
}

const FILE: &str = "digest, no, name, kind, bytes, pages, received_at, received_by";
const PAGE: &str = "file, page, place, outcome, copy, version, sheet, leaf, corners, turn";
const DECISION: &str = "file, page, place, copy, version, sheet, leaf, decided_at, decided_by";
const RECEIPT: &str = "copy, version, sheet, leaf, received_at, received_by";

pub(super) fn number(row: &AnyRow, column: usize) -> Result<u32, Error> {
    Ok(row.try_get::<i64, _>(column)? as u32)
}

pub(super) fn place(row: &AnyRow) -> Result<ScanPlace, Error> {
    Ok(ScanPlace { file: row.try_get(0)?, page: number(row, 1)?, place: number(row, 2)? })
}

/// Adds file, page and place.
pub(super) fn bind_place<'q>(query: Query<'q, Any, AnyArguments>, at: &ScanPlace) -> Query<'q, Any, AnyArguments> {
    query.bind(at.file.clone()).bind(i64::from(at.page)).bind(i64::from(at.place))
}

/// Adds copy, version, sheet and leaf.
fn bind_leaf<'q>(query: Query<'q, Any, AnyArguments>, leaf: &Leaf) -> Query<'q, Any, AnyArguments> {
    let query = query.bind(leaf.copy.clone()).bind(i64::from(leaf.version));
    query.bind(i64::from(leaf.sheet)).bind(i64::from(leaf.leaf))
}

/// From this column on: copy, version, sheet, leaf.
fn leaf(row: &AnyRow, from: usize) -> Result<Leaf, Error> {
    let copy = row.try_get(from)?;
    Ok(Leaf { copy, version: number(row, from + 1)?, sheet: number(row, from + 2)?, leaf: number(row, from + 3)? })
}

fn file_row(row: &AnyRow) -> Result<ScanFileRow, Error> {
    Ok(ScanFileRow {
        digest: row.try_get(0)?,
        no: row.try_get::<i64, _>(1)? as u64,
        name: row.try_get(2)?,
        kind: row.try_get(3)?,
        bytes: row.try_get::<i64, _>(4)? as u64,
        pages: number(row, 5)?,
        received_at: row.try_get(6)?,
        received_by: row.try_get(7)?,
    })
}

fn page_row(row: &AnyRow) -> Result<ScanPageRow, Error> {
    Ok(ScanPageRow {
        at: place(row)?,
        outcome: row.try_get(3)?,
        leaf: leaf(row, 4)?,
        corners: row.try_get(8)?,
        turn: number(row, 9)?,
    })
}

fn decision_row(row: &AnyRow) -> Result<ScanDecisionRow, Error> {
    Ok(ScanDecisionRow {
        at: place(row)?,
        leaf: leaf(row, 3)?,
        decided_at: row.try_get(7)?,
        decided_by: row.try_get(8)?,
    })
}

fn receipt_row(row: &AnyRow) -> Result<ReceiptRow, Error> {
    Ok(ReceiptRow { leaf: leaf(row, 0)?, received_at: row.try_get(4)?, received_by: row.try_get(5)? })
}

impl Db {
    /// Every file of scans, newest first.
    pub async fn list_scan_files(&self) -> Result<Vec<ScanFileRow>, Error> {
        let sql = format!("select {FILE} from scan_files where school = $1 order by no desc");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(file_row).collect()
    }

    /// A file of scans by its SHA-256.
    pub async fn find_scan_file(&self, digest: &str) -> Result<Option<ScanFileRow>, Error> {
        let sql = format!("select {FILE} from scan_files where school = $1 and digest = $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).bind(digest.to_owned());
        query.fetch_optional(&self.pool).await?.as_ref().map(file_row).transpose()
    }

    /// What was read of one file, page by page.
    pub async fn list_scan_pages(&self, file: &str) -> Result<Vec<ScanPageRow>, Error> {
        let sql = format!("select {PAGE} from scan_pages where school = $1 and file = $2 order by page, place");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).bind(file.to_owned());
        query.fetch_all(&self.pool).await?.iter().map(page_row).collect()
    }

    /// What was read of one copy in all its versions, in the order of files and pages.
    pub async fn list_scan_pages_of(&self, copy: &str) -> Result<Vec<ScanPageRow>, Error> {
        let columns = PAGE.split(", ").map(|column| format!("p.{column}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "select {columns} from scan_pages p join scan_files f on f.school = p.school and f.digest = p.file
             where p.school = $1 and p.copy = $2 order by f.no, p.page, p.place"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).bind(copy.to_owned());
        query.fetch_all(&self.pool).await?.iter().map(page_row).collect()
    }

    /// What was read and is nobody's page: not filed and of no old version; newest files first.
    pub async fn list_scan_pages_unfiled(&self) -> Result<Vec<ScanPageRow>, Error> {
        let columns = PAGE.split(", ").map(|column| format!("p.{column}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "select {columns} from scan_pages p join scan_files f on f.school = p.school and f.digest = p.file
             where p.school = $1 and p.copy = '' order by f.no desc, p.page, p.place"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(page_row).collect()
    }

    /// Every decision of people, in the order of time.
    pub async fn list_scan_decisions(&self) -> Result<Vec<ScanDecisionRow>, Error> {
        let sql = format!("select {DECISION} from scan_decisions where school = $1 order by no");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(decision_row).collect()
    }

    /// Copies of which anything was read, decided or ticked off: identifier and version.
    pub async fn list_scanned_copies(&self) -> Result<Vec<(String, u32)>, Error> {
        let rows = sqlx::query(
            "select copy, version from scan_pages where school = $1 and copy <> ''
             union select copy, version from scan_decisions where school = $1 and copy <> ''
             union select copy, version from sheet_receipts where school = $1",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, number(row, 1)?))).collect()
    }

    /// Sheets of a copy's version that were ticked off.
    pub async fn list_receipts(&self, copy: &str, version: u32) -> Result<Vec<ReceiptRow>, Error> {
        let sql = format!(
            "select {RECEIPT} from sheet_receipts where school = $1 and copy = $2 and version = $3 order by leaf"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).bind(copy.to_owned());
        query.bind(i64::from(version)).fetch_all(&self.pool).await?.iter().map(receipt_row).collect()
    }
}

impl Tx {
    /// Puts a file of scans on record under the next number, which it gives; `Duplicate` for one that came before.
    pub async fn record_scan_file(&mut self, file: &ScanFileRow) -> Result<u64, Error> {
        let school = self.school().to_owned();
        let sql = format!(
            "insert into scan_files (school, {FILE})
             values ($1, $2, (select coalesce(max(no), 0) + 1 from scan_files where school = $1), $3, $4, $5, $6, $7, $8)
             returning no"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(school)
            .bind(file.digest.clone())
            .bind(file.name.clone())
            .bind(file.kind.clone())
            .bind(file.bytes as i64)
            .bind(i64::from(file.pages))
            .bind(file.received_at.clone())
            .bind(file.received_by.clone())
            .fetch_one(self.connection())
            .await?;
        Ok(row.try_get::<i64, _>(0)? as u64)
    }

    /// Puts on record what was read at a place.
    pub async fn record_scan_page(&mut self, row: &ScanPageRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql =
            format!("insert into scan_pages (school, {PAGE}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
        let query = bind_place(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(school), &row.at).bind(row.outcome.clone());
        let query = bind_leaf(query, &row.leaf).bind(row.corners.clone()).bind(i64::from(row.turn));
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Puts a person's decision on record.
    pub async fn record_scan_decision(&mut self, row: &ScanDecisionRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!(
            "insert into scan_decisions (school, no, {DECISION})
             values ($1, (select coalesce(max(no), 0) + 1 from scan_decisions where school = $1),
                     $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        let query = bind_place(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(school), &row.at);
        let query = bind_leaf(query, &row.leaf).bind(row.decided_at.clone()).bind(row.decided_by.clone());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Ticks a page of a sheet off; `Duplicate` when it was before.
    pub async fn record_receipt(&mut self, row: &ReceiptRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!("insert into sheet_receipts (school, {RECEIPT}) values ($1, $2, $3, $4, $5, $6, $7)");
        let query = bind_leaf(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(school), &row.leaf);
        let query = query.bind(row.received_at.clone()).bind(row.received_by.clone());
        query.execute(self.connection()).await?;
        Ok(())
    }
}
