//! Every page of the route table, by the first role that may see it: pictures at both widths, axe, keyboard. A page that lands later is
//! looked at without a word here.

use std::collections::BTreeSet;

use letopis::store::{ChangeFilter, Which};
use letopis::web::route;

use crate::driver::{Browser, WIDTHS, pictures};
use crate::house::Open;
use crate::looks::{axe, axe_faults, keyboard_faults};
use crate::records::YEAR;
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

/// What pages of the house are asked for: each parameter of a path by its name, and for a page that needs more in its address what that is.
/// A builder who adds a page with a parameter of another kind adds a line here.
struct Known {
    parameters: Vec<(&'static str, String)>,
    queries: Vec<(&'static str, String)>,
}

impl Known {
    /// What this house has, for one visitor: an upload is its owner's alone.
    async fn of(open: &Open, account: &str) -> Self {
        let journal = open.house.db.load_journal(YEAR).await.expect("a journal");
        let course = journal.courses.iter().find(|course| course.class == "5А").expect("a course");
        let learner = journal.learners.iter().find(|learner| learner.class == "5А").expect("a learner");
        let mark = journal.marks.iter().find(|mark| mark.lesson.course_id == course.id).expect("a mark");
        let cell = format!("{}.{}.{}", mark.learner_id, mark.lesson.date, mark.lesson.number);
        let order = open.house.db.list_year_rows("orders", YEAR).await.expect("orders").pop().expect("an order");
        let change = open.house.db.list_changes(&ChangeFilter::default()).await.expect("changes").remove(0);
        let keys: String = change.key.iter().map(|part| format!("&key={}", encoded(part))).collect();
        let upload = open.upload(account).await;
        let paper = open.house.db.list_paper(Which::Of(crate::records::COPIES[0])).await.expect("papers").remove(0);
        let unfiled = open.house.db.list_scan_pages_unfiled().await.expect("scans").remove(0);
        Self {
            parameters: vec![
                ("class", encoded("5А")),
                ("course", course.id.clone()),
                ("learner", learner.id.clone()),
                ("person", journal.staff[0].id.clone()),
                ("copy", crate::records::COPIES[0].to_owned()),
                ("version", "1".to_owned()),
                ("period", "Q1".to_owned()),
                ("year", "2025".to_owned()),
                ("policy", "default".to_owned()),
                ("guide", "administrator".to_owned()),
                ("lesson", "first-steps".to_owned()),
                ("no", "3".to_owned()),
                ("page", "1".to_owned()),
                ("leaf", "1".to_owned()),
                ("file", unfiled.at.file),
                ("paper", encoded(&paper.copy.id)),
                ("job", open.house.db.list_jobs(1).await.expect("jobs").remove(0).id),
            ],
            queries: vec![
                ("/course/{course}/cell", format!("cell={cell}")),
                ("/year/orders/sheet", format!("year={}&order={}", encoded(YEAR), encoded(&order[0]))),
                ("/exchange/preview", format!("upload={upload}")),
                ("/history/row", format!("table={}&year={}{keys}", change.table, encoded(&change.year))),
                ("/history/undo", format!("seq={}", change.seq)),
            ],
        }
    }

    /// A route's address in this house; `None` for a parameter that is of no such thing.
    fn filled(&self, route: &str) -> Option<String> {
        let mut path = route.to_owned();
        for (name, value) in &self.parameters {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        // Forms of a class and of the office have names of their own.
        path = path.replace("{form}", form_at(route));
        let query = self.queries.iter().find(|(of, _)| *of == route).map(|(_, query)| format!("?{query}"));
        (!path.contains('{')).then(|| path + &query.unwrap_or_default())
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
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
pub async fn look(browser: &Browser, axe: Option<&str>, name: &str) -> Vec<String> {
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
        let (open, browser, axe) = (Open::with_papers().await, Browser::start().await, axe());
        let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
        let routes: Vec<_> = route::table().into_iter().filter(|facts| facts.method == "GET").collect();
        // A stranger's pages first: the start page of a stranger is another one than that of a role.
        for path in ["/", "/signin", "/verify", "/no-such-page"] {
            let (status, _) = browser.open(&open.at(path)).await;
            assert!(status < 500, "{path}: {status}");
            faults.extend(look(&browser, axe.as_deref(), &format!("stranger/{}", slug(path))).await);
        }
        // Whoever is signed in has first screens of the roles instead, and is led away from the page of signing in.
        seen.extend(["/", "/signin"]);
        open.half_sign_in(&browser, "директор").await;
        faults.extend(look(&browser, axe.as_deref(), "stranger/signin-code").await);
        seen.insert("/signin/code");
        for role in ROLES {
            open.sign_in(&browser, role).await;
            let login = open.login(role).await.login;
            let known = Known::of(&open, &open.account(&login).await).await;
            // Each role's own first screen is a page of its own.
            browser.open(&open.at("/")).await;
            faults.extend(look(&browser, axe.as_deref(), &format!("{login}/start")).await);
            for facts in &routes {
                if seen.contains(facts.path) || is_no_page(facts.path) {
                    continue;
                }
                let Some(path) = known.filled(facts.path) else { continue };
                let (status, media) = browser.open(&open.at(&path)).await;
                assert!(status < 500, "{path} for {role}: {status}");
                // An address that leads to another page shows nothing of its own.
                if status == 200 && media == "text/html" && !browser.led_on().await {
                    faults.extend(look(&browser, axe.as_deref(), &format!("{login}/{}", slug(facts.path))).await);
                    seen.insert(facts.path);
                }
            }
        }
        let unseen: Vec<&str> =
            routes.iter().map(|facts| facts.path).filter(|path| !seen.contains(path) && !is_no_page(path)).collect();
        let asked = [
            "/course/{course}/cell",
            "/year/orders/sheet",
            "/exchange/preview",
            "/history/row",
            "/history/undo",
            "/jobs/{job}",
            "/office/papers/{paper}",
            "/office/scans/{copy}",
            "/office/scans/{copy}/{leaf}",
            "/office/scan-pages/{file}/{page}",
            "/office/differences",
        ];
        assert!(asked.iter().all(|path| seen.contains(path)), "a page with an address of its own is seen: {unseen:?}");
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
        "/exchange/example",
        "/carriers/papers/",
        "/picture",
        ".typ",
        "/must",
        "/scan/",
        "/foreign/",
        "/pages/{page}",
        "/extracts/{class}/{no}",
    ];
    parts.iter().any(|part| path.contains(part)) || (path.starts_with("/api/v1/"))
}
