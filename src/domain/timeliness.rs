//! Timeliness: each entry done in time, late, or unknown, with the clause. Floor 0.
