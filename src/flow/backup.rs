//! A copy of the whole house onto carriers: database, archive, keys, rules, and tables that anybody opens. Floor 2.
//!
//! ```text
//! dump (one moment) → files of that moment → tar, gzip, age → every carrier at once → read back → final name → row and event
//! ```
//!
//! | a crash in | leaves | next |
//! |---|---|---|
//! | the writing | a folder `.….part` on the carrier, a scratch folder in the house | nobody takes the part for a copy; the next backup clears both |
//! | before the row | a whole, signed copy that the house does not remember | comparison says so; the next backup is made as usual |

pub mod check;
mod files;
pub mod prune;
pub mod restore;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::carriers::{self, Presence, blocking};
use super::keys::Keyring;
use super::lock::Lock;
use super::{Act, Error, House, log, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{self, Digest};
use crate::domain::carrier::manifest::{FORMAT, Label, Manifest};
use crate::domain::carrier::{Carrier, Cause, Refusal};
use crate::domain::checkpoint::Checkpoint;
use crate::sign::keys::Ed25519Key;
use crate::sign::note;
use crate::store::{BackupRow, CodeRow, Db};
use crate::vault::backup::write::{Plan, Stream, Target, Writer, clear_unfinished};
use crate::vault::backup::{Fault, MANIFEST, PART_BYTES, README_TEXT, SUMS};
use crate::vault::durable;

/// Told of what is being done, of how many bytes, and of each that is.
pub trait Meter: Send + Sync {
    /// A stage with so many bytes begins.
    fn stage(&self, words: &str, bytes: u64);
    /// So many bytes more.
    fn read(&self, bytes: u64);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Meter for Silent {
    fn stage(&self, _: &str, _: u64) {}
    fn read(&self, _: u64) {}
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Carriers by identifier; empty for every one that has a folder.
    pub carriers: Vec<String>,
    /// Why.
    pub cause: Cause,
    /// Bytes of a part at most.
    pub part_bytes: u64,
}

impl Order {
    /// An order with parts as large as every disk takes.
    pub fn new(carriers: Vec<String>, cause: Cause) -> Self {
        Self { carriers, cause, part_bytes: PART_BYTES }
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Written {
    /// The row.
    pub row: BackupRow,
    /// Carriers with the folder of the copy.
    pub kept: Vec<(String, PathBuf)>,
    /// Carriers without it, each with why.
    pub failed: Vec<(String, String)>,
    /// Carriers that have it though the custody log had them out of the safe, one sentence each.
    pub outside: Vec<String>,
}

/// Writes a backup. One event `backup_written`. A carrier that is absent, full or pulled out is told of and does not stop the others.
///
/// # Errors
/// When the rules of carriers and rooms do not hold, there is no code, or no carrier has it whole.
pub async fn write(house: &House, order: &Order, act: &Act, meter: Arc<dyn Meter>) -> Result<Written, Error> {
    let Some(lock) = Lock::take(house, LOCK)? else {
        return Err(Error::Interrupted("резервная копия уже пишется другим процессом «Летописи»".to_owned()));
    };
    write_alone(house, order, act, meter, &lock).await
}

async fn write_alone(
    house: &House,
    order: &Order,
    act: &Act,
    meter: Arc<dyn Meter>,
    _lock: &Lock,
) -> Result<Written, Error> {
    let overview = carriers::overview(house, act.at.date_naive()).await?;
    if !overview.plan.holds() {
        let why = overview.plan.findings.iter().filter(|f| f.code.starts_with("plan.") && f.code != "plan.late");
        return Err(Refusal::Plan(why.map(|f| f.message.clone()).collect::<Vec<_>>().join("; ")).into());
    }
    let code = overview.codes.last().cloned().ok_or(Refusal::NoCode)?;
    let (targets, mut failed) = targets(house, &overview.carriers, &order.carriers)?;
    if targets.is_empty() {
        let said = failed.iter().map(|(_, why)| why.as_str()).collect::<Vec<_>>().join("; ");
        return Err(Refusal::Plan(format!("ни один носитель не подключён: {said}")).into());
    }
    for target in &targets {
        clear_unfinished(&target.folder, &house.config.school);
    }
    let scratch = house.root.join(SCRATCH);
    durable::remove_tree(&scratch)?;
    durable::create_own_folder(&scratch)?;
    let made = make(house, order, act, &code, targets, &meter).await;
    durable::remove_tree(&scratch)?;
    let (mut row, results) = made?;
    let mut kept = Vec::new();
    for (carrier, result) in results {
        match result {
            Ok(folder) => kept.push((carrier, folder)),
            Err(fault) => failed.push((carrier, fault.to_string())),
        }
    }
    if kept.is_empty() {
        let said = failed.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("; ");
        return Err(Error::Interrupted(format!("ни на одном носителе нет целой копии: {said}")));
    }
    row.carriers = kept.iter().map(|(carrier, _)| carrier.clone()).collect();
    record(house, &row, act).await?;
    let outside = carriers::outside(&overview.trips, std::slice::from_ref(&row));
    let outside = outside.iter().map(carriers::Outside::noted).collect();
    Ok(Written { row, kept, failed, outside })
}

/// Folder of the house in which a copy is put together.
const SCRATCH: &str = "backup-scratch";
/// Lock of whoever writes on carriers or takes copies off them; who holds it may clear the scratch folder.
const LOCK: &str = "backup.lock";
/// Folder of the house in which a restore is rehearsed.
pub const REHEARSAL: &str = "rehearsal-scratch";

async fn record(house: &House, row: &BackupRow, act: &Act) -> Result<(), Error> {
    let event = Event::new(EventKind::BackupWritten, &act.by, &act.moment())
        .with("backup", &row.id)
        .with("cause", row.cause.as_str())
        .with("sha256", &row.sha256)
        .with("manifest", &row.manifest)
        .with("carriers", row.carriers.join(" "))
        .with_number("code", row.code_no)
        .with_number("log_size", row.log_size);
    let mut tx = house.db.begin().await?;
    tx.record_backup(row).await?;
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

type Absent = Vec<(String, String)>;

/// The carriers asked for that are connected and are themselves, and the others with why not.
fn targets(house: &House, carriers: &[Carrier], asked: &[String]) -> Result<(Vec<Target>, Absent), Refusal> {
    let find = |name: &String| {
        let found = carriers.iter().find(|carrier| {
            carrier.id == *name || (!carrier.path.is_empty() && carrier.path == name.trim_end_matches('/'))
        });
        found.ok_or_else(|| Refusal::Unknown(name.clone()))
    };
    let chosen: Vec<&Carrier> = match asked.is_empty() {
        true => carriers.iter().filter(|carrier| carrier.takes_copies() && !carrier.path.is_empty()).collect(),
        false => asked.iter().map(find).collect::<Result<_, _>>()?,
    };
    let (mut targets, mut absent): (Vec<Target>, Absent) = (Vec::new(), Vec::new());
    for carrier in chosen {
        if targets.iter().any(|target| target.name == carrier.id) {
            continue;
        }
        let id = carrier.id.clone();
        match presence(house, carrier) {
            Ok(()) => targets.push(Target { name: id, folder: PathBuf::from(&carrier.path) }),
            Err(why) => absent.push((id, why)),
        }
    }
    Ok((targets, absent))
}

/// Why a carrier cannot be written on, in one sentence.
pub fn presence(house: &House, carrier: &Carrier) -> Result<(), String> {
    if !carrier.takes_copies() {
        return Err(format!("носитель {}: {} для копий не служит", carrier.id, carrier.kind.as_russian()));
    }
    match carriers::presence(house, carrier) {
        Presence::There => Ok(()),
        Presence::Absent if carrier.path.is_empty() => {
            Err(format!("носитель {}: не указана папка, в которой он появляется", carrier.id))
        }
        Presence::Absent => Err(format!("носитель {} не подключён: в папке {} его нет", carrier.id, carrier.path)),
        Presence::Swapped => Err(format!("в папке {} подключён другой носитель, а не {}", carrier.path, carrier.id)),
    }
}

/// Stops the writing thread when whoever waits for it is gone.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

type Results = Vec<(String, Result<PathBuf, Fault>)>;

async fn make(
    house: &House,
    order: &Order,
    act: &Act,
    code: &CodeRow,
    targets: Vec<Target>,
    meter: &Arc<dyn Meter>,
) -> Result<(BackupRow, Results), Error> {
    let keyring = Keyring::open(house).await?;
    let log_key = keyring.log_key()?;
    meter.stage("Снимок базы данных", 0);
    let dump = house.root.join(SCRATCH).join("letopis.db");
    house.db.dump(&dump).await?;
    let copy = Db::open_file(&dump, &house.config.school).await?;
    let gathered = files::gather(house, &copy, order.cause).await;
    let (size, root) = copy.log_state().await?;
    copy.close().await;
    let gathered = gathered?;
    let checkpoint = Checkpoint { origin: house.config.school.clone(), size, root };
    let checkpoint = log::signed(&checkpoint, &keyring, act)?;
    house.db.keep_checkpoint(&checkpoint).await?;

    let id = free_id(house, act, &targets).await?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        school: house.config.school.clone(),
        id,
        at: act.moment(),
        cause: order.cause.as_str().to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        members: Vec::new(),
        tables: gathered.tables,
        log_size: size,
        log_root: root,
        checkpoint: checkpoint.note,
        records: gathered.records,
        periods: gathered.periods,
    };
    let (stop, moment) = (Arc::new(AtomicBool::new(false)), act.at.timestamp());
    let guard = Stop(Arc::clone(&stop));
    meter.stage("Запись на носители", gathered.bytes + std::fs::metadata(&dump).map_or(0, |told| told.len()));
    let job = Writing {
        manifest,
        cause: order.cause,
        by: act.by.clone(),
        // A moment before 1970 is no moment of a school.
        mtime: u64::try_from(moment).unwrap_or_default(),
        part_bytes: order.part_bytes,
        dump,
        files: gathered.files,
        texts: gathered.texts,
        code: code.clone(),
        log_key,
        stop,
        meter: Arc::clone(meter),
    };
    let written = blocking(move || job.run(&targets)).await?;
    drop(guard);
    written
}

/// One stream onto every carrier: what the writing thread is given.
struct Writing {
    /// Whole but for its members, which the stream tells.
    manifest: Manifest,
    cause: Cause,
    by: String,
    /// Seconds since 1970 UTC; every member bears it.
    mtime: u64,
    part_bytes: u64,
    dump: PathBuf,
    files: Vec<(String, PathBuf)>,
    texts: Vec<(String, Vec<u8>)>,
    code: CodeRow,
    log_key: Ed25519Key,
    stop: Arc<AtomicBool>,
    meter: Arc<dyn Meter>,
}

impl Writing {
    fn run(mut self, targets: &[Target]) -> Result<(BackupRow, Results), Error> {
        let told = |bytes: u64| self.meter.read(bytes);
        let id = self.manifest.id.clone();
        let plan = Plan {
            name: &id,
            recipient: &self.code.recipient,
            mtime: self.mtime,
            part_bytes: self.part_bytes,
            stop: &self.stop,
            progress: &told,
        };
        let mut writer = Writer::begin(&plan, targets)?;
        writer.file("letopis.db", &self.dump)?;
        for (path, from) in &self.files {
            writer.file(path, from)?;
        }
        for (path, bytes) in &self.texts {
            writer.bytes(path, bytes)?;
        }
        self.manifest.members = writer.members().to_vec();
        let signed = self.note(&canon::to_text(&self.manifest));
        let mut sums: String =
            self.manifest.members.iter().map(|one| format!("{}  {}\n", one.sha256, one.path)).collect();
        sums.push_str(&format!("{}  {MANIFEST}\n", Digest::of(signed.as_bytes())));
        writer.bytes(MANIFEST, signed.as_bytes())?;
        writer.bytes(SUMS, sums.as_bytes())?;
        let stream: Stream = writer.end()?;
        let sealed = STANDARD.decode(&self.code.sealed_key).map_err(|error| Fault::Key(error.to_string()))?;
        let label = self.label(&stream, Digest::of(signed.as_bytes()), Digest::of(&sealed));
        let row = self.row(&label);
        self.meter.stage("Чтение записанного и сверка", 0);
        Ok((row, stream.keep(&id, &sealed, &self.note(&canon::to_text(&label)))))
    }

    /// A canonical text as a note signed with the log's key.
    fn note(&self, text: &str) -> String {
        note::sign_note(&format!("{text}\n"), &self.manifest.school, &self.log_key)
    }

    fn label(&self, stream: &Stream, manifest: Digest, key_sha256: Digest) -> Label {
        Label {
            format: FORMAT.to_owned(),
            school: self.manifest.school.clone(),
            id: self.manifest.id.clone(),
            at: self.manifest.at.clone(),
            cause: self.manifest.cause.clone(),
            code_no: self.code.no,
            parts: stream.parts.clone(),
            sha256: stream.sha256,
            key_sha256,
            readme_sha256: Some(Digest::of(README_TEXT.as_bytes())),
            manifest,
            log_size: self.manifest.log_size,
            log_root: self.manifest.log_root,
            log_key: STANDARD.encode(self.log_key.public_key()),
        }
    }

    fn row(&self, label: &Label) -> BackupRow {
        BackupRow {
            id: label.id.clone(),
            cause: self.cause,
            at: label.at.clone(),
            by: self.by.clone(),
            code_no: label.code_no,
            bytes: label.bytes(),
            parts: label.parts.len() as u64,
            sha256: label.sha256.to_hex(),
            manifest: label.manifest.to_hex(),
            members: self.manifest.members.len() as u64,
            rows: self.manifest.rows(),
            log_size: label.log_size,
            log_root: label.log_root.to_hex(),
            periods: self.manifest.periods.join("; "),
            carriers: Vec::new(),
        }
    }
}

/// The name of a copy: school and second, numbered when that second has one already, in the house or on a carrier: a copy whose writer
/// was killed before the row stands there under its name.
async fn free_id(house: &House, act: &Act, targets: &[Target]) -> Result<String, Error> {
    let taken: Vec<String> = house.db.list_backups().await?.into_iter().map(|row| row.id).collect();
    let second = format!("letopis-{}-{}", house.config.school, act.at.format("%Y%m%d-%H%M%S"));
    let numbered = (2..).map(|no| format!("{second}-{no}"));
    let mut names = std::iter::once(second.clone()).chain(numbered);
    let stands = |name: &String| targets.iter().any(|target| target.folder.join(name).exists());
    Ok(names.find(|name| !taken.contains(name) && !stands(name)).unwrap_or(second))
}

/// The duties of today, one after another, for `serve`: each onto every connected carrier that owes it. A school without carriers, code or
/// keys has chosen nothing yet and is told nothing; where another process of the house writes, this one leaves it to that.
///
/// # Errors
/// As [`write`].
pub async fn daily(house: &House, act: &Act) -> Result<Vec<Written>, Error> {
    let today = act.at.date_naive();
    let overview = carriers::overview(house, today).await?;
    if !overview.codes.is_empty() && overview.plan.holds() {
        for carrier in awaited(house, &overview) {
            tracing::warn!(carrier, "a copy is due and the carrier is not connected");
        }
    }
    if owed(house, &overview).is_empty() || overview.codes.is_empty() || !overview.plan.holds() {
        return Ok(Vec::new());
    }
    let Some(lock) = Lock::take(house, LOCK)? else { return Ok(Vec::new()) };
    // Looked at again under the lock: what the other process has written meanwhile is no longer owed.
    let owed = owed(house, &carriers::overview(house, today).await?);
    let mut written: Vec<Written> = Vec::new();
    // One copy answers every duty that is due: a period's set is an archive too, and either is a backup; both are kept for good.
    for cause in [Cause::Period, Cause::Month, Cause::Week] {
        let has = |id: &String| written.iter().any(|one| one.row.carriers.contains(id));
        let asked = owed.iter().filter(|(due, id)| *due == cause && !has(id));
        let asked: Vec<String> = asked.map(|(_, id)| id.clone()).collect();
        if asked.is_empty() {
            continue;
        }
        let at = act.at + chrono::Duration::seconds(written.len() as i64);
        let act = Act { by: act.by.clone(), at };
        written.push(write_alone(house, &Order::new(asked, cause), &act, Arc::new(Silent), &lock).await?);
    }
    Ok(written)
}

/// Carriers that owe a copy and cannot be written on now, each once.
fn awaited<'o>(house: &House, overview: &'o carriers::Overview) -> std::collections::BTreeSet<&'o str> {
    let is_away = |id: &str| {
        overview.carrier(id).is_ok_and(|carrier| carrier.is_written_on() && presence(house, carrier).is_err())
    };
    overview.owed.iter().map(|(_, id)| id.as_str()).filter(|id| is_away(id)).collect()
}

/// What connected carriers owe. One that is absent is waited for; the page of carriers and the program's log name it.
fn owed(house: &House, overview: &carriers::Overview) -> Vec<(Cause, String)> {
    let there = |id: &str| overview.carrier(id).is_ok_and(|carrier| presence(house, carrier).is_ok());
    overview.owed.iter().filter(|(_, id)| there(id)).cloned().collect()
}
