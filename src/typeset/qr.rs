//! QR codes of the pages as grey images of one dot a module. Floor 1.

use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::ec::construct_codewords;
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};

use super::Error;

/// All pages' codes at one version, so that the template can cut them out of one file.
pub struct Codes {
    /// Modules on a side.
    pub modules: usize,
    /// One byte a module, black 0, white 255, code after code.
    pub bytes: Vec<u8>,
}

/// Encodes the texts; error correction M: a sheet that is stapled, stamped and copied still reads.
///
/// The longest text is not always the largest code: digits pack closer than letters, and a digest is a chance mixture of both. So a
/// text that does not fit lets all of them grow by one version.
pub fn codes(texts: &[String]) -> Result<Codes, Error> {
    let fault = |error: QrError| Error::Qr(error.to_string());
    let longest = texts.iter().max_by_key(|text| text.len()).map_or("", String::as_str);
    let mut version = QrCode::with_error_correction_level(longest, EcLevel::M).map_err(fault)?.version();
    loop {
        match (codes_of_version(texts, version), version) {
            (Err(QrError::DataTooLong), Version::Normal(number)) if number < 40 => {
                version = Version::Normal(number + 1)
            }
            (codes, _) => return codes.map_err(fault),
        }
    }
}

fn codes_of_version(texts: &[String], version: Version) -> Result<Codes, QrError> {
    let mut codes = Codes { modules: 0, bytes: Vec::new() };
    for text in texts {
        let modules = modules(text, version)?;
        codes.modules = version.width() as usize;
        codes.bytes.extend(modules.into_iter().map(|dark| if dark { 0 } else { 255 }));
    }
    Ok(codes)
}

/// The eight masks (ISO/IEC 18004, 7.8.2), in the order of their numbers: of equally good ones the first is taken.
const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// What `QrCode::with_version` draws, module for module, dark ones true. Its own choice of a mask was a twelfth part of issuing a class,
/// nearly all of it in one boxed closure for each module; the same sums over plain rows cost a tenth of that.
fn modules(text: &str, version: Version) -> Result<Vec<bool>, QrError> {
    let mut bits = Bits::new(version);
    bits.push_optimal_data(text.as_bytes())?;
    bits.push_terminator(EcLevel::M)?;
    let (data, correction) = construct_codewords(&bits.into_bytes(), version, EcLevel::M)?;
    let mut canvas = Canvas::new(version, EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    let width = version.width() as usize;
    let masked = |mask| {
        let mut masked = canvas.clone();
        masked.apply_mask(mask);
        masked.into_colors().into_iter().map(|color| color == Color::Dark).collect::<Vec<bool>>()
    };
    Ok(MASKS.into_iter().map(masked).min_by_key(|modules| penalty(modules, width)).unwrap_or_default())
}

/// How badly a camera reads it (ISO/IEC 18004, 7.8.3).
fn penalty(modules: &[bool], width: usize) -> usize {
    let mut turned = Vec::with_capacity(modules.len());
    for column in 0..width {
        turned.extend(modules.iter().skip(column).step_by(width));
    }
    let lines = |modules: &[bool]| modules.chunks(width).map(|line| runs(line) + finders(line)).sum::<usize>();
    let rows = modules.chunks(width);
    let blocks: usize = rows.clone().zip(rows.skip(1)).map(|(upper, lower)| blocks(upper, lower)).sum();
    let dark = modules.iter().filter(|dark| **dark).count();
    lines(modules) + lines(&turned) + blocks + (dark * 200 / modules.len()).abs_diff(100)
}

/// Five modules of one colour cost 3, each further one 1.
fn runs(line: &[bool]) -> usize {
    let cost = |run: &[bool]| if run.len() >= 5 { run.len() - 2 } else { 0 };
    line.chunk_by(|one, next| one == next).map(cost).sum()
}

/// What looks like a finder pattern with four light modules on a side costs 40.
fn finders(line: &[bool]) -> usize {
    const FINDER: [bool; 7] = [true, false, true, true, true, false, true];
    let light = |from: usize, until: usize| line[from.min(line.len())..until.min(line.len())].iter().all(|dark| !dark);
    let found = line.windows(FINDER.len()).enumerate().filter(|(_, window)| **window == FINDER);
    40 * found.filter(|(at, _)| light(at.saturating_sub(4), *at) || light(at + 7, at + 11)).count()
}

/// Each square of four modules of one colour costs 3.
fn blocks(upper: &[bool], lower: &[bool]) -> usize {
    let square = |(one, other): (&[bool], &[bool])| one[0] == one[1] && other[0] == other[1] && one[0] == other[0];
    3 * upper.windows(2).zip(lower.windows(2)).filter(|pair| square(*pair)).count()
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test may say what it expects
mod tests {
    use super::*;

    #[test]
    fn the_modules_are_those_of_the_library_that_chooses_the_mask_by_itself() {
        for no in 0..60_u32 {
            // The shape of a sheet's text, and others of many lengths.
            let digest = crate::domain::canon::Digest::of(&no.to_le_bytes()).to_hex();
            let text = format!("LTP2:2025-05A-Q1:{no}:3/18:5/46:{}", &digest[..no as usize]);
            let whole = QrCode::with_error_correction_level(&text, EcLevel::M).expect("a code");
            let version = whole.version();
            let dark: Vec<bool> = whole.into_colors().into_iter().map(|color| color == Color::Dark).collect();
            assert_eq!(modules(&text, version).expect("modules"), dark, "{text}");
        }
    }
}
