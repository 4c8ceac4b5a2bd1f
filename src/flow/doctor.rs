//! The doctor: database, archive and log re-read and compared with each other. Floor 2.
//!
//! The database is the authority on state, the archive on content, the log on order; all three must agree. A check starts from the
//! rows and the bytes, never from a stored hash; a check that finds something is itself put on record.

mod origins;
mod records;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use super::issue::leftovers;
use super::verify::{self, VerifyOptions};
use super::{Act, Error, House, log, policy, read_file, salt, sources, supplement};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::copy::State;
use crate::domain::difference::{change_rows, snapshot_diff};
use crate::domain::finding::{Finding, Severity};
use crate::domain::freeze::{self, Circumstances, LateRows, Laying, PeriodCopies};
use crate::domain::journal::Journal;
use crate::domain::log_proof::object_name;
use crate::domain::period;
use crate::domain::snapshot::{AttendanceSheet, ChangedValue, CourseSheet, Sheet, Snapshot};
use crate::domain::words;
use crate::store::{ChangeFilter, CopyRow, GuardFault, SealedRow};
use crate::vault;

/// What the doctor looked at and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// What is wrong or worth knowing.
    pub findings: Vec<Finding>,
    /// Russian words and numbers of what was compared.
    pub checked: Vec<(&'static str, usize)>,
}

/// Compares everything with everything.
pub async fn examine(house: &House, act: &Act) -> Result<Diagnosis, Error> {
    let mut diagnosis = Diagnosis { findings: Vec::new(), checked: Vec::new() };
    diagnosis.findings.extend(log::verify(house).await?);
    diagnosis.checked.push(("записи журнала событий", house.db.log_state().await?.0 as usize));

    let copies = house.db.list_copies().await?;
    let register = house.db.list_register().await?;
    diagnosis.findings.extend(frozen_periods(house, &copies).await?);
    diagnosis.checked.push(("закрытые периоды и их снимки", copies.len()));
    diagnosis.findings.extend(issued_files(house, &copies).await?);
    diagnosis.findings.extend(states(&copies, &register));
    diagnosis.findings.extend(records::compare(house, &copies, &register).await?);
    diagnosis.findings.extend(archive(house, &register).await?);
    diagnosis.checked.push(("записи архива", register.len()));
    diagnosis.findings.extend(statements(house, &register).await?);
    let bundles = house.db.list_bundles().await?;
    diagnosis.findings.extend(bundles.iter().flat_map(|(digest, _)| kept_bundle(house, digest)));
    diagnosis.checked.push(("загруженные наборы", bundles.len()));
    diagnosis.findings.extend(origins::foundations(house).await?);
    diagnosis.findings.extend(origins::entries(house).await?);
    diagnosis.findings.extend(counter(house, &register).await?);
    diagnosis.findings.extend(origins::certificates(house).await?);
    let (foreign, seen) = super::foreign::examine(house).await?;
    diagnosis.findings.extend(foreign);
    diagnosis.checked.push(("внешние подписи", seen));
    diagnosis.findings.extend(key_files(house).await?);
    // Last, and in few lines: what was done behind the guards stands above.
    diagnosis.findings.extend(guards(house).await?);
    remember(house, &diagnosis, act).await?;
    Ok(diagnosis)
}

/// So many guards are named one by one; of more the first ones and the count are told.
const TOLD_GUARDS: usize = 3;

/// The database's own guards are all there, as they were set.
async fn guards(house: &House) -> Result<Vec<Finding>, Error> {
    Ok(guards_told(house.db.list_guard_faults().await?))
}

/// One finding for each way in which guards do not act.
fn guards_told(faults: Vec<(String, GuardFault)>) -> Vec<Finding> {
    let told = |fault: GuardFault| {
        let names: Vec<&str> = faults.iter().filter(|(_, of)| *of == fault).map(|(name, _)| name.as_str()).collect();
        let (one, many) = match fault {
            GuardFault::Missing => (
                "защита таблицы снята: триггер базы данных удалён",
                "защита таблиц снята: триггеры базы данных удалены",
            ),
            GuardFault::Disabled => (
                "защита таблицы отключена: триггер базы данных не действует",
                "защита таблиц отключена: триггеры базы данных не действуют",
            ),
            GuardFault::Altered => (
                "защита таблицы подменена: триггер базы данных не тот, что поставила программа",
                "защита таблиц подменена: триггеры базы данных не те, что поставила программа",
            ),
        };
        let of = |place: String, message: &str| Finding::new("doctor.guard-gone", place, message);
        match names.len() {
            count if count > TOLD_GUARDS => {
                let count = words::count(count as u64, "триггер", "триггера", "триггеров");
                vec![of(format!("{count}: {} и другие", names[..TOLD_GUARDS].join(", ")), many)]
            }
            _ => names.iter().map(|name| of(format!("триггер {name}"), one)).collect(),
        }
    };
    [GuardFault::Missing, GuardFault::Disabled, GuardFault::Altered].into_iter().flat_map(told).collect()
}

/// The counter of register numbers stands where the register and the log say: put back, it would give a number twice.
async fn counter(house: &House, register: &[SealedRow]) -> Result<Option<Finding>, Error> {
    let given = register.iter().map(|row| row.line.no).max().unwrap_or_default();
    let stands = house.db.last_register_number().await?;
    let message =
        "счётчик номеров реестра не на последнем выданном номере: следующий номер повторился бы или был бы пропущен";
    Ok((stands != given).then(|| {
        Finding::new("doctor.counter", "реестр, счётчик номеров", message)
            .expected_found(given.to_string(), stands.to_string())
    }))
}

/// A failed check is itself a record: its event holds the codes, never what was found.
async fn remember(house: &House, diagnosis: &Diagnosis, act: &Act) -> Result<(), Error> {
    let codes: BTreeSet<&str> =
        diagnosis.findings.iter().filter(|f| f.severity >= Severity::Error).map(|f| f.code).collect();
    if codes.is_empty() {
        return Ok(());
    }
    let event = Event::new(EventKind::CheckFailed, &act.by, &act.moment())
        .with("check", "doctor")
        .with("codes", codes.into_iter().collect::<Vec<_>>().join(" "))
        .with_number("findings", diagnosis.findings.len() as u64);
    house.db.begin().await?.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

/// Freezes every closed period anew from the rows and compares it with its snapshot: a mark changed past all guards is named
/// with class, date, learner, was and is. What was lawfully changed since the freezing (a surname, a teacher) is first taken back by the
/// history, which the log's own check compares with the rows; it is told as worth knowing.
async fn frozen_periods(house: &House, copies: &[CopyRow]) -> Result<Vec<Finding>, Error> {
    let policies = policy::history(house).await?;
    let mut years: BTreeMap<&str, HashMap<String, Journal>> = BTreeMap::new();
    let mut past = Past::of(house).await?;
    let mut findings = Vec::new();
    for row in copies.iter().filter(|row| row.state != State::Superseded) {
        let frozen = match house.db.load_snapshot(row.snapshot).await {
            Ok(frozen) => frozen,
            Err(crate::store::Error::Foreign { .. } | crate::store::Error::Missing(_)) => {
                findings.push(Finding::new(
                    "doctor.snapshot-altered",
                    format!("копия {}", row.id),
                    "снимок в базе данных изменён или удалён",
                ));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        findings.extend(changes_told(house, copies, row, &frozen).await?);
        if !years.contains_key(row.year.as_str()) {
            years.insert(&row.year, house.db.load_journal(&row.year).await?.into_classes());
        }
        let part = years.get(row.year.as_str()).and_then(|classes| classes.get(&frozen.class.name));
        let late = supplement::of_copy(house, &row.id).await?.map(|(rows, _)| rows);
        // The year is built from the copies that its title names: anew from the same ones.
        let named = sources::named(&frozen);
        let copies_of_year = sources::frozen(house, named).await?;
        findings.extend(sources::replaced(house, &frozen.copy.document_words(), named).await?);
        findings.extend(part.map(|part| sources::told(part, &frozen, &copies_of_year)).unwrap_or_default());
        let compared = |part: Option<&Journal>| {
            let now = again(&policies, part, &frozen, late.as_ref(), &copies_of_year);
            now.map(|now| snapshot_diff(&frozen, &now))
        };
        let mut told = compared(part);
        let mut since = Vec::new();
        if !told.as_ref().is_ok_and(Vec::is_empty)
            && let Some(then) = past.journal(house, row).await?
        {
            since = std::mem::replace(&mut told, compared(then.get(&frozen.class.name))).unwrap_or_default();
        }
        // What a supplement of the copy says is on record, and no news.
        if !since.is_empty() {
            let late = supplement::gone_out(house, copies, &row.id).await?;
            let rest = late.iter().fold(part.cloned(), |part, rows| part.map(|part| rows.without(&part)));
            if !late.is_empty()
                && let Ok(left) = compared(rest.as_ref())
            {
                since.retain(|one| left.iter().any(|other| (other.code, &other.place) == (one.code, &one.place)));
            }
        }
        match told {
            Ok(found) => {
                since.retain(|finding| !found.contains(finding));
                findings.extend(once(since).map(|finding| finding.weighing(Severity::Note)));
                findings.extend(once(found));
            }
            Err(reason) => findings.push(Finding::new("doctor.journal-lost", format!("копия {}", row.id), reason)),
        }
    }
    Ok(findings)
}

/// The page of changes says how a version differs from the one before: computed anew from both snapshots.
async fn changes_told(
    house: &House,
    copies: &[CopyRow],
    row: &CopyRow,
    frozen: &Snapshot,
) -> Result<Option<Finding>, Error> {
    let told = frozen.sheets.iter().find_map(|sheet| match sheet {
        Sheet::Changes(sheet) => Some(sheet),
        _ => None,
    });
    let Some(told) = told else { return Ok(None) };
    let before = copies.iter().find(|one| one.id == row.id && one.version == told.replaces);
    let Some(before) = before else { return Ok(None) };
    // A snapshot that does not read is told of by its own check.
    let Ok(was) = house.db.load_snapshot(before.snapshot).await else { return Ok(None) };
    let is = change_rows(&was, frozen, |_| String::new());
    // The grounds are people's words; all else follows from the two versions.
    let bare = |row: &ChangedValue| ChangedValue { ground: String::new(), ..row.clone() };
    let same = is.len() == told.rows.len() && is.iter().zip(&told.rows).all(|(is, told)| *is == bare(told));
    Ok((!same).then(|| {
        let message = "лист изменений говорит не то, чем версия отличается от прежней";
        Finding::new("doctor.changes-differ", format!("копия {} версия {}", row.id, row.version), message)
            .expected_found(is.len().to_string(), told.rows.len().to_string())
    }))
}

/// Journals as they stood when copies were frozen.
struct Past {
    /// Index of the event that first names a snapshot.
    frozen_by: BTreeMap<String, u64>,
    /// Year, event and number of each line of the history, oldest first.
    lines: Vec<(String, u64, u64)>,
    /// By year and the first line taken back: copies that were frozen one after another share one.
    journals: BTreeMap<(String, u64), HashMap<String, Journal>>,
}

impl Past {
    async fn of(house: &House) -> Result<Self, Error> {
        let mut frozen_by = BTreeMap::new();
        for entry in house.db.list_log().await? {
            let payload: serde_json::Value = serde_json::from_str(&entry.payload).unwrap_or_default();
            if let Some(digest) = payload["snapshot"].as_str() {
                frozen_by.entry(digest.to_owned()).or_insert(entry.index);
            }
        }
        let mut lines = house.db.list_changes(&ChangeFilter::default()).await?;
        lines.reverse();
        let lines = lines.into_iter().map(|line| (line.year, line.event, line.seq)).collect();
        Ok(Self { frozen_by, lines, journals: BTreeMap::new() })
    }

    /// The journal in which a copy was frozen, by classes; `None` when nothing of its year changed since, or nobody knows when it was frozen.
    async fn journal(&mut self, house: &House, copy: &CopyRow) -> Result<Option<&HashMap<String, Journal>>, Error> {
        let Some(event) = self.frozen_by.get(&copy.snapshot.to_hex()).copied() else { return Ok(None) };
        let later = self.lines.iter().find(|(year, of, _)| *year == copy.year && *of > event);
        let Some((_, _, first)) = later else { return Ok(None) };
        let key = (copy.year.clone(), *first);
        if !self.journals.contains_key(&key) {
            self.journals.insert(key.clone(), house.db.load_journal_at(&copy.year, event).await?.into_classes());
        }
        Ok(self.journals.get(&key))
    }
}

/// What the list of learners says once need not be said again on every sheet.
fn once(differences: Vec<Finding>) -> impl Iterator<Item = Finding> {
    let told = differences.iter().any(|finding| finding.code == "snapshot.learner-changed");
    differences.into_iter().filter(move |finding| !(told && finding.code == "snapshot.row-changed"))
}

/// The same period frozen from the class's rows of today, with everything else as it was frozen then.
fn again(
    policies: &policy::History,
    part: Option<&Journal>,
    frozen: &Snapshot,
    late: Option<&LateRows>,
    copies: &[PeriodCopies],
) -> Result<Snapshot, String> {
    let under =
        policies.by_digest(frozen.policy.digest).ok_or("правил, по которым закрыт период, в базе данных нет")?;
    let part = part.ok_or("класса больше нет в базе данных")?;
    let class = part.class(&frozen.class.name).ok_or("класса больше нет в базе данных")?;
    let span = period::span(part, class, &frozen.period.id).map_err(|refusal| refusal.to_string())?;
    let part = part.clone().within(span.starts, span.ends);
    let told = Circumstances {
        kind: frozen.copy.kind,
        copies: copies.to_vec(),
        school_id: frozen.school.id.clone(),
        authority: frozen.school.authority,
        version: frozen.copy.version,
        replaces: String::new(),
        changes: None,
        voids: Vec::new(),
        paper: String::new(),
        // The frozen words of the rules are kept as they are.
        adopted: String::new(),
        frozen_at: frozen.frozen_at.clone(),
        exported_at: String::new(),
        ground: frozen.ground.clone(),
        omissions: frozen.omissions.clone(),
        template: frozen.template.clone(),
        // Rows may have come or gone since; their own root is not compared here.
        salts: vec!["0".repeat(32); part.learners.len()],
        founder: String::new(),
        topics: Vec::new(),
        // The title page stays as it was printed.
        brought: Vec::new(),
        // An order of today, or one that was entered late, changes no row.
        route: Laying::As(frozen.route.clone()),
    };
    let fresh = match (late, frozen.copy.supplement.as_deref()) {
        (Some(rows), Some(facts)) => {
            let own = (rows, facts.clone(), frozen.copy.id.as_str());
            freeze::supplement(&part, class, &span, &under.policy, &told, own)
        }
        (None, Some(_)) => return Err("открытия дополнительного листа в базе данных нет".to_owned()),
        _ => freeze::freeze(&part, class, &span, &under.policy, &told),
    };
    let fresh = fresh.map_err(|error| error.to_string())?;
    let sheets = fresh.sheets.into_iter().map(|sheet| {
        let then = frozen.sheets.iter().find(|then| then.id() == sheet.id());
        as_then(sheet, then)
    });
    // What a version changed is compared with the version before, not with the rows.
    let changes = frozen.sheets.iter().filter(|sheet| matches!(sheet, Sheet::Changes(_))).cloned();
    Ok(Snapshot { sheets: sheets.chain(changes).collect(), ..frozen.clone() })
}

/// What is no row of the journal, or was not frozen yet when the copy was made, stands as it stood then.
fn as_then(sheet: Sheet, then: Option<&Sheet>) -> Sheet {
    match (sheet, then) {
        (Sheet::Title(_), Some(Sheet::Title(then))) => Sheet::Title(then.clone()),
        (Sheet::Course(sheet), Some(Sheet::Course(then))) => {
            Sheet::Course(CourseSheet { planned_centi: then.planned_centi, ..sheet })
        }
        (Sheet::Attendance(sheet), Some(Sheet::Attendance(then))) if then.months.is_empty() => {
            Sheet::Attendance(AttendanceSheet { months: Vec::new(), ..sheet })
        }
        (sheet, _) => sheet,
    }
}

async fn issued_files(house: &House, copies: &[CopyRow]) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for row in copies.iter().filter(|row| !row.issued_pdf.is_empty()) {
        let place = format!("копия {} версия {}", row.id, row.version);
        let Ok(digest) = row.issued_pdf.parse::<Digest>() else {
            findings.push(Finding::new("doctor.issued-altered", place, "контрольная сумма выпущенного PDF испорчена"));
            continue;
        };
        let path = house.issued_pdf(&row.id, row.version, digest);
        match read_file(&path) {
            Ok(bytes) if Digest::of(&bytes) == digest => {}
            Ok(bytes) => findings.push(
                Finding::new("doctor.issued-altered", place, "выпущенный PDF изменён")
                    .expected_found(digest.to_hex(), Digest::of(&bytes).to_hex()),
            ),
            Err(error) => findings.push(Finding::new(
                "doctor.issued-missing",
                place,
                format!("выпущенный PDF не читается: {error}"),
            )),
        }
    }
    let mut unowned = leftovers::unowned(house, copies)?;
    if !unowned.of_lost_copies.is_empty() {
        // A copy that was issued since the rows were read is not lost.
        unowned = leftovers::unowned(house, &house.db.list_copies().await?)?;
    }
    findings.extend(unowned.of_lost_copies.iter().map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (copy, version) = leftovers::copy_of(&name).unwrap_or_default();
        let message = format!(
            "файл выпущенной копии {copy} версии {version} есть, а в базе данных её нет: база, похоже, восстановлена из более ранней копии. \
             Не продолжайте работу: восстановите самую новую резервную копию (letopis restore)"
        );
        Finding::new("doctor.issued-unknown", format!("issued/{name}"), message)
    }));
    let note = |path: &PathBuf, message: &str| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Finding::new("doctor.issued-unowned", format!("issued/{name}"), message).weighing(Severity::Note)
    };
    let left = "остался от прерванного выпуска, ни одна копия его не называет: следующий выпуск его уберёт. Если же эту копию уже \
                подписывали или печатали, база восстановлена из более ранней копии: не продолжайте работу, восстановите самую новую";
    let foreign = "посторонний файл: программа его не писала и не удаляет";
    findings.extend(unowned.leftovers.iter().map(|path| note(path, left)));
    findings.extend(unowned.foreign.iter().map(|path| note(path, foreign)));
    Ok(findings)
}

/// A sealed copy has its line and no other copy has one.
fn states(copies: &[CopyRow], register: &[SealedRow]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in copies {
        let line = register.iter().find(|r| r.line.id == row.id && r.line.version == row.version);
        let place = format!("копия {} версия {}", row.id, row.version);
        match (row.state, line) {
            (State::Sealed, None) => {
                findings.push(Finding::new("doctor.register-line-missing", place, "скреплённой копии нет в реестре"));
            }
            (State::Frozen | State::Issued | State::Signed | State::Refused, Some(_)) => findings.push(Finding::new(
                "doctor.register-line-foreign",
                place,
                "в реестре есть строка копии, на которой нет печати",
            )),
            _ => {}
        }
    }
    for (expected, row) in (1..).zip(register) {
        if row.line.no != expected {
            findings.push(
                Finding::new("doctor.register-gap", format!("реестр, № {expected}"), "номер реестра пропущен")
                    .expected_found(expected.to_string(), row.line.no.to_string()),
            );
            break;
        }
    }
    findings
}

/// Every line has its object with the same digests, every object its line; each object passes the inspector's own check.
async fn archive(house: &House, register: &[SealedRow]) -> Result<Vec<Finding>, Error> {
    let root = house.archive();
    let mut findings = Vec::new();
    let mut unknown: BTreeSet<String> = vault::list_objects(&root)?
        .iter()
        .filter_map(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    for row in register {
        let name = object_name(&row.line.id, row.line.version);
        let place = format!("реестр № {}, запись {name}", row.line.no);
        if !unknown.remove(&name) {
            findings.push(Finding::new("doctor.object-missing", place, "записи из реестра нет в архиве"));
            continue;
        }
        let object = vault::read_object(&root.join(&name), vault::Depth::Routine);
        let found = object.content.digest(vault::name::SEALED_PDF);
        if found != Some(row.line.sealed_pdf) {
            findings.push(
                Finding::new("doctor.sealed-pdf-differs", &place, "PDF в архиве не тот, что внесён в реестр")
                    .expected_found(row.line.sealed_pdf.to_hex(), found.map(|d| d.to_hex()).unwrap_or_default()),
            );
        }
        if object.content.text(vault::name::LOG_PROOF) != Some(row.log_proof.as_str()) {
            findings.push(Finding::new(
                "doctor.log-proof-differs",
                &place,
                "доказательство записи в журнале событий не то, что помнит база данных",
            ));
        }
    }
    for name in unknown {
        findings.push(Finding::new("doctor.object-unknown", name, "в архиве лежит запись, которой нет в реестре"));
    }
    // Before the first seal there is nothing to walk.
    if register.is_empty() {
        return Ok(findings);
    }
    let options = VerifyOptions::of(house, false).await?;
    findings.extend(verify::verify_path(&root, &options).all_findings().cloned());
    Ok(findings)
}

/// Statements of the database are those of the archive, byte for byte.
async fn statements(house: &House, register: &[SealedRow]) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for row in register {
        let path = house.archive().join(object_name(&row.line.id, row.line.version));
        let object = vault::read_object(&path, vault::Depth::Routine);
        let archived: BTreeSet<&[u8]> = object
            .content
            .files
            .iter()
            .filter(|(name, _)| name.starts_with("statements/") && name.ends_with(".txt"))
            .map(|(_, file)| file.bytes.as_slice())
            .collect();
        for statement in house.db.list_statements(&row.line.id, row.line.version).await? {
            if !archived.contains(statement.body.as_bytes()) {
                findings.push(Finding::new(
                    "doctor.statement-differs",
                    format!("копия {}, {}, {}", row.line.id, statement.stage, statement.signer),
                    "заявление подписи в базе данных не то, что в архиве",
                ));
            }
        }
    }
    Ok(findings)
}

fn kept_bundle(house: &House, digest: &str) -> Vec<Finding> {
    let folder = house.root.join("bundles").join(digest);
    let place = format!("набор {}", digest.chars().take(16).collect::<String>());
    let Ok(list) = std::fs::read_to_string(folder.join("manifest-sha256.txt")) else {
        return vec![Finding::new("doctor.bundle-missing", place, "сохранённый набор не читается")];
    };
    if Digest::of(list.as_bytes()).to_hex() != digest {
        return vec![Finding::new("doctor.bundle-altered", place, "список файлов сохранённого набора изменён")];
    }
    let altered = |line: &str| {
        let (sum, name) = line.split_once("  ")?;
        let same = std::fs::read(folder.join(name)).is_ok_and(|bytes| Digest::of(&bytes).to_hex() == sum);
        (!same).then(|| {
            Finding::new("doctor.bundle-altered", format!("{place}, {name}"), "файл набора изменён или удалён")
        })
    };
    list.lines().filter_map(altered).collect()
}

async fn key_files(house: &House) -> Result<Vec<Finding>, Error> {
    let missing = |row: crate::store::CertificateRow| {
        // A key in its owner's browser has no file here.
        if row.key_file.is_empty() {
            return None;
        }
        let path = house.root.join("keys").join(&row.key_file);
        (!path.exists()).then(|| {
            Finding::new(
                "doctor.key-missing",
                format!("сертификат {} ({})", row.serial, row.owner),
                "нет файла закрытого ключа: этот сотрудник не сможет подписывать",
            )
            .weighing(Severity::Warning)
        })
    };
    Ok(house.db.list_certificates().await?.into_iter().filter_map(missing).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::snapshot::{AttendanceCounts, AttendanceMonth};

    #[test]
    fn many_guards_that_are_gone_are_one_line_and_few_are_named() {
        let gone = |count: usize| guards_told((0..count).map(|no| (format!("t{no}"), GuardFault::Missing)).collect());
        let places = |found: &[Finding]| found.iter().map(|one| one.place.clone()).collect::<Vec<_>>();
        assert_eq!(places(&gone(2)), ["триггер t0", "триггер t1"]);
        assert_eq!(places(&gone(200)), ["200\u{a0}триггеров: t0, t1, t2 и другие"]);
    }

    #[test]
    fn a_sheet_that_was_frozen_before_the_days_were_kept_is_compared_without_them() {
        let sheet = |months: usize| {
            let month =
                AttendanceMonth { month: "2025-09".into(), rows: Vec::new(), total: AttendanceCounts::default() };
            let (rows, total) = (Vec::new(), AttendanceCounts::default());
            Sheet::Attendance(AttendanceSheet { id: "attendance".into(), rows, total, months: vec![month; months] })
        };
        assert_eq!(as_then(sheet(2), Some(&sheet(0))), sheet(0));
        assert_eq!(as_then(sheet(2), Some(&sheet(1))), sheet(2), "what was frozen is compared");
        assert_eq!(as_then(sheet(2), None), sheet(2));
    }
}
