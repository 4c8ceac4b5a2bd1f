//! What the dependencies are and under which licences they come, by the lists of `.deny.toml`, from `cargo metadata` alone.
//!
//! `cargo deny --config .deny.toml check` asks more (advisories, forbidden crates) and takes minutes to install; this costs a second
//! and runs with every change.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use toml_edit::{DocumentMut, Item};

/// A licence expression (SPDX 2.3, annex D) with what may still be read of it.
struct Expression<'a> {
    words: std::iter::Peekable<std::vec::IntoIter<&'a str>>,
    allowed: &'a [String],
}

impl Expression<'_> {
    /// `AND` binds closer than `OR`.
    fn either(&mut self) -> bool {
        let mut holds = self.both();
        while self.words.next_if_eq(&"OR").is_some() {
            holds |= self.both();
        }
        holds
    }

    fn both(&mut self) -> bool {
        let mut holds = self.one();
        while self.words.next_if_eq(&"AND").is_some() {
            holds &= self.one();
        }
        holds
    }

    fn one(&mut self) -> bool {
        match self.words.next() {
            Some("(") => {
                let holds = self.either();
                self.words.next_if_eq(&")").is_some() && holds
            }
            Some(licence) => {
                let exception = self.words.next_if_eq(&"WITH").and_then(|_| self.words.next());
                let full =
                    exception.map_or_else(|| licence.to_owned(), |exception| format!("{licence} WITH {exception}"));
                self.allowed.iter().any(|allowed| *allowed == full || allowed == licence)
            }
            None => false,
        }
    }
}

fn is_allowed(licence: &str, allowed: &[String]) -> bool {
    // `MIT/Apache-2.0` is the older spelling of OR.
    let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut expression = Expression { words: words.into_iter().peekable(), allowed };
    expression.either() && expression.words.next().is_none()
}

fn texts(list: Option<&Item>) -> Vec<String> {
    let list = list.and_then(Item::as_array).into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Identifiers of the packages that the program is built from: what only its tests need is not handed on.
fn shipped(resolve: &Value) -> BTreeSet<&str> {
    let nodes = resolve["nodes"].as_array().into_iter().flatten();
    let nodes: BTreeMap<&str, &Value> = nodes.map(|node| (text(&node["id"]), node)).collect();
    let (mut found, mut left) = (BTreeSet::new(), vec![text(&resolve["root"])]);
    while let Some(id) = left.pop().filter(|_| !nodes.is_empty()) {
        if !found.insert(id) {
            continue;
        }
        let needs = nodes.get(id).and_then(|node| node["deps"].as_array()).into_iter().flatten();
        let kinds = |need: &Value| {
            need["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"] != "dev"))
        };
        left.extend(needs.filter(|need| kinds(need)).map(|need| text(&need["pkg"])));
    }
    found
}

#[test]
fn an_expression_is_allowed_as_its_words_say() {
    let allowed = ["MIT".to_owned(), "ISC".to_owned()];
    for good in
        ["MIT", "GPL-3.0 OR MIT", "MIT AND ISC", "(GPL-3.0 OR ISC) AND MIT", "GPL-3.0/MIT", "MIT WITH exception"]
    {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "", "MIT ISC", "(MIT"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}

#[test]
fn every_dependency_comes_from_the_registry_under_an_allowed_licence() {
    let rules: DocumentMut =
        std::fs::read_to_string(super::root().join(".deny.toml")).expect("rules").parse().expect("TOML");
    let allowed = texts(rules["licenses"].get("allow"));
    let exceptions = rules["licenses"].get("exceptions").and_then(Item::as_array).expect("exceptions");
    let told = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(super::root())
        .output()
        .expect("cargo runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let metadata: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let mut wrong = Vec::new();
    let shipped = shipped(&metadata["resolve"]);
    let packages = metadata["packages"].as_array().expect("packages");
    let foreign = |package: &&Value| package["source"].is_string() && shipped.contains(text(&package["id"]));
    for package in packages.iter().filter(foreign) {
        let (name, source) = (text(&package["name"]), text(&package["source"]));
        if source != "registry+https://github.com/rust-lang/crates.io-index" {
            wrong.push(format!("{name} comes from {source}"));
        }
        let own = exceptions.iter().filter_map(toml_edit::Value::as_inline_table);
        let own = own.filter(|exception| exception.get("crate").and_then(toml_edit::Value::as_str) == Some(name));
        let own =
            own.flat_map(|exception| exception.get("allow").and_then(toml_edit::Value::as_array).into_iter().flatten());
        let own = own.filter_map(|licence| licence.as_str().map(str::to_owned));
        let allowed: Vec<String> = allowed.iter().cloned().chain(own).collect();
        let licence = text(&package["license"]);
        if !is_allowed(licence, &allowed) {
            wrong.push(format!("{name}: licence «{licence}» is not among those of .deny.toml"));
        }
    }
    // typst alone brings some 250: fewer would mean that the list was not read.
    assert!(shipped.len() > 200, "{} packages", shipped.len());
    super::none(wrong);
}
