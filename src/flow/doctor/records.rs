//! The doctor on copies, statements, closures and the register: every row against the audit log and the snapshots. Floor 2.
//!
//! Whoever changes a row behind the program's back cannot change the log with it: its root stands on paper and in every sealed record.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::{Error, House, log, sign};
use crate::domain::canon::Digest;
use crate::domain::checkpoint::Checkpoint;
use crate::domain::copy::State;
use crate::domain::finding::Finding;
use crate::domain::log_proof::{LogProof, SealEvent};
use crate::domain::retention;
use crate::domain::route;
use crate::domain::snapshot::Snapshot;
use crate::domain::statement::{Statement, Verdict};
use crate::sign::certificate::from_pem;
use crate::sign::keys::verify_ed25519;
use crate::store::{CertificateRow, ClosureRow, CopyRow, LogEntry, SealedRow, StatementRow, SupplementRow};

/// What the log tells of one version of a copy.
#[derive(Debug, Default)]
struct Told {
    issued_pdf: Option<String>,
    /// Digests of signed bytes.
    statements: BTreeSet<String>,
    refused: bool,
    sealed: bool,
    superseded: bool,
    /// Digests of statements that the re-issue kept for this version.
    kept: BTreeSet<String>,
}

/// A copy's identifier and version.
type Key = (String, u32);

/// Reads the log as the history of copies.
fn history(entries: &[LogEntry]) -> BTreeMap<Key, Told> {
    let mut told: BTreeMap<Key, Told> = BTreeMap::new();
    for entry in entries {
        let Ok(payload) = serde_json::from_str::<Value>(&entry.payload) else { continue };
        let text = |key: &str| payload[key].as_str().map(str::to_owned);
        let number = |key: &str| payload[key].as_u64().and_then(|number| u32::try_from(number).ok());
        let (Some(copy), Some(version)) = (text("copy"), number("version")) else { continue };
        // Exports and extracts name a version too, but make none.
        let known = told.contains_key(&(copy.clone(), version));
        if !known && !matches!(entry.event.as_str(), "period_closed" | "supplement_frozen") {
            continue;
        }
        let of = told.entry((copy.clone(), version)).or_default();
        match entry.event.as_str() {
            "copy_issued" => of.issued_pdf = text("issued_pdf"),
            "statement_signed" | "statement_refused" => {
                of.statements.extend(text("statement"));
                of.refused |= entry.event == "statement_refused";
            }
            "sealed" => of.sealed = true,
            "copy_superseded" => {
                of.superseded = true;
                let next = told.entry((copy, number("next").unwrap_or_default())).or_default();
                let kept = payload["kept"].as_array().into_iter().flatten();
                next.kept.extend(kept.filter_map(|digest| digest.as_str().map(str::to_owned)));
            }
            _ => {}
        }
    }
    told
}

/// Compares the rows about copies with the log and the snapshots.
pub(super) async fn compare(house: &House, copies: &[CopyRow], register: &[SealedRow]) -> Result<Vec<Finding>, Error> {
    let entries = house.db.list_log().await?;
    let told = history(&entries);
    let certificates = house.db.list_certificates().await?;
    let mut findings = Vec::new();
    let mut snapshots = BTreeMap::new();
    for (id, version) in told.keys() {
        if !copies.iter().any(|row| row.id == *id && row.version == *version) {
            let message = "в журнале событий эта версия копии есть, а в базе данных её нет";
            findings.push(Finding::new("doctor.copy-missing", place(id, *version), message));
        }
    }
    for row in copies {
        let statements = house.db.list_statements(&row.id, row.version).await?;
        let Some(told) = told.get(&(row.id.clone(), row.version)) else {
            let message = "копия есть в базе данных, но журнал событий о ней не знает";
            findings.push(Finding::new("doctor.copy-foreign", place(&row.id, row.version), message));
            continue;
        };
        findings.extend(signed(row, &statements, told, &certificates));
        // An altered snapshot is a finding of its own, and nothing can be compared with it.
        let Ok(snapshot) = house.db.load_snapshot(row.snapshot).await else { continue };
        findings.extend(facts(row, &snapshot, told));
        findings.extend(state(row, &snapshot, &statements, told));
        // A school has hundreds of copies: their sheets need not all be in memory at once.
        let head = Snapshot { sheets: Vec::new(), salts: Vec::new(), ..snapshot };
        snapshots.insert((row.id.clone(), row.version), head);
    }
    findings.extend(closures(&house.db.list_closures().await?, &snapshots));
    findings.extend(supplements(&house.db.list_supplements().await?, &entries));
    let leaves = log::leaves(&entries);
    for row in register {
        findings.extend(line(row, copies, &snapshots));
        let proof = LogProof::parse(&row.log_proof).ok();
        let body = proof.as_ref().and_then(|proof| proof.note.split_once("\n\n"));
        let checkpoint = body.and_then(|(body, _)| Checkpoint::parse(&format!("{body}\n")).ok());
        let at = format!("реестр № {}, {}", row.line.no, place(&row.line.id, row.line.version));
        findings.extend(checkpoint.and_then(|checkpoint| log::contained(&checkpoint, &leaves, at)));
    }
    Ok(findings)
}

fn place(id: &str, version: u32) -> String {
    format!("копия {id} версия {version}")
}

/// One value of a row that should be another.
struct Column<'a>(&'a str, String, String);

fn differing(code: &'static str, place: &str, message: &str, columns: Vec<Column<'_>>) -> Vec<Finding> {
    let wrong = columns.into_iter().filter(|Column(_, expected, found)| expected != found);
    wrong
        .map(|Column(name, expected, found)| {
            Finding::new(code, place, format!("{message}: {name}")).expected_found(expected, found)
        })
        .collect()
}

fn facts(row: &CopyRow, snapshot: &Snapshot, told: &Told) -> Vec<Finding> {
    let of = |expected: &str, found: &str| (expected.to_owned(), found.to_owned());
    let pairs = [
        ("номер", of(&snapshot.copy.number, &row.number)),
        ("вид", of(snapshot.copy.kind.as_str(), row.kind.as_str())),
        ("учебный год", of(&snapshot.year, &row.year)),
        ("класс", of(&snapshot.class.name, &row.class)),
        ("период", of(&snapshot.period.id, &row.period)),
        ("листов", of(&snapshot.sheets.len().to_string(), &row.sheets.to_string())),
        ("выпущенный PDF", of(told.issued_pdf.as_deref().unwrap_or_default(), &row.issued_pdf)),
        ("копия снимка", of(&place(&snapshot.copy.id, snapshot.copy.version), &place(&row.id, row.version))),
    ];
    let columns = pairs.into_iter().map(|(name, (expected, found))| Column(name, expected, found)).collect();
    differing("doctor.copy-altered", &place(&row.id, row.version), "запись о копии изменена", columns)
}

/// Where the copy should stand after all that the log tells of it.
fn state(row: &CopyRow, snapshot: &Snapshot, statements: &[StatementRow], told: &Told) -> Option<Finding> {
    let expected = match told {
        Told { superseded: true, .. } => State::Superseded,
        Told { sealed: true, .. } => State::Sealed,
        Told { refused: true, .. } => State::Refused,
        Told { issued_pdf: None, .. } => State::Frozen,
        _ if route::open_stage(&snapshot.route, &sign::signed(statements)).is_none() => State::Signed,
        _ => State::Issued,
    };
    let message = "состояние копии не то, к которому привели записи журнала событий";
    (expected != row.state).then(|| {
        Finding::new("doctor.state-differs", place(&row.id, row.version), message)
            .expected_found(expected.as_russian(), row.state.as_russian())
    })
}

/// Each statement is one that the log tells of, says in its columns what it says in its text, and is signed.
fn signed(row: &CopyRow, statements: &[StatementRow], told: &Told, certificates: &[CertificateRow]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let present: BTreeSet<String> =
        statements.iter().map(|statement| Digest::of(statement.body.as_bytes()).to_hex()).collect();
    let gone = told.statements.difference(&present).count();
    if gone > 0 {
        let message = "заявления подписи, внесённого в журнал событий, в базе данных нет";
        let (expected, found) = (told.statements.len().to_string(), (told.statements.len() - gone).to_string());
        let finding = Finding::new("doctor.statement-missing", place(&row.id, row.version), message);
        findings.push(finding.expected_found(expected, found));
    }
    let kept = statements.iter().filter(|statement| statement.version != row.version);
    let kept: BTreeSet<String> = kept.map(|statement| Digest::of(statement.body.as_bytes()).to_hex()).collect();
    if kept != told.kept {
        let message = "оставлены в силе не те заявления прежней версии, что внесены в журнал событий";
        let finding = Finding::new("doctor.statement-kept-differs", place(&row.id, row.version), message);
        findings.push(finding.expected_found(told.kept.len().to_string(), kept.len().to_string()));
    }
    // A kept statement is the earlier version's, and looked at there.
    for statement in statements.iter().filter(|statement| statement.version == row.version) {
        let at = format!("{}, {}, {}", place(&row.id, row.version), statement.stage, statement.signer);
        if !told.statements.contains(&Digest::of(statement.body.as_bytes()).to_hex()) {
            let message = "такого заявления подписи в журнале событий нет: оно изменено или подложено";
            findings.push(Finding::new("doctor.statement-foreign", &at, message));
            continue;
        }
        let Ok(said) = Statement::from_signed_bytes(statement.body.as_bytes()) else {
            findings.push(Finding::new("doctor.statement-altered", &at, "заявление подписи не читается"));
            continue;
        };
        let verdict = if said.verdict == Verdict::Refused { "refused" } else { "checked_and_correct" };
        let place_of = said.place_of().to_owned();
        let columns = vec![
            Column("ступень", said.stage, statement.stage.clone()),
            Column("подписавший", place_of, statement.signer.clone()),
            Column("сертификат", said.certificate.to_hex(), statement.certificate.clone()),
            Column("время", said.signed_at, statement.signed_at.clone()),
            Column("решение", verdict.to_owned(), statement.verdict.clone()),
        ];
        let message = "запись о заявлении подписи изменена";
        findings.extend(differing("doctor.statement-altered", &at, message, columns));
        let certificate = certificates.iter().find(|row| row.fingerprint == said.certificate.to_hex());
        let key = certificate.and_then(|row| from_pem(&row.pem).ok());
        let signature = STANDARD.decode(&statement.signature).unwrap_or_default();
        if !key.is_some_and(|key| verify_ed25519(&key, statement.body.as_bytes(), &signature)) {
            findings.push(Finding::new("doctor.statement-altered", &at, "подпись под заявлением неверна"));
        }
    }
    findings
}

/// Every frozen period is closed exactly as its first snapshot says.
fn closures(closures: &[ClosureRow], snapshots: &BTreeMap<Key, Snapshot>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let first = |snapshot: &&Snapshot| snapshot.copy.version == 1 && snapshot.copy.supplement.is_none();
    for snapshot in snapshots.values().filter(first) {
        let at = format!("{}, период {}", snapshot.class.name, snapshot.period.id);
        let own = |k: &&ClosureRow| {
            k.year == snapshot.year && k.class == snapshot.class.name && k.period == snapshot.period.id
        };
        let Some(closure) = closures.iter().find(own) else {
            let message = "снимок заморожен, а запись о закрытии периода удалена: период открыт для изменений";
            findings.push(Finding::new("doctor.closure-missing", at, message));
            continue;
        };
        let columns = vec![
            Column("начало", snapshot.period.starts.clone(), closure.starts.clone()),
            Column("конец", snapshot.period.ends.clone(), closure.ends.clone()),
            Column("когда закрыт", snapshot.frozen_at.clone(), closure.closed_at.clone()),
        ];
        findings.extend(differing("doctor.closure-altered", &at, "запись о закрытии периода изменена", columns));
    }
    findings
}

/// Late entries are taken where the log says so, and nowhere else: a row written past the program would open a closed period.
fn supplements(rows: &[SupplementRow], entries: &[LogEntry]) -> Vec<Finding> {
    let (mut opened, mut ended) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        let Ok(payload) = serde_json::from_str::<Value>(&entry.payload) else { continue };
        let text = |key: &str| payload[key].as_str().map(str::to_owned);
        match entry.event.as_str() {
            "supplement_opened" => opened.extend(text("supplement")),
            "supplement_frozen" => ended.extend(text("copy")),
            "supplement_withdrawn" | "copy_superseded" => ended.extend(text("supplement")),
            _ => {}
        }
    }
    let mut findings = Vec::new();
    for row in rows {
        let at = format!("дополнительный лист {}", row.id);
        if !opened.remove(&row.id) {
            let message =
                "приём поздних записей в закрытый период открыт мимо программы: журнал событий о нём не знает";
            findings.push(Finding::new("doctor.supplement-foreign", at, message));
        } else if ended.contains(&row.id) == row.outcome.is_empty() {
            let message = "открыт ли приём поздних записей, база данных и журнал событий говорят разное";
            findings.push(Finding::new("doctor.supplement-differs", at, message));
        }
    }
    let gone = opened.into_iter().map(|id| {
        let message = "в журнале событий приём поздних записей есть, а в базе данных его нет";
        Finding::new("doctor.supplement-missing", format!("дополнительный лист {id}"), message)
    });
    findings.extend(gone);
    findings
}

/// A line of the register says what the seal's event and the snapshot say.
fn line(row: &SealedRow, copies: &[CopyRow], snapshots: &BTreeMap<Key, Snapshot>) -> Vec<Finding> {
    let line = &row.line;
    let at = format!("реестр № {}, {}", line.no, place(&line.id, line.version));
    let Some(copy) = copies.iter().find(|copy| copy.id == line.id && copy.version == line.version) else {
        let message = "в реестре есть строка, а копии с таким идентификатором и версией в базе данных нет";
        return vec![Finding::new("doctor.register-line-foreign", at, message)];
    };
    let Some(proof) = LogProof::parse(&row.log_proof).ok() else {
        let message = "доказательство записи в журнале событий в строке реестра не читается";
        return vec![Finding::new("doctor.register-altered", at, message)];
    };
    let mut columns = Vec::new();
    if let Some(event) = SealEvent::parse(&proof.payload) {
        columns.extend([
            Column("номер по реестру", event.register_no().unwrap_or_default(), line.no.to_string()),
            Column("копия", place(&event.copy, event.version), place(&line.id, line.version)),
            Column("запись архива", event.object, line.object.clone()),
            Column("когда скреплена", event.at, line.sealed_at.clone()),
            Column("скреплённый PDF", event.sealed_pdf.to_hex(), line.sealed_pdf.to_hex()),
            Column("снимок", event.snapshot.to_hex(), line.snapshot.to_hex()),
        ]);
    }
    let pages = serde_json::from_str::<Value>(&proof.payload).ok().and_then(|payload| payload["pages"].as_u64());
    columns.extend(pages.map(|pages| Column("страниц", pages.to_string(), line.pages.to_string())));
    if let Some(snapshot) = snapshots.get(&(line.id.clone(), line.version)) {
        let keep = retention::keep_through(&snapshot.year, snapshot.policy.keep_years);
        columns.extend([
            Column("номер", snapshot.copy.number.clone(), line.number.clone()),
            Column("вид", snapshot.copy.kind.as_str().to_owned(), line.kind.as_str().to_owned()),
            Column("учебный год", snapshot.year.clone(), line.year.clone()),
            Column("класс", snapshot.class.name.clone(), line.class.clone()),
            Column("период", snapshot.period.id.clone(), line.period.clone()),
            Column("листов", copy.sheets.to_string(), line.sheets.to_string()),
            Column("хранить по", keep.map(|day| day.to_string()).unwrap_or_default(), line.keep_through.clone()),
        ]);
    }
    differing("doctor.register-altered", &at, "строка реестра изменена", columns)
}
