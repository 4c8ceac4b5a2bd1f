//! The lifecycle of a copy: one enum, one transition table; which version is in force. Floor 0.

use super::snapshot::supplement_no;

/// Where a version of a copy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The period is closed and its snapshot frozen; no pages yet.
    Frozen,
    /// Typeset and numbered; the route is being signed.
    Issued,
    /// Every signer of the route has signed.
    Signed,
    /// Sealed, registered, in the archive.
    Sealed,
    /// A signer refused; a next version is needed.
    Refused,
    /// A later version of the same copy took its place.
    Superseded,
}

/// What may happen to a version of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Typeset it.
    Issue,
    /// Take one signature; others are still missing.
    Sign,
    /// Take the last signature of the route.
    SignLast,
    /// A signer refuses.
    Refuse,
    /// Put the school's seal.
    Seal,
    /// A later version is made.
    Supersede,
}

/// Why the lifecycle says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: сейчас копия {}", action.as_refusal(), state.as_russian())]
pub struct Refusal {
    /// What was asked.
    pub action: Action,
    /// Where the copy stands.
    pub state: State,
}

impl State {
    /// Every state, in the order of the way.
    pub const ALL: [Self; 6] =
        [Self::Frozen, Self::Issued, Self::Signed, Self::Sealed, Self::Refused, Self::Superseded];

    /// Has everybody signed what stands? Another version in its place takes a decision of the director or of a deputy.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Signed | Self::Sealed)
    }

    /// Word of the store, JSON and log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Issued => "issued",
            Self::Signed => "signed",
            Self::Sealed => "sealed",
            Self::Refused => "refused",
            Self::Superseded => "superseded",
        }
    }

    /// Reads [`State::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Words for people.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Frozen => "ждёт выпуска",
            Self::Issued => "на подписании",
            Self::Signed => "подписана, ждёт печати",
            Self::Sealed => "скреплена печатью",
            Self::Refused => "отклонена подписантом",
            Self::Superseded => "заменена более поздней версией",
        }
    }

    /// The same of the document that an identifier names: a supplement (дополнительный лист) is «скреплён», a copy «скреплена».
    pub fn said_of(self, id: &str) -> &'static str {
        match self {
            _ if supplement_no(id).is_none() => self.as_russian(),
            Self::Frozen | Self::Issued => self.as_russian(),
            Self::Signed => "подписан, ждёт печати",
            Self::Sealed => "скреплён печатью",
            Self::Refused => "отклонён подписантом",
            Self::Superseded => "заменён более поздней версией",
        }
    }
}

/// A version of a copy, for the question which of them is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub no: u32,
    /// Where it stands.
    pub state: State,
    /// Does it stand on the register? A sealed version keeps its line when a later one is made.
    pub is_registered: bool,
}

/// How a version stands among the versions of its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the last that was sealed; `next` is being made and takes its place when it is sealed.
    InForce {
        /// The later version that is not sealed yet.
        next: Option<u32>,
    },
    /// It is the last and not sealed yet; until then an earlier one is in force, if any was sealed.
    Coming {
        /// The earlier version.
        in_force: Option<u32>,
    },
    /// Another took its place.
    Replaced {
        /// Which one.
        by: u32,
        /// The version in force; not the same as `by` while that one is not sealed.
        in_force: Option<u32>,
    },
}

/// The version in force: the last one that was sealed.
pub fn in_force(versions: &[Version]) -> Option<u32> {
    let sealed = |one: &&Version| one.is_registered || one.state == State::Sealed;
    versions.iter().filter(sealed).map(|one| one.no).max()
}

/// A sealed version is in force until a later one is sealed; one that was never sealed is replaced as soon as the next is made.
pub fn standing(versions: &[Version], no: u32) -> Standing {
    let held = in_force(versions);
    let last = versions.iter().map(|one| one.no).max().unwrap_or(no);
    match held {
        Some(sealed) if sealed == no => Standing::InForce { next: (last > no).then_some(last) },
        Some(sealed) if sealed > no => Standing::Replaced { by: sealed, in_force: held },
        _ if last > no => Standing::Replaced { by: last, in_force: held },
        _ => Standing::Coming { in_force: held },
    }
}

impl Standing {
    /// Did another version take its place?
    pub fn is_replaced(self) -> bool {
        matches!(self, Self::Replaced { .. })
    }

    /// What a badge says of a version: until when it is in force, or its state.
    pub fn said(self, state: State, id: &str) -> String {
        match self {
            Self::InForce { next: Some(next) } => format!("действует до печати версии {next}"),
            _ => state.said_of(id).to_owned(),
        }
    }
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 6] = [Self::Issue, Self::Sign, Self::SignLast, Self::Refuse, Self::Seal, Self::Supersede];

    fn as_refusal(self) -> &'static str {
        match self {
            Self::Issue => "выпустить нельзя",
            Self::Sign | Self::SignLast => "подписать нельзя",
            Self::Refuse => "отклонить нельзя",
            Self::Seal => "скрепить печатью нельзя",
            Self::Supersede => "заменить нельзя",
        }
    }
}

/// The law of a copy's life: the state after an action, or why not.
pub fn next(state: State, action: Action) -> Result<State, Refusal> {
    match (state, action) {
        (State::Frozen, Action::Issue) => Ok(State::Issued),
        (State::Issued, Action::Sign) => Ok(State::Issued),
        (State::Issued, Action::SignLast) => Ok(State::Signed),
        (State::Issued, Action::Refuse) => Ok(State::Refused),
        (State::Signed, Action::Seal) => Ok(State::Sealed),
        (State::Frozen | State::Issued | State::Signed | State::Sealed | State::Refused, Action::Supersede) => {
            Ok(State::Superseded)
        }
        (State::Frozen, Action::Sign | Action::SignLast | Action::Refuse | Action::Seal)
        | (State::Issued, Action::Issue | Action::Seal)
        | (State::Signed, Action::Issue | Action::Sign | Action::SignLast | Action::Refuse)
        | (
            State::Sealed | State::Refused,
            Action::Issue | Action::Sign | Action::SignLast | Action::Refuse | Action::Seal,
        )
        | (State::Superseded, _) => Err(Refusal { action, state }),
    }
}

/// The transition table as text: a change of the law shows in the diff of `tests/golden/copy_states.txt`.
pub fn table() -> String {
    let mut text = String::new();
    for state in State::ALL {
        for action in Action::ALL {
            let after = next(state, action).map_or("-", State::as_str);
            text.push_str(&format!("{} {action:?} {after}\n", state.as_str()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_copy_refuses_a_second_seal_and_every_signature() {
        for action in [Action::Seal, Action::Sign, Action::SignLast, Action::Refuse, Action::Issue] {
            assert_eq!(next(State::Sealed, action), Err(Refusal { action, state: State::Sealed }));
        }
    }

    #[test]
    fn every_state_reads_back_its_word() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn a_sealed_version_is_in_force_until_a_later_one_is_sealed() {
        let version = |no, state, is_registered| Version { no, state, is_registered };
        // As the database has it after a re-issue: the sealed row is marked, its line in the register stays.
        let first = version(1, State::Superseded, true);
        for state in [State::Frozen, State::Issued, State::Signed, State::Refused] {
            let both = [first, version(2, state, false)];
            assert_eq!(in_force(&both), Some(1), "{state:?}");
            assert_eq!(standing(&both, 1), Standing::InForce { next: Some(2) }, "{state:?}");
            assert_eq!(standing(&both, 2), Standing::Coming { in_force: Some(1) }, "{state:?}");
            let said = standing(&both, 1).said(first.state, "2025-05A-Q1");
            assert_eq!(said, "действует до печати версии 2");
        }
        let both = [first, version(2, State::Sealed, true)];
        assert_eq!(standing(&both, 1), Standing::Replaced { by: 2, in_force: Some(2) });
        assert_eq!(standing(&both, 2), Standing::InForce { next: None });
        let three = [first, version(2, State::Superseded, false), version(3, State::Issued, false)];
        assert_eq!(standing(&three, 1), Standing::InForce { next: Some(3) });
        assert_eq!(standing(&three, 2), Standing::Replaced { by: 3, in_force: Some(1) });
    }

    #[test]
    fn a_version_that_was_never_sealed_is_replaced_as_soon_as_the_next_is_made() {
        let version = |no, state| Version { no, state, is_registered: false };
        let both = [version(1, State::Superseded), version(2, State::Issued)];
        assert_eq!(in_force(&both), None);
        assert_eq!(standing(&both, 1), Standing::Replaced { by: 2, in_force: None });
        assert_eq!(standing(&both, 2), Standing::Coming { in_force: None });
    }

    #[test]
    fn words_agree_with_the_document() {
        assert_eq!(State::Sealed.said_of("2025-05A-Q1"), "скреплена печатью");
        assert_eq!(State::Sealed.said_of("2025-05A-Q1-SUP1"), "скреплён печатью");
        for state in State::ALL {
            let said = state.said_of("2025-05A-Q1-SUP1");
            let feminine = ["подписана", "скреплена", "отклонена", "заменена"];
            assert!(!feminine.iter().any(|word| said.contains(word)), "{said}");
        }
    }

    #[test]
    fn the_table_is_the_golden_one() {
        assert_eq!(table(), include_str!("../../tests/golden/copy_states.txt"));
    }
}
