//! The kinds of long work, and what each does. Floor 2.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::super::close::{self, Closing};
use super::super::{Act, Error, House, import, issue, scans, seal};
use super::Progress;
use super::listed::{self, Listed};
use crate::domain::canon::{self, Digest};
use crate::domain::copy::State;
use crate::domain::finding::{Finding, Severity};
use crate::domain::period;
use crate::domain::rights::Action;
use crate::domain::words;
use crate::store::CopyRow;

/// One piece of long work with its arguments; no names of people are among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Closes a period of several classes, one after another.
    CloseAll {
        /// School year.
        year: String,
        /// Period's id, or `Y`.
        period: String,
        /// Class names; empty = every class that has the period.
        classes: Vec<String>,
        /// Ground of closing in spite of findings, may be empty.
        ground: String,
    },
    /// Issues every frozen copy: no page asks for it, a queue of an earlier version of the program may.
    IssueAll,
    /// Issues the frozen copies that a page listed when its button was pressed.
    Issue {
        /// The copies as they were shown.
        copies: Vec<Listed>,
    },
    /// Seals every copy that is signed by everybody, asked for as [`Work::IssueAll`] is.
    SealAll,
    /// Seals the signed copies that a page listed when its button was pressed, and none that was signed later.
    Seal {
        /// The copies as they were shown.
        copies: Vec<Listed>,
    },
    /// Writes a backup.
    Backup {
        /// Carriers by identifier; empty = every one that has a folder.
        carriers: Vec<String>,
        /// Word of the cause.
        cause: String,
    },
    /// Compares a copy on a carrier with the house.
    CompareCarrier {
        /// Carrier.
        carrier: String,
        /// Copy; empty: the newest one there.
        #[serde(default)]
        backup: String,
    },
    /// Takes old copies off carriers by the school's rule.
    PruneBackups {
        /// Carrier and copy, as they were listed before whoever asked.
        copies: Vec<(String, String)>,
    },
    /// Rehearses a restore from a carrier.
    Rehearse {
        /// Carrier.
        carrier: String,
        /// Ticket of the code, which is in memory alone.
        ticket: String,
    },
    /// Imports a bundle that lies in the house's folder `incoming`.
    Import {
        /// Name of the zip there: its own SHA-256.
        file: String,
    },
    /// Reads scans that lie in the house's folder `incoming` and files their pages.
    ReadScans {
        /// The files.
        files: Vec<Incoming>,
        /// Day beside the signatures, `2025-10-27`; empty: today.
        #[serde(default)]
        signed_on: String,
    },
    /// Compares the filed pages of files of scans with the pages that were issued.
    CompareScans {
        /// SHA-256 of the files.
        files: Vec<String>,
    },
}

/// A file that waits in `incoming`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// Its name there: its own SHA-256.
    pub file: String,
    /// Name as it was given, for people.
    pub name: String,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The sentence that answers «что вышло?».
    pub said: String,
    /// What did not go through, each with its reason.
    pub refused: Vec<Refused>,
    /// Was nothing done at all, so that there is nothing to go on with?
    #[serde(default)]
    pub nothing: bool,
    /// Does the list say what was found, all having been done?
    #[serde(default)]
    pub found: bool,
}

/// One thing that did not go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Class, copy or file.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Outcome {
    pub(super) fn said(said: String) -> Self {
        Self { said, refused: Vec::new(), nothing: false, found: false }
    }

    pub(super) fn refusing(self, refused: impl IntoIterator<Item = Refused>) -> Self {
        Self { refused: refused.into_iter().collect(), ..self }
    }
}

impl Work {
    /// [`Work::kind`] of sealing, be it of every copy or of those that were listed; a worker of its own takes it.
    pub const SEAL: &'static str = "seal_all";
    /// [`Work::kind`] of reading scans, for the page that shows it.
    pub const READ_SCANS: &'static str = "read_scans";
    /// The same of comparing them.
    pub const COMPARE_SCANS: &'static str = "compare_scans";

    /// Word of the store and the interface.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CloseAll { .. } => "close_all",
            Self::IssueAll | Self::Issue { .. } => "issue_all",
            Self::SealAll | Self::Seal { .. } => Self::SEAL,
            Self::Import { .. } => "import",
            Self::Backup { .. } => "backup",
            Self::CompareCarrier { .. } => "compare_carrier",
            Self::PruneBackups { .. } => "prune_backups",
            Self::Rehearse { .. } => "rehearse",
            Self::ReadScans { .. } => Self::READ_SCANS,
            Self::CompareScans { .. } => Self::COMPARE_SCANS,
        }
    }

    /// «Закрытие периода»; for a word that this version does not know, the word itself.
    pub fn kind_as_russian(kind: &str) -> &str {
        match kind {
            "close_all" => "Закрытие периода",
            "issue_all" => "Выпуск копий",
            Self::SEAL => "Печать школы и реестр",
            "import" => "Загрузка набора данных",
            "backup" => "Запись резервной копии",
            "compare_carrier" => "Сверка носителя с записями «Летописи»",
            "prune_backups" => "Удаление прежних резервных копий",
            "rehearse" => "Пробное восстановление",
            Self::READ_SCANS => "Разбор сканов",
            Self::COMPARE_SCANS => "Сравнение сканов с выпущенными страницами",
            other => other,
        }
    }

    /// The name under which only one of it may be open: the work with what it was asked for. What differs in anything is other work and
    /// waits for its turn, so that nobody's press is taken for somebody else's.
    pub(super) fn once(&self) -> String {
        match self {
            // They take whatever is ready, however often they are asked.
            Self::IssueAll | Self::SealAll => self.kind().to_owned(),
            // The file, not the name it was dropped under: once read it is gone from `incoming`.
            Self::ReadScans { files, .. } => {
                let names: Vec<&str> = files.iter().map(|file| file.file.as_str()).collect();
                format!("{} {}", self.kind(), Digest::of(names.join(" ").as_bytes()).prefix())
            }
            _ => format!("{} {}", self.kind(), Digest::of(canon::to_text(self).as_bytes()).prefix()),
        }
    }

    /// What whoever asks for it must be allowed to do.
    pub fn action(&self) -> Action {
        match self {
            Self::CloseAll { .. } | Self::IssueAll | Self::Issue { .. } => Action::IssueCopies,
            Self::SealAll | Self::Seal { .. } => Action::SealCopies,
            Self::Import { .. } => Action::ImportData,
            Self::Backup { .. } | Self::CompareCarrier { .. } => Action::RunBackups,
            Self::PruneBackups { .. } => Action::PruneBackups,
            Self::Rehearse { .. } => Action::HoldCode,
            Self::ReadScans { .. } | Self::CompareScans { .. } => Action::ReceivePaper,
        }
    }
}

/// «5 копий».
pub(super) fn count(n: u64, one: &str, few: &str, many: &str) -> String {
    format!("{n}\u{a0}{}", words::plural(n, one, few, many))
}

pub(super) async fn perform(house: &House, work: &Work, act: &Act, progress: &Arc<Progress>) -> Result<Outcome, Error> {
    match work {
        Work::CloseAll { year, period, classes, ground } => {
            close_all(house, &Ordered { year, period, classes, ground }, act, progress).await
        }
        Work::IssueAll => issue_all(house, act, progress).await,
        Work::Issue { copies } => listed::issue(house, copies, act, progress).await,
        Work::SealAll => seal_all(house, act, progress).await,
        Work::Seal { copies } => listed::seal(house, copies, act, progress).await,
        Work::Import { file } => import_file(house, file, act, progress).await,
        Work::Backup { carriers, cause } => super::carriers::write(house, carriers, cause, act, progress).await,
        Work::PruneBackups { copies } => super::carriers::prune(house, copies, act, progress).await,
        Work::CompareCarrier { carrier, backup } => {
            super::carriers::compare(house, carrier, backup, act, progress).await
        }
        Work::Rehearse { carrier, ticket } => super::carriers::rehearse(house, carrier, ticket, act, progress).await,
        Work::ReadScans { files, signed_on } => read_scans(house, (files, signed_on), act, progress).await,
        Work::CompareScans { files } => compare_scans(house, files, act, progress).await,
    }
}

/// What [`Work::CloseAll`] was asked for.
struct Ordered<'a> {
    year: &'a str,
    period: &'a str,
    classes: &'a [String],
    ground: &'a str,
}

/// Class by class, each in a transaction of its own: a stop in the middle leaves whole classes, and the next attempt skips them.
async fn close_all(house: &House, ordered: &Ordered<'_>, act: &Act, progress: &Progress) -> Result<Outcome, Error> {
    let journal = house.db.load_journal(ordered.year).await?;
    period::begun(&journal, ordered.period, act.at.date_naive())?;
    let has = |class: &&crate::domain::journal::Class| period::span(&journal, class, ordered.period).is_ok();
    let asked =
        |class: &&crate::domain::journal::Class| ordered.classes.is_empty() || ordered.classes.contains(&class.name);
    let classes: Vec<String> =
        journal.classes_in_order().into_iter().filter(asked).filter(has).map(|class| class.name.clone()).collect();
    progress.stage("Закрытие периода по классам", classes.len() as u64);
    let (mut closed, mut before, mut refused) = (0_u64, 0_u64, Vec::new());
    for class in classes {
        let closing = Closing {
            year: ordered.year.to_owned(),
            period: ordered.period.to_owned(),
            classes: vec![class],
            ground: Some(ordered.ground.to_owned()).filter(|ground| !ground.is_empty()),
        };
        for one in close::close(house, &closing, act).await? {
            match one.copy {
                Some(_) if one.already => before += 1,
                Some(_) => closed += 1,
                None => refused.push(Refused { what: one.class, why: reasons(&one.findings) }),
            }
        }
        progress.step();
    }
    let mut said = match (closed, refused.len() as u64) {
        (0, lacking @ 1..) => format!(
            "Период не закрыт: записей не хватает у {}. Закрыть неполный журнал можно с основанием: страница «Полнота журнала».",
            count(lacking, "класса", "классов", "классов")
        ),
        _ => format!("Закрыт период у {}.", count(closed, "класса", "классов", "классов")),
    };
    if before > 0 {
        said.push_str(&format!(" Закрыт раньше у {}.", count(before, "класса", "классов", "классов")));
    }
    Ok(Outcome { nothing: closed == 0 && !refused.is_empty(), ..Outcome::said(said).refusing(refused) })
}

/// The first reasons of a refusal and how many more there are; the page «Полнота журнала» shows all of them.
fn reasons(findings: &[Finding]) -> String {
    let findings: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    // Three tell what it is about; a class without marks has hundreds.
    const SHOWN: usize = 3;
    let shown: Vec<String> = findings.iter().take(SHOWN).map(|f| format!("{}: {}", f.place, f.message)).collect();
    match findings.len().saturating_sub(SHOWN) {
        0 => shown.join("; "),
        more => format!("{}; и ещё {more}: весь перечень на странице «Полнота журнала»", shown.join("; ")),
    }
}

/// Last versions of copies in a state.
async fn in_state(house: &House, state: State) -> Result<Vec<CopyRow>, Error> {
    let mut last: Vec<CopyRow> = Vec::new();
    // Rows come by identifier and version, so a later version follows the earlier one.
    for row in house.db.list_copies().await? {
        if last.last().is_some_and(|before| before.id == row.id) {
            last.pop();
        }
        last.push(row);
    }
    Ok(last.into_iter().filter(|row| row.state == state).collect())
}

/// Until nothing waits: a period that is closed meanwhile is issued too, since whoever pressed for it was led to this very job.
async fn issue_all(house: &House, act: &Act, progress: &Progress) -> Result<Outcome, Error> {
    let mut issued = 0;
    loop {
        let rows = in_state(house, State::Frozen).await?;
        if rows.is_empty() {
            break;
        }
        progress.stage("Вёрстка копий", rows.len() as u64);
        issued += issue::issue(house, &rows, act, |_| progress.step()).await?.len() as u64;
    }
    Ok(Outcome::said(format!("Выпущено: {}.", count(issued, "копия", "копии", "копий"))))
}

async fn seal_all(house: &House, act: &Act, progress: &Progress) -> Result<Outcome, Error> {
    let mut sealed = 0;
    loop {
        let rows = in_state(house, State::Signed).await?;
        if rows.is_empty() {
            break;
        }
        progress.stage("Печать и реестр", rows.len() as u64);
        sealed += seal::seal(house, &rows, act, |_| progress.step()).await?.len() as u64;
    }
    let counted = count(sealed, "копия", "копии", "копий");
    Ok(Outcome::said(format!("Скреплено печатью: {counted}.")))
}

async fn import_file(house: &House, file: &str, act: &Act, progress: &Progress) -> Result<Outcome, Error> {
    progress.stage("Проверка и загрузка набора", 1);
    let outcome = import::import(house, &house.incoming().join(file), false, act).await?;
    progress.step();
    Ok(match outcome {
        import::Outcome::Refused(findings) => {
            let counted = count(findings.len() as u64, "замечание", "замечания", "замечаний");
            let refused = findings.iter().map(|f| Refused { what: f.place.clone(), why: f.message.clone() });
            Outcome {
                nothing: true, ..Outcome::said(format!("Набор не загружен: {counted}.")).refusing(refused)
            }
        }
        import::Outcome::Unchanged { .. } => {
            Outcome::said("Этот же набор уже загружен: ничего не изменилось.".to_owned())
        }
        import::Outcome::Imported(imported) | import::Outcome::WouldImport(imported) => {
            let rows = count(imported.written as u64, "строка", "строки", "строк");
            Outcome::said(format!("Набор загружен: изменено — {rows}, учебный год {}.", imported.year))
        }
    })
}

/// File after file, each in a transaction of its own: what was read before a stop is kept, and the next attempt finds it done.
async fn read_scans(
    house: &House,
    (files, signed_on): (&[Incoming], &str),
    act: &Act,
    progress: &Progress,
) -> Result<Outcome, Error> {
    const READING: &str = "Разбор сканов: файлы";
    progress.stage(READING, files.len() as u64);
    let (mut filed, mut refused, mut completed, mut kept) = (0, Vec::new(), Vec::new(), Vec::new());
    let is_comparing = AtomicBool::new(false);
    // With the last sheet of a stage on paper its pages are compared at once: that takes longer than reading the file.
    let compared = |done: usize, all: usize| match done {
        0 => {
            is_comparing.store(true, Ordering::Relaxed);
            progress.stage("Сравнение листов ступени на бумаге: страницы", all as u64);
        }
        _ => progress.step(),
    };
    for (read, file) in files.iter().enumerate() {
        if is_comparing.swap(false, Ordering::Relaxed) {
            progress.stage(READING, files.len() as u64);
            (0..read).for_each(|_| progress.step());
        }
        let path = house.incoming().join(&file.file);
        let bytes = super::super::read_file(&path)?;
        let given = scans::Given { name: file.name.clone(), bytes, signed_on: signed_on.parse().ok() };
        let taken = scans::take(house, given, act, compared).await?;
        completed.extend(taken.completed.iter().map(ToString::to_string));
        kept.extend(taken.file.as_ref().map(|file| file.digest.clone()));
        filed += if taken.again { 0 } else { taken.filed() };
        refused.extend(taken.findings.into_iter().map(|finding| Refused { what: finding.place, why: finding.message }));
        if !is_comparing.load(Ordering::Relaxed) {
            progress.step();
        }
    }
    // Work of its own: where the sheets belong is told at once, and comparing them takes a good part of a second each.
    if !kept.is_empty() {
        super::queue(house, &Work::CompareScans { files: kept }, act).await?;
    }
    // Only when everything is taken: until then another attempt needs them. One that is not there any more is no harm.
    for file in files {
        let _ = std::fs::remove_file(house.incoming().join(&file.file));
    }
    let pages = words::count(filed as u64, "страница", "страницы", "страниц");
    let files = words::count(files.len() as u64, "файл", "файла", "файлов");
    let mut said = format!("Прочитано: {files}. Разложено по копиям: {pages}.");
    for one in completed {
        said.push(' ');
        said.push_str(&one);
    }
    Ok(Outcome::said(said).refusing(refused))
}

async fn compare_scans(house: &House, files: &[String], act: &Act, progress: &Progress) -> Result<Outcome, Error> {
    let told = |done: usize, all: usize| match done {
        0 => progress.stage("Сравнение сканов: страницы", all as u64),
        _ => progress.step(),
    };
    let found = scans::compare_files(house, files, act, told).await?;
    let pages = words::count(found.compared as u64, "страница", "страницы", "страниц");
    let said =
        format!("Сравнено с выпущенными: {pages}, с отличиями: {}, не сравнено: {}.", found.differing, found.not);
    let is_whole = found.not == 0;
    let refused = found.findings.into_iter().map(|finding| Refused { what: finding.place, why: finding.message });
    Ok(Outcome { found: is_whole, ..Outcome::said(said).refusing(refused) })
}

/// Queues what the comparison of today has not seen: scans from before it, and those whose comparison was cut off for good.
///
/// # Errors
/// Of the store.
pub async fn queue_uncompared(house: &House, act: &Act) -> Result<(), Error> {
    let files = scans::uncompared(house).await?;
    if !files.is_empty() {
        super::queue(house, &Work::CompareScans { files }, act).await?;
    }
    Ok(())
}
