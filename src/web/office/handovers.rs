//! The journal of handovers, and signing the own side. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::super::frame::Frame;
use super::Fields;
use crate::domain::forms::{People, day};
use crate::domain::paper::{Handover, Kept, Purpose, Side};
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Grant, Role, Rules, grant};
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
        from: named(&directory, &people, &visitor.rules, one, Side::From),
        from_signed: if one.from_signed_at.is_empty() {
            String::new()
        } else {
            words::moment_short(&one.from_signed_at)
        },
        to: named(&directory, &people, &visitor.rules, one, Side::To),
        to_signed: if one.to_signed_at.is_empty() { String::new() } else { words::moment_short(&one.to_signed_at) },
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
        .titled("Журнал сдачи документов строгой отчётности")
        .leading("Передача открыта, пока не подписали обе стороны. Подпись ставит только тот, кто назван.");
    let frame = if whole { frame.under("Канцелярия", "/office") } else { frame };
    answer::page(&HandoversPage { frame, owed, lines, whole })
}

/// A side of a handover with the office in which the person takes part, by the same word as on every other page: «классный руководитель,
/// Агатова М.П.». The job title, «учитель математики», stands where the lists of the year know of no such office.
fn named(directory: &Directory, people: &People, rules: &Rules, one: &Handover, side: Side) -> String {
    let id = match side {
        Side::From => one.from.as_str(),
        Side::To => one.to.as_str(),
    };
    // Paper goes into the office or out of it: one side keeps it, the other has to do with the class.
    let keeps_here = match one.purpose {
        Purpose::HandIn | Purpose::Return => side == Side::To,
        Purpose::Issue => side == Side::From,
    };
    let class_teacher = directory.class(&one.class).is_some_and(|class| class.class_teacher_id == id);
    if class_teacher && !keeps_here {
        return format!("{}, {}", Role::ClassTeacher.as_russian(), people.get(id).short);
    }
    let action = if keeps_here { Action::KeepPaper } else { Action::HandOverPaper };
    let acts = |role: &Role| *role != Role::ClassTeacher && grant(*role, action, rules) != Grant::Never;
    let member = directory.roster.staff_member(id);
    let held = member.and_then(|member| member.roles.iter().filter_map(|word| Role::parse(word)).find(acts));
    match held {
        Some(role) => format!("{}, {}", role.as_russian(), people.get(id).short),
        // A post of the staff list begins with a capital letter, an office of the house does not.
        None if people.get(id).post.is_empty() => people.with_post(id),
        None => words::lowered(&people.with_post(id)),
    }
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
