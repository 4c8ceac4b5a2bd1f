//! Scans: pages out of a PDF or a photo, and the QR codes on them. Floor 1.
//!
//! [`pages`] hands out one page after another, so that a file of a hundred pages takes the memory of one; [`codes`] reads every code of a
//! page, however the sheet lay; [`compare`] says what a scan shows otherwise than the page
//! that was issued. What a code means is `domain::sheet_code`; whose sheet it is, `flow::scans` decides.

mod align;
mod differ;
mod find;
mod finder;
mod grey;
mod ink;
mod open;
mod pdf;
mod read;

pub use differ::{Area, Class, Compared, DPI, Difference, Issued, NotCompared, compare};
pub use find::{Found, Point, codes};
pub use grey::Grey;
pub use open::{Kind, PageFault, Unreadable, page, page_at, pages};
