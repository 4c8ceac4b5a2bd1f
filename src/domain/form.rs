//! A form: what the office prints, as data. Floor 0.
//!
//! One shape for every register, act, report and cover: heads, approvals, paragraphs with filled places, ruled tables, signature lines.
//! `typeset::form` makes PDF/A pages of it, a page of the house shows it, its tables leave as CSV and XLSX. A form says nothing about
//! how it looks beyond what the archive asks for: which side is long, how wide the binding is, which columns are narrow. A requisite
//! that is not known is left out with all its words, or leaves a ruled place for ink; which of the two, the form's maker says.

mod text;

use serde::{Deserialize, Serialize};

/// A document of the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Name in addresses and files: ASCII, `paper-register`. Says what document it is, never whose.
    pub id: String,
    /// How the sheet lies.
    pub paper: Paper,
    /// Which margin the binding gets.
    pub binding: Binding,
    /// Lines above the title on the left: the organisation, the fund.
    pub organisation: Vec<String>,
    /// «УТВЕРЖДАЮ» and its kin, above the title.
    pub approvals: Vec<Approval>,
    /// «РЕЕСТР»; as printed.
    pub title: String,
    /// Lines under the title.
    pub subtitle: Vec<String>,
    /// What follows, in order.
    pub blocks: Vec<Block>,
}

/// How the sheet of A4 lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    /// 210 by 297 mm.
    Portrait,
    /// 297 by 210 mm: wide tables.
    Landscape,
}

/// The left margin (ГОСТ Р 7.0.97-2016 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binding {
    /// 20 mm.
    Usual,
    /// 30 mm: documents kept longer than 10 years.
    Long,
}

/// A stamp of approval or consent (ГОСТ Р 7.0.97-2016 5.16, 5.20).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Approval {
    /// «УТВЕРЖДАЮ», «СОГЛАСОВАНО», «РАССМОТРЕНО».
    pub word: String,
    /// Job title, or the body that agreed.
    pub post: String,
    /// «И.О. Фамилия»; empty leaves a place, and none is left where a body agreed by minutes.
    pub name: String,
    /// «Протокол ЭК от 01.06.2026 № 2», «Приказ от …»; may be empty.
    pub basis: String,
    /// Day as printed; empty leaves a place.
    pub date: String,
    /// On the left instead of the right: the side that hands over.
    pub left: bool,
    /// «М.П.» under it.
    pub seal: bool,
}

/// A part of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Block {
    /// A heading inside the form.
    Heading {
        /// The words.
        text: String,
    },
    /// Running text with places.
    Paragraph {
        /// Its parts.
        parts: Vec<Part>,
        /// Where its lines stand.
        align: Align,
        /// Heavier type.
        strong: bool,
    },
    /// A ruled table.
    Table(Table),
    /// Signature lines.
    Signatures {
        /// Lines, the senior one first.
        lines: Vec<Signature>,
        /// «М.П.»: a free round place of 50 mm (ГОСТ Р 51511-2001) under the first job title.
        seal: bool,
    },
    /// A stamp inside the form: «СОГЛАСОВАНО» at the foot.
    Approval(Approval),
    /// A small ruled box, the archive's cipher of a cover.
    Cipher {
        /// Its lines.
        lines: Vec<String>,
    },
    /// Labels to be cut out, as many as fit beside each other.
    Labels {
        /// Width of one, millimetres.
        width: u32,
        /// Height of one, millimetres.
        height: u32,
        /// Lines of each, the first one large.
        labels: Vec<Vec<String>>,
    },
    /// Small print.
    Note {
        /// The words.
        text: String,
    },
    /// Empty ruled lines for handwriting.
    Lines {
        /// How many.
        count: u32,
    },
    /// Free room, millimetres.
    Gap {
        /// Height.
        mm: u32,
    },
    /// As much free room as the page has; two of them share it.
    Fill,
    /// The next block begins a page.
    PageBreak,
    /// A dashed line to cut or tear along, with its words.
    Cut {
        /// «Линия отрыва».
        text: String,
    },
}

/// Where lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// A part of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "kebab-case")]
pub enum Part {
    /// Words of the form.
    Words {
        /// As printed.
        text: String,
    },
    /// A place: what is known stands underlined, an empty one leaves a rule for ink.
    Place {
        /// What is known; may be empty.
        value: String,
        /// What belongs there, printed under an empty place: «(цифрами и прописью)»; may be empty.
        caption: String,
    },
}

/// A ruled table; its head is repeated on every page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Words above it; may be empty.
    pub title: String,
    /// Name of its sheet in a workbook; empty where the title is.
    pub sheet: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Heads that span several columns, above theirs.
    pub spans: Vec<Span>,
    /// The row «1 2 3 …» under the head (archival forms).
    pub numbered: bool,
    /// Type size, tenths of a point.
    pub size: u32,
    /// Empty cells print «—» (archival forms); a form that ink will fill leaves them empty.
    pub dashed: bool,
    /// Hands write into its rows, so that none is lower than 8 mm; an empty row never is.
    pub ink: bool,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its head; «\n» breaks a line.
    pub head: String,
    /// Share of the width.
    pub width: u32,
    /// Where its cells stand.
    pub align: Align,
    /// The head stands upright, read from below: narrow columns.
    pub upright: bool,
}

/// A head over several columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Index of the first column.
    pub from: usize,
    /// How many columns.
    pub count: usize,
    /// The words.
    pub head: String,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What kind of row.
    pub is: RowKind,
    /// One text for each column; for [`RowKind::Section`] the first one stands over all of them.
    pub cells: Vec<String>,
}

/// Kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// A line.
    Line,
    /// A heading over all columns.
    Section,
    /// A sum, in heavier type.
    Total,
}

/// A signature line: job title, signature, name, date (ГОСТ Р 7.0.97-2016 5.22).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signature {
    /// Job title or office, with the words before it: «Сдал: заместитель директора».
    pub post: String,
    /// «И.О. Фамилия»; empty leaves a place with «(расшифровка подписи)» under it.
    pub name: String,
    /// Day or moment as printed; empty leaves a place.
    pub date: String,
    /// Lines of the visible mark of an electronic signature, in the place of ink; empty for ink.
    pub mark: Vec<String>,
}

impl Form {
    /// A portrait form without anything in it.
    pub fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            paper: Paper::Portrait,
            binding: Binding::Usual,
            organisation: Vec::new(),
            approvals: Vec::new(),
            title: title.to_owned(),
            subtitle: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// Lies on its long side.
    pub fn landscape(mut self) -> Self {
        self.paper = Paper::Landscape;
        self
    }

    /// Is kept longer than 10 years: 30 mm at the binding.
    pub fn kept_long(mut self) -> Self {
        self.binding = Binding::Long;
        self
    }

    /// A line above the title; an empty one is left out.
    pub fn organisation(mut self, line: &str) -> Self {
        push_known(&mut self.organisation, line);
        self
    }

    /// A stamp above the title.
    pub fn approval(mut self, approval: Approval) -> Self {
        self.approvals.push(approval);
        self
    }

    /// A line under the title; an empty one is left out.
    pub fn subtitle(mut self, line: &str) -> Self {
        push_known(&mut self.subtitle, line);
        self
    }

    /// The next part.
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The next part, if there is one.
    pub fn maybe(mut self, block: Option<Block>) -> Self {
        self.blocks.extend(block);
        self
    }

    /// Running text: `{}` is a place, `{caption}` a place with a caption; values in their order, missing ones empty.
    pub fn text(self, pattern: &str, values: &[&str]) -> Self {
        self.with(paragraph(pattern, values))
    }

    /// Signature lines.
    pub fn signatures(self, lines: Vec<Signature>, seal: bool) -> Self {
        self.with(Block::Signatures { lines, seal })
    }

    /// The form's tables, in their order.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }
}

fn push_known(lines: &mut Vec<String>, line: &str) {
    if !line.trim().is_empty() {
        lines.push(line.trim().to_owned());
    }
}

/// A left-hand paragraph out of a pattern: `{}` is a place, `{caption}` a place with a caption.
pub fn paragraph(pattern: &str, values: &[&str]) -> Block {
    Block::Paragraph { parts: parts(pattern, values), align: Align::Left, strong: false }
}

/// A paragraph that is left out with all its words unless every one of its values is known.
pub fn if_known(pattern: &str, values: &[&str]) -> Option<Block> {
    values.iter().all(|value| !value.trim().is_empty()).then(|| paragraph(pattern, values))
}

/// A line in the middle, in heavier type.
pub fn centered(text: &str) -> Block {
    Block::Paragraph { parts: parts(text, &[]), align: Align::Center, strong: true }
}

fn parts(pattern: &str, values: &[&str]) -> Vec<Part> {
    let mut values = values.iter();
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        // A brace that is never closed is a brace.
        let Some((caption, after)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Part::Words { text: before.to_owned() });
        }
        let value = values.next().map(|value| value.trim().to_owned()).unwrap_or_default();
        parts.push(Part::Place { value, caption: caption.to_owned() });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Words { text: rest.to_owned() });
    }
    parts
}

impl Table {
    /// A table with heads and shares of the width; cells stand at the left.
    pub fn new(columns: &[(&str, u32)]) -> Self {
        let column = |(head, width): &(&str, u32)| Column {
            head: (*head).to_owned(),
            width: *width,
            align: Align::Left,
            upright: false,
        };
        Self { columns: columns.iter().map(column).collect(), size: 90, ..Self::default() }
    }

    /// Names the table.
    pub fn titled(mut self, title: &str) -> Self {
        self.title = title.to_owned();
        self
    }

    /// Names the table's sheet in a workbook; a page shows nothing of it.
    pub fn named(mut self, sheet: &str) -> Self {
        self.sheet = sheet.to_owned();
        self
    }

    /// An archival form: the row of column numbers, and «—» in empty cells.
    pub fn archival(mut self) -> Self {
        (self.numbered, self.dashed) = (true, true);
        self
    }

    /// The row of column numbers; empty cells stay empty for ink.
    pub fn numbered(mut self) -> Self {
        self.numbered = true;
        self
    }

    /// Hands write into its rows.
    pub fn for_ink(mut self) -> Self {
        self.ink = true;
        self
    }

    /// Type size in tenths of a point.
    pub fn sized(mut self, size: u32) -> Self {
        self.size = size;
        self
    }

    /// Columns whose cells stand in the middle: numbers, dates, codes.
    pub fn middle(mut self, columns: &[usize]) -> Self {
        for (index, column) in self.columns.iter_mut().enumerate() {
            if columns.contains(&index) {
                column.align = Align::Center;
            }
        }
        self
    }

    /// Columns whose heads stand upright.
    pub fn upright(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        for index in columns {
            if let Some(column) = self.columns.get_mut(index) {
                column.upright = true;
            }
        }
        self
    }

    /// A head over columns.
    pub fn span(mut self, from: usize, count: usize, head: &str) -> Self {
        self.spans.push(Span { from, count, head: head.to_owned() });
        self
    }

    /// A line of cells; missing ones are empty.
    pub fn line(mut self, cells: Vec<String>) -> Self {
        self.push(RowKind::Line, cells);
        self
    }

    /// Lines of cells.
    pub fn lines(mut self, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        rows.into_iter().for_each(|cells| self.push(RowKind::Line, cells));
        self
    }

    /// A sum.
    pub fn total(mut self, cells: Vec<String>) -> Self {
        self.push(RowKind::Total, cells);
        self
    }

    /// A heading over all columns.
    pub fn section(mut self, text: &str) -> Self {
        self.push(RowKind::Section, vec![text.to_owned()]);
        self
    }

    /// Empty lines, for ink.
    pub fn blank(self, count: usize) -> Self {
        self.lines(std::iter::repeat_n(Vec::new(), count))
    }

    fn push(&mut self, is: RowKind, mut cells: Vec<String>) {
        cells.resize(self.columns.len(), String::new());
        self.rows.push(Row { is, cells });
    }

    /// What a cell prints: «—» in an empty cell of an archival form's line.
    pub fn printed<'c>(&self, row: &Row, cell: &'c str) -> &'c str {
        if self.dashed && row.is == RowKind::Line && cell.is_empty() { "—" } else { cell }
    }

    /// Heads in one line each, a spanning head before its own: «I четверть: всего дней».
    pub fn heads(&self) -> Vec<String> {
        let name = |(index, column): (usize, &Column)| {
            let over = self.spans.iter().find(|span| (span.from..span.from + span.count).contains(&index));
            let own = column.head.replace('\n', " ");
            match over {
                Some(span) if own.is_empty() => span.head.replace('\n', " "),
                Some(span) => format!("{}: {own}", span.head.replace('\n', " ")),
                None => own,
            }
        };
        self.columns.iter().enumerate().map(name).collect()
    }
}

impl Signature {
    /// A line for ink: the name may be empty.
    pub fn of(post: &str, name: &str) -> Self {
        Self { post: post.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// The same with its day.
    pub fn on(mut self, date: &str) -> Self {
        self.date = date.to_owned();
        self
    }
}

impl Approval {
    /// «УТВЕРЖДАЮ» of the organisation's head.
    pub fn by_head(post: &str, name: &str) -> Self {
        Self { word: "УТВЕРЖДАЮ".to_owned(), post: post.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// «СОГЛАСОВАНО» by the minutes of a commission; `None` where there are no minutes.
    pub fn by_minutes(basis: &str) -> Option<Self> {
        let basis = basis.trim();
        let agreed = Self { word: "СОГЛАСОВАНО".to_owned(), basis: basis.to_owned(), ..Self::default() };
        (!basis.is_empty()).then_some(agreed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(value: &str, caption: &str) -> Part {
        Part::Place { value: value.to_owned(), caption: caption.to_owned() }
    }

    fn words(text: &str) -> Part {
        Part::Words { text: text.to_owned() }
    }

    #[test]
    fn a_pattern_has_its_places_filled_in_their_order() {
        let found = parts("В деле {(цифрами)} листов, с № {} по № {}.", &["12", " 1 "]);
        let expected = [
            words("В деле "),
            place("12", "(цифрами)"),
            words(" листов, с № "),
            place("1", ""),
            words(" по № "),
            place("", ""),
            words("."),
        ];
        assert_eq!(found, expected);
        assert_eq!(parts("скобка { без пары", &["x"]), [words("скобка { без пары")]);
    }

    #[test]
    fn a_requisite_that_is_not_known_goes_with_all_its_words() {
        assert_eq!(if_known("Фонд № {}", &[" "]), None);
        assert!(if_known("Фонд № {}", &["12"]).is_some());
        assert_eq!(Approval::by_minutes(""), None);
        let form = Form::new("x", "АКТ").organisation("").subtitle("  ").maybe(if_known("Протокол {}", &[""]));
        assert!(form.organisation.is_empty() && form.subtitle.is_empty() && form.blocks.is_empty());
    }

    #[test]
    fn a_row_has_a_cell_for_each_column_and_an_archival_one_no_empty_cell() {
        let table = Table::new(&[("№", 1), ("Заголовок", 5)]).archival().line(vec!["1".to_owned()]).total(vec![]);
        assert!(table.rows.iter().all(|row| row.cells.len() == 2));
        assert_eq!(table.printed(&table.rows[0], ""), "—");
        assert_eq!(table.printed(&table.rows[1], ""), "");
    }

    #[test]
    fn a_spanning_head_names_its_columns() {
        let table = Table::new(&[("№\nп/п", 1), ("дней", 1), ("уроков", 1)]).span(1, 2, "I четверть");
        assert_eq!(table.heads(), ["№ п/п", "I четверть: дней", "I четверть: уроков"]);
    }
}
