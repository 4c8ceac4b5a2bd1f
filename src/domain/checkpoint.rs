//! A checkpoint of the audit log: origin, size, root, as C2SP tlog-checkpoint writes them. Floor 0.
//!
//! The text here is the *body* that a log signs; the signature lines around it (C2SP signed-note) belong to `sign`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::canon::Digest;
use super::edition::CheckpointFacts;
use super::merkle;

/// What a log promises: so many entries, in this order and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the school's identifier, one line, no empty text.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Digest,
}

/// Text that is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("отметка журнала событий не читается: {0}")]
pub struct NotACheckpoint(pub &'static str);

impl Checkpoint {
    /// The body: `origin`, size in decimal, root in standard base64 (RFC 4648, 4), a line end after each.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }

    /// Reads [`Checkpoint::to_text`] and nothing else: no leading zero, no sign, no extension line, no loose base64.
    pub fn parse(text: &str) -> Result<Self, NotACheckpoint> {
        let body = text.strip_suffix('\n').ok_or(NotACheckpoint("нет конца строки"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(NotACheckpoint("нужны ровно три строки"));
        };
        let size: u64 = size.parse().map_err(|_| NotACheckpoint("размер не число"))?;
        let root: [u8; 32] = STANDARD
            .decode(root)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(NotACheckpoint("корень не 32 байта в base64"))?;
        let checkpoint = Self { origin: origin.to_owned(), size, root: Digest(root) };
        if origin.is_empty() || checkpoint.to_text() != text {
            return Err(NotACheckpoint("запись не единственно возможная"));
        }
        Ok(checkpoint)
    }

    /// As it is printed.
    pub fn facts(&self) -> CheckpointFacts {
        CheckpointFacts { origin: self.origin.clone(), size: self.size, root: self.root }
    }
}

impl From<CheckpointFacts> for Checkpoint {
    fn from(facts: CheckpointFacts) -> Self {
        Self { origin: facts.origin, size: facts.size, root: facts.root }
    }
}

/// What today's log says of an older checkpoint (one on an old sheet, one in a safe).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Containment {
    /// The old log is the beginning of this one; the proof convinces anybody who holds both roots.
    Contained {
        /// RFC 6962 consistency proof from the old size to today's.
        proof: Vec<Digest>,
    },
    /// The old checkpoint counts more entries than there are today: the log was cut or an old copy was restored.
    Shorter {
        /// Entries today.
        size: u64,
    },
    /// As many entries, but not the same ones: the log was rewritten.
    Rewritten {
        /// Root that today's log has at the old size.
        root: Digest,
    },
}

/// Does a log with these leaf hashes still contain an older checkpoint? The origins are for the caller to compare.
pub fn checkpoint_in_log(old: &Checkpoint, leaves: &[Digest]) -> Containment {
    let size = leaves.len() as u64;
    let Some(old_size) = usize::try_from(old.size).ok().filter(|old_size| *old_size <= leaves.len()) else {
        return Containment::Shorter { size };
    };
    let root = merkle::root(&leaves[..old_size]);
    match merkle::consistency_proof(leaves, old_size) {
        Some(proof) if root == old.root => Containment::Contained { proof },
        _ => Containment::Rewritten { root },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "school-17".into(), size: 42, root: Digest::of(b"root") }
    }

    #[test]
    fn a_checkpoint_is_three_lines() {
        let text = checkpoint().to_text();
        assert_eq!(text, "school-17\n42\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n");
        assert_eq!(Checkpoint::parse(&text), Ok(checkpoint()));
    }

    #[test]
    fn only_one_text_means_a_checkpoint() {
        let text = checkpoint().to_text();
        for wrong in [
            text.trim_end().to_owned(),
            text.replace("42", "042"),
            text.replace("42", "+42"),
            text.replace("42", "-1"),
            text.replace("42", ""),
            text.replace('=', ""),
            text.replace("7I=", "7J="),
            text.replace('\n', "\r\n"),
            format!("{text}\n"),
            format!("{text}extension\n"),
            text.replace("school-17", ""),
        ] {
            assert!(Checkpoint::parse(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_log_that_only_grew_contains_every_older_checkpoint() {
        let leaves: Vec<Digest> = (0..20_u8).map(|n| merkle::leaf_hash(&[n])).collect();
        for size in 0..=20 {
            let old = Checkpoint { origin: "o".into(), size: size as u64, root: merkle::root(&leaves[..size]) };
            let Containment::Contained { proof } = checkpoint_in_log(&old, &leaves) else { panic!("at {size}") };
            assert!(merkle::verify_consistency(old.size, 20, &old.root, &merkle::root(&leaves), &proof));
        }
    }

    #[test]
    fn a_log_cut_or_rewritten_is_told_apart() {
        let leaves: Vec<Digest> = (0..20_u8).map(|n| merkle::leaf_hash(&[n])).collect();
        let old = Checkpoint { origin: "o".into(), size: 15, root: merkle::root(&leaves[..15]) };
        assert_eq!(checkpoint_in_log(&old, &leaves[..10]), Containment::Shorter { size: 10 });
        let mut swapped = leaves.clone();
        swapped.swap(3, 4);
        assert!(matches!(checkpoint_in_log(&old, &swapped), Containment::Rewritten { .. }));
    }
}
