//! Verification: what is right passes, and every attack is named. Whatever is tried on a record or an extract is tried on
//! `verify` and on the `verify.sh` inside it with stock tools: both must give the same answer.

#![allow(clippy::expect_used)] // a test may say what it expects

mod record;

#[path = "verify/archives.rs"]
mod archives;
#[path = "verify/bench.rs"]
mod bench;
#[path = "verify/documents.rs"]
mod documents;
#[path = "verify/extracts.rs"]
mod extracts;
#[path = "verify/insiders.rs"]
mod insiders;
#[path = "verify/packages.rs"]
mod packages;
#[path = "verify/records.rs"]
mod records;
