//! Keys, certificates, signatures and the seal: what a signed record rests on. Floor 1.
//!
//! | module | holds |
//! |---|---|
//! | [`keys`] | private keys and their encrypted files |
//! | [`authority`] | the school's certificate authority: issues certificates |
//! | [`certificate`] | reads certificates and checks who issued them |
//! | [`note`] | signed notes: the log's checkpoints |
//! | [`seal`] | puts the school's seal into a PDF and checks it |
//! | [`attachment`] | reads the files attached to a PDF |
//! | [`foreign`] | checks signatures made elsewhere (CAdES, GOST) |
//!
//! It must never read a clock, a file or the network: time, randomness and bytes come in as values. [`random`] is the
//! only place that draws randomness.

pub mod attachment;
pub mod authority;
pub mod certificate;
pub mod foreign;
pub mod keys;
pub mod note;
pub mod seal;

mod asn1;
mod check;
mod cms;
mod gost;
mod pdf;
mod revision;
mod syntax;

/// What keeps keys, certificates and seals from being made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The operating system gave no randomness.
    #[error("операционная система не дала случайных чисел: {0}")]
    NoRandomness(String),
    /// The passphrase does not open the private key.
    #[error("пароль не подходит к закрытому ключу")]
    WrongPassphrase,
    /// Text or bytes that are not a private key of ours.
    #[error("это не закрытый ключ PKCS#8, зашифрованный по PBES2: {0}")]
    NotAKey(String),
    /// The file holds a key of another algorithm.
    #[error("закрытый ключ другого вида: нужен {0}")]
    OtherKind(&'static str),
    /// Bytes that are not a certificate of ours.
    #[error("это не сертификат X.509 с ключом Ed25519 или P-256: {0}")]
    NotACertificate(String),
    /// The certificate was not issued by the authority it is checked against.
    #[error("сертификат выдан не этим удостоверяющим центром: {0}")]
    NotIssued(&'static str),
    /// The private key does not belong to the certificate.
    #[error("закрытый ключ не от этого сертификата")]
    KeyMismatch,
    /// The certificate is not one for signing documents.
    #[error("этот сертификат не для печати: он не предназначен для подписи документов")]
    NotForSealing,
    /// The seal's certificate is not in force at the moment of sealing.
    #[error("сертификат печати не действует в момент наложения печати ({0})")]
    NotInForce(String),
    /// The PDF is not of the shape that the typesetter writes.
    #[error("PDF не такой, какой верстает программа: {0}")]
    ForeignPdf(&'static str),
    /// The PDF already holds a form, a signature or a later revision.
    #[error("в PDF уже есть подпись или дописанное обновление: печать ставится один раз")]
    AlreadySealed,
}

/// Draws 32 random bytes from the operating system.
pub fn random() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::NoRandomness(error.to_string()))?;
    Ok(bytes)
}
