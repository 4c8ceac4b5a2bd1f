//! Certificates read and checked once for a whole verification: a school's forty people stand in every record. Floor 2.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::canon::Digest;
use crate::sign::certificate::{self, CertificateFacts};

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
        let key = (certificate.facts.fingerprint, authority.facts.fingerprint);
        if let Some(known) = locked(&self.issued).get(&key) {
            return known.clone();
        }
        let reason =
            certificate::verify_issued_by(&certificate.der, &authority.der).err().map(|error| error.to_string());
        locked(&self.issued).insert(key, reason.clone());
        reason
    }
}

/// The maps hold finished answers only, so a thread that died while holding the lock left nothing half-done.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
