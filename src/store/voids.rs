//! Compromises and the decisions on void changes: floor 1.

use chrono::DateTime;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::{Db, Error, Tx};
use crate::domain::void::{Decision, Deed, Docket, Notice, Ruling, Target};

/// A notice of compromise as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompromiseRow {
    /// Number, from 1.
    pub no: u64,
    /// The account.
    pub account: String,
    /// From this moment on what it did is void, RFC 3339.
    pub since: String,
    /// When it was learnt, RFC 3339.
    pub learnt_at: String,
    /// When the notice was given, RFC 3339.
    pub noted_at: String,
    /// By whom.
    pub noted_by: String,
    /// In what words.
    pub reason: String,
    /// Index of its event.
    pub event: u64,
}

/// A decision on a void change or act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// About what.
    pub target: Target,
    /// What.
    pub decision: Decision,
    /// When, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Index of its event.
    pub event: u64,
}

/// Rows a statement, as elsewhere.
const BATCH: usize = 40;

impl Db {
    /// Every notice, by number.
    pub async fn list_compromises(&self) -> Result<Vec<CompromiseRow>, Error> {
        notices(&mut *self.pool.acquire().await?, &self.school).await
    }

    /// Every decision, in their order.
    pub async fn list_decisions(&self) -> Result<Vec<DecisionRow>, Error> {
        decisions(&mut *self.pool.acquire().await?, &self.school).await
    }

    /// Notices and decisions as rules need them.
    pub async fn load_docket(&self) -> Result<Docket, Error> {
        let notices = self.list_compromises().await?;
        if notices.is_empty() {
            return Ok(Docket::default());
        }
        let notice = |row: CompromiseRow| {
            Ok(Notice { no: row.no, account: row.account, since: moment("compromises", &row.since)?, event: row.event })
        };
        let ruling = |row: DecisionRow| {
            let deed = Deed { actor: row.by, at: moment("void_decisions", &row.at)?, event: row.event };
            Ok(Ruling { target: row.target, decision: row.decision, deed })
        };
        Ok(Docket {
            notices: notices.into_iter().map(notice).collect::<Result<_, Error>>()?,
            rulings: self.list_decisions().await?.into_iter().map(ruling).collect::<Result<_, Error>>()?,
        })
    }
}

/// A moment of the store.
pub(super) fn moment(table: &'static str, text: &str) -> Result<DateTime<chrono::FixedOffset>, Error> {
    let foreign = |_| Error::Foreign { table, column: "at", value: text.to_owned() };
    DateTime::parse_from_rfc3339(text).map_err(foreign)
}

impl Tx {
    /// Puts a notice on record under the next number; the transaction's next event is the notice's own.
    pub async fn record_compromise(&mut self, row: &CompromiseRow) -> Result<(u64, u64), Error> {
        let (school, event) = (self.school().to_owned(), self.next_index());
        let no = next_number(self.connection(), &school, "compromises").await?;
        sqlx::query(
            "insert into compromises (school, no, account, since, learnt_at, noted_at, noted_by, reason, event_idx)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(no as i64)
        .bind(row.account.clone())
        .bind(row.since.clone())
        .bind(row.learnt_at.clone())
        .bind(row.noted_at.clone())
        .bind(row.noted_by.clone())
        .bind(row.reason.clone())
        .bind(event as i64)
        .execute(self.connection())
        .await?;
        Ok((no, event))
    }

    /// Puts decisions on record; the transaction's next event is theirs.
    pub async fn record_decisions(
        &mut self,
        targets: &[Target],
        decision: Decision,
        at: &str,
        by: &str,
    ) -> Result<(), Error> {
        let (school, event) = (self.school().to_owned(), self.next_index());
        let mut no = next_number(self.connection(), &school, "void_decisions").await?;
        for batch in targets.chunks(BATCH) {
            let tuple =
                |row: usize| format!("($1, ${}, ${}, ${}, $2, $3, $4, $5)", 6 + row * 3, 7 + row * 3, 8 + row * 3);
            let tuples = (0..batch.len()).map(tuple).collect::<Vec<_>>().join(", ");
            let sql = format!(
                "insert into void_decisions (school, no, subject, target, decision, decided_at, decided_by, event_idx)
                 values {tuples}"
            );
            let mut query = sqlx::query(AssertSqlSafe(sql))
                .bind(school.clone())
                .bind(decision.as_str())
                .bind(at.to_owned())
                .bind(by.to_owned())
                .bind(event as i64);
            for target in batch {
                let (subject, number) = match target {
                    Target::Change(seq) => ("change", *seq),
                    Target::Event(index) => ("event", *index),
                };
                query = query.bind(no as i64).bind(subject).bind(number as i64);
                no += 1;
            }
            query.execute(self.connection()).await?;
        }
        Ok(())
    }
}

async fn next_number(connection: &mut AnyConnection, school: &str, table: &str) -> Result<u64, Error> {
    let sql = format!("select cast(coalesce(max(no), 0) as bigint) from {table} where school = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(school.to_owned()).fetch_one(connection).await?;
    Ok(row.try_get::<i64, _>(0)? as u64 + 1)
}

async fn notices(connection: &mut AnyConnection, school: &str) -> Result<Vec<CompromiseRow>, Error> {
    let rows = sqlx::query(
        "select no, account, since, learnt_at, noted_at, noted_by, reason, event_idx from compromises
         where school = $1 order by no",
    )
    .bind(school.to_owned())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(CompromiseRow {
                no: row.try_get::<i64, _>(0)? as u64,
                account: row.try_get(1)?,
                since: row.try_get(2)?,
                learnt_at: row.try_get(3)?,
                noted_at: row.try_get(4)?,
                noted_by: row.try_get(5)?,
                reason: row.try_get(6)?,
                event: row.try_get::<i64, _>(7)? as u64,
            })
        })
        .collect()
}

async fn decisions(connection: &mut AnyConnection, school: &str) -> Result<Vec<DecisionRow>, Error> {
    let rows = sqlx::query(
        "select subject, target, decision, decided_at, decided_by, event_idx from void_decisions
         where school = $1 order by no",
    )
    .bind(school.to_owned())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let (subject, number): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
            let word: String = row.try_get(2)?;
            let foreign = || Error::Foreign { table: "void_decisions", column: "decision", value: word.clone() };
            Ok(DecisionRow {
                target: if subject == "change" { Target::Change(number as u64) } else { Target::Event(number as u64) },
                decision: Decision::parse(&word).ok_or_else(foreign)?,
                at: row.try_get(3)?,
                by: row.try_get(4)?,
                event: row.try_get::<i64, _>(5)? as u64,
            })
        })
        .collect()
}
