//! Learners' data beside the journal: numbers of personal files, checks of a class's data, names of before: floor 1.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::rows::{Kind::Text, Table};
use super::{Db, Error, Tx};

/// The table as the history of changes knows it.
pub(super) static PERSONAL_FILES: Table =
    Table { name: "personal_files", key: 1, columns: &[("learner", Text), ("file_no", Text)] };

/// A check of a class's data (сверка).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataCheck {
    /// School year.
    pub year: String,
    /// Class.
    pub class: String,
    /// Day for which the person answers, ISO.
    pub checked_on: String,
    /// Who.
    pub checked_by: String,
    /// When it was recorded, RFC 3339.
    pub at: String,
    /// Learners on the list then.
    pub learners: u64,
    /// What was found; empty: nothing.
    pub note: String,
}

impl Db {
    /// Numbers of personal files by learner, as the newest year has them.
    pub async fn list_personal_files(&self) -> Result<BTreeMap<String, String>, Error> {
        let rows = sqlx::query("select learner, file_no from personal_files where school = $1 order by year")
            .bind(self.school.clone())
            .fetch_all(&self.pool)
            .await?;
        // A later year takes the place of an earlier one; an empty number takes it away.
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for row in &rows {
            files.insert(row.try_get(0)?, row.try_get(1)?);
        }
        files.retain(|_, number| !number.is_empty());
        Ok(files)
    }

    /// Checks of a year's classes, oldest first.
    pub async fn list_data_checks(&self, year: &str) -> Result<Vec<DataCheck>, Error> {
        let rows = sqlx::query(
            "select year, class, checked_on, checked_by, at, learners, note from data_checks
             where school = $1 and year = $2 order by class, seq",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(DataCheck {
                    year: row.try_get(0)?,
                    class: row.try_get(1)?,
                    checked_on: row.try_get(2)?,
                    checked_by: row.try_get(3)?,
                    at: row.try_get(4)?,
                    learners: row.try_get::<i64, _>(5)? as u64,
                    note: row.try_get(6)?,
                })
            })
            .collect()
    }

    /// What learners were called before a change, by learner: surname and given name.
    pub async fn list_former_names(&self) -> Result<Vec<(String, [String; 2])>, Error> {
        let rows = sqlx::query(
            "select row_key, old_row, new_row from changes
             where school = $1 and tbl = 'learners' and old_row <> '' and new_row <> '' order by seq",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        let mut former = Vec::new();
        for row in &rows {
            let list = |at: usize| -> Result<Vec<String>, Error> {
                let text: String = row.try_get(at)?;
                serde_json::from_str(&text).map_err(|_| Error::Foreign { table: "changes", column: "row", value: text })
            };
            let (key, old, new) = (list(0)?, list(1)?, list(2)?);
            if let ([learner, ..], [surname, given_name, ..]) = (key.as_slice(), old.as_slice())
                && new.get(..2) != Some(&old[..2])
            {
                former.push((learner.clone(), [surname.clone(), given_name.clone()]));
            }
        }
        Ok(former)
    }
}

impl Tx {
    /// Records a check after those before it.
    pub async fn record_data_check(&mut self, done: &DataCheck) -> Result<(), Error> {
        let school = self.school().to_owned();
        let row = sqlx::query(
            "select cast(coalesce(max(seq), 0) + 1 as bigint) from data_checks where school = $1 and year = $2 and class = $3",
        )
        .bind(school.clone())
        .bind(done.year.clone())
        .bind(done.class.clone())
        .fetch_one(self.connection())
        .await?;
        let seq: i64 = row.try_get(0)?;
        sqlx::query(
            "insert into data_checks (school, year, class, seq, checked_on, checked_by, at, learners, note)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(done.year.clone())
        .bind(done.class.clone())
        .bind(seq)
        .bind(done.checked_on.clone())
        .bind(done.checked_by.clone())
        .bind(done.at.clone())
        .bind(done.learners as i64)
        .bind(done.note.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
