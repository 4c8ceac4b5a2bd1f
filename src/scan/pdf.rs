//! Pages of a PDF as pictures, drawn by `hayro` one at a time. Floor 1.
//!
//! A scan is a picture in an envelope, so whatever needs more than that is refused: streams that unpack beyond measure before the file
//! is opened, pictures beyond measure after that, pages that draw without end by a dry run that only counts.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use flate2::read::ZlibDecoder;
use hayro::hayro_interpret::hayro_syntax::object::Object;
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use hayro::hayro_interpret::util::TransformExt as _;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, font::Glyph, interpret_page,
};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::kurbo::{Affine, BezPath, Rect};
use hayro::{RenderCache, RenderSettings, render};

use super::grey::Grey;
use super::open::{LONGEST, MOST_SIDE, PageFault, Unreadable};

/// A volume has at most 250 sheets (domain handbook 2.0), printed on both sides.
const MOST_PAGES: usize = 500;
/// Pixels an inch at which pages are drawn; of the scan itself no more is to be had, and 150 dpi read as well.
pub const DPI: f32 = 300.0;
/// What one stream may unpack to: A3 at 600 dpi in colour takes 210 MB.
const MOST_UNPACKED: u64 = 256 << 20;
/// What all streams of a file may unpack to that shrink more than a hundredfold, as blank paper does: 200 grey pages at 300 dpi.
const MOST_BLANK: u64 = 2 << 30;
/// Draws of one page: a spread of our own has some 5,000, a scan with a text layer as many letters as its page.
const MOST_DRAWS: u32 = 300_000;

/// Hands out the pages one after another.
pub fn pages(
    bytes: &[u8],
    mut each: impl FnMut(usize, usize, Result<Grey, PageFault>) -> bool,
) -> Result<(), Unreadable> {
    let pdf = open(bytes)?;
    let count = guarded(|| pdf.pages().len()).ok_or(Unreadable::Damaged)?;
    if count == 0 {
        return Err(Unreadable::Damaged);
    }
    for (index, page) in pdf.pages().iter().enumerate() {
        if !each(index + 1, count, draw(page, DPI)) {
            break;
        }
    }
    Ok(())
}

/// One page by its number from 1, at so many pixels an inch.
pub fn page(bytes: &[u8], no: usize, dpi: f32) -> Result<Grey, Unreadable> {
    let pdf = open(bytes)?;
    let page = pdf.pages().get(no.wrapping_sub(1)).ok_or(Unreadable::Damaged)?;
    draw(page, dpi).map_err(|_| Unreadable::Damaged)
}

fn open(bytes: &[u8]) -> Result<Pdf, Unreadable> {
    weigh(bytes)?;
    let pdf = guarded(|| Pdf::new(bytes.to_vec())).ok_or(Unreadable::Damaged)?;
    let pdf = pdf.map_err(|error| match error {
        LoadPdfError::Decryption(_) => Unreadable::Encrypted,
        LoadPdfError::Invalid => Unreadable::Damaged,
    })?;
    let found = guarded(|| pdf.pages().len()).ok_or(Unreadable::Damaged)?;
    if found > MOST_PAGES {
        return Err(Unreadable::TooManyPages { found, most: MOST_PAGES });
    }
    guarded(|| pictures(&pdf)).unwrap_or(Err(Unreadable::Damaged))?;
    Ok(pdf)
}

/// A library that meets what it did not foresee panics: that is a damaged file, not a damaged program.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Refuses files whose streams unpack beyond measure. Looks at the bytes themselves, for opening the file already unpacks some.
fn weigh(bytes: &[u8]) -> Result<(), Unreadable> {
    /// Deflate in deflate multiplies its gain, so each layer is weighed; no maker of PDFs writes more than two.
    const LAYERS: u32 = 3;
    let mut blank = 0_u64;
    let mut at = 0;
    while let Some(place) = find(&bytes[at..], b"stream") {
        at += place + b"stream".len();
        let body = bytes[at..].strip_prefix(b"\r\n").or_else(|| bytes[at..].strip_prefix(b"\n"));
        let Some(body) = body else { continue };
        let packed = find(body, b"endstream").unwrap_or(body.len());
        at = bytes.len() - body.len() + packed;
        for layers in 1..=LAYERS {
            let unpacked = unpacked(&body[..packed], layers);
            if unpacked / 100 > packed as u64 {
                blank += unpacked;
            }
            if unpacked >= MOST_UNPACKED || blank > MOST_BLANK {
                return Err(Unreadable::Bomb);
            }
            if unpacked == 0 {
                break;
            }
        }
    }
    Ok(())
}

/// Bytes that a stream unpacks to through so many layers of deflate, up to the limit.
fn unpacked(body: &[u8], layers: u32) -> u64 {
    let mut reader: Box<dyn Read + '_> = Box::new(body);
    for _ in 0..layers {
        reader = Box::new(ZlibDecoder::new(reader));
    }
    let mut count = 0_u64;
    let mut part = [0_u8; 64 * 1024];
    while count < MOST_UNPACKED {
        match reader.read(&mut part) {
            Ok(0) | Err(_) => break,
            Ok(read) => count += read as u64,
        }
    }
    count
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    let first = *word.first()?;
    let mut at = 0;
    while let Some(place) = bytes[at..].iter().position(|byte| *byte == first) {
        at += place;
        if bytes[at..].starts_with(word) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Refuses files with a picture beyond every scanner.
fn pictures(pdf: &Pdf) -> Result<(), Unreadable> {
    for object in pdf.objects() {
        let Object::Stream(stream) = object else { continue };
        let dict = stream.dict();
        let side = |key: &str| dict.get::<u32>(key).unwrap_or_default();
        let (width, height) = (side("Width"), side("Height"));
        if width > MOST_SIDE || height > MOST_SIDE {
            return Err(Unreadable::TooLarge { width, height, most: MOST_SIDE });
        }
    }
    Ok(())
}

fn draw(page: &Page<'_>, dpi: f32) -> Result<Grey, PageFault> {
    let (width, height) = guarded(|| page.render_dimensions()).ok_or(PageFault::Damaged)?;
    let longest = width.max(height);
    // A side of 14,400 points is the most that a PDF may have (ISO 32000-1, Annex C).
    if !(width >= 1.0 && height >= 1.0 && longest <= 14_400.0) {
        return Err(PageFault::NoSize);
    }
    let scale = (dpi / 72.0).min(LONGEST as f32 / longest);
    if width.min(height) * scale < 1.0 {
        return Err(PageFault::NoSize);
    }
    guarded(|| dry_run(page)).ok_or(PageFault::TooMuch)?;
    let settings = RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    // A cache of its own: one for the whole file would keep the pictures of all its pages.
    let drawn = guarded(|| render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings));
    let drawn = drawn.ok_or(PageFault::Damaged)?;
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    // The page lies on white, so nothing is transparent.
    let coloured = image::RgbaImage::from_raw(width, height, drawn.data_as_u8_slice().to_vec());
    Ok(Grey::from(image::DynamicImage::from(coloured.ok_or(PageFault::Damaged)?)))
}

/// Walks the page without drawing and stops where it never would end: a few forms that draw each other ten times each are a day's work.
fn dry_run(page: &Page<'_>) {
    let cache = InterpreterCache::new();
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let transform: Affine = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, bounds, &cache, page.xref(), InterpreterSettings::default());
    interpret_page(page, &mut context, &mut Counter { left: MOST_DRAWS });
}

/// Draws nothing and counts.
struct Counter {
    left: u32,
}

impl Counter {
    /// Ends the walk by unwinding, the one way out of the interpreter; [`guarded`] takes it, and no message is printed.
    fn count(&mut self) {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => resume_unwind(Box::new("too much to draw")),
        }
    }
}

impl<'a> Device<'a> for Counter {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {
        self.count();
    }

    fn set_blend_mode(&mut self, _: BlendMode) {}

    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {
        self.count();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count();
    }

    fn draw_glyph(&mut self, _: &Glyph<'a>, _: Affine, _: Affine, _: &Paint<'a>, _: &GlyphDrawMode) {
        self.count();
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {
        self.count();
    }

    fn pop_clip_path(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
