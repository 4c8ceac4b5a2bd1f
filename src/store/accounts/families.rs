//! Names of people of every kind, and families: parents with their learners: floor 1.

use std::collections::BTreeMap;

use sqlx::Row as _;

use crate::domain::names;
use crate::store::{Db, Error, Tx};

/// A parent or another legal representative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardianRow {
    /// Identifier: `P00001`.
    pub id: String,
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Learners.
    pub learners: Vec<String>,
}

/// A person's name, and what kind of person it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    /// Identifier.
    pub id: String,
    /// `staff`, `learner`, `guardian`.
    pub kind: &'static str,
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Position of staff, class of a learner, empty for a parent.
    pub place: String,
}

impl PersonName {
    /// «Агатова М.П.».
    pub fn short(&self) -> String {
        names::short_name(&self.surname, &self.given_name, &self.patronymic)
    }

    /// «Агатова Мария Петровна».
    pub fn full(&self) -> String {
        names::full_name(&self.surname, &self.given_name, &self.patronymic)
    }
}

const PEOPLE: [(&str, &str); 3] = [
    (
        "staff",
        "select id, surname, given_name, patronymic, position from staff where school = $1 and year = $2 order by id",
    ),
    (
        "learner",
        "select id, surname, given_name, patronymic, class from learners where school = $1 and year = $2 order by id",
    ),
    (
        "guardian",
        "select id, surname, given_name, patronymic, '' from guardians where school = $1 and $2 <> '' order by id",
    ),
];

impl Db {
    /// Everybody of a year: staff, learners, parents.
    pub async fn list_people(&self, year: &str) -> Result<Vec<PersonName>, Error> {
        let mut people = Vec::new();
        for (kind, sql) in PEOPLE {
            let rows = sqlx::query(sql).bind(self.school.clone()).bind(year.to_owned()).fetch_all(&self.pool).await?;
            for row in &rows {
                people.push(PersonName {
                    id: row.try_get(0)?,
                    kind,
                    surname: row.try_get(1)?,
                    given_name: row.try_get(2)?,
                    patronymic: row.try_get(3)?,
                    place: row.try_get(4)?,
                });
            }
        }
        Ok(people)
    }

    /// First day in the class and first day no longer in it, by learner of a year, as ISO days; the second is empty while nothing says it.
    pub async fn list_stay_days(&self, year: &str) -> Result<BTreeMap<String, (String, String)>, Error> {
        let sql = "select id, enrolled_on, left_on from learners where school = $1 and year = $2";
        let rows = sqlx::query(sql).bind(self.school.clone()).bind(year.to_owned()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?)))).collect()
    }

    /// One person by identifier, as the newest year knows the name.
    pub async fn find_person(&self, id: &str) -> Result<Option<PersonName>, Error> {
        const ONE: [(&str, &str); 3] = [
            (
                "staff",
                "select surname, given_name, patronymic, position from staff where school = $1 and id = $2
                 order by year desc limit 1",
            ),
            (
                "learner",
                "select surname, given_name, patronymic, class from learners where school = $1 and id = $2
                 order by year desc limit 1",
            ),
            ("guardian", "select surname, given_name, patronymic, '' from guardians where school = $1 and id = $2"),
        ];
        for (kind, sql) in ONE {
            let row = sqlx::query(sql).bind(self.school.clone()).bind(id.to_owned()).fetch_optional(&self.pool).await?;
            if let Some(row) = row {
                return Ok(Some(PersonName {
                    id: id.to_owned(),
                    kind,
                    surname: row.try_get(0)?,
                    given_name: row.try_get(1)?,
                    patronymic: row.try_get(2)?,
                    place: row.try_get(3)?,
                }));
            }
        }
        Ok(None)
    }

    /// Every parent with the learners of today.
    pub async fn list_guardians(&self) -> Result<Vec<GuardianRow>, Error> {
        let rows = sqlx::query(
            "select g.id, g.surname, g.given_name, g.patronymic, coalesce(l.learner, '') from guardians g
             left join guardian_learners l on l.school = g.school and l.guardian = g.id and l.until = ''
             where g.school = $1 order by g.id, l.learner",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        let mut guardians: Vec<GuardianRow> = Vec::new();
        for row in &rows {
            let (id, learner): (String, String) = (row.try_get(0)?, row.try_get(4)?);
            if guardians.last().is_none_or(|last| last.id != id) {
                guardians.push(GuardianRow {
                    id,
                    surname: row.try_get(1)?,
                    given_name: row.try_get(2)?,
                    patronymic: row.try_get(3)?,
                    learners: Vec::new(),
                });
            }
            if let Some(last) = guardians.last_mut().filter(|_| !learner.is_empty()) {
                last.learners.push(learner);
            }
        }
        Ok(guardians)
    }
}

impl Tx {
    /// Writes a parent and the learners; those no longer named end on the day.
    pub async fn write_guardian(&mut self, row: &GuardianRow, day: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into guardians (school, id, surname, given_name, patronymic) values ($1, $2, $3, $4, $5)
             on conflict (school, id) do update set surname = $3, given_name = $4, patronymic = $5",
        )
        .bind(school.clone())
        .bind(row.id.clone())
        .bind(row.surname.clone())
        .bind(row.given_name.clone())
        .bind(row.patronymic.clone())
        .execute(self.connection())
        .await?;
        sqlx::query("update guardian_learners set until = $3 where school = $1 and guardian = $2 and until = ''")
            .bind(school.clone())
            .bind(row.id.clone())
            .bind(day.to_owned())
            .execute(self.connection())
            .await?;
        for learner in &row.learners {
            sqlx::query(
                "insert into guardian_learners (school, guardian, learner, since, until) values ($1, $2, $3, $4, '')
                 on conflict (school, guardian, learner) do update set until = ''",
            )
            .bind(school.clone())
            .bind(row.id.clone())
            .bind(learner.clone())
            .bind(day.to_owned())
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }

    /// The next number of a counter of the school, from 1: identifiers of appointments, parents, logins.
    pub async fn next_number(&mut self, counter: &str) -> Result<u64, Error> {
        let school = self.school().to_owned();
        let row = sqlx::query(
            "insert into counters (school, name, value) values ($1, $2, 1)
             on conflict (school, name) do update set value = counters.value + 1 returning value",
        )
        .bind(school)
        .bind(counter.to_owned())
        .fetch_one(self.connection())
        .await?;
        Ok(row.try_get::<i64, _>(0)? as u64)
    }
}
