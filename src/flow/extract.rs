//! One learner's extract: the own row with the proof that it was signed, and nobody else. Floor 2.
//!
//! A parent who holds an extract can prove to anybody what the school signed, and learns nothing of any other child: the row is proven by a
//! salted Merkle path, the signers' statements name staff and sheets only.

use std::collections::BTreeMap;
use std::path::Path;

use super::package::{Head, Packed, Refusal, read_whole, sealing_day};
use crate::domain::log_proof::object_id;
use crate::domain::rows;
use crate::domain::snapshot::{Sheet, Snapshot};
use crate::domain::statement::Statement;
use crate::vault::bag::{self, Label};
use crate::vault::{Content, name, package};

/// The learner's row: canonical JSON.
pub const ROW: &str = "row.json";
/// The proof of the row.
pub const ROW_PROOF: &str = "row-proof.txt";

/// The check with stock tools that stands in every extract.
pub const VERIFY_SH: &str = include_str!("verify-extract.sh");

/// Where the lessons of a course stand in an extract.
pub fn lesson_path(course: &str) -> String {
    format!("lessons/{}.json", name::of_staff(course))
}

/// Identifier of an extract: that of the record, and the learner's.
pub fn extract_id(object: &str, learner: &str) -> String {
    format!("{object}:{}", name::of_staff(learner))
}

/// Does a statement stand for the whole list of learners, and so for every row?
pub fn speaks_for_all(statement: &Statement) -> bool {
    statement.sheets.iter().any(|sheet| matches!(sheet.id.as_str(), "learners" | "summary"))
}

/// Makes the extract of one learner from an archive object; same object, same bytes.
pub fn extract(object: &Path, learner: &str) -> Result<Packed, Refusal> {
    let content = read_whole(object)?;
    let unreadable = || Refusal::Unreadable("снимок");
    let bytes = content.bytes(name::SNAPSHOT).ok_or_else(unreadable)?;
    let snapshot = Snapshot::from_bytes(bytes).map_err(|_| unreadable())?;
    let head = Head::read(&content).ok_or_else(unreadable)?;
    let (row, proof) = rows::proof(&snapshot, learner).ok_or_else(|| Refusal::NoLearner(learner.to_owned()))?;
    let mut files = BTreeMap::from([
        (ROW.to_owned(), row.bytes),
        (ROW_PROOF.to_owned(), proof.to_text().into_bytes()),
        (name::README.to_owned(), readme(&head, &snapshot, learner).into_bytes()),
        (name::VERIFY_SH.to_owned(), VERIFY_SH.into()),
    ]);
    for sheet in &snapshot.sheets {
        if let Sheet::Course(course) = sheet
            && course.rows.iter().any(|row| row.learner == learner)
        {
            files.insert(lesson_path(&course.course), rows::lesson_list(course));
        }
    }
    copy_signatures(&content, &mut files);
    let label = Label {
        organisation: head.school.name.clone(),
        id: extract_id(&object_id(&head.school.id, &head.copy.id, head.copy.version), learner),
        description: format!("Выписка: {}", head.description()),
        date: sealing_day(&content).ok_or(Refusal::Unreadable("доказательство журнала событий"))?,
    };
    let folder = format!("{}-{}", head.object_name(), name::of_staff(learner));
    Ok(Packed { file_name: format!("{folder}.zip"), bytes: package::pack(&folder, &bag::build(&files, &label))? })
}

/// Statements that stand for all rows, with what verifies them.
fn copy_signatures(content: &Content, files: &mut BTreeMap<String, Vec<u8>>) {
    let mut take = |path: &str| {
        if let Some(bytes) = content.bytes(path) {
            files.insert(path.to_owned(), bytes.to_vec());
        }
    };
    for path in [name::LOG_PROOF, name::AUTHORITY, name::LOG, name::LOG_VKEY] {
        take(path);
    }
    for (path, file) in &content.files {
        let Some(stem) = path.strip_prefix("statements/").and_then(|file| file.strip_suffix(".txt")) else { continue };
        if !Statement::from_signed_bytes(&file.bytes).is_ok_and(|statement| speaks_for_all(&statement)) {
            continue;
        }
        let own = format!("certificates/{stem}.pem");
        let staff = stem.split_once('-').map_or(stem, |(_, staff)| staff);
        let shared = format!("certificates/{staff}.pem");
        take(path);
        take(&format!("statements/{stem}.sig"));
        take(if content.files.contains_key(&own) { &own } else { &shared });
    }
}

fn readme(head: &Head, snapshot: &Snapshot, learner: &str) -> String {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        include_str!("extract-readme.txt"),
        school = one_line(&head.school.name),
        document = one_line(&head.description()),
        learner = one_line(learner),
        authority = snapshot.school.authority,
    )
}
