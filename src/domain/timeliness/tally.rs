//! Judged entries counted: by class and teacher, by kind and status. Floor 0.

use std::collections::BTreeMap;

use super::{EntryKind, Judged, Status, grade_of};

/// Counts of one class and teacher: for each kind of entry, how many of each status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Class.
    pub class: String,
    /// Teacher.
    pub teacher_id: String,
    /// Counts by [`EntryKind::ALL`] and [`Status::ALL`].
    pub counts: [[usize; 4]; 7],
}

impl Tally {
    /// Entries of a kind and a status.
    pub fn of(&self, kind: EntryKind, status: Status) -> usize {
        self.counts[kind as usize][status as usize]
    }

    /// Entries of a status, all kinds together.
    pub fn all(&self, status: Status) -> usize {
        self.counts.iter().map(|counts| counts[status as usize]).sum()
    }
}

/// Counts by class and teacher, in the order of class and teacher.
pub fn tally(judged: &[Judged]) -> Vec<Tally> {
    let mut tallies: BTreeMap<(u32, &str, &str), [[usize; 4]; 7]> = BTreeMap::new();
    for one in judged {
        tallies.entry((grade_of(&one.class), &one.class, &one.teacher_id)).or_default()[one.kind as usize]
            [one.status as usize] += 1;
    }
    tallies
        .into_iter()
        .map(|((_, class, teacher), counts)| Tally { class: class.to_owned(), teacher_id: teacher.to_owned(), counts })
        .collect()
}
