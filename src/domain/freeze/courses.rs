//! The sheets of courses: lessons, marks, and the teacher of that time. Floor 0.

use chrono::NaiveDate;

use super::{Freezing, place_in_year};
use crate::domain::journal::{Course, Learner, Lesson, StaffMember};
use crate::domain::route::{Unroutable, person_facts};
use crate::domain::setup::{Topic, plan};
use crate::domain::snapshot::{CourseRow, CourseSheet, LessonFacts, PartFacts};
use crate::domain::tenure::{self, Tenure};
use crate::domain::{names, words};

impl Freezing<'_> {
    /// The sheets of a course: one, or one for each teacher with lessons of the own in the span. The last one has the final marks.
    /// `topics` are those of the class's plans.
    pub(super) fn course_sheets(&self, course: &Course, topics: &[Topic]) -> Result<Vec<CourseSheet>, Unroutable> {
        let lessons = self.lessons.get(course.id.as_str()).map(Vec::as_slice).unwrap_or_default();
        let mut tenures = tenure::tenures(course, &self.journal.earlier_teachers, self.span.starts, self.span.ends);
        let last = tenures.len() - 1;
        let within = |one: &Tenure<'_>, lesson: &Lesson| (one.starts..=one.ends).contains(&lesson.key.date);
        let mut place = 0;
        tenures.retain(|one| {
            place += 1;
            place > last || lessons.iter().any(|lesson| within(one, lesson))
        });
        let day = |day: NaiveDate| day.to_string();
        let known = |id: &str| self.journal.staff_member(id).ok_or_else(|| Unroutable::Unknown(id.to_owned()));
        let each = |(no, one): (usize, &Tenure<'_>)| {
            let own: Vec<&Lesson> = lessons.iter().copied().filter(|lesson| within(one, lesson)).collect();
            let signer = if one.signer.is_empty() { None } else { Some(person_facts(known(one.signer)?)) };
            let part = PartFacts {
                no: no as u32,
                of: tenures.len() as u32,
                starts: day(one.starts),
                ends: day(one.ends),
                ground: one.ground.to_owned(),
                signer,
            };
            let part = (tenures.len() > 1 || part.signer.is_some()).then_some(part);
            let mut sheet = self.course_sheet(course, known(one.teacher)?, part, &own)?;
            let of_course = topics.iter().filter(|topic| topic.course == course.id);
            sheet.planned_centi = plan::hours_within(of_course, one.starts, one.ends);
            Ok(sheet)
        };
        (1..).zip(&tenures).map(each).collect()
    }

    fn course_sheet(
        &self,
        course: &Course,
        teacher: &StaffMember,
        part: Option<PartFacts>,
        lessons: &[&Lesson],
    ) -> Result<CourseSheet, Unroutable> {
        let suffix = match &part {
            Some(part) if !part.is_last() => format!(".{}", part.no),
            _ => String::new(),
        };
        let has_finals = suffix.is_empty();
        let seated = |learner: &Learner| self.seats.sits_within(course, &learner.id, self.span);
        let rows = self.numbered().filter(|(_, learner)| seated(learner)).map(|(no, learner)| {
            let mut row = self.course_row(course, lessons, no, learner);
            if !has_finals {
                row.final_mark.clear();
            }
            row
        });
        let final_heading = match place_in_year(self.journal, self.class, &self.span.id) {
            _ if !has_finals => String::new(),
            Some((kind, order)) => words::final_heading(kind, order),
            None => "Год".to_owned(),
        };
        Ok(CourseSheet {
            id: format!("course-{}{suffix}", names::slug(&course.id)),
            course: format!("{}{suffix}", course.id),
            subject: course.subject.clone(),
            group: course.group.clone(),
            teacher: person_facts(teacher),
            part: part.map(Box::new),
            final_heading,
            planned_centi: None,
            rows: rows.collect(),
            lessons: lessons.iter().map(|lesson| self.lesson_facts(lesson)).collect(),
        })
    }

    fn lesson_facts(&self, lesson: &Lesson) -> LessonFacts {
        let substitute = match lesson.substitute_teacher_id.as_str() {
            "" => String::new(),
            id => self.journal.staff_member(id).map_or_else(
                || id.to_owned(),
                |person| names::short_name(&person.surname, &person.given_name, &person.patronymic),
            ),
        };
        LessonFacts {
            date: lesson.key.date.to_string(),
            number: lesson.key.number,
            hours: 1,
            topic: lesson.topic.clone(),
            homework: lesson.homework.clone(),
            kind_of_work: lesson.kind_of_work.clone(),
            substitute,
        }
    }

    fn course_row(&self, course: &Course, lessons: &[&Lesson], no: u32, learner: &Learner) -> CourseRow {
        let before = lessons.iter().take_while(|lesson| lesson.key.date < learner.enrolled_on).count();
        let within = lessons.iter().filter(|lesson| learner.is_present_on(lesson.key.date)).count();
        let mark = self.finals.get(&(course.id.as_str(), learner.id.as_str(), self.span.id.as_str()));
        CourseRow {
            learner: learner.id.clone(),
            no,
            name: names::list_name(&learner.surname, &learner.given_name),
            first: before as u32,
            until: (before + within) as u32,
            arrival: self.arrival(learner),
            departure: self.departure(learner),
            cells: lessons.iter().map(|lesson| self.cell(&lesson.key, &learner.id)).collect(),
            final_mark: mark.map(|mark| (*mark).to_owned()).unwrap_or_default(),
        }
    }
}
