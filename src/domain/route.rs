//! Who signs, in what order. Floor 0.
