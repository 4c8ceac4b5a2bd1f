//! An archive policy: a school's own regulation as values, each with its clause and unit. Floor 0.

use chrono::NaiveDate;

use super::canon::Digest;
use super::finding::Finding;

/// A policy, complete and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// File name without `.toml`.
    pub name: String,
    /// Title of the regulation.
    pub title: String,
    /// Number of the order that put it in force, may be empty.
    pub order_number: String,
    /// Date of that order.
    pub order_date: Option<NaiveDate>,
    /// First day in force.
    pub in_force_from: NaiveDate,
    /// Last day in force; `None` = until replaced.
    pub in_force_to: Option<NaiveDate>,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Route of a period copy.
    pub period_route: Vec<StageRule>,
    /// Route of a summary sheet.
    pub summary_route: Vec<StageRule>,
    /// Values of a lesson mark, «5» …
    pub mark_values: Vec<String>,
    /// Values of a final mark that are not numbers, with meanings: «осв», «н/а», «безотм».
    pub final_values: Vec<CodeRule>,
    /// Absence codes.
    pub absence_codes: Vec<AbsenceRule>,
    /// What the completeness gate demands.
    pub completeness: Completeness,
    /// Years a period copy is kept (003 Рук 5: 5).
    pub keep_journal_years: u32,
    /// Years a summary sheet is kept (003 Рук 5: 25).
    pub keep_summary_years: u32,
    /// School days before the period's last day on which copies are due (000 Инс 4.1: 1).
    pub copy_due_school_days_before_end: u32,
    /// Local act that recognises the non-qualified signature: «Положение …, утв. приказом от … № …».
    pub signature_act: String,
    /// Head line of the visible mark.
    pub signature_wording: String,
    /// Wording of the seal's mark.
    pub seal_wording: String,
    /// Every value as the file gives it, for `policy show`.
    pub values: Vec<PolicyValue>,
}

/// A stage of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageRule {
    /// Who signs.
    pub stage: Stage,
    /// Words before the signature place.
    pub title: String,
}

/// Stages that the program can find signers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Each subject teacher signs every sheet of the own courses.
    SubjectTeacher,
    /// The class teacher signs title, learners, attendance, final marks.
    ClassTeacher,
    /// A deputy signs the whole copy.
    Deputy,
    /// The director signs the whole copy.
    Director,
}

impl Stage {
    /// Word in policies, snapshots, statements and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SubjectTeacher => "subject_teacher",
            Self::ClassTeacher => "class_teacher",
            Self::Deputy => "deputy",
            Self::Director => "director",
        }
    }

    /// Reads [`Stage::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::SubjectTeacher, Self::ClassTeacher, Self::Deputy, Self::Director]
            .into_iter()
            .find(|stage| stage.as_str() == text)
    }
}

/// A code with its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRule {
    /// «осв».
    pub code: String,
    /// «освобождён».
    pub meaning: String,
}

/// What an absence code means for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AbsenceKind {
    /// «н»: absent, reason not given yet.
    Unexplained,
    /// «Б».
    Ill,
    /// «У».
    Excused,
    /// «Н».
    Unexcused,
    /// «О»: late, present.
    Late,
}

/// An absence code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceRule {
    /// «Б».
    pub code: String,
    /// «болезнь».
    pub meaning: String,
    /// How it counts.
    pub kind: AbsenceKind,
}

/// What the gate does with an incomplete entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Demand {
    /// Closing is refused.
    Required,
    /// A warning is given.
    Warned,
    /// Not looked at.
    Off,
}

/// Completeness rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completeness {
    /// A final mark for each learner present at the period's end (000 Инс 4.2; 003 Уч 5).
    pub final_mark: Demand,
    /// A topic for each lesson (000 Рег 2.1).
    pub topic: Demand,
    /// A reason for each «н» (000 Инс 5.2 кл. рук. а).
    pub absence_reason: Demand,
    /// Homework for each lesson (000 Рег 2.2).
    pub homework: Demand,
    /// At least one lesson in each course (a course without lessons in the period).
    pub lessons: Demand,
    /// The council's decision for each learner present at the year's end (domain.md 2.5).
    pub decision: Demand,
}

/// One value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyValue {
    /// `retention.summary_sheet`.
    pub key: String,
    /// `25`.
    pub value: String,
    /// `years`, `school_days`, empty for a text.
    pub unit: String,
    /// «003 Рук 5».
    pub clause: String,
}

impl Policy {
    /// The absence rule of a code.
    pub fn absence(&self, code: &str) -> Option<&AbsenceRule> {
        self.absence_codes.iter().find(|rule| rule.code == code)
    }
}

/// Reads and checks a policy file; all that is wrong comes at once, each with file, line and what was probably meant.
pub fn parse(_name: &str, _text: &str) -> Result<Policy, Vec<Finding>> {
    Err(Vec::new())
}
