//! Contrary acts: what takes a void act back that is no change of rows (SEC-03). Floor 2.
//!
//! An act of the log is never taken out of it. Where the house knows an act that undoes its effect, that one is done, and the void act counts as undone;
//! where it knows none, it says why and what is left: approving, or a new version of the copy.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{Act, Error, House, reissue, tokens};
use super::deeds::VoidDeed;
use super::{Decided, Decision, Refusal, Standing, Survey, Target, Which, decide, survey};
use crate::domain::copy::State;
use crate::store::AccountState;

/// What takes a void act back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contrary {
    /// Revokes the token of the interface that was issued.
    Revoke(String),
    /// Shuts the accounts whose credentials were issued or changed.
    Shut(Vec<String>),
    /// Opens the account that was shut.
    Open(String),
    /// Makes the next version of the copy: nobody's signature moves over to it.
    Reissue,
    /// There is none.
    None(&'static str),
}

impl Contrary {
    /// Of an act of the log by its kind and payload; `issued` are the accounts whose credentials that act issued.
    pub(super) fn of(kind: &str, payload: &Value, issued: Vec<String>) -> Self {
        let text = |key: &str| payload[key].as_str().unwrap_or_default().to_owned();
        match kind {
            "token_issued" => Self::Revoke(text("token")),
            "account_issued" => Self::Shut(issued),
            "account_changed" if text("what") == "locked" => Self::Open(text("person")),
            "account_changed" => Self::Shut(vec![text("person")]),
            "copy_issued" | "copy_superseded" | "statement_signed" | "statement_refused" | "sealed" => Self::Reissue,
            "period_closed" => Self::None(
                "закрытый период не открывают: если закрыт он зря, копию выпускают новой версией, а закрытие подтверждают",
            ),
            "supplement_opened" => {
                Self::None("приём поздних записей закрывают на странице копии, если записей не было")
            }
            "supplement_frozen" | "supplement_withdrawn" => {
                Self::None("составленный лист заменяют его следующей версией, закрытый приём открывают снова")
            }
            "bundle_imported" => Self::None(
                "загрузка отменяется со строками, которые изменила, а таких строк, ждущих решения, нет; первую загрузку года исправляют \
                 загрузкой верного набора: разница станет изменениями",
            ),
            "policy_changed" => {
                Self::None("правила сменяют только новым приказом: введите верные (letopis policy adopt)")
            }
            "year_closed" => Self::None("год открывают снова приказом на странице «Закрытие года»"),
            "certificate_issued" => Self::None("выданный сертификат не забирают: выдайте новый ключ (letopis key)"),
            "token_revoked" => Self::None("отозванный ключ не возвращается: выдайте новый"),
            "compromise_noted" => {
                Self::None("уведомление не забирают: подтвердите действия, о которых оно, а вход откройте снова")
            }
            "data_exported" | "copy_exported" | "extract_made" => {
                Self::None("вывезенное не вернуть: подтвердите вывоз или сообщите тем, чьи сведения вывезены")
            }
            _ => Self::None("обратного действия нет: событие можно подтвердить"),
        }
    }

    /// What would be done, or why nothing can.
    pub fn in_russian(&self) -> String {
        match self {
            Self::Revoke(_) => "отзовёт ключ интерфейса".to_owned(),
            Self::Shut(_) => "закроет выданный вход: владелец получит новый".to_owned(),
            Self::Open(_) => "откроет закрытый вход снова".to_owned(),
            Self::Reissue => "выпустит копию новой версией: её подписывают заново".to_owned(),
            Self::None(why) => (*why).to_owned(),
        }
    }

    /// Is it done together with everything else, when no act is named? Copies are reissued one by one: each is signed by a dozen people again.
    pub fn is_at_once(&self) -> bool {
        matches!(self, Self::Revoke(_) | Self::Shut(_) | Self::Open(_))
    }
}

/// A void change as its act sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brought {
    /// Index of the act's event.
    pub(super) event: u64,
    /// Number of the change.
    pub(super) seq: u64,
    /// Does it wait for a decision?
    pub(super) pending: bool,
}

/// The void changes of a survey.
pub(super) fn brought(survey: &Survey) -> Vec<Brought> {
    let one = |change: &super::VoidChange| Brought {
        event: change.row.event,
        seq: change.row.seq,
        pending: change.standing.is_pending(),
    };
    survey.changes.iter().map(one).collect()
}

/// Acts that only brought rows and that no act takes back: each is decided with the last of its rows, once these changes are decided.
pub(super) fn with_rows(which: &Which, deeds: &[VoidDeed], rows: &[Brought], decided: &[u64]) -> Vec<u64> {
    let decided: BTreeSet<u64> = decided.iter().copied().collect();
    let brings: BTreeSet<u64> = rows.iter().map(|row| row.event).collect();
    let wait = rows.iter().filter(|row| row.pending && !decided.contains(&row.seq));
    let wait: BTreeSet<u64> = wait.map(|row| row.event).collect();
    let now: BTreeSet<u64> = rows.iter().filter(|row| decided.contains(&row.seq)).map(|row| row.event).collect();
    let is_settled = |deed: &&VoidDeed| {
        let Standing::Pending(under) = deed.standing else { return false };
        let asked = match which {
            Which::All => true,
            Which::Notice(no) => *no == under,
            Which::These(targets) => targets.contains(&Target::Event(deed.event)),
        };
        let only_rows = matches!(deed.contrary, Contrary::None(_)) && brings.contains(&deed.event);
        only_rows && !wait.contains(&deed.event) && (asked || now.contains(&deed.event))
    };
    deeds.iter().filter(is_settled).map(|deed| deed.event).collect()
}

/// Does the contrary acts of what is wanted, one after another, each with its own event, and puts on record what was undone by them.
///
/// A crash in the middle leaves whole acts; who asks again finds the rest.
pub(super) async fn undo(house: &House, which: &Which, act: &Act) -> Result<Decided, Error> {
    let mut decided = Decided::default();
    for deed in wanted(house, which).await? {
        perform(house, &deed, act).await?;
        decided.events.push(deed.event);
    }
    if !decided.events.is_empty() {
        decide(house.db.begin().await?, Decision::Undone, (&[], &decided.events), Vec::new(), act).await?;
    }
    Ok(decided)
}

/// Refuses what [`undo`] would refuse before it begins.
pub(super) async fn refuse(house: &House, which: &Which) -> Result<(), Error> {
    wanted(house, which).await.map(|_| ())
}

/// The void acts that are to be taken back. None of them when one of those named cannot be: who asked reads why and asks for the rest.
async fn wanted(house: &House, which: &Which) -> Result<Vec<VoidDeed>, Error> {
    let pending = |deed: &VoidDeed| match (which, deed.standing) {
        (Which::All, Standing::Pending(_)) => deed.contrary.is_at_once(),
        (Which::Notice(no), Standing::Pending(under)) => *no == under && deed.contrary.is_at_once(),
        (Which::These(targets), Standing::Pending(_)) => targets.contains(&Target::Event(deed.event)),
        _ => false,
    };
    let survey = survey(house).await?;
    // What goes with its rows is not asked for by itself.
    let rows = brought(&survey);
    let named: Vec<u64> = match which {
        Which::These(targets) => {
            let seqs = targets.iter().filter_map(|target| match target {
                Target::Change(seq) => Some(*seq),
                Target::Event(_) => None,
            });
            seqs.collect()
        }
        Which::All | Which::Notice(_) => Vec::new(),
    };
    let with = with_rows(which, &survey.deeds, &rows, &named);
    let mut deeds = survey.deeds;
    deeds.retain(|deed| pending(deed) && !with.contains(&deed.event));
    let none = deeds.iter().find_map(|deed| match &deed.contrary {
        Contrary::None(why) => Some((deed.event, *why)),
        _ => None,
    });
    match none {
        Some((event, why)) => Err(Refusal::NoContrary { event, why }.into()),
        None => Ok(deeds),
    }
}

/// Does one contrary act; what somebody did meanwhile is not done twice.
async fn perform(house: &House, deed: &VoidDeed, act: &Act) -> Result<(), Error> {
    match &deed.contrary {
        Contrary::Revoke(token) => {
            let known = house.db.list_tokens().await?;
            if known.iter().any(|row| row.id == *token && row.revoked_at.is_empty()) {
                tokens::revoke(house, token, act).await?;
            }
        }
        Contrary::Shut(persons) => {
            for person in persons {
                let account = house.db.find_account(person).await?;
                if account.is_some_and(|account| account.state != AccountState::Locked) {
                    house.sign_in.lock(house, person, act).await?;
                }
            }
        }
        Contrary::Open(person) => {
            if house.db.find_account(person).await?.is_some_and(|account| account.state == AccountState::Locked) {
                house.sign_in.unlock(house, person, act).await?;
            }
        }
        Contrary::Reissue => {
            let last = house.db.list_versions(&deed.copy).await?.pop();
            if last.is_some_and(|last| last.version == deed.version && last.state != State::Superseded) {
                let ground = match deed.standing {
                    Standing::Pending(notice) => format!("{} — недействительно по уведомлению № {notice}", deed.what),
                    _ => deed.what.clone(),
                };
                reissue::reissue(house, &deed.copy, &ground, act).await?;
            }
        }
        Contrary::None(why) => return Err(Refusal::NoContrary { event: deed.event, why }.into()),
    }
    Ok(())
}
