//! Letopis (Летопись): records and archive of schools' electronic class journals.
//!
//! The house by floors, in the order a document travels. A floor may use the floors below it; tools never use each other.
//!
//! | floor | modules |
//! |---|---|
//! | 0 words | [`domain`] |
//! | 1 tools | [`bundle`] · [`scan`] · [`store`] · [`typeset`] · [`sign`] · [`vault`] |
//! | 2 way   | [`flow`] |
//! | 3 doors | [`web`] · [`cli`] |

pub mod config;
pub mod domain;

pub mod bundle;
pub use letopis_scan as scan;
pub mod sign;
pub mod store;
pub mod typeset;
pub mod vault;

pub mod flow;

pub mod cli;
pub mod web;
