//! What goes with a file: certifying inscription, cover, certifying sheet, inner inventory, labels of spines (domain.md 2.9, 2.12). Floor 0.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::form::{Align, Block, Form, Signature, Table, centered, paragraph};
use super::super::paper::{VOLUME_SHEETS, volumes};
use super::super::words::{DOCUMENT, SHEET, cardinal};
use super::plan::Holds;
use super::{Letterhead, day};

/// One document of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Its number in the register, as the index of the document.
    pub index: String,
    /// Day, ISO.
    pub date: String,
    /// «Копия классного журнала 5А класса, I четверть».
    pub title: String,
    /// Sheets.
    pub sheets: u32,
    /// Remark; may be empty.
    pub note: String,
    /// Volume that the office wrote down for it, from 1; 0 where nobody did.
    pub volume: u32,
}

/// Which volume is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VolumeKey {
    /// School year, `2025/2026`.
    pub year: String,
    /// The file by its class of records, as [`Holds::index`] names it: the plan may give it another index.
    pub file: String,
    /// Period of the copies in it.
    pub part: String,
    /// Its place among the volumes of that period, from 1; 0 when the period has one only. People see [`Volume::no`], which the copies of
    /// other periods may move.
    pub volume: u32,
}

/// A file of the file plan with its documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCase {
    /// Which class of records.
    pub holds: Holds,
    /// Index by the file plan.
    pub index: String,
    /// Title of the file.
    pub title: String,
    /// School year, `2025/2026`.
    pub year: String,
    /// Period of the copies in it; empty where a file is not kept by periods.
    pub part: String,
    /// First day of the documents, ISO.
    pub first: String,
    /// Last day of the documents, ISO.
    pub last: String,
    /// Years of keeping.
    pub keep_years: u32,
    /// Last day of keeping, ISO; may be empty.
    pub keep_through: String,
    /// Number of the inventory; may be empty.
    pub inventory: String,
    /// Documents in their order.
    pub documents: Vec<Filed>,
}

/// A volume: what of a file lies between two covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// The file with the documents of this volume alone.
    pub file: FileCase,
    /// Number of the volume in its file, from 1; 0 when the file has one volume only.
    pub no: u32,
    /// Its place among the volumes of its period, as [`VolumeKey::volume`].
    pub of_part: u32,
    /// Sheets of its documents.
    pub sheets: u32,
}

/// Splits a file into volumes of at most 250 sheets.
pub fn split(file: &FileCase) -> Vec<Volume> {
    let sheets: Vec<u32> = file.documents.iter().map(|document| document.sheets).collect();
    let ranges = volumes(&sheets);
    let alone = ranges.len() == 1;
    (1..)
        .zip(ranges)
        .map(|(no, range)| Volume {
            sheets: sheets[range.clone()].iter().sum(),
            file: FileCase { documents: file.documents[range].to_vec(), ..file.clone() },
            no: if alone { 0 } else { no },
            of_part: if alone { 0 } else { no },
        })
        .collect()
}

impl FileCase {
    fn sheets(&self) -> u32 {
        self.documents.iter().map(|document| document.sheets).sum()
    }

    /// The lowest number in the register among its documents.
    fn first_no(&self) -> Option<u64> {
        self.documents.iter().filter_map(|document| document.index.parse().ok()).min()
    }

    /// Takes a document of a part in; one of another period widens the title and the days.
    fn join(&mut self, part: &Self, document: &Filed) {
        self.documents.push(document.clone());
        // «Классные журналы (копии на бумажном носителе), I четверть»: the period stands last.
        if let Some((_, period)) = part.title.rsplit_once(", ")
            && !self.title.split(", ").any(|known| known == period)
        {
            self.title = format!("{}, {period}", self.title);
        }
        if self.first.is_empty() || (!part.first.is_empty() && part.first < self.first) {
            self.first.clone_from(&part.first);
        }
        if part.last > self.last {
            self.last.clone_from(&part.last);
        }
        if part.keep_through > self.keep_through {
            self.keep_through.clone_from(&part.keep_through);
        }
    }
}

/// The volumes of one file, whose `parts` are its documents by period. A copy lies in the volume that the office wrote down for it, the
/// others of its period beside it while there is room; what is left is split by sheets and takes the numbers that are free. A file's only
/// volume has no number.
pub fn bound(parts: &[FileCase]) -> Vec<Volume> {
    let mut parts: Vec<&FileCase> = parts.iter().collect();
    parts.sort_by_key(|part| part.first_no());
    let mut written: BTreeMap<u32, FileCase> = BTreeMap::new();
    for part in &parts {
        for document in part.documents.iter().filter(|document| document.volume > 0) {
            let empty = || FileCase { documents: Vec::new(), ..(*part).clone() };
            written.entry(document.volume).or_insert_with(empty).join(part, document);
        }
    }
    let mut loose: Vec<Volume> = Vec::new();
    for part in &parts {
        let beside = part.documents.iter().map(|document| document.volume).max().unwrap_or_default();
        let mut rest: Vec<Filed> = Vec::new();
        for document in part.documents.iter().filter(|document| document.volume == 0) {
            let has_room = |case: &&mut FileCase| case.sheets() + document.sheets <= VOLUME_SHEETS;
            match written.get_mut(&beside).filter(has_room) {
                Some(case) if rest.is_empty() => case.join(part, document),
                _ => rest.push(document.clone()),
            }
        }
        loose.extend(split(&FileCase { documents: rest, ..(*part).clone() }));
    }
    for (volume, no) in loose.iter_mut().zip((1..).filter(|no| !written.contains_key(no))) {
        volume.no = no;
    }
    let of_written = |(no, mut file): (u32, FileCase)| {
        file.documents.sort_by_key(|document| document.index.parse::<u64>().unwrap_or(u64::MAX));
        Volume { sheets: file.sheets(), file, no, of_part: 0 }
    };
    let mut all: Vec<Volume> = written.into_iter().map(of_written).chain(loose).collect();
    all.sort_by_key(|volume| volume.no);
    // A single volume that the office numbered higher supposes the others.
    if let [only] = all.as_mut_slice()
        && only.no == 1
    {
        only.no = 0;
    }
    let periods: Vec<String> = all.iter().map(|volume| volume.file.part.clone()).collect();
    for (at, volume) in all.iter_mut().enumerate() {
        let same = |periods: &[String]| periods.iter().filter(|part| **part == volume.file.part).count() as u32;
        let of_part = if same(&periods) == 1 { 0 } else { same(&periods[..=at]) };
        volume.of_part = of_part;
    }
    all
}

/// The certifying inscription on the back of the last sheet; `what` is «журнале», «реестре».
pub fn certifying_inscription(letterhead: &Letterhead, what: &str, sheets: u32) -> Form {
    Form::new("certifying-inscription", "")
        .text(&format!("В настоящем {what} пронумеровано, прошнуровано и скреплено печатью"), &[])
        .text("{}.", &[&SHEET.counted(sheets.into())])
        .signatures(vec![Signature::of(&letterhead.head_post, &letterhead.head_name)], true)
}

fn titled(volume: &Volume) -> String {
    if volume.no == 0 {
        format!("ДЕЛО № {}", volume.file.index)
    } else {
        format!("ДЕЛО № {}, ТОМ № {}", volume.file.index, volume.no)
    }
}

/// Cover of a volume (ГОСТ 17914-72), printed on A4.
pub fn cover(letterhead: &Letterhead, volume: &Volume) -> Form {
    let file = &volume.file;
    let under = |text: &str| Block::Paragraph {
        parts: vec![super::super::form::Part::Words { text: text.to_owned() }],
        align: Align::Right,
        strong: false,
    };
    let mut form = Form::new("file-cover", "").kept_long().organisation(&letterhead.archive);
    form = form.organisation(&letterhead.name).organisation(&letterhead.division);
    let mut cipher = Vec::new();
    if !letterhead.fund.is_empty() {
        cipher.push(format!("Ф. № {}", letterhead.fund));
        cipher.push(format!("Оп. № {}", if file.inventory.is_empty() { "______" } else { &file.inventory }));
        cipher.push("Д. № ______".to_owned());
    }
    form = form
        .with(Block::Fill)
        .with(centered(&titled(volume)))
        .with(centered(&file.title))
        .with(centered(&format!("за {} учебный год", file.year)))
        .with(centered(&format!("{} – {}", day(&file.first), day(&file.last))))
        .with(Block::Gap { mm: 20 })
        .with(under(&format!("На {} {}", volume.sheets, if is_one(volume.sheets) { "листе" } else { "листах" })))
        .with(under(&keeping(file)))
        .with(Block::Fill);
    if cipher.is_empty() { form } else { form.with(Block::Cipher { lines: cipher }) }
}

fn is_one(n: u32) -> bool {
    n % 10 == 1 && n % 100 != 11
}

fn keeping(file: &FileCase) -> String {
    let years = super::super::words::plural(file.keep_years.into(), "год", "года", "лет");
    let through =
        if file.keep_through.is_empty() { String::new() } else { format!(" (по {})", day(&file.keep_through)) };
    format!("Хранить {} {years}{through}", file.keep_years)
}

/// What the numbering of a volume found, and whether it was stitched and sealed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbering {
    /// Numbered sheets as counted by hand.
    pub sheets: u32,
    /// «12а»; may be empty.
    pub lettered: String,
    /// «13»; may be empty.
    pub missing: String,
    /// Sheets of the inner inventory; 0 without one.
    pub inventory_sheets: u32,
    /// Peculiarities of the physical state, and the numbers of the sheets they are on.
    pub peculiarities: Vec<(String, String)>,
    /// Day, ISO; may be empty.
    pub date: String,
    /// Was it stitched?
    pub stitched: bool,
    /// Was it sealed?
    pub sealed: bool,
}

/// How many numbers a list such as «12а, 14б» or «13, 20–22» names.
fn numbers_in(list: &str) -> u32 {
    let one = |item: &str| {
        let mut ends = item.split(['-', '–']).map(|end| end.trim().parse::<u32>());
        match (ends.next(), ends.next()) {
            (Some(Ok(from)), Some(Ok(to))) if to >= from => to - from + 1,
            _ => 1,
        }
    };
    list.split([',', ';']).map(str::trim).filter(|item| !item.is_empty()).map(one).sum()
}

impl Numbering {
    /// The last number on a sheet: lettered sheets share a number with their neighbour, missing numbers are on no sheet.
    pub fn last_number(&self) -> u32 {
        (self.sheets + numbers_in(&self.missing)).saturating_sub(numbers_in(&self.lettered))
    }
}

impl Volume {
    /// Its name among the volumes.
    pub fn key(&self) -> VolumeKey {
        VolumeKey {
            year: self.file.year.clone(),
            file: self.file.holds.index().to_owned(),
            part: self.file.part.clone(),
            volume: self.of_part,
        }
    }
}

/// Certifying sheet of a volume (лист-заверитель), a sheet of its own without a number. Before the sheets were numbered, what only the
/// numbering can tell leaves places for ink.
pub fn certifying_sheet(letterhead: &Letterhead, volume: &Volume, numbering: Option<&Numbering>) -> Form {
    let or_dash = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    let counted = |n: &Numbering| (SHEET.counted(n.sheets.into()), n.last_number().to_string());
    let (sheets, last) = numbering.map(counted).unwrap_or_default();
    let said = |pick: fn(&Numbering) -> &str| numbering.map(|n| or_dash(pick(n))).unwrap_or_default();
    let inventory = match numbering.map(|n| n.inventory_sheets) {
        None => String::new(),
        Some(0) => "—".to_owned(),
        Some(n) => format!("{n} ({})", cardinal(n.into(), super::super::words::Gender::Masculine)),
    };
    let peculiarities = numbering.map(|n| n.peculiarities.as_slice()).unwrap_or_default();
    let table = Table::new(&[("Особенности физического состояния и формирования дела", 13), ("Номера листов", 5)])
        .numbered()
        .sized(100)
        .middle(&[1])
        .lines(peculiarities.iter().map(|(what, sheets)| vec![what.clone(), sheets.clone()]))
        .blank(4_usize.saturating_sub(peculiarities.len()));
    let volume_no = if volume.no == 0 { String::new() } else { format!(", ТОМ № {}", volume.no) };
    let date = numbering.map(|n| day(&n.date)).unwrap_or_default();
    Form::new("certifying-sheet", &format!("ЛИСТ-ЗАВЕРИТЕЛЬ ДЕЛА № {}{volume_no}", volume.file.index))
        .kept_long()
        .text("В деле подшито и пронумеровано {(цифрами и прописью)},", &[&sheets])
        .text("с № {} по № {}, в том числе:", &["1", &last])
        .text("литерные номера листов {};", &[&said(|n| &n.lettered)])
        .text("пропущенные номера листов {};", &[&said(|n| &n.missing)])
        .text("+ листов внутренней описи {}.", &[&inventory])
        .with(Block::Table(table))
        .signatures(vec![Signature::of(&letterhead.clerk_post, &letterhead.clerk_name).on(&date)], false)
}

/// Inner inventory of a volume (внутренняя опись), its own numbering.
pub fn inner_inventory(letterhead: &Letterhead, volume: &Volume, numbering: Option<&Numbering>) -> Form {
    let own = numbering.map(|n| n.inventory_sheets).filter(|sheets| *sheets > 0);
    let own = own.map(|n| SHEET.counted(n.into())).unwrap_or_default();
    let heads = [
        ("№\nп/п", 5),
        ("Индекс документа", 10),
        ("Дата документа", 11),
        ("Заголовок документа", 34),
        ("Номера листов дела", 11),
        ("Примечание", 12),
    ];
    let mut table = Table::new(&heads).archival().sized(95).middle(&[0, 1, 2, 4]);
    let mut from = 1;
    for (no, document) in (1..).zip(&volume.file.documents) {
        let until = from + document.sheets;
        let sheets = if document.sheets <= 1 { from.to_string() } else { format!("{from}–{}", until - 1) };
        table = table.line(vec![
            no.to_string(),
            document.index.clone(),
            day(&document.date),
            document.title.clone(),
            sheets,
            document.note.clone(),
        ]);
        from = until;
    }
    let volume_no = if volume.no == 0 { String::new() } else { format!(", ТОМ № {}", volume.no) };
    Form::new("inner-inventory", &format!("ВНУТРЕННЯЯ ОПИСЬ ДОКУМЕНТОВ ДЕЛА № {}{volume_no}", volume.file.index))
        .kept_long()
        .with(Block::Table(table))
        .text("Итого {(цифрами и прописью)}.", &[&DOCUMENT.counted(volume.file.documents.len() as u64)])
        .with(paragraph("Количество листов внутренней описи: {(цифрами и прописью)}.", &[&own]))
        .signatures(vec![Signature::of(&letterhead.clerk_post, &letterhead.clerk_name)], false)
}

/// Labels for the spines of folders and volumes, to be cut out: 60 by 190 mm fits a folder of 70 mm.
pub fn spine_labels(letterhead: &Letterhead, volumes: &[Volume]) -> Form {
    let label = |volume: &Volume| {
        let mut lines = vec![format!("Дело {}", volume.file.index)];
        if volume.no > 0 {
            lines.push(format!("Том {}", volume.no));
        }
        lines.push(letterhead.short().to_owned());
        lines.push(volume.file.title.clone());
        lines.push(format!("{} учебный год", volume.file.year));
        lines.push(format!("{} – {}", day(&volume.file.first), day(&volume.file.last)));
        lines.push(keeping(&volume.file));
        lines
    };
    if volumes.is_empty() {
        // A blank sheet would look like a failed print.
        let text = "Ярлыков нет: за этот год ещё не сложено ни одного тома. Тома складываются из зарегистрированных бумажных копий.";
        return Form::new("spine-labels", "").with(Block::Note { text: text.to_owned() });
    }
    Form::new("spine-labels", "").with(Block::Labels {
        width: 58,
        height: 120,
        labels: volumes.iter().map(label).collect(),
    })
}

/// Everything that goes into one volume beside the documents: cover, inner inventory, certifying sheet, one after another.
pub fn volume_set(letterhead: &Letterhead, volume: &Volume, numbering: Option<&Numbering>) -> Vec<Form> {
    vec![
        cover(letterhead, volume),
        inner_inventory(letterhead, volume, numbering),
        certifying_sheet(letterhead, volume, numbering),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_of_a_volume_follows_from_lettered_and_missing_ones() {
        let found = Numbering {
            sheets: 215,
            lettered: "12а, 14б".to_owned(),
            missing: "20–22; 40".to_owned(),
            ..Numbering::default()
        };
        assert_eq!((numbers_in(&found.lettered), numbers_in(&found.missing)), (2, 4));
        // Numbers 1 to 217 without four of them are on 213 sheets; two sheets more carry a letter.
        assert_eq!(found.last_number(), 217);
        assert_eq!(Numbering { sheets: 3, ..Numbering::default() }.last_number(), 3);
    }

    fn part(period: &str, name: &str, documents: &[(u64, u32, u32)]) -> FileCase {
        let document = |(index, sheets, volume): &(u64, u32, u32)| Filed {
            index: index.to_string(),
            date: String::new(),
            title: String::new(),
            sheets: *sheets,
            note: String::new(),
            volume: *volume,
        };
        FileCase {
            holds: Holds::Journals,
            index: "01-01".to_owned(),
            title: format!("Классные журналы, {name}"),
            year: "2025/2026".to_owned(),
            part: period.to_owned(),
            first: String::new(),
            last: String::new(),
            keep_years: 5,
            keep_through: String::new(),
            inventory: String::new(),
            documents: documents.iter().map(document).collect(),
        }
    }

    /// Number of each volume, its place in its period, its documents.
    fn told(parts: &[FileCase]) -> Vec<(u32, u32, Vec<String>)> {
        let documents = |file: &FileCase| file.documents.iter().map(|one| one.index.clone()).collect();
        bound(parts).iter().map(|one| (one.no, one.of_part, documents(&one.file))).collect()
    }

    #[test]
    fn the_volumes_of_a_file_are_numbered_through_its_periods_and_the_only_one_is_not() {
        let names = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let quarter = part("Q1", "I четверть", &[(1, 40, 0), (2, 40, 0)]);
        assert_eq!(told(std::slice::from_ref(&quarter)), [(0, 0, names(&["1", "2"]))]);
        // The half-year's copies were registered later: theirs is the second volume, though their period sorts before.
        let half = part("H1", "I полугодие", &[(3, 200, 0), (4, 100, 0)]);
        let all = bound(&[half.clone(), quarter]);
        assert_eq!(all.iter().map(|one| (one.no, one.of_part)).collect::<Vec<_>>(), [(1, 0), (2, 1), (3, 2)]);
        let letterhead = Letterhead::default();
        for form in volume_set(&letterhead, &all[1], None) {
            assert!(form.to_string().contains("ТОМ № 2"), "{form}");
        }
        assert!(spine_labels(&letterhead, &all).to_string().contains("Том 2"));
        // What the office wrote down comes first, and what it has not written yet lies beside it.
        let quarter = part("Q1", "I четверть", &[(1, 40, 2), (2, 40, 0)]);
        let found = told(&[half, quarter]);
        assert_eq!(found, [(1, 1, names(&["3"])), (2, 0, names(&["1", "2"])), (3, 2, names(&["4"]))]);
        // One volume for two periods says both.
        let both = [part("Q1", "I четверть", &[(1, 40, 1)]), part("Q2", "II четверть", &[(2, 40, 1)])];
        let only = bound(&both);
        assert_eq!((only.len(), only[0].no), (1, 0));
        assert_eq!(only[0].file.title, "Классные журналы, I четверть, II четверть");
    }
}
