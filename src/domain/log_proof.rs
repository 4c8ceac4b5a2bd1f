//! The proof that a sealing stands in the audit log: `log-proof.txt` of a sealed record. Floor 0.
//!
//! Line text, so that a shell script reads it without a JSON parser. The payload is the seal event as it was logged; the log
//! itself holds only the salted hash of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::canon::{self, Digest};
use super::checkpoint::Checkpoint;
use super::merkle;

/// First line of the text.
pub const FORMAT: &str = "letopis.log-proof/v1";

/// A proof that an event is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    /// The event: canonical JSON, one line.
    pub payload: String,
    /// Salt of the entry, 32 hexadecimal characters.
    pub salt: String,
    /// Place of the entry, from 0.
    pub index: u64,
    /// Size of the tree that the path leads to.
    pub size: u64,
    /// RFC 6962 audit path, nearest sibling first.
    pub path: Vec<Digest>,
    /// The signed checkpoint (C2SP signed note) of exactly that size.
    pub note: String,
}

/// Text that is not a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("доказательство записи в журнале событий не читается: {0}")]
pub struct NotALogProof(pub &'static str);

/// The 32 bytes that the log holds for an event: SHA-256(salt ‖ payload), the salt as its 16 bytes; `None` when the salt is
/// not 32 hexadecimal characters.
pub fn entry(salt: &str, payload: &[u8]) -> Option<Digest> {
    let salt = canon::unhex_lower(salt).filter(|salt| salt.len() == 16)?;
    Some(Digest(Sha256::new().chain_update(salt).chain_update(payload).finalize().into()))
}

impl LogProof {
    /// Format, `payload`, `salt`, `index`, `size`, a `path` line for each hash, an empty line, the note.
    pub fn to_text(&self) -> String {
        let Self { payload, salt, index, size, path, note } = self;
        let mut text = format!("{FORMAT}\npayload {payload}\nsalt {salt}\nindex {index}\nsize {size}\n");
        for hash in path {
            text.push_str(&format!("path {hash}\n"));
        }
        text.push('\n');
        text.push_str(note);
        text
    }

    /// Reads [`LogProof::to_text`] and nothing else.
    pub fn parse(text: &str) -> Result<Self, NotALogProof> {
        let (head, note) = text.split_once("\n\n").ok_or(NotALogProof("нет пустой строки перед отметкой журнала"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FORMAT) {
            return Err(NotALogProof("неизвестный формат"));
        }
        let mut field = |name: &str, missing| {
            lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' ')).ok_or(NotALogProof(missing))
        };
        let payload = field("payload", "нет строки payload")?.to_owned();
        let salt = field("salt", "нет строки salt")?.to_owned();
        let index = field("index", "нет строки index")?.parse().map_err(|_| NotALogProof("index не число"))?;
        let size = field("size", "нет строки size")?.parse().map_err(|_| NotALogProof("size не число"))?;
        let path = lines
            .map(|line| line.strip_prefix("path ").and_then(|hash| hash.parse().ok()))
            .collect::<Option<_>>()
            .ok_or(NotALogProof("строка path не читается"))?;
        let proof = Self { payload, salt, index, size, path, note: note.to_owned() };
        if proof.to_text() == text {
            Ok(proof)
        } else {
            Err(NotALogProof("запись не единственно возможная"))
        }
    }

    /// Does the path lead from the payload to the checkpoint's root? The note's signature is for `sign` to check.
    pub fn leads_to(&self, checkpoint: &Checkpoint) -> bool {
        entry(&self.salt, self.payload.as_bytes()).is_some_and(|entry| {
            self.size == checkpoint.size
                && merkle::verify_inclusion(
                    &merkle::leaf_hash(&entry.0),
                    self.index,
                    self.size,
                    &self.path,
                    &checkpoint.root,
                )
        })
    }
}

/// What the log says of a sealing: the payload of a [`LogProof`]. Fields that a later program adds are let pass; the
/// payload's own bytes are what the log proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealEvent {
    /// Who sealed: staff identifier or the house itself.
    pub actor: String,
    /// When: RFC 3339 with offset.
    pub at: String,
    /// Digest of the list of all other files of the record ([`content_digest`]), so that a file that nobody signs (README,
    /// descriptions) is bound too. Absent from records that do not bind them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Digest>,
    /// Copy identifier.
    pub copy: String,
    /// `sealed`.
    pub event: String,
    /// SHA-256 of `issued.pdf`.
    pub issued_pdf: Digest,
    /// Identifier of the archive object ([`object_id`]).
    pub object: String,
    /// Line of the register: a number or a text, never reused.
    pub register_no: Value,
    /// SHA-256 of `sealed.pdf`.
    pub sealed_pdf: Digest,
    /// SHA-256 of `snapshot.json`.
    pub snapshot: Digest,
    /// SHA-256 of each statement's signed bytes, in the order of the record.
    pub statements: Vec<Digest>,
    /// Version of the copy.
    pub version: u32,
}

impl SealEvent {
    /// Reads a payload; `None` when it is not a seal event, or not canonical.
    pub fn parse(payload: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(payload).ok()?;
        let event: Self = serde_json::from_value(value.clone()).ok()?;
        (canon::to_text(&value) == payload && event.event == "sealed").then_some(event)
    }

    /// The register number as text; `None` when it is neither a positive number nor a text.
    pub fn register_no(&self) -> Option<String> {
        match &self.register_no {
            Value::Number(no) => no.as_u64().filter(|no| *no > 0).map(|no| no.to_string()),
            Value::String(no) if !no.is_empty() => Some(no.clone()),
            _ => None,
        }
    }
}

/// Identifier of the archive object of a sealed record: `urn:letopis:<school>:<copy>:v<version>`, ASCII.
pub fn object_id(school: &str, copy: &str, version: u32) -> String {
    format!("urn:letopis:{school}:{copy}:v{version}")
}

/// Folder name of that object and top folder of its packages: `2025-05A-Q1-v1`.
pub fn object_name(copy: &str, version: u32) -> String {
    format!("{copy}-v{version}")
}

/// SHA-256 over the lines `<sha256>  <path>` of files sorted by path: what `sha256sum` prints of them.
pub fn content_digest<'f>(files: impl IntoIterator<Item = (&'f str, Digest)>) -> Digest {
    let sorted: std::collections::BTreeMap<&str, Digest> = files.into_iter().collect();
    Digest::of(sorted.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect::<String>().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof() -> (LogProof, Checkpoint) {
        let (payload, salt) = (r#"{"event":"sealed"}"#.to_owned(), "00112233445566778899aabbccddeeff".to_owned());
        let mut leaves: Vec<Digest> = (0..9_u8).map(|n| merkle::leaf_hash(&[n])).collect();
        leaves[4] = merkle::leaf_hash(&entry(&salt, payload.as_bytes()).expect("a salt").0);
        let path = merkle::inclusion_proof(&leaves, 4).expect("a path");
        let checkpoint = Checkpoint { origin: "school-17".into(), size: 9, root: merkle::root(&leaves) };
        let note = format!("{}\n— school-17 c2ln\n", checkpoint.to_text());
        (LogProof { payload, salt, index: 4, size: 9, path, note }, checkpoint)
    }

    #[test]
    fn a_proof_reads_back_what_it_wrote_and_nothing_else() {
        let (proof, checkpoint) = proof();
        let text = proof.to_text();
        assert_eq!(LogProof::parse(&text), Ok(proof.clone()));
        assert!(proof.leads_to(&checkpoint));
        for wrong in [text.replace("index 4", "index 04"), text.replace("v1", "v2"), text.replace("path ", "path  ")] {
            assert!(LogProof::parse(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn another_payload_salt_place_or_size_does_not_lead_to_the_root() {
        let (proof, checkpoint) = proof();
        let bent = [
            LogProof { payload: r#"{"event":"Sealed"}"#.into(), ..proof.clone() },
            LogProof { salt: "ff112233445566778899aabbccddeeff".into(), ..proof.clone() },
            LogProof { salt: "ff".into(), ..proof.clone() },
            LogProof { index: 5, ..proof.clone() },
            LogProof { size: 10, ..proof.clone() },
            LogProof { path: proof.path[1..].to_vec(), ..proof.clone() },
        ];
        assert!(bent.iter().all(|proof| !proof.leads_to(&checkpoint)));
    }

    #[test]
    fn a_seal_event_is_read_only_in_its_canonical_form() {
        let zero = Digest::default();
        let event = SealEvent {
            actor: "T1".into(),
            at: "2025-10-25T10:00:00+03:00".into(),
            content: None,
            copy: "2025-05A-Q1".into(),
            event: "sealed".into(),
            issued_pdf: zero,
            object: object_id("school-17", "2025-05A-Q1", 1),
            register_no: 7.into(),
            sealed_pdf: zero,
            snapshot: zero,
            statements: vec![zero],
            version: 1,
        };
        let text = canon::to_text(&event);
        assert_eq!(SealEvent::parse(&text), Some(event.clone()));
        assert_eq!(event.register_no().as_deref(), Some("7"));
        assert_eq!(event.object, "urn:letopis:school-17:2025-05A-Q1:v1");
        assert_eq!(SealEvent::parse(&text.replace("\":", "\": ")), None);
        assert_eq!(SealEvent::parse(&text.replace("\"sealed\"", "\"opened\"")), None);
    }

    #[test]
    fn the_content_digest_is_what_sha256sum_would_print() {
        let files = [("b", Digest::of(b"2")), ("a", Digest::of(b"1"))];
        let listing = format!("{}  a\n{}  b\n", Digest::of(b"1"), Digest::of(b"2"));
        assert_eq!(content_digest(files), Digest::of(listing.as_bytes()));
    }
}
