//! What stands around every page: school, year, who is signed in, the side menu by rights, the way back, messages. Floor 3.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::guard::{Passage, cookie};
use super::route::{self, Access, Group, InMenu, RouteFacts};
use super::waiting::Awaited;
use super::{WebState, answer, help, query};
use crate::domain::people::{Office, Visitor};
use crate::domain::rights::{Action, Role};

/// The frame of one page; templates have it as their field `frame` and fill the shell from it.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    /// Short name of the school.
    pub(super) school: String,
    /// School year that the pages show; empty before the first import.
    pub(super) year: String,
    /// Moment that the page is of, «27.11.2025, 14:05»: stands on its printed sheets only.
    pub(super) printed: String,
    /// Heading of the page and of the browser's tab.
    pub(super) title: String,
    /// Line under the heading; may be empty.
    pub(super) lead: String,
    /// Name of who is signed in; empty for a stranger.
    pub(super) name: String,
    /// Offices of who is signed in: «директор, учитель-предметник», «директор, учитель-предметник и ещё 1».
    pub(super) offices: String,
    /// All of them, where the line above does not name all; else empty.
    pub(super) all_offices: String,
    /// The side menu; empty for a stranger.
    pub(super) menu: Vec<MenuGroup>,
    /// The way back, from the first screen on.
    pub(super) crumbs: Vec<Crumb>,
    /// Technical breaks ahead or under way; empty when there is none.
    pub(super) pause: String,
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

impl MenuGroup {
    /// What waits behind its lines: a folded group says it on its heading.
    pub(super) fn waits(&self) -> usize {
        self.items.iter().map(|item| item.count).sum()
    }
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
        let printed = state.now().format("%d.%m.%Y, %H:%M").to_string();
        let pause = super::breaks::notice(state).await;
        let mut frame = Self { school, year, printed, pause, ..Self::default() };
        if let Some(passage) = passage {
            if !passage.help.is_empty() {
                frame.help = help::address(passage.help);
            }
            if let Some(visitor) = &passage.visitor {
                frame.name = visitor.name.clone();
                (frame.offices, frame.all_offices) = offices(visitor);
                frame.menu = menu(visitor, passage.path);
                // A count that cannot be had is not shown: the page itself will say why.
                if let Some(count) = waits(state, visitor).await {
                    frame.count(count);
                }
            }
        }
        frame
    }

    /// Says behind the desk's line of the menu how much waits there.
    fn count(&mut self, count: usize) {
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

    /// May who is signed in open this page? A link that leads to a refusal is not shown as a link. Pages outside of the menu are not judged here.
    pub(super) fn opens(&self, address: &str) -> bool {
        let page = address.split(['?', '#']).next().unwrap_or_default();
        let own = self.menu.iter().flat_map(|group| &group.items).any(|item| item.href == page);
        own || !MENU.iter().any(|(_, facts)| facts.path == page)
    }

    /// Are a group's lines in sight? Those of a short menu are, of a long one the group of the page shown; the others unfold at a press.
    pub(super) fn unfolds(&self, group: &MenuGroup) -> bool {
        let lines = self.menu.iter().map(|group| group.items.len()).sum::<usize>();
        lines <= UNFOLDED || group.items.iter().any(|item| item.current)
    }

    /// Adds a step to the way back.
    pub(super) fn under(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        let href = href.into();
        let page = href.split('?').next().unwrap_or_default();
        // A page below another in the way back is below it in the menu too, wherever its own address lies; one line is marked at most. The
        // line of the very page stays, and so does one that lies below this step.
        let own = self.address.split('?').next().unwrap_or_default();
        let stays = |href: &str| href == own || href.strip_prefix(page).is_some_and(|rest| rest.starts_with('/'));
        let mut items = self.menu.iter().flat_map(|group| &group.items);
        let placed = items.clone().any(|item| item.current && stays(item.href));
        if !placed && items.any(|item| item.href == page) {
            for item in self.menu.iter_mut().flat_map(|group| &mut group.items) {
                item.current = item.href == page;
            }
        }
        self.crumbs.push(Crumb { label: label.into(), href });
        self
    }
}

/// Offices that the head of a page has room for.
const NAMED_OFFICES: usize = 2;

/// The first offices of a visitor with the count of the rest, and all of them where there is a rest.
fn offices(visitor: &Visitor) -> (String, String) {
    let all: Vec<String> = visitor.offices.iter().map(Office::as_russian).collect();
    match all.len().checked_sub(NAMED_OFFICES) {
        None | Some(0) => (all.join(", "), String::new()),
        Some(rest) => (format!("{} и ещё {rest}", all[..NAMED_OFFICES].join(", ")), all.join(", ")),
    }
}

/// What waits for a visitor behind the menu's lines, own sheets and copies as the desk counts them; `None` when it cannot be told.
pub(super) async fn waits(state: &WebState, visitor: &Visitor) -> Option<usize> {
    let turn = state.moved().await.ok()?.copies;
    let copies = state.waiting.at(&state.house, turn).await.ok()?;
    let seals = visitor.may_anywhere(Action::SealCopies);
    let waits = |copy: &Awaited| copy.counted_for(&visitor.account) + usize::from(seals && copy.waits_for_seal());
    Some(copies.iter().map(waits).sum())
}

/// Lines of a menu that stands open whole: as many as a window of 1366 × 768 shows without scrolling.
const UNFOLDED: usize = 18;

/// The routes with a place in the menu, read once: the table does not change while the program runs.
static MENU: LazyLock<Vec<(InMenu, RouteFacts)>> =
    LazyLock::new(|| route::all().into_iter().filter_map(|route| Some((route.menu?, route.facts))).collect());

/// The line of a visitor's menu that a page lies on or below; of several the nearest one.
fn place_of(path: &str, groups: &[MenuGroup]) -> Option<&'static str> {
    let below = |href: &str| href != "/" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    let lines = groups.iter().flat_map(|group| &group.items).map(|item| item.href);
    lines.filter(|href| *href == path || below(href)).max_by_key(|href| href.len())
}

/// Acts that are done by long work, and the right to see everybody's.
const LONG_WORK: [Action; 8] = [
    Action::ReadOperations,
    Action::IssueCopies,
    Action::SealCopies,
    Action::ImportData,
    Action::RunBackups,
    Action::PruneBackups,
    Action::HoldCode,
    Action::ReceivePaper,
];

/// Is a page that is shut to nobody of use to a visitor? Keys for programs are given by few, and long work is begun by few.
fn is_of_use(path: &str, visitor: &Visitor) -> bool {
    match path {
        "/api/v1" => visitor.may_anywhere(Action::ManageTokens),
        "/jobs" => LONG_WORK.into_iter().any(|action| visitor.may_anywhere(action)),
        _ => true,
    }
}

fn menu(visitor: &Visitor, path: &str) -> Vec<MenuGroup> {
    let seen = |access: Access| match access {
        // The own account is there for everybody who is signed in, with or without an office.
        Access::Public | Access::SignedIn | Access::Does(Action::UseOwnAccount) => true,
        Access::Token(_) => false,
        Access::Does(action) => visitor.may_anywhere(action),
    };
    // A family has no use for what programs and long work need, though nothing there is shut to it.
    let of_family = |role: Role| matches!(role, Role::Learner | Role::Parent);
    let is_family = !visitor.offices.is_empty() && visitor.offices.iter().all(|office| of_family(office.role));
    let groups = Group::ALL.into_iter().filter(|group| !is_family || *group != Group::House).map(|group| MenuGroup {
        heading: group.heading(),
        items: MENU
            .iter()
            .filter(|(place, facts)| place.group == group && seen(facts.access) && is_of_use(facts.path, visitor))
            .map(|(place, facts)| MenuItem { label: place.label, href: facts.path, current: false, count: 0 })
            .collect(),
    });
    let mut groups: Vec<MenuGroup> = groups.filter(|group| !group.items.is_empty()).collect();
    let current = place_of(path, &groups);
    for item in groups.iter_mut().flat_map(|group| &mut group.items) {
        item.current = current == Some(item.href);
    }
    groups
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::{Office, Reach};

    fn marked(frame: &Frame) -> Vec<&'static str> {
        let items = frame.menu.iter().flat_map(|group| &group.items);
        items.filter(|item| item.current).map(|item| item.href).collect()
    }

    fn frame(path: &str) -> Frame {
        let office = Office { role: Role::Director, reach: Reach::School, acting: false, order: String::new() };
        let visitor = Visitor {
            account: "T1".into(),
            name: String::new(),
            offices: vec![office],
            second_factor: true,
            rules: Default::default(),
        };
        Frame { menu: menu(&visitor, path), ..Frame::default() }
    }

    #[test]
    fn a_long_menu_shows_the_group_of_the_page_and_says_what_waits_in_a_folded_one() {
        let mut director = frame("/policy/timeliness");
        director.count(3);
        let open: Vec<_> = director.menu.iter().filter(|group| director.unfolds(group)).map(|g| g.heading).collect();
        let marked = director.menu.iter().find(|group| group.items.iter().any(|item| item.current)).unwrap();
        assert_eq!(open, [marked.heading]);
        let desk = director.menu.iter().find(|group| group.items.iter().any(|item| item.href == "/desk")).unwrap();
        assert_eq!(desk.waits(), 3);
        let few = Frame { menu: director.menu.into_iter().take(2).collect(), ..Frame::default() };
        assert!(few.menu.iter().all(|group| few.unfolds(group)), "a short menu stands open whole");
    }

    #[test]
    fn one_line_of_the_menu_is_marked_at_most() {
        for route in route::all() {
            let frame = frame(route.facts.path);
            assert!(marked(&frame).len() <= 1, "{}: {:?}", route.facts.path, marked(&frame));
        }
        assert_eq!(marked(&frame("/policy/timeliness")), ["/policy/timeliness"]);
        assert_eq!(marked(&frame("/policy/{policy}")), ["/policy"]);
    }

    #[test]
    fn a_page_of_the_menu_opens_for_whom_the_menu_shows_it_and_others_are_not_judged_here() {
        let office = Office { role: Role::Secretary, reach: Reach::School, acting: false, order: String::new() };
        let visitor = Visitor {
            account: "T3".into(),
            name: String::new(),
            offices: vec![office],
            second_factor: false,
            rules: Default::default(),
        };
        let secretary = Frame { menu: menu(&visitor, "/policy/duties"), ..Frame::default() };
        assert!(secretary.opens("/office/papers") && secretary.opens("/office/papers?stage=out#first"));
        assert!(!secretary.opens("/access") && !secretary.opens("/journal") && !secretary.opens("/desk"));
        assert!(frame("/policy/duties").opens("/access") && secretary.opens("/copies/2025-05A-Q1"));
    }

    #[test]
    fn the_menu_has_pages_for_programs_and_long_work_for_those_who_use_them_and_the_head_names_two_offices() {
        let of = |roles: &[Role]| Visitor {
            account: "T4".into(),
            name: String::new(),
            offices: roles
                .iter()
                .map(|role| Office { role: *role, reach: Reach::School, acting: false, order: String::new() })
                .collect(),
            second_factor: true,
            rules: Default::default(),
        };
        let opens = |roles: &[Role], page: &str| {
            menu(&of(roles), "/").iter().flat_map(|group| &group.items).any(|item| item.href == page)
        };
        for page in ["/api/v1", "/jobs"] {
            assert!(!opens(&[Role::SubjectTeacher], page) && opens(&[Role::Administrator], page), "{page}");
        }
        assert!(opens(&[Role::Deputy], "/jobs") && !opens(&[Role::Deputy], "/api/v1"));
        let two = offices(&of(&[Role::Director, Role::SubjectTeacher]));
        assert_eq!(two, ("директор, учитель-предметник".to_owned(), String::new()));
        let (named, all) = offices(&of(&[Role::Director, Role::ClassTeacher, Role::SubjectTeacher]));
        assert!(named.ends_with(" и ещё 1") && all.ends_with(", учитель-предметник"), "{named}; {all}");
    }

    #[test]
    fn whoever_holds_no_office_yet_finds_the_own_account_in_the_menu() {
        let visitor = Visitor {
            account: "T13".into(),
            name: String::new(),
            offices: Vec::new(),
            second_factor: false,
            rules: Default::default(),
        };
        let newcomer = Frame { menu: menu(&visitor, "/me"), ..Frame::default() };
        assert_eq!(marked(&newcomer), ["/me"]);
        assert!(!newcomer.opens("/journal"));
    }

    #[test]
    fn a_page_without_a_line_of_its_own_is_marked_where_its_way_back_leads() {
        let page = || frame("/learner/{learner}").under("Журнал", "/journal?year=2024%2F2025");
        assert_eq!(marked(&page()), ["/journal"]);
        assert_eq!(marked(&page().under("5А", "/journal/5А")), ["/journal"], "no line of its own");
        assert_eq!(marked(&page().under("Копии", "/copies")), ["/copies"], "the nearest step");
        assert_eq!(marked(&frame("/policy/timeliness").under("Правила", "/policy")), ["/policy/timeliness"]);
        // The menu and the way back say the same, wherever the address lies.
        for (path, label, line) in [
            ("/office/plan", "Дела и описи", "/office/files"),
            ("/office/classes/{class}/{form}", "Формы для печати", "/office/forms"),
            ("/copies/{copy}/{version}/sheets/{no}", "Подписание", "/desk"),
        ] {
            assert_eq!(marked(&frame(path).under(label, line)), [line], "{path}");
        }
        let key = Frame { address: "/signing-key?lost=1".to_owned(), ..frame("/signing-key") };
        assert_eq!(marked(&key.under("Подписание", "/desk")), ["/signing-key"], "the line of the very page stays");
        // Whoever has no line of the nearest page has the one above it.
        let office = Office { role: Role::Administrator, reach: Reach::School, acting: false, order: String::new() };
        let administrator = Visitor {
            account: "T5".into(),
            name: String::new(),
            offices: vec![office],
            second_factor: true,
            rules: Default::default(),
        };
        let scans = Frame { menu: menu(&administrator, "/office/scans/{copy}"), ..Frame::default() };
        assert_eq!(marked(&scans), ["/office"]);
    }
}
