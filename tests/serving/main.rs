//! The house as it is served: its pages, the documented interface, the long work behind them, and its running, over real connections.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

mod desk;
mod early;
#[path = "../engines/mod.rs"]
mod engines;
mod force;
#[path = "../story/house.rs"]
#[allow(dead_code)] // the houses of the records' stories; these stories need some of them
mod house;
mod interface;
#[path = "../story/intruder.rs"]
#[allow(dead_code)] // what the houses' stories change behind the program's back
mod intruder;
mod jobs;
mod operations;
mod outdated;
mod package;
mod scans;
#[path = "../served/mod.rs"]
mod served;
mod web;
