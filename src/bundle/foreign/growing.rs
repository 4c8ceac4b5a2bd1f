//! The journal that a report is laid into: knows the school's people and courses, and finds whoever it cannot match. Floor 1.
//!
//! Nothing is guessed: a name stands for the one learner whose name it is but for ё, spaces and a missing patronymic, and that is told; any
//! other is found as unmatched. Only an empty class is filled from a report.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::super::codes;
use super::super::given::PlacedRows;
use super::super::layout::File;
use super::super::sheet::nearest;
use super::super::workbook::letters;
use super::Foreign;
use crate::domain::finding::{Finding, Severity};
use crate::domain::journal::{
    Class, ContentGap, Course, GapKind, Journal, Learner, Lesson, LessonKey, PeriodKind, StaffMember,
};
use crate::domain::names;
use crate::domain::policy::Policy;

/// A place inside the file: the words after its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot(String);

impl Spot {
    /// A cell of a sheet, or a whole row.
    pub fn of(sheet: &str, row: u32, column: Option<u32>) -> Self {
        Self(match column {
            Some(column) => format!("лист «{sheet}», ячейка {}{row}", letters(column)),
            None => format!("лист «{sheet}», строка {row}"),
        })
    }

    /// A place in words.
    pub fn said(words: String) -> Self {
        Self(words)
    }
}

/// A table's name, the file that its rows came from, and the rows with their places.
pub type MadeTable = (File, String, PlacedRows);

/// The journal as it grows.
pub struct Growing<'p> {
    policy: &'p Policy,
    base: Journal,
    journal: Journal,
    file: String,
    findings: Vec<Finding>,
    tables: HashMap<File, (String, PlacedRows)>,
    lessons: HashMap<(String, NaiveDate), Vec<u8>>,
    matched: HashMap<(String, String), Option<String>>,
    told: HashSet<String>,
    made_courses: HashSet<String>,
    finals: HashMap<[String; 3], String>,
    /// Codes that were given once and are nobody else's.
    spent: &'p [String],
}

impl<'p> Growing<'p> {
    /// Begins with the journal that stands.
    pub fn new(base: Journal, policy: &'p Policy, spent: &'p [String]) -> Self {
        let mut lessons: HashMap<(String, NaiveDate), Vec<u8>> = HashMap::new();
        for lesson in &base.lessons {
            lessons.entry((lesson.key.course_id.clone(), lesson.key.date)).or_default().push(lesson.key.number);
        }
        lessons.values_mut().for_each(|numbers| numbers.sort_unstable());
        Self {
            policy,
            journal: base.clone(),
            base,
            file: String::new(),
            findings: Vec::new(),
            tables: HashMap::new(),
            lessons,
            matched: HashMap::new(),
            told: HashSet::new(),
            made_courses: HashSet::new(),
            finals: HashMap::new(),
            spent,
        }
    }

    /// Takes one report in.
    pub fn take(&mut self, file: &str, foreign: &Foreign) {
        file.clone_into(&mut self.file);
        match foreign {
            Foreign::PupilReport(report) => report.give(self),
            Foreign::ReportCard(card) => card.give(self),
            Foreign::Scale(class) => class.give(self),
        }
    }

    /// The journal as it stood, the findings, the rows that came, and the gaps.
    pub fn finish(self) -> (Journal, Vec<Finding>, Vec<MadeTable>, Vec<ContentGap>) {
        let mut tables: Vec<MadeTable> =
            self.tables.into_iter().map(|(file, (name, rows))| (file, name, rows)).collect();
        tables.sort_by_key(|(file, ..)| *file);
        (self.base, self.findings, tables, self.journal.content_gaps)
    }

    /// The school's policy.
    pub fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// The calendar year in which the school year begins.
    pub fn first_year(&self) -> Option<i32> {
        super::super::rows::first_year(&self.journal.school.year)
    }

    fn place(&self, spot: &Spot) -> String {
        format!("{}, {}", self.file, spot.0)
    }

    fn tell(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Something is wrong.
    pub fn error(&mut self, spot: &Spot, code: &'static str, message: String, expected: &str, found: &str) {
        let finding = Finding::new(code, self.place(spot), message).expected_found(expected, found);
        self.tell(finding);
    }

    fn once(&mut self, key: String, finding: Finding) {
        if self.told.insert(key) {
            self.tell(finding);
        }
    }

    /// Something of the source stays out; told once for each kind.
    pub fn left_out(&mut self, spot: &Spot, what: &str) {
        let finding = Finding::new(codes::LEFT_OUT, self.place(spot), format!("не перенесено: {what}"));
        self.once(format!("left {what}"), finding.weighing(Severity::Note));
    }

    fn push(&mut self, file: File, spot: &Spot, cells: Vec<String>) {
        let place = self.place(spot);
        let name = self.file.clone();
        self.tables.entry(file).or_insert_with(|| (name, Vec::new())).1.push((place, cells));
    }

    /// The report must be of the year that it is laid into.
    pub fn expect_year(&mut self, spot: &Spot, year: &str) {
        let own = self.journal.school.year.clone();
        if !year.is_empty() && year.replace(['-', '–', '—'], "/") != own {
            let message = "отчёт за другой учебный год".to_owned();
            let finding = Finding::new(codes::BAD_YEAR, self.place(spot), message).expected_found(own, year);
            self.once(format!("year {year}"), finding);
        }
    }

    /// The class that a report means: «8А», «8 А», «8-А», «8 "А"».
    pub fn class(&mut self, spot: &Spot, written: &str) -> Option<String> {
        let bare = |name: &str| names::slug(&name.replace(['"', '«', '»', '\'', ' ', '-'], ""));
        let found = self.journal.classes.iter().find(|class| bare(&class.name) == bare(written));
        if found.is_none() {
            let list: Vec<&str> = self.journal.classes.iter().map(|class| class.name.as_str()).collect();
            let message = "такого класса в журнале нет: сначала загрузите классы".to_owned();
            let finding =
                Finding::new(codes::UNKNOWN_CLASS, self.place(spot), message).expected_found(list.join(", "), written);
            self.once(format!("class {written}"), finding);
            return None;
        }
        found.map(|class| class.name.clone())
    }

    /// The learner of a class whose name it is.
    pub fn learner(&mut self, spot: &Spot, class: &str, written: &str) -> Option<String> {
        let key = (class.to_owned(), written.to_owned());
        if let Some(known) = self.matched.get(&key) {
            return known.clone();
        }
        let found = self.match_learner(spot, class, written);
        self.matched.insert(key, found.clone());
        found
    }

    fn match_learner(&mut self, spot: &Spot, class: &str, written: &str) -> Option<String> {
        let here: Vec<&Learner> = self.journal.learners.iter().filter(|learner| learner.class == class).collect();
        let was_empty = !self.base.learners.iter().any(|learner| learner.class == class);
        let spellings = |l: &Learner| {
            [
                names::full_name(&l.surname, &l.given_name, &l.patronymic),
                names::list_name(&l.surname, &l.given_name),
                names::short_name(&l.surname, &l.given_name, &l.patronymic),
                names::short_name(&l.surname, &l.given_name, ""),
            ]
        };
        let key = |name: &str| names::fold(name).replace(". ", ".").trim_end_matches('.').to_owned();
        let wanted = key(written);
        // The fullest spelling that fits anybody decides; a patronymic that only the report has is left aside last.
        let without_patronymic = wanted.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let by = |level: usize| -> Vec<&Learner> {
            let fits = |l: &&&Learner| match level {
                0..=3 => key(&spellings(l)[level]) == wanted,
                _ => l.patronymic.is_empty() && key(&spellings(l)[1]) == without_patronymic,
            };
            here.iter().filter(fits).copied().collect()
        };
        let matches = (0..=4).map(by).find(|list| !list.is_empty()).unwrap_or_default();
        match matches.as_slice() {
            [one] => {
                let (id, full) = (one.id.clone(), spellings(one)[0].clone());
                if full != written {
                    let message = format!("«{written}» — это {full} ({id})");
                    let finding = Finding::new(codes::MATCHED_BY_NAME, self.place(spot), message);
                    self.tell(finding.weighing(Severity::Note));
                }
                Some(id)
            }
            [] if was_empty => self.new_learner(spot, class, written),
            [] => {
                let full: Vec<String> = here.iter().map(|learner| spellings(learner)[0].clone()).collect();
                let near =
                    nearest(&written.to_lowercase(), full.iter().map(String::as_str)).unwrap_or_default().to_owned();
                let message = format!("в классе {class} нет такого обучающегося");
                self.error(spot, codes::UNMATCHED_NAME, message, &near, written);
                None
            }
            several => {
                let list = several.iter().map(|learner| learner.id.clone()).collect::<Vec<_>>().join(", ");
                let message = format!("в классе {class} несколько обучающихся с таким именем");
                self.error(spot, codes::AMBIGUOUS_NAME, message, &list, written);
                None
            }
        }
    }

    fn new_learner(&mut self, spot: &Spot, class: &str, written: &str) -> Option<String> {
        let grade = self.journal.class(class)?.grade;
        let enrolled_on = self.journal.periods_of_grade(grade).first().map(|period| period.starts)?;
        let mut words = written.split_whitespace();
        let (surname, given_name) = (words.next()?.to_owned(), words.next().unwrap_or_default().to_owned());
        let id = next_id('L', self.spent, self.journal.learners.iter().map(|learner| learner.id.as_str()));
        let learner = Learner {
            id: id.clone(),
            surname,
            given_name,
            patronymic: words.collect::<Vec<_>>().join(" "),
            born: None,
            class: class.to_owned(),
            enrolled_on,
            enrolment_order: String::new(),
            left_on: None,
            leaving_order: String::new(),
        };
        let row = super::super::tables::rows(
            File::Learners,
            &Journal { learners: vec![learner.clone()], ..Journal::default() },
        );
        self.journal.learners.push(learner);
        row.into_iter().for_each(|cells| self.push(File::Learners, spot, cells));
        let message = format!(
            "класс {class} пуст: обучающиеся заведены по отчёту, зачислены с первого дня года; проверьте даты и приказы"
        );
        let finding = Finding::new(codes::NEW_LEARNER, self.place(spot), message).weighing(Severity::Warning);
        self.once(format!("new learners {class}"), finding);
        Some(id)
    }

    /// A member of staff by «Фамилия Имя Отчество» or «Фамилия И. О.».
    pub fn staff(&mut self, spot: &Spot, written: &str) -> Option<String> {
        let key = |name: &str| names::fold(name).replace(". ", ".");
        let fits = |person: &&StaffMember| {
            let full = names::full_name(&person.surname, &person.given_name, &person.patronymic);
            let short = names::short_name(&person.surname, &person.given_name, &person.patronymic);
            [full, short, person.id.clone()].iter().any(|name| key(name) == key(written))
        };
        let found: Vec<String> = self.journal.staff.iter().filter(fits).map(|person| person.id.clone()).collect();
        match found.as_slice() {
            [one] => Some(one.clone()),
            [] => {
                let place = self.place(spot);
                let finding = Finding::new(codes::UNMATCHED_NAME, place, "такого сотрудника в журнале нет");
                self.once(format!("staff {written}"), finding.expected_found("сотрудник школы", written));
                None
            }
            several => {
                self.error(
                    spot,
                    codes::AMBIGUOUS_NAME,
                    "это имя носят несколько сотрудников".to_owned(),
                    &several.join(", "),
                    written,
                );
                None
            }
        }
    }

    /// The course of a subject in which the learner is; a course is made for a subject that the class has none of.
    pub fn course(&mut self, spot: &Spot, class: &str, subject: &str, learner: &str) -> Option<String> {
        let own = self.courses_of(class, subject);
        match own.as_slice() {
            [] => Some(self.new_course(spot, class, subject, None)),
            [one] => Some(one.id.clone()),
            several => {
                let groups = several.iter().filter(|course| course.members.iter().any(|member| member == learner));
                match groups.collect::<Vec<_>>().as_slice() {
                    [one] => Some(one.id.clone()),
                    _ => {
                        let list = several.iter().map(|course| course.id.clone()).collect::<Vec<_>>().join(", ");
                        let message =
                            format!("у предмета несколько групп, и обучающийся {learner} не состоит ровно в одной");
                        self.error(spot, codes::NOT_IN_GROUP, message, &list, subject);
                        None
                    }
                }
            }
        }
    }

    /// The course of a section: of several groups the one with the same teacher, else the one whose members the section lists.
    pub fn section(
        &mut self,
        spot: &Spot,
        class: &str,
        subject: &str,
        teacher: Option<&str>,
        listed: &[&str],
    ) -> Option<String> {
        let own = self.courses_of(class, subject);
        match own.as_slice() {
            [] => Some(self.new_course(spot, class, subject, teacher)),
            [one] => Some(one.id.clone()),
            several => {
                let holds = |course: &&Course| listed.iter().all(|id| course.members.iter().any(|member| member == id));
                let of_teacher: Vec<&Course> =
                    several.iter().filter(|course| teacher == Some(course.teacher_id.as_str())).collect();
                let of_members: Vec<&Course> = several.iter().filter(holds).collect();
                match (of_teacher.as_slice(), of_members.as_slice()) {
                    (_, [one]) | ([one], _) => Some(one.id.clone()),
                    _ => {
                        let list = several.iter().map(|course| course.id.clone()).collect::<Vec<_>>().join(", ");
                        let message = "у предмета несколько групп, и раздел не подходит ровно к одной".to_owned();
                        self.error(spot, codes::NOT_IN_GROUP, message, &list, subject);
                        None
                    }
                }
            }
        }
    }

    fn courses_of(&self, class: &str, subject: &str) -> Vec<Course> {
        let wanted = names::fold(subject);
        let own = self.journal.courses.iter();
        own.filter(|course| course.class == class && names::fold(&course.subject) == wanted).cloned().collect()
    }

    fn new_course(&mut self, spot: &Spot, class: &str, subject: &str, teacher: Option<&str>) -> String {
        let id = next_id('C', self.spent, self.journal.courses.iter().map(|course| course.id.as_str()));
        let class_teacher = self.journal.class(class).map(|class: &Class| class.class_teacher_id.clone());
        let teacher_id = teacher.map(str::to_owned).or(class_teacher).unwrap_or_default();
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let course = Course {
            id: id.clone(),
            class: class.to_owned(),
            subject: subject.clone(),
            group: String::new(),
            teacher_id: teacher_id.clone(),
            hours_per_week_centi: 0,
            members: Vec::new(),
        };
        let row =
            super::super::tables::rows(File::Courses, &Journal { courses: vec![course.clone()], ..Journal::default() });
        self.journal.courses.push(course);
        row.into_iter().for_each(|cells| self.push(File::Courses, spot, cells));
        self.made_courses.insert(id.clone());
        let message = format!(
            "курса «{subject}» в классе {class} нет: заведён {id}, учитель {teacher_id}, часов 0; проверьте учителя и часы"
        );
        let finding = Finding::new(codes::NEW_COURSE, self.place(spot), message).weighing(Severity::Warning);
        self.tell(finding);
        id
    }

    /// Members of the courses that were made: a subject that not everybody attends is a group of those who do.
    pub fn settle_groups(&mut self, attended: &HashMap<(String, String), Vec<String>>) {
        let mut courses: Vec<Course> =
            self.journal.courses.iter().filter(|c| self.made_courses.contains(&c.id)).cloned().collect();
        courses.sort_by(|a, b| a.id.cmp(&b.id));
        for course in courses {
            let here: Vec<String> =
                self.journal.learners.iter().filter(|l| l.class == course.class).map(|l| l.id.clone()).collect();
            let mut members: Vec<String> = Vec::new();
            let mut keys: Vec<&(String, String)> = attended.keys().collect();
            keys.sort();
            for key in keys.into_iter().filter(|(_, subject)| names::fold(subject) == names::fold(&course.subject)) {
                for written in &attended[key] {
                    let id = self.matched.get(&(course.class.clone(), written.clone())).cloned().flatten();
                    members.extend(id.filter(|id| here.contains(id)));
                }
            }
            members.sort();
            members.dedup();
            if members.len() < here.len() && !members.is_empty() {
                let spot = Spot::said(format!("курс {}", course.id));
                for member in &members {
                    self.push(File::Groups, &spot, vec![course.id.clone(), member.clone()]);
                }
            }
            if let Some(own) = self.journal.courses.iter_mut().find(|own| own.id == course.id) {
                own.members = members;
            }
            self.made_courses.remove(&course.id);
        }
    }

    /// The n-th lesson of a course on a day: the one that stands, or a new one without contents.
    pub fn lesson(&mut self, spot: &Spot, course: &str, day: NaiveDate, nth: usize) -> ([String; 3], bool) {
        let numbers = self.lessons.entry((course.to_owned(), day)).or_default();
        let (number, is_new) = match numbers.get(nth) {
            Some(number) => (*number, false),
            None => {
                // Reports do not tell the place in the day: the next free one keeps the lessons of a day apart.
                let number = numbers.last().map_or(1, |last| last.saturating_add(1));
                numbers.push(number);
                (number, true)
            }
        };
        let key = [course.to_owned(), day.to_string(), number.to_string()];
        if is_new {
            let lesson = Lesson {
                key: LessonKey { course_id: course.to_owned(), date: day, number },
                topic: String::new(),
                homework: String::new(),
                kind_of_work: String::new(),
                substitute_teacher_id: String::new(),
            };
            self.journal.lessons.push(lesson);
            let cells = key.iter().cloned().chain(std::iter::repeat_n(String::new(), 4)).collect();
            self.push(File::Lessons, spot, cells);
        }
        (key, is_new)
    }

    /// Topic and homework of a lesson that this report brings; one that stands keeps its own where it has them.
    pub fn contents(&mut self, spot: &Spot, key: &[String; 3], topic: &str, homework: &str) {
        let is_own = |lesson: &Lesson| {
            lesson.key.course_id == key[0]
                && lesson.key.date.to_string() == key[1]
                && lesson.key.number.to_string() == key[2]
        };
        let Some(lesson) = self.journal.lessons.iter_mut().find(|lesson| is_own(lesson)) else { return };
        if lesson.topic.is_empty() {
            topic.trim().clone_into(&mut lesson.topic);
        }
        if lesson.homework.is_empty() {
            homework.trim().clone_into(&mut lesson.homework);
        }
        let cells = key.iter().cloned().chain([
            lesson.topic.clone(),
            lesson.homework.clone(),
            lesson.kind_of_work.clone(),
            lesson.substitute_teacher_id.clone(),
        ]);
        let cells: Vec<String> = cells.collect();
        // The same lesson once: what was pushed for it when it was made is filled in.
        let made = self
            .tables
            .get_mut(&File::Lessons)
            .and_then(|(_, rows)| rows.iter_mut().find(|(_, row)| row[..3] == key[..]));
        match made {
            Some((_, row)) => *row = cells,
            None => self.push(File::Lessons, spot, cells),
        }
    }

    /// A mark of a lesson.
    pub fn mark(&mut self, spot: &Spot, lesson: &[String; 3], learner: &str, value: &str) {
        let cells = lesson.iter().cloned().chain([learner.to_owned(), String::new(), value.to_owned()]);
        self.push(File::Marks, spot, cells.collect());
    }

    /// An absence or lateness.
    pub fn absence(&mut self, spot: &Spot, lesson: &[String; 3], learner: &str, code: &str) {
        let cells = lesson.iter().cloned().chain([learner.to_owned(), code.to_owned()]);
        self.push(File::Absences, spot, cells.collect());
    }

    /// A final mark.
    pub fn final_mark(&mut self, spot: &Spot, course: &str, learner: &str, period: &str, value: &str) {
        let value = value.strip_suffix(".0").unwrap_or(value);
        let key = [course, learner, period].map(str::to_owned);
        // Two reports of one class may both tell the same period; only where they differ must somebody decide.
        match self.finals.get(&key) {
            Some(known) if known == value => return,
            Some(known) => {
                let known = known.clone();
                let message = format!("у обучающегося {learner} за период {period} два отчёта говорят разное");
                return self.error(spot, codes::DUPLICATE_KEY, message, &known, value);
            }
            None => self.finals.insert(key, value.to_owned()),
        };
        self.push(File::FinalMarks, spot, [course, learner, period, value].map(str::to_owned).to_vec());
    }

    /// The n-th period of a kind for a class.
    pub fn period(&mut self, spot: &Spot, class: &str, kind: PeriodKind, number: usize) -> Option<String> {
        let grade = self.journal.class(class)?.grade;
        let own: Vec<String> =
            self.journal.periods_of_grade(grade).iter().filter(|p| p.kind == kind).map(|p| p.id.clone()).collect();
        let found = own.get(number.checked_sub(1)?).cloned();
        if found.is_none() {
            let message = format!("у класса {class} нет такого учебного периода");
            let finding = Finding::new(codes::UNKNOWN_PERIOD, self.place(spot), message)
                .expected_found(own.join(", "), format!("{number}-й"));
            self.once(format!("period {class} {number}"), finding);
        }
        found
    }

    /// The one study period of a class within which days lie.
    pub fn period_of_days(&self, class: &str, from: NaiveDate, to: NaiveDate) -> Option<String> {
        let grade = self.journal.class(class)?.grade;
        let own = self.journal.periods_of_grade(grade);
        let touched: Vec<_> = own.iter().filter(|period| period.starts <= to && from <= period.ends).collect();
        match touched.as_slice() {
            // Reports are asked for by hand: the last day may be the day they were made. Half of a period is that period's mark no more.
            [one] if 2 * overlap(one.starts, one.ends, from, to) > (one.ends - one.starts).num_days() => {
                Some(one.id.clone())
            }
            _ => None,
        }
    }

    /// Lessons of these days came without topics and homework.
    pub fn lessons_without_contents(&mut self, spot: &Spot, class: &str, from: NaiveDate, to: NaiveDate) {
        let message = format!(
            "в отчёте нет тем уроков и домашних заданий: копии класса {class} за эти дни будут «без содержания уроков»"
        );
        let finding = Finding::new(codes::WITHOUT_CONTENTS, self.place(spot), message).weighing(Severity::Warning);
        self.once(format!("contents {class} {from} {to}"), finding);
        self.gap(class, GapKind::Contents, from, to);
    }

    /// A class of which only final marks are known.
    pub fn no_lessons(&mut self, class: &str) {
        let courses: HashSet<&str> = self
            .journal
            .courses
            .iter()
            .filter(|course| course.class == class)
            .map(|course| course.id.as_str())
            .collect();
        if self.journal.lessons.iter().any(|lesson| courses.contains(lesson.key.course_id.as_str())) {
            return;
        }
        let Some(grade) = self.journal.class(class).map(|class| class.grade) else { return };
        let own = self.journal.periods_of_grade(grade);
        let Some((from, to)) = own.first().map(|first| first.starts).zip(own.last().map(|last| last.ends)) else {
            return;
        };
        self.gap(class, GapKind::Lessons, from, to);
    }

    fn gap(&mut self, class: &str, kind: GapKind, from: NaiveDate, to: NaiveDate) {
        let gaps = &mut self.journal.content_gaps;
        let covers = |gap: &ContentGap| gap.class == class && gap.kind == kind && gap.starts <= from && to <= gap.ends;
        if !gaps.iter().any(covers) {
            gaps.retain(|gap| !(gap.class == class && gap.kind == kind && from <= gap.starts && gap.ends <= to));
            gaps.push(ContentGap { class: class.to_owned(), kind, starts: from, ends: to });
            gaps.sort();
        }
    }
}

/// Days that two spans share, less one.
fn overlap(a_from: NaiveDate, a_to: NaiveDate, b_from: NaiveDate, b_to: NaiveDate) -> i64 {
    (a_to.min(b_to) - a_from.max(b_from)).num_days()
}

/// The next code after the highest of its letter, those that were given once among them: `L00042`.
fn next_id<'i>(letter: char, spent: &'i [String], ids: impl Iterator<Item = &'i str>) -> String {
    let number = |id: &str| id.strip_prefix(letter).and_then(|digits| digits.parse::<u32>().ok());
    let highest = ids.chain(spent.iter().map(String::as_str)).filter_map(number).max().unwrap_or(0);
    format!("{letter}{:05}", highest + 1)
}
