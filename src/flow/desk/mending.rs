//! Has what a copy came back for been corrected? One answer for every screen. Floor 2.
//!
//! Asked of the history of changes, sheet by sheet: what was written into another course, or for another period, corrects nothing.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::journal::{Course, Journal, YEAR};
use crate::domain::route::BY_SHEETS;
use crate::domain::words;
use crate::flow::papers::{Paper, PaperSheet};
use crate::flow::sign::REFUSED;
use crate::flow::{Error, House};
use crate::store::{ChangeFilter, ChangeRow, CopyRow};

/// What became of a copy since its last refusal, or since its recall.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mending {
    /// Did it come back at all?
    pub came_back: bool,
    /// Sheets with a remark in which nothing was changed since, by name; an empty name is the copy as a whole.
    pub untouched: Vec<String>,
    /// Sheets of courses without a remark that were changed since, by name.
    pub others: Vec<String>,
    /// Staff identifiers of who signs for each of these, by its name.
    pub signers: BTreeMap<String, BTreeSet<String>>,
    /// The rows changed since by the name of the sheet with a remark that shows them; none for a sheet in which nothing was changed.
    pub changes: BTreeMap<String, Vec<ChangeRow>>,
}

impl Mending {
    /// Was every sheet with a remark changed?
    pub fn is_done(&self) -> bool {
        self.came_back && self.untouched.is_empty()
    }

    /// Is nothing changed for a remark on this sheet?
    pub fn lacks(&self, sheet: &str) -> bool {
        self.untouched.iter().any(|name| name == sheet)
    }

    /// The same as a sentence: «В листе «Биология» ничего не изменено.»; empty where all of it is corrected.
    pub fn sentence(&self, reader: &str) -> String {
        match self.said(reader) {
            said if said.is_empty() => said,
            // A group may be called by its teacher, with the initials last.
            said => words::stopped(&words::capitalised(&said)),
        }
    }

    /// What was changed for a remark on this sheet; of a copy that is judged as a whole, everything.
    pub fn changed(&self, sheet: &str) -> &[ChangeRow] {
        self.changes.get(sheet).or_else(|| self.changes.get("")).map(Vec::as_slice).unwrap_or_default()
    }

    /// «в листе «Биология» ничего не изменено; изменены другие листы: Математика»; empty where all of it is corrected. To the reader, a staff
    /// identifier, the own sheets are no others: «изменён ваш лист: Математика».
    pub fn said(&self, reader: &str) -> String {
        if self.untouched.is_empty() {
            return String::new();
        }
        let named = self.untouched.iter().filter(|name| !name.is_empty());
        let named: Vec<String> = named.map(|name| format!("«{name}»")).collect();
        let mut said = match named.as_slice() {
            [] => "в записях класса за этот период ничего не изменено".to_owned(),
            [one] => format!("в листе {one} ничего не изменено"),
            many => format!("в листах {} ничего не изменено", words::listed(many)),
        };
        let is_own = |name: &&str| self.signers.get(*name).is_some_and(|signers| signers.contains(reader));
        let (own, others): (Vec<&str>, Vec<&str>) = self.others.iter().map(String::as_str).partition(is_own);
        if !others.is_empty() {
            said.push_str(&format!("; изменены другие листы: {}", others.join(", ")));
        }
        match own.as_slice() {
            [] => {}
            [one] => said.push_str(&format!("; изменён ваш лист: {one}")),
            many => said.push_str(&format!("; изменены ваши листы: {}", many.join(", "))),
        }
        said
    }
}

/// Of the last version of a copy that came back: which of the sheets spoken of were changed since.
pub async fn mending(house: &House, row: &CopyRow) -> Result<Mending, Error> {
    let recall = house.db.find_recall(&row.id).await?.filter(|one| one.version == row.version);
    let said = house.db.list_statements(&row.id, row.version).await?;
    let refusals = said.iter().filter(|one| one.verdict == REFUSED).map(|one| one.signed_at.as_str());
    let Some(moment) = refusals.chain(recall.iter().map(|one| one.at.as_str())).max() else {
        return Ok(Mending::default());
    };
    let mut spoken: BTreeSet<String> = match &recall {
        Some(one) => one.sheets.iter().cloned().collect(),
        None => {
            let remarks = house.db.list_remarks(&row.id).await?;
            remarks.into_iter().filter(|one| one.version == row.version).map(|one| one.sheet).collect()
        }
    };
    let paper = house.papers.get(house, row.snapshot).await?;
    // A record of the year that came back with the copy of a period names all its sheets where none of them is that copy's.
    let is_whole = row.period == YEAR && paper.sheets.iter().skip(1).all(|sheet| spoken.contains(&sheet.id));
    if spoken.is_empty() || is_whole {
        spoken = [String::new()].into();
    }
    let roster = house.db.load_roster(&row.year).await?;
    let scope = Scope { row, paper: &paper, roster: &roster };
    let changes = since(house, &scope, moment).await?;
    let touches: Vec<(Touch, &ChangeRow)> =
        changes.iter().filter_map(|change| Some((scope.touch(change)?, change))).collect();
    let is_shown = |id: &str, touch: &Touch| match paper.sheet(id).filter(|sheet| !sheet.course.is_empty()) {
        Some(sheet) => scope.shows(sheet, touch),
        // The whole, the title and what sums the class up.
        None => true,
    };
    let is_changed = |id: &str| touches.iter().any(|(touch, _)| is_shown(id, touch));
    let rows = |id: &String| -> Vec<ChangeRow> {
        touches.iter().filter(|(touch, _)| is_shown(id, touch)).map(|(_, change)| (*change).clone()).collect()
    };
    let name = |id: &String| paper.sheet(id).map_or_else(|| id.clone(), |sheet| sheet.name.clone());
    let others = paper.sheets.iter().filter(|sheet| !sheet.course.is_empty() && !spoken.contains(&sheet.id));
    let others: Vec<String> =
        others.filter(|sheet| is_changed(sheet.id.as_str())).map(|sheet| sheet.name.clone()).collect();
    let mut signers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for signer in paper.route.iter().filter(|stage| stage.id == BY_SHEETS).flat_map(|stage| &stage.signers) {
        let sheets = signer.sheets.iter().filter_map(|id| paper.sheet(id));
        for sheet in sheets.filter(|sheet| others.contains(&sheet.name)) {
            signers.entry(sheet.name.clone()).or_default().insert(signer.person.id.clone());
        }
    }
    Ok(Mending {
        came_back: true,
        untouched: spoken.iter().filter(|id| !is_changed(id.as_str())).map(name).collect(),
        others,
        signers,
        changes: spoken.iter().map(|id| (name(id), rows(id))).filter(|(_, rows)| !rows.is_empty()).collect(),
    })
}

/// What a change of a row shows in.
enum Touch {
    /// The sheets of a course.
    Course(String),
    /// The sheets of the courses that a learner attends.
    Learner(String),
    /// The sheets of the courses that a member of staff teaches.
    Teacher(String),
    /// Sheets of the class, of no course.
    Class,
    /// Every sheet of the period.
    Period,
}

/// Class and period of a copy.
struct Scope<'c> {
    row: &'c CopyRow,
    paper: &'c Paper,
    roster: &'c Journal,
}

impl Scope<'_> {
    /// A course of the class by its identifier, with or without the number of an earlier teacher's part.
    fn course(&self, id: &str) -> Option<&Course> {
        let find = |id: &str| self.roster.courses.iter().find(|one| one.id == id && one.class == self.row.class);
        find(id).or_else(|| find(id.rsplit_once('.')?.0))
    }

    /// Identifiers of the class's courses: today's, and those of the copy's sheets.
    fn courses(&self) -> BTreeSet<String> {
        let now = self.roster.courses.iter().filter(|one| one.class == self.row.class).map(|one| one.id.clone());
        let then = self.paper.sheets.iter().filter(|sheet| !sheet.course.is_empty());
        let then =
            then.map(|sheet| self.course(&sheet.course).map_or_else(|| sheet.course.clone(), |one| one.id.clone()));
        now.chain(then).collect()
    }

    fn is_own(&self, course: &str) -> bool {
        self.course(course).is_some() || self.paper.sheets.iter().any(|sheet| sheet.course == course)
    }

    fn is_within(&self, day: &str) -> bool {
        day.len() == 10 && self.paper.period.starts.as_str() <= day && day <= self.paper.period.ends.as_str()
    }

    /// What of the class and the period a change touches; `None` where it touches nothing of them.
    fn touch(&self, change: &ChangeRow) -> Option<Touch> {
        let first = change.key.first()?;
        let own = || self.is_own(first).then(|| Touch::Course(first.clone()));
        let differs = || shown(change.old.as_deref()) != shown(change.new.as_deref());
        let mut rows = [&change.old, &change.new].into_iter().flatten();
        match change.table.as_str() {
            "lessons" | "marks" | "absences" => {
                own().filter(|_| change.key.get(1).is_some_and(|day| self.is_within(day)))
            }
            "final_marks" => {
                let period = change.key.get(2)?;
                own().filter(|_| self.row.period == YEAR || *period == self.row.period)
            }
            "courses" => own().filter(|_| differs()),
            "group_members" => own().filter(|_| change.old.is_some() != change.new.is_some()),
            "earlier_teachers" => own(),
            "plan_topics" => own().filter(|_| rows.any(|row| row.iter().any(|cell| self.is_within(cell)))),
            "staff" => {
                let teaches =
                    self.roster.courses.iter().any(|one| one.class == self.row.class && one.teacher_id == *first);
                (teaches && differs()).then(|| Touch::Teacher(first.clone()))
            }
            "learners" => {
                let (was, is) = (self.learner(change.old.as_deref()), self.learner(change.new.as_deref()));
                let name = |card: &Option<Card>| card.as_ref().map(|(named, _)| named.clone());
                match was == is {
                    true => None,
                    false if name(&was) == name(&is) => Some(Touch::Class),
                    false => Some(Touch::Learner(first.clone())),
                }
            }
            "decisions" => {
                let here = self.roster.learners.iter().any(|one| one.id == *first && one.class == self.row.class);
                (here && self.row.period == YEAR).then_some(Touch::Class)
            }
            "classes" => (*first == self.row.class && differs()).then_some(Touch::Class),
            "content_gaps" => (*first == self.row.class).then_some(Touch::Class),
            "periods" => (*first == self.row.period && differs()).then_some(Touch::Period),
            _ => None,
        }
    }

    /// A learner's row as the sheets of the period have it: what those of a course show, and the rest; `None` for who is not in the class then.
    fn learner(&self, row: Option<&[String]>) -> Option<Card> {
        let [surname, given, patronymic, born, class, enrolled, order, left, leaving, ..] = row? else { return None };
        let period = &self.paper.period;
        let here = *class == self.row.class && *enrolled <= period.ends && (left.is_empty() || *left >= period.starts);
        // Who leaves after the period is in it to its end.
        let (left, leaving) = match !left.is_empty() && *left <= period.ends {
            true => (left.as_str(), leaving.as_str()),
            false => ("", ""),
        };
        let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        here.then(|| {
            let named = texts(&[surname.as_str(), given.as_str(), enrolled.as_str(), left]);
            (named, texts(&[patronymic.as_str(), born.as_str(), order.as_str(), leaving]))
        })
    }

    /// Does the sheet of a course show what was touched?
    fn shows(&self, sheet: &PaperSheet, touch: &Touch) -> bool {
        let course = self.course(&sheet.course);
        match touch {
            Touch::Course(id) => course.map_or(sheet.course.as_str(), |one| one.id.as_str()) == id,
            Touch::Learner(id) => course.is_none_or(|one| one.members.is_empty() || one.members.contains(id)),
            Touch::Teacher(id) => course.is_some_and(|one| one.teacher_id == *id),
            Touch::Class => false,
            Touch::Period => true,
        }
    }
}

/// What the sheets of courses show of a learner, and what those of the class show besides.
type Card = (Vec<String>, Vec<String>);

/// A row without its place in the list, which moves when another row comes or goes.
fn shown(row: Option<&[String]>) -> Option<&[String]> {
    row.map(|cells| cells.split_last().map_or(cells, |(_, rest)| rest))
}

/// Changes since a moment that may concern the class, one a row: what was written and taken back again is none.
async fn since(house: &House, scope: &Scope<'_>, moment: &str) -> Result<Vec<ChangeRow>, Error> {
    let since =
        ChangeFilter { year: Some(scope.row.year.clone()), since: Some(moment.to_owned()), ..ChangeFilter::default() };
    let courses = scope.courses().into_iter().map(|id| ChangeFilter { names: Some(id), ..since.clone() });
    let tables = ["learners", "staff", "classes", "periods", "decisions", "content_gaps"];
    let tables = tables.map(|table| ChangeFilter { table: Some(table.to_owned()), ..since.clone() });
    let mut found: BTreeMap<u64, ChangeRow> = BTreeMap::new();
    for filter in courses.chain(tables) {
        // What was written in the second of the refusal was written before it: the period was closed up to then.
        let changes = house.db.list_changes(&filter).await?.into_iter().filter(|change| change.at.as_str() > moment);
        found.extend(changes.map(|change| (change.seq, change)));
    }
    let mut rows: BTreeMap<(String, Vec<String>), ChangeRow> = BTreeMap::new();
    for change in found.into_values() {
        match rows.entry((change.table.clone(), change.key.clone())) {
            Entry::Occupied(mut first) => first.get_mut().new = change.new,
            Entry::Vacant(place) => {
                place.insert(change);
            }
        }
    }
    Ok(rows.into_values().filter(|change| change.old != change.new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_elsewhere_is_told_apart_from_one_in_the_sheet_with_the_remark() {
        let of = |untouched: &[&str], others: &[&str]| Mending {
            came_back: true,
            untouched: untouched.iter().map(|name| (*name).to_owned()).collect(),
            others: others.iter().map(|name| (*name).to_owned()).collect(),
            signers: BTreeMap::from([("Математика".to_owned(), ["T7".to_owned()].into())]),
            changes: BTreeMap::new(),
        };
        let elsewhere = of(&["Биология"], &["Математика"]);
        assert!(!elsewhere.is_done() && elsewhere.lacks("Биология") && !elsewhere.lacks("Химия"));
        assert_eq!(elsewhere.said("T1"), "в листе «Биология» ничего не изменено; изменены другие листы: Математика");
        let to_its_teacher = of(&["Биология"], &["География", "Математика"]).said("T7");
        assert_eq!(
            to_its_teacher,
            "в листе «Биология» ничего не изменено; изменены другие листы: География; изменён ваш лист: Математика"
        );
        let named = of(&["Биология"], &["Английский язык, группа Лазурит П.Р."]).sentence("T1");
        assert!(named.starts_with("В листе") && named.ends_with("Лазурит П.Р."), "one stop after initials: {named}");
        assert_eq!(of(&["Биология", "Химия"], &[]).said("T1"), "в листах «Биология» и «Химия» ничего не изменено");
        assert_eq!(of(&[""], &[]).said("T1"), "в записях класса за этот период ничего не изменено");
        let done = of(&[], &["Математика"]);
        assert!(done.is_done() && done.said("T7").is_empty() && done.sentence("T7").is_empty());
        assert!(!Mending::default().is_done(), "what did not come back is not corrected");
    }

    #[test]
    fn a_place_in_a_list_is_not_shown() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let (was, is) = (row(&["Орлова", "3"]), row(&["Орлова", "4"]));
        assert_eq!(shown(Some(&was)), shown(Some(&is)));
        assert_ne!(shown(Some(&was)), shown(None));
    }
}
