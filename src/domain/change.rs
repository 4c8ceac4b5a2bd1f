//! A change: one row of the school's data before and after, and the digest under which the log knows it. Floor 0.
//!
//! Every row that comes, changes or goes has its own line with full old and new values, however many rows one act touches. The event in the log
//! holds no value: only how many lines, of which tables, and the Merkle root over their digests.

use serde::Serialize;

use super::canon::{self, Digest};
use super::merkle;

/// What somebody wants to stand in one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Table of the school's data.
    pub table: &'static str,
    /// School year, `2025/2026`; empty for tables that know no year.
    pub year: String,
    /// The columns that name the row, in the table's order; numbers in decimal.
    pub key: Vec<String>,
    /// The other columns, in the table's order; `None`: the row goes.
    pub new: Option<Vec<String>>,
    /// What the editor saw there.
    pub expected: Expected,
}

/// What an editor saw before deciding; a row that has meanwhile changed is not overwritten (a lost update).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Expected {
    /// Whatever stands: for imports and other acts that mean the whole.
    #[default]
    Anything,
    /// No row.
    Nothing,
    /// Exactly these other columns.
    Row(Vec<String>),
}

impl Edit {
    /// Puts a row, new or changed.
    pub fn put(table: &'static str, year: &str, key: &[&str], new: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Self { table, year: year.to_owned(), key: owned(key), new: Some(owned(new)), expected: Expected::Anything }
    }

    /// Takes a row away.
    pub fn remove(table: &'static str, year: &str, key: &[&str]) -> Self {
        Self { new: None, ..Self::put(table, year, key, &[]) }
    }

    /// The same edit, made in view of these other columns (`None`: of no row).
    pub fn expecting(self, seen: Option<Vec<String>>) -> Self {
        Self { expected: seen.map_or(Expected::Nothing, Expected::Row), ..self }
    }
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Number, from 1.
    pub seq: u64,
    /// When: RFC 3339, seconds, with offset.
    pub at: String,
    /// Who: a person's identifier or `operator`.
    pub actor: String,
    /// Table.
    pub table: String,
    /// School year.
    pub year: String,
    /// Columns that name the row.
    pub key: Vec<String>,
    /// The other columns before; `None`: there was no such row.
    pub old: Option<Vec<String>>,
    /// The other columns after; `None`: the row is gone.
    pub new: Option<Vec<String>>,
    /// The earliest change of this row that is taken back, together with all after it; 0 for none.
    pub undoes: u64,
}

impl Line {
    /// SHA-256 over the salt and the line's canonical JSON.
    pub fn digest(&self, salt: &[u8]) -> Digest {
        let mut bytes = salt.to_vec();
        bytes.extend_from_slice(&canon::to_bytes(self));
        Digest::of(&bytes)
    }
}

/// What an event says of the lines it vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// Number of the first line.
    pub first: u64,
    /// How many lines.
    pub count: u64,
    /// Tables touched, sorted.
    pub tables: Vec<String>,
    /// Merkle root (RFC 6962) over the lines' digests, in their order.
    pub root: Digest,
}

/// Keys of a voucher in an event's payload.
pub const FACTS: [&str; 4] = ["changes", "changes_first", "changes_tables", "changes_root"];

impl Voucher {
    /// The voucher for lines with these digests.
    pub fn of(first: u64, tables: impl IntoIterator<Item = String>, digests: &[Digest]) -> Self {
        let mut tables: Vec<String> = tables.into_iter().collect();
        tables.sort();
        tables.dedup();
        let leaves: Vec<Digest> = digests.iter().map(|digest| merkle::leaf_hash(&digest.0)).collect();
        Self { first, count: digests.len() as u64, tables, root: merkle::root(&leaves) }
    }

    /// Reads the voucher out of an event's payload; `None` when the event vouches for no line.
    pub fn read(payload: &serde_json::Value) -> Option<Self> {
        let [count, first, tables, root] = FACTS.map(|key| &payload[key]);
        Some(Self {
            first: first.as_u64()?,
            count: count.as_u64()?,
            tables: tables.as_str()?.split_whitespace().map(str::to_owned).collect(),
            root: root.as_str()?.parse().ok()?,
        })
    }
}

/// The salt of one line: sixteen bytes derived from a secret of the act that is kept nowhere, so that each line's salt can be
/// destroyed alone.
pub fn line_salt(secret: &[u8; 32], seq: u64) -> [u8; 16] {
    let mut bytes = secret.to_vec();
    bytes.extend_from_slice(&seq.to_be_bytes());
    let mut salt = [0; 16];
    salt.copy_from_slice(&Digest::of(&bytes).0[..16]);
    salt
}

/// Which changes of one row are in force, oldest first, out of pairs of number and [`Line::undoes`]: one that takes others back removes
/// them and itself.
pub fn in_force(history: impl IntoIterator<Item = (u64, u64)>) -> Vec<u64> {
    let mut stack = Vec::new();
    for (seq, undoes) in history {
        match undoes {
            0 => stack.push(seq),
            first => stack.retain(|standing| *standing < first),
        }
    }
    stack
}

/// Numbers as an event writes them: `3 5-9 12`.
pub fn ranges(seqs: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for seq in seqs {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *seq => *last = *seq,
            _ => runs.push((*seq, *seq)),
        }
    }
    let run = |(from, to): &(u64, u64)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    runs.iter().map(run).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            seq: 7,
            at: "2025-09-12T14:03:00+03:00".into(),
            actor: "T00003".into(),
            table: "marks".into(),
            year: "2025/2026".into(),
            key: ["C1", "2025-09-12", "3", "L1", "0"].map(str::to_owned).to_vec(),
            old: Some(vec![String::new(), "3".into()]),
            new: None,
            undoes: 0,
        }
    }

    #[test]
    fn the_digest_covers_every_word_of_the_line_and_its_salt() {
        let told = line().digest(&[1; 16]);
        assert_ne!(told, line().digest(&[2; 16]));
        let others = [
            Line { seq: 8, ..line() },
            Line { at: "2025-09-12T14:03:01+03:00".into(), ..line() },
            Line { actor: "T00004".into(), ..line() },
            Line { table: "absences".into(), ..line() },
            Line { year: "2024/2025".into(), ..line() },
            Line { key: vec!["C1".into()], ..line() },
            Line { old: None, ..line() },
            Line { old: Some(vec!["3".into(), String::new()]), ..line() },
            Line { new: Some(Vec::new()), ..line() },
            Line { undoes: 3, ..line() },
        ];
        for other in others {
            assert_ne!(told, other.digest(&[1; 16]), "{other:?}");
        }
    }

    #[test]
    fn an_event_says_of_its_lines_how_many_of_which_tables_and_a_root_and_nothing_else() {
        let digests = [line().digest(&[1; 16]), line().digest(&[2; 16])];
        let voucher = Voucher::of(7, ["marks".to_owned(), "absences".to_owned(), "marks".to_owned()], &digests);
        assert_eq!((voucher.count, voucher.tables.join(" ")), (2, "absences marks".to_owned()));
        assert_ne!(voucher.root, Voucher::of(7, [], &[digests[1], digests[0]]).root, "order counts");
        let payload = serde_json::json!({
            "changes": 2, "changes_first": 7, "changes_tables": "absences marks", "changes_root": voucher.root.to_hex()
        });
        assert_eq!(Voucher::read(&payload), Some(voucher));
        assert_eq!(Voucher::read(&serde_json::json!({"rows": 2})), None);
    }

    #[test]
    fn what_was_taken_back_is_not_in_force_and_neither_is_the_taking_back() {
        assert_eq!(in_force([(1, 0), (2, 0), (5, 0)]), [1, 2, 5]);
        assert_eq!(in_force([(1, 0), (2, 0), (5, 2)]), [1]);
        assert_eq!(in_force([(1, 0), (2, 0), (5, 2), (6, 0), (9, 1)]), [0_u64; 0]);
        assert_eq!(ranges(&[3, 5, 6, 7, 9]), "3 5-7 9");
        assert_eq!(ranges(&[]), "");
    }

    #[test]
    fn salts_of_one_act_differ_and_follow_from_nothing_that_is_kept() {
        assert_ne!(line_salt(&[1; 32], 1), line_salt(&[1; 32], 2));
        assert_ne!(line_salt(&[1; 32], 1), line_salt(&[2; 32], 1));
    }
}
