//! What a regulation does not say: taken from the default policy, and marked so in every clause. Floor 0.
//!
//! A policy must be complete for the program to run, and a regulation never is. `[silent]` names what it keeps silent about, with the
//! clause that touches the matter without a value; a further key that the file does not have at all (a house made before the key
//! existed) is taken the same way.

use super::keys::{self, KEYS, OPTIONAL};
use super::reader::{Node, NodeKind, Reader};

/// Where a value of a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The regulation says it.
    Said,
    /// The regulation keeps silent, and the file says that it does.
    Silent,
    /// The file does not know the key.
    Absent,
}

/// Something that the regulation keeps silent about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// `deadline.homework`, `print.cadence`.
    pub key: String,
    /// The clause that touches the matter without a value: «002 4.2: обязанность без срока»; empty when there is none.
    pub touched: String,
}

/// The mark of a file that touches a matter nowhere.
const NOWHERE: &str = "—";

/// Puts the default's values where the file has none, and notes which they are.
pub(super) fn graft(reader: &mut Reader, root: &mut Node, base: Option<&Node>) -> Vec<Silence> {
    let mut silences = Vec::new();
    for (key, line, value) in root.get("silent").map(Node::take_entries).unwrap_or_default() {
        let NodeKind::Text(touched) = &value.kind else {
            let finding = reader.report("policy.wrong-type", line, format!("«silent.{key}» не того вида"));
            finding.expected = "текст в кавычках: пункт, который касается вопроса, или «—»".to_owned();
            continue;
        };
        let Some(given) = base.and_then(|base| find(base, &key)) else {
            reader.report("policy.unknown-key", line, format!("в «silent» неизвестный ключ «{key}»"));
            continue;
        };
        if find(root, &key).is_some() {
            let message = format!("о «{key}» сказано и значение, и что положение молчит");
            reader.report("policy.silent-and-said", line, message);
            continue;
        }
        let touched = if touched.trim() == NOWHERE { String::new() } else { touched.trim().to_owned() };
        let said = if touched.is_empty() { "положение молчит" } else { touched.as_str() };
        let grafted = given.retold(line, &format!("{said}; взято из правил по умолчанию: "));
        root.put(&key, line, grafted);
        reader.inherit(&key, Source::Silent);
        silences.push(Silence { key, touched });
    }
    let Some(base) = base else { return silences };
    for key in KEYS {
        let section = key.key.split_once('.').map_or("", |(section, _)| section);
        // A first section that is missing as a whole is told as such; its further keys would only blur that.
        let lost = super::rules::SECTIONS.contains(&section) && root.get(section).is_none();
        if lost || find(root, key.key).is_some() {
            continue;
        }
        if let Some(given) = find(base, key.key) {
            let grafted = given.retold(0, "в файле не указано; взято из правил по умолчанию: ");
            root.put(key.key, 0, grafted);
            reader.inherit(key.key, Source::Absent);
        }
    }
    silences
}

/// The further keys that the file lacks: only the default policy has nobody to take them from.
pub(super) fn missing(reader: &mut Reader, root: &Node) {
    for section in keys::sections() {
        for name in keys::names_of(section) {
            let key = format!("{section}.{name}");
            if find(root, &key).is_none() && !OPTIONAL.contains(&key.as_str()) {
                reader.report("policy.missing-key", 0, format!("нет обязательного ключа «{key}»"));
            }
        }
    }
}

/// The node of a dotted key of two parts.
pub(super) fn find<'a>(root: &'a Node, key: &str) -> Option<&'a Node> {
    let (section, name) = key.split_once('.')?;
    root.get(section)?.get(name)
}

impl Source {
    /// Word of listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Silent => "silent",
            Self::Absent => "absent",
        }
    }
}
