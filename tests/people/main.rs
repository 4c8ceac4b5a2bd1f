//! People, rights and sign-in over real houses on every engine: who gets in, who is kept out, and what is on record of it.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

#[path = "../disks/mod.rs"]
mod disks;

mod access;
mod breaks;
mod buttons;
mod consents;
mod custody;
mod custody_ends;
mod events;
mod fallback;
mod families;
mod house;
mod identity;
mod learners;
mod lists;
mod matrix;
mod not_there;
mod offices;
mod owed;
mod paper;
#[path = "../engines/postgres.rs"]
mod postgres;
mod reach;
mod rules;
mod shown;
mod signin;
mod staff;
mod stolen;
mod templates;
mod training;
