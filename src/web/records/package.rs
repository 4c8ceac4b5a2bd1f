//! The package that proves a sealed copy without this program: its link on the copy's page, and the file. Floor 3.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::domain::log_proof::object_name;
use crate::domain::people::Visitor;
use crate::domain::words;
use crate::flow::export;
use crate::flow::people::{Look, note_access};
use crate::store::CopyRow;
use crate::vault::space;
use crate::web::WebState;
use crate::web::answer::Refusal;
use crate::web::query::segment;

/// A package that can be had.
pub(super) struct PackageView {
    pub(super) href: String,
    /// «1,3 МБ».
    pub(super) size: String,
}

/// The link of a version; `None` where the archive holds nothing to pack.
pub(super) async fn view(state: &WebState, row: &CopyRow, sealed: bool) -> Option<PackageView> {
    if !sealed {
        return None;
    }
    // The files are packed as they are, so together they are as large as the package.
    let content = state.house.archive().join(object_name(&row.id, row.version)).join("v1/content");
    let bytes = tokio::task::spawn_blocking(move || space::used_bytes(&content)).await.unwrap_or_default();
    let href = format!("/copies/{}/{}/package.zip", segment(&row.id), row.version);
    (bytes > 0).then(|| PackageView { href, size: words::size(bytes) })
}

/// `GET /copies/{copy}/{version}/package.zip`: byte for byte what `letopis export-copy` writes; its leaving is on record as that one's is.
pub(super) async fn download(
    State(state): State<WebState>,
    Path((copy, version)): Path<(String, u32)>,
    visitor: Visitor,
) -> Result<Response, Refusal> {
    let rows = state.house.db.list_versions(&copy).await?;
    let row = rows.into_iter().find(|row| row.version == version).ok_or(Refusal::NotFound)?;
    let look = Look::Copy { id: &row.id, class: &row.class };
    note_access(&state.house, &visitor, look, &row.year, state.now()).await?;
    let packed = export::export_copy(&state.house, &row.id, Some(version), &state.act(&visitor.account)).await?;
    let named = format!("attachment; filename=\"{}\"", packed.file_name);
    let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, named)];
    Ok((headers, packed.bytes).into_response())
}
