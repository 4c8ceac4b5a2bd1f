//! Files of the file plan, their volumes and inventories, and what the forms say of the school. Floor 3.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::super::WebState;
use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::super::query::segment;
use super::Fields;
use crate::domain::forms::day;
use crate::domain::forms::files::{Numbering, Volume, VolumeKey};
use crate::domain::paper::Kept;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::{retention, words};
use crate::flow::office;
use crate::flow::office::forms::volumes_of;
use crate::store::{SealedRow, Which};

/// Requisite that holds the day of the last check of the archive.
pub(super) use crate::flow::office::CHECKED;

/// A check of presence and condition: when it was made last, when it is due.
pub(super) struct Check {
    what: &'static str,
    last: Option<NaiveDate>,
    pub(super) due: Option<NaiveDate>,
}

impl Check {
    /// «бумажных дел — не позже 24.10.2035».
    pub(super) fn said(&self) -> String {
        let due = self.due.map(|day| format!(" — не позже {}", words::date_short(day))).unwrap_or_default();
        format!("{}{due}", self.what)
    }
}

/// Both checks: of electronic copies and of paper files. One that has nothing to look at is not due.
pub(super) fn checks(requisites: &HashMap<String, String>, sealed: &[SealedRow], papers: &[Kept]) -> [Check; 2] {
    let read = |text: &str| text.get(..10)?.parse::<NaiveDate>().ok();
    let made = |name: &str| requisites.get(name).and_then(|text| read(text));
    let first_sealed = sealed.iter().filter_map(|row| read(&row.line.sealed_at)).min();
    let first_paper = papers.iter().filter_map(|kept| read(&kept.copy.registered_at)).min();
    let check = |what, last: Option<NaiveDate>, first: Option<NaiveDate>, years| Check {
        what,
        last,
        due: first.and_then(|first| retention::check_due(last.unwrap_or(first), years)),
    };
    [
        check("электронных документов", made(CHECKED), first_sealed, retention::ELECTRONIC_CHECK_YEARS),
        check("дел на бумаге", made(office::CHECKED_PAPER), first_paper, retention::PAPER_CHECK_YEARS),
    ]
}

struct VolumeLine {
    /// Number of the line: names its form.
    at: usize,
    year: String,
    /// Name of the file in what is recorded of its volumes.
    file: String,
    part: String,
    /// Its place among the volumes of the period, in what is recorded of it.
    of_part: u32,
    numbering: Numbering,
    state: String,
    index: String,
    title: String,
    no: u32,
    documents: usize,
    sheets: String,
    query: String,
}

struct CheckLine {
    what: &'static str,
    last: String,
    due: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "office/files.html", config = "src/web/askama.toml")]
struct FilesPage {
    frame: Frame,
    year: String,
    calendar: i32,
    volumes: Vec<VolumeLine>,
    /// Name, label, value, and how it is typed where that is not plain.
    requisites: Vec<(&'static str, &'static str, String, &'static str)>,
    checks: Vec<CheckLine>,
    /// School years with sealed summary sheets that are not in the archive yet, and how many.
    summaries: Vec<(String, usize)>,
    /// The clause that wants them there at once; empty where the rules do not.
    at_once: String,
    today: String,
    keeps: bool,
    /// Who does the rest of the transfer, told to whoever only writes copies onto carriers; none for all others.
    backs_up: Option<String>,
}

/// `GET /office/files`.
pub(super) async fn files(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let act = state.act(&visitor.account);
    let year = directory.year.clone();
    let volumes = if year.is_empty() { Vec::new() } else { volumes_of(&state.house, &year, &act).await? };
    let numbered: BTreeMap<_, _> = state.house.db.list_numberings(&year).await?.into_iter().collect();
    let lines = volumes.iter().enumerate().map(|(at, volume)| {
        let numbering = numbered.get(&volume.key()).cloned();
        VolumeLine {
            at,
            year: volume.file.year.clone(),
            file: volume.key().file,
            part: volume.file.part.clone(),
            of_part: volume.of_part,
            state: state_of(volume, numbering.as_ref()),
            numbering: numbering.unwrap_or_else(|| Numbering {
                sheets: volume.sheets,
                inventory_sheets: 1,
                ..Numbering::default()
            }),
            index: volume.file.index.clone(),
            title: volume.file.title.clone(),
            no: volume.no,
            documents: volume.file.documents.len(),
            sheets: words::SHEET.counted(volume.sheets.into()),
            query: format!(
                "file={}&volume={}&title={}",
                segment(&volume.file.index),
                volume.no,
                segment(&volume.file.title)
            ),
        }
    });
    let known = state.house.db.list_requisites().await?;
    let requisites = office::REQUISITES.iter().map(|(name, label)| {
        let typed = if *name == "minutes" { "от 12.01.2027 № 1" } else { "" };
        (*name, *label, known.get(*name).cloned().unwrap_or_default(), typed)
    });
    let today = state.now().date_naive();
    let papers = state.house.db.list_paper(Which::All).await?;
    let sealed = state.house.db.list_register().await?;
    let checks = checks(&known, &sealed, &papers);
    let mut summaries: BTreeMap<String, usize> = BTreeMap::new();
    for line in office::untransferred(&sealed, &state.house.db.list_archive_transfers().await?) {
        *summaries.entry(line.year.clone()).or_default() += 1;
    }
    let policy = crate::flow::policy::of_act(&state.house, &act).await?;
    let calendar = year.split('/').nth(1).and_then(|year| year.parse().ok()).unwrap_or_default();
    let frame = frame
        .titled("Дела и описи")
        .leading("Номенклатура, тома не толще 250 листов, описи для архива. Каждую форму можно посмотреть, напечатать и выгрузить.");
    answer::page(&FilesPage {
        frame,
        year,
        calendar,
        volumes: lines.collect(),
        requisites: requisites.collect(),
        checks: checks
            .iter()
            .map(|check| CheckLine {
                what: check.what,
                last: check.last.map(words::date_short).unwrap_or_default(),
                due: check.due.map(words::date_short).unwrap_or_default(),
                late: check.due.is_some_and(|due| due <= today),
            })
            .collect(),
        summaries: summaries.into_iter().collect(),
        at_once: office::at_once(&policy).map(|said| said.clause.clone()).unwrap_or_default(),
        today: today.to_string(),
        keeps: visitor.may_anywhere(Action::KeepPaper),
        backs_up: backs_up(&visitor),
    })
}

/// Whoever writes copies onto carriers and keeps no paper owes that part of «передача данных в архив» alone: the page leads there, and says
/// who does the rest.
fn backs_up(visitor: &Visitor) -> Option<String> {
    let only_copies = visitor.may_anywhere(Action::RunBackups) && !visitor.may_anywhere(Action::KeepPaper);
    only_copies.then(|| visitor.rules.who(Action::KeepPaper))
}

/// `POST /office/requisites`.
pub(super) async fn set_requisites(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    office::set_requisites(&state.house, fields.pairs(), &act).await?;
    Ok(answer::done("/office/files", "Реквизиты записаны."))
}

/// What is done with a volume, in words; what its numbering and its documents do not agree on.
fn state_of(volume: &Volume, numbering: Option<&Numbering>) -> String {
    let Some(found) = numbering else { return "не оформлен".to_owned() };
    let mut done = vec![format!("пронумерован {}", day(&found.date))];
    if found.stitched {
        done.push("прошит".to_owned());
    }
    if found.sealed {
        done.push("скреплён печатью".to_owned());
    }
    if found.sheets != volume.sheets {
        done.push(format!("по счёту {}, по реестру {}", found.sheets, volume.sheets));
    }
    done.join(", ")
}

/// `POST /office/volumes`: a volume was numbered, stitched, sealed.
pub(super) async fn number(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let key = VolumeKey {
        year: fields.value("year").to_owned(),
        file: fields.value("file").to_owned(),
        part: fields.value("part").to_owned(),
        volume: fields.value("volume").parse().unwrap_or_default(),
    };
    let marked = |name: &str| !fields.value(name).is_empty();
    let peculiar = (fields.value("peculiar").to_owned(), fields.value("peculiar_sheets").to_owned());
    let found = Numbering {
        sheets: fields.value("sheets").parse().unwrap_or_default(),
        lettered: fields.value("lettered").to_owned(),
        missing: fields.value("missing").to_owned(),
        inventory_sheets: fields.value("inventory").parse().unwrap_or_default(),
        peculiarities: if peculiar.0.is_empty() { Vec::new() } else { vec![peculiar] },
        date: fields.value("day").to_owned(),
        stitched: marked("stitched"),
        sealed: marked("sealed"),
    };
    office::number_volume(&state.house, &key, &found, &act).await?;
    Ok(answer::done(
        "/office/files",
        &format!("Том дела {} оформлен: {}.", fields.value("index"), words::SHEET.counted(found.sheets.into())),
    ))
}

/// `POST /office/transfers`: the summary sheets of a school year were handed over to the archive.
pub(super) async fn transfer(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let act = state.act(&visitor.account);
    let (no, day) = (fields.value("act_no"), fields.value("day"));
    let count = office::transfer(&state.house, fields.value("year"), no, day, &act).await? as u64;
    let sheets = words::count(count, "сводная ведомость", "сводные ведомости", "сводных ведомостей");
    Ok(answer::done("/office/files", &format!("Записано: по акту № {no} в архив сдано {sheets}.")))
}

/// `POST /office/check`: reads the whole archive, or records the day of a check of paper; the act is printed from its page.
pub(super) async fn check(
    State(state): State<WebState>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let paper = fields.value("paper").to_owned();
    let act = state.act(&visitor.account);
    if !paper.is_empty() {
        office::check_paper(&state.house, &paper, &act).await?;
        return Ok(answer::done("/office/files", &format!("Проверка дел на бумаге записана: {}.", day(&paper))));
    }
    let found = office::check(&state.house, &act).await?;
    let said = if found.faulty.is_empty() {
        format!("Проверено: {}, всё на месте и читается.", words::UNIT.counted(found.listed))
    } else {
        format!("Проверено: {}. С замечаниями: {}.", words::UNIT.counted(found.listed), found.faulty.len())
    };
    Ok(answer::done("/office/forms/condition-act", &said))
}
