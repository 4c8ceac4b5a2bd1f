//! Closing a year and promoting its classes (электронный перевод): what must stand before, and what the next year begins with. Floor 0.
//!
//! JRN-03; 002 4.3: on the head's order. Learners go by the council's decisions; courses follow the next grade's curriculum.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::stays::{OrderMark, Stay};
use super::{CurriculumLine, Setup};
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Class, Course, Journal, Learner, YEAR};
use crate::domain::{names, words};

/// What the council decided, as far as the next year is concerned (273-ФЗ ст. 58).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Переведён в следующий класс.
    Promoted,
    /// Переведён условно, with an academic debt.
    Conditional,
    /// Оставлен на повторное обучение.
    Repeating,
    /// Завершил обучение: attestat or certificate given.
    Graduated,
    /// Выбыл before or at the year's end.
    Gone,
}

impl Outcome {
    /// Reads a decision; `None` when nothing in it says where the learner goes.
    pub fn of(decision: &str) -> Option<Self> {
        let folded = names::fold(decision);
        let has = |word: &str| folded.contains(word);
        match () {
            () if has("условно") => Some(Self::Conditional),
            () if has("повторн") => Some(Self::Repeating),
            () if has("аттестат") || has("справка об обучении") || has("завершил") || has("отчислен") => {
                Some(Self::Graduated)
            }
            () if has("выбыл") => Some(Self::Gone),
            () if has("переведен") || has("продолж") => Some(Self::Promoted),
            () => None,
        }
    }

    /// How the stay of the next year begins; `None` when there is none.
    pub fn entry(self) -> Option<&'static str> {
        match self {
            Self::Promoted => Some("promoted"),
            Self::Conditional => Some("conditional"),
            Self::Repeating => Some("repeating"),
            Self::Graduated | Self::Gone => None,
        }
    }

    /// «переведены условно», for counts.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Promoted => "переведены",
            Self::Conditional => "переведены условно",
            Self::Repeating => "оставлены на повторное обучение",
            Self::Graduated => "завершили обучение",
            Self::Gone => "выбыли",
        }
    }
}

/// «2025/2026» → «2026/2027».
pub fn next_year(year: &str) -> Option<String> {
    let (from, to) = year.split_once('/')?;
    let (from, to): (i32, i32) = (from.parse().ok()?, to.parse().ok()?);
    (to == from + 1).then(|| format!("{to}/{}", to + 1))
}

/// First of September of the year that a school year begins in.
pub fn first_day(year: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.split_once('/')?.0.parse().ok()?, 9, 1)
}

/// «5А» of grade 5 becomes «6А»; a name that does not begin with its grade is kept (a class-complect).
pub fn next_name(class: &Class) -> String {
    match class.name.strip_prefix(&class.grade.to_string()) {
        Some(letter) => format!("{}{letter}", class.grade + 1),
        None => class.name.clone(),
    }
}

/// What bars closing: study periods not closed, the year not closed, summary sheets not sealed, learners without a decision.
///
/// `closed` says whether a class's period is closed, `sealed` whether a class's summary sheet is sealed.
pub fn obstacles(
    journal: &Journal,
    closed: &dyn Fn(&str, &str) -> bool,
    sealed: &dyn Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let decisions = decisions(journal);
    for class in journal.classes_in_order() {
        let own = journal.periods_of_grade(class.grade);
        let open = own.iter().enumerate().filter(|(_, period)| !closed(&class.name, &period.id));
        let open: Vec<String> = open.map(|(at, period)| words::period_name(period.kind, at + 1)).collect();
        let said = match open.as_slice() {
            [] => None,
            [one] => Some(format!("не закрыт учебный период: {one}")),
            many => Some(format!("не закрыты учебные периоды: {}", many.join(", "))),
        };
        findings.extend(said.map(|said| Finding::new("year.periods-open", class.name.clone(), said)));
        if !closed(&class.name, YEAR) {
            findings.push(Finding::new(
                "year.summary-missing",
                class.name.clone(),
                "не закрыт учебный год: нет сводной ведомости",
            ));
        } else if !sealed(&class.name) {
            findings.push(Finding::new(
                "year.summary-unsealed",
                class.name.clone(),
                "сводная ведомость не скреплена печатью",
            ));
        }
        let here = journal.learners.iter().filter(|l| l.class == class.name && l.left_on.is_none());
        for learner in here {
            let name = names::list_name(&learner.surname, &learner.given_name);
            let place = format!("{}, {name}", class.name);
            match decisions.get(learner.id.as_str()) {
                None => {
                    findings.push(Finding::new("year.decision-missing", place, "нет решения педагогического совета"))
                }
                Some(text) => match Outcome::of(text) {
                    None => {
                        let finding =
                            Finding::new("year.decision-unclear", place, "из решения не видно, переведён ли ученик");
                        findings
                            .push(finding.expected_found("переведён, условно, оставлен, выбыл, выдан аттестат", *text));
                    }
                    Some(Outcome::Promoted | Outcome::Conditional) if class.grade >= 11 => {
                        let finding = Finding::new("year.no-grade-after", place, "после 11 класса переводить некуда");
                        findings.push(finding.expected_found("выдан аттестат или справка", *text));
                    }
                    Some(_) => {}
                },
            }
        }
    }
    if next_year(&journal.school.year).is_none() {
        findings.push(Finding::new("year.name", journal.school.year.clone(), "название года не вида 2025/2026"));
    }
    findings
}

fn decisions(journal: &Journal) -> BTreeMap<&str, &str> {
    journal.decisions.iter().map(|d| (d.learner_id.as_str(), d.decision.as_str())).collect()
}

/// What the next year begins with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NextYear {
    /// Name, `2026/2027`.
    pub year: String,
    /// Classes.
    pub classes: Vec<Class>,
    /// Learners with their new class.
    pub learners: Vec<Learner>,
    /// Their stays.
    pub stays: Vec<Stay>,
    /// Courses by the curriculum.
    pub courses: Vec<Course>,
    /// Curriculum carried over; lines of a class's own profile follow the class.
    pub curriculum: Vec<CurriculumLine>,
    /// How many learners of each outcome.
    pub counts: Vec<(Outcome, usize)>,
    /// What somebody must look at.
    pub findings: Vec<Finding>,
}

/// Plans the next year out of a year, its set-up, and the order.
pub fn plan(journal: &Journal, setup: &Setup, order: &OrderMark) -> NextYear {
    let Some(year) = next_year(&journal.school.year) else { return NextYear::default() };
    let Some(starts) = first_day(&year) else { return NextYear::default() };
    let mut next = NextYear { year, curriculum: curriculum(setup, journal), ..NextYear::default() };
    next.classes = classes(journal);
    let names: BTreeSet<String> = next.classes.iter().map(|class| class.name.clone()).collect();
    let decisions = decisions(journal);
    let classes_now: BTreeMap<&str, &Class> = journal.classes.iter().map(|c| (c.name.as_str(), c)).collect();
    let mut counts: BTreeMap<&str, (Outcome, usize)> = BTreeMap::new();
    for learner in journal.learners.iter().filter(|learner| learner.left_on.is_none()) {
        let Some(class) = classes_now.get(learner.class.as_str()) else { continue };
        let Some(outcome) = decisions.get(learner.id.as_str()).and_then(|text| Outcome::of(text)) else { continue };
        counts.entry(outcome.as_russian()).or_insert((outcome, 0)).1 += 1;
        let Some(entry) = outcome.entry() else { continue };
        let target = if outcome == Outcome::Repeating { class.name.clone() } else { next_name(class) };
        if !names.contains(&target) {
            let name = names::list_name(&learner.surname, &learner.given_name);
            let finding = Finding::new(
                "year.class-missing",
                format!("{}, {name}", class.name),
                format!("в следующем году нет класса {target}"),
            );
            next.findings.push(finding);
            continue;
        }
        let stay = Stay {
            learner: learner.id.clone(),
            starts,
            class: target,
            entry: entry.to_owned(),
            entry_order: order.clone(),
            whence: learner.class.clone(),
            ends: None,
            exit: String::new(),
            exit_order: OrderMark::default(),
            whither: String::new(),
        };
        next.learners.push(stay.project(learner));
        next.stays.push(stay);
    }
    next.counts = counts.into_values().collect();
    next.courses = courses(journal, &next);
    for class in next.classes.iter().filter(|class| class.class_teacher_id.is_empty()) {
        let finding = Finding::new("year.no-class-teacher", class.name.clone(), "классный руководитель не назначен");
        next.findings.push(finding.weighing(Severity::Warning));
    }
    for course in next.courses.iter().filter(|course| course.teacher_id.is_empty()) {
        let place = super::cells::course_words(course);
        next.findings.push(Finding::new("year.no-teacher", place, "учитель не назначен").weighing(Severity::Warning));
    }
    next
}

/// Every class goes a grade up with its class teacher, but a teacher of grade 4 stays with the primary school; the grade that becomes
/// empty below gets a class of the same letter. A class of grade 11 ends; one of grade 9 goes on only when somebody goes with it.
fn classes(journal: &Journal) -> Vec<Class> {
    let decisions = decisions(journal);
    let goes_on = |class: &Class| {
        let of_class = journal.learners.iter().filter(|l| l.class == class.name && l.left_on.is_none());
        of_class
            .filter_map(|l| decisions.get(l.id.as_str()).and_then(|text| Outcome::of(text)))
            .any(|outcome| matches!(outcome, Outcome::Promoted | Outcome::Conditional))
    };
    let mut classes: Vec<Class> = Vec::new();
    let first_grades = journal.classes.iter().filter(|class| class.grade == 1);
    classes.extend(first_grades.map(|class| Class { class_teacher_id: String::new(), ..class.clone() }));
    for class in journal.classes.iter().filter(|class| class.grade < 11 && (class.grade != 9 || goes_on(class))) {
        let teacher = if class.grade == 4 { String::new() } else { class.class_teacher_id.clone() };
        classes.push(Class { name: next_name(class), grade: class.grade + 1, class_teacher_id: teacher });
    }
    // A learner who repeats needs a class of the old grade: it comes from below, except in a school that has no grade below.
    let repeating = journal
        .learners
        .iter()
        .filter(|l| l.left_on.is_none())
        .filter(|l| decisions.get(l.id.as_str()).and_then(|text| Outcome::of(text)) == Some(Outcome::Repeating));
    for class in repeating.filter_map(|l| journal.class(&l.class)) {
        if !classes.iter().any(|known| known.name == class.name) {
            classes.push(class.clone());
        }
    }
    classes.sort_by(|a, b| names::natural(&a.name, &b.name));
    classes.dedup_by(|a, b| a.name == b.name);
    classes
}

/// The curriculum of the year is the next one's template; a profile follows its class.
fn curriculum(setup: &Setup, journal: &Journal) -> Vec<CurriculumLine> {
    let moved = |line: &CurriculumLine| match journal.class(&line.profile) {
        Some(class) if class.grade < 11 => {
            Some(CurriculumLine { grade: class.grade + 1, profile: next_name(class), ..line.clone() })
        }
        Some(_) => None,
        None => Some(line.clone()),
    };
    setup.curriculum.iter().filter_map(moved).collect()
}

/// Courses of each class by the curriculum of its grade; where the class had the subject, its groups and teachers go on. A grade without
/// a curriculum takes the subjects that the grade has now.
fn courses(journal: &Journal, next: &NextYear) -> Vec<Course> {
    let template = Setup { curriculum: next.curriculum.clone(), ..Setup::default() };
    let before: BTreeMap<String, &str> =
        journal.classes.iter().map(|class| (next_name(class), class.name.as_str())).collect();
    let staying: BTreeSet<&str> = next.learners.iter().map(|learner| learner.id.as_str()).collect();
    let kept = |course: &Course, class: &str| -> Vec<String> {
        let in_class = |id: &&String| next.learners.iter().any(|learner| learner.id == **id && learner.class == class);
        course.members.iter().filter(|id| staying.contains(id.as_str())).filter(in_class).cloned().collect()
    };
    let mut courses = Vec::new();
    for class in &next.classes {
        let lines: Vec<(String, u32)> = match template.curriculum_of(&class.name, class.grade).as_slice() {
            [] => subjects_now(journal, class.grade),
            lines => lines.iter().map(|line| (line.subject.clone(), line.hours_centi)).collect(),
        };
        for (subject, hours) in lines {
            let was = before.get(&class.name).copied().unwrap_or_default();
            let old: Vec<&Course> =
                journal.courses.iter().filter(|course| course.class == was && course.subject == subject).collect();
            let mut add = |group: &str, teacher: &str, members: Vec<String>| {
                courses.push(Course {
                    id: format!("C{:05}", courses.len() + 1),
                    class: class.name.clone(),
                    subject: subject.clone(),
                    group: group.to_owned(),
                    teacher_id: teacher.to_owned(),
                    hours_per_week_centi: hours,
                    members,
                });
            };
            // A primary teacher stays with the primary school, as the class teacher does.
            let keeps = |course: &Course| if class.grade == 5 { String::new() } else { course.teacher_id.clone() };
            if old.len() > 1 {
                for course in old {
                    add(&course.group, &keeps(course), kept(course, &class.name));
                }
            } else {
                add("", &old.first().map(|course| keeps(course)).unwrap_or_default(), Vec::new());
            }
        }
    }
    courses
}

/// Subjects and hours that a grade has in this year, each once.
fn subjects_now(journal: &Journal, grade: u8) -> Vec<(String, u32)> {
    let mut subjects: Vec<(String, u32)> = Vec::new();
    for course in &journal.courses {
        let of_grade = journal.class(&course.class).is_some_and(|class| class.grade == grade);
        if of_grade && !subjects.iter().any(|(subject, _)| *subject == course.subject) {
            subjects.push((course.subject.clone(), course.hours_per_week_centi));
        }
    }
    subjects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_of_the_council_are_read() {
        let cases = [
            ("Переведён в 6 класс", Some(Outcome::Promoted)),
            ("Переведена в 9 класс условно (академическая задолженность: Алгебра)", Some(Outcome::Conditional)),
            ("Оставлена на повторное обучение", Some(Outcome::Repeating)),
            ("Выдан аттестат об основном общем образовании с отличием", Some(Outcome::Graduated)),
            ("Выдана справка об обучении", Some(Outcome::Graduated)),
            ("Выбыл, приказ от 10.05.2026 № 80", Some(Outcome::Gone)),
            ("Допущен к ГИА", None),
        ];
        for (decision, outcome) in cases {
            assert_eq!(Outcome::of(decision), outcome, "{decision}");
        }
    }

    #[test]
    fn years_and_classes_go_on() {
        assert_eq!(next_year("2025/2026").as_deref(), Some("2026/2027"));
        assert_eq!(next_year("2025/2027"), None);
        let class = |name: &str, grade| Class { name: name.into(), grade, class_teacher_id: String::new() };
        assert_eq!(next_name(&class("5А", 5)), "6А");
        assert_eq!(next_name(&class("10-Б", 10)), "11-Б");
        assert_eq!(next_name(&class("Кадетский", 7)), "Кадетский");
    }
}
