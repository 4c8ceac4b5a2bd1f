//! Missed lessons: a page for the days of each month, and the totals of the period (domain.md 2.4). Floor 1.

use chrono::{Datelike, Months, NaiveDate};

use crate::domain::snapshot::{AttendanceCounts, AttendanceMonth, AttendanceSheet, BY_DAYS, MISSED, MonthRow};
use crate::domain::words::month_name;

use super::fit::{LEADING, fit};
use super::fonts::Face;
use super::pages::{Binder, HEADING, heading};
use super::period_copy::{places_top, say_if_empty, signed};
use super::plan::{Room, Table, Text, mm, round};
use super::table::{Cover, Even, Shape, even, pitch};

/// Column of a day, millimetres: «8Б» at [`SIZE`], for a day has at most eight lessons.
const DAY: f64 = 3.2;
/// Column of a count of the month, millimetres.
const COUNT: f64 = 5.4;
/// Heads of the month's counts, set upright.
const COUNTS: [&str; 6] =
    ["Всего уроков", "по болезни", "по уважит. причине", "без уважит. причины", "причина не указана", "опозданий"];
/// Type size of the days.
const SIZE: f64 = 8.0;

/// Binds the months, then the totals; gives first and last page of either, as the contents name them.
pub fn bind(binder: &mut Binder<'_>, index: usize, sheet: &AttendanceSheet, legend: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let first = binder.next_no();
    for month in &sheet.months {
        days(binder, index, sheet, month, legend);
    }
    if !sheet.months.is_empty() {
        spans.push((first, binder.pages.len()));
    }
    let first = binder.next_no();
    totals(binder, index, sheet);
    spans.push((first, binder.pages.len()));
    spans
}

/// One month: how many lessons were missed on each day and why (domain.md 2.4 a).
fn days(binder: &mut Binder<'_>, index: usize, sheet: &AttendanceSheet, month: &AttendanceMonth, legend: &str) {
    let mut page = binder.blank("attendance", index);
    let (name, last) = told(&month.month);
    heading(&mut page, binder.paper.top(), BY_DAYS, &name);
    signed(binder, &mut page, &sheet.id);
    let counts = COUNTS.map(|words| Shape::new("subject", COUNT, "center", Face::Narrow).labelled(words));
    let free = page.w / mm(1.0) - 7.0 - DAY * f64::from(last) - COUNT * counts.len() as f64;
    let mut shapes =
        vec![Shape::new("no", 7.0, "center", Face::Narrow), Shape::new("name", free, "left", Face::Narrow)];
    let day = |day: u32| Shape::new("day", DAY, "center", Face::Narrow).labelled(day.to_string());
    shapes.extend((1..=last).map(day));
    shapes.extend(counts);
    let top = binder.paper.top() + HEADING;
    let legend = format!("В клетке дня: число пропущенных уроков и обозначение причины. {legend}");
    let fitted = fit(legend.trim_end(), Face::Narrow, 7.25, page.w, mm(11.0));
    let legend_height = fitted.size * LEADING * fitted.lines.len() as f64;
    let y = places_top(binder, &sheet.id) - mm(1.5) - legend_height;
    page.texts.push(Text::top(Room { x: page.x, y, w: page.w, h: legend_height }, "left", Face::Narrow, &fitted));
    let of = |learner: &str| month.rows.iter().find(|row| row.learner == learner);
    let mut cells: Vec<Vec<String>> =
        sheet.rows.iter().map(|row| line(row.no.to_string(), &row.name, of(&row.learner), last)).collect();
    let mut total = vec![String::new(), "Итого по классу".to_owned()];
    total.extend((1..=last).map(|_| String::new()));
    total.extend(figures(&month.total));
    cells.push(total);
    // The upright words need 24 mm at the size of the other heads.
    let head = mm(26.0);
    let setting = Even {
        at: [page.x, top],
        head,
        pitch: pitch(cells.len(), mm(5.6), y - mm(2.0) - top - head),
        size: SIZE,
        heavy: 2 + last as usize,
        ..Even::default()
    };
    page.tables.push(summed(even(&setting, &shapes, &cells, &[]), setting.pitch));
    say_if_empty(&mut page, sheet.rows.is_empty());
    binder.bind(page);
}

/// «сентябрь 2025» and the month's last day; what is no month stands as it is over 31 days.
fn told(month: &str) -> (String, u32) {
    let first: Option<NaiveDate> = format!("{month}-01").parse().ok();
    let last = first.and_then(|first| first.checked_add_months(Months::new(1))?.pred_opt());
    match last {
        Some(last) => (format!("{} {}", month_name(last), last.year()), last.day()),
        None => (month.to_owned(), 31),
    }
}

fn line(no: String, name: &str, row: Option<&MonthRow>, last: u32) -> Vec<String> {
    let missed = |day: u32| {
        let own = row.and_then(|row| row.days.iter().find(|one| u32::from(one.day) == day));
        own.map(|one| one.missed.clone()).unwrap_or_default()
    };
    let mut cells = vec![no, name.to_owned()];
    cells.extend((1..=last).map(missed));
    cells.extend(figures(&row.map(|row| row.counts).unwrap_or_default()));
    cells
}

/// The counts under [`COUNTS`].
fn figures(counts: &AttendanceCounts) -> [String; 6] {
    let numbers = [
        counts.lessons,
        counts.lessons_ill,
        counts.lessons_excused,
        counts.lessons_unexcused,
        counts.lessons_unexplained,
        counts.late,
    ];
    numbers.map(figure)
}

/// A count of none is a dash, so that the eye finds what there is.
fn figure(number: u32) -> String {
    if number == 0 { "–".to_owned() } else { number.to_string() }
}

/// The last row is the class's sum, under a rule of its own.
fn summed(mut table: Table, pitch: f64) -> Table {
    let y = round(table.y + table.h - pitch);
    table.heavy.push([table.x, y, round(table.x + table.w), y]);
    table
}

/// The totals of the period (domain.md 2.4 b).
fn totals(binder: &mut Binder<'_>, index: usize, sheet: &AttendanceSheet) {
    let mut page = binder.blank("attendance", index);
    heading(&mut page, binder.paper.top(), MISSED, &binder.snapshot.period.name);
    signed(binder, &mut page, &sheet.id);
    let count = |key| Shape::new(key, 14.5, "center", Face::Narrow);
    let mut shapes =
        vec![Shape::new("no", 8.0, "center", Face::Narrow), Shape::new("name", 56.0, "left", Face::Narrow)];
    shapes.extend(["days", "lessons", "days", "lessons"].map(count));
    shapes.extend(["excused", "unexcused", "unexplained", "late"].map(count));
    let top = binder.paper.top() + HEADING;
    let head = mm(18.0);
    let room = places_top(binder, &sheet.id) - mm(4.0) - top - head;
    let mut cells: Vec<Vec<String>> =
        sheet.rows.iter().map(|row| counts(row.no.to_string(), row.name.clone(), &row.counts)).collect();
    cells.push(counts(String::new(), "Итого по классу".to_owned(), &sheet.total));
    let covers = vec![
        Cover { from: 2, until: 4, label: "Пропущено всего".to_owned() },
        Cover { from: 4, until: 6, label: "по болезни".to_owned() },
        Cover { from: 6, until: 9, label: "уроков по причинам".to_owned() },
    ];
    let setting = Even {
        at: [page.x, top],
        head,
        pitch: pitch(cells.len(), mm(5.6), room),
        size: 9.0,
        band: mm(5.5),
        covers,
        ..Even::default()
    };
    page.tables.push(summed(even(&setting, &shapes, &cells, &[]), setting.pitch));
    binder.bind(page);
}

/// A row of the totals.
fn counts(no: String, name: String, counts: &AttendanceCounts) -> Vec<String> {
    let numbers = [
        counts.days,
        counts.lessons,
        counts.days_ill,
        counts.lessons_ill,
        counts.lessons_excused,
        counts.lessons_unexcused,
        counts.lessons_unexplained,
        counts.late,
    ];
    let mut cells = vec![no, name];
    cells.extend(numbers.map(figure));
    cells
}
