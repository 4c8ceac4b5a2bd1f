//! `close`, `issue`, `sign`, `seal`, `export-copy`, `extract`: the way's verbs. Floor 3.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use super::listings::CopyLine;
use super::sheets::{check_sheets, sheet_of};
use super::table::{bytes, print_json};
use super::{Desk, Failure, UNUSABLE, print_findings};
use crate::domain::copy::State;
use crate::domain::period;
use crate::domain::route::Wish;
use crate::domain::statement::Category;
use crate::domain::words::{count, period_title};
use crate::flow::close::{self, Closing};
use crate::flow::issue::Issued;
use crate::flow::sign::{self as signing, Gesture, Target};
use crate::flow::{self, House, issue, recall, reissue, seal};
use crate::store::CopyRow;

/// `close`.
#[derive(Debug, Args)]
pub(super) struct Close {
    #[arg(long, value_name = "ПЕРИОД", help = "Q1…Q4, H1, H2 или Y (год)")]
    period: String,
    #[arg(long = "class", value_name = "КЛАСС", value_delimiter = ',', value_parser = crate::cli::class_name, help = "Класс; можно несколько")]
    classes: Vec<String>,
    #[arg(long, conflicts_with = "classes", help = "Все классы, у которых есть этот период")]
    all: bool,
    #[arg(
        long = "override",
        value_name = "ОСНОВАНИЕ",
        help = "Закрыть вопреки замечаниям; основание печатается на титуле"
    )]
    ground: Option<String>,
    #[arg(long, conflicts_with = "ground", help = "Только сказать, чего не хватает; ничего не закрывать")]
    dry_run: bool,
    #[arg(long, value_name = "ГОД", help = "Учебный год, 2025/2026")]
    year: Option<String>,
}

#[derive(Debug, Serialize)]
struct ClosedLine<'a> {
    class: &'a str,
    id: &'a str,
    /// The year's journal beside the summary sheet, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<&'a str>,
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
        let mut named = std::collections::BTreeSet::new();
        let classes = self.classes.into_iter().filter(|class| named.insert(class.clone())).collect();
        let closing = Closing { year, period: self.period.clone(), classes, ground: self.ground };
        let act = desk.act(&house);
        if !self.dry_run {
            let roster = house.db.load_roster(&closing.year).await?;
            period::begun(&roster, &closing.period, act.at.date_naive()).map_err(flow::Error::from)?;
        }
        let closed = match self.dry_run {
            true => close::check(&house, &closing, &act).await?,
            false => close::close(&house, &closing, &act).await?,
        };
        let result = |one: &close::Closed| match (&one.copy, one.already) {
            (None, _) => "refused",
            (Some(_), true) => "already_closed",
            (Some(_), false) if self.dry_run => "ready",
            (Some(_), false) => "closed",
        };
        if desk.json {
            let lines = closed.iter().map(|one| ClosedLine {
                class: &one.class,
                id: one.copy.as_deref().unwrap_or_default(),
                journal: one.journal.as_deref(),
                result: result(one),
                findings: &one.findings,
            });
            print_json(&lines.collect::<Vec<_>>());
        } else {
            for one in &closed {
                print_findings(&one.findings);
                match (&one.copy, one.already) {
                    (Some(_), false) if self.dry_run => {
                        println!("{}: период {} можно закрыть", one.class, self.period)
                    }
                    (Some(copy), false) => {
                        println!("{}: период {} закрыт, снимок {copy} заморожен", one.class, self.period);
                        if let Some(journal) = &one.journal {
                            println!("{}: журнал за год целиком — снимок {journal}", one.class);
                        }
                    }
                    (Some(copy), true) => {
                        println!("{}: период {} уже был закрыт, копия {copy}", one.class, self.period)
                    }
                    (None, _) if self.dry_run => println!("{}: период {} закрыть нельзя", one.class, self.period),
                    (None, _) => println!(
                        "{}: период {} не закрыт, есть ошибки; устраните их или укажите --override \"основание\"",
                        one.class, self.period
                    ),
                }
            }
        }
        // What is missing can be mended: another code than a refusal.
        Ok(if closed.iter().any(|one| one.copy.is_none()) { UNUSABLE } else { 0 })
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
        // A copy named twice is meant once.
        let mut named = std::collections::BTreeSet::new();
        self.copies.iter().filter(|id| named.insert(id.as_str())).map(find).collect()
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
        if self.reissue.as_deref().is_some_and(|ground| ground.trim().is_empty()) {
            return Err(Failure::Said("основание не может быть пустым".to_owned()));
        }
        let house = desk.house().await?;
        let act = desk.act(&house);
        let rows = self.which.rows(&house, State::Frozen).await?;
        let Some(ground) = &self.reissue else {
            print_issued(desk, &issue::issue(&house, &rows, &act, |_| {}).await?);
            return Ok(0);
        };
        // Each is whole before the next begins: one that is refused leaves none of the others half made.
        let mut issued = Vec::new();
        for row in &rows {
            match next_version(&house, &row.id, ground, &act).await {
                Ok(one) => issued.extend(one),
                Err(error) => {
                    if !issued.is_empty() {
                        print_issued(desk, &issued);
                    }
                    return Err(error.into());
                }
            }
        }
        print_issued(desk, &issued);
        Ok(0)
    }
}

async fn next_version(house: &House, id: &str, ground: &str, act: &flow::Act) -> Result<Vec<Issued>, flow::Error> {
    let row = reissue::reissue(house, id, ground, act).await?;
    issue::issue(house, &[row], act, |_| {}).await
}

fn print_issued(desk: &Desk, issued: &[Issued]) {
    if desk.json {
        print_json(&issued.iter().map(|one| CopyLine::of(&one.copy)).collect::<Vec<_>>());
        return;
    }
    let findings: Vec<_> = issued.iter().flat_map(|one| one.findings.clone()).collect();
    print_findings(&findings);
    for one in issued {
        println!("{} версия {}: {} стр., {}", one.copy.id, one.copy.version, one.copy.pages, bytes(one.bytes as u64));
    }
    println!("Выпущено копий: {}.", issued.len());
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
        help = "Только эта ступень маршрута, вместе с --as: subject_teacher, class_teacher, deputy, director"
    )]
    stage: Option<String>,
    #[arg(
        long = "sheet",
        value_name = "ЛИСТ",
        requires = "signer",
        help = "Лист, номер в копии или код, вместе с --as; подписываются все свои листы сразу, а с --refuse названные листы возвращаются, остальные свои подписываются"
    )]
    sheets: Vec<String>,
    #[arg(long = "copy-version", value_name = "N", requires = "signer", help = "Версия копии, вместе с --as")]
    copy_version: Option<u32>,
    #[arg(
        long,
        value_name = "ЗАМЕЧАНИЯ",
        requires = "signer",
        help = "Отказать в подписи с замечаниями, вместе с --as"
    )]
    refuse: Option<String>,
    #[arg(
        long,
        value_name = "О ЧЁМ",
        requires = "refuse",
        default_value = Category::Other.as_str(),
        value_parser = categories(),
        help = "О чём замечание"
    )]
    category: Category,
}

/// Categories of a remark, by the words of the store; the help tells each of them.
fn categories() -> impl TypedValueParser<Value = Category> {
    let told = Category::ALL.map(|one| PossibleValue::new(one.as_str()).help(one.as_russian().to_lowercase()));
    PossibleValuesParser::new(told).map(|word| Category::parse(&word).unwrap_or(Category::Other))
}

impl Sign {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        if self.refuse.as_deref().is_some_and(|remarks| remarks.trim().is_empty()) {
            return Err(Failure::Said("отказ без замечаний не принимается: --refuse \"что исправить\"".to_owned()));
        }
        let house = desk.house().await?;
        let mut table = signing::Desk::open(&house).await?;
        let done = match &self.signer {
            Some(signer) => {
                let targets = self.targets(&house, &mut table, signer).await?;
                let sheets = self.named_sheets(&house, signer, &targets).await?;
                let gesture = Gesture {
                    stage: self.stage.clone(),
                    sheets,
                    refusal: self.refuse.clone(),
                    category: self.category,
                    ..Gesture::checked(signer, targets)
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
                "statements": done.copies, "sheets": done.sheets, "refused": done.refused, "completed": done.completed
            }));
        } else {
            let verb = if self.refuse.is_some() { "Отказов" } else { "Заявлений подписано" };
            let sheets = match done.sheets - done.refused {
                signed if done.refused > 0 && signed > 0 => format!("{}, подписано листов: {signed}", done.refused),
                _ => done.sheets.to_string(),
            };
            println!("{verb}: {}, листов: {sheets}, маршрут завершён у копий: {}.", done.copies, done.completed.len());
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
        let mut named = std::collections::BTreeSet::new();
        Ok(self.which.copies.iter().filter(|id| named.insert(id.as_str())).map(target).collect())
    }

    /// The sheets of `--sheet` by their identifiers. Why one of them cannot be signed, or turned away, is said here in the names that people know;
    /// why the person signs nothing of the copy now is for the gesture to say.
    async fn named_sheets(&self, house: &House, signer: &str, targets: &[Target]) -> Result<Vec<String>, Failure> {
        let mut found: Option<Vec<String>> = None;
        for target in targets.iter().filter(|_| !self.sheets.is_empty()) {
            let Some(row) = house.db.list_versions(&target.copy).await?.pop() else { continue };
            let paper = house.papers.get(house, row.snapshot).await?;
            let find = |named: &String| {
                let sheet = sheet_of(&paper.sheets, named);
                let refusal = || recall::Refusal::NoSheet { copy: row.id.clone(), sheet: named.clone() };
                sheet.map(|sheet| sheet.id.clone()).ok_or_else(|| flow::Error::from(refusal()))
            };
            let ids = self.sheets.iter().map(find).collect::<Result<Vec<String>, flow::Error>>()?;
            let stands = signing::signed(&house.db.list_statements(&row.id, row.version).await?);
            let wish = Wish {
                signer: signer.to_owned(),
                stage: self.stage.clone(),
                refuses: self.refuse.is_some(),
                ..Wish::default()
            };
            let is_asked = row.state == State::Issued && target.version.is_none_or(|asked| asked == row.version);
            if is_asked && let Err(refusal) = check_sheets(&paper.route, &paper.sheets, &stands, &wish, &ids) {
                let copy = format!("{}, {}", paper.class, period_title(&paper.period.name));
                return Err(flow::Error::NotNow { copy, refusal: Box::new(refusal) }.into());
            }
            if found.as_ref().is_some_and(|before| *before != ids) {
                let said = "--sheet называют вместе с одной копией: у каждой копии свои листы";
                return Err(Failure::Said(said.to_owned()));
            }
            found = Some(ids);
        }
        Ok(found.unwrap_or_else(|| self.sheets.clone()))
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
                    "№ {}  {} версия {}: {} стр., {}",
                    one.line.no,
                    one.line.id,
                    one.line.version,
                    one.line.pages,
                    bytes(one.bytes as u64)
                );
            }
            println!("Скреплено печатью и внесено в реестр: {}.", sealed.len());
            // What --all passed over is said, or nobody learns why.
            let waiting = if self.which.all { self.which.rows(&house, State::Issued).await?.len() } else { 0 };
            if waiting > 0 {
                let copies = count(waiting as u64, "копия", "копии", "копий");
                println!("Ещё не подписаны всеми: {copies}; чьих подписей нет, говорит «letopis show КОПИЯ».");
            }
        }
        Ok(0)
    }
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
        refuse_existing(&self.out)?;
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
        refuse_existing(&self.out)?;
        let house = desk.house().await?;
        let act = desk.act(&house);
        let package = flow::export::extract_learner(&house, &self.copy, self.copy_version, &self.learner, &act).await?;
        write_package(&self.out, &package.bytes, desk)
    }
}

/// Asked before the event is recorded: a package that cannot be handed over has not left.
fn refuse_existing(out: &Path) -> Result<(), Failure> {
    match out.try_exists() {
        Ok(true) => Err(Failure::Said(format!("файл {} уже есть: назовите другой", out.display()))),
        _ => Ok(()),
    }
}

/// Writes a file that was not there before; what could not be written to its end is taken away again.
pub(super) fn write_new(out: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |source| Failure::File { path: out.to_owned(), source };
    let mut file = File::create_new(out).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|source| {
        let _ = std::fs::remove_file(out);
        failed(source)
    })
}

fn write_package(out: &Path, package: &[u8], desk: &Desk) -> Result<u8, Failure> {
    write_new(out, package)?;
    let digest = crate::domain::canon::Digest::of(package);
    if desk.json {
        print_json(&serde_json::json!({"file": out.display().to_string(), "bytes": package.len(), "sha256": digest}));
    } else {
        println!("Записано: {} ({})\nSHA-256: {digest}", out.display(), bytes(package.len() as u64));
    }
    Ok(0)
}

/// `remind`.
pub(super) async fn remind(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let act = desk.act(&house);
    let reminded = flow::remind::remind(&house, &act).await?;
    let sent = flow::remind::send(&house, &act).await?;
    if desk.json {
        print_json(
            &serde_json::json!({ "notices": reminded.notices, "letters": reminded.letters, "sent": sent.sent, "failed": sent.failed, "why": sent.why }),
        );
    } else {
        let notices: usize = reminded.notices.values().sum();
        println!(
            "Напоминаний на страницах дома: {notices}, писем составлено: {}, отправлено: {}.",
            reminded.letters, sent.sent
        );
        if sent.failed > 0 {
            println!(
                "Не отправлено писем: {}. Почтовый сервер: {}. Проверьте настройки почты; письма уйдут при следующей попытке.",
                sent.failed, sent.why
            );
        }
    }
    Ok(u8::from(sent.failed > 0))
}
