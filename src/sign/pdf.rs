//! Reads the few PDF objects that the seal and the attachments need, straight from the bytes (ISO 32000-1 7). Floor 1.
//!
//! Not a PDF library: it reads files as the typesetter writes them (cross-reference tables, no object streams, no
//! encryption) and says no to the rest. It must never repair, guess or load a whole document: a sealed file of a
//! megabyte is answered from a few hundred bytes.

use super::Error;

/// Deepest nesting of arrays and dictionaries that is followed; typeset files have about six.
const DEEPEST: usize = 64;
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

/// A dictionary: its keys and the bytes of its values, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dict<'a> {
    /// All bytes from `<<` to `>>`.
    pub(super) bytes: &'a [u8],
    entries: Vec<(&'a [u8], &'a [u8])>,
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
        if &entry[10..18] == b" 00000 n" { digits(&entry[..10]) } else { None }
    }
}

impl<'a> Dict<'a> {
    /// Reads a dictionary that fills the bytes; a key given twice makes it unreadable.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let inside = bytes.strip_prefix(b"<<")?.strip_suffix(b">>")?;
        let mut cursor = Cursor { bytes: inside, at: 0 };
        let mut entries: Vec<(&[u8], &[u8])> = Vec::new();
        loop {
            cursor.skip_space();
            if cursor.at == inside.len() {
                break;
            }
            let key = cursor.value()?.strip_prefix(b"/")?;
            if entries.iter().any(|(known, _)| *known == key) {
                return None;
            }
            entries.push((key, cursor.operand()?));
        }
        Some(Self { bytes, entries })
    }

    /// Bytes of a value.
    pub(super) fn get(&self, key: &[u8]) -> Option<&'a [u8]> {
        self.entries.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    /// The dictionary written again with one value replaced or added.
    pub(super) fn with(&self, key: &[u8], value: &[u8]) -> Vec<u8> {
        let mut bytes = b"<<".to_vec();
        let mut entry = |key: &[u8], value: &[u8]| {
            bytes.push(b'/');
            bytes.extend_from_slice(key);
            if value.first().is_some_and(|byte| is_regular(*byte)) {
                bytes.push(b' ');
            }
            bytes.extend_from_slice(value);
        };
        for (known, old) in &self.entries {
            entry(known, if *known == key { value } else { old });
        }
        if self.get(key).is_none() {
            entry(key, value);
        }
        bytes.extend_from_slice(b">>");
        bytes
    }

    /// The number that a value refers to.
    pub(super) fn reference(&self, key: &[u8]) -> Option<usize> {
        reference(self.get(key)?)
    }
}

/// Elements of an array that fills the bytes.
pub(super) fn array(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let inside = bytes.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let mut cursor = Cursor { bytes: inside, at: 0 };
    let mut elements = Vec::new();
    loop {
        cursor.skip_space();
        if cursor.at == inside.len() {
            return Some(elements);
        }
        elements.push(cursor.operand()?);
    }
}

/// The object number of `n 0 R`.
pub(super) fn reference(bytes: &[u8]) -> Option<usize> {
    let mut cursor = Cursor { bytes, at: 0 };
    let number = cursor.number()?;
    (cursor.number()? == 0 && bytes[cursor.at..].trim_ascii() == b"R").then_some(number)
}

/// A whole non-negative number that fills the bytes.
pub(super) fn integer(bytes: &[u8]) -> Option<usize> {
    digits(bytes.trim_ascii())
}

/// The bytes that a literal or hexadecimal string stands for (7.3.4).
pub(super) fn string(bytes: &[u8]) -> Option<Vec<u8>> {
    if let Some(inside) = bytes.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")) {
        return crate::domain::canon::unhex(std::str::from_utf8(inside).ok()?);
    }
    let inside = bytes.strip_prefix(b"(")?.strip_suffix(b")")?;
    let mut text = Vec::with_capacity(inside.len());
    let mut rest = inside.iter().copied();
    while let Some(byte) = rest.next() {
        text.push(match byte {
            b'\\' => unescape(rest.next()?, &mut rest)?,
            other => other,
        });
    }
    Some(text)
}

/// The text of a text string (7.9.2.2): UTF-16BE or UTF-8 with their marks, or ASCII.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let bytes = string(bytes)?;
    if let Some(wide) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        let units: Vec<u16> =
            wide.chunks(2).map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?))).collect::<Option<_>>()?;
        return String::from_utf16(&units).ok();
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(&bytes);
    String::from_utf8(bytes.to_vec()).ok()
}

fn unescape(byte: u8, rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    match byte {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'b' => Some(8),
        b'f' => Some(12),
        b'(' | b')' | b'\\' => Some(byte),
        // Three digits always: the typesetter writes no shorter octal code.
        b'0'..=b'3' => {
            let octal = |b: u8| (b'0'..=b'7').contains(&b).then_some(b - b'0');
            Some(octal(byte)? << 6 | octal(rest.next()?)? << 3 | octal(rest.next()?)?)
        }
        _ => None,
    }
}

fn digits(bytes: &[u8]) -> Option<usize> {
    // Twelve digits reach a terabyte; the reader never needs more.
    if bytes.is_empty() || bytes.len() > 12 {
        return None;
    }
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + usize::from(byte - b'0')))
}

/// Last place of a word.
pub(super) fn rfind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|window| window == word)
}

/// A place in bytes from which tokens are read.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    /// A whole number after white space.
    fn number(&mut self) -> Option<usize> {
        self.skip_space();
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        digits(self.bytes.get(start..self.at)?)
    }

    /// One value, or a reference `n 0 R`, which is three tokens.
    fn operand(&mut self) -> Option<&'a [u8]> {
        self.skip_space();
        let start = self.at;
        let value = self.value()?;
        if digits(value).is_some() {
            let end = self.at;
            if self.number().is_some() {
                self.skip_space();
                if self.word(b"R").is_some() && self.peek().is_none_or(|byte| !is_regular(byte)) {
                    return self.bytes.get(start..self.at);
                }
            }
            self.at = end;
        }
        Some(value)
    }

    /// One value: number, name, word, string, array, dictionary.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.skip_space();
        let start = self.at;
        self.skip_value(DEEPEST)?;
        self.bytes.get(start..self.at)
    }

    fn skip_value(&mut self, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.skip_space();
        match self.peek()? {
            b'<' if self.word(b"<<").is_some() => self.skip_until(b">>", depth),
            b'<' => self.skip_hexadecimal(),
            b'[' => {
                self.at += 1;
                self.skip_until(b"]", depth)
            }
            b'(' => self.skip_literal(),
            b'/' => {
                self.at += 1;
                self.skip_regular();
                Some(())
            }
            byte if is_regular(byte) => {
                self.skip_regular();
                Some(())
            }
            _ => None,
        }
    }

    fn skip_until(&mut self, close: &[u8], depth: usize) -> Option<()> {
        loop {
            self.skip_space();
            if self.word(close).is_some() {
                return Some(());
            }
            self.skip_value(depth)?;
        }
    }

    fn skip_hexadecimal(&mut self) -> Option<()> {
        self.at += 1;
        while self.peek()?.is_ascii_hexdigit() {
            self.at += 1;
        }
        self.word(b">")
    }

    fn skip_literal(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                b'\\' => self.at += 1,
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(());
            }
        }
    }

    fn skip_regular(&mut self) {
        while self.peek().is_some_and(is_regular) {
            self.at += 1;
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}
