//! What the plan says of a duty of writing besides its days: a copy that stands on too few carriers, a copy that stands for another. Floor 0.

use std::collections::BTreeSet;

use super::{Cause, Duty, Facts, last};
use crate::domain::words;

/// Which copies answer for a duty. Any whole copy is a backup. An archive and a period's set are asked for by name; a set holds the whole
/// house and is kept for good as an archive is, so that it answers for the archive too.
pub(super) fn answering(cause: Cause) -> &'static [Cause] {
    match cause {
        Cause::Month => &[Cause::Month, Cause::Period],
        Cause::Period => &[Cause::Period],
        Cause::Week | Cause::Demand => Cause::ALL,
    }
}

/// Adds to a duty's note what is to be said of its copies. `asked`: on how many carriers one must stand.
pub(super) fn add(facts: &Facts<'_>, duty: &mut Duty, asked: usize) {
    let said = [std::mem::take(&mut duty.note), on_fewer(facts, duty, asked), of_archive(facts, duty, asked)];
    duty.note = said.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join("; ");
}

/// The newest copy for a duty stands on fewer carriers than asked for: on how many, where it is lacking and what to do.
fn on_fewer(facts: &Facts<'_>, duty: &Duty, asked: usize) -> String {
    let Some(cause) = duty.cause else { return String::new() };
    let causes = answering(cause);
    let newest = last(facts, causes, 1, None).filter(|newest| duty.last.is_none_or(|last| last < *newest));
    let Some(newest) = newest else { return String::new() };
    let of_newest = facts.done.iter().filter(|done| done.on == newest && causes.contains(&done.cause));
    let on: BTreeSet<&str> = of_newest.map(|done| done.carrier.as_str()).collect();
    let how_many = match (on.len(), asked) {
        (1, 2) => "на один носитель из двух".to_owned(),
        (some, all) => format!("на {some} из {all} носителей"),
    };
    let said = format!("копия от {} записана {how_many}", words::date_short(newest));
    let written_on = facts.carriers.iter().filter(|carrier| carrier.is_written_on());
    let lacking: Vec<&str> = written_on.map(|carrier| carrier.id.as_str()).filter(|id| !on.contains(id)).collect();
    let them = match lacking.len() {
        0 => return said,
        1 => "его",
        _ => "их",
    };
    let reason = match cause {
        Cause::Week | Cause::Demand => String::new(),
        named => format!(" с поводом «{}»", named.as_russian()),
    };
    format!(
        "{said}, её нет на {}: подключите {them} — в свой срок копия запишется сама, раньше её пишет кнопка «Записать копию сейчас»{reason}",
        lacking.join(", ")
    )
}

/// What stands for an archive, and why a newer whole copy does not.
fn of_archive(facts: &Facts<'_>, duty: &Duty, asked: usize) -> String {
    if duty.cause != Some(Cause::Month) {
        return String::new();
    }
    let of = |causes: &[Cause]| last(facts, causes, asked, None);
    let said = match duty.late {
        0 if duty.last.is_some() && of(&[Cause::Month]) != duty.last => {
            "в счёт идёт копия, записанная по окончании учётного периода: в ней весь дом, и хранят её наравне с архивом"
        }
        late if late > 0 && of(Cause::ALL) > duty.last => {
            "копия по графику или по требованию архивом не считается: правила хранения позволяют её стереть; запишите копию с поводом «архив»"
        }
        _ => "",
    };
    said.to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use chrono::NaiveDate;

    use super::super::tests::{carrier, day, of};
    use super::super::{Done, Plan};
    use super::*;

    fn done(cause: Cause, carrier: &str, on: &str) -> Done {
        Done { cause, on: day(on), carrier: carrier.to_owned() }
    }

    fn told(plan: &Plan, cause: Cause) -> (String, Option<NaiveDate>, u64) {
        let duty = plan.duties.iter().find(|duty| duty.cause == Some(cause)).unwrap();
        (duty.note.clone(), duty.last, duty.late)
    }

    #[test]
    fn a_copy_on_one_carrier_of_two_is_told_with_the_one_that_lacks_it_and_what_to_do() {
        let disks = [carrier("Н-1", "кабинет 12"), carrier("Н-2", "серверная")];
        let one = [done(Cause::Period, "Н-1", "2025-10-25")];
        let (note, last, _) = told(&of("default", &disks, &one, "2025-10-26"), Cause::Period);
        let words = "копия от 25.10.2025 записана на один носитель из двух, её нет на Н-2: подключите его";
        assert!(last.is_none() && note.starts_with(words), "{note}");
        assert!(note.ends_with("с поводом «по окончании учётного периода»"), "{note}");
        let both = [one[0].clone(), done(Cause::Period, "Н-2", "2025-10-25")];
        assert_eq!(told(&of("default", &disks, &both, "2025-10-26"), Cause::Period).0, "");
        assert_eq!(told(&of("default", &disks, &[], "2025-10-26"), Cause::Week).0, "");
    }

    #[test]
    fn a_period_s_set_is_an_archive_and_a_copy_of_the_week_is_none() {
        let disks = [carrier("Н-1", "кабинет 12"), carrier("Н-2", "серверная")];
        let both = |cause, on| ["Н-1", "Н-2"].map(|id| done(cause, id, on));
        let set = both(Cause::Period, "2025-10-25");
        let (note, last, late) = told(&of("default", &disks, &set, "2025-11-20"), Cause::Month);
        assert_eq!((last, late), (Some(day("2025-10-25")), 0));
        assert!(note.starts_with("в счёт идёт копия, записанная по окончании учётного периода"), "{note}");
        let week = both(Cause::Week, "2025-11-17");
        let (note, last, late) = told(&of("default", &disks, &week, "2025-11-20"), Cause::Month);
        assert!(last.is_none() && late > 0 && note.contains("архивом не считается"), "{late} {note}");
    }

    #[test]
    fn copies_of_the_last_day_of_a_period_are_named_until_its_set_stands() {
        let both = |on| ["Н-1", "Н-2"].map(|id| done(Cause::Period, id, on));
        assert_eq!(of("default", &[], &both("2025-10-24"), "2025-10-25").uncounted, Some(day("2025-10-24")));
        assert_eq!(of("default", &[], &both("2025-10-25"), "2025-10-25").uncounted, None);
    }
}
