//! Families that get extracts on paper, extracts that were printed and handed over; only ever added to. Floor 1.

use chrono::NaiveDate;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Db, Error, Tx};
use crate::domain::family_extract::{Ground, Handed, Printed};

/// A family that gets paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperFamilyRow {
    /// Learner.
    pub learner: String,
    /// Why; `None` says that it gets none any more.
    pub ground: Option<Ground>,
    /// When it was said, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
}

fn day(column: &'static str, text: &str) -> Result<NaiveDate, Error> {
    text.parse().map_err(|_| Error::Foreign { table: "paper_extracts", column, value: text.to_owned() })
}

fn printed(row: &AnyRow) -> Result<Printed, Error> {
    let (starts, ends, on): (String, String, String) = (row.try_get(5)?, row.try_get(6)?, row.try_get(9)?);
    let handed = match on.as_str() {
        "" => None,
        on => Some(Handed { on: day("given_on", on)?, to: row.try_get(10)?, by: row.try_get(11)? }),
    };
    Ok(Printed {
        no: row.try_get::<i64, _>(0)? as u64,
        job: row.try_get::<i64, _>(1)? as u64,
        year: row.try_get(2)?,
        class: row.try_get(3)?,
        learner: row.try_get(4)?,
        starts: day("starts", &starts)?,
        ends: day("ends", &ends)?,
        at: row.try_get(7)?,
        by: row.try_get(8)?,
        handed,
    })
}

async fn families(connection: &mut AnyConnection, school: &str) -> Result<Vec<PaperFamilyRow>, Error> {
    let sql = "select f.learner, f.wants, f.ground, f.at, f.by_person from paper_families f where f.school = $1
         and f.seq = (select max(g.seq) from paper_families g where g.school = f.school and g.learner = f.learner)
         order by f.learner";
    let rows = sqlx::query(sql).bind(school.to_owned()).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let (wants, ground): (i64, String) = (row.try_get(1)?, row.try_get(2)?);
            let ground = match (wants, Ground::parse(&ground)) {
                (0, _) => None,
                (_, Some(ground)) => Some(ground),
                (_, None) => return Err(Error::Foreign { table: "paper_families", column: "ground", value: ground }),
            };
            Ok(PaperFamilyRow { learner: row.try_get(0)?, ground, at: row.try_get(3)?, by: row.try_get(4)? })
        })
        .collect()
}

async fn extracts(connection: &mut AnyConnection, school: &str, year: &str) -> Result<Vec<Printed>, Error> {
    let sql = "select e.no, e.job, e.year, e.class, e.learner, e.starts, e.ends, e.at, e.by_person,
         coalesce(h.given_on, ''), coalesce(h.given_to, ''), coalesce(h.by_person, '')
         from paper_extracts e
         left join paper_extract_handings h on h.school = e.school and h.extract = e.no
         where e.school = $1 and e.year = $2 order by e.no";
    let rows = sqlx::query(sql).bind(school.to_owned()).bind(year.to_owned()).fetch_all(connection).await?;
    rows.iter().map(printed).collect()
}

impl Db {
    /// What was said last of each learner's family.
    pub async fn list_paper_families(&self) -> Result<Vec<PaperFamilyRow>, Error> {
        families(&mut *self.pool.acquire().await?, &self.school).await
    }

    /// Extracts of a school year, by number.
    pub async fn list_paper_extracts(&self, year: &str) -> Result<Vec<Printed>, Error> {
        extracts(&mut *self.pool.acquire().await?, &self.school, year).await
    }
}

impl Tx {
    /// As [`Db::list_paper_families`], inside the transaction.
    pub async fn list_paper_families(&mut self) -> Result<Vec<PaperFamilyRow>, Error> {
        let school = self.school().to_owned();
        families(self.connection(), &school).await
    }

    /// As [`Db::list_paper_extracts`], inside the transaction.
    pub async fn list_paper_extracts(&mut self, year: &str) -> Result<Vec<Printed>, Error> {
        let school = self.school().to_owned();
        extracts(self.connection(), &school, year).await
    }

    /// Records what is said of a family.
    pub async fn record_paper_family(&mut self, row: &PaperFamilyRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into paper_families (school, seq, learner, wants, ground, at, by_person)
             values ($1, (select coalesce(max(seq), 0) + 1 from paper_families where school = $1), $2, $3, $4, $5, $6)",
        )
        .bind(school)
        .bind(row.learner.clone())
        .bind(i64::from(row.ground.is_some()))
        .bind(row.ground.map_or("", Ground::as_str))
        .bind(row.at.clone())
        .bind(row.by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The last number of an extract and of a print job, of any year; 0 before the first.
    pub async fn last_paper_extract(&mut self) -> Result<(u64, u64), Error> {
        let school = self.school().to_owned();
        let row =
            sqlx::query("select coalesce(max(no), 0), coalesce(max(job), 0) from paper_extracts where school = $1")
                .bind(school)
                .fetch_one(self.connection())
                .await?;
        Ok((row.try_get::<i64, _>(0)? as u64, row.try_get::<i64, _>(1)? as u64))
    }

    /// Records an extract that was printed.
    pub async fn record_paper_extract(&mut self, one: &Printed) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into paper_extracts (school, no, job, year, class, learner, starts, ends, at, by_person)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(school)
        .bind(one.no as i64)
        .bind(one.job as i64)
        .bind(one.year.clone())
        .bind(one.class.clone())
        .bind(one.learner.clone())
        .bind(one.starts.to_string())
        .bind(one.ends.to_string())
        .bind(one.at.clone())
        .bind(one.by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Records that an extract was handed over.
    pub async fn record_extract_handing(&mut self, no: u64, handed: &Handed, at: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into paper_extract_handings (school, extract, given_on, given_to, at, by_person)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(school)
        .bind(no as i64)
        .bind(handed.on.to_string())
        .bind(handed.to.clone())
        .bind(at.to_owned())
        .bind(handed.by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
