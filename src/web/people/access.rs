//! Who looked at whose data (SEC-07): for a family its own child in one click, for director and administrator anybody. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::flow::people::{Look, look_in_words, note_access};
use crate::store::Looked;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query::{self, Asked};
use crate::web::route::{Access, Group, Route, SubjectOf, get};

/// Looks on one page.
const AT_ONCE: u32 = 100;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const READS: Access = Access::Does(Action::ReadAccessLog);
    vec![
        get("/access", READS, SubjectOf::House, all)
            .in_menu(Group::People, "Кто смотрел")
            .helped("people.ru#кто-смотрел"),
        get("/access/learners/{learner}", READS, SubjectOf::Learner, of_learner).helped("people.ru#кто-смотрел"),
        get("/access/people/{person}", READS, SubjectOf::Person, by_person).helped("people.ru#кто-смотрел"),
    ]
}

struct Line {
    at: String,
    who: String,
    office: String,
    what: String,
}

#[derive(Template)]
#[template(path = "people/access.html", config = "src/web/askama.toml")]
struct AccessPage {
    frame: Frame,
    lines: Vec<Line>,
    next: String,
    /// What one person looked at, not who looked at something.
    of_person: bool,
    /// Search field for whom is asked; families have none.
    search: bool,
    sought: String,
    found: Vec<(String, String)>,
}

async fn show(
    state: &WebState,
    frame: Frame,
    looked: Looked<'_>,
    asked: &Asked,
    search: bool,
) -> Result<AccessPage, Refusal> {
    let rows = state.house.db.list_access(&looked, "", asked.value("after"), AT_ONCE).await?;
    let mut lines = Vec::new();
    for row in &rows {
        let directory = state.directory().await?;
        let course =
            directory.course(&row.subject).filter(|_| row.what == "course").map(|course| course.subject.as_str());
        let (who, what) = look_in_words(&state.house, row, course).await?;
        lines.push(Line { at: words::moment_short(&row.at), who, office: row.office.clone(), what });
    }
    let next = match rows.last() {
        Some(last) if rows.len() == AT_ONCE as usize => format!("{}?after={}", asked.path(), query::segment(&last.id)),
        _ => String::new(),
    };
    let of_person = matches!(looked, Looked::By(_));
    Ok(AccessPage { frame, lines, next, of_person, search, sought: asked.value("who").to_owned(), found: Vec::new() })
}

async fn all(State(state): State<WebState>, visitor: Visitor, asked: Asked, frame: Frame) -> Result<Response, Refusal> {
    let reach = visitor.reach(Action::ReadAccessLog);
    if !reach.school {
        // A family: its child's page is one click away from everywhere.
        return match reach.learners.as_slice() {
            [one] => Ok(answer::redirect(&format!("/access/learners/{}", query::segment(one)))),
            _ => Ok(answer::redirect("/me")),
        };
    }
    let year = state.directory().await?.year.clone();
    let found = found(&state, &year, asked.value("who")).await?;
    if let [(href, _)] = found.as_slice() {
        return Ok(answer::redirect(href));
    }
    note_access(&state.house, &visitor, Look::AccessLog(""), &year, state.now()).await?;
    let frame = frame
        .titled("Кто смотрел данные")
        .leading("Каждый просмотр класса, предмета, обучающегося, копии и карточки; чтение этого журнала — тоже. Срока у записей нет: их не очищают, и удалить строку не даёт сама база.",
        );
    let page = show(&state, frame, Looked::Everything, &asked, true).await?;
    answer::page(&AccessPage { found, ..page })
}

/// People found at once; more of them want a longer word.
const FOUND_AT_ONCE: usize = 30;

/// People of the year whose name has the word: the address of the looks at or by each, and who it is.
async fn found(state: &WebState, year: &str, who: &str) -> Result<Vec<(String, String)>, Refusal> {
    let sought = crate::domain::names::fold(who);
    if sought.is_empty() {
        return Ok(Vec::new());
    }
    let people = state.house.db.list_people(year).await?;
    let meant = people.iter().filter(|one| crate::domain::names::fold(&one.full()).contains(&sought));
    let line = |one: &crate::store::PersonName| {
        let place = if one.kind == "learner" { "learners" } else { "people" };
        (format!("/access/{place}/{}", query::segment(&one.id)), format!("{}, {}", one.full(), one.place))
    };
    Ok(meant.take(FOUND_AT_ONCE).map(line).collect())
}

async fn of_learner(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(learner): Path<String>,
    asked: Asked,
    frame: Frame,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let one = directory.learner(&learner).ok_or(Refusal::NotFound)?;
    note_access(&state.house, &visitor, Look::AccessLog(&learner), &directory.year, state.now()).await?;
    let name = crate::domain::names::list_name(&one.surname, &one.given_name);
    let own = visitor.holds(Role::Learner) || visitor.holds(Role::Parent);
    let title =
        if own { "Кто смотрел отметки".to_owned() } else { format!("Кто смотрел: {name}") };
    let frame = frame.titled(title).leading(format!("{name}, {} класс", one.class));
    let frame = if visitor.reach(Action::ReadAccessLog).school {
        frame.under("Кто смотрел", "/access")
    } else {
        frame
    };
    let classes = state.house.db.list_classes_of_learner(&learner).await?;
    answer::page(&show(&state, frame, Looked::AtLearner { learner: &learner, classes: &classes }, &asked, false).await?)
}

async fn by_person(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
    asked: Asked,
    frame: Frame,
) -> Result<Response, Refusal> {
    let named = state.house.db.find_person(&person).await?.ok_or(Refusal::NotFound)?;
    let year = state.directory().await?.year.clone();
    note_access(&state.house, &visitor, Look::AccessLog(&person), &year, state.now()).await?;
    let frame = frame.titled(format!("Что смотрел человек: {}", named.short())).under("Кто смотрел", "/access");
    answer::page(&show(&state, frame, Looked::By(&person), &asked, false).await?)
}
