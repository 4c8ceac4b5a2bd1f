//! A new order: a policy file or one inside the program comes in force from a day. Floor 3.

use askama::Template;
use axum::extract::{Multipart, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Datelike as _, NaiveDate, TimeDelta};

use super::{Choice, Coming, choices, coming, is_sample, open, title};
use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::domain::lint;
use crate::domain::people::Visitor;
use crate::domain::policy::{self, Policy};
use crate::domain::rights::{Action, Rules};
use crate::domain::setup::promotion;
use crate::domain::words;
use crate::flow;
use crate::flow::exchange;
use crate::flow::policy::{Adoption, History, Refusal as NotTaken, adopt as bring, tried};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query;

#[derive(Template)]
#[template(path = "policy/adopt.html", config = "src/web/askama.toml")]
struct AdoptPage {
    frame: Frame,
    choices: Vec<Choice>,
    /// Rules that an order has brought and whose first day is still to come: they are not offered again.
    coming: Vec<Coming>,
    /// Rules in force: they need no second order.
    in_force: String,
    /// Are they a sample of the program, which no order has brought? With the school's own act it may be brought.
    unordered: bool,
    /// What changes for people: the rules, and how families get in under them.
    families: Vec<(String, String)>,
    sent: Sent,
}

/// What was typed, kept when the form comes back, and the words beside each field that was not taken.
#[derive(Debug, Clone, Default)]
struct Sent {
    preset: String,
    /// Name of the file that came: a browser does not send it twice, it is chosen again.
    file: String,
    order: String,
    /// The school's own act of electronic signatures; empty when the rules name it, or nobody does.
    act: String,
    from: String,
    wrong_rules: String,
    wrong_file: Vec<String>,
    wrong_order: String,
    wrong_act: String,
    wrong_from: String,
}

impl Sent {
    /// Was something not taken?
    fn is_wrong(&self) -> bool {
        let words = [&self.wrong_rules, &self.wrong_order, &self.wrong_act, &self.wrong_from];
        !self.wrong_file.is_empty() || words.iter().any(|said| !said.is_empty())
    }

    /// Puts the words of a refusal beside the field that they are about.
    fn refused(&mut self, refusal: &NotTaken) {
        let said = words::capitalised(&refusal.to_string()) + ".";
        match refusal {
            NotTaken::NoOrder | NotTaken::VagueOrder(_) => self.wrong_order = said,
            NotTaken::NotLater { .. } | NotTaken::NotInForce { .. } | NotTaken::Used { .. } => self.wrong_from = said,
            NotTaken::Edited { .. } | NotTaken::Known(_) if self.file.is_empty() => self.wrong_rules = said,
            NotTaken::Edited { .. } | NotTaken::Known(_) => self.wrong_file.push(said),
        }
    }
}

/// Longest name of an act that the mark of a signature holds, letters.
const LONGEST_ACT: usize = 160;

/// A name for the rules that differ from a preset by the school's own act: free in this house.
fn own_name(history: &History, preset: &str) -> String {
    let free = |name: &String| history.all().iter().all(|one| one.policy.name != *name);
    let numbered = (2_u32..).map(|no| format!("{preset}-school-{no}"));
    std::iter::once(format!("{preset}-school")).chain(numbered).find(free).unwrap_or_default()
}

/// Is this the sample of the program that the house lives by without an order?
fn is_unordered(history: &History, name: &str, today: NaiveDate) -> bool {
    let now = history.on(today);
    is_sample(now) && now.policy.name == name
}

/// One finding of a file of rules as a line: where, what is wrong, what is wanted.
fn line(finding: &Finding) -> String {
    let mut said = match finding.place.as_str() {
        "" => words::capitalised(&finding.message),
        place => format!("{place}: {}", finding.message),
    };
    if !finding.found.is_empty() {
        said.push_str(&format!("; найдено: «{}»", finding.found));
    }
    if !finding.expected.is_empty() {
        said.push_str(&format!("; нужно: {}", finding.expected));
    }
    said
}

/// The day that the form offers: the first of the school year that comes or has just begun; in the middle of a year today, and where an order
/// has brought rules already, tomorrow. A house that has closed nothing yet lives by its first rules from the beginning of its year; a day that
/// is not after the last adoption is not offered.
pub(super) fn offered(year: i32, begins: bool, last: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
    /// A year that began so many days ago has just begun.
    const JUST_DAYS: i64 = 7;
    // From June on the coming year is prepared, whatever year the house has.
    let coming = today.year() - i32::from(today.month() < 6);
    let fresh = |first: &NaiveDate| *first >= today - TimeDelta::days(JUST_DAYS);
    let first = |year: i32| promotion::first_day(&format!("{year}/{}", year + 1));
    let own = first(year).filter(|first| begins || fresh(first));
    let day = own.or_else(|| first(coming).filter(fresh)).filter(|day| last.is_none_or(|last| last < *day));
    let next = |last: NaiveDate| last.max(today).succ_opt().unwrap_or(today);
    day.unwrap_or_else(|| last.map_or(today, next))
}

/// `GET /policy/adopt`.
pub(super) async fn form(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let (history, _) = open(&state).await?;
    let today = state.now().date_naive();
    let begins = state.house.db.list_years().await?.is_empty();
    let year = exchange::first_year(&state.house, today).await?;
    let last = history.all().last().and_then(|one| one.from);
    let from = offered(year, begins, last, today).to_string();
    answer::page(&page(&state, frame, Sent { from, ..Sent::default() }).await?)
}

/// The form once more with what was typed and the words beside it; nothing was brought in.
async fn again(state: &WebState, frame: Frame, mut sent: Sent) -> Result<Response, Refusal> {
    if !sent.file.is_empty() {
        let once_more = format!("Файл «{}» выберите ещё раз: браузер не помнит его.", sent.file);
        sent.wrong_file.push(once_more);
    }
    answer::page_again(&page(state, frame, sent).await?)
}

async fn page(state: &WebState, frame: Frame, sent: Sent) -> Result<AdoptPage, Refusal> {
    let (history, _) = open(state).await?;
    let today = state.now().date_naive();
    // What stands last needs no second order, a sample that no order has brought one with the school's own act; what was in force earlier may come
    // again. A file of the school is brought as a file.
    let last = history.all().last().map(|one| one.policy.name.clone()).unwrap_or_default();
    let used = |name: &str| policy::builtin(name).is_none() || name == last && !is_unordered(&history, name, today);
    let choices: Vec<Choice> =
        choices(&history, &sent.preset).into_iter().filter(|choice| !used(&choice.name)).collect();
    let families = choices.iter().filter_map(|choice| {
        let rules = policy::parse(&choice.name, policy::builtin(&choice.name)?).ok()?;
        Some((title(&rules), ways_in(&rules)))
    });
    let families = families.collect();
    let now = &history.on(today).policy;
    let in_force = title(now);
    let unordered = is_unordered(&history, &now.name, today);
    Ok(AdoptPage {
        in_force,
        unordered,
        frame: frame
            .titled("Ввести правила приказом")
            .leading("Прежние записи остаются при правилах, по которым сделаны; применённые правила не правят.")
            .under("Правила", "/policy"),
        choices,
        coming: coming(&history, today, "/policy", ""),
        families,
        sent,
    })
}

/// How families get in under a policy.
fn ways_in(policy: &Policy) -> String {
    let rules = Rules::of(policy, false);
    match rules.families() {
        said if said.is_empty() => {
            format!("логины родителям и ученикам выдаёт {}", rules.who(Action::IssueFamilyCredentials))
        }
        said => said,
    }
}

/// One difference on the page that asks: what it is about, what is said now, what will be.
struct Change {
    about: String,
    was: String,
    is: String,
}

#[derive(Template)]
#[template(path = "policy/confirm.html", config = "src/web/askama.toml")]
struct ConfirmPage {
    frame: Frame,
    /// Titles of the rules that the day finds in force, and of those that come.
    now: String,
    coming: String,
    /// «10 ноября 2025 г.», and is it to come?
    day: String,
    later: bool,
    order: String,
    /// The earlier order of the same day, which this one replaces; empty for none.
    replaced: String,
    changes: Vec<Change>,
    /// Address of the comparison; empty for a file, which no page shows yet.
    compare: String,
    families: String,
    /// Does the regulation contradict itself somewhere?
    doubts: bool,
    sent: Sent,
    /// The file that came, base64: a browser does not send it twice.
    body: String,
}

/// The question before rules come in force: which are now, which will be and from which day, what differs, who is to know.
async fn confirm(
    state: &WebState,
    frame: Frame,
    sent: Sent,
    file: Option<&str>,
    (coming, from): (Policy, NaiveDate),
) -> Result<Response, Refusal> {
    let (history, _) = open(state).await?;
    let last = history.all().last();
    let replaced = last.filter(|last| last.from == Some(from)).map(|last| last.order.clone()).unwrap_or_default();
    let now = &history.on(state.now().date_naive()).policy;
    let said = |value: Option<&policy::PolicyValue>| match value {
        Some(value) => value.russian.clone(),
        None => "не сказано".to_owned(),
    };
    // As many as the page of the comparison and `policy diff` count: title and order of the rules are among them.
    let differing = policy::difference(now, &coming).into_iter();
    let changes = differing.map(|one| Change {
        about: Some(policy::about(&one.key)).filter(|about| !about.is_empty()).unwrap_or_else(|| one.key.clone()),
        was: said(one.first),
        is: said(one.second),
    });
    let changes: Vec<Change> = changes.collect();
    let pair = [&now.name, &sent.preset].map(|name| query::segment(name));
    let compare = match file {
        Some(_) => String::new(),
        None => format!("/policy/compare?first={}&second={}", pair[0], pair[1]),
    };
    answer::page(&ConfirmPage {
        frame: frame
            .titled("Ввести эти правила?")
            .leading("Проверьте: применённые правила потом не правят, их заменяют новым приказом.")
            .under("Правила", "/policy"),
        now: title(now),
        coming: title(&coming),
        day: words::date_words(from),
        later: from > state.now().date_naive(),
        order: sent.order.trim().to_owned(),
        replaced,
        changes,
        compare,
        families: ways_in(&coming),
        doubts: lint::finds(&lint::lint(&coming)),
        body: file.map(|text| STANDARD.encode(text)).unwrap_or_default(),
        sent,
    })
}

/// `POST /policy/adopt`: `preset` or `file`, `order`, `act`, `from`; without `sure` it asks first and writes nothing.
pub(super) async fn adopt(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    mut fields: Multipart,
) -> Result<Response, Refusal> {
    let (mut sent, mut file) = (Sent::default(), None);
    let (mut sure, mut kept) = (false, [String::new(), String::new()]);
    while let Some(field) = fields.next_field().await.map_err(|_| Refusal::BrokenUpload)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let text = field.text().await.map_err(|_| Refusal::BrokenUpload)?;
        match name.as_str() {
            "preset" => sent.preset = text,
            "order" => sent.order = text,
            "act" => sent.act = text,
            "from" => sent.from = text,
            "sure" => sure = !text.is_empty(),
            "file_name" => kept[0] = text,
            "body" => kept[1] = text,
            "file" if !text.is_empty() => file = file_name.map(|file_name| (file_name, text)),
            _ => {}
        }
    }
    let [kept_name, kept_text] = kept;
    if file.is_none() && !kept_text.is_empty() {
        let bytes = STANDARD.decode(kept_text).map_err(|_| Refusal::BrokenUpload)?;
        file = Some((kept_name, String::from_utf8(bytes).map_err(|_| Refusal::BrokenUpload)?));
    }
    let came = file.as_ref().map(|(_, text)| text.clone());
    let own_act = sent.act.trim().to_owned();
    if own_act.chars().count() > LONGEST_ACT {
        sent.wrong_act = format!("Название длиннее {LONGEST_ACT} знаков: в отметку о подписи оно не поместится.");
        return again(&state, frame, sent).await;
    }
    let (name, text) = match file {
        Some((file_name, text)) => {
            let name = file_name.trim_end_matches(".toml").to_owned();
            sent.file = file_name;
            if !own_act.is_empty() {
                sent.wrong_act = "В своём файле правил акт называет сам файл: оставьте это поле пустым.".to_owned();
                return again(&state, frame, sent).await;
            }
            (name, text)
        }
        None if sent.preset.is_empty() => {
            sent.wrong_rules = "Выберите готовые правила или свой файл.".to_owned();
            return again(&state, frame, sent).await;
        }
        None => {
            let text = policy::builtin(&sent.preset).ok_or(Refusal::NotFound)?;
            let (history, _) = open(&state).await?;
            if !own_act.is_empty() {
                // Another text under another name: the file inside the program stays what it is.
                (own_name(&history, &sent.preset), policy::with_signature_act(text, &own_act))
            } else if is_unordered(&history, &sent.preset, state.now().date_naive()) {
                sent.wrong_act =
                    "Эти правила уже действуют: чтобы ввести их приказом, назовите локальный акт школы.".to_owned();
                return again(&state, frame, sent).await;
            } else if history.by_digest(Digest::of(text.as_bytes())).is_some()
                && history.all().last().is_some_and(|last| last.policy.name != sent.preset)
            {
                // Rules of before come again as a text of their own: each order has its own file.
                let order = sent.order.split_whitespace().collect::<Vec<_>>().join(" ");
                (own_name(&history, &sent.preset), format!("{text}\n# Введены снова: {order}\n"))
            } else {
                (sent.preset.clone(), text.to_owned())
            }
        }
    };
    let parsed = match policy::parse(&name, &text) {
        Ok(parsed) => parsed,
        // A preset is right: what is wrong came with the words of the act.
        Err(findings) if sent.file.is_empty() => {
            let said: Vec<String> =
                findings.iter().map(|one| one.message.replace("в «signature.act.value» слово", "слово")).collect();
            sent.wrong_act = words::capitalised(&said.join("; ")) + ".";
            return again(&state, frame, sent).await;
        }
        Err(findings) => {
            sent.wrong_file = findings.iter().map(line).collect();
            return again(&state, frame, sent).await;
        }
    };
    let from = match sent.from.trim() {
        "" => None,
        typed => match typed.parse::<NaiveDate>() {
            Ok(day) => Some(day),
            Err(_) => {
                sent.wrong_from = format!("«{typed}» — не дата: нужны день, месяц и год.");
                return again(&state, frame, sent).await;
            }
        },
    };
    let adoption = Adoption { name, text, from, order: sent.order.clone() };
    if !sure {
        return match tried(&state.house, &adoption).await {
            Ok(taken) => confirm(&state, frame, sent, came.as_deref(), taken).await,
            Err(flow::Error::Adoption(refusal)) => {
                sent.refused(&refusal);
                again(&state, frame, sent).await
            }
            Err(error) => Err(error.into()),
        };
    }
    let adopted = match bring(&state.house, &adoption, &state.act(&visitor.account)).await {
        Ok(adopted) => adopted,
        Err(flow::Error::Adoption(refusal)) => {
            sent.refused(&refusal);
            return again(&state, frame, sent).await;
        }
        Err(error) => return Err(error.into()),
    };
    let day = adopted.from.map(words::date_short).unwrap_or_default();
    let doubts = if lint::finds(&lint::lint(&parsed)) {
        ". В положении есть противоречия: их показывает кнопка «Противоречия» на этой странице"
    } else {
        ""
    };
    let later = adopted.from.is_some_and(|from| from > state.now().date_naive());
    let begin = if later { "вступают в силу" } else { "действуют" };
    let said = words::quoted(&title(&adopted.policy));
    // The page of what was adopted: until its first day «/policy» shows the rules before it.
    let page = format!("/policy?name={}", query::segment(&adopted.policy.name));
    let families = ways_in(&adopted.policy);
    Ok(answer::done(&page, &format!("С {day} {begin} правила {said}: {families}{doubts}")))
}
