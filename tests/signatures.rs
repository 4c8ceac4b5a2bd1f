//! Certificates, signatures and the seal: the story, the attacks by name, and what stock tools say.

#[path = "signatures/attacks.rs"]
mod attacks;
#[path = "signatures/press.rs"]
mod press;
#[path = "signatures/story.rs"]
mod story;
#[path = "signatures/verdicts.rs"]
mod verdicts;
