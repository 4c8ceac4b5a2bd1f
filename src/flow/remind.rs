//! Reminders: who still owes a signature learns of it before, on and after the due day; the deputy learns after one school day more (F55).
//! Inside the program at once, by letter when the house has a mail server. Floor 2.
//!
//! A reminder is given once for each person, version and kind, whatever process gives it. Letters name classes and numbers of sheets, and
//! no learner.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, MIME_VERSION_1_0};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use tokio::sync::watch;

use super::jobs::Clock;
use super::outdated::Outdated;
use super::sign::signed;
use super::{Act, Error, House, salt};
use crate::config::Mail;
use crate::domain::audit::{Event, EventKind};
use crate::domain::calendar::{DayUnit, SchoolCalendar};
use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::domain::deadline::print_due;
use crate::domain::names;
use crate::domain::route;
use crate::domain::snapshot::{kind_words, supplement_no};
use crate::domain::words;
use crate::store::{CopyRow, LetterRow, NewLetter, Tx};

/// School days before the due day on which a signer is reminded first: two lessons' days to find the time.
const BEFORE: u32 = 2;
/// The first round after a start.
const FIRST: Duration = Duration::from_secs(60);
/// A round every ten minutes: a due day begins at midnight, and a letter may wait that long.
const EVERY: Duration = Duration::from_secs(600);
/// How often a letter is tried before it is given up: two hours of trouble at a try each ten minutes.
const ATTEMPTS: u32 = 12;

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The due day is near.
    DueSoon,
    /// It is today.
    DueToday,
    /// It is over.
    Overdue,
    /// It is over since a school day: the deputy's turn to know.
    Escalated,
}

impl Kind {
    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DueSoon => "due_soon",
            Self::DueToday => "due_today",
            Self::Overdue => "overdue",
            Self::Escalated => "escalated",
        }
    }

    fn as_russian(self, due: NaiveDate) -> String {
        let day = words::date_short(due);
        match self {
            Self::DueSoon => format!("Срок подписания {day}"),
            Self::DueToday => format!("Сегодня, {day}, срок подписания"),
            Self::Overdue => format!("Срок подписания прошёл {day}"),
            Self::Escalated => format!("Срок подписания прошёл {day}, подписи ещё не все"),
        }
    }
}

/// What a round of reminders did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reminded {
    /// Notices written, by kind.
    pub notices: BTreeMap<&'static str, usize>,
    /// Letters written.
    pub letters: usize,
}

/// Which kinds are due on a day: none before the first, all up to the day after.
fn kinds(calendar: &SchoolCalendar, class: &str, due: NaiveDate, today: NaiveDate) -> Vec<Kind> {
    let mut kinds = Vec::new();
    let first = calendar.before(DayUnit::School, class, due, BEFORE).unwrap_or(due);
    if (first..due).contains(&today) {
        kinds.push(Kind::DueSoon);
    }
    if today == due {
        kinds.push(Kind::DueToday);
    }
    if today > due {
        kinds.push(Kind::Overdue);
        let later = calendar.after(DayUnit::School, class, due, 1).or_else(|| due.checked_add_days(Days::new(1)));
        if later.is_some_and(|later| today > later) {
            kinds.push(Kind::Escalated);
        }
    }
    kinds
}

/// One reminder to be given.
struct Owed {
    person: String,
    kind: Kind,
    due: NaiveDate,
    row: CopyRow,
    sheets: usize,
    /// Of who leads: whose signatures are lacking, «Гранитов Р. И.»; empty for a signer.
    lacking: Vec<String>,
}

/// Gives the reminders that are due at this moment; a second call gives none twice.
pub async fn remind(house: &House, act: &Act) -> Result<Reminded, Error> {
    let today = act.at.date_naive();
    let mut owed = Vec::new();
    let mut calendars: BTreeMap<String, SchoolCalendar> = BTreeMap::new();
    let policy = super::policy::of_act(house, act).await?;
    let mut last: BTreeMap<String, CopyRow> = BTreeMap::new();
    for row in house.db.list_copies().await? {
        last.insert(row.id.clone(), row);
    }
    let outdated = Outdated::load(house).await?;
    for row in last.into_values().filter(|row| row.state == State::Issued) {
        // Of a version that is never sealed nobody is reminded: its signers wait for the next one.
        if outdated.why(house, &row).await?.is_some() {
            continue;
        }
        let paper = house.papers.get(house, row.snapshot).await?;
        if !calendars.contains_key(&row.year) {
            calendars.insert(row.year.clone(), super::timeliness::calendar(house, &row.year).await?);
        }
        let Some(calendar) = calendars.get(&row.year) else { continue };
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let (Some(starts), Some(ends)) = (day(&paper.period.starts), day(&paper.period.ends)) else { continue };
        let Some(due) = print_due(&policy, calendar, &row.class, (starts, ends)) else { continue };
        // A copy issued late is due on the day after at the earliest: nobody is late before there was something to sign.
        let issued = row.issued_at.get(..10).and_then(|text| text.parse().ok()).unwrap_or(due);
        let due = due.max(issued);
        let stands = signed(&house.db.list_statements(&row.id, row.version).await?);
        let Some(stage) = route::open_stage(&paper.route, &stands) else { continue };
        for kind in kinds(calendar, &row.class, due, today) {
            if kind == Kind::Escalated {
                let lacks = stage.signers.iter().filter(|one| !route::left(&stage.id, one, &stands).is_empty());
                let lacking = lacks
                    .map(|one| names::short_name(&one.person.surname, &one.person.given_name, &one.person.patronymic));
                let lacking: Vec<String> = lacking.collect();
                let deputies = paper.route.iter().filter(|stage| stage.id == "deputy").flat_map(|stage| &stage.signers);
                for deputy in deputies {
                    let person = deputy.person.id.clone();
                    owed.push(Owed { person, kind, due, row: row.clone(), sheets: 0, lacking: lacking.clone() });
                }
                continue;
            }
            for signer in &stage.signers {
                let sheets = route::left(&stage.id, signer, &stands).len();
                if sheets > 0 {
                    owed.push(Owed {
                        person: signer.person.id.clone(),
                        kind,
                        due,
                        row: row.clone(),
                        sheets,
                        lacking: Vec::new(),
                    });
                }
            }
        }
    }
    give(house, owed, act).await
}

async fn give(house: &House, owed: Vec<Owed>, act: &Act) -> Result<Reminded, Error> {
    let mut reminded = Reminded::default();
    if owed.is_empty() {
        return Ok(reminded);
    }
    let mut tx = house.db.begin().await?;
    let mut fresh: BTreeMap<(String, Kind, NaiveDate), Vec<Owed>> = BTreeMap::new();
    for one in owed {
        let day = act.at.date_naive().to_string();
        let first = tx.remind_once(&one.person, &one.row.id, one.row.version, one.kind.as_str(), &day).await?;
        if first {
            tx.notify(&one.person, one.kind.as_str(), &one.row.id, one.row.version, &act.moment()).await?;
            *reminded.notices.entry(one.kind.as_str()).or_default() += 1;
            fresh.entry((one.person.clone(), one.kind, one.due)).or_default().push(one);
        }
    }
    if fresh.is_empty() {
        return Ok(reminded);
    }
    if house.config.mail().is_some() {
        for ((person, kind, due), owed) in &fresh {
            let address = house.db.mail_address(person).await?;
            if !address.is_empty() {
                let letter = letter(house, person, &address, *kind, *due, owed);
                tx.write_letter(&letter, &act.moment()).await?;
                reminded.letters += 1;
            }
        }
    }
    let count: usize = reminded.notices.values().sum();
    let event = Event::new(EventKind::RemindersGiven, &act.by, &act.moment())
        .with_number("notices", count as u64)
        .with_number("letters", reminded.letters as u64);
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(reminded)
}

fn letter(house: &House, person: &str, address: &str, kind: Kind, due: NaiveDate, owed: &[Owed]) -> NewLetter {
    let mut owed: Vec<&Owed> = owed.iter().collect();
    owed.sort_by(|a, b| names::natural(&a.row.class, &b.row.class).then_with(|| a.row.id.cmp(&b.row.id)));
    let lines = owed.iter().map(|one| match one.sheets {
        0 if one.lacking.is_empty() => format!("– {}", whose(&one.row)),
        0 => format!("– {}: не подписали {}", whose(&one.row), one.lacking.join(", ")),
        n => format!("– {}: {}", whose(&one.row), words::count(n as u64, "лист", "листа", "листов")),
    });
    let lines: Vec<String> = lines.collect();
    let what = if kind == Kind::Escalated {
        "Не подписаны копии журнала:"
    } else {
        "Ждут вашей подписи:"
    };
    let place = place(house, "страницу «Подписание»", "/desk");
    let body = format!("{}.\n\n{what}\n{}\n\n{place}\n\n{FOOT}\n", kind.as_russian(due), lines.join("\n"));
    NewLetter { person: person.to_owned(), address: address.to_owned(), subject: kind.as_russian(due), body }
}

/// «5А класс», «5А класс, дополнительный лист № 1».
fn whose(row: &CopyRow) -> String {
    match supplement_no(&row.id) {
        Some(_) => format!("{} класс, {}", row.class, kind_words(row.kind, &row.id)),
        None => format!("{} класс", row.class),
    }
}

/// The foot of every letter: nobody reads answers.
const FOOT: &str = "Это письмо отправила программа «Летопись»; отвечать на него не нужно.";

/// Where to look: «Откройте страницу копии: https://…». A house that knows no address of its own names the page alone.
pub(super) fn place(house: &House, what: &str, path: &str) -> String {
    match house.config.public_url().as_str() {
        "" => format!("Откройте в «Летописи» {what}."),
        url => format!("Откройте {what}: {url}{path}"),
    }
}

/// Writes a letter to a person within the transaction that it tells of; none where the house sends no mail or the person gave no address.
pub(super) async fn write_to(
    house: &House,
    tx: &mut Tx,
    person: &str,
    subject: &str,
    text: &str,
    act: &Act,
) -> Result<bool, Error> {
    if house.config.mail().is_none() {
        return Ok(false);
    }
    let address = house.db.mail_address(person).await?;
    if address.is_empty() {
        return Ok(false);
    }
    let body = format!("{text}\n\n{FOOT}\n");
    let letter = NewLetter { person: person.to_owned(), address, subject: subject.to_owned(), body };
    tx.write_letter(&letter, &act.moment()).await?;
    Ok(true)
}

/// What an attempt to send letters came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Letters that left.
    pub sent: usize,
    /// Letters that did not.
    pub failed: usize,
    /// Why the last of these did not, as the mail server or the network says; without addresses of people.
    pub why: String,
}

/// Sends the letters that wait; a letter that cannot leave is tried again by the next call.
pub async fn send(house: &House, act: &Act) -> Result<Sent, Error> {
    let mut done = Sent::default();
    let Some(mail) = house.config.mail() else { return Ok(done) };
    let letters = house.db.list_unsent_letters(ATTEMPTS).await?;
    if letters.is_empty() {
        return Ok(done);
    }
    let transport = transport(&mail);
    for letter in letters {
        let failure = match (&transport, message(&mail, &letter)) {
            (Ok(transport), Ok(message)) => transport.send(message).await.err().map(|error| error.to_string()),
            (Err(why), _) => Some(why.clone()),
            (_, Err(why)) => Some(why),
        };
        match &failure {
            None => done.sent += 1,
            Some(why) => {
                done.failed += 1;
                // A server may repeat the recipient's address in its answer.
                done.why = why.replace(&letter.address, "адресат");
            }
        }
        house.db.note_attempt(letter.no, &act.moment(), &failure.unwrap_or_default()).await?;
    }
    if done.failed > 0 {
        tracing::warn!(failed = done.failed, sent = done.sent, why = %done.why, "letters could not be sent");
    }
    Ok(done)
}

fn transport(mail: &Mail) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    type Transport = AsyncSmtpTransport<Tokio1Executor>;
    let builder = match mail.security.as_str() {
        "tls" => Transport::relay(&mail.host).map_err(|error| error.to_string())?,
        "starttls" => Transport::starttls_relay(&mail.host).map_err(|error| error.to_string())?,
        // A mail server on the same machine or in the school's own network.
        _ => Transport::builder_dangerous(&mail.host),
    };
    let builder = builder.port(mail.port).timeout(Some(Duration::from_secs(20)));
    Ok(match mail.user.is_empty() {
        true => builder.build(),
        false => builder.credentials(Credentials::new(mail.user.clone(), mail.password.clone())).build(),
    })
}

fn message(mail: &Mail, letter: &LetterRow) -> Result<Message, String> {
    let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|error| format!("адрес «{text}»: {error}"));
    let from = mailbox(&mail.from)?;
    // The same letter tried again keeps its name, so that a mail server which took it twice gives it once.
    let text = format!("{}\n{}\n{}", letter.written_at, letter.address, letter.body);
    let named = Digest::of(text.as_bytes()).to_hex();
    let id = format!("<{}.{}@{}>", letter.no, named.get(..16).unwrap_or_default(), from.email.domain());
    Message::builder()
        .message_id(Some(id))
        .from(from)
        .to(mailbox(&letter.address)?)
        .subject(letter.subject.as_str())
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.body.clone())
        .map_err(|error| error.to_string())
}

/// Reminds and sends letters every so often, until the house stops.
pub async fn keep_reminding(house: Arc<House>, clock: Clock, mut stop: watch::Receiver<bool>) {
    // The start belongs to those who wait for the first page.
    let mut pause = FIRST;
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => return,
        }
        pause = EVERY;
        let act = Act { by: crate::domain::people::OPERATOR.to_owned(), at: clock() };
        let done = async {
            remind(&house, &act).await?;
            send(&house, &act).await
        };
        if let Err(error) = done.await {
            tracing::warn!(%error, "reminders could not be given");
        }
    }
}

/// Sets the address at which a person wants letters; empty for none.
pub async fn set_address(house: &House, person: &str, address: &str, act: &Act) -> Result<(), Error> {
    let address = address.trim();
    if !address.is_empty() && address.parse::<lettre::Address>().is_err() {
        return Err(Refusal::NoAddress(address.to_owned()).into());
    }
    let mut tx = house.db.begin().await?;
    tx.set_mail_address(person, address, &act.moment()).await?;
    let event = Event::new(EventKind::AccountChanged, &act.by, &act.moment())
        .with("account", person)
        .with("what", if address.is_empty() { "mail_address_removed" } else { "mail_address_set" });
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// Why an address is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not an address.
    #[error("«{0}» — не адрес электронной почты: нужен вида имя@школа.рф")]
    NoAddress(String),
}
