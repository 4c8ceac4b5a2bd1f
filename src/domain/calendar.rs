//! The school's calendar: study days of each class, working days, bells, and counting in each of their units. Floor 0.
//!
//! One type for two sources: the year's set-up (weeks, days off, moved days, bells, timetable), or, where nothing was set up, the days
//! on which the journal has lessons. Every question names a class, because a five-day and a six-day class of one school differ.

mod production;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, Weekday};

use super::journal::{Journal, Period};

pub use production::{decree, holiday_name, is_off, is_working};

/// How far a count may run before it gives up, days: more than any school year with its summer.
const FARTHEST_DAYS: u64 = 800;

/// Where the days come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Basis {
    /// The year's set-up: weeks, days off, moved days.
    SetUp,
    /// The days on which the journal has lessons; after its last lesson, the week that they show.
    #[default]
    Lessons,
}

/// A class and its week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassWeek {
    /// Class name.
    pub class: String,
    /// Grade, 1 to 11.
    pub grade: u8,
    /// Study days of a week, 5 (Monday to Friday) or 6 (to Saturday).
    pub days: u8,
}

/// Whom a change of days concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every class.
    School,
    /// Classes of grades from … to, inclusive.
    Grades(u8, u8),
    /// One class.
    Class(String),
}

/// What a changed day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// No lessons: holidays inside a period, a day off by order, quarantine.
    Off,
    /// Lessons although the week or a holiday says otherwise: a moved day.
    Study,
}

/// A run of days that differ from the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayChange {
    /// First day.
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: NaiveDate,
    /// Whom it concerns.
    pub scope: Scope,
    /// What the days are.
    pub kind: DayKind,
    /// Why, as people say it: «актированный день (мороз)».
    pub name: String,
}

/// One line of the bells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bell {
    /// Class that it rings for; empty = every class that has no bells of its own.
    pub class: String,
    /// Weekday that it rings on, 1 (Monday) to 7; 0 = every day that has no bells of its own.
    pub weekday: u8,
    /// Number of the lesson.
    pub number: u8,
    /// Beginning of the lesson.
    pub starts: NaiveTime,
    /// End of the lesson.
    pub ends: NaiveTime,
}

/// Units in which a regulation counts days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayUnit {
    /// Every day.
    Calendar,
    /// Study days of the class.
    School,
    /// Working days of the production calendar (five-day week).
    Working,
}

/// The calendar of a school year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchoolCalendar {
    /// Where the days come from.
    pub basis: Basis,
    /// Study periods.
    pub periods: Vec<Period>,
    /// Classes with their weeks.
    pub weeks: Vec<ClassWeek>,
    /// Days that differ; of two that fit, the narrower scope decides, and of two as narrow the later in the list.
    pub changes: Vec<DayChange>,
    /// Bells; empty when nobody set them up.
    pub bells: Vec<Bell>,
    /// Numbers of the last lesson of a class on a weekday (1 to 7), by the timetable; empty when there is none.
    pub timetable: BTreeMap<(String, u8), u8>,
    /// Numbers of the last lesson that a class had on a day, by the journal.
    pub held: BTreeMap<String, BTreeMap<NaiveDate, u8>>,
}

impl SchoolCalendar {
    /// A calendar from the journal alone: a study day is a day with a lesson of the class. After the class's last lesson on
    /// record nobody knows yet, so the week that the lessons show goes on until the period's end, public holidays left out.
    pub fn from_journal(journal: &Journal) -> Self {
        let mut calendar = Self { periods: journal.periods.clone(), ..Self::default() };
        calendar.take_lessons(journal);
        for class in &journal.classes {
            let held = calendar.held.get(&class.name);
            let saturdays = held.is_some_and(|days| days.keys().any(|day| day.weekday() == Weekday::Sat));
            let days = if saturdays { 6 } else { 5 };
            calendar.weeks.push(ClassWeek { class: class.name.clone(), grade: class.grade, days });
        }
        calendar
    }

    /// Notes which lesson was the last of each class on each day.
    pub fn take_lessons(&mut self, journal: &Journal) {
        let class_of: BTreeMap<&str, &str> =
            journal.courses.iter().map(|course| (course.id.as_str(), course.class.as_str())).collect();
        for lesson in &journal.lessons {
            let Some(class) = class_of.get(lesson.key.course_id.as_str()) else { continue };
            let last = self.held.entry((*class).to_owned()).or_default().entry(lesson.key.date).or_default();
            *last = (*last).max(lesson.key.number);
        }
    }

    /// The class with its week.
    pub fn week(&self, class: &str) -> Option<&ClassWeek> {
        self.weeks.iter().find(|week| week.class == class)
    }

    /// The study periods of a class, by first day.
    pub fn periods_of(&self, class: &str) -> Vec<&Period> {
        let Some(week) = self.week(class) else { return Vec::new() };
        let mut periods: Vec<&Period> =
            self.periods.iter().filter(|p| (p.grade_from..=p.grade_to).contains(&week.grade)).collect();
        periods.sort_by_key(|period| period.starts);
        periods
    }

    /// The study period of a class in which a day lies.
    pub fn period_at(&self, class: &str, day: NaiveDate) -> Option<&Period> {
        self.periods_of(class).into_iter().find(|period| period.starts <= day && day <= period.ends)
    }

    /// Does the day lie in a school year whose periods are known here, its summer included? A calendar without periods bounds nothing.
    pub fn covers(&self, day: NaiveDate) -> bool {
        let year = first_year(day);
        self.periods.is_empty() || self.periods.iter().any(|period| first_year(period.starts) == year)
    }

    /// Has the class lessons on that day? A class that nobody knows has none.
    pub fn is_study_day(&self, class: &str, day: NaiveDate) -> bool {
        let Some(week) = self.week(class) else { return false };
        if let Some(change) = self.change_at(week, day) {
            return change.kind == DayKind::Study;
        }
        if self.basis == Basis::Lessons
            && let Some(held) = self.held.get(class)
            && held.keys().next_back().is_some_and(|last| day <= *last)
        {
            return held.contains_key(&day);
        }
        self.period_at(class, day).is_some() && is_in_week(week.days, day) && !production::is_off(day)
    }

    /// Does the school work on that day: by the production calendar, or because its own calendar moved a working day there for everybody?
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        let moved = |change: &&DayChange| change.scope == Scope::School && change.from <= day && day <= change.to;
        let study = self.changes.iter().rev().find(moved).is_some_and(|change| change.kind == DayKind::Study);
        study || production::is_working(day)
    }

    /// Is the day one of that unit?
    pub fn is_day(&self, unit: DayUnit, class: &str, day: NaiveDate) -> bool {
        match unit {
            DayUnit::Calendar => true,
            DayUnit::School => self.is_study_day(class, day),
            DayUnit::Working => production::is_working(day),
        }
    }

    /// The `count`-th day of a unit after a day; the day itself when `count` is 0. `None` when the calendar has no such day.
    pub fn after(&self, unit: DayUnit, class: &str, day: NaiveDate, count: u32) -> Option<NaiveDate> {
        self.nth(unit, class, day, count, NaiveDate::checked_add_days)
    }

    /// The `count`-th day of a unit before a day; the day itself when `count` is 0. `None` when the calendar has no such day.
    pub fn before(&self, unit: DayUnit, class: &str, day: NaiveDate, count: u32) -> Option<NaiveDate> {
        self.nth(unit, class, day, count, NaiveDate::checked_sub_days)
    }

    fn nth(
        &self,
        unit: DayUnit,
        class: &str,
        day: NaiveDate,
        count: u32,
        step: impl Fn(NaiveDate, Days) -> Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        if count == 0 {
            return Some(day);
        }
        (1..=FARTHEST_DAYS)
            .map_while(|far| step(day, Days::new(far)))
            .filter(|day| self.is_day(unit, class, *day))
            .nth(count as usize - 1)
    }

    /// Days of a unit from one day to another, both inclusive.
    pub fn count(&self, unit: DayUnit, class: &str, from: NaiveDate, to: NaiveDate) -> usize {
        from.iter_days().take_while(|day| *day <= to).filter(|day| self.is_day(unit, class, *day)).count()
    }

    /// The study day of a class that lies `before_end` study days before the last one of a span: 0 the last, 1 the last but one
    /// (000 Инс 4.1).
    pub fn study_day_before_end(
        &self,
        class: &str,
        starts: NaiveDate,
        ends: NaiveDate,
        before_end: u32,
    ) -> Option<NaiveDate> {
        let days = ends.signed_duration_since(starts).num_days();
        (0..=u64::try_from(days).ok()?)
            .filter_map(|back| ends.checked_sub_days(Days::new(back)))
            .filter(|day| self.is_study_day(class, *day))
            .nth(before_end as usize)
    }

    /// Number of the class's last lesson on a day: as held, else by the timetable; `None` when neither knows.
    pub fn last_lesson(&self, class: &str, day: NaiveDate) -> Option<u8> {
        let held = self.held.get(class).and_then(|days| days.get(&day));
        let weekday = day.weekday().number_from_monday() as u8;
        held.or_else(|| self.timetable.get(&(class.to_owned(), weekday))).copied()
    }

    /// When a lesson of a class ends on a day; `None` when no bells are set up for it.
    pub fn lesson_ends(&self, class: &str, day: NaiveDate, number: u8) -> Option<NaiveTime> {
        self.bell(class, day, number).map(|bell| bell.ends)
    }

    /// When the class's last lesson ends on a day.
    pub fn last_lesson_ends(&self, class: &str, day: NaiveDate) -> Option<NaiveTime> {
        self.lesson_ends(class, day, self.last_lesson(class, day)?)
    }

    fn bell(&self, class: &str, day: NaiveDate, number: u8) -> Option<&Bell> {
        let weekday = day.weekday().number_from_monday() as u8;
        let own = |bell: &&Bell| bell.number == number && (bell.class.is_empty() || bell.class == class);
        let fits = |bell: &&Bell| bell.weekday == 0 || bell.weekday == weekday;
        // The narrower bell rings: the class's own before the school's, the weekday's own before every day's.
        self.bells.iter().filter(own).filter(fits).max_by_key(|bell| (!bell.class.is_empty(), bell.weekday != 0))
    }

    fn change_at(&self, week: &ClassWeek, day: NaiveDate) -> Option<&DayChange> {
        let narrowness = |scope: &Scope| match scope {
            Scope::School => Some(0),
            Scope::Grades(from, to) => (*from..=*to).contains(&week.grade).then_some(1),
            Scope::Class(class) => (*class == week.class).then_some(2),
        };
        self.changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.from <= day && day <= change.to)
            .filter_map(|(at, change)| Some(((narrowness(&change.scope)?, at), change)))
            .max_by_key(|(rank, _)| *rank)
            .map(|(_, change)| change)
    }

    /// Every study day of a class, by date, inside its periods and its moved days.
    pub fn study_days(&self, class: &str) -> BTreeSet<NaiveDate> {
        let periods = self.periods_of(class);
        let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return BTreeSet::new() };
        let until = last.ends;
        first.starts.iter_days().take_while(|day| *day <= until).filter(|day| self.is_study_day(class, *day)).collect()
    }
}

/// The calendar year in which a day's school year begins: on 1 September, and summer belongs to the year that ended.
pub fn first_year(day: NaiveDate) -> i32 {
    day.year() - i32::from(day.month() < 9)
}

fn is_in_week(days: u8, day: NaiveDate) -> bool {
    day.weekday().number_from_monday() <= u32::from(days)
}
