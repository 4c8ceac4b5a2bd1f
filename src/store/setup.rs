//! The school's year beside the journal: floor 1.
