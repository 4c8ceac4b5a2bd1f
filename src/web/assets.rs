//! The page's own style, script and headline font, carried inside the program. Floor 3.
//!
//! The headlines are set in the face of the documents (ParaType's free licence); the text is in the reader's own sans.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::answer::Refusal;

struct Asset {
    name: &'static str,
    mime: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset { name: "letopis.css", mime: "text/css; charset=utf-8", bytes: include_bytes!("assets/letopis.css") },
    Asset { name: "letopis.js", mime: "text/javascript; charset=utf-8", bytes: include_bytes!("assets/letopis.js") },
    Asset { name: "mark.svg", mime: "image/svg+xml", bytes: include_bytes!("assets/mark.svg") },
    Asset {
        name: "pt-serif-bold.ttf",
        mime: "font/ttf",
        bytes: include_bytes!("../../typst-templates/fonts/PTF75F.ttf"),
    },
];

/// `GET /assets/{name}`.
pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Refusal> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(Refusal::NotFound)?;
    // An hour: long enough for a visit, short enough after an update of the program.
    let headers = [(header::CONTENT_TYPE, asset.mime), (header::CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, asset.bytes).into_response())
}
