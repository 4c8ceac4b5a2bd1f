//! The school's year told as stories and attacks, on SQLite always and on PostgreSQL when `TEST_DATABASE_URL` names one.

#![allow(clippy::expect_used, clippy::unwrap_used)] // a story that cannot go on should stop

mod closing;
mod files;
mod house;
mod movement;
#[path = "../engines/postgres.rs"]
mod postgres;
mod setup;
