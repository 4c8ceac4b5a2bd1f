//! Whether the technical specialist may vouch for a carrier, and which comparisons of it found something. Floor 2.

use super::{Overview, VALID};
use crate::domain::carrier::{Refusal, Step, Trip};
use crate::domain::words;
use crate::store::{BackupRow, CheckRow};

/// The technical specialist vouches for the data only after a comparison of the carrier's newest copy that was made since the carrier was
/// taken, and only when it found nothing (BCK-06): an older copy that is whole says nothing of the newest.
///
/// # Errors
/// That it was not compared; or that a comparison found something, of an older copy too while no newer one was written since.
pub fn vouch(trip: &Trip, backups: &[BackupRow], checks: &[CheckRow]) -> Result<(), Refusal> {
    let newest = backups.iter().rev().find(|row| row.carriers.contains(&trip.carrier));
    let taken = trip.signed(Step::Taken).and_then(|signed| words::moment_of(&signed.at));
    let is_since = |check: &CheckRow| {
        check.carrier == trip.carrier && words::moment_of(&check.at).zip(taken).is_some_and(|(at, taken)| at >= taken)
    };
    let of_newest = |check: &&CheckRow| is_since(check) && newest.is_none_or(|row| row.id == check.backup);
    match checks.iter().rev().find(of_newest) {
        None => {
            let last = checks.iter().rev().find(|check| is_since(check));
            let written = newest.and_then(|row| words::moment_of(&row.at));
            // A newer copy that was written after it was found is itself not compared yet.
            let is_after = |check: &&CheckRow| {
                words::moment_of(&check.at).is_some_and(|at| written.is_none_or(|written| at >= written))
            };
            match last.filter(|check| check.verdict != VALID).filter(is_after) {
                Some(_) => Err(Refusal::Differs(trip.carrier.clone())),
                None => Err(Refusal::NotCompared(trip.carrier.clone())),
            }
        }
        Some(check) if check.verdict != VALID => Err(Refusal::Differs(trip.carrier.clone())),
        Some(_) => Ok(()),
    }
}

impl Overview {
    /// Checks that the custody log tells of at a trip, in the order in which they were made: those of the trip that found something, and at
    /// the carrier's last trip also those before and after it whose copy is still not right.
    pub fn differing(&self, trip: &Trip) -> Vec<&CheckRow> {
        let last = self.trips.iter().rev().find(|one| one.carrier == trip.carrier);
        let is_last = last.is_some_and(|last| last.no == trip.no);
        let spoiled = self.spoiled();
        let is_open = |check: &CheckRow| {
            let of_copy = |one: &&CheckRow| one.carrier == check.carrier && one.backup == check.backup;
            let is_newest = self.checks.iter().rev().find(of_copy).is_some_and(|newest| newest.no == check.no);
            let mut open = spoiled.iter().filter(|one| one.next.is_open());
            is_newest && open.any(|one| one.carrier == check.carrier && one.id == check.backup)
        };
        let own = self.checks.iter().filter(|check| check.carrier == trip.carrier && check.verdict != VALID);
        own.filter(|check| check.trip == trip.no || (is_last && is_open(check))).collect()
    }
}
