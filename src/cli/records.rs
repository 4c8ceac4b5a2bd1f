//! `close`, `issue`, `sign`, `seal`, `copies`, `show`, `register`, `export-copy`, `extract`: the way's verbs. Floor 3.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::table::{Table, grouped, print_json};
use super::{Desk, Failure, REFUSED, print_findings};
use crate::domain::copy::State;
use crate::domain::names;
use crate::domain::route;
use crate::domain::snapshot::Snapshot;
use crate::flow::close::{self, Closing};
use crate::flow::sign::{self as signing, Gesture, Target};
use crate::flow::{self, House, issue, reissue, seal};
use crate::store::CopyRow;

/// `close`.
#[derive(Debug, Args)]
pub(super) struct Close {
    #[arg(long, value_name = "ПЕРИОД", help = "Q1…Q4, H1, H2 или Y (год)")]
    period: String,
    #[arg(long = "class", value_name = "КЛАСС", value_delimiter = ',', help = "Класс; можно несколько")]
    classes: Vec<String>,
    #[arg(long, conflicts_with = "classes", help = "Все классы, у которых есть этот период")]
    all: bool,
    #[arg(
        long = "override",
        value_name = "ОСНОВАНИЕ",
        help = "Закрыть вопреки замечаниям; основание печатается на титуле"
    )]
    ground: Option<String>,
    #[arg(long, value_name = "ГОД", help = "Учебный год, 2025/2026")]
    year: Option<String>,
}

#[derive(Debug, Serialize)]
struct ClosedLine<'a> {
    class: &'a str,
    id: &'a str,
    result: &'static str,
    findings: &'a [crate::domain::finding::Finding],
}

impl Close {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        if self.classes.is_empty() && !self.all {
            return Err(Failure::Said("укажите --class КЛАСС или --all".to_owned()));
        }
        if self.ground.as_deref().is_some_and(|ground| ground.trim().is_empty()) {
            return Err(Failure::Said("основание не может быть пустым".to_owned()));
        }
        let house = desk.house().await?;
        let year = house.year(self.year.as_deref()).await?;
        let closing = Closing { year, period: self.period.clone(), classes: self.classes, ground: self.ground };
        let closed = close::close(&house, &closing, &desk.act(&house)).await?;
        let result = |one: &close::Closed| match (&one.copy, one.already) {
            (None, _) => "refused",
            (Some(_), true) => "already_closed",
            (Some(_), false) => "closed",
        };
        if desk.json {
            let lines = closed.iter().map(|one| ClosedLine {
                class: &one.class,
                id: one.copy.as_deref().unwrap_or_default(),
                result: result(one),
                findings: &one.findings,
            });
            print_json(&lines.collect::<Vec<_>>());
        } else {
            for one in &closed {
                print_findings(&one.findings);
                match (&one.copy, one.already) {
                    (Some(copy), false) => {
                        println!("{}: период {} закрыт, снимок {copy} заморожен", one.class, self.period)
                    }
                    (Some(copy), true) => {
                        println!("{}: период {} уже был закрыт, копия {copy}", one.class, self.period)
                    }
                    (None, _) => println!(
                        "{}: период {} не закрыт, есть ошибки; устраните их или укажите --override \"основание\"",
                        one.class, self.period
                    ),
                }
            }
        }
        Ok(if closed.iter().any(|one| one.copy.is_none()) { REFUSED } else { 0 })
    }
}

/// Which copies a verb is for.
#[derive(Debug, Args)]
pub(super) struct Which {
    #[arg(value_name = "КОПИЯ", help = "Идентификаторы копий, например 2025-05A-Q1")]
    copies: Vec<String>,
    #[arg(long, conflicts_with = "copies", help = "Все копии, которые этого ждут")]
    all: bool,
}

impl Which {
    /// The last versions asked for; with `--all` those in the given state.
    async fn rows(&self, house: &House, waiting: State) -> Result<Vec<CopyRow>, Failure> {
        let last = last_versions(house.db.list_copies().await?);
        if self.all {
            return Ok(last.into_iter().filter(|row| row.state == waiting).collect());
        }
        if self.copies.is_empty() {
            return Err(Failure::Said("укажите копии или --all; список — команда «letopis copies»".to_owned()));
        }
        let find = |id: &String| {
            last.iter().find(|row| row.id == *id).cloned().ok_or_else(|| flow::Error::NoCopy(id.clone()).into())
        };
        self.copies.iter().map(find).collect()
    }
}

/// The last version of each copy.
pub(super) fn last_versions(rows: Vec<CopyRow>) -> Vec<CopyRow> {
    let mut last: Vec<CopyRow> = Vec::new();
    for row in rows {
        match last.last_mut() {
            Some(before) if before.id == row.id => *before = row,
            _ => last.push(row),
        }
    }
    last
}

/// `issue`.
#[derive(Debug, Args)]
pub(super) struct Issue {
    #[command(flatten)]
    which: Which,
    #[arg(
        long,
        value_name = "ОСНОВАНИЕ",
        conflicts_with = "all",
        help = "Выпустить следующую версию взамен последней"
    )]
    reissue: Option<String>,
}

impl Issue {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        if let Some(ground) = &self.reissue {
            for id in &self.which.copies {
                reissue::reissue(&house, id, ground, &act).await?;
            }
        }
        let rows = self.which.rows(&house, State::Frozen).await?;
        let issued = issue::issue(&house, &rows, &act, |_| {}).await?;
        let findings: Vec<_> = issued.iter().flat_map(|one| one.findings.clone()).collect();
        if desk.json {
            print_json(&issued.iter().map(|one| CopyLine::of(&one.copy)).collect::<Vec<_>>());
        } else {
            print_findings(&findings);
            for one in &issued {
                println!(
                    "{} версия {}: {} стр., {} байт",
                    one.copy.id,
                    one.copy.version,
                    one.copy.pages,
                    grouped(one.bytes as u64)
                );
            }
            println!("Выпущено копий: {}.", issued.len());
        }
        Ok(0)
    }
}

/// `sign`.
#[derive(Debug, Args)]
pub(super) struct Sign {
    #[command(flatten)]
    which: Which,
    #[arg(long = "as", value_name = "СОТРУДНИК", help = "Кто подписывает; без этого подписывают все по маршруту")]
    signer: Option<String>,
    #[arg(
        long,
        value_name = "СТУПЕНЬ",
        requires = "signer",
        help = "subject_teacher, class_teacher, deputy, director"
    )]
    stage: Option<String>,
    #[arg(long = "sheet", value_name = "ЛИСТ", requires = "signer", help = "Лист; подписываются все свои листы сразу")]
    sheets: Vec<String>,
    #[arg(long = "copy-version", value_name = "N", requires = "signer", help = "Версия копии")]
    copy_version: Option<u32>,
    #[arg(long, value_name = "ЗАМЕЧАНИЯ", requires = "signer", help = "Отказать в подписи с замечаниями")]
    refuse: Option<String>,
}

impl Sign {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let mut table = signing::Desk::open(&house).await?;
        let done = match &self.signer {
            Some(signer) => {
                let targets = self.targets(&house, &mut table, signer).await?;
                let gesture = Gesture {
                    signer: signer.clone(),
                    targets,
                    stage: self.stage.clone(),
                    sheets: self.sheets.clone(),
                    refusal: self.refuse.clone(),
                };
                table.sign(&gesture, &desk.act(&house)).await?
            }
            None => {
                let rows = self.which.rows(&house, State::Issued).await?;
                if let Some(row) = rows.iter().find(|row| row.state != State::Issued) {
                    let action = crate::domain::copy::Action::Sign;
                    let refusal = crate::domain::copy::Refusal { action, state: row.state };
                    return Err(flow::Error::State { copy: row.id.clone(), refusal }.into());
                }
                let ids: Vec<String> = rows.into_iter().map(|row| row.id).collect();
                table.sign_all(&ids, &|| desk.act(&house), |_, _| {}).await?
            }
        };
        if desk.json {
            print_json(&serde_json::json!({
                "statements": done.copies, "sheets": done.sheets, "completed": done.completed
            }));
        } else {
            let verb = if self.refuse.is_some() { "Отказов" } else { "Заявлений подписано" };
            println!(
                "{verb}: {}, листов: {}, маршрут завершён у копий: {}.",
                done.copies,
                done.sheets,
                done.completed.len()
            );
        }
        Ok(0)
    }

    async fn targets(
        &self,
        house: &House,
        table: &mut signing::Desk<'_>,
        signer: &str,
    ) -> Result<Vec<Target>, Failure> {
        if self.which.all {
            let rows = self.which.rows(house, State::Issued).await?;
            return Ok(table.ready_for(signer, &rows).await?);
        }
        if self.which.copies.is_empty() {
            return Err(Failure::Said("укажите копии или --all; список — команда «letopis copies»".to_owned()));
        }
        let target = |copy: &String| Target { copy: copy.clone(), version: self.copy_version };
        Ok(self.which.copies.iter().map(target).collect())
    }
}

/// `seal`.
#[derive(Debug, Args)]
pub(super) struct Seal {
    #[command(flatten)]
    which: Which,
}

impl Seal {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let rows = self.which.rows(&house, State::Signed).await?;
        let sealed = seal::seal(&house, &rows, &desk.act(&house), |_| {}).await?;
        if desk.json {
            print_json(&sealed.iter().map(|one| &one.line).collect::<Vec<_>>());
        } else {
            for one in &sealed {
                println!(
                    "№ {}  {} версия {}: {} стр., {} байт",
                    one.line.no,
                    one.line.id,
                    one.line.version,
                    one.line.pages,
                    grouped(one.bytes as u64)
                );
            }
            println!("Скреплено печатью и внесено в реестр: {}.", sealed.len());
        }
        Ok(0)
    }
}

/// One line of a listing of copies.
#[derive(Debug, Serialize)]
struct CopyLine<'a> {
    id: &'a str,
    version: u32,
    number: &'a str,
    kind: &'static str,
    year: &'a str,
    class: &'a str,
    period: &'a str,
    state: &'static str,
    sheets: u32,
    pages: u32,
    issued_at: &'a str,
    snapshot: String,
    issued_pdf: &'a str,
}

impl<'a> CopyLine<'a> {
    fn of(row: &'a CopyRow) -> Self {
        Self {
            id: &row.id,
            version: row.version,
            number: &row.number,
            kind: row.kind.as_str(),
            year: &row.year,
            class: &row.class,
            period: &row.period,
            state: row.state.as_str(),
            sheets: row.sheets,
            pages: row.pages,
            issued_at: &row.issued_at,
            snapshot: row.snapshot.to_hex(),
            issued_pdf: &row.issued_pdf,
        }
    }
}

/// `copies`.
#[derive(Debug, Args)]
pub(super) struct Copies {
    #[arg(long, value_name = "ПЕРИОД", help = "Только этот период")]
    period: Option<String>,
    #[arg(long = "class", value_name = "КЛАСС", help = "Только этот класс")]
    class: Option<String>,
}

impl Copies {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let mut rows = house.db.list_copies().await?;
        rows.retain(|row| self.period.as_ref().is_none_or(|p| *p == row.period));
        rows.retain(|row| self.class.as_ref().is_none_or(|c| *c == row.class));
        if desk.json {
            print_json(&rows.iter().map(CopyLine::of).collect::<Vec<_>>());
            return Ok(0);
        }
        let mut table = Table::new(&["Копия", "Версия", "Номер", "Вид", "Состояние", "Листов", "Страниц"]);
        for row in &rows {
            table.row(vec![
                row.id.clone(),
                row.version.to_string(),
                row.number.clone(),
                row.kind.as_russian().to_owned(),
                row.state.as_russian().to_owned(),
                row.sheets.to_string(),
                row.pages.to_string(),
            ]);
        }
        table.print("Копий ещё нет: закройте учётный период командой «letopis close».");
        Ok(0)
    }
}

/// `show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[arg(value_name = "КОПИЯ", help = "Идентификатор копии")]
    copy: String,
}

#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    copy: CopyLine<'a>,
    policy: &'a str,
    policy_digest: String,
    order: &'a str,
    ground: &'a str,
    rows_root: String,
    sheet_list: Vec<SheetLine>,
    route: Vec<StageLine>,
    register_no: Option<u64>,
    object: String,
    keep_through: String,
}

#[derive(Debug, Serialize)]
struct SheetLine {
    no: usize,
    id: String,
    digest: String,
}

#[derive(Debug, Serialize)]
struct StageLine {
    stage: String,
    title: String,
    signers: Vec<SignerLine>,
}

#[derive(Debug, Serialize)]
struct SignerLine {
    id: String,
    name: String,
    office: String,
    sheets: usize,
    signed_at: String,
    verdict: String,
}

impl Show {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let versions = house.db.list_versions(&self.copy).await?;
        let Some(row) = versions.last() else { return Err(flow::Error::NoCopy(self.copy).into()) };
        let snapshot = house.db.load_snapshot(row.snapshot).await?;
        let statements = house.db.list_statements(&row.id, row.version).await?;
        let line = house.db.find_register_line(&row.id, row.version).await?.map(|sealed| sealed.line);
        let shown = Shown {
            copy: CopyLine::of(row),
            policy: &snapshot.policy.name,
            policy_digest: snapshot.policy.digest.to_hex(),
            order: &snapshot.policy.order,
            ground: &snapshot.ground,
            rows_root: snapshot.rows_root.to_hex(),
            sheet_list: (1..)
                .zip(&snapshot.sheets)
                .map(|(no, sheet)| SheetLine { no, id: sheet.id().to_owned(), digest: sheet.digest().to_hex() })
                .collect(),
            route: route_lines(&snapshot, &statements),
            register_no: line.as_ref().map(|line| line.no),
            object: line.as_ref().map(|line| line.object.clone()).unwrap_or_default(),
            keep_through: line.map(|line| line.keep_through).unwrap_or_default(),
        };
        if desk.json {
            print_json(&shown);
        } else {
            print_shown(&shown, row, &snapshot, &statements);
        }
        Ok(0)
    }
}

fn route_lines(snapshot: &Snapshot, statements: &[crate::store::StatementRow]) -> Vec<StageLine> {
    snapshot
        .route
        .iter()
        .map(|stage| StageLine {
            stage: stage.id.clone(),
            title: stage.title.clone(),
            signers: stage
                .signers
                .iter()
                .map(|signer| {
                    let person = &signer.person;
                    let said = statements.iter().find(|s| s.stage == stage.id && s.signer == person.id);
                    SignerLine {
                        id: person.id.clone(),
                        name: names::full_name(&person.surname, &person.given_name, &person.patronymic),
                        office: signer.office.clone(),
                        sheets: signer.sheets.len(),
                        signed_at: said.map(|s| s.signed_at.clone()).unwrap_or_default(),
                        verdict: said.map(|s| s.verdict.clone()).unwrap_or_default(),
                    }
                })
                .collect(),
        })
        .collect()
}

fn print_shown(shown: &Shown<'_>, row: &CopyRow, snapshot: &Snapshot, statements: &[crate::store::StatementRow]) {
    println!(
        "{} версия {} — {}, {} класс, {}",
        row.id,
        row.version,
        row.kind.as_russian(),
        row.class,
        snapshot.period.name
    );
    println!("Номер: {}   Состояние: {}", row.number, row.state.as_russian());
    println!("Листов: {}   Страниц: {}   Выпущена: {}", row.sheets, row.pages, row.issued_at);
    println!("Правила: {} ({})", snapshot.policy.title, snapshot.policy.order);
    if !snapshot.ground.is_empty() {
        println!("Закрыт при неполных записях, основание: {}", snapshot.ground);
    }
    println!("Снимок SHA-256:       {}", row.snapshot);
    println!("Выпущенный PDF:       {}", row.issued_pdf);
    if let Some(no) = shown.register_no {
        println!("Реестр: № {no}   Запись архива: {}   Хранить по {}", shown.object, shown.keep_through);
    }
    let mut table = Table::new(&["Ступень", "Сотрудник", "Ф.И.О.", "Листов", "Подпись"]);
    for stage in &shown.route {
        for signer in &stage.signers {
            let said = match signer.verdict.as_str() {
                "" => "ждём".to_owned(),
                "refused" => format!("отказ {}", signer.signed_at),
                _ => signer.signed_at.clone(),
            };
            table.row(vec![
                stage.stage.clone(),
                signer.id.clone(),
                signer.name.clone(),
                signer.sheets.to_string(),
                said,
            ]);
        }
    }
    print!("{}", table.to_text());
    if let Some(open) = route::open_stage(&snapshot.route, &signing::signed(statements)) {
        println!("Открыта ступень: {}", open.title);
    }
}

/// `register`.
pub(super) async fn register(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let lines: Vec<_> = house.db.list_register().await?.into_iter().map(|sealed| sealed.line).collect();
    if desk.json {
        print_json(&lines);
        return Ok(0);
    }
    let mut table = Table::new(&[
        "№",
        "Дата",
        "Рег. №",
        "Вид документа",
        "Класс",
        "Период",
        "Листов",
        "Страниц",
        "SHA-256",
        "Хранить по",
    ]);
    for line in &lines {
        table.row(vec![
            line.no.to_string(),
            line.sealed_at.chars().take(10).collect(),
            line.number.clone(),
            line.kind.as_russian().to_owned(),
            line.class.clone(),
            line.period.clone(),
            line.sheets.to_string(),
            line.pages.to_string(),
            line.sealed_pdf.to_hex().chars().take(16).collect(),
            line.keep_through.clone(),
        ]);
    }
    table.print("Реестр пуст.");
    Ok(0)
}

/// `export-copy`.
#[derive(Debug, Args)]
pub(super) struct ExportCopy {
    #[arg(value_name = "КОПИЯ", help = "Идентификатор копии")]
    copy: String,
    #[arg(long, value_name = "ФАЙЛ", help = "Куда записать пакет .zip")]
    out: PathBuf,
    #[arg(long = "copy-version", value_name = "N", help = "Версия копии; без этого последняя скреплённая")]
    copy_version: Option<u32>,
}

impl ExportCopy {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        let package = flow::export::export_copy(&house, &self.copy, self.copy_version, &act).await?;
        write_package(&self.out, &package.bytes, desk)
    }
}

/// `extract`.
#[derive(Debug, Args)]
pub(super) struct Extract {
    #[arg(value_name = "КОПИЯ", help = "Идентификатор копии")]
    copy: String,
    #[arg(long, value_name = "УЧЕНИК", help = "Идентификатор ученика")]
    learner: String,
    #[arg(long, value_name = "ФАЙЛ", help = "Куда записать выписку .zip")]
    out: PathBuf,
    #[arg(long = "copy-version", value_name = "N", help = "Версия копии; без этого последняя скреплённая")]
    copy_version: Option<u32>,
}

impl Extract {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        let act = desk.act(&house);
        let package = flow::export::extract_learner(&house, &self.copy, self.copy_version, &self.learner, &act).await?;
        write_package(&self.out, &package.bytes, desk)
    }
}

fn write_package(out: &std::path::Path, package: &[u8], desk: &Desk) -> Result<u8, Failure> {
    std::fs::write(out, package).map_err(|source| Failure::File { path: out.to_owned(), source })?;
    let digest = crate::domain::canon::Digest::of(package);
    if desk.json {
        print_json(&serde_json::json!({"file": out.display().to_string(), "bytes": package.len(), "sha256": digest}));
    } else {
        println!("Записано: {} ({} байт)\nSHA-256: {digest}", out.display(), grouped(package.len() as u64));
    }
    Ok(0)
}
