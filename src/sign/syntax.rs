//! Values of PDF as bytes: dictionaries, arrays, strings, references (ISO 32000-1 7.3). Floor 1.
//!
//! A value is handed about as the bytes that spell it; only what is asked for is read further. It must never accept what
//! two readers could take differently: a key given twice, a reference of another generation, nesting without end.

/// Deepest nesting of arrays and dictionaries that is followed; typeset files have about six.
const DEEPEST: usize = 64;
/// Most keys of a dictionary that is read; a typeset one has about twelve.
const MOST_KEYS: usize = 256;

/// A dictionary: its keys and the bytes of its values, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dict<'a> {
    /// All bytes from `<<` to `>>`.
    pub(super) bytes: &'a [u8],
    entries: Vec<(&'a [u8], &'a [u8])>,
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
            if entries.len() == MOST_KEYS || entries.iter().any(|(known, _)| *known == key) {
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

/// A whole non-negative number, digits only.
pub(super) fn digits(bytes: &[u8]) -> Option<usize> {
    // Twelve digits reach a terabyte; the reader never needs more.
    if bytes.is_empty() || bytes.len() > 12 {
        return None;
    }
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + usize::from(byte - b'0')))
}

/// A place in bytes from which tokens are read.
pub(super) struct Cursor<'a> {
    /// All bytes.
    pub(super) bytes: &'a [u8],
    /// Where the next token begins.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over white space (7.2.2); comments are not read.
    pub(super) fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Passes over a word that must stand here.
    pub(super) fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    /// A whole number after white space.
    pub(super) fn number(&mut self) -> Option<usize> {
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
    pub(super) fn value(&mut self) -> Option<&'a [u8]> {
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
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_mean_what_they_are_escaped_as() {
        assert_eq!(string(br"(a\(b\)\\(c)\101\n)").as_deref(), Some(&b"a(b)\\(c)A\n"[..]));
        assert_eq!(string(b"<feff0041>").as_deref(), Some(&[0xFE, 0xFF, 0, 0x41][..]));
        assert_eq!(text("<feff041f>".as_bytes()).as_deref(), Some("П"));
        assert_eq!(text(b"<feff041>"), None);
        assert_eq!(string(br"(\)"), None);
    }

    #[test]
    fn a_reference_is_three_tokens_and_a_number_is_one() {
        assert_eq!(array(b"[1 0 R 2 0 3 0 R/N(])]"), Some(vec![&b"1 0 R"[..], b"2", b"0", b"3 0 R", b"/N", b"(])"]));
        assert_eq!(reference(b"12 0 R"), Some(12));
        assert_eq!(reference(b"12 1 R"), None);
        assert_eq!(integer(b" 7\n"), Some(7));
        assert_eq!(integer(b"-7"), None);
    }

    #[test]
    fn a_key_given_twice_makes_a_dictionary_unreadable() {
        let dict = Dict::read(b"<</A 1/B<</A(>>)>>/C[<<>>]>>");
        assert_eq!(dict.as_ref().and_then(|dict| dict.get(b"B")), Some(&b"<</A(>>)>>"[..]));
        assert_eq!(dict.map(|dict| dict.with(b"A", b"2 0 R")), Some(b"<</A 2 0 R/B<</A(>>)>>/C[<<>>]>>".to_vec()));
        assert_eq!(Dict::read(b"<</A 1/A 2>>"), None);
        assert_eq!(Dict::read(b"<</A>>"), None);
    }

    #[test]
    fn nesting_without_end_is_refused() {
        assert_eq!(array(&[b'['; 10_000]), None);
        let deep = [vec![b'['; 100], vec![b']'; 100]].concat();
        assert_eq!(array(&deep), None);
    }
}
