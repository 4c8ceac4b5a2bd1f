//! The journal of a school year, and its closed periods: floor 1.
//!
//! A bundle is the state of the year: what it says is compared with what stands, and only the difference is written.

pub(super) mod tables;

use std::collections::HashMap;

use chrono::NaiveDate;
use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Row as _};

use super::changes::{Author, ChangeFilter, Touched};
use super::rows::{Cells, Table, words};
use super::{Db, Error, Tx};
use crate::domain::journal::{Journal, LessonKey};
use crate::domain::setup::Stay;
use crate::domain::tenure::EarlierTeacher;

pub use tables::EntryList;

/// Rows of a page of [`Db::read_entries`]: some 2 MB of memory.
const PAGE: usize = 4096;

/// A closed period of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosureRow {
    /// School year.
    pub year: String,
    /// Class name.
    pub class: String,
    /// Period's id.
    pub period: String,
    /// First day locked.
    pub starts: String,
    /// Last day locked.
    pub ends: String,
    /// When it was closed.
    pub closed_at: String,
    /// Who closed it.
    pub closed_by: String,
    /// Ground of closing in spite of findings, may be empty.
    pub ground: String,
}

/// First and last day, both included; every day of the year for `None`.
pub type Days = Option<(NaiveDate, NaiveDate)>;

/// Which of a year's entries are read: a page about a quarter must not wait for a year of marks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part<'a> {
    /// Lessons of these days.
    pub lessons: Days,
    /// What hangs on lessons; nothing of it for `None`.
    pub entries: Option<Entries<'a>>,
}

/// Absences, final marks, decisions, and marks where they are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entries<'a> {
    /// Absences and marks of these days.
    pub days: Days,
    /// With the marks of lessons?
    pub marks: bool,
    /// Final marks of this period; of all for an empty one.
    pub period: &'a str,
}

/// A bundle on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRow {
    /// SHA-256 of the list of its files.
    pub digest: String,
    /// School year.
    pub year: String,
    /// When it came in, RFC 3339.
    pub imported_at: String,
    /// Who brought it.
    pub imported_by: String,
}

/// One row that an import would change: table, the row's key in words, what stands and what comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Table.
    pub table: &'static str,
    /// Key and values as they stand, empty for a new row.
    pub old: Vec<String>,
    /// Key and values as they come, empty for a row that goes.
    pub new: Vec<String>,
}

impl Change {
    /// The columns that name the row.
    pub fn key(&self) -> &[String] {
        let row = if self.new.is_empty() { &self.old } else { &self.new };
        let columns = tables::ALL.iter().find(|table| table.name == self.table).map_or(row.len(), |table| table.key);
        &row[..columns.min(row.len())]
    }
}

/// What replacing a year's journal came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// Rows written.
    pub rows: usize,
    /// Nothing of this year was ever on record: the bundle itself is the record of the rows, and the history begins after it.
    pub origin: bool,
}

/// What an import writes into one table.
struct Difference<'a> {
    table: &'static Table,
    gone: Vec<Cells>,
    changed: Vec<(Cells, &'a Cells)>,
    new: Vec<&'a Cells>,
}

impl Db {
    /// The school years on record, newest last: those with classes; before there are any, those with study periods, for a school's card comes
    /// before its classes.
    pub async fn list_years(&self) -> Result<Vec<String>, Error> {
        for statement in [
            "select distinct year from classes where school = $1 order by year",
            "select distinct year from periods where school = $1 order by year",
        ] {
            let rows = sqlx::query(statement).bind(self.school.clone()).fetch_all(&self.pool).await?;
            if !rows.is_empty() {
                return rows.iter().map(|row| Ok(row.try_get(0)?)).collect();
            }
        }
        Ok(Vec::new())
    }

    /// School years in which a learner stands on the lists, the earliest first.
    pub async fn list_years_of_learner(&self, learner: &str) -> Result<Vec<String>, Error> {
        let rows = sqlx::query("select distinct year from learners where school = $1 and id = $2 order by year")
            .bind(self.school.clone())
            .bind(learner.to_owned())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// The whole journal of a year.
    pub async fn load_journal(&self, year: &str) -> Result<Journal, Error> {
        let mut connection = self.pool.acquire().await?;
        let mut journal = load(&mut connection, &self.school, year).await?;
        journal.school = super::schools::read_school(&mut connection, &self.school, year).await?;
        Ok(journal)
    }

    /// The year's journal as it stood when an event of the log was written: every later line of the history is taken back. A row that somebody
    /// changed past the history stays changed.
    pub async fn load_journal_at(&self, year: &str, event: u64) -> Result<Journal, Error> {
        let mut connection = self.pool.acquire().await?;
        let mut rows: HashMap<&'static str, HashMap<Cells, Cells>> = HashMap::new();
        let known =
            || tables::ALL.into_iter().chain([&super::setup::tables::STAYS, &super::setup::tables::EARLIER_TEACHERS]);
        for table in known() {
            let found = standing(&mut connection, table, &self.school, year).await?;
            rows.insert(table.name, found.into_iter().map(|row| (row[..table.key].to_vec(), row)).collect());
        }
        drop(connection);
        // Newest first, as they come.
        let filter = ChangeFilter { year: Some(year.to_owned()), ..ChangeFilter::default() };
        for change in self.list_changes(&filter).await?.into_iter().filter(|change| change.event > event) {
            let Some(table) = known().find(|table| table.name == change.table) else { continue };
            let others = change.old.as_ref().or(change.new.as_ref()).cloned().unwrap_or_default();
            // A line that is no row of the table was spoilt; the check of the history says so.
            let Ok(row) = table.cells(&change.key, &others) else { continue };
            let standing = rows.entry(table.name).or_default();
            let key = row[..table.key].to_vec();
            match change.old {
                Some(_) => standing.insert(key, row),
                None => standing.remove(&key),
            };
        }
        let listed = |(name, rows): (&'static str, HashMap<Cells, Cells>)| {
            let mut rows: Vec<Cells> = rows.into_values().collect();
            rows.sort();
            (name, rows)
        };
        let rows: tables::Rows = rows.into_iter().map(listed).collect();
        let mut journal = tables::from_rows(&rows)?;
        let beside = |table: &str| -> Vec<Vec<String>> {
            rows.get(table).into_iter().flatten().map(|row| row.iter().map(words).collect()).collect()
        };
        let stays = beside("stays");
        journal.take_earlier_stays(&stays.iter().filter_map(|row| Stay::from_cells(row)).collect::<Vec<_>>());
        let gone = beside("earlier_teachers");
        journal.earlier_teachers = gone.iter().filter_map(|row| EarlierTeacher::from_cells(row)).collect();
        journal.school = super::schools::read_school(&mut *self.pool.acquire().await?, &self.school, year).await?;
        Ok(journal)
    }

    /// The year's periods, staff, classes, learners, courses and groups; without lessons and what hangs on them, which are a hundred
    /// times as much.
    pub async fn load_roster(&self, year: &str) -> Result<Journal, Error> {
        let mut connection = self.pool.acquire().await?;
        roster(&mut connection, &self.school, year).await
    }

    /// Lessons, marks, absences, final marks, decisions and gaps of one class's year; the other lists are empty.
    pub async fn load_class_entries(&self, year: &str, class: &str) -> Result<Journal, Error> {
        self.load_entries(year, &tables::OF_CLASS, &[class]).await
    }

    /// Lessons, marks, absences and final marks of one course; the other lists are empty.
    pub async fn load_course_entries(&self, year: &str, course: &str) -> Result<Journal, Error> {
        self.load_entries(year, &tables::OF_COURSE, &[course]).await
    }

    /// Marks, absences and final marks of one learner in the courses of a class, and the lessons that they hang on; the other lists are
    /// empty.
    pub async fn load_learner_entries(&self, year: &str, class: &str, learner: &str) -> Result<Journal, Error> {
        self.load_entries(year, &tables::OF_LEARNER, &[class, learner]).await
    }

    /// A part of the year's entries; the roster's lists are empty. One statement for each table.
    pub async fn load_part(&self, year: &str, part: &Part<'_>) -> Result<Journal, Error> {
        let texts = |days: Days| days.map(|(first, last)| vec![first.to_string(), last.to_string()]);
        let within = |days: Days| match texts(days) {
            Some(days) => (tables::WITHIN, days),
            None => ("", Vec::new()),
        };
        let mut wanted = vec![(&tables::LESSONS, within(part.lessons)), (&tables::CONTENT_GAPS, ("", Vec::new()))];
        if let Some(entries) = part.entries {
            let of_period = match entries.period {
                "" => ("", Vec::new()),
                period => (tables::OF_PERIOD, vec![period.to_owned()]),
            };
            wanted.push((&tables::ABSENCES, within(entries.days)));
            wanted.push((&tables::FINAL_MARKS, of_period));
            wanted.push((&tables::DECISIONS, ("", Vec::new())));
            if entries.marks {
                wanted.push((&tables::MARKS, within(entries.days)));
            }
        }
        let mut connection = self.pool.acquire().await?;
        let mut rows = HashMap::new();
        for (table, (filter, of)) in wanted {
            let of: Vec<&str> = of.iter().map(String::as_str).collect();
            rows.insert(table.name, matching(&mut connection, table, (&self.school, year), filter, &of).await?);
        }
        tables::from_rows(&rows)
    }

    async fn load_entries(&self, year: &str, tables: &[(&'static Table, &str)], of: &[&str]) -> Result<Journal, Error> {
        let mut connection = self.pool.acquire().await?;
        entries(&mut connection, (&self.school, year), tables, of).await
    }

    /// One list of the year, in the order of [`Db::load_journal`] and in the memory of one page: each page is a journal whose other lists
    /// are empty.
    ///
    /// # Errors
    /// What `take` said, or the database.
    pub async fn read_entries<E: From<Error>>(
        &self,
        year: &str,
        list: EntryList,
        mut take: impl FnMut(&Journal) -> Result<(), E>,
    ) -> Result<(), E> {
        let table = list.table();
        let mut rows = sqlx::query(AssertSqlSafe(table.select("")))
            .bind(self.school.clone())
            .bind(year.to_owned())
            .fetch(&self.pool)
            .map_err(Error::from);
        let mut page = Vec::with_capacity(PAGE);
        loop {
            let row = rows.try_next().await?;
            let ended = row.is_none();
            if let Some(row) = row {
                page.push(table.read(&row)?);
            }
            if page.len() == PAGE || (ended && !page.is_empty()) {
                take(&tables::from_rows(&HashMap::from([(table.name, std::mem::take(&mut page))]))?)?;
            }
            if ended {
                return Ok(());
            }
        }
    }

    /// Lessons of a year that somebody else than the teacher of the course held, and who, the last first.
    pub async fn list_substituted(&self, year: &str) -> Result<Vec<(LessonKey, String)>, Error> {
        let rows = sqlx::query(
            "select course, date, number, substitute from lessons where school = $1 and year = $2 and substitute <> ''
             order by date desc, number desc, course",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &sqlx::any::AnyRow| {
            let date: String = row.try_get(1)?;
            let foreign = |column, value: String| Error::Foreign { table: "lessons", column, value };
            let number: i64 = row.try_get(2)?;
            let number = u8::try_from(number).map_err(|_| foreign("number", number.to_string()))?;
            let date = date.parse().map_err(|_| foreign("date", date.clone()))?;
            Ok((LessonKey { course_id: row.try_get(0)?, date, number }, row.try_get(3)?))
        };
        rows.iter().map(read).collect()
    }

    /// The bundle that the year began with: the last one before its history.
    pub async fn find_origin(&self, year: &str) -> Result<Option<BundleRow>, Error> {
        let rows = sqlx::query(
            "select digest, imported_at, imported_by from bundles b where school = $1 and year = $2
             order by case when exists (select 1 from changes c where c.school = b.school and c.year = b.year
                and c.at <= b.imported_at) then 1 else 0 end, imported_at desc limit 1",
        )
        .bind(self.school.clone())
        .bind(year.to_owned())
        .fetch_optional(&self.pool)
        .await?;
        let read = |row: sqlx::any::AnyRow| {
            Ok(BundleRow {
                digest: row.try_get(0)?,
                year: year.to_owned(),
                imported_at: row.try_get(1)?,
                imported_by: row.try_get(2)?,
            })
        };
        rows.map(read).transpose()
    }

    /// Closed periods of every class and year.
    pub async fn list_closures(&self) -> Result<Vec<ClosureRow>, Error> {
        let rows = sqlx::query(
            "select year, class, period, starts, ends, closed_at, closed_by, ground from closures
             where school = $1 order by year, class, period",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ClosureRow {
                    year: row.try_get(0)?,
                    class: row.try_get(1)?,
                    period: row.try_get(2)?,
                    starts: row.try_get(3)?,
                    ends: row.try_get(4)?,
                    closed_at: row.try_get(5)?,
                    closed_by: row.try_get(6)?,
                    ground: row.try_get(7)?,
                })
            })
            .collect()
    }

    /// Is there a member of staff with this identifier, in any year?
    pub async fn is_staff(&self, id: &str) -> Result<bool, Error> {
        let row = sqlx::query("select id from staff where school = $1 and id = $2 limit 1")
            .bind(self.school.clone())
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// When a bundle was imported, if it was.
    pub async fn find_bundle(&self, digest: &str) -> Result<Option<String>, Error> {
        let row = sqlx::query("select imported_at from bundles where school = $1 and digest = $2")
            .bind(self.school.clone())
            .bind(digest.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Digest and moment of every bundle, oldest first.
    pub async fn list_bundles(&self) -> Result<Vec<(String, String)>, Error> {
        let rows =
            sqlx::query("select digest, imported_at from bundles where school = $1 order by imported_at, digest")
                .bind(self.school.clone())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }
}

impl Tx {
    /// The whole journal of a year as this transaction sees it.
    pub async fn load_journal(&mut self, year: &str) -> Result<Journal, Error> {
        let school = self.school().to_owned();
        let mut journal = load(self.connection(), &school, year).await?;
        journal.school = super::schools::read_school(self.connection(), &school, year).await?;
        Ok(journal)
    }

    /// [`Db::load_roster`] as this transaction sees the year.
    pub async fn load_roster(&mut self, year: &str) -> Result<Journal, Error> {
        let school = self.school().to_owned();
        roster(self.connection(), &school, year).await
    }

    /// [`Db::load_class_entries`] as this transaction sees them.
    pub async fn load_class_entries(&mut self, year: &str, class: &str) -> Result<Journal, Error> {
        let school = self.school().to_owned();
        entries(self.connection(), (&school, year), &tables::OF_CLASS, &[class]).await
    }

    /// What importing this journal would change, as this transaction sees the year.
    pub async fn list_changes(&mut self, journal: &Journal) -> Result<Vec<Change>, Error> {
        let school = self.school().to_owned();
        let rows = tables::to_rows(journal);
        let mut changes = Vec::new();
        for difference in differences(self.connection(), &school, &journal.school.year, &rows).await? {
            let table = difference.table.name;
            let words = |cells: &Cells| cells.iter().map(words).collect::<Vec<_>>();
            let gone = difference.gone.iter().map(|old| (words(old), Vec::new()));
            let changed = difference.changed.iter().map(|(old, new)| (words(old), words(new)));
            let new = difference.new.iter().map(|new| (Vec::new(), words(new)));
            changes.extend(gone.chain(changed).chain(new).map(|(old, new)| Change { table, old, new }));
        }
        Ok(changes)
    }

    /// Makes the year what the journal says: rows that go are deleted, changed ones updated, new ones inserted. Each of them gets its
    /// line in the history, except in a year of which nothing was ever on record: there the kept bundle is the record of the rows.
    pub async fn replace_journal(&mut self, journal: &Journal, author: &Author<'_>) -> Result<Replaced, Error> {
        self.replace(journal, author, true).await
    }

    /// The same, with a line in the history for each row in any case: the kept files by themselves do not say all of them.
    pub async fn record_journal(&mut self, journal: &Journal, author: &Author<'_>) -> Result<Replaced, Error> {
        self.replace(journal, author, false).await
    }

    async fn replace(&mut self, journal: &Journal, author: &Author<'_>, by_files: bool) -> Result<Replaced, Error> {
        let school = self.school().to_owned();
        let year = journal.school.year.clone();
        let origin = by_files && !self.has_history(&year).await? && self.is_empty_year(&year).await?;
        let rows = tables::to_rows(journal);
        let mut written = 0;
        let mut touched = Vec::new();
        for difference in differences(self.connection(), &school, &year, &rows).await? {
            let table = difference.table;
            let connection = self.connection();
            for row in &difference.gone {
                table.delete(connection, &school, &year, row).await?;
            }
            for (_, row) in &difference.changed {
                table.update(connection, &school, &year, row).await?;
            }
            table.insert(connection, &school, &year, &difference.new).await?;
            written += difference.gone.len() + difference.changed.len() + difference.new.len();
            if !origin {
                touched.extend(difference.gone.iter().map(|old| Touched::new(table, &year, Some(old), None)));
                let changed = difference.changed.iter();
                touched.extend(changed.map(|(old, new)| Touched::new(table, &year, Some(old), Some(new))));
                touched.extend(difference.new.iter().map(|new| Touched::new(table, &year, None, Some(new))));
            }
        }
        self.write_history(&touched, author).await?;
        Ok(Replaced { rows: written, origin: origin && written > 0 })
    }

    async fn is_empty_year(&mut self, year: &str) -> Result<bool, Error> {
        let school = self.school().to_owned();
        for table in tables::ALL {
            let sql = format!("select 1 from {} where school = $1 and year = $2 limit 1", table.name);
            let query = sqlx::query(AssertSqlSafe(sql)).bind(school.clone()).bind(year.to_owned());
            if query.fetch_optional(self.connection()).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts an imported bundle on record.
    pub async fn record_bundle(&mut self, digest: &str, year: &str, at: &str, by: &str) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query("insert into bundles (school, digest, year, imported_at, imported_by) values ($1, $2, $3, $4, $5)")
            .bind(school)
            .bind(digest.to_owned())
            .bind(year.to_owned())
            .bind(at.to_owned())
            .bind(by.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Closes a period of a class; `Duplicate` when it is closed already.
    pub async fn record_closure(&mut self, row: &ClosureRow) -> Result<(), Error> {
        let school = self.school().to_owned();
        sqlx::query(
            "insert into closures (school, year, class, period, starts, ends, closed_at, closed_by, ground)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(school)
        .bind(row.year.clone())
        .bind(row.class.clone())
        .bind(row.period.clone())
        .bind(row.starts.clone())
        .bind(row.ends.clone())
        .bind(row.closed_at.clone())
        .bind(row.closed_by.clone())
        .bind(row.ground.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

async fn standing(
    connection: &mut sqlx::AnyConnection,
    table: &Table,
    school: &str,
    year: &str,
) -> Result<Vec<Cells>, Error> {
    matching(connection, table, (school, year), "", &[]).await
}

/// Rows of a table under a condition, whose places from `$3` on `of` fills.
async fn matching(
    connection: &mut sqlx::AnyConnection,
    table: &Table,
    (school, year): (&str, &str),
    filter: &str,
    of: &[&str],
) -> Result<Vec<Cells>, Error> {
    let query = sqlx::query(AssertSqlSafe(table.select(filter))).bind(school.to_owned()).bind(year.to_owned());
    let query = of.iter().fold(query, |query, value| query.bind((*value).to_owned()));
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| table.read(row)).collect()
}

async fn load(connection: &mut sqlx::AnyConnection, school: &str, year: &str) -> Result<Journal, Error> {
    let mut rows = HashMap::new();
    for table in tables::ALL {
        rows.insert(table.name, standing(&mut *connection, table, school, year).await?);
    }
    let mut journal = tables::from_rows(&rows)?;
    journal.take_earlier_stays(&super::setup::stays(&mut *connection, school, year).await?);
    journal.earlier_teachers = super::setup::earlier_teachers(connection, school, year).await?;
    Ok(journal)
}

async fn roster(connection: &mut sqlx::AnyConnection, school: &str, year: &str) -> Result<Journal, Error> {
    let mut rows = HashMap::new();
    for table in tables::ROSTER {
        rows.insert(table.name, standing(&mut *connection, table, school, year).await?);
    }
    let mut roster = tables::from_rows(&rows)?;
    roster.take_earlier_stays(&super::setup::stays(&mut *connection, school, year).await?);
    roster.earlier_teachers = super::setup::earlier_teachers(&mut *connection, school, year).await?;
    roster.school = super::schools::read_school(connection, school, year).await?;
    Ok(roster)
}

/// Rows of some tables, each under its own condition, which `of` fills.
async fn entries(
    connection: &mut sqlx::AnyConnection,
    (school, year): (&str, &str),
    tables: &[(&'static Table, &str)],
    of: &[&str],
) -> Result<Journal, Error> {
    let mut rows = HashMap::new();
    for (table, filter) in tables {
        rows.insert(table.name, matching(&mut *connection, table, (school, year), filter, of).await?);
    }
    tables::from_rows(&rows)
}

async fn differences<'a>(
    connection: &mut sqlx::AnyConnection,
    school: &str,
    year: &str,
    rows: &'a [(&'static Table, Vec<Cells>)],
) -> Result<Vec<Difference<'a>>, Error> {
    let mut all = Vec::new();
    for (table, coming) in rows {
        let mut old: HashMap<Vec<_>, Cells> = standing(&mut *connection, table, school, year)
            .await?
            .into_iter()
            .map(|row| (row[..table.key].to_vec(), row))
            .collect();
        let mut difference = Difference { table, gone: Vec::new(), changed: Vec::new(), new: Vec::new() };
        for row in coming {
            match old.remove(&row[..table.key]) {
                None => difference.new.push(row),
                Some(same) if same == *row || table.differs_in_place_only(&same, row) => {}
                Some(other) => difference.changed.push((other, row)),
            }
        }
        // Sorted, because a hash map's order must not decide the order of writes and findings.
        difference.gone = old.into_values().collect();
        difference.gone.sort();
        all.push(difference);
    }
    Ok(all)
}
