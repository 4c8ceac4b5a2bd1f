//! `history`, `undo`, `compromise`: who changed what, and what becomes of it. Floor 3.
