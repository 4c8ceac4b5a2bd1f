//! The code of the carriers: made and shown once to the director, and asked back for a rehearsal. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::segment;
use super::super::route::{Access, Route, SubjectOf, get, post};
use super::Fields;
use crate::domain::carrier::{Carrier, Step, Trip, code};
use crate::domain::forms::{carriers as papers, day};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::Act;
use crate::flow::carriers::{self, Overview, Presence};
use crate::flow::jobs::{self, Work};
use crate::store::CodeRow;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/carriers/code", Access::Does(Action::HoldCode), SubjectOf::House, show)
            .helped("administrator#носители-и-резервные-копии"),
        post("/carriers/code", Access::Does(Action::HoldCode), SubjectOf::House, act),
    ]
}

#[derive(Template)]
#[template(path = "carriers/code.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    undertaken: bool,
    /// Number, since when, by whom.
    codes: Vec<(u64, String)>,
    /// Carriers with a copy: identifier, and words with the code that opens its newest copy.
    connected: Vec<(String, String)>,
    /// Of those, the ones that the custody log has back in the safe.
    in_safe: Vec<String>,
    /// Carriers in use with copies that the newest code does not open, each with what opens them.
    former: Vec<String>,
    /// Earlier codes under which no copy stands any more, each with when it was made.
    useless: Vec<(u64, String)>,
    /// The newest code, 0 before the first: a form that was sent with another makes none.
    last: u64,
    /// May the visitor write copies, and who may?
    runs: bool,
    writers: String,
}

#[derive(Template)]
#[template(path = "carriers/envelope.html", config = "src/web/askama.toml")]
struct Envelope {
    frame: Frame,
    no: u64,
    code: String,
    school: String,
    /// The sentences of the sheet, as they are printed.
    said: Vec<String>,
    head: String,
}

async fn show(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let all = super::all(&state).await?;
    let there = |carrier: &&Carrier| {
        carrier.takes_copies()
            && carriers::presence(&state.house, carrier) == Presence::There
            && !carrier.written_at.is_empty()
    };
    let last = all.codes.last().map_or(0, |code| code.no);
    let page = Page {
        undertaken: all.has_undertaken(&visitor.account),
        codes: all.codes.iter().rev().map(|row| (row.no, words::moment_words(&row.at))).collect(),
        former: all.former(last),
        useless: all.useless().into_iter().map(|row| (row.no, words::moment_short(&row.at))).collect(),
        last,
        runs: visitor.may_anywhere(Action::RunBackups),
        writers: visitor.rules.who(Action::RunBackups),
        in_safe: all.carriers.iter().filter(there).filter(|one| is_back(&all, one)).map(|one| one.id.clone()).collect(),
        connected: all.carriers.iter().filter(there).map(|one| (one.id.clone(), opened_by(&all, one))).collect(),
        frame: frame
            .titled("Код доступа")
            .leading("Код показывается один раз, директору, и нигде не хранится: только на листе в конверте.")
            .under("Носители и копии", "/carriers"),
    };
    answer::page(&page)
}

/// Did the carrier come back from its last trip: accepted into the safe with the secretary's signature?
fn is_back(all: &Overview, carrier: &Carrier) -> bool {
    let taken = |trip: &&Trip| trip.carrier == carrier.id && trip.signed(Step::Taken).is_some();
    all.trips.iter().rev().find(taken).is_some_and(|trip| trip.signed(Step::Accepted).is_some())
}

/// «Диск 1 — код № 2 от 24.10.2025»: an earlier copy opens with an earlier envelope, and the newest one is rehearsed.
fn opened_by(all: &Overview, carrier: &Carrier) -> String {
    let newest = all.backups.iter().filter(|row| all.stands(row, &carrier.id)).max_by_key(|row| row.log_size);
    match newest.and_then(|row| all.codes.iter().find(|code| code.no == row.code_no)) {
        Some(code) => format!("{} — код № {} от {}", carrier.label, code.no, day(&code.at)),
        None => carrier.label.clone(),
    }
}

/// One code is made at a time, so that of two presses of one page the second finds the code that the first has made.
static MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Makes a code, where the page from which it is asked knew the newest one: a page that is sent again, by a reload or by a second press, makes
/// no other, for the sheet that was just printed would open nothing that is written from then on.
async fn make(state: &WebState, fields: &Fields, act: &Act) -> Result<(CodeRow, String, Overview), Refusal> {
    let _one = MAKING.lock().await;
    let before = super::all(state).await?;
    let shown = fields.value("last").parse::<u64>().unwrap_or_default();
    if let Some(newest) = before.codes.last().filter(|newest| newest.no != shown) {
        return Err(Refusal::Rule(format!(
            "Код № {} уже заведён {}: лист показан один раз; если он не напечатан и не переписан, заведите новый на странице «Код доступа»",
            newest.no,
            words::moment_short(&newest.at)
        )));
    }
    let (row, text) = carriers::make_code(&state.house, act).await.map_err(super::told)?;
    Ok((row, text, super::all(state).await?))
}

async fn act(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    match fields.value("act") {
        "sheet" => {
            let (row, text, all) = make(&state, &fields, &act).await?;
            let (letterhead, _, _) = super::roster(&state).await?;
            let form = papers::envelope(&letterhead, &text, &all.opens(&row));
            super::print::pdf(&state, form, row.at).await
        }
        "make" => {
            let (row, text, all) = make(&state, &fields, &act).await?;
            let (letterhead, _, _) = super::roster(&state).await?;
            let page = Envelope {
                said: all.opens(&row).said(),
                no: row.no,
                code: text,
                school: letterhead.name,
                head: format!("{} {}", letterhead.head_post, letterhead.head_name),
                frame: frame.titled(format!("Код доступа № {}", row.no)).under("Носители и копии", "/carriers"),
            };
            // Every answer of the house says «no-store»: the sheet goes into no cache.
            answer::page(&page)
        }
        "rehearse" => {
            let typed = code::read(fields.value("code"));
            let typed = typed
                .ok_or_else(|| Refusal::Rule("Это не код доступа: в нём 20 букв и цифр, как на конверте".to_owned()))?;
            let ticket = state.house.codes.keep(typed)?;
            let work = Work::Rehearse { carrier: fields.value("carrier").to_owned(), ticket };
            let queued = jobs::queue(&state.house, &work, &act).await?;
            state.ops.wake.notify_one();
            Ok(answer::redirect(&format!("/jobs/{}", segment(&queued.id))))
        }
        _ => Err(Refusal::NotFound),
    }
}
