//! The papers of carriers as PDF, the books also as tables: ledger, custody log, undertaking, act of writing, certificate. Floor 3.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::query::Asked;
use super::super::route::{Access, Route, SubjectOf, get};
use crate::bundle::ruled;
use crate::domain::carrier::{Step, Trip};
use crate::domain::form::Form;
use crate::domain::forms::carriers::{self as papers, Carried, Checked, LedgerRow, Written};
use crate::domain::forms::{Letterhead, People};
use crate::domain::people::{Office, Visitor};
use crate::domain::rights::Action;
use crate::flow;
use crate::flow::carriers::{Overview, REHEARSAL, VALID};
use crate::flow::office::templates;
use crate::store::LedgerLine;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/carriers/papers/{name}", Access::Does(Action::ReadCarriers), SubjectOf::House, paper)]
}

async fn paper(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(name): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let all = super::all(&state).await?;
    let (letterhead, people, roster) = super::roster(&state).await?;
    let keeper = signed(People::holder(&roster, "journal_keeper"), &people);
    let specialist = signed(People::holder(&roster, "technical_specialist"), &people);
    let form = match name.as_str() {
        "ledger" => ledger(&letterhead, &people, &all, &state.house.db.list_ledger().await?),
        "custody" => custody(&letterhead, &people, &all),
        "undertaking" => {
            let at = all.undertakings.iter().find(|(person, _)| *person == visitor.account).map(|(_, at)| at.as_str());
            let office = flow::carriers::office_of(&visitor).map(Office::as_russian).unwrap_or_default();
            let signed = people.get(&visitor.account).signed;
            papers::undertaking_form(&letterhead, &visitor.name, &office, &signed, at.unwrap_or_default())
        }
        "act" => act(&letterhead, &all, asked.value("copy"), &keeper, &specialist).ok_or(Refusal::NotFound)?,
        "certificate" => certificate(&letterhead, &people, &all, asked.value("no")).ok_or(Refusal::NotFound)?,
        _ => return Err(Refusal::NotFound),
    };
    match asked.value("format") {
        "xlsx" => {
            let bytes = ruled::form_xlsx(&form).map_err(|error| answer::fault(&error))?;
            Ok(table(&name, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes))
        }
        // The first table is the book; what follows it (the carriers' moves) stands in the XLSX too.
        "csv" => {
            let book = form.tables().next().ok_or(Refusal::NotFound)?;
            Ok(table(&name, "csv", "text/csv; charset=utf-8", ruled::table_csv(book)))
        }
        _ => pdf(&state, form, state.act(&visitor.account).moment()).await,
    }
}

fn table(name: &str, ending: &str, mime: &str, bytes: Vec<u8>) -> Response {
    let kept = format!("attachment; filename=\"carriers-{name}.{ending}\"");
    ([(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_DISPOSITION, kept)], bytes).into_response()
}

/// A paper as PDF, by the school's own template where it has one, shown in the page.
pub(in crate::web) async fn pdf(state: &WebState, form: Form, made_at: String) -> Result<Response, Refusal> {
    let id = form.id.clone();
    let house = std::sync::Arc::clone(&state.house);
    let typeset = tokio::task::spawn_blocking(move || templates::typeset(&house, &form, &made_at)).await;
    let typeset = typeset.map_err(|error| answer::fault(&error))??;
    let shown = format!("inline; filename=\"{id}.pdf\"");
    let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, shown)];
    Ok((headers, typeset.pdf).into_response())
}

fn signed(id: Option<&str>, people: &People) -> String {
    id.map(|id| people.get(id).signed).unwrap_or_default()
}

fn ledger(letterhead: &Letterhead, people: &People, all: &Overview, lines: &[LedgerLine]) -> Form {
    let place = |id: &str| {
        let place = all.places.iter().find(|place| place.id == id);
        place.map(|place| [place.room.as_str(), place.label.as_str()].join(" ").trim().to_owned()).unwrap_or_default()
    };
    let row = |line: &LedgerLine| LedgerRow {
        at: line.at.clone(),
        what: line.what.as_russian().to_owned(),
        place: place(&line.place),
        note: line.note.clone(),
    };
    let of = |id: &str| lines.iter().filter(|line| line.carrier == id).map(row).collect();
    let carriers: Vec<_> = all.carriers.iter().map(|carrier| (carrier.clone(), of(&carrier.id))).collect();
    let checked = all.checks.iter().map(|check| (check.carrier.clone(), check.at.clone())).collect();
    papers::ledger(letterhead, &carriers, &all.trips, &checked, people)
}

fn custody(letterhead: &Letterhead, people: &People, all: &Overview) -> Form {
    let trips: Vec<_> = all.trips.iter().map(|trip| (trip.clone(), carried(all, trip))).collect();
    papers::custody(letterhead, &trips, people)
}

/// What was done with a carrier while it was out: a copy written on it then, comparisons and rehearsals of the trip.
fn carried(all: &Overview, trip: &Trip) -> Carried {
    // Moments of one house have one offset, so that their texts stand in the order of time.
    let at = |step| trip.signed(step).map(|signed| signed.at.as_str());
    let (from, to) = (at(Step::Taken), at(Step::Returned));
    let is_within =
        |moment: &str| from.is_some_and(|from| from <= moment) && to.is_none_or(|returned| moment <= returned);
    let written = all.backups.iter().rev().find(|row| row.carriers.contains(&trip.carrier) && is_within(&row.at));
    let checks: Vec<_> = all.checks.iter().filter(|check| check.trip == trip.no).collect();
    let last = checks.last();
    let copy = last.and_then(|check| all.backups.iter().find(|row| row.id == check.backup)).or(written);
    let mut done = Vec::new();
    if written.is_some() {
        done.push("запись");
    }
    if checks.iter().any(|check| check.what != REHEARSAL) {
        done.push("проверка");
    }
    if checks.iter().any(|check| check.what == REHEARSAL) {
        done.push("восстановление (пробное)");
    }
    let Some(copy) = copy else { return Carried { action: done.join(", "), ..Carried::default() } };
    let after = match last.map(|check| check.verdict == VALID) {
        Some(true) => "; после: та же",
        Some(false) => "; после: НЕ СОВПАЛА",
        None => "",
    };
    Carried {
        what: format!("{} от {}", copy.cause.as_russian(), crate::domain::forms::day(&copy.at)),
        action: done.join(", "),
        sha256: format!("{}{after}", copy.sha256),
    }
}

fn act(letterhead: &Letterhead, all: &Overview, copy: &str, keeper: &str, specialist: &str) -> Option<Form> {
    let row = all.backups.iter().find(|row| row.id == copy)?;
    let carrier = |id: &String| {
        let carrier = all.carrier(id).ok()?;
        let what = [&carrier.id, carrier.kind.as_russian(), &carrier.serial, &carrier.place_words];
        Some(what.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
    };
    let good = all.checks.iter().rev().find(|check| check.backup == row.id && check.verdict == VALID);
    let coverage =
        good.and_then(|check| serde_json::from_str::<crate::domain::carrier::manifest::Coverage>(&check.coverage).ok());
    let written = Written {
        id: row.id.clone(),
        at: row.at.clone(),
        periods: row.periods.clone(),
        bytes: row.bytes,
        files: row.members,
        sha256: row.sha256.clone(),
        carriers: row.carriers.iter().filter_map(carrier).collect(),
        compared: coverage.map(|coverage| coverage.files.0).unwrap_or_default(),
    };
    Some(papers::writing(letterhead, &written, keeper, specialist))
}

fn certificate(letterhead: &Letterhead, people: &People, all: &Overview, no: &str) -> Option<Form> {
    let no: u64 = no.parse().ok()?;
    let row = all.checks.iter().find(|check| check.no == no)?;
    let coverage = serde_json::from_str(&row.coverage).ok()?;
    let checked = Checked {
        no,
        what: if row.what == REHEARSAL {
            "о пробном восстановлении из резервной копии"
        } else {
            "о сверке носителя с домом"
        }
        .to_owned(),
        carrier: if row.carrier.is_empty() { "вне учёта".to_owned() } else { row.carrier.clone() },
        at: row.at.clone(),
        valid: row.verdict == VALID,
        by: people.get(&row.by).signed,
    };
    Some(papers::certificate(letterhead, &checked, &coverage, &[]))
}
