//! The training programme (003 Рук 23: не более 18 часов; EXC-03): lessons for each office, out of the guides, with questions to check oneself. Floor 0.
//!
//! A lesson names the sections of the guides that are read, a page on which something is done, and questions whose answers stand in those
//! sections. What a person did is a row of facts; a lesson is passed when every question was answered rightly at one time and the task
//! was said to be done.

mod lessons;

pub use lessons::LESSONS;

use super::rights::Role;

/// Academic hour, minutes.
pub const ACADEMIC_HOUR: u32 = 45;

/// The longest that the programme may be, academic hours (003 Рук 23).
pub const MOST_HOURS: u32 = 18;

/// Edition of the programme; a certificate names it. Changed with every change of lessons or questions.
pub const EDITION: &str = "1 (ноябрь 2026)";

/// A lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lesson {
    /// Name in addresses and the store: never changed, never given again.
    pub id: &'static str,
    /// What people read.
    pub title: &'static str,
    /// How long it takes, minutes.
    pub minutes: u32,
    /// Whose lesson it is; empty for everybody's.
    pub roles: &'static [Role],
    /// What one can do after it.
    pub learn: &'static [&'static str],
    /// Sections of the guides: `records#подписание`.
    pub read: &'static [&'static str],
    /// What to do on the page.
    pub task: &'static str,
    /// Address of that page.
    pub page: &'static str,
    /// Questions to check oneself.
    pub questions: &'static [Question],
}

/// A question with one right answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub ask: &'static str,
    /// Answers to choose from.
    pub answers: &'static [&'static str],
    /// Place of the right one, from 0.
    pub right: usize,
    /// Words of the lesson's sections in which the answer stands; shown to who answered otherwise.
    pub proof: &'static str,
}

impl Lesson {
    /// The task of one to whom these pages open, and its page, empty where none opens.
    pub fn place(&self, opens: impl Fn(&str) -> bool) -> (&'static str, &'static str) {
        if opens(self.page) {
            return (self.task, self.page);
        }
        let other = lessons::ELSEWHERE.iter().find(|(id, _, page)| *id == self.id && opens(page));
        other.map_or((self.task, ""), |(_, task, page)| (*task, *page))
    }

    /// Is it a lesson of one who holds these roles?
    pub fn is_for(&self, roles: &[Role]) -> bool {
        self.roles.is_empty() || self.roles.iter().any(|role| roles.contains(role))
    }

    /// Which questions these answers (places from 0, in the order of questions) hit; a missing answer hits nothing.
    pub fn hits(&self, answers: &[Option<usize>]) -> Vec<bool> {
        let given = |place: usize| answers.get(place).copied().flatten();
        self.questions.iter().enumerate().map(|(place, question)| given(place) == Some(question.right)).collect()
    }
}

/// A lesson by its name.
pub fn find(id: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|lesson| lesson.id == id)
}

/// The programme of one who holds these roles, in order.
pub fn programme(roles: &[Role]) -> Vec<&'static Lesson> {
    LESSONS.iter().filter(|lesson| lesson.is_for(roles)).collect()
}

/// Minutes of lessons.
pub fn minutes<'l>(lessons: impl IntoIterator<Item = &'l &'static Lesson>) -> u32 {
    lessons.into_iter().map(|lesson| lesson.minutes).sum()
}

/// Academic hours as people write them, rounded up to tenths: «17,9».
pub fn hours(minutes: u32) -> String {
    let tenths = (minutes * 10).div_ceil(ACADEMIC_HOUR);
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{},{rest}", tenths / 10),
    }
}

/// Guide of a role: the one that «Справка» of its first screen opens.
pub fn guide(role: Role) -> &'static str {
    match role {
        Role::Administrator => "administrator",
        Role::Director => "director",
        Role::Deputy => "deputy",
        Role::ClassTeacher => "class-teacher",
        Role::SubjectTeacher => "teacher",
        Role::Secretary => "secretary",
        Role::TechnicalSpecialist => "technical-specialist",
        Role::Assistant | Role::JournalKeeper | Role::HumanResources => "helpers",
        Role::Learner | Role::Parent => "family",
        Role::Inspector => "inspector",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_programme_is_longer_than_eighteen_academic_hours_not_even_all_of_them_together() {
        let everything: Vec<&'static Lesson> = LESSONS.iter().collect();
        assert!(minutes(&everything) <= MOST_HOURS * ACADEMIC_HOUR, "{}", minutes(&everything));
        for role in Role::ALL {
            let own = programme(&[role]);
            assert!(!own.is_empty() && minutes(&own) <= minutes(&everything), "{role:?}");
        }
    }

    #[test]
    fn every_lesson_teaches_asks_and_can_be_answered() {
        let ids: BTreeSet<&str> = LESSONS.iter().map(|lesson| lesson.id).collect();
        assert_eq!(ids.len(), LESSONS.len());
        for lesson in LESSONS {
            assert!(lesson.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", lesson.id);
            assert!(!lesson.learn.is_empty() && !lesson.read.is_empty() && lesson.page.starts_with('/'), "{lesson:?}");
            assert!(lesson.questions.len() >= 3, "{}: a few questions", lesson.id);
            for question in lesson.questions {
                let different: BTreeSet<&&str> = question.answers.iter().collect();
                assert_eq!(different.len(), question.answers.len(), "{question:?}");
                assert!(question.right < question.answers.len() && question.answers.len() >= 3, "{question:?}");
            }
        }
        // Whoever always takes the same place fails: right answers do not stand on one place.
        for place in 0..3 {
            let passed = LESSONS.iter().filter(|lesson| lesson.questions.iter().all(|one| one.right == place)).count();
            assert_eq!(passed, 0, "place {place}");
        }
    }

    #[test]
    fn whom_the_rules_keep_from_a_lesson_s_page_has_another_task() {
        let families = find("families");
        let place = |closed: &str| families.map(|lesson| lesson.place(|page| page != closed));
        assert_eq!(place("").map(|(_, page)| page), Some("/families"));
        let told = place("/families");
        assert!(
            told.is_some_and(|(task, page)| page == "/policy" && task.contains("«Действующие правила»")),
            "{told:?}"
        );
        let signing = find("signing").map(|lesson| lesson.place(|_| false));
        assert_eq!(signing.map(|(_, page)| page), Some(""), "no page is offered that would be refused");
    }

    #[test]
    fn answers_hit_or_miss_one_by_one() {
        let lesson = &LESSONS[0];
        let right: Vec<Option<usize>> = lesson.questions.iter().map(|question| Some(question.right)).collect();
        assert!(lesson.hits(&right).iter().all(|hit| *hit));
        assert!(lesson.hits(&[]).iter().all(|hit| !hit));
        let mut one_wrong = right;
        one_wrong[1] = one_wrong[1].map(|place| (place + 1) % 3);
        let hits = lesson.hits(&one_wrong);
        assert_eq!((hits[0], hits[1], hits[2]), (true, false, true));
    }

    #[test]
    fn hours_are_academic_and_rounded_up() {
        assert_eq!([45, 46, 90, 805].map(hours), ["1", "1,1", "2", "17,9"]);
    }
}
