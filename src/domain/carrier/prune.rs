//! Which old copies a carrier no longer keeps by the school's own rule; where the school has said nothing, it keeps them all. Floor 0.
//!
//! Archives and sets of a period are kept for good: the rule thins out the copies of the schedule and those that somebody asked for.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};

use super::Cause;
use crate::domain::policy::Policy;
use crate::domain::words;

/// The school's rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// A copy of each of so many newest weeks is kept.
    pub weeks: u32,
    /// A copy of each of so many newest months is kept.
    pub months: u32,
    /// The rule in words, with its clause.
    pub words: String,
}

impl Rule {
    /// The rule of a policy; `None` when it says nothing of keeping.
    pub fn of(policy: &Policy) -> Option<Self> {
        let said = |key| policy.number(key).map(|number| (number, policy.clause(key).to_owned()));
        let (weeks, months) = (said("backup.keep_weeks"), said("backup.keep_months"));
        let clauses: BTreeSet<String> =
            [&weeks, &months].into_iter().flatten().map(|(_, clause)| clause.clone()).collect();
        if clauses.is_empty() {
            return None;
        }
        let (weeks, months) = (weeks.map_or(0, |(n, _)| n), months.map_or(0, |(n, _)| n));
        let clauses = clauses.into_iter().collect::<Vec<_>>().join("; ");
        let words = format!("{}; архивы и наборы периодов — все ({clauses})", kept(weeks, months));
        Some(Self { weeks, months, words })
    }
}

/// «на носителе хранится по одной копии за каждую из 8 последних недель и за последний месяц».
fn kept(weeks: u32, months: u32) -> String {
    let of_weeks = match weeks {
        0 => None,
        1 => Some("за последнюю неделю".to_owned()),
        n => {
            let last = words::plural(n.into(), "последней недели", "последних недель", "последних недель");
            Some(format!("за каждую из {n} {last}"))
        }
    };
    let of_months = match months {
        0 => None,
        1 => Some("за последний месяц".to_owned()),
        n => {
            let last = words::plural(n.into(), "последнего месяца", "последних месяцев", "последних месяцев");
            Some(format!("за каждый из {n} {last}"))
        }
    };
    let all: Vec<String> = [of_weeks, of_months].into_iter().flatten().collect();
    match all.is_empty() {
        true => "на носителе хранится только самая новая копия".to_owned(),
        false => format!("на носителе хранится по одной копии {}", all.join(" и ")),
    }
}

/// A copy that stands on a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Name of its folder.
    pub id: String,
    /// Why it was made.
    pub cause: Cause,
    /// When.
    pub on: NaiveDate,
    /// Size of the log then: the age that no clock can turn.
    pub log_size: u64,
}

/// Why a copy stays, or that it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The newest of the carrier.
    Newest,
    /// An archive or a set of a period.
    ForGood,
    /// The newest of its week.
    OfWeek,
    /// The newest of its month.
    OfMonth,
    /// Nothing keeps it.
    Outdated,
}

impl Fate {
    /// What people read beside the copy.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Newest => "остаётся: самая новая на носителе",
            Self::ForGood => "остаётся: архивы и наборы периодов хранят все",
            Self::OfWeek => "остаётся: последняя в своей неделе",
            Self::OfMonth => "остаётся: последняя в своём месяце",
            Self::Outdated => "будет удалена: в её неделе и месяце есть более новая копия или они старше срока",
        }
    }
}

/// What the rule says of each copy of a carrier, the oldest first. The newest copy stays whatever the rule says.
pub fn judge<'c>(rule: &Rule, copies: &'c [Copy]) -> Vec<(&'c Copy, Fate)> {
    let mut newest_first: Vec<&Copy> = copies.iter().collect();
    newest_first.sort_by(|a, b| (b.log_size, b.id.len(), &b.id).cmp(&(a.log_size, a.id.len(), &a.id)));
    let (mut weeks, mut months) = (BTreeSet::new(), BTreeSet::new());
    let mut judged = Vec::new();
    for (no, copy) in newest_first.into_iter().enumerate() {
        // The newest of a week stands for the week, the newest of a month for the month; an archive stands for both.
        let of_week =
            weeks.len() < rule.weeks as usize && weeks.insert((copy.on.iso_week().year(), copy.on.iso_week().week()));
        let of_month = months.len() < rule.months as usize && months.insert((copy.on.year(), copy.on.month()));
        let fate = match copy.cause {
            _ if no == 0 => Fate::Newest,
            Cause::Month | Cause::Period => Fate::ForGood,
            _ if of_week => Fate::OfWeek,
            _ if of_month => Fate::OfMonth,
            _ => Fate::Outdated,
        };
        judged.push((copy, fate));
    }
    judged.reverse();
    judged
}

/// Copies that the carrier no longer keeps, the oldest first.
pub fn outdated(rule: &Rule, copies: &[Copy]) -> Vec<String> {
    let judged = judge(rule, copies).into_iter();
    judged.filter(|(_, fate)| *fate == Fate::Outdated).map(|(copy, _)| copy.id.clone()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;
    use crate::domain::policy;

    fn copies(of: &[(&str, Cause)]) -> Vec<Copy> {
        let copy = |(no, (day, cause)): (u64, &(&str, Cause))| Copy {
            id: format!("letopis-{day}-{no}"),
            cause: *cause,
            on: day.parse().unwrap(),
            log_size: 100 + no,
        };
        (1..).zip(of).map(copy).collect()
    }

    fn rule(weeks: u32, months: u32) -> Rule {
        Rule { weeks, months, words: String::new() }
    }

    #[test]
    fn weeks_thin_out_into_months_and_archives_stay_for_good() {
        let all = copies(&[
            ("2025-09-01", Cause::Month),
            ("2025-09-08", Cause::Week),
            ("2025-09-29", Cause::Week),
            ("2025-10-06", Cause::Week),
            ("2025-10-13", Cause::Period),
            ("2025-10-27", Cause::Week),
            ("2025-11-03", Cause::Week),
            ("2025-11-04", Cause::Demand),
            ("2025-11-10", Cause::Week),
        ]);
        let old = outdated(&rule(2, 3), &all);
        // Weeks: 10 and 4 November. Months: 10 November, 27 October, 29 September.
        assert_eq!(old, ["letopis-2025-09-08-2", "letopis-2025-10-06-4", "letopis-2025-11-03-7"]);
        let fates: Vec<Fate> = judge(&rule(2, 3), &all).into_iter().map(|(_, fate)| fate).collect();
        let [out, good, week, month] = [Fate::Outdated, Fate::ForGood, Fate::OfWeek, Fate::OfMonth];
        assert_eq!(fates, [good, out, month, out, good, month, out, week, Fate::Newest]);
    }

    #[test]
    fn the_newest_copy_stays_under_every_rule_and_by_the_log_not_the_clock() {
        let mut all = copies(&[("2040-01-02", Cause::Week), ("2025-11-03", Cause::Week)]);
        assert_eq!(outdated(&rule(0, 0), &all), ["letopis-2040-01-02-1"], "the copy of a wrong clock is the older one");
        all.remove(0);
        assert!(outdated(&rule(0, 0), &all).is_empty() && outdated(&rule(1, 1), &[]).is_empty());
    }

    #[test]
    fn the_rule_is_said_in_words_of_an_office_with_its_clause() {
        let said = "keep_weeks = { value = 2, unit = \"weeks\", clause = \"приказ № 14\" }\n";
        let text = policy::builtin("default").unwrap().replace("[backup]\n", &format!("[backup]\n{said}"));
        let rule = Rule::of(&policy::parse("keeps", &text).unwrap()).unwrap();
        let words = "на носителе хранится по одной копии за каждую из 2 последних недель; архивы и наборы периодов — все (приказ № 14)";
        assert_eq!(rule.words, words);
        assert!(kept(1, 21).ends_with("за последнюю неделю и за каждый из 21 последнего месяца"), "{}", kept(1, 21));
        assert!(kept(0, 0).ends_with("только самая новая копия"));
    }

    #[test]
    fn a_school_that_says_nothing_keeps_everything() {
        for (name, text) in policy::BUILTIN {
            assert_eq!(Rule::of(&policy::parse(name, text).unwrap()), None, "{name}");
        }
    }
}
