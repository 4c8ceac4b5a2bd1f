//! The route: who signs a copy, in what order, and whether a person may sign now. Floor 0.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::journal::{Class, Journal, StaffMember};
use super::names;
use super::people::{self, Appointment};
use super::policy::{Stage, StageRule};
use super::rights::Role;
use super::snapshot::{PersonFacts, Sheet, SignerFacts, StageFacts};

/// Why a route cannot be laid out: a stage has nobody to sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unroutable {
    /// No member of staff holds the role of a stage.
    #[error(
        "в маршруте есть ступень «{title}», но должность «{role}» сегодня никто не занимает: её занимают или исполняют обязанности по приказу. Приказ \
         вносит администратор на странице «Приказы о назначениях»; потом повторите"
    )]
    NobodyHolds {
        /// Words of the stage.
        title: String,
        /// The office, for people.
        role: &'static str,
    },
    /// A course or class names a person who is not on the staff.
    #[error("сотрудник {0} указан в классе или предмете, но его нет в списке сотрудников")]
    Unknown(String),
}

/// Lays the route out for one copy: each stage of the policy with its signers and their sheets.
///
/// Subject teachers sign the sheets of their own courses (000 Инс 4.4); the class teacher every sheet that is no
/// course's (4.5); deputy and director the whole copy (4.6, 4.7): the deputy whose grades the class is of, the acting head between the
/// dates of the order (DOC-20).
pub fn lay_out(
    rules: &[StageRule],
    journal: &Journal,
    class: &Class,
    sheets: &[Sheet],
    appointments: &[Appointment],
    day: NaiveDate,
) -> Result<Vec<StageFacts>, Unroutable> {
    let all: Vec<String> = sheets.iter().map(|sheet| sheet.id().to_owned()).collect();
    let staff = |id: &str| journal.staff_member(id).ok_or_else(|| Unroutable::Unknown(id.to_owned()));
    rules
        .iter()
        .map(|rule| {
            let signers = match rule.stage {
                Stage::SubjectTeacher => subject_teachers(sheets),
                Stage::ClassTeacher => {
                    let own = sheets.iter().filter(|sheet| !matches!(sheet, Sheet::Course(_)));
                    let sheets = own.map(|sheet| sheet.id().to_owned()).collect();
                    vec![signer(staff(&class.class_teacher_id)?, "классный руководитель", sheets)]
                }
                Stage::Deputy | Stage::Director => {
                    let role = if rule.stage == Stage::Deputy { Role::Deputy } else { Role::Director };
                    let found = signer_of(&journal.staff, appointments, role, class.grade, day);
                    let (person, by) = found.ok_or_else(|| Unroutable::NobodyHolds {
                        title: rule.title.clone(),
                        role: role.as_russian(),
                    })?;
                    vec![office_holder(person, by, all.clone())]
                }
            };
            Ok(StageFacts { id: rule.stage.as_str().to_owned(), title: rule.title.clone(), signers })
        })
        .filter(|stage| !matches!(stage, Ok(stage) if stage.signers.is_empty()))
        .collect()
}

/// Who signs as deputy or director for a grade on a day, and by which order: the acting before the absent, a deputy of the grade before one
/// of the whole school, a later order before an earlier; without an order the first of the staff list whom no order has named for it yet.
pub fn signer_of<'a>(
    staff: &'a [StaffMember],
    appointments: &'a [Appointment],
    role: Role,
    grade: u8,
    day: NaiveDate,
) -> Option<(&'a StaffMember, Option<&'a Appointment>)> {
    let fits = |by: &Appointment| by.grades.is_none_or(|(from, to)| (from..=to).contains(&grade));
    let rank = |by: &Appointment| (!by.acting, by.grades.is_none(), Reverse((by.order_date, by.id.clone())));
    let mut all: Vec<_> = people::holders(staff, appointments, role, day).collect();
    all.retain(|(_, by)| by.is_none_or(fits));
    all.sort_by_key(|(_, by)| (by.is_none(), by.map(rank)));
    all.into_iter().find_map(|(id, by)| Some((staff.iter().find(|person| person.id == id)?, by)))
}

fn subject_teachers(sheets: &[Sheet]) -> Vec<SignerFacts> {
    let mut signers: Vec<SignerFacts> = Vec::new();
    for sheet in sheets {
        let Sheet::Course(course) = sheet else { continue };
        match signers.iter_mut().find(|signer| signer.person.id == course.signer().id) {
            Some(signer) => signer.sheets.push(course.id.clone()),
            None => signers.push(SignerFacts {
                person: course.signer().clone(),
                office: "учитель".to_owned(),
                order: String::new(),
                sheets: vec![course.id.clone()],
            }),
        }
    }
    signers
}

/// Whoever acts for another signs as «и.о.» and names the order. Who was appointed signs in that office: in the words of the staff card where
/// they name it, else in those of the appointment. Whom the staff list alone names signs as the card says.
fn office_holder(person: &StaffMember, by: Option<&Appointment>, sheets: Vec<String>) -> SignerFacts {
    match by {
        Some(by) if by.acting => SignerFacts { order: by.order(), ..signer(person, &by.role.words(true), sheets) },
        Some(by) if !names_office(&person.position, by.role) => signer(person, by.role.as_russian(), sheets),
        _ => signer(person, &person.position, sheets),
    }
}

/// Is one of the posts of a staff card («учитель математики, заместитель директора по УВР») one of this office?
fn names_office(position: &str, role: Role) -> bool {
    let begins: &[&str] = match role {
        Role::Director => &["директор"],
        _ => &["заместитель директора", "зам. директора", "зам.директора", "замдиректора"],
    };
    let folded = names::fold(position);
    folded.split([',', ';']).any(|post| begins.iter().any(|office| post.trim().starts_with(office)))
}

/// Is the signer of a stage in office on the day of signing? Whoever signs by an order signs within its term; whoever was ever appointed by order
/// to the office, only while some order holds, for the grade of the copy; until the first of them begins, the staff list.
pub fn check_office(
    appointments: &[Appointment],
    stage: &StageFacts,
    signer: &SignerFacts,
    (grade, day): (u8, NaiveDate),
) -> Result<(), Refusal> {
    let role = match Stage::parse(&stage.id) {
        Some(Stage::Director) => Role::Director,
        Some(Stage::Deputy) => Role::Deputy,
        // Teachers answer for the sheets of their classes and courses, whoever has them by now.
        _ => return Ok(()),
    };
    let own = appointments.iter().filter(|one| one.person == signer.person.id && one.role == role);
    let counts = |one: &&Appointment| match signer.order.is_empty() {
        true => one.outweighs_list_on(day),
        false => one.acting && one.order() == signer.order,
    };
    let named = own.filter(counts);
    let named: Vec<&Appointment> = named.collect();
    let listed = named.is_empty() && signer.order.is_empty();
    let has_grade = |one: &Appointment| one.grades.is_none_or(|(from, to)| (from..=to).contains(&grade));
    if listed || named.iter().any(|one| one.holds_on(day) && has_grade(one)) {
        return Ok(());
    }
    let short = super::words::date_short;
    let term = |one: &&Appointment| {
        let from = one.starts.map(|from| format!(" с {}", short(from))).unwrap_or_default();
        let to = one.ends.map(|to| format!(" по {}", short(to))).unwrap_or_default();
        let grades = match one.grades {
            Some((from, to)) if from == to => format!(" для {from} классов"),
            Some((from, to)) => format!(" для {from}–{to} классов"),
            None => String::new(),
        };
        format!(" (приказ {}:{grades}{from}{to})", one.order())
    };
    Err(Refusal::NotInOffice {
        signer: called(&signer.person),
        office: signer.office.clone(),
        order: named.last().map(term).unwrap_or_default(),
        day: short(day),
    })
}

fn signer(person: &StaffMember, office: &str, sheets: Vec<String>) -> SignerFacts {
    SignerFacts { person: person_facts(person), office: office.to_owned(), order: String::new(), sheets }
}

/// A member of staff as frozen into a snapshot.
pub fn person_facts(person: &StaffMember) -> PersonFacts {
    PersonFacts {
        id: person.id.clone(),
        surname: person.surname.clone(),
        given_name: person.given_name.clone(),
        patronymic: person.patronymic.clone(),
        position: person.position.clone(),
    }
}

/// The stage whose signers answer for single sheets: only there a statement outlives a re-issue that left its sheet alone. Later stages
/// certify the copy as a whole, so they sign each version anew.
pub const BY_SHEETS: &str = "subject_teacher";

/// A signature that already stands: stage, signer and the sheets that it speaks for in this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Stage.
    pub stage: String,
    /// Staff identifier.
    pub signer: String,
    /// Sheets.
    pub sheets: Vec<String>,
}

/// The sheets of a place in the route that no signature speaks for yet.
pub fn left(stage: &str, signer: &SignerFacts, signed: &[Signed]) -> Vec<String> {
    let own: Vec<&Signed> = signed.iter().filter(|s| s.stage == stage && s.signer == signer.person.id).collect();
    signer.sheets.iter().filter(|sheet| !own.iter().any(|s| s.sheets.contains(sheet))).cloned().collect()
}

/// What a person asks to sign; `None` leaves the choice to the route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// Staff identifier.
    pub signer: String,
    /// Stage asked for.
    pub stage: Option<String>,
    /// Sheets asked for.
    pub sheets: Vec<String>,
    /// Does the person refuse? What is found wrong is said at once: a refusal waits for nobody who would sign in vain.
    pub refuses: bool,
}

/// Why the route says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The person is not in the office on the day of signing (DOC-20; ГОСТ Р 7.0.97-2016: an acting head signs within the order's term).
    #[error(
        "{day} {signer} не в должности «{office}»{order}: подпись не принята. Выпустите новую версию копии: в ней подпишет тот, кто в должности сейчас"
    )]
    NotInOffice {
        /// Staff identifier.
        signer: String,
        /// Office in the route.
        office: String,
        /// « (приказ № 12-к от 01.09.2025: для 5–6 классов с 01.10.2025 по 14.10.2025)», or nothing.
        order: String,
        /// Day of signing.
        day: String,
    },
    /// The person is not in the route.
    #[error("{signer} не подписывает эту копию{reach}")]
    NotInRoute {
        /// Who, by name where it is known.
        signer: String,
        /// «: заместитель директора по 5–6 классам не подписывает копии 9А», or nothing.
        reach: String,
    },
    /// The person is in the route, but not in that stage.
    #[error("{signer} не подписывает эту копию как {stage}{reach}{instead}")]
    WrongStage {
        /// Who, by name.
        signer: String,
        /// Words of the stage asked for: «заместитель директора».
        stage: String,
        /// As of [`Refusal::NotInRoute`].
        reach: String,
        /// «; так её подписывает Кварцева О. А.», or nothing.
        instead: String,
    },
    /// Earlier stages are not complete.
    #[error("ещё не ваша очередь: на ступени «{stage}» ждут подписи: {waiting}")]
    NotYourTurn {
        /// Words of the stage that is open.
        stage: String,
        /// People still missing there, with their identifiers.
        waiting: String,
    },
    /// The person has signed already.
    #[error(
        "подпись ({signer}) на ступени «{stage}» уже стоит: подписать второй раз или отказаться нельзя. Если найдена ошибка, её исправляет следующая версия копии"
    )]
    AlreadySigned {
        /// Staff identifier.
        signer: String,
        /// Stage.
        stage: String,
    },
    /// A sheet that is not the person's.
    #[error("лист {sheet} подписывает не {signer}")]
    ForeignSheet {
        /// Sheet identifier.
        sheet: String,
        /// Staff identifier.
        signer: String,
    },
    /// Only a part of the own sheets: one gesture signs all of them.
    #[error("подписываются все свои листы сразу; не названы: {missing}")]
    PartOfSheets {
        /// Sheet identifiers left out.
        missing: String,
    },
}

/// May this person sign now, and where? Signers within the open stage are parallel; the open stage is the first
/// that lacks a signature. Who comes later may refuse before the turn comes.
pub fn decide<'r>(
    route: &'r [StageFacts],
    signed: &[Signed],
    wish: &Wish,
) -> Result<(&'r StageFacts, &'r SignerFacts), Refusal> {
    let own = |stage: &'r StageFacts| stage.signers.iter().find(|s| s.person.id == wish.signer).map(|s| (stage, s));
    let mine: Vec<(&StageFacts, &SignerFacts)> = route.iter().filter_map(own).collect();
    if mine.is_empty() {
        return Err(Refusal::NotInRoute { signer: wish.signer.clone(), reach: String::new() });
    }
    let called = mine.first().map_or_else(|| wish.signer.clone(), |(_, own)| called(&own.person));
    let asked: Vec<(&StageFacts, &SignerFacts)> =
        mine.into_iter().filter(|(stage, _)| wish.stage.as_ref().is_none_or(|asked| *asked == stage.id)).collect();
    let Some((last, _)) = asked.last() else {
        let asked = wish.stage.clone().unwrap_or_default();
        let signers = route.iter().find(|stage| stage.id == asked).map(|stage| stage.signers.as_slice());
        // Of a few the names help; of all teachers of a class they do not.
        let instead = match signers {
            Some(signers) if (1..=2).contains(&signers.len()) => {
                let names: Vec<String> = signers.iter().map(|one| self::called(&one.person)).collect();
                format!("; так её подписывает {}", names.join(" или "))
            }
            _ => String::new(),
        };
        return Err(Refusal::WrongStage { signer: called, stage: stage_words(&asked), reach: String::new(), instead });
    };
    let waits = asked.iter().find(|(stage, signer)| !left(&stage.id, signer, signed).is_empty());
    let Some((stage, signer)) = waits.copied() else {
        return Err(Refusal::AlreadySigned { signer: called, stage: last.title.clone() });
    };
    let open = open_stage(route, signed);
    if let Some(open) = open.filter(|open| open.id != stage.id && !wish.refuses) {
        return Err(Refusal::NotYourTurn { stage: open.title.clone(), waiting: waiting(open, signed) });
    }
    if let Some(sheet) = wish.sheets.iter().find(|sheet| !signer.sheets.contains(sheet)) {
        return Err(Refusal::ForeignSheet { sheet: sheet.clone(), signer: called });
    }
    let mut unnamed = left(&stage.id, signer, signed);
    unnamed.retain(|sheet| !wish.sheets.contains(sheet));
    if !wish.sheets.is_empty() && !unnamed.is_empty() {
        return Err(Refusal::PartOfSheets { missing: unnamed.join(", ") });
    }
    Ok((stage, signer))
}

/// The first stage that lacks a signature; `None` when the route is complete.
pub fn open_stage<'r>(route: &'r [StageFacts], signed: &[Signed]) -> Option<&'r StageFacts> {
    route.iter().find(|stage| !missing(stage, signed).is_empty())
}

/// A person as others say the name; the identifier where a copy has no name.
pub fn called(person: &PersonFacts) -> String {
    match person.surname.as_str() {
        "" => person.id.clone(),
        _ => names::short_name(&person.surname, &person.given_name, &person.patronymic),
    }
}

/// A stage as the office that signs there; a word that no policy has comes back as it is.
fn stage_words(stage: &str) -> String {
    match Stage::parse(stage) {
        Some(known) => known.as_russian().to_owned(),
        None => format!("«{stage}»"),
    }
}

/// «Кварцева О.А. (T2), …»: who is awaited, as people know each other.
fn waiting(stage: &StageFacts, signed: &[Signed]) -> String {
    let absent = missing(stage, signed);
    let people = stage.signers.iter().map(|signer| &signer.person).filter(|person| absent.contains(&person.id));
    people
        .map(|p| match p.surname.as_str() {
            "" => p.id.clone(),
            _ => format!("{} ({})", names::short_name(&p.surname, &p.given_name, &p.patronymic), p.id),
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// Staff identifiers whose signature a stage lacks, wholly or for some of their sheets.
pub fn missing(stage: &StageFacts, signed: &[Signed]) -> Vec<String> {
    let lacks = |signer: &&SignerFacts| !left(&stage.id, signer, signed).is_empty();
    stage.signers.iter().filter(lacks).map(|signer| signer.person.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(id: &str, people: &[(&str, &[&str])]) -> StageFacts {
        let person = |id: &str| PersonFacts {
            id: id.to_owned(),
            surname: String::new(),
            given_name: String::new(),
            patronymic: String::new(),
            position: String::new(),
        };
        StageFacts {
            id: id.to_owned(),
            title: id.to_owned(),
            signers: people
                .iter()
                .map(|(id, sheets)| SignerFacts {
                    person: person(id),
                    office: String::new(),
                    order: String::new(),
                    sheets: sheets.iter().map(|sheet| (*sheet).to_owned()).collect(),
                })
                .collect(),
        }
    }

    fn route() -> Vec<StageFacts> {
        vec![
            stage("subject_teacher", &[("T1", &["a", "b"]), ("T2", &["c"])]),
            stage("class_teacher", &[("T1", &["title"])]),
            stage("director", &[("T9", &["title", "a", "b", "c"])]),
        ]
    }

    fn wish(signer: &str) -> Wish {
        Wish { signer: signer.to_owned(), ..Wish::default() }
    }

    /// Whole signatures of these people.
    fn signed(pairs: &[(&str, &str)]) -> Vec<Signed> {
        let sheets = |stage: &str, signer: &str| {
            let route = route();
            let stage = route.iter().find(|s| s.id == stage);
            let signer = stage.and_then(|stage| stage.signers.iter().find(|s| s.person.id == signer).cloned());
            signer.map(|signer| signer.sheets).unwrap_or_default()
        };
        let whole = |(stage, signer): &(&str, &str)| Signed {
            stage: (*stage).into(),
            signer: (*signer).into(),
            sheets: sheets(stage, signer),
        };
        pairs.iter().map(whole).collect()
    }

    #[test]
    fn who_was_appointed_signs_in_that_office_and_not_in_another_post_of_the_card() {
        let member = |position: &str| StaffMember {
            id: "T24".to_owned(),
            surname: "Чертополохова".to_owned(),
            given_name: "Вера".to_owned(),
            patronymic: "Андреевна".to_owned(),
            position: position.to_owned(),
            roles: Vec::new(),
        };
        let by = |role: Role, acting: bool| Appointment {
            id: "A00001".to_owned(),
            year: "2025/2026".to_owned(),
            person: "T24".to_owned(),
            role,
            grades: None,
            stands_for: String::new(),
            acting,
            order_no: "12-к".to_owned(),
            order_date: None,
            starts: None,
            ends: None,
            end_order: String::new(),
        };
        let office =
            |position: &str, by: Option<Appointment>| office_holder(&member(position), by.as_ref(), Vec::new()).office;
        let teacher = "Учитель математики";
        assert_eq!(office(teacher, Some(by(Role::Director, false))), "директор");
        assert_eq!(office(teacher, Some(by(Role::Deputy, false))), "заместитель директора");
        assert_eq!(office(teacher, Some(by(Role::Director, true))), "и.о. директора");
        assert_eq!(office("Заместитель директора по УВР", Some(by(Role::Director, false))), "директор");
        // The card's own words where they name the office, and of whom no order names.
        for post in ["Заместитель директора по УВР", "Учитель физики, зам. директора по ВР"]
        {
            assert_eq!(office(post, Some(by(Role::Deputy, false))), post);
        }
        assert_eq!(office("Директор школы", Some(by(Role::Director, false))), "Директор школы");
        assert_eq!(office("Заведующий", None), "Заведующий");
    }

    #[test]
    fn subject_teachers_sign_in_any_order_and_the_class_teacher_waits_for_all_of_them() {
        let route = route();
        assert!(decide(&route, &[], &wish("T2")).is_ok());
        let one = signed(&[("subject_teacher", "T1")]);
        let refusal = decide(&route, &one, &Wish { stage: Some("class_teacher".into()), ..wish("T1") });
        assert!(matches!(refusal, Err(Refusal::NotYourTurn { waiting, .. }) if waiting == "T2"));
        let both = signed(&[("subject_teacher", "T1"), ("subject_teacher", "T2")]);
        assert_eq!(decide(&route, &both, &wish("T1")).map(|(stage, _)| stage.id.as_str()), Ok("class_teacher"));
    }

    #[test]
    fn who_signs_later_may_refuse_before_the_turn_comes_and_who_has_signed_may_not() {
        let route = route();
        let early = Wish { refuses: true, ..wish("T9") };
        assert!(matches!(decide(&route, &[], &wish("T9")), Err(Refusal::NotYourTurn { .. })));
        assert_eq!(decide(&route, &[], &early).map(|(stage, _)| stage.id.as_str()), Ok("director"));
        let one = signed(&[("subject_teacher", "T2")]);
        let late = Wish { refuses: true, ..wish("T2") };
        assert!(matches!(decide(&route, &one, &late), Err(Refusal::AlreadySigned { .. })));
    }

    #[test]
    fn a_second_signature_a_foreign_sheet_a_wrong_stage_and_a_stranger_are_refused() {
        let route = route();
        let one = signed(&[("subject_teacher", "T2")]);
        assert!(matches!(decide(&route, &one, &wish("T2")), Err(Refusal::AlreadySigned { .. })));
        let foreign = Wish { sheets: vec!["a".into()], ..wish("T2") };
        assert!(matches!(decide(&route, &[], &foreign), Err(Refusal::ForeignSheet { .. })));
        let part = Wish { sheets: vec!["a".into()], ..wish("T1") };
        assert!(matches!(decide(&route, &[], &part), Err(Refusal::PartOfSheets { .. })));
        let stage = Wish { stage: Some("director".into()), ..wish("T2") };
        let wrong = decide(&route, &[], &stage).expect_err("another stage").to_string();
        assert_eq!(wrong, "T2 не подписывает эту копию как директор; так её подписывает T9");
        assert!(matches!(decide(&route, &[], &wish("T5")), Err(Refusal::NotInRoute { .. })));
    }

    #[test]
    fn a_signature_for_some_of_the_own_sheets_leaves_the_others_to_be_signed() {
        let route = route();
        let mut one = signed(&[("subject_teacher", "T2")]);
        one.push(Signed { stage: "subject_teacher".into(), signer: "T1".into(), sheets: vec!["b".into()] });
        assert_eq!(missing(&route[0], &one), ["T1"]);
        assert_eq!(left("subject_teacher", &route[0].signers[0], &one), ["a"]);
        let rest = Wish { sheets: vec!["a".into()], ..wish("T1") };
        assert_eq!(decide(&route, &one, &rest).map(|(stage, _)| stage.id.as_str()), Ok("subject_teacher"));
        one.push(Signed { stage: "subject_teacher".into(), signer: "T1".into(), sheets: vec!["a".into()] });
        assert_eq!(open_stage(&route, &one).map(|stage| stage.id.as_str()), Some("class_teacher"));
    }
}
