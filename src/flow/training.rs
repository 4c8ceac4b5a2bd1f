//! Training: a lesson is tried, passed, and the whole programme of a person becomes a certificate. Floor 2.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Act, Error, House, salt};
use crate::domain::audit::{Event, EventKind};
use crate::domain::form::Form;
use crate::domain::forms::training::{Passed, certificate as printed};
use crate::domain::forms::{Letterhead, People};
use crate::domain::names;
use crate::domain::people::offices;
use crate::domain::rights::Role;
use crate::domain::training::{self, EDITION, Lesson};
use crate::store::TrainingStep;

/// How a person stands with one lesson.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// When it was passed first, RFC 3339; empty until then.
    pub passed_at: String,
    /// The last try.
    pub last: Option<TrainingStep>,
}

/// Lessons of a person by name: those that were tried.
pub type Progress = BTreeMap<String, Standing>;

fn told(steps: Vec<TrainingStep>) -> Progress {
    let mut progress = Progress::new();
    for step in steps {
        let standing = progress.entry(step.lesson.clone()).or_default();
        if step.passed && standing.passed_at.is_empty() {
            standing.passed_at = step.at.clone();
        }
        standing.last = Some(step);
    }
    progress
}

/// How a person stands.
pub async fn progress(house: &House, person: &str) -> Result<Progress, Error> {
    Ok(told(house.db.list_training_of(person).await?))
}

/// How far one member of staff is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learnt {
    /// «Фамилия Имя Отчество».
    pub name: String,
    /// Offices of the day in words.
    pub offices: Vec<&'static str>,
    /// Lessons of the own programme, and minutes of them.
    pub lessons: (usize, u32),
    /// Those passed, and minutes of them.
    pub passed: (usize, u32),
    /// Day of the last one passed, RFC 3339; empty when none was.
    pub last: String,
}

/// How far the staff of the newest year is with the programmes of the offices held on a day, by name.
pub async fn overview(house: &House, day: NaiveDate) -> Result<Vec<Learnt>, Error> {
    let mut steps: BTreeMap<String, Vec<TrainingStep>> = BTreeMap::new();
    for step in house.db.list_training_passed().await? {
        steps.entry(step.person.clone()).or_default().push(step);
    }
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let mut people = house.db.list_people(&year).await?;
    people.retain(|one| one.kind == "staff");
    people.sort_by(|a, b| {
        names::compare([&a.surname, &a.given_name, &a.patronymic], [&b.surname, &b.given_name, &b.patronymic])
    });
    let mut learnt = Vec::new();
    for one in people {
        let facts = house.db.office_facts(&one.id, &year, day).await?;
        let mut roles: Vec<Role> = offices(&facts, day).iter().map(|office| office.role).collect();
        roles.dedup();
        let progress = told(steps.remove(&one.id).unwrap_or_default());
        let programme = training::programme(&roles);
        let passed: Vec<&'static Lesson> =
            programme.iter().copied().filter(|lesson| progress.contains_key(lesson.id)).collect();
        learnt.push(Learnt {
            name: one.full(),
            offices: roles.iter().map(|role| role.as_russian()).collect(),
            lessons: (programme.len(), training::minutes(&programme)),
            passed: (passed.len(), training::minutes(&passed)),
            last: progress.values().map(|standing| standing.passed_at.clone()).max().unwrap_or_default(),
        });
    }
    Ok(learnt)
}

/// Records a try of a lesson by the one who acts: answers (places from 0, in the order of questions), and whether the task was done.
pub async fn attempt(
    house: &House,
    lesson: &Lesson,
    answers: &[Option<usize>],
    done: bool,
    act: &Act,
) -> Result<TrainingStep, Error> {
    let chosen = |place: usize| answers.get(place).copied().flatten().map_or(0, |answer| answer as u32 + 1);
    let step = TrainingStep {
        person: act.by.clone(),
        lesson: lesson.id.to_owned(),
        edition: EDITION.to_owned(),
        answers: (0..lesson.questions.len()).map(chosen).collect(),
        passed: done && lesson.hits(answers).iter().all(|hit| *hit),
        at: act.moment(),
    };
    let mut tx = house.db.begin().await?;
    tx.record_training(&step).await?;
    let event = Event::new(EventKind::LessonTried, &act.by, &step.at)
        .with("lesson", lesson.id)
        .with_number("passed", u64::from(step.passed));
    tx.record(&event, salt()?).await?.commit().await?;
    Ok(step)
}

/// The certificate of one who passed every lesson of the own programme; `None` while some are left.
pub async fn certificate(house: &House, person: (&str, &str), roles: &[Role]) -> Result<Option<Form>, Error> {
    let (account, name) = person;
    let progress = progress(house, account).await?;
    let mut lessons = Vec::new();
    for lesson in training::programme(roles) {
        let Some(passed) = progress.get(lesson.id).filter(|standing| !standing.passed_at.is_empty()) else {
            return Ok(None);
        };
        lessons.push(Passed { lesson, at: passed.passed_at.clone() });
    }
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let roster = house.db.load_roster(&year).await?;
    let known = People::of(&roster).get(account);
    // Families and the operator of an empty house stand on no list of staff.
    let full = if known.full == account { name } else { &known.full };
    let posts: Vec<&str> = roles.iter().map(|role| role.as_russian()).collect();
    Ok(Some(printed(&Letterhead::of(&roster), full, &posts.join(", "), &lessons)))
}
