//! Long work that outlives a page and a process: queued, taken under a lease, its progress told, its result kept. Floor 2.
//!
//! A process takes a job for [`Worker::lease`] and says every little while that it lives. A process that was killed says nothing, so after
//! the lease anybody takes the job again; that is safe because every kind of work begins by looking at what is done already.

mod carriers;
mod listed;
mod work;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::{Act, Error, House};
use crate::domain::canon::{self, hex};
use crate::domain::words;
use crate::store::{Hold, JobKinds, JobRow, JobState, NewJob};
pub use listed::{Listed, Pending, list, pending};
pub use work::{Incoming, Outcome, Work, queue_uncompared};

/// Tells this moment in the school's zone; the doors bring it in.
pub type Clock = Arc<dyn Fn() -> DateTime<FixedOffset> + Send + Sync>;

/// How often a worker looks for work that another process queued; its own process wakes it at once.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often progress is written: people see a bar move, the database hardly notices.
const TELL_EVERY: Duration = Duration::from_millis(400);

/// How often a job is taken in hand before it is given up: a job that kills its process must not kill it for ever.
const ATTEMPTS: u32 = 5;

/// A job that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Identifier.
    pub id: String,
    /// Was the same work under way already?
    pub already: bool,
}

fn new_job(work: &Work, act: &Act) -> Result<NewJob, Error> {
    Ok(NewJob {
        id: hex(&crate::sign::random()?[..8]),
        kind: work.kind(),
        once: work.once(),
        arguments: canon::to_text(work),
        queued: act.at.timestamp(),
        created_at: act.moment(),
        created_by: act.by.clone(),
    })
}

/// Queues work at once. The same work is not queued twice: the open job is handed back instead.
pub async fn queue(house: &House, work: &Work, act: &Act) -> Result<Queued, Error> {
    let job = new_job(work, act)?;
    let id = match house.db.queue_job(&job).await {
        // The open job ended between two looks: now there is room.
        Err(crate::store::Error::Duplicate) => house.db.queue_job(&job).await?,
        other => other?,
    };
    Ok(Queued { already: id != job.id, id })
}

/// How far a piece of work is; the work sets it, the worker tells it.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    /// Bytes of the stage, where pieces are megabytes.
    bytes: AtomicU64,
    stage: Mutex<String>,
}

impl Progress {
    /// What is being done, in Russian, and how many pieces there are.
    pub fn stage(&self, words: &str, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        if let Ok(mut stage) = self.stage.lock() {
            words.clone_into(&mut stage);
        }
    }

    pub(super) fn begin_bytes(&self) {
        self.bytes.store(0, Ordering::Relaxed);
    }

    pub(super) fn add_bytes(&self, bytes: u64) {
        let all = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.done.store(all >> 20, Ordering::Relaxed);
    }

    /// One more piece is done.
    pub fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> (u64, u64, String) {
        let stage = self.stage.lock().map(|stage| stage.clone()).unwrap_or_default();
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed), stage)
    }
}

/// Takes jobs one after another and does them.
#[derive(Clone)]
pub struct Worker {
    kinds: JobKinds,
    house: Arc<House>,
    clock: Clock,
    holder: String,
    lease: Duration,
    wake: Arc<Notify>,
}

impl Worker {
    /// A worker of a house, woken through `wake` when work was queued in its own process; its name is random, so that two processes never share one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new(house: Arc<House>, clock: Clock, wake: Arc<Notify>) -> Result<Self, Error> {
        let lease = house.config.job_lease();
        Ok(Self { kinds: JobKinds::All, house, clock, holder: hex(&crate::sign::random()?[..8]), lease, wake })
    }

    /// Two workers side by side: one that seals, and one for all other work. A seal is a minute of somebody who waits for it, and reading or
    /// comparing scans goes on for long. Jobs of two processes run side by side as well; two seals never do, for one worker takes them all.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn in_two(self) -> Result<[Self; 2], Error> {
        let holder = hex(&crate::sign::random()?[..8]);
        let sealing = Self { kinds: JobKinds::Only(Work::SEAL), holder, ..self.clone() };
        Ok([sealing, Self { kinds: JobKinds::AllBut(Work::SEAL), ..self }])
    }

    /// Works until `stop` says so; a job under way is given back then.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.next(&mut stop).await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = self.wake.notified() => {}
                        () = tokio::time::sleep(LOOK_EVERY) => {}
                        changed = stop.changed() => if changed.is_err() { return },
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "the queue of jobs cannot be read");
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        }
    }

    /// Takes one job and does it; `false` when there was none.
    pub async fn next(&self, stop: &mut watch::Receiver<bool>) -> Result<bool, Error> {
        let at = (self.clock)();
        let moment = Act { by: String::new(), at }.moment();
        match self.house.db.claim_job_of(self.kinds, self.hold(), &moment).await? {
            Some(job) => self.carry_out(job, stop).await.map(|()| true),
            None => Ok(false),
        }
    }

    fn hold(&self) -> Hold<'_> {
        let now = (self.clock)().timestamp();
        // A lease is read from the settings and lies below an hour.
        Hold { holder: &self.holder, now, until: now + self.lease.as_secs() as i64 }
    }

    async fn carry_out(&self, job: JobRow, stop: &mut watch::Receiver<bool>) -> Result<(), Error> {
        tracing::info!(job = %job.id, kind = %job.kind, attempt = job.attempts, "job taken");
        let progress = Arc::new(Progress::default());
        let work = match serde_json::from_str::<Work>(&job.arguments) {
            Ok(work) if job.attempts <= ATTEMPTS => work,
            Ok(_) => {
                let said = format!("Работа прерывалась {ATTEMPTS} раз подряд и больше не повторяется.");
                return self.finish(&job, &progress, JobState::Failed, Outcome::said(said)).await;
            }
            Err(_) => {
                let said = "Работу поставила другая версия программы, эта её не знает.".to_owned();
                return self.finish(&job, &progress, JobState::Failed, Outcome::said(said)).await;
            }
        };
        let (house, clock, own) = (Arc::clone(&self.house), Arc::clone(&self.clock), Arc::clone(&progress));
        let by = job.created_by.clone();
        let mut task = tokio::spawn(async move {
            let act = Act { by, at: clock() };
            work::perform(&house, &work, &act, &own).await
        });
        let mut tell = interval(TELL_EVERY.min(self.lease / 4));
        tell.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                ended = &mut task => {
                    let (state, outcome) = match ended {
                        Ok(Ok(outcome)) => (JobState::Done, outcome),
                        Ok(Err(error)) => (JobState::Failed, Outcome::said(as_sentence(&error.to_string()))),
                        Err(error) => {
                            tracing::error!(job = %job.id, error = %error, "a job broke off");
                            (JobState::Failed, Outcome::said("Работа оборвалась: подробности — в журнале программы.".to_owned()))
                        }
                    };
                    return self.finish(&job, &progress, state, outcome).await;
                }
                _ = tell.tick() => {
                    let (done, total, stage) = progress.now();
                    match self.house.db.keep_job(&job.id, self.hold(), done, total, &stage).await {
                        Ok(true) => {}
                        Ok(false) => {
                            tracing::warn!(job = %job.id, "another process has the job");
                            task.abort();
                            return Ok(());
                        }
                        // The lease outlives some missed signs of life; the next tick tries again.
                        Err(error) => tracing::warn!(job = %job.id, error = %error, "a sign of life was not written"),
                    }
                }
                _ = stop.changed() => {
                    task.abort();
                    // What it was writing must be let go before somebody else begins.
                    let _ = task.await;
                    self.house.db.give_back_job(&job.id, &self.holder).await?;
                    tracing::info!(job = %job.id, "job given back");
                    return Ok(());
                }
            }
        }
    }

    async fn finish(&self, job: &JobRow, progress: &Progress, state: JobState, outcome: Outcome) -> Result<(), Error> {
        let (done, total, stage) = progress.now();
        let moment = Act { by: String::new(), at: (self.clock)() }.moment();
        let row =
            JobRow { state, done, total, stage, result: canon::to_text(&outcome), finished_at: moment, ..job.clone() };
        let kept = self.house.db.finish_job(&job.id, &self.holder, &row).await?;
        tracing::info!(job = %job.id, kind = %job.kind, state = state.as_str(), kept, "job ended");
        Ok(())
    }
}

/// The reason of a failure as a page shows it, alone: with a capital letter, where it does not begin with the name of a file.
fn as_sentence(reason: &str) -> String {
    match reason.chars().next().is_some_and(|first| matches!(first, 'а'..='я' | 'ё')) {
        true => words::capitalised(reason),
        false => reason.to_owned(),
    }
}

/// A job's result as it was kept; `None` until the end.
pub fn outcome(row: &JobRow) -> Option<Outcome> {
    serde_json::from_str::<Value>(&row.result).ok().and_then(|value| serde_json::from_value(value).ok())
}
