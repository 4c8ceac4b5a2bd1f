//! The inventory of an OCFL 1.1 object: which bytes stand in which file. Floor 1.
//!
//! Written by hand, one line for each file, so that `verify.sh` reads it with `awk` and a person with a pager; read strictly.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest as _, Sha512};

use crate::domain::canon::{Digest, hex};

/// File name of the inventory.
pub const FILE: &str = "inventory.json";
/// File name of its sidecar (OCFL 1.1, 3.7).
pub const SIDECAR: &str = "inventory.json.sha512";
/// `type` of an OCFL 1.1 inventory.
const TYPE: &str = "https://ocfl.io/1.1/spec/#inventory";

/// Digests of one stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigests {
    /// SHA-512, lower-case hexadecimal: the manifest's.
    pub sha512: String,
    /// SHA-256: the fixity block's.
    pub sha256: Digest,
}

/// An inventory as it is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inventory {
    /// `urn:letopis:…`.
    pub id: String,
    /// [`TYPE`].
    #[serde(rename = "type")]
    kind: String,
    /// `sha512`.
    digest_algorithm: String,
    /// `v1`.
    pub head: String,
    /// Digest → stored paths.
    pub manifest: BTreeMap<String, Vec<String>>,
    /// Algorithm → digest → stored paths.
    #[serde(default)]
    pub fixity: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Version → what it consists of.
    pub versions: BTreeMap<String, Version>,
}

/// One version of an object.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// RFC 3339.
    pub created: String,
    /// Digest → logical paths.
    pub state: BTreeMap<String, Vec<String>>,
    /// Why.
    #[serde(default)]
    pub message: String,
    /// Who.
    #[serde(default)]
    pub user: Option<User>,
}

/// Who made a version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Name.
    pub name: String,
    /// URI.
    #[serde(default)]
    pub address: String,
}

/// The facts of a first version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstVersion<'a> {
    /// `urn:letopis:…`.
    pub id: &'a str,
    /// RFC 3339 with offset.
    pub created: &'a str,
    /// Why.
    pub message: &'a str,
    /// Who: the school.
    pub user: &'a User,
}

/// Text of an inventory of one version, from digests by logical path.
pub fn write_first(version: &FirstVersion<'_>, files: &BTreeMap<String, FileDigests>) -> String {
    let mut by_sha512: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut by_sha256: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, digests) in files {
        by_sha512.entry(&digests.sha512).or_default().push(path);
        by_sha256.entry(digests.sha256.to_hex()).or_default().push(path);
    }
    let mut text = String::new();
    let _ = write!(
        text,
        "{{\n  \"id\": {},\n  \"type\": {},\n  \"digestAlgorithm\": \"sha512\",\n  \"head\": \"v1\",\n  \"manifest\": {{\n",
        quoted(version.id),
        quoted(TYPE),
    );
    push_block(&mut text, &by_sha512, "v1/content/");
    text.push_str("  },\n  \"fixity\": { \"sha256\": {\n");
    push_block(&mut text, &by_sha256, "v1/content/");
    let _ = write!(
        text,
        "  }} }},\n  \"versions\": {{ \"v1\": {{\n    \"created\": {},\n    \"message\": {},\n    \"user\": {{ \"name\": {}, \"address\": \
         {} }},\n    \"state\": {{\n",
        quoted(version.created),
        quoted(version.message),
        quoted(&version.user.name),
        quoted(&version.user.address),
    );
    push_block(&mut text, &by_sha512, "");
    text.push_str("    }\n  } }\n}\n");
    text
}

fn push_block<K: AsRef<str>>(text: &mut String, block: &BTreeMap<K, Vec<&str>>, prefix: &str) {
    for (index, (digest, paths)) in block.iter().enumerate() {
        let paths: Vec<String> = paths.iter().map(|path| quoted(&format!("{prefix}{path}"))).collect();
        let comma = if index + 1 == block.len() { "" } else { "," };
        let _ = writeln!(text, "    \"{}\": [{}]{comma}", digest.as_ref(), paths.join(", "));
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// The sidecar of inventory bytes, as `sha512sum` writes it.
pub fn sidecar(inventory: &[u8]) -> String {
    format!("{}  {FILE}\n", hex(&Sha512::digest(inventory)))
}

impl Inventory {
    /// Reads an inventory that this program could have written; says in Russian what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let inventory: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if inventory.kind != TYPE {
            return Err(format!("вид описи «{}»", inventory.kind));
        }
        if inventory.digest_algorithm != "sha512" {
            return Err(format!("алгоритм описи «{}»", inventory.digest_algorithm));
        }
        if inventory.head_number().is_none_or(|head| head != inventory.versions.len()) {
            return Err(format!("последняя версия «{}» не совпадает с числом версий", inventory.head));
        }
        let numbered = (1..=inventory.versions.len()).all(|no| inventory.versions.contains_key(&format!("v{no}")));
        if numbered {
            Ok(inventory)
        } else {
            Err("версии пронумерованы не подряд".to_owned())
        }
    }

    /// Number of the last version.
    pub fn head_number(&self) -> Option<usize> {
        self.head.strip_prefix('v').and_then(|no| no.parse().ok()).filter(|no| format!("v{no}") == self.head)
    }

    /// Expected digests by stored path: SHA-512 always, SHA-256 where the fixity block has it.
    pub fn expected(&self) -> BTreeMap<&str, (&str, Option<&str>)> {
        let mut expected: BTreeMap<&str, (&str, Option<&str>)> = BTreeMap::new();
        for (digest, paths) in &self.manifest {
            for path in paths {
                expected.insert(path, (digest, None));
            }
        }
        for (digest, paths) in self.fixity.get("sha256").into_iter().flatten() {
            for path in paths {
                if let Some((_, sha256)) = expected.get_mut(path.as_str()) {
                    *sha256 = Some(digest);
                }
            }
        }
        expected
    }

    /// Logical path → stored path, in the last version.
    pub fn logical(&self) -> BTreeMap<&str, &str> {
        let state = self.versions.get(&self.head).into_iter().flat_map(|version| &version.state);
        let mut logical = BTreeMap::new();
        for (digest, paths) in state {
            // Any stored file of a digest will do for each logical path of it.
            let stored = self.manifest.get(digest).map(Vec::as_slice).unwrap_or_default();
            for (index, path) in paths.iter().enumerate() {
                if let Some(stored) = stored.get(index).or(stored.first()) {
                    logical.insert(path.as_str(), stored.as_str());
                }
            }
        }
        logical
    }
}
