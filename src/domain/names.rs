//! Names of people and classes: folding, sorting, initials, ASCII slugs. Floor 0.
//!
//! Never judges whether a name is right: that is the reader's work (`bundle`). Sorting follows the Russian collation of
//! CLDR through `icu_collator`, so it is the same on every machine and never asks the system's locale.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::LazyLock;

use icu_collator::options::{AlternateHandling, CollatorOptions, MaxVariable, Strength};
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;

use super::canon;

/// Lower case, ё→е, every kind of hyphen as `-`, every kind of apostrophe as `'`, runs of spaces as one, ends trimmed:
/// the form in which names are searched. Two names with the same fold may still be two people.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        for letter in word.chars().flat_map(char::to_lowercase) {
            folded.push(match letter {
                'ё' => 'е',
                '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
                '\u{2018}' | '\u{2019}' | '\u{02BC}' | '`' | '\u{00B4}' => '\'',
                other => other,
            });
        }
    }
    folded
}

/// Letters only: ё = е, case, hyphens, spaces and apostrophes do not count.
static FIRST_LEVEL: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| russian(Strength::Primary));
/// Everything counts; breaks the ties that the first level leaves.
static LAST_LEVEL: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| russian(Strength::Quaternary));

fn russian(strength: Strength) -> CollatorBorrowed<'static> {
    let mut options = CollatorOptions::default();
    options.strength = Some(strength);
    options.alternate_handling = Some(AlternateHandling::Shifted);
    options.max_variable = Some(MaxVariable::Punctuation);
    #[allow(clippy::expect_used)] // the data are compiled into the program: absent data would not link
    Collator::try_new(locale!("ru").into(), options).expect("collation data are compiled in")
}

/// Orders two people, each given as `[surname, given name, patronymic]`: first by letters alone over all three
/// parts, so that «Королёв Артём» precedes «Королев Борис»; only then by ё, case, hyphens and spaces.
pub fn compare(a: [&str; 3], b: [&str; 3]) -> Ordering {
    let by = |collator: &CollatorBorrowed<'_>| {
        a.iter().zip(b).map(|(a, b)| collator.compare(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    by(&FIRST_LEVEL).then_with(|| by(&LAST_LEVEL)).then_with(|| a.cmp(&b))
}

/// The key of [`compare`] as hexadecimal text: comparing keys byte by byte orders people in the same way, so that a
/// database can sort by it.
pub fn sort_key(surname: &str, given_name: &str, patronymic: &str) -> String {
    let parts = [surname, given_name, patronymic];
    let mut key = Vec::with_capacity(128);
    for collator in [&FIRST_LEVEL, &LAST_LEVEL] {
        for part in parts {
            let Ok(()) = collator.write_sort_key_to(part, &mut key);
            key.push(0); // below every byte of a key, so a shorter name comes first
        }
    }
    for part in parts {
        key.extend_from_slice(part.as_bytes());
        key.push(0);
    }
    canon::hex(&key)
}

/// The order in which people sort names with numbers: 1А, 2А, 10А, 11А; room 9 before 12 before 101. Runs of digits count as numbers, letters
/// without case and with ё as е; what is still equal goes by its text. Every list of classes sorts by it.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (folded_a, folded_b) = (fold(a), fold(b));
    let (mut rest_a, mut rest_b) = (folded_a.as_str(), folded_b.as_str());
    while !rest_a.is_empty() && !rest_b.is_empty() {
        let ((part_a, next_a), (part_b, next_b)) = (run(rest_a), run(rest_b));
        let order = match (number(part_a), number(part_b)) {
            (Some(a), Some(b)) => (a.len(), a).cmp(&(b.len(), b)),
            _ => part_a.cmp(part_b),
        };
        if order.is_ne() {
            return order;
        }
        (rest_a, rest_b) = (next_a, next_b);
    }
    rest_a.len().cmp(&rest_b.len()).then_with(|| a.cmp(b))
}

/// The first run of digits, or of anything else, and what follows it.
fn run(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|letter: char| letter.is_ascii_digit());
    text.split_at(text.find(|letter: char| letter.is_ascii_digit() != digits).unwrap_or(text.len()))
}

/// A run of digits without leading zeros: the longer is the greater, however long.
fn number(text: &str) -> Option<&str> {
    text.starts_with(|letter: char| letter.is_ascii_digit()).then(|| text.trim_start_matches('0'))
}

/// «Абрамов Иван Петрович»; «Нгуен Ван» without a patronymic.
pub fn full_name(surname: &str, given_name: &str, patronymic: &str) -> String {
    joined(&[surname, given_name, patronymic])
}

/// «Абрамов Иван», as the lists of journal pages have it.
pub fn list_name(surname: &str, given_name: &str) -> String {
    joined(&[surname, given_name])
}

/// «И.П. Абрамов», as signatures have it (ГОСТ Р 7.0.97-2016 5.22).
pub fn signature_name(surname: &str, given_name: &str, patronymic: &str) -> String {
    joined(&[&initials(given_name, patronymic), surname])
}

/// «Абрамов И.П.», as registers have it.
pub fn short_name(surname: &str, given_name: &str, patronymic: &str) -> String {
    joined(&[surname, &initials(given_name, patronymic)])
}

/// The names of one list, each given as `[surname, given name, patronymic]`: as [`list_name`] has them, namesakes in full.
pub fn list_names(people: &[[&str; 3]]) -> Vec<String> {
    apart(people, &[of_list, in_full])
}

/// Surnames where a list has no room for more: namesakes with the given name, in full where that is the same as well.
pub fn surnames(people: &[[&str; 3]]) -> Vec<String> {
    apart(people, &[surname_alone, of_list, in_full])
}

/// Of each person the first of the forms that nobody else in the list has; the last of them where each is somebody else's too.
fn apart(people: &[[&str; 3]], forms: &[fn([&str; 3]) -> String]) -> Vec<String> {
    let mut named = vec![String::new(); people.len()];
    let mut open: Vec<usize> = (0..people.len()).collect();
    for form in forms {
        let written: Vec<String> = people.iter().map(|one| form(*one)).collect();
        let mut counts: HashMap<String, usize> = HashMap::new();
        for name in &written {
            *counts.entry(fold(name)).or_default() += 1;
        }
        open.retain(|at| {
            named[*at].clone_from(&written[*at]);
            counts.get(&fold(&written[*at])).is_some_and(|count| *count > 1)
        });
    }
    named
}

fn surname_alone([surname, _, _]: [&str; 3]) -> String {
    surname.to_owned()
}

fn of_list([surname, given_name, _]: [&str; 3]) -> String {
    list_name(surname, given_name)
}

fn in_full([surname, given_name, patronymic]: [&str; 3]) -> String {
    full_name(surname, given_name, patronymic)
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// «И.П.»; «А.-М.» of «Анна-Мария»; nothing for an absent part.
fn initials(given_name: &str, patronymic: &str) -> String {
    [given_name, patronymic].iter().filter_map(|name| initial(name)).collect()
}

fn initial(name: &str) -> Option<String> {
    let letters: Vec<String> = name
        .split('-')
        .filter_map(|part| part.chars().find(|c| c.is_alphabetic()))
        .map(|letter| format!("{}.", letter.to_uppercase()))
        .collect();
    (!letters.is_empty()).then(|| letters.join("-"))
}

/// A class's name as upper-case ASCII for file names and copy identifiers: «5А» → `05A`, «10-Б» → `10B`, «11Г» → `11G`.
///
/// A leading grade gets two digits and loses the separator after it; anything that is neither a letter nor a digit becomes
/// one `-`. Russian letters go by a table in which no spelling begins another letter's, so two names differ in their slugs unless
/// they differ only in case, separators or look-alike Latin letters.
pub fn slug(text: &str) -> String {
    let text = text.trim();
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (grade, rest) = text.split_at(digits);
    let mut slug = if grade.is_empty() { String::new() } else { format!("{grade:0>2}") };
    let start = slug.len();
    let mut gap = false;
    for letter in rest.chars().flat_map(char::to_uppercase) {
        let Some(spelling) = transliterate(letter) else {
            gap = true;
            continue;
        };
        if gap && slug.len() > start {
            slug.push('-');
        }
        gap = false;
        slug.push_str(&spelling);
    }
    slug
}

/// `None` for what is neither a letter nor a digit. `H` and `Y` never stand for a letter by themselves, which keeps the
/// spellings apart: «СЧ» is `SCH`, «Щ» is `SHH`.
fn transliterate(letter: char) -> Option<String> {
    const TABLE: [(char, &str); 33] = [
        ('А', "A"),
        ('Б', "B"),
        ('В', "V"),
        ('Г', "G"),
        ('Д', "D"),
        ('Е', "E"),
        ('Ё', "YO"),
        ('Ж', "ZH"),
        ('З', "Z"),
        ('И', "I"),
        ('Й', "J"),
        ('К', "K"),
        ('Л', "L"),
        ('М', "M"),
        ('Н', "N"),
        ('О', "O"),
        ('П', "P"),
        ('Р', "R"),
        ('С', "S"),
        ('Т', "T"),
        ('У', "U"),
        ('Ф', "F"),
        ('Х', "KH"),
        ('Ц', "C"),
        ('Ч', "CH"),
        ('Ш', "SH"),
        ('Щ', "SHH"),
        ('Ъ', "W"),
        ('Ы', "YY"),
        ('Ь', "Q"),
        ('Э', "EH"),
        ('Ю', "YU"),
        ('Я', "YA"),
    ];
    if letter.is_ascii_alphanumeric() {
        return Some(letter.to_string());
    }
    if let Some((_, spelling)) = TABLE.iter().find(|(russian, _)| *russian == letter) {
        return Some((*spelling).to_owned());
    }
    letter.is_alphanumeric().then(|| format!("U{:04X}", u32::from(letter)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn classes_and_rooms_stand_as_people_sort_them() {
        let mut classes = ["10А", "11А", "1А", "2Б", "1б", "10-Б", "2А", "1А"];
        classes.sort_by(|a, b| natural(a, b));
        assert_eq!(classes, ["1А", "1А", "1б", "2А", "2Б", "10-Б", "10А", "11А"]);
        let mut rooms = ["101", "зал", "9", "12а", "012", "12"];
        rooms.sort_by(|a, b| natural(a, b));
        assert_eq!(rooms, ["9", "012", "12", "12а", "101", "зал"]);
        let mut courses = ["10А, Алгебра", "1А, Чтение", "10А, Физика", "1А, Азбука"];
        courses.sort_by(|a, b| natural(a, b));
        assert_eq!(courses, ["1А, Азбука", "1А, Чтение", "10А, Алгебра", "10А, Физика"]);
    }

    #[test]
    fn a_fold_forgets_case_yo_and_the_kinds_of_hyphens() {
        assert_eq!(fold("  Ёлкина\u{2011}Соловьёва   О’Нил "), "елкина-соловьева о'нил");
    }

    #[test]
    fn yo_equals_ye_until_everything_else_is_equal() {
        let mut people = [
            ["Ёлкин", "Борис", ""],
            ["Елкин", "Виктор", ""],
            ["Ёлкин", "Антон", "Ильич"],
            ["Елкин", "Антон", "Ильич"],
            ["Жуков", "Антон", ""],
            ["Ежов", "Антон", ""],
        ];
        people.sort_by(|a, b| compare(*a, *b));
        let order: Vec<String> = people.iter().map(|p| full_name(p[0], p[1], p[2])).collect();
        assert_eq!(
            order,
            ["Ежов Антон", "Елкин Антон Ильич", "Ёлкин Антон Ильич", "Ёлкин Борис", "Елкин Виктор", "Жуков Антон"]
        );
    }

    #[test]
    fn hyphens_and_spaces_do_not_move_a_surname() {
        let mut surnames = ["Аль Мансур", "Альбин", "Аль-Захра", "Альма"];
        surnames.sort_by(|a, b| compare([a, "", ""], [b, "", ""]));
        assert_eq!(surnames, ["Альбин", "Аль-Захра", "Альма", "Аль Мансур"]);
    }

    #[test]
    fn a_sort_key_orders_as_the_comparison_does() {
        let names = ["Ёлкин", "Елкин", "Елкина", "Ель-Кин", "ЕЛКИН", "Жуков", "Аль Мансур", "Альма", "", "O'Нил"];
        for a in names {
            for b in names {
                for given in ["Анна", "Борис"] {
                    let by_key = sort_key(a, "Борис", "").cmp(&sort_key(b, given, ""));
                    assert_eq!(by_key, compare([a, "Борис", ""], [b, given, ""]), "{a} {b} {given}");
                }
            }
        }
    }

    #[test]
    fn initials_do_without_a_patronymic_and_keep_double_names() {
        assert_eq!(signature_name("Абрамов", "Иван", "Петрович"), "И.П. Абрамов");
        assert_eq!(short_name("Абрамов", "Иван", "Петрович"), "Абрамов И.П.");
        assert_eq!(short_name("Нгуен", "Ван", ""), "Нгуен В.");
        assert_eq!(signature_name("Ли", "Анна-Мария", ""), "А.-М. Ли");
        assert_eq!(short_name("Ли", "", ""), "Ли");
    }

    #[test]
    fn namesakes_of_one_list_are_told_apart_and_nobody_else_is_longer() {
        let people = [
            ["Агатов", "Иван", "Петрович"],
            ["Агатов", "Иван", "Павлович"],
            ["Агатов", "Пётр", "Ильич"],
            ["Берилл", "Ия", "Львовна"],
            ["Семёнов", "Лев", "Ильич"],
            ["Семенов", "Лев", "Львович"],
        ];
        let named = [
            "Агатов Иван Петрович",
            "Агатов Иван Павлович",
            "Агатов Пётр",
            "Берилл Ия",
            "Семёнов Лев Ильич",
            "Семенов Лев Львович",
        ];
        assert_eq!(list_names(&people), named);
        let short = [named[0], named[1], named[2], "Берилл", named[4], named[5]];
        assert_eq!(surnames(&people), short);
        assert_eq!(list_names(&[["Ли", "Ван", ""], ["Ли", "Ван", ""]]), ["Ли Ван", "Ли Ван"], "nothing to tell by");
    }

    #[test]
    fn a_slug_pads_the_grade_and_spells_the_letter() {
        assert_eq!(slug("5А"), "05A");
        assert_eq!(slug("10-Б"), "10B");
        assert_eq!(slug("11Г"), "11G");
        assert_eq!(slug(" 9 ж "), "09ZH");
        assert_eq!(slug("1 «Кадетский» №2"), "01KADETSKIJ-2");
        assert_eq!(slug("Подготовительный"), "PODGOTOVITELQNYYJ");
        assert_eq!(slug("Q-1"), "Q-1");
        assert_eq!(slug("!"), "");
    }

    #[test]
    fn no_two_russian_spellings_run_together() {
        let letters: Vec<char> = ('А'..='Я').chain(['Ё']).collect();
        let mut seen = BTreeSet::new();
        for a in &letters {
            assert!(seen.insert(slug(&a.to_string())), "{a}");
            for b in &letters {
                assert!(seen.insert(slug(&format!("{a}{b}"))), "{a}{b}");
            }
        }
    }
}
