//! Files of the file plan, their volumes and inventories, and what the forms say of the school. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::segment;
use super::Fields;
use crate::domain::forms::day;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::office::forms::volumes_of;
use crate::flow::{Act, office};

/// Requisite that holds the day of the last check of the archive.
pub(super) use crate::flow::office::CHECKED;

struct VolumeLine {
    index: String,
    title: String,
    no: u32,
    documents: usize,
    sheets: String,
    query: String,
}

#[derive(Template)]
#[template(path = "office/files.html", config = "src/web/askama.toml")]
struct FilesPage {
    frame: Frame,
    year: String,
    calendar: i32,
    volumes: Vec<VolumeLine>,
    requisites: Vec<(&'static str, &'static str, String)>,
    checked: String,
    keeps: bool,
}

/// `GET /office/files`.
pub(super) async fn files(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let act = Act { by: visitor.account.clone(), at: state.now() };
    let year = directory.year.clone();
    let volumes = if year.is_empty() { Vec::new() } else { volumes_of(&state.house, &year, &act).await? };
    let lines = volumes.iter().map(|volume| VolumeLine {
        index: volume.file.index.clone(),
        title: volume.file.title.clone(),
        no: volume.no,
        documents: volume.file.documents.len(),
        sheets: words::SHEET.counted(volume.sheets.into()),
        query: format!(
            "file={}&volume={}&title={}",
            segment(&volume.file.index),
            volume.no,
            segment(&volume.file.title)
        ),
    });
    let known = state.house.db.list_requisites().await?;
    let requisites =
        office::REQUISITES.iter().map(|(name, label)| (*name, *label, known.get(*name).cloned().unwrap_or_default()));
    let calendar = year.split('/').nth(1).and_then(|year| year.parse().ok()).unwrap_or_default();
    let frame = frame
        .titled("Дела и описи")
        .leading("Номенклатура, тома не толще 250 листов, описи для архива. Каждую форму можно посмотреть, напечатать и выгрузить.");
    answer::page(&FilesPage {
        frame,
        year,
        calendar,
        volumes: lines.collect(),
        requisites: requisites.collect(),
        checked: known.get(CHECKED).map(|text| day(text)).unwrap_or_default(),
        keeps: !visitor.reach(Action::KeepPaper).is_empty(),
    })
}

/// `POST /office/requisites`.
pub(super) async fn set_requisites(
    State(state): State<WebState>,
    visitor: Visitor,
    body: String,
) -> Result<Response, Refusal> {
    let fields = Fields::of(&body);
    let act = Act { by: visitor.account.clone(), at: state.now() };
    office::set_requisites(&state.house, &fields.0, &act).await?;
    Ok(answer::done("/office/files", "Реквизиты записаны."))
}

/// `POST /office/check`: reads the whole archive; the act is printed from its page.
pub(super) async fn check(State(state): State<WebState>, visitor: Visitor) -> Result<Response, Refusal> {
    let act = Act { by: visitor.account.clone(), at: state.now() };
    let found = office::check(&state.house, &act).await?;
    let said = if found.faulty.is_empty() {
        format!("Проверено: {}, всё на месте и читается.", words::UNIT.counted(found.listed))
    } else {
        format!("Проверено: {}. С замечаниями: {}.", words::UNIT.counted(found.listed), found.faulty.len())
    };
    Ok(answer::done("/office/forms/condition-act", &said))
}
