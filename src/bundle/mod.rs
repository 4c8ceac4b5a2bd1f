//! Floor 1: a school bundle, read, checked and made.
