//! The table of routes: each with who may use it and what it is about. Floor 3.
//!
//! The router is built from this table alone, and [`super::guard`] stands before every handler of it: a route that is not listed, or that
//! does not say what it needs, cannot exist. The matrix test walks the same table.

use std::collections::HashSet;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};

use super::{WebState, guard};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::flow::people::Listing;

/// What a visitor needs for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: the page tells nothing of the school's people and records.
    Public,
    /// An open session, whatever the office.
    SignedIn,
    /// A right to the action on the route's subject.
    Does(Action),
    /// A program's token with this scope; whoever is signed in counts for nothing there.
    Token(Action),
}

/// What a route is about; named by the path's parameter of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectOf {
    /// The school as a whole.
    House,
    /// `{class}`: name of a class of the year.
    Class,
    /// `{course}`: identifier of a course.
    Course,
    /// `{learner}`: identifier of a learner.
    Learner,
    /// `{person}`: identifier of a person.
    Person,
    /// `{copy}`: identifier of a copy.
    Copy,
}

impl SubjectOf {
    /// The path's parameter that names the subject; `None` for the school as a whole.
    pub fn parameter(self) -> Option<&'static str> {
        match self {
            Self::House => None,
            Self::Class => Some("class"),
            Self::Course => Some("course"),
            Self::Learner => Some("learner"),
            Self::Person => Some("person"),
            Self::Copy => Some("copy"),
        }
    }
}

/// What is known of a route without its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteFacts {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// `/journal/{class}`.
    pub path: &'static str,
    /// What a visitor needs.
    pub access: Access,
    /// What it is about.
    pub subject: SubjectOf,
}

/// A place in the side menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InMenu {
    pub(super) group: Group,
    pub(super) label: &'static str,
}

/// Groups of the side menu, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// First screen, search, own account: without a heading.
    Own,
    /// Классный журнал.
    Journal,
    /// Копии и архив.
    Records,
    /// Учебный год.
    Year,
    /// Люди и права.
    People,
    /// Правила.
    Policy,
    /// Система.
    House,
}

impl Group {
    /// Every group.
    pub(super) const ALL: [Self; 7] =
        [Self::Own, Self::Journal, Self::Records, Self::Year, Self::People, Self::Policy, Self::House];

    /// Heading; empty for the first group.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Journal => "Журнал",
            Self::Records => "Копии и архив",
            Self::Year => "Учебный год",
            Self::People => "Люди",
            Self::Policy => "Правила",
            Self::House => "Система",
        }
    }
}

/// One route.
pub(super) struct Route {
    pub(super) facts: RouteFacts,
    pub(super) menu: Option<InMenu>,
    /// Section of the guides that explains the page: `administrator#people`.
    pub(super) help: &'static str,
    pub(super) habits: Habits,
    handler: MethodRouter<WebState>,
}

/// How the guard treats the pages of a route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Habits {
    /// The answer is kept while nothing is written.
    pub(super) kept: bool,
    /// `?year=` asks for an earlier school year.
    pub(super) of_years: bool,
    /// The list of a class's learners that the page is, where the log of looks names it so.
    pub(super) list: Option<Listing>,
    /// The page is a learner's card, not the marks.
    pub(super) card: bool,
}

impl Route {
    fn new(facts: RouteFacts, handler: MethodRouter<WebState>) -> Self {
        Self { facts, menu: None, help: "", habits: Habits::default(), handler }
    }

    /// Puts the route into the side menu; who may not use it does not see it there.
    pub(super) fn in_menu(mut self, group: Group, label: &'static str) -> Self {
        self.menu = Some(InMenu { group, label });
        self
    }

    /// Takes forms with files up to so many bytes.
    pub(super) fn taking(mut self, bytes: usize) -> Self {
        self.handler = self.handler.layer(DefaultBodyLimit::max(bytes));
        self
    }

    /// Keeps the page's answers while nothing is written ([`super::kept`]). Only for pages that are told wholly by what a transaction
    /// writes, who asks, the address and the day: never for one that shows sessions, looks, jobs or the state of the machine, nor for one whose
    /// handler does something beside showing.
    pub(super) fn kept(mut self) -> Self {
        self.habits.kept = true;
        self
    }

    /// The page shows earlier school years too, by `?year=`; only to offices whose reach does not hang on the lists of a year.
    pub(super) fn of_years(mut self) -> Self {
        self.habits.of_years = true;
        self
    }

    /// The log of looks names the page as this list of a class's learners.
    pub(super) fn listing(mut self, list: Listing) -> Self {
        self.habits.list = Some(list);
        self
    }

    /// The log of looks names the page as the learner's card.
    pub(super) fn of_card(mut self) -> Self {
        self.habits.card = true;
        self
    }

    /// Names the section of the guides that «Справка» opens from this page: `administrator#people`.
    pub(super) fn helped(mut self, section: &'static str) -> Self {
        self.help = section;
        self
    }
}

/// A page.
pub(super) fn get<H, T>(path: &'static str, access: Access, subject: SubjectOf, handler: H) -> Route
where
    H: Handler<T, WebState>,
    T: 'static,
{
    Route::new(RouteFacts { method: "GET", path, access, subject }, routing::get(handler))
}

/// A form's answer.
pub(super) fn post<H, T>(path: &'static str, access: Access, subject: SubjectOf, handler: H) -> Route
where
    H: Handler<T, WebState>,
    T: 'static,
{
    Route::new(RouteFacts { method: "POST", path, access, subject }, routing::post(handler))
}

/// Every route of the house.
pub(super) fn all() -> Vec<Route> {
    [
        super::start::routes(),
        super::upload::routes(),
        super::assets::routes(),
        super::search::routes(),
        super::help::routes(),
        super::training::routes(),
        super::desk::routes(),
        super::records::routes(),
        super::office::routes(),
        super::carriers::routes(),
        super::scans::routes(),
        super::journal::routes(),
        super::people::routes(),
        super::school::routes(),
        super::exchange::routes(),
        super::policy::routes(),
        super::history::routes(),
        super::ops::routes(),
        super::breaks::routes(),
        super::interface::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What every route needs and is about, for the matrix test and the documents.
pub fn table() -> Vec<RouteFacts> {
    all().into_iter().map(|route| route.facts).collect()
}

/// Paths of pages, read once.
static PAGES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| table().iter().filter(|facts| facts.method == "GET").map(|facts| facts.path).collect());

/// Is there a page at this path of the table?
pub(super) fn has(path: &str) -> bool {
    PAGES.contains(path)
}

/// Pages by the parts of their paths, read once.
static OPENED: LazyLock<Vec<(Vec<&'static str>, Access)>> = LazyLock::new(|| {
    let pages = table().into_iter().filter(|facts| facts.method == "GET");
    pages.map(|facts| (facts.path.split('/').collect(), facts.access)).collect()
});

/// May a visitor open the page of an address at all? Whose class or child it is, the guard asks when it is opened.
pub(super) fn opens(visitor: &Visitor, address: &str) -> bool {
    let page = address.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = page.split('/').collect();
    let fits = |path: &[&str]| {
        path.len() == parts.len()
            && path.iter().zip(&parts).all(|(of, part)| of == part || (of.starts_with('{') && !part.is_empty()))
    };
    OPENED.iter().filter(|(path, _)| fits(path)).any(|(_, access)| match access {
        Access::Public | Access::SignedIn => true,
        Access::Token(_) => false,
        Access::Does(action) => visitor.may_anywhere(*action),
    })
}

/// The router: every route of the table behind the guard.
pub(super) fn router(state: &WebState) -> Router<WebState> {
    all().into_iter().fold(Router::new(), |router, route| {
        let gate = guard::Gate { state: state.clone(), facts: route.facts, help: route.help, habits: route.habits };
        let guarded = route.handler.route_layer(axum::middleware::from_fn_with_state(gate, guard::guard));
        router.route(route.facts.path, guarded)
    })
}
