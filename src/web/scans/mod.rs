//! Signed sheets of paper that come back: scans are dropped, the pile is ticked off, what could not be placed is placed by a person. Floor 3.

mod copy;
pub(super) mod differing;
mod page;
mod receiving;
mod shown;

use askama::Template;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::answer::{self, Refusal};
use super::frame::Frame;
use super::query::{Asked, segment};
use super::route::{Access, Group, Route, SubjectOf, get, post};
use super::{LARGEST_UPLOAD_BYTES, WebState};
use crate::domain::canon::Digest;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::jobs::{self, Incoming, Outcome, Work};
use crate::flow::paper;
use crate::flow::paper::stage::{Blank, PaperStage};
use crate::flow::scans::{self, Standing, Verdict};
use crate::scan::{self, Grey, Kind};
use crate::store::{JobRow, JobState, ScanFileRow, ScanPageRow};
use crate::vault::durable::write_once;

/// Room for the form's own words beside its files.
const FORM_BYTES: usize = 64 * 1024;
/// Files that the page lists: a period's.
const SHOWN_FILES: usize = 30;
/// Pages to be placed that are shown at once, each with a picture.
const SHOWN_PAGES: usize = 24;

/// Jobs among which an own reading is looked for: more than a school has open at once.
const NEWEST_JOBS: u32 = 50;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    let (house, copies) = (SubjectOf::House, SubjectOf::Copy);
    let receives = Access::Does(Action::ReceivePaper);
    // Whoever may read a copy may see what came back of it; to place and to judge is for those who receive paper.
    let reads = Access::Does(Action::ReadCopies);
    let room = LARGEST_UPLOAD_BYTES + FORM_BYTES;
    vec![
        get("/office/scans", receives, house, overview).in_menu(Group::Records, "Сканы листов").helped("scans#сканы"),
        post("/office/scans", receives, house, drop_files).taking(room),
        get(differing::ADDRESS, reads, house, differing::list).helped("scans#что-изменено-на-бумаге"),
        get("/office/scans/{copy}", reads, copies, copy::report).helped("scans#по-копии"),
        post("/office/scans/{copy}", receives, copies, copy::complete),
        get("/office/scans/{copy}/{leaf}", reads, copies, copy::leaf).helped("scans#что-изменено-на-бумаге"),
        post("/office/scans/{copy}/{leaf}", receives, copies, copy::withdraw),
        post("/office/scans/{copy}/{leaf}/looked", receives, copies, differing::looked),
        // That paper was changed is said by whoever may answer it with the next version.
        post("/office/scans/{copy}/{leaf}/grave", Access::Does(Action::IssueCopies), copies, differing::grave),
        get("/office/scans/{copy}/{leaf}/must", reads, copies, copy::must),
        get("/office/scans/{copy}/{leaf}/scan/{scan}", reads, copies, copy::picture),
        get("/office/scan-pages/{file}/{page}", receives, house, page::show).helped("scans#вручную"),
        post("/office/scan-pages/{file}/{page}", receives, house, page::decide),
        get("/office/scan-pages/{file}/{page}/picture", receives, house, page::picture),
        get("/office/receiving", receives, house, receiving::form)
            .in_menu(Group::Records, "Приём листов")
            .helped("scans#приём"),
        post("/office/receiving", receives, house, receiving::tick),
        post("/office/receiving/photo", receives, house, receiving::photo).taking(room),
    ]
}

/// A job as the page follows it.
struct Following {
    id: String,
    state: JobState,
    stage: String,
    done: u64,
    total: u64,
    outcome: Option<Outcome>,
}

impl Following {
    /// How far it is, as the page of jobs says it.
    fn figures(&self) -> String {
        super::ops::jobs::figures(self.state, self.done, self.total)
    }
}

/// A copy whose paper has begun to come back.
struct CopyLine {
    href: String,
    name: String,
    /// «12 из 14»; a dash where no page is awaited.
    found: String,
    badge: &'static str,
    said: String,
    /// Earlier versions whose sheets stay in force: words, address of their scans and words for it.
    staying: Vec<(String, String, String)>,
    /// Titles of the stages that were completed on paper, of a copy on its way.
    done: Vec<String>,
}

/// A page that a person must place.
struct Unplaced {
    href: String,
    picture: String,
    place: String,
    said: &'static str,
}

/// A file that came in.
struct FileLine {
    row: ScanFileRow,
    at: String,
}

#[derive(Template)]
#[template(path = "scans/overview.html", config = "src/web/askama.toml")]
struct OverviewPage {
    frame: Frame,
    job: Option<Following>,
    /// Own comparisons that go on, each as a part.
    comparing: Vec<String>,
    copies: Vec<CopyLine>,
    /// Pages whose scan differs and was not looked at.
    differing: usize,
    unplaced: Vec<Unplaced>,
    hidden: usize,
    files: Vec<FileLine>,
    /// Stages on paper whose scans are awaited.
    stages: Vec<StageLine>,
    today: String,
}

/// A stage on paper, as it is shown beside the scans of its copy.
pub(super) struct StageLine {
    pub(super) copy: String,
    pub(super) href: String,
    pub(super) title: String,
    /// Names of who owes a signature.
    pub(super) owes: String,
    pub(super) came: usize,
    pub(super) pages: usize,
    pub(super) missing: String,
    /// «нет страницы 3», «нет страниц 3, 7–9»; empty when all came.
    pub(super) lacks: String,
    /// «подписи не видно: лист 1», once all came; empty when each is signed.
    pub(super) blank: String,
    /// Is that only because its scans are still compared?
    pub(super) compares: bool,
    /// The pages that are to be looked at: words and address.
    pub(super) looks: Vec<(String, String)>,
    pub(super) is_turn: bool,
}

/// «подписи не видно: лист 1; скан сравнивается: листы 3, 4»: of a scan that is being compared nobody says that it was not.
fn blank_words(one: &PaperStage, is_comparing: bool) -> String {
    if !is_comparing {
        return one.blank_words();
    }
    let part = |said: &str, is_compared: bool| {
        let of = one.blank.iter().filter(|blank| blank.is_compared == is_compared);
        let mut sheets: Vec<u32> = of.map(|blank| blank.sheet).collect();
        sheets.sort_unstable();
        sheets.dedup();
        let noun = if sheets.len() == 1 { "лист" } else { "листы" };
        (!sheets.is_empty()).then(|| format!("{said}: {noun} {}", scans::listed(&sheets)))
    };
    let parts = part("подписи не видно", true).into_iter().chain(part("скан сравнивается", false));
    parts.collect::<Vec<_>>().join("; ")
}

/// `is_comparing`: are scans of this copy compared at the moment, or wait for it?
pub(super) fn stage_line(name: &str, standing: &Standing, one: &PaperStage, is_comparing: bool) -> StageLine {
    let look = |blank: &Blank| {
        let href = format!("/office/scans/{}/{}", segment(&standing.copy.id), blank.leaf);
        (format!("лист {}, страница {}", blank.sheet, blank.leaf), href)
    };
    StageLine {
        copy: name.to_owned(),
        href: format!("/office/scans/{}", segment(&standing.copy.id)),
        title: one.title.clone(),
        owes: one.owes.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", "),
        came: one.pages.len() - one.missing.len(),
        pages: one.pages.len(),
        missing: scans::listed(&one.missing),
        lacks: lacking(&one.missing),
        blank: if one.missing.is_empty() { blank_words(one, is_comparing) } else { String::new() },
        compares: is_comparing && !one.blank.iter().any(|blank| blank.is_compared),
        looks: one.blank.iter().map(look).collect(),
        is_turn: one.is_turn,
    }
}

/// `GET /office/scans`.
async fn overview(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let comparing = super::ops::jobs::running(&state, &visitor, &[Work::COMPARE_SCANS]).await?;
    let directory = state.directory().await?;
    let differing = differing::unseen(&state, &directory, &visitor).await?.len();
    let standings = scans::overview(&state.house).await?;
    let mut copies = Vec::new();
    for standing in &standings {
        let done = paper::stage::done(&state.house, &standing.copy).await?;
        copies.push(copy_line(&directory, standing, done));
    }
    let mut stages = Vec::new();
    let newest = state.house.db.list_jobs(NEWEST_JOBS).await?;
    for opened in state.house.db.list_open_paper_stages().await? {
        let standing = scans::standing(&state.house, &opened.copy, Some(opened.version)).await?;
        let name = copy_name(&directory, &standing.copy);
        let of_copy = paper::stage::standing(&state.house, &standing).await?;
        let open = of_copy.iter().filter(|one| one.id == opened.stage && !one.owes.is_empty());
        let is_comparing = !shown::comparing(&newest, &standing).is_empty();
        stages.extend(open.map(|one| stage_line(&name, &standing, one, is_comparing)));
    }
    let files = state.house.db.list_scan_files().await?;
    let decided = state.house.db.list_scan_decisions().await?;
    let rows = state.house.db.list_scan_pages_unfiled().await?;
    let open: Vec<&ScanPageRow> = rows.iter().filter(|row| !decided.iter().any(|one| one.at == row.at)).collect();
    let unplaced: Vec<Unplaced> = open.iter().take(SHOWN_PAGES).map(|row| unplaced(row, &files)).collect();
    let hidden = open.len() - unplaced.len();
    let files = files.into_iter().take(SHOWN_FILES);
    let files = files.map(|row| FileLine { at: words::moment_short(&row.received_at), row }).collect();
    // Read last: what its answer tells is then in the lists as well.
    let job = following(&state, &visitor, asked.value("job")).await?;
    let frame = frame
        .titled("Сканы листов")
        .leading("Подписанные листы возвращаются сканами: программа узнаёт каждый по QR-коду и кладёт к своей копии.");
    answer::page(&OverviewPage {
        frame,
        job,
        comparing,
        copies,
        differing,
        unplaced,
        hidden,
        files,
        stages,
        today: state.now().date_naive().to_string(),
    })
}

/// A person who closed the page and comes back finds the own reading that still goes on.
fn open_reading(newest: Vec<JobRow>, account: &str) -> Option<JobRow> {
    let own = |row: &JobRow| row.kind == Work::READ_SCANS && row.created_by == account;
    newest.into_iter().find(|row| own(row) && !row.state.is_over())
}

async fn following(state: &WebState, visitor: &Visitor, id: &str) -> Result<Option<Following>, Refusal> {
    let row = match id {
        "" => open_reading(state.house.db.list_jobs(NEWEST_JOBS).await?, &visitor.account),
        id if id.contains('\0') => None,
        id => state.house.db.find_job(id).await?.filter(|row| row.created_by == visitor.account),
    };
    Ok(row.map(|row| Following {
        outcome: jobs::outcome(&row),
        id: row.id,
        state: row.state,
        stage: row.stage,
        done: row.done,
        total: row.total,
    }))
}

/// `done`: titles of the stages that were completed on paper.
fn copy_line(directory: &super::directory::Directory, standing: &Standing, done: Vec<String>) -> CopyLine {
    let (missing, doubled) = (standing.missing(), standing.doubled());
    let badge = match (missing.is_empty(), doubled.is_empty()) {
        (true, _) => "ok",
        (false, _) => "wait",
    };
    CopyLine {
        href: match standing.is_last {
            true => format!("/office/scans/{}", segment(&standing.copy.id)),
            false => format!("/office/scans/{}?version={}", segment(&standing.copy.id), standing.copy.version),
        },
        name: copy_name(directory, &standing.copy),
        found: match standing.awaited() {
            0 => "—".to_owned(),
            pages => format!("{} из {pages}", pages - missing.len()),
        },
        badge,
        said: said(standing),
        staying: shown::staying(standing),
        done,
    }
}

/// «нет страницы 3», «нет страниц 3, 7–9»; empty for none.
fn lacking(missing: &[u32]) -> String {
    match missing {
        [] => String::new(),
        [one] => format!("нет страницы {one}"),
        many => format!("нет страниц {}", scans::listed(many)),
    }
}

/// «есть сканы 12 из 14 страниц»: of a version whose paper is awaited no more.
fn came_words(standing: &Standing) -> String {
    let pages = standing.pages.len() as u64;
    let of = words::plural(pages, "страницы", "страниц", "страниц");
    format!("есть сканы {} из {pages} {of}", standing.came())
}

/// «все листы на бумаге получены», «нет страниц 3, 7–9; больше одного скана у страниц: 5».
fn said(standing: &Standing) -> String {
    let (missing, doubled) = (standing.missing(), standing.doubled());
    let mut said = match (missing.is_empty(), standing.staying.is_empty()) {
        (true, true) if standing.awaited() == 0 => "листов на бумаге не ждём".to_owned(),
        (true, true) => "все листы на бумаге получены".to_owned(),
        // Beside what stays of earlier versions.
        (true, false) if standing.awaited() == 0 => "новых листов на бумаге не ждём".to_owned(),
        (true, false) => "все новые листы на бумаге получены".to_owned(),
        (false, _) => lacking(&missing),
    };
    if !doubled.is_empty() {
        said.push_str(&format!("; больше одного скана у страниц: {}", scans::listed(&doubled)));
    }
    if standing.before > 0 {
        let old = standing.before as u64;
        said.push_str(&format!(
            "; ещё есть сканы прежних версий: {}",
            words::count(old, "страница", "страницы", "страниц")
        ));
    }
    said
}

/// «5А, I четверть, версия 1».
fn copy_name(directory: &super::directory::Directory, row: &crate::store::CopyRow) -> String {
    let period = super::records::period_name(directory, &row.year, &row.class, &row.period);
    format!("{}, {period}, версия {}", row.class, row.version)
}

fn unplaced(row: &ScanPageRow, files: &[ScanFileRow]) -> Unplaced {
    let name = files.iter().find(|file| file.digest == row.at.file).map_or("", |file| file.name.as_str());
    let address = format!("/office/scan-pages/{}/{}", row.at.file, row.at.page);
    Unplaced {
        href: format!("{address}?place={}", row.at.place),
        picture: format!("{address}/picture?place={}", row.at.place),
        place: format!("{name}, страница {}", row.at.page),
        said: Verdict::parse(&row.outcome).and_then(Verdict::said).unwrap_or_default(),
    }
}

/// `POST /office/scans`: files are kept and read by a job, which goes on when the page is closed.
async fn drop_files(State(state): State<WebState>, visitor: Visitor, request: Request) -> Result<Response, Refusal> {
    let Uploaded { given, signed_on, .. } = files_of(&state, request).await?;
    let folder = state.house.incoming();
    std::fs::create_dir_all(&folder).map_err(|error| answer::fault(&error))?;
    let mut files = Vec::new();
    for (name, bytes) in given {
        let file = Digest::of(&bytes).to_hex();
        write_once(&folder.join(&file), &bytes).map_err(|error| answer::fault(&error))?;
        files.push(Incoming { file, name });
    }
    let queued = jobs::queue(&state.house, &Work::ReadScans { files, signed_on }, &state.act(&visitor.account)).await?;
    state.ops.wake.notify_one();
    Ok(answer::redirect(&format!("/office/scans?job={}", segment(&queued.id))))
}

/// What a form of scans brought.
struct Uploaded {
    /// Files, each with its name.
    given: Vec<(String, Vec<u8>)>,
    /// Day beside the signatures, `2025-10-27`; empty when the form has none.
    signed_on: String,
    /// Copy whose sheets the page of receiving shows; empty when the form names none.
    copy: String,
}

/// Files of a form, each with its name, and the day beside the signatures.
async fn files_of(state: &WebState, request: Request) -> Result<Uploaded, Refusal> {
    let _permit = state.uploads.acquire().await.map_err(|_| Refusal::Fault)?;
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::NoFile)?;
    let mut given = Vec::new();
    let (mut taken, mut signed_on, mut copy) = (0, String::new(), String::new());
    while let Some(field) = form.next_field().await.map_err(|_| Refusal::BrokenUpload)? {
        if field.name() == Some("signed_on") {
            signed_on = field.text().await.map_err(|_| Refusal::BrokenUpload)?.trim().to_owned();
            continue;
        }
        if field.name() == Some("copy") {
            copy = field.text().await.map_err(|_| Refusal::BrokenUpload)?;
            continue;
        }
        let name = field.file_name().map(str::to_owned).unwrap_or_default();
        let bytes = field.bytes().await.map_err(|_| Refusal::TooLarge)?;
        taken += bytes.len();
        if taken > LARGEST_UPLOAD_BYTES {
            return Err(Refusal::TooLarge);
        }
        if !name.is_empty() {
            given.push((name, bytes.to_vec()));
        }
    }
    if given.is_empty() { Err(Refusal::NoFile) } else { Ok(Uploaded { given, signed_on, copy }) }
}

/// A page of a kept scan; drawing it takes a good part of a second, so it is done where it holds up nobody.
async fn drawn(state: &WebState, file: &str, page: u32) -> Result<Grey, Refusal> {
    let row = state.house.db.find_scan_file(file).await?.ok_or(Refusal::NotFound)?;
    let kind = Kind::parse(&row.kind).ok_or(Refusal::NotFound)?;
    draw(state, state.house.scan(&row.digest, kind), page).await
}

async fn draw(state: &WebState, path: std::path::PathBuf, page: u32) -> Result<Grey, Refusal> {
    // A page of twenty pictures must not draw twenty at once.
    let _permit = state.uploads.acquire().await.map_err(|_| Refusal::Fault)?;
    let work = move || {
        let bytes = std::fs::read(&path).map_err(|error| answer::fault(&error))?;
        scan::page(&bytes, page as usize).map_err(|_| Refusal::NotFound)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| answer::fault(&error))?
}

/// A picture for the page; the browser keeps it while the person works, for it never changes.
fn jpeg(picture: &Grey, longest: usize) -> Response {
    /// Small writing stays readable, a page takes some 100 KB.
    const QUALITY: u8 = 70;
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=600")];
    (headers, picture.to_jpeg(longest, QUALITY)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_comes_back_finds_the_own_reading_that_goes_on_and_nobody_elses() {
        let job = |id: &str, kind: &str, state, by: &str| JobRow {
            id: id.to_owned(),
            kind: kind.to_owned(),
            once: String::new(),
            arguments: String::new(),
            state,
            done: 0,
            total: 1,
            stage: String::new(),
            result: String::new(),
            attempts: 1,
            created_at: String::new(),
            created_by: by.to_owned(),
            started_at: String::new(),
            finished_at: String::new(),
        };
        let newest = vec![
            job("1", "backup", JobState::Running, "T1"),
            job("2", Work::READ_SCANS, JobState::Running, "T2"),
            job("3", Work::READ_SCANS, JobState::Done, "T1"),
            job("4", Work::READ_SCANS, JobState::Waiting, "T1"),
        ];
        assert_eq!(open_reading(newest.clone(), "T1").map(|row| row.id).as_deref(), Some("4"));
        assert!(open_reading(newest, "T3").is_none());
    }
}
