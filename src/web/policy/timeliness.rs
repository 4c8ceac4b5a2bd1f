//! Timeliness of entries by class and teacher, as far as the visitor's office reaches. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::domain::journal::YEAR;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::timeliness::{CSV_HEADS, EntryKind, Status, csv_row, tally};
use crate::domain::words;
use crate::flow::timeliness::{Question, judge};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query::Asked;

/// An option of a list.
struct OptionView {
    value: String,
    label: String,
    chosen: bool,
}

/// A teacher of the class with the counts of each kind of entry.
struct TeacherView {
    teacher: String,
    lines: Vec<LineView>,
}

/// Counts of one kind of entry of a class and teacher.
struct LineView {
    kind: &'static str,
    done: usize,
    late: usize,
    due: usize,
    unknown: usize,
}

#[derive(Template)]
#[template(path = "policy/timeliness.html", config = "src/web/askama.toml")]
struct TimelinessPage {
    frame: Frame,
    classes: Vec<OptionView>,
    periods: Vec<OptionView>,
    teachers: Vec<TeacherView>,
    unknown: usize,
    export: String,
}

/// `GET /policy/timeliness`: one class and period at a time; `format=csv` gives every entry as a row.
pub(super) async fn page(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let reach = visitor.reach(Action::ReadTimeliness);
    let frame = frame
        .titled("Своевременность записей")
        .leading("Что внесено в срок по правилам, действовавшим в день урока. Неизвестное — не опоздание.");
    let seen: Vec<_> =
        directory.roster.classes.iter().filter(|class| reach.class(&class.name, class.grade)).cloned().collect();
    let class = match asked.value("class") {
        "" => seen.first().cloned(),
        named => Some(seen.iter().find(|class| class.name == named).cloned().ok_or(Refusal::NotFound)?),
    };
    let Some(class) = class else {
        let empty = TimelinessPage {
            frame,
            classes: Vec::new(),
            periods: Vec::new(),
            teachers: Vec::new(),
            unknown: 0,
            export: String::new(),
        };
        return answer::page(&empty);
    };
    let own = directory.roster.periods_of_grade(class.grade);
    let period = match asked.value("period") {
        // The period that is running, or the last one that has begun.
        "" => {
            let today = state.now().date_naive();
            let begun = own.iter().rev().find(|period| period.starts <= today);
            begun.or(own.first()).map_or(YEAR, |period| period.id.as_str()).to_owned()
        }
        named => named.to_owned(),
    };
    let question = Question {
        year: directory.year.clone(),
        class: Some(class.name.clone()),
        period: Some(period.clone()),
        ..Question::default()
    };
    let mut judged = judge(&state.house, &question, &state.act(&visitor.account)).await?;
    judged.retain(|one| reach.course(&one.course_id, &one.class, class.grade));
    if !asked.value("format").is_empty() {
        let rows: Vec<Vec<String>> = judged.iter().map(|one| csv_row(one).to_vec()).collect();
        return answer::csv(&format!("своевременность {} {period}.csv", class.name), &CSV_HEADS, &rows);
    }
    let name_of = |id: &str| match directory.roster.staff_member(id) {
        Some(person) => names::short_name(&person.surname, &person.given_name, &person.patronymic),
        None => id.to_owned(),
    };
    let mut teachers = Vec::new();
    for one in tally(&judged) {
        let mut lines = Vec::new();
        for kind in EntryKind::ALL {
            let [done, late, due, unknown] = Status::ALL.map(|status| one.of(kind, status));
            if done + late + due + unknown > 0 {
                lines.push(LineView { kind: kind.as_russian(), done, late, due, unknown });
            }
        }
        if !lines.is_empty() {
            teachers.push(TeacherView { teacher: name_of(&one.teacher_id), lines });
        }
    }
    teachers.sort_by_cached_key(|one: &TeacherView| names::fold(&one.teacher));
    let option = |value: &str, label: &str, chosen: &str| OptionView {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: value == chosen,
    };
    let mut periods: Vec<OptionView> =
        (1..).zip(&own).map(|(at, one)| option(&one.id, &words::period_name(one.kind, at), &period)).collect();
    periods.push(option(YEAR, "весь год", &period));
    answer::page(&TimelinessPage {
        frame,
        classes: seen.iter().map(|one| option(&one.name, &one.name, &class.name)).collect(),
        periods,
        unknown: teachers.iter().flat_map(|one| &one.lines).map(|line| line.unknown).sum(),
        teachers,
        export: asked.with("format", "csv"),
    })
}
