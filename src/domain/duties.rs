//! Duties that come back: reports, checks, extracts, transfers; how often, of whom, by which clause, and on which day next. Floor 0.
//!
//! A regulation names how often, seldom a day of the week or month. The day shown is the last working day of the running week, month, period
//! or year: whoever does it then has done it in time under any reading.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use serde::Serialize;

use super::calendar::{SchoolCalendar, is_working};
use super::deadline::{print_due, summary_due};
use super::journal::Period;
use super::policy::{Policy, Said, Source, Unit, Value};
use super::rights::{Role, role_of};
use super::words;

/// One duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// Key of the policy.
    pub key: &'static str,
    /// «Отчёт об активности».
    pub title: &'static str,
    /// «раз в неделю», «за 2 недели до конца периода».
    pub often: String,
    /// Who answers for it.
    pub who: String,
    /// The same as offices of the house; nobody where the duty is somebody's outside of the school.
    #[serde(skip)]
    pub owes: Vec<Role>,
    /// Who says so.
    pub clause: String,
    /// Does the regulation itself say so, or is it taken from the default policy?
    pub own: bool,
    /// Next day; `None` when nothing is due before the year's end, or the calendar is not set up.
    pub next: Option<NaiveDate>,
    /// Page that helps with it; `{class}` stands for the class of whoever looks; empty when there is none.
    pub page: &'static str,
}

/// Who answers for a duty.
#[derive(Clone, Copy)]
enum Who {
    /// The clauses themselves name the office (000 Инс 5.2, 6; 002 4.1, 4.3; 003 Зам).
    Office(Role),
    /// Another key of the policy does.
    Key(&'static str),
}

/// A duty with a cadence: its key, what people call it, who answers for it, the page that helps.
struct Known {
    key: &'static str,
    title: &'static str,
    who: Who,
    page: &'static str,
}

const fn known(key: &'static str, title: &'static str, who: Who, page: &'static str) -> Known {
    Known { key, title, who, page }
}

/// The duties with a cadence, in the order of the year's work. Of activity no page tells whoever owes the report: who looked is a matter of the
/// director and the administrator (SEC-07).
const KNOWN: [Known; 11] = [
    known("control.activity", "Отчёт об активности в журнале", Who::Office(Role::JournalKeeper), ""),
    known(
        "control.filling",
        "Отчёт о заполнении и накопляемости",
        Who::Office(Role::JournalKeeper),
        "/office/teaching/journal-analysis",
    ),
    known("control.check", "Проверка журналов", Who::Office(Role::Deputy), "/policy/timeliness"),
    known("control.deep_check", "Углублённая проверка журналов", Who::Office(Role::Deputy), "/policy/timeliness"),
    known(
        "report.preliminary",
        "Предварительный отчёт класса",
        Who::Office(Role::ClassTeacher),
        "/office/classes/{class}/class-report-preliminary",
    ),
    known(
        "parents.extract",
        "Выписка отметок родителям без доступа к журналу",
        Who::Office(Role::ClassTeacher),
        "/office/extracts",
    ),
    known("people.check", "Сверка данных обучающихся", Who::Office(Role::ClassTeacher), "/year/check"),
    known("groups.composed", "Состав групп", Who::Key("groups.composed_by"), "/year/groups"),
    known("archive.every", "Передача данных в архив", Who::Key("archive.owner"), "/office/files"),
    known("print.by", "Печать копий периода на бумагу", Who::Key("print.by"), "/copies"),
    known("print.summary_by", "Печать сводных ведомостей", Who::Key("print.summary_by"), "/copies"),
];

/// Offices that a second clause of the same regulation names for a check that another office makes more often. Which clause speaks of whom is no
/// value of a policy file.
const SECOND: [(&str, &str, &[Role]); 1] = [("control.check", "002 6.1", &[Role::Director, Role::Deputy])];

/// A duty that a plan beside the regulation lays on a further office, as often as the first clause says: key, first clause, title, office, clause.
const BESIDE: [(&str, &str, &str, Role, &str); 1] = [(
    "control.activity",
    "000 Инс 6.1",
    "Отчёт об активности родителей и обучающихся",
    Role::ClassTeacher,
    "000 План 2.5",
)];

/// What the policy asks again and again, and the next day of each.
pub fn duties(policy: &Policy, calendar: &SchoolCalendar, today: NaiveDate) -> Vec<Duty> {
    let spans = spans(calendar);
    let mut duties = Vec::new();
    for Known { key, title, who, page } in KNOWN {
        let Some(said) = policy.first(key) else { continue };
        let own = policy.source(key) == Some(Source::Said);
        if let Value::Words(_) = said.value
            && key.starts_with("print.")
        {
            duties.extend(printing(policy, calendar, (key, title, page), said, own, today));
            continue;
        }
        let (who, owes) = match who {
            Who::Office(role) => (words_of(role).to_owned(), vec![role]),
            Who::Key(key) => policy.first(key).map(|said| (said.in_russian(), named(said))).unwrap_or_default(),
        };
        let (often, next) = when(said, &spans, today);
        let first = Duty { key, title, often, who, owes, clause: said.clause.clone(), own, next, page };
        duties.push(first.clone());
        for (of, clause, title, role, beside) in BESIDE {
            if (of, clause) == (key, said.clause.as_str()) {
                let (who, owes) = (words_of(role).to_owned(), vec![role]);
                duties.push(Duty { title, who, owes, clause: beside.to_owned(), page: "", ..first.clone() });
            }
        }
        for other in policy.others.iter().map(|other| &other.said) {
            let second = SECOND.iter().find(|(of, clause, _)| (*of, *clause) == (key, other.clause.as_str()));
            if let Some((_, _, roles)) = second.filter(|_| other.key == key) {
                let (often, next) = when(other, &spans, today);
                let who = roles.iter().map(|role| words_of(*role)).collect::<Vec<_>>().join(", ");
                let clause = other.clause.clone();
                duties.push(Duty { often, next, who, owes: roles.to_vec(), clause, ..first.clone() });
            }
        }
    }
    duties.sort_by_key(|duty| duty.next.unwrap_or(NaiveDate::MAX));
    duties
}

/// An office as the regulations call it.
fn words_of(role: Role) -> &'static str {
    match role {
        Role::JournalKeeper => "ответственный за ведение журнала",
        other => other.as_russian(),
    }
}

/// Offices of the house that a key names.
fn named(said: &Said) -> Vec<Role> {
    let Value::Words(words) = &said.value else { return Vec::new() };
    words.iter().filter_map(|word| role_of(word)).collect()
}

/// Printing: who prints is policy (000 Инс 4.3, 5.2; 002 4.5; 003 Рук 5), the day is that of the copies.
fn printing(
    policy: &Policy,
    calendar: &SchoolCalendar,
    (key, title, page): (&'static str, &'static str, &'static str),
    said: &Said,
    own: bool,
    today: NaiveDate,
) -> Option<Duty> {
    if policy.paper(today).is_some_and(|said| said.has("no")) {
        return None;
    }
    let (often, next) = if key == "print.summary_by" {
        let ends = calendar.periods.iter().map(|period| period.ends).max();
        let due = policy.first("print.summary_due");
        let day = ends.and_then(|ends| summary_due(policy, ends));
        (due.map(Said::in_russian).unwrap_or_default(), day)
    } else {
        let of = |period: &Period| {
            // Classes of one period may differ in their last study day by a Saturday: one of them stands for all.
            let week =
                calendar.weeks.iter().find(|week| (period.grade_from..=period.grade_to).contains(&week.grade))?;
            let printed = policy.prints(week.grade, &period.id, Some(period.kind));
            printed.then(|| print_due(policy, calendar, &week.class, (period.starts, period.ends))).flatten()
        };
        let due = calendar.periods.iter().filter_map(of).filter(|day| *day >= today).min();
        (policy.print_due.as_russian().to_owned(), due)
    };
    let next = next.filter(|day| *day >= today);
    let (who, owes, clause) = (said.in_russian(), named(said), said.clause.clone());
    Some(Duty { key, title, often, who, owes, clause, own, next, page })
}

/// First and last days of the study periods, whatever their grades, by last day.
fn spans(calendar: &SchoolCalendar) -> Vec<(NaiveDate, NaiveDate)> {
    let mut spans: Vec<_> = calendar.periods.iter().map(|period| (period.starts, period.ends)).collect();
    spans.sort_by_key(|(_, ends)| *ends);
    spans.dedup();
    spans
}

/// How often in words, and the next day from today on.
fn when(said: &Said, spans: &[(NaiveDate, NaiveDate)], today: NaiveDate) -> (String, Option<NaiveDate>) {
    let within = spans.iter().map(|(starts, _)| *starts).min()..=spans.iter().map(|(_, ends)| *ends).max();
    let in_year = |day: &NaiveDate| (Some(*day) >= *within.start() && Some(*day) <= *within.end()) && *day >= today;
    let ends = || spans.iter().map(|(_, ends)| working_until(*ends)).filter(|day| *day >= today).min();
    match (&said.value, said.unit) {
        (Value::Number(weeks), Unit::Weeks) if said.key == "report.preliminary" => {
            let days = spans.iter().filter_map(|(_, ends)| preliminary_due(*ends, *weeks)).filter(|day| *day >= today);
            (format!("за {} до конца периода", said.in_russian().replace("неделя", "неделю")), days.min())
        }
        (Value::Number(n), Unit::Weeks) => {
            let sunday = today.checked_add_days(Days::new(7 - u64::from(today.weekday().number_from_monday())));
            let week = sunday.map(working_until).filter(|day| *day >= today);
            let next = week.or_else(|| sunday?.checked_add_days(Days::new(7)).map(working_until));
            (every(*n, "неделю", "недели", "недель"), next.filter(in_year))
        }
        (Value::Number(n), Unit::Months) => {
            let last = |day: NaiveDate| {
                let (year, month) = if day.month() == 12 { (day.year() + 1, 1) } else { (day.year(), day.month() + 1) };
                NaiveDate::from_ymd_opt(year, month, 1)?.pred_opt()
            };
            let month = last(today).map(working_until).filter(|day| *day >= today);
            let next = month.or_else(|| last(last(today)?.succ_opt()?).map(working_until));
            (every(*n, "месяц", "месяца", "месяцев"), next.filter(in_year))
        }
        (Value::Number(n), Unit::Days) => (every(*n, "день", "дня", "дней"), Some(today).filter(in_year)),
        (Value::Number(n), Unit::Periods) => {
            (every(*n, "учебный период", "учебных периода", "учебных периодов"), ends())
        }
        (Value::Number(n), Unit::Years) => {
            let last = spans.iter().map(|(_, ends)| working_until(*ends)).max().filter(|day| *day >= today);
            (every(*n, "год", "года", "лет"), last)
        }
        (Value::Words(_), _) if said.key == "groups.composed" => {
            let starts = spans.iter().map(|(starts, _)| *starts).filter(|day| *day >= today);
            let next = if said.has("year_start") {
                spans.iter().map(|(starts, _)| *starts).min().filter(|day| *day >= today)
            } else {
                starts.min()
            };
            (said.in_russian(), next)
        }
        _ => (said.in_russian(), None),
    }
}

/// How the check of a class's data stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The school's year is not running, or its rules ask for no check.
    NotAsked,
    /// Done in the running span.
    Done(NaiveDate),
    /// Not yet done; the last working day for it.
    Due(NaiveDate),
    /// The span before the running one went by without a check: its last working day.
    Overdue(NaiveDate),
}

impl Check {
    /// Did its day go by?
    pub fn is_overdue(self) -> bool {
        matches!(self, Self::Overdue(_))
    }

    /// Is it still to be done in time?
    pub fn is_due(self) -> bool {
        matches!(self, Self::Due(_))
    }

    /// «сверить до 31.10.2025».
    pub fn as_russian(self) -> String {
        match self {
            Self::NotAsked => "сейчас не требуется".to_owned(),
            Self::Done(day) => format!("сверено {}", words::date_short(day)),
            Self::Due(day) => format!("сверить до {}", words::date_short(day)),
            Self::Overdue(day) => format!("просрочено: срок был {}", words::date_short(day)),
        }
    }
}

/// How often a duty of months is due, in words: «раз в месяц».
pub fn often(said: &Said) -> String {
    match &said.value {
        Value::Number(n) if said.unit == Unit::Months => every(*n, "месяц", "месяца", "месяцев"),
        _ => said.in_russian(),
    }
}

/// How the check of a class's data stands: `last` is its last check, `year` the class's first and last day of study. Spans of so many
/// months as the rules say begin with the year's first month.
pub fn check_of_data(
    policy: &Policy,
    year: Option<(NaiveDate, NaiveDate)>,
    last: Option<NaiveDate>,
    today: NaiveDate,
) -> Check {
    let months = match policy.first("people.check").map(|said| (&said.value, said.unit)) {
        Some((Value::Number(n), Unit::Months)) if *n > 0 => *n,
        _ => return Check::NotAsked,
    };
    let Some((first, end)) = year.filter(|(first, end)| *first <= today && today <= *end) else {
        return Check::NotAsked;
    };
    let begins = |span: u32| first.with_day(1)?.checked_add_months(Months::new(span * months));
    let mut span = 0;
    while begins(span + 1).is_some_and(|next| next <= today) {
        span += 1;
    }
    let ends = |span: u32| begins(span + 1).and_then(|next| next.pred_opt()).map_or(end, |day| day.min(end));
    let done = |from: Option<NaiveDate>| last.filter(|last| from.is_none_or(|from| from <= *last));
    match (done(begins(span)), span.checked_sub(1)) {
        (Some(day), _) => Check::Done(day),
        (None, Some(before)) if done(begins(before)).is_none() => Check::Overdue(working_until(ends(before))),
        _ => Check::Due(working_until(ends(span))),
    }
}

/// The day on which the preliminary report of a period is due: so many weeks before its end (000 Инс 5.2 г; DOC-13).
pub fn preliminary_due(ends: NaiveDate, weeks: u32) -> Option<NaiveDate> {
    ends.checked_sub_days(Days::new(u64::from(weeks) * 7)).map(working_until)
}

/// The last working day up to a day, inclusive.
fn working_until(day: NaiveDate) -> NaiveDate {
    // No run of days off is longer than the January holidays.
    const LONGEST: u64 = 14;
    let back = (0..LONGEST).filter_map(|back| day.checked_sub_days(Days::new(back)));
    back.into_iter().find(|day| is_working(*day)).unwrap_or(day)
}

/// «раз в неделю», «раз в 2 недели».
fn every(n: u32, one: &str, few: &str, many: &str) -> String {
    match n {
        1 => format!("раз в {one}"),
        n => format!("раз в {n} {}", words::plural(n.into(), one, few, many)),
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test may say what it expects
mod tests {
    use super::*;
    use crate::domain::journal::{Period, PeriodKind};
    use crate::domain::policy;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn calendar() -> SchoolCalendar {
        let period = |id: &str, starts, ends| Period {
            id: id.into(),
            name: id.into(),
            kind: PeriodKind::Quarter,
            grade_from: 1,
            grade_to: 11,
            starts: day(starts),
            ends: day(ends),
        };
        let periods = vec![period("Q1", "2025-09-01", "2025-10-26"), period("Q4", "2026-04-06", "2026-05-26")];
        SchoolCalendar { periods, ..SchoolCalendar::default() }
    }

    fn told(name: &str, key: &str, today: &str) -> (String, String, Option<String>, bool) {
        let policy = policy::parse(name, policy::builtin(name).expect("a preset")).expect("a policy");
        let duty = duties(&policy, &calendar(), day(today)).into_iter().find(|duty| duty.key == key).expect("a duty");
        (duty.often, duty.clause, duty.next.map(|day| day.to_string()), duty.own)
    }

    #[test]
    fn each_cadence_has_its_next_working_day() {
        let next = |name, key, today| told(name, key, today).2.unwrap_or_default();
        // Wednesday: the week's last working day is Friday; on Saturday it is the next week's.
        assert_eq!(next("chernushka-2018", "control.activity", "2025-09-10"), "2025-09-12");
        assert_eq!(next("chernushka-2018", "control.activity", "2025-09-13"), "2025-09-19");
        assert_eq!(next("chernushka-2018", "control.filling", "2025-09-10"), "2025-09-30");
        assert_eq!(next("chernushka-2018", "control.filling", "2025-12-01"), "2025-12-30");
        assert_eq!(next("chernushka-2018", "report.preliminary", "2025-09-10"), "2025-10-10");
        assert_eq!(next("chernushka-2018", "archive.every", "2025-09-10"), "2025-10-24");
        assert_eq!(next("bauman", "archive.every", "2025-09-10"), "2026-05-26");
        assert_eq!(told("bauman", "archive.every", "2026-07-01").2, None, "the year is over");
    }

    #[test]
    fn each_regulation_asks_in_its_own_words_and_what_is_taken_from_the_default_is_marked() {
        let (often, clause, _, own) = told("chernushka-2018", "parents.extract", "2025-09-10");
        assert_eq!((often.as_str(), clause.as_str(), own), ("раз в 2 недели", "000 Усл 1; Инс 5.2 кл. рук. в", true));
        let (often, clause, _, own) = told("bauman", "control.check", "2025-09-10");
        assert_eq!((often.as_str(), clause.as_str(), own), ("раз в неделю", "002 4.3", true));
        assert!(!told("kurskoe-2019", "control.check", "2025-09-10").3);
        assert_eq!(told("duties-moscow", "groups.composed", "2025-08-20").2.as_deref(), Some("2025-09-01"));
        assert_eq!(told("duties-moscow", "groups.composed", "2025-10-20").2, None, "once a year");
    }

    #[test]
    fn a_check_of_data_is_due_every_month_and_late_when_a_month_went_by_without() {
        let policy = policy::parse("bauman", policy::builtin("bauman").expect("a preset")).expect("a policy");
        let year = Some((day("2025-09-01"), day("2026-05-26")));
        let stands = |last: Option<&str>, today: &str| check_of_data(&policy, year, last.map(day), day(today));
        assert_eq!(stands(None, "2025-09-10"), Check::Due(day("2025-09-30")), "the first month");
        assert_eq!(stands(None, "2025-10-01"), Check::Overdue(day("2025-09-30")));
        assert_eq!(stands(Some("2025-09-12"), "2025-10-01"), Check::Due(day("2025-10-31")));
        assert_eq!(stands(Some("2025-10-02"), "2025-10-31"), Check::Done(day("2025-10-02")));
        assert_eq!(stands(Some("2025-10-02"), "2025-12-01"), Check::Overdue(day("2025-11-28")), "a Sunday ends it");
        assert_eq!(stands(None, "2026-07-01"), Check::NotAsked, "the year is over");
        assert_eq!(stands(Some("2026-05-10"), "2026-05-26"), Check::Done(day("2026-05-10")));
    }

    #[test]
    fn a_second_clause_and_a_plan_beside_the_regulation_name_their_own_offices() {
        let of = |name: &str, key: &str| {
            let policy = policy::parse(name, policy::builtin(name).expect("a preset")).expect("a policy");
            let all = duties(&policy, &calendar(), day("2025-09-10"));
            let own = all.into_iter().filter(|duty| duty.key == key);
            own.map(|duty| (duty.often, duty.clause, duty.owes)).collect::<Vec<_>>()
        };
        assert_eq!(
            of("bauman", "control.check"),
            [
                ("раз в неделю".to_owned(), "002 4.3".to_owned(), vec![Role::Deputy]),
                ("раз в месяц".to_owned(), "002 6.1".to_owned(), vec![Role::Director, Role::Deputy]),
            ]
        );
        assert_eq!(
            of("chernushka-2018", "control.activity"),
            [
                ("раз в неделю".to_owned(), "000 Инс 6.1".to_owned(), vec![Role::JournalKeeper]),
                ("раз в неделю".to_owned(), "000 План 2.5".to_owned(), vec![Role::ClassTeacher]),
            ]
        );
        assert_eq!(of("default", "control.check").len(), 1);
    }

    #[test]
    fn paper_is_printed_by_whom_the_rules_name_on_the_day_of_the_copies_and_not_where_paper_is_abolished() {
        let mut calendar = calendar();
        calendar.weeks.push(crate::domain::calendar::ClassWeek { class: "5А".into(), grade: 5, days: 5 });
        let of = |name: &str, key: &str| {
            let policy = policy::parse(name, policy::builtin(name).expect("a preset")).expect("a policy");
            let found = duties(&policy, &calendar, day("2025-09-10")).into_iter().find(|duty| duty.key == key);
            found.map(|duty| (duty.owes, duty.next.map(|day| day.to_string())))
        };
        // The last study day but one of a quarter that ends on Friday, 24 October.
        assert_eq!(of("chernushka-2018", "print.by"), Some((vec![Role::JournalKeeper], Some("2025-10-23".into()))));
        assert_eq!(of("bauman", "print.by").map(|(owes, _)| owes), Some(vec![Role::Secretary]));
        assert_eq!(
            of("duties-moscow", "print.by"),
            Some((vec![Role::Director], None)),
            "once a year, by the summary sheet's day"
        );
        assert_eq!(of("kurskoe-2019", "print.by"), None);
    }
}
