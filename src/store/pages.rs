//! Lists of the documented interface, a page at a time: floor 1.
//!
//! A page begins after a key, not after a number of rows: rows that come in meanwhile neither repeat nor hide any.

use sqlx::{AssertSqlSafe, Row as _};

use super::{Db, Error};

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `text`.
    Text,
    /// `bigint`.
    Int,
    /// `text` that holds canonical JSON; empty is null.
    Json,
}

/// A value of a row or of a condition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
}

/// A list that can be read page by page.
#[derive(Debug)]
pub struct Listing {
    /// What stands after `from`.
    pub table: &'static str,
    /// Columns with their types.
    pub columns: &'static [(&'static str, Type)],
    /// Columns that name a row, in the order of the list; each is among the columns.
    pub key: &'static [&'static str],
    /// Has the table a school year?
    pub yearly: bool,
}

use Type::{Int, Json, Text};

/// Rows of a table of the journal.
const fn yearly(
    table: &'static str,
    key: &'static [&'static str],
    columns: &'static [(&'static str, Type)],
) -> Listing {
    Listing { table, columns, key, yearly: true }
}

/// Rows of the house itself.
const fn lasting(
    table: &'static str,
    key: &'static [&'static str],
    columns: &'static [(&'static str, Type)],
) -> Listing {
    Listing { table, columns, key, yearly: false }
}

/// School years on record.
pub static YEARS: Listing =
    lasting("(select distinct school, year from classes) as years", &["year"], &[("year", Text)]);
/// Periods.
pub static PERIODS: Listing = yearly(
    "periods",
    &["id"],
    &[
        ("id", Text),
        ("name", Text),
        ("kind", Text),
        ("grade_from", Int),
        ("grade_to", Int),
        ("starts", Text),
        ("ends", Text),
    ],
);
/// Classes, 1А before 10А.
pub static CLASSES: Listing =
    yearly("classes", &["grade", "name"], &[("name", Text), ("grade", Int), ("class_teacher", Text)]);
/// Learners with their stay.
pub static LEARNERS: Listing = yearly(
    "learners",
    &["id"],
    &[
        ("id", Text),
        ("surname", Text),
        ("given_name", Text),
        ("patronymic", Text),
        ("born", Text),
        ("class", Text),
        ("enrolled_on", Text),
        ("enrolment_order", Text),
        ("left_on", Text),
        ("leaving_order", Text),
    ],
);
/// Staff.
pub static STAFF: Listing = yearly(
    "staff",
    &["id"],
    &[("id", Text), ("surname", Text), ("given_name", Text), ("patronymic", Text), ("position", Text), ("roles", Text)],
);
/// Courses.
pub static COURSES: Listing = yearly(
    "courses",
    &["id"],
    &[("id", Text), ("class", Text), ("subject", Text), ("group_name", Text), ("teacher", Text), ("hours_centi", Int)],
);
/// Who is taught in a course.
pub static MEMBERS: Listing = yearly("group_members", &["course", "learner"], &[("course", Text), ("learner", Text)]);
/// Lessons.
pub static LESSONS: Listing = yearly(
    "lessons",
    &["course", "date", "number"],
    &[
        ("course", Text),
        ("date", Text),
        ("number", Int),
        ("topic", Text),
        ("homework", Text),
        ("kind_of_work", Text),
        ("substitute", Text),
    ],
);
/// Marks.
pub static MARKS: Listing = yearly(
    "marks",
    &["course", "date", "number", "learner", "ordinal"],
    &[
        ("course", Text),
        ("date", Text),
        ("number", Int),
        ("learner", Text),
        ("ordinal", Int),
        ("kind_of_work", Text),
        ("value", Text),
    ],
);
/// Absences.
pub static ABSENCES: Listing = yearly(
    "absences",
    &["course", "date", "number", "learner"],
    &[("course", Text), ("date", Text), ("number", Int), ("learner", Text), ("code", Text)],
);
/// Final marks.
pub static FINAL_MARKS: Listing = yearly(
    "final_marks",
    &["course", "learner", "period"],
    &[("course", Text), ("learner", Text), ("period", Text), ("value", Text)],
);
/// Changes of rows, in the order in which they were made.
pub static CHANGES: Listing = lasting(
    "changes",
    &["seq"],
    &[
        ("seq", Int),
        ("event_idx", Int),
        ("at", Text),
        ("actor", Text),
        ("tbl", Text),
        ("year", Text),
        ("row_key", Json),
        ("old_row", Json),
        ("new_row", Json),
        ("undoes", Int),
    ],
);
/// Versions of copies.
pub static COPIES: Listing = lasting(
    "copies",
    &["id", "version"],
    &[
        ("id", Text),
        ("version", Int),
        ("year", Text),
        ("class", Text),
        ("period", Text),
        ("number", Text),
        ("kind", Text),
        ("state", Text),
        ("snapshot", Text),
        ("sheets", Int),
        ("pages", Int),
        ("issued_at", Text),
        ("issued_pdf", Text),
    ],
);
/// Lines of the register.
pub static REGISTER: Listing = lasting(
    "register",
    &["no"],
    &[
        ("no", Int),
        ("copy", Text),
        ("version", Int),
        ("number", Text),
        ("kind", Text),
        ("year", Text),
        ("class", Text),
        ("period", Text),
        ("sealed_at", Text),
        ("sheets", Int),
        ("pages", Int),
        ("object", Text),
        ("sealed_pdf", Text),
        ("snapshot", Text),
        ("keep_through", Text),
    ],
);
/// Signed checkpoints of the audit log.
pub static CHECKPOINTS: Listing =
    lasting("checkpoints", &["size"], &[("size", Int), ("root", Text), ("signed_at", Text), ("note", Text)]);

/// A condition on a list: SQL of this program with `{}` for each place of the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// `course = {}`.
    pub sql: &'static str,
    /// The value.
    pub value: Value,
}

/// Which rows of a list are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// School year; ignored by lists that have none.
    pub year: String,
    /// Conditions, all of which hold.
    pub conditions: Vec<Condition>,
    /// Key of the last row seen; empty for the first page.
    pub after: Vec<Value>,
    /// At most so many rows.
    pub limit: u32,
}

impl Listing {
    /// Do these values fit the key?
    pub fn is_key(&self, values: &[Value]) -> bool {
        let kind = |name: &&str| self.columns.iter().find(|(column, _)| column == name).map(|(_, kind)| *kind);
        let fits = |(name, value): (&&str, &Value)| {
            matches!((kind(name), value), (Some(Int), Value::Int(_)) | (Some(Text), Value::Text(_)))
        };
        values.len() == self.key.len() && self.key.iter().zip(values).all(fits)
    }

    /// Key of a row.
    pub fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let place = |name: &&str| self.columns.iter().position(|(column, _)| column == name);
        self.key.iter().filter_map(place).filter_map(|at| row.get(at).cloned()).collect()
    }
}

impl Db {
    /// One page of a list of this school, by key.
    pub async fn list_page(&self, listing: &Listing, wanted: &Wanted) -> Result<Vec<Vec<Value>>, Error> {
        let names = listing.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let mut sql = format!("select {names} from {} where school = $1", listing.table);
        let mut values = vec![Value::Text(self.school.clone())];
        if listing.yearly {
            values.push(Value::Text(wanted.year.clone()));
            sql.push_str(" and year = $2");
        }
        for condition in &wanted.conditions {
            values.push(condition.value.clone());
            sql.push_str(" and ");
            sql.push_str(&condition.sql.replace("{}", &format!("${}", values.len())));
        }
        let key = listing.key.join(", ");
        if !wanted.after.is_empty() {
            let places: Vec<String> = (0..wanted.after.len()).map(|at| format!("${}", values.len() + 1 + at)).collect();
            values.extend(wanted.after.iter().cloned());
            sql.push_str(&format!(" and ({key}) > ({})", places.join(", ")));
        }
        sql.push_str(&format!(" order by {key} limit ${}", values.len() + 1));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Int(number) => query.bind(number),
            };
        }
        let rows = query.bind(i64::from(wanted.limit)).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                let read = |(at, (_, kind)): (usize, &(&str, Type))| {
                    Ok(match kind {
                        Text | Json => Value::Text(row.try_get(at)?),
                        Int => Value::Int(row.try_get(at)?),
                    })
                };
                listing.columns.iter().enumerate().map(read).collect()
            })
            .collect()
    }
}
