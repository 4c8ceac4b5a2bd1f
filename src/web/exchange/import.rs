//! Import: files are checked first, shown with everything that is wrong and everything that would differ, and only then taken. Floor 3.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{FromRequest, Multipart, Query, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::{LARGEST_UPLOAD_BYTES, WebState, query};
use super::act;
use crate::bundle::{BundleFile, Told, example as workbook};
use crate::domain::finding::Severity;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::exchange::{self, Preview, RowDifference, Wish, staged};
use crate::flow::import::Outcome;
use crate::flow::{Act, House, change};
use crate::store::{ChangeFilter, ImportRow};

/// Findings on one page: more are counted, and the corrected file shows them next time.
const MOST_FINDINGS: usize = 200;

/// One import of the history.
struct Past {
    no: u64,
    at: String,
    by: String,
    year: String,
    mode: &'static str,
    files: String,
    rows: String,
    digest: String,
    /// May it be undone: the last one, with lines in the history?
    may_undo: bool,
}

#[derive(Template)]
#[template(path = "exchange/import.html", config = "src/web/askama.toml")]
struct ImportPage {
    frame: Frame,
    past: Vec<Past>,
}

/// `GET /exchange/import`.
pub(in super::super) async fn form(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
) -> Result<Response, Refusal> {
    let rows = state.house.db.list_imports().await?;
    let names = change::names(&state.house).await?;
    let may = !visitor.reach(Action::UndoChanges).is_empty();
    let mut past = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        let may_undo = may && place == 0 && !lines(&state.house, &row).await?.is_empty();
        past.push(shown(row, &names, may_undo));
    }
    let frame =
        frame.titled("Загрузка данных").leading("Файлы сначала проверяются: до подтверждения ничего не записывается.");
    answer::page(&ImportPage { frame, past })
}

fn shown(row: ImportRow, names: &change::Names, may_undo: bool) -> Past {
    let files: Vec<serde_json::Value> = serde_json::from_str(&row.files).unwrap_or_default();
    let files: Vec<&str> = files.iter().filter_map(|file| file["name"].as_str()).collect();
    let files = match files.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} и ещё {}", rest.len()),
    };
    Past {
        no: row.no,
        at: words::moment(&row.imported_at),
        by: names.person(&row.imported_by),
        year: row.year,
        mode: if row.mode == "whole" { "весь год" } else { "добавление" },
        files,
        rows: format!("+{} ~{} −{}", row.rows_new, row.rows_changed, row.rows_gone),
        digest: row.digest.chars().take(16).collect(),
        may_undo,
    }
}

/// Lines of the history that an import made.
async fn lines(house: &House, row: &ImportRow) -> Result<Vec<u64>, Refusal> {
    let filter = ChangeFilter { event: Some(row.event), ..ChangeFilter::default() };
    Ok(house.db.list_changes(&filter).await?.into_iter().map(|change| change.seq).collect())
}

/// `POST /exchange/import`: files come, are kept for an hour, and their dry run is shown.
pub(in super::super) async fn receive(
    State(state): State<WebState>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Refusal> {
    let _permit = state.uploads.acquire().await.map_err(|_| Refusal::Fault)?;
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::NoFile)?;
    let mut given: Vec<(String, Vec<u8>)> = Vec::new();
    let mut mode = String::new();
    let mut taken = 0;
    while let Some(field) = form.next_field().await.map_err(|_| Refusal::BrokenUpload)? {
        let name = field.file_name().map(str::to_owned).unwrap_or_default();
        let is_mode = field.name() == Some("mode");
        let bytes = field.bytes().await.map_err(|_| Refusal::TooLarge)?;
        taken += bytes.len();
        if taken > LARGEST_UPLOAD_BYTES {
            return Err(Refusal::TooLarge);
        }
        if is_mode {
            mode = String::from_utf8_lossy(&bytes).into_owned();
        } else if !name.is_empty() {
            given.push((name, bytes.to_vec()));
        }
    }
    if given.is_empty() {
        return Err(Refusal::NoFile);
    }
    let files = exchange::opened(given).map_err(|error| Refusal::Rule(error.to_string()))?;
    let token = staged::keep(&state.house, &files, &act(&state, &visitor))?;
    let mode = if matches!(mode.as_str(), "whole" | "add") { mode } else { String::new() };
    Ok(answer::redirect(&format!("/exchange/preview?upload={token}&mode={mode}")))
}

/// Which upload, and how it is wanted.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Asked {
    upload: String,
    #[serde(default)]
    mode: String,
}

impl Asked {
    fn wish(&self) -> Wish {
        let whole = match self.mode.as_str() {
            "whole" => Some(true),
            "add" => Some(false),
            _ => None,
        };
        Wish { whole, year: None }
    }
}

/// One table's differences for the page.
struct Differing {
    table: &'static str,
    new: usize,
    changed: usize,
    gone: usize,
    rows: Vec<Row>,
    more: usize,
}

struct Row {
    kind: &'static str,
    key: String,
    cells: Vec<(String, String, String)>,
}

struct Finding {
    weight: &'static str,
    class: &'static str,
    place: String,
    message: String,
    expected: String,
    found: String,
    row: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "exchange/preview.html", config = "src/web/askama.toml")]
struct PreviewPage {
    frame: Frame,
    upload: String,
    mode: String,
    preview: Preview,
    findings: Vec<Finding>,
    hidden: usize,
    errors: usize,
    differing: Vec<Differing>,
}

/// `GET /exchange/preview`.
pub(in super::super) async fn preview(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let act = act(&state, &visitor);
    let files = kept(&state.house, &asked.upload, &act)?;
    let wish = asked.wish();
    let house = state.house.clone();
    let preview =
        apart(house, move |house| async move { exchange::preview(&house, &files, &wish, &act).await }).await?;
    let errors = preview.told.iter().filter(|told| told.finding.severity >= Severity::Error).count();
    let mut told: Vec<&Told> = preview.told.iter().collect();
    told.sort_by_key(|told| std::cmp::Reverse(told.finding.severity));
    let findings: Vec<Finding> = told.iter().take(MOST_FINDINGS).map(|told| finding(told)).collect();
    let hidden = told.len() - findings.len();
    let differing = preview.differences.iter().map(differing).collect();
    let title =
        if preview.clean { "Файлы проверены" } else { "Файлы нужно исправить" };
    let frame = frame.titled(title).under("Загрузка данных", "/exchange/import");
    answer::page(&PreviewPage {
        frame,
        upload: asked.upload,
        mode: asked.mode,
        findings,
        hidden,
        errors,
        differing,
        preview,
    })
}

fn finding(told: &Told) -> Finding {
    let (weight, class) = match told.finding.severity {
        Severity::Note => ("к сведению", "plain"),
        Severity::Warning => ("внимание", "wait"),
        Severity::Error | Severity::Unchecked => ("ошибка", "bad"),
    };
    Finding {
        weight,
        class,
        place: told.finding.place.clone(),
        message: told.finding.message.clone(),
        expected: told.finding.expected.clone(),
        found: told.finding.found.clone(),
        row: told.row.iter().filter(|(_, cell)| !cell.is_empty()).cloned().collect(),
    }
}

fn differing(difference: &exchange::TableDifference) -> Differing {
    let row = |row: &RowDifference| Row {
        kind: match row.kind {
            "new" => "новая",
            "gone" => "исчезнет",
            _ => "изменится",
        },
        key: row.key.join(" "),
        cells: row
            .cells
            .iter()
            .map(|(column, old, new)| (change::heading(difference.table, column), old.clone(), new.clone()))
            .collect(),
    };
    let all = difference.new + difference.changed + difference.gone;
    Differing {
        table: change::table_words(difference.table),
        new: difference.new,
        changed: difference.changed,
        gone: difference.gone,
        more: all - difference.shown.len(),
        rows: difference.shown.iter().map(row).collect(),
    }
}

fn kept(house: &House, token: &str, act: &Act) -> Result<Vec<BundleFile>, Refusal> {
    staged::find(house, token, act)?.ok_or_else(|| {
        Refusal::Rule("Эти файлы больше не хранятся: проверка ждёт подтверждения час. Загрузите их ещё раз".to_owned())
    })
}

/// Reading workbooks takes seconds: it runs where it holds up nobody.
async fn apart<T, F, Fut>(house: Arc<House>, work: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: FnOnce(Arc<House>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<T, crate::flow::Error>>,
{
    let runtime = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || runtime.block_on(work(house))).await;
    Ok(done.map_err(|error| answer::fault(&error))??)
}

/// `POST /exchange/confirm`.
pub(in super::super) async fn confirm(
    State(state): State<WebState>,
    visitor: Visitor,
    Form(asked): Form<Asked>,
) -> Result<Response, Refusal> {
    let act = act(&state, &visitor);
    let files = kept(&state.house, &asked.upload, &act)?;
    let wish = asked.wish();
    let own = act.clone();
    let work = move |house: Arc<House>| async move { exchange::import(&house, &files, &wish, false, &own).await };
    let outcome = apart(state.house.clone(), work).await?;
    let said = match outcome {
        Outcome::Refused(_) => {
            return Ok(answer::redirect(&format!(
                "/exchange/preview?upload={}&mode={}",
                query::segment(&asked.upload),
                asked_mode(&asked)
            )));
        }
        Outcome::Unchanged { .. } => "Эти файлы уже загружены: ничего не изменилось.".to_owned(),
        Outcome::WouldImport(figures) | Outcome::Imported(figures) => {
            let rows = figures.written as u64;
            format!("Загружено: {rows} {}.", words::plural(rows, "строка", "строки", "строк"))
        }
    };
    staged::forget(&state.house, &asked.upload, &act)?;
    Ok(answer::done("/exchange/import", &said))
}

fn asked_mode(asked: &Asked) -> &'static str {
    match asked.mode.as_str() {
        "whole" => "whole",
        "add" => "add",
        _ => "",
    }
}

/// `POST /exchange/forget`.
pub(in super::super) async fn forget(
    State(state): State<WebState>,
    visitor: Visitor,
    Form(asked): Form<Asked>,
) -> Result<Response, Refusal> {
    staged::forget(&state.house, &asked.upload, &act(&state, &visitor))?;
    Ok(answer::done("/exchange/import", "Файлы убраны, в журнал ничего не записано."))
}

/// Which import.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Undoing {
    no: u64,
}

/// `POST /exchange/undo`: takes the last import back, row by row, as any change is taken back.
pub(in super::super) async fn undo(
    State(state): State<WebState>,
    visitor: Visitor,
    Form(asked): Form<Undoing>,
) -> Result<Response, Refusal> {
    let last = state.house.db.list_imports().await?.into_iter().next();
    let Some(row) = last.filter(|row| row.no == asked.no) else {
        return Err(Refusal::Rule("Отменить можно только последнюю загрузку".to_owned()));
    };
    let lines = lines(&state.house, &row).await?;
    if lines.is_empty() {
        let message =
            "Первую загрузку года отменить нельзя: от неё история начинается. Загрузите правильный набор поверх";
        return Err(Refusal::Rule(message.to_owned()));
    }
    let undone = change::undo(&state.house, &act(&state, &visitor), &lines).await?;
    let rows = undone.seqs.len() as u64;
    let said = format!("Загрузка № {} отменена: {rows} {}.", row.no, words::plural(rows, "строка", "строки", "строк"));
    Ok(answer::done("/exchange/import", &said))
}

/// `GET /exchange/example`.
pub(in super::super) async fn example(State(state): State<WebState>) -> Result<Response, Refusal> {
    let bytes = workbook::workbook(&state.house.policy).map_err(|error| answer::fault(&error))?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"primer.xlsx\""),
    ];
    Ok((headers, bytes).into_response())
}
