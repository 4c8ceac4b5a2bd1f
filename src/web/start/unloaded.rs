//! Classes whose lessons have gone on for weeks and whose journal was never loaded, for whoever loads it. Floor 3.

use chrono::{Duration, NaiveDate};

use super::super::answer::Refusal;
use super::waits::shortened;
use super::{Desk, Wait};
use crate::domain::rights::Action;
use crate::domain::words;

/// Lessons have been held for so long before a missing journal is spoken of. The first days go to lists and timetable, and schools bring the
/// journal by the week or the fortnight: two weeks without a line are no longer a beginning.
const LONG: Duration = Duration::days(14);

impl Desk<'_> {
    /// One line with the classes of which nothing was ever loaded, though their year has been going on.
    pub(super) async fn unloaded(&self) -> Result<Option<Wait>, Refusal> {
        if self.directory.year.is_empty() || !self.visitor.may_anywhere(Action::ImportData) {
            return Ok(None);
        }
        let roster = &self.directory.roster;
        let begun: Vec<(&str, NaiveDate)> = roster
            .classes
            .iter()
            .filter_map(|class| {
                let first = roster.periods_of_grade(class.grade).first()?.starts;
                let taught = roster.courses.iter().any(|course| course.class == class.name);
                (taught && goes_on(first, self.today)).then_some((class.name.as_str(), first))
            })
            .collect();
        let Some(since) = begun.iter().map(|(_, first)| *first).min() else { return Ok(None) };
        let loaded = self.state.house.db.list_classes_with_entries(&self.directory.year).await?;
        let lacking: Vec<&str> =
            begun.into_iter().map(|(class, _)| class).filter(|one| !loaded.contains(*one)).collect();
        let n = lacking.len() as u64;
        Ok((n > 0).then(|| Wait {
            count: n,
            what: words::plural(
                n,
                "класс: журнал не загружен",
                "класса: журнал не загружен",
                "классов: журнал не загружен",
            )
            .to_owned(),
            detail: format!(
                "уроки идут с {}, а в журнале нет ни одной записи: {}",
                words::day_and_month(since),
                shortened(lacking.into_iter())
            ),
            href: "/exchange/import".to_owned(),
            urgent: true,
            why: String::new(),
        }))
    }
}

/// Have lessons that began on `first` been held for so long that their journal is missed?
fn goes_on(first: NaiveDate, today: NaiveDate) -> bool {
    today - first > LONG
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_missed_after_two_weeks_of_lessons() {
        let day = |n: u32| NaiveDate::from_ymd_opt(2025, 9, n).unwrap_or_default();
        assert!(!goes_on(day(1), day(15)) && goes_on(day(1), day(16)));
        assert!(!goes_on(day(16), day(1)), "the year has not begun");
    }
}
