//! Which copies of a carrier a check found changed, what takes their place, and what is to be done of each. Floor 0.
//!
//! A changed copy stays an alarm until that very copy is found right again or another one, found right itself, takes its place: a good word
//! on a newer copy mends nothing of an older one.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, FixedOffset};

use super::Cause;
use super::plan::notes::answering;

/// A copy that stands on a carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Name of its folder.
    pub id: &'a str,
    /// Why it was made.
    pub cause: Cause,
    /// When; `None` for a moment that cannot be read.
    pub at: Option<DateTime<FixedOffset>>,
    /// Closed periods as the house wrote them down, «2025/2026 5А Q1; …».
    pub periods: &'a str,
}

/// A comparison or a rehearsal of a copy on that carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked<'a> {
    /// The copy by the name of its folder; the house may know of none such.
    pub copy: &'a str,
    /// When.
    pub at: Option<DateTime<FixedOffset>>,
    /// Was everything right?
    pub right: bool,
}

/// What is to be done of a changed copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<'a> {
    /// It is to be written anew.
    Write,
    /// The copy of this name was written in its place, and is to be compared.
    Compare(&'a str),
    /// Nothing: the copy of this name stands in its place and was found right.
    Replaced(&'a str),
}

/// A copy that was found changed, and what is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoiled<'a> {
    /// Name of its folder.
    pub copy: &'a str,
    /// What is to be done.
    pub next: Next<'a>,
}

impl Next<'_> {
    /// Is there still something to do?
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Replaced(_))
    }
}

/// What a copy is, in the words of the plan.
pub fn kind_of(cause: Cause) -> &'static str {
    match cause {
        Cause::Week | Cause::Demand => "резервная копия",
        Cause::Month => "архив",
        Cause::Period => "набор периода",
    }
}

/// Changed copies of one carrier. `copies`: those that stand on it, in the order of writing; `checks`: of this carrier, in the order in which
/// they were made, without those of copies that were taken off it.
pub fn spoiled<'a>(copies: &[Standing<'a>], checks: &[Checked<'a>]) -> Vec<Spoiled<'a>> {
    let is_right = |id: &str| checks.iter().rev().find(|check| check.copy == id).map(|check| check.right);
    let mut named: Vec<&'a str> = copies.iter().map(|copy| copy.id).collect();
    for check in checks {
        if !named.contains(&check.copy) {
            named.push(check.copy);
        }
    }
    let mut found = Vec::new();
    for id in named.into_iter().filter(|id| is_right(id) == Some(false)) {
        // When it was found first since it was last right.
        let own = checks.iter().rev().filter(|check| check.copy == id);
        let since = own.take_while(|check| !check.right).last().and_then(|check| check.at);
        let at = copies.iter().position(|copy| copy.id == id);
        let old = at.and_then(|at| copies.get(at));
        let later = copies.get(at.map_or(0, |at| at + 1)..).unwrap_or_default();
        let in_place: Vec<&'a str> =
            later.iter().rev().filter(|new| takes_place(old, new, since)).map(|new| new.id).collect();
        let of = |wanted: Option<bool>| in_place.iter().copied().find(|id| is_right(id) == wanted);
        let next = match (of(Some(true)), of(None)) {
            (Some(right), _) => Next::Replaced(right),
            (None, Some(new)) => Next::Compare(new),
            (None, None) => Next::Write,
        };
        found.push(Spoiled { copy: id, next });
    }
    found
}

/// May a later copy stand for a changed one: of its kind, and either written after the change was found, for then it was written anew, or of
/// the same term with all that the changed one held? `old`: `None` where the house knows of no such copy.
fn takes_place(old: Option<&Standing<'_>>, new: &Standing<'_>, since: Option<DateTime<FixedOffset>>) -> bool {
    let is_anew = since.zip(new.at).is_some_and(|(since, at)| at >= since);
    let Some(old) = old else { return is_anew };
    answering(old.cause).contains(&new.cause) && (is_anew || (is_of_term(old, new) && holds(old, new)))
}

/// Are both of one term: a set of the same study periods, an archive of the same month? A backup of any day is as good as another.
fn is_of_term(old: &Standing<'_>, new: &Standing<'_>) -> bool {
    let month = |copy: &Standing<'_>| copy.at.map(|at| (at.year(), at.month()));
    match old.cause {
        Cause::Week | Cause::Demand => true,
        Cause::Month => month(old) == month(new),
        Cause::Period => terms(old.periods) == terms(new.periods),
    }
}

/// Year and period of each line, the class left out.
fn terms(periods: &str) -> BTreeSet<(&str, &str)> {
    let ends = |line: &str| Some((line.find(' ')?, line.rfind(' ')?));
    lines(periods)
        .map(|line| {
            let (year, period) = ends(line).unwrap_or_default();
            (&line[..year], &line[period..])
        })
        .collect()
}

fn holds(old: &Standing<'_>, new: &Standing<'_>) -> bool {
    let new: BTreeSet<&str> = lines(new.periods).collect();
    lines(old.periods).all(|line| new.contains(line))
}

fn lines(periods: &str) -> impl Iterator<Item = &str> {
    periods.split("; ").filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A moment of a day and an hour of October 2025.
    fn at(moment: &str) -> Option<DateTime<FixedOffset>> {
        DateTime::parse_from_rfc3339(&format!("2025-10-{moment}:00:00+05:00")).ok()
    }

    fn copy(id: &'static str, cause: Cause, when: &str, periods: &'static str) -> Standing<'static> {
        Standing { id, cause, at: at(when), periods }
    }

    fn check(copy: &'static str, when: &str, right: bool) -> Checked<'static> {
        Checked { copy, at: at(when), right }
    }

    fn told(copies: &[Standing<'static>], checks: &[Checked<'static>]) -> Vec<(&'static str, Next<'static>)> {
        spoiled(copies, checks).into_iter().map(|one| (one.copy, one.next)).collect()
    }

    const FIRST: &str = "2025/2026 5А Q1";

    #[test]
    fn a_good_word_on_a_newer_copy_of_another_kind_takes_no_alarm_away() {
        let copies = [copy("set", Cause::Period, "25T10", FIRST), copy("week", Cause::Week, "27T10", FIRST)];
        let checks = [check("set", "28T10", false), check("week", "28T11", true)];
        assert_eq!(told(&copies, &checks), [("set", Next::Write)]);
        // That very copy is right again: the disk was read badly once.
        let again = [checks[0], checks[1], check("set", "28T12", true)];
        assert!(told(&copies, &again).is_empty());
    }

    #[test]
    fn what_was_written_anew_is_compared_next_and_takes_the_place_only_when_right() {
        let set = copy("set", Cause::Period, "25T10", FIRST);
        let anew = copy("anew", Cause::Period, "29T10", "2025/2026 5А Q1; 2025/2026 5А Q2");
        let bad = check("set", "28T10", false);
        assert_eq!(told(&[set, anew], &[bad]), [("set", Next::Compare("anew"))]);
        assert_eq!(told(&[set, anew], &[bad, check("anew", "29T11", true)]), [("set", Next::Replaced("anew"))]);
        assert!(!spoiled(&[set, anew], &[bad, check("anew", "29T11", true)])[0].next.is_open());
        let both = [bad, check("anew", "29T11", false)];
        assert_eq!(told(&[set, anew], &both), [("set", Next::Write), ("anew", Next::Write)]);
    }

    #[test]
    fn the_set_of_another_period_that_stood_before_is_no_set_of_this_one() {
        let set = copy("set", Cause::Period, "25T10", FIRST);
        let other = copy("other", Cause::Period, "26T10", "2025/2026 5А Q1; 2025/2026 5А Q2");
        let wider = copy("wider", Cause::Period, "27T10", "2025/2026 5А Q1; 2025/2026 6А Q1");
        let checks = |id| [check("set", "28T10", false), check(id, "28T11", true)];
        assert_eq!(told(&[set, other], &checks("other")), [("set", Next::Write)]);
        assert_eq!(told(&[set, wider], &checks("wider")), [("set", Next::Replaced("wider"))]);
        let narrow = copy("narrow", Cause::Period, "27T10", "2025/2026 6А Q1");
        assert_eq!(told(&[set, narrow], &checks("narrow")), [("set", Next::Write)], "it lacks a class");
        // An archive of another month is no archive of this one; any whole copy is a backup.
        let month = Standing { at: None, ..copy("month", Cause::Month, "25T10", "") };
        let checks = [check("month", "28T10", false), check("wider", "28T11", true)];
        assert_eq!(told(&[month, wider], &checks), [("month", Next::Write)]);
        let week = copy("week", Cause::Week, "24T10", "");
        let checks = [check("week", "28T10", false), check("set", "28T11", true)];
        assert_eq!(told(&[week, set], &checks), [("week", Next::Replaced("set"))]);
    }

    #[test]
    fn a_copy_that_the_house_does_not_know_of_waits_for_one_written_after_it_was_found() {
        let (before, after) = (copy("a", Cause::Week, "27T10", ""), copy("b", Cause::Week, "29T10", ""));
        let checks = [check("stray", "28T10", false), check("a", "28T11", true)];
        assert_eq!(told(&[before], &checks), [("stray", Next::Write)]);
        assert_eq!(told(&[before, after], &checks), [("stray", Next::Compare("b"))]);
        assert!(told(&[], &[check("stray", "28T10", true)]).is_empty());
    }
}
