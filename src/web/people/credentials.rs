//! Issuing credentials with the printed list (SEC-05): staff by the administrator, families by the class teacher. Floor 3.
//!
//! The list is the answer to the form and stands nowhere else: whoever reloads it, issues anew.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;

use super::Fields;
use super::address::{Offer, Printed, of_settings, offer, printed, remembered};
use super::parents::{brought, said};
use crate::domain::families;
use crate::domain::journal::Learner;
use crate::domain::names;
use crate::domain::people::{OPERATOR, Visitor};
use crate::domain::rights::{Action, Role, Rules};
use crate::domain::words;
use crate::flow::people;
use crate::flow::policy;
use crate::flow::signin::credentials::{Chain, Slip, people_of};
use crate::store::{AccountState, GuardianRow};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{self, Asked};
use crate::web::route::{Access, Group, Route, SubjectOf, get, post};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const STAFF: Access = Access::Does(Action::IssueStaffCredentials);
    const FAMILIES: Access = Access::Does(Action::IssueFamilyCredentials);
    vec![
        get("/credentials", STAFF, SubjectOf::House, staff_form)
            .in_menu(Group::People, "Выдача входа")
            .helped("people.ru#выдача-входа"),
        post("/credentials", STAFF, SubjectOf::House, staff),
        get("/families", FAMILIES, SubjectOf::House, own_classes)
            .in_menu(Group::People, "Семьи классов")
            .helped("people.ru#семьи-классов"),
        post("/families", FAMILIES, SubjectOf::House, whole_classes),
        get("/families/{class}", FAMILIES, SubjectOf::Class, families_form).helped("people.ru#семьи-классов"),
        post("/families/{class}", FAMILIES, SubjectOf::Class, families),
        post("/families/{class}/parents", FAMILIES, SubjectOf::Class, add_parent),
        post("/families/{class}/list", FAMILIES, SubjectOf::Class, add_list),
    ]
}

struct Line {
    id: String,
    name: String,
    place: String,
    login: String,
    state: String,
    /// Nothing was issued yet.
    fresh: bool,
    /// The box is ticked.
    ticked: bool,
}

#[derive(Template)]
#[template(path = "people/credentials.html", config = "src/web/askama.toml")]
struct IssuePage {
    frame: Frame,
    action: String,
    people: Vec<Line>,
    /// Ways to tick the boxes: word, label, is it the one shown. They are buttons of the same form: what was typed stays.
    picks: Vec<(&'static str, &'static str, bool)>,
    /// The login of the first set-up is open still, and whoever looks has an own one.
    first_login: bool,
    /// Whether the settings leave open where the house opens, and what is offered for the slips then.
    unsaid: bool,
    offered: Offer,
    /// Until when families need passwords at all; empty when no rules speak of ЕСИА, and for staff.
    till: String,
    /// Learners of the class, for a new parent; empty for staff.
    learners: Vec<(String, String)>,
    parents: String,
    /// Where a list of parents goes, what was pasted, and what is wrong with it.
    list: String,
    pasted: String,
    findings: Vec<String>,
}

#[derive(Template)]
#[template(path = "people/slips.html", config = "src/web/askama.toml")]
struct SlipsPage {
    frame: Frame,
    /// Whose slips they are, and the slips: staff, or each class by itself.
    lists: Vec<(String, Vec<Slip>)>,
    /// By person, the one-time code that links an account of ЕСИА; none where families do not come in by it.
    codes: BTreeMap<String, String>,
    /// Where the house opens; empty when neither the settings nor the form said.
    address: String,
    /// An address of this computer alone that was typed and is not printed; empty otherwise.
    passed_over: String,
    back: String,
    day: String,
    days: u64,
}

async fn lines(state: &WebState, chain: &Chain) -> Result<Vec<Line>, Refusal> {
    let accounts = state.house.db.list_accounts().await?;
    let people = people_of(&state.house, chain, state.now().date_naive()).await?;
    let lines = people.into_iter().filter(|one| one.id != OPERATOR).map(|one| {
        let account = accounts.iter().find(|account| account.person == one.id);
        Line {
            name: one.full(),
            id: one.id,
            place: one.place,
            login: account.map(|account| account.login.clone()).unwrap_or_default(),
            state: account.map_or("не выдан", |account| account.state.as_russian()).to_owned(),
            fresh: account.is_none(),
            ticked: account.is_none(),
        }
    });
    Ok(lines.collect())
}

/// Whose boxes are ticked when the address does not say: nobody's, so that one press by mistake gives nothing to anybody.
const NOBODY: (&str, &str) = ("", "никого");
/// Those who have no way in.
const FRESH: (&str, &str) = ("fresh", "отметить всех, у кого входа ещё нет");
/// Director and deputies: they get their way in first.
const HEADS: (&str, &str) = ("heads", "директор и заместители");
/// Everybody's: passwords in use are lost.
const EVERYBODY: (&str, &str) = ("all", "отметить всех, и у кого вход уже есть");

/// Ticks the boxes as the form or the address asks; all ways with the one shown.
fn pick(
    people: &mut [Line],
    visitor: &Visitor,
    asked: &str,
    ways: &[(&'static str, &'static str)],
    heads: &BTreeSet<String>,
) -> Vec<(&'static str, &'static str, bool)> {
    let known = ways.iter().find(|(way, _)| *way == asked).map_or(NOBODY.0, |(way, _)| way);
    for one in people {
        one.ticked = match known {
            way if way == NOBODY.0 => false,
            way if way == HEADS.0 => heads.contains(&one.id),
            way if way == EVERYBODY.0 => true,
            _ => one.fresh,
        } && one.id != visitor.account;
    }
    ways.iter().map(|(way, label)| (*way, *label, *way == known)).collect()
}

/// Who holds the office of a director or deputy today.
async fn heads(state: &WebState, people: &[Line]) -> Result<BTreeSet<String>, Refusal> {
    let mut heads = BTreeSet::new();
    for one in people {
        let visitor = people::visitor(&state.house, &one.id, true, state.now().date_naive()).await?;
        if visitor.holds(Role::Director) || visitor.holds(Role::Deputy) {
            heads.insert(one.id.clone());
        }
    }
    Ok(heads)
}

async fn staff_form(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    asked: Asked,
    frame: Frame,
) -> Result<Response, Refusal> {
    let offered = offer(&state, &visitor, &headers).await?;
    staff_page(&state, &visitor, frame, asked.value("pick"), offered).await
}

/// The button that shuts the login of the first set-up.
const LOCK_FIRST: &str = "lock-first";

/// Is the login of the first set-up open still, though whoever looks has an own one?
async fn first_login(state: &WebState, visitor: &Visitor) -> Result<bool, Refusal> {
    let first = state.house.db.find_account(OPERATOR).await?;
    Ok(visitor.account != OPERATOR && first.is_some_and(|first| first.state != AccountState::Locked))
}

async fn staff_page(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    way: &str,
    offered: Offer,
) -> Result<Response, Refusal> {
    let mut people = lines(state, &Chain::Staff).await?;
    let heads = if way == HEADS.0 { heads(state, &people).await? } else { BTreeSet::new() };
    let picks = pick(&mut people, visitor, way, &[NOBODY, FRESH, HEADS, EVERYBODY], &heads);
    answer::page(&IssuePage {
        picks,
        first_login: first_login(state, visitor).await?,
        unsaid: of_settings(state).is_empty(),
        offered,
        till: String::new(),
        frame: frame.titled("Выдача входа сотрудникам").leading(
            "Отметьте, кому выдать одноразовый пароль. Список печатается один раз; прежние пароли и сеансы отмеченных перестают действовать.",
        ),
        action: "/credentials".to_owned(),
        people,
        learners: Vec::new(),
        parents: String::new(),
        list: String::new(),
        pasted: String::new(),
        findings: Vec::new(),
    })
}

async fn staff(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    if fields.value("act") == LOCK_FIRST {
        if !first_login(&state, &visitor).await? {
            return Err(Refusal::Rule("Вход operator уже закрыт, или вы вошли под ним самим".to_owned()));
        }
        state.house.sign_in.lock(&state.house, OPERATOR, &state.act(&visitor.account)).await?;
        return Ok(answer::done("/credentials", "Вход operator закрыт, его сеансы завершены."));
    }
    // A button that only chooses whom to tick: nothing is given, what was typed stays.
    if !fields.all("pick").is_empty() {
        let offered = offer(&state, &visitor, &headers).await?.typed(&fields);
        return staff_page(&state, &visitor, frame, fields.value("pick"), offered).await;
    }
    issue(&state, &visitor, frame, &Chain::Staff, (&headers, fields), "/credentials".to_owned()).await
}

async fn issue(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    chain: &Chain,
    (headers, fields): (&HeaderMap, Fields),
    back: String,
) -> Result<Response, Refusal> {
    let people = fields.all("person");
    if people.is_empty() {
        return Err(Refusal::Rule("Никто не отмечен: отметьте, кому выдать вход".to_owned()));
    }
    // Whoever issues does not give himself a new password this way: the own one is changed under «Мой вход».
    if people.contains(&visitor.account) {
        return Err(Refusal::Rule("Себе пароль не выдают: смените его в разделе «Мой вход»".to_owned()));
    }
    let address = printed(state, visitor, headers, &fields).await?;
    let house = &state.house;
    let slips = house.sign_in.issue(house, chain, &people, &state.act(&visitor.account)).await?;
    let lists = vec![(String::new(), slips)];
    let codes = match chain {
        Chain::Staff => BTreeMap::new(),
        Chain::Families(_) => link_codes(state, visitor, &lists).await?,
    };
    slips_page(state, frame, lists, codes, (address, back))
}

/// Codes by which families link their accounts of ЕСИА, for the slips: where the rules speak of it and this server is connected with it.
async fn link_codes(
    state: &WebState,
    visitor: &Visitor,
    lists: &[(String, Vec<Slip>)],
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut codes = BTreeMap::new();
    if super::identity::provider(state).is_none() || till_state(state, visitor).await?.is_empty() {
        return Ok(codes);
    }
    let (house, act) = (&state.house, state.act(&visitor.account));
    for slip in lists.iter().flat_map(|(_, slips)| slips) {
        codes.insert(slip.person.clone(), house.sign_in.issue_link_code(house, &slip.person, &act).await?);
    }
    Ok(codes)
}

fn slips_page(
    state: &WebState,
    frame: Frame,
    lists: Vec<(String, Vec<Slip>)>,
    codes: BTreeMap<String, String>,
    (Printed { address, passed_over }, back): (Printed, String),
) -> Result<Response, Refusal> {
    let printed = address.clone();
    let page = answer::page(&SlipsPage {
        frame: frame.titled("Список выдачи входа"),
        lists,
        codes,
        address,
        passed_over,
        back,
        day: words::date_words(state.now().date_naive()),
        days: state.house.sign_in.terms.one_time.as_secs() / 86_400,
    })?;
    Ok(remembered(page, state, &printed))
}

/// Slips printed at once: each password takes the machine 30 to 70 ms, and an answer is waited for a minute.
const MOST_SLIPS: usize = 300;

/// Gives a way in to everybody of the chosen classes who has none yet: one list for each class.
async fn whole_classes(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let reach = visitor.reach(Action::IssueFamilyCredentials);
    let directory = state.directory().await?;
    let chosen = fields.all("class");
    let address = printed(&state, &visitor, &headers, &fields).await?;
    let mut asked = Vec::new();
    for class in directory.roster.classes.iter().filter(|class| chosen.contains(&class.name)) {
        if !reach.whole_class(&class.name, class.grade) {
            return Err(Refusal::Forbidden {
                reason: "Это не ваш класс: вход его семьям выдают другие.".to_owned()
            });
        }
        let chain = Chain::Families(class.name.clone());
        let fresh: Vec<String> =
            lines(&state, &chain).await?.into_iter().filter(|line| line.fresh).map(|line| line.id).collect();
        if !fresh.is_empty() {
            asked.push((class.name.clone(), chain, fresh));
        }
    }
    let all: usize = asked.iter().map(|(_, _, fresh)| fresh.len()).sum();
    if all == 0 {
        return Err(Refusal::Rule(
            "В отмеченных классах вход есть у всех: новый пароль выдают на странице класса".to_owned(),
        ));
    }
    if all > MOST_SLIPS {
        return Err(Refusal::Rule(format!(
            "Отмечено {all} человек, а разом печатают не больше {MOST_SLIPS} листков: снимите отметку с части классов"
        )));
    }
    let house = &state.house;
    let mut lists = Vec::new();
    let mut given = Vec::new();
    for (class, chain, fresh) in asked {
        // A parent of two classes has got a way in with the first of them.
        let fresh: Vec<String> = fresh.into_iter().filter(|person| !given.contains(person)).collect();
        if fresh.is_empty() {
            continue;
        }
        let slips = house.sign_in.issue(house, &chain, &fresh, &state.act(&visitor.account)).await?;
        given.extend(fresh);
        lists.push((class, slips));
    }
    let codes = link_codes(&state, &visitor, &lists).await?;
    slips_page(&state, frame, lists, codes, (address, "/families".to_owned()))
}

async fn own_classes(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    frame: Frame,
) -> Result<Response, Refusal> {
    let reach = visitor.reach(Action::IssueFamilyCredentials);
    let directory = state.directory().await?;
    let own: Vec<String> = directory
        .roster
        .classes
        .iter()
        .filter(|class| reach.whole_class(&class.name, class.grade))
        .map(|class| class.name.clone())
        .collect();
    match own.as_slice() {
        [one] => Ok(answer::redirect(&format!("/families/{}", query::segment(one)))),
        _ => {
            let mut classes = Vec::new();
            for name in own {
                let people = lines(&state, &Chain::Families(name.clone())).await?;
                let parents = people.iter().filter(|line| line.place.starts_with("родитель")).count();
                classes.push(ClassLine {
                    href: format!("/families/{}", query::segment(&name)),
                    name,
                    learners: people.len() - parents,
                    parents,
                    without: people.iter().filter(|line| line.fresh).count(),
                });
            }
            let without = classes.iter().map(|class| class.without as u64).sum();
            let lead = "Родителей вносят на странице класса. Здесь вход получают разом все, у кого его ещё нет.";
            answer::page(&ClassesPage {
                frame: frame.titled("Семьи классов").leading(lead),
                classes,
                without,
                who: visitor.rules.who(Action::IssueFamilyCredentials),
                till: till_state(&state, &visitor).await?,
                unsaid: of_settings(&state).is_empty(),
                offered: offer(&state, &visitor, &headers).await?,
            })
        }
    }
}

/// What the rules of today, or those adopted from a later day, say of families who come in by ЕСИА: their passwords are for others, or not for
/// long. Empty where no rules do.
async fn till_state(state: &WebState, visitor: &Visitor) -> Result<String, Refusal> {
    let here = super::identity::by_state(state);
    if visitor.rules.families_by_state() {
        return Ok(format!("По правилам школы {}. {here}", visitor.rules.families()));
    }
    let today = state.now().date_naive();
    let history = policy::history(&state.house).await?;
    let by_state = |one: &&policy::InForce| {
        one.from.is_some_and(|from| from > today) && Rules::of(&one.policy, false).families_by_state()
    };
    let from = history.all().iter().find(by_state).and_then(|one| one.from);
    Ok(from.map_or_else(String::new, |from| {
        let day = words::day_and_month(from);
        let passwords = match super::identity::provider(state) {
            Some(_) => "пароли с этого дня нужны тем, у кого ЕСИА нет",
            None => "пароли действуют и после этого дня, пока ЕСИА не подключена",
        };
        format!("С {day} родители и ученики входят через ЕСИА (Госуслуги): {passwords}. {here}")
    }))
}

#[derive(Template)]
#[template(path = "people/classes.html", config = "src/web/askama.toml")]
struct ClassesPage {
    frame: Frame,
    classes: Vec<ClassLine>,
    without: u64,
    /// Whom the rules give the passwords of families to.
    who: String,
    /// Until when families need passwords at all; empty when no rules speak of ЕСИА.
    till: String,
    unsaid: bool,
    offered: Offer,
}

struct ClassLine {
    href: String,
    name: String,
    learners: usize,
    parents: usize,
    /// People who have no way in yet.
    without: usize,
}

async fn families_form(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    asked: Asked,
    Path(class): Path<String>,
    frame: Frame,
) -> Result<Response, Refusal> {
    let mut page = family_page(&state, &visitor, frame, &class, asked.value("pick")).await?;
    // Whoever comes from a learner's page issues anew to that one: a slip was lost.
    let lost = asked.value("person");
    if page.people.iter().any(|one| one.id == lost) {
        page.people.iter_mut().for_each(|one| one.ticked = one.id == lost);
        page.picks.iter_mut().for_each(|pick| pick.2 = false);
    }
    answer::page(&IssuePage { offered: offer(&state, &visitor, &headers).await?, ..page })
}

/// Learners of a class who have not left it by today.
fn of_class<'d>(directory: &'d Directory, class: &str, today: NaiveDate) -> Vec<&'d Learner> {
    let there = |one: &&Learner| one.class == class && one.left_on.is_none_or(|left| left > today);
    directory.roster.learners.iter().filter(there).collect()
}

async fn family_page(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    class: &str,
    way: &str,
) -> Result<IssuePage, Refusal> {
    let directory = state.directory().await?;
    let mut own = of_class(&directory, class, state.now().date_naive());
    // By the same three parts as the table above it.
    own.sort_by(|a, b| {
        names::compare([&a.surname, &a.given_name, &a.patronymic], [&b.surname, &b.given_name, &b.patronymic])
    });
    let full = |one: &&Learner| (one.id.clone(), names::full_name(&one.surname, &one.given_name, &one.patronymic));
    let own: Vec<_> = own.iter().map(full).collect();
    let segment = query::segment(class);
    let action = format!("/families/{segment}");
    let mut people = lines(state, &Chain::Families(class.to_owned())).await?;
    let picks = pick(&mut people, visitor, way, &[NOBODY, FRESH, EVERYBODY], &BTreeSet::new());
    Ok(IssuePage {
        picks,
        first_login: false,
        unsaid: of_settings(state).is_empty(),
        offered: Offer::default(),
        till: till_state(state, visitor).await?,
        frame: frame
            .titled(format!("Семьи {class} класса"))
            .leading(
                "Отметьте, кому выдать одноразовый пароль: ученикам и родителям. Список печатается один раз и выдаётся под подпись.",
            )
            .under("Семьи классов", "/families"),
        action,
        people,
        learners: own,
        parents: format!("/families/{segment}/parents"),
        list: format!("/families/{segment}/list"),
        pasted: String::new(),
        findings: Vec::new(),
    })
}

/// `POST /families/{class}/list`: parents of the whole class as a table pasted from an office file.
async fn add_list(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(class): Path<String>,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let pasted = fields.value("list").to_owned();
    let directory = state.directory().await?;
    let own = of_class(&directory, &class, state.now().date_naive());
    let children: Vec<families::Child<'_>> = own
        .iter()
        .map(|one| (one.id.as_str(), [one.surname.as_str(), one.given_name.as_str(), one.patronymic.as_str()]))
        .collect();
    let told = match families::read(&pasted, &children) {
        Ok(listed) if listed.parents.is_empty() => {
            vec!["родителей в списке нет: нужны столбцы «Ученик» и «Родитель»".to_owned()]
        }
        Ok(listed) => {
            let class_ids = own.iter().map(|one| one.id.clone()).collect();
            let written =
                people::write_families(&state.house, &listed.parents, &class_ids, &state.act(&visitor.account)).await?;
            return Ok(answer::done(
                &format!("/families/{}", query::segment(&class)),
                &brought(&written, listed.passed_over),
            ));
        }
        Err(findings) => findings.iter().map(|finding| said(finding, &children)).collect(),
    };
    let page = family_page(&state, &visitor, frame, &class, "").await?;
    let offered = offer(&state, &visitor, &headers).await?;
    answer::page_again(&IssuePage { pasted, findings: told, offered, ..page })
}

async fn families(
    State(state): State<WebState>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(class): Path<String>,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    if !fields.all("pick").is_empty() {
        let page = family_page(&state, &visitor, frame, &class, fields.value("pick")).await?;
        let offered = offer(&state, &visitor, &headers).await?.typed(&fields);
        return answer::page(&IssuePage { offered, ..page });
    }
    let back = format!("/families/{}", query::segment(&class));
    issue(&state, &visitor, frame, &Chain::Families(class), (&headers, fields), back).await
}

async fn add_parent(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(class): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let learners = fields.all("learner");
    // The right was asked for this class: children of other classes are added by their own class teachers.
    let of_class = |id: &String| directory.learner(id).is_some_and(|learner| learner.class == class);
    if learners.is_empty() || !learners.iter().all(of_class) || fields.value("surname").is_empty() {
        return Err(Refusal::Rule("Нужны фамилия родителя и хотя бы один ребёнок этого класса".to_owned()));
    }
    let row = GuardianRow {
        id: String::new(),
        surname: fields.value("surname").to_owned(),
        given_name: fields.value("given_name").to_owned(),
        patronymic: fields.value("patronymic").to_owned(),
        learners,
    };
    people::write_guardian(&state.house, &row, &state.act(&visitor.account)).await?;
    Ok(answer::done(&format!("/families/{}", query::segment(&class)), "Родитель внесён в список класса."))
}
