//! The web page of a house: its copies, and a place to check any file. Floor 3.
//!
//! Shows and checks, changes nothing: there is no route that writes. What it shows comes in as two closures, so that the page
//! knows neither database nor archive. Every answer carries a content policy under which nothing inline and nothing from
//! elsewhere runs.

mod answer;
mod assets;
mod exchange;
mod history;
mod interface;
mod journal;
mod ops;
mod pages;
mod patience;
mod people;
mod policy;
mod records;
mod school;
mod start;
mod upload;

use std::error::Error;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::domain::finding::{Finding, Verdict};
use patience::Patient;

/// The largest file that the page checks, bytes: 100 MiB, some 9,000 sealed pages of 12 KB.
pub const LARGEST_UPLOAD_BYTES: usize = 100 * 1024 * 1024;

/// Uploads held in memory at one time: with [`LARGEST_UPLOAD_BYTES`] at most 400 MiB.
const UPLOADS_AT_ONCE: usize = 4;

/// What hinders a listing: any fault of store or archive; it is logged here and never shown.
pub type ListingFault = Box<dyn Error + Send + Sync>;
/// Lists the copies, newest facts each time; called on a thread that may block.
pub type Listing = Arc<dyn Fn() -> Result<Vec<CopyView>, ListingFault> + Send + Sync>;
/// Checks a file by its name and bytes; called on a thread that may block.
pub type Checking = Arc<dyn Fn(&str, &[u8]) -> VerifyView + Send + Sync>;

/// All that the page needs to know.
#[derive(Clone)]
pub struct WebState {
    school: Arc<str>,
    copies: Listing,
    verify: Checking,
    uploads: Arc<Semaphore>,
}

impl WebState {
    /// `school` is the name at the head of every page.
    pub fn new(school: &str, copies: Listing, verify: Checking) -> Self {
        Self { school: school.into(), copies, verify, uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)) }
    }
}

/// One copy of the list, the latest version or an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyView {
    /// `2025-05A-Q1`.
    pub id: String,
    /// From 1.
    pub version: u32,
    /// «5А».
    pub class: String,
    /// «I четверть»; copies of one period stand together.
    pub period: String,
    /// «копия классного журнала».
    pub kind_ru: String,
    /// «скреплена печатью», «на подписи у директора» …
    pub state_ru: String,
    /// Pages of the PDF; 0 while there is none.
    pub pages: u32,
    /// Sheets of the copy.
    pub sheets: u32,
    /// Line of the register; empty before sealing.
    pub register_no: String,
    /// RFC 3339; empty before sealing.
    pub sealed_at: String,
    /// The sealed PDF on this machine; `None` before sealing. Never shown, only read.
    pub sealed_pdf_path: Option<PathBuf>,
}

/// What a check said of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyView {
    /// The file's name as it came.
    pub file: String,
    /// What the file is: «копия классного журнала 5А, I четверть, версия 1»; empty when it cannot be said.
    pub what: String,
    /// The plain answer.
    pub verdict: Verdict,
    /// What was checked and holds, a sentence each: «Печать школы цела».
    pub checked: Vec<String>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// Serves the page until `shutdown` ends; requests under way are answered first.
///
/// # Errors
/// Only when the listener itself fails.
pub async fn serve(
    state: WebState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(Patient::new(listener), router(state)).with_graceful_shutdown(shutdown).await
}

fn router(state: WebState) -> Router {
    Router::new()
        .route("/", get(pages::index))
        .route("/verify", get(upload::form).post(upload::verify))
        .route("/copies/{id}/{version}/sealed.pdf", get(pages::sealed_pdf))
        .route("/assets/{name}", get(assets::asset))
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(answer::not_found)
        .method_not_allowed_fallback(answer::method_not_allowed)
        // `upload` counts by itself, so that an over-long file gets a sentence and not a broken connection.
        .layer(DefaultBodyLimit::disable())
        .layer(axum::middleware::map_response(answer::harden))
        .with_state(state)
}
