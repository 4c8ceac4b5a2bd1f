//! What the comparisons of a carrier came to, in words, and which of them count. Floor 3.

use chrono::DateTime;

use crate::domain::carrier::spoiled::kind_of;
use crate::domain::carrier::{Step, Trip};
use crate::domain::words::{self, moment_of};
use crate::flow::carriers::{self, Overview};
use crate::store::{BackupRow, CheckRow};

/// Said of a carrier that was compared only before it was taken.
pub(super) const BEFORE: &str = "; сверка, сделанная до выдачи, для заверения не считается: сверьте носитель ещё раз";

/// What the last comparison of a carrier came to, and when; after a good one of an older copy, that the newest was not compared. `copies`: those
/// that stand on it, the newest first. Kind of a badge and its words; none before the first.
pub(super) fn told(checks: &[CheckRow], carrier: &str, copies: &[&BackupRow]) -> (&'static str, String) {
    let of = |row: &&CheckRow| row.carrier == carrier && row.what == carriers::COMPARISON;
    let Some(mut last) = checks.iter().rev().find(of) else { return ("", String::new()) };
    if let Some(newest) = copies.first().filter(|newest| last.verdict == carriers::VALID && newest.id != last.backup) {
        match checks.iter().rev().filter(of).find(|row| row.backup == newest.id) {
            Some(own) => last = own,
            None => {
                let older = copies.iter().find(|row| row.id == last.backup);
                return ("wait", older_alone(older.map(|row| row.at.as_str()), &newest.at));
            }
        }
    }
    let (badge, verdict) = match last.verdict.as_str() {
        carriers::VALID => ("ok", "верна"),
        carriers::UNCHECKED => ("wait", "не удалась"),
        _ => ("bad", "расхождения"),
    };
    // The day and its hour stay on one line: no comma is left hanging at the edge of a narrow badge.
    (badge, format!("{verdict}, {}", words::moment_short(&last.at).replace(' ', "\u{a0}")))
}

/// «сверена копия от 24.10.2025; копия от 27.10.2025 не сверена»; with the time where both are of one day.
fn older_alone(older: Option<&str>, newest: &str) -> String {
    let day = |at: &str| words::moment_short(at).split(',').next().unwrap_or_default().to_owned();
    match older {
        None => format!("копия от {} не сверена", day(newest)),
        Some(older) if day(older) == day(newest) => {
            let (older, newest) = (words::moment_short(older), words::moment_short(newest));
            format!("сверена копия от {older}; копия от {newest} не сверена")
        }
        Some(older) => format!("сверена копия от {}; копия от {} не сверена", day(older), day(newest)),
    }
}

/// Copies of a carrier by their names and what tells them apart: the minute, what it is, the carrier; of those that are the same by that, the
/// second and then the beginning of the digest too.
pub(super) fn named(carrier: &str, rows: &[&BackupRow]) -> Vec<(String, String)> {
    let by = |clock: &str| -> Vec<String> {
        rows.iter().map(|row| format!("{} — {}, {carrier}", clocked(&row.at, clock), kind_of(row.cause))).collect()
    };
    let (minutes, seconds) = (by("%d.%m.%Y, %H:%M"), by("%d.%m.%Y, %H:%M:%S"));
    let has_twin = |all: &[String], one: &String| all.iter().filter(|other| *other == one).count() > 1;
    let told = |(row, (minute, second)): (&&BackupRow, (&String, &String))| {
        let words = match row.sha256.get(..8) {
            _ if !has_twin(&minutes, minute) => minute.clone(),
            Some(digest) if has_twin(&seconds, second) => format!("{second}, SHA-256 {digest}…"),
            _ => second.clone(),
        };
        (row.id.clone(), words)
    };
    rows.iter().zip(minutes.iter().zip(&seconds)).map(told).collect()
}

/// A moment as the clock of a list shows it.
fn clocked(rfc3339: &str, clock: &str) -> String {
    match DateTime::parse_from_rfc3339(rfc3339) {
        Ok(moment) => moment.format(clock).to_string(),
        Err(_) => rfc3339.to_owned(),
    }
}

/// Was the carrier of a trip compared, but only before it was taken? That vouches for nothing.
pub(super) fn only_before(all: &Overview, trip: &Trip) -> bool {
    let taken = trip.signed(Step::Taken).and_then(|signed| moment_of(&signed.at));
    let of = |row: &&CheckRow| row.carrier == trip.carrier && row.what == carriers::COMPARISON;
    let last = all.checks.iter().rev().find(of).and_then(|row| moment_of(&row.at));
    trip.is_out() && trip.signed(Step::Certified).is_none() && last.zip(taken).is_some_and(|(last, taken)| last < taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::carrier::Cause;

    fn check(no: u64, carrier: &str, what: &str, backup: &str, verdict: &str) -> CheckRow {
        CheckRow {
            no,
            what: what.to_owned(),
            carrier: carrier.to_owned(),
            backup: backup.to_owned(),
            verdict: verdict.to_owned(),
            coverage: String::new(),
            at: format!("2025-10-2{no}T10:15:00+03:00"),
            by: "T01".to_owned(),
            trip: 0,
        }
    }

    fn copy(id: &str, at: &str) -> BackupRow {
        BackupRow {
            id: id.to_owned(),
            cause: Cause::Demand,
            at: format!("2025-10-{at}:00+03:00"),
            by: "T01".to_owned(),
            code_no: 1,
            bytes: 1,
            parts: 1,
            sha256: String::new(),
            manifest: String::new(),
            members: 1,
            rows: 1,
            log_size: 1,
            log_root: String::new(),
            periods: String::new(),
            carriers: vec!["Н-1".to_owned()],
        }
    }

    #[test]
    fn the_last_comparison_of_a_carrier_is_told_and_no_rehearsal_is_taken_for_it() {
        let rows = [
            check(1, "Н-1", carriers::COMPARISON, "B", carriers::VALID),
            check(2, "Н-2", carriers::COMPARISON, "B", "altered"),
            check(3, "Н-1", carriers::REHEARSAL, "B", "altered"),
        ];
        assert_eq!(told(&rows, "Н-1", &[]), ("ok", "верна, 21.10.2025,\u{a0}10:15".to_owned()));
        assert_eq!(told(&rows, "Н-2", &[]), ("bad", "расхождения, 22.10.2025,\u{a0}10:15".to_owned()));
        assert_eq!(told(&rows, "Н-3", &[]), ("", String::new()));
    }

    #[test]
    fn a_good_word_on_an_older_copy_is_none_on_the_newest() {
        let (old, noon, new) = (copy("old", "24T12:00"), copy("noon", "27T12:00"), copy("new", "27T18:30"));
        let of = |id: &str| check(4, "Н-1", carriers::COMPARISON, id, carriers::VALID);
        let said = |checks: &[CheckRow], copies: &[&BackupRow]| told(checks, "Н-1", copies);
        let words = "сверена копия от 24.10.2025; копия от 27.10.2025 не сверена";
        assert_eq!(said(&[of("old")], &[&new, &old]), ("wait", words.to_owned()));
        let words = "сверена копия от 27.10.2025, 12:00; копия от 27.10.2025, 18:30 не сверена";
        assert_eq!(said(&[of("noon")], &[&new, &noon]), ("wait", words.to_owned()));
        assert_eq!(said(&[of("gone")], &[&new]), ("wait", "копия от 27.10.2025 не сверена".to_owned()));
        // The newest was compared before the older one was: its own word stands.
        assert_eq!(said(&[of("new"), of("old")], &[&new, &old]).0, "ok");
        let bad = check(5, "Н-1", carriers::COMPARISON, "old", "altered");
        assert_eq!(said(&[of("new"), bad], &[&new, &old]).0, "bad", "what was found is not hidden");
    }

    #[test]
    fn copies_of_one_minute_are_told_apart_in_the_list() {
        let row = |id: &str, cause: Cause, at: &str, sha256: &str| BackupRow {
            id: id.to_owned(),
            cause,
            at: format!("2025-10-27T{at}+05:00"),
            by: "T01".to_owned(),
            code_no: 1,
            bytes: 1,
            parts: 1,
            sha256: sha256.to_owned(),
            manifest: String::new(),
            members: 1,
            rows: 1,
            log_size: 1,
            log_root: String::new(),
            periods: String::new(),
            carriers: vec!["Н-1".to_owned()],
        };
        let rows = [
            row("a", Cause::Month, "18:30:01", "11111111aa"),
            row("b", Cause::Period, "18:30:02", "22222222bb"),
            row("c", Cause::Demand, "18:31:00", "33333333cc"),
            row("d", Cause::Demand, "18:31:00", "44444444dd"),
            row("e", Cause::Week, "18:32:07", "55555555ee"),
            row("f", Cause::Demand, "18:32:09", "66666666ff"),
        ];
        let said = named("Н-1", &rows.iter().collect::<Vec<_>>());
        let said: Vec<&str> = said.iter().map(|(_, words)| words.as_str()).collect();
        assert_eq!(
            said,
            [
                "27.10.2025, 18:30 — архив, Н-1",
                "27.10.2025, 18:30 — набор периода, Н-1",
                "27.10.2025, 18:31:00 — резервная копия, Н-1, SHA-256 33333333…",
                "27.10.2025, 18:31:00 — резервная копия, Н-1, SHA-256 44444444…",
                "27.10.2025, 18:32:07 — резервная копия, Н-1",
                "27.10.2025, 18:32:09 — резервная копия, Н-1",
            ]
        );
    }
}
