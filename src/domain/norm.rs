//! How many marks a learner should have in a period (накопляемость), and who has fewer. Floor 0.
//!
//! 000 Инс 5.2 д: three or four marks at one lesson a week, six or seven at two and more, and in profile groups. A period that is still
//! running is measured by the share of its days that has passed: nobody owes in September what is asked for by the end of October.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::journal::{Course, Journal};
use super::period::Span;
use super::policy::{Policy, Said, Source, Value};

/// What the policy asks of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Norm {
    /// Marks of a learner by the period's end, the least of what the regulation names.
    pub marks: u32,
    /// «3–4 при одном уроке в неделю»; may be empty.
    pub note: String,
    /// Who says so.
    pub clause: String,
    /// Said by the regulation, or taken from the default policy.
    pub source: Source,
}

/// The norm of a course in a grade; `None` where the policy asks for none, or marks are not given yet in that grade.
pub fn norm(policy: &Policy, course: &Course, grade: u8) -> Option<Norm> {
    if policy.number("marks.first_grade").is_some_and(|first| u32::from(grade) < first) {
        return None;
    }
    // Half an hour more than one lesson a week is still one lesson a week: the regulation knows whole lessons.
    let hours = course.hours_per_week_centi / 100;
    let profile = course.group.to_lowercase().contains("профил");
    let fits = |said: &&Said| {
        let within = said.hours.is_none_or(|(from, to)| (from..=to).contains(&hours));
        said.key == "marks.norm" && said.holds_for(grade) && within && (!said.profile || profile)
    };
    // What is said of profile groups is said of them alone, so it comes first.
    let said = policy.said.iter().filter(fits).max_by_key(|said| said.profile)?;
    let Value::Number(marks) = said.value else { return None };
    let source = policy.source("marks.norm").unwrap_or(Source::Said);
    Some(Norm { marks, note: said.note.clone(), clause: said.clause.clone(), source })
}

/// How a course stands against its norm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is asked for.
    pub norm: Norm,
    /// Marks asked for by today.
    pub so_far: u32,
    /// Learners with fewer, in the order of the list.
    pub short: Vec<String>,
    /// Learners who are counted.
    pub of: usize,
}

/// Counts the marks of a course's learners in a span; `entries` must hold the course's marks. Learners who came or went within the span are
/// left out: nobody says how many marks half a quarter asks for.
pub fn stand(
    norm: Norm,
    course: &Course,
    roster: &Journal,
    entries: &Journal,
    span: &Span,
    today: NaiveDate,
) -> Standing {
    let days = |until: NaiveDate| (until - span.starts).num_days().max(0) as u64 + 1;
    let so_far = match today {
        today if today >= span.ends => norm.marks,
        today if today < span.starts => 0,
        today => (u64::from(norm.marks) * days(today) / days(span.ends)) as u32,
    };
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for mark in &entries.marks {
        if mark.lesson.course_id == course.id && span.contains(mark.lesson.date) {
            *counts.entry(&mark.learner_id).or_default() += 1;
        }
    }
    let until = today.min(span.ends);
    let whole = |id: &str| {
        let learner = roster.learners.iter().find(|learner| learner.id == id);
        learner.is_some_and(|l| l.enrolled_on <= span.starts && l.left_on.is_none_or(|left| left > until))
    };
    let members = super::period::members(course, &roster.learners);
    let counted: Vec<&str> = members.iter().map(|l| l.id.as_str()).filter(|id| whole(id)).collect();
    let short = counted.iter().filter(|id| counts.get(**id).copied().unwrap_or_default() < so_far);
    Standing { so_far, short: short.map(|id| (*id).to_owned()).collect(), of: counted.len(), norm }
}

impl Standing {
    /// «у 5 из 28 меньше 6 отметок», empty when nobody has fewer.
    pub fn in_russian(&self) -> String {
        if self.short.is_empty() {
            return String::new();
        }
        let word = super::words::plural(self.so_far.into(), "отметки", "отметок", "отметок");
        let running = if self.so_far == self.norm.marks {
            String::new()
        } else {
            format!(" (на сегодня; за период — {})", self.norm.marks)
        };
        format!("у {} из {} меньше {} {word}{running}", self.short.len(), self.of, self.so_far)
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test may say what it expects
mod tests {
    use super::*;
    use crate::domain::journal::{Learner, LessonKey, Mark};
    use crate::domain::policy;

    fn preset(name: &str) -> Policy {
        policy::parse(name, policy::builtin(name).expect("a preset")).expect("a policy")
    }

    fn course(hours: u32, group: &str) -> Course {
        Course {
            id: "C1".into(),
            class: "5А".into(),
            subject: "Алгебра".into(),
            group: group.into(),
            teacher_id: "T1".into(),
            hours_per_week_centi: hours,
            members: Vec::new(),
        }
    }

    #[test]
    fn the_norm_follows_the_hours_the_grade_and_the_profile() {
        let policy = preset("chernushka-2018");
        let marks = |hours, grade, group: &str| norm(&policy, &course(hours, group), grade).map(|norm| norm.marks);
        assert_eq!(marks(100, 5, ""), Some(3));
        assert_eq!(marks(150, 5, ""), Some(3));
        assert_eq!(marks(200, 5, ""), Some(6));
        assert_eq!(marks(100, 10, "профильная группа"), Some(6));
        assert_eq!(marks(100, 10, "1 группа"), Some(3));
        assert_eq!(marks(500, 1, ""), None, "no marks in the first grade");
    }

    #[test]
    fn a_running_period_asks_for_its_share_and_newcomers_are_left_out() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let learner = |id: &str, from: &str| Learner {
            id: id.into(),
            surname: "Агатов".into(),
            given_name: "Яшма".into(),
            patronymic: String::new(),
            born: None,
            class: "5А".into(),
            enrolled_on: day(from),
            enrolment_order: String::new(),
            left_on: None,
            leaving_order: String::new(),
        };
        let roster = Journal {
            learners: vec![learner("L1", "2025-09-01"), learner("L2", "2025-09-01"), learner("L3", "2025-10-10")],
            ..Journal::default()
        };
        let mark = |learner: &str, date: &str, number| Mark {
            lesson: LessonKey { course_id: "C1".into(), date: day(date), number },
            learner_id: learner.into(),
            ordinal: 0,
            kind_of_work: String::new(),
            value: "5".into(),
        };
        let entries = Journal {
            marks: vec![mark("L1", "2025-09-05", 1), mark("L1", "2025-09-12", 1), mark("L2", "2025-08-30", 1)],
            ..Journal::default()
        };
        let span = Span { id: "Q1".into(), starts: day("2025-09-01"), ends: day("2025-10-26") };
        let standing = |today: &str| {
            let course = course(300, "");
            let norm = norm(&preset("default"), &course, 5).expect("a norm");
            stand(norm, &course, &roster, &entries, &span, day(today))
        };
        // 56 days, 6 marks: two of them by the 19th day.
        let early = standing("2025-09-20");
        assert_eq!((early.so_far, early.short, early.of), (2, vec!["L2".to_owned()], 2));
        let late = standing("2025-11-30");
        assert_eq!(late.in_russian(), "у 2 из 2 меньше 6 отметок");
        assert_eq!(standing("2025-09-20").in_russian(), "у 1 из 2 меньше 2 отметок (на сегодня; за период — 6)");
        assert_eq!(standing("2025-08-20").in_russian(), "");
    }
}
