//! What people did in the lessons of the training programme; only ever added to. Floor 1.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Db, Error, Tx};

/// One press of «Проверить себя».
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingStep {
    /// Whose.
    pub person: String,
    /// Lesson's name.
    pub lesson: String,
    /// Edition of the programme.
    pub edition: String,
    /// Chosen answers in the order of questions, from 1; 0 where none was chosen.
    pub answers: Vec<u32>,
    /// Every answer right and the task said to be done.
    pub passed: bool,
    /// RFC 3339.
    pub at: String,
}

const COLUMNS: &str = "person, lesson, edition, answers, passed, at";

fn step(row: &AnyRow) -> Result<TrainingStep, Error> {
    let answers: String = row.try_get(3)?;
    let read = |one: &str| one.parse();
    let foreign = |_| Error::Foreign { table: "training_steps", column: "answers", value: answers.clone() };
    Ok(TrainingStep {
        person: row.try_get(0)?,
        lesson: row.try_get(1)?,
        edition: row.try_get(2)?,
        answers: answers.split(',').map(read).collect::<Result<_, _>>().map_err(foreign)?,
        passed: row.try_get::<i64, _>(4)? == 1,
        at: row.try_get(5)?,
    })
}

impl Db {
    /// What one person did, oldest first.
    pub async fn list_training_of(&self, person: &str) -> Result<Vec<TrainingStep>, Error> {
        let statement = format!("select {COLUMNS} from training_steps where school = $1 and person = $2 order by seq");
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(self.school.clone())
            .bind(person.to_owned())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(step).collect()
    }

    /// Lessons that were passed, by person, oldest first.
    pub async fn list_training_passed(&self) -> Result<Vec<TrainingStep>, Error> {
        let statement =
            format!("select {COLUMNS} from training_steps where school = $1 and passed = 1 order by person, seq");
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(step).collect()
    }
}

impl Tx {
    /// Records a step after what the person did before.
    pub async fn record_training(&mut self, done: &TrainingStep) -> Result<(), Error> {
        let school = self.school().to_owned();
        let row = sqlx::query("select coalesce(max(seq), 0) + 1 from training_steps where school = $1 and person = $2")
            .bind(school.clone())
            .bind(done.person.clone())
            .fetch_one(self.connection())
            .await?;
        let seq: i64 = row.try_get(0)?;
        let answers: Vec<String> = done.answers.iter().map(u32::to_string).collect();
        sqlx::query(
            "insert into training_steps (school, person, seq, lesson, edition, answers, passed, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(school)
        .bind(done.person.clone())
        .bind(seq)
        .bind(done.lesson.clone())
        .bind(done.edition.clone())
        .bind(answers.join(","))
        .bind(i64::from(done.passed))
        .bind(done.at.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
