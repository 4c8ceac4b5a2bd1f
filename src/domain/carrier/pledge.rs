//! The undertaking not to disclose the code of carriers: the words that a person signs. Floor 0.

/// Whom the code may be told to, as an undertaking says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// The director holds the code: there is nobody to tell it to.
    Nobody,
    /// Everybody else may learn of it by chance.
    OnlyHead,
    /// The words of undertakings that were signed before the two were told apart: what was signed is printed as it was signed.
    AsBefore,
}

impl Tells {
    fn as_russian(self) -> &'static str {
        match self {
            Self::Nobody => "никому не сообщать код",
            Self::OnlyHead => "если код станет мне известен, не сообщать его никому, кроме директора",
            Self::AsBefore => "сообщать код только директору",
        }
    }
}

/// The text that a person signs (000 Инс 5.2 отв. в; domain.md 2.15): `name` in full, nominative, `carriers` the numbers on the books then.
pub fn undertaking(name: &str, office: &str, carriers: &[&str], tells: Tells) -> String {
    let stand = match carriers {
        [] => ALL.to_owned(),
        numbers => format!("учётные №\u{a0}{} и поставленные на учёт позже", numbers.join(", №\u{a0}")),
    };
    worded(name, office, &stand, tells)
}

/// The same as it was worded before carriers and their numbers agreed: undertakings that were signed so are printed so.
pub fn undertaking_as_before(name: &str, office: &str, carriers: &[&str], tells: Tells) -> String {
    let stand = match carriers {
        [] => ALL.to_owned(),
        numbers => format!("учётный №\u{a0}{} и поставленным на учёт позже", numbers.join(", №\u{a0}")),
    };
    worded(name, office, &stand, tells)
}

const ALL: &str = "всем, которые стоят на учёте";

fn worded(name: &str, office: &str, stand: &str, tells: Tells) -> String {
    let tells = tells.as_russian();
    format!(
        "Я, {name}, {office}, обязуюсь не разглашать код доступа к носителям резервных копий электронного журнала ({stand}) и содержащиеся \
         на них персональные данные, {tells}, при увольнении или переводе сдать носители и сведения о коде. Об \
         ответственности по статье 13.14 КоАП РФ и статье 24 Федерального закона №\u{a0}152-ФЗ предупреждён(а)."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undertaking_that_was_signed_before_keeps_its_words() {
        let said = undertaking("Агатова Мария Петровна", "директор", &[], Tells::AsBefore);
        assert!(said.contains("персональные данные, сообщать код только директору, при увольнении"), "{said}");
        let said = undertaking_as_before("Агатова Мария Петровна", "директор", &["Н-1"], Tells::Nobody);
        assert!(said.contains("(учётный №\u{a0}Н-1 и поставленным на учёт позже)"), "{said}");
    }
}
