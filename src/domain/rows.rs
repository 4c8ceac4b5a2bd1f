//! One row for each learner: all that a snapshot says of that learner alone, so that one extract can be proven later without
//! showing anybody else. Floor 0.
//!
//! A row is canonical JSON. The rows are leaves of a salted Merkle tree; its root stands in the snapshot and in every signed
//! statement. The salts keep a stranger who holds the root from guessing a neighbour's marks: a row with few marks has few
//! possible texts.
//!
//! What was taught in a lesson concerns the whole course, so a row holds only the digest of the course's lesson list, and an
//! extract carries that list beside the row. (Repeating 500 topics in each of 30 rows made 3.6 MB of a 150 KB snapshot, and
//! that was the dearest part of every verification.)
//!
//! The structs here declare their fields in alphabetical order: then `serde_json` writes RFC 8785 bytes at once, several
//! times faster than sorting afterwards. A test compares the two.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::canon::{self, Digest};
use super::merkle;
use super::snapshot::{
    AttendanceCounts, CourseSheet, FinalMarksSheet, LearnerRow, LessonFacts, Sheet, Snapshot, SummarySheet,
};

/// The format of [`LearnerFacts`].
pub const FORMAT: &str = "letopis.row/1";

/// One learner's row, ready to be hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Learner identifier.
    pub learner: String,
    /// RFC 8785 bytes of [`LearnerFacts`].
    pub bytes: Vec<u8>,
}

/// All that a snapshot says of one learner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnerFacts<'s> {
    /// Missed lessons; absent from a summary sheet, which has them in its own part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attendance: Option<Counts>,
    /// The learner's courses, in the order of the copy.
    pub courses: Vec<CourseFacts<'s>>,
    /// Final marks by subject, in the order of the sheet.
    pub final_marks: Vec<SubjectMark<'s>>,
    /// [`FORMAT`].
    pub format: Cow<'s, str>,
    /// Learner identifier.
    pub learner: Cow<'s, str>,
    /// The line of the learners' list; absent from a copy without that list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Listed<'s>>,
    /// The part of the year's summary sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<SummaryFacts<'s>>,
}

/// [`LearnerRow`] in alphabetical order of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // reason: each field is LearnerRow's field of the same name
pub struct Listed<'s> {
    pub born: Cow<'s, str>,
    pub enrolled_on: Cow<'s, str>,
    pub enrolment_order: Cow<'s, str>,
    pub given_name: Cow<'s, str>,
    pub leaving_order: Cow<'s, str>,
    pub left_on: Cow<'s, str>,
    pub no: u32,
    pub patronymic: Cow<'s, str>,
    pub surname: Cow<'s, str>,
}

/// [`AttendanceCounts`] in alphabetical order of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // reason: each field is AttendanceCounts' field of the same name
pub struct Counts {
    pub days: u32,
    pub days_ill: u32,
    pub late: u32,
    pub lessons: u32,
    pub lessons_excused: u32,
    pub lessons_ill: u32,
    pub lessons_unexcused: u32,
    pub lessons_unexplained: u32,
}

/// One course as one learner had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseFacts<'s> {
    /// «Прибыл …», may be empty.
    pub arrival: Cow<'s, str>,
    /// One cell for each lesson of the list.
    pub cells: Cow<'s, [String]>,
    /// Course identifier.
    pub course: Cow<'s, str>,
    /// «Выбыл …», may be empty.
    pub departure: Cow<'s, str>,
    /// «I четв.».
    pub final_heading: Cow<'s, str>,
    /// Final mark of the period, may be empty.
    pub final_mark: Cow<'s, str>,
    /// Index of the first lesson in whose time the learner was in the class.
    pub first: u32,
    /// Group, empty for the whole class.
    pub group: Cow<'s, str>,
    /// SHA-256 of [`lesson_list`].
    pub lessons: Digest,
    /// «Абрамов Иван» as the sheet prints it.
    pub name: Cow<'s, str>,
    /// Place in the learners' list.
    pub no: u32,
    /// Subject.
    pub subject: Cow<'s, str>,
    /// The course's teacher.
    pub teacher: Cow<'s, str>,
    /// Index after the last such lesson.
    pub until: u32,
}

/// A mark in a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectMark<'s> {
    /// The mark, may be empty.
    pub mark: Cow<'s, str>,
    /// Subject.
    pub subject: Cow<'s, str>,
}

/// One learner's part of the year's summary sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryFacts<'s> {
    /// The year's missed lessons.
    pub attendance: Counts,
    /// The council's decision.
    pub decision: Cow<'s, str>,
    /// `marks[period][subject]`.
    pub marks: Cow<'s, [Vec<String>]>,
    /// «Прибыл …», «Выбыл …», may be empty.
    pub movement: Cow<'s, str>,
    /// «Абрамов Иван Петрович».
    pub name: Cow<'s, str>,
    /// Place in the list.
    pub no: u32,
    /// «I четверть» … «Итоговая».
    pub periods: Cow<'s, [String]>,
    /// Subjects across.
    pub subjects: Cow<'s, [String]>,
}

/// [`LessonFacts`] in alphabetical order of its fields: what a course's lesson list is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // reason: each field is LessonFacts' field of the same name
pub struct ListedLesson<'s> {
    pub date: Cow<'s, str>,
    pub homework: Cow<'s, str>,
    pub hours: u8,
    pub kind_of_work: Cow<'s, str>,
    pub number: u8,
    pub substitute: Cow<'s, str>,
    pub topic: Cow<'s, str>,
}

/// RFC 8785 bytes of a course's lessons: dates, topics, homework; nothing of any learner.
pub fn lesson_list(sheet: &CourseSheet) -> Vec<u8> {
    sorted_bytes(&sheet.lessons.iter().map(ListedLesson::from).collect::<Vec<_>>())
}

/// The rows of a snapshot, in the order of the learners' list (of the summary sheet where there is no such list).
pub fn rows(sheets: &[Sheet]) -> Vec<Row> {
    let mut gathered = gather(sheets);
    order(sheets)
        .into_iter()
        .filter_map(|learner| {
            let facts = gathered.remove(learner)?;
            Some(Row { learner: learner.to_owned(), bytes: sorted_bytes(&facts) })
        })
        .collect()
}

/// Learners in the order of the rows.
fn order(sheets: &[Sheet]) -> Vec<&str> {
    let list = sheets.iter().find_map(|sheet| match sheet {
        Sheet::Learners(list) => Some(list.rows.iter().map(|row| row.learner.as_str()).collect()),
        _ => None,
    });
    let summary = || {
        sheets.iter().find_map(|sheet| match sheet {
            Sheet::Summary(list) => Some(list.rows.iter().map(|row| row.learner.as_str()).collect()),
            _ => None,
        })
    };
    list.or_else(summary).unwrap_or_default()
}

/// What is known of each learner so far; texts are borrowed from the sheets.
type Gathered<'s> = BTreeMap<&'s str, LearnerFacts<'s>>;

/// Walks the sheets once and gives each learner what is the learner's.
fn gather(sheets: &[Sheet]) -> Gathered<'_> {
    let mut gathered: Gathered<'_> = BTreeMap::new();
    for sheet in sheets {
        match sheet {
            Sheet::Title(_) | Sheet::Changes(_) => {}
            Sheet::Learners(list) => {
                for row in &list.rows {
                    facts_of(&mut gathered, &row.learner).listed = Some(row.into());
                }
            }
            Sheet::Course(course) => gather_course(&mut gathered, course),
            Sheet::Attendance(list) => {
                for row in &list.rows {
                    facts_of(&mut gathered, &row.learner).attendance = Some(row.counts.into());
                }
            }
            Sheet::FinalMarks(list) => gather_final_marks(&mut gathered, list),
            Sheet::Summary(list) => gather_summary(&mut gathered, list),
        }
    }
    gathered
}

fn facts_of<'m, 's>(gathered: &'m mut Gathered<'s>, learner: &'s str) -> &'m mut LearnerFacts<'s> {
    gathered.entry(learner).or_insert_with(|| LearnerFacts {
        attendance: None,
        courses: Vec::new(),
        final_marks: Vec::new(),
        format: FORMAT.into(),
        learner: learner.into(),
        listed: None,
        summary: None,
    })
}

fn gather_course<'s>(gathered: &mut Gathered<'s>, course: &'s CourseSheet) {
    let lessons = Digest::of(&lesson_list(course));
    let teacher = &course.teacher;
    let teacher = [&teacher.surname, &teacher.given_name, &teacher.patronymic].map(String::as_str).join(" ");
    for row in &course.rows {
        facts_of(gathered, &row.learner).courses.push(CourseFacts {
            arrival: Cow::Borrowed(&row.arrival),
            cells: Cow::Borrowed(&row.cells),
            course: Cow::Borrowed(&course.course),
            departure: Cow::Borrowed(&row.departure),
            final_heading: Cow::Borrowed(&course.final_heading),
            final_mark: Cow::Borrowed(&row.final_mark),
            first: row.first,
            group: Cow::Borrowed(&course.group),
            lessons,
            name: Cow::Borrowed(&row.name),
            no: row.no,
            subject: Cow::Borrowed(&course.subject),
            teacher: Cow::Owned(teacher.trim_end().to_owned()),
            until: row.until,
        });
    }
}

fn gather_final_marks<'s>(gathered: &mut Gathered<'s>, list: &'s FinalMarksSheet) {
    // A year's journal has a sheet for each period: there the subject is told with it.
    let named = |subject: &'s String| match list.period.as_str() {
        "" => Cow::Borrowed(subject.as_str()),
        period => Cow::Owned(format!("{subject}, {period}")),
    };
    for row in &list.rows {
        let marks = list.subjects.iter().zip(&row.marks);
        let marks = marks.map(|(subject, mark)| SubjectMark { mark: mark.into(), subject: named(subject) });
        facts_of(gathered, &row.learner).final_marks.extend(marks);
    }
}

fn gather_summary<'s>(gathered: &mut Gathered<'s>, list: &'s SummarySheet) {
    for row in &list.rows {
        facts_of(gathered, &row.learner).summary = Some(SummaryFacts {
            attendance: row.attendance.into(),
            decision: Cow::Borrowed(&row.decision),
            marks: Cow::Borrowed(&row.marks),
            movement: Cow::Borrowed(&row.movement),
            name: Cow::Borrowed(&row.name),
            no: row.no,
            periods: Cow::Borrowed(&list.periods),
            subjects: Cow::Borrowed(&list.subjects),
        });
    }
}

/// Leaf hash of a row: SHA-256(0x00 ‖ salt ‖ bytes), the salt as its 16 bytes; `None` when the salt is not 32 hexadecimal
/// characters.
fn row_leaf(salt: &str, bytes: &[u8]) -> Option<Digest> {
    let salt = canon::unhex_lower(salt).filter(|salt| salt.len() == 16)?;
    Some(Digest(Sha256::new().chain_update([0]).chain_update(salt).chain_update(bytes).finalize().into()))
}

/// Why rows and salts make no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsalted {
    /// A row has no salt, or a salt no row.
    #[error("солей для строк учеников {salts}, а строк {rows}")]
    Count {
        /// Rows.
        rows: usize,
        /// Salts.
        salts: usize,
    },
    /// A salt is not 16 bytes in hexadecimal.
    #[error("соль строки {0} не 16 байт в шестнадцатеричной записи")]
    Salt(usize),
}

/// Leaf hashes of rows with their salts.
pub fn leaves(rows: &[Row], salts: &[String]) -> Result<Vec<Digest>, Unsalted> {
    if rows.len() != salts.len() {
        return Err(Unsalted::Count { rows: rows.len(), salts: salts.len() });
    }
    rows.iter()
        .zip(salts)
        .enumerate()
        .map(|(index, (row, salt))| row_leaf(salt, &row.bytes).ok_or(Unsalted::Salt(index + 1)))
        .collect()
}

/// Root over the rows of the sheets: [`Snapshot::rows_root`].
pub fn root(sheets: &[Sheet], salts: &[String]) -> Result<Digest, Unsalted> {
    Ok(merkle::root(&leaves(&rows(sheets), salts)?))
}

/// One row with all that proves it against [`Snapshot::rows_root`]; the text form is an extract's `row-proof.txt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProof {
    /// Salt of the row, 32 hexadecimal characters.
    pub salt: String,
    /// Place of the row, from 0.
    pub index: u64,
    /// Number of rows.
    pub size: u64,
    /// RFC 6962 audit path, nearest sibling first.
    pub path: Vec<Digest>,
}

/// First line of a row's proof.
const PROOF_FORMAT: &str = "letopis.row-proof/v1";

/// Text that is not a row's proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("доказательство строки не читается")]
pub struct NotARowProof;

impl RowProof {
    /// Line text, readable by a shell script: format, `salt`, `index`, `size`, a `path` line for each hash.
    pub fn to_text(&self) -> String {
        let mut text = format!("{PROOF_FORMAT}\nsalt {}\nindex {}\nsize {}\n", self.salt, self.index, self.size);
        for hash in &self.path {
            text.push_str(&format!("path {hash}\n"));
        }
        text
    }

    /// Reads [`RowProof::to_text`] and nothing else.
    pub fn parse(text: &str) -> Result<Self, NotARowProof> {
        let mut lines = text.lines();
        if lines.next() != Some(PROOF_FORMAT) {
            return Err(NotARowProof);
        }
        let mut field =
            |name: &str| lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' ')).ok_or(NotARowProof);
        let salt = field("salt")?.to_owned();
        let index = field("index")?.parse().map_err(|_| NotARowProof)?;
        let size = field("size")?.parse().map_err(|_| NotARowProof)?;
        let path = lines
            .map(|line| line.strip_prefix("path ").and_then(|hash| hash.parse().ok()).ok_or(NotARowProof))
            .collect::<Result<_, _>>()?;
        let proof = Self { salt, index, size, path };
        if proof.to_text() == text { Ok(proof) } else { Err(NotARowProof) }
    }

    /// Does the proof lead from these bytes to the root?
    pub fn verify(&self, bytes: &[u8], root: &Digest) -> bool {
        row_leaf(&self.salt, bytes)
            .is_some_and(|leaf| merkle::verify_inclusion(&leaf, self.index, self.size, &self.path, root))
    }
}

/// The row of one learner and its proof; `None` when the snapshot has no such learner or its salts are spoilt.
pub fn proof(snapshot: &Snapshot, learner: &str) -> Option<(Row, RowProof)> {
    let rows = rows(&snapshot.sheets);
    let leaves = leaves(&rows, &snapshot.salts).ok()?;
    let index = rows.iter().position(|row| row.learner == learner)?;
    let proof = RowProof {
        salt: snapshot.salts[index].clone(),
        index: index as u64,
        size: rows.len() as u64,
        path: merkle::inclusion_proof(&leaves, index)?,
    };
    Some((rows.into_iter().nth(index)?, proof))
}

/// Bytes of a value whose fields are declared in alphabetical order: RFC 8785 without sorting.
fn sorted_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    // `to_vec` fails on maps with odd keys and on failing `Serialize` only, of which there are none here.
    serde_json::to_vec(value).unwrap_or_default()
}

impl<'s> From<&'s LearnerRow> for Listed<'s> {
    fn from(row: &'s LearnerRow) -> Self {
        Self {
            born: Cow::Borrowed(&row.born),
            enrolled_on: Cow::Borrowed(&row.enrolled_on),
            enrolment_order: Cow::Borrowed(&row.enrolment_order),
            given_name: Cow::Borrowed(&row.given_name),
            leaving_order: Cow::Borrowed(&row.leaving_order),
            left_on: Cow::Borrowed(&row.left_on),
            no: row.no,
            patronymic: Cow::Borrowed(&row.patronymic),
            surname: Cow::Borrowed(&row.surname),
        }
    }
}

impl From<AttendanceCounts> for Counts {
    fn from(counts: AttendanceCounts) -> Self {
        Self {
            days: counts.days,
            days_ill: counts.days_ill,
            late: counts.late,
            lessons: counts.lessons,
            lessons_excused: counts.lessons_excused,
            lessons_ill: counts.lessons_ill,
            lessons_unexcused: counts.lessons_unexcused,
            lessons_unexplained: counts.lessons_unexplained,
        }
    }
}

impl<'s> From<&'s LessonFacts> for ListedLesson<'s> {
    fn from(lesson: &'s LessonFacts) -> Self {
        Self {
            date: Cow::Borrowed(&lesson.date),
            homework: Cow::Borrowed(&lesson.homework),
            hours: lesson.hours,
            kind_of_work: Cow::Borrowed(&lesson.kind_of_work),
            number: lesson.number,
            substitute: Cow::Borrowed(&lesson.substitute),
            topic: Cow::Borrowed(&lesson.topic),
        }
    }
}
