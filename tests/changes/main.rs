//! Changes of the school's data on each engine: history, lost updates, undo, closed periods, two processes at one log.
#![allow(clippy::expect_used, clippy::unwrap_used)] // reason: a test may say what it expects

mod compromise;
mod house;
mod intruder;
mod mechanism;
mod model;
#[path = "../engines/postgres.rs"]
mod postgres;
mod purge;
mod role;
mod writers;
