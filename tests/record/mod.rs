//! Records for tests: a whole sealed one, built from its parts, and what attackers make of it.
#![allow(dead_code, clippy::expect_used)] // reason: each test binary uses its own part of this

pub mod school;
pub mod snapshot;
