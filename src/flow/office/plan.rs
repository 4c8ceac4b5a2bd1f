//! The file plan of a calendar year: its lines, their history, the next year's copy, the closing record. Floor 2.
//!
//! Until a line of a year is written, the plan is what the policy in force proposes. The first change enters the whole proposal, so that
//! a later order of the school changes no plan that stands. Nothing is taken back: a changed line is a further version of it.

use std::collections::BTreeMap;

use super::Refusal;
use crate::domain::audit::{Event, EventKind};
use crate::domain::forms::plan::{self, Holds, PlanLine, unfit};
use crate::flow::{Act, Error, House, salt};
use crate::store::{PlanClosing, PlanVersion, Tx};

/// The plan of a year as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Calendar year.
    pub year: i32,
    /// Lines in force, by index; with counts once the year is closed.
    pub lines: Vec<PlanLine>,
    /// Was it written, or is it only what the policy proposes?
    pub is_entered: bool,
    /// The closing record.
    pub closing: Option<PlanClosing>,
    /// Every version of every line, by index, oldest first.
    pub versions: Vec<PlanVersion>,
}

/// Lines in force: the last version of each index, those taken out left away.
fn in_force(versions: &[PlanVersion]) -> Vec<PlanLine> {
    let last: BTreeMap<&str, &PlanVersion> = versions.iter().map(|one| (one.index.as_str(), one)).collect();
    last.into_values().filter_map(|one| one.line.clone()).collect()
}

/// Reads the plan of a calendar year.
pub async fn read(house: &House, year: i32, act: &Act) -> Result<Plan, Error> {
    let versions = house.db.list_plan_versions(year).await?;
    let closing = house.db.find_plan_closing(year).await?;
    let lines = match (&closing, versions.is_empty()) {
        (Some(closing), _) => closing.lines.clone(),
        (None, true) => plan::lines(&crate::flow::policy::of_act(house, act).await?),
        (None, false) => in_force(&versions),
    };
    Ok(Plan { year, lines, is_entered: !versions.is_empty() || closing.is_some(), closing, versions })
}

/// Opens a change of a year's plan: refused once the year is closed; enters the proposal when nothing was written yet.
async fn open(house: &House, year: i32, act: &Act) -> Result<(Tx, Vec<PlanVersion>), Error> {
    let proposed = plan::lines(&crate::flow::policy::of_act(house, act).await?);
    let mut tx = house.db.begin().await?;
    if tx.find_plan_closing(year).await?.is_some() {
        return Err(Refusal::PlanClosed(year).into());
    }
    let mut versions = tx.list_plan_versions(year).await?;
    if versions.is_empty() {
        for line in proposed {
            versions.push(write(&mut tx, year, 1, line.index.clone(), Some(line), "по правилам школы", act).await?);
        }
    }
    Ok((tx, versions))
}

async fn write(
    tx: &mut Tx,
    year: i32,
    version: u32,
    index: String,
    line: Option<PlanLine>,
    reason: &str,
    act: &Act,
) -> Result<PlanVersion, Error> {
    let version =
        PlanVersion { index, version, line, reason: reason.trim().to_owned(), at: act.moment(), by: act.by.clone() };
    tx.record_plan_version(year, &version).await?;
    Ok(version)
}

async fn commit(tx: Tx, kind: EventKind, year: i32, what: &str, lines: usize, act: &Act) -> Result<(), Error> {
    let event = Event::new(kind, &act.by, &act.moment())
        .with_number("year", year as u64)
        .with("file", what)
        .with_number("lines", lines as u64);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

fn last_version(versions: &[PlanVersion], index: &str) -> u32 {
    versions.iter().filter(|one| one.index == index).map(|one| one.version).max().unwrap_or_default()
}

/// Writes a line: a new one, or a further version of the one with its index. The same line again changes nothing.
pub async fn set(house: &House, year: i32, line: &PlanLine, reason: &str, act: &Act) -> Result<(), Error> {
    let found = unfit(line);
    if !found.is_empty() {
        return Err(Refusal::Plan(found).into());
    }
    let (mut tx, versions) = open(house, year, act).await?;
    let line = PlanLine { units: 0, ..line.clone() };
    let held = in_force(&versions);
    if held.contains(&line) {
        // Dropping the transaction takes back the proposal that it may have entered: nothing was changed, nothing is written.
        return Ok(());
    }
    let same = |one: &&PlanLine| one.holds == line.holds && one.index != line.index && line.holds != Holds::Other;
    if let Some(other) = held.iter().find(same) {
        let (what, index) = (line.holds.as_russian(), &other.index);
        return Err(Refusal::Plan(vec![format!(
            "{what}: уже стоят в деле {index}; исключите его или укажите, что в нём другие документы"
        )])
        .into());
    }
    let index = line.index.clone();
    let version = last_version(&versions, &index) + 1;
    write(&mut tx, year, version, index.clone(), Some(line), reason, act).await?;
    let lines = held.iter().filter(|one| one.index != index).count() + 1;
    commit(tx, EventKind::FilePlanChanged, year, &index, lines, act).await
}

/// Takes a line out, with a reason; its history stays.
pub async fn remove(house: &House, year: i32, index: &str, reason: &str, act: &Act) -> Result<(), Error> {
    if reason.trim().is_empty() {
        return Err(Refusal::Empty("почему дело исключается из номенклатуры").into());
    }
    let (mut tx, versions) = open(house, year, act).await?;
    let held = in_force(&versions);
    if !held.iter().any(|line| line.index == index) {
        return Err(Refusal::NoFile(index.to_owned()).into());
    }
    write(&mut tx, year, last_version(&versions, index) + 1, index.to_owned(), None, reason, act).await?;
    commit(tx, EventKind::FilePlanChanged, year, index, held.len() - 1, act).await
}

/// Copies a year's plan into the next year, which has none yet. Gives how many lines were copied.
pub async fn copy_to_next(house: &House, year: i32, act: &Act) -> Result<usize, Error> {
    let from = read(house, year, act).await?;
    let mut tx = house.db.begin().await?;
    let next = year + 1;
    if !tx.list_plan_versions(next).await?.is_empty() {
        return Err(Refusal::PlanEntered(next).into());
    }
    if tx.find_plan_closing(next).await?.is_some() {
        return Err(Refusal::PlanClosed(next).into());
    }
    let lines: Vec<PlanLine> = from.lines.into_iter().map(|line| PlanLine { units: 0, ..line }).collect();
    let reason = format!("из номенклатуры {year} года");
    let count = lines.len();
    for line in lines {
        write(&mut tx, next, 1, line.index.clone(), Some(line), &reason, act).await?;
    }
    commit(tx, EventKind::FilePlanChanged, next, "", count, act).await?;
    Ok(count)
}

/// Writes the closing record: how many files of each index were opened; an index that is not named had none.
pub async fn close(house: &House, year: i32, units: &BTreeMap<String, u32>, act: &Act) -> Result<PlanClosing, Error> {
    let (mut tx, versions) = open(house, year, act).await?;
    let mut lines = in_force(&versions);
    if let Some(unknown) = units.keys().find(|index| !lines.iter().any(|line| line.index == **index)) {
        return Err(Refusal::NoFile(unknown.clone()).into());
    }
    for line in &mut lines {
        line.units = units.get(&line.index).copied().unwrap_or_default();
    }
    if lines.iter().all(|line| line.units == 0) {
        return Err(Refusal::Empty("число заведённых дел").into());
    }
    let closing = PlanClosing { lines, at: act.moment(), by: act.by.clone() };
    tx.record_plan_closing(year, &closing).await?;
    commit(tx, EventKind::FilePlanClosed, year, "", closing.lines.len(), act).await?;
    Ok(closing)
}
