//! Pages of the history: who changed what, undo, compromise and the decisions on void changes. Floor 3.

mod compromise;
mod points;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::WebState;
use super::answer::{self, Refusal};
use super::fields::Fields;
use super::frame::Frame;
use super::query::Asked;
use super::route::{Access, Group, Route, SubjectOf, get, post};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::change::{self, CellHistory, Names, names};
use crate::store::{ChangeFilter, ChangeRow};

/// Section of the guides that explains these pages.
const HELP: &str = "commands#история-и-похищенный-пароль";

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        get("/history", Access::Does(Action::ReadHistory), SubjectOf::House, list)
            .in_menu(Group::House, "История изменений")
            .helped(HELP),
        get("/history/row", Access::Does(Action::ReadHistory), SubjectOf::House, row).helped(HELP),
        get("/history/undo", Access::Does(Action::UndoChanges), SubjectOf::House, preview).helped(HELP),
        post("/history/undo", Access::Does(Action::UndoChanges), SubjectOf::House, undo),
    ];
    routes.extend(compromise::routes());
    routes.extend(points::routes());
    routes
}

/// Lines of the history on one page: what prints on two sheets.
const PAGE: u32 = 60;

/// One line as a page shows it.
struct Line {
    seq: u64,
    when: String,
    who: String,
    place: String,
    was: String,
    is: String,
    note: String,
    voided: bool,
    /// Address of the row's own history.
    row: String,
}

impl Line {
    fn of(row: &ChangeRow, names: &Names) -> Self {
        Self {
            seq: row.seq,
            when: words::moment_short(&row.at),
            who: names.person(&row.by),
            place: words::capitalised(&names.place(&row.table, &row.year, &row.key)),
            was: names.shown(&row.table, &row.year, row.old.as_deref()),
            is: names.shown(&row.table, &row.year, row.new.as_deref()),
            note: match (row.voided, row.undoes) {
                (true, _) => "недействительно".to_owned(),
                (false, 0) => String::new(),
                (false, first) => format!("отменяет № {first}"),
            },
            voided: row.voided,
            row: row_address(&row.table, &row.year, &row.key),
        }
    }
}

/// Address of the history of one row.
fn row_address(table: &str, year: &str, key: &[String]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("table", table).append_pair("year", year);
    for part in key {
        query.append_pair("key", part);
    }
    format!("/history/row?{}", query.finish())
}

#[derive(Template)]
#[template(path = "history/list.html", config = "src/web/askama.toml")]
struct ListPage {
    frame: Frame,
    lines: Vec<Line>,
    class: String,
    author: String,
    since: String,
    may_undo: bool,
    older: String,
    newest: String,
    filtered: bool,
}

/// `GET /history`.
async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let names = names(&state.house).await?;
    let class = crate::bundle::meant_class(asked.value("class"));
    let (class, author, since) = (class.as_str(), asked.value("author"), asked.value("since"));
    let called = names.called(author);
    let by_one = |row: &ChangeRow| author.is_empty() || called.contains(&row.by);
    let reach = visitor.reach(Action::ReadHistory);
    let grades = state.directory().await?;
    let seen = |row: &ChangeRow| {
        let of = names.class_of_row(&row.table, &row.year, &row.key);
        let asked_for = class.is_empty() || of.as_deref() == Some(class);
        // A row of the whole school is for those who may see all of it.
        let reached = match of.as_deref() {
            Some(name) => reach.class(name, grades.class(name).map_or(0, |class| class.grade)),
            None => visitor.may(Action::ReadHistory, &crate::domain::people::Subject::House).is_allowed(),
        };
        asked_for && reached && by_one(row)
    };
    // Pages are filled with what may be seen: the store is asked on until the page is full or the history at its end.
    let mut before = asked.value("before").parse().ok();
    let mut rows: Vec<ChangeRow> = Vec::new();
    loop {
        let filter = ChangeFilter {
            actor: if let ([one], false) = (called.as_slice(), author.is_empty()) { Some(one.clone()) } else { None },
            since: (!since.is_empty()).then(|| since.to_owned()),
            before,
            limit: PAGE * 4,
            ..ChangeFilter::default()
        };
        let part = state.house.db.list_changes(&filter).await?;
        before = part.last().map(|row| row.seq);
        let ended = part.len() < (PAGE * 4) as usize;
        rows.extend(part.into_iter().filter(&seen));
        if ended || rows.len() > PAGE as usize {
            break;
        }
    }
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let older = match rows.last() {
        Some(last) if more => asked.with("before", &last.seq.to_string()),
        _ => String::new(),
    };
    let lines = rows.iter().map(|row| Line::of(row, &names)).collect();
    answer::page(&ListPage {
        frame: frame
            .titled("История изменений")
            .leading("Кто, когда и что изменил в данных школы: было и стало. Отсюда же изменения отменяются."),
        lines,
        class: class.to_owned(),
        author: author.to_owned(),
        since: since.to_owned(),
        may_undo: visitor.may(Action::UndoChanges, &crate::domain::people::Subject::House).is_allowed(),
        older,
        newest: if asked.value("before").is_empty() { String::new() } else { asked.with("before", "") },
        filtered: !(class.is_empty() && author.is_empty() && since.is_empty()),
    })
}

#[derive(Template)]
#[template(path = "history/row.html", config = "src/web/askama.toml")]
struct RowPage {
    frame: Frame,
    history: CellHistory,
}

/// The same without the shell, for a dialog of another page.
#[derive(Template)]
#[template(path = "history/row-part.html", config = "src/web/askama.toml")]
struct RowPart {
    history: CellHistory,
}

/// `GET /history/row?table=marks&year=…&key=…&key=…`: a page, or a fragment for htmx.
async fn row(
    State(state): State<WebState>,
    frame: Frame,
    headers: axum::http::HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    let key: Vec<String> = asked.all("key").map(str::to_owned).collect();
    let columns = crate::store::columns_of(asked.value("table")).ok_or(Refusal::NotFound)?;
    if columns.0.len() != key.len() {
        return Err(Refusal::NotFound);
    }
    let mut history = change::history_of(&state.house, asked.value("table"), asked.value("year"), &key).await?;
    for told in &mut history.moments {
        told.at = words::moment_short(&told.at);
    }
    if answer::is_partial(&headers) {
        return answer::page(&RowPart { history });
    }
    let frame = frame.under("История изменений", "/history").titled("История записи").leading(history.place.clone());
    answer::page(&RowPage { frame, history })
}

/// The question before changes are taken back, wherever it is asked: here of chosen lines, beside a list of the school of one act. Who may is
/// said by the route.
#[derive(Template)]
#[template(path = "undo.html", config = "src/web/askama.toml")]
pub(super) struct UndoPage {
    pub(super) frame: Frame,
    /// When, who and what, of one act; `None` where each line tells it itself.
    pub(super) act: Option<(String, String, String)>,
    /// «Расписание: будет удалено строк — 107.», a sentence for each table.
    pub(super) told: Vec<String>,
    pub(super) rows: Vec<UndoRow>,
    /// Rows that are not shown.
    pub(super) more: usize,
    /// Where the form goes, and what it carries.
    pub(super) path: String,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) button: &'static str,
    /// Where the visitor comes back to.
    pub(super) home: String,
}

/// One row as it stands and as it will stand, in words.
pub(super) struct UndoRow {
    /// Number, moment and person of a line that was chosen by itself.
    pub(super) line: Option<(u64, String, String)>,
    pub(super) place: String,
    pub(super) stands: String,
    pub(super) becomes: String,
}

/// `GET /history/undo?seq=…`: what would be put back.
async fn preview(State(state): State<WebState>, frame: Frame, asked: Asked) -> Result<Response, Refusal> {
    let names = names(&state.house).await?;
    let mut lines = Vec::new();
    for seq in asked.all("seq").filter_map(|seq| seq.parse::<u64>().ok()) {
        let filter = ChangeFilter { before: Some(seq + 1), limit: 1, ..ChangeFilter::default() };
        let found = state.house.db.list_changes(&filter).await?;
        let found = found.into_iter().find(|row| row.seq == seq).ok_or(Refusal::NotFound)?;
        lines.push(Line::of(&found, &names));
    }
    if lines.is_empty() {
        return Err(Refusal::Rule("Отметьте изменения, которые нужно отменить".to_owned()));
    }
    let frame = frame.under("История изменений", "/history").titled("Отменить изменения");
    let count = words::count(lines.len() as u64, "изменение", "изменения", "изменений");
    let lead = format!(
        "Выбрано: {count}. Каждая запись станет такой, какой была до изменения. Сама отмена тоже останется в истории, и её можно отменить."
    );
    let row = |line: Line| UndoRow {
        line: Some((line.seq, line.when, line.who)),
        place: line.place,
        stands: line.is,
        becomes: line.was,
    };
    answer::page(&UndoPage {
        frame: frame.leading(lead),
        act: None,
        told: Vec::new(),
        fields: lines.iter().map(|line| ("seq", line.seq.to_string())).collect(),
        rows: lines.into_iter().map(row).collect(),
        more: 0,
        path: "/history/undo".to_owned(),
        button: "Отменить эти изменения",
        home: "/history".to_owned(),
    })
}

/// `POST /history/undo`.
async fn undo(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let undone = change::undo(&state.house, &state.act(&visitor.account), &fields.numbers("seq")).await?;
    let count = undone.undone.len() as u64;
    let noun = words::plural(count, "изменение отменено", "изменения отменены", "изменений отменено");
    Ok(answer::done("/history", &format!("{count} {noun}")))
}
