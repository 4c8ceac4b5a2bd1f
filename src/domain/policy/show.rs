//! The first keys in the words of people: «каждая четверть», «25 лет», «не позднее 30 июня». Floor 0.

use chrono::NaiveDate;

use super::{Cadence, Demand, Policy, PolicyValue, PrintDue};
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

/// A key under which two policies differ; a side is `None` where that policy has no such key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference<'p> {
    /// `deadline.written.2-8`.
    pub key: String,
    /// The first policy's value.
    pub first: Option<&'p PolicyValue>,
    /// The second policy's value.
    pub second: Option<&'p PolicyValue>,
}

/// Where two policies say different things, in the order of the first one's values; the same value under another clause is no difference.
pub fn difference<'p>(first: &'p Policy, second: &'p Policy) -> Vec<Difference<'p>> {
    let find = |policy: &'p Policy, key: &str| policy.values.iter().find(|value| value.key == key);
    let mut keys: Vec<&str> = first.values.iter().map(|value| value.key.as_str()).collect();
    for value in &second.values {
        if find(first, &value.key).is_none() {
            // A key of the second alone stands beside its kin: after the last key of the same name before the narrowing.
            let kin = value.key.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
            let place = keys.iter().rposition(|key| key.starts_with(&kin)).map_or(keys.len(), |last| last + 1);
            keys.insert(place, &value.key);
        }
    }
    keys.into_iter()
        .map(|key| Difference { key: key.to_owned(), first: find(first, key), second: find(second, key) })
        .filter(|one| match (one.first, one.second) {
            (Some(first), Some(second)) => (&first.value, &first.unit) != (&second.value, &second.unit),
            _ => true,
        })
        .collect()
}
