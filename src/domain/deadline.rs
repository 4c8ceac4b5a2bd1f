//! Deadlines: when an entry is due under a policy, and the clause that says so. Floor 0.
