//! Substitutions: who held a lesson in the teacher's place, written into the lesson by whom the school's rules name. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::{Fields, readiness};
use crate::domain::journal::LessonKey;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::setup::cells::{course_words, parse_day};
use crate::domain::words;
use crate::flow::setup::Outcome;
use crate::flow::substitution;

pub(super) fn routes() -> Vec<Route> {
    const RECORDS: Access = Access::Does(Action::RecordSubstitution);
    vec![
        get("/year/substitutions", RECORDS, SubjectOf::House, list)
            .in_menu(Group::Year, "Замены уроков")
            .helped("year#замены-уроков"),
        get("/year/substitutions/{course}", RECORDS, SubjectOf::Course, course).helped("year#замены-уроков"),
        post("/year/substitutions/{course}", RECORDS, SubjectOf::Course, change),
    ]
}

/// A lesson that somebody else held.
struct Held {
    day: String,
    number: u8,
    course: String,
    href: String,
    who: String,
}

#[derive(Template)]
#[template(path = "school/substitutions.html", config = "src/web/askama.toml")]
struct ListPage {
    frame: Frame,
    clause: String,
    /// Class, and its courses: words and address.
    courses: Vec<(String, Vec<(String, String)>)>,
    held: Vec<Held>,
}

async fn list(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let reach = visitor.reach(Action::RecordSubstitution);
    let own = |course: &str| {
        let course = directory.course(course)?;
        let grade = directory.class(&course.class)?.grade;
        reach.course(&course.id, &course.class, grade).then_some(course)
    };
    let href = |course: &str| format!("/year/substitutions/{}", query::segment(course));
    let mut courses: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for class in &directory.roster.classes {
        let of_class = directory.roster.courses.iter().filter(|course| course.class == class.name);
        let lines: Vec<(String, String)> = of_class
            .filter(|course| own(&course.id).is_some())
            .map(|course| (course_words(course), href(&course.id)))
            .collect();
        if !lines.is_empty() {
            courses.push((class.name.clone(), lines));
        }
    }
    let lessons = state.house.db.list_substituted(&directory.year).await?;
    let held = lessons.into_iter().filter_map(|(lesson, who)| {
        let course = own(&lesson.course_id)?;
        Some(Held {
            day: words::date_short(lesson.date),
            number: lesson.number,
            course: course_words(course),
            href: href(&course.id),
            who: directory
                .roster
                .staff_member(&who)
                .map_or(who.clone(), |one| names::short_name(&one.surname, &one.given_name, &one.patronymic)),
        })
    });
    answer::page(&ListPage {
        clause: visitor.rules.clause(Action::RecordSubstitution).to_owned(),
        courses,
        held: held.collect(),
        frame: frame
            .titled("Замены уроков")
            .leading("Кто провёл урок вместо учителя предмета: запись стоит в самом уроке и в журнале замещения.")
            .under("Учебный год", "/year/ready"),
    })
}

/// A lesson of the course as a choice: value of the field, words.
struct Lesson {
    value: String,
    words: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "school/substitution.html", config = "src/web/askama.toml")]
struct CoursePage {
    frame: Frame,
    path: String,
    lessons: Vec<Lesson>,
    staff: Vec<(String, String, bool)>,
    held: Vec<(String, u8, String, String)>,
    findings: Vec<String>,
}

async fn course(
    State(state): State<WebState>,
    Path(course): Path<String>,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let chosen = (asked.value("lesson").to_owned(), asked.value("who").to_owned());
    page(&state, frame, &course, &chosen, Vec::new()).await
}

async fn page(
    state: &WebState,
    frame: Frame,
    id: &str,
    (chosen, who): &(String, String),
    findings: Vec<String>,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let course = directory.course(id).ok_or(Refusal::NotFound)?;
    let mut entries = state.house.db.load_course_entries(&directory.year, id).await?.lessons;
    // The lesson that somebody is looking for is one of the last.
    entries.sort_by(|a, b| b.key.cmp(&a.key));
    let short = |id: &str| {
        let known = directory.roster.staff_member(id);
        known.map_or(id.to_owned(), |one| names::short_name(&one.surname, &one.given_name, &one.patronymic))
    };
    let lessons = entries.iter().map(|lesson| {
        let value = format!("{} {}", lesson.key.date, lesson.key.number);
        let topic = if lesson.topic.is_empty() { "без темы" } else { &lesson.topic };
        let words = format!("{}, {}-й урок: {topic}", words::date_short(lesson.key.date), lesson.key.number);
        Lesson { chosen: value == *chosen, value, words }
    });
    let held = entries.iter().filter(|lesson| !lesson.substitute_teacher_id.is_empty()).map(|lesson| {
        let value = format!("{} {}", lesson.key.date, lesson.key.number);
        (words::date_short(lesson.key.date), lesson.key.number, short(&lesson.substitute_teacher_id), value)
    });
    // Where the teacher changed, whose lesson it is depends on its day.
    let teacher = directory.roster.teacher_on(course, state.now().date_naive());
    let changed = directory.roster.earlier_teachers.iter().any(|one| one.course == course.id);
    let mut staff: Vec<(String, String, bool)> = directory
        .roster
        .staff
        .iter()
        .filter(|person| changed || person.id != course.teacher_id)
        .map(|person| (person.id.clone(), short(&person.id), person.id == *who))
        .collect();
    staff.sort_by(|a, b| a.1.cmp(&b.1));
    let refused = !findings.is_empty();
    let page = CoursePage {
        path: format!("/year/substitutions/{}", query::segment(id)),
        lessons: lessons.collect(),
        staff,
        held: held.collect(),
        findings,
        frame: frame
            .titled(format!("Замены: {}", course_words(course)))
            .leading(format!("Учитель предмета: {}", short(teacher)))
            .under("Учебный год", "/year/ready")
            .under("Замены уроков", "/year/substitutions"),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(course): Path<String>,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let chosen = (fields.value("lesson").to_owned(), fields.value("who").to_owned());
    let place = chosen.0.split_once(' ').and_then(|(day, no)| Some((parse_day(day)?, no.parse().ok()?)));
    let Some((date, number)) = place else {
        let said = "Урок: выберите, какой урок провёл другой учитель".to_owned();
        return page(&state, frame, &course, &chosen, vec![said]).await;
    };
    let year = state.directory().await?.year.clone();
    let lesson = LessonKey { course_id: course.clone(), date, number };
    let outcome = substitution::record(&state.house, &state.act(&visitor.account), &year, &lesson, &chosen.1).await?;
    match outcome {
        Outcome::Refused(findings) => {
            let findings = findings.iter().map(readiness::plain).collect();
            page(&state, frame, &course, &chosen, findings).await
        }
        Outcome::Done(_) | Outcome::Would(_) => {
            let said = if chosen.1.is_empty() {
                "Записано: урок вёл учитель предмета."
            } else {
                "Замена записана."
            };
            Ok(answer::done(&format!("/year/substitutions/{}", query::segment(&course)), said))
        }
    }
}
