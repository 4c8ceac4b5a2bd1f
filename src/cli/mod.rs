//! Commands: parse, call one station, print in Russian. Floor 3.

mod backup;
mod breaks;
mod carrier;
mod check;
mod clock;
mod config;
mod control;
mod copy;
mod demo;
mod exchange;
mod foreign;
mod history;
mod journal;
mod key;
mod listings;
mod office;
mod people;
mod policy;
mod records;
mod russian;
mod scan;
mod serve;
mod setup;
mod sheets;
mod staff;
mod table;
mod token;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::domain::people::{OPERATOR, Subject};
use crate::domain::rights::Action;
use crate::flow::{self, House};

/// The variable that names the folder of the house.
const DIR_VARIABLE: &str = "LETOPIS_DIR";

/// What the exit code tells, at the foot of the help.
const EXIT_CODES: &str = "Коды завершения:
  0 — сделано или подлинно
  1 — отказано, изменено или недействительно
  2 — неверная команда, проверить нельзя или найдено то, что надо исправить
      (close, policy lint, backup plan, template check, template lay)";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "letopis",
    version,
    about = "Летопись: записи и архив электронных классных журналов школы",
    disable_help_flag = true,
    disable_version_flag = true,
    arg_required_else_help = true,
    after_help = EXIT_CODES
)]
struct Cli {
    /// Folder of the house.
    #[arg(
        long,
        global = true,
        env = DIR_VARIABLE,
        hide_env_values = true,
        value_name = "ПАПКА",
        display_order = 900,
        help = "Папка дома «Летописи»"
    )]
    dir: Option<PathBuf>,
    /// JSON instead of tables.
    #[arg(long, global = true, display_order = 901, help = "Вывести JSON")]
    json: bool,
    /// Who acts.
    #[arg(
        long,
        global = true,
        value_name = "СОТРУДНИК",
        default_value = OPERATOR,
        display_order = 902,
        help = "Кто действует: идентификатор сотрудника; записывается в журнал событий"
    )]
    by: String,
    /// Help.
    #[arg(short, long, global = true, display_order = 904, action = ArgAction::Help, help = "Показать справку")]
    help: Option<bool>,
    /// Version.
    #[arg(short = 'V', long, display_order = 903, action = ArgAction::Version, help = "Показать версию")]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(about = "Показать всё сразу: дом, журнал, копии, подписи, печати, проверка, страница в браузере")]
    Demo(demo::Demo),
    #[command(about = "Создать дом школы в новой папке")]
    Init(journal::Init),
    #[command(about = "Загрузить журнал школы или его часть: CSV, XLSX, JSON, OneRoster, отчёты других программ")]
    Import(exchange::Import),
    #[command(about = "Выгрузить таблицы журнала: CSV, XLSX, JSON, OneRoster")]
    Export(exchange::Export),
    #[command(about = "Обезличенная выгрузка для сайта школы")]
    Feed(exchange::Feed),
    #[command(
        about = "Закрыть учётный период класса: проверка полноты, снимок, запрет изменений; код завершения 2, если чего-то не хватает"
    )]
    Close(records::Close),
    #[command(about = "Выпустить копии: сверстать PDF по снимкам и открыть маршрут подписания")]
    Issue(records::Issue),
    #[command(about = "Подписать копии")]
    Sign(records::Sign),
    #[command(about = "Напомнить тем, чьей подписи ждут, по срокам правил; отправить письма")]
    Remind,
    #[command(about = "Скрепить подписанные копии печатью школы и внести в реестр")]
    Seal(records::Seal),
    #[command(about = "Принять сканы подписанных листов: узнать листы по QR-кодам и разложить по копиям")]
    Scan(scan::Scan),
    #[command(
        name = "attach-signature",
        about = "Приложить к копии внешнюю подпись (.sig, .p7s): проверить её и хранить рядом с копией"
    )]
    AttachSignature(foreign::AttachSignature),
    #[command(about = "Список копий")]
    Copies(listings::Copies),
    #[command(about = "Одна копия: отличия двух версий, дополнительный лист")]
    Copy(copy::Copy),
    #[command(about = "Всё об одной копии: кто подписал, кого ждут, контрольные суммы")]
    Show(listings::Show),
    #[command(about = "Реестр копий, скреплённых печатью")]
    Register,
    #[command(about = "Напечатать форму канцелярии: PDF/A, CSV, XLSX; без имени — список форм")]
    Print(office::Print),
    #[command(about = "Листы на случай, когда журнал недоступен: по классу, учителю, дню, одним файлом")]
    Forms(office::Forms),
    #[command(about = "Описи дел для архива, номенклатура дел")]
    Archive(office::Archive),
    #[command(about = "Шаблоны форм самой школы: завести, проверить")]
    Template(office::Template),
    #[command(about = "Показатели периода и курсов")]
    Report(journal::Report),
    #[command(name = "export-copy", about = "Выгрузить скреплённую копию пакетом BagIt")]
    ExportCopy(records::ExportCopy),
    #[command(about = "Выписка на одного ученика с доказательством, без данных остальных")]
    Extract(records::Extract),
    #[command(about = "Проверить архив, запись, пакет, выписку или PDF без базы данных и сети")]
    Verify(check::Verify),
    #[command(about = "Журнал событий: контрольная точка, проверка, доказательство")]
    Log(check::Log),
    #[command(about = "История данных: кто, когда и что изменил, было и стало")]
    History(history::History),
    #[command(about = "Отменить изменения данных по номерам из истории")]
    Undo(history::Undo),
    #[command(about = "Учётная запись в чужих руках: уведомление, недействительные действия, решения о них")]
    Compromise(history::Compromise),
    #[command(about = "Сверить базу данных, архив и журнал событий между собой")]
    Doctor,
    #[command(about = "Ключи и сертификаты сотрудников и школы")]
    Key(key::Key),
    #[command(about = "Настройки дома: показать, проверить, пример файла")]
    Config(config::Config),
    #[command(about = "Ключи доступа к программному интерфейсу")]
    Token(token::Token),
    #[command(about = "Технические перерывы: объявить всем, отменить")]
    Break(breaks::Break),
    #[command(about = "Учебный год: готовность, таблицы из файлов")]
    Setup(setup::Setup),
    #[command(about = "Список класса на любой день")]
    Roster(setup::Roster),
    #[command(about = "Движение обучающихся по приказам")]
    Movement(setup::MovementArgs),
    #[command(about = "Закрыть учебный год и перевести классы; открыть его снова")]
    Year(setup::YearArgs),
    #[command(about = "Правила школы: проверить, показать, сравнить, найти противоречия, ввести приказом")]
    Policy(policy::Policy),
    #[command(about = "Когда запись должна быть сделана: срок и пункт по каждому положению")]
    Deadline(policy::Deadline),
    #[command(about = "Внутришкольный контроль: какие записи сделаны вовремя, какие с опозданием, о каких неизвестно")]
    Control(control::Control),
    #[command(about = "Люди: права, назначения приказом")]
    People(people::People),
    #[command(about = "Вход: выдать, закрыть, открыть, сеансы")]
    Account(people::Account),
    #[command(about = "Кто смотрел чьи данные")]
    Access(people::Access),
    #[command(about = "Носители резервных копий: учёт, места хранения, журнал пользования")]
    Carrier(carrier::Carrier),
    #[command(about = "Резервная копия на носители; план, подписка, код доступа")]
    Backup(backup::Backup),
    #[command(
        name = "verify-backup",
        about = "Сверить копию на носителе: каждый байт, подпись, запись дома; с кодом — и каждый файл"
    )]
    VerifyBackup(backup::VerifyBackup),
    #[command(about = "Восстановить дом из копии; пробное восстановление — с ключом --rehearse")]
    Restore(backup::Restore),
    #[command(about = "Открыть страницу дома в браузере")]
    Serve(serve::Serve),
}

impl Command {
    /// Does the command answer whether something is genuine?
    fn is_check(&self) -> bool {
        matches!(self, Self::Verify(_) | Self::Doctor | Self::VerifyBackup(_) | Self::Restore(_))
            || matches!(self, Self::Log(log) if log.is_check())
    }
}

/// What a command needs besides its own arguments.
#[derive(Debug)]
struct Desk {
    dir: Option<PathBuf>,
    json: bool,
    by: String,
}

impl Desk {
    /// The folder asked for, or the current one when it is a house.
    fn folder(&self) -> Result<PathBuf, Failure> {
        match &self.dir {
            Some(dir) => Ok(dir.clone()),
            None if std::path::Path::new(crate::config::FILE).exists() => Ok(PathBuf::from(".")),
            None => Err(Failure::Said(
                "не указана папка дома: добавьте --dir ПАПКА или задайте переменную LETOPIS_DIR".to_owned(),
            )),
        }
    }

    /// Opens the house and finishes what a crash may have left.
    async fn house(&self) -> Result<House, Failure> {
        let house = House::open(&self.folder()?).await?;
        if self.by != OPERATOR && !house.db.is_staff(&self.by).await? {
            return Err(Failure::Said(format!(
                "--by «{}»: нет такого сотрудника; укажите идентификатор из staff.csv или {OPERATOR}",
                self.by
            )));
        }
        let finished = flow::seal::finish_pending(&house).await?;
        if finished > 0 {
            eprintln!("Завершено после сбоя: записей {finished}.");
        }
        Ok(house)
    }

    /// May the person of `--by` do it today? The operator is an administrator by the place where the hands are, and no more than that.
    async fn permits(&self, house: &House, action: Action, subject: &Subject<'_>) -> Result<(), Failure> {
        let visitor = flow::people::visitor(house, &self.by, true, self.act(house).at.date_naive()).await?;
        let hint = if self.by == OPERATOR { " Назовите, от чьего имени: --by КОД." } else { "" };
        visitor.permit(action, subject).map_err(|reason| Failure::Said(format!("{reason}{hint}")))
    }

    /// An act of this moment in the house's zone.
    fn act(&self, house: &House) -> flow::Act {
        clock::act(&self.by, house.config.zone())
    }
}

/// A class that a command names: Latin letters that look like Russian ones are taken for them, for no list of a school may have such a name.
fn class_name(text: &str) -> Result<String, std::convert::Infallible> {
    Ok(crate::bundle::meant_class(text))
}

/// A class of the newest year, as rights are asked about it: its grade leads its name.
fn class_subject(class: &str) -> Subject<'_> {
    let digits: String = class.chars().take_while(char::is_ascii_digit).collect();
    Subject::Class { name: class, grade: digits.parse().unwrap_or_default(), closed: false, archived: false }
}

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Flow(#[from] flow::Error),
    #[error("{0}")]
    Said(String),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("не удалось занять адрес {address}: {source}")]
    Address { address: String, source: std::io::Error },
}

impl From<crate::store::Error> for Failure {
    fn from(error: crate::store::Error) -> Self {
        Self::Flow(error.into())
    }
}

/// Exit code of a refusal or of something altered.
const REFUSED: u8 = 1;
/// Exit code of a mistake on the command line, of a check that could not be made, and of what was found and must be put right.
const UNUSABLE: u8 = 2;

/// Exit code of a program whose reader went away, as a shell reports it: 128 and the number of SIGPIPE.
const NOBODY_READS: i32 = 128 + 13;

/// A reader that went away (`letopis log list | head`) is no failure of ours; `println!` knows no way to say it but a panic.
fn leave_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(NOBODY_READS);
        }
        usual(panic);
    }));
}

/// The command line in Russian. A variable that is set and empty is as if it were not set.
fn command_line() -> clap::Command {
    let command = russian::localise(Cli::command());
    if std::env::var_os(DIR_VARIABLE).is_none_or(|folder| !folder.is_empty()) {
        return command;
    }
    command.mut_args(|arg| if arg.get_id().as_str() == "dir" { arg.env(None::<&'static str>) } else { arg })
}

/// Runs the program on a command line; returns the exit code: 0 done, 1 refused or altered, 2 misused, cannot be checked, or something was
/// found that must be put right.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    leave_quietly_when_nobody_reads();
    let parsed = command_line().try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            print!("{}", russian::help(&error.render().to_string()));
            return ExitCode::SUCCESS;
        }
        Err(error) if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{}", russian::help(&error.render().to_string()));
            return ExitCode::from(UNUSABLE);
        }
        Err(error) => {
            eprintln!("{}", russian::fault(&russian::mistake(&error)));
            return ExitCode::from(UNUSABLE);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("Ошибка: не удалось начать работу: {error}");
            return ExitCode::from(UNUSABLE);
        }
    };
    let Cli { dir, json, by, command, .. } = cli;
    // A check that could not be made must never look like a finding: 1 would say «изменено».
    let failed = if command.is_check() { UNUSABLE } else { REFUSED };
    match runtime.block_on(dispatch(command, Desk { dir, json, by })) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("Ошибка: {}", russian::fault(&failure.to_string()));
            ExitCode::from(if matches!(failure, Failure::Said(_)) { UNUSABLE } else { failed })
        }
    }
}

async fn dispatch(command: Command, desk: Desk) -> Result<u8, Failure> {
    match command {
        Command::Demo(demo) => demo.run(&desk).await,
        Command::Init(init) => init.run(&desk).await,
        Command::Import(import) => import.run(&desk).await,
        Command::Export(export) => export.run(&desk).await,
        Command::Feed(feed) => feed.run(&desk).await,
        Command::Close(close) => close.run(&desk).await,
        Command::Issue(issue) => issue.run(&desk).await,
        Command::Sign(sign) => sign.run(&desk).await,
        Command::Seal(seal) => seal.run(&desk).await,
        Command::Scan(scan) => scan.run(&desk).await,
        Command::AttachSignature(attach) => attach.run(&desk).await,
        Command::Copies(copies) => copies.run(&desk).await,
        Command::Copy(copy) => copy.run(&desk).await,
        Command::Show(show) => show.run(&desk).await,
        Command::Remind => records::remind(&desk).await,
        Command::Register => listings::register(&desk).await,
        Command::Print(print) => print.run(&desk).await,
        Command::Forms(forms) => forms.run(&desk).await,
        Command::Archive(archive) => archive.run(&desk).await,
        Command::Template(template) => template.run(&desk).await,
        Command::Report(report) => report.run(&desk).await,
        Command::ExportCopy(export) => export.run(&desk).await,
        Command::Extract(extract) => extract.run(&desk).await,
        Command::Verify(verify) => verify.run(&desk).await,
        Command::Log(log) => log.run(&desk).await,
        Command::History(history) => history.run(&desk).await,
        Command::Undo(undo) => undo.run(&desk).await,
        Command::Compromise(compromise) => compromise.run(&desk).await,
        Command::Doctor => check::doctor(&desk).await,
        Command::Key(key) => key.run(&desk).await,
        Command::Policy(policy) => policy.run(&desk).await,
        Command::Config(config) => config.run(&desk),
        Command::Token(token) => token.run(&desk).await,
        Command::Break(one) => one.run(&desk).await,
        Command::Setup(setup) => setup.run(&desk).await,
        Command::Roster(roster) => roster.run(&desk).await,
        Command::Movement(movement) => movement.run(&desk).await,
        Command::Year(year) => year.run(&desk).await,
        Command::Deadline(deadline) => deadline.run(&desk).await,
        Command::Control(control) => control.run(&desk).await,
        Command::People(people) => people.run(&desk).await,
        Command::Account(account) => account.run(&desk).await,
        Command::Access(access) => access.run(&desk).await,
        Command::Carrier(carrier) => carrier.run(&desk).await,
        Command::Backup(backup) => backup.run(&desk).await,
        Command::VerifyBackup(verify) => verify.run(&desk).await,
        Command::Restore(restore) => restore.run(&desk).await,
        Command::Serve(serve) => serve.run(&desk).await,
    }
}

/// Prints findings, gravest last, so that they stand nearest to the verdict. They are what a check was asked for, so they go to
/// standard output; the sentence that a command did not do its work goes to standard error.
fn print_findings(findings: &[crate::domain::finding::Finding]) {
    let mut sorted: Vec<_> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    for finding in sorted {
        println!("{}", russian::fault(&finding.to_string()));
    }
}
