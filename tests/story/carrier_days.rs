//! The carriers' days: what is written when it is due, once, whoever is absent and whatever the clock says.

use std::path::Path;
use std::sync::Arc;

use letopis::domain::carrier::{Cause, Refusal};
use letopis::domain::finding::Verdict;
use letopis::flow::backup::{self, Silent, Written, check};
use letopis::flow::{self, Act, Error, carriers};

use super::carriers::{Office, restore};
use super::house::{House, YEAR, after, tell};

/// Noon so many days after the story's first day, 27 October 2025.
fn day(days: i64) -> Act {
    after(days * 24 * 60)
}

fn on(written: &[Written]) -> Vec<(Cause, Vec<&str>)> {
    written.iter().map(|one| (one.row.cause, one.row.carriers.iter().map(String::as_str).collect())).collect()
}

async fn last_week(house: &flow::House, act: &Act) -> Option<String> {
    let plan = carriers::overview(house, act.at.date_naive()).await.unwrap().plan;
    let week = plan.duties.into_iter().find(|duty| duty.cause == Some(Cause::Week)).unwrap();
    week.last.map(|day| day.to_string())
}

#[test]
fn a_copy_is_written_on_its_day_and_once_and_an_absent_carrier_gets_its_own_when_it_is_back() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let house = &office.house;
        let daily = async |days: i64| backup::daily(house, &day(days)).await.unwrap();
        assert_eq!(
            on(&daily(0).await),
            [(Cause::Period, vec!["Н-1", "Н-2"])],
            "what stood on no carrier does not wait"
        );
        assert!(daily(0).await.is_empty() && daily(6).await.is_empty(), "the week is not over");
        assert_eq!(on(&daily(7).await), [(Cause::Week, vec!["Н-1", "Н-2"])]);
        assert!(daily(7).await.is_empty() && daily(8).await.is_empty(), "once");

        // The second disk is at home with somebody.
        let mark = office.disks[1].join("letopis-carrier.txt");
        let own = std::fs::read(&mark).unwrap();
        std::fs::remove_file(&mark).unwrap();
        assert_eq!(on(&daily(14).await), [(Cause::Week, vec!["Н-1"])]);
        assert!(daily(15).await.is_empty(), "the first is not filled with the same while the other is waited for");
        assert_eq!(last_week(house, &day(15)).await.as_deref(), Some("2025-11-03"), "one carrier is not two");
        assert_eq!(on(&daily(21).await), [(Cause::Week, vec!["Н-1"])], "nor kept old by it");
        std::fs::write(&mark, own).unwrap();
        assert_eq!(on(&daily(23).await), [(Cause::Week, vec!["Н-2"])]);
        assert_eq!(last_week(house, &day(23)).await.as_deref(), Some("2025-11-17"));
        assert_eq!(on(&daily(28).await), [(Cause::Week, vec!["Н-1"])]);
        // The house was shut for weeks: the archive of the month answers for the week too.
        assert_eq!(on(&daily(40).await), [(Cause::Month, vec!["Н-1", "Н-2"])]);
        assert!(daily(40).await.is_empty());
        assert_eq!(last_week(house, &day(40)).await.as_deref(), Some("2025-12-06"));
    });
}

#[test]
fn a_period_s_set_is_written_on_the_day_after_its_end_and_not_before_the_lessons_of_its_last_day() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let house = &office.house;
        let roster = house.db.load_roster(YEAR).await.unwrap();
        let first = day(0).at.date_naive();
        let last_day = roster.periods.iter().map(|period| period.ends).filter(|end| *end > first).min().unwrap();
        let days = (last_day - first).num_days();
        backup::daily(house, &day(0)).await.unwrap();
        // No class of the period that is over was closed by then: the set does not answer for them, and nothing is asked for yet.
        let plan = carriers::overview(house, first).await.unwrap().plan;
        let set = plan.duties.iter().find(|duty| duty.cause == Some(Cause::Period)).unwrap();
        assert!(set.note.starts_with("ни один из ") && plan.again.is_empty(), "{}", set.note);
        let causes = async |days: i64| {
            let written = backup::daily(house, &day(days)).await.unwrap();
            written.iter().map(|one| one.row.cause).collect::<Vec<_>>()
        };
        causes(days - 1).await;
        assert!(!causes(days).await.contains(&Cause::Period), "its lessons are still being held");
        assert_eq!(causes(days + 1).await, [Cause::Period]);
        assert!(causes(days + 1).await.is_empty(), "once");
    });
}

#[test]
fn two_serving_processes_write_one_copy_and_a_house_that_chose_nothing_writes_none() {
    tell(async {
        let bare = House::with_journal().await;
        assert!(backup::daily(&bare, &day(90)).await.unwrap().is_empty());
        assert!(!bare.root.join("backup.lock").exists());

        let office = Office::of(House::with_journal().await).await;
        let other = flow::House::open(&office.house.root).await.unwrap();
        let (act, late) = (day(7), day(7));
        let (one, two) = tokio::join!(backup::daily(&office.house, &act), backup::daily(&other, &late));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.len() + two.len(), 1, "{one:?} {two:?}");
        assert!(backup::daily(&other, &day(7)).await.unwrap().is_empty());
        assert_eq!(office.house.db.list_backups().await.unwrap().len(), 1);
    });
}

#[test]
fn a_clock_of_another_year_neither_stops_the_schedule_nor_hides_the_newest_copy() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let house = &office.house;
        // A dead battery: the machine believes in 2040 for a day.
        let one = backup::daily(house, &day(365 * 14)).await.unwrap();
        assert_eq!(on(&one), [(Cause::Period, vec!["Н-1", "Н-2"])], "one copy is archive, period's set and backup");
        assert!(backup::daily(house, &day(365 * 14)).await.unwrap().is_empty(), "nothing is left to write");
        let written = backup::daily(house, &day(30)).await.unwrap();
        assert!(!written.is_empty(), "what was written in 2040 does not answer for today");
        let newest = written.last().unwrap().row.id.clone();
        let found = check::find(&office.disks[0], None).unwrap();
        assert_eq!(found.label.id, newest, "the newest is what the log says, not the clock");
        let to = house.outside("back");
        assert_eq!(restore(&office.disks[0], &to, &office.code).await.unwrap().label.id, newest);
        let report = check::compare(Some(house), &office.disks[0], None, Arc::new(Silent)).await.unwrap();
        assert_eq!((report.label.id, report.verdict), (newest, Verdict::Valid));
    });
}

/// A copy as another school's program would have left it there, its label's signature aside.
fn as_of_another_school(copy: &Path) {
    let name = copy.file_name().unwrap().to_string_lossy().replace("story", "zarya");
    let other = copy.with_file_name(&name);
    std::fs::create_dir(&other).unwrap();
    for entry in std::fs::read_dir(copy).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), other.join(entry.file_name())).unwrap();
    }
    let label = std::fs::read_to_string(other.join("label.txt")).unwrap();
    // A log as large as none of ours: newest by every measure.
    let label = label.replace("story", "zarya").replace("\"log_size\":", "\"log_size\":9");
    std::fs::write(other.join("label.txt"), label).unwrap();
}

#[test]
fn copies_of_two_schools_in_one_folder_are_not_taken_for_each_other() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let written = office.write(40).await.unwrap();
        as_of_another_school(&office.disks[0].join(&written.row.id));
        let alone = check::find(&office.disks[0], None);
        assert!(matches!(alone, Err(Error::Carrier(Refusal::Schools { .. }))), "{alone:?}");
        let to = office.house.outside("back");
        assert!(restore(&office.disks[0], &to, &office.code).await.is_err() && !to.exists());
        let report = office.compare(0, None).await;
        assert_eq!((report.label.id, report.verdict), (written.row.id.clone(), Verdict::Valid));
        // A second school cannot take a carrier that is the first one's.
        let second = House::empty().await;
        let place =
            carriers::add_place(&second, "кабинет 1", letopis::domain::carrier::Holder::Safe, "", &after(1)).await;
        let wanted = crate::disks::wanted(&place.unwrap(), &office.disks[0]);
        let refused = carriers::add_carrier(&second, &wanted, &after(2)).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("метка другого носителя")));
    });
}

#[test]
fn what_a_killed_writer_left_is_cleared_and_never_taken_for_a_copy() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let written = office.write(40).await.unwrap();
        let half = office.disks[0].join(".letopis-story-20251027-110000.part");
        std::fs::create_dir(&half).unwrap();
        for file in ["label.txt", "key.age"] {
            std::fs::copy(office.disks[0].join(&written.row.id).join(file), half.join(file)).unwrap();
        }
        // Somebody else's unfinished work is not ours to clear.
        let strange = office.disks[0].join(".letopis-zarya-20251027-110000.part");
        std::fs::create_dir(&strange).unwrap();
        assert_eq!(check::find(&office.disks[0], None).unwrap().label.id, written.row.id);
        office.write(41).await.unwrap();
        assert!(!half.exists() && strange.exists());
    });
}
