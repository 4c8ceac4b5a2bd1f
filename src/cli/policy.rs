//! `policy`, `deadline`, `timeliness`: the regulation and what it asks. Floor 3.
