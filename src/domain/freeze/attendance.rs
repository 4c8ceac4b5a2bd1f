//! Missed lessons: counted day by day, then by month and in all. Floor 0.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::{Freezing, PeriodCopies};
use crate::domain::journal::Learner;
use crate::domain::names;
use crate::domain::policy::AbsenceKind;
use crate::domain::snapshot::{AttendanceCounts, AttendanceMonth, AttendanceRow, AttendanceSheet, MissedDay, MonthRow};

/// One learner's day.
#[derive(Default)]
pub(super) struct Day<'p> {
    /// Lessons that the learner had.
    held: u32,
    /// What was missed of them; whole days are counted once all lessons are known.
    counts: AttendanceCounts,
    /// Lessons missed, by the code of the reason.
    codes: BTreeMap<&'p str, u32>,
}

impl<'j> Freezing<'j> {
    /// `copies`: the signed copies of the year's periods, for a record of the year; none for a period's own.
    pub(super) fn attendance_sheet(&self, copies: &[PeriodCopies]) -> AttendanceSheet {
        let mut total = AttendanceCounts::default();
        let mut months: Vec<AttendanceMonth> = self.months();
        let each = |(no, learner): (u32, &Learner)| {
            let days = self.days(learner);
            for month in &mut months {
                let row = self.told_month(copies, &month.month, learner, &days);
                add(&mut month.total, &row.counts);
                month.rows.push(row);
            }
            let counts = self.counted(copies, learner, &days);
            add(&mut total, &counts);
            let name = names::list_name(&learner.surname, &learner.given_name);
            AttendanceRow { learner: learner.id.clone(), no, name, counts }
        };
        let rows = self.numbered().map(each).collect();
        AttendanceSheet { id: "attendance".to_owned(), rows, total, months }
    }

    /// The months of the span, nobody in them yet.
    fn months(&self) -> Vec<AttendanceMonth> {
        let mut months: Vec<String> =
            self.span.starts.iter_days().take_while(|day| *day <= self.span.ends).map(month_of).collect();
        months.dedup();
        let blank = |month| AttendanceMonth { month, rows: Vec::new(), total: AttendanceCounts::default() };
        months.into_iter().map(blank).collect()
    }

    /// Out of those days of the month that are counted.
    pub(super) fn month_row(
        &self,
        month: &str,
        learner: &Learner,
        days: &BTreeMap<NaiveDate, Day<'_>>,
        counted: &dyn Fn(NaiveDate) -> bool,
    ) -> MonthRow {
        let own = || days.iter().filter(|(date, _)| month_of(**date) == month && counted(**date));
        let missed = own().filter(|(_, day)| day.counts.lessons > 0);
        let days = missed.map(|(date, day)| MissedDay { day: date.day() as u8, missed: self.told(day) });
        MonthRow { learner: learner.id.clone(), days: days.collect(), counts: sum(own().map(|(_, day)| day)) }
    }

    /// «3Б», «1У 2н»: the codes in the order of the policy.
    fn told(&self, day: &Day<'_>) -> String {
        let codes = self.policy.absence_codes.iter();
        let told =
            codes.filter_map(|rule| day.codes.get(rule.code.as_str()).map(|count| format!("{count}{}", rule.code)));
        told.collect::<Vec<_>>().join(" ")
    }

    /// The days on which a learner had lessons, over every course; a day is missed when each of its lessons was.
    pub(super) fn days(&self, learner: &Learner) -> BTreeMap<NaiveDate, Day<'j>> {
        let mut days: BTreeMap<NaiveDate, Day<'j>> = BTreeMap::new();
        for course in &self.courses {
            for lesson in self.lessons.get(course.id.as_str()).into_iter().flatten() {
                if !learner.is_present_on(lesson.key.date) || !self.seats.sits(course, &learner.id, lesson.key.date) {
                    continue;
                }
                let day = days.entry(lesson.key.date).or_default();
                day.held += 1;
                let code = self.absences.get(&(&lesson.key, learner.id.as_str())).copied().unwrap_or_default();
                let Some(rule) = self.policy.absence(code) else { continue };
                let counts = &mut day.counts;
                let reason = match rule.kind {
                    AbsenceKind::Late => {
                        counts.late += 1;
                        continue;
                    }
                    AbsenceKind::Ill => &mut counts.lessons_ill,
                    AbsenceKind::Excused => &mut counts.lessons_excused,
                    AbsenceKind::Unexcused => &mut counts.lessons_unexcused,
                    AbsenceKind::Unexplained => &mut counts.lessons_unexplained,
                };
                *reason += 1;
                counts.lessons += 1;
                *day.codes.entry(rule.code.as_str()).or_default() += 1;
            }
        }
        for day in days.values_mut() {
            day.counts.days = u32::from(day.counts.lessons == day.held);
            day.counts.days_ill = u32::from(day.counts.lessons_ill == day.held);
        }
        days
    }
}

/// `2025-09`.
fn month_of(date: NaiveDate) -> String {
    date.format("%Y-%m").to_string()
}

pub(super) fn sum<'d, 'p: 'd>(days: impl Iterator<Item = &'d Day<'p>>) -> AttendanceCounts {
    let mut total = AttendanceCounts::default();
    days.for_each(|day| add(&mut total, &day.counts));
    total
}

pub(super) fn add(total: &mut AttendanceCounts, counts: &AttendanceCounts) {
    total.days += counts.days;
    total.lessons += counts.lessons;
    total.days_ill += counts.days_ill;
    total.lessons_ill += counts.lessons_ill;
    total.lessons_excused += counts.lessons_excused;
    total.lessons_unexcused += counts.lessons_unexcused;
    total.lessons_unexplained += counts.lessons_unexplained;
    total.late += counts.late;
}
