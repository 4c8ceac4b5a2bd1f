//! The snapshot: the frozen facts of one class and one closed period. Floor 0.
//!
//! The snapshot is the record; pages are its rendering. It carries all that the pages need:
//! route, policy digest, template, document number, dates. Written as RFC 8785 JSON: integers and strings only, an absent fact
//! is an empty string. Once a format number is released its shape never changes; a new shape is a new number.

mod attendance;
mod changes;
mod named;
mod part;
mod read;
mod supplement;
mod year;

use serde::{Deserialize, Serialize};

use super::canon::{self, Digest, scan};

pub use attendance::{AttendanceCounts, AttendanceMonth, AttendanceRow, AttendanceSheet, MissedDay, MonthRow};
pub use changes::{ChangedValue, ChangesSheet};
pub use named::{BY_DAYS, MISSED, YEAR_JOURNAL, document_words, kind_words, supplement_no};
pub use part::PartFacts;
pub use supplement::SupplementFacts;
pub use year::{SourceFacts, SummaryRow, SummarySheet, SummaryTotals};

/// The format that this program writes.
pub const FORMAT: &str = "letopis.snapshot/1";

/// Frozen facts of one class and period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub format: String,
    /// Which copy this is.
    pub copy: CopyFacts,
    /// The school.
    pub school: SchoolFacts,
    /// School year, `2025/2026`.
    pub year: String,
    /// The class.
    pub class: ClassFacts,
    /// The period that was closed.
    pub period: PeriodFacts,
    /// When it was frozen: RFC 3339, seconds, with offset.
    pub frozen_at: String,
    /// Ground of closing in spite of findings (`--override`), empty for a complete journal; printed on the title page.
    pub ground: String,
    /// What was incomplete when closed under a ground: one Russian sentence each, printed on the title page.
    pub omissions: Vec<String>,
    /// The policy that it was made under.
    pub policy: PolicyFacts,
    /// The template that renders it.
    pub template: TemplateFacts,
    /// Legend of the codes, in the policy's order.
    pub codes: Vec<CodeFacts>,
    /// Who signs, stage by stage; signers within a stage are parallel.
    pub route: Vec<StageFacts>,
    /// Sheets in the order of the copy; the number of a sheet is its place from 1.
    pub sheets: Vec<Sheet>,
    /// Salted Merkle root over the learners' rows (`rows.rs`).
    pub rows_root: Digest,
    /// Salts of the rows, one for each row, 32 hexadecimal characters each.
    pub salts: Vec<String>,
}

/// What kind of record a copy is; each is a record class of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyKind {
    /// Period copy of a class's journal: kept 5 years.
    PeriodCopy,
    /// Summary sheet of the year: kept 25 years.
    SummarySheet,
}

impl CopyKind {
    /// The store's and JSON's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PeriodCopy => "period_copy",
            Self::SummarySheet => "summary_sheet",
        }
    }

    /// Reads [`CopyKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::PeriodCopy, Self::SummarySheet].into_iter().find(|kind| kind.as_str() == text)
    }

    /// The kind of record in words. A supplement is a period copy as a record and another document for people: [`kind_words`].
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::PeriodCopy => "копия классного журнала",
            Self::SummarySheet => "сводная ведомость",
        }
    }
}

/// Which copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyFacts {
    /// ASCII identifier, `2025-05A-Q1`; the same for all versions.
    pub id: String,
    /// From 1.
    pub version: u32,
    /// Record class.
    pub kind: CopyKind,
    /// Document number as printed, «2025-5А-I четверть».
    pub number: String,
    /// Which copy it is the supplement of; absent from all others, so that their snapshots keep their bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplement: Option<Box<SupplementFacts>>,
}

/// The school as frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolFacts {
    /// ASCII identifier of the school's house; origin of its log.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Short name, may be empty.
    pub short_name: String,
    /// Town, may be empty.
    pub town: String,
    /// Who founded the school, as the title page prints it above the name (domain.md 2.1); absent where it is not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub founder: String,
    /// SHA-256 of the DER certificate of the school's certificate authority; printed on the title page.
    pub authority: Digest,
}

/// A person as frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonFacts {
    /// Staff identifier.
    pub id: String,
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Job title.
    pub position: String,
}

/// The class as frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassFacts {
    /// «5А».
    pub name: String,
    /// 1 to 11.
    pub grade: u8,
    /// Class teacher.
    pub teacher: PersonFacts,
}

/// The period as frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodFacts {
    /// `Q1` …, `Y`.
    pub id: String,
    /// «I четверть», «2025/2026 учебный год».
    pub name: String,
    /// First day, `2025-09-01`.
    pub starts: String,
    /// Last day, `2025-10-24`.
    pub ends: String,
}

/// The policy as frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFacts {
    /// File name without `.toml`.
    pub name: String,
    /// Title of the regulation.
    pub title: String,
    /// «приказ от 26.06.2018 № 125», may be empty.
    pub order: String,
    /// SHA-256 of the policy file.
    pub digest: Digest,
    /// Years the record is kept.
    pub keep_years: u32,
    /// The local act that recognises the non-qualified signature, as printed in the visible mark.
    pub signature_act: String,
    /// Head line of the visible mark.
    pub signature_wording: String,
    /// Wording of the seal's visible mark.
    pub seal_wording: String,
}

/// The template as frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateFacts {
    /// Folder below `typst-templates`: `period-copy`, `summary-sheet`.
    pub name: String,
    /// Folder below that: `1`.
    pub version: String,
    /// Digest over the template's files and fonts (`typeset::template_digest`).
    pub digest: Digest,
}

/// One code of the legend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeFacts {
    /// «н», «Б», «н/а» …
    pub code: String,
    /// «отсутствовал, причина не указана» …
    pub meaning: String,
}

/// A stage of the route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageFacts {
    /// `subject_teacher`, `class_teacher`, `deputy`, `director`.
    pub id: String,
    /// Words before the signature place: «Достоверность бумажной копии проверил: учитель».
    pub title: String,
    /// Who signs in this stage, all of them, in any order.
    pub signers: Vec<SignerFacts>,
}

/// One signer of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignerFacts {
    /// Who.
    pub person: PersonFacts,
    /// In what office: «учитель», «классный руководитель», or the job title.
    pub office: String,
    /// Order under which an acting person signs, may be empty.
    pub order: String,
    /// Identifiers of the sheets that the signature stands for.
    pub sheets: Vec<String>,
}

/// One sheet (лист) of the copy: the unit that is checked, signed and digested. Read in `read.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Sheet {
    /// Title page with the contents: `title`.
    Title(TitleSheet),
    /// The learners' list: `learners`.
    Learners(LearnersSheet),
    /// A course: `course-C00001`.
    Course(CourseSheet),
    /// Missed lessons, month by month and in all: `attendance`.
    Attendance(AttendanceSheet),
    /// Final marks of the period: `final-marks`.
    FinalMarks(FinalMarksSheet),
    /// Summary sheet of the year: `summary`.
    Summary(SummarySheet),
    /// What a re-issued copy changed against the version before: `changes`.
    Changes(ChangesSheet),
}

impl Sheet {
    /// The sheet's identifier, ASCII, unique in the copy.
    pub fn id(&self) -> &str {
        match self {
            Self::Title(sheet) => &sheet.id,
            Self::Learners(sheet) => &sheet.id,
            Self::Course(sheet) => &sheet.id,
            Self::Attendance(sheet) => &sheet.id,
            Self::FinalMarks(sheet) => &sheet.id,
            Self::Summary(sheet) => &sheet.id,
            Self::Changes(sheet) => &sheet.id,
        }
    }

    /// SHA-256 of the sheet's canonical bytes.
    pub fn digest(&self) -> Digest {
        Digest::of_canonical(self)
    }
}

/// Title page: the facts that only it shows are those of the snapshot's head; here stands what it adds, and what ties it to that head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TitleSheet {
    /// `title`.
    pub id: String,
    /// «КЛАССНЫЙ ЖУРНАЛ», «СВОДНАЯ ВЕДОМОСТЬ УЧЁТА УСПЕВАЕМОСТИ ОБУЧАЮЩИХСЯ».
    pub title: String,
    /// Where the journal was kept: «Летопись 0.1.0».
    pub system: String,
    /// When the journal data came into the house, RFC 3339; empty when typed here.
    pub exported_at: String,
    /// «Взамен версии 1: …» on a re-issued copy, empty on a first version.
    pub replaces: String,
    /// «Копия без содержания уроков: …» of a journal that came from a program which does not give it; absent otherwise, so that
    /// snapshots without it keep their bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contents: String,
    /// Void changes of the period that were decided before it was frozen (SEC-03), a sentence for each notice. Left out of the canonical
    /// form when there are none, so that a snapshot without them is what it always was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voids: Vec<String>,
    /// What the policy asks of the paper copy: by which day, who prints, or that nobody does (DOC-01). Absent from snapshots that were frozen
    /// before the title page said so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub paper: String,
    /// The signed copies that a record of the year is built from (DOC-09). Absent from all others, so that they keep their bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceFacts>,
    /// «Копия № 1 из 1» (domain.md 2.1). A title page that says it has places for the file's stamp and for the number in the register too;
    /// absent from snapshots that were frozen before the title page had them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exemplar: String,
    /// SHA-256 of the head that the page shows ([`Head`]), so that title pages of two classes or versions never have one digest. Absent from
    /// snapshots that were frozen before.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "read::stated")]
    pub head: Option<Digest>,
}

/// What a title page shows of its snapshot, as RFC 8785 JSON in this order of members.
#[derive(Debug, Serialize)]
pub struct Head<'s> {
    /// Class with its teacher.
    pub class: &'s ClassFacts,
    /// Which copy and version.
    pub copy: &'s CopyFacts,
    /// Period with its days.
    pub period: &'s PeriodFacts,
    /// School.
    pub school: &'s SchoolFacts,
    /// School year.
    pub year: &'s str,
}

impl Head<'_> {
    /// SHA-256 of the canonical bytes.
    pub fn digest(&self) -> Digest {
        Digest::of_canonical(self)
    }
}

/// The learners' list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnersSheet {
    /// `learners`.
    pub id: String,
    /// In the order of the copy: Russian collation, ё = е; frozen.
    pub rows: Vec<LearnerRow>,
}

/// One learner of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnerRow {
    /// Learner identifier.
    pub learner: String,
    /// Place in the list, from 1; the same number on every sheet.
    pub no: u32,
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// `2014-01-03`, may be empty.
    pub born: String,
    /// First day in the class.
    pub enrolled_on: String,
    /// Order, may be empty.
    pub enrolment_order: String,
    /// First day no longer in the class, empty while present.
    pub left_on: String,
    /// Order, may be empty.
    pub leaving_order: String,
}

/// The pages of one course in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseSheet {
    /// `course-C00001`; of an earlier teacher's part `course-C00001.1`.
    pub id: String,
    /// Course identifier; of an earlier teacher's part with its number, `C00001.1`.
    pub course: String,
    /// Subject.
    pub subject: String,
    /// Group, empty for the whole class.
    pub group: String,
    /// The teacher of these lessons.
    pub teacher: PersonFacts,
    /// Where the teacher changed inside the period: which part of the course the sheet is. Absent otherwise, so that all other snapshots keep
    /// their bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Box<PartFacts>>,
    /// Heading of the final mark's column: «I четв.», «I полуг.».
    pub final_heading: String,
    /// What the calendar-thematic plan has for the days of the sheet, hundredths of an hour; absent where the school keeps no dated plan of the
    /// course, and from snapshots that were frozen before it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_centi: Option<u32>,
    /// Lessons of the period by date and place in the day.
    pub lessons: Vec<LessonFacts>,
    /// Learners of the course who were in the class on any day of the period.
    pub rows: Vec<CourseRow>,
}

/// One lesson; its number in the course's period is its place from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonFacts {
    /// `2025-09-01`.
    pub date: String,
    /// Place in the day.
    pub number: u8,
    /// Academic hours, always 1 in a bundle.
    pub hours: u8,
    /// Что пройдено на уроке.
    pub topic: String,
    /// Домашнее задание.
    pub homework: String,
    /// Kind of work.
    pub kind_of_work: String,
    /// «Петрова А.А.» who taught instead, empty when the course's teacher did.
    pub substitute: String,
}

/// One learner's row of a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseRow {
    /// Learner identifier.
    pub learner: String,
    /// Place in the learners' list.
    pub no: u32,
    /// «Абрамов Иван».
    pub name: String,
    /// Index of the first lesson at which the learner was in the class.
    pub first: u32,
    /// Index after the last such lesson (`first == until`: none).
    pub until: u32,
    /// «Прибыл 14.01.2026, пр. № 12»; empty for those who were here from the period's first day.
    pub arrival: String,
    /// «Выбыл 20.02.2026, пр. № 31»; empty for those who were here on the period's last day.
    pub departure: String,
    /// One cell for each lesson: absence code and marks, `""`, `"н"`, `"5"`, `"5/4"`, `"О 4"`.
    pub cells: Vec<String>,
    /// Final mark of the period, may be empty.
    pub final_mark: String,
}

/// Final marks of the period: learners by subjects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalMarksSheet {
    /// `final-marks`.
    pub id: String,
    /// «I четверть» where a year's journal has a sheet for each period; absent where the copy's own period is meant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub period: String,
    /// Subjects across; groups of one subject share a column.
    pub subjects: Vec<String>,
    /// One row a learner.
    pub rows: Vec<FinalMarksRow>,
}

/// One learner's final marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalMarksRow {
    /// Learner identifier.
    pub learner: String,
    /// Place in the learners' list.
    pub no: u32,
    /// «Абрамов Иван».
    pub name: String,
    /// One for each subject, may be empty.
    pub marks: Vec<String>,
}

impl Snapshot {
    /// The canonical bytes: what is hashed, archived and attached.
    pub fn to_bytes(&self) -> Vec<u8> {
        canon::to_bytes(self)
    }

    /// SHA-256 of the canonical bytes.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.to_bytes())
    }

    /// Reads a snapshot and refuses bytes that are not canonical: what is accepted is written back byte for byte.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        Self::with_sheet_digests(bytes).map(|(snapshot, _)| snapshot)
    }

    /// [`Snapshot::from_bytes`] with the digests of the sheets in their order: [`Sheet::digest`] of each, taken from the bytes
    /// as they stand, which is many times faster than writing each sheet again.
    pub fn with_sheet_digests(bytes: &[u8]) -> Result<(Self, Vec<Digest>), Unreadable> {
        let text = std::str::from_utf8(bytes).map_err(|error| Unreadable::Shape(error.to_string()))?;
        let snapshot: Self = serde_json::from_str(text).map_err(|error| Unreadable::Shape(error.to_string()))?;
        if snapshot.format != FORMAT {
            return Err(Unreadable::Format(snapshot.format));
        }
        if let Some(Sheet::Title(TitleSheet { head: Some(head), .. })) = snapshot.sheets.first()
            && *head != snapshot.head().digest()
        {
            return Err(Unreadable::Title);
        }
        let sheets = scan::elements_of(text, "sheets").ok_or(Unreadable::NotCanonical)?;
        let digests = sheets.into_iter().map(|sheet| Digest::of(sheet.as_bytes())).collect();
        Ok((snapshot, digests))
    }

    /// Index of the sheet whose text holds the byte at `offset` of a snapshot's canonical bytes; `None` between sheets.
    pub fn sheet_at(bytes: &[u8], offset: usize) -> Option<usize> {
        let text = std::str::from_utf8(bytes).ok()?;
        let start = |sheet: &str| sheet.as_ptr() as usize - text.as_ptr() as usize;
        let sheets = scan::elements_of(text, "sheets")?;
        sheets.iter().position(|sheet| (start(sheet)..start(sheet) + sheet.len()).contains(&offset))
    }

    /// What the title page shows of it.
    pub fn head(&self) -> Head<'_> {
        let Self { class, copy, period, school, year, .. } = self;
        Head { class, copy, period, school, year }
    }

    /// A sheet and its number from 1.
    pub fn sheet(&self, id: &str) -> Option<(usize, &Sheet)> {
        self.sheets.iter().enumerate().find(|(_, sheet)| sheet.id() == id).map(|(index, sheet)| (index + 1, sheet))
    }
}

/// Bytes that are not a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, or not the shape.
    #[error("снимок не читается: {0}")]
    Shape(String),
    /// The title page was made for another head.
    #[error("титульный лист снимка относится к другой записи: класс, период или версия не те")]
    Title,
    /// A format that this program does not know.
    #[error("неизвестный формат снимка: {0}")]
    Format(String),
    /// JSON of the right shape, but not canonical.
    #[error("снимок записан не канонически (RFC 8785)")]
    NotCanonical,
}
