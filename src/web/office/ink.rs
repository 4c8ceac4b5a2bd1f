//! Ink and stamp on paper copies: who said that they are there, what waits for the head, and the head's own press. Floor 3.

use axum::response::Response;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::Fields;
use crate::domain::forms::{People, day};
use crate::domain::paper::{Kept, PaperFact};
use crate::domain::people::Visitor;
use crate::domain::rights::Role;
use crate::domain::words;
use crate::flow::office;
use crate::store::Which;

/// One thing that happened.
pub(super) struct Happened {
    pub(super) at: String,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) open: bool,
}

/// What happened to a copy: how it came to be, the office's acts and the handovers, in the order of time.
pub(super) fn history_of(kept: &Kept, people: &People, scanned: bool) -> Vec<Happened> {
    let mut history: Vec<(String, Happened)> = kept
        .facts
        .iter()
        .map(|(at, by, fact)| {
            let happened = Happened {
                at: words::moment_short(at),
                who: people.get(by).short,
                what: fact.as_russian(),
                open: false,
            };
            (at.clone(), happened)
        })
        .collect();
    // The first of all, whatever bears the same moment.
    let what = if scanned {
        "принята сканами подписанных листов"
    } else {
        "напечатана"
    };
    let made = Happened {
        at: words::moment_short(&kept.copy.printed_at),
        who: people.get(&kept.copy.printed_by).short,
        what: what.to_owned(),
        open: false,
    };
    history.insert(0, (kept.copy.printed_at.clone(), made));
    for one in &kept.handovers {
        let signed = |name: &str, at: &str| {
            if at.is_empty() {
                format!("{name}: ждём подписи")
            } else {
                format!("{name}: подписано {}", words::moment_short(at))
            }
        };
        let what = format!(
            "{} № {}: {}; {}",
            one.purpose.as_russian(),
            one.no,
            signed(&people.get(&one.from).short, &one.from_signed_at),
            signed(&people.get(&one.to).short, &one.to_signed_at),
        );
        let happened = Happened {
            at: words::moment_short(&one.opened_at),
            who: people.get(&one.opened_by).short,
            what,
            open: !one.is_complete(),
        };
        history.push((one.opened_at.clone(), happened));
    }
    if let Some(ink) = &kept.ink {
        let happened = Happened {
            at: words::moment_short(&ink.at),
            who: people.get(&ink.by).short,
            what: format!("подпись директора на бумаге отмечена по ступени маршрута: {}", day(&ink.day)),
            open: false,
        };
        history.push((ink.at.clone(), happened));
    }
    history.sort_by(|a, b| a.0.cmp(&b.0));
    history.into_iter().map(|(_, happened)| happened).collect()
}

/// What is known of the head's signature and the stamp: label, words with who said it and when, or what is waited for.
pub(super) fn said_of(kept: &Kept, people: &People) -> Vec<(&'static str, String)> {
    if kept.copy.no == 0 || kept.void().is_some() {
        return Vec::new();
    }
    let told = |on: &str, at: &str, by: &str| {
        format!("{}; записано {}, {}", day(on), words::moment_short(at), people.get(by).short)
    };
    let noted = |pick: fn(&PaperFact) -> Option<&String>| {
        kept.facts.iter().rev().find_map(|(at, by, fact)| pick(fact).map(|on| told(on, at, by)))
    };
    let signed = noted(|fact| match fact {
        PaperFact::SignedByHead { day } => Some(day),
        _ => None,
    });
    let by_route = || kept.ink.as_ref().map(|ink| told(&ink.day, &ink.at, &ink.by));
    let stamped = noted(|fact| match fact {
        PaperFact::Stamped { day } => Some(day),
        _ => None,
    });
    vec![
        (
            "Подпись директора",
            signed.or_else(by_route).unwrap_or_else(|| "ждём: ставит и записывает директор".to_owned()),
        ),
        ("Печать школы", stamped.unwrap_or_else(|| "ждём: записывает директор".to_owned())),
    ]
}

/// Paper copies that wait for the visitor's signature and stamp; none for who is not the head.
pub(super) fn waiting<'k>(papers: &'k [Kept], visitor: &Visitor) -> Vec<&'k Kept> {
    let is_head = visitor.holds(Role::Director);
    papers.iter().filter(|kept| is_head && kept.awaits_head().is_some()).collect()
}

/// The head says of the copies that were shown that they are signed and stamped: each gets what it lacks of what is ticked.
pub(super) async fn state_all(state: &WebState, visitor: &Visitor, fields: &Fields) -> Result<Response, Refusal> {
    let shown = fields.all("one");
    let papers = state.house.db.list_paper(Which::All).await?;
    let open: Vec<&Kept> = papers.iter().filter(|kept| shown.contains(&kept.copy.id)).collect();
    let n = state_ink(state, visitor, fields, &open).await?;
    let said = format!("Записано вашим именем: {}.", words::count(n, "копия", "копии", "копий"));
    Ok(answer::done("/office/papers", &said))
}

/// Records the head's word on these copies; gives on how many something was recorded.
pub(super) async fn state_ink(
    state: &WebState,
    visitor: &Visitor,
    fields: &Fields,
    papers: &[&Kept],
) -> Result<u64, Refusal> {
    let act = state.act(&visitor.account);
    let day = fields.value("day");
    let (signed, stamped) = (!fields.value("signed").is_empty(), !fields.value("stamped").is_empty());
    if !signed && !stamped {
        return Err(Refusal::Rule("Отметьте, что сделано: подпись, печать или обе.".to_owned()));
    }
    let mut n = 0;
    for kept in papers.iter().filter(|kept| kept.awaits_head().is_some()) {
        let mut facts = Vec::new();
        if signed && kept.signed_by_head().is_empty() {
            facts.push(PaperFact::SignedByHead { day: day.to_owned() });
        }
        if stamped && kept.stamped().is_empty() {
            facts.push(PaperFact::Stamped { day: day.to_owned() });
        }
        for fact in &facts {
            office::note(&state.house, &kept.copy.id, fact, &act).await?;
        }
        n += u64::from(!facts.is_empty());
    }
    Ok(n)
}
