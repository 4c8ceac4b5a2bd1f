//! The whole database as one portable SQLite file, out of either engine and into either: floor 1.
//!
//! SQLite writes itself (`vacuum into`); PostgreSQL is read row by row inside one snapshot. The file has every table of the school, its
//! schema and its guards, so that stock `sqlite3` opens it and this program opens it as a house.

use std::path::Path;

use futures_util::TryStreamExt as _;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};

use super::{Db, Error};
use crate::domain::audit;
use crate::domain::canon::{Digest, unhex};
use crate::domain::merkle::{self, Frontier};

/// Rows of one statement: as for every bulk insert on SQLite, 20 to 50 are fastest.
const BATCH: usize = 40;

/// A table as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Table {
    name: String,
    /// Name of each column and whether it is a number.
    columns: Vec<(String, bool)>,
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    }

    fn select(&self) -> String {
        format!("select {} from {} where school = $1", self.names(), self.name)
    }

    fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let tuple = |row: usize| {
            let cells = (1..=width).map(|cell| format!("${}", row * width + cell)).collect::<Vec<_>>().join(", ");
            format!("({cells})")
        };
        let tuples = (0..rows).map(tuple).collect::<Vec<_>>().join(", ");
        format!("insert into {} ({}) values {tuples}", self.name, self.names())
    }

    fn bind<'q>(
        &self,
        mut query: Query<'q, Any, AnyArguments>,
        row: &AnyRow,
    ) -> Result<Query<'q, Any, AnyArguments>, Error> {
        for (at, (_, number)) in self.columns.iter().enumerate() {
            query = match number {
                true => query.bind(row.try_get::<i64, _>(at)?),
                false => query.bind(row.try_get::<String, _>(at)?),
            };
        }
        Ok(query)
    }
}

/// The log as its rows say, computed anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogReplay {
    /// Entries.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// Root over the first so many as were asked for; `None` when there are fewer.
    pub root_then: Option<Digest>,
    /// Entries whose stored leaf is not that of their payload, or whose number is missing.
    pub altered: u64,
}

impl Db {
    /// Opens a dump as a database of its own.
    pub async fn open_file(file: &Path, school: &str) -> Result<Self, Error> {
        Self::open(&sqlite_file(file), school).await
    }

    async fn tables(&self) -> Result<Vec<Table>, Error> {
        let sql = match self.sqlite {
            true => {
                "select cast(m.name as text), cast(p.name as text), lower(cast(p.type as text)) from sqlite_master m
                 join pragma_table_info(m.name) p
                 where m.type = 'table' and m.name not like 'sqlite%' and m.name not like '\\_sqlx%' escape '\\'
                 order by m.name, p.cid"
            }
            false => {
                "select cast(table_name as text), cast(column_name as text), cast(data_type as text)
                 from information_schema.columns
                 where table_schema = current_schema() and table_name not like '\\_sqlx%'
                 order by table_name, ordinal_position"
            }
        };
        let mut tables: Vec<Table> = Vec::new();
        for row in sqlx::query(sql).fetch_all(&self.pool).await? {
            let (table, column, kind): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            if tables.last().is_none_or(|last| last.name != table) {
                tables.push(Table { name: table, columns: Vec::new() });
            }
            if let Some(last) = tables.last_mut() {
                last.columns.push((column, kind == "bigint"));
            }
        }
        Ok(tables)
    }

    /// Rows of the school in every table, by name of the table.
    pub async fn count_tables(&self) -> Result<Vec<(String, u64)>, Error> {
        let mut counts = Vec::new();
        for table in self.tables().await? {
            let sql = format!("select count(*) from {} where school = $1", table.name);
            let row = sqlx::query(AssertSqlSafe(sql)).bind(self.school.clone()).fetch_one(&self.pool).await?;
            counts.push((table.name, row.try_get::<i64, _>(0)? as u64));
        }
        Ok(counts)
    }

    /// Writes everything of the school, as it stands at one moment, into a new SQLite file.
    pub async fn dump(&self, file: &Path) -> Result<(), Error> {
        if self.sqlite {
            let path = file.to_string_lossy().into_owned();
            sqlx::query("vacuum into $1").bind(path).execute(&self.pool).await?;
            return Ok(());
        }
        let tables = self.tables().await?;
        let copy = Self::open_file(file, &self.school).await?;
        // A connection of its own: dropped half-way, it takes its snapshot with it.
        let mut from = self.pool.acquire().await?.detach();
        from.execute("begin isolation level repeatable read read only").await?;
        let mut into = copy.pool.acquire().await?.detach();
        let guards = take_guards_down(&mut into).await?;
        into.execute("begin").await?;
        for table in &tables {
            carry(&mut from, &mut into, table, &self.school).await?;
        }
        into.execute("commit").await?;
        put_guards_up(&mut into, &guards).await?;
        from.execute("commit").await?;
        from.close().await?;
        into.close().await?;
        copy.close().await;
        Ok(())
    }

    /// Fills this PostgreSQL database, which must not know the school, with a dump: all of it or nothing.
    pub async fn load_dump(&self, file: &Path) -> Result<(), Error> {
        let dump = Self::open_file(file, &self.school).await?;
        let tables = dump.tables().await?;
        let mut from = dump.pool.acquire().await?.detach();
        let mut into = self.pool.begin().await?;
        for table in &tables {
            switch_guards(&mut into, table, false).await?;
            carry(&mut from, &mut into, table, &self.school).await?;
            switch_guards(&mut into, table, true).await?;
        }
        into.commit().await?;
        from.close().await?;
        dump.close().await;
        Ok(())
    }

    /// What a restored house must not go on with: sessions of another time, jobs in other hands, half of a sign-in.
    pub async fn settle_restored(&self, at: &str, now: i64) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("update sessions set ended = $2, end_reason = 'restored' where school = $1 and ended = 0")
            .bind(self.school.clone())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "update jobs set state = 'failed', holder = '', leased_until = 0, finished_at = $2,
                 result = '{\"refused\":[],\"said\":\"Работа прервана: «Летопись» восстановлена из копии.\"}'
             where school = $1 and state in ('waiting', 'running')",
        )
        .bind(self.school.clone())
        .bind(at.to_owned())
        .execute(&mut *tx)
        .await?;
        for table in ["oidc_flows", "link_codes"] {
            let sql = format!("delete from {table} where school = $1");
            sqlx::query(AssertSqlSafe(sql)).bind(self.school.clone()).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The log computed anew from its rows, in bounded memory; `then` is an earlier size whose root is asked for.
    pub async fn replay_log(&self, then: u64) -> Result<LogReplay, Error> {
        let mut rows = sqlx::query("select idx, payload, salt, leaf from log_entries where school = $1 order by idx")
            .bind(self.school.clone())
            .fetch(&self.pool);
        let mut frontier = Frontier::default();
        let (mut altered, mut root_then) = (0, (then == 0).then(|| Frontier::default().root()));
        while let Some(row) = rows.try_next().await? {
            let (payload, salt, stored): (String, String, String) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            let leaf = merkle::leaf_hash(&audit::entry(&unhex(&salt).unwrap_or_default(), &payload).0);
            if row.try_get::<i64, _>(0)? as u64 != frontier.size() || leaf.to_hex() != stored {
                altered += 1;
            }
            frontier.push(leaf);
            if frontier.size() == then {
                root_then = Some(frontier.root());
            }
        }
        Ok(LogReplay { size: frontier.size(), root: frontier.root(), root_then, altered })
    }

    /// What SQLite itself finds wrong with its file, at most so many lines; nothing on PostgreSQL.
    pub async fn list_file_faults(&self) -> Result<Vec<String>, Error> {
        // A screenful tells that the file is broken.
        const SHOWN: usize = 20;
        if !self.sqlite {
            return Ok(Vec::new());
        }
        let rows = sqlx::query("pragma integrity_check").fetch_all(&self.pool).await?;
        let lines = rows.iter().take(SHOWN).map(|row| Ok(row.try_get::<String, _>(0)?));
        let lines: Vec<String> = lines.collect::<Result<_, Error>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }
}

/// Address of a file for the driver, the address's own signs written as a URL writes them.
fn sqlite_file(file: &Path) -> String {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}?mode=rwc")
}

async fn carry(from: &mut AnyConnection, into: &mut AnyConnection, table: &Table, school: &str) -> Result<(), Error> {
    let select = table.select();
    let mut rows = sqlx::query(AssertSqlSafe(select)).bind(school.to_owned()).fetch(from);
    let whole = table.insert(BATCH);
    let mut batch: Vec<AnyRow> = Vec::with_capacity(BATCH);
    loop {
        let row = rows.try_next().await?;
        let ended = row.is_none();
        batch.extend(row);
        if batch.len() == BATCH || (ended && !batch.is_empty()) {
            let sql = if batch.len() == BATCH { whole.clone() } else { table.insert(batch.len()) };
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in &batch {
                query = table.bind(query, row)?;
            }
            query.execute(&mut *into).await?;
            batch.clear();
        }
        if ended {
            return Ok(());
        }
    }
}

/// Rows that were lawful once are written in another order than they came: the guards stand aside, and are set again as they were.
async fn take_guards_down(sqlite: &mut AnyConnection) -> Result<Vec<String>, Error> {
    let sql = "select cast(name as text), cast(sql as text) from sqlite_master where type = 'trigger' order by name";
    let rows = sqlx::query(sql).fetch_all(&mut *sqlite).await?;
    let mut guards = Vec::new();
    for row in &rows {
        let name: String = row.try_get(0)?;
        guards.push(row.try_get::<String, _>(1)?);
        sqlite.execute(AssertSqlSafe(format!("drop trigger \"{name}\""))).await?;
    }
    Ok(guards)
}

async fn put_guards_up(sqlite: &mut AnyConnection, guards: &[String]) -> Result<(), Error> {
    for guard in guards {
        sqlite.execute(sqlx::raw_sql(AssertSqlSafe(guard.clone()))).await?;
    }
    Ok(())
}

async fn switch_guards(into: &mut AnyConnection, table: &Table, on: bool) -> Result<(), Error> {
    let word = if on { "enable" } else { "disable" };
    into.execute(AssertSqlSafe(format!("alter table {} {word} trigger user", table.name))).await?;
    Ok(())
}
