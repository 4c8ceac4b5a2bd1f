//! Ruled tables: rows of one height, and rows as high as their texts. Floor 1.
//!
//! A table is one text for each column and a few paths for its rules, because that is what sets ten times faster than a cell
//! at a time. What does not fit the pitch of its column is set smaller, beside the column's text, in its own cell.

use super::fit::{CAPITALS, Fitted, fit, fit_line, wrap};
use super::fonts::{Face, width};
use super::plan::{Column, Room, Span, Table, Text, mm, round};

/// Free space at either side of a cell's text.
pub const PADDING: f64 = mm(0.9);
/// Every fifth row is ruled a little stronger, so that the eye keeps its line over the page.
const RHYTHM: usize = 5;

/// A column before its text is fitted.
pub struct Shape {
    /// See [`Column::key`].
    pub key: &'static str,
    /// See [`Column::label`]; one line, fitted into the head later.
    pub label: String,
    /// Width, points.
    pub w: f64,
    /// `left` or `center`.
    pub align: &'static str,
    /// Face.
    pub face: Face,
}

impl Shape {
    /// A column whose head the template knows.
    pub fn new(key: &'static str, width_mm: f64, align: &'static str, face: Face) -> Self {
        Self { key, label: String::new(), w: mm(width_mm), align, face }
    }

    /// The same with a head from the data.
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }
}

/// A text over several columns of one row, in place of their cells.
pub struct Across {
    /// Row from 0.
    pub row: usize,
    /// First column.
    pub from: usize,
    /// Column after the last.
    pub until: usize,
    /// The words.
    pub text: String,
}

/// A head over several columns.
pub struct Cover {
    /// First column.
    pub from: usize,
    /// Column after the last.
    pub until: usize,
    /// Words.
    pub label: String,
}

/// How rows of one height are set.
#[derive(Default)]
pub struct Even {
    /// Where the table begins: x, y.
    pub at: [f64; 2],
    /// Height of the heads.
    pub head: f64,
    /// Height of a row.
    pub pitch: f64,
    /// Type size wanted.
    pub size: f64,
    /// Height of the upper band of the heads, where [`Even::covers`] stand.
    pub band: f64,
    /// Heads over several columns.
    pub covers: Vec<Cover>,
    /// Columns before which stands a stronger rule (a month begins).
    pub strong: Vec<usize>,
    /// Column before which stands the heavy rule of a closed period; 0 for none.
    pub heavy: usize,
    /// Rows of one learner; 0 or 1 where each row is a learner.
    pub group: usize,
    /// Columns whose cells run over all rows of a learner.
    pub merged: Vec<usize>,
}

/// The height of rows: as wanted, or less so that all rows fit.
pub fn pitch(rows: usize, wanted: f64, room: f64) -> f64 {
    let pitch = if rows == 0 { wanted } else { wanted.min(room / rows as f64) };
    // Down to the hundredths that the plan is written in, so that rules and lines of text never drift apart.
    (pitch * 100.0).floor() / 100.0
}

/// A table of rows of one height; `cells[row][column]`.
pub fn even(even: &Even, shapes: &[Shape], cells: &[Vec<String>], across: &[Across]) -> Table {
    // Type needs some 1.35 of its size from rule to rule.
    let size = even.size.min(even.pitch / 1.35);
    let [x, y] = even.at;
    let edges = edges(x, shapes);
    let body = y + even.head;
    let mut table = Table {
        x: round(x),
        y: round(y),
        w: round(edges[shapes.len()] - x),
        head: round(even.head),
        h: round(even.head + even.pitch * cells.len() as f64),
        size: round(size),
        slot: round(even.pitch),
        edge: round((even.pitch + CAPITALS * size) / 2.0),
        ..Table::default()
    };
    for (index, shape) in shapes.iter().enumerate() {
        let mut lines = Vec::with_capacity(cells.len());
        for (row, line) in cells.iter().enumerate() {
            let text = line.get(index).map_or("", String::as_str);
            let room = shape.w - 2.0 * PADDING.min(shape.w * 0.07);
            if text.is_empty() || width(text, shape.face, size) <= room {
                lines.push(text);
                continue;
            }
            lines.push("");
            let fitted = fit(text, shape.face, size, room, even.pitch * 0.94);
            let left = if shape.align == "left" { PADDING } else { (shape.w - room) / 2.0 };
            let cell = Room { x: edges[index] + left, y: body + even.pitch * row as f64, w: room, h: even.pitch };
            table.loose.push(Text::middle(cell, shape.align, shape.face, &fitted));
        }
        table.columns.push(column(shape, edges[index], even.head, &lines));
    }
    for span in across {
        let room = Room {
            x: edges[span.from] + PADDING,
            y: body + even.pitch * span.row as f64,
            w: edges[span.until] - edges[span.from] - 2.0 * PADDING,
            h: even.pitch,
        };
        let small = fit_line(&span.text, Face::Narrow, size * 0.92, room.w);
        let fitted = Fitted { size: small, lines: vec![span.text.clone()] };
        table.loose.push(Text::middle(room, "left", Face::Narrow, &fitted));
    }
    rule_even(&mut table, &edges, even, cells.len(), across);
    table
}

/// Left edges of all columns, and the right edge of the last.
fn edges(x: f64, shapes: &[Shape]) -> Vec<f64> {
    let mut edges = vec![x];
    for shape in shapes {
        edges.push(edges[edges.len() - 1] + shape.w);
    }
    edges
}

fn column(shape: &Shape, x: f64, head: f64, lines: &[&str]) -> Column {
    let upright = shape.key == "subject";
    // A subject's name stands upright: along it is the head's height, across it the column's width.
    let (along, across) = if upright { (head - mm(2.0), shape.w - mm(0.6)) } else { (shape.w - mm(0.4), head) };
    let fitted = if shape.label.is_empty() {
        Fitted { size: 8.0, lines: Vec::new() }
    } else {
        fit(&shape.label, Face::Narrow, 8.5, along, across)
    };
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    Column {
        key: shape.key,
        label: fitted.lines,
        label_size: round(fitted.size),
        x: round(x),
        w: round(shape.w),
        align: shape.align,
        face: shape.face,
        text: lines[..end].join("\n"),
    }
}

fn rule_even(table: &mut Table, edges: &[f64], even: &Even, rows: usize, across: &[Across]) {
    let top = even.at[1] + even.head;
    let bottom = top + even.pitch * rows as f64;
    let (left, right) = (edges[0], edges[edges.len() - 1]);
    for row in 1..rows {
        let y = round(top + even.pitch * row as f64);
        if even.group > 1 && row % even.group != 0 {
            rule_within_learner(table, edges, even, y);
        } else if even.group > 1 || row % RHYTHM == 0 {
            table.strong.push([round(left), y, round(right), y]);
        } else {
            table.hair.push([round(left), y, round(right), y]);
        }
    }
    for index in 1..edges.len() - 1 {
        rule_column(table, edges, even, [index, rows], across);
    }
    for cover in &even.covers {
        let (x, until) = (edges[cover.from], edges[cover.until]);
        table.spans.push(Span { x: round(x), w: round(until - x), label: cover.label.clone() });
        let y = round(even.at[1] + even.band);
        table.hair.push([round(x), y, round(until), y]);
    }
    frame(table, left, even.at[1], right, bottom);
    let y = round(top);
    table.strong.push([round(left), y, round(right), y]);
}

/// A hairline between the rows of one learner, interrupted where cells are merged.
fn rule_within_learner(table: &mut Table, edges: &[f64], even: &Even, y: f64) {
    let mut from = None;
    for column in 0..edges.len() {
        let ends = column + 1 == edges.len() || even.merged.contains(&column);
        match from {
            None if !ends => from = Some(column),
            Some(start) if ends => {
                table.hair.push([round(edges[start]), y, round(edges[column]), y]);
                from = None;
            }
            _ => {}
        }
    }
}

/// The rule before a column, interrupted where a text runs across.
fn rule_column(table: &mut Table, edges: &[f64], even: &Even, [index, rows]: [usize; 2], across: &[Across]) {
    let top = even.at[1] + even.head;
    let bottom = round(top + even.pitch * rows as f64);
    let x = round(edges[index]);
    let covered = even.covers.iter().any(|cover| cover.from < index && index < cover.until);
    let mut from = round(if covered { even.at[1] + even.band } else { even.at[1] });
    let lines = match index {
        _ if index == even.heavy => &mut table.heavy,
        _ if even.strong.contains(&index) => &mut table.strong,
        _ => &mut table.hair,
    };
    let mut crossed: Vec<usize> = across.iter().filter(|a| a.from < index && index < a.until).map(|a| a.row).collect();
    crossed.sort_unstable();
    for row in crossed {
        let upper = round(top + even.pitch * row as f64);
        if upper > from {
            lines.push([x, from, x, upper]);
        }
        from = round(top + even.pitch * (row + 1) as f64);
    }
    if bottom > from {
        lines.push([x, from, x, bottom]);
    }
}

fn frame(table: &mut Table, left: f64, top: f64, right: f64, bottom: f64) {
    let [left, top, right, bottom] = [left, top, right, bottom].map(round);
    table.strong.extend([
        [left, top, right, top],
        [left, bottom, right, bottom],
        [left, top, left, bottom],
        [right, top, right, bottom],
    ]);
}

/// How rows as high as their texts are set. A row of `k` lines is `k` and a half lines high, so that the lines of all
/// columns stand in one grid of half lines.
pub struct Flow {
    /// Where the table begins: x, y.
    pub at: [f64; 2],
    /// Height of the heads.
    pub head: f64,
    /// Type size.
    pub size: f64,
    /// Distance of lines.
    pub line: f64,
}

/// A row broken into lines, column by column.
pub struct Row {
    /// Lines of each column.
    pub cells: Vec<Vec<String>>,
}

impl Row {
    /// Breaks a row's texts at a type size.
    pub fn new(shapes: &[Shape], cells: &[String], size: f64) -> Self {
        let broken =
            shapes.iter().zip(cells).map(|(shape, text)| wrap(text, shape.face, size, shape.w - 2.0 * PADDING));
        Self { cells: broken.collect() }
    }

    /// Half lines that it needs.
    pub fn halves(&self) -> usize {
        2 * self.cells.iter().map(Vec::len).max().unwrap_or(1).max(1) + 1
    }
}

/// A table of rows as high as their texts.
pub fn flow(flow: &Flow, shapes: &[Shape], rows: &[Row]) -> Table {
    let [x, y] = flow.at;
    let edges = edges(x, shapes);
    let slot = round(flow.line / 2.0);
    let body = round(y) + round(flow.head);
    let halves: usize = rows.iter().map(Row::halves).sum();
    let mut table = Table {
        x: round(x),
        y: round(y),
        w: round(edges[shapes.len()] - x),
        head: round(flow.head),
        h: round(round(flow.head) + slot * halves as f64),
        size: round(flow.size),
        slot,
        // Half a half line of air, then the line in its two halves.
        edge: round(slot * 0.5 + (2.0 * slot + CAPITALS * flow.size) / 2.0),
        ..Table::default()
    };
    for (index, shape) in shapes.iter().enumerate() {
        let mut lines: Vec<&str> = Vec::with_capacity(halves);
        for row in rows {
            let end = lines.len() + row.halves();
            for line in &row.cells[index] {
                lines.push(line);
                lines.push("");
            }
            lines.resize(end, "");
        }
        table.columns.push(column(shape, edges[index], flow.head, &lines));
    }
    let (left, right) = (edges[0], edges[shapes.len()]);
    let mut bottom = body;
    for (index, row) in rows.iter().enumerate() {
        bottom = round(bottom + slot * row.halves() as f64);
        if index + 1 < rows.len() {
            table.hair.push([round(left), bottom, round(right), bottom]);
        }
    }
    for &x in &edges[1..shapes.len()] {
        table.hair.push([round(x), round(y), round(x), bottom]);
    }
    frame(&mut table, left, y, right, bottom);
    table.strong.push([round(left), body, round(right), body]);
    table
}

/// Cuts rows into pages: as many to each as `halves` half lines hold.
pub fn paginate(rows: Vec<Row>, halves: usize) -> Vec<Vec<Row>> {
    let mut pages: Vec<Vec<Row>> = vec![Vec::new()];
    let mut used = 0;
    for row in rows {
        let needs = row.halves();
        if used + needs > halves && used > 0 {
            pages.push(Vec::new());
            used = 0;
        }
        used += needs;
        if let Some(page) = pages.last_mut() {
            page.push(row);
        }
    }
    pages
}

/// How many half lines a height holds.
pub fn halves(height: f64, line: f64) -> usize {
    (height / round(line / 2.0)).floor() as usize
}
