//! Copies on carriers in use that a check found changed, as the rule of `domain::carrier::spoiled` has them. Floor 2.

use super::{Overview, VALID};
use crate::domain::carrier::Carrier;
use crate::domain::carrier::spoiled::{Checked, Next, Standing, spoiled};
use crate::domain::words::moment_of;
use crate::store::{BackupRow, CheckRow, PruningRow};

/// A copy that was found changed.
#[derive(Debug, Clone)]
pub struct Spoiled<'a> {
    /// The carrier by its identifier.
    pub carrier: &'a str,
    /// Name of the copy's folder.
    pub id: &'a str,
    /// The copy as the house wrote it down; `None` where it knows of none such.
    pub row: Option<&'a BackupRow>,
    /// What is to be done.
    pub next: Next<'a>,
}

impl Overview {
    /// Changed copies on carriers in use, carrier by carrier; those whose place another copy has taken too.
    pub fn spoiled(&self) -> Vec<Spoiled<'_>> {
        among(&self.carriers, &self.backups, &self.prunings, &self.checks)
    }
}

/// Copies without the carriers on which they were found changed: what the plan counts as written.
pub(super) fn sound(
    carriers: &[Carrier],
    backups: &[BackupRow],
    prunings: &[PruningRow],
    checks: &[CheckRow],
) -> Vec<BackupRow> {
    let spoiled = among(carriers, backups, prunings, checks);
    let mut sound = backups.to_vec();
    for row in &mut sound {
        row.carriers.retain(|carrier| !spoiled.iter().any(|one| one.id == row.id && one.carrier == carrier));
    }
    sound
}

fn among<'a>(
    carriers: &'a [Carrier],
    backups: &'a [BackupRow],
    prunings: &[PruningRow],
    checks: &'a [CheckRow],
) -> Vec<Spoiled<'a>> {
    let mut found = Vec::new();
    for carrier in carriers.iter().filter(|carrier| !carrier.written_off) {
        let is_pruned =
            |copy: &str| prunings.iter().any(|pruned| pruned.backup == copy && pruned.carrier == carrier.id);
        let stands = backups.iter().filter(|row| row.carriers.contains(&carrier.id) && !is_pruned(&row.id));
        let copies: Vec<Standing<'_>> = stands
            .map(|row| Standing { id: &row.id, cause: row.cause, at: moment_of(&row.at), periods: &row.periods })
            .collect();
        let own = checks.iter().filter(|check| check.carrier == carrier.id && !is_pruned(&check.backup));
        let checked: Vec<Checked<'_>> = own
            .map(|check| Checked { copy: &check.backup, at: moment_of(&check.at), right: check.verdict == VALID })
            .collect();
        found.extend(spoiled(&copies, &checked).into_iter().map(|one| Spoiled {
            carrier: &carrier.id,
            id: one.copy,
            row: backups.iter().find(|row| row.id == one.copy),
            next: one.next,
        }));
    }
    found
}
