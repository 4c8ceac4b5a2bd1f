//! Who looked at whose data (SEC-07): floor 1. The table only grows.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::{Db, Error};

/// One look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    /// Identifier: the moment and a random part, so that later looks sort last.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// Who looked.
    pub by: String,
    /// Under which office: «классный руководитель (5А)».
    pub office: String,
    /// `class`, a list of a class (`check`, `groups`, `plans`, `movement`), `course`, `learner`, `card`, `copy`, `person`, `access`.
    pub what: String,
    /// Identifier or class name.
    pub subject: String,
    /// Class of the subject, empty where there is none.
    pub class: String,
    /// School year.
    pub year: String,
}

/// Which looks are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked<'a> {
    /// At this learner: the learner's own pages and log of looks, and in each year the pages of the class then, its lists, courses and copies.
    AtLearner {
        /// Identifier.
        learner: &'a str,
        /// School year and class, a pair for each class that the learner was ever in.
        classes: &'a [(String, String)],
    },
    /// At one subject, whatever it is.
    At {
        /// Kind of subject.
        what: &'a str,
        /// Identifier.
        subject: &'a str,
    },
    /// By this person.
    By(&'a str),
    /// Everything.
    Everything,
}

/// Rows of one statement: as for every bulk insert on SQLite, 20 to 50 are fastest.
const BATCH: usize = 40;

const COLUMNS: &str = "id, at, by_person, office, what, subject, class, year";

fn row_of(row: &AnyRow) -> Result<AccessRow, Error> {
    Ok(AccessRow {
        id: row.try_get(0)?,
        at: row.try_get(1)?,
        by: row.try_get(2)?,
        office: row.try_get(3)?,
        what: row.try_get(4)?,
        subject: row.try_get(5)?,
        class: row.try_get(6)?,
        year: row.try_get(7)?,
    })
}

impl Db {
    /// Writes looks down, many in one statement: no change of the school's data, so there is no event.
    pub async fn note_access(&self, rows: &[AccessRow]) -> Result<(), Error> {
        for batch in rows.chunks(BATCH) {
            let tuple = |row: usize| {
                let cells = (0..8).map(|cell| format!("${}", 2 + row * 8 + cell)).collect::<Vec<_>>().join(", ");
                format!("($1, {cells})")
            };
            let tuples = (0..batch.len()).map(tuple).collect::<Vec<_>>().join(", ");
            let sql = format!("insert into access_notes (school, {COLUMNS}) values {tuples}");
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.school.clone());
            for row in batch {
                for cell in [&row.id, &row.at, &row.by, &row.office, &row.what, &row.subject, &row.class, &row.year] {
                    query = query.bind(cell.clone());
                }
            }
            query.execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Looks since a moment, newest first, a page of them; `before` is the last identifier of the page before, empty for the first.
    pub async fn list_access(
        &self,
        looked: &Looked<'_>,
        since: &str,
        before: &str,
        limit: u32,
    ) -> Result<Vec<AccessRow>, Error> {
        let (filter, values): (String, Vec<&str>) = match *looked {
            Looked::AtLearner { learner, classes } => {
                let pair = |at: usize| format!("(year = ${} and class = ${})", 5 + at * 2, 6 + at * 2);
                let pairs = (0..classes.len()).map(pair).collect::<Vec<_>>().join(" or ");
                let of_class = match classes {
                    [] => String::new(),
                    _ => format!(" or (what not in ('learner', 'card') and ({pairs}))"),
                };
                let values = classes.iter().flat_map(|(year, class)| [year.as_str(), class.as_str()]);
                (
                    format!("((what in ('learner', 'card', 'access') and subject = $4){of_class})"),
                    std::iter::once(learner).chain(values).collect(),
                )
            }
            Looked::At { what, subject } => ("(what = $4 and subject = $5)".to_owned(), vec![what, subject]),
            Looked::By(person) => ("(by_person = $4)".to_owned(), vec![person]),
            Looked::Everything => ("1 = 1".to_owned(), Vec::new()),
        };
        let sql = format!(
            "select {COLUMNS} from access_notes where school = $1 and at >= $2 and ($3 = '' or id < $3) and {filter}
             order by id desc limit {limit}"
        );
        let mut query =
            sqlx::query(AssertSqlSafe(sql)).bind(self.school.clone()).bind(since.to_owned()).bind(before.to_owned());
        for value in values {
            query = query.bind(value.to_owned());
        }
        query.fetch_all(&self.pool).await?.iter().map(row_of).collect()
    }

    /// School year and class of every class that a learner was ever in, the earliest first.
    pub async fn list_classes_of_learner(&self, learner: &str) -> Result<Vec<(String, String)>, Error> {
        let rows = sqlx::query(
            "select year, class from learners where school = $1 and id = $2
             union select year, class from stays where school = $1 and learner = $2 order by year, class",
        )
        .bind(self.school.clone())
        .bind(learner.to_owned())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }
}
