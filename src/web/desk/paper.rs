//! Places of a route filled on paper: recorded by who saw the ink, with its day and a scan. Floor 3.

use axum::extract::{Multipart, Path, State};
use axum::response::Response;

use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::paper::{self, Seen};
use crate::flow::scans;
use crate::store::CopyRow;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::fields::Fields;
use crate::web::query::segment;
use crate::web::route::{Access, Route, SubjectOf, post};

/// The largest scan, bytes: some pages at 300 dots an inch.
const LARGEST_SCAN: usize = 20 * 1024 * 1024;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const ISSUES: Access = Access::Does(Action::IssueCopies);
    vec![
        post("/copies/{copy}/ink", ISSUES, SubjectOf::Copy, record).taking(LARGEST_SCAN + 64 * 1024),
        post("/copies/{copy}/paper-stage", ISSUES, SubjectOf::Copy, open),
    ]
}

/// Copies among these on whose scans something differs that nobody has looked at: «5А, I четверть: 2 страницы» and the page of their scans.
pub(in crate::web) async fn open_scans(
    state: &WebState,
    directory: &Directory,
    signed: &[&CopyRow],
) -> Result<Vec<(String, String)>, Refusal> {
    if signed.is_empty() {
        return Ok(Vec::new());
    }
    let unseen = scans::unseen(&state.house).await?;
    let pages = |row: &CopyRow| {
        unseen.iter().filter(|one| (&one.copy.id, one.copy.version) == (&row.id, row.version)).count() as u64
    };
    let open = signed.iter().map(|row| (row, pages(row))).filter(|(_, pages)| *pages > 0);
    let told = open.map(|(row, pages)| {
        let pages = words::count(pages, "страница", "страницы", "страниц");
        let said = format!("{}, {}: {pages}", row.class, super::period_of(directory, row));
        (said, format!("/office/scans/{}", segment(&row.id)))
    });
    Ok(told.collect())
}

/// `POST /copies/{copy}/paper-stage`: fields `version`, `stage`; the stage is signed on paper from now on.
async fn open(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let version = fields.value("version").parse().unwrap_or(0);
    paper::stage::open(&state.house, &copy, version, fields.value("stage"), &state.act(&visitor.account)).await?;
    let said = "Ступень подписывается на бумаге: она завершится сама, когда придут сканы всех её листов и на каждом будет видна подпись";
    Ok(answer::done(&format!("/copies/{}", segment(&copy)), said))
}

/// `POST /copies/{copy}/ink`: fields `place` (`stage/person`), `signed_on`, `scan`.
async fn record(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    form: Multipart,
) -> Result<Response, Refusal> {
    let seen = read(form).await?;
    paper::record(&state.house, &copy, &seen, &state.act(&visitor.account)).await?;
    Ok(answer::done(&format!("/copies/{}", segment(&copy)), "Подпись на бумаге отмечена вашим заявлением"))
}

async fn read(mut form: Multipart) -> Result<Seen, Refusal> {
    let mut seen = Seen::default();
    let broken = |_| Refusal::BrokenUpload;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default().to_owned().as_str() {
            "place" => {
                let place = field.text().await.map_err(broken)?;
                let (stage, signer) = place.split_once('/').ok_or(Refusal::NotFound)?;
                (seen.stage, seen.signer) = (stage.to_owned(), signer.to_owned());
            }
            "version" => seen.version = field.text().await.map_err(broken)?.parse().unwrap_or(0),
            "signed_on" => seen.signed_on = field.text().await.map_err(broken)?.trim().to_owned(),
            "scan" => seen.scan = field.bytes().await.map_err(broken)?.to_vec(),
            _ => {}
        }
    }
    if seen.scan.len() > LARGEST_SCAN {
        return Err(Refusal::Rule("Скан больше 20 МБ: сохраните его с меньшим разрешением".to_owned()));
    }
    Ok(seen)
}
