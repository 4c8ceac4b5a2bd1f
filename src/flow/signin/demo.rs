//! Logins of a demonstration house: one person of each role, with a password that everybody may know. Floor 2.
//!
//! A house is one by a mark in its own database, which only `demo` sets on a school that it made up itself. Second factors are real there
//! too: the start page shows the code of the moment instead of a phone.

use chrono::{DateTime, Duration, FixedOffset};
use serde::{Deserialize, Serialize};

use super::{SignIn, factor};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon;
use crate::domain::people::asks_second_factor;
use crate::domain::rights::Role;
use crate::flow::people::{self, Order};
use crate::flow::{Act, Error, House, salt};
use crate::store::{AccountRow, AccountState, GuardianRow};

/// Name of the mark.
const MARK: &str = "demo";
/// The password of every login.
pub const PASSWORD: &str = "открытый показ";

/// One login of the demonstration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoLogin {
    /// «директор».
    pub role: &'static str,
    /// «Агатова М.П.».
    pub name: String,
    /// Login.
    pub login: String,
    /// Password.
    pub password: &'static str,
    /// Code of the second factor at this moment; empty where none is asked for.
    pub code: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    role: String,
    person: String,
}

/// The logins of a demonstration house, with the codes of this moment; empty for every other house.
pub async fn logins(house: &House, now: DateTime<FixedOffset>) -> Result<Vec<DemoLogin>, Error> {
    let mark = house.db.house_mark(MARK).await?;
    if mark.is_empty() {
        return Ok(Vec::new());
    }
    let kept: Vec<Kept> = serde_json::from_str(&mark).map_err(|error| Error::Damaged(error.to_string()))?;
    let mut logins = Vec::new();
    for one in kept {
        let Some(role) = Role::parse(&one.role) else { continue };
        let Some(account) = house.db.find_account(&one.person).await? else { continue };
        let code = match account.has_factor() {
            true => factor::code_at(house, &one.person, &account.factor_salt, now.timestamp())?,
            false => String::new(),
        };
        let name = house.db.find_person(&one.person).await?.map(|name| name.short()).unwrap_or_default();
        logins.push(DemoLogin { role: role.as_russian(), name, login: account.login, password: PASSWORD, code });
    }
    Ok(logins)
}

/// Opens one account of each role in a made-up school; who is missing is appointed by an order of the demonstration.
pub async fn open(sign_in: &SignIn, house: &House, act: &Act) -> Result<Vec<DemoLogin>, Error> {
    if house.db.house_mark(MARK).await?.is_empty() {
        let chosen = choose(house, act).await?;
        let mut rows = Vec::new();
        for (role, person) in &chosen {
            rows.push(account(sign_in, *role, person, act).await?);
        }
        let kept: Vec<Kept> = chosen
            .iter()
            .map(|(role, person)| Kept { role: role.as_str().to_owned(), person: person.clone() })
            .collect();
        let mut tx = house.db.begin().await?;
        for row in &rows {
            tx.write_account(row).await?;
        }
        tx.write_house_mark(MARK, &canon::to_text(&kept)).await?;
        let event = Event::new(EventKind::AccountIssued, &act.by, &act.moment())
            .with_number("accounts", rows.len() as u64)
            .with("what", "demo");
        tx.record(&event, salt()?).await?.commit().await?;
    }
    logins(house, act.at).await
}

async fn account(sign_in: &SignIn, role: Role, person: &str, act: &Act) -> Result<AccountRow, Error> {
    Ok(AccountRow {
        person: person.to_owned(),
        login: role.as_str().replace('_', "-"),
        secret: sign_in.hasher.hash(PASSWORD).await?,
        state: AccountState::Open,
        issued_at: act.moment(),
        issued_by: act.by.clone(),
        one_time_until: 0,
        password_at: act.moment(),
        locked_at: String::new(),
        locked_by: String::new(),
        factor_salt: canon::hex(&salt()?),
        factor_on: if asks_second_factor(role) { act.moment() } else { String::new() },
        factor_step: 0,
    })
}

/// One person for each role, each another one.
async fn choose(house: &House, act: &Act) -> Result<Vec<(Role, String)>, Error> {
    let day = act.at.date_naive();
    let year = house.year(None).await?;
    let journal = house.db.load_journal(&year).await?;
    let mut chosen: Vec<(Role, String)> = Vec::new();
    let mut missing = Vec::new();
    for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Learner | Role::Parent)) {
        let mut found = None;
        for person in &journal.staff {
            if chosen.iter().any(|(_, id)| *id == person.id) {
                continue;
            }
            let held = people::visitor(house, &person.id, true, day).await?.offices;
            // The teacher of the demonstration is one without a class, so that each role shows what is its own.
            let plain = role != Role::SubjectTeacher || held.iter().all(|office| office.role == Role::SubjectTeacher);
            if plain && held.iter().any(|office| office.role == role) {
                found = Some(person.id.clone());
                break;
            }
        }
        match found {
            Some(person) => chosen.push((role, person)),
            None => missing.push(role),
        }
    }
    for role in missing {
        let free = journal.staff.iter().rev().find(|person| {
            !chosen.iter().any(|(_, id)| *id == person.id)
                && person.roles.iter().all(|word| word == Role::SubjectTeacher.as_str())
        });
        let Some(person) = free else { continue };
        // Of two roles that stand in one person's hands (administrator and technical specialist) the second gets another's.
        let order = Order {
            person: person.id.clone(),
            role,
            grades: None,
            stands_for: String::new(),
            acting: false,
            no: "1-показ".to_owned(),
            date: day,
            starts: day,
            ends: (role == Role::Inspector).then(|| day + Duration::days(30)),
        };
        if matches!(role, Role::ClassTeacher | Role::SubjectTeacher) {
            continue;
        }
        people::appoint(house, &order, act).await?;
        chosen.push((role, person.id.clone()));
    }
    if let Some(learner) = journal.learners.iter().find(|learner| learner.left_on.is_none()) {
        chosen.push((Role::Learner, learner.id.clone()));
        // Every made-up surname of a man ends so; a woman's takes «а».
        let ending = if learner.surname.ends_with(['в', 'н']) { "а" } else { "" };
        let parent = GuardianRow {
            id: String::new(),
            surname: format!("{}{ending}", learner.surname),
            given_name: "Роза".to_owned(),
            patronymic: "Гранитовна".to_owned(),
            learners: vec![learner.id.clone()],
        };
        chosen.push((Role::Parent, people::write_guardian(house, &parent, act).await?));
    }
    chosen.sort_by_key(|(role, _)| *role);
    Ok(chosen)
}
