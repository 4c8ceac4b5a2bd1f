//! Old copies taken off carriers by the school's rule: only where a newer one was read whole just now, and only what is known again. Floor 2.
//!
//! | a crash | leaves | next |
//! |---|---|---|
//! | after the row | a whole copy that the books no longer have | the next run takes it off |
//! | while it goes | a folder `.….part` | the next run or the next backup clears it |

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;

use super::super::carriers::{self, Overview, blocking};
use super::super::lock::Lock;
use super::super::{Act, Error, House, policy, salt};
use super::check::{self, Report};
use super::{LOCK, Meter, presence};
use crate::domain::audit::{Event, EventKind};
use crate::domain::carrier::prune::{self, Copy, Fate, Rule};
use crate::domain::carrier::{Carrier, Entry};
use crate::domain::finding::{Severity, Verdict};
use crate::store::{BackupRow, LedgerLine, PruningRow};
use crate::vault::backup::read::{self, Found};
use crate::vault::backup::write::{clear_unfinished, erase};

/// What came of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Carrier and copy that was taken off it.
    pub gone: Vec<(String, String)>,
    /// Carrier, and why nothing or not everything was taken off it.
    pub refused: Vec<(String, String)>,
}

/// What a run would do with a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Carrier.
    pub carrier: String,
    /// The copy as it was written.
    pub row: BackupRow,
    /// Why it stays, or that it goes.
    pub fate: Fate,
}

/// The rule and what it says of every copy that stands on a connected carrier: nothing is read but labels, nothing is changed. `None` for
/// a school whose rules say nothing of keeping.
pub async fn plan(house: &House, today: NaiveDate) -> Result<Option<(Rule, Vec<Judged>)>, Error> {
    let Some(rule) = Rule::of(&policy::history(house).await?.on(today).policy) else { return Ok(None) };
    let overview = carriers::overview(house, today).await?;
    let mut judged = Vec::new();
    for carrier in overview.carriers.iter().filter(|carrier| presence(house, carrier).is_ok()) {
        let mut found = standing(house, carrier);
        found.retain(|found| !is_off(&overview, carrier, found));
        let copies: Vec<Copy> = found.iter().filter_map(|found| row_of(&overview, found)).filter_map(copy).collect();
        for (copy, fate) in prune::judge(&rule, &copies) {
            let Some(row) = overview.backups.iter().find(|row| row.id == copy.id) else { continue };
            judged.push(Judged { carrier: carrier.id.clone(), row: row.clone(), fate });
        }
    }
    Ok(Some((rule, judged)))
}

/// Copies of this school that stand on a carrier, the newest last.
fn standing(house: &House, carrier: &Carrier) -> Vec<Found> {
    let mut found = read::list(&PathBuf::from(&carrier.path));
    found.retain(|found| found.label.school == house.config.school);
    found
}

/// Is a copy off the books of a carrier already? A crash came before its folder went.
fn is_off(overview: &Overview, carrier: &Carrier, found: &Found) -> bool {
    overview.prunings.iter().any(|row| row.carrier == carrier.id && row.backup == found.label.id)
}

fn row_of<'o>(overview: &'o Overview, found: &Found) -> Option<&'o BackupRow> {
    overview.backups.iter().find(|row| row.id == found.label.id)
}

/// Takes off every connected carrier what the school's rule no longer keeps. One event `backup_pruned` and a line of the carrier's ledger
/// for each copy. A school whose rules say nothing of keeping keeps everything.
///
/// # Errors
/// When the world fails; what is wrong with a copy is told of and the copy stays.
pub async fn prune(house: &House, act: &Act, meter: Arc<dyn Meter>) -> Result<Pruned, Error> {
    prune_only(house, None, act, meter).await
}

/// [`prune`] of nothing but these: carrier and copy, as somebody has seen them listed.
///
/// # Errors
/// As [`prune`].
pub async fn prune_only(
    house: &House,
    only: Option<&[(String, String)]>,
    act: &Act,
    meter: Arc<dyn Meter>,
) -> Result<Pruned, Error> {
    let mut pruned = Pruned::default();
    let today = act.at.date_naive();
    let Some(rule) = Rule::of(&policy::history(house).await?.on(today).policy) else { return Ok(pruned) };
    let Some(_lock) = Lock::take(house, LOCK)? else { return Ok(pruned) };
    let overview = carriers::overview(house, today).await?;
    for carrier in overview.carriers.iter().filter(|carrier| presence(house, carrier).is_ok()) {
        clear_unfinished(&PathBuf::from(&carrier.path), &house.config.school);
        let (off, mut found): (Vec<Found>, Vec<Found>) =
            standing(house, carrier).into_iter().partition(|found| is_off(&overview, carrier, found));
        for left in off {
            take_off(left.folder).await?;
        }
        found.retain(|found| row_of(&overview, found).is_some());
        let copies: Vec<Copy> = found.iter().filter_map(|found| row_of(&overview, found)).filter_map(copy).collect();
        let mut old = prune::outdated(&rule, &copies);
        if let Some(only) = only {
            old.retain(|copy| only.iter().any(|(of, seen)| *of == carrier.id && seen == copy));
        }
        let (Some(newest), false) = (found.last(), old.is_empty()) else { continue };
        if let Err(why) = verified(house, newest, &meter).await? {
            let said =
                format!("самая новая копия {} не прошла сверку, поэтому прежние остаются: {why}", newest.label.id);
            pruned.refused.push((carrier.id.clone(), said));
            continue;
        }
        for found in found.iter().filter(|found| old.contains(&found.label.id)) {
            if let Err(why) = verified(house, found, &meter).await? {
                let said =
                    format!("копия {} не та, что записана «Летописью», и остаётся как есть: {why}", found.label.id);
                pruned.refused.push((carrier.id.clone(), said));
                continue;
            }
            record(house, carrier, &found.label.id, &rule, act).await?;
            take_off(found.folder.clone()).await?;
            pruned.gone.push((carrier.id.clone(), found.label.id.clone()));
        }
    }
    Ok(pruned)
}

fn copy(row: &BackupRow) -> Option<Copy> {
    let on = carriers::day_of(&row.at)?;
    Some(Copy { id: row.id.clone(), cause: row.cause, on, log_size: row.log_size })
}

/// Reads a copy to its last byte and compares it with what the house wrote; the inner answer is why it is not that.
async fn verified(house: &House, found: &Found, meter: &Arc<dyn Meter>) -> Result<Result<(), String>, Error> {
    let report: Report = check::compare(Some(house), &found.folder, None, Arc::clone(meter)).await?;
    if report.verdict == Verdict::Valid {
        return Ok(Ok(()));
    }
    let grave = report.findings.iter().find(|finding| finding.severity >= Severity::Error);
    Ok(Err(grave.map_or_else(String::new, |finding| format!("{}: {}", finding.place, finding.message))))
}

async fn take_off(folder: PathBuf) -> Result<(), Error> {
    Ok(blocking(move || erase(&folder)).await??)
}

async fn record(house: &House, carrier: &Carrier, backup: &str, rule: &Rule, act: &Act) -> Result<(), Error> {
    let row = PruningRow {
        carrier: carrier.id.clone(),
        backup: backup.to_owned(),
        rule: rule.words.clone(),
        at: act.moment(),
        by: act.by.clone(),
    };
    let line = LedgerLine {
        carrier: carrier.id.clone(),
        what: Entry::Pruned,
        place: carrier.place.clone(),
        path: carrier.path.clone(),
        note: format!("{backup}: {}", rule.words),
        at: act.moment(),
        by: act.by.clone(),
    };
    let event = Event::new(EventKind::BackupPruned, &act.by, &act.moment())
        .with("backup", backup)
        .with("carrier", &carrier.id)
        .with("rule", &rule.words);
    let mut tx = house.db.begin().await?;
    tx.record_pruning(&row).await?;
    tx.record_ledger_line(&line).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}
