//! Says whether JSON text is canonical without writing them again. Floor 0.
//!
//! Parsing a snapshot, writing it back and comparing took most of the time of a verification. What `to_bytes` writes of our types
//! (integers, strings, keys that are plain ASCII words) can be told from the bytes alone in one pass, and the canonical bytes of a part
//! are then a piece of the canonical bytes of the whole. A value of ours that parses from bytes accepted here is written back as
//! exactly those bytes; a test compares both ways over thousands of spoilt texts.

/// Deepest nesting that is followed; `serde_json` stops at the same depth.
const DEEPEST: usize = 128;
/// 2^53 has sixteen digits; a longer integer would not survive RFC 8785.
const MOST_DIGITS: usize = 15;

/// Is this text one value as `to_bytes` writes it?
pub fn is_canonical(text: &str) -> bool {
    whole(text, Scanner::value).is_some()
}

/// The members of a canonical object: key and canonical text of the value; `None` when it is no such object.
pub fn members(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut members = Vec::new();
    whole(text, |scanner| scanner.object(|key, value| members.push((key, value))))?;
    Some(members)
}

/// The canonical texts of the elements of a canonical array; `None` when it is no such array.
pub fn elements(text: &str) -> Option<Vec<&str>> {
    let mut elements = Vec::new();
    whole(text, |scanner| scanner.array(|value| elements.push(value)))?;
    Some(elements)
}

/// The members of a canonical object, and the canonical texts of the elements of the one member named, which must be an array; one pass over
/// the text, where [`members`] and [`elements`] would take two.
pub fn elements_of<'a>(text: &'a str, member: &str) -> Option<Vec<&'a str>> {
    let mut elements = None;
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0, depth: 0 };
    scanner.members(|scanner, key| {
        if key != member {
            return scanner.value();
        }
        let mut found = Vec::new();
        scanner.array(|element| found.push(element))?;
        elements = Some(found);
        Some(())
    })?;
    elements.filter(|_| scanner.at == text.len())
}

fn whole<'a>(text: &'a str, scan: impl FnOnce(&mut Scanner<'a>) -> Option<()>) -> Option<()> {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0, depth: 0 };
    scan(&mut scanner)?;
    (scanner.at == text.len()).then_some(())
}

/// A place in a text. Every step ends before or after an ASCII byte, so each piece is a text again.
struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found.then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let found = self.bytes[self.at..].starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found.then_some(())
    }

    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' => self.object(|_, _| {}),
            b'[' => self.array(|_| {}),
            b'"' => self.string().map(drop),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.integer(),
        }
    }

    /// A value and its text.
    fn piece(&mut self) -> Option<&'a str> {
        let from = self.at;
        self.value()?;
        self.text.get(from..self.at)
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= DEEPEST).then_some(())
    }

    fn object(&mut self, mut member: impl FnMut(&'a str, &'a str)) -> Option<()> {
        self.members(|scanner, key| {
            member(key, scanner.piece()?);
            Some(())
        })
    }

    /// An object whose values are read by whoever asks.
    fn members(&mut self, mut read: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.deeper()?;
        self.take(b'{')?;
        let mut before: Option<&str> = None;
        while self.peek()? != b'}' {
            if before.is_some() {
                self.take(b',')?;
            }
            let key = self.string().filter(|key| key.is_ascii() && !key.contains('\\'))?;
            // Among ASCII words the order of bytes is that of UTF-16 units (RFC 8785 3.2.3).
            if before.is_some_and(|before| before >= key) {
                return None;
            }
            before = Some(key);
            self.take(b':')?;
            read(self, key)?;
        }
        self.depth -= 1;
        self.take(b'}')
    }

    fn array(&mut self, mut element: impl FnMut(&'a str)) -> Option<()> {
        self.deeper()?;
        self.take(b'[')?;
        let mut first = true;
        while self.peek()? != b']' {
            if !first {
                self.take(b',')?;
            }
            first = false;
            element(self.piece()?);
        }
        self.depth -= 1;
        self.take(b']')
    }

    fn integer(&mut self) -> Option<()> {
        let negative = self.take(b'-').is_some();
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = &self.bytes[from..self.at];
        let minimal = match digits {
            [] => false,
            [b'0'] => !negative,
            [first, ..] => *first != b'0' && digits.len() <= MOST_DIGITS,
        };
        minimal.then_some(())
    }

    /// A string; its text between the quotes, escapes and all.
    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let from = self.at;
        loop {
            // Nearly every byte of a snapshot is plain text inside a string: this search is the whole cost of a scan.
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            self.at += self.bytes[self.at..].iter().position(special)?;
            match self.bytes[self.at] {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
        self.at += 1;
        self.text.get(from..self.at - 1)
    }

    /// The only escapes that RFC 8785 3.2.2.2 writes: seven short ones, and `\u00xx` for the other control characters.
    fn escape(&mut self) -> Option<()> {
        self.at += 1;
        match self.peek()? {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                let digits = self.bytes.get(self.at + 1..self.at + 5)?;
                let [b'0', b'0', high @ (b'0' | b'1'), low] = digits else { return None };
                let short = *high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
                if short || !matches!(low, b'0'..=b'9' | b'a'..=b'f') {
                    return None;
                }
                self.at += 5;
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::domain::canon::to_bytes;

    /// The slow way: parse, write, compare.
    fn rewritten(bytes: &[u8]) -> bool {
        serde_json::from_slice::<Value>(bytes).is_ok_and(|value| to_bytes(&value) == bytes)
    }

    /// All characters that are written in a way of their own, and some that are not.
    const TEXT: &str = "{\"a\":[1,-20,0,\"Ё\\b\\f\\n\\r\\t\\\"\\\\ \u{7f}\u{2028}/\\u0000\\u000b\\u001f\"],\"b\":{},\"c\":[],\"d\":{\"x\":true,\"y\":null}}";

    #[test]
    fn what_is_written_is_canonical() {
        assert!(rewritten(TEXT.as_bytes()) && is_canonical(TEXT));
    }

    #[test]
    fn any_byte_replaced_by_any_other_is_judged_as_writing_it_again_would() {
        let text = TEXT.as_bytes();
        for at in 0..text.len() {
            for byte in 0..=255 {
                let mut spoilt = text.to_vec();
                spoilt[at] = byte;
                // The scanner is for plain ASCII keys and integers; there it may refuse more, and never accepts more.
                let fast = std::str::from_utf8(&spoilt).is_ok_and(is_canonical);
                let slow = rewritten(&spoilt);
                assert!(slow || !fast, "{}", String::from_utf8_lossy(&spoilt));
            }
        }
    }

    #[test]
    fn white_space_order_doubled_keys_and_other_spellings_are_refused() {
        for text in [
            "{ }",
            "[1, 2]",
            "{\"b\":1,\"a\":2}",
            "{\"a\":1,\"a\":2}",
            "[01]",
            "[-0]",
            "[1.0]",
            "[1e3]",
            "[+1]",
            "[\"\\/\"]",
            "[\"\\u0041\"]",
            "[\"\\u001F\"]",
            "[\"\\u000a\"]",
            "[1]\n",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "[\"\n\"]",
            "",
            "[",
            "{\"a\":1",
        ] {
            assert!(!is_canonical(text), "{text}");
        }
        assert!(!is_canonical(&"[".repeat(200)));
    }

    #[test]
    fn the_canonical_bytes_of_a_part_are_a_piece_of_the_whole() {
        let members = members(TEXT).expect("an object");
        assert_eq!(members.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        assert_eq!(elements(members[0].1).expect("an array")[1], "-20");
        for (key, value) in &members {
            assert_eq!(elements_of(TEXT, key), elements(value), "{key}: in one pass as in two");
        }
        assert_eq!(elements_of(TEXT, "e"), None);
        assert_eq!(elements_of(&format!("{TEXT} "), "a"), None);
        assert_eq!(members[3].1, "{\"x\":true,\"y\":null}");
        assert_eq!(elements(members[3].1), None);
    }

    proptest! {
        #[test]
        fn any_text_of_ours_is_accepted(texts in prop::collection::vec(any::<String>(), 0..5), number in -1000_i64..1_000_000) {
            let text = crate::domain::canon::to_text(&serde_json::json!({"texts": texts, "number": number}));
            prop_assert!(is_canonical(&text));
        }
    }
}
