//! The bundled faces: their bytes for typst, their advance widths for fitting. Floor 1.
//!
//! Rows, chunks and line breaks are computed here in Rust, before typst sees anything, so that a spread can never
//! break and layout needs one pass. Nothing outside `typst-templates/fonts` is ever looked at.

use std::sync::LazyLock;

use serde::Serialize;
use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontBook, FontInstance, FontVariations};
use typst::utils::LazyHash;

/// Files of the faces, in the order of [`Face`], the fallback last.
pub const FILES: [(&str, &[u8]); 5] = [
    ("PTF55F.ttf", include_bytes!("../../typst-templates/fonts/PTF55F.ttf")),
    ("PTF75F.ttf", include_bytes!("../../typst-templates/fonts/PTF75F.ttf")),
    ("PTN57F.ttf", include_bytes!("../../typst-templates/fonts/PTN57F.ttf")),
    ("PTN77F.ttf", include_bytes!("../../typst-templates/fonts/PTN77F.ttf")),
    ("DejaVuSansCondensed.ttf", include_bytes!("../../typst-templates/fonts/DejaVuSansCondensed.ttf")),
];

/// What stands for a character that no face has: U+25AF WHITE VERTICAL RECTANGLE, which the fallback has.
pub const SUBSTITUTE: char = '▯';

/// Advance widths are tabled below this code point (Latin to Cyrillic Supplement); beyond it the face is asked.
const TABLED: usize = 0x530;

/// A face of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Face {
    /// PT Serif: text.
    Serif,
    /// PT Serif Bold: headings.
    SerifBold,
    /// PT Sans Narrow: grids and small print.
    Narrow,
    /// PT Sans Narrow Bold: final marks, heads.
    NarrowBold,
}

/// The faces as typst wants them.
pub struct Shelf {
    /// Names and coverage.
    pub book: LazyHash<FontBook>,
    /// The fonts in the order of [`FILES`].
    pub fonts: Vec<Font>,
    rulers: Vec<Ruler>,
}

/// Widths of one face, in em.
struct Ruler {
    instance: FontInstance,
    table: Vec<Option<f64>>,
}

/// The bundled faces, read once.
pub static SHELF: LazyLock<Shelf> = LazyLock::new(|| {
    let fonts: Vec<Font> = FILES.iter().flat_map(|(_, bytes)| Font::iter(Bytes::new(*bytes))).collect();
    let rulers = fonts.iter().map(Ruler::of).collect();
    Shelf { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, rulers }
});

impl Ruler {
    fn of(font: &Font) -> Self {
        // The size matters to fonts with an optical axis only; none of these has one.
        let instance = font.clone().instantiate(font.info().variant, Abs::pt(10.0), &FontVariations::default());
        let ask = |code: usize| char::from_u32(code as u32).and_then(|c| advance(&instance, c));
        let table = (0..TABLED).map(ask).collect();
        Self { instance, table }
    }

    fn width(&self, c: char) -> Option<f64> {
        match self.table.get(c as usize) {
            Some(width) => *width,
            None => advance(&self.instance, c),
        }
    }
}

fn advance(instance: &FontInstance, c: char) -> Option<f64> {
    let glyph = instance.ttf().glyph_index(c)?;
    instance.x_advance(glyph.0).map(|em| em.get())
}

/// Whether a character can be printed in every face: each of them has it, or the fallback does. A private-use
/// character never can, whatever glyph a font gives it: PDF/A wants a meaning for every character.
pub fn covers(c: char) -> bool {
    let private = matches!(c as u32, 0xE000..=0xF8FF | 0xF0000..);
    let meaningless = matches!(c as u32, 0xFE00..=0xFE0F | 0xFEFF | 0xFFF0..=0xFFFF | 0x200B..=0x200F | 0x2028..=0x202E)
        || matches!(c as u32, 0x2060..=0x206F | 0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F);
    let Some((fallback, faces)) = SHELF.rulers.split_last() else { return false };
    !private
        && !meaningless
        && !c.is_control()
        && (fallback.width(c).is_some() || faces.iter().all(|face| face.width(c).is_some()))
}

/// Width of a text in points, without kerning; `size` in points.
pub fn width(text: &str, face: Face, size: f64) -> f64 {
    text.chars().map(|c| char_width(c, face)).sum::<f64>() * size
}

/// Width of a character in em.
pub fn char_width(c: char, face: Face) -> f64 {
    let fallback = || SHELF.rulers.last().and_then(|ruler| ruler.width(c));
    // A face without the character and no fallback cannot be: `covers` has been asked; a full em is safe.
    SHELF.rulers.get(face as usize).and_then(|ruler| ruler.width(c)).or_else(fallback).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_face_is_read_and_covers_russian() {
        assert_eq!(SHELF.fonts.len(), FILES.len());
        assert!("АЯаяЁё№§«»—–…₽0123456789ӘөҮһăĕ↑√≤α▯".chars().all(covers));
    }

    #[test]
    fn emoji_controls_and_private_characters_are_not_covered() {
        assert!(!"🦄\u{0}\u{7}\u{e000}\u{feff}\u{202e}\u{fffd}".chars().any(covers));
    }

    #[test]
    fn the_families_that_the_templates_name_are_on_the_shelf() {
        for family in ["pt serif", "pt sans", "dejavu sans"] {
            assert!(SHELF.book.contains_family(family), "{family}");
        }
    }

    #[test]
    fn narrow_is_narrower() {
        assert!(width("Абрамов Иван", Face::Narrow, 9.0) < width("Абрамов Иван", Face::Serif, 9.0));
    }
}
