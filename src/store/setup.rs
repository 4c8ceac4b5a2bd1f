//! The year's set-up beside the journal, and the years that are closed by order: floor 1.
//!
//! Reads only, but for the line of a closed year: rows of the set-up change through the history (`store::changes`) like the journal's.

pub(super) mod tables;

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rows::{Cells, Table, words};
use super::{Db, Error, Tx, journals};
use crate::domain::journal::Journal;
use crate::domain::setup::{Rows, Setup, Stay};
use crate::domain::tenure::EarlierTeacher;

/// A closed school year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedYearRow {
    /// School year.
    pub year: String,
    /// When it was closed.
    pub closed_at: String,
    /// Who closed it.
    pub closed_by: String,
    /// Number of the head's order.
    pub order_number: String,
    /// Its day, ISO.
    pub order_date: String,
    /// The year that closing opened.
    pub next_year: String,
}

async fn cells(connection: &mut AnyConnection, table: &Table, school: &str, year: &str) -> Result<Vec<Cells>, Error> {
    let rows = sqlx::query(AssertSqlSafe(table.select("")))
        .bind(school.to_owned())
        .bind(year.to_owned())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| table.read(row)).collect()
}

async fn read(
    connection: &mut AnyConnection,
    table: &Table,
    school: &str,
    year: &str,
) -> Result<Vec<Vec<String>>, Error> {
    let rows = cells(connection, table, school, year).await?;
    Ok(rows.iter().map(|row| row.iter().map(words).collect()).collect())
}

async fn read_all(connection: &mut AnyConnection, school: &str, year: &str) -> Result<Rows, Error> {
    let mut rows = Rows::new();
    for table in tables::ALL {
        rows.insert(table.name, read(&mut *connection, table, school, year).await?);
    }
    Ok(rows)
}

/// The stays on record: the journal shows a learner also in the classes of earlier ones.
pub(super) async fn stays(connection: &mut AnyConnection, school: &str, year: &str) -> Result<Vec<Stay>, Error> {
    let rows = read(connection, &tables::STAYS, school, year).await?;
    Ok(rows.iter().filter_map(|row| Stay::from_cells(row)).collect())
}

/// Teachers who had a course before its present one.
pub(super) async fn earlier_teachers(
    connection: &mut AnyConnection,
    school: &str,
    year: &str,
) -> Result<Vec<EarlierTeacher>, Error> {
    let rows = read(connection, &tables::EARLIER_TEACHERS, school, year).await?;
    Ok(rows.iter().filter_map(|row| EarlierTeacher::from_cells(row)).collect())
}

fn find(name: &str) -> Result<&'static Table, Error> {
    let known = tables::ALL.into_iter().chain(journals::tables::ALL).find(|known| known.name == name);
    known.ok_or_else(|| Error::Missing(format!("таблица {name}")))
}

impl Db {
    /// All that is set up for a year.
    pub async fn load_setup(&self, year: &str) -> Result<Setup, Error> {
        let mut connection = self.pool.acquire().await?;
        Ok(Setup::from_rows(&read_all(&mut connection, &self.school, year).await?))
    }

    /// Who and what a year has, without what happened in it (lessons, marks, absences, final marks), and its set-up.
    pub async fn load_year(&self, year: &str) -> Result<(Journal, Setup), Error> {
        const HAPPENED: [&str; 4] = ["lessons", "marks", "absences", "final_marks"];
        let mut connection = self.pool.acquire().await?;
        let mut rows = HashMap::new();
        for table in journals::tables::ALL.into_iter().filter(|table| !HAPPENED.contains(&table.name)) {
            rows.insert(table.name, cells(&mut connection, table, &self.school, year).await?);
        }
        let mut journal = journals::tables::from_rows(&rows)?;
        journal.school = super::schools::read_school(&mut connection, &self.school, year).await?;
        let setup = Setup::from_rows(&read_all(&mut connection, &self.school, year).await?);
        journal.take_earlier_stays(&setup.stays);
        journal.earlier_teachers = setup.earlier_teachers.clone();
        Ok((journal, setup))
    }

    /// Rows of one table of the year, the journal's among them, in the order of their keys; `Missing` for a table of another kind.
    pub async fn list_year_rows(&self, table: &str, year: &str) -> Result<Vec<Vec<String>>, Error> {
        let table = find(table)?;
        let mut connection = self.pool.acquire().await?;
        read(&mut connection, table, &self.school, year).await
    }

    /// Has a course lessons, marks, absences or final marks?
    pub async fn has_course_records(&self, year: &str, course: &str) -> Result<bool, Error> {
        for table in ["lessons", "marks", "absences", "final_marks"] {
            let sql = format!("select 1 from {table} where school = $1 and year = $2 and course = $3 limit 1");
            let row = sqlx::query(AssertSqlSafe(sql))
                .bind(self.school.clone())
                .bind(year.to_owned())
                .bind(course.to_owned())
                .fetch_optional(&self.pool)
                .await?;
            if row.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Codes of people and courses that were given once, whether or not their rows stand: whoever comes next gets none of them. A person whose
    /// row was taken back may have left a login, an appointment, a certificate, a parent behind.
    pub async fn list_spent_codes(&self) -> Result<Vec<String>, Error> {
        let rows = sqlx::query(
            "select id from staff where school = $1 union select id from learners where school = $1
             union select id from courses where school = $1
             union select person from accounts where school = $1 union select person from appointments where school = $1
             union select learner from guardian_learners where school = $1 union select owner from certificates where school = $1
             union select row_key from changes where school = $1 and tbl in ('staff', 'learners', 'courses')",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        let mut codes = Vec::with_capacity(rows.len());
        for row in &rows {
            let told: String = row.try_get(0)?;
            // The history has the key as a canonical JSON array, its code first.
            let key = Some(&told).filter(|told| told.starts_with('[')).and_then(|told| serde_json::from_str(told).ok());
            codes.push(key.and_then(|key: Vec<String>| key.into_iter().next()).unwrap_or(told));
        }
        Ok(codes)
    }

    /// Closed years, oldest first.
    pub async fn list_closed_years(&self) -> Result<Vec<ClosedYearRow>, Error> {
        let rows = sqlx::query(
            "select year, closed_at, closed_by, order_number, order_date, next_year from closed_years
             where school = $1 order by year",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ClosedYearRow {
                    year: row.try_get(0)?,
                    closed_at: row.try_get(1)?,
                    closed_by: row.try_get(2)?,
                    order_number: row.try_get(3)?,
                    order_date: row.try_get(4)?,
                    next_year: row.try_get(5)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// All that is set up for a year, as this transaction sees it.
    pub async fn load_setup(&mut self, year: &str) -> Result<Setup, Error> {
        let school = self.school().to_owned();
        Ok(Setup::from_rows(&read_all(self.connection(), &school, year).await?))
    }

    /// Rows of one table of a year, as this transaction sees them; see [`Db::list_year_rows`].
    pub async fn list_year_rows(&mut self, table: &str, year: &str) -> Result<Vec<Vec<String>>, Error> {
        let (table, school) = (find(table)?, self.school().to_owned());
        read(self.connection(), table, &school, year).await
    }

    /// Closes a year: from here its tables are read-only. `Duplicate` when it is closed already.
    pub async fn close_year(&mut self, row: &ClosedYearRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into closed_years (school, year, closed_at, closed_by, order_number, order_date, next_year)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(school)
        .bind(row.year.clone())
        .bind(row.closed_at.clone())
        .bind(row.closed_by.clone())
        .bind(row.order_number.clone())
        .bind(row.order_date.clone())
        .bind(row.next_year.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Opens a closed year again; `YearInUse` once lessons, marks or decisions stand in the next one.
    pub async fn reopen_year(&mut self, year: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("delete from closed_years where school = $1 and year = $2")
            .bind(school)
            .bind(year.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
