//! Pages as pictures: a page of a PDF drawn for the screen, grey, and which pages belong to which sheet. Floor 1.

use std::io::Cursor;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings, render};
use image::{ExtendedColorType, ImageEncoder as _};

use crate::domain::canon::Digest;
use crate::domain::edition::{CheckpointFacts, Edition, EditionKind};
use crate::domain::snapshot::Snapshot;

use super::{Error, plan, sheet_digests};

/// Widest picture, pixels: A4 at 200 dots an inch, enough to read the smallest print.
const WIDEST: u32 = 1700;

/// Draws a page (from 1) of a PDF, so many pixels wide; PNG. `None` when there is no such page or the file is no PDF.
pub fn page_png(pdf: Vec<u8>, page: usize, width: u32) -> Option<Vec<u8>> {
    let pdf = Pdf::new(pdf).ok()?;
    let page = pdf.pages().get(page.checked_sub(1)?)?;
    let scale = width.min(WIDEST) as f32 / page.render_dimensions().0;
    let settings = RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    let drawn = render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings);
    // Journals are black on white: a grey picture is a quarter of a coloured one.
    let grey: Vec<u8> = drawn.data().iter().map(|p| luma(p.r, p.g, p.b)).collect();
    let mut png = Cursor::new(Vec::new());
    let encoder = image::codecs::png::PngEncoder::new(&mut png);
    encoder.write_image(&grey, drawn.width().into(), drawn.height().into(), ExtendedColorType::L8).ok()?;
    Some(png.into_inner())
}

/// Brightness as ITU-R BT.601 weighs it.
fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8
}

/// For each page of a copy, in order, the number of its sheet (from 1). Laid out like the document, but not set by typst.
pub fn sheets_of_pages(snapshot: &Snapshot) -> Result<Vec<usize>, Error> {
    let edition = Edition {
        kind: EditionKind::Issued,
        typeset_at: snapshot.frozen_at.clone(),
        snapshot: snapshot.digest(),
        checkpoint: CheckpointFacts { origin: snapshot.school.id.clone(), size: 0, root: Digest::of(b"") },
        marks: Vec::new(),
        seal: None,
    };
    let (snapshot, edition, _) =
        super::clean::clean(snapshot, &edition).map_err(|error| Error::Data(error.to_string()))?;
    let (plan, _) = plan(&snapshot, &edition, &sheet_digests(&snapshot), &[])?;
    Ok(plan.pages.iter().map(|page| page.sheet).collect())
}
