//! The guides of `docs/` inside the program: each page's «Справка» opens its section here. Floor 3.

mod markdown;

use std::sync::LazyLock;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::answer::{self, Refusal};
use super::frame::{Frame, Stranger};
use super::route::{Access, Group, Route, SubjectOf, get};
use crate::domain::training;
use markdown::Rendered;

/// Routes of these pages. The guides tell nothing of the school, so whoever needs them to sign in may read them.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/help", Access::Public, SubjectOf::House, contents).in_menu(Group::Own, "Справка"),
        get("/help/{guide}", Access::Public, SubjectOf::House, guide),
    ]
}

/// A guide as it lies in `docs/`.
struct Guide {
    /// Name in the address.
    name: &'static str,
    text: &'static str,
}

const GUIDES: &[Guide] = &[
    Guide { name: "start", text: include_str!("../../../docs/start.ru.md") },
    Guide { name: "teacher", text: include_str!("../../../docs/teacher.ru.md") },
    Guide { name: "class-teacher", text: include_str!("../../../docs/class-teacher.ru.md") },
    Guide { name: "deputy", text: include_str!("../../../docs/deputy.ru.md") },
    Guide { name: "director", text: include_str!("../../../docs/director.ru.md") },
    Guide { name: "secretary", text: include_str!("../../../docs/secretary.ru.md") },
    Guide { name: "technical-specialist", text: include_str!("../../../docs/technical-specialist.ru.md") },
    Guide { name: "helpers", text: include_str!("../../../docs/helpers.ru.md") },
    Guide { name: "family", text: include_str!("../../../docs/family.ru.md") },
    Guide { name: "inspector", text: include_str!("../../../docs/inspector.ru.md") },
    Guide { name: "journal", text: include_str!("../../../docs/journal.ru.md") },
    Guide { name: "year", text: include_str!("../../../docs/year.ru.md") },
    Guide { name: "policies", text: include_str!("../../../docs/policies.ru.md") },
    Guide { name: "records", text: include_str!("../../../docs/records.ru.md") },
    Guide { name: "office", text: include_str!("../../../docs/office.ru.md") },
    Guide { name: "scans", text: include_str!("../../../docs/scans.ru.md") },
    Guide { name: "verify", text: include_str!("../../../docs/verify.ru.md") },
    Guide { name: "administrator", text: include_str!("../../../docs/administrator.ru.md") },
    Guide { name: "people", text: include_str!("../../../docs/people.ru.md") },
    Guide { name: "settings", text: include_str!("../../../docs/settings.ru.md") },
    Guide { name: "exchange", text: include_str!("../../../docs/exchange.ru.md") },
    Guide { name: "bundle-format", text: include_str!("../../../docs/bundle-format.ru.md") },
    Guide { name: "commands", text: include_str!("../../../docs/commands.ru.md") },
];

/// The guides laid out, once: they do not change while the program runs.
static LAID_OUT: LazyLock<Vec<(&'static str, Rendered)>> =
    LazyLock::new(|| GUIDES.iter().map(|guide| (guide.name, markdown::render(guide.text))).collect());

fn find(name: &str) -> Option<&'static (&'static str, Rendered)> {
    // A link of one guide to another names the file: `verify.ru.md`.
    let name = name.trim_end_matches(".md").trim_end_matches(".ru");
    LAID_OUT.iter().find(|(held, _)| *held == name)
}

/// Address of a section named as `guide#section`; the table of contents where there is no such guide.
pub(super) fn address(named: &str) -> String {
    let (guide, section) = named.split_once('#').map_or((named, String::new()), |(g, s)| (g, format!("#{s}")));
    find(guide).map_or_else(|| "/help".to_owned(), |(name, _)| format!("/help/{name}{section}"))
}

/// A section of the guides, for the search.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) guide: &'static str,
    pub(super) href: String,
}

/// Every section of every guide.
pub(super) fn sections() -> impl Iterator<Item = Section> {
    LAID_OUT.iter().flat_map(|(name, rendered)| {
        rendered.headings.iter().map(move |heading| Section {
            title: heading.text.clone(),
            guide: rendered.title.as_str(),
            href: format!("/help/{name}#{}", heading.id),
        })
    })
}

/// A piece of a guide, to be read elsewhere than on its own page.
pub(super) struct Piece {
    pub(super) title: String,
    /// Where it stands in its guide.
    pub(super) href: String,
    pub(super) html: String,
}

/// The Markdown of a section named as `guide#section`, without its heading; of a guide alone, what stands before its first section.
pub(super) fn source(named: &str) -> Option<String> {
    let (guide, section) = named.split_once('#').unwrap_or((named, ""));
    let text = GUIDES.iter().find(|held| held.name == guide)?.text;
    let mut lines = text.lines().skip(1);
    if !section.is_empty() {
        lines.find(|line| line.starts_with("## ") && markdown::slug(&markdown::plain(&line[3..])) == section)?;
    }
    Some(lines.take_while(|line| !line.starts_with("## ")).collect::<Vec<_>>().join("\n"))
}

/// A section named as `guide#section`, laid out.
pub(super) fn piece(named: &str) -> Option<Piece> {
    let html = markdown::render(&source(named)?).html;
    let (guide, section) = named.split_once('#').unwrap_or((named, ""));
    let (_, rendered) = find(guide)?;
    let heading = rendered.headings.iter().find(|heading| heading.id == section);
    let title = heading.map_or(&rendered.title, |heading| &heading.text).clone();
    Some(Piece { title, href: address(named), html })
}

/// A heading and its address.
type Place = (String, String);

#[derive(Template)]
#[template(path = "help/contents.html", config = "src/web/askama.toml")]
struct ContentsPage {
    frame: Frame,
    /// Guides of the offices held today.
    own: Vec<(&'static str, String)>,
    guides: Vec<(String, String, Vec<Place>)>,
}

/// `GET /help`.
async fn contents(frame: Frame, Stranger(visitor): Stranger) -> Result<Response, Refusal> {
    let mut own: Vec<(&'static str, String)> = Vec::new();
    for office in visitor.iter().flat_map(|visitor| &visitor.offices) {
        let guide = address(training::guide(office.role));
        if own.iter().all(|(_, held)| *held != guide) {
            own.push((office.role.as_russian(), guide));
        }
    }
    let guides = LAID_OUT.iter().map(|(name, rendered)| {
        let parts = rendered.headings.iter().filter(|heading| heading.level == 2);
        let parts = parts.map(|heading| (heading.text.clone(), format!("/help/{name}#{}", heading.id)));
        (rendered.title.clone(), format!("/help/{name}"), parts.collect())
    });
    answer::page(&ContentsPage { frame: frame.titled("Справка"), own, guides: guides.collect() })
}

#[derive(Template)]
#[template(path = "help/guide.html", config = "src/web/askama.toml")]
struct GuidePage {
    frame: Frame,
    body: &'static str,
    contents: Vec<(&'static str, &'static str)>,
}

/// `GET /help/{guide}`.
async fn guide(Path(name): Path<String>, frame: Frame) -> Result<Response, Refusal> {
    let (_, rendered) = find(&name).ok_or(Refusal::NotFound)?;
    let parts = rendered.headings.iter().filter(|heading| heading.level == 2);
    let contents = parts.map(|heading| (heading.text.as_str(), heading.id.as_str())).collect();
    let frame = frame.titled(rendered.title.clone()).under("Справка", "/help");
    answer::page(&GuidePage { frame, body: &rendered.html, contents })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::route;

    #[test]
    fn every_page_s_help_leads_to_a_section_that_is_there() {
        let mut lost = Vec::new();
        for route in route::all().iter().filter(|route| !route.help.is_empty()) {
            let (guide, section) = route.help.split_once('#').unwrap_or((route.help, ""));
            let held = |rendered: &Rendered| rendered.headings.iter().any(|heading| heading.id == section);
            // A guide that is not written yet leads to the table of contents.
            let lost_section = find(guide).is_some_and(|(_, rendered)| !section.is_empty() && !held(rendered));
            if lost_section {
                lost.push(format!("{}: {}", route.facts.path, route.help));
            }
        }
        assert!(lost.is_empty(), "{lost:#?}");
    }

    #[test]
    fn every_page_of_the_menu_has_its_guide() {
        let of_menu = route::all().into_iter().filter(|route| route.menu.is_some() && route.facts.path != "/help");
        let bare: Vec<&str> = of_menu.filter(|route| route.help.is_empty()).map(|route| route.facts.path).collect();
        assert!(bare.is_empty(), "{bare:?}");
    }

    #[test]
    fn every_guide_in_the_tree_is_inside_the_program() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        let guides: Vec<String> = names.filter(|name| name.ends_with(".ru.md")).collect();
        assert!(!guides.is_empty());
        for guide in guides {
            assert!(find(&guide).is_some(), "{guide} is not among GUIDES");
        }
    }

    #[test]
    fn links_between_guides_lead_somewhere() {
        for (name, rendered) in LAID_OUT.iter() {
            for target in rendered.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let Some(inside) = target.strip_prefix("/help/") else { continue };
                let (guide, section) = inside.split_once('#').unwrap_or((inside, ""));
                let found = find(guide);
                assert!(found.is_some(), "{name}: {target}");
                let has = |rendered: &Rendered| section.is_empty() || rendered.headings.iter().any(|h| h.id == section);
                assert!(found.is_some_and(|(_, rendered)| has(rendered)), "{name}: {target}");
            }
        }
    }
}
