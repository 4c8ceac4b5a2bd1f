//! The signed statements of a record: who signed what, when, and whether the route is complete. Floor 2.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset};

use super::certificates::Known;
use super::{Trust, Walk};
use crate::domain::canon::Digest;
use crate::domain::route::BY_SHEETS;
use crate::domain::snapshot::{PersonFacts, Sheet, SignerFacts, Snapshot};
use crate::domain::statement::{SignedStatement, Statement, Verdict};
use crate::domain::words;
use crate::sign::certificate::PublicKey;
use crate::sign::keys::verify_ed25519_raw;
use crate::vault::{Content, name};

/// One statement as it lies in a record, not believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lying {
    /// `statements/03-T00001.txt`, or its number in the PDF.
    pub place: String,
    /// The signed bytes.
    pub signed_bytes: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// The signer's certificate, PEM.
    pub certificate: String,
}

/// A statement whose signature and certificate hold.
#[derive(Debug)]
pub(super) struct Signed {
    /// As [`Lying::place`].
    pub place: String,
    /// What was signed.
    pub statement: Statement,
    /// When.
    pub at: Option<DateTime<FixedOffset>>,
}

/// What the statements must agree with.
pub(super) struct Subject<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// Its digest.
    pub digest: Digest,
    /// The digests of its sheets, in their order.
    pub sheets: &'a [Digest],
    /// SHA-256 of the issued PDF; `None` when it is not at hand.
    pub issued_pdf: Option<Digest>,
}

/// The statements of a record's `statements/` folder, in the order of their names; missing parts are findings.
pub(super) fn from_files(content: &Content, walk: &mut Walk) -> Vec<Lying> {
    let mut lying = Vec::new();
    let stems: BTreeSet<&str> = content
        .files
        .keys()
        .filter_map(|path| path.strip_prefix("statements/"))
        .map(|file| file.rsplit_once('.').map_or(file, |(stem, _)| stem))
        .collect();
    for stem in stems {
        let place = format!("statements/{stem}.txt");
        let own = format!("certificates/{stem}.pem");
        let shared = stem.split_once('-').map(|(_, staff)| format!("certificates/{staff}.pem")).unwrap_or_default();
        let parts = (
            content.bytes(&place),
            content.bytes(&format!("statements/{stem}.sig")),
            content.text(&own).or_else(|| content.text(&shared)),
        );
        match parts {
            (Some(signed_bytes), Some(signature), Some(certificate)) => lying.push(Lying {
                place,
                signed_bytes: signed_bytes.to_vec(),
                signature: signature.to_vec(),
                certificate: certificate.to_owned(),
            }),
            _ => walk.found("statement.incomplete", place, "Нет заявления, подписи или сертификата к нему."),
        }
    }
    lying
}

/// The statements of a sealed PDF's `statements.json`; `None` when it is not such a list.
pub(super) fn from_attachment(bytes: &[u8]) -> Option<Vec<Lying>> {
    let list: Vec<SignedStatement> = serde_json::from_slice(bytes).ok()?;
    list.into_iter()
        .enumerate()
        .map(|(index, signed)| {
            Some(Lying {
                place: format!("заявление {} в PDF", index + 1),
                signed_bytes: signed.statement.into_bytes(),
                signature: STANDARD.decode(&signed.signature).ok()?,
                certificate: signed.certificate,
            })
        })
        .collect()
}

/// Believes the statements whose signature and certificate hold at the moment of signing.
pub(super) fn believe(lying: &[Lying], authority: Option<&Known>, trust: &Trust<'_>, walk: &mut Walk) -> Vec<Signed> {
    lying.iter().filter_map(|statement| believe_one(statement, authority, trust, walk)).collect()
}

fn believe_one(lying: &Lying, authority: Option<&Known>, trust: &Trust<'_>, walk: &mut Walk) -> Option<Signed> {
    let place = &lying.place;
    let statement = match Statement::from_signed_bytes(&lying.signed_bytes) {
        Ok(statement) => statement,
        Err(reason) => {
            walk.found("statement.unreadable", place, format!("Заявление изменено или не читается: {reason}."));
            return None;
        }
    };
    let place = format!("{place}, {}", statement.name);
    let Some(certificate) = trust.certificates.read(&lying.certificate) else {
        walk.found("statement.certificate-unreadable", place, "Сертификат подписавшего не читается.");
        return None;
    };
    let facts = &certificate.facts;
    let PublicKey::Ed25519(key) = &facts.public_key else {
        walk.found("statement.certificate-unreadable", place, "Сертификат подписавшего не для подписи Ed25519.");
        return None;
    };
    if !verify_ed25519_raw(key, &lying.signed_bytes, &lying.signature) {
        walk.found("statement.signature", place, "Подпись под заявлением неверна: заявление или подпись изменены.");
        return None;
    }
    if let Some(reason) = authority.and_then(|authority| trust.certificates.not_issued(&certificate, authority)) {
        walk.found("statement.foreign-certificate", &place, format!("Сертификат не выдан этой школой: {reason}."));
    }
    if facts.fingerprint != statement.certificate || facts.identifier != statement.signer || facts.is_authority {
        let message = "Сертификат не тот, которым подписано заявление.";
        walk.found("statement.other-certificate", &place, message);
    }
    let at = words::moment_of(&statement.signed_at);
    if !at.is_some_and(|at| facts.is_in_force_at(at.to_utc())) {
        let message = format!("Сертификат не действовал в момент подписания ({}).", statement.signed_at);
        walk.found("statement.certificate-not-in-force", &place, message);
    }
    Some(Signed { place, statement, at })
}

/// Compares believed statements with the copy that they were made for, and the route with the statements.
pub(super) fn check(signed: &[Signed], complete: bool, subject: &Subject<'_>, walk: &mut Walk) {
    let ids = subject.snapshot.sheets.iter().map(Sheet::id);
    let digests: BTreeMap<&str, Digest> = ids.zip(subject.sheets.iter().copied()).collect();
    for one in signed {
        check_subject(one, subject, walk);
        let kept = kept_for(one, signed, subject.snapshot, &digests);
        check_route(one, &kept, subject.snapshot, &digests, walk);
    }
    check_complete(signed, complete, subject, &digests, walk);
    check_order(signed, subject.snapshot, walk);
}

/// The sheets for which kept statements of the same place speak.
fn kept_for(one: &Signed, signed: &[Signed], snapshot: &Snapshot, digests: &BTreeMap<&str, Digest>) -> Vec<String> {
    let (stage, place) = (&one.statement.stage, one.statement.place_of());
    let Some(signer) = find_signer(snapshot, stage, place) else { return Vec::new() };
    let own =
        signed.iter().map(|other| &other.statement).filter(|said| said.stage == *stage && said.place_of() == place);
    own.filter(|said| is_kept(said, snapshot)).flat_map(|said| speaks_for(said, signer, digests)).collect()
}

/// Was the statement made for an earlier version of this copy and kept by a re-issue that left its sheets alone? Only who answers for single
/// sheets is heard that way.
fn is_kept(statement: &Statement, snapshot: &Snapshot) -> bool {
    let earlier = (1..snapshot.copy.version).contains(&statement.version);
    statement.copy == snapshot.copy.id && earlier && statement.stage == BY_SHEETS
}

fn check_subject(signed: &Signed, subject: &Subject<'_>, walk: &mut Walk) {
    let (Signed { place, statement, .. }, snapshot) = (signed, subject.snapshot);
    let checked = (
        statement.verdict == Verdict::CheckedAndCorrect && statement.remarks.is_empty(),
        "statement.refused",
        "Это отказ или заявление с замечаниями, а не подтверждение.",
    );
    if is_kept(statement, snapshot) {
        if !checked.0 {
            walk.found(checked.1, place, checked.2);
        }
        return;
    }
    if (statement.copy.as_str(), statement.version) != (snapshot.copy.id.as_str(), snapshot.copy.version) {
        let finding = crate::domain::finding::Finding::new(
            "statement.other-copy",
            place,
            "Заявление сделано о другой копии или версии и перенесено сюда.",
        );
        walk.findings.push(finding.expected_found(
            format!("{}, версия {}", snapshot.copy.id, snapshot.copy.version),
            format!("{}, версия {}", statement.copy, statement.version),
        ));
        // All its digests differ too; saying so helps nobody.
        return;
    }
    let issued = subject.issued_pdf.is_none_or(|digest| digest == statement.issued_pdf);
    let pairs = [
        (
            statement.snapshot == subject.digest,
            "statement.other-snapshot",
            "Заявление сделано о другом снимке журнала.",
        ),
        (
            statement.rows_root == snapshot.rows_root,
            "statement.other-rows",
            "Заявление сделано о других строках учеников.",
        ),
        (issued, "statement.other-issue", "Подписавший читал другой файл выпуска: issued.pdf не тот."),
        (statement.policy == snapshot.policy.digest, "statement.other-policy", "Заявление сделано по другим правилам."),
        checked,
    ];
    for (agrees, code, message) in pairs {
        if !agrees {
            walk.found(code, place, message);
        }
    }
}

fn check_route(
    signed: &Signed,
    kept: &[String],
    snapshot: &Snapshot,
    digests: &BTreeMap<&str, Digest>,
    walk: &mut Walk,
) {
    let Signed { place, statement, .. } = signed;
    let Some(signer) = find_signer(snapshot, &statement.stage, statement.place_of()) else {
        walk.found("statement.not-in-route", place, "Подписавший не входит в маршрут этой копии на этой ступени.");
        return;
    };
    let named = (full_name(&signer.person), signer.office.as_str(), signer.order.as_str());
    if statement.office_of() != (named.0.as_str(), named.1, named.2) {
        walk.found("statement.other-office", place, "Имя, должность или приказ подписавшего не те, что в маршруте.");
    }
    if statement.ink.as_ref().is_some_and(|ink| ink.signer == statement.signer) {
        let message = "Подпись на бумаге удостоверил тот же, кто её поставил: её должен видеть другой.";
        walk.found("statement.own-witness", place, message);
    }
    if is_kept(statement, snapshot) {
        if speaks_for(statement, signer, digests).is_empty() {
            let message = "Заявление о прежней версии: ни один из его листов не остался прежним.";
            walk.found("statement.sheet-changed", place, message);
        }
        return;
    }
    let expected: BTreeSet<&str> = signer.sheets.iter().map(String::as_str).collect();
    let named: BTreeSet<&str> = statement.sheets.iter().map(|sheet| sheet.id.as_str()).collect();
    let spoken_for: BTreeSet<&str> = kept.iter().map(String::as_str).collect();
    // What a kept statement speaks for need not be signed again, and may be.
    let whole = expected.iter().all(|sheet| named.contains(sheet) || spoken_for.contains(sheet));
    if !whole || !named.is_subset(&expected) || named.len() != statement.sheets.len() {
        let finding = crate::domain::finding::Finding::new(
            "statement.other-sheets",
            place,
            "Подписаны не те листы, которые по маршруту подписывает этот человек.",
        );
        walk.findings.push(finding.expected_found(
            expected.into_iter().collect::<Vec<_>>().join(", "),
            named.into_iter().collect::<Vec<_>>().join(", "),
        ));
    }
    for sheet in &statement.sheets {
        if digests.get(sheet.id.as_str()) != Some(&sheet.digest) {
            let message = "Лист не тот, что был подписан: его содержание изменено.";
            walk.found("statement.sheet-changed", format!("{place}, лист {}", sheet.id), message);
        }
    }
}

/// The sheets of a place in the route that a statement names with the digests they have.
fn speaks_for(statement: &Statement, signer: &SignerFacts, digests: &BTreeMap<&str, Digest>) -> Vec<String> {
    let named = |id: &&String| {
        statement.sheets.iter().any(|sheet| sheet.id == **id && digests.get(id.as_str()) == Some(&sheet.digest))
    };
    signer.sheets.iter().filter(named).cloned().collect()
}

fn find_signer<'s>(snapshot: &'s Snapshot, stage: &str, signer: &str) -> Option<&'s SignerFacts> {
    let stage = snapshot.route.iter().find(|found| found.id == stage)?;
    stage.signers.iter().find(|found| found.person.id == signer)
}

fn full_name(person: &PersonFacts) -> String {
    let parts = [&person.surname, &person.given_name, &person.patronymic];
    parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn check_complete(
    signed: &[Signed],
    complete: bool,
    subject: &Subject<'_>,
    digests: &BTreeMap<&str, Digest>,
    walk: &mut Walk,
) {
    let snapshot = subject.snapshot;
    let mut seen = BTreeSet::new();
    for Signed { place, statement, .. } in signed {
        if !seen.insert((statement.stage.as_str(), statement.place_of(), statement.version)) {
            walk.found("statement.twice", place, "Этот человек уже подписал на этой ступени: заявление повторено.");
        }
    }
    for (stage, signer) in snapshot.route.iter().flat_map(|stage| stage.signers.iter().map(move |s| (stage, s))) {
        let own = || {
            signed
                .iter()
                .map(|one| &one.statement)
                .filter(|said| said.stage == stage.id && said.place_of() == signer.person.id)
        };
        // A statement of this version that lacks a sheet, or spoils one, has been told of already.
        let spoken = own().any(|said| !is_kept(said, snapshot))
            || signer.sheets.iter().all(|id| own().any(|said| speaks_for(said, signer, digests).contains(id)));
        // Who stands there with a spoilt statement has been told of already.
        if complete && !spoken {
            let place = format!("маршрут, {}", stage.title);
            let message = format!("Нет подписи: {} ({}).", full_name(&signer.person), signer.office);
            walk.found("statement.missing", place, message);
        }
    }
}

/// Nobody signs before the stage before is complete, nor before the snapshot was frozen; what a re-issue kept was signed before that.
fn check_order(signed: &[Signed], snapshot: &Snapshot, walk: &mut Walk) {
    let frozen = words::moment_of(&snapshot.frozen_at);
    let mut after = frozen;
    for stage in &snapshot.route {
        let of_stage = || signed.iter().filter(|one| one.statement.stage == stage.id);
        let early = |one: &&Signed| if is_kept(&one.statement, snapshot) { one.at > frozen } else { one.at < after };
        for one in of_stage().filter(early) {
            let message = format!("Подписано раньше, чем завершена предыдущая ступень ({}).", one.statement.signed_at);
            walk.found("statement.order", &one.place, message);
        }
        after = of_stage().map(|one| one.at).max().flatten().max(after);
    }
}

/// The last moment of signing.
pub(super) fn last_moment(signed: &[Signed]) -> Option<DateTime<FixedOffset>> {
    signed.iter().filter_map(|one| one.at).max()
}

/// Files of the certificates' folder that no statement and no key of the school uses.
pub(super) fn stray_certificates(content: &Content) -> Vec<String> {
    let stems: BTreeSet<&str> =
        content.files.keys().filter_map(|path| path.strip_prefix("statements/")?.strip_suffix(".txt")).collect();
    let used = |path: &str| {
        [name::AUTHORITY, name::SEAL, name::LOG, name::LOG_VKEY].contains(&path)
            || stems.iter().any(|stem| {
                let staff = stem.split_once('-').map_or(*stem, |(_, staff)| staff);
                path == format!("certificates/{stem}.pem") || path == format!("certificates/{staff}.pem")
            })
    };
    content.files.keys().filter(|path| path.starts_with("certificates/") && !used(path)).cloned().collect()
}
