//! Blank sheets for when the journal cannot be reached, out of the roster and the timetable: the own courses, whole classes, or a day,
//! in one print job (003 Рук 6; DOC-16). Floor 2.

use chrono::NaiveDate;

use crate::domain::form::Form;
use crate::domain::forms::Letterhead;
use crate::domain::forms::fallback::{Blank, fallback};
use crate::domain::journal::{Class, Course};
use crate::domain::setup::timetable;
use crate::domain::{names, period};
use crate::flow::timeliness::calendar_of_setup;
use crate::flow::{Act, Error, House};

/// What is to be printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A class; empty for every class.
    pub class: String,
    /// A course by its identifier; empty for every course.
    pub course: String,
    /// Courses of one teacher; empty for everybody's.
    pub teacher: String,
    /// Only what the timetable has on this day.
    pub day: Option<NaiveDate>,
}

/// The sheets, by class and lesson of the day, or by class and subject; `may` says which courses the one who asks reaches.
pub async fn sheets(
    house: &House,
    wanted: &Wanted,
    may: &(dyn Fn(&Course, &Class) -> bool + Sync),
    act: &Act,
) -> Result<Vec<Blank>, Error> {
    let year = house.year(None).await?;
    let journal = house.db.load_roster(&year).await?;
    let setup = house.db.load_setup(&year).await?;
    let calendar = calendar_of_setup(&setup, &journal);
    let lessons = wanted.day.map(|day| timetable::on_day(&journal, &setup, &calendar, day)).unwrap_or_default();
    let mut sheets: Vec<(usize, Vec<u8>, String, Blank)> = Vec::new();
    for course in &journal.courses {
        let Some(place) = journal.classes.iter().position(|class| class.name == course.class) else { continue };
        let class = &journal.classes[place];
        // Who has come or gone by the day for which it is printed.
        let on = wanted.day.unwrap_or_else(|| act.at.date_naive());
        let is = |given: &str, own: &str| given.is_empty() || given == own;
        let asked = is(&wanted.class, &course.class)
            && is(&wanted.course, &course.id)
            && is(&wanted.teacher, journal.teacher_on(course, on));
        let numbers: Vec<u8> =
            lessons.iter().filter(|(one, _)| one.id == course.id).map(|(_, number)| *number).collect();
        if !asked || (wanted.day.is_some() && numbers.is_empty()) || !may(course, class) {
            continue;
        }
        let mut learners = period::members(course, &journal.learners);
        learners.retain(|learner| learner.is_present_on(on));
        learners.sort_by(|a, b| {
            names::compare([&a.surname, &a.given_name, &a.patronymic], [&b.surname, &b.given_name, &b.patronymic])
        });
        let teacher = journal.staff_member(journal.teacher_on(course, on));
        let blank = Blank {
            class: course.class.clone(),
            learners: learners.iter().map(|l| names::list_name(&l.surname, &l.given_name)).collect(),
            subject: period::course_title(course),
            teacher: teacher
                .map(|one| names::full_name(&one.surname, &one.given_name, &one.patronymic))
                .unwrap_or_default(),
            lessons: wanted.day.map(|day| numbers.iter().map(|number| (day, *number)).collect()).unwrap_or_default(),
        };
        sheets.push((place, numbers, blank.subject.clone(), blank));
    }
    sheets.sort_by(|a, b| (a.0, &a.1, &a.2).cmp(&(b.0, &b.1, &b.2)));
    Ok(sheets.into_iter().map(|(.., blank)| blank).collect())
}

/// The sheets as one print job.
pub async fn form(house: &House, sheets: &[Blank]) -> Result<Form, Error> {
    let year = house.year(None).await?;
    Ok(fallback(&Letterhead::of(&house.db.load_roster(&year).await?), sheets))
}
