//! Nouns that the office counts, with their numbers in words: «12 (двенадцать) листов», «не более 5 (пяти) дел». Floor 0.

use super::{Gender, cardinal_of, counted, plural};

/// A noun that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    /// Its gender.
    pub gender: Gender,
    /// Nominative of one: «лист».
    pub one: &'static str,
    /// Genitive of one, which two to four take as well: «листа».
    pub few: &'static str,
    /// Genitive of many: «листов».
    pub many: &'static str,
}

const fn noun(gender: Gender, one: &'static str, few: &'static str, many: &'static str) -> Noun {
    Noun { gender, one, few, many }
}

/// Лист.
pub const SHEET: Noun = noun(Gender::Masculine, "лист", "листа", "листов");
/// Дело.
pub const FILE: Noun = noun(Gender::Neuter, "дело", "дела", "дел");
/// Единица хранения.
pub const UNIT: Noun = noun(Gender::Feminine, "единица хранения", "единицы хранения", "единиц хранения");
/// Документ.
pub const DOCUMENT: Noun = noun(Gender::Masculine, "документ", "документа", "документов");
/// Позиция.
pub const POSITION: Noun = noun(Gender::Feminine, "позиция", "позиции", "позиций");
/// Урок.
pub const LESSON: Noun = noun(Gender::Masculine, "урок", "урока", "уроков");
/// Запись.
pub const ENTRY: Noun = noun(Gender::Feminine, "запись", "записи", "записей");

impl Noun {
    /// «12 (двенадцать) листов».
    pub fn counted(self, n: u64) -> String {
        counted(n, self.gender, self.one, self.few, self.many)
    }

    /// «12 (двенадцати) листов», after «в количестве», «не более».
    pub fn counted_of(self, n: u64) -> String {
        format!("{n} ({}) {}", cardinal_of(n, self.gender), plural(n, self.few, self.many, self.many))
    }

    /// The form after a number in the nominative: «листа» after 2.
    pub fn after(self, n: u64) -> &'static str {
        plural(n, self.one, self.few, self.many)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::words::cardinal;

    #[test]
    fn closing_statements_agree_in_gender_and_number() {
        assert_eq!(SHEET.counted(14), "14 (четырнадцать) листов");
        assert_eq!(SHEET.counted(21), "21 (двадцать один) лист");
        assert_eq!(FILE.counted(1), "1 (одно) дело");
        assert_eq!(FILE.counted(102), "102 (сто два) дела");
        assert_eq!(UNIT.counted(2), "2 (две) единицы хранения");
        assert_eq!(UNIT.counted(1001), "1001 (одна тысяча одна) единица хранения");
        assert_eq!(POSITION.counted(0), "0 (ноль) позиций");
        assert_eq!(DOCUMENT.counted_of(1), "1 (одного) документа");
        assert_eq!(UNIT.counted_of(21), "21 (двадцати одной) единицы хранения");
        assert_eq!(FILE.counted_of(1542), "1542 (одной тысячи пятисот сорока двух) дел");
    }

    /// Nominative words with the genitive of each, to compare the two spellers word by word.
    const PAIRS: [(&str, &str); 10] = [
        ("один", "одного"),
        ("одна", "одной"),
        ("одно", "одного"),
        ("два", "двух"),
        ("две", "двух"),
        ("сорок", "сорока"),
        ("девяносто", "девяноста"),
        ("сто", "ста"),
        ("тысяча", "тысячи"),
        ("тысячи", "тысяч"),
    ];

    fn genitive(word: &str) -> String {
        if let Some((_, of)) = PAIRS.iter().find(|(known, _)| *known == word) {
            return (*of).to_owned();
        }
        match word {
            "ноль" => "ноля".to_owned(),
            "три" => "трёх".to_owned(),
            "четыре" => "четырёх".to_owned(),
            "восемь" => "восьми".to_owned(),
            "двести" => "двухсот".to_owned(),
            "триста" => "трёхсот".to_owned(),
            "четыреста" => "четырёхсот".to_owned(),
            "пятьдесят" | "шестьдесят" | "семьдесят" => {
                format!("{}идесяти", &word[..word.len() - "ьдесят".len()])
            }
            "восемьдесят" => "восьмидесяти".to_owned(),
            "восемьсот" => "восьмисот".to_owned(),
            _ if word.ends_with("ьсот") => format!("{}исот", &word[..word.len() - "ьсот".len()]),
            _ if word.ends_with('ь') => format!("{}и", &word[..word.len() - "ь".len()]),
            other => other.to_owned(),
        }
    }

    #[test]
    fn every_number_to_1999_declines_word_by_word_in_each_gender() {
        for gender in [Gender::Masculine, Gender::Feminine, Gender::Neuter] {
            let mut seen = BTreeSet::new();
            for n in 0..2000_u64 {
                let expected: Vec<String> = cardinal(n, gender).split(' ').map(genitive).collect();
                let said = cardinal_of(n, gender);
                assert_eq!(said, expected.join(" "), "{n}");
                assert!(seen.insert(said), "{n} is said like another number");
            }
        }
    }

    #[test]
    fn nouns_agree_with_every_number_to_1999_in_both_cases() {
        for noun in [SHEET, FILE, UNIT, DOCUMENT, POSITION, LESSON, ENTRY] {
            for n in 0..2000_u64 {
                let (ones, teens) = (n % 10, (11..=14).contains(&(n % 100)));
                let (nominative, genitive) = match ones {
                    1 if !teens => (noun.one, noun.few),
                    2..=4 if !teens => (noun.few, noun.many),
                    _ => (noun.many, noun.many),
                };
                assert!(noun.counted(n).ends_with(&format!(") {nominative}")), "{}", noun.counted(n));
                assert!(noun.counted_of(n).ends_with(&format!(") {genitive}")), "{}", noun.counted_of(n));
                assert!(noun.counted(n).starts_with(&format!("{n} (")));
            }
        }
    }
}
