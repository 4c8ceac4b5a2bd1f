//! Receiving a pile: a reader types the code of each sheet, a camera or a photo gives it, and the sheet ticks off. Floor 3.

use askama::Template;
use axum::Form;
use axum::extract::{Request, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{Asked, segment};
use super::{Uploaded, copy_name, files_of};
use crate::domain::people::Visitor;
use crate::domain::words;
use crate::flow::{Error, scans};
use crate::scan;
use crate::store::Leaf;

/// A page to be ticked off.
struct Tick {
    leaf: u32,
    title: String,
    done: bool,
    last: bool,
}

/// A copy that is being received.
struct Receiving {
    id: String,
    name: String,
    done: usize,
    pages: usize,
    ticks: Vec<Tick>,
}

#[derive(Template)]
#[template(path = "scans/receiving.html", config = "src/web/askama.toml")]
struct ReceivingPage {
    frame: Frame,
    said: String,
    bad: bool,
    copy: Option<Receiving>,
    others: Vec<(String, String)>,
}

/// `GET /office/receiving?copy=…&leaf=…`: the copy received last, sheet by sheet.
pub(super) async fn form(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let last = asked.value("leaf").parse().unwrap_or(0);
    page(&state, frame, asked.value("copy"), last, (String::new(), false)).await
}

async fn page(
    state: &WebState,
    frame: Frame,
    copy: &str,
    last: u32,
    (said, bad): (String, bool),
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let mut others = Vec::new();
    let mut shown = None;
    for standing in scans::overview(&state.house).await? {
        let (name, left) = (copy_name(&directory, &standing.copy), standing.not_received().len());
        if standing.copy.id == copy {
            let tick = |page: &scans::PageStanding| Tick {
                leaf: page.leaf,
                title: page.title.clone(),
                done: !page.received_at.is_empty(),
                last: page.leaf == last,
            };
            // What an earlier version's signed sheet stands for does not come again.
            let comes = |page: &&scans::PageStanding| page.is_awaited || !page.received_at.is_empty();
            let ticks: Vec<Tick> = standing.pages.iter().filter(comes).map(tick).collect();
            shown = Some(Receiving { id: copy.to_owned(), name, done: ticks.len() - left, pages: ticks.len(), ticks });
        } else if left > 0 && left < standing.awaited() {
            let href = format!("/office/receiving?copy={}", segment(&standing.copy.id));
            others.push((href, format!("{name}: осталось {left}")));
        }
    }
    let frame = frame
        .titled("Приём листов")
        .leading("Поднесите к считывателю QR-код каждого листа стопки: лист отметится в своей копии.");
    answer::page(&ReceivingPage { frame, said, bad, copy: shown, others })
}

/// What a reader typed.
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    code: String,
    /// The copy whose sheets the page shows: a code that is not taken leaves it there.
    #[serde(default)]
    copy: String,
}

/// `POST /office/receiving`.
pub(super) async fn tick(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> Result<Response, Refusal> {
    match scans::receive(&state.house, &typed.code, &state.act(&visitor.account)).await {
        Ok(ticked) => {
            let said = told(&state, &ticked).await?;
            page(&state, frame, &ticked.leaf.copy, ticked.leaf.leaf, (said, false)).await
        }
        // A code that is not taken is told where the next one is typed: the pile goes on.
        Err(Error::Scan(refusal)) => page(&state, frame, &typed.copy, 0, (refusal.to_string(), true)).await,
        Err(other) => Err(other.into()),
    }
}

/// A sheet that is still held before the camera is read again: within so many seconds that is the same tick.
const SAME_TICK_SECONDS: i64 = 10;

async fn told(state: &WebState, ticked: &scans::Ticked) -> Result<String, Refusal> {
    let scans::Ticked { leaf, again } = ticked;
    let how = match *again && !is_just_now(state, leaf).await? {
        true => "уже отмечена раньше",
        false => "отмечена",
    };
    Ok(format!("Копия {}: страница {}, лист {} — {how}.", leaf.copy, leaf.leaf, leaf.sheet))
}

/// Was the page ticked off a few seconds ago?
async fn is_just_now(state: &WebState, leaf: &Leaf) -> Result<bool, Refusal> {
    let standing = scans::standing(&state.house, &leaf.copy, Some(leaf.version)).await?;
    let page = standing.pages.iter().find(|page| page.leaf == leaf.leaf);
    let at = page.and_then(|page| words::moment_of(&page.received_at));
    Ok(at.is_some_and(|at| (state.now() - at).num_seconds() < SAME_TICK_SECONDS))
}

/// `POST /office/receiving/photo`: a photo of one or several sheets, for a browser that reads no codes by itself.
pub(super) async fn photo(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    request: Request,
) -> Result<Response, Refusal> {
    let Uploaded { given, copy: shown, .. } = files_of(&state, request).await?;
    let read = move || {
        let (mut texts, mut strange) = (Vec::new(), Vec::new());
        for (name, bytes) in given {
            let read = scan::pages(&bytes, |_, _, page| {
                texts.extend(page.iter().flat_map(scan::codes).map(|found| found.text));
                true
            });
            if read.is_err() {
                strange.push(name);
            }
        }
        (texts, strange)
    };
    let (texts, strange) = tokio::task::spawn_blocking(read).await.map_err(|error| answer::fault(&error))?;
    let act = state.act(&visitor.account);
    let (mut said, mut bad, mut last) = (Vec::new(), texts.is_empty() || !strange.is_empty(), None);
    for text in texts {
        match scans::receive(&state.house, &text, &act).await {
            Ok(ticked) => {
                said.push(told(&state, &ticked).await?);
                last = Some(ticked.leaf);
            }
            Err(Error::Scan(refusal)) => {
                bad = true;
                said.push(refusal.to_string());
            }
            Err(other) => return Err(other.into()),
        }
    }
    if !strange.is_empty() {
        let names = strange.join(", ");
        said.push(format!("Не читается: {names}. Берутся снимки JPEG и PNG и файлы PDF."));
    }
    if said.is_empty() {
        said.push("На снимке нет кода листа, который читается: снимите лист ближе и прямее.".to_owned());
    }
    let (copy, leaf) = last.map_or((shown, 0), |leaf| (leaf.copy, leaf.leaf));
    page(&state, frame, &copy, leaf, (said.join(" "), bad)).await
}
