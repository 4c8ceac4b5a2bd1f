//! Checks of what happened: lessons, marks, absences, final marks, decisions. Floor 1.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::domain::journal::{Course, FinalMark, Learner, LessonKey, Mark};
use crate::domain::language;
use crate::domain::policy::{AbsenceKind, Policy};
use crate::domain::timeliness::EntryTime;
use crate::domain::words;

use super::check::{Known, Lists, duplicates};
use super::codes;
use super::found::Found;
use super::rows::Listed;
use super::values::{Scale, is_reserved_period};

/// Checks them all.
pub fn check(lists: &Lists, known: &Known<'_>, policy: &Policy, found: &mut Found) {
    lessons(lists, known, policy, found);
    let held = Held::of(lists);
    absences(lists, known, &held, policy, found);
    marks(lists, known, &held, policy, found);
    final_marks(lists, known, policy, found);
    entries(lists, known, &held, found);
    decisions(lists, known, found);
}

fn lessons(lists: &Lists, known: &Known<'_>, policy: &Policy, found: &mut Found) {
    let russian = language::wants_russian(policy);
    let list = &lists.lessons;
    duplicates(list, "number", |lesson| &lesson.key, |lesson| format!("урок {}", name(&lesson.key)), found);
    for (lesson, line) in list.with_lines() {
        known.names.courses.refer(list.at(line, "course_id"), &lesson.key.course_id, found);
        known.names.staff.refer(list.at(line, "substitute_teacher_id"), &lesson.substitute_teacher_id, found);
        outside_calendar(list, line, &lesson.key, known, found);
        if russian && language::is_foreign(&lesson.topic) {
            let message = format!("тема записана не по-русски: «{}»", lesson.topic);
            found.warning(list.at(line, "topic"), codes::FOREIGN_TOPIC, message);
        }
    }
}

/// Finds a day outside the periods of the class's grade; says whether it did.
fn outside_calendar<T>(list: &Listed<T>, line: u32, key: &LessonKey, known: &Known<'_>, found: &mut Found) -> bool {
    let class = known.courses.get(key.course_id.as_str()).and_then(|course| known.classes.get(course.class.as_str()));
    let Some(class) = class.filter(|class| !known.calendar.holds(class.grade, key.date)) else { return false };
    let day = words::date_short(key.date);
    let message = format!("{day} не входит ни в один учебный период {} класса", class.grade);
    found.mismatch(list.at(line, "date"), codes::OUTSIDE_CALENDAR, message, known.calendar.days(class.grade), day);
    true
}

/// «курса C00001 05.09.2025, № 3».
fn name(key: &LessonKey) -> String {
    format!("курса «{}» {}, № {}", key.course_id, words::date_short(key.date), key.number)
}

/// The lessons that were held.
struct Held<'a> {
    /// Numbers of the lessons of a course on a day.
    days: HashMap<(&'a str, NaiveDate), Vec<u8>>,
    is_whole: bool,
}

impl<'a> Held<'a> {
    fn of(lists: &'a Lists) -> Self {
        let mut days: HashMap<(&str, NaiveDate), Vec<u8>> = HashMap::new();
        for lesson in &lists.lessons.items {
            days.entry((&lesson.key.course_id, lesson.key.date)).or_default().push(lesson.key.number);
        }
        Self { days, is_whole: lists.lessons.is_whole }
    }

    /// Finds an entry whose lesson was not held; says whether the day itself is wrong.
    fn expect<T>(&self, list: &Listed<T>, line: u32, key: &LessonKey, known: &Known<'_>, found: &mut Found) -> bool {
        let numbers = self.days.get(&(key.course_id.as_str(), key.date)).map(Vec::as_slice).unwrap_or_default();
        let is_course_known = known.courses.contains_key(key.course_id.as_str());
        if numbers.contains(&key.number) || !self.is_whole || !is_course_known {
            return false;
        }
        if outside_calendar(list, line, key, known, found) {
            return true;
        }
        let message = format!("урока {} нет в lessons.csv", name(key));
        let expected = match numbers {
            [] => "другой день: в этот уроков курса нет".to_owned(),
            some => format!("№ {}", some.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")),
        };
        found.mismatch(list.at(line, "number"), codes::UNKNOWN_LESSON, message, expected, key.number.to_string());
        false
    }
}

/// Finds what is wrong between a course and a learner; gives both when they are known.
fn pair<'a, T>(
    list: &Listed<T>,
    line: u32,
    course: &str,
    learner: &str,
    known: &Known<'a>,
    found: &mut Found,
) -> Option<(&'a Course, &'a Learner)> {
    known.names.courses.refer(list.at(line, "course_id"), course, found);
    known.names.learners.refer(list.at(line, "learner_id"), learner, found);
    let (course, learner) = (*known.courses.get(course)?, *known.learners.get(learner)?);
    let at = list.at(line, "learner_id");
    if known.is_foreign(course, learner) {
        let message = format!("обучающийся «{}» не из класса курса «{}»", learner.id, course.id);
        found.mismatch(at, codes::FOREIGN_LEARNER, message, course.class.as_str(), learner.class.as_str());
    } else if known.is_outside_group(course, learner) {
        let message = format!("обучающийся «{}» не в группе «{}» курса «{}»", learner.id, course.group, course.id);
        found.error(at, codes::NOT_IN_GROUP, message);
    }
    Some((course, learner))
}

/// An entry about one learner in one lesson: references, lesson, stay.
fn entry<T>(
    list: &Listed<T>,
    line: u32,
    (key, learner): (&LessonKey, &str),
    held: &Held<'_>,
    known: &Known<'_>,
    found: &mut Found,
) {
    let pair = pair(list, line, &key.course_id, learner, known, found);
    let is_wrong_day = held.expect(list, line, key, known, found);
    let Some((course, learner)) = pair.filter(|_| !is_wrong_day) else { return };
    // A stay that ends before it begins holds no day; it is told in learners.csv.
    let has_days = learner.left_on.is_none_or(|left| learner.enrolled_on <= left);
    if !has_days || learner.is_present_on(key.date) || known.was_in(course, learner, key.date) {
        return;
    }
    let until = learner.left_on.map(|left| format!(" и до {} (выбыл)", words::date_short(left))).unwrap_or_default();
    let message = format!("{} обучающийся «{}» не состоял в классе", words::date_short(key.date), learner.id);
    let expected = format!("с {}{until}", words::date_short(learner.enrolled_on));
    found.mismatch(list.at(line, "date"), codes::OUTSIDE_STAY, message, expected, words::date_short(key.date));
}

fn absences(lists: &Lists, known: &Known<'_>, held: &Held<'_>, policy: &Policy, found: &mut Found) {
    let (list, scale) = (&lists.absences, Scale::of_absences(policy));
    let describe = |absence: &crate::domain::journal::Absence| {
        format!("пропуск обучающегося «{}» на уроке {}", absence.learner_id, name(&absence.lesson))
    };
    duplicates(list, "learner_id", |absence| (&absence.lesson, &absence.learner_id), describe, found);
    for (absence, line) in list.with_lines() {
        entry(list, line, (&absence.lesson, &absence.learner_id), held, known, found);
        scale.check(list.at(line, "code"), &absence.code, found);
    }
}

fn marks(lists: &Lists, known: &Known<'_>, held: &Held<'_>, policy: &Policy, found: &mut Found) {
    let (list, scale) = (&lists.marks, Scale::of_marks(policy));
    let is_away = |code: &str| policy.absence(code).is_some_and(|rule| rule.kind != AbsenceKind::Late);
    let away: HashSet<(&LessonKey, &str)> = lists
        .absences
        .items
        .iter()
        .filter(|absence| is_away(&absence.code))
        .map(|absence| (&absence.lesson, absence.learner_id.as_str()))
        .collect();
    for (mark, line) in list.with_lines() {
        entry(list, line, (&mark.lesson, &mark.learner_id), held, known, found);
        scale.check(list.at(line, "value"), &mark.value, found);
        if away.contains(&(&mark.lesson, mark.learner_id.as_str())) {
            found.warning(list.at(line, "value"), codes::ABSENT_AND_MARKED, absent_and_marked(mark));
        }
    }
}

/// Times of entries: each of a lesson that was held, once, and of a learner of the course where it names one.
fn entries(lists: &Lists, known: &Known<'_>, held: &Held<'_>, found: &mut Found) {
    let list = &lists.entries;
    let describe =
        |entry: &EntryTime| format!("время записи ({}) об уроке {}", entry.kind.as_russian(), name(&entry.lesson));
    duplicates(list, "what", |entry| (&entry.lesson, entry.kind, &entry.learner_id), describe, found);
    for (one, line) in list.with_lines() {
        if one.kind.is_of_learner() {
            entry(list, line, (&one.lesson, &one.learner_id), held, known, found);
        } else {
            known.names.courses.refer(list.at(line, "course_id"), &one.lesson.course_id, found);
            held.expect(list, line, &one.lesson, known, found);
        }
    }
}

fn absent_and_marked(mark: &Mark) -> String {
    format!("у обучающегося «{}» на этом уроке и пропуск, и отметка: верно, если тема сдана позже", mark.learner_id)
}

fn final_marks(lists: &Lists, known: &Known<'_>, policy: &Policy, found: &mut Found) {
    let (list, scale) = (&lists.final_marks, Scale::of_finals(policy));
    let key = |mark: &'_ FinalMark| format!("итоговая отметка «{}» за «{}»", mark.learner_id, mark.period);
    duplicates(list, "period", |mark| (&mark.course_id, &mark.learner_id, &mark.period), key, found);
    for (mark, line) in list.with_lines() {
        let pair = pair(list, line, &mark.course_id, &mark.learner_id, known, found);
        scale.check(list.at(line, "value"), &mark.value, found);
        if !is_reserved_period(&mark.period) {
            known.names.periods.refer(list.at(line, "period"), &mark.period, found);
            final_period(list, line, mark, pair, known, found);
        }
    }
}

fn final_period(
    list: &Listed<FinalMark>,
    line: u32,
    mark: &FinalMark,
    pair: Option<(&Course, &Learner)>,
    known: &Known<'_>,
    found: &mut Found,
) {
    let Some(period) = known.periods.get(mark.period.as_str()) else { return };
    let Some((course, learner)) = pair else { return };
    let at = list.at(line, "period");
    if let Some(class) = known.classes.get(course.class.as_str())
        && known.calendar.is_sound()
        && !(period.grade_from..=period.grade_to).contains(&class.grade)
    {
        let message = format!("период «{}» не для {} класса", period.id, class.grade);
        let expected = format!("период {} класса", class.grade);
        found.mismatch(at, codes::PERIOD_OF_OTHER_GRADE, message, expected, period.id.as_str());
    }
    let left = learner.left_on.filter(|left| learner.enrolled_on <= *left && *left <= period.starts);
    if let Some(left) = left {
        let left = words::date_short(left);
        let message = format!("обучающийся «{}» выбыл {left}, до начала периода «{}»", learner.id, period.id);
        found.warning(at, codes::FINAL_AFTER_LEAVING, message);
    }
}

fn decisions(lists: &Lists, known: &Known<'_>, found: &mut Found) {
    let list = &lists.decisions;
    let describe = |decision: &crate::domain::journal::Decision| format!("решение о «{}»", decision.learner_id);
    duplicates(list, "learner_id", |decision| &decision.learner_id, describe, found);
    for (decision, line) in list.with_lines() {
        known.names.learners.refer(list.at(line, "learner_id"), &decision.learner_id, found);
    }
}
