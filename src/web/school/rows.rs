//! Rows of a table of the year as its page shows them: in people's order, in words, found, as a file. Floor 3.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use axum::response::Response;

use super::super::answer::{self, Refusal};
use super::super::query::{self, Asked};
use super::{Fields, Opened, form};
use crate::domain::finding::Finding;
use crate::domain::names::{self, fold};
use crate::domain::setup::layout::{CALENDAR, COURSES, Column, EARLIER_TEACHERS, Is, Layout, PERIODS};
use crate::domain::words;

/// One row of the table.
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    pub(super) key: Vec<String>,
    pub(super) edit: String,
    /// The visitor may change it.
    pub(super) may: bool,
    /// Written under a compromised account, and nobody has decided about it yet.
    pub(super) void: bool,
}

/// Rows that have the words asked for, and how many there are without that.
pub(super) fn listed(
    opened: &Opened,
    layout: &Layout,
    rows: Vec<Vec<String>>,
    asked: &Asked,
    void: &BTreeSet<Vec<String>>,
    may: &dyn Fn(&[String]) -> bool,
) -> (Vec<Row>, usize) {
    let total = rows.len();
    let sought: Vec<String> = fold(asked.value("q")).split(' ').map(str::to_owned).collect();
    let row = |cells: Vec<String>| {
        let (key, may) = (cells[..layout.key].to_vec(), may(&cells));
        let shown = layout.columns.iter().zip(&cells).filter(|(column, _)| is_shown(layout, column));
        let told = shown.map(|(column, cell)| match is_period_name(layout, column) {
            true => words::period_title(cell),
            false => opened.year.known.show(column.is, cell),
        });
        Row {
            cells: as_shown(layout, told.collect()),
            edit: asked.with("edit", &key.join("|")),
            void: void.contains(&key),
            may,
            key,
        }
    };
    let fits = |row: &Row| {
        let said = fold(&row.cells.join(" "));
        sought.iter().all(|word| said.contains(word.as_str()))
    };
    (rows.into_iter().map(row).filter(fits).collect(), total)
}

/// Does a page show that column? What the program gives itself and the codes of periods are for files alone.
pub(super) fn is_shown(layout: &Layout, column: &Column) -> bool {
    column.is != Is::Given && !(layout.table == PERIODS.table && column.name == "id")
}

/// Is it the name of a study period, which pages write in Roman numerals?
pub(super) fn is_period_name(layout: &Layout, column: &Column) -> bool {
    layout.table == PERIODS.table && column.name == "name"
}

/// Columns as a page shows them: the calendar's last day stands beside its first, though the key of a row is told by the scope.
pub(super) fn as_shown<T>(layout: &Layout, mut columns: Vec<T>) -> Vec<T> {
    let places = (layout.place("scope"), layout.place("ends"));
    if let (true, (Some(scope), Some(ends))) = (layout.table == CALENDAR.table, places)
        && scope.max(ends) < columns.len()
    {
        columns.swap(scope, ends);
    }
    columns
}

/// The part of the address by which the list was found, to stand after the year; empty for the whole table.
pub(super) fn kept(asked: &Asked) -> String {
    let of = |name: &str| match asked.value(name) {
        "" => String::new(),
        value => format!("&{name}={}", query::segment(value)),
    };
    ["q", "all"].map(of).concat()
}

/// Where a change of a course's teacher is written, with the course and its teacher of today filled in; empty for rows of other tables.
pub(super) fn teacher_change(opened: &Opened, layout: &Layout, row: Option<&[String]>) -> String {
    let Some(row) = row.filter(|_| layout.table == COURSES.table) else { return String::new() };
    let cell = |name: &str| layout.place(name).and_then(|at| row.get(at)).map_or("", String::as_str);
    let [year, course, teacher] = [opened.year.year.as_str(), cell("id"), cell("teacher")].map(query::segment);
    format!("/year/teachers?year={year}&add=1&course={course}&teacher={teacher}#form")
}

/// Of the courses, those that the load gives to somebody else: where their rows of the load are, and what differs. None on other pages.
pub(super) fn other_load(opened: &Opened, layout: &Layout) -> Vec<(String, String)> {
    if layout.table != COURSES.table {
        return Vec::new();
    }
    let year = query::segment(&opened.year.year);
    let findings = opened.year.findings("teaching_load").into_iter().filter(|one| one.code == "load.other-teacher");
    let way = |one: Finding| {
        let told = format!("{}: курс ведёт {}, а в нагрузке — {}", one.place, one.expected, one.found);
        (format!("/year/load?year={year}&q={}", query::segment(&one.place)), told)
    };
    findings.map(way).collect()
}

/// What is said of the one row that a form put, and where it leads on: from the teacher who goes to the course, where the next is named.
pub(super) fn put(opened: &Opened, layout: &Layout, fields: &Fields) -> (String, Option<String>) {
    /// Cells that tell which row it is, and letters of each: a message is one line.
    const CELLS: usize = 3;
    const LETTERS: usize = 60;
    if fields.value("act") != "put" {
        return (String::new(), None);
    }
    let texts = form::put_texts(layout, fields);
    let shown: Vec<String> = layout
        .columns
        .iter()
        .zip(&texts)
        .filter(|(column, text)| is_shown(layout, column) && column.is != Is::Long && !text.is_empty())
        .map(|(column, text)| match column.is {
            // Typed as people write hours, kept in hundredths; what the other fields send reads as the stored form does.
            Is::Hours => text.clone(),
            is => opened.year.known.show(is, text).chars().take(LETTERS).collect(),
        })
        .take(CELLS)
        .collect();
    let mut said = format!(" Строка «{}».", shown.join(", "));
    let course = opened.year.journal.courses.iter().find(|course| course.id == fields.value("course"));
    let stays =
        course.filter(|course| layout.table == EARLIER_TEACHERS.table && course.teacher_id == fields.value("teacher"));
    let Some(course) = stays else { return (said, None) };
    said.push_str(" Теперь выберите у курса нового учителя и сохраните.");
    let [year, course] = [opened.year.year.as_str(), course.id.as_str()].map(query::segment);
    (said, Some(format!("/year/courses?year={year}&edit={course}#form")))
}

/// The rows as a file of an office.
pub(super) fn as_csv(opened: &Opened, layout: &Layout, rows: &[Vec<String>]) -> Result<Response, Refusal> {
    let columns = || layout.columns.iter().enumerate().filter(|(_, column)| column.is != Is::Given);
    let heads: Vec<&str> = columns().map(|(_, column)| column.title).collect();
    let shown: Vec<Vec<String>> = rows
        .iter()
        .map(|row| columns().map(|(at, column)| opened.year.known.show(column.is, &row[at])).collect())
        .collect();
    answer::csv(layout.table, &heads, &shown)
}

/// Rows as people sort them: classes and numbers as numbers, people and courses by their words, days by the calendar. A table whose key is the
/// program's own goes by its first columns.
pub(super) fn in_order(opened: &Opened, layout: &Layout, rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let said = |at: usize, row: &[String]| match layout.columns[at].is {
        Is::Class | Is::Course | Is::Scope | Is::Staff | Is::Learner => {
            opened.year.known.show(layout.columns[at].is, &row[at])
        }
        _ => row[at].clone(),
    };
    let own = |at: &usize| layout.columns[*at].is != Is::Given;
    let mut by: Vec<usize> = (0..layout.key).filter(own).collect();
    if by.is_empty() {
        by = (0..layout.columns.len()).filter(own).collect();
    }
    // Periods go as the year does, not by their codes: those of the youngest classes first.
    if layout.table == PERIODS.table {
        by = ["grade_from", "starts"].iter().filter_map(|name| layout.place(name)).collect();
    }
    let keyed = |row: Vec<String>| (by.iter().map(|at| said(*at, &row)).collect::<Vec<_>>(), row);
    let mut keyed: Vec<(Vec<String>, Vec<String>)> = rows.into_iter().map(keyed).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        a.iter().zip(b).map(|(a, b)| names::natural(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    keyed.into_iter().map(|(_, row)| row).collect()
}
