//! What stands around every page: school, year, who is signed in, the side menu by rights, the way back, messages. Floor 3.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::guard::{Passage, cookie};
use super::route::{self, Access, Group, InMenu, RouteFacts};
use super::waiting::Awaited;
use super::{WebState, answer, help, query};
use crate::domain::copy::State as CopyState;
use crate::domain::people::{Office, Visitor};
use crate::domain::rights::Action;

/// The frame of one page; templates have it as their field `frame` and fill the shell from it.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    /// Short name of the school.
    pub(super) school: String,
    /// School year that the pages show; empty before the first import.
    pub(super) year: String,
    /// Heading of the page and of the browser's tab.
    pub(super) title: String,
    /// Line under the heading; may be empty.
    pub(super) lead: String,
    /// Name of who is signed in; empty for a stranger.
    pub(super) name: String,
    /// Offices of who is signed in: «директор, учитель-предметник».
    pub(super) offices: String,
    /// The side menu; empty for a stranger.
    pub(super) menu: Vec<MenuGroup>,
    /// The way back, from the first screen on.
    pub(super) crumbs: Vec<Crumb>,
    /// A message of the act just done.
    pub(super) flash: String,
    /// Address of the section of the guides that explains the page; empty when none does.
    pub(super) help: String,
    /// Path and query of the page.
    pub(super) address: String,
}

/// One group of the side menu.
#[derive(Debug, Clone)]
pub(super) struct MenuGroup {
    pub(super) heading: &'static str,
    pub(super) items: Vec<MenuItem>,
}

/// One line of the side menu.
#[derive(Debug, Clone)]
pub(super) struct MenuItem {
    pub(super) label: &'static str,
    pub(super) href: &'static str,
    /// The page shown is this one or below it.
    pub(super) current: bool,
    /// What waits there; 0 shows nothing.
    pub(super) count: usize,
}

/// A step of the way back.
#[derive(Debug, Clone)]
pub(super) struct Crumb {
    pub(super) label: String,
    pub(super) href: String,
}

impl Frame {
    /// A frame that knows the school only: for refusals outside of every route.
    pub(super) async fn of(state: &WebState, passage: Option<&Passage>) -> Self {
        let directory = state.directory().await.ok();
        let school = directory.as_ref().map(|directory| directory.school_name().to_owned()).unwrap_or_default();
        let year = directory.as_ref().map(|directory| directory.year.clone()).unwrap_or_default();
        let mut frame = Self { school, year, ..Self::default() };
        if let Some(passage) = passage {
            if !passage.help.is_empty() {
                frame.help = help::address(passage.help);
            }
            if let Some(visitor) = &passage.visitor {
                frame.name = visitor.name.clone();
                frame.offices = visitor.offices.iter().map(Office::as_russian).collect::<Vec<_>>().join(", ");
                frame.menu = menu(visitor, passage.path);
                if let Some(directory) = &directory {
                    frame.count(state, directory.turn, visitor).await;
                }
            }
        }
        frame
    }

    /// Counts what waits behind the lines of the menu. A count that cannot be had is not shown: the page itself will say why.
    async fn count(&mut self, state: &WebState, turn: u64, visitor: &Visitor) {
        let Ok(copies) = state.waiting.at(&state.house, turn).await else { return };
        let seals = !visitor.reach(Action::SealCopies).is_empty();
        let waits =
            |copy: &&Awaited| copy.signers.contains(&visitor.account) || (seals && copy.row.state == CopyState::Signed);
        let count = copies.iter().filter(waits).count();
        for item in self.menu.iter_mut().flat_map(|group| &mut group.items).filter(|item| item.href == "/desk") {
            item.count = count;
        }
    }

    /// Names the page.
    pub(super) fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Says what the page is for, in one line under the heading.
    pub(super) fn leading(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    /// Adds a step to the way back.
    pub(super) fn under(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        let href = href.into();
        // A page below another in the way back is below it in the menu too, wherever its own address lies.
        for item in self.menu.iter_mut().flat_map(|group| &mut group.items).filter(|item| item.href == href) {
            item.current = true;
        }
        self.crumbs.push(Crumb { label: label.into(), href });
        self
    }
}

/// The routes with a place in the menu, read once: the table does not change while the program runs.
static MENU: LazyLock<Vec<(InMenu, RouteFacts)>> =
    LazyLock::new(|| route::all().into_iter().filter_map(|route| Some((route.menu?, route.facts))).collect());

fn menu(visitor: &Visitor, path: &str) -> Vec<MenuGroup> {
    let seen = |access: Access| match access {
        Access::Public | Access::SignedIn => true,
        Access::Token(_) => false,
        Access::Does(action) => !visitor.reach(action).is_empty(),
    };
    let holds = |line: &str| path == line || (line != "/" && path.starts_with(&format!("{line}/")));
    // Of lines that lie one below another (`/office`, `/office/papers`) the nearest is where the page stands.
    let here = MENU.iter().map(|(_, facts)| facts.path).filter(|line| holds(line)).max_by_key(|line| line.len());
    let groups = Group::ALL.into_iter().map(|group| MenuGroup {
        heading: group.heading(),
        items: MENU
            .iter()
            .filter(|(place, facts)| place.group == group && seen(facts.access))
            .map(|(place, facts)| MenuItem {
                label: place.label,
                href: facts.path,
                current: here == Some(facts.path),
                count: 0,
            })
            .collect(),
    });
    groups.filter(|group| !group.items.is_empty()).collect()
}

impl FromRequestParts<WebState> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Infallible> {
        let passage = parts.extensions.get::<Passage>().cloned();
        let mut frame = Self::of(state, passage.as_ref()).await;
        frame.address = query::path_of(&parts.uri);
        frame.flash =
            cookie(&parts.headers, answer::FLASH_COOKIE).map(|text| answer::flash_text(&text)).unwrap_or_default();
        Ok(frame)
    }
}

/// The visitor of a page that strangers may see too.
#[derive(Debug, Clone)]
pub(super) struct Stranger(pub(super) Option<Arc<Visitor>>);

impl FromRequestParts<WebState> for Stranger {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &WebState) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Passage>().and_then(|passage| passage.visitor.clone())))
    }
}
