//! A school with keys: it signs, seals, logs and archives the sample record, and lets attackers in between.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset, Utc};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use letopis::domain::canon::{self, Digest};
use letopis::domain::checkpoint::Checkpoint;
use letopis::domain::log_proof::{LogProof, SealEvent, content_digest, entry};
use letopis::domain::merkle;
use letopis::domain::snapshot::{SignerFacts, Snapshot, StageFacts};
use letopis::domain::statement::{SignedSheet, SignedStatement, Statement, Verdict};
use letopis::sign::authority::{self, AuthoritySubject, SealSubject, StaffSubject, Validity, to_pem};
use letopis::sign::keys::{self, Ed25519Key, P256Key};
use letopis::sign::note;
use letopis::sign::seal::{SealRequest, seal_pdf};
use letopis::vault::{self, Parts, StatementPart, inventory};

/// When the sample record is sealed.
pub const SEALED_AT: &str = "2025-10-25T10:00:00+03:00";
const NAME: &str = "Школа № 17";

/// A school's keys and certificates.
pub struct School {
    pub id: String,
    authority_key: P256Key,
    pub authority: Vec<u8>,
    seal_key: P256Key,
    pub seal: Vec<u8>,
    pub log_key: Ed25519Key,
    pub log: Vec<u8>,
    staff: BTreeMap<String, (Ed25519Key, Vec<u8>)>,
}

/// A signed, sealed and logged record, not archived yet.
pub struct Record {
    pub snapshot: Snapshot,
    pub issued_pdf: Vec<u8>,
    pub sealed_pdf: Vec<u8>,
    pub signatures_pdf: Vec<u8>,
    pub statements: Vec<StatementPart>,
    pub register_no: u64,
}

fn moment(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).expect("a moment")
}

fn term() -> Validity {
    let utc = |text| moment(text).with_timezone(&Utc);
    Validity { not_before: utc("2025-09-01T00:00:00Z"), not_after: utc("2027-08-31T23:59:59Z") }
}

impl School {
    /// A school whose keys come from a number.
    pub fn founded(number: u8) -> Self {
        let (id, term) = ("school-17".to_owned(), term());
        let authority_key = keys::new_p256([number; 32]);
        let subject = AuthoritySubject { name: NAME.into(), id: id.clone() };
        let authority =
            authority::create_authority(&authority_key, &subject, [number; 16], term.not_before, term.not_after)
                .expect("an authority");
        let seal_key = keys::new_p256([number + 1; 32]);
        let subject = SealSubject { organisation: NAME.into(), id: id.clone() };
        let seal = authority::issue_seal_certificate(
            &authority_key,
            &authority,
            &seal_key.public_key(),
            &subject,
            [number + 1; 16],
            term,
        )
        .expect("a seal");
        let log_key = keys::new_ed25519([number + 2; 32]);
        let mut school =
            Self { log: Vec::new(), id, authority_key, authority, seal_key, seal, log_key, staff: BTreeMap::new() };
        school.log = school.certify(&school.log_key, "log", "Журнал событий", "журнал событий");
        for (index, person) in super::snapshot::teachers().iter().enumerate() {
            let key = keys::new_ed25519([number + 10 + index as u8; 32]);
            let name = format!("{} {} {}", person.surname, person.given_name, person.patronymic);
            let certificate = school.certify(&key, &person.id, &name, &person.position);
            school.staff.insert(person.id.clone(), (key, certificate));
        }
        school
    }

    fn certify(&self, key: &Ed25519Key, id: &str, name: &str, office: &str) -> Vec<u8> {
        let subject = StaffSubject {
            full_name: name.into(),
            office: office.into(),
            organisation: NAME.into(),
            staff_id: id.into(),
        };
        let serial =
            canon::unhex(&Digest::of(id.as_bytes()).to_hex()[..32]).expect("hex").try_into().expect("16 bytes");
        let public = key.public_key();
        authority::issue_staff_certificate(&self.authority_key, &self.authority, &public, &subject, serial, term())
            .expect("a certificate")
    }

    /// A staff member's key.
    pub fn key_of(&self, staff: &str) -> &Ed25519Key {
        &self.staff[staff].0
    }

    /// A staff member's certificate, PEM.
    pub fn certificate_of(&self, staff: &str) -> String {
        to_pem(&self.staff[staff].1)
    }

    /// The sample snapshot under this school's authority.
    pub fn snapshot(&self) -> Snapshot {
        super::snapshot::snapshot(Digest::of(&self.authority))
    }

    /// The sample record, signed by everybody and sealed.
    pub fn record(&self) -> Record {
        self.record_of(self.snapshot(), 1)
    }

    /// A record of any snapshot.
    pub fn record_of(&self, snapshot: Snapshot, register_no: u64) -> Record {
        let issued_pdf = pdf(&format!("issued {}", snapshot.digest()), &[]);
        let statements = self.statements(&snapshot, &issued_pdf);
        let sealed_pdf = self.sealed_pdf(&snapshot, &statements);
        let signatures_pdf = pdf(&format!("signatures {}", snapshot.digest()), &[]);
        Record { snapshot, issued_pdf, sealed_pdf, signatures_pdf, statements, register_no }
    }

    /// Statements of the whole route, a minute after one another.
    pub fn statements(&self, snapshot: &Snapshot, issued_pdf: &[u8]) -> Vec<StatementPart> {
        let places = snapshot.route.iter().flat_map(|stage| stage.signers.iter().map(move |signer| (stage, signer)));
        places
            .enumerate()
            .map(|(minute, (stage, signer))| {
                let at = format!("2025-10-24T16:{:02}:00+03:00", minute + 10);
                self.sign(&self.statement(snapshot, issued_pdf, stage, signer, &at))
            })
            .collect()
    }

    /// One statement, not signed yet.
    pub fn statement(
        &self,
        snapshot: &Snapshot,
        issued_pdf: &[u8],
        stage: &StageFacts,
        signer: &SignerFacts,
        at: &str,
    ) -> Statement {
        let digest = |id: &String| snapshot.sheet(id).expect("a sheet").1.digest();
        let person = &signer.person;
        Statement {
            copy: snapshot.copy.id.clone(),
            version: snapshot.copy.version,
            snapshot: snapshot.digest(),
            rows_root: snapshot.rows_root,
            issued_pdf: Digest::of(issued_pdf),
            sheets: signer.sheets.iter().map(|id| SignedSheet { id: id.clone(), digest: digest(id) }).collect(),
            stage: stage.id.clone(),
            signer: person.id.clone(),
            name: format!("{} {} {}", person.surname, person.given_name, person.patronymic),
            office: signer.office.clone(),
            order: signer.order.clone(),
            certificate: Digest::of(&self.staff[&person.id].1),
            signed_at: at.into(),
            policy: snapshot.policy.digest,
            verdict: Verdict::CheckedAndCorrect,
            remarks: String::new(),
            ink: None,
        }
    }

    /// Signs a statement with its signer's key.
    pub fn sign(&self, statement: &Statement) -> StatementPart {
        let signed_bytes = statement.to_signed_bytes();
        StatementPart {
            staff: statement.signer.clone(),
            signature: self.key_of(&statement.signer).sign(&signed_bytes),
            signed_bytes,
            certificate: self.certificate_of(&statement.signer),
        }
    }

    /// The PDF with snapshot and statements attached, under the seal.
    pub fn sealed_pdf(&self, snapshot: &Snapshot, statements: &[StatementPart]) -> Vec<u8> {
        self.seal_files(&[("snapshot.json", snapshot.to_bytes()), ("statements.json", attachment(statements))])
    }

    /// A PDF with these files attached, under the seal.
    pub fn seal_files(&self, attached: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let request = SealRequest {
            sealed_at: moment(SEALED_AT), reason: "Печать школы", location: "Зареченск"
        };
        seal_pdf(&pdf("sealed", attached), &self.seal_key, &self.seal, &self.authority, &request).expect("sealed")
    }

    /// A sealed PDF with other words of the same length in the revision that carries the seal, sealed again; `None` where the new signature has
    /// another length than the old one.
    pub fn sealed_otherwise(&self, sealed: &[u8], was: &str, is: &str) -> Option<Vec<u8>> {
        let find = |bytes: &[u8], word: &[u8]| {
            bytes.windows(word.len()).rposition(|window| window == word).expect("the place")
        };
        let mut sealed = sealed.to_vec();
        let at = find(&sealed, was.as_bytes());
        sealed[at..at + was.len()].copy_from_slice(is.as_bytes());

        let gap = find(&sealed, b"/Contents<") + "/Contents<".len();
        let end = gap + sealed[gap..].iter().position(|byte| *byte == b'>').expect("the end");
        let digest = Digest::of(&[&sealed[..gap - 1], &sealed[end + 1..]].concat());
        let digits = std::str::from_utf8(&sealed[gap..end]).expect("digits");
        let mut container = canon::unhex(digits).expect("hexadecimal");
        // An attribute with a set of one string of 32 bytes: the digest of the document (RFC 5652 11.2).
        let at = find(&container, &[0x31, 0x22, 0x04, 0x20]) + 4;
        container[at..at + 32].copy_from_slice(&digest.0);
        // The signed attributes begin with the type of content; as a SET they are what is signed (5.4).
        let first = [0x30, 0x18, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
        let (head, length) = (find(&container, &first) - 3, usize::from(container[find(&container, &first) - 1]));
        assert_eq!(container[head..head + 2], [0xA0, 0x81], "attributes of 128 to 255 bytes");
        let signed = [&[0x31], &container[head + 1..head + 3 + length]].concat();
        let signature = self.seal_key.sign_digest(&Digest::of(&signed)).expect("a signature");
        // Behind them stand the algorithm (12 bytes) and the signature.
        let at = head + 3 + length + 12;
        if usize::from(container[at + 1]) != signature.len() {
            return None;
        }
        container[at + 2..at + 2 + signature.len()].copy_from_slice(&signature);
        sealed[gap..end].copy_from_slice(canon::hex(&container).as_bytes());
        Some(sealed)
    }

    /// A certificate of the log's key that ran out before the record was sealed, PEM.
    pub fn log_of_an_earlier_year(&self) -> String {
        let subject = StaffSubject {
            full_name: "Журнал событий".into(),
            office: "журнал событий".into(),
            organisation: NAME.into(),
            staff_id: "log".into(),
        };
        let not_after = moment("2025-10-01T00:00:00Z").with_timezone(&Utc);
        let (term, public) = (Validity { not_after, ..term() }, self.log_key.public_key());
        to_pem(
            &authority::issue_staff_certificate(
                &self.authority_key,
                &self.authority,
                &public,
                &subject,
                [77; 16],
                term,
            )
            .expect("a certificate"),
        )
    }

    /// What the archive gets.
    pub fn parts<'a>(&'a self, record: &'a Record, pem: &'a Pem) -> Parts<'a> {
        Parts {
            snapshot: &record.snapshot,
            issued_pdf: &record.issued_pdf,
            sealed_pdf: &record.sealed_pdf,
            signatures_pdf: &record.signatures_pdf,
            sealed_at: SEALED_AT,
            statements: &record.statements,
            authority: &pem.authority,
            seal: &pem.seal,
            log: &pem.log,
            log_vkey: &pem.log_vkey,
        }
    }

    /// The school's certificates as text.
    pub fn pem(&self) -> Pem {
        Pem {
            authority: to_pem(&self.authority),
            seal: to_pem(&self.seal),
            log: to_pem(&self.log),
            log_vkey: note::verifier_key(&self.id, &self.log_key.public_key()),
        }
    }

    /// Archives a record in a house and says where it stands.
    pub fn archive(&self, record: &Record, house: &Path) -> PathBuf {
        vault::create_root(&house.join("archive")).expect("a root");
        let pem = self.pem();
        let staged = vault::stage(&house.join("staging"), &self.parts(record, &pem)).expect("staged");
        let proof = self.log_proof(&self.event(record, &staged));
        vault::finish(&staged.path, &house.join("archive"), &proof.to_text(), SEALED_AT, "Запись скреплена печатью")
            .expect("archived")
    }

    /// Archives a record as it was before the sheet of signatures was a part of it.
    pub fn archive_without_signatures(&self, record: &Record, house: &Path) -> PathBuf {
        vault::create_root(&house.join("archive")).expect("a root");
        let pem = self.pem();
        let parts = self.parts(record, &pem);
        let mut staged = vault::stage(&house.join("staging"), &parts).expect("staged");
        fs::remove_file(staged.path.join("v1/content").join(vault::name::SIGNATURES)).expect("taken away");
        let mut files = parts.files();
        files.remove(vault::name::SIGNATURES);
        staged.content = content_digest(files.iter().map(|(file, bytes)| (file.as_str(), Digest::of(bytes))));
        let proof = self.log_proof(&self.event(record, &staged));
        vault::finish(&staged.path, &house.join("archive"), &proof.to_text(), SEALED_AT, "Запись скреплена печатью")
            .expect("archived")
    }

    /// The event of sealing.
    pub fn event(&self, record: &Record, staged: &vault::Staged) -> SealEvent {
        SealEvent {
            actor: "operator".into(),
            at: SEALED_AT.into(),
            content: Some(staged.content),
            copy: record.snapshot.copy.id.clone(),
            event: "sealed".into(),
            issued_pdf: Digest::of(&record.issued_pdf),
            object: staged.id.clone(),
            register_no: record.register_no.into(),
            sealed_pdf: Digest::of(&record.sealed_pdf),
            snapshot: record.snapshot.digest(),
            statements: record.statements.iter().map(|part| Digest::of(&part.signed_bytes)).collect(),
            version: record.snapshot.copy.version,
        }
    }

    /// A log of thirteen entries with the event among them, signed by the log's key.
    pub fn log_proof(&self, event: &SealEvent) -> LogProof {
        let (payload, salt) = (canon::to_text(event), "00112233445566778899aabbccddeeff".to_owned());
        let mut leaves: Vec<Digest> = (0..13_u8).map(|n| merkle::leaf_hash(&[n])).collect();
        leaves[9] = merkle::leaf_hash(&entry(&salt, payload.as_bytes()).expect("an entry").0);
        let checkpoint = Checkpoint { origin: self.id.clone(), size: 13, root: merkle::root(&leaves) };
        let note = note::sign_note(&checkpoint.to_text(), &self.id, &self.log_key);
        let path = merkle::inclusion_proof(&leaves, 9).expect("a path");
        LogProof { payload, salt, index: 9, size: 13, path, note }
    }
}

/// `statements.json` of a sealed PDF.
pub fn attachment(statements: &[StatementPart]) -> Vec<u8> {
    let attached: Vec<SignedStatement> = statements
        .iter()
        .map(|part| SignedStatement {
            statement: String::from_utf8(part.signed_bytes.clone()).expect("text"),
            signature: STANDARD.encode(part.signature),
            certificate: part.certificate.clone(),
        })
        .collect();
    canon::to_bytes(&attached)
}

/// Certificates as text.
pub struct Pem {
    pub authority: String,
    pub seal: String,
    pub log: String,
    pub log_vkey: String,
}

/// Writes an object anew with other files, as somebody does who knows OCFL: all its digests agree again.
pub fn rewrite(object: &Path, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) {
    let content = vault::read_object(object, vault::Depth::Routine).content;
    let mut files: BTreeMap<String, Vec<u8>> =
        content.files.into_iter().map(|(path, file)| (path, file.bytes)).collect();
    change(&mut files);
    let old = fs::read(object.join("inventory.json")).expect("an inventory");
    let old = inventory::Inventory::parse(&old).expect("an inventory");
    fs::remove_dir_all(object.join("v1")).expect("removed");
    let mut digests = BTreeMap::new();
    for (path, bytes) in &files {
        let target = object.join("v1/content").join(path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        fs::write(&target, bytes).expect("written");
        let sha512 = canon::hex(&<sha2::Sha512 as sha2::Digest>::digest(bytes));
        digests.insert(path.clone(), inventory::FileDigests { sha512, sha256: Digest::of(bytes) });
    }
    let user = inventory::User { name: NAME.into(), address: String::new() };
    let version = inventory::FirstVersion { id: &old.id, created: SEALED_AT, message: "Запись", user: &user };
    let text = inventory::write_first(&version, &digests);
    for folder in [object.to_owned(), object.join("v1")] {
        for (file, bytes) in
            [("inventory.json", text.clone()), ("inventory.json.sha512", inventory::sidecar(text.as_bytes()))]
        {
            let _ = fs::remove_file(folder.join(file));
            fs::write(folder.join(file), bytes).expect("written");
        }
    }
}

/// A one-page PDF with attachments, laid out as the typesetter does it: one cross-reference table, packed attachments.
pub fn pdf(text: &str, attachments: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![Vec::new(); 4];
    let mut names = String::new();
    for (name, bytes) in attachments {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(bytes).expect("packed");
        let packed = packed.finish().expect("packed");
        let length = packed.len();
        let mut stream = format!("<</Length {length}/Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n").into_bytes();
        stream.extend(packed);
        stream.extend(b"\nendstream");
        objects.push(stream);
        let file = objects.len();
        objects.push(format!("<</Type/Filespec/F({name})/UF({name})/EF<</F {file} 0 R>>>>").into_bytes());
        names.push_str(&format!("({name}){} 0 R ", objects.len()));
    }
    let content = format!("BT ({text}) Tj ET");
    objects[0] = format!("<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[{names}]>>>>>>").into_bytes();
    objects[1] = b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec();
    objects[2] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>>>".to_vec();
    objects[3] = format!("<</Length {}>>stream\n{content}\nendstream", content.len()).into_bytes();
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f\r\n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n\r\n", file.len()));
        file.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let at = file.len();
    let id = Digest::of(text.as_bytes()).prefix();
    let trailer =
        format!("trailer\n<</Size {}/Root 1 0 R/ID[<{id}><{id}>]>>\nstartxref\n{at}\n%%EOF", objects.len() + 1);
    file.extend(table.into_bytes());
    file.extend(trailer.into_bytes());
    file
}
