//! The pages' own style, scripts and faces, carried inside the program. Floor 3.
//!
//! Faces are ParaType's (SIL Open Font License); `htmx.min.js` is htmx 4.0.1 from the npm package `htmx.org` (Zero-Clause BSD).

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::answer::Refusal;
use super::route::{Access, Route, SubjectOf, get};

/// Routes of these files.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/assets/{name}", Access::Public, SubjectOf::House, asset),
        get("/assets/fonts/{name}", Access::Public, SubjectOf::House, font),
    ]
}

struct Asset {
    name: &'static str,
    mime: &'static str,
    bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const ASSETS: &[Asset] = &[
    Asset { name: "letopis.css", mime: CSS, bytes: include_bytes!("assets/letopis.css") },
    Asset { name: "journal.css", mime: CSS, bytes: include_bytes!("assets/journal.css") },
    Asset { name: "office.css", mime: CSS, bytes: include_bytes!("assets/office.css") },
    Asset { name: "people.css", mime: CSS, bytes: include_bytes!("assets/people.css") },
    Asset { name: "letopis.js", mime: JS, bytes: include_bytes!("assets/letopis.js") },
    Asset { name: "school.css", mime: CSS, bytes: include_bytes!("assets/school.css") },
    Asset { name: "school.js", mime: JS, bytes: include_bytes!("assets/school.js") },
    Asset { name: "htmx.min.js", mime: JS, bytes: include_bytes!("assets/htmx.min.js") },
    Asset { name: "progress.js", mime: JS, bytes: include_bytes!("assets/progress.js") },
    Asset { name: "desk.css", mime: CSS, bytes: include_bytes!("assets/desk.css") },
    Asset { name: "pen.js", mime: JS, bytes: include_bytes!("assets/pen.js") },
    Asset { name: "scans.css", mime: CSS, bytes: include_bytes!("assets/scans.css") },
    Asset { name: "scans.js", mime: JS, bytes: include_bytes!("assets/scans.js") },
    Asset { name: "mark.svg", mime: "image/svg+xml", bytes: include_bytes!("assets/mark.svg") },
];

const FONTS: [(&str, &[u8]); 10] = [
    ("pt-sans-cyrillic-400.woff2", include_bytes!("assets/fonts/pt-sans-cyrillic-400-normal.woff2")),
    ("pt-sans-cyrillic-700.woff2", include_bytes!("assets/fonts/pt-sans-cyrillic-700-normal.woff2")),
    ("pt-sans-latin-400.woff2", include_bytes!("assets/fonts/pt-sans-latin-400-normal.woff2")),
    ("pt-sans-latin-700.woff2", include_bytes!("assets/fonts/pt-sans-latin-700-normal.woff2")),
    ("pt-narrow-cyrillic-400.woff2", include_bytes!("assets/fonts/pt-sans-narrow-cyrillic-400-normal.woff2")),
    ("pt-narrow-cyrillic-700.woff2", include_bytes!("assets/fonts/pt-sans-narrow-cyrillic-700-normal.woff2")),
    ("pt-narrow-latin-400.woff2", include_bytes!("assets/fonts/pt-sans-narrow-latin-400-normal.woff2")),
    ("pt-narrow-latin-700.woff2", include_bytes!("assets/fonts/pt-sans-narrow-latin-700-normal.woff2")),
    ("pt-serif-cyrillic-700.woff2", include_bytes!("assets/fonts/pt-serif-cyrillic-700-normal.woff2")),
    ("pt-serif-latin-700.woff2", include_bytes!("assets/fonts/pt-serif-latin-700-normal.woff2")),
];

/// `GET /assets/{name}`.
async fn asset(Path(name): Path<String>) -> Result<Response, Refusal> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(Refusal::NotFound)?;
    // An hour: long enough for a visit, short enough after an update of the program.
    let headers = [(header::CONTENT_TYPE, asset.mime), (header::CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, asset.bytes).into_response())
}

/// `GET /assets/fonts/{name}`.
async fn font(Path(name): Path<String>) -> Result<Response, Refusal> {
    let (_, bytes) = FONTS.iter().find(|(known, _)| *known == name).ok_or(Refusal::NotFound)?;
    // A face never changes under its name: a year, the longest that RFC 9111 caches honour.
    let headers =
        [(header::CONTENT_TYPE, "font/woff2"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, *bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_long_work_are_heard_by_one_script() {
        let hears = |asset: &&Asset| String::from_utf8_lossy(asset.bytes).contains("new EventSource(");
        let own = ASSETS.iter().filter(|asset| asset.mime == JS && !asset.name.starts_with("htmx"));
        let hearing: Vec<&str> = own.filter(hears).map(|asset| asset.name).collect();
        assert_eq!(hearing, ["progress.js"], "a second one takes the other's words for its own");
    }

    #[test]
    fn marks_of_the_journal_are_printed_though_buttons_are_not() {
        let styles = |name: &str| {
            let asset = ASSETS.iter().find(|asset| asset.name == name);
            String::from_utf8_lossy(asset.map_or(&[][..], |asset| asset.bytes)).into_owned()
        };
        let (common, journal) = (styles("letopis.css"), styles("journal.css"));
        let hidden = common.lines().find(|line| line.contains(" button, .button, .buttons, ")).unwrap();
        assert!(hidden.ends_with("{ display: none !important; }"), "{hidden}");
        let printed = journal.split("@media print").nth(1).unwrap();
        assert!(printed.contains(".grid td button { display: inline !important;"), "{printed}");
    }

    #[test]
    fn what_the_script_marks_as_hidden_on_a_side_the_styles_draw() {
        let text = |name: &str| {
            let asset = ASSETS.iter().find(|asset| asset.name == name);
            String::from_utf8_lossy(asset.map_or(&[][..], |asset| asset.bytes)).into_owned()
        };
        let (script, styles) = (text("letopis.js"), text("letopis.css"));
        for class in ["fades-left", "fades-right"] {
            assert!(script.contains(&format!("\"{class}\"")) && styles.contains(&format!(".{class}")), "{class}");
        }
    }
}
