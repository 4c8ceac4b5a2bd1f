//! A copy returned before the own turn has come: who signs later and has found an error does not wait until others have signed in vain. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{KeyLine, own_key, period_of};
use crate::domain::copy::State as CopyState;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::route::{self, Wish};
use crate::domain::statement::Category;
use crate::flow::desk;
use crate::flow::sign::signed;
use crate::store::CopyRow;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};
use crate::web::route::{Access, Route, SubjectOf, get};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const SIGNS: Access = Access::Does(Action::SignCopies);
    vec![get("/desk/return/{copy}", SIGNS, SubjectOf::Copy, show).helped("records#подписание")]
}

/// Where the person returns the last version of a copy before the turn; empty for who cannot.
pub(in crate::web) async fn early_return(state: &WebState, row: &CopyRow, person: &str) -> Result<String, Refusal> {
    Ok(place(state, row, person).await?.map_or_else(String::new, |_| address(row)))
}

/// Where a copy is returned before the turn.
pub(super) fn address(row: &CopyRow) -> String {
    format!("/desk/return/{}", segment(&row.id))
}

/// The place of the route from which a person may return a copy now, with no heed to turns.
struct Place {
    /// Stage.
    stage: String,
    /// The stage whose turn it is.
    open: String,
    /// Is that stage signed on paper? What ink of it is not on record yet goes into no next version.
    on_paper: bool,
    /// Sheets that the remark may be about: identifier and name.
    sheets: Vec<(String, String)>,
}

/// Of the last version; nothing where the person signs it no more, or their turn has come: then the desk has it.
async fn place(state: &WebState, row: &CopyRow, person: &str) -> Result<Option<Place>, Refusal> {
    if row.state != CopyState::Issued {
        return Ok(None);
    }
    let paper = state.house.papers.get(&state.house, row.snapshot).await?;
    let stands = signed(&state.house.db.list_statements(&row.id, row.version).await?);
    let wish = Wish { signer: person.to_owned(), refuses: true, ..Wish::default() };
    let Ok((stage, place)) = route::decide(&paper.route, &stands, &wish) else { return Ok(None) };
    let open = route::open_stage(&paper.route, &stands).filter(|open| open.id != stage.id);
    let papers = state.house.db.list_paper_stages(&row.id, row.version).await?;
    let named = |id: &String| paper.sheet(id).map(|sheet| (id.clone(), sheet.name.clone()));
    Ok(open.map(|open| Place {
        stage: stage.id.clone(),
        on_paper: desk::is_on_paper(&papers, row, &open.id),
        open: open.title.clone(),
        sheets: place.sheets.iter().filter_map(named).collect(),
    }))
}

#[derive(Template)]
#[template(path = "desk/early.html", config = "src/web/askama.toml")]
struct EarlyPage {
    frame: Frame,
    /// `copy/version/stage`: what the form sends back.
    key: String,
    copy: String,
    href: String,
    open: String,
    on_paper: bool,
    sheets: Vec<(String, String)>,
    /// Sheet that the visitor comes from; empty where none is named.
    chosen: String,
    categories: Vec<(&'static str, &'static str)>,
    pen: KeyLine,
}

/// `GET /desk/return/{copy}?sheet=…`: the sheet's number.
async fn show(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let row = state.house.db.list_versions(&copy).await?.pop().ok_or(Refusal::NotFound)?;
    let Some(place) = place(&state, &row, &visitor.account).await? else {
        // Their turn has come, or there is nothing to sign any more: the desk says which.
        return Ok(answer::redirect("/desk"));
    };
    let paper = state.house.papers.get(&state.house, row.snapshot).await?;
    let chosen = asked.value("sheet").parse().ok().and_then(|no: usize| paper.sheets.get(no.checked_sub(1)?));
    let chosen = chosen.map_or_else(String::new, |sheet| sheet.id.clone());
    let directory = state.directory().await?;
    let what = format!("{}, {}", row.class, period_of(&directory, &row));
    let frame = frame.titled(format!("Вернуть копию: {what}")).under("Подписание", "/desk");
    answer::page(&EarlyPage {
        frame,
        key: format!("{}/{}/{}", row.id, row.version, place.stage),
        copy: format!("{what}, версия {}", row.version),
        href: format!("/copies/{}", segment(&row.id)),
        open: place.open,
        on_paper: place.on_paper,
        chosen,
        sheets: place.sheets,
        categories: Category::ALL.into_iter().map(|one| (one.as_str(), one.as_russian())).collect(),
        pen: own_key(&state, &visitor.account).await?,
    })
}
