//! An archive policy: a school's own regulation as values, each with its clause and unit. Floor 0.
//!
//! Here are the values that the rules read; `reader` turns TOML into lines and values, `rules` says which values a policy
//! has and which of them are possible. A `Policy` that exists is complete: nothing below asks again.

mod reader;
mod rules;

use chrono::NaiveDate;

use self::reader::Reader;
use super::canon::Digest;
use super::finding::Finding;
use super::journal::PeriodKind;

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
    /// Which periods end with a copy, by grades; every grade from 1 to 11 stands in exactly one rule.
    pub print_cadence: Vec<CadenceRule>,
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

/// Which periods end with a copy in some grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CadenceRule {
    /// First grade, 1 to 11.
    pub grade_from: u8,
    /// Last grade, 1 to 11.
    pub grade_to: u8,
    /// Kind of the periods.
    pub period: PeriodKind,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Every stage, in the only order in which a route may name them.
    pub const ALL: [Self; 4] = [Self::SubjectTeacher, Self::ClassTeacher, Self::Deputy, Self::Director];

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
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
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

impl AbsenceKind {
    /// Every kind, in the order of `codes.absence`.
    pub const ALL: [Self; 5] = [Self::Unexplained, Self::Ill, Self::Excused, Self::Unexcused, Self::Late];

    /// Word in policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unexplained => "unexplained",
            Self::Ill => "ill",
            Self::Excused => "excused",
            Self::Unexcused => "unexcused",
            Self::Late => "late",
        }
    }
}

impl Demand {
    /// Every demand, from hard to none.
    pub const ALL: [Self; 3] = [Self::Required, Self::Warned, Self::Off];

    /// Word in policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Warned => "warned",
            Self::Off => "off",
        }
    }
}

impl Policy {
    /// The kind of periods that end with a copy in a grade.
    pub fn cadence(&self, grade: u8) -> Option<PeriodKind> {
        self.print_cadence
            .iter()
            .find(|rule| (rule.grade_from..=rule.grade_to).contains(&grade))
            .map(|rule| rule.period)
    }

    /// The absence rule of a code.
    pub fn absence(&self, code: &str) -> Option<&AbsenceRule> {
        self.absence_codes.iter().find(|rule| rule.code == code)
    }
}

/// The policies inside the program: name and text. A school's own file is read from a path instead, by the doors.
pub const BUILTIN: &[(&str, &str)] = &[("default", include_str!("../../archive-policies/default.toml"))];

/// The text of a built-in policy; it is the text, not the values, that is kept and digested.
pub fn builtin(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(builtin, _)| *builtin == name).map(|(_, text)| *text)
}

/// Reads and checks a policy file; all that is wrong comes at once, each with file, line and what was probably meant.
///
/// `name` is the file's name without `.toml`. A place reads «archive-policies/default.toml, строка 12».
pub fn parse(name: &str, text: &str) -> Result<Policy, Vec<Finding>> {
    let mut reader = Reader::new(format!("archive-policies/{name}.toml"));
    let Some(root) = reader.open(text) else {
        return Err(reader.findings);
    };
    let policy = rules::policy(&mut reader, name, text, &root);
    if reader.findings.is_empty() {
        Ok(policy)
    } else {
        reader.findings.sort_by_key(|finding| line_of(&finding.place));
        Err(reader.findings)
    }
}

/// The line at the end of a place; a place without a line comes first.
fn line_of(place: &str) -> usize {
    place.rsplit(' ').next().and_then(|line| line.parse().ok()).unwrap_or(0)
}
