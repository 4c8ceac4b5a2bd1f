//! People: the visitor of a page, the offices held today, how far each reaches, and what a visitor may do. Floor 0.
//!
//! Offices come from the lists of the year (staff, class teachers, courses, substitutions of the day, families) and from appointments by order
//! with dates. For a role that a person was appointed to, orders alone count from their first day on: what one ended must not come back, wider.

mod fit;

pub use fit::{GRADES_ASKED, Unfit, check_appointment, grades_of, grades_words, is_head_for_good, other_heads};

use std::sync::Arc;

use chrono::NaiveDate;

use super::employment::{self, Span};
use super::journal::StaffMember;
use super::rights::{Action, Decision, Grant, Role, Rules, Standing, Why, decide, grant};

/// The person at the keyboard of the house: an administrator by the place where the hands are, so that an empty house has a first account.
pub const OPERATOR: &str = "operator";
/// Who acts from the console, as people read it: one word on every page and form.
pub const OPERATOR_NAME: &str = "оператор";

/// Who is signed in, and what offices the person holds today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Identifier of the person: `T00001` staff, `L00001` learner, `P00001` parent.
    pub account: String,
    /// «Агатова М.П.».
    pub name: String,
    /// Offices of today.
    pub offices: Vec<Office>,
    /// Was a second factor given in this session?
    pub second_factor: bool,
    /// What the school's rules of today give to which office.
    pub rules: Arc<Rules>,
}

/// One office of a person on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Role.
    pub role: Role,
    /// Of whom and what.
    pub reach: Reach,
    /// Acting (исполняющий обязанности).
    pub acting: bool,
    /// Order of the appointment: «№ 12-к от 01.09.2025»; empty when the lists of the year say it.
    pub order: String,
}

impl Office {
    /// «и.о. директора», «заместитель директора (5–6 классы)», «классный руководитель (5А)».
    pub fn as_russian(&self) -> String {
        let role = self.role.words(self.acting);
        match &self.reach {
            Reach::Grades(from, to) => format!("{role} ({})", grades_words(*from, *to)),
            Reach::Classes(classes) => format!("{role} ({})", classes.join(", ")),
            Reach::School | Reach::Courses(..) | Reach::Learners(..) => role,
        }
    }
}

/// How far an office reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The whole school.
    School,
    /// Grades from and to, both inclusive.
    Grades(u8, u8),
    /// Classes by name.
    Classes(Vec<String>),
    /// Courses by identifier, and the classes that they are taught in.
    Courses(Vec<String>, Vec<String>),
    /// Learners by identifier, and their classes.
    Learners(Vec<String>, Vec<String>),
}

/// What an action is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The house as a whole: something that belongs to everybody whom the action belongs to.
    House,
    /// A class.
    Class {
        /// «5А».
        name: &'a str,
        /// 1 to 11.
        grade: u8,
        /// Is the period that the action is about closed?
        closed: bool,
        /// Is the year closed for good?
        archived: bool,
    },
    /// A course.
    Course {
        /// Identifier.
        id: &'a str,
        /// Its class.
        class: &'a str,
        /// 1 to 11.
        grade: u8,
        /// Is the period that the action is about closed?
        closed: bool,
        /// Is the year closed for good?
        archived: bool,
    },
    /// A learner.
    Learner {
        /// Identifier.
        id: &'a str,
        /// The class of the learner.
        class: &'a str,
        /// 1 to 11.
        grade: u8,
        /// Is the period that the action is about closed?
        closed: bool,
        /// Is the year closed for good?
        archived: bool,
    },
    /// A person by identifier: account, card, offices.
    Person(&'a str),
    /// A copy of a class's period: it is about a closed period by nature, so only the archived year counts.
    Copy {
        /// Its class.
        class: &'a str,
        /// 1 to 11.
        grade: u8,
        /// Is the year closed for good?
        archived: bool,
    },
}

impl Subject<'_> {
    /// Closed and archived.
    fn state(&self) -> (bool, bool) {
        match *self {
            Self::House | Self::Person(_) => (false, false),
            Self::Class { closed, archived, .. }
            | Self::Course { closed, archived, .. }
            | Self::Learner { closed, archived, .. } => (closed, archived),
            Self::Copy { archived, .. } => (false, archived),
        }
    }
}

impl Reach {
    /// Does the office of a person reach the subject?
    pub fn covers(&self, holder: &str, subject: &Subject<'_>) -> bool {
        let named = |list: &[String], name: &str| list.iter().any(|one| one == name);
        match (self, *subject) {
            (_, Subject::House) | (Self::School, _) => true,
            (_, Subject::Person(person)) if person == holder => true,
            (
                Self::Grades(from, to),
                Subject::Class { grade, .. }
                | Subject::Course { grade, .. }
                | Subject::Learner { grade, .. }
                | Subject::Copy { grade, .. },
            ) => (*from..=*to).contains(&grade),
            (
                Self::Classes(classes),
                Subject::Class { name: class, .. }
                | Subject::Course { class, .. }
                | Subject::Learner { class, .. }
                | Subject::Copy { class, .. },
            ) => named(classes, class),
            (Self::Courses(courses, _), Subject::Course { id, .. }) => named(courses, id),
            (
                Self::Courses(_, classes),
                Subject::Class { name: class, .. } | Subject::Learner { class, .. } | Subject::Copy { class, .. },
            ) => named(classes, class),
            (Self::Learners(learners, _), Subject::Learner { id, .. } | Subject::Person(id)) => named(learners, id),
            (
                Self::Learners(_, classes),
                Subject::Class { name: class, .. } | Subject::Course { class, .. } | Subject::Copy { class, .. },
            ) => named(classes, class),
            (Self::Grades(..) | Self::Classes(_) | Self::Courses(..), Subject::Person(_)) => false,
        }
    }

    /// How the subject stands to an office of a person.
    pub fn standing(&self, holder: &str, subject: &Subject<'_>) -> Standing {
        match (self.covers(holder, subject), subject.state()) {
            (false, _) => Standing::Other,
            (true, (_, true)) => Standing::Archived,
            (true, (true, false)) => Standing::Closed,
            (true, (false, false)) => Standing::Own,
        }
    }
}

/// Offices that open only to a session with a second factor: theirs is the whole school (issue 3, section 2).
pub fn asks_second_factor(role: Role) -> bool {
    matches!(role, Role::Administrator | Role::Director | Role::Deputy)
}

impl Visitor {
    /// Does the person hold an office of this role today?
    pub fn holds(&self, role: Role) -> bool {
        self.offices.iter().any(|office| office.role == role)
    }

    /// Is any office of today one that asks for a second factor?
    pub fn needs_second_factor(&self) -> bool {
        self.offices.iter().any(|office| asks_second_factor(office.role))
    }

    /// Is the person a member of staff today, by any office?
    pub fn is_staff(&self) -> bool {
        self.offices.iter().any(|office| !matches!(office.role, Role::Learner | Role::Parent))
    }

    /// May the person do it? What any office allows is allowed; of several refusals the one nearest to a yes is told.
    pub fn may(&self, action: Action, subject: &Subject<'_>) -> Decision {
        // The own account is there for everybody who is signed in, with or without an office.
        if action == Action::UseOwnAccount {
            return match subject {
                Subject::Person(person) if *person != self.account => Decision::Refused(Why::NotTheOwn),
                _ => Decision::Allowed,
            };
        }
        let mut nearest = Why::NoOffice;
        for office in &self.offices {
            match self.office_may(office, action, subject) {
                Decision::Allowed => return Decision::Allowed,
                Decision::Refused(why) => nearest = nearest.max(why),
            }
        }
        Decision::Refused(nearest)
    }

    /// As [`Self::may`], the refusal as people read it: why not, by which clause, and who could.
    pub fn permit(&self, action: Action, subject: &Subject<'_>) -> Result<(), String> {
        match self.may(action, subject) {
            Decision::Allowed => Ok(()),
            Decision::Refused(why) => Err(self.rules.refusal(action, why)),
        }
    }

    /// Under which office the person may do it: the first that allows it.
    pub fn office_for(&self, action: Action, subject: &Subject<'_>) -> Option<&Office> {
        self.offices.iter().find(|office| self.office_may(office, action, subject).is_allowed())
    }

    fn office_may(&self, office: &Office, action: Action, subject: &Subject<'_>) -> Decision {
        match decide(office.role, action, office.reach.standing(&self.account, subject), &self.rules) {
            Decision::Allowed if asks_second_factor(office.role) && !self.second_factor => {
                Decision::Refused(Why::NoSecondFactor)
            }
            decided => decided,
        }
    }

    /// May the person do this to anything at all? Pages offer only what leads somewhere; what it may be done to, [`Self::may`] says.
    pub fn may_anywhere(&self, action: Action) -> bool {
        !self.reach(action).is_empty()
    }

    /// Which classes, courses and learners an action may be done to, for lists.
    pub fn reach(&self, action: Action) -> ReachSet {
        let mut set = ReachSet::default();
        for office in &self.offices {
            if asks_second_factor(office.role) && !self.second_factor {
                continue;
            }
            match grant(office.role, action, &self.rules) {
                Grant::Never => {}
                Grant::School => set.school = true,
                Grant::Own | Grant::Acts | Grant::Kept => set.add(&office.reach),
            }
        }
        set
    }
}

/// What of the school an action reaches for one visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReachSet {
    /// Everything.
    pub school: bool,
    /// Ranges of grades, inclusive.
    pub grades: Vec<(u8, u8)>,
    /// Whole classes.
    pub classes: Vec<String>,
    /// Single courses.
    pub courses: Vec<String>,
    /// Classes in which only the single courses are seen.
    pub course_classes: Vec<String>,
    /// Single learners.
    pub learners: Vec<String>,
}

impl ReachSet {
    fn add(&mut self, reach: &Reach) {
        match reach {
            Reach::School => self.school = true,
            Reach::Grades(from, to) => self.grades.push((*from, *to)),
            Reach::Classes(classes) => self.classes.extend(classes.iter().cloned()),
            Reach::Courses(courses, classes) => {
                self.courses.extend(courses.iter().cloned());
                self.course_classes.extend(classes.iter().cloned());
            }
            Reach::Learners(learners, _) => self.learners.extend(learners.iter().cloned()),
        }
    }

    /// Nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Is the whole class seen, every course of it?
    pub fn whole_class(&self, name: &str, grade: u8) -> bool {
        self.school
            || self.grades.iter().any(|(from, to)| (*from..=*to).contains(&grade))
            || self.classes.iter().any(|class| class == name)
    }

    /// Does the class stand in the list, wholly or for a course of it?
    pub fn class(&self, name: &str, grade: u8) -> bool {
        self.whole_class(name, grade) || self.course_classes.iter().any(|class| class == name)
    }

    /// Is the course seen?
    pub fn course(&self, id: &str, class: &str, grade: u8) -> bool {
        self.whole_class(class, grade) || self.courses.iter().any(|course| course == id)
    }

    /// Is the learner seen?
    pub fn learner(&self, id: &str, class: &str, grade: u8) -> bool {
        self.class(class, grade) || self.learners.iter().any(|learner| learner == id)
    }
}

/// An appointment by order, with its dates: a row that is ended, never taken away (features F09, 000 order 4-7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Identifier: `A00001`.
    pub id: String,
    /// School year on whose lists it was entered.
    pub year: String,
    /// Person.
    pub person: String,
    /// Role.
    pub role: Role,
    /// Grades of a deputy, inclusive; `None` for the whole school.
    pub grades: Option<(u8, u8)>,
    /// Whom a substitute stands for: that person's classes and courses are the reach. Empty otherwise.
    pub stands_for: String,
    /// Acting (и.о.).
    pub acting: bool,
    /// Number of the order.
    pub order_no: String,
    /// Date of the order.
    pub order_date: Option<NaiveDate>,
    /// First day in office; `None`: since the list of the year.
    pub starts: Option<NaiveDate>,
    /// Last day in office, inclusive; `None`: until another order.
    pub ends: Option<NaiveDate>,
    /// Number of the order that ended it.
    pub end_order: String,
}

impl Appointment {
    /// Is it in force on a day?
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.starts.is_none_or(|starts| starts <= day) && self.ends.is_none_or(|ends| day <= ends)
    }

    /// Does it count on a day instead of the staff list: begun, or ended before it could?
    pub fn outweighs_list_on(&self, day: NaiveDate) -> bool {
        self.starts.is_none_or(|starts| starts <= day) || self.ends.is_some_and(|ends| ends < day)
    }

    /// «№ 12-к от 01.09.2025».
    pub fn order(&self) -> String {
        match (self.order_no.as_str(), self.order_date) {
            ("", None) => String::new(),
            ("", Some(date)) => format!("от {}", super::words::date_short(date)),
            (no, None) => format!("№ {no}"),
            (no, Some(date)) => format!("№ {no} от {}", super::words::date_short(date)),
        }
    }
}

/// Classes and courses of one person on the lists of the year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// Classes as class teacher.
    pub classes: Vec<String>,
    /// Courses and their classes as teacher.
    pub courses: Vec<(String, String)>,
}

/// All that says what offices a person holds on a day; the store reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Words of `staff.roles`; empty when the person is not on the staff.
    pub roles: Vec<String>,
    /// Own classes and courses.
    pub load: Load,
    /// Courses and classes of lessons substituted in on that day.
    pub substitutes_today: Vec<(String, String)>,
    /// Learners and their classes: the person itself, or a parent's children.
    pub learners: Vec<(String, String)>,
    /// Is the person a learner?
    pub is_learner: bool,
    /// Days of every employment by order; none for who is on the list alone.
    pub work: Vec<Span>,
    /// Every appointment, of any time.
    pub appointments: Vec<Appointment>,
    /// Classes and courses of the people whom appointments name.
    pub stood_for: Vec<(String, Load)>,
}

/// The offices of a person on a day, in the order of [`Role`].
pub fn offices(facts: &Facts, day: NaiveDate) -> Vec<Office> {
    let plain = |role, reach| Office { role, reach, acting: false, order: String::new() };
    let own = |one: &Appointment| one.stands_for.is_empty() && one.outweighs_list_on(day);
    let by_order = |role: Role| facts.appointments.iter().any(|one| one.role == role && own(one));
    // Class teachers and teachers are told by their classes and courses, families are no staff.
    let told_apart = [Role::ClassTeacher, Role::SubjectTeacher, Role::Learner, Role::Parent];
    let listed = |role: &Role| !told_apart.contains(role) && !by_order(*role);
    let of_list = facts.roles.iter().filter_map(|word| Role::parse(word)).filter(listed);
    let mut offices: Vec<Office> = of_list.map(|role| plain(role, Reach::School)).collect();
    if !facts.load.classes.is_empty() {
        offices.push(plain(Role::ClassTeacher, Reach::Classes(facts.load.classes.clone())));
    }
    let taught: Vec<(String, String)> = facts.load.courses.iter().chain(&facts.substitutes_today).cloned().collect();
    if !taught.is_empty() || facts.roles.iter().any(|role| role == Role::SubjectTeacher.as_str()) {
        offices.push(plain(Role::SubjectTeacher, courses(&taught)));
    }
    offices.extend(facts.appointments.iter().filter(|one| one.holds_on(day)).filter_map(|one| appointed(one, facts)));
    // Whoever is dismissed, or hired and not yet there, holds nothing of the school; a parent of its learners stays one.
    if !employment::is_at_work(&facts.work, day) {
        offices.clear();
    }
    if !facts.learners.is_empty() {
        let mut classes: Vec<String> = facts.learners.iter().map(|(_, class)| class.clone()).collect();
        classes.sort_by(|a, b| super::names::natural(a, b));
        classes.dedup();
        let learners = facts.learners.iter().map(|(learner, _)| learner.clone()).collect();
        let role = if facts.is_learner { Role::Learner } else { Role::Parent };
        offices.push(plain(role, Reach::Learners(learners, classes)));
    }
    offices.sort_by_key(|office| office.role);
    offices
}

/// The office of one appointment; of a substitute one that stands for nobody's class or course there is none.
fn appointed(one: &Appointment, facts: &Facts) -> Option<Office> {
    let load = facts.stood_for.iter().find(|(person, _)| *person == one.stands_for).map(|(_, load)| load);
    let reach = match one.role {
        Role::ClassTeacher => Reach::Classes(load?.classes.clone()),
        Role::SubjectTeacher => courses(&load?.courses),
        // No order makes anybody a learner or a parent.
        Role::Learner | Role::Parent => return None,
        Role::Administrator
        | Role::Assistant
        | Role::Director
        | Role::Deputy
        | Role::Secretary
        | Role::TechnicalSpecialist
        | Role::JournalKeeper
        | Role::HumanResources
        | Role::Inspector => match one.grades {
            Some((from, to)) => Reach::Grades(from, to),
            None => Reach::School,
        },
    };
    Some(Office { role: one.role, reach, acting: one.acting, order: one.order() })
}

fn courses(taught: &[(String, String)]) -> Reach {
    let mut ids: Vec<String> = taught.iter().map(|(course, _)| course.clone()).collect();
    let mut classes: Vec<String> = taught.iter().map(|(_, class)| class.clone()).collect();
    ids.sort();
    classes.sort_by(|a, b| super::names::natural(a, b));
    ids.dedup();
    classes.dedup();
    Reach::Courses(ids, classes)
}

/// Appointments to an office that are in force on a day.
pub fn orders_in_force(appointments: &[Appointment], role: Role, day: NaiveDate) -> impl Iterator<Item = &Appointment> {
    appointments.iter().filter(move |one| one.role == role && one.holds_on(day))
}

/// Who holds an office on a day, and by which order: the appointed, then whom the staff list names and no order has named for it yet.
pub fn holders<'a>(
    staff: &'a [StaffMember],
    appointments: &'a [Appointment],
    role: Role,
    day: NaiveDate,
) -> impl Iterator<Item = (&'a str, Option<&'a Appointment>)> {
    let counts = move |one: &Appointment| one.role == role && one.outweighs_list_on(day);
    let named = move |person: &StaffMember| appointments.iter().any(|one| counts(one) && one.person == person.id);
    let listed = staff.iter().filter(move |person| person.has_role(role.as_str()) && !named(person));
    let by_order = orders_in_force(appointments, role, day).map(|one| (one.person.as_str(), Some(one)));
    by_order.chain(listed.map(|person| (person.id.as_str(), None)))
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
