//! Exchange: every format goes out and comes back, reports of other programs come in, attacks are turned away.
#![allow(clippy::expect_used, clippy::unwrap_used)] // reason: a test may say what it expects

mod attacks;
mod formats;
mod handmade;
mod house;
mod offices;
mod reports;
mod stories;
