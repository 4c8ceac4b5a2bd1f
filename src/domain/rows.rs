//! Learners rows under a salted Merkle root. Floor 0.
