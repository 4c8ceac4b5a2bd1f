//! QR codes of the sheets as grey images of one dot a module. Floor 1.

use qrcode::{Color, EcLevel, QrCode};

use super::Error;

/// All sheets' codes at one version, so that the template can cut them out of one file.
pub struct Codes {
    /// Modules on a side.
    pub modules: usize,
    /// One byte a module, black 0, white 255, code after code.
    pub bytes: Vec<u8>,
}

/// Encodes the texts; error correction M: a sheet that is stapled, stamped and copied still reads.
pub fn codes(texts: &[String]) -> Result<Codes, Error> {
    let fault = |error: qrcode::types::QrError| Error::Qr(error.to_string());
    let longest = texts.iter().max_by_key(|text| text.len()).map_or("", String::as_str);
    let version = QrCode::with_error_correction_level(longest, EcLevel::M).map_err(fault)?.version();
    let mut codes = Codes { modules: 0, bytes: Vec::new() };
    for text in texts {
        let code = QrCode::with_version(text, version, EcLevel::M).map_err(fault)?;
        codes.modules = code.width();
        codes.bytes.extend(code.into_colors().into_iter().map(|color| if color == Color::Dark { 0 } else { 255 }));
    }
    Ok(codes)
}
