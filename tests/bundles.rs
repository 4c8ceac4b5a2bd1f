//! Bundles: the reader against good and bad ones, the figures, the generator. Never uses the network or a database.

#[path = "bundles/policy.rs"]
mod policy;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use letopis::bundle::{self, ReadError, codes};
use letopis::domain::canon::Digest;
use letopis::domain::finding::{Finding, Severity};
use letopis::domain::report;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bundles")
}

/// Every bundle under the folder agrees with its `expected.json`; gives how many periods were compared.
fn assert_agrees(folder: &Path) -> usize {
    let policy = policy::usual();
    let bundle = match bundle::read(folder, &policy) {
        Ok(bundle) => bundle,
        Err(error) => panic!("{}: {error:?}", folder.display()),
    };
    assert_eq!(bundle.warnings, [], "{}", folder.display());
    let text = fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for period in &bundle.journal.periods {
        for figures in report::period_report(&bundle.journal, &period.id, &policy) {
            let got = serde_json::to_value(&figures).unwrap();
            let wanted = expected["classes"][&figures.class]["periods"][&period.id].as_object().unwrap();
            for (name, value) in wanted {
                assert_eq!(&got[name], value, "{} {} {name}", figures.class, period.id);
            }
            compared += 1;
        }
    }
    let wanted: usize =
        expected["classes"].as_object().unwrap().values().map(|c| c["periods"].as_object().unwrap().len()).sum();
    assert_eq!(compared, wanted);
    assert_eq!(serde_json::to_value(report::course_report(&bundle.journal)).unwrap(), expected["courses"]);
    let totals = &expected["totals"];
    for (name, count) in [
        ("staff", bundle.journal.staff.len()),
        ("learners", bundle.journal.learners.len()),
        ("courses", bundle.journal.courses.len()),
        ("lessons", bundle.journal.lessons.len()),
        ("marks", bundle.journal.marks.len()),
        ("absences", bundle.journal.absences.len()),
        ("final_marks", bundle.journal.final_marks.len()),
    ] {
        assert_eq!(totals[name], count, "{name}");
    }
    compared
}

/// For bundles that are not in the repository: `LETOPIS_SAMPLES=DIR:DIR cargo test --test bundles samples`.
#[test]
fn the_figures_of_samples_given_by_the_environment_agree() {
    let Ok(folders) = std::env::var("LETOPIS_SAMPLES") else { return };
    for folder in folders.split(':') {
        let started = std::time::Instant::now();
        let compared = assert_agrees(Path::new(folder));
        println!("{folder}: {compared} classes × periods agree, {:?}", started.elapsed());
    }
}
