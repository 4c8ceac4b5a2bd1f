//! Changing: rows of the school's data change together with their history and their event; undone the same way. Floor 2.
