//! What waits for families without electronic access: their paper extracts. Floor 3.

use super::super::answer::Refusal;
use super::super::query::segment;
use super::{Desk, Wait};
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::flow;

impl Desk<'_> {
    /// Paper extracts of the own class; whoever keeps paper sees them among the deeds of the office.
    pub(super) async fn extracts(&self) -> Result<Option<Wait>, Refusal> {
        let own: Vec<&str> = self.classes_of(Role::ClassTeacher).iter().map(|class| class.name.as_str()).collect();
        if own.is_empty() || self.visitor.may_anywhere(Action::KeepPaper) {
            return Ok(None);
        }
        let act = self.state.act(&self.visitor.account);
        let wanted = |name: &str| own.contains(&name);
        let (due, unhanded) = flow::office::extracts::owed(&self.state.house, &wanted, &act).await?;
        let n = due + unhanded;
        Ok((n > 0).then(|| Wait {
            count: n,
            what: words::plural(n, "выписка для семьи", "выписки для семей", "выписок для семей").to_owned(),
            detail: format!("напечатать: {due}, выдать: {unhanded}"),
            href: format!("/office/extracts/{}", segment(own[0])),
            urgent: false,
            why: String::new(),
        }))
    }
}
