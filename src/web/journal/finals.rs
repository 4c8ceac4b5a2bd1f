//! Final marks of a class: learners by subjects. Floor 3.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::grid::Final;
use super::{Tab, by_subject, choose, class_of, tabs};
use crate::domain::journal::{Course, FINAL, FinalMark, Journal, YEAR};
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};

#[derive(Template)]
#[template(path = "journal/finals.html", config = "src/web/askama.toml")]
struct FinalsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    period: String,
    subjects: Vec<String>,
    rows: Vec<FinalsRow>,
    with_decisions: bool,
    /// Something on the page is void: the page says what that means.
    void: bool,
}

struct FinalsRow {
    no: usize,
    name: String,
    href: String,
    marks: Vec<Final>,
    decision: String,
}

/// `GET /journal/{class}/finals?period=Q1`: final marks of the class, learners by subjects.
pub(super) async fn finals(
    State(state): State<WebState>,
    Path(name): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let class = class_of(&directory, &name)?;
    let chosen =
        choose(&directory, &class, asked.value("period"), state.now().date_naive()).ok_or(Refusal::NotFound)?;
    let entries = state.house.db.load_class_entries(&directory.year, &class.name).await?;
    let reach = visitor.reach(Action::ReadJournal);
    let whole = reach.whole_class(&class.name, class.grade);
    let seen = directory.roster.courses.iter().filter(|course| course.class == class.name);
    let mut courses: Vec<&Course> = seen.filter(|course| reach.course(&course.id, &class.name, class.grade)).collect();
    courses.sort_by(|a, b| by_subject(a, b));
    let mut subjects: Vec<String> = Vec::new();
    for course in &courses {
        if !subjects.contains(&course.subject) {
            subjects.push(course.subject.clone());
        }
    }
    let marks = marks(&entries, &courses, &chosen.span.id);
    let decisions: HashMap<&str, &str> =
        entries.decisions.iter().map(|one| (one.learner_id.as_str(), one.decision.as_str())).collect();
    let is_year = chosen.span.id == YEAR;
    let mut learners = directory.roster.of_class_within(&class.name, chosen.span.starts, chosen.span.ends).learners;
    if !whole {
        // A subject teacher sees the learners of the own courses, and nobody's promotion.
        let own = courses.iter().flat_map(|course| super::grid::members(course, &directory.roster, &chosen.span));
        let own: HashSet<String> = own.map(|learner| learner.id).collect();
        learners.retain(|learner| own.contains(&learner.id));
    }
    learners.sort_by_cached_key(|l| (names::sort_key(&l.surname, &l.given_name, &l.patronymic), l.id.clone()));
    let named = names::list_names(&learners.iter().map(super::parts).collect::<Vec<_>>());
    let rows = (1..).zip(learners.into_iter().zip(named)).map(|(no, (l, name))| FinalsRow {
        no,
        name,
        href: directory.address(format!("/learner/{}?period={}", segment(&l.id), segment(&chosen.span.id))),
        marks: subjects
            .iter()
            .map(|subject| marks.get(&(l.id.as_str(), subject.as_str())))
            .map(|mark| {
                mark.map_or_else(Final::default, |mark| Final {
                    value: mark.value.clone(),
                    void: directory.struck.final_mark(mark),
                })
            })
            .collect(),
        decision: if is_year && whole {
            decisions.get(l.id.as_str()).copied().unwrap_or_default().to_owned()
        } else {
            String::new()
        },
    });
    let path = format!("/journal/{}", segment(&class.name));
    let rows: Vec<FinalsRow> = rows.collect();
    answer::page(&FinalsPage {
        void: rows.iter().any(|row| row.marks.iter().any(|mark| mark.void)),
        with_decisions: rows.iter().any(|row| !row.decision.is_empty()),
        rows,
        tabs: tabs(&directory, &class, &format!("{path}/finals"), &chosen.span.id),
        frame: frame
            .titled(format!("{} класс: итоговые отметки", class.name))
            .under("Журнал", directory.address("/journal".to_owned()))
            .under(format!("{} класс", class.name), directory.address(path)),
        period: chosen.name,
        subjects,
    })
}

/// Final marks by learner and subject.
type Marks<'j> = HashMap<(&'j str, &'j str), &'j FinalMark>;

/// Final marks by learner and subject. Of the year the last word stands: the final one, else the year's; the exam has its own sheet.
fn marks<'j>(entries: &'j Journal, courses: &[&'j Course], period: &str) -> Marks<'j> {
    let subjects: HashMap<&str, &str> = courses.iter().map(|c| (c.id.as_str(), c.subject.as_str())).collect();
    let wanted: &[&str] = if period == YEAR { &[YEAR, FINAL] } else { std::slice::from_ref(&period) };
    let mut marks = HashMap::new();
    for id in wanted {
        for mark in entries.final_marks.iter().filter(|mark| mark.period == *id) {
            if let Some(subject) = subjects.get(mark.course_id.as_str()) {
                marks.insert((mark.learner_id.as_str(), *subject), mark);
            }
        }
    }
    marks
}
