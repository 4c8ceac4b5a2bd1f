//! Darkness of a page and of its scan on one scale: 0 is the paper around a point, 1 the print. Floor 1.

use super::align::{self, Aligned};
use super::differ::{Issued, SCALE};
use super::find::Point;
use super::grey::Grey;

/// The scan in the frame of the page.
pub struct Seen {
    /// The scan.
    pub upright: Grey,
    /// Pixels that lie outside the scan.
    pub outside: Vec<bool>,
}

impl Seen {
    /// Brings a scan there.
    pub fn of(issued: &Issued, scan: &Grey, aligned: &Aligned) -> Self {
        let (width, height) = (issued.picture.width, issued.picture.height);
        // A finer scan is brought near the frame's own scale first, so that no pixel of it is left out.
        let (a, b) = (aligned.at(20.0, 20.0), aligned.at(120.0, 20.0));
        let by = (((a.0 - b.0).hypot(a.1 - b.1) / 100.0 / SCALE).round() as usize).max(1);
        let scan = align::shrunk(scan, by);
        let (mut pixels, mut outside) = (vec![255_u8; width * height], vec![false; width * height]);
        /// Pixels over which the map is as good as straight.
        const STEP: usize = 16;
        let at = |x: usize, y: usize| {
            let (u, v) = aligned.at((x as f32 + 0.5) / SCALE, (y as f32 + 0.5) / SCALE);
            ((u + 0.5) / by as f32 - 0.5, (v + 0.5) / by as f32 - 0.5)
        };
        for top in (0..height).step_by(STEP) {
            for left in (0..width).step_by(STEP) {
                let corners = [at(left, top), at(left + STEP, top), at(left, top + STEP), at(left + STEP, top + STEP)];
                for y in top..(top + STEP).min(height) {
                    let fy = (y - top) as f32 / STEP as f32;
                    let mix = |a: Point, b: Point, f: f32| (a.0 + (b.0 - a.0) * f, a.1 + (b.1 - a.1) * f);
                    let (from, to) = (mix(corners[0], corners[2], fy), mix(corners[1], corners[3], fy));
                    for x in left..(left + STEP).min(width) {
                        let (u, v) = mix(from, to, (x - left) as f32 / STEP as f32);
                        let is_in = u >= 0.0 && v >= 0.0 && u < scan.width as f32 - 1.0 && v < scan.height as f32 - 1.0;
                        outside[y * width + x] = !is_in;
                        pixels[y * width + x] = scan.between(u, v);
                    }
                }
            }
        }
        Self { upright: Grey::new(width, height, pixels), outside }
    }

    /// Is more than a hundredth of the text area outside the scan?
    pub fn cut_off(&self, issued: &Issued) -> bool {
        let body = issued.body;
        let (left, right) = ((body.x * SCALE) as usize, (body.right() * SCALE) as usize);
        let (mut out, mut all) = (0_usize, 0_usize);
        for y in ((body.y * SCALE) as usize..(body.bottom() * SCALE) as usize).step_by(4) {
            for x in (left..right).step_by(4) {
                all += 1;
                out += usize::from(self.outside.get(y * self.upright.width + x).copied().unwrap_or(true));
            }
        }
        out * 100 > all
    }
}

/// Darkness of both, 0 paper to 1 print.
pub struct Ink {
    /// Pixels a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Of the scan, smoothed over three pixels.
    pub scan: Vec<f32>,
    /// Of the page, as soft as the scan.
    pub page: Vec<f32>,
    /// The least that the scan must show of it.
    pub must: Vec<f32>,
    grain: Grain,
}

impl Ink {
    /// Darkness of a page and of its scan.
    pub fn of(page: &Grey, seen: &Seen) -> Self {
        let (width, height) = (page.width, page.height);
        let must: Vec<f32> = page.pixels.iter().map(|value| 1.0 - f32::from(*value) / 255.0).collect();
        let near = most(&must, width, 4);
        let white = white(&seen.upright, &near);
        let scan: Vec<f32> = seen
            .upright
            .pixels
            .iter()
            .zip(&white)
            .map(|(value, white)| 1.0 - f32::from(*value) / white.max(1.0))
            .collect();
        let scan = smoothed(&scan, width);
        // The page as soft as the scan: the softness that explains it best, and the darkness of its print.
        let mut best = (f32::MAX, 1.0, 1);
        let mut soft = must.clone();
        for rounds in 1..=4 {
            soft = smoothed(&soft, width);
            let (mut product, mut own, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
            for row in (0..height).step_by(3) {
                for at in row * width..(row + 1) * width {
                    if near[at] > 0.3 && !seen.outside[at] {
                        product += f64::from(scan[at] * soft[at]);
                        own += f64::from(soft[at] * soft[at]);
                        squares += f64::from(scan[at] * scan[at]);
                    }
                }
            }
            let print = product / own.max(1e-9);
            let left = ((squares - print * product) / squares.max(1e-9)) as f32;
            if left >= best.0 {
                break;
            }
            best = (left, print as f32, rounds);
        }
        let (_, print, rounds) = best;
        let softened = |mut values: Vec<f32>| {
            for _ in 0..rounds {
                values = smoothed(&values, width);
            }
            values
        };
        // A hairline is drawn as grey, and a scan of two colours may lose it.
        let page = softened(must.clone());
        let must = softened(must.iter().map(|value| ((value - 0.4) / 0.6).max(0.0)).collect());
        let print = print.max(0.05);
        let scan: Vec<f32> = scan.into_iter().map(|value| value / print).collect();
        let grain = Grain::of(&scan, &near, seen, width);
        Self { width, height, scan, page, must, grain }
    }

    /// Darkness by which ink shows at a pixel: a pen's stroke of 0.3 mm on a soft scan has some half of the print's, and grain must not
    /// reach it.
    pub fn limit(&self, x: usize, y: usize) -> f32 {
        limit(self.grain.at(x, y))
    }

    /// The same where the scan is grainy: nine tenths of it have less.
    pub fn worst_limit(&self) -> f32 {
        limit(self.grain.worst)
    }
}

fn limit(grain: f32) -> f32 {
    (grain * 4.4).max(0.30)
}

/// Standard deviation of the scan's darkness where the page is blank, by squares: a shadow makes grain weigh more.
pub struct Grain {
    across: usize,
    squares: Vec<f32>,
    worst: f32,
}

impl Grain {
    /// Pixels of a square: 16 mm, of which enough is blank.
    const SQUARE: usize = 128;

    fn of(scan: &[f32], near: &[f32], seen: &Seen, width: usize) -> Self {
        let height = scan.len() / width;
        let (across, down) = (width.div_ceil(Self::SQUARE), height.div_ceil(Self::SQUARE));
        let mut values: Vec<Vec<f32>> = vec![Vec::new(); across * down];
        for y in (0..height).step_by(3) {
            for x in (y % 2..width).step_by(3) {
                let at = y * width + x;
                if near[at] < 0.02 && !seen.outside[at] {
                    values[y / Self::SQUARE * across + x / Self::SQUARE].push(scan[at].abs());
                }
            }
        }
        // Half of what is blank lies within two thirds of a standard deviation.
        let each = values.iter_mut().map(|values| {
            values.sort_by(f32::total_cmp);
            (values.len() > 100).then(|| values[values.len() / 2] / 0.6745)
        });
        let each: Vec<Option<f32>> = each.collect();
        let mut known: Vec<f32> = each.iter().filter_map(|value| *value).collect();
        known.sort_by(f32::total_cmp);
        let middle = known.get(known.len() / 2).copied().unwrap_or_default();
        let worst = known.get(known.len() * 9 / 10).copied().unwrap_or_default();
        // The most around: the grain of a square's darker side is that of its neighbour.
        let around = |at: usize| {
            let (x, y) = (at % across, at / across);
            let rows = y.saturating_sub(1)..(y + 2).min(down);
            let all = rows.flat_map(|y| (x.saturating_sub(1)..(x + 2).min(across)).map(move |x| y * across + x));
            all.filter_map(|at| each[at]).reduce(f32::max).unwrap_or(middle)
        };
        Self { across, squares: (0..across * down).map(around).collect(), worst }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.squares[y / Self::SQUARE * self.across + x / Self::SQUARE]
    }
}

/// The paper's lightness around each pixel: the middle value of what the page leaves blank, by squares, and between them in proportion.
fn white(upright: &Grey, near: &[f32]) -> Vec<f32> {
    /// Pixels of a square: 4 mm, a shadow's edge is wider.
    const SQUARE: usize = 32;
    let (width, height) = (upright.width, upright.height);
    let (across, down) = (width.div_ceil(SQUARE), height.div_ceil(SQUARE));
    let mut squares: Vec<Option<f32>> = Vec::with_capacity(across * down);
    for row in 0..down {
        for column in 0..across {
            let mut counts = [0_u32; 256];
            let mut all = 0;
            for y in row * SQUARE..((row + 1) * SQUARE).min(height) {
                for x in column * SQUARE..((column + 1) * SQUARE).min(width) {
                    if near[y * width + x] < 0.05 {
                        counts[usize::from(upright.pixels[y * width + x])] += 1;
                        all += 1;
                    }
                }
            }
            // Three quarters from below: writing on the square does not darken its paper.
            let mut left = all * 5 / 8;
            let middle = counts.iter().position(|count| {
                let is_here = left < *count;
                left = left.saturating_sub(*count);
                is_here
            });
            squares.push(middle.filter(|_| all > 60).map(|value| value as f32));
        }
    }
    // Squares full of print take the mean of those around.
    while squares.iter().any(Option::is_none) {
        let before = squares.clone();
        let mut filled = false;
        for row in 0..down {
            for column in 0..across {
                if before[row * across + column].is_some() {
                    continue;
                }
                let around = (row.saturating_sub(1)..(row + 2).min(down))
                    .flat_map(|y| (column.saturating_sub(1)..(column + 2).min(across)).map(move |x| y * across + x));
                let known: Vec<f32> = around.filter_map(|at| before[at]).collect();
                if !known.is_empty() {
                    squares[row * across + column] = Some(known.iter().sum::<f32>() / known.len() as f32);
                    filled = true;
                }
            }
        }
        if !filled {
            return vec![255.0; width * height];
        }
    }
    let value = |x: usize, y: usize| squares[y.min(down - 1) * across + x.min(across - 1)].unwrap_or(255.0);
    let mut all = Vec::with_capacity(width * height);
    for y in 0..height {
        let v = (y as f32 / SQUARE as f32 - 0.5).max(0.0);
        for x in 0..width {
            let u = (x as f32 / SQUARE as f32 - 0.5).max(0.0);
            let (left, top) = (u as usize, v as usize);
            let (fx, fy) = (u - left as f32, v - top as f32);
            let upper = value(left, top) * (1.0 - fx) + value(left + 1, top) * fx;
            let lower = value(left, top + 1) * (1.0 - fx) + value(left + 1, top + 1) * fx;
            all.push(upper * (1.0 - fy) + lower * fy);
        }
    }
    all
}

/// The mean over three pixels each way.
fn smoothed(values: &[f32], width: usize) -> Vec<f32> {
    combined(values, width, 1, |mean, value| *mean += value / 3.0, 0.0)
}

/// The most over so many pixels each way.
pub fn most(values: &[f32], width: usize, radius: usize) -> Vec<f32> {
    combined(values, width, radius, |most, value| *most = most.max(value), f32::MIN)
}

/// Each value combined with those around it, along rows and then along columns; beyond the rim its own last value stands.
fn combined(values: &[f32], width: usize, radius: usize, add: impl Fn(&mut f32, f32), start: f32) -> Vec<f32> {
    let mut rows = vec![start; values.len()];
    for (made, line) in rows.chunks_exact_mut(width).zip(values.chunks_exact(width)) {
        for off in 0..=2 * radius {
            // Whole slices moved against each other: the compiler makes a few instructions of eight values of it.
            let (from, to) = (off.saturating_sub(radius), radius.saturating_sub(off));
            let count = width - from.max(to);
            for (made, value) in made[to..to + count].iter_mut().zip(&line[from..from + count]) {
                add(made, *value);
            }
            made[..to].iter_mut().for_each(|made| add(made, line[0]));
            made[to + count..].iter_mut().for_each(|made| add(made, line[width - 1]));
        }
    }
    let height = values.len() / width;
    let mut made = vec![start; values.len()];
    for (y, made) in made.chunks_exact_mut(width).enumerate() {
        for off in 0..=2 * radius {
            let row = (y + off).saturating_sub(radius).min(height - 1);
            for (made, value) in made.iter_mut().zip(&rows[row * width..(row + 1) * width]) {
                add(made, *value);
            }
        }
    }
    made
}
