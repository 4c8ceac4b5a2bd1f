//! Long work and who has it in hand: floor 1.
//!
//! A job is no school data: claiming it, reporting progress and finishing it are single statements without an audit event. What a job
//! changes is recorded by the stations that it calls.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::{Db, Error};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Nobody has it yet, or it was given back.
    Waiting,
    /// A process has it.
    Running,
    /// It ended well.
    Done,
    /// It ended otherwise.
    Failed,
}

impl JobState {
    const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Done, Self::Failed];

    /// Word of the store and the interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// «выполняется».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Waiting => "ждёт очереди",
            Self::Running => "выполняется",
            Self::Done => "готово",
            Self::Failed => "не выполнено",
        }
    }

    /// Will it change no more?
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Identifier, random.
    pub id: String,
    /// Word of the kind of work.
    pub kind: String,
    /// Name of the work: at most one open job has it.
    pub once: String,
    /// Arguments, canonical JSON.
    pub arguments: String,
    /// Where it stands.
    pub state: JobState,
    /// Pieces done.
    pub done: u64,
    /// Pieces in all, 0 while unknown.
    pub total: u64,
    /// What is being done, in Russian.
    pub stage: String,
    /// Result, canonical JSON, empty until the end.
    pub result: String,
    /// How many times it was taken in hand.
    pub attempts: u32,
    /// When it was asked for, RFC 3339.
    pub created_at: String,
    /// Who asked.
    pub created_by: String,
    /// When it was first taken, empty until then.
    pub started_at: String,
    /// When it ended, empty until then.
    pub finished_at: String,
}

/// A job to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Identifier, random.
    pub id: String,
    /// Word of the kind of work.
    pub kind: &'static str,
    /// Name of the work.
    pub once: String,
    /// Arguments, canonical JSON.
    pub arguments: String,
    /// Seconds since 1970.
    pub queued: i64,
    /// RFC 3339.
    pub created_at: String,
    /// Who asks.
    pub created_by: String,
}

/// A process's hold on jobs: its name, now, and until when it may keep them (seconds since 1970).
#[derive(Debug, Clone, Copy)]
pub struct Hold<'a> {
    /// The process.
    pub holder: &'a str,
    /// This moment.
    pub now: i64,
    /// The lease's end.
    pub until: i64,
}

/// Which jobs are taken, by the word of their kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKinds {
    /// Every one.
    All,
    /// Those of one kind.
    Only(&'static str),
    /// All but those of one kind.
    AllBut(&'static str),
}

const COLUMNS: &str = "id, kind, once, arguments, state, done, total, stage, result, attempts, created_at, created_by, \
     started_at, finished_at";

fn read(row: &AnyRow) -> Result<JobRow, Error> {
    let state: String = row.try_get(4)?;
    let known = JobState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(JobRow {
        id: row.try_get(0)?,
        kind: row.try_get(1)?,
        once: row.try_get(2)?,
        arguments: row.try_get(3)?,
        state: known.ok_or(Error::Foreign { table: "jobs", column: "state", value: state })?,
        done: row.try_get::<i64, _>(5)? as u64,
        total: row.try_get::<i64, _>(6)? as u64,
        stage: row.try_get(7)?,
        result: row.try_get(8)?,
        attempts: row.try_get::<i64, _>(9)? as u32,
        created_at: row.try_get(10)?,
        created_by: row.try_get(11)?,
        started_at: row.try_get(12)?,
        finished_at: row.try_get(13)?,
    })
}

async fn insert(connection: &mut AnyConnection, school: &str, job: &NewJob) -> Result<String, Error> {
    let written = sqlx::query(
        "insert into jobs (school, id, kind, once, arguments, state, done, total, stage, result, attempts, holder, leased_until,
             queued, created_at, created_by, started_at, finished_at)
         values ($1, $2, $3, $4, $5, 'waiting', 0, 0, '', '', 0, '', 0, $6, $7, $8, '', '')
         on conflict do nothing",
    )
    .bind(school.to_owned())
    .bind(job.id.clone())
    .bind(job.kind)
    .bind(job.once.clone())
    .bind(job.arguments.clone())
    .bind(job.queued)
    .bind(job.created_at.clone())
    .bind(job.created_by.clone())
    .execute(&mut *connection)
    .await?;
    if written.rows_affected() == 1 {
        return Ok(job.id.clone());
    }
    let open = "select id from jobs where school = $1 and once = $2 and state in ('waiting', 'running')";
    let row = sqlx::query(open).bind(school.to_owned()).bind(job.once.clone()).fetch_optional(connection).await?;
    // It may have ended between the two statements: then the caller asks again.
    row.map(|row| Ok(row.try_get(0)?)).unwrap_or(Err(Error::Duplicate))
}

impl Db {
    /// Queues a job at once; hands back the identifier of the open job of that name, be it this one or an earlier one.
    pub async fn queue_job(&self, job: &NewJob) -> Result<String, Error> {
        insert(&mut *self.pool.acquire().await?, &self.school, job).await
    }

    /// Takes the oldest job that nobody holds; `None` when there is none.
    pub async fn claim_job(&self, hold: Hold<'_>, at: &str) -> Result<Option<JobRow>, Error> {
        self.claim_job_of(JobKinds::All, hold, at).await
    }

    /// The same among some kinds of jobs.
    pub async fn claim_job_of(&self, kinds: JobKinds, hold: Hold<'_>, at: &str) -> Result<Option<JobRow>, Error> {
        // The condition stands twice: on PostgreSQL two processes may pick the same row, and the second looks again at what the first left.
        const FREE: &str = "(state = 'waiting' or (state = 'running' and leased_until < $2))";
        let (of_kind, kind) = match kinds {
            JobKinds::All => ("", None),
            JobKinds::Only(kind) => (" and kind = $6", Some(kind)),
            JobKinds::AllBut(kind) => (" and kind <> $6", Some(kind)),
        };
        let sql = format!(
            "update jobs set state = 'running', holder = $3, leased_until = $4, attempts = attempts + 1,
                 started_at = case when started_at = '' then $5 else started_at end
             where school = $1 and {FREE} and id = (
                 select id from jobs where school = $1 and {FREE}{of_kind} order by queued, id limit 1)
             returning {COLUMNS}"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(hold.now)
            .bind(hold.holder.to_owned())
            .bind(hold.until)
            .bind(at.to_owned());
        let query = match kind {
            Some(kind) => query.bind(kind),
            None => query,
        };
        let row = query.fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    /// Says that a job is alive and how far it is; `false` when another process has it by now.
    pub async fn keep_job(&self, id: &str, hold: Hold<'_>, done: u64, total: u64, stage: &str) -> Result<bool, Error> {
        let kept = sqlx::query(
            "update jobs set leased_until = $4, done = $5, total = $6, stage = $7
             where school = $1 and id = $2 and holder = $3 and state = 'running'",
        )
        .bind(self.school.clone())
        .bind(id.to_owned())
        .bind(hold.holder.to_owned())
        .bind(hold.until)
        .bind(done as i64)
        .bind(total as i64)
        .bind(stage.to_owned())
        .execute(&self.pool)
        .await?;
        Ok(kept.rows_affected() == 1)
    }

    /// Gives a job back, so that it is taken again at once; a stop is no failed attempt.
    pub async fn give_back_job(&self, id: &str, holder: &str) -> Result<bool, Error> {
        let given = sqlx::query(
            "update jobs set state = 'waiting', holder = '', leased_until = 0, attempts = attempts - 1
             where school = $1 and id = $2 and holder = $3 and state = 'running'",
        )
        .bind(self.school.clone())
        .bind(id.to_owned())
        .bind(holder.to_owned())
        .execute(&self.pool)
        .await?;
        Ok(given.rows_affected() == 1)
    }

    /// Ends a job; `false` when another process has it by now.
    pub async fn finish_job(&self, id: &str, holder: &str, row: &JobRow) -> Result<bool, Error> {
        let ended = sqlx::query(
            "update jobs set state = $4, done = $5, total = $6, stage = $7, result = $8, finished_at = $9, holder = '', leased_until = 0
             where school = $1 and id = $2 and holder = $3 and state = 'running'",
        )
        .bind(self.school.clone())
        .bind(id.to_owned())
        .bind(holder.to_owned())
        .bind(row.state.as_str())
        .bind(row.done as i64)
        .bind(row.total as i64)
        .bind(row.stage.clone())
        .bind(row.result.clone())
        .bind(row.finished_at.clone())
        .execute(&self.pool)
        .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// A job by its identifier.
    pub async fn find_job(&self, id: &str) -> Result<Option<JobRow>, Error> {
        let sql = format!("select {COLUMNS} from jobs where school = $1 and id = $2");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The newest jobs first, at most `limit`.
    pub async fn list_jobs(&self, limit: u32) -> Result<Vec<JobRow>, Error> {
        let sql = format!("select {COLUMNS} from jobs where school = $1 order by queued desc, id desc limit $2");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// How many jobs wait and run.
    pub async fn count_open_jobs(&self) -> Result<(u64, u64), Error> {
        let rows = sqlx::query(
            "select state, count(*) from jobs where school = $1 and state in ('waiting', 'running') group by state",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        let mut counts = (0, 0);
        for row in rows {
            let (state, count): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
            if state == JobState::Waiting.as_str() { counts.0 = count as u64 } else { counts.1 = count as u64 }
        }
        Ok(counts)
    }
}
