//! Finding people and things by what somebody types: ё or е, a slip of a finger, the wrong keyboard layout. Floor 0.

use super::names::fold;

/// A question ready to be compared with many texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    words: Vec<Vec<char>>,
}

/// Letters of a Russian keyboard on the places of the Latin ones.
const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const RUSSIAN: &str = "йцукенгшщзхъфывапролджэячсмитьбюё";

/// The question as it was meant: a text of Latin keys alone, without a digit, was typed in the wrong layout.
pub fn in_russian_layout(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|letter| letter.is_ascii_alphabetic()).count();
    if letters < 3
        || typed.chars().any(|letter| letter.is_ascii_digit() || (letter.is_alphabetic() && !letter.is_ascii()))
    {
        return None;
    }
    let key = |letter: char| {
        let low = letter.to_ascii_lowercase();
        LATIN.chars().zip(RUSSIAN.chars()).find(|(latin, _)| *latin == low).map_or(letter, |(_, russian)| russian)
    };
    Some(typed.chars().map(key).collect())
}

impl Question {
    /// Folds what was typed and cuts it into words; `None` when nothing is left to look for.
    pub fn new(typed: &str) -> Option<Self> {
        let words: Vec<Vec<char>> = fold(typed)
            .split([' ', ',', '.'])
            .filter(|word| !word.is_empty())
            .map(|word| word.chars().collect())
            .collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// How well a text answers, smaller is better: every word must be found in it, at a word's start (0), inside (1), or with a slip
    /// (4 for each). `None` when a word is not there.
    pub fn distance(&self, text: &str) -> Option<u32> {
        let text = fold(text);
        let held: Vec<Vec<char>> = text
            .split([' ', ',', '.', '(', ')', '«', '»'])
            .filter(|word| !word.is_empty())
            .map(|word| word.chars().collect())
            .collect();
        let mut total = 0;
        for word in &self.words {
            total += held.iter().filter_map(|one| apart(word, one)).min()?;
        }
        Some(total)
    }
}

/// How far a sought word is from one of the text, its beginning included: «елк» is the beginning of «елкин».
fn apart(sought: &[char], held: &[char]) -> Option<u32> {
    if held.starts_with(sought) {
        return Some(0);
    }
    // A class is «9а», not the end of «19а».
    let is_inside = sought.len() >= 3 && held.windows(sought.len()).any(|window| window == sought);
    if is_inside {
        return Some(1);
    }
    // One slip in four letters, two in eight: fewer letters would find everything.
    let allowed = match sought.len() {
        0..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    if sought.iter().any(char::is_ascii_digit) {
        return None;
    }
    let whole = slips(sought, held);
    let beginnings = (sought.len().saturating_sub(1)..=sought.len() + 1).filter(|len| *len < held.len());
    let best = beginnings.map(|len| slips(sought, &held[..len])).chain([whole]).min()?;
    (best <= allowed).then_some(best as u32 * 4)
}

/// Letters put in, left out, replaced, or two neighbours swapped.
fn slips(a: &[char], b: &[char]) -> usize {
    let (a, b): (String, String) = (a.iter().collect(), b.iter().collect());
    strsim::osa_distance(&a, &b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(typed: &str, text: &str) -> Option<u32> {
        Question::new(typed).and_then(|question| question.distance(text))
    }

    #[test]
    fn a_name_is_found_by_its_beginning_in_any_case_with_or_without_its_dots() {
        assert_eq!(found("елкин", "Ёлкин Артём Ильич"), Some(0));
        assert_eq!(found("ЁЛК", "Елкина Анна"), Some(0));
        assert_eq!(found("артем елкин", "Ёлкин Артём Ильич"), Some(0), "words in any order");
        assert_eq!(found("елкин пётр", "Ёлкин Артём"), None, "every word must be there");
    }

    #[test]
    fn a_slip_of_a_finger_is_forgiven_and_a_short_word_is_not_stretched() {
        assert!(found("ёлкни", "Ёлкин Артём").is_some(), "two neighbours swapped");
        assert!(found("обсидианва", "Обсидианова Анна").is_some(), "a letter left out");
        assert!(found("обсидиоан", "Обсидианова Анна").is_some(), "a beginning with a slip");
        assert_eq!(found("лев", "Лена"), None);
        assert_eq!(found("алмазов", "Кварцев"), None);
    }

    #[test]
    fn a_class_is_found_by_its_name_alone() {
        assert_eq!(found("9а", "9А класс"), Some(0));
        assert_eq!(found("9а", "19А класс"), None);
        assert_eq!(found("2025-05A-Q1", "2025-05A-Q1 5А I четверть"), Some(0));
        assert_eq!(
            found("2025-05A-Q1", "2025-05A-Q2 5А II четверть"),
            None,
            "a number with another digit is another number"
        );
    }

    #[test]
    fn the_wrong_layout_is_read_as_it_was_meant() {
        assert_eq!(in_russian_layout("tkrby").as_deref(), Some("елкин"));
        assert_eq!(in_russian_layout("ёлкин"), None);
        assert_eq!(in_russian_layout("2025-05A"), None);
        assert_eq!(in_russian_layout("ab"), None);
    }
}
