//! Reads certificates: what a mark shows, whose key it is, who issued it. Floor 1.
//!
//! It must never ask what time it is: whether a certificate was in force is asked about a given moment.

use chrono::{DateTime, Utc};
use const_oid::db::{rfc4519, rfc5912, rfc8410};
use der::pem::LineEnding;
use der::{Decode as _, Encode as _};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use x509_cert::Certificate;
use x509_cert::ext::pkix::name::DirectoryString;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use x509_cert::name::Name;
use x509_cert::time::Time;

use super::{Error, asn1};
use crate::domain::canon::{Digest, hex};

/// PEM label of a certificate (RFC 7468 5).
const LABEL: &str = "CERTIFICATE";

/// A public key of a kind that Letopis uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKey {
    /// 32 bytes (RFC 8032).
    Ed25519([u8; 32]),
    /// Uncompressed point, 65 bytes (SEC 1).
    P256([u8; 65]),
}

impl PublicKey {
    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(bytes) => bytes,
            Self::P256(bytes) => bytes,
        }
    }
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Serial number, upper-case hexadecimal, as a signature's mark shows it.
    pub serial_hex: String,
    /// Common name: a person's full name, or the school's short name.
    pub owner: String,
    /// Organisation; may be empty.
    pub organisation: String,
    /// Office («учитель»); empty for a seal and an authority.
    pub office: String,
    /// Staff or school identifier; may be empty.
    pub identifier: String,
    /// Common name of the issuer.
    pub issuer: String,
    /// First second in force.
    pub not_before: DateTime<Utc>,
    /// Last second in force.
    pub not_after: DateTime<Utc>,
    /// SHA-256 of the DER.
    pub fingerprint: Digest,
    /// May it issue certificates (cA and keyCertSign)?
    pub is_authority: bool,
    /// May it sign documents (digitalSignature and nonRepudiation)?
    pub is_for_signing: bool,
    /// The key that it certifies.
    pub public_key: PublicKey,
    /// Subject key identifier; empty if it has none.
    pub key_id: Vec<u8>,
    /// Authority key identifier; empty if it has none.
    pub authority_key_id: Vec<u8>,
    /// Subject's name, DER.
    pub subject_der: Vec<u8>,
    /// Issuer's name, DER.
    pub issuer_der: Vec<u8>,
}

impl CertificateFacts {
    /// Was it in force at this moment?
    pub fn is_in_force_at(&self, moment: DateTime<Utc>) -> bool {
        self.not_before <= moment && moment <= self.not_after
    }
}

/// Reads a DER certificate.
pub fn certificate_facts(der: &[u8]) -> Result<CertificateFacts, Error> {
    let certificate = Certificate::from_der(der).map_err(unreadable)?;
    let tbs = certificate.tbs_certificate();
    let constraints = tbs.get_extension::<BasicConstraints>().map_err(unreadable)?;
    let usage = tbs.get_extension::<KeyUsage>().map_err(unreadable)?.map(|(_, usage)| usage);
    let key_id = tbs.get_extension::<SubjectKeyIdentifier>().map_err(unreadable)?;
    let authority_id = tbs.get_extension::<AuthorityKeyIdentifier>().map_err(unreadable)?;
    let authority_id = authority_id.and_then(|(_, id)| id.key_identifier);
    let (subject, issuer) = (tbs.subject(), tbs.issuer());
    Ok(CertificateFacts {
        serial_hex: hex(tbs.serial_number().as_bytes()).to_uppercase(),
        owner: attribute(subject, rfc4519::CN),
        organisation: attribute(subject, rfc4519::O),
        office: attribute(subject, rfc4519::TITLE),
        identifier: attribute(subject, rfc4519::SERIAL_NUMBER),
        issuer: attribute(issuer, rfc4519::CN),
        not_before: moment(tbs.validity().not_before)?,
        not_after: moment(tbs.validity().not_after)?,
        fingerprint: Digest::of(der),
        is_authority: constraints.is_some_and(|(_, found)| found.ca)
            && usage.is_some_and(|usage| usage.key_cert_sign()),
        is_for_signing: usage.is_some_and(|usage| usage.digital_signature() && usage.non_repudiation()),
        public_key: public_key(&certificate)?,
        key_id: key_id.map(|(_, id)| id.0.as_bytes().to_vec()).unwrap_or_default(),
        authority_key_id: authority_id.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        subject_der: subject.to_der().map_err(unreadable)?,
        issuer_der: issuer.to_der().map_err(unreadable)?,
    })
}

/// Was this certificate issued by that authority (also: did the authority sign itself)? Says nothing about time.
pub fn verify_issued_by(certificate_der: &[u8], authority_der: &[u8]) -> Result<(), Error> {
    let certificate = certificate_facts(certificate_der)?;
    let authority = certificate_facts(authority_der)?;
    check_issued_by(certificate_der, &certificate, &authority)
}

/// Why a certificate, already read, was not issued by that authority; `None` when it was. Says nothing about time.
pub fn not_issued_by(der: &[u8], facts: &CertificateFacts, authority: &CertificateFacts) -> Option<String> {
    check_issued_by(der, facts, authority).err().map(|error| error.to_string())
}

/// As [`verify_issued_by`], for certificates already read.
pub(super) fn check_issued_by(
    certificate_der: &[u8],
    certificate: &CertificateFacts,
    authority: &CertificateFacts,
) -> Result<(), Error> {
    let parts = asn1::children(asn1::SEQUENCE, certificate_der).unwrap_or_default();
    let [tbs, algorithm, signature] = parts[..] else {
        return Err(Error::NotACertificate("не три части".to_owned()));
    };
    // The first content byte of a BIT STRING counts unused bits: a signature has none.
    let signature = asn1::content(0x03, signature).and_then(|content| content.strip_prefix(&[0]));
    if !authority.is_authority {
        Err(Error::NotIssued("сертификату не разрешено выдавать сертификаты"))
    } else if certificate.issuer_der != authority.subject_der {
        Err(Error::NotIssued("имя издателя другое"))
    } else if certificate.authority_key_id.is_empty() || certificate.authority_key_id != authority.key_id {
        Err(Error::NotIssued("идентификатор ключа издателя другой"))
    } else if algorithm != asn1::algorithm(rfc5912::ECDSA_WITH_SHA_256) {
        Err(Error::NotIssued("подпись не ECDSA с SHA-256"))
    } else if !signature.is_some_and(|signature| verify_p256(&authority.public_key, tbs, signature)) {
        Err(Error::NotIssued("подпись издателя неверна"))
    } else {
        Ok(())
    }
}

/// Is this DER signature (ECDSA with SHA-256) of the message made by this P-256 key? The larger `s` is refused: one signature, one form.
///
/// `ring` computes it some four times faster than `p256`, which only reads the form here: of a sealed PDF's whole check that was two fifths.
pub(super) fn verify_p256(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let PublicKey::P256(point) = key else { return false };
    let is_least = p256::ecdsa::Signature::from_der(signature).is_ok_and(|read| read == read.normalize_s());
    is_least && UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).is_ok()
}

/// A certificate as PEM.
pub fn to_pem(der: &[u8]) -> String {
    // Encoding fails for sizes that overflow memory only.
    der::pem::encode_string(LABEL, LineEnding::LF, der).unwrap_or_default()
}

/// DER of a PEM certificate; other labels are refused.
pub fn from_pem(pem: &str) -> Result<Vec<u8>, Error> {
    let (label, der) = der::pem::decode_vec(pem.as_bytes()).map_err(unreadable)?;
    if label == LABEL { Ok(der) } else { Err(Error::NotACertificate(format!("заголовок «{label}»"))) }
}

fn public_key(certificate: &Certificate) -> Result<PublicKey, Error> {
    let info = certificate.tbs_certificate().subject_public_key_info();
    let bytes = info.subject_public_key.as_bytes().unwrap_or_default();
    let key = match info.algorithm.oid {
        rfc8410::ID_ED_25519 => bytes.try_into().map(PublicKey::Ed25519).ok(),
        rfc5912::ID_EC_PUBLIC_KEY => bytes.try_into().map(PublicKey::P256).ok(),
        _ => None,
    };
    key.ok_or_else(|| Error::NotACertificate("открытый ключ другого вида".to_owned()))
}

fn attribute(name: &Name, id: const_oid::ObjectIdentifier) -> String {
    let found = name.by_oid::<DirectoryString>(id).ok().flatten();
    found.map(|text| text.value().into_owned()).unwrap_or_default()
}

fn moment(time: Time) -> Result<DateTime<Utc>, Error> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).ok_or_else(|| Error::NotACertificate("дата вне календаря".to_owned()))
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::NotACertificate(error.to_string())
}
