//! The demo school's calendar: periods and school days. Floor 1.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A study period as `(id, name, kind, first grade, last grade, first day, last day)`; days are of the school year.
type PeriodRow = (&'static str, &'static str, &'static str, u8, u8, (u32, u32), (u32, u32));

/// The usual dates of the federal recommendation for 2025/2026, given as month and day.
const PERIODS: [PeriodRow; 6] = [
    ("Q1", "1 четверть", "quarter", 1, 9, (9, 1), (10, 24)),
    ("Q2", "2 четверть", "quarter", 1, 9, (11, 5), (12, 30)),
    ("Q3", "3 четверть", "quarter", 1, 9, (1, 12), (3, 27)),
    ("Q4", "4 четверть", "quarter", 1, 9, (4, 6), (5, 26)),
    ("H1", "1 полугодие", "half_year", 10, 11, (9, 1), (12, 30)),
    ("H2", "2 полугодие", "half_year", 10, 11, (1, 12), (5, 26)),
];
/// The breaks between quarters, which half-years have too: month and day, both included.
const BREAKS: [((u32, u32), (u32, u32)); 2] = [((10, 25), (11, 4)), ((3, 28), (4, 5))];
/// First classes rest a week more in February.
const FIRST_CLASS_BREAK: ((u32, u32), (u32, u32)) = ((2, 16), (2, 22));
/// Public holidays within the school year (ТК РФ ст. 112); days moved by decree are not known to the program.
const HOLIDAYS: [(u32, u32); 5] = [(11, 4), (2, 23), (3, 8), (5, 1), (5, 9)];

/// A study period.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub id: &'static str,
    pub name: &'static str,
    pub kind: &'static str,
    pub grade_from: u8,
    pub grade_to: u8,
    pub starts: NaiveDate,
    pub ends: NaiveDate,
}

/// The school year's days.
#[derive(Debug)]
pub struct Calendar {
    year_start: i32,
    pub periods: Vec<Span>,
}

impl Calendar {
    /// The calendar of the year that begins in September of `year_start`.
    pub fn of(year_start: i32) -> Self {
        let mut calendar = Self { year_start, periods: Vec::new() };
        for (id, name, kind, grade_from, grade_to, starts, ends) in PERIODS {
            let (starts, ends) = (calendar.day(starts), calendar.day(ends));
            calendar.periods.push(Span { id, name, kind, grade_from, grade_to, starts, ends });
        }
        calendar
    }

    /// A day of the school year: September to December are of its first calendar year.
    pub fn day(&self, (month, day): (u32, u32)) -> NaiveDate {
        let year = if month >= 9 { self.year_start } else { self.year_start + 1 };
        NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
    }

    /// First and last day of the school year.
    pub fn span(&self) -> (NaiveDate, NaiveDate) {
        (self.day((9, 1)), self.day((5, 26)))
    }

    /// The periods of a grade, in the order of time.
    pub fn of_grade(&self, grade: u8) -> Vec<Span> {
        self.periods.iter().filter(|span| (span.grade_from..=span.grade_to).contains(&grade)).copied().collect()
    }

    /// The days on which a grade has lessons within a period.
    pub fn school_days(&self, grade: u8, span: &Span) -> Vec<NaiveDate> {
        let days = (span.ends - span.starts).num_days().max(0) as u64;
        (0..=days).map(|n| span.starts + Days::new(n)).filter(|day| self.is_school_day(grade, *day)).collect()
    }

    fn is_school_day(&self, grade: u8, day: NaiveDate) -> bool {
        let within = |(from, to): &((u32, u32), (u32, u32))| (self.day(*from)..=self.day(*to)).contains(&day);
        let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let is_holiday = HOLIDAYS.contains(&(day.month(), day.day()));
        let is_break = BREAKS.iter().any(within) || grade == 1 && within(&FIRST_CLASS_BREAK);
        !(is_weekend || is_holiday || is_break)
    }
}
