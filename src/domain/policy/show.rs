//! The first keys in the words of people: «каждая четверть», «25 лет», «не позднее 30 июня». Floor 0.

use chrono::NaiveDate;

use super::{Cadence, Demand, PrintDue};
use crate::domain::journal::PeriodKind;
use crate::domain::words;

/// The value of a first key as people read it.
pub(super) fn first_key(key: &str, value: &str, unit: &str) -> String {
    let number = value.parse::<u32>().ok();
    let date = value.parse::<NaiveDate>().ok();
    match (unit, number, date) {
        ("years", Some(n), _) => format!("{n} {}", words::plural(n.into(), "год", "года", "лет")),
        ("school_days", Some(n), _) => PrintDue::BeforeEnd(n).as_russian(),
        ("calendar_days", Some(n), _) => PrintDue::AfterEnd(n).as_russian(),
        ("date", ..) => match value.split_once('-').map(|(month, day)| (month.parse(), day.parse())) {
            Some((Ok(month), Ok(day))) => PrintDue::By(month, day).as_russian(),
            _ => PrintDue::AfterEnd(0).as_russian(),
        },
        (_, _, Some(date)) => words::date_short(date),
        _ if key.starts_with("print.cadence") => {
            let known = Cadence::ALL.into_iter().find(|cadence| cadence.as_str() == value);
            known.map_or_else(|| value.to_owned(), |cadence| cadence.as_russian().to_owned())
        }
        _ if key.starts_with("completeness") => {
            let known = Demand::ALL.into_iter().find(|demand| demand.as_str() == value);
            known.map_or_else(|| value.to_owned(), |demand| demand.as_russian().to_owned())
        }
        _ => value.to_owned(),
    }
}

impl Cadence {
    /// What people read.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Each(PeriodKind::Quarter) => "по окончании каждой четверти",
            Self::Each(PeriodKind::HalfYear) => "по окончании каждого полугодия",
            Self::Each(PeriodKind::Trimester) => "по окончании каждого триместра",
            Self::Year => "раз в год",
        }
    }
}

impl Demand {
    /// What people read.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Required => "обязательно",
            Self::Warned => "предупреждение",
            Self::Off => "не проверяется",
        }
    }
}

impl PrintDue {
    /// What people read.
    pub fn as_russian(self) -> String {
        match self {
            Self::BeforeEnd(0) => "в последний учебный день периода".to_owned(),
            Self::BeforeEnd(1) => "в предпоследний учебный день периода".to_owned(),
            Self::BeforeEnd(n) => {
                let days = words::plural(n.into(), "учебный день", "учебных дня", "учебных дней");
                format!("за {n} {days} до последнего учебного дня периода")
            }
            Self::AfterEnd(0) => "по окончании периода".to_owned(),
            Self::AfterEnd(n) => {
                let days = words::plural(n.into(), "календарного дня", "календарных дней", "календарных дней");
                format!("в течение {n} {days} по окончании периода")
            }
            // A leap year, so that 29 February is a day.
            Self::By(month, day) => NaiveDate::from_ymd_opt(2024, month, day)
                .map_or_else(String::new, |date| format!("не позднее {}", words::day_and_month(date))),
        }
    }
}
