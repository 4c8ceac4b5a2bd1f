//! The first screen of each role: what waits for it, counted. Floor 3.
