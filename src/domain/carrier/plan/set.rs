//! Whether the set of a study period holds all of it: classes that were closed, and what was sealed, after it was written. Floor 0.
//!
//! A set holds the whole house as it stood. It answers for the classes that were closed by then; the others want it written once more.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{Cause, Duty};
use crate::domain::words;

/// A set that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// When it was written.
    pub at: DateTime<FixedOffset>,
    /// On how many carriers it stands.
    pub carriers: usize,
}

/// One study period of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// «5А».
    pub class: String,
    /// «I четверть».
    pub period: String,
    /// Last day of the period.
    pub ends: NaiveDate,
    /// When it was closed; `None` while it is open.
    pub closed: Option<DateTime<FixedOffset>>,
    /// What was sealed of it, in words, and when: versions and supplements.
    pub sealed: Vec<(String, DateTime<FixedOffset>)>,
}

/// What is known of sets: both empty where no set was ever written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sets<'a> {
    /// Sets that stand.
    pub written: &'a [Written],
    /// Study periods of the year's classes, in the order of the school's list.
    pub spans: &'a [Span],
}

/// Says of the period's duty which classes its set does not answer for; hands back why it is to be written once more, empty while there is
/// nothing to write yet, and whether it will be when the classes that are open are closed. `asked`: on how many carriers a set must stand.
pub(super) fn add(sets: Sets<'_>, duty: &mut Duty, today: NaiveDate, asked: usize) -> (String, bool) {
    // The next set is due: it will hold all of this.
    if duty.cause != Some(Cause::Period) || duty.due.is_some_and(|due| due <= today) {
        return (String::new(), false);
    }
    let Some((last, at)) = duty.last.and_then(|last| Some((last, moment(sets.written, last, asked)?))) else {
        return (String::new(), false);
    };
    let over: Vec<&Span> = sets.spans.iter().filter(|span| span.ends < last).collect();
    let open = classes(over.iter().copied().filter(|span| span.closed.is_none()));
    let later = classes(over.iter().copied().filter(|span| span.closed.is_some_and(|closed| closed > at)));
    let reason = format!("запишите набор ещё раз с поводом «{}»", Cause::Period.as_russian());
    let mut notes = Vec::new();
    if !open.is_empty() {
        let (head, others) = head(&over, open.len());
        notes.push(format!("{head} {reason}, {others}: {}", shortened(&open)));
    }
    // While others are open, the copies of classes that were closed later wait with them.
    let counts = |span: &&Span| open.is_empty() || span.closed.is_some_and(|closed| closed <= at);
    let sealed = over.iter().copied().filter(counts).flat_map(|span| &span.sealed);
    let sealed: Vec<&str> = sealed.filter(|(_, when)| *when > at).map(|(what, _)| what.as_str()).collect();
    let mut after = Vec::new();
    if open.is_empty() && !later.is_empty() {
        after.push(format!("{} {}", if later.len() == 1 { "закрыт" } else { "закрыты" }, shortened(&later)));
    }
    if !sealed.is_empty() {
        let head = if sealed.len() == 1 {
            "скреплена печатью копия"
        } else {
            "скреплены печатью копии"
        };
        after.push(format!("{head} {}", shortened(&sealed)));
    }
    let again = match after.is_empty() {
        true => String::new(),
        false => format!("после набора от {} {}; {reason}", words::date_short(last), after.join(", ")),
    };
    notes.extend(Some(again.clone()).filter(|again| !again.is_empty()));
    let said = [std::mem::take(&mut duty.note), notes.join("; ")];
    duty.note = said.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join("; ");
    (again, !open.is_empty())
}

/// The moment of the set that counts for a day: the newest that stands on enough carriers; where only several together do, the first of them.
fn moment(written: &[Written], day: NaiveDate, asked: usize) -> Option<DateTime<FixedOffset>> {
    let of_day = || written.iter().filter(|one| one.at.date_naive() == day);
    let whole = of_day().filter(|one| one.carriers >= asked).map(|one| one.at).max();
    whole.or_else(|| of_day().map(|one| one.at).min())
}

/// Classes, each once, as they come.
fn classes<'s>(spans: impl Iterator<Item = &'s Span>) -> Vec<&'s str> {
    let mut named: Vec<&str> = Vec::new();
    for span in spans {
        if !named.contains(&span.class.as_str()) {
            named.push(&span.class);
        }
    }
    named
}

/// Of a study period: how many of its classes were closed.
struct Counted<'s> {
    period: &'s str,
    ends: NaiveDate,
    closed: usize,
    all: usize,
}

/// Study periods with a class that is open, in the order of time: each is counted by itself, for a class closes every period anew.
fn counted<'s>(over: &[&'s Span]) -> Vec<Counted<'s>> {
    let mut counted: Vec<Counted<'_>> = Vec::new();
    for span in over.iter().copied() {
        let closed = usize::from(span.closed.is_some());
        match counted.iter_mut().find(|one| one.period == span.period) {
            Some(one) => {
                one.all += 1;
                one.closed += closed;
                one.ends = one.ends.min(span.ends);
            }
            None => counted.push(Counted { period: &span.period, ends: span.ends, closed, all: 1 }),
        }
    }
    counted.retain(|one| one.closed < one.all);
    counted.sort_by_key(|one| one.ends);
    counted
}

/// «закрыт 1 из 3 классов (I четверть):», «закрыто классов: 1 из 9 (I четверть), 0 из 9 (II четверть);», and which classes are waited for.
/// `open`: classes with a period that is open.
fn head(over: &[&Span], open: usize) -> (String, &'static str) {
    let of = |all: usize| words::plural(all as u64, "класса", "классов", "классов");
    let counted = counted(over);
    let closed: usize = counted.iter().map(|one| one.closed).sum();
    match counted.as_slice() {
        many if closed == 0 => {
            let periods: Vec<&str> = many.iter().map(|one| one.period).collect();
            let head = format!("ни один из {open} {} не закрыт ({}):", of(open), periods.join(", "));
            (head, "когда закроются")
        }
        [one] => {
            let head = words::plural(closed as u64, "закрыт", "закрыты", "закрыто");
            let head = format!("{head} {closed} из {} {} ({}):", one.all, of(one.all), one.period);
            (head, "когда закроются остальные")
        }
        many => {
            let each = many.iter().map(|one| format!("{} из {} ({})", one.closed, one.all, one.period));
            let head = format!("закрыто классов: {};", each.collect::<Vec<_>>().join(", "));
            (head, "когда закроются остальные")
        }
    }
}

/// «5А, 6А, 7А и ещё 4».
fn shortened(names: &[&str]) -> String {
    /// What fits one line of a phone.
    const NAMED: usize = 6;
    let said = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { format!("{said} и ещё {}", names.len() - NAMED) } else { said }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::super::tests::{carrier, day};
    use super::super::{Done, Facts, Plan, plan};
    use super::*;
    use crate::domain::policy;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(&format!("{text}:00+05:00")).unwrap()
    }

    fn span(class: &str, closed: &str, sealed: &[(&str, &str)]) -> Span {
        Span {
            class: class.to_owned(),
            period: "I четверть".to_owned(),
            ends: day("2025-10-24"),
            closed: (!closed.is_empty()).then(|| at(closed)),
            sealed: sealed.iter().map(|(what, when)| ((*what).to_owned(), at(when))).collect(),
        }
    }

    fn of(spans: &[Span], written: &[&str], today: &str) -> Plan {
        let policy = policy::parse("default", policy::builtin("default").unwrap()).unwrap();
        let sets: Vec<Written> = written.iter().map(|when| Written { at: at(when), carriers: 2 }).collect();
        let both = |set: &Written| {
            let on = set.at.date_naive();
            ["Н-1", "Н-2"].map(|id| Done { cause: Cause::Period, on, carrier: id.to_owned() })
        };
        let done: Vec<Done> = sets.iter().flat_map(both).collect();
        let facts = Facts {
            carriers: &[carrier("Н-1", "кабинет 12"), carrier("Н-2", "серверная")],
            done: &done,
            period_ends: &[day("2025-10-24"), day("2025-12-28")],
            sets: Sets { written: &sets, spans },
            rehearsed: None,
            since: day("2025-09-01"),
            keeps_data: true,
            today: day(today),
        };
        plan(&policy, &facts)
    }

    fn note(plan: &Plan) -> String {
        plan.duties.iter().find(|duty| duty.cause == Some(Cause::Period)).unwrap().note.clone()
    }

    #[test]
    fn a_set_counts_for_the_classes_that_were_closed_by_then_and_names_the_others() {
        let mut spans = vec![span("1А", "", &[]), span("2А", "2025-10-24T20:04", &[]), span("3А", "", &[])];
        // The half-year of another class is not over: it owes nothing.
        spans.push(Span { ends: day("2025-12-28"), ..span("10А", "", &[]) });
        let plan = of(&spans, &["2025-10-27T11:00"], "2025-10-27");
        let said = note(&plan);
        assert!(said.starts_with("закрыт 1 из 3 классов (I четверть): запишите набор ещё раз"), "{said}");
        assert!(said.ends_with("когда закроются остальные: 1А, 3А") && plan.again.is_empty(), "{said}");
        assert!(plan.later && plan.repeat_words() == "когда закроются все классы", "{}", plan.repeat_words());
        let none = of(&[span("1А", "", &[])], &["2025-10-27T11:00"], "2025-10-27");
        assert!(note(&none).starts_with("ни один из 1 класса не закрыт (I четверть): "), "{}", note(&none));
        // One more is closed: nothing to write until all are.
        spans[0].closed = Some(at("2025-10-28T10:00"));
        let plan = of(&spans, &["2025-10-27T11:00"], "2025-10-28");
        assert!(
            note(&plan).starts_with("закрыты 2 из 3 классов (I четверть): ") && plan.again.is_empty(),
            "{}",
            note(&plan)
        );
        spans[2].closed = Some(at("2025-10-28T11:00"));
        let plan = of(&spans, &["2025-10-27T11:00"], "2025-10-28");
        assert!(plan.again.starts_with("после набора от 27.10.2025 закрыты 1А, 3А; запишите набор"), "{}", plan.again);
        assert!(!plan.later && plan.repeat_words() == "сейчас", "{}", plan.repeat_words());
        assert_eq!(note(&plan), plan.again);
        // Written once more, it answers for all.
        let plan = of(&spans, &["2025-10-27T11:00", "2025-10-28T12:00"], "2025-10-28");
        assert_eq!((note(&plan).as_str(), plan.again.as_str(), plan.repeat_words()), ("", "", ""));
    }

    #[test]
    fn each_period_is_counted_by_itself_in_the_order_of_time() {
        let closed = "2025-10-24T20:04";
        let of_period = |class: &str, period: &str, ends: &str, closed: &str| Span {
            period: period.to_owned(),
            ends: day(ends),
            ..span(class, closed, &[])
        };
        let spans = [
            span("5А", closed, &[]),
            of_period("5А", "II четверть", "2025-10-26", ""),
            span("6А", "", &[]),
            of_period("6А", "II четверть", "2025-10-26", ""),
            // As the school has its list: the second half stands before the first.
            of_period("10А", "II полугодие", "2025-10-26", ""),
            of_period("10А", "I полугодие", "2025-10-25", closed),
            of_period("11А", "I полугодие", "2025-10-25", ""),
        ];
        let said = note(&of(&spans, &["2025-10-27T11:00"], "2025-10-27"));
        let words = "закрыто классов: 1 из 2 (I четверть), 1 из 2 (I полугодие), 0 из 2 (II четверть), 0 из 1 (II полугодие); запишите набор";
        assert!(said.starts_with(words) && said.ends_with("остальные: 5А, 6А, 10А, 11А"), "{said}");
        assert!(!said.contains("ни один"), "{said}");
    }

    #[test]
    fn what_was_sealed_after_a_set_asks_for_another_on_the_same_day_too() {
        let closed = "2025-10-24T20:04";
        let sealed = [("2025-5А-1Ч версия 2", "2025-10-24T20:14"), ("2025-5А-1Ч версия 3", "2025-10-27T11:03")];
        let spans = [span("1А", "", &[]), span("5А", closed, &sealed)];
        let plan = of(&spans, &["2025-10-27T11:00"], "2025-10-27");
        let words = "после набора от 27.10.2025 скреплена печатью копия 2025-5А-1Ч версия 3; запишите набор ещё раз";
        assert!(plan.again.starts_with(words), "{}", plan.again);
        let said = note(&plan);
        assert!(said.contains("закрыт 1 из 2 классов (I четверть): ") && said.ends_with(&plan.again), "{said}");
        let plan = of(&spans, &["2025-10-27T11:00", "2025-10-27T12:00"], "2025-10-27");
        assert_eq!(plan.again, "");
        // Where the next one is due, it is told and nothing else.
        let plan = of(&spans, &["2025-10-27T11:00"], "2025-12-29");
        assert_eq!((note(&plan).as_str(), plan.again.as_str()), ("", ""));
    }
}
