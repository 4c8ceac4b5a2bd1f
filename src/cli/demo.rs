//! `demo`: the whole way on one school, with figures for each step, and then the page. Floor 3.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::records::last_versions;
use super::table::{Table, grouped};
use super::{Desk, Failure, REFUSED, clock, journal, print_findings, serve};
use crate::bundle::generate::{self, GeneratorSpec};
use crate::config;
use crate::domain::copy::State;
use crate::domain::journal::{Journal, YEAR};
use crate::domain::policy;
use crate::flow::close::{self, Closing};
use crate::flow::house::Founding;
use crate::flow::import::{self, Outcome};
use crate::flow::sign as signing;
use crate::flow::verify::{VerifyOptions, verify_path};
use crate::flow::{Act, House, issue, seal};
use crate::store::CopyRow;

/// Folder of the demonstration house when none is named.
const FOLDER: &str = "letopis-demo";

/// Letters of parallel classes; a bigger school than that is several schools.
const LETTERS: [char; 6] = ['А', 'Б', 'В', 'Г', 'Д', 'Е'];

/// `demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    #[arg(long, value_name = "НАБОР", help = "Настоящий набор CSV вместо придуманной школы")]
    bundle: Option<PathBuf>,
    #[arg(
        long = "period",
        value_name = "ПЕРИОД",
        value_delimiter = ',',
        help = "Период; можно несколько; Y — весь год: все периоды и сводные ведомости. Без этого — первый период каждого класса"
    )]
    periods: Vec<String>,
    #[arg(long, value_name = "КЛАССЫ", value_delimiter = ',', value_parser = crate::cli::class_name, help = "Только эти классы: 5А,6А")]
    classes: Vec<String>,
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u8).range(1..=LETTERS.len() as i64),
        conflicts_with = "bundle",
        help = "Сколько классов в параллели у придуманной школы: 4 — это 44 класса"
    )]
    parallels: u8,
    #[arg(long, help = "Ещё выпустить копии следующего периода и оставить их на подписании")]
    waiting: bool,
    #[arg(long, help = "Не открывать страницу в конце")]
    no_serve: bool,
    #[arg(long, value_name = "ПОРТ", help = "Порт страницы вместо 8017; 0 — любой свободный")]
    port: Option<u16>,
}

/// Periods with the classes to close them for.
type Closings = Vec<(String, Vec<String>)>;

/// One line of the closing table.
#[derive(Debug, Default)]
struct Step {
    name: &'static str,
    classes: usize,
    pages: usize,
    statements: usize,
    bytes: u64,
    took: Duration,
}

/// The steps so far, and the bar of the one under way.
struct Steps {
    done: Vec<Step>,
}

impl Steps {
    fn start(&self, name: &'static str, length: usize) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::stderr());
        // The template is a constant of ours; should it ever be wrong, the default style does.
        if let Ok(style) = ProgressStyle::with_template("{prefix:<24} {bar:30} {pos}/{len}  {elapsed}") {
            bar.set_style(style);
        }
        bar.set_prefix(name);
        bar
    }

    fn finish(&mut self, bar: &ProgressBar, step: Step) {
        bar.finish();
        self.done.push(step);
    }

    fn print(&self) {
        let mut table = Table::new(&["Шаг", "Классов", "Страниц", "Заявлений", "Байт", "Секунд"]);
        let number = |n: u64| if n == 0 { String::new() } else { grouped(n) };
        for step in &self.done {
            table.row(vec![
                step.name.to_owned(),
                number(step.classes as u64),
                number(step.pages as u64),
                number(step.statements as u64),
                number(step.bytes),
                seconds(step.took),
            ]);
        }
        let took = self.done.iter().map(|step| step.took).sum();
        table.row(vec!["Всего".to_owned(), String::new(), String::new(), String::new(), String::new(), seconds(took)]);
        println!("\n{}", table.to_text());
    }
}

/// How many different ones: a class with two copies is one class.
fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> usize {
    names.collect::<std::collections::BTreeSet<_>>().len()
}

fn seconds(took: Duration) -> String {
    format!("{},{:02}", took.as_secs(), took.subsec_millis() / 10)
}

impl Demo {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let folder = desk.dir.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
        let mut steps = Steps { done: Vec::new() };
        let house = self.house(&folder, desk, &mut steps).await?;
        if !self.import(&house, &folder, desk, &mut steps).await? {
            return Ok(REFUSED);
        }
        let year = house.year(None).await?;
        if self.bundle.is_none() {
            let (start, bar) = (Instant::now(), steps.start("Учебный год", 1));
            crate::flow::setup::seed_demo_setup(&house, &desk.act(&house), &year).await?;
            bar.inc(1);
            steps.finish(&bar, Step { name: "Учебный год", took: start.elapsed(), ..Step::default() });
        }
        let journal = house.db.load_journal(&year).await?;
        let mut refused = false;
        for closings in self.wanted(&journal)? {
            refused |= close_all(&house, &journal, closings, desk, &mut steps).await?;
            issue_all(&house, desk, &mut steps).await?;
            sign_all(&house, desk, &mut steps).await?;
            seal_all(&house, desk, &mut steps).await?;
        }
        let sound = verify_all(&house, &mut steps).await?;
        steps.print();
        println!("Дом: {}   Реестр: letopis register --dir {0}", folder.display());
        println!("Проверить без базы данных: letopis verify {}", house.archive().display());
        if self.waiting {
            self.leave_waiting(&house, &journal, desk).await?;
        }
        self.print_logins(&house, desk).await?;
        let code = if refused || !sound { REFUSED } else { 0 };
        if self.no_serve {
            house.db.close().await;
            return Ok(code);
        }
        serve::serve(house, self.port).await?;
        Ok(code)
    }

    /// The copies of each class's second period are closed and issued, and nobody signs them: a visitor can.
    async fn leave_waiting(&self, house: &House, journal: &Journal, desk: &Desk) -> Result<(), Failure> {
        let asked = |class: &String| self.classes.is_empty() || self.classes.contains(class);
        // Period by period: each closing reads the whole journal once.
        let mut periods: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
        for class in journal.classes.iter().filter(|class| asked(&class.name)) {
            let own = journal.periods_of_grade(class.grade);
            let Some(second) = own.get(1) else { continue };
            periods.entry(second.id.clone()).or_default().push(class.name.clone());
        }
        for (period, classes) in periods {
            let year = journal.school.year.clone();
            close::close(house, &Closing { year, period, classes, ground: None }, &desk.act(house)).await?;
        }
        let issued = issue::issue(house, &rows(house, State::Frozen).await?, &desk.act(house), |_| {}).await?;
        println!("Ждут подписи: копий {}; откройте «Подписание» под именем учителя.", issued.len());
        Ok(())
    }

    /// Opens the house to signing in: a made-up school with well-known logins, a real one only with a hint how to issue real ones.
    async fn print_logins(&self, house: &House, desk: &Desk) -> Result<(), Failure> {
        if self.bundle.is_some() {
            println!("Войти на страницу: letopis account issue СОТРУДНИК — выдаст логин и одноразовый пароль.");
            return Ok(());
        }
        let logins = crate::flow::signin::demo::open(&house.sign_in, house, &desk.act(house)).await?;
        let mut table = Table::new(&["Кто", "Ф.И.О.", "Логин", "Пароль", "Второй фактор"]);
        for one in logins {
            let factor = if one.code.is_empty() { "" } else { "код — на главной странице" };
            table.row(vec![one.role.to_owned(), one.name, one.login, one.password.to_owned(), factor.to_owned()]);
        }
        print!("\nВход в показательный дом:\n{}", table.to_text());
        Ok(())
    }

    async fn house(&self, folder: &Path, desk: &Desk, steps: &mut Steps) -> Result<House, Failure> {
        let start = Instant::now();
        let bar = steps.start("Дом школы", 1);
        let house = if folder.join(config::FILE).exists() {
            let house = House::open(folder).await?;
            seal::finish_pending(&house).await?;
            house
        } else {
            let minutes = config::parse_offset(journal::DEFAULT_OFFSET).unwrap_or_default();
            let (name, text) = policy::BUILTIN[0];
            let founding = Founding {
                policy_name: name.to_owned(),
                policy_text: text.to_owned(),
                school: Some("demo".to_owned()).filter(|_| self.bundle.is_none()),
                database: "sqlite".to_owned(),
                utc_offset_minutes: minutes,
            };
            House::found(folder, &founding, &clock::act(&desk.by, journal::zone(minutes))).await?
        };
        bar.inc(1);
        steps.finish(&bar, Step { name: "Дом школы", took: start.elapsed(), ..Step::default() });
        Ok(house)
    }

    async fn import(&self, house: &House, folder: &Path, desk: &Desk, steps: &mut Steps) -> Result<bool, Failure> {
        let start = Instant::now();
        let bar = steps.start("Журнал", 1);
        let bundle = match &self.bundle {
            Some(bundle) => bundle.clone(),
            None => generated(folder, self.parallels)?,
        };
        let outcome = import::import(house, &bundle, false, &desk.act(house)).await?;
        bar.inc(1);
        let mut step = Step { name: "Журнал", ..Step::default() };
        match outcome {
            Outcome::Refused(findings) => {
                bar.abandon();
                print_findings(&findings);
                eprintln!("Набор не загружен: замечаний {}.", findings.len());
                return Ok(false);
            }
            Outcome::Imported(imported) | Outcome::WouldImport(imported) => {
                print_findings(&imported.warnings);
                step.classes = imported.counts.iter().find(|(name, _)| *name == "classes").map_or(0, |(_, n)| *n);
            }
            Outcome::Unchanged { .. } => {}
        }
        step.took = start.elapsed();
        steps.finish(&bar, step);
        Ok(true)
    }

    /// Period by period the classes to close: those asked for, or each class's first period. The year comes in a second part, behind all periods of
    /// its classes: it is built from their signed copies.
    fn wanted(&self, journal: &Journal) -> Result<Vec<Closings>, Failure> {
        let known = |class: &String| journal.class(class).is_none();
        if let Some(class) = self.classes.iter().find(|class| known(class)) {
            let names = journal.classes.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Failure::Said(format!("нет такого класса: «{class}»; есть: {names}")));
        }
        let mut periods: Closings = self.periods.iter().map(|p| (p.clone(), Vec::new())).collect();
        for class in &journal.classes {
            if !self.classes.is_empty() && !self.classes.contains(&class.name) {
                continue;
            }
            let own = journal.periods_of_grade(class.grade);
            if self.periods.is_empty() {
                let Some(first) = own.first() else { continue };
                match periods.iter_mut().find(|(period, _)| *period == first.id) {
                    Some((_, classes)) => classes.push(class.name.clone()),
                    None => periods.push((first.id.clone(), vec![class.name.clone()])),
                }
                continue;
            }
            let whole_year = self.periods.iter().any(|period| period == YEAR);
            for period in own.iter().filter(|_| whole_year) {
                if !periods.iter().any(|(known, _)| *known == period.id) {
                    periods.push((period.id.clone(), Vec::new()));
                }
            }
            for (period, classes) in &mut periods {
                if *period == YEAR || own.iter().any(|p| p.id == *period) {
                    classes.push(class.name.clone());
                }
            }
        }
        if let Some((period, _)) = periods.iter().find(|(_, classes)| classes.is_empty()) {
            return Err(Failure::Said(format!("период «{period}» не относится ни к одному из этих классов")));
        }
        let (year, periods): (Closings, Closings) = periods.into_iter().partition(|(period, _)| period == YEAR);
        Ok([periods, year].into_iter().filter(|part| !part.is_empty()).collect())
    }
}

/// Closes what is named; says whether a class was refused.
async fn close_all(
    house: &House,
    journal: &Journal,
    closings: Closings,
    desk: &Desk,
    steps: &mut Steps,
) -> Result<bool, Failure> {
    let start = Instant::now();
    let count = closings.iter().map(|(_, classes)| classes.len()).sum();
    let classes = distinct(closings.iter().flat_map(|(_, classes)| classes));
    let bar = steps.start("Закрытие периодов", count);
    let mut refused = false;
    let mut notes: usize = 0;
    for (period, classes) in closings {
        let closing = Closing { year: journal.school.year.clone(), period, classes, ground: None };
        for one in close::close(house, &closing, &desk.act(house)).await? {
            bar.inc(1);
            notes += one.findings.len();
            if one.copy.is_none() {
                refused = true;
                print_findings(&one.findings);
                eprintln!("{}: период {} не закрыт.", one.class, closing.period);
            }
        }
    }
    steps.finish(&bar, Step { name: "Закрытие периодов", classes, took: start.elapsed(), ..Step::default() });
    if notes > 0 && !refused {
        println!("Замечаний к полноте, не мешающих закрытию: {notes}.");
    }
    Ok(refused)
}

/// The made-up school, written beside the house's own files.
fn generated(folder: &Path, parallels: u8) -> Result<PathBuf, Failure> {
    let path = folder.join("demo-bundle");
    if !path.exists() {
        let spec = match parallels {
            1 => GeneratorSpec::demo(),
            many => GeneratorSpec::of_letters(&LETTERS[..usize::from(many)].iter().collect::<String>()),
        };
        let files = generate::generate(&spec);
        generate::write(&path, &files).map_err(|source| Failure::File { path: path.clone(), source })?;
    }
    Ok(path)
}

async fn rows(house: &House, state: State) -> Result<Vec<CopyRow>, Failure> {
    let last = last_versions(house.db.list_copies().await?);
    Ok(last.into_iter().filter(|row| row.state == state).collect())
}

async fn issue_all(house: &House, desk: &Desk, steps: &mut Steps) -> Result<(), Failure> {
    let start = Instant::now();
    let rows = rows(house, State::Frozen).await?;
    let bar = steps.start("Выпуск копий", rows.len());
    let issued = issue::issue(house, &rows, &desk.act(house), |_| bar.inc(1)).await?;
    let findings: Vec<_> = issued.iter().flat_map(|one| one.findings.clone()).collect();
    print_findings(&findings);
    let step = Step {
        name: "Выпуск копий",
        classes: distinct(issued.iter().map(|one| &one.copy.class)),
        pages: issued.iter().map(|one| one.copy.pages as usize).sum(),
        statements: 0,
        bytes: issued.iter().map(|one| one.bytes as u64).sum(),
        took: start.elapsed(),
    };
    steps.finish(&bar, step);
    Ok(())
}

async fn sign_all(house: &House, desk: &Desk, steps: &mut Steps) -> Result<(), Failure> {
    let start = Instant::now();
    let rows = rows(house, State::Issued).await?;
    let mut expected = 0;
    for row in &rows {
        let snapshot = house.db.load_snapshot(row.snapshot).await?;
        expected += snapshot.route.iter().map(|stage| stage.signers.len()).sum::<usize>();
        expected -= house.db.list_statements(&row.id, row.version).await?.len().min(expected);
    }
    let bar = steps.start("Подписи", expected);
    let mut table = signing::Desk::open(house).await?;
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let clock = || -> Act { desk.act(house) };
    let done = table.sign_all(&ids, &clock, |_, gesture| bar.inc(gesture.copies as u64)).await?;
    let step = Step {
        name: "Подписи",
        classes: distinct(rows.iter().filter(|row| done.completed.contains(&row.id)).map(|row| &row.class)),
        statements: done.copies,
        took: start.elapsed(),
        ..Step::default()
    };
    steps.finish(&bar, step);
    Ok(())
}

async fn seal_all(house: &House, desk: &Desk, steps: &mut Steps) -> Result<(), Failure> {
    let start = Instant::now();
    let rows = rows(house, State::Signed).await?;
    let bar = steps.start("Печать и реестр", rows.len());
    let sealed = seal::seal(house, &rows, &desk.act(house), |_| bar.inc(1)).await?;
    let step = Step {
        name: "Печать и реестр",
        classes: distinct(sealed.iter().map(|one| &one.line.class)),
        pages: sealed.iter().map(|one| one.line.pages as usize).sum(),
        statements: sealed.iter().map(|one| one.statements).sum(),
        bytes: sealed.iter().map(|one| one.bytes as u64).sum(),
        took: start.elapsed(),
    };
    steps.finish(&bar, step);
    Ok(())
}

async fn verify_all(house: &House, steps: &mut Steps) -> Result<bool, Failure> {
    let start = Instant::now();
    let bar = steps.start("Проверка архива", 1);
    let report = verify_path(&house.archive(), &VerifyOptions::of(house, false).await?);
    bar.inc(1);
    print_findings(&report.all_findings().cloned().collect::<Vec<_>>());
    steps.finish(&bar, Step { name: "Проверка архива", took: start.elapsed(), ..Step::default() });
    println!("Проверка архива: {}.", report.verdict.as_russian());
    Ok(report.verdict.exit_code() == 0)
}
