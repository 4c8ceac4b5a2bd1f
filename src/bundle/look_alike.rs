//! Letters that look alike in the Russian and the Latin alphabets. Floor 1.
//!
//! «5А» typed with a Latin letter is another class to a program and the same to a reader: such a pair must be named, never
//! mended silently.

use crate::domain::words::is_cyrillic;

/// Latin letters with their Russian twins.
const TWINS: [(char, char); 19] = [
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('Y', 'У'),
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
];

/// A letter of the wrong alphabet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Place of the letter in the text, in characters from 1.
    pub position: usize,
    /// The letter.
    pub letter: char,
    /// The letter of the other alphabet that it looks like.
    pub twin: Option<char>,
}

impl Stray {
    /// «знак 2 — латинская «A» (U+0041) вместо русской «А» (U+0410)».
    pub fn describe(&self) -> String {
        let (found, meant) = if is_latin(self.letter) {
            ("латинская", "русской")
        } else {
            ("русская", "латинской")
        };
        if let Some(digit) = self.twin.filter(char::is_ascii_digit) {
            return format!(
                "знак {} — буква «{}» (U+{:04X}) вместо цифры «{digit}»",
                self.position,
                self.letter,
                u32::from(self.letter)
            );
        }
        let letter = format!("знак {} — {found} «{}» (U+{:04X})", self.position, self.letter, u32::from(self.letter));
        match self.twin {
            Some(twin) => format!("{letter} вместо {meant} «{twin}» (U+{:04X})", u32::from(twin)),
            None => format!("{letter} среди букв другого алфавита"),
        }
    }

    /// The text with every twin of the stray's alphabet exchanged in the words that mix alphabets.
    pub fn mend(&self, text: &str) -> String {
        if is_latin(self.letter) {
            text.chars().map(to_russian).collect()
        } else {
            text.chars().map(to_latin).collect()
        }
    }
}

fn is_latin(letter: char) -> bool {
    letter.is_ascii_alphabetic()
}

pub(super) fn to_russian(letter: char) -> char {
    TWINS.iter().find(|(latin, _)| *latin == letter).map_or(letter, |(_, russian)| *russian)
}

fn to_latin(letter: char) -> char {
    TWINS.iter().find(|(_, russian)| *russian == letter).map_or(letter, |(latin, _)| *latin)
}

fn stray(position: usize, letter: char) -> Stray {
    let other = if is_latin(letter) { to_russian(letter) } else { to_latin(letter) };
    Stray { position, letter, twin: (other != letter).then_some(other) }
}

/// The first letter of the wrong alphabet in a word that mixes two; the alphabet with fewer letters in the word is the wrong
/// one, Latin when they are equal.
pub fn in_mixed_word(text: &str) -> Option<Stray> {
    if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) || text.is_ascii() {
        return None;
    }
    let letters: Vec<char> = text.chars().collect();
    let mut from = 0;
    for word in letters.split(|letter| !letter.is_alphabetic()) {
        let latin = word.iter().filter(|letter| is_latin(**letter)).count();
        let russian = word.iter().filter(|letter| is_cyrillic(**letter)).count();
        if latin > 0 && russian > 0 {
            let wrong = |letter: &&char| if latin <= russian { is_latin(**letter) } else { is_cyrillic(**letter) };
            let place = word.iter().position(|letter| wrong(&letter));
            return place.map(|place| stray(from + place + 1, word[place]));
        }
        from += word.len() + 1;
    }
    None
}

/// The first letter of a class name whose letters are all Latin twins of Russian ones: «5A».
pub fn in_class_name(name: &str) -> Option<Stray> {
    let is_twin = |letter: char| to_russian(letter) != letter;
    let mut letters = name.chars().enumerate().filter(|(_, letter)| letter.is_alphabetic()).peekable();
    let first = *letters.peek()?;
    letters.all(|(_, letter)| is_twin(letter)).then(|| stray(first.0 + 1, first.1))
}

/// A class name as it was meant, when it has letters of the wrong alphabet.
pub fn mended(class: &str) -> Option<String> {
    in_mixed_word(class).or_else(|| in_class_name(class)).map(|stray| stray.mend(class))
}

/// A class as a person who asks for it means it: «9A» typed with a Latin letter is 9А; anything else comes back as it is.
pub fn meant(class: &str) -> String {
    mended(class).unwrap_or_else(|| class.to_owned())
}

/// What two texts that look the same have in common; the letter «З» and the figure 3 count as twins too.
pub fn skeleton(text: &str) -> String {
    text.chars().map(|letter| if letter == 'З' { '3' } else { to_latin(letter) }).collect()
}

/// The first place where a text departs from the one that it looks like.
pub fn between(found: &str, meant: &str) -> Option<Stray> {
    let pair = found.chars().zip(meant.chars()).enumerate().find(|(_, (a, b))| a != b)?;
    Some(Stray { position: pair.0 + 1, letter: pair.1.0, twin: Some(pair.1.1) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn one_latin_letter_in_a_surname_is_named_with_its_place() {
        let found = in_mixed_word("Яшмoв").unwrap();
        assert_eq!(found.describe(), "знак 4 — латинская «o» (U+006F) вместо русской «о» (U+043E)");
        assert_eq!(found.mend("Яшмoв"), "Яшмов");
    }

    #[test]
    fn a_russian_letter_in_a_latin_word_is_named_too() {
        let found = in_mixed_word("клуб Pythоn").unwrap();
        assert_eq!((found.position, found.letter), (10, 'о'));
    }

    #[test]
    fn words_of_one_alphabet_each_are_left_alone() {
        for text in ["Python-программирование", "3D-моделирование", "Ёлкина-Соловьёва", "IT и право", "10Б", ""]
        {
            assert_eq!(in_mixed_word(text), None, "{text}");
        }
    }

    #[test]
    fn a_class_letter_may_be_latin_only_when_it_has_no_twin() {
        assert_eq!(
            in_class_name("5A").map(|found| found.describe()).as_deref(),
            Some("знак 2 — латинская «A» (U+0041) вместо русской «А» (U+0410)")
        );
        assert_eq!(in_class_name("5А"), None);
        assert_eq!(in_class_name("10IT"), None);
        assert_eq!(in_class_name("10"), None);
        assert_eq!(["9A", "9А", "10IT", "11"].map(meant), ["9А", "9А", "10IT", "11"]);
    }

    #[test]
    fn skeletons_agree_for_twins() {
        assert_eq!(skeleton("осв"), skeleton("ocв"));
        assert_eq!(skeleton("З"), skeleton("3"));
        assert_ne!(skeleton("Н"), skeleton("н"));
    }
}
