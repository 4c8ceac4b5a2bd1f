//! The production calendar: working days of a five-day week by the labour code and the government's yearly moves. Floor 0.
//!
//! The holidays stand in ТК РФ ст. 112 ч. 1; a holiday that falls on a weekend moves to the next working day by ч. 2, except those of
//! January, which the government moves by a decree of its own each year. The decrees known here are data below.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// Holidays of ТК РФ ст. 112 ч. 1: month and day.
const HOLIDAYS: [(u32, u32); 14] =
    [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)];

/// What a decree says of a year: weekends that are worked, and days that are off instead of weekends.
struct Decree {
    year: i32,
    act: &'static str,
    /// Weekends on which people work.
    worked: &'static [(u32, u32)],
    /// Weekdays that are off, by the decree or in exchange for a worked weekend.
    off: &'static [(u32, u32)],
    /// Holidays on a weekend that this decree moved elsewhere, so that ч. 2 does not move them again.
    moved: &'static [(u32, u32)],
}

/// The decrees on moved days off.
const DECREES: [Decree; 2] = [
    Decree {
        year: 2025,
        act: "постановление Правительства РФ от 04.10.2024 № 1335",
        worked: &[(11, 1)],
        off: &[(5, 2), (5, 8), (6, 13), (11, 3), (12, 31)],
        moved: &[(2, 23), (3, 8)],
    },
    Decree {
        year: 2026,
        act: "постановление Правительства РФ от 24.09.2025 № 1466",
        worked: &[],
        off: &[(1, 9), (12, 31)],
        moved: &[],
    },
];

/// The decree by which a year's days off were moved; `None` when the program does not know one: the labour code alone is counted.
pub fn decree(year: i32) -> Option<&'static str> {
    DECREES.iter().find(|decree| decree.year == year).map(|decree| decree.act)
}

/// Is the day a holiday of the labour code itself (not a day moved to)?
pub fn is_holiday(day: NaiveDate) -> bool {
    HOLIDAYS.contains(&(day.month(), day.day()))
}

/// What the labour code calls the day (ТК РФ ст. 112 ч. 1); `None` for a day that is no holiday of the code.
pub fn holiday_name(day: NaiveDate) -> Option<&'static str> {
    let name = match (day.month(), day.day()) {
        (1, 7) => "Рождество Христово",
        (1, 1..=8) => "Новогодние каникулы",
        (2, 23) => "День защитника Отечества",
        (3, 8) => "Международный женский день",
        (5, 1) => "Праздник Весны и Труда",
        (5, 9) => "День Победы",
        (6, 12) => "День России",
        (11, 4) => "День народного единства",
        _ if is_holiday(day) => "Праздник",
        _ => return None,
    };
    Some(name)
}

/// Is the day off for everybody: a holiday, or a weekday to which a holiday was moved?
pub fn is_off(day: NaiveDate) -> bool {
    is_holiday(day) || is_moved_to(day) || decreed(day, |decree| decree.off)
}

/// Is the day a working day of a five-day week?
pub fn is_working(day: NaiveDate) -> bool {
    if is_off(day) {
        return false;
    }
    !is_weekend(day) || decreed(day, |decree| decree.worked)
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn decreed(day: NaiveDate, list: impl Fn(&Decree) -> &'static [(u32, u32)]) -> bool {
    DECREES.iter().any(|decree| decree.year == day.year() && list(decree).contains(&(day.month(), day.day())))
}

/// Is the day the first weekday after a weekend holiday (ст. 112 ч. 2)? The January holidays are the government's to move.
fn is_moved_to(day: NaiveDate) -> bool {
    if is_weekend(day) || is_holiday(day) {
        return false;
    }
    // A holiday on Saturday or Sunday lies at most two days before the Monday it moves to.
    (1..=2).filter_map(|back| day.checked_sub_days(Days::new(back))).any(|holiday| {
        is_holiday(holiday)
            && holiday.month() != 1
            && is_weekend(holiday)
            && !decreed(holiday, |decree| decree.moved)
            && (1..back_to(holiday, day)).all(|step| holiday.checked_add_days(Days::new(step)).is_some_and(is_weekend))
    })
}

/// Days between two days, the later one second.
fn back_to(earlier: NaiveDate, later: NaiveDate) -> u64 {
    (later - earlier).num_days().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn the_years_of_the_decrees_have_the_working_days_that_were_published() {
        let working = |year: i32| {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
            first.iter_days().take_while(|day| day.year() == year).filter(|day| is_working(*day)).count()
        };
        // 247 working days in each of 2025 and 2026 by the published production calendars.
        assert_eq!((working(2025), working(2026)), (247, 247));
    }

    #[test]
    fn a_holiday_on_a_weekend_moves_to_monday_unless_a_decree_moved_it() {
        assert!(is_off(day("2026-03-09")), "8 March 2026 is a Sunday");
        assert!(is_off(day("2026-05-11")), "9 May 2026 is a Saturday");
        assert!(!is_off(day("2025-02-24")), "23 February 2025 was moved to 8 May");
        assert!(is_off(day("2025-05-08")) && is_off(day("2025-11-03")));
        assert!(is_working(day("2025-11-01")), "a Saturday worked for 3 November");
        assert!(decree(2025).is_some() && decree(2031).is_none());
    }

    #[test]
    fn every_holiday_of_the_code_has_a_name_and_no_other_day() {
        assert_eq!(holiday_name(day("2025-11-04")), Some("День народного единства"));
        assert_eq!(holiday_name(day("2025-11-03")), None, "moved to, and no holiday itself");
        let of_year = day("2025-01-01").iter_days().take(365);
        assert_eq!(of_year.filter_map(holiday_name).filter(|name| *name != "Праздник").count(), HOLIDAYS.len());
    }
}
