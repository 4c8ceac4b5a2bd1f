//! The codes of what can be wrong with a bundle: floor 1.
//!
//! Stable words: other programs and the fixtures under `tests/bundles/bad/` go by them. A code is never renamed; a new
//! rule is a new code with a fixture of its name.

/// A required file is not there.
pub const MISSING_FILE: &str = "import.missing-file";
/// A CSV file that the format does not know.
pub const UNKNOWN_FILE: &str = "import.unknown-file";
/// Neither UTF-8 nor Russian Windows-1251.
pub const WRONG_ENCODING: &str = "import.wrong-encoding";
/// Not even a header row.
pub const EMPTY_FILE: &str = "import.empty-file";
/// Quotes that RFC 4180 does not allow.
pub const BROKEN_QUOTES: &str = "import.broken-quotes";
/// More or fewer fields in a row than in the header.
pub const FIELD_COUNT: &str = "import.field-count";
/// A column that the format does not know.
pub const UNKNOWN_COLUMN: &str = "import.unknown-column";
/// A column of the format is not there.
pub const MISSING_COLUMN: &str = "import.missing-column";
/// The same column twice.
pub const DUPLICATE_COLUMN: &str = "import.duplicate-column";
/// A row of empty cells (warning).
pub const EMPTY_ROW: &str = "import.empty-row";
/// Spaces around a value or doubled inside a name (warning; they are dropped).
pub const STRAY_SPACE: &str = "import.stray-space";
/// A cell that must not be empty.
pub const REQUIRED_CELL: &str = "import.required-cell";
/// A control character, or an invisible one where it would make two names of one.
pub const CONTROL_CHARACTER: &str = "import.control-character";
/// A Latin letter that looks like a Russian one, or the other way round.
pub const LOOK_ALIKE: &str = "import.look-alike";
/// Not a day of the calendar.
pub const BAD_DATE: &str = "import.bad-date";
/// Not a number, or not one that is possible here.
pub const BAD_NUMBER: &str = "import.bad-number";
/// Not a school year.
pub const BAD_YEAR: &str = "import.bad-year";
/// A kind of period that the format does not know.
pub const UNKNOWN_KIND: &str = "import.unknown-kind";
/// A word of the format used as a school's own identifier.
pub const RESERVED_ID: &str = "import.reserved-id";
/// `school.csv` does not hold exactly one school.
pub const ROW_COUNT: &str = "import.row-count";
/// Two rows with one key.
pub const DUPLICATE_KEY: &str = "import.duplicate-key";
/// One person listed twice (warning).
pub const DUPLICATE_PERSON: &str = "import.duplicate-person";
/// A class's name contradicts its grade or has no letter to name a copy by.
pub const CLASS_NAME: &str = "import.class-name";
/// Two classes whose copies would get one identifier.
pub const SIMILAR_CLASSES: &str = "import.similar-classes";
/// Two courses or two periods whose sheets or copies would get one identifier.
pub const SIMILAR_IDS: &str = "import.similar-ids";
/// No such learner.
pub const UNKNOWN_LEARNER: &str = "import.unknown-learner";
/// No such course.
pub const UNKNOWN_COURSE: &str = "import.unknown-course";
/// No such class.
pub const UNKNOWN_CLASS: &str = "import.unknown-class";
/// No such member of staff.
pub const UNKNOWN_STAFF: &str = "import.unknown-staff";
/// No such period.
pub const UNKNOWN_PERIOD: &str = "import.unknown-period";
/// The period does not hold for the class's grade.
pub const PERIOD_OF_OTHER_GRADE: &str = "import.period-of-other-grade";
/// A learner of another class.
pub const FOREIGN_LEARNER: &str = "import.foreign-learner";
/// A learner of the class who is not in the course's group.
pub const NOT_IN_GROUP: &str = "import.not-in-group";
/// A named group without members: the whole class is taken (warning).
pub const EMPTY_GROUP: &str = "import.empty-group";
/// A mark or an absence without its lesson.
pub const UNKNOWN_LESSON: &str = "import.unknown-lesson";
/// A day outside every period of the class's grade.
pub const OUTSIDE_CALENDAR: &str = "import.outside-calendar";
/// A period outside the school year, or a learner enrolled after its end.
pub const OUTSIDE_YEAR: &str = "import.outside-year";
/// A mark or an absence on a day when the learner was not in the class.
pub const OUTSIDE_STAY: &str = "import.outside-stay";
/// A final mark of a period that began after the learner had left (warning).
pub const FINAL_AFTER_LEAVING: &str = "import.final-after-leaving";
/// A lesson mark that the policy's scale does not have.
pub const UNKNOWN_MARK: &str = "import.unknown-mark";
/// An absence code that the policy does not have.
pub const UNKNOWN_ABSENCE: &str = "import.unknown-absence";
/// A final mark that the policy does not have.
pub const UNKNOWN_FINAL: &str = "import.unknown-final";
/// Absent and marked in one lesson (warning: the topic may have been passed later).
pub const ABSENT_AND_MARKED: &str = "import.absent-and-marked";
/// Two periods of one grade share days.
pub const PERIOD_OVERLAP: &str = "import.period-overlap";
/// A period ends before it begins, or the periods of a grade are not in the order of time.
pub const PERIOD_ORDER: &str = "import.period-order";
/// The first grade is above the last.
pub const GRADE_RANGE: &str = "import.grade-range";
/// A learner who left before being enrolled.
pub const STAY_ORDER: &str = "import.stay-order";
/// A date of birth that no learner of a school can have, or a day of enrolment that makes it so (warning).
pub const UNLIKELY_BIRTH: &str = "import.unlikely-birth";
/// Nobody with the role `director`.
pub const NO_DIRECTOR: &str = "import.no-director";

/// A text that a table editor seems to have made a date of (warning).
pub const EXCEL_DATE: &str = "import.excel-date";
/// A topic in another language than Russian where the policy wants Russian (warning).
pub const FOREIGN_TOPIC: &str = "import.foreign-topic";

/// Not a day with a time.
pub const BAD_MOMENT: &str = "import.bad-moment";
/// `entries.csv` tells of something that no journal has.
pub const UNKNOWN_ENTRY: &str = "import.unknown-entry";

/// Every code of a bundle; each has a fixture.
pub const ALL: [&str; 53] = [
    MISSING_FILE,
    UNKNOWN_FILE,
    WRONG_ENCODING,
    EMPTY_FILE,
    BROKEN_QUOTES,
    FIELD_COUNT,
    UNKNOWN_COLUMN,
    MISSING_COLUMN,
    DUPLICATE_COLUMN,
    EMPTY_ROW,
    STRAY_SPACE,
    REQUIRED_CELL,
    CONTROL_CHARACTER,
    LOOK_ALIKE,
    BAD_DATE,
    BAD_NUMBER,
    BAD_YEAR,
    UNKNOWN_KIND,
    RESERVED_ID,
    ROW_COUNT,
    DUPLICATE_KEY,
    DUPLICATE_PERSON,
    CLASS_NAME,
    SIMILAR_CLASSES,
    SIMILAR_IDS,
    UNKNOWN_LEARNER,
    UNKNOWN_COURSE,
    UNKNOWN_CLASS,
    UNKNOWN_STAFF,
    UNKNOWN_PERIOD,
    PERIOD_OF_OTHER_GRADE,
    FOREIGN_LEARNER,
    NOT_IN_GROUP,
    EMPTY_GROUP,
    UNKNOWN_LESSON,
    OUTSIDE_CALENDAR,
    OUTSIDE_YEAR,
    OUTSIDE_STAY,
    FINAL_AFTER_LEAVING,
    UNKNOWN_MARK,
    UNKNOWN_ABSENCE,
    UNKNOWN_FINAL,
    ABSENT_AND_MARKED,
    PERIOD_OVERLAP,
    PERIOD_ORDER,
    GRADE_RANGE,
    STAY_ORDER,
    UNLIKELY_BIRTH,
    NO_DIRECTOR,
    EXCEL_DATE,
    FOREIGN_TOPIC,
    BAD_MOMENT,
    UNKNOWN_ENTRY,
];

/// A name in the place of a code that stands for somebody, or something, known (note).
pub const MATCHED_BY_NAME: &str = "import.matched-by-name";
/// A name that stands for nobody known.
pub const UNMATCHED_NAME: &str = "import.unmatched-name";
/// A name that stands for more than one.
pub const AMBIGUOUS_NAME: &str = "import.ambiguous-name";
/// A subject that the class has no course of; a course is made (warning).
pub const NEW_COURSE: &str = "import.new-course";
/// A learner whom the class does not have; a learner is made (warning).
pub const NEW_LEARNER: &str = "import.new-learner";
/// A list has another surname than the card: taken for the same learner by the day of birth, else only asked (warning).
pub const LEARNER_RENAMED: &str = "import.learner-renamed";
/// A list has a learner in a class that orders have moved them from, or who left: the order holds (warning).
pub const LEARNER_MOVED: &str = "import.learner-moved";
/// A cell that holds an error of the table editor (`#REF!`).
pub const CELL_ERROR: &str = "import.cell-error";
/// Cells hold formulas; the values computed last were taken (warning).
pub const FORMULAS: &str = "import.formulas";
/// Larger than what is taken.
pub const TOO_LARGE: &str = "import.too-large";
/// A workbook that cannot be read.
pub const BROKEN_WORKBOOK: &str = "import.broken-workbook";
/// A sheet that no table is known by (warning).
pub const UNKNOWN_SHEET: &str = "import.unknown-sheet";
/// A JSON file that is none of the known ones.
pub const BROKEN_JSON: &str = "import.broken-json";
/// A file of a kind that is not taken.
pub const UNKNOWN_FORMAT: &str = "import.unknown-format";
/// Rows of load that name no group are numbered: one subject of a class under several teachers (warning, or note where a list says it).
pub const GROUPS_NUMBERED: &str = "import.groups-numbered";
/// Two files or sheets for one table.
pub const SAME_TABLE: &str = "import.same-table";
/// A report of another program lacks a part that it must have.
pub const BROKEN_REPORT: &str = "import.broken-report";
/// A cell of a report that holds no known mark or code.
pub const UNKNOWN_CELL: &str = "import.unknown-cell";
/// Something of the source that the journal has no place for (note).
pub const LEFT_OUT: &str = "import.left-out";
/// Lessons come without their contents; copies will say so (warning).
pub const WITHOUT_CONTENTS: &str = "import.without-contents";
/// OneRoster: a reference to a record that is not there.
pub const UNKNOWN_RECORD: &str = "import.unknown-record";

/// Every code of the other formats (`docs/exchange.ru.md`); each has a test in `tests/exchange`.
pub const EXCHANGE: [&str; 21] = [
    MATCHED_BY_NAME,
    UNMATCHED_NAME,
    AMBIGUOUS_NAME,
    NEW_COURSE,
    NEW_LEARNER,
    LEARNER_RENAMED,
    LEARNER_MOVED,
    CELL_ERROR,
    FORMULAS,
    TOO_LARGE,
    BROKEN_WORKBOOK,
    UNKNOWN_SHEET,
    BROKEN_JSON,
    UNKNOWN_FORMAT,
    GROUPS_NUMBERED,
    SAME_TABLE,
    BROKEN_REPORT,
    UNKNOWN_CELL,
    LEFT_OUT,
    WITHOUT_CONTENTS,
    UNKNOWN_RECORD,
];
