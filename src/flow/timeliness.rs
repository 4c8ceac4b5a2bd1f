//! Timeliness of a journal under its policy: entry times that are known are judged, the rest is said to be unknown. Floor 2.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike as _, NaiveDate};

use super::{Act, Error, House, policy};
use crate::domain::calendar::{Basis, SchoolCalendar, first_year};
use crate::domain::copy::State;
use crate::domain::journal::{Journal, YEAR};
use crate::domain::period;
use crate::domain::setup::Setup;
use crate::domain::timeliness::{self, Judged, RemarkTime, Scope};
use crate::domain::words;
use crate::store::{Days, Entries, Part};

/// What to judge.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// School year.
    pub year: String,
    /// Only this class.
    pub class: Option<String>,
    /// Only this period, or `Y`.
    pub period: Option<String>,
    /// Only this week of the calendar year, 1 to 53 (ISO 8601).
    pub week: Option<u32>,
    /// Only lessons from this day and to that one, both included.
    pub days: (Option<NaiveDate>, Option<NaiveDate>),
}

/// The calendar of a school year: what its journal shows.
pub async fn calendar(house: &House, year: &str) -> Result<SchoolCalendar, Error> {
    let roster = house.db.load_roster(year).await?;
    let lessons = house.db.load_part(year, &Part::default()).await?;
    calendar_of(house, &roster.with_entries(lessons)).await
}

/// The calendar of the school year in which a day lies; the newest year when the house has none for it.
pub async fn calendar_on(house: &House, day: NaiveDate) -> Result<SchoolCalendar, Error> {
    let first = first_year(day);
    let year = format!("{first}/{}", first + 1);
    let known = house.db.list_years().await?;
    let year = if known.contains(&year) { year } else { house.year(None).await? };
    calendar(house, &year).await
}

/// The calendar of a journal's year, with what is set up for it; where no days and weeks are, those that the lessons show.
pub(super) async fn calendar_of(house: &House, journal: &Journal) -> Result<SchoolCalendar, Error> {
    Ok(calendar_of_setup(&house.db.load_setup(&journal.school.year).await?, journal))
}

/// The same of a year's setup at hand.
pub(super) fn calendar_of_setup(setup: &Setup, journal: &Journal) -> SchoolCalendar {
    let mut calendar = setup.calendar(journal);
    if calendar.basis == Basis::Lessons {
        calendar.weeks = SchoolCalendar::from_journal(journal).weeks;
    }
    calendar
}

/// Judges the entries of a year, a class, a period or a week, each under the policy of its own day.
pub async fn judge(house: &House, question: &Question, act: &Act) -> Result<Vec<Judged>, Error> {
    let roster = house.db.load_roster(&question.year).await?;
    let entries = match &question.class {
        Some(class) => house.db.load_class_entries(&question.year, class).await?,
        None => {
            let entries = Entries { days: days_asked(&roster, question), marks: true, period: "" };
            // A deadline looks at days of lessons before and behind those asked for.
            house.db.load_part(&question.year, &Part { lessons: None, entries: Some(entries) }).await?
        }
    };
    judge_in(house, roster.with_entries(entries), question, act).await
}

/// The days whose entries a question is about; `None` when that is the whole year.
fn days_asked(roster: &Journal, question: &Question) -> Days {
    let asked = question.period.as_deref().unwrap_or(YEAR);
    let spans = roster.classes.iter().filter_map(|class| period::span(roster, class, asked).ok());
    let (starts, ends) = spans.map(|span| (span.starts, span.ends)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let (from, to) = question.days;
    Some((from.map_or(starts, |from| starts.max(from)), to.map_or(ends, |to| ends.min(to))))
}

/// [`judge`] of a journal at hand: the year's roster and lessons whole, and the entries of the days asked for.
pub(super) async fn judge_in(
    house: &House,
    journal: Journal,
    question: &Question,
    act: &Act,
) -> Result<Vec<Judged>, Error> {
    let calendar = calendar_of(house, &journal).await?;
    let policies = policy::history(house).await?;
    // What the journal's earlier home knew, and what was entered here: a bundle's time is the elder, so it stands.
    let mut entries = house.db.list_entries(&question.year).await?;
    let here = house.db.list_entered(&question.year).await?;
    let known: HashSet<_> = match here.is_empty() {
        true => HashSet::new(),
        false => entries.iter().map(|one| (one.lesson.clone(), one.kind, one.learner_id.clone())).collect(),
    };
    entries.extend(
        here.into_iter().filter(|one| !known.contains(&(one.lesson.clone(), one.kind, one.learner_id.clone()))),
    );
    let finals = house.db.list_finals_entered(&question.year).await?;
    let mut entries = by_course(entries, |one| &one.lesson.course_id);
    let mut finals = by_course(finals, |one| &one.course_id);
    let remarks = remarks(house, &question.year, &journal).await?;
    let classes: Vec<_> = match &question.class {
        Some(name) => {
            let class = journal.class(name).ok_or_else(|| period::Refusal::NoClass(name.clone()))?;
            vec![class.clone()]
        }
        None => journal.classes_in_order().into_iter().cloned().collect(),
    };
    let now = act.at.naive_local();
    let mut judged = Vec::new();
    let mut refusal = None;
    let asked = question.period.as_deref().unwrap_or(YEAR);
    let (from, to) = question.days;
    let spans: Vec<_> = classes.iter().map(|class| (class, period::span(&journal, class, asked))).collect();
    let mut parts = journal.into_classes();
    for (class, span) in spans {
        let span = match span {
            Ok(span) => span,
            Err(reason) => {
                refusal = Some(reason);
                continue;
            }
        };
        let Some(part) = parts.remove(&class.name) else { continue };
        let ids = || part.courses.iter().map(|course| &course.id);
        let entries: Vec<_> = ids().filter_map(|id| entries.remove(id)).flatten().collect();
        let finals: Vec<_> = ids().filter_map(|id| finals.remove(id)).flatten().collect();
        let remarks: Vec<_> = remarks.iter().filter(|remark| remark.class == class.name).cloned().collect();
        let scope = Scope {
            journal: &part,
            calendar: &calendar,
            entries: &entries,
            finals: &finals,
            remarks: &remarks,
            now,
            days: (
                from.map_or(span.starts, |from| span.starts.max(from)),
                to.map_or(span.ends, |to| span.ends.min(to)),
            ),
        };
        judged.extend(timeliness::judge(&scope, |day| &policies.on(day).policy));
    }
    match refusal {
        Some(reason) if judged.is_empty() => return Err(reason.into()),
        _ => {}
    }
    if let Some(week) = question.week {
        judged.retain(|one| one.lesson.date.iso_week().week() == week);
    }
    Ok(judged)
}

/// Times dealt out to their courses: a class must not walk those of the whole school.
fn by_course<T>(times: Vec<T>, course: impl Fn(&T) -> &String) -> HashMap<String, Vec<T>> {
    let mut dealt: HashMap<String, Vec<T>> = HashMap::new();
    for time in times {
        match dealt.get_mut(course(&time)) {
            Some(own) => own.push(time),
            None => _ = dealt.insert(course(&time).clone(), vec![time]),
        }
    }
    dealt
}

/// Verdict of a refusing statement in the store (`domain::statement::Verdict::Refused`).
const REFUSED: &str = "refused";

/// Refusals to sign a year's copies, each with the moment at which the next version was made.
async fn remarks(house: &House, year: &str, journal: &Journal) -> Result<Vec<RemarkTime>, Error> {
    let local = |moment: &str| words::moment_of(moment).map(|at| at.naive_local());
    let mut remarks = Vec::new();
    let mut copies = house.db.list_copies().await?;
    copies.retain(|copy| copy.year == year && matches!(copy.state, State::Refused | State::Superseded));
    for copy in copies {
        let statements = house.db.list_statements(&copy.id, copy.version).await?;
        let Some(refusal) = statements.iter().find(|one| one.verdict == REFUSED) else { continue };
        let next = house.db.list_versions(&copy.id).await?.into_iter().find(|next| next.version > copy.version);
        let answered_at = match next {
            Some(next) => local(&house.db.load_snapshot(next.snapshot).await?.frozen_at),
            None => None,
        };
        let Some(made_at) = local(&refusal.signed_at) else { continue };
        let teacher_id = journal.class(&copy.class).map(|class| class.class_teacher_id.clone()).unwrap_or_default();
        remarks.push(RemarkTime { class: copy.class, copy: copy.id, teacher_id, made_at, answered_at });
    }
    Ok(remarks)
}
