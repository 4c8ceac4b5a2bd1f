//! For which lines of the plan a copy does not count: said before it is written by hand, and of one that stands. Floor 3.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::carrier::Cause;
use crate::domain::carrier::plan::Plan;
use crate::domain::words::date_short;

/// What is to be known before a copy is written while a study period is not over: for which lines it will not count, for whatever reason it
/// is written, and from which day one counts.
pub(super) fn not_yet(plan: &Plan, today: NaiveDate) -> String {
    let duties = &plan.duties;
    let of = |cause: Cause| duties.iter().find(|duty| duty.cause == Some(cause));
    let is_backup = of(Cause::Week).is_some_and(|duty| duty.period.is_none());
    // While the last period's set is asked for once more, now or when its classes are closed, one written now is that set.
    let next = of(Cause::Period).filter(|_| plan.repeat_words().is_empty()).and_then(|duty| duty.period);
    let set = next.map(|end| no_set(end, today, is_backup));
    let mut said: Vec<String> = set.filter(|set| !set.is_empty()).into_iter().collect();
    // A regulation may ask for backups and archives by study periods as well: the last day is as early for them.
    let mut lines: BTreeMap<NaiveDate, Vec<&str>> = BTreeMap::new();
    for duty in duties.iter().filter(|duty| duty.cause != Some(Cause::Period)) {
        if let Some(end) = duty.period.filter(|end| *end >= today) {
            lines.entry(end).or_default().push(duty.what);
        }
    }
    said.extend(lines.into_iter().map(|(end, lines)| no_line(end, today, &lines)));
    said.join(" ")
}

/// Of the set of a period; empty when one written now is its set. `is_backup`: does the same copy count as a backup all the same?
fn no_set(end: NaiveDate, today: NaiveDate, is_backup: bool) -> String {
    let reason = Cause::Period.as_russian();
    let next = next(end);
    let backup = if is_backup { "; резервной копией она считается" } else { "" };
    match end.cmp(&today) {
        Ordering::Less => String::new(),
        Ordering::Equal => format!(
            "Сегодня последний день учётного периода, уроки ещё идут: копия с поводом «{reason}» набором не считается{backup}. Набор пишется с {next}."
        ),
        Ordering::Greater => format!(
            "Следующий набор — за период, который кончается {}: копия с поводом «{reason}», записанная до {next}, им не считается{backup}.",
            date_short(end)
        ),
    }
}

/// Of other lines that are done by study periods.
fn no_line(end: NaiveDate, today: NaiveDate, lines: &[&str]) -> String {
    let next = next(end);
    let when = if end == today { "сегодня".to_owned() } else { format!("до {next}") };
    format!(
        "{} по учётным периодам: копия, записанная {when} с любым поводом, за период, который кончается {}, в счёт не идёт. В счёт идёт записанная с {next}.",
        match lines {
            [line] => format!("Строка плана «{line}» ведётся"),
            lines => format!("Строки плана {} ведутся", quoted(lines)),
        },
        date_short(end)
    )
}

/// Why a copy of that moment does not count, and where; empty for one of which nothing is to be said.
pub(super) fn uncounted(plan: &Plan, at: &str) -> String {
    // Moments of a house begin with its own day.
    let is_of = |day: Option<NaiveDate>| day.is_some_and(|day| at.starts_with(&day.to_string()));
    let others = plan.duties.iter().filter(|duty| duty.cause != Some(Cause::Period) && is_of(duty.uncounted));
    let others: Vec<&str> = others.map(|duty| duty.what).collect();
    let told = match (is_of(plan.uncounted), others.as_slice()) {
        (false, []) => return String::new(),
        (true, []) => "набором учётного периода не считается".to_owned(),
        (false, lines) => format!("в плане за этот период не в счёт ({})", quoted(lines)),
        (true, lines) => {
            format!("набором учётного периода не считается и в плане за этот период не в счёт ({})", quoted(lines))
        }
    };
    format!("{told}: записана в последний день периода, когда уроки ещё идут")
}

fn next(end: NaiveDate) -> String {
    end.succ_opt().map(date_short).unwrap_or_default()
}

fn quoted(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("«{line}»")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::*;
    use crate::domain::carrier::plan::{Done, Facts, Sets, plan};
    use crate::domain::policy;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn of(preset: &str, done: &[Done], today: &str) -> Plan {
        let policy = policy::parse(preset, policy::builtin(preset).unwrap()).unwrap();
        let facts = Facts {
            carriers: &[],
            done,
            period_ends: &[day("2025-10-24"), day("2025-12-28")],
            sets: Sets::default(),
            rehearsed: None,
            since: day("2025-09-01"),
            keeps_data: true,
            today: day(today),
        };
        plan(&policy, &facts)
    }

    #[test]
    fn before_its_period_is_over_a_set_is_said_not_to_count_yet_and_after_it_nothing() {
        let said = |today: &str| not_yet(&of("default", &[], today), day(today));
        let last = said("2025-10-24");
        assert!(last.contains("набором не считается") && last.ends_with("Набор пишется с 25.10.2025."), "{last}");
        // A week's copy is a backup on that day too.
        assert!(last.contains("резервной копией она считается") && !last.contains("с любым поводом"), "{last}");
        let early = said("2025-10-21");
        assert!(early.contains("кончается 24.10.2025") && early.contains("до 25.10.2025, им не считается"), "{early}");
        assert_eq!(said("2025-10-25"), "");
        // A set that is asked for once more is not warned of.
        let set = ["Н-1", "Н-2"].map(|id| Done { cause: Cause::Period, on: day("2025-10-25"), carrier: id.to_owned() });
        let mut plan = of("default", &set, "2025-10-27");
        assert!(not_yet(&plan, day("2025-10-27")).contains("им не считается"));
        plan.again = "запишите набор ещё раз".to_owned();
        assert_eq!(not_yet(&plan, day("2025-10-27")), "");
        (plan.again, plan.later) = (String::new(), true);
        assert_eq!(not_yet(&plan, day("2025-10-27")), "", "nor is one that will be");
    }

    #[test]
    fn where_backups_and_archives_go_by_periods_the_warning_speaks_of_them_as_the_plan_does() {
        let said = |today: &str| not_yet(&of("chernushka-2018", &[], today), day(today));
        let last = said("2025-10-24");
        for words in [
            "набором не считается. Набор пишется с 25.10.2025.",
            "Строки плана «Резервная копия», «Архив» ведутся по учётным периодам",
            "записанная сегодня с любым поводом, за период, который кончается 24.10.2025, в счёт не идёт",
        ] {
            assert!(last.contains(words), "{words}: {last}");
        }
        assert!(!last.contains("резервной копией она считается"), "{last}");
        assert!(said("2025-10-21").contains("записанная до 25.10.2025 с любым поводом"));
        assert_eq!(said("2025-10-25"), "");
    }

    #[test]
    fn a_copy_of_the_last_day_says_in_its_row_every_line_for_which_it_does_not_count() {
        let both = ["Н-1", "Н-2"].map(|id| Done { cause: Cause::Week, on: day("2025-10-24"), carrier: id.to_owned() });
        let of_default = uncounted(&of("default", &both, "2025-10-25"), "2025-10-24T12:00:00+03:00");
        assert!(of_default.starts_with("набором учётного периода не считается: "), "{of_default}");
        let by_periods = of("chernushka-2018", &both, "2025-10-25");
        let said = uncounted(&by_periods, "2025-10-24T12:00:00+03:00");
        assert!(said.contains("и в плане за этот период не в счёт («Резервная копия»"), "{said}");
        assert_eq!(uncounted(&by_periods, "2025-10-25T12:00:00+03:00"), "");
    }
}
