//! Reads a bundle: bytes to a checked journal, or everything that is wrong at once. Floor 1.
//!
//! Touches no store and mends nothing but spaces around values. Either the whole bundle is right, or no part of it is given.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::domain::journal::Journal;
use crate::domain::policy::Policy;
use crate::domain::timeliness::EntryTime;

use super::check::{self, Lists};
use super::found::{Found, Place};
use super::layout::File;
use super::rows::{self, Listed, Reading};
use super::sheet::{Sheet, nearest};
use super::source::{self, BundleFile};
use super::{codes, look_alike};

/// A bundle that may be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// What it says.
    pub journal: Journal,
    /// When its entries were made, where the journal's earlier home knew.
    pub entries: Vec<EntryTime>,
    /// Its files as they were given, by name: what is kept beside the journal.
    pub files: Vec<BundleFile>,
    /// SHA-256 of the lines `<hex>  <name>` by name: `sha256sum *.csv | sha256sum` gives the same.
    pub digest: Digest,
    /// What somebody should look at though nothing is wrong.
    pub warnings: Vec<Finding>,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bundle is wrong: every finding, warnings included, by file and line.
    #[error("набор не принят, замечаний: {}", .0.len())]
    Refused(Vec<Finding>),
    /// The folder, the zip or a file of it cannot be read.
    #[error("не удаётся прочитать {}: {source}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Reads a folder of CSV files or a zip of one, and checks it against the policy's codes and scale.
pub fn read(path: &Path, policy: &Policy) -> Result<Bundle, ReadError> {
    let files = source::files(path).map_err(|(path, source)| ReadError::Unreadable { path, source })?;
    read_files(files, policy).map_err(ReadError::Refused)
}

/// Reads files that are in memory already; the refusal is every finding.
pub fn read_files(mut files: Vec<BundleFile>, policy: &Policy) -> Result<Bundle, Vec<Finding>> {
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut found = Found::default();
    let lists = lists(&files, &mut found);
    check::all(&lists, policy, &mut found);
    let refused = found.has_errors();
    let findings = found.into_sorted();
    if refused {
        return Err(findings);
    }
    let digest = source::digest(&files);
    let mut lists = lists;
    let entries = std::mem::take(&mut lists.entries.items);
    Ok(Bundle { journal: journal(lists), entries, files, digest, warnings: findings })
}

/// Reads a bundle that was accepted once, as it was kept: its rows as they are, without asking whether today's policy would accept them.
pub fn read_kept(path: &Path) -> Result<(Journal, Digest), ReadError> {
    let mut files = source::files(path).map_err(|(path, source)| ReadError::Unreadable { path, source })?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut found = Found::default();
    let lists = lists(&files, &mut found);
    if found.has_errors() {
        return Err(ReadError::Refused(found.into_sorted()));
    }
    let digest = source::digest(&files);
    Ok((journal(lists), digest))
}

fn lists(files: &[BundleFile], found: &mut Found) -> Lists {
    unknown_files(files, found);
    let mut classes = list(File::Classes, files, found, rows::class);
    // A class misspelt in its own file is told there once, not again by everybody who spells it right.
    let mended: Vec<String> = classes.items.iter().filter_map(|class| look_alike::mended(&class.name)).collect();
    classes.names.extend(mended);
    Lists {
        school: list(File::School, files, found, rows::school),
        periods: list(File::Periods, files, found, rows::period),
        staff: list(File::Staff, files, found, rows::staff_member),
        classes,
        learners: list(File::Learners, files, found, rows::learner),
        courses: list(File::Courses, files, found, rows::course),
        groups: list(File::Groups, files, found, rows::membership),
        lessons: list(File::Lessons, files, found, rows::lesson),
        marks: list(File::Marks, files, found, rows::mark),
        absences: list(File::Absences, files, found, rows::absence),
        final_marks: list(File::FinalMarks, files, found, rows::final_mark),
        decisions: list(File::Decisions, files, found, rows::decision),
        entries: list(File::Entries, files, found, rows::entry_time),
    }
}

fn list<T>(
    file: File,
    files: &[BundleFile],
    found: &mut Found,
    row: impl Fn(&mut Reading<'_, '_>) -> Option<T>,
) -> Listed<T> {
    let sheet = match files.iter().find(|candidate| candidate.name == file.name()) {
        Some(given) => Sheet::read(file, &given.bytes, found),
        None if file.layout().required => {
            found.error(Place::file(file), codes::MISSING_FILE, "в наборе нет этого файла");
            Sheet::unread(file)
        }
        None => Sheet::absent(file),
    };
    Listed::of(&sheet, found, row)
}

/// A file that nobody asked for may be a misspelt one: what it holds must not be lost in silence.
fn unknown_files(files: &[BundleFile], found: &mut Found) {
    for file in files {
        if File::ALL.iter().any(|known| known.name() == file.name) {
            continue;
        }
        let absent = File::ALL.iter().map(|known| known.name());
        let absent = absent.filter(|name| !files.iter().any(|file| file.name == *name));
        let message = "такого файла в наборе не бывает: переименуйте или уберите его";
        let meant = nearest(&file.name, absent).unwrap_or("только файлы, названные в описании формата");
        let finding = Finding::new(codes::UNKNOWN_FILE, &file.name, message).expected_found(meant, &file.name);
        found.unknown_file(finding);
    }
}

/// Joins the checked rows; groups become the members of their courses, marks get their ordinals.
fn journal(mut lists: Lists) -> Journal {
    let mut members: HashMap<String, Vec<String>> = HashMap::new();
    for membership in lists.groups.items {
        members.entry(membership.course_id).or_default().push(membership.learner_id);
    }
    for course in &mut lists.courses.items {
        course.members = members.remove(&course.id).unwrap_or_default();
    }
    let mut marks = lists.marks.items;
    let mut counts = HashMap::with_capacity(marks.len());
    let ordinals: Vec<u32> = marks
        .iter()
        .map(|mark| {
            let count = counts.entry((&mark.lesson, mark.learner_id.as_str())).or_insert(0_u32);
            *count += 1;
            *count - 1
        })
        .collect();
    marks.iter_mut().zip(ordinals).for_each(|(mark, ordinal)| mark.ordinal = ordinal);
    Journal {
        school: lists.school.items.pop().unwrap_or_default(),
        periods: lists.periods.items,
        staff: lists.staff.items,
        classes: lists.classes.items,
        learners: lists.learners.items,
        earlier_stays: Vec::new(),
        courses: lists.courses.items,
        lessons: lists.lessons.items,
        marks,
        absences: lists.absences.items,
        final_marks: lists.final_marks.items,
        decisions: lists.decisions.items,
    }
}
