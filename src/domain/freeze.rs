//! Freezing: one class's closed period becomes a snapshot. Floor 0.
//!
//! The only way from a journal to pages; everything the pages need is decided here, once.

mod attendance;
mod courses;
mod seats;
mod supplement;
mod year;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::canon::Digest;
use super::journal::{Class, Course, GapKind, Journal, Learner, Lesson, LessonKey, PeriodKind, YEAR};
use super::names;
use super::people::Appointment;
use super::period::Span;
use super::policy::{Cadence, Policy, StageRule};
use super::route::{self, Unroutable, person_facts};
use super::rows::{self, Unsalted};
use super::setup::{ForeignMark, Topic};
use super::snapshot::{
    ChangesSheet, ClassFacts, CodeFacts, CopyFacts, CopyKind, FORMAT, FinalMarksRow, FinalMarksSheet, LearnerRow,
    LearnersSheet, PeriodFacts, PolicyFacts, SchoolFacts, Sheet, Snapshot, StageFacts, TemplateFacts, TitleSheet,
    YEAR_JOURNAL,
};
use super::words;
use seats::Seats;

pub use supplement::{LateRows, entries, supplement, supplement_id};
pub use year::{Owed, PeriodCopies, changed_since, owed};

/// What freezing is told from outside the journal.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// Which record of the span: of the year there may be two.
    pub kind: CopyKind,
    /// The signed copies of the year's periods; empty for every other span.
    pub copies: Vec<PeriodCopies>,
    /// ASCII identifier of the school's house.
    pub school_id: String,
    /// SHA-256 of the authority's certificate.
    pub authority: Digest,
    /// Version of the copy, from 1.
    pub version: u32,
    /// Moment of freezing, RFC 3339 with offset.
    pub frozen_at: String,
    /// When the bundle came in, RFC 3339; may be empty.
    pub exported_at: String,
    /// «Взамен версии 1: …», empty for a first version.
    pub replaces: String,
    /// What the version changed against the one before; absent on a first version.
    pub changes: Option<ChangesSheet>,
    /// Void changes of the period that were decided before, a sentence for each notice of compromise.
    pub voids: Vec<String>,
    /// What the policy asks of the paper copy, as the title page says it; may be empty.
    pub paper: String,
    /// Ground of closing in spite of findings, may be empty.
    pub ground: String,
    /// What was incomplete, one sentence each.
    pub omissions: Vec<String>,
    /// Template that renders the copy.
    pub template: TemplateFacts,
    /// Random salts, 32 hexadecimal characters each; at least one for each learner of the class.
    pub salts: Vec<String>,
    /// The order by which the school put the policy in force; empty for the one that its house was made under.
    pub adopted: String,
    /// Who founded the school, for the title page; may be empty.
    pub founder: String,
    /// Topics of the class's calendar-thematic plans; none where the school keeps no plans here.
    pub topics: Vec<Topic>,
    /// Marks with which learners came from other schools: the title page says that they are no part of this journal (JRN-02).
    pub brought: Vec<ForeignMark>,
    /// Who is to sign.
    pub route: Laying,
}

/// Whence the route of a snapshot comes.
#[derive(Debug, Clone)]
pub enum Laying {
    /// Laid out anew, by every appointment by order: who signs as deputy for the grade and as director on the day of freezing (DOC-20).
    By(Vec<Appointment>),
    /// As it was laid out then: whoever compares rows asks nobody who holds an office today.
    As(Vec<StageFacts>),
}

/// Why a snapshot cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfreezable {
    /// The route cannot be laid out.
    #[error(transparent)]
    Route(#[from] Unroutable),
    /// Fewer salts than learners, or a salt of the wrong shape.
    #[error(transparent)]
    Salts(#[from] Unsalted),
}

/// A school keeps one copy on paper (000 Рег 3.7, Инс 4.4-4.6): there is one, and this is it.
const ONE_OF_ONE: &str = "Копия № 1 из 1";

/// The records that closing a span gives: a study period's copy; of the year the summary sheet, and the whole journal in the grades whose
/// journal is printed once a year (003 Рук 5).
pub fn records_of(policy: &Policy, grade: u8, period: &str) -> Vec<CopyKind> {
    match (period == YEAR, policy.cadence(grade)) {
        (false, _) => vec![CopyKind::PeriodCopy],
        (true, Some(Cadence::Year)) => vec![CopyKind::SummarySheet, CopyKind::PeriodCopy],
        (true, _) => vec![CopyKind::SummarySheet],
    }
}

/// Identifier of a copy: `2025-05A-Q1`, of a year's summary sheet `2025-05A-Y`; ASCII, the same for all its versions.
pub fn copy_id(year: &str, class: &str, period: &str) -> String {
    let start = year.split('/').next().unwrap_or(year);
    format!("{start}-{}-{}", names::slug(class), names::slug(period))
}

/// [`copy_id`] of one of the [`records_of`] a span: the year's journal is `2025-05A-Y-J`.
pub fn record_id(year: &str, class: &str, period: &str, kind: CopyKind) -> String {
    match (period, kind) {
        (YEAR, CopyKind::PeriodCopy) => {
            let start = year.split('/').next().unwrap_or(year);
            format!("{start}-{}{YEAR_JOURNAL}", names::slug(class))
        }
        _ => copy_id(year, class, period),
    }
}

/// Freezes one class and span. `journal` may be the class's part or the whole school's.
pub fn freeze(
    journal: &Journal,
    class: &Class,
    span: &Span,
    policy: &Policy,
    told: &Circumstances,
) -> Result<Snapshot, Unfreezable> {
    let kind = told.kind;
    let frozen = Freezing::new(journal, class, span, policy);
    let (rules, sheets) = match kind {
        CopyKind::PeriodCopy => (&policy.period_route, frozen.period_sheets(told)?),
        CopyKind::SummarySheet => (&policy.summary_route, frozen.summary_sheets(told)),
    };
    let start = journal.school.year.split('/').next().unwrap_or_default();
    let copy = CopyFacts {
        id: record_id(&journal.school.year, &class.name, &span.id, kind),
        version: told.version,
        kind,
        number: format!("{start}-{}-{}", class.name, frozen.period_mark(kind)),
        supplement: None,
    };
    assemble(&frozen, copy, rules, sheets, told)
}

/// The snapshot around its sheets: school, class, period, rules, route, rows.
fn assemble(
    frozen: &Freezing<'_>,
    copy: CopyFacts,
    rules: &[StageRule],
    sheets: Vec<Sheet>,
    told: &Circumstances,
) -> Result<Snapshot, Unfreezable> {
    let Freezing { journal, class, span, policy, .. } = *frozen;
    let teacher = journal
        .staff_member(&class.class_teacher_id)
        .ok_or_else(|| Unroutable::Unknown(class.class_teacher_id.clone()))?;
    let route = match &told.route {
        Laying::By(appointments) => {
            route::lay_out(rules, journal, class, &sheets, appointments, day_of(&told.frozen_at))?
        }
        Laying::As(route) => route.clone(),
    };
    let salts: Vec<String> = told.salts.iter().take(rows::rows(&sheets).len()).cloned().collect();
    let kind = copy.kind;
    let mut snapshot = Snapshot {
        format: FORMAT.to_owned(),
        copy,
        school: SchoolFacts {
            id: told.school_id.clone(),
            name: journal.school.name.clone(),
            short_name: journal.school.short_name.clone(),
            town: journal.school.town.clone(),
            founder: told.founder.clone(),
            authority: told.authority,
        },
        year: journal.school.year.clone(),
        class: ClassFacts { name: class.name.clone(), grade: class.grade, teacher: person_facts(teacher) },
        period: PeriodFacts {
            id: span.id.clone(),
            name: frozen.period_name(),
            starts: span.starts.to_string(),
            ends: span.ends.to_string(),
        },
        frozen_at: told.frozen_at.clone(),
        ground: told.ground.clone(),
        omissions: told.omissions.clone(),
        policy: policy_facts(policy, kind, &told.adopted),
        template: told.template.clone(),
        codes: legend(policy),
        route,
        rows_root: rows::root(&sheets, &salts)?,
        salts,
        sheets,
    };
    let head = snapshot.head().digest();
    if let Some(Sheet::Title(title)) = snapshot.sheets.first_mut() {
        title.head = Some(head);
    }
    Ok(snapshot)
}

/// Day of a moment; a moment that is none lies after every appointment.
fn day_of(moment: &str) -> NaiveDate {
    moment.get(..10).and_then(|day| day.parse().ok()).unwrap_or(NaiveDate::MAX)
}

/// The policy as frozen; the regulation's own order first, then the one by which the school took it.
fn policy_facts(policy: &Policy, kind: CopyKind, adopted: &str) -> PolicyFacts {
    let own = match policy.order_date {
        Some(date) => format!("приказ от {} № {}", date.format("%d.%m.%Y"), policy.order_number),
        None => String::new(),
    };
    let order = match adopted {
        "" => own,
        same if same == own => own,
        adopted if own.is_empty() => format!("введено в школе: {adopted}"),
        adopted => format!("{own}; введено в школе: {adopted}"),
    };
    PolicyFacts {
        name: policy.name.clone(),
        title: policy.title.clone(),
        order,
        digest: policy.digest,
        keep_years: super::retention::keep_years(kind, policy),
        signature_act: policy.signature_act.clone(),
        signature_wording: policy.signature_wording.clone(),
        seal_wording: policy.seal_wording.clone(),
    }
}

fn legend(policy: &Policy) -> Vec<CodeFacts> {
    let absences = policy.absence_codes.iter().map(|rule| (&rule.code, &rule.meaning));
    let finals = policy.final_values.iter().map(|rule| (&rule.code, &rule.meaning));
    absences.chain(finals).map(|(code, meaning)| CodeFacts { code: code.clone(), meaning: meaning.clone() }).collect()
}

/// Name of a period's kind and place in the year: the third quarter is (quarter, 3).
fn place_in_year(journal: &Journal, class: &Class, period: &str) -> Option<(PeriodKind, usize)> {
    let own = journal.periods_of_grade(class.grade);
    let index = own.iter().position(|p| p.id == period)?;
    Some((own[index].kind, index + 1))
}

struct Freezing<'j> {
    journal: &'j Journal,
    class: &'j Class,
    span: &'j Span,
    policy: &'j Policy,
    /// In the class on any day of the span, in the frozen order.
    learners: Vec<&'j Learner>,
    /// The class's courses in the bundle's order.
    courses: Vec<&'j Course>,
    /// Lessons of the span, by course, sorted.
    lessons: HashMap<&'j str, Vec<&'j Lesson>>,
    marks: HashMap<(&'j LessonKey, &'j str), Vec<&'j str>>,
    absences: HashMap<(&'j LessonKey, &'j str), &'j str>,
    finals: HashMap<(&'j str, &'j str, &'j str), &'j str>,
    /// Who stands on which group's page.
    seats: Seats<'j>,
}

impl<'j> Freezing<'j> {
    fn new(journal: &'j Journal, class: &'j Class, span: &'j Span, policy: &'j Policy) -> Self {
        let mut learners: Vec<&Learner> =
            journal.learners.iter().filter(|l| l.class == class.name && span.overlaps(l)).collect();
        learners.sort_by_cached_key(|l| (names::sort_key(&l.surname, &l.given_name, &l.patronymic), l.id.clone()));
        let courses: Vec<&Course> = journal.courses.iter().filter(|course| course.class == class.name).collect();
        let mut lessons: HashMap<&str, Vec<&Lesson>> = HashMap::new();
        for lesson in journal.lessons.iter().filter(|lesson| span.contains(lesson.key.date)) {
            lessons.entry(lesson.key.course_id.as_str()).or_default().push(lesson);
        }
        lessons.values_mut().for_each(|list| list.sort_by(|a, b| a.key.cmp(&b.key)));
        let mut ordered: Vec<_> = journal.marks.iter().collect();
        ordered.sort_by_key(|mark| mark.ordinal);
        let mut marks: HashMap<(&LessonKey, &str), Vec<&str>> = HashMap::new();
        for mark in ordered {
            marks.entry((&mark.lesson, mark.learner_id.as_str())).or_default().push(&mark.value);
        }
        let absences = journal.absences.iter().map(|a| ((&a.lesson, a.learner_id.as_str()), a.code.as_str())).collect();
        let finals = journal
            .final_marks
            .iter()
            .map(|f| ((f.course_id.as_str(), f.learner_id.as_str(), f.period.as_str()), f.value.as_str()))
            .collect();
        let seats = Seats::new(journal, class.grade, &courses, span);
        Self { journal, class, span, policy, learners, courses, lessons, marks, absences, finals, seats }
    }

    fn period_name(&self) -> String {
        match place_in_year(self.journal, self.class, &self.span.id) {
            Some((kind, order)) => words::period_name(kind, order),
            None => format!("{} учебный год", self.journal.school.year),
        }
    }

    /// The period in a document number: «1Ч», «2П», «Год»; of the year's journal «Год-Ж».
    fn period_mark(&self, kind: CopyKind) -> String {
        match place_in_year(self.journal, self.class, &self.span.id) {
            Some((PeriodKind::Quarter, order)) => format!("{order}Ч"),
            Some((PeriodKind::HalfYear, order)) => format!("{order}П"),
            Some((PeriodKind::Trimester, order)) => format!("{order}Т"),
            None if kind == CopyKind::PeriodCopy => "Год-Ж".to_owned(),
            None => "Год".to_owned(),
        }
    }

    fn period_sheets(&self, told: &Circumstances) -> Result<Vec<Sheet>, Unroutable> {
        let mut sheets = vec![self.title("КЛАССНЫЙ ЖУРНАЛ", ONE_OF_ONE, told), self.learners_sheet()];
        for course in &self.courses {
            sheets.extend(self.course_sheets(course, &told.topics)?.into_iter().map(Sheet::Course));
        }
        sheets.push(Sheet::Attendance(self.attendance_sheet(&told.copies)));
        if self.span.id == YEAR {
            sheets.extend(self.year_marks(&told.copies).into_iter().map(Sheet::FinalMarks));
        } else {
            sheets.push(Sheet::FinalMarks(self.final_marks_sheet()));
        }
        sheets.extend(told.changes.clone().map(Sheet::Changes));
        Ok(sheets)
    }

    fn summary_sheets(&self, told: &Circumstances) -> Vec<Sheet> {
        let title = "СВОДНАЯ ВЕДОМОСТЬ УЧЁТА УСПЕВАЕМОСТИ ОБУЧАЮЩИХСЯ";
        let mut sheets = vec![self.title(title, "", told), Sheet::Summary(self.summary_sheet(&told.copies))];
        sheets.extend(told.changes.clone().map(Sheet::Changes));
        sheets
    }

    fn title(&self, title: &str, exemplar: &str, told: &Circumstances) -> Sheet {
        Sheet::Title(TitleSheet {
            id: "title".to_owned(),
            title: title.to_owned(),
            system: concat!("Летопись ", env!("CARGO_PKG_VERSION")).to_owned(),
            exported_at: told.exported_at.clone(),
            replaces: told.replaces.clone(),
            contents: self.contents(&told.brought),
            voids: told.voids.clone(),
            paper: told.paper.clone(),
            sources: Self::sources(&told.copies),
            exemplar: exemplar.to_owned(),
            // Known when the snapshot is assembled.
            head: None,
        })
    }

    /// What this journal does not hold, for its title page: parts that its source did not have, and marks of another school.
    fn contents(&self, brought: &[ForeignMark]) -> String {
        let said = [self.missing_contents(), self.brought(brought)];
        said.into_iter().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// «Отметки из другой школы в этот журнал не внесены: № 6 по списку: 5 отметок (МБОУ «Школа № 3»; справка № 14).» of those who came within the
    /// span; empty where nobody brought any.
    fn brought(&self, brought: &[ForeignMark]) -> String {
        let of = |(no, learner): (u32, &Learner)| {
            let own: Vec<&ForeignMark> = brought.iter().filter(|mark| mark.learner == learner.id).collect();
            if own.is_empty() || self.arrival(learner).is_empty() {
                return None;
            }
            let mut whence: Vec<&str> = Vec::new();
            let said = own.iter().map(|mark| mark.origin.as_str()).chain(own.iter().map(|mark| mark.note.as_str()));
            for one in said.filter(|one| !one.is_empty()) {
                if !whence.contains(&one) {
                    whence.push(one);
                }
            }
            let count = words::count(own.len() as u64, "отметка", "отметки", "отметок");
            Some(format!("№\u{a0}{no} по списку: {count} ({})", whence.join("; ")))
        };
        let told: Vec<String> = self.numbered().filter_map(of).collect();
        match told.is_empty() {
            true => String::new(),
            false => format!("Отметки из другой школы в этот журнал не внесены: {}.", told.join("; ")),
        }
    }

    /// What the title page says of a journal whose source did not have everything; empty for all others.
    fn missing_contents(&self) -> String {
        let class = self.class.name.as_str();
        let mut lessons = self.lessons.values().flatten();
        if self.span.id == YEAR {
            let overlaps = |gap: &&super::journal::ContentGap| {
                gap.kind == GapKind::Lessons && gap.starts <= self.span.ends && self.span.starts <= gap.ends
            };
            let has_lessons = self.courses.iter().any(|course| self.lessons.contains_key(course.id.as_str()));
            let is_bare = !has_lessons
                && self.journal.content_gaps.iter().filter(|gap| gap.class == class).any(|gap| overlaps(&gap));
            return if is_bare {
                "Составлено по табелю успеваемости: сведений об уроках и пропусках нет.".to_owned()
            } else {
                self.elsewhere()
            };
        }
        let is_own = |lesson: &&Lesson| self.courses.iter().any(|course| course.id == lesson.key.course_id);
        let is_bare = lessons.any(|lesson| {
            lesson.topic.is_empty() && is_own(lesson) && self.journal.lacks(GapKind::Contents, class, lesson.key.date)
        });
        if is_bare {
            "Копия без содержания уроков: журнал перенесён из другой системы без тем уроков и домашних заданий."
                .to_owned()
        } else {
            String::new()
        }
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &'j Learner)> {
        (1..).zip(self.learners.iter().copied())
    }

    fn learners_sheet(&self) -> Sheet {
        let date = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let rows = self.numbered().map(|(no, l)| LearnerRow {
            learner: l.id.clone(),
            no,
            surname: l.surname.clone(),
            given_name: l.given_name.clone(),
            patronymic: l.patronymic.clone(),
            born: date(l.born),
            enrolled_on: l.enrolled_on.to_string(),
            enrolment_order: l.enrolment_order.clone(),
            left_on: date(self.left(l)),
            leaving_order: self.left(l).map(|_| l.leaving_order.clone()).unwrap_or_default(),
        });
        Sheet::Learners(LearnersSheet { id: "learners".to_owned(), rows: rows.collect() })
    }

    /// Absence code and marks of one cell: `""`, `"н"`, `"5"`, `"5/4"`, `"О 4"`.
    fn cell(&self, lesson: &LessonKey, learner: &str) -> String {
        let code = self.absences.get(&(lesson, learner)).copied().unwrap_or_default();
        let marks = self.marks.get(&(lesson, learner)).map(|marks| marks.join("/")).unwrap_or_default();
        match (code, marks.as_str()) {
            ("", marks) => marks.to_owned(),
            (code, "") => code.to_owned(),
            (code, marks) => format!("{code} {marks}"),
        }
    }

    fn arrival(&self, learner: &Learner) -> String {
        if learner.enrolled_on <= self.span.starts {
            return String::new();
        }
        let day = words::date_short(learner.enrolled_on);
        movement("Прибыл", &learner.patronymic, &day, &learner.enrolment_order)
    }

    /// The day of leaving, if it lies in the span: what came later is no fact of this period.
    fn left(&self, learner: &Learner) -> Option<NaiveDate> {
        learner.left_on.filter(|left| *left <= self.span.ends)
    }

    fn departure(&self, learner: &Learner) -> String {
        match self.left(learner) {
            Some(left) => movement("Выбыл", &learner.patronymic, &words::date_short(left), &learner.leaving_order),
            None => String::new(),
        }
    }

    /// Subjects in the order of the courses; groups of one subject share a place.
    fn subjects(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        self.courses.iter().map(|c| c.subject.clone()).filter(|subject| seen.insert(subject.clone())).collect()
    }

    /// A learner's final mark in a subject, from whichever of its courses gives one.
    fn final_mark(&self, subject: &str, learner: &str, period: &str) -> String {
        let of_subject = self.courses.iter().filter(|course| course.subject == subject);
        let mut marks = of_subject.filter_map(|course| self.finals.get(&(course.id.as_str(), learner, period)));
        marks.next().map(|mark| (*mark).to_owned()).unwrap_or_default()
    }

    fn final_marks_sheet(&self) -> FinalMarksSheet {
        let subjects = self.subjects();
        let rows = self
            .numbered()
            .map(|(no, learner)| FinalMarksRow {
                learner: learner.id.clone(),
                no,
                name: names::list_name(&learner.surname, &learner.given_name),
                marks: subjects.iter().map(|s| self.final_mark(s, &learner.id, &self.span.id)).collect(),
            })
            .collect();
        FinalMarksSheet { id: "final-marks".to_owned(), period: String::new(), subjects, rows }
    }
}

/// «Выбыла 20.02.2026, пр. № 31»; the verb agrees with the patronymic, and says both where there is none.
/// «Прибыл 14.01.2026, пр. № 12»: the sex is told by the patronymic alone; where it does not tell, both forms stand.
pub fn movement(verb: &str, patronymic: &str, day: &str, order: &str) -> String {
    let ending = match patronymic {
        p if p.ends_with("вна") || p.ends_with("чна") || p.ends_with("кызы") => "а",
        p if p.ends_with("ич") || p.ends_with("оглы") => "",
        _ => "(а)",
    };
    match order {
        "" => format!("{verb}{ending} {day}"),
        order if order.starts_with("пр") => format!("{verb}{ending} {day}, {order}"),
        order => format!("{verb}{ending} {day}, пр. № {order}"),
    }
}
