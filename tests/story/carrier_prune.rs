//! Old copies taken off carriers by the school's own rule: what stays for good, what is never taken, and what a crash leaves.

use std::sync::Arc;

use letopis::domain::carrier::prune::Fate;
use letopis::domain::carrier::{Cause, Entry};
use letopis::domain::policy;
use letopis::flow::backup::prune::{Pruned, plan, prune, prune_only};
use letopis::flow::backup::{self, Order, Silent};
use letopis::flow::office::forms::{About, Asked, FORMS, make};
use letopis::flow::office::templates;
use letopis::flow::policy::{Adoption, adopt};
use letopis::flow::{self, Act};

use super::carriers::{Office, names, spoil};
use super::house::{House, after, tell};

fn day(days: i64) -> Act {
    after(days * 24 * 60)
}

/// The default rules with a rule of keeping: two weeks and two months.
async fn keeps_two(house: &flow::House) {
    let said = "keep_weeks = { value = 2, unit = \"weeks\", clause = \"приказ № 14\" }
keep_months = { value = 2, unit = \"months\", clause = \"приказ № 14\" }\n";
    let text = policy::builtin("default").unwrap().replace("[backup]\n", &format!("[backup]\n{said}"));
    let adoption = Adoption {
        name: "reglament".into(),
        text,
        from: Some(day(1).at.date_naive()),
        order: "приказ от 27.10.2025 № 14".into(),
    };
    adopt(house, &adoption, &after(34)).await.unwrap();
}

impl Office {
    async fn copy(&self, days: i64, cause: Cause) -> String {
        let written = backup::write(&self.house, &Order::new(Vec::new(), cause), &day(days), Arc::new(Silent)).await;
        written.unwrap().row.id
    }

    async fn prune(&self, days: i64) -> Pruned {
        prune(&self.house, &day(days), Arc::new(Silent)).await.unwrap()
    }
}

#[test]
fn old_copies_go_by_the_rule_with_an_event_and_a_line_and_archives_stay() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        let archive = office.copy(1, Cause::Month).await;
        let old = office.copy(2, Cause::Week).await;
        let demanded = office.copy(3, Cause::Demand).await;
        assert_eq!(office.prune(3).await, Pruned::default(), "rules that say nothing of keeping keep everything");
        keeps_two(&office.house).await;
        // Newest of October: the copy on demand. Then three weeks of November.
        let mut november = Vec::new();
        for days in [8, 15, 22] {
            november.push(office.copy(days, Cause::Week).await);
        }
        let pruned = office.prune(22).await;
        let gone = |carrier: &str, copy: &String| (carrier.to_owned(), copy.clone());
        let expected: Vec<_> =
            ["Н-1", "Н-2"].iter().flat_map(|carrier| [gone(carrier, &old), gone(carrier, &november[0])]).collect();
        assert_eq!((pruned.gone, pruned.refused), (expected, Vec::new()));
        let mut left = vec![archive, demanded, november[1].clone(), november[2].clone()];
        left.sort();
        for disk in &office.disks {
            assert_eq!(names(disk), left);
        }
        assert_eq!(office.prune(23).await, Pruned::default(), "once");

        // The books: a line of each carrier's ledger with the copy and the rule, and the house's log.
        let lines = office.house.db.list_ledger().await.unwrap();
        let lines: Vec<_> = lines.iter().filter(|line| line.what == Entry::Pruned).collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].note.starts_with(&old) && lines[0].note.contains("приказ № 14"), "{}", lines[0].note);
        assert_eq!(office.house.db.list_prunings().await.unwrap().len(), 4);
        let carriers = office.house.db.list_carriers().await.unwrap();
        assert!(carriers.iter().all(|carrier| !carrier.written_off && !carrier.path.is_empty()));
        assert_eq!(office.house.db.list_backups().await.unwrap().len(), 6, "the row of a copy stays");
        assert_eq!(flow::log::verify(&office.house).await.unwrap(), []);
        assert!(office.compare(0, Some(&office.code)).await.findings.is_empty());
    });
}

#[test]
fn nothing_goes_where_the_newest_copy_is_not_whole_and_a_changed_copy_stays_as_a_witness() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        keeps_two(&office.house).await;
        let mut all = Vec::new();
        for days in [1, 2, 8, 15] {
            all.push(office.copy(days, Cause::Week).await);
        }
        let part = |disk: usize, copy: &str| office.disks[disk].join(copy).join("copy.tar.gz.age.001");
        // First disk: the newest copy is spoilt, so the old ones may be all that is left. Second: an old one was changed.
        spoil(&part(0, &all[3]), 5_000);
        spoil(&part(1, &all[0]), 5_000);
        // A copy that the house does not know is not its to take.
        let strange = office.disks[1].join("letopis-zarya-20200101-000000");
        std::fs::create_dir(&strange).unwrap();
        let pruned = office.prune(15).await;
        assert!(pruned.gone.is_empty(), "{pruned:?}");
        assert_eq!(pruned.refused.len(), 2, "{pruned:?}");
        assert!(pruned.refused[0].1.contains("не прошла сверку") && pruned.refused[1].1.contains("остаётся как есть"));
        assert_eq!((names(&office.disks[0]).len(), names(&office.disks[1]).len()), (4, 5));
        assert!(office.house.db.list_prunings().await.unwrap().is_empty());

        // The carrier mended, the rule holds; a folder that a crash left after its row goes with the next run.
        spoil(&part(0, &all[3]), 5_000);
        let kept = office.house.outside("kept");
        super::house::copy_folder(&office.disks[0].join(&all[0]), &kept);
        assert_eq!(office.prune(15).await.gone, [("Н-1".to_owned(), all[0].clone())]);
        super::house::copy_folder(&kept, &office.disks[0].join(&all[0]));
        assert!(office.prune(16).await.gone.is_empty());
        assert_eq!(names(&office.disks[0]), all[1..]);
        assert_eq!(office.house.db.list_prunings().await.unwrap().len(), 1);
    });
}

#[test]
fn only_what_was_listed_goes_and_the_list_says_why_of_every_copy() {
    tell(async {
        let office = Office::of(House::with_journal().await).await;
        assert!(plan(&office.house, day(1).at.date_naive()).await.unwrap().is_none(), "no rule, no list");
        keeps_two(&office.house).await;
        let mut all = vec![office.copy(1, Cause::Month).await];
        for days in [2, 8, 15, 22] {
            all.push(office.copy(days, Cause::Week).await);
        }
        let (rule, listed) = plan(&office.house, day(22).at.date_naive()).await.unwrap().unwrap();
        assert!(rule.words.contains("приказ № 14"), "{}", rule.words);
        let first: Vec<(&str, Fate)> =
            listed.iter().filter(|one| one.carrier == "Н-1").map(|one| (one.row.id.as_str(), one.fate)).collect();
        let fates = [Fate::ForGood, Fate::OfMonth, Fate::Outdated, Fate::OfWeek, Fate::Newest];
        assert_eq!(first, all.iter().map(String::as_str).zip(fates).collect::<Vec<_>>());
        assert_eq!(listed.len(), 2 * all.len(), "both carriers");
        assert_eq!(office.house.db.list_prunings().await.unwrap(), [], "a list takes nothing");

        // Every paper of carriers is printed by the command as well; the code is in none of them, the envelope's sheet included.
        let person = office.house.db.list_undertakings().await.unwrap().remove(0).0;
        let asked = Asked::from([("person".to_owned(), person)]);
        for known in FORMS.into_iter().filter(|known| known.about == About::Carriers) {
            let made = make(&office.house, known.id, &asked, &day(22)).await;
            if known.id == "backup-certificate" {
                assert!(
                    made.unwrap_err().to_string().contains("сверка или пробное восстановление"),
                    "nothing was compared"
                );
                continue;
            }
            let form = made.unwrap_or_else(|error| panic!("{}: {error}", known.id));
            assert_eq!(form.id, known.id);
            assert!(!form.to_string().contains(&office.code), "{}", known.id);
            templates::typeset(&office.house, &form, "2025-11-18T12:00:00+03:00").unwrap();
        }

        // A week passes between the list and the press: what has become old since then was seen by nobody, and stays.
        office.copy(29, Cause::Week).await;
        let seen = [("Н-1".to_owned(), all[2].clone()), ("Н-2".to_owned(), all[4].clone())];
        let pruned = prune_only(&office.house, Some(&seen), &day(29), Arc::new(Silent)).await.unwrap();
        assert_eq!(
            (pruned.gone, pruned.refused),
            (vec![seen[0].clone()], Vec::new()),
            "what the rule keeps stays, seen or not"
        );
        assert_eq!(names(&office.disks[1]).len(), 6);
    });
}
