//! A scan compared with the page that was issued: what was added by hand, what is gone, where. Floor 2.
//!
//! A comparison takes a good part of a second and its answer never changes, so the answer is kept beside the scans, as a file that may be
//! thrown away at any time: it holds millimetres and no data of anybody. It never says that a sheet is genuine, only what was compared.
//!
//! A sheet of a sealed copy may be a print of either file: as it was issued, or as it was sealed, with the marks of signatures and seal and
//! with the log's checkpoint of that day. What is kept of its code does not say which, so the one that the scan is nearer to counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::super::desk::on_paper;
use super::super::sign::signed;
use super::super::{Error, House};
use super::At;
use super::judge::sheets_of_pages;
use crate::domain::canon::Digest;
use crate::domain::finding::{Finding, Severity};
use crate::domain::log_proof::object_name;
use crate::domain::route;
use crate::domain::snapshot::{Sheet, Snapshot, StageFacts};
use crate::domain::words::moment_of;
use crate::scan::{self, Area, Class, Issued, Kind, Point};
use crate::store::{CopyRow, ScanPlace};
use crate::typeset;
use crate::vault::name;

/// Raised when the comparison itself changes: what an older one said is then found out again.
pub(super) const METHOD: u32 = 6;

/// Class of a place that was to be signed with a pen and has no ink.
const UNSIGNED: &str = "unsigned";

/// One difference, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Differs {
    /// `added`, `missing`, `changed`, `handwritten`; `unsigned` for a place of a signature on paper that has no ink.
    pub class: String,
    /// Left edge on the page, mm.
    pub x: f32,
    /// Upper edge, mm.
    pub y: f32,
    /// Width, mm.
    pub width: f32,
    /// Height, mm.
    pub height: f32,
    /// Corners of its frame on the scan as it came, pixels: x y four times; zeros for `unsigned`, which has no frame.
    pub corners: [f32; 8],
}

impl Differs {
    fn class(&self) -> Class {
        Class::parse(&self.class).unwrap_or(Class::Changed)
    }

    /// Is it the place of a signature on paper with no ink in it?
    pub fn is_unsigned(&self) -> bool {
        self.class == UNSIGNED
    }

    /// Is it where people are to write?
    pub fn is_expected(&self) -> bool {
        self.class() == Class::Handwritten
    }

    /// «Добавлено от руки: 62 × 118 мм от левого верхнего угла листа, размером 2 × 3 мм».
    pub fn said(&self) -> String {
        if self.is_unsigned() {
            // The line that is to be signed, from end to end: the words before it name the office.
            let (from, to, y) = (self.x, self.x + self.width, self.y + self.height);
            return format!(
                "Подписи не видно: место для неё пусто (строка от {from:.0} до {to:.0} мм от левого края листа, {y:.0} мм от верхнего); проверьте лист"
            );
        }
        let what = match self.class() {
            Class::Added => "Добавлено пером",
            Class::Missing => "Пропало напечатанное",
            Class::Changed => "Исправлено поверх напечатанного",
            Class::Handwritten => "Рукописное в отведённом месте",
        };
        let (x, y) = (self.x + self.width / 2.0, self.y + self.height / 2.0);
        let size = |length: f32| format!("{:.0}", length.max(1.0));
        format!(
            "{what}: {x:.0} мм от левого края листа и {y:.0} мм от верхнего, размер {} × {} мм",
            size(self.width),
            size(self.height)
        )
    }

    fn code(&self) -> &'static str {
        match self.class() {
            _ if self.is_unsigned() => "scan.unsigned",
            Class::Added => "scan.ink-added",
            Class::Missing => "scan.print-missing",
            Class::Changed => "scan.print-changed",
            Class::Handwritten => "scan.handwritten",
        }
    }
}

/// What is known of one scan of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    method: u32,
    /// SHA-256 of the issued PDF that it was compared with.
    issued: String,
    page: u32,
    /// Why it was not compared; empty when it was.
    pub not: String,
    /// What differs, from the top down.
    pub differences: Vec<Differs>,
    /// Length of the least stroke of a pen of 0.3 mm that is still seen, mm.
    pub least: f32,
    /// Width and height of the scan, pixels.
    pub size: [usize; 2],
}

impl Compared {
    /// What stands where nobody is to write.
    pub fn unexpected(&self) -> impl Iterator<Item = &Differs> {
        self.differences.iter().filter(|one| !one.is_expected())
    }

    /// Places of signatures on paper that have no ink.
    pub fn unsigned(&self) -> usize {
        self.differences.iter().filter(|one| one.is_unsigned()).count()
    }

    /// Is this place blank on the scan: nothing that was added by hand reaches into it?
    fn is_blank(&self, [x, y, width, height]: [f64; 4]) -> bool {
        let place = Area { x: x as f32, y: y as f32, width: width as f32, height: height as f32 };
        let inked = |one: &&Differs| one.class() != Class::Missing;
        let of = |one: &Differs| Area { x: one.x, y: one.y, width: one.width, height: one.height };
        !self.differences.iter().filter(inked).any(|one| of(one).meets(&place))
    }

    /// How far the scan is from what it was compared with: could it not be compared at all, then how much differs.
    fn distance(&self) -> (bool, usize) {
        (!self.not.is_empty(), self.unexpected().count())
    }

    /// One sentence: what came out, and of what; without so many places of signatures that were settled since.
    pub fn said(&self, settled: usize) -> String {
        if !self.not.is_empty() {
            return format!("Не сравнивалось: {}.", self.not);
        }
        let least = tenths(self.least);
        let seen = format!(
            "при этом качестве скана виден штрих пера 0,3 мм длиной от {least} мм; точки и поля 4 мм у края не сравниваются"
        );
        match self.unexpected().count().saturating_sub(settled) as u64 {
            0 => format!("Отличий не найдено: сравнена вся печать страницы и чистые места вокруг неё; {seen}."),
            count => {
                let words = crate::domain::words::count(count, "отличие", "отличия", "отличий");
                format!("Найдено: {words}; {seen}.")
            }
        }
    }

    /// The same for the command: one finding for each difference; `place` names file and page.
    pub fn findings(&self, place: &str) -> Vec<Finding> {
        if !self.not.is_empty() {
            // The page is filed all the same: that it could not be compared is no fault of it.
            return vec![
                Finding::new("scan.not-compared", place, format!("не сравнивалось: {}", self.not))
                    .weighing(Severity::Warning),
            ];
        }
        let weight = |one: &Differs| if one.is_expected() { Severity::Note } else { Severity::Error };
        let each = |one: &Differs| Finding::new(one.code(), place, one.said()).weighing(weight(one));
        self.differences.iter().map(each).collect()
    }
}

/// A length as people read it: «1,2».
pub fn tenths(length: f32) -> String {
    format!("{length:.1}").replace('.', ",")
}

fn kept(house: &House, at: &ScanPlace) -> PathBuf {
    house.scans().join("compared").join(format!("{}-{}-{}.json", at.file, at.page, at.place))
}

/// The answer of an earlier comparison with this page, if it is still there.
pub fn known(house: &House, at: &ScanPlace, copy: &CopyRow, leaf: u32) -> Option<Compared> {
    let bytes = std::fs::read(kept(house, at)).ok()?;
    let known: Compared = serde_json::from_slice(&bytes).ok()?;
    (known.method == METHOD && known.issued == copy.issued_pdf && known.page == leaf).then_some(known)
}

/// Does a scan show each signature in ink that it waits for? Nothing is known of one that was not compared, or could not be.
pub fn ink(house: &House, at: &ScanPlace, copy: &CopyRow, leaf: u32) -> Option<bool> {
    let found = known(house, at, copy, leaf).filter(|found| found.not.is_empty());
    found.map(|found| found.unsigned() == 0)
}

/// When each file of scans came, by its digest.
pub async fn arrivals(house: &House) -> Result<BTreeMap<String, DateTime<FixedOffset>>, Error> {
    let files = house.db.list_scan_files().await?.into_iter();
    Ok(files.filter_map(|file| moment_of(&file.received_at).map(|at| (file.digest, at))).collect())
}

/// The sealed file of a copy and its digest, once there is one.
async fn sealed(house: &House, copy: &CopyRow) -> Result<Option<(PathBuf, Digest)>, Error> {
    let found = house.db.find_register_line(&copy.id, copy.version).await?;
    Ok(found.map(|row| {
        let content = house.archive().join(object_name(&copy.id, copy.version)).join("v1/content");
        (content.join(name::SEALED_PDF), row.line.sealed_pdf)
    }))
}

/// Compares a scan with a page (from 1) of the copy that it was filed to: as it was issued, and where that differs, as it was sealed.
///
/// # Errors
/// When the scan or a file of the copy cannot be read, or is not the one that is on record.
pub async fn compare(house: &House, at: &At, copy: &CopyRow, leaf: u32) -> Result<Compared, Error> {
    if let Some(known) = known(house, &at.place, copy, leaf) {
        return Ok(known);
    }
    let blank = Compared {
        method: METHOD,
        issued: copy.issued_pdf.clone(),
        page: leaf,
        not: String::new(),
        differences: Vec::new(),
        least: 0.0,
        size: [0, 0],
    };
    let corners = corners(&at.corners);
    let Some(corners) = corners else {
        return Ok(Compared {
            not: "код листа не прочитан, и место печати на скане не известно".to_owned(), ..blank
        });
    };
    let file = house.db.find_scan_file(&at.place.file).await?.ok_or(super::Refusal::NoPage)?;
    let kind = Kind::parse(&file.kind).ok_or(super::Refusal::NoPage)?;
    let given = (
        house.scan(&file.digest, kind),
        file.digest.parse::<Digest>().map_err(|_| Error::Damaged(file.digest.clone()))?,
    );
    let digest: Digest = copy.issued_pdf.parse().map_err(|_| Error::Damaged(copy.id.clone()))?;
    let issued = (house.issued_pdf(&copy.id, copy.version, digest), digest);
    let sealed = sealed(house, copy).await?;
    let snapshot = house.db.load_snapshot(copy.snapshot).await?;
    let awaited = awaited(house, copy, &snapshot, leaf, &file.received_at).await?;
    let no = at.place.page as usize;
    let work = move || -> Result<Compared, Error> {
        let places = typeset::hand_places(&snapshot)?;
        let page = (leaf as usize).checked_sub(1).and_then(|leaf| places.get(leaf)).ok_or(super::Refusal::NoPage)?;
        let seen = scan::page(&whole(&given)?, no);
        let with = |file: &(PathBuf, Digest)| -> Result<Compared, Error> {
            let picture = scan::page_at(&whole(file)?, leaf as usize, scan::DPI);
            let (Ok(picture), Ok(seen)) = (picture, &seen) else {
                return Ok(Compared { not: "страница не читается".to_owned(), ..blank.clone() });
            };
            let size = [seen.width, seen.height];
            let part = |(x, y): (f32, f32)| (x * size[0] as f32 / 1000.0, y * size[1] as f32 / 1000.0);
            let issued = Issued {
                picture,
                code: area(page.code),
                reserved: page.reserved.iter().copied().map(area).collect(),
                body: area(page.body),
            };
            Ok(match scan::compare(&issued, seen, &corners.map(part)) {
                Ok(found) => Compared {
                    differences: found.differences.iter().map(differs).collect(),
                    least: found.least,
                    size,
                    ..blank.clone()
                },
                Err(why) => Compared { not: why.to_string(), size, ..blank.clone() },
            })
        };
        let signed = |found: Compared| {
            let mut whole = found;
            if whole.not.is_empty() {
                let blank = page.signatures.iter().filter(|one| awaited.contains(&one.of) && whole.is_blank(one.area));
                let blank: Vec<Differs> = blank.map(|one| unsigned(one.line)).collect();
                whole.differences.extend(blank);
            }
            whole
        };
        let found = with(&issued)?;
        // What shows nothing strange beside the issued page needs no second look, and most copies have no sealed one.
        let Some(sealed) = sealed.filter(|_| found.distance() > (false, 0)) else { return Ok(signed(found)) };
        let other = with(&sealed)?;
        Ok(signed(if other.distance() < found.distance() { other } else { found }))
    };
    let compared = tokio::task::spawn_blocking(work).await.map_err(|error| Error::Interrupted(error.to_string()))??;
    keep(&kept(house, &at.place), &compared);
    Ok(compared)
}

/// Stage and person of every signature that a page is to bear in ink: the stage was on paper when the scan came, and what stands of the person's
/// on that sheet was not made with a key, nor for an earlier version.
async fn awaited(
    house: &House,
    copy: &CopyRow,
    snapshot: &Snapshot,
    leaf: u32,
    received_at: &str,
) -> Result<BTreeSet<(String, String)>, Error> {
    let came = moment_of(received_at);
    let opened = house.db.list_paper_stages(&copy.id, copy.version).await?;
    let counted =
        opened.iter().filter(|one| moment_of(&one.opened_at).zip(came).is_some_and(|(from, came)| came >= from));
    let stages: Vec<&StageFacts> =
        counted.filter_map(|one| snapshot.route.iter().find(|stage| stage.id == one.stage)).collect();
    if stages.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sheets = sheets_of_pages(copy, snapshot)?;
    let no = sheets.get((leaf as usize).wrapping_sub(1)).copied().unwrap_or_default();
    let Some(sheet) = snapshot.sheets.get((no as usize).wrapping_sub(1)).map(Sheet::id) else {
        return Ok(BTreeSet::new());
    };
    let mut otherwise = house.db.list_statements(&copy.id, copy.version).await?;
    otherwise.retain(|one| one.version < copy.version || on_paper(one).is_empty());
    let otherwise = signed(&otherwise);
    let mut awaited = BTreeSet::new();
    for stage in stages {
        let owes =
            stage.signers.iter().filter(|one| route::left(&stage.id, one, &otherwise).iter().any(|id| id == sheet));
        awaited.extend(owes.map(|one| (stage.id.clone(), one.person.id.clone())));
    }
    Ok(awaited)
}

/// A place without the ink that it waits for.
fn unsigned([x, y, width, height]: [f64; 4]) -> Differs {
    let tenth = |length: f64| (length * 10.0).round() as f32 / 10.0;
    Differs {
        class: UNSIGNED.to_owned(),
        x: tenth(x),
        y: tenth(y),
        width: tenth(width),
        height: tenth(height),
        corners: [0.0; 8],
    }
}

/// A file that must be the one on record.
fn whole((path, digest): &(PathBuf, Digest)) -> Result<Vec<u8>, Error> {
    let bytes = super::super::read_file(path)?;
    if Digest::of(&bytes) != *digest {
        return Err(Error::FileAltered { path: path.clone() });
    }
    Ok(bytes)
}

fn area([x, y, width, height]: [f64; 4]) -> Area {
    Area { x: x as f32, y: y as f32, width: width as f32, height: height as f32 }
}

fn differs(one: &scan::Difference) -> Differs {
    let tenth = |length: f32| (length * 10.0).round() / 10.0;
    let Area { x, y, width, height } = one.area;
    let [(a, b), (c, d), (e, f), (g, h)] = one.corners;
    Differs {
        class: one.class.as_str().to_owned(),
        x: tenth(x),
        y: tenth(y),
        width: tenth(width),
        height: tenth(height),
        corners: [a, b, c, d, e, f, g, h].map(tenth),
    }
}

/// Four corners in thousandths of the page.
fn corners(text: &str) -> Option<[Point; 4]> {
    let numbers: Vec<f32> = text.split(' ').map_while(|part| part.parse().ok()).collect();
    let [a, b, c, d, e, f, g, h] = numbers.try_into().ok()?;
    Some([(a, b), (c, d), (e, f), (g, h)])
}

/// Kept for the next look. What cannot be kept is found out again: nothing is lost but time.
fn keep(path: &std::path::Path, compared: &Compared) {
    let Some(folder) = path.parent() else { return };
    let Ok(bytes) = serde_json::to_vec(compared) else { return };
    let part = path.with_extension("part");
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&part, bytes));
    let _ = written.and_then(|()| std::fs::rename(&part, path));
}
