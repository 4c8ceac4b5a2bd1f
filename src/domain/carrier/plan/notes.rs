//! What the plan says of a duty of writing besides its days: a copy that does not count, one on too few carriers, one that stands for
//! another. Floor 0.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Cause, Done, Duty, Facts, Plan, Rule, begun, last, late, open_period};
use crate::domain::finding::Finding;
use crate::domain::words;

/// Which copies answer for a duty. Any whole copy is a backup. An archive and a period's set are asked for by name; a set holds the whole
/// house and is kept for good as an archive is, so that it answers for the archive too.
pub(in crate::domain::carrier) fn answering(cause: Cause) -> &'static [Cause] {
    match cause {
        Cause::Month => &[Cause::Month, Cause::Period],
        Cause::Period => &[Cause::Period],
        Cause::Week | Cause::Demand => Cause::ALL,
    }
}

/// Says of a duty which of its copies count and which do not. `asked`: on how many carriers one must stand.
pub(super) fn add(facts: &Facts<'_>, duty: &mut Duty, asked: usize) {
    not_before_it_counts(duty, facts.today);
    recount(facts, duty, asked);
    duty.lacking = on_fewer(facts, duty, asked);
    let said = [std::mem::take(&mut duty.note), duty.lacking.said(&[]), of_archive(facts, duty, asked)];
    duty.note = said.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join("; ");
}

/// A duty that is done by study periods is due no earlier than a copy counts for it. A carrier without any copy has one written at once all
/// the same ([`super::owed`]).
fn not_before_it_counts(duty: &mut Duty, today: NaiveDate) {
    let first = duty.period.and_then(|end| end.succ_opt());
    duty.due = duty.due.map(|due| first.map_or(due, |first| due.max(first)));
    duty.late = late(duty.due, today);
}

/// Does a copy of that day stand anywhere?
pub(super) fn is_copied(facts: &Facts<'_>, day: NaiveDate) -> bool {
    day <= facts.today && facts.done.iter().any(|done| done.on == day)
}

/// Of a duty that is done by study periods: what was done last is the copy that counts, and a sentence says why a newer one does not.
fn recount(facts: &Facts<'_>, duty: &mut Duty, asked: usize) {
    let (Some(cause), Some(end)) = (duty.cause, duty.period) else { return };
    let causes = answering(cause);
    // A set is asked for by name: one that was written before any period was over is none.
    let is_early = |on: NaiveDate| cause == Cause::Period && !facts.period_ends.iter().any(|end| *end < on);
    let counts = |done: &&Done| done.on != end && !is_early(done.on);
    let counted: Vec<Done> = facts.done.iter().filter(counts).cloned().collect();
    let of_counted = Facts { done: &counted, ..*facts };
    let newest = last(&of_counted, causes, asked, None);
    // Written on the last day of one period, it may still be the first since the one before.
    let is_none = open_period(&of_counted, newest) == Some(end);
    if is_none {
        duty.last = newest;
        duty.begun = begun(&of_counted, causes);
    }
    // One that counts stands on some carrier already: the line tells of that one.
    let counts_on = last(&of_counted, causes, 1, None);
    if counts_on.is_some_and(|newest| newest > end) {
        return;
    }
    let day = words::date_short(end);
    let anew = anew(cause, end, facts.today);
    if is_copied(facts, end) {
        duty.uncounted = Some(end);
        duty.note = match is_none {
            true => format!("копия от {day} не в счёт: в последний день периода уроки ещё идут; {anew}"),
            false => format!(
                "копия от {day} в счёт за прежний период, но не за тот, что кончился в этот день: уроки ещё шли; {anew}"
            ),
        };
        return;
    }
    let early = facts.done.iter().filter(|done| causes.contains(&done.cause) && done.on <= facts.today);
    // Once a newer copy counts, nobody asks of an older one.
    let is_newest = |on: &NaiveDate| counts_on.is_none_or(|newest| newest < *on);
    duty.uncounted = early.map(|done| done.on).filter(|on| is_early(*on)).max().filter(is_newest);
    if let Some(on) = duty.uncounted {
        let on = words::date_short(on);
        duty.note = format!("копия от {on} не в счёт: учётный период идёт до {day}; {anew}");
    }
}

/// What to do where a copy of a period's last day, or an earlier one, does not count.
fn anew(cause: Cause, end: NaiveDate, today: NaiveDate) -> String {
    let what = match cause {
        Cause::Period => "набор",
        Cause::Month => "архив",
        Cause::Week | Cause::Demand => "копию",
    };
    match end.succ_opt().filter(|_| today <= end) {
        Some(next) => {
            format!("запишите {what} {} или позже, когда уроки периода закончатся", words::date_short(next))
        }
        None => format!("уроки периода закончились: запишите {what} ещё раз"),
    }
}

/// The newest copy for a duty, where it stands on fewer carriers than asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lacking {
    /// Its day; `None` where it stands on as many as asked for.
    day: Option<NaiveDate>,
    /// On how many carriers it stands whole.
    on: usize,
    /// On how many it should.
    asked: usize,
    /// Carriers on which it does not stand whole.
    pub carriers: Vec<String>,
}

impl Lacking {
    /// Does no carrier lack it?
    pub fn is_empty(&self) -> bool {
        self.carriers.is_empty()
    }

    /// «копия от 25.10.2025 записана на один носитель из двух, её нет на Н-2»; of `damaged` carriers that it is there, and spoiled. Empty
    /// where it stands on enough.
    pub fn said(&self, damaged: &[&str]) -> String {
        let Some(day) = self.day.map(words::date_short) else { return String::new() };
        let (spoiled, absent): (Vec<&str>, Vec<&str>) =
            self.carriers.iter().map(String::as_str).partition(|id| damaged.contains(id));
        if !spoiled.is_empty() {
            let how_many = match (self.on, self.asked) {
                (1, 2) => "на одном носителе из двух".to_owned(),
                (some, all) => format!("на {some} из {all} носителей"),
            };
            let absent =
                if absent.is_empty() { String::new() } else { format!(", на {} её нет", absent.join(", ")) };
            return format!("копия от {day} верна только {how_many}: на {} она повреждена{absent}", spoiled.join(", "));
        }
        let how_many = match (self.on, self.asked) {
            (1, 2) => "на один носитель из двух".to_owned(),
            (some, all) => format!("на {some} из {all} носителей"),
        };
        let absent =
            if absent.is_empty() { String::new() } else { format!(", её нет на {}", absent.join(", ")) };
        format!("копия от {day} записана {how_many}{absent}")
    }
}

/// The newest copy for a duty stands on fewer carriers than asked for: on how many, and where it is lacking.
fn on_fewer(facts: &Facts<'_>, duty: &Duty, asked: usize) -> Lacking {
    let Some(cause) = duty.cause else { return Lacking::default() };
    let causes = answering(cause);
    let whole = last(facts, causes, asked, None);
    let is_alone = |newest: &NaiveDate| whole.is_none_or(|whole| whole < *newest) && duty.uncounted != Some(*newest);
    let Some(newest) = last(facts, causes, 1, None).filter(is_alone) else { return Lacking::default() };
    let of_newest = facts.done.iter().filter(|done| done.on == newest && causes.contains(&done.cause));
    let on: BTreeSet<&str> = of_newest.map(|done| done.carrier.as_str()).collect();
    let written_on = facts.carriers.iter().filter(|carrier| carrier.is_written_on());
    let carriers = written_on.map(|carrier| carrier.id.clone()).filter(|id| !on.contains(id.as_str())).collect();
    Lacking { day: Some(newest), on: on.len(), asked, carriers }
}

/// The carriers of a rule are on the books, and nothing is written on them because nobody has named their folders: who mends it.
pub(super) fn no_folder(rule: &Rule, place: String, idle: &[&str]) -> Finding {
    let message = format!(
        "у носителей на учёте не указана папка на сервере: {}; папку называет технический специалист, а вносит её секретарь или администратор на странице «Носители и копии», «Место, папка или списание»",
        idle.join(", ")
    );
    Finding::new("plan.folder", place, message)
        .expected_found(format!("не меньше {}", rule.asked), rule.stands.to_string())
}

impl Plan {
    /// When the set that stands is to be written once more: «сейчас», «когда закроются все классы»; empty where it is not.
    pub fn repeat_words(&self) -> &'static str {
        match (self.again.is_empty(), self.later) {
            (false, _) => "сейчас",
            (true, true) => "когда закроются все классы",
            (true, false) => "",
        }
    }

    /// By when a duty is to be done, in words: «24.11.2025», «сейчас; следующий набор — 29.12.2025»; «—» where nothing is owed.
    pub fn due_words(&self, duty: &Duty) -> String {
        let next = duty.due.map(words::date_short);
        // A set that is to be written once more is not due at the end of the next period alone.
        let repeat = Some(self.repeat_words()).filter(|when| !when.is_empty() && duty.cause == Some(Cause::Period));
        match (repeat, next) {
            (Some(when), Some(next)) => format!("{when}; следующий набор — {next}"),
            (Some(when), None) => when.to_owned(),
            (None, next) => next.unwrap_or_else(|| "—".to_owned()),
        }
    }

    /// The same plan, told with copies that a check found spoiled: cause, day and carrier of each. One that stands spoiled on a carrier is
    /// not said to be missing there.
    pub fn with_spoiled(mut self, spoiled: &[(Cause, NaiveDate, &str)]) -> Self {
        for duty in &mut self.duties {
            let Some(causes) = duty.cause.map(answering) else { continue };
            let is_its = |one: &&(Cause, NaiveDate, &str)| causes.contains(&one.0) && duty.lacking.day == Some(one.1);
            let damaged: Vec<&str> = spoiled.iter().filter(is_its).map(|one| one.2).collect();
            let (before, now) = (duty.lacking.said(&[]), duty.lacking.said(&damaged));
            if before != now {
                duty.note = duty.note.replace(&before, &now);
                for finding in &mut self.findings {
                    finding.message = finding.message.replace(&before, &now);
                }
            }
        }
        self
    }

    /// Why no copy is written, each cause once and in its own words; empty while the rules hold.
    pub fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        for finding in self.findings.iter().filter(|finding| finding.code != "plan.late") {
            if !causes.contains(&finding.message) {
                causes.push(finding.message.clone());
            }
        }
        causes
    }
}

impl Duty {
    /// What to do about the carriers that lack its newest copy; `is_there`: is one connected? Empty where none lacks it.
    pub fn remedy(&self, is_there: impl Fn(&str) -> bool) -> String {
        let Some(cause) = self.cause.filter(|_| !self.lacking.is_empty()) else { return String::new() };
        let lacking = &self.lacking.carriers;
        let absent: Vec<&str> = lacking.iter().map(String::as_str).filter(|id| !is_there(id)).collect();
        let first = match (absent.is_empty(), lacking.len()) {
            (true, 1) => format!("носитель {} подключён", lacking.join(", ")),
            (true, _) => format!("носители {} подключены", lacking.join(", ")),
            (false, _) => format!("подключите {}", absent.join(", ")),
        };
        let reason = match cause {
            Cause::Week | Cause::Demand => String::new(),
            named => format!(" с поводом «{}»", named.as_russian()),
        };
        format!("{first}: в свой срок копия запишется сама, раньше её пишет кнопка «Записать копию сейчас»{reason}")
    }
}

/// What stands for an archive, and why a newer whole copy does not.
fn of_archive(facts: &Facts<'_>, duty: &Duty, asked: usize) -> String {
    if duty.cause != Some(Cause::Month) {
        return String::new();
    }
    let of = |causes: &[Cause]| last(facts, causes, asked, None);
    let stands = of(answering(Cause::Month));
    let said = match duty.late {
        0 if stands.is_some() && of(&[Cause::Month]) != stands => {
            "в счёт идёт копия, записанная по окончании учётного периода: в ней все данные школы, и хранят её наравне с архивом"
        }
        late if late > 0 && of(Cause::ALL) > stands => {
            "копия по графику или по требованию архивом не считается: правила хранения позволяют её стереть; запишите копию с поводом «архив»"
        }
        _ => "",
    };
    said.to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::super::Plan;
    use super::super::tests::{carrier, day, of};
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
        let words = "копия от 25.10.2025 записана на один носитель из двух, её нет на Н-2";
        assert!(last.is_none() && note == words, "{note}");
        // What to do about it depends on whether the carrier is there.
        let plan = of("default", &disks, &one, "2025-10-26");
        let set = plan.duties.iter().find(|duty| duty.cause == Some(Cause::Period)).unwrap();
        assert_eq!(set.last_words(), "не на всех носителях");
        let absent = set.remedy(|_| false);
        assert!(absent.starts_with("подключите Н-2: в свой срок копия запишется сама"), "{absent}");
        assert!(absent.ends_with("с поводом «по окончании учётного периода»"), "{absent}");
        let there = set.remedy(|id| id == "Н-2");
        assert!(there.starts_with("носитель Н-2 подключён: ") && !there.contains("подключите"), "{there}");
        // One that stands there spoiled is not missing there, in the line and in the finding of its lateness.
        let spoiled = [(Cause::Period, day("2025-10-25"), "Н-2"), (Cause::Period, day("2025-09-01"), "Н-1")];
        let told_of = of("default", &disks, &one, "2025-10-27").with_spoiled(&spoiled);
        let words = "копия от 25.10.2025 верна только на одном носителе из двух: на Н-2 она повреждена";
        assert_eq!(told(&told_of, Cause::Period).0, words);
        let late: Vec<&str> = told_of.findings.iter().map(|one| one.message.as_str()).collect();
        assert!(late.iter().any(|one| one.contains(words)) && !late.join(" ").contains("её нет"), "{late:?}");
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

    #[test]
    fn a_line_done_by_periods_is_due_no_earlier_than_a_copy_counts_for_it() {
        for today in ["2025-10-21", "2025-10-24", "2025-10-25"] {
            let plan = of("chernushka-2018", &[], &[], today);
            let lines = plan.duties.iter().filter(|duty| duty.cause.is_some());
            let due: Vec<_> = lines.map(|duty| (duty.due, duty.late)).collect();
            assert_eq!(due, [(Some(day("2025-10-25")), 0); 3], "{today}");
            assert_eq!(plan.due(day(today)).count(), if today == "2025-10-25" { 3 } else { 0 }, "{today}");
        }
    }

    #[test]
    fn a_line_done_by_periods_names_the_copy_that_counts_and_says_why_that_of_the_last_day_does_not() {
        // Copy, archive and set of every study period: no line calls that of the last day the last one.
        let both = |on| ["Н-1", "Н-2"].map(|id| done(Cause::Period, id, on));
        let said = |done: &[Done], today| {
            let duties = of("chernushka-2018", &[], done, today).duties;
            duties.into_iter().filter(|duty| duty.cause.is_some()).collect::<Vec<_>>()
        };
        let lines = said(&both("2025-10-24"), "2025-10-27");
        assert_eq!(lines.len(), 3);
        for one in &lines {
            assert_eq!(
                (one.last_words().as_str(), one.due, one.late),
                ("копии в счёт ещё нет", Some(day("2025-10-25")), 2)
            );
            assert!(one.note.starts_with("копия от 24.10.2025 не в счёт: ") && one.lacking.is_empty(), "{}", one.note);
        }
        // The one that counts is named, and an earlier one stays named beside a copy of the next last day.
        let mut copies = both("2025-10-25").to_vec();
        copies.extend(both("2025-12-28"));
        for one in said(&copies, "2025-12-28") {
            assert_eq!((one.last, one.uncounted, one.late), (Some(day("2025-10-25")), Some(day("2025-12-28")), 0));
        }
        for one in said(&both("2025-10-25"), "2025-10-27") {
            assert_eq!(
                (one.last, one.uncounted, one.note.contains("не в счёт")),
                (Some(day("2025-10-25")), None, false)
            );
        }
        // Written anew once it counts, the older one is told of no more; until then the line says when to write it.
        let disks = [carrier("Н-1", "кабинет 12"), carrier("Н-2", "серверная")];
        let mut anew = both("2025-10-24").to_vec();
        let (note, ..) = told(&of("default", &disks, &anew, "2025-10-24"), Cause::Period);
        let words = "; запишите набор 25.10.2025 или позже, когда уроки периода закончатся";
        assert!(note.ends_with(words), "{note}");
        let (note, ..) = told(&of("default", &disks, &anew, "2025-10-25"), Cause::Period);
        assert!(note.ends_with("уроки периода закончились: запишите набор ещё раз"), "{note}");
        anew.extend(both("2025-10-25"));
        let (note, last, _) = told(&of("default", &disks, &anew, "2025-10-25"), Cause::Period);
        assert_eq!((note.as_str(), last), ("", Some(day("2025-10-25"))));
        // A set by name that was written before any period was over is none.
        let early = said(&both("2025-10-20"), "2025-10-21").pop().unwrap();
        assert_eq!(early.last_words(), "копии в счёт ещё нет");
        assert!(
            early.note.starts_with("копия от 20.10.2025 не в счёт: учётный период идёт до 24.10.2025"),
            "{}",
            early.note
        );
    }
}
