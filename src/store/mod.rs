//! Floor 1: SQL.
