//! Signing in, step by step: login and password, an own password, the second factor. Floor 3.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::{Caller, Fields, token, with_session};
use crate::domain::rights::{Action, Rules};
use crate::domain::words;
use crate::flow;
use crate::flow::signin::demo::{self, DemoLogin};
use crate::flow::signin::{Entered, Stage, Visit, factor};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::frame::Frame;
use crate::web::query::{self, Asked};
use crate::web::route::{Access, Route, SubjectOf, get, post};

/// Routes of these pages. They are open to strangers: a session that is half open is a stranger to every other page.
pub(super) fn routes() -> Vec<Route> {
    const OPEN: Access = Access::Public;
    vec![
        get("/signin", OPEN, SubjectOf::House, form).helped("people.ru#вход"),
        post("/signin", OPEN, SubjectOf::House, enter),
        get("/signin/password", OPEN, SubjectOf::House, password_form).helped("people.ru#вход"),
        post("/signin/password", OPEN, SubjectOf::House, change_password),
        get("/signin/code", OPEN, SubjectOf::House, code_form).helped("people.ru#второй-фактор"),
        post("/signin/code", OPEN, SubjectOf::House, give_code),
        get("/signin/enrol", OPEN, SubjectOf::House, enrol_form).helped("people.ru#второй-фактор"),
        get("/signin/enrol/qr.svg", OPEN, SubjectOf::House, picture),
        post("/signin/enrol", OPEN, SubjectOf::House, enrol),
        post("/signout", OPEN, SubjectOf::House, sign_out),
    ]
}

#[derive(Template)]
#[template(path = "people/signin.html", config = "src/web/askama.toml")]
struct SignInPage {
    frame: Frame,
    next: String,
    login: String,
    error: String,
    identity: bool,
    /// Whom the rules let give families their way in, and do they name ЕСИА.
    who: String,
    by_state: bool,
    /// Logins of a demonstration house; empty in every other.
    demo: Vec<DemoLogin>,
}

#[derive(Template)]
#[template(path = "people/password.html", config = "src/web/askama.toml")]
struct PasswordPage {
    frame: Frame,
    /// Label of the one-time password; empty right after it was given.
    old_label: &'static str,
    next: String,
    error: String,
}

#[derive(Template)]
#[template(path = "people/code.html", config = "src/web/askama.toml")]
struct CodePage {
    frame: Frame,
    next: String,
    error: String,
}

#[derive(Template)]
#[template(path = "people/enrol.html", config = "src/web/askama.toml")]
struct EnrolPage {
    frame: Frame,
    next: String,
    error: String,
    secret: String,
}

#[derive(Template)]
#[template(path = "people/recovery.html", config = "src/web/askama.toml")]
struct RecoveryPage {
    frame: Frame,
    next: String,
    codes: Vec<String>,
}

/// Where a session at this stage goes.
pub(super) fn step(stage: Stage, next: &str) -> String {
    // It comes from the address bar or a link that anybody made, and ends in a redirect or under a button.
    let next = answer::own(next);
    let tail = if next == "/" { String::new() } else { format!("?next={}", query::segment(next)) };
    match stage {
        Stage::ChangePassword => format!("/signin/password{tail}"),
        Stage::GiveFactor => format!("/signin/code{tail}"),
        Stage::EnrolFactor => format!("/signin/enrol{tail}"),
        Stage::Open => next.to_owned(),
    }
}

async fn visit(state: &WebState, headers: &HeaderMap) -> Result<Option<Visit>, Refusal> {
    Ok(state.house.sign_in.visit(&state.house, &token(headers), state.now()).await?)
}

/// The session at this stage, or the way to where it stands.
async fn at(
    state: &WebState,
    headers: &HeaderMap,
    stage: Stage,
    next: &str,
) -> Result<Result<Visit, Response>, Refusal> {
    Ok(match visit(state, headers).await? {
        Some(visit) if visit.stage == stage => Ok(visit),
        Some(visit) => Err(answer::redirect(&step(visit.stage, next))),
        None => Err(answer::redirect("/signin")),
    })
}

/// A refusal of sign-in as the words under the form; everything else is a fault.
pub(super) fn said(error: flow::Error) -> Result<String, Refusal> {
    match error {
        flow::Error::SignIn(no) => Ok(words::capitalised(&no.to_string()) + "."),
        other => Err(other.into()),
    }
}

async fn entrance(
    frame: Frame,
    state: &WebState,
    next: &str,
    login: &str,
    error: String,
) -> Result<SignInPage, Refusal> {
    let identity = super::identity::provider(state).is_some();
    let demo = demo::logins(&state.house, state.now()).await?;
    let rules = Rules::of(state.directory().await?.policy(state.now().date_naive()), false);
    Ok(SignInPage {
        frame: frame.titled("Вход"),
        next: next.to_owned(),
        login: login.to_owned(),
        error,
        identity,
        who: rules.who(Action::IssueFamilyCredentials),
        by_state: rules.families_by_state(),
        demo,
    })
}

async fn form(
    State(state): State<WebState>,
    headers: HeaderMap,
    asked: Asked,
    frame: Frame,
) -> Result<Response, Refusal> {
    let next = asked.value("next");
    if let Some(visit) = visit(&state, &headers).await? {
        return Ok(answer::redirect(&step(visit.stage, next)));
    }
    answer::page(&entrance(frame, &state, next, "", String::new()).await?)
}

/// The way on after a step that was taken, with the session's new token; or the words for the same page again.
fn onward(
    taken: Result<Entered, flow::Error>,
    next: &str,
    caller: &Caller,
) -> Result<Result<Response, String>, Refusal> {
    match taken {
        Ok(entered) => {
            let response = answer::redirect(&step(entered.visit.stage, next));
            Ok(Ok(with_session(response, &entered.token, caller.secure)))
        }
        Err(error) => said(error).map(Err),
    }
}

async fn enter(
    State(state): State<WebState>,
    caller: Caller,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (login, next) = (fields.value("login"), fields.value("next"));
    let house = &state.house;
    let entered = house.sign_in.sign_in(house, login, fields.secret("password"), &caller.origin, state.now()).await;
    match onward(entered, next, &caller)? {
        Ok(response) => Ok(response),
        Err(words) => answer::page_again(&entrance(frame, &state, next, login, words).await?),
    }
}

async fn password_form(
    State(state): State<WebState>,
    headers: HeaderMap,
    asked: Asked,
    frame: Frame,
) -> Result<Response, Refusal> {
    let next = asked.value("next");
    match at(&state, &headers, Stage::ChangePassword, next).await? {
        Ok(_) => answer::page(&password_page(frame, next, asks_old(&state, &headers).await?, String::new())),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// Is the one-time password asked once more? Not of who has just signed in by it.
async fn asks_old(state: &WebState, headers: &HeaderMap) -> Result<bool, Refusal> {
    Ok(!state.house.sign_in.just_entered(&state.house, &token(headers), state.now()).await?)
}

fn password_page(frame: Frame, next: &str, asks_old: bool, error: String) -> PasswordPage {
    let old_label = if asks_old { "Одноразовый пароль с листа" } else { "" };
    PasswordPage { frame: frame.titled("Свой пароль"), old_label, next: next.to_owned(), error }
}

async fn change_password(
    State(state): State<WebState>,
    headers: HeaderMap,
    caller: Caller,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let next = fields.value("next");
    if let Err(elsewhere) = at(&state, &headers, Stage::ChangePassword, next).await? {
        return Ok(elsewhere);
    }
    let (new, repeated) = (fields.secret("new"), fields.secret("repeated"));
    let asks_old = asks_old(&state, &headers).await?;
    let wrong = if new != repeated {
        "Новый пароль набран по-разному: повторите его точно."
    } else if asks_old && fields.secret("old").is_empty() {
        "После входа прошло больше десяти минут: наберите и одноразовый пароль с листа."
    } else {
        ""
    };
    if !wrong.is_empty() {
        return answer::page_again(&password_page(frame, next, asks_old, wrong.to_owned()));
    }
    let house = &state.house;
    let changed = house
        .sign_in
        .change_password(house, &token(&headers), fields.secret("old"), new, &caller.origin, state.now())
        .await;
    match onward(changed, next, &caller)? {
        Ok(response) => Ok(response),
        Err(words) => answer::page_again(&password_page(frame, next, asks_old, words)),
    }
}

async fn code_form(
    State(state): State<WebState>,
    headers: HeaderMap,
    asked: Asked,
    frame: Frame,
) -> Result<Response, Refusal> {
    let next = asked.value("next");
    match at(&state, &headers, Stage::GiveFactor, next).await? {
        Ok(_) => answer::page(&code_page(frame, next, String::new())),
        Err(elsewhere) => Ok(elsewhere),
    }
}

fn code_page(frame: Frame, next: &str, error: String) -> CodePage {
    CodePage { frame: frame.titled("Второй фактор"), next: next.to_owned(), error }
}

async fn give_code(
    State(state): State<WebState>,
    headers: HeaderMap,
    caller: Caller,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let next = fields.value("next");
    if let Err(elsewhere) = at(&state, &headers, Stage::GiveFactor, next).await? {
        return Ok(elsewhere);
    }
    let house = &state.house;
    let given =
        house.sign_in.give_factor(house, &token(&headers), fields.value("code"), &caller.origin, state.now()).await;
    match onward(given, next, &caller)? {
        Ok(response) => Ok(response),
        Err(words) => answer::page_again(&code_page(frame, next, words)),
    }
}

/// May this session set a second factor up now: because it must, or because it wants to.
async fn enrolling(state: &WebState, headers: &HeaderMap) -> Result<Option<factor::Enrolment>, Refusal> {
    match visit(state, headers).await? {
        Some(visit) if matches!(visit.stage, Stage::EnrolFactor | Stage::Open) => {}
        _ => return Ok(None),
    }
    match state.house.sign_in.begin_factor(&state.house, &token(headers), state.now()).await {
        Ok(enrolment) => Ok(Some(enrolment)),
        Err(flow::Error::SignIn(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn enrol_page(frame: Frame, next: &str, error: String, secret: String) -> EnrolPage {
    EnrolPage {
        frame: frame.titled("Подключить второй фактор"), next: next.to_owned(), error, secret
    }
}

async fn enrol_form(
    State(state): State<WebState>,
    headers: HeaderMap,
    asked: Asked,
    frame: Frame,
) -> Result<Response, Refusal> {
    match enrolling(&state, &headers).await? {
        Some(enrolment) => answer::page(&enrol_page(frame, asked.value("next"), String::new(), enrolment.secret)),
        None => Ok(answer::redirect("/signin")),
    }
}

async fn picture(State(state): State<WebState>, headers: HeaderMap) -> Result<Response, Refusal> {
    let enrolment = enrolling(&state, &headers).await?.ok_or(Refusal::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], enrolment.picture).into_response())
}

async fn enrol(
    State(state): State<WebState>,
    headers: HeaderMap,
    caller: Caller,
    frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    let next = fields.value("next");
    let Some(enrolment) = enrolling(&state, &headers).await? else { return Ok(answer::redirect("/signin")) };
    let house = &state.house;
    let confirmed =
        house.sign_in.confirm_factor(house, &token(&headers), fields.value("code"), &caller.origin, state.now()).await;
    match confirmed {
        Ok((codes, entered)) => {
            let next = step(entered.visit.stage, next);
            let page = RecoveryPage { frame: frame.titled("Запасные коды"), next, codes };
            Ok(with_session(answer::page(&page)?, &entered.token, caller.secure))
        }
        Err(error) => answer::page_again(&enrol_page(frame, next, said(error)?, enrolment.secret)),
    }
}

async fn sign_out(State(state): State<WebState>, headers: HeaderMap, caller: Caller) -> Result<Response, Refusal> {
    state.house.sign_in.sign_out(&state.house, &token(&headers), state.now()).await?;
    Ok(with_session(answer::redirect("/"), "", caller.secure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_step_of_signing_in_carries_the_address_of_another_house() {
        assert_eq!(step(Stage::Open, "/desk"), "/desk");
        assert_eq!(step(Stage::GiveFactor, "/desk?q=5А"), "/signin/code?next=%2Fdesk%3Fq%3D5%D0%90");
        for evil in ["https://evil.example", "//evil.example", "/\t/evil.example", "javascript:alert(1)"] {
            assert_eq!(step(Stage::Open, evil), "/", "{evil:?}");
            assert_eq!(step(Stage::EnrolFactor, evil), "/signin/enrol", "{evil:?}");
        }
    }
}
