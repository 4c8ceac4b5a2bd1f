//! `verify`, `log`, `doctor`: checks and what they rest on. Floor 3.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::records::write_new;
use super::russian;
use super::table::{Table, grouped, print_json};
use super::{Desk, Failure, UNUSABLE, print_findings};
use crate::domain::canon::Digest;
use crate::domain::checkpoint::Checkpoint;
use crate::domain::finding::{Finding, Verdict};
use crate::domain::log_proof::LogProof;
use crate::flow::House;
use crate::flow::keys::Keyring;
use crate::flow::log::Printed;
use crate::flow::verify::{Report, Verifier, VerifyOptions};
use crate::flow::{doctor as examination, log, publish};
use crate::sign::certificate::{certificate_facts, from_pem};

/// `verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[arg(value_name = "ПУТЬ", help = "Архив, запись архива, пакет .zip, выписка или PDF; можно несколько")]
    paths: Vec<PathBuf>,
    #[arg(
        long = "authority",
        value_name = "ФАЙЛ",
        help = "Сертификат удостоверяющего центра школы (PEM), полученный из надёжных рук; если школа заменяла центр, можно назвать и прежние: --authority несколько раз"
    )]
    authorities: Vec<PathBuf>,
    #[arg(long, help = "Сверить и SHA-512 каждого файла архива, не только SHA-256")]
    full: bool,
    #[arg(
        long,
        value_name = "ПАПКА",
        conflicts_with = "paths",
        help = "Записать в папку verify.sh, verify.awk и verify-extract.sh этой программы: свой экземпляр для проверяющего"
    )]
    script: Option<PathBuf>,
    #[arg(
        long,
        value_name = "ТОЧКА",
        conflicts_with = "paths",
        help = "Есть ли в сегодняшнем журнале событий контрольная точка со старого листа: файл точки, «размер:корень» или текст QR-кода"
    )]
    checkpoint: Option<String>,
}

impl Verify {
    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        if let Some(old) = &self.checkpoint {
            return old_checkpoint(desk, old).await;
        }
        if let Some(folder) = &self.script {
            return write_scripts(folder, desk);
        }
        if self.paths.is_empty() {
            return Err(Failure::Said("укажите, что проверить: архив, запись, пакет, выписку или PDF".to_owned()));
        }
        let mut known = self.authorities.iter().map(|path| read_authority(path)).collect::<Result<Vec<_>, _>>()?;
        // The newest one is the school's today, whatever the order in which they were named.
        known.sort_by_key(|(since, _)| *since);
        let mut known: Vec<Vec<u8>> = known.into_iter().map(|(_, der)| der).collect();
        let options = VerifyOptions { authority: known.pop(), earlier: known, full: self.full };
        let verifier = Verifier::new(&options);
        let reports: Vec<Report> = self.paths.iter().map(|path| verifier.path(path)).collect();
        if desk.json {
            print_json(&reports);
        } else {
            reports.iter().for_each(print_report);
        }
        // The worst verdict speaks for all: altered before unchecked before valid.
        Ok(reports.iter().map(|report| report.verdict).max().map_or(UNUSABLE, Verdict::exit_code))
    }
}

/// The checks with stock tools, for one who does not trust the copy that lies in a record.
fn write_scripts(folder: &Path, desk: &Desk) -> Result<u8, Failure> {
    std::fs::create_dir_all(folder).map_err(|source| Failure::File { path: folder.to_owned(), source })?;
    let scripts = [
        ("verify.sh", crate::vault::record::VERIFY_SH),
        ("verify.awk", crate::vault::record::VERIFY_AWK),
        ("verify-extract.sh", crate::flow::extract::VERIFY_SH),
    ];
    let mut lines = Vec::new();
    for (name, text) in scripts {
        let path = folder.join(name);
        write_new(&path, text.as_bytes())?;
        lines.push((path.display().to_string(), Digest::of(text.as_bytes())));
    }
    if desk.json {
        let line = |(file, sha256): &(String, Digest)| serde_json::json!({"file": file, "sha256": sha256});
        print_json(&lines.iter().map(line).collect::<Vec<_>>());
    } else {
        // As `sha256sum` prints them: the same lines stand in the inventory of every record.
        lines.iter().for_each(|(file, sha256)| println!("{sha256}  {file}"));
    }
    Ok(0)
}

/// A certificate of an authority, with the moment since which it is in force.
fn read_authority(path: &Path) -> Result<(DateTime<Utc>, Vec<u8>), Failure> {
    let said = |error| Failure::Said(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|source| Failure::File { path: path.to_owned(), source })?;
    let der = from_pem(&text).map_err(said)?;
    Ok((certificate_facts(&der).map_err(said)?.not_before, der))
}

fn print_report(report: &Report) {
    println!("{} — {}", report.path, report.what());
    for line in &report.checked {
        println!("  проверено: {line}");
    }
    for part in &report.parts {
        println!("  {}: {}", part.path, part.verdict.as_russian());
        part.findings.iter().for_each(|finding| println!("    {}", russian::fault(&finding.to_string())));
    }
    for finding in &report.findings {
        println!("  {}", russian::fault(&finding.to_string()));
    }
    println!("  ВЫВОД: {}", report.verdict.as_russian());
}

/// Does the house's log of today still contain an old checkpoint?
async fn old_checkpoint(desk: &Desk, old: &str) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let old = read_checkpoint(old, &house.config.school)?;
    let (findings, size) = against(&house, &old).await?;
    let verdict = Verdict::of(&findings, false);
    if desk.json {
        print_json(&serde_json::json!({
            "verdict": verdict, "size": old.size, "root": old.root, "log_size": size, "findings": findings
        }));
    } else {
        print_findings(&findings);
        match verdict {
            Verdict::Valid => println!(
                "Журнал событий содержит контрольную точку {}: с тех пор записи только добавлялись (сейчас их {}).",
                old.size, size
            ),
            _ => println!("ВЫВОД: {}", verdict.as_russian()),
        }
    }
    Ok(verdict.exit_code())
}

/// What the house's log of today says of an old checkpoint, and its size of today.
async fn against(house: &House, old: &Printed) -> Result<(Vec<Finding>, usize), Failure> {
    let leaves = log::leaves(&house.db.list_log().await?);
    if old.origin != house.config.school {
        let other = Finding::new("log.other-origin", "контрольная точка", "точка другого журнала событий")
            .expected_found(house.config.school.clone(), old.origin.clone());
        return Ok((vec![other], leaves.len()));
    }
    Ok((log::contains_printed(old, &leaves).into_iter().collect(), leaves.len()))
}

/// A checkpoint from a file (signed note or bare body), or as a sheet shows it: `size:root` of the title page, or the whole text of a
/// QR, which ends in the size and the first 16 characters of the root.
pub(super) fn read_checkpoint(text: &str, origin: &str) -> Result<Printed, Failure> {
    let path = Path::new(text);
    if path.exists() {
        let note = std::fs::read_to_string(path).map_err(|source| Failure::File { path: path.to_owned(), source })?;
        // The note may stand alone or at the end of a log-proof.txt; the body is its three lines before the empty one.
        let blocks: Vec<&str> = note.split("\n\n").collect();
        let body = blocks.iter().find_map(|block| Checkpoint::parse(&format!("{}\n", block.trim_end())).ok());
        let found = body.ok_or_else(|| Failure::Said(format!("в файле {text} нет контрольной точки")))?;
        return Ok(Printed { origin: found.origin, size: found.size, root: found.root.to_hex() });
    }
    let wrong = || {
        Failure::Said(format!(
            "контрольная точка «{text}» не понята: нужен файл точки, «размер:корень» с титульного листа или текст QR-кода листа"
        ))
    };
    let mut fields = text.rsplitn(3, ':');
    let (root, size) = (fields.next().ok_or_else(wrong)?, fields.next().ok_or_else(wrong)?);
    let root = root.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    // Sixteen characters are what a QR has room for; fewer would prove too little.
    let proves = (16..=64).contains(&root.len()) && root.chars().all(|c| c.is_ascii_hexdigit());
    let size = size.trim().parse().ok().filter(|_| proves).ok_or_else(wrong)?;
    Ok(Printed { origin: origin.to_owned(), size, root })
}

/// `log`.
#[derive(Debug, Args)]
pub(super) struct Log {
    #[command(subcommand)]
    what: Logged,
}

#[derive(Debug, Subcommand)]
enum Logged {
    #[command(about = "Подписать и напечатать контрольную точку журнала событий")]
    Checkpoint {
        #[arg(long, help = "Только если сегодня точки ещё не было и журнал событий с прошлой точки вырос")]
        if_due: bool,
    },
    #[command(about = "Проверить журнал событий и данные школы по строкам: точки, цепочка, история, таблицы")]
    Verify {
        #[arg(
            long,
            value_name = "ТОЧКА",
            help = "Контрольная точка со старого листа или из сейфа: файл точки, «размер:корень» или текст QR-кода"
        )]
        checkpoint: Option<String>,
    },
    #[command(about = "Доказать, что запись есть в журнале событий")]
    Prove {
        #[arg(value_name = "ЗАПИСЬ", help = "Номер записи, с нуля, или скреплённая копия; без этого последняя запись")]
        entry: Option<String>,
    },
    #[command(
        about = "Опубликовать журнал событий файлами для любого веб-сервера: точка и дерево хешей, без содержания записей"
    )]
    Publish {
        #[arg(value_name = "ПАПКА", help = "Куда: новая папка или та, где журнал уже публиковали")]
        folder: PathBuf,
    },
    #[command(about = "Показать записи журнала событий")]
    List,
}

#[derive(Debug, Serialize)]
struct EntryLine<'a> {
    index: u64,
    event: &'a str,
    payload: serde_json::Value,
    leaf: &'a str,
}

impl Log {
    pub(super) fn is_check(&self) -> bool {
        matches!(self.what, Logged::Verify { .. })
    }

    pub(super) async fn run(self, desk: &Desk) -> Result<u8, Failure> {
        let house = desk.house().await?;
        match self.what {
            Logged::Checkpoint { if_due } => {
                let act = desk.act(&house);
                let keyring = Keyring::open(&house).await?;
                let checkpoint = match if_due {
                    true => log::daily_checkpoint(&house, &act).await?,
                    false => Some(log::checkpoint(&house, &keyring, &act).await?),
                };
                let Some(checkpoint) = checkpoint else {
                    match desk.json {
                        true => print_json(&serde_json::json!({"signed": false})),
                        false => {
                            println!("Новая контрольная точка не нужна: сегодняшняя уже есть или журнал не вырос.")
                        }
                    }
                    return Ok(0);
                };
                let row = log::signed(&checkpoint, &keyring, &act)?;
                if desk.json {
                    print_json(&serde_json::json!({
                        "origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root, "note": row.note
                    }));
                } else {
                    print!("{}", row.note);
                }
                Ok(0)
            }
            Logged::Verify { checkpoint } => {
                let mut findings = log::verify(&house).await?;
                if let Some(old) = checkpoint {
                    findings.extend(against(&house, &read_checkpoint(&old, &house.config.school)?).await?.0);
                }
                let (size, root) = house.db.log_state().await?;
                let verdict = Verdict::of(&findings, false);
                if desk.json {
                    print_json(&serde_json::json!({
                        "verdict": verdict, "size": size, "root": root, "findings": findings
                    }));
                } else {
                    print_findings(&findings);
                    println!("Записей: {}   Корень: {root}", grouped(size));
                    println!("ВЫВОД: {}", verdict.as_russian());
                }
                Ok(verdict.exit_code())
            }
            Logged::Prove { entry } => {
                let index = entry_index(&house, entry.as_deref()).await?;
                match log::prove(&house, index, &desk.act(&house)).await? {
                    Some(proof) => {
                        print!("{}", proof.to_text());
                        Ok(0)
                    }
                    None => Err(Failure::Said(format!("в журнале событий нет записи {index}"))),
                }
            }
            Logged::Publish { folder } => {
                let published = publish::publish(&house, &folder).await?;
                if desk.json {
                    print_json(&serde_json::json!({"size": published.size, "added": published.added}));
                } else {
                    let (size, added) = (published.size, published.added as u64);
                    println!("Опубликовано записей: {}, новых файлов: {}.", grouped(size), grouped(added));
                }
                Ok(0)
            }
            Logged::List => list_log(desk, &house.db.list_log().await?),
        }
    }
}

/// Characters of a payload in the table; `--json` and `log prove` have it whole.
const PAYLOAD_SHOWN: usize = 160;

/// A number as it is, a sealed copy as its seal's entry, nothing as the last entry.
async fn entry_index(house: &House, entry: Option<&str>) -> Result<u64, Failure> {
    let Some(entry) = entry else { return Ok(house.db.log_state().await?.0.saturating_sub(1)) };
    if let Ok(index) = entry.parse() {
        return Ok(index);
    }
    let register = house.db.list_register().await?;
    let line = register.iter().rev().find(|row| row.line.id == entry);
    let proof = line.and_then(|row| LogProof::parse(&row.log_proof).ok());
    proof.map(|proof| proof.index).ok_or_else(|| {
        Failure::Said(format!("«{entry}» — не номер записи журнала событий (нужно целое число) и не скреплённая копия"))
    })
}

fn list_log(desk: &Desk, entries: &[crate::store::LogEntry]) -> Result<u8, Failure> {
    let payload = |entry: &crate::store::LogEntry| serde_json::from_str(&entry.payload).unwrap_or_default();
    if desk.json {
        let lines = entries.iter().map(|entry| EntryLine {
            index: entry.index,
            event: &entry.event,
            payload: payload(entry),
            leaf: &entry.leaf,
        });
        print_json(&lines.collect::<Vec<_>>());
        return Ok(0);
    }
    let mut table = Table::new(&["№", "Событие", "Содержание"]);
    for entry in entries {
        let digests = entry.payload.chars().count() > PAYLOAD_SHOWN;
        let shown: String = entry.payload.chars().take(PAYLOAD_SHOWN).collect();
        table.row(vec![entry.index.to_string(), entry.event.clone(), shown + if digests { "…" } else { "" }]);
    }
    table.print("Журнал событий пуст.");
    Ok(0)
}

/// `doctor`.
pub(super) async fn doctor(desk: &Desk) -> Result<u8, Failure> {
    let house = desk.house().await?;
    let diagnosis = examination::examine(&house, &desk.act(&house)).await?;
    let verdict = Verdict::of(&diagnosis.findings, false);
    if desk.json {
        let checked: serde_json::Map<String, serde_json::Value> =
            diagnosis.checked.iter().map(|(what, count)| ((*what).to_owned(), (*count).into())).collect();
        print_json(&serde_json::json!({"verdict": verdict, "checked": checked, "findings": diagnosis.findings}));
    } else {
        for (what, count) in &diagnosis.checked {
            println!("проверено, {what}: {}", grouped(*count as u64));
        }
        print_findings(&diagnosis.findings);
        let sound = "база данных, архив и журнал событий согласны между собой";
        println!("ВЫВОД: {}", if verdict == Verdict::Valid { sound } else { verdict.as_russian() });
    }
    Ok(verdict.exit_code())
}
