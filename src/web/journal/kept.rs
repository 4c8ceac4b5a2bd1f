//! What the journal's pages keep ready, each under the log's turn that it was read at. Floor 3.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::class::Overview;

/// Entries kept of a kind: 44 classes of 15 courses in one period are 660, a laid-out page some 60 KB; the rest is made anew.
const KEPT: usize = 768;

/// Course or class, and period.
pub(super) type Key = (String, String);

/// Things that stay right while nothing is written.
#[derive(Debug)]
pub(super) struct Kept<T: ?Sized> {
    kept: Mutex<HashMap<Key, (u64, Arc<T>)>>,
}

impl<T: ?Sized> Default for Kept<T> {
    fn default() -> Self {
        Self { kept: Mutex::default() }
    }
}

impl<T: ?Sized> Kept<T> {
    pub(super) fn find(&self, key: &Key, turn: u64) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(held, _)| *held == turn).map(|(_, thing)| thing.clone())
    }

    pub(super) fn keep(&self, key: Key, turn: u64, thing: Arc<T>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.retain(|_, (held, _)| *held == turn);
        }
        if kept.len() < KEPT {
            kept.insert(key, (turn, thing));
        }
    }
}

/// What the journal's pages keep.
#[derive(Debug, Default)]
pub(in crate::web) struct Pages {
    /// Laid-out grids of courses.
    pub(super) grids: Kept<str>,
    /// Overviews of classes.
    pub(super) classes: Kept<Overview>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_pages_are_of_one_turn_and_bounded() {
        let pages: Kept<str> = Kept::default();
        let key = |n: usize| (format!("C{n}"), "Q1".to_owned());
        for n in 0..KEPT + 5 {
            pages.keep(key(n), 1, "x".into());
        }
        assert!(pages.find(&key(0), 1).is_some() && pages.find(&key(0), 2).is_none());
        assert!(pages.find(&key(KEPT + 1), 1).is_none(), "no more than the bound");
        pages.keep(key(KEPT + 1), 2, "y".into());
        assert_eq!(pages.find(&key(KEPT + 1), 2).as_deref(), Some("y"), "an older turn makes room");
    }
}
