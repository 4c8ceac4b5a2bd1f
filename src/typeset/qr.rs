//! QR codes of the sheets as grey images of one dot a module. Floor 1.

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};

use super::Error;

/// All sheets' codes at one version, so that the template can cut them out of one file.
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
        let code = QrCode::with_version(text, version, EcLevel::M)?;
        codes.modules = code.width();
        codes.bytes.extend(code.into_colors().into_iter().map(|color| if color == Color::Dark { 0 } else { 255 }));
    }
    Ok(codes)
}
