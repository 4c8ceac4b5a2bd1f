//! Timeliness: each entry done in time, late, still due, or unknown, with the clause. Floor 0.
//!
//! An entry whose time nobody knows is "unknown", never "late": a journal that came from elsewhere is not accused of what it does not
//! say. Only a time of entry that is known, against a deadline that is known, makes anybody late.

mod tally;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime};

use super::calendar::SchoolCalendar;
use super::deadline::{self, Moment, Question, What};
use super::journal::{Course, Journal, Lesson, LessonKey};
use super::policy::{AbsenceKind, Policy};

pub use tally::{Tally, tally};

/// What was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// The lesson: that it was held, and its topic.
    Lesson,
    /// Homework.
    Homework,
    /// An absence of a learner.
    Absence,
    /// The marks of a learner in a lesson.
    Mark,
    /// The reason of an absence.
    Reason,
    /// A learner's mark of a period.
    PeriodMark,
    /// What was done about a remark on keeping the journal.
    Remark,
}

impl EntryKind {
    /// Every kind, in the order of tables.
    pub const ALL: [Self; 7] =
        [Self::Lesson, Self::Homework, Self::Absence, Self::Mark, Self::Reason, Self::PeriodMark, Self::Remark];

    /// Those of which a bundle may say when they were made.
    pub const OF_BUNDLES: [Self; 4] = [Self::Lesson, Self::Homework, Self::Absence, Self::Mark];

    /// Word of bundles, the store and listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lesson => "lesson",
            Self::Homework => "homework",
            Self::Absence => "absence",
            Self::Mark => "mark",
            Self::Reason => "reason",
            Self::PeriodMark => "period_mark",
            Self::Remark => "remark",
        }
    }

    /// Reads [`EntryKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What people read.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Lesson => "урок",
            Self::Homework => "домашнее задание",
            Self::Absence => "отсутствие",
            Self::Mark => "отметка",
            Self::Reason => "причина пропуска",
            Self::PeriodMark => "отметка за период",
            Self::Remark => "замечание",
        }
    }

    /// Is the entry about one learner?
    pub fn is_of_learner(self) -> bool {
        matches!(self, Self::Absence | Self::Mark | Self::Reason | Self::PeriodMark)
    }
}

/// When an entry was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryTime {
    /// In which lesson.
    pub lesson: LessonKey,
    /// What.
    pub kind: EntryKind,
    /// Whose; empty for the lesson and its homework.
    pub learner_id: String,
    /// When, in the school's own time.
    pub entered_at: NaiveDateTime,
}

/// When a mark of a period was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalTime {
    /// Course.
    pub course_id: String,
    /// Learner.
    pub learner_id: String,
    /// Period's id.
    pub period: String,
    /// When, in the school's own time.
    pub entered_at: NaiveDateTime,
}

/// A remark on keeping the journal: a copy that somebody refused to sign (000 Инс 5.2 е; 002 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemarkTime {
    /// Class.
    pub class: String,
    /// Copy.
    pub copy: String,
    /// Who mends it.
    pub teacher_id: String,
    /// When it was made, in the school's own time.
    pub made_at: NaiveDateTime,
    /// When the next version was made; `None` while nothing was done.
    pub answered_at: Option<NaiveDateTime>,
}

/// What is said of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Entered in time.
    Done,
    /// Entered after the deadline.
    Late,
    /// Not entered yet, and the deadline is still to come.
    Due,
    /// It cannot be said.
    Unknown,
}

impl Status {
    /// Every status, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Done, Self::Late, Self::Due, Self::Unknown];

    /// Word of listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Late => "late",
            Self::Due => "due",
            Self::Unknown => "unknown",
        }
    }

    /// Reads [`Status::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// What people read.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Done => "вовремя",
            Self::Late => "с опозданием",
            Self::Due => "ещё ждёт",
            Self::Unknown => "неизвестно",
        }
    }
}

/// One entry judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Class.
    pub class: String,
    /// Course.
    pub course_id: String,
    /// Subject of the course.
    pub subject: String,
    /// Who answers for the entry: the substitute where there was one, else the course's teacher.
    pub teacher_id: String,
    /// In which lesson; number 0 for what belongs to none: a period's mark stands under its last day, a remark under its own.
    pub lesson: LessonKey,
    /// What.
    pub kind: EntryKind,
    /// Whose; empty for the lesson and its homework.
    pub learner_id: String,
    /// Kind of work of a mark; name of the period of a period's mark.
    pub work: String,
    /// When it is due.
    pub due: Moment,
    /// Who says so.
    pub clause: String,
    /// When it was entered.
    pub entered_at: Option<NaiveDateTime>,
    /// What is said of it.
    pub status: Status,
    /// Why it is unknown; empty otherwise.
    pub reason: String,
}

/// What is judged.
pub struct Scope<'a> {
    /// The journal, whole or of one class.
    pub journal: &'a Journal,
    /// The school's calendar.
    pub calendar: &'a SchoolCalendar,
    /// Times of entry that are known.
    pub entries: &'a [EntryTime],
    /// Times of periods' marks that are known.
    pub finals: &'a [FinalTime],
    /// Remarks on copies of the journal.
    pub remarks: &'a [RemarkTime],
    /// This moment, in the school's own time.
    pub now: NaiveDateTime,
    /// First and last day of the lessons judged, inclusive.
    pub days: (NaiveDate, NaiveDate),
}

/// Judges every lesson, homework, absence and mark of the scope, in the order of class, day, lesson, course and kind; `policy` gives the
/// policy of a day.
pub fn judge<'p>(scope: &Scope<'_>, policy: impl Fn(NaiveDate) -> &'p Policy) -> Vec<Judged> {
    let mut judging = Judging::new(scope, policy);
    let mut judged = Vec::new();
    for lesson in &scope.journal.lessons {
        if lesson.key.date < scope.days.0 || scope.days.1 < lesson.key.date {
            continue;
        }
        let Some(course) = judging.courses.get(lesson.key.course_id.as_str()).copied() else { continue };
        judged.push(judging.entry(lesson, course, EntryKind::Lesson, "", "", true));
        let given = !lesson.homework.is_empty();
        judged.push(judging.entry(lesson, course, EntryKind::Homework, "", "", given));
        for absent in judging.absent.remove(&lesson.key).unwrap_or_default() {
            judged.push(judging.entry(lesson, course, EntryKind::Absence, absent.0, "", true));
            judged.extend(judging.reason(lesson, course, absent));
        }
        for (learner, work) in judging.marked.remove(&lesson.key).unwrap_or_default() {
            let work = if work.is_empty() { lesson.kind_of_work.as_str() } else { work };
            judged.push(judging.entry(lesson, course, EntryKind::Mark, learner, work, true));
        }
    }
    judged.extend(judging.period_marks());
    judged.extend(judging.remarks());
    judged.sort_by(order);
    judged
}

/// Classes by grade, then the order of the day.
fn order(a: &Judged, b: &Judged) -> Ordering {
    // Mostly one class is judged at a time, and there are hundreds of thousands of entries.
    let classes = match a.class == b.class {
        true => Ordering::Equal,
        false => (grade_of(&a.class), &a.class).cmp(&(grade_of(&b.class), &b.class)),
    };
    classes.then_with(|| within_class(a).cmp(&within_class(b)))
}

fn within_class(one: &Judged) -> (NaiveDate, u8, &str, EntryKind, &str) {
    (one.lesson.date, one.lesson.number, &one.course_id, one.kind, &one.learner_id)
}

/// The number before a class's letter: 9А stands before 10А.
fn grade_of(class: &str) -> u32 {
    let digits: String = class.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

/// What a deadline hangs on: class, day, grade, kind of entry, kind of work.
type DueKey = (String, NaiveDate, u8, EntryKind, String);

/// One entry before it is judged.
struct Entry<'e> {
    lesson: &'e LessonKey,
    kind: EntryKind,
    learner: &'e str,
    work: &'e str,
    /// Does the journal have it at all?
    stands: bool,
    entered_at: Option<NaiveDateTime>,
    teacher_id: &'e str,
}

struct Judging<'a, P> {
    scope: &'a Scope<'a>,
    policy: P,
    courses: HashMap<&'a str, &'a Course>,
    /// Learner and code.
    absent: BTreeMap<LessonKey, Vec<(&'a str, &'a str)>>,
    marked: BTreeMap<LessonKey, Vec<(&'a str, &'a str)>>,
    entered: HashMap<(&'a LessonKey, EntryKind, &'a str), NaiveDateTime>,
    course_days: HashMap<&'a str, Vec<NaiveDate>>,
    /// Deadlines already counted: many entries of a class's day share one.
    known: HashMap<DueKey, (Moment, String)>,
}

impl<'a, 'p, P: Fn(NaiveDate) -> &'p Policy> Judging<'a, P> {
    fn new(scope: &'a Scope<'a>, policy: P) -> Self {
        let journal = scope.journal;
        let mut absent: BTreeMap<LessonKey, Vec<(&str, &str)>> = BTreeMap::new();
        for absence in &journal.absences {
            absent.entry(absence.lesson.clone()).or_default().push((&absence.learner_id, &absence.code));
        }
        let mut marked: BTreeMap<LessonKey, Vec<(&str, &str)>> = BTreeMap::new();
        for mark in &journal.marks {
            let marks = marked.entry(mark.lesson.clone()).or_default();
            // Several marks of one learner in one lesson are one entry: its time is known once.
            if !marks.iter().any(|(learner, _)| *learner == mark.learner_id) {
                marks.push((&mark.learner_id, &mark.kind_of_work));
            }
        }
        let mut course_days: HashMap<&str, Vec<NaiveDate>> = HashMap::new();
        for lesson in &journal.lessons {
            course_days.entry(&lesson.key.course_id).or_default().push(lesson.key.date);
        }
        let time = |entry: &'a EntryTime| ((&entry.lesson, entry.kind, entry.learner_id.as_str()), entry.entered_at);
        Self {
            scope,
            policy,
            courses: journal.courses.iter().map(|course| (course.id.as_str(), course)).collect(),
            absent,
            marked,
            entered: scope.entries.iter().map(time).collect(),
            course_days,
            known: HashMap::new(),
        }
    }

    /// `stands` says whether the journal has the entry at all.
    fn entry(
        &mut self,
        lesson: &Lesson,
        course: &Course,
        kind: EntryKind,
        learner: &str,
        work: &str,
        stands: bool,
    ) -> Judged {
        let entered_at = self.entered.get(&(&lesson.key, kind, learner)).copied();
        let teacher_id = match lesson.substitute_teacher_id.as_str() {
            "" => self.scope.journal.teacher_on(course, lesson.key.date),
            substitute => substitute,
        };
        let entry = Entry { lesson: &lesson.key, kind, learner, work, stands, entered_at, teacher_id };
        self.judged(course, entry)
    }

    fn judged(&mut self, course: &Course, entry: Entry<'_>) -> Judged {
        let Entry { lesson, kind, learner, work, stands, entered_at, teacher_id } = entry;
        let (due, clause) = self.due(lesson, course, kind, work);
        let (status, reason) = status(&due, entered_at, stands, self.scope.now, kind);
        Judged {
            class: course.class.clone(),
            course_id: course.id.clone(),
            subject: super::period::course_title(course),
            teacher_id: teacher_id.to_owned(),
            lesson: lesson.clone(),
            kind,
            learner_id: learner.to_owned(),
            work: work.to_owned(),
            due,
            clause,
            entered_at,
            status,
            reason,
        }
    }

    /// The reason of an absence, from whoever the policy has name it; `None` for a lateness, which needs none.
    fn reason(&mut self, lesson: &Lesson, course: &Course, (learner, code): (&'a str, &str)) -> Option<Judged> {
        let policy = (self.policy)(lesson.key.date);
        let kind = policy.absence(code).map(|rule| rule.kind);
        if kind == Some(AbsenceKind::Late) {
            return None;
        }
        let by_subject = policy.first("absence.reason_by").is_some_and(|said| said.has("subject_teacher"));
        let journal = self.scope.journal;
        let of_class = journal.class(&course.class).map(|class| class.class_teacher_id.as_str());
        let teacher_id =
            of_class.filter(|_| !by_subject).unwrap_or_else(|| journal.teacher_on(course, lesson.key.date));
        let stands = kind != Some(AbsenceKind::Unexplained);
        let known = self.entered.get(&(&lesson.key, EntryKind::Reason, learner)).copied();
        let entry = Entry {
            lesson: &lesson.key,
            kind: EntryKind::Reason,
            learner,
            work: "",
            stands,
            // The time of a code that gives no reason yet is none of a reason.
            entered_at: known.filter(|_| stands),
            teacher_id,
        };
        Some(self.judged(course, entry))
    }

    /// Marks of the study periods that end within the days asked for: of each learner who is there at the end, in each course that had
    /// lessons in the period.
    fn period_marks(&mut self) -> Vec<Judged> {
        let (journal, days) = (self.scope.journal, self.scope.days);
        type Key<'k> = (&'k str, &'k str, &'k str);
        let standing: HashSet<Key<'_>> = journal
            .final_marks
            .iter()
            .map(|mark| (mark.course_id.as_str(), mark.learner_id.as_str(), mark.period.as_str()))
            .collect();
        let time = |one: &'a FinalTime| {
            ((one.course_id.as_str(), one.learner_id.as_str(), one.period.as_str()), one.entered_at)
        };
        let known: HashMap<Key<'_>, NaiveDateTime> = self.scope.finals.iter().map(time).collect();
        let mut judged = Vec::new();
        for class in &journal.classes {
            for period in journal.periods_of_grade(class.grade) {
                let marked =
                    (self.policy)(period.ends).number("marks.first_grade").is_none_or(|g| g <= class.grade.into());
                if period.ends < days.0 || days.1 < period.ends || !marked {
                    continue;
                }
                for course in journal.courses.iter().filter(|course| course.class == class.name) {
                    let held = self
                        .course_days
                        .get(course.id.as_str())
                        .is_some_and(|days| days.iter().any(|day| period.starts <= *day && *day <= period.ends));
                    let members = super::period::members(course, &journal.learners);
                    for learner in members.iter().filter(|learner| held && learner.is_present_on(period.ends)) {
                        let key = (course.id.as_str(), learner.id.as_str(), period.id.as_str());
                        let entry = Entry {
                            lesson: &LessonKey { course_id: course.id.clone(), date: period.ends, number: 0 },
                            kind: EntryKind::PeriodMark,
                            learner: &learner.id,
                            work: &period.name,
                            stands: standing.contains(&key),
                            entered_at: known.get(&key).copied().filter(|_| standing.contains(&key)),
                            teacher_id: journal.teacher_on(course, period.ends),
                        };
                        judged.push(self.judged(course, entry));
                    }
                }
            }
        }
        judged
    }

    /// Remarks made within the days asked for. The house itself made the next version or did not, so nothing here is unknown but a term that
    /// the policy leaves open.
    fn remarks(&mut self) -> Vec<Judged> {
        let mut judged = Vec::new();
        let days = self.scope.days;
        let within = |remark: &&RemarkTime| days.0 <= remark.made_at.date() && remark.made_at.date() <= days.1;
        for remark in self.scope.remarks.iter().filter(within) {
            // A copy stands where an entry's course does.
            let course = Course {
                id: remark.copy.clone(),
                class: remark.class.clone(),
                subject: "копия журнала".to_owned(),
                group: String::new(),
                teacher_id: remark.teacher_id.clone(),
                hours_per_week_centi: 0,
                members: Vec::new(),
            };
            let key = LessonKey { course_id: remark.copy.clone(), date: remark.made_at.date(), number: 0 };
            let entry = Entry {
                lesson: &key,
                kind: EntryKind::Remark,
                learner: "",
                work: "",
                stands: remark.answered_at.is_some(),
                entered_at: remark.answered_at,
                teacher_id: &remark.teacher_id,
            };
            judged.push(self.judged(&course, entry));
        }
        judged
    }

    fn due(&mut self, lesson: &LessonKey, course: &Course, kind: EntryKind, work: &str) -> (Moment, String) {
        let key = (course.class.clone(), lesson.date, lesson.number, kind, work.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let what = match kind {
            EntryKind::Lesson => What::Lesson,
            EntryKind::Homework => What::Homework,
            EntryKind::Absence => What::Absence,
            EntryKind::Mark => What::Mark(work),
            EntryKind::Reason => What::Reason,
            EntryKind::PeriodMark => What::PeriodMark,
            EntryKind::Remark => What::Remark,
        };
        let question = Question {
            class: &course.class,
            date: lesson.date,
            number: Some(lesson.number).filter(|number| *number > 0),
            what,
            course_days: self.course_days.get(lesson.course_id.as_str()).map_or(&[], Vec::as_slice),
        };
        let answers = deadline::due((self.policy)(lesson.date), self.scope.calendar, &question);
        let answer = answers.into_iter().next().map(|answer| (answer.moment, answer.clause));
        let known = answer.unwrap_or_else(|| (Moment::Unknown(String::new()), String::new()));
        self.known.insert(key, known.clone());
        known
    }
}

/// What is said of an entry: its deadline against the time of entry, where both are known.
fn status(
    due: &Moment,
    entered: Option<NaiveDateTime>,
    stands: bool,
    now: NaiveDateTime,
    kind: EntryKind,
) -> (Status, String) {
    let unknown = |why: &str| (Status::Unknown, why.to_owned());
    let is_ahead = due.latest().is_some_and(|latest| now <= latest);
    match (entered, due) {
        (_, Moment::Elsewhere(document)) => unknown(&format!("срок — по другому документу: {document}")),
        (_, Moment::Unknown(why)) => unknown(why),
        (Some(entered), Moment::AfterLessons(day, _)) => match entered.date().cmp(day) {
            Ordering::Less => (Status::Done, String::new()),
            Ordering::Greater => (Status::Late, String::new()),
            Ordering::Equal => unknown("звонки не заданы: когда кончились уроки, неизвестно"),
        },
        (Some(entered), _) => match due.latest() {
            Some(latest) if entered <= latest => (Status::Done, String::new()),
            Some(_) => (Status::Late, String::new()),
            None => unknown("срок не определён"),
        },
        // What stands in the journal before its deadline was entered in time, whenever that was.
        (None, _) if is_ahead && stands => (Status::Done, String::new()),
        (None, _) if is_ahead => (Status::Due, String::new()),
        (None, _) if stands => unknown("время записи неизвестно"),
        (None, _) => match kind {
            EntryKind::Remark if due.latest().is_some() => (Status::Late, String::new()),
            EntryKind::Reason => unknown("причина в журнале не названа: известна ли она, неизвестно"),
            EntryKind::PeriodMark => unknown("отметки за период нет: выставлена ли, неизвестно"),
            _ => unknown("записи нет: задавалось ли, неизвестно"),
        },
    }
}

/// Heads of the CSV table of judged entries, as offices read it.
pub const CSV_HEADS: [&str; 13] = [
    "Класс",
    "Курс",
    "Предмет",
    "Учитель",
    "Дата урока",
    "Номер урока",
    "Запись",
    "Ученик",
    "Вид работы",
    "Срок",
    "Внесено",
    "Состояние",
    "Пункт правил",
];

/// A judged entry as a row of the CSV table; people by their identifiers. What the deadline cannot tell stands after the clause.
pub fn csv_row(one: &Judged) -> [String; 13] {
    let entered = one.entered_at.map(|at| at.format("%d.%m.%Y %H:%M").to_string()).unwrap_or_default();
    let clause = if one.reason.is_empty() { one.clause.clone() } else { format!("{} — {}", one.clause, one.reason) };
    let due = match &one.due {
        // Whose deadline nobody knows is told beside the clause.
        Moment::Elsewhere(_) | Moment::Unknown(_) => String::new(),
        known => known.in_russian(),
    };
    [
        one.class.clone(),
        one.course_id.clone(),
        one.subject.clone(),
        one.teacher_id.clone(),
        one.lesson.date.format("%d.%m.%Y").to_string(),
        Some(one.lesson.number).filter(|number| *number > 0).map(|number| number.to_string()).unwrap_or_default(),
        one.kind.as_russian().to_owned(),
        one.learner_id.clone(),
        one.work.clone(),
        due,
        entered,
        one.status.as_russian().to_owned(),
        clause,
    ]
}
