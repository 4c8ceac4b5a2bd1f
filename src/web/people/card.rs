//! Staff with their offices, and the card of a person: offices by date and order, account. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::Fields;
use crate::domain::employment;
use crate::domain::finding::Finding;
use crate::domain::people::{Appointment, GRADES_ASKED, Office, Subject, Unfit, Visitor, grades_of, grades_words};
use crate::domain::rights::{self, Action, Role};
use crate::domain::words;
use crate::flow;
use crate::flow::people::{self, Listed as Person, Look, Order};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{self, Asked, Column, Listed};
use crate::web::route::{Access, Group, Route, SubjectOf, get, post};
use crate::web::school::staff;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const READS: Access = Access::Does(Action::ReadStaff);
    const APPOINTS: Access = Access::Does(Action::Appoint);
    const ISSUES: Access = Access::Does(Action::IssueStaffCredentials);
    vec![
        get("/people", READS, SubjectOf::House, list)
            .in_menu(Group::People, "Сотрудники")
            .helped("people.ru#сотрудники"),
        get("/people/{person}", READS, SubjectOf::Person, card).helped("people.ru#назначения"),
        post("/people/{person}/appoint", APPOINTS, SubjectOf::Person, appoint),
        post("/people/{person}/end", APPOINTS, SubjectOf::Person, end),
        post("/people/{person}/lock", ISSUES, SubjectOf::Person, lock),
        post("/people/{person}/unlock", ISSUES, SubjectOf::Person, unlock),
        post("/people/{person}/sessions/end", ISSUES, SubjectOf::Person, end_sessions),
        post("/people/{person}/factor/reset", ISSUES, SubjectOf::Person, reset_factor),
        post("/people/{person}/links", ISSUES, SubjectOf::Person, link),
        get("/rights", READS, SubjectOf::House, matrix).in_menu(Group::People, "Права").helped("people.ru#права"),
    ]
}

#[derive(Template)]
#[template(path = "people/list.html", config = "src/web/askama.toml")]
struct ListPage {
    frame: Frame,
    listed: Listed<Person>,
    noun: &'static str,
}

async fn list(State(state): State<WebState>, asked: Asked, frame: Frame) -> Result<Response, Refusal> {
    const COLUMNS: [Column<Person>; 4] = [
        Column {
            key: "name", label: "Фамилия, имя, отчество", class: "", order: |a, b| a.name.cmp(&b.name)
        },
        Column { key: "position", label: "Должность", class: "", order: |a, b| a.position.cmp(&b.position) },
        Column { key: "", label: "Права сегодня", class: "", order: |_, _| std::cmp::Ordering::Equal },
        Column { key: "account", label: "Вход", class: "", order: |a, b| a.account.cmp(&b.account) },
    ];
    let rows = people::list_staff(&state.house, "", state.now().date_naive()).await?;
    let words_of =
        |one: &Person| format!("{} {} {} {} {}", one.id, one.name, one.position, one.offices.join(" "), one.account);
    let listed = query::list(rows, &COLUMNS, &asked, |one| one.id.clone(), words_of);
    if asked.value("format") == "csv" {
        let rows: Vec<Vec<String>> = listed
            .rows
            .iter()
            .map(|one| {
                vec![
                    one.id.clone(),
                    one.name.clone(),
                    one.position.clone(),
                    one.offices.join(", "),
                    one.account.clone(),
                ]
            })
            .collect();
        return answer::csv("staff", &["Идентификатор", "Ф.И.О.", "Должность", "Права", "Вход"], &rows);
    }
    let noun = words::plural(listed.total as u64, "сотрудник", "сотрудника", "сотрудников");
    answer::page(&ListPage { frame: frame.titled("Сотрудники"), listed, noun })
}

struct AppointmentLine {
    id: String,
    office: String,
    order: String,
    dates: String,
    state: &'static str,
    can_end: bool,
    /// The last day that the form of ending offers: never before the first.
    last: String,
    /// The first day, before which nothing ends; empty for what the staff list gave.
    first: String,
}

struct Choice {
    word: &'static str,
    label: &'static str,
}

#[derive(Template)]
#[template(path = "people/card.html", config = "src/web/askama.toml")]
struct CardPage {
    frame: Frame,
    id: String,
    /// Offices of today, each with what gives it.
    offices: Vec<(String, String)>,
    /// First day of the first appointment to come, for who holds nothing today.
    coming: String,
    listed_roles: Vec<Choice>,
    appointments: Vec<AppointmentLine>,
    account: Option<AccountView>,
    /// Cards and orders of staff; none for who is on no list of the newest year.
    staff_card: Option<staff::CardView>,
    /// Classes and courses that a dismissal would leave without an owner.
    owns: Vec<String>,
    may_appoint: bool,
    may_issue: bool,
    may_see_access: bool,
    /// Whoever looks may take changes back: a mistaken appointment is taken back, not ended.
    may_undo: bool,
    /// This server is connected with the outside service of sign-in: a code of linking works.
    connected: bool,
    /// How the grades of a deputy are written.
    grades_asked: &'static str,
    roles: Vec<Choice>,
    staff: Vec<(String, String)>,
    today: String,
    /// The form of an appointment: what was typed, and why it was not taken.
    typed: Fields,
    wrong: Vec<String>,
}

struct AccountView {
    login: String,
    state: &'static str,
    locked: bool,
    issued: String,
    factor: String,
    open_sessions: usize,
    links: usize,
}

fn dates(one: &Appointment) -> String {
    let short = |day: Option<NaiveDate>| day.map(words::date_short);
    match (short(one.starts), short(one.ends)) {
        (Some(starts), Some(ends)) => format!("с {starts} по {ends}"),
        (Some(starts), None) => format!("с {starts}"),
        (None, Some(ends)) => format!("по {ends}"),
        (None, None) => String::new(),
    }
}

/// The office of an appointment; whoever is stood for is named as on every page.
fn office(one: &Appointment, directory: &Directory) -> String {
    let role = one.role.words(one.acting);
    let named = |id: &str| {
        let person = directory.roster.staff_member(id);
        person.map_or_else(
            || id.to_owned(),
            |one| crate::domain::names::short_name(&one.surname, &one.given_name, &one.patronymic),
        )
    };
    let grades = one.grades.map(|(from, to)| format!(" ({})", grades_words(from, to))).unwrap_or_default();
    let instead = if one.stands_for.is_empty() {
        String::new()
    } else {
        format!(" (замещаемый сотрудник — {})", named(&one.stands_for))
    };
    format!("{role}{grades}{instead}")
}

/// The appointment to come that begins first: to this role, or to any.
fn coming(appointments: &[Appointment], role: Option<Role>, today: NaiveDate) -> Option<(NaiveDate, &Appointment)> {
    let later = appointments.iter().filter(|one| role.is_none_or(|role| one.role == role));
    let later = later.filter(|one| !one.outweighs_list_on(today));
    // Whoever is dismissed before the first day of an order does not come to it.
    let later = later.filter_map(|one| Some((one.starts.filter(|day| one.ends.is_none_or(|ends| *day <= ends))?, one)));
    later.min_by_key(|(starts, _)| *starts)
}

/// What gives an office of today: its order, or the lists of the year; these until the first order for the role begins.
fn ground(held: &Office, appointments: &[Appointment], today: NaiveDate) -> String {
    if !held.order.is_empty() {
        return format!("приказ {}", held.order);
    }
    let Some((starts, next)) =
        coming(appointments, Some(held.role), today).filter(|(_, one)| one.stands_for.is_empty())
    else {
        return "по спискам учебного года".to_owned();
    };
    let last = starts.pred_opt().unwrap_or(starts);
    let short = words::date_short;
    format!("по спискам учебного года по {}; с {} — по приказу {}", short(last), short(starts), next.order())
}

fn line(one: &Appointment, today: NaiveDate, directory: &Directory) -> AppointmentLine {
    let state = match (one.holds_on(today), one.starts.is_some_and(|starts| starts > today)) {
        (true, _) => "действует",
        (false, true) => "ещё не началось",
        (false, false) => "завершено",
    };
    let order = match (one.order(), one.end_order.as_str()) {
        (order, "") => order,
        (order, end) if order.is_empty() => format!("завершено приказом № {end}"),
        (order, end) => format!("{order}; завершено приказом № {end}"),
    };
    AppointmentLine {
        id: one.id.clone(),
        office: office(one, directory),
        order,
        dates: dates(one),
        state,
        can_end: state != "завершено" && one.end_order.is_empty(),
        last: one.starts.map_or(today, |starts| starts.max(today)).to_string(),
        first: one.starts.map(|starts| starts.to_string()).unwrap_or_default(),
    }
}

async fn card(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
    frame: Frame,
) -> Result<Response, Refusal> {
    let today = state.now().date_naive();
    // Whoever is hired from a later day holds nothing before it.
    let starts = employment::begins(&state.house.db.list_spans_of(&person).await?, today).unwrap_or(today);
    let typed = [("date", today), ("starts", starts)].map(|(name, day)| (name.to_owned(), day.to_string()));
    answer::page(&card_page(&state, &visitor, person, frame, (typed.into_iter().collect(), Vec::new())).await?)
}

/// The card of a person; with what was typed into the form of an appointment and why it was not taken.
async fn card_page(
    state: &WebState,
    visitor: &Visitor,
    person: String,
    frame: Frame,
    (typed, wrong): (Fields, Vec<String>),
) -> Result<CardPage, Refusal> {
    let db = &state.house.db;
    let named = db.find_person(&person).await?.filter(|one| one.kind == "staff").ok_or(Refusal::NotFound)?;
    let today = state.now().date_naive();
    let year = state.directory().await?.year.clone();
    people::note_access(&state.house, visitor, Look::Person(&person), &year, state.now()).await?;
    let facts = db.office_facts(&person, &year, today).await?;
    let offices = crate::domain::people::offices(&facts, today);
    let by_order = |role: Role| facts.appointments.iter().any(|one| one.role == role);
    let listed = facts.roles.iter().filter_map(|word| Role::parse(word));
    let listed = listed.filter(|role| !by_order(*role) && !matches!(role, Role::SubjectTeacher | Role::ClassTeacher));
    let account = match db.find_account(&person).await? {
        Some(account) => {
            let open = db.list_sessions(&person).await?;
            let now = state.now().timestamp();
            Some(AccountView {
                state: account.state.as_russian(),
                locked: account.state == crate::store::AccountState::Locked,
                issued: words::moment_words(&account.issued_at),
                factor: words::moment_words(&account.factor_on),
                open_sessions: open.iter().filter(|row| row.ended == 0 && row.expires > now).count(),
                links: db.list_links(&person).await?.len(),
                login: account.login,
            })
        }
        None => None,
    };
    let subject = Subject::Person(&person);
    let may = |action| visitor.may(action, &subject).is_allowed();
    let directory = state.directory().await?;
    let staff = directory.roster.staff.iter().filter(|one| one.id != person);
    let choice = |role: Role| Choice { word: role.as_str(), label: role.as_russian() };
    let classes = directory.roster.classes.iter().filter(|class| class.class_teacher_id == person);
    let roster = &directory.roster;
    let courses = roster.courses.iter().filter(|course| roster.teacher_on(course, today) == person);
    let owns = classes
        .map(|class| format!("классное руководство, {}", class.name))
        .chain(courses.map(crate::domain::setup::cells::course_words));
    let owns: Vec<String> = owns.collect();
    Ok(CardPage {
        typed,
        wrong,
        owns,
        frame: frame.titled(named.full()).leading(named.place.clone()).under("Сотрудники", "/people"),
        id: person.clone(),
        offices: offices
            .iter()
            .map(|office| (office.as_russian(), ground(office, &facts.appointments, today)))
            .collect(),
        coming: coming(&facts.appointments, None, today).map(|(day, _)| words::date_short(day)).unwrap_or_default(),
        listed_roles: listed.map(choice).collect(),
        appointments: facts.appointments.iter().map(|one| line(one, today, &directory)).collect(),
        account,
        staff_card: staff::view(state, &person, may(Action::ChangeStaff)).await?,
        may_appoint: may(Action::Appoint),
        may_issue: may(Action::IssueStaffCredentials),
        may_see_access: may(Action::ReadAccessLog),
        may_undo: visitor.may(Action::UndoChanges, &Subject::House).is_allowed(),
        connected: super::identity::provider(state).is_some(),
        grades_asked: GRADES_ASKED,
        roles: Role::ALL.into_iter().filter(|role| !matches!(role, Role::Learner | Role::Parent)).map(choice).collect(),
        staff: staff
            .map(|one| {
                (one.id.clone(), crate::domain::names::short_name(&one.surname, &one.given_name, &one.patronymic))
            })
            .collect(),
        today: today.to_string(),
    })
}

/// A date of a form, or a finding that says where and what is wanted.
fn day_of(fields: &Fields, name: &str, label: &str, findings: &mut Vec<Finding>) -> Option<NaiveDate> {
    let text = fields.value(name);
    match text.parse() {
        Ok(day) => Some(day),
        Err(_) => {
            let found = if text.is_empty() { "пусто" } else { text };
            findings.push(Finding::new("people.date", label, "нужна дата").expected_found("день, месяц и год", found));
            None
        }
    }
}

/// A refusal of the whole appointment as a sentence of the list.
fn said_of(unfit: &Unfit) -> String {
    words::capitalised(&unfit.to_string())
}

/// «Первый день: нужна дата; нужно: день, месяц и год».
fn said(finding: &Finding) -> String {
    let wanted =
        if finding.expected.is_empty() { String::new() } else { format!("; нужно: {}", finding.expected) };
    format!("{}: {}{wanted}", finding.place, finding.message)
}

async fn appoint(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let mut findings = Vec::new();
    let role = Role::parse(fields.value("role"));
    if role.is_none() {
        findings.push(Finding::new("people.role", "Должность", "выберите должность"));
    }
    let date = day_of(&fields, "date", "Дата приказа", &mut findings);
    let starts = day_of(&fields, "starts", "Первый день", &mut findings);
    let ends = match fields.value("ends") {
        "" => None,
        _ => day_of(&fields, "ends", "Последний день", &mut findings),
    };
    let grades = role.map_or(Ok(None), |role| grades_of(fields.value("grades"), role));
    let of_grades = grades.as_ref().err().map(said_of);
    let (Some(role), Some(date), Some(starts), Ok(grades), true) = (role, date, starts, grades, findings.is_empty())
    else {
        let wrong = findings.iter().map(said).chain(of_grades).collect();
        return answer::page_again(&card_page(&state, &visitor, person, frame, (fields, wrong)).await?);
    };
    let order = Order {
        person: person.clone(),
        role,
        grades,
        stands_for: fields.value("stands_for").to_owned(),
        acting: fields.value("acting") == "yes",
        no: fields.value("no").to_owned(),
        date,
        starts,
        ends,
    };
    let made = match people::appoint(&state.house, &order, &state.act(&visitor.account)).await {
        Ok(made) => made,
        Err(flow::Error::Appointment(unfit)) => {
            let wrong = vec![said_of(&unfit)];
            return answer::page_again(&card_page(&state, &visitor, person, frame, (fields, wrong)).await?);
        }
        Err(error) => return Err(error.into()),
    };
    let directory = state.directory().await?;
    let said = format!("Назначение внесено: {}, {}, {}.", office(&made, &directory), made.order(), dates(&made));
    Ok(answer::done(&format!("/people/{}", query::segment(&person)), &said))
}

async fn end(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let mut findings = Vec::new();
    let last = day_of(&fields, "last", "Последний день", &mut findings);
    let Some(last) = last else { return Err(Refusal::BadInput(findings)) };
    let (act, no) = (state.act(&visitor.account), fields.value("no"));
    let house = &state.house;
    let ended = match Role::parse(fields.value("role")) {
        Some(role) => people::end_listed(house, &person, role, last, no, &act).await?,
        None => {
            // The appointment named in the form must be this person's: the right was asked for this person.
            let own = house.db.list_appointments_of(&person).await?;
            let id = fields.value("appointment");
            if !own.iter().any(|one| one.id == id) {
                return Err(Refusal::NotFound);
            }
            people::end(house, id, last, no, &act).await?
        }
    };
    let directory = state.directory().await?;
    let said = format!("Завершено: {}, последний день {}.", office(&ended, &directory), words::date_short(last));
    Ok(answer::done(&format!("/people/{}", query::segment(&person)), &said))
}

fn back(person: &str, said: &str) -> Response {
    answer::done(&format!("/people/{}", query::segment(person)), said)
}

async fn lock(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
) -> Result<Response, Refusal> {
    if person == visitor.account {
        return Err(Refusal::Rule("Закрыть вход самому себе нельзя: это делает другой администратор".to_owned()));
    }
    state.house.sign_in.lock(&state.house, &person, &state.act(&visitor.account)).await?;
    Ok(back(&person, "Вход закрыт, сеансы завершены."))
}

async fn unlock(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
) -> Result<Response, Refusal> {
    state.house.sign_in.unlock(&state.house, &person, &state.act(&visitor.account)).await?;
    Ok(back(&person, "Вход открыт, ожидание после ошибок снято."))
}

async fn end_sessions(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
) -> Result<Response, Refusal> {
    let house = &state.house;
    let ended = house.sign_in.end_all(house, &person, "", &state.act(&visitor.account)).await?;
    let noun = words::plural(ended, "сеанс", "сеанса", "сеансов");
    Ok(back(&person, &format!("Завершено: {ended} {noun}.")))
}

async fn reset_factor(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
) -> Result<Response, Refusal> {
    state.house.sign_in.reset_factor(&state.house, &person, &state.act(&visitor.account)).await?;
    Ok(back(&person, "Второй фактор снят: при следующем входе человек подключит его заново."))
}

async fn link(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(person): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (house, act) = (&state.house, state.act(&visitor.account));
    match fields.value("what") {
        "code" => {
            if super::identity::provider(&state).is_none() {
                return Err(Refusal::Rule(
                    "Внешняя служба входа не подключена: код связи пока не действует".to_owned(),
                ));
            }
            let code = house.sign_in.issue_link_code(house, &person, &act).await?;
            Ok(back(&person, &format!("Одноразовый код связи: {code}. Действует неделю, больше показан не будет.")))
        }
        "subject" => {
            let provider = super::identity::provider(&state)
                .ok_or_else(|| Refusal::Rule("Внешняя служба входа не настроена".to_owned()))?;
            house.sign_in.link(house, &provider.issuer, fields.value("subject"), &person, &act).await?;
            Ok(back(&person, "Внешняя учётная запись связана."))
        }
        _ => {
            house.sign_in.unlink(house, &person, &act).await?;
            Ok(back(&person, "Связь с внешней учётной записью снята, сеансы завершены."))
        }
    }
}

#[derive(Template)]
#[template(path = "people/rights.html", config = "src/web/askama.toml")]
struct RightsPage {
    frame: Frame,
    roles: Vec<&'static str>,
    /// Action, the clause that names its offices, a cell for each role.
    rows: Vec<(&'static str, String, Vec<&'static str>)>,
}

async fn matrix(visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let rules = &visitor.rules;
    let cell = |role: Role, action: Action| rights::grant(role, action, rules).as_russian();
    let cells = |action: Action| Role::ALL.into_iter().map(|role| cell(role, action)).collect();
    let bound = |action: Action| rules.clause(action).to_owned();
    answer::page(&RightsPage {
        frame: frame.titled("Права").leading("Кто что может: по одной таблице решают все страницы и команды."),
        roles: Role::ALL.into_iter().map(Role::as_russian).collect(),
        rows: Action::ALL.into_iter().map(|action| (action.as_russian(), bound(action), cells(action))).collect(),
    })
}
