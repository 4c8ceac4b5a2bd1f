//! Every page of the route table, by the first role that may see it: pictures at both widths, axe, keyboard. A page that lands later is
//! looked at without a word here.

use std::collections::BTreeSet;

use letopis::web::route;

use crate::driver::{Browser, WIDTHS, pictures};
use crate::house::Open;
use crate::looks::{axe, axe_faults, keyboard_faults};
use crate::tell;

/// Roles in the order in which they are asked: the first that may see a page shows it.
const ROLES: [&str; 8] = [
    "администратор",
    "директор",
    "заместитель директора",
    "классный руководитель",
    "учитель-предметник",
    "секретарь",
    "родитель (законный представитель)",
    "обучающийся",
];

/// A path with everything in it that this house has; `None` for a parameter that is of no such thing.
async fn filled(open: &Open, path: &str) -> Option<String> {
    let journal = open.house.db.load_journal(crate::records::YEAR).await.expect("a journal");
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let jobs = open.house.db.list_jobs(1).await.expect("jobs");
    let mut known = vec![
        ("class", encoded("5А")),
        ("course", journal.courses.iter().find(|course| course.class == "5А")?.id.clone()),
        ("learner", journal.learners.iter().find(|learner| learner.class == "5А")?.id.clone()),
        ("person", journal.staff[0].id.clone()),
        ("copy", crate::records::COPIES[0].to_owned()),
        ("version", "1".to_owned()),
        ("period", "Q1".to_owned()),
        ("year", "2025".to_owned()),
        ("policy", "default".to_owned()),
        ("guide", "administrator".to_owned()),
    ];
    // Forms of a class and of the office have names of their own.
    known.push(("form", form_at(path).to_owned()));
    known.extend(jobs.first().map(|job| ("job", job.id.clone())));
    let mut path = path.to_owned();
    for (name, value) in known {
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    (!path.contains('{')).then_some(path)
}

/// A form that this path shows.
fn form_at(path: &str) -> &'static str {
    match path {
        path if path.contains("/classes/") => "remarks",
        path if path.contains("/teaching/") => "timesheet",
        _ => "file-plan",
    }
}

/// Name of a picture: the route's pattern in file letters.
fn slug(path: &str) -> String {
    let plain: String = path.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let plain = plain.trim_matches('-').to_owned();
    if plain.is_empty() { "start".to_owned() } else { plain }
}

/// Looks at the page shown; gives what is wrong with it.
async fn look(browser: &Browser, axe: Option<&str>, name: &str) -> Vec<String> {
    let mut faults = Vec::new();
    browser.client.set_window_size(1366, 900).await.expect("a size");
    if let Some(axe) = axe {
        faults.extend(axe_faults(browser, axe).await);
    }
    faults.extend(keyboard_faults(browser).await);
    for width in WIDTHS {
        let path = pictures().join(format!("{name}-{width}.png"));
        faults.extend(browser.picture(width, &path).await.err());
        if let (Some(axe), 390) = (axe, width) {
            faults.extend(axe_faults(browser, axe).await.into_iter().map(|fault| format!("на телефоне: {fault}")));
        }
    }
    faults.dedup();
    faults.into_iter().map(|fault| format!("{name}: {fault}")).collect()
}

#[test]
fn every_page_is_whole_reachable_by_keyboard_and_without_faults_for_assistive_technology() {
    tell(async {
        let (open, browser, axe) = (Open::start().await, Browser::start().await, axe());
        let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
        let routes: Vec<_> = route::table().into_iter().filter(|facts| facts.method == "GET").collect();
        // A stranger's pages first: the start page of a stranger is another one than that of a role.
        for path in ["/", "/signin", "/verify", "/no-such-page"] {
            let (status, _) = browser.open(&open.at(path)).await;
            assert!(status < 500, "{path}: {status}");
            faults.extend(look(&browser, axe.as_deref(), &format!("stranger/{}", slug(path))).await);
        }
        for role in ROLES {
            open.sign_in(&browser, role).await;
            let login = open.login(role).await.login;
            // Each role's own first screen is a page of its own.
            browser.open(&open.at("/")).await;
            faults.extend(look(&browser, axe.as_deref(), &format!("{login}/start")).await);
            for facts in &routes {
                if seen.contains(facts.path) || is_no_page(facts.path) {
                    continue;
                }
                let Some(path) = filled(&open, facts.path).await else { continue };
                let (status, media) = browser.open(&open.at(&path)).await;
                assert!(status < 500, "{path} for {role}: {status}");
                if status == 200 && media == "text/html" {
                    faults.extend(look(&browser, axe.as_deref(), &format!("{login}/{}", slug(facts.path))).await);
                    seen.insert(facts.path);
                }
            }
        }
        let unseen: Vec<&str> =
            routes.iter().map(|facts| facts.path).filter(|path| !seen.contains(path) && !is_no_page(path)).collect();
        eprintln!("страниц просмотрено: {}; не показаны никому из ролей: {unseen:?}", seen.len());
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    });
}

/// Addresses that give files, streams or figures, or that end the session.
fn is_no_page(path: &str) -> bool {
    let parts = [
        "/assets/",
        "/events",
        "/part",
        ".pdf",
        ".svg",
        ".json",
        ".csv",
        ".xlsx",
        ".zip",
        "/metrics",
        "/readyz",
        "/healthz",
        "/signin/identity",
    ];
    parts.iter().any(|part| path.contains(part)) || (path.starts_with("/api/v1/"))
}
