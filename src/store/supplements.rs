//! Supplements of copies and the late entries that they are made of: floor 1.

use std::collections::BTreeMap;

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Db, Error, Tx};

/// A row of the journal, table and key, with the time at which it was made as it stands, RFC 3339.
pub type LateRow = ((String, Vec<String>), String);

/// A supplement from its opening on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplementRow {
    /// Its identifier as a copy of its own.
    pub id: String,
    /// The copy that it belongs to.
    pub copy: String,
    /// Version of that copy.
    pub version: u32,
    /// Number, from 1 for each copy; one that was put away unused is given to the next opening.
    pub no: u32,
    /// School year.
    pub year: String,
    /// Class name.
    pub class: String,
    /// Period's id.
    pub period: String,
    /// The last line of the history before the opening: what came after is late.
    pub since: u64,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// By whom.
    pub opened_by: String,
    /// Why, in words; empty when the closing opened it by itself.
    pub ground: String,
    /// `frozen`, `withdrawn`, `reissued`; empty while late entries are taken.
    pub outcome: String,
    /// When it ended, RFC 3339; empty while it is open.
    pub ended_at: String,
}

impl SupplementRow {
    /// Did it end without a supplement: nothing came, or the next version of the copy took up what did?
    pub fn is_unused(&self) -> bool {
        matches!(self.outcome.as_str(), "withdrawn" | "reissued")
    }
}

const SELECT: &str = "
    select s.id, s.copy, s.version, s.no, s.year, s.class, s.period, s.since, s.opened_at, s.opened_by, s.ground,
           coalesce(e.outcome, ''), coalesce(e.ended_at, '')
    from supplements s left join supplement_ends e on e.school = s.school and e.id = s.id
    where s.school = $1 order by s.copy, s.no, s.since, s.id";

fn read(row: &AnyRow) -> Result<SupplementRow, Error> {
    Ok(SupplementRow {
        id: row.try_get(0)?,
        copy: row.try_get(1)?,
        version: row.try_get::<i64, _>(2)? as u32,
        no: row.try_get::<i64, _>(3)? as u32,
        year: row.try_get(4)?,
        class: row.try_get(5)?,
        period: row.try_get(6)?,
        since: row.try_get::<i64, _>(7)? as u64,
        opened_at: row.try_get(8)?,
        opened_by: row.try_get(9)?,
        ground: row.try_get(10)?,
        outcome: row.try_get(11)?,
        ended_at: row.try_get(12)?,
    })
}

impl Db {
    /// Every supplement ever opened, by copy and number.
    pub async fn list_supplements(&self) -> Result<Vec<SupplementRow>, Error> {
        let rows = sqlx::query(SELECT).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// Rows of a year that came after a line of the history and no later than another, and stand.
    pub async fn list_rows_since(&self, year: &str, since: u64, until: Option<u64>) -> Result<Vec<LateRow>, Error> {
        let rows = sqlx::query(
            "select tbl, row_key, at,
                    cast(case when old_row = '' then 1 else 0 end as bigint),
                    cast(case when new_row = '' then 1 else 0 end as bigint)
             from changes
             where school = $1 and year = $2 and seq > $3 and seq <= $4 and tbl in ('lessons', 'marks', 'absences', 'final_marks')
             order by seq",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .bind(since as i64)
        .bind(until.map_or(i64::MAX, |until| until as i64))
        .fetch_all(&self.pool)
        .await?;
        // A row is late when its first line since began with nothing, and stands when its last one left something.
        let mut lines: BTreeMap<(String, String), (bool, bool, String)> = BTreeMap::new();
        for row in &rows {
            let (came, went): (i64, i64) = (row.try_get(3)?, row.try_get(4)?);
            let line = lines.entry((row.try_get(0)?, row.try_get(1)?)).or_insert((came == 1, true, String::new()));
            (line.1, line.2) = (went == 0, row.try_get(2)?);
        }
        let late = lines.into_iter().filter(|(_, (came, stands, _))| *came && *stands);
        late.map(|((table, key), (_, _, at))| {
            let foreign = |_| Error::Foreign { table: "changes", column: "row_key", value: key.clone() };
            Ok(((table, serde_json::from_str(&key).map_err(foreign)?), at))
        })
        .collect()
    }
}

impl Tx {
    /// Every supplement as this transaction sees it, by copy and number.
    pub async fn list_supplements(&mut self) -> Result<Vec<SupplementRow>, Error> {
        let school = self.school().to_owned();
        let rows = sqlx::query(SELECT).bind(school).fetch_all(self.connection()).await?;
        rows.iter().map(read).collect()
    }

    /// Opens a supplement from the present end of the history on: late entries of its period are taken. The row's own `since` is not asked for;
    /// the one that was written comes back.
    pub async fn open_supplement(&mut self, row: &SupplementRow) -> Result<u64, Error> {
        let school = self.school().to_owned();
        let last = sqlx::query("select cast(coalesce(max(seq), 0) as bigint) from changes where school = $1")
            .bind(school.clone())
            .fetch_one(self.connection())
            .await?;
        let since: i64 = last.try_get(0)?;
        sqlx::query(
            "insert into supplements (school, id, copy, version, no, year, class, period, since, opened_at, opened_by, ground)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(school)
        .bind(row.id.clone())
        .bind(row.copy.clone())
        .bind(i64::from(row.version))
        .bind(i64::from(row.no))
        .bind(row.year.clone())
        .bind(row.class.clone())
        .bind(row.period.clone())
        .bind(since)
        .bind(row.opened_at.clone())
        .bind(row.opened_by.clone())
        .bind(row.ground.clone())
        .execute(self.connection())
        .await?;
        Ok(since as u64)
    }

    /// Ends a supplement's taking of entries; `Duplicate` when it has ended before.
    pub async fn end_supplement(&mut self, id: &str, outcome: &str, at: &str, by: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into supplement_ends (school, id, outcome, ended_at, ended_by) values ($1, $2, $3, $4, $5)",
        )
        .bind(school)
        .bind(id.to_owned())
        .bind(outcome.to_owned())
        .bind(at.to_owned())
        .bind(by.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
