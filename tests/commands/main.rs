//! The program from outside, in processes of its own: commands, their words and exit codes, and what a killed one leaves.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

#[path = "../disks/mod.rs"]
mod disks;

mod cli;
mod crash;
mod policy;
mod program;
#[path = "../tracer/mod.rs"]
mod tracer;
