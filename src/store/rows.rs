//! Rows as plain cells, for the tables that are compared and filled in bulk: floor 1, inside `store`.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::Error;

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cell {
    /// `text`.
    Text(String),
    /// `bigint`.
    Int(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl Cell {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Int(_) => "",
        }
    }

    pub(super) fn int(&self) -> i64 {
        match self {
            Self::Text(_) => 0,
            Self::Int(number) => *number,
        }
    }
}

/// A row of cells in the order of its table's columns, without `school` and `year`.
pub(super) type Cells = Vec<Cell>;

/// A cell in words: numbers in decimal.
pub(super) fn words(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Int(number) => number.to_string(),
    }
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
}

/// A table of the journal: every one begins with `school` and `year`, which are not among the columns here.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The first `key` columns name the row.
    pub(super) key: usize,
    pub(super) columns: &'static [(&'static str, Kind)],
}

/// Rows a statement: 20 to 50 are fastest on SQLite (35,000 rows/s against 18,000 at 500).
const BATCH: usize = 40;

/// Tables whose rows have a place only because files have lines: pages and copies put classes and members of groups in an order of their own.
const WITHOUT_ORDER: [&str; 2] = ["classes", "group_members"];

impl Table {
    /// Do the two rows differ in nothing but their place in a list that has no order? One line more in a file would change all that follow.
    pub(super) fn differs_in_place_only(&self, was: &[Cell], is: &[Cell]) -> bool {
        let place = self.columns.iter().position(|(name, _)| *name == "ordinal");
        let same = |(at, (was, is)): (usize, (&Cell, &Cell))| Some(at) == place || was == is;
        WITHOUT_ORDER.contains(&self.name) && was.len() == is.len() && was.iter().zip(is).enumerate().all(same)
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// Every row of a school's year, by key. `class_column` limits to one class where the table has such a column.
    pub(super) fn select(&self, filter: &str) -> String {
        let key = self.columns[..self.key].iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        format!("select {} from {} where school = $1 and year = $2 {filter} order by {key}", self.names(), self.name)
    }

    /// Columns from `from` on, out of words.
    fn parse(&self, from: usize, texts: &[String]) -> Result<Cells, Error> {
        let columns = self.columns.iter().skip(from).zip(texts);
        columns
            .map(|((column, kind), text)| match kind {
                Kind::Text => Ok(Cell::Text(text.clone())),
                Kind::Int => text.parse().map(Cell::Int).map_err(|_| Error::Foreign {
                    table: self.name,
                    column,
                    value: text.clone(),
                }),
            })
            .collect()
    }

    /// A whole row out of words: the key's columns and the others.
    pub(super) fn cells(&self, key: &[String], others: &[String]) -> Result<Cells, Error> {
        if key.len() != self.key || others.len() != self.columns.len() - self.key {
            let value = [key, others].concat().join(", ");
            return Err(Error::Foreign { table: self.name, column: "(row)", value });
        }
        let mut cells = self.parse(0, key)?;
        cells.extend(self.parse(self.key, others)?);
        Ok(cells)
    }

    /// A row in words: the key's columns and the others.
    pub(super) fn texts(&self, row: &[Cell]) -> (Vec<String>, Vec<String>) {
        let (key, others) = row.split_at(self.key.min(row.len()));
        (key.iter().map(words).collect(), others.iter().map(words).collect())
    }

    /// The row that this key names, as it stands.
    pub(super) async fn find(
        &self,
        connection: &mut sqlx::AnyConnection,
        school: &str,
        year: &str,
        key: &[Cell],
    ) -> Result<Option<Cells>, Error> {
        let place = |index: usize| format!("{} = ${}", self.columns[index].0, index + 3);
        let wanted = (0..self.key).map(place).collect::<Vec<_>>().join(" and ");
        let sql = format!("select {} from {} where school = $1 and year = $2 and {wanted}", self.names(), self.name);
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(school.to_owned()).bind(year.to_owned());
        for cell in key {
            query = match cell {
                Cell::Text(text) => query.bind(text.clone()),
                Cell::Int(number) => query.bind(*number),
            };
        }
        let row = query.fetch_optional(connection).await?;
        row.map(|row| self.read(&row)).transpose()
    }

    pub(super) fn read(&self, row: &AnyRow) -> Result<Cells, Error> {
        self.columns
            .iter()
            .enumerate()
            .map(|(index, (_, kind))| {
                Ok(match kind {
                    Kind::Text => Cell::Text(row.try_get(index)?),
                    Kind::Int => Cell::Int(row.try_get(index)?),
                })
            })
            .collect()
    }

    /// Inserts rows in batches.
    pub(super) async fn insert(
        &self,
        connection: &mut sqlx::AnyConnection,
        school: &str,
        year: &str,
        rows: &[&Cells],
    ) -> Result<(), Error> {
        let width = self.columns.len();
        for batch in rows.chunks(BATCH) {
            let tuple = |row: usize| {
                let cells = (0..width).map(|c| format!("${}", 3 + row * width + c)).collect::<Vec<_>>().join(", ");
                format!("($1, $2, {cells})")
            };
            let tuples = (0..batch.len()).map(tuple).collect::<Vec<_>>().join(", ");
            let sql = format!("insert into {} (school, year, {}) values {tuples}", self.name, self.names());
            self.run(connection, sql, school, year, batch.iter().flat_map(|row| row.iter())).await?;
        }
        Ok(())
    }

    /// Changes one row, named by its key, to new values.
    pub(super) async fn update(
        &self,
        connection: &mut sqlx::AnyConnection,
        school: &str,
        year: &str,
        row: &Cells,
    ) -> Result<(), Error> {
        let (key, values) = (self.places(0..self.key, " and "), self.places(self.key..self.columns.len(), ", "));
        let sql = format!("update {} set {values} where school = $1 and year = $2 and {key}", self.name);
        self.run(connection, sql, school, year, row.iter()).await
    }

    /// Deletes one row, named by its key.
    pub(super) async fn delete(
        &self,
        connection: &mut sqlx::AnyConnection,
        school: &str,
        year: &str,
        row: &Cells,
    ) -> Result<(), Error> {
        let key = self.places(0..self.key, " and ");
        let sql = format!("delete from {} where school = $1 and year = $2 and {key}", self.name);
        self.run(connection, sql, school, year, row[..self.key].iter()).await
    }

    /// Columns with their places in a statement, `name = $3`: the first two are the school's and the year's.
    fn places(&self, columns: std::ops::Range<usize>, between: &str) -> String {
        columns.map(|index| format!("{} = ${}", self.columns[index].0, index + 3)).collect::<Vec<_>>().join(between)
    }

    async fn run(
        &self,
        connection: &mut sqlx::AnyConnection,
        sql: String,
        school: &str,
        year: &str,
        cells: impl Iterator<Item = &Cell> + Send,
    ) -> Result<(), Error> {
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(school.to_owned()).bind(year.to_owned());
        for cell in cells {
            query = match cell {
                Cell::Text(text) => query.bind(text.clone()),
                Cell::Int(number) => query.bind(*number),
            };
        }
        query.execute(connection).await?;
        Ok(())
    }
}
