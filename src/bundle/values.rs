//! Values of marks, absences and final marks against the policy. Floor 1.

use crate::domain::journal::{EXAM, FINAL, YEAR};
use crate::domain::policy::Policy;

use super::found::{Found, Place};
use super::{codes, look_alike, rows};

/// Values that a policy allows in one kind of cell.
pub struct Scale<'p> {
    allowed: Vec<&'p str>,
    code: &'static str,
    /// «такой отметки нет в правилах школы».
    message: &'static str,
    /// Values of the other files: a likely mistake is a row in the wrong file.
    elsewhere: Vec<(&'p str, &'static str)>,
}

impl<'p> Scale<'p> {
    /// Values of lesson marks.
    pub fn of_marks(policy: &'p Policy) -> Self {
        let absences =
            policy.absence_codes.iter().map(|rule| (rule.code.as_str(), "код пропуска пишут в absences.csv"));
        let finals =
            policy.final_values.iter().map(|rule| (rule.code.as_str(), "такой бывает только итоговая отметка"));
        Self {
            allowed: policy.mark_values.iter().map(String::as_str).collect(),
            code: codes::UNKNOWN_MARK,
            message: "такой отметки нет в правилах школы",
            elsewhere: absences.chain(finals).collect(),
        }
    }

    /// Absence codes.
    pub fn of_absences(policy: &'p Policy) -> Self {
        Self {
            allowed: policy.absence_codes.iter().map(|rule| rule.code.as_str()).collect(),
            code: codes::UNKNOWN_ABSENCE,
            message: "такого кода пропуска нет в правилах школы",
            elsewhere: policy.mark_values.iter().map(|value| (value.as_str(), "отметку пишут в marks.csv")).collect(),
        }
    }

    /// Final marks: the scale and the words for those who have none.
    pub fn of_finals(policy: &'p Policy) -> Self {
        let marks = policy.mark_values.iter().map(String::as_str);
        Self {
            allowed: marks.chain(policy.final_values.iter().map(|rule| rule.code.as_str())).collect(),
            code: codes::UNKNOWN_FINAL,
            message: "такой итоговой отметки нет в правилах школы",
            elsewhere: Vec::new(),
        }
    }

    /// Finds a value that is not allowed; an empty cell is found elsewhere.
    pub fn check(&self, at: Place, value: &str, found: &mut Found) {
        if value.is_empty() || self.allowed.contains(&value) {
            return;
        }
        let skeleton = look_alike::skeleton(value);
        if let Some(meant) = self.allowed.iter().find(|allowed| look_alike::skeleton(allowed) == skeleton) {
            let stray = look_alike::between(value, meant).map(|stray| stray.describe()).unwrap_or_default();
            found.mismatch(at, codes::LOOK_ALIKE, stray, *meant, value);
            return;
        }
        let message = format!("{}{}", self.message, self.hint(value));
        found.mismatch(at, self.code, message, self.allowed.join(", "), value);
    }

    fn hint(&self, value: &str) -> String {
        if let Some((_, hint)) = self.elsewhere.iter().find(|(other, _)| *other == value) {
            return format!(": {hint}");
        }
        let lower = value.to_lowercase();
        if let Some(meant) = self.allowed.iter().find(|allowed| allowed.to_lowercase() == lower) {
            return format!(": прописные и строчные буквы различаются, возможно, «{meant}»");
        }
        let mut parts = value.split(['/', ' ']).filter(|part| !part.is_empty());
        if value.contains(['/', ' ']) && parts.all(|part| self.allowed.contains(&part)) {
            return ": несколько отметок одного урока пишут отдельными строками".to_owned();
        }
        rows::excel_hint(value)
    }
}

/// Is it a period of the format itself: year, exam, final?
pub fn is_reserved_period(period: &str) -> bool {
    [YEAR, EXAM, FINAL].contains(&period)
}
