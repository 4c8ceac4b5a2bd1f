//! Figures for Prometheus: requests by route, and what the house holds. No label ever holds a name, an address or an identifier. Floor 3.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::{Key, Label, Level, Metadata, Recorder as _, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tokio::time::Instant;

use super::super::WebState;
use super::super::answer::Refusal;
use crate::vault::space;

const REQUESTS: &str = "letopis_http_requests_total";
const SECONDS: &str = "letopis_http_seconds";
const UNDER_WAY: &str = "letopis_http_under_way";

/// Bounds of the latency histogram, seconds: the goal of a page is 0.05, the deadline of a request 60.
const BOUNDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 60.0];

/// How long the archive's size is kept: walking 10,000 records takes a second.
const ARCHIVE_KEPT: Duration = Duration::from_secs(300);

/// Every gauge with what it says.
const GAUGES: [(&str, &str); 13] = [
    (UNDER_WAY, "Requests under way"),
    ("letopis_sessions", "Open sessions"),
    ("letopis_database_connections", "Connections to the database, by state"),
    ("letopis_log_entries", "Entries of the audit log"),
    ("letopis_jobs", "Open jobs, by state"),
    ("letopis_register_lines", "Lines of the register"),
    ("letopis_archive_bytes", "Bytes of the archive, measured every five minutes"),
    ("letopis_free_bytes", "Free bytes on the archive's disk"),
    ("letopis_resident_bytes", "Resident memory of the process"),
    ("letopis_open_files", "File descriptors of the process"),
    ("letopis_threads", "Threads of the process"),
    ("letopis_ready", "Does the database answer (1) or not (0)"),
    ("letopis_build_info", "Always 1; the label is the program's version"),
];

const ABOUT: Metadata<'static> = Metadata::new("letopis", Level::INFO, None);

/// The recorder of one house: not the process's global one, so that houses of one process do not mix.
pub(in super::super) struct Figures {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    archive: Mutex<Option<(Instant, u64)>>,
}

fn key(name: &'static str, labels: &[(&'static str, &str)]) -> Key {
    let labels: Vec<Label> = labels.iter().map(|(name, value)| Label::new(*name, (*value).to_owned())).collect();
    Key::from_parts(name, labels)
}

impl Figures {
    pub(super) fn new() -> Self {
        let builder = PrometheusBuilder::new();
        // The bounds are a constant that is not empty: the only thing that could be wrong with them.
        let builder = match builder.set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BOUNDS) {
            Ok(builder) => builder,
            Err(_) => PrometheusBuilder::new(),
        };
        let recorder = builder.build_recorder();
        recorder.describe_counter(REQUESTS.into(), None, "Requests, by route pattern, method and status".into());
        recorder.describe_histogram(
            SECONDS.into(),
            Some(Unit::Seconds),
            "Time to an answer's head, by route pattern".into(),
        );
        for (name, about) in GAUGES {
            recorder.describe_gauge(name.into(), None, about.into());
        }
        Self { handle: recorder.handle(), recorder, archive: Mutex::default() }
    }

    /// A request begins.
    pub(super) fn begin(&self) {
        self.recorder.register_gauge(&key(UNDER_WAY, &[]), &ABOUT).increment(1.0);
    }

    /// A request ended, however.
    pub(super) fn end(&self) {
        self.recorder.register_gauge(&key(UNDER_WAY, &[]), &ABOUT).decrement(1.0);
    }

    /// A request was answered.
    pub(super) fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let status = status.to_string();
        let labels = [("route", route), ("method", method), ("status", status.as_str())];
        self.recorder.register_counter(&key(REQUESTS, &labels), &ABOUT).increment(1);
        self.recorder.register_histogram(&key(SECONDS, &[("route", route)]), &ABOUT).record(took.as_secs_f64());
    }

    fn gauge(&self, name: &'static str, labels: &[(&'static str, &str)], value: f64) {
        self.recorder.register_gauge(&key(name, labels), &ABOUT).set(value);
    }

    /// Everything, in Prometheus' text form.
    pub(super) async fn render(&self, state: &WebState) -> Result<String, Refusal> {
        let db = &state.house.db;
        self.gauge("letopis_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        let pool = db.pool_figures();
        self.gauge("letopis_database_connections", &[("state", "open")], f64::from(pool.open));
        self.gauge("letopis_database_connections", &[("state", "idle")], f64::from(pool.idle));
        let log = db.log_state().await;
        self.gauge("letopis_ready", &[], if log.is_ok() { 1.0 } else { 0.0 });
        self.gauge("letopis_log_entries", &[], log?.0 as f64);
        let (waiting, running) = db.count_open_jobs().await?;
        self.gauge("letopis_jobs", &[("state", "waiting")], waiting as f64);
        self.gauge("letopis_jobs", &[("state", "running")], running as f64);
        let idle = state.house.sign_in.terms.idle.as_secs() as i64;
        let sessions = db.count_open_sessions(state.now().timestamp(), idle).await?;
        self.gauge("letopis_sessions", &[], sessions as f64);
        self.gauge("letopis_register_lines", &[], db.count_register_lines().await? as f64);
        self.gauge("letopis_archive_bytes", &[], self.archive_bytes(state).await as f64);
        if let Ok(free) = space::free_bytes(&state.house.archive()) {
            self.gauge("letopis_free_bytes", &[], free as f64);
        }
        self.process();
        self.handle.run_upkeep();
        Ok(self.handle.render())
    }

    async fn archive_bytes(&self, state: &WebState) -> u64 {
        let kept = *self.archive.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = kept.filter(|(seen, _)| seen.elapsed() < ARCHIVE_KEPT) {
            return bytes;
        }
        let root = state.house.archive();
        let bytes = tokio::task::spawn_blocking(move || space::used_bytes(&root)).await.unwrap_or_default();
        *self.archive.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), bytes));
        bytes
    }

    /// What Linux tells of this process; elsewhere the figures are absent.
    fn process(&self) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let field = |name: &str| -> Option<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        if let Some(kilobytes) = field("VmRSS:") {
            self.gauge("letopis_resident_bytes", &[], kilobytes * 1024.0);
        }
        if let Some(threads) = field("Threads:") {
            self.gauge("letopis_threads", &[], threads);
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            self.gauge("letopis_open_files", &[], files.count() as f64);
        }
    }
}
