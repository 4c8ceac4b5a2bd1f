//! The journal of handovers, and signing the own side. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::Fields;
use crate::domain::forms::{People, day};
use crate::domain::paper::{Handover, Kept, Side};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::{self, Act, office};
use crate::store::Which;

struct Line {
    no: u64,
    date: String,
    purpose: &'static str,
    document: String,
    href: String,
    sheets: u32,
    from: String,
    from_signed: String,
    to: String,
    to_signed: String,
    complete: bool,
    /// What the visitor's own press says; empty when none is owed.
    owed: &'static str,
}

#[derive(Template)]
#[template(path = "office/handovers.html", config = "src/web/askama.toml")]
struct HandoversPage {
    frame: Frame,
    owed: Vec<Line>,
    lines: Vec<Line>,
    whole: bool,
}

/// `GET /office/handovers`: all of them for who reads the register, the own ones for everybody else.
pub(super) async fn list(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let people = People::of(&directory.roster);
    let whole = visitor.may_anywhere(Action::ReadRegister);
    let papers = state.house.db.list_paper(Which::All).await?;
    let own = |one: &&Handover| whole || one.from == visitor.account || one.to == visitor.account;
    let mut all: Vec<&Handover> = papers.iter().flat_map(|kept: &Kept| &kept.handovers).filter(own).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.no));
    let line = |one: &Handover| Line {
        no: one.no,
        date: day(&one.opened_at),
        purpose: one.purpose.as_russian(),
        document: one.document.clone(),
        href: if whole { format!("/office/papers/{}", one.paper) } else { String::new() },
        sheets: one.sheets,
        from: people.with_post(&one.from),
        from_signed: if one.from_signed_at.is_empty() {
            String::new()
        } else {
            words::moment_words(&one.from_signed_at)
        },
        to: people.with_post(&one.to),
        to_signed: if one.to_signed_at.is_empty() { String::new() } else { words::moment_words(&one.to_signed_at) },
        complete: one.is_complete(),
        owed: match one.owed_by(&visitor.account) {
            Some(Side::From) => "Сдал, подписываю",
            Some(Side::To) => "Принял, подписываю",
            None => "",
        },
    };
    let owed = all.iter().filter(|one| one.owed_by(&visitor.account).is_some()).map(|one| line(one)).collect();
    let lines = all.iter().map(|one| line(one)).collect();
    let frame = frame
        .titled("Журнал сдачи документов")
        .leading("Передача открыта, пока не подписали обе стороны. Подпись ставит только тот, кто назван.");
    let frame = if whole { frame.under("Канцелярия", "/office") } else { frame };
    answer::page(&HandoversPage { frame, owed, lines, whole })
}

/// `POST /office/handovers`: signs a pile at once, exactly the lines that were shown.
pub(super) async fn sign_all(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let numbers = fields.numbers("no");
    let (mut signed, mut before) = (0, 0);
    for no in &numbers {
        match sign_once(&state, *no, &act).await? {
            Some(_) => signed += 1,
            None => before += 1,
        }
    }
    let count = |n| words::count(n, "передача", "передачи", "передач");
    let mut said = format!("Ваша подпись поставлена: {}.", count(signed));
    if before > 0 {
        said.push_str(&format!(" Подписано вами раньше: {}.", count(before)));
    }
    Ok(answer::done("/office/handovers", &said))
}

/// `POST /office/handovers/{handover}/sign`.
pub(super) async fn sign(
    State(state): State<WebState>,
    Path(handover): Path<u64>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let said = match sign_once(&state, handover, &act).await? {
        Some(true) => "Подписано обеими сторонами.".to_owned(),
        Some(false) => "Ваша подпись поставлена, ждём другую сторону.".to_owned(),
        None => format!("Передача № {handover} вами уже подписана: второй раз подпись не ставится."),
    };
    Ok(answer::done("/office/handovers", &said))
}

/// Signs the own side; `None` when it was signed before, in another window or by a second press.
pub(super) async fn sign_once(state: &WebState, handover: u64, act: &Act) -> Result<Option<bool>, Refusal> {
    match office::sign_handover(&state.house, handover, act).await {
        Err(flow::Error::Office(refusal)) if matches!(*refusal, office::Refusal::SignedBefore(_)) => Ok(None),
        signed => Ok(Some(signed?)),
    }
}
