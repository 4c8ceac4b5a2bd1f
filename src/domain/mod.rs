//! Floor 0: the words and rules of a records office. Values in, decisions out.
//!
//! Nothing here does I/O, reads a clock, draws a random number or knows a database, a page or a wire.

pub mod audit;
pub mod calendar;
pub mod canon;
pub mod carrier;
pub mod change;
pub mod checkpoint;
pub mod copy;
pub mod deadline;
pub mod desk_forms;
pub mod difference;
pub mod duties;
pub mod edition;
pub mod feed;
pub mod finding;
pub mod form;
pub mod forms;
pub mod freeze;
pub mod journal;
pub mod lint;
pub mod log_proof;
pub mod merkle;
pub mod names;
pub mod norm;
pub mod paper;
pub mod password;
pub mod people;
pub mod period;
pub mod policy;
pub mod readiness;
pub mod register;
pub mod report;
pub mod retention;
pub mod rights;
pub mod route;
pub mod rows;
pub mod search;
pub mod setup;
pub mod sheet_code;
pub mod snapshot;
pub mod statement;
pub mod timeliness;
pub mod token;
pub mod void;
pub mod words;
