//! Outages of the journal and what was said of them; only ever added to. Floor 1.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Db, Error, Tx};
use crate::domain::outage::{Fact, Outage};

fn fact(row: &AnyRow) -> Result<(u64, (String, String, Fact)), Error> {
    let word: String = row.try_get(1)?;
    let foreign = || Error::Foreign { table: "outage_facts", column: "fact", value: word.clone() };
    let fact = Fact::read(&word, [row.try_get(2)?, row.try_get(3)?, row.try_get(4)?]).ok_or_else(foreign)?;
    Ok((row.try_get::<i64, _>(0)? as u64, (row.try_get(5)?, row.try_get(6)?, fact)))
}

async fn load(connection: &mut AnyConnection, school: &str) -> Result<Vec<Outage>, Error> {
    let sql = "select no, began, reason, at, by_person from outages where school = $1 order by no";
    let rows = sqlx::query(sql).bind(school.to_owned()).fetch_all(&mut *connection).await?;
    let read = |row: &AnyRow| {
        Ok(Outage {
            no: row.try_get::<i64, _>(0)? as u64,
            began: row.try_get(1)?,
            reason: row.try_get(2)?,
            at: row.try_get(3)?,
            by: row.try_get(4)?,
            facts: Vec::new(),
        })
    };
    let mut outages: Vec<Outage> = rows.iter().map(read).collect::<Result<_, Error>>()?;
    let sql = "select outage, fact, class, day, words, at, by_person from outage_facts where school = $1 order by outage, seq";
    for row in &sqlx::query(sql).bind(school.to_owned()).fetch_all(&mut *connection).await? {
        let (no, said) = fact(row)?;
        if let Some(outage) = outages.iter_mut().find(|one| one.no == no) {
            outage.facts.push(said);
        }
    }
    Ok(outages)
}

impl Db {
    /// Every outage with everything that was said of it, oldest first.
    pub async fn list_outages(&self) -> Result<Vec<Outage>, Error> {
        load(&mut *self.pool.acquire().await?, &self.school).await
    }
}

impl Tx {
    /// Every outage, as [`Db::list_outages`], inside the transaction.
    pub async fn list_outages(&mut self) -> Result<Vec<Outage>, Error> {
        let school = self.school().to_owned();
        load(self.connection(), &school).await
    }

    /// Records an outage without its facts.
    pub async fn record_outage(&mut self, outage: &Outage) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("insert into outages (school, no, began, reason, at, by_person) values ($1, $2, $3, $4, $5, $6)")
            .bind(school)
            .bind(outage.no as i64)
            .bind(outage.began.clone())
            .bind(outage.reason.clone())
            .bind(outage.at.clone())
            .bind(outage.by.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Records what is said of an outage, as the fact of this place.
    pub async fn record_outage_fact(
        &mut self,
        outage: u64,
        seq: usize,
        fact: &Fact,
        at: &str,
        by: &str,
    ) -> Result<(), Error> {
        let school = self.school().to_owned();
        let [class, day, words] = fact.columns().map(str::to_owned);
        sqlx::query(
            "insert into outage_facts (school, outage, seq, fact, class, day, words, at, by_person)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(outage as i64)
        .bind(seq as i64)
        .bind(fact.word())
        .bind(class)
        .bind(day)
        .bind(words)
        .bind(at.to_owned())
        .bind(by.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
