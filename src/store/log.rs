//! Writing transactions and the audit log that each of them enters: floor 1.
//!
//! The log's head is changed by the first statement of every transaction, so all writers stand in one queue and the log cannot fork;
//! a deferred SQLite transaction that began with a read would fail with "locked" instead of waiting.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{Any, AnyConnection, Row as _, Transaction};

use super::changes::Unvouched;
use super::{Db, Error};
use crate::domain::audit::{self, Event, EventKind, Touched};
use crate::domain::canon::{Digest, hex};
use crate::domain::merkle::{self, Frontier};

/// A writing transaction of one school. Dropped without [`Recorded::commit`], it leaves nothing.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Any>,
    school: String,
    frontier: Frontier,
    pub(super) unvouched: Unvouched,
}

/// A transaction that has written its event: only this can be committed.
#[derive(Debug)]
pub struct Recorded {
    tx: Tx,
    last: Appended,
}

/// Where an event came to stand in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Index in the log, from 0.
    pub index: u64,
    /// Salt, 16 bytes.
    pub salt: [u8; 16],
    /// Payload: canonical JSON, one line.
    pub payload: String,
    /// Size of the log after the event.
    pub size: u64,
    /// Root of the log after the event.
    pub root: Digest,
    /// Inclusion path of the event in the tree of that size, leaf end first.
    pub path: Vec<Digest>,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Index, from 0.
    pub index: u64,
    /// Kind of event.
    pub event: String,
    /// Payload.
    pub payload: String,
    /// Salt, hexadecimal.
    pub salt: String,
    /// Leaf hash as stored; checks recompute it.
    pub leaf: String,
}

/// A signed checkpoint of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Size of the log.
    pub size: u64,
    /// Root, hexadecimal.
    pub root: String,
    /// When it was signed.
    pub signed_at: String,
    /// The signed note.
    pub note: String,
}

/// Reads of the turn, shared by those who ask at one time.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// How many have asked.
    asked: AtomicU64,
    last: tokio::sync::Mutex<LastTurn>,
}

#[derive(Debug, Default)]
struct LastTurn {
    /// Everybody up to this number had asked before the read began.
    answers: u64,
    moved: Option<Moved>,
    /// Size of the log then.
    size: u64,
}

/// When what pages keep ready was changed last: numbers of writing transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The last transaction.
    pub turn: u64,
    /// No later one changed the school's people, journal, year, rules or accounts.
    pub school: u64,
    /// No later one changed these, nor copies or statements.
    pub copies: u64,
}

/// Events that are looked through for what they touched; after a longer absence everything is taken for changed.
const LOOKED_THROUGH: u64 = 10_000;

impl Db {
    /// Begins a writing transaction; waits for the turn.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let mut inner = self.pool.begin().await?;
        let row = sqlx::query("update log_head set turn = turn + 1 where school = $1 returning frontier")
            .bind(self.school.clone())
            .fetch_optional(&mut *inner)
            .await?
            .ok_or_else(|| Error::Missing(format!("школа {}", self.school)))?;
        let frontier = parse_frontier(row.try_get(0)?)?;
        Ok(Tx { inner, school: self.school.clone(), frontier, unvouched: Unvouched::default() })
    }

    /// Size and root of the log.
    pub async fn log_state(&self) -> Result<(u64, Digest), Error> {
        let row = sqlx::query("select frontier from log_head where school = $1")
            .bind(self.school.clone())
            .fetch_optional(&self.pool)
            .await?
            .ok_or_else(|| Error::Missing(format!("школа {}", self.school)))?;
        let frontier = parse_frontier(row.try_get(0)?)?;
        Ok((frontier.size(), frontier.root()))
    }

    /// How many writing transactions there were: what was read before is still so while this number stands.
    ///
    /// Every page asks this first, so those who ask while one read is under way share the next: it begins after all of them came.
    pub async fn turn(&self) -> Result<u64, Error> {
        Ok(self.moved().await?.turn)
    }

    /// The same, and when the last transaction touched what pages keep ready, in whichever process: every transaction leaves its events in the
    /// log, and these say what they touched ([`audit::touched`]).
    pub async fn moved(&self) -> Result<Moved, Error> {
        let ticket = self.turns.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut last = self.turns.last.lock().await;
        match last.moved {
            Some(moved) if last.answers >= ticket => return Ok(moved),
            _ => {}
        }
        let answers = self.turns.asked.load(Ordering::SeqCst);
        let (moved, size) = self.read_moved(&last).await?;
        *last = LastTurn { answers, moved: Some(moved), size };
        Ok(moved)
    }

    async fn read_moved(&self, last: &LastTurn) -> Result<(Moved, u64), Error> {
        // One row, so that turn and size are of one moment.
        let row = sqlx::query("select turn, frontier from log_head where school = $1")
            .bind(self.school.clone())
            .fetch_optional(&self.pool)
            .await?
            .ok_or_else(|| Error::Missing(format!("школа {}", self.school)))?;
        let turn = row.try_get::<i64, _>(0)? as u64;
        if let Some(moved) = last.moved.filter(|moved| moved.turn == turn) {
            return Ok((moved, last.size));
        }
        let size = parse_frontier(row.try_get(1)?)?.size();
        let everything = Moved { turn, school: turn, copies: turn };
        let Some(before) = last.moved.filter(|_| last.size < size && size - last.size <= LOOKED_THROUGH) else {
            return Ok((everything, size));
        };
        let events = sqlx::query("select distinct event from log_entries where school = $1 and idx >= $2 and idx < $3")
            .bind(self.school.clone())
            .bind(last.size as i64)
            .bind(size as i64)
            .fetch_all(&self.pool)
            .await?;
        let mut moved = Moved { turn, ..before };
        for event in &events {
            let word: String = event.try_get(0)?;
            match audit::touched(&word) {
                Touched::School => return Ok((everything, size)),
                Touched::Copies => moved.copies = turn,
                Touched::Neither => {}
            }
        }
        Ok((moved, size))
    }

    /// Every entry of the log, by index.
    pub async fn list_log(&self) -> Result<Vec<LogEntry>, Error> {
        let rows =
            sqlx::query("select idx, event, payload, salt, leaf from log_entries where school = $1 order by idx")
                .bind(self.school.clone())
                .fetch_all(&self.pool)
                .await?;
        rows.iter()
            .map(|row| {
                Ok(LogEntry {
                    index: row.try_get::<i64, _>(0)? as u64,
                    event: row.try_get(1)?,
                    payload: row.try_get(2)?,
                    salt: row.try_get(3)?,
                    leaf: row.try_get(4)?,
                })
            })
            .collect()
    }

    /// Payloads of the entries of one kind of event, by index.
    pub async fn list_events(&self, event: &str) -> Result<Vec<String>, Error> {
        let rows = sqlx::query("select payload from log_entries where school = $1 and event = $2 order by idx")
            .bind(self.school.clone())
            .bind(event.to_owned())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Index and payload of the entries of two kinds of event, by index.
    pub async fn list_events_of(&self, [one, other]: [EventKind; 2]) -> Result<Vec<(u64, String)>, Error> {
        let rows =
            sqlx::query("select idx, payload from log_entries where school = $1 and event in ($2, $3) order by idx")
                .bind(self.school.clone())
                .bind(one.as_str())
                .bind(other.as_str())
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|row| Ok((row.try_get::<i64, _>(0)? as u64, row.try_get(1)?))).collect()
    }

    /// Every signed checkpoint, by size.
    pub async fn list_checkpoints(&self) -> Result<Vec<CheckpointRow>, Error> {
        let rows = sqlx::query("select size, root, signed_at, note from checkpoints where school = $1 order by size")
            .bind(self.school.clone())
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(CheckpointRow {
                    size: row.try_get::<i64, _>(0)? as u64,
                    root: row.try_get(1)?,
                    signed_at: row.try_get(2)?,
                    note: row.try_get(3)?,
                })
            })
            .collect()
    }

    /// Keeps a signed checkpoint of a log that did not change: the one write that is no change of state and has no event.
    pub async fn keep_checkpoint(&self, row: &CheckpointRow) -> Result<(), Error> {
        insert_checkpoint(&mut *self.pool.acquire().await?, &self.school, row).await
    }
}

fn parse_frontier(text: String) -> Result<Frontier, Error> {
    Frontier::parse(&text).map_err(|_| Error::Foreign { table: "log_head", column: "frontier", value: text })
}

impl Tx {
    /// Identifier of the school.
    pub fn school(&self) -> &str {
        &self.school
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Index that the next event of this transaction will have.
    pub(super) fn next_index(&self) -> u64 {
        self.frontier.size()
    }

    /// Writes the transaction's event into the log; the salt is 16 random bytes. The event vouches for every line of history that the
    /// transaction wrote before it: count, tables and root come into its payload by themselves.
    pub async fn record(mut self, event: &Event, salt: [u8; 16]) -> Result<Recorded, Error> {
        let last = self.append(event, salt).await?;
        Ok(Recorded { tx: self, last })
    }

    async fn append(&mut self, event: &Event, salt: [u8; 16]) -> Result<Appended, Error> {
        let payload = match self.unvouched.take() {
            Some(voucher) => event.clone().vouching(&voucher).payload(),
            None => event.payload(),
        };
        let leaf = merkle::leaf_hash(&audit::entry(&salt, &payload).0);
        let index = self.frontier.size();
        // The path of the newest leaf is the old right edge, smallest subtree first (RFC 6962 2.1.1).
        let path: Vec<Digest> = self.frontier.peaks().iter().rev().copied().collect();
        self.frontier.push(leaf);
        sqlx::query(
            "insert into log_entries (school, idx, event, payload, salt, leaf) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(self.school.clone())
        .bind(index as i64)
        .bind(event.kind().as_str())
        .bind(payload.clone())
        .bind(hex(&salt))
        .bind(leaf.to_hex())
        .execute(&mut *self.inner)
        .await?;
        sqlx::query("update log_head set size = $2, frontier = $3 where school = $1")
            .bind(self.school.clone())
            .bind(self.frontier.size() as i64)
            .bind(self.frontier.to_text())
            .execute(&mut *self.inner)
            .await?;
        Ok(Appended { index, salt, payload, size: self.frontier.size(), root: self.frontier.root(), path })
    }
}

impl Recorded {
    /// One more event of the same transaction.
    pub async fn also(mut self, event: &Event, salt: [u8; 16]) -> Result<Self, Error> {
        self.last = self.tx.append(event, salt).await?;
        Ok(self)
    }

    /// Where the last event came to stand.
    pub fn last(&self) -> &Appended {
        &self.last
    }

    /// The transaction, for writes that depend on where the event stands.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Keeps a signed checkpoint.
    pub async fn keep_checkpoint(&mut self, row: &CheckpointRow) -> Result<(), Error> {
        let school = self.tx.school.clone();
        insert_checkpoint(self.tx.connection(), &school, row).await
    }

    /// Makes it so.
    ///
    /// # Errors
    /// [`Error::Unvouched`] when rows changed after the last event.
    pub async fn commit(self) -> Result<Appended, Error> {
        if !self.tx.unvouched.is_empty() {
            return Err(Error::Unvouched);
        }
        self.tx.inner.commit().await?;
        Ok(self.last)
    }
}

async fn insert_checkpoint(connection: &mut AnyConnection, school: &str, row: &CheckpointRow) -> Result<(), Error> {
    sqlx::query(
        "insert into checkpoints (school, size, root, signed_at, note) values ($1, $2, $3, $4, $5)
         on conflict (school, size) do nothing",
    )
    .bind(school.to_owned())
    .bind(row.size as i64)
    .bind(row.root.clone())
    .bind(row.signed_at.clone())
    .bind(row.note.clone())
    .execute(connection)
    .await?;
    Ok(())
}
