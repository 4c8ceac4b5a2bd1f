//! The house in a browser: Russian pages and forms over `flow` and the reads of `store`. Floor 3.
//!
//! Every route stands in the table of [`route`] and behind the guard of [`guard`]. Every answer carries a content policy under which
//! nothing inline and nothing from elsewhere runs; every page works without script too.

mod answer;
mod assets;
mod breaks;
mod carriers;
mod desk;
mod directory;
mod exchange;
mod fields;
mod frame;
mod guard;
mod help;
mod history;
mod interface;
mod journal;
mod kept;
mod office;
mod ops;
mod patience;
mod people;
mod policy;
mod query;
mod records;
pub mod route;
mod scans;
mod school;
mod search;
mod start;
mod training;
mod upload;
mod waiting;

use std::cell::OnceCell;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use chrono::{DateTime, FixedOffset};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

use crate::domain::people::OPERATOR;
use crate::flow::jobs::{self, Worker};
use crate::flow::{Act, House, remind};
use crate::store::Moved;
use answer::Refusal;
use directory::{Cache, Directory};
use ops::Ops;

/// The largest file that the page checks, bytes: 100 MiB, some 9,000 sealed pages of 12 KB.
pub const LARGEST_UPLOAD_BYTES: usize = 100 * 1024 * 1024;

/// Uploads held in memory at one time: with [`LARGEST_UPLOAD_BYTES`] at most 400 MiB.
const UPLOADS_AT_ONCE: usize = 4;
/// Of them for the page that checks files for anybody: however slowly strangers send, one turn is left for who works in the house.
const CHECKS_AT_ONCE: usize = UPLOADS_AT_ONCE - 1;

/// Tells this moment in the school's zone; the doors bring it in.
pub type Clock = Arc<dyn Fn() -> DateTime<FixedOffset> + Send + Sync>;

tokio::task_local! {
    /// What the request under way has read: guard, frame and handler tell of one moment.
    static READ: Read;
}

/// The log's turn and the directory, each read once in a request.
#[derive(Default)]
struct Read {
    moved: OnceCell<Moved>,
    directory: OnceCell<Arc<Directory>>,
}

/// All that the pages need to know. Every layer around a request has one of its own, so it is a pointer.
#[derive(Clone)]
pub struct WebState(Arc<Shared>);

/// What the pages share.
pub struct Shared {
    house: Arc<House>,
    clock: Clock,
    uploads: Arc<Semaphore>,
    checks: Arc<Semaphore>,
    directory: Cache,
    pages: journal::Pages,
    answers: kept::Answers,
    waiting: waiting::Cache,
    late: start::Late,
    /// Pages of issued copies as pictures.
    pictures: Arc<desk::Pictures>,
    /// Of this run of the program: binds tasks that are handed out without being kept.
    secret: Option<[u8; 32]>,
    /// Requests so far: the second half of a request's number.
    requests: AtomicU64,
    ops: Arc<Ops>,
}

impl std::ops::Deref for WebState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl WebState {
    /// The pages of a house.
    pub fn new(house: Arc<House>, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            house,
            clock,
            uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            checks: Arc::new(Semaphore::new(CHECKS_AT_ONCE)),
            directory: Cache::default(),
            pages: journal::Pages::default(),
            answers: kept::Answers::default(),
            waiting: waiting::Cache::default(),
            late: start::Late::default(),
            pictures: Arc::default(),
            // Without randomness there is no secret, and no task is ever given or taken: one of zeros, everybody could count with.
            secret: crate::sign::random().ok(),
            requests: AtomicU64::default(),
            ops: Arc::new(Ops::new()),
        }))
    }

    /// This moment.
    fn now(&self) -> DateTime<FixedOffset> {
        (self.clock)()
    }

    /// An act of a person at this moment.
    fn act(&self, by: &str) -> Act {
        Act { by: by.to_owned(), at: self.now() }
    }

    /// The school's people and curriculum as they are now; within one request it is read once.
    async fn directory(&self) -> Result<Arc<Directory>, Refusal> {
        if let Ok(Some(read)) = READ.try_with(|read| read.directory.get().cloned()) {
            return Ok(read);
        }
        let directory = self.directory.at(&self.house, self.moved().await?.school).await?;
        self.tell_of(&directory);
        Ok(directory)
    }

    /// A school year's people and curriculum, and from here on in this request nothing else; `None` for a year that the house has not.
    async fn directory_of(&self, year: &str) -> Result<Option<Arc<Directory>>, Refusal> {
        let directory = self.directory.of_year(&self.house, self.moved().await?.school, year).await?;
        if let Some(directory) = &directory {
            self.tell_of(directory);
        }
        Ok(directory)
    }

    /// What the request tells of, whichever school year it is.
    fn tell_of(&self, directory: &Arc<Directory>) {
        // Outside of a request, and when another part of it was faster, there is nothing to keep.
        let _ = READ.try_with(|read| read.directory.set(directory.clone()));
    }

    /// The log's turn: the first thing that a request reads, and only once.
    ///
    /// It is read from the database for every request (those that come while a read is under way share the next), so a change of any
    /// process is seen by the request after it. A query is cheap beside a wrong mark on a page.
    async fn turn(&self) -> Result<u64, Refusal> {
        Ok(self.moved().await?.turn)
    }

    /// The turn, and the turns at which what is kept ready was touched last.
    async fn moved(&self) -> Result<Moved, Refusal> {
        if let Ok(Some(moved)) = READ.try_with(|read| read.moved.get().copied()) {
            return Ok(moved);
        }
        let moved = self.house.db.moved().await?;
        let _ = READ.try_with(|read| read.moved.set(moved));
        Ok(moved)
    }
}

/// Serves the pages and does the long work until `shutdown` ends; requests under way are answered first.
///
/// # Errors
/// Only when the listener itself fails.
pub async fn serve(
    state: WebState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Scans that the comparison of today has not seen. A house that cannot be read now says so at the first page.
    if let Err(error) = jobs::queue_uncompared(&state.house, &state.act(OPERATOR)).await {
        tracing::error!(error = %error, "scans to be compared were not queued");
    }
    let worker = Worker::new(Arc::clone(&state.house), Arc::clone(&state.clock), Arc::clone(&state.ops.wake));
    let workers = worker.and_then(Worker::in_two).map_err(io::Error::other)?;
    let workers = workers.map(|worker| tokio::spawn(worker.run(state.ops.stopping.subscribe())));
    let reminders =
        remind::keep_reminding(Arc::clone(&state.house), Arc::clone(&state.clock), state.ops.stopping.subscribe());
    tokio::spawn(reminders);
    tokio::spawn(desk::Pictures::keep_drawing(state.clone(), state.ops.stopping.subscribe()));
    let ops = Arc::clone(&state.ops);
    let stop = async move {
        shutdown.await;
        // Streams end and a job under way is given back, while the requests under way are answered.
        ops.stopping.send_replace(true);
    };
    let house = Arc::clone(&state.house);
    patience::serve(listener, router(state), &house.config, stop).await?;
    for worker in workers {
        worker.await.map_err(io::Error::other)?;
    }
    Ok(())
}

fn router(state: WebState) -> Router {
    dress(route::router(&state), state)
}

/// What stands around every route.
fn dress(routes: Router<WebState>, state: WebState) -> Router {
    let limits = state.house.config.limits();
    let is_plain = SizeAbove::default()
        .and(NotForContentType::SSE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::new("application/pdf"))
        .and(NotForContentType::new("application/zip"))
        .and(NotForContentType::new("font/"));
    routes
        .fallback(answer::not_found)
        .method_not_allowed_fallback(answer::method_not_allowed)
        // Uploads count by themselves, so that an over-long file gets a sentence and not a broken connection.
        .layer(DefaultBodyLimit::max(limits.form_bytes))
        .layer(axum::middleware::from_fn_with_state(state.clone(), ops::within))
        .layer(CatchPanicLayer::custom(ops::panicked))
        .layer(axum::middleware::from_fn_with_state(state.clone(), answer::finish))
        .layer(axum::middleware::from_fn_with_state(state.clone(), ops::observe))
        // A class page of 100 KB goes as 8 KB; the fastest level, for the house has two cores.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_plain))
        .with_state(state)
}
