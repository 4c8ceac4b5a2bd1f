//! Staff by orders: hiring, the list from a table, cards, dismissal, what was left without an owner, the last acts with their undoing. Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::sent::{self, Received};
use super::shelf::Sent;
use super::{Fields, Past, back, readiness};
use crate::domain::employment::{self, Card, Employment};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::setup::cells::parse_day;
use crate::domain::setup::layout::STAFF;
use crate::domain::setup::paste::Sheet;
use crate::domain::setup::stays::OrderMark;
use crate::domain::words;
use crate::flow::change;
use crate::flow::setup::Outcome;
use crate::flow::staff::{self, Done};
use crate::store::ChangeFilter;

/// Address of the book.
const PATH: &str = "/people/staff";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(PATH, Access::Does(Action::ReadStaff), SubjectOf::House, book)
            .in_menu(Group::People, "Приём и увольнение")
            .helped("people.ru#приём-и-увольнение"),
        post(PATH, Access::Does(Action::ChangeStaff), SubjectOf::House, act),
        post("/people/{person}/staff", Access::Does(Action::ChangeStaff), SubjectOf::Person, act_on_card),
    ]
}

/// One employment in the book.
struct Line {
    person: String,
    name: String,
    position: String,
    hired: [String; 2],
    left: [String; 2],
}

/// What a dismissed person left, and where another is named.
struct Left {
    what: String,
    who: String,
    since: String,
    /// Empty for who may not name another.
    href: String,
    /// Of a course: where the change is written, everything known filled in; empty for a class and for who may not.
    change: String,
}

#[derive(Template)]
#[template(path = "school/staff.html", config = "src/web/askama.toml")]
struct BookPage {
    frame: Frame,
    may: bool,
    /// Form shown: empty, `hire`, `list`.
    mode: String,
    typed: Fields,
    paste: String,
    headings: String,
    example: String,
    sent: Sent,
    lines: Vec<Line>,
    left: Vec<Left>,
    path: &'static str,
    year: String,
    past: Vec<Past>,
    history: &'static str,
}

fn day(day: Option<chrono::NaiveDate>) -> String {
    day.map(words::date_short).unwrap_or_default()
}

fn order(mark: &OrderMark) -> String {
    if mark.number.is_empty() { String::new() } else { format!("приказ № {}", mark.as_text()) }
}

async fn book(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let mode = asked.value("form").to_owned();
    show(&state, &visitor, frame, &asked, mode, Fields::default(), Sent::default()).await
}

async fn show(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: &Asked,
    mode: String,
    typed: Fields,
    sent: Sent,
) -> Result<Response, Refusal> {
    let refused = !sent.findings.is_empty();
    let directory = state.directory().await?;
    let roster = &directory.roster;
    let work = state.house.db.list_employments().await?;
    let may = visitor.may_anywhere(Action::ChangeStaff);
    let line = |one: &Employment| {
        let member = roster.staff_member(&one.person);
        Line {
            name: member.map_or_else(
                || one.person.clone(),
                |member| crate::domain::names::full_name(&member.surname, &member.given_name, &member.patronymic),
            ),
            position: member.map(|member| member.position.clone()).unwrap_or_default(),
            person: one.person.clone(),
            hired: [day(one.hired_on), order(&one.hire_order)],
            left: [day(one.left_on), order(&one.leave_order)],
        }
    };
    // The newest order first; who is on the list alone has none to show.
    let mut ordered: Vec<&Employment> =
        work.iter().filter(|one| one.hired_on.is_some() || one.left_on.is_some()).collect();
    ordered.sort_by_key(|one| (std::cmp::Reverse(one.left_on.max(one.hired_on)), one.id.clone()));
    let lines: Vec<Line> = ordered.into_iter().map(line).collect();
    if asked.value("format") == "csv" {
        let cells: Vec<Vec<String>> = lines
            .iter()
            .map(|one| {
                let [hired, left] = [&one.hired, &one.left].map(Clone::clone);
                [vec![one.person.clone(), one.name.clone(), one.position.clone()], hired.to_vec(), left.to_vec()]
                    .concat()
            })
            .collect();
        let heads = [
            "Код",
            "Фамилия, имя, отчество",
            "Должность",
            "Принят с",
            "Приказ",
            "Последний день",
            "Приказ об увольнении",
        ];
        return answer::csv("staff-orders", &heads, &cells);
    }
    let changes = visitor.reach(Action::ChangeCurriculum);
    let left = employment::orphans(roster, &work).into_iter().map(|one| {
        let grade = roster.class(&one.owned.class).map_or(0, |class| class.grade);
        let (table, key) = match one.owned.course.as_str() {
            "" => ("classes", &one.owned.class),
            _ => ("courses", &one.owned.course),
        };
        let may = changes.whole_class(&one.owned.class, grade);
        let href = format!("/year/{table}?edit={}#form", query::segment(key));
        Left {
            href: if may { href } else { String::new() },
            change: if may { change_of_teacher(&one, &work) } else { String::new() },
            what: one.owned.what,
            who: one.person.1,
            since: words::date_short(one.since),
        }
    });
    let past = if may { past(state).await? } else { Vec::new() };
    if back::is_asked(asked) && !refused && mode.is_empty() {
        let frame = frame.under("Сотрудники", "/people").under("Приём и увольнение", PATH);
        return back::question(state, frame, asked, past, (PATH, PATH), &directory.year).await;
    }
    let page = BookPage {
        mode: if may { mode } else { String::new() },
        past,
        may,
        paste: typed.value("text").to_owned(),
        headings: STAFF.headings().join(" · "),
        example: STAFF.headings().join("\t"),
        typed,
        sent,
        lines,
        left: left.collect(),
        path: PATH,
        year: directory.year.clone(),
        history: "/history?table=employments",
        frame: frame
            .titled("Приём и увольнение")
            .leading("Кого приняли и уволили, каким приказом и с какого дня; карточку правят на странице сотрудника.")
            .under("Сотрудники", "/people"),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

/// Where it is written that a dismissed teacher had a course until the last day: course, day, teacher and order filled in. Empty for a class.
fn change_of_teacher(one: &employment::Orphan, work: &[Employment]) -> String {
    if one.owned.course.is_empty() {
        return String::new();
    }
    let dismissal = work.iter().find(|work| work.person == one.person.0 && work.left_on == Some(one.since));
    let ground = dismissal.map(|work| order(&work.leave_order)).unwrap_or_default();
    let cells = [one.owned.course.as_str(), one.person.0.as_str(), ground.as_str()];
    let [course, teacher, ground] = cells.map(query::segment);
    format!("/year/teachers?add=1&course={course}&until={}&teacher={teacher}&ground={ground}#form", one.since)
}

/// The last acts on staff, newest first; lines of one event are one act.
async fn past(state: &WebState) -> Result<Vec<Past>, Refusal> {
    /// Lines looked through for them.
    const LINES: u32 = 200;
    /// Acts shown: a week of a school's office; the others stand in the history.
    const ACTS: usize = 5;
    /// Place of the last day among the other columns of an employment.
    const LEFT_ON: usize = 6;
    let db = &state.house.db;
    let of = |table: &str| ChangeFilter { table: Some(table.to_owned()), limit: LINES, ..ChangeFilter::default() };
    let mut changes = db.list_changes(&of("employments")).await?;
    changes.extend(db.list_changes(&of("staff")).await?);
    let undone: Vec<u64> = changes.iter().map(|change| change.undoes).filter(|seq| *seq > 0).collect();
    let mut acts: BTreeMap<u64, Vec<_>> = BTreeMap::new();
    for change in &changes {
        acts.entry(change.event).or_default().push(change);
    }
    let names = change::names(&state.house).await?;
    let mut told = Vec::new();
    for lines in acts.into_values().rev() {
        let Some(first) = lines.first() else { continue };
        let of_work = || lines.iter().filter(|line| line.table == "employments");
        let leaves = |line: &&&crate::store::ChangeRow| {
            let last =
                |row: &Option<Vec<String>>| row.as_ref().and_then(|row| row.get(LEFT_ON)).cloned().unwrap_or_default();
            last(&line.old) != last(&line.new)
        };
        let what = match (first.undoes > 0, of_work().any(|line| leaves(&line)), of_work().next().is_some()) {
            (true, ..) => "отменено",
            (_, true, _) => "увольнение",
            (_, false, true) if lines.iter().any(|line| line.old.is_none()) => "приём",
            // A list that came with the whole school is taken back where it came in.
            (_, false, false) if lines.iter().all(|line| line.old.is_none()) => continue,
            _ => "карточка",
        };
        // Of an employment the person stands in its first cell, of the list in the key.
        let person = |line: &&&crate::store::ChangeRow| {
            let cells = line.new.as_ref().or(line.old.as_ref());
            let of_work = cells.and_then(|cells| cells.first()).filter(|_| line.table == "employments");
            of_work.or(line.key.first()).map(|person| names.person(person))
        };
        let who = lines.iter().find_map(|line| person(&line)).unwrap_or_default();
        let more = lines.iter().filter(|line| line.table == "staff").count();
        let more = if more > 1 { format!(" и ещё {}", more - 1) } else { String::new() };
        let seqs: Vec<String> = lines
            .iter()
            .filter(|line| line.undoes == 0 && !undone.contains(&line.seq))
            .map(|line| line.seq.to_string())
            .collect();
        told.push(Past {
            when: words::moment_short(&first.at),
            who: names.person(&first.by),
            what: format!("{what} — {who}{more}"),
            id: first.event,
            seqs: seqs.join(","),
            // An order that was taken back is entered anew: its checks are those of an order.
            again: false,
            void: lines.iter().any(|line| line.voided),
        });
        if told.len() == ACTS {
            break;
        }
    }
    Ok(told)
}

fn card_of(fields: &Fields) -> Card {
    let text = |name: &str| fields.value(name).to_owned();
    Card {
        surname: text("surname"),
        given_name: text("given_name"),
        patronymic: text("patronymic"),
        position: text("position"),
        subject: text("subject"),
        room: text("room"),
    }
}

fn mark_of(fields: &Fields) -> OrderMark {
    OrderMark { number: fields.value("order").to_owned(), date: parse_day(fields.value("order_date")) }
}

async fn act(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    request: Request,
) -> Result<Response, Refusal> {
    let fields = match sent::received(request, &STAFF, false).await? {
        Received::Fields(fields) => fields,
        Received::Unread(sent) => {
            let typed = sent.fields.clone().unwrap_or_default();
            return show(&state, &visitor, frame, &asked, "list".to_owned(), typed, sent).await;
        }
    };
    let (house, by) = (&state.house, state.act(&visitor.account));
    let plain = |findings: Vec<crate::domain::finding::Finding>| -> Vec<String> {
        super::sorted(findings).iter().map(readiness::plain).collect()
    };
    match fields.value("act") {
        "hire" => {
            let (card, order) = (card_of(&fields), mark_of(&fields));
            match staff::hire(house, &by, "", &card, &order, parse_day(fields.value("from"))).await? {
                Done::Written { person, .. } => {
                    let who = |action| visitor.rules.who(action);
                    let said = format!(
                        "Принят сотрудник: {}, код {person}. Вход выдаёт {}, курсы назначает {}.",
                        card.tidy().name(),
                        who(Action::IssueStaffCredentials),
                        who(Action::ChangeCurriculum)
                    );
                    Ok(answer::done(&format!("/people/{}", query::segment(&person)), &said))
                }
                Done::Refused(findings) => {
                    let sent = Sent { findings: plain(findings), ..Sent::default() };
                    show(&state, &visitor, frame, &asked, "hire".to_owned(), fields, sent).await
                }
            }
        }
        what @ ("list" | "try") => {
            let sheet = Sheet::from_clipboard(fields.value("text"));
            let (outcome, notes) = staff::take_sheet(house, &by, &sheet, what == "try").await?;
            let notes: String = plain(notes).iter().map(|note| format!(" {note}.")).collect();
            let sent = match outcome {
                Outcome::Done(_) => return Ok(answer::done(PATH, &format!("{}{notes}", super::said(&outcome)))),
                Outcome::Would(_) => Sent { note: format!("{}{notes}", super::said(&outcome)), ..Sent::default() },
                Outcome::Refused(findings) => Sent { findings: plain(findings), ..Sent::default() },
            };
            show(&state, &visitor, frame, &asked, "list".to_owned(), fields, sent).await
        }
        "undo" => match staff::undo(house, &by, &super::seqs(fields.value("seqs"))).await {
            Ok(Ok(undone)) => Ok(answer::done(PATH, &format!("Отменено изменений: {undone}."))),
            Ok(Err(finding)) => Err(Refusal::Rule(finding.message)),
            Err(crate::flow::Error::Change(refusal)) => Err(Refusal::Rule(refusal.to_string())),
            Err(error) => Err(error.into()),
        },
        _ => Err(Refusal::NotFound),
    }
}

async fn act_on_card(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (house, by) = (&state.house, state.act(&visitor.account));
    let (card, order) = (card_of(&fields), mark_of(&fields));
    let (done, said) = match fields.value("act") {
        "card" => (staff::correct(house, &by, &person, &card).await?, "Карточка исправлена."),
        "dismiss" => {
            let last = parse_day(fields.value("last"));
            (
                staff::dismiss(house, &by, &person, &order, last).await?,
                "Увольнение внесено: должности и вход кончаются с последним днём.",
            )
        }
        "hire" => {
            let from = parse_day(fields.value("from"));
            (staff::hire(house, &by, &person, &card, &order, from).await?, "Сотрудник принят снова.")
        }
        _ => return Err(Refusal::NotFound),
    };
    match done {
        Done::Refused(findings) => Err(Refusal::BadInput(findings)),
        Done::Written { left, .. } => {
            let left = match left.len() {
                0 => String::new(),
                _ => format!(
                    " Осталось без хозяина: {}. Завуч и администратор видят это на первой странице.",
                    left.join("; ")
                ),
            };
            Ok(answer::done(&format!("/people/{}", query::segment(&person)), &format!("{said}{left}")))
        }
    }
}

/// What the card of a person shows of the work in the school.
pub(in crate::web) struct CardView {
    pub(in crate::web) card: Card,
    /// Days and orders of each employment, oldest first.
    pub(in crate::web) work: Vec<String>,
    /// Dismissed, or about to be.
    pub(in crate::web) leaves: bool,
    pub(in crate::web) may: bool,
}

/// The card's own part of staff.
pub(in crate::web) async fn view(state: &WebState, person: &str, may: bool) -> Result<Option<CardView>, Refusal> {
    let Some((card, work)) = staff::card(&state.house, person).await? else { return Ok(None) };
    let line = |one: &Employment| {
        let part = |what: &str, on: Option<chrono::NaiveDate>, mark: &OrderMark| {
            on.map(|on| match order(mark).as_str() {
                "" => format!("{what} {}", words::date_short(on)),
                order => format!("{what} {}, {order}", words::date_short(on)),
            })
        };
        let parts =
            [part("принят(а) с", one.hired_on, &one.hire_order), part("последний день", one.left_on, &one.leave_order)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    };
    let leaves = !work.is_empty() && work.iter().all(|one| one.left_on.is_some());
    Ok(Some(CardView { work: work.iter().map(line).filter(|line| !line.is_empty()).collect(), card, leaves, may }))
}
