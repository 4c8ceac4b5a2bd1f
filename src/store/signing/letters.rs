//! Reminders that were given, addresses for letters, and the letters themselves: floor 1.

use sqlx::Row as _;

use super::super::{Db, Error, Tx};

/// A letter on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// Number, from 1.
    pub no: u64,
    /// Whom it is for.
    pub person: String,
    /// Address.
    pub address: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// When it was written.
    pub written_at: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it left; empty until then.
    pub sent_at: String,
    /// What the last attempt met; empty when nothing.
    pub failure: String,
}

/// A letter to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter {
    /// Whom it is for.
    pub person: String,
    /// Address.
    pub address: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
}

impl Db {
    /// A person's address; empty without one.
    pub async fn mail_address(&self, person: &str) -> Result<String, Error> {
        let row = sqlx::query("select address from mail_addresses where school = $1 and person = $2")
            .bind(self.school.clone())
            .bind(person.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.map_or(Ok(String::new()), |row| Ok(row.try_get(0)?))
    }

    /// Letters that have not left and were tried fewer times than that, oldest first.
    pub async fn list_unsent_letters(&self, fewer_attempts: u32) -> Result<Vec<LetterRow>, Error> {
        let rows = sqlx::query(
            "select no, person, address, subject, body, written_at, attempts, sent_at, failure from letters
             where school = $1 and sent_at = '' and attempts < $2 order by no",
        )
        .bind(self.school.clone())
        .bind(i64::from(fewer_attempts))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(LetterRow {
                    no: row.try_get::<i64, _>(0)? as u64,
                    person: row.try_get(1)?,
                    address: row.try_get(2)?,
                    subject: row.try_get(3)?,
                    body: row.try_get(4)?,
                    written_at: row.try_get(5)?,
                    attempts: row.try_get::<i64, _>(6)? as u32,
                    sent_at: row.try_get(7)?,
                    failure: row.try_get(8)?,
                })
            })
            .collect()
    }

    /// Notes what an attempt to send a letter came to: empty for one that left.
    pub async fn note_attempt(&self, no: u64, at: &str, failure: &str) -> Result<(), Error> {
        let sent = if failure.is_empty() { at } else { "" };
        sqlx::query(
            "update letters set attempts = attempts + 1, sent_at = $3, failure = $4
             where school = $1 and no = $2 and sent_at = ''",
        )
        .bind(self.school.clone())
        .bind(no as i64)
        .bind(sent.to_owned())
        .bind(failure.to_owned())
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

impl Tx {
    /// Writes down a person's address; an empty one takes it away.
    pub async fn set_mail_address(&mut self, person: &str, address: &str, at: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into mail_addresses (school, person, address, changed_at) values ($1, $2, $3, $4)
             on conflict (school, person) do update set address = excluded.address, changed_at = excluded.changed_at",
        )
        .bind(school)
        .bind(person.to_owned())
        .bind(address.to_owned())
        .bind(at.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Puts a reminder on record; says whether it is the first of its kind for that person and version.
    pub async fn remind_once(
        &mut self,
        person: &str,
        copy: &str,
        version: u32,
        kind: &str,
        day: &str,
    ) -> Result<bool, Error> {
        let school = self.school().to_owned();
        let done = sqlx::query(
            "insert into reminders (school, person, copy, version, kind, day) values ($1, $2, $3, $4, $5, $6)
             on conflict (school, person, copy, version, kind) do nothing",
        )
        .bind(school)
        .bind(person.to_owned())
        .bind(copy.to_owned())
        .bind(i64::from(version))
        .bind(kind.to_owned())
        .bind(day.to_owned())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Writes a letter; it leaves after the transaction.
    pub async fn write_letter(&mut self, letter: &NewLetter, at: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into letters (school, no, person, address, subject, body, written_at, attempts, sent_at, failure)
             values ($1, (select cast(coalesce(max(no), 0) as bigint) + 1 from letters where school = $1),
                     $2, $3, $4, $5, $6, 0, '', '')",
        )
        .bind(school)
        .bind(letter.person.clone())
        .bind(letter.address.clone())
        .bind(letter.subject.clone())
        .bind(letter.body.clone())
        .bind(at.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
