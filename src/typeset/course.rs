//! The pages of a course: the classic spread, marks on the left, topics on the right. Floor 1.
//!
//! The right page limits the spread: its rows are as high as their texts, so lessons are cut into balanced chunks that always
//! fit, and the left page holds exactly those lessons. Both pages of a spread are made together or not at all.

use std::cmp::Ordering;
use std::ops::Range;

use crate::domain::setup::hours_text;
use crate::domain::snapshot::{CourseRow, CourseSheet};

use super::Error;
use super::fit::{Fitted, LEADING, fit};
use super::fonts::{Face, width};
use super::pages::{Binder, HEADING, QR_SIDE, heading};
use super::places::{PLACE_HEIGHT, Policy, first_signers, stack};
use super::plan::{Page, Room, Table, Text, mm};
use super::table::{Across, Cover, Even, Flow, PADDING, Row, Shape, even, flow, halves, pitch};
use super::wording::{Day, course_name, day, day_and_month, day_of_journal, full_name};

/// Most lessons on a spread: a column of marks stays wide enough for two marks (domain.md 2.3: 25 to 30).
const MOST_LESSONS: usize = 30;
/// Widest column of a lesson, millimetres.
const MOST_WIDE: f64 = 13.0;
/// Highest row of a grid.
const ROW: f64 = mm(6.2);
/// Heads of a grid: months above, days below.
const BAND: f64 = mm(5.0);
/// Type size of the months, as in the template.
const SPAN_SIZE: f64 = 8.0;
const HEAD: f64 = mm(10.5);
/// Type sizes of topics, from the one wanted down; a page holds some 400 characters at the largest, 20,000 at the smallest.
const TOPIC_SIZES: [f64; 8] = [8.5, 7.75, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0];
/// A text across blank cells is set no smaller than this; else it goes under the table.
const SMALLEST_ACROSS: f64 = 5.5;
/// Distance of remarks and of the legend's lines.
const REMARK: f64 = 7.5;

/// Binds the spreads of a course; `sheet` from 0. The next page must be an even one.
pub fn bind(binder: &mut Binder<'_>, sheet: usize, course: &CourseSheet, legend: &str) -> Result<(), Error> {
    let maker = Maker::new(binder, sheet, course, legend);
    let Cut { chunks, size, rows } = maker.cut()?;
    let mut rows = rows.into_iter();
    for (index, chunk) in chunks.iter().enumerate() {
        let last = index + 1 == chunks.len();
        let topics: Vec<Row> = rows.by_ref().take(chunk.len()).collect();
        let left = maker.marks_page(binder, chunk, [index == 0, last]);
        binder.bind(left);
        let right = maker.topics_page(binder, chunk, size, &topics, last);
        binder.bind(right);
    }
    Ok(())
}

/// Where spreads begin and end.
struct Cut {
    /// Lessons of each spread.
    chunks: Vec<Range<usize>>,
    /// Type size of the topics.
    size: f64,
    /// The topics broken into lines, lesson by lesson.
    rows: Vec<Row>,
}

/// What all pages of the course share.
struct Maker<'a> {
    sheet: usize,
    course: &'a CourseSheet,
    legend: Fitted,
    /// Upper edge of the tables.
    top: f64,
    /// Upper edge of the signature places.
    places: f64,
}

impl<'a> Maker<'a> {
    fn new(binder: &Binder<'_>, sheet: usize, course: &'a CourseSheet, legend: &str) -> Self {
        let signers = first_signers(binder.snapshot, &course.id).len().max(1);
        let room = binder.paper.width();
        Self {
            sheet,
            course,
            legend: fit(legend, Face::Narrow, 7.25, room, mm(11.0)),
            top: binder.paper.top() + HEADING,
            places: binder.paper.bottom() - PLACE_HEIGHT * signers as f64,
        }
    }

    /// How the course is cut into spreads.
    fn cut(&self) -> Result<Cut, Error> {
        let shapes = topic_shapes();
        // A line under the table says how many lessons were given.
        let room = self.places - mm(6.0) - self.top - HEAD;
        for size in TOPIC_SIZES {
            let capacity = halves(room, line(size));
            let rows: Vec<Row> =
                (0..self.course.lessons.len()).map(|at| Row::new(&shapes, &self.topic_cells(at), size)).collect();
            let heights: Vec<usize> = rows.iter().map(Row::halves).collect();
            if heights.iter().all(|height| *height <= capacity) {
                return Ok(Cut { chunks: balanced(&heights, capacity, MOST_LESSONS), size, rows });
            }
        }
        Err(Error::TooLong { sheet: self.course.id.clone() })
    }

    fn topic_cells(&self, at: usize) -> Vec<String> {
        let lesson = &self.course.lessons[at];
        let substitute =
            if lesson.substitute.is_empty() { String::new() } else { format!("Замена: {}", lesson.substitute) };
        vec![
            (at + 1).to_string(),
            day_and_month(&lesson.date),
            lesson.hours.to_string(),
            lesson.topic.clone(),
            lesson.homework.clone(),
            substitute,
        ]
    }

    fn name(&self) -> String {
        course_name(&self.course.subject, &self.course.group)
    }

    fn remark(&self, chunk: &Range<usize>) -> String {
        let all = self.course.lessons.len();
        let lessons = match chunk.len() {
            0 => "уроков не было".to_owned(),
            1 => format!("урок {} из {all}", chunk.end),
            _ => format!("уроки {}–{} из {all}", chunk.start + 1, chunk.end),
        };
        match self.course.part.as_ref().filter(|part| part.of > 1) {
            Some(part) => format!("часть {} из {}, {lessons}", part.no, part.of),
            None => lessons,
        }
    }

    /// Whose lessons these are, where the teacher changed inside the period.
    fn told_part(&self) -> Option<String> {
        let part = self.course.part.as_ref()?;
        let order = |ground: &str| match ground {
            "" => String::new(),
            ground if ground.starts_with("пр") => format!(", {ground}"),
            ground => format!(", приказ № {ground}"),
        };
        let mut told =
            format!("Смена учителя: {}, {}{}.", full_name(&self.course.teacher), part.days(), order(&part.ground));
        if let Some(signer) = &part.signer {
            told.push_str(&format!(" Лист подписывает {}.", full_name(signer)));
        }
        if !part.is_last() {
            told.push_str(" Отметки за период стоят на листах последнего учителя.");
        }
        Some(told)
    }

    fn signatures(&self, binder: &Binder<'_>, page: &mut Page) {
        let id = &self.course.id;
        let signers = first_signers(binder.snapshot, id);
        let room = Room { x: page.x, y: self.places, w: page.w - QR_SIDE - mm(3.0), h: PLACE_HEIGHT };
        page.places = stack(&signers, binder.edition, &Policy::of(binder.snapshot), id, room);
    }

    fn marks_page(&self, binder: &Binder<'_>, chunk: &Range<usize>, [first, last]: [bool; 2]) -> Page {
        let mut page = binder.blank("marks", self.sheet);
        heading(&mut page, binder.paper.top(), &self.name(), &self.remark(chunk));
        self.signatures(binder, &mut page);
        // The final marks are set by the last teacher of the period.
        let finals = last && self.course.has_final_marks();
        let shapes = self.mark_shapes(chunk, finals, page.w);
        let (across, mut remarks) = self.movements(chunk, &shapes, [first, last]);
        remarks.extend(self.told_part());
        let foot = self.foot(&mut page, &remarks);
        let rows = &self.course.rows;
        let grid = Even {
            at: [page.x, self.top],
            head: HEAD,
            pitch: pitch(rows.len(), ROW, foot - mm(1.5) - self.top - HEAD),
            size: 9.0,
            band: BAND,
            heavy: if finals { shapes.len() - 1 } else { 0 },
            ..self.months(chunk, shapes.get(2).map_or(0.0, |shape| shape.w))
        };
        let cells: Vec<Vec<String>> =
            rows.iter().zip(&across).map(|(row, stretch)| mark_cells(row, chunk, finals, stretch.as_ref())).collect();
        let across: Vec<Across> = indexed(across);
        page.tables.push(even(&grid, &shapes, &cells, &across));
        self.say_if_empty(&mut page);
        page
    }

    fn mark_shapes(&self, chunk: &Range<usize>, last: bool, room: f64) -> Vec<Shape> {
        let (no, name, end) = (7.0, 43.0, 11.0);
        let end = if last { end } else { 0.0 };
        let free = room / mm(1.0) - no - name - end;
        let lesson = (free / chunk.len().max(1) as f64).min(MOST_WIDE);
        // What a short course leaves free widens the names, up to 68 mm, beyond which a name looks lost.
        let spare = (free - lesson * chunk.len() as f64).clamp(0.0, 25.0);
        let mut shapes =
            vec![Shape::new("no", no, "center", Face::Narrow), Shape::new("name", name + spare, "left", Face::Narrow)];
        for at in chunk.clone() {
            let Day { day, .. } = day_of_journal(&self.course.lessons[at].date);
            shapes.push(Shape::new("lesson", lesson, "center", Face::Narrow).labelled(day));
        }
        if last {
            let heading = self.course.final_heading.clone();
            shapes.push(Shape::new("final", end, "center", Face::NarrowBold).labelled(heading));
        }
        shapes
    }

    /// Months over their days, each as long as its columns have room for.
    fn months(&self, chunk: &Range<usize>, column_width: f64) -> Even {
        let mut covers: Vec<(Cover, [String; 2])> = Vec::new();
        for (column, at) in chunk.clone().enumerate() {
            let Day { month, shorter, .. } = day_of_journal(&self.course.lessons[at].date);
            match covers.last_mut() {
                Some((cover, _)) if cover.label == month => cover.until = column + 3,
                _ => covers.push((Cover { from: column + 2, until: column + 3, label: month }, shorter)),
            }
        }
        let strong = covers.iter().skip(1).map(|(cover, _)| cover.from).collect();
        let fitting = |(cover, [short, number]): (Cover, [String; 2])| {
            let room = column_width * (cover.until - cover.from) as f64 - mm(0.8);
            let fits = |word: &String| width(word, Face::Narrow, SPAN_SIZE) <= room;
            let label = [&cover.label, &short].into_iter().find(|word| fits(word)).unwrap_or(&number).clone();
            Cover { label, ..cover }
        };
        Even { covers: covers.into_iter().map(fitting).collect(), strong, ..Even::default() }
    }

    /// Remarks and legend under the grid; gives where they begin.
    fn foot(&self, page: &mut Page, remarks: &[String]) -> f64 {
        let legend = self.legend.size * LEADING * self.legend.lines.len() as f64;
        let mut y = self.places - mm(1.5) - legend;
        let room = Room { x: page.x, y, w: page.w, h: legend };
        page.texts.push(Text::top(room, "left", Face::Narrow, &self.legend));
        if !remarks.is_empty() {
            let text = remarks.join("\n");
            let fitted = fit(&text, Face::Narrow, REMARK, page.w, mm(60.0));
            let height = fitted.size * LEADING * fitted.lines.len() as f64 + mm(1.0);
            y -= height;
            page.texts.push(Text::top(Room { x: page.x, y, w: page.w, h: height }, "left", Face::Narrow, &fitted));
        }
        y
    }

    /// «Прибыл …», «Выбыл …» across the cells outside the learner's stay, or as remarks where there is no room.
    fn movements(
        &self,
        chunk: &Range<usize>,
        shapes: &[Shape],
        [first, last]: [bool; 2],
    ) -> (Vec<Option<Stretch>>, Vec<String>) {
        let mut remarks = Vec::new();
        let each = |row: &CourseRow| {
            let before = chunk.start..(row.first as usize).clamp(chunk.start, chunk.end);
            let after = (row.until as usize).clamp(chunk.start, chunk.end)..chunk.end;
            let never = row.first >= row.until;
            let both = [row.arrival.as_str(), row.departure.as_str()].map(str::trim);
            let (outside, text) = match () {
                () if never => (chunk.clone(), both.join(" ").trim().to_owned()),
                () if !before.is_empty() => (before.clone(), row.arrival.clone()),
                () if !after.is_empty() => (after.clone(), row.departure.clone()),
                () => (chunk.end..chunk.end, String::new()),
            };
            let room = outside.len() as f64 * shapes.get(2).map_or(0.0, |shape| shape.w) - 2.0 * PADDING;
            let blank = outside.clone().all(|at| row.cells.get(at).is_none_or(String::is_empty));
            let fits = blank && !text.is_empty() && width(&text, Face::Narrow, SMALLEST_ACROSS) <= room;
            let shown = |words: &str| fits && text.contains(words);
            let arrives = !row.arrival.is_empty() && (!before.is_empty() || (first && row.first == 0) || never);
            let leaves = !row.departure.is_empty()
                && (!after.is_empty() || (last && row.until as usize >= self.course.lessons.len()) || never);
            for (happens, words) in [(arrives, &row.arrival), (leaves, &row.departure)] {
                if happens && !shown(words) {
                    remarks.push(format!("№ {} {}. {words}", row.no, row.name));
                }
            }
            fits.then(|| Stretch { from: outside.start - chunk.start, until: outside.end - chunk.start, text })
        };
        let stretches = self.course.rows.iter().map(each).collect();
        (stretches, remarks)
    }

    fn topics_page(&self, binder: &Binder<'_>, chunk: &Range<usize>, size: f64, rows: &[Row], last: bool) -> Page {
        let mut page = binder.blank("topics", self.sheet);
        let teacher = full_name(&self.course.teacher);
        heading(&mut page, binder.paper.top(), &teacher, &self.name());
        self.signatures(binder, &mut page);
        let setting = Flow { at: [page.x, self.top], head: HEAD, size, line: line(size) };
        let table = flow(&setting, &topic_shapes(), rows);
        let under = table.y + table.h + mm(1.6);
        page.tables.push(table);
        if chunk.is_empty() {
            self.say_if_empty(&mut page);
        } else if last {
            let hours: u32 = self.course.lessons.iter().map(|lesson| u32::from(lesson.hours)).sum();
            let period = &binder.snapshot.period;
            let part = self.course.part.as_ref();
            let [starts, ends] = part.map_or([&period.starts, &period.ends], |part| [&part.starts, &part.ends]);
            let text = match binder.snapshot.copy.supplement {
                // What was taught before is counted in the copy.
                Some(_) => format!("В дополнительном листе: {hours} ч."),
                None => {
                    let held = format!("Проведено за период с {} по {}: {hours} ч.", day(starts), day(ends));
                    match self.course.planned_centi {
                        Some(planned) => told_plan(planned, hours * 100, &held),
                        None => held,
                    }
                }
            };
            let room = Room { x: page.x, y: under, w: page.w, h: mm(4.0) };
            page.texts.push(Text::top(room, "left", Face::Serif, &Fitted { size: 8.5, lines: vec![text] }));
        }
        page
    }

    /// A course without lessons or learners still has its pages, and they say so.
    fn say_if_empty(&self, page: &mut Page) {
        let text = match (self.course.lessons.is_empty(), self.course.rows.is_empty()) {
            // Below a full class's rows there is no room, and the head of the page says it already.
            (true, false) if !page.tables.is_empty() => return,
            (true, _) => "В учётном периоде уроков по предмету не было.",
            (_, true) => "В учётном периоде обучающихся в составе не было.",
            _ => return,
        };
        let under = page.tables.last().map_or(self.top, |table: &Table| table.y + table.h);
        let room = Room { x: page.x, y: under + mm(1.6), w: page.w, h: mm(5.0) };
        page.texts.push(Text::top(room, "left", Face::Serif, &Fitted { size: 10.0, lines: vec![text.to_owned()] }));
    }
}

/// «По программе 40 ч. Проведено … 38 ч. (отставание 2 ч.)» (domain.md 2.3); hours in hundredths.
fn told_plan(planned: u32, held: u32, words: &str) -> String {
    let difference = match held.cmp(&planned) {
        Ordering::Less => format!("отставание {} ч.", hours_text(planned - held)),
        Ordering::Equal => "программа выполнена".to_owned(),
        Ordering::Greater => format!("опережение {} ч.", hours_text(held - planned)),
    };
    format!("По программе {} ч. {words} ({difference})", hours_text(planned))
}

/// Cells of one row outside a learner's stay, by lesson of the spread.
struct Stretch {
    from: usize,
    until: usize,
    text: String,
}

/// Stretches as texts across the columns of a grid: two columns stand before the lessons.
fn indexed(stretches: Vec<Option<Stretch>>) -> Vec<Across> {
    let across = |(row, stretch): (usize, Option<Stretch>)| {
        stretch.map(|s| Across { row, from: s.from + 2, until: s.until + 2, text: s.text })
    };
    stretches.into_iter().enumerate().filter_map(across).collect()
}

fn mark_cells(row: &CourseRow, chunk: &Range<usize>, last: bool, stretch: Option<&Stretch>) -> Vec<String> {
    let mut cells = vec![row.no.to_string(), row.name.clone()];
    cells.extend(chunk.clone().enumerate().map(|(index, at)| {
        if stretch.is_some_and(|s| (s.from..s.until).contains(&index)) {
            return String::new();
        }
        let cell = row.cells.get(at).cloned().unwrap_or_default();
        let outside = at < row.first as usize || at >= row.until as usize;
        if outside && cell.is_empty() { "–".to_owned() } else { cell }
    }));
    if last {
        cells.push(row.final_mark.clone());
    }
    cells
}

fn topic_shapes() -> [Shape; 6] {
    [
        Shape::new("lesson-no", 8.0, "center", Face::Narrow),
        Shape::new("date", 12.0, "center", Face::Narrow),
        Shape::new("hours", 11.0, "center", Face::Narrow),
        Shape::new("topic", 76.0, "left", Face::Narrow),
        Shape::new("homework", 49.0, "left", Face::Narrow),
        Shape::new("substitute", 24.0, "left", Face::Narrow),
    ]
}

/// Distance of lines of a topic.
fn line(size: f64) -> f64 {
    size * 1.12
}

/// Cuts rows into as few chunks as `capacity` and `most` allow, then evens them out, so that the last spread is not a remnant.
/// No rows make one empty chunk: a course without lessons has its spread too.
fn balanced(heights: &[usize], capacity: usize, most: usize) -> Vec<Range<usize>> {
    let fewest = greedy(heights, capacity, most).len();
    let even_count = heights.len().div_ceil(fewest.max(1)).max(1);
    let even = greedy(heights, capacity, even_count.min(most));
    if even.len() == fewest {
        return even;
    }
    let total: usize = heights.iter().sum();
    let least = total.div_ceil(fewest.max(1));
    (least..=capacity)
        .map(|height| greedy(heights, height, most))
        .find(|chunks| chunks.len() == fewest)
        .unwrap_or_else(|| greedy(heights, capacity, most))
}

fn greedy(heights: &[usize], capacity: usize, most: usize) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, height) in heights.iter().enumerate() {
        if at > start && (used + height > capacity || at - start == most) {
            chunks.push(start..at);
            (start, used) = (at, 0);
        }
        used += height;
    }
    chunks.push(start..heights.len());
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_told_with_what_is_behind_it_or_before() {
        let told = |planned, held| told_plan(planned, held, "Проведено: 38 ч.");
        assert_eq!(told(4000, 3800), "По программе 40 ч. Проведено: 38 ч. (отставание 2 ч.)");
        assert_eq!(told(3750, 3800), "По программе 37,5 ч. Проведено: 38 ч. (опережение 0,5 ч.)");
        assert_eq!(told(3800, 3800), "По программе 38 ч. Проведено: 38 ч. (программа выполнена)");
    }

    #[test]
    fn forty_lessons_of_one_line_make_two_spreads_of_twenty() {
        assert_eq!(balanced(&[3; 40], 118, 30), [0..20, 20..40]);
    }

    #[test]
    fn long_topics_make_more_spreads_and_none_overflows() {
        let heights: Vec<usize> = (0..60).map(|at| if at % 7 == 0 { 33 } else { 5 }).collect();
        let chunks = balanced(&heights, 118, 30);
        assert!(chunks.iter().all(|chunk| heights[chunk.clone()].iter().sum::<usize>() <= 118 && chunk.len() <= 30));
        assert_eq!(chunks.iter().map(|chunk| chunk.len()).sum::<usize>(), 60);
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init)] // one empty spread is meant
    fn no_lessons_make_one_empty_spread() {
        assert_eq!(balanced(&[], 118, 30), vec![0..0]);
    }
}
