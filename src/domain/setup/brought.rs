//! Marks brought from another school: which subject here stands for the one there, and what may stand as its day and value (P-04, JRN-02).
//! Floor 0.
//!
//! It is a subject of the learner's class, or at least of the school; an empty cell leaves the mark unmapped.

use chrono::{Datelike as _, NaiveDate};

use super::cells::parse_day;
use super::layout::{FOREIGN_MARKS, Layout};
use super::paste::Sheet;
use super::promotion::first_day;
use super::{Setup, spelling};
use crate::domain::finding::Finding;
use crate::domain::journal::Journal;
use crate::domain::names;
use crate::domain::policy::Policy;
use crate::domain::words;

/// The column of the subject here.
const SUBJECT: &str = "subject";

/// Subjects of a class by its courses and its curriculum.
pub fn subjects_of(journal: &Journal, setup: &Setup, class: &str) -> Vec<String> {
    let grade = journal.class(class).map_or(0, |known| known.grade);
    let taught = journal.courses.iter().filter(|course| course.class == class).map(|course| course.subject.clone());
    let planned = setup.curriculum_of(class, grade).into_iter().map(|line| line.subject.clone());
    ordered(taught.chain(planned).collect())
}

/// Subjects of all classes and of the whole curriculum.
fn of_school(journal: &Journal, setup: &Setup) -> Vec<String> {
    let taught = journal.courses.iter().map(|course| course.subject.clone());
    let planned = setup.curriculum.iter().map(|line| line.subject.clone());
    ordered(taught.chain(planned).collect())
}

fn ordered(mut subjects: Vec<String>) -> Vec<String> {
    subjects.sort();
    subjects.dedup();
    subjects
}

/// Writes the subject of a brought mark as the school spells it. One that neither the class nor the school has comes back as a finding in its cell.
pub fn settle(
    layout: &Layout,
    row: &mut [String],
    journal: &Journal,
    setup: &Setup,
    place: impl FnOnce() -> String,
) -> Option<Finding> {
    if layout.table != FOREIGN_MARKS.table {
        return None;
    }
    let at = layout.place(SUBJECT)?;
    let written = row.get(at).filter(|text| !text.is_empty())?.clone();
    let learner = row.first()?.clone();
    let class = journal.learners.iter().find(|one| one.id == learner).map_or("", |one| one.class.as_str());
    let (of_class, of_school) = (subjects_of(journal, setup, class), of_school(journal, setup));
    let folded = names::fold(&written);
    if let Some(own) = of_class.iter().chain(&of_school).find(|subject| names::fold(subject) == folded) {
        row[at].clone_from(own);
        return None;
    }
    let likely = |subjects: &[String]| -> Vec<String> {
        let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
        let mut near: Vec<String> = spelling::likely(&written, &subjects).into_iter().map(str::to_owned).collect();
        if near.is_empty() {
            near.extend(subjects.iter().filter(|one| begins_alike(&written, one)).map(|one| (*one).to_owned()));
        }
        near.into_iter().map(|one| format!("«{one}»")).collect()
    };
    let mut near = likely(&of_class);
    if near.is_empty() {
        near = likely(&of_school);
    }
    let message = match near.is_empty() {
        true => format!("предмета «{written}» в школе нет; если сопоставить не с чем, оставьте пустым"),
        false => format!("предмета «{written}» в школе нет; возможно, {}", near.join(" или ")),
    };
    let expected = if of_class.is_empty() { &of_school } else { &of_class };
    Some(Finding::new("setup.subject-unknown", place(), message).expected_found(expected.join(", "), written))
}

/// Values that a brought mark may have: the marks of the school's rules, then its words for a final one.
pub fn values(policy: &Policy) -> Vec<String> {
    let finals = policy.final_values.iter().map(|rule| rule.code.clone());
    policy.mark_values.iter().cloned().chain(finals).collect()
}

/// A day of a brought mark as people read it, «10.11.2025»; a period stays as it was written.
pub fn dated_words(dated: &str) -> String {
    parse_day(dated).map_or_else(|| dated.to_owned(), words::date_short)
}

/// What is wrong with the day and the value of a brought mark; nothing for rows of other tables. `place` names the line or the form,
/// `year` is the school year that takes the mark, «2025/2026».
pub fn wrong_cells(layout: &Layout, row: &[String], policy: &Policy, year: &str, place: &str) -> Vec<Finding> {
    if layout.table != FOREIGN_MARKS.table {
        return Vec::new();
    }
    let cell = |name: &str| layout.place(name).and_then(|at| row.get(at)).map_or("", String::as_str);
    let (dated, value, allowed) = (cell("dated"), cell("value"), values(policy));
    let mut findings = Vec::new();
    if !value.is_empty() && !allowed.is_empty() && !allowed.iter().any(|one| one == value) {
        let message =
            "такой отметки нет в правилах школы: одна строка — одна отметка, написанную иначе впишите в примечание";
        let finding = Finding::new("foreign.mark", format!("{place}, «Отметка»"), message);
        findings.push(finding.expected_found(allowed.join(", "), value));
    }
    if !dated.is_empty()
        && let Some(message) = wrong_day(dated, year)
    {
        let finding = Finding::new("foreign.dated", format!("{place}, «Дата или период»"), message);
        findings.push(finding.expected_found("10.11.2025 или словами: 1 четверть, за год", dated));
    }
    findings
}

/// Why a text is neither a day of this or the last school year nor words for a period; `None` when it is one of them.
fn wrong_day(dated: &str, year: &str) -> Option<&'static str> {
    match (parse_day(dated), first_day(year)) {
        (Some(day), Some(first)) => {
            let turned = |years: i32| NaiveDate::from_ymd_opt(first.year() + years, first.month(), first.day());
            let fits = turned(-1).is_none_or(|from| from <= day) && turned(1).is_none_or(|end| day < end);
            (!fits).then_some("день не из этого и не из прошлого учебного года")
        }
        (Some(_), None) => None,
        (None, _) if dated.chars().any(char::is_alphabetic) => None,
        (None, _) => Some("это не дата и не период"),
    }
}

/// Is one name the other's first words, as «Алгебра» of «Алгебра и начала анализа»?
fn begins_alike(one: &str, other: &str) -> bool {
    let (one, other) = (names::fold(one), names::fold(other));
    let (one, other): (Vec<&str>, Vec<&str>) = (one.split_whitespace().collect(), other.split_whitespace().collect());
    let shared = one.len().min(other.len());
    shared > 0 && one[..shared] == other[..shared]
}

/// Where the subject of a line of a sheet stands: «строка 3, столбец E «Предмет здесь»».
pub fn place(sheet: &Sheet, line: usize) -> String {
    let title = title();
    let at = sheet.heads.iter().position(|head| names::fold(head) == names::fold(title));
    let letter = at.and_then(|at| sheet.letters.get(at)).map(|letter| format!("столбец {letter} "));
    format!("строка {line}, {}«{title}»", letter.unwrap_or_default())
}

/// Where it stands in a form.
pub fn place_in_form() -> String {
    format!("{}, «{}»", FOREIGN_MARKS.title, title())
}

fn title() -> &'static str {
    FOREIGN_MARKS.columns.iter().find(|column| column.name == SUBJECT).map_or("", |column| column.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::journal::{Class, Course, Learner};
    use crate::domain::setup::layout::ROOMS;

    fn journal() -> Journal {
        let course = |class: &str, subject: &str| Course {
            id: format!("{class}-{subject}"),
            class: class.into(),
            subject: subject.into(),
            group: String::new(),
            teacher_id: String::new(),
            hours_per_week_centi: 0,
            members: Vec::new(),
        };
        let learner = Learner {
            id: "L1".into(),
            surname: "Ольхина".into(),
            given_name: "Яшма".into(),
            patronymic: String::new(),
            born: None,
            class: "7А".into(),
            enrolled_on: chrono::NaiveDate::default(),
            enrolment_order: String::new(),
            left_on: None,
            leaving_order: String::new(),
        };
        Journal {
            classes: vec![Class { name: "7А".into(), grade: 7, class_teacher_id: String::new() }],
            courses: vec![course("7А", "Алгебра"), course("7А", "Физика"), course("8А", "Химия")],
            learners: vec![learner],
            ..Journal::default()
        }
    }

    fn settled(subject: &str) -> Result<String, Finding> {
        let mut row = ["L1", "0001", "Школа № 2", "Там", subject, "1 четверть", "4", ""].map(str::to_owned);
        match settle(&FOREIGN_MARKS, &mut row, &journal(), &Setup::default(), place_in_form) {
            None => Ok(row[4].clone()),
            Some(finding) => Err(finding),
        }
    }

    #[test]
    fn a_subject_of_the_class_or_the_school_is_taken_as_it_is_spelt_and_none_at_all_too() {
        for (written, stored) in [("Алгебра", "Алгебра"), ("алгебра", "Алгебра"), ("химия", "Химия"), ("", "")]
        {
            assert_eq!(settled(written).as_deref(), Ok(stored));
        }
    }

    #[test]
    fn an_unknown_subject_is_told_with_its_cell_and_the_nearest() {
        for (written, nearest) in [
            ("Алгебрра", "возможно, «Алгебра»"),
            ("Химмия", "возможно, «Химия»"),
            ("Алгебра и начала анализа", "возможно, «Алгебра»"),
            ("Химия вокруг нас", "возможно, «Химия»"),
        ] {
            let finding = settled(written).err().unwrap_or_else(|| Finding::new("none", "", ""));
            assert_eq!((finding.code, finding.found.as_str()), ("setup.subject-unknown", written));
            assert!(finding.place.ends_with("«Предмет здесь»") && finding.message.contains(nearest), "{finding:?}");
            assert_eq!(finding.expected, "Алгебра, Физика");
        }
        let finding = settled("Мироведение").err().unwrap_or_else(|| Finding::new("none", "", ""));
        assert!(finding.message.contains("оставьте пустым"), "{finding:?}");
        // Other tables have columns of that name as well.
        let mut row = ["Алгебрра".to_owned()];
        assert_eq!(settle(&ROOMS, &mut row, &journal(), &Setup::default(), place_in_form), None);
    }
    #[test]
    fn a_brought_mark_has_a_value_of_the_rules_and_a_day_or_words_for_a_period() {
        let policy = Policy { mark_values: ["5", "4", "3", "2"].map(str::to_owned).to_vec(), ..default_policy() };
        let wrong = |dated: &str, value: &str| {
            let row = ["L1", "0001", "Школа № 2", "Там", "", dated, value, ""].map(str::to_owned);
            let found = wrong_cells(&FOREIGN_MARKS, &row, &policy, "2025/2026", "строка 2");
            found.into_iter().map(|one| one.place).collect::<Vec<_>>()
        };
        for dated in ["1 четверть", "сентябрь", "за год", "10.11.2025", "2025-11-10", "20.05.2025"]
        {
            assert_eq!(wrong(dated, "4"), Vec::<String>::new(), "{dated}");
        }
        for dated in ["31.02.2025", "1", "10.11.2052", "10.11.1925"] {
            assert_eq!(wrong(dated, "4"), ["строка 2, «Дата или период»"], "{dated}");
        }
        for value in ["45", "пять", "4+", "6"] {
            assert_eq!(wrong("1 четверть", value), ["строка 2, «Отметка»"], "{value}");
        }
        let row = ["99".to_owned()];
        assert!(wrong_cells(&ROOMS, &row, &policy, "2025/2026", "").is_empty(), "of other tables nothing is said");
        assert_eq!([dated_words("2025-11-10"), dated_words("1 четверть")], ["10.11.2025", "1 четверть"]);
    }

    fn default_policy() -> Policy {
        use crate::domain::policy::{builtin, parse};
        parse("default", builtin("default").unwrap_or_default()).unwrap_or_else(|found| panic!("{found:?}"))
    }
}
