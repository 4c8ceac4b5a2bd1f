//! The calendar by months: study days, breaks, holidays and events of the school or of one class. Floor 3.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{Datelike, Days, Months, NaiveDate};

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::Asked;
use super::super::route::{Access, Group, Route, SubjectOf, get};
use crate::domain::calendar::holiday_name;
use crate::domain::journal::Class;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::words;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/calendar", Access::Does(Action::ReadSetup), SubjectOf::House, show)
            .in_menu(Group::Year, "Календарь")
            .helped("year#календарь"),
    ]
}

/// Headings of the month's columns.
const DAYS: [(&str, &str); 7] = [
    ("пн", "понедельник"),
    ("вт", "вторник"),
    ("ср", "среда"),
    ("чт", "четверг"),
    ("пт", "пятница"),
    ("сб", "суббота"),
    ("вс", "воскресенье"),
];

struct Day {
    number: u32,
    date: String,
    spoken: String,
    kind: &'static str,
    words: Vec<String>,
    events: Vec<String>,
    inside: bool,
    today: bool,
    add: String,
}

#[derive(Template)]
#[template(path = "school/calendar.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    years: Vec<(String, String, bool)>,
    month: String,
    before: String,
    after: String,
    now: String,
    classes: Vec<(String, String, bool)>,
    weekdays: [(&'static str, &'static str); 7],
    weeks: Vec<Vec<Day>>,
    /// No class chosen.
    whole: bool,
    may: bool,
    study_days: usize,
    /// Grades of the classes shown that have no study periods: «10, 11».
    without: String,
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    let (journal, setup) = (&opened.year.journal, &opened.year.setup);
    let today = state.now().date_naive();
    let first = month_of(asked.value("month")).or_else(|| {
        // The month of today, or the year's first when today is not of this year.
        let first = crate::domain::setup::promotion::first_day(&opened.year.year)?;
        let within = first <= today && today < first + Months::new(12);
        (if within { today } else { first }).with_day(1)
    });
    let first = first.ok_or(Refusal::NotFound)?;
    let class = journal.class(asked.value("class")).cloned();
    let periods = |class: &&Class| !journal.periods_of_grade(class.grade).is_empty();
    // The school's own breaks and holidays are told by a class that studies: the eldest may have no periods yet.
    let shown = class.as_ref().or(journal.classes.iter().rev().find(periods)).or(journal.classes.last());
    let looked_at: Vec<&Class> = class.as_ref().map_or_else(|| journal.classes.iter().collect(), |one| vec![one]);
    let without: BTreeSet<u8> = looked_at.iter().copied().filter(|one| !periods(one)).map(|one| one.grade).collect();
    let calendar = setup.calendar(journal);
    let monday = first - Days::new(u64::from(first.weekday().num_days_from_monday()));
    let mut study_days = 0;
    let mut day = |date: NaiveDate| {
        let (name, grade) = shown.map_or(("", 0), |class| (class.name.as_str(), class.grade));
        let special: Vec<_> =
            setup.days.iter().filter(|days| days.contains(date) && days.scope.holds(name, grade)).collect();
        let study = looked_at.iter().any(|one| calendar.is_study_day(&one.name, date));
        let inside = date.month() == first.month();
        study_days += usize::from(study && inside);
        let kind = match special.iter().max_by_key(|days| days.scope.narrowness()).map(|days| days.kind.as_str()) {
            Some("study") => "moved",
            // A day off of some classes is a study day of the school while another class studies.
            Some(_) if study => "study",
            Some("break") => "break",
            Some("holiday") => "holiday",
            // A public holiday is one whatever the school wrote of the day.
            Some("day_off") | None if !study && holiday_name(date).is_some() => "holiday",
            Some("day_off") => "off",
            _ if study => "study",
            _ => "off",
        };
        let events = setup.events.iter().filter(|event| event.starts <= date && date <= event.ends);
        let events =
            events.filter(|event| class.as_ref().is_none_or(|class| event.scope.holds(&class.name, class.grade)));
        let mut lines: Vec<String> = special
            .iter()
            .map(|days| if days.name.is_empty() { kind_words(&days.kind) } else { days.name.clone() })
            .collect();
        // A public holiday has its name though the school's own list is silent; the long one of January lies inside the winter break.
        let named = special.iter().any(|days| days.kind == "holiday") || (date.month() == 1 && !lines.is_empty());
        if !study && !named {
            lines.extend(holiday_name(date).map(str::to_owned));
        }
        lines.dedup();
        Day {
            number: date.day(),
            date: date.to_string(),
            spoken: format!("{}, {}", words::date_words(date), words::weekday(date)),
            kind,
            words: lines,
            events: events
                .map(|event| {
                    let clock = if event.clock.is_empty() { String::new() } else { format!("{} ", event.clock) };
                    let whom =
                        if event.scope.as_text().is_empty() { String::new() } else { format!(" ({})", event.scope) };
                    format!("{clock}{}{whom}", event.title)
                })
                .collect(),
            inside,
            today: date == today,
            add: format!("/year/events?add=1&starts={date}#form"),
        }
    };
    let weeks: Vec<Vec<Day>> = (0..6_u64)
        .map(|week| monday + Days::new(week * 7))
        .take_while(|start| *start < first + Months::new(1))
        .map(|start| (0..7).map(|n| day(start + Days::new(n))).collect())
        .collect();
    let at = |date: Option<NaiveDate>| {
        date.map(|date| asked.with("month", &date.format("%Y-%m").to_string())).unwrap_or_default()
    };
    let chosen = class.as_ref().map_or("", |class| class.name.as_str());
    let page = Page {
        years: opened.years.iter().map(|y| (y.clone(), super::in_year(&asked, y), *y == opened.year.year)).collect(),
        month: format!("{} {}", words::month_name(first), first.year()),
        before: at(first.checked_sub_months(Months::new(1))),
        after: at(first.checked_add_months(Months::new(1))),
        now: at(today.with_day(1)),
        classes: journal
            .classes
            .iter()
            .map(|c| (c.name.clone(), asked.with("class", &c.name), c.name == chosen))
            .collect(),
        weekdays: DAYS,
        weeks,
        whole: class.is_none(),
        may: visitor.may_anywhere(Action::ChangeSetup) && opened.closed.is_none(),
        study_days,
        without: without.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        frame: frame
            .titled("Календарь")
            .leading("Учебные дни, каникулы, праздники и мероприятия школы и классов.")
            .under("Учебный год", "/year/ready"),
    };
    answer::page(&page)
}

fn kind_words(kind: &str) -> String {
    let kinds = crate::domain::setup::layout::DAY_KINDS;
    kinds.iter().find(|(word, _)| *word == kind).map_or_else(String::new, |(_, said)| (*said).to_owned())
}

/// «2025-10» as its first day.
fn month_of(text: &str) -> Option<NaiveDate> {
    let (year, month) = text.split_once('-')?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)
}
