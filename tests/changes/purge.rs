//! No purge anywhere: no SQL of the program deletes, changes or empties what only grows, and no migration takes a guard away.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Tables that only grow.
const GROWING: [&str; 9] = [
    "changes",
    "compromises",
    "void_decisions",
    "log_entries",
    "checkpoints",
    "closures",
    "snapshots",
    "statements",
    "register",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Words of a text that would do away with rows of a table that only grows.
fn purges(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let grows = |word: &String| GROWING.contains(&word.as_str());
    let three = words.windows(3).filter(|three| match [three[0].as_str(), three[1].as_str()] {
        ["delete", "from"] | ["truncate", "table"] | ["drop", "table"] => grows(&three[2]),
        ["update", _] => grows(&three[1]) && three[2] == "set",
        ["truncate", _] => grows(&three[1]),
        ["drop", "trigger"] | ["disable", "trigger"] => true,
        _ => false,
    });
    three.map(|three| three.join(" ")).collect()
}

/// A guard may be set anew under its own name only: every one that a text drops, it makes again.
fn sets_anew(text: &str) -> bool {
    let names = |words: &str| -> BTreeSet<String> {
        let parts = text.split(words).skip(1);
        parts.filter_map(|rest| rest.split_whitespace().next()).map(|name| name.trim_matches(';').to_owned()).collect()
    };
    let (gone, made) = (names("drop trigger if exists "), names("create trigger if not exists "));
    gone.len() == text.matches("drop trigger").count() && gone.is_subset(&made)
}

#[test]
fn nothing_in_the_program_deletes_from_history_log_or_register() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("src"), &mut found);
    files(&root.join("migrations"), &mut found);
    assert!(found.len() > 100, "the tree was read");
    for path in found {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        // A restore fills a new file or an empty database, where lawful rows come in another order: there alone the guards stand aside.
        let lawful = path.ends_with("store/dump.rs") || sets_anew(&text);
        let found: Vec<String> = purges(&text).into_iter().filter(|one| !(lawful && one.contains("trigger"))).collect();
        assert_eq!(found, Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn a_guard_that_is_dropped_and_not_made_again_is_seen() {
    assert!(sets_anew("drop trigger if exists a_b;\ncreate trigger if not exists a_b before delete on a"));
    assert!(!sets_anew("drop trigger if exists a_b;\ncreate trigger if not exists a_c before delete on a"));
    assert!(!sets_anew("drop trigger a_b;"));
}

#[test]
fn a_planted_purge_is_seen() {
    for sql in [
        "DELETE FROM changes where seq < 5",
        "update log_entries\n set payload = ''",
        "truncate changes cascade",
        "drop table checkpoints;",
        "drop trigger changes_no_delete",
    ] {
        assert_eq!(purges(sql).len(), 1, "{sql}");
    }
    assert_eq!(purges("update log_head set size = 1; delete from marks"), Vec::<String>::new());
}
