//! Fitting text into the room it has: line breaks and sizes, computed from the faces' widths. Floor 1.
//!
//! A text is never cut: it is broken, and set smaller when it must be.

use super::fonts::{Face, char_width, width};

/// Distance of lines as a share of the type size.
pub const LEADING: f64 = 1.16;
/// Height of capitals as a share of the type size (PT Serif and PT Sans: 0.70).
pub const CAPITALS: f64 = 0.70;
/// Steps in which a text is set smaller, points.
const STEP: f64 = 0.25;
/// No text is set smaller than this, points; far below reading, far above losing it.
const SMALLEST: f64 = 1.0;

/// A text broken into lines at a size.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Type size, points.
    pub size: f64,
    /// The lines.
    pub lines: Vec<String>,
}

/// Words after which a line never ends: their number stands beside them.
const GLUED: [&str; 14] = ["№", "№№", "§", "§§", "п.", "пп.", "с.", "стр.", "ст.", "упр.", "зад.", "гл.", "пр.", "г."];

/// Breaks a text into lines no wider than `room` points. Line ends in the text are kept; a word wider than the room is broken
/// after a hyphen or between any two characters.
pub fn wrap(text: &str, face: Face, size: f64, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, face, room / size, &mut lines);
    }
    lines
}

fn wrap_paragraph(text: &str, face: Face, room: f64, lines: &mut Vec<String>) {
    let space = char_width(' ', face);
    let mut line = String::new();
    let mut used = 0.0;
    for group in groups(text) {
        let wide = width(&group, face, 1.0);
        if !line.is_empty() && used + space + wide <= room {
            line.push(' ');
            line.push_str(&group);
            used += space + wide;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = break_word(&group, face, room, lines);
        used = width(&line, face, 1.0);
    }
    lines.push(line);
}

/// Words with what is glued to them: «§ 12», «в школе».
fn groups(text: &str) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    let mut glue = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match groups.last_mut() {
            Some(last) if glue => {
                last.push(' ');
                last.push_str(word);
            }
            _ => groups.push(word.to_owned()),
        }
        let single = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
        glue = GLUED.contains(&word) || single;
    }
    groups
}

/// Puts all full lines of an overlong word into `lines` and gives the rest.
fn break_word(word: &str, face: Face, room: f64, lines: &mut Vec<String>) -> String {
    let mut line = String::new();
    let mut used = 0.0;
    for c in word.chars() {
        let wide = char_width(c, face);
        if used + wide > room && !line.is_empty() {
            // A glued space or a hyphen near the end is a better place than the middle of a word.
            let (head, tail) = match line.rfind([' ', '-', '/']) {
                Some(at) if at > 0 => line.split_at(at + 1),
                _ => (line.as_str(), ""),
            };
            let tail = tail.to_owned();
            lines.push(head.trim_end().to_owned());
            line = tail;
            used = width(&line, face, 1.0);
        }
        line.push(c);
        used += wide;
    }
    line
}

/// The largest size from `size` down at which the text, broken into lines, fits `room` by `height` points.
pub fn fit(text: &str, face: Face, size: f64, room: f64, height: f64) -> Fitted {
    let mut size = size;
    loop {
        let lines = wrap(text, face, size, room);
        if size <= SMALLEST || block_height(lines.len(), size) <= height + 0.01 {
            return Fitted { size, lines };
        }
        size -= STEP;
    }
}

/// Like [`wrap`], with lines as even as the same number of lines allows: for words in the middle of a page.
pub fn wrap_evenly(text: &str, face: Face, size: f64, room: f64) -> Vec<String> {
    let lines = wrap(text, face, size, room);
    // Steps of a fiftieth of the room are finer than any word.
    (1..50)
        .map(|step| wrap(text, face, size, room * f64::from(step) / 50.0))
        .find(|narrower| narrower.len() == lines.len())
        .unwrap_or(lines)
}

/// Height of a block of lines; one line needs its type size only, so that it fits a low row.
fn block_height(lines: usize, size: f64) -> f64 {
    size * (1.0 + LEADING * (lines.saturating_sub(1)) as f64)
}

/// The largest size from `size` down at which the text fits into one line.
pub fn fit_line(text: &str, face: Face, size: f64, room: f64) -> f64 {
    let wide = width(text, face, 1.0);
    if wide * size <= room { size } else { (room / wide).max(SMALLEST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_fit(lines: &[String], room: f64) -> bool {
        lines.iter().all(|line| width(line, Face::Narrow, 8.0) <= room)
    }

    #[test]
    fn a_text_is_broken_at_spaces_and_loses_nothing() {
        let text = "Повторение изученного в начальной школе, § 12, упр. 345";
        let lines = wrap(text, Face::Narrow, 8.0, 70.0);
        assert!(lines.len() > 1 && all_fit(&lines, 70.0));
        assert_eq!(lines.join(" "), text);
        assert!(lines.iter().all(|line| !line.ends_with('§') && !line.ends_with(" в")), "{lines:?}");
    }

    #[test]
    fn a_word_of_500_characters_is_broken_and_loses_nothing() {
        let text = "ж".repeat(500);
        let lines = wrap(&text, Face::Narrow, 8.0, 100.0);
        assert!(all_fit(&lines, 100.0));
        assert_eq!(lines.concat(), text);
    }

    #[test]
    fn a_long_name_is_set_smaller_until_it_fits() {
        let fitted = fit("Константинопольский-Преображенский Александр", Face::Narrow, 9.0, 80.0, 13.0);
        assert!(fitted.size < 9.0 && block_height(fitted.lines.len(), fitted.size) <= 13.01);
    }

    #[test]
    fn line_ends_are_kept() {
        assert_eq!(wrap("а\nб", Face::Serif, 8.0, 100.0), ["а", "б"]);
    }
}
