//! Closing the school year: what bars it, what the next year begins with, the order, and the way back. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{Asked, segment};
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::{Fields, readiness, shelf};
use crate::domain::finding::Finding;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::setup::cells::parse_day;
use crate::domain::setup::stays::OrderMark;
use crate::domain::words;
use crate::flow::year::{self, Outcome};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/closing", Access::Does(Action::CloseYear), SubjectOf::House, show)
            .in_menu(Group::Year, "Закрытие года")
            .helped("year#закрытие-года-и-перевод"),
        post("/year/closing", Access::Does(Action::CloseYear), SubjectOf::House, change),
    ]
}

#[derive(Template)]
#[template(path = "school/closing.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    years: Vec<(String, String, bool)>,
    year: String,
    closed: String,
    next: String,
    next_stands: bool,
    /// Words and the page that mends it, which may be empty.
    obstacles: Vec<(String, String)>,
    rest: Vec<(String, String)>,
    counts: Vec<String>,
    classes: Vec<(String, String)>,
    courses: usize,
    notes: Vec<String>,
    findings: Vec<String>,
    number: String,
    date: String,
}

/// «5 обучающихся».
fn learners(n: u64) -> String {
    words::count(n, "обучающийся", "обучающихся", "обучающихся")
}

/// Obstacles shown open.
const SHOWN: usize = 10;

async fn show(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let year = asked.value("year").to_owned();
    page(&state, frame, &asked, &year, Vec::new(), &Fields::default()).await
}

async fn page(
    state: &WebState,
    frame: Frame,
    asked: &Asked,
    year: &str,
    findings: Vec<String>,
    typed: &Fields,
) -> Result<Response, Refusal> {
    let opened = super::open(state, year).await?;
    let order = OrderMark { number: "—".to_owned(), date: Some(state.now().date_naive()) };
    let review = year::review(&state.house, &opened.year.year, &order).await?;
    let mends = |one: &Finding| {
        let copy = review.copies.get(&one.place);
        (readiness::plain(one), copy.map_or_else(String::new, |copy| format!("/copies/{}", segment(copy))))
    };
    let mut obstacles: Vec<(String, String)> = super::sorted(review.obstacles).iter().map(mends).collect();
    let rest = obstacles.split_off(obstacles.len().min(SHOWN));
    let next = review.next;
    let count = |class: &crate::domain::journal::Class| {
        let own = next.learners.iter().filter(|learner| learner.class == class.name).count();
        (class.name.clone(), learners(own as u64))
    };
    let refused = !findings.is_empty();
    let page = Page {
        years: opened.years.iter().map(|y| (y.clone(), super::in_year(asked, y), *y == opened.year.year)).collect(),
        year: opened.year.year.clone(),
        closed: review.closed.as_ref().map(shelf::closed_words).unwrap_or_default(),
        next_stands: review.next_stands,
        counts: next
            .counts
            .iter()
            .map(|(outcome, n)| format!("{}: {}", outcome.as_russian(), learners(*n as u64)))
            .collect(),
        classes: next.classes.iter().map(count).collect(),
        courses: next.courses.len(),
        notes: next.findings.iter().map(readiness::plain).collect(),
        next: next.year,
        obstacles,
        rest,
        findings,
        number: typed.value("order").to_owned(),
        date: typed.value("order_date").to_owned(),
        frame: frame
            .titled("Закрытие учебного года")
            .leading(
                "По приказу руководителя год закрывается для изменений, классы переводятся, открывается следующий год.",
            )
            .under("Учебный год", "/year/ready"),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    fields: Fields,
) -> Result<Response, Refusal> {
    let order = OrderMark { number: fields.value("order").to_owned(), date: parse_day(fields.value("order_date")) };
    let act = state.act(&visitor.account);
    let year = fields.value("year").to_owned();
    let findings = match fields.value("act") {
        "close" => match year::close(&state.house, &act, &year, &order).await? {
            Outcome::Closed { next, .. } => {
                let said = format!("Год {year} закрыт. Открыт {}: проверьте, что в нём нужно внести.", next.year);
                return Ok(answer::done("/year/ready", &said));
            }
            Outcome::Refused(findings) => findings,
        },
        "reopen" => match year::reopen(&state.house, &act, &year, &order).await? {
            Ok(_) => return Ok(answer::done("/year/closing", &format!("Год {year} снова открыт."))),
            Err(findings) => findings,
        },
        _ => return Err(Refusal::NotFound),
    };
    let findings = super::sorted(findings).iter().map(readiness::plain).collect();
    page(&state, frame, &asked, &year, findings, &fields).await
}
