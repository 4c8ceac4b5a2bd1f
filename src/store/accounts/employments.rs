//! Staff hired and dismissed by orders: floor 1.

use chrono::NaiveDate;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::domain::employment::{Employment, Span};
use crate::domain::setup::stays::OrderMark;
use crate::store::rows::{Kind::Text, Table};
use crate::store::{Db, Error};

/// The table as the history of changes knows it.
pub(in crate::store) static EMPLOYMENTS: Table = Table {
    name: "employments",
    key: 1,
    columns: &[
        ("id", Text),
        ("person", Text),
        ("subject", Text),
        ("room", Text),
        ("hired_on", Text),
        ("hire_order", Text),
        ("hire_order_date", Text),
        ("left_on", Text),
        ("leave_order", Text),
        ("leave_order_date", Text),
    ],
};

const COLUMNS: &str = "id, year, person, subject, room, hired_on, hire_order, hire_order_date, left_on, leave_order,
    leave_order_date";

/// A day of a column; empty is none.
pub(super) fn day(column: &'static str, text: String) -> Result<Option<NaiveDate>, Error> {
    match (text.is_empty(), text.parse()) {
        (true, _) => Ok(None),
        (false, Ok(day)) => Ok(Some(day)),
        (false, Err(_)) => Err(Error::Foreign { table: "employments", column, value: text }),
    }
}

fn employment(row: &AnyRow) -> Result<Employment, Error> {
    let order = |number: usize, date: usize| -> Result<OrderMark, Error> {
        Ok(OrderMark { number: row.try_get(number)?, date: day("order_date", row.try_get(date)?)? })
    };
    Ok(Employment {
        id: row.try_get(0)?,
        year: row.try_get(1)?,
        person: row.try_get(2)?,
        subject: row.try_get(3)?,
        room: row.try_get(4)?,
        hired_on: day("hired_on", row.try_get(5)?)?,
        hire_order: order(6, 7)?,
        left_on: day("left_on", row.try_get(8)?)?,
        leave_order: order(9, 10)?,
    })
}

/// An employment's columns after its key, as texts in the table's order.
pub fn employment_cells(one: &Employment) -> Vec<String> {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    vec![
        one.person.clone(),
        one.subject.clone(),
        one.room.clone(),
        day(one.hired_on),
        one.hire_order.number.clone(),
        day(one.hire_order.date),
        day(one.left_on),
        one.leave_order.number.clone(),
        day(one.leave_order.date),
    ]
}

impl Db {
    /// Every employment of the school, by identifier.
    pub async fn list_employments(&self) -> Result<Vec<Employment>, Error> {
        let sql = format!("select {COLUMNS} from employments where school = $1 order by id");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(employment).collect()
    }

    /// Days of every employment of a person.
    pub async fn list_spans_of(&self, person: &str) -> Result<Vec<Span>, Error> {
        let rows =
            sqlx::query("select hired_on, left_on from employments where school = $1 and person = $2 order by id")
                .bind(self.school.clone())
                .bind(person.to_owned())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|row| Ok((day("hired_on", row.try_get(0)?)?, day("left_on", row.try_get(1)?)?))).collect()
    }
}
