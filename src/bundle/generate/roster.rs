//! The demo school before the year begins: staff, classes, learners, courses, the week's timetable. Floor 1.

use std::collections::{BTreeMap, HashSet};

use chrono::{Datelike, Days, NaiveDate};

use crate::domain::names;

use super::GeneratorSpec;
use super::calendar::Calendar;
use super::curriculum::{self, Taught};
use super::dice::Dice;
use super::people::{Name, Names};

/// Lessons a week that one teacher gives before another is hired (a full post is 18; schools give one and a half).
const TEACHER_HOURS: usize = 27;
/// Classes of a thousand that somebody joins during the year.
const ARRIVAL_PERMILLE: usize = 350;
/// Classes of a thousand that somebody leaves during the year.
const LEAVING_PERMILLE: usize = 300;
/// Learners of a thousand who are exempt from physical training.
const EXEMPT_PERMILLE: usize = 12;

/// A member of staff.
#[derive(Debug)]
pub struct Member {
    pub id: String,
    pub name: Name,
    pub position: &'static str,
    pub roles: &'static str,
    family: String,
    hours: usize,
}

/// A learner and what the dice made of him.
#[derive(Debug)]
pub struct Child {
    pub id: String,
    pub name: Name,
    pub born: NaiveDate,
    pub enrolled: NaiveDate,
    pub enrolment_order: String,
    pub left: Option<NaiveDate>,
    pub leaving_order: String,
    /// 0 to 99: how well the learner does.
    pub ability: usize,
    /// Exempt from physical training.
    pub is_exempt: bool,
}

impl Child {
    /// In the class on that day?
    pub fn is_present(&self, day: NaiveDate) -> bool {
        self.enrolled <= day && self.left.is_none_or(|left| day < left)
    }
}

/// A course of a class.
#[derive(Debug)]
pub struct CoursePlan {
    pub id: String,
    pub taught: Taught,
    /// Empty, `1` or `2`.
    pub group: &'static str,
    /// Place in the staff.
    pub teacher: usize,
    /// Places of its learners in the class.
    pub members: Vec<usize>,
    /// Weekday (0 = Monday) and place in the day of each weekly lesson.
    pub slots: Vec<(u32, u8)>,
}

/// A class.
#[derive(Debug)]
pub struct ClassPlan {
    pub name: String,
    pub grade: u8,
    /// Place in the staff.
    pub teacher: usize,
    pub children: Vec<Child>,
    pub courses: Vec<CoursePlan>,
}

/// The whole school.
#[derive(Debug)]
pub struct Roster {
    pub staff: Vec<Member>,
    pub classes: Vec<ClassPlan>,
    /// Teacher, weekday and place in the day of each lesson of the week.
    busy: HashSet<(usize, u32, u8)>,
}

/// Teacher, day and place in the day of lessons given instead of somebody.
pub type Booked = HashSet<(usize, NaiveDate, u8)>;

impl Roster {
    /// The school of a spec.
    pub fn of(spec: &GeneratorSpec, calendar: &Calendar) -> Self {
        let mut office = Office::new(spec.seed);
        let mut children = 0;
        let mut classes = Vec::with_capacity(spec.classes.len());
        for (place, (grade, letter)) in spec.classes.iter().enumerate() {
            let mut dice = Dice::of_part(spec.seed, 100 + place as u64);
            let list = enrol(spec, calendar, *grade, children, &mut office.names, &mut dice);
            children += list.len();
            classes.push(office.class(format!("{grade}{letter}"), *grade, list, &mut dice));
        }
        Self { staff: office.staff, classes, busy: office.busy }
    }

    /// Somebody else who has these lessons of that teacher free, and gives them now; the deputy when nobody of the subject can, nobody
    /// when the deputy is elsewhere too: the teacher comes in spite of all.
    pub fn substitute(
        &self,
        teacher: usize,
        lessons: &[(NaiveDate, u8)],
        booked: &mut Booked,
        dice: &mut Dice,
    ) -> Option<usize> {
        let is_free = |other: usize| {
            lessons.iter().all(|(date, number)| {
                let weekday = date.weekday().num_days_from_monday();
                !self.busy.contains(&(other, weekday, *number)) && !booked.contains(&(other, *date, *number))
            })
        };
        let family = &self.staff[teacher].family;
        let others: Vec<usize> = (0..self.staff.len())
            .filter(|other| *other != teacher && !family.is_empty() && self.staff[*other].family == *family)
            .filter(|other| is_free(*other))
            .collect();
        let chosen =
            if others.is_empty() { Some(DEPUTY).filter(|deputy| is_free(*deputy)) } else { Some(*dice.pick(&others)) };
        booked.extend(
            chosen.into_iter().flat_map(|other| lessons.iter().map(move |(date, number)| (other, *date, *number))),
        );
        chosen
    }
}

/// Place of the deputy in the staff: the second hired.
const DEPUTY: usize = 1;

/// Weekday, place in the day, subject.
type Slot = (u32, u8, &'static str);

/// Hires, and makes the timetable.
struct Office {
    staff: Vec<Member>,
    names: Names,
    busy: HashSet<(usize, u32, u8)>,
    class_teachers: HashSet<usize>,
    courses: usize,
}

impl Office {
    fn new(seed: u64) -> Self {
        let names = Names::new(Dice::of_part(seed, 1));
        let mut office =
            Self { staff: Vec::new(), names, busy: HashSet::new(), class_teachers: HashSet::new(), courses: 0 };
        for (position, roles) in [
            ("Директор", "director"),
            ("Заместитель директора по УВР", "deputy teacher"),
            ("Секретарь", "secretary"),
            ("Системный администратор", "technical_specialist administrator"),
        ] {
            office.hire("", position, roles);
        }
        office
    }

    fn hire(&mut self, family: &str, position: &'static str, roles: &'static str) -> usize {
        let id = format!("T{:05}", self.staff.len() + 1);
        let name = self.names.member_of_staff();
        self.staff.push(Member { id, name, position, roles, family: family.to_owned(), hours: 0 });
        self.staff.len() - 1
    }

    /// A teacher of the subject with so many hours to spare, other than `but`.
    fn teacher(&mut self, subject: &str, hours: usize, but: Option<usize>) -> usize {
        let family = curriculum::family(subject);
        let is_free = |(place, member): &(usize, &Member)| {
            member.family == family && member.hours + hours <= TEACHER_HOURS && Some(*place) != but
        };
        let found = self.staff.iter().enumerate().find(is_free).map(|(place, _)| place);
        let place = found.unwrap_or_else(|| self.hire(family, position(family), "teacher"));
        self.staff[place].hours += hours;
        place
    }

    fn class(&mut self, name: String, grade: u8, children: Vec<Child>, dice: &mut Dice) -> ClassPlan {
        let own = (grade <= 4).then(|| self.hire("", "Учитель начальных классов", "teacher"));
        let mut courses = Vec::new();
        for taught in curriculum::of_grade(grade) {
            let all: Vec<usize> = (0..children.len()).collect();
            let halves: Vec<(&'static str, Vec<usize>)> = if curriculum::is_grouped(taught.subject) {
                let (odd, even) = all.iter().partition(|place| *place % 2 == 0);
                vec![("1", odd), ("2", even)]
            } else {
                vec![("", all)]
            };
            let mut before = None;
            for (group, members) in halves {
                let own = own.filter(|_| curriculum::is_of_class_teacher(grade, taught.subject));
                let teacher = own.unwrap_or_else(|| self.teacher(taught.subject, taught.hours, before));
                before = Some(teacher);
                self.courses += 1;
                let id = format!("C{:05}", self.courses);
                courses.push(CoursePlan { id, taught, group, teacher, members, slots: Vec::new() });
            }
        }
        self.timetable(&mut courses, dice);
        let teacher = own.unwrap_or_else(|| self.class_teacher(&courses));
        self.class_teachers.insert(teacher);
        ClassPlan { name, grade, teacher, children, courses }
    }

    /// A teacher of the class who has no class yet; two classes fall to one teacher only when the school is too small.
    fn class_teacher(&self, courses: &[CoursePlan]) -> usize {
        let mut teachers = courses.iter().map(|course| course.teacher);
        let first = courses.first().map_or(DEPUTY, |course| course.teacher);
        teachers.find(|teacher| !self.class_teachers.contains(teacher)).unwrap_or(first)
    }

    /// Fills the week day by day: groups of a subject stand side by side, no subject twice a day while there is another. Where that
    /// puts a teacher into two classes at once, lessons change places until nobody is.
    fn timetable(&mut self, courses: &mut [CoursePlan], dice: &mut Dice) {
        let mut left: BTreeMap<&'static str, usize> = BTreeMap::new();
        for course in courses.iter() {
            left.insert(course.taught.subject, course.taught.hours);
        }
        let total: usize = left.values().sum();
        let mut week: Vec<Slot> = Vec::with_capacity(total);
        for weekday in 0..5_u32 {
            let mut today: HashSet<&str> = HashSet::new();
            let lessons = total / 5 + usize::from((weekday as usize) < total % 5);
            for number in 1..=lessons as u8 {
                let best = left.iter().filter(|(_, hours)| **hours > 0).max_by_key(|(subject, hours)| {
                    let is_free = |course: &CoursePlan| !self.busy.contains(&(course.teacher, weekday, number));
                    let free = courses.iter().filter(|course| course.taught.subject == **subject).all(is_free);
                    (free, !today.contains(**subject), **hours, dice.below(100))
                });
                let Some(subject) = best.map(|(subject, _)| *subject) else { break };
                left.entry(subject).and_modify(|hours| *hours -= 1);
                today.insert(subject);
                week.push((weekday, number, subject));
            }
        }
        self.part_the_twice_placed(&mut week, courses);
        for (weekday, number, subject) in week {
            for course in courses.iter_mut().filter(|course| course.taught.subject == subject) {
                course.slots.push((weekday, number));
                self.busy.insert((course.teacher, weekday, number));
            }
        }
    }

    /// Two lessons of the week change places, or three in a ring, where that frees a teacher who stands in another class already.
    fn part_the_twice_placed(&self, week: &mut [Slot], courses: &[CoursePlan]) {
        let fits = |subject: &str, at: &Slot| {
            let mut teachers = courses.iter().filter(|course| course.taught.subject == subject);
            teachers.all(|course| !self.busy.contains(&(course.teacher, at.0, at.1)))
        };
        for one in 0..week.len() {
            if fits(week[one].2, &week[one]) {
                continue;
            }
            let places: Vec<usize> = (0..week.len()).filter(|other| fits(week[one].2, &week[*other])).collect();
            if let Some(other) = places.iter().find(|other| fits(week[**other].2, &week[one])) {
                (week[one].2, week[*other].2) = (week[*other].2, week[one].2);
                continue;
            }
            let rings = places.iter().flat_map(|other| (0..week.len()).map(move |third| (*other, third)));
            let mut rings = rings.filter(|(other, third)| *third != one && third != other);
            let ring =
                rings.find(|(other, third)| fits(week[*other].2, &week[*third]) && fits(week[*third].2, &week[one]));
            if let Some((other, third)) = ring {
                (week[other].2, week[third].2, week[one].2) = (week[one].2, week[other].2, week[third].2);
            }
        }
    }
}

/// The class's list, by name; identifiers go on from `before`.
fn enrol(
    spec: &GeneratorSpec,
    calendar: &Calendar,
    grade: u8,
    before: usize,
    names: &mut Names,
    dice: &mut Dice,
) -> Vec<Child> {
    let (first, _) = calendar.span();
    let spread = spec.spread as usize;
    let count = (spec.learners_per_class as usize + dice.between(0, 2 * spread)).saturating_sub(spread);
    // First classes are six and a half to seven and a half years old.
    let birth_year = spec.year_start - i32::from(grade) - 6;
    let mut list: Vec<Child> = (0..count)
        .map(|_| Child {
            id: String::new(),
            name: names.learner(),
            born: first.with_year(birth_year).unwrap_or(first) + Days::new(dice.between(0, 364) as u64)
                - Days::new(200),
            enrolled: first,
            enrolment_order: format!("{}-у", dice.between(10, 40)),
            left: None,
            leaving_order: String::new(),
            ability: dice.below(100),
            is_exempt: grade > 1 && dice.permille(EXEMPT_PERMILLE),
        })
        .collect();
    list.sort_by(|a, b| names::compare(parts(&a.name), parts(&b.name)));
    for (place, child) in list.iter_mut().enumerate() {
        child.id = format!("L{:05}", before + place + 1);
    }
    let moves = days_of_moves(calendar, grade);
    if count >= 6 && !moves.is_empty() && dice.permille(ARRIVAL_PERMILLE) {
        let child = &mut list[dice.below(count / 2)];
        child.enrolled = *dice.pick(&moves);
        child.enrolment_order = format!("{}-у", dice.between(60, 90));
    }
    if count >= 6 && !moves.is_empty() && dice.permille(LEAVING_PERMILLE) {
        let child = &mut list[count / 2 + dice.below(count / 2)];
        child.left = Some(*dice.pick(&moves));
        child.leaving_order = format!("{}-у", dice.between(60, 90));
    }
    list
}

/// Learners come and leave on school days, not in the first weeks nor in the last, and never so late in a period that nobody
/// could attest them.
fn days_of_moves(calendar: &Calendar, grade: u8) -> Vec<NaiveDate> {
    let mut moves = Vec::new();
    for span in calendar.of_grade(grade) {
        let days = calendar.school_days(grade, &span);
        moves.extend_from_slice(&days[..days.len().saturating_sub(12)]);
    }
    moves.get(15..moves.len().saturating_sub(15)).unwrap_or_default().to_vec()
}

fn parts(name: &Name) -> [&str; 3] {
    [&name.surname, &name.given_name, &name.patronymic]
}

/// The job title of a subject family's teachers.
fn position(family: &str) -> &'static str {
    match family {
        "Русский язык" => "Учитель русского языка и литературы",
        "Иностранный язык (английский)" => "Учитель английского языка",
        "Математика" => "Учитель математики",
        "Информатика" => "Учитель информатики",
        "История" => "Учитель истории и обществознания",
        "География" => "Учитель географии",
        "Биология" => "Учитель биологии",
        "Физика" => "Учитель физики",
        "Химия" => "Учитель химии",
        "Изобразительное искусство" => "Учитель музыки и изобразительного искусства",
        "Труд (технология)" => "Учитель труда (технологии)",
        "Физическая культура" => "Учитель физической культуры",
        _ => "Учитель",
    }
}
