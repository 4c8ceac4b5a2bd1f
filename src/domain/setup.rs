//! The school's year beside the journal: calendar, bells, rooms, curriculum, load, timetable, plans, movement, orders. Floor 0.
//!
//! Rows are kept as the store has them (texts in the order of [`layout`]); here they become what the rules speak of.

pub mod brought;
pub mod cells;
pub mod checks;
pub mod foreseen;
mod heads;
pub mod layout;
pub mod paste;
pub mod plan;
pub mod promotion;
pub mod regime;
pub mod rules;
pub mod scope;
pub mod spelling;
pub mod stays;
pub mod timetable;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::calendar::{self, SchoolCalendar};
use super::journal::Journal;
use super::tenure::EarlierTeacher;
pub use scope::Scope;
pub use stays::Stay;

/// A day, or a run of days, that differs from the usual week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDays {
    /// First day.
    pub starts: NaiveDate,
    /// Last day, inclusive.
    pub ends: NaiveDate,
    /// Whom it holds for.
    pub scope: Scope,
    /// `break`, `holiday`, `day_off`, `study` ([`layout::DAY_KINDS`]).
    pub kind: String,
    /// «Осенние каникулы».
    pub name: String,
    /// Weekday whose timetable a moved study day has, 1 Monday; 0 its own.
    pub follows: u8,
}

impl SpecialDays {
    /// Is the day among them?
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.starts <= day && day <= self.ends
    }

    /// Are there lessons on these days?
    pub fn is_study(&self) -> bool {
        self.kind == "study"
    }
}

/// Lesson regime of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regime {
    /// Whom it holds for.
    pub scope: Scope,
    /// Study days a week, 5 or 6.
    pub week_days: u8,
    /// Shift, from 1.
    pub shift: u8,
    /// Name of the bell schedule.
    pub bells: String,
}

/// One lesson in a bell schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bell {
    /// Name of the schedule.
    pub schedule: String,
    /// Number of the lesson in the day.
    pub number: u8,
    /// Minutes after midnight.
    pub starts: u16,
    /// Minutes after midnight.
    pub ends: u16,
}

/// An event beside the timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolEvent {
    /// Identifier.
    pub id: String,
    /// First day.
    pub starts: NaiveDate,
    /// Last day, inclusive.
    pub ends: NaiveDate,
    /// `15:30`, may be empty.
    pub clock: String,
    /// For whom.
    pub scope: Scope,
    /// What.
    pub title: String,
    /// Where.
    pub place: String,
    /// Staff identifier, may be empty.
    pub responsible: String,
    /// More.
    pub note: String,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// «214».
    pub name: String,
    /// Seats, 0 unknown.
    pub seats: u32,
    /// «химия».
    pub purpose: String,
    /// Staff identifier, may be empty.
    pub keeper: String,
}

/// What a course is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseDetail {
    /// Course identifier.
    pub course: String,
    /// [`layout::COURSE_KINDS`].
    pub kind: String,
    /// Stream it is taught in, empty when none.
    pub stream: String,
    /// Usual room, may be empty.
    pub room: String,
}

/// A line of an individual study plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndividualLine {
    /// Learner.
    pub learner: String,
    /// Subject.
    pub subject: String,
    /// Hundredths of an hour a week.
    pub hours_centi: u32,
    /// Course attended, may be empty.
    pub course: String,
    /// Order.
    pub ground: String,
}

/// A line of the curriculum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurriculumLine {
    /// Grade.
    pub grade: u8,
    /// Class with a plan of its own, empty for the whole grade.
    pub profile: String,
    /// Subject.
    pub subject: String,
    /// Hundredths of an hour a week.
    pub hours_centi: u32,
    /// [`layout::PARTS`].
    pub part: String,
}

/// A line of the load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadLine {
    /// Staff identifier.
    pub teacher: String,
    /// Course identifier.
    pub course: String,
    /// Hundredths of an hour a week.
    pub hours_centi: u32,
}

/// A lesson of the timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Course identifier.
    pub course: String,
    /// 1 Monday … 6 Saturday.
    pub weekday: u8,
    /// Number of the lesson in the day.
    pub number: u8,
    /// Empty every week, `A`, `B`.
    pub week: String,
    /// First day it holds, `None` from the year's beginning.
    pub since: Option<NaiveDate>,
    /// Last day it holds, `None` to the year's end.
    pub until: Option<NaiveDate>,
    /// Room, may be empty.
    pub room: String,
    /// Who teaches instead of the course's own teacher, may be empty.
    pub teacher: String,
}

/// A topic of a calendar-thematic plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Course identifier.
    pub course: String,
    /// Place in the plan, from 1.
    pub ordinal: u32,
    /// Section, may be empty.
    pub section: String,
    /// Topic.
    pub topic: String,
    /// Hundredths of an hour.
    pub hours_centi: u32,
    /// Day planned, if any.
    pub planned: Option<NaiveDate>,
    /// Kind of work, may be empty.
    pub kind_of_work: String,
    /// Homework, may be empty.
    pub homework: String,
}

impl Topic {
    /// The store's cells.
    pub fn to_cells(&self) -> Vec<String> {
        vec![
            self.course.clone(),
            self.ordinal.to_string(),
            self.section.clone(),
            self.topic.clone(),
            self.hours_centi.to_string(),
            self.planned.map(|day| day.to_string()).unwrap_or_default(),
            self.kind_of_work.clone(),
            self.homework.clone(),
        ]
    }
}

/// A control work of the calendar of control works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlWork {
    /// Course identifier.
    pub course: String,
    /// Day.
    pub date: NaiveDate,
    /// Kind of work.
    pub kind_of_work: String,
    /// Topic, may be empty.
    pub title: String,
    /// [`layout::WORK_LEVELS`].
    pub level: String,
}

/// A mark brought from another school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignMark {
    /// Learner.
    pub learner: String,
    /// Identifier within the learner's.
    pub id: String,
    /// School it comes from.
    pub origin: String,
    /// Subject as that school calls it.
    pub their_subject: String,
    /// Subject here, empty while not mapped.
    pub subject: String,
    /// Day or period, as written there.
    pub dated: String,
    /// Value as written there.
    pub value: String,
    /// By what paper it is known; may be empty.
    pub note: String,
}

/// An order or a statute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Identifier.
    pub id: String,
    /// «№ 125».
    pub number: String,
    /// Day of signing.
    pub date: NaiveDate,
    /// [`layout::ORDER_KINDS`].
    pub kind: String,
    /// What about.
    pub title: String,
    /// Text, may be empty.
    pub body: String,
}

/// One line of a sheet of acquaintance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acquaintance {
    /// Order.
    pub order: String,
    /// Staff identifier.
    pub person: String,
    /// Day, `None` while the person has not seen it.
    pub seen_on: Option<NaiveDate>,
    /// [`layout::WAYS`], empty while not seen.
    pub way: String,
}

/// All that a school sets up for a year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setup {
    /// Days that differ.
    pub days: Vec<SpecialDays>,
    /// Regimes.
    pub regimes: Vec<Regime>,
    /// Bell times.
    pub bells: Vec<Bell>,
    /// Events.
    pub events: Vec<SchoolEvent>,
    /// Rooms.
    pub rooms: Vec<Room>,
    /// Kinds and streams of courses.
    pub details: Vec<CourseDetail>,
    /// Individual plans.
    pub individual: Vec<IndividualLine>,
    /// Curriculum.
    pub curriculum: Vec<CurriculumLine>,
    /// Load.
    pub load: Vec<LoadLine>,
    /// Teachers who had a course before its present one.
    pub earlier_teachers: Vec<EarlierTeacher>,
    /// Timetable.
    pub timetable: Vec<Slot>,
    /// Plans of all courses, each by place.
    pub topics: Vec<Topic>,
    /// Control works.
    pub works: Vec<ControlWork>,
    /// Stays.
    pub stays: Vec<Stay>,
    /// Marks from other schools.
    pub foreign: Vec<ForeignMark>,
    /// Orders.
    pub orders: Vec<Order>,
    /// Sheets of acquaintance.
    pub acquaintances: Vec<Acquaintance>,
}

/// Rows of every table of the year, as the store has them.
pub type Rows = BTreeMap<&'static str, Vec<Vec<String>>>;

impl Setup {
    /// Reads the store's rows; a row that the store would never write is left out, for the pages show rows as they stand.
    pub fn from_rows(rows: &Rows) -> Self {
        fn all<T>(rows: &Rows, layout: &layout::Layout, make: impl Fn(&[String]) -> Option<T>) -> Vec<T> {
            let wide = |row: &&Vec<String>| row.len() == layout.columns.len();
            rows.get(layout.table).into_iter().flatten().filter(wide).filter_map(|row| make(row)).collect()
        }
        let day = |text: &String| text.parse::<NaiveDate>().ok();
        let until = |text: &String, from: NaiveDate| text.parse().unwrap_or(from);
        Self {
            days: all(rows, &layout::CALENDAR, |r| {
                let starts = day(&r[0])?;
                Some(SpecialDays {
                    starts,
                    ends: until(&r[2], starts),
                    scope: Scope::parse(&r[1])?,
                    kind: r[3].clone(),
                    name: r[4].clone(),
                    follows: r[5].parse().ok()?,
                })
            }),
            regimes: all(rows, &layout::REGIMES, |r| {
                let (week_days, shift) = (r[1].parse().ok()?, r[2].parse().ok()?);
                Some(Regime { scope: Scope::parse(&r[0])?, week_days, shift, bells: r[3].clone() })
            }),
            bells: all(rows, &layout::BELLS, |r| {
                let (starts, ends) = (cells::minutes(&r[2])?, cells::minutes(&r[3])?);
                Some(Bell { schedule: r[0].clone(), number: r[1].parse().ok()?, starts, ends })
            }),
            events: all(rows, &layout::EVENTS, |r| {
                let starts = day(&r[1])?;
                Some(SchoolEvent {
                    id: r[0].clone(),
                    starts,
                    ends: until(&r[2], starts),
                    clock: r[3].clone(),
                    scope: Scope::parse(&r[4])?,
                    title: r[5].clone(),
                    place: r[6].clone(),
                    responsible: r[7].clone(),
                    note: r[8].clone(),
                })
            }),
            rooms: all(rows, &layout::ROOMS, |r| {
                let seats = r[1].parse().ok()?;
                Some(Room { name: r[0].clone(), seats, purpose: r[2].clone(), keeper: r[3].clone() })
            }),
            details: all(rows, &layout::COURSE_DETAILS, |r| {
                let [course, kind, stream, room] = [0, 1, 2, 3].map(|at: usize| r[at].clone());
                Some(CourseDetail { course, kind, stream, room })
            }),
            individual: all(rows, &layout::INDIVIDUAL_PLANS, |r| {
                let [learner, subject, course, ground] = [0, 1, 3, 4].map(|at: usize| r[at].clone());
                Some(IndividualLine { learner, subject, hours_centi: r[2].parse().ok()?, course, ground })
            }),
            curriculum: all(rows, &layout::CURRICULUM, |r| {
                let [profile, subject, part] = [1, 2, 4].map(|at: usize| r[at].clone());
                let (grade, hours_centi) = (r[0].parse().ok()?, r[3].parse().ok()?);
                Some(CurriculumLine { grade, profile, subject, hours_centi, part })
            }),
            load: all(rows, &layout::LOAD, |r| {
                Some(LoadLine { teacher: r[0].clone(), course: r[1].clone(), hours_centi: r[2].parse().ok()? })
            }),
            earlier_teachers: all(rows, &layout::EARLIER_TEACHERS, EarlierTeacher::from_cells),
            timetable: all(rows, &layout::TIMETABLE, |r| {
                Some(Slot {
                    course: r[0].clone(),
                    weekday: r[1].parse().ok()?,
                    number: r[2].parse().ok()?,
                    week: r[3].clone(),
                    since: day(&r[4]),
                    until: day(&r[5]),
                    room: r[6].clone(),
                    teacher: r[7].clone(),
                })
            }),
            topics: all(rows, &layout::PLAN_TOPICS, |r| {
                let [course, section, topic, kind_of_work, homework] = [0, 2, 3, 6, 7].map(|at: usize| r[at].clone());
                let (ordinal, hours_centi) = (r[1].parse().ok()?, r[4].parse().ok()?);
                Some(Topic {
                    course,
                    ordinal,
                    section,
                    topic,
                    hours_centi,
                    planned: day(&r[5]),
                    kind_of_work,
                    homework,
                })
            }),
            works: all(rows, &layout::CONTROL_WORKS, |r| {
                let [course, kind_of_work, title, level] = [0, 2, 3, 4].map(|at: usize| r[at].clone());
                Some(ControlWork { course, date: day(&r[1])?, kind_of_work, title, level })
            }),
            stays: all(rows, &layout::STAYS, Stay::from_cells),
            foreign: all(rows, &layout::FOREIGN_MARKS, |r| {
                let [learner, id, origin, their_subject, subject, dated, value, note] =
                    [0, 1, 2, 3, 4, 5, 6, 7].map(|at: usize| r[at].clone());
                Some(ForeignMark { learner, id, origin, their_subject, subject, dated, value, note })
            }),
            orders: all(rows, &layout::ORDERS, |r| {
                let [id, number, kind, title, body] = [0, 1, 3, 4, 5].map(|at: usize| r[at].clone());
                Some(Order { id, number, date: day(&r[2])?, kind, title, body })
            }),
            acquaintances: all(rows, &layout::ACQUAINTANCES, |r| {
                let [order, person, way] = [0, 1, 3].map(|at: usize| r[at].clone());
                Some(Acquaintance { order, person, seen_on: day(&r[2]), way })
            }),
        }
    }

    /// The regime of a class: the narrowest scope that holds.
    pub fn regime(&self, class: &str, grade: u8) -> Option<&Regime> {
        let holding = self.regimes.iter().filter(|regime| regime.scope.holds(class, grade));
        holding.max_by_key(|regime| regime.scope.narrowness())
    }

    /// The bells of a class's regime, by number.
    pub fn bells_of(&self, class: &str, grade: u8) -> Vec<&Bell> {
        let Some(regime) = self.regime(class, grade) else { return Vec::new() };
        let mut bells: Vec<&Bell> = self.bells.iter().filter(|bell| bell.schedule == regime.bells).collect();
        bells.sort_by_key(|bell| bell.number);
        bells
    }

    /// The calendar of the year as set up: weeks, days off, moved days, bells, and the timetable's last lessons.
    pub fn calendar(&self, journal: &Journal) -> SchoolCalendar {
        let mut calendar = SchoolCalendar {
            basis: if self.days.is_empty() && self.regimes.is_empty() {
                calendar::Basis::Lessons
            } else {
                calendar::Basis::SetUp
            },
            periods: journal.periods.clone(),
            ..SchoolCalendar::default()
        };
        calendar.take_lessons(journal);
        let classes: BTreeMap<&str, &str> =
            journal.courses.iter().map(|course| (course.id.as_str(), course.class.as_str())).collect();
        for class in &journal.classes {
            let days = self.regime(&class.name, class.grade).map_or(5, |regime| regime.week_days);
            calendar.weeks.push(calendar::ClassWeek { class: class.name.clone(), grade: class.grade, days });
            for bell in self.bells_of(&class.name, class.grade) {
                let time = |minutes: u16| {
                    chrono::NaiveTime::from_hms_opt(u32::from(minutes / 60), u32::from(minutes % 60), 0)
                        .unwrap_or_default()
                };
                calendar.bells.push(calendar::Bell {
                    class: class.name.clone(),
                    weekday: 0,
                    number: bell.number,
                    starts: time(bell.starts),
                    ends: time(bell.ends),
                });
            }
        }
        for slot in &self.timetable {
            if let Some(class) = classes.get(slot.course.as_str()) {
                let last = calendar.timetable.entry(((*class).to_owned(), slot.weekday)).or_default();
                *last = (*last).max(slot.number);
            }
        }
        calendar.changes = self
            .days
            .iter()
            .map(|days| calendar::DayChange {
                from: days.starts,
                to: days.ends,
                scope: match &days.scope {
                    Scope::School => calendar::Scope::School,
                    Scope::Grades(from, to) => calendar::Scope::Grades(*from, *to),
                    Scope::Class(name) => calendar::Scope::Class(name.clone()),
                },
                kind: if days.is_study() { calendar::DayKind::Study } else { calendar::DayKind::Off },
                name: days.name.clone(),
            })
            .collect();
        calendar
    }

    /// Weekday whose timetable a class has on a day, 1 Monday; `None` when it has no lessons.
    pub fn weekday_of(&self, calendar: &SchoolCalendar, class: &str, grade: u8, day: NaiveDate) -> Option<u8> {
        use chrono::Datelike as _;
        if !calendar.is_study_day(class, day) {
            return None;
        }
        let moved =
            self.days.iter().find(|days| days.is_study() && days.contains(day) && days.scope.holds(class, grade));
        let own = day.weekday().number_from_monday() as u8;
        Some(moved.map(|days| days.follows).filter(|follows| *follows > 0).unwrap_or(own))
    }

    /// Kind of a course: what is written of it, or a lesson.
    pub fn kind_of<'s>(&'s self, course: &str) -> &'s str {
        self.details.iter().find(|detail| detail.course == course).map_or("lesson", |detail| detail.kind.as_str())
    }

    /// Topics of a course's plan, by place.
    pub fn plan_of(&self, course: &str) -> Vec<&Topic> {
        let mut topics: Vec<&Topic> = self.topics.iter().filter(|topic| topic.course == course).collect();
        topics.sort_by_key(|topic| topic.ordinal);
        topics
    }

    /// Lines of the curriculum that hold for a class: its own profile's where it has one, else the grade's.
    pub fn curriculum_of(&self, class: &str, grade: u8) -> Vec<&CurriculumLine> {
        let of_class = |line: &&CurriculumLine| line.grade == grade && line.profile == class;
        let own: Vec<&CurriculumLine> = self.curriculum.iter().filter(of_class).collect();
        if !own.is_empty() {
            return own;
        }
        self.curriculum.iter().filter(|line| line.grade == grade && line.profile.is_empty()).collect()
    }
}

/// Hundredths of an hour as people write hours: 250 → «2,5».
pub fn hours_text(centi: u32) -> String {
    let (whole, rest) = (centi / 100, centi % 100);
    match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole},{}", rest / 10),
        rest => format!("{whole},{rest:02}"),
    }
}
