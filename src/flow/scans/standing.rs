//! How the paper of a copy stands: which pages came back, which are missing, doubled, of an old version. Floor 2.

use std::collections::{BTreeMap, BTreeSet};

use super::super::desk::on_paper;
use super::super::force::Versions;
use super::super::sign::{REFUSED, signed};
use super::super::{Error, House};
use super::judge::{Verdict, sheets_of_pages};
use super::settled::Inked;
use crate::domain::route;
use crate::domain::snapshot::{Sheet, Snapshot};
use crate::store::{CopyRow, Leaf, ScanDecisionRow, ScanPageRow, ScanPlace, StatementRow};

/// A scan of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// Where it lies.
    pub place: ScanPlace,
    /// Filed by a person, not by its code.
    pub by_hand: bool,
    /// Corners of its code, thousandths of the page; empty for none.
    pub corners: String,
    /// Degrees clockwise by which the sheet lies turned.
    pub turn: u32,
}

impl At {
    /// Where a page was read, by its code.
    pub fn read(row: &ScanPageRow) -> Self {
        Self { place: row.at.clone(), by_hand: false, corners: row.corners.clone(), turn: row.turn }
    }
}

/// What people have said of places on scans: the last word of a person about a place holds over what was read there.
pub(super) struct LastWords<'a>(BTreeMap<&'a ScanPlace, &'a Leaf>);

impl<'a> LastWords<'a> {
    /// `decisions` in the order in which they were taken.
    pub(super) fn of(decisions: &'a [ScanDecisionRow]) -> Self {
        Self(decisions.iter().map(|row| (&row.at, &row.leaf)).collect())
    }

    /// Has a person said what lies there?
    pub(super) fn knows(&self, row: &ScanPageRow) -> bool {
        self.0.contains_key(&row.at)
    }

    /// Where a place lies in force, and as which page; nothing for one that was put aside or never filed.
    pub(super) fn holding<'b>(&'b self, row: &'b ScanPageRow) -> Option<(At, &'b Leaf)> {
        let decided = self.0.get(&row.at).copied();
        let read = (row.outcome == Verdict::Filed.as_str()).then_some(&row.leaf);
        let leaf = decided.or(read).filter(|leaf| leaf.leaf > 0)?;
        Some((At { by_hand: decided.is_some(), ..At::read(row) }, leaf))
    }

    /// The page that a person has said, whatever was read.
    pub(super) fn said(&self, at: &ScanPlace) -> Option<&'a Leaf> {
        self.0.get(at).copied()
    }

    fn places_of(&self, copy: &CopyRow) -> impl Iterator<Item = &'a ScanPlace> {
        let (id, version) = (copy.id.clone(), copy.version);
        let own = self.0.iter().filter(move |(_, leaf)| (&leaf.copy, leaf.version) == (&id, version));
        own.map(|(place, _)| *place)
    }
}

/// One page of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageStanding {
    /// Number in the copy, from 1.
    pub leaf: u32,
    /// Number of its sheet, from 1; 0 when it is not known.
    pub sheet: u32,
    /// Words for the sheet.
    pub title: String,
    /// Its scans, in the order they came; more than one: doubled.
    pub scans: Vec<At>,
    /// When it was ticked off; empty when it was not.
    pub received_at: String,
    /// The earlier version whose sheet, signed in ink, stays an original of this page, whatever ink this version's own bears; 0 for none.
    pub original: u32,
    /// Is its paper awaited? Nowhere before a version has a stage on paper, ink, a scan or a tick of its own; beside sheets that stay only where
    /// this version itself is signed in ink.
    pub is_awaited: bool,
}

/// Sheets of an earlier version that were signed in ink and did not change since: for those signatures their paper stays the original, also where
/// others sign the new print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staying {
    /// The version that bears the ink.
    pub version: u32,
    /// Numbers of the sheets in that version, in order.
    pub sheets: Vec<u32>,
    /// Titles of the stages whose ink they bear, in the order of the route.
    pub stages: Vec<String>,
}

impl Staying {
    /// «листы версии 1 остаются в силе (подписи ступени «Учитель»): 2–8, 11».
    pub fn said(&self) -> String {
        let whose = match self.stages.as_slice() {
            [] => String::new(),
            [one] => format!(" (подписи ступени «{one}»)"),
            many => format!(" (подписи ступеней «{}»)", many.join("», «")),
        };
        match self.sheets.as_slice() {
            [one] => format!("лист {one} версии {} остаётся в силе{whose}", self.version),
            many => format!("листы версии {} остаются в силе{whose}: {}", self.version, listed(many)),
        }
    }

    /// «листы 2–8, 11 версии 1, подписанные ручкой»: what is bound with the paper of the later version.
    pub fn bound(&self) -> String {
        match self.sheets.as_slice() {
            [one] => format!("лист {one} версии {}, подписанный ручкой", self.version),
            many => format!("листы {} версии {}, подписанные ручкой", listed(many), self.version),
        }
    }
}

/// How a version of a copy stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The version.
    pub copy: CopyRow,
    /// Its pages in order.
    pub pages: Vec<PageStanding>,
    /// Is it the last version of the copy?
    pub is_last: bool,
    /// Scans of earlier versions of the copy, filed or not.
    pub old: Vec<(Leaf, At)>,
    /// Of how many pages of earlier versions there is a scan, counted as [`Self::came`] of each counts them.
    pub before: usize,
    /// How many sheets of earlier versions came that lie at none: they came when another had taken its place.
    pub strays: usize,
    /// Sheets of earlier versions whose paper stays in force, by version.
    pub staying: Vec<Staying>,
}

impl Standing {
    /// Pages that are awaited and of which there is no scan.
    pub fn missing(&self) -> Vec<u32> {
        let lacks = |page: &&PageStanding| page.is_awaited && page.scans.is_empty();
        self.pages.iter().filter(lacks).map(|page| page.leaf).collect()
    }

    /// How many pages must come back: all but those that are not awaited.
    pub fn awaited(&self) -> usize {
        self.pages.iter().filter(|page| page.is_awaited).count()
    }

    /// Of how many pages there is a scan.
    pub fn came(&self) -> usize {
        self.pages.iter().filter(|page| !page.scans.is_empty()).count()
    }

    /// Pages of which there is more than one scan.
    pub fn doubled(&self) -> Vec<u32> {
        self.pages.iter().filter(|page| page.scans.len() > 1).map(|page| page.leaf).collect()
    }

    /// Pages that are awaited and were not ticked off.
    pub fn not_received(&self) -> Vec<u32> {
        let lacks = |page: &&PageStanding| page.is_awaited && page.received_at.is_empty();
        self.pages.iter().filter(lacks).map(|page| page.leaf).collect()
    }

    /// Is there anything to say of its paper: a scan or a tick of its own, pages that are awaited, or sheets that stay?
    pub fn has_paper(&self) -> bool {
        self.awaited() > 0 || self.came() > 0 || !self.staying.is_empty()
    }

    /// Has every page a scan of its own, also one that is not awaited?
    pub fn is_complete(&self) -> bool {
        !self.pages.is_empty() && self.pages.iter().all(|page| !page.scans.is_empty())
    }
}

/// The facts of a copy whose paper is all in: for whoever completes its paper stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    /// Copy and version.
    pub copy: CopyRow,
    /// SHA-256 of the files that the scans of its pages in force lie in, each once, in order: none that a scan with the ink has replaced.
    pub files: Vec<String>,
    /// Pages that a person filed.
    pub by_hand: usize,
}

/// How the paper of a version stands; the last one when none is named.
pub async fn standing(house: &House, copy: &str, version: Option<u32>) -> Result<Standing, Error> {
    let rows = house.db.list_versions(copy).await?;
    let last = rows.last().map_or(0, |row| row.version);
    let row = match version {
        None => rows.into_iter().next_back(),
        Some(version) => rows.into_iter().find(|row| row.version == version),
    };
    let row = row.ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    let decisions = house.db.list_scan_decisions().await?;
    let is_last = row.version == last;
    of(house, row, is_last, &decisions).await
}

/// Copies whose paper has begun to come back, and how each last version stands. Where nothing of the last is on paper, the version stands for it
/// that is in force until the last one is sealed, if its paper came; else the copy is left out.
pub async fn overview(house: &House) -> Result<Vec<Standing>, Error> {
    let mut copies: Vec<String> = house.db.list_scanned_copies().await?.into_iter().map(|(copy, _)| copy).collect();
    copies.sort();
    copies.dedup();
    let decisions = house.db.list_scan_decisions().await?;
    let mut all = Vec::new();
    for copy in copies {
        let mut rows = house.db.list_versions(&copy).await?;
        let Some(row) = rows.pop() else { continue };
        let last = of(house, row, true, &decisions).await?;
        if last.has_paper() {
            all.push(last);
            continue;
        }
        let versions = Versions::of_copy(house, &copy).await?;
        let is_in_force = |row: &CopyRow| row.pages > 0 && !versions.standing(&copy, row.version).is_replaced();
        let Some(row) = rows.into_iter().rev().find(is_in_force) else { continue };
        let standing = of(house, row, false, &decisions).await?;
        if standing.has_paper() {
            all.push(standing);
        }
    }
    Ok(all)
}

/// Which of these copies (identifier, version, pages) have a scan of every page. Nothing is laid out for it: a first screen asks of all that are not
/// on paper yet.
pub async fn all_in(house: &House, copies: &[(&str, u32, u32)]) -> Result<BTreeSet<String>, Error> {
    let mut whole = BTreeSet::new();
    if copies.is_empty() {
        return Ok(whole);
    }
    let begun = house.db.list_scanned_copies().await?;
    let decisions = house.db.list_scan_decisions().await?;
    let decided = LastWords::of(&decisions);
    for (id, version, pages) in copies {
        if !begun.iter().any(|(copy, of)| copy == id && of == version) {
            continue;
        }
        if *pages > 0 && leaves_in(house, &decided, id, *version).await? >= *pages as usize {
            whole.insert((*id).to_owned());
        }
    }
    Ok(whole)
}

/// Of how many pages of a version there is a scan. Nothing is laid out for it.
pub async fn pages_in(house: &House, copy: &str, version: u32) -> Result<usize, Error> {
    let decisions = house.db.list_scan_decisions().await?;
    leaves_in(house, &LastWords::of(&decisions), copy, version).await
}

async fn leaves_in(house: &House, decided: &LastWords<'_>, copy: &str, version: u32) -> Result<usize, Error> {
    Ok(leaves_of(&house.db.list_scan_pages_of(copy).await?, decided, copy, version))
}

/// Of how many pages of a version there is a scan; `rows` are the copy's.
fn leaves_of(rows: &[ScanPageRow], decided: &LastWords<'_>, copy: &str, version: u32) -> usize {
    let own = |leaf: &&Leaf| leaf.copy == copy && leaf.version == version && leaf.leaf > 0;
    let read = rows.iter().filter_map(|row| decided.holding(row)).map(|(_, leaf)| leaf);
    let leaves: BTreeSet<u32> = read.chain(decided.0.values().copied()).filter(own).map(|leaf| leaf.leaf).collect();
    leaves.len()
}

/// The facts of a complete paper; nothing while a page is missing.
pub async fn complete(house: &House, copy: &str) -> Result<Option<Complete>, Error> {
    let standing = standing(house, copy, None).await?;
    if !standing.is_complete() {
        return Ok(None);
    }
    let inked = Inked::load(house, &standing.copy).await?;
    let scans = standing.pages.iter().filter_map(|page| match &inked {
        Some(inked) => inked.counting(house, page),
        None => page.scans.first(),
    });
    let scans: Vec<&At> = scans.collect();
    let mut files: Vec<String> = Vec::new();
    for at in &scans {
        if !files.contains(&at.place.file) {
            files.push(at.place.file.clone());
        }
    }
    Ok(Some(Complete { by_hand: scans.iter().filter(|at| at.by_hand).count(), files, copy: standing.copy }))
}

async fn of(house: &House, copy: CopyRow, is_last: bool, decisions: &[ScanDecisionRow]) -> Result<Standing, Error> {
    let snapshot = house.db.load_snapshot(copy.snapshot).await?;
    let receipts = house.db.list_receipts(&copy.id, copy.version).await?;
    let said = house.db.list_statements(&copy.id, copy.version).await?;
    let opened = house.db.list_paper_stages(&copy.id, copy.version).await?;
    let mut pages = blank(&copy, &snapshot)?;
    for receipt in receipts {
        if let Some(page) = pages.get_mut((receipt.leaf.leaf as usize).wrapping_sub(1)) {
            page.received_at = receipt.received_at;
        }
    }
    let staying = staying(house, &copy, &snapshot, &said, &mut pages).await?;
    let decided = LastWords::of(decisions);
    let mut rows = house.db.list_scan_pages_of(&copy.id).await?;
    let before: usize = (1..copy.version).map(|version| leaves_of(&rows, &decided, &copy.id, version)).sum();
    for place in decided.places_of(&copy) {
        let read = house.db.list_scan_pages(&place.file).await?.into_iter().find(|row| row.at == *place);
        rows.extend(read.filter(|row| row.leaf.copy != copy.id));
    }
    let (mut old, mut strays) = (Vec::new(), BTreeSet::new());
    for row in &rows {
        match decided.holding(row) {
            Some((at, leaf)) if (&leaf.copy, leaf.version) == (&copy.id, copy.version) => {
                if let Some(page) = pages.get_mut((leaf.leaf as usize).wrapping_sub(1)) {
                    page.scans.push(at);
                }
            }
            // What was read as an earlier version's is named, unless a person has said what it is.
            held if row.leaf.version < copy.version && !decided.knows(row) => {
                if held.is_none() {
                    strays.insert((row.leaf.version, row.leaf.leaf));
                }
                old.push((row.leaf.clone(), At::read(row)));
            }
            _ => {}
        }
    }
    let opened: Vec<&str> = opened.iter().map(|one| one.stage.as_str()).collect();
    let inked = inked(copy.version, &snapshot, &said, &opened);
    let came = |page: &PageStanding| !page.scans.is_empty() || !page.received_at.is_empty();
    let has_begun = !opened.is_empty() || !inked.is_empty() || pages.iter().any(came);
    for page in &mut pages {
        page.is_awaited = has_begun && (staying.is_empty() || inked.contains(sheet_of(&snapshot, page)));
    }
    Ok(Standing { copy, pages, is_last, old, before, strays: strays.len(), staying })
}

/// Identifier of the sheet that a page belongs to; empty when it is not known.
fn sheet_of<'s>(snapshot: &'s Snapshot, page: &PageStanding) -> &'s str {
    snapshot.sheets.get((page.sheet as usize).wrapping_sub(1)).map_or("", Sheet::id)
}

/// Which sheets of earlier versions stay in force on paper: those with ink that was carried over. Each of the `pages` learns of its own.
async fn staying(
    house: &House,
    copy: &CopyRow,
    snapshot: &Snapshot,
    said: &[StatementRow],
    pages: &mut [PageStanding],
) -> Result<Vec<Staying>, Error> {
    let carried = carried(copy.version, said);
    if carried.is_empty() {
        return Ok(Vec::new());
    }
    for page in pages {
        let id = sheet_of(snapshot, page);
        let bears = carried.iter().filter(|one| one.sheets.iter().any(|sheet| sheet == id));
        page.original = bears.map(|one| one.version).max().unwrap_or_default();
    }
    let rows = house.db.list_versions(&copy.id).await?;
    let mut all = Vec::new();
    for row in &rows {
        let own: Vec<&Carried> = carried.iter().filter(|one| one.version == row.version).collect();
        if own.is_empty() {
            continue;
        }
        let paper = house.papers.get(house, row.snapshot).await?;
        let mut sheets = BTreeSet::new();
        for id in own.iter().flat_map(|one| one.sheets.iter()) {
            sheets.insert(paper.number(id) as u32);
        }
        sheets.remove(&0);
        let stages = snapshot.route.iter().filter(|stage| own.iter().any(|one| one.stage == stage.id));
        let stages: Vec<String> = stages.map(|stage| stage.title.clone()).collect();
        if !sheets.is_empty() {
            all.push(Staying { version: row.version, sheets: sheets.into_iter().collect(), stages });
        }
    }
    Ok(all)
}

/// Ink of an earlier version that stands in this one.
struct Carried {
    version: u32,
    stage: String,
    /// Identifiers of the sheets that it still speaks for.
    sheets: Vec<String>,
}

/// Is it a signature in ink?
fn is_ink(row: &StatementRow) -> bool {
    row.verdict != REFUSED && !on_paper(row).is_empty()
}

/// The ink that was carried over into a version. Whatever others sign on the new print, the original of each of these signatures is the sheet of
/// the version that bears it, unless the same person signed the sheet of the new print in the same stage.
fn carried(version: u32, said: &[StatementRow]) -> Vec<Carried> {
    let (own, before): (Vec<&StatementRow>, Vec<&StatementRow>) =
        said.iter().filter(|row| is_ink(row)).partition(|row| row.version >= version);
    let anew: Vec<route::Signed> = own.into_iter().flat_map(|row| signed(std::slice::from_ref(row))).collect();
    let each = |row: &StatementRow| {
        let is_anew = |id: &String| {
            let same = |one: &route::Signed| one.stage == row.stage && one.signer == row.signer;
            anew.iter().any(|one| same(one) && one.sheets.contains(id))
        };
        let sheets = row.kept.iter().filter(|id| !is_anew(id)).cloned().collect();
        Carried { version: row.version, stage: row.stage.clone(), sheets }
    };
    before.into_iter().map(each).filter(|one| !one.sheets.is_empty()).collect()
}

/// Sheets that a version signs in ink itself, or still must on the `opened` stages.
fn inked(version: u32, snapshot: &Snapshot, said: &[StatementRow], opened: &[&str]) -> BTreeSet<String> {
    let own = said.iter().filter(|row| row.version >= version && is_ink(row));
    let own = own.flat_map(|row| signed(std::slice::from_ref(row)));
    let mut sheets: BTreeSet<String> = own.flat_map(|one| one.sheets).collect();
    let stands = signed(said);
    for stage in snapshot.route.iter().filter(|stage| opened.contains(&stage.id.as_str())) {
        sheets.extend(stage.signers.iter().flat_map(|signer| route::left(&stage.id, signer, &stands)));
    }
    sheets
}

fn blank(copy: &CopyRow, snapshot: &Snapshot) -> Result<Vec<PageStanding>, Error> {
    let titles: Vec<String> = snapshot.sheets.iter().map(Sheet::title).collect();
    let sheets = sheets_of_pages(copy, snapshot)?;
    let page = |(leaf, sheet): (u32, u32)| PageStanding {
        leaf,
        sheet,
        title: match certifies(&sheets, leaf) {
            true => CERTIFYING.to_owned(),
            false => titles.get((sheet as usize).wrapping_sub(1)).cloned().unwrap_or_default(),
        },
        scans: Vec::new(),
        received_at: String::new(),
        original: 0,
        is_awaited: true,
    };
    Ok((1..).zip(sheets.iter().copied()).map(page).collect())
}

/// What the last page of a copy bears.
const CERTIFYING: &str = "Заверительная надпись";

/// Is it the last page, which belongs to the first sheet and stands behind all the others? `sheets` names the sheet of each page.
fn certifies(sheets: &[u32], leaf: u32) -> bool {
    leaf as usize == sheets.len() && sheets.last() == Some(&1) && sheets.iter().any(|sheet| *sheet > 1)
}

/// «3, 7–9, 12».
pub fn listed(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|one, next| next - one == 1);
    let told = runs.map(|run| match run {
        [first, .., last] if run.len() > 2 => format!("{first}–{last}"),
        _ => run.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{certifies, listed};

    #[test]
    fn the_last_page_is_no_second_title_page() {
        let sheets = [1, 2, 2, 3, 1];
        let certifying: Vec<u32> = (1..=5).filter(|leaf| certifies(&sheets, *leaf)).collect();
        assert_eq!(certifying, [5]);
        assert!(!certifies(&[1, 2, 3], 3) && !certifies(&[1, 1], 2) && !certifies(&[1], 1));
    }

    #[test]
    fn numbers_one_after_another_are_told_as_a_span() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&[3]), "3");
        assert_eq!(listed(&[1, 2, 4, 5, 6, 9]), "1, 2, 4–6, 9");
    }
}
