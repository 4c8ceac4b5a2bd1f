//! What came in from outside, beyond bundles: floor 1.
