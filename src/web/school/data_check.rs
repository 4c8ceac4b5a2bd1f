//! The check of a class's data (сверка): which classes are due, the list to confirm, «сверено» with day and person. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::directory::Directory;
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::Fields;
use crate::domain::duties::{self, Check};
use crate::domain::names;
use crate::domain::people::{Subject, Visitor};
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::learners::{self, LearnerCard};
use crate::flow::people::Listing;
use crate::store::DataCheck;

pub(super) fn routes() -> Vec<Route> {
    const CHECKS: Access = Access::Does(Action::CheckLearners);
    vec![
        get("/year/check", CHECKS, SubjectOf::House, classes)
            .in_menu(Group::Year, "Сверка данных")
            .helped("year#сверка-данных"),
        get("/year/check/{class}", CHECKS, SubjectOf::Class, class)
            .helped("year#сверка-данных")
            .listing(Listing::Check),
        post("/year/check/{class}", CHECKS, SubjectOf::Class, checked),
    ]
}

/// How the check of a class stands on a day, with the clause that asks for it.
pub(in crate::web) fn standing(directory: &Directory, checks: &[DataCheck], class: &str, today: NaiveDate) -> Check {
    let last = checks.iter().filter(|one| one.class == class).filter_map(|one| one.checked_on.parse().ok()).max();
    let grade = directory.class(class).map_or(0, |class| class.grade);
    let periods = directory.roster.periods_of_grade(grade);
    let year = periods.iter().map(|one| one.starts).min().zip(periods.iter().map(|one| one.ends).max());
    duties::check_of_data(directory.policy(today), year, last, today)
}

struct ClassLine {
    name: String,
    href: String,
    last: String,
    who: String,
    stands: String,
    overdue: bool,
}

#[derive(Template)]
#[template(path = "school/checks.html", config = "src/web/askama.toml")]
struct ClassesPage {
    frame: Frame,
    lines: Vec<ClassLine>,
    rule: String,
}

/// «раз в месяц (002 4.1)».
fn rule(directory: &Directory, today: NaiveDate) -> String {
    let policy = directory.policy(today);
    let said = policy.first("people.check");
    said.map(|said| format!("Данные класса сверяют: {} ({}).", duties::often(said), words::clause_words(&said.clause)))
        .unwrap_or_default()
}

fn person(directory: &Directory, id: &str) -> String {
    directory
        .roster
        .staff_member(id)
        .map_or_else(|| id.to_owned(), |one| names::short_name(&one.surname, &one.given_name, &one.patronymic))
}

async fn classes(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let (directory, today) = (state.directory().await?, state.now().date_naive());
    let checks = state.house.db.list_data_checks(&directory.year).await?;
    let reach = visitor.reach(Action::CheckLearners);
    let seen = directory.roster.classes.iter().filter(|class| reach.whole_class(&class.name, class.grade));
    let lines = seen.map(|class| {
        let last = checks.iter().rev().find(|one| one.class == class.name);
        let stands = standing(&directory, &checks, &class.name, today);
        ClassLine {
            href: format!("/year/check/{}", query::segment(&class.name)),
            name: class.name.clone(),
            last: last.map(|one| words::day(&one.checked_on)).unwrap_or_default(),
            who: last.map(|one| person(&directory, &one.checked_by)).unwrap_or_default(),
            overdue: stands.is_overdue(),
            stands: stands.as_russian(),
        }
    });
    answer::page(&ClassesPage {
        lines: lines.collect(),
        rule: rule(&directory, today),
        frame: frame
            .titled("Сверка данных")
            .leading("Список класса со сведениями, которые подтверждают: когда сверено, кем и где срок прошёл.")
            .under("Учебный год", "/year/ready"),
    })
}

struct Line {
    name: String,
    href: String,
    born: String,
    file_no: String,
    enrolled: String,
    parents: String,
    gaps: String,
}

#[derive(Template)]
#[template(path = "school/check.html", config = "src/web/askama.toml")]
struct ClassPage {
    frame: Frame,
    path: String,
    lines: Vec<Line>,
    with_gaps: usize,
    stands: String,
    overdue: bool,
    rule: String,
    checks: Vec<[String; 4]>,
    may_edit: bool,
}

async fn class(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    Path(class): Path<String>,
) -> Result<Response, Refusal> {
    let (directory, today) = (state.directory().await?, state.now().date_naive());
    let (db, grade) = (&state.house.db, directory.class(&class).map_or(0, |class| class.grade));
    let (files, guardians) = (db.list_personal_files().await?, db.list_guardians().await?);
    let mut there: Vec<_> = directory
        .roster
        .learners
        .iter()
        .filter(|learner| learner.class == class && learner.left_on.is_none_or(|left| left > today))
        .collect();
    there.sort_by_cached_key(|one| names::sort_key(&one.surname, &one.given_name, &one.patronymic));
    let lines: Vec<Line> = there
        .into_iter()
        .map(|one| {
            let parents: Vec<String> = guardians
                .iter()
                .filter(|guardian| guardian.learners.contains(&one.id))
                .map(|guardian| names::full_name(&guardian.surname, &guardian.given_name, &guardian.patronymic))
                .collect();
            let card = LearnerCard {
                surname: one.surname.clone(),
                given_name: one.given_name.clone(),
                patronymic: one.patronymic.clone(),
                born: one.born,
                file_no: files.get(&one.id).cloned().unwrap_or_default(),
            };
            let order = if one.enrolment_order.is_empty() {
                String::new()
            } else {
                format!(", {}", words::order_words(&one.enrolment_order))
            };
            Line {
                name: names::full_name(&one.surname, &one.given_name, &one.patronymic),
                href: format!("/year/learners/{}#card", query::segment(&one.id)),
                born: one.born.map(words::date_short).unwrap_or_default(),
                enrolled: format!("{}{order}", words::date_short(one.enrolled_on)),
                gaps: learners::gaps(&card, parents.len()).join(", "),
                file_no: card.file_no,
                parents: parents.join(", "),
            }
        })
        .collect();
    if asked.value("format") == "csv" {
        let cells: Vec<Vec<String>> = (1..)
            .zip(&lines)
            .map(|(no, one): (usize, &Line)| {
                [no.to_string()]
                    .into_iter()
                    .chain(
                        [&one.name, &one.born, &one.file_no, &one.enrolled, &one.parents, &one.gaps].map(Clone::clone),
                    )
                    .collect()
            })
            .collect();
        let heads =
            ["№", "Фамилия, имя, отчество", "Дата рождения", "Личное дело №", "Зачислен", "Родители", "Чего нет"];
        return answer::csv("data-check", &heads, &cells);
    }
    let checks = db.list_data_checks(&directory.year).await?;
    let stands = standing(&directory, &checks, &class, today);
    let own = checks.iter().rev().filter(|one| one.class == class).map(|one| {
        [words::day(&one.checked_on), person(&directory, &one.checked_by), one.learners.to_string(), one.note.clone()]
    });
    let subject = Subject::Class { name: &class, grade, closed: false, archived: false };
    answer::page(&ClassPage {
        path: format!("/year/check/{}", query::segment(&class)),
        with_gaps: lines.iter().filter(|one| !one.gaps.is_empty()).count(),
        overdue: stands.is_overdue(),
        stands: stands.as_russian(),
        rule: rule(&directory, today),
        checks: own.collect(),
        may_edit: visitor.may(Action::EditLearners, &subject).is_allowed(),
        lines,
        frame: frame
            .titled(format!("Сверка данных {class} класса"))
            .leading("Сравните с личными делами и заявлениями родителей; неверное исправьте в карточке, затем отметьте «Сверено».")
            .under("Учебный год", "/year/ready")
            .under("Сверка данных", "/year/check"),
    })
}

async fn checked(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(class): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    if fields.value("act") != "checked" {
        return Err(Refusal::NotFound);
    }
    let directory = state.directory().await?;
    let act = state.act(&visitor.account);
    let n = learners::record_check(&state.house, &act, &directory.year, &class, fields.value("note")).await?;
    let who = words::plural(n, "обучающийся", "обучающихся", "обучающихся");
    let said = format!("Сверено {}: {class} класс, {n} {who}.", words::date_short(act.at.date_naive()));
    Ok(answer::done(&format!("/year/check/{}", query::segment(&class)), &said))
}
