//! Reads the container of a signature made elsewhere: text or bytes, BER or DER, CMS `SignedData` (RFC 5652). Floor 1.
//!
//! Other programs write as they like: base64 with and without its frame, lengths without end. [`unwrapped`] brings all of it to DER, which is
//! what was signed (RFC 5652 5.4) and what [`Container::read`] reads. It must never pass over what it does not know inside what is checked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use const_oid::ObjectIdentifier;

use crate::sign::asn1::{self, SEQUENCE, SET};

/// `id-signedData`.
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// `id-data`.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// `contentType`.
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
/// `messageDigest`.
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// `signingTime`.
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
/// `id-aa-signingCertificateV2` (RFC 5035).
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// A signature with time stamps, each a signature itself, nests some twenty deep.
const DEEPEST: usize = 48;

/// An algorithm's name with nothing beside it but NULL; `None` when it has parameters.
pub(super) fn algorithm(der: &[u8]) -> Option<ObjectIdentifier> {
    let parts = asn1::children(SEQUENCE, der)?;
    let (id, parameters) = parts.split_first()?;
    matches!(parameters, [] | [[0x05, 0x00]]).then(|| oid(id)).flatten()
}

/// An object identifier.
pub(super) fn oid(der: &[u8]) -> Option<ObjectIdentifier> {
    ObjectIdentifier::from_bytes(asn1::content(0x06, der)?).ok()
}

/// The bytes of a signature file as DER; `None` when it is no ASN.1 at all.
pub(super) fn unwrapped(file: &[u8]) -> Option<Vec<u8>> {
    if file.first() == Some(&SEQUENCE) {
        return der(file);
    }
    const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
    let text = std::str::from_utf8(file).ok()?.trim_start_matches('\u{feff}').trim_matches(SPACES);
    let inside = match text.strip_prefix("-----BEGIN ") {
        None => text,
        Some(rest) => {
            let (label, rest) = rest.split_once("-----")?;
            rest.strip_suffix(&format!("-----END {label}-----"))?
        }
    };
    let packed: String = inside.chars().filter(|letter| !SPACES.contains(letter)).collect();
    let bytes = STANDARD.decode(packed).ok()?;
    (bytes.first() == Some(&SEQUENCE)).then(|| der(&bytes)).flatten()
}

/// One BER element that fills the bytes, written as DER.
fn der(bytes: &[u8]) -> Option<Vec<u8>> {
    let (element, rest) = element(bytes, DEEPEST)?;
    rest.is_empty().then_some(element)
}

/// The first BER element written as DER, and what follows it.
fn element(bytes: &[u8], deepest: usize) -> Option<(Vec<u8>, &[u8])> {
    let deepest = deepest.checked_sub(1)?;
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let constructed = tag & 0x20 != 0;
    // Tags of more than one byte stand nowhere in CMS or X.509.
    if tag & 0x1F == 0x1F || (first == 0x80 && !constructed) {
        return None;
    }
    let (inside, after) = if first == 0x80 {
        let mut rest = rest;
        let mut parts = Vec::new();
        while !rest.starts_with(&[0, 0]) {
            let (part, after) = element(rest, deepest)?;
            parts.push(part);
            rest = after;
        }
        (parts, &rest[2..])
    } else {
        let (length, rest) = length(first, rest)?;
        let (content, after) = rest.split_at_checked(length)?;
        if !constructed {
            return Some((asn1::element(tag, content), after));
        }
        let mut rest = content;
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let (part, after) = element(rest, deepest)?;
            parts.push(part);
            rest = after;
        }
        (parts, after)
    };
    // An octet string in pieces is one octet string.
    if tag == 0x24 {
        let pieces: Option<Vec<&[u8]>> = inside.iter().map(|piece| asn1::content(0x04, piece)).collect();
        return Some((asn1::octets(&pieces?.concat()), after));
    }
    Some((asn1::element(tag, &inside.concat()), after))
}

fn length(first: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    if first < 0x80 {
        return Some((usize::from(first), rest));
    }
    let count = usize::from(first & 0x7F);
    // Four bytes reach 4 GiB.
    if count > 4 {
        return None;
    }
    let (digits, rest) = rest.split_at_checked(count)?;
    Some((digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest))
}

/// Why a container is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Another kind of ASN.1: a certificate, a key, an envelope.
    NotSignedData,
    /// The document lies inside.
    NotDetached,
    /// The form of a part is not that of RFC 5652.
    Part(&'static str),
}

/// A signature's container.
pub(super) struct Container<'a> {
    /// Certificates, DER.
    pub(super) certificates: Vec<&'a [u8]>,
    /// Its signatures.
    pub(super) signers: Vec<SignerInfo<'a>>,
    /// It holds what nobody signs: lists of revoked certificates, time stamps.
    pub(super) unsigned: bool,
}

/// One signature.
pub(super) struct SignerInfo<'a> {
    /// Issuer and serial number, or the key's identifier, DER.
    pub(super) signer: &'a [u8],
    /// Digest algorithm, DER.
    pub(super) digest: &'a [u8],
    /// Signature algorithm, DER.
    pub(super) algorithm: &'a [u8],
    /// Signed attributes as they are signed: a SET.
    pub(super) attributes: Vec<u8>,
    /// The signature.
    pub(super) signature: &'a [u8],
    /// `messageDigest`.
    pub(super) message_digest: &'a [u8],
    /// `signingTime`, DER.
    pub(super) signing_time: Option<&'a [u8]>,
    /// Digest of the certificate (algorithm as DER or none for SHA-256, value) that the signature names first.
    pub(super) certificate: Option<(Option<&'a [u8]>, &'a [u8])>,
}

impl<'a> Container<'a> {
    /// Reads DER.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, Unread> {
        let outer = asn1::children(SEQUENCE, der).unwrap_or_default();
        let [kind, wrapped] = outer[..] else { return Err(Unread::NotSignedData) };
        if oid(kind) != Some(SIGNED_DATA) {
            return Err(Unread::NotSignedData);
        }
        let signed_data = asn1::content(0xA0, wrapped).and_then(|inside| asn1::children(SEQUENCE, inside));
        let signed_data = signed_data.ok_or(Unread::Part("SignedData"))?;
        let [version, digests, content, rest @ ..] = &signed_data[..] else { return Err(Unread::Part("SignedData")) };
        check_detached(content)?;
        let (signers, sets) = rest.split_last().ok_or(Unread::Part("signerInfos"))?;
        let (certificates, lists) = sets_of(sets)?;
        let signers = asn1::children(SET, signers).ok_or(Unread::Part("signerInfos"))?;
        if signers.is_empty() {
            return Err(Unread::Part("signerInfos"));
        }
        let read: Vec<(SignerInfo<'a>, u8, bool)> = signers.into_iter().map(signer).collect::<Result<_, _>>()?;
        let newest = read.iter().map(|(_, version, _)| *version).max().unwrap_or_default();
        // RFC 5652 5.1; 5 is that of a container with lists of another kind.
        if *version != [0x02, 1, newest] && !(lists && *version == [0x02, 1, 5]) {
            return Err(Unread::Part("version"));
        }
        let named = asn1::children(SET, digests).ok_or(Unread::Part("digestAlgorithms"))?;
        let named: Option<Vec<ObjectIdentifier>> = named.into_iter().map(algorithm).collect();
        let named = named.ok_or(Unread::Part("digestAlgorithms"))?;
        if !read.iter().all(|(info, _, _)| algorithm(info.digest).is_some_and(|id| named.contains(&id))) {
            return Err(Unread::Part("digestAlgorithms"));
        }
        let unsigned = lists || read.iter().any(|(_, _, unsigned)| *unsigned);
        Ok(Self { certificates, signers: read.into_iter().map(|(info, _, _)| info).collect(), unsigned })
    }
}

/// The content must be plain data that lies elsewhere.
fn check_detached(content: &[u8]) -> Result<(), Unread> {
    match asn1::children(SEQUENCE, content).unwrap_or_default()[..] {
        [kind] if oid(kind) == Some(DATA) => Ok(()),
        [_, _] => Err(Unread::NotDetached),
        _ => Err(Unread::Part("encapContentInfo")),
    }
}

/// Certificates, and whether lists of revoked ones stand beside them.
fn sets_of<'a>(sets: &[&'a [u8]]) -> Result<(Vec<&'a [u8]>, bool), Unread> {
    let certificates = |set: &'a [u8]| {
        let all = asn1::children(0xA0, set).ok_or(Unread::Part("certificates"))?;
        // Attribute certificates and other kinds are not for signing.
        Ok(all.into_iter().filter(|one| one.first() == Some(&SEQUENCE)).collect::<Vec<_>>())
    };
    match sets {
        [] => Ok((Vec::new(), false)),
        [one] if one.first() == Some(&0xA0) => Ok((certificates(one)?, false)),
        [one] if one.first() == Some(&0xA1) => Ok((Vec::new(), true)),
        [one, lists] if lists.first() == Some(&0xA1) => Ok((certificates(one)?, true)),
        _ => Err(Unread::Part("certificates")),
    }
}

/// One signature, the version of its form, and whether something unsigned hangs on it.
fn signer(der: &[u8]) -> Result<(SignerInfo<'_>, u8, bool), Unread> {
    let parts = asn1::children(SEQUENCE, der).ok_or(Unread::Part("signerInfo"))?;
    let ([version, signer, digest, attributes, algorithm, signature], unsigned) = match parts[..] {
        [a, b, c, d, e, f] => ([a, b, c, d, e, f], false),
        [a, b, c, d, e, f, g] if g.first() == Some(&0xA1) => ([a, b, c, d, e, f], true),
        _ => return Err(Unread::Part("signerInfo")),
    };
    let version = match (version, signer.first()) {
        ([0x02, 1, 1], Some(&SEQUENCE)) => 1,
        ([0x02, 1, 3], Some(0x80)) => 3,
        _ => return Err(Unread::Part("signerInfo.version")),
    };
    let content = asn1::content(0xA0, attributes).ok_or(Unread::Part("signedAttrs"))?;
    let all = asn1::children(0xA0, attributes).ok_or(Unread::Part("signedAttrs"))?;
    let value = |id| value(&all, id);
    if value(CONTENT_TYPE)?.and_then(oid) != Some(DATA) {
        return Err(Unread::Part("contentType"));
    }
    let message_digest = value(MESSAGE_DIGEST)?.and_then(|value| asn1::content(0x04, value));
    let info = SignerInfo {
        signer,
        digest,
        algorithm,
        attributes: asn1::element(SET, content),
        signature: asn1::content(0x04, signature).ok_or(Unread::Part("signature"))?,
        message_digest: message_digest.ok_or(Unread::Part("messageDigest"))?,
        signing_time: value(SIGNING_TIME)?,
        certificate: value(SIGNING_CERTIFICATE)?
            .map(|value| named_certificate(value).ok_or(Unread::Part("signingCertificateV2")))
            .transpose()?,
    };
    Ok((info, version, unsigned))
}

/// The one value of a signed attribute; an attribute given twice is none.
fn value<'a>(all: &[&'a [u8]], id: ObjectIdentifier) -> Result<Option<&'a [u8]>, Unread> {
    let mut found = None;
    for attribute in all {
        let parts = asn1::children(SEQUENCE, attribute).unwrap_or_default();
        let [name, values] = parts[..] else { return Err(Unread::Part("signedAttrs")) };
        if oid(name) == Some(id) {
            let values = asn1::children(SET, values).unwrap_or_default();
            let ([value], None) = (&values[..], found) else { return Err(Unread::Part("signedAttrs")) };
            found = Some(*value);
        }
    }
    Ok(found)
}

/// `SigningCertificateV2` (RFC 5035 3): the first certificate that it names is the signer's.
fn named_certificate(value: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let parts = asn1::children(SEQUENCE, value)?;
    let ids = asn1::children(SEQUENCE, parts.first()?)?;
    let first = asn1::children(SEQUENCE, ids.first()?)?;
    match first[..] {
        [algorithm, digest, ..] if algorithm.first() == Some(&SEQUENCE) => {
            Some((Some(algorithm), asn1::content(0x04, digest)?))
        }
        [digest, ..] => Some((None, asn1::content(0x04, digest)?)),
        [] => None,
    }
}
