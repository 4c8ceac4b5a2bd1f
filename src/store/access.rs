//! Who looked at whose data: floor 1.
