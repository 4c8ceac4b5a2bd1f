//! Filed scans compared one after another, and the sheets on which something differs until a person has looked. Floor 2.
//!
//! What a comparison found is kept twice: the differences with their places in a file beside the scan ([`super::compare`]), how many there
//! are in a row, so that a page can count them. Each file is one transaction with its event: a stop in between leaves whole files, and the
//! next attempt compares only what is left.

use std::collections::HashMap;

use super::super::{Act, Error, House, salt};
use super::compare::{METHOD, compare, known};
use super::standing::{LastWords, standing};
use super::{At, Inked, Refusal};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::domain::words;
use crate::store::{ComparisonRow, CopyRow, GraveRow, Leaf, LookRow, ScanDecisionRow, ScanPlace};

/// What came of comparing some files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparing {
    /// Pages that could be compared.
    pub compared: usize,
    /// Pages that could not.
    pub not: usize,
    /// Pages on which something differs where nobody is to write.
    pub differing: usize,
    /// What a person should look at: a page each.
    pub findings: Vec<Finding>,
}

/// A scan in force on which something differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// The version of the copy: the last one.
    pub copy: CopyRow,
    /// Its page, from 1.
    pub leaf: u32,
    /// The scan.
    pub at: ScanPlace,
    /// How much differs, but for signatures that were seen elsewhere since ([`Inked`]).
    pub differences: u32,
    /// Places of signatures on paper without ink among them.
    pub unsigned: u32,
    /// The look of the person who found it harmless.
    pub look: Option<LookRow>,
}

/// Files of scans that the comparison of today has not seen whole.
pub async fn uncompared(house: &House) -> Result<Vec<String>, Error> {
    Ok(house.db.list_uncompared_files(METHOD).await?)
}

/// Pages of these files that lie in force and that the comparison of today has not seen.
async fn left(house: &House, file: &str, decisions: &[ScanDecisionRow]) -> Result<Vec<(At, Leaf)>, Error> {
    let known = house.db.list_comparisons(file).await?;
    let is_known = |at: &At, leaf: &Leaf| {
        known.iter().any(|row| {
            (&row.at, row.method) == (&at.place, METHOD)
                && (&row.leaf.copy, row.leaf.version, row.leaf.leaf) == (&leaf.copy, leaf.version, leaf.leaf)
        })
    };
    let pages = house.db.list_scan_pages(file).await?;
    let decided = LastWords::of(decisions);
    let in_force = pages.iter().filter_map(|page| decided.holding(page)).filter(|(at, leaf)| !is_known(at, leaf));
    Ok(in_force.map(|(at, leaf)| (at, leaf.clone())).collect())
}

/// Compares what is left of these files. `progress` is told how many pages there are in all, and then of each as it is done.
///
/// # Errors
/// Of the store. A scan or an issued file that was exchanged is a finding, and the others are compared.
pub async fn compare_files(
    house: &House,
    files: &[String],
    act: &Act,
    mut progress: impl FnMut(usize, usize),
) -> Result<Comparing, Error> {
    let decisions = house.db.list_scan_decisions().await?;
    let mut work = Vec::new();
    for file in files {
        work.push((file, left(house, file, &decisions).await?));
    }
    let all = work.iter().map(|(_, pages)| pages.len()).sum();
    let (mut comparing, mut done) = (Comparing::default(), 0);
    progress(0, all);
    for (file, pages) in work {
        let mut rows = Vec::new();
        for (at, leaf) in pages {
            match one(house, &at, &leaf, act).await {
                Ok(Some(one)) => rows.push(one),
                Ok(None) => {}
                Err(error) => {
                    comparing.not += 1;
                    comparing.findings.push(Finding::new("scan.not-compared", place(&leaf), error.to_string()))
                }
            }
            done += 1;
            progress(done, all);
        }
        let told: Vec<ComparisonRow> = rows.iter().map(|(row, _)| row.clone()).collect();
        record(house, file, &told, act).await?;
        for (row, unsigned) in rows {
            comparing.add(&row, unsigned);
        }
    }
    Ok(comparing)
}

impl Comparing {
    /// `unsigned` of the differences are places of signatures on paper without ink.
    fn add(&mut self, row: &ComparisonRow, unsigned: u32) {
        self.compared += usize::from(row.compared);
        self.not += usize::from(!row.compared);
        if row.differences > 0 {
            self.differing += 1;
            let n = words::count(row.differences.into(), "отличие", "отличия", "отличий");
            let said = match unsigned {
                0 => format!("на скане {n}"),
                all if all == row.differences => "подписи не видно: проверьте лист".to_owned(),
                _ => format!("на скане {n}; не видно и подписи: проверьте лист"),
            };
            self.findings.push(Finding::new("scan.differs", place(&row.leaf), said));
        }
    }
}

fn place(leaf: &Leaf) -> String {
    format!("{} версия {}, страница {}", leaf.copy, leaf.version, leaf.leaf)
}

/// One comparison as a row, and how many places of signatures on paper it found without ink; nothing for a copy that is not on record.
async fn one(house: &House, at: &At, leaf: &Leaf, act: &Act) -> Result<Option<(ComparisonRow, u32)>, Error> {
    let versions = house.db.list_versions(&leaf.copy).await?;
    let Some(copy) = versions.into_iter().find(|row| row.version == leaf.version) else { return Ok(None) };
    let found = compare(house, at, &copy, leaf.leaf).await?;
    let row = ComparisonRow {
        at: at.place.clone(),
        leaf: Leaf { sheet: 0, ..leaf.clone() },
        method: METHOD,
        compared: found.not.is_empty(),
        differences: found.unexpected().count() as u32,
        compared_at: act.moment(),
    };
    Ok(Some((row, found.unsigned() as u32)))
}

async fn record(house: &House, file: &str, rows: &[ComparisonRow], act: &Act) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let digest: Digest = file.parse().map_err(|_| Error::Damaged(file.to_owned()))?;
    let event = Event::new(EventKind::ScansCompared, &act.by, &act.moment())
        .with_digest("file", digest)
        .with_number("pages", rows.iter().filter(|row| row.compared).count() as u64)
        .with_number("differing", rows.iter().filter(|row| row.differences > 0).count() as u64);
    let mut tx = house.db.begin().await?;
    for row in rows {
        tx.record_comparison(row).await?;
    }
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// Scans in force of last versions on which something differs, those that a person has looked at among them; by copy and page.
pub async fn differing(house: &House) -> Result<Vec<Differing>, Error> {
    let rows = house.db.list_differing().await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (decisions, looks) = (house.db.list_scan_decisions().await?, house.db.list_looks().await?);
    let decided = LastWords::of(&decisions);
    let mut last: HashMap<String, Option<(CopyRow, Option<Inked>)>> = HashMap::new();
    let mut found = Vec::new();
    for row in rows {
        let is_same =
            |leaf: &&Leaf| (&leaf.copy, leaf.version, leaf.leaf) == (&row.leaf.copy, row.leaf.version, row.leaf.leaf);
        // A page that was moved or put aside since is compared anew, or not at all.
        if decided.said(&row.at).is_some_and(|leaf| !is_same(&leaf)) {
            continue;
        }
        if !last.contains_key(&row.leaf.copy) {
            let known = match house.db.list_versions(&row.leaf.copy).await?.pop() {
                Some(copy) => Inked::load(house, &copy).await.map(|inked| Some((copy, inked)))?,
                None => None,
            };
            last.insert(row.leaf.copy.clone(), known);
        }
        let Some(Some((copy, inked))) = last.get(&row.leaf.copy) else { continue };
        if copy.version != row.leaf.version {
            continue;
        }
        let settled = inked.as_ref().map_or(0, |inked| inked.settled(house, &row.at, row.leaf.leaf));
        let differences = row.differences.saturating_sub(settled);
        if differences == 0 {
            continue;
        }
        // Only a version with stages on paper waits for ink.
        let unsigned = match (settled, inked) {
            (0, Some(_)) => bare(house, &row.at, copy, row.leaf.leaf).min(differences),
            _ => 0,
        };
        // More than was seen is not what was found harmless.
        let seen = |look: &&LookRow| look.at == row.at && is_same(&&look.leaf) && look.differences >= differences;
        let look = looks.iter().rev().find(seen).cloned();
        let copy = copy.clone();
        found.push(Differing { copy, leaf: row.leaf.leaf, at: row.at, differences, unsigned, look });
    }
    Ok(found)
}

/// Places of signatures without ink on a scan; none where the comparison's own file was thrown away.
fn bare(house: &House, at: &ScanPlace, copy: &CopyRow, leaf: u32) -> u32 {
    known(house, at, copy, leaf).map_or(0, |found| found.unsigned() as u32)
}

/// Pages on which something differs and at whose scans nobody has looked: each once, whatever the number of its scans.
pub async fn unseen(house: &House) -> Result<Vec<Differing>, Error> {
    let mut open: Vec<Differing> = differing(house).await?.into_iter().filter(|one| one.look.is_none()).collect();
    open.dedup_by(|one, before| (&one.copy.id, one.leaf) == (&before.copy.id, before.leaf));
    Ok(open)
}

/// A person has looked at the differences of a scan and found them harmless: the page is counted no more.
///
/// # Errors
/// When no such scan differs, when it lacks a signature, or it was looked at before.
pub async fn look(house: &House, at: &ScanPlace, act: &Act) -> Result<(), Error> {
    // Whoever opened the page before the comparison in the background came to it has seen the same frames.
    compare_files(house, std::slice::from_ref(&at.file), act, |_, _| {}).await?;
    let found = differing(house).await?.into_iter().find(|one| one.at == *at).ok_or(Refusal::NoDifference)?;
    if found.look.is_some() {
        return Err(Refusal::AsItIs.into());
    }
    // A signature that is not there is nothing harmless, and what differs beside it waits with it.
    if found.unsigned > 0 {
        return Err(Refusal::Unsigned.into());
    }
    let leaf = Leaf { copy: found.copy.id, version: found.copy.version, sheet: 0, leaf: found.leaf };
    let file: Digest = at.file.parse().map_err(|_| Refusal::NoPage)?;
    let event = Event::new(EventKind::ScanLooked, &act.by, &act.moment())
        .with_digest("file", file)
        .with_number("page", at.page.into())
        .with_number("place", at.place.into())
        .with("copy", &leaf.copy)
        .with_number("version", leaf.version.into())
        .with_number("leaf", leaf.leaf.into())
        .with_number("differences", found.differences.into());
    let row = LookRow {
        at: at.clone(),
        leaf,
        differences: found.differences,
        looked_at: act.moment(),
        looked_by: act.by.clone(),
    };
    let mut tx = house.db.begin().await?;
    tx.record_look(&row).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// Letters that the place of a difference takes: with sheet and page it fits into the ground of a version.
const LONGEST_SPOT: usize = 200;

/// The ground of a next version that a grave difference on a page asks for; `spot` is the row or cell, empty while nobody named it. Whoever
/// issues the version words it further.
pub fn grave_ground(sheet: u32, leaf: u32, spot: &str) -> String {
    match spot {
        "" => format!("на листе {sheet}, страница {leaf}, запись на бумаге изменена после выпуска"),
        spot => format!("на листе {sheet}, страница {leaf}, запись на бумаге изменена после выпуска: {spot}"),
    }
}

/// A person finds that what differs on a scan matters, and says at which row or cell. The page stays among those that differ until the
/// next version. One event `scan_grave`: the words stand in the row, the log keeps their digests.
///
/// # Errors
/// When no such scan differs, when it lacks a signature, when no place is named, or the same was said before.
pub async fn grave(house: &House, at: &ScanPlace, spot: &str, act: &Act) -> Result<GraveRow, Error> {
    let spot = spot.split_whitespace().collect::<Vec<_>>().join(" ");
    if spot.is_empty() || spot.chars().count() > LONGEST_SPOT {
        return Err(Refusal::NoSpot.into());
    }
    compare_files(house, std::slice::from_ref(&at.file), act, |_, _| {}).await?;
    let found = differing(house).await?.into_iter().find(|one| one.at == *at).ok_or(Refusal::NoDifference)?;
    if found.unsigned > 0 {
        return Err(Refusal::Unsigned.into());
    }
    let (copy, version) = (found.copy.id, found.copy.version);
    let pages = standing(house, &copy, Some(version)).await?.pages;
    let sheet = pages.iter().find(|page| page.leaf == found.leaf).map_or(0, |page| page.sheet);
    let file: Digest = at.file.parse().map_err(|_| Refusal::NoPage)?;
    let row = GraveRow {
        at: at.clone(),
        ground: grave_ground(sheet, found.leaf, &spot),
        leaf: Leaf { copy, version, sheet, leaf: found.leaf },
        spot,
        noted_at: act.moment(),
        noted_by: act.by.clone(),
    };
    let event = Event::new(EventKind::ScanGrave, &act.by, &act.moment())
        .with_digest("file", file)
        .with_number("page", at.page.into())
        .with_number("place", at.place.into())
        .with("copy", &row.leaf.copy)
        .with_number("version", version.into())
        .with_number("sheet", sheet.into())
        .with_number("leaf", found.leaf.into())
        .with_digest("spot", Digest::of(row.spot.as_bytes()))
        .with_digest("ground", Digest::of(row.ground.as_bytes()));
    // The writer's place is taken before what was said is read: a second press stands behind the first.
    let mut tx = house.db.begin().await?;
    let said = house.db.list_graves(&row.leaf.copy, version).await?;
    if said.iter().any(|one| one.at == row.at && one.spot == row.spot) {
        return Err(Refusal::AsItIs.into());
    }
    tx.record_grave(&row).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(row)
}
