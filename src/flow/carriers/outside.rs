//! Copies that were written on a carrier while the custody log had it out of the safe. Floor 2.
//!
//! No copy is refused for that: data come before order. But whoever answers for the safe is told, in the custody log, on the page of
//! carriers, and among what waits.

use chrono::{DateTime, FixedOffset};

use crate::domain::carrier::{Cause, Step, Trip};
use crate::domain::people::OPERATOR;
use crate::domain::words::{date_short, moment_of};
use crate::store::BackupRow;

/// A copy on a carrier that was out of the safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// Number of the trip in the custody log.
    pub trip: u64,
    /// Carrier.
    pub carrier: String,
    /// Name of the copy.
    pub copy: String,
    /// When it was written, RFC 3339.
    pub at: String,
    /// Who had taken the carrier.
    pub taker: String,
    /// Was the last day of the trip over by then?
    pub late: bool,
    /// Was the carrier not back when this was asked?
    pub still_out: bool,
    automatic: bool,
    due: String,
}

impl Outside {
    /// «записано автоматически, хотя носитель не возвращён в срок (взял Осокина М.И., вернуть до 06.11.2025)»; `taker` in words.
    pub fn said(&self, taker: &str) -> String {
        format!("{} (взял {taker}, вернуть до {})", self.head(), self.due)
    }

    /// The same without a name, for the result of the work: the custody log has it.
    pub fn noted(&self) -> String {
        format!(
            "носитель {}: {} (запись № {} журнала пользования, вернуть до {})",
            self.carrier,
            self.head(),
            self.trip,
            self.due
        )
    }

    fn head(&self) -> String {
        let how = if self.automatic { "записано автоматически" } else { "записано" };
        let why = if self.late {
            "хотя носитель не возвращён в срок"
        } else {
            "пока носитель на руках"
        };
        format!("{how}, {why}")
    }
}

/// Which copies were written on a carrier out of the safe, the oldest first: those of the schedule always, for nobody stood by; those of
/// people only after the last day, for until then the carrier is taken for just that.
pub fn outside(trips: &[Trip], backups: &[BackupRow]) -> Vec<Outside> {
    let mut found = Vec::new();
    for row in backups {
        let Some(at) = moment_of(&row.at) else { continue };
        let automatic = row.by == OPERATOR && row.cause != Cause::Demand;
        let was_out = |trip: &&Trip| row.carriers.contains(&trip.carrier) && was_out(trip, at);
        for trip in trips.iter().filter(was_out) {
            let late = at.date_naive() > trip.due_on;
            if !late && !automatic {
                continue;
            }
            found.push(Outside {
                trip: trip.no,
                carrier: trip.carrier.clone(),
                copy: row.id.clone(),
                at: row.at.clone(),
                taker: trip.taker.clone(),
                late,
                still_out: trip.is_out(),
                automatic,
                due: date_short(trip.due_on),
            });
        }
    }
    found
}

/// Was the carrier out at that moment: taken by then, and not yet accepted?
fn was_out(trip: &Trip, at: DateTime<FixedOffset>) -> bool {
    let signed = |step| trip.signed(step).and_then(|signed| moment_of(&signed.at));
    signed(Step::Taken).is_some_and(|taken| taken <= at) && signed(Step::Accepted).is_none_or(|back| at < back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::carrier::Signed;

    fn trip(steps: &[(Step, &str)]) -> Trip {
        let signed = |(step, at): &(Step, &str)| Signed {
            step: *step,
            person: "T08".to_owned(),
            office: String::new(),
            note: String::new(),
            at: (*at).to_owned(),
        };
        Trip {
            no: 3,
            carrier: "Н-1".to_owned(),
            purpose: "запись копии".to_owned(),
            due_on: "2025-11-06".parse().unwrap_or_default(),
            taker: "T08".to_owned(),
            at: "2025-11-05T09:00:00+05:00".to_owned(),
            steps: steps.iter().map(signed).collect(),
            orders: Vec::new(),
            dropped: None,
        }
    }

    fn copy(at: &str, by: &str, cause: Cause) -> BackupRow {
        BackupRow {
            id: "letopis-school-1".to_owned(),
            cause,
            at: at.to_owned(),
            by: by.to_owned(),
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
            carriers: vec!["Н-1".to_owned(), "Н-2".to_owned()],
        }
    }

    #[test]
    fn a_copy_of_the_schedule_on_a_carrier_that_is_late_is_told_in_words() {
        let out = trip(&[(Step::Taken, "2025-11-05T10:00:00+05:00")]);
        let late = copy("2025-11-10T03:00:00+05:00", OPERATOR, Cause::Week);
        let found = outside(std::slice::from_ref(&out), std::slice::from_ref(&late));
        assert_eq!(found.len(), 1, "the second carrier is in the safe: {found:?}");
        assert!(found[0].late && found[0].still_out);
        assert_eq!(
            found[0].said("Опалов А.А."),
            "записано автоматически, хотя носитель не возвращён в срок (взял Опалов А.А., вернуть до 06.11.2025)"
        );
        assert!(found[0].noted().contains("запись № 3 журнала пользования"), "{}", found[0].noted());
    }

    #[test]
    fn in_time_only_the_schedule_is_told_of_and_in_the_safe_nothing() {
        let steps = [(Step::Taken, "2025-11-05T10:00:00+05:00"), (Step::Accepted, "2025-11-08T10:00:00+05:00")];
        let back = trip(&steps);
        let told = |at: &str, by: &str, cause| {
            let found = outside(std::slice::from_ref(&back), &[copy(at, by, cause)]);
            found.first().map(|one| (one.said("О"), one.still_out))
        };
        assert_eq!(told("2025-11-05T12:00:00+05:00", "T08", Cause::Period), None, "it was taken for that");
        let by_schedule = "записано автоматически, пока носитель на руках (взял О, вернуть до 06.11.2025)";
        assert_eq!(told("2025-11-05T12:00:00+05:00", OPERATOR, Cause::Week), Some((by_schedule.to_owned(), false)));
        let by_hand = "записано, хотя носитель не возвращён в срок (взял О, вернуть до 06.11.2025)";
        assert_eq!(told("2025-11-07T12:00:00+05:00", "T08", Cause::Demand), Some((by_hand.to_owned(), false)));
        for at in ["2025-11-05T09:00:00+05:00", "2025-11-08T10:00:00+05:00"] {
            assert_eq!(told(at, OPERATOR, Cause::Week), None, "{at}");
        }
    }
}
