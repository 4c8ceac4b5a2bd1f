//! Technical breaks: the house works around the clock, and a pause in its work is announced (SEC-08; 000 Инс 5.1 а, 002 5.1). Floor 0.

use chrono::{DateTime, FixedOffset};

use super::words;

/// A break as it was announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Number, from 1.
    pub no: u64,
    /// From when.
    pub starts: DateTime<FixedOffset>,
    /// Until when.
    pub ends: DateTime<FixedOffset>,
    /// Why, for everybody to read.
    pub reason: String,
}

/// The longest reason, characters: two lines of a phone.
pub const LONGEST_REASON: usize = 200;

/// Why a break is not announced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It ends before it begins.
    #[error("перерыв кончается позже, чем начинается: проверьте время")]
    Order,
    /// It is over already.
    #[error("этот перерыв уже прошёл: объявляют заранее")]
    Over,
    /// No reason, or a whole letter.
    #[error("причина — от одного до {LONGEST_REASON} знаков: её увидят все")]
    Reason,
    /// No such break stands.
    #[error("перерыва № {0} нет, или он уже отменён")]
    Unknown(u64),
}

/// May a break be announced now?
pub fn check(
    starts: DateTime<FixedOffset>,
    ends: DateTime<FixedOffset>,
    reason: &str,
    now: DateTime<FixedOffset>,
) -> Result<(), Refusal> {
    if ends <= starts {
        return Err(Refusal::Order);
    }
    if ends <= now {
        return Err(Refusal::Over);
    }
    let length = reason.trim().chars().count();
    if length == 0 || length > LONGEST_REASON || reason.contains(['\n', '\r']) { Err(Refusal::Reason) } else { Ok(()) }
}

impl Break {
    /// What everybody reads while it is ahead or under way; nothing once it is over.
    pub fn said(&self, now: DateTime<FixedOffset>) -> Option<String> {
        if now >= self.ends {
            return None;
        }
        let (starts, ends) = (self.starts.with_timezone(&now.timezone()), self.ends.with_timezone(&now.timezone()));
        let same_day = starts.date_naive() == ends.date_naive();
        let day = |at: DateTime<FixedOffset>| words::day_and_month(at.date_naive());
        let time = |at: DateTime<FixedOffset>| at.format("%H:%M").to_string();
        let until = if same_day { time(ends) } else { format!("{} {}", time(ends), day(ends)) };
        Some(match now < starts {
            true => format!("Технический перерыв {} с {} до {until}: {}", day(starts), time(starts), self.reason),
            false => format!("Идёт технический перерыв, до {until}: {}", self.reason),
        })
    }
}

/// What the breaks that stand say at a moment, the nearest first; empty when none is ahead.
pub fn said(breaks: &[Break], now: DateTime<FixedOffset>) -> String {
    let mut ahead: Vec<&Break> = breaks.iter().filter(|one| now < one.ends).collect();
    ahead.sort_by_key(|one| one.starts);
    ahead.into_iter().filter_map(|one| one.said(now)).collect::<Vec<_>>().join(". ")
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test may say what it expects
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).expect("a moment")
    }

    #[test]
    fn a_break_is_told_before_and_during_and_not_after() {
        let one = Break {
            no: 1,
            starts: at("2025-10-28T22:00:00+03:00"),
            ends: at("2025-10-28T23:30:00+03:00"),
            reason: "обновление программы".into(),
        };
        let told = |now: &str| one.said(at(now)).unwrap_or_default();
        assert_eq!(
            told("2025-10-27T12:00:00+03:00"),
            "Технический перерыв 28 октября с 22:00 до 23:30: обновление программы"
        );
        assert_eq!(told("2025-10-28T22:10:00+03:00"), "Идёт технический перерыв, до 23:30: обновление программы");
        assert_eq!(told("2025-10-28T23:30:00+03:00"), "");
        let night = Break { ends: at("2025-10-29T01:00:00+03:00"), ..one.clone() };
        assert!(night.said(at("2025-10-27T12:00:00+03:00")).is_some_and(|said| said.contains("до 01:00 29 октября")));
        assert_eq!(said(std::slice::from_ref(&one), at("2025-11-01T00:00:00+03:00")), "");
        let now = at("2025-10-27T12:00:00+03:00");
        assert_eq!(check(one.starts, one.ends, &one.reason, now), Ok(()));
        assert_eq!(check(one.ends, one.starts, &one.reason, now), Err(Refusal::Order));
        assert_eq!(check(one.starts, one.ends, " ", now), Err(Refusal::Reason));
        assert_eq!(check(one.starts, one.ends, "x", one.ends), Err(Refusal::Over));
    }
}
