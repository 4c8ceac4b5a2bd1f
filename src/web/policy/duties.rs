//! What the policy asks again and again: how often, of whom, by which clause, and when next; which registers it wants kept. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Choice, choices, find, or};
use crate::domain::duties::{self, Duty};
use crate::domain::people::{Reach, Visitor};
use crate::domain::policy::{Register, registers};
use crate::domain::readiness::Due;
use crate::domain::rights::{Action, GIVEN, Role, Rules};
use crate::domain::words;
use crate::flow::timeliness::calendar;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{Asked, segment};
use crate::web::route;

/// A duty as a line of the table.
struct Line {
    duty: Duty,
    /// The page for whoever looks; empty when there is none, or it is shut.
    href: String,
    next: String,
    soon: bool,
}

/// The page of a duty for a visitor: of a class's form the own class, else the first one in reach; empty where there is none, or it is shut.
pub(in crate::web) fn page_for(page: &str, visitor: &Visitor, directory: &Directory) -> String {
    let page = of_own_class(page, visitor, directory);
    if route::opens(visitor, &page) { page } else { String::new() }
}

fn of_own_class(page: &str, visitor: &Visitor, directory: &Directory) -> String {
    if !page.contains(CLASS) {
        return page.to_owned();
    }
    let mut own = visitor.offices.iter().filter(|office| office.role == Role::ClassTeacher);
    let own = own.find_map(|office| match &office.reach {
        Reach::Classes(classes) => classes.iter().next().cloned(),
        Reach::School | Reach::Grades(..) | Reach::Courses(..) | Reach::Learners(..) => None,
    });
    let reach = visitor.reach(Action::IssueCopies);
    let mut classes = directory.roster.classes.iter();
    let first = || classes.find(|class| reach.class(&class.name, class.grade)).map(|class| class.name.clone());
    own.or_else(first).map_or_else(String::new, |class| page.replace(CLASS, &segment(&class)))
}

/// Stands in the page of a duty for the class of whoever looks.
const CLASS: &str = "{class}";

/// A question with one answer: who gives reasons, is there paper, when the year is set up.
struct Answer {
    about: &'static str,
    said: String,
    clause: String,
    own: bool,
    /// To whom these rules open it; empty where the answer gives no right.
    open_to: String,
}

/// To whom these rules open the acts of a key; empty for a key that gives no right.
fn open_to(rules: &Rules, key: &str) -> String {
    let Some((_, actions)) = GIVEN.iter().find(|(of, _)| *of == key) else { return String::new() };
    let may = |role: &Role| actions.iter().any(|action| rules.may(*action).any(|one| one == *role));
    Role::ALL.into_iter().filter(may).map(Role::as_russian).collect::<Vec<_>>().join(", ")
}

#[derive(Template)]
#[template(path = "policy/duties.html", config = "src/web/askama.toml")]
struct DutiesPage {
    frame: Frame,
    choices: Vec<Choice>,
    lines: Vec<Line>,
    registers: Vec<Register>,
    answers: Vec<Answer>,
}

/// Days ahead from which on a duty is shown as near: a week, the shortest cadence of any regulation.
pub(in crate::web) const SOON_DAYS: i64 = 7;

/// `GET /policy/duties?name=`: of the policy in force, or of another one.
pub(super) async fn page(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let (history, current) = super::open(&state).await?;
    let name = or(asked.value("name"), &current);
    let policy = find(&history, name)?;
    let today = state.now().date_naive();
    let directory = state.directory().await?;
    let calendar = match directory.year.as_str() {
        "" => crate::domain::calendar::SchoolCalendar::default(),
        year => calendar(&state.house, year).await?,
    };
    let lines = duties::duties(&policy, &calendar, today).into_iter().map(|duty| Line {
        href: page_for(duty.page, &visitor, &directory),
        next: duty.next.map(words::date_short).unwrap_or_default(),
        soon: duty.next.is_some_and(|next| (next - today).num_days() < SOON_DAYS),
        duty,
    });
    // A house at work, whichever rules are looked at: what only holds while it is being set up is told on the page of rights.
    let rules = Rules::of(&policy, false);
    let answer = |about, key: &str| {
        let said = policy.first(key)?;
        let (clause, own) = (said.clause.clone(), policy.is_said(key));
        Some(Answer { about, said: said.in_russian(), clause, own, open_to: open_to(&rules, key) })
    };
    let paper = policy.paper(today).map(|said| Answer {
        about: "Бумажные копии сегодня",
        said: if said.has("no") { "не печатаются".to_owned() } else { "печатаются".to_owned() },
        clause: said.clause.clone(),
        own: policy.is_said("paper.enabled"),
        open_to: String::new(),
    });
    let due = Due::of(&directory.year, &policy).map(|due| Answer {
        about: "Год настроен не позже",
        said: words::date_short(due.sections),
        clause: due.clause,
        own: policy.is_said("setup.due"),
        open_to: String::new(),
    });
    let answers = [
        paper,
        answer("Кто печатает копию периода", "print.by"),
        answer("Кто печатает сводную ведомость", "print.summary_by"),
        due,
        answer("Кто называет причину пропуска", "absence.reason_by"),
        answer("Исправление после отметок за период", "marks.edit_after_final"),
        answer("Кто правит данные обучающихся", "people.edit_by"),
        answer("Кто выдаёт доступ", "access.issued_by"),
        answer("Кто записывает замену", "substitution.recorded_by"),
        answer("Кто закрывает год и переводит классы", "year.promoted_by"),
        answer("Ознакомление родителей", "parents.acknowledge"),
        answer("Сообщить о разглашении доступа", "access.breach_notice"),
    ];
    answer::page(&DutiesPage {
        frame: frame
            .titled("Обязанности и сроки")
            .leading("Что правила школы велят делать снова и снова: как часто, кому и к какому дню."),
        choices: choices(&history, name),
        lines: lines.collect(),
        registers: registers(&policy),
        answers: answers.into_iter().flatten().collect(),
    })
}
