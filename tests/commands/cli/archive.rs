//! `archive opis`: the year's inventories on paper and electronic, as PDF and CSV (F61).

use std::path::Path;

use super::{house, untouched};
use crate::program::{code, copy_folder, letopis, out, said};

#[test]
fn the_inventories_of_a_year_are_written_as_pages_and_as_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("house");
    copy_folder(&untouched(Path::new(house())), &own);
    let run =
        |arguments: &[&str]| letopis().env("LETOPIS_DIR", &own).args(arguments).output().expect("the program runs");
    for step in [
        &["close", "--period", "Y", "--all", "--override", "сводная ведомость"][..],
        &["issue", "--all"],
        &["sign", "2025-02B-Y"],
        &["seal", "2025-02B-Y"],
    ] {
        let output = run(step);
        assert_eq!(code(&output), 0, "{step:?}: {}", said(&output));
    }
    let to = folder.path().join("описи");
    let told = run(&["archive", "opis", "2026", "--to", to.to_str().expect("UTF-8")]);
    assert_eq!(code(&told), 0, "{}", said(&told));
    assert!(out(&told).contains("дел 1"), "one electronic file: {}", out(&told));
    for name in ["opis-bumaga-2026", "opis-elektronnaya-2026"] {
        let pdf = std::fs::read(to.join(name).with_extension("pdf")).expect("pages");
        assert!(pdf.starts_with(b"%PDF-1."), "{name}");
        let csv = std::fs::read_to_string(to.join(name).with_extension("csv")).expect("a table");
        assert!(csv.starts_with('\u{feff}') && csv.contains("Заголовок дела"), "{name}: {csv}");
    }
    let electronic = std::fs::read_to_string(to.join("opis-elektronnaya-2026.csv")).expect("a table");
    for words in ["01-02", "Сводные ведомости успеваемости", "2025-02B-Y", "2025/2026"] {
        assert!(electronic.contains(words), "{words}: {electronic}");
    }
}
