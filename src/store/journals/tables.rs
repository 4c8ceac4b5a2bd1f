//! The journal's tables, and a journal as their rows: floor 1, inside `store`.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::super::Error;
use super::super::rows::{Cell, Cells, Kind, Table, words};
use crate::domain::journal::{
    Absence, Class, ContentGap, Course, Decision, FinalMark, GapKind, Journal, Learner, Lesson, LessonKey, Mark,
    Period, PeriodKind, StaffMember,
};

use Kind::{Int, Text};

static PERIODS: Table = Table {
    name: "periods",
    key: 1,
    columns: &[
        ("id", Text),
        ("name", Text),
        ("kind", Text),
        ("grade_from", Int),
        ("grade_to", Int),
        ("starts", Text),
        ("ends", Text),
        ("ordinal", Int),
    ],
};
static STAFF: Table = Table {
    name: "staff",
    key: 1,
    columns: &[
        ("id", Text),
        ("surname", Text),
        ("given_name", Text),
        ("patronymic", Text),
        ("position", Text),
        ("roles", Text),
        ("ordinal", Int),
    ],
};
static CLASSES: Table = Table {
    name: "classes",
    key: 1,
    columns: &[("name", Text), ("grade", Int), ("class_teacher", Text), ("ordinal", Int)],
};
static LEARNERS: Table = Table {
    name: "learners",
    key: 1,
    columns: &[
        ("id", Text),
        ("surname", Text),
        ("given_name", Text),
        ("patronymic", Text),
        ("born", Text),
        ("class", Text),
        ("enrolled_on", Text),
        ("enrolment_order", Text),
        ("left_on", Text),
        ("leaving_order", Text),
        ("ordinal", Int),
    ],
};
static COURSES: Table = Table {
    name: "courses",
    key: 1,
    columns: &[
        ("id", Text),
        ("class", Text),
        ("subject", Text),
        ("group_name", Text),
        ("teacher", Text),
        ("hours_centi", Int),
        ("ordinal", Int),
    ],
};
static GROUP_MEMBERS: Table =
    Table { name: "group_members", key: 2, columns: &[("course", Text), ("learner", Text), ("ordinal", Int)] };
pub(super) static LESSONS: Table = Table {
    name: "lessons",
    key: 3,
    columns: &[
        ("course", Text),
        ("date", Text),
        ("number", Int),
        ("topic", Text),
        ("homework", Text),
        ("kind_of_work", Text),
        ("substitute", Text),
    ],
};
pub(super) static MARKS: Table = Table {
    name: "marks",
    key: 5,
    columns: &[
        ("course", Text),
        ("date", Text),
        ("number", Int),
        ("learner", Text),
        ("ordinal", Int),
        ("kind_of_work", Text),
        ("value", Text),
    ],
};
pub(super) static ABSENCES: Table = Table {
    name: "absences",
    key: 4,
    columns: &[("course", Text), ("date", Text), ("number", Int), ("learner", Text), ("code", Text)],
};
pub(super) static FINAL_MARKS: Table = Table {
    name: "final_marks",
    key: 3,
    columns: &[("course", Text), ("learner", Text), ("period", Text), ("value", Text)],
};
pub(super) static DECISIONS: Table = Table {
    name: "decisions",
    key: 1,
    columns: &[("learner", Text), ("decision", Text), ("protocol", Text), ("date", Text)],
};

pub(super) static CONTENT_GAPS: Table = Table {
    name: "content_gaps",
    key: 3,
    columns: &[("class", Text), ("kind", Text), ("starts", Text), ("ends", Text)],
};

/// Every table of the journal, in an order in which they can be written.
pub(in crate::store) static ALL: [&Table; 12] = [
    &PERIODS,
    &STAFF,
    &CLASSES,
    &LEARNERS,
    &COURSES,
    &GROUP_MEMBERS,
    &LESSONS,
    &MARKS,
    &ABSENCES,
    &FINAL_MARKS,
    &DECISIONS,
    &CONTENT_GAPS,
];

/// The tables of people and curriculum, without entries.
pub(super) static ROSTER: [&Table; 6] = [&PERIODS, &STAFF, &CLASSES, &LEARNERS, &COURSES, &GROUP_MEMBERS];

/// A list of the journal that grows with every lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryList {
    /// Lessons.
    Lessons,
    /// Marks of lessons.
    Marks,
    /// Absences.
    Absences,
    /// Marks of periods and years.
    FinalMarks,
    /// Decisions of the pedagogical council.
    Decisions,
}

impl EntryList {
    pub(super) fn table(self) -> &'static Table {
        match self {
            Self::Lessons => &LESSONS,
            Self::Marks => &MARKS,
            Self::Absences => &ABSENCES,
            Self::FinalMarks => &FINAL_MARKS,
            Self::Decisions => &DECISIONS,
        }
    }
}

/// `$3` is the class.
const OF_COURSES: &str = "and course in (select id from courses where school = $1 and year = $2 and class = $3)";
const OF_LEARNERS: &str = "and learner in (select id from learners where school = $1 and year = $2 and class = $3)";

/// The tables of entries, each with what limits it to one class.
pub(super) static OF_CLASS: [(&Table, &str); 6] = [
    (&LESSONS, OF_COURSES),
    (&MARKS, OF_COURSES),
    (&ABSENCES, OF_COURSES),
    (&FINAL_MARKS, OF_COURSES),
    (&DECISIONS, OF_LEARNERS),
    (&CONTENT_GAPS, "and class = $3"),
];

/// `$3` is the course.
const OF_ONE: &str = "and course = $3";

/// The tables of entries, each with what limits it to one course.
pub(super) static OF_COURSE: [(&Table, &str); 4] =
    [(&LESSONS, OF_ONE), (&MARKS, OF_ONE), (&ABSENCES, OF_ONE), (&FINAL_MARKS, OF_ONE)];

/// `$3` is the first day, `$4` the last one.
pub(super) const WITHIN: &str = "and date between $3 and $4";
/// `$3` is the period.
pub(super) const OF_PERIOD: &str = "and period = $3";

/// `$3` is the class, `$4` the learner.
const OF_ONES: &str =
    "and course in (select id from courses where school = $1 and year = $2 and class = $3) and learner = $4";
const OF_ONES_ENTRIES: &str = "and course in (select id from courses where school = $1 and year = $2 and class = $3)
    and (course, date, number) in (
        select course, date, number from marks where school = $1 and year = $2 and learner = $4
        union select course, date, number from absences where school = $1 and year = $2 and learner = $4)";

/// The tables of entries, each with what limits it to one learner of a class; of lessons those in which the learner has an entry.
pub(super) static OF_LEARNER: [(&Table, &str); 4] =
    [(&LESSONS, OF_ONES_ENTRIES), (&MARKS, OF_ONES), (&ABSENCES, OF_ONES), (&FINAL_MARKS, OF_ONES)];

fn day(date: Option<NaiveDate>) -> Cell {
    Cell::Text(date.map(|date| date.to_string()).unwrap_or_default())
}

fn lesson(key: &LessonKey) -> Cells {
    vec![(&key.course_id).into(), day(Some(key.date)), i64::from(key.number).into()]
}

/// A journal as rows of [`ALL`].
pub(in super::super) fn to_rows(journal: &Journal) -> Vec<(&'static Table, Vec<Cells>)> {
    fn numbered<T>(items: &[T], cells: impl Fn(&T) -> Cells) -> Vec<Cells> {
        (0_i64..)
            .zip(items)
            .map(|(ordinal, item)| {
                let mut row = cells(item);
                row.push(ordinal.into());
                row
            })
            .collect()
    }
    let periods = numbered(&journal.periods, |p| {
        vec![
            (&p.id).into(),
            (&p.name).into(),
            p.kind.as_str().into(),
            i64::from(p.grade_from).into(),
            i64::from(p.grade_to).into(),
            day(Some(p.starts)),
            day(Some(p.ends)),
        ]
    });
    let staff = numbered(&journal.staff, |s| {
        let roles = s.roles.join(" ");
        [&s.id, &s.surname, &s.given_name, &s.patronymic, &s.position, &roles].map(Cell::from).to_vec()
    });
    let classes =
        numbered(&journal.classes, |c| vec![(&c.name).into(), i64::from(c.grade).into(), (&c.class_teacher_id).into()]);
    let learners = numbered(&journal.learners, |l| {
        vec![
            (&l.id).into(),
            (&l.surname).into(),
            (&l.given_name).into(),
            (&l.patronymic).into(),
            day(l.born),
            (&l.class).into(),
            day(Some(l.enrolled_on)),
            (&l.enrolment_order).into(),
            day(l.left_on),
            (&l.leaving_order).into(),
        ]
    });
    let courses = numbered(&journal.courses, |c| {
        vec![
            (&c.id).into(),
            (&c.class).into(),
            (&c.subject).into(),
            (&c.group).into(),
            (&c.teacher_id).into(),
            i64::from(c.hours_per_week_centi).into(),
        ]
    });
    let members = journal.courses.iter().flat_map(|c| c.members.iter().map(move |learner| (c, learner)));
    let members = (0_i64..).zip(members).map(|(ordinal, (c, l))| vec![(&c.id).into(), l.into(), ordinal.into()]);
    let lessons = journal.lessons.iter().map(|l| {
        let mut row = lesson(&l.key);
        row.extend([&l.topic, &l.homework, &l.kind_of_work, &l.substitute_teacher_id].map(Cell::from));
        row
    });
    let marks = journal.marks.iter().map(|m| {
        let mut row = lesson(&m.lesson);
        row.extend([(&m.learner_id).into(), i64::from(m.ordinal).into(), (&m.kind_of_work).into(), (&m.value).into()]);
        row
    });
    let absences = journal.absences.iter().map(|a| {
        let mut row = lesson(&a.lesson);
        row.extend([&a.learner_id, &a.code].map(Cell::from));
        row
    });
    let finals =
        journal.final_marks.iter().map(|f| [&f.course_id, &f.learner_id, &f.period, &f.value].map(Cell::from).to_vec());
    let decisions = journal
        .decisions
        .iter()
        .map(|d| vec![(&d.learner_id).into(), (&d.decision).into(), (&d.protocol).into(), day(d.date)]);
    let gaps = journal
        .content_gaps
        .iter()
        .map(|g| vec![(&g.class).into(), g.kind.as_str().into(), day(Some(g.starts)), day(Some(g.ends))]);
    vec![
        (&PERIODS, periods),
        (&STAFF, staff),
        (&CLASSES, classes),
        (&LEARNERS, learners),
        (&COURSES, courses),
        (&GROUP_MEMBERS, members.collect()),
        (&LESSONS, lessons.collect()),
        (&MARKS, marks.collect()),
        (&ABSENCES, absences.collect()),
        (&FINAL_MARKS, finals.collect()),
        (&DECISIONS, decisions.collect()),
        (&CONTENT_GAPS, gaps.collect()),
    ]
}

/// Reads one table's rows: the cell of a column, as what it must be.
struct Reading<'r> {
    table: &'static Table,
    row: &'r Cells,
}

impl Reading<'_> {
    fn text(&self, index: usize) -> String {
        self.row[index].text().to_owned()
    }

    fn foreign(&self, index: usize) -> Error {
        Error::Foreign { table: self.table.name, column: self.table.columns[index].0, value: words(&self.row[index]) }
    }

    fn small(&self, index: usize) -> Result<u8, Error> {
        u8::try_from(self.row[index].int()).map_err(|_| self.foreign(index))
    }

    fn count(&self, index: usize) -> Result<u32, Error> {
        u32::try_from(self.row[index].int()).map_err(|_| self.foreign(index))
    }

    fn day(&self, index: usize) -> Result<NaiveDate, Error> {
        self.row[index].text().parse().map_err(|_| self.foreign(index))
    }

    fn day_or_none(&self, index: usize) -> Result<Option<NaiveDate>, Error> {
        if self.row[index].text().is_empty() { Ok(None) } else { self.day(index).map(Some) }
    }

    fn lesson(&self) -> Result<LessonKey, Error> {
        Ok(LessonKey { course_id: self.text(0), date: self.day(1)?, number: self.small(2)? })
    }
}

pub(in crate::store) type Rows = HashMap<&'static str, Vec<Cells>>;

fn read<T>(
    rows: &Rows,
    table: &'static Table,
    ordinal: Option<usize>,
    make: impl Fn(Reading<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut list: Vec<&Cells> = rows.get(table.name).into_iter().flatten().collect();
    if let Some(column) = ordinal {
        list.sort_by_key(|row| row[column].int());
    }
    list.into_iter().map(|row| make(Reading { table, row })).collect()
}

/// Rows of [`ALL`] as a journal; the school itself is left empty.
pub(in crate::store) fn from_rows(rows: &Rows) -> Result<Journal, Error> {
    let mut courses = read(rows, &COURSES, Some(6), |r| {
        Ok(Course {
            id: r.text(0),
            class: r.text(1),
            subject: r.text(2),
            group: r.text(3),
            teacher_id: r.text(4),
            hours_per_week_centi: r.count(5)?,
            members: Vec::new(),
        })
    })?;
    let places: HashMap<String, usize> = courses.iter().enumerate().map(|(at, c)| (c.id.clone(), at)).collect();
    for (course, learner) in read(rows, &GROUP_MEMBERS, Some(2), |r| Ok((r.text(0), r.text(1))))? {
        if let Some(at) = places.get(&course) {
            courses[*at].members.push(learner);
        }
    }
    Ok(Journal {
        periods: read(rows, &PERIODS, Some(7), |r| {
            Ok(Period {
                id: r.text(0),
                name: r.text(1),
                kind: PeriodKind::parse(&r.text(2)).ok_or_else(|| r.foreign(2))?,
                grade_from: r.small(3)?,
                grade_to: r.small(4)?,
                starts: r.day(5)?,
                ends: r.day(6)?,
            })
        })?,
        staff: read(rows, &STAFF, Some(6), |r| {
            Ok(StaffMember {
                id: r.text(0),
                surname: r.text(1),
                given_name: r.text(2),
                patronymic: r.text(3),
                position: r.text(4),
                roles: r.text(5).split_whitespace().map(str::to_owned).collect(),
            })
        })?,
        classes: read(rows, &CLASSES, Some(3), |r| {
            Ok(Class { name: r.text(0), grade: r.small(1)?, class_teacher_id: r.text(2) })
        })?,
        learners: read(rows, &LEARNERS, Some(10), |r| {
            Ok(Learner {
                id: r.text(0),
                surname: r.text(1),
                given_name: r.text(2),
                patronymic: r.text(3),
                born: r.day_or_none(4)?,
                class: r.text(5),
                enrolled_on: r.day(6)?,
                enrolment_order: r.text(7),
                left_on: r.day_or_none(8)?,
                leaving_order: r.text(9),
            })
        })?,
        lessons: read(rows, &LESSONS, None, |r| {
            Ok(Lesson {
                key: r.lesson()?,
                topic: r.text(3),
                homework: r.text(4),
                kind_of_work: r.text(5),
                substitute_teacher_id: r.text(6),
            })
        })?,
        marks: read(rows, &MARKS, None, |r| {
            Ok(Mark {
                lesson: r.lesson()?,
                learner_id: r.text(3),
                ordinal: r.count(4)?,
                kind_of_work: r.text(5),
                value: r.text(6),
            })
        })?,
        absences: read(rows, &ABSENCES, None, |r| {
            Ok(Absence { lesson: r.lesson()?, learner_id: r.text(3), code: r.text(4) })
        })?,
        final_marks: read(rows, &FINAL_MARKS, None, |r| {
            Ok(FinalMark { course_id: r.text(0), learner_id: r.text(1), period: r.text(2), value: r.text(3) })
        })?,
        decisions: read(rows, &DECISIONS, None, |r| {
            Ok(Decision { learner_id: r.text(0), decision: r.text(1), protocol: r.text(2), date: r.day_or_none(3)? })
        })?,
        content_gaps: read(rows, &CONTENT_GAPS, None, |r| {
            Ok(ContentGap {
                class: r.text(0),
                kind: GapKind::parse(&r.text(1)).ok_or_else(|| r.foreign(1))?,
                starts: r.day(2)?,
                ends: r.day(3)?,
            })
        })?,
        courses,
        ..Journal::default()
    })
}
