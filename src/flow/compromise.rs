//! Compromise: an account is shut from a moment, and what it did since is void until decided one by one or at once. Floor 2.
