//! Who stands on which group's page: learners change groups between periods, and what was entered before the change stays where it was made. Floor 0.

use std::collections::{HashMap, HashSet};

use crate::domain::journal::{Course, Journal, Period};
use crate::domain::period::Span;

/// Seats of learners in the groups of a class, period by period.
///
/// The lists of groups say who is in a group now; entries say who was in it then. Whoever has entries in a group within a period stands on its page
/// of that period, member or not: no entry is lost to a later change of groups. A member without entries there, who has some in
/// another group of the subject in the same period, came later and does not stand on it (JRN-11; 002 4.1).
pub(super) struct Seats<'j> {
    periods: Vec<&'j Period>,
    /// Course, learner, place of the period.
    entered: HashSet<(&'j str, &'j str, usize)>,
    /// Groups of the same subject, by course.
    siblings: HashMap<&'j str, Vec<&'j str>>,
}

impl<'j> Seats<'j> {
    /// Reads the seats of a class's courses out of the entries of a span.
    pub(super) fn new(journal: &'j Journal, grade: u8, courses: &[&'j Course], span: &Span) -> Self {
        let groups: Vec<&&Course> = courses.iter().filter(|course| !course.members.is_empty()).collect();
        let mut siblings: HashMap<&str, Vec<&str>> = HashMap::new();
        for course in &groups {
            let others = groups.iter().filter(|other| other.subject == course.subject && other.id != course.id);
            siblings.insert(&course.id, others.map(|other| other.id.as_str()).collect());
        }
        let mut seats = Self { periods: journal.periods_of_grade(grade), entered: HashSet::new(), siblings };
        let marks = journal.marks.iter().map(|mark| (&mark.lesson, &mark.learner_id));
        let absences = journal.absences.iter().map(|absence| (&absence.lesson, &absence.learner_id));
        for (lesson, learner) in marks.chain(absences).filter(|(lesson, _)| span.contains(lesson.date)) {
            if seats.siblings.contains_key(lesson.course_id.as_str()) {
                let at = seats.at(lesson.date);
                seats.entered.insert((&lesson.course_id, learner, at));
            }
        }
        let finals = journal.final_marks.iter().filter(|mark| mark.period == span.id && !mark.value.is_empty());
        for mark in finals.filter(|mark| seats.siblings.contains_key(mark.course_id.as_str())).collect::<Vec<_>>() {
            // The year's own final mark says nothing of a period.
            if let Some(at) = seats.periods.iter().position(|period| period.id == span.id) {
                seats.entered.insert((&mark.course_id, &mark.learner_id, at));
            }
        }
        seats
    }

    /// Place of the period with this day; days of no period share one.
    fn at(&self, day: chrono::NaiveDate) -> usize {
        let within = |period: &&Period| period.starts <= day && day <= period.ends;
        self.periods.iter().position(within).unwrap_or(self.periods.len())
    }

    /// Does the learner stand on the course's pages of a span? Those of a whole year are the pages of all its periods.
    pub(super) fn sits_within(&self, course: &Course, learner: &str, span: &Span) -> bool {
        let mut own = self.periods.iter().filter(|one| one.starts <= span.ends && span.starts <= one.ends).peekable();
        match own.peek() {
            None => self.sits(course, learner, span.starts),
            Some(_) => own.any(|period| self.sits(course, learner, period.starts)),
        }
    }

    /// Does the learner stand on the course's page of the period with this day?
    pub(super) fn sits(&self, course: &Course, learner: &str, day: chrono::NaiveDate) -> bool {
        let Some(others) = self.siblings.get(course.id.as_str()) else { return true };
        let at = self.at(day);
        if self.entered.contains(&(course.id.as_str(), learner, at)) {
            return true;
        }
        course.members.iter().any(|member| member == learner)
            && !others.iter().any(|other| self.entered.contains(&(*other, learner, at)))
    }
}
