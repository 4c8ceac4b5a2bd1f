//! What was given becomes a journal: alone, or laid over the one that stands; checked as a whole, all or nothing. Floor 1.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{Journal, Learner};
use crate::domain::policy::Policy;
use crate::domain::setup::layout::STAYS;
use crate::domain::timeliness::EntryTime;
use crate::domain::words;

use super::check::{self, Earlier, Lists};
use super::foreign::{Growing, MadeTable};
use super::found::{Found, Place};
use super::given::{Given, Part, kept, made};
use super::layout::File;
use super::office_lists::LEARNERS;
use super::rows::{self, Listed, Reading};
use super::sheet::{Grid, Sheet};
use super::{codes, look_alike, overlay, resolve, tables};

/// Rows shown beside findings at most: a page of some screens; all findings are told, only the rows of later ones are left out.
const MOST_ROWS_SHOWN: usize = 500;

/// First grade that studies by half-years (000 Инс 4.1).
const SENIOR_GRADE: u8 = 10;

/// A finding with the row that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// The row as it was read, with its headings; empty where the finding is about no row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub row: Vec<(&'static str, String)>,
}

/// What came of what was given.
#[derive(Debug)]
pub struct Settled {
    /// The whole year as it would be; `None` when anything is wrong.
    pub journal: Option<Journal>,
    /// When entries were made, as far as the files tell.
    pub entries: Vec<EntryTime>,
    /// Everything found, by file and line.
    pub told: Vec<Told>,
}

impl Settled {
    /// The findings alone.
    pub fn findings(&self) -> Vec<Finding> {
        self.told.iter().map(|told| told.finding.clone()).collect()
    }
}

/// Settles what was given. `standing`: the journal that it is added to; `None` for a year that is given whole.
pub fn settle(given: &Given<'_>, standing: Option<&Journal>, policy: &Policy) -> Settled {
    let mut found = Found::default();
    for finding in &given.findings {
        found.unknown_file(finding.clone());
    }
    let (mut sheets, unsaid) = sheets(given, standing, &mut found);
    resolve::resolve(&mut sheets, standing, &given.spent, &mut found);
    enrolment(&mut sheets, &unsaid, standing, &mut found);
    let is_foreign = given.parts.iter().any(|part| matches!(part, Part::Foreign(..)));
    let mut gaps = standing.map(|journal| journal.content_gaps.clone()).unwrap_or_default();
    let mut grown = Vec::new();
    if let Some(standing) = standing.filter(|_| is_foreign) {
        let mut base = journal(lists(&sheets, &mut Found::default()));
        base.content_gaps = standing.content_gaps.clone();
        let mut growing = Growing::new(base, policy, &given.spent);
        for part in &given.parts {
            if let Part::Foreign(name, foreign) = part {
                growing.take(name, foreign);
            }
        }
        let (base, findings, rows, new_gaps) = growing.finish();
        gaps = new_gaps;
        for finding in findings {
            found.unknown_file(finding);
        }
        grown = rows;
        sheets = lay_grown(&base, &grown, &mut found);
    }
    let mut lists = lists(&sheets, &mut found);
    lists.earlier = earlier(given, standing);
    no_half_years(given, &lists, &mut found);
    check::all(&lists, policy, &mut found);
    if let Some(standing) = standing.filter(|_| found.accuses_standing()) {
        found.forgive(&alone(standing, policy));
    }
    let refused = found.has_errors();
    let told = told(found, &sheets);
    drop(grown);
    let earlier_stays = standing.map(|standing| standing.earlier_stays.clone()).unwrap_or_default();
    let earlier_teachers = standing.map(|standing| standing.earlier_teachers.clone()).unwrap_or_default();
    let entries = std::mem::take(&mut lists.entries.items);
    let journal = (!refused).then(|| Journal { content_gaps: gaps, earlier_stays, earlier_teachers, ..journal(lists) });
    Settled { journal, entries, told }
}

/// The journal of files that a year began with, their rows as they are; the checks that need a policy are not made.
pub fn unchecked(given: &Given<'_>) -> Result<Journal, Vec<Finding>> {
    let mut found = Found::default();
    for finding in &given.findings {
        found.unknown_file(finding.clone());
    }
    let empty = Journal::default();
    let standing = if given.is_whole() { None } else { Some(&empty) };
    let (mut sheets, unsaid) = sheets(given, standing, &mut found);
    resolve::resolve(&mut sheets, standing, &given.spent, &mut found);
    enrolment(&mut sheets, &unsaid, standing, &mut found);
    let lists = lists(&sheets, &mut found);
    if found.has_errors() {
        return Err(found.into_placed().into_iter().map(|(_, finding)| finding).collect());
    }
    Ok(journal(lists))
}

/// What the checks say of the standing journal by itself: a learner who moved has marks in the class before, and nobody who adds a teacher
/// answers for that.
fn alone(standing: &Journal, policy: &Policy) -> Vec<Finding> {
    let mut found = Found::default();
    let sheets: Vec<Sheet<'_>> = File::ALL
        .into_iter()
        .map(|file| {
            let mut sheet = Sheet::absent(file);
            overlay::lay(&mut sheet, tables::rows(file, standing));
            sheet
        })
        .collect();
    let mut lists = lists(&sheets, &mut found);
    lists.earlier = on_record(standing);
    check::all(&lists, policy, &mut found);
    found.into_placed().into_iter().map(|(_, finding)| finding).collect()
}

/// Earlier stays on record.
fn on_record(standing: &Journal) -> Earlier {
    let mut earlier = Earlier::new();
    for stay in &standing.earlier_stays {
        if let Some(left) = stay.left_on {
            earlier.entry((stay.id.clone(), stay.class.clone())).or_default().push((stay.enrolled_on, left));
        }
    }
    earlier
}

/// Earlier stays: those on record, and those that come in `stays.csv`.
fn earlier(given: &Given<'_>, standing: Option<&Journal>) -> Earlier {
    let mut earlier = standing.map(on_record).unwrap_or_default();
    for sheet in given.year_sheets().iter().filter(|sheet| sheet.layout.table == STAYS.table) {
        let title = |name: &str| STAYS.place(name).map_or("", |at| STAYS.columns[at].title);
        let place = |name: &str| sheet.sheet.heads.iter().position(|head| head == name || head == title(name));
        let [Some(learner), Some(class), Some(starts), Some(ends)] = ["learner", "class", "starts", "ends"].map(place)
        else {
            continue;
        };
        for (_, row) in &sheet.sheet.rows {
            let day = |at: usize| row.get(at).and_then(|text| text.parse().ok());
            if let (Some(learner), Some(class), Some(starts), Some(ends)) =
                (row.get(learner), row.get(class), day(starts), day(ends))
            {
                earlier.entry((learner.clone(), class.clone())).or_default().push((starts, ends));
            }
        }
    }
    earlier
}

/// Warns of a list of quarters that leaves the grades of half-years without any, all files and the school's own periods taken together; a school
/// whose classes are known and lower needs none.
fn no_half_years(given: &Given<'_>, lists: &Lists, found: &mut Found) {
    let is_list = |part: &Part<'_>| matches!(part, Part::Kept { table: File::Periods, .. });
    let classes = &lists.classes.items;
    let has_seniors = classes.is_empty() || classes.iter().any(|class| class.grade >= SENIOR_GRADE);
    let has_periods = lists.periods.items.iter().any(|period| period.grade_to >= SENIOR_GRADE);
    if given.parts.iter().any(is_list) && has_seniors && !has_periods {
        let message = "полугодий нет ни в этих файлах, ни в школе: у 10–11 классов, если они есть, не будет учебных периодов; допишите строки «1 полугодие» и «2 полугодие» или добавьте их на странице «Учебные периоды»";
        found.warning(Place::file(File::Periods), codes::LEFT_OUT, message);
    }
}

/// The rows that adapters made, each table laid over what stands.
fn lay_grown<'a>(base: &Journal, grown: &'a [MadeTable], found: &mut Found) -> Vec<Sheet<'a>> {
    let mut sheets = Vec::new();
    for file in File::ALL {
        let mut sheet = match grown.iter().find(|(table, ..)| *table == file) {
            Some((table, name, rows)) => Sheet::of(*table, made(*table, name, rows), true, found),
            None => Sheet::absent(file),
        };
        overlay::lay(&mut sheet, tables::rows(file, base));
        sheets.push(sheet);
    }
    sheets
}

/// The tables, and the lines of a list of learners that name no day of enrolment.
fn sheets<'a>(given: &'a Given<'_>, standing: Option<&Journal>, found: &mut Found) -> (Vec<Sheet<'a>>, HashSet<u32>) {
    let (mut sheets, mut unsaid) = (Vec::new(), HashSet::new());
    let has_courses = standing.is_some_and(|journal| !journal.courses.is_empty());
    let year = given.year().or_else(|| standing.map(|journal| journal.school.year.clone())).unwrap_or_default();
    for file in File::ALL {
        let part = given.parts.iter().find(|part| part.table() == Some(file));
        let part = part.filter(|part| !matches!(part, Part::Kept { into_empty: true, .. } if has_courses));
        let mut sheet = match part {
            Some(Part::Kept { table: File::Learners, name, columns, rows, .. }) => {
                let (sheet, without) = learners(kept(columns, name, rows), &year, found);
                unsaid = without;
                sheet
            }
            Some(part) => sheet(file, part, standing.is_some(), found),
            None if standing.is_none() && file.layout().required => {
                found.error(Place::file(file), codes::MISSING_FILE, "в наборе нет этого файла");
                Sheet::unread(file)
            }
            None => Sheet::absent(file),
        };
        if let Some(standing) = standing {
            overlay::lay(&mut sheet, tables::rows(file, standing));
        }
        sheets.push(sheet);
    }
    (sheets, unsaid)
}

/// Learners of a list, and the lines that say nothing of their enrolment: they have the first day of the year there until it is known who they
/// are.
fn learners<'a>(mut grid: Grid<'a>, year: &str, found: &mut Found) -> (Sheet<'a>, HashSet<u32>) {
    let since = rows::first_year(year).map(|first| format!("{first}-09-01"));
    let place = LEARNERS.iter().position(|column| *column == "enrolled_on").unwrap_or_default();
    let mut unsaid = HashSet::new();
    for record in &mut grid.records {
        if let (Some(cell), Some(since)) = (record.fields.get_mut(place).filter(|cell| cell.is_empty()), &since) {
            *cell = Cow::Owned(since.clone());
            unsaid.insert(record.line);
        }
    }
    (Sheet::of(File::Learners, grid, true, found), unsaid)
}

/// A day of enrolment that a list leaves out is the card's; who has no card is there from the first day of the year, and that is told. Learners
/// whom orders have moved keep day and order of the last of them: a list has the day on which they came to the school.
fn enrolment(sheets: &mut [Sheet<'_>], unsaid: &HashSet<u32>, standing: Option<&Journal>, found: &mut Found) {
    const DAY: usize = File::Learners.at("enrolled_on");
    const ORDER: usize = File::Learners.at("enrolment_order");
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.file == File::Learners) else { return };
    // A table with codes is no list of an office: it says all of whom it names.
    if !sheet.absent.contains(&0) {
        return;
    }
    let cards: HashMap<&str, &Learner> =
        standing.iter().flat_map(|journal| &journal.learners).map(|card| (card.id.as_str(), card)).collect();
    let moved: HashSet<&str> =
        standing.iter().flat_map(|journal| &journal.earlier_stays).map(|stay| stay.id.as_str()).collect();
    let (mut fresh, mut since) = (0, String::new());
    for row in sheet.rows.iter_mut().filter(|row| row.line > 0) {
        let is_unsaid = unsaid.contains(&row.line);
        let Some(card) = cards.get(row.cell(0)).copied() else {
            if is_unsaid {
                fresh += 1;
                since = rows::date(row.cell(DAY)).map(words::date_short).unwrap_or_default();
            }
            continue;
        };
        let is_moved = moved.contains(card.id.as_str());
        if is_moved && !is_unsaid && rows::date(row.cell(DAY)).is_some_and(|day| day != card.enrolled_on) {
            let day = words::date_short(card.enrolled_on);
            let message = format!("в {} с {day} по приказу о движении: дата зачисления из списка не взята", card.class);
            found.warning(Place::line(File::Learners, row.line), codes::LEARNER_MOVED, message);
        }
        if is_moved || is_unsaid {
            row.set(DAY, card.enrolled_on.to_string());
        }
        if is_moved {
            row.set(ORDER, card.enrolment_order.clone());
        }
    }
    if fresh > 0 {
        let who = words::count(fresh, "обучающегося", "обучающихся", "обучающихся");
        let message = format!("дата зачисления не названа у {who}: взято {since}; приказы можно внести позже");
        found.warning(Place::file(File::Learners), codes::LEFT_OUT, message);
    }
}

fn sheet<'a>(file: File, part: &'a Part<'_>, may_lack: bool, found: &mut Found) -> Sheet<'a> {
    if let Part::Undecoded { error, .. } = part {
        let mut message = "файл не в кодировке UTF-8 и не в Windows-1251".to_owned();
        if !error.reads.is_empty() {
            let looks_like = error.looks_like.unwrap_or_default();
            message.push_str(&format!("; в {looks_like} здесь читается «{}»", error.reads));
        }
        let looks_like = error.looks_like.unwrap_or("повреждённый или иной текст");
        let at = Place::line(file, error.line);
        found.mismatch(at, codes::WRONG_ENCODING, message, "UTF-8 или Windows-1251", looks_like);
        return Sheet::unread(file);
    }
    match part.grid() {
        Some(grid) => Sheet::of(file, grid, may_lack, found),
        None => {
            found.error(Place::file(file), codes::EMPTY_FILE, "файл пуст: нет даже строки заголовков");
            Sheet::unread(file)
        }
    }
}

fn lists(sheets: &[Sheet<'_>], found: &mut Found) -> Lists {
    fn list<T>(
        sheets: &[Sheet<'_>],
        file: File,
        found: &mut Found,
        row: impl Fn(&mut Reading<'_, '_>) -> Option<T>,
    ) -> Listed<T> {
        match sheets.iter().find(|sheet| sheet.file == file) {
            Some(sheet) => Listed::of(sheet, found, row),
            None => Listed::of(&Sheet::absent(file), found, row),
        }
    }
    let mut classes = list(sheets, File::Classes, found, rows::class);
    // A class misspelt in its own file is told there once, not again by everybody who spells it right.
    let mended: Vec<String> = classes.items.iter().filter_map(|class| look_alike::mended(&class.name)).collect();
    classes.names.extend(mended);
    Lists {
        school: list(sheets, File::School, found, rows::school),
        periods: list(sheets, File::Periods, found, rows::period),
        staff: list(sheets, File::Staff, found, rows::staff_member),
        classes,
        learners: list(sheets, File::Learners, found, rows::learner),
        courses: list(sheets, File::Courses, found, rows::course),
        groups: list(sheets, File::Groups, found, rows::membership),
        lessons: list(sheets, File::Lessons, found, rows::lesson),
        marks: list(sheets, File::Marks, found, rows::mark),
        absences: list(sheets, File::Absences, found, rows::absence),
        final_marks: list(sheets, File::FinalMarks, found, rows::final_mark),
        decisions: list(sheets, File::Decisions, found, rows::decision),
        entries: list(sheets, File::Entries, found, rows::entry_time),
        earlier: Earlier::new(),
    }
}

/// The findings, each with its row as long as there is room.
fn told(found: Found, sheets: &[Sheet<'_>]) -> Vec<Told> {
    let placed = found.into_placed();
    let mut rows: HashMap<(File, u32), Vec<(&'static str, String)>> = HashMap::new();
    let wanted: Vec<(File, u32)> = placed.iter().filter_map(|(at, _)| *at).filter(|(_, line)| *line > 0).collect();
    for (file, line) in wanted.into_iter().take(MOST_ROWS_SHOWN) {
        let Some(sheet) = sheets.iter().find(|sheet| sheet.file == file) else { continue };
        rows.entry((file, line)).or_insert_with(|| {
            let row = sheet.rows.iter().find(|row| row.line == line);
            let columns = file.layout().columns.iter().enumerate();
            row.map(|row| columns.map(|(place, column)| (column.russian, row.cell(place).to_owned())).collect())
                .unwrap_or_default()
        });
    }
    let row = |at: Option<(File, u32)>| at.and_then(|at| rows.get(&at)).cloned().unwrap_or_default();
    placed.into_iter().map(|(at, finding)| Told { row: row(at), finding }).collect()
}

/// Joins the checked rows; groups become the members of their courses, marks get their ordinals.
fn journal(mut lists: Lists) -> Journal {
    let mut members: HashMap<String, Vec<String>> = HashMap::new();
    for membership in lists.groups.items {
        members.entry(membership.course_id).or_default().push(membership.learner_id);
    }
    for course in &mut lists.courses.items {
        course.members = members.remove(&course.id).unwrap_or_default();
    }
    let mut marks = lists.marks.items;
    let mut counts = HashMap::with_capacity(marks.len());
    let ordinals: Vec<u32> = marks
        .iter()
        .map(|mark| {
            let count = counts.entry((&mark.lesson, mark.learner_id.as_str())).or_insert(0_u32);
            *count += 1;
            *count - 1
        })
        .collect();
    marks.iter_mut().zip(ordinals).for_each(|(mark, ordinal)| mark.ordinal = ordinal);
    Journal {
        school: lists.school.items.pop().unwrap_or_default(),
        periods: lists.periods.items,
        staff: lists.staff.items,
        classes: lists.classes.items,
        learners: lists.learners.items,
        earlier_stays: Vec::new(),
        earlier_teachers: Vec::new(),
        courses: lists.courses.items,
        lessons: lists.lessons.items,
        marks,
        absences: lists.absences.items,
        final_marks: lists.final_marks.items,
        decisions: lists.decisions.items,
        content_gaps: Vec::new(),
    }
}

/// Is nothing found that bars an import?
pub fn is_clean(told: &[Told]) -> bool {
    told.iter().all(|told| told.finding.severity < Severity::Error)
}
