//! Dates, names and numbers as the pages write them, from the frozen texts of a snapshot. Floor 1.
//!
//! The words themselves are those of `domain::words` and `domain::names`; here they are asked for what a snapshot holds: ISO
//! dates, persons, hexadecimal digests. A text that is not what it should be is printed as it stands, never dropped.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::domain::names;
use crate::domain::snapshot::PersonFacts;
use crate::domain::words::{Gender, capitalised, cardinal, date_short, month_name};

fn date(iso: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(iso, "%Y-%m-%d").ok()
}

/// `2025-09-01` as «01.09.2025»; anything else as it stands.
pub fn day(iso: &str) -> String {
    date(iso).map_or_else(|| iso.to_owned(), date_short)
}

/// `2025-09-01` as «01.09».
pub fn day_and_month(iso: &str) -> String {
    date(iso).map_or_else(|| iso.to_owned(), |date| date.format("%d.%m").to_string())
}

/// A day at the head of a journal page.
#[derive(Debug, PartialEq, Eq)]
pub struct Day {
    /// «Сентябрь».
    pub month: String,
    /// «Сент.» and «09», for narrower columns.
    pub shorter: [String; 2],
    /// «01».
    pub day: String,
}

/// `2025-09-01` as month and day; anything else stands whole as the day.
pub fn day_of_journal(iso: &str) -> Day {
    const SHORT: [&str; 12] =
        ["Янв.", "Февр.", "Март", "Апр.", "Май", "Июнь", "Июль", "Авг.", "Сент.", "Окт.", "Нояб.", "Дек."];
    match date(iso) {
        Some(date) => Day {
            month: capitalised(month_name(date)),
            shorter: [SHORT[date.month0() as usize].to_owned(), format!("{:02}", date.month())],
            day: format!("{:02}", date.day()),
        },
        None => Day { month: String::new(), shorter: [String::new(), String::new()], day: iso.to_owned() },
    }
}

/// The day of an RFC 3339 moment.
pub fn day_of(rfc3339: &str) -> String {
    DateTime::parse_from_rfc3339(rfc3339).map_or_else(|_| rfc3339.to_owned(), |at| date_short(at.date_naive()))
}

/// «Иванова Мария Петровна».
pub fn full_name(person: &PersonFacts) -> String {
    names::full_name(&person.surname, &person.given_name, &person.patronymic)
}

/// «М.П. Иванова», as signatures are written (ГОСТ Р 7.0.97-2016 5.22).
pub fn signature_name(person: &PersonFacts) -> String {
    names::signature_name(&person.surname, &person.given_name, &person.patronymic)
}

/// «26 (двадцать шесть)»: people counted.
pub fn in_digits_and_words(number: u32) -> String {
    format!("{number} ({})", cardinal(u64::from(number), Gender::Masculine))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_the_records_office_writes_them() {
        assert_eq!(day("2025-09-01"), "01.09.2025");
        let Day { month, shorter, day: number } = day_of_journal("2025-09-01");
        assert_eq!([month, number], ["Сентябрь", "01"]);
        assert_eq!(shorter, ["Сент.", "09"]);
        assert_eq!(day_of("2025-10-23T14:31:07+05:00"), "23.10.2025");
        assert_eq!([day("когда-то"), day_of("давно")], ["когда-то", "давно"]);
    }

    #[test]
    fn classes_and_groups_have_their_school_names() {
        assert_eq!([class_name("5А"), class_name("11"), class_name("Б")], ["5 «А»", "11", "Б"]);
        assert_eq!(course_name("Английский язык", "2"), "Английский язык, 2 группа");
    }

    #[test]
    fn digests_are_read_in_fours() {
        assert_eq!(in_fours("0123456789"), "0123 4567 89");
    }
}
