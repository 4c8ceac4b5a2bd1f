//! Paper extracts for families without electronic access: who gets one, when the next is due, what was printed and handed over
//! (000 Усл 1; 003 Рук 19; DOC-15). Floor 0.

use chrono::{Days, NaiveDate};

use super::journal::Period;

/// Weeks between two extracts where the rules say nothing (000 Усл 1).
pub const WEEKS: u32 = 2;

/// Why a family gets paper (003 Рук 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// It declined information in electronic form.
    Declined,
    /// It has no computer or no network.
    NoAccess,
}

impl Ground {
    /// Every ground, in the order of the form.
    pub const ALL: [Self; 2] = [Self::Declined, Self::NoAccess];

    /// Word of the database and the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::NoAccess => "no_access",
        }
    }

    /// The word read back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// As the page says it.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Declined => "отказ от сведений в электронном виде",
            Self::NoAccess => "нет доступа к интернету",
        }
    }
}

/// An extract that was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Number in the register of extracts, from 1.
    pub no: u64,
    /// Print job, from 1.
    pub job: u64,
    /// School year.
    pub year: String,
    /// Class on the day of printing.
    pub class: String,
    /// Learner.
    pub learner: String,
    /// First day.
    pub starts: NaiveDate,
    /// Last day.
    pub ends: NaiveDate,
    /// When it was printed, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Its handing over, once it happened.
    pub handed: Option<Handed>,
}

/// An extract that a family took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Day.
    pub on: NaiveDate,
    /// Who took it: «мать, Агатова Мария Петровна».
    pub to: String,
    /// By whom it was given.
    pub by: String,
}

/// The day on which the next extract is due: so many weeks after the last one's last day, at once for the first.
pub fn next(last: Option<&Printed>, weeks: u32) -> Option<NaiveDate> {
    last?.ends.checked_add_days(Days::new(u64::from(weeks) * 7 + 1))
}

/// Days of an extract that is printed today: from the day after the last one's, or of so many weeks, to yesterday, for the marks of today are
/// not all in. `None` while none is due.
pub fn due(last: Option<&Printed>, weeks: u32, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let ends = today.pred_opt()?;
    let first = ends.checked_sub_days(Days::new(u64::from(weeks) * 7 - 1))?;
    match next(last, weeks) {
        Some(next) if next > today => None,
        _ => Some((last.and_then(|last| last.ends.succ_opt()).unwrap_or(first), ends)),
    }
}

/// Do the days of an extract touch a school period of the grade? Holidays, or days after the year's end, give no extract to send; where no
/// periods are known, every day may have lessons.
pub fn has_school_days(periods: &[&Period], (starts, ends): (NaiveDate, NaiveDate)) -> bool {
    periods.is_empty() || periods.iter().any(|one| one.starts <= ends && starts <= one.ends)
}

/// Why extracts say no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such learner in the class.
    #[error("в этом классе нет такого обучающегося")]
    NoLearner,
    /// The family is not on the list.
    #[error("эта семья и так не получает выписок на бумаге")]
    NotListed,
    /// Nothing is due.
    #[error("печатать нечего: у всех семей списка выписка свежее срока")]
    NothingDue,
    /// Days are due that hold no lesson: holidays, or the year is over.
    #[error("печатать нечего: с прошлой выписки учебных дней не было")]
    NoSchoolDays,
    /// No such extract.
    #[error("в реестре нет выписки № {0}")]
    Unknown(u64),
    /// It was handed over.
    #[error("выписка № {0} уже выдана")]
    HandedBefore(u64),
    /// Nobody took it.
    #[error("не сказано, кому выдана выписка № {0}")]
    NoTaker(u64),
    /// A day that is none, lies ahead, or before the printing.
    #[error("дата «{0}»: нужен день не раньше печати и не позже сегодняшнего")]
    Day(String),
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn extracts_follow_each_other_without_a_gap_every_two_weeks() {
        let today = day("2025-10-13");
        let (starts, ends) = due(None, WEEKS, today).unwrap();
        assert_eq!((starts, ends), (day("2025-09-29"), day("2025-10-12")), "two weeks of days that are over");
        let printed = Printed {
            no: 1,
            job: 1,
            year: "2025/2026".to_owned(),
            class: "5А".to_owned(),
            learner: "L1".to_owned(),
            starts,
            ends,
            at: "2025-10-13T09:00:00+03:00".to_owned(),
            by: "T03".to_owned(),
            handed: None,
        };
        assert_eq!(next(Some(&printed), WEEKS), Some(day("2025-10-27")), "14 days after the press");
        assert_eq!(due(Some(&printed), WEEKS, day("2025-10-26")), None);
        let (starts, ends) = due(Some(&printed), WEEKS, day("2025-10-27")).unwrap();
        assert_eq!((starts, ends), (day("2025-10-13"), day("2025-10-26")));
        let late = due(Some(&printed), WEEKS, day("2025-11-05")).unwrap();
        assert_eq!(late, (day("2025-10-13"), day("2025-11-04")), "a late one leaves no day out");
        let quarter = Period {
            id: "Q4".to_owned(),
            name: "IV четверть".to_owned(),
            kind: crate::domain::journal::PeriodKind::Quarter,
            grade_from: 1,
            grade_to: 9,
            starts: day("2026-03-30"),
            ends: day("2026-05-26"),
        };
        let taught = |starts, ends| has_school_days(&[&quarter], (day(starts), day(ends)));
        assert!(taught("2026-05-20", "2026-06-02") && !taught("2026-05-27", "2026-06-09"));
        assert!(!taught("2026-03-23", "2026-03-29") && has_school_days(&[], (starts, ends)));
        for ground in Ground::ALL {
            assert_eq!(Ground::parse(ground.as_str()), Some(ground));
        }
    }
}
