//! Figures of a period. Floor 0.
