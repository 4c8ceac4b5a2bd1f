//! The little of Markdown that the guides use, as HTML: headings, paragraphs, lists, tables, code, links. Floor 3.
//!
//! The guides are our own files; still every letter of theirs is escaped, so a `<` in a guide is a `<` on the page.

/// A guide laid out.
pub(super) struct Rendered {
    /// The first heading, which the page has as its own.
    pub(super) title: String,
    pub(super) html: String,
    pub(super) headings: Vec<Heading>,
}

/// A heading below the first.
pub(super) struct Heading {
    /// 2 or 3.
    pub(super) level: usize,
    pub(super) text: String,
    /// The heading's words in lower case joined by `-`, as GitHub has them.
    pub(super) id: String,
}

/// Lays a guide out.
pub(super) fn render(text: &str) -> Rendered {
    let mut rendered = Rendered { title: String::new(), html: String::new(), headings: Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        at = block(&lines, at, &mut rendered);
    }
    rendered
}

/// Renders the block that begins at a line; hands back the line after it.
fn block(lines: &[&str], at: usize, out: &mut Rendered) -> usize {
    let line = lines[at].trim_end();
    if line.trim().is_empty() || line.trim_start().starts_with("<!--") {
        return at + 1;
    }
    if let Some(rest) = line.strip_prefix("```") {
        let _language = rest;
        let end = (at + 1..lines.len()).find(|end| lines[*end].trim_end() == "```").unwrap_or(lines.len());
        let code: Vec<String> = lines[at + 1..end].iter().map(|line| escape(line)).collect();
        out.html.push_str(&format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", code.join("\n")));
        return end + 1;
    }
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=4).contains(&level) && line[level..].starts_with(' ') {
        heading(level, line[level..].trim(), out);
        return at + 1;
    }
    if line.starts_with('|') && lines.get(at + 1).is_some_and(|next| next.starts_with("|-") || next.starts_with("|:")) {
        return table(lines, at, out);
    }
    if item(line).is_some() {
        return list(lines, at, out);
    }
    let end = (at + 1..lines.len()).find(|end| !continues(lines[*end])).unwrap_or(lines.len());
    let words: Vec<&str> = lines[at..end].iter().map(|line| line.trim()).collect();
    let joined = words.join(" ");
    let quoted = joined.strip_prefix("> ");
    let body = inline(quoted.unwrap_or(&joined));
    out.html.push_str(&match quoted {
        Some(_) => format!("<p class=\"note\">{body}</p>\n"),
        None => format!("<p>{body}</p>\n"),
    });
    end
}

/// Does a line go on the paragraph above it?
fn continues(line: &str) -> bool {
    !(line.trim().is_empty() || line.starts_with(['#', '|']) || line.starts_with("```") || item(line).is_some())
}

fn heading(level: usize, text: &str, out: &mut Rendered) {
    if level == 1 && out.title.is_empty() {
        out.title = plain(text);
        return;
    }
    let level = level.clamp(2, 4);
    let mut id = slug(&plain(text));
    let same = out.headings.iter().filter(|heading| heading.id == id).count();
    if same > 0 {
        id = format!("{id}-{same}");
    }
    out.html.push_str(&format!("<h{level} id=\"{id}\">{}</h{level}>\n", inline(text)));
    out.headings.push(Heading { level, text: plain(text), id });
}

/// Marker and words of a list's line: depth, ordered, words.
fn item(line: &str) -> Option<(usize, bool, &str)> {
    let depth = line.len() - line.trim_start().len();
    let rest = line.trim_start();
    if let Some(words) = rest.strip_prefix("- ").or_else(|| rest.strip_prefix("* ")) {
        return Some((depth, false, words));
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let words = (digits > 0).then(|| rest[digits..].strip_prefix(". ")).flatten()?;
    Some((depth, true, words))
}

fn list(lines: &[&str], start: usize, out: &mut Rendered) -> usize {
    let (depth, ordered, _) = item(lines[start]).unwrap_or((0, false, ""));
    let tag = if ordered { "ol" } else { "ul" };
    out.html.push_str(&format!("<{tag}>"));
    let mut at = start;
    while let Some((own, kind, words)) = lines.get(at).and_then(|line| item(line)) {
        if own != depth || kind != ordered {
            break;
        }
        let mut said = words.trim().to_owned();
        at += 1;
        while let Some(line) = lines.get(at).filter(|line| line.starts_with(' ') && continues(line)) {
            said.push(' ');
            said.push_str(line.trim());
            at += 1;
        }
        out.html.push_str(&format!("<li>{}", inline(&said)));
        if lines.get(at).and_then(|line| item(line)).is_some_and(|(deeper, _, _)| deeper > depth) {
            at = list(lines, at, out);
        }
        out.html.push_str("</li>");
        // A blank line between two lines of one list does not end it.
        if lines.get(at).is_some_and(|line| line.trim().is_empty())
            && lines
                .get(at + 1)
                .and_then(|line| item(line))
                .is_some_and(|(own, kind, _)| own == depth && kind == ordered)
        {
            at += 1;
        }
    }
    out.html.push_str(&format!("</{tag}>\n"));
    at
}

fn table(lines: &[&str], start: usize, out: &mut Rendered) -> usize {
    let cells = |line: &str| -> Vec<String> {
        // `\|` is a bar inside a cell.
        let kept = line.trim().trim_matches('|').replace("\\|", "\u{1}");
        kept.split('|').map(|cell| inline(&cell.trim().replace('\u{1}', "|"))).collect()
    };
    let head: Vec<String> = cells(lines[start]).iter().map(|cell| format!("<th scope=\"col\">{cell}</th>")).collect();
    out.html.push_str(&format!(
        "<div class=\"table-box\"><table class=\"list\"><thead><tr>{}</tr></thead><tbody>",
        head.join("")
    ));
    let mut at = start + 2;
    while let Some(line) = lines.get(at).filter(|line| line.starts_with('|')) {
        let row: Vec<String> = cells(line).iter().map(|cell| format!("<td>{cell}</td>")).collect();
        out.html.push_str(&format!("<tr>{}</tr>", row.join("")));
        at += 1;
    }
    out.html.push_str("</tbody></table></div>\n");
    at
}

/// Code, bold, links inside a line.
fn inline(text: &str) -> String {
    let mut html = String::new();
    for (at, piece) in text.split('`').enumerate() {
        if at % 2 == 1 {
            html.push_str(&format!("<code>{}</code>", escape(piece)));
        } else {
            html.push_str(&linked(piece));
        }
    }
    html
}

fn linked(text: &str) -> String {
    // A bracket before that opens no link stays a bracket: «раздел [sessions]».
    let Some((head, rest)) = text.split_once("](") else { return bold(text) };
    let Some((before, label)) = head.rsplit_once('[') else { return bold(text) };
    let Some((target, after)) = rest.split_once(')') else { return bold(text) };
    format!("{}<a href=\"{}\">{}</a>{}", bold(before), escape(&address(target)), bold(label), linked(after))
}

/// A link to another guide's file is a link to its page; one inside the guide stays.
fn address(target: &str) -> String {
    let (file, section) = target.split_once('#').map_or((target, String::new()), |(f, s)| (f, format!("#{s}")));
    match file.rsplit('/').next().and_then(|name| name.strip_suffix(".ru.md")) {
        Some(name) => format!("/help/{name}{section}"),
        None => target.to_owned(),
    }
}

fn bold(text: &str) -> String {
    let pieces = text.split("**").enumerate();
    pieces
        .map(|(at, piece)| if at % 2 == 1 { format!("<strong>{}</strong>", escape(piece)) } else { escape(piece) })
        .collect()
}

/// A heading without its marks.
pub(super) fn plain(text: &str) -> String {
    text.replace(['`', '*'], "")
}

/// The words of a heading in lower case, joined by `-`.
pub(super) fn slug(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
    letters.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guide_s_marks_become_elements_and_its_letters_stay_letters() {
        let html = |text: &str| render(text).html;
        assert_eq!(html("Одна\nстрока <b>"), "<p>Одна строка &lt;b&gt;</p>\n");
        assert_eq!(html("**да** и `letopis <x>`"), "<p><strong>да</strong> и <code>letopis &lt;x&gt;</code></p>\n");
        assert_eq!(html("- раз\n  два\n- три"), "<ul><li>раз два</li><li>три</li></ul>\n");
        assert_eq!(html("1. раз\n   - а\n2. два"), "<ol><li>раз<ul><li>а</li></ul>\n</li><li>два</li></ol>\n");
        assert_eq!(html("```\n<a>\n```"), "<pre tabindex=\"0\"><code>&lt;a&gt;</code></pre>\n");
        assert!(html("| а | б |\n|---|---|\n| 1 | `x\\|y` |").contains("<td>1</td><td><code>x|y</code></td>"));
        assert_eq!(html("[см.](verify.ru.md#2-pdf)"), "<p><a href=\"/help/verify#2-pdf\">см.</a></p>\n");
        assert_eq!(html("[а] и [б](в.ru.md)"), "<p>[а] и <a href=\"/help/в\">б</a></p>\n");
    }

    #[test]
    fn headings_are_named_by_their_words() {
        let rendered = render("# Книга\n\n## Что значит «ответ»?\n### `letopis verify`\n## Что значит ответ\n");
        assert_eq!(rendered.title, "Книга");
        let ids: Vec<&str> = rendered.headings.iter().map(|heading| heading.id.as_str()).collect();
        assert_eq!(ids, ["что-значит-ответ", "letopis-verify", "что-значит-ответ-1"]);
    }
}
