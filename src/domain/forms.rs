//! The office's own forms, each a function of what is known (domain.md 2). Floor 0.
//!
//! What is not known yet leaves a place for ink; what a school does not have (a fund, a commission's minutes) goes with its words.

pub mod acts;
pub mod carriers;
pub mod classes;
pub mod conformity;
pub mod control;
pub mod examples;
pub mod fallback;
pub mod files;
pub mod inventories;
pub mod learners;
pub mod plan;
pub mod registers;
pub mod training;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::form::{Approval, Form};
use super::journal::Journal;
use super::names;
use super::people::{OPERATOR, OPERATOR_NAME};
pub use super::words::day;

/// Whose paper it is, and what the archive asks of it. Everything but the name may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Letterhead {
    /// Full name of the school.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Town: the place where documents are made.
    pub town: String,
    /// Job title of the head, as the school has it: «Директор», «И.о. директора».
    pub head_post: String,
    /// «И.О. Фамилия» of the head.
    pub head_name: String,
    /// Job title of who keeps the office.
    pub clerk_post: String,
    /// «И.О. Фамилия» of who keeps the office.
    pub clerk_name: String,
    /// Number of the fund; most schools have none.
    pub fund: String,
    /// State or municipal archive that takes the school's records; most schools have none.
    pub archive: String,
    /// «Протокол ЭК от 01.06.2026 № 2»: the expert commission agreed.
    pub minutes: String,
    /// Division that keeps the files.
    pub division: String,
}

/// A person as documents write one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// «Фамилия Имя Отчество».
    pub full: String,
    /// «Фамилия И.О.».
    pub short: String,
    /// «И.О. Фамилия».
    pub signed: String,
    /// Job title.
    pub post: String,
}

/// People by staff identifier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People(BTreeMap<String, Person>);

impl People {
    /// The staff of a journal.
    pub fn of(journal: &Journal) -> Self {
        let person = |one: &super::journal::StaffMember| Person {
            full: names::full_name(&one.surname, &one.given_name, &one.patronymic),
            short: names::short_name(&one.surname, &one.given_name, &one.patronymic),
            signed: names::signature_name(&one.surname, &one.given_name, &one.patronymic),
            post: one.position.clone(),
        };
        Self(journal.staff.iter().map(|one| (one.id.clone(), person(one))).collect())
    }

    /// A person; whoever is not on the list is known by the identifier alone.
    pub fn get(&self, id: &str) -> Person {
        let unknown = || {
            let name = if id == OPERATOR { OPERATOR_NAME } else { id };
            Person { full: name.to_owned(), short: name.to_owned(), signed: name.to_owned(), post: String::new() }
        };
        self.0.get(id).cloned().unwrap_or_else(unknown)
    }

    /// «заместитель директора, Агатова М.П.»; empty for nobody.
    pub fn with_post(&self, id: &str) -> String {
        if id.is_empty() {
            return String::new();
        }
        let person = self.get(id);
        if person.post.is_empty() { person.short } else { format!("{}, {}", person.post, person.short) }
    }

    /// The first one who holds a role.
    pub fn holder<'j>(journal: &'j Journal, role: &str) -> Option<&'j str> {
        journal.staff.iter().find(|one| one.has_role(role)).map(|one| one.id.as_str())
    }
}

impl Letterhead {
    /// What a journal knows of it: the school, the head, the secretary.
    pub fn of(journal: &Journal) -> Self {
        let people = People::of(journal);
        let holder = |role| People::holder(journal, role).map(|id| people.get(id)).unwrap_or_default();
        let (head, clerk) = (holder("director"), holder("secretary"));
        Self {
            name: journal.school.name.clone(),
            short_name: journal.school.short_name.clone(),
            town: journal.school.town.clone(),
            head_post: if head.post.is_empty() { "Директор".to_owned() } else { head.post },
            head_name: head.signed,
            clerk_post: if clerk.post.is_empty() { "Секретарь".to_owned() } else { clerk.post },
            clerk_name: clerk.signed,
            ..Self::default()
        }
    }

    /// «УТВЕРЖДАЮ» of the head.
    fn approved(&self) -> Approval {
        Approval::by_head(&self.head_post, &self.head_name)
    }

    /// A form with the school's name above it.
    fn form(&self, id: &str, title: &str) -> Form {
        Form::new(id, title).organisation(&self.name)
    }

    /// The short name, or the full one.
    fn short(&self) -> &str {
        if self.short_name.is_empty() { &self.name } else { &self.short_name }
    }
}

/// Minutes of the expert commission as a stamp names them, «Протокол ЭК от 12.01.2027 № 1» (domain.md 2.12), however the school typed them:
/// «от 12.01.2027 № 1», «№ 1 от 12.01.2027», «протокол экспертной комиссии …». What names another body stays as it was typed.
pub fn minutes_words(typed: &str) -> String {
    const NAMED: [&str; 4] = ["протокол", "экспертной", "комиссии", "эк"];
    let is_name = |word: &&str| NAMED.contains(&word.to_lowercase().as_str());
    let rest = typed.split_whitespace().skip_while(is_name).collect::<Vec<_>>().join(" ");
    let (date, no) = match rest.split_once('№') {
        // The number first.
        Some(("", after)) => after.split_once("от ").map_or(("", after), |(no, date)| (date, no)),
        Some((before, after)) => (before, after),
        None => (rest.as_str(), ""),
    };
    let date = date.strip_prefix("от ").unwrap_or(date).trim().trim_end_matches(',');
    let no = no.trim().trim_end_matches(',');
    let is_day = date.starts_with(|first: char| first.is_ascii_digit()) && date.contains(['.', ' ', '-']);
    if !(is_day || date.is_empty() && !no.is_empty()) {
        return typed.trim().to_owned();
    }
    let date = if date.is_empty() { String::new() } else { format!(" от {}", day(date)) };
    let no = if no.is_empty() { String::new() } else { format!(" № {no}") };
    format!("Протокол ЭК{date}{no}")
}

/// «67,50»: hundredths with a decimal comma; empty for nothing.
fn hundredths(value: Option<u32>) -> String {
    value.map(|n| format!("{},{:02}", n / 100, n % 100)).unwrap_or_default()
}

/// A share in per cent with one decimal: «12,5»; empty when nothing was counted.
fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return String::new();
    }
    let tenths = (part * 2000 + whole) / (2 * whole);
    format!("{},{}", tenths / 10, tenths % 10)
}

/// A count as a cell: empty for none.
fn or_empty(n: usize) -> String {
    if n == 0 { String::new() } else { n.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_with_commas_and_rounded_half_up() {
        assert_eq!([percent(1, 8), percent(1, 3), percent(0, 5), percent(0, 0)], ["12,5", "33,3", "0,0", ""]);
        assert_eq!([hundredths(Some(367)), hundredths(Some(5)), hundredths(None)], ["3,67", "0,05", ""]);
        assert_eq!(
            [day("2026-06-05"), day("2026-06-05T10:00:00+05:00"), day("вчера")],
            ["05.06.2026", "05.06.2026", "вчера"]
        );
    }

    #[test]
    fn minutes_of_the_commission_are_named_however_they_were_typed() {
        for typed in [
            "от 12.01.2027 № 1",
            "12.01.2027 № 1",
            "12.01.2027, №1",
            "№ 1 от 12.01.2027",
            "2027-01-12 № 1",
            "Протокол ЭК от 12.01.2027 № 1",
            " протокол экспертной комиссии № 1 от 12.01.2027 ",
        ] {
            assert_eq!(minutes_words(typed), "Протокол ЭК от 12.01.2027 № 1", "{typed}");
        }
        assert_eq!(minutes_words("№ 1"), "Протокол ЭК № 1");
        for typed in ["", "Протокол ЭПК архива от 12.01.2027 № 1", "Протокол ЭК", "1"] {
            assert_eq!(minutes_words(typed), typed);
        }
    }
}
