//! What leaves: tables as files, and the pseudonymised feed. Floor 3.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::act;
use crate::bundle::export::{self as tables, Shape};
use crate::bundle::layout::File;
use crate::domain::people::Visitor;
use crate::domain::words;
use crate::flow::exchange::{export as leaving, feed as feeding};

#[derive(Template)]
#[template(path = "exchange/export.html", config = "src/web/askama.toml")]
struct ExportPage {
    frame: Frame,
    /// Word and name of each choice.
    what: Vec<(String, &'static str)>,
    classes: Vec<String>,
    periods: Vec<(String, String)>,
}

/// `GET /exchange/export`.
pub(in super::super) async fn form(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let year = state.house.year(None).await?;
    let journal = state.house.db.load_roster(&year).await?;
    let mut what = vec![
        ("journal".to_owned(), "Весь журнал"),
        ("roster".to_owned(), "Школа без уроков: сотрудники, классы, обучающиеся, курсы"),
    ];
    what.push((leaving::SCHOOL.to_owned(), "Школа с таблицами учебного года (книга XLSX)"));
    what.extend(File::ALL.into_iter().map(|file| (file.stem().replace('_', "-"), file.layout().russian)));
    let page = ExportPage {
        frame: frame.titled("Выгрузка данных").leading("Каждая выгрузка записывается в журнал событий."),
        what,
        classes: journal.classes_in_order().iter().map(|class| class.name.clone()).collect(),
        periods: journal.periods.iter().map(|period| (period.id.clone(), period.name.clone())).collect(),
    };
    answer::page(&page)
}

/// What is asked for.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Asked {
    what: String,
    shape: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    period: String,
}

/// `POST /exchange/export`: the file itself.
pub(in super::super) async fn export(
    State(state): State<WebState>,
    visitor: Visitor,
    Form(asked): Form<Asked>,
) -> Result<Response, Refusal> {
    if asked.what == leaving::SCHOOL {
        if asked.shape != "xlsx" {
            return Err(Refusal::Rule("Школа с таблицами учебного года выгружается книгой XLSX".to_owned()));
        }
        let written = leaving::school(&state.house, None, &act(&state, &visitor)).await?;
        let name = format!("attachment; filename=\"year-{}.xlsx\"", state.now().date_naive());
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned();
        let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
        return Ok((headers, written.bytes).into_response());
    }
    let chosen = |text: String| if text.is_empty() { None } else { Some(text) };
    let shape = match asked.shape.as_str() {
        "csv" => Shape::Csv,
        "office" => Shape::OfficeCsv,
        "xlsx" => Shape::Xlsx,
        "json" => Shape::Json,
        "xml" => Shape::Xml,
        "oneroster" => Shape::OneRoster,
        _ => return Err(Refusal::Rule("Такого вида выгрузки нет".to_owned())),
    };
    let tables = tables::tables_of(&asked.what).ok_or_else(|| Refusal::Rule("Такой таблицы нет".to_owned()))?;
    let asked_for = leaving::Export {
        what: asked.what.clone(),
        tables,
        year: None,
        class: chosen(asked.class),
        period: chosen(asked.period),
        shape,
    };
    let written = leaving::export(&state.house, &asked_for, &act(&state, &visitor)).await?;
    let kind = match written.ending {
        "csv" if shape == Shape::OfficeCsv => "text/csv; charset=windows-1251",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "xml" => "application/xml",
        "zip" => "application/zip",
        _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let name = format!("attachment; filename=\"{}-{}.{}\"", asked.what, state.now().date_naive(), written.ending);
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, written.bytes).into_response())
}

#[derive(Template)]
#[template(path = "exchange/feed.html", config = "src/web/askama.toml")]
struct FeedPage {
    frame: Frame,
    daily: bool,
    folder: String,
    days: Vec<String>,
}

/// `GET /exchange/feed`.
pub(in super::super) async fn feed(State(state): State<WebState>, frame: Frame) -> Result<Response, Refusal> {
    let settings = feeding::settings(&state.house)?;
    let page = FeedPage {
        frame: frame
            .titled("Обезличенная выгрузка")
            .leading("Данные журнала для сайта школы: псевдонимы вместо имён, без дат рождения, малые группы скрыты."),
        daily: settings.daily,
        folder: feeding::folder(&state.house).display().to_string(),
        days: feeding::days(&state.house)?,
    };
    answer::page(&page)
}

/// What to do with the feed.
#[derive(Debug, Deserialize)]
pub(in super::super) struct FeedAct {
    act: String,
}

/// `POST /exchange/feed`: writes the day's feed, or turns the daily one on and off.
pub(in super::super) async fn feed_now(
    State(state): State<WebState>,
    visitor: Visitor,
    Form(asked): Form<FeedAct>,
) -> Result<Response, Refusal> {
    let act = act(&state, &visitor);
    let said = match asked.act.as_str() {
        "on" | "off" => {
            let daily = asked.act == "on";
            feeding::set(&state.house, feeding::Settings { daily }, &act).await?;
            if daily {
                "Ежедневная выгрузка включена."
            } else {
                "Ежедневная выгрузка выключена."
            }
            .to_owned()
        }
        _ => {
            let fed = feeding::write(&state.house, &feeding::folder(&state.house), &act).await?;
            let (learners, what) = (
                fed.learners as u64,
                if fed.already {
                    "Такая выгрузка уже есть"
                } else {
                    "Выгрузка записана"
                },
            );
            format!("{what}: {learners} {} под псевдонимами.", words::plural(learners, "ученик", "ученика", "учеников"))
        }
    };
    Ok(answer::done("/exchange/feed", &said))
}
