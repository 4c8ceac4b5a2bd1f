//! The log as files on somebody's web server, and a stranger who has nothing but these files and an own verifier.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use letopis::domain::audit::{self, Event, EventKind};
use letopis::domain::canon::unhex;
use letopis::flow::keys::Keyring;
use letopis::flow::{log, publish};
use sha2::{Digest as _, Sha256};

use super::house::{House, after, tell};

type Hash = [u8; 32];

/// A stranger's verifier, from the specifications alone: signed-note, tlog-checkpoint, tlog-tiles, RFC 6962.
struct Stranger {
    folder: PathBuf,
    size: u64,
    root: Hash,
}

impl Stranger {
    /// Reads the checkpoint and believes it only with the log's signature.
    fn at(folder: &Path) -> Self {
        let note = std::fs::read_to_string(folder.join("checkpoint")).expect("a checkpoint");
        let vkey = std::fs::read_to_string(folder.join("vkey")).expect("a key");
        let (name, rest) = vkey.trim().split_once('+').expect("a name");
        let (hash, key) = rest.split_once('+').expect("a key hash");
        let key = STANDARD.decode(key).expect("base64");
        assert_eq!(key[0], 1, "Ed25519");
        let told = Sha256::new().chain_update(name).chain_update([b'\n']).chain_update(&key).finalize();
        assert_eq!(unhex(hash).expect("hex"), told[..4], "the key's own hash");
        let at = note.rfind("\n\n").expect("a signature") + 1;
        let (body, signatures) = (&note[..at], &note[at + 1..]);
        let line = signatures.lines().find_map(|line| line.strip_prefix(&format!("— {name} "))).expect("our line");
        let blob = STANDARD.decode(line).expect("base64");
        assert_eq!(blob[..4], told[..4]);
        let public = VerifyingKey::from_bytes(key[1..].try_into().expect("32 bytes")).expect("a point");
        let signature = Signature::from_bytes(blob[4..].try_into().expect("64 bytes"));
        public.verify_strict(body.as_bytes(), &signature).expect("the log's signature");
        let lines: Vec<&str> = body.lines().collect();
        let root = STANDARD.decode(lines[2]).expect("base64").try_into().expect("32 bytes");
        Self { folder: folder.to_owned(), size: lines[1].parse().expect("a size"), root }
    }

    /// A file of a level: the whole tile, or the part that a log of this size has of it.
    fn tile(&self, level: &str, index: u64, below: u64) -> Vec<u8> {
        let width = (self.size / below).min((index + 1) * 256) - index * 256;
        assert!(index < 1000, "the story's log is shorter");
        let name =
            format!("tile/{level}/{index:03}{}", if width == 256 { String::new() } else { format!(".p/{width}") });
        std::fs::read(self.folder.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn hash(&self, level: u32, at: u64) -> Hash {
        let tile = self.tile(&level.to_string(), at / 256, 256_u64.pow(level));
        let from = (at % 256) as usize * 32;
        tile[from..from + 32].try_into().expect("a hash")
    }

    /// RFC 6962 over the leaves `from..to`, full tiles by their hash one level above.
    fn subtree(&self, from: u64, to: u64) -> Hash {
        match to - from {
            1 => self.hash(0, from),
            256 if from.is_multiple_of(256) => self.hash(1, from / 256),
            n => {
                let half = (n - 1).ilog2();
                let middle = from + (1 << half);
                node(&self.subtree(from, middle), &self.subtree(middle, to))
            }
        }
    }

    /// The entry of the bundles at a place.
    fn entry(&self, at: u64) -> Hash {
        let bundle = self.tile("entries", at / 256, 1);
        let from = (at % 256) as usize * 34;
        assert_eq!(bundle[from..from + 2], [0, 32], "every entry is a digest");
        bundle[from + 2..from + 34].try_into().expect("an entry")
    }

    /// The audit path of a leaf, folded up to the root.
    fn climbs(&self, at: u64, from: u64, to: u64) -> Hash {
        if to - from == 1 {
            return Sha256::new().chain_update([0]).chain_update(self.entry(at)).finalize().into();
        }
        let middle = from + (1 << (to - from - 1).ilog2());
        match at < middle {
            true => node(&self.climbs(at, from, middle), &self.subtree(middle, to)),
            false => node(&self.subtree(from, middle), &self.climbs(at, middle, to)),
        }
    }

    fn includes(&self, at: u64) -> bool {
        self.climbs(at, 0, self.size) == self.root
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Every file below a folder, with its bytes.
fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(folder).expect("below").to_str().expect("UTF-8").to_owned();
                    found.push((name, std::fs::read(&path).expect("a file")));
                }
            }
        }
    }
    found.sort();
    found
}

async fn grow(house: &House, numbers: std::ops::Range<u64>) {
    for n in numbers {
        let event = Event::new(EventKind::LessonTried, "T00001", &after(60).moment()).with_number("no", n);
        let tx = house.db.begin().await.expect("a transaction");
        tx.record(&event, [n as u8; 16]).await.expect("an event").commit().await.expect("a commit");
    }
    let keyring = Keyring::open(house).await.expect("keys");
    log::checkpoint(house, &keyring, &after(61)).await.expect("a checkpoint");
}

#[test]
fn a_stranger_checks_the_log_and_any_entry_from_the_published_files_alone() {
    tell(async {
        let house = House::with_journal().await;
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("log");
        grow(&house, 0..300).await;
        let first = publish::publish(&house, &folder).await.expect("a publishing");
        let stranger = Stranger::at(&folder);
        assert!(stranger.size > 300 && stranger.size == first.size);
        assert_eq!(stranger.subtree(0, stranger.size), stranger.root, "the tiles give the signed root");
        assert!((0..stranger.size).all(|at| stranger.includes(at)));
        // The school shows one entry with its salt: it is the one that was published.
        let shown = &house.db.list_log().await.expect("the log")[7];
        let digest = audit::entry(&unhex(&shown.salt).expect("a salt"), &shown.payload);
        assert_eq!(stranger.entry(7), digest.0);
        // Nobody's name, word or salt is in the files.
        let files = tree(&folder);
        for secret in ["operator", "T00001", "event", shown.salt.as_str()] {
            let leaks = |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(files.iter().all(|(_, bytes)| !leaks(bytes)), "{secret}");
        }

        // Again: nothing is touched. Longer: what stood full stays byte for byte, and the old checkpoint's log is the beginning of the new.
        assert_eq!(publish::publish(&house, &folder).await.expect("again").added, 0);
        assert_eq!(tree(&folder), files);
        grow(&house, 300..560).await;
        assert!(publish::publish(&house, &folder).await.expect("the next").added > 0);
        let later = Stranger::at(&folder);
        assert_eq!(later.subtree(0, later.size), later.root);
        let old: Vec<Hash> = (0..stranger.size).map(|at| later.entry(at)).collect();
        assert!((0..stranger.size).all(|at| later.includes(at)) && old[7] == digest.0);
        assert!(tree(&folder).iter().all(|(name, _)| !name.ends_with(".part")));
        assert!(!folder.join("tile/0/001.p").exists(), "a full tile has no parts beside it");

        // A byte of a tile that is not what it was is seen by the stranger and by the next publishing.
        let tile = folder.join("tile/0/000");
        let mut bytes = std::fs::read(&tile).expect("a tile");
        bytes[40] ^= 1;
        std::fs::remove_file(&tile).expect("gone");
        std::fs::write(&tile, &bytes).expect("another");
        assert_ne!(node(&later.subtree(0, 128), &later.subtree(128, 256)), later.hash(1, 0), "seen by the stranger");
        assert!(publish::publish(&house, &folder).await.is_err());
    });
}

#[test]
fn another_log_or_another_past_is_not_put_over_a_published_one() {
    tell(async {
        let house = House::with_journal().await;
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("log");
        grow(&house, 0..3).await;
        publish::publish(&house, &folder).await.expect("a publishing");
        let other = House::with_journal().await;
        grow(&other, 3..12).await;
        let refused = publish::publish(&other, &folder).await.expect_err("another house's log").to_string();
        assert!(refused.contains("опубликован другой журнал"), "{refused}");
    });
}
