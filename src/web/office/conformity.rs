//! The school's declaration by ГОСТ Р ИСО 15489-1: each requirement, what shows it now, where to look, what is missing. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use crate::domain::conformity::{Line, Property};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::office::conformity;

/// A property with its requirements.
struct Part {
    title: &'static str,
    clauses: &'static str,
    anchor: usize,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "office/conformity.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    parts: Vec<Part>,
    met: String,
    left: usize,
}

/// `GET /office/conformity`.
pub(super) async fn show(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let mut lines = conformity::lines(&state.house, &act).await?;
    // The page of the code opens to its holder alone: others are led to where the rehearsals are told.
    if !visitor.may_anywhere(Action::HoldCode) {
        for line in lines.iter_mut().filter(|line| line.href == "/carriers/code") {
            (line.href, line.page) = ("/carriers#checks", "Носители и копии");
        }
    }
    let met = lines.iter().filter(|line| line.is_met()).count();
    let left = lines.len() - met;
    let of = |property: Property| lines.iter().filter(|line| line.property == property).cloned().collect();
    let parts = (1..).zip(Property::ALL).map(|(anchor, property)| Part {
        title: property.as_russian(),
        clauses: property.clauses(),
        anchor,
        lines: of(property),
    });
    let of_all = words::count(lines.len() as u64, "требования", "требований", "требований");
    let frame = frame
        .titled("Соответствие ГОСТ Р ИСО 15489-1")
        .leading("Каждое требование стандарта к документам: чем школа его выполняет и что это показывает сегодня.");
    answer::page(&Page { frame, parts: parts.collect(), met: format!("{met} из {of_all}"), left })
}
