//! Floor 2: the way of a record, one file per station.

pub mod extract;
pub mod package;
pub mod verify;
