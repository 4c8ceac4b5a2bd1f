//! The papers of carriers as PDF, the books also as tables: ledger, custody log, undertaking, act of writing, certificate. Floor 3.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::query::Asked;
use super::super::route::{Access, Route, SubjectOf, get};
use crate::bundle::ruled;
use crate::domain::form::Form;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::flow;
use crate::flow::office::forms::make;
use crate::flow::office::{Refusal as Office, templates};

pub(super) fn routes() -> Vec<Route> {
    vec![get("/carriers/papers/{name}", Access::Does(Action::ReadCarriers), SubjectOf::House, paper)]
}

async fn paper(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(name): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let form = match name.as_str() {
        "ledger" => "carrier-ledger",
        "custody" => "custody-log",
        "undertaking" => "carrier-undertaking",
        "act" => "backup-act",
        "certificate" => "backup-certificate",
        _ => return Err(Refusal::NotFound),
    };
    let mut given = flow::office::forms::Asked::new();
    for field in ["copy", "no"] {
        given.insert(field.to_owned(), asked.value(field).to_owned());
    }
    // Everybody prints the own undertaking here; the others are signed papers of the office.
    given.insert("person".to_owned(), visitor.account.clone());
    if matches!((name.as_str(), asked.value("copy"), asked.value("no")), ("act", "", _) | ("certificate", _, "")) {
        return Err(Refusal::NotFound);
    }
    let act = state.act(&visitor.account);
    let form = match make(&state.house, form, &given, &act).await {
        Err(flow::Error::Office(refusal)) if matches!(*refusal, Office::Needs(_)) => return Err(Refusal::NotFound),
        made => made?,
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
        _ => pdf(&state, form, act.moment()).await,
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
