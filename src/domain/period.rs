//! The completeness gate: may a class's period be closed? Floor 0.
//!
//! 000 Инс 4.2: before printing, every final mark is set. What is demanded and how hard is policy.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::finding::{Finding, Severity};
use super::journal::{Class, Course, GapKind, Journal, Learner, Lesson, Period, YEAR};
use super::language;
use super::names;
use super::policy::{AbsenceKind, Demand, Policy};
use super::words;

/// What is closed: a study period of the class's grade, or the whole year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Period's id, or [`YEAR`].
    pub id: String,
    /// First day, inclusive.
    pub starts: NaiveDate,
    /// Last day, inclusive.
    pub ends: NaiveDate,
}

impl Span {
    /// Is the day inside?
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.starts <= day && day <= self.ends
    }

    /// Was the learner in the class on any day of the span?
    pub fn overlaps(&self, learner: &Learner) -> bool {
        learner.enrolled_on <= self.ends && learner.left_on.is_none_or(|left| left > self.starts)
    }
}

/// Why there is nothing to close.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The class is not in the journal.
    #[error("нет такого класса: «{0}»")]
    NoClass(String),
    /// The period does not exist.
    #[error("нет такого учётного периода: «{0}»; есть: {1}")]
    NoPeriod(String, String),
    /// The period exists, but not for the class's grade.
    #[error("период «{period}» не относится к классу {class}: у него {own}")]
    NotOfGrade {
        /// Period asked for.
        period: String,
        /// Class.
        class: String,
        /// The class's own periods.
        own: String,
    },
    /// Its first day has not come.
    #[error("период ещё не начался: его первый день — {0}")]
    NotBegun(String),
}

/// A period is closed from its first day on; the year, from the first day of its first period.
pub fn begun(journal: &Journal, period: &str, today: NaiveDate) -> Result<(), Refusal> {
    let of = |one: &&Period| period == YEAR || one.id == period;
    match journal.periods.iter().filter(of).map(|one| one.starts).min() {
        Some(first) if today < first => Err(Refusal::NotBegun(words::date_short(first))),
        _ => Ok(()),
    }
}

/// «Q1 (I четверть)»: the code that a command takes, and what it stands for.
pub fn titled(period: &Period) -> String {
    match words::period_title(&period.name) {
        name if name.is_empty() || name == period.id => period.id.clone(),
        name => format!("{} ({name})", period.id),
    }
}

/// Finds the span of a period for a class.
pub fn span(journal: &Journal, class: &Class, period: &str) -> Result<Span, Refusal> {
    let own = journal.periods_of_grade(class.grade);
    let list = |periods: &[&Period]| periods.iter().map(|p| titled(p)).collect::<Vec<_>>().join(", ");
    if period == YEAR {
        let starts = own.first().map(|p| p.starts);
        let ends = own.last().map(|p| p.ends);
        return match (starts, ends) {
            (Some(starts), Some(ends)) => Ok(Span { id: YEAR.to_owned(), starts, ends }),
            _ => Err(Refusal::NoPeriod(period.to_owned(), list(&own))),
        };
    }
    if let Some(found) = own.iter().find(|p| p.id == period) {
        return Ok(Span { id: found.id.clone(), starts: found.starts, ends: found.ends });
    }
    let all: Vec<&Period> = journal.periods.iter().collect();
    if all.iter().any(|p| p.id == period) {
        Err(Refusal::NotOfGrade { period: period.to_owned(), class: class.name.clone(), own: list(&own) })
    } else {
        Err(Refusal::NoPeriod(period.to_owned(), format!("{}, {YEAR}", list(&all))))
    }
}

/// Learners of a course: its group, or the whole class.
pub fn members<'j>(course: &'j Course, learners: &'j [Learner]) -> Vec<&'j Learner> {
    let group: HashSet<&str> = course.members.iter().map(String::as_str).collect();
    learners.iter().filter(|l| l.class == course.class && (group.is_empty() || group.contains(l.id.as_str()))).collect()
}

/// What is incomplete in one class's span; an [`Severity::Error`] bars closing unless a ground is given.
///
/// `journal` may be the class's part or the whole school's.
pub fn check(journal: &Journal, class: &Class, span: &Span, policy: &Policy) -> Vec<Finding> {
    let gate = Gate { journal, class, span };
    let rules = policy.completeness;
    let mut findings = Vec::new();
    let mut ask = |demand: Demand, make: &dyn Fn() -> Vec<Finding>| {
        let severity = match demand {
            Demand::Required => Severity::Error,
            Demand::Warned => Severity::Warning,
            Demand::Off => return,
        };
        findings.extend(make().into_iter().map(|finding| finding.weighing(severity)));
    };
    ask(rules.final_mark, &|| gate.final_marks());
    if span.id == YEAR {
        ask(rules.decision, &|| gate.decisions());
        return findings;
    }
    ask(rules.topic, &|| gate.topics());
    if language::wants_russian(policy) {
        // A topic in another language is there, and may be meant: it bars nothing.
        ask(Demand::Warned, &|| gate.foreign_topics());
    }
    ask(rules.homework, &|| gate.homework());
    ask(rules.absence_reason, &|| gate.absences(policy));
    ask(rules.lessons, &|| gate.courses_without_lessons());
    findings
}

struct Gate<'j> {
    journal: &'j Journal,
    class: &'j Class,
    span: &'j Span,
}

impl<'j> Gate<'j> {
    fn courses(&self) -> impl Iterator<Item = &'j Course> {
        let name = self.class.name.as_str();
        self.journal.courses.iter().filter(move |course| course.class == name)
    }

    fn lessons_of(&self, course: &Course) -> usize {
        let held = |l: &&Lesson| l.key.course_id == course.id && self.span.contains(l.key.date);
        self.journal.lessons.iter().filter(held).count()
    }

    /// Is the lesson one whose contents are known to have stayed with the source? Nobody can be asked for them.
    fn is_without_contents(&self, lesson: &Lesson) -> bool {
        self.journal.lacks(GapKind::Contents, &self.class.name, lesson.key.date)
    }

    fn place(&self, course: &Course, rest: &str) -> String {
        format!("{}{rest}", place_of(course))
    }

    fn final_marks(&self) -> Vec<Finding> {
        let period = self.span.id.as_str();
        // A final mark is given in a subject: whoever changed groups has it from the group of that period.
        let subjects: HashMap<&str, &str> =
            self.courses().map(|course| (course.id.as_str(), course.subject.as_str())).collect();
        let set: HashSet<(&str, &str)> = self
            .journal
            .final_marks
            .iter()
            .filter(|mark| mark.period == period && !mark.value.is_empty())
            .filter_map(|mark| Some((*subjects.get(mark.course_id.as_str())?, mark.learner_id.as_str())))
            .collect();
        // «I четверть»: the text is printed on the title page when the period is closed in spite of it.
        let own = self.journal.periods_of_grade(self.class.grade);
        let at = own.iter().position(|one| one.id == period);
        let title = at.map_or_else(|| "год".to_owned(), |at| words::period_name(own[at].kind, at + 1));
        let mut findings = Vec::new();
        for course in self.courses().filter(|course| self.lessons_of(course) > 0) {
            for learner in members(course, &self.journal.learners) {
                if learner.is_present_on(self.span.ends)
                    && !set.contains(&(course.subject.as_str(), learner.id.as_str()))
                {
                    let name = names::list_name(&learner.surname, &learner.given_name);
                    findings.push(
                        Finding::new(
                            "close.final-mark-missing",
                            self.place(course, &format!(", {name}")),
                            format!("нет итоговой отметки за {title}"),
                        )
                        .expected_found("отметка, «осв», «н/а» или «безотм»", ""),
                    );
                }
            }
        }
        findings
    }

    fn decisions(&self) -> Vec<Finding> {
        let decided: HashSet<&str> = self.journal.decisions.iter().map(|d| d.learner_id.as_str()).collect();
        let here = self.journal.learners.iter().filter(|l| l.class == self.class.name);
        let present = here.filter(|l| l.is_present_on(self.span.ends)).collect::<Vec<_>>();
        let missing = present.iter().filter(|l| !decided.contains(l.id.as_str())).count();
        if missing == 0 {
            return Vec::new();
        }
        vec![
            Finding::new(
                "close.decision-missing",
                self.class.name.clone(),
                "не внесены решения педагогического совета",
            )
            .expected_found(present.len().to_string(), (present.len() - missing).to_string()),
        ]
    }

    fn topics(&self) -> Vec<Finding> {
        self.lessons_lacking("close.topic-missing", "не записана тема урока", |lesson| {
            lesson.topic.is_empty() && !self.is_without_contents(lesson)
        })
    }

    fn foreign_topics(&self) -> Vec<Finding> {
        self.lessons_lacking("close.topic-foreign", "тема записана не по-русски", |lesson| {
            language::is_foreign(&lesson.topic)
        })
    }

    fn homework(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for course in self.courses() {
            let held = self.lessons_of(course);
            let without: Vec<NaiveDate> = self
                .journal
                .lessons
                .iter()
                .filter(|l| l.key.course_id == course.id && self.span.contains(l.key.date) && l.homework.is_empty())
                .filter(|lesson| !self.is_without_contents(lesson))
                .map(|lesson| lesson.key.date)
                .collect();
            if !without.is_empty() {
                findings.push(
                    Finding::new(
                        "close.homework-missing",
                        self.place(course, ""),
                        format!("есть уроки без записи домашнего задания: {}", days_said(&without)),
                    )
                    .expected_found(format!("уроков с заданием: {held}"), format!("без задания: {}", without.len())),
                );
            }
        }
        findings
    }

    fn lessons_lacking(&self, code: &'static str, message: &str, lacks: impl Fn(&Lesson) -> bool) -> Vec<Finding> {
        let courses: HashMap<&str, &Course> = self.courses().map(|course| (course.id.as_str(), course)).collect();
        let of_span = self.journal.lessons.iter().filter(|lesson| self.span.contains(lesson.key.date));
        of_span
            .filter(|lesson| lacks(lesson))
            .filter_map(|lesson| {
                let course = courses.get(lesson.key.course_id.as_str())?;
                let place = self
                    .place(course, &format!(", {}, урок {}", lesson.key.date.format("%d.%m.%Y"), lesson.key.number));
                Some(Finding::new(code, place, message))
            })
            .collect()
    }

    fn absences(&self, policy: &Policy) -> Vec<Finding> {
        let courses: HashMap<&str, &Course> = self.courses().map(|course| (course.id.as_str(), course)).collect();
        let learners: HashMap<&str, &Learner> = self.journal.learners.iter().map(|l| (l.id.as_str(), l)).collect();
        let open = |code: &str| policy.absence(code).is_some_and(|rule| rule.kind == AbsenceKind::Unexplained);
        self.journal
            .absences
            .iter()
            .filter(|absence| self.span.contains(absence.lesson.date) && open(&absence.code))
            .filter_map(|absence| {
                let course = courses.get(absence.lesson.course_id.as_str())?;
                let learner = learners.get(absence.learner_id.as_str())?;
                let name = names::list_name(&learner.surname, &learner.given_name);
                let place = self.place(course, &format!(", {}, {name}", absence.lesson.date.format("%d.%m.%Y")));
                let finding = Finding::new("close.absence-unexplained", place, "не указана причина пропуска");
                Some(finding.expected_found("Б, У или Н", absence.code.clone()))
            })
            .collect()
    }

    fn courses_without_lessons(&self) -> Vec<Finding> {
        self.courses()
            .filter(|course| self.lessons_of(course) == 0)
            .map(|course| Finding::new("close.no-lessons", self.place(course, ""), "в периоде нет ни одного урока"))
            .collect()
    }
}

/// «02.09, 05.09 и ещё 3»: the first days of lessons, in order.
fn days_said(days: &[NaiveDate]) -> String {
    const NAMED: usize = 5;
    let mut days = days.to_vec();
    days.sort_unstable();
    let named: Vec<String> = days.iter().take(NAMED).map(|day| day.format("%d.%m").to_string()).collect();
    match days.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} и ещё {more}", named.join(", ")),
    }
}

/// «5А, Математика»: how the place of a finding begins.
fn place_of(course: &Course) -> String {
    format!("{}, {}", course.class, course_title(course))
}

/// The course that the place of a finding of [`check`] names; `None` for what is a class's own.
pub fn course_at<'j>(place: &str, courses: &'j [Course]) -> Option<&'j Course> {
    let named = |course: &&Course| {
        let rest = place.strip_prefix(&place_of(course));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
    };
    // «Английский, 1 группа» begins as the course without groups does.
    courses.iter().filter(named).max_by_key(|course| place_of(course).len())
}

/// «Иностранный язык (английский), 1 группа».
pub fn course_title(course: &Course) -> String {
    match course.group.as_str() {
        "" => course.subject.clone(),
        group => format!("{}, {group} группа", course.subject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_in_order_and_the_rest_is_counted() {
        let days = |days: &[u32]| -> Vec<NaiveDate> {
            days.iter().filter_map(|day| NaiveDate::from_ymd_opt(2025, 9, *day)).collect()
        };
        assert_eq!(days_said(&days(&[5, 2])), "02.09, 05.09");
        assert_eq!(days_said(&days(&[9, 8, 5, 4, 3, 2, 1])), "01.09, 02.09, 03.09, 04.09, 05.09 и ещё 2");
    }

    fn course(id: &str, class: &str, subject: &str, group: &str) -> Course {
        Course {
            id: id.into(),
            class: class.into(),
            subject: subject.into(),
            group: group.into(),
            teacher_id: String::new(),
            hours_per_week_centi: 0,
            members: Vec::new(),
        }
    }

    #[test]
    fn the_place_of_a_gap_names_its_course_and_nobody_else_s() {
        let courses = [
            course("C1", "5А", "Английский язык", ""),
            course("C2", "5А", "Английский язык", "1"),
            course("C3", "5А", "Английский язык и литература", ""),
            course("C4", "15А", "Английский язык", ""),
        ];
        let at = |place: &str| course_at(place, &courses).map(|course| course.id.as_str());
        assert_eq!(at("5А, Английский язык, 01.10.2025, урок 1"), Some("C1"));
        assert_eq!(at("5А, Английский язык, 1 группа, Агатова Анна"), Some("C2"));
        assert_eq!(at("5А, Английский язык и литература"), Some("C3"));
        assert_eq!(at("15А, Английский язык"), Some("C4"));
        assert_eq!(at("5А"), None, "a decision is the class's own");
    }

    #[test]
    fn a_topic_in_another_language_is_told_and_bars_nothing() {
        let policy = crate::domain::policy::builtin("default")
            .and_then(|text| crate::domain::policy::parse("default", text).ok())
            .unwrap_or_else(|| panic!("the default policy"));
        let day = NaiveDate::from_ymd_opt(2025, 9, 2).unwrap_or_default();
        let lesson = |number, topic: &str| Lesson {
            key: crate::domain::journal::LessonKey { course_id: "C1".into(), date: day, number },
            topic: topic.into(),
            homework: "§ 1".into(),
            kind_of_work: String::new(),
            substitute_teacher_id: String::new(),
        };
        let class = Class { name: "5А".into(), grade: 5, class_teacher_id: String::new() };
        let journal = Journal {
            courses: vec![course("C1", "5А", "Английский язык", "")],
            lessons: vec![lesson(1, "Present Simple"), lesson(2, "Excel"), lesson(3, "Чтение: My family")],
            ..Journal::default()
        };
        let span = Span { id: "Q1".into(), starts: day, ends: day };
        let told: Vec<(String, Severity)> = check(&journal, &class, &span, &policy)
            .into_iter()
            .filter(|finding| finding.code == "close.topic-foreign")
            .map(|finding| (finding.place, finding.severity))
            .collect();
        assert_eq!(told, [("5А, Английский язык, 02.09.2025, урок 1".to_owned(), Severity::Warning)]);
    }
}
