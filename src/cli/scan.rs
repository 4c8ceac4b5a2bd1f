//! `scan`: signed sheets of paper that came back as pictures. Floor 3.

use std::path::PathBuf;

use clap::Args;

use super::table::print_json;
use super::{Desk, Failure, REFUSED, print_findings};
use crate::domain::finding::{Finding, Severity};
use crate::domain::words;
use crate::flow::House;
use crate::flow::scans::{self, At, Compared, Given, Standing, Taken, Verdict};
use crate::store::Leaf;

/// `scan`.
#[derive(Debug, Args)]
pub(super) struct Scan {
    #[arg(value_name = "ФАЙЛ", required = true, help = "Сканы и снимки подписанных листов: PDF, JPEG, PNG")]
    files: Vec<PathBuf>,
    #[arg(
        value_parser = crate::cli::setup::day,
        long,
        value_name = "ГГГГ-ММ-ДД",
        help = "Дата рядом с подписями, если ступень подписывается на бумаге; без неё — сегодня"
    )]
    signed_on: Option<chrono::NaiveDate>,
}

impl Scan {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let mut taken = Vec::new();
        for path in &self.files {
            let bytes = std::fs::read(path).map_err(|source| Failure::File { path: path.clone(), source })?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            taken.push(
                scans::take(&house, Given { name, bytes, signed_on: self.signed_on }, &desk.act(&house), |_, _| {})
                    .await?,
            );
        }
        let mut copies: Vec<&str> = Vec::new();
        for page in taken.iter().flat_map(|one| &one.pages).filter(|page| !page.leaf.copy.is_empty()) {
            if !copies.contains(&page.leaf.copy.as_str()) {
                copies.push(&page.leaf.copy);
            }
        }
        let mut standings = Vec::new();
        for copy in copies {
            standings.push(scans::standing(&house, copy, None).await?);
        }
        let mut findings: Vec<Finding> = taken.iter().flat_map(|one| one.findings.clone()).collect();
        let files: Vec<String> =
            taken.iter().filter_map(|one| one.file.as_ref()).map(|file| file.digest.clone()).collect();
        scans::compare_files(&house, &files, &desk.act(&house), |_, _| {}).await?;
        let compared = compared(&house, &taken).await?;
        for (at, leaf, one) in &compared {
            let name = taken.iter().filter_map(|one| one.file.as_ref()).find(|file| file.digest == at.place.file);
            let name = name.map_or("", |file| file.name.as_str());
            let place = format!(
                "{name}, страница {}: {} версия {}, лист {}, страница {}",
                at.place.page, leaf.copy, leaf.version, leaf.sheet, leaf.leaf
            );
            findings.extend(one.findings(&place));
        }
        if desk.json {
            print_json(&as_json(&taken, &standings, &compared));
        } else {
            print_findings(&findings);
            for standing in &standings {
                println!("{}", line(standing));
            }
            if let Some(line) = compared_line(&compared) {
                println!("{line}");
            }
            for completed in taken.iter().flat_map(|one| &one.completed) {
                println!("{completed}");
            }
            let filed: usize = taken.iter().filter(|one| !one.again).map(Taken::filed).sum();
            println!("Разложено по копиям: {}.", words::count(filed as u64, "страница", "страницы", "страниц"));
        }
        Ok(if findings.iter().any(|finding| finding.severity >= Severity::Error) { REFUSED } else { 0 })
    }
}

/// Pages that went to their copy, each compared with the page that was issued.
async fn compared(house: &House, taken: &[Taken]) -> Result<Vec<(At, Leaf, Compared)>, Failure> {
    let mut all = Vec::new();
    for page in taken.iter().flat_map(|one| &one.pages).filter(|page| page.outcome == Verdict::Filed.as_str()) {
        let rows = house.db.list_versions(&page.leaf.copy).await?;
        let Some(row) = rows.into_iter().find(|row| row.version == page.leaf.version) else { continue };
        let at = At::read(page);
        let one = scans::compare(house, &at, &row, page.leaf.leaf).await?;
        all.push((at, page.leaf.clone(), one));
    }
    Ok(all)
}

/// «Сравнено с выпущенными: 12 страниц, с отличиями 1, не сравнено 0.» and at what the comparison looked.
fn compared_line(compared: &[(At, Leaf, Compared)]) -> Option<String> {
    let (could, not): (Vec<_>, Vec<_>) = compared.iter().map(|(_, _, one)| one).partition(|one| one.not.is_empty());
    let least = could.iter().map(|one| one.least).fold(0.0, f32::max);
    let differing = could.iter().filter(|one| one.unexpected().next().is_some()).count();
    let pages = words::count(could.len() as u64, "страница", "страницы", "страниц");
    let seen = format!("виден штрих пера 0,3 мм длиной от {} мм", scans::tenths(least));
    (!compared.is_empty()).then(|| match could.is_empty() {
        true => format!("Сравнено с выпущенными: 0 страниц, не сравнено: {}.", not.len()),
        false => {
            format!("Сравнено с выпущенными: {pages}, с отличиями: {differing}, не сравнено: {}; {seen}.", not.len())
        }
    })
}

/// «2025-05A-Q1 версия 1: есть 12 из 14 страниц; нет страниц 3, 7; больше одного скана: 5».
fn line(standing: &Standing) -> String {
    let (missing, doubled) = (standing.missing(), standing.doubled());
    let pages = standing.awaited();
    let found = pages - missing.len();
    let of = words::plural(pages as u64, "страницы", "страниц", "страниц");
    let mut line = format!("{} версия {}: ", standing.copy.id, standing.copy.version);
    match pages {
        0 => line.push_str("сканов не ждёт"),
        pages => line.push_str(&format!("есть {found} из {pages} {of}")),
    }
    if !missing.is_empty() {
        line.push_str(&format!("; нет: {}", scans::listed(&missing)));
    }
    if !doubled.is_empty() {
        line.push_str(&format!("; больше одного скана: {}", scans::listed(&doubled)));
    }
    if standing.is_complete() {
        line.push_str("; все листы на бумаге получены");
    }
    for staying in &standing.staying {
        line.push_str(&format!("; {} (их сканы — у версии {})", staying.said(), staying.version));
    }
    line
}

fn compared_json(one: &Compared) -> serde_json::Value {
    if !one.not.is_empty() {
        return serde_json::json!({"not": one.not});
    }
    let differences = one.differences.iter().map(
        |one| serde_json::json!({"class": one.class, "x": one.x, "y": one.y, "width": one.width, "height": one.height}),
    );
    serde_json::json!({"differences": differences.collect::<Vec<_>>(), "least_stroke_mm": one.least})
}

fn as_json(taken: &[Taken], standings: &[Standing], compared: &[(At, Leaf, Compared)]) -> serde_json::Value {
    let files: Vec<_> = taken
        .iter()
        .map(|one| {
            let file = one.file.as_ref();
            let pages = one.pages.iter().map(|page| {
                serde_json::json!({
                    "page": page.at.page, "outcome": page.outcome, "copy": page.leaf.copy, "version": page.leaf.version,
                    "sheet": page.leaf.sheet, "leaf": page.leaf.leaf, "turn": page.turn,
                    "compared": compared.iter().find(|(at, ..)| at.place == page.at).map(|(_, _, one)| compared_json(one))
                })
            });
            serde_json::json!({
                "file": file.map(|file| &file.name), "sha256": file.map(|file| &file.digest), "again": one.again,
                "pages": pages.collect::<Vec<_>>(), "findings": one.findings,
                "completed": one.completed.iter().map(|stage| serde_json::json!({
                    "copy": stage.copy, "version": stage.version, "stage": stage.stage, "signatures": stage.signatures
                })).collect::<Vec<_>>()
            })
        })
        .collect();
    let copies: Vec<_> = standings
        .iter()
        .map(|one| {
            serde_json::json!({
                "copy": one.copy.id, "version": one.copy.version, "pages": one.pages.len(),
                "missing": one.missing(), "doubled": one.doubled(), "complete": one.is_complete(),
                "staying": one.staying.iter().map(|one| serde_json::json!({
                    "version": one.version, "sheets": one.sheets
                })).collect::<Vec<_>>()
            })
        })
        .collect();
    serde_json::json!({"files": files, "copies": copies})
}
