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
use crate::flow::carriers::{self, Overview, Presence};
use crate::flow::jobs::{self, Work};
use crate::store::{BackupRow, CodeRow};

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
}

#[derive(Template)]
#[template(path = "carriers/envelope.html", config = "src/web/askama.toml")]
struct Envelope {
    frame: Frame,
    no: u64,
    code: String,
    at: String,
    school: String,
    carriers: String,
    head: String,
    /// Carriers in use with copies that this code does not open, each with what opens them.
    former: Vec<String>,
}

async fn show(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let all = super::all(&state).await?;
    let there = |carrier: &&Carrier| {
        carrier.takes_copies()
            && carriers::presence(&state.house, carrier) == Presence::There
            && !carrier.written_at.is_empty()
    };
    let page = Page {
        undertaken: all.has_undertaken(&visitor.account),
        codes: all.codes.iter().rev().map(|row| (row.no, words::moment_words(&row.at))).collect(),
        former: former(&all),
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
    let newest = all.backups.iter().filter(|row| stands(all, row, carrier)).max_by_key(|row| row.log_size);
    match newest.and_then(|row| all.codes.iter().find(|code| code.no == row.code_no)) {
        Some(code) => format!("{} — код № {} от {}", carrier.label, code.no, day(&code.at)),
        None => carrier.label.clone(),
    }
}

/// Carriers in use that hold copies under an earlier code than the newest: «Н-1: копии с 01.10.2025 по 24.10.2025 (3) открывает конверт с кодом
/// № 1 от 01.10.2025»; whether the carrier was ever given out changes nothing of that.
fn former(all: &Overview) -> Vec<String> {
    let newest = all.codes.iter().map(|code| code.no).max().unwrap_or_default();
    let mut said = Vec::new();
    for carrier in all.carriers.iter().filter(|carrier| carrier.takes_copies()) {
        for code in all.codes.iter().filter(|code| code.no != newest) {
            let is_its = |row: &&BackupRow| row.code_no == code.no && stands(all, row, carrier);
            let copies: Vec<&BackupRow> = all.backups.iter().filter(is_its).collect();
            let [first, .., last] = copies.as_slice() else {
                let one = copies.first().map(|row| format!("копию от {} открывает", day(&row.at)));
                said.extend(one.map(|what| format!("{}: {what} {}", carrier.id, envelope(code))));
                continue;
            };
            let (from, to, count) = (day(&first.at), day(&last.at), copies.len());
            said.push(format!("{}: копии с {from} по {to} ({count}) открывает {}", carrier.id, envelope(code)));
        }
    }
    said
}

/// «конверт с кодом № 1 от 01.10.2025».
fn envelope(code: &CodeRow) -> String {
    format!("конверт с кодом № {} от {}", code.no, day(&code.at))
}

/// Does a copy still stand on a carrier?
fn stands(all: &Overview, row: &BackupRow, carrier: &Carrier) -> bool {
    row.carriers.contains(&carrier.id)
        && !all.prunings.iter().any(|one| one.backup == row.id && one.carrier == carrier.id)
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
            let (row, text) = carriers::make_code(&state.house, &act).await.map_err(super::told)?;
            let (letterhead, _, _) = super::roster(&state).await?;
            let all = super::all(&state).await?;
            let carriers: Vec<String> =
                all.carriers.iter().filter(|one| one.takes_copies()).map(|one| one.id.clone()).collect();
            let form = papers::envelope(&letterhead, &text, row.no, &row.at, &carriers);
            super::print::pdf(&state, form, row.at).await
        }
        "make" => {
            let (row, text) = carriers::make_code(&state.house, &act).await.map_err(super::told)?;
            let (letterhead, _, _) = super::roster(&state).await?;
            let all = super::all(&state).await?;
            let carriers = all.carriers.iter().filter(|one| one.takes_copies()).map(|one| one.id.as_str());
            let page = Envelope {
                former: former(&all),
                no: row.no,
                code: text,
                at: words::moment_words(&row.at),
                school: letterhead.name,
                carriers: carriers.collect::<Vec<_>>().join(", "),
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
