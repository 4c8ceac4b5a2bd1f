//! The page of a re-issued copy that says what changed: sheet, learner, cell, was, is, ground (F44). Floor 1.

use crate::domain::difference::sheet_name;
use crate::domain::route::{self, BY_SHEETS};
use crate::domain::snapshot::{ChangedValue, ChangesSheet, Sheet, Snapshot};
use crate::domain::words;

use super::fit::{LEADING, fit};
use super::fonts::Face;
use super::pages::{Binder, HEADING, heading};
use super::period_copy::{places_top, signed};
use super::plan::{Room, Text, mm};
use super::table::{Flow, Row, Shape, flow, halves, paginate};

/// Type size of the table, and the distance of its lines.
const SIZE: f64 = 8.5;
const LINE: f64 = SIZE * 1.12;
/// Height of the head.
const HEAD: f64 = mm(9.0);
/// Widths of number, sheet, learner, cell, was, is and ground on 180 mm; a wider page gives each its share.
const WIDTHS: [f64; 7] = [8.0, 29.0, 32.0, 40.0, 19.0, 19.0, 33.0];

/// Binds as many pages as the changes need; a version that changed nothing has one that says so.
pub fn bind(binder: &mut Binder<'_>, index: usize, sheet: &ChangesSheet) {
    let paper = binder.paper;
    let shapes = shapes(paper.width());
    let anew = anew(binder.snapshot, sheet);
    let ground = match sheet.rows.is_empty() || anew.is_empty() {
        true => format!("Основание новой версии: {}", sheet.ground),
        false => format!("Основание новой версии: {} Подписать заново: {anew}.", words::stopped(&sheet.ground)),
    };
    let ground = fit(&ground, Face::Serif, 10.0, paper.width(), mm(14.0));
    let said = ground.size * LEADING * ground.lines.len() as f64;
    let top = paper.top() + HEADING + said + mm(2.5);
    let room = places_top(binder, &sheet.id) - mm(4.0) - top - HEAD;
    let row = |(index, row): (usize, &ChangedValue)| Row::new(&shapes, &cells(index, row), SIZE);
    let rows: Vec<Row> = sheet.rows.iter().enumerate().map(row).collect();
    let parts = if rows.is_empty() { vec![Vec::new()] } else { paginate(rows, halves(room, LINE)) };
    for rows in parts {
        let mut page = binder.blank("changes", index);
        heading(&mut page, paper.top(), &sheet.title(), &format!("версия {}", binder.snapshot.copy.version));
        signed(binder, &mut page, &sheet.id);
        let words = Room { x: page.x, y: paper.top() + HEADING, w: page.w, h: said };
        page.texts.push(Text::top(words, "left", Face::Serif, &ground));
        if rows.is_empty() {
            let room = Room { x: page.x, y: top + mm(1.0), w: page.w, h: mm(10.0) };
            let text = unchanged(sheet, &anew);
            page.texts.push(Text::top(room, "left", Face::Serif, &fit(&text, Face::Serif, 10.0, room.w, room.h)));
        } else {
            page.tables.push(flow(&Flow { at: [page.x, top], head: HEAD, size: SIZE, line: LINE }, &shapes, &rows));
        }
        binder.bind(page);
    }
}

/// What stands where nothing changed: which signatures stand.
fn unchanged(sheet: &ChangesSheet, anew: &str) -> String {
    match anew {
        "" if sheet.unsigned => {
            "Содержание листов не изменилось. Подписей учителей под прежней версией не было.".to_owned()
        }
        "" => "Содержание листов не изменилось: подписи учителей под своими листами остались в силе.".to_owned(),
        anew => format!("Содержание листов не изменилось. Прежняя подпись не перенесена. Подписать заново: {anew}."),
    }
}

/// The sheets that are signed anew and who signs them: «лист 7 «Алгебра» (Иванова И.И.)»; of more than a line takes, their number.
fn anew(snapshot: &Snapshot, sheet: &ChangesSheet) -> String {
    const NAMED: usize = 3;
    let places = || snapshot.route.iter().filter(|stage| stage.id == BY_SHEETS).flat_map(|stage| &stage.signers);
    let is_anew = |one: &Sheet| sheet.signed_anew.iter().any(|id| id.as_str() == one.id());
    let named = (1..).zip(&snapshot.sheets).filter(|(_, one)| is_anew(one)).map(|(no, one): (usize, &Sheet)| {
        let name = match one {
            Sheet::Course(course) => course.listed(),
            other => sheet_name(other),
        };
        let signer = places().find(|place| place.sheets.iter().any(|id| id.as_str() == one.id()));
        let signer = signer.map(|place| format!(" ({})", route::called(&place.person))).unwrap_or_default();
        format!("лист {no} «{name}»{signer}")
    });
    let named: Vec<String> = named.collect();
    match named.len() {
        0..=NAMED => named.join("; "),
        n => words::count(n as u64, "лист", "листа", "листов"),
    }
}

fn cells(index: usize, row: &ChangedValue) -> Vec<String> {
    let value = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    vec![
        (index + 1).to_string(),
        row.sheet.clone(),
        row.learner.clone(),
        row.cell.clone(),
        value(&row.was),
        value(&row.is),
        row.ground.clone(),
    ]
}

fn shapes(width: f64) -> [Shape; 7] {
    let share = width / mm(WIDTHS.iter().sum());
    let [no, sheet, learner, cell, was, is, ground] = WIDTHS.map(|width| width * share);
    [
        Shape::new("no", no, "center", Face::Narrow),
        Shape::new("change-sheet", sheet, "left", Face::Narrow),
        Shape::new("change-learner", learner, "left", Face::Narrow),
        Shape::new("change-cell", cell, "left", Face::Narrow),
        Shape::new("was", was, "left", Face::Narrow),
        Shape::new("is", is, "left", Face::NarrowBold),
        Shape::new("change-ground", ground, "left", Face::Narrow),
    ]
}
