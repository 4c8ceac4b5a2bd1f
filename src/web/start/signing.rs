//! Copies that are being signed, for who leads them to the seal: how many, and who is owed. Floor 3.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::waiting::Awaited;
use super::{Desk, Wait};
use crate::domain::copy::State as CopyState;
use crate::domain::names;
use crate::domain::rights::{Action, Role};
use crate::domain::words;

impl Desk<'_> {
    /// Copies that wait for the signatures of others, a next version of a sealed copy among them. What waits for the visitor alone is told as
    /// the own signature.
    pub(super) fn signing(&self, copies: &[Awaited]) -> Option<Wait> {
        if !self.holds(&[Role::Secretary, Role::JournalKeeper]) {
            return None;
        }
        let roster = &self.directory.roster;
        let me = self.visitor.account.as_str();
        let reach = self.visitor.reach(Action::ReadCopies);
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let seen = copies.iter().filter(|copy| reach.class(&copy.row.class, grade(&copy.row.class)));
        let (mut n, mut owed) = (0_u64, BTreeMap::<&str, u64>::new());
        for copy in seen.filter(|copy| copy.row.state == CopyState::Issued) {
            let others: Vec<&str> = copy.signers.iter().map(String::as_str).filter(|id| *id != me).collect();
            if others.is_empty() && !copy.signers.is_empty() {
                continue;
            }
            n += 1;
            for id in others {
                *owed.entry(id).or_default() += 1;
            }
        }
        // Who is owed the most stands first.
        let mut owed: Vec<(&str, u64)> = owed.into_iter().collect();
        owed.sort_by_key(|(_, copies)| Reverse(*copies));
        let name = |(id, _): &(&str, u64)| {
            let member = roster.staff_member(id);
            let short = member.map(|one| names::short_name(&one.surname, &one.given_name, &one.patronymic));
            short.unwrap_or_else(|| (*id).to_owned())
        };
        let named: Vec<String> = owed.iter().map(name).collect();
        let detail = match named.is_empty() {
            true => "видно, чья очередь".to_owned(),
            false => format!("ждём подписи: {}", super::shortened(named.iter().map(String::as_str))),
        };
        (n > 0).then(|| Wait {
            count: n,
            what: words::plural(n, "копия на подписании", "копии на подписании", "копий на подписании").to_owned(),
            detail,
            href: "/copies?state=issued".to_owned(),
            urgent: false,
            why: String::new(),
        })
    }
}
