//! Jobs: long work that outlives a closed page, claimed, reported and finished once. Floor 2.
