//! The register of consents: classes, one class with what is missing, a form for many papers at once, the own lines of a parent. Floor 3.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDate;

use super::Fields;
use crate::domain::consent::{self, Line, Purpose, Word};
use crate::domain::names;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::setup::cells::parse_day;
use crate::domain::words;
use crate::flow::consents::{self, Paper};
use crate::flow::setup::Outcome;
use crate::store::GuardianRow;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::directory::Directory;
use crate::web::frame::Frame;
use crate::web::query::{self, Asked};
use crate::web::route::{Access, Group, Route, SubjectOf, get, post};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    const KEEPS: Access = Access::Does(Action::KeepConsents);
    vec![
        get("/consents", KEEPS, SubjectOf::House, classes)
            .in_menu(Group::People, "Согласия")
            .helped("people.ru#согласия"),
        get("/consents/{class}", KEEPS, SubjectOf::Class, class).helped("people.ru#согласия"),
        post("/consents/{class}", KEEPS, SubjectOf::Class, change),
        get("/own/consents", Access::Does(Action::ReadOwnDiary), SubjectOf::House, own)
            .in_menu(Group::Own, "Мои согласия")
            .helped("family.ru#согласия"),
    ]
}

/// A child with one parent.
struct Pair {
    learner: String,
    guardian: String,
    child: String,
    parent: String,
}

/// Children of a class who are there on a day, each with every parent, by name; children without a parent on record.
fn pairs(directory: &Directory, guardians: &[GuardianRow], class: &str, today: NaiveDate) -> (Vec<Pair>, Vec<String>) {
    let mut there: Vec<_> = directory
        .roster
        .learners
        .iter()
        .filter(|one| one.class == class && one.left_on.is_none_or(|left| left > today))
        .collect();
    there.sort_by_cached_key(|one| names::sort_key(&one.surname, &one.given_name, &one.patronymic));
    let (mut pairs, mut alone) = (Vec::new(), Vec::new());
    for learner in there {
        let child = names::list_name(&learner.surname, &learner.given_name);
        let before = pairs.len();
        pairs.extend(guardians.iter().filter(|one| one.learners.contains(&learner.id)).map(|one| Pair {
            learner: learner.id.clone(),
            guardian: one.id.clone(),
            child: child.clone(),
            parent: names::full_name(&one.surname, &one.given_name, &one.patronymic),
        }));
        if pairs.len() == before {
            alone.push(child);
        }
    }
    (pairs, alone)
}

struct ClassLine {
    name: String,
    href: String,
    parents: usize,
    said: usize,
    missing: usize,
    alone: usize,
}

#[derive(Template)]
#[template(path = "people/consent-classes.html", config = "src/web/askama.toml")]
struct ClassesPage {
    frame: Frame,
    lines: Vec<ClassLine>,
}

async fn classes(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let (directory, today) = (state.directory().await?, state.now().date_naive());
    let (lines, guardians) = (state.house.db.list_consents().await?, state.house.db.list_guardians().await?);
    let standing = consent::standing(&lines);
    let reach = visitor.reach(Action::KeepConsents);
    let seen = directory.roster.classes.iter().filter(|class| reach.whole_class(&class.name, class.grade));
    let lines: Vec<ClassLine> = seen
        .map(|class| {
            let (pairs, alone) = pairs(&directory, &guardians, &class.name, today);
            let said = pairs.iter().map(|one| said_of(&standing, one)).sum();
            ClassLine {
                href: format!("/consents/{}", query::segment(&class.name)),
                name: class.name.clone(),
                missing: pairs.len() * Purpose::ALL.len() - said,
                parents: pairs.len(),
                said,
                alone: alone.len(),
            }
        })
        .collect();
    if let [one] = lines.as_slice() {
        return Ok(answer::redirect(&one.href));
    }
    answer::page(&ClassesPage {
        lines,
        frame: frame.titled("Согласия").leading(
            "Реестр согласий и отказов на обработку персональных данных: по каждому родителю и каждой цели, с документом.",
        ),
    })
}

fn said_of(standing: &BTreeMap<consent::About, &Line>, pair: &Pair) -> usize {
    let about = |purpose: &Purpose| (pair.learner.clone(), pair.guardian.clone(), *purpose);
    Purpose::ALL.iter().filter(|purpose| standing.contains_key(&about(purpose))).count()
}

/// What stands for one purpose: word of the store for its colour, words, and the paper.
struct Cell {
    class: &'static str,
    said: String,
    ground: String,
}

struct Row {
    pair: Pair,
    cells: Vec<Cell>,
}

/// One line of the register in words.
struct Said {
    day: String,
    child: String,
    parent: String,
    purpose: &'static str,
    said: &'static str,
    ground: String,
    who: String,
    /// Number of the change, to take a slip of the pen back; empty for who may not.
    seq: String,
}

#[derive(Template)]
#[template(path = "people/consents.html", config = "src/web/askama.toml")]
struct ClassPage {
    frame: Frame,
    path: String,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    /// Children without a parent on record.
    alone: Vec<String>,
    families: String,
    missing: usize,
    only_missing: bool,
    purposes: Vec<(&'static str, &'static str, bool)>,
    words: Vec<(&'static str, &'static str, bool)>,
    typed: Fields,
    today: String,
    findings: Vec<String>,
    register: Vec<Said>,
}

fn who(directory: &Directory, id: &str) -> String {
    let member = directory.roster.staff_member(id);
    member.map_or_else(|| id.to_owned(), |one| names::short_name(&one.surname, &one.given_name, &one.patronymic))
}

async fn class(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    Path(class): Path<String>,
) -> Result<Response, Refusal> {
    show(&state, &visitor, frame, &asked, &class, Fields::default(), Vec::new()).await
}

async fn show(
    state: &WebState,
    visitor: &Visitor,
    frame: Frame,
    asked: &Asked,
    class: &str,
    typed: Fields,
    findings: Vec<String>,
) -> Result<Response, Refusal> {
    let (directory, today) = (state.directory().await?, state.now().date_naive());
    let db = &state.house.db;
    let (lines, guardians) = (db.list_consents().await?, db.list_guardians().await?);
    let standing = consent::standing(&lines);
    let (pairs, alone) = pairs(&directory, &guardians, class, today);
    let register = register(state, &directory, &guardians, &lines, &pairs).await?;
    let cell =
        |pair: &Pair, purpose: Purpose| match standing.get(&(pair.learner.clone(), pair.guardian.clone(), purpose)) {
            None => Cell { class: "", said: "не указано".to_owned(), ground: String::new() },
            Some(line) => Cell {
                class: if line.said == Word::Consent { "ok" } else { "bad" },
                said: format!("{} {}", line.said.as_russian(), words::date_short(line.dated)),
                ground: line.ground.clone(),
            },
        };
    let row = |pair: Pair| Row { cells: Purpose::ALL.map(|purpose| cell(&pair, purpose)).into(), pair };
    let mut rows: Vec<Row> = pairs.into_iter().map(row).collect();
    let missing = rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.class.is_empty()).count();
    let only_missing = !asked.value("missing").is_empty();
    if only_missing {
        rows.retain(|row| row.cells.iter().any(|cell| cell.class.is_empty()));
    }
    if asked.value("format") == "csv" {
        let heads = ["Дата", "Обучающийся", "Родитель", "Цель, канал", "Что сказано", "Документ", "Кто внёс"];
        let cells: Vec<Vec<String>> = register
            .iter()
            .map(|one| {
                [&one.day, &one.child, &one.parent, one.purpose, one.said, &one.ground, &one.who]
                    .map(str::to_owned)
                    .to_vec()
            })
            .collect();
        return answer::csv("consents", &heads, &cells);
    }
    let refused = !findings.is_empty();
    let chosen = |name: &str, word: &str| typed.all(name).iter().any(|one| one == word);
    let page = ClassPage {
        path: format!("/consents/{}", query::segment(class)),
        heads: Purpose::ALL.map(Purpose::short).into(),
        rows,
        alone,
        families: match visitor.may_anywhere(Action::IssueFamilyCredentials) {
            true => format!("/families/{}", query::segment(class)),
            false => String::new(),
        },
        missing,
        only_missing,
        purposes: Purpose::ALL.map(|one| (one.as_str(), one.as_russian(), chosen("purpose", one.as_str()))).into(),
        words: Word::ALL.map(|one| (one.as_str(), one.as_russian(), chosen("said", one.as_str()))).into(),
        typed,
        today: today.to_string(),
        findings,
        register,
        frame: frame
            .titled(format!("Согласия: {class} класс"))
            .leading("Что сказал каждый родитель о каждой цели. Нет записи — нет и согласия.")
            .under("Согласия", "/consents"),
    };
    if refused { answer::page_again(&page) } else { answer::page(&page) }
}

/// Lines of the register about these pairs, newest first, each with the change that entered it.
async fn register(
    state: &WebState,
    directory: &Directory,
    guardians: &[GuardianRow],
    lines: &[Line],
    pairs: &[Pair],
) -> Result<Vec<Said>, Refusal> {
    let filter = crate::store::ChangeFilter { table: Some("consents".to_owned()), ..Default::default() };
    let entered: BTreeMap<String, u64> = state
        .house
        .db
        .list_changes(&filter)
        .await?
        .into_iter()
        .rev()
        .map(|one| (one.key[0].clone(), one.seq))
        .collect();
    let learners: BTreeMap<&str, &str> =
        pairs.iter().map(|pair| (pair.learner.as_str(), pair.child.as_str())).collect();
    let parent = |id: &str| {
        let known = guardians.iter().find(|one| one.id == id);
        known.map_or_else(|| id.to_owned(), |one| names::full_name(&one.surname, &one.given_name, &one.patronymic))
    };
    let told = lines.iter().rev().filter_map(|line| {
        Some(Said {
            child: (*learners.get(line.learner.as_str())?).to_owned(),
            parent: parent(&line.guardian),
            day: words::date_short(line.dated),
            purpose: line.purpose.as_russian(),
            said: line.said.as_russian(),
            ground: line.ground.clone(),
            who: format!("{}, {}", who(directory, &line.recorded_by), words::moment_short(&line.recorded_at)),
            seq: entered.get(&line.id).map(u64::to_string).unwrap_or_default(),
        })
    });
    Ok(told.collect())
}

async fn change(
    State(state): State<WebState>,
    visitor: Visitor,
    frame: Frame,
    asked: Asked,
    Path(class): Path<String>,
    fields: Fields,
) -> Result<Response, Refusal> {
    let (house, act) = (&state.house, state.act(&visitor.account));
    let directory = state.directory().await?;
    let back = format!("/consents/{}", query::segment(&class));
    // The right was asked for this class: papers about children of others are entered on their pages.
    let of_class = |id: &str| directory.learner(id).is_some_and(|learner| learner.class == class);
    match fields.value("act") {
        "record" => {
            let pairs: Vec<(String, String)> = fields
                .all("pair")
                .iter()
                .filter_map(|pair| pair.split_once('|'))
                .map(|(learner, guardian)| (learner.to_owned(), guardian.to_owned()))
                .collect();
            if !pairs.iter().all(|(learner, _)| of_class(learner)) {
                return Err(Refusal::Forbidden {
                    reason: "Отмечен ребёнок другого класса.".to_owned()
                });
            }
            let said = Word::parse(fields.value("said"));
            let (Some(said), Some(dated)) = (said, parse_day(fields.value("dated"))) else {
                let wrong = vec!["Укажите, что сказано и каким днём.".to_owned()];
                return show(&state, &visitor, frame, &asked, &class, fields, wrong).await;
            };
            let purposes = fields.all("purpose").iter().filter_map(|word| Purpose::parse(word)).collect();
            let paper = Paper { pairs, purposes, said, dated, ground: fields.value("ground").to_owned() };
            match consents::record(house, &act, &paper).await? {
                Outcome::Refused(findings) => {
                    let told = findings.iter().map(|one| format!("{}: {}", one.place, one.message)).collect();
                    show(&state, &visitor, frame, &asked, &class, fields, told).await
                }
                Outcome::Would(counts) | Outcome::Done(counts) => {
                    let n = words::count(counts.new as u64, "запись", "записи", "записей");
                    Ok(answer::done(&back, &format!("Внесено в реестр: {n}.")))
                }
            }
        }
        "undo" => {
            let own: BTreeSet<String> =
                directory.roster.learners.iter().filter(|one| one.class == class).map(|one| one.id.clone()).collect();
            match consents::undo(house, &act, &own, &fields.numbers("seqs")).await {
                Ok(Some(_)) => Ok(answer::done(&back, "Запись снята как внесённая ошибочно; в истории она осталась.")),
                Ok(None) => Err(Refusal::Forbidden {
                    reason: "Здесь снимают только записи о детях этого класса.".to_owned(),
                }),
                Err(crate::flow::Error::Change(refusal)) => Err(Refusal::Rule(refusal.to_string())),
                Err(error) => Err(error.into()),
            }
        }
        _ => Err(Refusal::NotFound),
    }
}

#[derive(Template)]
#[template(path = "people/own-consents.html", config = "src/web/askama.toml")]
struct OwnPage {
    frame: Frame,
    /// Child, purpose, what stands, and the paper.
    rows: Vec<[String; 4]>,
}

async fn own(State(state): State<WebState>, visitor: Visitor, frame: Frame) -> Result<Response, Refusal> {
    let directory = state.directory().await?;
    let lines = state.house.db.list_consents().await?;
    let standing = consent::standing(&lines);
    // A learner reads what was said about the learner, a parent what the parent said: another parent's word is that parent's own.
    let is_learner = directory.learner(&visitor.account).is_some();
    let mut rows = Vec::new();
    for learner in visitor.reach(Action::ReadOwnDiary).learners {
        let Some(child) = directory.learner(&learner) else { continue };
        for purpose in Purpose::ALL {
            let said = standing
                .iter()
                .filter(|((of, by, what), _)| {
                    *of == learner && *what == purpose && (is_learner || *by == visitor.account)
                })
                .map(|(_, line)| line)
                .collect::<Vec<_>>();
            let words_of = |line: &&&Line| format!("{} {}", line.said.as_russian(), words::date_short(line.dated));
            let stands = said.iter().map(words_of).collect::<Vec<_>>().join("; ");
            rows.push([
                names::list_name(&child.surname, &child.given_name),
                purpose.as_russian().to_owned(),
                if stands.is_empty() { "не указано".to_owned() } else { stands },
                said.iter().map(|line| line.ground.as_str()).collect::<Vec<_>>().join("; "),
            ]);
        }
    }
    answer::page(&OwnPage {
        rows,
        frame: frame.titled("Мои согласия").leading(
            "На что вы дали согласие и от чего отказались. Изменить решение можно в любой день: напишите заявление классному руководителю.",
        ),
    })
}
