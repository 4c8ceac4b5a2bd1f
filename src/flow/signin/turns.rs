//! Whose turn it is to be let in: those of one login go one after another. Floor 2.

use crate::domain::canon::Digest;

/// Whose turn it is to be let in: logins share a few locks, so that a made-up login costs no memory.
#[derive(Debug)]
pub(super) struct Turns([tokio::sync::Mutex<()>; TURNS]);

/// Locks that logins share: many more than threads that hash, so that strangers hardly ever wait for each other.
const TURNS: usize = 64;

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| tokio::sync::Mutex::new(())))
    }
}

impl Turns {
    pub(super) fn of(&self, login: &str) -> &tokio::sync::Mutex<()> {
        let place = Digest::of(login.as_bytes()).0[0] as usize % TURNS;
        &self.0[place]
    }
}
