//! Certificates read and checked once for a whole verification: a school's forty people stand in every record. Floor 2.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::canon::Digest;
use crate::sign::certificate::{self, CertificateFacts};
use crate::sign::seal::{SealCheck, check_seal_asking};

/// A certificate with what it says.
#[derive(Debug)]
pub(super) struct Known {
    /// DER.
    pub der: Vec<u8>,
    /// What it says.
    pub facts: CertificateFacts,
}

/// What is known already; shared by the threads that walk an archive.
#[derive(Debug, Default)]
pub(super) struct Certificates {
    /// By digest of the PEM text; `None` = not a certificate.
    read: Mutex<BTreeMap<Digest, Option<Arc<Known>>>>,
    /// Certificate and authority → why it was not issued by it, `None` = it was.
    issued: Mutex<BTreeMap<(Digest, Digest), Option<String>>>,
}

impl Certificates {
    /// Reads a PEM certificate.
    pub fn read(&self, pem: &str) -> Option<Arc<Known>> {
        let key = Digest::of(pem.as_bytes());
        if let Some(known) = locked(&self.read).get(&key) {
            return known.clone();
        }
        let known = certificate::from_pem(pem).ok().and_then(|der| {
            // One text for one certificate: what `to_pem` would not write was touched by somebody.
            let facts = certificate::certificate_facts(&der).ok()?;
            (certificate::to_pem(&der) == pem).then(|| Arc::new(Known { der, facts }))
        });
        locked(&self.read).insert(key, known.clone());
        known
    }

    /// Why a certificate was not issued by an authority; `None` when it was.
    pub fn not_issued(&self, certificate: &Known, authority: &Known) -> Option<String> {
        self.not_issued_by(&certificate.der, &certificate.facts, &authority.facts)
    }

    /// [`Certificates::not_issued`] for certificates that were read elsewhere: those inside a seal.
    pub fn not_issued_by(&self, der: &[u8], facts: &CertificateFacts, authority: &CertificateFacts) -> Option<String> {
        let key = (facts.fingerprint, authority.fingerprint);
        if let Some(known) = locked(&self.issued).get(&key) {
            return known.clone();
        }
        let reason = certificate::not_issued_by(der, facts, authority);
        locked(&self.issued).insert(key, reason.clone());
        reason
    }

    /// The seal of a PDF, its chain checked once for all records of a school.
    pub fn check_seal(&self, pdf: &[u8]) -> SealCheck {
        check_seal_asking(pdf, &|der, facts, authority| self.not_issued_by(der, facts, authority))
    }
}

/// The maps hold finished answers only, so a thread that died while holding the lock left nothing half-done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
