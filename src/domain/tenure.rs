//! Who taught a course on which days: a teacher changed inside a period signs the own lessons. Floor 0.
//!
//! The course's row names the present teacher; an [`EarlierTeacher`] says up to which day somebody else had it. A copy has one sheet for each
//! teacher of the period with the lessons of that time (domain 3.6); the final marks stand on the last one, for its teacher sets them.

use chrono::{Days, NaiveDate};

use super::journal::Course;

/// One change of a course's teacher, told by who went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierTeacher {
    /// Course identifier.
    pub course: String,
    /// Last day of the teacher in the course.
    pub until: NaiveDate,
    /// Staff identifier.
    pub teacher: String,
    /// Order of the change, may be empty.
    pub ground: String,
    /// Staff identifier of who signs in the teacher's place (one who left the school cannot); empty: the teacher.
    pub signer: String,
}

impl EarlierTeacher {
    /// Reads the store's cells: course, until, teacher, ground, signer.
    pub fn from_cells(row: &[String]) -> Option<Self> {
        let [course, until, teacher, ground, signer] = row else { return None };
        Some(Self {
            course: course.clone(),
            until: until.parse().ok()?,
            teacher: teacher.clone(),
            ground: ground.clone(),
            signer: signer.clone(),
        })
    }
}

/// The days of one teacher within a span; both days belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenure<'j> {
    /// First day.
    pub starts: NaiveDate,
    /// Last day.
    pub ends: NaiveDate,
    /// Staff identifier.
    pub teacher: &'j str,
    /// Order under which the teacher went, empty for the one who stays.
    pub ground: &'j str,
    /// Who signs, where it is not the teacher; empty otherwise.
    pub signer: &'j str,
}

/// The teachers of a course within a span, in the order of time; never empty. A change after the span leaves the span to the teacher of
/// that time.
pub fn tenures<'j>(
    course: &'j Course,
    earlier: &'j [EarlierTeacher],
    starts: NaiveDate,
    ends: NaiveDate,
) -> Vec<Tenure<'j>> {
    let mut gone: Vec<&EarlierTeacher> =
        earlier.iter().filter(|one| one.course == course.id && one.until >= starts).collect();
    gone.sort_by_key(|one| one.until);
    let mut tenures: Vec<Tenure<'j>> = Vec::new();
    let mut from = starts;
    let mut add = |tenure: Tenure<'j>| match tenures.last_mut() {
        Some(last) if (last.teacher, last.signer) == (tenure.teacher, tenure.signer) => last.ends = tenure.ends,
        _ => tenures.push(tenure),
    };
    for one in gone {
        if from > ends {
            break;
        }
        let until = one.until.min(ends);
        add(Tenure { starts: from, ends: until, teacher: &one.teacher, ground: &one.ground, signer: &one.signer });
        from = until.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
    }
    if from <= ends {
        add(Tenure { starts: from, ends, teacher: &course.teacher_id, ground: "", signer: "" });
    }
    tenures
}

/// Who has a course on a day: of its changes (last day, who went) the first that is not over by then, else the present teacher. Rights, pages,
/// the timetable and duties all ask here.
pub fn of_day<'j>(present: &'j str, changes: impl Iterator<Item = (NaiveDate, &'j str)>, day: NaiveDate) -> &'j str {
    let first = changes.filter(|(until, _)| *until >= day).min_by_key(|(until, _)| *until);
    first.map_or(present, |(_, teacher)| teacher)
}

/// Who teaches a course on a day; see [`of_day`].
pub fn teacher_on<'j>(course: &'j Course, earlier: &'j [EarlierTeacher], day: NaiveDate) -> &'j str {
    let own = earlier.iter().filter(|one| one.course == course.id);
    of_day(&course.teacher_id, own.map(|one| (one.until, one.teacher.as_str())), day)
}

/// The coming day from which a person has a course that somebody else has on `day`; `None` where no such day is known.
pub fn begins(course: &Course, earlier: &[EarlierTeacher], person: &str, day: NaiveDate) -> Option<NaiveDate> {
    if teacher_on(course, earlier, day) == person {
        return None;
    }
    let coming = earlier.iter().filter(|one| one.course == course.id && one.until >= day);
    let firsts = coming.filter_map(|one| one.until.succ_opt());
    firsts.filter(|first| teacher_on(course, earlier, *first) == person).min()
}

/// The first day of the one who has a course on `day`; `None` where nobody else is known to have had it before.
pub fn since(course: &Course, earlier: &[EarlierTeacher], day: NaiveDate) -> Option<NaiveDate> {
    let own = teacher_on(course, earlier, day);
    let gone = earlier.iter().filter(|one| one.course == course.id && one.until < day && one.teacher != own);
    gone.filter_map(|one| one.until.succ_opt()).max()
}

#[cfg(test)]
#[allow(clippy::expect_used)] // a test may say what it expects
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn course() -> Course {
        Course {
            id: "C1".into(),
            class: "5А".into(),
            subject: "алгебра".into(),
            group: String::new(),
            teacher_id: "T3".into(),
            hours_per_week_centi: 300,
            members: Vec::new(),
        }
    }

    fn earlier(course: &str, until: &str, teacher: &str) -> EarlierTeacher {
        let (ground, signer) = (String::new(), String::new());
        EarlierTeacher { course: course.into(), until: day(until), teacher: teacher.into(), ground, signer }
    }

    fn told(changes: &[EarlierTeacher]) -> Vec<String> {
        let course = course();
        let tenures = tenures(&course, changes, day("2025-09-01"), day("2025-10-24"));
        tenures.iter().map(|one| format!("{} {} {}", one.teacher, one.starts, one.ends)).collect()
    }

    #[test]
    fn each_day_of_the_period_has_one_teacher_and_the_present_one_has_the_rest() {
        assert_eq!(told(&[]), ["T3 2025-09-01 2025-10-24"]);
        let changes =
            [earlier("C1", "2025-10-10", "T2"), earlier("C1", "2025-09-12", "T1"), earlier("C2", "2025-09-20", "T9")];
        assert_eq!(
            told(&changes),
            ["T1 2025-09-01 2025-09-12", "T2 2025-09-13 2025-10-10", "T3 2025-10-11 2025-10-24"]
        );
    }

    #[test]
    fn a_change_outside_the_period_splits_nothing_and_a_later_one_leaves_it_to_the_teacher_of_that_time() {
        assert_eq!(told(&[earlier("C1", "2025-08-31", "T1")]), ["T3 2025-09-01 2025-10-24"]);
        assert_eq!(told(&[earlier("C1", "2025-12-01", "T1")]), ["T1 2025-09-01 2025-10-24"]);
        assert_eq!(told(&[earlier("C1", "2025-10-24", "T1")]), ["T1 2025-09-01 2025-10-24"]);
        assert_eq!(
            told(&[earlier("C1", "2025-09-12", "T3")]),
            ["T3 2025-09-01 2025-10-24"],
            "who came back had it all"
        );
    }

    #[test]
    fn on_each_day_one_teacher_has_the_course_and_a_coming_one_knows_the_first_day() {
        let course = course();
        let changes =
            [earlier("C1", "2025-10-10", "T2"), earlier("C1", "2025-09-14", "T1"), earlier("C2", "2025-12-20", "T9")];
        let on = |text: &str| teacher_on(&course, &changes, day(text));
        assert_eq!([on("2025-08-20"), on("2025-09-14"), on("2025-09-15")], ["T1", "T1", "T2"]);
        assert_eq!([on("2025-10-10"), on("2025-10-11"), on("2026-05-25")], ["T2", "T3", "T3"]);
        assert_eq!(teacher_on(&course, &[], day("2025-09-01")), "T3");
        let first = |person: &str, text: &str| begins(&course, &changes, person, day(text));
        assert_eq!(first("T2", "2025-08-28"), Some(day("2025-09-15")));
        assert_eq!(first("T3", "2025-09-20"), Some(day("2025-10-11")));
        assert_eq!([first("T1", "2025-08-28"), first("T3", "2025-11-01"), first("T9", "2025-09-01")], [None; 3]);
        let had = |text: &str| since(&course, &changes, day(text));
        assert_eq!([had("2025-09-10"), had("2025-09-20")], [None, Some(day("2025-09-15"))]);
        assert_eq!([had("2025-10-11"), had("2026-05-25")], [Some(day("2025-10-11")); 2]);
    }
}
