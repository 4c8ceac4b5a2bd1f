//! `backup`, `verify-backup`, `restore`: copies onto carriers and back. Floor 3.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::DateTime;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::check::read_checkpoint;
use super::table::{Table, bytes, grouped, print_json};
use super::{Desk, Failure, REFUSED, UNUSABLE, clock, print_findings};
use crate::domain::carrier::plan::Plan;
use crate::domain::carrier::prune::Fate;
use crate::domain::carrier::{Carrier, Cause, Trip, code};
use crate::domain::finding::{Finding, Verdict};
use crate::domain::forms::People;
use crate::domain::words;
use crate::flow::backup::check::{self, Report};
use crate::flow::backup::restore::{self, Wanted};
use crate::flow::backup::{self as copies, Meter, Order};
use crate::flow::carriers::Presence;
use crate::flow::{self, House, carriers, people};
use crate::store::BackupRow;
use crate::vault::backup::MARK;

/// `backup`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Backup {
    #[arg(
        long = "to",
        value_name = "НОСИТЕЛЬ",
        num_args = 1..,
        help = "Номера носителей (Н-1 Н-2) или их папки; без ключа — на все, у которых есть папка"
    )]
    to: Vec<String>,
    #[arg(
        long,
        value_name = "ПОВОД",
        default_value = "demand",
        help = "week, month, period или demand: по графику, архив, набор периода, по требованию"
    )]
    cause: String,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    #[command(
        about = "План: что требуют правила, что стоит на учёте, что и когда писать; код 2, если правило о помещениях не выполнено, копия на носителе повреждена или данные на нём лежат открыто"
    )]
    Plan,
    #[command(about = "Записанные копии и носители, на которых они есть; повреждённая названа")]
    List,
    #[command(about = "Стереть с подключённых носителей копии, которые правила школы больше не велят хранить")]
    Prune {
        #[arg(long, help = "Ничего не удалять: показать, что было бы удалено и почему")]
        dry_run: bool,
    },
    #[command(about = "Подписать подписку о неразглашении кода доступа (--by СОТРУДНИК)")]
    Undertake,
    #[command(about = "Завести код доступа: показывается один раз, директору (--by ДИРЕКТОР)")]
    Code,
}

/// `verify-backup`.
#[derive(Debug, Args)]
pub(super) struct VerifyBackup {
    #[arg(value_name = "ПУТЬ", help = "Папка копии или носитель: тогда берётся самая новая копия на нём")]
    path: PathBuf,
    #[arg(long, value_name = "ФАЙЛ", num_args = 0..=1, default_missing_value = "-", help = "Сверить и каждый файл внутри: код из файла, из ввода (-)")]
    code: Option<String>,
}

/// `restore`.
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[arg(value_name = "ПУТЬ", help = "Папка копии или носитель: тогда берётся самая новая копия на нём")]
    path: PathBuf,
    #[arg(long, value_name = "ПАПКА", required_unless_present = "rehearse", help = "Новая или пустая папка дома")]
    to: Option<PathBuf>,
    #[arg(
        long,
        conflicts_with = "to",
        help = "Пробное восстановление: развернуть во временную папку, проверить всё, убрать; справка с полнотой"
    )]
    rehearse: bool,
    #[arg(
        long,
        value_name = "ФАЙЛ",
        default_value = "",
        hide_default_value = true,
        help = "Код доступа из файла или из ввода (-); без ключа программа спросит"
    )]
    code: String,
    #[arg(long, value_name = "АДРЕС", help = "Восстановить в базу PostgreSQL, а не в файл")]
    database: Option<String>,
    #[arg(long, value_name = "ТОЧКА", help = "Контрольная точка с бумаги: копия, которая старее её, не подойдёт")]
    checkpoint: Option<String>,
    #[arg(long, help = "Восстановить, хотя известна более новая копия или отметка")]
    older: bool,
}

/// Progress on the terminal, in megabytes.
struct Bar(Mutex<ProgressBar>);

impl Bar {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(ProgressBar::hidden())))
    }
}

impl Meter for Bar {
    fn stage(&self, words: &str, bytes: u64) {
        let target = ProgressDrawTarget::stderr();
        let (bar, template) = match bytes {
            0 => (ProgressBar::with_draw_target(None, target), "{prefix:<30} {bytes} {elapsed}"),
            _ => (
                ProgressBar::with_draw_target(Some(bytes), target),
                "{prefix:<30} {bar:24} {bytes}/{total_bytes} {elapsed}",
            ),
        };
        // The template is a constant of ours; should it ever be wrong, the default style does.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(words.to_owned());
        let before = std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), bar);
        before.finish();
    }

    fn read(&self, bytes: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).inc(bytes);
    }
}

/// The code from a file, from standard input, or asked for on the terminal without showing it. It is never an argument: those are seen by
/// everybody on the machine.
fn ask_code(from: &str) -> Result<String, Failure> {
    let typed = match from {
        "" => {
            let terminal = console::Term::stderr();
            let asked = terminal.write_str("Код доступа с конверта: ").and_then(|()| terminal.read_secure_line());
            asked.map_err(|_| {
                Failure::Said(
                    "код доступа спросить не у кого: это не терминал; добавьте --code ФАЙЛ или --code -".to_owned(),
                )
            })?
        }
        "-" => {
            let mut text = String::new();
            let read = std::io::stdin().take(LONGEST_CODE).read_to_string(&mut text);
            read.map_err(|source| Failure::File { path: PathBuf::from("-"), source })?;
            text
        }
        path => std::fs::read_to_string(path).map_err(|source| Failure::File { path: PathBuf::from(path), source })?,
    };
    code::read(&typed)
        .ok_or_else(|| Failure::Said("это не код доступа: в нём 20 букв и цифр, как на конверте".to_owned()))
}

/// Bytes of a code as somebody may type it, with spaces and a line end; more is no code.
const LONGEST_CODE: u64 = 400;

impl Backup {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        match &self.what {
            None => self.write(desk).await,
            Some(What::Plan) => plan(desk).await,
            Some(What::List) => list(desk).await,
            Some(What::Prune { dry_run: true }) => prune_list(desk).await,
            Some(What::Prune { dry_run: false }) => prune(desk).await,
            Some(What::Undertake) => undertake(desk).await,
            Some(What::Code) => make_code(desk).await,
        }
    }

    async fn write(self, desk: &Desk) -> Result<u8, Failure> {
        let cause = Cause::parse(&self.cause)
            .ok_or_else(|| Failure::Said(format!("повод «{}» не понят: week, month, period или demand", self.cause)))?;
        let house = desk.house().await?;
        let written = copies::write(&house, &Order::new(self.to, cause), &desk.act(&house), Bar::new()).await?;
        let row = &written.row;
        if desk.json {
            let kept: Vec<_> = written
                .kept
                .iter()
                .map(|(carrier, folder)| serde_json::json!({"carrier": carrier, "folder": folder}))
                .collect();
            let failed: Vec<_> = written
                .failed
                .iter()
                .map(|(carrier, why)| serde_json::json!({"carrier": carrier, "why": why}))
                .collect();
            print_json(
                &serde_json::json!({"backup": row.id, "sha256": row.sha256, "bytes": row.bytes, "files": row.members,
                "rows": row.rows, "log_size": row.log_size, "log_root": row.log_root, "code_no": row.code_no,
                "kept": kept, "failed": failed, "outside": written.outside}),
            );
        } else {
            for (carrier, folder) in &written.kept {
                println!("{carrier}: {} — записано и прочитано назад", folder.display());
            }
            for (carrier, why) in &written.failed {
                println!("{carrier}: НЕ ЗАПИСАНО — {why}");
            }
            for said in &written.outside {
                println!("Внимание: {said}");
            }
            println!(
                "Копия {}: файлов {}, строк {}, байт {}; код доступа № {}.",
                row.id,
                grouped(row.members),
                grouped(row.rows),
                grouped(row.bytes),
                row.code_no
            );
        }
        Ok(if written.failed.is_empty() { 0 } else { REFUSED })
    }
}

async fn people_of(house: &House) -> Result<People, Failure> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    Ok(People::of(&house.db.load_roster(&year).await?))
}

async fn plan(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let today = desk.act(&house).at.date_naive();
    let all = carriers::overview(&house, today).await?;
    let (alarms, alone, plan) = (all.alarms(&house), all.alone(&house), all.told_plan());
    if desk.json {
        print_json(&plan_json(&plan, &alarms));
    } else {
        let mut rules = Table::new(&["Правило", "Требуется", "Есть", "Пункт"]);
        for rule in &plan.rules {
            let clause =
                if rule.clause.is_empty() { "правила молчат; 000 Рег 3.4" } else { &rule.clause };
            rules.row(vec![rule.what.to_owned(), rule.asked.to_string(), rule.stands.to_string(), clause.to_owned()]);
        }
        rules.print("");
        println!();
        let mut duties = Table::new(&["Что", "Как часто", "Последний раз", "Не позже", "Просрочено", "Пункт"]);
        for duty in &plan.duties {
            let late =
                if duty.late == 0 { String::new() } else { words::count(duty.late, "день", "дня", "дней") };
            let clause = if duty.clause.is_empty() { "правила молчат" } else { &duty.clause };
            duties.row(vec![
                duty.what.to_owned(),
                duty.every.clone(),
                duty.last_words(),
                plan.due_words(duty),
                late,
                clause.to_owned(),
            ]);
        }
        duties.print("");
        // What the page of carriers says under each line, in its words.
        let people = match all.trips.iter().any(Trip::is_out) {
            true => people_of(&house).await?,
            false => People::default(),
        };
        for duty in &plan.duties {
            for note in all.notes(duty, &house, today, &people) {
                println!("{}: {}", duty.what, words::stopped(&note));
            }
        }
        if !alone.is_empty() {
            println!("Внимание: {}", words::stopped(&alone));
        }
        print_findings(&plan.findings);
        print_findings(&alarms);
    }
    Ok(if plan.holds() && alarms.is_empty() { 0 } else { UNUSABLE })
}

fn plan_json(plan: &Plan, alarms: &[Finding]) -> serde_json::Value {
    let rules: Vec<_> = plan
        .rules
        .iter()
        .map(|rule| serde_json::json!({"key": rule.key, "asked": rule.asked, "stands": rule.stands, "clause": rule.clause, "holds": rule.holds()}))
        .collect();
    let duties: Vec<_> = plan
        .duties
        .iter()
        .map(|duty| {
            serde_json::json!({"cause": duty.cause.map(Cause::as_str), "every": duty.every, "clause": duty.clause,
                "last": duty.last, "due": duty.due, "late": duty.late})
        })
        .collect();
    let findings: Vec<&Finding> = plan.findings.iter().chain(alarms).collect();
    serde_json::json!({"holds": plan.holds(), "rules": rules, "duties": duties, "findings": findings})
}

async fn list(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let all = carriers::overview(&house, desk.act(&house).at.date_naive()).await?;
    let found = all.spoiled();
    let is_spoiled =
        |row: &BackupRow, carrier: &str| found.iter().any(|one| one.id == row.id && one.carrier == carrier);
    if desk.json {
        let line = |row: &BackupRow| {
            let spoiled: Vec<&String> = row.carriers.iter().filter(|one| is_spoiled(row, one.as_str())).collect();
            serde_json::json!({"id": row.id, "at": row.at, "cause": row.cause.as_str(), "by": row.by, "bytes": row.bytes,
                "sha256": row.sha256, "code": row.code_no, "log_size": row.log_size, "carriers": row.carriers,
                "spoiled": spoiled})
        };
        print_json(&all.backups.iter().map(line).collect::<Vec<_>>());
        return Ok(0);
    }
    let on = |row: &BackupRow, carrier: &String| match is_spoiled(row, carrier.as_str()) {
        true => format!("{carrier} (повреждена)"),
        false => carrier.clone(),
    };
    let mut table = Table::new(&["Копия", "Когда", "Повод", "Байт", "Код №", "Носители"]);
    for row in &all.backups {
        let cells = [
            row.id.clone(),
            words::moment(&row.at),
            row.cause.as_russian().to_owned(),
            grouped(row.bytes),
            row.code_no.to_string(),
            row.carriers.iter().map(|carrier| on(row, carrier)).collect::<Vec<_>>().join(", "),
        ];
        table.row(cells.to_vec());
    }
    table.print("Резервных копий ещё не было.");
    Ok(0)
}

/// What the rule says of every copy on the connected carriers.
async fn prune_list(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let plan = copies::prune::plan(&house, desk.act(&house).at.date_naive()).await?;
    let (rule, judged) = plan.map_or_else(Default::default, |(rule, judged)| (rule.words, judged));
    if desk.json {
        let one = |one: &copies::prune::Judged| {
            serde_json::json!({"carrier": one.carrier, "backup": one.row.id, "goes": one.fate == Fate::Outdated,
                "why": one.fate.as_russian()})
        };
        print_json(&serde_json::json!({"rule": rule, "copies": judged.iter().map(one).collect::<Vec<_>>()}));
        return Ok(0);
    }
    let mut table = Table::new(&["Носитель", "Копия", "Когда", "Что с ней"]);
    for one in judged {
        let cells = [one.carrier, one.row.id, words::moment(&one.row.at), one.fate.as_russian().to_owned()];
        table.row(cells.to_vec());
    }
    if !rule.is_empty() {
        println!("Правило: {rule}.");
    }
    table.print("Удалять нечего: копий на подключённых носителях нет или правила школы велят хранить все.");
    Ok(0)
}

async fn prune(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let pruned = copies::prune::prune(&house, &desk.act(&house), Bar::new()).await?;
    if desk.json {
        let pairs = |all: &[(String, String)], word: &str| -> Vec<_> {
            all.iter().map(|(carrier, what)| serde_json::json!({"carrier": carrier, word: what})).collect()
        };
        print_json(
            &serde_json::json!({"gone": pairs(&pruned.gone, "backup"), "refused": pairs(&pruned.refused, "why")}),
        );
    } else {
        for (carrier, backup) in &pruned.gone {
            println!("{carrier}: стёрта {backup}");
        }
        for (carrier, why) in &pruned.refused {
            println!("{carrier}: НЕ СТЁРТО — {why}");
        }
        if pruned.gone.is_empty() && pruned.refused.is_empty() {
            println!("Стирать нечего. Сколько копий хранить, говорят правила: backup.keep_weeks и backup.keep_months.");
        }
    }
    Ok(if pruned.refused.is_empty() { 0 } else { REFUSED })
}

async fn undertake(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let act = desk.act(&house);
    let visitor = people::visitor(&house, &act.by, false, act.at.date_naive()).await?;
    carriers::undertake(&house, &visitor, &act).await?;
    println!("Подписка о неразглашении подписана: {}", visitor.name);
    Ok(0)
}

async fn make_code(desk: &Desk) -> Result<u8, Failure> {
    use crate::domain::rights::Role;
    let house = desk.house().await?;
    let act = desk.act(&house);
    let visitor = people::visitor(&house, &act.by, false, act.at.date_naive()).await?;
    if !visitor.offices.iter().any(|office| office.role == Role::Director) {
        return Err(Failure::Said(
            "код доступа знает только директор: добавьте --by с идентификатором директора".to_owned(),
        ));
    }
    let (row, text) = carriers::make_code(&house, &act).await?;
    eprintln!("Код доступа № {} показан один раз и нигде не хранится. Перепишите его на лист в конверт:", row.no);
    println!("{text}");
    Ok(0)
}

impl VerifyBackup {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let code = self.code.as_deref().map(ask_code).transpose()?;
        let has_code = code.is_some();
        let house = at_hand(desk).await?;
        let report = check::compare(house.as_ref(), &self.path, code, Bar::new()).await?;
        if let Some(house) = &house {
            keep(house, desk, carriers::COMPARISON, &self.path, &report).await?;
        }
        print(&report, has_code, desk);
        Ok(report.verdict.exit_code())
    }
}

/// The house, where one is named; a copy is checked without one too.
async fn at_hand(desk: &Desk) -> Result<Option<House>, Failure> {
    match desk.folder() {
        Ok(_) => Ok(Some(desk.house().await?)),
        Err(_) => Ok(None),
    }
}

async fn keep(house: &House, desk: &Desk, what: &str, path: &Path, report: &Report) -> Result<(), Failure> {
    let known = house.db.list_carriers().await?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // Another disk in the carrier's folder is another disk: what is read there is not said of the carrier.
    let is = |carrier: &&Carrier| {
        !carrier.path.is_empty()
            && path.starts_with(&carrier.path)
            && carriers::presence(house, carrier) == Presence::There
    };
    let carrier = known.iter().find(is).map(|carrier| carrier.id.clone());
    check::keep(house, what, &carrier.unwrap_or_default(), report, &desk.act(house)).await?;
    Ok(())
}

/// The certificate on the terminal; `has_code`: was the code of access given?
fn print(report: &Report, has_code: bool, desk: &Desk) {
    if desk.json {
        print_json(report);
        return;
    }
    let coverage = &report.coverage;
    let pair = |(done, all): (u64, u64)| format!("{} из {}", grouped(done), grouped(all));
    println!("Копия {} от {}", report.label.id, words::moment(&report.label.at));
    println!("  части на носителе — те, что названы на ярлыке: {} ({})", pair(coverage.parts), bytes(coverage.bytes));
    println!("  подпись ярлыка: {}", if coverage.label_signed { "верна" } else { "НЕВЕРНА" });
    println!("  сверка с записью дома: {}", if coverage.house_compared { "сделана" } else { "не делалась" });
    if coverage.opened {
        println!("  файлы сверены с описью: {}", pair(coverage.files));
    } else {
        println!("  содержимое не раскрывалось: {}", closed(has_code));
    }
    if coverage.tables.1 > 0 {
        println!("  таблицы: {}, строки: {}", pair(coverage.tables), pair(coverage.rows));
        println!(
            "  журнал событий: записей {}, корень {}",
            pair(coverage.log),
            if coverage.log_root { "совпал" } else { "НЕ СОВПАЛ" }
        );
        println!("  записи архива проверены полностью: {}", pair(coverage.records));
    }
    print_findings(&report.findings);
    let hundredths = coverage.hundredths();
    let verdict = if report.verdict == Verdict::Valid {
        "копия верна"
    } else {
        "КОПИЯ НЕВЕРНА: заверять и восстанавливать из неё нельзя"
    };
    // What was never opened is no part of the whole: the percentage is of the carrier's parts alone.
    let (of, inside) = if coverage.opened {
        ("полнота проверки", String::new())
    } else {
        ("части на носителе сверены с ярлыком:", format!("; содержимое не раскрывалось: {}", closed(has_code)))
    };
    println!("ВЫВОД: {verdict}; {of} {},{:02} %{inside}, {} с", hundredths / 100, hundredths % 100, coverage.seconds);
    if report.lies_open() {
        println!(
            "ВНИМАНИЕ: НА НОСИТЕЛЕ ЛЕЖАТ ОТКРЫТЫЕ ДАННЫЕ ШКОЛЫ — удалите их с носителя; что именно, названо выше."
        );
    }
}

/// Why the contents of a copy stayed closed.
fn closed(has_code: bool) -> &'static str {
    if has_code {
        "код доступа введён, но копия повреждена, и проверка остановилась раньше, чем дошла до её файлов"
    } else {
        "код доступа не вводили"
    }
}

impl Restore {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let code = ask_code(&self.code)?;
        if self.rehearse {
            return self.rehearse(desk, code).await;
        }
        let found = check::find(&self.path, None)?;
        let printed = self.checkpoint.as_deref().map(|text| read_checkpoint(text, &found.label.school)).transpose()?;
        let Some(to) = self.to else { return Ok(UNUSABLE) };
        let wanted = Wanted { from: self.path, to: to.clone(), database: self.database, printed, older: self.older };
        let report = restore::restore(&wanted, code, &act_of(&found.label.at), Bar::new()).await?;
        print(&report, true, desk);
        if report.verdict.exit_code() == 0 && !desk.json {
            println!("Дом восстановлен: {}", to.display());
            println!(
                "Положите в {}/keys кодовую фразу (passphrase) из сейфа и выполните letopis doctor.",
                to.display()
            );
        } else if !desk.json {
            println!("Дом не восстановлен, в {} ничего не записано.", to.display());
            println!("{}; какая часть повреждена, сказано выше.", other_carrier(desk, &report).await);
        }
        Ok(report.verdict.exit_code())
    }

    async fn rehearse(self, desk: &Desk, code: String) -> Result<u8, Failure> {
        let house = at_hand(desk).await?;
        let scratch = match &house {
            Some(house) => house.root.join(copies::REHEARSAL),
            None => std::env::temp_dir().join(format!("letopis-rehearsal-{}", std::process::id())),
        };
        let report = check::rehearse(house.as_ref(), &self.path, &scratch, code, Bar::new()).await?;
        if let Some(house) = &house {
            keep(house, desk, carriers::REHEARSAL, &self.path, &report).await?;
        }
        print(&report, true, desk);
        Ok(report.verdict.exit_code())
    }
}

/// «Это носитель Н-2: возьмите эту копию с другого её носителя, Н-1»: by the mark of the carrier and by what the house, where one is at hand,
/// wrote down of the copy.
async fn other_carrier(desk: &Desk, report: &Report) -> String {
    let mark = report.folder.parent().map(|above| above.join(MARK));
    let mark = mark.and_then(|mark| std::fs::read_to_string(mark).ok()).unwrap_or_default();
    let own = mark.lines().find_map(|line| line.strip_prefix("носитель: ")).unwrap_or_default();
    let rows = match at_hand(desk).await {
        Ok(Some(house)) => house.db.list_backups().await.unwrap_or_default(),
        _ => Vec::new(),
    };
    let row = rows.iter().find(|row| row.id == report.label.id);
    let others = row.map(|row| row.carriers.iter().filter(|one| *one != own).cloned().collect::<Vec<_>>());
    let others = match (others.unwrap_or_default(), own) {
        (none, _) if none.is_empty() => String::new(),
        (all, "") => format!(" (она записана на {})", all.join(", ")),
        (others, _) => format!(", {}", others.join(", ")),
    };
    match own {
        "" => format!("Возьмите эту копию с другого её носителя{others}"),
        own => format!("Это носитель {own}: возьмите эту копию с другого её носителя{others}"),
    }
}

/// An act of this moment in the zone of the copy: there is no house yet that could say its zone.
fn act_of(made_at: &str) -> flow::Act {
    let zone = DateTime::parse_from_rfc3339(made_at).map(|at| *at.offset());
    clock::act(crate::domain::people::OPERATOR, zone.unwrap_or_else(|_| chrono::Offset::fix(&chrono::Utc)))
}
