//! Signed notes: the form in which the log's checkpoints travel (C2SP `signed-note`, Go `sumdb/note`). Floor 1.
//!
//! A note is a text ending in a line end, an empty line, and one line for each signature:
//! `— <name> <base64 of key hash ‖ signature>`. It must never accept a note that another verifier would read otherwise.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::keys::{self, Ed25519Key};
use crate::domain::canon;

/// Signature type byte of Ed25519 (C2SP `signed-note`, "Signature types").
const ED25519: u8 = 1;
/// Start of a signature line: an em dash and a space.
const DASH: &str = "\u{2014} ";
/// Most signature lines read: as many as Go's `sumdb/note` reads; a note with more is made to waste time.
const MOST_SIGNATURES: usize = 100;

/// Why a note is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not of the form of a signed note.
    #[error("это не подписанная записка (C2SP signed-note)")]
    Malformed,
    /// No line is signed by this name and key.
    #[error("в записке нет подписи этого ключа")]
    NotSigned,
    /// The line is there and does not fit the text.
    #[error("подпись не подходит к тексту: записка изменена")]
    Altered,
}

/// Signs a text. `body` ends with a line end; `name` has neither white space nor `+`.
pub fn sign_note(body: &str, name: &str, key: &Ed25519Key) -> String {
    let mut blob = key_hash(name, &key.public_key()).to_vec();
    blob.extend(key.sign(body.as_bytes()));
    format!("{body}\n{DASH}{name} {}\n", STANDARD.encode(blob))
}

/// The text of a note that this name and key have signed.
pub fn verify_note(note: &str, name: &str, public_key: &[u8; 32]) -> Result<String, NoteError> {
    let (body, signatures) = split(note).ok_or(NoteError::Malformed)?;
    let hash = key_hash(name, public_key);
    let ours = signatures.iter().find(|line| line.name == name && line.blob.starts_with(&hash));
    let blob = &ours.ok_or(NoteError::NotSigned)?.blob;
    if keys::verify_ed25519_raw(public_key, body.as_bytes(), &blob[hash.len()..]) {
        Ok(body.to_owned())
    } else {
        Err(NoteError::Altered)
    }
}

/// The verifier key as Go's `sumdb/note` reads it: `<name>+<key hash, hex>+<base64 of type ‖ key>`.
pub fn verifier_key(name: &str, public_key: &[u8; 32]) -> String {
    let typed = [&[ED25519], public_key.as_slice()].concat();
    format!("{name}+{}+{}", canon::hex(&key_hash(name, public_key)), STANDARD.encode(typed))
}

/// Is this a name that a note may carry: not empty, no white space, no `+`?
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

/// First four bytes of SHA-256 over name, line end, type, key.
fn key_hash(name: &str, public_key: &[u8; 32]) -> [u8; 4] {
    let digest = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public_key).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// One signature line.
struct Line<'a> {
    name: &'a str,
    /// Key hash and signature.
    blob: Vec<u8>,
}

/// Body (with its last line end) and signature lines.
fn split(note: &str) -> Option<(&str, Vec<Line<'_>>)> {
    // The text itself may hold empty lines: the last one divides.
    let at = note.rfind("\n\n")? + 1;
    let (body, signatures) = (&note[..at], &note[at + 1..]);
    let control = |c: char| c < ' ' && c != '\n';
    if note.contains(control) || !signatures.ends_with('\n') {
        return None;
    }
    let lines: Vec<_> = signatures.lines().map(signature).collect::<Option<_>>()?;
    (!lines.is_empty() && lines.len() <= MOST_SIGNATURES).then_some((body, lines))
}

fn signature(line: &str) -> Option<Line<'_>> {
    let (name, text) = line.strip_prefix(DASH)?.split_once(' ')?;
    let blob = STANDARD.decode(text).ok()?;
    (is_name(name) && blob.len() > 4).then_some(Line { name, blob })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking
mod tests {
    use super::*;

    const NAME: &str = "letopis.example/school-17";
    const BODY: &str = "letopis.example/school-17\n3\nabcd=\n";

    #[test]
    fn a_note_gives_back_its_text_to_the_right_key_only() {
        let (key, other) = (keys::new_ed25519([1; 32]), keys::new_ed25519([2; 32]));
        let note = sign_note(BODY, NAME, &key);
        assert_eq!(verify_note(&note, NAME, &key.public_key()).as_deref(), Ok(BODY));
        assert_eq!(verify_note(&note, NAME, &other.public_key()), Err(NoteError::NotSigned));
        assert_eq!(verify_note(&note, "letopis.example/other", &key.public_key()), Err(NoteError::NotSigned));
    }

    #[test]
    fn a_note_with_another_number_in_it_is_altered() {
        let key = keys::new_ed25519([1; 32]);
        let note = sign_note(BODY, NAME, &key).replacen("\n3\n", "\n4\n", 1);
        assert_eq!(verify_note(&note, NAME, &key.public_key()), Err(NoteError::Altered));
    }

    #[test]
    fn a_second_signature_by_somebody_else_does_not_disturb() {
        let (key, witness) = (keys::new_ed25519([1; 32]), keys::new_ed25519([2; 32]));
        let line = sign_note(BODY, "witness", &witness).rsplit_once("\n\n").unwrap().1.to_owned();
        let note = sign_note(BODY, NAME, &key) + &line;
        assert!(verify_note(&note, NAME, &key.public_key()).is_ok());
        assert!(verify_note(&note, "witness", &witness.public_key()).is_ok());
    }

    #[test]
    fn text_of_another_form_is_malformed() {
        let key = keys::new_ed25519([1; 32]);
        let note = sign_note(BODY, NAME, &key);
        for bad in ["", "\n\n", BODY, note.trim_end(), &note.replace(DASH, "- "), &(note.clone() + "хвост\n")] {
            assert_eq!(verify_note(bad, NAME, &key.public_key()), Err(NoteError::Malformed), "{bad:?}");
        }
    }

    #[test]
    fn the_verifier_key_of_the_published_example_is_reproduced() {
        // golang.org/x/mod/sumdb/note, package example: PeterNeumann's key.
        let key = STANDARD.decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
        let public = key[1..].try_into().unwrap();
        assert_eq!(
            verifier_key("PeterNeumann", &public),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        );
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(verify_note(note, "PeterNeumann", &public).is_ok());
    }
}
