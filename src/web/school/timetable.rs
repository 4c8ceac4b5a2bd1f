//! The timetable as a grid: of a class, a teacher or a room; with what cannot be. Floor 3.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get};
use super::readiness;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::rights::Action;
use crate::domain::setup::cells::WEEKDAYS;
use crate::domain::setup::timetable::{Held, held};

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
    may: bool,
    told: Vec<String>,
    rest: Vec<String>,
    hours: usize,
}

/// Whose grid is shown.
enum Whose {
    Class(String),
    Teacher(String),
    Room(String),
}

/// Findings shown open.
const TOLD: usize = 6;

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    let (journal, setup) = (&opened.year.journal, &opened.year.setup);
    let all = held(journal, setup);
    let whose = match (asked.value("teacher"), asked.value("room"), asked.value("class")) {
        (teacher, ..) if !teacher.is_empty() => Whose::Teacher(teacher.to_owned()),
        (_, room, _) if !room.is_empty() => Whose::Room(room.to_owned()),
        (_, _, class) if journal.class(class).is_some() => Whose::Class(class.to_owned()),
        _ => Whose::Class(journal.classes.first().map(|class| class.name.clone()).unwrap_or_default()),
    };
    let own: Vec<&Held<'_>> = all
        .iter()
        .filter(|one| match &whose {
            Whose::Class(class) => one.course.class == *class,
            Whose::Teacher(teacher) => one.teacher == teacher,
            Whose::Room(room) => one.room == room,
        })
        .collect();
    let may = visitor.may_anywhere(Action::ChangeCurriculum) && opened.closed.is_none();
    let six = own.iter().any(|one| one.slot.weekday > 5) || setup.regimes.iter().any(|regime| regime.week_days > 5);
    let days: Vec<&'static str> = WEEKDAYS[..if six { 6 } else { 5 }].to_vec();
    let mut numbers: BTreeSet<u8> = own.iter().map(|one| one.slot.number).collect();
    let bells = match &whose {
        Whose::Class(name) => journal.class(name).map(|class| setup.bells_of(name, class.grade)).unwrap_or_default(),
        _ => own.first().map(|one| setup.bells_of(&one.course.class, one.grade)).unwrap_or_default(),
    };
    numbers.extend(bells.iter().map(|bell| bell.number).filter(|_| may));
    let person = |id: &str| {
        journal
            .staff_member(id)
            .map_or_else(String::new, |p| names::short_name(&p.surname, &p.given_name, &p.patronymic))
    };
    let lesson = |one: &&Held<'_>| {
        let room = if one.room.is_empty() { String::new() } else { format!("каб. {}", one.room) };
        let class = one.course.class.clone();
        let parts: Vec<String> = match &whose {
            Whose::Class(_) => vec![person(one.teacher), room],
            Whose::Teacher(_) => vec![class, room],
            Whose::Room(_) => vec![class, person(one.teacher)],
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
    };
    let lines: Vec<Line> = numbers
        .into_iter()
        .map(|number| Line {
            number,
            time: bells
                .iter()
                .find(|bell| bell.number == number)
                .map(|bell| {
                    format!(
                        "{:02}:{:02}–{:02}:{:02}",
                        bell.starts / 60,
                        bell.starts % 60,
                        bell.ends / 60,
                        bell.ends % 60
                    )
                })
                .unwrap_or_default(),
            cells: (1..=days.len() as u8)
                .map(|weekday| Cell {
                    lessons: own
                        .iter()
                        .filter(|one| one.slot.weekday == weekday && one.slot.number == number)
                        .map(lesson)
                        .collect(),
                    add: format!("/year/timetable/rows?add=1&weekday={weekday}&number={number}#form"),
                })
                .collect(),
        })
        .collect();
    let (chosen_class, chosen_teacher, chosen_room) = match &whose {
        Whose::Class(class) => (class.as_str(), "", ""),
        Whose::Teacher(teacher) => ("", teacher.as_str(), ""),
        Whose::Room(room) => ("", "", room.as_str()),
    };
    let teaching: BTreeSet<&str> = all.iter().map(|one| one.teacher).collect();
    let teachers = opened.year.known.choices(crate::domain::setup::layout::Is::Staff);
    let said = match &whose {
        Whose::Class(class) => format!("{class} класс"),
        Whose::Teacher(teacher) => person(teacher),
        Whose::Room(room) => format!("Кабинет {room}"),
    };
    let mut told: Vec<String> = super::sorted(opened.year.findings("timetable")).iter().map(readiness::plain).collect();
    let rest = told.split_off(told.len().min(TOLD));
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
        hours: own.len(),
        whose: said,
        days,
        lines,
        may,
        told,
        rest,
        frame: frame
            .titled("Расписание")
            .leading("Уроки недели по классам, учителям и кабинетам. Печатается одной страницей.")
            .under("Учебный год", "/year/ready"),
    })
}
