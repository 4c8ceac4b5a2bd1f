//! The guide of the settings is made of the program's own table: it cannot say what the program does not do.

use std::collections::BTreeSet;
use std::path::Path;

use letopis::config::{self, keys};

#[test]
fn the_guide_of_the_settings_is_what_the_program_knows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.ru.md");
    if std::env::var("GOLDEN").as_deref() == Ok("update") {
        std::fs::write(&path, config::guide()).unwrap();
    }
    let told = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        told == config::guide(),
        "docs/settings.ru.md is stale: GOLDEN=update cargo test --release --test inputs settings"
    );
}

#[test]
fn every_key_has_its_sentence_and_its_own_variable() {
    let (mut paths, mut variables) = (BTreeSet::new(), BTreeSet::new());
    for key in keys::KEYS {
        assert!(key.about.ends_with('.') && key.about.len() > 20, "{} says nothing", key.path);
        assert!(paths.insert(key.path), "{} stands twice", key.path);
        if keys::REQUIRED.contains(&key.path) {
            continue;
        }
        let expected = format!("LETOPIS_{}", key.path.replace('.', "_").to_uppercase());
        assert_eq!(key.env, expected);
        assert!(variables.insert(key.env));
    }
}
