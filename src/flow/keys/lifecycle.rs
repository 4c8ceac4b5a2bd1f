//! A key's life after it was made: a key in the browser is registered, a lost one revoked and replaced, the school's authority renewed.
//! Floor 2.
//!
//! Nothing signed before is touched: a statement is checked against the certificate that was in force when it was made.

use chrono::{DateTime, Duration, FixedOffset, Utc};

use super::{AUTHORITY, Issuer, Keyring, LOG, Made, SEAL, STAFF_YEARS, serial, years};
use crate::domain::canon::Digest;
use crate::domain::journal::{Journal, School, StaffMember};
use crate::domain::names;
use crate::domain::policy::KeyPlace;
use crate::domain::words;
use crate::flow::{Act, Error, House};
use crate::sign::authority::{self, SealSubject, StaffSubject};
use crate::sign::certificate::{PublicKey, certificate_facts, from_pem};
use crate::sign::keys::{P256Key, new_ed25519, new_p256, verify_ed25519_raw};
use crate::store::{CertificateRow, RevocationRow};

/// How long before its end a certificate is told to be renewed: a month, so that it never ends in the week of signing.
const SOON: Duration = Duration::days(30);

/// Why a certificate is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Key lost: the computer, the browser's store, the passphrase.
    Lost,
    /// Somebody else may have had it.
    Compromised,
    /// A newer key takes its place.
    Replaced,
    /// The person left.
    Dismissed,
    /// The authority that issued it was replaced.
    Authority,
}

impl Reason {
    /// Every reason that a person may give.
    pub const ALL: [Self; 4] = [Self::Lost, Self::Compromised, Self::Replaced, Self::Dismissed];

    /// Word of the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Compromised => "compromised",
            Self::Replaced => "replaced",
            Self::Dismissed => "dismissed",
            Self::Authority => "authority",
        }
    }

    /// Reads [`Reason::as_str`] of a reason that a person may give.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// «ключ утрачен».
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Lost => "ключ утрачен",
            Self::Compromised => "ключ мог стать известен другому",
            Self::Replaced => "ключ заменён новым",
            Self::Dismissed => "сотрудник уволен",
            Self::Authority => "сменился удостоверяющий центр школы",
        }
    }

    fn of(word: &str) -> &'static str {
        let every = Self::ALL.into_iter().chain([Self::Authority]);
        every.into_iter().find(|reason| reason.as_str() == word).map_or("отозван", Self::as_russian)
    }
}

/// Why a key cannot be registered, revoked or replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not on the staff.
    #[error("сотрудника {0} нет в списке: ключ выдаётся только сотрудникам школы")]
    NotOnStaff(String),
    /// The browser did not prove that it has the private key.
    #[error("браузер не доказал, что закрытый ключ у него: получите новое задание и повторите")]
    NoProof,
    /// The same public key is somebody's already.
    #[error("этот ключ уже зарегистрирован")]
    Known,
    /// There is nothing to revoke.
    #[error("у сотрудника {0} нет действующего ключа")]
    NothingServes(String),
    /// Who was dismissed gets no new key.
    #[error("уволенному новый ключ не выдаётся: отзовите прежний, а если сотрудник работает — назовите другую причину")]
    Dismissed,
    /// The rules keep keys elsewhere.
    #[error("по правилам школы закрытый ключ этого сотрудника хранится {place} ({clause})")]
    Elsewhere {
        /// Where it must lie.
        place: &'static str,
        /// Clause of the rules.
        clause: String,
    },
}

/// How a certificate stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// It serves.
    Serves,
    /// It serves, and ends on that day.
    EndsSoon(String),
    /// Its term is over since that day.
    Expired(String),
    /// Its term has not begun.
    NotYet(String),
    /// It was revoked: why, when.
    Revoked(&'static str, String),
}

impl KeyState {
    /// «отозван 01.11.2025: ключ утрачен».
    pub fn as_russian(&self) -> String {
        match self {
            Self::Serves => "действует".to_owned(),
            Self::EndsSoon(day) => format!("действует, кончается {day}"),
            Self::Expired(day) => format!("срок сертификата истёк {day}"),
            Self::NotYet(day) => format!("сертификат начнёт действовать {day}"),
            Self::Revoked(why, day) => format!("сертификат отозван {day}: {why}"),
        }
    }

    /// May it sign?
    pub fn serves(&self) -> bool {
        matches!(self, Self::Serves | Self::EndsSoon(_))
    }
}

/// How a certificate stands at a moment of the school's zone.
pub fn state_of(row: &CertificateRow, revoked: Option<&RevocationRow>, at: DateTime<FixedOffset>) -> KeyState {
    let moment = |text: &str| words::moment_of(text).map(|moment| moment.with_timezone(at.offset()));
    let day = |moment: Option<DateTime<FixedOffset>>| {
        moment.map(|moment| words::date_short(moment.date_naive())).unwrap_or_default()
    };
    let (from, to) = (moment(&row.not_before), moment(&row.not_after));
    match revoked {
        Some(revoked) => KeyState::Revoked(Reason::of(&revoked.reason), day(moment(&revoked.at))),
        None if from.is_none_or(|from| at < from) => KeyState::NotYet(day(from)),
        None if to.is_none_or(|to| to < at) => KeyState::Expired(day(to)),
        None if to.is_none_or(|to| to < at + SOON) => KeyState::EndsSoon(day(to)),
        None => KeyState::Serves,
    }
}

/// What a browser sends to have its key certified.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Public key.
    pub public_key: [u8; 32],
    /// The task that was given: random, once.
    pub task: String,
    /// Signature over [`possession_text`].
    pub proof: Vec<u8>,
}

/// What the browser signs to prove that the private key is its own; the first line keeps it from ever being taken for a statement.
pub fn possession_text(person: &str, task: &str, public_key: &[u8]) -> String {
    format!("letopis.key-possession/v1\n{person}\n{task}\n{}\n", crate::domain::canon::hex(public_key))
}

/// Certifies a key that was made in the person's browser; the server never sees its private half. The key before is revoked as replaced.
pub async fn enrol(house: &House, person: &str, enrolment: &Enrolment, act: &Act) -> Result<CertificateRow, Error> {
    let text = possession_text(person, &enrolment.task, &enrolment.public_key);
    if enrolment.task.is_empty() || !verify_ed25519_raw(&enrolment.public_key, text.as_bytes(), &enrolment.proof) {
        return Err(Refusal::NoProof.into());
    }
    let mut keyring = Keyring::open(house).await?;
    let known = |row: &CertificateRow| {
        let facts = from_pem(&row.pem).and_then(|der| certificate_facts(&der));
        facts.is_ok_and(|facts| facts.public_key == PublicKey::Ed25519(enrolment.public_key))
    };
    if keyring.every.values().any(known) {
        return Err(Refusal::Known.into());
    }
    let (school, member) = staff(house, person).await?;
    check_place(house, person, KeyPlace::Browser, act).await?;
    let issuer = keyring.issuer()?;
    let made = keyring.certify(&issuer, &school, &member, &enrolment.public_key, String::new(), act)?;
    let row = made.row.clone();
    let revoked = keyring.revocation(person, Reason::Replaced, "", act);
    keyring.register(house, vec![made], act, &revoked).await?;
    Ok(row)
}

/// Makes a person a new key on the server and revokes the one before, if it still serves.
pub async fn replace_key(
    house: &House,
    person: &str,
    reason: Reason,
    note: &str,
    act: &Act,
) -> Result<CertificateRow, Error> {
    if reason == Reason::Dismissed {
        return Err(Refusal::Dismissed.into());
    }
    let mut keyring = Keyring::open(house).await?;
    let (school, member) = staff(house, person).await?;
    check_place(house, person, KeyPlace::Server, act).await?;
    let issuer = keyring.issuer()?;
    let key = new_ed25519(crate::sign::random()?);
    let pem = key.to_encrypted_pem(&keyring.passphrase, crate::sign::random()?)?;
    let made = keyring.certify(&issuer, &school, &member, &key.public_key(), pem, act)?;
    let row = made.row.clone();
    let revoked = keyring.revocation(person, reason, note, act);
    keyring.register(house, vec![made], act, &revoked).await?;
    Ok(row)
}

/// Revokes a person's key from this moment on; what it signed before stays valid.
pub async fn revoke(house: &House, person: &str, reason: Reason, note: &str, act: &Act) -> Result<(), Error> {
    let mut keyring = Keyring::open(house).await?;
    let revoked = keyring.revocation(person, reason, note, act);
    if revoked.is_empty() {
        return Err(Refusal::NothingServes(person.to_owned()).into());
    }
    keyring.register(house, Vec::new(), act, &revoked).await
}

/// Makes the school a new authority, with a new seal and new certificates over the staff's keys that serve, on the server and in browsers
/// alike. Records sealed before hang on the old one, which stays registered; copies that are not sealed yet have to be issued anew.
pub async fn replace_authority(house: &House, act: &Act) -> Result<usize, Error> {
    let year = house.year(None).await?;
    let journal = house.db.load_journal(&year).await?;
    let mut keyring = Keyring::open(house).await?;
    let mut made = Vec::new();
    let log_pem = keyring.key_pem(LOG)?;
    let log_public = keyring.log_key()?.public_key();
    let issuer = keyring.make_authority_and_seal(house, &journal.school, act, &mut made)?;
    // The log goes on with its own key: its checkpoints are printed. Only the certificate over it is new.
    made.push(keyring.certify_log(&issuer, &journal.school, &log_public, log_pem, act)?);
    let mut revoked = Vec::new();
    for member in &journal.staff {
        let Some(row) = keyring.certificates.get(&member.id).cloned() else { continue };
        if !state_of(&row, keyring.revoked.get(&row.fingerprint), act.at).serves() {
            continue;
        }
        let facts = certificate_facts(&from_pem(&row.pem)?)?;
        let PublicKey::Ed25519(public) = facts.public_key else { continue };
        let pem = if row.key_file.is_empty() { String::new() } else { keyring.key_pem(&member.id)? };
        made.push(keyring.certify(&issuer, &journal.school, member, &public, pem, act)?);
        revoked.extend(keyring.revocation(&member.id, Reason::Authority, "", act));
    }
    revoked.extend(keyring.revocation(AUTHORITY, Reason::Authority, "", act));
    revoked.extend(keyring.revocation(SEAL, Reason::Authority, "", act));
    let staff = made.len() - 3;
    keyring.register(house, made, act, &revoked).await?;
    Ok(staff)
}

/// The authority that serves, where the school had an earlier one: what hangs on another is no longer signed or sealed. `None`: there was one at most.
pub async fn successor(house: &House) -> Result<Option<Digest>, Error> {
    // Listed oldest first.
    let mut listed = house.db.list_certificates().await?;
    listed.retain(|row| row.owner == AUTHORITY);
    match listed.as_slice() {
        [_, .., last] => {
            last.fingerprint.parse::<Digest>().map(Some).map_err(|_| Error::Damaged(last.fingerprint.clone()))
        }
        _ => Ok(None),
    }
}

/// Where the rules of the day put a person's key, with the clause; `None` where they leave it to the person.
pub async fn place_of(house: &House, person: &str, act: &Act) -> Result<Option<(KeyPlace, String)>, Error> {
    place_with(house, person, None, act).await
}

/// [`place_of`] for who also signs in the place of a role: a substitute, an acting head.
pub(in crate::flow) async fn place_with(
    house: &House,
    person: &str,
    role: Option<&str>,
    act: &Act,
) -> Result<Option<(KeyPlace, String)>, Error> {
    let policy = crate::flow::policy::of_act(house, act).await?;
    if !policy.places_keys() {
        return Ok(None);
    }
    let journal = house.db.load_journal(&house.year(None).await?).await?;
    let roles: Vec<&str> = roles_of(&journal, person).into_iter().chain(role).collect();
    Ok(policy.key_place(&roles).map(|(place, said)| (place, words::clause_words(&said.clause))))
}

/// Members of staff whom the house may give a key on the server: not those whose rules keep it in their browser.
pub async fn served<'j>(house: &House, journal: &'j Journal, act: &Act) -> Result<Vec<&'j StaffMember>, Error> {
    let policy = crate::flow::policy::of_act(house, act).await?;
    let in_browser = |member: &StaffMember| {
        policy.places_keys() && matches!(policy.key_place(&roles_of(journal, &member.id)), Some((KeyPlace::Browser, _)))
    };
    Ok(journal.staff.iter().filter(|member| !in_browser(member)).collect())
}

/// Roles of a person in the words of the rules; class teachers and teachers are told by their classes and courses.
fn roles_of<'j>(journal: &'j Journal, person: &str) -> Vec<&'j str> {
    let member = journal.staff_member(person);
    let mut roles: Vec<&str> = member.map(|one| one.roles.iter().map(String::as_str).collect()).unwrap_or_default();
    if journal.classes.iter().any(|class| class.class_teacher_id == person) {
        roles.push("class_teacher");
    }
    if journal.courses.iter().any(|course| course.teacher_id == person) {
        roles.push("subject_teacher");
    }
    roles
}

async fn check_place(house: &House, person: &str, place: KeyPlace, act: &Act) -> Result<(), Error> {
    match place_of(house, person, act).await? {
        Some((must, clause)) if must != place => Err(Refusal::Elsewhere { place: must.as_russian(), clause }.into()),
        _ => Ok(()),
    }
}

async fn staff(house: &House, person: &str) -> Result<(School, StaffMember), Error> {
    let year = house.year(None).await?;
    let journal = house.db.load_journal(&year).await?;
    let member = journal.staff_member(person).cloned().ok_or_else(|| Refusal::NotOnStaff(person.to_owned()))?;
    Ok((journal.school, member))
}

impl Keyring {
    /// A certificate over a person's key; `key_pem` is empty for a key that is not here.
    fn certify(
        &self,
        issuer: &Issuer,
        school: &School,
        member: &StaffMember,
        public_key: &[u8; 32],
        key_pem: String,
        act: &Act,
    ) -> Result<Made, Error> {
        let subject = StaffSubject {
            full_name: names::full_name(&member.surname, &member.given_name, &member.patronymic),
            office: member.position.clone(),
            organisation: named(school),
            staff_id: member.id.clone(),
        };
        let validity = years(act.at.with_timezone(&Utc), STAFF_YEARS);
        let der =
            authority::issue_staff_certificate(&issuer.key, &issuer.der, public_key, &subject, serial()?, validity)?;
        self.made(&member.id, &der, key_pem)
    }

    /// The revocation of an owner's certificate, if it is not revoked yet.
    fn revocation(&self, owner: &str, reason: Reason, note: &str, act: &Act) -> Vec<RevocationRow> {
        let row = self.certificates.get(owner).filter(|row| !self.revoked.contains_key(&row.fingerprint));
        let revoked = |row: &CertificateRow| RevocationRow {
            fingerprint: row.fingerprint.clone(),
            reason: reason.as_str().to_owned(),
            note: note.trim().to_owned(),
            at: act.moment(),
            by: act.by.clone(),
        };
        row.map(revoked).into_iter().collect()
    }

    /// A new seal of an authority.
    pub(super) fn make_seal(&self, house: &House, issuer: &Issuer, school: &School, act: &Act) -> Result<Made, Error> {
        let key: P256Key = new_p256(crate::sign::random()?);
        let subject = SealSubject { organisation: named(school), id: house.config.school.clone() };
        let validity = years(act.at.with_timezone(&Utc), super::SEAL_YEARS);
        let public = key.public_key();
        let der = authority::issue_seal_certificate(&issuer.key, &issuer.der, &public, &subject, serial()?, validity)?;
        self.made(SEAL, &der, key.to_encrypted_pem(&self.passphrase, crate::sign::random()?)?)
    }
}

/// The name that certificates carry.
pub(super) fn named(school: &School) -> String {
    if school.short_name.is_empty() { &school.name } else { &school.short_name }.clone()
}

/// Is this the fingerprint of an authority that the house ever had? Records sealed under an earlier one stay trusted.
pub fn is_own_authority(certificates: &[CertificateRow], fingerprint: Digest) -> bool {
    certificates.iter().any(|row| row.owner == AUTHORITY && row.fingerprint == fingerprint.to_hex())
}
