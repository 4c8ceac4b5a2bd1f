//! Paper copies, their register, facts and handovers: floor 1.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::{Db, Error, Tx};
use crate::domain::paper::{Closing, Handover, HeadInk, Kept, PaperCopy, PaperFact, Purpose, Side};
use crate::domain::snapshot::CopyKind;
use crate::domain::statement::Statement;

/// Which paper copies are meant; the first one that is given narrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which<'a> {
    /// All of the school.
    All,
    /// Of one school year.
    Year(&'a str),
    /// The twins of one electronic copy, in all its versions.
    Of(&'a str),
    /// One.
    One(&'a str),
}

impl Which<'_> {
    /// Condition on `paper_copies p` with its value at `$2`; the condition of all is met by any text.
    fn condition(self) -> (&'static str, String) {
        match self {
            Self::All => ("$2 = ''", String::new()),
            Self::Year(year) => ("p.year = $2", year.to_owned()),
            Self::Of(copy) => ("p.copy = $2", copy.to_owned()),
            Self::One(paper) => ("p.id = $2", paper.to_owned()),
        }
    }
}

fn foreign(table: &'static str, column: &'static str, value: &str) -> Error {
    Error::Foreign { table, column, value: value.to_owned() }
}

fn read_copy(row: &AnyRow) -> Result<PaperCopy, Error> {
    let kind: String = row.try_get(3)?;
    Ok(PaperCopy {
        id: row.try_get(0)?,
        copy: row.try_get(1)?,
        version: row.try_get::<i64, _>(2)? as u32,
        kind: CopyKind::parse(&kind).ok_or_else(|| foreign("paper_copies", "kind", &kind))?,
        year: row.try_get(4)?,
        class: row.try_get(5)?,
        period: row.try_get(6)?,
        number: row.try_get(7)?,
        pages: row.try_get::<i64, _>(8)? as u32,
        sheets: row.try_get::<i64, _>(9)? as u32,
        pdf: row.try_get(10)?,
        printed_at: row.try_get(11)?,
        printed_by: row.try_get(12)?,
        no: row.try_get::<i64, _>(13)? as u64,
        registered_at: row.try_get(14)?,
        registered_by: row.try_get(15)?,
        keep_through: row.try_get(16)?,
    })
}

const HANDOVER: &str = "h.no, h.purpose, h.paper, h.document, h.class, h.period, h.year, h.sheets, h.from_person, h.to_person, h.note, \
     h.due, h.opened_at, h.opened_by, coalesce(f.at, ''), coalesce(t.at, '')";
const SIGNED: &str = "left join handover_signatures f on f.school = h.school and f.handover = h.no and f.side = 'from' \
     left join handover_signatures t on t.school = h.school and t.handover = h.no and t.side = 'to'";

fn read_handover(row: &AnyRow) -> Result<Handover, Error> {
    let purpose: String = row.try_get(1)?;
    Ok(Handover {
        no: row.try_get::<i64, _>(0)? as u64,
        purpose: Purpose::parse(&purpose).ok_or_else(|| foreign("handovers", "purpose", &purpose))?,
        paper: row.try_get(2)?,
        document: row.try_get(3)?,
        class: row.try_get(4)?,
        period: row.try_get(5)?,
        year: row.try_get(6)?,
        sheets: row.try_get::<i64, _>(7)? as u32,
        from: row.try_get(8)?,
        to: row.try_get(9)?,
        note: row.try_get(10)?,
        due: row.try_get(11)?,
        opened_at: row.try_get(12)?,
        opened_by: row.try_get(13)?,
        from_signed_at: row.try_get(14)?,
        to_signed_at: row.try_get(15)?,
    })
}

async fn load(connection: &mut AnyConnection, school: &str, which: Which<'_>) -> Result<Vec<Kept>, Error> {
    let (condition, value) = which.condition();
    let sql = format!(
        "select p.id, p.copy, p.version, p.kind, p.year, p.class, p.period, p.number, p.pages, p.sheets, p.pdf, p.printed_at, p.printed_by, \
         coalesce(r.no, 0), coalesce(r.registered_at, ''), coalesce(r.registered_by, ''), coalesce(r.keep_through, '') \
         from paper_copies p left join paper_register r on r.school = p.school and r.paper = p.id \
         where p.school = $1 and {condition} order by coalesce(r.no, 0), p.printed_at, p.id"
    );
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(school.to_owned()).bind(value.clone()).fetch_all(&mut *connection).await?;
    let copies = rows.iter().map(read_copy).collect::<Result<Vec<_>, _>>()?;
    let sql = format!(
        "select f.paper, f.body, f.at, f.by_person from paper_facts f \
         join paper_copies p on p.school = f.school and p.id = f.paper where f.school = $1 and {condition} order by f.paper, f.seq"
    );
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(school.to_owned()).bind(value.clone()).fetch_all(&mut *connection).await?;
    let mut facts: HashMap<String, Vec<(String, String, PaperFact)>> = HashMap::new();
    for row in rows {
        let (paper, body): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let fact = serde_json::from_str(&body).map_err(|_| foreign("paper_facts", "body", &body))?;
        facts.entry(paper).or_default().push((row.try_get(2)?, row.try_get(3)?, fact));
    }
    // The head's stage signed on paper: the statement of who saw the ink speaks of the paper as well.
    let sql = format!(
        "select distinct s.body from statements s \
         join paper_copies p on p.school = s.school and p.copy = s.copy and p.version = s.version \
         where s.school = $1 and s.stage = 'director' and s.body like '%\"ink\":%' and {condition}"
    );
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(school.to_owned()).bind(value.clone()).fetch_all(&mut *connection).await?;
    let mut inks: HashMap<(String, u32), HeadInk> = HashMap::new();
    for row in rows {
        let body: String = row.try_get(0)?;
        // One that was tampered with says nothing here; the doctor tells of it.
        let Ok(said) = Statement::from_signed_bytes(body.as_bytes()) else { continue };
        if let Some(ink) = said.ink {
            inks.insert((said.copy, said.version), HeadInk { day: ink.signed_on, at: said.signed_at, by: said.signer });
        }
    }
    let sql = format!(
        "select {HANDOVER} from handovers h {SIGNED} join paper_copies p on p.school = h.school and p.id = h.paper \
         where h.school = $1 and {condition} order by h.no"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(school.to_owned()).bind(value).fetch_all(&mut *connection).await?;
    let mut handovers: HashMap<String, Vec<Handover>> = HashMap::new();
    for row in &rows {
        let handover = read_handover(row)?;
        handovers.entry(handover.paper.clone()).or_default().push(handover);
    }
    let kept = copies.into_iter().map(|copy| Kept {
        facts: facts.remove(&copy.id).unwrap_or_default(),
        handovers: handovers.remove(&copy.id).unwrap_or_default(),
        ink: inks.get(&(copy.copy.clone(), copy.version)).cloned(),
        copy,
    });
    Ok(kept.collect())
}

/// Closing lines of the register, the first of each year and those drawn after late lines, in the order of the numbers that they close.
async fn closings(connection: &mut AnyConnection, school: &str) -> Result<Vec<Closing>, Error> {
    let rows = sqlx::query(
        "select year, first_no, last_no, entries, voided, at, by_person from paper_closings where school = $1
         union all select year, first_no, last_no, entries, voided, at, by_person from paper_closings_further where school = $1
         order by last_no",
    )
    .bind(school.to_owned())
    .fetch_all(connection)
    .await?;
    let read = |row: &AnyRow| {
        Ok(Closing {
            year: row.try_get(0)?,
            first: row.try_get::<i64, _>(1)? as u64,
            last: row.try_get::<i64, _>(2)? as u64,
            count: row.try_get::<i64, _>(3)? as u64,
            voided: row.try_get::<i64, _>(4)? as u64,
            at: row.try_get(5)?,
            by: row.try_get(6)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The last closing line of a year.
fn last_of(closings: Vec<Closing>, year: &str) -> Option<Closing> {
    closings.into_iter().rfind(|one| one.year == year)
}

impl Db {
    /// Paper copies with everything that is known of them, in the order of the register, those without a number first.
    pub async fn list_paper(&self, which: Which<'_>) -> Result<Vec<Kept>, Error> {
        load(&mut *self.pool.acquire().await?, &self.school, which).await
    }

    /// The last closing line of a year.
    pub async fn find_paper_closing(&self, year: &str) -> Result<Option<Closing>, Error> {
        Ok(last_of(self.list_paper_closings().await?, year))
    }

    /// Closing lines of every year, each where its numbers end; a year has more than one where lines came after the first.
    pub async fn list_paper_closings(&self) -> Result<Vec<Closing>, Error> {
        closings(&mut *self.pool.acquire().await?, &self.school).await
    }

    /// Grounds of the lines that were entered after the closing line of their year, by number.
    pub async fn list_late_entries(&self) -> Result<HashMap<u64, String>, Error> {
        let rows = sqlx::query("select no, ground from paper_late_entries where school = $1")
            .bind(self.school.clone())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((row.try_get::<i64, _>(0)? as u64, row.try_get(1)?))).collect()
    }

    /// How many handovers wait for this person's signature.
    pub async fn count_owed_handovers(&self, person: &str) -> Result<u64, Error> {
        let row = sqlx::query(
            "select count(*) from handovers h where h.school = $1
             and ((h.from_person = $2 and not exists (select 1 from handover_signatures s
                    where s.school = h.school and s.handover = h.no and s.side = 'from'))
               or (h.to_person = $2 and not exists (select 1 from handover_signatures s
                    where s.school = h.school and s.handover = h.no and s.side = 'to')))",
        )
        .bind(self.school.clone())
        .bind(person.to_owned())
        .fetch_one(&self.pool)
        .await?;
        Ok(row.try_get::<i64, _>(0)? as u64)
    }

    /// What the forms say of the school beside its journal, by name.
    pub async fn list_requisites(&self) -> Result<HashMap<String, String>, Error> {
        let rows = sqlx::query("select name, value from office_requisites where school = $1")
            .bind(self.school.clone())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }
}

impl Tx {
    /// Paper copies, as [`Db::list_paper`], inside the transaction.
    pub async fn list_paper(&mut self, which: Which<'_>) -> Result<Vec<Kept>, Error> {
        let school = self.school().to_owned();
        load(self.connection(), &school, which).await
    }

    /// The last closing line of a year.
    pub async fn find_paper_closing(&mut self, year: &str) -> Result<Option<Closing>, Error> {
        let school = self.school().to_owned();
        Ok(last_of(closings(self.connection(), &school).await?, year))
    }

    /// Records a printed copy.
    pub async fn record_paper(&mut self, copy: &PaperCopy) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into paper_copies (school, id, copy, version, kind, year, class, period, number, pages, sheets, pdf, printed_at, printed_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(school)
        .bind(copy.id.clone())
        .bind(copy.copy.clone())
        .bind(i64::from(copy.version))
        .bind(copy.kind.as_str())
        .bind(copy.year.clone())
        .bind(copy.class.clone())
        .bind(copy.period.clone())
        .bind(copy.number.clone())
        .bind(i64::from(copy.pages))
        .bind(i64::from(copy.sheets))
        .bind(copy.pdf.clone())
        .bind(copy.printed_at.clone())
        .bind(copy.printed_by.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Enters a paper copy into the register under the next number and gives the number; into a year with its closing line with the ground
    /// why it came later, written by [`Tx::late_entry`] just before.
    pub async fn register_paper(
        &mut self,
        copy: &PaperCopy,
        at: &str,
        by: &str,
        keep_through: &str,
    ) -> Result<u64, Error> {
        let no = self.next_paper_no().await?;
        let school = self.school().to_owned();
        sqlx::query(
            "insert into paper_register (school, no, paper, year, registered_at, registered_by, keep_through)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(school)
        .bind(no)
        .bind(copy.id.clone())
        .bind(copy.year.clone())
        .bind(at.to_owned())
        .bind(by.to_owned())
        .bind(keep_through.to_owned())
        .execute(self.connection())
        .await?;
        Ok(no as u64)
    }

    async fn next_paper_no(&mut self) -> Result<i64, Error> {
        self.next_after_last("select coalesce(max(no), 0) + 1 from paper_register where school = $1").await
    }

    /// Writes why the next line of the register comes after the closing line of its year: the line itself follows in the same transaction.
    pub async fn late_entry(&mut self, ground: &str) -> Result<(), Error> {
        let no = self.next_paper_no().await?;
        let school = self.school().to_owned();
        sqlx::query("insert into paper_late_entries (school, no, ground) values ($1, $2, $3)")
            .bind(school)
            .bind(no)
            .bind(ground.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    async fn next_after_last(&mut self, sql: &'static str) -> Result<i64, Error> {
        let school = self.school().to_owned();
        let row = sqlx::query(sql).bind(school).fetch_one(self.connection()).await?;
        Ok(row.try_get(0)?)
    }

    /// Records a fact of a paper copy, after those that are known.
    pub async fn record_paper_fact(&mut self, kept: &Kept, fact: &PaperFact, at: &str, by: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("insert into paper_facts (school, paper, seq, fact, body, at, by_person) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(school)
            .bind(kept.copy.id.clone())
            .bind(kept.facts.len() as i64 + 1)
            .bind(fact.word())
            .bind(crate::domain::canon::to_text(fact))
            .bind(at.to_owned())
            .bind(by.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Enters a handover under the next number and gives the number.
    pub async fn open_handover(&mut self, handover: &Handover) -> Result<u64, Error> {
        let no = self.next_after_last("select coalesce(max(no), 0) + 1 from handovers where school = $1").await?;
        let school = self.school().to_owned();
        sqlx::query(
            "insert into handovers (school, no, purpose, paper, document, class, period, year, sheets, from_person, to_person, note, due,
             opened_at, opened_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(school)
        .bind(no)
        .bind(handover.purpose.as_str())
        .bind(handover.paper.clone())
        .bind(handover.document.clone())
        .bind(handover.class.clone())
        .bind(handover.period.clone())
        .bind(handover.year.clone())
        .bind(i64::from(handover.sheets))
        .bind(handover.from.clone())
        .bind(handover.to.clone())
        .bind(handover.note.clone())
        .bind(handover.due.clone())
        .bind(handover.opened_at.clone())
        .bind(handover.opened_by.clone())
        .execute(self.connection())
        .await?;
        Ok(no as u64)
    }

    /// A handover by its number.
    pub async fn find_handover(&mut self, no: u64) -> Result<Option<Handover>, Error> {
        let school = self.school().to_owned();
        let sql = format!("select {HANDOVER} from handovers h {SIGNED} where h.school = $1 and h.no = $2");
        let row =
            sqlx::query(AssertSqlSafe(sql)).bind(school).bind(no as i64).fetch_optional(self.connection()).await?;
        row.as_ref().map(read_handover).transpose()
    }

    /// Records one side's signature.
    pub async fn sign_handover(&mut self, no: u64, side: Side, person: &str, at: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("insert into handover_signatures (school, handover, side, person, at) values ($1, $2, $3, $4, $5)")
            .bind(school)
            .bind(no as i64)
            .bind(side.as_str())
            .bind(person.to_owned())
            .bind(at.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Records the closing line of a year: the first one, or a further one after late lines.
    pub async fn close_paper_register(&mut self, closing: &Closing) -> Result<(), Error> {
        let table = match self.find_paper_closing(&closing.year).await? {
            None => "paper_closings",
            Some(_) => "paper_closings_further",
        };
        let school = self.school().to_owned();
        let sql = format!(
            "insert into {table} (school, year, first_no, last_no, entries, voided, at, by_person)
             values ($1, $2, $3, $4, $5, $6, $7, $8)"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(school)
            .bind(closing.year.clone())
            .bind(closing.first as i64)
            .bind(closing.last as i64)
            .bind(closing.count as i64)
            .bind(closing.voided as i64)
            .bind(closing.at.clone())
            .bind(closing.by.clone())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Sets what the forms say of the school; an empty value stays as one.
    pub async fn set_requisite(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into office_requisites (school, name, value) values ($1, $2, $3)
             on conflict (school, name) do update set value = excluded.value",
        )
        .bind(school)
        .bind(name.to_owned())
        .bind(value.to_owned())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
