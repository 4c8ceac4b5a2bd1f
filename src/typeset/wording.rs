//! Dates, names and numbers as the documents write them. Floor 1.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::domain::snapshot::PersonFacts;

/// Months in the nominative, for the heads of journal pages.
const MONTHS: [&str; 12] = [
    "Январь", "Февраль", "Март", "Апрель", "Май", "Июнь", "Июль", "Август", "Сентябрь", "Октябрь", "Ноябрь", "Декабрь",
];

/// `2025-09-01` as «01.09.2025»; anything else as it stands.
pub fn day(iso: &str) -> String {
    NaiveDate::parse_from_str(iso, "%Y-%m-%d").map_or_else(|_| iso.to_owned(), |d| d.format("%d.%m.%Y").to_string())
}

/// `2025-09-01` as «01.09».
pub fn day_and_month(iso: &str) -> String {
    NaiveDate::parse_from_str(iso, "%Y-%m-%d").map_or_else(|_| iso.to_owned(), |d| d.format("%d.%m").to_string())
}

/// `2025-09-01` as month («Сентябрь», «09») and day («01»).
pub fn month_and_day(iso: &str) -> (String, String, String) {
    match NaiveDate::parse_from_str(iso, "%Y-%m-%d") {
        Ok(date) => {
            let name = MONTHS[date.month0() as usize];
            (name.to_owned(), format!("{:02}", date.month()), format!("{:02}", date.day()))
        }
        Err(_) => (String::new(), String::new(), iso.to_owned()),
    }
}

/// RFC 3339 as «23.10.2025 14:31:07 (UTC+05:00)»; anything else as it stands.
pub fn moment(rfc3339: &str) -> String {
    DateTime::parse_from_rfc3339(rfc3339)
        .map_or_else(|_| rfc3339.to_owned(), |at| at.format("%d.%m.%Y %H:%M:%S (UTC%:z)").to_string())
}

/// The day of an RFC 3339 moment.
pub fn day_of(rfc3339: &str) -> String {
    DateTime::parse_from_rfc3339(rfc3339)
        .map_or_else(|_| rfc3339.to_owned(), |at| at.format("%d.%m.%Y").to_string())
}

/// «Иванова Мария Петровна».
pub fn full_name(person: &PersonFacts) -> String {
    join(&[&person.surname, &person.given_name, &person.patronymic])
}

/// «М.П. Иванова», as signatures are written (ГОСТ Р 7.0.97-2016 5.22).
pub fn signature_name(person: &PersonFacts) -> String {
    let initial = |name: &str| name.chars().next().map(|c| format!("{c}.")).unwrap_or_default();
    let initials = initial(&person.given_name) + &initial(&person.patronymic);
    join(&[&initials, &person.surname])
}

/// Parts with spaces between, empty parts left out.
pub fn join(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// «5А» as «5 «А»», «11» as «11».
pub fn class_name(name: &str) -> String {
    let digits = name.chars().take_while(char::is_ascii_digit).count();
    let (grade, letter) = name.split_at(digits);
    if grade.is_empty() || letter.is_empty() || !letter.chars().all(char::is_alphabetic) {
        name.to_owned()
    } else {
        format!("{grade} «{letter}»")
    }
}

/// A course's name with its group: «Английский язык, 1 группа».
pub fn course_name(subject: &str, group: &str) -> String {
    match group {
        "" => subject.to_owned(),
        number if number.chars().all(|c| c.is_ascii_digit()) => format!("{subject}, {number} группа"),
        name => format!("{subject}, группа {name}"),
    }
}

/// Hexadecimal text in fours, as people compare it: «9f2c 11a0 …».
pub fn in_fours(hex: &str) -> String {
    let chars: Vec<char> = hex.chars().collect();
    chars.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// First letter in upper case.
pub fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A number in words, masculine, nominative: 26 is «двадцать шесть».
pub fn in_words(number: u64) -> String {
    const UNITS: [&str; 20] = [
        "ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать",
        "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать",
        "девятнадцать",
    ];
    const TENS: [&str; 10] = [
        "", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто",
    ];
    const HUNDREDS: [&str; 10] = [
        "", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот",
    ];
    let Ok(number @ 0..1000) = usize::try_from(number) else { return number.to_string() };
    let (hundreds, tens, units) = (number / 100, number / 10 % 10, number % 10);
    let low = if number % 100 < 20 {
        let unit = if number.is_multiple_of(100) && number > 0 { "" } else { UNITS[number % 100] };
        unit.to_owned()
    } else {
        join(&[TENS[tens], if units > 0 { UNITS[units] } else { "" }])
    };
    join(&[HUNDREDS[hundreds], &low])
}

/// The form of a noun after a number: `["лист", "листа", "листов"]`.
pub fn counted<'a>(number: u64, forms: [&'a str; 3]) -> &'a str {
    match (number % 10, number % 100) {
        (_, 11..=14) => forms[2],
        (1, _) => forms[0],
        (2..=4, _) => forms[1],
        _ => forms[2],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_words() {
        let words = [0, 1, 11, 20, 26, 100, 141, 999].map(in_words);
        assert_eq!(
            words.join("; "),
            "ноль; один; одиннадцать; двадцать; двадцать шесть; сто; сто сорок один; девятьсот девяносто девять"
        );
    }

    #[test]
    fn dates_and_moments_are_written_as_the_records_office_writes_them() {
        assert_eq!(day("2025-09-01"), "01.09.2025");
        assert_eq!(moment("2025-10-23T14:31:07+05:00"), "23.10.2025 14:31:07 (UTC+05:00)");
        assert_eq!(day("когда-то"), "когда-то");
    }

    #[test]
    fn classes_and_groups_have_their_school_names() {
        assert_eq!([class_name("5А"), class_name("11"), class_name("Б")], ["5 «А»", "11", "Б"]);
        assert_eq!(course_name("Английский язык", "2"), "Английский язык, 2 группа");
    }
}
