//! Policies in force: the one the house was made under and those that orders brought later. Floor 2.
//!
//! A policy once used is never edited; a new order is a new file under its own name. Which policy holds is asked for a day, so that what
//! was made earlier keeps what it was made under.

use chrono::{Datelike as _, NaiveDate};

use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::calendar::SchoolCalendar;
use crate::domain::canon::Digest;
use crate::domain::deadline::{self, PrintDuty};
use crate::domain::journal::{Class, Journal};
use crate::domain::period::Span;
use crate::domain::policy::{self, Policy};
use crate::domain::snapshot::{CopyKind, Snapshot};
use crate::domain::words;
use crate::store::PolicyRow;

/// A policy and the days on which this house is under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// The policy.
    pub policy: Policy,
    /// First day in this house; `None` for the founding policy: it covers all that came before.
    pub from: Option<NaiveDate>,
    /// Last day in this house; `None` = until replaced.
    pub to: Option<NaiveDate>,
    /// The order that brought it, as given; the policy's own for the founding one.
    pub order: String,
    /// When it was adopted, RFC 3339; empty for the founding policy.
    pub adopted_at: String,
    /// By whom; empty for the founding policy.
    pub adopted_by: String,
}

impl InForce {
    /// The order by which the school took the policy; empty for the founding one.
    pub fn adopted(&self) -> &str {
        if self.from.is_some() { &self.order } else { "" }
    }

    /// Did a later order of the same first day take its place, so that it was never in force?
    pub fn is_replaced(&self) -> bool {
        self.from.zip(self.to).is_some_and(|(from, to)| to < from)
    }
}

/// Every policy of a house, the founding one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History(Vec<InForce>);

impl History {
    /// The policies, the founding one first.
    pub fn all(&self) -> &[InForce] {
        &self.0
    }

    /// The policy in force on a day.
    pub fn on(&self, day: NaiveDate) -> &InForce {
        let begun = |one: &&InForce| one.from.is_none_or(|from| from <= day);
        // The founding policy has begun on every day, so there is always one; the last that has begun holds.
        self.0.iter().rev().find(begun).unwrap_or(&self.0[0])
    }

    /// The policy with a digest: what a record was made under.
    pub fn by_digest(&self, digest: Digest) -> Option<&InForce> {
        self.0.iter().find(|one| one.policy.digest == digest)
    }
}

/// What an order brings.
#[derive(Debug, Clone)]
pub struct Adoption {
    /// Name of the file without `.toml`.
    pub name: String,
    /// The file.
    pub text: String,
    /// First day in force in this house; the file's own when absent.
    pub from: Option<NaiveDate>,
    /// «приказ от 01.09.2026 № 12».
    pub order: String,
}

/// Why a policy does not come in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A file was edited under the same name.
    #[error(
        "правила «{name}» уже применялись и с тех пор изменены: применённые правила не правят; новый приказ — новый файл под другим именем (было SHA-256 {was}, стало {is})"
    )]
    Edited {
        /// Name.
        name: String,
        /// Digest that was used.
        was: Digest,
        /// Digest that comes.
        is: Digest,
    },
    /// The very same file was adopted before.
    #[error(
        "правила «{0}» в этой школе уже вводились; вернуться к прежним — новый файл под другим именем, с новым приказом"
    )]
    Known(String),
    /// The day is before that of the last order.
    #[error(
        "правила вводятся с {from}, а последние введены с {last}: назовите более поздний день или тот же — {last}: тогда новый приказ заменит прежний, пока по нему не составлено ни одной копии"
    )]
    NotLater {
        /// Day asked for.
        from: String,
        /// Day of the last adoption.
        last: String,
    },
    /// The day is that of the last order, and records were made under its rules.
    #[error(
        "по правилам, введённым с {last}, уже составлена копия {copy}: тем же днём их не заменить; введите новые с {next} или позже"
    )]
    Used {
        /// Day of the last adoption.
        last: String,
        /// A copy made under it.
        copy: String,
        /// The first day on which others may come in force.
        next: String,
    },
    /// The regulation does not hold on that day.
    #[error("положение «{name}» не действует {from}: его срок — {term}")]
    NotInForce {
        /// Name.
        name: String,
        /// Day asked for.
        from: String,
        /// Its own term.
        term: String,
    },
    /// No order.
    #[error("не указан приказ: правила вводятся приказом, например «приказ от 01.09.2026 № 12»")]
    NoOrder,
    /// An order without its date or its number: nobody would find it in the school's papers.
    #[error("приказ назван не полностью: {0}; нужны и дата, и номер, например «приказ от 01.09.2026 № 12»")]
    VagueOrder(String),
}

/// Every policy of the house, as the database has them now.
pub async fn history(house: &House) -> Result<History, Error> {
    let founding = InForce {
        order: house.founding.order(),
        policy: house.founding.clone(),
        from: None,
        to: None,
        adopted_at: String::new(),
        adopted_by: String::new(),
    };
    let mut all = vec![founding];
    for row in house.db.list_policies().await? {
        let policy = super::house::parse_policy(&row.name, &row.text)?;
        let damaged = || Error::Damaged(format!("policies.in_force_from: {}", row.in_force_from));
        let from: NaiveDate = row.in_force_from.parse().map_err(|_| damaged())?;
        if let Some(last) = all.last_mut() {
            last.to = from.pred_opt();
        }
        let (order, adopted_at, adopted_by) = (row.order, row.adopted_at, row.adopted_by);
        all.push(InForce { policy, from: Some(from), to: None, order, adopted_at, adopted_by });
    }
    Ok(History(all))
}

/// The policy in force on the day of an act, with the order that brought it.
pub async fn at_act(house: &House, act: &Act) -> Result<InForce, Error> {
    Ok(history(house).await?.on(act.at.date_naive()).clone())
}

/// The policy in force on the day of an act.
pub async fn of_act(house: &House, act: &Act) -> Result<Policy, Error> {
    Ok(at_act(house, act).await?.policy)
}

/// What an adoption would bring: the policy and its first day. Writes nothing; refuses what [`adopt`] would refuse.
pub async fn tried(house: &House, adoption: &Adoption) -> Result<(Policy, NaiveDate), Error> {
    let policy = super::house::parse_policy(&adoption.name, &adoption.text)?;
    let history = history(house).await?;
    let from = check(&history, &policy, adoption.from, adoption.order.trim())?;
    unused(house, &history, from).await?;
    Ok((policy, from))
}

/// A second order of the last one's first day takes its place: only while no copy was made under the last one.
async fn unused(house: &House, history: &History, from: NaiveDate) -> Result<(), Error> {
    let Some(last) = history.all().last().filter(|last| last.from == Some(from)) else { return Ok(()) };
    for row in house.db.list_copies_naming(&last.policy.digest.to_hex()).await? {
        // What was issued before that order was made under other rules.
        let earlier =
            !row.issued_at.is_empty() && words::moment_of(&row.issued_at) < words::moment_of(&last.adopted_at);
        if earlier || house.db.load_snapshot(row.snapshot).await?.policy.digest != last.policy.digest {
            continue;
        }
        let next = from.succ_opt().unwrap_or(from);
        let (last, next) = (words::date_short(from), words::date_short(next));
        return Err(Refusal::Used { last, copy: row.id, next }.into());
    }
    Ok(())
}

/// Puts a policy in force from a day on, by an order. An order of the same first day as the last one takes its place.
pub async fn adopt(house: &House, adoption: &Adoption, act: &Act) -> Result<InForce, Error> {
    let policy = super::house::parse_policy(&adoption.name, &adoption.text)?;
    let order = adoption.order.trim().to_owned();
    // The writer's place is taken before the history is read: two orders at once stand one behind the other.
    let mut tx = house.db.begin().await?;
    let history = history(house).await?;
    let from = check(&history, &policy, adoption.from, &order)?;
    unused(house, &history, from).await?;
    let row = PolicyRow {
        ordinal: history.all().len() as u64,
        name: policy.name.clone(),
        digest: policy.digest.to_hex(),
        text: adoption.text.clone(),
        in_force_from: from.to_string(),
        order: order.clone(),
        adopted_at: act.moment(),
        adopted_by: act.by.clone(),
    };
    tx.record_policy(&row).await?;
    let event = Event::new(EventKind::PolicyChanged, &act.by, &act.moment())
        .with("name", &policy.name)
        .with_digest("policy", policy.digest)
        .with_digest("replaces", history.on(from).policy.digest)
        .with("from", from.to_string())
        // Words of an order may hold anything: the log keeps their digest, the row keeps the words.
        .with_digest("order", Digest::of(order.as_bytes()));
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(InForce { policy, from: Some(from), to: None, order, adopted_at: act.moment(), adopted_by: act.by.clone() })
}

/// Does the text name an order by date and number: «приказ от 01.09.2026 № 12», «приказ № 12 от 1 сентября 2026 г.»?
fn names_an_order(text: &str) -> bool {
    let number = text.split_once('№').is_some_and(|(_, rest)| rest.trim_start().starts_with(char::is_alphanumeric));
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches([',', ';', '(', ')', '.'])).collect();
    let in_digits = |word: &&str| {
        let parsed =
            NaiveDate::parse_from_str(word, "%d.%m.%Y").or_else(|_| NaiveDate::parse_from_str(word, "%Y-%m-%d"));
        // «01.09.26» would be the year 26.
        parsed.is_ok_and(|day| day.year() > 1900)
    };
    let in_words = |three: &[&str]| {
        let year = three[2].parse().ok().filter(|year| *year > 1900);
        let date = |month| NaiveDate::from_ymd_opt(year?, month, three[0].parse().ok()?);
        (1..=12)
            .filter_map(date)
            .any(|date| words::day_and_month(date) == format!("{} {}", three[0], three[1].to_lowercase()))
    };
    number && (words.iter().any(in_digits) || words.windows(3).any(in_words))
}

fn check(history: &History, policy: &Policy, asked: Option<NaiveDate>, order: &str) -> Result<NaiveDate, Refusal> {
    if order.is_empty() {
        return Err(Refusal::NoOrder);
    }
    if !names_an_order(order) {
        return Err(Refusal::VagueOrder(format!("«{order}»")));
    }
    if history.by_digest(policy.digest).is_some() {
        return Err(Refusal::Known(policy.name.clone()));
    }
    let used = history.all().iter().find(|one| one.policy.name == policy.name).map(|one| one.policy.digest);
    // A built-in name belongs to the file inside the program: another text under it would pass for that one.
    let built_in = policy::builtin(&policy.name).map(|text| Digest::of(text.as_bytes()));
    if let Some(was) = used.or(built_in.filter(|digest| *digest != policy.digest)) {
        return Err(Refusal::Edited { name: policy.name.clone(), was, is: policy.digest });
    }
    let from = asked.unwrap_or(policy.in_force_from);
    if !policy.is_in_force(from) {
        let first = words::date_short(policy.in_force_from);
        let term = match policy.in_force_to {
            Some(last) => format!("с {first} по {}", words::date_short(last)),
            None => format!("с {first}"),
        };
        return Err(Refusal::NotInForce { name: policy.name.clone(), from: words::date_short(from), term });
    }
    if let Some(last) = history.all().last().and_then(|one| one.from).filter(|last| from < *last) {
        return Err(Refusal::NotLater { from: words::date_short(from), last: words::date_short(last) });
    }
    Ok(from)
}

/// What a record rests on: the policy that it was made under, and what that policy asks of its paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The policy as this house knows it; `None` when the house has lost it (the doctor tells).
    pub under: Option<InForce>,
    /// Is that policy still the one in force today?
    pub in_force: bool,
    /// Clause of the term of keeping.
    pub keep_clause: String,
    /// What is asked of the paper copy; `None` without the policy or the period.
    pub paper: Option<PrintDuty>,
}

/// What the record of a snapshot rests on; `today` decides whether its policy is still in force.
pub async fn basis(house: &House, frozen: &Snapshot, today: NaiveDate) -> Result<Basis, Error> {
    let history = history(house).await?;
    let under = history.by_digest(frozen.policy.digest).cloned();
    let in_force = history.on(today).policy.digest == frozen.policy.digest;
    let key = match frozen.copy.kind {
        CopyKind::PeriodCopy => "retention.period_copy",
        CopyKind::SummarySheet => "retention.summary_sheet",
    };
    let keep_clause = under.as_ref().map(|under| under.policy.clause(key).to_owned()).unwrap_or_default();
    let journal = house.db.load_journal(&frozen.year).await?;
    let calendar = super::timeliness::calendar_of(house, &journal).await?;
    let days = frozen.period.starts.parse().ok().zip(frozen.period.ends.parse().ok());
    let kind = journal.periods.iter().find(|period| period.id == frozen.period.id).map(|period| period.kind);
    let (class, period) = (frozen.class.name.as_str(), frozen.period.id.as_str());
    let paper = under.as_ref().zip(days).map(|(under, days)| {
        deadline::print_duty(
            &under.policy,
            &calendar,
            &deadline::Copy { class, grade: frozen.class.grade, period, kind, days, record: frozen.copy.kind },
        )
    });
    Ok(Basis { under, in_force, keep_clause, paper })
}

/// What a policy asks of the paper copy of a class's span, as the title page says it.
pub(super) fn on_title(
    policy: &Policy,
    calendar: &SchoolCalendar,
    journal: &Journal,
    class: &Class,
    (span, record): (&Span, CopyKind),
) -> String {
    let kind = journal.periods.iter().find(|period| period.id == span.id).map(|period| period.kind);
    let copy = deadline::Copy {
        class: &class.name,
        grade: class.grade,
        period: &span.id,
        kind,
        days: (span.starts, span.ends),
        record,
    };
    deadline::print_duty(policy, calendar, &copy).on_title()
}
