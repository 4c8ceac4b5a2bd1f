//! The way of a record, told station by station on a living house: folder, database, keys and archive in a temporary place.
//!
//! What a station promises is told through the library; what an intruder does is done to the house's files and database behind its back.
#![allow(clippy::expect_used, clippy::unwrap_used)] // reason: a test may say what it expects

#[path = "../disks/mod.rs"]
mod disks;

mod adoption;
mod archive;
mod carrier_days;
mod carrier_fat;
mod carrier_papers;
mod carrier_prune;
mod carriers;
mod close;
mod compared;
mod conformity;
mod desk;
mod doctor;
mod export;
mod fallback;
mod family_extracts;
mod foreign;
mod groups;
mod house;
mod import;
mod intruder;
mod issue;
mod keys;
mod log;
mod office;
mod openssl;
mod paper;
#[path = "../engines/postgres.rs"]
mod postgres;
mod presets;
mod publish;
mod reissue;
mod remind;
mod scans;
mod scans_hostile;
mod seal;
mod sign;
mod supplement;
mod teaching;
mod templates;
mod tenure;
mod verify;
mod void;
mod yearly;
