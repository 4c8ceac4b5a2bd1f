//! A school's bundle: read, checked and made. Floor 1.
//!
//! A bundle is a folder (or a zip of it) of CSV files, described in `docs/bundle-format.ru.md`. [`read`] gives a checked
//! [`Journal`](crate::domain::journal::Journal) or every finding at once. Never writes to a store.

pub mod codes;
pub mod generate;
pub mod layout;

mod check;
mod encoding;
mod found;
mod look_alike;
mod read;
mod records;
mod roster;
mod rows;
mod sheet;
mod source;
mod table;
mod values;

pub use generate::{GeneratorSpec, generate, write};
pub use read::{Bundle, ReadError, read, read_files, read_kept};
pub use source::BundleFile;
