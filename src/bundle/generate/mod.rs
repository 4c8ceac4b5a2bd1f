//! The demo school: a whole year of made-up journals from a seed. Floor 1.
//!
//! The same spec gives the same bytes everywhere. Nobody in it exists: surnames are minerals and plants. What it writes
//! passes `bundle::read` without a finding and the completeness gate without an omission.

mod calendar;
mod curriculum;
mod dice;
mod people;
mod roster;
mod setup;
mod year;

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use chrono::NaiveDate;

use super::layout::File;

use calendar::Calendar;
use dice::Dice;
pub use setup::{SetupRow, setup_rows};

use roster::{Booked, ClassPlan, Roster};
use year::{ClassYear, Held, NotAttested};

/// What school to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorSpec {
    /// Grade (1 to 11) and letter of each class.
    pub classes: Vec<(u8, char)>,
    /// Learners of a class, those who come or leave during the year included.
    pub learners_per_class: u32,
    /// How many more or fewer a class may have.
    pub spread: u32,
    /// The same seed, the same school.
    pub seed: u64,
    /// Calendar year in which the school year begins.
    pub year_start: i32,
}

impl GeneratorSpec {
    /// The demo: 1А to 11А of 2025/2026, 22 to 28 learners in each.
    pub fn demo() -> Self {
        Self { learners_per_class: 25, spread: 3, ..Self::of_letters("А") }
    }

    /// Classes 1 to 11 with each of the letters, 30 learners in each: `of_letters("АБВГ")` is the bench's 44 classes.
    pub fn of_letters(letters: &str) -> Self {
        let classes = (1..=11).flat_map(|grade| letters.chars().map(move |letter| (grade, letter))).collect();
        Self { classes, learners_per_class: 30, spread: 0, seed: 2025, year_start: 2025 }
    }
}

/// The files of a bundle: name and CSV text in UTF-8.
pub fn generate(spec: &GeneratorSpec) -> Vec<(String, Vec<u8>)> {
    let calendar = Calendar::of(spec.year_start);
    let roster = Roster::of(spec, &calendar);
    let special = not_attested(&roster, &calendar);
    let mut booked = Booked::new();
    let years: Vec<ClassYear> = roster
        .classes
        .iter()
        .enumerate()
        .map(|(place, class)| {
            let special = special.filter(|(at, _)| *at == place).map(|(_, special)| special);
            let mut dice = Dice::of_part(spec.seed, 10_000 + place as u64);
            year::play(class, &roster, &calendar, special, &mut booked, &mut dice)
        })
        .collect();
    let mut files = of_roster(spec, &calendar, &roster);
    files.extend(of_years(spec, &roster, &years));
    files.into_iter().map(|csv| (csv.file.name().to_owned(), csv.text.into_bytes())).collect()
}

/// Writes the files into a folder, which is made when it is not there.
pub fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    files.iter().try_for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes))
}

/// One learner of the school is not attested once: in grade 8, or the last class that has marks, in a course of one hour, in
/// the second period. Gives the class's place with it.
fn not_attested(roster: &Roster, calendar: &Calendar) -> Option<(usize, NotAttested)> {
    let graded = |class: &&ClassPlan| class.grade > 1;
    let class = roster.classes.iter().position(|class| class.grade == 8);
    let class = class.or_else(|| roster.classes.iter().rposition(|class| graded(&class)))?;
    let plan = &roster.classes[class];
    let course = plan.courses.iter().position(|course| course.taught.hours == 1 && course.group.is_empty())?;
    let (first, last) = calendar.span();
    let child = plan.children.iter().position(|child| child.is_present(first) && child.is_present(last))?;
    Some((class, (course, child, 1)))
}

/// A file being written.
struct Csv {
    file: File,
    text: String,
}

impl Csv {
    fn new(file: File) -> Self {
        let mut csv = Self { file, text: String::new() };
        let names: Vec<&str> = file.layout().columns.iter().map(|column| column.name).collect();
        csv.row(&names);
        csv
    }

    /// Quotes only what must be quoted (RFC 4180).
    fn row(&mut self, cells: &[&str]) {
        debug_assert_eq!(cells.len(), self.file.layout().columns.len());
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            if cell.contains([',', '"', '\n', '\r']) {
                let _ = write!(self.text, "\"{}\"", cell.replace('"', "\"\"")); // a String takes every write
            } else {
                self.text.push_str(cell);
            }
        }
        self.text.push('\n');
    }
}

fn of_roster(spec: &GeneratorSpec, calendar: &Calendar, roster: &Roster) -> Vec<Csv> {
    let mut school = Csv::new(File::School);
    school.row(&[
        "Муниципальное бюджетное общеобразовательное учреждение «Самоцветная средняя общеобразовательная школа»",
        "МБОУ «Самоцветная СОШ»",
        "г. Самоцветы",
        &format!("{}/{}", spec.year_start, spec.year_start + 1),
    ]);
    let mut periods = Csv::new(File::Periods);
    for span in &calendar.periods {
        let (from, to) = (span.grade_from.to_string(), span.grade_to.to_string());
        periods.row(&[span.id, span.name, span.kind, &from, &to, &span.starts.to_string(), &span.ends.to_string()]);
    }
    let mut staff = Csv::new(File::Staff);
    for member in &roster.staff {
        let name = &member.name;
        staff.row(&[&member.id, &name.surname, &name.given_name, &name.patronymic, member.position, member.roles]);
    }
    let (mut classes, mut learners) = (Csv::new(File::Classes), Csv::new(File::Learners));
    let (mut courses, mut groups) = (Csv::new(File::Courses), Csv::new(File::Groups));
    for class in &roster.classes {
        classes.row(&[&class.name, &class.grade.to_string(), &roster.staff[class.teacher].id]);
        learner_rows(class, &mut learners);
        for course in &class.courses {
            let (subject, hours) = (course.taught.subject, course.taught.hours.to_string());
            let teacher = &roster.staff[course.teacher].id;
            courses.row(&[&course.id, &class.name, subject, course.group, teacher, &hours]);
            for member in course.members.iter().filter(|_| !course.group.is_empty()) {
                groups.row(&[&course.id, &class.children[*member].id]);
            }
        }
    }
    vec![school, periods, staff, classes, learners, courses, groups]
}

fn learner_rows(class: &ClassPlan, learners: &mut Csv) {
    for child in &class.children {
        learners.row(&[
            &child.id,
            &child.name.surname,
            &child.name.given_name,
            &child.name.patronymic,
            &child.born.to_string(),
            &class.name,
            &child.enrolled.to_string(),
            &child.enrolment_order,
            &child.left.map(|left| left.to_string()).unwrap_or_default(),
            &child.leaving_order,
        ]);
    }
}

/// Rows of the year by day, class, place in the day, as journals export them.
fn of_years(spec: &GeneratorSpec, roster: &Roster, years: &[ClassYear]) -> Vec<Csv> {
    type When = (NaiveDate, usize, u8, usize);
    let when = |class: usize, course: usize, held: &Held| -> When { (held.date, class, held.number, course) };
    let (mut lessons, mut marks, mut absences) = (Vec::new(), Vec::new(), Vec::new());
    for (class, year) in years.iter().enumerate() {
        for (course, held) in
            year.lessons.iter().enumerate().flat_map(|(course, held)| held.iter().map(move |h| (course, h)))
        {
            lessons.push((when(class, course, held), held));
        }
        for (course, lesson, child, kind, value) in &year.marks {
            marks.push((when(class, *course, &year.lessons[*course][*lesson]), *child, *kind, *value));
        }
        for (course, lesson, child, code) in &year.absences {
            absences.push((when(class, *course, &year.lessons[*course][*lesson]), *child, *code));
        }
    }
    lessons.sort_by_key(|row| row.0);
    marks.sort_by_key(|row| (row.0, row.1)); // stable: several marks of one learner keep their order
    absences.sort_by_key(|row| (row.0, row.1));
    let course_id = |(_, class, _, course): When| roster.classes[class].courses[course].id.as_str();
    let child_id = |class: usize, child: usize| roster.classes[class].children[child].id.as_str();

    let mut lesson_file = Csv::new(File::Lessons);
    for (at, held) in lessons {
        let substitute = held.substitute.map_or("", |place| roster.staff[place].id.as_str());
        let (date, number) = (at.0.to_string(), at.2.to_string());
        lesson_file.row(&[course_id(at), &date, &number, &held.topic, &held.homework, held.kind_of_work, substitute]);
    }
    let mut mark_file = Csv::new(File::Marks);
    for (at, child, kind, value) in marks {
        let (date, number) = (at.0.to_string(), at.2.to_string());
        mark_file.row(&[course_id(at), &date, &number, child_id(at.1, child), kind, &value.to_string()]);
    }
    let mut absence_file = Csv::new(File::Absences);
    for (at, child, code) in absences {
        absence_file.row(&[course_id(at), &at.0.to_string(), &at.2.to_string(), child_id(at.1, child), code]);
    }
    let (mut finals, mut decisions) = (Csv::new(File::FinalMarks), Csv::new(File::Decisions));
    for (class, year) in years.iter().enumerate() {
        for (course, child, period, value) in &year.finals {
            finals.row(&[&roster.classes[class].courses[*course].id, child_id(class, *child), period, value]);
        }
        let (minutes, day) =
            if [9, 11].contains(&roster.classes[class].grade) { ("11", "06-23") } else { ("8", "05-26") };
        let day = format!("{}-{day}", spec.year_start + 1);
        for (child, decision) in &year.decisions {
            decisions.row(&[child_id(class, *child), decision, minutes, &day]);
        }
    }
    vec![lesson_file, mark_file, absence_file, finals, decisions]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nobody_teaches_in_two_rooms_at_once() {
        for spec in [GeneratorSpec::demo(), GeneratorSpec::of_letters("АБ")] {
            let calendar = Calendar::of(spec.year_start);
            let roster = Roster::of(&spec, &calendar);
            let (mut booked, mut taught) = (Booked::new(), BTreeSet::new());
            for (place, class) in roster.classes.iter().enumerate() {
                let mut dice = Dice::of_part(spec.seed, 10_000 + place as u64);
                let year = year::play(class, &roster, &calendar, None, &mut booked, &mut dice);
                for (course, lessons) in class.courses.iter().zip(&year.lessons) {
                    for held in lessons {
                        let teacher = held.substitute.unwrap_or(course.teacher);
                        let place = (teacher, held.date, held.number);
                        assert!(taught.insert(place), "{}, {place:?}", class.name);
                    }
                }
            }
        }
    }
}
