//! Floor 1: the archive on disk and the packages that leave it.
//!
//! Knows files, folders, inventories and manifests (OCFL 1.1, BagIt 1.0); never SQL, never what a signature means.
