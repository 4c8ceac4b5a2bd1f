//! What the journal's pages keep ready, each under the log's turn that it was read at. Floor 3.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex, PoisonError};

use super::class::Overview;
use crate::domain::calendar::SchoolCalendar;
use crate::domain::duties::Duty;
use crate::domain::readiness::Line;
use crate::domain::technical_break::Break;
use crate::flow::supplement::Standing;
use crate::web::start::Counts;

/// Entries kept of a kind: 44 classes of 15 courses in one period are 660, a laid-out page some 60 KB; the rest is made anew.
const KEPT: usize = 768;

/// School year, course or class, period: identifiers come again in another year.
pub(in crate::web) type Key = (String, String, String);

/// Things made at one time: more than the house has cores, so that two keys seldom wait for each other.
const MAKERS: usize = 16;

/// Things that stay right while nothing is written.
#[derive(Debug)]
pub(in crate::web) struct Kept<T: ?Sized> {
    kept: Mutex<HashMap<Key, (u64, Arc<T>)>>,
    /// After a change one request makes a thing anew, the others wait for it.
    makers: [tokio::sync::Mutex<()>; MAKERS],
}

impl<T: ?Sized> Default for Kept<T> {
    fn default() -> Self {
        Self { kept: Mutex::default(), makers: Default::default() }
    }
}

impl<T: ?Sized> Kept<T> {
    /// What is kept under a key and a turn; else what `make` makes, which is kept from then on.
    pub(in crate::web) async fn find_or_make<E>(
        &self,
        key: Key,
        turn: u64,
        make: impl Future<Output = Result<Arc<T>, E>>,
    ) -> Result<Arc<T>, E> {
        if let Some(thing) = self.find(&key, turn) {
            return Ok(thing);
        }
        let maker = BuildHasherDefault::<DefaultHasher>::default().hash_one(&key) as usize % MAKERS;
        let _one = self.makers[maker].lock().await;
        if let Some(thing) = self.find(&key, turn) {
            return Ok(thing);
        }
        let thing = make.await?;
        self.keep(key, turn, thing.clone());
        Ok(thing)
    }

    fn find(&self, key: &Key, turn: u64) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(held, _)| *held == turn).map(|(_, thing)| thing.clone())
    }

    fn keep(&self, key: Key, turn: u64, thing: Arc<T>) {
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
    /// What waits in a class or course, for the first screens.
    pub(in crate::web) counts: Kept<Counts>,
    /// Sections of the year that are not ready.
    pub(in crate::web) unready: Kept<Vec<Line>>,
    /// Duties of the policy in force, with their next days.
    pub(in crate::web) duties: Kept<Vec<Duty>>,
    /// The year's calendar.
    pub(in crate::web) calendars: Kept<SchoolCalendar>,
    /// Supplements whose late entries are taken now.
    pub(in crate::web) supplements: Kept<Vec<Standing>>,
    /// Technical breaks that stand.
    pub(in crate::web) breaks: Kept<Vec<Break>>,
    /// Orders that each person has not read yet, by person.
    pub(in crate::web) unread: Kept<BTreeMap<String, u64>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_pages_are_of_one_turn_and_bounded() {
        let pages: Kept<str> = Kept::default();
        let key = |n: usize| ("2025/2026".to_owned(), format!("C{n}"), "Q1".to_owned());
        for n in 0..KEPT + 5 {
            pages.keep(key(n), 1, "x".into());
        }
        assert!(pages.find(&key(0), 1).is_some() && pages.find(&key(0), 2).is_none());
        assert!(pages.find(&key(KEPT + 1), 1).is_none(), "no more than the bound");
        pages.keep(key(KEPT + 1), 2, "y".into());
        assert_eq!(pages.find(&key(KEPT + 1), 2).as_deref(), Some("y"), "an older turn makes room");
    }
}
