//! Learners change groups after a period: what was entered before stays on the page where it was entered, in copies made later as well (JRN-11).

use std::collections::BTreeSet;

use letopis::bundle::generate::{self, GeneratorSpec};
use letopis::domain::snapshot::{Sheet, Snapshot};
use letopis::flow::setup::Outcome;
use letopis::flow::setup::groups;
use letopis::flow::{Error, reissue};

use super::house::{Bundle, COPIES, House, YEAR, after, tell};

const DAY_MINUTES: i64 = 24 * 60;

/// Every sheet but the title page, which names the version and its moment.
fn sheets(snapshot: &Snapshot) -> Vec<&Sheet> {
    snapshot.sheets.iter().filter(|sheet| !matches!(sheet, Sheet::Title(_) | Sheet::Changes(_))).collect()
}

/// The learners on the pages of a course.
fn on_page(snapshot: &Snapshot, course: &str) -> Vec<String> {
    let of = |sheet: &Sheet| match sheet {
        Sheet::Course(sheet) if sheet.course == course => {
            Some(sheet.rows.iter().map(|row| row.learner.clone()).collect())
        }
        _ => None,
    };
    snapshot.sheets.iter().find_map(of).expect("a page of the course")
}

/// Moves the first learner of the first group of 5А to the other one; hands back learner, old course, new course.
async fn swap(house: &House, days: i64) -> Result<(Outcome, [String; 3]), Error> {
    let journal = house.db.load_journal(YEAR).await?;
    let own: Vec<_> =
        journal.courses.iter().filter(|course| course.class == "5А" && !course.group.is_empty()).collect();
    let from = own[0];
    let to = own.iter().find(|other| other.subject == from.subject && other.id != from.id).expect("another group");
    let learner = from.members.first().expect("a member").clone();
    let pairs = own.iter().flat_map(|course| course.members.iter().map(|one| (one.clone(), course.id.clone())));
    let mut chosen: BTreeSet<(String, String)> = pairs.collect();
    chosen.remove(&(learner.clone(), from.id.clone()));
    chosen.insert((learner.clone(), to.id.clone()));
    let outcome = groups::set(house, &after(days * DAY_MINUTES), YEAR, "5А", &chosen).await?;
    Ok((outcome, [learner, from.id.clone(), to.id.clone()]))
}

#[test]
fn a_learner_who_changes_groups_after_a_period_keeps_its_marks_on_its_page_in_every_later_copy() {
    tell(async {
        // Within the period a change is refused: the composition is fixed at its start (002 4.1).
        let house = House::with_issued_copies().await;
        let (refused, _) = swap(&house, 14).await.expect("an answer");
        let Outcome::Refused(findings) = refused else { panic!("{refused:?}") };
        assert_eq!(findings.iter().map(|one| one.code).collect::<Vec<_>>(), ["groups.bound"]);

        // In the holidays it is taken; the copy that stands, and its next version, show the first quarter as it was.
        let before = house.snapshot(COPIES[0]).await;
        let (moved, [learner, from, to]) = swap(&house, 3).await.expect("an answer");
        assert!(matches!(moved, Outcome::Done { .. }), "{moved:?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
        reissue::reissue(&house, COPIES[0], "уточнение", &after(4 * DAY_MINUTES)).await.expect("a next version");
        let again = house.snapshot(COPIES[0]).await;
        assert_eq!(sheets(&again), sheets(&before), "no mark is lost and nobody stands where he was not taught");
        assert!(on_page(&again, &from).contains(&learner) && !on_page(&again, &to).contains(&learner));

        // A period closed only after the change is the same as one closed before it, and nobody is asked for a mark in the new group.
        let late = House::with_journal().await;
        swap(&late, 3).await.expect("an answer");
        let closed = late.close("Q1", &["5А"], None).await.expect("a closing");
        assert!(closed.iter().all(|one| one.findings.is_empty() && one.copy.is_some()), "{closed:?}");
        assert_eq!(sheets(&late.snapshot(COPIES[0]).await), sheets(&before));
    });
}

#[test]
fn a_period_without_entries_yet_follows_the_lists_and_an_import_touches_nobody_elses_place() {
    tell(async {
        // Nothing of the second quarter's English has been entered yet.
        let spec =
            GeneratorSpec { classes: vec![(5, 'А')], learners_per_class: 8, spread: 0, seed: 9, year_start: 2025 };
        let bundle = Bundle(generate::generate(&spec));
        let in_autumn = |text: String| {
            let head = text.lines().next().unwrap_or_default().to_owned();
            let kept = text.lines().skip(1).filter(|line| line.contains(",2025-09-") || line.contains(",2025-10-"));
            [head].into_iter().chain(kept.map(str::to_owned)).map(|line| line + "\n").collect::<String>()
        };
        let bundle = bundle.with("marks.csv", in_autumn).with("absences.csv", in_autumn);
        let bundle = bundle.with("final_marks.csv", |text| {
            text.lines()
                .enumerate()
                .filter(|(at, line)| *at == 0 || line.contains(",Q1,"))
                .map(|(_, line)| format!("{line}\n"))
                .collect()
        });
        let house = House::empty().await;
        house.import(&bundle, false).await.expect("an import");
        let (moved, [learner, from, to]) = swap(&house, 3).await.expect("an answer");
        assert!(matches!(moved, Outcome::Done { .. }), "{moved:?}");
        house.close("Q1", &["5А"], Some("проверка")).await.expect("a closing");
        house.close("Q2", &["5А"], Some("проверка")).await.expect("a closing");
        let (first, second) = (house.snapshot(COPIES[0]).await, house.snapshot("2025-05A-Q2").await);
        assert!(on_page(&first, &from).contains(&learner) && !on_page(&first, &to).contains(&learner));
        assert!(!on_page(&second, &from).contains(&learner) && on_page(&second, &to).contains(&learner));

        // The old files put the learner back: two lines of the history, not one for each learner whose line moved.
        let lines = || async {
            house.db.list_changes(&letopis::store::ChangeFilter::default()).await.expect("a history").len()
        };
        let (house_b, before) = (&house, lines().await);
        house_b.import(&bundle, false).await.expect("an import");
        assert_eq!(lines().await - before, 2);
    });
}
