//! Deadlines: when an entry is due under a policy, and the clause that says so. Floor 0.
//!
//! A term is counted with the school's calendar; what the calendar does not know (bells, a timetable, days to come) is said and never
//! guessed. Where the regulation has another clause or another reading, the answers of both stand side by side.

mod print;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

use super::calendar::{DayUnit, SchoolCalendar, first_year};
use super::policy::{self, Policy, Said, Source, Unit, Value};
use super::words;

pub use print::{Copy, PrintDuty, print_due, print_duty, summary_due};

/// What is to be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// The lesson itself: topic and date.
    Lesson,
    /// Who was absent.
    Absence,
    /// The reason of an absence.
    Reason,
    /// Homework.
    Homework,
    /// A mark for a kind of work, as the journal names it; empty when it names none.
    Mark(&'a str),
    /// The mark of the period in which the date lies.
    PeriodMark,
    /// A remark on keeping the journal, made on that date.
    Remark,
}

/// The question: what, where and when.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Class name.
    pub class: &'a str,
    /// Day of the lesson, of the work, of the remark.
    pub date: NaiveDate,
    /// Number of the lesson in the day, where it is known.
    pub number: Option<u8>,
    /// What is to be entered.
    pub what: What<'a>,
    /// Days of the course's lessons, for terms that count lessons; may be empty.
    pub course_days: &'a [NaiveDate],
}

/// When it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// To the end of a day.
    EndOf(NaiveDate),
    /// At a moment, in the school's zone.
    At(NaiveDateTime),
    /// So many minutes after the class's last lesson of a day, whose end nobody knows.
    AfterLessons(NaiveDate, u32),
    /// By another document.
    Elsewhere(String),
    /// It cannot be said, and why.
    Unknown(String),
}

impl Moment {
    /// The day on which it falls due, where it is known.
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::EndOf(day) | Self::AfterLessons(day, _) => Some(*day),
            Self::At(moment) => Some(moment.date()),
            Self::Elsewhere(_) | Self::Unknown(_) => None,
        }
    }

    /// The latest moment that is still in time, where it is known.
    pub fn latest(&self) -> Option<NaiveDateTime> {
        match self {
            Self::EndOf(day) => day.succ_opt().map(|next| next.and_time(NaiveTime::MIN) - Duration::seconds(1)),
            Self::At(moment) => Some(*moment),
            _ => None,
        }
    }

    /// For tables and files: `2025-10-18T23:59`, `2025-10-15+120min`, empty when nobody knows.
    pub fn as_iso(&self) -> String {
        match self {
            Self::EndOf(day) => format!("{day}T23:59"),
            Self::At(moment) => moment.format("%Y-%m-%dT%H:%M").to_string(),
            Self::AfterLessons(day, minutes) => format!("{day}+{minutes}min"),
            Self::Elsewhere(_) | Self::Unknown(_) => String::new(),
        }
    }

    /// «до конца дня 18.10.2025 (суббота)».
    pub fn in_russian(&self) -> String {
        let weekday = |day: NaiveDate| format!("{} ({})", words::date_short(day), words::weekday(day));
        match self {
            Self::EndOf(day) => format!("до конца дня {}", weekday(*day)),
            Self::At(moment) => format!("до {} {}", moment.format("%H:%M"), weekday(moment.date())),
            Self::AfterLessons(day, minutes) => {
                let hours = if minutes % 60 == 0 {
                    let hours = u64::from(minutes / 60);
                    format!("{hours} {}", words::plural(hours, "час", "часа", "часов"))
                } else {
                    format!("{},{} часа", minutes / 60, minutes % 60 * 10 / 60)
                };
                format!(
                    "{}, через {hours} после последнего урока класса; когда он кончается, неизвестно: звонки не заданы",
                    weekday(*day)
                )
            }
            Self::Elsewhere(document) => format!("по другому документу: {document}"),
            Self::Unknown(why) => format!("не определён: {why}"),
        }
    }
}

/// One answer: the term in force, or another clause or reading of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `deadline.control`.
    pub key: &'static str,
    /// When.
    pub moment: Moment,
    /// The term in words: «3 календарных дня».
    pub term: String,
    /// Who says so.
    pub clause: String,
    /// How the clause is read; what people should know of the day. May be empty.
    pub note: String,
    /// Said by the regulation, or taken from the default policy.
    pub source: Source,
    /// Is it the one in force, or another clause of the same regulation?
    pub in_force: bool,
}

/// The key under which the policy says when an entry is due.
pub fn key(policy: &Policy, what: What<'_>) -> &'static str {
    match what {
        What::Lesson => "deadline.lesson",
        What::Absence => "deadline.absence",
        What::Reason => "deadline.reason",
        What::Homework => "deadline.homework",
        What::PeriodMark => "deadline.period_mark",
        What::Remark => "deadline.remark",
        What::Mark(work) => match work_kind(policy, work) {
            "written" => "deadline.written",
            "control" => "deadline.control",
            _ => "deadline.oral",
        },
    }
}

/// What a kind of work is under the policy: `oral`, `written` or `control`. The longest of the policy's names that the work holds, or
/// that begins with it, decides; a work that none fits is what `works.otherwise` says.
pub fn work_kind(policy: &Policy, work: &str) -> &'static str {
    let work = folded(work);
    let otherwise = policy.first("works.otherwise");
    let otherwise = ["written", "control"].into_iter().find(|kind| otherwise.is_some_and(|said| said.has(kind)));
    if work.is_empty() {
        return otherwise.unwrap_or("oral");
    }
    let fits = |name: &str| {
        let name = folded(name);
        (work.contains(&name) || name.starts_with(&work)).then(|| name.chars().count())
    };
    ["oral", "written", "control"]
        .into_iter()
        .filter_map(|kind| match policy.first(["works.oral", "works.written", "works.control"][kind_place(kind)]) {
            Some(Said { value: Value::Words(names), .. }) => {
                names.iter().filter_map(|name| fits(name)).max().map(|length| (length, kind))
            }
            _ => None,
        })
        .max_by_key(|(length, _)| *length)
        .map_or(otherwise.unwrap_or("oral"), |(_, kind)| kind)
}

/// What to say of a kind of work that none of these policies, nor the default one, names: the known kinds, the nearest first. `None` for one
/// that is named, and for no kind at all.
pub fn unknown_work<'p>(policies: impl IntoIterator<Item = &'p Policy>, work: &str) -> Option<String> {
    let default = policy::builtin("default").and_then(|text| policy::parse("default", text).ok());
    let mut known: Vec<String> = Vec::new();
    let mut learn = |policy: &Policy| {
        for key in ["works.oral", "works.written", "works.control"] {
            if let Some(Said { value: Value::Words(names), .. }) = policy.first(key) {
                known.extend(names.iter().map(|name| folded(name)));
            }
        }
    };
    policies.into_iter().for_each(&mut learn);
    default.iter().for_each(&mut learn);
    known.sort_unstable();
    known.dedup();
    let work = folded(work);
    if work.is_empty() || known.iter().any(|name| work.contains(name.as_str()) || name.starts_with(&work)) {
        return None;
    }
    let far = |name: &str| strsim::damerau_levenshtein(&work, name);
    let nearest = known.iter().min_by_key(|name| far(name)).filter(|name| far(name) <= work.chars().count() / 3);
    let perhaps = nearest.map(|name| format!("; возможно, «{name}»")).unwrap_or_default();
    Some(format!("вид работы «{work}» правилам не известен{perhaps}; известны: {}", known.join(", ")))
}

fn kind_place(kind: &str) -> usize {
    match kind {
        "written" => 1,
        "control" => 2,
        _ => 0,
    }
}

/// Small letters, ё as е, single spaces.
fn folded(text: &str) -> String {
    text.to_lowercase().replace('ё', "е").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What people should know of a day in a school year that the calendar does not know; `None` where it does.
pub fn unknown_year(calendar: &SchoolCalendar, day: NaiveDate) -> Option<String> {
    let first = first_year(day);
    (!calendar.covers(day)).then(|| {
        format!(
            "календарь учебного года {first}/{} не внесён, и какие дни учебные, неизвестно: сроки в календарных и рабочих днях посчитаны, \
             в учебных днях — нет",
            first + 1
        )
    })
}

/// When an entry is due: the answer in force first, then those of the regulation's other clauses and readings.
pub fn due(policy: &Policy, calendar: &SchoolCalendar, question: &Question<'_>) -> Vec<Answer> {
    let key = key(policy, question.what);
    let Some(week) = calendar.week(question.class) else {
        return vec![unknown(key, format!("класса {} нет", question.class))];
    };
    let grade = week.grade;
    let Some(said) = policy.said(key, grade) else {
        let clause = policy.clause(key).to_owned();
        let why = format!("для {grade} класса положение срока не называет");
        return vec![Answer { clause, ..unknown(key, why) }];
    };
    let source = policy.source(key).unwrap_or(Source::Said);
    let mut answers = vec![answer(key, said, source, true, calendar, question)];
    for other in policy.others.iter().map(|other| &other.said) {
        let differs = (&other.value, other.unit) != (&said.value, said.unit);
        if other.key == key && other.holds_for(grade) && differs {
            answers.push(answer(key, other, Source::Said, false, calendar, question));
        }
    }
    answers
}

fn unknown(key: &'static str, why: String) -> Answer {
    Answer {
        key,
        moment: Moment::Unknown(why),
        term: String::new(),
        clause: String::new(),
        note: String::new(),
        source: Source::Said,
        in_force: true,
    }
}

fn answer(
    key: &'static str,
    said: &Said,
    source: Source,
    in_force: bool,
    calendar: &SchoolCalendar,
    question: &Question<'_>,
) -> Answer {
    let moment = moment(said, calendar, question);
    let mut notes = Vec::new();
    if !said.note.is_empty() {
        notes.push(said.note.clone());
    }
    if let Moment::EndOf(day) = moment
        && day != question.date
        && calendar.covers(day)
        && !calendar.is_study_day(question.class, day)
    {
        notes.push("день не учебный".to_owned());
    }
    let clause = said.clause.clone();
    Answer { key, moment, term: said.in_russian(), clause, note: notes.join("; "), source, in_force }
}

fn moment(said: &Said, calendar: &SchoolCalendar, question: &Question<'_>) -> Moment {
    let beyond = || Moment::Unknown("календарь на эти дни не составлен".to_owned());
    let end_of = |day: Option<NaiveDate>| day.map_or_else(beyond, Moment::EndOf);
    let (class, date) = (question.class, question.date);
    if question.what == What::PeriodMark {
        return period_mark(said, calendar, question);
    }
    match (&said.value, said.unit) {
        (Value::Elsewhere(document), _) => Moment::Elsewhere(document.clone()),
        (Value::Time(time), _) => Moment::At(date.and_time(*time)),
        (Value::Minutes(minutes), _) => hours(*minutes, calendar, question),
        (Value::Number(days), Unit::CalendarDays) => end_of(calendar.after(DayUnit::Calendar, class, date, *days)),
        // Study days are not counted over a year that nobody brought in.
        (Value::Number(days), Unit::SchoolDays) if *days > 0 && !calendar.covers(date) => beyond(),
        (Value::Number(days), Unit::SchoolDays) => end_of(calendar.after(DayUnit::School, class, date, *days)),
        (Value::Number(days), Unit::WorkingDays) => end_of(calendar.after(DayUnit::Working, class, date, *days)),
        (Value::Number(weeks), Unit::Weeks) => end_of(calendar.after(DayUnit::Calendar, class, date, weeks * 7)),
        (Value::Number(lessons), Unit::Lessons) => {
            let later = question.course_days.iter().filter(|day| **day > date);
            let mut later: Vec<NaiveDate> = later.copied().collect();
            later.sort_unstable();
            later.dedup();
            match (*lessons as usize).checked_sub(1).map(|at| later.get(at)) {
                None => Moment::EndOf(date),
                Some(Some(day)) => Moment::EndOf(*day),
                Some(None) => Moment::Unknown("следующих уроков курса в журнале ещё нет".to_owned()),
            }
        }
        _ => Moment::Unknown("срок назван не числом".to_owned()),
    }
}

/// Hours run from the end of the class's last lesson for homework, and from the end of the lesson itself for a mark.
fn hours(minutes: u32, calendar: &SchoolCalendar, question: &Question<'_>) -> Moment {
    let (class, date) = (question.class, question.date);
    let ends = match (question.what, question.number) {
        (What::Homework, _) | (_, None) => calendar.last_lesson_ends(class, date),
        (_, Some(number)) => calendar.lesson_ends(class, date, number),
    };
    match ends {
        Some(ends) => Moment::At(date.and_time(ends) + Duration::minutes(minutes.into())),
        None if question.what != What::Homework => {
            Moment::Unknown("звонки не заданы: когда кончился урок, неизвестно".to_owned())
        }
        None => Moment::AfterLessons(date, minutes),
    }
}

/// A period's marks are due before its end: so many study days, or by the last of them within the last weeks.
fn period_mark(said: &Said, calendar: &SchoolCalendar, question: &Question<'_>) -> Moment {
    let Some(period) = calendar.period_at(question.class, question.date) else {
        let why = if calendar.covers(question.date) {
            "день не входит ни в один учебный период класса"
        } else {
            "календарь на эти дни не составлен"
        };
        return Moment::Unknown(why.to_owned());
    };
    let before = match (&said.value, said.unit) {
        (Value::Number(days), Unit::SchoolDays) => *days,
        (Value::Number(_), Unit::Weeks) => 0,
        (Value::Elsewhere(document), _) => return Moment::Elsewhere(document.clone()),
        _ => return Moment::Unknown("срок назван не числом".to_owned()),
    };
    calendar
        .study_day_before_end(question.class, period.starts, period.ends, before)
        .map_or_else(|| Moment::Unknown("в периоде нет столько учебных дней".to_owned()), Moment::EndOf)
}
