//! The lifecycle of a copy: one enum, one transition table. Floor 0.

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
    fn the_table_is_the_golden_one() {
        assert_eq!(table(), include_str!("../../tests/golden/copy_states.txt"));
    }
}
