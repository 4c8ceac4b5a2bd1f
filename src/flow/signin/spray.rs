//! Password spraying: one password guessed over many logins from one address. Floor 2.
//!
//! Pauses of single logins (`flow::signin`) do not feel it: each login is tried once or twice. So wrong logins are also counted by address and over all
//! addresses: each login once, taken off again when its owner comes in. A whole school sits behind one address, therefore nothing is
//! shut: past the budget guesses from there pass one at a time. Whoever has come from the address before, and whoever uses a printed one-time
//! password, which nobody can guess, is not held back at all.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, FixedOffset};

use super::super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::canon::Digest;

/// A wrong login counts for an hour: the morning of a school of a thousand, of whom one in forty mistypes the login, leaves 25.
const WINDOW_SECONDS: i64 = 3600;
/// Wrong logins of one address that nothing follows from: twice such a morning.
const FREE_HERE: usize = 60;
/// The same over all addresses: a crowd of them, each below its own budget.
const FREE_ANYWHERE: usize = 600;
/// Seconds between two guesses past the budget, past twice and past four times of it: 1,440 guesses a day over all logins, no more than one login
/// that is tried by itself allows in ten days.
const PAUSES: [i64; 3] = [5, 15, 60];
/// Wrong logins kept of an address: past four times the budget more change nothing.
const KEPT_HERE: usize = FREE_HERE * 4 + 1;
/// And over all addresses.
const KEPT_ANYWHERE: usize = FREE_ANYWHERE * 4 + 1;
/// Addresses kept; with the longest list of each some six megabytes.
const ADDRESSES: usize = 1000;
/// Alarms kept for the administrator's first page.
const ALARMS: usize = 10;
/// Seconds between two events in the log: an attack of a day is some lines, not thousands.
const TOLD_SECONDS: i64 = 600;

/// Wrong logins of an address, or of all.
#[derive(Debug, Default)]
struct Tally {
    /// Login, when it was last wrong.
    wrong: HashMap<u64, i64>,
    /// The next guess past the budget passes at this moment.
    not_before: i64,
    /// Is it past the budget, and was that told?
    told: bool,
}

impl Tally {
    fn tidy(&mut self, moment: i64, free: usize) {
        self.wrong.retain(|_, at| moment - *at < WINDOW_SECONDS);
        if self.wrong.len() <= free {
            (self.not_before, self.told) = (0, false);
        }
    }

    fn pause(&self, free: usize) -> i64 {
        match self.wrong.len() {
            count if count <= free => 0,
            count if count <= free * 2 => PAUSES[0],
            count if count <= free * 4 => PAUSES[1],
            _ => PAUSES[2],
        }
    }

    /// Seconds to wait; none when the guess passes, and then the next one waits its whole pause.
    fn ask(&mut self, moment: i64, free: usize) -> i64 {
        self.tidy(moment, free);
        let pause = self.pause(free);
        if pause == 0 || self.not_before <= moment {
            self.not_before = moment + pause;
            return 0;
        }
        self.not_before - moment
    }

    fn note(&mut self, login: u64, moment: i64, most: usize) {
        if self.wrong.len() < most || self.wrong.contains_key(&login) {
            self.wrong.insert(login, moment);
        }
    }
}

/// An attack as the administrator is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The address; empty when it came from many.
    pub address: String,
    /// When the budget was spent, Unix seconds.
    pub at: i64,
    /// Different logins that were wrong by then.
    pub logins: usize,
}

#[derive(Debug, Default)]
struct Kept {
    addresses: HashMap<String, Tally>,
    all: Tally,
    alarms: VecDeque<Alarm>,
    last_told: Option<i64>,
}

/// What is known of wrong logins, in the memory of this process.
#[derive(Debug, Default)]
pub(super) struct Sprays(Mutex<Kept>);

/// An IPv6 network of 64 bits is one household; its owner changes the rest at will.
fn place(address: &str) -> String {
    match address.parse::<std::net::Ipv6Addr>() {
        Ok(six) => format!("{:?}/64", &six.segments()[..4]),
        Err(_) => address.chars().take(64).collect(),
    }
}

fn short(login: &str) -> u64 {
    let digest = Digest::of(login.as_bytes());
    digest.0[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

impl Sprays {
    /// Seconds for which a guess from the address waits; 0 when it passes.
    pub(super) fn ask(&self, address: &str, moment: i64) -> u64 {
        let mut kept = self.kept();
        let here = kept.addresses.get_mut(&place(address)).map_or(0, |tally| tally.ask(moment, FREE_HERE));
        if here > 0 {
            return here as u64;
        }
        kept.all.ask(moment, FREE_ANYWHERE) as u64
    }

    /// A login was wrong. Hands back what the log shall be told, once for each attack.
    pub(super) fn wrong(&self, login: &str, address: &str, moment: i64) -> Option<Alarm> {
        let (login, at) = (short(login), place(address));
        let mut kept = self.kept();
        if !kept.addresses.contains_key(&at) && kept.addresses.len() >= ADDRESSES {
            kept.addresses.retain(|_, tally| {
                tally.tidy(moment, FREE_HERE);
                !tally.wrong.is_empty()
            });
            // Still full: the one that has done least goes, so that a crowd of addresses hides no attack.
            let least = kept.addresses.iter().min_by_key(|(_, tally)| tally.wrong.len()).map(|(name, _)| name.clone());
            if let Some(least) = least.filter(|_| kept.addresses.len() >= ADDRESSES) {
                kept.addresses.remove(&least);
            }
        }
        let tally = kept.addresses.entry(at).or_default();
        tally.tidy(moment, FREE_HERE);
        tally.note(login, moment, KEPT_HERE);
        let mut alarm = (tally.wrong.len() > FREE_HERE && !tally.told).then(|| {
            tally.told = true;
            Alarm { address: address.to_owned(), at: moment, logins: tally.wrong.len() }
        });
        let all = &mut kept.all;
        all.tidy(moment, FREE_ANYWHERE);
        all.note(login, moment, KEPT_ANYWHERE);
        if all.wrong.len() > FREE_ANYWHERE && !all.told {
            all.told = true;
            alarm = alarm.or(Some(Alarm { address: String::new(), at: moment, logins: all.wrong.len() }));
        }
        let alarm = alarm?;
        kept.alarms.push_front(alarm.clone());
        kept.alarms.truncate(ALARMS);
        if kept.last_told.is_some_and(|told| moment - told < TOLD_SECONDS) {
            return None;
        }
        kept.last_told = Some(moment);
        Some(alarm)
    }

    /// The owner of a login came in: what was typed wrong before was no guess.
    pub(super) fn right(&self, login: &str, address: &str) {
        let (login, at) = (short(login), place(address));
        let mut kept = self.kept();
        if let Some(tally) = kept.addresses.get_mut(&at) {
            tally.wrong.remove(&login);
        }
        kept.all.wrong.remove(&login);
    }

    /// Alarms since a moment, newest first.
    pub(super) fn alarms(&self, since: i64) -> Vec<Alarm> {
        self.kept().alarms.iter().filter(|alarm| alarm.at >= since).cloned().collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attack goes into the log; the address stays in this process and on the administrator's first page.
pub(super) async fn tell(house: &House, alarm: &Alarm, now: DateTime<FixedOffset>) -> Result<(), Error> {
    tracing::warn!(logins = alarm.logins, "password spraying: many logins wrong, guesses are slowed down");
    let act = Act { by: "program".to_owned(), at: now };
    let event = Event::new(EventKind::PasswordsSprayed, &act.by, &act.moment())
        .with_number("logins", alarm.logins as u64)
        .with("how", if alarm.address.is_empty() { "many_addresses" } else { "one_address" });
    house.db.begin().await?.record(&event, salt()?).await?.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_budget_guesses_pass_one_at_a_time_and_an_hour_later_all_is_forgotten() {
        let sprays = Sprays::default();
        for n in 0..FREE_HERE {
            assert_eq!(sprays.ask("10.0.0.1", 100), 0);
            assert_eq!(sprays.wrong(&format!("u-{n}"), "10.0.0.1", 100), None);
        }
        assert_eq!(sprays.wrong("u-0", "10.0.0.1", 100), None, "the same login again is no other login");
        let alarm = sprays.wrong("u-x", "10.0.0.1", 100).unwrap();
        assert_eq!((alarm.logins, alarm.address.as_str()), (FREE_HERE + 1, "10.0.0.1"));
        assert_eq!((sprays.ask("10.0.0.1", 100), sprays.ask("10.0.0.1", 101), sprays.ask("10.0.0.1", 105)), (0, 4, 0));
        assert_eq!(sprays.ask("10.0.0.2", 101), 0, "another address is not concerned");
        assert_eq!(sprays.ask("10.0.0.1", 100 + WINDOW_SECONDS), 0);
        assert_eq!(sprays.ask("10.0.0.1", 100 + WINDOW_SECONDS), 0);
    }

    #[test]
    fn a_crowd_of_addresses_is_felt_and_memory_is_bounded() {
        let sprays = Sprays::default();
        let told = (0..ADDRESSES * 3)
            .filter_map(|n| sprays.wrong(&format!("u-{n}"), &format!("2001:db8:{:x}::1", n), 7))
            .count();
        assert_eq!(told, 1);
        let kept = sprays.kept();
        assert_eq!((kept.addresses.len(), kept.all.wrong.len()), (ADDRESSES, KEPT_ANYWHERE));
        drop(kept);
        assert_eq!((sprays.ask("192.0.2.9", 7), sprays.ask("192.0.2.9", 8)), (0, 59));
        assert_eq!(place("2001:db8:1:2:3::9"), place("2001:db8:1:2::1"));
    }

    #[test]
    fn who_mistypes_and_then_comes_in_leaves_nothing_behind() {
        let sprays = Sprays::default();
        for n in 0..2000 {
            let login = format!("u-{n}");
            assert_eq!(sprays.wrong(&login, "10.0.0.1", 100), None);
            sprays.right(&login, "10.0.0.1");
        }
        assert_eq!((sprays.ask("10.0.0.1", 100), sprays.ask("10.0.0.1", 100)), (0, 0));
    }
}
