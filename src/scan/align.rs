//! Where each point of an issued page lies on its scan: the code gives the first guess, windows of print around it the rest. Floor 1.
//!
//! A code of 17 mm tells the turn of a page of 297 mm only roughly, so the fit grows outwards from it: what was matched foretells what lies
//! a little farther. In the end every node of a net has its own small shift, for paper bends and a scanner's feed is uneven.

use super::find::Point;
use super::grey::Grey;

/// Millimetres an inch.
pub const INCH: f32 = 25.4;
/// Millimetres between the middles of two windows, and a window's own side: a few rows of a table.
const PITCH: f32 = 8.0;
/// Of the best match, how alike (correlation): grain at the strength of the print leaves a third.
const ALIKE: f32 = 0.35;
/// Windows without which nothing is said of a page.
const FEWEST: usize = 12;
/// Ties within so many millimetres foretell a place.
const NEAR: f64 = 26.0;
/// Pixels of the coarse page, 7 mm, by which a window may lie off that no tie foretells: the corners of a code are known to a pixel of the scan or two,
/// and at ten times the code's side that is as many millimetres.
const FAR: i32 = 28;

/// A projective map of the issued page (in units of 100 mm, so that all terms are of one size) to pixels of the scan.
#[derive(Debug, Clone, Copy)]
struct Map([f64; 8]);

impl Map {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f, g, h] = self.0;
        let (x, y) = (x / 100.0, y / 100.0);
        let w = g * x + h * y + 1.0;
        ((a * x + b * y + c) / w, (d * x + e * y + f) / w)
    }
}

/// A point of the page, mm, the pixel where it was seen, and how alike they were.
#[derive(Debug, Clone, Copy)]
struct Tie {
    page: (f64, f64),
    scan: (f64, f64),
    weight: f64,
}

/// Where the page lies on the scan.
#[derive(Debug, Clone)]
pub struct Aligned {
    map: Map,
    across: usize,
    down: usize,
    /// Pixels of the scan by which each node of the net is moved.
    shifts: Vec<(f32, f32)>,
    /// Windows of print that were found, of those that were looked for.
    pub found: (usize, usize),
}

impl Aligned {
    /// Were so many fifths of the windows found?
    pub fn has_fifths(&self, part: usize) -> bool {
        self.found.0 * 5 >= self.found.1 * part
    }

    /// The pixel of the scan where a point of the page lies; the point in mm.
    pub fn at(&self, x: f32, y: f32) -> Point {
        let (u, v) = self.map.at(f64::from(x), f64::from(y));
        let (nx, ny) = ((x / PITCH - 0.5).max(0.0), (y / PITCH - 0.5).max(0.0));
        let (left, top) = ((nx as usize).min(self.across - 2), (ny as usize).min(self.down - 2));
        let (fx, fy) = ((nx - left as f32).min(1.0), (ny - top as f32).min(1.0));
        let node = |x: usize, y: usize| self.shifts[y * self.across + x];
        let mix = |a: (f32, f32), b: (f32, f32), f: f32| (a.0 + (b.0 - a.0) * f, a.1 + (b.1 - a.1) * f);
        let upper = mix(node(left, top), node(left + 1, top), fx);
        let lower = mix(node(left, top + 1), node(left + 1, top + 1), fx);
        let (dx, dy) = mix(upper, lower, fy);
        (u as f32 + dx, v as f32 + dy)
    }
}

/// A picture and its pixels a millimetre.
pub struct Scaled<'a> {
    /// The picture.
    pub grey: &'a Grey,
    /// Pixels a millimetre.
    pub scale: f32,
}

/// Finds where an issued page lies on a scan. `codes`: corners of the code on the page, mm, and on the scan, pixels, in the same order.
/// With `leaps`, print that lies far from all that was found yet is looked for in a wider ring. Nothing when too little of the print is found.
pub fn align(page: &Scaled<'_>, scan: &Grey, codes: (&[Point; 4], &[Point; 4]), leaps: bool) -> Option<Aligned> {
    let side = |corners: &[Point; 4]| {
        let each = (0..4).map(|at| {
            let ((x, y), (u, v)) = (corners[at], corners[(at + 1) % 4]);
            (x - u).hypot(y - v)
        });
        each.sum::<f32>() / 4.0
    };
    // Pixels of the scan a millimetre.
    let scale = side(codes.1) / side(codes.0).max(1.0);
    if !(1.5..40.0).contains(&scale) {
        return None;
    }
    // Coarse: some 100 dpi, where a search of 2 mm is cheap; fine: as the page was drawn.
    let coarse_page = shrunk(page.grey, 2);
    let coarse_by = ((scale / (page.scale / 2.0)).round() as usize).max(1);
    let coarse_scan = shrunk(scan, coarse_by);
    let fine_by = ((scale / page.scale).round() as usize).max(1);
    let fine_scan = shrunk(scan, fine_by);
    let coarse =
        Looking { page: &coarse_page, page_scale: page.scale / 2.0, scan: &coarse_scan, shrunk: coarse_by, reach: 7 };
    let fine = Looking { page: page.grey, page_scale: page.scale, scan: &fine_scan, shrunk: fine_by, reach: 4 };

    let (width, height) = (page.grey.width as f32 / page.scale, page.grey.height as f32 / page.scale);
    let (across, down) = (((width / PITCH) as usize).max(2), ((height / PITCH) as usize).max(2));
    let middle = middle(codes.0);
    let mut windows: Vec<(f32, f32)> = Vec::new();
    for row in 0..down {
        for column in 0..across {
            let at = ((column as f32 + 0.5) * PITCH, (row as f32 + 0.5) * PITCH);
            if coarse.tells(at) {
                windows.push(at);
            }
        }
    }
    let far = |at: &(f32, f32)| (at.0 - middle.0).hypot(at.1 - middle.1);
    windows.sort_by(|a, b| far(a).total_cmp(&far(b)));

    let corner = |at: usize| Tie { page: wide(codes.0[at]), scan: wide(codes.1[at]), weight: 1.0 };
    let mut ties: Vec<Tie> = (0..4).map(corner).collect();
    let mut map = affine(&ties)?;
    let is_lone = |at: &(f32, f32), ties: &[Tie]| {
        let apart = |tie: &Tie| (tie.page.0 - f64::from(at.0)).hypot(tie.page.1 - f64::from(at.1));
        leaps && ties.iter().all(|tie| apart(tie) > NEAR)
    };
    let mut reach = 22.0_f32;
    let mut next = 0;
    while next < windows.len() {
        let count = windows[next..].iter().take_while(|at| far(at) < reach).count();
        if count > 0 {
            let found: Vec<Tie> = windows[next..next + count]
                .iter()
                .filter_map(|at| coarse.find(*at, &|x, y| guess(&map, &ties, x, y), is_lone(at, &ties)))
                .collect();
            ties.extend(found);
            next += count;
            map = fitted(&ties, reach)?;
        }
        reach = (reach * 1.18).max(reach + 6.0);
    }
    // Twice more where it is fine: the second time from where the first found it, so that no window is left at the rim of its search.
    let mut coarse_ties = ties;
    for _ in 0..2 {
        let found: Vec<Tie> =
            windows.iter().filter_map(|at| fine.find(*at, &|x, y| guess(&map, &coarse_ties, x, y), false)).collect();
        if found.len() < FEWEST {
            return None;
        }
        map = fitted(&found, f32::MAX)?;
        coarse_ties = found;
    }
    let shifts = net(&map, &coarse_ties, (across, down), f64::from(scale));
    Some(Aligned { map, across, down, shifts, found: (coarse_ties.len(), windows.len()) })
}

fn wide((x, y): Point) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

fn middle(corners: &[Point; 4]) -> Point {
    let sum = corners.iter().fold((0.0, 0.0), |(x, y), corner| (x + corner.0, y + corner.1));
    (sum.0 / 4.0, sum.1 / 4.0)
}

fn distance(map: &Map, tie: &Tie) -> f64 {
    let (x, y) = map.at(tie.page.0, tie.page.1);
    (x - tie.scan.0).hypot(y - tie.scan.1)
}

/// The map, moved as the nearest ties are moved against it.
fn guess(map: &Map, ties: &[Tie], x: f64, y: f64) -> (f64, f64) {
    let (u, v) = map.at(x, y);
    let (mut dx, mut dy, mut sum) = (0.0, 0.0, 0.2);
    for tie in ties {
        let far = (tie.page.0 - x).hypot(tie.page.1 - y);
        if far < NEAR {
            let at = map.at(tie.page.0, tie.page.1);
            let weight = tie.weight * (1.0 - far / NEAR);
            dx += (tie.scan.0 - at.0) * weight;
            dy += (tie.scan.1 - at.1) * weight;
            sum += weight;
        }
    }
    (u + dx / sum, v + dy / sum)
}

/// One resolution at which windows are looked for.
struct Looking<'a> {
    page: &'a Grey,
    /// Pixels a millimetre.
    page_scale: f32,
    scan: &'a Grey,
    /// By how much that scan is smaller than the one that was given.
    shrunk: usize,
    /// Pixels of the page by which a window may lie off.
    reach: i32,
}

impl Looking<'_> {
    fn half(&self) -> i32 {
        (PITCH * self.page_scale / 2.0) as i32
    }

    fn own(&self, x: i32, y: i32) -> f32 {
        if x < 0 || y < 0 || x >= self.page.width as i32 || y >= self.page.height as i32 {
            return 255.0;
        }
        f32::from(self.page.pixels[y as usize * self.page.width + x as usize])
    }

    /// Has a window print that shows a shift both ways? The smaller eigenvalue of its gradients says so.
    fn tells(&self, (x, y): (f32, f32)) -> bool {
        /// Of a window with one digit.
        const LEAST: f32 = 60.0;
        let (cx, cy, half) = ((x * self.page_scale) as i32, (y * self.page_scale) as i32, self.half());
        let (mut xx, mut yy, mut xy, mut count) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
        for row in (cy - half)..=(cy + half) {
            for column in (cx - half)..=(cx + half) {
                let dx = self.own(column + 1, row) - self.own(column - 1, row);
                let dy = self.own(column, row + 1) - self.own(column, row - 1);
                xx += dx * dx;
                yy += dy * dy;
                xy += dx * dy;
                count += 1.0;
            }
        }
        let (mean, apart) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
        (mean - apart) / count > LEAST
    }

    /// The place on the scan (its own pixels) that is most like a window of the page. A lone window is looked for farther off, and counts only
    /// where no other place is nearly so like it: rows of an empty table are.
    fn find(&self, (x, y): (f32, f32), at: &dyn Fn(f64, f64) -> (f64, f64), is_lone: bool) -> Option<Tie> {
        let (half, reach) = (self.half(), if is_lone { FAR } else { self.reach });
        let (x, y) = (f64::from(x), f64::from(y));
        // The map about the window is as good as straight: three of its points give it.
        let step = f64::from(PITCH);
        let (own, right, below) = (at(x, y), at(x + step, y), at(x, y + step));
        let per = step * f64::from(self.page_scale);
        let shrunk = self.shrunk as f64;
        let ux = ((right.0 - own.0) / per, (right.1 - own.1) / per);
        let uy = ((below.0 - own.0) / per, (below.1 - own.1) / per);
        let side = (2 * (half + reach) + 1) as usize;
        let mut seen = Vec::with_capacity(side * side);
        for row in -(half + reach)..=(half + reach) {
            for column in -(half + reach)..=(half + reach) {
                let (c, r) = (f64::from(column), f64::from(row));
                let (px, py) = (own.0 + ux.0 * c + uy.0 * r, own.1 + ux.1 * c + uy.1 * r);
                // A pixel of the shrunk picture is the mean of so many of the scan: their middle is its middle.
                seen.push(f32::from(
                    self.scan.between(((px + 0.5) / shrunk - 0.5) as f32, ((py + 0.5) / shrunk - 0.5) as f32),
                ));
            }
        }
        let (cx, cy) = ((x * f64::from(self.page_scale)) as i32, (y * f64::from(self.page_scale)) as i32);
        // What the cut of the middle to whole pixels left over.
        let rest = (x - f64::from(cx) / f64::from(self.page_scale), y - f64::from(cy) / f64::from(self.page_scale));
        let mut window = Vec::new();
        for row in (-half..=half).step_by(2) {
            for column in (-half..=half).step_by(2) {
                window.push(self.own(cx + column, cy + row));
            }
        }
        let mean = window.iter().sum::<f32>() / window.len() as f32;
        window.iter_mut().for_each(|value| *value -= mean);
        let own_power = window.iter().map(|value| value * value).sum::<f32>();
        let span = (2 * reach + 1) as usize;
        let mut alike = vec![0.0_f32; span * span];
        for dy in 0..span {
            for dx in 0..span {
                let (mut sum, mut squares, mut product, mut no) = (0.0_f32, 0.0_f32, 0.0_f32, 0);
                for row in (0..=(2 * half) as usize).step_by(2) {
                    let line = &seen[(row + dy) * side + dx..];
                    for column in (0..=(2 * half) as usize).step_by(2) {
                        let value = line[column] - 128.0;
                        sum += value;
                        squares += value * value;
                        product += value * window[no];
                        no += 1;
                    }
                }
                let power = squares - sum * sum / no as f32;
                alike[dy * span + dx] = product / (power * own_power).sqrt().max(1.0);
            }
        }
        let (best, value) = alike.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        let (bx, by) = (best % span, best / span);
        if *value < ALIKE || bx == 0 || by == 0 || bx + 1 == span || by + 1 == span {
            return None;
        }
        if is_lone && !stands_out(&alike, span, best) {
            return None;
        }
        // Between pixels: the top of the parabola through the best and its neighbours.
        let top = |less: f32, more: f32| {
            let bow = less + more - 2.0 * value;
            if bow < -1e-6 { ((less - more) / (2.0 * bow)).clamp(-0.5, 0.5) } else { 0.0 }
        };
        let dx = bx as f32 - reach as f32 + top(alike[best - 1], alike[best + 1]);
        let dy = by as f32 - reach as f32 + top(alike[best - span], alike[best + span]);
        let (dx, dy) = (f64::from(dx), f64::from(dy));
        let scan = (own.0 + ux.0 * dx + uy.0 * dy, own.1 + ux.1 * dx + uy.1 * dy);
        Some(Tie { page: (x - rest.0, y - rest.1), scan, weight: f64::from(*value) })
    }
}

/// Is the best of these places (rows of `span`) better than every one that does not lie beside it?
fn stands_out(alike: &[f32], span: usize, best: usize) -> bool {
    /// Pixels over which one match is wide.
    const BESIDE: usize = 3;
    /// So much more alike: another row of the same table comes nearer than that.
    const MORE: f32 = 0.12;
    let is_beside =
        |at: usize| (at % span).abs_diff(best % span) <= BESIDE && (at / span).abs_diff(best / span) <= BESIDE;
    alike.iter().enumerate().all(|(at, value)| is_beside(at) || *value + MORE <= alike[best])
}

/// The map of all ties: straight while they lie close together, projective once they span the page; ties far off count little.
fn fitted(ties: &[Tie], reach: f32) -> Option<Map> {
    /// Millimetres over which perspective shows more than the noise of a match.
    const WIDE: f32 = 90.0;
    let is_wide = reach > WIDE && ties.len() > 40;
    let mut weighed = ties.to_vec();
    let mut map = None;
    for _ in 0..5 {
        let now = if is_wide { projective(&weighed) } else { affine(&weighed) }?;
        let mut off: Vec<f64> = ties.iter().map(|tie| distance(&now, tie)).collect();
        let each = off.clone();
        off.sort_by(f64::total_cmp);
        // Thrice the middle distance, and never less than half a pixel: a match is no better.
        let limit = (off[off.len() / 2] * 3.0).max(0.5);
        for ((tie, given), off) in weighed.iter_mut().zip(ties).zip(each) {
            let part = off / limit;
            tie.weight = if part < 1.0 { given.weight * (1.0 - part * part).powi(2) + 1e-6 } else { 1e-6 };
        }
        map = Some(now);
    }
    map
}

fn affine(ties: &[Tie]) -> Option<Map> {
    let mut sums = [[0.0; 4]; 3];
    let mut sums_y = [0.0; 3];
    for tie in ties {
        let row = [tie.page.0 / 100.0, tie.page.1 / 100.0, 1.0];
        for (at, part) in row.iter().enumerate() {
            for (to, other) in row.iter().enumerate() {
                sums[at][to] += part * other * tie.weight;
            }
            sums[at][3] += part * tie.scan.0 * tie.weight;
            sums_y[at] += part * tie.scan.1 * tie.weight;
        }
    }
    let mut for_y = sums;
    for (row, y) in for_y.iter_mut().zip(sums_y) {
        row[3] = y;
    }
    let ([a, b, c], [d, e, f]) = (solved::<3, 4>(sums)?, solved::<3, 4>(for_y)?);
    Some(Map([a, b, c, d, e, f, 0.0, 0.0]))
}

fn projective(ties: &[Tie]) -> Option<Map> {
    let mut sums = [[0.0; 9]; 8];
    for tie in ties {
        let (x, y) = (tie.page.0 / 100.0, tie.page.1 / 100.0);
        let (u, v) = tie.scan;
        let rows = [([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u), ([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v)];
        for (row, value) in rows {
            for at in 0..8 {
                for to in 0..8 {
                    sums[at][to] += row[at] * row[to] * tie.weight;
                }
                sums[at][8] += row[at] * value * tie.weight;
            }
        }
    }
    solved::<8, 9>(sums).map(Map)
}

/// Linear equations, the right side as the last column (Gauss, with the largest pivot).
fn solved<const N: usize, const M: usize>(mut rows: [[f64; M]; N]) -> Option<[f64; N]> {
    for at in 0..N {
        let pivot = (at..N).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()))?;
        rows.swap(at, pivot);
        if rows[at][at].abs() < 1e-12 {
            return None;
        }
        for below in 0..N {
            if below != at {
                let by = rows[at];
                let part = rows[below][at] / by[at];
                rows[below].iter_mut().zip(by).skip(at).for_each(|(cell, one)| *cell -= part * one);
            }
        }
    }
    Some(std::array::from_fn(|at| rows[at][N] / rows[at][at]))
}

/// The shift of every node: a mean of the ties around it that agree with each other.
fn net(map: &Map, ties: &[Tie], (across, down): (usize, usize), scale: f64) -> Vec<(f32, f32)> {
    /// Standard deviation of the weight, mm: two windows.
    const SOFT: f64 = 12.0;
    /// A shift beyond it (mm) is a wrong match.
    const MOST: f64 = 0.8;
    /// Where on the page, shifted by how much there, weight.
    type Shift = ((f64, f64), (f64, f64), f64);
    let shifts: Vec<Shift> = ties
        .iter()
        .filter(|tie| distance(map, tie) < MOST * scale)
        .map(|tie| {
            let (x, y) = map.at(tie.page.0, tie.page.1);
            (tie.page, (tie.scan.0 - x, tie.scan.1 - y), tie.weight)
        })
        .collect();
    let mut nodes = Vec::with_capacity(across * down);
    for row in 0..down {
        for column in 0..across {
            let at = ((column as f64 + 0.5) * f64::from(PITCH), (row as f64 + 0.5) * f64::from(PITCH));
            let (mut mean, mut limit) = ((0.0, 0.0), f64::MAX);
            // The second round leaves out what lies farther from the first mean than the others do.
            for _ in 0..2 {
                let (mut dx, mut dy, mut sum, mut spread) = (0.0, 0.0, 0.3, 0.0);
                for (place, shift, weight) in &shifts {
                    let far = (place.0 - at.0).powi(2) + (place.1 - at.1).powi(2);
                    let off = (shift.0 - mean.0).hypot(shift.1 - mean.1);
                    if far > 9.0 * SOFT * SOFT || off > limit {
                        continue;
                    }
                    let weight = weight * (-far / (2.0 * SOFT * SOFT)).exp();
                    dx += shift.0 * weight;
                    dy += shift.1 * weight;
                    spread += off * weight;
                    sum += weight;
                }
                mean = (dx / sum, dy / sum);
                limit = (spread / sum * 2.0).max(0.12 * scale);
            }
            nodes.push((mean.0 as f32, mean.1 as f32));
        }
    }
    nodes
}

/// A picture so many times smaller: each pixel the mean of a square.
pub fn shrunk(picture: &Grey, by: usize) -> Grey {
    if by <= 1 {
        return picture.clone();
    }
    let (width, height) = (picture.width / by, picture.height / by);
    let mut pixels = Vec::with_capacity(width * height);
    let mut sums = vec![0_u32; width];
    for row in 0..height {
        sums.fill(0);
        for line in 0..by {
            let from = (row * by + line) * picture.width;
            for (sum, part) in sums.iter_mut().zip(picture.pixels[from..from + width * by].chunks_exact(by)) {
                *sum += part.iter().map(|value| u32::from(*value)).sum::<u32>();
            }
        }
        pixels.extend(sums.iter().map(|sum| (sum / (by * by) as u32) as u8));
    }
    Grey::new(width, height, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels a millimetre, 200 dpi.
    const SCALE: f32 = 200.0 / INCH;

    /// A page with a code at its foot, ten lines at its head and nothing between; the lines lie so many pixels lower.
    fn few_lines(lower: usize) -> Grey {
        let mut page = Grey::new(1654, 2339, Vec::new());
        let mut dice = 7_u32;
        let mut print = |left: usize, top: usize, across: usize, down: usize| {
            for (row, column) in (0..down).flat_map(|row| (0..across).map(move |column| (row, column))) {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                for y in (top + row * 4..top + row * 4 + 4).filter(|_| dice >> 31 == 1) {
                    let at = y * 1654 + left + column * 4;
                    page.pixels[at..at + 4].fill(0);
                }
            }
        };
        print(1362, 1969, 33, 33);
        (0..10).for_each(|line| print(120, 200 + lower + line * 40, 200, 5));
        page
    }

    #[test]
    fn print_that_lies_farther_off_than_the_code_foretells_is_found_over_a_blank_half_page() {
        let (page, scan) = (few_lines(0), few_lines(32));
        let seen: [Point; 4] = [(1362.0, 1969.0), (1494.0, 1969.0), (1494.0, 2101.0), (1362.0, 2101.0)];
        let own = seen.map(|(x, y)| (x / SCALE, y / SCALE));
        let page = Scaled { grey: &page, scale: SCALE };
        assert!(align(&page, &scan, (&own, &seen), false).is_none_or(|near| !near.has_fifths(3)));
        let far = align(&page, &scan, (&own, &seen), true).filter(|far| far.has_fifths(4));
        let (x, y) = far.map_or((0.0, 0.0), |far| far.at(60.0, 40.0));
        assert!((x - 60.0 * SCALE).hypot(y - 40.0 * SCALE - 32.0) < 2.0, "{x} {y}");
    }

    #[test]
    fn one_row_of_many_that_are_alike_foretells_nothing() {
        let mut alike = vec![0.1_f32; 57 * 57];
        let (best, other) = (28 * 57 + 28, 50 * 57 + 28);
        (alike[best], alike[best + 2]) = (0.9, 0.85);
        assert!(stands_out(&alike, 57, best));
        alike[other] = 0.85;
        assert!(!stands_out(&alike, 57, best));
    }
}
