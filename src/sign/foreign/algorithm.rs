//! Algorithms of signatures made elsewhere: which are known, their words, their mathematics. Floor 1.
//!
//! GOST R 34.10-2012 by [`super::super::gost`] over digests of `streebog`; RSA and ECDSA by `ring`. It must never try one algorithm after
//! another: what the certificate and the signature name decides, and they must agree.

use const_oid::ObjectIdentifier;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use sha2::Digest as _;

use super::container::oid;
use crate::sign::asn1::{self, SEQUENCE, id};
use crate::sign::gost::{self, Curve};

/// Key of GOST R 34.10-2012, 256 bits; old programs name the signature so too.
const GOST_256: ObjectIdentifier = id("1.2.643.7.1.1.1.1");
/// The same, 512 bits.
const GOST_512: ObjectIdentifier = id("1.2.643.7.1.1.1.2");
/// GOST R 34.10-2012 with its digest, 256 bits.
const GOST_256_SIGNED: ObjectIdentifier = id("1.2.643.7.1.1.3.2");
/// The same, 512 bits.
const GOST_512_SIGNED: ObjectIdentifier = id("1.2.643.7.1.1.3.3");
const STREEBOG_256: ObjectIdentifier = id("1.2.643.7.1.1.2.2");
const STREEBOG_512: ObjectIdentifier = id("1.2.643.7.1.1.2.3");
const SHA_256: ObjectIdentifier = id("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = id("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = id("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = id("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = id("1.2.840.10045.2.1");
const P_256: ObjectIdentifier = id("1.2.840.10045.3.1.7");
const P_384: ObjectIdentifier = id("1.3.132.0.34");

/// A digest that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
    Streebog256,
    Streebog512,
}

impl Hash {
    /// The digest with this name.
    pub(super) fn named(id: ObjectIdentifier) -> Option<Self> {
        Some(match id {
            SHA_256 => Self::Sha256,
            SHA_384 => Self::Sha384,
            SHA_512 => Self::Sha512,
            STREEBOG_256 => Self::Streebog256,
            STREEBOG_512 => Self::Streebog512,
            _ => return None,
        })
    }

    /// Digest of bytes.
    pub(super) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Self::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
            Self::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
            Self::Streebog256 => streebog::Streebog256::digest(bytes).to_vec(),
            Self::Streebog512 => streebog::Streebog512::digest(bytes).to_vec(),
        }
    }

    fn as_russian(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Streebog256 => "ГОСТ Р 34.11-2012 («Стрибог»), 256 бит",
            Self::Streebog512 => "ГОСТ Р 34.11-2012 («Стрибог»), 512 бит",
        }
    }
}

/// The public key of a certificate.
pub(super) enum Key<'a> {
    Gost {
        curve: Curve,
        point: &'a [u8],
    },
    Rsa {
        key: &'a [u8],
    },
    Ec {
        large: bool,
        point: &'a [u8],
    },
    /// Of a kind that is not checked here: its name.
    Other(String),
}

impl<'a> Key<'a> {
    /// Reads `SubjectPublicKeyInfo`; `None` when it is none.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let [algorithm, bits] = asn1::children(SEQUENCE, der)?[..] else { return None };
        let bits = asn1::content(0x03, bits)?.strip_prefix(&[0])?;
        let parts = asn1::children(SEQUENCE, algorithm)?;
        let (kind, parameters) = parts.split_first()?;
        let kind = oid(kind)?;
        let other = || Self::Other(kind.to_string());
        Some(match kind {
            GOST_256 | GOST_512 => {
                let named = parameters.first().and_then(|one| asn1::children(SEQUENCE, one));
                let curve = named.and_then(|named| gost::curve(oid(named.first()?)?));
                let size = if kind == GOST_256 { 256 } else { 512 };
                match (curve, asn1::content(0x04, bits)) {
                    (Some(curve), Some(point)) if curve.bits == size => Self::Gost { curve, point },
                    _ => other(),
                }
            }
            RSA => Self::Rsa { key: bits },
            EC => match parameters.first().and_then(|one| oid(one)) {
                Some(P_256) => Self::Ec { large: false, point: bits },
                Some(P_384) => Self::Ec { large: true, point: bits },
                _ => other(),
            },
            _ => other(),
        })
    }

    /// «ГОСТ Р 34.10-2012, 256 бит».
    fn as_russian(&self) -> String {
        match self {
            Self::Gost { curve, .. } => format!("ГОСТ Р 34.10-2012, {} бит", curve.bits),
            Self::Rsa { .. } => "RSA".to_owned(),
            Self::Ec { large, .. } => format!("ECDSA P-{}", if *large { 384 } else { 256 }),
            Self::Other(name) => match name.as_str() {
                "1.2.643.2.2.19" => "ГОСТ Р 34.10-2001".to_owned(),
                "1.3.101.112" => "Ed25519".to_owned(),
                "1.2.840.10040.4.1" => "DSA".to_owned(),
                other => other.to_owned(),
            },
        }
    }
}

/// What is checked how: the words for people and the way.
pub(super) struct Scheme<'k> {
    key: &'k Key<'k>,
    hash: Hash,
}

/// Words for algorithms, known or not.
pub(super) fn words(key: &Key<'_>, hash: Option<Hash>, digest: Option<ObjectIdentifier>) -> String {
    let hash = hash.map(|hash| hash.as_russian().to_owned());
    let hash = hash.or_else(|| digest.map(|id| id.to_string())).unwrap_or_else(|| "неизвестная".to_owned());
    format!("подпись {}, хэш-функция {hash}", key.as_russian())
}

impl<'k> Scheme<'k> {
    /// The scheme, when key, digest and signature name one that is known and agree with each other.
    pub(super) fn of(key: &'k Key<'k>, hash: Hash, signed: ObjectIdentifier) -> Option<Self> {
        let sha = |names: [&'static str; 3]| match hash {
            Hash::Sha256 => names[0],
            Hash::Sha384 => names[1],
            Hash::Sha512 => names[2],
            Hash::Streebog256 | Hash::Streebog512 => "0.0",
        };
        let agrees = match key {
            Key::Gost { curve, .. } if curve.bits == 256 => {
                hash == Hash::Streebog256 && matches!(signed, GOST_256 | GOST_256_SIGNED)
            }
            Key::Gost { .. } => hash == Hash::Streebog512 && matches!(signed, GOST_512 | GOST_512_SIGNED),
            Key::Rsa { .. } => {
                let with = id(sha(["1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13"]));
                signed == with || (signed == RSA && !matches!(hash, Hash::Streebog256 | Hash::Streebog512))
            }
            // `ring` has these two curves with these two digests.
            Key::Ec { .. } => {
                let with = id(sha(["1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4"]));
                signed == with && matches!(hash, Hash::Sha256 | Hash::Sha384)
            }
            Key::Other(_) => false,
        };
        agrees.then_some(Self { key, hash })
    }

    /// Is this a signature of the message?
    pub(super) fn verify(&self, message: &[u8], signed: &[u8]) -> bool {
        let by = |algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key).verify(message, signed).is_ok()
        };
        match (self.key, self.hash) {
            (Key::Gost { curve, point }, hash) => curve.verify(point, &hash.of(message), signed),
            (Key::Rsa { key }, Hash::Sha256) => by(&signature::RSA_PKCS1_2048_8192_SHA256, key),
            (Key::Rsa { key }, Hash::Sha384) => by(&signature::RSA_PKCS1_2048_8192_SHA384, key),
            (Key::Rsa { key }, Hash::Sha512) => by(&signature::RSA_PKCS1_2048_8192_SHA512, key),
            (Key::Ec { large: false, point }, Hash::Sha256) => by(&signature::ECDSA_P256_SHA256_ASN1, point),
            (Key::Ec { large: false, point }, Hash::Sha384) => by(&signature::ECDSA_P256_SHA384_ASN1, point),
            (Key::Ec { large: true, point }, Hash::Sha256) => by(&signature::ECDSA_P384_SHA256_ASN1, point),
            (Key::Ec { large: true, point }, Hash::Sha384) => by(&signature::ECDSA_P384_SHA384_ASN1, point),
            (Key::Rsa { .. } | Key::Ec { .. } | Key::Other(_), _) => false,
        }
    }
}
