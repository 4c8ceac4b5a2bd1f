//! The training programme inside the screens: the own lessons, one lesson, who of the staff is how far, the certificate. Floor 3.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::answer::{self, Refusal};
use super::carriers;
use super::fields::Fields;
use super::frame::Frame;
use super::help;
use super::route::{self, Access, Group, Route, SubjectOf, get, post};
use super::{WebState, query};
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::training::{self as programme, Lesson, MOST_HOURS, hours};
use crate::domain::words;
use crate::flow::training;

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const OWN: Access = Access::Does(Action::UseOwnAccount);
    let house = SubjectOf::House;
    vec![
        get("/training", OWN, house, own).in_menu(Group::Own, "Обучение").helped("start#обучение"),
        get("/training/certificate.pdf", OWN, house, certificate),
        get("/training/staff", Access::Does(Action::ReadStaff), house, staff).helped("start#обучение"),
        get("/training/lesson/{lesson}", OWN, house, lesson).helped("start#обучение"),
        post("/training/lesson/{lesson}", OWN, house, attempt),
    ]
}

fn roles(visitor: &Visitor) -> Vec<Role> {
    visitor.offices.iter().map(|office| office.role).collect()
}

/// Academic hours in words: «17,9 академического часа», «2 академических часа».
fn in_hours(minutes: u32) -> String {
    match minutes % programme::ACADEMIC_HOUR {
        0 => {
            let whole = u64::from(minutes / programme::ACADEMIC_HOUR);
            words::count(whole, "академический час", "академических часа", "академических часов")
        }
        _ => format!("{} академического часа", hours(minutes)),
    }
}

fn address(lesson: &Lesson) -> String {
    format!("/training/lesson/{}", query::segment(lesson.id))
}

struct LessonLine {
    title: &'static str,
    href: String,
    minutes: u32,
    learn: &'static [&'static str],
    /// Day on which it was passed; empty until then.
    passed: String,
    tried: bool,
}

#[derive(Template)]
#[template(path = "training/own.html", config = "src/web/askama.toml")]
struct OwnPage {
    frame: Frame,
    guides: Vec<(&'static str, String)>,
    lessons: Vec<LessonLine>,
    others: Vec<LessonLine>,
    hours: String,
    all_hours: String,
    most: u32,
    passed: usize,
    next: String,
    staff: bool,
}

/// `GET /training`.
async fn own(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let roles = roles(&visitor);
    let progress = training::progress(&state.house, &visitor.account).await?;
    let line = |lesson: &&'static Lesson| {
        let standing = progress.get(lesson.id);
        LessonLine {
            title: lesson.title,
            href: address(lesson),
            minutes: lesson.minutes,
            learn: lesson.learn,
            passed: standing.map(|one| words::day(&one.passed_at)).unwrap_or_default(),
            tried: standing.is_some(),
        }
    };
    let own = programme::programme(&roles);
    let lessons: Vec<LessonLine> = own.iter().map(line).collect();
    let rest: Vec<&'static Lesson> = programme::LESSONS.iter().filter(|lesson| !lesson.is_for(&roles)).collect();
    let mut guides: Vec<(&'static str, String)> = Vec::new();
    for role in &roles {
        let guide = help::address(programme::guide(*role));
        if guides.iter().all(|(_, held)| *held != guide) {
            guides.push((role.as_russian(), guide));
        }
    }
    let frame = frame
        .titled("Обучение")
        .leading("Уроки вашей должности: что прочитать, что сделать и как проверить себя. Пройденное сохраняется.");
    answer::page(&OwnPage {
        frame,
        guides,
        hours: in_hours(programme::minutes(&own)),
        all_hours: in_hours(programme::LESSONS.iter().map(|lesson| lesson.minutes).sum()),
        most: MOST_HOURS,
        passed: lessons.iter().filter(|one| !one.passed.is_empty()).count(),
        next: lessons.iter().find(|one| one.passed.is_empty()).map(|one| one.href.clone()).unwrap_or_default(),
        others: rest.iter().map(line).collect(),
        lessons,
        staff: visitor.may_anywhere(Action::ReadStaff),
    })
}

struct AnswerView {
    id: String,
    no: usize,
    text: &'static str,
    chosen: bool,
}

struct QuestionView {
    no: usize,
    ask: &'static str,
    answers: Vec<AnswerView>,
    /// Was there a try?
    tried: bool,
    hit: bool,
    /// Words of the guide in which the answer stands.
    proof: String,
}

#[derive(Template)]
#[template(path = "training/lesson.html", config = "src/web/askama.toml")]
struct LessonPage {
    frame: Frame,
    action: String,
    learn: &'static [&'static str],
    reading: Vec<help::Piece>,
    task: &'static str,
    page: &'static str,
    questions: Vec<QuestionView>,
    tried: bool,
    done: bool,
    passed: String,
    next: Option<(&'static str, String)>,
}

/// `GET /training/lesson/{lesson}`.
async fn lesson(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(name): Path<String>,
    frame: Frame,
) -> Result<Response, Refusal> {
    let lesson = programme::find(&name).ok_or(Refusal::NotFound)?;
    let standing = training::progress(&state.house, &visitor.account).await?.remove(lesson.id).unwrap_or_default();
    let given: Vec<Option<usize>> = standing
        .last
        .as_ref()
        .map_or_else(Vec::new, |step| step.answers.iter().map(|answer| (*answer as usize).checked_sub(1)).collect());
    let hits = lesson.hits(&given);
    let questions = lesson.questions.iter().enumerate().map(|(place, question)| QuestionView {
        no: place + 1,
        ask: question.ask,
        answers: (0..)
            .zip(question.answers)
            .map(|(no, text)| AnswerView {
                id: format!("q{}-{}", place + 1, no + 1),
                no: no + 1,
                text,
                chosen: given.get(place).copied().flatten() == Some(no),
            })
            .collect(),
        tried: standing.last.is_some(),
        hit: hits.get(place).copied().unwrap_or_default(),
        proof: question.proof.replace("**", "").replace('|', " ").split_whitespace().collect::<Vec<_>>().join(" "),
    });
    let roles = roles(&visitor);
    let following = programme::programme(&roles).into_iter().skip_while(|one| one.id != lesson.id).nth(1);
    // A page that another office has is not offered as a link that would be refused.
    let (task, page) = lesson.place(|page| may_open(&visitor, page));
    let minutes = words::count(u64::from(lesson.minutes), "минута", "минуты", "минут");
    let frame = frame.titled(lesson.title).leading(format!("Урок, {minutes}")).under("Обучение", "/training");
    answer::page(&LessonPage {
        frame,
        action: address(lesson),
        learn: lesson.learn,
        reading: lesson.read.iter().filter_map(|named| help::piece(named)).collect(),
        task,
        page,
        tried: standing.last.is_some(),
        // Whoever answered everything rightly and did not pass has not done the task.
        done: standing.last.as_ref().is_some_and(|step| step.passed),
        questions: questions.collect(),
        passed: words::day(&standing.passed_at),
        next: following.map(|one| (one.title, address(one))),
    })
}

fn may_open(visitor: &Visitor, page: &str) -> bool {
    route::table().iter().filter(|facts| facts.method == "GET" && facts.path == page).all(|facts| match facts.access {
        Access::Does(action) => visitor.may_anywhere(action),
        Access::Public | Access::SignedIn => true,
        Access::Token(_) => false,
    })
}

/// `POST /training/lesson/{lesson}`: `q1=2&q2=1&done=1`.
async fn attempt(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(name): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let lesson = programme::find(&name).ok_or(Refusal::NotFound)?;
    let chosen = |no: usize| fields.value(&format!("q{no}")).parse::<usize>().ok()?.checked_sub(1);
    let answers: Vec<Option<usize>> = (1..=lesson.questions.len()).map(chosen).collect();
    let done = !fields.value("done").is_empty();
    let step = training::attempt(&state.house, lesson, &answers, done, &state.act(&visitor.account)).await?;
    let hits = lesson.hits(&answers).into_iter().filter(|hit| *hit).count();
    let said = match (step.passed, hits == lesson.questions.len()) {
        (true, _) => "Урок пройден".to_owned(),
        (false, true) => "Ответы верны. Выполните задание, отметьте это и нажмите ещё раз".to_owned(),
        (false, false) => {
            format!("Верных ответов: {hits} из {}. У остальных сказано, где ответ", lesson.questions.len())
        }
    };
    Ok(answer::done(&address(lesson), &said))
}

struct StaffLine {
    name: String,
    offices: String,
    lessons: String,
    minutes: String,
    last: String,
    whole: bool,
}

#[derive(Template)]
#[template(path = "training/staff.html", config = "src/web/askama.toml")]
struct StaffPage {
    frame: Frame,
    lines: Vec<StaffLine>,
    whole: usize,
}

/// `GET /training/staff`: who of the staff is how far; which answers somebody gave is nobody else's business.
async fn staff(State(state): State<WebState>, _visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let learnt = training::overview(&state.house, state.now().date_naive()).await?;
    let lines = learnt.into_iter().map(|one| StaffLine {
        name: one.name,
        offices: one.offices.join(", "),
        lessons: format!("{} из {}", one.passed.0, one.lessons.0),
        minutes: format!("{} из {}", hours(one.passed.1), hours(one.lessons.1)),
        last: words::day(&one.last),
        whole: one.passed.0 == one.lessons.0,
    });
    let lines: Vec<StaffLine> = lines.collect();
    let frame = frame
        .titled("Обучение сотрудников")
        .leading("Сколько уроков своей должности прошёл каждый. Ответов здесь нет: они видны только тому, кто отвечал.")
        .under("Обучение", "/training");
    answer::page(&StaffPage { frame, whole: lines.iter().filter(|line| line.whole).count(), lines })
}

/// `GET /training/certificate.pdf`: once every lesson of the own programme is passed.
async fn certificate(State(state): State<WebState>, visitor: Visitor) -> Result<Response, Refusal> {
    let form = training::certificate(&state.house, (&visitor.account, &visitor.name), &roles(&visitor)).await?;
    let form = form.ok_or_else(|| {
        Refusal::Rule(
            "Справка выдаётся, когда пройдены все уроки вашей должности: «Обучение» покажет, какие остались".to_owned(),
        )
    })?;
    carriers::print::pdf(&state, form, state.act(&visitor.account).moment()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_reads_sections_that_are_there_and_takes_its_answers_from_them() {
        for lesson in programme::LESSONS {
            let mut text = String::new();
            for named in lesson.read {
                let source = help::source(named);
                assert!(source.is_some(), "{}: {named}", lesson.id);
                text.push_str(&source.unwrap_or_default());
                text.push('\n');
            }
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for question in lesson.questions {
                assert!(
                    text.contains(question.proof),
                    "{}: «{}» is not in {:?}",
                    lesson.id,
                    question.proof,
                    lesson.read
                );
            }
            assert!(route::has(lesson.page), "{}: {}", lesson.id, lesson.page);
        }
    }

    #[test]
    fn every_lesson_s_page_is_open_to_some_office_that_has_the_lesson_and_every_role_has_a_guide() {
        let table = route::table();
        for lesson in programme::LESSONS {
            let facts = table.iter().find(|facts| facts.method == "GET" && facts.path == lesson.page);
            let Some(Access::Does(action)) = facts.map(|facts| facts.access) else { continue };
            let refused: Vec<Role> = lesson
                .roles
                .iter()
                .copied()
                .filter(|role| {
                    crate::domain::rights::grant(*role, action, &Default::default())
                        == crate::domain::rights::Grant::Never
                })
                .collect();
            assert!(refused.is_empty(), "{}: {} is closed to {refused:?}", lesson.id, lesson.page);
        }
        for role in Role::ALL {
            assert_ne!(help::address(programme::guide(role)), "/help", "{role:?} has no guide");
        }
    }
}
