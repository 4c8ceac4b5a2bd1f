//! A sheet with its pages as pictures, the differences of a version, and its next version. Floor 3.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, watch};

use crate::domain::audit::EventKind;
use crate::domain::canon::Digest;
use crate::domain::copy::{Standing, State as CopyState};
use crate::domain::desk_forms;
use crate::domain::difference::grounded_on_screen;
use crate::domain::form::Form;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::snapshot::{ChangedValue, supplement_no};
use crate::domain::words;
use crate::flow::force::Versions;
use crate::flow::office::templates;
use crate::flow::{Error, desk, issue, reissue};
use crate::store::CopyRow;
use crate::typeset::preview;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::desk::decides;
use crate::web::fields::Fields;
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};
use crate::web::records::period_name;
use crate::web::route::{Access, Route, SubjectOf, get, post};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const READS: Access = Access::Does(Action::ReadCopies);
    vec![
        get("/copies/{copy}/{version}/sheets/{no}", READS, SubjectOf::Copy, sheet).helped("records#подписание"),
        get("/copies/{copy}/{version}/pages/{page}", READS, SubjectOf::Copy, picture),
        get("/copies/{copy}/{version}/changes", READS, SubjectOf::Copy, changes).helped("records#подписание"),
        get("/copies/{copy}/{version}/changes.pdf", READS, SubjectOf::Copy, changes_pdf),
        get("/copies/{copy}/{version}/signatures.pdf", READS, SubjectOf::Copy, signatures_pdf),
        post("/copies/{copy}/reissue", Access::Does(Action::IssueCopies), SubjectOf::Copy, next_version),
    ]
}

/// Most that pictures may take of the memory, bytes: some 400 pages of 80 KB.
const MOST: usize = 32 * 1024 * 1024;

/// Widths that are drawn: a cover in a list, a page to read.
const WIDTHS: [u32; 2] = [260, 1200];

/// How often [`Pictures::keep_drawing`] looks for new covers: the teachers sign for days before who signs the whole sees the first of them.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Left to those who ask, between two pictures that nobody asked for.
const BREATH: Duration = Duration::from_millis(20);

/// Covers that are drawn unasked: more than a school of 44 classes issues in a year, and even without compression less than [`MOST`].
const AHEAD: usize = 300;

/// Pages drawn so far. They stay in memory: a picture on the disk would be one more place with learners' data.
#[derive(Debug)]
pub(in crate::web) struct Pictures {
    drawn: Mutex<Drawn>,
    /// Which page belongs to which sheet, by snapshot.
    sheets: Mutex<HashMap<Digest, Arc<Vec<usize>>>>,
    /// Drawing takes a whole core: one at a time leaves the other to the pages.
    hand: Semaphore,
}

/// What is drawn: digest of the PDF, page, width.
type Key = (Digest, usize, u32);

#[derive(Debug, Default)]
struct Drawn {
    kept: HashMap<Key, Arc<Vec<u8>>>,
    /// Oldest first.
    order: std::collections::VecDeque<Key>,
    bytes: usize,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { drawn: Mutex::default(), sheets: Mutex::default(), hand: Semaphore::new(1) }
    }
}

impl Pictures {
    fn kept(&self, key: &Key) -> Option<Arc<Vec<u8>>> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).kept.get(key).cloned()
    }

    /// Draws the covers of the copies that are being signed before anybody asks for them, until the house stops: a director's pile of 44
    /// opens at once, also at the first look after a start.
    ///
    /// From the issue on, so that no signature has to call for it; what others' pages pushed out of the memory is drawn again. Kept nowhere
    /// else: all 44 are drawn in some three seconds after a start, and a picture on the disk would have to be guarded like the PDF.
    pub(in crate::web) async fn keep_drawing(state: WebState, mut stop: watch::Receiver<bool>) {
        let mut failed = HashSet::new();
        while !*stop.borrow() {
            let round = async {
                if let Err(error) = draw_ahead(&state, &mut failed).await {
                    tracing::warn!(%error, "covers could not be drawn ahead");
                }
                tokio::time::sleep(LOOK_EVERY).await;
            };
            tokio::select! {
                () = round => {}
                _ = stop.changed() => return,
            }
        }
    }

    async fn get(&self, path: PathBuf, key: Key) -> Result<Arc<Vec<u8>>, Refusal> {
        self.draw(path, key).await.map_err(|error| answer::fault(&error))?.ok_or(Refusal::NotFound)
    }

    /// The picture, drawn unless it is kept; `None` when the file is no PDF or has no such page.
    async fn draw(&self, path: PathBuf, key: Key) -> io::Result<Option<Arc<Vec<u8>>>> {
        if let Some(kept) = self.kept(&key) {
            return Ok(Some(kept));
        }
        let _hand = self.hand.acquire().await.map_err(io::Error::other)?;
        if let Some(kept) = self.kept(&key) {
            return Ok(Some(kept));
        }
        let pdf = tokio::fs::read(&path).await?;
        let (_, page, width) = key;
        let drawn = tokio::task::spawn_blocking(move || preview::page_png(pdf, page, width)).await;
        let Some(png) = drawn.map_err(io::Error::other)?.map(Arc::new) else { return Ok(None) };
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        drawn.bytes += png.len();
        drawn.kept.insert(key, Arc::clone(&png));
        drawn.order.push_back(key);
        while drawn.bytes > MOST {
            let Some(oldest) = drawn.order.pop_front() else { break };
            if let Some(gone) = drawn.kept.remove(&oldest) {
                drawn.bytes -= gone.len();
            }
        }
        Ok(Some(png))
    }

    /// Pages of a sheet (both from 1).
    async fn pages_of(&self, state: &WebState, row: &CopyRow, no: usize) -> Result<Vec<usize>, Refusal> {
        let known = self.sheets.lock().unwrap_or_else(PoisonError::into_inner).get(&row.snapshot).cloned();
        let sheets = match known {
            Some(sheets) => sheets,
            None => {
                let snapshot = state.house.db.load_snapshot(row.snapshot).await?;
                let read = tokio::task::spawn_blocking(move || preview::sheets_of_pages(&snapshot)).await;
                let sheets = read.map_err(|error| answer::fault(&error))?.map_err(|error| answer::fault(&error))?;
                let sheets = Arc::new(sheets);
                let mut kept = self.sheets.lock().unwrap_or_else(PoisonError::into_inner);
                kept.insert(row.snapshot, Arc::clone(&sheets));
                sheets
            }
        };
        Ok((1..).zip(sheets.iter()).filter(|(_, sheet)| **sheet == no).map(|(page, _)| page).collect())
    }
}

/// Draws the covers that are not drawn yet, one after another. A file that cannot be drawn is not tried twice.
async fn draw_ahead(state: &WebState, failed: &mut HashSet<Digest>) -> Result<(), Error> {
    let copies = state.waiting.at(&state.house, state.house.db.moved().await?.copies).await?;
    let issued = copies.iter().map(|copy| &copy.row).filter(|row| row.state == CopyState::Issued).take(AHEAD);
    let covers: Vec<(Digest, PathBuf)> = issued
        .filter_map(|row| {
            let digest = row.issued_pdf.parse::<Digest>().ok()?;
            Some((digest, state.house.issued_pdf(&row.id, row.version, digest)))
        })
        .collect();
    for (digest, path) in covers {
        let key = (digest, 1, WIDTHS[0]);
        if failed.contains(&digest) || state.pictures.kept(&key).is_some() {
            continue;
        }
        match state.pictures.draw(path, key).await {
            Ok(Some(_)) => {}
            // The desk says that the file is gone; when it is put back, its cover is drawn.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => {
                failed.insert(digest);
                let error = other.err();
                tracing::warn!(pdf = %digest, ?error, "a cover could not be drawn");
            }
        }
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}

async fn find(state: &WebState, copy: &str, version: u32) -> Result<CopyRow, Refusal> {
    let rows = state.house.db.list_versions(copy).await?;
    rows.into_iter().find(|row| row.version == version && !row.issued_pdf.is_empty()).ok_or(Refusal::NotFound)
}

/// `GET /copies/{copy}/{version}/pages/{page}?width=260`: a page of the issued PDF as a picture.
async fn picture(
    State(state): State<WebState>,
    Path((copy, version, page)): Path<(String, u32, usize)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let row = find(&state, &copy, version).await?;
    let digest: Digest = row.issued_pdf.parse().map_err(|_| Refusal::NotFound)?;
    let width = asked.value("width").parse().unwrap_or(WIDTHS[1]);
    if !WIDTHS.contains(&width) {
        return Err(Refusal::NotFound);
    }
    let path = state.house.issued_pdf(&row.id, row.version, digest);
    let png = state.pictures.get(path, (digest, page, width)).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png.as_ref().clone()).into_response())
}

#[derive(Template)]
#[template(path = "desk/sheet.html", config = "src/web/askama.toml")]
struct SheetPage {
    frame: Frame,
    pages: Vec<(usize, String)>,
    digest: String,
    remarks: Vec<desk::Remark>,
    pdf: String,
    before: String,
    after: String,
    name: String,
    replaced: Option<Replaced>,
}

/// What stands above a version wherever it is shown, unless it is the only one that may be meant.
pub(in crate::web) struct Replaced {
    pub(in crate::web) version: u32,
    /// The later version; 0 above the last.
    pub(in crate::web) by: u32,
    /// The version in force; 0 while none is sealed.
    pub(in crate::web) in_force: u32,
    pub(in crate::web) href: String,
    /// «ЗАМЕНЕНА» of a copy, «ЗАМЕНЁН» of a supplement.
    pub(in crate::web) stamp: &'static str,
}

impl Replaced {
    /// As the rule has it ([`crate::domain::copy::standing`]).
    pub(in crate::web) fn of(row: &CopyRow, versions: &Versions) -> Option<Self> {
        let (by, in_force) = match versions.standing(&row.id, row.version) {
            Standing::InForce { next: None } | Standing::Coming { in_force: None } => return None,
            Standing::InForce { next: Some(next) } => (next, row.version),
            Standing::Coming { in_force: Some(held) } => (0, held),
            Standing::Replaced { by, in_force } => (by, in_force.unwrap_or_default()),
        };
        let stamp = if supplement_no(&row.id).is_some() { "ЗАМЕНЁН" } else { "ЗАМЕНЕНА" };
        Some(Self { version: row.version, by, in_force, href: format!("/copies/{}", segment(&row.id)), stamp })
    }

    /// Did another version take its place?
    pub(in crate::web) fn is_gone(&self) -> bool {
        self.by > 0 && !self.holds()
    }

    /// Is it in force, though a later one is being made?
    pub(in crate::web) fn holds(&self) -> bool {
        self.in_force == self.version
    }
}

/// `GET /copies/{copy}/{version}/sheets/{no}`: the sheet as it will be signed. Opening it is the look that the desk remembers.
async fn sheet(
    State(state): State<WebState>,
    Path((copy, version, no)): Path<(String, u32, usize)>,
    visitor: Visitor,
    frame: Frame,
) -> Result<Response, Refusal> {
    let row = find(&state, &copy, version).await?;
    let paper = state.house.papers.get(&state.house, row.snapshot).await?;
    let sheet = no.checked_sub(1).and_then(|at| paper.sheets.get(at)).ok_or(Refusal::NotFound)?;
    desk::note_seen(&state.house, &visitor.account, &row, &[sheet.id.as_str()], state.now()).await?;
    let base = format!("/copies/{}/{version}", segment(&row.id));
    let pages = state.pictures.pages_of(&state, &row, no).await?;
    let mut remarks = desk::remarks(&state.house, &row).await?;
    remarks.retain(|one| one.sheet == sheet.name || one.sheet.is_empty());
    let directory = state.directory().await?;
    let period = period_name(&directory, &row.year, &row.class, &row.period);
    let frame = frame.titled(format!("{} класс: {}", row.class, sheet.name)).leading(match supplement_no(&row.id) {
        Some(of) => {
            format!("{period}, дополнительный лист № {of}: лист {no} из {}, версия {version}", paper.sheets.len())
        }
        None => format!("{period}, лист {no} из {}, версия {version}", paper.sheets.len()),
    });
    // Who signs comes from the desk, others from the copy.
    let frame = if frame.opens("/desk") {
        frame.under("Подписание", "/desk")
    } else {
        frame
            .under("Копии", "/copies")
            .under(format!("{}, {period}", row.class), format!("/copies/{}", segment(&row.id)))
    };
    answer::page(&SheetPage {
        replaced: Replaced::of(&row, &Versions::of_copy(&state.house, &row.id).await?),
        pages: pages.into_iter().map(|page| (page, format!("{base}/pages/{page}"))).collect(),
        digest: sheet.digest.to_hex(),
        name: sheet.name.clone(),
        pdf: format!("{base}/issued.pdf"),
        before: if no > 1 { format!("{base}/sheets/{}", no - 1) } else { String::new() },
        after: if no < paper.sheets.len() { format!("{base}/sheets/{}", no + 1) } else { String::new() },
        remarks,
        frame,
    })
}

#[derive(Template)]
#[template(path = "desk/changes.html", config = "src/web/askama.toml")]
struct ChangesPage {
    frame: Frame,
    replaced: Option<Replaced>,
    /// The first version: there is none before it.
    alone: bool,
    ground: String,
    changes: Vec<ChangedValue>,
    remarks: Vec<desk::Remark>,
    /// «Замечания к версии 1».
    remarked: String,
    /// Which signatures stay in force and which sheets are signed anew; none where nothing is compared forwards.
    signatures: Option<super::next::Signatures>,
    /// Where the same stands as PDF.
    pdf: String,
}

/// The version compared with: the one asked for, else the one before.
fn compared_with(asked: &Asked, version: u32) -> Result<u32, Refusal> {
    match asked.value("from") {
        "" => Ok(version.saturating_sub(1).max(1)),
        from => from.parse().map_err(|_| Refusal::NotFound),
    }
}

/// What two versions differ in, and the remarks that led from one to the other.
async fn compared(
    state: &WebState,
    row: &CopyRow,
    from: u32,
) -> Result<(desk::Differences, Vec<desk::Remark>), Refusal> {
    let found = desk::differences(&state.house, &row.id, from, row.version).await?;
    let mut remarks = desk::remarks(&state.house, row).await?;
    remarks.retain(|one| (from.min(row.version)..from.max(row.version)).contains(&one.version));
    Ok((found, remarks))
}

/// `GET /copies/{copy}/{version}/changes?from=1`: what the version changed against the one before, or against any other.
async fn changes(
    State(state): State<WebState>,
    Path((copy, version)): Path<(String, u32)>,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let rows = state.house.db.list_versions(&copy).await?;
    let row = rows.into_iter().find(|row| row.version == version).ok_or(Refusal::NotFound)?;
    let replaced = Replaced::of(&row, &Versions::of_copy(&state.house, &row.id).await?);
    let from = compared_with(&asked, version)?;
    let (found, remarks) = compared(&state, &row, from).await?;
    let directory = state.directory().await?;
    let period = period_name(&directory, &row.year, &row.class, &row.period);
    let alone = from == version;
    let (title, told) = match alone {
        true => (format!("Отличия версии {version}"), String::new()),
        false => (
            format!("Отличия версии {version} от версии {from}"),
            format!(": {}", words::count(found.rows.len() as u64, "отличие", "отличия", "отличий")),
        ),
    };
    let frame = frame
        .titled(title)
        .leading(format!("{} класс, {period}{told}", row.class))
        .under("Копии", "/copies")
        .under(format!("{}, {period}", row.class), format!("/copies/{}", segment(&row.id)));
    let pdf = format!("changes.pdf?from={from}");
    let signatures = match from < version {
        true => Some(super::next::signatures(&state, &row, from).await?),
        false => None,
    };
    answer::page(&ChangesPage {
        remarked: remarked(&remarks, &found.rows),
        replaced,
        alone,
        changes: grounded_on_screen(&found.rows, &found.ground),
        ground: found.ground,
        remarks,
        signatures,
        pdf,
        frame,
    })
}

/// What stands above the remarks: that they were followed is said only where the sheet of each of them differs.
fn remarked(remarks: &[desk::Remark], rows: &[ChangedValue]) -> String {
    // A row of a sheet with a remark has its words for a ground.
    let differs = remarks.iter().all(|one| rows.iter().any(|row| row.ground.contains(one.words.as_str())));
    let mut versions: Vec<u32> = remarks.iter().map(|one| one.version).collect();
    versions.sort_unstable();
    versions.dedup();
    match (differs, versions.as_slice()) {
        (true, _) => "Замечания, по которым исправлено".to_owned(),
        (false, [one]) => format!("Замечания к версии {one}"),
        (false, many) => format!("Замечания к версиям {}", crate::flow::scans::listed(many)),
    }
}

/// A form as PDF/A, by the school's own template where it has one.
async fn printed(state: &WebState, form: Form, name: &str) -> Result<Response, Refusal> {
    let (house, at) = (state.house.clone(), state.act("").moment());
    let made = tokio::task::spawn_blocking(move || templates::typeset(&house, &form, &at)).await;
    let made = made.map_err(|error| answer::fault(&error))??;
    let shown = format!("inline; filename=\"{name}.pdf\"");
    let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, shown)];
    Ok((headers, made.pdf).into_response())
}

/// `GET /copies/{copy}/{version}/signatures.pdf`: лист подписей.
async fn signatures_pdf(
    State(state): State<WebState>,
    Path((copy, version)): Path<(String, u32)>,
) -> Result<Response, Refusal> {
    let row = find(&state, &copy, version).await?;
    let about = desk::about(&state.house, &row).await?;
    let events = desk::events(&state.house, &row).await?;
    let form = desk_forms::signature_sheet(&about, &events, desk_forms::Bound::UpToNow);
    printed(&state, form, &format!("{copy}-v{version}-signatures")).await
}

/// `GET /copies/{copy}/{version}/changes.pdf`: the differences, typeset.
async fn changes_pdf(
    State(state): State<WebState>,
    Path((copy, version)): Path<(String, u32)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let row = find(&state, &copy, version).await?;
    let from = compared_with(&asked, version)?;
    let (found, remarks) = compared(&state, &row, from).await?;
    let remarked = remarks.iter().map(|one| desk_forms::remark_words(&one.sheet, one.category, &one.words));
    let mut notes: Vec<String> = remarked.collect();
    if from < version {
        notes.extend(super::next::signatures(&state, &row, from).await?.lines());
    }
    let about = desk::about(&state.house, &row).await?;
    let form = desk_forms::differences(&about, &found.ground, &notes, &found.rows);
    printed(&state, form, &format!("{copy}-v{version}-changes")).await
}

/// `POST /copies/{copy}/reissue`: the next version from what the journal says now, on a ground that its title page prints, issued at once.
async fn next_version(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let ground = fields.value("ground");
    if ground.is_empty() {
        return Err(Refusal::Rule("Основание новой версии не названо".to_owned()));
    }
    let last = state.house.db.list_versions(&copy).await?.pop();
    let recalled = state.house.db.find_recall(&copy).await?.is_some();
    if last.is_some_and(|last| !decides(&visitor, last.state, recalled)) {
        let said = "Эту версию подписали все: следующую выпускает директор или заместитель директора, а секретарь — когда они вернули копию на \
                    исправление";
        return Err(Refusal::Rule(said.to_owned()));
    }
    // Every form names the version that it was opened on: a press on an earlier one is not a wish for one more.
    let Ok(opened_on) = fields.value("last").parse::<u32>() else {
        return Err(Refusal::Rule("Страница устарела: обновите её и повторите".to_owned()));
    };
    let now = state.house.db.list_versions(&copy).await?.pop().ok_or(Refusal::NotFound)?;
    if opened_on < now.version {
        return Ok(answer::done(&format!("/copies/{}", segment(&now.id)), &issued_meanwhile(&state, &now).await?));
    }
    let act = state.act(&visitor.account);
    let row = match reissue::reissue_of(&state.house, &now, ground, &act).await {
        Ok(row) => row,
        Err(error) => {
            let now = state.house.db.list_versions(&copy).await?.pop();
            let meanwhile = now.filter(|now| now.version > opened_on);
            let Some(now) = meanwhile else { return Err(error.into()) };
            return Ok(answer::done(&format!("/copies/{}", segment(&now.id)), &issued_meanwhile(&state, &now).await?));
        }
    };
    issue::issue(&state.house, std::slice::from_ref(&row), &act, |_| {}).await?;
    let address = format!("/copies/{}/{}/changes", segment(&row.id), row.version);
    Ok(answer::done(&address, &format!("Выпущена версия {}; подписавшим сообщено", row.version)))
}

/// «Версия 2 уже составлена, выпускает Гранитов Р. И., 27 октября 2025 г., 12:05»: to who pressed after somebody else did.
async fn issued_meanwhile(state: &WebState, row: &CopyRow) -> Result<String, Refusal> {
    let events = state.house.db.list_events_of([EventKind::CopySuperseded, EventKind::CopySuperseded]).await?;
    let facts = events.iter().rev().filter_map(|(_, payload)| serde_json::from_str::<serde_json::Value>(payload).ok());
    let mut own = facts.filter(|facts| {
        facts["copy"].as_str() == Some(row.id.as_str()) && facts["next"].as_u64() == Some(u64::from(row.version))
    });
    let facts = own.next().unwrap_or_default();
    let directory = state.directory().await?;
    let member = directory.roster.staff_member(facts["actor"].as_str().unwrap_or_default());
    let by = member.map(|one| names::short_name(&one.surname, &one.given_name, &one.patronymic));
    let by = by.map_or_else(String::new, |name| format!(", выпускает {name}"));
    let at = facts["at"].as_str().map_or_else(String::new, |at| format!(", {}", words::moment_words(at)));
    Ok(format!("Версия {} уже составлена{by}{at}. Второй раз она не выпускается", row.version))
}
