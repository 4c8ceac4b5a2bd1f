//! Scans compared with the pages that were issued: what was found last, and what a person looked at. Floor 1.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Row as _};

use super::scans::{Leaf, ScanPlace, bind_place, number, place};
use super::{Db, Error, Tx};

/// What the comparison of a scan said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonRow {
    /// The scan.
    pub at: ScanPlace,
    /// Page of the copy that it was compared with; the number of its sheet is not kept here and is 0.
    pub leaf: Leaf,
    /// Of the comparison: a newer one compares again.
    pub method: u32,
    /// Could it be compared?
    pub compared: bool,
    /// Differences where nobody is to write.
    pub differences: u32,
    /// When, RFC 3339.
    pub compared_at: String,
}

/// A person looked at the differences of a scan and found them harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookRow {
    /// The scan.
    pub at: ScanPlace,
    /// Page of the copy that it was compared with; the number of its sheet is not kept here and is 0.
    pub leaf: Leaf,
    /// So many differences were seen.
    pub differences: u32,
    /// When, RFC 3339.
    pub looked_at: String,
    /// Who.
    pub looked_by: String,
}

/// A person found that what differs on a scan matters: the paper says something else than what was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraveRow {
    /// The scan.
    pub at: ScanPlace,
    /// Sheet and page of the copy.
    pub leaf: Leaf,
    /// Row or cell, as the person named it.
    pub spot: String,
    /// Ground of the next version that it asks for.
    pub ground: String,
    /// When, RFC 3339.
    pub noted_at: String,
    /// Who.
    pub noted_by: String,
}

const GRAVE: &str = "file, page, place, copy, version, leaf, sheet, spot, ground, noted_at, noted_by";
const COMPARISON: &str = "file, page, place, copy, version, leaf, method, compared, differences, compared_at";
const LOOK: &str = "file, page, place, copy, version, leaf, differences, looked_at, looked_by";

/// Adds the scan, and copy, version and page of the copy that it shows.
fn bind<'q>(query: Query<'q, Any, AnyArguments>, at: &ScanPlace, leaf: &Leaf) -> Query<'q, Any, AnyArguments> {
    let query = bind_place(query, at).bind(leaf.copy.clone());
    query.bind(i64::from(leaf.version)).bind(i64::from(leaf.leaf))
}

/// From the fourth column on: copy, version, leaf.
fn leaf(row: &AnyRow) -> Result<Leaf, Error> {
    Ok(Leaf { copy: row.try_get(3)?, version: number(row, 4)?, sheet: 0, leaf: number(row, 5)? })
}

fn comparison_row(row: &AnyRow) -> Result<ComparisonRow, Error> {
    Ok(ComparisonRow {
        at: place(row)?,
        leaf: leaf(row)?,
        method: number(row, 6)?,
        compared: number(row, 7)? == 1,
        differences: number(row, 8)?,
        compared_at: row.try_get(9)?,
    })
}

fn look_row(row: &AnyRow) -> Result<LookRow, Error> {
    Ok(LookRow {
        at: place(row)?,
        leaf: leaf(row)?,
        differences: number(row, 6)?,
        looked_at: row.try_get(7)?,
        looked_by: row.try_get(8)?,
    })
}

fn grave_row(row: &AnyRow) -> Result<GraveRow, Error> {
    Ok(GraveRow {
        at: place(row)?,
        leaf: Leaf { sheet: number(row, 6)?, ..leaf(row)? },
        spot: row.try_get(7)?,
        ground: row.try_get(8)?,
        noted_at: row.try_get(9)?,
        noted_by: row.try_get(10)?,
    })
}

impl Db {
    /// Differences that people found to matter on the pages of a version, in the order of time.
    pub async fn list_graves(&self, copy: &str, version: u32) -> Result<Vec<GraveRow>, Error> {
        let sql =
            format!("select {GRAVE} from scan_graves where school = $1 and copy = $2 and version = $3 order by no");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone());
        let query = query.bind(copy.to_owned()).bind(i64::from(version));
        query.fetch_all(&self.pool).await?.iter().map(grave_row).collect()
    }

    /// What was compared of one file, page by page.
    pub async fn list_comparisons(&self, file: &str) -> Result<Vec<ComparisonRow>, Error> {
        let sql =
            format!("select {COMPARISON} from scan_comparisons where school = $1 and file = $2 order by page, place");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).bind(file.to_owned());
        query.fetch_all(&self.pool).await?.iter().map(comparison_row).collect()
    }

    /// Every scan on which something differs, by copy and page.
    pub async fn list_differing(&self) -> Result<Vec<ComparisonRow>, Error> {
        let sql = format!(
            "select {COMPARISON} from scan_comparisons where school = $1 and differences > 0
             order by copy, version, leaf, file, page, place"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(comparison_row).collect()
    }

    /// Files with a page that was filed by its code, that nobody has moved since and that this method has not compared, in the order of time.
    pub async fn list_uncompared_files(&self, method: u32) -> Result<Vec<String>, Error> {
        let rows = sqlx::query(
            "select f.digest from scan_files f where f.school = $1 and exists (
                 select 1 from scan_pages p where p.school = f.school and p.file = f.digest and p.outcome = 'filed'
                 and not exists (select 1 from scan_decisions d where d.school = p.school and d.file = p.file
                                 and d.page = p.page and d.place = p.place)
                 and not exists (select 1 from scan_comparisons c where c.school = p.school and c.file = p.file
                                 and c.page = p.page and c.place = p.place and c.method = $2))
             order by f.no",
        )
        .bind(self.school.clone())
        .bind(i64::from(method))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Every look of people, in the order of time.
    pub async fn list_looks(&self) -> Result<Vec<LookRow>, Error> {
        let sql = format!("select {LOOK} from scan_looks where school = $1 order by no");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(look_row).collect()
    }
}

impl Tx {
    /// Puts on record what a comparison said; a newer one takes the place of the older.
    pub async fn record_comparison(&mut self, row: &ComparisonRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!(
            "insert into scan_comparisons (school, {COMPARISON}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (school, file, page, place) do update set copy = excluded.copy, version = excluded.version,
             leaf = excluded.leaf, method = excluded.method, compared = excluded.compared,
             differences = excluded.differences, compared_at = excluded.compared_at"
        );
        bind(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(school), &row.at, &row.leaf)
            .bind(i64::from(row.method))
            .bind(i64::from(row.compared))
            .bind(i64::from(row.differences))
            .bind(row.compared_at.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Puts on record that a difference matters.
    pub async fn record_grave(&mut self, row: &GraveRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!(
            "insert into scan_graves (school, no, {GRAVE})
             values ($1, (select coalesce(max(no), 0) + 1 from scan_graves where school = $1),
                     $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        );
        bind(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(school), &row.at, &row.leaf)
            .bind(i64::from(row.leaf.sheet))
            .bind(row.spot.clone())
            .bind(row.ground.clone())
            .bind(row.noted_at.clone())
            .bind(row.noted_by.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Puts on record that a person looked.
    pub async fn record_look(&mut self, row: &LookRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        let sql = format!(
            "insert into scan_looks (school, no, {LOOK})
             values ($1, (select coalesce(max(no), 0) + 1 from scan_looks where school = $1),
                     $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        bind(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(school), &row.at, &row.leaf)
            .bind(i64::from(row.differences))
            .bind(row.looked_at.clone())
            .bind(row.looked_by.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
