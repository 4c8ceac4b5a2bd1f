//! Import: files are checked first, shown with everything that is wrong and everything that would differ, and only then taken. Floor 3.

use std::collections::BTreeMap;
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
use super::{act, next};
use crate::bundle::{BundleFile, Told, example as workbook, year};
use crate::domain::copy::State as CopyState;
use crate::domain::finding::Severity;
use crate::domain::freeze::copy_id;
use crate::domain::gather::{self, Gathered};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::exchange::{self, Preview, RowDifference, Taken, Wish, staged, undo as taken_back};
use crate::flow::import::{CLOSED, Outcome, closed_words};
use crate::flow::setup::files as year_files;
use crate::flow::{Act, House, change};
use crate::store::{CopyRow, ImportRow};

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
    /// When it was taken back; empty while it stands.
    undone: String,
    /// Numbers of what else came with the same upload; empty when nothing did.
    beside: Vec<u64>,
    /// Which part of its upload it is.
    part: usize,
    /// Number of the one that can be taken back right after this one, being of the same upload; 0 when there is none.
    along: u64,
    /// What keeps that one, so that both cannot go together; empty when nothing is known to.
    held: String,
    /// What keeps this one by itself; empty when nothing is known to.
    kept: String,
    /// Is it newer than the last one that stands, with nothing in the history to put back?
    idle: bool,
    /// May it be undone: the last one that stands?
    may_undo: bool,
}

#[derive(Template)]
#[template(path = "exchange/import.html", config = "src/web/askama.toml")]
struct ImportPage {
    frame: Frame,
    past: Vec<Past>,
    /// Tables of the year that come by file: name in the store, heading, name of the sheet.
    tables: Vec<(&'static str, &'static str, &'static str)>,
    /// The one that the visitor came for: its heading and its columns.
    wanted: Option<(&'static str, String)>,
    /// Is there a school to make drafts for?
    stands: bool,
}

/// `GET /exchange/import`.
pub(in super::super) async fn form(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    wanted: query::Asked,
) -> Result<Response, Refusal> {
    let rows = state.house.db.list_imports().await?;
    let names = change::names(&state.house).await?;
    let may = visitor.may_anywhere(Action::UndoChanges);
    let standing = if may { taken_back::last(&state.house).await? } else { None };
    let may_undo = |row: &ImportRow| standing.as_ref().is_some_and(|standing| standing.row.no == row.no);
    let undone = taken_back::moments(&state.house, &rows).await?;
    let past = rows.iter().map(|row| {
        let along: Vec<u64> = others(row, &rows).filter(|no| *no < row.no && !undone.contains_key(no)).collect();
        let along = match along.as_slice() {
            [one] => *one,
            _ => 0,
        };
        let undone = undone.get(&row.no).map(|at| words::moment_short(at)).unwrap_or_default();
        let beside: Vec<u64> = others(row, &rows).collect();
        let part = 1 + beside.iter().filter(|no| **no < row.no).count();
        let idle = may && undone.is_empty() && standing.as_ref().is_none_or(|standing| standing.row.no < row.no);
        Past { undone, along, beside, part, idle, ..shown(row.clone(), &names, may_undo(row)) }
    });
    let mut past: Vec<Past> = past.collect();
    for one in past.iter_mut().filter(|one| one.may_undo && one.along > 0) {
        match taken_back::check_along(&state.house, one.no, one.along).await {
            Ok(()) => {}
            Err(crate::flow::Error::Change(refusal)) => one.held = refusal.to_string(),
            Err(error) => return Err(error.into()),
        }
    }
    let own = act(&state, &visitor);
    for one in past.iter_mut().filter(|one| one.may_undo) {
        one.kept = taken_back::held(&state.house, &own, one.no).await?.unwrap_or_default();
    }
    let frame =
        frame.titled("Загрузка данных").leading("Файлы сначала проверяются: до подтверждения ничего не записывается.");
    let tables = year::tables().map(|layout| (layout.table, layout.title, year::sheet_name(layout))).collect();
    let wanted = year_files::table(wanted.value("table")).map(|layout| (layout.title, layout.headings().join(" · ")));
    let stands = !state.house.db.list_years().await?.is_empty();
    answer::page(&ImportPage { frame, past, tables, wanted, stands })
}

/// What came with the same upload: the journal's tables and the year's are taken one after the other, in one act.
fn others<'r>(row: &'r ImportRow, rows: &'r [ImportRow]) -> impl Iterator<Item = u64> {
    let is_beside = move |other: &&ImportRow| {
        let same_act = other.imported_at == row.imported_at && other.imported_by == row.imported_by;
        other.no != row.no && other.digest == row.digest && same_act
    };
    rows.iter().filter(is_beside).map(|other| other.no)
}

fn shown(row: ImportRow, names: &change::Names, may_undo: bool) -> Past {
    let facts: Vec<serde_json::Value> = serde_json::from_str(&row.files).unwrap_or_default();
    let tables: Vec<&str> = facts
        .iter()
        .filter_map(|file| file["tables"].as_array())
        .flatten()
        .filter_map(|table| table.as_str())
        .collect();
    let of_year = !tables.is_empty() && tables.iter().all(|table| year_files::table(table).is_some());
    let files: Vec<&str> = facts.iter().filter_map(|file| file["name"].as_str()).collect();
    let files = match files.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} и ещё {}", rest.len()),
    };
    Past {
        no: row.no,
        at: words::moment_short(&row.imported_at),
        by: names.person(&row.imported_by),
        year: row.year,
        mode: match row.mode.as_str() {
            "whole" if of_year => "замена таблиц года",
            "whole" => "весь год",
            _ if of_year => "таблицы года",
            _ => "добавление",
        },
        files,
        rows: format!("добавлено {}, изменено {}, удалено {}", row.rows_new, row.rows_changed, row.rows_gone),
        digest: row.digest.chars().take(16).collect(),
        undone: String::new(),
        beside: Vec::new(),
        part: 1,
        along: 0,
        held: String::new(),
        kept: String::new(),
        idle: false,
        may_undo,
    }
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

/// Changed rows that are read at one look.
const FEW_ROWS: usize = 10;

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
    /// «отметка, 5А, Алгебра, 12.09.2025, урок 3, Ольхина Яшма».
    place: String,
    cells: Vec<(String, String, String)>,
}

struct Finding {
    weight: &'static str,
    class: &'static str,
    /// The first places where it stands.
    places: Vec<String>,
    /// The others, behind a click.
    elsewhere: Vec<String>,
    message: String,
    expected: String,
    found: String,
    /// The first row of which it is said.
    row: Vec<(&'static str, String)>,
    /// Address and words of the copy that is to be returned first.
    copy: Option<(String, String)>,
}

/// Places of one finding shown at once.
const PLACES: usize = 3;

/// A table of the year with the sheets that it came from.
struct YearTable {
    came: year_files::Came,
    from: String,
    others: Vec<String>,
}

#[derive(Template)]
#[template(path = "exchange/preview.html", config = "src/web/askama.toml")]
struct PreviewPage {
    frame: Frame,
    upload: String,
    mode: String,
    preview: Preview,
    findings: Vec<Finding>,
    /// What needs nobody's hand: whom a name was taken for.
    notes: Vec<Finding>,
    hidden: usize,
    errors: u64,
    /// Tables of the year came too and are judged only when the lists are right.
    waits: bool,
    year_tables: Vec<YearTable>,
    /// Does any table lose rows, or leave columns?
    loses: bool,
    /// Is there any row that these files would change?
    changes: bool,
    differing: Vec<Differing>,
    /// So few rows change that they stand open, above the button.
    few: bool,
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
    // Said in the head of the page, not among the notes.
    let waits = preview.told.iter().any(|told| told.finding.code == exchange::WAITS);
    let mut told: Vec<&Told> = preview.told.iter().filter(|told| told.finding.code != exchange::WAITS).collect();
    told.sort_by_key(|told| std::cmp::Reverse(told.finding.severity));
    let gathered = gather::gathered(&told.iter().map(|told| &told.finding).collect::<Vec<_>>());
    let weighs = |one: &Gathered| told[one.first].finding.severity;
    let errors = gathered.iter().filter(|one| weighs(one) >= Severity::Error).count() as u64;
    let hidden = gathered.len().saturating_sub(MOST_FINDINGS);
    let (notes, findings): (Vec<_>, Vec<_>) =
        gathered.into_iter().take(MOST_FINDINGS).partition(|one| weighs(one) == Severity::Note);
    let copies = closed_copies(&state.house, &preview).await?;
    let shown = |all: Vec<Gathered>| -> Vec<Finding> {
        let shown = all.into_iter().map(|one| finding(told[one.first], one.places, &copies));
        shown.collect()
    };
    let (notes, findings) = (shown(notes), shown(findings));
    let year_tables: Vec<YearTable> =
        preview.year_tables.iter().flat_map(|plan| &plan.tables).map(|came| year_table(came.clone())).collect();
    let loses = year_tables.iter().any(|one| one.came.gone + one.came.passed_over > 0);
    let differing: Vec<Differing> = preview.differences.iter().map(differing).collect();
    let few = differing.iter().map(|one| one.new + one.changed + one.gone).sum::<usize>() <= FEW_ROWS;
    let of_year = year_tables.iter().map(|one| one.came.new + one.came.changed + one.came.gone).sum::<usize>();
    let changes = !differing.is_empty() || of_year > 0;
    let title =
        if preview.clean { "Файлы проверены" } else { "Файлы нужно исправить" };
    let frame = frame.titled(title).under("Загрузка данных", "/exchange/import");
    answer::page(&PreviewPage {
        frame,
        upload: asked.upload,
        mode: asked.mode,
        findings,
        notes,
        hidden,
        errors,
        waits,
        year_tables,
        loses,
        changes,
        differing,
        few,
        preview,
    })
}

/// «книга.xlsx, лист «5А»» of the first two sheets, and the others apart: a plan for each course comes from a hundred of them.
fn year_table(mut came: year_files::Came) -> YearTable {
    let others = came.places.split_off(came.places.len().min(2));
    YearTable { from: came.places.join("; "), others, came }
}

/// Copies of closed periods that these files reach into, by what is said of a row there: address and words.
async fn closed_copies(house: &House, preview: &Preview) -> Result<BTreeMap<String, (String, String)>, Refusal> {
    let mut copies = BTreeMap::new();
    let year = &preview.inspection.year;
    if !year.is_empty() && preview.told.iter().any(|told| told.finding.code == CLOSED) {
        let roster = house.db.load_roster(year).await?;
        for closure in house.db.list_locks().await?.iter().filter(|one| one.year == roster.school.year) {
            let id = copy_id(&closure.year, &closure.class, &closure.period);
            let copy = (format!("/copies/{}", query::segment(&id)), format!("Копия класса {}", closure.class));
            copies.insert(closed_words(&roster, closure), copy);
        }
    }
    Ok(copies)
}

fn finding(told: &Told, mut places: Vec<String>, copies: &BTreeMap<String, (String, String)>) -> Finding {
    let elsewhere = places.split_off(places.len().min(PLACES));
    let (weight, class) = match told.finding.severity {
        Severity::Note => ("к сведению", "plain"),
        Severity::Warning => ("внимание", "wait"),
        Severity::Error | Severity::Unchecked => ("ошибка", "bad"),
    };
    Finding {
        weight,
        class,
        places,
        elsewhere,
        message: told.finding.message.clone(),
        expected: told.finding.expected.clone(),
        found: told.finding.found.clone(),
        row: told.row.iter().filter(|(_, cell)| !cell.is_empty()).cloned().collect(),
        copy: copies.get(&told.finding.message).cloned(),
    }
}

fn differing(difference: &exchange::TableDifference) -> Differing {
    let row = |row: &RowDifference| Row {
        kind: match row.kind {
            "new" => "новая",
            "gone" => "исчезнет",
            _ => "изменится",
        },
        place: row.place.clone(),
        cells: row
            .cells
            .iter()
            .map(|(column, old, new)| {
                let said = |text: &String| match text.as_str() {
                    "" => String::new(),
                    text => change::value(difference.table, column, text),
                };
                (change::heading(difference.table, column), said(old), said(new))
            })
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
    let late = next::late(&state).await?;
    let work = move |house: Arc<House>| async move { exchange::take(&house, &files, &wish, false, &own).await };
    let (journal, year) = match apart(state.house.clone(), work).await? {
        Taken::Refused(_) => {
            return Ok(answer::redirect(&format!(
                "/exchange/preview?upload={}&mode={}",
                query::segment(&asked.upload),
                asked_mode(&asked)
            )));
        }
        Taken::Done { journal, year } => (journal, year),
    };
    let (of_lists, times) = match &journal {
        Some(Outcome::WouldImport(figures) | Outcome::Imported(figures)) => {
            // As the list of imports counts; rows that only change their place are counted where nothing else is.
            let seen: usize = figures.differences.iter().map(|one| one.new + one.changed + one.gone).sum();
            (if seen == 0 { figures.written } else { seen }, figures.entries)
        }
        _ => (0, 0),
    };
    // Rows of the files: one order of movement is two lines of the history, the card's and the stay's.
    let (of_year, lines) =
        year.map_or((0, 0), |(_, counts)| (counts.new + counts.changed + counts.gone, counts.seqs.len()));
    let rows = of_lists + of_year;
    let only_times = rows == times;
    staged::forget(&state.house, &asked.upload, &act)?;
    let rows = match rows {
        0 => return Ok(answer::done("/exchange/import", "В файлах нет ничего нового: журнал не изменился.")),
        rows => counted(rows as u64, if of_lists == 0 { lines as u64 } else { 0 }),
    };
    // What comes next after loading is the version that waits for the correction, and what is still missing.
    let copies = state.waiting.at(&state.house, state.moved().await?.copies).await?;
    let open = copies.iter().filter(|copy| copy.recalled || copy.row.state == CopyState::Refused);
    let open: Vec<CopyRow> = open.map(|copy| copy.row.clone()).collect();
    if let Some(first) = next::corrected(&state, &visitor, &open, &rows, &act).await? {
        return Ok(answer::done(&first.href, &first.said));
    }
    if let Some(first) = next::supplemented(&state, &visitor, &late, &rows).await? {
        return Ok(answer::done(&first.href, &first.said));
    }
    let again: Vec<String> = open.into_iter().map(|row| row.number).collect();
    let again = next::still_waiting(&again);
    let said = |rest: &str| format!("Загружено: {rows}.{again} {rest}");
    if only_times {
        let rest = "Это времена записей: загрузка не отменяется, ошибку исправляют файлом с верным временем.";
        return Ok(answer::done("/exchange/import", &said(rest)));
    }
    if visitor.may_anywhere(Action::ReadSetup) {
        let rest = "Ниже — чего ещё не хватает; ошиблись — загрузку отменяют на странице «Загрузка данных».";
        return Ok(answer::done("/year/ready", &said(rest)));
    }
    Ok(answer::done("/exchange/import", &said("Загрузку можно отменить ниже.")))
}

fn asked_mode(asked: &Asked) -> &'static str {
    match asked.mode.as_str() {
        "whole" => "whole",
        "add" => "add",
        _ => "",
    }
}

/// «2 строки»; where the history has more lines of them, «2 строки, в «Истории изменений» записей: 4».
fn counted(rows: u64, lines: u64) -> String {
    let said = words::count(rows, "строка", "строки", "строк");
    if lines > rows {
        format!("{said}, в «Истории изменений» записей: {lines}")
    } else {
        said
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
    /// The one of the same upload that goes right after it; 0 for none.
    #[serde(default)]
    along: u64,
}

/// `POST /exchange/undo`: takes the last import that stands back, row by row, as any change is taken back; with the one that came with it, both or none.
pub(in super::super) async fn undo(
    State(state): State<WebState>,
    visitor: Visitor,
    Form(asked): Form<Undoing>,
) -> Result<Response, Refusal> {
    let act = act(&state, &visitor);
    let imports = state.house.db.list_imports().await?;
    // Counted as the list of imports counts; of one that only moved rows, as the history does.
    let taken = |lines: usize| {
        let own = imports.iter().filter(|row| row.no == asked.no || row.no == asked.along);
        let rows: u64 = own.map(|row| row.rows_new + row.rows_changed + row.rows_gone).sum();
        counted(if rows == 0 { lines as u64 } else { rows }, lines as u64)
    };
    let said = match asked.along {
        0 => {
            let lines = taken_back::undo(&state.house, &act, asked.no).await?;
            format!("Загрузка № {} отменена: {}.", asked.no, taken(lines))
        }
        along => {
            let lines = taken_back::undo_both(&state.house, &act, asked.no, along).await?;
            format!("Загрузки № {} и № {along} отменены: {}.", asked.no, taken(lines))
        }
    };
    Ok(answer::done("/exchange/import", &said))
}

/// `GET /exchange/example`: the whole workbook, or with `table` that one table of the year as this house has it.
pub(in super::super) async fn example(
    State(state): State<WebState>,
    wanted: query::Asked,
) -> Result<Response, Refusal> {
    let (bytes, name) = match wanted.value("table") {
        "" => {
            let first = exchange::first_year(&state.house, state.now().date_naive()).await?;
            (workbook::workbook(&state.house.policy, first).map_err(|error| answer::fault(&error))?, "primer")
        }
        table => {
            let layout = year_files::table(table).ok_or(Refusal::NotFound)?;
            let year = state.house.year(Some(wanted.value("year")).filter(|year| !year.is_empty())).await?;
            (year_files::template(&state.house, &year, layout).await?, layout.table)
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")),
    ];
    Ok((headers, bytes).into_response())
}
