//! Sealing: the sealed edition is typeset once, sealed, archived, registered. Floor 2.
//!
//! One authority, one finish (sunlight's order): the record is built in `staging/` and made durable; one transaction writes state, register
//! line, event and the log's proof; then the record moves into the archive. [`finish_pending`] runs the same last step for
//! whatever a crash left behind, so there is never half a record.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset};

use super::issue::{on_two_threads, read_frozen};
use super::keys::{AUTHORITY, Keyring, LOG, SEAL};
use super::lock::Lock;
use super::outdated::Why;
use super::{Act, Error, House, compromise, log, read_file, recall, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{self, Digest};
use crate::domain::checkpoint::Checkpoint;
use crate::domain::copy::{self, Action, State};
use crate::domain::desk_forms::{self, About, Bound, SignedEvent};
use crate::domain::edition::{Attachment, CheckpointFacts, Edition, EditionKind, PaperMark, SealMark, SignatureMark};
use crate::domain::form::Form;
use crate::domain::log_proof::{LogProof, object_id, object_name};
use crate::domain::register::RegisterLine;
use crate::domain::retention;
use crate::domain::snapshot::{CopyKind, Snapshot};
use crate::domain::statement::{SignedStatement, Statement};

use crate::sign::keys::{Ed25519Key, P256Key};
use crate::sign::note;
use crate::sign::seal::{SealRequest, seal_pdf};
use crate::store::{CertificateRow, CheckpointRow, CopyRow, SealedRow, StatementRow};
use crate::typeset;
use crate::vault::{self, Parts, Staged, StatementPart};

/// Why the object was made, in its inventory.
const MESSAGE: &str = "Скреплено печатью школы и внесено в реестр";

/// Only one process seals: whoever holds this lock may clear the staging folder.
const STAGING_LOCK: &str = "staging.lock";

/// One sealed copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The register's line.
    pub line: RegisterLine,
    /// Bytes of the sealed PDF.
    pub bytes: usize,
    /// Statements in it.
    pub statements: usize,
}

/// A copy on its way: everything a worker needs, read before.
struct Job {
    row: CopyRow,
    snapshot: Snapshot,
    /// Of the snapshot's sheets.
    digests: Vec<Digest>,
    issued_pdf: Vec<u8>,
    statements: Vec<(StatementRow, CertificateRow)>,
}

/// A record built and durable in the staging folder.
struct Built {
    row: CopyRow,
    snapshot: Snapshot,
    staged: Staged,
    pages: u32,
    bytes: usize,
    sealed_pdf: Digest,
    statements: Vec<Digest>,
}

/// What all records of one sitting share.
struct Press {
    key: P256Key,
    certificate: CertificateRow,
    der: Vec<u8>,
    authority: CertificateRow,
    authority_der: Vec<u8>,
    log: CertificateRow,
    log_vkey: String,
    checkpoint: CheckpointFacts,
    at: DateTime<FixedOffset>,
    moment: String,
    zone: FixedOffset,
    staging: std::path::PathBuf,
}

/// Seals every given copy; each must be signed by everybody. `progress` is told of each as it is registered.
pub async fn seal(
    house: &House,
    copies: &[CopyRow],
    act: &Act,
    mut progress: impl FnMut(&Sealed),
) -> Result<Vec<Sealed>, Error> {
    for row in copies {
        copy::next(row.state, Action::Seal).map_err(|refusal| Error::State { copy: row.id.clone(), refusal })?;
    }
    if copies.is_empty() {
        return Ok(Vec::new());
    }
    let _lock = Lock::take(house, STAGING_LOCK)?.ok_or(Error::SealingElsewhere)?;
    tidy_staging(house).await?;
    still_signed(house, copies).await?;
    recall::refuse_recalled(house, copies).await?;
    compromise::refuse_void_signatures(house, copies).await?;
    compromise::refuse_void_rows(house, copies).await?;
    let keyring = Keyring::open(house).await?;
    let log_key = keyring.log_key()?;
    let checkpoint = log::checkpoint(house, &keyring, act).await?;
    let press = Press::new(house, &keyring, &checkpoint, act)?;
    let mut jobs = Vec::new();
    for row in in_register_order(copies) {
        jobs.push(job(house, row).await?);
    }
    let mut built = on_two_threads(jobs, move |job| press.build(job));
    let mut sealed = Vec::new();
    while let Some(record) = built.next().await {
        let one = register(house, record?, &log_key, act).await?;
        progress(&one);
        sealed.push(one);
    }
    Ok(sealed)
}

/// Period copies before summary sheets, period by period, class by class: the order in which a secretary looks for a line.
fn in_register_order(copies: &[CopyRow]) -> Vec<&CopyRow> {
    let mut ordered: Vec<&CopyRow> = copies.iter().collect();
    ordered.sort_by_key(|row| (row.kind == CopyKind::SummarySheet, &row.year, &row.period, &row.id, row.version));
    ordered
}

/// Rows that were read before the lock was taken may be an old story: another process may have sealed or replaced the copy.
async fn still_signed(house: &House, copies: &[CopyRow]) -> Result<(), Error> {
    for row in copies {
        let versions = house.db.list_versions(&row.id).await?;
        let now =
            versions.iter().find(|now| now.version == row.version).ok_or_else(|| Error::NoCopy(row.id.clone()))?;
        copy::next(now.state, Action::Seal).map_err(|refusal| Error::State { copy: row.id.clone(), refusal })?;
    }
    Ok(())
}

async fn job(house: &House, row: &CopyRow) -> Result<Job, Error> {
    let damaged = || Error::Damaged(row.id.clone());
    let (snapshot, digests) = read_frozen(row, &house.db.load_snapshot_text(row.snapshot).await?)?;
    let serving = house.db.find_certificate(AUTHORITY).await?.map(|row| row.fingerprint);
    if serving != Some(snapshot.school.authority.to_hex()) {
        let paper = house.papers.get(house, row.snapshot).await?;
        return Err(super::sign::not_to_sign(row, &paper, Why::Former));
    }
    let digest: Digest = row.issued_pdf.parse().map_err(|_| damaged())?;
    let path = house.issued_pdf(&row.id, row.version, digest);
    let issued_pdf = read_file(&path)?;
    if Digest::of(&issued_pdf) != digest {
        return Err(Error::FileAltered { path });
    }
    let certificates = house.db.list_certificates().await?;
    let mut statements = Vec::new();
    // A refusal of a version that was signed all the same is nobody's approval.
    let said = house.db.list_statements(&row.id, row.version).await?;
    for statement in said.into_iter().filter(|one| one.verdict != super::sign::REFUSED) {
        let certificate = certificates.iter().find(|c| c.fingerprint == statement.certificate).ok_or_else(damaged)?;
        statements.push((statement, certificate.clone()));
    }
    // Seniority of the marks follows the route, whatever second each was signed in.
    let place = |stage: &str| snapshot.route.iter().position(|s| s.id == stage);
    statements.sort_by_key(|(statement, _)| (place(&statement.stage), statement.signed_at.clone()));
    Ok(Job { row: row.clone(), snapshot, digests, issued_pdf, statements })
}

impl Press {
    fn new(house: &House, keyring: &Keyring, checkpoint: &Checkpoint, act: &Act) -> Result<Self, Error> {
        Ok(Self {
            key: keyring.seal_key()?,
            certificate: keyring.certificate(SEAL)?.clone(),
            der: keyring.certificate_der(SEAL)?,
            authority: keyring.certificate(AUTHORITY)?.clone(),
            authority_der: keyring.certificate_der(AUTHORITY)?,
            log: keyring.certificate(LOG)?.clone(),
            log_vkey: note::verifier_key(&house.config.school, &keyring.log_key()?.public_key()),
            checkpoint: checkpoint.facts(),
            at: act.at,
            moment: act.moment(),
            zone: house.config.zone(),
            staging: house.staging(),
        })
    }

    /// Typesets the sealed edition, seals it, stages the record; durable when it returns.
    fn build(&self, job: Job) -> Result<Built, Error> {
        let Job { row, snapshot, digests, issued_pdf, statements } = job;
        let edition = Edition {
            kind: EditionKind::Sealed,
            typeset_at: self.moment.clone(),
            snapshot: row.snapshot,
            checkpoint: self.checkpoint.clone(),
            marks: statements.iter().map(|(s, c)| self.mark(s, c)).collect::<Result<_, _>>()?,
            seal: Some(self.seal_mark(&snapshot)),
        };
        let pages = typeset::typeset_read(&snapshot, &digests, &edition, &attachments(&snapshot, &statements))?;
        let request =
            SealRequest { sealed_at: self.at, reason: &snapshot.policy.seal_wording, location: &snapshot.school.town };
        let sealed_pdf = seal_pdf(&pages.pdf, &self.key, &self.der, &self.authority_der, &request)?;
        let sheet = signature_sheet(&row, &snapshot, &statements)?;
        // By the program's own template: what lies in a record comes out of the record alone.
        let signatures_pdf = typeset::form(&sheet, &self.moment)?.pdf;
        let parts: Vec<StatementPart> = statements.iter().map(|(s, c)| part(s, c)).collect::<Result<_, _>>()?;
        let staged = vault::stage(
            &self.staging,
            &Parts {
                snapshot: &snapshot,
                issued_pdf: &issued_pdf,
                sealed_pdf: &sealed_pdf,
                signatures_pdf: &signatures_pdf,
                sealed_at: &self.moment,
                statements: &parts,
                authority: &self.authority.pem,
                seal: &self.certificate.pem,
                log: &self.log.pem,
                log_vkey: &self.log_vkey,
            },
        )?;
        Ok(Built {
            staged,
            pages: pages.pages as u32,
            bytes: sealed_pdf.len(),
            sealed_pdf: Digest::of(&sealed_pdf),
            statements: parts.iter().map(|part| Digest::of(&part.signed_bytes)).collect(),
            row,
            snapshot,
        })
    }

    fn mark(&self, row: &StatementRow, certificate: &CertificateRow) -> Result<SignatureMark, Error> {
        let statement = read(row)?;
        Ok(SignatureMark {
            signer: statement.place_of().to_owned(),
            owner: statement.ink.as_ref().map_or_else(|| certificate.subject.clone(), |ink| ink.name.clone()),
            office: statement.office_of().1.to_owned(),
            order: statement.office_of().2.to_owned(),
            paper: statement.ink.as_ref().map(|ink| PaperMark {
                signed_on: ink.signed_on.clone(),
                witness: certificate.subject.clone(),
                witness_office: statement.office.clone(),
                scanned: !ink.scan.is_empty(),
                of_version: (!row.kept.is_empty()).then_some(row.version),
            }),
            stage: statement.stage,
            certificate: certificate.serial.clone(),
            valid_from: self.day(&certificate.not_before),
            valid_to: self.day(&certificate.not_after),
            signed_at: statement.signed_at,
            sheets: match row.kept.is_empty() {
                true => statement.sheets.into_iter().map(|sheet| sheet.id).collect(),
                false => row.kept.clone(),
            },
        })
    }

    fn seal_mark(&self, snapshot: &Snapshot) -> SealMark {
        let school = &snapshot.school;
        SealMark {
            owner: if school.short_name.is_empty() { &school.name } else { &school.short_name }.clone(),
            certificate: self.certificate.serial.clone(),
            valid_from: self.day(&self.certificate.not_before),
            valid_to: self.day(&self.certificate.not_after),
            sealed_at: self.moment.clone(),
        }
    }

    /// A certificate's moment as a day of the school's zone, `01.09.2025`.
    fn day(&self, rfc3339: &str) -> String {
        DateTime::parse_from_rfc3339(rfc3339)
            .map(|moment| moment.with_timezone(&self.zone).format("%d.%m.%Y").to_string())
            .unwrap_or_default()
    }
}

fn attachments(snapshot: &Snapshot, statements: &[(StatementRow, CertificateRow)]) -> Vec<Attachment> {
    let signed: Vec<SignedStatement> = statements
        .iter()
        .map(|(statement, certificate)| SignedStatement {
            statement: statement.body.clone(),
            signature: statement.signature.clone(),
            certificate: certificate.pem.clone(),
        })
        .collect();
    let json = "application/json";
    vec![
        Attachment {
            name: "snapshot.json".to_owned(),
            mime: json,
            description: "Снимок данных журнала: подлинник, по которому свёрстана копия".to_owned(),
            bytes: snapshot.to_bytes(),
        },
        Attachment {
            name: "statements.json".to_owned(),
            mime: json,
            description: "Заявления подписавших с электронными подписями и сертификатами".to_owned(),
            bytes: canon::to_bytes(&signed),
        },
    ]
}

/// The sheet of signatures of a record: its statements, in the order and under the names of their files.
fn signature_sheet(
    row: &CopyRow,
    snapshot: &Snapshot,
    statements: &[(StatementRow, CertificateRow)],
) -> Result<Form, Error> {
    let event = |(no, (said, certificate)): (usize, &(StatementRow, CertificateRow))| {
        let statement = read(said)?;
        let file = vault::name::of_statement(no, statements.len(), &certificate.owner) + ".txt";
        let event = SignedEvent::of(&statement, said.body.as_bytes(), &snapshot.route, row.version, said.kept.len());
        Ok(SignedEvent { certificate: certificate.serial.clone(), file, ..event })
    };
    let events = (1..).zip(statements).map(event).collect::<Result<Vec<_>, Error>>()?;
    let about = About::of(snapshot, row.snapshot, &row.issued_pdf);
    Ok(desk_forms::signature_sheet(&about, &events, Bound::Record))
}

fn read(row: &StatementRow) -> Result<Statement, Error> {
    Statement::from_signed_bytes(row.body.as_bytes())
        .map_err(|error| Error::Damaged(format!("{}: {error}", row.signer)))
}

fn part(row: &StatementRow, certificate: &CertificateRow) -> Result<StatementPart, Error> {
    let signature = STANDARD.decode(&row.signature).ok().and_then(|bytes| bytes.try_into().ok());
    Ok(StatementPart {
        staff: certificate.owner.clone(),
        signed_bytes: row.body.clone().into_bytes(),
        signature: signature.ok_or_else(|| Error::Damaged(row.signer.clone()))?,
        certificate: certificate.pem.clone(),
    })
}

/// The one transaction of the seal, then the finish. A crash before the commit leaves a staged record that nobody knows;
/// after it, one that [`finish_pending`] finishes.
async fn register(house: &House, built: Built, log_key: &Ed25519Key, act: &Act) -> Result<Sealed, Error> {
    let Built { row, snapshot, staged, pages, bytes, sealed_pdf, statements } = built;
    let mut tx = house.db.begin().await?;
    let no = tx.next_register_number().await?;
    let line = RegisterLine {
        no,
        id: row.id.clone(),
        version: row.version,
        number: row.number.clone(),
        kind: row.kind,
        year: row.year.clone(),
        class: row.class.clone(),
        period: row.period.clone(),
        sealed_at: act.moment(),
        sheets: row.sheets,
        pages,
        object: staged.id.clone(),
        sealed_pdf,
        snapshot: row.snapshot,
        keep_through: retention::keep_through(&row.year, snapshot.policy.keep_years)
            .map(|day| day.to_string())
            .ok_or_else(|| Error::Damaged(format!("учебный год {}", row.year)))?,
    };
    let issued_pdf: Digest = row.issued_pdf.parse().map_err(|_| Error::Damaged(row.id.clone()))?;
    let event = Event::new(EventKind::Sealed, &act.by, &act.moment())
        .with("copy", &row.id)
        .with_number("version", row.version.into())
        .with_number("register_no", no)
        .with_number("pages", pages.into())
        .with("object", &staged.id)
        .with_digest("snapshot", row.snapshot)
        .with_digest("issued_pdf", issued_pdf)
        .with_digest("sealed_pdf", sealed_pdf)
        .with_digest("content", staged.content)
        .with_digests("statements", &statements);
    let to = copy::next(row.state, Action::Seal).map_err(|refusal| Error::State { copy: row.id.clone(), refusal })?;
    tx.move_copy(&row.id, row.version, row.state, to).await?;
    let mut recorded = tx.record(&event, salt()?).await?;
    let (checkpoint, proof) = prove(house, recorded.last(), log_key, act);
    recorded.keep_checkpoint(&checkpoint).await?;
    let log_proof = proof.to_text();
    recorded.tx().record_register_line(&SealedRow { line: line.clone(), log_proof: log_proof.clone() }).await?;
    recorded.commit().await?;
    vault::finish(&staged.path, &house.archive(), &log_proof, &line.sealed_at, MESSAGE)?;
    Ok(Sealed { line, bytes, statements: statements.len() })
}

/// The signed checkpoint right after the seal's event, and the event's proof against it.
fn prove(house: &House, at: &crate::store::Appended, key: &Ed25519Key, act: &Act) -> (CheckpointRow, LogProof) {
    let checkpoint = Checkpoint { origin: house.config.school.clone(), size: at.size, root: at.root };
    let note = note::sign_note(&checkpoint.to_text(), &checkpoint.origin, key);
    let row = CheckpointRow { size: at.size, root: at.root.to_hex(), signed_at: act.moment(), note: note.clone() };
    let proof = LogProof {
        payload: at.payload.clone(),
        salt: canon::hex(&at.salt),
        index: at.index,
        size: at.size,
        path: at.path.clone(),
        note,
    };
    (row, proof)
}

/// Finishes what a crash left: a staged record that the register names moves into the archive, any other is thrown away.
/// Does nothing while another process seals.
pub async fn finish_pending(house: &House) -> Result<usize, Error> {
    if vault::list_staged(&house.staging())?.is_empty() {
        return Ok(0);
    }
    match Lock::take(house, STAGING_LOCK)? {
        Some(_lock) => tidy_staging(house).await,
        None => Ok(0),
    }
}

async fn tidy_staging(house: &House) -> Result<usize, Error> {
    let staged = vault::list_staged(&house.staging())?;
    if staged.is_empty() {
        return Ok(0);
    }
    let register = house.db.list_register().await?;
    for path in &staged {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match register.iter().find(|row| object_name(&row.line.id, row.line.version) == name) {
            Some(row) => {
                finish_one(house, path, row)?;
            }
            None => vault::discard(path)?,
        }
    }
    Ok(staged.len())
}

fn finish_one(house: &House, path: &Path, row: &SealedRow) -> Result<(), Error> {
    debug_assert_eq!(row.line.object, object_id(&house.config.school, &row.line.id, row.line.version));
    vault::finish(path, &house.archive(), &row.log_proof, &row.line.sealed_at, MESSAGE)?;
    Ok(())
}

/// Copies that wait for the seal.
pub fn waiting(copies: &[CopyRow]) -> Vec<CopyRow> {
    copies.iter().filter(|row| row.state == State::Signed).cloned().collect()
}
