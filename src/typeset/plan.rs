//! The plan: what the template gets. Floor 1.
//!
//! Pages in order, each with its texts fitted and placed. Lengths are points from the page's upper left corner, rounded to
//! hundredths, so that the same snapshot makes the same plan to the last digit. Words that are the same in every document
//! (heads of columns, formulae) stand in the templates, not here.

use serde::Serialize;

use super::fit::{CAPITALS, Fitted, LEADING};
use super::fonts::Face;

/// Millimetres as points.
pub const fn mm(length: f64) -> f64 {
    length * 72.0 / 25.4
}

/// Hundredths of a point: a seventh of the thinnest rule's hundredth part, far below what a printer shows.
pub fn round(length: f64) -> f64 {
    (length * 100.0).round() / 100.0
}

/// A whole document.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// Title of the PDF.
    pub title: String,
    /// Author of the PDF: the school.
    pub author: String,
    /// Page size, points.
    pub paper: [f64; 2],
    /// Modules on a side of every QR, without the quiet zone.
    pub qr_modules: usize,
    /// Left of the running head: «5А · I четверть · 2025/2026».
    pub running: String,
    /// Left of the foot: «Копия № 2025-5А-I четверть · версия 1».
    pub copy: String,
    /// Number of sheets: «Лист 3 / 14».
    pub sheets: usize,
    /// Pages in order.
    pub pages: Vec<Page>,
    /// Files to attach: name, MIME type, description.
    pub attachments: Vec<Attached>,
}

/// A file to attach.
#[derive(Debug, Serialize)]
pub struct Attached {
    /// Path among the virtual files, and name in the PDF.
    pub path: String,
    /// MIME type.
    pub mime: String,
    /// Russian description.
    pub description: String,
    /// PDF/A-3 relationship.
    pub relationship: &'static str,
}

/// A page.
#[derive(Debug, Serialize)]
pub struct Page {
    /// Which function of the template sets it: `marks`.
    pub kind: &'static str,
    /// From 1.
    pub no: usize,
    /// Number of its sheet, from 1.
    pub sheet: usize,
    /// «9F2C 11A0 44D1 7B90»: the sheet's digest as far as the foot has room.
    pub digest: String,
    /// Left edge of the text area.
    pub x: f64,
    /// Width of the text area.
    pub w: f64,
    /// Texts.
    pub texts: Vec<Text>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Signature places.
    pub places: Vec<Place>,
    /// The seal's place.
    pub seal: Option<SealPlace>,
    /// Places for ink beside signatures and seal, for whoever compares the page with its scan: x, y, width, height.
    #[serde(skip)]
    pub ink: Vec<[f64; 4]>,
    /// Where the sheet's QR stands: x, y, side.
    pub qr: [f64; 3],
}

/// Lines of text at their place.
#[derive(Debug, Clone, Serialize)]
pub struct Text {
    /// Left edge of the room.
    pub x: f64,
    /// Top of the first line.
    pub y: f64,
    /// Width of the room.
    pub w: f64,
    /// `left`, `center`, `right`.
    pub align: &'static str,
    /// Face.
    pub face: Face,
    /// Type size.
    pub size: f64,
    /// Distance of lines.
    pub slot: f64,
    /// Baseline below the top of its line.
    pub edge: f64,
    /// Lines, joined by line ends.
    pub text: String,
}

/// A room for a text, points.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Text {
    /// A fitted text, in the vertical middle of its room.
    pub fn middle(room: Room, align: &'static str, face: Face, fitted: &Fitted) -> Self {
        let slot = fitted.size * LEADING;
        let y = room.y + (room.h - slot * fitted.lines.len() as f64) / 2.0;
        Self::top(Room { y, ..room }, align, face, fitted)
    }

    /// A fitted text from the top of its room.
    pub fn top(room: Room, align: &'static str, face: Face, fitted: &Fitted) -> Self {
        let slot = fitted.size * LEADING;
        Self {
            x: round(room.x),
            y: round(room.y),
            w: round(room.w),
            align,
            face,
            size: round(fitted.size),
            slot: round(slot),
            edge: round((slot + CAPITALS * fitted.size) / 2.0),
            text: fitted.lines.join("\n"),
        }
    }
}

/// A ruled table: one text for each column, its lines at one pitch.
#[derive(Debug, Default, Serialize)]
pub struct Table {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height of the heads.
    pub head: f64,
    /// Height of all, heads included.
    pub h: f64,
    /// Type size of the body.
    pub size: f64,
    /// Distance of the body's lines.
    pub slot: f64,
    /// Baseline below the top of its line.
    pub edge: f64,
    /// Columns.
    pub columns: Vec<Column>,
    /// Heads over several columns (months, periods).
    pub spans: Vec<Span>,
    /// Texts that do not stand in the pitch of their column.
    pub loose: Vec<Text>,
    /// Hairlines: x1, y1, x2, y2.
    pub hair: Vec<[f64; 4]>,
    /// Rules of the frame, of every fifth row, of months.
    pub strong: Vec<[f64; 4]>,
    /// Rules of a closed period.
    pub heavy: Vec<[f64; 4]>,
}

/// A column.
#[derive(Debug, Serialize)]
pub struct Column {
    /// What it is: `no`, `name`, `lesson`, `final` …; the template knows the head's words by it.
    pub key: &'static str,
    /// Head from the data: a day, a subject; empty where the template knows the words.
    pub label: Vec<String>,
    /// Type size of the label.
    pub label_size: f64,
    /// Left edge.
    pub x: f64,
    /// Width.
    pub w: f64,
    /// `left` or `center`.
    pub align: &'static str,
    /// Face.
    pub face: Face,
    /// The body's lines, joined by line ends.
    pub text: String,
}

/// A head over several columns.
#[derive(Debug, Serialize)]
pub struct Span {
    /// Left edge.
    pub x: f64,
    /// Width.
    pub w: f64,
    /// Words.
    pub label: String,
}

/// A signature place with what stands round it.
#[derive(Debug, Serialize)]
pub struct Place {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// Words before the place: the stage's title and the office.
    pub title: Text,
    /// «И.О. Фамилия» after the place.
    pub name: Text,
    /// «23.10.2025» once signed, else empty.
    pub date: String,
    /// The place itself: x and width.
    pub sign: [f64; 2],
    /// The visible mark, once signed.
    pub mark: Vec<Text>,
    /// Whose place it is: stage and staff identifier; not printed.
    #[serde(skip)]
    pub of: (String, String),
}

/// The seal's place: a circle of 50 mm.
#[derive(Debug, Serialize)]
pub struct SealPlace {
    /// Centre.
    pub x: f64,
    /// Centre.
    pub y: f64,
    /// Radius.
    pub r: f64,
    /// The visible mark, once sealed.
    pub mark: Vec<Text>,
}
