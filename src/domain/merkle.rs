//! RFC 6962 Merkle tree. Floor 0.
