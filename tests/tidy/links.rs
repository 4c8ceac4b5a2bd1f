//! Links of the documents: what they point to stands in the tree, headings included.

use super::{none, root, sources};

/// `[words](target)` of a text without its code, as targets.
fn targets(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut targets = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second piece between backquotes is code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        let rests = prose.split("](").skip(1);
        targets.extend(rests.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned()));
    }
    targets
}

/// Anchors of a document: its headings' words in lower case joined by `-`, as GitHub and the help pages have them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |letter: &char| letter.is_alphanumeric() || "-_".contains(*letter);
    headings.map(|words| words.to_lowercase().replace(' ', "-").chars().filter(kept).collect()).collect()
}

/// What is wrong with one document's links.
fn broken(path: &str, text: &str) -> Vec<String> {
    let folder = root().join(path).parent().map(std::path::Path::to_path_buf).unwrap_or_default();
    let mut wrong = Vec::new();
    for target in targets(text).iter().filter(|target| !target.contains("://") && !target.starts_with("mailto:")) {
        let (file, anchor) = target.split_once('#').map_or((target.as_str(), None), |(file, name)| (file, Some(name)));
        let pointed = if file.is_empty() { root().join(path) } else { folder.join(file) };
        if !pointed.exists() {
            wrong.push(format!("{path}: «{target}» points to nothing"));
        } else if let Some(name) = anchor {
            let other = std::fs::read_to_string(&pointed).unwrap_or_default();
            let own = if file.is_empty() { text } else { &other };
            if !anchors(own).iter().any(|anchor| anchor == name) {
                wrong.push(format!("{path}: «{target}» points to no heading"));
            }
        }
    }
    wrong
}

#[test]
fn every_link_of_a_document_points_to_something_that_stands_there() {
    let documents = sources("", &[".md"]);
    // Fewer would mean that the tree was not read: both READMEs, the map, the changes and ten guides.
    assert!(documents.len() >= 14, "{} documents", documents.len());
    none(documents.iter().flat_map(|document| broken(&document.path, &document.text)).collect());
}

#[test]
fn a_planted_dead_link_is_seen() {
    let text = "# Дом\n## Что это?\n[здесь](#что-это) [нет](#чего-нет) [чужое](https://example.org) `[код](нигде)`\n[пусто](docs/nowhere.pdf)\n";
    assert_eq!(
        broken("README.md", text),
        ["README.md: «#чего-нет» points to no heading", "README.md: «docs/nowhere.pdf» points to nothing"]
    );
}
