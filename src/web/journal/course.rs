//! The page of one course, kept ready while nothing is written; one cell of it with its history. Floor 3.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;

use super::grid::{self, Grid, Laying};
use super::{Chosen, Tab, choose, class_of, staff_name, tabs};
use crate::domain::journal::{Course, LessonKey, YEAR};
use crate::domain::names;
use crate::domain::norm::{Standing, norm, stand};
use crate::domain::people::Visitor;
use crate::domain::period::course_title;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::people::{Look, note_access};
use crate::store::{ChangeFilter, ChangeRow};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::Asked;

#[derive(Template)]
#[template(path = "journal/grid.html", config = "src/web/askama.toml")]
struct GridPart<'a> {
    course: &'a str,
    caption: String,
    norm: Option<Standing>,
    grid: Grid,
}

#[derive(Template)]
#[template(path = "journal/course.html", config = "src/web/askama.toml")]
struct CoursePage {
    frame: Frame,
    tabs: Vec<Tab>,
    courses: Vec<Other>,
    closed: String,
    part: Arc<str>,
}

/// Another course of the class.
struct Other {
    label: String,
    href: String,
    current: bool,
}

/// `GET /course/{course}?period=Q1`.
pub(super) async fn course(
    State(state): State<WebState>,
    Path(id): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let course = directory.course(&id).ok_or(Refusal::NotFound)?;
    let class = class_of(&directory, &course.class)?;
    let today = state.now().date_naive();
    let chosen = choose(&directory, &class, asked.value("period"), today).ok_or(Refusal::NotFound)?;
    let look = Look::Course { id: &course.id, class: &class.name };
    note_access(&state.house, &visitor, look, &directory.year, state.now()).await?;
    let part = part(&state, &directory, course, &chosen, today).await?;
    let reach = visitor.reach(Action::ReadJournal);
    let seen = directory.roster.courses.iter().filter(|other| other.class == class.name);
    let seen = seen.filter(|other| reach.course(&other.id, &class.name, class.grade));
    let period = format!("?period={}", crate::web::query::segment(&chosen.span.id));
    let others = seen.map(|other| Other {
        label: course_title(other),
        href: format!("/course/{}{period}", crate::web::query::segment(&other.id)),
        current: other.id == course.id,
    });
    let frame = frame
        .titled(format!("{}: {}", class.name, course_title(course)))
        .leading(format!("Учитель: {}; {}", staff_name(&directory, &course.teacher_id), hours(course)))
        .under("Журнал", "/journal")
        .under(class.name.clone(), format!("/journal/{}", crate::web::query::segment(&class.name)));
    answer::page(&CoursePage {
        tabs: tabs(&directory, &class, &format!("/course/{}", crate::web::query::segment(&course.id)), &chosen.span.id),
        courses: others.collect(),
        closed: closed(&directory, &class.name, &chosen.span.id),
        frame,
        part,
    })
}

async fn part(
    state: &WebState,
    directory: &Arc<Directory>,
    course: &Course,
    chosen: &Chosen,
    today: NaiveDate,
) -> Result<Arc<str>, Refusal> {
    // What a running period asks for grows with its days, so a page is good for one of them.
    let key = (course.id.clone(), format!("{} {today}", chosen.span.id));
    if let Some(page) = state.pages.grids.find(&key, directory.turn) {
        return Ok(page);
    }
    let entries = state.house.db.load_course_entries(&directory.year, &course.id).await?;
    let grade = directory.class(&course.class).map_or(0, |class| class.grade);
    let periods = directory.roster.periods_of_grade(grade);
    let laying = Laying {
        roster: &directory.roster,
        entries: &entries,
        course,
        span: &chosen.span,
        periods: &periods,
        policy: directory.policy(today.min(chosen.span.ends)),
        struck: &directory.struck,
    };
    let norm = norm(laying.policy, course, grade).filter(|_| chosen.span.id != YEAR);
    let norm = norm.map(|norm| stand(norm, course, &directory.roster, &entries, &chosen.span, today));
    let part = GridPart {
        norm,
        course: &course.id,
        caption: format!("{}, {}, {}", course.class, course_title(course), chosen.name),
        grid: grid::lay_out(&laying),
    };
    let page: Arc<str> = part.render().map_err(|error| answer::fault(&error))?.into();
    state.pages.grids.keep(key, directory.turn, page.clone());
    Ok(page)
}

/// «3 ч в неделю», «0,5 ч в неделю».
fn hours(course: &Course) -> String {
    let (whole, centi) = (course.hours_per_week_centi / 100, course.hours_per_week_centi % 100);
    let part = if centi == 0 { String::new() } else { format!(",{centi:02}").trim_end_matches('0').to_owned() };
    format!("{whole}{part}\u{a0}ч в\u{a0}неделю")
}

/// Why nothing can be changed, with who and when; empty while the period is open.
fn closed(directory: &Directory, class: &str, period: &str) -> String {
    let row = directory.closures.iter().find(|row| row.class == class && row.period == period);
    row.map_or_else(String::new, |row| {
        let by = match row.closed_by.as_str() {
            "operator" => "с консоли".to_owned(),
            id => staff_name(directory, id),
        };
        format!(
            "Период закрыт {} ({by}). Изменить отметки нельзя, копия уже составлена.",
            words::moment_words(&row.closed_at)
        )
    })
}

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
    let absence = absence.map(|absence| {
        let rule = directory.policy(key.date).absence(&absence.code);
        rule.map_or_else(|| absence.code.clone(), |rule| format!("{} — {}", rule.code, rule.meaning))
    });
    // What a stolen account wrote is struck through wherever it is shown.
    let is_void = |table: &str, ordinal: u32| {
        let mut row = vec![key.course_id.clone(), key.date.to_string(), key.number.to_string(), learner.id.clone()];
        row.extend((table == "marks").then(|| ordinal.to_string()));
        directory.struck.contains(&(table.to_owned(), row))
    };
    let cell = CellView {
        learner: names::full_name(&learner.surname, &learner.given_name, &learner.patronymic),
        lesson: grid::said(&key, &lesson.kind_of_work),
        topic: lesson.topic.clone(),
        marks: mine
            .map(|mark| (mark.value.clone(), mark.kind_of_work.clone(), is_void("marks", mark.ordinal)))
            .collect(),
        absence_void: is_void("absences", 0),
        absence: absence.unwrap_or_default(),
        history: history(&state, &directory, &key, &learner.id).await?,
    };
    let frame = frame
        .titled(cell.learner.clone())
        .under("Журнал", "/journal")
        .under(course.class.clone(), format!("/journal/{}", crate::web::query::segment(&course.class)))
        .under(course_title(course), format!("/course/{}", crate::web::query::segment(&course.id)));
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
        by: match row.by.as_str() {
            "operator" => "с консоли".to_owned(),
            id => staff_name(directory, id),
        },
        at: words::moment_words(&row.at),
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
