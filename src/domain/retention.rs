//! How long a record is kept. Floor 0.
//!
//! The term runs from 1 January of the year after the school year's end (Росархив № 237; domain.md 1.2): a journal of
//! 2024/2025 kept 5 years is kept through 31.12.2030.

use chrono::NaiveDate;

use super::policy::Policy;
use super::snapshot::CopyKind;

/// Years a record of that kind is kept under a policy.
pub fn keep_years(kind: CopyKind, policy: &Policy) -> u32 {
    match kind {
        CopyKind::PeriodCopy => policy.keep_journal_years,
        CopyKind::SummarySheet => policy.keep_summary_years,
    }
}

/// Last day of keeping: 31 December of the year that lies `years` after the school year's end. `school_year` is
/// `2025/2026`; `None` when it is not of that shape.
pub fn keep_through(school_year: &str, years: u32) -> Option<NaiveDate> {
    let end: i32 = school_year.split('/').nth(1)?.parse().ok()?;
    NaiveDate::from_ymd_opt(end.checked_add(i32::try_from(years).ok()?)?, 12, 31)
}

/// Years between two checks of presence and condition of electronic documents (Приказ Минкультуры № 526 п. 2.40: раз в 5 лет).
pub const ELECTRONIC_CHECK_YEARS: u32 = 5;
/// Years between two checks of presence and condition of paper documents (the same clause: раз в 10 лет).
pub const PAPER_CHECK_YEARS: u32 = 10;

/// The day by which the next check is due: so many years after the last one, or after the first document came into keeping.
pub fn check_due(since: NaiveDate, years: u32) -> Option<NaiveDate> {
    since.checked_add_months(chrono::Months::new(years * 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_and_twenty_five_years_run_from_the_january_after_the_school_year() {
        assert_eq!(keep_through("2024/2025", 5), NaiveDate::from_ymd_opt(2030, 12, 31));
        assert_eq!(keep_through("2024/2025", 25), NaiveDate::from_ymd_opt(2050, 12, 31));
        assert_eq!(keep_through("2024", 5), None);
    }

    #[test]
    fn a_check_made_on_the_leap_day_is_due_again_in_february() {
        let leap = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        assert_eq!(check_due(leap, ELECTRONIC_CHECK_YEARS), NaiveDate::from_ymd_opt(2029, 2, 28));
        assert_eq!(check_due(leap, PAPER_CHECK_YEARS), NaiveDate::from_ymd_opt(2034, 2, 28));
    }
}
