//! The summary sheet of the year: marks of all periods, the council's decisions, totals, signatures. Floor 1.

use std::collections::BTreeMap;

use crate::domain::snapshot::{Sheet, SummaryRow, SummarySheet};

use super::fit::{Fitted, LEADING, fit, wrap};
use super::fonts::Face;
use super::pages::{Binder, QR_SIDE};
use super::places::{PLACE_HEIGHT, Policy, SEAL_RADIUS, all_signers, seal, stack};
use super::plan::{Column, Page, Room, Table, Text, mm, round};
use super::table::{Even, PADDING, Shape, even};
use super::wording::{class_name, full_name, in_digits_and_words};
use super::{changes, title};

/// Height of the heads: subjects stand upright.
const HEAD: f64 = mm(36.0);
/// Lowest and highest row of a period.
const ROWS: [f64; 2] = [mm(3.8), mm(5.4)];
/// Heading of a page: as high as the QR at its right end.
const TOP: f64 = QR_SIDE + mm(1.5);
/// A learner's cell needs this height for the name and what stands under it.
const LEAST_BLOCK: f64 = mm(22.0);
/// Widths of the columns round the subjects: number, name, period, decision, millimetres.
const WIDTHS: [f64; 4] = [8.0, 44.0, 26.0, 40.0];
/// Words by which a row of the year stands out in bold.
const YEARLY: [&str; 2] = ["Годовая", "Итоговая"];

/// Binds all pages.
pub fn bind(binder: &mut Binder<'_>) {
    let snapshot = binder.snapshot;
    for (index, sheet) in snapshot.sheets.iter().enumerate() {
        match sheet {
            Sheet::Title(sheet) => title::bind(binder, sheet, &[]),
            Sheet::Summary(sheet) => {
                table_pages(binder, index, sheet);
                totals(binder, index, sheet);
            }
            Sheet::Changes(sheet) => changes::bind(binder, index, sheet),
            Sheet::Learners(_) | Sheet::Course(_) | Sheet::Attendance(_) | Sheet::FinalMarks(_) => {}
        }
    }
}

fn table_pages(binder: &mut Binder<'_>, index: usize, sheet: &SummarySheet) {
    let top = binder.paper.top() + TOP;
    let room = binder.paper.bottom() - mm(1.0) - top - HEAD;
    let group = sheet.periods.len().max(1);
    let least = (ROWS[0] * group as f64).max(LEAST_BLOCK);
    let per_page = ((room / least).floor() as usize).max(1);
    let wanted = (room / (per_page * group) as f64).min(ROWS[1].max(LEAST_BLOCK / group as f64));
    let pitch = (wanted * 100.0).floor() / 100.0;
    let mut parts: Vec<&[SummaryRow]> = sheet.rows.chunks(per_page).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    for rows in parts {
        let mut page = binder.blank("summary", index);
        headed(binder, &mut page, "Сводная ведомость учёта успеваемости обучающихся");
        let shapes = shapes(sheet, page.w);
        let last = shapes.len() - 1;
        let setting = Even {
            at: [page.x, top],
            head: HEAD,
            pitch,
            size: 9.0,
            group,
            merged: vec![0, 1, last],
            ..Even::default()
        };
        page.tables.push(table(sheet, rows, &setting, &shapes));
        // Here the table takes the whole width, so the QR stands at the end of the heading.
        page.qr[1] = round(binder.paper.top());
        if rows.is_empty() {
            let room = Room { x: page.x, y: top + HEAD + mm(2.0), w: page.w, h: mm(5.0) };
            let lines = vec!["В учебном году обучающихся в классе не было.".to_owned()];
            page.texts.push(Text::top(room, "left", Face::Serif, &Fitted { size: 10.0, lines }));
        }
        binder.bind(page);
    }
}

/// School, name of the sheet, class, year and class teacher (domain.md 2.5), left of the QR's corner.
fn headed(binder: &Binder<'_>, page: &mut Page, words: &str) {
    let (snapshot, top) = (binder.snapshot, binder.paper.top());
    let room = Room { x: page.x, y: top - mm(0.6), w: page.w - QR_SIDE - mm(6.0), h: mm(4.0) };
    let mut put = |room: Room, face, size, text: &str| {
        page.texts.push(Text::middle(room, "left", face, &fit(text, face, size, room.w, room.h)));
    };
    put(room, Face::Narrow, 8.5, &snapshot.school.name);
    put(Room { y: top + mm(3.6), h: mm(7.4), ..room }, Face::SerifBold, 14.0, words);
    let class = class_name(&snapshot.class.name);
    let teacher = full_name(&snapshot.class.teacher);
    let under = format!("{class} класс, {} учебный год. Классный руководитель: {teacher}", snapshot.year);
    put(Room { y: top + mm(11.4), h: mm(4.6), ..room }, Face::Serif, 10.0, &under);
}

fn shapes(sheet: &SummarySheet, room: f64) -> Vec<Shape> {
    let [no, name, period, decision] = WIDTHS;
    let free = room / mm(1.0) - no - name - period - decision;
    let each = (free / sheet.subjects.len().max(1) as f64).min(12.0);
    // What few subjects leave free goes to the names and the decisions.
    let spare = (free - each * sheet.subjects.len() as f64) / 2.0;
    let mut shapes = vec![
        Shape::new("no", no, "center", Face::Narrow),
        Shape::new("full-name", name + spare, "left", Face::Narrow),
        Shape::new("period", period, "left", Face::Narrow),
    ];
    shapes.extend(
        sheet
            .subjects
            .iter()
            .map(|subject| Shape::new("subject", each, "center", Face::Narrow).labelled(subject.clone())),
    );
    shapes.push(Shape::new("decision", decision + spare, "left", Face::Narrow));
    shapes
}

fn table(sheet: &SummarySheet, rows: &[SummaryRow], setting: &Even, shapes: &[Shape]) -> Table {
    let yearly: Vec<bool> =
        sheet.periods.iter().map(|period| YEARLY.iter().any(|word| period.starts_with(word))).collect();
    let mut plain = Vec::new();
    let mut bold = Vec::new();
    for row in rows {
        for (at, period) in sheet.periods.iter().enumerate() {
            let empty = Vec::new();
            let marks = row.marks.get(at).unwrap_or(&empty);
            let mut cells = vec![String::new(), String::new(), period.clone()];
            cells.extend((0..sheet.subjects.len()).map(|subject| marks.get(subject).cloned().unwrap_or_default()));
            cells.push(String::new());
            let none = vec![String::new(); cells.len()];
            let (mine, other) = if yearly[at] { (&mut bold, &mut plain) } else { (&mut plain, &mut bold) };
            mine.push(cells);
            other.push(none);
        }
    }
    let mut table = even(setting, shapes, &plain, &[]);
    // Yearly rows are a second layer of the same columns, in bold.
    let heavier: Vec<Shape> =
        shapes.iter().map(|shape| Shape { face: Face::NarrowBold, label: String::new(), ..*shape }).collect();
    let layer = even(setting, &heavier, &bold, &[]);
    let named = |column: Column| Column { key: "layer", ..column };
    table.columns.extend(layer.columns.into_iter().filter(|column| !column.text.is_empty()).map(named));
    table.loose.extend(layer.loose);
    let body = setting.at[1] + setting.head;
    let block = setting.pitch * setting.group as f64;
    for (index, row) in rows.iter().enumerate() {
        let y = body + block * index as f64;
        table.loose.extend(learner(row, shapes, setting.at[0], y, block));
    }
    table
}

/// Number, name, what happened to the learner, and the council's decision.
fn learner(row: &SummaryRow, shapes: &[Shape], x: f64, y: f64, block: f64) -> Vec<Text> {
    let [no, name] = [shapes[0].w, shapes[1].w];
    let room = |x: f64, w: f64| Room { x: x + PADDING, y: y + mm(0.7), w: w - 2.0 * PADDING, h: block - mm(1.4) };
    let name_room = room(x + no, name);
    let name_fitted = fit(&row.name, Face::Narrow, 10.0, name_room.w, name_room.h * 0.45);
    let under = name_fitted.size * LEADING * name_fitted.lines.len() as f64 + mm(0.8);
    let mut texts = vec![
        Text::top(room(x, no), "center", Face::Narrow, &Fitted { size: 10.0, lines: vec![row.no.to_string()] }),
        Text::top(name_room, "left", Face::Narrow, &name_fitted),
    ];
    let missed = &row.attendance;
    let mut remarks = Vec::new();
    if !row.movement.is_empty() {
        remarks.push(row.movement.clone());
    }
    if missed.lessons > 0 {
        // A figure never stands alone on a line.
        remarks.push(format!("Пропущено уроков:\u{a0}{},", missed.lessons));
        remarks.push(format!("из них по болезни:\u{a0}{}", missed.lessons_ill));
    }
    if !remarks.is_empty() {
        let room = Room { y: name_room.y + under, h: name_room.h - under, ..name_room };
        texts.push(Text::top(room, "left", Face::Narrow, &fit(&remarks.join("\n"), Face::Narrow, 7.5, room.w, room.h)));
    }
    if !row.decision.is_empty() {
        let w = shapes[shapes.len() - 1].w;
        let left = x + shapes[..shapes.len() - 1].iter().map(|shape| shape.w).sum::<f64>();
        let room = room(left, w);
        texts.push(Text::middle(room, "left", Face::Narrow, &fit(&row.decision, Face::Narrow, 8.75, room.w, room.h)));
    }
    texts
}

/// The closing page: totals in digits and words, signatures, the seal.
fn totals(binder: &mut Binder<'_>, index: usize, sheet: &SummarySheet) {
    let mut page = binder.blank("totals", index);
    let paper = binder.paper;
    headed(binder, &mut page, "Итоги учебного года");
    let signers = all_signers(binder.snapshot, &sheet.id);
    let places = paper.bottom() - mm(2.0) - PLACE_HEIGHT * signers.len().min(4) as f64;
    let room = Room { x: page.x, y: paper.top() + TOP + mm(3.0), w: page.w, h: 0.0 };
    page.texts.extend(counts(sheet, Room { h: places - mm(4.0) - room.y, ..room }));
    let policy = Policy::of(binder.snapshot);
    let signing = Room { x: page.x, y: places, w: mm(170.0), h: PLACE_HEIGHT };
    page.places = stack(&signers[..signers.len().min(4)], binder.edition, &policy, &sheet.id, signing);
    let x = page.x + mm(174.0) + SEAL_RADIUS;
    page.seal = Some(seal(binder.edition, &policy, x, paper.bottom() - mm(2.0) - SEAL_RADIUS));
    binder.bind(page);
    for signers in signers[signers.len().min(4)..].chunks(5) {
        let mut page = binder.blank("signatures", index);
        let room = Room { y: paper.top() + mm(14.0), ..signing };
        page.places = stack(signers, binder.edition, &policy, &sheet.id, room);
        binder.bind(page);
    }
}

/// A decision on one learner as it is counted for the class, whoever the learner is: «Переведён», «Переведена» and «Переведён(а)» are all
/// «Переведено»; the debt of one who is promoted conditionally stays in that learner's row (domain.md 2.5).
fn of_all(decision: &str) -> String {
    const COUNTED: [(&str, &str); 5] = [
        ("Переведен", "Переведено"),
        ("Оставлен", "Оставлено"),
        ("Допущен", "Допущено"),
        ("Выпущен", "Выпущено"),
        ("Выбыл", "Выбыло"),
    ];
    let decision = decision.split(". Протокол").next().unwrap_or("").trim();
    let decision = decision.split(" (академическая задолженность").next().unwrap_or("");
    let (verb, rest) = decision.split_once(' ').unwrap_or((decision, ""));
    let plain = verb.replace('ё', "е");
    let of = |stem: &str| plain.strip_prefix(stem).is_some_and(|ending| ["", "а", "(а)"].contains(&ending));
    match COUNTED.iter().find(|(stem, _)| of(stem)) {
        Some((_, all)) => format!("{all} {rest}").trim_end().to_owned(),
        None => decision.to_owned(),
    }
}

fn counts(sheet: &SummarySheet, room: Room) -> Vec<Text> {
    let totals = &sheet.totals;
    let mut pairs = vec![
        ("Обучающихся на начало года".to_owned(), in_digits_and_words(totals.at_start)),
        ("Прибыло в течение года".to_owned(), in_digits_and_words(totals.arrived)),
        ("Выбыло в течение года".to_owned(), in_digits_and_words(totals.left)),
        ("Обучающихся на конец года".to_owned(), in_digits_and_words(totals.at_end)),
    ];
    let mut decisions: BTreeMap<String, u32> = BTreeMap::new();
    for decision in sheet.rows.iter().map(|row| of_all(&row.decision)).filter(|decision| !decision.is_empty()) {
        *decisions.entry(decision).or_default() += 1;
    }
    if decisions.is_empty() {
        // The council had not spoken when the year was closed: places for ink (domain.md 2.5).
        let places = ["Переведено", "Переведено условно", "Оставлено на повторное обучение", "Выпущено"];
        pairs.extend(places.map(|name| (name.to_owned(), "_".repeat(40))));
    }
    pairs.extend(decisions.into_iter().map(|(decision, count)| (decision, in_digits_and_words(count))));
    let names = mm(95.0);
    let mut size = 11.0;
    loop {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for (name, value) in &pairs {
            let mut name = wrap(name, Face::Serif, size, names - mm(4.0));
            let mut value = wrap(value, Face::Serif, size, room.w - names);
            let lines = name.len().max(value.len());
            name.resize(lines, String::new());
            value.resize(lines, String::new());
            left.append(&mut name);
            right.append(&mut value);
        }
        let slot = size * 1.45;
        if slot * left.len() as f64 > room.h && size > 1.0 {
            size -= 0.25;
            continue;
        }
        let make = |lines, x, w| {
            let mut text = Text::top(Room { x, w, ..room }, "left", Face::Serif, &Fitted { size, lines });
            text.slot = round(slot);
            text
        };
        return vec![make(left, room.x, names), make(right, room.x + names, room.w - names)];
    }
}

#[cfg(test)]
mod tests {
    use super::of_all;

    #[test]
    fn a_decision_is_counted_for_the_class_whoever_the_learner_is() {
        for one in ["Переведён", "Переведена", "Переведен", "Переведён(а)"] {
            assert_eq!(of_all(&format!("{one} в 6 класс. Протокол от 26.05.2026 № 8")), "Переведено в 6 класс");
        }
        let debt = "Переведена в 9 класс условно (академическая задолженность: Алгебра). Протокол от 26.05.2026 № 8";
        assert_eq!(of_all(debt), "Переведено в 9 класс условно");
        assert_eq!(of_all("Оставлен на повторное обучение"), "Оставлено на повторное обучение");
        assert_eq!(
            of_all("Выдан аттестат об основном общем образовании"),
            "Выдан аттестат об основном общем образовании"
        );
        assert_eq!(of_all(""), "");
    }
}
