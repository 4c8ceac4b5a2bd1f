//! Pages a second and bytes a page: eight classes of 30 learners and 14 subjects, one thread and two.
//!
//! `cargo bench --bench typeset` prints the table; `cargo bench --bench typeset -- DIR` writes the PDFs there too.

#![allow(clippy::expect_used, missing_docs)] // a bench may fall over

#[path = "../tests/documents/pages/made_up.rs"]
#[allow(dead_code)] // the tests need more of it
mod made_up;
#[path = "../tests/documents/pages/today.rs"]
mod today;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use letopis::domain::edition::{Attachment, Edition, EditionKind};
use letopis::domain::snapshot::Snapshot;
use letopis::typeset::typeset;

const CLASSES: [&str; 8] = ["5А", "5Б", "6А", "6Б", "7А", "7Б", "8А", "8Б"];

fn main() {
    let work: Vec<(Snapshot, Edition, Vec<Attachment>)> = CLASSES
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let class = made_up::Class { name, learners: 30, subjects: 14, lessons: 45, seed: at as u64 + 1 };
            let snapshot = today::of_today(made_up::journal(&class));
            let edition = made_up::edition(&snapshot, EditionKind::Sealed);
            let attachment = Attachment {
                name: "snapshot.json".to_owned(),
                mime: "application/json",
                description: "Снимок данных".to_owned(),
                bytes: snapshot.to_bytes(),
            };
            (snapshot, edition, vec![attachment])
        })
        .collect();
    for threads in [1, 2] {
        let (next, pages, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some((snapshot, edition, files)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let made = typeset(snapshot, edition, files).expect("the class is typeset");
                        pages.fetch_add(made.pages, Ordering::Relaxed);
                        bytes.fetch_add(made.pdf.len(), Ordering::Relaxed);
                        if let Some(folder) = std::env::args().nth(1).filter(|arg| !arg.starts_with('-')) {
                            let path = std::path::Path::new(&folder).join(format!("{}.pdf", snapshot.class.name));
                            std::fs::write(path, made.pdf).expect("the PDF is written");
                        }
                    }
                });
            }
        });
        let seconds = began.elapsed().as_secs_f64();
        let (pages, bytes) = (pages.into_inner(), bytes.into_inner());
        let rate = pages as f64 / seconds;
        println!(
            "{threads} thread(s): {pages} pages in {seconds:.2} s, {rate:.0} pages/s, {} bytes a page",
            bytes / pages
        );
    }
}
