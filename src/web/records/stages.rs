//! Stages of a copy on paper, as its page tells them, and the sheets of an earlier version that stay in force beside it. Floor 3.

use crate::domain::copy::State as CopyState;
use crate::domain::names;
use crate::domain::route;
use crate::domain::snapshot::Snapshot;
use crate::domain::words;
use crate::flow::paper::stage;
use crate::flow::scans;
use crate::store::CopyRow;
use crate::web::WebState;
use crate::web::answer::Refusal;
use crate::web::query::segment;

/// Do the school's rules have paper today?
pub(super) async fn takes_paper(state: &WebState) -> Result<bool, Refusal> {
    let today = state.now();
    let policy = crate::flow::policy::of_act(&state.house, &state.act("")).await?;
    Ok(policy.paper(today.date_naive()).is_none_or(|said| !said.has("no")))
}

/// Places of the open stage that somebody else may fill on paper.
pub(super) fn on_paper(snapshot: &Snapshot, stands: &[route::Signed], visitor: &str) -> Vec<(String, String)> {
    let Some(stage) = route::open_stage(&snapshot.route, stands) else { return Vec::new() };
    let missing = route::missing(stage, stands);
    let others =
        stage.signers.iter().filter(|signer| missing.contains(&signer.person.id) && signer.person.id != visitor);
    others
        .map(|signer| {
            let person = &signer.person;
            let name = names::short_name(&person.surname, &person.given_name, &person.patronymic);
            (format!("{}/{}", stage.id, person.id), format!("{name}, {}", words::lowered(&signer.office)))
        })
        .collect()
}

/// A stage and words about it.
type Told = Vec<(String, String)>;

/// Stages that may still go on paper, and those that are signed there with how many of their pages came.
pub(super) async fn paper_stages(
    state: &WebState,
    snapshot: &Snapshot,
    row: &CopyRow,
    stands: &[route::Signed],
    takes_paper: bool,
) -> Result<(Told, Told), Refusal> {
    if row.state != CopyState::Issued {
        return Ok((Vec::new(), Vec::new()));
    }
    let opened = state.house.db.list_paper_stages(&row.id, row.version).await?;
    let free = snapshot.route.iter().filter(|stage| takes_paper && !opened.iter().any(|one| one.stage == stage.id));
    let free = free.filter(|stage| !route::missing(stage, stands).is_empty());
    let free = free.map(|stage| (stage.id.clone(), stage.title.clone())).collect();
    if opened.is_empty() {
        return Ok((free, Vec::new()));
    }
    let standing = scans::standing(&state.house, &row.id, Some(row.version)).await?;
    let open = stage::standing(&state.house, &standing).await?;
    let open = open.iter().filter(|one| !one.owes.is_empty());
    let told = open.map(|one| {
        let came = one.pages.len() - one.missing.len();
        let came = match (came, one.missing.is_empty()) {
            (_, true) if !one.blank.is_empty() => format!("пришли все, но {}", one.blank_words()),
            (_, true) => "пришли все".to_owned(),
            // All of them are named before the colon.
            (0, false) => "ни одной ещё не пришло".to_owned(),
            (came, false) => format!("пришло {came}, нет: {}", scans::listed(&one.missing)),
        };
        (one.title.clone(), format!("страницы {}: {came}", scans::listed(&one.pages)))
    });
    Ok((free, told.collect()))
}

/// Sheets of earlier versions, signed in ink, that stay in force beside this one: a sentence, which of them are bound with it, and the page of
/// their scans.
pub(super) async fn staying(state: &WebState, row: &CopyRow) -> Result<Vec<(String, String, String)>, Refusal> {
    if row.version < 2 || row.issued_pdf.is_empty() {
        return Ok(Vec::new());
    }
    let standing = scans::standing(&state.house, &row.id, Some(row.version)).await?;
    let line = |one: &scans::Staying| {
        let href = format!("/office/scans/{}?version={}", segment(&row.id), one.version);
        (words::capitalised(&one.said()), one.bound(), href)
    };
    Ok(standing.staying.iter().map(line).collect())
}
