//! «Готовность к году»: what is set up, what is missing, who owes it and by when. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::Asked;
use super::super::route::{Access, Group, Route, SubjectOf, get};
use crate::domain::readiness::{Line, State as Ready};
use crate::domain::rights::Action;
use crate::domain::words;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/ready", Access::Does(Action::ReadSetup), SubjectOf::House, show)
            .in_menu(Group::Year, "Готовность к году")
            .helped("year#готовность-к-году"),
    ]
}

struct Section {
    line: Line,
    kind: &'static str,
    due: String,
    late: bool,
    first: Vec<String>,
    rest: Vec<String>,
}

#[derive(Template)]
#[template(path = "school/readiness.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    sections: Vec<Section>,
    done: usize,
    years: Vec<(String, String, bool)>,
}

/// Findings of a section shown at once; the others open by a click.
const SHOWN: usize = 5;

async fn show(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    let today = state.now().date_naive();
    let lines = opened.year.readiness()?;
    let done = lines.iter().filter(|line| line.state == Ready::Done).count();
    let section = |line: Line| {
        let mut missing: Vec<String> = super::sorted(line.missing.clone()).iter().map(plain).collect();
        let rest = missing.split_off(missing.len().min(SHOWN));
        Section {
            kind: match line.state {
                Ready::Done => "ok",
                Ready::Partly => "wait",
                Ready::Missing => "bad",
            },
            due: words::date_short(line.due),
            late: line.state != Ready::Done && today > line.due,
            first: missing,
            rest,
            line,
        }
    };
    let years = opened.years.iter().map(|year| (year.clone(), super::in_year(&asked, year), *year == opened.year.year));
    answer::page(&Page {
        frame: frame.titled("Готовность к году").leading(format!(
            "{} учебный год: что уже внесено, чего нет, кто и к какому сроку за это отвечает.",
            opened.year.year
        )),
        done,
        years: years.collect(),
        sections: lines.into_iter().map(section).collect(),
    })
}

/// A finding in one line.
pub(super) fn plain(finding: &crate::domain::finding::Finding) -> String {
    match (finding.expected.as_str(), finding.found.as_str()) {
        ("", "") => format!("{}: {}", finding.place, finding.message),
        (expected, "") => format!("{}: {} (нужно: {expected})", finding.place, finding.message),
        ("", found) => format!("{}: {} ({found})", finding.place, finding.message),
        (expected, found) => format!("{}: {} (нужно: {expected}; есть: {found})", finding.place, finding.message),
    }
}
