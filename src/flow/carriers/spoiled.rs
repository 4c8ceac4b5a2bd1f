//! Copies on carriers in use that a check found changed, as the rule of `domain::carrier::spoiled` has them. Floor 2.

use super::{Overview, VALID};
use crate::domain::carrier::spoiled::{Checked, Next, Standing, spoiled};
use crate::domain::words::moment_of;
use crate::store::BackupRow;

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
        let mut found = Vec::new();
        for carrier in self.carriers.iter().filter(|carrier| !carrier.written_off) {
            let is_pruned =
                |copy: &str| self.prunings.iter().any(|pruned| pruned.backup == copy && pruned.carrier == carrier.id);
            let stands = self.backups.iter().filter(|row| row.carriers.contains(&carrier.id) && !is_pruned(&row.id));
            let copies: Vec<Standing<'_>> = stands
                .map(|row| Standing { id: &row.id, cause: row.cause, at: moment_of(&row.at), periods: &row.periods })
                .collect();
            let own = self.checks.iter().filter(|check| check.carrier == carrier.id && !is_pruned(&check.backup));
            let checks: Vec<Checked<'_>> = own
                .map(|check| Checked { copy: &check.backup, at: moment_of(&check.at), right: check.verdict == VALID })
                .collect();
            found.extend(spoiled(&copies, &checks).into_iter().map(|one| Spoiled {
                carrier: &carrier.id,
                id: one.copy,
                row: self.backups.iter().find(|row| row.id == one.copy),
                next: one.next,
            }));
        }
        found
    }
}
