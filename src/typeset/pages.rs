//! The frame that all pages share: paper, margins, running words, sheet and page numbers, QR. Floor 1.

use crate::domain::canon::Digest;
use crate::domain::edition::Edition;
use crate::domain::snapshot::Snapshot;

use super::fit::{Fitted, fit};
use super::fonts::Face;
use super::plan::{Page, Room, Text, mm, round};
use super::wording::in_fours;

/// Side of a QR: 0.5 mm a module at 33 modules, which a phone reads from paper.
pub const QR_SIDE: f64 = mm(17.0);
/// Height of the foot: a rule and one line, inside the text area, so that the lower margin stays 20 mm.
pub const FOOT: f64 = mm(6.0);
/// Upper and lower margin (ГОСТ Р 7.0.97-2016: at least 20 mm).
const MARGIN: f64 = mm(20.0);
/// The smaller side margin, away from the binding.
const OUTER: f64 = mm(10.0);

/// A4 with its margins.
#[derive(Debug, Clone, Copy)]
pub struct Paper {
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// Margin at the binding.
    binding: f64,
    /// Whether the binding changes sides on the back of a sheet of paper.
    mirrored: bool,
}

/// Journals: portrait, 20 mm at the binding, mirrored for printing on both sides.
pub const JOURNAL: Paper = Paper { w: mm(210.0), h: mm(297.0), binding: mm(20.0), mirrored: true };
/// Summary sheets: landscape, 30 mm on the left, for records kept longer than 10 years; printed on one side.
pub const SUMMARY: Paper = Paper { w: mm(297.0), h: mm(210.0), binding: mm(30.0), mirrored: false };

impl Paper {
    /// Top of the text area.
    pub fn top(&self) -> f64 {
        MARGIN
    }

    /// Bottom of the text area above the foot.
    pub fn bottom(&self) -> f64 {
        self.h - MARGIN - FOOT
    }

    /// Width of the text area.
    pub fn width(&self) -> f64 {
        self.w - self.binding - OUTER
    }
}

/// Pages as they are bound together.
pub struct Binder<'a> {
    /// What can be printed of the snapshot.
    pub snapshot: &'a Snapshot,
    /// What can be printed of the edition.
    pub edition: &'a Edition,
    /// Paper.
    pub paper: Paper,
    /// Digests of the sheets as frozen.
    pub digests: &'a [Digest],
    /// The pages so far.
    pub pages: Vec<Page>,
}

impl Binder<'_> {
    /// The next page, not yet bound in; `sheet` from 0.
    pub fn blank(&self, kind: &'static str, sheet: usize) -> Page {
        let no = self.pages.len() + 1;
        let paper = &self.paper;
        let left = if paper.mirrored && no.is_multiple_of(2) { OUTER } else { paper.binding };
        let qr = [left + paper.width() - QR_SIDE, paper.bottom() - mm(3.5) - QR_SIDE, QR_SIDE];
        Page {
            kind,
            no,
            sheet: sheet + 1,
            digest: self.digests.get(sheet).map(|digest| in_fours(&digest.prefix())).unwrap_or_default(),
            x: round(left),
            w: round(paper.width()),
            texts: Vec::new(),
            tables: Vec::new(),
            places: Vec::new(),
            seal: None,
            ink: Vec::new(),
            qr: qr.map(round),
        }
    }

    /// Binds a page in.
    pub fn bind(&mut self, page: Page) {
        self.pages.push(page);
    }

    /// Number of the page that comes next.
    pub fn next_no(&self) -> usize {
        self.pages.len() + 1
    }
}

/// Height of the heading of a page: a small label (in the template) above large words.
pub const HEADING: f64 = mm(12.0);

/// The heading's words and, at its right end, a remark.
pub fn heading(page: &mut Page, top: f64, words: &str, remark: &str) {
    let remark_width = if remark.is_empty() { 0.0 } else { mm(44.0) };
    let room = Room { x: page.x, y: top + mm(3.2), w: page.w - remark_width, h: mm(7.4) };
    page.texts.push(Text::middle(room, "left", Face::SerifBold, &fit(words, Face::SerifBold, 14.0, room.w, room.h)));
    if !remark.is_empty() {
        let room = Room { x: page.x + page.w - remark_width, w: remark_width, y: room.y + mm(1.9), h: mm(5.0) };
        let fitted: Fitted = fit(remark, Face::Narrow, 9.0, room.w, room.h);
        page.texts.push(Text::middle(room, "right", Face::Narrow, &fitted));
    }
}
