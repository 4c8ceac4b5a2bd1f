//! Pages of records: copies with their route and signatures, register, log. Floor 3.

use std::path::PathBuf;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::WebState;
use super::answer::{self, Refusal};
use super::route::{Access, Route, SubjectOf, get};
use crate::domain::log_proof::object_name;
use crate::domain::rights::Action;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    let reads = Access::Does(Action::ReadCopies);
    vec![get("/copies/{copy}/{version}/sealed.pdf", reads, SubjectOf::Copy, sealed_pdf)]
}

/// `GET /copies/{copy}/{version}/sealed.pdf`: only records of the register; the address is never a path.
async fn sealed_pdf(
    State(state): State<WebState>,
    Path((copy, version)): Path<(String, u32)>,
) -> Result<Response, Refusal> {
    let line = state.house.db.find_register_line(&copy, version).await?.ok_or(Refusal::NotFound)?.line;
    let content: PathBuf = state.house.archive().join(object_name(&line.id, line.version)).join("v1/content");
    let bytes = tokio::fs::read(content.join(crate::vault::name::SEALED_PDF)).await;
    let bytes = bytes.map_err(|error| answer::fault(&error))?;
    let name = format!("inline; filename=\"{copy}-v{version}.pdf\"");
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response())
}
