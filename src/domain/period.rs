//! The completeness gate of a period. Floor 0.
