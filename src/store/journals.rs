//! The journal of a school year, and its closed periods: floor 1.
//!
//! A bundle is the state of the year: what it says is compared with what stands, and only the difference is written.

mod tables;

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row as _};

use super::rows::{Cells, Table};
use super::{Db, Error, Tx};
use crate::domain::journal::Journal;

/// A closed period of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosureRow {
    /// School year.
    pub year: String,
    /// Class name.
    pub class: String,
    /// Period's id.
    pub period: String,
    /// First day locked.
    pub starts: String,
    /// Last day locked.
    pub ends: String,
    /// When it was closed.
    pub closed_at: String,
    /// Who closed it.
    pub closed_by: String,
    /// Ground of closing in spite of findings, may be empty.
    pub ground: String,
}

/// One row that an import would change: table, the row's key in words, what stands and what comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Table.
    pub table: &'static str,
    /// Key and values as they stand, empty for a new row.
    pub old: Vec<String>,
    /// Key and values as they come, empty for a row that goes.
    pub new: Vec<String>,
}

/// How many of the first columns name a row of a table, and the names of all of them.
pub(super) fn layout(table: &str) -> Option<(usize, Vec<&'static str>)> {
    let table = tables::ALL.iter().find(|known| known.name == table)?;
    Some((table.key, table.columns.iter().map(|(name, _)| *name).collect()))
}

/// What an import writes into one table.
struct Difference<'a> {
    table: &'static Table,
    gone: Vec<Cells>,
    changed: Vec<(Cells, &'a Cells)>,
    new: Vec<&'a Cells>,
}

impl Db {
    /// The school years on record, newest last.
    pub async fn list_years(&self) -> Result<Vec<String>, Error> {
        let rows = sqlx::query("select distinct year from classes where school = $1 order by year")
            .bind(self.school.clone())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// The whole journal of a year.
    pub async fn load_journal(&self, year: &str) -> Result<Journal, Error> {
        let mut connection = self.pool.acquire().await?;
        let mut journal = load(&mut connection, &self.school, year).await?;
        journal.school = super::schools::read_school(&mut connection, &self.school, year).await?;
        Ok(journal)
    }

    /// The year's periods, staff, classes, learners, courses and groups; without lessons and what hangs on them, which are a hundred
    /// times as much.
    pub async fn load_roster(&self, year: &str) -> Result<Journal, Error> {
        let mut connection = self.pool.acquire().await?;
        let mut rows = HashMap::new();
        for table in tables::ROSTER {
            rows.insert(table.name, standing(&mut connection, table, &self.school, year).await?);
        }
        let mut roster = tables::from_rows(&rows)?;
        roster.school = super::schools::read_school(&mut connection, &self.school, year).await?;
        Ok(roster)
    }

    /// Lessons, marks, absences, final marks and decisions of one class's year; the other lists are empty.
    pub async fn load_class_entries(&self, year: &str, class: &str) -> Result<Journal, Error> {
        let mut connection = self.pool.acquire().await?;
        let mut rows = HashMap::new();
        for (table, filter) in tables::OF_CLASS {
            let found = sqlx::query(AssertSqlSafe(table.select(filter)))
                .bind(self.school.clone())
                .bind(year.to_owned())
                .bind(class.to_owned())
                .fetch_all(&mut *connection)
                .await?;
            rows.insert(table.name, found.iter().map(|row| table.read(row)).collect::<Result<Vec<_>, _>>()?);
        }
        tables::from_rows(&rows)
    }

    /// Closed periods of every class and year.
    pub async fn list_closures(&self) -> Result<Vec<ClosureRow>, Error> {
        let rows = sqlx::query(
            "select year, class, period, starts, ends, closed_at, closed_by, ground from closures
             where school = $1 order by year, class, period",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ClosureRow {
                    year: row.try_get(0)?,
                    class: row.try_get(1)?,
                    period: row.try_get(2)?,
                    starts: row.try_get(3)?,
                    ends: row.try_get(4)?,
                    closed_at: row.try_get(5)?,
                    closed_by: row.try_get(6)?,
                    ground: row.try_get(7)?,
                })
            })
            .collect()
    }

    /// Is there a member of staff with this identifier, in any year?
    pub async fn is_staff(&self, id: &str) -> Result<bool, Error> {
        let row = sqlx::query("select id from staff where school = $1 and id = $2 limit 1")
            .bind(self.school.clone())
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// When a bundle was imported, if it was.
    pub async fn find_bundle(&self, digest: &str) -> Result<Option<String>, Error> {
        let row = sqlx::query("select imported_at from bundles where school = $1 and digest = $2")
            .bind(self.school.clone())
            .bind(digest.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Digest and moment of every bundle, oldest first.
    pub async fn list_bundles(&self) -> Result<Vec<(String, String)>, Error> {
        let rows =
            sqlx::query("select digest, imported_at from bundles where school = $1 order by imported_at, digest")
                .bind(self.school.clone())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }
}

impl Tx {
    /// The whole journal of a year as this transaction sees it.
    pub async fn load_journal(&mut self, year: &str) -> Result<Journal, Error> {
        let school = self.school().to_owned();
        let mut journal = load(self.connection(), &school, year).await?;
        journal.school = super::schools::read_school(self.connection(), &school, year).await?;
        Ok(journal)
    }

    /// What importing this journal would change, as this transaction sees the year.
    pub async fn list_changes(&mut self, journal: &Journal) -> Result<Vec<Change>, Error> {
        let school = self.school().to_owned();
        let rows = tables::to_rows(journal);
        let mut changes = Vec::new();
        for difference in differences(self.connection(), &school, &journal.school.year, &rows).await? {
            let table = difference.table.name;
            let words = |cells: &Cells| cells.iter().map(tables::words).collect::<Vec<_>>();
            let gone = difference.gone.iter().map(|old| (words(old), Vec::new()));
            let changed = difference.changed.iter().map(|(old, new)| (words(old), words(new)));
            let new = difference.new.iter().map(|new| (Vec::new(), words(new)));
            changes.extend(gone.chain(changed).chain(new).map(|(old, new)| Change { table, old, new }));
        }
        Ok(changes)
    }

    /// Makes the year what the journal says: rows that go are deleted, changed ones updated, new ones inserted.
    pub async fn replace_journal(&mut self, journal: &Journal) -> Result<usize, Error> {
        let school = self.school().to_owned();
        let year = journal.school.year.clone();
        let rows = tables::to_rows(journal);
        let connection = self.connection();
        let mut written = 0;
        for difference in differences(connection, &school, &year, &rows).await? {
            let table = difference.table;
            for row in &difference.gone {
                table.delete(connection, &school, &year, row).await?;
            }
            for (_, row) in &difference.changed {
                table.update(connection, &school, &year, row).await?;
            }
            table.insert(connection, &school, &year, &difference.new).await?;
            written += difference.gone.len() + difference.changed.len() + difference.new.len();
        }
        Ok(written)
    }

    /// Puts an imported bundle on record.
    pub async fn record_bundle(&mut self, digest: &str, year: &str, at: &str, by: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("insert into bundles (school, digest, year, imported_at, imported_by) values ($1, $2, $3, $4, $5)")
            .bind(school)
            .bind(digest.to_owned())
            .bind(year.to_owned())
            .bind(at.to_owned())
            .bind(by.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Closes a period of a class; `Duplicate` when it is closed already.
    pub async fn record_closure(&mut self, row: &ClosureRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into closures (school, year, class, period, starts, ends, closed_at, closed_by, ground)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(row.year.clone())
        .bind(row.class.clone())
        .bind(row.period.clone())
        .bind(row.starts.clone())
        .bind(row.ends.clone())
        .bind(row.closed_at.clone())
        .bind(row.closed_by.clone())
        .bind(row.ground.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

async fn standing(
    connection: &mut sqlx::AnyConnection,
    table: &Table,
    school: &str,
    year: &str,
) -> Result<Vec<Cells>, Error> {
    let rows = sqlx::query(AssertSqlSafe(table.select("")))
        .bind(school.to_owned())
        .bind(year.to_owned())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| table.read(row)).collect()
}

async fn load(connection: &mut sqlx::AnyConnection, school: &str, year: &str) -> Result<Journal, Error> {
    let mut rows = HashMap::new();
    for table in tables::ALL {
        rows.insert(table.name, standing(&mut *connection, table, school, year).await?);
    }
    tables::from_rows(&rows)
}

async fn differences<'a>(
    connection: &mut sqlx::AnyConnection,
    school: &str,
    year: &str,
    rows: &'a [(&'static Table, Vec<Cells>)],
) -> Result<Vec<Difference<'a>>, Error> {
    let mut all = Vec::new();
    for (table, coming) in rows {
        let mut old: HashMap<Vec<_>, Cells> = standing(&mut *connection, table, school, year)
            .await?
            .into_iter()
            .map(|row| (row[..table.key].to_vec(), row))
            .collect();
        let mut difference = Difference { table, gone: Vec::new(), changed: Vec::new(), new: Vec::new() };
        for row in coming {
            match old.remove(&row[..table.key]) {
                None => difference.new.push(row),
                Some(same) if same == *row => {}
                Some(other) => difference.changed.push((other, row)),
            }
        }
        // Sorted, because a hash map's order must not decide the order of writes and findings.
        difference.gone = old.into_values().collect();
        difference.gone.sort();
        all.push(difference);
    }
    Ok(all)
}
