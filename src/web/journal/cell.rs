//! One cell of a course's page with its history: a page of its own, or the part for the dialog. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;

use super::{grid, staff_name};
use crate::domain::journal::LessonKey;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::words;
use crate::flow::people::{Look, note_access};
use crate::store::{ChangeFilter, ChangeRow};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};

#[derive(Template)]
#[template(path = "journal/cell.html", config = "src/web/askama.toml")]
struct CellPage {
    frame: Frame,
    whole: bool,
    cell: CellView,
}

/// What stands in a cell.
struct CellView {
    learner: String,
    lesson: String,
    topic: String,
    /// Value, kind of work, void by a notice of compromise.
    marks: Vec<(String, String, bool)>,
    absence: String,
    absence_void: bool,
    history: Vec<HistoryLine>,
}

/// One change of the cell.
struct HistoryLine {
    /// «отметка: было 4, стало 5».
    said: String,
    by: String,
    at: String,
    /// Done by a compromised account.
    voided: bool,
}

/// `GET /course/{course}/cell?cell=L00001.2025-09-02.3`: a page of its own, or the part for the dialog.
pub(super) async fn cell(
    State(state): State<WebState>,
    Path(id): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let course = directory.course(&id).ok_or(Refusal::NotFound)?;
    let (learner, key) = parse_cell(&course.id, asked.value("cell")).ok_or(Refusal::NotFound)?;
    let learner =
        directory.learner(&learner).filter(|learner| learner.class == course.class).ok_or(Refusal::NotFound)?;
    let entries = state.house.db.load_course_entries(&directory.year, &course.id).await?;
    let lesson = entries.lessons.iter().find(|lesson| lesson.key == key).ok_or(Refusal::NotFound)?;
    let look = Look::Learner { id: &learner.id, class: &course.class };
    note_access(&state.house, &visitor, look, &directory.year, state.now()).await?;
    let mine = entries.marks.iter().filter(|mark| mark.lesson == key && mark.learner_id == learner.id);
    let absence = entries.absences.iter().find(|absence| absence.lesson == key && absence.learner_id == learner.id);
    let said = absence.map(|absence| {
        let rule = directory.policy(key.date).absence(&absence.code);
        rule.map_or_else(|| absence.code.clone(), |rule| format!("{} — {}", rule.code, rule.meaning))
    });
    // What a stolen account wrote is struck through wherever it is shown.
    let struck = &directory.struck;
    let cell = CellView {
        learner: names::full_name(&learner.surname, &learner.given_name, &learner.patronymic),
        lesson: grid::said(&key, &lesson.kind_of_work),
        topic: lesson.topic.clone(),
        marks: mine.map(|mark| (mark.value.clone(), mark.kind_of_work.clone(), struck.mark(mark))).collect(),
        absence_void: absence.is_some_and(|absence| struck.absence(absence)),
        absence: said.unwrap_or_default(),
        history: history(&state, &directory, &key, &learner.id).await?,
    };
    let frame = frame
        .titled(cell.learner.clone())
        .under("Журнал", directory.address("/journal".to_owned()))
        .under(course.class.clone(), directory.address(format!("/journal/{}", segment(&course.class))))
        .under(course_title(course), directory.address(format!("/course/{}", segment(&course.id))));
    answer::page(&CellPage { frame, whole: !answer::is_partial(&headers), cell })
}

/// Every change of the cell's marks and absence, newest first.
async fn history(
    state: &WebState,
    directory: &Directory,
    key: &LessonKey,
    learner: &str,
) -> Result<Vec<HistoryLine>, Refusal> {
    let place = vec![key.course_id.clone(), key.date.to_string(), key.number.to_string(), learner.to_owned()];
    let mut rows = Vec::new();
    for table in ["marks", "absences"] {
        let filter = ChangeFilter {
            table: Some(table.to_owned()),
            year: Some(directory.year.clone()),
            key: place.clone(),
            ..ChangeFilter::default()
        };
        rows.extend(state.house.db.list_changes(&filter).await?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.seq));
    Ok(rows.iter().map(|row| line(directory, row)).collect())
}

fn line(directory: &Directory, row: &ChangeRow) -> HistoryLine {
    // The value is the row's last column: `marks (kind_of_work, value)`, `absences (code)`.
    let value = |cells: &Option<Vec<String>>| cells.as_ref().and_then(|cells| cells.last().cloned());
    let noun = if row.table == "marks" { "отметка" } else { "пропуск" };
    HistoryLine {
        said: match (value(&row.old), value(&row.new)) {
            (None, Some(new)) => format!("{noun}: поставлено «{new}»"),
            (Some(old), Some(new)) => format!("{noun}: было «{old}», стало «{new}»"),
            (Some(old), None) => format!("{noun}: снято «{old}»"),
            (None, None) => noun.to_owned(),
        },
        by: staff_name(directory, &row.by),
        at: words::moment_short(&row.at),
        voided: row.voided,
    }
}

/// `L00001.2025-09-02.3`: identifiers may hold dots, so it is read from its end.
fn parse_cell(course: &str, text: &str) -> Option<(String, LessonKey)> {
    let (rest, number) = text.rsplit_once('.')?;
    let (learner, date) = rest.rsplit_once('.')?;
    let date: NaiveDate = date.parse().ok()?;
    Some((learner.to_owned(), LessonKey { course_id: course.to_owned(), date, number: number.parse().ok()? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_named_by_learner_day_and_lesson() {
        let (learner, key) = parse_cell("C1", "Ё.1.2025-09-02.3").unwrap_or_else(|| panic!("a cell"));
        assert_eq!((learner.as_str(), key.date.to_string().as_str(), key.number), ("Ё.1", "2025-09-02", 3));
        for bad in ["", "L1", "L1.2025-09-02", "L1.2025-13-02.1", "L1.2025-09-02.999"] {
            assert!(parse_cell("C1", bad).is_none(), "{bad}");
        }
    }
}
