//! Hashing of passwords: argon2id on a few threads of its own, so that a morning's sign-ins never hold up the pages. Floor 2.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OnceCell, Semaphore};

use crate::domain::canon::hex;
use crate::flow::Error;

/// What one hash may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Hashes at one time.
    pub at_once: usize,
}

impl Default for Cost {
    /// 19 MiB and two passes: the least that OWASP's password storage sheet gives for argon2id with one lane. Some 30 ms of one core
    /// here, so that 900 people who come at eight are served in a quarter of a minute on two cores, and two at once take 38 MiB.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, at_once: 2 }
    }
}

/// Cores that one list of slips takes: eight hashes at once are 152 MiB.
const MOST_CORES: usize = 8;

fn hashed(argon: &Argon2<'_>, password: &str, salt: &[u8; 32]) -> Result<String, Error> {
    let hash = argon.hash_password_with_salt(password.as_bytes(), &salt[..16]);
    hash.map(|hash: PasswordHash| hash.to_string()).map_err(|error| Error::Interrupted(error.to_string()))
}

/// Hashes and checks passwords.
#[derive(Debug)]
pub struct Hasher {
    cost: Cost,
    permits: Arc<Semaphore>,
    /// Batches of [`Self::hash_all`] at one time.
    batches: Arc<Semaphore>,
    /// The hash that a login which does not exist is checked against: the answer takes as long and says nothing.
    decoy: OnceCell<String>,
    computed: AtomicU64,
}

impl Hasher {
    /// A hasher of a cost.
    pub fn new(cost: Cost) -> Self {
        Self {
            cost,
            permits: Arc::new(Semaphore::new(cost.at_once)),
            batches: Arc::new(Semaphore::new(1)),
            decoy: OnceCell::new(),
            computed: AtomicU64::new(0),
        }
    }

    /// How many hashes were computed so far.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// The password's hash in PHC form, with a random salt.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        let salt = crate::sign::random()?;
        self.run(move |argon| hashed(&argon, &password, &salt)).await?
    }

    /// Hashes of many passwords in their order: a list of slips takes every core for a moment, where [`Self::hash`] leaves most of them to the
    /// pages. One list at a time; a client that goes away does not let the next one in early.
    pub async fn hash_all(&self, passwords: &[String]) -> Result<Vec<String>, Error> {
        let interrupted = |error: &dyn std::fmt::Display| Error::Interrupted(error.to_string());
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get).min(MOST_CORES);
        let mut salted = Vec::new();
        for password in passwords {
            salted.push((password.clone(), crate::sign::random()?));
        }
        let params =
            Params::new(self.cost.memory_kib, self.cost.passes, 1, None).map_err(|error| interrupted(&error))?;
        let permit = self.batches.clone().acquire_owned().await.map_err(|error| interrupted(&error))?;
        let permit = Arc::new(permit);
        self.computed.fetch_add(salted.len() as u64, Ordering::Relaxed);
        let mut parts = Vec::new();
        for part in salted.chunks(salted.len().div_ceil(cores).max(1)) {
            let (part, params, permit) = (part.to_vec(), params.clone(), permit.clone());
            parts.push(tokio::task::spawn_blocking(move || {
                let _permit = permit;
                let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                let hash = |(password, salt): &(String, [u8; 32])| hashed(&argon, password, salt);
                part.iter().map(hash).collect::<Result<Vec<String>, Error>>()
            }));
        }
        drop(permit);
        let mut hashes = Vec::new();
        for part in parts {
            hashes.extend(part.await.map_err(|error| interrupted(&error))??);
        }
        Ok(hashes)
    }

    /// Is it the password? Without a hash (no such login, or none set) a decoy is checked and the answer is no.
    pub async fn check(&self, password: &str, secret: Option<&str>) -> Result<bool, Error> {
        let decoy = self.decoy.get_or_try_init(|| async { self.hash(&hex(&crate::sign::random()?)).await }).await?;
        let (secret, real) = match secret.filter(|secret| !secret.is_empty()) {
            Some(secret) => (secret.to_owned(), true),
            None => (decoy.clone(), false),
        };
        let password = password.to_owned();
        let right = self
            .run(move |argon| {
                let parsed = PasswordHash::new(&secret).map_err(|_| Error::Damaged("accounts.secret".to_owned()))?;
                Ok::<_, Error>(argon.verify_password(password.as_bytes(), &parsed).is_ok())
            })
            .await??;
        Ok(right && real)
    }

    /// Runs on a thread that may block; the permit moves into the work, so a client that goes away does not free it early.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let interrupted = |error: &dyn std::fmt::Display| Error::Interrupted(error.to_string());
        let params =
            Params::new(self.cost.memory_kib, self.cost.passes, 1, None).map_err(|error| interrupted(&error))?;
        let permit = self.permits.clone().acquire_owned().await.map_err(|error| interrupted(&error))?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
        })
        .await
        .map_err(|error| interrupted(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_list_of_passwords_is_hashed_in_its_order() {
        let hasher = Hasher::new(Cost { memory_kib: 8, passes: 1, at_once: 1 });
        let passwords: Vec<String> = (0..37).map(|n| format!("password {n}")).collect();
        let hashes = hasher.hash_all(&passwords).await.unwrap_or_default();
        assert_eq!((hashes.len(), hasher.computed()), (37, 37));
        for (password, hash) in passwords.iter().zip(&hashes) {
            assert!(hasher.check(password, Some(hash.as_str())).await.unwrap_or(false), "{password}");
        }
        assert!(hasher.hash_all(&[]).await.is_ok_and(|none| none.is_empty()));
    }
}
