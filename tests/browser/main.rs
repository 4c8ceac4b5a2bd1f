//! Browser stories: a house in a headless Chromium, as people meet it. Skipped aloud where no browser is installed.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

mod carriers;
mod cycle;
mod desk;
mod driver;
mod house;
#[path = "../story/intruder.rs"]
#[allow(dead_code)] // what the houses' stories change behind the program's back
mod intruder;
mod looks;
mod office;
mod pages;
mod paper;
#[path = "../story/house.rs"]
#[allow(dead_code)] // the houses of the records' stories; these stories need one of them
mod records;
mod signing;
mod stories;

/// Tells a story to a browser, or says that there is none.
fn tell(story: impl Future<Output = ()>) {
    if driver::installed() {
        records::tell(story);
    }
}
