//! Verification: what is right passes, and every attack is named. Whatever is tried on a record or an extract is tried on
//! `verify` and on the `verify.sh` inside it with stock tools: both must give the same answer.

mod archives;
mod bench;
mod documents;
mod extracts;
mod insiders;
mod packages;
mod records;
