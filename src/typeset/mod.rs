//! Floor 1: snapshot and template to PDF/A pages.
