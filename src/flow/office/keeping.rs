//! What becomes of files in keeping: the checks of presence and condition, summary sheets handed over to the archive. Floor 2.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Refusal, commit, condition};
use crate::domain::audit::{Event, EventKind};
use crate::domain::forms::acts::Condition;
use crate::domain::policy::{Policy, Said};
use crate::domain::register::RegisterLine;
use crate::domain::snapshot::CopyKind;
use crate::flow::{Act, Error, House};
use crate::store::{ArchiveTransfer, ELECTRONIC, PAPER, SealedRow, Which};

/// Requisite that holds the day of the last check of paper files against the register, ISO.
pub const CHECKED_PAPER: &str = "checked_paper";
/// Requisite that holds when the archive was last read back whole, RFC 3339.
pub const CHECKED: &str = "checked_electronic";

fn past(day: &str, act: &Act) -> Result<(), Refusal> {
    match day.parse::<NaiveDate>() {
        Ok(on) if on <= act.at.date_naive() => Ok(()),
        _ => Err(Refusal::Day(day.to_owned())),
    }
}

/// Records that the paper files were checked on a day, one by one (every 10 years; 526 п. 2.40).
pub async fn check_paper(house: &House, day: &str, act: &Act) -> Result<(), Error> {
    past(day, act)?;
    let kept = house.db.list_paper(Which::All).await?;
    let listed = kept.iter().filter(|one| one.copy.no > 0).count() as u64;
    let mut tx = house.db.begin().await?;
    tx.set_requisite(CHECKED_PAPER, day).await?;
    let no = tx.record_archive_check(PAPER, day, None, &act.moment(), &act.by).await?;
    let event = Event::new(EventKind::ConditionChecked, &act.by, &act.moment())
        .with("what", PAPER)
        .with("day", day)
        .with_number("act", no)
        .with_number("listed", listed);
    commit(tx, &event).await
}

/// Reads the whole archive back and records what was found (domain.md 2.16): the act is printed from the record, not from the archive.
pub async fn check(house: &House, act: &Act) -> Result<Condition, Error> {
    let found = condition::examined(house).await?;
    let mut tx = house.db.begin().await?;
    tx.set_requisite(CHECKED, &act.moment()).await?;
    let day = act.at.date_naive().to_string();
    let no = tx.record_archive_check(ELECTRONIC, &day, Some(&found), &act.moment(), &act.by).await?;
    let event = Event::new(EventKind::ConditionChecked, &act.by, &act.moment())
        .with_number("act", no)
        .with_number("listed", found.listed)
        .with_number("present", found.present)
        .with_number("faulty", found.faulty.len() as u64);
    commit(tx, &event).await?;
    Ok(found)
}

/// Summary sheets that are sealed and in force and that nobody has handed over to the archive.
pub fn untransferred<'r>(sealed: &'r [SealedRow], handed: &[ArchiveTransfer]) -> Vec<&'r RegisterLine> {
    let mut last: BTreeMap<&str, &RegisterLine> = BTreeMap::new();
    for row in sealed.iter().filter(|row| row.line.kind == CopyKind::SummarySheet) {
        let held = last.entry(&row.line.id).or_insert(&row.line);
        if held.version < row.line.version {
            *held = &row.line;
        }
    }
    let is_handed = |line: &RegisterLine| handed.iter().any(|one| one.copy == line.id && one.version == line.version);
    last.into_values().filter(|line| !is_handed(line)).collect()
}

/// What the rules say where they want summary sheets in the archive at once (ARC-04).
pub fn at_once(policy: &Policy) -> Option<&Said> {
    policy.first("archive.summary_transfer").filter(|said| said.has("at_once"))
}

/// Records that the summary sheets of a school year were handed over by an act; hands back how many.
pub async fn transfer(house: &House, year: &str, no: &str, day: &str, act: &Act) -> Result<usize, Error> {
    past(day, act)?;
    if no.trim().is_empty() {
        return Err(Refusal::Empty("номер акта приёма-передачи").into());
    }
    let mut tx = house.db.begin().await?;
    let sealed = house.db.list_register().await?;
    let handed = house.db.list_archive_transfers().await?;
    let mut count = 0;
    for line in untransferred(&sealed, &handed).into_iter().filter(|line| line.year == year) {
        let row = ArchiveTransfer {
            copy: line.id.clone(),
            version: line.version,
            act: no.trim().to_owned(),
            on: day.to_owned(),
            at: act.moment(),
            by: act.by.clone(),
        };
        count += usize::from(tx.record_archive_transfer(&row).await?);
    }
    if count == 0 {
        return Err(Refusal::Empty("сводные ведомости: сданы все, у которых есть печать школы").into());
    }
    let event = Event::new(EventKind::SummariesTransferred, &act.by, &act.moment())
        .with("year", year)
        .with("act", no.trim())
        .with("day", day)
        .with_number("copies", count as u64);
    commit(tx, &event).await?;
    Ok(count)
}
