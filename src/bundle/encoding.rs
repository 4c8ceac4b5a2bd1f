//! Bytes to text: UTF-8, and a guess at what else it may be. Floor 1.
//!
//! Guesses only to say it: a file in another encoding is refused, never converted behind the user's back.

/// Bytes that are not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUtf8 {
    /// Line of the first foreign byte, from 1.
    pub line: u32,
    /// What the file looks like: `Windows-1251`, `UTF-16`, or nothing that can be named.
    pub looks_like: Option<&'static str>,
    /// The first foreign words read in that encoding, to be recognised by eye; empty when there is no guess.
    pub reads: String,
}

/// Longest piece shown to the user, in characters.
const SHOWN_CHARACTERS: usize = 30;

/// The text of a file, without its byte order mark.
pub fn text(bytes: &[u8]) -> Result<&str, NotUtf8> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(NotUtf8 { line: 1, looks_like: Some("UTF-16"), reads: String::new() });
    }
    std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))
}

fn not_utf8(bytes: &[u8], at: usize) -> NotUtf8 {
    let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u32;
    let starts = bytes[..at].iter().rposition(|byte| matches!(byte, b'\n' | b',' | b';' | b'"')).map_or(0, |i| i + 1);
    let piece: &[u8] =
        bytes[starts..].split(|byte| matches!(byte, b'\n' | b'\r' | b',' | b';' | b'"')).next().unwrap_or(&[]);
    let foreign: Vec<u8> = piece.iter().copied().filter(|byte| *byte >= 0x80).collect();
    // In Windows-1251 Russian letters are C0-FF, A8 and B8; a damaged UTF-8 text is half 80-BF.
    let letters = foreign.iter().filter(|byte| **byte >= 0xC0 || matches!(byte, 0xA8 | 0xB8)).count();
    let is_1251 = letters * 5 >= foreign.len() * 4;
    let reads = if is_1251 {
        piece.iter().take(SHOWN_CHARACTERS).map(|byte| from_1251(*byte)).collect()
    } else {
        String::new()
    };
    NotUtf8 { line, looks_like: is_1251.then_some("Windows-1251"), reads }
}

/// The Russian part of Windows-1251; what is not needed to recognise a word becomes «·».
fn from_1251(byte: u8) -> char {
    match byte {
        0xC0..=0xFF => char::from_u32(u32::from('А') + u32::from(byte - 0xC0)).unwrap_or('·'),
        0xA8 => 'Ё',
        0xB8 => 'ё',
        0xAB => '«',
        0xBB => '»',
        0xB9 => '№',
        0x20..=0x7E => char::from(byte),
        _ => '·',
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(text(b"\xEF\xBB\xBFid"), Ok("id"));
        assert_eq!(text("імя".as_bytes()), Ok("імя"));
    }

    #[test]
    fn windows_1251_is_named_with_the_line_and_the_word() {
        let bytes = b"id,surname\nL1,\xDF\xF8\xEC\xEE\xE2,\xC8\xE2\xE0\xED\n";
        let expected = NotUtf8 { line: 2, looks_like: Some("Windows-1251"), reads: "Яшмов".to_owned() };
        assert_eq!(text(bytes), Err(expected));
    }

    #[test]
    fn a_cut_letter_is_not_taken_for_windows_1251() {
        let mut bytes = "id\nЯшмов".as_bytes().to_vec();
        bytes.remove(5);
        let error = text(&bytes).unwrap_err();
        assert_eq!((error.line, error.looks_like), (2, None));
    }

    #[test]
    fn utf_16_is_named() {
        assert_eq!(text(b"\xFF\xFEi\0d\0").unwrap_err().looks_like, Some("UTF-16"));
    }
}
