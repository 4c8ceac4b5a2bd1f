//! What a scan shows otherwise than the page that was issued: ink that was added, print that is gone. Floor 1.
//!
//! Both are brought to one frame ([`super::align`]) and one scale of darkness: 0 is the paper as it is around a point, 1 the print. Ink is new
//! where the scan is darker than anything the page has within a tolerance; print is gone where the scan has nothing so dark within it. Grain
//! raises the limits, and what is then the least stroke that is still seen is said with the answer.

use super::align::{self, Scaled};
use super::find::{self, Point};
use super::grey::Grey;
use super::ink::{Ink, Seen, most};

/// A rectangle of a page, millimetres from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

impl Area {
    /// Right edge, mm.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// Lower edge, mm.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    fn grown(self, by: f32) -> Self {
        Self { x: self.x - by, y: self.y - by, width: self.width + 2.0 * by, height: self.height + 2.0 * by }
    }

    fn with(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// Do both share a place?
    pub fn meets(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// What a scan is compared with.
pub struct Issued {
    /// The page as it was issued.
    pub picture: Grey,
    /// Its code.
    pub code: Area,
    /// Where people write by hand: signatures, days, the seal.
    pub reserved: Vec<Area>,
    /// The text area: outside are margins, where pages are stitched and numbered by hand.
    pub body: Area,
}

/// What kind of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Ink where the page has none.
    Added,
    /// Print of the page that is not there.
    Missing,
    /// Both at one place: written over.
    Changed,
    /// Ink where people are to write, or on a margin.
    Handwritten,
}

impl Class {
    /// Word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Handwritten => "handwritten",
        }
    }

    /// Reads [`Class::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Added, Self::Missing, Self::Changed, Self::Handwritten].into_iter().find(|class| class.as_str() == text)
    }
}

/// One difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Kind.
    pub class: Class,
    /// Where on the page.
    pub area: Area,
    /// Its corners on the scan, pixels: upper left, upper right, lower right, lower left on the page.
    pub corners: [Point; 4],
}

/// What came out of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// From the top down.
    pub differences: Vec<Difference>,
    /// The least stroke of a pen of 0.3 mm that is still told from the scan's grain, mm.
    pub least: f32,
}

/// Why a scan is not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCompared {
    /// Too little of the print is found where the code says that it is.
    #[error("скан слишком нечёткий или искажённый: печать листа на нём не находится")]
    Unclear,
    /// A part of the text area lies outside the scan.
    #[error("часть листа осталась за краем скана")]
    CutOff,
    /// Black and white alone at a coarse grid: edges of letters jump by whole pixels, as a pen's stroke would.
    #[error("чёрно-белый скан без оттенков, грубее 200 точек на дюйм: отсканируйте в оттенках серого")]
    TwoColours,
    /// Grain or faint print hide even a whole mark.
    #[error("скан слишком бледный или зернистый: отметку пером на нём не отличить от помех")]
    Noisy,
}

/// Pixels an inch at which both are compared: a pen of 0.3 mm is 2.4 pixels wide.
pub const DPI: f32 = 200.0;
/// Pixels a millimetre.
pub(super) const SCALE: f32 = DPI / align::INCH;
/// Pixels by which print may lie off or be spread, 0.25 mm.
const SLACK: usize = 2;
/// Millimetres at the paper's edge that are not compared: shadows of the lid, torn corners.
const EDGE: f32 = 4.0;
/// Air of a frame around what differs, mm.
const FRAME: f32 = 1.0;
/// Length of stroke that no scan may hide, mm: a digit has three times as much.
const LONGEST_LEAST: f32 = 3.0;
/// A picture with fewer pixels between black and white for each dark one is of two colours: measured, 0.11 at most in such scans (rings of
/// JPEG), 0.9 at least in those with shades, whose letters have soft edges.
const SHADES: f32 = 0.3;
/// Pixels an inch that a scan of two colours must have: below it clean pages were framed, at it none (`benches/scans/alter.py`).
const FINE: f32 = 190.0;

/// Compares a scan with the page that was issued. `corners`: those of the code on the scan, pixels: upper left, upper right, lower right, lower
/// left of the upright code.
///
/// # Errors
/// When the scan does not show enough to say anything.
pub fn compare(issued: &Issued, scan: &Grey, corners: &[Point; 4]) -> Result<Compared, NotCompared> {
    let page = Scaled { grey: &issued.picture, scale: SCALE };
    let Area { x, y, .. } = issued.code;
    let (right, bottom) = (issued.code.right(), issued.code.bottom());
    let own = [(x, y), (right, y), (right, bottom), (x, bottom)];
    let (own, corners) = &exact(&issued.picture, scan, (&own, corners)).unwrap_or((own, *corners));
    if density(corners, issued.code) < FINE && has_two_colours(scan) {
        return Err(NotCompared::TwoColours);
    }
    // Fewer than three in five windows of print found again: it is not this page, or nothing to compare by.
    let near = align::align(&page, scan, (own, corners), false).filter(|aligned| aligned.has_fifths(3));
    // On a page of few lines the print may begin far above the code, farther off than the code foretells; found so, it must agree better.
    let far = || align::align(&page, scan, (own, corners), true).filter(|aligned| aligned.has_fifths(4));
    let aligned = near.or_else(far).ok_or(NotCompared::Unclear)?;
    let seen = Seen::of(issued, scan, &aligned);
    if seen.cut_off(issued) {
        return Err(NotCompared::CutOff);
    }
    let ink = Ink::of(&issued.picture, &seen);
    let least = least_of(&ink);
    if least > LONGEST_LEAST {
        return Err(NotCompared::Noisy);
    }
    let differences = Told { issued, ink: &ink, seen: &seen, width: issued.picture.width }.differences();
    let differences = differences.into_iter().map(|(class, area)| {
        // A frame has some air, so that it does not hide what it shows.
        let Area { x, y, .. } = area.grown(FRAME);
        let (right, bottom) = (area.right() + FRAME, area.bottom() + FRAME);
        let corners = [(x, y), (right, y), (right, bottom), (x, bottom)].map(|(x, y)| aligned.at(x, y));
        Difference { class, area, corners }
    });
    Ok(Compared { differences: differences.collect(), least })
}

/// The corners of the code on the page (mm) and on the scan (pixels), read anew near where they are said to be. What is kept of a scan's code is
/// rounded to thousandths of the page: ten sides of the code away that is 5 mm, a row of a table. The same reader errs alike on both.
fn exact(page: &Grey, scan: &Grey, (own, seen): (&[Point; 4], &[Point; 4])) -> Option<([Point; 4], [Point; 4])> {
    /// Part of a picture's height by which a corner may lie off: rounding, and the reader's own error.
    const OFF: f32 = 0.005;
    let near = |picture: &Grey, said: &[Point; 4]| {
        let off = picture.height as f32 * OFF;
        let is_near = |corners: &[Point; 4]| corners.iter().zip(said).all(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1) < off);
        find::codes(picture).into_iter().map(|found| found.corners).find(is_near)
    };
    let seen = near(scan, seen)?;
    let own = near(page, &own.map(|(x, y)| (x * SCALE, y * SCALE)))?;
    Some((own.map(|(x, y)| (x / SCALE, y / SCALE)), seen))
}

/// Pixels an inch of a scan, by the sides of its code.
fn density(corners: &[Point; 4], code: Area) -> f32 {
    let side = |a: Point, b: Point| (a.0 - b.0).hypot(a.1 - b.1);
    let sides = side(corners[0], corners[1]) + side(corners[1], corners[2]);
    sides / (code.width + code.height) * align::INCH
}

fn has_two_colours(scan: &Grey) -> bool {
    let count = |of: std::ops::Range<u8>| scan.pixels.iter().filter(|pixel| of.contains(*pixel)).count() as f32;
    count(40..216) < SHADES * count(0..128)
}

/// See [`Compared::least`]: what the limits of a spot come to for a stroke of 0.3 mm.
fn least_of(ink: &Ink) -> f32 {
    let over = (ink.worst_limit() - 0.30).max(0.0);
    // Half a print's darkness is what such a stroke has: grain beyond it hides all.
    if over > 0.55 { f32::MAX } else { LEAST_LONG + 2.0 * over }
}

/// A spot shorter than this is dust or grain, mm.
const LEAST_LONG: f32 = 1.3;
/// Area of such a stroke, mm².
const LEAST_AREA: f32 = 0.33;

/// A rim along print that is thinner, mm, is the scan's own: a pen of 0.3 mm is soft at its sides.
const RIM: f32 = 0.42;
/// Ink that print has too much of, mm² of full darkness: a stroke of 0.3 by 1 mm.
const HEAVIER: f32 = 0.30;
/// Parts of a window's own ink that are more or less: a written-over digit has half as much again, a covered one nothing beside its rules.
const MORE: f32 = 0.2;
const LESS: f32 = 0.35;
/// Standard deviations beyond which a window is not chance: some 100,000 are looked at, and their tails are heavy.
const RARE: f32 = 8.0;

/// Print that is gone is at least so thick, mm: the narrowest digit is 0.7.
const THINNEST: f32 = 0.45;

/// A spot of pixels that hang together.
struct Spot {
    area: Area,
    /// Pixels.
    pixels: usize,
    /// Pixels of them where people write by hand.
    by_hand: usize,
    /// Pixels of them beside print of the page.
    by_print: usize,
    class: Class,
}

struct Told<'a> {
    issued: &'a Issued,
    ink: &'a Ink,
    seen: &'a Seen,
    width: usize,
}

impl Told<'_> {
    fn differences(&self) -> Vec<(Class, Area)> {
        let ink = self.ink;
        let width = ink.width;
        let may = most(&ink.page, width, SLACK);
        let shown = most(&ink.scan, width, SLACK);
        let added: Vec<f32> = ink.scan.iter().zip(&may).map(|(scan, may)| scan - may * 1.3).collect();
        let missing: Vec<f32> = ink.must.iter().zip(&shown).map(|(must, shown)| must - shown.max(0.0) * 1.25).collect();
        let near = most(&ink.page, width, 4);
        let mut spots = self.spots(&added, Class::Added, &near);
        spots.extend(self.spots(&missing, Class::Missing, &near));
        together(&mut spots);
        let mut differences: Vec<(Class, Area)> = spots.iter().filter_map(|spot| self.told(spot)).collect();
        differences.extend(self.uneven());
        joined(&mut differences);
        differences.sort_by(|a, b| a.1.y.total_cmp(&b.1.y).then(a.1.x.total_cmp(&b.1.x)));
        differences
    }

    /// Print that is heavier or lighter than as much print elsewhere on the sheet: a digit written over in its own shape leaves no spot of its
    /// own, nor does one that was covered on a grainy scan. The darkness of windows of a digit's size is compared with what windows of as much
    /// print have all over the page.
    ///
    /// Windows on a straight rule say nothing of the spread. A scanner makes the same of each stretch of a rule, and on a page with little text
    /// nearly all windows are such: measured by them, crossings of rules and headings stood out. They have a middle of their own, and the
    /// spread of other print.
    fn uneven(&self) -> Vec<(Class, Area)> {
        /// Half a window, pixels: 2.2 by 2.7 mm, a digit with its air.
        const HALF: (usize, usize) = (8, 10);
        /// Pixels between windows.
        const STEP: usize = 3;
        /// Along a straight rule the page does not change at all; a corner of a letter beside it has more than such a part of the rule's steps.
        const RULE: f32 = 0.02;
        /// Darkness of a window that has print at all: a stroke of 0.3 by 0.5 mm.
        const LEAST_OWN: f32 = 0.025;
        /// Millimetres by which single letters lie off: a printer of 150 dpi sets large ones on whole pixels, half of one off, and the fit adds
        /// as much. Ink of less than the second along a window's side is that of text and rules, which windows of their kind speak for.
        const OFF: f32 = 0.15;
        const THIN: f32 = 0.8;
        /// Classes of windows by the part that print covers; each holds enough to know what is usual.
        const KINDS: usize = 16;
        let ink = self.ink;
        let (width, height) = (self.width, ink.height);
        let (page, scan) = (Sums::of(&ink.page, width), Sums::of(&ink.scan, width));
        let [across, down] = steps(&ink.page, width).map(|steps| Sums::of(&steps, width));
        let text = Sums::of(&without_rules(&ink.page, width), width);
        let count = ((2 * HALF.0 + 1) * (2 * HALF.1 + 1)) as f32;
        let code = self.issued.code.grown(2.0);
        let mut windows = Vec::new();
        let mut kinds: Vec<Vec<f32>> = vec![Vec::new(); KINDS];
        let mut rules = kinds.clone();
        for y in (HALF.1..height - HALF.1).step_by(STEP) {
            for x in (HALF.0..width - HALF.0).step_by(STEP) {
                let at = (x - HALF.0, y - HALF.1, x + HALF.0 + 1, y + HALF.1 + 1);
                let own = page.over(at) / count;
                // Where the page has nothing, a spot says it all.
                if own < LEAST_OWN || self.seen.outside[y * width + x] {
                    continue;
                }
                let length = |pixels: usize| pixels as f32 / SCALE;
                let area =
                    Area { x: length(at.0), y: length(at.1), width: length(at.2 - at.0), height: length(at.3 - at.1) };
                if self.is_by_hand(&area) || area.meets(&code) {
                    continue;
                }
                let (across, down) = (across.over(at), down.over(at));
                let is_rule = across.min(down) < across.max(down) * RULE;
                let more = scan.over(at) / count - own;
                let kind = ((own * 2.0 * KINDS as f32) as usize).min(KINDS - 1);
                let alike = if is_rule { &mut rules } else { &mut kinds };
                alike[kind].push(more);
                // A crossing of rules that a coarse scan has thinner is no mark that somebody took away: something must stand there beside them.
                let has_text = text.over(at) / count >= LEAST_OWN;
                // What lies along its sides goes in or out of a window when the print lies a little off.
                let (x1, y1, x2, y2) = at;
                let sides = [(x1, y1, x1 + 1, y2), (x2 - 1, y1, x2, y2), (x1, y1, x2, y1 + 1), (x1, y2 - 1, x2, y2)];
                let [left, right, upper, lower] = sides.map(|side| (page.over(side) / SCALE - THIN).max(0.0));
                let moved = OFF * (left.max(right) + upper.max(lower));
                windows.push(((kind, is_rule), own, more, has_text, moved, area));
            }
        }
        let kinds: Vec<(f32, f32)> = kinds.into_iter().map(usual).collect();
        let rules: Vec<(f32, f32)> = rules.into_iter().map(usual).collect();
        let usual_of = |(kind, is_rule): (usize, bool)| match is_rule {
            true => (rules[kind].0, rules[kind].1.max(kinds[kind].1)),
            false => kinds[kind],
        };
        let mut odd: Vec<(f32, Class, Area)> = Vec::new();
        for (kind, own, more, has_text, moved, area) in windows {
            let (middle, spread) = usual_of(kind);
            let over = more - middle;
            if over < 0.0 && !has_text {
                continue;
            }
            // So much more or less ink than usual as a stroke of 0.3 by 1 mm has, and far beyond what chance gives.
            let part = if over > 0.0 { MORE } else { LESS };
            if over.abs() > ((HEAVIER + moved) / (area.width * area.height)).max(spread * RARE).max(own * part) {
                let class = if over > 0.0 { Class::Added } else { Class::Missing };
                odd.push((over.abs(), class, area));
            }
        }
        odd.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut told: Vec<(Class, Area)> = Vec::new();
        for (_, class, area) in odd {
            if !told.iter().any(|(_, known)| known.meets(&area)) {
                told.push((class, area));
            }
        }
        told
    }

    /// Spots above the limit, each grown down to a part of it; only those that hold a pixel well above.
    fn spots(&self, values: &[f32], class: Class, near: &[f32]) -> Vec<Spot> {
        let (width, height) = (self.width, self.ink.height);
        /// A spot is grown down to this part of the limit.
        const LOW: f32 = 0.72;
        let is_edge = |x: usize, y: usize| {
            let edge = (EDGE * SCALE) as usize;
            x < edge || y < edge || x + edge >= width || y + edge >= height
        };
        let code = self.issued.code.grown(1.5);
        let mut done = vec![false; values.len()];
        let mut spots = Vec::new();
        let mut open = Vec::new();
        for start in 0..values.len() {
            if values[start] < 0.3 || done[start] || values[start] < self.ink.limit(start % width, start / width) {
                continue;
            }
            let (mut left, mut top, mut right, mut bottom) = (width, height, 0, 0);
            let mut spot = Spot { area: self.issued.code, pixels: 0, by_hand: 0, by_print: 0, class };
            open.push(start);
            done[start] = true;
            while let Some(at) = open.pop() {
                let (x, y) = (at % width, at / width);
                let here = Area { x: x as f32 / SCALE, y: y as f32 / SCALE, width: 1.0 / SCALE, height: 1.0 / SCALE };
                if is_edge(x, y) || self.seen.outside[at] || here.meets(&code) {
                    continue;
                }
                (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x), bottom.max(y));
                spot.pixels += 1;
                spot.by_hand += usize::from(self.is_by_hand(&here));
                spot.by_print += usize::from(near[at] > 0.1);
                for (nx, ny) in around(x, y, width, height) {
                    let next = ny * width + nx;
                    if !done[next] && values[next] >= self.ink.limit(nx, ny) * LOW {
                        done[next] = true;
                        open.push(next);
                    }
                }
            }
            if spot.pixels > 0 {
                let length = |from: usize, to: usize| (to - from + 1) as f32 / SCALE;
                spot.area = Area {
                    x: left as f32 / SCALE,
                    y: top as f32 / SCALE,
                    width: length(left, right),
                    height: length(top, bottom),
                };
                spots.push(spot);
            }
        }
        spots
    }

    fn is_by_hand(&self, here: &Area) -> bool {
        self.issued.reserved.iter().any(|place| place.meets(here)) || !self.issued.body.meets(here)
    }

    /// What a spot is, if it is anything.
    fn told(&self, spot: &Spot) -> Option<(Class, Area)> {
        let pixel = 1.0 / (SCALE * SCALE);
        let longest = spot.area.width.hypot(spot.area.height);
        let least = least_of(self.ink);
        if spot.pixels as f32 * pixel < LEAST_AREA || longest < least {
            return None;
        }
        // A rule that a pale scan lost is no mark that somebody took away.
        if spot.class == Class::Missing && spot.area.width.min(spot.area.height) < THINNEST {
            return None;
        }
        // A hairline that a scan of two colours has thicker than the printer: a rim along print, no pen's stroke.
        let is_thin = spot.area.width.min(spot.area.height) < RIM;
        if spot.class == Class::Added && is_thin && spot.by_print * 10 > spot.pixels * 9 {
            return None;
        }
        let is_by_hand = spot.class == Class::Added && spot.by_hand * 2 > spot.pixels;
        // A hand that leaves its place is no longer in it; on a margin, what touches print is no page number.
        let outside = (spot.pixels - spot.by_hand) as f32 * pixel;
        let class = if is_by_hand && outside < 2.0 { Class::Handwritten } else { spot.class };
        Some((class, spot.area))
    }
}

fn around(x: usize, y: usize, width: usize, height: usize) -> impl Iterator<Item = (usize, usize)> {
    // Two pixels away too: grain parts a thin stroke.
    let (left, right) = (x.saturating_sub(2), (x + 3).min(width));
    (y.saturating_sub(2)..(y + 3).min(height)).flat_map(move |ny| (left..right).map(move |nx| (nx, ny)))
}

/// Sums over the rectangle from the upper left corner: the sum of any rectangle is four of them.
struct Sums {
    width: usize,
    sums: Vec<f64>,
}

impl Sums {
    fn of(values: &[f32], width: usize) -> Self {
        let mut sums = vec![0.0_f64; (width + 1) * (values.len() / width + 1)];
        for (y, line) in values.chunks_exact(width).enumerate() {
            let (above, below) = sums.split_at_mut((y + 1) * (width + 1));
            let above = &above[y * (width + 1)..];
            let mut sum = 0.0;
            for (x, value) in line.iter().enumerate() {
                sum += f64::from(*value);
                below[x + 1] = above[x + 1] + sum;
            }
        }
        Self { width: width + 1, sums }
    }

    /// Sum from the first corner up to and without the second.
    fn over(&self, (left, top, right, bottom): (usize, usize, usize, usize)) -> f32 {
        let at = |x: usize, y: usize| self.sums[y * self.width + x];
        (at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)) as f32
    }
}

/// How much the page changes from each pixel to the next: across and down.
fn steps(page: &[f32], width: usize) -> [Vec<f32>; 2] {
    let mut across: Vec<f32> = page.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    across.resize(page.len(), 0.0);
    let mut down: Vec<f32> =
        page.iter().zip(page.iter().skip(width)).map(|(here, below)| (below - here).abs()).collect();
    down.resize(page.len(), 0.0);
    [across, down]
}

/// The print of a page without its straight rules: what stands in an unbroken run of print longer than any letter, across or down, is none.
fn without_rules(page: &[f32], width: usize) -> Vec<f32> {
    /// Pixels of such a run, 6 mm: the largest letter of a heading is 5 mm high.
    const LONG: usize = 47;
    /// Darkness of print.
    const DARK: f32 = 0.2;
    let height = page.len() / width;
    let mut text = page.to_vec();
    let mut clear = |places: &mut dyn Iterator<Item = usize>| {
        let mut run = Vec::new();
        for at in places {
            match page[at] >= DARK {
                true => run.push(at),
                false => rub_out(&mut text, &mut run, LONG),
            }
        }
        rub_out(&mut text, &mut run, LONG);
    };
    for y in 0..height {
        clear(&mut (y * width..(y + 1) * width));
    }
    for x in 0..width {
        clear(&mut (x..height * width).step_by(width));
    }
    // Soft sides of a rule: darkness under that of print says nothing of letters.
    text.iter_mut().filter(|dark| **dark < DARK).for_each(|dark| *dark = 0.0);
    text
}

fn rub_out(text: &mut [f32], run: &mut Vec<usize>, long: usize) {
    if run.len() >= long {
        for at in run.iter() {
            text[*at] = 0.0;
        }
    }
    run.clear();
}

/// The middle of some values and how far they usually lie from it (as a standard deviation).
fn usual(mut values: Vec<f32>) -> (f32, f32) {
    /// Fewer say nothing of what is usual.
    const FEWEST: usize = 40;
    if values.len() < FEWEST {
        return (0.0, f32::MAX);
    }
    values.sort_by(f32::total_cmp);
    let middle = values[values.len() / 2];
    let mut off: Vec<f32> = values.iter().map(|value| (value - middle).abs()).collect();
    off.sort_by(f32::total_cmp);
    (middle, off[off.len() / 2] * 1.4826)
}

/// Parts of one stroke are one spot: print that it crosses parts it, and each part may be as short as dust.
fn together(spots: &mut Vec<Spot>) {
    /// Millimetres between parts of one stroke: a digit's own line with the slack around it, or a whole digit that it crosses.
    const APART: (f32, f32) = (0.8, 2.2);
    /// Pixels of a part: less is a speck; less than the second is no end of a stroke that crosses a digit.
    const PART: (usize, usize) = (7, 14);
    spots.retain(|spot| spot.pixels >= PART.0);
    let mut at = 0;
    while at < spots.len() {
        let one = &spots[at];
        let belongs = |other: &Spot| {
            let crosses = one.class == Class::Added && one.pixels.min(other.pixels) >= PART.1;
            let apart = if crosses { APART.1 } else { APART.0 };
            other.class == one.class && one.area.grown(apart).meets(&other.area)
        };
        let other = (at + 1..spots.len()).find(|other| belongs(&spots[*other]));
        match other {
            Some(other) => {
                let other = spots.swap_remove(other);
                let spot = &mut spots[at];
                spot.area = spot.area.with(other.area);
                spot.pixels += other.pixels;
                spot.by_hand += other.by_hand;
                spot.by_print += other.by_print;
            }
            None => at += 1,
        }
    }
}

/// Differences that lie together are one: a digit that was written over is added and missing at once.
fn joined(differences: &mut Vec<(Class, Area)>) {
    /// Millimetres between two that are one: the strokes of a digit.
    const APART: f32 = 1.2;
    let mut at = 0;
    while at < differences.len() {
        let (class, area) = differences[at];
        let other = (at + 1..differences.len()).find(|other| {
            let (kind, place) = differences[*other];
            (class == Class::Handwritten) == (kind == Class::Handwritten) && area.grown(APART).meets(&place)
        });
        match other {
            Some(other) => {
                let (kind, place) = differences.swap_remove(other);
                let class = if class == kind { class } else { Class::Changed };
                differences[at] = (class, area.with(place));
                at = 0;
            }
            None => at += 1,
        }
    }
}
