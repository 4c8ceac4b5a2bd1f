//! Sessions remembered for some seconds, so that a page read need not ask the sessions' table. Floor 2.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;

use super::Visit;

/// Sessions remembered at one time; twice the thousand that a school opens in a morning.
const REMEMBERED: usize = 2_000;

/// A session's visitor, as read under a turn of the log on a day: offices begin and end with days.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    pub(super) visit: Visit,
    pub(super) turn: u64,
    pub(super) day: NaiveDate,
    /// Unix seconds up to which the session's row is not read again.
    pub(super) until: i64,
    /// Unix seconds of the last use written down.
    pub(super) touched: i64,
    /// Unix seconds of the absolute end.
    pub(super) ends: i64,
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    sessions: HashMap<String, Remembered>,
    /// Ends so far.
    ends: u64,
}

/// How many sessions had ended when a session's row was read: what was read before an end is not remembered after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends(u64);

impl Memory {
    /// What is known of a session under a turn and on a day, and the ends so far.
    pub(super) fn find(&self, name: &str, turn: u64, day: NaiveDate) -> (Option<Remembered>, Ends) {
        let kept = self.kept();
        let found = kept.sessions.get(name).filter(|held| held.turn == turn && held.day == day);
        (found.cloned(), Ends(kept.ends))
    }

    /// Remembers a session, unless one has ended since its row was read.
    pub(super) fn keep(&self, name: String, session: Remembered, read_after: Ends, moment: i64) {
        let mut kept = self.kept();
        if kept.sessions.len() >= REMEMBERED {
            kept.sessions.retain(|_, held| moment < held.until);
        }
        if kept.sessions.len() < REMEMBERED && kept.ends == read_after.0 {
            kept.sessions.insert(name, session);
        }
    }

    /// The last use was written down.
    pub(super) fn touched(&self, name: &str, moment: i64) {
        if let Some(held) = self.kept().sessions.get_mut(name) {
            held.touched = moment;
        }
    }

    /// Drops what is remembered of a session that is no more. No end is counted: whoever sends made-up tokens disturbs nobody.
    pub(super) fn drop(&self, name: &str) {
        self.kept().sessions.remove(name);
    }

    /// Forgets a session whose end is written.
    pub(super) fn forget(&self, name: &str) {
        let mut kept = self.kept();
        kept.ends += 1;
        kept.sessions.remove(name);
    }

    /// Forgets every session of a person, when an end or a change of the account is written.
    pub(super) fn forget_person(&self, person: &str) {
        let mut kept = self.kept();
        kept.ends += 1;
        kept.sessions.retain(|_, held| held.visit.visitor.account != person);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::people::Visitor;
    use crate::flow::signin::Stage;

    fn session(person: &str, day: NaiveDate) -> Remembered {
        let visitor = Visitor {
            account: person.into(),
            name: String::new(),
            offices: Vec::new(),
            second_factor: false,
            rules: Default::default(),
        };
        let visit = Visit { visitor: Arc::new(visitor), stage: Stage::Open, session: String::new() };
        Remembered { visit, turn: 7, day, until: 100, touched: 0, ends: 1000 }
    }

    #[test]
    fn what_was_read_before_an_end_is_not_remembered_after_it() {
        let (memory, day) = (Memory::default(), NaiveDate::default());
        let (_, before) = memory.find("S1", 7, day);
        memory.keep("S1".into(), session("T1", day), before, 0);
        assert!(memory.find("S1", 7, day).0.is_some());
        let (_, reading) = memory.find("S2", 7, day);
        memory.forget("S1");
        memory.keep("S1".into(), session("T1", day), reading, 0);
        assert!(memory.find("S1", 7, day).0.is_none(), "the row was read before the end");
    }

    #[test]
    fn a_session_is_known_under_its_turn_and_day_only_and_ends_with_its_person() {
        let (memory, day) = (Memory::default(), NaiveDate::default());
        let (_, ends) = memory.find("S1", 7, day);
        memory.keep("S1".into(), session("T1", day), ends, 0);
        assert!(memory.find("S1", 8, day).0.is_none() && memory.find("S1", 7, day.succ_opt().unwrap()).0.is_none());
        memory.forget_person("T2");
        assert!(memory.find("S1", 7, day).0.is_some());
        memory.forget_person("T1");
        assert!(memory.find("S1", 7, day).0.is_none());
    }
}
