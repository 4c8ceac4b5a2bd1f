//! The school of a house and the policy in force: floor 1.

use sqlx::{AnyConnection, Row as _};

use super::{Db, Error, Tx};
use crate::domain::journal::School;
use crate::domain::merkle::Frontier;

/// A school as the house keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolRow {
    /// Names and town; `year` is empty here.
    pub school: School,
    /// Name of the policy in force.
    pub policy: String,
    /// Text of its file.
    pub policy_text: String,
    /// Minutes east of UTC.
    pub utc_offset_minutes: i32,
}

impl Db {
    /// Makes the school's row and the empty log; done once, when the house is made.
    pub async fn create_school(&self, row: &SchoolRow, at: &str) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(
            "insert into schools (school, name, short_name, town, policy, policy_text, utc_offset_minutes, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(self.school.clone())
        .bind(row.school.name.clone())
        .bind(row.school.short_name.clone())
        .bind(row.school.town.clone())
        .bind(row.policy.clone())
        .bind(row.policy_text.clone())
        .bind(i64::from(row.utc_offset_minutes))
        .bind(at.to_owned())
        .execute(&mut *tx)
        .await?;
        sqlx::query("insert into log_head (school, size, frontier, turn) values ($1, 0, $2, 0)")
            .bind(self.school.clone())
            .bind(Frontier::default().to_text())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The school's row; `None` before [`Db::create_school`].
    pub async fn find_school(&self) -> Result<Option<SchoolRow>, Error> {
        let row = sqlx::query(
            "select name, short_name, town, policy, policy_text, utc_offset_minutes from schools where school = $1",
        )
        .bind(self.school.clone())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SchoolRow {
            school: School {
                name: row.try_get(0)?,
                short_name: row.try_get(1)?,
                town: row.try_get(2)?,
                year: String::new(),
            },
            policy: row.try_get(3)?,
            policy_text: row.try_get(4)?,
            utc_offset_minutes: row.try_get::<i64, _>(5)? as i32,
        }))
    }
}

/// Names of a school for the journal of a year.
pub(super) async fn read_school(connection: &mut AnyConnection, school: &str, year: &str) -> Result<School, Error> {
    let row = sqlx::query("select name, short_name, town from schools where school = $1")
        .bind(school.to_owned())
        .fetch_one(connection)
        .await?;
    Ok(School { name: row.try_get(0)?, short_name: row.try_get(1)?, town: row.try_get(2)?, year: year.to_owned() })
}

impl Tx {
    /// Takes the school's names from a bundle.
    pub async fn rename_school(&mut self, school: &School) -> Result<(), Error> {
        let id = self.school().to_owned();
        sqlx::query("update schools set name = $2, short_name = $3, town = $4 where school = $1")
            .bind(id)
            .bind(school.name.clone())
            .bind(school.short_name.clone())
            .bind(school.town.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
