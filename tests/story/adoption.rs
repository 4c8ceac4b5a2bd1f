//! A new order: a later policy comes in force from a day, what was made before keeps what it was made under, and nothing used is edited.

use letopis::bundle::generate;
use letopis::domain::canon::Digest;
use letopis::domain::finding::Severity;
use letopis::domain::snapshot::CopyKind;
use letopis::domain::{deadline, journal, period, policy};
use letopis::flow::close::{self, Closing};
use letopis::flow::house::Founding;
use letopis::flow::policy::{self as adopting, Adoption, Refusal};
use letopis::flow::{self, Error, doctor, import, timeliness};

use crate::house::{Bundle, COPIES, House, YEAR, after, tell};
use crate::intruder::Intruder;

const DAY_MINUTES: i64 = 24 * 60;

fn adoption(name: &str, text: &str, from: &str) -> Adoption {
    let from = Some(from.parse().expect("a day"));
    Adoption { name: name.into(), text: text.into(), from, order: "приказ от 10.11.2025 № 12".into() }
}

/// The second policy of the story: the strict one under the school's own name, kept ten years.
fn stricter() -> String {
    let text = policy::builtin("strict").expect("inside");
    text.replacen("value = 5\nunit = \"years\"", "value = 10\nunit = \"years\"", 1)
}

fn refusal(outcome: Result<adopting::InForce, Error>) -> Refusal {
    match outcome {
        Err(Error::Adoption(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Closes the second quarter of a class some days after the first one's copies.
async fn close_at(house: &House, class: &str, days: i64) {
    let classes = vec![class.to_owned()];
    let closing = Closing { year: YEAR.to_owned(), period: "Q2".to_owned(), classes, ground: None };
    let closed = close::close(house, &closing, &after(days * DAY_MINUTES)).await.expect("a closing");
    assert!(closed.iter().all(|one| one.copy.is_some()), "{closed:?}");
}

#[test]
fn a_policy_adopted_by_order_rules_from_its_day_and_an_old_copy_still_cites_the_old_one() {
    tell(async {
        let house = House::with_issued_copies().await;
        let old = house.snapshot(COPIES[0]).await;
        let adopted = adopting::adopt(&house, &adoption("school-2025", &stricter(), "2025-12-01"), &after(10)).await;
        let adopted = adopted.expect("an adoption");
        let history = adopting::history(&house).await.expect("a history");
        let on = |day: &str| history.on(day.parse().expect("a day")).policy.name.clone();
        assert_eq!(
            (on("2025-10-27"), on("2025-11-30"), on("2025-12-01")),
            ("default".into(), "default".into(), "school-2025".into())
        );
        assert_eq!(history.all()[0].to, "2025-11-30".parse().ok());

        // Closed before the day: the old policy; closed after it: the new one, with its own term of keeping.
        close_at(&house, "5А", 5).await;
        close_at(&house, "6А", 80).await;
        let before = house.snapshot("2025-05A-Q2").await;
        let later = house.snapshot("2025-06A-Q2").await;
        assert_eq!((before.policy.digest, before.policy.keep_years), (old.policy.digest, 5));
        assert_eq!((later.policy.digest, later.policy.keep_years), (adopted.policy.digest, 10));
        // The title page names the order by which the school took the rules; a sample of the program has no order of its own.
        assert_eq!((before.policy.order.as_str(), old.policy.order.as_str()), ("", ""));
        assert_eq!(old.policy.signature_act, "локальный акт школы об электронной подписи");
        assert_eq!(later.policy.order, "введено в школе: приказ от 10.11.2025 № 12");

        let today = "2026-02-01".parse().expect("a day");
        let basis = adopting::basis(&house, &old, today).await.expect("a basis");
        assert!(!basis.in_force);
        assert_eq!(basis.under.as_ref().map(|under| under.policy.name.as_str()), Some("default"));
        assert_eq!(basis.keep_clause, "003 Рук 5");
        let paper = basis.paper.expect("the paper copy is asked for");
        assert_eq!(paper.due, "2025-10-23".parse().ok());
        assert!(paper.text.contains("в предпоследний учебный день периода (000 Инс 4.1)"), "{}", paper.text);
        let basis = adopting::basis(&house, &later, today).await.expect("a basis");
        assert!(basis.in_force);
        assert_eq!(basis.under.map(|under| under.order), Some("приказ от 10.11.2025 № 12".into()));

        let diagnosis = doctor::examine(&house, &after(81 * DAY_MINUTES)).await.expect("a diagnosis");
        assert_eq!(diagnosis.findings, [], "an adoption leaves the house sound");
    });
}

#[test]
fn what_was_used_is_never_edited_and_days_go_forward() {
    tell(async {
        let house = House::with_journal().await;
        let adopt = async |adoption: Adoption| adopting::adopt(&house, &adoption, &after(10)).await;
        let default = policy::builtin("default").expect("inside");
        let edited = format!("{default}\n# правка\n");
        assert!(matches!(refusal(adopt(adoption("default", &edited, "2025-12-01")).await), Refusal::Edited { .. }));
        assert!(matches!(refusal(adopt(adoption("other", default, "2025-12-01")).await), Refusal::Known(_)));
        let preset = policy::builtin("strict").expect("inside").replacen("1,5", "1,6", 1);
        assert!(matches!(refusal(adopt(adoption("strict", &preset, "2025-12-01")).await), Refusal::Edited { .. }));
        assert!(matches!(
            refusal(adopt(adoption("mine", &stricter(), "2024-12-01")).await),
            Refusal::NotInForce { .. }
        ));
        let unordered = Adoption { order: " ".into(), ..adoption("mine", &stricter(), "2025-12-01") };
        assert!(matches!(refusal(adopt(unordered).await), Refusal::NoOrder));
        for vague in [
            "без номера",
            "приказ № 12",
            "приказ от 10.11.2025",
            "приказ от 31.02.2025 № 12",
            "приказ от 10.11.25 № 12",
        ] {
            let order = vague.to_owned();
            let vague = Adoption { order, ..adoption("mine", &stricter(), "2025-12-01") };
            assert!(matches!(refusal(adopt(vague.clone()).await), Refusal::VagueOrder(_)), "{vague:?}");
        }
        assert!(matches!(adopt(adoption("mine", "a = [", "2025-12-01")).await, Err(Error::Policy(_))));
        assert_eq!(adopting::history(&house).await.expect("a history").all().len(), 1, "nothing was adopted");

        adopt(adoption("mine", &stricter(), "2025-12-01")).await.expect("an adoption");
        let again = stricter().replacen("value = 10", "value = 11", 1);
        let Refusal::Edited { was, is, .. } = refusal(adopt(adoption("mine", &again, "2026-01-01")).await) else {
            panic!("the edit is named")
        };
        assert_eq!((was, is), (Digest::of(stricter().as_bytes()), Digest::of(again.as_bytes())));
        assert!(matches!(refusal(adopt(adoption("next", &again, "2025-11-30")).await), Refusal::NotLater { .. }));
        adopt(adoption("next", &again, "2026-01-01")).await.expect("a later order");
        let names: Vec<String> = adopting::history(&house)
            .await
            .expect("a history")
            .all()
            .iter()
            .map(|one| one.policy.name.clone())
            .collect();
        assert_eq!(names, ["default", "mine", "next"]);
    });
}

#[test]
fn a_mistaken_order_is_replaced_by_one_of_the_same_day_until_a_copy_is_made_under_it() {
    tell(async {
        let house = House::with_issued_copies().await;
        let adopt = async |adoption: Adoption| adopting::adopt(&house, &adoption, &after(10)).await;
        let right = stricter().replacen("value = 10", "value = 11", 1);
        adopt(adoption("mistaken", &stricter(), "2025-12-01")).await.expect("an adoption");
        adopt(adoption("right", &right, "2025-12-01")).await.expect("the order that replaces it");
        let history = adopting::history(&house).await.expect("a history");
        let on = |day: &str| history.on(day.parse().expect("a day")).policy.name.clone();
        assert_eq!((on("2025-11-30"), on("2025-12-01")), ("default".into(), "right".into()));
        assert_eq!(history.all().iter().map(adopting::InForce::is_replaced).collect::<Vec<_>>(), [false, true, false]);

        close_at(&house, "6А", 80).await;
        let third = stricter().replacen("value = 10", "value = 12", 1);
        let Refusal::Used { copy, next, .. } = refusal(adopt(adoption("third", &third, "2025-12-01")).await) else {
            panic!("the copy is named")
        };
        assert_eq!((copy.as_str(), next.as_str()), ("2025-06A-Q2", "02.12.2025"));
    });
}

#[test]
fn a_policy_edited_behind_the_houses_back_is_refused_by_the_guard_and_found_by_the_doctor() {
    tell(async {
        let house = House::with_journal().await;
        adopting::adopt(&house, &adoption("mine", &stricter(), "2025-12-01"), &after(10)).await.expect("an adoption");
        let sql = Intruder::at(&house.root).await;
        let edit = "update policies set body = replace(body, 'value = 10', 'value = 1')";
        assert!(sql.tries(edit).await.expect_err("a guard").contains("append-only"));
        sql.tries("drop trigger policies_no_update").await.expect("an intruder may");
        sql.tries(edit).await.expect("and then edit");
        let diagnosis = doctor::examine(&house, &after(20)).await.expect("a diagnosis");
        let found = diagnosis.findings.iter().find(|finding| finding.code == "doctor.policy-altered");
        assert!(found.is_some_and(|finding| finding.place == "правила школы, введение 1"), "{:#?}", diagnosis.findings);
    });
}

/// A house made under one of the regulations inside the program, with the small school's journal and its first quarter of 5А closed.
async fn under(name: &str) -> (tempfile::TempDir, flow::House) {
    let folder = tempfile::tempdir().expect("a folder");
    let founding = Founding {
        policy_name: name.to_owned(),
        policy_text: policy::builtin(name).expect("inside").to_owned(),
        school: Some("preset".to_owned()),
        database: "sqlite".to_owned(),
        utc_offset_minutes: 180,
    };
    let house = flow::House::found(&folder.path().join("house"), &founding, &after(0)).await.expect("a house");
    generate::write(&folder.path().join("bundle"), &Bundle::small().0).expect("a bundle");
    let outcome = import::import(&house, &folder.path().join("bundle"), false, &after(0)).await.expect("an import");
    assert!(matches!(outcome, import::Outcome::Imported(_)), "{name}: {outcome:?}");
    let classes = vec!["5А".to_owned()];
    let ground = Some("приказ № 3".to_owned());
    let closing = Closing { year: YEAR.to_owned(), period: "Q1".to_owned(), classes, ground };
    close::close(&house, &closing, &after(1)).await.expect("a closing");
    (folder, house)
}

#[test]
fn each_of_the_five_regulations_makes_another_record_of_the_same_quarter() {
    tell(async {
        let all = ["subject_teacher", "class_teacher", "deputy", "director"];
        let told = [
            (
                "chernushka-2018",
                &all[..],
                "на бумагу — 23.10.2025, в предпоследний учебный день периода (000 Инс 4.1); печатает ответственный за ведение журнала (000 Инс 4.3)",
            ),
            ("kurskoe-2019", &all[..], "на бумагу не выводится: бумажный журнал отменён с 26.10.2022 (001 п. 1)"),
            (
                "bauman",
                &all[..],
                "на бумагу — 24.10.2025, по окончании периода (002 4.5); печатает секретарь (делопроизводитель) (002 4.5)",
            ),
            (
                "duties-moscow",
                &["subject_teacher", "director"][..],
                "за этот период на бумагу не выводится: журнал печатается раз в год, не позднее 30 июня (003 Рук 5)",
            ),
            (
                "talitsa-2019",
                &all[..],
                "на бумагу — 23.10.2025, в предпоследний учебный день периода (положение молчит; взято из правил по умолчанию: 000 Инс 4.1); печатает ответственный за ведение журнала (положение молчит; взято из правил по умолчанию: 000 Инс 4.3)",
            ),
        ];
        for (name, stages, paper) in told {
            let (_folder, house) = under(name).await;
            let row = house.db.list_copies().await.expect("copies").pop().expect("a copy");
            let snapshot = house.db.load_snapshot(row.snapshot).await.expect("a snapshot");
            let route: Vec<&str> = snapshot.route.iter().map(|stage| stage.id.as_str()).collect();
            assert_eq!(route, stages, "{name}");
            assert_eq!((snapshot.policy.name.as_str(), snapshot.policy.digest), (name, house.policy.digest));
            let today = "2025-10-27".parse().expect("a day");
            let basis = adopting::basis(&house, &snapshot, today).await.expect("a basis");
            assert_eq!(basis.paper.map(|paper| paper.text).as_deref(), Some(paper), "{name}");
            assert!(basis.in_force);
            let kept = if name == "duties-moscow" {
                "003 Рук 5"
            } else {
                "взято из правил по умолчанию: 003 Рук 5"
            };
            assert!(basis.keep_clause.ends_with(kept), "{name}: {}", basis.keep_clause);

            // The year's copy: which stamp the paper bears, where it is not the school's own.
            let calendar = timeliness::calendar(&house, YEAR).await.expect("a calendar");
            let days = ("2025-09-01".parse().expect("a day"), "2026-05-29".parse().expect("a day"));
            let year = deadline::Copy {
                class: "5А",
                grade: 5,
                period: journal::YEAR,
                kind: None,
                days,
                record: CopyKind::SummarySheet,
            };
            let duty = deadline::print_duty(&house.policy, &calendar, &year).text;
            assert_eq!(duty.contains("; оттиск — печать учреждения (003 Рук 5)"), name == "duties-moscow", "{duty}");
        }
    });
}

#[test]
fn a_lesson_without_homework_bars_closing_only_where_the_regulation_makes_homework_a_duty() {
    tell(async {
        for (name, bars) in
            [("chernushka-2018", true), ("bauman", true), ("duties-moscow", false), ("talitsa-2019", false)]
        {
            let (_folder, house) = under(name).await;
            let mut journal = house.db.load_journal(YEAR).await.expect("a journal");
            for lesson in &mut journal.lessons {
                lesson.homework.clear();
            }
            let class = journal.class("6А").cloned().expect("a class");
            let span = period::span(&journal, &class, "Q1").expect("a span");
            let findings = period::check(&journal, &class, &span, &house.policy);
            let homework = findings.iter().find(|finding| finding.code == "close.homework-missing").expect("a finding");
            assert_eq!(homework.severity == Severity::Error, bars, "{name}");
        }
    });
}
