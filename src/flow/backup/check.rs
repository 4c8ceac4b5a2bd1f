//! Is a copy on a carrier what the house wrote, and would it come back? Comparison, opening, rehearsal. Floor 2.
//!
//! | given | looked at |
//! |---|---|
//! | the carrier | every byte against its label, the label's signature |
//! | and the house | what the house wrote down then; whether its log still contains the copy's |
//! | and the code | every file against the manifest, the manifest's signature |
//! | and a scratch folder | the database opened: its file, guards, rows, log; sealed records verified whole |

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::super::carriers::{self, blocking};
use super::super::verify::{self, VerifyOptions};
use super::super::{Act, Error, House, keys, log, salt};
use super::Meter;
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{self, Digest};
use crate::domain::carrier::Refusal;
use crate::domain::carrier::manifest::{Coverage, FORMAT, Fault, Label, Manifest};
use crate::domain::finding::{Finding, Severity, Verdict};
use crate::domain::words;
use crate::sign::certificate::from_pem;
use crate::sign::note;
use crate::store::{CheckRow, Db};
use crate::vault::backup::read::{self, Found, Unpacked};
use crate::vault::{self, durable};

/// Records of the archive verified whole in a rehearsal: of a larger archive so many are drawn by lot. Each takes some 10 ms; every file's
/// digest is compared in any case.
const DRAWN: usize = 200;

/// What a check says.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Folder of the copy.
    pub folder: PathBuf,
    /// Its label.
    pub label: Label,
    /// What was looked at.
    pub coverage: Coverage,
    /// What is wrong or worth knowing.
    pub findings: Vec<Finding>,
    /// The answer.
    pub verdict: Verdict,
}

impl Report {
    fn of(found: &Found, coverage: Coverage, findings: Vec<Finding>) -> Self {
        let verdict = Verdict::of(&findings, false);
        Self { folder: found.folder.clone(), label: found.label.clone(), coverage, findings, verdict }
    }

    /// Do data lie open on the carrier beside the copy? The copy may be right all the same.
    pub fn lies_open(&self) -> bool {
        self.findings.iter().any(|finding| finding.code == read::OPEN_DATA)
    }

    /// Word of the store.
    pub fn word(&self) -> &'static str {
        match self.verdict {
            Verdict::Valid | Verdict::Superseded => carriers::VALID,
            Verdict::Altered => "altered",
            Verdict::Unchecked => carriers::UNCHECKED,
        }
    }
}

/// The copy at a path: the folder itself, or the newest copy of a carrier; where copies of several schools lie together, of the school
/// that is asked for.
///
/// # Errors
/// When there is none, or when nobody says which school's.
pub fn find(path: &Path, school: Option<&str>) -> Result<Found, Error> {
    let mut all = read::list(path);
    if let Some(school) = school
        && all.iter().any(|found| found.label.school == school)
    {
        all.retain(|found| found.label.school == school);
    }
    let schools: std::collections::BTreeSet<String> = all.iter().map(|found| found.label.school.clone()).collect();
    if schools.len() > 1 {
        let schools = schools.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Refusal::Schools { path: path.display().to_string(), schools }.into());
    }
    match all.pop() {
        Some(found) => Ok(found),
        None => Err(read::open(path).err().map_or_else(|| Error::Damaged(path.display().to_string()), Error::from)),
    }
}

/// Compares a copy with its label and, where a house is at hand, with what the house wrote down; with a code also every file inside.
///
/// # Errors
/// Only when the world fails; what is wrong with the copy is in the report.
pub async fn compare(
    house: Option<&House>,
    path: &Path,
    code: Option<String>,
    meter: Arc<dyn Meter>,
) -> Result<Report, Error> {
    let began = Instant::now();
    let found = find(path, house.map(|house| house.config.school.as_str()))?;
    let (mut coverage, mut findings) = outside(&found, &meter).await?;
    label_of(house, &found, &mut coverage, &mut findings).await?;
    if let Some(house) = house {
        against_house(house, &found, &mut coverage, &mut findings).await?;
    }
    if let Some(code) = code {
        match open(&found, code, None, &meter).await {
            Ok(unpacked) => {
                manifest_of(&found, &unpacked, &mut coverage, &mut findings);
            }
            Err(fault) => findings.push(not_opened(fault)?),
        }
    }
    coverage.seconds = began.elapsed().as_secs();
    Ok(Report::of(&found, coverage, findings))
}

/// A damaged stream is a finding; a wrong code and a failing disk are not what was asked.
pub(super) fn not_opened(error: Error) -> Result<Finding, Error> {
    match error {
        Error::Backup(fault @ (vault::backup::Fault::Damaged(_) | vault::backup::Fault::Key(_))) => {
            Ok(Finding::new("backup.damaged", "содержимое копии", fault.to_string()))
        }
        other => Err(other),
    }
}

pub(super) async fn outside(found: &Found, meter: &Arc<dyn Meter>) -> Result<(Coverage, Vec<Finding>), Error> {
    meter.stage("Чтение носителя", found.label.bytes());
    let (own, told) = (found.clone(), Arc::clone(meter));
    let (parts, findings) = blocking(move || read::compare(&own, &|bytes| told.read(bytes))).await?;
    let changed = findings.iter().filter(|finding: &&Finding| finding.code == read::PART_CHANGED).count() as u64;
    let parts = parts.saturating_sub(changed);
    let open = findings.iter().find(|finding: &&Finding| finding.code == read::OPEN_DATA);
    let coverage = Coverage {
        school: found.label.school.clone(),
        backup: found.label.id.clone(),
        made_at: found.label.at.clone(),
        parts: (parts, found.label.parts.len() as u64),
        bytes: found.label.bytes(),
        open: open.map(|finding| finding.place.clone()).unwrap_or_default(),
        ..Coverage::default()
    };
    Ok((coverage, findings))
}

pub(super) async fn label_of(
    house: Option<&House>,
    found: &Found,
    coverage: &mut Coverage,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let said = STANDARD.decode(&found.label.log_key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let own = match house {
        Some(house) => log::public_key(house).await?,
        None => None,
    };
    if own.is_some() && own != said {
        findings.push(Finding::new(
            "backup.foreign-key",
            "ярлык",
            "копия подписана другим журналом событий: она не этой школы",
        ));
    }
    match own.or(said).map(|key| note::verify_note(&found.note, &found.label.school, &key)) {
        Some(Ok(_)) => coverage.label_signed = true,
        _ => findings.push(Finding::new(
            "backup.label-signature",
            "ярлык",
            "подпись ярлыка неверна: ярлык изменён или подменён",
        )),
    }
    if own.is_none() {
        let message = "подпись ярлыка сверена с ключом из самой копии: подлинность ключа подтвердит только сама «Летопись» или титульный лист";
        findings.push(Finding::new("backup.key-unknown", "ярлык", message).weighing(Severity::Note));
    }
    Ok(())
}

/// What the house wrote down when the copy was made, and whether its log still contains the copy's.
async fn against_house(
    house: &House,
    found: &Found,
    coverage: &mut Coverage,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let label = &found.label;
    if label.school != house.config.school {
        findings.push(
            Finding::new("backup.other-school", "ярлык", "это копия другой школы")
                .expected_found(house.config.school.clone(), label.school.clone()),
        );
        return Ok(());
    }
    let backups = house.db.list_backups().await?;
    match backups.iter().find(|row| row.id == label.id) {
        Some(row) => {
            coverage.house_compared = true;
            if row.sha256 != label.sha256.to_hex() || row.manifest != label.manifest.to_hex() {
                findings.push(
                    Finding::new(
                        "backup.swapped",
                        "ярлык",
                        "на носителе не та копия, которую записала «Летопись»: она подменена",
                    )
                    .expected_found(row.sha256.clone(), label.sha256.to_hex()),
                );
            }
        }
        None => findings.push(Finding::new(
            "backup.unknown-to-house",
            "«Летопись»",
            "о копии нет записи: её записали в другом месте, либо «Летопись» восстановлена из более старой копии, либо запись оборвалась на последнем шаге; запишите новую копию",
        )),
    }
    let replay = house.db.replay_log(label.log_size).await?;
    match replay.root_then {
        None => findings.push(
            Finding::new(
                "backup.house-rolled-back",
                "журнал событий школы",
                "журнал событий школы короче, чем в копии: его вернули к прошлому состоянию",
            )
            .expected_found(
                format!("не меньше {}", words::count(label.log_size, "записи", "записей", "записей")),
                replay.size.to_string(),
            ),
        ),
        Some(root) if root != label.log_root => findings.push(
            Finding::new(
                "backup.house-rewritten",
                "журнал событий школы",
                "журнал событий школы переписан после записи копии",
            )
            .expected_found(label.log_root.to_hex(), root.to_hex()),
        ),
        Some(_) => {}
    }
    Ok(())
}

pub(super) async fn open(
    found: &Found,
    code: String,
    into: Option<PathBuf>,
    meter: &Arc<dyn Meter>,
) -> Result<Unpacked, Error> {
    meter.stage("Расшифровка и сверка файлов", 0);
    let (own, told) = (found.clone(), Arc::clone(meter));
    Ok(blocking(move || read::unpack(&own, &code, into.as_deref(), &|bytes| told.read(bytes))).await??)
}

/// The manifest inside, its signature, and every file against it.
pub(super) fn manifest_of(
    found: &Found,
    unpacked: &Unpacked,
    coverage: &mut Coverage,
    findings: &mut Vec<Finding>,
) -> Option<Manifest> {
    coverage.opened = true;
    findings.extend(unpacked.findings.iter().cloned());
    if Digest::of(unpacked.manifest.as_bytes()) != found.label.manifest {
        findings.push(Finding::new("backup.manifest", "опись", "опись внутри копии не та, что названа на ярлыке"));
    }
    let key = STANDARD.decode(&found.label.log_key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let body = key.and_then(|key| note::verify_note(&unpacked.manifest, &found.label.school, &key).ok());
    let manifest = body.as_deref().and_then(|body| serde_json::from_str::<Manifest>(body).ok());
    let Some(manifest) = manifest.filter(|manifest| manifest.format == FORMAT) else {
        findings.push(Finding::new(
            "backup.manifest",
            "опись",
            "опись внутри копии не читается или её подпись неверна",
        ));
        return None;
    };
    coverage.files = (0, manifest.members.len() as u64);
    let read: std::collections::BTreeMap<&str, _> =
        unpacked.members.iter().map(|member| (member.path.as_str(), member)).collect();
    for member in &manifest.members {
        match read.get(member.path.as_str()) {
            Some(found) if **found == *member => coverage.files.0 += 1,
            Some(found) => findings.push(
                Finding::new("backup.file-changed", &member.path, "файл копии изменён")
                    .expected_found(member.sha256.to_hex(), found.sha256.to_hex()),
            ),
            None => findings.push(Finding::new("backup.file-missing", &member.path, "этого файла в копии нет")),
        }
    }
    if unpacked.members.len() > manifest.members.len() {
        findings.push(Finding::new("backup.extra-file", "содержимое копии", "в копии есть файлы, которых нет в описи"));
    }
    Some(manifest)
}

/// The restored folder itself: the database opened, its rows, guards and log; sealed records verified whole.
pub(super) async fn examine(
    folder: &Path,
    manifest: &Manifest,
    coverage: &mut Coverage,
    findings: &mut Vec<Finding>,
    meter: &Arc<dyn Meter>,
) -> Result<(), Error> {
    meter.stage("Проверка базы данных", 0);
    let db = Db::open_file(&folder.join("letopis.db"), &manifest.school).await?;
    let looked = database(&db, manifest, coverage, findings).await;
    let authority = db.find_certificate(keys::AUTHORITY).await;
    let register = db.list_register().await;
    db.close().await;
    looked?;
    let authority = authority?.map(|row| from_pem(&row.pem)).transpose()?;
    let objects = vault::list_objects(&folder.join("archive"))?;
    coverage.records = (0, register?.len() as u64);
    meter.stage("Проверка записей архива", objects.len() as u64);
    let drawn = draw(objects)?;
    let told = Arc::clone(meter);
    let reports = blocking(move || {
        let options = VerifyOptions { authority, full: false, ..VerifyOptions::default() };
        let verifier = verify::Verifier::new(&options);
        drawn
            .iter()
            .map(|path| {
                told.read(1);
                verifier.path(path)
            })
            .collect::<Vec<_>>()
    })
    .await?;
    for report in reports {
        if report.verdict <= Verdict::Superseded {
            coverage.records.0 += 1;
        } else {
            let place = report.path.rsplit('/').next().unwrap_or_default().to_owned();
            let why = report.all_findings().find(|finding| finding.severity >= Severity::Error);
            let why = why.map_or_else(String::new, |finding| finding.message.clone());
            findings.push(Finding::new(
                "backup.record",
                place,
                format!("запись архива в копии не проходит проверку: {why}"),
            ));
        }
    }
    Ok(())
}

async fn database(
    db: &Db,
    manifest: &Manifest,
    coverage: &mut Coverage,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    findings.extend(
        db.list_file_faults().await?.into_iter().map(|line| Finding::new("backup.database", "letopis.db", line)),
    );
    for (guard, _) in db.list_guard_faults().await? {
        findings.push(Finding::new("backup.guard", guard, "защита таблицы снята или подменена"));
    }
    let counts: std::collections::BTreeMap<String, u64> = db.count_tables().await?.into_iter().collect();
    coverage.tables = (0, manifest.tables.len() as u64);
    coverage.rows = (0, manifest.rows());
    for wanted in &manifest.tables {
        let stands = counts.get(&wanted.table).copied();
        if stands == Some(wanted.rows) {
            coverage.tables.0 += 1;
            coverage.rows.0 += wanted.rows;
        } else {
            let found = stands.map_or_else(|| "нет таблицы".to_owned(), |rows| rows.to_string());
            findings.push(
                Finding::new("backup.rows", &wanted.table, "в таблице не столько строк, сколько в описи")
                    .expected_found(wanted.rows.to_string(), found),
            );
        }
    }
    let replay = db.replay_log(manifest.log_size).await?;
    coverage.log = (replay.size.saturating_sub(replay.altered).min(manifest.log_size), manifest.log_size);
    coverage.log_root = replay.root == manifest.log_root && replay.altered == 0 && replay.size == manifest.log_size;
    if !coverage.log_root {
        findings.push(
            Finding::new("backup.log-root", "журнал событий", "корень журнала событий в копии не тот, что в описи")
                .expected_found(manifest.log_root.to_hex(), replay.root.to_hex()),
        );
    }
    Ok(())
}

/// All records, or so many of them by lot.
fn draw(mut objects: Vec<PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut drawn = Vec::new();
    while drawn.len() < DRAWN && !objects.is_empty() {
        let random = crate::sign::random()?;
        let at = u64::from_le_bytes(std::array::from_fn(|byte| random[byte])) % objects.len() as u64;
        drawn.push(objects.swap_remove(at as usize));
    }
    Ok(drawn)
}

/// Restores a copy into a scratch folder of the house, looks at everything, and takes the folder away again.
///
/// # Errors
/// A wrong code, a full disk; what is wrong with the copy is in the report.
pub async fn rehearse(
    house: Option<&House>,
    path: &Path,
    scratch: &Path,
    code: String,
    meter: Arc<dyn Meter>,
) -> Result<Report, Error> {
    let began = Instant::now();
    let found = find(path, house.map(|house| house.config.school.as_str()))?;
    let (mut coverage, mut findings) = outside(&found, &meter).await?;
    label_of(house, &found, &mut coverage, &mut findings).await?;
    if let Some(house) = house {
        against_house(house, &found, &mut coverage, &mut findings).await?;
    }
    durable::remove_tree(scratch)?;
    durable::create_own_folder(scratch)?;
    let looked = async {
        match open(&found, code, Some(scratch.to_owned()), &meter).await {
            Ok(unpacked) => {
                if let Some(manifest) = manifest_of(&found, &unpacked, &mut coverage, &mut findings) {
                    examine(scratch, &manifest, &mut coverage, &mut findings, &meter).await?;
                }
            }
            Err(error) => findings.push(not_opened(error)?),
        }
        Ok::<(), Error>(())
    }
    .await;
    durable::remove_tree(scratch)?;
    looked?;
    coverage.seconds = began.elapsed().as_secs();
    Ok(Report::of(&found, coverage, findings))
}

/// Puts a report on record; hands back its number. One event `backup_checked`.
pub async fn keep(house: &House, what: &str, carrier: &str, report: &Report, act: &Act) -> Result<u64, Error> {
    let mut tx = house.db.begin().await?;
    let no = house.db.list_backup_checks().await?.last().map_or(1, |last| last.no + 1);
    let trips = house.db.list_trips().await?;
    let trip = trips.iter().rev().find(|trip| trip.carrier == carrier && trip.is_out()).map_or(0, |trip| trip.no);
    let faulty = || report.findings.iter().filter(|finding| finding.severity >= Severity::Error);
    let fault = |finding: &Finding| Fault {
        code: finding.code.to_owned(),
        place: finding.place.clone(),
        message: finding.message.clone(),
    };
    let coverage = Coverage { faults: faulty().map(fault).collect(), ..report.coverage.clone() };
    let row = CheckRow {
        no,
        what: what.to_owned(),
        carrier: carrier.to_owned(),
        backup: report.label.id.clone(),
        verdict: report.word().to_owned(),
        coverage: canon::to_text(&coverage),
        at: act.moment(),
        by: act.by.clone(),
        trip,
    };
    tx.record_backup_check(&row).await?;
    let codes: std::collections::BTreeSet<&str> = faulty().map(|finding| finding.code).collect();
    let event = Event::new(EventKind::BackupChecked, &act.by, &act.moment())
        .with("check", what)
        .with("carrier", carrier)
        .with("backup", &row.backup)
        .with("verdict", &row.verdict)
        .with("codes", codes.into_iter().collect::<Vec<_>>().join(" "))
        .with_digest("coverage", Digest::of(row.coverage.as_bytes()));
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(no)
}
