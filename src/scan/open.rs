//! What was given: PDF, JPEG or PNG told apart by its first bytes, hostile sizes refused before they cost memory. Floor 1.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::grey::Grey;
use super::pdf;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PDF.
    Pdf,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

impl Kind {
    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }

    /// Reads [`Kind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pdf, Self::Jpeg, Self::Png].into_iter().find(|kind| kind.as_str() == text)
    }

    /// MIME type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// By the first bytes, whatever the file is called. A PDF may have up to 1,024 bytes before its head (ISO 32000-1, Annex H).
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(1024)];
        match head {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            _ => head.windows(5).any(|part| part == b"%PDF-").then_some(Self::Pdf),
        }
    }
}

/// Why a file is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Neither PDF nor JPEG nor PNG.
    #[error("это не скан: нужен PDF, JPEG или PNG")]
    NotAScan,
    /// A PDF behind a password.
    #[error("PDF закрыт паролем: сохраните его без пароля и повторите")]
    Encrypted,
    /// It says what it is and then is not.
    #[error("файл повреждён: страницы из него не читаются")]
    Damaged,
    /// More pages than a volume has.
    #[error("в файле слишком много страниц: {found}; разделите его, не больше {most} в одном")]
    TooManyPages {
        /// Pages of the file.
        found: usize,
        /// Most pages of one file.
        most: usize,
    },
    /// A picture beyond every scanner.
    #[error("слишком большое изображение: {width} × {height} точек; нужно не больше {most} по стороне")]
    TooLarge {
        /// Pixels a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Most pixels of a side.
        most: u32,
    },
    /// It would unpack to far more than any scan holds.
    #[error("файл при чтении разрастается сверх всякой меры: такие сканы не принимаются")]
    Bomb,
}

impl Unreadable {
    /// Code of the finding.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAScan => "scan.not-a-scan",
            Self::Encrypted => "scan.encrypted",
            Self::Damaged => "scan.damaged",
            Self::TooManyPages { .. } => "scan.too-many-pages",
            Self::TooLarge { .. } => "scan.too-large",
            Self::Bomb => "scan.bomb",
        }
    }
}

/// Why one page of a file that is otherwise read gives no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageFault {
    /// No measures, or those of no paper.
    #[error("у страницы нет разумных размеров")]
    NoSize,
    /// More to draw than any scan has.
    #[error("на странице слишком много рисования: это не скан")]
    TooMuch,
    /// It could not be drawn.
    #[error("страница повреждена")]
    Damaged,
}

/// Most pixels of a side of a photo: above it stands no telephone's and no scanner's picture of A3 at 600 dpi.
pub const MOST_SIDE: u32 = 12_000;

/// Pixels of the longer side to which larger pages are brought: A4 at 400 dpi. At it a code of 17 mm has 8 pixels a module.
pub(super) const LONGEST: usize = 4_700;

/// Hands out the pages of a file one after another: number from 1, number of all, the page. `each` returns `false` to stop.
///
/// # Errors
/// When nothing can be read of the file; a page that cannot be drawn is handed out as such.
pub fn pages(
    bytes: &[u8],
    mut each: impl FnMut(usize, usize, Result<Grey, PageFault>) -> bool,
) -> Result<Kind, Unreadable> {
    let kind = Kind::of(bytes).ok_or(Unreadable::NotAScan)?;
    match kind {
        Kind::Pdf => pdf::pages(bytes, each)?,
        Kind::Jpeg => {
            each(1, 1, Ok(photo(bytes, ImageFormat::Jpeg)?));
        }
        Kind::Png => {
            each(1, 1, Ok(photo(bytes, ImageFormat::Png)?));
        }
    }
    Ok(kind)
}

/// One page by its number from 1, for people to look at.
///
/// # Errors
/// As [`pages`]; `Damaged` too for a page that is not there or cannot be drawn.
pub fn page(bytes: &[u8], no: usize) -> Result<Grey, Unreadable> {
    match Kind::of(bytes).ok_or(Unreadable::NotAScan)? {
        Kind::Pdf => pdf::page(bytes, no, pdf::DPI),
        Kind::Jpeg if no == 1 => photo(bytes, ImageFormat::Jpeg),
        Kind::Png if no == 1 => photo(bytes, ImageFormat::Png),
        Kind::Jpeg | Kind::Png => Err(Unreadable::Damaged),
    }
}

/// One page of a PDF by its number from 1, drawn at so many pixels an inch.
///
/// # Errors
/// As [`page`]; a file that is no PDF is `NotAScan`.
pub fn page_at(bytes: &[u8], no: usize, dpi: f32) -> Result<Grey, Unreadable> {
    match Kind::of(bytes) {
        Some(Kind::Pdf) => pdf::page(bytes, no, dpi),
        _ => Err(Unreadable::NotAScan),
    }
}

fn photo(bytes: &[u8], format: ImageFormat) -> Result<Grey, Unreadable> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // Its sides are looked at by ourselves, to tell them; this bounds all else: a side of 12,000 squared in four channels.
    let mut limits = Limits::default();
    limits.max_alloc = Some(u64::from(MOST_SIDE) * u64::from(MOST_SIDE) * 4);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Unreadable::Damaged)?;
    let (width, height) = decoder.dimensions();
    if width > MOST_SIDE || height > MOST_SIDE {
        return Err(Unreadable::TooLarge { width, height, most: MOST_SIDE });
    }
    // A telephone held upright writes a lying picture and says so beside it.
    let orientation = decoder.orientation();
    let mut image = DynamicImage::from_decoder(decoder).map_err(|_| Unreadable::Damaged)?;
    if let Ok(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(Grey::from(image).within(LONGEST))
}
