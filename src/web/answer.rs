//! Answers that are not a page's own: refusals in plain words with a way out, messages after an act, files, headers. Floor 3.
//!
//! A handler returns a [`Refusal`]; what it looks like is decided in one place, by what was asked for: a page, a fragment for htmx, or
//! problem+json (RFC 9457) for a program. Each carries the number of the request, under which the program's log has the cause.

mod problem;
mod world;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{self, ACCEPT};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::frame::Frame;
use super::guard::{self, Passage};
use super::{WebState, query};
use crate::bundle;
use crate::domain::finding::Finding;
use crate::domain::{family_extract, freeze, outage, words};
use crate::vault::backup::Fault;
use crate::{flow, store, typeset};

/// Own files only: no inline script or style, no other host, no frame around the page.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Header and log field of the request's number.
pub(super) const NUMBER_HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The cookie that carries a message over a redirect.
pub(super) const FLASH_COOKIE: &str = "letopis-said";

/// What to do where no page is, for whoever has not signed in.
const NOT_FOUND_OUTSIDE: &str = "Проверьте адрес. Если это страница школы, войдите: после входа есть поиск.";

/// Why a request has no page.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No such address, class, person or copy, or one of another school.
    #[error("Такой страницы нет")]
    NotFound,
    /// A known address, another method.
    #[error("Этот адрес так не открывают")]
    MethodNotAllowed,
    /// Nobody is signed in.
    #[error("Сначала войдите")]
    SignIn {
        /// Where to come back to.
        next: String,
    },
    /// The matrix of rights says no.
    #[error("Эта страница вам не открыта")]
    Forbidden {
        /// Why, and who could.
        reason: String,
    },
    /// A form that came from another site's page.
    #[error("Запрос пришёл не со страницы «Летописи»")]
    CrossSite,
    /// A rule says no: what and why in one sentence.
    #[error("{0}")]
    Rule(String),
    /// What was entered cannot be taken; every finding at once.
    #[error("Исправьте отмеченное и повторите")]
    BadInput(Vec<Finding>),
    /// Too many attempts.
    #[error("Слишком много попыток")]
    TooMany {
        /// Seconds until the next one.
        retry_after_seconds: u64,
    },
    /// The house has no school year yet.
    #[error("Учебный год ещё не заведён")]
    NoJournal,
    /// A form without a file.
    #[error("Файл не выбран: выберите файл и повторите")]
    NoFile,
    /// Above [`super::LARGEST_UPLOAD_BYTES`].
    #[error("Файл больше 100 МБ: такой файл проверяет команда letopis verify на самом компьютере")]
    TooLarge,
    /// The upload broke off or is not a form.
    #[error("Файл не дошёл целиком: попробуйте ещё раз")]
    BrokenUpload,
    /// The deadline of a request passed.
    #[error("Ответ готовился слишком долго")]
    TooSlow,
    /// The world failed in a way that people can mend, and are told of.
    #[error("{0}")]
    World(world::Mendable),
    /// The world failed; the cause is in the program's log.
    #[error("Страницу показать не удалось")]
    Fault,
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::SignIn { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Rule(_) | Self::NoJournal => StatusCode::CONFLICT,
            Self::BadInput(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NoFile | Self::BrokenUpload => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::World(told) if told.is_full => StatusCode::INSUFFICIENT_STORAGE,
            Self::TooSlow | Self::World(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Stable word for programs: `code` of problem+json, and the last part of its `type`.
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::SignIn { .. } => "sign-in-required",
            Self::Forbidden { .. } => "forbidden",
            Self::CrossSite => "cross-site",
            Self::Rule(_) => "rule",
            Self::BadInput(_) => "bad-input",
            Self::TooMany { .. } => "too-many",
            Self::NoJournal => "no-journal",
            Self::NoFile => "no-file",
            Self::TooLarge => "too-large",
            Self::BrokenUpload => "broken-upload",
            Self::TooSlow => "too-slow",
            Self::World(_) => "world",
            Self::Fault => "fault",
        }
    }

    /// What to do now.
    fn advice(&self) -> String {
        match self {
            Self::NotFound => "Проверьте адрес или найдите нужное через поиск: страницу могли переименовать, \
                               а сведений другой школы здесь не бывает."
                .to_owned(),
            Self::MethodNotAllowed => "Вернитесь на страницу и повторите действие кнопкой на ней.".to_owned(),
            Self::SignIn { .. } => "Страница открывается после входа под своим именем.".to_owned(),
            Self::Forbidden { reason } => reason.clone(),
            Self::CrossSite => {
                "Действие не выполнено. Откройте нужную страницу «Летописи» и повторите с неё.".to_owned()
            }
            Self::Rule(_) | Self::BadInput(_) => {
                "Ничего не изменено. Вернитесь на страницу: введённое на ней сохранилось.".to_owned()
            }
            Self::TooMany { retry_after_seconds } => {
                let minutes = retry_after_seconds.div_ceil(60);
                let word = words::plural(minutes, "минуту", "минуты", "минут");
                format!("Попробуйте снова через {minutes}\u{a0}{word}.")
            }
            Self::NoJournal => {
                "Он заводится на странице «Загрузка данных»: выберите там таблицы школы, какими их ведут. Это делает администратор."
                    .to_owned()
            }
            Self::NoFile | Self::TooLarge | Self::BrokenUpload => String::new(),
            Self::TooSlow => {
                "Программа сейчас занята. Начатое могло и завершиться: через минуту посмотрите, сделано ли, и повторите, если нет.".to_owned()
            }
            Self::World(_) => "Данные целы: неудавшееся действие не оставляет следов. Исправьте названное или скажите администратору, \
                               потом повторите."
                .to_owned(),
            Self::Fault => {
                "Данные целы: неудавшееся действие не оставляет следов. Попробуйте ещё раз; если не поможет — \
                            назовите администратору номер запроса, причина записана под ним в журнале программы."
                    .to_owned()
            }
        }
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::PeriodClosed(_)
            | store::Error::AppendOnly(_)
            | store::Error::Duplicate
            | store::Error::YearClosed(_)
            | store::Error::YearInUse
            | store::Error::Overtaken(_) => Self::Rule(words::capitalised(&error.to_string())),
            other => failed(&other, world::of_store(&other)),
        }
    }
}

impl From<flow::Error> for Refusal {
    fn from(error: flow::Error) -> Self {
        use flow::Error as E;
        match error {
            E::Store(error) => error.into(),
            E::NoCopy(_) | E::NoVersion { .. } | E::NoYear { .. } => Self::NotFound,
            E::NoJournal => Self::NoJournal,
            E::Office(refusal) if refusal.is_unknown() => Self::NotFound,
            E::Outage(outage::Refusal::Unknown(_)) | E::FamilyExtract(family_extract::Refusal::Unknown(_)) => {
                Self::NotFound
            }
            E::Period(_)
            | E::NotNow { .. }
            | E::State { .. }
            | E::OldVersion { .. }
            | E::NotSealed(_)
            | E::Package(_)
            | E::ChangedMeanwhile
            | E::SignIn(_)
            | E::Appointment(_)
            | E::SealingElsewhere
            | E::KeyOut { .. }
            | E::NotInHand
            | E::Key(_)
            | E::Paper(_)
            | E::Address(_)
            | E::OtherAuthority
            | E::Outdated(_)
            | E::NoKey(_)
            | E::Change(_)
            | E::Compromise(_)
            | E::Scan(_)
            | E::Supplement(_)
            | E::Outage(_)
            | E::FamilyExtract(_)
            | E::Break(_)
            | E::Recall(_)
            | E::NothingToSign(_)
            | E::Unsigned { .. }
            | E::Freeze(freeze::Unfreezable::Route(_))
            | E::Adoption(_)
            | E::Token(_)
            | E::Carrier(_)
            | E::Publish(_)
            | E::Backup(Fault::Code | Fault::CodeOf(_) | Fault::NotACopy(..) | Fault::Stopped)
            | E::Typeset(typeset::Error::TooLong { .. })
            | E::Office(_) => Self::Rule(words::capitalised(&error.to_string())),
            other => failed(&other, world::of_flow(&other)),
        }
    }
}

/// A failure that people can mend is told to them, any other in general words; the log has the cause of both.
fn failed(error: &(dyn std::error::Error + 'static), told: Option<world::Mendable>) -> Refusal {
    let fault = fault(error);
    told.map_or(fault, Refusal::World)
}

/// Logs a fault once, at the boundary; visitors are told in general words.
pub(super) fn fault(error: &(dyn std::error::Error + 'static)) -> Refusal {
    tracing::error!(error, "a page could not be shown");
    Refusal::Fault
}

impl IntoResponse for Refusal {
    /// Only the status: [`finish`] gives it words.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::TooMany { retry_after_seconds } = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[derive(Template)]
#[template(path = "refusal.html", config = "src/web/askama.toml")]
struct RefusalPage {
    frame: Frame,
    message: String,
    advice: String,
    number: String,
    sign_in: String,
    /// The page whose form was not taken; empty when the browser does not say.
    back: String,
    /// Where the year is brought in, for a house that has none.
    bring: &'static str,
    findings: Vec<Finding>,
}

#[derive(Template)]
#[template(path = "refusal-part.html", config = "src/web/askama.toml")]
struct RefusalPart<'a> {
    message: String,
    advice: String,
    number: &'a str,
    findings: &'a [Finding],
}

/// Numbers the request, gives a refusal its words, forgets a message that was shown, and adds the headers of every answer.
pub(super) async fn finish(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let count = state.requests.fetch_add(1, Ordering::Relaxed);
    // The moment tells runs of the program apart, the count requests of one run.
    let number = format!("{:X}-{count:04}", state.now().timestamp());
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    request.extensions_mut().insert(Arc::<str>::from(number.as_str()));
    let span = tracing::info_span!("request", number = %number, method = %request.method());
    let mut response =
        super::READ.scope(super::Read::default(), tracing::Instrument::instrument(next.run(request), span)).await;
    if let Some(refusal) = response.extensions_mut().remove::<Arc<Refusal>>() {
        tracing::info!(number = %number, code = refusal.code(), "refused");
        let passage = response.extensions().get::<Passage>().cloned();
        let mut told = tell(&state, &refusal, &number, &headers, query::path_of(&uri), passage.as_ref()).await;
        if let Some(passage) = passage {
            told.extensions_mut().insert(passage);
        }
        for (name, value) in response.headers() {
            told.headers_mut().entry(name).or_insert(value.clone());
        }
        response = told;
    }
    if guard::cookie(&headers, FLASH_COOKIE).is_some() && is_page(&response) {
        let gone = format!("{FLASH_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        if let Ok(gone) = HeaderValue::from_str(&gone) {
            response.headers_mut().append(header::SET_COOKIE, gone);
        }
    }
    if let Ok(number) = HeaderValue::from_str(&number) {
        response.headers_mut().insert(NUMBER_HEADER, number);
    }
    harden(response)
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status() == StatusCode::OK && kind.is_some_and(|kind| kind.starts_with("text/html"))
}

async fn tell(
    state: &WebState,
    refusal: &Refusal,
    number: &str,
    headers: &HeaderMap,
    address: String,
    passage: Option<&Passage>,
) -> Response {
    let (message, advice) = (refusal.to_string(), refusal.advice());
    let findings: &[Finding] = if let Refusal::BadInput(findings) = refusal { findings } else { &[] };
    let sign_in = match refusal {
        Refusal::SignIn { next } => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("/signin?next={next}")
        }
        _ => String::new(),
    };
    if wants_json(headers) || address.starts_with("/api/") {
        return problem::told(refusal, number, findings);
    }
    if is_partial(headers) {
        if !sign_in.is_empty() {
            return ([(HeaderName::from_static("hx-redirect"), sign_in)], StatusCode::NO_CONTENT).into_response();
        }
        let part = RefusalPart { message, advice, number, findings };
        let place = [
            (HeaderName::from_static("hx-retarget"), "#said"),
            (HeaderName::from_static("hx-reswap"), "innerHTML"),
            (HeaderName::from_static("hx-reselect"), "*"),
        ];
        return (refusal.status(), place, Html(part.render().unwrap_or_default())).into_response();
    }
    if !sign_in.is_empty() {
        return redirect(&sign_in);
    }
    let mut frame = Frame::of(state, passage).await.titled(message.clone());
    frame.address = address;
    // A stranger has no search to look in.
    let advice = match refusal {
        Refusal::NotFound if frame.name.is_empty() => NOT_FOUND_OUTSIDE.to_owned(),
        _ => advice,
    };
    let findings = findings.to_vec();
    let bring = if matches!(refusal, Refusal::NoJournal) { "/exchange/import" } else { "" };
    let back = match refusal {
        Refusal::Rule(_) | Refusal::BadInput(_) | Refusal::NoFile | Refusal::TooLarge | Refusal::BrokenUpload => {
            came_from(headers)
        }
        _ => String::new(),
    };
    let page = RefusalPage { frame, message, advice, number: number.to_owned(), sign_in, back, bring, findings };
    (refusal.status(), Html(page.render().unwrap_or_else(|_| refusal.to_string()))).into_response()
}

/// Path and query of the house's own page that the request came from; empty when the browser names none, or one of another host.
fn came_from(headers: &HeaderMap) -> String {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let page = text(header::REFERER).split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    let Some((_, path)) = page.filter(|(host, _)| *host == text(header::HOST)) else { return String::new() };
    let address = format!("/{path}");
    if own(&address) == address { address } else { String::new() }
}

/// Does a program ask, and not a browser?
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}

/// Does htmx ask for a part of a page?
pub(super) fn is_partial(headers: &HeaderMap) -> bool {
    headers.get("hx-request").is_some_and(|value| value == "true")
}

/// A rendered template.
pub(super) fn page(template: &impl Template) -> Result<Response, Refusal> {
    template.render().map(|body| Html(body).into_response()).map_err(|error| fault(&error))
}

/// The page of a form that was not taken: not 200, so that nothing caches or counts it as done.
pub(super) fn page_again(template: &impl Template) -> Result<Response, Refusal> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(template)?).into_response())
}

/// After a form: to another page (303), so that a reload does not send the form again.
pub(super) fn redirect(address: &str) -> Response {
    let value = HeaderValue::from_str(own(address)).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, value)]).into_response()
}

/// The address if it is one of our own paths, else the first screen. A browser reads `\` as `/` and passes over tabs and line ends
/// (WHATWG URL 4.4): `/<tab>/evil.example` would lead to another host.
pub(super) fn own(address: &str) -> &str {
    let is_own = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains('\\')
        && !address.contains(char::is_control);
    if is_own { address } else { "/" }
}

/// After a form that did something: to another page, which says so once.
pub(super) fn done(address: &str, said: &str) -> Response {
    let mut response = redirect(address);
    let cookie = format!("{FLASH_COOKIE}={}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax", query::segment(said));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The message of [`done`] as it was said.
pub(super) fn flash_text(cookie: &str) -> String {
    let pair = format!("said={}", cookie.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, said)| said.into_owned()).unwrap_or_default()
}

/// Rows as a file for spreadsheets: `;` between cells, a byte order mark so that they read it as UTF-8.
pub(super) fn csv(name: &str, headings: &[&str], rows: &[Vec<String>]) -> Result<Response, Refusal> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(headings).map_err(|error| fault(&error))?;
    for row in rows {
        // A cell that a spreadsheet would take for a formula is made a text, by the one rule of everything that leaves the house.
        let cells = row.iter().map(|cell| bundle::guarded(cell));
        writer.write_record(cells.map(Cow::into_owned)).map_err(|error| fault(&error))?;
    }
    let bytes = writer.into_inner().map_err(|_| Refusal::Fault)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    Ok((headers, bytes).into_response())
}

pub(super) async fn not_found(State(state): State<WebState>, headers: HeaderMap) -> Response {
    guard::refused(&state, &headers, Refusal::NotFound).await
}

pub(super) async fn method_not_allowed(State(state): State<WebState>, headers: HeaderMap) -> Response {
    guard::refused(&state, &headers, Refusal::MethodNotAllowed).await
}

/// Adds the headers of every answer; a header that an answer set itself stays.
fn harden(mut response: Response) -> Response {
    const HEADERS: [(HeaderName, &str); 6] = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        // Pages name classes and people: a shared computer keeps none of them.
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_after_signing_in_never_leaves_the_house() {
        for address in ["/", "/desk", "/journal/5А?period=Q1", "/copies?q=a//b"] {
            assert_eq!(own(address), address);
        }
        // Browsers take `\` for `/` and pass over tabs and line ends: each of these would open another host, or run what it says.
        let foreign = [
            "",
            "desk",
            "//evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            " //evil.example",
        ];
        for address in foreign {
            assert_eq!(own(address), "/", "{address:?}");
            assert_eq!(redirect(address).headers()[header::LOCATION], "/", "{address:?}");
        }
    }

    #[test]
    fn a_refusal_leads_back_to_the_page_of_the_form_and_to_no_other_house() {
        let from = |page: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("letopis:8017"));
            headers.insert(header::REFERER, HeaderValue::from_str(page).unwrap());
            came_from(&headers)
        };
        assert_eq!(from("http://letopis:8017/people/T02?a=1"), "/people/T02?a=1");
        for foreign in ["http://evil.example/people/T02", "http://letopis:8017//evil.example", "letopis:8017", ""] {
            assert_eq!(from(foreign), "", "{foreign}");
        }
    }

    #[test]
    fn what_somebody_entered_or_left_undone_is_a_refusal_and_a_broken_world_a_fault() {
        let nobody = crate::domain::route::Unroutable::Unknown("T00001".to_owned());
        let refused = [
            flow::Error::Adoption(flow::policy::Refusal::VagueOrder("«приказ № 24 2018 года»".to_owned())),
            flow::Error::Token(crate::domain::token::Refusal::NoScope),
            flow::Error::Carrier(crate::domain::carrier::Refusal::OneHand),
            flow::Error::Unsigned { copy: "2025-05A-Y".to_owned(), what: String::new() },
            flow::Error::Freeze(freeze::Unfreezable::Route(nobody)),
            flow::Error::Publish(flow::publish::Refusal::NoCheckpoint),
        ];
        for error in refused {
            let words = error.to_string();
            assert!(Refusal::from(error).status().is_client_error(), "{words}");
        }
        let long = flow::Error::Typeset(typeset::Error::TooLong { sheet: "course-1".to_owned() });
        assert_eq!(Refusal::from(long).status(), StatusCode::CONFLICT);
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let full = flow::Error::Backup(Fault::Io { what: "носитель Н-1".to_owned(), source: full });
        assert_eq!(Refusal::from(full).status(), StatusCode::INSUFFICIENT_STORAGE);
        let locked = store::Error::World("база данных занята другой программой; повторите позже");
        assert_eq!(Refusal::from(locked).status(), StatusCode::SERVICE_UNAVAILABLE);
        let broken = flow::Error::Damaged("снимок".to_owned());
        assert_eq!(Refusal::from(broken).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn no_cell_of_a_table_for_spreadsheets_begins_a_formula() {
        let evil = ["=1+1", "+7 900", "-2+3+cmd", "@SUM(A1)", "\t=1", "\r=1", "'=1"];
        let row: Vec<String> = evil.iter().map(|cell| (*cell).to_owned()).collect();
        let answer = csv("list", &["а"; 7], &[row]).unwrap();
        let bytes = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut read = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        let cells = read.records().next().unwrap().unwrap();
        for (cell, evil) in cells.iter().zip(evil) {
            assert_eq!(cell, format!("'{evil}"));
        }
    }
}
