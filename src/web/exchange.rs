//! Pages of exchange: import with a dry run first, exports, the feed. Floor 3.
