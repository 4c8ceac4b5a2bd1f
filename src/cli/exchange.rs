//! `export`, `feed` and other makers' files. Floor 3.
