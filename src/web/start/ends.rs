//! Ends of periods: those that are near, those that are over while the period is open, and what came after a copy was drawn up. Floor 3.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Duration, NaiveDate};

use super::super::answer::Refusal;
use super::super::query::segment;
use super::late::Counted;
use super::waits::shortened;
use super::{Desk, Wait};
use crate::domain::calendar::SchoolCalendar;
use crate::domain::deadline::print_due;
use crate::domain::journal::YEAR;
use crate::domain::names;
use crate::domain::people::ReachSet;
use crate::domain::policy::PrintDue;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::{supplement, timeliness};

/// A last day on a Monday is spoken of on the Friday before.
pub(super) const NEAR: Duration = Duration::days(3);

impl Desk<'_> {
    /// Periods that have ended and are not closed, and those that end soon, for whoever may close them.
    pub(super) async fn periods(&self) -> Result<Vec<Wait>, Refusal> {
        let reach = self.visitor.reach(Action::IssueCopies);
        if reach.is_empty() {
            return Ok(Vec::new());
        }
        let counted = self.state.late.at(self.state, self.directory.turn);
        // By period, the earliest first: its name in words, and the classes that owe its copy.
        let mut open: BTreeMap<(NaiveDate, &str), (String, Vec<&str>)> = BTreeMap::new();
        let mut lacking: BTreeSet<&str> = BTreeSet::new();
        for class in self.directory.roster.classes.iter().filter(|class| reach.class(&class.name, class.grade)) {
            let own = self.directory.roster.periods_of_grade(class.grade);
            let closed = |id: &str| self.directory.is_closed(&class.name, id);
            // The year itself waits behind the last of its periods.
            let year = own.last().filter(|_| own.iter().all(|period| closed(&period.id)));
            let all = own.iter().map(|period| (period.ends, period.id.as_str(), words::period_title(&period.name)));
            let all = all.chain(year.map(|last| (last.ends, YEAR, "учебный год".to_owned())));
            for (ends, id, title) in all.filter(|(ends, id, _)| *ends < self.today && !closed(id)) {
                open.entry((ends, id)).or_insert((title, Vec::new())).1.push(&class.name);
                lacking.extend(lacks(counted.as_deref(), id, &class.name).then_some(class.name.as_str()));
            }
        }
        let mut waits = self.ending(&reach, counted.as_deref()).await?;
        let Some((_, first)) = open.keys().next() else { return Ok(waits) };
        let n: u64 = open.values().map(|(_, classes)| classes.len() as u64).sum();
        // A class stands with the very period: copies of its other periods may be there.
        let owed = open.values().map(|(title, classes)| format!("{title} — {}", shortened(classes.iter().copied())));
        let owed: Vec<String> = owed.collect();
        // A quarter of three classes is one period, closed three times.
        let [one, few, many] = [
            "журнал класса за период не закрыт",
            "журнала классов за период не закрыты",
            "журналов классов за период не закрыто",
        ];
        waits.push(Wait {
            count: n,
            what: words::plural(n, one, few, many).to_owned(),
            detail: format!("дни периода прошли, копии ещё не составлены: {}{}", owed.join("; "), missing(lacking)),
            // What is missing is seen there, and the period is closed there: the earliest of them first.
            href: format!("/copies/gaps?period={}", segment(first)),
            urgent: true,
            why: String::new(),
        });
        Ok(waits)
    }

    /// Periods whose last day is today or near: what is missing is asked for while lessons still go on.
    async fn ending(&self, reach: &ReachSet, counted: Option<&Counted>) -> Result<Vec<Wait>, Refusal> {
        let mut ends: BTreeMap<(NaiveDate, NaiveDate, &str), Vec<&str>> = BTreeMap::new();
        for class in self.directory.roster.classes.iter().filter(|class| reach.class(&class.name, class.grade)) {
            let own = self.directory.roster.periods_of_grade(class.grade);
            let near = own.iter().filter(|period| self.today <= period.ends && period.ends <= self.today + NEAR);
            for period in near.filter(|period| !self.directory.is_closed(&class.name, &period.id)) {
                ends.entry((period.ends, period.starts, period.id.as_str())).or_default().push(&class.name);
            }
        }
        if ends.is_empty() {
            return Ok(Vec::new());
        }
        let calendar = self.calendar().await?;
        let policy = self.directory.policy(self.today);
        // Why on that day: what the school's rules say, in words; the clause stands behind «Почему?».
        let rule = format!("по правилам школы — {}", policy.print_due.as_russian());
        let clause = policy.clause(due_key(policy.print_due));
        let wait = |((day, starts, id), classes): ((NaiveDate, NaiveDate, &str), Vec<&str>)| {
            let due = classes.iter().filter_map(|class| print_due(policy, &calendar, class, (starts, day))).min();
            let by = match due {
                Some(due) if due < self.today => format!(", копии были нужны к {} ({rule})", words::date_short(due)),
                Some(due) if due != day => format!(", копии нужны к {} ({rule})", words::date_short(due)),
                _ => String::new(),
            };
            let why = if by.is_empty() { String::new() } else { clause.to_owned() };
            let lacking = classes.iter().copied().filter(|class| lacks(counted, id, class)).collect();
            Wait {
                count: classes.len() as u64,
                what: words::plural(
                    classes.len() as u64,
                    "класс кончает период",
                    "класса кончают период",
                    "классов кончают период",
                )
                .to_owned(),
                detail: format!(
                    "последний день {}{by}: проверьте полноту и закройте: {}{}",
                    words::date_short(day),
                    shortened(classes.into_iter()),
                    missing(lacking)
                ),
                href: format!("/copies/gaps?period={}", segment(id)),
                urgent: due.unwrap_or(day).min(day) <= self.today,
                why,
            }
        };
        Ok(ends.into_iter().map(wait).collect())
    }

    /// The year's calendar, read once for a state of the school's data.
    pub(super) async fn calendar(&self) -> Result<Arc<SchoolCalendar>, Refusal> {
        let key = (self.directory.year.clone(), "calendar".to_owned(), String::new());
        let make = async {
            let calendar = timeliness::calendar(&self.state.house, &self.directory.year).await?;
            Ok::<_, Refusal>(Arc::new(calendar))
        };
        self.state.pages.calendars.find_or_make(key, self.directory.turn, make).await
    }

    /// Copies whose period brought something after they were drawn up, for whoever may draw up the supplement (DOC-18). One that is made
    /// already waits as every copy does.
    pub(super) async fn supplements(&self) -> Result<Option<Wait>, Refusal> {
        let reach = self.visitor.reach(Action::IssueCopies);
        if reach.is_empty() {
            return Ok(None);
        }
        let key = (self.directory.year.clone(), "supplements".to_owned(), String::new());
        let make = async { Ok::<_, Refusal>(Arc::new(supplement::open_ones(&self.state.house).await?)) };
        let open = self.state.pages.supplements.find_or_make(key, self.state.turn().await?, make).await?;
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let owed = open.iter().filter(|one| one.entries > 0 && reach.class(&one.row.class, grade(&one.row.class)));
        let mut owed: Vec<_> = owed.collect();
        owed.sort_by(|a, b| names::natural(&a.row.class, &b.row.class));
        let Some(first) = owed.first() else { return Ok(None) };
        let n = owed.len() as u64;
        let entries: u64 = owed.iter().map(|one| one.entries as u64).sum();
        Ok(Some(Wait {
            count: n,
            what: words::plural(
                n,
                "копия ждёт дополнительного листа",
                "копии ждут дополнительного листа",
                "копий ждут дополнительного листа",
            )
            .to_owned(),
            detail: format!(
                "{} после составления: {}",
                entered(entries),
                shortened(owed.iter().map(|one| one.row.class.as_str()))
            ),
            href: match n {
                1 => format!("/copies/{}", segment(&first.row.copy)),
                _ => "/copies?state=late".to_owned(),
            },
            urgent: true,
            why: String::new(),
        }))
    }
}

/// «внесена 1 запись», «внесено 5 записей».
fn entered(entries: u64) -> String {
    let verb = words::plural(entries, "внесена", "внесены", "внесено");
    format!("{verb} {}", words::count(entries, "запись", "записи", "записей"))
}

/// The key under which the rules say by when copies are needed.
fn due_key(due: PrintDue) -> &'static str {
    match due {
        PrintDue::BeforeEnd(_) => "print.due_before_end",
        PrintDue::AfterEnd(_) => "print.due_after_end",
        PrintDue::By(..) => "print.due_by",
    }
}

/// Was a class found to lack something, when it was last looked at?
fn lacks(counted: Option<&Counted>, period: &str, class: &str) -> bool {
    counted.and_then(|counted| counted.lacking.get(period)).is_some_and(|classes| classes.contains(class))
}

/// «; не хватает записей: 5А, 6Б»; nothing when nothing is known to be missing.
fn missing(classes: BTreeSet<&str>) -> String {
    if classes.is_empty() {
        return String::new();
    }
    let mut classes: Vec<&str> = classes.into_iter().collect();
    classes.sort_by(|a, b| names::natural(a, b));
    format!("; не хватает записей: {}", shortened(classes.into_iter()))
}
