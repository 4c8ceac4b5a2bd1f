//! A scanned page that the program could not place: a person says which page of which copy it is, or that it does not count. Floor 3.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::Asked;
use super::super::records::visible_copies;
use super::{copy_name, drawn, jpeg};
use crate::domain::people::Visitor;
use crate::flow::jobs::{self, Work};
use crate::flow::paper;
use crate::flow::scans::{self, Verdict};
use crate::store::{Leaf, ScanPageRow, ScanPlace};

/// Pixels of the longer side: names and marks can be read.
const SIDE: usize = 1400;

#[derive(Template)]
#[template(path = "scans/page.html", config = "src/web/askama.toml")]
struct PagePage {
    frame: Frame,
    address: String,
    picture: String,
    place: u32,
    said: &'static str,
    copies: Vec<(String, String, u32)>,
    /// Is any stage signed on paper? Then the day beside the signatures is asked for.
    signs: bool,
    today: String,
}

/// What was read there, if it is nobody's page yet: what went to a copy is looked at on the copy's own pages, under its own right.
async fn open(state: &WebState, file: &str, page: u32, place: u32) -> Result<ScanPageRow, Refusal> {
    let at = ScanPlace { file: file.to_owned(), page, place };
    let row = state.house.db.list_scan_pages(file).await?.into_iter().find(|row| row.at == at);
    let row = row.filter(|row| row.leaf.copy.is_empty()).ok_or(Refusal::NotFound)?;
    let decided = state.house.db.list_scan_decisions().await?;
    let last = decided.iter().rev().find(|decision| decision.at == at);
    if last.is_some_and(|decision| !decision.leaf.copy.is_empty()) { Err(Refusal::NotFound) } else { Ok(row) }
}

fn place(asked: &Asked) -> u32 {
    asked.value("place").parse().unwrap_or_default()
}

/// `GET /office/scan-pages/{file}/{page}`.
pub(super) async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((file, page)): Path<(String, u32)>,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let row = open(&state, &file, page, place(&asked)).await?;
    let known = state.house.db.find_scan_file(&file).await?.ok_or(Refusal::NotFound)?;
    let directory = state.directory().await?;
    let copies = visible_copies(&state, &directory, &visitor).await?;
    let issued = copies.into_iter().filter(|row| row.pages > 0);
    let copies = issued.map(|row| (row.id.clone(), copy_name(&directory, &row), row.pages)).collect();
    let frame = frame.titled(format!("{}, страница {page}", known.name)).under("Сканы листов", "/office/scans");
    let address = format!("/office/scan-pages/{file}/{page}");
    answer::page(&PagePage {
        frame,
        picture: format!("{address}/picture?place={}", row.at.place),
        address,
        place: row.at.place,
        said: Verdict::parse(&row.outcome).and_then(Verdict::said).unwrap_or_default(),
        copies,
        signs: !state.house.db.list_open_paper_stages().await?.is_empty(),
        today: state.now().date_naive().to_string(),
    })
}

/// What the person says.
#[derive(Debug, Deserialize)]
pub(super) struct Decided {
    place: u32,
    #[serde(default)]
    copy: String,
    #[serde(default)]
    leaf: String,
    #[serde(default)]
    signed_on: String,
    #[serde(default)]
    none: String,
}

/// `POST /office/scan-pages/{file}/{page}`.
pub(super) async fn decide(
    State(state): State<WebState>,
    visitor: Visitor,
    Path((file, page)): Path<(String, u32)>,
    Form(said): Form<Decided>,
) -> Result<Response, Refusal> {
    let row = open(&state, &file, page, said.place).await?;
    let act = state.act(&visitor.account);
    if !said.none.is_empty() {
        scans::decide(&state.house, &row.at, &Leaf::default(), None, &act).await.map(drop).or_else(as_it_is)?;
        return Ok(answer::done("/office/scans", "Страница отложена: это не лист копии."));
    }
    let last = state.house.db.list_versions(&said.copy).await?.pop().ok_or(Refusal::NotFound)?;
    let leaf: u32 = said.leaf.trim().parse().unwrap_or_default();
    if leaf == 0 {
        return Err(Refusal::Rule("Укажите номер страницы копии: он напечатан вверху листа".to_owned()));
    }
    let wish = Leaf { copy: last.id.clone(), version: last.version, sheet: 0, leaf };
    let signed_on = match said.signed_on.trim() {
        "" => None,
        day => Some(day.parse::<chrono::NaiveDate>().map_err(|_| crate::flow::Error::Paper(paper::Refusal::NoDay))?),
    };
    let settled = scans::decide(&state.house, &row.at, &wish, signed_on, &act).await?;
    jobs::queue(&state.house, &Work::CompareScans { files: vec![file] }, &act).await?;
    state.ops.wake.notify_one();
    let said = format!("Страница {leaf} положена к копии {}.{}", last.id, super::copy::settled_words(&settled));
    Ok(answer::done("/office/scans", &said))
}

/// A page that counts for nothing already is put aside by being seen once more: a second press does no harm.
fn as_it_is(error: crate::flow::Error) -> Result<(), crate::flow::Error> {
    match error {
        crate::flow::Error::Scan(scans::Refusal::AsItIs) => Ok(()),
        other => Err(other),
    }
}

/// `GET /office/scan-pages/{file}/{page}/picture`.
pub(super) async fn picture(
    State(state): State<WebState>,
    Path((file, page)): Path<(String, u32)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    open(&state, &file, page, place(&asked)).await?;
    Ok(jpeg(&drawn(&state, &file, page).await?, SIDE))
}
