//! Sign-in: passwords, second factors, sessions, growing delays. Floor 2.
//!
//! One [`SignIn`] serves a house: it owns the threads that hash and remembers for some seconds who a session belongs to. Sessions are 32
//! random bytes; the database keeps their SHA-256 only. Nothing here says whether a login exists: a wrong login costs the same hash, the
//! same counters and the same words as a wrong password.

pub mod credentials;
pub mod demo;
pub mod factor;
pub mod hashing;
pub mod identity;
mod memory;
mod refusal;
mod spray;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, FixedOffset};

use super::{Act, Error, House, people, salt, staff};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::password::{self, TooEasy};
use crate::domain::people::Visitor;
use crate::store::{AccountRow, AccountState, Attempt, SessionRow};
pub use hashing::{Cost, Hasher};
use memory::{Memory, Remembered};
pub use refusal::Refusal;
pub use spray::Alarm;
use turns::Turns;

/// How long things hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// A session without a request.
    pub idle: Duration,
    /// A session whatever happens.
    pub absolute: Duration,
    /// An issued password that nobody used.
    pub one_time: Duration,
}

impl Default for Terms {
    /// Two hours: a double lesson and the breaks around it; twelve hours: the longest school day. Thirty days for a printed password: a
    /// parents' meeting a month.
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(2 * 3600),
            absolute: Duration::from_secs(12 * 3600),
            one_time: Duration::from_secs(30 * 86_400),
        }
    }
}

/// Seconds for which a session's visitor is remembered without asking the sessions' table: an end written by another process is felt
/// after this long at the latest. Ends of this process and every written change of the house are felt at once.
const REMEMBERED_SECONDS: i64 = 5;
/// A session's last use is written down at most once a minute: a page read must not cost a write.
const TOUCH_SECONDS: i64 = 60;
/// Counted failures are forgotten after a day without one.
const FORGET_SECONDS: i64 = 86_400;
/// Pauses after the n-th attempt on one account from one address, seconds: four slips of the finger are free, then it doubles up to a
/// quarter of an hour, some hundred guesses a day, and never for ever.
const PAUSES_HERE: [i64; 11] = [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900];
/// The same over all addresses: a crowd of addresses guesses no more than one.
const PAUSES_ANYWHERE: [i64; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900];

/// Where a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Address of the client; a whole school may share it.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// What a session may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The one-time password was given; a password of one's own comes first.
    ChangePassword,
    /// The second factor's code comes next.
    GiveFactor,
    /// The office asks for a second factor; it is set up first.
    EnrolFactor,
    /// Everything that the offices allow.
    Open,
}

/// A session that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Who.
    pub visitor: Arc<Visitor>,
    /// How far the sign-in has come.
    pub stage: Stage,
    /// Name of the session: SHA-256 of its token.
    pub session: String,
}

/// A session that was opened: the token goes into the cookie and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// Token, 43 letters.
    pub token: String,
    /// Who, and how far.
    pub visit: Visit,
}

/// How somebody came in.
#[derive(Debug, Clone, Copy)]
struct How {
    /// Was a second factor given?
    factor: bool,
    /// [`BY_PASSWORD`] or [`BY_IDENTITY`].
    by: &'static str,
}

/// Word of the store for a session opened by login and password.
pub const BY_PASSWORD: &str = "password";
/// Word of the store for a session opened by the identity service: the printed password need not be changed, for it was not used.
pub const BY_IDENTITY: &str = "identity";

/// The sign-in of a house.
#[derive(Debug)]
pub struct SignIn {
    /// Hashes passwords.
    pub hasher: Hasher,
    /// How long things hold.
    pub terms: Terms,
    /// The identity service, when the settings offer one.
    pub provider: Option<identity::Provider>,
    remembered: Memory,
    identity: identity::Service,
    turns: Turns,
    sprays: spray::Sprays,
}

impl Default for SignIn {
    fn default() -> Self {
        Self::new(Cost::default(), Terms::default())
    }
}

/// SHA-256 of a session's token, as the database names the session.
pub fn token_digest(token: &str) -> String {
    Digest::of(token.as_bytes()).to_hex()
}

fn subject(parts: &[&str]) -> String {
    Digest::of(parts.join("\0").as_bytes()).to_hex()
}

/// A login as it is looked up: what was typed in the other layout or without the letter is the same login.
fn fold_login(typed: &str) -> String {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let letters = typed.trim().chars().filter(|letter| letter.is_alphabetic()).count();
    // Logins are `u-48213`: one letter and digits. Whatever one letter it was, and no letter at all, means that.
    if letters <= 1 && !digits.is_empty() { format!("u-{digits}") } else { typed.trim().to_lowercase() }
}

impl SignIn {
    /// A sign-in of a cost of hashing and terms of sessions.
    pub fn new(cost: Cost, terms: Terms) -> Self {
        Self {
            hasher: Hasher::new(cost),
            terms,
            provider: None,
            remembered: Memory::default(),
            identity: identity::Service::default(),
            turns: Turns::default(),
            sprays: spray::Sprays::default(),
        }
    }

    /// Login and password: a session, or why not.
    pub async fn sign_in(
        &self,
        house: &House,
        login: &str,
        given: &str,
        origin: &Origin,
        now: DateTime<FixedOffset>,
    ) -> Result<Entered, Error> {
        let login = fold_login(login);
        let moment = now.timestamp();
        let account = house.db.find_login(&login).await?;
        let anywhere = subject(&[&login]);
        let here = format!("{anywhere}:{}", subject(&[&origin.address]));
        // An attempt is counted before it is made and forgotten when it was right: those of one login go one after another, or a handful of
        // right ones in one moment would be held back as guesses.
        let _turn = self.turns.of(&login).lock().await;
        // Asked for a login that does not exist as well, so that both cost the same.
        let person = account.as_ref().map_or("", |account| account.person.as_str());
        let known = house.db.is_known_address(person, &origin.address).await?;
        self.count(house, &here, moment, &PAUSES_HERE).await?;
        // An address from which the person has come before is held back by its own failures only: strangers cannot shut the owner out.
        if !known {
            self.count(house, &anywhere, moment, &PAUSES_ANYWHERE).await?;
        }
        let secret = account.as_ref().map(|account| account.secret.as_str());
        // Over-long input is cut off before it is hashed; nobody's password is that long.
        let given: String = given.chars().take(password::LONGEST + 1).collect();
        // A printed password is typed with the spaces of the print or without.
        let issued = account.as_ref().is_some_and(|account| account.state == AccountState::Issued);
        let given = if issued { credentials::plain(&given) } else { given };
        let right = self.hasher.check(&given, secret).await?;
        // Who is known here, or has a printed password, guesses nothing. A wrong one is answered alike whoever it is.
        let held = if right && (known || issued) { 0 } else { self.sprays.ask(&origin.address, moment) };
        let Some(account) = account.filter(|_| right) else {
            if let Some(alarm) = self.sprays.wrong(&login, &origin.address, moment) {
                spray::tell(house, &alarm, now).await?;
            }
            return Err(if held > 0 { Refusal::Crowded(held) } else { Refusal::NotThem }.into());
        };
        if held > 0 {
            return Err(Refusal::Crowded(held).into());
        }
        self.sprays.right(&login, &origin.address);
        house.db.forget_attempts(&here).await?;
        house.db.forget_attempts(&anywhere).await?;
        house.db.forget_old_attempts(moment - FORGET_SECONDS).await?;
        self.open(house, &account, origin, How { factor: false, by: BY_PASSWORD }, now).await
    }

    /// A session for a person whom the identity service vouches for, or a step of whose sign-in was taken.
    async fn open(
        &self,
        house: &House,
        account: &AccountRow,
        origin: &Origin,
        how: How,
        now: DateTime<FixedOffset>,
    ) -> Result<Entered, Error> {
        let moment = now.timestamp();
        match account.state {
            AccountState::Locked => return Err(Refusal::Locked.into()),
            AccountState::Issued if how.by == BY_PASSWORD && account.one_time_until < moment => {
                return Err(Refusal::Expired.into());
            }
            AccountState::Issued | AccountState::Open => {}
        }
        if staff::has_left(house, &account.person, now).await? {
            return Err(Refusal::Locked.into());
        }
        let token = URL_SAFE_NO_PAD.encode(crate::sign::random()?);
        let row = SessionRow {
            token: token_digest(&token),
            person: account.person.clone(),
            began: moment,
            seen: moment,
            expires: moment + self.terms.absolute.as_secs() as i64,
            ended: 0,
            end_reason: String::new(),
            factor: how.factor,
            how: how.by.to_owned(),
            address: origin.address.chars().take(64).collect(),
            agent: origin.agent.chars().take(200).collect(),
        };
        house.db.open_session(&row).await?;
        let visit = self.recognise(house, &row, account, now).await?;
        Ok(Entered { token, visit })
    }

    /// Who a session belongs to now; `None` when it has ended, or nobody knows the token.
    pub async fn visit(&self, house: &House, token: &str, now: DateTime<FixedOffset>) -> Result<Option<Visit>, Error> {
        self.visit_at(house, token, house.db.turn().await?, now).await
    }

    /// The same for who has read the log's turn at this moment already.
    ///
    /// Account, offices and name change with the turn or the day; a session may also end in another process without either, so its own
    /// row is read again every [`REMEMBERED_SECONDS`].
    pub async fn visit_at(
        &self,
        house: &House,
        token: &str,
        turn: u64,
        now: DateTime<FixedOffset>,
    ) -> Result<Option<Visit>, Error> {
        let (name, moment, day) = (token_digest(token), now.timestamp(), now.date_naive());
        let (kept, ends) = self.remembered.find(&name, turn, day);
        if let Some(kept) = kept.as_ref().filter(|kept| moment < kept.until && moment < kept.ends) {
            if moment - kept.touched >= TOUCH_SECONDS {
                house.db.touch_session(&name, moment).await?;
                self.remembered.touched(&name, moment);
            }
            return Ok(Some(kept.visit.clone()));
        }
        let Some(row) = house.db.find_session(&name).await?.filter(|row| row.ended == 0) else {
            self.remembered.drop(&name);
            return Ok(None);
        };
        let idle = self.terms.idle.as_secs() as i64;
        // The last use is written once a minute, so that much is added to what stands there.
        let reason = if moment >= row.expires {
            "expired"
        } else if moment >= row.seen + idle + TOUCH_SECONDS {
            "idle"
        } else {
            ""
        };
        if !reason.is_empty() {
            house.db.end_session(&row.person, &name, moment, reason).await?;
            self.remembered.forget(&name);
            return Ok(None);
        }
        let visit = match kept {
            Some(kept) => kept.visit,
            None => {
                let account = house.db.find_account(&row.person).await?;
                let account = account.filter(|account| account.state != AccountState::Locked);
                let Some(account) = account else {
                    self.remembered.drop(&name);
                    return Ok(None);
                };
                // The memory is kept for one day and one turn of the log: a dismissal is felt at once, its day at midnight.
                if staff::has_left(house, &row.person, now).await? {
                    house.db.end_session(&row.person, &name, moment, "dismissed").await?;
                    self.remembered.forget(&name);
                    return Ok(None);
                }
                self.recognise(house, &row, &account, now).await?
            }
        };
        if moment - row.seen >= TOUCH_SECONDS {
            house.db.touch_session(&name, moment).await?;
        }
        let kept = Remembered {
            visit: visit.clone(),
            turn,
            day,
            until: moment + REMEMBERED_SECONDS,
            touched: moment.max(row.seen),
            ends: row.expires,
        };
        self.remembered.keep(name, kept, ends, moment);
        Ok(Some(visit))
    }

    async fn recognise(
        &self,
        house: &House,
        row: &SessionRow,
        account: &AccountRow,
        now: DateTime<FixedOffset>,
    ) -> Result<Visit, Error> {
        let visitor = people::visitor(house, &row.person, row.factor, now.date_naive()).await?;
        let stage = if account.has_factor() && !row.factor {
            Stage::GiveFactor
        } else if account.state == AccountState::Issued && row.how == BY_PASSWORD {
            Stage::ChangePassword
        } else if visitor.needs_second_factor() && !row.factor {
            Stage::EnrolFactor
        } else {
            Stage::Open
        };
        Ok(Visit { visitor: Arc::new(visitor), stage, session: row.token.clone() })
    }

    /// The code of the second factor, or a recovery code: a new session takes the place of the half-open one.
    pub async fn give_factor(
        &self,
        house: &House,
        token: &str,
        code: &str,
        origin: &Origin,
        now: DateTime<FixedOffset>,
    ) -> Result<Entered, Error> {
        let account = self.account_of(house, token, now).await?;
        let counted = subject(&["factor", &account.person]);
        self.count(house, &counted, now.timestamp(), &PAUSES_HERE).await?;
        if !account.has_factor() {
            return Err(Refusal::WrongCode.into());
        }
        self.take_code(house, &account, code, now).await?;
        house.db.forget_attempts(&counted).await?;
        self.rotate(house, token, &account, origin, now).await
    }

    /// Takes a code of the second factor or a recovery code, once.
    async fn take_code(
        &self,
        house: &House,
        account: &AccountRow,
        code: &str,
        now: DateTime<FixedOffset>,
    ) -> Result<(), Error> {
        let plain: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            let totp = factor::totp(house, &account.person, &account.factor_salt)?;
            let step = totp.check(&plain, now.timestamp().max(0) as u64).ok_or(Refusal::WrongCode)?;
            let fresh = house.db.use_factor_step(&account.person, step as i64).await?;
            return if fresh { Ok(()) } else { Err(Refusal::UsedCode.into()) };
        }
        let at = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
        let taken = house.db.use_recovery_code(&account.person, &factor::recovery_digest(code), &at).await?;
        if taken { Ok(()) } else { Err(Refusal::WrongCode.into()) }
    }

    /// What the person of a session needs to set a second factor up.
    pub async fn begin_factor(
        &self,
        house: &House,
        token: &str,
        now: DateTime<FixedOffset>,
    ) -> Result<factor::Enrolment, Error> {
        let account = self.account_of(house, token, now).await?;
        if account.has_factor() {
            return Err(Refusal::WrongCode.into());
        }
        factor::enrolment(house, &account.person, &account.login, &account.factor_salt)
    }

    /// The first code: the second factor holds from now on. Hands back the recovery codes, which are shown once.
    pub async fn confirm_factor(
        &self,
        house: &House,
        token: &str,
        code: &str,
        origin: &Origin,
        now: DateTime<FixedOffset>,
    ) -> Result<(Vec<String>, Entered), Error> {
        let mut account = self.account_of(house, token, now).await?;
        let counted = subject(&["factor", &account.person]);
        self.count(house, &counted, now.timestamp(), &PAUSES_HERE).await?;
        if account.has_factor() {
            return Err(Refusal::WrongCode.into());
        }
        self.take_code(house, &account, code, now).await?;
        house.db.forget_attempts(&counted).await?;
        let act = Act { by: account.person.clone(), at: now };
        let codes = factor::recovery_codes()?;
        let digests: Vec<String> = codes.iter().map(|code| factor::recovery_digest(code)).collect();
        // The step was just taken in the table; what was read before must not put it back.
        if let Some(fresh) = house.db.find_account(&account.person).await? {
            account = fresh;
        }
        account.factor_on = act.moment();
        let mut tx = house.db.begin().await?;
        tx.write_account(&account).await?;
        tx.write_recovery_codes(&account.person, &digests).await?;
        let event = changed(&act, &account.person, "factor_on");
        tx.record(&event, salt()?).await?.commit().await?;
        Ok((codes, self.rotate(house, token, &account, origin, now).await?))
    }

    /// A new password of one's own; `old` may be empty right after the one-time password. Other sessions end; this one gets a new token.
    pub async fn change_password(
        &self,
        house: &House,
        token: &str,
        old: &str,
        new: &str,
        origin: &Origin,
        now: DateTime<FixedOffset>,
    ) -> Result<Entered, Error> {
        let mut account = self.account_of(house, token, now).await?;
        let counted = subject(&["password", &account.person]);
        self.count(house, &counted, now.timestamp(), &PAUSES_HERE).await?;
        let plain = credentials::plain(old);
        let is_issued = account.state == AccountState::Issued;
        let is_known = is_issued && old.is_empty() && self.just_entered(house, token, now).await?;
        let old = if is_issued { plain.as_str() } else { old };
        if !is_known && !account.secret.is_empty() && !self.hasher.check(old, Some(&account.secret)).await? {
            return Err(Refusal::WrongPassword.into());
        }
        house.db.forget_attempts(&counted).await?;
        let surname = house.db.find_person(&account.person).await?.map(|name| name.surname).unwrap_or_default();
        password::check(new, &account.login, &surname).map_err(Refusal::TooEasy)?;
        if old == new || is_known && self.hasher.check(&credentials::plain(new), Some(&account.secret)).await? {
            return Err(Refusal::TooEasy(TooEasy::Same).into());
        }
        let how = self.how(house, token).await?;
        let act = Act { by: account.person.clone(), at: now };
        account.secret = self.hasher.hash(new).await?;
        account.state = AccountState::Open;
        account.one_time_until = 0;
        account.password_at = act.moment();
        let mut tx = house.db.begin().await?;
        tx.write_account(&account).await?;
        tx.end_sessions(&account.person, now.timestamp(), "password_changed").await?;
        tx.record(&changed(&act, &account.person, "password"), salt()?).await?.commit().await?;
        self.forget(&account.person);
        self.open(house, &account, origin, how, now).await
    }

    /// Ends the session of a token.
    pub async fn sign_out(&self, house: &House, token: &str, now: DateTime<FixedOffset>) -> Result<(), Error> {
        let name = token_digest(token);
        if let Some(row) = house.db.find_session(&name).await? {
            house.db.end_session(&row.person, &name, now.timestamp(), "signed_out").await?;
        }
        self.remembered.forget(&name);
        Ok(())
    }

    /// Ends one session of a person by its name; true when it was open.
    pub async fn end_session(&self, house: &House, person: &str, name: &str, act: &Act) -> Result<bool, Error> {
        let was_open = house.db.end_session(person, name, act.at.timestamp(), "revoked").await?;
        self.remembered.forget(name);
        Ok(was_open)
    }

    /// Ends every session of a person but one (empty: none is spared).
    pub async fn end_all(&self, house: &House, person: &str, spared: &str, act: &Act) -> Result<u64, Error> {
        let ended = house.db.end_sessions(person, spared, act.at.timestamp(), "revoked").await?;
        self.forget(person);
        Ok(ended)
    }

    /// Attacks by one password over many logins since a moment (Unix seconds), newest first.
    pub fn alarms(&self, since: i64) -> Vec<Alarm> {
        self.sprays.alarms(since)
    }

    /// Forgets what is remembered of a person's sessions; called when their end is written.
    pub fn forget(&self, person: &str) {
        self.remembered.forget_person(person);
    }

    async fn rotate(
        &self,
        house: &House,
        token: &str,
        account: &AccountRow,
        origin: &Origin,
        now: DateTime<FixedOffset>,
    ) -> Result<Entered, Error> {
        let how = self.how(house, token).await?;
        let name = token_digest(token);
        house.db.end_session(&account.person, &name, now.timestamp(), "rotated").await?;
        self.remembered.forget(&name);
        self.open(house, account, origin, How { factor: true, ..how }, now).await
    }

    async fn account_of(&self, house: &House, token: &str, now: DateTime<FixedOffset>) -> Result<AccountRow, Error> {
        let visit = self.visit(house, token, now).await?.ok_or(Refusal::NoSession)?;
        let person = &visit.visitor.account;
        Ok(house.db.find_account(person).await?.ok_or_else(|| Refusal::NoAccount(person.clone()))?)
    }

    async fn how(&self, house: &House, token: &str) -> Result<How, Error> {
        let row = house.db.find_session(&token_digest(token)).await?.ok_or(Refusal::NoSession)?;
        let by = if row.how == BY_IDENTITY { BY_IDENTITY } else { BY_PASSWORD };
        Ok(How { factor: row.factor, by })
    }

    async fn count(&self, house: &House, subject: &str, now: i64, pauses: &[i64]) -> Result<(), Error> {
        match house.db.count_attempt(subject, now, FORGET_SECONDS, pauses).await? {
            Attempt::Counted(_) => Ok(()),
            Attempt::NotBefore(moment) => Err(Refusal::Wait((moment - now).max(1) as u64).into()),
        }
    }
}

/// The event of a change of one account: identifiers only.
pub(super) fn changed(act: &Act, person: &str, what: &str) -> Event {
    Event::new(EventKind::AccountChanged, &act.by, &act.moment()).with("person", person).with("what", what)
}

/// Forgets every counted failure of an account.
pub(super) async fn forget_failures(house: &House, account: &AccountRow) -> Result<(), Error> {
    let login = subject(&[&account.login]);
    house.db.forget_attempts_below(&login).await?;
    for counted in [login, subject(&["factor", &account.person]), subject(&["password", &account.person])] {
        house.db.forget_attempts(&counted).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_found_in_either_layout_and_without_its_letter() {
        for typed in ["u-48213", "U-48213", " u48213 ", "г-48213", "48213"] {
            assert_eq!(fold_login(typed), "u-48213", "{typed}");
        }
        assert_eq!(fold_login("Operator"), "operator");
    }

    #[test]
    fn a_pause_is_told_in_words() {
        assert_eq!(Refusal::Wait(21).to_string(), "слишком много попыток; следующая — через 21 секунду");
        assert_eq!(Refusal::Wait(240).to_string(), "слишком много попыток; следующая — через 4 минуты");
    }
}
