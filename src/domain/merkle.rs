//! RFC 6962 Merkle tree over SHA-256. Floor 0.
//!
//! The audit log and the learners' rows are both such trees. Nothing here knows what a leaf means, and nothing here keeps
//! a tree: hashes come in, hashes go out.
//!
//! | what | hash |
//! |---|---|
//! | empty tree | SHA-256 of nothing |
//! | leaf | SHA-256(0x00 ‖ entry) |
//! | node | SHA-256(0x01 ‖ left ‖ right) |

use sha2::{Digest as _, Sha256};

use super::canon::Digest;

/// Hash of a leaf (RFC 6962, 2.1): SHA-256(0x00 ‖ entry).
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// Hash of a node (RFC 6962, 2.1): SHA-256(0x01 ‖ left ‖ right).
fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// Root of the tree over leaf hashes (RFC 6962, 2.1, `MTH`).
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The greatest power of two below `size`, for `size` of 2 and more.
fn split(size: usize) -> usize {
    1 << (usize::BITS - 1 - (size - 1).leading_zeros())
}

/// Audit path of one leaf, nearest sibling first (RFC 6962, 2.1.1, `PATH`); `None` when there is no such leaf.
pub fn inclusion_proof(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut part, mut index) = (leaves, index);
    while part.len() > 1 {
        let (left, right) = part.split_at(split(part.len()));
        if index < left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            index -= left.len();
            part = right;
        }
    }
    // Collected from the root down, handed out from the leaf up.
    path.reverse();
    Some(path)
}

/// Proof that the first `old_size` leaves are the beginning of all leaves (RFC 6962, 2.1.2, `PROOF`).
///
/// `None` when there never were so many leaves. Of an empty or an equal tree the proof is empty.
pub fn consistency_proof(leaves: &[Digest], old_size: usize) -> Option<Vec<Digest>> {
    if old_size > leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    if old_size > 0 {
        subproof(leaves, old_size, true, &mut proof);
    }
    Some(proof)
}

/// RFC 6962, 2.1.2, `SUBPROOF`; `known` says that the verifier already holds the root of this part.
fn subproof(leaves: &[Digest], old_size: usize, known: bool, proof: &mut Vec<Digest>) {
    if old_size == leaves.len() {
        if !known {
            proof.push(root(leaves));
        }
        return;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if old_size <= left.len() {
        subproof(left, old_size, known, proof);
        proof.push(root(right));
    } else {
        subproof(right, old_size - left.len(), false, proof);
        proof.push(root(left));
    }
}

/// Does the audit path lead from the leaf hash to the root (RFC 9162, 2.1.3.2)?
pub fn verify_inclusion(leaf: &Digest, index: u64, size: u64, proof: &[Digest], root: &Digest) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // A right edge that is a whole subtree has no sibling on the levels in between.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Is the tree of `old_size` leaves the beginning of the tree of `new_size` leaves (RFC 9162, 2.1.4.2)?
///
/// An empty old tree is the beginning of every tree: then its root must be that of the empty tree and the proof empty.
pub fn verify_consistency(
    old_size: u64,
    new_size: u64,
    old_root: &Digest,
    new_root: &Digest,
    proof: &[Digest],
) -> bool {
    if old_size > new_size {
        return false;
    }
    if old_size == 0 {
        return proof.is_empty() && *old_root == root(&[]) && (new_size > 0 || new_root == old_root);
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    // An old tree that is a whole subtree is its own first proof hash.
    let whole = old_size.is_power_of_two();
    let mut hashes = whole.then_some(old_root).into_iter().chain(proof);
    let Some(first) = hashes.next() else { return false };
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

/// The right edge of a tree: all that appending needs, small enough for one database row.
///
/// Holds the root of each whole subtree, greatest first: one for each 1 in the binary form of the size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

/// Text that is not a frontier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("правый край дерева журнала событий не читается: «{0}»")]
pub struct NotAFrontier(pub String);

impl Frontier {
    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the whole subtrees, greatest first. Read backwards before a push they are the audit path of the pushed leaf
    /// (RFC 6962, 2.1.1).
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Appends a leaf hash and says its index.
    pub fn push(&mut self, leaf: Digest) -> u64 {
        let index = self.size;
        let mut hash = leaf;
        for _ in 0..index.trailing_ones() {
            // The binary form of the size promises a peak for each trailing 1.
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        index
    }

    /// Root of the whole tree.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => root(&[]),
            Some(smallest) => peaks.fold(*smallest, |right, left| node_hash(left, &right)),
        }
    }

    /// One line: the size and the peaks, with spaces between.
    pub fn to_text(&self) -> String {
        let mut text = self.size.to_string();
        for peak in &self.peaks {
            text.push(' ');
            text.push_str(&peak.to_hex());
        }
        text
    }

    /// Reads [`Frontier::to_text`] and nothing else.
    pub fn parse(text: &str) -> Result<Self, NotAFrontier> {
        let refused = || NotAFrontier(text.to_owned());
        let mut words = text.split(' ');
        let size: u64 = words.next().unwrap_or_default().parse().map_err(|_| refused())?;
        let peaks: Vec<Digest> = words.map(str::parse).collect::<Result<_, _>>().map_err(|_| refused())?;
        let frontier = Self { size, peaks };
        if frontier.peaks.len() as u32 == size.count_ones() && frontier.to_text() == text {
            Ok(frontier)
        } else {
            Err(refused())
        }
    }
}

impl FromIterator<Digest> for Frontier {
    fn from_iter<I: IntoIterator<Item = Digest>>(leaves: I) -> Self {
        let mut frontier = Self::default();
        for leaf in leaves {
            frontier.push(leaf);
        }
        frontier
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::canon::unhex;

    /// The eight entries that the certificate-transparency implementations test with.
    const ENTRIES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    /// Roots of the trees over the first 1 to 8 of them.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn digest(text: &str) -> Digest {
        text.parse().expect("a digest")
    }

    fn classic() -> Vec<Digest> {
        ENTRIES.iter().map(|entry| leaf_hash(&unhex(entry).expect("hex"))).collect()
    }

    #[test]
    fn the_classic_tree_has_the_published_roots() {
        assert_eq!(root(&[]), digest("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        for (index, expected) in ROOTS.iter().enumerate() {
            assert_eq!(root(&classic()[..=index]), digest(expected), "{} leaves", index + 1);
        }
    }

    #[test]
    fn the_classic_tree_has_the_published_audit_paths() {
        let path = |size: usize, index| inclusion_proof(&classic()[..size], index).expect("a path");
        assert_eq!(path(1, 0), []);
        assert_eq!(
            path(8, 0),
            [
                digest("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
                digest("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                digest("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
            ]
        );
        assert_eq!(
            path(8, 5),
            [
                digest("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
                digest("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                digest("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
            ]
        );
        assert_eq!(path(3, 2), [digest("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]);
    }

    #[test]
    fn the_classic_tree_has_the_published_consistency_proofs() {
        let proof = |old, new: usize| consistency_proof(&classic()[..new], old).expect("a proof");
        assert_eq!(proof(1, 1), []);
        assert_eq!(
            proof(1, 8),
            [
                digest("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
                digest("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                digest("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
            ]
        );
        assert_eq!(
            proof(6, 8),
            [
                digest("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                digest("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                digest("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
            ]
        );
    }

    #[test]
    fn a_frontier_reads_back_what_it_wrote_and_nothing_else() {
        let frontier: Frontier = classic().into_iter().take(7).collect();
        assert_eq!(Frontier::parse(&frontier.to_text()), Ok(frontier));
        assert_eq!(Frontier::parse("0"), Ok(Frontier::default()));
        for wrong in ["", "1", "00", "+0", "0 ", "2 aa", &format!("0 {}", ROOTS[0])] {
            assert!(Frontier::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_proof_of_a_leaf_that_is_not_there_does_not_exist() {
        assert_eq!(inclusion_proof(&classic(), 8), None);
        assert_eq!(consistency_proof(&classic(), 9), None);
        assert!(!verify_inclusion(&Digest::default(), 0, 0, &[], &root(&[])));
    }

    proptest! {
        #[test]
        fn appending_one_by_one_gives_the_root_of_the_whole(size in 0_usize..200) {
            let leaves: Vec<Digest> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let frontier: Frontier = leaves.iter().copied().collect();
            prop_assert_eq!(frontier.size(), size as u64);
            prop_assert_eq!(frontier.root(), root(&leaves));
        }

        #[test]
        fn the_right_edge_is_the_audit_path_of_the_next_leaf(size in 0_usize..130) {
            let leaves: Vec<Digest> = (0..=size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let frontier: Frontier = leaves[..size].iter().copied().collect();
            let path: Vec<Digest> = frontier.peaks().iter().rev().copied().collect();
            prop_assert_eq!(Some(path), inclusion_proof(&leaves, size));
        }

        #[test]
        fn every_leaf_is_proven_and_nothing_but_that_leaf(size in 1_usize..130, pick in any::<usize>(), bit in any::<usize>()) {
            let leaves: Vec<Digest> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let (index, root) = (pick % size, root(&leaves));
            let proof = inclusion_proof(&leaves, index).expect("a path");
            prop_assert!(verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &root));
            prop_assert!(!verify_inclusion(&leaf_hash(b"another"), index as u64, size as u64, &proof, &root));
            let mut longer = proof.clone();
            longer.push(root);
            prop_assert!(!verify_inclusion(&leaves[index], index as u64, size as u64, &longer, &root));
            if !proof.is_empty() {
                prop_assert!(!verify_inclusion(&leaves[index], index as u64, size as u64, &proof[1..], &root));
                let mut bent = proof.clone();
                let place = bit % bent.len();
                bent[place].0[bit % 32] ^= 1;
                prop_assert!(!verify_inclusion(&leaves[index], index as u64, size as u64, &bent, &root));
            }
            for other in (0..size).filter(|other| *other != index) {
                prop_assert!(!verify_inclusion(&leaves[index], other as u64, size as u64, &proof, &root));
            }
        }

        #[test]
        fn an_older_log_is_the_beginning_of_a_newer_one(new in 0_usize..130, pick in any::<usize>(), bit in any::<usize>()) {
            let leaves: Vec<Digest> = (0..new).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let old = pick % (new + 1);
            let (old_root, new_root) = (root(&leaves[..old]), root(&leaves));
            let proof = consistency_proof(&leaves, old).expect("a proof");
            prop_assert!(verify_consistency(old as u64, new as u64, &old_root, &new_root, &proof));
            if old > 0 {
                let mut rewritten = leaves.clone();
                rewritten[bit % old].0[0] ^= 1;
                prop_assert!(!verify_consistency(old as u64, new as u64, &root(&rewritten[..old]), &new_root, &proof));
            }
            if !proof.is_empty() {
                let mut bent = proof.clone();
                let place = bit % bent.len();
                bent[place].0[bit % 32] ^= 1;
                prop_assert!(!verify_consistency(old as u64, new as u64, &old_root, &new_root, &bent));
                prop_assert!(!verify_consistency(old as u64, new as u64, &old_root, &new_root, &proof[1..]));
            }
        }
    }
}
