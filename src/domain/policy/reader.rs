//! Reads a policy file into values that know their line, and collects what is wrong with them. Floor 0.
//!
//! Knows TOML and words, but no rule of a records office: which keys a policy has is said by `rules`.

use chrono::NaiveDate;
use toml_edit::{Document, Item, TableLike, Value};

use super::PolicyValue;
use super::inherit::Source;
use super::said::{Said, as_written};
use crate::domain::finding::Finding;
use crate::domain::words::is_cyrillic;

/// A value of the file with the line where it begins, from 1; 0 for the file as a whole.
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) kind: NodeKind,
}

/// What a value is.
pub(super) enum NodeKind {
    /// Keys in the order of the file, each with its own line.
    Table(Vec<(String, usize, Node)>),
    List(Vec<Node>),
    Text(String),
    Number(i64),
    /// A date as the file writes it, `2025-09-01`.
    Date(String),
    /// Something that no policy holds: a fraction, a truth value.
    Other(&'static str),
}

impl NodeKind {
    /// What people call it.
    fn as_russian(&self) -> &'static str {
        match self {
            Self::Table(_) => "таблица",
            Self::List(_) => "список",
            Self::Text(_) => "текст в кавычках",
            Self::Number(_) => "целое число",
            Self::Date(_) => "дата",
            Self::Other(name) => name,
        }
    }
}

impl Node {
    /// The entries of a table.
    fn entries(&self) -> &[(String, usize, Node)] {
        match &self.kind {
            NodeKind::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The entries of a table, copied.
    pub(super) fn take_entries(&self) -> Vec<(String, usize, Node)> {
        self.entries().iter().map(|(key, line, node)| (key.clone(), *line, node.retold(*line, ""))).collect()
    }

    /// The same value at another line, every clause in it told with words before it.
    pub(super) fn retold(&self, line: usize, before: &str) -> Node {
        let kind = match &self.kind {
            NodeKind::Table(entries) => NodeKind::Table(
                entries
                    .iter()
                    .map(|(key, _, node)| {
                        let mut node = node.retold(line, before);
                        if let (NodeKind::Text(clause), true) = (&mut node.kind, key == "clause") {
                            clause.insert_str(0, before);
                        }
                        (key.clone(), line, node)
                    })
                    .collect(),
            ),
            NodeKind::List(items) => NodeKind::List(items.iter().map(|item| item.retold(line, before)).collect()),
            NodeKind::Text(text) => NodeKind::Text(text.clone()),
            NodeKind::Number(number) => NodeKind::Number(*number),
            NodeKind::Date(date) => NodeKind::Date(date.clone()),
            NodeKind::Other(name) => NodeKind::Other(name),
        };
        Node { line, kind }
    }

    /// Puts a value under a dotted key of two parts; the section is made when it is not there.
    pub(super) fn put(&mut self, key: &str, line: usize, node: Node) {
        let (NodeKind::Table(sections), Some((section, name))) = (&mut self.kind, key.split_once('.')) else { return };
        if !sections.iter().any(|(known, _, _)| known == section) {
            sections.push((section.to_owned(), line, Node { line, kind: NodeKind::Table(Vec::new()) }));
        }
        let found = sections.iter_mut().find(|(known, _, _)| known == section);
        if let Some((_, _, Node { kind: NodeKind::Table(entries), .. })) = found {
            entries.push((name.to_owned(), line, node));
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _, _)| name == key).map(|(_, _, node)| node)
    }
}

/// The file being read: its place, what was found wrong, what it says.
pub(super) struct Reader {
    file: String,
    pub(super) findings: Vec<Finding>,
    pub(super) values: Vec<PolicyValue>,
    /// Keys whose values were taken from the default policy.
    inherited: Vec<(String, Source)>,
}

impl Reader {
    pub(super) fn new(file: String) -> Self {
        Self { file, findings: Vec::new(), values: Vec::new(), inherited: Vec::new() }
    }

    /// Notes that a key's value was taken from the default policy.
    pub(super) fn inherit(&mut self, key: &str, source: Source) {
        self.inherited.push((key.to_owned(), source));
    }

    /// Where the value of a key comes from; `print.cadence.1-9` comes from where `print.cadence` does.
    fn source(&self, key: &str) -> Source {
        let covers = |known: &str| key.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.inherited.iter().find(|(known, _)| covers(known)).map_or(Source::Said, |(_, source)| *source)
    }

    /// The file as a tree; `None`, with a finding, when it is not TOML.
    pub(super) fn open(&mut self, text: &str) -> Option<Node> {
        match Document::parse(text) {
            Ok(document) => Some(Node { line: 0, kind: NodeKind::Table(entries(document.as_table(), text)) }),
            Err(error) => {
                let line = error.span().map_or(0, |span| line_at(text, span.start));
                // The parser speaks English; its words are kept as what was found, the sentence is ours.
                self.report(
                    "policy.syntax",
                    line,
                    "файл не читается как TOML; дальше этой строки ничего не проверено",
                )
                .found = error.message().trim().replace('\n', "; ");
                None
            }
        }
    }

    /// Adds a finding at a line and hands it back for its details.
    pub(super) fn report(&mut self, code: &'static str, line: usize, message: impl Into<String>) -> &mut Finding {
        let place = if line == 0 { self.file.clone() } else { format!("{}, строка {line}", self.file) };
        self.findings.push(Finding::new(code, place, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// Notes a value of a first key for `policy show`.
    pub(super) fn note(&mut self, key: &str, value: impl Into<String>, unit: &str, clause: &str) {
        let value = value.into();
        self.values.push(PolicyValue {
            key: key.to_owned(),
            russian: super::show::first_key(key, &value, unit),
            value,
            unit: unit.to_owned(),
            clause: clause.to_owned(),
            note: String::new(),
            source: self.source(key),
        });
    }

    /// Notes a statement of a further key for `policy show`.
    pub(super) fn note_said(&mut self, said: &Said) {
        self.values.push(PolicyValue {
            key: said.full_key(),
            value: as_written(&said.value),
            russian: said.in_russian(),
            unit: said.unit.as_str().to_owned(),
            clause: said.clause.clone(),
            note: said.note.clone(),
            source: self.source(&said.key),
        });
    }

    /// Checks that a node is a table with these keys and no others. `path` is empty for the file itself.
    pub(super) fn table(&mut self, node: &Node, path: &str, required: &[&str], optional: &[&str]) {
        if !matches!(node.kind, NodeKind::Table(_)) {
            self.wrong_type(node, path, "таблица");
            return;
        }
        for (key, line, _) in node.entries() {
            if !required.contains(&key.as_str()) && !optional.contains(&key.as_str()) {
                let known = required.iter().chain(optional).copied();
                let message = format!("неизвестный ключ «{}»{}", join(path, key), meant(key, known));
                self.report("policy.unknown-key", *line, message);
            }
        }
        for key in required {
            if node.get(key).is_none() {
                self.report("policy.missing-key", node.line, format!("нет обязательного ключа «{}»", join(path, key)));
            }
        }
    }

    /// The tables of a list: `[[route.period_copy]]`.
    pub(super) fn rows<'a>(&mut self, node: Option<&'a Node>, path: &str) -> &'a [Node] {
        match node.map(|node| &node.kind) {
            Some(NodeKind::List(rows)) => {
                if rows.is_empty() {
                    self.report("policy.empty", node.map_or(0, |node| node.line), format!("список «{path}» пуст"));
                }
                rows
            }
            Some(_) => {
                if let Some(node) = node {
                    self.wrong_type(node, path, "список таблиц [[…]]");
                }
                &[]
            }
            None => &[],
        }
    }

    /// A text that is not empty and mixes no alphabets inside a word; empty when there is none (a finding says so).
    pub(super) fn text(&mut self, node: &Node, path: &str, key: &str) -> String {
        let path = join(path, key);
        match node.get(key) {
            None => String::new(),
            Some(Node { kind: NodeKind::Text(text), line }) => {
                self.check_text(text, *line, &path);
                text.trim().to_owned()
            }
            Some(other) => {
                self.wrong_type(other, &path, "текст в кавычках");
                String::new()
            }
        }
    }

    fn check_text(&mut self, text: &str, line: usize, path: &str) {
        if text.trim().is_empty() {
            let code = if path.ends_with("clause") { "policy.empty-clause" } else { "policy.empty" };
            let message = if path.ends_with("clause") {
                format!("пункт «{path}» пуст: у каждого значения должен быть пункт, откуда оно взято")
            } else {
                format!("значение «{path}» пусто")
            };
            self.report(code, line, message);
        }
        if let Some(word) = mixed_word(text) {
            let message = format!("в «{path}» слово «{word}» смешивает русские и латинские буквы");
            self.report("policy.look-alike-letter", line, message);
        }
    }

    /// A list of texts: `["5", "4"]`, each with its line.
    pub(super) fn texts(&mut self, node: &Node, path: &str, key: &str) -> Vec<(String, usize)> {
        let path = join(path, key);
        let mut texts = Vec::new();
        match node.get(key).map(|node| (node, &node.kind)) {
            None => {}
            Some((_, NodeKind::List(items))) => {
                for item in items {
                    match &item.kind {
                        NodeKind::Text(text) => texts.push((text.clone(), item.line)),
                        _ => self.wrong_type(item, &path, "текст в кавычках"),
                    }
                }
            }
            Some((other, _)) => self.wrong_type(other, &path, "список текстов"),
        }
        texts
    }

    /// A list of known words, each checked.
    pub(super) fn known_texts(&mut self, node: &Node, path: &str, key: &str, known: &[(&str, &str)]) -> Vec<String> {
        let mut words = Vec::new();
        for (word, line) in self.texts(node, path, key) {
            if known.iter().any(|(known, _)| *known == word) {
                words.push(word);
                continue;
            }
            let meant = meant(&word, known.iter().map(|(word, _)| *word));
            let finding =
                self.report("policy.unknown-word", line, format!("непонятное значение «{}»{meant}", join(path, key)));
            finding.expected = known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            finding.found = word;
        }
        words
    }

    /// A whole number between two bounds, inclusive; `None` with a finding otherwise.
    pub(super) fn number(&mut self, node: &Node, path: &str, key: &str, (from, to): (u32, u32)) -> Option<u32> {
        let path = join(path, key);
        let value = node.get(key)?;
        let NodeKind::Number(number) = value.kind else {
            self.wrong_type(value, &path, "целое число");
            return None;
        };
        let possible = u32::try_from(number).ok().filter(|number| (from..=to).contains(number));
        if possible.is_none() {
            let finding = self.report("policy.impossible-value", value.line, format!("невозможное значение «{path}»"));
            finding.expected = format!("от {from} до {to}");
            finding.found = number.to_string();
        }
        possible
    }

    /// One of known words; `None` with a finding otherwise.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, path: &str, key: &str, known: &[(&str, T)]) -> Option<T> {
        let line = node.get(key)?.line;
        let text = self.text(node, path, key);
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() && !text.is_empty() {
            let code = if key == "unit" { "policy.unknown-unit" } else { "policy.unknown-word" };
            let meant = meant(&text, known.iter().map(|(word, _)| *word));
            let finding = self.report(code, line, format!("непонятное значение «{}»{meant}", join(path, key)));
            finding.expected = known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            finding.found = text;
        }
        found
    }

    /// A date; TOML's own (`2025-09-01`) or the same in quotes.
    pub(super) fn date(&mut self, node: &Node, path: &str, key: &str) -> Option<NaiveDate> {
        let path = join(path, key);
        let value = node.get(key)?;
        let (NodeKind::Date(text) | NodeKind::Text(text)) = &value.kind else {
            self.wrong_type(value, &path, "дата ГГГГ-ММ-ДД");
            return None;
        };
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        if date.is_none() {
            let finding = self.report("policy.invalid-date", value.line, format!("«{path}»: такой даты нет"));
            finding.expected = "ГГГГ-ММ-ДД".to_owned();
            finding.found.clone_from(text);
        }
        date
    }

    fn wrong_type(&mut self, node: &Node, path: &str, expected: &str) {
        let found = node.kind.as_russian();
        let finding = self.report("policy.wrong-type", node.line, format!("«{path}» не того вида"));
        finding.expected = expected.to_owned();
        finding.found = found.to_owned();
    }
}

/// `retention.summary_sheet`; the key alone at the top of the file.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// «; вероятно, имелось в виду «…»» when a known word is near, empty otherwise.
fn meant<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    // A third of the word may be wrong, and at least two letters: enough for a slip of two keys or a lost ending.
    let allowed = (word.chars().count() / 3).max(2);
    known
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map_or_else(String::new, |(_, nearest)| format!("; вероятно, имелось в виду «{nearest}»"))
}

/// The first word that holds both Cyrillic and Latin letters.
fn mixed_word(text: &str) -> Option<&str> {
    text.split(|letter: char| !letter.is_alphabetic())
        .find(|word| word.contains(|letter: char| letter.is_ascii_alphabetic()) && word.contains(is_cyrillic))
}

/// Asked for every key and value, and a policy is read at most requests: the count must not go byte by byte.
fn line_at(text: &str, offset: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..offset.min(text.len())]).count() + 1
}

fn entries(table: &dyn TableLike, text: &str) -> Vec<(String, usize, Node)> {
    table
        .iter()
        .filter_map(|(key, _)| table.get_key_value(key))
        .map(|(key, item)| {
            let line = key.span().map_or(0, |span| line_at(text, span.start));
            (key.get().to_owned(), line, from_item(item, line, text))
        })
        .collect()
}

/// `line` serves tables that stand nowhere themselves: `retention` of `[retention.summary_sheet]`.
fn from_item(item: &Item, line: usize, text: &str) -> Node {
    let line = item.span().map_or(line, |span| line_at(text, span.start));
    let kind = match item {
        Item::None => NodeKind::Other("ничего"),
        Item::Table(table) => NodeKind::Table(entries(table, text)),
        Item::ArrayOfTables(tables) => {
            NodeKind::List(tables.iter().map(|table| from_table(table, line, text)).collect())
        }
        Item::Value(value) => return from_value(value, line, text),
    };
    Node { line, kind }
}

fn from_table(table: &toml_edit::Table, line: usize, text: &str) -> Node {
    let line = table.span().map_or(line, |span| line_at(text, span.start));
    Node { line, kind: NodeKind::Table(entries(table, text)) }
}

fn from_value(value: &Value, line: usize, text: &str) -> Node {
    let line = value.span().map_or(line, |span| line_at(text, span.start));
    let kind = match value {
        Value::String(string) => NodeKind::Text(string.value().clone()),
        Value::Integer(number) => NodeKind::Number(*number.value()),
        Value::Datetime(date) => NodeKind::Date(date.value().to_string()),
        Value::Float(_) => NodeKind::Other("дробное число"),
        Value::Boolean(_) => NodeKind::Other("да/нет"),
        Value::Array(array) => NodeKind::List(array.iter().map(|item| from_value(item, line, text)).collect()),
        Value::InlineTable(table) => NodeKind::Table(entries(table, text)),
    };
    Node { line, kind }
}
