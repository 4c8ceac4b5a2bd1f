//! Plain tables and JSON listings on standard output. Floor 3.

use serde::Serialize;

use crate::domain::words;

/// A table with a head line; numbers stand right, words left.
#[derive(Debug)]
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these heads.
    pub fn new(heads: &[&str]) -> Self {
        Self { heads: heads.iter().map(|head| (*head).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table as text, two spaces between columns.
    pub fn to_text(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).chain(self.heads.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.heads.len()).map(width).collect();
        let numeric = |column: usize| {
            let mut cells =
                self.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
            cells.peek().is_some() && cells.all(|cell| cell.chars().all(|c| c.is_ascii_digit() || " ,.%".contains(c)))
        };
        let right: Vec<bool> = (0..self.heads.len()).map(numeric).collect();
        let mut text = String::new();
        let mut line = |cells: &[String]| {
            let padded: Vec<String> = cells
                .iter()
                .enumerate()
                .map(|(column, cell)| {
                    let fill = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
                    if right[column] { format!("{fill}{cell}") } else { format!("{cell}{fill}") }
                })
                .collect();
            text.push_str(padded.join("  ").trim_end());
            text.push('\n');
        };
        line(&self.heads);
        line(&widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>());
        self.rows.iter().for_each(|row| line(row));
        text
    }

    /// Prints the table; a listing without rows says so.
    pub fn print(&self, empty: &str) {
        if self.rows.is_empty() { println!("{empty}") } else { print!("{}", self.to_text()) }
    }
}

/// The text in lines as wide as the terminal (`COLUMNS`, else 100 letters), each with its line end; lines after the first are set in by `indent`
/// spaces. A word that is longer than a line stays whole.
pub fn wrapped(text: &str, indent: usize) -> String {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    wrapped_at(text, indent, told.filter(|columns| (40..=400).contains(columns)).unwrap_or(100))
}

fn wrapped_at(text: &str, indent: usize, width: usize) -> String {
    let own: String = text.chars().take_while(|letter| *letter == ' ').collect();
    let (mut lines, mut line, mut used) = (String::new(), own.clone(), own.chars().count());
    let mut begun = false;
    // A space that does not break holds a number and its noun together.
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let letters = word.chars().count();
        if begun && used + 1 + letters > width {
            lines.push_str(&line);
            lines.push('\n');
            (line, used, begun) = (" ".repeat(indent), indent, false);
        }
        if begun {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += letters;
        begun = true;
    }
    lines.push_str(&line);
    lines.push('\n');
    lines
}

/// Prints a value as indented JSON.
pub fn print_json<T: Serialize>(value: &T) {
    // Our listings hold strings and integers only, so writing them cannot fail.
    if let Ok(text) = serde_json::to_string_pretty(value) {
        println!("{text}");
    }
}

/// A size exactly: «1 024 байта».
pub fn bytes(number: u64) -> String {
    format!("{} {}", grouped(number), words::plural(number, "байт", "байта", "байт"))
}

/// A number with its thousands apart: «12 345».
pub fn grouped(number: u64) -> String {
    words::grouped(number).replace('\u{a0}', " ")
}

/// Hundredths as «98,77», empty when there is nothing to count.
pub fn hundredths(value: Option<u32>) -> String {
    value.map(|value| format!("{},{:02}", value / 100, value % 100)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_below_set_in() {
        assert_eq!(wrapped_at("один два три", 2, 8), "один два\n  три\n");
        assert_eq!(wrapped_at("    слово", 8, 40), "    слово\n");
        assert_eq!(wrapped_at("оченьдлинноеслово и", 1, 5), "оченьдлинноеслово\n и\n");
    }
}
