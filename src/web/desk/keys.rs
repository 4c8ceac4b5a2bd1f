//! Keys: the own one, in the browser or on the server; everybody's, for who issues them. Floor 3.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::choices;
use crate::domain::canon::{Digest, hex};
use crate::domain::copy::State as CopyState;
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::policy::KeyPlace;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::flow::keys::{self, Enrolment, Keyring, Reason};
use crate::flow::outdated::Why;
use crate::flow::remind;
use crate::flow::sign::{Desk, InHand, Pen};
use crate::store::CertificateRow;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::fields::Fields;
use crate::web::frame::Frame;
use crate::web::query::segment;
use crate::web::route::{Access, Group, Route, SubjectOf, get, post};
use crate::web::waiting::Awaited;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const SIGNS: Access = Access::Does(Action::SignCopies);
    const ISSUES: Access = Access::Does(Action::IssueStaffCredentials);
    vec![
        get("/signing-key", SIGNS, SubjectOf::House, own)
            .in_menu(Group::Own, "Мой ключ подписи")
            .helped("records#ключи"),
        post("/signing-key", SIGNS, SubjectOf::House, enrol),
        post("/signing-key/server", SIGNS, SubjectOf::House, on_server),
        post("/signing-key/lost", SIGNS, SubjectOf::House, lost),
        post("/signing-key/mail", SIGNS, SubjectOf::House, address),
        post("/desk/statements", SIGNS, SubjectOf::House, statements),
        get("/keys", ISSUES, SubjectOf::House, all).in_menu(Group::People, "Ключи подписи").helped("records#ключи"),
        post("/keys/{person}/replace", ISSUES, SubjectOf::Person, replace),
        post("/keys/{person}/revoke", ISSUES, SubjectOf::Person, revoke),
        post("/keys/authority", ISSUES, SubjectOf::House, authority),
    ]
}

struct CertificateView {
    serial: String,
    fingerprint: String,
    from: String,
    to: String,
    place: &'static str,
    state: String,
    serves: bool,
}

fn view(state: &WebState, keyring: &Keyring, row: &CertificateRow) -> CertificateView {
    let standing = keys::state_of(row, keyring.revocation_of(&row.fingerprint), state.now());
    let day = |text: &str| {
        let moment = chrono::DateTime::parse_from_rfc3339(text).ok();
        let zone = state.house.config.zone();
        moment.map(|moment| words::date_short(moment.with_timezone(&zone).date_naive())).unwrap_or_default()
    };
    CertificateView {
        serial: row.serial.clone(),
        fingerprint: row.fingerprint.clone(),
        from: day(&row.not_before),
        to: day(&row.not_after),
        place: if row.key_file.is_empty() {
            "в браузере владельца"
        } else {
            "на сервере школы"
        },
        serves: standing.serves(),
        state: standing.as_russian(),
    }
}

#[derive(Template)]
#[template(path = "desk/key.html", config = "src/web/askama.toml")]
struct KeyPage {
    frame: Frame,
    certificate: Option<CertificateView>,
    earlier: Vec<CertificateView>,
    person: String,
    /// What the rules say of the place, empty where they leave it to the person; which ways they leave open.
    rule: String,
    in_browser: bool,
    on_server: bool,
    task: String,
    address: String,
    letters: bool,
}

/// `GET /signing-key`.
async fn own(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let keyring = Keyring::open(&state.house).await?;
    let mut rows: Vec<CertificateRow> = state.house.db.list_certificates().await?;
    rows.retain(|row| row.owner == visitor.account);
    let certificate = rows.pop().map(|row| view(&state, &keyring, &row));
    let earlier = rows.iter().rev().map(|row| view(&state, &keyring, row)).collect();
    let frame = frame
        .titled("Мой ключ подписи")
        .leading("Ключом подписываются заявления о проверенных листах. Новый ключ не отменяет сделанных подписей.")
        .under("Подписание", "/desk");
    let address = state.house.db.mail_address(&visitor.account).await?;
    let letters = state.house.config.mail().is_some();
    let must = keys::place_of(&state.house, &visitor.account, &state.act(&visitor.account)).await?;
    let place = must.as_ref().map(|(place, _)| *place);
    let rule = must.as_ref().map(|(place, clause)| {
        format!("По правилам школы ваш закрытый ключ хранится {} ({clause}).", place.as_russian())
    });
    answer::page(&KeyPage {
        rule: rule.unwrap_or_default(),
        in_browser: place != Some(KeyPlace::Server),
        on_server: place != Some(KeyPlace::Browser),
        address,
        letters,
        certificate,
        earlier,
        task: task(&state, &visitor.account)?,
        person: visitor.account,
        frame,
    })
}

/// A task for the browser to sign: it holds for a quarter of an hour, for this person, without being kept anywhere.
fn task(state: &WebState, person: &str) -> Result<String, Refusal> {
    let until = state.now().timestamp() + 15 * 60;
    let sum = mac(state, person, until).ok_or(Refusal::Fault)?;
    Ok(format!("{until}-{sum}"))
}

/// Binds a moment to a person; the secret is the running program's own. `None`: the program has none.
fn mac(state: &WebState, person: &str, until: i64) -> Option<String> {
    let text = format!("{}\n{person}\n{until}", hex(&state.secret?));
    Some(Digest::of(text.as_bytes()).to_hex())
}

fn is_task(state: &WebState, person: &str, task: &str) -> bool {
    let Some((until, sum)) = task.split_once('-') else { return false };
    let until: i64 = until.parse().unwrap_or(0);
    until >= state.now().timestamp() && mac(state, person, until).is_some_and(|known| known == sum)
}

/// `POST /signing-key`: the browser's public key with the proof that it has the private one.
async fn enrol(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let bytes = |name: &str| STANDARD.decode(fields.value(name)).unwrap_or_default();
    let task = fields.value("task").to_owned();
    let stale = || Refusal::Rule("Задание устарело: обновите страницу и повторите".to_owned());
    if !is_task(&state, &visitor.account, &task) {
        return Err(stale());
    }
    let public_key: [u8; 32] = bytes("public_key").try_into().map_err(|_| stale())?;
    let enrolment = Enrolment { public_key, task, proof: bytes("proof") };
    keys::enrol(&state.house, &visitor.account, &enrolment, &state.act(&visitor.account)).await?;
    Ok(answer::done("/signing-key", "Ключ этого браузера зарегистрирован: подписи ставятся здесь"))
}

/// `POST /signing-key/server`: a new key on the server.
async fn on_server(State(state): State<WebState>, visitor: Visitor) -> Result<Response, Refusal> {
    keys::replace_key(&state.house, &visitor.account, Reason::Replaced, "", &state.act(&visitor.account)).await?;
    Ok(answer::done("/signing-key", "Выдан новый ключ на сервере школы; прежний больше не подписывает"))
}

/// `POST /signing-key/lost`: the own key is lost or known to others: it ends now.
async fn lost(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let reason = Reason::parse(fields.value("reason")).unwrap_or(Reason::Lost);
    keys::revoke(&state.house, &visitor.account, reason, "", &state.act(&visitor.account)).await?;
    Ok(answer::done(
        "/signing-key",
        "Ключ отозван: подписать им больше нельзя, сделанные подписи остаются. Получите новый",
    ))
}

/// `POST /signing-key/mail`: where reminders go by letter.
async fn address(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    remind::set_address(&state.house, &visitor.account, fields.value("address"), &state.act(&visitor.account)).await?;
    Ok(answer::done("/signing-key", "Адрес для напоминаний записан"))
}

/// `POST /desk/statements`: what the browser is to sign, word for word.
async fn statements(State(state): State<WebState>, visitor: Visitor, fields: Fields) -> Result<Response, Refusal> {
    let choices = choices(&fields)?;
    let act = state.act(&visitor.account);
    let made = Desk::open(&state.house).await?.statements(&visitor.account, &choices, &act).await?;
    let told = made.iter().map(|statement| {
        json!({
            "copy": statement.copy,
            "version": statement.version,
            "sheets": statement.sheets.len(),
            "body": String::from_utf8_lossy(&statement.to_signed_bytes()),
        })
    });
    Ok(Json(told.collect::<Vec<_>>()).into_response())
}

/// With what the form was signed: the server's key, or what the browser sends.
pub(super) fn pen(fields: &Fields) -> Result<Pen, Refusal> {
    let (bodies, signatures) = (fields.all("statement"), fields.all("signature"));
    if bodies.is_empty() {
        return Ok(Pen::Server);
    }
    if bodies.len() != signatures.len() {
        return Err(Refusal::Rule("Подписи из браузера дошли не все: повторите".to_owned()));
    }
    // A form sends line ends as CR LF; the signed bytes have LF alone.
    let hands = bodies.into_iter().zip(signatures);
    let hands = hands.map(|(body, signature)| InHand { body: body.replace("\r\n", "\n"), signature });
    Ok(Pen::Browser(hands.collect()))
}

struct KeyLine {
    name: String,
    position: String,
    certificate: Option<CertificateView>,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/keys.html", config = "src/web/askama.toml")]
struct KeysPage {
    frame: Frame,
    lines: Vec<KeyLine>,
    school: Vec<(&'static str, CertificateView)>,
    /// Classes whose copies are on their way and would need a next version after a replacement, and how many those are.
    open_copies: usize,
    open_classes: String,
    /// Classes whose copies hang on an authority that was replaced already, and how many those are.
    former_copies: usize,
    former_classes: String,
    /// Who issues the next version: «выпускают директор или заместитель директора».
    issues: String,
    reasons: Vec<(&'static str, &'static str)>,
}

/// `GET /keys`.
async fn all(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let keyring = Keyring::open(&state.house).await?;
    let directory = state.directory().await?;
    let shown = |owner: &str| keyring.certificate(owner).ok().map(|row| view(&state, &keyring, row));
    let mut lines: Vec<KeyLine> = directory
        .roster
        .staff
        .iter()
        .map(|member| KeyLine {
            name: names::full_name(&member.surname, &member.given_name, &member.patronymic),
            position: member.position.clone(),
            certificate: shown(&member.id),
            href: segment(&member.id),
        })
        .collect();
    // Who cannot sign comes first.
    lines.sort_by_key(|line| (line.certificate.as_ref().is_some_and(|one| one.serves), line.name.clone()));
    let school =
        [("Удостоверяющий центр школы", keys::AUTHORITY), ("Печать школы", keys::SEAL), ("Журнал событий", keys::LOG)];
    let school = school.into_iter().filter_map(|(name, owner)| Some((name, shown(owner)?))).collect();
    let (open_copies, open_classes) = on_way(&state, |copy| copy.outdated != Some(Why::Former)).await?;
    let (former_copies, former_classes) = on_way(&state, |copy| copy.outdated == Some(Why::Former)).await?;
    let frame = frame.titled("Ключи подписи").leading(
        "Кто может подписать сегодня. Отозванный ключ не подписывает с этой минуты; сделанные подписи остаются.",
    );
    let reasons = Reason::ALL.into_iter().map(|reason| (reason.as_str(), reason.as_russian())).collect();
    answer::page(&KeysPage {
        frame,
        lines,
        school,
        open_copies,
        open_classes,
        former_copies,
        former_classes,
        issues: issues(&visitor),
        reasons,
    })
}

/// Who issues the next version, with the verb that fits one office or several.
fn issues(visitor: &Visitor) -> String {
    let verb = match visitor.rules.may(Action::IssueCopies).count() {
        1 => "выпускает",
        _ => "выпускают",
    };
    format!("{verb} {}", visitor.rules.who(Action::IssueCopies))
}

/// Copies that are not sealed yet: how many are such, and their classes in order.
async fn on_way(state: &WebState, is_such: fn(&Awaited) -> bool) -> Result<(usize, String), Refusal> {
    let copies = state.waiting.at(&state.house, state.moved().await?.copies).await?;
    let open = |copy: &&Awaited| matches!(copy.row.state, CopyState::Frozen | CopyState::Issued | CopyState::Signed);
    let mut classes: Vec<&str> =
        copies.iter().filter(open).filter(|copy| is_such(copy)).map(|copy| copy.row.class.as_str()).collect();
    let count = classes.len();
    classes.sort_by(|a, b| names::natural(a, b));
    classes.dedup();
    let word = words::plural(classes.len() as u64, "класс", "классы", "классы");
    Ok((count, format!("{word} {}", classes.join(", "))))
}

/// «Гранитов Роман Ильич»; who is on no list by the identifier.
async fn named(state: &WebState, person: &str) -> Result<String, Refusal> {
    let directory = state.directory().await?;
    let member = directory.roster.staff_member(person);
    let name = member.map(|one| names::full_name(&one.surname, &one.given_name, &one.patronymic));
    Ok(name.unwrap_or_else(|| person.to_owned()))
}

/// `POST /keys/{person}/replace`.
async fn replace(
    State(state): State<WebState>,
    Path(person): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let reason = Reason::parse(fields.value("reason")).unwrap_or(Reason::Replaced);
    keys::replace_key(&state.house, &person, reason, fields.value("note"), &state.act(&visitor.account)).await?;
    let name = named(&state, &person).await?;
    Ok(answer::done("/keys", &format!("{name}: выдан новый ключ; прежний больше не подписывает")))
}

/// `POST /keys/{person}/revoke`.
async fn revoke(
    State(state): State<WebState>,
    Path(person): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let reason = Reason::parse(fields.value("reason")).unwrap_or(Reason::Lost);
    keys::revoke(&state.house, &person, reason, fields.value("note"), &state.act(&visitor.account)).await?;
    let name = named(&state, &person).await?;
    Ok(answer::done("/keys", &format!("{name}: ключ отозван, подписать им больше нельзя")))
}

/// `POST /keys/authority`: a new authority, seal and certificates.
async fn authority(State(state): State<WebState>, visitor: Visitor) -> Result<Response, Refusal> {
    let staff = keys::replace_authority(&state.house, &state.act(&visitor.account)).await?;
    let counted = words::count(staff as u64, "сертификат", "сертификата", "сертификатов");
    let (former, classes) = on_way(&state, |copy| copy.outdated == Some(Why::Former)).await?;
    let next = match former {
        0 => String::new(),
        _ => format!(". Копии, которым теперь нужна следующая версия: {former} ({classes})"),
    };
    Ok(answer::done("/keys", &format!("Удостоверяющий центр и печать заменены, сотрудникам выдано: {counted}{next}")))
}
