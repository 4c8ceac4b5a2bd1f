//! The school's seal in a PDF: one PAdES signature, ECDSA P-256 over SHA-256, as an incremental update. Floor 1.
//!
//! `ETSI.CAdES.detached` (ETSI EN 319 142-1), verified by pdfsig, mutool, OpenSSL and pyHanko; the seal is invisible
//! because its visible mark is typeset already. The original's bytes stay as they are, so its digest can be taken again
//! from the sealed file. It must never seal a file that has been updated or signed before.

use chrono::{DateTime, FixedOffset, Utc};
use sha2::{Digest as _, Sha256};

use super::Error;
use super::certificate::{self, CertificateFacts, PublicKey};
use super::cms::{self, Signer};
use super::keys::P256Key;
use super::revision::{self, Claims};
use crate::domain::canon::{Digest, hex};

pub use super::attachment::attachments;
pub use super::check::{SealCheck, check_seal, check_seal_asking};

/// The container's room is a multiple of this many bytes: its exact length is known only after signing.
const RESERVE_STEP: usize = 256;

/// What a seal says beside the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealRequest<'a> {
    /// Time of sealing; whole seconds count. Becomes `/M`: the seal's own claim, not a time-stamp.
    pub sealed_at: DateTime<FixedOffset>,
    /// Why, in Russian; may be empty.
    pub reason: &'a str,
    /// Where, in Russian; may be empty.
    pub location: &'a str,
}

/// Seals a PDF of the typesetter; same arguments, same bytes.
pub fn seal_pdf(
    pdf: &[u8],
    seal_key: &P256Key,
    certificate_der: &[u8],
    authority_der: &[u8],
    request: &SealRequest<'_>,
) -> Result<Vec<u8>, Error> {
    let facts = certificate::certificate_facts(certificate_der)?;
    let authority = certificate::certificate_facts(authority_der)?;
    certificate::check_issued_by(certificate_der, &facts, &authority)?;
    if facts.public_key != PublicKey::P256(seal_key.public_key()) {
        return Err(Error::KeyMismatch);
    }
    if !facts.is_for_signing || facts.is_authority {
        return Err(Error::NotForSealing);
    }
    for holder in [&facts, &authority] {
        refuse_outside(holder, request.sealed_at.to_utc())?;
    }
    let signer = Signer { certificate: certificate_der, facts: &facts, authority: authority_der };
    let claims = Claims {
        sealed_at: request.sealed_at,
        reason: request.reason.to_owned(),
        location: request.location.to_owned(),
    };
    place(pdf, seal_key, &signer, &claims)
}

/// Lays out the revision, signs, and puts the container into its gap; whether it may be done was asked before.
pub(super) fn place(pdf: &[u8], key: &P256Key, signer: &Signer<'_>, claims: &Claims) -> Result<Vec<u8>, Error> {
    let revision = revision::lay_out(pdf, claims, reserve(signer))?;
    let (before, after) = (&revision.bytes[..revision.gap.start], &revision.bytes[revision.gap.end..]);
    let document = digest_of(&[pdf, before, after]);
    let signature = key.sign_digest(&Digest::of(&cms::to_sign(signer, &document)))?;
    let container = hex(&cms::build(signer, &document, &signature));

    let contents = pdf.len() + revision.gap.start + 1;
    let mut sealed = [pdf, &revision.bytes].concat();
    sealed[contents..contents + container.len()].copy_from_slice(container.as_bytes());
    Ok(sealed)
}

/// Room for the container of this signer, bytes.
pub(super) fn reserve(signer: &Signer<'_>) -> usize {
    cms::build(signer, &Digest::default(), &[0; cms::LONGEST_SIGNATURE]).len().next_multiple_of(RESERVE_STEP)
}

/// SHA-256 over parts of a file, in one pass.
pub(super) fn digest_of(parts: &[&[u8]]) -> Digest {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    Digest(hash.finalize().into())
}

fn refuse_outside(certificate: &CertificateFacts, moment: DateTime<Utc>) -> Result<(), Error> {
    if certificate.is_in_force_at(moment) {
        return Ok(());
    }
    let term = format!("{} – {}", certificate.not_before.format("%d.%m.%Y"), certificate.not_after.format("%d.%m.%Y"));
    Err(Error::NotInForce(term))
}
