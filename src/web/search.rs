//! Search over what the visitor may see: people, learners, classes, courses, copies, pages of the guides. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::WebState;
use super::answer::{self, Refusal};
use super::directory::Directory;
use super::frame::Frame;
use super::query::{Asked, segment};
use super::route::{self, Access, Route, SubjectOf, get};
use super::{help, records};
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::rights::{Action, Role};
use crate::domain::search::{Question, in_russian_layout};
use crate::domain::snapshot::{kind_words, supplement_no};

/// Routes of this page.
pub(super) fn routes() -> Vec<Route> {
    vec![get("/search", Access::Does(Action::UseOwnAccount), SubjectOf::House, search).helped("start#поиск")]
}

/// Answers of one kind shown; more of them call for a longer question.
const SHOWN: usize = 12;

#[derive(Template)]
#[template(path = "search.html", config = "src/web/askama.toml")]
struct SearchPage {
    frame: Frame,
    typed: String,
    meant: String,
    kinds: Vec<Kind>,
}

/// Answers of one kind.
struct Kind {
    heading: &'static str,
    answers: Vec<Answer>,
    more: usize,
}

/// One answer.
struct Answer {
    distance: u32,
    label: String,
    note: String,
    href: String,
}

/// `GET /search?q=елкин`.
async fn search(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let typed = asked.value("q").to_owned();
    let mut kinds = answers(&state, &directory, &visitor, &typed).await?;
    let mut meant = String::new();
    if kinds.is_empty()
        && let Some(russian) = in_russian_layout(&typed)
    {
        kinds = answers(&state, &directory, &visitor, &russian).await?;
        meant = russian;
    }
    let title = if typed.is_empty() { "Поиск".to_owned() } else { format!("Поиск: {typed}") };
    answer::page(&SearchPage { frame: frame.titled(title), typed, meant, kinds })
}

async fn answers(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
    typed: &str,
) -> Result<Vec<Kind>, Refusal> {
    let Some(question) = Question::new(typed) else { return Ok(Vec::new()) };
    let copies = records::visible_copies(state, directory, visitor).await?;
    let copies = copies.into_iter().filter_map(|row| {
        let period = records::period_name(directory, &row.year, &row.class, &row.period);
        let distance = question.distance(&format!(
            "{} {} {period} {} {}",
            row.id,
            row.class,
            row.number,
            kind_words(row.kind, &row.id)
        ))?;
        let (mut label, href) = (format!("{}, {period}", row.class), format!("/copies/{}", segment(&row.id)));
        if supplement_no(&row.id).is_some() {
            label = format!("{label}, {}", kind_words(row.kind, &row.id));
        }
        Some(Answer { distance, label, note: format!("{}: {}", row.number, row.state.said_of(&row.id)), href })
    });
    let guides = help::sections().filter_map(|section| {
        let distance = question.distance(&section.title)?;
        Some(Answer { distance, label: section.title, note: section.guide.to_owned(), href: section.href })
    });
    let kinds = [
        ("Классы", classes(directory, visitor, &question)),
        ("Обучающиеся", learners(directory, visitor, &question)),
        ("Сотрудники", staff(directory, visitor, &question)),
        ("Предметы", courses(directory, visitor, &question)),
        ("Копии", copies.collect()),
        ("Справка", guides.collect()),
    ];
    let kinds = kinds.into_iter().filter(|(_, answers)| !answers.is_empty()).map(|(heading, mut answers)| {
        answers.sort_by_key(|answer| answer.distance);
        let more = answers.len().saturating_sub(SHOWN);
        answers.truncate(SHOWN);
        Kind { heading, answers, more }
    });
    Ok(kinds.collect())
}

fn classes(directory: &Directory, visitor: &Visitor, question: &Question) -> Vec<Answer> {
    let reach = visitor.reach(Action::ReadJournal);
    let seen = directory.roster.classes.iter().filter(|class| reach.class(&class.name, class.grade));
    seen.filter_map(|class| {
        let distance = question.distance(&format!("{} класс", class.name))?;
        let (label, href) = (format!("{} класс", class.name), format!("/journal/{}", segment(&class.name)));
        Some(Answer { distance, label, note: "журнал класса".to_owned(), href })
    })
    .collect()
}

fn learners(directory: &Directory, visitor: &Visitor, question: &Question) -> Vec<Answer> {
    let (journal, roster) = (visitor.reach(Action::ReadJournal), visitor.reach(Action::ReadRoster));
    let diary = visitor.reach(Action::ReadOwnDiary);
    let found = directory.roster.learners.iter().filter_map(|learner| {
        let grade = directory.class(&learner.class).map_or(0, |class| class.grade);
        let id = segment(&learner.id);
        let href = if journal.learner(&learner.id, &learner.class, grade) {
            format!("/learner/{id}")
        } else if diary.learners.contains(&learner.id) {
            format!("/diary/{id}")
        } else if roster.learner(&learner.id, &learner.class, grade) && route::has("/year/learners/{learner}") {
            format!("/year/learners/{id}")
        } else {
            return None;
        };
        let label = names::full_name(&learner.surname, &learner.given_name, &learner.patronymic);
        let former = directory.former_names(&learner.id);
        let distance = question.distance(&format!("{label} {former} {}", learner.class))?;
        let note = match former {
            "" => format!("{} класс", learner.class),
            former => format!("{} класс; прежде — {former}", learner.class),
        };
        Some(Answer { distance, label, note, href })
    });
    found.collect()
}

fn staff(directory: &Directory, visitor: &Visitor, question: &Question) -> Vec<Answer> {
    if !visitor.may_anywhere(Action::ReadStaff) || !route::has("/people/{person}") {
        return Vec::new();
    }
    let found = directory.roster.staff.iter().filter_map(|person| {
        let label = names::full_name(&person.surname, &person.given_name, &person.patronymic);
        let distance = question.distance(&format!("{label} {}", person.position))?;
        let roles: Vec<&str> = person.roles.iter().filter_map(|role| Role::parse(role)).map(Role::as_russian).collect();
        let note = if person.position.is_empty() { roles.join(", ") } else { person.position.clone() };
        Some(Answer { distance, label, note, href: format!("/people/{}", segment(&person.id)) })
    });
    found.collect()
}

fn courses(directory: &Directory, visitor: &Visitor, question: &Question) -> Vec<Answer> {
    let reach = visitor.reach(Action::ReadJournal);
    let found = directory.roster.courses.iter().filter_map(|course| {
        let grade = directory.class(&course.class).map_or(0, |class| class.grade);
        if !reach.course(&course.id, &course.class, grade) {
            return None;
        }
        let (label, href) =
            (format!("{}: {}", course.class, course_title(course)), format!("/course/{}", segment(&course.id)));
        let distance = question.distance(&format!("{} {}", course.class, course_title(course)))?;
        Some(Answer { distance, label, note: "страница журнала".to_owned(), href })
    });
    found.collect()
}
