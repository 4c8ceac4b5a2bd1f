//! Signatures made elsewhere (УКЭП, `.sig`): checked over a copy's document, kept beside it, checked again whenever they are shown. Floor 2.
//!
//! Only what is whole is kept: a file over another document, an altered one, one made with a certificate out of its term and one that cannot
//! be checked leave no trace but what the person is told. Whether a certificate is a qualified one is not checked, and every verdict says so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::Duration;

use super::{Act, Error, House, read_file, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;
use crate::domain::finding::{Finding, Severity, Verdict};
use crate::domain::log_proof::object_name;
use crate::domain::words;
use crate::sign::foreign::{self, Document, NOT_CHECKED, SELF_ISSUED, Signature, SignatureCheck};
use crate::store::{self, CopyRow, ForeignRow};
use crate::vault::name;

/// The document that the signers read.
pub const ISSUED: &str = "issued";
/// The same with the school's seal.
pub const SEALED: &str = "sealed";

/// Two clocks may differ by some minutes; a signature from later than that is from no clock that can be believed.
const CLOCKS_DIFFER: Duration = Duration::minutes(10);

impl House {
    /// A kept signature made elsewhere: its digest is its name.
    fn foreign_signature(&self, digest: &str) -> PathBuf {
        self.scans().join(format!("{digest}.sig"))
    }
}

/// A kept signature file with what a check says of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its row.
    pub row: ForeignRow,
    /// The check.
    pub check: SignatureCheck,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its row; none for a file that was not kept.
    pub row: Option<ForeignRow>,
    /// It was attached before, and nothing was written now.
    pub again: bool,
    /// What the check says.
    pub check: SignatureCheck,
}

/// The documents of a version: bytes that a signature may be over.
struct Documents {
    issued: Vec<u8>,
    sealed: Option<Vec<u8>>,
}

impl Documents {
    async fn of(house: &House, row: &CopyRow) -> Result<Self, Error> {
        let digest: Digest = row.issued_pdf.parse().map_err(|_| Error::NothingToSign(row.id.clone()))?;
        let issued = read_file(&house.issued_pdf(&row.id, row.version, digest))?;
        let sealed = match house.db.find_register_line(&row.id, row.version).await? {
            None => None,
            Some(sealed) => {
                let object = house.archive().join(object_name(&sealed.line.id, sealed.line.version));
                Some(read_file(&object.join("v1/content").join(name::SEALED_PDF))?)
            }
        };
        Ok(Self { issued, sealed })
    }

    fn check(&self, place: &str, file: &[u8]) -> SignatureCheck {
        let issued = Document { name: ISSUED, bytes: &self.issued };
        let sealed = self.sealed.as_deref().map(|bytes| Document { name: SEALED, bytes });
        let documents: Vec<Document<'_>> = [Some(issued), sealed].into_iter().flatten().collect();
        foreign::check_signature(place, file, &documents)
    }
}

/// Checks a signature file over the documents of a copy's version (the last one without `version`) and keeps it when it holds.
pub async fn attach(
    house: &House,
    copy: &str,
    version: Option<u32>,
    name: &str,
    file: &[u8],
    act: &Act,
) -> Result<Attached, Error> {
    let rows = house.db.list_versions(copy).await?;
    let wanted = version.or_else(|| rows.last().map(|row| row.version));
    let row = rows.into_iter().find(|row| Some(row.version) == wanted).ok_or_else(|| Error::NoCopy(copy.to_owned()))?;
    let documents = Documents::of(house, &row).await?;
    let mut check = documents.check(name, file);
    check.findings.extend(check.signatures.iter().filter_map(|one| from_later(name, one, act)));
    if check.verdict() != Verdict::Valid {
        return Ok(Attached { row: None, again: false, check });
    }
    let digest = Digest::of(file);
    let kept = ForeignRow {
        copy: row.id.clone(),
        version: row.version,
        digest: digest.to_hex(),
        over: check.over.to_owned(),
        bytes: file.len() as u64,
        at: act.moment(),
        by: act.by.clone(),
    };
    // The file first, under its digest; a crash before the transaction leaves a file that nobody names.
    let folder = house.scans();
    std::fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder, source })?;
    crate::vault::durable::write_once(&house.foreign_signature(&kept.digest), file)?;
    let event = Event::new(EventKind::ForeignSignatureKept, &act.by, &act.moment())
        .with("copy", &kept.copy)
        .with_number("version", kept.version.into())
        .with("over", &kept.over)
        .with_digest("signature", digest);
    let mut tx = house.db.begin().await?;
    match tx.record_foreign_signature(&kept).await {
        Err(store::Error::Duplicate) => {
            drop(tx);
            let standing = house.db.list_foreign_signatures(&row.id, row.version).await?;
            let row = standing.into_iter().find(|one| one.digest == kept.digest);
            return Ok(Attached { row, again: true, check });
        }
        other => other?,
    }
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(Attached { row: Some(kept), again: false, check })
}

fn from_later(place: &str, one: &Signature, act: &Act) -> Option<Finding> {
    let at = words::moment_of(&one.signed_at)?;
    (at > act.at + CLOCKS_DIFFER).then(|| {
        let message = "подпись сделана позже, чем сейчас: часы подписавшего или этого компьютера идут неверно";
        let expected = format!("не позже {}", words::moment(&act.moment()));
        Finding::new("signature.from-later", place, message)
            .expected_found(expected, words::moment(&at.with_timezone(&act.at.timezone()).to_rfc3339()))
    })
}

/// Signatures made elsewhere over a version, each checked now.
pub async fn list(house: &House, row: &CopyRow) -> Result<Vec<Kept>, Error> {
    let rows = house.db.list_foreign_signatures(&row.id, row.version).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let documents = Documents::of(house, row).await?;
    Ok((1..).zip(rows).map(|(no, kept)| check_kept(house, &documents, no, kept)).collect())
}

fn check_kept(house: &House, documents: &Documents, no: usize, row: ForeignRow) -> Kept {
    let place = format!("внешняя подпись {no}");
    let lost = |message: &str| SignatureCheck {
        findings: vec![Finding::new("signature.lost", &place, message)],
        ..SignatureCheck::default()
    };
    let check = match std::fs::read(house.foreign_signature(&row.digest)) {
        Err(_) => lost("файла подписи нет в папке scans"),
        Ok(bytes) if Digest::of(&bytes).to_hex() != row.digest => lost("файл подписи не тот, что был приложен"),
        Ok(bytes) => documents.check(&place, &bytes),
    };
    Kept { row, check }
}

/// A kept file, for who wants it back.
pub async fn file(house: &House, copy: &str, version: u32, digest: &str) -> Result<Option<Vec<u8>>, Error> {
    let rows = house.db.list_foreign_signatures(copy, version).await?;
    let known = rows.iter().find(|row| row.digest == digest);
    known.map(|row| read_file(&house.foreign_signature(&row.digest))).transpose()
}

/// Files that lie beside a version in its package: `01-issued.pdf.sig`.
pub(super) async fn beside(house: &House, copy: &str, version: u32) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let rows = house.db.list_foreign_signatures(copy, version).await?;
    let named = (1..).zip(rows).map(|(no, row): (usize, _)| {
        Ok((format!("{no:02}-{}.pdf.sig", row.over), read_file(&house.foreign_signature(&row.digest))?))
    });
    named.collect()
}

/// Every signature made elsewhere that no longer holds: for the doctor. How many were looked at comes along.
pub(super) async fn examine(house: &House) -> Result<(Vec<Finding>, usize), Error> {
    let (mut findings, mut seen) = (Vec::new(), 0);
    for (copy, version) in house.db.list_foreign_signed().await? {
        let versions = house.db.list_versions(&copy).await?;
        let Some(row) = versions.into_iter().find(|row| row.version == version) else { continue };
        // A lost document is told of by its own check.
        let Ok(kept) = list(house, &row).await else { continue };
        seen += kept.len();
        for finding in kept.into_iter().flat_map(|one| one.check.findings) {
            if finding.severity >= Severity::Error {
                findings.push(Finding { place: format!("копия {copy}, {}", finding.place), ..finding });
            }
        }
    }
    Ok((findings, seen))
}

/// «верна: Гранитов Роман Ильич, подпись ГОСТ Р 34.10-2012, …; квалифицированный статус сертификата не проверялся».
pub fn told(check: &SignatureCheck) -> String {
    let verdict = match check.verdict() {
        Verdict::Valid | Verdict::Superseded => "верна",
        Verdict::Unchecked => "не проверена",
        Verdict::Altered => "неверна",
    };
    let mut told = vec![verdict.to_owned()];
    for one in &check.signatures {
        let signed = match one.signed_at.as_str() {
            "" => String::new(),
            at => format!(", подписано {}", words::moment_words(at)),
        };
        let holder = &one.holder;
        let fields: Vec<String> =
            holder.fields().iter().map(|(name, value)| format!("{} {value}", inside(name))).collect();
        let day =
            |at: &str| at.get(..10).and_then(|day| day.parse().ok()).map_or_else(|| at.to_owned(), words::date_short);
        let term = format!("с {} по {}", day(&holder.not_before), day(&holder.not_after));
        told.push(format!("{}, сертификат действителен {term}, {}{signed}", fields.join(", "), one.algorithm));
        if holder.self_issued {
            told.push(SELF_ISSUED.to_owned());
        }
    }
    told.push(NOT_CHECKED.to_owned());
    told.join("; ")
}

/// A field's name inside a sentence: «владелец», but «ИНН».
fn inside(name: &str) -> String {
    let is_short = name.chars().take(2).all(char::is_uppercase);
    if is_short { name.to_owned() } else { name.to_lowercase().replace("инн", "ИНН") }
}
