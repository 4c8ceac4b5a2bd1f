//! Copies as a page listed them when its button was pressed: these are issued or sealed, as they were shown, and no others. Floor 2.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::super::{Act, Error, House, compromise, issue, recall, scans, seal};
use super::Progress;
use super::work::{Outcome, Refused, Work, count};
use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::store::CopyRow;

/// How many jobs are looked through for open ones: more than a school ever leaves waiting.
const LOOKED_THROUGH: u32 = 500;

/// One copy as a page showed it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Listed {
    /// Copy.
    pub copy: String,
    /// Version.
    pub version: u32,
    /// Pages of its scans that differed while nobody had looked at them.
    pub differing: u64,
    /// First bytes of the digest over its snapshot and the signatures under it.
    pub shown: String,
}

impl Listed {
    /// As a field of a form holds it: `copy/version/differing/shown`.
    pub fn field(&self) -> String {
        format!("{}/{}/{}/{}", self.copy, self.version, self.differing, self.shown)
    }

    /// The same read; `None` for what no page of ours holds.
    pub fn read(field: &str) -> Option<Self> {
        let mut parts = field.rsplitn(4, '/');
        let (shown, differing, version) = (parts.next()?, parts.next()?, parts.next()?);
        let copy = parts.next().filter(|copy| !copy.is_empty())?;
        Some(Self {
            copy: copy.to_owned(),
            version: version.parse().ok()?,
            differing: differing.parse().ok()?,
            shown: shown.to_owned(),
        })
    }
}

/// These copies as a page lists them now.
///
/// # Errors
/// Of the store.
pub async fn list(house: &House, rows: &[&CopyRow]) -> Result<Vec<Listed>, Error> {
    let mut differing: BTreeMap<(String, u32), u64> = BTreeMap::new();
    if rows.iter().any(|row| row.state == State::Signed) {
        for one in scans::unseen(house).await? {
            *differing.entry((one.copy.id, one.copy.version)).or_default() += 1;
        }
    }
    let mut listed = Vec::with_capacity(rows.len());
    for row in rows {
        let mut under = vec![row.snapshot.to_hex()];
        // Nobody signs before the issue.
        if row.state != State::Frozen {
            let said = house.db.list_statements(&row.id, row.version).await?;
            under.extend(said.into_iter().map(|one| one.signature));
        }
        under.sort_unstable();
        listed.push(Listed {
            copy: row.id.clone(),
            version: row.version,
            differing: differing.get(&(row.id.clone(), row.version)).copied().unwrap_or_default(),
            shown: Digest::of(under.join(" ").as_bytes()).prefix(),
        });
    }
    listed.sort();
    Ok(listed)
}

/// Copies, by identifier and version, that open jobs were asked to issue or to seal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    /// To issue.
    pub issue: BTreeSet<(String, u32)>,
    /// To seal.
    pub seal: BTreeSet<(String, u32)>,
}

/// What waits in the queue, or is being done.
///
/// # Errors
/// Of the store.
pub async fn pending(house: &House) -> Result<Pending, Error> {
    let of = |copies: Vec<Listed>| copies.into_iter().map(|one| (one.copy, one.version));
    let mut found = Pending::default();
    for work in open(house).await? {
        match work {
            Work::Issue { copies } => found.issue.extend(of(copies)),
            Work::Seal { copies } => found.seal.extend(of(copies)),
            _ => {}
        }
    }
    Ok(found)
}

async fn open(house: &House) -> Result<Vec<Work>, Error> {
    let rows = house.db.list_jobs(LOOKED_THROUGH).await?;
    let open = rows.iter().filter(|row| !row.state.is_over());
    Ok(open.filter_map(|row| serde_json::from_str(&row.arguments).ok()).collect())
}

/// Copies with scans that an open job is still to compare: whoever looked at the page has not seen what will be found.
async fn compared_now(house: &House) -> Result<BTreeSet<(String, u32)>, Error> {
    let mut files: BTreeSet<String> = BTreeSet::new();
    for work in open(house).await? {
        if let Work::CompareScans { files: asked } = work {
            files.extend(asked);
        }
    }
    if files.is_empty() {
        return Ok(BTreeSet::new());
    }
    let left = scans::uncompared(house).await?;
    files.retain(|file| left.contains(file));
    let mut leaves = Vec::new();
    for file in &files {
        leaves.extend(house.db.list_scan_pages(file).await?.into_iter().map(|page| page.leaf));
    }
    let decided = house.db.list_scan_decisions().await?;
    leaves.extend(decided.into_iter().filter(|one| files.contains(&one.at.file)).map(|one| one.leaf));
    Ok(leaves.into_iter().map(|leaf| (leaf.copy, leaf.version)).collect())
}

/// Listed copies as they stand when the job is taken.
#[derive(Default)]
struct Sorted {
    /// Those that are as they were shown.
    ready: Vec<CopyRow>,
    /// How many had been done before.
    before: u64,
    refused: Vec<Refused>,
}

async fn sorted(house: &House, copies: &[Listed], wanted: State) -> Result<Sorted, Error> {
    let compared_now = if wanted == State::Signed { compared_now(house).await? } else { BTreeSet::new() };
    let mut sorted = Sorted::default();
    for one in copies {
        let versions = house.db.list_versions(&one.copy).await?;
        let Some(row) = versions.iter().find(|row| row.version == one.version) else {
            let why = "такой копии больше нет".to_owned();
            sorted.refused.push(Refused { what: one.copy.clone(), why });
            continue;
        };
        let is_done = match wanted {
            State::Frozen => matches!(row.state, State::Issued | State::Signed | State::Sealed),
            _ => row.state == State::Sealed,
        };
        if is_done {
            sorted.before += 1;
            continue;
        }
        let newer = versions.iter().map(|row| row.version).max().filter(|last| *last > row.version);
        let now = list(house, &[row]).await?.pop().filter(|now| now.shown == one.shown);
        let why = match (newer, now) {
            (Some(last), _) => format!("с тех пор составлена версия {last}"),
            _ if row.state != wanted => format!("с тех пор изменилось её состояние: {}", row.state.said_of(&row.id)),
            (None, None) => "подписи под ней уже не те, что были при нажатии кнопки".to_owned(),
            (None, Some(now)) if now.differing > one.differing => {
                "на её сканах с тех пор нашлись отличия: посмотрите их до печати школы".to_owned()
            }
            _ if compared_now.contains(&(row.id.clone(), row.version)) => {
                "её сканы ещё сравниваются с выпущенными страницами: скрепите её, когда сравнение закончится".to_owned()
            }
            _ => kept_from(house, row, wanted).await?,
        };
        match why.is_empty() {
            true => sorted.ready.push(row.clone()),
            false => {
                let what = if row.number.is_empty() { &row.id } else { &row.number };
                let what = if row.version > 1 { format!("{what} версия {}", row.version) } else { what.clone() };
                sorted.refused.push(Refused { what, why });
            }
        }
    }
    Ok(sorted)
}

/// Why the rules keep one copy from it, so that the others are done all the same; empty where nothing does.
async fn kept_from(house: &House, row: &CopyRow, wanted: State) -> Result<String, Error> {
    let alone = std::slice::from_ref(row);
    let mut checked = compromise::refuse_void_rows(house, alone).await;
    if wanted == State::Signed && checked.is_ok() {
        checked = recall::refuse_recalled(house, alone).await;
    }
    if wanted == State::Signed && checked.is_ok() {
        checked = compromise::refuse_void_signatures(house, alone).await;
    }
    match checked {
        Ok(()) => Ok(String::new()),
        Err(refusal @ (Error::Recall(_) | Error::Compromise(_))) => Ok(refusal.to_string()),
        Err(other) => Err(other),
    }
}

/// What came of it: done now, done before, and why each of the others was not.
fn outcome(done: (&str, u64), before: (&str, u64), not: &str, refused: Vec<Refused>) -> Outcome {
    let copies = |n: u64| count(n, "копия", "копии", "копий");
    let mut said = format!("{}: {}.", done.0, copies(done.1));
    if before.1 > 0 {
        said.push_str(&format!(" {}: {}.", before.0, copies(before.1)));
    }
    if !refused.is_empty() {
        said.push_str(&format!(" {not}: {}.", copies(refused.len() as u64)));
    }
    let nothing = done.1 + before.1 == 0;
    Outcome { nothing, ..Outcome::said(said).refusing(refused) }
}

pub(super) async fn issue(house: &House, copies: &[Listed], act: &Act, progress: &Progress) -> Result<Outcome, Error> {
    let Sorted { ready, before, refused } = sorted(house, copies, State::Frozen).await?;
    progress.stage("Вёрстка копий", ready.len() as u64);
    let issued = issue::issue(house, &ready, act, |_| progress.step()).await?.len() as u64;
    Ok(outcome(("Выпущено", issued), ("Выпущено раньше", before), "Не выпущено", refused))
}

pub(super) async fn seal(house: &House, copies: &[Listed], act: &Act, progress: &Progress) -> Result<Outcome, Error> {
    let Sorted { ready, before, refused } = sorted(house, copies, State::Signed).await?;
    progress.stage("Печать и реестр", ready.len() as u64);
    let sealed = seal::seal(house, &ready, act, |_| progress.step()).await?.len() as u64;
    Ok(outcome(("Скреплено печатью", sealed), ("Скреплено раньше", before), "Не скреплено", refused))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    #[test]
    fn a_listed_copy_comes_back_out_of_a_form_as_it_was_shown() {
        let one = Listed { copy: "2025-5А-1Ч".to_owned(), version: 2, differing: 3, shown: "0AF1".to_owned() };
        assert_eq!(one.field(), "2025-5А-1Ч/2/3/0AF1");
        assert_eq!(Listed::read(&one.field()).unwrap(), one);
        for wrong in ["", "2025-5А-1Ч", "2025-5А-1Ч/2/0AF1", "/2/3/0AF1", "2025-5А-1Ч/два/3/0AF1"] {
            assert_eq!(Listed::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_was_not_done_is_counted_beside_what_was() {
        let why = "с тех пор составлена версия 2".to_owned();
        let refused = vec![Refused { what: "2025-5А-1Ч".to_owned(), why }];
        let told = outcome(("Скреплено печатью", 1), ("Скреплено раньше", 2), "Не скреплено", refused);
        let words = "Скреплено печатью: 1\u{a0}копия. Скреплено раньше: 2\u{a0}копии. Не скреплено: 1\u{a0}копия.";
        assert!(told.said == words && !told.nothing, "{}", told.said);
        assert!(outcome(("Скреплено печатью", 0), ("Скреплено раньше", 0), "Не скреплено", Vec::new()).nothing);
    }
}
