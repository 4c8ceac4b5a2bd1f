//! Signed sheets of paper that come back: scans are read, filed to their copies, and told apart from what is not ours. Floor 2.
//!
//! [`take`] reads one file: what it holds is decided page by page ([`judge`]) and written in one transaction with its event; the file stays
//! as it was given, under its SHA-256. [`standing`] says how a copy's paper stands; [`decide`] is the person's word on a page that the program
//! could not place; [`receive`] ticks off a sheet whose code a reader typed; [`compare_files`] compares what was filed, and [`look`] is the person's
//! word on what differs. Everything is only ever added.

mod compare;
mod differing;
mod judge;
mod settled;
mod standing;

use std::path::PathBuf;

use chrono::NaiveDate;

use super::paper::stage::{self, Completed, Settled};
use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::finding::{Finding, Severity};
use crate::domain::sheet_code::SheetCode;
use crate::domain::words;
use crate::scan::{self, Grey, Kind, PageFault, Unreadable};
use crate::store::{self, Leaf, ReceiptRow, ScanDecisionRow, ScanFileRow, ScanPageRow, ScanPlace};
pub use compare::{Compared, Differs, arrivals, compare, ink, known, tenths};
pub use differing::{Comparing, Differing, compare_files, differing, grave, grave_ground, look, uncompared, unseen};
pub use judge::{Judge, Verdict};
pub use settled::Inked;
pub use standing::{
    At, Complete, PageStanding, Standing, Staying, all_in, complete, listed, overview, pages_in, standing,
};

/// A file as it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Name, for people only.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Day beside the signatures, for a stage that is signed on paper; the day of the act when absent.
    pub signed_on: Option<NaiveDate>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its row; none for a file of which nothing was taken.
    pub file: Option<ScanFileRow>,
    /// It came before, and nothing was written now.
    pub again: bool,
    /// What was read, place by place.
    pub pages: Vec<ScanPageRow>,
    /// What a person should know: everything but pages that went to their place.
    pub findings: Vec<Finding>,
    /// Stages signed on paper that were completed by it.
    pub completed: Vec<Completed>,
}

impl Taken {
    /// How many pages went to their copy.
    pub fn filed(&self) -> usize {
        self.pages.iter().filter(|page| page.outcome == Verdict::Filed.as_str()).count()
    }
}

/// The longest name of a file that is kept: what a line of the page shows.
const LONGEST_NAME: usize = 120;

/// One page as it was read, before it is judged.
struct Read {
    codes: Vec<Code>,
    fault: Option<PageFault>,
}

/// One code with its place in thousandths of the page.
struct Code {
    text: String,
    corners: String,
    turn: u32,
}

impl House {
    /// Where scans lie as they were given.
    pub fn scans(&self) -> PathBuf {
        self.root.join("scans")
    }

    /// A kept scan: its digest is its name.
    pub fn scan(&self, digest: &str, kind: Kind) -> PathBuf {
        let ending = match kind {
            Kind::Pdf => "pdf",
            Kind::Jpeg => "jpg",
            Kind::Png => "png",
        };
        self.scans().join(format!("{digest}.{ending}"))
    }
}

/// Takes one file: reads it, files its pages, keeps it, and completes the stages on paper whose last sheet came with it. The same file
/// again changes nothing, unless a stage waits for nothing more. `compared` is told of pages compared and of all, where a stage waits for what
/// they show.
pub async fn take(
    house: &House,
    given: Given,
    act: &Act,
    compared: impl Fn(usize, usize) + Sync,
) -> Result<Taken, Error> {
    let day = given.signed_on.unwrap_or_else(|| act.at.date_naive());
    let mut taken = file(house, given, act).await?;
    let settled = stage::settle(house, &filed_to(&taken.pages), day, act, &compared).await?;
    taken.findings.extend(settled.findings);
    taken.completed = settled.completed;
    Ok(taken)
}

/// Copies that pages went to, each once.
fn filed_to(pages: &[ScanPageRow]) -> Vec<String> {
    let filed = pages.iter().filter(|page| page.outcome == Verdict::Filed.as_str()).map(|page| &page.leaf.copy);
    filed.collect::<std::collections::BTreeSet<_>>().into_iter().cloned().collect()
}

/// Takes one file as [`take`] does, and looks at no stage.
pub(super) async fn file(house: &House, given: Given, act: &Act) -> Result<Taken, Error> {
    let digest = Digest::of(&given.bytes).to_hex();
    if let Some(file) = house.db.find_scan_file(&digest).await? {
        return again(house, file, &given.name).await;
    }
    let name = given.name.clone();
    let (bytes, read) = tokio::task::spawn_blocking(move || {
        let read = read(&given.bytes);
        (given.bytes, read)
    })
    .await
    .map_err(|error| Error::Interrupted(error.to_string()))?;
    let (kind, read) = match read {
        Ok(read) => read,
        Err(unreadable) => return Ok(refused(&name, &unreadable)),
    };
    keep(house, &digest, kind, &bytes)?;
    let file = ScanFileRow {
        digest: digest.clone(),
        no: 0,
        name: name.chars().take(LONGEST_NAME).collect(),
        kind: kind.as_str().to_owned(),
        bytes: bytes.len() as u64,
        pages: read.len() as u32,
        received_at: act.moment(),
        received_by: act.by.clone(),
    };
    let mut judge = Judge::new(house);
    let mut pages = Vec::new();
    for (page, read) in (1..).zip(&read) {
        pages.extend(judged(&mut judge, &digest, page, read).await?);
    }
    write(house, file, pages, act).await
}

/// Reads every page; a page is let go before the next is drawn.
fn read(bytes: &[u8]) -> Result<(Kind, Vec<Read>), Unreadable> {
    let mut all = Vec::new();
    let kind = scan::pages(bytes, |_, _, page| {
        all.push(match page {
            Ok(page) => {
                Read { codes: scan::codes(&page).iter().map(|found| code(&page, found)).collect(), fault: None }
            }
            Err(fault) => Read { codes: Vec::new(), fault: Some(fault) },
        });
        true
    })?;
    Ok((kind, all))
}

fn code(page: &Grey, found: &scan::Found) -> Code {
    let part =
        |length: f32, of: usize| ((length * 1000.0 / of.max(1) as f32).round() as i32).clamp(0, 1000).to_string();
    let corners = found.corners.iter().flat_map(|(x, y)| [part(*x, page.width), part(*y, page.height)]);
    Code { text: found.text.clone(), corners: corners.collect::<Vec<_>>().join(" "), turn: found.turn() }
}

async fn judged(judge: &mut Judge<'_>, file: &str, page: u32, read: &Read) -> Result<Vec<ScanPageRow>, Error> {
    let at = |place| ScanPlace { file: file.to_owned(), page, place };
    if read.codes.is_empty() {
        let verdict = if read.fault.is_some() { Verdict::Damaged } else { Verdict::Unread };
        return Ok(vec![row(at(0), verdict, Leaf::default(), None)]);
    }
    let mut rows = Vec::new();
    for (place, code) in (0..).zip(&read.codes) {
        let (verdict, leaf) = judge.judge(&code.text).await?;
        let leaf = if verdict.is_ours() { leaf } else { Leaf::default() };
        rows.push(row(at(place), verdict, leaf, Some(code)));
    }
    Ok(rows)
}

fn row(at: ScanPlace, verdict: Verdict, leaf: Leaf, code: Option<&Code>) -> ScanPageRow {
    let outcome = verdict.as_str().to_owned();
    let (corners, turn) = code.map_or((String::new(), 0), |code| (code.corners.clone(), code.turn));
    ScanPageRow { at, outcome, leaf, corners, turn }
}

/// The file first, under its digest; then the transaction. A crash between leaves a file that nobody names.
fn keep(house: &House, digest: &str, kind: Kind, bytes: &[u8]) -> Result<(), Error> {
    let folder = house.scans();
    std::fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder, source })?;
    Ok(crate::vault::durable::write_once(&house.scan(digest, kind), bytes)?)
}

async fn write(house: &House, file: ScanFileRow, pages: Vec<ScanPageRow>, act: &Act) -> Result<Taken, Error> {
    let mut tx = house.db.begin().await?;
    let no = match tx.record_scan_file(&file).await {
        // Somebody else gave the same file meanwhile: theirs stands.
        Err(store::Error::Duplicate) => {
            drop(tx);
            let standing = house.db.find_scan_file(&file.digest).await?;
            let standing = standing.ok_or(store::Error::Duplicate)?;
            return again(house, standing, &file.name).await;
        }
        other => other?,
    };
    for page in &pages {
        tx.record_scan_page(page).await?;
    }
    let filed = pages.iter().filter(|page| page.outcome == Verdict::Filed.as_str()).count();
    let digest: Digest = file.digest.parse().map_err(|_| Error::Damaged(file.digest.clone()))?;
    let event = Event::new(EventKind::ScansTaken, &act.by, &act.moment())
        .with_number("no", no)
        .with_number("pages", file.pages.into())
        .with_number("filed", filed as u64)
        .with("copies", filed_to(&pages).join(" "))
        .with_digest("file", digest);
    tx.record(&event, salt()?).await?.commit().await?;
    let file = ScanFileRow { no, ..file };
    let findings = findings(&file.name, file.pages, &pages);
    Ok(Taken { file: Some(file), again: false, pages, findings, completed: Vec::new() })
}

async fn again(house: &House, file: ScanFileRow, name: &str) -> Result<Taken, Error> {
    let pages = house.db.list_scan_pages(&file.digest).await?;
    let message = format!("этот же файл принят {}: ничего не изменилось", words::moment_words(&file.received_at));
    let finding = Finding::new("scan.again", name, message).weighing(Severity::Note);
    Ok(Taken { file: Some(file), again: true, pages, findings: vec![finding], completed: Vec::new() })
}

fn refused(name: &str, unreadable: &Unreadable) -> Taken {
    let finding = Finding::new(unreadable.code(), name, unreadable.to_string());
    Taken { file: None, again: false, pages: Vec::new(), findings: vec![finding], completed: Vec::new() }
}

/// What a person should know of a file: pages that did not go to their place, and pages that lie out of order.
pub fn findings(name: &str, count: u32, pages: &[ScanPageRow]) -> Vec<Finding> {
    let place = |at: &ScanPlace| match count {
        1 => name.to_owned(),
        _ => format!("{name}, страница {}", at.page),
    };
    let mut findings = Vec::new();
    let mut last: Option<(&Leaf, u32)> = None;
    for row in pages {
        let verdict = Verdict::parse(&row.outcome).unwrap_or(Verdict::Damaged);
        if let Some(said) = verdict.said() {
            findings.push(Finding::new(verdict.code(), place(&row.at), said).weighing(verdict.severity()));
        }
        if verdict != Verdict::Filed {
            continue;
        }
        // Several sheets on one glass have no order; those on pages one after another have.
        if let Some((before, page)) = last
            && page < row.at.page
            && (&before.copy, before.version) == (&row.leaf.copy, row.leaf.version)
            && row.leaf.leaf < before.leaf
        {
            let message = format!("страница {} копии лежит после страницы {}", row.leaf.leaf, before.leaf);
            findings.push(Finding::new("scan.disorder", place(&row.at), message).weighing(Severity::Warning));
        }
        last = Some((&row.leaf, row.at.page));
    }
    findings
}

/// Why a person's word on a page, or a tick, is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The page is not among the scans.
    #[error("такой страницы среди сканов нет")]
    NoPage,
    /// The copy has no such page.
    #[error("у копии {copy} версии {version} нет страницы {leaf}: их {pages}")]
    NoLeaf {
        /// Copy.
        copy: String,
        /// Version.
        version: u32,
        /// Page asked for.
        leaf: u32,
        /// Pages of the copy.
        pages: u32,
    },
    /// The page stands so already.
    #[error("эта страница уже там")]
    AsItIs,
    /// Nothing differs on the scan, or it counts no more.
    #[error("на этом скане отличий нет, или он больше не считается")]
    NoDifference,
    /// Whoever says that a difference matters says where.
    #[error("скажите, какая строка или клетка изменена: до 200 знаков, без фамилий")]
    NoSpot,
    /// A signature is missing on the scan.
    #[error(
        "на скане нет подписи: положите скан подписанного листа, а если подпись на листе есть, подтвердите это на странице копии в «Сканах листов»"
    )]
    Unsigned,
    /// Signatures were recorded by it, and they stay.
    #[error(
        "по этому скану отмечены подписи ступени «{0}»: подписи хранятся, и скан хранится с ними; если запись на листе изменена, выпустите следующую версию копии: изменённые листы печатают и подписывают заново, а старый скан остаётся со старой версией; если на листе подписи нет, верните копию: замечанием при подписании, а подписанную всеми — кнопкой «Вернуть на исправление» на её странице"
    )]
    Attested(String),
    /// The code is not one of a sheet that is awaited; why.
    #[error("{0}")]
    Code(String),
}

/// Files a page by hand to a page of a copy, or, with `leaf` 0, says that it does not count; the last word holds. A stage on paper whose
/// last sheet it was is completed; `signed_on` is the day beside its signatures, that of the act when absent.
pub async fn decide(
    house: &House,
    at: &ScanPlace,
    wish: &Leaf,
    signed_on: Option<NaiveDate>,
    act: &Act,
) -> Result<Settled, Error> {
    let pages = house.db.list_scan_pages(&at.file).await?;
    let page = pages.iter().find(|row| row.at == *at).ok_or(Refusal::NoPage)?;
    let leaf = if wish.leaf == 0 { Leaf::default() } else { Judge::new(house).leaf(wish).await? };
    let decisions = house.db.list_scan_decisions().await?;
    let last = decisions.iter().rev().find(|decision| decision.at == *at).map(|decision| &decision.leaf);
    let read = (page.outcome == Verdict::Filed.as_str()).then_some(&page.leaf);
    if last.or(read) == Some(&leaf) {
        return Err(Refusal::AsItIs.into());
    }
    // What signatures were recorded by stays where it lies.
    if let Some(held) = last.or(read).filter(|held| held.leaf > 0)
        && let Some(stage) = stage::rests_on(house, at, held).await?
    {
        return Err(Refusal::Attested(stage).into());
    }
    let file: Digest = at.file.parse().map_err(|_| Refusal::NoPage)?;
    let event = Event::new(EventKind::ScanDecided, &act.by, &act.moment())
        .with_digest("file", file)
        .with_number("page", at.page.into())
        .with_number("place", at.place.into())
        .with("copy", &leaf.copy)
        .with_number("version", leaf.version.into())
        .with_number("leaf", leaf.leaf.into());
    let row = ScanDecisionRow { at: at.clone(), leaf, decided_at: act.moment(), decided_by: act.by.clone() };
    let mut tx = house.db.begin().await?;
    tx.record_scan_decision(&row).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    let copies: Vec<String> = Some(row.leaf.copy).filter(|copy| !copy.is_empty()).into_iter().collect();
    let day = signed_on.unwrap_or_else(|| act.at.date_naive());
    stage::settle(house, &copies, day, act, &|_, _| {}).await
}

/// A tick of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticked {
    /// What.
    pub leaf: Leaf,
    /// It was ticked off before; nothing was written now.
    pub again: bool,
}

/// What a code's text says, as a person or a reader typed it, and what this house says of it; nothing is written and nobody is named. No
/// code where the text is none of ours.
pub async fn look_up(house: &House, text: &str) -> Result<(Option<SheetCode>, Verdict), Error> {
    let text = typed(text);
    let code = SheetCode::parse(&text).ok();
    let (verdict, _) = Judge::new(house).judge(&text).await?;
    Ok((code, verdict))
}

/// Ticks off the sheet whose code a reader or a camera gave.
pub async fn receive(house: &House, text: &str, act: &Act) -> Result<Ticked, Error> {
    let text = typed(text);
    let (verdict, leaf) = Judge::new(house).judge(&text).await?;
    if verdict != Verdict::Filed {
        return Err(Refusal::Code(verdict.said().unwrap_or_default().to_owned()).into());
    }
    let event = Event::new(EventKind::SheetReceived, &act.by, &act.moment())
        .with("copy", &leaf.copy)
        .with_number("version", leaf.version.into())
        .with_number("sheet", leaf.sheet.into())
        .with_number("leaf", leaf.leaf.into());
    let row = ReceiptRow { leaf: leaf.clone(), received_at: act.moment(), received_by: act.by.clone() };
    let mut tx = house.db.begin().await?;
    match tx.record_receipt(&row).await {
        Err(store::Error::Duplicate) => return Ok(Ticked { leaf, again: true }),
        other => other?,
    }
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(Ticked { leaf, again: false })
}

/// What a reader typed, as it was meant. A reader is a keyboard: under a Russian layout it types Russian letters, and some send small ones.
fn typed(text: &str) -> String {
    const RUSSIAN: &str = "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ";
    const LATIN: &str = "QWERTYUIOP[]ASDFGHJKL;'ZXCVBNM,.";
    let text = text.trim().to_uppercase();
    if !text.chars().any(|letter| RUSSIAN.contains(letter)) {
        return text;
    }
    let latin = |letter| RUSSIAN.chars().zip(LATIN.chars()).find(|(russian, _)| *russian == letter);
    // Under that layout Shift and 6 give a colon for «:», which is Shift and Ж of the Latin one; a slash becomes a full stop.
    let meant = |letter: char| match letter {
        'Ж' => ':',
        '.' => '/',
        other => latin(other).map_or(other, |(_, latin)| latin),
    };
    text.chars().map(meant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_under_a_russian_layout_is_understood() {
        let code = "LTP2:2025-05A-Q1:1:3/18:5/46:0123456789ABCDEF:207:FEDCBA9876543210";
        assert_eq!(typed(code), code);
        assert_eq!(typed(&format!("  {}\n", code.to_lowercase())), code);
        assert_eq!(typed("ДЕЗ2Ж2025-05Ф-Й1Ж1Ж3.18Ж5.46Ж0123456789ФИСВУАЖ207ЖАУВСИФ9876543210"), code);
    }
}
