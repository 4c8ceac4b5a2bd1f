//! Private keys: Ed25519 for people and the log, P-256 for the authority and the seal. Floor 1.
//!
//! A private key leaves memory only as PKCS#8 under a passphrase. It must never be printed, cloned or written in clear.
//! P-256 is there because stock PDF tools know no Ed25519 inside CMS; people sign with Ed25519, which every `openssl
//! pkeyutl` verifies over plain bytes.

use std::fmt;

use ed25519_dalek::pkcs8::KeypairBytes;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use pkcs5::pbes2;
use pkcs8::der::pem::LineEnding;
use pkcs8::{EncodePrivateKey, EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef, SecretDocument};

use super::Error;
use super::certificate::{self, PublicKey};
use crate::domain::canon::Digest;

/// scrypt cost of a key file, N = 2^14: the largest that OpenSSL 3.0 reads without being told to allow more memory.
const SCRYPT_LOG_N: u8 = 14;
/// scrypt block size that goes with it.
const SCRYPT_R: u32 = 8;
/// Most memory (128·N·r bytes) that a key file may ask for when it is opened: 64 MiB; ours ask for 16.
const SCRYPT_MEMORY_LIMIT: u64 = 64 << 20;
/// PEM label of an encrypted PKCS#8 key (RFC 7468 11).
const LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// An Ed25519 private key: a person's or the log's.
pub struct Ed25519Key(ed25519_dalek::SigningKey);

/// A P-256 private key: the authority's or the seal's.
pub struct P256Key(p256::ecdsa::SigningKey);

/// Makes an Ed25519 key from 32 random bytes (RFC 8032 5.1.5).
pub fn new_ed25519(random: [u8; 32]) -> Ed25519Key {
    Ed25519Key(ed25519_dalek::SigningKey::from_bytes(&random))
}

/// Makes a P-256 key from 32 random bytes.
pub fn new_p256(random: [u8; 32]) -> P256Key {
    // One draw in 2^32 is not below the group's order; its hash stands in for a second draw.
    let mut scalar = random;
    loop {
        match p256::ecdsa::SigningKey::from_slice(&scalar) {
            Ok(key) => return P256Key(key),
            Err(_) => scalar = Digest::of(&scalar).0,
        }
    }
}

impl Ed25519Key {
    /// Signs bytes; 64 bytes, raw (RFC 8032).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The public key, 32 bytes.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// PEM of a PKCS#8 `EncryptedPrivateKeyInfo` (RFC 5958; PBES2, scrypt, AES-256-CBC) that `openssl pkey -passin` reads.
    /// `random`: 16 bytes of salt and 16 of initialisation vector, fresh for every file.
    pub fn to_encrypted_pem(&self, passphrase: &str, random: [u8; 32]) -> Result<String, Error> {
        // Version 1 without the public key: OpenSSL 3.0 reads no version 2.
        let plain = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        encrypt(&plain.to_pkcs8_der().map_err(not_a_key)?, passphrase, random)
    }

    /// Opens [`Ed25519Key::to_encrypted_pem`] or the same as OpenSSL writes it.
    pub fn from_encrypted_pem(pem: &str, passphrase: &str) -> Result<Self, Error> {
        let plain = decrypt(pem, passphrase)?;
        let info = PrivateKeyInfoRef::try_from(plain.as_bytes()).map_err(|_| Error::WrongPassphrase)?;
        ed25519_dalek::SigningKey::try_from(info).map(Self).map_err(|_| Error::OtherKind("Ed25519"))
    }
}

impl P256Key {
    /// Signs a SHA-256 digest; DER `Ecdsa-Sig-Value` (RFC 3279 2.2.3), deterministic (RFC 6979), with the smaller of
    /// the two possible `s`, so that one document and one key have one signature.
    pub fn sign_digest(&self, digest: &Digest) -> Result<Vec<u8>, Error> {
        let signature: p256::ecdsa::Signature = self.0.sign_prehash(&digest.0).map_err(not_a_key)?;
        Ok(signature.normalize_s().to_der().as_bytes().to_vec())
    }

    /// The public key: 65 bytes, an uncompressed point (SEC 1 2.3.3).
    pub fn public_key(&self) -> [u8; 65] {
        let mut point = [0; 65];
        let written = self.0.verifying_key().to_sec1_point(false);
        point.copy_from_slice(written.as_bytes());
        point
    }

    /// As [`Ed25519Key::to_encrypted_pem`].
    pub fn to_encrypted_pem(&self, passphrase: &str, random: [u8; 32]) -> Result<String, Error> {
        encrypt(&self.0.to_pkcs8_der().map_err(not_a_key)?, passphrase, random)
    }

    /// As [`Ed25519Key::from_encrypted_pem`].
    pub fn from_encrypted_pem(pem: &str, passphrase: &str) -> Result<Self, Error> {
        let plain = decrypt(pem, passphrase)?;
        let info = PrivateKeyInfoRef::try_from(plain.as_bytes()).map_err(|_| Error::WrongPassphrase)?;
        p256::ecdsa::SigningKey::try_from(info).map(Self).map_err(|_| Error::OtherKind("P-256"))
    }
}

/// Does this raw Ed25519 signature of the message belong to the certificate's key? Strict: small-order keys and
/// malleable signatures are refused, so that no two verifiers can disagree.
pub fn verify_ed25519(certificate_der: &[u8], message: &[u8], signature: &[u8]) -> bool {
    match certificate::certificate_facts(certificate_der).map(|facts| facts.public_key) {
        Ok(PublicKey::Ed25519(key)) => verify_ed25519_raw(&key, message, signature),
        _ => false,
    }
}

/// As [`verify_ed25519`], for a bare public key.
pub fn verify_ed25519_raw(public_key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(public_key);
    let signature = ed25519_dalek::Signature::from_slice(signature);
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_strict(message, &signature).is_ok())
}

fn encrypt(plain: &SecretDocument, passphrase: &str, random: [u8; 32]) -> Result<String, Error> {
    let (salt, iv) = random.split_at(16);
    let cost = pkcs5::scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, 1).map_err(not_a_key)?;
    let iv = iv.try_into().map_err(not_a_key)?;
    let parameters = pbes2::Parameters::generate_scrypt_aes256cbc(cost, salt, iv).map_err(not_a_key)?;
    let info = PrivateKeyInfoRef::try_from(plain.as_bytes()).map_err(not_a_key)?;
    let document = info.encrypt_with_params(parameters, passphrase).map_err(not_a_key)?;
    let pem = document.to_pem(LABEL, LineEnding::LF).map_err(not_a_key)?;
    Ok(pem.as_str().to_owned())
}

fn decrypt(pem: &str, passphrase: &str) -> Result<SecretDocument, Error> {
    let (label, document) = SecretDocument::from_pem(pem).map_err(not_a_key)?;
    if label != LABEL {
        return Err(Error::NotAKey(format!("заголовок «{label}»")));
    }
    let info = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(not_a_key)?;
    refuse_greedy_scrypt(&info.encryption_algorithm)?;
    // Wrong padding and a wrong inner structure both mean the same to the person who typed the passphrase.
    info.decrypt(passphrase).map_err(|_| Error::WrongPassphrase)
}

fn refuse_greedy_scrypt(scheme: &pkcs5::EncryptionScheme) -> Result<(), Error> {
    match scheme.pbes2().map(|parameters| &parameters.kdf) {
        Some(pbes2::Kdf::Scrypt(scrypt)) => {
            let memory = scrypt.cost_parameter.saturating_mul(128 * u64::from(scrypt.block_size));
            if memory > SCRYPT_MEMORY_LIMIT {
                return Err(Error::NotAKey(format!(
                    "scrypt просит памяти: {}",
                    crate::domain::words::count(memory, "байт", "байта", "байт")
                )));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn not_a_key(error: impl fmt::Display) -> Error {
    Error::NotAKey(error.to_string())
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Key(secret)")
    }
}

impl fmt::Debug for P256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P256Key(secret)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking
mod tests {
    use super::*;

    #[test]
    fn a_key_file_opens_with_its_passphrase_only() {
        let key = new_ed25519([7; 32]);
        let pem = key.to_encrypted_pem("верный пароль", [9; 32]).unwrap();
        assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        assert_eq!(Ed25519Key::from_encrypted_pem(&pem, "верный пароль").unwrap().public_key(), key.public_key());
        assert_eq!(Ed25519Key::from_encrypted_pem(&pem, "неверный").unwrap_err(), Error::WrongPassphrase);
        assert_eq!(P256Key::from_encrypted_pem(&pem, "верный пароль").unwrap_err(), Error::OtherKind("P-256"));
    }

    #[test]
    fn text_that_is_no_key_file_is_not_called_a_wrong_passphrase() {
        assert!(matches!(Ed25519Key::from_encrypted_pem("не ключ", "п"), Err(Error::NotAKey(_))));
        let certificate = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert!(matches!(P256Key::from_encrypted_pem(certificate, "п"), Err(Error::NotAKey(_))));
    }

    #[test]
    fn a_draw_above_the_order_of_the_group_still_gives_a_key() {
        assert_ne!(new_p256([0xFF; 32]).public_key(), new_p256([1; 32]).public_key());
    }

    #[test]
    fn a_key_never_prints_itself() {
        assert_eq!(format!("{:?}", new_ed25519([1; 32])), "Ed25519Key(secret)");
    }
}
