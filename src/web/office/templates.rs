//! The school's own templates of forms: which are in force, a new one checked beside the present one, put in force, taken out. Floor 3.

use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::Asked;
use super::Fields;
use crate::domain::forms::People;
use crate::domain::people::Visitor;
use crate::domain::words;
use crate::flow;
use crate::flow::office::forms::find;
use crate::flow::office::templates::{self as own, EVERY_FORM, Standing, Which};
use crate::typeset;

/// Width of a picture, pixels: a page of A4 beside another one on a wide screen, small print still read when enlarged.
const PICTURE: u32 = 1100;
/// Pages of each that are shown at once: the check data of our forms fills one or two.
const SHOWN: usize = 4;
const LIST: &str = "/office/templates";

fn title_of(form: &str) -> &'static str {
    match form {
        EVERY_FORM => "Все формы",
        "training-certificate" => "Справка о прохождении обучения",
        "signature-sheet" => "Лист подписей копии",
        "version-differences" => "Отличия версии копии",
        form => find(form).map_or("Форма", |known| known.title),
    }
}

/// How a template prints, by whom and since when, in words.
struct Line {
    form: String,
    title: &'static str,
    prints: String,
    is_own: bool,
    waits: bool,
}

/// «шаблон школы, SHA-256 9f2c11a0b7d4e355…, с 24 октября 2025 г., 14:05, Агатова М.П.».
fn said(standing: &Standing, people: &People) -> String {
    if standing.digest.is_empty() {
        return "встроенный шаблон".to_owned();
    }
    let since = match &standing.since {
        Some(deed) => format!("введён {}, {}", words::moment_words(&deed.at), people.get(&deed.by).short),
        None => "положен в папку templates вручную, без ввода в действие".to_owned(),
    };
    format!("шаблон школы {}…: {since}", standing.digest.get(..16).unwrap_or_default())
}

#[derive(Template)]
#[template(path = "office/templates.html", config = "src/web/askama.toml")]
struct ListPage {
    frame: Frame,
    lines: Vec<Line>,
    own: usize,
}

/// `GET /office/templates`.
pub(super) async fn list(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let people = People::of(&state.directory().await?.roster);
    let standings = own::standings(&state.house).await?;
    // A form without a template of its own is printed by the one of all forms, where there is one.
    let every = standings.iter().any(|one| one.form == EVERY_FORM && !one.digest.is_empty());
    let line = |one: &Standing| Line {
        title: title_of(&one.form),
        prints: match one.digest.is_empty() && every {
            true => "общий шаблон школы".to_owned(),
            false => said(one, &people),
        },
        is_own: !one.digest.is_empty(),
        waits: !one.draft.is_empty(),
        form: one.form.clone(),
    };
    answer::page(&ListPage {
        frame: frame.titled("Шаблоны форм").leading(
            "Как выглядит форма на бумаге, решает шаблон. Свой сначала проверяется на примере, печатать по нему начинают только после ввода.",
        ),
        own: standings.iter().filter(|one| !one.digest.is_empty()).count(),
        lines: standings.iter().map(line).collect(),
    })
}

/// What once was done with a form's template.
struct Past {
    what: String,
    short: String,
    digest: String,
    /// It prints today: there is nothing to bring back.
    now: bool,
}

/// A picture beside another one.
struct Pair {
    no: usize,
    now: String,
    new: String,
}

#[derive(Template)]
#[template(path = "office/template.html", config = "src/web/askama.toml")]
struct OnePage {
    frame: Frame,
    form: String,
    prints: String,
    is_own: bool,
    draft: String,
    faults: Vec<String>,
    /// Forms that the pictures may show, when the template sets all of them.
    choices: Vec<(String, &'static str, bool)>,
    pairs: Vec<Pair>,
    past: Vec<Past>,
}

/// `GET /office/templates/{form}`; `as`: the form that the pictures show.
pub(super) async fn one(
    State(state): State<WebState>,
    Path(form): Path<String>,
    frame: Frame,
    asked: Asked,
) -> Result<Response, Refusal> {
    let standings = own::standings(&state.house).await?;
    let standing = standings.iter().find(|one| one.form == form).ok_or(Refusal::NotFound)?;
    let people = People::of(&state.directory().await?.roster);
    let sets: Vec<&str> = standings
        .iter()
        .map(|one| one.form.as_str())
        .filter(|one| *one != EVERY_FORM && (form == EVERY_FORM || form == *one))
        .collect();
    let shown = sets.iter().find(|one| **one == asked.value("as")).or(sets.first()).copied().unwrap_or_default();
    let faults = own::draft_faults(&state.house, &form).await?;
    let pairs = match faults {
        Some(_) => pairs(&state, &form, shown).await?,
        None => Vec::new(),
    };
    let past = standing.history.iter().map(|deed| Past {
        what: format!(
            "{} {}, {}",
            if deed.enacted { "введён" } else { "снят" },
            words::moment_short(&deed.at),
            people.get(&deed.by).short
        ),
        short: deed.digest.get(..16).unwrap_or_default().to_owned(),
        digest: deed.digest.clone(),
        now: deed.digest == standing.digest,
    });
    answer::page(&OnePage {
        frame: frame
            .titled(title_of(&form))
            .under("Шаблоны форм", LIST)
            .leading("Шаблон формы: действующий, новый на проверке, прежние."),
        prints: said(standing, &people),
        is_own: !standing.digest.is_empty(),
        draft: standing.draft.clone(),
        faults: faults.unwrap_or_default(),
        choices: match form == EVERY_FORM {
            true => sets.iter().map(|one| ((*one).to_owned(), title_of(one), *one == shown)).collect(),
            false => Vec::new(),
        },
        pairs,
        past: past.collect(),
        form,
    })
}

/// Pictures of the present pages and the new ones, side by side; none of a template that sets no page.
async fn pairs(state: &WebState, form: &str, shown: &str) -> Result<Vec<Pair>, Refusal> {
    let pages = |of: &'static str| {
        let (state, form, shown) = (state.clone(), form.to_owned(), shown.to_owned());
        async move {
            let text = template(&state, &form, of)?;
            // How many pages there are is all that is wanted: the picture is as small as one can be.
            let drawn = tokio::task::spawn_blocking(move || own::drawn(text, &shown, 1, 16)).await;
            Ok::<_, Refusal>(drawn.map_err(|error| answer::fault(&error))?.map_or(0, |(_, pages)| pages))
        }
    };
    let (now, new) = (pages("current").await?, pages("draft").await?);
    let address = |of: &str, no: usize, all: usize| match no <= all {
        true => format!("{LIST}/{form}/picture?of={of}&as={shown}&no={no}"),
        false => String::new(),
    };
    let pair = |no| Pair { no, now: address("current", no, now), new: address("draft", no, new) };
    Ok((1..=now.max(new).min(SHOWN)).map(pair).collect())
}

/// The text that `of` names; `None` for the program's own template.
fn template(state: &WebState, form: &str, of: &str) -> Result<Option<String>, Refusal> {
    let house = &state.house;
    match of {
        "draft" => Ok(Some(own::text(house, form, Which::Draft)?.ok_or(Refusal::NotFound)?)),
        "built-in" => Ok(None),
        "current" => match own::text(house, form, Which::Current)? {
            // What prints a form today may be the template of all forms.
            None if form != EVERY_FORM => Ok(own::text(house, EVERY_FORM, Which::Current)?),
            text => Ok(text),
        },
        digest => Ok(Some(own::text(house, form, Which::Kept(digest))?.ok_or(Refusal::NotFound)?)),
    }
}

/// `GET /office/templates/{form}/picture`: `of` which template, `as` which form, `no` which page of the check data.
pub(super) async fn picture(
    State(state): State<WebState>,
    Path(form): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let text = template(&state, &form, asked.value("of"))?;
    let no: usize = asked.value("no").parse().ok().filter(|no| (1..=SHOWN).contains(no)).ok_or(Refusal::NotFound)?;
    let shown = asked.value("as").to_owned();
    let drawn = tokio::task::spawn_blocking(move || own::drawn(text, &shown, no, PICTURE)).await;
    let (png, _) = drawn.map_err(|error| answer::fault(&error))??;
    if png.is_empty() {
        return Err(Refusal::NotFound);
    }
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// `GET /office/templates/{form}/template.typ`: `of` which template.
pub(super) async fn text(
    State(state): State<WebState>,
    Path(form): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let name = if form == EVERY_FORM { "form.typ".to_owned() } else { format!("form-{form}.typ") };
    let text = template(&state, &form, asked.value("of"))?.unwrap_or_else(|| typeset::built_in().to_owned());
    let how = format!("attachment; filename=\"{name}\"");
    let heads = [(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, how)];
    Ok((heads, text).into_response())
}

/// `POST /office/templates/{form}`: the file of a new template.
pub(super) async fn lay(
    State(state): State<WebState>,
    Path(form): Path<String>,
    visitor: Visitor,
    mut fields: Multipart,
) -> Result<Response, Refusal> {
    let mut bytes = None;
    while let Some(field) = fields.next_field().await.map_err(|_| Refusal::BrokenUpload)? {
        if field.name() == Some("file") && field.file_name().is_some_and(|name| !name.is_empty()) {
            bytes = Some(field.bytes().await.map_err(|_| Refusal::BrokenUpload)?.to_vec());
        }
    }
    let faults = own::lay(&state.house, &form, bytes.ok_or(Refusal::NoFile)?, &state.act(&visitor.account)).await?;
    Ok(laid(&form, &faults))
}

/// Back to the page, which says by itself what is wrong.
fn laid(form: &str, faults: &[String]) -> Response {
    let page = format!("{LIST}/{form}");
    match faults.is_empty() {
        true => answer::done(&page, "Шаблон проверен и годится. Посмотрите страницы и введите его в действие"),
        false => answer::redirect(&format!("{page}#draft")),
    }
}

/// `POST /office/templates/{form}/act`: `act` is `enact`, `withdraw`, `drop` or `again`, with the `digest` it is about.
pub(super) async fn act(
    State(state): State<WebState>,
    Path(form): Path<String>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (house, act, digest) = (&state.house, state.act(&visitor.account), fields.value("digest"));
    let said = match fields.value("act") {
        "enact" => {
            own::enact(house, &form, digest, &act).await?;
            "Шаблон введён в действие: по нему печатают с этой минуты"
        }
        "withdraw" => {
            own::withdraw(house, &form, &act).await?;
            "Шаблон снят: форма печатается по встроенному"
        }
        "drop" => {
            own::drop_draft(house, &form)?;
            "Шаблон убран с проверки"
        }
        "again" => return Ok(laid(&form, &own::lay_kept(house, &form, digest, &act).await?)),
        _ => return Err(flow::Error::from(flow::office::Refusal::Empty("действие")).into()),
    };
    Ok(answer::done(&format!("{LIST}/{form}"), said))
}
