//! Tokens of the documented interface: what they are made of, what they allow, how long they live. Floor 0.

use chrono::NaiveDate;

use super::canon::{Digest, hex};
use super::rights::Action;

/// What a token may be issued for: a subset of the actions, each with its word and what it opens.
pub const SCOPES: [Scope; 10] = [
    scope(Action::ReadSetup, "read_setup", "школа, учебные годы, периоды, классы, курсы"),
    scope(Action::ReadRoster, "read_roster", "списки обучающихся с датами движения"),
    scope(Action::ReadStaff, "read_staff", "сотрудники и должности"),
    scope(Action::ReadJournal, "read_journal", "уроки, отметки, пропуски, итоговые отметки"),
    scope(Action::ReadHistory, "read_history", "лента изменений"),
    scope(Action::ReadCopies, "read_copies", "копии журналов и сводные ведомости"),
    scope(Action::ReadRegister, "read_register", "реестр копий и контрольные точки журнала событий"),
    scope(Action::ReadPolicy, "read_policy", "правила школы"),
    scope(Action::ReadOperations, "read_operations", "показатели работы программы и ход долгих работ"),
    scope(Action::ImportData, "import_data", "загрузка набора данных"),
];

/// The longest life of a token, days: a year and a day, so that it can be renewed every school year.
const LONGEST_DAYS: i64 = 366;

/// The longest label, characters: one line of the list.
const LONGEST_LABEL: usize = 80;

/// What every token begins with: secret scanners know it by this.
const MARK: &str = "letopis";

/// One thing that a token may be issued for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The action of the matrix of rights.
    pub action: Action,
    /// Word of the interface and the store.
    pub word: &'static str,
    /// What it opens, in Russian.
    pub about: &'static str,
}

const fn scope(action: Action, word: &'static str, about: &'static str) -> Scope {
    Scope { action, word, about }
}

/// Why a token cannot be issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No scope was named.
    #[error("не выбрано ни одного права: ключ без прав ничего не откроет")]
    NoScope,
    /// A word that is no scope.
    #[error("нет такого права: «{0}»; есть: {known}", known = SCOPES.map(|scope| scope.word).join(", "))]
    UnknownScope(String),
    /// The label is empty or too long.
    #[error("назовите, для чего ключ: от 1 до {LONGEST_LABEL} знаков")]
    Label,
    /// The last day has passed or lies too far ahead.
    #[error("последний день ключа — не раньше сегодняшнего и не позже чем через {LONGEST_DAYS} дней")]
    Expiry,
}

/// Reads the words of scopes; each once, in the order of [`SCOPES`].
pub fn scopes<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Vec<Scope>, Refusal> {
    let mut asked = Vec::new();
    for word in words {
        let known = SCOPES.iter().find(|scope| scope.word == word);
        asked.push(*known.ok_or_else(|| Refusal::UnknownScope(word.to_owned()))?);
    }
    if asked.is_empty() {
        return Err(Refusal::NoScope);
    }
    Ok(SCOPES.into_iter().filter(|scope| asked.contains(scope)).collect())
}

/// May a token with this label and last day be issued on a day?
pub fn check(label: &str, expires_on: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    if !(1..=LONGEST_LABEL).contains(&label.trim().chars().count()) {
        return Err(Refusal::Label);
    }
    let days = (expires_on - today).num_days();
    if (0..=LONGEST_DAYS).contains(&days) { Ok(()) } else { Err(Refusal::Expiry) }
}

/// The text of a token: mark, identifier, secret; made of 4 and 32 random bytes.
pub fn compose(id: [u8; 4], secret: &[u8; 32]) -> (String, String) {
    let id = hex(&id);
    let text = format!("{MARK}_{id}_{}", hex(secret));
    (id, text)
}

/// SHA-256 of a token, hexadecimal: all that is stored. The secret has 256 random bits, so neither salt nor stretching is needed.
pub fn hash(token: &str) -> String {
    Digest::of(token.as_bytes()).to_hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn scopes_are_read_once_each_and_unknown_ones_are_named() {
        let read = scopes(["import_data", "read_setup", "read_setup"]).unwrap();
        assert_eq!(read.iter().map(|scope| scope.word).collect::<Vec<_>>(), ["read_setup", "import_data"]);
        assert!(scopes(["seal_copies"]).unwrap_err().to_string().contains("«seal_copies»"));
        assert_eq!(scopes([]), Err(Refusal::NoScope));
    }

    #[test]
    fn a_token_lives_a_year_at_most_and_says_what_it_is_for() {
        let today = day("2026-09-01");
        assert_eq!(check("сайт", day("2027-09-02"), today), Ok(()));
        assert_eq!(check("сайт", day("2027-09-03"), today), Err(Refusal::Expiry));
        assert_eq!(check("сайт", day("2026-08-31"), today), Err(Refusal::Expiry));
        assert_eq!(check("  ", today, today), Err(Refusal::Label));
    }

    #[test]
    fn the_hash_is_not_the_token() {
        let (id, token) = compose([1, 2, 3, 4], &[5; 32]);
        assert_eq!(id, "01020304");
        assert!(token.starts_with("letopis_01020304_0505"));
        assert!(!hash(&token).contains("0505"));
    }
}
