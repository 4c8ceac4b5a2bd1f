//! What a school hands over and keeps: pages, signatures and seals, objects of the archive, and the verification of them all.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

mod archive;
mod pages;
#[path = "../record/mod.rs"]
mod record;
mod signatures;
#[path = "../tracer/mod.rs"]
mod tracer;
mod verify;
