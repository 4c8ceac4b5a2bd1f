//! Credentials go down the chain (SEC-05): administrator to staff, class teacher to the families of the own class, each against a printed
//! list. Floor 2.
//!
//! A login is `u-48213`: no name stands in it, so none can reach a log or a screen behind a shoulder; namesakes and marriages do not
//! matter; a first-grader types it, and in either keyboard layout. A one-time password is twelve digits for the same reasons: with the
//! growing delays they are not guessed, and argon2id guards the stored hash for the days that they live.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{BY_PASSWORD, Refusal, SignIn, changed, forget_failures, token_digest};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::people::OPERATOR;
use crate::domain::words;
use crate::flow::{Act, Error, House, salt};
use crate::store::{AccountRow, AccountState, PersonName};

/// To whom credentials go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Staff, by the administrator; the person at the keyboard may also open the operator's own account.
    Staff,
    /// Learners of a class and their parents, by the class teacher.
    Families(String),
}

/// One line of the printed list. The password is nowhere else: the house keeps its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Person.
    pub person: String,
    /// Full name.
    pub name: String,
    /// Position or class.
    pub place: String,
    /// Login.
    pub login: String,
    /// One-time password in groups of four.
    pub password: String,
}

/// Random digits without a bias towards small ones.
fn digits(count: usize) -> Result<String, Error> {
    let mut text = String::new();
    while text.len() < count {
        // 250 is the greatest multiple of ten that a byte reaches.
        let fair = crate::sign::random()?.into_iter().filter(|byte| *byte < 250);
        text.extend(fair.map(|byte| char::from(b'0' + byte % 10)));
    }
    text.truncate(count);
    Ok(text)
}

/// «4821 0937 5512».
pub(super) fn one_time_password() -> Result<String, Error> {
    let plain = digits(12)?;
    Ok(format!("{} {} {}", &plain[..4], &plain[4..8], &plain[8..]))
}

/// The people of a link of the chain on a day, by name: whoever has left the class by then, and parents of nobody else, are not among them;
/// whoever comes later is, with the first day.
pub async fn people_of(house: &House, chain: &Chain, day: NaiveDate) -> Result<Vec<PersonName>, Error> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let mut people = house.db.list_people(&year).await?;
    match chain {
        Chain::Staff => {
            people.retain(|one| one.kind == "staff");
            people.push(operator());
        }
        Chain::Families(class) => {
            let (stays, today) = (house.db.list_stay_days(&year).await?, day.to_string());
            let stay = |id: &str| stays.get(id).map(|(from, left)| (from.as_str(), left.as_str())).unwrap_or_default();
            let has_left = |id: &str| !stay(id).1.is_empty() && stay(id).1 <= today.as_str();
            let learners: BTreeSet<String> = people
                .iter()
                .filter(|one| one.kind == "learner" && one.place == *class && !has_left(&one.id))
                .map(|one| one.id.clone())
                .collect();
            let names: BTreeMap<String, String> = people
                .iter()
                .filter(|one| learners.contains(&one.id))
                .map(|one| (one.id.clone(), crate::domain::names::list_name(&one.surname, &one.given_name)))
                .collect();
            // Whose parent it is: without the child's name a slip is handed to nobody.
            let mut parents: BTreeMap<String, String> = BTreeMap::new();
            for guardian in house.db.list_guardians().await? {
                let own: Vec<&str> =
                    guardian.learners.iter().filter_map(|learner| names.get(learner)).map(String::as_str).collect();
                if !own.is_empty() {
                    parents.insert(guardian.id, own.join(", "));
                }
            }
            people
                .retain(|one| learners.contains(&one.id) || (one.kind == "guardian" && parents.contains_key(&one.id)));
            for one in &mut people {
                one.place = match parents.get(&one.id) {
                    Some(children) => format!("родитель, {class}: {children}"),
                    None => match stay(&one.id).0.parse::<NaiveDate>() {
                        Ok(from) if from > day => format!("обучающийся, {class}, с {}", words::date_short(from)),
                        _ => format!("обучающийся, {class}"),
                    },
                };
            }
        }
    }
    people.sort_by(|a, b| {
        let name = |one: &PersonName| [one.surname.clone(), one.given_name.clone(), one.patronymic.clone()];
        let (a, b) = (name(a), name(b));
        crate::domain::names::compare([&a[0], &a[1], &a[2]], [&b[0], &b[1], &b[2]])
    });
    Ok(people)
}

/// The person at the keyboard, who opens the first account of a house in which nobody is on the staff yet.
fn operator() -> PersonName {
    PersonName {
        id: OPERATOR.to_owned(),
        kind: "staff",
        surname: "Оператор".to_owned(),
        given_name: String::new(),
        patronymic: String::new(),
        place: "за клавиатурой сервера".to_owned(),
    }
}

/// The requisite of the house that keeps the address last printed on slips: the school's, not that of a browser or of one run of the server.
const SLIP_ADDRESS: &str = "slip_address";

/// The address last printed on slips by whoever lets the staff in; empty when none was.
pub async fn slip_address(house: &House) -> Result<String, Error> {
    Ok(house.db.list_requisites().await?.remove(SLIP_ADDRESS).unwrap_or_default())
}

/// Keeps the address for the next slips of everybody; the same one again writes nothing.
pub async fn keep_slip_address(house: &House, address: &str, act: &Act) -> Result<(), Error> {
    if slip_address(house).await? == address {
        return Ok(());
    }
    let mut tx = house.db.begin().await?;
    tx.set_requisite(SLIP_ADDRESS, address).await?;
    let event = Event::new(EventKind::RequisitesSet, &act.by, &act.moment()).with("names", SLIP_ADDRESS);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// How long after a sign-in by the one-time password it is not asked again: long enough to think of a password, too short for a
/// browser that was left open.
const JUST_ENTERED_SECONDS: i64 = 600;

impl SignIn {
    /// Was this session opened by a password a few minutes ago? Issuing anew ends a person's sessions, so it was the one that stands.
    pub async fn just_entered(&self, house: &House, token: &str, now: DateTime<FixedOffset>) -> Result<bool, Error> {
        let row = house.db.find_session(&token_digest(token)).await?;
        let since = |began: i64| now.timestamp() - began;
        Ok(row.is_some_and(|row| {
            row.ended == 0 && row.how == BY_PASSWORD && (0..=JUST_ENTERED_SECONDS).contains(&since(row.began))
        }))
    }

    /// Issues one-time passwords, for the first time or anew; open sessions of the people end. All or nothing.
    pub async fn issue(&self, house: &House, chain: &Chain, persons: &[String], act: &Act) -> Result<Vec<Slip>, Error> {
        let people = people_of(house, chain, act.at.date_naive()).await?;
        let (mut slips, mut before) = (Vec::new(), Vec::new());
        let mut taken: BTreeSet<String> = house.db.list_accounts().await?.into_iter().map(|row| row.login).collect();
        for person in persons.iter().collect::<BTreeSet<_>>() {
            let known = people.iter().find(|one| one.id == *person);
            // Only the keyboard gives the keyboard's own account away.
            let known = known.filter(|one| one.id != OPERATOR || act.by == OPERATOR);
            let one = known.ok_or_else(|| Refusal::NotInTheChain(person.clone()))?;
            // A dismissed person gets no password, whoever asks: first comes another order of hiring.
            if crate::flow::staff::has_left(house, person, act.at).await? {
                return Err(Refusal::NotInTheChain(person.clone()).into());
            }
            let old = house.db.find_account(person).await?;
            let login = match &old {
                Some(old) => old.login.clone(),
                None if *person == OPERATOR => OPERATOR.to_owned(),
                None => free_login(&mut taken)?,
            };
            let password = one_time_password()?;
            before.push(old);
            slips.push(Slip { person: person.clone(), name: one.full(), place: one.place.clone(), login, password });
        }
        // Typed with or without the spaces of the print.
        let passwords: Vec<String> = slips.iter().map(|slip| plain(&slip.password)).collect();
        let secrets = self.hasher.hash_all(&passwords).await?;
        let mut rows = Vec::new();
        for ((slip, old), secret) in slips.iter().zip(before).zip(secrets) {
            rows.push(issued(&slip.person, &slip.login, secret, old, self.terms.one_time.as_secs() as i64, act)?);
        }
        let persons: Vec<&str> = rows.iter().map(|row| row.person.as_str()).collect();
        let event = Event::new(EventKind::AccountIssued, &act.by, &act.moment())
            .with_number("accounts", rows.len() as u64)
            .with_digest("people", Digest::of(persons.join("\n").as_bytes()));
        let mut tx = house.db.begin().await?;
        for row in &rows {
            tx.write_account(row).await?;
            tx.end_sessions(&row.person, act.at.timestamp(), "reissued").await?;
        }
        tx.record(&event, salt()?).await?.commit().await?;
        for row in &rows {
            self.forget(&row.person);
            forget_failures(house, row).await?;
        }
        // By name, as the list is printed.
        let order: Vec<&str> = people.iter().map(|one| one.id.as_str()).collect();
        slips.sort_by_key(|slip| order.iter().position(|id| *id == slip.person));
        Ok(slips)
    }

    /// Shuts an account; its sessions end.
    pub async fn lock(&self, house: &House, person: &str, act: &Act) -> Result<(), Error> {
        account(house, person).await?;
        let mut tx = house.db.begin().await?;
        shut_in(house, &mut tx, person, "locked", act).await?;
        tx.record(&changed(act, person, "locked"), salt()?).await?.commit().await?;
        self.forget(person);
        Ok(())
    }

    /// Opens a shut account, or lifts the delays of one that was guessed at.
    pub async fn unlock(&self, house: &House, person: &str, act: &Act) -> Result<(), Error> {
        let mut account = account(house, person).await?;
        forget_failures(house, &account).await?;
        if account.state == AccountState::Locked {
            let issued = account.password_at.is_empty();
            account.state = if issued { AccountState::Issued } else { AccountState::Open };
        }
        account.locked_at = String::new();
        account.locked_by = String::new();
        let mut tx = house.db.begin().await?;
        tx.write_account(&account).await?;
        tx.record(&changed(act, person, "unlocked"), salt()?).await?.commit().await?;
        self.forget(person);
        Ok(())
    }

    /// Takes the second factor away (a lost phone without recovery codes); the next sign-in sets a new one up.
    pub async fn reset_factor(&self, house: &House, person: &str, act: &Act) -> Result<(), Error> {
        let mut account = account(house, person).await?;
        account.factor_salt = crate::domain::canon::hex(&salt()?);
        account.factor_on = String::new();
        let mut tx = house.db.begin().await?;
        tx.write_account(&account).await?;
        tx.write_recovery_codes(person, &[]).await?;
        tx.end_sessions(person, act.at.timestamp(), "factor_reset").await?;
        tx.record(&changed(act, person, "factor_reset"), salt()?).await?.commit().await?;
        self.forget(person);
        Ok(())
    }
}

/// Shuts an account inside a transaction of the caller, who records the event: by an administrator, or for a notice of compromise.
/// `reason` is the ASCII word under which the sessions end. What this process remembers of them goes with the transaction's turn.
pub(crate) async fn shut_in(
    house: &House,
    tx: &mut crate::store::Tx,
    person: &str,
    reason: &str,
    act: &Act,
) -> Result<(), Error> {
    if let Some(mut account) = house.db.find_account(person).await? {
        account.state = AccountState::Locked;
        account.locked_at = act.moment();
        account.locked_by = act.by.clone();
        tx.write_account(&account).await?;
    }
    tx.end_sessions(person, act.at.timestamp(), reason).await?;
    Ok(())
}

/// A one-time password as it is hashed and compared: the print's spaces do not count.
pub(super) fn plain(password: &str) -> String {
    password.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// A login that nobody has; five digits are for 900 people a hundredth of what there is.
fn free_login(taken: &mut BTreeSet<String>) -> Result<String, Error> {
    loop {
        let login = format!("u-{}", digits(5)?);
        if taken.insert(login.clone()) {
            return Ok(login);
        }
    }
}

fn issued(
    person: &str,
    login: &str,
    secret: String,
    old: Option<AccountRow>,
    one_time_seconds: i64,
    act: &Act,
) -> Result<AccountRow, Error> {
    let (factor_salt, factor_on, factor_step) = match old {
        // A new password leaves the second factor: whoever stole the list still needs the phone.
        Some(old) => (old.factor_salt, old.factor_on, old.factor_step),
        None => (crate::domain::canon::hex(&salt()?), String::new(), 0),
    };
    Ok(AccountRow {
        person: person.to_owned(),
        login: login.to_owned(),
        secret,
        state: AccountState::Issued,
        issued_at: act.moment(),
        issued_by: act.by.clone(),
        one_time_until: act.at.timestamp() + one_time_seconds,
        password_at: String::new(),
        locked_at: String::new(),
        locked_by: String::new(),
        factor_salt,
        factor_on,
        factor_step,
    })
}

async fn account(house: &House, person: &str) -> Result<AccountRow, Error> {
    Ok(house.db.find_account(person).await?.ok_or_else(|| Refusal::NoAccount(person.to_owned()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_password_is_twelve_digits_in_groups() {
        let password = one_time_password().unwrap_or_default();
        assert_eq!(password.len(), 14);
        assert_eq!(plain(&password).len(), 12);
        assert_ne!(one_time_password().ok(), one_time_password().ok());
    }

    #[test]
    fn digits_are_even() {
        let drawn = digits(20_000).unwrap_or_default();
        for digit in '0'..='9' {
            let count = drawn.chars().filter(|one| *one == digit).count();
            // Ten standard deviations of 20,000 draws with a chance of a tenth: 10 · √(20,000 · 0.1 · 0.9) = 424.
            assert!((1576..2424).contains(&count), "{digit}: {count}");
        }
    }
}
