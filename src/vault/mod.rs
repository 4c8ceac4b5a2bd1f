//! Floor 1: the archive on disk and the packages that leave it.
