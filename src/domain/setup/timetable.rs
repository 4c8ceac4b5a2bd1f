//! The timetable: who is where when, and what cannot be. Floor 0.
//!
//! Two lessons collide when their times overlap: by the bells of their classes where both are known, else by shift and number.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};

use super::cells::course_words;
use super::{Setup, Slot, hours_text};
use crate::domain::calendar::SchoolCalendar;
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Course, Journal};
use crate::domain::words::WEEKDAYS;

/// Lessons a week at most, by grade from 1, for a week of five and of six days (СанПиН 1.2.3685-21, table 6.6; first classes never
/// have six days).
const MOST_LESSONS: [(u32, u32); 11] =
    [(21, 21), (23, 26), (23, 26), (23, 26), (29, 32), (30, 33), (32, 35), (33, 36), (33, 36), (34, 37), (34, 37)];

/// The most lessons a week that a grade may have; `None` for a grade that no school has.
pub fn most_lessons(grade: u8, week_days: u8) -> Option<u32> {
    let (five, six) = MOST_LESSONS.get(usize::from(grade).checked_sub(1)?)?;
    Some(if week_days >= 6 { *six } else { *five })
}

/// Beginning and end of each lesson by its number, in minutes after midnight.
type Times = BTreeMap<u8, (u16, u16)>;

/// A slot with what it means.
#[derive(Debug, Clone)]
pub struct Held<'y> {
    /// The slot.
    pub slot: &'y Slot,
    /// Its course.
    pub course: &'y Course,
    /// Grade of the class.
    pub grade: u8,
    /// Who teaches.
    pub teacher: &'y str,
    /// Where, empty when nobody said.
    pub room: &'y str,
    /// Stream, empty when the course is taught by itself.
    pub stream: &'y str,
    /// Minutes after midnight, when bells are known.
    pub time: Option<(u16, u16)>,
    /// Shift of the class.
    pub shift: u8,
}

/// Every slot whose course stands in the journal, each with the course's present teacher.
pub fn held<'y>(journal: &'y Journal, setup: &'y Setup) -> Vec<Held<'y>> {
    held_in(journal, setup, None)
}

/// Every slot whose course stands in the journal, each with who has the course on that day of the week that begins on `monday`.
pub fn held_in<'y>(journal: &'y Journal, setup: &'y Setup, monday: Option<NaiveDate>) -> Vec<Held<'y>> {
    let courses: HashMap<&str, &Course> = journal.courses.iter().map(|c| (c.id.as_str(), c)).collect();
    let grades: HashMap<&str, u8> = journal.classes.iter().map(|c| (c.name.as_str(), c.grade)).collect();
    let details: HashMap<&str, _> = setup.details.iter().map(|d| (d.course.as_str(), d)).collect();
    let mut times: HashMap<&str, (u8, Times)> = HashMap::new();
    for class in &journal.classes {
        let shift = setup.regime(&class.name, class.grade).map_or(1, |regime| regime.shift);
        let bells = setup.bells_of(&class.name, class.grade);
        times.insert(&class.name, (shift, bells.iter().map(|bell| (bell.number, (bell.starts, bell.ends))).collect()));
    }
    let full = |slot: &'y Slot| {
        let course = *courses.get(slot.course.as_str())?;
        let detail = details.get(slot.course.as_str());
        let (shift, bells) = times.get(course.class.as_str())?;
        let after = chrono::Days::new(u64::from(slot.weekday.saturating_sub(1)));
        let of_course = match monday.and_then(|monday| monday.checked_add_days(after)) {
            Some(day) => journal.teacher_on(course, day),
            None => course.teacher_id.as_str(),
        };
        Some(Held {
            slot,
            course,
            grade: *grades.get(course.class.as_str())?,
            teacher: if slot.teacher.is_empty() { of_course } else { &slot.teacher },
            room: if slot.room.is_empty() { detail.map_or("", |d| d.room.as_str()) } else { &slot.room },
            stream: detail.map_or("", |d| d.stream.as_str()),
            time: bells.get(&slot.number).copied(),
            shift: *shift,
        })
    };
    setup.timetable.iter().filter_map(full).collect()
}

impl Held<'_> {
    /// May both be at one moment of one week?
    fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (self.slot, other.slot);
        let weeks = a.week.is_empty() || b.week.is_empty() || a.week == b.week;
        let after = |since: Option<NaiveDate>, until: Option<NaiveDate>| match (since, until) {
            (Some(since), Some(until)) => since <= until,
            _ => true,
        };
        let days = a.weekday == b.weekday && after(a.since, b.until) && after(b.since, a.until);
        let hours = match (self.time, other.time) {
            (Some(x), Some(y)) => x.0 < y.1 && y.0 < x.1,
            _ => a.number == b.number && self.shift == other.shift,
        };
        weeks && days && hours
    }

    fn is_one_with(&self, other: &Self) -> bool {
        !self.stream.is_empty() && self.stream == other.stream
    }

    /// «5А, Алгебра».
    pub fn words(&self) -> String {
        course_words(self.course)
    }
}

/// Everything that cannot be in a timetable: teachers, rooms and learners in two places at once, more lessons than the sanitary
/// rules allow, lessons on days that the class has not, hours that differ from the courses'.
pub fn check(journal: &Journal, setup: &Setup) -> Vec<Finding> {
    let mut findings = impossible(journal, setup);
    findings.extend(hours(journal, setup));
    findings
}

/// As [`check`], without the hours: those are right only when the timetables of all classes have come.
pub fn impossible(journal: &Journal, setup: &Setup) -> Vec<Finding> {
    let held = held(journal, setup);
    let mut findings = collisions(journal, &held);
    findings.extend(weeks(journal, setup, &held));
    findings.extend(beyond_bells(setup, &held));
    findings
}

/// Lessons whose number the bells of their class have not; of a class without bells nothing is said here.
fn beyond_bells(setup: &Setup, held: &[Held<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for one in held.iter().filter(|one| one.time.is_none()) {
        let bells = setup.bells_of(&one.course.class, one.grade);
        let (Some(first), Some(last)) = (bells.first(), bells.last()) else { continue };
        let number = one.slot.number;
        let edge = match (number < first.number, number > last.number) {
            (true, _) => format!(" (первый — {})", first.number),
            (_, true) => format!(" (последний — {})", last.number),
            _ => String::new(),
        };
        let place = format!("{}, {}", one.words(), moment(one.slot));
        let finding = Finding::new("timetable.no-bell", place, format!("урока № {number} в звонках нет{edge}"));
        findings.push(finding.weighing(Severity::Warning));
    }
    findings
}

fn collisions(journal: &Journal, held: &[Held<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_day: BTreeMap<u8, Vec<&Held<'_>>> = BTreeMap::new();
    for one in held {
        by_day.entry(one.slot.weekday).or_default().push(one);
    }
    let name = |id: &str| {
        journal.staff_member(id).map_or_else(
            || id.to_owned(),
            |p| crate::domain::names::short_name(&p.surname, &p.given_name, &p.patronymic),
        )
    };
    for day in by_day.values() {
        for (at, one) in day.iter().enumerate() {
            for other in &day[at + 1..] {
                if !one.overlaps(other) || one.is_one_with(other) {
                    continue;
                }
                let mut tell = |code, who: String, message: &str| {
                    let found = format!("{} и {}", one.words(), other.words());
                    let finding = Finding::new(code, format!("{}, {who}", moment(one.slot)), message);
                    findings.push(finding.expected_found("один урок", found));
                };
                if !one.teacher.is_empty() && one.teacher == other.teacher {
                    tell("timetable.teacher-twice", name(one.teacher), "учитель ведёт два урока одновременно");
                }
                if !one.room.is_empty() && one.room == other.room {
                    tell(
                        "timetable.room-twice",
                        format!("кабинет {}", one.room),
                        "кабинет занят двумя уроками одновременно",
                    );
                }
                if one.course.class == other.course.class && share_learners(one.course, other.course) {
                    tell("timetable.learners-twice", one.course.class.clone(), "у учеников два урока одновременно");
                }
            }
        }
    }
    findings
}

/// A course without members has the whole class; a group whose learners nobody named yet may well be apart from another group, and that
/// they are not named is told by itself.
fn share_learners(a: &Course, b: &Course) -> bool {
    let is_unnamed = |course: &Course| !course.group.is_empty() && course.members.is_empty();
    if a.id != b.id && (is_unnamed(a) && !b.group.is_empty() || is_unnamed(b) && !a.group.is_empty()) {
        return false;
    }
    a.members.is_empty() || b.members.is_empty() || a.members.iter().any(|learner| b.members.contains(learner))
}

/// «среда, 3 урок», with the week where it alternates.
fn moment(slot: &Slot) -> String {
    let day = WEEKDAYS.get(usize::from(slot.weekday).wrapping_sub(1)).copied().unwrap_or("день");
    match slot.week.as_str() {
        "A" => format!("{day}, {} урок, неделя А", slot.number),
        "B" => format!("{day}, {} урок, неделя Б", slot.number),
        _ => format!("{day}, {} урок", slot.number),
    }
}

/// Does the sanitary limit count this kind of course?
fn is_lesson(setup: &Setup, course: &str) -> bool {
    matches!(setup.kind_of(course), "lesson" | "elective")
}

/// Days on which a version of the timetable begins: each is looked at for itself.
fn versions(held: &[Held<'_>]) -> BTreeSet<Option<NaiveDate>> {
    let mut starts: BTreeSet<Option<NaiveDate>> = held.iter().map(|one| one.slot.since).collect();
    starts.insert(None);
    starts
}

fn is_in_force(slot: &Slot, day: Option<NaiveDate>) -> bool {
    match day {
        None => slot.since.is_none(),
        Some(day) => slot.since.is_none_or(|since| since <= day) && slot.until.is_none_or(|until| day <= until),
    }
}

fn weeks(journal: &Journal, setup: &Setup, held: &[Held<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for class in &journal.classes {
        let week_days = setup.regime(&class.name, class.grade).map_or(5, |regime| regime.week_days);
        let own: Vec<&Held<'_>> = held.iter().filter(|one| one.course.class == class.name).collect();
        for one in own.iter().filter(|one| one.slot.weekday > week_days) {
            findings.push(
                Finding::new(
                    "timetable.day-off",
                    format!("{}, {}", class.name, moment(one.slot)),
                    "у класса в этот день нет занятий",
                )
                .expected_found(format!("дней в неделе: {week_days}"), one.words()),
            );
        }
        let Some(most) = most_lessons(class.grade, week_days) else { continue };
        let mut worst = 0;
        for version in versions(held) {
            for week in ["A", "B"] {
                let slots: BTreeSet<(u8, u8)> = own
                    .iter()
                    .filter(|one| one.slot.week.is_empty() || one.slot.week == week)
                    .filter(|one| is_in_force(one.slot, version) && is_lesson(setup, &one.course.id))
                    .map(|one| (one.slot.weekday, one.slot.number))
                    .collect();
                worst = worst.max(slots.len() as u32);
            }
        }
        if worst > most {
            findings.push(
                Finding::new(
                    "timetable.too-many-lessons",
                    class.name.clone(),
                    format!("уроков в неделю больше, чем допускает СанПиН 1.2.3685-21 при {week_days}-дневной неделе"),
                )
                .expected_found(format!("не больше {most}"), worst.to_string()),
            );
        }
    }
    findings
}

/// Hours a week of a course in the timetable, in hundredths.
fn hours_in_timetable(setup: &Setup, course: &str) -> u32 {
    hours_a_week(setup.timetable.iter().filter(|slot| slot.course == course).map(|slot| (slot, 1)))
}

/// Hours a week of slots, each with the shift of its class, in hundredths: what groups have at one time is one hour, a lesson of one of two
/// weeks is half an hour a week. The greatest of the versions counts.
pub fn hours_a_week<'s>(slots: impl Iterator<Item = (&'s Slot, u8)>) -> u32 {
    let own: Vec<(&Slot, u8)> = slots.collect();
    let mut starts: BTreeSet<Option<NaiveDate>> = own.iter().map(|(slot, _)| slot.since).collect();
    starts.insert(None);
    let of_week = |version: Option<NaiveDate>, week: &str| -> u32 {
        let times: BTreeSet<(u8, u8, u8)> = own
            .iter()
            .filter(|(slot, _)| slot.week.is_empty() || slot.week == week)
            .filter(|(slot, _)| is_in_force(slot, version))
            .map(|(slot, shift)| (*shift, slot.weekday, slot.number))
            .collect();
        times.len() as u32 * 50
    };
    let of = |version: Option<NaiveDate>| of_week(version, "A") + of_week(version, "B");
    starts.into_iter().map(of).max().unwrap_or_default()
}

fn hours(journal: &Journal, setup: &Setup) -> Vec<Finding> {
    let mut findings = Vec::new();
    if setup.timetable.is_empty() {
        return findings;
    }
    for course in &journal.courses {
        let (due, stand) = (course.hours_per_week_centi, hours_in_timetable(setup, &course.id));
        if due != stand {
            findings.push(
                Finding::new(
                    "timetable.hours-differ",
                    course_words(course),
                    "часов в расписании не столько, сколько у курса",
                )
                .expected_found(hours_text(due), hours_text(stand))
                .weighing(if stand == 0 { Severity::Error } else { Severity::Warning }),
            );
        }
    }
    findings
}

/// Days on which a course has lessons by the timetable, once for each lesson, in time. `weekday_of` says whose weekday's timetable a
/// day has (`None`: no lessons), `is_a` whether a day lies in a week A.
pub fn lesson_days(
    setup: &Setup,
    course: &str,
    days: &[NaiveDate],
    weekday_of: &dyn Fn(NaiveDate) -> Option<u8>,
) -> Vec<NaiveDate> {
    let slots: Vec<&Slot> = setup.timetable.iter().filter(|slot| slot.course == course).collect();
    let Some(first) = days.first() else { return Vec::new() };
    let mut list = Vec::new();
    for day in days {
        let Some(weekday) = weekday_of(*day) else { continue };
        let week = if is_week_a(*first, *day) { "A" } else { "B" };
        let of_day = slots.iter().filter(|slot| {
            slot.weekday == weekday && (slot.week.is_empty() || slot.week == week) && is_in_force(slot, Some(*day))
        });
        list.extend(of_day.map(|_| *day));
    }
    list
}

/// Days of a course's lessons by the year's timetable and calendar, once for each lesson, in time; none for a course of an unknown class.
pub fn days_of(journal: &Journal, setup: &Setup, calendar: &SchoolCalendar, course: &Course) -> Vec<NaiveDate> {
    let Some(class) = journal.class(&course.class) else { return Vec::new() };
    let days: Vec<NaiveDate> = calendar.study_days(&class.name).into_iter().collect();
    let weekday_of = |day: NaiveDate| setup.weekday_of(calendar, &class.name, class.grade, day);
    lesson_days(setup, &course.id, &days, &weekday_of)
}

/// A lesson of the timetable that nobody held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost<'y> {
    /// Day on which it stood.
    pub date: NaiveDate,
    /// Its number in the day.
    pub number: u8,
    /// The course.
    pub course: &'y Course,
}

/// Lessons that the timetable has within days and that were neither held nor moved (F18). A lesson of the same course at another time of
/// those days, for which no lesson stands in the timetable, is a moved one: first of the same day, then of any. Extracurricular courses
/// count like the others; a course without a timetable has lost nothing that anybody could know.
pub fn lost<'y>(
    journal: &'y Journal,
    setup: &Setup,
    calendar: &SchoolCalendar,
    starts: NaiveDate,
    ends: NaiveDate,
) -> Vec<Lost<'y>> {
    // Weeks alternate from the class's first study day, as `lesson_days` counts them.
    let mut days: BTreeMap<&str, (Option<NaiveDate>, Vec<NaiveDate>)> = BTreeMap::new();
    for class in &journal.classes {
        let all = calendar.study_days(&class.name);
        let within = all.range(starts..).take_while(|day| **day <= ends).copied().collect();
        days.insert(&class.name, (all.first().copied(), within));
    }
    let mut held: BTreeMap<&str, BTreeSet<(NaiveDate, u8)>> = BTreeMap::new();
    for lesson in journal.lessons.iter().filter(|lesson| (starts..=ends).contains(&lesson.key.date)) {
        held.entry(&lesson.key.course_id).or_default().insert((lesson.key.date, lesson.key.number));
    }
    let mut lost = Vec::new();
    for course in &journal.courses {
        let slots: Vec<&Slot> = setup.timetable.iter().filter(|slot| slot.course == course.id).collect();
        let grade = journal.class(&course.class).map_or(0, |class| class.grade);
        let mut due: Vec<(NaiveDate, u8)> = Vec::new();
        let Some((Some(first), within)) = days.get(course.class.as_str()) else { continue };
        for day in within.iter().copied() {
            let Some(weekday) = setup.weekday_of(calendar, &course.class, grade, day) else { continue };
            let week = if is_week_a(*first, day) { "A" } else { "B" };
            let of_day = slots.iter().filter(|slot| {
                slot.weekday == weekday && (slot.week.is_empty() || slot.week == week) && is_in_force(slot, Some(day))
            });
            due.extend(of_day.map(|slot| (day, slot.number)));
        }
        let mut spare = held.remove(course.id.as_str()).unwrap_or_default();
        due.retain(|lesson| !spare.remove(lesson));
        due.retain(|(day, _)| {
            let moved = spare.iter().find(|(on, _)| on == day).copied();
            moved.is_none_or(|moved| !spare.remove(&moved))
        });
        // The first that were missed are the first that were made up for.
        let made_up = spare.len().min(due.len());
        lost.extend(due.into_iter().skip(made_up).map(|(date, number)| Lost { date, number, course }));
    }
    lost
}

/// Lessons that the timetable has on a day: course and number, in the order of the courses. None on a day without lessons.
pub fn on_day<'y>(
    journal: &'y Journal,
    setup: &Setup,
    calendar: &SchoolCalendar,
    day: NaiveDate,
) -> Vec<(&'y Course, u8)> {
    let mut firsts: BTreeMap<&str, Option<NaiveDate>> = BTreeMap::new();
    for class in &journal.classes {
        let all = calendar.study_days(&class.name);
        firsts.insert(&class.name, all.first().copied().filter(|_| all.contains(&day)));
    }
    let mut lessons = Vec::new();
    for course in &journal.courses {
        let grade = journal.class(&course.class).map_or(0, |class| class.grade);
        let Some(Some(first)) = firsts.get(course.class.as_str()) else { continue };
        let Some(weekday) = setup.weekday_of(calendar, &course.class, grade, day) else { continue };
        let week = if is_week_a(*first, day) { "A" } else { "B" };
        let mut own: Vec<u8> = setup
            .timetable
            .iter()
            .filter(|slot| slot.course == course.id && slot.weekday == weekday)
            .filter(|slot| (slot.week.is_empty() || slot.week == week) && is_in_force(slot, Some(day)))
            .map(|slot| slot.number)
            .collect();
        own.sort_unstable();
        lessons.extend(own.into_iter().map(|number| (course, number)));
    }
    lessons
}

/// Weeks alternate from the first of the year, which is A.
fn is_week_a(first: NaiveDate, day: NaiveDate) -> bool {
    let monday = |day: NaiveDate| day - chrono::Days::new(u64::from(day.weekday().num_days_from_monday()));
    ((monday(day) - monday(first)).num_days() / 7) % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lessons_of_groups_at_one_time_are_one_hour_of_their_class() {
        let slot = |course: &str, number: u8, week: &str| Slot {
            course: course.to_owned(),
            weekday: 1,
            number,
            week: week.to_owned(),
            since: None,
            until: None,
            room: String::new(),
            teacher: String::new(),
        };
        let hours = |slots: &[Slot]| hours_a_week(slots.iter().map(|slot| (slot, 1)));
        let groups = [slot("english-1", 2, ""), slot("english-2", 2, "")];
        assert_eq!(hours(&groups), 100);
        assert_eq!(hours(&[slot("maths", 1, ""), groups[0].clone(), groups[1].clone()]), 200);
        assert_eq!(hours(&[slot("music", 3, "A"), slot("drawing", 3, "B")]), 100, "by turns they fill one hour");
        assert_eq!(hours(&[slot("music", 3, "A")]), 50);
        let shifts = [slot("maths", 1, ""), slot("physics", 1, "")];
        assert_eq!(hours_a_week(shifts.iter().zip([1, 2])), 200, "the first lessons of two shifts are at two times");
    }

    #[test]
    fn groups_whose_learners_nobody_named_are_not_said_to_be_in_two_places() {
        let course = |id: &str, group: &str, members: &[&str]| Course {
            id: id.to_owned(),
            class: "7А".to_owned(),
            subject: "Английский язык".to_owned(),
            group: group.to_owned(),
            teacher_id: String::new(),
            hours_per_week_centi: 100,
            members: members.iter().map(|one| (*one).to_owned()).collect(),
        };
        let (whole, first, second) = (course("C1", "", &[]), course("C2", "1", &[]), course("C3", "2", &["L1"]));
        assert!(!share_learners(&first, &second) && !share_learners(&second, &first));
        assert!(share_learners(&whole, &first) && share_learners(&second, &whole), "the class has its groups");
        assert!(share_learners(&first, &first), "a course is one with itself");
        assert!(share_learners(&second, &course("C4", "3", &["L1"])), "a learner of both");
    }
}
