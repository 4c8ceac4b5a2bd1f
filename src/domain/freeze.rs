//! Freezing: a closed period becomes a snapshot. Floor 0.
