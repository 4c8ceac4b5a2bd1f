//! The guard before every handler: who is it, what is it about, may it be. Floor 3.
//!
//! A request that changes something must come from a page of ours (Sec-Fetch-Site, Origin): a foreign page cannot make a signed-in
//! browser write. What a stranger may not know to exist answers 404, never 403.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::Refusal;
use super::directory::Directory;
use super::kept::Key;
use super::query::Asked;
use super::route::{Access, Habits, RouteFacts, SubjectOf};
use super::{WebState, frame, query};
use crate::domain::people::{Reach, Subject, Visitor};
use crate::domain::rights::{Action, Decision, Why};
use crate::flow::people::{Look, note_access};
use crate::flow::signin::Stage;

/// Name of the session's cookie without TLS: a house on the own machine.
pub(super) const OPEN_COOKIE: &str = "letopis";
/// Name of the session's cookie over TLS: `__Host-` lets no other host, path or plain connection set it.
pub(super) const SECURE_COOKIE: &str = "__Host-letopis";

/// What the guard knows of the route that it stands before.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) state: WebState,
    pub(super) facts: RouteFacts,
    pub(super) help: &'static str,
    pub(super) habits: Habits,
}

/// What the guard found; handlers and the page's frame read it from the request.
#[derive(Clone)]
pub(super) struct Passage {
    /// Who is signed in; the frame tells of this one.
    pub(super) visitor: Option<Arc<Visitor>>,
    /// The same person with the offices that count for what the request is about; handlers ask this one.
    pub(super) holder: Option<Arc<Visitor>>,
    pub(super) path: &'static str,
    pub(super) help: &'static str,
}

/// Lets a request through to its handler, or refuses it.
pub(super) async fn guard(
    State(gate): State<Gate>,
    parameters: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    if let Access::Token(action) = gate.facts.access {
        return super::interface::admit(&gate.state, action, request, next).await;
    }
    if !is_safe(request.method()) && is_cross_site(request.headers()) {
        return Refusal::CrossSite.into_response();
    }
    let visitor = match signed_in(&gate.state, request.headers()).await {
        Ok(visitor) => visitor,
        Err(refusal) => return refusal.into_response(),
    };
    let mut passage = Passage { visitor: visitor.clone(), holder: visitor, path: gate.facts.path, help: gate.help };
    let mut response = match answered(&gate, &mut passage, &parameters, request, next).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    };
    // A refusal becomes a page outside of the guard: the page says who is signed in.
    response.extensions_mut().insert(passage);
    response
}

/// A refusal where no route is: its page tells who is signed in, as that of every other refusal does.
pub(super) async fn refused(state: &WebState, headers: &HeaderMap, refusal: Refusal) -> Response {
    let visitor = signed_in(state, headers).await.unwrap_or_default();
    let mut response = refusal.into_response();
    response.extensions_mut().insert(Passage { visitor: visitor.clone(), holder: visitor, path: "", help: "" });
    response
}

async fn answered(
    gate: &Gate,
    passage: &mut Passage,
    parameters: &RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if gate.habits.of_years && passage.visitor.is_some() {
        look_back(gate, passage, &Asked::of(request.uri())).await?;
    }
    admit(gate, passage.holder.as_deref(), parameters, next_of(&request)).await?;
    let key = match &passage.visitor {
        Some(visitor) if gate.habits.kept => {
            let (address, day) = (query::path_of(request.uri()), gate.state.now().date_naive());
            match frame::waits(&gate.state, visitor).await {
                Some(waits) => {
                    let told = (day, super::breaks::notice(&gate.state).await);
                    Key::of(request.method(), &address, request.headers(), (visitor, waits), told)
                }
                None => None,
            }
        }
        _ => None,
    };
    request.extensions_mut().insert(passage.clone());
    let Some(key) = key else { return Ok(next.run(request).await) };
    // Read before anything that the page shows: a write in between makes the next request read anew.
    let turn = gate.state.moved().await?.school;
    match gate.state.answers.find(&key, turn) {
        Some(kept) => Ok(kept),
        None => gate.state.answers.keep(key, turn, next.run(request).await).await,
    }
}

/// A page of an earlier school year: the whole request tells of that year, and of the visitor's offices only those count that do not hang
/// on the lists of the newest year. «5А» was another class then, and a teacher's courses were others'.
async fn look_back(gate: &Gate, passage: &mut Passage, asked: &Asked) -> Result<(), Refusal> {
    let year = asked.value("year");
    if year.is_empty() {
        return Ok(());
    }
    let directory = gate.state.directory_of(year).await?.ok_or(Refusal::NotFound)?;
    let (true, Some(visitor)) = (directory.is_earlier(), &passage.visitor) else { return Ok(()) };
    let mut holder = Visitor::clone(visitor);
    holder.offices.retain(|office| match office.reach {
        // A child is the same child in every year.
        Reach::School | Reach::Grades(..) | Reach::Learners(..) => true,
        Reach::Classes(_) | Reach::Courses(..) => false,
    });
    passage.holder = Some(Arc::new(holder));
    Ok(())
}

async fn admit(
    gate: &Gate,
    visitor: Option<&Visitor>,
    parameters: &RawPathParams,
    next: String,
) -> Result<(), Refusal> {
    let action = match (gate.facts.access, visitor) {
        (Access::Public, _) | (Access::SignedIn, Some(_)) => return Ok(()),
        // The guard has sent programs to their own gate before.
        (Access::Token(_), _) => return Err(Refusal::NotFound),
        (Access::SignedIn | Access::Does(_), None) => return Err(Refusal::SignIn { next }),
        (Access::Does(action), Some(_)) => action,
    };
    let visitor = visitor.ok_or(Refusal::SignIn { next })?;
    let directory = gate.state.directory().await?;
    let parameter = |name: &str| parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    let named = match gate.facts.subject.parameter() {
        Some(name) => parameter(name).ok_or(Refusal::NotFound)?,
        None => "",
    };
    let period = parameter("period").unwrap_or_default();
    // A copy may be of any year: its class is on its own row.
    let (copy_class, year) = match gate.facts.subject {
        SubjectOf::Copy => {
            let copy = gate.state.house.db.list_versions(named).await?.pop().ok_or(Refusal::NotFound)?;
            (copy.class, copy.year)
        }
        _ => (String::new(), directory.year.clone()),
    };
    // A person of another school is nobody here, whatever the right would say.
    let stranger = gate.facts.subject == SubjectOf::Person && named != visitor.account;
    if stranger && gate.state.house.db.find_person(named).await?.is_none() {
        return Err(Refusal::NotFound);
    }
    let archived = directory.is_archived(&year) || directory.is_earlier();
    let subject =
        subject(&directory, gate.facts.subject, named, period, &copy_class, archived).ok_or(Refusal::NotFound)?;
    match visitor.may(action, &subject) {
        Decision::Allowed => note(gate, visitor, action, &subject, named, &directory.year).await,
        Decision::Refused(Why::OtherSchool) => Err(Refusal::NotFound),
        Decision::Refused(why) => Err(Refusal::Forbidden { reason: visitor.rules.refusal(action, why) }),
    }
}

/// Writes down that somebody looks at learners' data, here for every page at once: no page can forget it, and none is shown before the
/// note is durable (SEC-07). Families looking at their own are noted too, for somebody else may have their password; the log of looks
/// notes its own readers.
async fn note(
    gate: &Gate,
    visitor: &Visitor,
    action: Action,
    subject: &Subject<'_>,
    named: &str,
    year: &str,
) -> Result<(), Refusal> {
    if gate.facts.method != "GET" || action == Action::ReadAccessLog {
        return Ok(());
    }
    let look = match *subject {
        Subject::House | Subject::Person(_) => return Ok(()),
        Subject::Class { name, .. } => match gate.habits.list {
            Some(of) => Look::List { of, class: name },
            None => Look::Class(name),
        },
        Subject::Course { id, class, .. } => Look::Course { id, class },
        Subject::Learner { id, class, .. } if gate.habits.card => Look::Card { id, class },
        Subject::Learner { id, class, .. } => Look::Learner { id, class },
        Subject::Copy { class, .. } => Look::Copy { id: named, class },
    };
    Ok(note_access(&gate.state.house, visitor, look, year, gate.state.now()).await?)
}

/// What a path is about; `None` for what this school does not have.
fn subject<'d>(
    directory: &'d Directory,
    of: SubjectOf,
    named: &'d str,
    period: &str,
    copy_class: &'d str,
    archived: bool,
) -> Option<Subject<'d>> {
    let grade = |class: &str| directory.class(class).map(|class| class.grade);
    let closed = |class: &str| directory.is_closed(class, period);
    Some(match of {
        SubjectOf::House => Subject::House,
        SubjectOf::Class => {
            let class = directory.class(named)?;
            Subject::Class { name: &class.name, grade: class.grade, closed: closed(named), archived }
        }
        SubjectOf::Course => {
            let course = directory.course(named)?;
            let (class, grade) = (course.class.as_str(), grade(&course.class)?);
            Subject::Course { id: &course.id, class, grade, closed: closed(class), archived }
        }
        SubjectOf::Learner => {
            let learner = directory.learner(named)?;
            let (class, grade) = (learner.class.as_str(), grade(&learner.class)?);
            Subject::Learner { id: &learner.id, class, grade, closed: closed(class), archived }
        }
        SubjectOf::Person => Subject::Person(named),
        SubjectOf::Copy => {
            // A class of an earlier year is no longer in the directory; its grade leads its name.
            let digits: String = copy_class.chars().take_while(char::is_ascii_digit).collect();
            let grade = grade(copy_class).or_else(|| digits.parse().ok()).unwrap_or_default();
            Subject::Copy { class: copy_class, grade, archived }
        }
    })
}

/// The address to come back to after signing in; only that of a page, never of a form's answer.
fn next_of(request: &Request) -> String {
    if *request.method() != Method::GET {
        return "/".to_owned();
    }
    request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// Who is signed in by the request's cookie. A session whose password or second factor is still owed is a stranger here: the way in
/// leads it to its next step.
async fn signed_in(state: &WebState, headers: &HeaderMap) -> Result<Option<Arc<Visitor>>, Refusal> {
    let Some(token) = session_token(headers) else { return Ok(None) };
    let visit = state.house.sign_in.visit_at(&state.house, &token, state.turn().await?, state.now()).await?;
    Ok(visit.filter(|visit| visit.stage == Stage::Open).map(|visit| visit.visitor))
}

/// The token of the session's cookie; over TLS only the cookie that nobody but this host can have set.
pub(super) fn session_token(headers: &HeaderMap) -> Option<String> {
    cookie(headers, if is_secure(headers) { SECURE_COOKIE } else { OPEN_COOKIE }).filter(|token| !token.is_empty())
}

/// Did the request come over TLS? The proxy that ends it says so; from anybody who is no proxy of the settings (`serve.proxies`) the word was
/// taken away before the request came here.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https")
}

/// Value of a cookie, as it was set.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(';'));
    let mut found = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(key, _)| *key == name);
    found.next().map(|(_, value)| value.to_owned())
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Does the request come from a page of another site? A request without both headers comes from no browser, and so without a
/// session's cookie that a page could have borrowed.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(&ORIGIN) else { return false };
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    text(&HOST).is_none_or(|host| host != authority)
}

impl FromRequestParts<WebState> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &WebState) -> Result<Self, Refusal> {
        let passage = parts.extensions.get::<Passage>();
        let visitor = passage.and_then(|passage| passage.holder.as_deref());
        visitor.cloned().ok_or_else(|| Refusal::SignIn { next: query::path_of(&parts.uri) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_pages_of_ours_may_write() {
        let cross = |pairs: &[(&'static str, &'static str)]| is_cross_site(&headers(pairs));
        assert!(!cross(&[("sec-fetch-site", "same-origin"), ("host", "school.example")]));
        assert!(!cross(&[("sec-fetch-site", "none")]));
        assert!(cross(&[("sec-fetch-site", "cross-site")]));
        assert!(cross(&[("sec-fetch-site", "same-site")]));
        assert!(!cross(&[("origin", "https://school.example"), ("host", "school.example")]));
        assert!(cross(&[("origin", "https://evil.example"), ("host", "school.example")]));
        assert!(cross(&[("origin", "null"), ("host", "school.example")]));
        assert!(!cross(&[("host", "school.example")]));
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let headers = headers(&[("cookie", "xletopis=1; letopis=a=b; other=2")]);
        assert_eq!(cookie(&headers, "letopis").as_deref(), Some("a=b"));
        assert_eq!(cookie(&headers, "topis"), None);
    }
}
