//! The house in a browser: Russian pages and forms over `flow` and the reads of `store`. Floor 3.
//!
//! Every route stands in the table of [`route`] and behind the guard of [`guard`]. Every answer carries a content policy under which
//! nothing inline and nothing from elsewhere runs; every page works without script too.

#![allow(dead_code)] // the pages of the next floor use the parts that stand here first

mod answer;
mod assets;
mod directory;
mod exchange;
mod frame;
mod guard;
mod help;
mod history;
mod interface;
mod journal;
mod ops;
mod patience;
mod people;
mod policy;
mod query;
mod records;
pub mod route;
mod school;
mod search;
mod start;
mod upload;
mod waiting;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use chrono::{DateTime, FixedOffset};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::flow::{Act, House};
use answer::Refusal;
use directory::{Cache, Directory};
use patience::{Client, Patient};

/// The largest file that the page checks, bytes: 100 MiB, some 9,000 sealed pages of 12 KB.
pub const LARGEST_UPLOAD_BYTES: usize = 100 * 1024 * 1024;

/// The largest form without files, bytes: 2 MiB hold a class's whole quarter.
const LARGEST_FORM_BYTES: usize = 2 * 1024 * 1024;

/// Uploads held in memory at one time: with [`LARGEST_UPLOAD_BYTES`] at most 400 MiB.
const UPLOADS_AT_ONCE: usize = 4;

/// Tells this moment in the school's zone; the doors bring it in.
pub type Clock = Arc<dyn Fn() -> DateTime<FixedOffset> + Send + Sync>;

/// All that the pages need to know.
#[derive(Clone)]
pub struct WebState {
    house: Arc<House>,
    clock: Clock,
    uploads: Arc<Semaphore>,
    directory: Arc<Cache>,
    pages: Arc<journal::Pages>,
    waiting: Arc<waiting::Cache>,
    /// Requests so far: the second half of a request's number.
    requests: Arc<AtomicU64>,
}

impl WebState {
    /// The pages of a house.
    pub fn new(house: Arc<House>, clock: Clock) -> Self {
        Self {
            house,
            clock,
            uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            directory: Arc::default(),
            pages: Arc::default(),
            waiting: Arc::default(),
            requests: Arc::default(),
        }
    }

    /// This moment.
    fn now(&self) -> DateTime<FixedOffset> {
        (self.clock)()
    }

    /// An act of a person at this moment.
    fn act(&self, by: &str) -> Act {
        Act { by: by.to_owned(), at: self.now() }
    }

    /// The school's people and curriculum as they are now.
    async fn directory(&self) -> Result<Arc<Directory>, Refusal> {
        Ok(self.directory.now(&self.house).await?)
    }
}

/// Serves the pages until `shutdown` ends; requests under way are answered first.
///
/// # Errors
/// Only when the listener itself fails.
pub async fn serve(
    state: WebState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router(state).into_make_service_with_connect_info::<Client>();
    axum::serve(Patient::new(listener), service).with_graceful_shutdown(shutdown).await
}

fn router(state: WebState) -> Router {
    route::router(&state)
        .fallback(answer::not_found)
        .method_not_allowed_fallback(answer::method_not_allowed)
        // Uploads count by themselves, so that an over-long file gets a sentence and not a broken connection.
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
        .layer(axum::middleware::from_fn_with_state(state.clone(), answer::finish))
        .with_state(state)
}
