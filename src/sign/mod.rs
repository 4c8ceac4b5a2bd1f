//! Floor 1: keys, certificates, signatures and the seal.
