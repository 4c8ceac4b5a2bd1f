//! The audit log as a tree of files that any web server can serve: C2SP tlog-tiles. Floor 0.
//!
//! A tile holds up to 256 hashes of one level of the RFC 6962 tree; a full one never changes. The entries of the log are digests of salted payloads,
//! so the tree tells how many there are, in which order, and that none was changed; of what is in them it tells nothing.

use super::canon::Digest;
use super::merkle;

/// Hashes of a full tile: eight levels of the tree.
pub const FULL: u64 = 256;
/// Bytes of an entry: a SHA-256.
const ENTRY_BYTES: u16 = 32;

/// A file of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileFile {
    /// Path below the log's folder: `tile/0/x001/234`, `tile/1/000.p/7`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Is it full, and so the last word on its part of the log?
    pub full: bool,
}

/// Every tile of a log of these entries, and its bundles of entries. An entry is what a leaf is the hash of.
pub fn files(entries: &[Digest]) -> Vec<TileFile> {
    let mut files = Vec::new();
    for (index, bundle) in (0..).zip(entries.chunks(FULL as usize)) {
        let mut bytes = Vec::with_capacity(bundle.len() * usize::from(2 + ENTRY_BYTES));
        for entry in bundle {
            bytes.extend(ENTRY_BYTES.to_be_bytes());
            bytes.extend(entry.0);
        }
        files.push(file("entries", index, bundle.len() as u64, bytes));
    }
    let mut hashes: Vec<Digest> = entries.iter().map(|entry| merkle::leaf_hash(&entry.0)).collect();
    // A level above 7 would be a log of more than 2^64 entries.
    let mut level = 0_u8;
    while !hashes.is_empty() {
        for (index, tile) in (0..).zip(hashes.chunks(FULL as usize)) {
            let bytes = tile.iter().flat_map(|hash| hash.0).collect();
            files.push(file(&level.to_string(), index, tile.len() as u64, bytes));
        }
        // The root of a full tile is one hash eight levels above; what is not full has no hash there yet.
        hashes = hashes.chunks_exact(FULL as usize).map(merkle::root).collect();
        level += 1;
    }
    files
}

fn file(level: &str, index: u64, width: u64, bytes: Vec<u8>) -> TileFile {
    let full = width == FULL;
    let partial = if full { String::new() } else { format!(".p/{width}") };
    TileFile { path: format!("tile/{level}/{}{partial}", numbered(index)), bytes, full }
}

/// A tile's number as a path: groups of three digits, all but the last behind an `x`, so that no folder has more than a thousand names.
fn numbered(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_spelt_as_the_specification_has_it() {
        assert_eq!(numbered(0), "000");
        assert_eq!(numbered(999), "999");
        assert_eq!(numbered(1_234_067), "x001/x234/067");
    }

    #[test]
    fn full_tiles_have_a_hash_above_and_partial_ones_their_width_in_the_name() {
        let entries: Vec<Digest> = (0..70_000_u32).map(|n| Digest::of(&n.to_be_bytes())).collect();
        let files = files(&entries);
        let of = |level: &str| -> Vec<&TileFile> {
            files.iter().filter(|file| file.path.starts_with(&format!("tile/{level}/"))).collect()
        };
        // 70,000 = 273 · 256 + 112; 273 = 256 + 17; 1.
        assert_eq!((of("0").len(), of("1").len(), of("2").len(), of("3").len()), (274, 2, 1, 0));
        assert_eq!(of("0").last().map(|file| file.path.as_str()), Some("tile/0/273.p/112"));
        assert_eq!(of("1").last().map(|file| file.path.as_str()), Some("tile/1/001.p/17"));
        assert_eq!(of("2")[0].path, "tile/2/000.p/1");
        assert_eq!((of("0")[0].bytes.len(), of("entries")[0].bytes.len()), (256 * 32, 256 * 34));
        assert!(of("0")[0].full && !of("2")[0].full);
        let first = merkle::root(&entries[..256].iter().map(|entry| merkle::leaf_hash(&entry.0)).collect::<Vec<_>>());
        assert_eq!(of("1")[0].bytes[..32], first.0);
    }
}
