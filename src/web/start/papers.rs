//! Paper that is printed and not yet in the office, for who hands it in. Floor 3.

use super::super::answer::Refusal;
use super::super::office::pile;
use super::super::query::segment;
use super::{Desk, Wait};
use crate::domain::rights::Action;
use crate::domain::words;
use crate::store::Which;

impl Desk<'_> {
    /// Printed copies that the person hands in; who keeps the register receives, and reads of them among the deeds of the office.
    pub(super) async fn unhanded(&self) -> Result<Option<Wait>, Refusal> {
        let visitor = self.visitor;
        if self.directory.year.is_empty()
            || !visitor.may_anywhere(Action::HandOverPaper)
            || visitor.may_anywhere(Action::KeepPaper)
        {
            return Ok(None);
        }
        let papers = self.state.house.db.list_paper(Which::Year(&self.directory.year)).await?;
        let own = pile::unhanded(self.state, self.directory, visitor, &papers).await?;
        let n = own.len() as u64;
        let Some(first) = own.first() else { return Ok(None) };
        let mut classes: Vec<&str> = own.iter().map(|kept| kept.copy.class.as_str()).collect();
        classes.dedup();
        Ok(Some(Wait {
            count: n,
            what: words::plural(
                n,
                "напечатанная копия не сдана в канцелярию",
                "напечатанные копии не сданы в канцелярию",
                "напечатанных копий не сдано в канцелярию",
            )
            .to_owned(),
            detail: format!("сдать и подписать: {}", super::shortened(classes.into_iter())),
            href: match n {
                1 => format!("/copies/{}#paper-title", segment(&first.copy.copy)),
                _ => "/copies?state=sealed#hand-in-pile".to_owned(),
            },
            urgent: false,
            why: String::new(),
        }))
    }
}
