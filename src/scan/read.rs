//! Reading one code whose three finder patterns are known: modules are sampled out of the grey picture, `rqrr` decodes them. Floor 1.
//!
//! The fourth point is the alignment pattern near the lower right corner; where it lies is guessed from the other three and tried around
//! that place, since a sheet on a table is seen in perspective.

use rqrr::{Grid, PreparedImage, SimpleGrid};

use super::find::Point;
use super::grey::Grey;

/// Middle of a finder pattern.
#[derive(Debug, Clone, Copy)]
pub struct Corner {
    /// Pixels from the left.
    pub x: f32,
    /// Pixels from the top.
    pub y: f32,
}

/// Reads the code of three patterns (upper left, upper right, lower left): its text and its corners.
pub fn read(page: &Grey, corners: [Corner; 3], module: f32) -> Option<(String, [Point; 4])> {
    let [upper_left, upper_right, lower_left] = corners;
    let leg = |to: Corner| (to.x - upper_left.x).hypot(to.y - upper_left.y);
    let span = (leg(upper_right) + leg(lower_left)) / 2.0 / module.max(0.5);
    let sizes = sizes(page, corners, span);
    for size in sizes.iter().copied() {
        for fourth in fourths(page, corners, size) {
            let Some(view) = View::of(corners, fourth, size) else { continue };
            if let Some(text) = sampled(page, &view, size) {
                return Some((text, view.outline(size)));
            }
        }
    }
    // The reader's own eye, on a cut-out that is upright and free of everything else.
    sizes.into_iter().find_map(|size| {
        let view = View::of(corners, affine(corners, size), size)?;
        upright(page, &view, size).map(|text| (text, view.outline(size)))
    })
}

/// Modules on a side, the likeliest first: versions differ by 4, and between the patterns run lines of modules that alternate (ISO/IEC
/// 18004, 6.3.5). Three patterns that belong to no code have no such lines, so nearly every false triple ends here.
fn sizes(page: &Grey, corners: [Corner; 3], span: f32) -> Vec<usize> {
    /// Neighbours that must differ the right way, of a hundred; chance gives 50.
    const ALTERNATING: u32 = 72;
    let mut told: Vec<(u32, usize)> = (21..=49)
        .step_by(4)
        .filter(|size| (span + 7.0 - *size as f32).abs() < 6.5)
        .filter_map(|size| Some((alternating(page, &View::of(corners, affine(corners, size), size)?, size), size)))
        .filter(|(alternating, _)| *alternating >= ALTERNATING)
        .collect();
    told.sort_by_key(|one| std::cmp::Reverse(one.0));
    told.into_iter().map(|(_, size)| size).take(2).collect()
}

/// Of a hundred neighbours on the two lines between the patterns, how many differ the right way.
fn alternating(page: &Grey, view: &View, size: usize) -> u32 {
    let value = |u: f32, v: f32| {
        let (x, y) = view.at(u, v);
        i32::from(page.between(x, y))
    };
    let (mut right, mut all) = (0_u32, 0_u32);
    for at in 8..size.saturating_sub(9) {
        let (here, next) = (at as f32 + 0.5, at as f32 + 1.5);
        for (one, other) in [(value(here, 6.5), value(next, 6.5)), (value(6.5, here), value(6.5, next))] {
            // Even ones are dark.
            let rises = if at % 2 == 0 { other - one } else { one - other };
            right += u32::from(rises > 2);
            all += 1;
        }
    }
    right * 100 / all.max(1)
}

/// Where the alignment pattern of a code of this size lies if the sheet is seen from straight above.
fn affine([upper_left, upper_right, lower_left]: [Corner; 3], size: usize) -> Corner {
    let part = (size as f32 - 10.0) / (size as f32 - 7.0);
    Corner {
        x: upper_left.x + (upper_right.x - upper_left.x + lower_left.x - upper_left.x) * part,
        y: upper_left.y + (upper_right.y - upper_left.y + lower_left.y - upper_left.y) * part,
    }
}

/// Likely places of the alignment pattern, the likeliest first: where dark, light and dark rings stand out most, and straight above.
fn fourths(page: &Grey, corners: [Corner; 3], size: usize) -> Vec<Corner> {
    /// Half-modules around the place: perspective shifts it by up to three modules.
    const REACH: i32 = 7;
    /// Places tried.
    const TRIED: usize = 5;
    let straight = affine(corners, size);
    // Version 1 has no alignment pattern.
    if size == 21 {
        return vec![straight];
    }
    let [upper_left, upper_right, lower_left] = corners;
    let modules = size as f32 - 7.0;
    let along = ((upper_right.x - upper_left.x) / modules, (upper_right.y - upper_left.y) / modules);
    let across = ((lower_left.x - upper_left.x) / modules, (lower_left.y - upper_left.y) / modules);
    let at = |u: f32, v: f32| (straight.x + along.0 * u + across.0 * v, straight.y + along.1 * u + across.1 * v);
    let mut places: Vec<(f32, Corner)> = Vec::new();
    for v in -REACH..=REACH {
        for u in -REACH..=REACH {
            let (du, dv) = (u as f32 / 2.0, v as f32 / 2.0);
            let mut contrast = 0.0;
            for y in -2..=2_i32 {
                for x in -2..=2_i32 {
                    let (px, py) = at(du + x as f32, dv + y as f32);
                    let value = f32::from(page.between(px, py));
                    // A ring of 8 light modules between 17 dark ones.
                    let is_light = x.abs().max(y.abs()) == 1;
                    contrast += if is_light { value / 8.0 } else { -value / 17.0 };
                }
            }
            // Of two that look alike the nearer one.
            let (x, y) = at(du, dv);
            places.push((contrast - du.hypot(dv) * 4.0, Corner { x, y }));
        }
    }
    places.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut likely: Vec<Corner> = places.into_iter().take(TRIED).map(|(_, place)| place).collect();
    likely.push(straight);
    likely
}

/// The plane of a code as the camera saw it: modules to pixels.
struct View {
    rows: [[f32; 3]; 3],
}

impl View {
    /// From three finder patterns and the alignment pattern.
    fn of([upper_left, upper_right, lower_left]: [Corner; 3], fourth: Corner, size: usize) -> Option<Self> {
        let far = size as f32 - 3.5;
        let inner = size as f32 - 6.5;
        let from = [(3.5, 3.5), (far, 3.5), (inner, inner), (3.5, far)];
        let to = [upper_left, upper_right, fourth, lower_left].map(|corner| (corner.x, corner.y));
        let (square, seen) = (of_square(from)?, of_square(to)?);
        Some(Self { rows: product(&seen, &inverse(&square)) })
    }

    fn at(&self, u: f32, v: f32) -> Point {
        let [x, y, w] = self.rows.map(|row| row[0] * u + row[1] * v + row[2]);
        (x / w, y / w)
    }

    fn outline(&self, size: usize) -> [Point; 4] {
        let end = size as f32;
        [self.at(0.0, 0.0), self.at(end, 0.0), self.at(end, end), self.at(0.0, end)]
    }
}

/// The projective map of the unit square to a quadrilateral (Heckbert 1989, 2.2.3).
fn of_square([(x0, y0), (x1, y1), (x2, y2), (x3, y3)]: [Point; 4]) -> Option<[[f32; 3]; 3]> {
    let (dx1, dx2, dx3) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, dy3) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    let whole = dx1 * dy2 - dx2 * dy1;
    if whole.abs() < 1e-3 {
        return None;
    }
    let (g, h) = ((dx3 * dy2 - dx2 * dy3) / whole, (dx1 * dy3 - dx3 * dy1) / whole);
    Some([[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]])
}

/// The inverse up to a factor, which a projective map does not mind.
fn inverse(m: &[[f32; 3]; 3]) -> [[f32; 3]; 3] {
    let minor = |a: usize, b: usize, c: usize, d: usize| m[a][b] * m[c][d] - m[a][d] * m[c][b];
    [
        [minor(1, 1, 2, 2), -minor(0, 1, 2, 2), minor(0, 1, 1, 2)],
        [-minor(1, 0, 2, 2), minor(0, 0, 2, 2), -minor(0, 0, 1, 2)],
        [minor(1, 0, 2, 1), -minor(0, 0, 2, 1), minor(0, 0, 1, 1)],
    ]
}

fn product(a: &[[f32; 3]; 3], b: &[[f32; 3]; 3]) -> [[f32; 3]; 3] {
    let mut product = [[0.0; 3]; 3];
    for (row, made) in a.iter().zip(&mut product) {
        for (column, cell) in made.iter_mut().enumerate() {
            *cell = row[0] * b[0][column] + row[1] * b[1][column] + row[2] * b[2][column];
        }
    }
    product
}

/// The value of every module, a mean over its inner part.
fn values(page: &Grey, view: &View, size: usize) -> Vec<f32> {
    /// Places in a module, as parts of its side from its middle.
    const PLACES: [f32; 3] = [-0.24, 0.0, 0.24];
    let mut values = Vec::with_capacity(size * size);
    for v in 0..size {
        for u in 0..size {
            let mut sum = 0.0;
            for dv in PLACES {
                for du in PLACES {
                    let (x, y) = view.at(u as f32 + 0.5 + du, v as f32 + 0.5 + dv);
                    sum += f32::from(page.between(x, y));
                }
            }
            values.push(sum / 9.0);
        }
    }
    values
}

/// Samples the modules and decodes them under several thresholds.
fn sampled(page: &Grey, view: &View, size: usize) -> Option<String> {
    /// Modules around one whose mean is its threshold: a shadow's edge is wider than this.
    const AROUND: [usize; 3] = [100, 6, 3];
    /// Levels against that mean.
    const LEVELS: [f32; 3] = [1.0, 0.92, 1.08];
    let values = values(page, view, size);
    let mut sharp = None;
    for (round, around) in AROUND.into_iter().enumerate() {
        let means = means(&values, size, around);
        for level in LEVELS {
            let text = decode(size, |at| values[at] < means[at] * level);
            if text.is_some() {
                return text;
            }
        }
        // What blur took from a module and gave to its neighbours, taken back.
        let sharp = sharp.get_or_insert_with(|| sharpened(&values, size));
        if round < 2 {
            let text = decode(size, |at| sharp[at] < means[at]);
            if text.is_some() {
                return text;
            }
        }
    }
    None
}

fn decode(size: usize, is_dark: impl Fn(usize) -> bool) -> Option<String> {
    let grid = SimpleGrid::from_func(size, |x, y| is_dark(y * size + x));
    Grid::new(grid).decode().ok().map(|(_, text)| text)
}

/// The mean of the modules around each; over the whole code half-way between its lightest and darkest quarter.
fn means(values: &[f32], size: usize, around: usize) -> Vec<f32> {
    if around >= size {
        let mut sorted = values.to_vec();
        sorted.sort_by(f32::total_cmp);
        let quarter = (sorted.len() / 4).max(1);
        let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
        return vec![(mean(&sorted[..quarter]) + mean(&sorted[sorted.len() - quarter..])) / 2.0; values.len()];
    }
    let mut means = Vec::with_capacity(values.len());
    for v in 0..size {
        for u in 0..size {
            let (left, right) = (u.saturating_sub(around), (u + around + 1).min(size));
            let (top, bottom) = (v.saturating_sub(around), (v + around + 1).min(size));
            let sum: f32 = (top..bottom).map(|y| values[y * size + left..y * size + right].iter().sum::<f32>()).sum();
            means.push(sum / ((right - left) * (bottom - top)) as f32);
        }
    }
    means
}

fn sharpened(values: &[f32], size: usize) -> Vec<f32> {
    let mut sharp = Vec::with_capacity(values.len());
    for v in 0..size {
        for u in 0..size {
            let own = values[v * size + u];
            let at = |u: usize, v: usize| values[v.min(size - 1) * size + u.min(size - 1)];
            let around = [at(u.saturating_sub(1), v), at(u + 1, v), at(u, v.saturating_sub(1)), at(u, v + 1)];
            sharp.push(own + (own * 4.0 - around.iter().sum::<f32>()) * 0.35);
        }
    }
    sharp
}

/// The code drawn upright with its quiet zone, under the reader's own eye and thresholds of ours.
fn upright(page: &Grey, view: &View, size: usize) -> Option<String> {
    /// Pixels a module.
    const SCALE: usize = 6;
    let side = (size + 8) * SCALE;
    let mut pixels = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            let (u, v) = ((x as f32 + 0.5) / SCALE as f32 - 4.0, (y as f32 + 0.5) / SCALE as f32 - 4.0);
            let (x, y) = view.at(u, v);
            pixels.push(page.between(x, y));
        }
    }
    let picture = Grey::new(side, side, pixels);
    [(0.0, 88, 60), (2.0, 92, 60), (3.0, 96, 90)].into_iter().find_map(|(sigma, hundredths, window)| {
        let softened = if sigma > 0.0 { picture.softened(sigma) } else { picture.clone() };
        let dark = softened.dark(window, hundredths);
        let mut prepared = PreparedImage::prepare_from_bitmap(side, side, |x, y| dark[y * side + x] == 1);
        let grids = prepared.detect_grids();
        grids.iter().find_map(|grid| grid.decode().ok().map(|(_, text)| text))
    })
}
