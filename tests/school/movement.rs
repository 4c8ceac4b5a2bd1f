//! Movement by orders: who was where on any day, in both classes, and never behind a closed period's back.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use letopis::domain::finding::Finding;
use letopis::domain::setup::paste::Sheet;
use letopis::domain::setup::stays::{self, Movement, OrderMark, Refusal, Stay};
use letopis::domain::snapshot::Sheet as SnapshotSheet;
use letopis::flow::close::{self, Closing};
use letopis::flow::movement::{self, Newcomer};
use letopis::flow::setup::Outcome;
use letopis::flow::{House, change};
use proptest::prelude::*;

use super::house::{YEAR, act, day, in_every_house};

fn order(number: &str, date: &str) -> OrderMark {
    OrderMark { number: number.into(), date: Some(day(date)) }
}

async fn names(house: &House, class: &str, on: &str) -> Vec<String> {
    let lines = movement::roster(house, YEAR, class, day(on)).await.unwrap();
    lines.into_iter().map(|line| line.learner.id).collect()
}

/// A learner of a class who is there the whole year.
async fn somebody(house: &House, class: &str) -> String {
    let (journal, _) = house.db.load_year(YEAR).await.unwrap();
    let stays = |l: &&letopis::domain::journal::Learner| {
        l.class == class && l.enrolled_on == day("2025-09-01") && l.left_on.is_none()
    };
    journal.learners.iter().find(stays).unwrap().id.clone()
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    match outcome {
        Outcome::Refused(findings) => findings.iter().map(|f: &Finding| f.code).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_learner_who_moves_stands_in_both_classes_with_both_stays() {
    in_every_house(|house| async move {
        let who = somebody(&house, "7А").await;
        let closing = Closing { year: YEAR.into(), period: "Q1".into(), classes: vec!["7А".into()], ground: None };
        let copy = close::close(&house, &closing, &act(2)).await.unwrap()[0].copy.clone().expect("closed");
        let before = names(&house, "7Б", "2025-11-20").await;
        let moved = Movement::Move { class: "7Б".into() };
        let done =
            movement::carry_out(&house, &act(3), YEAR, &who, &moved, day("2025-11-17"), &order("97-у", "2025-11-14"))
                .await;
        assert!(matches!(done.unwrap(), Outcome::Done(_)));

        assert!(names(&house, "7А", "2025-11-16").await.contains(&who), "the day before");
        assert!(!names(&house, "7А", "2025-11-17").await.contains(&who), "the day of the order");
        assert!(names(&house, "7Б", "2025-11-17").await.contains(&who));
        let mut after = names(&house, "7Б", "2025-11-20").await;
        after.retain(|id| *id != who);
        assert_eq!(after, before, "nobody else moved");

        // The journal of both classes has the learner, each with its own stay.
        let journal = house.db.load_journal(YEAR).await.unwrap();
        let stay = |class: &str| {
            let part = journal.of_class(class);
            let learner = part.learners.iter().find(|l| l.id == who).expect("on the class's list").clone();
            (learner.enrolled_on, learner.left_on)
        };
        assert_eq!(stay("7А"), (day("2025-09-01"), Some(day("2025-11-17"))));
        assert_eq!(stay("7Б"), (day("2025-11-17"), None));
        let learner = journal.learners.iter().find(|l| l.id == who).unwrap();
        assert_eq!((learner.class.as_str(), learner.enrolment_order.as_str()), ("7Б", "97-у от 14.11.2025"));

        // The closed quarter is what it was: frozen again from today's rows it is the same list.
        let row = house.db.list_versions(&copy).await.unwrap().pop().unwrap();
        let frozen = house.db.load_snapshot(row.snapshot).await.unwrap();
        let listed = frozen.sheets.iter().any(|sheet| match sheet {
            SnapshotSheet::Learners(list) => list.rows.iter().any(|row| row.learner == who && row.left_on.is_empty()),
            _ => false,
        });
        assert!(listed);
        let diagnosis = letopis::flow::doctor::examine(&house, &act(4)).await.unwrap();
        let loud: Vec<_> = diagnosis.findings.iter().filter(|f| f.code.starts_with("snapshot.")).collect();
        assert!(loud.is_empty(), "{loud:?}");
    });
}

#[test]
fn an_order_reaches_neither_behind_a_closed_period_nor_before_a_later_order() {
    in_every_house(|house| async move {
        let who = somebody(&house, "7А").await;
        let closing = Closing { year: YEAR.into(), period: "Q1".into(), classes: Vec::new(), ground: None };
        close::close(&house, &closing, &act(2)).await.unwrap();
        let leave = Movement::Leave { exit: "left".into(), whither: "г. Кварцевск, школа 3".into() };
        let early =
            movement::carry_out(&house, &act(3), YEAR, &who, &leave, day("2025-10-06"), &order("90-у", "2025-10-03"))
                .await;
        assert_eq!(codes(&early.unwrap()), ["movement.period-closed"]);
        let into = Newcomer {
            surname: "Опалова".into(),
            given_name: "Яшма".into(),
            patronymic: String::new(),
            born: None,
            class: "7А".into(),
            day: day("2025-10-06"),
            order: order("91-у", "2025-10-03"),
            whence: String::new(),
        };
        let (outcome, _) = movement::enrol(&house, &act(4), YEAR, &[into], false).await.unwrap();
        assert_eq!(codes(&outcome), ["movement.period-closed"]);
        let mend = |movement, on: &'static str| {
            let (house, who) = (&house, who.as_str());
            async move {
                movement::carry_out(house, &act(5), YEAR, who, &movement, day(on), &order("92-у", "2025-12-01"))
                    .await
                    .unwrap()
            }
        };
        assert!(matches!(mend(leave.clone(), "2025-12-08").await, Outcome::Done(_)));
        assert_eq!(codes(&mend(Movement::Move { class: "7Б".into() }, "2025-12-15").await), ["movement.refused"]);
        assert_eq!(codes(&mend(leave, "2025-12-01").await), ["movement.refused"]);
        let back = Movement::Return { class: "7Б".into(), whence: "г. Кварцевск, школа 3".into() };
        assert!(matches!(mend(back, "2026-02-02").await, Outcome::Done(_)));
        assert!(names(&house, "7А", "2025-12-07").await.contains(&who));
        for (class, on) in [("7А", "2025-12-08"), ("7Б", "2026-02-01")] {
            assert!(!names(&house, class, on).await.contains(&who), "{class} {on}");
        }
        assert!(names(&house, "7Б", "2026-02-02").await.contains(&who));
    });
}

#[test]
fn an_order_is_taken_back_whole() {
    in_every_house(|house| async move {
        let who = somebody(&house, "7А").await;
        let before = house.db.load_year(YEAR).await.unwrap();
        let moved = Movement::Move { class: "7Б".into() };
        let done =
            movement::carry_out(&house, &act(3), YEAR, &who, &moved, day("2025-11-17"), &order("97-у", "2025-11-14"))
                .await;
        let Ok(Outcome::Done(counts)) = done else { panic!("{done:?}") };
        assert_eq!(counts.seqs.len(), 3, "two stays and the journal's row");
        change::undo(&house, &act(4), &counts.seqs).await.unwrap();
        let after = house.db.load_year(YEAR).await.unwrap();
        assert_eq!((after.0.learners, after.1), (before.0.learners, before.1));
    });
}

#[test]
fn newcomers_come_by_a_sheet_all_or_none() {
    in_every_house(|house| async move {
        let heads = "Фамилия\tИмя\tОтчество\tДата рождения\tКласс\tЗачислен\tПриказ №\tДата приказа\n";
        let good = format!(
            "{heads}Опалова\tЯшма\t\t01.02.2012\t7А\t17.11.2025\t98-у\t14.11.2025\nРябинин\tКлён\tДубович\t\t7Б\t17.11.2025\t98-у\t\n"
        );
        let bad = good.replace("7Б", "7Ж").replace("01.02.2012", "31.02.2012");
        let findings = movement::read_newcomers(&Sheet::from_clipboard(&bad)).unwrap_err();
        assert_eq!(findings.len(), 1, "{findings:?}");
        let bad = good.replace("7Б", "7Ж");
        let people = movement::read_newcomers(&Sheet::from_clipboard(&bad)).unwrap();
        let (outcome, _) = movement::enrol(&house, &act(3), YEAR, &people, false).await.unwrap();
        assert_eq!(codes(&outcome), ["movement.no-class"]);
        let people = movement::read_newcomers(&Sheet::from_clipboard(&good)).unwrap();
        let (would, _) = movement::enrol(&house, &act(3), YEAR, &people, true).await.unwrap();
        assert!(matches!(would, Outcome::Would(counts) if counts.new == 2));
        let (_, ids) = movement::enrol(&house, &act(4), YEAR, &people, false).await.unwrap();
        assert!(names(&house, "7А", "2025-11-17").await.contains(&ids[0]));
        assert!(!names(&house, "7А", "2025-11-16").await.contains(&ids[0]));
        let (again, _) = movement::enrol(&house, &act(5), YEAR, &people, false).await.unwrap();
        assert_eq!(codes(&again), ["movement.known", "movement.known"]);
    });
}

/// A model that keeps nothing but a table of days: who is where on each.
#[derive(Default)]
struct Model {
    days: BTreeMap<(NaiveDate, usize), String>,
    last: BTreeMap<usize, NaiveDate>,
}

impl Model {
    fn place(&self, learner: usize, day: NaiveDate) -> Option<&String> {
        self.days.get(&(day, learner))
    }

    fn from(&mut self, learner: usize, day: NaiveDate, until: NaiveDate, class: Option<&str>) {
        for at in day.iter_days().take_while(|at| *at <= until) {
            match class {
                Some(class) => drop(self.days.insert((at, learner), class.to_owned())),
                None => drop(self.days.remove(&(at, learner))),
            }
        }
        self.last.insert(learner, day);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Lists of every class on every day equal a replay of the orders by a model that knows no stays.
    #[test]
    fn lists_of_any_day_equal_a_replay_of_the_orders(orders in prop::collection::vec((0_usize..4, 0_u64..120, 0_usize..5), 0..40)) {
        let first = day("2025-09-01");
        let until = first + Days::new(130);
        let classes = ["7А", "7Б", "7В"];
        let mut model = Model::default();
        let mut all: Vec<Vec<Stay>> = Vec::new();
        for learner in 0..4 {
            all.push(vec![Stay {
                learner: learner.to_string(),
                starts: first,
                class: classes[learner % 3].to_owned(),
                entry: "enrolled".into(),
                entry_order: OrderMark::default(),
                whence: String::new(),
                ends: None,
                exit: String::new(),
                exit_order: OrderMark::default(),
                whither: String::new(),
            }]);
            model.from(learner, first, until, Some(classes[learner % 3]));
        }
        for (number, (learner, days, what)) in orders.into_iter().enumerate() {
            let on = first + Days::new(days);
            let mark = OrderMark { number: format!("{number}-у"), date: None };
            let movement = match what {
                3 => Movement::Leave { exit: "left".into(), whither: String::new() },
                4 => Movement::Return { class: classes[number % 3].into(), whence: String::new() },
                class => Movement::Move { class: classes[class].into() },
            };
            let here = model.place(learner, on).cloned();
            let late = model.last[&learner] >= on;
            // A learner who has left may come back on the very day of leaving, and nothing else may share a day.
            let left_that_day = model.last[&learner] == on && here.is_none();
            let expected = match (&movement, &here) {
                (Movement::Return { class, .. }, None) if !late || left_that_day => Some(Some(class.clone())),
                (Movement::Move { class }, Some(now)) if !late && class != now => Some(Some(class.clone())),
                (Movement::Leave { .. }, Some(_)) if !late => Some(None),
                _ => None,
            };
            let outcome = stays::carry_out(&all[learner], &movement, on, &mark);
            prop_assert_eq!(outcome.is_ok(), expected.is_some(), "{:?} {:?} {}", movement, here, on);
            if let (Ok(after), Some(place)) = (outcome, expected) {
                all[learner] = after;
                model.from(learner, on, until, place.as_deref());
            }
        }
        let flat: Vec<Stay> = all.into_iter().flatten().collect();
        for at in first.iter_days().take_while(|at| *at <= until) {
            for class in classes {
                let mut listed: Vec<&str> = stays::roster(&flat, class, at).iter().map(|stay| stay.learner.as_str()).collect();
                listed.sort_unstable();
                let wanted: Vec<String> =
                    (0..4).filter(|l| model.place(*l, at).is_some_and(|c| c == class)).map(|l: usize| l.to_string()).collect();
                prop_assert_eq!(listed, wanted, "{} {}", class, at);
            }
        }
        for stay in &flat {
            let back = Stay::from_cells(&stay.to_cells());
            prop_assert_eq!(back.as_ref(), Some(stay));
        }
    }
}

#[test]
fn an_order_without_a_number_moves_nobody() {
    let refused =
        stays::carry_out(&[], &Movement::Move { class: "7А".into() }, day("2025-11-17"), &OrderMark::default());
    assert_eq!(refused, Err(Refusal::NoOrder));
}
