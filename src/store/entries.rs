//! When entries of the journal were made: floor 1.
