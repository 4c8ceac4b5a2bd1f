//! Golden pages.
#[path = "pages/made_up.rs"]
mod made_up;
use letopis::domain::edition::*;
use letopis::typeset::*;
#[test]
fn draft() {
    std::fs::create_dir_all("target/pages").unwrap();
    for n in [5, 28, 41] {
        let class = made_up::Class { name: "5А", learners: n, subjects: if n == 41 {16} else {6}, lessons: if n == 41 {60} else {32}, seed: 7 };
        for kind in [EditionKind::Issued, EditionKind::Sealed] {
            for (what, s) in [("journal", made_up::journal(&class)), ("summary", made_up::summary(&class))] {
                let made = typeset(&s, &made_up::edition(&s, kind), &[]).unwrap();
                std::fs::write(format!("target/pages/{what}-{n}-{kind:?}.pdf"), made.pdf).unwrap();
            }
        }
    }
}
