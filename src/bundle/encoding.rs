//! Bytes to text: UTF-8, or the Windows-1251 of Russian offices. Floor 1.
//!
//! UTF-8 is told by its own rules. What is not UTF-8 is Windows-1251 only when it reads as Russian; anything else is refused with a guess,
//! never converted behind the user's back.

use std::borrow::Cow;
use std::collections::HashSet;

use encoding_rs::{Encoding, IBM866, KOI8_R, WINDOWS_1251};

/// How a file's text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Written {
    /// UTF-8.
    #[serde(rename = "UTF-8")]
    Utf8,
    /// UTF-8 with a byte order mark, as Excel's «CSV UTF-8» has it.
    #[serde(rename = "UTF-8 BOM")]
    Utf8Bom,
    /// Windows-1251, as Excel's plain «CSV» has it.
    #[serde(rename = "windows-1251")]
    Windows1251,
}

impl Written {
    /// The words for people.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 с меткой BOM",
            Self::Windows1251 => "Windows-1251",
        }
    }
}

/// Bytes that are neither UTF-8 nor Russian Windows-1251.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Line of the first foreign byte, from 1.
    pub line: u32,
    /// What the file looks like: `KOI8-R`, `CP866`, `UTF-16`, or nothing that can be named.
    pub looks_like: Option<&'static str>,
    /// The first foreign words read in that encoding, to be recognised by eye; empty when there is no guess.
    pub reads: String,
}

impl Unreadable {
    /// What is wrong, in words.
    pub fn as_russian(&self) -> String {
        let guess = match (self.looks_like, self.reads.is_empty()) {
            (Some(name), false) => format!("; похоже на {name}: там читается «{}»", self.reads),
            (Some(name), true) => format!("; похоже на {name}"),
            (None, _) => String::new(),
        };
        format!("файл не в кодировке UTF-8 и не в Windows-1251, строка {}{guess}", self.line)
    }
}

/// Longest piece shown to the user, in characters.
const SHOWN_CHARACTERS: usize = 30;
/// Letters below which frequencies say nothing.
const ENOUGH_LETTERS: usize = 40;
/// The ten commonest letters are two thirds of Russian text (66.9 %, national corpus) and a quarter of KOI8-R misread as Windows-1251;
/// lists of names keep above one half.
const COMMON_PERCENT: usize = 40;
/// Difference that decides nothing, in percent: a list of few short words may lean either way.
const TIE_PERCENT: usize = 10;
/// The ten commonest letters of Russian.
const COMMON: &str = "оеаинтсрвл";

/// The text of a file without its byte order mark, and how it was written.
pub fn text(bytes: &[u8]) -> Result<(Cow<'_, str>, Written), Unreadable> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(Unreadable { line: 1, looks_like: Some("UTF-16"), reads: String::new() });
    }
    let (rest, written) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, Written::Utf8Bom),
        None => (bytes, Written::Utf8),
    };
    match std::str::from_utf8(rest) {
        Ok(text) => Ok((Cow::Borrowed(text), written)),
        Err(error) => match read_as(WINDOWS_1251, rest).filter(|_| written == Written::Utf8) {
            Some(text) => Ok((Cow::Owned(text), Written::Windows1251)),
            None => Err(unreadable(rest, error.valid_up_to())),
        },
    }
}

/// A text as Windows-1251; characters that it does not have become `?`, as Excel writes them.
pub fn to_windows_1251(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut letter_text = [0_u8; 4];
    for letter in text.chars() {
        let (encoded, _, had_errors) = WINDOWS_1251.encode(letter.encode_utf8(&mut letter_text));
        if had_errors { bytes.push(b'?') } else { bytes.extend_from_slice(&encoded) }
    }
    bytes
}

/// The text in an encoding, when it then reads as Russian, and no less so than in KOI8-R: small letters of the one are capitals of the
/// other, so a list in either looks like letters in both.
fn read_as(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let (text, _, had_errors) = encoding.decode(bytes);
    let share = russian_percent(&text).filter(|_| !had_errors)?;
    let rival = russian_percent(&KOI8_R.decode(bytes).0).unwrap_or(0);
    (encoding == KOI8_R || share + TIE_PERCENT >= rival).then(|| text.into_owned())
}

/// How much of the words the commonest letters are, in percent; nothing for a text with other than Russian letters and what stands beside
/// them in print, or of words written lIKE tHIS, or too unlike Russian.
fn russian_percent(text: &str) -> Option<usize> {
    let foreign = |letter: char| !letter.is_ascii() && !is_letter(letter) && !is_print(letter);
    if text.chars().any(foreign) {
        return None;
    }
    // Each word once: ten thousand «Б» of a list of absences say no more than one.
    let words: HashSet<&str> = text.split(|letter: char| !is_letter(letter)).filter(|word| !word.is_empty()).collect();
    let is_turned = |word: &&&str| {
        let letters: Vec<char> = word.chars().collect();
        letters.windows(2).any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase())
    };
    let turned = words.iter().filter(is_turned).count();
    let letters = || words.iter().flat_map(|word| word.chars()).flat_map(char::to_lowercase);
    let (all, common) = (letters().count(), letters().filter(|letter| COMMON.contains(*letter)).count());
    let is_usual = all < ENOUGH_LETTERS || common * 100 >= all * COMMON_PERCENT;
    (all > 0 && turned * 20 <= words.len() && is_usual).then(|| common * 100 / all)
}

fn is_letter(letter: char) -> bool {
    matches!(letter, 'А'..='я' | 'Ё' | 'ё')
}

/// Signs that Russian typing puts between letters.
fn is_print(letter: char) -> bool {
    matches!(
        letter,
        '«' | '»'
            | '№'
            | '—'
            | '–'
            | '…'
            | '„'
            | '“'
            | '”'
            | '‘'
            | '’'
            | '\u{A0}'
            | '§'
            | '°'
            | '±'
            | '·'
            | '•'
            | '‹'
            | '›'
    )
}

fn unreadable(bytes: &[u8], at: usize) -> Unreadable {
    let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u32;
    let guesses = [("KOI8-R", KOI8_R), ("CP866", IBM866)];
    let guess = guesses.into_iter().find(|(_, encoding)| read_as(encoding, bytes).is_some());
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r' | b',' | b';' | b'"');
    let starts = bytes[..at].iter().rposition(is_end).map_or(0, |index| index + 1);
    let piece = bytes[starts..].split(is_end).next().unwrap_or(&[]);
    let reads = guess
        .map_or_else(String::new, |(_, encoding)| encoding.decode(piece).0.chars().take(SHOWN_CHARACTERS).collect());
    Unreadable { line, looks_like: guess.map(|(name, _)| name), reads }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(text(b"\xEF\xBB\xBFid"), Ok(("id".into(), Written::Utf8Bom)));
        assert_eq!(text("імя".as_bytes()), Ok(("імя".into(), Written::Utf8)));
    }

    #[test]
    fn windows_1251_is_read_when_it_is_russian() {
        let bytes = b"id;surname\r\nL1;\xDF\xF8\xEC\xEE\xE2;\xC8\xE2\xE0\xED\r\n";
        assert_eq!(text(bytes), Ok(("id;surname\r\nL1;Яшмов;Иван\r\n".into(), Written::Windows1251)));
        let all = "Ёлкин «Роза» № 5 — 6Б";
        assert_eq!(text(&to_windows_1251(all)).unwrap().0, all);
    }

    #[test]
    fn koi8_and_the_dos_page_are_named_and_not_read_as_something_else() {
        let names = "id,surname\nL1,Берёзов\nL2,Гранитова\nL3,Опалова\nL4,Яшмова\n";
        for (name, encoding) in [("KOI8-R", KOI8_R), ("CP866", IBM866)] {
            let (bytes, _, _) = encoding.encode(names);
            let expected = Unreadable { line: 2, looks_like: Some(name), reads: "Берёзов".to_owned() };
            assert_eq!(text(&bytes), Err(expected));
        }
        // Small letters of KOI8-R are capitals of Windows-1251: frequencies tell them apart.
        let (small, _, _) = KOI8_R.encode("контрольная работа по теме обыкновенные дроби и проценты");
        assert_eq!(text(&small).unwrap_err().looks_like, Some("KOI8-R"));
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

    #[test]
    fn a_sign_that_windows_1251_does_not_have_becomes_a_question_mark() {
        assert_eq!(to_windows_1251("а😀б"), b"\xE0?\xE1");
    }
}
