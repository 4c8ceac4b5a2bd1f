//! Floor 2: the way of a record, one file per station.
