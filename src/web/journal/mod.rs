//! The journal to read: a class and course as the paper page looks, a lesson list on a phone, history of a cell. Floor 3.

mod cell;
mod class;
mod course;
mod finals;
mod grid;
mod kept;
mod learner;

use std::cmp::Ordering;
use std::sync::Arc;

use super::answer::Refusal;
use super::directory::Directory;
use super::route::{Access, Group, Route, SubjectOf, get};
use crate::domain::journal::{Class, Course, Learner, Period, YEAR};
use crate::domain::names;
use crate::domain::people::{OPERATOR, OPERATOR_NAME, Visitor};
use crate::domain::period::{self, Span};
use crate::domain::rights::Action;
use crate::domain::words;

pub(super) use kept::Pages;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const READS: Access = Access::Does(Action::ReadJournal);
    let (class, course, learner) = (SubjectOf::Class, SubjectOf::Course, SubjectOf::Learner);
    vec![
        get("/journal", READS, SubjectOf::House, class::classes)
            .in_menu(Group::Journal, "Классы")
            .helped("journal#классы")
            .kept(),
        get("/journal/{class}", READS, class, class::class).helped("journal#класс").kept(),
        get("/journal/{class}/finals", READS, class, finals::finals).helped("journal#итоги").kept(),
        get("/course/{course}", READS, course, course::course).helped("journal#страница").kept(),
        // Not kept: it notes the look at the cell's learner itself.
        get("/course/{course}/cell", READS, course, cell::cell).helped("journal#клетка"),
        get("/learner/{learner}", READS, learner, learner::of_staff).helped("journal#ученик").kept(),
        get("/diary/{learner}", Access::Does(Action::ReadOwnDiary), learner, learner::of_family)
            .helped("journal#дневник")
            .kept(),
    ]
    .into_iter()
    .map(Route::of_years)
    .collect()
}

/// A school year that a page can be asked for.
struct YearView {
    label: String,
    href: String,
    current: bool,
}

/// The choice of school years of the house for whom more than one opens; empty otherwise.
fn years(directory: &Directory, visitor: &Visitor, page: &str) -> Vec<YearView> {
    let reach = visitor.reach(Action::ReadJournal);
    let looks_back = reach.school || !reach.grades.is_empty();
    choice(directory, if looks_back { &directory.years } else { &[] }, page)
}

/// A choice of school years, the earliest first; empty when there is nothing to choose. `page` is an address without a year.
fn choice(directory: &Directory, years: &[String], page: &str) -> Vec<YearView> {
    if years.len() < 2 {
        return Vec::new();
    }
    let newest = directory.years.last();
    let view = |year: &String| YearView {
        label: year.clone(),
        // The newest year is what the page shows by itself.
        href: match newest == Some(year) {
            true => page.to_owned(),
            false => format!("{page}?year={}", super::query::segment(year)),
        },
        current: *year == directory.year,
    };
    years.iter().rev().map(view).collect()
}

/// One tab of the period switch.
struct Tab {
    label: String,
    href: String,
    current: bool,
    closed: bool,
}

/// A span with the words for it.
struct Chosen {
    span: Span,
    /// «I четверть», «2025/2026 учебный год».
    name: String,
}

/// The class's period that is asked for; else the one of this day, else the last that has begun, else the first.
fn choose(directory: &Directory, class: &Class, asked: &str, today: chrono::NaiveDate) -> Option<Chosen> {
    let own = directory.roster.periods_of_grade(class.grade);
    let id = match asked {
        "" => {
            let begun = own.iter().rfind(|period| period.starts <= today);
            begun.or(own.first()).map_or(YEAR, |period| period.id.as_str())
        }
        asked => asked,
    };
    let span = period::span(&directory.roster, class, id).ok()?;
    let place = own.iter().position(|period| period.id == span.id);
    let name = place.map_or_else(|| format!("{} учебный год", directory.year), |at| named(own[at], at));
    Some(Chosen { span, name })
}

fn named(period: &Period, at: usize) -> String {
    words::period_name(period.kind, at + 1)
}

/// The period switch of a class: its periods and the year.
fn tabs(directory: &Directory, class: &Class, path: &str, chosen: &str) -> Vec<Tab> {
    let own = directory.roster.periods_of_grade(class.grade);
    let tab = |id: &str, label: String| Tab {
        href: directory.address(format!("{path}?period={}", super::query::segment(id))),
        current: id == chosen,
        closed: directory.is_closed(&class.name, id),
        label,
    };
    let periods = own.iter().enumerate().map(|(at, period)| tab(&period.id, named(period, at)));
    periods.chain([tab(YEAR, "Год".to_owned())]).collect()
}

/// The order of courses on the pages: subjects by name, groups of one subject together. Copies keep the order of the lists.
pub(super) fn by_subject(a: &Course, b: &Course) -> Ordering {
    let subjects = names::compare([&a.subject, "", ""], [&b.subject, "", ""]);
    subjects.then_with(|| names::natural(&a.group, &b.group)).then_with(|| a.id.cmp(&b.id))
}

/// Surname, given name and patronymic, for the names of a list.
fn parts(learner: &Learner) -> [&str; 3] {
    [&learner.surname, &learner.given_name, &learner.patronymic]
}

/// «Агатова М.П.», in full where somebody else on the staff is written so; the identifier of somebody who is not on the staff.
fn staff_name(directory: &Directory, id: &str) -> String {
    if id == OPERATOR {
        return OPERATOR_NAME.to_owned();
    }
    let Some(person) = directory.roster.staff_member(id) else { return id.to_owned() };
    let short = names::short_name(&person.surname, &person.given_name, &person.patronymic);
    let is_shared = directory.roster.staff.iter().filter(|other| other.id != person.id).any(|other| {
        other.surname == person.surname
            && names::short_name(&other.surname, &other.given_name, &other.patronymic) == short
    });
    if is_shared { names::full_name(&person.surname, &person.given_name, &person.patronymic) } else { short }
}

/// The class of a path; the guard has looked it up already.
fn class_of(directory: &Arc<Directory>, name: &str) -> Result<Class, Refusal> {
    directory.class(name).cloned().ok_or(Refusal::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_stand_by_name_and_groups_of_one_subject_together() {
        let course = |id: &str, subject: &str, group: &str| Course {
            id: id.into(),
            class: "5А".into(),
            subject: subject.into(),
            group: group.into(),
            teacher_id: String::new(),
            hours_per_week_centi: 100,
            members: Vec::new(),
        };
        let mut courses = [
            course("C1", "Труд", ""),
            course("C2", "Английский язык", "2"),
            course("C3", "Ёлочный кружок", ""),
            course("C4", "Алгебра", ""),
            course("C5", "Английский язык", "1"),
            course("C6", "Жизнь города", ""),
        ];
        courses.sort_by(by_subject);
        assert_eq!(courses.map(|course| course.id), ["C4", "C5", "C2", "C3", "C6", "C1"]);
    }
}
