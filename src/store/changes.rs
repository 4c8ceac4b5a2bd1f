//! The history of the school's data, row by row: floor 1.
