//! BagIt 1.0 (RFC 8493): the form in which records are exchanged. Floor 1.
//!
//! `bagit.py --validate` and `sha256sum -c manifest-sha256.txt` agree with the check here. Names inside are ASCII; Cyrillic stands in
//! `bag-info.txt` only.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha512};

use super::content::{Content, ContentFile};
use crate::domain::canon::{Digest, hex};
use crate::domain::finding::Finding;

/// `bagit.txt` (RFC 8493, 2.1.1).
const DECLARATION: (&str, &str) = ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
/// The label.
const INFO: &str = "bag-info.txt";
/// Where the payload stands.
const PAYLOAD: &str = "data/";

/// All files beside the payload.
const TAGS: [&str; 6] = [
    DECLARATION.0,
    INFO,
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha512.txt",
];

/// What the label says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Full name of the school.
    pub organisation: String,
    /// `urn:letopis:…`.
    pub id: String,
    /// What it is, in Russian, one line.
    pub description: String,
    /// Day of packing, `2025-10-25`.
    pub date: String,
}

/// A bag as it was read.
#[derive(Debug, Default)]
pub struct Bag {
    /// The payload by path below `data/`.
    pub content: Content,
    /// The label's elements as they stand.
    pub label: BTreeMap<String, String>,
    /// What is wrong with the bag.
    pub findings: Vec<Finding>,
    /// How many payload files were compared.
    pub compared: usize,
}

/// Files of a bag around a payload; same arguments, same files.
pub fn build(payload: &BTreeMap<String, Vec<u8>>, label: &Label) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> =
        payload.iter().map(|(path, bytes)| (format!("{PAYLOAD}{path}"), bytes.clone())).collect();
    let mut tags = BTreeMap::from([
        (DECLARATION.0.to_owned(), DECLARATION.1.as_bytes().to_vec()),
        (INFO.to_owned(), info(payload, label).into_bytes()),
        ("manifest-sha256.txt".to_owned(), manifest(&files, sha256)),
        ("manifest-sha512.txt".to_owned(), manifest(&files, sha512)),
    ]);
    let tag_manifests = [
        ("tagmanifest-sha256.txt".to_owned(), manifest(&tags, sha256)),
        ("tagmanifest-sha512.txt".to_owned(), manifest(&tags, sha512)),
    ];
    tags.extend(tag_manifests);
    files.extend(tags);
    files
}

fn info(payload: &BTreeMap<String, Vec<u8>>, label: &Label) -> String {
    // One line for each element: a line end inside would begin another element.
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let bytes: usize = payload.values().map(Vec::len).sum();
    format!(
        "Source-Organization: {}\nExternal-Description: {}\nExternal-Identifier: {}\nBagging-Date: {}\nPayload-Oxum: \
         {bytes}.{}\nBag-Software-Agent: Letopis\n",
        line(&label.organisation),
        line(&label.description),
        label.id,
        label.date,
        payload.len(),
    )
}

fn sha256(bytes: &[u8]) -> String {
    Digest::of(bytes).to_hex()
}

fn sha512(bytes: &[u8]) -> String {
    hex(&Sha512::digest(bytes))
}

fn manifest(files: &BTreeMap<String, Vec<u8>>, digest: fn(&[u8]) -> String) -> Vec<u8> {
    files.iter().map(|(path, bytes)| format!("{}  {path}\n", digest(bytes))).collect::<String>().into_bytes()
}

/// Is this a bag at all?
pub fn is_bag(files: &BTreeMap<String, Vec<u8>>) -> bool {
    files.contains_key(DECLARATION.0) || files.contains_key("manifest-sha256.txt")
}

/// Checks all four manifests and the label's count, and hands the payload out.
pub fn check(files: BTreeMap<String, Vec<u8>>) -> Bag {
    let mut bag = Bag::default();
    if files.get(DECLARATION.0).is_none_or(|bytes| bytes != DECLARATION.1.as_bytes()) {
        bag.findings.push(Finding::new("package.declaration", DECLARATION.0, "Обозначение пакета BagIt изменено."));
    }
    bag.label = label(&files, &mut bag.findings);
    let lists = [
        Manifest::read("manifest-sha256.txt", &files, &mut bag.findings),
        Manifest::read("manifest-sha512.txt", &files, &mut bag.findings),
    ];
    for (name, digest) in
        [("tagmanifest-sha256.txt", sha256 as fn(&[u8]) -> String), ("tagmanifest-sha512.txt", sha512)]
    {
        check_tags(name, digest, &files, &mut bag.findings);
    }
    let (payload, tags): (BTreeMap<_, _>, BTreeMap<_, _>) =
        files.into_iter().partition(|(path, _)| path.starts_with(PAYLOAD));
    bag.findings.extend(tags.keys().filter(|path| !TAGS.contains(&path.as_str())).map(|path| extra(path)));
    let bytes: usize = payload.values().map(Vec::len).sum();
    let oxum = format!("{bytes}.{}", payload.len());
    let told = bag.label.get("Payload-Oxum").cloned().unwrap_or_default();
    if told != oxum {
        let message = "Число файлов или байтов в пакете не то, что на ярлыке.";
        bag.findings.push(Finding::new("package.oxum", INFO, message).expected_found(told, oxum));
    }
    compare(payload, &lists, &mut bag);
    bag
}

/// Compares the payload with both lists; each file is hashed once with each algorithm.
fn compare(payload: BTreeMap<String, Vec<u8>>, lists: &[Manifest; 2], bag: &mut Bag) {
    let [by_sha256, by_sha512] = lists;
    for path in by_sha256.entries.keys().chain(by_sha512.entries.keys().filter(|p| !by_sha256.entries.contains_key(*p)))
    {
        if !payload.contains_key(path) {
            let message = "Файл есть в описи пакета, но отсутствует в пакете.";
            bag.findings.push(Finding::new("package.missing-file", path, message));
        }
    }
    for (path, bytes) in payload {
        let file = ContentFile::of(bytes);
        let listed = (by_sha256.entries.get(&path), by_sha512.entries.get(&path));
        match listed {
            (Some(expected), Some(other)) => {
                bag.compared += 1;
                let found = file.sha256.to_hex();
                if *expected != found || *other != sha512(&file.bytes) {
                    let message = "Содержимое файла не совпадает с описью пакета.";
                    let finding = Finding::new("package.changed-file", &path, message);
                    bag.findings.push(finding.expected_found(expected, found));
                }
            }
            _ => bag.findings.push(extra(&path)),
        }
        bag.content.files.insert(path[PAYLOAD.len()..].to_owned(), file);
    }
}

fn extra(path: &str) -> Finding {
    Finding::new("package.extra-file", path, "Файл лежит в пакете, но в описи его нет.")
}

/// One manifest: path → digest.
struct Manifest {
    entries: BTreeMap<String, String>,
}

impl Manifest {
    fn read(name: &str, files: &BTreeMap<String, Vec<u8>>, findings: &mut Vec<Finding>) -> Self {
        let text = files.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let entries = text.and_then(|text| {
            let lines = text.lines().map(|line| line.split_once("  "));
            lines.map(|line| line.map(|(digest, path)| (path.to_owned(), digest.to_owned()))).collect()
        });
        if entries.is_none() {
            findings.push(Finding::new("package.manifest", name, "Опись пакета отсутствует или не читается."));
        }
        Self { entries: entries.unwrap_or_default() }
    }
}

fn check_tags(name: &str, digest: fn(&[u8]) -> String, files: &BTreeMap<String, Vec<u8>>, findings: &mut Vec<Finding>) {
    let listed = Manifest::read(name, files, findings).entries;
    for tag in &TAGS[..4] {
        let found = files.get(*tag).map(|bytes| digest(bytes)).unwrap_or_default();
        let expected = listed.get(*tag).cloned().unwrap_or_default();
        if found != expected {
            let message = format!("Служебный файл пакета не совпадает с описью {name}.");
            findings.push(Finding::new("package.changed-file", *tag, message).expected_found(expected, found));
        }
    }
    for tag in listed.keys().filter(|tag| !files.contains_key(*tag)) {
        findings.push(Finding::new("package.missing-file", tag, "Служебный файл пакета отсутствует."));
    }
}

fn label(files: &BTreeMap<String, Vec<u8>>, findings: &mut Vec<Finding>) -> BTreeMap<String, String> {
    let text = files.get(INFO).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let elements = text.and_then(|text| {
        text.lines().map(|line| line.split_once(": ").map(|(key, value)| (key.to_owned(), value.to_owned()))).collect()
    });
    if elements.is_none() {
        findings.push(Finding::new("package.label", INFO, "Ярлык пакета отсутствует или не читается."));
    }
    elements.unwrap_or_default()
}
