//! The pages that show: the list of copies, the form, a sealed PDF. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::DateTime;

use super::answer::{self, Refusal};
use super::{CopyView, ListingFault, WebState};

#[derive(Template)]
#[template(path = "index.html", config = "src/web/askama.toml")]
struct IndexPage<'a> {
    school: &'a str,
    sealed: usize,
    total: usize,
    pages: u32,
    periods: Vec<PeriodView>,
}

/// Copies of one kind and period.
struct PeriodView {
    heading: String,
    sealed: usize,
    rows: Vec<RowView>,
}

/// One line of the list.
struct RowView {
    copy: CopyView,
    /// «22.11.2026, 14:05», in the zone of the record itself.
    sealed_at: String,
}

impl RowView {
    fn is_sealed(&self) -> bool {
        self.copy.sealed_pdf_path.is_some()
    }

    fn pdf(&self) -> String {
        format!("/copies/{}/{}/sealed.pdf", self.copy.id, self.copy.version)
    }
}

/// `GET /`.
pub(super) async fn index(State(state): State<WebState>) -> Response {
    match list(&state).await {
        Ok(copies) => answer::page(&IndexPage {
            school: &state.school,
            sealed: copies.iter().filter(|copy| copy.sealed_pdf_path.is_some()).count(),
            total: copies.len(),
            pages: copies.iter().map(|copy| copy.pages).sum(),
            periods: by_period(copies),
        }),
        Err(error) => answer::fault(&*error),
    }
}

/// `GET /copies/{id}/{version}/sealed.pdf`: only files that the list names; the address is never a path.
pub(super) async fn sealed_pdf(State(state): State<WebState>, Path((id, version)): Path<(String, String)>) -> Response {
    let copies = match list(&state).await {
        Ok(copies) => copies,
        Err(error) => return answer::fault(&*error),
    };
    let copy = copies.into_iter().find(|copy| copy.id == id && copy.version.to_string() == version);
    let Some(path) = copy.and_then(|copy| copy.sealed_pdf_path) else {
        return Refusal::NotFound.into_response();
    };
    match tokio::fs::read(&path).await {
        Ok(bytes) => {
            let name = format!("inline; filename=\"{id}-v{version}.pdf\"");
            ([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
                .into_response()
        }
        Err(error) => answer::fault(&error),
    }
}

/// The listing may wait for a database: it runs where waiting holds up nobody.
async fn list(state: &WebState) -> Result<Vec<CopyView>, ListingFault> {
    let copies = state.copies.clone();
    tokio::task::spawn_blocking(move || copies()).await?
}

/// Groups copies by kind and period, in the order in which they come.
fn by_period(copies: Vec<CopyView>) -> Vec<PeriodView> {
    let mut periods: Vec<PeriodView> = Vec::new();
    for copy in copies {
        let heading = format!("{}: {}", capitalised(&copy.kind_ru), copy.period);
        let row = RowView { sealed_at: day_and_time(&copy.sealed_at), copy };
        let place = periods.iter().position(|period| period.heading == heading).unwrap_or_else(|| {
            periods.push(PeriodView { heading, sealed: 0, rows: Vec::new() });
            periods.len() - 1
        });
        periods[place].sealed += usize::from(row.is_sealed());
        periods[place].rows.push(row);
    }
    periods
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// RFC 3339 as people write it; a text that is not a time stays as it is.
fn day_and_time(text: &str) -> String {
    DateTime::parse_from_rfc3339(text)
        .map_or_else(|_| text.to_owned(), |time| time.format("%d.%m.%Y, %H:%M").to_string())
}
