//! The house rules as tests: floors, heads of files, names, sizes, languages, and a map that cannot lie.
//!
//! Reads the tree as text, so that a rule costs milliseconds and its message names file and line.
//! `GOLDEN=update cargo test --release --test tidy` rewrites the map in ARCHITECTURE.md from the heads of the files.
#![allow(clippy::expect_used, clippy::unwrap_used)] // a test that cannot go on says so by panicking

#[path = "tidy/licences.rs"]
mod licences;
#[path = "tidy/links.rs"]
mod links;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The longest file: what a reader can hold in mind in one sitting.
const LONGEST_FILE_LINES: usize = 600;

/// Floors from below; a module may use the floors under it, and only `domain` and `config` may be used from their own floor.
const FLOORS: [&[&str]; 4] =
    [&["domain", "config"], &["bundle", "store", "typeset", "sign", "vault", "scan"], &["flow"], &["web", "cli"]];

/// The one use beside: `serve` and `demo` are commands that open the page.
const DOOR_TO_DOOR: (&str, &str) = ("cli", "web");

/// What a floor-0 file must not name: I/O, clocks, randomness, databases, pages, wires.
const FOREIGN_TO_DOMAIN: [&str; 10] =
    ["sqlx::", "axum::", "typst", "lopdf::", "tokio::", "std::fs", "std::net", "std::process", "getrandom", "std::env"];

struct Source {
    /// Path below the root, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// `src/store/journals/tables.rs` → `["store", "journals", "tables"]`.
    fn module(&self) -> Vec<&str> {
        let inner = self.path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs")).unwrap_or_default();
        inner.split('/').filter(|part| *part != "mod").collect()
    }

    /// Lines of code with their number, comments cut off.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
    }

    /// The first sentence of the head, without the floor that the map's heading names already.
    fn head(&self) -> String {
        let head: Vec<&str> = self.text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        let mut paragraph = head.split(|line| line.is_empty()).next().unwrap_or_default().join(" ");
        for floor in 0..FLOORS.len() {
            for named in [format!("Floor {floor}: "), format!(": floor {floor}"), format!(" Floor {floor}.")] {
                paragraph = paragraph.replacen(&named, "", 1);
            }
        }
        let sentence = paragraph.split_once(". ").map_or(paragraph.as_str(), |(first, _)| first).trim_end_matches('.');
        let mut letters = sentence.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if ["target", ".git", "node_modules", "letopis-demo"].iter().any(|skipped| name == *skipped) {
            continue;
        }
        if path.is_dir() { files_below(&path, files) } else { files.push(path) }
    }
}

/// Text files of the tree below a folder whose names end so, in the order of their paths.
fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut files = Vec::new();
    files_below(&root().join(folder), &mut files);
    files.sort();
    let wanted = |path: &PathBuf| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending));
    files
        .into_iter()
        .filter(wanted)
        .filter_map(|path| {
            let below = path.strip_prefix(root()).ok()?.to_string_lossy().replace('\\', "/");
            Some(Source { path: below, text: fs::read_to_string(&path).ok()? })
        })
        .collect()
}

fn rust() -> Vec<Source> {
    ["src", "tests", "benches"].iter().flat_map(|folder| sources(folder, &[".rs"])).collect()
}

/// Fails with all that is wrong at once.
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The modules named after `crate::` in a text: `crate::a::b`, `crate::{a, b::c}`.
fn used_modules(line: &str) -> Vec<String> {
    let mut used = Vec::new();
    for rest in line.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0_i32;
                let mut word = String::new();
                for letter in list.chars() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => used.push(std::mem::take(&mut word)),
                        _ if depth == 0 => word.push(letter),
                        _ => {}
                    }
                }
                used.push(word);
            }
            None => used.push(rest.to_owned()),
        }
    }
    let first = |path: &String| {
        path.trim().split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().map(str::to_owned)
    };
    used.iter().filter_map(first).filter(|name| !name.is_empty()).collect()
}

#[test]
fn modules_use_only_the_floors_below_them_and_tools_never_each_other() {
    let mut wrong = Vec::new();
    for source in sources("src", &[".rs"]) {
        let module = source.module();
        let Some(own) = module.first().and_then(|name| floor(name)) else { continue };
        // A brace list may run over several lines: the whole file is one text here, comments cut off.
        let code: String = source.code().map(|(_, line)| line.trim()).collect();
        for used in used_modules(&code) {
            let below = floor(&used).is_none_or(|used_floor| used_floor < own || used_floor == 0);
            let allowed = below || used == module[0] || (module[0], used.as_str()) == DOOR_TO_DOOR;
            if !allowed {
                wrong.push(format!("{}: floor {own} uses crate::{used}", source.path));
            }
        }
        for (at, line) in source.code() {
            let climbs = line.matches("super::").count();
            if climbs >= module.len().max(2) && line.contains("super::super") {
                wrong.push(format!("{}:{at}: climbs out of its module by super::super", source.path));
            }
        }
    }
    none(wrong);
}

#[test]
fn a_planted_upward_use_is_seen() {
    assert_eq!(used_modules("use crate::{domain::canon, web::{self, x}};"), ["domain", "web"]);
    assert_eq!(used_modules("crate::flow::seal::run(crate::store::Db)"), ["flow", "store"]);
}

#[test]
fn every_module_stands_on_a_floor() {
    let known: BTreeSet<&str> = FLOORS.iter().flat_map(|floor| floor.iter().copied()).collect();
    let lost = sources("src", &[".rs"])
        .iter()
        .filter_map(|source| source.module().first().map(|name| (*name).to_owned()))
        .filter(|name| !known.contains(name.as_str()) && !["lib", "main"].contains(&name.as_str()))
        .collect();
    none(lost);
}

#[test]
fn the_words_of_the_office_know_no_disk_clock_database_or_page() {
    let mut wrong = Vec::new();
    for source in sources("src/domain", &[".rs"]) {
        for (at, line) in source.code() {
            for foreign in FOREIGN_TO_DOMAIN.iter().filter(|foreign| line.contains(**foreign)) {
                wrong.push(format!("{}:{at}: names {foreign}", source.path));
            }
        }
    }
    none(wrong);
}

#[test]
fn only_the_flow_begins_transactions() {
    let mut wrong = Vec::new();
    for source in sources("src", &[".rs"]).iter().filter(|source| !["flow", "store"].contains(&source.module()[0])) {
        for (at, line) in source.code().filter(|(_, line)| line.contains("db.begin(") || line.contains("Db::begin(")) {
            wrong.push(format!("{}:{at}: {}", source.path, line.trim()));
        }
    }
    none(wrong);
}

#[test]
fn only_one_file_reads_the_clock() {
    let mut wrong = Vec::new();
    for source in rust().iter().filter(|source| source.path != "src/cli/clock.rs" && source.path != "tests/tidy.rs") {
        for (at, line) in source.code() {
            if ["SystemTime::now", "Utc::now", "Local::now"].iter().any(|clock| line.contains(clock)) {
                wrong.push(format!("{}:{at}: {}", source.path, line.trim()));
            }
        }
    }
    none(wrong);
}

#[test]
fn every_file_begins_with_what_it_is() {
    let headless = |source: &Source| !source.text.starts_with("//! ") || source.head().is_empty();
    none(rust().into_iter().filter(headless).map(|source| source.path).collect());
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("dbg", "!("),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    let mut wrong = Vec::new();
    for source in sources("", &[".rs", ".sql", ".typ", ".toml", ".css", ".js", ".html", ".sh", ".md"]) {
        for (at, line) in source.text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                wrong.push(format!("{}:{}: {}", source.path, at + 1, line.trim()));
            }
        }
    }
    none(wrong);
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long = |source: Source| {
        let lines = source.text.lines().count();
        (lines > LONGEST_FILE_LINES).then(|| format!("{}: {lines} lines", source.path))
    };
    none(rust().into_iter().filter_map(long).collect());
}

#[test]
fn no_file_is_a_drawer() {
    const DRAWERS: [&str; 8] = ["utils", "util", "helpers", "common", "manager", "service", "misc", "processor"];
    let drawer = |source: &Source| {
        let parts: Vec<&str> = source.path.split(['/', '.']).collect();
        parts.iter().any(|part| DRAWERS.contains(part))
    };
    none(rust().into_iter().filter(drawer).map(|source| source.path).collect());
}

#[test]
fn errors_speak_russian() {
    let mut wrong = Vec::new();
    for source in sources("src", &[".rs"]) {
        for (at, attribute) in source.text.match_indices("#[error(") {
            let end = source.text[at..].find(")]").map_or(source.text.len(), |end| at + end);
            let said = &source.text[at + attribute.len()..end];
            let spoken: String = without_placeholders(said).chars().filter(|letter| letter.is_alphabetic()).collect();
            let russian = spoken.chars().any(|letter| ('\u{0400}'..='\u{04FF}').contains(&letter));
            // `transparent` and a bare `{0}` hand on words that stand elsewhere.
            if !russian && !spoken.is_empty() && said.trim() != "transparent" {
                let line = source.text[..at].lines().count() + 1;
                wrong.push(format!("{}:{line}: {said}", source.path));
            }
        }
    }
    none(wrong);
}

/// `"{path}: {0}"` without what stands in braces.
fn without_placeholders(text: &str) -> String {
    text.split('{')
        .enumerate()
        .map(|(at, piece)| if at == 0 { piece } else { piece.split_once('}').map_or("", |(_, rest)| rest) })
        .collect()
}

#[test]
fn nothing_names_the_machine_that_it_was_written_on() {
    let places = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("index.crates", ".io-")];
    let mut wrong = Vec::new();
    for source in sources(
        "",
        &[".rs", ".sql", ".typ", ".toml", ".css", ".js", ".html", ".sh", ".md", ".java", ".py", "run", ".lock", ".txt"],
    ) {
        for (at, line) in source.text.lines().enumerate() {
            for place in places.iter().filter(|place| line.contains(**place)) {
                wrong.push(format!("{}:{}: names {place}", source.path, at + 1));
            }
        }
    }
    none(wrong);
}

#[test]
fn every_document_that_a_comment_names_is_in_the_tree() {
    let documents: BTreeSet<String> =
        sources("", &[".md"]).iter().filter_map(|source| source.path.rsplit('/').next().map(str::to_owned)).collect();
    let mut wrong = Vec::new();
    for source in rust() {
        for (at, line) in source.text.lines().enumerate().filter(|(_, line)| line.contains("//")) {
            let words = line.split(|letter: char| !letter.is_ascii_alphanumeric() && !"._-".contains(letter));
            for word in
                words.map(|word| word.trim_end_matches('.')).filter(|word| word.ends_with(".md") && word.len() > 3)
            {
                if !documents.contains(word) {
                    wrong.push(format!("{}:{}: there is no {word}", source.path, at + 1));
                }
            }
        }
    }
    none(wrong);
}

#[test]
fn the_code_is_formatted() {
    let Ok(output) = Command::new("cargo").args(["fmt", "--check"]).current_dir(root()).output() else { return };
    let said = String::from_utf8_lossy(&output.stderr);
    // A toolchain without rustfmt cannot judge; `.ci/run` installs it and fails on its own.
    let judged = !said.contains("not installed") && !said.contains("no such command");
    assert!(!judged || output.status.success(), "cargo fmt --check\n{}", String::from_utf8_lossy(&output.stdout));
}

/// The map of ARCHITECTURE.md: every module to the second level, by floor, with the first sentence of its file.
fn map() -> String {
    const TITLES: [&str; 4] = ["Floor 0, words", "Floor 1, tools", "Floor 2, the way", "Floor 3, doors"];
    let sources = sources("src", &[".rs"]);
    let mut map = String::new();
    for (title, floor) in TITLES.iter().zip(FLOORS) {
        let _ = writeln!(map, "\n### {title}\n\n| module | what it is |\n|---|---|");
        for top in floor {
            let below = |source: &&Source| source.module().first() == Some(top) && source.module().len() <= 2;
            let mut modules: Vec<_> =
                sources.iter().filter(below).map(|source| (source.module(), source.head())).collect();
            modules.sort();
            for (module, head) in modules {
                let _ = writeln!(map, "| `{}` | {} |", module.join("::"), head.replace('|', "\\|"));
            }
        }
    }
    map.push('\n');
    map
}

#[test]
fn the_map_in_the_architecture_names_every_module_and_nothing_that_is_gone() {
    const BEGIN: &str = "<!-- map: begin -->\n";
    const END: &str = "<!-- map: end -->";
    let path = root().join("ARCHITECTURE.md");
    let document = fs::read_to_string(&path).expect("ARCHITECTURE.md");
    let (before, rest) = document.split_once(BEGIN).expect("the map's begin");
    let (drawn, after) = rest.split_once(END).expect("the map's end");
    if std::env::var("GOLDEN").as_deref() == Ok("update") {
        fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", map())).expect("ARCHITECTURE.md is writable");
        return;
    }
    let drawn: BTreeSet<&str> = drawn.lines().collect();
    let map = map();
    let real: BTreeSet<&str> = map.lines().collect();
    let wrong = real.difference(&drawn).map(|line| format!("not on the map: {line}"));
    let gone = drawn.difference(&real).map(|line| format!("on the map only: {line}"));
    let wrong: Vec<String> = wrong.chain(gone).collect();
    assert!(wrong.is_empty(), "\n{}\nredraw it: GOLDEN=update cargo test --release --test tidy", wrong.join("\n"));
}

#[test]
fn paths_and_modules_in_the_documents_exist() {
    let modules: BTreeSet<String> = sources("src", &[".rs"]).iter().map(|source| source.module().join("::")).collect();
    let mut wrong = Vec::new();
    for document in sources("", &[".md"]).iter().filter(|document| document.path != "CHANGELOG.md") {
        for word in document.text.split('`').skip(1).step_by(2) {
            let module = word.contains("::") && floor(word.split("::").next().unwrap_or_default()).is_some();
            if module
                && !modules.contains(word)
                && !modules.contains(word.rsplit_once("::").map_or("", |(above, _)| above))
            {
                wrong.push(format!("{}: there is no module `{word}`", document.path));
            }
            let folder =
                ["src/", "tests/", "docs/", "benches/", "migrations/", "archive-policies/", "typst-templates/", ".ci/"]
                    .iter()
                    .any(|folder| word.starts_with(folder));
            if folder && !word.contains(['*', '<', ' ', '…']) && !root().join(word).exists() {
                wrong.push(format!("{}: there is no `{word}`", document.path));
            }
        }
    }
    none(wrong);
}
