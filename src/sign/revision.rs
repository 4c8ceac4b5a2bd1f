//! The one revision that a seal appends to a PDF: four objects, a cross-reference table, a trailer (ISO 32000-1 7.5.6). Floor 1.
//!
//! [`lay_out`] is the only writer, and a check calls it too: the revision found in a file must equal, byte for byte, the
//! one that would be written for the same claims. So there is no second way to read it. It must never change a byte of the
//! original and never depend on anything but its arguments.

use std::ops::Range;

use chrono::{DateTime, FixedOffset};

use super::Error;
use super::pdf::Pdf;
use super::syntax::{self, Dict};
use crate::domain::canon::{Digest, hex};

/// Deepest page tree that is walked to the first page.
const DEEPEST_PAGE_TREE: usize = 16;
/// Room for the numbers of `/ByteRange`: `0`, three numbers of at most ten digits, three spaces.
const RANGE_WIDTH: usize = 34;
/// What the field is called in a viewer.
const FIELD_NAME: &str = "Печать школы";

/// What a seal claims in clear: read by viewers, covered by the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    /// When, to the second.
    pub(super) sealed_at: DateTime<FixedOffset>,
    /// Why; may be empty.
    pub(super) reason: String,
    /// Where; may be empty.
    pub(super) location: String,
}

/// The appended revision with an empty place for the container.
pub(super) struct Revision {
    /// All appended bytes.
    pub(super) bytes: Vec<u8>,
    /// The hexadecimal string of the container inside them, angle brackets included.
    pub(super) gap: Range<usize>,
}

/// What the revision needs to know of the original.
struct Original<'a> {
    pdf: Pdf<'a>,
    catalog: (usize, Dict<'a>),
    page: (usize, Dict<'a>),
    /// Number of objects, which is the first free object number.
    size: usize,
}

impl<'a> Original<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let pdf = Pdf::open(bytes)?;
        let foreign = Error::ForeignPdf;
        if pdf.revisions() != 1 {
            return Err(Error::AlreadySealed);
        }
        if pdf.trailer().get(b"Encrypt").is_some() || pdf.trailer().get(b"XRefStm").is_some() {
            return Err(foreign("зашифрован или имеет поток перекрёстных ссылок"));
        }
        let catalog = pdf.catalog().ok_or(foreign("нет каталога документа"))?;
        if catalog.1.get(b"AcroForm").is_some() || catalog.1.get(b"Perms").is_some() {
            return Err(Error::AlreadySealed);
        }
        let page = first_page(&pdf, &catalog.1).ok_or(foreign("нет первой страницы"))?;
        let size = pdf.trailer().get(b"Size").and_then(syntax::integer).ok_or(foreign("нет /Size"))?;
        Ok(Self { pdf, catalog, page, size })
    }

    /// First page's dictionary with the field among its annotations.
    fn page_with(&self, field: usize) -> Result<Vec<u8>, Error> {
        let annotations = match self.page.1.get(b"Annots") {
            None => format!("[{field} 0 R]").into_bytes(),
            Some(list) => {
                let inside = list.strip_suffix(b"]").filter(|list| list.starts_with(b"["));
                let inside = inside.ok_or(Error::ForeignPdf("/Annots первой страницы не массив"))?;
                [inside, format!(" {field} 0 R]").as_bytes()].concat()
            }
        };
        Ok(self.page.1.with(b"Annots", &annotations))
    }

    /// Catalogue with the form and the permission that nothing may change any more.
    fn catalog_with(&self, seal: usize, field: usize) -> Result<Vec<u8>, Error> {
        // SigFlags 3: signatures exist; append only (12.7.2).
        let form = format!("<</Fields[{field} 0 R]/SigFlags 3>>");
        let with_form = self.catalog.1.with(b"AcroForm", form.as_bytes());
        let with_form = Dict::read(&with_form).ok_or(Error::ForeignPdf("каталог документа"))?;
        Ok(with_form.with(b"Perms", format!("<</DocMDP {seal} 0 R>>").as_bytes()))
    }

    fn trailer(&self, claims: &Claims) -> Result<Vec<u8>, Error> {
        let old = self.pdf.trailer();
        let ids = old.get(b"ID").and_then(syntax::array).filter(|ids| ids.len() == 2);
        let first = ids.ok_or(Error::ForeignPdf("нет /ID"))?[0];
        // The second identifier changes with every revision (14.4); from facts, so that the bytes repeat.
        let second = Digest::of(&[first, claims.sealed_at.to_rfc3339().as_bytes()].concat());
        let root = format!("{} 0 R", self.catalog.0);
        let mut trailer = format!("<</Size {}/Root {root}", self.size + 2).into_bytes();
        if let Some(info) = old.get(b"Info") {
            trailer.extend([b"/Info ", info].concat());
        }
        trailer.extend([b"/ID[", first, format!("<{}>]", hex(&second.0[..16])).as_bytes()].concat());
        trailer.extend(format!("/Prev {}>>", self.pdf.xref_at()).as_bytes());
        Ok(trailer)
    }
}

/// Lays out the revision for a container of `reserve` bytes; the gap is filled with zeros.
pub(super) fn lay_out(original: &[u8], claims: &Claims, reserve: usize) -> Result<Revision, Error> {
    let facts = Original::read(original)?;
    let (seal, field) = (facts.size, facts.size + 1);
    let mut sheet = Sheet { start: original.len(), bytes: b"\n".to_vec(), entries: Vec::new() };

    // The seal's object stands first: its offset tells where the original ends.
    sheet.open(seal);
    sheet.bytes.extend(seal_dictionary_head(claims).as_bytes());
    let range_at = sheet.bytes.len();
    sheet.bytes.extend([b' '; RANGE_WIDTH]);
    sheet.bytes.extend(b"]/Contents");
    let gap = sheet.bytes.len()..sheet.bytes.len() + 2 * reserve + 2;
    sheet.bytes.push(b'<');
    sheet.bytes.resize(gap.end - 1, b'0');
    sheet.bytes.extend(b">>>");
    sheet.close();

    sheet.object(field, &field_dictionary(seal, facts.page.0));
    sheet.object(facts.page.0, &facts.page_with(field)?);
    sheet.object(facts.catalog.0, &facts.catalog_with(seal, field)?);
    let mut bytes = sheet.finish(&facts.trailer(claims)?);

    let (before, after) = (original.len() + gap.start, original.len() + gap.end);
    let covered_after = original.len() + bytes.len() - after;
    let range = format!("0 {before} {after} {covered_after}");
    bytes[range_at..range_at + range.len()].copy_from_slice(range.as_bytes());
    Ok(Revision { bytes, gap })
}

/// Reads the claims of a seal's dictionary back.
pub(super) fn read_claims(seal: &Dict<'_>) -> Option<Claims> {
    let moment = String::from_utf8(syntax::string(seal.get(b"M")?)?).ok()?;
    let text = |key| seal.get(key).map_or(Some(String::new()), syntax::text);
    // `D:20251103120000+05'00'`: the apostrophes keep chrono from reading it as it stands.
    let sealed_at = DateTime::parse_from_str(&moment.replace('\'', ""), "D:%Y%m%d%H%M%S%z").ok()?;
    Some(Claims { sealed_at, reason: text(b"Reason")?, location: text(b"Location")? })
}

fn first_page<'a>(pdf: &Pdf<'a>, catalog: &Dict<'a>) -> Option<(usize, Dict<'a>)> {
    let mut number = catalog.reference(b"Pages")?;
    for _ in 0..DEEPEST_PAGE_TREE {
        let node = pdf.dict(number)?;
        if node.get(b"Type")? == b"/Page" {
            return Some((number, node));
        }
        number = syntax::reference(syntax::array(node.get(b"Kids")?)?.first()?)?;
    }
    None
}

/// The signature dictionary up to the numbers of its `/ByteRange` (12.8.1; ETSI EN 319 142-1 5.3).
fn seal_dictionary_head(claims: &Claims) -> String {
    let text =
        |key: &str, value: &str| if value.is_empty() { String::new() } else { format!("/{key}{}", utf16(value)) };
    let offset = claims.sealed_at.format("%z").to_string();
    let moment = format!("{}{}'{}'", claims.sealed_at.format("%Y%m%d%H%M%S"), &offset[..3], &offset[3..]);
    // DocMDP with P 1 certifies the document: viewers report every later change (12.8.2.2).
    format!(
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:{moment}){}{}\
         /Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]/ByteRange[",
        text("Reason", &claims.reason),
        text("Location", &claims.location),
    )
}

/// Field and annotation in one. It has no size, so PDF/A asks for no appearance (ISO 19005-3 6.3.3): what people see is
/// typeset. `/F 132`: print and locked.
fn field_dictionary(seal: usize, page: usize) -> Vec<u8> {
    let name = utf16(FIELD_NAME);
    format!("<</Type/Annot/Subtype/Widget/FT/Sig/T{name}/TU{name}/Rect[0 0 0 0]/F 132/P {page} 0 R/V {seal} 0 R>>")
        .into_bytes()
}

/// A text string in UTF-16BE, hexadecimal (7.9.2.2).
fn utf16(text: &str) -> String {
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    format!("<feff{}>", hex(&bytes))
}

/// Appended bytes as they grow, with the offsets of their objects.
struct Sheet {
    start: usize,
    bytes: Vec<u8>,
    /// Object number and offset in the file.
    entries: Vec<(usize, usize)>,
}

impl Sheet {
    fn open(&mut self, number: usize) {
        self.entries.push((number, self.start + self.bytes.len()));
        self.bytes.extend(format!("{number} 0 obj\n").as_bytes());
    }

    fn close(&mut self) {
        self.bytes.extend(b"\nendobj\n");
    }

    fn object(&mut self, number: usize, value: &[u8]) {
        self.open(number);
        self.bytes.extend_from_slice(value);
        self.close();
    }

    fn finish(mut self, trailer: &[u8]) -> Vec<u8> {
        let at = self.start + self.bytes.len();
        self.entries.sort_unstable();
        self.bytes.extend(b"xref\n");
        for (number, offset) in &self.entries {
            self.bytes.extend(format!("{number} 1\n{offset:010} 00000 n\r\n").as_bytes());
        }
        self.bytes.extend([b"trailer\n", trailer, format!("\nstartxref\n{at}\n%%EOF\n").as_bytes()].concat());
        self.bytes
    }
}
