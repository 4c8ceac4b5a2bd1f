//! The house's keys: made and certified when people come on staff, unlocked to sign. Floor 2.
//!
//! Private keys lie in `keys/` as PKCS#8 files under a passphrase. The passphrase comes from `LETOPIS_PASSPHRASE` or from the file
//! `keys/passphrase`, which is made with the first key and is meant to be moved to a safe.

mod lifecycle;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};

use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::{Digest, hex};
use crate::domain::journal::{School, StaffMember};
use crate::domain::names;
use crate::sign::authority::{self, AuthoritySubject, StaffSubject, Validity};
use crate::sign::certificate::{certificate_facts, from_pem, to_pem};
use crate::sign::keys::{Ed25519Key, P256Key, new_ed25519, new_p256};
use crate::store::{CertificateRow, RevocationRow};
use crate::vault;

pub(in crate::flow) use lifecycle::place_with;
pub use lifecycle::{
    Enrolment, KeyState, Reason, Refusal, enrol, is_own_authority, place_of, possession_text, replace_authority,
    replace_key, revoke, served, state_of, successor,
};

/// Owner word of the school's certificate authority.
pub const AUTHORITY: &str = "authority";
/// Owner word of the school's seal.
pub const SEAL: &str = "seal";
/// Owner word of the audit log's key.
pub const LOG: &str = "log";

/// The authority outlives the summary sheets that it certifies: 25 years and the year's own.
const AUTHORITY_YEARS: i64 = 30;
/// A seal serves longer than a person's key; it can be replaced.
const SEAL_YEARS: i64 = 5;
/// Staff certificates: the usual term of a school's signature is one to two years (domain.md 2.18).
const STAFF_YEARS: i64 = 2;

/// Only the owner of the process reads the keys.
pub(crate) fn guard_folder(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .map_err(|source| Error::File { path: folder.to_owned(), source })
}

/// Unlocks keys of a house; each is unlocked once.
#[derive(Debug)]
pub struct Keyring {
    folder: PathBuf,
    passphrase: String,
    certificates: HashMap<String, CertificateRow>,
    /// Every certificate by its fingerprint: statements of earlier ones stay.
    every: HashMap<String, CertificateRow>,
    revoked: BTreeMap<String, RevocationRow>,
    staff: HashMap<String, Ed25519Key>,
}

/// The authority's key and certificate, ready to issue.
struct Issuer {
    key: P256Key,
    der: Vec<u8>,
}

/// A key pair's file and its certificate, made but not yet registered.
struct Made {
    row: CertificateRow,
    key_pem: String,
}

impl Keyring {
    /// The keyring of a house with the newest certificate of each owner; makes the passphrase file if neither it nor the
    /// environment gives a passphrase.
    pub async fn open(house: &House) -> Result<Self, Error> {
        let folder = house.root.join("keys");
        let passphrase = match std::env::var("LETOPIS_PASSPHRASE") {
            Ok(passphrase) if !passphrase.is_empty() => passphrase,
            _ => passphrase_file(&folder)?,
        };
        // Listed oldest first, so the newest of each owner stays.
        let listed = house.db.list_certificates().await?;
        let every = listed.iter().map(|row| (row.fingerprint.clone(), row.clone())).collect();
        let certificates = listed.into_iter().map(|row| (row.owner.clone(), row)).collect();
        let revoked =
            house.db.list_revocations().await?.into_iter().map(|row| (row.fingerprint.clone(), row)).collect();
        Ok(Self { folder, passphrase, certificates, every, revoked, staff: HashMap::new() })
    }

    /// Why and when a certificate was revoked.
    pub fn revocation_of(&self, fingerprint: &str) -> Option<&RevocationRow> {
        self.revoked.get(fingerprint)
    }

    /// The public key of an owner's newest certificate, hexadecimal.
    pub fn public_key(&self, owner: &str) -> Result<String, Error> {
        let facts = certificate_facts(&self.certificate_der(owner)?)?;
        Ok(hex(facts.public_key.as_bytes()))
    }

    /// A certificate by its fingerprint.
    pub fn certificate_by(&self, fingerprint: &str) -> Result<&CertificateRow, Error> {
        self.every.get(fingerprint).ok_or_else(|| Error::NoKey(fingerprint.to_owned()))
    }

    /// The certificate with which a person may sign now, for a record that hangs on this authority.
    ///
    /// # Errors
    /// When there is none, when it is revoked, when its term is over, when the authority was replaced meanwhile.
    pub fn serving(&self, owner: &str, act: &Act, authority: Digest) -> Result<&CertificateRow, Error> {
        if self.certificate(AUTHORITY)?.fingerprint != authority.to_hex() {
            return Err(Error::OtherAuthority);
        }
        let row = self.certificate(owner)?;
        match lifecycle::state_of(row, self.revoked.get(&row.fingerprint), act.at) {
            KeyState::Serves | KeyState::EndsSoon(_) => Ok(row),
            other => Err(Error::KeyOut { person: owner.to_owned(), why: other.as_russian() }),
        }
    }

    /// An owner's certificate row.
    pub fn certificate(&self, owner: &str) -> Result<&CertificateRow, Error> {
        self.certificates.get(owner).ok_or_else(|| Error::NoKey(owner.to_owned()))
    }

    /// An owner's certificate, DER.
    pub fn certificate_der(&self, owner: &str) -> Result<Vec<u8>, Error> {
        Ok(from_pem(&self.certificate(owner)?.pem)?)
    }

    fn key_pem(&self, owner: &str) -> Result<String, Error> {
        let path = self.folder.join(&self.certificate(owner)?.key_file);
        let bytes = super::read_file(&path)?;
        String::from_utf8(bytes).map_err(|_| Error::Damaged(path.display().to_string()))
    }

    /// A member of staff's key, unlocked.
    pub fn staff_key(&mut self, id: &str) -> Result<&Ed25519Key, Error> {
        if self.certificate(id)?.key_file.is_empty() {
            let why = "закрытый ключ хранится в браузере владельца, сервер его не знает".to_owned();
            return Err(Error::KeyOut { person: id.to_owned(), why });
        }
        if !self.staff.contains_key(id) {
            let key = Ed25519Key::from_encrypted_pem(&self.key_pem(id)?, &self.passphrase)?;
            self.staff.insert(id.to_owned(), key);
        }
        self.staff.get(id).ok_or_else(|| Error::NoKey(id.to_owned()))
    }

    /// The log's key, unlocked.
    pub fn log_key(&self) -> Result<Ed25519Key, Error> {
        Ok(Ed25519Key::from_encrypted_pem(&self.key_pem(LOG)?, &self.passphrase)?)
    }

    /// The seal's key, unlocked.
    pub fn seal_key(&self) -> Result<P256Key, Error> {
        Ok(P256Key::from_encrypted_pem(&self.key_pem(SEAL)?, &self.passphrase)?)
    }

    /// Makes and registers what is missing: authority, seal and log key of the school, a key and certificate for each
    /// member of staff. Returns how many were issued to staff.
    pub async fn provide(
        &mut self,
        house: &House,
        school: &School,
        staff: &[&StaffMember],
        act: &Act,
    ) -> Result<usize, Error> {
        let mut made = Vec::new();
        let issuer = match self.certificates.contains_key(AUTHORITY) {
            true => self.issuer()?,
            false => self.make_school_keys(house, school, act, &mut made)?,
        };
        // A person who married gets a certificate in the new name: the mark must not show one name and the sheet another.
        let certified = |person: &StaffMember| {
            let name = names::full_name(&person.surname, &person.given_name, &person.patronymic);
            self.certificates.get(&person.id).is_some_and(|row| row.subject == name)
        };
        let new: Vec<&StaffMember> = staff.iter().copied().filter(|person| !certified(person)).collect();
        made.extend(self.make_staff_keys(&issuer, school, &new, act)?);
        if made.is_empty() {
            return Ok(0);
        }
        self.register(house, made, act, &[]).await?;
        Ok(new.len())
    }

    /// The authority, unlocked.
    fn issuer(&self) -> Result<Issuer, Error> {
        let key = P256Key::from_encrypted_pem(&self.key_pem(AUTHORITY)?, &self.passphrase)?;
        Ok(Issuer { key, der: self.certificate_der(AUTHORITY)? })
    }

    /// Writes keys and certificates that were made, and revokes those whose place they take, in one transaction.
    async fn register(
        &mut self,
        house: &House,
        made: Vec<Made>,
        act: &Act,
        revoked: &[RevocationRow],
    ) -> Result<(), Error> {
        // Key files first: a crash before the commit leaves files that no certificate names, never a certificate without a key.
        for key in made.iter().filter(|key| !key.row.key_file.is_empty()) {
            let path = self.folder.join(&key.row.key_file);
            vault::durable::write_secret(&path, key.key_pem.as_bytes())?;
        }
        let mut tx = house.db.begin().await?;
        let mut events = Vec::new();
        for row in revoked {
            tx.revoke_certificate(row).await?;
            let event = Event::new(EventKind::CertificateRevoked, &act.by, &act.moment())
                .with("fingerprint", &row.fingerprint)
                .with("reason", &row.reason);
            events.push(event);
        }
        for key in &made {
            tx.register_certificate(&key.row, &act.moment()).await?;
            let event = Event::new(EventKind::CertificateIssued, &act.by, &act.moment())
                .with("owner", &key.row.owner)
                .with("fingerprint", &key.row.fingerprint);
            events.push(event);
        }
        super::commit(tx, &events).await?;
        for key in made {
            self.staff.remove(&key.row.owner);
            self.every.insert(key.row.fingerprint.clone(), key.row.clone());
            self.certificates.insert(key.row.owner.clone(), key.row);
        }
        self.revoked.extend(revoked.iter().map(|row| (row.fingerprint.clone(), row.clone())));
        Ok(())
    }

    fn make_school_keys(
        &self,
        house: &House,
        school: &School,
        act: &Act,
        made: &mut Vec<Made>,
    ) -> Result<Issuer, Error> {
        let issuer = self.make_authority_and_seal(house, school, act, made)?;
        let log_key = new_ed25519(crate::sign::random()?);
        let pem = log_key.to_encrypted_pem(&self.passphrase, crate::sign::random()?)?;
        made.push(self.certify_log(&issuer, school, &log_key.public_key(), pem, act)?);
        Ok(issuer)
    }

    fn make_authority_and_seal(
        &self,
        house: &House,
        school: &School,
        act: &Act,
        made: &mut Vec<Made>,
    ) -> Result<Issuer, Error> {
        let key = new_p256(crate::sign::random()?);
        let subject = AuthoritySubject { name: lifecycle::named(school), id: house.config.school.clone() };
        let validity = years(act.at.with_timezone(&Utc), AUTHORITY_YEARS);
        let der = authority::create_authority(&key, &subject, serial()?, validity.not_before, validity.not_after)?;
        made.push(self.made(AUTHORITY, &der, key.to_encrypted_pem(&self.passphrase, crate::sign::random()?)?)?);
        let issuer = Issuer { key, der };
        made.push(self.make_seal(house, &issuer, school, act)?);
        Ok(issuer)
    }

    fn certify_log(
        &self,
        issuer: &Issuer,
        school: &School,
        public: &[u8; 32],
        pem: String,
        act: &Act,
    ) -> Result<Made, Error> {
        let name = lifecycle::named(school);
        let subject = StaffSubject {
            full_name: format!("Журнал событий {name}"),
            office: "журнал событий".to_owned(),
            organisation: name,
            staff_id: LOG.to_owned(),
        };
        let validity = years(act.at.with_timezone(&Utc), AUTHORITY_YEARS);
        let der = authority::issue_staff_certificate(&issuer.key, &issuer.der, public, &subject, serial()?, validity)?;
        self.made(LOG, &der, pem)
    }

    /// Encrypting a key costs some 50 ms of scrypt, so two threads share the staff.
    fn make_staff_keys(
        &self,
        issuer: &Issuer,
        school: &School,
        staff: &[&StaffMember],
        act: &Act,
    ) -> Result<Vec<Made>, Error> {
        let one = |person: &&StaffMember| -> Result<Made, Error> {
            let key = new_ed25519(crate::sign::random()?);
            let subject = StaffSubject {
                full_name: names::full_name(&person.surname, &person.given_name, &person.patronymic),
                office: person.position.clone(),
                organisation: if school.short_name.is_empty() { &school.name } else { &school.short_name }.clone(),
                staff_id: person.id.clone(),
            };
            let validity = years(act.at.with_timezone(&Utc), STAFF_YEARS);
            let public = key.public_key();
            let der =
                authority::issue_staff_certificate(&issuer.key, &issuer.der, &public, &subject, serial()?, validity)?;
            self.made(&person.id, &der, key.to_encrypted_pem(&self.passphrase, crate::sign::random()?)?)
        };
        let (left, right) = staff.split_at(staff.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| right.iter().map(one).collect::<Result<Vec<_>, _>>());
            let mut made = left.iter().map(one).collect::<Result<Vec<_>, _>>()?;
            let rest = other.join().map_err(|_| Error::Interrupted("выпуск ключей".to_owned()))?;
            made.extend(rest?);
            Ok(made)
        })
    }

    fn made(&self, owner: &str, der: &[u8], key_pem: String) -> Result<Made, Error> {
        let facts = certificate_facts(der)?;
        // The fingerprint makes each name new: a file that a crash left before its commit stands in nobody's way. Staff identifiers are the
        // school's own text and stay out of it.
        let holder = match owner {
            AUTHORITY | SEAL | LOG => owner,
            _ => "staff",
        };
        let stem = format!("{holder}-{}", hex(&facts.fingerprint.0[..8]));
        Ok(Made {
            row: CertificateRow {
                fingerprint: facts.fingerprint.to_hex(),
                owner: owner.to_owned(),
                serial: facts.serial_hex,
                subject: facts.owner,
                not_before: facts.not_before.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                not_after: facts.not_after.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                pem: to_pem(der),
                // A key that is not here has no file.
                key_file: if key_pem.is_empty() { String::new() } else { format!("{stem}.key.pem") },
            },
            key_pem,
        })
    }
}

fn years(from: DateTime<Utc>, years: i64) -> Validity {
    use chrono::Timelike as _;
    let whole = from.with_nanosecond(0).unwrap_or(from);
    Validity { not_before: whole, not_after: whole + Duration::days(years * 365) }
}

fn serial() -> Result<[u8; 16], Error> {
    salt()
}

fn passphrase_file(folder: &Path) -> Result<String, Error> {
    let path = folder.join("passphrase");
    if !path.exists() {
        let passphrase = hex(&crate::sign::random()?[..16]);
        vault::durable::write_secret(&path, format!("{passphrase}\n").as_bytes())?;
    }
    let bytes = super::read_file(&path)?;
    let text = String::from_utf8(bytes).map_err(|_| Error::Damaged(path.display().to_string()))?;
    Ok(text.trim().to_owned())
}
