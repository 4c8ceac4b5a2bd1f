//! One learner: marks and absences by subject; the same page for the school and for the family. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::grid::{Final, mean};
use super::{Tab, YearView, by_subject, choice, choose, class_of, staff_name, tabs};
use crate::domain::freeze;
use crate::domain::journal::{Absence, Course, Journal, Learner, Lesson, LessonKey, Mark};
use crate::domain::names;
use crate::domain::people::{Subject, Visitor};
use crate::domain::period::{Span, course_title};
use crate::domain::policy::AbsenceKind;
use crate::domain::rights::Action;
use crate::domain::setup::layout::FOREIGN_MARKS;
use crate::domain::setup::{ForeignMark, Setup};
use crate::domain::words;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};
use crate::web::school;
use crate::web::school::events::{EventLine, of_week, of_year};

#[derive(Template)]
#[template(path = "journal/learner.html", config = "src/web/askama.toml")]
struct LearnerPage {
    frame: Frame,
    years: Vec<YearView>,
    tabs: Vec<Tab>,
    period: String,
    subjects: Vec<SubjectView>,
    absences: Vec<AbsenceView>,
    movement: Vec<String>,
    /// With which the learner came from another school.
    brought: Vec<BroughtView>,
    missed: u64,
    unexplained: usize,
    /// Something on the page is void: the page says what that means.
    void: bool,
    /// Events of this week for the learner's class; nothing of an earlier year.
    events: Vec<EventLine>,
    this_year: bool,
    /// Address of who looked at this learner's marks; empty for whom it is shut.
    looked: String,
    /// Address of the learner's card; empty for whom it is shut, and for an earlier year.
    card: String,
    /// Where a way in is issued anew, the learner ticked; empty for who issues none to this class, and for who has left.
    issue: String,
}

/// A mark of another school.
struct BroughtView {
    mark: ForeignMark,
    void: bool,
}

struct SubjectView {
    title: String,
    /// Empty for a family: it has no page of the course.
    href: String,
    teacher: String,
    marks: Vec<MarkView>,
    mean: String,
    missed: usize,
    last: Final,
}

impl SubjectView {
    fn has_void(&self) -> bool {
        self.last.void || self.marks.iter().any(|mark| mark.void)
    }
}

struct MarkView {
    value: String,
    /// Written by an account that was reported stolen, and not decided yet: shown struck through, counted nowhere.
    void: bool,
    /// «2 сентября, контрольная работа».
    said: String,
}

struct AbsenceView {
    day: String,
    subject: String,
    code: String,
    meaning: String,
    topic: String,
    open: bool,
    /// Came late: no missed lesson.
    late: bool,
    /// As for a mark.
    void: bool,
}

impl AbsenceView {
    fn is_missed(&self) -> bool {
        !self.late && !self.void
    }
}

/// `GET /learner/{learner}?period=Q1`: for those who read the journal.
pub(super) async fn of_staff(
    state: State<WebState>,
    id: Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    show(state, id, visitor, frame, asked, false).await
}

/// `GET /diary/{learner}?period=Q1`: for the learner and the parents.
pub(super) async fn of_family(
    state: State<WebState>,
    id: Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    show(state, id, visitor, frame, asked, true).await
}

/// What the entries of a span tell of one learner.
struct Told<'a> {
    directory: &'a Directory,
    learner: &'a Learner,
    span: &'a Span,
    entries: &'a Journal,
    today: NaiveDate,
}

impl Told<'_> {
    fn is_mine(&self, lesson: &LessonKey, who: &str, course: &Course) -> bool {
        who == self.learner.id && lesson.course_id == course.id && self.span.contains(lesson.date)
    }

    fn lesson(&self, key: &LessonKey) -> Option<&Lesson> {
        self.entries.lessons.iter().find(|lesson| lesson.key == *key)
    }

    /// Absences of a course, each with the day and number of its lesson.
    fn absences(&self, course: &Course) -> Vec<((NaiveDate, u8), AbsenceView)> {
        let own = self.entries.absences.iter().filter(|one| self.is_mine(&one.lesson, &one.learner_id, course));
        let view = |absence: &Absence| {
            let LessonKey { date, number, .. } = absence.lesson;
            let rule = self.directory.policy(date).absence(&absence.code);
            let kind = rule.map(|rule| rule.kind);
            let view = AbsenceView {
                day: format!("{}, {number}-й урок", words::day_and_month(date)),
                subject: course_title(course),
                code: absence.code.clone(),
                meaning: rule.map(|rule| rule.meaning.clone()).unwrap_or_default(),
                topic: self.lesson(&absence.lesson).map(|lesson| lesson.topic.clone()).unwrap_or_default(),
                open: kind == Some(AbsenceKind::Unexplained),
                late: kind == Some(AbsenceKind::Late),
                void: self.directory.struck.absence(absence),
            };
            ((date, number), view)
        };
        own.map(view).collect()
    }

    fn subject(&self, course: &Course, href: String, missed: usize) -> SubjectView {
        let own = self.entries.marks.iter().filter(|mark| self.is_mine(&mark.lesson, &mark.learner_id, course));
        let mut marks: Vec<_> = own.collect();
        marks.sort_by_key(|mark| (mark.lesson.date, mark.lesson.number, mark.ordinal));
        let struck = &self.directory.struck;
        let counted = marks.iter().filter(|mark| !struck.mark(mark));
        let figures: Vec<u32> = counted.filter_map(|mark| mark.value.parse().ok()).collect();
        let last = self.entries.final_marks.iter().find(|mark| {
            mark.course_id == course.id && mark.learner_id == self.learner.id && mark.period == self.span.id
        });
        let view = |mark: &&Mark| {
            let of_lesson = self.lesson(&mark.lesson).map_or("", |lesson| lesson.kind_of_work.as_str());
            let work = [mark.kind_of_work.as_str(), of_lesson].into_iter().find(|work| !work.is_empty());
            let work = work.map(|work| format!(", {work}")).unwrap_or_default();
            MarkView {
                value: mark.value.clone(),
                void: struck.mark(mark),
                said: format!("{}{work}", words::day_and_month(mark.lesson.date)),
            }
        };
        SubjectView {
            title: course_title(course),
            href,
            teacher: staff_name(self.directory, self.directory.roster.teacher_on(course, self.today)),
            marks: marks.iter().map(view).collect(),
            mean: mean(figures.iter().sum(), figures.len() as u32),
            missed,
            last: last
                .map_or_else(Final::default, |mark| Final { value: mark.value.clone(), void: struck.final_mark(mark) }),
        }
    }
}

async fn show(
    State(state): State<WebState>,
    Path(id): Path<String>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    family: bool,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let learner = directory.learner(&id).ok_or(Refusal::NotFound)?;
    let class = class_of(&directory, &learner.class)?;
    let chosen =
        choose(&directory, &class, asked.value("period"), state.now().date_naive()).ok_or(Refusal::NotFound)?;
    let entries = state.house.db.load_learner_entries(&directory.year, &class.name, &learner.id).await?;
    let reach = visitor.reach(Action::ReadJournal);
    // Marks of a group that the learner has left since are still the learner's own.
    let has_entries = |course: &Course| {
        entries.marks.iter().any(|mark| mark.lesson.course_id == course.id)
            || entries.absences.iter().any(|absence| absence.lesson.course_id == course.id)
            || entries.final_marks.iter().any(|mark| mark.course_id == course.id)
    };
    let attends =
        |course: &&Course| course.members.is_empty() || course.members.contains(&learner.id) || has_entries(course);
    let of_class = directory.roster.courses.iter().filter(|course| course.class == class.name).filter(attends);
    let mut courses: Vec<&Course> =
        of_class.filter(|c| family || reach.course(&c.id, &class.name, class.grade)).collect();
    courses.sort_by(|a, b| by_subject(a, b));
    let is_whole = family || reach.whole_class(&class.name, class.grade);
    let of_subjects: Option<Vec<String>> =
        (!is_whole).then(|| courses.iter().map(|course| course.subject.clone()).collect());
    if courses.is_empty() && !family && !reach.whole_class(&class.name, class.grade) {
        return Err(Refusal::Forbidden {
            reason: "Этот обучающийся не учится ни на одном из ваших предметов.".to_owned(),
        });
    }
    let today = state.now().date_naive();
    let told = Told { directory: &directory, learner, span: &chosen.span, entries: &entries, today };
    let mut subjects = Vec::new();
    let mut absences = Vec::new();
    for course in courses {
        let missed = told.absences(course);
        let href = match family {
            true => String::new(),
            false => directory.address(format!("/course/{}?period={}", segment(&course.id), segment(&chosen.span.id))),
        };
        subjects.push(told.subject(course, href, missed.iter().filter(|(_, view)| view.is_missed()).count()));
        absences.extend(missed);
    }
    absences.sort_by_key(|(when, _)| std::cmp::Reverse(*when));
    let absences: Vec<AbsenceView> = absences.into_iter().map(|(_, view)| view).collect();
    let name = names::full_name(&learner.surname, &learner.given_name, &learner.patronymic);
    let door = if family { "diary" } else { "learner" };
    let frame = frame.titled(name).leading(format!(
        "{} класс, классный руководитель: {}",
        class.name,
        staff_name(&directory, &class.class_teacher_id)
    ));
    let frame = match family {
        true => frame,
        false => frame
            .under("Журнал", directory.address("/journal".to_owned()))
            .under(format!("{} класс", class.name), directory.address(format!("/journal/{}", segment(&class.name)))),
    };
    // Whoever may look back for the school finds the learner through the lists of that year.
    let years = if family { state.house.db.list_years_of_learner(&learner.id).await? } else { Vec::new() };
    let page = format!("/{door}/{}", segment(&learner.id));
    let events = of_year(&state.house.db, &directory.year).await?;
    let subject =
        Subject::Learner { id: &learner.id, class: &class.name, grade: class.grade, closed: false, archived: false };
    let looks = visitor.may(Action::ReadAccessLog, &subject).is_allowed();
    // The card is of the newest year, and opens to those whom its own route lets in.
    let has_card = !family && !directory.is_earlier() && visitor.may(Action::ReadRoster, &subject).is_allowed();
    let issues = visitor.reach(Action::IssueFamilyCredentials).whole_class(&class.name, class.grade);
    let has_issue = !family && !directory.is_earlier() && issues && learner.left_on.is_none();
    let own = segment(&learner.id);
    answer::page(&LearnerPage {
        issue: match has_issue {
            true => format!("/families/{}?person={own}#p-{own}", segment(&class.name)),
            false => String::new(),
        },
        years: choice(&directory, &years, &page),
        tabs: tabs(&directory, &class, &page, &chosen.span.id),
        movement: movement(learner),
        brought: brought(&state, &directory.year, &learner.id, of_subjects.as_deref()).await?,
        events: of_week(&events, today, |event| event.scope.holds(&class.name, class.grade)),
        this_year: !directory.is_earlier(),
        void: subjects.iter().any(SubjectView::has_void) || absences.iter().any(|absence| absence.void),
        missed: subjects.iter().map(|subject| subject.missed as u64).sum(),
        unexplained: absences.iter().filter(|absence| absence.open && !absence.void).count(),
        looked: if looks { format!("/access/learners/{}", segment(&learner.id)) } else { String::new() },
        card: if has_card { format!("/year/learners/{}", segment(&learner.id)) } else { String::new() },
        period: chosen.name,
        frame,
        subjects,
        absences,
    })
}

/// Marks with which a learner came, by subject here and there; a teacher sees those of the own `subjects`, and those that stand for none.
async fn brought(
    state: &WebState,
    year: &str,
    learner: &str,
    subjects: Option<&[String]>,
) -> Result<Vec<BroughtView>, Refusal> {
    let rows = state.house.db.list_year_rows(FOREIGN_MARKS.table, year).await?;
    let void = school::void(state, year, &FOREIGN_MARKS).await?;
    let all = Setup::from_rows(&[(FOREIGN_MARKS.table, rows)].into()).foreign.into_iter();
    let is_seen = |mark: &ForeignMark| {
        mark.learner == learner && subjects.is_none_or(|own| mark.subject.is_empty() || own.contains(&mark.subject))
    };
    let view = |mark: ForeignMark| {
        let void = void.contains(&vec![mark.learner.clone(), mark.id.clone()]);
        BroughtView { mark, void }
    };
    Ok(all.filter(is_seen).map(view).collect())
}

fn movement(learner: &Learner) -> Vec<String> {
    let said = |verb, day, order: &str| {
        // The copy's own form is «пр. № 12»; a page names an order as every page does.
        freeze::movement(verb, &learner.patronymic, &words::date_short(day), &words::order_words(order))
    };
    let arrived = said("Прибыл", learner.enrolled_on, &learner.enrolment_order);
    let left = learner.left_on.map(|day| said("Выбыл", day, &learner.leaving_order));
    [arrived].into_iter().chain(left).collect()
}
