//! `setup`, `roster`, `movement`: the school's year and its lists. Floor 3.
