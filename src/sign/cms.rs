//! The signature container inside the seal: CMS `SignedData` over bytes kept elsewhere (RFC 5652, ETSI EN 319 122-1). Floor 1.
//!
//! It is written in one form only: two certificates (the seal's, the authority's), one signer, four signed attributes, no
//! time, nothing unsigned. Reading takes out what cannot be computed, so a check can rebuild the rest and compare. It must
//! never be lenient: another form is another program's signature.

use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5911, rfc5912, rfc6268};

use super::asn1::{self, SEQUENCE, SET};
use super::certificate::CertificateFacts;
use crate::domain::canon::{Digest, unhex};

/// `id-aa-CMSAlgorithmProtect` (RFC 6211).
const ALGORITHM_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");
/// Longest DER form of a P-256 signature: two 33-byte integers with their heads inside a sequence.
pub(super) const LONGEST_SIGNATURE: usize = 72;

/// The two certificates of a seal.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    /// The seal's certificate, DER.
    pub(super) certificate: &'a [u8],
    /// What it says.
    pub(super) facts: &'a CertificateFacts,
    /// The authority's certificate, DER.
    pub(super) authority: &'a [u8],
}

/// What a container holds that cannot be computed from the document.
pub(super) struct Parts<'a> {
    /// Both certificates, in the order of the set.
    pub(super) certificates: [&'a [u8]; 2],
    /// Issuer and serial number of the signer, DER.
    pub(super) signer: &'a [u8],
    /// Digest of the document, as the signed attributes give it.
    pub(super) document: Digest,
    /// DER signature.
    pub(super) signature: &'a [u8],
}

/// Content of the signed attributes for a document with this digest.
fn attributes(signer: &Signer<'_>, document: &Digest) -> Vec<u8> {
    let protection = [asn1::algorithm(rfc5912::ID_SHA_256), asn1::context(1, &asn1::oid(rfc5912::ECDSA_WITH_SHA_256))];
    // ESSCertIDv2 with its default hash, SHA-256; naming the authority too binds the whole chain (RFC 5035 5.4.1).
    let certificate_ids =
        [signer.certificate, signer.authority].map(|der| asn1::sequence(&[asn1::octets(&Digest::of(der).0)])).concat();
    let signing_certificate = asn1::sequence(&[asn1::element(SEQUENCE, &certificate_ids)]);
    asn1::set_content(&[
        attribute(rfc6268::ID_CONTENT_TYPE, asn1::oid(rfc5911::ID_DATA)),
        attribute(rfc6268::ID_MESSAGE_DIGEST, asn1::octets(&document.0)),
        attribute(rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2, signing_certificate),
        attribute(ALGORITHM_PROTECTION, asn1::sequence(&protection)),
    ])
}

/// What the key signs: the signed attributes as a SET OF (RFC 5652 5.4).
pub(super) fn to_sign(signer: &Signer<'_>, document: &Digest) -> Vec<u8> {
    asn1::element(SET, &attributes(signer, document))
}

/// The whole container, DER.
pub(super) fn build(signer: &Signer<'_>, document: &Digest, signature: &[u8]) -> Vec<u8> {
    let signer_info = asn1::sequence(&[
        asn1::integer(&[1]),
        issuer_and_serial(signer.facts),
        asn1::algorithm(rfc5912::ID_SHA_256),
        asn1::context(0, &attributes(signer, document)),
        asn1::algorithm(rfc5912::ECDSA_WITH_SHA_256),
        asn1::octets(signature),
    ]);
    let signed_data = asn1::sequence(&[
        asn1::integer(&[1]),
        asn1::set(&[asn1::algorithm(rfc5912::ID_SHA_256)]),
        asn1::sequence(&[asn1::oid(rfc5911::ID_DATA)]),
        asn1::context(0, &asn1::set_content(&[signer.certificate.to_vec(), signer.authority.to_vec()])),
        asn1::set(&[signer_info]),
    ]);
    asn1::sequence(&[asn1::oid(rfc5911::ID_SIGNED_DATA), asn1::context(0, &signed_data)])
}

/// Takes out of a container what [`build`] put in; `None` if it is of another form. The caller rebuilds and compares.
pub(super) fn read(der: &[u8]) -> Option<Parts<'_>> {
    let [_, wrapped] = asn1::children(SEQUENCE, der)?[..] else { return None };
    let [signed_data] = asn1::children(0xA0, wrapped)?[..] else { return None };
    let [_, _, _, certificates, signers] = asn1::children(SEQUENCE, signed_data)?[..] else { return None };
    let [one, other] = asn1::children(0xA0, certificates)?[..] else { return None };
    let [signer_info] = asn1::children(SET, signers)?[..] else { return None };
    let [_, signer, _, attributes, _, signature] = asn1::children(SEQUENCE, signer_info)?[..] else { return None };
    let document = message_digest(attributes)?;
    Some(Parts { certificates: [one, other], signer, document, signature: asn1::content(0x04, signature)? })
}

fn message_digest(attributes: &[u8]) -> Option<Digest> {
    let id = asn1::oid(rfc6268::ID_MESSAGE_DIGEST);
    asn1::children(0xA0, attributes)?.into_iter().find_map(|attribute| {
        let [found, values] = asn1::children(SEQUENCE, attribute)?[..] else { return None };
        let [value] = asn1::children(SET, values)?[..] else { return None };
        let digest = asn1::content(0x04, value)?.try_into().ok()?;
        (found == id).then_some(Digest(digest))
    })
}

/// `IssuerAndSerialNumber` of a certificate, DER.
pub(super) fn issuer_and_serial(facts: &CertificateFacts) -> Vec<u8> {
    let serial = unhex(&facts.serial_hex).unwrap_or_default();
    asn1::sequence(&[facts.issuer_der.clone(), asn1::integer(&serial)])
}

fn attribute(id: ObjectIdentifier, value: Vec<u8>) -> Vec<u8> {
    asn1::sequence(&[asn1::oid(id), asn1::set(&[value])])
}
