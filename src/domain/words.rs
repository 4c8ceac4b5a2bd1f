//! Russian words for numbers and dates. Floor 0.
