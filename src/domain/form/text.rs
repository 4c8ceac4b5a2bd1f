//! A form as plain text: for the terminal, for comparing two makings of it, for looking what stands in it. Floor 0.

use std::fmt::{self, Write as _};

use super::{Approval, Block, Form, Part, RowKind, Signature, Table};

/// What an empty place prints.
const RULE: &str = "________";

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.organisation.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        self.approvals.iter().try_for_each(|one| approval(f, one))?;
        if !self.title.is_empty() {
            writeln!(f, "\n    {}", self.title)?;
        }
        self.subtitle.iter().try_for_each(|line| writeln!(f, "    {line}"))?;
        writeln!(f)?;
        self.blocks.iter().try_for_each(|one| block(f, one))
    }
}

fn or_rule(text: &str) -> &str {
    if text.is_empty() { RULE } else { text }
}

fn approval(f: &mut fmt::Formatter<'_>, approval: &Approval) -> fmt::Result {
    let mut line = approval.word.clone();
    for known in [&approval.post, &approval.basis].into_iter().filter(|text| !text.is_empty()) {
        let _ = write!(line, " | {known}");
    }
    if !approval.post.is_empty() {
        let _ = write!(line, " | подпись {RULE} {} | {}", or_rule(&approval.name), or_rule(&approval.date));
    }
    if approval.seal {
        line.push_str(" | М.П.");
    }
    writeln!(f, "{line}")
}

fn block(f: &mut fmt::Formatter<'_>, block: &Block) -> fmt::Result {
    match block {
        Block::Heading { text } => writeln!(f, "\n## {text}"),
        Block::Paragraph { parts, .. } => {
            for part in parts {
                match part {
                    Part::Words { text } => f.write_str(text)?,
                    Part::Place { value, caption } if value.is_empty() && !caption.is_empty() => {
                        write!(f, "{RULE}{caption}")?;
                    }
                    Part::Place { value, .. } => f.write_str(or_rule(value))?,
                }
            }
            writeln!(f)
        }
        Block::Table(one) => table(f, one),
        Block::Signatures { lines, seal } => {
            lines.iter().try_for_each(|line| signature(f, line))?;
            if *seal { writeln!(f, "М.П.") } else { Ok(()) }
        }
        Block::Approval(one) => approval(f, one),
        Block::Cipher { lines } => writeln!(f, "[ {} ]", lines.join(" | ")),
        Block::Labels { labels, .. } => labels.iter().try_for_each(|label| writeln!(f, "[ {} ]", label.join(" | "))),
        Block::Note { text } => writeln!(f, "({text})"),
        Block::Lines { count } => (0..*count).try_for_each(|_| writeln!(f, "{RULE}")),
        Block::Gap { .. } | Block::Fill => Ok(()),
        Block::PageBreak => writeln!(f, "\n--- новая страница ---"),
        Block::Cut { text } => writeln!(f, "- - - {text} - - -"),
    }
}

fn signature(f: &mut fmt::Formatter<'_>, line: &Signature) -> fmt::Result {
    let ink = if line.mark.is_empty() { RULE.to_owned() } else { format!("[ {} ]", line.mark.join(" | ")) };
    writeln!(f, "{} | {ink} | {} | {}", line.post, or_rule(&line.name), or_rule(&line.date))
}

fn table(f: &mut fmt::Formatter<'_>, table: &Table) -> fmt::Result {
    if !table.title.is_empty() {
        writeln!(f, "{}", table.title)?;
    }
    writeln!(f, "| {} |", table.heads().join(" | "))?;
    if table.numbered {
        let numbers: Vec<String> = (1..=table.columns.len()).map(|no| no.to_string()).collect();
        writeln!(f, "| {} |", numbers.join(" | "))?;
    }
    for row in &table.rows {
        match row.is {
            RowKind::Section => writeln!(f, "| == {} == |", row.cells.first().map_or("", String::as_str))?,
            RowKind::Line | RowKind::Total => {
                let cells: Vec<String> =
                    row.cells.iter().map(|cell| table.printed(row, cell).replace('\n', " / ")).collect();
                writeln!(f, "| {} |", cells.join(" | "))?;
            }
        }
    }
    Ok(())
}
