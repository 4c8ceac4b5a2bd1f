//! The title page: whose record it is, for what time, who answers for it, and by what it can be checked. Floor 1.

use crate::domain::canon::Digest;
use crate::domain::edition::EditionKind;
use crate::domain::journal::YEAR;
use crate::domain::snapshot::{CopyKind, TitleSheet};
use crate::domain::words::{count, moment};

use super::fit::{Fitted, LEADING, wrap, wrap_evenly};
use super::fonts::{Face, width};
use super::pages::{Binder, QR_SIDE};
use super::places::{PLACE_HEIGHT, Policy, SEAL_RADIUS, Signer, seal, stack};
use super::plan::{Page, Room, Text, mm};
use super::table::{Flow, Row, Shape, flow, halves, paginate};
use super::wording::{class_name, day, full_name, in_fours};

/// Signature places that the title page of a journal has room for; further ones have a page of their own.
const MOST_PLACES: usize = 4;
/// Signature places to a page of their own: 8 of 25 mm, above the QR.
const PLACES_ON_A_PAGE: usize = 8;
/// Height of the lower zone: the means of checking, beside the seal's circle where the seal stands on this page.
const LOWER: f64 = mm(30.0);

/// Says whose place is free.
const STAMP: &str = "[место штампа дела]";
/// Width and height of the place for the file's stamp: three short lines (fund, inventory, file).
const STAMP_WIDTH: f64 = mm(36.0);
const STAMP_HEIGHT: f64 = mm(24.0);
/// Lines that stand beside the stamp: title, class, year.
const LINES_BESIDE_STAMP: usize = 3;
/// A place for ink: what nobody knows before the seal.
const FOR_INK: &str = "____________________";
/// A hand writes longer than the rule, and above it.
const INK_WIDTH: f64 = mm(50.0);
const INK_ABOVE: f64 = mm(2.5);

/// Words set in the middle, one under another.
struct Block {
    face: Face,
    size: f64,
    text: String,
    /// Air above, millimetres.
    above: f64,
    /// Whether the page's free height goes above it.
    flexible: bool,
}

impl Block {
    fn new(face: Face, size: f64, text: impl Into<String>, above: f64) -> Self {
        Self { face, size, text: text.into(), above, flexible: false }
    }

    fn flexible(self) -> Self {
        Self { flexible: true, ..self }
    }
}

/// Binds the title page, and pages for what it has no room for. Without signers the page carries no seal either: a summary
/// sheet is signed under its totals.
pub fn bind(binder: &mut Binder<'_>, sheet: &TitleSheet, signers: &[Signer<'_>]) {
    let mut page = binder.blank("title", 0);
    let paper = binder.paper;
    let here = &signers[..signers.len().min(MOST_PLACES)];
    let zone = if signers.is_empty() { LOWER } else { 2.0 * SEAL_RADIUS };
    let lower = paper.bottom() - zone;
    let places = lower - mm(2.0) - PLACE_HEIGHT * here.len() as f64;
    let policy = Policy::of(binder.snapshot);
    let room = Room { x: page.x, y: places, w: page.w, h: PLACE_HEIGHT };
    page.places = stack(here, binder.edition, &policy, &sheet.id, room);
    let left_over = upper(binder, sheet, &mut page, places - mm(4.0));
    let mut x = page.x;
    if !signers.is_empty() {
        page.seal = Some(seal(binder.edition, &policy, page.x + SEAL_RADIUS, lower + SEAL_RADIUS));
        x += 2.0 * SEAL_RADIUS + mm(6.0);
    }
    let w = page.x + page.w - QR_SIDE - mm(4.0) - x;
    page.texts.extend(checks(binder, Room { x, y: lower, w, h: zone }));
    binder.bind(page);
    if left_over {
        omissions(binder);
    }
    for signers in signers[here.len()..].chunks(PLACES_ON_A_PAGE) {
        let mut page = binder.blank("signatures", 0);
        let room = Room { x: page.x, y: paper.top() + mm(14.0), w: page.w, h: PLACE_HEIGHT };
        page.places = stack(signers, binder.edition, &policy, &sheet.id, room);
        binder.bind(page);
    }
}

/// The upper part down to `bottom`, set smaller where a long name needs it; says whether the omissions are left over.
fn upper(binder: &Binder<'_>, sheet: &TitleSheet, page: &mut Page, bottom: f64) -> bool {
    let top = binder.paper.top();
    let room = Room { x: page.x, y: top, w: page.w, h: bottom - top };
    let omissions = &binder.snapshot.omissions;
    for listed in [true, false] {
        let mut scale = 1.0;
        while scale > 0.3 {
            if let Some(texts) = compose(binder, sheet, room, scale, listed) {
                page.ink = ink(&texts);
                page.texts.extend(texts);
                return !listed && !omissions.is_empty();
            }
            // A long list is worth a page of its own rather than small print.
            if listed && scale < 0.9 && !omissions.is_empty() {
                break;
            }
            scale -= 0.05;
        }
    }
    false
}

fn compose(binder: &Binder<'_>, sheet: &TitleSheet, room: Room, scale: f64, listed: bool) -> Option<Vec<Text>> {
    let heads = heads(binder, sheet);
    let set = |block: &Block| {
        let size = block.size * scale;
        Fitted { size, lines: wrap_evenly(&block.text, block.face, size, room.w * 0.9) }
    };
    let fitted: Vec<Fitted> = heads.iter().map(set).collect();
    let mut beside_title = Vec::new();
    let (mut facts, facts_height) = fields(&facts(binder, sheet), 10.0 * scale, mm(46.0), room);
    let ground = ground(binder, room, scale, listed);
    let ground_height: f64 = ground.iter().map(|text| height(text) + mm(1.5)).sum();
    let heads_height: f64 =
        fitted.iter().zip(&heads).map(|(f, b)| f.size * LEADING * f.lines.len() as f64 + mm(b.above) * scale).sum();
    let free = room.h - heads_height - facts_height - ground_height - mm(6.0) * scale;
    // A page without any air is worth setting smaller.
    if free < mm(15.0) * scale {
        return None;
    }
    // Free height goes into three gaps: above the title, above the facts, above the ground or the signatures.
    let gap = free / 3.0;
    let mut y = room.y;
    let mut texts = Vec::new();
    for (fitted, block) in fitted.iter().zip(&heads) {
        y += mm(block.above) * scale + if block.flexible { gap } else { 0.0 };
        let inner = Room { x: room.x, y, w: room.w, h: 0.0 };
        texts.push(Text::top(inner, "center", block.face, fitted));
        if block.flexible || !beside_title.is_empty() && beside_title.len() < LINES_BESIDE_STAMP {
            beside_title.push((y, block.face, fitted));
        }
        y += fitted.size * LEADING * fitted.lines.len() as f64;
    }
    if !sheet.exemplar.is_empty() {
        texts.extend(stamp(&beside_title, room));
    }
    y += mm(6.0) * scale + gap;
    facts.iter_mut().for_each(|text| text.y += y - room.y);
    y += facts_height + gap * 0.7;
    texts.append(&mut facts);
    for mut text in ground {
        text.y = y;
        y += height(&text) + mm(1.5);
        texts.push(text);
    }
    texts.iter_mut().for_each(|text| text.y = super::plan::round(text.y));
    Some(texts)
}

/// The free place of the file's stamp (domain.md 2.1), right of title, class and year; `None` where these lines leave no room for one.
fn stamp(beside: &[(f64, Face, &Fitted)], room: Room) -> Option<Text> {
    let widest = |(_, face, fitted): &(f64, Face, &Fitted)| {
        fitted.lines.iter().map(|line| width(line, *face, fitted.size)).fold(0.0, f64::max)
    };
    let taken = beside.iter().map(widest).fold(0.0, f64::max);
    let free = (room.w - taken) / 2.0 - mm(2.0);
    let (top, ..) = beside.first()?;
    let fitted = Fitted { size: 7.0, lines: vec![STAMP.to_owned()] };
    let place = Room { x: room.x + room.w - STAMP_WIDTH, y: *top, w: STAMP_WIDTH, h: 0.0 };
    (free >= STAMP_WIDTH).then(|| Text::top(place, "center", Face::Narrow, &fitted))
}

/// Where hands write on the upper part: the file's stamp, the number in the register.
fn ink(texts: &[Text]) -> Vec<[f64; 4]> {
    let mut places = Vec::new();
    for text in texts {
        if text.text == STAMP {
            places.push([text.x, text.y, text.w, STAMP_HEIGHT]);
        }
        for (no, line) in text.text.split('\n').enumerate() {
            if let Some(words) = line.strip_suffix(FOR_INK) {
                let y = text.y + text.slot * no as f64 - INK_ABOVE;
                let x = text.x + width(words, text.face, text.size);
                places.push([x, y, INK_WIDTH, text.slot + INK_ABOVE]);
            }
        }
    }
    places
}

fn height(text: &Text) -> f64 {
    text.slot * text.text.split('\n').count() as f64
}

fn heads(binder: &Binder<'_>, sheet: &TitleSheet) -> Vec<Block> {
    let snapshot = binder.snapshot;
    let period = &snapshot.period;
    // The name in quotation marks begins a line of its own, as on a school's letterhead.
    let name = snapshot.school.name.replacen(" «", "\n«", 1);
    let mut blocks = Vec::new();
    if snapshot.school.founder.is_empty() {
        blocks.push(Block::new(Face::Serif, 13.0, name, 0.0));
    } else {
        blocks.push(Block::new(Face::Serif, 10.5, &snapshot.school.founder, 0.0));
        blocks.push(Block::new(Face::Serif, 13.0, name, 1.5));
    }
    if !snapshot.school.town.is_empty() {
        blocks.push(Block::new(Face::Serif, 11.0, &snapshot.school.town, 1.0));
    }
    blocks.push(Block::new(Face::SerifBold, 25.0, &sheet.title, 0.0).flexible());
    blocks.push(Block::new(Face::Serif, 17.0, format!("{} класса", class_name(&snapshot.class.name)), 3.0));
    blocks.push(Block::new(Face::Serif, 13.0, format!("на {} учебный год", snapshot.year), 2.0));
    if snapshot.copy.kind == CopyKind::PeriodCopy {
        let what = match snapshot.copy.supplement {
            Some(_) => "(записи электронного журнала, внесённые после составления копии)",
            None => "(копия электронного журнала)",
        };
        blocks.push(Block::new(Face::Serif, 10.5, what, 1.5));
        let span = if period.id == YEAR { "Учебный год" } else { &period.name };
        let dates = format!("{span}: с {} по {}", day(&period.starts), day(&period.ends));
        blocks.push(Block::new(Face::SerifBold, 12.5, dates, 4.0));
    }
    if !sheet.contents.is_empty() {
        blocks.push(Block::new(Face::SerifBold, 10.5, &sheet.contents, 4.0));
    }
    blocks
}

fn facts<'s>(binder: &Binder<'_>, sheet: &'s TitleSheet) -> Vec<(&'s str, String)> {
    let snapshot = binder.snapshot;
    let policy = &snapshot.policy;
    let titled =
        if policy.order.is_empty() { policy.title.clone() } else { format!("{} ({})", policy.title, policy.order) };
    let issued = match binder.edition.kind {
        EditionKind::Issued => "Выпуск для проверки",
        EditionKind::Sealed => "Подписанный выпуск",
    };
    let supplement = snapshot.copy.supplement.as_deref();
    let number = if supplement.is_some() {
        "Номер дополнительного листа"
    } else {
        "Номер копии"
    };
    let mut facts = vec![
        ("Классный руководитель", full_name(&snapshot.class.teacher)),
        (number, format!("{}, версия {}", snapshot.copy.number, snapshot.copy.version)),
        ("Система ведения журнала", sheet.system.clone()),
    ];
    if !sheet.exemplar.is_empty() {
        // The number is given when the record is sealed, after its pages are set.
        facts.insert(2, (&sheet.exemplar, format!("Регистрационный № в реестре: {FOR_INK}")));
    }
    if let Some(of) = supplement {
        let entries = count(of.entries.into(), "запись", "записи", "записей");
        let (number, version) = (&of.copy_number, of.copy_version);
        let snapshot = of.copy_snapshot.prefix().to_lowercase();
        facts.push((
            "К копии",
            format!("№ {number}, версия {version} (снимок {}…): {entries} после её составления", in_fours(&snapshot)),
        ));
    }
    if let Some(of) = supplement.filter(|of| !of.entered_until.is_empty()) {
        let (from, until) = (moment(&of.entered_from), moment(&of.entered_until));
        let entered = if from == until { from } else { format!("с {from} по {until}") };
        facts.push(("Записи внесены", entered));
    }
    if !sheet.replaces.is_empty() {
        facts.push(("Основание выпуска", sheet.replaces.clone()));
    }
    if !sheet.voids.is_empty() {
        facts.push(("Сведения об изменениях", sheet.voids.join("; ")));
    }
    if !sheet.exported_at.is_empty() {
        facts.push(("Данные журнала выгружены", moment(&sheet.exported_at)));
    }
    // The period was closed for the first version; a later one is made of it as it stands after a correction.
    let frozen = match snapshot.copy.version {
        _ if supplement.is_some() => "Лист составлен",
        1 => "Период закрыт",
        _ => "Версия составлена",
    };
    facts.push((frozen, moment(&snapshot.frozen_at)));
    let sources = sheet.sources.iter().map(|source| format!("№ {} (версия {})", source.number, source.version));
    facts.push(("Составлено по копиям", sources.collect::<Vec<_>>().join(", ")));
    facts.push((issued, moment(&binder.edition.typeset_at)));
    facts.push(("На бумагу", sheet.paper.clone()));
    facts.push(("Порядок ведения", titled));
    facts.push(("Срок хранения, лет", policy.keep_years.to_string()));
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

/// Names of facts in one column, values in another; gives the height too.
fn fields(facts: &[(&str, String)], size: f64, names: f64, room: Room) -> (Vec<Text>, f64) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (name, value) in facts {
        let mut lines = wrap(value, Face::Serif, size, room.w - names);
        left.push((*name).to_owned());
        left.resize(left.len() + lines.len() - 1, String::new());
        right.append(&mut lines);
    }
    let lines = right.len() as f64;
    let make = |lines, x, w, face| {
        let mut text = Text::top(Room { x, w, ..room }, "left", face, &Fitted { size, lines });
        // Facts stand a little wider apart than lines of one text.
        text.slot = super::plan::round(size * 1.38);
        text
    };
    let texts = vec![make(left, room.x, names, Face::Narrow), make(right, room.x + names, room.w - names, Face::Serif)];
    let height = texts[0].slot * lines;
    (texts, height)
}

/// The ground of closing an incomplete journal, and what was incomplete.
fn ground(binder: &Binder<'_>, room: Room, scale: f64, listed: bool) -> Vec<Text> {
    let snapshot = binder.snapshot;
    if snapshot.ground.is_empty() && snapshot.omissions.is_empty() {
        return Vec::new();
    }
    let make = |text: &str, face, size: f64| {
        let lines = wrap(text, face, size * scale, room.w);
        Text::top(room, "left", face, &Fitted { size: size * scale, lines })
    };
    let mut texts = vec![make("Период закрыт при неполном заполнении журнала", Face::SerifBold, 10.0)];
    if !snapshot.ground.is_empty() {
        texts.push(make(&format!("Основание: {}", snapshot.ground), Face::Serif, 10.0));
    }
    if listed {
        let omissions: Vec<String> = snapshot.omissions.iter().map(|omission| format!("— {omission}")).collect();
        if !omissions.is_empty() {
            texts.push(make(&omissions.join("\n"), Face::Narrow, 9.0));
        }
    } else {
        let count = snapshot.omissions.len();
        let no = binder.next_no() + 1;
        texts.push(make(&format!("Перечень того, что не заполнено ({count}), — на странице {no}."), Face::Serif, 10.0));
    }
    texts
}

/// The list of omissions on pages of its own.
fn omissions(binder: &mut Binder<'_>) {
    let paper = binder.paper;
    let w = paper.width() / mm(1.0);
    let shapes =
        [Shape::new("no", 10.0, "center", Face::Narrow), Shape::new("omission", w - 10.0, "left", Face::Narrow)];
    let (size, line, head) = (9.0, 10.5, mm(7.0));
    let top = paper.top() + mm(12.0);
    let rows: Vec<Row> = binder
        .snapshot
        .omissions
        .iter()
        .enumerate()
        .map(|(index, omission)| Row::new(&shapes, &[(index + 1).to_string(), omission.clone()], size))
        .collect();
    for rows in paginate(rows, halves(paper.bottom() - mm(24.0) - top - head, line)) {
        let mut page = binder.blank("omissions", 0);
        page.tables.push(flow(&Flow { at: [page.x, top], head, size, line }, &shapes, &rows));
        binder.bind(page);
    }
}

/// By what the copy can be checked: checksums and the log's checkpoint.
fn checks(binder: &Binder<'_>, room: Room) -> Vec<Text> {
    let (snapshot, edition) = (binder.snapshot, binder.edition);
    // Two even lines of eight fours.
    let spelled = |digest: &Digest| {
        let hex = digest.to_hex();
        let (upper, lower) = hex.split_at(hex.len() / 2);
        format!("{}\n{}", in_fours(upper), in_fours(lower))
    };
    let checkpoint = &edition.checkpoint;
    let pairs = [
        ("Снимок данных, SHA-256", spelled(&edition.snapshot)),
        ("Удостоверяющий центр\nшколы, SHA-256", spelled(&snapshot.school.authority)),
        ("Журнал событий", format!("{}, записей: {}", checkpoint.origin, checkpoint.size)),
        ("Корень журнала событий", spelled(&checkpoint.root)),
    ];
    let names = mm(30.0);
    let mut size = 7.5;
    loop {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for (name, value) in &pairs {
            let mut name: Vec<String> = name.split('\n').map(str::to_owned).collect();
            let mut value = wrap(value, Face::Narrow, size, room.w - names);
            let lines = name.len().max(value.len());
            name.resize(lines, String::new());
            value.resize(lines, String::new());
            left.append(&mut name);
            right.append(&mut value);
        }
        let height = size * LEADING * left.len() as f64;
        if height > room.h - mm(4.0) && size > 1.0 {
            size -= 0.25;
            continue;
        }
        // On the feet of the QR beside it.
        let y = room.y + room.h - mm(3.5) - height;
        let make = |lines, x, w| Text::top(Room { x, y, w, h: height }, "left", Face::Narrow, &Fitted { size, lines });
        return vec![make(left, room.x, names), make(right, room.x + names, room.w - names)];
    }
}
