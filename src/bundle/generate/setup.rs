//! A set-up for a made-up school, drawn from its own journal, so that the pages of the year have life. Floor 1.
//!
//! Everything follows from the lessons: rooms from teachers, the timetable from the days on which lessons were held, plans from their
//! topics. Demo, example workbook and tests alone call it; a school sets its year up by hand or from its sheets.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};

use crate::domain::journal::{Course, Journal};
use crate::domain::names;
use crate::domain::setup::layout::{self, Layout};
use crate::domain::setup::{plan, promotion};

/// Public holidays inside a school year (ТК РФ ст. 112): month, day, name.
const HOLIDAYS: [(u32, u32, &str); 5] = [
    (11, 4, "День народного единства"),
    (2, 23, "День защитника Отечества"),
    (3, 8, "Международный женский день"),
    (5, 1, "Праздник Весны и Труда"),
    (5, 9, "День Победы"),
];
/// Bells of one shift: begin and end.
const BELLS: [(&str, &str); 8] = [
    ("08:30", "09:10"),
    ("09:20", "10:00"),
    ("10:20", "11:00"),
    ("11:20", "12:00"),
    ("12:15", "12:55"),
    ("13:05", "13:45"),
    ("13:55", "14:35"),
    ("14:45", "15:25"),
];
/// Name of the bell schedule.
const SHIFT: &str = "1 смена";

/// A row of a table of the year, its cells as the store has them.
pub type SetupRow = (&'static Layout, Vec<String>);

struct Seeding<'j> {
    journal: &'j Journal,
    first: NaiveDate,
    rows: Vec<SetupRow>,
}

/// The rows of a year's set-up, in an order in which they can be filled; none for a year that has no such name.
pub fn setup_rows(journal: &Journal, year: &str) -> Vec<SetupRow> {
    let Some(first) = promotion::first_day(year) else { return Vec::new() };
    let mut seeding = Seeding { journal, first, rows: Vec::new() };
    seeding.calendar();
    seeding.places();
    seeding.teaching();
    seeding.timetable();
    seeding.plans();
    seeding.orders();
    seeding.rows
}

impl Seeding<'_> {
    fn put(&mut self, layout: &'static Layout, cells: &[&str]) {
        self.rows.push((layout, cells.iter().map(|cell| (*cell).to_owned()).collect()));
    }

    /// A day of the school year by month and day.
    fn day(&self, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.first.year() + i32::from(month < 9), month, day)
    }

    fn calendar(&mut self) {
        let quarters: Vec<_> = self.journal.periods_of_grade(2).into_iter().cloned().collect();
        let names = ["Осенние каникулы", "Зимние каникулы", "Весенние каникулы"];
        let mut breaks = Vec::new();
        for (pair, name) in quarters.windows(2).zip(names) {
            breaks.push((pair[0].ends + Days::new(1), pair[1].starts - Days::new(1), "", name));
        }
        if let (Some(from), Some(to)) = (self.day(2, 16), self.day(2, 22)) {
            breaks.push((from, to, "1", "Дополнительные каникулы первых классов"));
        }
        for (from, to, scope, name) in breaks {
            self.put(&layout::CALENDAR, &[&from.to_string(), scope, &to.to_string(), "break", name, "0"]);
        }
        for (month, day, name) in HOLIDAYS {
            let Some(day) = self.day(month, day) else { continue };
            // A break that begins on the very day names it already.
            let named = self.rows.iter().any(|(_, row)| row.first() == Some(&day.to_string()));
            if !named {
                self.put(&layout::CALENDAR, &[&day.to_string(), "", "", "holiday", name, "0"]);
            }
        }
        self.put(&layout::REGIMES, &["", "5", "1", SHIFT]);
        for (number, (starts, ends)) in (1..).zip(BELLS) {
            self.put(&layout::BELLS, &[SHIFT, &format!("{number}"), starts, ends]);
        }
        let teachers: Vec<(String, String)> =
            self.journal.classes.iter().map(|class| (class.name.clone(), class.class_teacher_id.clone())).collect();
        let deputy = self
            .journal
            .staff
            .iter()
            .find(|person| person.has_role("deputy"))
            .map(|p| p.id.clone())
            .unwrap_or_default();
        let events = [
            (9, 1, "10:00", "", "День знаний", "Двор школы"),
            (10, 3, "12:00", "", "Концерт ко Дню учителя", "Актовый зал"),
            (11, 20, "10:00", "5-9", "Школьный тур олимпиады по математике", "Кабинеты математики"),
            (12, 26, "11:00", "1-4", "Новогодний утренник", "Актовый зал"),
            (2, 20, "13:00", "5-11", "Смотр строя и песни", "Спортивный зал"),
            (5, 8, "10:00", "", "Вахта памяти", "Двор школы"),
            (5, 25, "10:00", "9", "Последний звонок", "Двор школы"),
        ];
        let mut number = 0;
        for (month, day, clock, scope, title, place) in events {
            let Some(day) = self.day(month, day) else { continue };
            number += 1;
            let id = format!("{number:04}");
            self.put(&layout::EVENTS, &[&id, &day.to_string(), "", clock, scope, title, place, &deputy, ""]);
        }
        for (at, (class, teacher)) in teachers.iter().enumerate() {
            let Some(day) = self.day(9, 9).and_then(|day| day.checked_add_days(Days::new(at as u64 % 4))) else {
                continue;
            };
            number += 1;
            let id = format!("{number:04}");
            let day = day.to_string();
            self.put(
                &layout::EVENTS,
                &[&id, &day, "", "18:00", class, "Родительское собрание", "Кабинет класса", teacher, ""],
            );
        }
    }

    /// A room for each teacher, in the order of the courses, on two floors.
    fn places(&mut self) {
        let mut seen = BTreeSet::new();
        let courses = self.journal.courses.iter();
        let keepers: Vec<(String, String)> = courses
            .filter(|course| seen.insert(course.teacher_id.clone()))
            .map(|course| (course.teacher_id.clone(), course.subject.clone()))
            .collect();
        for (at, (teacher, subject)) in keepers.iter().enumerate() {
            let gym = subject == "Физическая культура";
            let name = room_name(at);
            let purpose = if gym { "спортивный зал" } else { subject.as_str() };
            self.put(&layout::ROOMS, &[&name, if gym { "60" } else { "30" }, purpose, teacher]);
        }
    }

    fn room_of(&self, teacher: &str) -> String {
        let mut seen = BTreeSet::new();
        let mut teachers = self.journal.courses.iter().filter(|course| seen.insert(course.teacher_id.as_str()));
        teachers.position(|course| course.teacher_id == teacher).map(room_name).unwrap_or_default()
    }

    fn teaching(&mut self) {
        let mut lines: BTreeMap<(u8, &str), u32> = BTreeMap::new();
        for course in &self.journal.courses {
            let grade = self.journal.class(&course.class).map_or(0, |class| class.grade);
            let hours = lines.entry((grade, &course.subject)).or_default();
            *hours = (*hours).max(course.hours_per_week_centi);
        }
        for ((grade, subject), hours) in lines {
            let part = if subject == "Индивидуальный проект" { "school" } else { "federal" };
            self.put(&layout::CURRICULUM, &[&grade.to_string(), "", subject, &hours.to_string(), part]);
        }
        let journal = self.journal;
        for course in &journal.courses {
            self.put(&layout::LOAD, &[&course.teacher_id, &course.id, &course.hours_per_week_centi.to_string(), ""]);
        }
    }

    /// The weekly places in which a course's lessons were mostly held.
    fn timetable(&mut self) {
        let mut held: BTreeMap<&str, BTreeMap<(u8, u8), u32>> = BTreeMap::new();
        for lesson in &self.journal.lessons {
            let place = (lesson.key.date.weekday().number_from_monday() as u8, lesson.key.number);
            *held.entry(&lesson.key.course_id).or_default().entry(place).or_default() += 1;
        }
        for (course, places) in held {
            let teacher =
                self.journal.courses.iter().find(|known| known.id == course).map(|known| known.teacher_id.clone());
            let room = self.room_of(&teacher.unwrap_or_default());
            let most = places.values().copied().max().unwrap_or_default();
            // A place of the week comes back week after week; a moved lesson does not.
            for ((weekday, number), _) in places.into_iter().filter(|(_, times)| times * 2 > most) {
                self.put(
                    &layout::TIMETABLE,
                    &[course, &weekday.to_string(), &number.to_string(), "", "", "", &room, ""],
                );
            }
        }
    }

    /// A plan has the topics of the lessons as held; its last topic makes the hours equal to the curriculum's.
    fn plans(&mut self) {
        let journal = self.journal;
        let mut lessons: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for lesson in &journal.lessons {
            lessons.entry(&lesson.key.course_id).or_default().push(lesson);
        }
        let mut worked: BTreeSet<(String, NaiveDate)> = BTreeSet::new();
        for course in &journal.courses {
            let mut own = lessons.remove(course.id.as_str()).unwrap_or_default();
            own.sort_by(|a, b| a.key.cmp(&b.key));
            let grade = journal.class(&course.class).map_or(0, |class| class.grade);
            let due = course.hours_per_week_centi * plan::study_weeks(grade);
            let mut rest = due;
            let mut ordinal = 0_u32;
            for lesson in own.iter().take((due / 100) as usize) {
                ordinal += 1;
                rest -= 100;
                let planned = lesson.key.date.to_string();
                let topic = if lesson.topic.is_empty() { "Повторение" } else { &lesson.topic };
                let (kind, homework, number) = (&lesson.kind_of_work, &lesson.homework, ordinal.to_string());
                self.put(&layout::PLAN_TOPICS, &[&course.id, &number, "", topic, "100", &planned, kind, homework]);
            }
            if rest > 0 {
                let (number, hours) = ((ordinal + 1).to_string(), rest.to_string());
                self.put(
                    &layout::PLAN_TOPICS,
                    &[&course.id, &number, "", "Резерв учебного времени", &hours, "", "", ""],
                );
            }
            self.works(course, &own, due, &mut worked);
        }
    }

    /// Control works as held: one a day for a class, no more than a tenth of the hours.
    fn works(
        &mut self,
        course: &Course,
        lessons: &[&crate::domain::journal::Lesson],
        due: u32,
        worked: &mut BTreeSet<(String, NaiveDate)>,
    ) {
        let mut left = due / 1000;
        for lesson in lessons.iter().filter(|lesson| names::fold(&lesson.kind_of_work).starts_with("контрольн"))
        {
            if left == 0 || !worked.insert((course.class.clone(), lesson.key.date)) {
                continue;
            }
            left -= 1;
            let level = if left == 0 { "school" } else { "teacher" };
            let date = lesson.key.date.to_string();
            self.put(&layout::CONTROL_WORKS, &[&course.id, &date, &lesson.kind_of_work, &lesson.topic, level]);
        }
    }

    fn orders(&mut self) {
        let orders = [
            (
                "0001",
                "118",
                (8, 28),
                "order",
                "О введении в действие учебного плана, календарного графика и тарификации",
            ),
            ("0002", "121", (8, 29), "order", "О ведении электронного журнала и назначении ответственных лиц"),
            ("0003", "122", (8, 29), "statute", "Регламент ведения электронного журнала"),
        ];
        let staff: Vec<String> = self.journal.staff.iter().map(|person| person.id.clone()).collect();
        for (id, number, (month, day), kind, title) in orders {
            // August precedes the year's first day.
            let Some(date) = NaiveDate::from_ymd_opt(self.first.year(), month, day) else { continue };
            self.put(&layout::ORDERS, &[id, number, &date.to_string(), kind, title, ""]);
            for (at, person) in staff.iter().enumerate() {
                let seen = at % 4 != 3;
                let (day, way) = if seen { (self.first.to_string(), "paper") } else { (String::new(), "") };
                self.put(&layout::ACQUAINTANCES, &[id, person, &day, way, ""]);
            }
        }
    }
}

/// Rooms 101 to 118, then 201 and on.
fn room_name(at: usize) -> String {
    const ON_A_FLOOR: usize = 18;
    format!("{}{:02}", 1 + at / ON_A_FLOOR, 1 + at % ON_A_FLOOR)
}
