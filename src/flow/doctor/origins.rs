//! The doctor on where things came from: certificates, policy and bundles against the log. Floor 2.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::{Error, House, keys, policy};
use crate::bundle;
use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::sign::certificate::{certificate_facts, from_pem, verify_issued_by};
use crate::store::{CertificateRow, LogEntry};

/// Every certificate is one that the log knows, is what its row says, and is issued by the school's authority.
pub(super) async fn certificates(house: &House) -> Result<Vec<Finding>, Error> {
    let rows = house.db.list_certificates().await?;
    let told: BTreeSet<String> = events(&house.db.list_log().await?, "certificate_issued")
        .filter_map(|payload| payload["fingerprint"].as_str().map(str::to_owned))
        .collect();
    // An authority that was replaced issued what it issued; each of them must be one that the log knows.
    let own = rows.iter().filter(|row| row.owner == keys::AUTHORITY);
    let authorities: Vec<Vec<u8>> = own.filter_map(|row| from_pem(&row.pem).ok()).collect();
    let mut findings = Vec::new();
    for row in &rows {
        if let Some(reason) = wrong(row, &told, &authorities) {
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

fn wrong(row: &CertificateRow, told: &BTreeSet<String>, authorities: &[Vec<u8>]) -> Option<&'static str> {
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
        () if !authorities.iter().any(|authority| verify_issued_by(&der, authority).is_ok()) => {
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
    let founding = house.founding.digest.to_hex();
    let other = made.filter(|digest| *digest != founding).map(|digest| {
        Finding::new("doctor.policy-altered", "правила школы", "правила не те, с которыми школа начала работу")
            .expected_found(digest, founding.clone())
    });
    // What the rows hold is digested anew: a row's own digest proves nothing.
    let adopted: Vec<(String, String)> = house
        .db
        .list_policies()
        .await?
        .into_iter()
        .map(|row| (row.in_force_from, Digest::of(row.text.as_bytes()).to_hex()))
        .collect();
    let told: Vec<(String, String)> = events(&entries, "policy_changed")
        .filter_map(|payload| Some((payload["from"].as_str()?.to_owned(), payload["policy"].as_str()?.to_owned())))
        .collect();
    let changed: Vec<Finding> = (0..told.len().max(adopted.len()))
        .filter(|place| told.get(*place) != adopted.get(*place))
        .map(|place| {
            let words = |one: Option<&(String, String)>| {
                one.map_or_else(String::new, |(from, digest)| format!("с {from}: {digest}"))
            };
            let message = "правила, введённые приказом, не те, что внесены в журнал событий";
            Finding::new("doctor.policy-altered", format!("правила школы, введение {}", place + 1), message)
                .expected_found(words(told.get(place)), words(adopted.get(place)))
        })
        .collect();
    let brought =
        events(&entries, "bundle_imported").filter_map(|payload| payload["bundle"].as_str().map(str::to_owned));
    let lost = brought.filter(|digest| !bundles.contains(digest)).map(|digest| {
        Finding::new("doctor.bundle-missing", format!("набор {digest}"), "строка о загруженном наборе удалена")
    });
    Ok(other.chain(changed).chain(lost).collect())
}

/// The times of entry of each year are still what its last bundle says.
pub(super) async fn entries(house: &House) -> Result<Vec<Finding>, Error> {
    let policies = policy::history(house).await?;
    let mut last: BTreeMap<String, (String, String)> = BTreeMap::new();
    for payload in events(&house.db.list_log().await?, "bundle_imported") {
        if let (Some(year), Some(digest)) = (payload["year"].as_str(), payload["bundle"].as_str()) {
            let day = payload["at"].as_str().and_then(|at| at.get(..10)).unwrap_or_default();
            last.insert(year.to_owned(), (digest.to_owned(), day.to_owned()));
        }
    }
    let mut findings = Vec::new();
    for (year, (digest, day)) in &last {
        // A bundle is read under the policy of the day on which it came in; later codes and scales are not its own.
        let under = day.parse().map_or(&house.policy, |day| &policies.on(day).policy);
        // A kept bundle that cannot be read any more is a finding of its own.
        let Ok(brought) = bundle::read(&house.root.join("bundles").join(digest), under) else { continue };
        let mut told = brought.entries;
        told.sort_by(|a, b| (&a.lesson, a.kind, &a.learner_id).cmp(&(&b.lesson, b.kind, &b.learner_id)));
        let mut kept = house.db.list_entries(year).await?;
        kept.sort_by(|a, b| (&a.lesson, a.kind, &a.learner_id).cmp(&(&b.lesson, b.kind, &b.learner_id)));
        if told != kept {
            let message = "времена записей в базе данных не те, что загружены последним набором";
            findings.push(
                Finding::new("doctor.entries-altered", format!("времена записей {year} учебного года"), message)
                    .expected_found(told.len().to_string(), kept.len().to_string()),
            );
        }
    }
    Ok(findings)
}

/// Payloads of the log's events of one kind, oldest first.
fn events<'l>(entries: &'l [LogEntry], kind: &'l str) -> impl Iterator<Item = Value> + 'l {
    entries
        .iter()
        .filter(move |entry| entry.event == kind)
        .filter_map(|entry| serde_json::from_str(&entry.payload).ok())
}
