//! The calendar-thematic plan (КТП): its hours against the curriculum's, its topics on the days of lessons. Floor 0.
//!
//! JRN-04; 002 4.2: made before the year begins, and its hours equal the curriculum's.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate, Weekday};

use super::cells::course_words;
use super::layout::PLAN_TOPICS;
use super::{Setup, Topic, checks, hours_text, timetable};
use crate::domain::calendar::SchoolCalendar;
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Course, Journal};
use crate::domain::period;
use crate::domain::words::{self, WEEKDAYS};

/// Study weeks of a year: 33 in grade 1, 34 in the others (СанПиН, domain.md 3.3).
pub fn study_weeks(grade: u8) -> u32 {
    if grade == 1 { 33 } else { 34 }
}

/// Hours of a course's plan and what the curriculum gives, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// Sum of the plan's topics.
    pub planned: u32,
    /// Hours a week by the weeks of the year.
    pub due: u32,
}

impl Hours {
    /// Hours of a course.
    pub fn of(course: &Course, grade: u8, topics: &[&Topic]) -> Self {
        let planned = topics.iter().map(|topic| topic.hours_centi).sum();
        Self { planned, due: course.hours_per_week_centi * study_weeks(grade) }
    }

    /// Does the plan cover fewer hours than the course has?
    pub fn is_short(self) -> bool {
        self.planned < self.due
    }

    /// «10 из 170 ч».
    pub fn covered(self) -> String {
        format!("{} из {} ч", hours_text(self.planned), hours_text(self.due))
    }

    /// «не хватает 2 ч», «лишних 1 ч», empty when equal.
    pub fn difference(self) -> String {
        match self.planned.cmp(&self.due) {
            std::cmp::Ordering::Equal => String::new(),
            std::cmp::Ordering::Less => format!("не хватает {} ч", hours_text(self.due - self.planned)),
            std::cmp::Ordering::Greater => format!("лишних {} ч", hours_text(self.planned - self.due)),
        }
    }
}

/// A plan beside the lessons that timetable and calendar give, an hour each: «уроков меньше на 3», empty when there are as many.
pub fn beside_lessons(planned_centi: u32, lessons: usize) -> String {
    let given = u32::try_from(lessons).unwrap_or(u32::MAX).saturating_mul(100);
    match given.cmp(&planned_centi) {
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Less => format!("уроков меньше на {}", hours_text(planned_centi - given)),
        std::cmp::Ordering::Greater => format!("уроков больше на {}", hours_text(given - planned_centi)),
    }
}

/// Study weeks whose lessons holidays, breaks and days off may take from a year without anything being wrong.
const WEEKS_LOST: u32 = 2;

/// Why a plan and the lessons of the timetable differ, and what to do; empty when they do not, and where there are no lessons yet.
pub fn why_beside(planned_centi: u32, lessons: usize, hours_per_week_centi: u32) -> String {
    let given = u32::try_from(lessons).unwrap_or(u32::MAX).saturating_mul(100);
    let usual = hours_per_week_centi * WEEKS_LOST;
    if given == 0 || planned_centi == 0 || given == planned_centi {
        return String::new();
    }
    let lost =
        "Часы плана считают по учебным неделям, а уроки — по дням: часть дней приходится на праздники и каникулы.";
    let within = format!("до {} ч — двух учебных недель", hours_text(usual));
    match planned_centi.checked_sub(given) {
        Some(more) if more <= usual => format!(
            "{lost} Такая разница ({within}) — не ошибка: план менять не нужно, темы, которым не хватило уроков, объединяют."
        ),
        Some(_) => format!(
            "{lost} Но здесь разница больше обычной ({within}): проверьте, все ли уроки курса стоят в расписании и верны ли каникулы класса."
        ),
        None if given - planned_centi <= usual => {
            "Уроков по расписанию немного больше, чем часов: это не ошибка, лишние уроки отдают повторению.".to_owned()
        }
        None => "Уроков больше, чем часов, на две недели и больше: проверьте, не лишние ли уроки стоят в расписании и весь ли план внесён."
            .to_owned(),
    }
}

/// What is wrong with a course's plan: missing, hours that differ, days out of order.
pub fn check(course: &Course, grade: u8, topics: &[&Topic]) -> Vec<Finding> {
    let place = format!("КТП: {}, {}", course.class, period::course_title(course));
    if topics.is_empty() {
        return vec![Finding::new("plan.missing", place, "плана нет")];
    }
    let mut findings = Vec::new();
    let hours = Hours::of(course, grade, topics);
    if hours.planned != hours.due {
        let message = match hours.is_short() {
            true => format!("план внесён не весь: {}, {}", hours.covered(), hours.difference()),
            false => format!("часы плана не равны часам учебного плана: {}", hours.difference()),
        };
        let finding = Finding::new("plan.hours-differ", place.clone(), message);
        findings.push(match hours.is_short() {
            // Both numbers stand in the message.
            true => finding,
            false => finding.expected_found(hours_text(hours.due), hours_text(hours.planned)),
        });
    }
    let mut before: Option<NaiveDate> = None;
    for topic in topics {
        if let (Some(last), Some(planned)) = (before, topic.planned)
            && planned < last
        {
            let finding = Finding::new("plan.days-disordered", place.clone(), "тема стоит по плану раньше предыдущей");
            let (last, planned) = (words::date_short(last), words::date_short(planned));
            let finding =
                finding.expected_found(format!("не раньше {last}"), format!("№ {}: {planned}", topic.ordinal));
            findings.push(finding.weighing(Severity::Warning));
        }
        before = topic.planned.or(before);
    }
    findings
}

/// Rows of one sheet told each by itself, when topics stand on days without lessons; of the others only how many.
const MOST_TOLD: usize = 10;

/// Topics of one sheet on days on which their class has no lessons, or their course none by the timetable: warnings with line and reason.
/// `rows` are lines and cells in the order of the layout's columns; days of another year are [`checks::outside_year`]'s.
pub fn without_lessons<'r>(
    journal: &Journal,
    setup: &Setup,
    calendar: &SchoolCalendar,
    rows: impl Iterator<Item = (usize, &'r [String])>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(at) = PLAN_TOPICS.place("planned") else { return findings };
    let Some((first, last)) = checks::days_of_year(&journal.school.year) else { return findings };
    let mut known: BTreeMap<&str, Option<(&Course, BTreeSet<NaiveDate>)>> = BTreeMap::new();
    for (line, row) in rows {
        let (Some(id), Some(day)) = (row.first(), row.get(at).and_then(|cell| cell.parse::<NaiveDate>().ok())) else {
            continue;
        };
        let of_course = known.entry(id).or_insert_with(|| {
            let course = journal.courses.iter().find(|course| course.id == *id)?;
            Some((course, timetable::days_of(journal, setup, calendar, course).into_iter().collect()))
        });
        let Some((course, days)) = of_course else { continue };
        if !(first..=last).contains(&day) || days.contains(&day) {
            continue;
        }
        let (class, date) = (&course.class, words::date_short(day));
        let message = match checks::why_no_lessons(journal, setup, class, day) {
            Some(why) => format!("{date} у {class} нет уроков ({why}): проверьте дату темы"),
            // Without a timetable nobody can know the weekdays of a course.
            None if days.is_empty() => continue,
            None => {
                let grade = journal.class(class).map_or(0, |class| class.grade);
                let why = not_by_timetable(setup, course, day, setup.weekday_of(calendar, class, grade, day));
                format!("{date} ({}) {why}: проверьте дату темы", words::weekday(day))
            }
        };
        let place = format!("строка {line}, «{}»", PLAN_TOPICS.columns[at].title);
        findings.push(Finding::new("plan.no-lesson", place, message).weighing(Severity::Warning));
    }
    let more = findings.len().saturating_sub(MOST_TOLD);
    findings.truncate(MOST_TOLD);
    if more > 0 {
        let message = format!("в дни без уроков — ещё {}", words::count(more as u64, "строка", "строки", "строк"));
        findings.push(Finding::new("plan.no-lesson", "остальные темы", message).weighing(Severity::Warning));
    }
    findings
}

/// Why a day that the calendar leaves to study has no lesson of a course; `follows`: whose weekday's timetable the day has, 1 Monday.
fn not_by_timetable(setup: &Setup, course: &Course, day: NaiveDate, follows: Option<u8>) -> String {
    let (class, words) = (&course.class, course_words(course));
    let own = day.weekday().number_from_monday() as u8;
    let Some(follows) = follows else {
        return match day.weekday() {
            Weekday::Sat => format!("у {class} нет уроков (по режиму класса это выходной)"),
            _ => format!("у {class} нет уроков (в журнале на этот день их нет)"),
        };
    };
    let stands = setup.timetable.iter().any(|slot| slot.course == course.id && slot.weekday == follows);
    match usize::from(follows).checked_sub(1).and_then(|at| WEEKDAYS.get(at)) {
        _ if stands => format!("урока «{words}» нет (в расписании он в другую неделю, А или Б, или с другого дня)"),
        Some(other) if follows != own => format!("урока «{words}» нет (день перенесён, его расписание — {other})"),
        _ => format!("урока «{words}» по расписанию нет"),
    }
}

/// Hours of the topics that a plan puts on days within a stretch, in hundredths; `None` where it puts none there.
pub fn hours_within<'t>(
    topics: impl IntoIterator<Item = &'t Topic>,
    starts: NaiveDate,
    ends: NaiveDate,
) -> Option<u32> {
    let within = |topic: &&Topic| topic.planned.is_some_and(|day| starts <= day && day <= ends);
    let hours: u32 = topics.into_iter().filter(within).map(|topic| topic.hours_centi).sum();
    (hours > 0).then_some(hours)
}

/// Lays topics on the days of the course's lessons, in order: each takes as many lessons as it has hours, at least one. Topics beyond
/// the last lesson keep no day. `days` has a day once for each lesson held on it.
pub fn lay_out(topics: &[&Topic], days: &[NaiveDate]) -> Vec<Topic> {
    let mut at = 0_u32;
    topics
        .iter()
        .map(|topic| {
            let planned = days.get((at / 100) as usize).copied();
            at += topic.hours_centi.max(1);
            Topic { planned, ..(*topic).clone() }
        })
        .collect()
}

/// The topic of the next lesson, today's or the first after: by the days of a plan that has them, else by the lessons that have passed. A
/// topic of several hours is the next until its lessons are over. `days` has a day once for each lesson of the course.
pub fn next_topic<'t>(topics: &[&'t Topic], days: &[NaiveDate], today: NaiveDate) -> Option<&'t Topic> {
    let dated = |topic: &&Topic| topic.planned.is_some();
    let Some(last) = topics.iter().rposition(dated) else {
        return topic_for(topics, days.iter().filter(|day| **day < today).count() as u32);
    };
    let coming = topics.iter().position(|topic| topic.planned.is_some_and(|day| today <= day));
    // Past the last day, what the plan puts on no day comes next.
    let at = coming.unwrap_or(last + 1);
    let next = topics.get(at).copied();
    if next.is_some_and(|topic| topic.planned == Some(today)) {
        return next;
    }
    let before = topics.get(..at).unwrap_or_default().iter().rev().copied().find(|topic| topic.planned.is_some());
    let goes_on = before.filter(|topic| {
        let since = |day: &&NaiveDate| topic.planned.is_some_and(|first| first <= **day) && **day < today;
        let passed = days.iter().filter(since).count() as u32;
        passed > 0 && passed * 100 < topic.hours_centi
    });
    goes_on.or(next)
}

/// The topic that the plan offers for the lesson after so many held lessons.
fn topic_for<'t>(topics: &[&'t Topic], held: u32) -> Option<&'t Topic> {
    let mut until = 0;
    topics.iter().copied().find(|topic| {
        until += topic.hours_centi;
        until > held * 100
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::journal::{Class, Period, PeriodKind};
    use crate::domain::setup::{Scope, Slot, SpecialDays, rules};

    fn topic(ordinal: u32, hours_centi: u32) -> Topic {
        Topic {
            course: "C1".into(),
            ordinal,
            section: String::new(),
            topic: format!("Тема {ordinal}"),
            hours_centi,
            planned: None,
            kind_of_work: String::new(),
            homework: String::new(),
        }
    }

    #[test]
    fn topics_fall_on_lessons_by_their_hours() {
        let topics = [topic(1, 100), topic(2, 200), topic(3, 100)];
        let topics: Vec<&Topic> = topics.iter().collect();
        let days: Vec<NaiveDate> = (1..=3).filter_map(|day| NaiveDate::from_ymd_opt(2025, 9, day)).collect();
        let laid = lay_out(&topics, &days);
        let planned: Vec<Option<NaiveDate>> = laid.iter().map(|topic| topic.planned).collect();
        assert_eq!(planned, [Some(days[0]), Some(days[1]), None]);
        let offered = |held| topic_for(&topics, held).map(|topic| topic.ordinal);
        assert_eq!([0, 1, 2, 3, 4].map(offered), [Some(1), Some(2), Some(2), Some(3), None]);
    }

    #[test]
    fn the_next_topic_is_the_first_whose_day_has_not_passed_and_a_long_one_goes_on() {
        let november = |day| NaiveDate::from_ymd_opt(2025, 11, day).unwrap_or_default();
        let on = |ordinal, hours_centi, day| Topic { planned: Some(november(day)), ..topic(ordinal, hours_centi) };
        let next = |topics: &[Topic], today: u32| {
            let topics: Vec<&Topic> = topics.iter().collect();
            next_topic(&topics, &[18, 21, 25, 28].map(november), november(today)).map(|topic| topic.ordinal)
        };
        let plan = [on(1, 100, 18), on(2, 100, 25), on(3, 100, 28), topic(4, 100)];
        assert_eq!([18, 19, 25, 26, 28, 29].map(|day| next(&plan, day)), [1, 2, 2, 3, 3, 4].map(Some));
        let long = [on(1, 200, 18), on(2, 200, 25)];
        assert_eq!([19, 21, 22, 25, 28].map(|day| next(&long, day)), [1, 1, 2, 2, 2].map(Some));
        assert_eq!(next(&long, 29), None);
        let bare = [topic(1, 200), topic(2, 100)];
        assert_eq!([18, 21, 22, 25].map(|day| next(&bare, day)), [1, 1, 2, 2].map(Some), "by the lessons alone");
        assert_eq!(next(&[], 18), None);
    }

    #[test]
    fn a_plan_that_covers_a_part_is_not_whole_and_lost_lessons_are_explained() {
        let hours = Hours { planned: 1_000, due: 17_000 };
        assert!(hours.is_short() && !Hours { planned: 17_000, due: 17_000 }.is_short());
        assert_eq!(hours.covered(), "10 из 170 ч");
        let usual = why_beside(17_000, 167, 500);
        assert!(usual.contains("до 10 ч — двух учебных недель") && usual.contains("не ошибка"), "{usual}");
        let lost = why_beside(17_000, 150, 500);
        assert!(lost.contains("больше обычной") && lost.contains("каникулы класса"), "{lost}");
        assert!(why_beside(17_000, 172, 500).contains("повторению"));
        assert!(why_beside(1_000, 167, 500).contains("весь ли план внесён"));
        assert!(why_beside(17_000, 170, 500).is_empty() && why_beside(17_000, 0, 500).is_empty());
    }

    #[test]
    fn a_topic_on_a_free_day_is_told_the_day_s_name_and_one_on_a_moved_day_its_timetable() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        let course = Course {
            id: "C1".into(),
            class: "5А".into(),
            subject: "Математика".into(),
            group: String::new(),
            teacher_id: String::new(),
            hours_per_week_centi: 100,
            members: Vec::new(),
        };
        let period = Period {
            id: "Y".into(),
            name: "Год".into(),
            kind: PeriodKind::Quarter,
            grade_from: 1,
            grade_to: 9,
            starts: day("2026-09-01"),
            ends: day("2027-05-26"),
        };
        let class = Class { name: "5А".into(), grade: 5, class_teacher_id: String::new() };
        let mut journal =
            Journal { classes: vec![class], courses: vec![course], periods: vec![period], ..Journal::default() };
        journal.school.year = "2026/2027".into();
        let row = |on: &str, kind: &str, name: &str, follows: u8| SpecialDays {
            starts: day(on),
            ends: day(on),
            scope: Scope::School,
            kind: kind.into(),
            name: name.into(),
            follows,
        };
        let monday = Slot {
            course: "C1".into(),
            weekday: 1,
            number: 2,
            week: String::new(),
            since: None,
            until: None,
            room: String::new(),
            teacher: String::new(),
        };
        let days = vec![
            row("2026-11-23", "day_off", "Санитарный день", 0),
            row("2026-11-30", "study", "Перенос", 5),
            row("2026-12-07", "day_off", "", 0),
        ];
        let setup = Setup { days, timetable: vec![monday], ..Setup::default() };
        let calendar = setup.calendar(&journal);
        let told = |on: &str| {
            let cells = ["C1", "1", "", "Звук", "100", on, "", ""].map(str::to_owned);
            let found = without_lessons(&journal, &setup, &calendar, std::iter::once((2, cells.as_slice())));
            found.into_iter().map(|one| one.message).collect::<String>()
        };
        assert_eq!(told("2026-11-16"), "", "a Monday with its lesson");
        assert_eq!(told("2026-11-23"), "23.11.2026 у 5А нет уроков (Санитарный день): проверьте дату темы");
        assert!(told("2026-12-07").contains("(неучебный день)"), "{}", told("2026-12-07"));
        // 1 May 2027 is a Saturday, 9 May a Sunday.
        assert!(
            told("2027-05-03").contains("(перенесённый выходной: Праздник Весны и Труда)"),
            "{}",
            told("2027-05-03")
        );
        assert!(told("2027-05-10").contains("(перенесённый выходной: День Победы)"), "{}", told("2027-05-10"));
        let moved = told("2026-11-30");
        assert!(moved.contains("день перенесён, его расписание — пятница"), "{moved}");
        assert!(told("2026-11-17").contains("(вторник) урока «5А, Математика» по расписанию нет"));
        assert!(told("2026-11-21").contains("по режиму класса это выходной"), "{}", told("2026-11-21"));
    }

    #[test]
    fn hours_of_a_stretch_are_those_of_its_days() {
        let topics = [topic(1, 100), topic(2, 200), topic(3, 50)];
        let topics: Vec<&Topic> = topics.iter().collect();
        let days: Vec<NaiveDate> = (1..=3).filter_map(|day| NaiveDate::from_ymd_opt(2025, 9, day)).collect();
        let laid = lay_out(&topics, &days);
        assert_eq!(hours_within(&laid, days[0], days[0]), Some(100));
        assert_eq!(hours_within(&laid, days[0], days[2]), Some(300), "the third topic has no day");
        assert_eq!(hours_within(&laid, days[2], days[2]), None);
        assert_eq!(hours_within(topics, days[0], days[2]), None, "a plan without days says nothing of a period");
    }

    #[test]
    fn the_difference_in_hours_is_said() {
        assert_eq!(Hours { planned: 6600, due: 6800 }.difference(), "не хватает 2 ч");
        assert_eq!(Hours { planned: 6850, due: 6800 }.difference(), "лишних 0,5 ч");
        assert_eq!(Hours { planned: 6800, due: 6800 }.difference(), "");
        assert_eq!(beside_lessons(17_000, 167), "уроков меньше на 3");
        assert_eq!(beside_lessons(6750, 68), "уроков больше на 0,5");
        assert_eq!(beside_lessons(6800, 68), "");
        let no_hours = ["C1", "1", "", "Дроби", "0", "", "", ""].map(str::to_owned);
        let told = rules::row(&PLAN_TOPICS, &no_hours, "строка 1");
        assert_eq!(told.iter().map(|one| one.code).collect::<Vec<_>>(), ["setup.no-hours"]);
    }
}
