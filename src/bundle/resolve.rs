//! Names in the place of codes: «Агатова Мария Петровна» for `T00001`, «1 группа английского» for nobody. Floor 1.
//!
//! Offices keep no codes. A name that stands for exactly one is taken and told; for none or several it is found. New rows without a code
//! get the next one.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::finding::Severity;
use crate::domain::journal::Journal;
use crate::domain::names;
use crate::domain::setup::spelling;

use super::codes;
use super::found::{Found, Place};
use super::layout::File;
use super::rows;
use super::sheet::{Row, Sheet};

/// Places of a learner's cells, by the layout.
const SURNAME: usize = File::Learners.at("surname");
const GIVEN: usize = File::Learners.at("given_name");
const PATRONYMIC: usize = File::Learners.at("patronymic");
const BORN: usize = File::Learners.at("born");
const CLASS: usize = File::Learners.at("class");
const LEFT: usize = File::Learners.at("left_on");

/// Names of a member of staff, by the layout.
const STAFF_NAMES: [usize; 3] = [File::Staff.at("surname"), File::Staff.at("given_name"), File::Staff.at("patronymic")];
/// Names of a learner.
const LEARNER_NAMES: [usize; 3] = [SURNAME, GIVEN, PATRONYMIC];
/// What tells courses apart.
const COURSE: [usize; 3] = [File::Courses.at("class"), File::Courses.at("subject"), File::Courses.at("group")];

/// Puts codes where names or nothing stand; the sheets are whole tables, standing rows included.
/// `standing`: the journal that they are laid over, whose orders hold; `spent`: codes that were given once.
pub fn resolve(sheets: &mut [Sheet<'_>], standing: Option<&Journal>, spent: &[String], found: &mut Found) {
    let unsaid = super::office_posts::unsaid(sheets);
    if let Some(staff) = sheets.iter_mut().find(|sheet| sheet.file == File::Staff && sheet.absent.contains(&0)) {
        super::office_posts::join(staff, |row| person(row, STAFF_NAMES), found);
    }
    give_codes(sheets, (File::Staff, 'T'), spent, found, |row| person(row, STAFF_NAMES));
    super::office_posts::give(sheets, &unsaid, found);
    super::office_moves::keep(sheets, standing, found);
    let renamed = put_right(sheets, found);
    let learner = |row: &Row<'_>| format!("{} {}", person(row, LEARNER_NAMES), class(row.cell(CLASS)));
    give_codes(sheets, (File::Learners, 'L'), spent, found, learner);
    give_codes(sheets, (File::Courses, 'C'), spent, found, |row| {
        COURSE.map(|at| names::fold(row.cell(at))).join("\u{1}")
    });
    super::office_groups::resolve(sheets, found);
    let staff = People::of(sheets, File::Staff);
    for (file, column) in
        [(File::Classes, "class_teacher_id"), (File::Courses, "teacher_id"), (File::Lessons, "substitute_teacher_id")]
    {
        refer(sheets, file, column, &staff, "сотрудника", found);
    }
    let mut learners = People::of(sheets, File::Learners);
    learners.also(renamed);
    for file in [File::Groups, File::Marks, File::Absences, File::FinalMarks, File::Decisions, File::Entries] {
        refer(sheets, file, "learner_id", &learners, "обучающегося", found);
    }
}

fn person(row: &Row<'_>, [surname, given, patronymic]: [usize; 3]) -> String {
    names::fold(&names::full_name(row.cell(surname), row.cell(given), row.cell(patronymic)))
}

fn class(text: &str) -> String {
    names::fold(text)
}

/// A learner whom a list names by another surname than the card.
struct Renamed {
    /// Code of the card.
    code: String,
    /// Surname, given name and patronymic of the list.
    listed: [String; 3],
}

/// Puts the card's surname where a list without codes has a former one of the same learner, so that nobody is doubled. The day of birth proves
/// it; without one it may be somebody else, and it is only asked.
fn put_right(sheets: &mut [Sheet<'_>], found: &mut Found) -> Vec<Renamed> {
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.file == File::Learners) else { return Vec::new() };
    if !sheet.absent.contains(&0) {
        return Vec::new();
    }
    let full = |row: &Row<'_>| names::full_name(row.cell(SURNAME), row.cell(GIVEN), row.cell(PATRONYMIC));
    let whole = |row: &Row<'_>| format!("{} {}", person(row, LEARNER_NAMES), class(row.cell(CLASS)));
    // What a corrected surname leaves as it was.
    let rest = |row: &Row<'_>| [CLASS, GIVEN, PATRONYMIC].map(|column| names::fold(row.cell(column))).join("\u{1}");
    let (coming, standing): (Vec<&Row<'_>>, Vec<&Row<'_>>) = sheet.rows.iter().partition(|row| row.line > 0);
    let listed: HashSet<String> = coming.into_iter().map(whole).collect();
    let known: HashSet<String> = standing.into_iter().map(whole).collect();
    let (mut strangers, mut missing) = (Vec::new(), HashMap::<String, Vec<usize>>::new());
    for (place, row) in sheet.rows.iter().enumerate() {
        if row.line > 0 && !known.contains(&whole(row)) {
            strangers.push(place);
        } else if row.line == 0 && row.cell(LEFT).is_empty() && !listed.contains(&whole(row)) {
            missing.entry(rest(row)).or_default().push(place);
        }
    }
    let mut renamed = Vec::new();
    let mut taken: HashSet<usize> = HashSet::new();
    for place in strangers {
        let row = &sheet.rows[place];
        let born = rows::date(row.cell(BORN));
        let free: Vec<usize> = missing.get(&rest(row)).into_iter().flatten().copied().collect();
        let day = |at: usize| rows::date(sheet.rows[at].cell(BORN));
        let same: Vec<usize> =
            free.iter().copied().filter(|at| !taken.contains(at) && born.is_some() && day(*at) == born).collect();
        // Without a day and without a patronymic too little is left to ask by.
        let has_patronymic = !row.cell(PATRONYMIC).is_empty();
        let likely = free
            .iter()
            .copied()
            .find(|at| !taken.contains(at) && has_patronymic && (born.is_none() || day(*at).is_none()));
        let Some(at) = same.first().copied().or(likely) else { continue };
        let card = &sheet.rows[at];
        let is_one = same.len() == 1;
        let asked =
            format!("{}: в списке «{}», в карточке «{}»: тот же ученик?", row.cell(CLASS), full(row), full(card));
        let message = match is_one {
            true => format!(
                "{asked} День рождения тот же: взят ученик из карточки, фамилия остаётся как в ней. Исправьте фамилию в списке или, если это другой ученик, зачислите его на странице «Движение»"
            ),
            false => format!(
                "{asked} Исправьте фамилию в списке или, если это другой ученик, загружайте так: он будет записан новым"
            ),
        };
        found.warning(Place::line(File::Learners, row.line), codes::LEARNER_RENAMED, message);
        if is_one {
            taken.insert(at);
            let listed = LEARNER_NAMES.map(|column| row.cell(column).to_owned());
            renamed.push(Renamed { code: card.cell(0).to_owned(), listed });
            let surname = card.cell(SURNAME).to_owned();
            sheet.rows[place].set(SURNAME, surname);
        }
    }
    renamed
}

/// Codes for the rows of a sheet that has no column of them: the code that stands for the same person or course, or the next one after all that
/// stand and all that were `spent`.
fn give_codes(
    sheets: &mut [Sheet<'_>],
    (file, letter): (File, char),
    spent: &[String],
    found: &mut Found,
    who: impl Fn(&Row<'_>) -> String,
) {
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.file == file) else { return };
    if !sheet.absent.contains(&0) {
        return;
    }
    let mut known: HashMap<String, Vec<usize>> = HashMap::new();
    let number = |code: &str| code.strip_prefix(letter).and_then(|digits| digits.parse().ok()).unwrap_or(0_u32);
    let mut highest = spent.iter().map(|code| number(code)).max().unwrap_or(0);
    for (place, row) in sheet.rows.iter().enumerate().filter(|(_, row)| row.line == 0) {
        known.entry(who(row)).or_default().push(place);
        highest = highest.max(number(row.cell(0)));
    }
    let mut replaced = HashSet::new();
    for place in 0..sheet.rows.len() {
        if sheet.rows[place].line == 0 {
            continue;
        }
        let at = Place::line(file, sheet.rows[place].line);
        match known.get(&who(&sheet.rows[place])).map(Vec::as_slice) {
            Some([standing]) if replaced.insert(*standing) => {
                for column in 0..file.layout().columns.len() {
                    // A list of people without codes is an office's: what it leaves out or blank, it does not speak of.
                    let is_silent =
                        matches!(file, File::Staff | File::Learners) && sheet.rows[place].cell(column).is_empty();
                    if is_silent || sheet.absent.contains(&column) {
                        let cell = sheet.rows[*standing].cell(column).to_owned();
                        sheet.rows[place].set(column, cell);
                    }
                }
            }
            Some([_, _, ..]) => {
                let message = "в журнале несколько строк с этим именем: укажите код в столбце «id»";
                found.error(at, codes::AMBIGUOUS_NAME, message);
            }
            _ => {
                highest += 1;
                let code = format!("{letter}{highest:05}");
                sheet.rows[place].set(0, code);
            }
        }
    }
    // A row that comes takes the place of the one that stands, so that nobody's order changes.
    let mut coming: HashMap<String, usize> = HashMap::new();
    for (place, row) in sheet.rows.iter().enumerate().filter(|(_, row)| row.line > 0) {
        coming.entry(row.cell(0).to_owned()).or_insert(place);
    }
    let mut order: Vec<usize> = Vec::with_capacity(sheet.rows.len());
    let mut used = HashSet::new();
    for (place, row) in sheet.rows.iter().enumerate() {
        let instead = if row.line == 0 { coming.get(row.cell(0)).copied().unwrap_or(place) } else { place };
        if used.insert(instead) {
            order.push(instead);
        }
    }
    sheet.rows = order.into_iter().map(|place| sheet.rows[place].clone()).collect();
}

/// People of a table by code and by name.
struct People {
    codes: HashSet<String>,
    /// Folded «фамилия имя отчество», «фамилия имя» and «фамилия и.о.».
    names: HashMap<String, HashSet<String>>,
    /// The full name of each code, as it is written.
    full: HashMap<String, String>,
    /// Is every row there? If not, a missing name proves nothing.
    is_whole: bool,
}

impl People {
    fn of(sheets: &[Sheet<'_>], file: File) -> Self {
        let mut people = Self { codes: HashSet::new(), names: HashMap::new(), full: HashMap::new(), is_whole: true };
        let Some(sheet) = sheets.iter().find(|sheet| sheet.file == file) else { return people };
        people.is_whole = sheet.is_whole;
        let places = if file == File::Staff { STAFF_NAMES } else { LEARNER_NAMES };
        for row in &sheet.rows {
            people.codes.insert(row.cell(0).to_owned());
            let [surname, given, patronymic] = places.map(|place| row.cell(place));
            let spellings = [
                names::full_name(surname, given, patronymic),
                names::list_name(surname, given),
                names::short_name(surname, given, patronymic),
            ];
            people.full.insert(row.cell(0).to_owned(), spellings[0].clone());
            for spelling in spellings {
                people.names.entry(key(&spelling)).or_default().insert(row.cell(0).to_owned());
            }
        }
        people
    }

    /// Every spelling, folded, with the full name of each who bears it.
    fn spellings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().flat_map(move |(spelling, codes)| {
            codes.iter().filter_map(move |code| Some((spelling.as_str(), self.full.get(code)?.as_str())))
        })
    }

    /// Names by which lists know somebody whom the card names otherwise; a name that is somebody's own stays theirs.
    fn also(&mut self, renamed: Vec<Renamed>) {
        let mut former: BTreeMap<String, HashSet<String>> = BTreeMap::new();
        for Renamed { code, listed: [surname, given, patronymic] } in renamed {
            for spelling in [
                names::full_name(&surname, &given, &patronymic),
                names::list_name(&surname, &given),
                names::short_name(&surname, &given, &patronymic),
            ] {
                former.entry(key(&spelling)).or_default().insert(code.clone());
            }
        }
        for (name, codes) in former {
            self.names.entry(name).or_insert(codes);
        }
    }
}

/// «Петрова А. П.» and «петрова а.п.» are one.
fn key(name: &str) -> String {
    names::fold(name).replace(". ", ".")
}

fn refer(sheets: &mut [Sheet<'_>], file: File, column: &'static str, people: &People, whose: &str, found: &mut Found) {
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.file == file) else { return };
    let Some(place) = file.place(column) else { return };
    let mut told = HashSet::new();
    for row in sheet.rows.iter_mut().filter(|row| row.line > 0) {
        let written = row.cell(place).to_owned();
        // A code has no space inside; what is neither known nor a name is told where references are checked.
        if written.is_empty() || people.codes.contains(&written) || !written.contains([' ', '.']) {
            continue;
        }
        let at = Place::cell(file, row.line, column);
        let matches = people.names.get(&key(&written));
        match matches.map(|codes| codes.iter().collect::<Vec<_>>()).as_deref() {
            Some([code]) => {
                if told.insert(written.clone()) {
                    let message = match people.full.get(*code) {
                        Some(full) if *full != written => format!("«{written}» — это {full} ({code})"),
                        _ => format!("«{written}» — это {code}"),
                    };
                    found.told(at, codes::MATCHED_BY_NAME, Severity::Note, message);
                }
                row.set(place, (*code).clone());
            }
            Some(several) if several.len() > 1 => {
                let mut list: Vec<&str> = several.iter().map(|code| code.as_str()).collect();
                list.sort_unstable();
                let message = "это имя носят несколько человек: укажите код";
                found.mismatch(at, codes::AMBIGUOUS_NAME, message, list.join(", "), written.as_str());
            }
            _ if !people.is_whole => {}
            _ => {
                let near = spelling::near_people(&written, people.spellings());
                let unread = if people.names.is_empty() { found.not_understood() } else { Vec::new() };
                let message = match (people.names.is_empty(), unread.is_empty()) {
                    (true, true) => {
                        format!("нет такого {whose}: список ещё пуст, загрузите его вместе с этим файлом или раньше")
                    }
                    (true, false) => {
                        let files = unread.join(", ");
                        format!("нет такого {whose}: {files} не понято; если список там, сначала исправьте это")
                    }
                    (false, _) => spelling::nobody(whose, &written, &near),
                };
                let near: Vec<&str> = near.into_iter().collect();
                let expected = match near.is_empty() {
                    true => "фамилия, имя и отчество как в списке".to_owned(),
                    false => near.join(" или "),
                };
                found.mismatch(at, codes::UNMATCHED_NAME, message, expected, written.as_str());
            }
        }
    }
}
