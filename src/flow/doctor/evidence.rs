//! What the audit log remembers against what the tables say: a row deleted or changed past the guards is named by its event. Floor 2.
//!
//! The log is the authority on what happened. Never trusts a table because it agrees with itself.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{CopyRow, Digest, Error, Finding, House, SealedRow};
use crate::domain::retention;
use crate::sign::certificate::from_pem;
use crate::sign::keys;
use crate::store::{CertificateRow, ClosureRow, StatementRow};

/// The tables that events speak of.
struct Tables<'a> {
    copies: &'a [CopyRow],
    register: &'a [SealedRow],
    closures: Vec<ClosureRow>,
    certificates: Vec<CertificateRow>,
    bundles: BTreeSet<String>,
    statements: Vec<(CopyRow, StatementRow)>,
}

/// One event's payload.
struct Told(Value);

impl Told {
    fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, key: &str) -> u64 {
        self.0.get(key).and_then(Value::as_u64).unwrap_or_default()
    }
}

/// Compares every event with the rows it made, and the rows that nobody may add unseen with the events.
pub(super) async fn compare(house: &House, copies: &[CopyRow], register: &[SealedRow]) -> Result<Vec<Finding>, Error> {
    let mut tables = Tables {
        copies,
        register,
        closures: house.db.list_closures().await?,
        certificates: house.db.list_certificates().await?,
        bundles: house.db.list_bundles().await?.into_iter().map(|(digest, _)| digest).collect(),
        statements: Vec::new(),
    };
    for row in copies {
        let said = house.db.list_statements(&row.id, row.version).await?;
        tables.statements.extend(said.into_iter().map(|statement| (row.clone(), statement)));
    }
    let mut findings = Vec::new();
    let mut signed = BTreeSet::new();
    for entry in house.db.list_log().await? {
        let Ok(value) = serde_json::from_str(&entry.payload) else { continue };
        let told = Told(value);
        let place = format!("запись {} журнала событий", entry.index);
        if matches!(entry.event.as_str(), "statement_signed" | "statement_refused") {
            signed.insert(told.text("statement").to_owned());
        }
        findings.extend(
            missing(house, &tables, &entry.event, &told).map(|(code, message)| Finding::new(code, place, message)),
        );
        if entry.event == "sealed" {
            findings.extend(register_line(house, &tables, &told));
        }
    }
    findings.extend(tables.statements.iter().filter_map(|(row, said)| statement(&tables, &signed, row, said)));
    Ok(findings)
}

/// What an event made and the tables no longer have.
fn missing(house: &House, tables: &Tables<'_>, event: &str, told: &Told) -> Option<(&'static str, String)> {
    let copy = |version: u64| {
        tables.copies.iter().find(|row| row.id == told.text("copy") && u64::from(row.version) == version)
    };
    match event {
        "house_made" if told.text("policy") != house.policy.digest.to_hex() => {
            Some(("doctor.policy-changed", "правила дома не те, по которым он заведён".to_owned()))
        }
        "certificate_issued" => {
            let fingerprint = told.text("fingerprint");
            let row = tables.certificates.iter().find(|row| row.fingerprint == fingerprint);
            let whole =
                row.is_some_and(|row| from_pem(&row.pem).is_ok_and(|der| Digest::of(&der).to_hex() == fingerprint));
            (!whole).then(|| {
                ("doctor.certificate-altered", format!("сертификат {} изменён или удалён", told.text("owner")))
            })
        }
        "bundle_imported" => (!tables.bundles.contains(told.text("bundle")))
            .then(|| ("doctor.bundle-missing", "строка загруженного набора удалена".to_owned())),
        "period_closed" => {
            let closed = copy(told.number("version")).is_some_and(|row| {
                row.snapshot.to_hex() == told.text("snapshot")
                    && tables
                        .closures
                        .iter()
                        .any(|c| (&c.year, &c.class, &c.period) == (&row.year, &row.class, &row.period))
            });
            (!closed).then(|| {
                (
                    "doctor.closure-missing",
                    format!("{}: закрытие периода отменено в обход программы", told.text("copy")),
                )
            })
        }
        "statement_signed" | "statement_refused" => {
            let stands = tables.statements.iter().any(|(row, said)| {
                row.id == told.text("copy") && Digest::of(said.body.as_bytes()).to_hex() == told.text("statement")
            });
            (!stands).then(|| {
                (
                    "doctor.statement-missing",
                    format!("{}: заявление {} изменено или удалено", told.text("copy"), told.text("actor")),
                )
            })
        }
        _ => None,
    }
}

/// A line of the register says what its seal's event, its copy and the policy of its snapshot say.
fn register_line(house: &House, tables: &Tables<'_>, told: &Told) -> Option<Finding> {
    let no = told.number("register_no");
    let place = format!("реестр, № {no}");
    let Some(SealedRow { line, .. }) = tables.register.iter().find(|row| row.line.no == no) else {
        return Some(Finding::new(
            "doctor.register-line-missing",
            place,
            "строки, о которой помнит журнал событий, нет",
        ));
    };
    let copy = tables.copies.iter().find(|row| row.id == line.id && row.version == line.version)?;
    let years = retention::keep_years(copy.kind, &house.policy);
    let kept = retention::keep_through(&copy.year, years).map(|day| day.to_string()).unwrap_or_default();
    let pairs = [
        ("копия", told.text("copy").to_owned(), line.id.clone()),
        ("версия", told.number("version").to_string(), line.version.to_string()),
        ("дата печати", told.text("at").to_owned(), line.sealed_at.clone()),
        ("запись архива", told.text("object").to_owned(), line.object.clone()),
        ("PDF", told.text("sealed_pdf").to_owned(), line.sealed_pdf.to_hex()),
        ("снимок", told.text("snapshot").to_owned(), line.snapshot.to_hex()),
        ("номер", copy.number.clone(), line.number.clone()),
        ("год", copy.year.clone(), line.year.clone()),
        ("класс", copy.class.clone(), line.class.clone()),
        ("период", copy.period.clone(), line.period.clone()),
        ("вид", copy.kind.as_russian().to_owned(), line.kind.as_russian().to_owned()),
        ("хранить по", kept, line.keep_through.clone()),
        ("листов", copy.sheets.to_string(), line.sheets.to_string()),
    ];
    pairs.into_iter().find(|(_, was, is)| was != is).map(|(what, was, is)| {
        Finding::new("doctor.register-line-altered", place, format!("строка реестра изменена: {what}"))
            .expected_found(was, is)
    })
}

/// A statement stands in the log and its signature is the signer's.
fn statement(tables: &Tables<'_>, signed: &BTreeSet<String>, row: &CopyRow, said: &StatementRow) -> Option<Finding> {
    let place = format!("копия {}, {}, {}", row.id, said.stage, said.signer);
    if !signed.contains(&Digest::of(said.body.as_bytes()).to_hex()) {
        return Some(Finding::new("doctor.statement-unknown", place, "заявления нет в журнале событий"));
    }
    let key = tables.certificates.iter().find(|c| c.fingerprint == said.certificate && c.owner == said.signer);
    let der = key.and_then(|c| from_pem(&c.pem).ok());
    let genuine = match (der, STANDARD.decode(&said.signature)) {
        (Some(der), Ok(signature)) => keys::verify_ed25519(&der, said.body.as_bytes(), &signature),
        _ => false,
    };
    (!genuine).then(|| Finding::new("doctor.statement-signature", place, "подпись под заявлением неверна"))
}
