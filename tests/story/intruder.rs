//! Somebody with the database file and the folder, but without the keys: SQL behind the program's back, guards dropped first.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Row as _};

/// The intruder's own connection.
pub struct Intruder {
    pool: SqlitePool,
}

impl Intruder {
    /// Opens the database of a house.
    pub async fn at(root: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(root.join("letopis.db"));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the database opens");
        Self { pool }
    }

    /// Drops every guard; a stranger's SQL then meets no resistance.
    pub async fn without_guards(root: &Path) -> Self {
        let intruder = Self::at(root).await;
        let rows = sqlx::query("select name from sqlite_master where type = 'trigger'").fetch_all(&intruder.pool).await;
        for row in rows.expect("triggers") {
            intruder.run(&format!("drop trigger {}", row.get::<String, _>(0))).await;
        }
        intruder
    }

    /// Runs SQL that must touch something.
    pub async fn run(&self, sql: &str) -> u64 {
        let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.pool).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }

    /// What the database answers to SQL that a guard may refuse.
    pub async fn tries(&self, sql: &str) -> Result<u64, String> {
        let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.pool).await;
        done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
    }

    /// The first row of an answer, as text.
    pub async fn ask(&self, sql: &str) -> Vec<String> {
        let row = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_one(&self.pool).await;
        let row = row.unwrap_or_else(|error| panic!("{sql}: {error}"));
        (0..row.len()).map(|at| row.get::<String, _>(at)).collect()
    }

    /// Rows of every table; the writers' turn is no row.
    pub async fn counts(&self) -> Vec<(String, i64)> {
        let tables = sqlx::query("select name from sqlite_master where type = 'table' order by name");
        let mut counts = Vec::new();
        for row in tables.fetch_all(&self.pool).await.expect("tables") {
            let table: String = row.get(0);
            let count = sqlx::query(AssertSqlSafe(format!("select count(*) from {table}")));
            counts.push((table, count.fetch_one(&self.pool).await.expect("a count").get(0)));
        }
        counts
    }
}
