//! Calendar-thematic plans: every course with its hours compared, and one course topic by topic. Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::journal::by_subject;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::form::{self, Field};
use super::sent::{self, Received};
use super::shelf::{self, Sent, Step};
use super::{Fields, Opened, Past, back, readiness};
use crate::domain::journal;
use crate::domain::names;
use crate::domain::people::{Subject, Visitor};
use crate::domain::rights::{Action, Decision, Role};
use crate::domain::setup::cells::course_words;
use crate::domain::setup::layout::PLAN_TOPICS;
use crate::domain::setup::paste::Sheet;
use crate::domain::setup::plan::Hours;
use crate::domain::setup::{checks, hours_text, plan, spelling};
use crate::domain::words;
use crate::flow::setup::{self, Outcome};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/year/plans", Access::Does(Action::ReadSetup), SubjectOf::House, list)
            .in_menu(Group::Year, "КТП")
            .helped("year#ктп"),
        get("/year/plans/{course}", Access::Does(Action::ReadSetup), SubjectOf::Course, show).helped("year#ктп"),
        post("/year/plans/{course}", Access::Does(Action::ChangePlan), SubjectOf::Course, change),
    ]
}

/// What the address says in the place of a class for the visitor's own courses.
const MINE: &str = "mine";
/// And for all courses, where the page opens with the own ones.
const ALL: &str = "all";

struct Course {
    href: String,
    class: String,
    title: String,
    teacher: String,
    topics: usize,
    planned: String,
    due: String,
    difference: String,
    kind: &'static str,
    /// «нет плана», «внесён не весь: 10 из 170 ч».
    state: String,
}

#[derive(Template)]
#[template(path = "school/plans.html", config = "src/web/askama.toml")]
struct ListPage {
    frame: Frame,
    years: Vec<(String, String, bool)>,
    classes: Vec<(String, String, bool)>,
    courses: Vec<Course>,
    /// No class chosen, and the address of that choice.
    whole: bool,
    all: String,
    /// The choice of the visitor's own courses, and whether it is made; none for who teaches nothing.
    mine: Option<(String, bool)>,
    missing: usize,
    short: usize,
    over: usize,
    /// Classes of the page without a curriculum, «5А, 6А»: what their courses need is told by the courses alone.
    unplanned: String,
    /// «Ждём 22 курса от 21 учителя»: as the checklist of the year counts.
    owed: String,
    /// Address of the import; empty for who may not import.
    files: String,
}

/// Courses by class, and within a class as the journal lists them.
fn in_order(courses: &[journal::Course]) -> Vec<&journal::Course> {
    let mut ordered: Vec<&journal::Course> = courses.iter().collect();
    ordered.sort_by(|a, b| names::natural(&a.class, &b.class).then_with(|| by_subject(a, b)));
    ordered
}

/// «5А, 6А»: of these courses, the classes that no curriculum names.
fn without_curriculum(opened: &Opened, courses: &[Course]) -> String {
    let of_page = |class: &&journal::Class| courses.iter().any(|course| course.class == class.name);
    let bare = |class: &&journal::Class| opened.year.setup.curriculum_of(&class.name, class.grade).is_empty();
    let names = opened.year.journal.classes.iter().filter(of_page).filter(bare).map(|class| class.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

async fn list(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    let (journal, setup) = (&opened.year.journal, &opened.year.setup);
    let mut by_course: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for topic in &setup.topics {
        by_course.entry(&topic.course).or_default().push(topic);
    }
    let today = state.now().date_naive();
    let is_own = |course: &journal::Course| journal.teacher_on(course, today) == visitor.account;
    let teaches = journal.courses.iter().any(is_own);
    // Who teaches and answers for no other's plan looks for the own first.
    let answers = [Role::Director, Role::Deputy, Role::Administrator].into_iter().any(|role| visitor.holds(role));
    let opens_own = teaches && !answers;
    let chosen = match asked.value("class") {
        "" if opens_own => MINE,
        ALL => "",
        class => class,
    };
    let mine = teaches.then(|| (asked.with("class", MINE), chosen == MINE));
    let owed = checks::owed_plans(journal, setup, opened.year.asked_on(today)?);
    let (mut courses, mut shown) = (Vec::new(), Vec::new());
    let (mut missing, mut short, mut over) = (0, 0, 0);
    for course in in_order(&journal.courses) {
        let is_left_out = match chosen {
            "" => false,
            MINE => !is_own(course),
            class => course.class != class,
        };
        if is_left_out {
            continue;
        }
        let grade = journal.class(&course.class).map_or(0, |class| class.grade);
        let topics = by_course.remove(course.id.as_str()).unwrap_or_default();
        let hours = Hours::of(course, grade, &topics);
        let (kind, state) = match (topics.is_empty(), hours.planned == hours.due) {
            (true, _) => ("bad", "нет плана".to_owned()),
            (false, true) => ("ok", "часы равны".to_owned()),
            (false, false) if hours.is_short() => ("wait", format!("внесён не весь: {}", hours.covered())),
            (false, false) => ("wait", "часы не равны".to_owned()),
        };
        missing += usize::from(topics.is_empty());
        short += usize::from(!topics.is_empty() && hours.is_short());
        over += usize::from(hours.planned > hours.due);
        shown.extend(owed.iter().filter(|(one, _)| one.id == course.id).copied());
        courses.push(Course {
            href: format!("/year/plans/{}?year={}", query::segment(&course.id), query::segment(&opened.year.year)),
            class: course.class.clone(),
            title: crate::domain::period::course_title(course),
            teacher: opened.year.known.show(crate::domain::setup::layout::Is::Staff, journal.teacher_on(course, today)),
            topics: topics.len(),
            planned: hours_text(hours.planned),
            due: hours_text(hours.due),
            difference: hours.difference(),
            kind,
            state,
        });
    }
    let unplanned = without_curriculum(&opened, &courses);
    answer::page(&ListPage {
        years: opened.years.iter().map(|y| (y.clone(), super::in_year(&asked, y), *y == opened.year.year)).collect(),
        classes: journal
            .classes
            .iter()
            .map(|c| (c.name.clone(), asked.with("class", &c.name), c.name == chosen))
            .collect(),
        courses,
        whole: chosen.is_empty(),
        all: asked.with("class", if opens_own { ALL } else { "" }),
        mine,
        missing,
        short,
        over,
        unplanned,
        owed: match shown.len() as u64 {
            0 => String::new(),
            1 if chosen == MINE => "Ждём от вас план 1\u{a0}курса".to_owned(),
            n if chosen == MINE => format!("Ждём от вас планы {}", words::count(n, "курса", "курсов", "курсов")),
            _ => words::capitalised(&checks::owed_words(&shown)),
        },
        files: shelf::by_file(&visitor, &PLAN_TOPICS),
        frame: frame
            .titled("Календарно-тематические планы")
            .leading("План каждого курса составляется до начала года; его часы должны быть равны часам учебного плана.")
            .under("Учебный год", "/year/ready"),
    })
}

struct Topic {
    key: [String; 2],
    ordinal: u32,
    section: String,
    topic: String,
    hours: String,
    planned: String,
    kind_of_work: String,
    homework: String,
    edit: String,
    /// The topic that the plan offers for the next lesson.
    next: bool,
}

#[derive(Template)]
#[template(path = "school/plan.html", config = "src/web/askama.toml")]
struct PlanPage {
    frame: Frame,
    year: String,
    closed: String,
    path: String,
    may: bool,
    planned: String,
    due: String,
    difference: String,
    /// Has the class no curriculum, so that the hours are the course's own?
    unplanned: bool,
    lessons: usize,
    /// «167 уроков», and how the plan differs from them.
    lesson_words: String,
    beside: String,
    /// Why plan and lessons differ, and what to do.
    why_beside: String,
    /// While the plan is not whole, that alone, for all else follows from it: «План внесён не весь: 10 из 170 ч, не хватает 160 ч».
    short: String,
    /// The day by which it is to be whole; empty once that has passed.
    wanted_by: String,
    topics: Vec<Topic>,
    mode: &'static str,
    fields: Vec<Field>,
    key: Vec<String>,
    paste: String,
    headings: String,
    example: String,
    sent: Sent,
    /// Pasted rows were tried: what stands is told apart from what would.
    checked: bool,
    told: Vec<String>,
    past: Vec<Past>,
    history: String,
}

async fn show(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    Path(course): Path<String>,
) -> Result<Response, Refusal> {
    let opened = super::open(&state, asked.value("year")).await?;
    plan_page(&state, &visitor, frame, &asked, opened, &course, Sent::default()).await
}

/// Headings of a pasted plan: the course is the page's own.
const HEADINGS: [&str; 7] = ["№", "Раздел", "Тема", "Часов", "Дата по плану", "Вид работы", "Домашнее задание"];

async fn plan_page(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: &Asked,
    opened: Opened,
    course: &str,
    sent: Sent,
) -> Result<Response, Refusal> {
    let refused = !sent.findings.is_empty();
    let (journal, setup) = (&opened.year.journal, &opened.year.setup);
    let course = journal.courses.iter().find(|known| known.id == course).ok_or(Refusal::NotFound)?;
    let class = journal.class(&course.class).ok_or(Refusal::NotFound)?;
    let subject = Subject::Course {
        id: &course.id,
        class: &class.name,
        grade: class.grade,
        closed: false,
        archived: opened.closed.is_some(),
    };
    let may = opened.closed.is_none() && visitor.may(Action::ChangePlan, &subject) == Decision::Allowed;
    let topics = setup.plan_of(&course.id);
    let hours = Hours::of(course, class.grade, &topics);
    let today = state.now().date_naive();
    let wanted = opened.year.asked_on(NaiveDate::MIN)?;
    let mut told = plan::check(course, class.grade, &topics);
    if hours.is_short() {
        told.retain(|finding| !matches!(finding.code, "plan.missing" | "plan.hours-differ"));
    }
    let days = setup::lesson_days(&opened.year, &course.id);
    let next = plan::next_topic(&topics, &days, today).map(|topic| topic.ordinal);
    let act = sent.fields.as_ref().map_or("", |fields| fields.value("act")).to_owned();
    let checked = act == "try" && !refused;
    let edited = match &sent.fields {
        Some(fields) => fields.all("key").get(1).map(|key| (*key).to_owned()).unwrap_or_default(),
        None => asked.value("edit").to_owned(),
    };
    let standing = topics.iter().find(|topic| topic.ordinal.to_string() == edited).map(|topic| topic.to_cells());
    let mode = match (may, act.as_str()) {
        (false, _) => "",
        (true, "put") if standing.is_some() => "edit",
        (true, "put") => "add",
        (true, "try" | "paste") => "paste",
        (true, _) if standing.is_some() => "edit",
        (true, _) if !asked.value("add").is_empty() => "add",
        (true, _) if !asked.value("paste").is_empty() || topics.is_empty() => "paste",
        (true, _) => "",
    };
    let typed = sent.fields.clone().filter(|_| mode == "add" || mode == "edit");
    let fixed = [("course", course.id.as_str())];
    let fields = form::fields(&PLAN_TOPICS, &opened.year.known, standing.as_deref(), typed.as_ref(), &fixed, false);
    let path = format!("/year/plans/{}", query::segment(&course.id));
    let shown = topics
        .iter()
        .map(|topic| Topic {
            key: [topic.course.clone(), topic.ordinal.to_string()],
            ordinal: topic.ordinal,
            section: topic.section.clone(),
            topic: topic.topic.clone(),
            hours: hours_text(topic.hours_centi),
            planned: topic.planned.map(words::date_short).unwrap_or_default(),
            kind_of_work: topic.kind_of_work.clone(),
            homework: topic.homework.clone(),
            edit: format!("{path}?edit={}#form", topic.ordinal),
            next: next == Some(topic.ordinal),
        })
        .collect();
    let past = match may {
        true => super::past(state, &opened, &[PLAN_TOPICS.table], vec![course.id.clone()]).await?,
        false => Vec::new(),
    };
    if back::is_asked(asked) && sent.fields.is_none() {
        let frame = frame.under("Учебный год", "/year/ready").under("КТП", "/year/plans");
        return back::question(state, frame, asked, past, (path.as_str(), path.as_str()), &opened.year.year).await;
    }
    let page = PlanPage {
        year: opened.year.year.clone(),
        closed: opened.closed.as_ref().map(shelf::closed_words).unwrap_or_default(),
        planned: hours_text(hours.planned),
        due: hours_text(hours.due),
        difference: hours.difference(),
        unplanned: setup.curriculum_of(&class.name, class.grade).is_empty(),
        lessons: days.len(),
        lesson_words: words::count(days.len() as u64, "урок", "урока", "уроков"),
        beside: plan::beside_lessons(hours.planned, days.len()),
        why_beside: plan::why_beside(hours.planned, days.len(), course.hours_per_week_centi),
        topics: shown,
        mode,
        fields,
        key: standing.map(|row| row[..2].to_vec()).unwrap_or_default(),
        paste: sent.fields.as_ref().map_or("", |fields| fields.value("text")).to_owned(),
        headings: HEADINGS.join(" · "),
        example: HEADINGS.join("\t"),
        short: match (hours.is_short(), topics.is_empty()) {
            (false, _) => String::new(),
            (true, true) => format!("Плана ещё нет, за год нужно {} ч", hours_text(hours.due)),
            (true, false) => format!("План внесён не весь: {}, {}", hours.covered(), hours.difference()),
        },
        wanted_by: if today <= wanted { words::day_and_month(wanted) } else { String::new() },
        told: if checked { Vec::new() } else { told.iter().map(readiness::plain).collect() },
        checked,
        past,
        history: format!("/history?table=plan_topics&year={}&names={}", query::segment(&opened.year.year), course.id),
        path,
        may,
        sent,
        frame: frame
            .titled(format!("КТП: {}", course_words(course)))
            .leading("Темы по порядку с часами; даты ставятся по расписанию и календарю.")
            .under("Учебный год", "/year/ready")
            .under("КТП", "/year/plans"),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

/// What is said of a plan pasted without headings; empty where it has its own.
fn headed(fields: &Fields) -> String {
    if !matches!(fields.value("act"), "paste" | "try") {
        return String::new();
    }
    let Some(sheet) = Sheet::from_clipboard(fields.value("text")).headed_as_plan() else {
        return String::new();
    };
    let heads: Vec<String> = sheet.heads.iter().map(|head| format!("«{head}»")).collect();
    format!(" Строки заголовков не было: столбцы прочитаны как {}.", words::listed(&heads))
}

/// Hours of the pasted rows: « Во вставленном плане 30 из 34 ч, не хватает 4 ч.»; empty when they cannot be read.
fn pasted_hours(opened: &Opened, course: &str, fields: &Fields) -> String {
    let journal = &opened.year.journal;
    let Some(known) = journal.courses.iter().find(|one| one.id == course) else { return String::new() };
    let grade = journal.class(&known.class).map_or(0, |class| class.grade);
    let fixed = BTreeMap::from([("course", course.to_owned())]);
    let sheet = sent::pasted(&PLAN_TOPICS, fields);
    let (written, _) = spelling::written_out(&PLAN_TOPICS, &sheet, &opened.year.known);
    let rows = PLAN_TOPICS.read_sheet(&written, &opened.year.known, &fixed, 1).unwrap_or_default();
    let Some(at) = PLAN_TOPICS.place("hours_centi").filter(|_| !rows.is_empty()) else { return String::new() };
    let planned = rows.iter().filter_map(|row| row[at].parse::<u32>().ok()).sum::<u32>();
    // Rows beside those that stand are no whole plan, and have nothing to be compared with.
    if fields.value("replace").is_empty() {
        return format!(" Во вставленных строках {} ч.", hours_text(planned));
    }
    let hours = Hours { planned, ..Hours::of(known, grade, &[]) };
    match hours.difference() {
        same if same.is_empty() => format!(" Во вставленном плане {}, разницы нет.", hours.covered()),
        differs => format!(" Во вставленном плане {}, {differs}.", hours.covered()),
    }
}

async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let fields = match sent::received(request, &PLAN_TOPICS, true).await? {
        Received::Fields(fields) => fields,
        Received::Unread(sent) => {
            let year = sent.fields.as_ref().map_or("", |fields| fields.value("year"));
            let opened = super::open(&state, year).await?;
            return plan_page(&state, &visitor, frame, &asked, opened, &course, sent).await;
        }
    };
    let read_as = headed(&fields);
    let back = format!("/year/plans/{}", query::segment(&course));
    let opened = super::open(&state, fields.value("year")).await?;
    let outcome = if fields.value("act") == "lay" {
        if let Some(row) = &opened.closed {
            return Err(Refusal::Rule(shelf::closed_words(row)));
        }
        setup::lay_out_plan(&state.house, &state.act(&visitor.account), &opened.year.year, &course).await?
    } else {
        // The key of a row names its course: a form of one course changes no other's plan.
        if fields.all("key").first().is_some_and(|key| *key != course) {
            return Err(Refusal::NotFound);
        }
        let fixed = BTreeMap::from([("course", course.clone())]);
        match shelf::act(&state, &visitor, &opened, Action::ChangePlan, &PLAN_TOPICS, &fields, &fixed).await? {
            Step::Said(said) => return Ok(answer::done(&back, &said)),
            Step::Outcome(outcome) => outcome,
        }
    };
    match outcome {
        Outcome::Done(_) => Ok(answer::done(&back, &format!("{}{read_as}", super::said(&outcome)))),
        Outcome::Would(ref counts) => {
            let hours = pasted_hours(&opened, &course, &fields);
            let note = format!("{}{hours}{read_as}", super::said(&outcome));
            let sent = Sent::tried(fields, note, counts.warnings.clone());
            plan_page(&state, &visitor, frame, &asked, opened, &course, sent).await
        }
        Outcome::Refused(findings) => {
            let findings = super::sorted(findings).iter().map(readiness::plain).collect();
            let sent = Sent { fields: Some(fields), findings, ..Sent::default() };
            plan_page(&state, &visitor, frame, &asked, opened, &course, sent).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_stand_by_class_and_within_a_class_as_the_journal_lists_its_subjects() {
        let course = |id: &str, class: &str, subject: &str, group: &str| journal::Course {
            id: id.into(),
            class: class.into(),
            subject: subject.into(),
            group: group.into(),
            teacher_id: String::new(),
            hours_per_week_centi: 100,
            members: Vec::new(),
        };
        let courses = [
            course("C1", "10А", "Алгебра", ""),
            course("C2", "5А", "Труд", ""),
            course("C3", "5А", "Английский язык", "2"),
            course("C4", "5А", "Английский язык", "1"),
            course("C5", "5А", "Алгебра", ""),
        ];
        let ids: Vec<&str> = in_order(&courses).into_iter().map(|course| course.id.as_str()).collect();
        assert_eq!(ids, ["C5", "C4", "C3", "C2", "C1"]);
    }
}
