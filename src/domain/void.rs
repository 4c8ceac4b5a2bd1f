//! Compromise: which changes of an account count as void, and what becomes of each. Floor 0.
//!
//! A notice says from which moment an account was in foreign hands (SEC-03; 003 Зам 21, Кл 11, Уч 16). What the account did from then until the
//! notice is void until somebody decides: re-approved, or undone. A decision of an account that turns out compromised is void itself.

use chrono::{DateTime, FixedOffset};

/// A notice of compromise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Number, from 1.
    pub no: u64,
    /// The account.
    pub account: String,
    /// From this moment on what it did is void.
    pub since: DateTime<FixedOffset>,
    /// Index of the notice in the log: what the account did after it, with new credentials, is its own again.
    pub event: u64,
}

/// Somebody did something: who, when, and where it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Index of its event in the log.
    pub event: u64,
}

/// What is decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A change of a row, by number.
    Change(u64),
    /// Any other act, by the index of its event.
    Event(u64),
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// Looked at and good: it stands.
    Approved,
    /// Taken back.
    Undone,
}

impl Decision {
    /// Word of the store and the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Undone => "undone",
        }
    }

    /// Reads [`Decision::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Approved, Self::Undone].into_iter().find(|decision| decision.as_str() == text)
    }
}

/// A decision and who took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// About what.
    pub target: Target,
    /// What.
    pub decision: Decision,
    /// By whom and when.
    pub deed: Deed,
}

/// How a deed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No notice covers it.
    Sound,
    /// Void under the notice of this number, and nobody decided yet.
    Pending(u64),
    /// Void once, re-approved.
    Approved,
    /// Void and taken back.
    Undone,
}

impl Standing {
    /// May it be built upon?
    pub fn is_trusted(self) -> bool {
        matches!(self, Self::Sound | Self::Approved)
    }

    /// In Russian, as lists name it.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Sound => "в силе",
            Self::Pending(_) => "ждёт решения",
            Self::Approved => "подтверждено",
            Self::Undone => "отменено",
        }
    }

    /// Is it pending?
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Pending(_))
    }
}

/// All notices and rulings of a house, in the order of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Docket {
    /// Notices.
    pub notices: Vec<Notice>,
    /// Rulings.
    pub rulings: Vec<Ruling>,
}

impl Docket {
    /// The notice that makes a deed void: of its account, from its moment or before, later in the log.
    pub fn notice_on(&self, deed: &Deed) -> Option<&Notice> {
        self.notices.iter().find(|n| n.account == deed.actor && n.since <= deed.at && deed.event < n.event)
    }

    /// How a deed stands by notices and rulings alone. The last ruling of a trusted account counts.
    pub fn standing(&self, target: Target, deed: &Deed) -> Standing {
        let Some(notice) = self.notice_on(deed) else { return Standing::Sound };
        let of_target = self.rulings.iter().rev().filter(|ruling| ruling.target == target);
        let mut trusted = of_target.filter(|ruling| self.notice_on(&ruling.deed).is_none());
        match trusted.next().map(|ruling| ruling.decision) {
            None => Standing::Pending(notice.no),
            Some(Decision::Approved) => Standing::Approved,
            Some(Decision::Undone) => Standing::Undone,
        }
    }
}

/// One change of a row, without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Number of the change.
    pub seq: u64,
    /// The earliest change of the row that it takes back; 0 for none.
    pub undoes: u64,
    /// Whose deed it was.
    pub deed: Deed,
}

/// What a row's history comes to under a docket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowVerdict {
    /// How each change stands, in their order.
    pub standings: Vec<(u64, Standing)>,
    /// Pending changes on which nothing trusted was built: undoing restores what stood before the first of them.
    pub tail: Vec<u64>,
    /// Pending changes that somebody trustworthy built upon, each with the number of that later change: left for people to decide.
    pub overtaken: Vec<(u64, u64)>,
}

/// Weighs the whole history of one row, oldest first.
pub fn weigh_row(history: &[Step], docket: &Docket) -> RowVerdict {
    let mut standings: Vec<Standing> =
        history.iter().map(|step| docket.standing(Target::Change(step.seq), &step.deed)).collect();
    // Changes in force: what a trusted hand took back is out, and so is the taking back itself.
    let mut in_force: Vec<usize> = Vec::new();
    for (at, step) in history.iter().enumerate() {
        if step.undoes > 0 && standings[at].is_trusted() {
            for taken in in_force.extract_if(.., |earlier| history[*earlier].seq >= step.undoes) {
                if standings[taken].is_pending() {
                    standings[taken] = Standing::Undone;
                }
            }
        } else if standings[at] != Standing::Undone {
            in_force.push(at);
        }
    }
    let mut verdict = RowVerdict::default();
    let mut built_upon = None;
    for at in in_force.into_iter().rev() {
        match (standings[at].is_pending(), built_upon) {
            (false, _) => built_upon = Some(history[at].seq),
            (true, None) => verdict.tail.insert(0, history[at].seq),
            (true, Some(later)) => verdict.overtaken.insert(0, (history[at].seq, later)),
        }
    }
    verdict.standings = history.iter().map(|step| step.seq).zip(standings).collect();
    verdict
}
