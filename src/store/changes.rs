//! The history of the school's data, row by row: floor 1.
//!
//! Every change of a row of [`TABLES`] and of the journal goes through [`Tx::change_rows`]; its lines only grow, and the next event of the
//! same transaction vouches for them.

use std::collections::BTreeSet;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::journals::tables;
use super::rows::{Cell, Table};
use super::{Db, Error, Tx};
use crate::domain::canon::{self, Digest, hex};
use crate::domain::change::{Edit, Expected, Line, Voucher, line_salt};
use crate::domain::journal::Journal;
use crate::domain::void::{Deed, Target};

/// Tables of the school's data beside the journal's: declared in their own store files, each with `school` and `year` first.
pub(super) static TABLES: [&Table; 4] = [
    &super::accounts::APPOINTMENTS,
    &super::accounts::EMPLOYMENTS,
    &super::learners::PERSONAL_FILES,
    &super::consents::CONSENTS,
];

/// Every table whose rows have a history, in an order in which they can be written.
pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    tables::ALL.iter().chain(TABLES.iter()).chain(super::setup::tables::ALL.iter()).copied()
}

fn table(name: &str) -> Result<&'static Table, Error> {
    tables().find(|table| table.name == name).ok_or_else(|| Error::Missing(format!("таблица {name}")))
}

/// Who changes rows, when, and a secret of this act from which the lines' salts are derived.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// A person's identifier or `operator`.
    pub by: &'a str,
    /// RFC 3339, seconds, with offset.
    pub at: &'a str,
    /// Random, kept nowhere.
    pub secret: &'a [u8; 32],
}

/// One line of the history with what the store knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Number, from 1.
    pub seq: u64,
    /// Index of the event that vouches for it.
    pub event: u64,
    /// When: RFC 3339.
    pub at: String,
    /// Who.
    pub by: String,
    /// Table.
    pub table: String,
    /// School year.
    pub year: String,
    /// Columns that name the row.
    pub key: Vec<String>,
    /// The other columns before; `None`: there was no such row.
    pub old: Option<Vec<String>>,
    /// The other columns after; `None`: the row is gone.
    pub new: Option<Vec<String>>,
    /// The earliest change of this row that it takes back; 0 for none.
    pub undoes: u64,
    /// Salt, hexadecimal.
    pub salt: String,
    /// Digest as stored; checks recompute it.
    pub digest: String,
    /// Done by a compromised account and not re-approved: shown struck through.
    pub voided: bool,
}

impl ChangeRow {
    /// Whose deed it was.
    pub fn deed(&self) -> Result<Deed, Error> {
        Ok(Deed { actor: self.by.clone(), at: super::voids::moment("changes", &self.at)?, event: self.event })
    }

    /// The line that the digest covers.
    pub fn line(&self) -> Line {
        Line {
            seq: self.seq,
            at: self.at.clone(),
            actor: self.by.clone(),
            table: self.table.clone(),
            year: self.year.clone(),
            key: self.key.clone(),
            old: self.old.clone(),
            new: self.new.clone(),
            undoes: self.undoes,
        }
    }
}

/// A row that somebody changed since the editor saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overtaken {
    /// Table.
    pub table: &'static str,
    /// Columns that name the row.
    pub key: Vec<String>,
    /// What stands there; `None`: no row.
    pub stands: Option<Vec<String>>,
    /// Who changed it last; empty when it came with the year's first bundle.
    pub by: String,
    /// When, RFC 3339; empty like `by`.
    pub at: String,
}

/// Which lines are wanted; everything absent means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Table.
    pub table: Option<String>,
    /// School year.
    pub year: Option<String>,
    /// The first columns of the key, or all of them.
    pub key: Vec<String>,
    /// A value that stands somewhere in the key: a learner, a course.
    pub names: Option<String>,
    /// Who.
    pub actor: Option<String>,
    /// From this moment on, RFC 3339 in the house's zone.
    pub since: Option<String>,
    /// Vouched for by this event.
    pub event: Option<u64>,
    /// Older than this number: the last one of the page before.
    pub before: Option<u64>,
    /// At most so many, newest first; 0 means all.
    pub limit: u32,
}

/// A row that was just written, to be put into the history.
pub(super) struct Touched {
    table: &'static Table,
    year: String,
    key: Vec<String>,
    old: Option<Vec<String>>,
    new: Option<Vec<String>>,
    undoes: u64,
}

impl Touched {
    /// Out of whole rows; one of them must be there.
    pub(super) fn new(table: &'static Table, year: &str, old: Option<&Vec<Cell>>, new: Option<&Vec<Cell>>) -> Self {
        let (key, _) = table.texts(new.or(old).map_or(&[], Vec::as_slice));
        let others = |row: &Vec<Cell>| table.texts(row).1;
        Self { table, year: year.to_owned(), key, old: old.map(others), new: new.map(others), undoes: 0 }
    }
}

/// Lines of history that no event vouches for yet.
#[derive(Debug, Default)]
pub(super) struct Unvouched {
    first: u64,
    next: Option<u64>,
    digests: Vec<Digest>,
    tables: BTreeSet<&'static str>,
}

impl Unvouched {
    pub(super) fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The voucher for the lines so far, which then are vouched for.
    pub(super) fn take(&mut self) -> Option<Voucher> {
        let digests = std::mem::take(&mut self.digests);
        let tables = std::mem::take(&mut self.tables);
        (!digests.is_empty()).then(|| Voucher::of(self.first, tables.into_iter().map(str::to_owned), &digests))
    }
}

/// Lines a statement: 40 rows of 13 columns stay below every limit on parameters and are near the fastest batch on SQLite.
const BATCH: usize = 40;

const COLUMNS: &str = "seq, event_idx, at, actor, tbl, year, row_key, old_row, new_row, undoes, salt, digest";

impl Tx {
    /// Writes rows and their history; rows that stand already as wanted get no line. Returns the numbers of the new lines.
    ///
    /// # Errors
    /// [`Error::Overtaken`] when a row is not what the editor saw, [`Error::PeriodClosed`] by the database's own guard.
    pub async fn change_rows(&mut self, edits: &[Edit], author: &Author<'_>) -> Result<Vec<u64>, Error> {
        let plain: Vec<(&Edit, u64)> = edits.iter().map(|edit| (edit, 0)).collect();
        self.change_and_undo_rows(&plain, author).await
    }

    /// The same; a number other than 0 is the earliest change of that row that the edit takes back.
    pub async fn change_and_undo_rows(
        &mut self,
        edits: &[(&Edit, u64)],
        author: &Author<'_>,
    ) -> Result<Vec<u64>, Error> {
        let school = self.school().to_owned();
        let mut touched = Vec::new();
        for (edit, undoes) in edits {
            let table = table(edit.table)?;
            let others = edit.new.clone().unwrap_or_else(|| vec!["0".to_owned(); table.columns.len() - table.key]);
            let row = table.cells(&edit.key, &others)?;
            let connection = self.connection();
            let standing = table.find(connection, &school, &edit.year, &row[..table.key]).await?;
            let old = standing.as_ref().map(|row| table.texts(row).1);
            let as_seen = match &edit.expected {
                Expected::Anything => true,
                Expected::Nothing => old.is_none(),
                Expected::Row(seen) => old.as_ref() == Some(seen),
            };
            if !as_seen {
                return Err(self.overtaken(edit, old).await?);
            }
            match (&standing, &edit.new) {
                (None, Some(_)) => table.insert(connection, &school, &edit.year, &[&row]).await?,
                (Some(_), None) => table.delete(connection, &school, &edit.year, &row).await?,
                (Some(standing), Some(_)) if *standing != row => {
                    table.update(connection, &school, &edit.year, &row).await?;
                }
                _ if *undoes == 0 => continue,
                // Taking back what somebody changed back already is an act too.
                _ => {}
            }
            let key = table.texts(&row).0;
            let new = edit.new.as_ref().map(|_| table.texts(&row).1);
            touched.push(Touched { table, year: edit.year.clone(), key, old, new, undoes: *undoes });
        }
        self.write_history(&touched, author).await
    }

    async fn overtaken(&mut self, edit: &Edit, stands: Option<Vec<String>>) -> Result<Error, Error> {
        let filter = ChangeFilter {
            table: Some(edit.table.to_owned()),
            year: Some(edit.year.clone()),
            key: edit.key.clone(),
            limit: 1,
            ..ChangeFilter::default()
        };
        let last = self.list_history(&filter).await?.pop();
        let (by, at) = last.map(|row| (row.by, row.at)).unwrap_or_default();
        Ok(Error::Overtaken(Box::new(Overtaken { table: edit.table, key: edit.key.clone(), stands, by, at })))
    }

    /// Is there any line about this year?
    pub(super) async fn has_history(&mut self, year: &str) -> Result<bool, Error> {
        let school = self.school().to_owned();
        let query = sqlx::query("select 1 from changes where school = $1 and year = $2 limit 1");
        Ok(query.bind(school).bind(year.to_owned()).fetch_optional(self.connection()).await?.is_some())
    }

    /// Writes the lines of rows that changed.
    pub(super) async fn write_history(&mut self, touched: &[Touched], author: &Author<'_>) -> Result<Vec<u64>, Error> {
        if touched.is_empty() {
            return Ok(Vec::new());
        }
        let school = self.school().to_owned();
        let event = self.next_index();
        let mut next = match self.unvouched.next {
            Some(next) => next,
            None => {
                let query = sqlx::query("select cast(coalesce(max(seq), 0) as bigint) from changes where school = $1");
                let row = query.bind(school.clone()).fetch_one(self.connection()).await?;
                row.try_get::<i64, _>(0)? as u64 + 1
            }
        };
        let mut seqs = Vec::with_capacity(touched.len());
        for batch in touched.chunks(BATCH) {
            let width = 12;
            let tuple = |row: usize| {
                let cells = (0..width).map(|c| format!("${}", 2 + row * width + c)).collect::<Vec<_>>().join(", ");
                format!("($1, {cells})")
            };
            let tuples = (0..batch.len()).map(tuple).collect::<Vec<_>>().join(", ");
            let sql = format!("insert into changes (school, {COLUMNS}) values {tuples}");
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(school.clone());
            for row in batch {
                let line = Line {
                    seq: next,
                    at: author.at.to_owned(),
                    actor: author.by.to_owned(),
                    table: row.table.name.to_owned(),
                    year: row.year.clone(),
                    key: row.key.clone(),
                    old: row.old.clone(),
                    new: row.new.clone(),
                    undoes: row.undoes,
                };
                let salt = line_salt(author.secret, next);
                let digest = line.digest(&salt);
                query = query
                    .bind(next as i64)
                    .bind(event as i64)
                    .bind(line.at)
                    .bind(line.actor)
                    .bind(line.table)
                    .bind(line.year)
                    .bind(canon::to_text(&line.key))
                    .bind(line.old.map(|old| canon::to_text(&old)).unwrap_or_default())
                    .bind(line.new.map(|new| canon::to_text(&new)).unwrap_or_default())
                    .bind(line.undoes as i64)
                    .bind(hex(&salt))
                    .bind(digest.to_hex());
                if self.unvouched.is_empty() {
                    self.unvouched.first = next;
                }
                self.unvouched.digests.push(digest);
                self.unvouched.tables.insert(row.table.name);
                seqs.push(next);
                next += 1;
            }
            query.execute(self.connection()).await?;
        }
        self.unvouched.next = Some(next);
        Ok(seqs)
    }

    /// Lines of the history as this transaction sees them, newest first.
    pub async fn list_history(&mut self, filter: &ChangeFilter) -> Result<Vec<ChangeRow>, Error> {
        let school = self.school().to_owned();
        fetch(self.connection(), &school, filter).await
    }

    /// The lines with these numbers, oldest first.
    pub async fn find_changes(&mut self, seqs: &[u64]) -> Result<Vec<ChangeRow>, Error> {
        let school = self.school().to_owned();
        let mut found = Vec::new();
        for batch in seqs.chunks(BATCH) {
            let places = (0..batch.len()).map(|at| format!("${}", at + 2)).collect::<Vec<_>>().join(", ");
            let sql = format!("select {COLUMNS} from changes where school = $1 and seq in ({places}) order by seq");
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(school.clone());
            for seq in batch {
                query = query.bind(*seq as i64);
            }
            let rows = query.fetch_all(self.connection()).await?;
            for row in &rows {
                found.push(read(row)?);
            }
        }
        found.sort_by_key(|row: &ChangeRow| row.seq);
        Ok(found)
    }
}

impl Db {
    /// Lines of the history, newest first; what a compromised account did and nobody re-approved is marked as void.
    pub async fn list_changes(&self, filter: &ChangeFilter) -> Result<Vec<ChangeRow>, Error> {
        let mut found = fetch(&mut *self.pool.acquire().await?, &self.school, filter).await?;
        let docket = self.load_docket().await?;
        if !docket.notices.is_empty() {
            for row in &mut found {
                row.voided = !docket.standing(Target::Change(row.seq), &row.deed()?).is_trusted();
            }
        }
        Ok(found)
    }

    /// The other columns of one row, as it stands.
    pub async fn find_row(&self, name: &str, year: &str, key: &[String]) -> Result<Option<Vec<String>>, Error> {
        let table = table(name)?;
        let others = vec!["0".to_owned(); table.columns.len() - table.key];
        let row = table.cells(key, &others)?;
        let found = table.find(&mut *self.pool.acquire().await?, &self.school, year, &row[..table.key]).await?;
        Ok(found.map(|row| table.texts(&row).1))
    }

    /// Rows of one table of a year, by key: the key's columns and the others.
    pub async fn list_rows(&self, name: &str, year: &str) -> Result<Vec<(Vec<String>, Vec<String>)>, Error> {
        let table = table(name)?;
        let rows = sqlx::query(AssertSqlSafe(table.select("")))
            .bind(self.school.clone())
            .bind(year.to_owned())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(table.texts(&table.read(row)?))).collect()
    }

    /// Every table with a history and the years of which it has rows.
    pub async fn list_table_years(&self) -> Result<Vec<(&'static str, Vec<String>)>, Error> {
        let mut all = Vec::new();
        for table in tables() {
            let sql = format!("select distinct year from {} where school = $1 order by year", table.name);
            let rows = sqlx::query(AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
            let years = rows.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<Vec<String>, Error>>()?;
            all.push((table.name, years));
        }
        Ok(all)
    }
}

/// A row as texts: the key's columns and the others.
pub type RowTexts = (Vec<String>, Vec<String>);

/// A journal as the rows that it would fill its tables with.
pub fn journal_rows(journal: &Journal) -> Vec<(&'static str, Vec<RowTexts>)> {
    let texts = |(table, rows): (&'static Table, Vec<Vec<Cell>>)| {
        (table.name, rows.iter().map(|row| table.texts(row)).collect())
    };
    tables::to_rows(journal).into_iter().map(texts).collect()
}

/// Names of a table's columns: the key's and the others.
pub fn columns_of(name: &str) -> Option<(Vec<&'static str>, Vec<&'static str>)> {
    let table = tables().find(|table| table.name == name)?;
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let (key, others) = names.split_at(table.key);
    Some((key.to_vec(), others.to_vec()))
}

/// The name of a table with a history as the program has it; `None` for any other.
pub fn table_name(name: &str) -> Option<&'static str> {
    tables().map(|table| table.name).find(|known| *known == name)
}

fn read(row: &AnyRow) -> Result<ChangeRow, Error> {
    let number = |at: usize| Ok::<u64, Error>(row.try_get::<i64, _>(at)? as u64);
    let list = |at: usize, column| {
        let text: String = row.try_get(at)?;
        let parsed = serde_json::from_str::<Vec<String>>(&text);
        parsed.map_err(|_| Error::Foreign { table: "changes", column, value: text })
    };
    let maybe = |at: usize, column| match row.try_get::<String, _>(at)?.as_str() {
        "" => Ok(None),
        _ => list(at, column).map(Some),
    };
    Ok(ChangeRow {
        seq: number(0)?,
        event: number(1)?,
        at: row.try_get(2)?,
        by: row.try_get(3)?,
        table: row.try_get(4)?,
        year: row.try_get(5)?,
        key: list(6, "row_key")?,
        old: maybe(7, "old_row")?,
        new: maybe(8, "new_row")?,
        undoes: number(9)?,
        salt: row.try_get(10)?,
        digest: row.try_get(11)?,
        voided: false,
    })
}

async fn fetch(connection: &mut AnyConnection, school: &str, filter: &ChangeFilter) -> Result<Vec<ChangeRow>, Error> {
    let mut sql = format!("select {COLUMNS} from changes where school = $1");
    let mut bound = vec![Cell::Text(school.to_owned())];
    let mut wanting = |condition: &str, cell: Cell| {
        bound.push(cell);
        sql.push_str(&format!(" and {condition} ${}", bound.len()));
    };
    for (condition, text) in
        [("tbl =", &filter.table), ("year =", &filter.year), ("actor =", &filter.actor), ("at >=", &filter.since)]
    {
        if let Some(text) = text {
            wanting(condition, Cell::Text(text.clone()));
        }
    }
    if let Some(event) = filter.event {
        wanting("event_idx =", Cell::Int(event as i64));
    }
    if let Some(before) = filter.before {
        wanting("seq <", Cell::Int(before as i64));
    }
    let whole = filter.table.as_deref().is_some_and(|name| table(name).is_ok_and(|t| t.key == filter.key.len()));
    if whole {
        wanting("row_key =", Cell::Text(canon::to_text(&filter.key)));
    } else if !filter.key.is_empty() {
        // A prefix of the array's text, up to the comma that ends the last value asked for.
        let prefix = canon::to_text(&filter.key).trim_end_matches(']').to_owned();
        let length = prefix.chars().count();
        wanting(&format!("substr(row_key, 1, {length}) ="), Cell::Text(prefix));
    }
    if let Some(name) = &filter.names {
        wanting("row_key like", Cell::Text(format!("%{}%", canon::to_text(name))));
    }
    sql.push_str(" order by seq desc");
    if filter.limit > 0 {
        sql.push_str(&format!(" limit {}", filter.limit));
    }
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for cell in bound {
        query = match cell {
            Cell::Text(text) => query.bind(text),
            Cell::Int(number) => query.bind(number),
        };
    }
    let rows = query.fetch_all(connection).await?;
    let mut found = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    // `like` takes a dash of one alphabet for itself only, yet ignores case on SQLite.
    if let Some(name) = &filter.names {
        found.retain(|row| row.key.contains(name));
    }
    Ok(found)
}
