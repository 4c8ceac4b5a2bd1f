//! A journal as the tables of a bundle: the contrary of reading. Floor 1.

use chrono::NaiveDate;

use crate::domain::journal::{Journal, LessonKey};
use crate::domain::timeliness::EntryTime;

use super::layout::File;

/// The rows of one table, cells in the layout's order: what an export writes and what an addition is laid over.
pub fn rows(file: File, journal: &Journal) -> Vec<Vec<String>> {
    match file {
        File::School => {
            let school = &journal.school;
            let is_there = !school.name.is_empty() || !school.year.is_empty();
            let row = [&school.name, &school.short_name, &school.town, &school.year].map(String::clone).to_vec();
            if is_there { vec![row] } else { Vec::new() }
        }
        File::Periods => each(&journal.periods, |p| {
            vec![
                p.id.clone(),
                p.name.clone(),
                p.kind.as_str().to_owned(),
                p.grade_from.to_string(),
                p.grade_to.to_string(),
                p.starts.to_string(),
                p.ends.to_string(),
            ]
        }),
        File::Staff => each(&journal.staff, |s| {
            let roles = s.roles.join(" ");
            [&s.id, &s.surname, &s.given_name, &s.patronymic, &s.position, &roles].map(String::clone).to_vec()
        }),
        File::Classes => {
            each(&journal.classes, |c| vec![c.name.clone(), c.grade.to_string(), c.class_teacher_id.clone()])
        }
        File::Learners => each(&journal.learners, |l| {
            vec![
                l.id.clone(),
                l.surname.clone(),
                l.given_name.clone(),
                l.patronymic.clone(),
                day(l.born),
                l.class.clone(),
                l.enrolled_on.to_string(),
                l.enrolment_order.clone(),
                day(l.left_on),
                l.leaving_order.clone(),
            ]
        }),
        File::Courses => each(&journal.courses, |c| {
            vec![
                c.id.clone(),
                c.class.clone(),
                c.subject.clone(),
                c.group.clone(),
                c.teacher_id.clone(),
                hours(c.hours_per_week_centi),
            ]
        }),
        File::Groups => {
            let members = journal.courses.iter().flat_map(|c| c.members.iter().map(move |member| (c, member)));
            members.map(|(course, member)| vec![course.id.clone(), member.clone()]).collect()
        }
        _ => entries(file, journal),
    }
}

fn entries(file: File, journal: &Journal) -> Vec<Vec<String>> {
    match file {
        File::Lessons => each(&journal.lessons, |l| {
            let rest = [&l.topic, &l.homework, &l.kind_of_work, &l.substitute_teacher_id].map(String::clone);
            lesson(&l.key).into_iter().chain(rest).collect()
        }),
        File::Marks => each(&journal.marks, |m| {
            let rest = [&m.learner_id, &m.kind_of_work, &m.value].map(String::clone);
            lesson(&m.lesson).into_iter().chain(rest).collect()
        }),
        File::Absences => each(&journal.absences, |a| {
            lesson(&a.lesson).into_iter().chain([a.learner_id.clone(), a.code.clone()]).collect()
        }),
        File::FinalMarks => each(&journal.final_marks, |f| {
            [&f.course_id, &f.learner_id, &f.period, &f.value].map(String::clone).to_vec()
        }),
        // Times of entries are no part of the journal itself; they come in with it and stay.
        File::Entries => Vec::new(),
        _ => each(&journal.decisions, |d| {
            vec![d.learner_id.clone(), d.decision.clone(), d.protocol.clone(), day(d.date)]
        }),
    }
}

/// Times of entries as rows of their table.
pub fn entry_rows(entries: &[EntryTime]) -> Vec<Vec<String>> {
    each(entries, |entry| {
        let moment = entry.entered_at.format("%Y-%m-%dT%H:%M:%S").to_string();
        let rest = [entry.kind.as_str().to_owned(), entry.learner_id.clone(), moment];
        lesson(&entry.lesson).into_iter().chain(rest).collect()
    })
}

fn each<T>(items: &[T], row: impl Fn(&T) -> Vec<String>) -> Vec<Vec<String>> {
    items.iter().map(row).collect()
}

fn lesson(key: &LessonKey) -> [String; 3] {
    [key.course_id.clone(), key.date.to_string(), key.number.to_string()]
}

fn day(date: Option<NaiveDate>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// Hundredths of an hour as `2`, `0.5`, `1.25`.
pub fn hours(centi: u32) -> String {
    match centi % 100 {
        0 => (centi / 100).to_string(),
        part if part % 10 == 0 => format!("{}.{}", centi / 100, part / 10),
        part => format!("{}.{part:02}", centi / 100),
    }
}
