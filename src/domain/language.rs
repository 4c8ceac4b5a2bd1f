//! Entries in Russian, lessons of a foreign language too (JRN-22; 002 4.2): which topics are written in another language. Floor 0.

use super::policy::Policy;

/// Does the policy want entries in Russian?
pub fn wants_russian(policy: &Policy) -> bool {
    policy.first("journal.language").is_some_and(|said| said.has("russian"))
}

/// Is a topic written in another language: words, and not one Cyrillic letter among them?
///
/// Two words of three letters and more make a phrase that a reader of the archive has to understand. A single one is as a rule a name («Excel»,
/// «Python»); capitals alone are an abbreviation («HTML», «ISO»); brackets and signs of programs belong to code.
pub fn is_foreign(topic: &str) -> bool {
    let is_russian = |letter: char| ('\u{0400}'..='\u{052F}').contains(&letter);
    if topic.chars().any(is_russian) || topic.contains(CODE) {
        return false;
    }
    let words = topic.split(|letter: char| !letter.is_alphabetic());
    words.filter(|word| word.chars().count() >= SHORTEST && word.chars().any(char::is_lowercase)).count() >= PHRASE
}

/// Signs that stand in code and formulas, not in a topic of words.
const CODE: [char; 11] = ['{', '}', '[', ']', '<', '>', '=', '_', ';', '\\', '/'];
/// Letters of a word that tells something by itself.
const SHORTEST: usize = 3;
/// Words that make a phrase.
const PHRASE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_without_a_russian_letter_is_foreign_and_names_and_code_are_not() {
        for foreign in ["Present Simple", "My school day", "Die Familie stellt sich vor", "Les saisons de l’année"] {
            assert!(is_foreign(foreign), "{foreign}");
        }
        for fine in [
            "",
            "Excel",
            "HTML, CSS",
            "Python 3",
            "for i in range(10): print(i); x = i",
            "§ 12",
            "My school: чтение",
            "Соли",
            "pH",
        ] {
            assert!(!is_foreign(fine), "{fine}");
        }
    }
}
