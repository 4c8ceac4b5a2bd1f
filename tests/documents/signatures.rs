//! Certificates, signatures and the seal: the story, the attacks by name, and what stock tools say.

mod attacks;
mod foreign;
mod press;
mod story;
mod verdicts;
