//! The timetable as a grid: of a class, a teacher or a room; with what cannot be. Floor 3.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{Days, NaiveDate};

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get};
use super::events::{EventLine, of_week, week_of};
use super::readiness;
use crate::domain::journal::{Course, Journal};
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::rights::Action;
use crate::domain::setup::timetable::{Held, held_in, hours_a_week};
use crate::domain::setup::{SchoolEvent, Setup, hours_text};
use crate::domain::words::{self, WEEKDAYS};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/timetable", Access::Does(Action::ReadSetup), SubjectOf::House, show)
            .in_menu(Group::Year, "Расписание")
            .helped("year#расписание"),
    ]
}

struct Lesson {
    title: String,
    /// Class, teacher, room: what the grid itself does not say.
    more: String,
    week: &'static str,
    edit: String,
}

struct Cell {
    lessons: Vec<Lesson>,
    add: String,
}

struct Line {
    number: u8,
    time: String,
    cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "school/timetable.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    years: Vec<(String, String, bool)>,
    whose: String,
    classes: Vec<(String, String, bool)>,
    teachers: Vec<(String, String, bool)>,
    rooms: Vec<(String, String, bool)>,
    days: Vec<&'static str>,
    lines: Vec<Line>,
    empty: bool,
    /// Have the classes that the grid is of no bells yet?
    no_bells: bool,
    may: bool,
    told: Vec<String>,
    rest: Vec<String>,
    /// A lesson of several groups at one time is one.
    hours: String,
    /// Events of the week beside the lessons.
    events: Vec<EventLine>,
    week: String,
    earlier: String,
    later: String,
}

/// Whose grid is shown.
enum Whose {
    Class(String),
    Teacher(String),
    Room(String),
}

/// Findings shown open.
const TOLD: usize = 6;

impl Whose {
    /// What the address asks for; the first class where it asks for nothing that there is.
    fn of(asked: &Asked, journal: &Journal) -> Self {
        match (asked.value("teacher"), asked.value("room"), asked.value("class")) {
            (teacher, ..) if !teacher.is_empty() => Self::Teacher(teacher.to_owned()),
            (_, room, _) if !room.is_empty() => Self::Room(room.to_owned()),
            (_, _, class) if journal.class(class).is_some() => Self::Class(class.to_owned()),
            _ => Self::Class(journal.classes.first().map(|class| class.name.clone()).unwrap_or_default()),
        }
    }

    fn holds(&self, one: &Held<'_>) -> bool {
        match self {
            Self::Class(class) => one.course.class == *class,
            Self::Teacher(teacher) => one.teacher == teacher,
            Self::Room(room) => one.room == room,
        }
    }

    /// Identifiers for the choices: class, teacher, room; two of them are empty.
    fn chosen(&self) -> [&str; 3] {
        match self {
            Self::Class(class) => [class, "", ""],
            Self::Teacher(teacher) => ["", teacher, ""],
            Self::Room(room) => ["", "", room],
        }
    }

    /// Is an event one of this grid: for the class; for a class that the teacher has, or of the teacher's own; in the room?
    fn has(&self, event: &SchoolEvent, journal: &Journal, day: NaiveDate) -> bool {
        let holds = |name: &str| journal.class(name).is_some_and(|class| event.scope.holds(&class.name, class.grade));
        match self {
            Self::Class(name) => holds(name),
            Self::Teacher(teacher) => {
                let own = |course: &Course| journal.teacher_on(course, day) == teacher && holds(&course.class);
                event.responsible == *teacher || journal.courses.iter().any(own)
            }
            Self::Room(room) => event.place == *room,
        }
    }

    fn words(&self, journal: &Journal) -> String {
        match self {
            Self::Class(class) => format!("{class} класс"),
            Self::Teacher(teacher) => person(journal, teacher),
            Self::Room(room) => format!("Кабинет {room}"),
        }
    }

    /// One lesson of the grid: what the grid itself does not say of it, and the way to its row.
    fn lesson(&self, one: &Held<'_>, journal: &Journal) -> Lesson {
        let room = if one.room.is_empty() { String::new() } else { format!("каб. {}", one.room) };
        let class = one.course.class.clone();
        let parts: Vec<String> = match self {
            Self::Class(_) => vec![person(journal, one.teacher), room],
            Self::Teacher(_) => vec![class, room],
            Self::Room(_) => vec![class, person(journal, one.teacher)],
        };
        let key = [
            one.slot.course.clone(),
            one.slot.weekday.to_string(),
            one.slot.number.to_string(),
            one.slot.week.clone(),
            one.slot.since.map(|day| day.to_string()).unwrap_or_default(),
        ];
        Lesson {
            title: course_title(one.course),
            more: parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
            week: match one.slot.week.as_str() {
                "A" => "неделя А",
                "B" => "неделя Б",
                _ => "",
            },
            edit: format!("/year/timetable/rows?edit={}#form", query::segment(&key.join("|"))),
        }
    }
}

fn person(journal: &Journal, id: &str) -> String {
    let member = journal.staff_member(id);
    member.map_or_else(String::new, |p| names::short_name(&p.surname, &p.given_name, &p.patronymic))
}

/// The grid itself: a line for each number of a lesson, a cell for each of the days. Numbers without a lesson stand where something may be
/// written into them.
fn grid(whose: &Whose, own: &[&Held<'_>], days: u8, may: bool, journal: &Journal, setup: &Setup) -> Vec<Line> {
    let bells = match whose {
        Whose::Class(name) => journal.class(name).map(|class| setup.bells_of(name, class.grade)).unwrap_or_default(),
        _ => own.first().map(|one| setup.bells_of(&one.course.class, one.grade)).unwrap_or_default(),
    };
    let mut numbers: BTreeSet<u8> = own.iter().map(|one| one.slot.number).collect();
    numbers.extend(bells.iter().map(|bell| bell.number).filter(|_| may));
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let cell = |weekday: u8, number: u8| {
        let at_once = own.iter().filter(|one| one.slot.weekday == weekday && one.slot.number == number);
        let mut lessons: Vec<Lesson> = at_once.map(|one| whose.lesson(one, journal)).collect();
        lessons.sort_by(|a, b| names::natural(&a.title, &b.title));
        Cell { lessons, add: format!("/year/timetable/rows?add=1&weekday={weekday}&number={number}#form") }
    };
    let line = |number: u8| {
        let bell = bells.iter().find(|bell| bell.number == number);
        Line {
            number,
            time: bell.map(|bell| format!("{}–{}", clock(bell.starts), clock(bell.ends))).unwrap_or_default(),
            cells: (1..=days).map(|weekday| cell(weekday, number)).collect(),
        }
    };
    numbers.into_iter().map(line).collect()
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    let (journal, setup) = (&opened.year.journal, &opened.year.setup);
    let day = asked.value("week").parse().unwrap_or_else(|_| state.now().date_naive());
    let (monday, sunday) = week_of(day);
    let all = held_in(journal, setup, Some(monday));
    let whose = Whose::of(&asked, journal);
    let own: Vec<&Held<'_>> = all.iter().filter(|one| whose.holds(one)).collect();
    let may = visitor.may_anywhere(Action::ChangeCurriculum) && opened.closed.is_none();
    let six = own.iter().any(|one| one.slot.weekday > 5) || setup.regimes.iter().any(|regime| regime.week_days > 5);
    let days: Vec<&'static str> = WEEKDAYS[..if six { 6 } else { 5 }].to_vec();
    let [chosen_class, chosen_teacher, chosen_room] = whose.chosen();
    // Who has a course in another week is offered as well.
    let teaching: BTreeSet<&str> = all.iter().flat_map(|one| [one.teacher, one.course.teacher_id.as_str()]).collect();
    let teachers = opened.year.known.choices(crate::domain::setup::layout::Is::Staff);
    let mut told: Vec<String> = super::sorted(opened.year.findings("timetable")).iter().map(readiness::plain).collect();
    let rest = told.split_off(told.len().min(TOLD));
    let at = |day: Option<NaiveDate>| day.map(|day| asked.with("week", &day.to_string())).unwrap_or_default();
    answer::page(&Page {
        years: opened.years.iter().map(|y| (y.clone(), super::in_year(&asked, y), *y == opened.year.year)).collect(),
        classes: journal
            .classes
            .iter()
            .map(|class| {
                let href = format!("/year/timetable?class={}", query::segment(&class.name));
                (class.name.clone(), href, class.name == chosen_class)
            })
            .collect(),
        teachers: teachers
            .into_iter()
            .filter(|(id, _)| teaching.contains(id.as_str()))
            .map(|(id, words)| (id.clone(), words, id == chosen_teacher))
            .collect(),
        rooms: setup
            .rooms
            .iter()
            .map(|room| (room.name.clone(), room.name.clone(), room.name == chosen_room))
            .collect(),
        empty: setup.timetable.is_empty(),
        no_bells: match &whose {
            Whose::Class(name) => journal.class(name).is_none_or(|class| setup.bells_of(name, class.grade).is_empty()),
            _ => setup.bells.is_empty(),
        },
        hours: hours_text(hours_a_week(own.iter().map(|one| (one.slot, one.shift)))),
        whose: whose.words(journal),
        events: of_week(&setup.events, day, |event| whose.has(event, journal, day)),
        week: format!("{} – {}", words::day_and_month(monday), words::day_and_month(sunday)),
        earlier: at(monday.checked_sub_days(Days::new(7))),
        later: at(monday.checked_add_days(Days::new(7))),
        lines: grid(&whose, &own, days.len() as u8, may, journal, setup),
        days,
        may,
        told,
        rest,
        frame: frame
            .titled("Расписание")
            .leading("Уроки недели по классам, учителям и кабинетам. Печатается одной страницей.")
            .under("Учебный год", "/year/ready"),
    })
}
