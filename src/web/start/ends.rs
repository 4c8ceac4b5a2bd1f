//! Ends of periods: those that are near, and those that are over while the period is open. Floor 3.

use std::collections::BTreeMap;

use chrono::Duration;

use super::super::query::segment;
use super::waits::shortened;
use super::{Desk, Wait};
use crate::domain::journal::YEAR;
use crate::domain::people::ReachSet;
use crate::domain::rights::{Action, Role};
use crate::domain::words;

impl Desk<'_> {
    /// Periods that have ended and are not closed, for those who answer for copies.
    pub(super) fn periods(&self) -> Vec<Wait> {
        if !self.holds(&[Role::Deputy, Role::Director, Role::JournalKeeper, Role::Administrator]) {
            return Vec::new();
        }
        let reach = self.visitor.reach(Action::IssueCopies);
        let mut open: Vec<String> = Vec::new();
        let mut first: Option<(chrono::NaiveDate, String)> = None;
        for class in self.directory.roster.classes.iter().filter(|class| reach.class(&class.name, class.grade)) {
            let own = self.directory.roster.periods_of_grade(class.grade);
            let closed = |id: &str| self.directory.is_closed(&class.name, id);
            // The year itself waits behind the last of its periods.
            let year = own.last().filter(|_| own.iter().all(|period| closed(&period.id)));
            let all = own.iter().map(|period| (period.ends, period.id.as_str()));
            let all = all.chain(year.map(|last| (last.ends, YEAR))).filter(|(ends, _)| *ends < self.today);
            for (ends, id) in all.filter(|(_, id)| !closed(id)) {
                open.push(class.name.clone());
                let this = (ends, id.to_owned());
                first = Some(first.map_or(this.clone(), |held| held.min(this)));
            }
        }
        let mut waits = self.ending(&reach);
        if open.is_empty() {
            return waits;
        }
        let n = open.len() as u64;
        open.dedup();
        let [one, few, many] =
            ["учётный период не закрыт", "учётных периода не закрыты", "учётных периодов не закрыто"];
        waits.push(Wait {
            count: n,
            what: words::plural(n, one, few, many).to_owned(),
            detail: format!(
                "дни периода прошли, копии ещё не составлены: {}",
                shortened(open.iter().map(String::as_str))
            ),
            // What is missing is seen there, and the period is closed there: the earliest of them first.
            href: first
                .map_or_else(|| "/copies/gaps".to_owned(), |(_, id)| format!("/copies/gaps?period={}", segment(&id))),
            urgent: true,
        });
        waits
    }

    /// Periods whose last day is today or near: what is missing is asked for while lessons still go on.
    fn ending(&self, reach: &ReachSet) -> Vec<Wait> {
        /// A last day on a Monday is spoken of on the Friday before.
        const NEAR: Duration = Duration::days(3);
        let mut ends: BTreeMap<(chrono::NaiveDate, &str), Vec<&str>> = BTreeMap::new();
        for class in self.directory.roster.classes.iter().filter(|class| reach.class(&class.name, class.grade)) {
            let own = self.directory.roster.periods_of_grade(class.grade);
            let near = own.iter().filter(|period| self.today <= period.ends && period.ends <= self.today + NEAR);
            for period in near.filter(|period| !self.directory.is_closed(&class.name, &period.id)) {
                ends.entry((period.ends, period.id.as_str())).or_default().push(&class.name);
            }
        }
        let wait = |((day, id), classes): ((chrono::NaiveDate, &str), Vec<&str>)| Wait {
            count: classes.len() as u64,
            what: words::plural(
                classes.len() as u64,
                "класс кончает период",
                "класса кончают период",
                "классов кончают период",
            )
            .to_owned(),
            detail: format!(
                "последний день {}: проверьте полноту и закройте: {}",
                words::date_short(day),
                shortened(classes.into_iter())
            ),
            href: format!("/copies/gaps?period={}", segment(id)),
            urgent: false,
        };
        ends.into_iter().map(wait).collect()
    }
}
