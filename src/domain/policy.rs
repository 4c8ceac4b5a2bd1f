//! An archive policy: a school's own regulation as values, each with its clause and unit. Floor 0.
//!
//! Here are the values that the rules read; `reader` turns TOML into lines and values, `rules` says which values a policy
//! has and which of them are possible, `said` reads the further keys of `keys`, and `inherit` fills what the regulation keeps silent
//! about. A `Policy` that exists is complete: nothing below asks again.

mod about;
mod inherit;
mod keys;
mod reader;
mod registers;
mod rules;
mod said;
mod show;

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use chrono::NaiveDate;
use toml_edit::{Document, Item};

pub use self::about::{about, grades, grades_of, narrowing};
pub use self::inherit::{Silence, Source};
pub use self::keys::{KEYS, Key, PARAMETERS, Parameter, Shape, TOLD_ONLY, title, why_only_told};
use self::reader::{Node, Reader};
pub use self::registers::{Register, registers};
pub use self::said::{ALL_GRADES, Other, Said, Unit, Value, as_written};
pub use self::show::{Difference, difference};
use super::canon::Digest;
use super::finding::Finding;
use super::journal::{PeriodKind, YEAR};

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
    /// When a printed copy is due.
    pub print_due: PrintDue,
    /// Local act that recognises the non-qualified signature: «Положение …, утв. приказом от … № …».
    pub signature_act: String,
    /// Head line of the visible mark.
    pub signature_wording: String,
    /// Wording of the seal's mark.
    pub seal_wording: String,
    /// What the regulation says under the further keys.
    pub said: Vec<Said>,
    /// Its other clauses and other readings of the same things.
    pub others: Vec<Other>,
    /// What it keeps silent about.
    pub silent: Vec<Silence>,
    /// Every value as the file gives it, for `policy show`.
    pub values: Vec<PolicyValue>,
}

/// When a printed copy is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintDue {
    /// School days before the period's last school day (000 Инс 4.1: 1, the last but one).
    BeforeEnd(u32),
    /// Calendar days after the period's last day (002 4.5: «по окончании»).
    AfterEnd(u32),
    /// Month and day of the year in which the school year ends (003 Рук 5: 30 June).
    By(u32, u32),
}

impl Default for PrintDue {
    fn default() -> Self {
        Self::BeforeEnd(0)
    }
}

/// After what a printed copy is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// After each period of a kind.
    Each(PeriodKind),
    /// Once a year.
    Year,
}

impl Cadence {
    /// Every cadence.
    pub const ALL: [Self; 4] = [
        Self::Each(PeriodKind::Quarter),
        Self::Each(PeriodKind::Trimester),
        Self::Each(PeriodKind::HalfYear),
        Self::Year,
    ];

    /// Word in policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Each(kind) => kind.as_str(),
            Self::Year => "year",
        }
    }
}

/// Which periods end with a copy in some grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CadenceRule {
    /// First grade, 1 to 11.
    pub grade_from: u8,
    /// Last grade, 1 to 11.
    pub grade_to: u8,
    /// After what.
    pub period: Cadence,
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

    /// The office that signs there.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::SubjectTeacher => "учитель-предметник",
            Self::ClassTeacher => "классный руководитель",
            Self::Deputy => "заместитель директора",
            Self::Director => "директор",
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
    /// The value as people read it: «25 лет».
    pub russian: String,
    /// «003 Рук 5».
    pub clause: String,
    /// How the school reads the clause, may be empty.
    pub note: String,
    /// Said by the regulation, or taken from the default policy.
    pub source: Source,
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
    /// After what a printed copy is made in a grade.
    pub fn cadence(&self, grade: u8) -> Option<Cadence> {
        self.print_cadence
            .iter()
            .find(|rule| (rule.grade_from..=rule.grade_to).contains(&grade))
            .map(|rule| rule.period)
    }

    /// The absence rule of a code.
    pub fn absence(&self, code: &str) -> Option<&AbsenceRule> {
        self.absence_codes.iter().find(|rule| rule.code == code)
    }

    /// Is the policy in force on a day?
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|last| day <= last)
    }

    /// What is said under a further key for a grade.
    pub fn said(&self, key: &str, grade: u8) -> Option<&Said> {
        self.said.iter().find(|said| said.key == key && said.holds_for(grade))
    }

    /// What is said under a further key for all grades or the first of them.
    pub fn first(&self, key: &str) -> Option<&Said> {
        self.said.iter().find(|said| said.key == key)
    }

    /// The whole number under a further key; `None` when the policy leaves it to another document.
    pub fn number(&self, key: &str) -> Option<u32> {
        match self.first(key)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Does the regulation itself say something under this key?
    pub fn is_said(&self, key: &str) -> bool {
        self.source(key) == Some(Source::Said)
    }

    /// Where the value of a key comes from; a key may stand for all that begin with it and a dot.
    pub fn source(&self, key: &str) -> Option<Source> {
        self.values_of(key).next().map(|value| value.source)
    }

    /// The values under a key: its own, and those that begin with it and a dot.
    pub fn values_of<'p>(&'p self, key: &'p str) -> impl Iterator<Item = &'p PolicyValue> {
        let is_of = move |value: &&PolicyValue| {
            value.key.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.values.iter().filter(is_of)
    }

    /// The clause of a key's first value; empty when the policy has no such key.
    pub fn clause<'p>(&'p self, key: &'p str) -> &'p str {
        self.values_of(key).next().map_or("", |value| value.clause.as_str())
    }

    /// Are journals printed on paper on that day? 001 п. 1 turned paper off from a day on.
    pub fn paper(&self, day: NaiveDate) -> Option<&Said> {
        let dated = |said: &&Said| said.key == "paper.enabled" && said.from.is_none_or(|from| from <= day);
        self.said.iter().filter(dated).max_by_key(|said| said.from)
    }

    /// Do the rules say of any role where its private key lies?
    pub fn places_keys(&self) -> bool {
        ["signature.browser_keys", "signature.server_keys"].iter().any(|key| self.first(key).is_some())
    }

    /// Where the private keys of these roles must lie, with the clause; `None` where the school leaves it to the person. A role named in both
    /// ways binds to neither.
    pub fn key_place(&self, roles: &[&str]) -> Option<(KeyPlace, &Said)> {
        let said = |key| self.first(key).filter(|said| roles.iter().any(|role| said.has(role)));
        match (said("signature.browser_keys"), said("signature.server_keys")) {
            (Some(said), None) => Some((KeyPlace::Browser, said)),
            (None, Some(said)) => Some((KeyPlace::Server, said)),
            _ => None,
        }
    }

    /// Is a copy of this period printed in this grade? The year's summary sheet (`Y`) is printed in every school; the year's journal exists only
    /// where it is printed.
    pub fn prints(&self, grade: u8, period: &str, kind: Option<PeriodKind>) -> bool {
        match self.cadence(grade) {
            Some(Cadence::Each(each)) => period == YEAR || kind == Some(each),
            Some(Cadence::Year) => period == YEAR,
            None => false,
        }
    }

    /// «приказ от 26.06.2018 № 125», empty when the policy names none.
    pub fn order(&self) -> String {
        match self.order_date {
            Some(date) => format!("приказ от {} № {}", date.format("%d.%m.%Y"), self.order_number),
            None => String::new(),
        }
    }
}

/// Where a private key lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the owner's browser, so that the server never sees it.
    Browser,
    /// On the server, under the house's passphrase.
    Server,
}

impl KeyPlace {
    /// «в браузере владельца».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Browser => "в браузере владельца",
            Self::Server => "на сервере школы",
        }
    }
}

/// The policies inside the program: name and text. A school's own file is read from a path instead, by the doors. A policy that was
/// released is never edited: a house holds the text that it was made under, and a new order is a new file.
pub const BUILTIN: &[(&str, &str)] = &[
    ("default", include_str!("../../archive-policies/default.toml")),
    ("chernushka-2018", include_str!("../../archive-policies/chernushka-2018.toml")),
    ("kurskoe-2019", include_str!("../../archive-policies/kurskoe-2019.toml")),
    ("bauman", include_str!("../../archive-policies/bauman.toml")),
    ("duties-moscow", include_str!("../../archive-policies/duties-moscow.toml")),
    ("talitsa-2019", include_str!("../../archive-policies/talitsa-2019.toml")),
    ("strict", include_str!("../../archive-policies/strict.toml")),
];

/// The presets made from real schools' regulations, in the order of [`BUILTIN`].
pub const REGULATIONS: [&str; 5] = ["chernushka-2018", "kurskoe-2019", "bauman", "duties-moscow", "talitsa-2019"];

/// The text of a built-in policy; it is the text, not the values, that is kept and digested.
pub fn builtin(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(builtin, _)| *builtin == name).map(|(_, text)| *text)
}

/// Clause of the law by which an act of the school makes its signatures count.
const ACT_CLAUSE: &str = "63-ФЗ ст. 6 ч. 2";

/// The file of a policy with the school's own act of electronic signatures, whatever it says or is silent about in that place; all else stands
/// as it was written, remarks and order too. The text is another one, so it wants a name of its own.
pub fn with_signature_act(text: &str, act: &str) -> String {
    let quoted = |words: &str| format!("\"{}\"", words.replace('\\', "\\\\").replace('"', "\\\""));
    let words: Vec<&str> = act.split_whitespace().collect();
    let (act, clause) = (quoted(&words.join(" ")), quoted(ACT_CLAUSE));
    let mut own = text.to_owned();
    // What is no TOML is left as it is: whoever reads it says what is wrong.
    let Ok(document) = Document::parse(text) else { return own };
    let root = document.as_table();
    let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
    // Where the regulation keeps silent, `[silent]` has the same key in quotes: its whole line goes.
    let silent = root.get("silent").and_then(Item::as_table_like);
    if let Some((key, item)) = silent.and_then(|silent| silent.get_key_value("signature.act"))
        && let (Some(key), Some(value)) = (key.span(), item.span())
    {
        let from = text[..key.start].rfind('\n').map_or(0, |at| at + 1);
        let to = text[value.end..].find('\n').map_or(text.len(), |at| value.end + at + 1);
        edits.push((from..to, ""));
    }
    let said = root.get("signature").and_then(|signature| signature.get("act"));
    for (key, new) in [("value", act.as_str()), ("clause", clause.as_str())] {
        if let Some(span) = said.and_then(|said| said.get(key)).and_then(Item::span) {
            edits.push((span, new));
        }
    }
    // From the last to the first: an edit moves only what stands behind it.
    edits.sort_by_key(|(span, _)| Reverse(span.start));
    for (span, new) in edits {
        own.replace_range(span, new);
    }
    if said.is_none() {
        own.push_str(&format!("\n[signature.act]\nvalue = {act}\nclause = {clause}\n"));
    }
    own
}

/// The default policy as a tree: what a silent regulation is filled from. A default that is no TOML gives nothing, and the test of
/// the built-in policies says so.
static BASE: LazyLock<Option<Node>> =
    LazyLock::new(|| builtin("default").and_then(|text| Reader::new("default".to_owned()).open(text)));

/// Reads and checks a policy file; all that is wrong comes at once, each with file, line and what was probably meant.
///
/// `name` is the file's name without `.toml`. A place reads «archive-policies/default.toml, строка 12».
pub fn parse(name: &str, text: &str) -> Result<Policy, Vec<Finding>> {
    let mut reader = Reader::new(format!("archive-policies/{name}.toml"));
    let Some(mut root) = reader.open(text) else {
        return Err(reader.findings);
    };
    let is_base = builtin("default") == Some(text);
    let silent = inherit::graft(&mut reader, &mut root, BASE.as_ref().filter(|_| !is_base));
    if is_base {
        inherit::missing(&mut reader, &root);
    }
    let policy = rules::policy(&mut reader, name, text, &root, silent);
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
