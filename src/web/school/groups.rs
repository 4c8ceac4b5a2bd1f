//! Groups of one class: each learner with a choice for each subject in which the class is divided; by whom the school's rules name. A subject
//! teacher composes the groups of the own subjects alone. Floor 3.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Route, SubjectOf, get, post};
use super::shelf::{self, Sent};
use super::{Fields, Opened, readiness};
use crate::domain::journal::{Class, Course};
use crate::domain::names;
use crate::domain::people::{Subject, Visitor};
use crate::domain::rights::Action;
use crate::domain::setup::stays;
use crate::domain::words;
use crate::flow::movement::roster_of;
use crate::flow::people::Listing;
use crate::flow::setup::{Outcome, groups};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/groups/{class}", Access::Does(Action::ReadRoster), SubjectOf::Class, show)
            .helped("year#группы")
            .listing(Listing::Groups),
        post("/year/groups/{class}", Access::Does(Action::SetGroups), SubjectOf::Class, change),
    ]
}

/// A group as a choice: course, words, chosen.
type Choice = (String, String, bool);

struct Row {
    learner: String,
    name: String,
    /// For each subject its name, may the visitor choose, and the choices, the first for no group.
    cells: Vec<(String, bool, Vec<Choice>)>,
}

/// A group's name, its teacher, how many are in it: «1», «Агатова М.П.», «5 обучающихся».
type GroupWords = (String, String, String);

#[derive(Template)]
#[template(path = "school/groups.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    year: String,
    path: String,
    closed: String,
    may: bool,
    /// Who composes groups, by which clause.
    given: String,
    /// Subject, and its groups with teacher and number of members.
    subjects: Vec<(String, Vec<GroupWords>)>,
    rows: Vec<Row>,
    sent: Sent,
    history: String,
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    Path(class): Path<String>,
) -> Result<Response, Refusal> {
    let year = asked.value("year").to_owned();
    page(&state, &visitor, frame, &class, &year, None, Sent::default()).await
}

async fn page(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    class: &str,
    year: &str,
    wished: Option<&BTreeSet<(String, String)>>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let refused = !sent.findings.is_empty();
    let opened = super::open(state, year).await?;
    let journal = &opened.year.journal;
    let known = journal.class(class).ok_or(Refusal::NotFound)?;
    let subject =
        Subject::Class { name: &known.name, grade: known.grade, closed: false, archived: opened.closed.is_some() };
    let may = visitor.may(Action::SetGroups, &subject).is_allowed();
    let divided = groups::divided(&opened.year, class);
    let own = own_subjects(visitor, known, &divided);
    let may = may && divided.iter().any(|one| own.contains(one.subject));
    let all = stays::all(journal, &opened.year.setup.stays);
    let last = journal.periods_of_grade(known.grade).last().map(|period| period.ends);
    let today = state.now().date_naive();
    let day = last.map_or(today, |last| today.min(last));
    let first = journal.periods_of_grade(known.grade).first().map(|period| period.starts);
    let day = first.map_or(day, |first| day.max(first));
    let is_in = |learner: &str, course: &Course| match wished {
        Some(wished) => wished.contains(&(learner.to_owned(), course.id.clone())),
        None => course.members.iter().any(|member| member == learner),
    };
    let lines = roster_of(journal, &all, class, day);
    let named: Vec<[&str; 3]> = lines
        .iter()
        .map(|line| [line.learner.surname.as_str(), line.learner.given_name.as_str(), line.learner.patronymic.as_str()])
        .collect();
    let named = names::list_names(&named);
    let rows = lines.into_iter().zip(named).map(|(line, name)| {
        let id = line.learner.id;
        let cells = divided.iter().map(|one| {
            let of = |course: &&Course| (course.id.clone(), course.group.clone(), is_in(&id, course));
            let mut choices: Vec<Choice> = one.groups.iter().map(of).collect();
            let none = choices.iter().all(|(_, _, chosen)| !chosen);
            choices.insert(0, (String::new(), "—".to_owned(), none));
            (one.subject.to_owned(), may && own.contains(one.subject), choices)
        });
        Row { cells: cells.collect(), name, learner: id.clone() }
    });
    let teacher = |id: &str| opened.year.known.show(crate::domain::setup::layout::Is::Staff, id);
    let groups_of = |one: &groups::Divided<'_>| {
        let count = |course: &Course| words::learners(course.members.len());
        let each = one.groups.iter().map(|course| (course.group.clone(), teacher(&course.teacher_id), count(course)));
        (one.subject.to_owned(), each.collect())
    };
    let page = Page {
        path: format!("/year/groups/{}", query::segment(class)),
        closed: opened.closed.as_ref().map(shelf::closed_words).unwrap_or_default(),
        may,
        given: visitor.rules.given(Action::SetGroups),
        subjects: divided.iter().map(groups_of).collect(),
        rows: rows.collect(),
        history: format!("/history?table=group_members&year={}", query::segment(&opened.year.year)),
        year: opened.year.year.clone(),
        sent,
        frame: frame
            .titled(format!("Группы {class} класса"))
            .leading("Состав групп задают в начале учебного периода.")
            .under("Учебный год", "/year/ready")
            .under("Группы", "/year/groups"),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

/// The subjects whose groups a visitor composes: all of an own class, those of the own courses else.
fn own_subjects<'y>(visitor: &Visitor, class: &Class, divided: &[groups::Divided<'y>]) -> BTreeSet<&'y str> {
    let reach = visitor.reach(Action::SetGroups);
    let own = |course: &&Course| reach.course(&course.id, &class.name, class.grade);
    divided.iter().filter(|one| one.groups.iter().any(&own)).map(|one| one.subject).collect()
}

async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    Path(class): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, fields.value("year")).await?;
    // Fields are named «g.learner.subject's place» and hold the group's course.
    let pair = |(name, course): &(String, String)| {
        let learner = name.strip_prefix("g.")?.rsplit_once('.')?.0;
        (!course.is_empty()).then(|| (learner.to_owned(), course.clone()))
    };
    let mut chosen: BTreeSet<(String, String)> = fields.pairs().iter().filter_map(pair).collect();
    // Groups of other teachers' subjects stay as they stand, whatever the form says.
    let known = opened.year.journal.class(&class).ok_or(Refusal::NotFound)?;
    let divided = groups::divided(&opened.year, &class);
    let own = own_subjects(&visitor, known, &divided);
    for course in divided.iter().filter(|one| !own.contains(one.subject)).flat_map(|one| &one.groups) {
        chosen.retain(|(_, chosen)| *chosen != course.id);
        chosen.extend(course.members.iter().map(|learner| (learner.clone(), course.id.clone())));
    }
    let year = opened.year.year.clone();
    match groups::set(&state.house, &state.act(&visitor.account), &year, &class, &chosen).await? {
        Outcome::Refused(findings) => {
            let findings = super::sorted(findings).iter().map(readiness::plain).collect();
            let sent = Sent { findings, ..Sent::default() };
            page(&state, &visitor, frame, &class, &year, Some(&chosen), sent).await
        }
        outcome => {
            let back = format!("/year/groups/{}?year={}", query::segment(&class), query::segment(&year));
            Ok(answer::done(&back, &format!("Группы {class} класса. {}", super::said(&outcome))))
        }
    }
}

/// The classes that the visitor may look at, each with the page of its groups.
pub(super) fn classes(visitor: &Visitor, opened: &Opened) -> Vec<(String, String)> {
    let reach = visitor.reach(Action::ReadRoster);
    let classes = opened.year.journal.classes.iter().filter(|class| reach.class(&class.name, class.grade));
    let address =
        |class: &str| format!("/year/groups/{}?year={}", query::segment(class), query::segment(&opened.year.year));
    classes.map(|class| (address(&class.name), class.name.clone())).collect()
}
