//! The plan of backups: what the school's rules ask, what stands, what is due next and what is late. Floor 0.
//!
//! Where a regulation is silent, the house does not go below two carriers in two rooms and once a week: a fire takes a room.

pub(super) mod notes;
mod set;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days, Months, NaiveDate};

pub use self::set::{Sets, Span, Written};
use super::{Carrier, Cause};
use crate::domain::finding::Finding;
use crate::domain::policy::{Policy, Unit, Value};
use crate::domain::words;

/// Carriers and rooms below which no house goes (000 Рег 3.4; 001 п. 5.1).
pub const LEAST: u32 = 2;

/// A rule on carriers and rooms, and whether the house keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `backup.media`.
    pub key: &'static str,
    /// «носителей».
    pub what: &'static str,
    /// What is asked, a number.
    pub asked: u32,
    /// What stands.
    pub stands: u32,
    /// Clause of the regulation; empty when it is silent and the house's own least holds.
    pub clause: String,
}

impl Rule {
    /// Is it kept?
    pub fn holds(&self) -> bool {
        self.asked >= LEAST && self.stands >= self.asked
    }
}

/// Something to be done again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// What is written then.
    pub cause: Option<Cause>,
    /// «Резервная копия».
    pub what: &'static str,
    /// «раз в неделю».
    pub every: String,
    /// Clause; empty when the regulation is silent.
    pub clause: String,
    /// When it was last done: the copy that counts for it.
    pub last: Option<NaiveDate>,
    /// Was it begun: does one stand on fewer carriers than asked for?
    pub begun: bool,
    /// Where it is done by study periods: last day of the one that wants its copy.
    pub period: Option<NaiveDate>,
    /// Day of a copy that stands and does not count for it.
    pub uncounted: Option<NaiveDate>,
    /// Last day of the next one.
    pub due: Option<NaiveDate>,
    /// Days since that day.
    pub late: u64,
    /// Why a copy that stands does not answer for it, or what does, in words; empty where nothing is to be said.
    pub note: String,
    /// Carriers that lack the copy which its note says to stand on too few.
    pub lacking: notes::Lacking,
}

impl Duty {
    /// When it was last done, in words: «20.10.2025», «не сделано ни разу»; empty where nothing is owed either.
    pub fn last_words(&self) -> String {
        match self.last {
            Some(day) => words::date_short(day),
            None if self.begun => "не на всех носителях".to_owned(),
            None if self.uncounted.is_some() => "копии в счёт ещё нет".to_owned(),
            None if self.due.is_some() => "не сделано ни разу".to_owned(),
            None => String::new(),
        }
    }
}

/// The whole plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Rules of carriers and rooms.
    pub rules: Vec<Rule>,
    /// Duties.
    pub duties: Vec<Duty>,
    /// Last day of the period that still wants its set.
    pub open: Option<NaiveDate>,
    /// The same, where copies of that very day stand: they do not count as the set.
    pub uncounted: Option<NaiveDate>,
    /// Why the set that stands is to be written once more; empty for no reason.
    pub again: String,
    /// Will it be, when the classes that are still open are closed?
    pub later: bool,
    /// What is wrong: rules that do not hold are errors, lateness is a warning.
    pub findings: Vec<Finding>,
}

impl Plan {
    /// Do the rules of carriers and rooms hold?
    pub fn holds(&self) -> bool {
        self.rules.iter().all(Rule::holds)
    }

    /// Duties that are due on a day or late, with a cause to write a backup for.
    pub fn due(&self, today: NaiveDate) -> impl Iterator<Item = &Duty> {
        self.duties.iter().filter(move |duty| duty.cause.is_some() && duty.due.is_some_and(|due| due <= today))
    }
}

/// A backup that stands whole on a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Why it was made.
    pub cause: Cause,
    /// When.
    pub on: NaiveDate,
    /// Carrier by identifier.
    pub carrier: String,
}

/// What the plan is made of besides the policy.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Carriers on the books.
    pub carriers: &'a [Carrier],
    /// Backups so far, each with each carrier that has it.
    pub done: &'a [Done],
    /// Last days of the year's study periods.
    pub period_ends: &'a [NaiveDate],
    /// Sets that stand and the classes that they answer for.
    pub sets: Sets<'a>,
    /// When a restore was last rehearsed with success.
    pub rehearsed: Option<NaiveDate>,
    /// First day of the house.
    pub since: NaiveDate,
    /// Does it keep a school's data? Then a copy is owed from the first day.
    pub keeps_data: bool,
    /// Today.
    pub today: NaiveDate,
}

impl Carrier {
    /// Are backups written on it: does it take copies, and has it a folder in which it appears?
    pub fn is_written_on(&self) -> bool {
        self.takes_copies() && !self.path.is_empty()
    }
}

/// Months between two rehearsals of a restore: a quarter (features F76).
const REHEARSAL_MONTHS: u32 = 3;

/// The plan of a school on a day.
pub fn plan(policy: &Policy, facts: &Facts<'_>) -> Plan {
    // On a carrier without a folder nothing is ever written: it answers for no rule.
    let held: Vec<&Carrier> = facts.carriers.iter().filter(|carrier| carrier.is_written_on()).collect();
    let books: Vec<&Carrier> = facts.carriers.iter().filter(|carrier| carrier.takes_copies()).collect();
    let idle: Vec<&str> = books.iter().filter(|one| !one.is_written_on()).map(|one| one.id.as_str()).collect();
    let rooms: BTreeSet<String> = held.iter().map(|carrier| carrier.room.to_lowercase()).collect();
    let rule = |key: &'static str, what: &'static str, stands: usize| {
        let said = policy.number(key);
        Rule {
            key,
            what,
            asked: said.unwrap_or(LEAST),
            stands: u32::try_from(stands).unwrap_or(u32::MAX),
            clause: said.map(|_| policy.clause(key).to_owned()).unwrap_or_default(),
        }
    };
    let rules =
        vec![rule("backup.media", "носителей", held.len()), rule("backup.rooms", "разных помещений", rooms.len())];
    // A copy on fewer carriers than asked for is better than none, but the duty is not done by it.
    let asked = rules.first().map_or(LEAST, |rule| rule.asked).max(LEAST) as usize;
    let mut duties = copies(policy, facts, |causes| last(facts, causes, asked, None));
    let (mut again, mut later) = (String::new(), false);
    for duty in &mut duties {
        notes::add(facts, duty, asked);
        let (now, waits) = set::add(facts.sets, duty, facts.today, asked);
        (again, later) = (again + &now, later || waits);
    }
    duties.push(rehearsal(facts));
    // What the books alone would make of each rule tells a missing folder from a missing carrier.
    let in_rooms: BTreeSet<String> = books.iter().map(|carrier| carrier.room.to_lowercase()).collect();
    let judged = rules.iter().zip([books.len(), in_rooms.len()]);
    let mut findings: Vec<Finding> = judged.filter_map(|(rule, on_books)| judge(rule, on_books, &idle)).collect();
    findings.extend(duties.iter().filter(|duty| duty.late > 0).map(lateness));
    let open = open_period(facts, last(facts, &[Cause::Period], asked, None));
    let uncounted = open.filter(|end| notes::is_copied(facts, *end));
    Plan { rules, duties, open, uncounted, again, later, findings }
}

/// What a carrier owes on a day by itself: another one that is absent for weeks must not keep this one's copies old.
pub fn owed(policy: &Policy, facts: &Facts<'_>, carrier: &str) -> Vec<Cause> {
    let duties = copies(policy, facts, |causes| last(facts, causes, 1, Some(carrier)));
    let due = duties.iter().filter(|duty| duty.due.is_some_and(|due| due <= facts.today));
    due.filter_map(|duty| duty.cause).collect()
}

/// Duties of writing, by when each was last done.
fn copies(policy: &Policy, facts: &Facts<'_>, last: impl Fn(&[Cause]) -> Option<NaiveDate>) -> Vec<Duty> {
    let of = |cause| last(notes::answering(cause));
    let weekly = duty(policy, facts, "backup.every", "Резервная копия", Cause::Week, of(Cause::Week));
    let monthly = duty(policy, facts, "archive.every", "Архив", Cause::Month, of(Cause::Month));
    let mut duties = vec![weekly];
    // A regulation that asks for no archive of its own has none.
    duties.extend(policy.number("archive.every").map(|_| monthly));
    duties.push(period_duty(facts, of(Cause::Period)));
    duties
}

/// The day since which so many carriers have a copy for one of the causes. A copy of a day to come was written under a wrong clock: were
/// it believed, nothing would be due for years.
fn last(facts: &Facts<'_>, causes: &[Cause], carriers: usize, only: Option<&str>) -> Option<NaiveDate> {
    let mut newest: BTreeMap<&str, NaiveDate> = BTreeMap::new();
    for done in facts.done.iter().filter(|done| causes.contains(&done.cause) && done.on <= facts.today) {
        if only.is_none_or(|only| only == done.carrier) {
            let day = newest.entry(&done.carrier).or_insert(done.on);
            *day = (*day).max(done.on);
        }
    }
    let mut days: Vec<NaiveDate> = newest.into_values().collect();
    days.sort_unstable_by(|a, b| b.cmp(a));
    days.get(carriers.saturating_sub(1)).copied()
}

/// What is wrong with a rule; `on_books`: what would stand if every carrier had its folder; `idle`: those that have none.
fn judge(rule: &Rule, on_books: usize, idle: &[&str]) -> Option<Finding> {
    if rule.holds() {
        return None;
    }
    let place = format!("правило {}", rule.key);
    if rule.asked < LEAST {
        let message = format!(
            "правила допускают одно помещение или один носитель ({}): пожар или кража уничтожат всё; измените правила приказом",
            rule.clause
        );
        return Some(
            Finding::new("plan.policy-too-low", place, message)
                .expected_found(format!("не меньше {LEAST}"), rule.asked.to_string()),
        );
    }
    if on_books >= rule.asked as usize {
        return Some(notes::no_folder(rule, place, idle));
    }
    let code = if rule.key == "backup.rooms" { "plan.rooms" } else { "plan.media" };
    let message = match rule.key {
        "backup.rooms" => {
            "носители стоят на учёте в недостаточном числе помещений; поставьте второй носитель в другое помещение"
                .to_owned()
        }
        _ => {
            let more = if on_books == 0 { "" } else { "ещё " };
            let lacking = match (rule.asked as usize).saturating_sub(on_books) {
                1 => "один".to_owned(),
                2 => "два".to_owned(),
                3 => "три".to_owned(),
                many => many.to_string(),
            };
            format!("на учёте меньше носителей, чем требуют правила; поставьте на учёт {more}{lacking}")
        }
    };
    let message = match idle {
        [] => message,
        _ => format!("{message}; без папки, копии на них не пишутся и в счёт не идут: {}", idle.join(", ")),
    };
    Some(
        Finding::new(code, place, message).expected_found(format!("не меньше {}", rule.asked), rule.stands.to_string()),
    )
}

/// Does any carrier hold a copy for one of the causes?
fn begun(facts: &Facts<'_>, causes: &[Cause]) -> bool {
    facts.done.iter().any(|done| causes.contains(&done.cause) && done.on <= facts.today)
}

fn lateness(duty: &Duty) -> Finding {
    let late = words::count(duty.late, "день", "дня", "дней");
    let never = if duty.last.is_none() { format!("{}; ", duty.last_words()) } else { String::new() };
    let note = if duty.note.is_empty() { String::new() } else { format!("; {}", duty.note) };
    Finding::new("plan.late", duty.what, format!("{never}просрочено на {late}{note}"))
        .weighing(crate::domain::finding::Severity::Warning)
}

fn duty(
    policy: &Policy,
    facts: &Facts<'_>,
    key: &'static str,
    what: &'static str,
    cause: Cause,
    last: Option<NaiveDate>,
) -> Duty {
    let said = policy.first(key);
    let number = said.and_then(|said| match said.value {
        Value::Number(number) => Some((number, said.unit)),
        _ => None,
    });
    // A regulation that says «регулярно» leaves the house to its own least: once a week.
    let (count, unit) = number.unwrap_or((1, Unit::Weeks));
    // Data that stand on no carrier at all do not wait for the end of a first week.
    let at_once = last.is_none() && facts.keeps_data && cause == Cause::Week;
    let due = if at_once { Some(facts.since) } else { next(facts, last, count, unit) };
    Duty {
        cause: Some(cause),
        what,
        every: every(count, unit),
        clause: number.map(|_| policy.clause(key).to_owned()).unwrap_or_default(),
        last,
        begun: begun(facts, notes::answering(cause)),
        period: open_period(facts, last).filter(|_| unit == Unit::Periods),
        uncounted: None,
        due,
        late: late(due, facts.today),
        note: String::new(),
        lacking: notes::Lacking::default(),
    }
}

fn late(due: Option<NaiveDate>, today: NaiveDate) -> u64 {
    due.map_or(0, |due| (today - due).num_days().max(0) as u64)
}

/// Last day of the next one: so long after the last, or after the house began.
fn next(facts: &Facts<'_>, last: Option<NaiveDate>, count: u32, unit: Unit) -> Option<NaiveDate> {
    let from = last.unwrap_or(facts.since);
    let days = |days: u32| from.checked_add_days(Days::new(days.into()));
    match unit {
        Unit::Days => days(count),
        Unit::Weeks => days(7 * count),
        Unit::Months => from.checked_add_months(Months::new(count)),
        Unit::Years => from.checked_add_months(Months::new(12 * count)),
        Unit::Periods => after_period(facts, last),
        _ => days(7),
    }
}

/// The day after the earliest period that has no copy written after its end: on its last day its lessons are still being held. Of periods
/// that were over before the house began, it is due from the first day.
fn after_period(facts: &Facts<'_>, last: Option<NaiveDate>) -> Option<NaiveDate> {
    open_period(facts, last)?.succ_opt().map(|day| day.max(facts.since))
}

/// Last day of that period. Of periods that were over before the house began, the last one counts: its data are here and stood on no
/// carrier.
fn open_period(facts: &Facts<'_>, last: Option<NaiveDate>) -> Option<NaiveDate> {
    let mut ends: Vec<NaiveDate> = facts.period_ends.to_vec();
    ends.sort_unstable();
    let before = ends.iter().rposition(|end| *end < facts.since).filter(|_| facts.keeps_data);
    let own = |(at, end): (usize, NaiveDate)| (end >= facts.since || before == Some(at)).then_some(end);
    ends.into_iter().enumerate().filter_map(own).find(|end| last.is_none_or(|last| last <= *end))
}

fn period_duty(facts: &Facts<'_>, last: Option<NaiveDate>) -> Duty {
    let due = after_period(facts, last);
    Duty {
        cause: Some(Cause::Period),
        what: "Набор учётного периода",
        every: "по окончании каждого учётного периода".to_owned(),
        clause: "000 Инс 5.2 отв. в".to_owned(),
        last,
        begun: begun(facts, &[Cause::Period]),
        period: open_period(facts, last),
        uncounted: None,
        due,
        late: late(due, facts.today),
        note: String::new(),
        lacking: notes::Lacking::default(),
    }
}

fn rehearsal(facts: &Facts<'_>) -> Duty {
    let rehearsed = facts.rehearsed.filter(|day| *day <= facts.today);
    let from = rehearsed.unwrap_or(facts.since);
    let due = from.checked_add_months(Months::new(REHEARSAL_MONTHS));
    Duty {
        cause: None,
        what: "Пробное восстановление",
        every: "раз в квартал".to_owned(),
        // The clause wants restoring; how often it is rehearsed no seed says.
        clause: "000 Инс 5.2 тех. спец. в; срок — «Летописи», правила его не называют".to_owned(),
        last: rehearsed,
        begun: false,
        period: None,
        uncounted: None,
        due,
        late: late(due, facts.today),
        note: String::new(),
        lacking: notes::Lacking::default(),
    }
}

/// «раз в неделю», «раз в 2 недели», «каждый учётный период».
fn every(count: u32, unit: Unit) -> String {
    let n = u64::from(count);
    let (one, forms) = match unit {
        Unit::Days => ("каждый день", ["день", "дня", "дней"]),
        Unit::Months => ("раз в месяц", ["месяц", "месяца", "месяцев"]),
        Unit::Periods => ("каждый учётный период", ["учётный период", "учётных периода", "учётных периодов"]),
        Unit::Years => ("раз в год", ["год", "года", "лет"]),
        _ => ("раз в неделю", ["неделю", "недели", "недель"]),
    };
    if count == 1 {
        one.to_owned()
    } else {
        format!("раз в {n} {}", words::plural(n, forms[0], forms[1], forms[2]))
    }
}

/// «2025-11»: for names that sort.
pub fn month_of(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on should stop
mod tests {
    use super::super::{Kind, Purpose};
    use super::*;
    use crate::domain::policy;

    pub(super) fn carrier(id: &str, room: &str) -> Carrier {
        Carrier {
            id: id.to_owned(),
            kind: Kind::Disk,
            label: String::new(),
            serial: String::new(),
            capacity: String::new(),
            purpose: Purpose::Main,
            mark: String::new(),
            place: String::new(),
            room: room.to_owned(),
            place_words: String::new(),
            path: format!("/mnt/{id}"),
            registered_at: String::new(),
            written_off: false,
            written_at: String::new(),
        }
    }

    pub(super) fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    pub(super) fn of(name: &str, carriers: &[Carrier], done: &[Done], today: &str) -> Plan {
        let policy = policy::parse(name, policy::builtin(name).unwrap()).unwrap();
        let facts = Facts {
            carriers,
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
    fn a_house_without_carriers_is_asked_for_two_and_one_with_one_for_another() {
        let said = |carriers: &[Carrier]| {
            let found = of("default", carriers, &[], "2025-09-02").findings;
            found.into_iter().find(|one| one.code == "plan.media").map(|one| one.message).unwrap_or_default()
        };
        assert!(said(&[]).ends_with("поставьте на учёт два"), "{}", said(&[]));
        let one = said(&[carrier("Н-1", "кабинет 12")]);
        assert!(one.ends_with("поставьте на учёт ещё один"), "{one}");
    }

    #[test]
    fn two_carriers_in_one_room_are_not_enough_under_any_preset() {
        for (name, _) in policy::BUILTIN {
            let one = of(name, &[carrier("Н-1", "кабинет 12"), carrier("Н-2", "Кабинет 12")], &[], "2025-09-02");
            assert!(!one.holds(), "{name}");
            assert!(one.findings.iter().any(|finding| finding.code == "plan.rooms"), "{name}");
            let two = of(name, &[carrier("Н-1", "кабинет 12"), carrier("Н-2", "серверная")], &[], "2025-09-02");
            assert!(two.holds(), "{name}: {:?}", two.findings);
        }
    }

    #[test]
    fn a_carrier_without_a_folder_answers_for_no_rule_and_is_named() {
        let idle = |id: &str| Carrier { path: String::new(), ..carrier(id, "архив") };
        let (first, second) = (carrier("Н-1", "кабинет 12"), carrier("Н-2", "серверная"));
        let lacking = of("default", &[first.clone(), idle("Н-3")], &[], "2025-09-02");
        let stand: Vec<u32> = lacking.rules.iter().map(|rule| rule.stands).collect();
        assert_eq!((lacking.holds(), stand), (false, vec![1, 1]));
        let said = lacking.findings.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("\n");
        assert!(said.contains("у носителей на учёте не указана папка на сервере: Н-3;"), "{said}");
        let said = of("default", &[idle("Н-3")], &[], "2025-09-02").causes().join("\n");
        assert!(said.contains("в счёт не идут: Н-3") && said.contains("поставьте на учёт ещё один"), "{said}");
        assert_eq!(of("default", &[first, second, idle("Н-3")], &[], "2025-09-02").rules[0].stands, 2);
    }

    #[test]
    fn a_policy_of_one_room_is_refused_whatever_stands() {
        let text = policy::builtin("default").unwrap().replace("rooms = { value = 2", "rooms = { value = 1");
        let policy = policy::parse("default", &text).unwrap();
        let carriers = [carrier("Н-1", "12"), carrier("Н-2", "14")];
        let facts = Facts {
            carriers: &carriers,
            done: &[],
            period_ends: &[],
            sets: Sets::default(),
            rehearsed: None,
            since: day("2025-09-01"),
            keeps_data: true,
            today: day("2025-09-02"),
        };
        let plan = plan(&policy, &facts);
        assert!(!plan.holds());
        assert!(plan.findings.iter().any(|finding| finding.code == "plan.policy-too-low"));
    }

    #[test]
    fn every_preset_has_its_own_cadence_with_its_clause() {
        let said = |name: &str| {
            let plan = of(name, &[], &[], "2025-09-02");
            (plan.duties[0].every.clone(), plan.duties[0].clause.clone())
        };
        assert_eq!(said("default"), ("раз в неделю".to_owned(), "001 п. 5.1".to_owned()));
        assert_eq!(said("chernushka-2018").0, "каждый учётный период");
        let silent = "положение молчит; взято из правил по умолчанию: 001 п. 5.1";
        assert_eq!(said("talitsa-2019"), ("раз в неделю".to_owned(), silent.to_owned()));
    }

    #[test]
    fn what_is_late_is_counted_from_the_last_whole_copy() {
        let done = |carrier: &str, on: &str| Done { cause: Cause::Week, on: day(on), carrier: carrier.to_owned() };
        let both = [done("Н-1", "2025-10-20"), done("Н-2", "2025-10-20")];
        let plan = of("default", &[], &both, "2025-10-30");
        assert_eq!((plan.duties[0].due, plan.duties[0].late), (Some(day("2025-10-27")), 3));
        let period = plan.duties.iter().find(|duty| duty.cause == Some(Cause::Period)).unwrap();
        assert_eq!((period.due, period.late), (Some(day("2025-10-25")), 5));
        assert!(plan.due(day("2025-10-30")).count() >= 2);
        // On two carriers on two days: the duty was done on the first day since which both have one.
        let apart = [done("Н-1", "2025-10-27"), done("Н-2", "2025-10-29"), done("Н-1", "2025-10-20")];
        assert_eq!(of("default", &[], &apart, "2025-10-30").duties[0].last, Some(day("2025-10-27")));
        let one = [done("Н-1", "2025-10-27"), done("Н-1", "2025-10-29")];
        assert_eq!(of("default", &[], &one, "2025-10-30").duties[0].last, None, "one carrier is not two");
        // Written under a clock of another year: not believed.
        let future = [done("Н-1", "2040-01-01"), done("Н-2", "2040-01-01")];
        assert_eq!(of("default", &[], &future, "2025-10-30").duties[0].last, None);
    }

    #[test]
    fn a_period_is_written_the_day_after_it_ends_for_on_its_last_day_its_lessons_are_still_held() {
        let period = |done: &[Done], today: &str| {
            let plan = of("default", &[], done, today);
            plan.duties.into_iter().find(|duty| duty.cause == Some(Cause::Period)).unwrap()
        };
        let due = |done: &[Done], today: &str| {
            let plan = of("default", &[], done, today);
            plan.due(day(today)).any(|duty| duty.cause == Some(Cause::Period))
        };
        let on = |at: &str| ["Н-1", "Н-2"].map(|id| Done { cause: Cause::Period, on: day(at), carrier: id.to_owned() });
        assert!(!due(&[], "2025-10-24"), "the last lessons are still to come");
        assert!(due(&[], "2025-10-25"));
        // Written on the last day itself, before its lessons: not the period's set.
        assert!(due(&on("2025-10-24"), "2025-10-25"));
        let note = period(&on("2025-10-24"), "2025-10-25").note;
        assert!(note.starts_with("копия от 24.10.2025 не в счёт: в последний день периода"), "{note}");
        assert!(period(&[], "2025-10-25").note.is_empty() && period(&on("2025-10-25"), "2025-10-25").note.is_empty());
        assert!(!due(&on("2025-10-25"), "2025-10-25"));
        assert_eq!(period(&on("2025-10-25"), "2025-10-26").due, Some(day("2025-12-29")));
    }

    #[test]
    fn what_was_never_written_is_late_from_the_first_day_where_data_are_kept() {
        let policy = policy::parse("default", policy::builtin("default").unwrap()).unwrap();
        let facts = |keeps_data, done| Facts {
            carriers: &[],
            done,
            period_ends: &[],
            sets: Sets::default(),
            rehearsed: None,
            since: day("2025-11-03"),
            keeps_data,
            today: day("2025-11-05"),
        };
        // The first was over before the house began: its data are here all the same.
        let ends = [day("2025-10-24"), day("2025-12-28")];
        let said = |facts: Facts<'_>| {
            let plan = plan(&policy, &Facts { period_ends: &ends, ..facts });
            let of = |duty: &Duty| (duty.cause, duty.last_words(), duty.due.map(|day| day.to_string()), duty.late);
            plan.duties.iter().filter(|duty| duty.late > 0).map(of).collect::<Vec<_>>()
        };
        let never = |cause| (Some(cause), "не сделано ни разу".to_owned(), Some("2025-11-03".to_owned()), 2);
        assert_eq!(said(facts(true, &[])), [never(Cause::Week), never(Cause::Period)]);
        assert!(said(facts(false, &[])).is_empty(), "an empty house owes nothing yet");
        let one = [Done { cause: Cause::Week, on: day("2025-11-04"), carrier: "Н-1".to_owned() }];
        assert_eq!(said(facts(true, &one))[0].1, "не на всех носителях");
        let late = plan(&policy, &facts(true, &[])).findings;
        assert!(late.iter().any(|one| one.message == "не сделано ни разу; просрочено на 2\u{a0}дня"), "{late:?}");
    }
}
