//! How long a record is kept. Floor 0.
