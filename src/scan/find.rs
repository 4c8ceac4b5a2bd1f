//! QR codes in a grey picture: found with place and turn, whatever way the sheet lay. Floor 1.
//!
//! `rqrr` looks first at the picture as it is. What it finds and cannot read is cut out and tried again larger, softer, sharper, with other
//! thresholds; what it does not find is looked for in other preparations of the whole picture, in the fixed order of [`PREPARATIONS`].

use rqrr::PreparedImage;

use super::grey::Grey;

/// A point of a page, pixels from the upper left corner.
pub type Point = (f32, f32);

/// A code that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it says.
    pub text: String,
    /// Upper left, upper right, lower right, lower left corner of the code itself, wherever they lie on the page.
    pub corners: [Point; 4],
}

impl Found {
    /// By how many degrees the sheet lies turned clockwise, 0 to 359.
    pub fn turn(&self) -> u32 {
        let [(x, y), (right, below), ..] = self.corners;
        let degrees = (below - y).atan2(right - x).to_degrees().round() as i32;
        degrees.rem_euclid(360) as u32
    }

    fn middle(&self) -> Point {
        let sum = self.corners.iter().fold((0.0, 0.0), |(x, y), corner| (x + corner.0, y + corner.1));
        (sum.0 / 4.0, sum.1 / 4.0)
    }

    fn side(&self) -> f32 {
        let [(x, y), .., (left, below)] = self.corners;
        (below - y).hypot(left - x)
    }

    /// The same code seen twice: its middles lie closer than half a side.
    fn is_at(&self, other: &Self) -> bool {
        let ((x, y), (u, v)) = (self.middle(), other.middle());
        (x - u).hypot(y - v) < self.side().max(other.side()) / 2.0
    }
}

/// A code that was seen and not read: its corners.
type Seen = [Point; 4];

/// One way to prepare the whole picture.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Preparation {
    /// As it is, with the reader's own threshold.
    Plain,
    /// A local threshold; the picture scaled before by so many tenths.
    Local { tenths: usize, hundredths: u32 },
    /// Softened by so many tenths of a pixel before a local threshold.
    Soft { tenths_of_sigma: u32, tenths: usize },
    /// Sharpened before a local threshold.
    Sharp { tenths: usize },
}

/// In this order, the cheap ones that read nearly everything first.
const PREPARATIONS: [Preparation; 9] = [
    Preparation::Plain,
    Preparation::Local { tenths: 10, hundredths: 80 },
    Preparation::Local { tenths: 20, hundredths: 85 },
    Preparation::Soft { tenths_of_sigma: 10, tenths: 10 },
    Preparation::Local { tenths: 5, hundredths: 85 },
    Preparation::Sharp { tenths: 20 },
    Preparation::Soft { tenths_of_sigma: 16, tenths: 20 },
    Preparation::Local { tenths: 15, hundredths: 90 },
    Preparation::Local { tenths: 30, hundredths: 88 },
];

/// A prepared picture has at most so many pixels: 300 dpi of A4 doubled in both directions is 35 million.
const MOST_PIXELS: usize = 36_000_000;

/// Pixels that a 17 mm code's neighbourhood takes at 300 dpi, as a part of the page's longer side: a sheet's code is a seventeenth of it.
const WINDOW_PART: usize = 40;

/// Every code of a page that can be read, from the top down.
pub fn codes(page: &Grey) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut agreed = 0;
    for preparation in PREPARATIONS {
        let Some(looked) = look(page, preparation) else { continue };
        let before = found.len();
        for code in looked.read {
            keep(&mut found, code);
        }
        let mut unread = 0;
        for seen in looked.seen {
            match reread(page, &seen) {
                Some(code) => keep(&mut found, code),
                None => unread += 1,
            }
        }
        // Two ways that see the same codes and leave nothing unread: there is nothing more on the page.
        let quiet = !found.is_empty() && found.len() == before && unread == 0;
        agreed = if quiet { agreed + 1 } else { 0 };
        if agreed >= 1 {
            break;
        }
    }
    found.sort_by(|a, b| a.middle().1.total_cmp(&b.middle().1).then(a.middle().0.total_cmp(&b.middle().0)));
    found
}

/// Keeps a code unless it was seen at this place before.
fn keep(found: &mut Vec<Found>, code: Found) {
    if !found.iter().any(|held| held.is_at(&code)) {
        found.push(code);
    }
}

struct Looked {
    read: Vec<Found>,
    seen: Vec<Seen>,
}

/// Looks at the whole picture under one preparation; nothing when that would be too large or makes no sense.
fn look(page: &Grey, preparation: Preparation) -> Option<Looked> {
    let scaled = |tenths: usize| {
        let (width, height) = (page.width * tenths / 10, page.height * tenths / 10);
        (width * height <= MOST_PIXELS && width.min(height) >= 64).then(|| match tenths {
            10 => page.clone(),
            _ => page.resized(width, height),
        })
    };
    let (tenths, picture, hundredths) = match preparation {
        Preparation::Plain => return Some(Looked::of(plain(page), 1.0, (0.0, 0.0))),
        Preparation::Local { tenths, hundredths } => (tenths, scaled(tenths)?, hundredths),
        Preparation::Soft { tenths_of_sigma, tenths } => {
            (tenths, scaled(tenths)?.softened(tenths_of_sigma as f32 / 10.0), 88)
        }
        Preparation::Sharp { tenths } => (tenths, scaled(tenths)?.sharpened(2.0), 85),
    };
    let window = (picture.width.max(picture.height) / WINDOW_PART).max(15);
    Some(Looked::of(local(&picture, window, hundredths), tenths as f32 / 10.0, (0.0, 0.0)))
}

impl Looked {
    /// Grids of a picture that was cut out at a place and scaled.
    fn of(grids: Vec<Grid>, scale: f32, (left, top): Point) -> Self {
        let mut looked = Self { read: Vec::new(), seen: Vec::new() };
        for (text, corners) in grids {
            let corners = corners.map(|(x, y)| (x / scale + left, y / scale + top));
            match text {
                Some(text) => looked.read.push(Found { text, corners }),
                None => looked.seen.push(corners),
            }
        }
        looked
    }
}

/// A grid that the reader found: its text, if it could be read, and its corners.
type Grid = (Option<String>, [Point; 4]);

/// Under the reader's own threshold.
fn plain(picture: &Grey) -> Vec<Grid> {
    let (width, pixels) = (picture.width, &picture.pixels);
    let mut prepared = PreparedImage::prepare_from_greyscale(width, picture.height, |x, y| pixels[y * width + x]);
    let grids = prepared.detect_grids();
    grids.iter().map(|grid| (grid.decode().ok().map(|(_, text)| text), grid.bounds.map(point))).collect()
}

/// Under a local threshold of ours.
fn local(picture: &Grey, window: usize, hundredths: u32) -> Vec<Grid> {
    let (width, dark) = (picture.width, picture.dark(window, hundredths));
    let mut prepared = PreparedImage::prepare_from_bitmap(width, picture.height, |x, y| dark[y * width + x] == 1);
    let grids = prepared.detect_grids();
    grids.iter().map(|grid| (grid.decode().ok().map(|(_, text)| text), grid.bounds.map(point))).collect()
}

fn point(point: rqrr::Point) -> Point {
    (point.x as f32, point.y as f32)
}

/// A code that was seen and not read, again: cut out with its quiet zone, at about 8 pixels a module, under several thresholds.
fn reread(page: &Grey, seen: &Seen) -> Option<Found> {
    /// 33 modules with the quiet zone of 4 on each side, at 8 pixels.
    const SIDE: usize = 41 * 8;
    /// Windows, thresholds and softening, the likeliest first.
    const WAYS: [(usize, u32, f32); 9] = [
        (90, 85, 0.0),
        (60, 92, 0.0),
        (90, 85, 1.5),
        (150, 80, 0.0),
        (60, 88, 2.5),
        (90, 95, 2.5),
        (200, 90, 4.0),
        (40, 90, 1.0),
        (328, 75, 2.0),
    ];
    let (xs, ys) = (seen.map(|(x, _)| x), seen.map(|(_, y)| y));
    let least = |values: [f32; 4]| values.into_iter().fold(f32::INFINITY, f32::min);
    let most = |values: [f32; 4]| values.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let (left, top, right, bottom) = (least(xs), least(ys), most(xs), most(ys));
    let margin = (right - left).max(bottom - top) * 0.2;
    // Corners are computed from a few pixels and may lie far outside: a cut-out larger than the page is none.
    if !margin.is_finite() || right - left > page.width as f32 || bottom - top > page.height as f32 {
        return None;
    }
    let (x, y) = ((left - margin).max(0.0) as usize, (top - margin).max(0.0) as usize);
    let (width, height) = ((right - left + 2.0 * margin) as usize, (bottom - top + 2.0 * margin) as usize);
    let part = page.crop(x, y, width, height);
    // No code has fewer than 21 modules.
    if part.width.min(part.height) < 21 {
        return None;
    }
    let scale = SIDE as f32 / part.width.max(part.height) as f32;
    let part = part.resized((part.width as f32 * scale) as usize, (part.height as f32 * scale) as usize);
    WAYS.into_iter().find_map(|(window, hundredths, sigma)| {
        let picture = if sigma > 0.0 { part.softened(sigma) } else { part.clone() };
        let grids = local(&picture, window, hundredths);
        Looked::of(grids, scale, (x as f32, y as f32)).read.into_iter().next()
    })
}
