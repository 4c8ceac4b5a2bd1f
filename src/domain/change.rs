//! A change: one row of the school's data before and after, and the digest under which the log knows it. Floor 0.
