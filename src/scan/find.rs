//! QR codes in a grey picture: found with place and turn, whatever way the sheet lay. Floor 1.
//!
//! The three finder patterns are looked for in the whole picture, prepared in the fixed order of [`PREPARATIONS`]; each fitting triple is
//! read by [`super::read`] out of the picture as it is. A reader that looks for codes by itself copies the picture for every pair of
//! patterns that might belong together, which a noisy photo of a table has by the thousand.

use super::finder::{Finder, finders};
use super::grey::Grey;
use super::read::{Corner, read};

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

    /// Side of a module, if it is one of ours: a code of version 4 is 33 modules wide.
    fn module(&self) -> f32 {
        self.side() / 33.0
    }

    /// The same code seen twice: its middles lie closer than half a side.
    fn is_at(&self, other: &Self) -> bool {
        let ((x, y), (u, v)) = (self.middle(), other.middle());
        (x - u).hypot(y - v) < self.side().max(other.side()) / 2.0
    }

    /// Does a finder pattern belong to this code?
    fn holds(&self, finder: &Finder) -> bool {
        let (x, y) = self.middle();
        (x - finder.x).hypot(y - finder.y) < self.side() * 0.75
    }
}

/// One way to prepare the whole picture before finder patterns are looked for.
#[derive(Debug, Clone, Copy)]
struct Preparation {
    /// Scaled by so many tenths.
    tenths: usize,
    /// Softened after that: standard deviation in tenths of a pixel.
    soft: u32,
    /// A pixel is dark below so many hundredths of the mean around it.
    hundredths: u32,
}

/// Of a page drawn or scanned at 300 dpi, looked at first as if at 150: a quarter of the pixels, and a code's modules still have three each.
const OF_FINE: [Preparation; 2] =
    [Preparation { tenths: 5, soft: 0, hundredths: 85 }, Preparation { tenths: 5, soft: 10, hundredths: 90 }];

/// Pixels of the longer side from which on a page may be fine: A4 at 240 dpi.
const FINE_SIDE: usize = 2_800;

/// A look in which a module has fewer pixels says nothing of what else is on the page: noise and blur end patterns below it.
const SHARP: f32 = 2.6;

/// In this order, the cheap ones that find nearly everything first.
const PREPARATIONS: [Preparation; 8] = [
    Preparation { tenths: 10, soft: 0, hundredths: 85 },
    Preparation { tenths: 10, soft: 10, hundredths: 90 },
    Preparation { tenths: 20, soft: 10, hundredths: 90 },
    Preparation { tenths: 5, soft: 0, hundredths: 90 },
    Preparation { tenths: 10, soft: 18, hundredths: 94 },
    Preparation { tenths: 20, soft: 20, hundredths: 94 },
    Preparation { tenths: 10, soft: 10, hundredths: 75 },
    Preparation { tenths: 20, soft: 12, hundredths: 97 },
];

/// A prepared picture has at most so many pixels: 200 dpi of A4 doubled in both directions is 16 million.
const MOST_PIXELS: usize = 20_000_000;

/// The mean of a pixel's neighbourhood is taken over a 40th of the page's longer side: about half of a 17 mm code.
const WINDOW_PART: usize = 40;

/// Standard deviation of the second look at what the first could not read, in pixels: at 150 dpi a module has three of them.
const GRAIN: f32 = 1.1;

/// Standard deviation that takes single specks off a page of 150 to 240 dpi and leaves modules of three pixels.
const SPECKS: f32 = 0.6;

/// Triples tried under one preparation: a page has few, a photo of a patterned table many.
const MOST_TRIPLES: usize = 60;

/// Patterns of which two may belong to a code whose third is spoilt: a signature reached into it, a stamp, a fold.
const MOST_IN_PAIRS: usize = 14;

/// Every code of a page that can be read, from the top down.
pub fn codes(page: &Grey) -> Vec<Found> {
    let found = seen(page);
    if !found.is_empty() {
        return found;
    }
    // Grain so strong that noise shows more patterns than print: the page is looked at once more with the grain taken off.
    if !is_fine(page) {
        return seen(&page.softened(SPECKS));
    }
    let mut found = seen(&page.resized(page.width / 2, page.height / 2));
    for (x, y) in found.iter_mut().flat_map(|code| &mut code.corners) {
        (*x, *y) = (*x * 2.0, *y * 2.0);
    }
    found
}

fn is_fine(page: &Grey) -> bool {
    page.width.max(page.height) >= FINE_SIDE
}

/// One look at a page: under each preparation until nothing more is to be expected.
fn seen(page: &Grey) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut lonely: Vec<Finder> = Vec::new();
    let mut quiet = 0;
    let is_fine = is_fine(page);
    let of_fine = OF_FINE.into_iter().filter(|_| is_fine);
    for preparation in of_fine.chain(PREPARATIONS) {
        let Some(finders) = look(page, preparation) else { continue };
        let before = found.len();
        read_all(page, &triples(&finders), &mut found);
        for finder in finders {
            if !lonely.iter().any(|held| held.is_at(&finder)) {
                lonely.push(finder);
            }
        }
        // Two ways that find nothing new beside what is found: there is nothing more on the page, unless patterns wait for their third. On a
        // fine page the way that found it all is as good as one of them, for it looked at a mean of four pixels.
        let scale = preparation.tenths as f32 / 10.0;
        let is_sharp = found.iter().all(|code| code.module() * scale >= SHARP);
        quiet = match found.len() > before || found.is_empty() {
            true => u32::from(is_fine && is_sharp && !found.is_empty()),
            false => quiet + u32::from(is_sharp),
        };
        if quiet >= 2 && !waits(&lonely, &found) {
            break;
        }
    }
    lonely.retain(|finder| !found.iter().any(|code| code.holds(finder)));
    if !lonely.is_empty() {
        // Grain as strong as the print: what is left is read once more out of a softened page, where a module is a mean of its neighbours.
        read_all(&page.softened(GRAIN), &triples(&lonely), &mut found);
        lonely.retain(|finder| !found.iter().any(|code| code.holds(finder)));
    }
    lonely.sort_by_key(|finder| std::cmp::Reverse(finder.rows));
    lonely.truncate(MOST_IN_PAIRS);
    read_all(page, &pairs(page, &lonely), &mut found);
    found.sort_by(|a, b| a.middle().1.total_cmp(&b.middle().1).then(a.middle().0.total_cmp(&b.middle().0)));
    found
}

/// Are there patterns, as large as those of the codes that were read, of a code that was not? A page is printed at one scale.
fn waits(lonely: &[Finder], found: &[Found]) -> bool {
    /// Rows in which chance does not show a pattern.
    const ROWS: u32 = 4;
    let alike = |finder: &&Finder| {
        let likes = |code: &Found| (0.75..1.34).contains(&(finder.module / code.module().max(0.03)));
        finder.rows >= ROWS && found.iter().any(likes) && !found.iter().any(|code| code.holds(finder))
    };
    lonely.iter().filter(alike).count() >= 2
}

/// Reads the codes of triples; patterns of a code that was read belong to no other.
fn read_all(page: &Grey, triples: &[[Finder; 3]], found: &mut Vec<Found>) {
    for triple in triples.iter().take(MOST_TRIPLES) {
        if found.iter().any(|code| triple.iter().any(|finder| code.holds(finder))) {
            continue;
        }
        let corners = triple.map(|finder| Corner { x: finder.x, y: finder.y });
        let module = triple.iter().map(|finder| finder.module).sum::<f32>() / 3.0;
        let Some((text, corners)) = read(page, corners, module) else { continue };
        let code = Found { text, corners };
        if !found.iter().any(|held| held.is_at(&code)) {
            found.push(code);
        }
    }
}

/// Two patterns and the place where the third must be, as it looks there.
fn pairs(page: &Grey, finders: &[Finder]) -> Vec<[Finder; 3]> {
    let mut guessed = Vec::new();
    for one in finders {
        for other in finders {
            let (x, y) = (other.x - one.x, other.y - one.y);
            let module = (one.module + other.module) / 2.0;
            let (span, alike) = (x.hypot(y) / module.max(0.5), one.module / other.module);
            if !(0.7..1.43).contains(&alike) {
                continue;
            }
            let at = |x: f32, y: f32| Finder { x, y, ..*one };
            // A side of the code: `one` is its upper left corner and `other` the upper right or the lower left one.
            if (11.0..50.0).contains(&span) {
                guessed.push([*one, *other, settled(page, at(one.x - y, one.y + x), (x, y), span)]);
                guessed.push([*one, settled(page, at(one.x + y, one.y - x), (x, y), span), *other]);
            }
            // Its diagonal: the upper right and the lower left corner.
            if (15.0..71.0).contains(&span) {
                let (mx, my) = (x / 2.0, y / 2.0);
                let corner = at(one.x + mx - my, one.y + my + mx);
                let side = (corner.x - one.x, corner.y - one.y);
                guessed.push([settled(page, corner, side, span / std::f32::consts::SQRT_2), *one, *other]);
            }
        }
    }
    guessed
}

/// A guessed pattern moved to where dark, light and dark rings stand out most around it.
fn settled(page: &Grey, guess: Finder, (x, y): Point, span: f32) -> Finder {
    /// Half-modules around the guess: what perspective shifts.
    const REACH: i32 = 6;
    let (ux, uy) = (x / span, y / span);
    let mut best = (f32::MIN, guess);
    for down in -REACH..=REACH {
        for across in -REACH..=REACH {
            let (u, v) = (across as f32 / 2.0, down as f32 / 2.0);
            let (cx, cy) = (guess.x + ux * u - uy * v, guess.y + uy * u + ux * v);
            let mut contrast = 0.0;
            for b in -3..=3_i32 {
                for a in -3..=3_i32 {
                    let (du, dv) = (a as f32, b as f32);
                    let value = f32::from(page.between(cx + ux * du - uy * dv, cy + uy * du + ux * dv));
                    // A ring of 16 light modules between 33 dark ones.
                    contrast += if a.abs().max(b.abs()) == 2 { value / 16.0 } else { -value / 33.0 };
                }
            }
            if contrast > best.0 {
                best = (contrast, Finder { x: cx, y: cy, ..guess });
            }
        }
    }
    best.1
}

/// Finder patterns under one preparation, in pixels of the page; nothing when the picture would be too large.
fn look(page: &Grey, preparation: Preparation) -> Option<Vec<Finder>> {
    let Preparation { tenths, soft, hundredths } = preparation;
    let (width, height) = (page.width * tenths / 10, page.height * tenths / 10);
    if width * height > MOST_PIXELS || width.min(height) < 42 {
        return None;
    }
    let scaled = (tenths != 10).then(|| page.resized(width, height));
    let picture = scaled.as_ref().unwrap_or(page);
    let softened = (soft > 0).then(|| picture.softened(soft as f32 / 10.0));
    let picture = softened.as_ref().unwrap_or(picture);
    let window = (width.max(height) / WINDOW_PART).max(15);
    let scale = tenths as f32 / 10.0;
    let mut found = finders(&picture.dark(window, hundredths), width, height);
    for finder in &mut found {
        finder.x /= scale;
        finder.y /= scale;
        finder.module /= scale;
    }
    Some(found)
}

/// Triples that can be the corners of one code, the fittest first: upper left, upper right, lower left.
fn triples(finders: &[Finder]) -> Vec<[Finder; 3]> {
    let mut fitting: Vec<(f32, [Finder; 3])> = Vec::new();
    for corner in finders {
        for (at, one) in finders.iter().enumerate() {
            for other in &finders[at + 1..] {
                if let Some((unfit, triple)) = fit(corner, one, other) {
                    fitting.push((unfit, triple));
                }
            }
        }
    }
    fitting.sort_by(|a, b| a.0.total_cmp(&b.0));
    fitting.into_iter().map(|(_, triple)| triple).collect()
}

/// How badly three patterns fit as a code whose right angle is at the first; nothing when they cannot.
fn fit(corner: &Finder, one: &Finder, other: &Finder) -> Option<(f32, [Finder; 3])> {
    let modules = [corner.module, one.module, other.module];
    let (least, most) = (modules.iter().copied().fold(f32::MAX, f32::min), modules.iter().copied().fold(0.0, f32::max));
    let (ax, ay) = (one.x - corner.x, one.y - corner.y);
    let (bx, by) = (other.x - corner.x, other.y - corner.y);
    let (a, b) = (ax.hypot(ay), bx.hypot(by));
    if a < 1.0 || b < 1.0 || most > least * 1.6 {
        return None;
    }
    // A photo from the side shortens one leg and bends the angle; more than this no sheet on a table shows.
    let (legs, cosine) = ((a / b).max(b / a), ((ax * bx + ay * by) / (a * b)).abs());
    let span = (a + b) / 2.0 / ((least + most) / 2.0);
    // Between the middles of two patterns lie 14 modules at version 1 and 38 at version 7; ours has 26.
    if legs > 1.5 || cosine > 0.42 || !(11.0..50.0).contains(&span) {
        return None;
    }
    let turned_right = ax * by - ay * bx > 0.0;
    let triple = if turned_right { [*corner, *one, *other] } else { [*corner, *other, *one] };
    // Ours are of version 4; what is nearer to it is tried first.
    let size = (span / 26.0).max(26.0 / span) - 1.0;
    Some((legs - 1.0 + cosine + (most / least - 1.0) + size, triple))
}
