//! Where people write on a printed page: signatures, days, the seal; the rest must stay as it was printed. Floor 1.

use super::pages::FOOT;
use super::plan::mm;
use super::{Error, bind, clean, sheet_digests, unprinted};
use crate::domain::snapshot::Snapshot;

/// Places of a page that a comparison with its scan must know; all in millimetres from the upper left corner: x, y, width, height.
#[derive(Debug, Clone, PartialEq)]
pub struct HandPlaces {
    /// Width and height of the paper.
    pub paper: [f64; 2],
    /// The code.
    pub code: [f64; 4],
    /// The text area with its running head and foot: outside are margins.
    pub body: [f64; 4],
    /// Where people write by hand.
    pub reserved: Vec<[f64; 4]>,
    /// The places of signatures among them.
    pub signatures: Vec<SignaturePlace>,
}

/// Where one person signs on one page.
#[derive(Debug, Clone, PartialEq)]
pub struct SignaturePlace {
    /// Stage and staff identifier; both empty for the place under the stitching, which no stage of the route waits for.
    pub of: (String, String),
    /// Millimetres from the upper left corner: x, y, width, height.
    pub area: [f64; 4],
    /// The room above the line of the signature itself, behind the words that name the office; the same measures.
    pub line: [f64; 4],
}

/// Above the text area stands the running head, below it the foot ends with it: what they take of the margins, mm.
const HEAD: f64 = 9.0;
/// The line of a signature is drawn so high above the lower edge of its place, points.
const LINE_ABOVE: f64 = 23.0;
/// A seal of 40 mm is rarely set in the very middle of its place of 50: so many millimetres around are its own.
const SEAL_AROUND: f64 = 5.0;

/// The places of every page of an issued copy, in order: laid out like the document, but not set by typst.
///
/// # Errors
/// As for the document itself.
pub fn hand_places(snapshot: &Snapshot) -> Result<Vec<HandPlaces>, Error> {
    let (printable, edition, _) =
        clean::clean(snapshot, &unprinted(snapshot)).map_err(|error| Error::Data(error.to_string()))?;
    let digests = sheet_digests(snapshot);
    let (paper, pages) = bind(&printable, &edition, &digests)?;
    let bottom = paper.bottom();
    let length = |points: f64| points / mm(1.0);
    let of_page = |page: &super::plan::Page| {
        let mut reserved: Vec<[f64; 4]> =
            page.places.iter().map(|place| [place.x, place.y, place.w, place.h]).collect();
        if let Some(seal) = &page.seal {
            let r = seal.r + mm(SEAL_AROUND);
            reserved.push([seal.x - r, seal.y - r, 2.0 * r, 2.0 * r]);
        }
        reserved.extend(&page.ink);
        // Whoever held the lesson signs beside it.
        for table in &page.tables {
            let column = table.columns.iter().filter(|column| column.key == "substitute");
            reserved.extend(column.map(|column| [column.x, table.y + table.head, column.w, table.h - table.head]));
        }
        let top = paper.top() - mm(HEAD);
        let [x, y, side] = page.qr;
        HandPlaces {
            paper: [length(paper.w), length(paper.h)],
            code: [x, y, side, side].map(length),
            body: [page.x, top, page.w, bottom + FOOT - top].map(length),
            reserved: reserved.into_iter().map(|place| place.map(length)).collect(),
            signatures: page
                .places
                .iter()
                .map(|place| SignaturePlace {
                    of: place.of.clone(),
                    area: [place.x, place.y, place.w, place.h].map(length),
                    line: [place.sign[0], place.y, place.sign[1], place.h - LINE_ABOVE].map(length),
                })
                .collect(),
        }
    };
    Ok(pages.iter().map(of_page).collect())
}
