//! What a house is given to read: bundles of a journal, policies of a school, settings. Never uses the network or a database.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

mod bundles;
mod policies;
mod settings;
