//! Certificates, signatures and the seal: the story, the attacks by name, and what stock tools say.

#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

#[path = "signatures/attacks.rs"]
mod attacks;
#[path = "signatures/press.rs"]
mod press;
#[path = "signatures/story.rs"]
mod story;
#[path = "signatures/verdicts.rs"]
mod verdicts;
