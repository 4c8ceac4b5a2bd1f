//! Forms of the archive: electronic inventories, transfer, condition, acquaintance with orders. Floor 2.

use super::super::condition::size_of;
use super::{Desk, span_of};
use crate::domain::form::Form;
use crate::domain::forms::files::Volume;
use crate::domain::forms::inventories::{Container, InventoryLine};
use crate::domain::forms::learners::Acquainted;
use crate::domain::forms::plan::Holds;
use crate::domain::forms::{People, acts};
use crate::domain::journal::YEAR;
use crate::domain::log_proof::object_name;
use crate::domain::register::RegisterLine;
use crate::domain::snapshot::{CopyKind, kind_words};
use crate::domain::{names, words};
use crate::flow::office::Refusal;
use crate::flow::{Error, people};
use crate::store::{ELECTRONIC, PAPER, Which};

impl Desk<'_> {
    /// Electronic files of a school year with their containers.
    pub(super) async fn electronic(
        &self,
        year: &str,
        long: bool,
    ) -> Result<(Vec<InventoryLine>, Vec<Container>), Error> {
        let kind = if long { CopyKind::SummarySheet } else { CopyKind::PeriodCopy };
        let rows = self.house.db.list_register().await?;
        let lines: Vec<RegisterLine> =
            rows.into_iter().map(|row| row.line).filter(|line| line.year == year && line.kind == kind).collect();
        let mut containers = Vec::new();
        // A version that another one replaced stays in the archive and is said to be replaced.
        let replaced = |line: &RegisterLine| {
            lines.iter().filter(|other| other.id == line.id && other.version > line.version).map(|o| o.version).min()
        };
        for line in &lines {
            let name = object_name(&line.id, line.version);
            let period = self.period_name(&line.class, &line.period, &line.year);
            let what = words::capitalised(&kind_words(line.kind, &line.id));
            containers.push(Container {
                number: line.number.clone(),
                date: line.sealed_at.get(..10).unwrap_or_default().to_owned(),
                title: match replaced(line) {
                    Some(next) => format!("{what} {} класса, {period} (заменена версией {next})", line.class),
                    None => format!("{what} {} класса, {period}", line.class),
                },
                bytes: size_of(&self.house.archive().join(&name)),
                name,
                changed_at: line.sealed_at.clone(),
                sha256: line.sealed_pdf.to_hex(),
            });
        }
        if containers.is_empty() {
            return Ok((Vec::new(), containers));
        }
        let grade = lines.first().and_then(|line| self.journal.class(&line.class)).map_or(0, |class| class.grade);
        let days = span_of(&self.journal, YEAR, grade);
        let (holds, title, keep_years) = if long {
            (
                Holds::Summaries,
                "Сводные ведомости успеваемости (и посещаемости) обучающихся",
                self.policy.keep_summary_years,
            )
        } else {
            (Holds::Journals, "Классные журналы (электронные)", self.policy.keep_journal_years)
        };
        let line = InventoryLine {
            index: self.index_of(holds, year).await?,
            title: format!("{title} за {year} учебный год"),
            first: days.map(|(first, _)| first.to_string()).unwrap_or_default(),
            last: days.map(|(_, last)| last.to_string()).unwrap_or_default(),
            keep_years,
            sheets: 0,
            containers: containers.len() as u32,
            bytes: containers.iter().map(|one| one.bytes).sum(),
            note: match lines.iter().filter(|line| replaced(line).is_some()).count() {
                0 => String::new(),
                old => format!("в том числе заменённых версий: {old}"),
            },
        };
        Ok((vec![line], containers))
    }

    pub(super) async fn transfer(&self, year: &str, volumes: &[Volume]) -> Result<Form, Error> {
        let paper = volumes.iter().filter(|volume| volume.file.keep_years > 10).count() as u32;
        let (electronic, containers) = self.electronic(year, true).await?;
        let mut lines = Vec::new();
        if paper > 0 {
            lines.push(acts::Transferred {
                inventory: "Опись № 1".to_owned(),
                copies: 2,
                units: paper,
                ..Default::default()
            });
        }
        if let Some(line) = electronic.first() {
            let digests: Vec<String> = containers.iter().map(|one| one.sha256.clone()).collect();
            lines.push(acts::Transferred {
                inventory: "Опись № 2".to_owned(),
                copies: 2,
                units: electronic.len() as u32,
                bytes: line.bytes,
                sha256: crate::domain::canon::Digest::of(digests.join("\n").as_bytes()).to_hex(),
                carrier: self.text("carrier").to_owned(),
                ..Default::default()
            });
        }
        // Who is asked for comes before what stands in the requisites; a school without an archive of the state keeps its own.
        let takers = [self.text("taker"), &self.letterhead.archive, "архив организации"];
        let taker = takers.into_iter().find(|one| !one.is_empty()).unwrap_or_default();
        // What was recorded as handed over names its act; what is asked for on the page comes before it.
        let handed = self.house.db.list_archive_transfers().await?;
        let rows = self.house.db.list_register().await?;
        let own = |copy: &str| rows.iter().any(|row| row.line.id == copy && row.line.year == year);
        let recorded = handed.iter().rev().find(|one| own(&one.copy));
        let no = match self.text("act_no") {
            "" => recorded.map(|one| one.act.clone()).unwrap_or_default(),
            no => no.to_owned(),
        };
        let date = match self.day("act_date")? {
            Some(day) => day.to_string(),
            None => recorded.map(|one| one.on.clone()).unwrap_or_default(),
        };
        let post = match self.text("taker_post") {
            "" => "Руководитель принимающей стороны",
            post => post,
        };
        let transfer = acts::Transfer {
            fund_title: self.letterhead.name.clone(),
            years: year.replace('/', "–"),
            taker: taker.to_owned(),
            taker_post: post.to_owned(),
            taker_name: self.text("taker_name").to_owned(),
            no,
            date,
            ground: self.text("ground").to_owned(),
            lines,
        };
        Ok(acts::transfer_act(&self.letterhead, &transfer))
    }

    /// The act of the newest check: what it found then, under its number; the archive is not read again for a page.
    pub(super) async fn condition(&self) -> Result<Form, Error> {
        let mut check = if self.text("of") == "paper" {
            // What is void is still listed: its paper lies in the file, or its absence is to be found.
            let kept = self.house.db.list_paper(Which::All).await?;
            let listed = kept.iter().filter(|one| one.copy.no > 0).count() as u64;
            // Before the check the act is a sheet to fill; recorded, it has its number and day.
            let made = self.house.db.find_archive_check(PAPER).await?;
            acts::Condition {
                what: "дел на бумажном носителе".to_owned(),
                no: made.as_ref().map(|made| made.no.to_string()).unwrap_or_default(),
                to: made.map(|made| made.on).unwrap_or_default(),
                listed,
                unfilled: true,
                ..Default::default()
            }
        } else {
            let made = self.house.db.find_archive_check(ELECTRONIC).await?;
            let made = made.ok_or_else(|| {
                Refusal::Needs("проверка архива: кнопка «Проверить архив» на странице «Дела и описи»".to_owned())
            })?;
            acts::Condition {
                what: "электронных документов".to_owned(),
                no: made.no.to_string(),
                from: made.on.clone(),
                to: made.on,
                ..made.found.unwrap_or_default()
            }
        };
        let member = |role| People::holder(&self.journal, role).map(|id| self.people.get(id));
        let commission = [member("deputy"), member("secretary"), member("technical_specialist")];
        check.commission = commission.into_iter().flatten().map(|one| (one.post, one.signed)).collect();
        Ok(acts::condition_act(&self.letterhead, &check))
    }

    /// The document of an acquaintance sheet, in the instrumental case, and who has read it: an order with its recorded readings, or the
    /// whole staff for a document that no list of orders has.
    pub(super) async fn acquainted(&self) -> Result<(String, Vec<Acquainted>), Error> {
        let wanted = self.text("order");
        let all: Vec<String> = self.journal.staff.iter().map(|one| one.id.clone()).collect();
        let blank = |id: &String| (id.clone(), String::new(), String::new());
        let (document, lines): (String, Vec<(String, String, String)>) = if wanted.is_empty() {
            let document = self.needed("document", "документ, с которым знакомят: приказ из списка или название")?;
            (titled(document), all.iter().map(blank).collect())
        } else {
            let sheets = people::sheets(self.house).await?;
            let named =
                |sheet: &people::Sheet| format!("№ {} от {}", sheet.order.number, words::date_short(sheet.order.date));
            // The page knows an order by day and number; whoever types it has the number before the eyes.
            let is =
                |sheet: &&people::Sheet| [key_of(sheet), sheet.order.number.clone()].iter().any(|one| one == wanted);
            let sheet = match sheets.iter().filter(is).collect::<Vec<_>>()[..] {
                [one] => one,
                [] => {
                    let known = sheets.iter().map(named).collect::<Vec<_>>().join(", ");
                    return Err(Refusal::NoOrder { asked: wanted.to_owned(), known }.into());
                }
                _ => {
                    let known = sheets.iter().map(named).collect::<Vec<_>>().join(", ");
                    return Err(Refusal::Needs(format!("приказ школы (номер или «день номер»): {known}")).into());
                }
            };
            let read = |line: &crate::domain::setup::Acquaintance| {
                (line.person.clone(), line.seen_on.map(|day| day.to_string()).unwrap_or_default(), line.way.clone())
            };
            (sheet_words(sheet), sheet.lines.iter().map(read).collect())
        };
        let staff = |id: &str| self.journal.staff.iter().find(|one| one.id == id);
        let mut people: Vec<(String, Acquainted)> = lines
            .into_iter()
            .map(|(id, date, way)| {
                let one = staff(&id);
                let name = one.map(|one| names::full_name(&one.surname, &one.given_name, &one.patronymic));
                let key = one.map(|one| names::sort_key(&one.surname, &one.given_name, &one.patronymic));
                let post = one.map(|one| one.position.clone()).unwrap_or_default();
                let here = !date.is_empty() && way != "paper";
                (key.unwrap_or_default(), Acquainted { name: name.unwrap_or(id), post, date, here })
            })
            .collect();
        people.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok((document, people.into_iter().map(|(_, one)| one).collect()))
    }
}

/// Orders whose acquaintance sheets can be printed: name of the field's value, and words for the choice.
pub async fn orders(house: &crate::flow::House) -> Result<Vec<(String, String)>, Error> {
    let sheets = people::sheets(house).await?;
    let named = |sheet: &people::Sheet| {
        let order = &sheet.order;
        (key_of(sheet), format!("№ {} от {}, {}", order.number, words::date_short(order.date), order.title))
    };
    Ok(sheets.iter().map(named).collect())
}

/// Day and number: an order that no list has yet has no identifier.
fn key_of(sheet: &people::Sheet) -> String {
    format!("{} {}", sheet.order.date, sheet.order.number)
}

/// «приказом от 01.09.2025 № 12 «О назначении»», after «С».
/// «документом «Положение об архиве»»: a title stays as it was typed, in one pair of quotes.
fn titled(document: &str) -> String {
    let bare = document.strip_prefix('«').and_then(|rest| rest.strip_suffix('»'));
    let bare = bare.filter(|bare| !bare.contains(['«', '»'])).unwrap_or(document);
    format!("документом «{bare}»")
}

fn sheet_words(sheet: &people::Sheet) -> String {
    let order = &sheet.order;
    let what = match order.kind.as_str() {
        "statute" => "локальным актом",
        "instruction" => "должностной инструкцией",
        "minutes" => "протоколом",
        _ => "приказом",
    };
    let title = if order.title.is_empty() { String::new() } else { format!(" «{}»", order.title) };
    format!("{what} от {} № {}{title}", words::date_short(order.date), order.number)
}
