//! Looks into laid-out pages: where every text and rule stands, and what can be read.

use typst::layout::{Frame, FrameItem, Point, Transform};
use typst::visualize::{CurveItem, Geometry};
use typst_layout::PagedDocument;

/// A rectangle or a rule, points: left, top, right, bottom.
pub type Box4 = [f64; 4];

/// What stands on a page.
#[derive(Default)]
pub struct Seen {
    /// Ink of each run of text, with its words.
    pub texts: Vec<(Box4, String)>,
    /// Straight rules.
    pub rules: Vec<Box4>,
    /// Images.
    pub images: Vec<Box4>,
}

/// Everything on every page.
pub fn see(document: &PagedDocument) -> Vec<Seen> {
    let page = |frame: &Frame| {
        let mut seen = Seen::default();
        walk(frame, Transform::identity(), &mut seen);
        seen
    };
    document.pages().iter().map(|p| page(&p.frame)).collect()
}

fn walk(frame: &Frame, ts: Transform, seen: &mut Seen) {
    for (at, item) in frame.items() {
        let ts = ts.pre_concat(Transform::translate(at.x, at.y));
        match item {
            FrameItem::Group(group) => walk(&group.frame, ts.pre_concat(group.transform), seen),
            FrameItem::Text(text) => {
                let ink = text.bbox();
                seen.texts.push((spanned(&[ink.min, ink.max], ts), text.text.to_string()));
            }
            FrameItem::Shape(shape, _) => match &shape.geometry {
                Geometry::Curve(curve) => rules(&curve.0, ts, seen),
                Geometry::Line(to) => seen.rules.push(spanned(&[Point::zero(), *to], ts)),
                Geometry::Rect(_) => {}
            },
            FrameItem::Image(_, size, _) => seen.images.push(spanned(&[Point::zero(), size.to_point()], ts)),
            FrameItem::Link(..) | FrameItem::Tag(_) => {}
        }
    }
}

/// Rules are paths of straight pieces; a path with a bend is a frame's rounded corner and stands for itself.
fn rules(items: &[CurveItem], ts: Transform, seen: &mut Seen) {
    if items.iter().any(|item| matches!(item, CurveItem::Cubic(..))) {
        return;
    }
    let mut from = Point::zero();
    for item in items {
        match item {
            CurveItem::Move(to) => from = *to,
            CurveItem::Line(to) => {
                seen.rules.push(spanned(&[from, *to], ts));
                from = *to;
            }
            CurveItem::Cubic(..) | CurveItem::Close => {}
        }
    }
}

fn spanned(points: &[Point], ts: Transform) -> Box4 {
    let moved: Vec<Point> = points.iter().map(|point| point.transform(ts)).collect();
    let xs = moved.iter().map(|p| p.x.to_pt());
    let ys = moved.iter().map(|p| p.y.to_pt());
    [
        xs.clone().fold(f64::MAX, f64::min),
        ys.clone().fold(f64::MAX, f64::min),
        xs.fold(f64::MIN, f64::max),
        ys.fold(f64::MIN, f64::max),
    ]
}

/// Whether two boxes share more than a hair: 0.2 pt.
pub fn overlap(a: &Box4, b: &Box4) -> bool {
    let hair = 0.2;
    a[0] + hair < b[2] && b[0] + hair < a[2] && a[1] + hair < b[3] && b[1] + hair < a[3]
}

/// Whether a rule runs through a box, 0.2 pt inside its ink.
pub fn crosses(rule: &Box4, text: &Box4) -> bool {
    let hair = 0.2;
    let inner = [text[0] + hair, text[1] + hair, text[2] - hair, text[3] - hair];
    inner[0] < inner[2]
        && inner[1] < inner[3]
        && rule[0] < inner[2]
        && inner[0] < rule[2]
        && rule[1] < inner[3]
        && inner[1] < rule[3]
}

/// What a reader reads: texts of one height as a line, from left to right.
pub fn dump(pages: &[Seen]) -> String {
    let mut dump = String::new();
    for (no, page) in pages.iter().enumerate() {
        dump.push_str(&format!("--- {} ---\n", no + 1));
        let mut texts: Vec<(i64, i64, &str)> = page
            .texts
            .iter()
            // Lines stand at least 3 pt apart; ink of one line ends within 3 pt, whatever letters it has.
            .map(|(ink, text)| (((ink[3] + ink[1]) / 6.0).round() as i64, ink[0].round() as i64, text.as_str()))
            .filter(|(_, _, text)| !text.trim().is_empty())
            .collect();
        texts.sort_unstable();
        let mut line = i64::MIN;
        for (y, _, text) in texts {
            dump.push_str(if y == line {
                " | "
            } else if line == i64::MIN {
                ""
            } else {
                "\n"
            });
            dump.push_str(text.trim());
            line = y;
        }
        dump.push('\n');
    }
    dump
}
