//! Forms of teaching out of a living house: what was replaced and what was lost, what was planned, the reports two weeks before the end.

use std::collections::BTreeSet;

use letopis::domain::form::{Block, Form};
use letopis::domain::journal::StaffMember;
use letopis::domain::names::signature_name;
use letopis::domain::policy;
use letopis::flow::office::Refusal;
use letopis::flow::office::forms::{Asked, make};
use letopis::flow::policy::{self as adopting, Adoption};
use letopis::flow::setup::seed_demo_setup;
use letopis::flow::{Act, Error};

use super::house::{Bundle, House, YEAR, after, tell};

fn asked(pairs: &[(&str, &str)]) -> Asked {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The bundle with so many lessons of October taught by another, and so many of them never held; all its other substitutions undone.
fn troubled(replaced: usize, lost: usize) -> Bundle {
    let bundle = Bundle::small();
    let courses = bundle.text("courses.csv");
    let mut reader = csv::Reader::from_reader(courses.as_bytes());
    let head = reader.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|one| one == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let teachers: Vec<(String, String)> =
        rows.iter().map(|row| (row[at("id")].to_owned(), row[at("teacher_id")].to_owned())).collect();
    let another = |course: &str| {
        let own = &teachers.iter().find(|(id, _)| id == course).unwrap().1;
        teachers.iter().map(|(_, teacher)| teacher).find(|teacher| *teacher != own).unwrap().clone()
    };
    let mut gone: BTreeSet<[String; 3]> = BTreeSet::new();
    let lessons = edited(&bundle.text("lessons.csv"), |head, row, n| {
        let at = |name: &str| head.iter().position(|one| one == name).unwrap();
        let mut row: Vec<String> = row.iter().map(str::to_owned).collect();
        row[at("substitute_teacher_id")].clear();
        // Every seventh lesson of the month, so that days, classes and courses differ.
        if row[at("date")].starts_with("2025-10") {
            let turn = *n / 7;
            *n += 1;
            if (*n).is_multiple_of(7) && turn < replaced + lost {
                if turn < replaced {
                    row[at("substitute_teacher_id")] = another(&row[at("course_id")]);
                } else {
                    gone.insert([0, 1, 2].map(|at: usize| row[at].clone()));
                    return None;
                }
            }
        }
        Some(row)
    });
    assert_eq!(gone.len(), lost);
    let without = |text: String| {
        edited(&text, |_, row, _| {
            let key = [0, 1, 2].map(|at: usize| row[at].to_owned());
            (!gone.contains(&key)).then(|| row.iter().map(str::to_owned).collect())
        })
    };
    bundle.with("lessons.csv", |_| lessons).with("marks.csv", without).with("absences.csv", without)
}

/// A CSV text with each row edited or left out.
fn edited(
    text: &str,
    mut edit: impl FnMut(&csv::StringRecord, &csv::StringRecord, &mut usize) -> Option<Vec<String>>,
) -> String {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&head).unwrap();
    let mut count = 0;
    for row in reader.records() {
        if let Some(row) = edit(&head, &row.unwrap(), &mut count) {
            writer.write_record(&row).unwrap();
        }
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

async fn set_up(bundle: &Bundle) -> House {
    let house = House::empty().await;
    house.import(bundle, false).await.unwrap();
    assert!(seed_demo_setup(&house, &after(1), YEAR).await.unwrap() > 0);
    house
}

fn cells(form: &Form, column: usize) -> Vec<&str> {
    form.tables().next().unwrap().rows.iter().map(|row| row.cells[column].as_str()).collect()
}

/// F18: the report of October equals what was seeded, 7 replaced and 2 lost.
#[test]
fn the_log_of_october_holds_seven_replaced_lessons_and_two_that_nobody_held() {
    tell(async {
        let house = set_up(&troubled(7, 2)).await;
        let october = asked(&[("from", "2025-10-01"), ("to", "2025-10-31")]);
        let log = make(&house, "substitution-log", &october, &after(60)).await.unwrap();
        let said = log.to_string();
        let substitutes = cells(&log, 7);
        let not_held = substitutes.iter().filter(|words| **words == "урок не проведён").count();
        assert_eq!((substitutes.len() - not_held, not_held), (7, 2), "{said}");
        assert!(
            said.contains("Пропущено: 9 (девять) уроков. Замещено: 7 (семь) уроков. Не проведено: 2 (два) урока."),
            "{said}"
        );
        assert!(cells(&log, 5).iter().all(|absent| !absent.is_empty()), "who was absent is always known");
        // The line of an office has the name of its only holder; of several it is for ink.
        let roster = house.db.load_roster(YEAR).await.unwrap();
        let deputies: Vec<_> = roster.staff.iter().filter(|one| one.has_role("deputy")).collect();
        let signed = |one: &StaffMember| signature_name(&one.surname, &one.given_name, &one.patronymic);
        let lines = log.blocks.iter().find_map(|block| match block {
            Block::Signatures { lines, .. } => Some(lines),
            _ => None,
        });
        let expected = if deputies.len() == 1 { signed(deputies[0]) } else { String::new() };
        assert_eq!(lines.expect("a line")[0].name, expected, "{said}");
        // A day before the month ends, the lessons of tomorrow are not lost yet.
        let early = Act { at: "2025-10-10T20:00:00+03:00".parse().unwrap(), ..after(0) };
        let log = make(&house, "substitution-log", &october, &early).await.unwrap();
        let days = cells(&log, 1);
        assert!(
            cells(&log, 7).iter().zip(&days).all(|(words, day)| *words != "урок не проведён" || **day < *"10.10.2025")
        );
    });
}

/// DOC-13, F45: both preliminary reports are dated two weeks before the end and count what was there by then; the works that the plan has
/// stand beside those that were held.
#[test]
fn a_subject_teacher_has_a_preliminary_report_too_and_both_know_the_planned_control_works() {
    tell(async {
        let house = set_up(&Bundle::small()).await;
        let teacher = house.db.load_roster(YEAR).await.unwrap().courses[0].teacher_id.clone();
        let wanted = asked(&[("teacher", &teacher), ("period", "Q1")]);
        let early = Act { at: "2025-10-10T15:00:00+03:00".parse().unwrap(), ..after(0) };
        let preliminary = make(&house, "subject-report-preliminary", &wanted, &early).await.unwrap();
        let said = preliminary.to_string();
        assert!(said.contains("с 01.09.2025 по 10.10.2025") && said.contains("Предварительно: "), "{said}");
        let last = make(&house, "subject-report", &wanted, &after(60)).await.unwrap();
        let count = |form: &Form, column: usize| -> Vec<usize> {
            cells(form, column).iter().map(|cell| cell.parse().unwrap_or_else(|_| panic!("{cell}"))).collect()
        };
        // «Проведено» grows with the days.
        let (before, after) = (count(&preliminary, 14), count(&last, 14));
        assert!(before.iter().zip(&after).all(|(before, after)| before < after), "{before:?} {after:?}");
        // Every learner of the five has a mark, or «н/а», in the preliminary one: 5, 4, 3, 2 and н/а make the class.
        let sums: Vec<usize> =
            (0..before.len()).map(|row| (3..8).map(|column| count(&preliminary, column)[row]).sum()).collect();
        assert_eq!(sums, count(&preliminary, 2), "{said}");
        // The generator's calendar of control works has what was held, or fewer; no cell is blank.
        let mut planned = 0;
        for (early, whole) in cells(&preliminary, 16).iter().zip(cells(&last, 16)) {
            let [early, whole] = [*early, whole].map(|cell| -> [usize; 2] {
                let (plan, held) = cell.split_once(" / ").unwrap_or_else(|| panic!("{cell}"));
                [plan, held].map(|n| n.parse().unwrap_or_else(|_| panic!("a blank beside the works: «{cell}»")))
            });
            assert!(early[0] <= whole[0] && whole[0] <= whole[1], "{early:?} {whole:?}");
            planned += whole[0];
        }
        assert!(planned > 0, "the year has control works");
    });
}

/// Domain 2.6, 2.7: the sheets that hold the most of a person are there by the school's decision; none is taken in the program.
#[test]
fn the_sheets_about_learners_are_printed_only_where_the_policy_keeps_them() {
    tell(async {
        let house = House::with_journal().await;
        let wanted = asked(&[("class", "5А")]);
        assert_eq!(make(&house, "general-information", &wanted, &after(60)).await.unwrap().id, "general-information");
        let refused = match make(&house, "health-sheet", &wanted, &after(60)).await {
            Err(Error::Office(refusal)) => *refusal,
            other => panic!("{other:?}"),
        };
        assert!(matches!(refused, Refusal::LeftOut { key: "journal.health_sheet", .. }), "{refused:?}");
        assert_eq!(
            refused.to_string(),
            "по правилам школы «Листка здоровья» при журнале нет: не сказано, а особую категорию сведений без решения школы не ведут \
             (152-ФЗ ст. 10); ключ правил — journal.health_sheet"
        );
        let turned = format!(
            "{}\n[journal.health_sheet]\nvalue = \"yes\"\nclause = \"Пол. 4.1\"\n\n\
             [journal.general_information]\nvalue = \"no\"\nclause = \"Пол. 4.2\"\n",
            policy::builtin("default").unwrap()
        );
        let adoption = Adoption {
            name: "school-2025".to_owned(),
            text: turned,
            from: Some("2025-11-01".parse().unwrap()),
            order: "приказ от 27.10.2025 № 12".to_owned(),
        };
        adopting::adopt(&house, &adoption, &after(61)).await.unwrap();
        let later = Act { at: "2025-11-10T12:00:00+03:00".parse().unwrap(), ..after(0) };
        assert_eq!(make(&house, "health-sheet", &wanted, &later).await.unwrap().id, "health-sheet");
        let refused = make(&house, "general-information", &wanted, &later).await.unwrap_err().to_string();
        assert!(refused.contains("обучающихся» при журнале нет: «нет» (Пол. 4.2)"), "{refused}");
    });
}
