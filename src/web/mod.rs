//! Floor 3: web pages.
