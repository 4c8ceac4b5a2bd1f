//! A house out of a copy: unpacked beside its place, looked at as a rehearsal does, and only then given its name. Floor 2.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::super::log::Printed;
use super::super::{Act, Error, keys, salt};
use super::Meter;
use super::check::{self, Report};
use crate::config::{self, Config};
use crate::domain::audit::{Event, EventKind};
use crate::domain::carrier::Refusal;
use crate::domain::carrier::manifest::Coverage;
use crate::domain::finding::{Finding, Severity, Verdict};
use crate::domain::words;
use crate::store::Db;
use crate::vault::backup::read;
use crate::vault::durable;

/// How a house is to be restored.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The copy, or the carrier whose newest copy is meant.
    pub from: PathBuf,
    /// Folder of the new house: absent, or empty.
    pub to: PathBuf,
    /// `postgres://…` to restore into; the file in the folder otherwise.
    pub database: Option<String>,
    /// A checkpoint on paper that the copy must contain.
    pub printed: Option<Printed>,
    /// Restore although something newer is known.
    pub older: bool,
}

/// Restores a house. One event `house_restored` in the restored log.
///
/// # Errors
/// When the place is taken, the code is another, the disk full, or something newer is known; a copy that is not whole gives a report
/// with findings and no house.
pub async fn restore(wanted: &Wanted, code: String, act: &Act, meter: Arc<dyn Meter>) -> Result<Report, Error> {
    let began = Instant::now();
    if wanted.to.exists() {
        let mut entries =
            std::fs::read_dir(&wanted.to).map_err(|source| Error::File { path: wanted.to.clone(), source })?;
        if entries.next().is_some() {
            return Err(Error::NotEmpty(wanted.to.clone()));
        }
    }
    let found = check::find(&wanted.from, None)?;
    let mut findings = newer(&found, wanted);
    if findings.iter().any(|finding| finding.severity >= Severity::Error) && !wanted.older {
        let said = findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("; ");
        return Err(Refusal::Older(said).into());
    }
    findings.iter_mut().for_each(|finding| finding.severity = Severity::Warning);
    let parts = found.label.parts.len() as u64;
    let mut coverage = Coverage {
        school: found.label.school.clone(),
        backup: found.label.id.clone(),
        made_at: found.label.at.clone(),
        parts: (parts, parts),
        bytes: found.label.bytes(),
        ..Coverage::default()
    };
    // Without a house the key is that of the copy itself; a label that even this one has not signed restores nothing.
    check::label_of(None, &found, &mut coverage, &mut findings).await?;
    let to = std::path::absolute(&wanted.to).unwrap_or_else(|_| wanted.to.clone());
    let name = to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Beside its place, so that the last step is one rename; a crash leaves a folder that no command takes for a house.
    let beside = to.with_file_name(format!(".{name}.restoring"));
    durable::remove_tree(&beside)?;
    std::fs::create_dir_all(&beside).map_err(|source| Error::File { path: beside.clone(), source })?;
    let built = build(wanted, &found, code, &beside, act, &meter, &mut coverage, &mut findings).await;
    let whole = matches!(built, Ok(true));
    if whole {
        if to.exists() {
            std::fs::remove_dir(&to).map_err(|source| Error::File { path: to.clone(), source })?;
        }
        durable::move_into_place(&beside, &to)?;
    } else {
        durable::remove_tree(&beside)?;
    }
    built?;
    coverage.seconds = began.elapsed().as_secs();
    let verdict = Verdict::of(&findings, false);
    Ok(Report { folder: found.folder.clone(), label: found.label, coverage, findings, verdict })
}

/// Newer copies beside this one, and a checkpoint on paper that this one is too old for: what would be lost.
fn newer(found: &read::Found, wanted: &Wanted) -> Vec<Finding> {
    let mut findings = Vec::new();
    let beside = found.folder.parent().map(read::list).unwrap_or_default();
    let later = |other: &&read::Found| {
        other.label.school == found.label.school
            && other.label.log_size > found.label.log_size
            && other.folder != found.folder
    };
    if let Some(other) = beside.iter().filter(later).max_by_key(|other| other.label.log_size) {
        let message = format!(
            "на этом носителе есть более новая копия, {}: восстановление из старой потеряет записанное после неё (ключ --older)",
            other.label.id
        );
        findings.push(Finding::new("backup.newer-copy", "носитель", message));
    }
    if let Some(printed) = &wanted.printed
        && printed.size > found.label.log_size
    {
        let message = format!(
            "копия старее отметки на бумаге: в журнале событий копии {}, на бумаге — {}; найдите более новую копию (ключ --older)",
            words::count(found.label.log_size, "запись", "записи", "записей"),
            printed.size
        );
        findings.push(Finding::new("backup.older-than-paper", "бумага", message));
    }
    findings
}

/// Unpacks, looks, loads and settles; `false` when the copy is not whole.
#[allow(clippy::too_many_arguments)] // one call, and each is another thing
async fn build(
    wanted: &Wanted,
    found: &read::Found,
    code: String,
    beside: &Path,
    act: &Act,
    meter: &Arc<dyn Meter>,
    coverage: &mut Coverage,
    findings: &mut Vec<Finding>,
) -> Result<bool, Error> {
    let unpacked = match check::open(found, code, Some(beside.to_owned()), meter).await {
        Ok(unpacked) => unpacked,
        Err(fault) => {
            // Which part it is, the comparison with the label says; a wrong code and a failing disk stay errors.
            findings.push(check::not_opened(fault)?);
            let (seen, of_parts) = check::outside(found, meter).await?;
            coverage.parts = seen.parts;
            findings.extend(of_parts);
            return Ok(false);
        }
    };
    let Some(manifest) = check::manifest_of(found, &unpacked, coverage, findings) else { return Ok(false) };
    check::examine(beside, &manifest, coverage, findings, meter).await?;
    if let Some(printed) = &wanted.printed {
        let db = Db::open_file(&beside.join("letopis.db"), &manifest.school).await?;
        let replay = db.replay_log(printed.size).await;
        db.close().await;
        if replay?.root_then.is_some_and(|root| !root.to_hex().starts_with(&printed.root)) {
            let message = "журнал событий в копии не содержит отметки, напечатанной на бумаге: он переписан";
            findings.push(Finding::new("log.rewritten", "бумага", message));
        }
    }
    if findings.iter().any(|finding| finding.severity >= Severity::Error) {
        return Ok(false);
    }
    meter.stage("Последние шаги", 0);
    for folder in ["keys", "bundles", "issued", "staging", "archive"] {
        let path = beside.join(folder);
        std::fs::create_dir_all(&path).map_err(|source| Error::File { path, source })?;
    }
    keys::guard_folder(&beside.join("keys"))?;
    let file = beside.join("letopis.db");
    let db = match &wanted.database {
        None => Db::open_file(&file, &manifest.school).await?,
        Some(url) => {
            let db = Db::open(url, &manifest.school).await?;
            if db.find_school().await?.is_some() {
                db.close().await;
                return Err(Error::Damaged(format!("в этой базе данных уже есть школа {}", manifest.school)));
            }
            db.load_dump(&file).await?;
            db
        }
    };
    db.settle_restored(&act.moment(), act.at.timestamp()).await?;
    let event = Event::new(EventKind::HouseRestored, &act.by, &act.moment())
        .with("backup", &manifest.id)
        .with("made_at", &manifest.at)
        .with_number("log_size", manifest.log_size)
        .with_digest("log_root", manifest.log_root);
    db.begin().await?.record(&event, salt()?).await?.commit().await?;
    db.close().await;
    if let Some(url) = &wanted.database {
        for name in ["letopis.db", "letopis.db-wal", "letopis.db-shm"] {
            let _ = std::fs::remove_file(beside.join(name));
        }
        on_database(beside, url)?;
    }
    durable::sync_tree(beside)?;
    Ok(true)
}

/// Writes the address of the database into the restored settings.
fn on_database(house: &Path, url: &str) -> Result<(), Error> {
    let path = house.join(config::FILE);
    let text = config::with_database(house, url)?;
    std::fs::write(&path, text).map_err(|source| Error::File { path, source })?;
    Config::read(house)?;
    Ok(())
}
