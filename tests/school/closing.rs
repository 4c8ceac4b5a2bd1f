//! Closing a year: nothing half-done, promoted by decisions, read-only for every hand, taken back only while the next year is blank.

use letopis::domain::copy::State;
use letopis::domain::setup::layout::{OF_JOURNAL, PERIODS, SETUP};
use letopis::domain::setup::stays::OrderMark;
use letopis::domain::snapshot::Sheet;
use letopis::flow::change::{self, Edit};
use letopis::flow::close::{self, Closing};
use letopis::flow::setup::{self, Outcome};
use letopis::flow::sign::Desk;
use letopis::flow::year::{self, Outcome as Closed};
use letopis::flow::{House, issue, seal, supplement};

use super::house::{YEAR, act, day, in_every_house, intrude};

const NEXT: &str = "2026/2027";

fn order() -> OrderMark {
    OrderMark { number: "64".into(), date: Some(day("2026-06-26")) }
}

/// Closes and seals what a year must have before it is closed itself: every period, and the summary sheets of all classes.
async fn finish(house: &House) {
    close_periods(house, &["Q1", "Q2", "Q3", "Q4"]).await;
    finish_summaries(house).await;
}

async fn close_periods(house: &House, periods: &[&str]) {
    for period in periods {
        // Signing every period's copy is another story's: here the year is closed under a ground, as a school does that began within it.
        let ground = (*period == "Y").then(|| "периоды велись в другой системе, приказ № 41".to_owned());
        let closing = Closing { year: YEAR.into(), period: (*period).into(), classes: Vec::new(), ground };
        let closed = close::close(house, &closing, &act(10)).await.unwrap();
        assert!(closed.iter().all(|one| one.copy.is_some()), "{closed:?}");
    }
}

async fn finish_summaries(house: &House) {
    close_periods(house, &["Y"]).await;
    let copies = || async {
        let all = house.db.list_copies().await.unwrap();
        all.into_iter().filter(|row| row.period == "Y").collect::<Vec<_>>()
    };
    issue::issue(house, &copies().await, &act(11), |_| {}).await.unwrap();
    let ids: Vec<String> = copies().await.into_iter().map(|row| row.id).collect();
    Desk::open(house).await.unwrap().sign_all(&ids, &|| act(12), |_, _| {}).await.unwrap();
    let signed: Vec<_> = copies().await.into_iter().filter(|row| row.state == State::Signed).collect();
    seal::seal(house, &signed, &act(13), |_| {}).await.unwrap();
}

#[test]
fn a_year_closes_only_when_all_is_done_and_then_its_classes_go_up() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        let Closed::Refused(findings) = year::close(&house, &act(6), YEAR, &order()).await.unwrap() else {
            panic!("not refused")
        };
        let codes: std::collections::BTreeSet<_> = findings.iter().map(|f| f.code).collect();
        assert!(codes.contains("year.periods-open") && codes.contains("year.summary-missing"), "{codes:?}");
        let said = findings.iter().find(|f| f.code == "year.periods-open").map(ToString::to_string).unwrap_or_default();
        assert!(said.contains("не закрыты учебные периоды: ") && said.contains("III четверть"), "{said}");
        assert_eq!(house.db.list_years().await.unwrap(), [YEAR], "nothing was written");

        finish(&house).await;
        let without = OrderMark { number: String::new(), date: None };
        let Closed::Refused(findings) = year::close(&house, &act(19), YEAR, &without).await.unwrap() else {
            panic!("closed")
        };
        assert_eq!(findings[0].code, "year.no-order");
        let before = house.db.load_year(YEAR).await.unwrap();
        let Closed::Closed { next, rows } = year::close(&house, &act(20), YEAR, &order()).await.unwrap() else {
            panic!("refused")
        };
        assert!(rows > 0);
        let classes: Vec<&str> = next.classes.iter().map(|class| class.name.as_str()).collect();
        assert_eq!(classes, ["8А", "8Б"], "grade 9 has finished");

        let (journal, set_up) = house.db.load_year(NEXT).await.unwrap();
        let (old, _) = &before;
        for learner in old.learners.iter().filter(|learner| learner.left_on.is_none()) {
            let now = journal.learners.iter().find(|known| known.id == learner.id).map(|known| known.class.as_str());
            let wanted = match learner.class.as_str() {
                "7А" => Some("8А"),
                "7Б" => Some("8Б"),
                _ => None,
            };
            assert_eq!(now, wanted, "{}", learner.id);
        }
        assert!(
            journal
                .learners
                .iter()
                .all(|l| l.enrolled_on == day("2026-09-01") && l.enrolment_order == "64 от 26.06.2026")
        );
        assert_eq!(journal.staff, old.staff);
        // Courses follow the next grade's plan: the story's school has none for grade 8, so the plan is asked for, not invented.
        assert!(journal.courses.is_empty(), "{:?}", journal.courses.first());
        assert!(
            set_up.timetable.is_empty() && set_up.topics.is_empty() && set_up.load.is_empty() && set_up.days.is_empty()
        );
        assert!(!set_up.bells.is_empty() && !set_up.rooms.is_empty());
        assert_eq!(house.db.load_year(YEAR).await.unwrap(), before, "the closed year is as it was");
        let Closed::Refused(findings) = year::close(&house, &act(21), YEAR, &order()).await.unwrap() else {
            panic!("closed twice")
        };
        assert_eq!(findings[0].code, "year.closed");
    });
}

/// The copy of the first quarter to which a mark comes late.
const LATE_COPY: &str = "2025-07A-Q1";

#[test]
fn a_year_with_late_entries_outside_a_sealed_supplement_does_not_close() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        close_periods(&house, &["Q1", "Q2", "Q3", "Q4"]).await;
        let barred = async |minutes| match year::close(&house, &act(minutes), YEAR, &order()).await.unwrap() {
            Closed::Refused(findings) => findings.iter().map(|one| format!("{} {one}", one.code)).collect::<Vec<_>>(),
            Closed::Closed { .. } => panic!("closed"),
        };
        let row = supplement::open(&house, LATE_COPY, "работы на проверке", &act(11)).await.unwrap();
        let owed = supplement::unfinished(&house, YEAR).await.unwrap();
        assert!(owed.is_empty(), "an opening without entries owes nothing: {owed:?}");

        let journal = house.db.load_journal(YEAR).await.unwrap();
        let own = |course: &str| journal.courses.iter().any(|one| one.id == course && one.class == "7А");
        let day = journal.periods.iter().find(|period| period.id == "Q1").map(|period| period.ends).unwrap();
        let lesson =
            journal.lessons.iter().find(|lesson| own(&lesson.key.course_id) && lesson.key.date <= day).unwrap();
        let learner = journal.learners.iter().find(|learner| learner.class == "7А").unwrap();
        let key =
            [&lesson.key.course_id, &lesson.key.date.to_string(), &lesson.key.number.to_string(), &learner.id, "7"];
        let mark = Edit::put("marks", YEAR, &key.map(|cell| cell as &str), &["", "5"]);
        change::apply(&house, &act(12), "journal", &[mark]).await.unwrap();
        finish_summaries(&house).await;
        let late = supplement::open(&house, "2025-07B-Q1", "работы на проверке", &act(15))
            .await
            .expect_err("the year is over");
        assert!(late.to_string().contains("учебный год этого класса закрыт"), "{late}");
        let said = barred(16).await;
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].contains("year.supplement-owed") && said[0].contains("7А") && said[0].contains("1\u{a0}запись"),
            "{said:?}"
        );
        let review = year::review(&house, YEAR, &order()).await.unwrap();
        assert_eq!(review.copies.values().collect::<Vec<_>>(), [LATE_COPY], "and says which copy to open");

        let made = supplement::make(&house, LATE_COPY, None, &act(17)).await.unwrap().copy.expect("a supplement");
        // Typed in here after the copy was made: nothing was imported for it, and its time is its own.
        let snapshot = house.db.load_snapshot(made.snapshot).await.unwrap();
        let facts = snapshot.copy.supplement.clone().expect("it names its copy");
        assert_eq!((&facts.entered_from, &facts.entered_until), (&act(12).moment(), &act(12).moment()));
        assert!(matches!(snapshot.sheets.first(), Some(Sheet::Title(title)) if title.exported_at.is_empty()));
        let said = barred(18).await;
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].contains("year.supplement-unsealed") && said[0].contains("дополнительный лист № 1"),
            "{said:?}"
        );
        let review = year::review(&house, YEAR, &order()).await.unwrap();
        assert_eq!(review.copies.values().collect::<Vec<_>>(), [&row.id]);

        issue::issue(&house, &[made], &act(19), |_| {}).await.unwrap();
        Desk::open(&house)
            .await
            .unwrap()
            .sign_all(std::slice::from_ref(&row.id), &|| act(20), |_, _| {})
            .await
            .unwrap();
        let signed = house.db.list_versions(&row.id).await.unwrap();
        seal::seal(&house, &signed, &act(21), |_| {}).await.unwrap();
        let closed = year::close(&house, &act(22), YEAR, &order()).await.unwrap();
        assert!(matches!(closed, Closed::Closed { .. }), "{closed:?}");
    });
}

#[test]
fn a_closed_year_refuses_every_hand_even_that_of_an_intruder() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        finish(&house).await;
        year::close(&house, &act(20), YEAR, &order()).await.unwrap();
        let school = &house.config.school;
        let tables: Vec<&str> = SETUP
            .into_iter()
            .chain(OF_JOURNAL)
            .map(|layout| layout.table)
            .filter(|table| !["orders", "acquaintances"].contains(table))
            .chain(["staff", "learners", "lessons", "marks", "absences", "final_marks", "decisions"])
            .collect();
        let mut filled = 0;
        for table in tables {
            for sql in [
                format!("update {table} set year = year where school = '{school}' and year = '{YEAR}'"),
                format!("delete from {table} where school = '{school}' and year = '{YEAR}'"),
            ] {
                match intrude(&house, &sql).await {
                    Err(said) => {
                        // Rows of the journal stand under two guards; which of them speaks first, an engine decides.
                        assert!(said.contains("year-closed") || said.contains("period-closed"), "{table}: {said}");
                        filled += 1;
                    }
                    Ok(rows) => assert_eq!(rows, 0, "{table}: {sql}"),
                }
            }
        }
        assert!(filled >= 2 * 18, "only {filled} attacks met a row");
        let room = format!(
            "insert into rooms (school, year, name, seats, purpose, keeper) values ('{school}', '{YEAR}', '999', 1, '', '')"
        );
        assert!(intrude(&house, &room).await.unwrap_err().contains("year-closed"));
        let moved = format!("update rooms set year = '{YEAR}' where school = '{school}' and year = '{NEXT}'");
        assert!(intrude(&house, &moved).await.unwrap_err().contains("year-closed"), "nor is anything moved into it");
        let again = format!("update closed_years set year = '2024/2025' where school = '{school}'");
        assert!(intrude(&house, &again).await.unwrap_err().contains("append-only"));
        let room = ["998".to_owned(), String::new(), String::new(), String::new()];
        let put = setup::put_row(&house, &act(30), YEAR, &letopis::domain::setup::layout::ROOMS, None, &room).await;
        let said = put.unwrap_err().to_string();
        assert!(said.contains("учебный год закрыт"), "{said}");
    });
}

#[test]
fn closing_is_taken_back_only_while_the_next_year_is_blank() {
    in_every_house(|house| async move {
        setup::seed_demo_setup(&house, &act(5), YEAR).await.unwrap();
        finish(&house).await;
        let before = house.db.load_year(YEAR).await.unwrap();
        year::close(&house, &act(20), YEAR, &order()).await.unwrap();
        let gone = year::reopen(&house, &act(21), YEAR, &order()).await.unwrap().expect("reopened");
        assert!(gone > 0);
        assert_eq!(house.db.list_years().await.unwrap(), [YEAR]);
        assert!(house.db.list_closed_years().await.unwrap().is_empty());
        assert_eq!(house.db.load_year(YEAR).await.unwrap(), before);

        year::close(&house, &act(22), YEAR, &order()).await.unwrap();
        let texts = ["Q1", "1 четверть", "четверть", "1", "9", "01.09.2026", "24.10.2026", ""].map(str::to_owned);
        let put = setup::put_row(&house, &act(23), NEXT, &PERIODS, None, &texts).await.unwrap();
        assert!(matches!(put, Outcome::Done(_)), "{put:?}");
        let refused = year::reopen(&house, &act(24), YEAR, &order()).await.unwrap().unwrap_err();
        assert_eq!(refused[0].code, "year.in-use");
        let school = &house.config.school;
        let mark = format!(
            "insert into final_marks (school, year, course, learner, period, value) values ('{school}', '{NEXT}', 'C1', 'L1', 'Q1', '5')"
        );
        intrude(&house, &mark).await.unwrap();
        let delete = format!("delete from closed_years where school = '{school}'");
        assert!(intrude(&house, &delete).await.unwrap_err().contains("year-in-use"), "the database knows it too");
    });
}
