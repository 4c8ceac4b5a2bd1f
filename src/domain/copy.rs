//! The lifecycle of a copy. Floor 0.
