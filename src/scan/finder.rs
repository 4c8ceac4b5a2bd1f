//! Finder patterns of QR codes: dark and light in the proportion 1 : 1 : 3 : 1 : 1 along every line through their middle. Floor 1.

/// A finder pattern, as it seems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finder {
    /// Middle.
    pub x: f32,
    /// Middle.
    pub y: f32,
    /// Side of a module.
    pub module: f32,
    /// In how many rows it was seen.
    pub rows: u32,
}

impl Finder {
    /// The same pattern seen twice.
    pub fn is_at(&self, other: &Self) -> bool {
        (self.x - other.x).hypot(self.y - other.y) < self.module.max(other.module) * 2.0
    }
}

/// The likeliest patterns handed on: a page of nine codes has 27.
const MOST: usize = 72;

/// Finder patterns of a picture of dark pixels (1) and light ones (0), the likeliest first.
pub fn finders(dark: &[u8], width: usize, height: usize) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    for y in 0..height {
        let row = &dark[y * width..(y + 1) * width];
        // Lengths of the last five runs; the newest is the last.
        let mut runs = [0_usize; 5];
        let (mut from, mut colour) = (0, 0);
        while from < width {
            let length = memchr::memchr(1 - colour, &row[from..]).unwrap_or(width - from);
            runs = [runs[1], runs[2], runs[3], runs[4], length];
            let end = from + length;
            if colour == 1 && is_pattern(&runs) {
                let middle = end - runs[4] - runs[3] - runs[2].div_ceil(2);
                if let Some(finder) = crossed(dark, width, height, middle, y, &runs) {
                    keep(&mut found, finder);
                }
            }
            (from, colour) = (end, 1 - colour);
        }
    }
    // One row is a chance of any text; a pattern's middle is three modules high.
    found.retain(|finder| finder.rows >= 2 || finder.module < 2.5);
    found.sort_by_key(|finder| std::cmp::Reverse(finder.rows));
    found.truncate(MOST);
    found
}

/// Are five runs in the proportion, as far as blur and pixels allow?
fn is_pattern(runs: &[usize; 5]) -> bool {
    let sum: usize = runs.iter().sum();
    if sum < 7 || runs.contains(&0) {
        return false;
    }
    let module = sum as f32 / 7.0;
    // Half a pixel is lost or won at each edge, whatever the module's size.
    let room = module * 0.5 + 0.7;
    let near = |run: usize, modules: f32| (run as f32 - module * modules).abs() < room * modules.min(2.0);
    near(runs[0], 1.0) && near(runs[1], 1.0) && near(runs[2], 3.0) && near(runs[3], 1.0) && near(runs[4], 1.0)
}

/// Looks along the column, and along the row of its middle again.
fn crossed(dark: &[u8], width: usize, height: usize, x: usize, y: usize, runs: &[usize; 5]) -> Option<Finder> {
    let sum: usize = runs.iter().sum();
    let column = |at: usize| dark[at * width + x];
    let (top, down) = line(column, y, height, sum)?;
    let middle = (top + 0.5) as usize;
    let row = |at: usize| dark[middle.min(height - 1) * width + at];
    let (left, across) = line(row, x, width, sum)?;
    Some(Finder { x: left, y: top, module: (down + across) as f32 / 14.0, rows: 1 })
}

/// The pattern along one line through a dark pixel: its middle and its length; nothing when it is none.
fn line(pixel: impl Fn(usize) -> u8, from: usize, end: usize, expected: usize) -> Option<(f32, usize)> {
    if from >= end || pixel(from) != 1 {
        return None;
    }
    // No run of a pattern is longer than three modules of a pattern twice as long as the other way.
    let most = expected;
    let walk = |start: usize, forward: bool| {
        let mut runs = [0_usize; 3];
        let mut at = start;
        for (place, colour) in [1, 0, 1].into_iter().enumerate() {
            while at < end && pixel(at) == colour && runs[place] <= most {
                runs[place] += 1;
                match (forward, at) {
                    (true, _) => at += 1,
                    (false, 0) => at = end,
                    (false, _) => at -= 1,
                }
            }
        }
        runs
    };
    let (back, ahead) = (walk(from, false), walk(from + 1, true));
    let runs = [back[2], back[1], back[0] + ahead[0], ahead[1], ahead[2]];
    let sum: usize = runs.iter().sum();
    if !is_pattern(&runs) || sum * 5 < expected * 3 || sum * 3 > expected * 5 {
        return None;
    }
    let left = (from + 1) as f32 - back[0] as f32;
    Some((left + runs[2] as f32 / 2.0 - 0.5, sum))
}

/// Joins a pattern with what was seen of it in rows before.
fn keep(found: &mut Vec<Finder>, finder: Finder) {
    let is_same = |held: &&mut Finder| {
        let near = held.module.max(finder.module) * 1.8;
        (held.x - finder.x).abs() < near
            && (held.y - finder.y).abs() < near
            && held.module < finder.module * 1.7
            && finder.module < held.module * 1.7
    };
    match found.iter_mut().rev().find(is_same) {
        Some(held) => {
            let (old, new) = (held.rows as f32, held.rows as f32 + 1.0);
            held.x = (held.x * old + finder.x) / new;
            held.y = (held.y * old + finder.y) / new;
            held.module = (held.module * old + finder.module) / new;
            held.rows += 1;
        }
        None => found.push(finder),
    }
}
