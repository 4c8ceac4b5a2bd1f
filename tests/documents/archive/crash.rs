//! Sealing killed, starved of disk and failed at its system calls: what is left is a whole record or none.
//!
//! A child process seals under `strace`, which kills it (or fails it) at the N-th call of a kind. Then start-up's work is done, and the
//! archive is looked at. Every seventh call is tried; all of them: `LETOPIS_CRASH_STEP=1 cargo test --release --test documents archive`.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use letopis::vault::{self, Depth};

use super::{CREATED, PROOF, staged};
use crate::tracer::strace;

/// The system calls by which sealing changes the disk.
const CALLS: [&str; 6] = ["mkdir", "openat", "write", "fsync", "rename", "unlink"];

/// Stands for the database: the transaction is this one file.
const COMMITTED: &str = "committed";

/// Names the house to the child.
const HOUSE: &str = "LETOPIS_CRASH_HOUSE";

fn seal(house: &Path) -> Result<(), vault::Error> {
    let record = staged(house);
    vault::write_once(&house.join(COMMITTED), b"yes")?;
    vault::finish(&record.path, &house.join("archive"), PROOF, CREATED, "Запись скреплена печатью")?;
    Ok(())
}

/// The child that is killed; does nothing in a run of its own.
#[test]
fn the_sealing_that_is_killed() {
    if let Ok(house) = std::env::var(HOUSE) {
        seal(Path::new(&house)).expect("sealed");
    }
}

/// What start-up does: finishes what was committed, throws the rest away.
fn start_up(house: &Path) {
    vault::create_root(&house.join("archive")).expect("a root");
    let committed = house.join(COMMITTED).exists();
    for record in vault::list_staged(&house.join("staging")).expect("a list") {
        match committed {
            true => {
                let archive = house.join("archive");
                drop(vault::finish(&record, &archive, PROOF, CREATED, "Запись скреплена печатью").expect("finished"));
            }
            false => vault::discard(&record).expect("discarded"),
        }
    }
}

/// Runs the child with one fault; did the fault strike? `None` when this machine cannot trace.
fn strike(house: &Path, call: &str, fault: &str, at: usize) -> Option<bool> {
    let log = house.join("strace.log");
    strace()?
        .arg("-o")
        .arg(&log)
        .args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{fault}:when={at}")])
        .arg(std::env::current_exe().expect("this test"))
        .args(["--exact", "archive::crash::the_sealing_that_is_killed", "--test-threads=1"])
        .env(HOUSE, house)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("strace runs");
    let text = fs::read_to_string(&log).expect("a log");
    let _ = fs::remove_file(log);
    Some(text.contains("INJECTED") || text.contains("killed by SIGKILL"))
}

fn step() -> usize {
    std::env::var("LETOPIS_CRASH_STEP").ok().and_then(|step| step.parse().ok()).unwrap_or(7)
}

/// Tries a fault at every step-th call until the child gets through without meeting it.
fn try_all(fault: &str, calls: &[&str]) {
    let mut outcomes = [0_usize; 2];
    for call in calls {
        for at in (1..).step_by(step()) {
            let house = tempfile::tempdir().expect("a folder");
            let Some(struck) = strike(house.path(), call, fault, at) else { return };
            start_up(house.path());
            let objects = vault::list_objects(&house.path().join("archive")).expect("a list");
            let committed = house.path().join(COMMITTED).exists();
            assert_eq!(objects.len(), usize::from(committed), "{call} {at}: a record exactly when it was committed");
            for object in &objects {
                assert_eq!(vault::check_fixity(object, Depth::Full), [], "{call} {at}");
            }
            assert!(vault::list_staged(&house.path().join("staging")).expect("a list").is_empty(), "{call} {at}");
            outcomes[usize::from(committed)] += 1;
            if !struck {
                break;
            }
        }
    }
    eprintln!("{fault}: {} times no record, {} times a whole one", outcomes[0], outcomes[1]);
}

#[test]
fn a_kill_at_any_system_call_leaves_a_whole_record_or_none() {
    try_all("signal=SIGKILL", &CALLS);
}

#[test]
fn a_full_disk_leaves_a_whole_record_or_none() {
    try_all("error=ENOSPC", &["mkdir", "openat", "write", "fsync"]);
}

#[test]
fn a_failing_disk_leaves_a_whole_record_or_none() {
    try_all("error=EIO", &["write", "fsync", "rename"]);
}
