//! Whether the technical specialist may vouch for a carrier, and which checks of it the custody log keeps as found wrong. Floor 2.

use super::{Overview, REHEARSAL, UNCHECKED, VALID};
use crate::domain::carrier::manifest::Coverage;
use crate::domain::carrier::spoiled::kind_of;
use crate::domain::carrier::{Refusal, Step, Trip};
use crate::domain::words;
use crate::store::CheckRow;

impl Overview {
    /// The technical specialist vouches for the data only after a comparison of the carrier's newest copy that was made since the carrier was
    /// taken, and only when it found nothing (BCK-06): an older copy that is whole says nothing of the newest. Nobody vouches for a carrier on
    /// which data lie open, or on which a changed copy stays of which something is still to be done.
    ///
    /// # Errors
    /// Why not.
    pub fn vouch(&self, trip: &Trip) -> Result<(), Refusal> {
        self.compared(trip)?;
        if let Some(open) = self.open_data().into_iter().find(|open| open.carrier == trip.carrier) {
            return Err(Refusal::LiesOpen { carrier: trip.carrier.clone(), places: open.places });
        }
        let spoiled = self.spoiled();
        let stay = spoiled.iter().filter(|one| one.carrier == trip.carrier && one.next.is_open());
        let stay: Vec<String> = stay.map(|one| format!("{} — {}", one.named(), one.told(self, true))).collect();
        if stay.is_empty() { Ok(()) } else { Err(Refusal::StaysSpoiled(stay.join("; "))) }
    }

    /// Was the carrier's newest copy compared since it was taken, and was it right? A comparison that found something, of an older copy too,
    /// says no while no newer copy was written since.
    fn compared(&self, trip: &Trip) -> Result<(), Refusal> {
        let carrier = trip.carrier.clone();
        let newest = self.backups.iter().rev().find(|row| row.carriers.contains(&trip.carrier));
        let taken = trip.signed(Step::Taken).and_then(|signed| words::moment_of(&signed.at));
        let is_since = |check: &CheckRow| {
            check.carrier == trip.carrier
                && words::moment_of(&check.at).zip(taken).is_some_and(|(at, taken)| at >= taken)
        };
        let of_newest = |check: &&CheckRow| is_since(check) && newest.is_none_or(|row| row.id == check.backup);
        if let Some(check) = self.checks.iter().rev().find(of_newest) {
            return if check.verdict == VALID { Ok(()) } else { Err(Refusal::Differs(carrier)) };
        }
        let Some(last) = self.checks.iter().rev().find(|check| is_since(check)) else {
            return Err(Refusal::NotCompared(carrier));
        };
        let written = newest.and_then(|row| words::moment_of(&row.at));
        // A newer copy that was written after it was found is itself not compared yet.
        let is_after = words::moment_of(&last.at).is_some_and(|at| written.is_none_or(|written| at >= written));
        match newest {
            Some(row) if last.verdict == VALID || !is_after => {
                Err(Refusal::NewestNotCompared { carrier, at: words::moment_short(&row.at) })
            }
            _ => Err(Refusal::Differs(carrier)),
        }
    }

    /// The last trip of a carrier whose request was not dropped.
    fn last_trip(&self, carrier: &str) -> Option<&Trip> {
        self.trips.iter().rev().find(|one| one.carrier == carrier && one.dropped.is_none())
    }

    /// Checks that the custody log tells of at a trip, in the order in which they were made: those of the trip that found something, and at
    /// the carrier's last trip also those before and after it whose copy is still not right.
    pub fn differing(&self, trip: &Trip) -> Vec<&CheckRow> {
        let is_last = self.last_trip(&trip.carrier).is_some_and(|last| last.no == trip.no);
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

    /// Data that lie open on the carrier of a trip, told at its last trip: a sentence without its full stop; empty for none.
    pub fn lies_open(&self, trip: &Trip) -> String {
        let is_last = self.last_trip(&trip.carrier).is_some_and(|last| last.no == trip.no);
        let open = self.open_data().into_iter().find(|open| is_last && open.carrier == trip.carrier);
        open.map(|open| words::capitalised(&open.said())).unwrap_or_default()
    }

    /// What checks found on carriers that were never given out, so that no line of the custody log tells of it; `is_there`: is the carrier
    /// of that identifier connected?
    pub fn found_unissued(&self, is_there: impl Fn(&str) -> bool) -> Vec<String> {
        let spoiled = self.spoiled();
        let open = spoiled.iter().filter(|one| one.next.is_open() && self.last_trip(one.carrier).is_none());
        let mut found: Vec<String> =
            open.map(|one| format!("Носитель {} — {}", one.named(), one.told(self, is_there(one.carrier)))).collect();
        let lie = self.open_data().into_iter().filter(|one| self.last_trip(one.carrier).is_none());
        found.extend(lie.map(|one| format!("Носитель {}: {}", one.carrier, one.said())));
        found
    }

    /// Checks of a trip that found something, as the printed log keeps them whatever came after: «сверка 28.11.2026, 15:20 не сошлась; копия
    /// записана заново, сверена 28.11.2026, 15:40: та же», a text for each copy.
    pub fn kept_wrong(&self, trip: &Trip) -> Vec<String> {
        let own: Vec<&CheckRow> = self.checks.iter().filter(|check| check.trip == trip.no).collect();
        let mut told = Vec::new();
        let mut copies: Vec<&str> = Vec::new();
        for check in own.iter().filter(|check| check.verdict != VALID) {
            if !copies.contains(&check.backup.as_str()) {
                copies.push(&check.backup);
            }
        }
        for copy in copies {
            let wrong: Vec<&&CheckRow> =
                own.iter().filter(|check| check.backup == copy && check.verdict != VALID).collect();
            let mut said: Vec<String> = wrong.iter().map(|check| said_wrong(check)).collect();
            let last = wrong.last().map_or(0, |check| check.no);
            said.extend(self.mended(&own, copy, last));
            told.push(said.join("; "));
        }
        told
    }

    /// Checks of a trip that found data of the school open on the carrier, as the printed log keeps them: «сверка 28.11.2026, 15:20: на
    /// носителе лежали открытые данные (letopis.db)».
    pub fn kept_open(&self, trip: &Trip) -> Vec<String> {
        let own = self.checks.iter().filter(|check| check.trip == trip.no);
        let told = own.filter_map(|check| {
            let open = serde_json::from_str::<Coverage>(&check.coverage).ok()?.open;
            let at = words::moment_short(&check.at);
            (!open.is_empty()).then(|| format!("сверка {at}: на носителе лежали открытые данные ({open})"))
        });
        told.collect()
    }

    /// How a copy that was found wrong came right within the same trip; `since`: number of the last check that found it wrong.
    fn mended(&self, own: &[&CheckRow], copy: &str, since: u64) -> Option<String> {
        let row = |id: &str| self.backups.iter().find(|row| row.id == id);
        let old = row(copy);
        let found = own.iter().find(|check| check.no == since).and_then(|check| words::moment_of(&check.at));
        let mut right = own.iter().filter(|check| check.no > since && check.verdict == VALID);
        right.find_map(|check| {
            let at = words::moment_short(&check.at);
            if check.backup == copy {
                return Some(format!("сверена ещё раз {at}: та же"));
            }
            let new = row(&check.backup)?;
            let is_kind = old.is_none_or(|old| kind_of(old.cause) == kind_of(new.cause));
            let is_anew = words::moment_of(&new.at).zip(found).is_some_and(|(new, found)| new >= found);
            (is_kind && is_anew).then(|| format!("копия записана заново, сверена {at}: та же"))
        })
    }
}

/// «сверка 28.11.2026, 15:20 не сошлась».
fn said_wrong(check: &CheckRow) -> String {
    let at = words::moment_short(&check.at);
    match (check.verdict.as_str(), check.what.as_str()) {
        (UNCHECKED, _) => format!("проверка {at} не удалась"),
        (_, REHEARSAL) => format!("пробное восстановление {at} не сошлось"),
        _ => format!("сверка {at} не сошлась"),
    }
}
