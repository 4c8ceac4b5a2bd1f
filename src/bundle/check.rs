//! The checks that need more than one row: keys and references. Floor 1.
//!
//! Runs every check and stops at none. A file that could not be read whole accuses nobody: what is missing from it may
//! stand in a row that was left out.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono::NaiveDate;

use crate::domain::journal::{
    Absence, Class, Course, Decision, FinalMark, Learner, Lesson, Mark, Period, School, StaffMember,
};
use crate::domain::policy::Policy;
use crate::domain::timeliness::EntryTime;
use crate::domain::words;

use super::found::{Found, Place};
use super::layout::File;
use super::rows::{Listed, Membership};
use super::{codes, look_alike, records, roster};

/// First day and day of leaving of the earlier stays, by learner and class.
pub type Earlier = HashMap<(String, String), Vec<(NaiveDate, NaiveDate)>>;

/// All rows of a bundle, each file by itself.
pub struct Lists {
    /// `school.csv`.
    pub school: Listed<School>,
    /// `periods.csv`.
    pub periods: Listed<Period>,
    /// `staff.csv`.
    pub staff: Listed<StaffMember>,
    /// `classes.csv`.
    pub classes: Listed<Class>,
    /// `learners.csv`.
    pub learners: Listed<Learner>,
    /// `courses.csv`.
    pub courses: Listed<Course>,
    /// `groups.csv`.
    pub groups: Listed<Membership>,
    /// `lessons.csv`.
    pub lessons: Listed<Lesson>,
    /// `marks.csv`.
    pub marks: Listed<Mark>,
    /// `absences.csv`.
    pub absences: Listed<Absence>,
    /// `final_marks.csv`.
    pub final_marks: Listed<FinalMark>,
    /// `decisions.csv`.
    pub decisions: Listed<Decision>,
    /// `entries.csv`.
    pub entries: Listed<EntryTime>,
    /// Earlier stays of learners, in whose classes they have marks as well.
    pub earlier: Earlier,
}

/// Checks everything that one row alone cannot tell.
pub fn all(lists: &Lists, policy: &Policy, found: &mut Found) {
    let known = Known::of(lists);
    roster::check(lists, &known, found);
    records::check(lists, &known, policy, found);
}

/// Look-ups over the bundle.
pub struct Known<'a> {
    /// Periods by identifier.
    pub periods: HashMap<&'a str, &'a Period>,
    /// Classes by name.
    pub classes: HashMap<&'a str, &'a Class>,
    /// Learners by identifier.
    pub learners: HashMap<&'a str, &'a Learner>,
    /// Courses by identifier.
    pub courses: HashMap<&'a str, &'a Course>,
    /// Members of the courses that have groups.
    pub members: HashMap<&'a str, HashSet<&'a str>>,
    /// Courses and learners whose membership is told by rows that do not read: nobody is accused of being outside.
    doubtful_members: HashSet<&'a str>,
    groups_are_whole: bool,
    earlier: &'a Earlier,
    /// Identifiers that may be referred to.
    pub names: Names<'a>,
    /// Days on which lessons may be.
    pub calendar: Calendar<'a>,
}

impl<'a> Known<'a> {
    fn of(lists: &'a Lists) -> Self {
        let mut members: HashMap<&str, HashSet<&str>> = HashMap::new();
        for membership in &lists.groups.items {
            members.entry(&membership.course_id).or_default().insert(&membership.learner_id);
        }
        let doubtful_members = lists
            .groups
            .items
            .iter()
            .filter(|row| {
                !lists.courses.names.contains(&row.course_id) || !lists.learners.names.contains(&row.learner_id)
            })
            .flat_map(|row| [row.course_id.as_str(), row.learner_id.as_str()])
            .collect();
        Self {
            periods: lists.periods.items.iter().map(|period| (period.id.as_str(), period)).collect(),
            classes: lists.classes.items.iter().map(|class| (class.name.as_str(), class)).collect(),
            learners: lists.learners.items.iter().map(|learner| (learner.id.as_str(), learner)).collect(),
            courses: lists.courses.items.iter().map(|course| (course.id.as_str(), course)).collect(),
            members,
            doubtful_members,
            groups_are_whole: lists.groups.is_whole,
            earlier: &lists.earlier,
            names: Names {
                periods: Register::of(&lists.periods, codes::UNKNOWN_PERIOD, "периода"),
                staff: Register::of(&lists.staff, codes::UNKNOWN_STAFF, "сотрудника"),
                classes: Register::of(&lists.classes, codes::UNKNOWN_CLASS, "класса"),
                learners: Register::of(&lists.learners, codes::UNKNOWN_LEARNER, "обучающегося"),
                courses: Register::of(&lists.courses, codes::UNKNOWN_COURSE, "курса"),
            },
            calendar: Calendar { periods: &lists.periods },
        }
    }

    /// Are both classes listed, different, and the learner never in the course's? A misspelt class is told where it is misspelt.
    pub fn is_foreign(&self, course: &Course, learner: &Learner) -> bool {
        let is_listed = |class: &str| self.classes.contains_key(class);
        let was_there = || self.earlier.contains_key(&(learner.id.clone(), course.class.clone()));
        course.class != learner.class && is_listed(&course.class) && is_listed(&learner.class) && !was_there()
    }

    /// Was the learner in the course's class on that day, by an earlier stay?
    pub fn was_in(&self, course: &Course, learner: &Learner, day: NaiveDate) -> bool {
        let stays = self.earlier.get(&(learner.id.clone(), course.class.clone()));
        stays.is_some_and(|stays| stays.iter().any(|(starts, ends)| *starts <= day && day < *ends))
    }

    /// Does the course have a group, and the learner no place in it?
    pub fn is_outside_group(&self, course: &Course, learner: &Learner) -> bool {
        let is_doubtful = |id: &str| self.doubtful_members.contains(id);
        let members = self.members.get(course.id.as_str());
        members.is_some_and(|members| !members.contains(learner.id.as_str()))
            && self.groups_are_whole
            && !is_doubtful(&course.id)
            && !is_doubtful(&learner.id)
    }
}

/// Identifiers of the five files that others refer to.
pub struct Names<'a> {
    /// Of `periods.csv`.
    pub periods: Register<'a>,
    /// Of `staff.csv`.
    pub staff: Register<'a>,
    /// Of `classes.csv`.
    pub classes: Register<'a>,
    /// Of `learners.csv`.
    pub learners: Register<'a>,
    /// Of `courses.csv`.
    pub courses: Register<'a>,
}

/// Identifiers of one file.
pub struct Register<'a> {
    file: File,
    names: &'a HashSet<String>,
    is_whole: bool,
    code: &'static str,
    /// «обучающегося».
    whose: &'static str,
    /// Names by what they look like; made when the first unknown name asks.
    skeletons: OnceCell<HashMap<String, &'a str>>,
}

impl<'a> Register<'a> {
    fn of<T>(list: &'a Listed<T>, code: &'static str, whose: &'static str) -> Self {
        let (names, is_whole) = (&list.names, list.names_are_whole);
        Self { file: list.file, names, is_whole, code, whose, skeletons: OnceCell::new() }
    }

    /// Finds a reference to somebody who is not there; an empty cell is found elsewhere.
    pub fn refer(&self, at: Place, name: &str, found: &mut Found) {
        if name.is_empty() || !self.is_whole || self.names.contains(name) {
            return;
        }
        // A school has classes; the table that lists them is none of the reader's concern, and may not be there.
        let missing = match self.file {
            File::Classes => format!("{} «{name}» в школе нет", self.whose),
            file => format!("{} «{name}» нет в {}", self.whose, found.table_name(file)),
        };
        let skeletons = self
            .skeletons
            .get_or_init(|| self.names.iter().map(|name| (look_alike::skeleton(name), name.as_str())).collect());
        match skeletons.get(&look_alike::skeleton(name)) {
            Some(twin) => {
                let stray = look_alike::between(name, twin).map(|stray| stray.describe()).unwrap_or_default();
                found.mismatch(at, codes::LOOK_ALIKE, format!("{missing}: {stray}"), *twin, name);
            }
            // A misspelt name was told with the one that is nearest to it.
            None if found.is_told(at, codes::UNMATCHED_NAME) => {}
            None => match self.of_same_grade(name) {
                near if near.is_empty() => found.error(at, self.code, missing),
                near => found.mismatch(at, self.code, missing, near, name),
            },
        }
    }
}

impl Register<'_> {
    /// «9А, 9Б» for a class of grade 9 that is not there; empty for everything else.
    fn of_same_grade(&self, name: &str) -> String {
        let grade = |name: &str| name.chars().take_while(char::is_ascii_digit).collect::<String>();
        let own = grade(name);
        if self.file != File::Classes || own.is_empty() {
            return String::new();
        }
        let mut near: Vec<&str> = self.names.iter().map(String::as_str).filter(|other| grade(other) == own).collect();
        near.sort_unstable();
        near.join(", ")
    }
}

/// The study periods as days.
pub struct Calendar<'a> {
    periods: &'a Listed<Period>,
}

impl Calendar<'_> {
    /// Is every period read, and does every one have days and grades? Wrong periods accuse nobody else.
    pub fn is_sound(&self) -> bool {
        let is_right = |period: &Period| period.starts <= period.ends && period.grade_from <= period.grade_to;
        self.periods.is_whole && self.periods.items.iter().all(is_right)
    }

    /// Is the day in a period of the grade?
    pub fn holds(&self, grade: u8, day: NaiveDate) -> bool {
        !self.is_sound() || self.of(grade).any(|period| (period.starts..=period.ends).contains(&day))
    }

    /// «01.09.2025–24.10.2025, 03.11.2025–30.12.2025».
    pub fn days(&self, grade: u8) -> String {
        let span = |period: &Period| format!("{}–{}", words::date_short(period.starts), words::date_short(period.ends));
        let spans: Vec<String> = self.of(grade).map(span).collect();
        if spans.is_empty() { format!("для {grade} класса периодов нет") } else { spans.join(", ") }
    }

    fn of(&self, grade: u8) -> impl Iterator<Item = &Period> {
        self.periods.items.iter().filter(move |period| (period.grade_from..=period.grade_to).contains(&grade))
    }
}

/// Finds the second and later rows of a key.
pub fn duplicates<'a, T, K: Eq + Hash>(
    list: &'a Listed<T>,
    column: &'static str,
    key: impl Fn(&'a T) -> K,
    describe: impl Fn(&T) -> String,
    found: &mut Found,
) {
    let mut first: HashMap<K, u32> = HashMap::with_capacity(list.items.len());
    for (item, line) in list.with_lines() {
        if let Some(earlier) = first.get(&key(item)) {
            let message = format!("{} уже есть {}", describe(item), found.earlier(list.at(*earlier, column)));
            found.error(list.at(line, column), codes::DUPLICATE_KEY, message);
        } else {
            first.insert(key(item), line);
        }
    }
}
