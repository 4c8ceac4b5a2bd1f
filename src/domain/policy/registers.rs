//! Which registers a regulation wants kept. Floor 0.

use super::Policy;

/// A register that the regulation wants kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// Word of the policy.
    pub word: &'static str,
    /// «реестр бумажных копий».
    pub title: &'static str,
    /// Is it kept?
    pub kept: bool,
    /// Who says so.
    pub clause: String,
}

/// The registers that regulations know, and which of them this one wants kept.
pub fn registers(policy: &Policy) -> Vec<Register> {
    const REGISTERS: [(&str, &str); 4] = [
        ("paper_copies", "Реестр бумажных копий"),
        ("handover", "Журнал сдачи документов строгой отчётности"),
        ("backup_use", "Журнал пользования резервными копиями"),
        ("substitutions", "Журнал замещения уроков"),
    ];
    let said = policy.first("registers.kept");
    let clause = said.map(|said| said.clause.clone()).unwrap_or_default();
    let register =
        |(word, title)| Register { word, title, kept: said.is_some_and(|said| said.has(word)), clause: clause.clone() };
    REGISTERS.map(register).to_vec()
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test may say what it expects
mod tests {
    use super::super::{builtin, parse};
    use super::*;

    #[test]
    fn a_register_is_kept_where_the_regulation_wants_it() {
        let kept = |name| {
            let policy = parse(name, builtin(name).expect("a preset")).expect("a policy");
            registers(&policy).into_iter().filter(|one| one.kept).map(|one| one.word).collect::<Vec<_>>()
        };
        assert_eq!(kept("chernushka-2018"), ["paper_copies", "handover", "backup_use"]);
        assert_eq!(kept("bauman"), ["paper_copies", "substitutions"]);
    }
}
