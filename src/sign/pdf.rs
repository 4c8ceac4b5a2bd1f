//! Reads the few PDF objects that the seal and the attachments need, straight from the bytes (ISO 32000-1 7). Floor 1.
//!
//! Not a PDF library: it reads files as the typesetter writes them (cross-reference tables, no object streams, no
//! encryption) and says no to the rest. It must never repair, guess or load a whole document: a sealed file of a
//! megabyte is answered from a few hundred bytes.

use super::Error;
use super::syntax::{self, Cursor, Dict, integer, reference};

/// Most revisions that are followed by `/Prev`; ours have two.
const MOST_REVISIONS: usize = 8;
/// Bytes of one entry of a cross-reference table (7.5.4).
const ENTRY: usize = 20;
/// How far from the end `startxref` may stand: the word, a number of ten digits, `%%EOF`, line ends.
const TAIL: usize = 48;

/// A PDF file opened at its last revision.
pub(super) struct Pdf<'a> {
    bytes: &'a [u8],
    revisions: Vec<Revision<'a>>,
}

/// One cross-reference table with its trailer.
struct Revision<'a> {
    /// Where the table stands: byte offset.
    at: usize,
    sections: Vec<Section<'a>>,
    trailer: Dict<'a>,
}

struct Section<'a> {
    first: usize,
    entries: &'a [u8],
}

impl<'a> Pdf<'a> {
    /// Opens the file at its last `startxref`.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        if !bytes.starts_with(b"%PDF-") {
            return Err(Error::ForeignPdf("не начинается с %PDF-"));
        }
        let tail_at = bytes.len().saturating_sub(TAIL);
        let word = rfind(&bytes[tail_at..], b"startxref").ok_or(Error::ForeignPdf("в конце нет startxref"))?;
        let mut cursor = Cursor { bytes, at: tail_at + word + b"startxref".len() };
        let mut next = Some(cursor.number().ok_or(Error::ForeignPdf("startxref без числа"))?);
        cursor.skip_space();
        if !matches!(&bytes[cursor.at..], b"%%EOF" | b"%%EOF\n" | b"%%EOF\r\n") {
            return Err(Error::ForeignPdf("файл не кончается на %%EOF"));
        }
        let mut revisions: Vec<Revision<'a>> = Vec::new();
        while let Some(at) = next {
            // Each revision lies before the one that follows it, which also ends any loop.
            if revisions.len() == MOST_REVISIONS || revisions.last().is_some_and(|later| later.at <= at) {
                return Err(Error::ForeignPdf("ревизии файла не по порядку"));
            }
            let revision = Revision::read(bytes, at).ok_or(Error::ForeignPdf("нет таблицы перекрёстных ссылок"))?;
            next = match revision.trailer.get(b"Prev") {
                Some(value) => Some(integer(value).ok_or(Error::ForeignPdf("/Prev не число"))?),
                None => None,
            };
            revisions.push(revision);
        }
        Ok(Self { bytes, revisions })
    }

    /// Number of revisions: 1 for a file never updated.
    pub(super) fn revisions(&self) -> usize {
        self.revisions.len()
    }

    /// Trailer of the last revision.
    pub(super) fn trailer(&self) -> &Dict<'a> {
        &self.revisions[0].trailer
    }

    /// Offset of the last cross-reference table.
    pub(super) fn xref_at(&self) -> usize {
        self.revisions[0].at
    }

    /// Offset of an object of generation 0, as the latest table that knows it says.
    pub(super) fn offset(&self, number: usize) -> Option<usize> {
        self.revisions.iter().flat_map(|revision| &revision.sections).find_map(|section| section.offset(number))
    }

    /// The bytes of an object's value (for a stream: its dictionary).
    pub(super) fn object(&self, number: usize) -> Option<&'a [u8]> {
        let mut cursor = self.body(number)?;
        cursor.value()
    }

    /// An object that is a dictionary.
    pub(super) fn dict(&self, number: usize) -> Option<Dict<'a>> {
        Dict::read(self.object(number)?)
    }

    /// A stream's dictionary and its bytes as they stand.
    pub(super) fn stream(&self, number: usize) -> Option<(Dict<'a>, &'a [u8])> {
        let mut cursor = self.body(number)?;
        let dict = Dict::read(cursor.value()?)?;
        let length = integer(self.resolve(dict.get(b"Length")?)?)?;
        cursor.skip_space();
        cursor.word(b"stream")?;
        let rest = &self.bytes[cursor.at..];
        let start = cursor.at
            + if rest.starts_with(b"\r\n") {
                2
            } else if rest.starts_with(b"\n") {
                1
            } else {
                return None;
            };
        let end = start.checked_add(length)?;
        let content = self.bytes.get(start..end)?;
        let mut after = Cursor { bytes: self.bytes, at: end };
        after.skip_space();
        after.word(b"endstream")?;
        Some((dict, content))
    }

    /// A value, or the object that it refers to.
    pub(super) fn resolve(&self, value: &'a [u8]) -> Option<&'a [u8]> {
        match reference(value) {
            Some(number) => self.object(number),
            None => Some(value),
        }
    }

    /// The document catalogue: number and dictionary.
    pub(super) fn catalog(&self) -> Option<(usize, Dict<'a>)> {
        let number = reference(self.trailer().get(b"Root")?)?;
        Some((number, self.dict(number)?))
    }

    /// A cursor after `number 0 obj`.
    fn body(&self, number: usize) -> Option<Cursor<'a>> {
        let mut cursor = Cursor { bytes: self.bytes, at: self.offset(number)? };
        if cursor.number()? != number || cursor.number()? != 0 {
            return None;
        }
        cursor.skip_space();
        cursor.word(b"obj")?;
        Some(cursor)
    }
}

impl<'a> Revision<'a> {
    fn read(bytes: &'a [u8], at: usize) -> Option<Self> {
        let mut cursor = Cursor { bytes, at };
        cursor.word(b"xref")?;
        let mut sections = Vec::new();
        loop {
            cursor.skip_space();
            if cursor.word(b"trailer").is_some() {
                break;
            }
            let (first, count) = (cursor.number()?, cursor.number()?);
            cursor.skip_space();
            let end = cursor.at.checked_add(count.checked_mul(ENTRY)?)?;
            sections.push(Section { first, entries: bytes.get(cursor.at..end)? });
            cursor.at = end;
        }
        Some(Self { at, sections, trailer: Dict::read(cursor.value()?)? })
    }
}

impl Section<'_> {
    fn offset(&self, number: usize) -> Option<usize> {
        let at = number.checked_sub(self.first)?.checked_mul(ENTRY)?;
        let entry = self.entries.get(at..at.checked_add(ENTRY)?)?;
        // `nnnnnnnnnn 00000 n`: in use, generation 0.
        if &entry[10..18] == b" 00000 n" { syntax::digits(&entry[..10]) } else { None }
    }
}

/// Last place of a word.
pub(super) fn rfind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_that_lead_back_to_themselves_are_refused() {
        let file = b"%PDF-1.7\nxref\n0 0\ntrailer\n<</Size 1/Prev 9>>\nstartxref\n9\n%%EOF";
        assert!(matches!(Pdf::open(file), Err(Error::ForeignPdf("ревизии файла не по порядку"))));
    }
}
