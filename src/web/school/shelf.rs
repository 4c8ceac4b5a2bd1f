//! A page for each table of the year: rows, a form, a paste from a spreadsheet, what is wrong, and the last changes with their undoing.
//! Floor 3.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::{self, Asked};
use super::super::route::{Access, Group, Route, SubjectOf, get, post};
use super::form::{self, Field};
use super::rows::{self, Row};
pub(super) use super::sent::Sent;
use super::sent::{self, Received};
use super::{Fields, Opened, Past, back, groups, reach, readiness};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::setup::layout::{self, Is, Layout};
use crate::domain::setup::paste::Sheet;
use crate::domain::setup::rules;
use crate::domain::setup::spelling;
use crate::flow::setup::{self, Coming, Meeting, Outcome};
use crate::store::ChangeRow;

/// A table with its page.
pub(super) struct Shelf {
    pub(super) layout: &'static Layout,
    pub(super) path: &'static str,
    pub(super) change: Action,
    /// Label in the menu; empty when another page leads here.
    pub(super) menu: &'static str,
    pub(super) lead: &'static str,
    /// Section of the guide of the year.
    pub(super) help: &'static str,
}

const fn shelf(
    layout: &'static Layout,
    path: &'static str,
    change: Action,
    menu: &'static str,
    lead: &'static str,
    help: &'static str,
) -> Shelf {
    Shelf { layout, path, change, menu, lead, help }
}

use Action::{ChangeCurriculum, ChangeSetup, SetGroups};

/// Every table that has a page of its own of this kind.
static SHELVES: [Shelf; 16] = [
    shelf(
        &layout::CALENDAR,
        "/year/calendar/rows",
        ChangeSetup,
        "",
        "Каникулы, праздники, неучебные и перенесённые дни — для школы, параллелей или класса.",
        "year#календарь",
    ),
    shelf(
        &layout::EVENTS,
        "/year/events",
        ChangeSetup,
        "Мероприятия",
        "События школы и классов рядом с расписанием: собрания, праздники, экскурсии.",
        "year#календарь",
    ),
    shelf(
        &layout::PERIODS,
        "/year/periods",
        ChangeSetup,
        "Учебные периоды",
        "Четверти, триместры и полугодия с границами и параллелями, для которых они действуют.",
        "year#учебные-периоды",
    ),
    shelf(
        &layout::REGIMES,
        "/year/regimes",
        ChangeSetup,
        "",
        "Сколько дней в неделе, какая смена и какие звонки: для школы, параллелей или одного класса. Действует самое узкое правило.",
        "year#звонки-и-режим",
    ),
    shelf(
        &layout::BELLS,
        "/year/bells",
        ChangeSetup,
        "Звонки и режим",
        "Время уроков. Расписаний звонков может быть несколько: для смен, для первых классов.",
        "year#звонки-и-режим",
    ),
    shelf(
        &layout::ROOMS,
        "/year/rooms",
        ChangeSetup,
        "Кабинеты",
        "Кабинеты и залы, которые ставятся в расписание.",
        "year#кабинеты",
    ),
    shelf(
        &layout::CLASSES,
        "/year/classes",
        ChangeCurriculum,
        "Классы",
        "Классы и их классные руководители. Ученики приходят в классы по приказам.",
        "year#классы-и-группы",
    ),
    shelf(
        &layout::GROUP_MEMBERS,
        "/year/groups",
        SetGroups,
        "Группы",
        "Кто в какой группе: иностранный язык, информатика, труд. Состав задаётся к началу каждого периода.",
        "year#группы",
    ),
    shelf(
        &layout::CURRICULUM,
        "/year/curriculum",
        ChangeCurriculum,
        "Учебный план",
        "Часы в неделю по предметам и параллелям; класс с особым профилем может иметь свой план.",
        "year#учебный-план",
    ),
    shelf(
        &layout::COURSES,
        "/year/courses",
        ChangeCurriculum,
        "Курсы",
        "Кто что ведёт: класс, предмет, группа, учитель, часы.",
        "year#курсы-и-потоки",
    ),
    shelf(
        &layout::COURSE_DETAILS,
        "/year/kinds",
        ChangeCurriculum,
        "Виды занятий и потоки",
        "Чем курс отличается от обычного урока: кружок, внеурочное занятие, поток нескольких классов.",
        "year#курсы-и-потоки",
    ),
    shelf(
        &layout::LOAD,
        "/year/load",
        ChangeCurriculum,
        "Нагрузка",
        "Тарификация: часы учителей по курсам. Сверяется с часами курсов.",
        "year#нагрузка",
    ),
    shelf(
        &layout::EARLIER_TEACHERS,
        "/year/teachers",
        ChangeCurriculum,
        "Смена учителей",
        "По последний день журнал и уроки у прежнего учителя, со следующего — у нового; каждый подписывает листы своих уроков. Новый учитель назначается в таблице «Курсы».",
        "year#смена-учителя",
    ),
    shelf(
        &layout::INDIVIDUAL_PLANS,
        "/year/individual",
        ChangeCurriculum,
        "Индивидуальные планы",
        "Индивидуальные учебные планы (ИУП): предметы и часы отдельных учеников по приказу.",
        "year#иуп",
    ),
    shelf(
        &layout::TIMETABLE,
        "/year/timetable/rows",
        ChangeCurriculum,
        "",
        "Строки расписания: курс, день, урок, неделя, кабинет.",
        "year#расписание",
    ),
    shelf(
        &layout::CONTROL_WORKS,
        "/year/works",
        ChangeCurriculum,
        "График контрольных",
        "Контрольные работы и внешние оценочные процедуры по дням. Больше одной в день на класс — предупреждение.",
        "year#график-контрольных",
    ),
];

pub(super) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for shelf in &SHELVES {
        let page = get(
            shelf.path,
            Access::Does(Action::ReadSetup),
            SubjectOf::House,
            move |State(state): State<WebState>, visitor: Visitor, frame: Frame, asked: Asked| async move {
                show(&state, &visitor, frame, asked, shelf, Sent::default()).await
            },
        );
        let page = page.helped(shelf.help);
        routes.push(if shelf.menu.is_empty() { page } else { page.in_menu(Group::Year, shelf.menu) });
        routes.push(post(
            shelf.path,
            Access::Does(shelf.change),
            SubjectOf::House,
            move |State(state): State<WebState>, visitor: Visitor, frame: Frame, asked: Asked, request: Request| async move {
                change(&state, &visitor, frame, asked, shelf, request).await
            },
        ));
    }
    routes
}

#[derive(Template)]
#[template(path = "school/shelf.html", config = "src/web/askama.toml")]
struct Page {
    frame: Frame,
    years: Vec<(String, String, bool)>,
    year: String,
    closed: String,
    path: String,
    one: &'static str,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    total: usize,
    query: String,
    /// What the address asks of the list («&q=5А»): forms lead back to the same rows.
    kept: String,
    more: String,
    may: bool,
    /// There are rows of learners whose class lists are not open to the visitor: they are not shown.
    apart: bool,
    /// Every row is within the visitor's reach, so that a pasted sheet may take the place of all.
    replaces: bool,
    /// Form shown: empty, `add`, `edit`, `paste`.
    mode: &'static str,
    fields: Vec<Field>,
    key: Vec<String>,
    /// Of a course's form: where a change of its teacher inside the year is written; empty elsewhere.
    teacher: String,
    /// Of the courses' page: rows of the load that name another teacher than the course, and what is said of each.
    load: Vec<(String, String)>,
    paste: String,
    headings: String,
    example: String,
    sent: Sent,
    told: Vec<String>,
    rest: Vec<String>,
    past: Vec<Past>,
    history: String,
    links: [String; 2],
    /// Address of the import for this table; empty for who may not import.
    files: String,
    /// Classes whose groups have a page of their own: address and name.
    classes: Vec<(String, String)>,
    /// Who may change the table by a clause of the rules; empty where the table of rights alone decides.
    given: String,
}

/// Rows shown at once; a filter or «Показать все» shows others.
const ROWS: usize = 200;
/// Findings of the table shown open.
const TOLD: usize = 8;

async fn show(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: Asked,
    shelf: &'static Shelf,
    sent: Sent,
) -> Result<Response, Refusal> {
    let refused = sent.fields.is_some() && !sent.findings.is_empty();
    let opened =
        super::open(state, sent.fields.as_ref().map_or(asked.value("year"), |fields| fields.value("year"))).await?;
    let layout = shelf.layout;
    let all = opened.year.rows(&state.house, layout).await?;
    let stands = all.len();
    let rows = rows::in_order(&opened, layout, reach::readable(visitor, &opened.year.journal, layout, all));
    let apart = rows.len() < stands;
    reach::note(state, visitor, &opened, layout, &rows).await?;
    if asked.value("format") == "csv" {
        return rows::as_csv(&opened, layout, &rows);
    }
    let within = |row: &[String]| {
        let row = [row.to_vec()];
        reach::bars(visitor, shelf.change, &opened.year.journal, layout, &row).is_none()
    };
    let may = visitor.may_anywhere(shelf.change) && opened.closed.is_none();
    let act = sent.fields.as_ref().map_or("", |fields| fields.value("act")).to_owned();
    let old: Vec<String> = match &sent.fields {
        Some(fields) => fields.all("key"),
        None => asked.value("edit").split('|').map(str::to_owned).collect(),
    };
    let standing = rows.iter().find(|row| row[..layout.key] == *old && within(row)).cloned();
    let mode = match (may, act.as_str()) {
        (false, _) => "",
        (true, "put") if standing.is_some() => "edit",
        (true, "put") => "add",
        (true, "paste" | "try") => "paste",
        (true, _) if standing.is_some() => "edit",
        // Groups are composed class by class: one row at a time is nobody's first wish.
        (true, _)
            if rows.is_empty()
                && asked.value("add").is_empty()
                && asked.value("paste").is_empty()
                && layout.table == layout::GROUP_MEMBERS.table =>
        {
            ""
        }
        (true, _) if !asked.value("add").is_empty() || rows.is_empty() && asked.value("paste").is_empty() => "add",
        (true, _) if !asked.value("paste").is_empty() => "paste",
        (true, _) => "",
    };
    let typed = match (&sent.fields, mode) {
        (Some(fields), "add" | "edit") => Some(fields.clone()),
        // A link may bring the first values of a new row: a cell of the timetable its day and lesson.
        (None, "add") => {
            Some(Fields::from_iter(layout.columns.iter().map(|c| (c.name.to_owned(), asked.value(c.name).to_owned()))))
        }
        _ => None,
    };
    let key_fixed = mode == "edit" && !rules::key_may_change(layout.table);
    let mut fields = form::fields(layout, &opened.year.known, standing.as_deref(), typed.as_ref(), &[], key_fixed);
    form::offer_works(&mut fields, &opened.year.policy);
    reach::offer_own(&mut fields, visitor, shelf.change, &opened.year.journal, layout);
    // A choice of learners is a list of them: it names those alone whose rows the visitor may put here.
    for (field, column) in fields.iter_mut().zip(layout.columns).filter(|(_, column)| column.is == Is::Learner) {
        reach::offer(&mut field.choices, visitor, shelf.change, &opened.year.journal);
        if mode == "add" || mode == "edit" {
            let at = layout.place(column.name).unwrap_or_default();
            let offered = field.choices.iter().map(|(id, ..)| {
                let mut row = vec![String::new(); layout.columns.len()];
                row[at].clone_from(id);
                row
            });
            reach::note(state, visitor, &opened, layout, &offered.collect::<Vec<_>>()).await?;
        }
    }
    let mut told: Vec<String> =
        super::sorted(opened.year.findings(layout.table)).iter().map(readiness::plain).collect();
    let rest = told.split_off(told.len().min(TOLD));
    // What another's row came to is not offered to be taken back: it would be refused.
    let own = |change: &ChangeRow| {
        reach::bars(visitor, shelf.change, &opened.year.journal, layout, &reach::rows_of(change)).is_none()
    };
    let tables = [layout.table];
    let past = if may { super::past_within(state, &opened, &tables, Vec::new(), &own).await? } else { Vec::new() };
    if back::is_asked(&asked) && sent.fields.is_none() {
        let (paths, frame) = ((shelf.path, shelf.path), under(frame, shelf.path).under(layout.title, shelf.path));
        return back::question(state, frame, &asked, past, paths, &opened.year.year).await;
    }
    let replaces = !apart && rows.iter().all(|row| within(row));
    let void = super::void(state, &opened.year.year, layout).await?;
    let (shown, total) = rows::listed(&opened, layout, rows, &asked, &void, &|row| may && within(row));
    let whole = !asked.value("all").is_empty();
    let more = if shown.len() > ROWS && !whole { asked.with("all", "1") } else { String::new() };
    let shown: Vec<Row> = shown.into_iter().take(if whole { usize::MAX } else { ROWS }).collect();
    let heads = layout.columns.iter().filter(|column| rows::is_shown(layout, column)).map(|column| column.title);
    let page = Page {
        years: opened.years.iter().map(|y| (y.clone(), super::in_year(&asked, y), *y == opened.year.year)).collect(),
        year: opened.year.year.clone(),
        closed: opened.closed.as_ref().map(closed_words).unwrap_or_default(),
        path: shelf.path.to_owned(),
        one: layout.one,
        heads: rows::as_shown(layout, heads.collect()),
        rows: shown,
        total,
        query: asked.value("q").to_owned(),
        kept: rows::kept(&asked),
        more,
        may,
        apart,
        replaces,
        mode,
        fields: rows::as_shown(layout, fields),
        teacher: rows::teacher_change(&opened, layout, standing.as_deref()),
        load: rows::other_load(&opened, layout),
        key: standing.map(|row| row[..layout.key].to_vec()).unwrap_or_default(),
        paste: sent.fields.as_ref().map_or("", |fields| fields.value("text")).to_owned(),
        headings: layout.headings().join(" · "),
        example: layout.headings().join("\t"),
        told,
        rest,
        past,
        history: format!("/history?table={}&year={}", layout.table, query::segment(&opened.year.year)),
        links: links(shelf.path),
        files: by_file(visitor, layout),
        classes: if layout.table == layout::GROUP_MEMBERS.table {
            groups::classes(visitor, &opened)
        } else {
            Vec::new()
        },
        given: visitor.rules.given(shelf.change),
        sent,
        frame: under(frame.titled(layout.title).leading(shelf.lead), shelf.path),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

/// The way back. A table that is another page seen as rows lies below that page.
fn under(frame: Frame, path: &str) -> Frame {
    let frame = frame.under("Учебный год", "/year/ready");
    match path {
        "/year/calendar/rows" => frame.under("Календарь", "/year/calendar"),
        "/year/timetable/rows" => frame.under("Расписание", "/year/timetable"),
        _ => frame,
    }
}

/// Where the table comes in by file; empty for who may not import, and for tables that come with the roster's own files.
pub(super) fn by_file(visitor: &Visitor, layout: &Layout) -> String {
    let may = visitor.may_anywhere(Action::ImportData);
    match crate::flow::setup::files::table(layout.table) {
        Some(_) if may => format!("/exchange/import?table={}", layout.table),
        None if may => "/exchange/import".to_owned(),
        _ => String::new(),
    }
}

/// The page that belongs to this one: address and label.
fn links(path: &str) -> [String; 2] {
    let (href, label) = match path {
        "/year/calendar/rows" => ("/year/calendar", "Календарь по месяцам"),
        "/year/timetable/rows" => ("/year/timetable", "Сетка расписания"),
        "/year/bells" => ("/year/regimes", "Режим занятий классов"),
        "/year/regimes" => ("/year/bells", "Звонки"),
        "/year/courses" => ("/year/kinds", "Виды занятий и потоки"),
        "/year/groups" => ("/year/courses", "Курсы"),
        _ => ("", ""),
    };
    [href.to_owned(), label.to_owned()]
}

pub(super) fn closed_words(row: &crate::store::ClosedYearRow) -> String {
    let date = row.order_date.parse().map(crate::domain::words::date_short).unwrap_or_default();
    format!("Учебный год {} закрыт приказом № {} от {date}: здесь можно только смотреть.", row.year, row.order_number)
}

async fn change(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: Asked,
    shelf: &'static Shelf,
    request: Request,
) -> Result<Response, Refusal> {
    let received = sent::received(request, shelf.layout, false).await?;
    let fields = match received {
        Received::Fields(fields) => fields,
        Received::Unread(sent) => return show(state, visitor, frame, asked, shelf, sent).await,
    };
    let back = match (fields.value("year"), rows::kept(&asked).as_str()) {
        ("", "") => shelf.path.to_owned(),
        ("", kept) => format!("{}?{}", shelf.path, kept.trim_start_matches('&')),
        (year, kept) => format!("{}?year={}{kept}", shelf.path, query::segment(year)),
    };
    let opened = super::open(state, fields.value("year")).await?;
    let mut said_of_rows = read_as(&opened, shelf.layout, &fields);
    said_of_rows.push_str(&passed_over(shelf.layout, &fields, &BTreeMap::new()));
    let outcome = match act(state, visitor, &opened, shelf.change, shelf.layout, &fields, &BTreeMap::new()).await? {
        Step::Said(said) => return Ok(answer::done(&back, &said)),
        Step::Outcome(outcome) => outcome,
    };
    match outcome {
        Outcome::Done(_) => {
            let (said, next) = rows::put(&opened, shelf.layout, &fields);
            let said = format!("{}{said}{said_of_rows}", super::said(&outcome));
            Ok(answer::done(next.as_deref().unwrap_or(&back), &said))
        }
        Outcome::Would(ref counts) => {
            let note = format!("{}{said_of_rows}", super::said(&outcome));
            show(state, visitor, frame, asked, shelf, Sent::tried(fields, note, counts.warnings.clone())).await
        }
        Outcome::Refused(findings) => {
            let findings = super::sorted(findings).iter().map(readiness::plain).collect();
            show(state, visitor, frame, asked, shelf, Sent { fields: Some(fields), findings, ..Sent::default() }).await
        }
    }
}

/// Ways in which pasted rows were read that are told one by one: a message beside a page is short.
const MOST_READINGS: usize = 3;

/// What is said of pasted rows that were not taken word for word: shortened subjects, lessons of all groups. Empty when all were.
fn read_as(opened: &Opened, layout: &Layout, fields: &Fields) -> String {
    if !matches!(fields.value("act"), "paste" | "try") {
        return String::new();
    }
    let (_, told) = spelling::written_out(layout, &Sheet::from_clipboard(fields.value("text")), &opened.year.known);
    let mut said: String = told.iter().take(MOST_READINGS).map(|one| format!(" {}.", one.message)).collect();
    if told.len() > MOST_READINGS {
        said.push_str(&format!(" Так же прочитано предметов: {}.", told.len() - MOST_READINGS));
    }
    said
}

/// What is said of pasted columns that are none of the table's; empty when there is none.
pub(super) fn passed_over(layout: &Layout, fields: &Fields, fixed: &BTreeMap<&str, String>) -> String {
    if !matches!(fields.value("act"), "paste" | "try") {
        return String::new();
    }
    let told = layout.passed_over(&Sheet::from_clipboard(fields.value("text")), fixed);
    if told.is_empty() {
        return String::new();
    }
    let heads: Vec<String> = told.iter().map(|one| format!("«{}»", one.found)).collect();
    format!(" Столбцы незнакомы и не загружаются: {}.", heads.join(", "))
}

/// What a form of a table did.
pub(super) enum Step {
    /// It is done and said.
    Said(String),
    /// It came to this.
    Outcome(Outcome),
}

/// Does what a form of a table asks of a year: put, remove, paste (or only try), undo.
pub(super) async fn act(
    state: &WebState,
    visitor: &Visitor,
    opened: &Opened,
    action: Action,
    layout: &'static Layout,
    fields: &Fields,
    fixed: &BTreeMap<&str, String>,
) -> Result<Step, Refusal> {
    if let Some(row) = &opened.closed {
        return Err(Refusal::Rule(closed_words(row)));
    }
    let (house, by, year) = (&state.house, state.act(&visitor.account), opened.year.year.as_str());
    let key: Vec<String> = fields.all("key");
    let touched = touched(state, opened, layout, fields, fixed, &key).await?;
    if let Some(reason) = reach::bars(visitor, action, &opened.year.journal, layout, &touched) {
        return Err(Refusal::Forbidden { reason });
    }
    let outcome = match fields.value("act") {
        "put" => {
            let mut texts = form::put_texts(layout, fields);
            for (name, value) in fixed {
                if let Some(at) = layout.place(name) {
                    texts[at].clone_from(value);
                }
            }
            let old = Some(key.as_slice()).filter(|key| key.len() == layout.key);
            setup::put_row(house, &by, year, layout, old, &texts).await?
        }
        "remove" => setup::remove_row(house, &by, year, layout, &key).await?,
        "paste" | "try" => {
            let sheet = sent::pasted(layout, fields);
            let meeting = if fields.value("replace").is_empty() { Meeting::Add } else { Meeting::Replace };
            let only_try = fields.value("act") == "try";
            setup::take_sheet(house, &by, year, layout, &Coming { sheet, fixed, meeting, dry_run: only_try }).await?
        }
        "undo" => {
            let tables = [(layout.table, Some(layout))];
            reach::undoable(state, visitor, action, opened, &tables, &super::seqs(fields.value("seqs"))).await?;
            return Ok(Step::Said(super::undo(state, &visitor.account, fields.value("seqs")).await?));
        }
        _ => return Err(Refusal::NotFound),
    };
    Ok(Step::Outcome(outcome))
}

/// Rows that a form would touch, as far as they can be read: what cannot be read is refused for that.
async fn touched(
    state: &WebState,
    opened: &Opened,
    layout: &'static Layout,
    fields: &Fields,
    fixed: &BTreeMap<&str, String>,
    key: &[String],
) -> Result<Vec<Vec<String>>, Refusal> {
    let standing = opened.year.rows(&state.house, layout).await?;
    let mut rows: Vec<Vec<String>> = standing.iter().filter(|row| row[..layout.key] == *key).cloned().collect();
    let no_given = |_: &layout::Column| String::new();
    match fields.value("act") {
        "put" => rows.extend(layout.read(&form::texts(layout, fields), &opened.year.known, "", &no_given).ok()),
        "paste" | "try" => {
            let sheet = sent::pasted(layout, fields);
            // As `setup::take_sheet` reads them: what is taken is what is asked about.
            let (written, _) = spelling::written_out(layout, &sheet, &opened.year.known);
            let coming = layout.read_sheet(&written, &opened.year.known, fixed, 1).unwrap_or_default();
            if !fields.value("replace").is_empty() {
                let of_part = |row: &&Vec<String>| {
                    fixed.iter().all(|(name, value)| layout.place(name).is_none_or(|at| row[at] == *value))
                };
                rows.extend(standing.iter().filter(of_part).cloned());
            }
            rows.extend(coming);
        }
        _ => {}
    }
    Ok(rows)
}
