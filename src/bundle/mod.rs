//! A school's journal as files: bundles, spreadsheets, reports of other programs; read, checked, written and made. Floor 1.
//!
//! A bundle is a folder (or a zip of it) of CSV files, described in `docs/bundle-format.ru.md`; the other formats are described in
//! `docs/exchange.ru.md`. [`read`] gives a checked [`Journal`](crate::domain::journal::Journal) or every finding at once; [`intake`] lays
//! any of the formats over a journal that stands. Never writes to a store.

pub mod codes;
pub mod encoding;
pub mod example;
pub mod export;
pub mod foreign;
pub mod generate;
pub mod given;
pub mod headings;
pub mod intake;
pub mod layout;
pub mod one_table;
pub mod oneroster;
pub mod ruled;
pub mod source;
pub mod tables;
pub mod workbook;
pub mod year;
pub mod year_book;

mod check;
mod facts;
mod found;
mod json;
mod look_alike;
mod office_card;
mod office_groups;
mod office_hours;
mod office_lists;
mod office_moves;
mod office_plans;
mod office_posts;
mod office_year;
mod overlay;
mod read;
mod recognise;
mod records;
mod resolve;
mod roster;
mod rows;
mod sheet;
mod table;
mod values;

pub use facts::{FileFacts, Format};
pub use generate::{GeneratorSpec, generate, write};
pub use given::Given;
pub use intake::{Settled, Told, settle};
pub use look_alike::meant as meant_class;
pub use read::{Bundle, ReadError, read, read_files, read_kept};
pub use sheet::guarded;
pub use source::BundleFile;
pub use year::YearSheet;
