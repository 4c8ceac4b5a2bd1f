//! What a page was asked for by its address, and addresses that ask for a little else. Floor 3.
//!
//! A table keeps all its state (filter, order, place) in the address: a bookmark, a reload and a colleague's link show the same.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;

/// Rows of a table shown at once: what prints on two sheets, and what a phone scrolls without losing the place.
const ROWS_AT_ONCE: usize = 60;

/// The asked address: path and pairs, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Asked {
    /// Reads an address.
    pub(super) fn of(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { path: uri.path().to_owned(), pairs }
    }

    /// Value of a key; empty when the address does not say.
    pub(super) fn value(&self, key: &str) -> &str {
        self.pairs.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.trim())
    }

    /// Every value of a key that may come several times.
    pub(super) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The same address with one value changed; an empty value leaves it out. The place in the list is forgotten.
    pub(super) fn with(&self, key: &str, value: &str) -> String {
        let kept = self.pairs.iter().filter(|(name, held)| name != key && name != "after" && !held.is_empty());
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, held) in kept {
            query.append_pair(name, held);
        }
        if !value.is_empty() {
            query.append_pair(key, value);
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The pairs but one, for the hidden fields of a filter's form.
    pub(super) fn others(&self, key: &str) -> Vec<(&str, &str)> {
        let kept = self.pairs.iter().filter(|(name, value)| name != key && name != "after" && !value.is_empty());
        kept.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Path of the page.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Is the list asked for by this column, and downwards?
    fn order(&self) -> (&str, bool) {
        let sort = self.value("sort");
        sort.strip_prefix('-').map_or((sort, false), |column| (column, true))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.uri))
    }
}

/// A column that a table sorts by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column<R: 'static> {
    /// Key in the address; empty for a column that does not sort.
    pub(super) key: &'static str,
    /// Heading.
    pub(super) label: &'static str,
    /// `num` sets figures to the right; `narrow`, `wide` …
    pub(super) class: &'static str,
    /// How two rows compare.
    pub(super) order: fn(&R, &R) -> std::cmp::Ordering,
}

/// A heading of a table, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) label: &'static str,
    pub(super) class: &'static str,
    /// Address of the other order; empty for a column that does not sort.
    pub(super) href: String,
    /// `ascending`, `descending`, `none`.
    pub(super) sorted: &'static str,
}

/// One page of a sorted, filtered list.
#[derive(Debug, Clone)]
pub(super) struct Listed<R> {
    pub(super) rows: Vec<R>,
    pub(super) headings: Vec<Heading>,
    /// Rows that the filter left.
    pub(super) found: usize,
    /// Rows in all.
    pub(super) total: usize,
    /// What the filter says.
    pub(super) filter: String,
    /// Address of the page that holds the filter's form.
    pub(super) path: String,
    /// Hidden fields of the filter's form.
    pub(super) kept: Vec<(String, String)>,
    /// Address of the next rows; empty at the end.
    pub(super) next: String,
    /// Address of the first rows; empty there.
    pub(super) first: String,
    /// Address of the same list as a file.
    pub(super) export: String,
}

impl<R> Listed<R> {
    /// The noun after the number of all rows: «1 копия», «2 копии», «5 копий».
    pub(super) fn noun(&self, one: &'static str, few: &'static str, many: &'static str) -> &'static str {
        crate::domain::words::plural(self.total as u64, one, few, many)
    }
}

/// Filters, sorts and cuts a list as the address asks. `id` names a row for the place in the list; `words` is what the filter looks at.
pub(super) fn list<R>(
    mut rows: Vec<R>,
    columns: &[Column<R>],
    asked: &Asked,
    id: impl Fn(&R) -> String,
    words: impl Fn(&R) -> String,
) -> Listed<R> {
    use crate::domain::names::fold;
    let total = rows.len();
    let filter = asked.value("q").to_owned();
    let sought: Vec<String> = fold(&filter).split(' ').map(str::to_owned).collect();
    rows.retain(|row| {
        let said = fold(&words(row));
        sought.iter().all(|word| said.contains(word))
    });
    let (sort, down) = asked.order();
    if let Some(column) = columns.iter().find(|column| !column.key.is_empty() && column.key == sort) {
        rows.sort_by(|a, b| if down { (column.order)(b, a) } else { (column.order)(a, b) });
    }
    let found = rows.len();
    // The place is the last row seen, not a number: rows that come in above do not shift it.
    let after = asked.value("after");
    let start = if after.is_empty() { 0 } else { rows.iter().position(|row| id(row) == after).map_or(0, |at| at + 1) };
    let as_file = !asked.value("format").is_empty();
    let mut rows: Vec<R> = rows.into_iter().skip(if as_file { 0 } else { start }).collect();
    let more = !as_file && rows.len() > ROWS_AT_ONCE;
    if more {
        rows.truncate(ROWS_AT_ONCE);
    }
    let next = match rows.last() {
        Some(last) if more => {
            let here = asked.with("format", "");
            let joint = if here.contains('?') { '&' } else { '?' };
            let place: String = form_urlencoded::byte_serialize(id(last).as_bytes()).collect();
            format!("{here}{joint}after={place}")
        }
        _ => String::new(),
    };
    Listed {
        headings: columns.iter().map(|column| heading(column, asked, sort, down)).collect(),
        found,
        total,
        filter,
        path: asked.path.clone(),
        kept: asked.others("q").into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        next,
        first: if start > 0 { asked.with("format", "") } else { String::new() },
        export: asked.with("format", "csv"),
        rows,
    }
}

fn heading<R>(column: &Column<R>, asked: &Asked, sort: &str, down: bool) -> Heading {
    let mine = !column.key.is_empty() && column.key == sort;
    let other = if mine && !down { format!("-{}", column.key) } else { column.key.to_owned() };
    Heading {
        label: column.label,
        class: column.class,
        href: if column.key.is_empty() { String::new() } else { asked.with("sort", &other) },
        sorted: match (mine, down) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        },
    }
}

/// Path and query of an address.
pub(super) fn path_of(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// A segment of a path: class names are Cyrillic, and nothing in a name may end the segment.
pub(super) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(address: &'static str) -> Asked {
        Asked::of(&Uri::from_static(address))
    }

    const COLUMNS: [Column<&'static str>; 2] = [
        Column { key: "name", label: "Имя", class: "", order: |a, b| a.cmp(b) },
        Column { key: "", label: "Знак", class: "", order: |_, _| std::cmp::Ordering::Equal },
    ];

    fn names(address: &'static str) -> Vec<&'static str> {
        let rows = vec!["Ёлкин", "Агат", "Берилл"];
        list(rows, &COLUMNS, &asked(address), |row| (*row).to_owned(), |row| (*row).to_owned()).rows
    }

    #[test]
    fn a_table_sorts_and_filters_by_its_address() {
        assert_eq!(names("/people"), ["Ёлкин", "Агат", "Берилл"]);
        assert_eq!(names("/people?sort=-name"), ["Берилл", "Агат", "Ёлкин"]);
        assert_eq!(names("/people?q=%D0%B5%D0%BB%D0%BA"), ["Ёлкин"], "елк finds Ёлкин");
        assert_eq!(names("/people?sort=nothing"), ["Ёлкин", "Агат", "Берилл"]);
    }

    #[test]
    fn the_next_rows_stand_after_the_last_one_seen() {
        let rows: Vec<u32> = (0..150).collect();
        let columns = [Column { key: "n", label: "", class: "", order: |a: &u32, b: &u32| a.cmp(b) }];
        let page = |address| {
            let asked = Asked::of(&address);
            list(rows.clone(), &columns, &asked, ToString::to_string, |_| String::new())
        };
        let first = page(Uri::from_static("/log?q="));
        assert_eq!((first.rows.len(), first.next.as_str(), first.first.as_str()), (60, "/log?after=59", ""));
        let last = page(Uri::from_static("/log?after=119"));
        assert_eq!((last.rows.first(), last.rows.len(), last.next.as_str()), (Some(&120), 30, ""));
        assert_eq!(page(Uri::from_static("/log?format=csv")).rows.len(), 150, "a file holds all rows");
    }

    #[test]
    fn another_order_keeps_the_filter_and_forgets_the_place() {
        let asked = asked("/people?q=a+b&after=9&sort=name");
        assert_eq!(asked.with("sort", "-name"), "/people?q=a+b&sort=-name");
        assert_eq!(asked.with("q", ""), "/people?sort=name");
    }

    #[test]
    fn a_cyrillic_class_is_one_segment_of_a_path() {
        assert_eq!(segment("5А/б"), "5%D0%90%2F%D0%B1");
    }
}
