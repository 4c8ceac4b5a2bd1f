//! Learners' data on the first screen: checks of a class's data that are due or late. Floor 3.

use super::super::answer::Refusal;
use super::super::school::data_check;
use super::waits::shortened;
use super::{Desk, Wait};
use crate::domain::rights::{Action, Role};
use crate::domain::words;

impl Desk<'_> {
    /// Classes whose data are due to be checked: the class teacher's own from the month's beginning, to others those that are late.
    pub(super) async fn data_checks(&self) -> Result<Option<Wait>, Refusal> {
        if !self.visitor.may_anywhere(Action::CheckLearners) || self.directory.year.is_empty() {
            return Ok(None);
        }
        let own: Vec<&str> = self.classes_of(Role::ClassTeacher).iter().map(|class| class.name.as_str()).collect();
        let reach = self.visitor.reach(Action::CheckLearners);
        let checks = self.state.house.db.list_data_checks(&self.directory.year).await?;
        let (mut waiting, mut late) = (Vec::new(), false);
        for class in self.directory.roster.classes.iter().filter(|class| reach.whole_class(&class.name, class.grade)) {
            let stands = data_check::standing(self.directory, &checks, &class.name, self.today);
            if stands.is_overdue() || stands.is_due() && own.contains(&class.name.as_str()) {
                late |= stands.is_overdue();
                waiting.push(class.name.as_str());
            }
        }
        let n = waiting.len() as u64;
        Ok((n > 0).then(|| Wait {
            count: n,
            what: words::plural(
                n,
                "класс ждёт сверки данных",
                "класса ждут сверки данных",
                "классов ждут сверки данных",
            )
            .to_owned(),
            detail: format!("{}{}", if late { "срок прошёл: " } else { "" }, shortened(waiting.into_iter())),
            href: "/year/check".to_owned(),
            urgent: late,
            why: String::new(),
        }))
    }
}
