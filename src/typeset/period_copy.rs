//! The period copy of a class's journal: title, contents, learners, courses, missed lessons, final marks. Floor 1.

use crate::domain::names;
use crate::domain::snapshot::{FinalMarksSheet, LearnersSheet, Sheet, StageFacts};
use crate::domain::words::{Gender, count, counted};

use super::Error;
use super::course;
use super::fit::{Fitted, LEADING, fit};
use super::fonts::Face;
use super::pages::{Binder, HEADING, QR_SIDE, heading};
use super::places::{PLACE_HEIGHT, Policy, SEAL_RADIUS, all_signers, first_signers, seal, stack};
use super::plan::{Page, Room, Text, mm};
use super::table::{Even, Flow, Row, Shape, even, flow, halves, paginate, pitch};
use super::wording::{class_name, course_name, day, full_name};
use super::{attendance, changes, title};

/// Type size and line distance of lists.
const LIST: (f64, f64) = (9.5, 10.6);
/// Height of the heads of lists.
const LIST_HEAD: f64 = mm(9.0);
/// Subjects to a page of final marks: a column stays wide enough for «осв».
const MOST_SUBJECTS: usize = 22;

/// Binds all pages.
pub fn bind(binder: &mut Binder<'_>) -> Result<(), Error> {
    let snapshot = binder.snapshot;
    let legend = legend(binder);
    let entries = entries(&snapshot.sheets);
    if let Some(Sheet::Title(sheet)) = snapshot.sheets.first() {
        title::bind(binder, sheet, &all_signers(snapshot, &sheet.id));
    }
    let contents = bind_contents(binder, &entries, &legend);
    let mut spans = Vec::new();
    for (index, sheet) in snapshot.sheets.iter().enumerate() {
        if matches!(sheet, Sheet::Course(_)) && !binder.next_no().is_multiple_of(2) {
            let blank = binder.blank("blank", index.saturating_sub(1));
            binder.bind(blank);
        }
        let first = binder.next_no();
        match sheet {
            Sheet::Title(_) | Sheet::Summary(_) => continue,
            Sheet::Learners(sheet) => learners(binder, index, sheet),
            Sheet::Course(sheet) => course::bind(binder, index, sheet, &legend)?,
            Sheet::Attendance(sheet) => {
                spans.extend(attendance::bind(binder, index, sheet, &legend));
                continue;
            }
            Sheet::FinalMarks(sheet) => final_marks(binder, index, sheet, &legend),
            Sheet::Changes(sheet) => changes::bind(binder, index, sheet),
        }
        spans.push((first, binder.pages.len()));
    }
    closing(binder);
    number_contents(binder, contents, &spans);
    Ok(())
}

/// «н — отсутствовал, причина не указана; Б — болезнь; …».
fn legend(binder: &Binder<'_>) -> String {
    let codes: Vec<String> =
        binder.snapshot.codes.iter().map(|code| format!("{} — {}", code.code, code.meaning)).collect();
    if codes.is_empty() {
        String::new()
    } else {
        format!("Условные обозначения: {}.", codes.join("; "))
    }
}

/// Lines of the contents: what, who answers for it.
fn entries(sheets: &[Sheet]) -> Vec<[String; 2]> {
    let entry = |sheet: &Sheet| {
        let named = |name: &str| [name.to_owned(), String::new()];
        match sheet {
            Sheet::Title(_) | Sheet::Summary(_) => Vec::new(),
            Sheet::Learners(_) | Sheet::FinalMarks(_) | Sheet::Changes(_) => vec![named(&sheet.title())],
            Sheet::Attendance(sheet) => sheet.titles().into_iter().map(named).collect(),
            Sheet::Course(course) => {
                let name = course_name(&course.subject, &course.group);
                let days = course.part.as_ref().map(|part| format!(", {}", part.days())).unwrap_or_default();
                vec![[format!("{name}{days}"), full_name(&course.teacher)]]
            }
        }
    };
    sheets.iter().flat_map(entry).collect()
}

fn contents_shapes() -> [Shape; 4] {
    [
        Shape::new("no", 10.0, "center", Face::Narrow),
        Shape::new("subject-name", 84.0, "left", Face::Narrow),
        Shape::new("teacher", 66.0, "left", Face::Narrow),
        Shape::new("pages", 20.0, "center", Face::Narrow),
    ]
}

/// Binds the contents without page numbers, which are not known yet; gives where the lines of each page stand.
fn bind_contents(binder: &mut Binder<'_>, entries: &[[String; 2]], legend: &str) -> Vec<(usize, Vec<usize>)> {
    let (size, line) = LIST;
    let shapes = contents_shapes();
    let paper = binder.paper;
    let top = paper.top() + HEADING;
    let row = |(index, [name, teacher]): (usize, &[String; 2])| {
        Row::new(&shapes, &[(index + 1).to_string(), name.clone(), teacher.clone(), "0".to_owned()], size)
    };
    let rows: Vec<Row> = entries.iter().enumerate().map(row).collect();
    let mut bound = Vec::new();
    for rows in paginate(rows, halves(paper.bottom() - mm(26.0) - top - LIST_HEAD, line)) {
        let mut page = binder.blank("contents", 0);
        let setting = Flow { at: [page.x, top], head: LIST_HEAD, size, line };
        page.tables.push(flow(&setting, &shapes, &rows));
        under_all(&mut page, paper.bottom(), legend);
        bound.push((binder.pages.len(), rows.iter().map(Row::halves).collect()));
        binder.bind(page);
    }
    bound
}

/// The legend at the foot of a page, beside the QR.
fn under_all(page: &mut Page, bottom: f64, legend: &str) {
    let room = Room { x: page.x, y: bottom - mm(20.5), w: page.w - QR_SIDE - mm(4.0), h: QR_SIDE };
    let fitted = fit(legend, Face::Narrow, 8.0, room.w, room.h);
    page.texts.push(Text::middle(room, "left", Face::Narrow, &fitted));
}

fn number_contents(binder: &mut Binder<'_>, contents: Vec<(usize, Vec<usize>)>, spans: &[(usize, usize)]) {
    let mut spans = spans.iter();
    for (index, heights) in contents {
        let mut lines: Vec<String> = Vec::new();
        for height in heights {
            let Some((first, last)) = spans.next() else { break };
            let end = lines.len() + height;
            lines.push(if first == last { first.to_string() } else { format!("{first}–{last}") });
            lines.resize(end, String::new());
        }
        let column = binder.pages[index].tables.first_mut().and_then(|table| table.columns.last_mut());
        if let Some(column) = column {
            column.text = lines.join("\n").trim_end().to_owned();
        }
    }
}

/// Where signature places of a class's own sheet begin, and the places.
pub(super) fn signed(binder: &Binder<'_>, page: &mut Page, sheet: &str) {
    let signers = first_signers(binder.snapshot, sheet);
    let y = places_top(binder, sheet);
    let room = Room { x: page.x, y, w: page.w - QR_SIDE - mm(3.0), h: PLACE_HEIGHT };
    page.places = stack(&signers, binder.edition, &Policy::of(binder.snapshot), sheet, room);
}

pub(super) fn places_top(binder: &Binder<'_>, sheet: &str) -> f64 {
    let signers = first_signers(binder.snapshot, sheet).len().max(1);
    binder.paper.bottom() - PLACE_HEIGHT * signers as f64
}

fn learners(binder: &mut Binder<'_>, index: usize, sheet: &LearnersSheet) {
    let shapes = [
        Shape::new("no", 9.0, "center", Face::Narrow),
        Shape::new("full-name", 67.0, "left", Face::Narrow),
        Shape::new("born", 22.0, "center", Face::Narrow),
        Shape::new("enrolled", 41.0, "left", Face::Narrow),
        Shape::new("left", 41.0, "left", Face::Narrow),
    ];
    let top = binder.paper.top() + HEADING;
    let room = places_top(binder, &sheet.id) - mm(4.0) - top - LIST_HEAD;
    let cells: Vec<Vec<String>> = sheet
        .rows
        .iter()
        .map(|row| {
            vec![
                row.no.to_string(),
                names::full_name(&row.surname, &row.given_name, &row.patronymic),
                day(&row.born),
                dated(&row.enrolled_on, &row.enrolment_order),
                dated(&row.left_on, &row.leaving_order),
            ]
        })
        .collect();
    let made = |size: f64| -> Vec<Row> { cells.iter().map(|cells| Row::new(&shapes, cells, size)).collect() };
    // One page where a slightly smaller type makes it one, else as many as are needed.
    let (wanted, _) = LIST;
    let size = [wanted, 9.0, 8.5, 8.0]
        .into_iter()
        .find(|size| made(*size).iter().map(Row::halves).sum::<usize>() <= halves(room, size * 1.115))
        .unwrap_or(wanted);
    let line = size * 1.115;
    for rows in paginate(made(size), halves(room, line)) {
        let mut page = binder.blank("learners", index);
        let remark = format!("{} класс", class_name(&binder.snapshot.class.name));
        heading(&mut page, binder.paper.top(), "Список обучающихся", &remark);
        signed(binder, &mut page, &sheet.id);
        let setting = Flow { at: [page.x, top], head: LIST_HEAD, size, line };
        page.tables.push(flow(&setting, &shapes, &rows));
        say_if_empty(&mut page, rows.is_empty());
        binder.bind(page);
    }
}

/// «01.09.2025, пр. № 25-у».
fn dated(date: &str, order: &str) -> String {
    let order =
        if order.is_empty() || order.starts_with("пр") { order.to_owned() } else { format!("пр. № {order}") };
    let parts = [day(date), order];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}

pub(super) fn say_if_empty(page: &mut Page, empty: bool) {
    if let (true, Some(table)) = (empty, page.tables.last()) {
        let room = Room { x: page.x, y: table.y + table.h + mm(1.6), w: page.w, h: mm(5.0) };
        let lines = vec!["В учётном периоде обучающихся в классе не было.".to_owned()];
        page.texts.push(Text::top(room, "left", Face::Serif, &Fitted { size: 10.0, lines }));
    }
}

fn final_marks(binder: &mut Binder<'_>, index: usize, sheet: &FinalMarksSheet, legend: &str) {
    let subjects: Vec<usize> = (0..sheet.subjects.len()).collect();
    // As many pages as needed, with subjects spread evenly over them.
    let pages = subjects.len().div_ceil(MOST_SUBJECTS).max(1);
    let each = subjects.len().div_ceil(pages).max(1);
    let mut parts: Vec<&[usize]> = subjects.chunks(each).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    for part in parts {
        let mut page = binder.blank("final-marks", index);
        heading(
            &mut page,
            binder.paper.top(),
            "Сводная ведомость учёта успеваемости обучающихся",
            if sheet.period.is_empty() { &binder.snapshot.period.name } else { &sheet.period },
        );
        signed(binder, &mut page, &sheet.id);
        let mut shapes =
            vec![Shape::new("no", 8.0, "center", Face::Narrow), Shape::new("name", 48.0, "left", Face::Narrow)];
        let free = page.w / mm(1.0) - 56.0;
        let each = (free / part.len().max(1) as f64).min(13.0);
        shapes[1].w += mm((free - each * part.len() as f64).min(30.0));
        shapes.extend(
            part.iter().map(|&at| {
                Shape::new("subject", each, "center", Face::NarrowBold).labelled(sheet.subjects[at].clone())
            }),
        );
        let top = binder.paper.top() + HEADING;
        let fitted = fit(legend, Face::Narrow, 7.25, page.w, mm(11.0));
        let legend_height = fitted.size * LEADING * fitted.lines.len() as f64;
        let y = places_top(binder, &sheet.id) - mm(1.5) - legend_height;
        page.texts.push(Text::top(Room { x: page.x, y, w: page.w, h: legend_height }, "left", Face::Narrow, &fitted));
        let head = mm(40.0);
        let cells: Vec<Vec<String>> = sheet
            .rows
            .iter()
            .map(|row| {
                let marks = part.iter().map(|&at| row.marks.get(at).cloned().unwrap_or_default());
                [row.no.to_string(), row.name.clone()].into_iter().chain(marks).collect()
            })
            .collect();
        let setting = Even {
            at: [page.x, top],
            head,
            pitch: pitch(cells.len(), mm(5.6), y - mm(2.0) - top - head),
            size: 9.0,
            ..Even::default()
        };
        page.tables.push(even(&setting, &shapes, &cells, &[]));
        say_if_empty(&mut page, cells.is_empty());
        binder.bind(page);
    }
}

/// The certifying inscription (заверительная надпись, domain.md 2.9), filled in by hand on the paper copy.
fn closing(binder: &mut Binder<'_>) {
    let mut page = binder.blank("closing", 0);
    // Printed on both sides, two pages make a sheet of paper; this page is the last.
    let sheets = page.no.div_ceil(2) as u64;
    let counted = counted(sheets, Gender::Masculine, "лист", "листа", "листов");
    let what = match binder.snapshot.copy.supplement {
        Some(_) => "В настоящем дополнительном листе к копии журнала",
        None => "В настоящей копии журнала",
    };
    let text = format!("{what} пронумеровано, прошнуровано и скреплено печатью {counted}.");
    let room = Room { x: page.x + mm(20.0), y: mm(110.0), w: page.w - mm(40.0), h: mm(20.0) };
    let fitted = fit(&text, Face::Serif, 13.0, room.w, room.h);
    page.texts.push(Text::middle(room, "center", Face::Serif, &fitted));
    // Who counts the paper meets two kinds of sheets; the page says which is which.
    let pages = count(page.no as u64, "страница", "страницы", "страниц");
    let of = binder.snapshot.sheets.len();
    let text = format!(
        "{pages}, печать с двух сторон. «Лист … / {of}» внизу страниц – лист журнала: его подписывают целиком."
    );
    let room = Room { y: room.y + room.h, h: mm(5.0), ..room };
    page.texts.push(Text::middle(room, "center", Face::Narrow, &fit(&text, Face::Narrow, 8.0, room.w, room.h)));
    let title = binder.snapshot.sheets.first().map_or("", Sheet::id);
    let signers = all_signers(binder.snapshot, title);
    let unsigned = crate::domain::edition::Edition { marks: Vec::new(), seal: None, ..binder.edition.clone() };
    if let Some((stage, signer)) = signers.last() {
        // Here the office is enough: what is certified stands above.
        let stage = StageFacts { title: String::new(), ..(*stage).clone() };
        let room = Room { x: page.x, y: mm(140.0), w: page.w, h: PLACE_HEIGHT };
        page.places = stack(&[(&stage, *signer)], &unsigned, &Policy::of(binder.snapshot), title, room);
        // The stitching is certified after the copy is signed: no stage of the route waits for this place.
        for place in &mut page.places {
            place.of = (String::new(), String::new());
        }
    }
    let policy = Policy::of(binder.snapshot);
    page.seal = Some(seal(&unsigned, &policy, page.x + SEAL_RADIUS, mm(168.0) + SEAL_RADIUS));
    binder.bind(page);
}
