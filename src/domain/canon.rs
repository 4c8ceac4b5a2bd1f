//! Canonical bytes and their digests: floor 0.
//!
//! Everything that is hashed or signed is written by [`to_bytes`]: RFC 8785 JSON, integers and strings only, so that
//! any other program can rebuild the same bytes from the same facts.

pub mod scan;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// RFC 8785 bytes of a value: UTF-8, keys sorted, no white space, no trailing line end.
///
/// Our types hold integers below 2^53 and strings only, so serialisation cannot fail; a type that breaks that rule is
/// a defect of the program, found by the first test that freezes it.
pub fn to_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    #[allow(clippy::expect_used)] // reason above
    serde_json_canonicalizer::to_vec(value).expect("canonical types hold integers and strings only")
}

/// [`to_bytes`] as text.
pub fn to_text<T: Serialize>(value: &T) -> String {
    String::from_utf8_lossy(&to_bytes(value)).into_owned()
}

/// A SHA-256 digest; written as 64 lower-case hexadecimal characters everywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest(pub [u8; 32]);

/// Text that is not 64 hexadecimal characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("не контрольная сумма SHA-256 (нужно 64 шестнадцатеричных знака): «{0}»")]
pub struct NotADigest(pub String);

impl Digest {
    /// SHA-256 of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// SHA-256 of the canonical bytes of a value.
    pub fn of_canonical<T: Serialize>(value: &T) -> Self {
        Self::of(&to_bytes(value))
    }

    /// 64 lower-case hexadecimal characters.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// The first eight bytes as 16 upper-case hexadecimal characters: what a sheet's QR and foot have room for.
    pub fn prefix(&self) -> String {
        hex(&self.0[..8]).to_uppercase()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl FromStr for Digest {
    type Err = NotADigest;
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let lower = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match unhex(text).and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) if lower => Ok(Self(bytes)),
            _ => Err(NotADigest(text.to_owned())),
        }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Bytes as lower-case hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

/// Hexadecimal text, either case, as bytes; `None` for an odd length or a foreign character.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    bytes.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// [`unhex`] for text that stands in a file which nobody signs: one value, one text, so capitals are refused.
pub fn unhex_lower(text: &str) -> Option<Vec<u8>> {
    unhex(text).filter(|bytes| hex(bytes) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_text_stays_text() {
        let value = serde_json::json!({"б": "н", "a": 1, "A": ["Ё", "\n"]});
        assert_eq!(to_text(&value), r#"{"A":["Ё","\n"],"a":1,"б":"н"}"#);
    }

    #[test]
    fn a_digest_reads_back_what_it_wrote_and_nothing_else() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(digest.to_hex().parse::<Digest>(), Ok(digest));
        assert!(digest.to_hex().to_uppercase().parse::<Digest>().is_err());
        assert!("ba78".parse::<Digest>().is_err());
    }
}
