//! The layout of a bundle: its files, their columns and what a cell may hold. Floor 1.
//!
//! One table that the reader, the generator and the format's description share; no rule that needs a second file lives here.

/// What a cell holds; decides the checks made on every cell before its meaning is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// An identifier, a code, a date or a number: one line, no invisible characters.
    Token,
    /// A name that is printed and compared: also no look-alike letters, no doubled spaces.
    Name,
    /// One line of free words.
    Line,
    /// Free text, line breaks allowed.
    Text,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// As the header has it.
    pub name: &'static str,
    /// May its cells be empty?
    pub required: bool,
    /// What its cells hold.
    pub holds: Holds,
}

/// A file.
#[derive(Debug, Clone, Copy)]
pub struct FileLayout {
    /// Name in the folder.
    pub name: &'static str,
    /// May the file be absent?
    pub required: bool,
    /// Its columns, in the order that the generator writes.
    pub columns: &'static [Column],
}

/// Place of a file in [`FILES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
#[allow(missing_docs)] // each is the file of its name
pub enum File {
    School,
    Periods,
    Staff,
    Classes,
    Learners,
    Courses,
    Groups,
    Lessons,
    Marks,
    Absences,
    FinalMarks,
    Decisions,
    Entries,
}

impl File {
    /// Every file, in the order in which findings are told: causes before their effects.
    pub const ALL: [File; 13] = [
        Self::School,
        Self::Periods,
        Self::Staff,
        Self::Classes,
        Self::Learners,
        Self::Courses,
        Self::Groups,
        Self::Lessons,
        Self::Marks,
        Self::Absences,
        Self::FinalMarks,
        Self::Decisions,
        Self::Entries,
    ];

    /// Its layout.
    pub fn layout(self) -> &'static FileLayout {
        &FILES[self as usize]
    }

    /// Its name in the folder.
    pub fn name(self) -> &'static str {
        self.layout().name
    }
}

const fn must(name: &'static str, holds: Holds) -> Column {
    Column { name, required: true, holds }
}

const fn may(name: &'static str, holds: Holds) -> Column {
    Column { name, required: false, holds }
}

const fn file(name: &'static str, columns: &'static [Column]) -> FileLayout {
    FileLayout { name, required: true, columns }
}

use Holds::{Line, Name, Text, Token};

/// The files, in the order of [`File`].
pub const FILES: [FileLayout; 13] = [
    file("school.csv", &[must("name", Name), may("short_name", Name), may("town", Name), must("year", Token)]),
    file(
        "periods.csv",
        &[
            must("id", Token),
            must("name", Name),
            must("kind", Token),
            must("grade_from", Token),
            must("grade_to", Token),
            must("starts", Token),
            must("ends", Token),
        ],
    ),
    file(
        "staff.csv",
        &[
            must("id", Token),
            must("surname", Name),
            must("given_name", Name),
            may("patronymic", Name),
            must("position", Name),
            may("roles", Token),
        ],
    ),
    file("classes.csv", &[must("name", Name), must("grade", Token), must("class_teacher_id", Token)]),
    file(
        "learners.csv",
        &[
            must("id", Token),
            must("surname", Name),
            must("given_name", Name),
            may("patronymic", Name),
            may("born", Token),
            must("class", Name),
            must("enrolled_on", Token),
            may("enrolment_order", Line),
            may("left_on", Token),
            may("leaving_order", Line),
        ],
    ),
    file(
        "courses.csv",
        &[
            must("id", Token),
            must("class", Name),
            must("subject", Name),
            may("group", Name),
            must("teacher_id", Token),
            must("hours_per_week", Token),
        ],
    ),
    file("groups.csv", &[must("course_id", Token), must("learner_id", Token)]),
    file(
        "lessons.csv",
        &[
            must("course_id", Token),
            must("date", Token),
            must("number", Token),
            may("topic", Text),
            may("homework", Text),
            may("kind_of_work", Line),
            may("substitute_teacher_id", Token),
        ],
    ),
    file(
        "marks.csv",
        &[
            must("course_id", Token),
            must("date", Token),
            must("number", Token),
            must("learner_id", Token),
            may("kind_of_work", Line),
            must("value", Token),
        ],
    ),
    file(
        "absences.csv",
        &[
            must("course_id", Token),
            must("date", Token),
            must("number", Token),
            must("learner_id", Token),
            must("code", Token),
        ],
    ),
    file(
        "final_marks.csv",
        &[must("course_id", Token), must("learner_id", Token), must("period", Token), must("value", Token)],
    ),
    FileLayout {
        name: "decisions.csv",
        required: false,
        columns: &[must("learner_id", Token), must("decision", Line), may("protocol", Line), may("date", Token)],
    },
    FileLayout {
        name: "entries.csv",
        required: false,
        columns: &[
            must("course_id", Token),
            must("date", Token),
            must("number", Token),
            must("what", Token),
            may("learner_id", Token),
            must("entered_at", Token),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_stands_in_its_own_place() {
        let names: Vec<&str> = File::ALL.iter().map(|file| file.name()).collect();
        assert_eq!(names, FILES.iter().map(|file| file.name).collect::<Vec<_>>());
    }
}
