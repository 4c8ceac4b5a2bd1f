//! Russian words for numbers, dates and periods. Floor 0.
//!
//! Never asks a locale: the words of a record must not depend on the machine that prints them.

mod clauses;
mod nouns;
mod numbers;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

pub use clauses::{clause_words, unnumbered, with_clauses};
pub use nouns::{DOCUMENT, ENTRY, FILE, LESSON, Noun, POSITION, SHEET, UNIT};
pub use numbers::{cardinal, cardinal_of};

use super::journal::PeriodKind;

/// Grammatical gender of the counted noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// один лист, два листа.
    Masculine,
    /// одна страница, две страницы.
    Feminine,
    /// одно дело, два дела.
    Neuter,
}

const MONTHS: [&str; 12] = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
];
const MONTHS_OF: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// The form of a noun after a number: `plural(n, "лист", "листа", "листов")`.
pub fn plural<'a>(n: u64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    match (n % 10, n % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

/// Digits and words, as closing statements have them: «12 (двенадцать) листов».
pub fn counted(n: u64, gender: Gender, one: &str, few: &str, many: &str) -> String {
    format!("{n} ({}) {}", cardinal(n, gender), plural(n, one, few, many))
}

/// «5 июня 2026 г.».
pub fn date_words(date: NaiveDate) -> String {
    format!("{} {} {} г.", date.day(), MONTHS_OF[date.month0() as usize], date.year())
}

/// «5 июня»: a day of every year.
pub fn day_and_month(date: NaiveDate) -> String {
    format!("{} {}", date.day(), MONTHS_OF[date.month0() as usize])
}

/// An ISO day or RFC 3339 moment as «05.06.2026»; anything else as it stands.
pub fn day(text: &str) -> String {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let date = date.or_else(|| moment_of(text).map(|at| at.date_naive()));
    date.map_or_else(|| text.to_owned(), date_short)
}

/// A letter of the Cyrillic block (Unicode U+0400 to U+04FF).
pub fn is_cyrillic(letter: char) -> bool {
    ('\u{0400}'..='\u{04FF}').contains(&letter)
}

/// The text with its first letter in upper case, as it begins a sentence or a heading.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The text in quotation marks; its own become the inner ones: «Положение МБОУ „Лицей“».
pub fn quoted(text: &str) -> String {
    format!("«{}»", text.replace('«', "„").replace('»', "“"))
}

/// The text with the full stop of its sentence; one that ends with initials, an abbreviation or a mark of its own gets no second.
pub fn stopped(text: &str) -> String {
    if text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}

/// How a period is closed, by the gender of the noun that its name holds: «I четверть закрыта», «II полугодие закрыто», «учебный год закрыт».
pub fn closed(period: &str) -> &'static str {
    let named = |noun: &str| period.to_lowercase().contains(noun);
    if named("четверть") {
        "закрыта"
    } else if named("полугодие") {
        "закрыто"
    } else {
        "закрыт"
    }
}

/// The text with its first letter in lower case, as it goes on inside a sentence; an abbreviation («И.о. директора» aside, «ЗАВУЧ») stays.
pub fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let rest = letters.as_str();
    if rest.chars().next().is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    first.to_lowercase().chain(rest.chars()).collect()
}

/// Days of the week, Monday first.
pub const WEEKDAYS: [&str; 7] = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"];

/// «суббота».
pub fn weekday(date: NaiveDate) -> &'static str {
    WEEKDAYS[date.weekday().num_days_from_monday() as usize]
}

/// The moment of RFC 3339 text, in the zone that it was written in; nothing for other text.
pub fn moment_of(rfc3339: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(rfc3339).ok()
}

/// A moment in a sentence of a page, «24 октября 2025 г., 14:05», from RFC 3339 text in the zone that it was written in; other text comes
/// back as it is.
pub fn moment_words(rfc3339: &str) -> String {
    match moment_of(rfc3339) {
        Some(moment) => format!("{}, {}", date_words(moment.date_naive()), moment.format("%H:%M")),
        None => rfc3339.to_owned(),
    }
}

/// A moment in a table or a list of a page, «24.10.2025, 14:05», from RFC 3339 text; other text comes back as it is.
pub fn moment_short(rfc3339: &str) -> String {
    match moment_of(rfc3339) {
        Some(moment) => moment.format("%d.%m.%Y, %H:%M").to_string(),
        None => rfc3339.to_owned(),
    }
}

/// Parts of a sentence in a row: «I четверть, II четверть и год».
pub fn listed(parts: &[String]) -> String {
    match parts {
        [first @ .., last] if !first.is_empty() => format!("{} и {last}", first.join(", ")),
        parts => parts.concat(),
    }
}

/// A number with its thousands apart, by spaces that do not break: «17\u{a0}834\u{a0}091».
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = {
        let (head, rest) = digits.split_at(digits.len() % 3);
        let rest = (0..rest.len() / 3).map(|at| &rest[at * 3..at * 3 + 3]);
        Some(head).filter(|head| !head.is_empty()).into_iter().chain(rest).collect()
    };
    groups.join("\u{a0}")
}

/// A size in megabytes of 10^6 bytes, as disks count them, with a no-break space: «12,3 МБ»; at least «0,1 МБ» for anything at all.
pub fn size(bytes: u64) -> String {
    format!("{}\u{a0}МБ", megabytes(bytes))
}

/// The number of [`size`], for a column whose head names the unit.
pub fn megabytes(bytes: u64) -> String {
    // Tenths, rounded up: a small file is not nothing.
    let tenths = bytes.div_ceil(100_000);
    format!("{},{}", tenths / 10, tenths % 10)
}

/// The number and its noun with a no-break space between: «3 класса».
pub fn count(n: u64, one: &str, few: &str, many: &str) -> String {
    format!("{n}\u{a0}{}", plural(n, one, few, many))
}

/// «5 обучающихся»: how many learners there are.
pub fn learners(n: usize) -> String {
    count(n as u64, "обучающийся", "обучающихся", "обучающихся")
}

/// «05.06.2026».
pub fn date_short(date: NaiveDate) -> String {
    date.format("%d.%m.%Y").to_string()
}

/// Month of a date, nominative, as journal pages have it above the days: «сентябрь».
pub fn month_name(date: NaiveDate) -> &'static str {
    MONTHS[date.month0() as usize]
}

/// A moment where something is proved by it (typeset sheets, findings, facts of the log), «23.10.2025 14:31:07 +05:00», from RFC 3339
/// text; other text comes back as it is. Pages have [`moment_words`] and [`moment_short`].
pub fn moment(rfc3339: &str) -> String {
    match moment_of(rfc3339) {
        Some(moment) => moment.format("%d.%m.%Y %H:%M:%S %:z").to_string(),
        None => rfc3339.to_owned(),
    }
}

/// «I четверть», «II полугодие»: the kind of period and its place among the grade's periods, from 1.
pub fn period_name(kind: PeriodKind, order: usize) -> String {
    let noun = match kind {
        PeriodKind::Quarter => "четверть",
        PeriodKind::HalfYear => "полугодие",
        PeriodKind::Trimester => "триместр",
    };
    format!("{} {noun}", roman(order))
}

/// A period's own name as every page has it: «1 четверть» and «2-е полугодие» of a list of the year are «I четверть» and «II полугодие»; a name
/// of another form comes back as it is.
pub fn period_title(name: &str) -> String {
    let told = || {
        let (no, noun) = name.trim().split_once(' ')?;
        let digits = ["-я", "-е", "-й"].iter().find_map(|ending| no.strip_suffix(ending)).unwrap_or(no);
        let (no, noun) = (digits.parse::<usize>().ok()?, noun.trim().to_lowercase());
        let is_known = ["четверть", "полугодие", "триместр"].contains(&noun.as_str());
        is_known.then(|| format!("{} {noun}", roman(no)))
    };
    told().unwrap_or_else(|| name.to_owned())
}

/// «приказ № 34-у»: an order by its number, however it was written down («34-у», «№ 34-у», «пр. № 34-у», «приказ 34-у»); empty for none.
pub fn order_words(order: &str) -> String {
    let text = order.trim();
    let named = ["приказ ", "Приказ ", "пр. ", "Пр. "].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let number = named.trim().strip_prefix('№').unwrap_or(named).trim();
    match number {
        "" => String::new(),
        // «приказ от 26.06.2018 № 125» names its number itself.
        number if number.contains('№') || number.starts_with("от ") => format!("приказ {number}"),
        number => format!("приказ № {number}"),
    }
}

/// Heading of the final mark's column: «I четв.», «II полуг.», «III трим.».
pub fn final_heading(kind: PeriodKind, order: usize) -> String {
    let noun = match kind {
        PeriodKind::Quarter => "четв.",
        PeriodKind::HalfYear => "полуг.",
        PeriodKind::Trimester => "трим.",
    };
    format!("{} {noun}", roman(order))
}

/// Roman numerals for places of periods, 1 to 39; others stay in digits.
fn roman(n: usize) -> String {
    const UNITS: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    match n {
        1..=39 => format!("{}{}", "X".repeat(n / 10), UNITS[n % 10]),
        _ => n.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_of_words_and_large_numbers_read_as_people_write_them() {
        let of = |parts: &[&str]| listed(&parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&[]), "");
        assert_eq!(of(&["год"]), "год");
        assert_eq!(of(&["I четверть", "II четверть", "год"]), "I четверть, II четверть и год");
        assert_eq!([0, 999, 1_000, 17_834_091].map(grouped), ["0", "999", "1\u{a0}000", "17\u{a0}834\u{a0}091"]);
        assert_eq!((capitalised("ёлка"), capitalised("")), ("Ёлка".to_owned(), String::new()));
        let named = ["1 четверть", "2-е полугодие", "III триместр", "Практика"].map(period_title);
        assert_eq!(named, ["I четверть", "II полугодие", "III триместр", "Практика"]);
        let orders = ["34-у", "№ 34-у", "пр. № 34-у", "приказ 34-у от 01.09.2025", "приказ от 26.06.2018 № 125", ""];
        let said = ["приказ № 34-у", "приказ № 34-у", "приказ № 34-у", "приказ № 34-у от 01.09.2025"];
        assert_eq!(orders.map(order_words)[..4], said);
        assert_eq!(orders.map(order_words)[4..], ["приказ от 26.06.2018 № 125", ""]);
    }

    #[test]
    fn a_sentence_ends_with_one_full_stop_and_a_period_is_closed_in_its_own_gender() {
        assert_eq!(stopped("Ждём подписей: Абрамов И.П."), "Ждём подписей: Абрамов И.П.");
        assert_eq!(stopped("Записано"), "Записано.");
        let closed_is = |kind| closed(&period_name(kind, 1));
        assert_eq!(closed_is(PeriodKind::Quarter), "закрыта");
        assert_eq!(closed_is(PeriodKind::HalfYear), "закрыто");
        assert_eq!(closed_is(PeriodKind::Trimester), "закрыт");
        assert_eq!((closed("учебный год"), closed("период Q1")), ("закрыт", "закрыт"));
    }

    #[test]
    fn numbers_that_schools_count_are_spelt_right() {
        let said = |n| cardinal(n, Gender::Masculine);
        assert_eq!(said(0), "ноль");
        assert_eq!(said(1), "один");
        assert_eq!(said(12), "двенадцать");
        assert_eq!(said(40), "сорок");
        assert_eq!(said(90), "девяносто");
        assert_eq!(said(101), "сто один");
        assert_eq!(said(211), "двести одиннадцать");
        assert_eq!(said(1000), "одна тысяча");
        assert_eq!(said(2012), "две тысячи двенадцать");
        assert_eq!(said(21_002), "двадцать одна тысяча два");
        assert_eq!(said(999_999), "девятьсот девяносто девять тысяч девятьсот девяносто девять");
        assert_eq!(said(1_000_000), "1000000");
        assert_eq!(cardinal(2_152, Gender::Feminine), "две тысячи сто пятьдесят две");
        assert_eq!(cardinal(61, Gender::Neuter), "шестьдесят одно");
    }

    #[test]
    fn every_number_to_1999_is_its_parts_said_one_after_another() {
        let mut seen = BTreeSet::new();
        for n in 0..2000_u64 {
            let said = cardinal(n, Gender::Masculine);
            assert!(seen.insert(said.clone()), "{n} is said like another number: {said}");
            let (thousands, hundreds, tail) = (n / 1000 * 1000, n / 100 % 10 * 100, n % 100);
            let (tens, units) = if tail < 20 { (0, tail) } else { (tail / 10 * 10, tail % 10) };
            let parts: Vec<u64> = [thousands, hundreds, tens, units].into_iter().filter(|part| *part > 0).collect();
            if parts.len() > 1 {
                let joined: Vec<String> = parts.iter().map(|part| cardinal(*part, Gender::Masculine)).collect();
                assert_eq!(said, joined.join(" "), "{n}");
            } else {
                assert_eq!(said.split(' ').count(), if n == 1000 { 2 } else { 1 }, "{n}: {said}");
            }
        }
    }

    #[test]
    fn gender_changes_only_one_and_two() {
        for n in 0..2000_u64 {
            let [m, f, n_] = [Gender::Masculine, Gender::Feminine, Gender::Neuter].map(|gender| cardinal(n, gender));
            let (one, two) = (n % 10 == 1 && n % 100 != 11, n % 10 == 2 && n % 100 != 12);
            assert_eq!(m != f, one || two, "{n}");
            assert_eq!(m != n_, one, "{n}");
        }
    }

    #[test]
    fn nouns_follow_their_numbers() {
        for n in 0..2000_u64 {
            let expected = match n % 100 {
                11..=14 => "листов",
                tail => ["листов", "лист", "листа", "листа", "листа", "листов"][(tail % 10).min(5) as usize],
            };
            assert_eq!(plural(n, "лист", "листа", "листов"), expected, "{n}");
        }
        assert_eq!(counted(12, Gender::Masculine, "лист", "листа", "листов"), "12 (двенадцать) листов");
        assert_eq!(counted(21, Gender::Feminine, "запись", "записи", "записей"), "21 (двадцать одна) запись");
    }

    #[test]
    fn dates_and_moments_read_as_documents_have_them() {
        let day = NaiveDate::from_ymd_opt(2026, 6, 5).unwrap();
        assert_eq!(date_words(day), "5 июня 2026 г.");
        assert_eq!(date_short(day), "05.06.2026");
        assert_eq!(month_name(day), "июнь");
        assert_eq!(moment("2025-10-23T14:31:07+05:00"), "23.10.2025 14:31:07 +05:00");
        assert_eq!(moment("вчера"), "вчера");
        assert_eq!(day_and_month(day), "5 июня");
        assert_eq!(weekday(day), "пятница");
        assert_eq!(moment_words("2025-10-23T14:31:07+05:00"), "23 октября 2025 г., 14:31");
        assert_eq!(moment_short("2025-10-23T14:31:07+05:00"), "23.10.2025, 14:31");
        assert_eq!(count(21, "класс", "класса", "классов"), "21\u{a0}класс");
        assert_eq!([1, 5].map(learners), ["1\u{a0}обучающийся", "5\u{a0}обучающихся"]);
        assert_eq!([megabytes(0), megabytes(1), megabytes(1_350_000)], ["0,0", "0,1", "1,4"]);
        assert_eq!(size(83_400_000), "83,4\u{a0}МБ");
    }

    #[test]
    fn periods_have_roman_numbers() {
        assert_eq!(period_name(PeriodKind::Quarter, 1), "I четверть");
        assert_eq!(period_name(PeriodKind::HalfYear, 2), "II полугодие");
        assert_eq!(final_heading(PeriodKind::Quarter, 4), "IV четв.");
        assert_eq!(final_heading(PeriodKind::HalfYear, 1), "I полуг.");
        assert_eq!(final_heading(PeriodKind::Trimester, 3), "III трим.");
    }
}
