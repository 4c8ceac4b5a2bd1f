//! The school's certificate authority: a small X.509 root and the certificates that it issues (RFC 5280). Floor 1.
//!
//! Its certificates give a visible signature mark its number, owner and validity; stock `openssl verify` builds the
//! chain. It is a non-accredited authority (63-ФЗ ст. 5 ч. 3): it must never imitate a qualified certificate.

use chrono::{DateTime, Datelike, Utc};
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc4519, rfc5280, rfc5912, rfc8410};
use sha2::{Digest as _, Sha256};

use super::Error;
use super::asn1;
use super::certificate::{self, PublicKey};
use super::keys::P256Key;
use crate::domain::canon::Digest;

pub use super::certificate::{CertificateFacts, certificate_facts, from_pem, to_pem, verify_issued_by};

/// Named curve P-256, `prime256v1` (RFC 5480 2.1.1.1).
const P256: ObjectIdentifier = rfc5912::SECP_256_R_1;

/// Whose authority it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthoritySubject {
    /// The school's short name.
    pub name: String,
    /// The school's identifier.
    pub id: String,
}

/// Whose seal a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealSubject {
    /// The school's short name: the owner that the seal's mark shows.
    pub organisation: String,
    /// The school's identifier.
    pub id: String,
}

/// Whose signatures a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSubject {
    /// «Иванова Мария Петровна»: the owner that the signature's mark shows.
    pub full_name: String,
    /// «учитель математики».
    pub office: String,
    /// The school's short name.
    pub organisation: String,
    /// Staff identifier in the journal.
    pub staff_id: String,
}

/// First and last second of a certificate; seconds are whole, years 1950 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First.
    pub not_before: DateTime<Utc>,
    /// Last.
    pub not_after: DateTime<Utc>,
}

/// What a certificate may be used for (RFC 5280 4.2.1.3, 4.2.1.9).
#[derive(Clone, Copy)]
enum Purpose {
    Authority,
    Signing,
}

/// Makes the authority's own certificate; DER. `serial`: 16 random bytes.
pub fn create_authority(
    key: &P256Key,
    subject: &AuthoritySubject,
    serial: [u8; 16],
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
) -> Result<Vec<u8>, Error> {
    let name = distinguished_name(&[
        (rfc4519::C, "RU"),
        (rfc4519::O, &subject.name),
        (rfc4519::CN, &format!("Удостоверяющий центр {}", subject.name)),
        (rfc4519::SERIAL_NUMBER, &subject.id),
    ]);
    let public_key = PublicKey::P256(key.public_key());
    let authority_id = key_identifier(&public_key);
    let to_sign = Tbs {
        serial,
        issuer: &name,
        validity: Validity { not_before, not_after },
        subject: &name,
        public_key: &public_key,
        purpose: Purpose::Authority,
        authority_id: &authority_id,
    };
    sign(key, &to_sign)
}

/// Issues a certificate for a person's Ed25519 key; DER.
pub fn issue_staff_certificate(
    authority_key: &P256Key,
    authority_der: &[u8],
    public_key: &[u8; 32],
    subject: &StaffSubject,
    serial: [u8; 16],
    validity: Validity,
) -> Result<Vec<u8>, Error> {
    let name = distinguished_name(&[
        (rfc4519::C, "RU"),
        (rfc4519::O, &subject.organisation),
        (rfc4519::TITLE, &subject.office),
        (rfc4519::CN, &subject.full_name),
        (rfc4519::SERIAL_NUMBER, &subject.staff_id),
    ]);
    issue(authority_key, authority_der, &PublicKey::Ed25519(*public_key), &name, serial, validity)
}

/// Issues a certificate for the school's seal (P-256, 65 bytes as [`P256Key::public_key`] gives them); DER.
pub fn issue_seal_certificate(
    authority_key: &P256Key,
    authority_der: &[u8],
    public_key: &[u8; 65],
    subject: &SealSubject,
    serial: [u8; 16],
    validity: Validity,
) -> Result<Vec<u8>, Error> {
    let name = distinguished_name(&[
        (rfc4519::C, "RU"),
        (rfc4519::O, &subject.organisation),
        (rfc4519::OU, "Электронная печать"),
        (rfc4519::CN, &subject.organisation),
        (rfc4519::SERIAL_NUMBER, &subject.id),
    ]);
    issue(authority_key, authority_der, &PublicKey::P256(*public_key), &name, serial, validity)
}

fn issue(
    authority_key: &P256Key,
    authority_der: &[u8],
    public_key: &PublicKey,
    subject: &[u8],
    serial: [u8; 16],
    validity: Validity,
) -> Result<Vec<u8>, Error> {
    let authority = certificate_facts(authority_der)?;
    if !authority.is_authority {
        return Err(Error::NotIssued("это не сертификат удостоверяющего центра"));
    }
    if authority.public_key != PublicKey::P256(authority_key.public_key()) {
        return Err(Error::KeyMismatch);
    }
    let to_sign = Tbs {
        serial,
        issuer: &authority.subject_der,
        validity,
        subject,
        public_key,
        purpose: Purpose::Signing,
        authority_id: &authority.key_id,
    };
    sign(authority_key, &to_sign)
}

/// The parts of a `TBSCertificate` that differ from one certificate to another.
struct Tbs<'a> {
    serial: [u8; 16],
    issuer: &'a [u8],
    validity: Validity,
    subject: &'a [u8],
    public_key: &'a PublicKey,
    purpose: Purpose,
    authority_id: &'a [u8],
}

impl Tbs<'_> {
    fn to_der(&self) -> Vec<u8> {
        let validity = asn1::sequence(&[time(self.validity.not_before), time(self.validity.not_after)]);
        asn1::sequence(&[
            // v3
            asn1::context(0, &asn1::integer(&[2])),
            asn1::integer(&positive(self.serial)),
            asn1::algorithm(rfc5912::ECDSA_WITH_SHA_256),
            self.issuer.to_vec(),
            validity,
            self.subject.to_vec(),
            subject_public_key_info(self.public_key),
            asn1::context(3, &asn1::sequence(&self.extensions())),
        ])
    }

    fn extensions(&self) -> Vec<Vec<u8>> {
        // Bits: digitalSignature 0, nonRepudiation 1; keyCertSign 5, cRLSign 6.
        let (constraints, usage) = match self.purpose {
            Purpose::Authority => (asn1::sequence(&[asn1::yes(), asn1::integer(&[0])]), asn1::bits(1, &[0x06])),
            Purpose::Signing => (asn1::sequence(&[]), asn1::bits(6, &[0xC0])),
        };
        // AuthorityKeyIdentifier: [0] IMPLICIT, primitive.
        let authority_id = asn1::sequence(&[asn1::element(0x80, self.authority_id)]);
        vec![
            extension(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, &constraints),
            extension(rfc5280::ID_CE_KEY_USAGE, true, &usage),
            extension(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER, false, &asn1::octets(&key_identifier(self.public_key))),
            extension(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER, false, &authority_id),
        ]
    }
}

fn sign(key: &P256Key, to_sign: &Tbs<'_>) -> Result<Vec<u8>, Error> {
    let tbs = to_sign.to_der();
    let signature = key.sign_digest(&Digest::of(&tbs))?;
    let der = asn1::sequence(&[tbs, asn1::algorithm(rfc5912::ECDSA_WITH_SHA_256), asn1::bits(0, &signature)]);
    // Read back: a name or date that no reader accepts must fail here, not in an archive.
    certificate::certificate_facts(&der)?;
    Ok(der)
}

fn extension(id: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { asn1::yes() } else { Vec::new() };
    asn1::sequence(&[asn1::oid(id), critical, asn1::octets(value)])
}

/// A distinguished name, one attribute to each part; empty attributes are left out.
fn distinguished_name(attributes: &[(ObjectIdentifier, &str)]) -> Vec<u8> {
    let parts = attributes.iter().filter(|(_, value)| !value.is_empty());
    let parts: Vec<_> =
        parts.map(|(id, value)| asn1::set(&[asn1::sequence(&[asn1::oid(*id), text(*id, value)])])).collect();
    asn1::sequence(&parts)
}

/// UTF8String; PrintableString where X.520 demands it and the value allows it.
fn text(id: ObjectIdentifier, value: &str) -> Vec<u8> {
    let printable = |b: u8| b.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&b);
    let demanded = id == rfc4519::C || id == rfc4519::SERIAL_NUMBER;
    let tag = if demanded && value.bytes().all(printable) { 0x13 } else { 0x0C };
    asn1::element(tag, value.as_bytes())
}

/// A positive serial number of exactly 16 bytes: the first bit clear, the second set (RFC 5280 4.1.2.2).
fn positive(mut serial: [u8; 16]) -> [u8; 16] {
    serial[0] = serial[0] & 0x3F | 0x40;
    serial
}

/// UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5).
fn time(moment: DateTime<Utc>) -> Vec<u8> {
    if moment.year() < 2050 {
        asn1::element(0x17, moment.format("%y%m%d%H%M%SZ").to_string().as_bytes())
    } else {
        asn1::element(0x18, moment.format("%Y%m%d%H%M%SZ").to_string().as_bytes())
    }
}

fn subject_public_key_info(key: &PublicKey) -> Vec<u8> {
    let algorithm = match key {
        PublicKey::Ed25519(_) => asn1::algorithm(rfc8410::ID_ED_25519),
        PublicKey::P256(_) => asn1::sequence(&[asn1::oid(rfc5912::ID_EC_PUBLIC_KEY), asn1::oid(P256)]),
    };
    asn1::sequence(&[algorithm, asn1::bits(0, key.as_bytes())])
}

/// Leftmost 160 bits of SHA-256 of the public key (RFC 7093 2, method 1).
fn key_identifier(key: &PublicKey) -> Vec<u8> {
    Sha256::digest(key.as_bytes())[..20].to_vec()
}
