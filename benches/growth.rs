//! What a class costs in a school of 1, 4, 12 and 44 equal classes: 30 learners in each, grades 5 to 8 alike.
//!
//! `cargo bench --bench growth` takes the first quarter of each school from the journal to the archive and prints seconds a class of every
//! step. Classes must be equal: one with a fifth more learners costs a fifth more, however large its school is.

#![allow(clippy::expect_used, missing_docs)] // a bench may fall over

#[path = "../tests/story/house.rs"]
#[allow(dead_code)] // the houses of the records' stories; a bench needs one of them
mod house;
#[path = "../tests/story/intruder.rs"]
#[allow(dead_code)] // what the houses' stories change behind the program's back
mod intruder;

use std::time::Instant;

use letopis::bundle::generate::{self, GeneratorSpec};
use letopis::flow::issue;

use house::{Bundle, House, after, tell};

/// Letters of a grade: with four grades 1, 3 and 11 of them make 4, 12 and 44 classes.
const LETTERS: [char; 11] = ['А', 'Б', 'В', 'Г', 'Д', 'Е', 'Ж', 'И', 'К', 'Л', 'М'];

fn main() {
    let one = vec![(6, LETTERS[0])];
    let of = |letters: usize| (5..=8).flat_map(|grade| LETTERS[..letters].iter().map(move |l| (grade, *l))).collect();
    println!("classes  close  issue   sign   seal    all, seconds a class");
    for classes in [one, of(1), of(3), of(11)] {
        tell(cost(classes));
    }
}

async fn cost(classes: Vec<(u8, char)>) {
    let count = classes.len();
    let house = House::empty().await;
    let spec = GeneratorSpec { classes, learners_per_class: 30, spread: 0, seed: 7, year_start: 2025 };
    house.import(&Bundle(generate::generate(&spec)), false).await.expect("an import");
    let mut seconds = Vec::new();
    let mut since = Instant::now();
    let mut step = || {
        seconds.push(since.elapsed().as_secs_f64() / count as f64);
        since = Instant::now();
    };
    let closed = house.close("Q1", &[], Some("замер времени")).await.expect("closed");
    assert!(closed.len() == count && closed.iter().all(|one| one.copy.is_some()), "each class is closed");
    step();
    let copies = house.db.list_copies().await.expect("copies");
    issue::issue(&house, &copies, &after(5), |_| {}).await.expect("issued");
    step();
    house.sign_everything(10).await.expect("signed");
    step();
    assert_eq!(house.seal_everything(20).await.expect("sealed").len(), count, "each copy is sealed");
    step();
    let all: f64 = seconds.iter().sum();
    let told: String = seconds.iter().map(|one| format!(" {one:6.3}")).collect();
    println!("{count:7} {told} {all:6.3}");
}
