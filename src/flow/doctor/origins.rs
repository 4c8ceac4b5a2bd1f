//! The doctor on where things came from: certificates, policy and bundles against the log. Floor 2.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{Error, House, keys};
use crate::domain::finding::Finding;
use crate::sign::certificate::{certificate_facts, from_pem, verify_issued_by};
use crate::store::{CertificateRow, LogEntry};

/// Every certificate is one that the log knows, is what its row says, and is issued by the school's authority.
pub(super) async fn certificates(house: &House) -> Result<Vec<Finding>, Error> {
    let rows = house.db.list_certificates().await?;
    let told: BTreeSet<String> = events(&house.db.list_log().await?, "certificate_issued")
        .filter_map(|payload| payload["fingerprint"].as_str().map(str::to_owned))
        .collect();
    let authority = rows.iter().find(|row| row.owner == keys::AUTHORITY).and_then(|row| from_pem(&row.pem).ok());
    let mut findings = Vec::new();
    for row in &rows {
        if let Some(reason) = wrong(row, &told, authority.as_deref()) {
            let place = format!("сертификат {} ({})", row.serial, row.owner);
            findings.push(Finding::new("doctor.certificate-altered", place, reason));
        }
    }
    if rows.len() < told.len() {
        let message = "сертификатов в базе данных меньше, чем внесено в журнал событий";
        let finding = Finding::new("doctor.certificate-missing", "сертификаты", message);
        findings.push(finding.expected_found(told.len().to_string(), rows.len().to_string()));
    }
    Ok(findings)
}

fn wrong(row: &CertificateRow, told: &BTreeSet<String>, authority: Option<&[u8]>) -> Option<&'static str> {
    let Some(der) = from_pem(&row.pem).ok() else { return Some("сертификат не читается") };
    let Ok(facts) = certificate_facts(&der) else { return Some("сертификат не читается") };
    let moment = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let as_written = facts.fingerprint.to_hex() == row.fingerprint
        && facts.serial_hex == row.serial
        && facts.owner == row.subject
        && moment(facts.not_before) == row.not_before
        && moment(facts.not_after) == row.not_after;
    match () {
        () if !as_written => Some("сертификат не тот, что записан при выдаче"),
        () if !told.contains(&row.fingerprint) => Some("журнал событий не знает о выдаче этого сертификата"),
        () if authority.is_none_or(|authority| verify_issued_by(&der, authority).is_err()) => {
            Some("сертификат выдан не удостоверяющим центром школы")
        }
        () => None,
    }
}

/// The policy is the one the house was made under, and every bundle that the log tells of is on record.
pub(super) async fn foundations(house: &House) -> Result<Vec<Finding>, Error> {
    let entries = house.db.list_log().await?;
    let bundles: BTreeSet<String> = house.db.list_bundles().await?.into_iter().map(|(digest, _)| digest).collect();
    let made = events(&entries, "house_made").filter_map(|payload| payload["policy"].as_str().map(str::to_owned));
    let other = made.filter(|digest| *digest != house.policy.digest.to_hex()).map(|digest| {
        Finding::new("doctor.policy-altered", "правила школы", "правила не те, по которым заведён дом")
            .expected_found(digest, house.policy.digest.to_hex())
    });
    let brought =
        events(&entries, "bundle_imported").filter_map(|payload| payload["bundle"].as_str().map(str::to_owned));
    let lost = brought.filter(|digest| !bundles.contains(digest)).map(|digest| {
        Finding::new("doctor.bundle-missing", format!("набор {digest}"), "строка о загруженном наборе удалена")
    });
    Ok(other.chain(lost).collect())
}

/// Payloads of the log's events of one kind, oldest first.
fn events<'l>(entries: &'l [LogEntry], kind: &'l str) -> impl Iterator<Item = Value> + 'l {
    entries
        .iter()
        .filter(move |entry| entry.event == kind)
        .filter_map(|entry| serde_json::from_str(&entry.payload).ok())
}
