//! Copies on carriers in use that a check found changed, as the rule of `domain::carrier::spoiled` has them. Floor 2.

use super::{Overview, VALID};
use crate::domain::carrier::Carrier;
use crate::domain::carrier::spoiled::{Checked, Next, Standing, kind_of, spoiled};
use crate::domain::words::{moment_of, moment_short};
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

impl Spoiled<'_> {
    /// «Н-1: набор периода от 27.10.2025, 18:30».
    pub fn named(&self) -> String {
        match self.row {
            Some(row) => format!("{}: {} от {}", self.carrier, kind_of(row.cause), moment_short(&row.at)),
            None => format!("{}: копия {}, о которой у «Летописи» нет записи", self.carrier, self.id),
        }
    }

    /// «сверка нашла расхождения; запишите копию ещё раз с поводом «…», потом сверьте её». `is_there`: is the carrier connected?
    pub fn told(&self, all: &Overview, is_there: bool) -> String {
        let first = if is_there { String::new() } else { format!("подключите {} и ", self.carrier) };
        let next = match self.next {
            Next::Write => {
                let cause = self.row.map(|row| format!(" с поводом «{}»", row.cause.as_russian())).unwrap_or_default();
                format!("{first}запишите копию ещё раз{cause}, потом сверьте её")
            }
            Next::Compare(id) => {
                let row = all.backups.iter().find(|row| row.id == id);
                let at = row.map(|row| format!(" {}", moment_short(&row.at))).unwrap_or_default();
                format!("копия записана ещё раз{at}: {first}сверьте её, до этого прежняя остаётся повреждённой")
            }
            Next::Replaced(_) => String::new(),
        };
        format!("сверка нашла расхождения; {next}")
    }
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
