//! Signature places, the visible marks in them, and the seal's place. Floor 1.
//!
//! A place has the same size whether it is empty (issued) or filled (sealed), so both editions have the same pages. A mark is
//! fitted into its place and overlaps nothing (ГОСТ Р 7.0.97-2016 5.23; domain.md 2.18).

use crate::domain::edition::{Edition, PaperMark, SealMark, SignatureMark};
use crate::domain::snapshot::{SignerFacts, Snapshot, StageFacts};
use crate::domain::words::{capitalised, moment};

use super::fit::{Fitted, LEADING, fit, fit_line, wrap, wrap_evenly};
use super::fonts::{Face, width};
use super::plan::{Place, Room, SealPlace, Text, mm, round};
use super::wording::{day, day_of, signature_name};

/// Height of a signature place with its air.
pub const PLACE_HEIGHT: f64 = mm(25.0);
/// Width of the visible mark (practice: 70 to 85 mm).
const SIGN_WIDTH: f64 = mm(74.0);
/// Width of what stands after it: «И.О. Фамилия» and the date.
const NAME_WIDTH: f64 = mm(37.0);
/// Between the columns of a place.
const GAP: f64 = mm(3.0);
/// Radius of the seal's place (a clear circle of at least 50 mm).
pub const SEAL_RADIUS: f64 = mm(25.0);

/// Who signs a sheet here.
pub type Signer<'a> = (&'a StageFacts, &'a SignerFacts);

/// Everybody who signs a sheet, stage by stage: the title page and the closing page of a summary sheet.
pub fn all_signers<'a>(snapshot: &'a Snapshot, sheet: &str) -> Vec<Signer<'a>> {
    let signs = |signer: &&SignerFacts| signer.sheets.iter().any(|id| id == sheet);
    let of_stage = |stage: &'a StageFacts| stage.signers.iter().filter(signs).map(move |signer| (stage, signer));
    snapshot.route.iter().flat_map(of_stage).collect()
}

/// Those who check the sheet first: the teacher of a course, the class teacher of the class's own sheets. The later stages
/// sign the whole copy, on its title page.
pub fn first_signers<'a>(snapshot: &'a Snapshot, sheet: &str) -> Vec<Signer<'a>> {
    let all = all_signers(snapshot, sheet);
    let first = all.first().map(|(stage, _)| stage.id.clone());
    all.into_iter().filter(|(stage, _)| Some(&stage.id) == first.as_ref()).collect()
}

/// Places one under another from the room's top.
pub fn stack(signers: &[Signer<'_>], edition: &Edition, policy: &Policy<'_>, sheet: &str, room: Room) -> Vec<Place> {
    let each = |(index, signer): (usize, &Signer<'_>)| {
        let y = room.y + PLACE_HEIGHT * index as f64;
        place(signer, edition, policy, sheet, Room { y, h: PLACE_HEIGHT, ..room })
    };
    signers.iter().enumerate().map(each).collect()
}

/// The wording of marks.
pub struct Policy<'a> {
    /// Head line of a signature's mark.
    pub wording: &'a str,
    /// Local act that recognises the signature.
    pub act: &'a str,
    /// Wording of the seal's mark.
    pub seal: &'a str,
}

impl<'a> Policy<'a> {
    /// The wording frozen into a snapshot.
    pub fn of(snapshot: &'a Snapshot) -> Self {
        let policy = &snapshot.policy;
        Self { wording: &policy.signature_wording, act: &policy.signature_act, seal: &policy.seal_wording }
    }
}

fn place((stage, signer): &Signer<'_>, edition: &Edition, policy: &Policy<'_>, sheet: &str, room: Room) -> Place {
    let mark = edition.marks.iter().find(|mark| {
        mark.stage == stage.id && mark.signer == signer.person.id && mark.sheets.iter().any(|id| id == sheet)
    });
    let title_width = room.w - SIGN_WIDTH - NAME_WIDTH - 2.0 * GAP;
    let sign_x = room.x + title_width + GAP;
    let name_x = sign_x + SIGN_WIDTH + GAP;
    let inner = Room { x: sign_x, y: room.y, w: SIGN_WIDTH, h: room.h - mm(1.5) };
    let words = fit(&title(stage, signer), Face::Serif, 9.5, title_width, inner.h - mm(1.0));
    let name = signature_name(&signer.person);
    let name_size = fit_line(&name, Face::Serif, 10.0, NAME_WIDTH);
    // The name stands on the line of the handwritten signature: 9 mm above the place's lower edge.
    let name_room = Room { x: name_x, y: inner.y + inner.h - mm(13.4), w: NAME_WIDTH, h: mm(5.0) };
    Place {
        x: round(room.x),
        y: round(room.y),
        w: round(room.w),
        h: round(inner.h),
        title: Text::middle(Room { w: title_width, ..inner_of(room, inner.h) }, "left", Face::Serif, &words),
        name: Text::middle(name_room, "left", Face::Serif, &Fitted { size: name_size, lines: vec![name] }),
        date: mark.map(signed_day).unwrap_or_default(),
        sign: [round(sign_x), round(SIGN_WIDTH)],
        mark: mark.map(|mark| signature_mark(mark, policy, inner)).unwrap_or_default(),
        of: (stage.id.clone(), signer.person.id.clone()),
    }
}

fn inner_of(room: Room, h: f64) -> Room {
    Room { h, ..room }
}

/// Words before the place; the office and the order of an acting signer follow where the title does not name them.
fn title(stage: &StageFacts, signer: &SignerFacts) -> String {
    let mut title = capitalised(&stage.title);
    let [said, office] = [title.as_str(), &signer.office].map(str::to_lowercase);
    if office.contains(&said) {
        // «Заместитель директора» and «заместитель директора по УВР»: the fuller words are enough.
        title = capitalised(&signer.office);
    } else if !said.contains(&office) {
        if !title.is_empty() {
            title.push('\n');
        }
        title.push_str(&capitalised(&signer.office));
    }
    if !signer.order.is_empty() {
        title.push_str("\n(");
        title.push_str(&signer.order);
        title.push(')');
    }
    title
}

/// The day beside the signature: on paper it is the one that was written there.
fn signed_day(mark: &SignatureMark) -> String {
    mark.paper.as_ref().map_or_else(|| day_of(&mark.signed_at), |paper| day(&paper.signed_on))
}

/// Where the ink is. Scans stay in the school: a file of them may hold sheets of other copies, so none lies in the record.
fn original(paper: &PaperMark) -> String {
    let sheet = match paper.of_version {
        Some(version) => format!("Подлинник – лист версии {version}"),
        None => "Подлинник на бумаге".to_owned(),
    };
    if paper.scanned { format!("{sheet}; скан хранится в школе") } else { sheet }
}

/// A signature on paper is told as that: who signed, who saw the ink and attests it with the own key.
fn paper_mark(mark: &SignatureMark, paper: &PaperMark, place: Room) -> Vec<Text> {
    let fields = [
        ("Подписал", format!("{}, {}, {}", mark.owner, mark.office, day(&paper.signed_on))),
        ("Видел подпись", format!("{}, {}", paper.witness, paper.witness_office)),
        ("Сертификат", mark.certificate.clone()),
        ("Засвидетельствовано", moment(&mark.signed_at)),
    ];
    let room = Room { x: place.x + mm(2.0), y: place.y + mm(1.2), w: place.w - mm(4.0), h: place.h - mm(2.4) };
    let original = original(paper);
    let heads = [(Face::NarrowBold, "Подписано собственноручно на бумаге"), (Face::Narrow, original.as_str())];
    mark_texts(&heads, &fields, room)
}

fn signature_mark(mark: &SignatureMark, policy: &Policy<'_>, place: Room) -> Vec<Text> {
    if let Some(paper) = &mark.paper {
        return paper_mark(mark, paper, place);
    }
    let mut owner = format!("{}, {}", mark.owner, mark.office);
    if !mark.order.is_empty() {
        owner.push_str(&format!(" ({})", mark.order));
    }
    let fields = [
        ("Сертификат", mark.certificate.clone()),
        ("Владелец", owner),
        ("Действителен", format!("с {} по {}", mark.valid_from, mark.valid_to)),
        ("Подписано", moment(&mark.signed_at)),
    ];
    let room = Room { x: place.x + mm(2.0), y: place.y + mm(1.2), w: place.w - mm(4.0), h: place.h - mm(2.4) };
    let act = if policy.act.is_empty() { String::new() } else { format!("({})", policy.act) };
    mark_texts(&[(Face::NarrowBold, policy.wording), (Face::Narrow, &act)], &fields, room)
}

/// The seal's place round a centre, with its mark once sealed.
pub fn seal(edition: &Edition, policy: &Policy<'_>, x: f64, y: f64) -> SealPlace {
    let mark = edition.seal.as_ref().map(|mark| seal_mark(mark, policy, x, y)).unwrap_or_default();
    SealPlace { x: round(x), y: round(y), r: round(SEAL_RADIUS), mark }
}

fn seal_mark(mark: &SealMark, policy: &Policy<'_>, x: f64, y: f64) -> Vec<Text> {
    // The largest upright rectangle that leaves a clear rim: 38 by 29 mm in a circle of 50.
    let room = Room { x: x - mm(19.0), y: y - mm(14.5), w: mm(38.0), h: mm(29.0) };
    let words = [
        policy.seal.to_owned(),
        mark.owner.clone(),
        format!("Сертификат {}", mark.certificate),
        format!("Действителен с {} по {}", mark.valid_from, mark.valid_to),
        moment(&mark.sealed_at),
    ];
    let faces = [Face::NarrowBold, Face::Narrow, Face::Narrow, Face::Narrow, Face::Narrow];
    let mut size = 7.0;
    let blocks = loop {
        let broken: Vec<Vec<String>> =
            words.iter().zip(faces).map(|(text, face)| wrap(text, face, size, room.w)).collect();
        let lines: usize = broken.iter().map(Vec::len).sum();
        if size <= 1.0 || (lines as f64 + 1.0) * size * LEADING <= room.h {
            break broken;
        }
        size -= 0.25;
    };
    let lines: usize = blocks.iter().map(Vec::len).sum();
    let slot = size * LEADING;
    let gap = slot * 0.25;
    let mut top = y - (slot * lines as f64 + gap * 4.0) / 2.0;
    let mut texts = Vec::new();
    for (lines, face) in blocks.into_iter().zip(faces) {
        let height = slot * lines.len() as f64;
        texts.push(Text::top(Room { y: top, ..room }, "center", face, &Fitted { size, lines }));
        top += height + gap;
    }
    texts
}

/// Head lines in the middle, then fields with their names in a column of their own.
fn mark_texts(heads: &[(Face, &str)], fields: &[(&str, String)], room: Room) -> Vec<Text> {
    let mut size = 7.25;
    loop {
        let names = fields.iter().map(|(name, _)| width(name, Face::Narrow, size)).fold(0.0, f64::max) + mm(2.0);
        let broken: Vec<(Face, Vec<String>)> = heads
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(face, text)| (*face, wrap_evenly(text, *face, size, room.w)))
            .collect();
        let values: Vec<Vec<String>> =
            fields.iter().map(|(_, value)| wrap(value, Face::Narrow, size, room.w - names)).collect();
        let slot = size * LEADING;
        let head_lines: usize = broken.iter().map(|(_, lines)| lines.len()).sum();
        let value_lines: usize = values.iter().map(Vec::len).sum();
        let height = slot * (head_lines + value_lines) as f64 + slot * 0.5;
        if size > 1.0 && height > room.h {
            size -= 0.25;
            continue;
        }
        let mut y = room.y + (room.h - height) / 2.0;
        let mut texts = Vec::new();
        for (face, lines) in broken {
            let lines_height = slot * lines.len() as f64;
            texts.push(Text::top(Room { y, ..room }, "center", face, &Fitted { size, lines }));
            y += lines_height;
        }
        y += slot * 0.5;
        let mut left = Vec::new();
        let mut right = Vec::new();
        for ((name, _), lines) in fields.iter().zip(values) {
            left.push((*name).to_owned());
            left.resize(left.len() + lines.len() - 1, String::new());
            right.extend(lines);
        }
        texts.push(Text::top(Room { y, w: names, ..room }, "left", Face::Narrow, &Fitted { size, lines: left }));
        let values_room = Room { x: room.x + names, y, w: room.w - names, h: room.h };
        texts.push(Text::top(values_room, "left", Face::Narrow, &Fitted { size, lines: right }));
        return texts;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::snapshot::PersonFacts;

    #[test]
    fn ink_of_an_earlier_version_is_told_as_that_and_no_scan_as_part_of_the_record() {
        let paper = |of_version, scanned| PaperMark {
            signed_on: "2025-10-27".to_owned(),
            witness: String::new(),
            witness_office: String::new(),
            scanned,
            of_version,
        };
        assert_eq!(original(&paper(None, false)), "Подлинник на бумаге");
        assert_eq!(original(&paper(None, true)), "Подлинник на бумаге; скан хранится в школе");
        assert_eq!(original(&paper(Some(1), true)), "Подлинник – лист версии 1; скан хранится в школе");
    }

    fn titled(title: &str, office: &str, order: &str) -> String {
        let text = str::to_owned;
        let person = PersonFacts {
            id: text("T1"),
            surname: text("Букина"),
            given_name: text("Веди"),
            patronymic: String::new(),
            position: text(office),
        };
        let signer = SignerFacts { person, office: text(office), order: text(order), sheets: Vec::new() };
        super::title(&StageFacts { id: text("deputy"), title: text(title), signers: Vec::new() }, &signer)
    }

    #[test]
    fn an_office_is_said_once() {
        assert_eq!(titled("Копию проверил: учитель", "учитель", ""), "Копию проверил: учитель");
        assert_eq!(titled("Заместитель директора", "заместитель директора по УВР", ""), "Заместитель директора по УВР");
        assert_eq!(titled("Утверждаю:", "директор", ""), "Утверждаю:\nДиректор");
    }

    #[test]
    fn an_acting_signer_names_the_order() {
        assert_eq!(titled("Директор", "директор", "приказ от 01.10.2025 № 7"), "Директор\n(приказ от 01.10.2025 № 7)");
    }
}
