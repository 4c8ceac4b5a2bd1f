//! Reports with a day: the class teacher's preliminary one, two weeks before the period's end (DOC-13). Floor 3.

use super::super::query::segment;
use super::{Desk, Wait};
use crate::domain::duties::preliminary_due;
use crate::domain::rights::Role;
use crate::domain::words;

/// Days before its day from which the report is spoken of: a week.
const AHEAD: i64 = 7;

impl Desk<'_> {
    /// The report of each own class that is due within the week; what was due is not known to be done, so it is spoken of no longer.
    pub(super) fn reports(&self) -> Vec<Wait> {
        const KEY: &str = "report.preliminary";
        let policy = self.directory.policy(self.today);
        let Some(weeks) = policy.number(KEY) else { return Vec::new() };
        let due = |grade: u8| {
            let periods = self.directory.roster.periods_of_grade(grade);
            let days =
                periods.into_iter().filter_map(|period| Some((preliminary_due(period.ends, weeks)?, &period.id)));
            days.filter(|(due, _)| (0..=AHEAD).contains(&(*due - self.today).num_days())).min_by_key(|(due, _)| *due)
        };
        let wait = |(class, (due, period)): (&str, (chrono::NaiveDate, &String))| Wait {
            count: 1,
            what: "предварительный отчёт класса".to_owned(),
            detail: format!("{class} класс: напечатать до {}", words::day_and_month(due)),
            href: format!("/office/classes/{}/class-report-preliminary?period={}", segment(class), segment(period)),
            urgent: due == self.today,
            why: policy.clause(KEY).to_owned(),
        };
        let own = self.classes_of(Role::ClassTeacher);
        own.into_iter().filter_map(|class| Some((class.name.as_str(), due(class.grade)?))).map(wait).collect()
    }
}
