//! A course whose teacher changed inside the period: one sheet for each teacher. Floor 0.

use serde::{Deserialize, Serialize};

use super::{CourseSheet, PersonFacts};

/// One teacher's part of a course whose teacher changed inside the period; the last part has the final marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartFacts {
    /// Place among the parts, from 1.
    pub no: u32,
    /// Parts of the course in the period.
    pub of: u32,
    /// First day, `2025-09-01`.
    pub starts: String,
    /// Last day.
    pub ends: String,
    /// Order under which the teacher went, may be empty.
    pub ground: String,
    /// Who signs in the teacher's place; absent where the teacher does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<PersonFacts>,
}

impl PartFacts {
    /// Has it the final marks?
    pub fn is_last(&self) -> bool {
        self.no == self.of
    }

    /// «уроки с 01.09.2025 по 12.09.2025».
    pub fn days(&self) -> String {
        let day = |text: &str| text.parse().map_or_else(|_| text.to_owned(), crate::domain::words::date_short);
        format!("уроки с {} по {}", day(&self.starts), day(&self.ends))
    }
}

impl CourseSheet {
    /// Subject, group and days as words join them: «алгебра», «алгебра (1 группа), уроки с 01.09.2025 по 12.09.2025».
    pub fn name(&self) -> String {
        let mut name = self.subject.clone();
        if !self.group.is_empty() {
            name.push_str(&format!(" ({})", self.group));
        }
        if let Some(part) = &self.part {
            name.push_str(&format!(", {}", part.days()));
        }
        name
    }

    /// The same as the contents of the copy and the lists of courses name it: «алгебра, 1 группа», «труд, группа мальчики».
    pub fn listed(&self) -> String {
        let mut name = match self.group.as_str() {
            "" => self.subject.clone(),
            no if no.chars().all(|c| c.is_ascii_digit()) => format!("{}, {no} группа", self.subject),
            name => format!("{}, группа {name}", self.subject),
        };
        if let Some(part) = &self.part {
            name.push_str(&format!(", {}", part.days()));
        }
        name
    }

    /// Who signs the sheet.
    pub fn signer(&self) -> &PersonFacts {
        self.part.as_ref().and_then(|part| part.signer.as_ref()).unwrap_or(&self.teacher)
    }

    /// Has it the column of final marks?
    pub fn has_final_marks(&self) -> bool {
        self.part.as_deref().is_none_or(PartFacts::is_last)
    }
}
