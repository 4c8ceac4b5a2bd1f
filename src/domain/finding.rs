//! Findings and verdicts: what a check says. Floor 0.
//!
//! A check never returns `Err` for what it found: it returns findings, each with a stable code, a place, what was
//! expected and what was found. `Err` is kept for a world that failed (a disk, a database).

use std::fmt;

use serde::Serialize;

/// How much a finding weighs; ordered, so that policy is a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; changes no verdict.
    Note,
    /// Somebody should look; changes no verdict.
    Warning,
    /// The thing checked is wrong: refused, altered or invalid.
    Error,
    /// The check itself could not be made: unreadable, unknown format, missing part.
    Unchecked,
}

/// One thing a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable English code, words with dots and dashes: `import.unknown-learner`, `verify.digest-mismatch`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Where, in Russian or as a file place: `marks.csv, строка 14, столбец learner_id`.
    pub place: String,
    /// One Russian sentence for people.
    pub message: String,
    /// What should stand there; empty when the message says it all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What stands there; empty when the message says it all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub found: String,
}

impl Finding {
    /// A finding of weight [`Severity::Error`]; the other weights by [`Finding::weighing`].
    pub fn new(code: &'static str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place: place.into(),
            message: message.into(),
            expected: String::new(),
            found: String::new(),
        }
    }

    /// Adds what was expected and what was found.
    pub fn expected_found(mut self, expected: impl Into<String>, found: impl Into<String>) -> Self {
        self.expected = expected.into();
        self.found = found.into();
        self
    }

    /// Changes the weight.
    pub fn weighing(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.severity {
            Severity::Note => "к сведению",
            Severity::Warning => "внимание",
            Severity::Error => "ошибка",
            Severity::Unchecked => "не проверено",
        };
        write!(f, "{weight} [{}] {}: {}", self.code, self.place, self.message)?;
        if !self.expected.is_empty() || !self.found.is_empty() {
            write!(f, " (ожидалось: {}; найдено: {})", quote(&self.expected), quote(&self.found))?;
        }
        Ok(())
    }
}

/// A value in quotation marks; «пусто» where there is none.
pub(super) fn quote(text: &str) -> String {
    match text {
        "" => "пусто".to_owned(),
        // A mark is told in quotes already, also one among others: «отметка, «осв» или «н/а»» would be quotes in quotes.
        text if text.contains('«') => text.to_owned(),
        text => format!("«{text}»"),
    }
}

/// The four plain answers a check gives to people; ordered from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything that was to be checked was checked and is right.
    Valid,
    /// Right in itself, but a later version of the same copy exists.
    Superseded,
    /// It cannot be said: a part is missing or unreadable.
    Unchecked,
    /// Something was altered or is invalid.
    Altered,
}

impl Verdict {
    /// The verdict that findings amount to; `superseded` is what the check learned of later versions.
    pub fn of(findings: &[Finding], superseded: bool) -> Self {
        let any = |weight| findings.iter().any(|finding| finding.severity == weight);
        match () {
            () if any(Severity::Error) => Self::Altered,
            () if any(Severity::Unchecked) => Self::Unchecked,
            () if superseded => Self::Superseded,
            () => Self::Valid,
        }
    }

    /// The sentence for people.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Valid => "подлинно",
            Self::Superseded => "подлинно, но есть более поздняя версия",
            Self::Altered => "изменено или недействительно",
            Self::Unchecked => "проверить нельзя",
        }
    }

    /// The process exit code: 0 valid, 1 altered or invalid, 2 cannot be checked.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Valid | Self::Superseded => 0,
            Self::Altered => 1,
            Self::Unchecked => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_hold_quotes_already_are_not_put_in_quotes_again() {
        let finding = Finding::new("x", "5А", "нет отметки").expected_found("отметка, «осв» или «н/а»", "");
        let said = finding.to_string();
        assert!(said.ends_with("(ожидалось: отметка, «осв» или «н/а»; найдено: пусто)"), "{said}");
        assert_eq!((quote("н"), quote("«5»")), ("«н»".to_owned(), "«5»".to_owned()));
    }
}
