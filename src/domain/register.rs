//! The register of sealed copies. Floor 0.
