//! Whether an appointment can be made: its refusals, and the grades of a deputy as they are written. Floor 0.

use super::super::journal::RESERVED_STAFF;
use super::super::rights::Role;
use super::super::words;
use super::Appointment;

/// How the grades of a deputy are written, for forms, commands and refusals.
pub const GRADES_ASKED: &str = "например «1–4», «5–9», «10–11» или «все»";
/// The word for every grade.
const EVERY_GRADE: &str = "все";

/// Grades of an appointment as they were typed: «5–6», «5-6», «7», «все»; `None` is every grade, as it is kept. Nothing typed is every
/// grade for any office but a deputy's: there it must be said.
pub fn grades_of(typed: &str, role: Role) -> Result<Option<(u8, u8)>, Unfit> {
    let text: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    if text.is_empty() {
        return if role == Role::Deputy { Err(Unfit::NoGrades) } else { Ok(None) };
    }
    if text.to_lowercase() == EVERY_GRADE {
        return Ok(None);
    }
    let (from, to) = text.split_once(['-', '–', '—']).unwrap_or((&text, &text));
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) => Ok(Some((from, to))),
        _ => Err(Unfit::NoGrades),
    }
}

/// «5–6 классы», «7-е классы».
pub fn grades_words(from: u8, to: u8) -> String {
    if from == to { format!("{from}-е классы") } else { format!("{from}–{to} классы") }
}

/// Where the lists of the year name who holds the office for good, not instead of somebody.
fn for_good(role: &Role) -> &'static str {
    match role {
        Role::ClassTeacher => {
            "постоянного классного руководителя назначают не здесь, а в списке классов: «Учебный год» → «Классы»"
        }
        _ => "постоянного учителя предмета назначают не здесь, а в списке курсов: «Учебный год» → «Курсы»",
    }
}

/// Why an appointment cannot be made or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nobody of that identifier is on the staff.
    #[error("сотрудника «{0}» нет в списке; сначала заведите карточку сотрудника")]
    NotOnStaff(String),
    /// Learners and parents hold no office.
    #[error("на должность «{0}» приказом не назначают")]
    NoOffice(&'static str),
    /// An order has a number.
    #[error("укажите номер приказа: без приказа нет назначения")]
    NoOrder,
    /// Whoever appoints, never appoints himself.
    #[error("назначить на должность самого себя нельзя: это делает другой человек с правом назначения")]
    Himself,
    /// Ends before it starts.
    #[error("последний день ({ends}) раньше первого ({starts})")]
    EndsBeforeStart {
        /// First day.
        starts: String,
        /// Last day.
        ends: String,
    },
    /// Acting, substituting and inspecting have an end.
    #[error("для должности «{0}» нужен последний день: назначение на неё временное")]
    NoEnd(String),
    /// Ranges are for deputies.
    #[error("параллели указывают только заместителю директора, от 1 до 11 и по возрастанию")]
    Grades,
    /// A deputy whose grades nobody named.
    #[error("укажите параллели заместителя: {GRADES_ASKED}")]
    NoGrades,
    /// A substitute stands for somebody; who teaches or leads a class for good is named in the lists of the year. The role.
    #[error("укажите, кого замещает сотрудник: классы и предметы берутся у замещаемого; {}", for_good(.0))]
    ForNobody(Role),
    /// Standing for somebody is for teachers.
    #[error("замещаемого указывают только классному руководителю и учителю-предметнику")]
    ForSomebody,
    /// The same office twice.
    #[error("{person} уже занимает эту должность: {order}; сначала завершите прежнее назначение")]
    Twice {
        /// Person.
        person: String,
        /// The order in force.
        order: String,
    },
    /// A school has one head for good.
    #[error(
        "директор в школе один, и это {person} ({order}). Сначала завершите эту должность приказом в карточке этого сотрудника, последним днём не \
         позже {before}; кто замещает директора на время, назначается как исполняющий обязанности, с последним днём"
    )]
    OtherHead {
        /// Who heads the school when the new appointment begins.
        person: String,
        /// «приказ № 12-к от 01.09.2025», «по списку сотрудников».
        order: String,
        /// The day before the new one's first: the latest that the former office may end on.
        before: String,
    },
    /// It has ended already.
    #[error("назначение на должность «{0}» уже завершено")]
    Ended(String),
    /// No such appointment.
    #[error("нет назначения «{0}»")]
    Unknown(String),
}

/// Checks a new appointment by itself and against those of the person. `by` is who enters it.
pub fn check_appointment(new: &Appointment, standing: &[Appointment], by: &str) -> Result<(), Unfit> {
    if matches!(new.role, Role::Learner | Role::Parent) {
        return Err(Unfit::NoOffice(new.role.as_russian()));
    }
    if new.order_no.trim().is_empty() {
        return Err(Unfit::NoOrder);
    }
    if new.person == by && !RESERVED_STAFF.contains(&by) {
        return Err(Unfit::Himself);
    }
    if let (Some(starts), Some(ends)) = (new.starts, new.ends)
        && ends < starts
    {
        let short = words::date_short;
        return Err(Unfit::EndsBeforeStart { starts: short(starts), ends: short(ends) });
    }
    match new.grades {
        Some((from, to)) if new.role != Role::Deputy || from < 1 || to > 11 || from > to => return Err(Unfit::Grades),
        _ => {}
    }
    let substitute = matches!(new.role, Role::ClassTeacher | Role::SubjectTeacher);
    match (substitute, new.stands_for.is_empty()) {
        (true, true) => return Err(Unfit::ForNobody(new.role)),
        (false, false) => return Err(Unfit::ForSomebody),
        _ => {}
    }
    if (new.acting || substitute || new.role == Role::Inspector) && new.ends.is_none() {
        return Err(Unfit::NoEnd(new.role.words(new.acting)));
    }
    let meets = |one: &&Appointment| {
        one.role == new.role && one.grades == new.grades && one.stands_for == new.stands_for && overlap(one, new)
    };
    match standing.iter().find(meets) {
        Some(one) => Err(Unfit::Twice { person: one.person.clone(), order: one.order() }),
        None => Ok(()),
    }
}

/// Have two appointments a day in common?
fn overlap(one: &Appointment, other: &Appointment) -> bool {
    other.ends.is_none_or(|ends| one.starts.is_none_or(|starts| starts <= ends))
        && one.ends.is_none_or(|ends| other.starts.is_none_or(|starts| starts <= ends))
}

/// Does an appointment make its person head of the school for good?
pub fn is_head_for_good(one: &Appointment) -> bool {
    one.role == Role::Director && !one.acting
}

/// Orders that make somebody else head of the school for good within the term of a new appointment of that kind.
pub fn other_heads<'a>(new: &Appointment, standing: &'a [Appointment]) -> Vec<&'a Appointment> {
    let meets = |one: &&Appointment| is_head_for_good(one) && one.person != new.person && overlap(one, new);
    standing.iter().filter(|_| is_head_for_good(new)).filter(meets).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_of_a_deputy_are_named_or_every_grade_is_said() {
        for (typed, kept) in [
            ("5–6", Some((5, 6))),
            ("5-6", Some((5, 6))),
            (" 10 — 11 ", Some((10, 11))),
            ("7", Some((7, 7))),
            ("Все", None),
        ] {
            assert_eq!(grades_of(typed, Role::Deputy), Ok(kept), "{typed}");
        }
        for typed in ["", " ", "5–", "пять", "1–4, 5–9"] {
            assert_eq!(grades_of(typed, Role::Deputy), Err(Unfit::NoGrades), "{typed}");
        }
        assert_eq!(grades_of("", Role::Secretary), Ok(None));
        assert!(Unfit::NoGrades.to_string().contains("«все»"));
        assert_eq!((grades_words(5, 6).as_str(), grades_words(7, 7).as_str()), ("5–6 классы", "7-е классы"));
    }

    #[test]
    fn a_substitute_for_nobody_is_told_where_an_office_for_good_is_given() {
        assert!(Unfit::ForNobody(Role::ClassTeacher).to_string().contains("«Учебный год» → «Классы»"));
        assert!(Unfit::ForNobody(Role::SubjectTeacher).to_string().contains("«Курсы»"));
    }
}
