//! A whole sealed record: object or package. Floor 2.
//!
//! What was sealed is the truth that the rest is measured by: when the seal holds, the snapshot inside the PDF is what everybody signed,
//! and a file that differs from it is named by class, date and learner instead of by digest.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use super::certificates::Known;
use super::sealing::{self, Pair};
use super::statements::{self, Lying, Subject};
use super::{CopySeen, Trust, Walk};
use crate::domain::canon::{self, Digest};
use crate::domain::difference::{sheet_name, snapshot_diff};
use crate::domain::finding::{Finding, Severity};
use crate::domain::log_proof::{SealEvent, content_digest, object_id};
use crate::domain::snapshot::{Sheet, Snapshot};
use crate::domain::{names, rows, words};
use crate::sign::seal::{SealCheck, attachments};
use crate::vault::{Content, name};

/// Files without which a record is not whole.
const NEEDED: [&str; 12] = [
    name::SEALED_PDF,
    name::ISSUED_PDF,
    name::SNAPSHOT,
    name::LOG_PROOF,
    name::VERIFY_SH,
    name::README,
    name::PREMIS,
    name::DUBLIN_CORE,
    name::AUTHORITY,
    name::SEAL,
    name::LOG,
    name::LOG_VKEY,
];

/// Walks a record.
pub(super) fn check(content: &Content, trust: &Trust<'_>, walk: &mut Walk) {
    for file in NEEDED.iter().filter(|file| !content.files.contains_key(**file)) {
        // The inventory has named it already where the file was listed there.
        if !walk.findings.iter().any(|finding| finding.place.ends_with(file)) {
            walk.found("record.missing-part", *file, "Нет обязательной части записи.");
        }
    }
    for file in statements::stray_certificates(content) {
        walk.found("record.stray-certificate", file, "Лишний сертификат: им не подписано ни одно заявление.");
    }
    let seal = check_sealed_pdf(content, trust, walk);
    let attached = seal.as_ref().and_then(|_| content.bytes(name::SEALED_PDF)).map(Attached::read);
    let Some(frozen) = choose_snapshot(content, attached.as_ref(), walk) else { return };
    let snapshot = &frozen.snapshot;
    walk.copy = Some(CopySeen::of(snapshot));
    let authority = check_authority(content.text(name::AUTHORITY), snapshot, trust, walk);
    if let Some(seal) = &seal {
        check_seal_certificates(seal, content, authority.as_deref(), trust, walk);
    }
    let lying = statements::from_files(content, walk);
    check_attached_statements(&lying, attached.as_ref(), walk);
    let last = check_people(&lying, &frozen, content, authority.as_deref(), trust, walk);
    if let Some(seal) = &seal {
        check_sealed_last(seal, last, walk);
    }
    check_log(&lying, snapshot, seal.as_ref(), content, authority.as_deref(), trust, walk);
}

/// The seal; `None` when there is no file.
fn check_sealed_pdf(content: &Content, trust: &Trust<'_>, walk: &mut Walk) -> Option<SealCheck> {
    let mut seal = trust.certificates.check_seal(content.bytes(name::SEALED_PDF)?);
    tell_seal(&seal, walk);
    walk.findings.append(&mut seal.findings);
    Some(seal)
}

/// Says in one sentence that the seal holds.
pub(super) fn tell_seal(seal: &SealCheck, walk: &mut Walk) {
    if let (true, Some(at)) = (seal.findings.is_empty(), &seal.claimed_at) {
        walk.checked.push(format!("Печать школы цела, поставлена {at}."));
    }
}

/// What lies inside the sealed PDF.
pub(super) struct Attached {
    /// `snapshot.json`.
    pub snapshot: Option<Vec<u8>>,
    /// `statements.json`.
    pub statements: Option<Vec<u8>>,
}

impl Attached {
    pub(super) fn read(pdf: &[u8]) -> Self {
        let mut attached = Self { snapshot: None, statements: None };
        for (file, bytes) in attachments(pdf).unwrap_or_default() {
            match file.as_str() {
                "snapshot.json" => attached.snapshot = Some(bytes),
                "statements.json" => attached.statements = Some(bytes),
                _ => {}
            }
        }
        attached
    }
}

/// A snapshot with its digest and those of its sheets.
struct Frozen {
    snapshot: Snapshot,
    digest: Digest,
    sheets: Vec<Digest>,
}

/// The snapshot to go on with: the file, or the sealed one when the file is not it.
fn choose_snapshot(content: &Content, attached: Option<&Attached>, walk: &mut Walk) -> Option<Frozen> {
    let inside = attached.and_then(|attached| attached.snapshot.as_deref());
    if attached.is_some() && inside.is_none() {
        walk.found("record.attachment-missing", name::SEALED_PDF, "В скреплённом PDF нет снимка журнала.");
    }
    let file = content.files.get(name::SNAPSHOT);
    let bytes = file.map(|file| &file.bytes[..]);
    let file = file.and_then(|file| match Snapshot::with_sheet_digests(&file.bytes) {
        Ok((snapshot, sheets)) => Some(Frozen { snapshot, digest: file.sha256, sheets }),
        Err(reason) => {
            walk.found("record.snapshot-unreadable", name::SNAPSHOT, format!("{reason}."));
            None
        }
    });
    let Some(inside) = inside.filter(|inside| bytes != Some(inside)) else { return file };
    let digest = Digest::of(inside);
    let sealed = Snapshot::with_sheet_digests(inside).ok();
    let sealed = sealed.map(|(snapshot, sheets)| Frozen { snapshot, digest, sheets });
    let changed = match (&sealed, bytes) {
        (Some(sealed), Some(bytes)) => changed_sheets(sealed, file.as_ref(), inside, bytes),
        _ => String::new(),
    };
    let message = format!("Снимок в записи не тот, что внутри PDF{changed}.");
    let finding = Finding::new("record.snapshot-differs", name::SNAPSHOT, message);
    let found = content.digest(name::SNAPSHOT).map(|digest| digest.to_hex()).unwrap_or_default();
    walk.findings.push(finding.expected_found(digest.to_hex(), found));
    match (&sealed, &file) {
        (Some(sealed), Some(file)) => walk.findings.extend(snapshot_diff(&sealed.snapshot, &file.snapshot)),
        (None, _) => walk.found("record.snapshot-unreadable", name::SEALED_PDF, "Снимок внутри PDF не читается."),
        _ => {}
    }
    sealed.or(file)
}

/// Sheets named in one finding: more of them are a number.
const SHEETS_NAMED: usize = 5;

/// Which sheets of the copy the file tells otherwise, as people call them: «: 5А, II четверть, лист 8 из 19 (Информатика (1))»; of a file
/// that no longer reads, the one in which the first other byte stands. Empty where no sheet does.
fn changed_sheets(sealed: &Frozen, file: Option<&Frozen>, inside: &[u8], found: &[u8]) -> String {
    let snapshot = &sealed.snapshot;
    let all = snapshot.sheets.len();
    let changed: Vec<usize> = match file.filter(|file| file.sheets.len() == all) {
        Some(file) => (0..all).filter(|at| sealed.sheets[*at] != file.sheets[*at]).collect(),
        None => {
            let first = inside.iter().zip(found).position(|(one, other)| one != other);
            first.and_then(|first| Snapshot::sheet_at(inside, first)).into_iter().collect()
        }
    };
    let name = |at: &usize| format!("лист {} из {all} ({})", at + 1, sheet_name(&snapshot.sheets[*at]));
    let names: Vec<String> = changed.iter().take(SHEETS_NAMED).map(name).collect();
    match (names.is_empty(), changed.len().saturating_sub(SHEETS_NAMED)) {
        (true, _) => String::new(),
        (false, more) => {
            let more = if more == 0 { String::new() } else { format!(" и ещё {more}") };
            format!(": {}, {}, {}{more}", snapshot.class.name, snapshot.period.name, names.join(", "))
        }
    }
}

/// The authority that everything here hangs on: the one the snapshot names and, if known from elsewhere, the one trusted.
pub(super) fn check_authority(
    pem: Option<&str>,
    snapshot: &Snapshot,
    trust: &Trust<'_>,
    walk: &mut Walk,
) -> Option<Arc<Known>> {
    let authority = trusted_authority(pem, trust, walk)?;
    let found = authority.facts.fingerprint;
    if found != snapshot.school.authority {
        let message = "Удостоверяющий центр не тот, который напечатан на титульном листе.";
        let finding = Finding::new("authority.other", name::AUTHORITY, message);
        walk.findings.push(finding.expected_found(snapshot.school.authority.to_hex(), found.to_hex()));
    }
    Some(authority)
}

/// Reads the authority's certificate and compares it with the trusted one.
pub(super) fn trusted_authority(pem: Option<&str>, trust: &Trust<'_>, walk: &mut Walk) -> Option<Arc<Known>> {
    let authority = pem.and_then(|pem| trust.certificates.read(pem));
    let Some(authority) = authority else {
        let message = "Сертификат удостоверяющего центра школы отсутствует или не читается.";
        walk.found("authority.unreadable", name::AUTHORITY, message);
        return None;
    };
    if let Some(reason) = trust.certificates.not_issued(&authority, &authority) {
        walk.found(
            "authority.invalid",
            name::AUTHORITY,
            format!("Сертификат удостоверяющего центра неверен: {reason}."),
        );
    }
    let found = authority.facts.fingerprint;
    walk.authority = Some(found);
    match &trust.options.authority {
        Some(trusted) if *trusted == authority.der => {
            walk.checked.push(super::TRUSTED.to_owned());
        }
        Some(_) if trust.options.earlier.contains(&authority.der) => {
            walk.checked.push("Удостоверяющий центр – прежний центр этой школы.".to_owned());
        }
        Some(trusted) => {
            let message = if trust.options.earlier.is_empty() {
                "Запись удостоверена другим удостоверяющим центром, не тем, которому вы доверяете. Если школа заменяла центр и отпечаток этого есть на \
                 титульном листе бумажной копии, назовите оба: --authority можно указать несколько раз."
            } else {
                "Запись удостоверена удостоверяющим центром, которого нет среди названных."
            };
            let finding = Finding::new("authority.foreign", name::AUTHORITY, message);
            let named = trust.options.earlier.iter().chain([trusted]).map(|der| Digest::of(der).to_hex());
            let named = named.collect::<Vec<_>>().join(", ");
            walk.findings.push(finding.expected_found(named, found.to_hex()));
        }
        None => walk.findings.push(not_compared(found)),
    }
    Some(authority)
}

/// Code of the note that nobody has compared the authority yet.
pub(super) const NOT_COMPARED: &str = "authority.not-compared";

/// Says what only a person with the paper can do.
pub(super) fn not_compared(found: Digest) -> Finding {
    let message = format!(
        "Сравните отпечаток удостоверяющего центра школы с титульным листом бумажной копии: {found}. Без этого проверка говорит \
         только о согласованности записи."
    );
    Finding::new(NOT_COMPARED, name::AUTHORITY, message).weighing(Severity::Note)
}

fn check_seal_certificates(
    seal: &SealCheck,
    content: &Content,
    authority: Option<&Known>,
    trust: &Trust<'_>,
    walk: &mut Walk,
) {
    if let Some(authority) = authority {
        walk.findings.extend(seal.against(&authority.der));
    }
    let file = content.text(name::SEAL).and_then(|pem| trust.certificates.read(pem));
    if seal.certificate.is_some() && seal.certificate.as_deref() != file.as_ref().map(|known| &known.der[..]) {
        walk.found("seal.other-certificate", name::SEAL, "Сертификат печати не тот, которым скреплён PDF.");
    }
}

/// The statements in the folder must be those inside the sealed PDF.
fn check_attached_statements(lying: &[Lying], attached: Option<&Attached>, walk: &mut Walk) {
    let Some(attached) = attached else { return };
    let Some(inside) = attached.statements.as_deref().and_then(statements::from_attachment) else {
        walk.found(
            "record.attachment-missing",
            name::SEALED_PDF,
            "В скреплённом PDF нет заявлений или они не читаются.",
        );
        return;
    };
    let same = |one: &Lying, other: &Lying| {
        (&one.signed_bytes, &one.signature, &one.certificate)
            == (&other.signed_bytes, &other.signature, &other.certificate)
    };
    for one in lying.iter().filter(|one| !inside.iter().any(|other| same(one, other))) {
        let message = "Такого заявления нет внутри скреплённого PDF: оно подменено или добавлено.";
        walk.found("record.statement-differs", &one.place, message);
    }
    for (no, _) in inside.iter().enumerate().filter(|(_, one)| !lying.iter().any(|other| same(one, other))) {
        let place = format!("statements/, заявление {} из PDF", no + 1);
        walk.found("record.statement-absent", place, "Заявление есть внутри PDF, но среди файлов его нет.");
    }
    // One list, one text: the same statements in another order or spelling were not attached by this program. What was read out of canonical text
    // would be written as that text again, so nothing is written here.
    let in_order = inside.iter().zip(lying).all(|(one, other)| same(one, other));
    let text = attached.statements.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    if inside.len() == lying.len() && !(in_order && text.is_some_and(canon::scan::is_canonical)) {
        let message = "Заявления внутри PDF записаны не так и не в том порядке, в каком они подписаны.";
        walk.found("record.statements-rearranged", name::SEALED_PDF, message);
    }
}

fn check_people(
    lying: &[Lying],
    frozen: &Frozen,
    content: &Content,
    authority: Option<&Known>,
    trust: &Trust<'_>,
    walk: &mut Walk,
) -> Option<DateTime<FixedOffset>> {
    let signed = statements::believe(lying, authority, trust, walk);
    let Frozen { snapshot, digest, sheets } = frozen;
    let subject = Subject { snapshot, digest: *digest, sheets, issued_pdf: content.digest(name::ISSUED_PDF) };
    statements::check(&signed, lying.len() == signed.len(), &subject, walk);
    check_rows(snapshot, walk);
    tell_people(signed.len(), snapshot, walk);
    statements::last_moment(&signed)
}

/// Nobody signs what is sealed already.
pub(super) fn check_sealed_last(seal: &SealCheck, last: Option<DateTime<FixedOffset>>, walk: &mut Walk) {
    let sealed_at = seal.claimed_at.as_deref().and_then(words::moment_of);
    if sealed_at.is_some() && sealed_at < last {
        walk.found("seal.before-statements", name::SEALED_PDF, "Печать поставлена раньше последней подписи.");
    }
}

/// The rows' root is signed; a root that the sheets do not give would make every extract worthless.
pub(super) fn check_rows(snapshot: &Snapshot, walk: &mut Walk) {
    match rows::root(&snapshot.sheets, &snapshot.salts) {
        Ok(root) if root == snapshot.rows_root => {}
        Ok(root) => {
            let message = "Корень строк учеников не сходится с листами снимка.";
            let finding = Finding::new("record.rows-root", name::SNAPSHOT, message);
            walk.findings.push(finding.expected_found(snapshot.rows_root.to_hex(), root.to_hex()));
        }
        Err(reason) => walk.found("record.rows-root", name::SNAPSHOT, format!("Строки учеников: {reason}.")),
    }
}

/// Says how many people signed for how many sheets.
pub(super) fn tell_people(signed: usize, snapshot: &Snapshot, walk: &mut Walk) {
    walk.checked.push(format!("Заявления с верной подписью: {signed}; листов: {}.", snapshot.sheets.len()));
    for sheet in &snapshot.sheets {
        let Sheet::Course(course) = sheet else { continue };
        if let Some(signer) = course.part.as_ref().map(|_| course.signer()) {
            let name = names::full_name(&signer.surname, &signer.given_name, &signer.patronymic);
            walk.checked.push(format!("Учитель сменился в периоде: лист «{}» подписывает {name}.", course.name()));
        }
    }
    if let Some(copy) = &mut walk.copy {
        copy.statements = signed;
    }
}

fn check_log(
    lying: &[Lying],
    snapshot: &Snapshot,
    seal: Option<&SealCheck>,
    content: &Content,
    authority: Option<&Known>,
    trust: &Trust<'_>,
    walk: &mut Walk,
) {
    let Some(event) = sealing::believe(content, &snapshot.school.id, authority, trust, walk) else { return };
    if let Some(copy) = &mut walk.copy {
        copy.sealed_at.clone_from(&event.at);
        copy.register_no = event.register_no().unwrap_or_default();
    }
    let digest = |path| content.digest(path);
    let pair = |code, place, logged, found| Pair { code, place, logged, found };
    sealing::compare(
        &[
            pair("log.other-sealed-pdf", name::SEALED_PDF, event.sealed_pdf, digest(name::SEALED_PDF)),
            pair("log.other-issued-pdf", name::ISSUED_PDF, event.issued_pdf, digest(name::ISSUED_PDF)),
            pair("log.other-snapshot", name::SNAPSHOT, event.snapshot, digest(name::SNAPSHOT)),
        ],
        walk,
    );
    let found: Vec<Digest> = lying.iter().map(|one| Digest::of(&one.signed_bytes)).collect();
    if found != event.statements {
        let message = "Заявления не те или не в том порядке, что внесены в журнал событий при опечатывании.";
        walk.found("log.other-statements", "statements/", message);
    }
    check_event(&event, snapshot, seal, walk);
    check_bound_content(&event, content, walk);
}

/// The event must speak of this copy, this object and this moment.
fn check_event(event: &SealEvent, snapshot: &Snapshot, seal: Option<&SealCheck>, walk: &mut Walk) {
    let copy = &snapshot.copy;
    let object = object_id(&snapshot.school.id, &copy.id, copy.version);
    if (&event.copy, event.version, &event.object) != (&copy.id, copy.version, &object) {
        let message = "Журнал событий говорит об опечатывании другой копии.";
        let finding = Finding::new("log.other-copy", name::LOG_PROOF, message);
        walk.findings.push(finding.expected_found(&event.object, object));
    }
    if let Some(claimed) = seal.and_then(|seal| seal.claimed_at.as_ref())
        && words::moment_of(claimed) != words::moment_of(&event.at)
    {
        let message = "Печать поставлена не тогда, когда опечатывание внесено в журнал событий.";
        let finding = Finding::new("log.other-moment", name::LOG_PROOF, message);
        walk.findings.push(finding.expected_found(&event.at, claimed));
    }
}

/// The files that nobody signs are bound by the log only.
fn check_bound_content(event: &SealEvent, content: &Content, walk: &mut Walk) {
    let Some(logged) = event.content else {
        let message = "Журнал событий не связывает описания и сертификаты записи: их подмену доказать нельзя.";
        let finding = Finding::new("log.content-unbound", name::LOG_PROOF, message);
        walk.findings.push(finding.weighing(Severity::Warning));
        return;
    };
    let bound = content.files.iter().filter(|(path, _)| path.as_str() != name::LOG_PROOF);
    let found = content_digest(bound.map(|(path, file)| (path.as_str(), file.sha256)));
    // Where something else is wrong the list of files differs too, and the finding before says more.
    if found != logged && !walk.has_errors() {
        let message = "Состав записи не тот, что внесён в журнал событий: файл изменён, добавлен или удалён.";
        let finding = Finding::new("log.other-content", "запись", message);
        walk.findings.push(finding.expected_found(logged.to_hex(), found.to_hex()));
    }
}
