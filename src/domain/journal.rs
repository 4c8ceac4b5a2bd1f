//! The journal as structured data: what a school's bundle holds and what the store keeps. Floor 0.
//!
//! Identifiers are the bundle's own (`L00001`, `C00001`, `T00001`, `Q1`): ASCII or not, never interpreted.
//! Texts are kept as given, trimmed at both ends; nothing in them is markup.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::setup::Stay;
use super::tenure::EarlierTeacher;

/// The school of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct School {
    /// Full official name.
    pub name: String,
    /// Official short name, may be empty.
    pub short_name: String,
    /// Town, may be empty.
    pub town: String,
    /// School year, `2025/2026`.
    pub year: String,
}

/// A study period (учебный период).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `Q1`…`Q4`, `H1`, `H2` or the school's own.
    pub id: String,
    /// «1 четверть».
    pub name: String,
    /// Quarter, half-year or other.
    pub kind: PeriodKind,
    /// First grade it holds for, inclusive.
    pub grade_from: u8,
    /// Last grade it holds for, inclusive.
    pub grade_to: u8,
    /// First day, inclusive.
    pub starts: NaiveDate,
    /// Last day, inclusive.
    pub ends: NaiveDate,
}

/// Kinds of study periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodKind {
    /// Четверть, grades 1-9.
    Quarter,
    /// Полугодие, grades 10-11.
    HalfYear,
    /// Триместр.
    Trimester,
}

impl PeriodKind {
    /// The bundle's and the store's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::HalfYear => "half_year",
            Self::Trimester => "trimester",
        }
    }

    /// Reads [`PeriodKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Quarter, Self::HalfYear, Self::Trimester].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The period of the whole year: not a study period, but closed and copied like one (the summary sheet).
pub const YEAR: &str = "Y";
/// The exam's final mark.
pub const EXAM: &str = "E";
/// The final mark of the subject («Итоговая»).
pub const FINAL: &str = "F";

/// Identifiers that no member of staff may have: the house's own actors and keys carry them in the log and in certificates.
pub const RESERVED_STAFF: [&str; 4] = ["authority", "log", "operator", "seal"];

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Identifier.
    pub id: String,
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Job title as it is printed: «Заместитель директора по УВР».
    pub position: String,
    /// `director`, `deputy`, `secretary`, `teacher`, `technical_specialist`, `administrator` …
    pub roles: Vec<String>,
}

impl StaffMember {
    /// Does the person hold a role?
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// «5А»; unique within the year.
    pub name: String,
    /// 1 to 11.
    pub grade: u8,
    /// Staff identifier of the class teacher.
    pub class_teacher_id: String,
}

/// A learner and the stay in the class: from `enrolled_on` up to and without `left_on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learner {
    /// Identifier.
    pub id: String,
    /// Фамилия.
    pub surname: String,
    /// Имя.
    pub given_name: String,
    /// Отчество, may be empty.
    pub patronymic: String,
    /// Date of birth.
    pub born: Option<NaiveDate>,
    /// Class name.
    pub class: String,
    /// First day in the class.
    pub enrolled_on: NaiveDate,
    /// Order of enrolment, may be empty.
    pub enrolment_order: String,
    /// First day no longer in the class.
    pub left_on: Option<NaiveDate>,
    /// Order of leaving, may be empty.
    pub leaving_order: String,
}

impl Learner {
    /// Is the learner in the class on that day?
    pub fn is_present_on(&self, day: NaiveDate) -> bool {
        self.enrolled_on <= day && self.left_on.is_none_or(|left| day < left)
    }
}

/// A course: one subject in one class, by one teacher, for the whole class or one group of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Identifier.
    pub id: String,
    /// Class name.
    pub class: String,
    /// Subject as printed.
    pub subject: String,
    /// Group, empty for the whole class.
    pub group: String,
    /// Staff identifier.
    pub teacher_id: String,
    /// Hours a week by the curriculum, in hundredths of an hour (0.5 h = 50), so that no binary fraction is stored.
    pub hours_per_week_centi: u32,
    /// Learners of the group; empty = the whole class.
    pub members: Vec<String>,
}

/// A lesson; a course, a day and a place in the day name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LessonKey {
    /// Course identifier.
    pub course_id: String,
    /// Day.
    pub date: NaiveDate,
    /// Place in the day, from 1 (0 is a lesson before the first).
    pub number: u8,
}

/// What was taught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Which lesson.
    pub key: LessonKey,
    /// Что пройдено на уроке; may be empty, the completeness gate tells.
    pub topic: String,
    /// Домашнее задание; may be empty.
    pub homework: String,
    /// Kind of work of the lesson, may be empty.
    pub kind_of_work: String,
    /// Who taught instead, empty when the course's own teacher did.
    pub substitute_teacher_id: String,
}

/// One mark of one learner in one lesson; a learner may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Which lesson.
    pub lesson: LessonKey,
    /// Who.
    pub learner_id: String,
    /// For what; may be empty.
    pub kind_of_work: String,
    /// `2`…`5` or what the policy's scale allows.
    pub value: String,
    /// Place among the learner's marks in that lesson, from 0, in the bundle's order.
    pub ordinal: u32,
}

/// An absence (or lateness) of one learner in one lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Which lesson.
    pub lesson: LessonKey,
    /// Who.
    pub learner_id: String,
    /// Code of the policy: `н` no reason yet, `Б` `У` `Н`, and `О` late (present).
    pub code: String,
}

/// A final mark (итоговая отметка) of a period, the year, the exam, or the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalMark {
    /// Course identifier.
    pub course_id: String,
    /// Who.
    pub learner_id: String,
    /// A period's id, or [`YEAR`], [`EXAM`], [`FINAL`].
    pub period: String,
    /// `2`…`5`, `осв`, `н/а`, `безотм` …
    pub value: String,
}

/// The council's decision on a learner at the year's end (решение педагогического совета).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Who.
    pub learner_id: String,
    /// «Переведён в 6 класс».
    pub decision: String,
    /// Number of the minutes (протокол).
    pub protocol: String,
    /// Date of the minutes.
    pub date: Option<NaiveDate>,
}

/// What a journal that came from elsewhere does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// Lessons came without topics and homework.
    Contents,
    /// Only final marks came, no lessons at all.
    Lessons,
}

impl GapKind {
    /// The store's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contents => "contents",
            Self::Lessons => "lessons",
        }
    }

    /// Reads [`GapKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Contents, Self::Lessons].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Days for which a class's journal is known to lack something, because its source did: copies of these days say so on the title
/// page instead of being refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentGap {
    /// Class name.
    pub class: String,
    /// What is not there.
    pub kind: GapKind,
    /// First day, inclusive.
    pub starts: NaiveDate,
    /// Last day, inclusive.
    pub ends: NaiveDate,
}

/// A school's whole year. Order inside each list is the bundle's; nothing is sorted here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journal {
    /// The school.
    pub school: School,
    /// Study periods.
    pub periods: Vec<Period>,
    /// Staff.
    pub staff: Vec<StaffMember>,
    /// Classes.
    pub classes: Vec<Class>,
    /// Learners, each once, with the last stay.
    pub learners: Vec<Learner>,
    /// Stays that ended before the last one, of learners who moved between classes or left and came back. A bundle has none.
    pub earlier_stays: Vec<Learner>,
    /// Teachers who had a course before its present one. A bundle has none.
    pub earlier_teachers: Vec<EarlierTeacher>,
    /// Courses with their groups.
    pub courses: Vec<Course>,
    /// Lessons.
    pub lessons: Vec<Lesson>,
    /// Marks.
    pub marks: Vec<Mark>,
    /// Absences.
    pub absences: Vec<Absence>,
    /// Final marks.
    pub final_marks: Vec<FinalMark>,
    /// Council's decisions (optional file `decisions.csv`).
    pub decisions: Vec<Decision>,
    /// What the sources of the journal did not have; not part of a bundle.
    pub content_gaps: Vec<ContentGap>,
}

impl Journal {
    /// The part of the journal that concerns one class: its learners, courses, lessons, marks and so on; staff, periods
    /// and school whole. An unknown class gives an empty part.
    pub fn of_class(&self, class: &str) -> Journal {
        let courses: Vec<Course> = self.courses.iter().filter(|c| c.class == class).cloned().collect();
        let learners: Vec<Learner> = self.stays().filter(|l| l.class == class).cloned().collect();
        let ids: std::collections::HashSet<&str> = courses.iter().map(|c| c.id.as_str()).collect();
        // The council's decision belongs to the class in which the learner ends the year.
        let people: std::collections::HashSet<&str> =
            self.learners.iter().filter(|l| l.class == class).map(|l| l.id.as_str()).collect();
        Journal {
            school: self.school.clone(),
            periods: self.periods.clone(),
            staff: self.staff.clone(),
            classes: self.classes.iter().filter(|c| c.name == class).cloned().collect(),
            lessons: self.lessons.iter().filter(|l| ids.contains(l.key.course_id.as_str())).cloned().collect(),
            marks: self.marks.iter().filter(|m| ids.contains(m.lesson.course_id.as_str())).cloned().collect(),
            absences: self.absences.iter().filter(|a| ids.contains(a.lesson.course_id.as_str())).cloned().collect(),
            final_marks: self.final_marks.iter().filter(|f| ids.contains(f.course_id.as_str())).cloned().collect(),
            decisions: self.decisions.iter().filter(|d| people.contains(d.learner_id.as_str())).cloned().collect(),
            content_gaps: self.content_gaps.iter().filter(|gap| gap.class == class).cloned().collect(),
            earlier_teachers: self
                .earlier_teachers
                .iter()
                .filter(|one| ids.contains(one.course.as_str()))
                .cloned()
                .collect(),
            courses,
            learners,
            earlier_stays: Vec::new(),
        }
    }

    /// Who teaches a course on a day: its present teacher, or the one who has it until a last day that is not over.
    pub fn teacher_on<'j>(&'j self, course: &'j Course, day: NaiveDate) -> &'j str {
        super::tenure::teacher_on(course, &self.earlier_teachers, day)
    }

    /// The roster with these entries: lessons and what hangs on them, final marks, decisions, gaps.
    pub fn with_entries(self, entries: Journal) -> Journal {
        Journal {
            lessons: entries.lessons,
            marks: entries.marks,
            absences: entries.absences,
            final_marks: entries.final_marks,
            decisions: entries.decisions,
            content_gaps: entries.content_gaps,
            ..self
        }
    }

    /// Every stay of every learner: the last ones, then the earlier ones.
    pub fn stays(&self) -> impl Iterator<Item = &Learner> {
        self.learners.iter().chain(&self.earlier_stays)
    }

    /// [`Journal::of_class`] for a span of days, each learner once: who left the class and came back within the span has one stay from
    /// the first day to the last, for a page has one row for a learner.
    pub fn of_class_within(&self, class: &str, starts: NaiveDate, ends: NaiveDate) -> Journal {
        self.of_class(class).within(starts, ends)
    }

    /// The whole year taken apart: for each class what [`Journal::of_class`] gives, every row looked at once and moved, not copied, so
    /// that a class costs the same in a small school and in a large one.
    pub fn into_classes(mut self) -> HashMap<String, Journal> {
        let classes = std::mem::take(&mut self.classes);
        let place: HashMap<String, usize> =
            classes.iter().enumerate().map(|(place, class)| (class.name.clone(), place)).collect();
        let by_course: HashMap<String, usize> =
            self.courses.iter().filter_map(|course| Some((course.id.clone(), *place.get(&course.class)?))).collect();
        let by_learner: HashMap<String, usize> =
            self.learners.iter().filter_map(|one| Some((one.id.clone(), *place.get(&one.class)?))).collect();
        let whole = Journal { school: self.school, periods: self.periods, staff: self.staff, ..Journal::default() };
        let alone = |class: Class| Journal { classes: vec![class], ..whole.clone() };
        let mut parts: Vec<Journal> = classes.into_iter().map(alone).collect();
        let at = |places: &HashMap<String, usize>, key: &str| places.get(key).copied();
        deal(&mut parts, self.learners, |row| at(&place, &row.class), |part| &mut part.learners);
        deal(&mut parts, self.earlier_stays, |row| at(&place, &row.class), |part| &mut part.learners);
        deal(&mut parts, self.courses, |row| at(&place, &row.class), |part| &mut part.courses);
        deal(&mut parts, self.earlier_teachers, |row| at(&by_course, &row.course), |part| &mut part.earlier_teachers);
        deal(&mut parts, self.lessons, |row| at(&by_course, &row.key.course_id), |part| &mut part.lessons);
        deal(&mut parts, self.marks, |row| at(&by_course, &row.lesson.course_id), |part| &mut part.marks);
        deal(&mut parts, self.absences, |row| at(&by_course, &row.lesson.course_id), |part| &mut part.absences);
        deal(&mut parts, self.final_marks, |row| at(&by_course, &row.course_id), |part| &mut part.final_marks);
        deal(&mut parts, self.decisions, |row| at(&by_learner, &row.learner_id), |part| &mut part.decisions);
        deal(&mut parts, self.content_gaps, |row| at(&place, &row.class), |part| &mut part.content_gaps);
        let name = |part: &Journal| part.classes.first().map(|class| class.name.clone()).unwrap_or_default();
        parts.into_iter().map(|part| (name(&part), part)).collect()
    }

    /// A class's part for a span of days, each learner once; see [`Journal::of_class_within`].
    pub fn within(self, starts: NaiveDate, ends: NaiveDate) -> Journal {
        let mut part = self;
        let mut stays = std::mem::take(&mut part.learners);
        stays.retain(|l| l.enrolled_on <= ends && l.left_on.is_none_or(|left| left > starts));
        for stay in stays {
            match part.learners.iter_mut().find(|known| known.id == stay.id) {
                None => part.learners.push(stay),
                Some(known) => {
                    let (first, last) =
                        if stay.enrolled_on < known.enrolled_on { (&stay, &*known) } else { (&*known, &stay) };
                    *known = Learner {
                        enrolled_on: first.enrolled_on,
                        enrolment_order: first.enrolment_order.clone(),
                        ..last.clone()
                    };
                }
            }
        }
        part
    }

    /// Takes the recorded stays that ended no later than the learner's own row begins; others have been overtaken by a bundle.
    pub fn take_earlier_stays(&mut self, recorded: &[Stay]) {
        for stay in recorded {
            let Some(learner) = self.learners.iter().find(|learner| learner.id == stay.learner) else { continue };
            if stay.starts < learner.enrolled_on && stay.ends.is_some_and(|ends| ends <= learner.enrolled_on) {
                self.earlier_stays.push(stay.project(learner));
            }
        }
    }

    /// Is the day of a class within a gap of that kind?
    pub fn lacks(&self, kind: GapKind, class: &str, day: NaiveDate) -> bool {
        let gaps = self.content_gaps.iter().filter(|gap| gap.class == class && gap.kind == kind);
        gaps.into_iter().any(|gap| gap.starts <= day && day <= gap.ends)
    }

    /// The classes as people sort them, whatever order they came in.
    pub fn classes_in_order(&self) -> Vec<&Class> {
        let mut classes: Vec<&Class> = self.classes.iter().collect();
        classes.sort_by(|a, b| super::names::natural(&a.name, &b.name));
        classes
    }

    /// A member of staff by identifier.
    pub fn staff_member(&self, id: &str) -> Option<&StaffMember> {
        self.staff.iter().find(|person| person.id == id)
    }

    /// A class by name.
    pub fn class(&self, name: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.name == name)
    }

    /// The study periods that hold for a grade, by first day.
    pub fn periods_of_grade(&self, grade: u8) -> Vec<&Period> {
        let mut periods: Vec<&Period> =
            self.periods.iter().filter(|p| (p.grade_from..=p.grade_to).contains(&grade)).collect();
        periods.sort_by_key(|p| p.starts);
        periods
    }
}

/// Moves rows into the parts they belong to; a row of no part is dropped.
fn deal<R>(
    parts: &mut [Journal],
    rows: Vec<R>,
    place_of: impl Fn(&R) -> Option<usize>,
    list_of: impl Fn(&mut Journal) -> &mut Vec<R>,
) {
    for row in rows {
        if let Some(part) = place_of(&row).and_then(|place| parts.get_mut(place)) {
            list_of(part).push(row);
        }
    }
}
