//! Paper copies on every engine: what the office has written stays, numbers have no gaps, nobody signs for another.

use letopis::domain::audit::{Event, EventKind};
use letopis::domain::forms::files::Numbering;
use letopis::domain::forms::plan::{Holds, PlanLine, Term};
use letopis::domain::paper::{Closing, Handover, PaperCopy, PaperFact, Place, Purpose, Side, Stage};
use letopis::domain::snapshot::CopyKind;
use letopis::flow::office::{Refusal, plan};
use letopis::flow::{Error, House};
use letopis::store::Which;

use super::house::{YEAR, act, all_are_refused, on_every_engine, past_the_program};

const AT: &str = "2025-10-24T12:00:00+03:00";

fn paper(id: &str, copy: &str) -> PaperCopy {
    PaperCopy {
        id: id.to_owned(),
        copy: copy.to_owned(),
        version: 1,
        kind: CopyKind::PeriodCopy,
        year: YEAR.to_owned(),
        class: "5А".to_owned(),
        period: "Q1".to_owned(),
        number: "2025-5А-I четверть".to_owned(),
        pages: 14,
        sheets: 7,
        pdf: "0".repeat(64),
        printed_at: AT.to_owned(),
        printed_by: "T02".to_owned(),
        no: 0,
        registered_at: String::new(),
        registered_by: String::new(),
        keep_through: String::new(),
    }
}

fn handover(paper: &PaperCopy) -> Handover {
    Handover {
        no: 0,
        purpose: Purpose::HandIn,
        paper: paper.id.clone(),
        document: "Копия классного журнала".to_owned(),
        class: paper.class.clone(),
        period: paper.period.clone(),
        year: paper.year.clone(),
        sheets: paper.sheets,
        from: "T02".to_owned(),
        to: "T03".to_owned(),
        note: String::new(),
        due: String::new(),
        opened_at: AT.to_owned(),
        opened_by: "T02".to_owned(),
        from_signed_at: String::new(),
        to_signed_at: String::new(),
    }
}

/// Two printed copies, the first of them handed over, entered, put into its place.
async fn furnish(house: &House) {
    let (one, other) = (paper("P1", "K1"), paper("P2", "K2"));
    let mut tx = house.db.begin().await.unwrap();
    tx.record_paper(&one).await.unwrap();
    tx.record_paper(&other).await.unwrap();
    let no = tx.open_handover(&handover(&one)).await.unwrap();
    let open = tx.open_handover(&handover(&other)).await.unwrap();
    assert_eq!((no, open), (1, 2));
    tx.sign_handover(no, Side::From, "T02", AT).await.unwrap();
    tx.sign_handover(no, Side::To, "T03", AT).await.unwrap();
    assert!(tx.find_handover(no).await.unwrap().unwrap().is_complete());
    assert_eq!(tx.register_paper(&one, AT, "T03", "2031-12-31").await.unwrap(), 1);
    let kept = tx.list_paper(Which::One("P1")).await.unwrap().pop().unwrap();
    let place = PaperFact::Placed(Place { room: "канцелярия".to_owned(), ..Place::default() });
    tx.record_paper_fact(&kept, &place, AT, "T03").await.unwrap();
    tx.set_requisite("fund", "112").await.unwrap();
    tx.set_requisite("fund", "113").await.unwrap();
    assert!(tx.find_paper_closing(YEAR).await.unwrap().is_none());
    let closing = Closing {
        year: YEAR.to_owned(),
        first: 1,
        last: 1,
        count: 1,
        voided: 0,
        at: AT.to_owned(),
        by: "T03".to_owned(),
    };
    tx.close_paper_register(&closing).await.unwrap();
    let event = Event::new(EventKind::PaperYearClosed, "T03", AT);
    tx.record(&event, [1; 16]).await.unwrap().commit().await.unwrap();
    assert_eq!(house.db.find_paper_closing(YEAR).await.unwrap(), Some(closing));
}

#[test]
fn what_was_written_is_read_back_by_every_question() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let ids = |kept: Vec<letopis::domain::paper::Kept>| kept.into_iter().map(|one| one.copy.id).collect::<Vec<_>>();
        assert_eq!(ids(house.db.list_paper(Which::All).await.unwrap()), ["P2", "P1"]);
        assert_eq!(ids(house.db.list_paper(Which::Year(YEAR)).await.unwrap()), ["P2", "P1"]);
        assert_eq!(ids(house.db.list_paper(Which::Year("1999/2000")).await.unwrap()), Vec::<String>::new());
        assert_eq!(ids(house.db.list_paper(Which::Of("K2")).await.unwrap()), ["P2"]);
        let kept = house.db.list_paper(Which::One("P1")).await.unwrap().pop().unwrap();
        assert_eq!((kept.copy.no, kept.copy.keep_through.as_str()), (1, "2031-12-31"));
        assert_eq!((kept.handovers.len(), kept.facts.len(), kept.stage()), (1, 1, Stage::Registered));
        assert_eq!(kept.place().unwrap().room, "канцелярия");
        let mut owed = Vec::new();
        for person in ["T02", "T03", "T04"] {
            owed.push(house.db.count_owed_handovers(person).await.unwrap());
        }
        assert_eq!(owed, [1, 1, 0], "the second handover waits for both sides");
        assert_eq!(house.db.list_requisites().await.unwrap()["fund"], "113");
    });
}

#[test]
fn the_register_of_paper_copies_cannot_be_changed_shortened_or_skipped() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let mut connection = past_the_program(&house).await;
        let school = house.db.school().to_owned();
        let line = |no: u32, paper: &str, year: &str| {
            format!(
                "insert into paper_register (school, no, paper, year, registered_at, registered_by, keep_through)
                 values ('{school}', {no}, '{paper}', '{year}', '', '', '')"
            )
        };
        let hand = |no: u32, from: &str, to: &str| {
            format!(
                "insert into handovers (school, no, purpose, paper, document, class, period, year, sheets, from_person, to_person,
                 note, due, opened_at, opened_by) values ('{school}', {no}, 'issue', 'P1', '', '', '', '', 1, '{from}', '{to}', '', '', '', '')"
            )
        };
        let mut attacks = vec![
            line(3, "P2", "2026/2027"),
            line(1, "P2", "2026/2027"),
            line(2, "P2", YEAR),
            hand(7, "T02", "T03"),
            hand(3, "T02", "T02"),
        ];
        for table in
            ["paper_copies", "paper_register", "paper_facts", "handovers", "handover_signatures", "paper_closings"]
        {
            attacks.push(format!("delete from {table} where school = '{school}'"));
            attacks.push(format!("update {table} set school = school where school = '{school}'"));
        }
        all_are_refused(&mut connection, &attacks).await;
        let next = sqlx::query(sqlx::AssertSqlSafe(hand(3, "T02", "T03"))).execute(&mut connection).await;
        assert!(next.is_ok(), "{next:?}");
        for person in ["T03", "T04"] {
            let sql = format!(
                "insert into handover_signatures (school, handover, side, person, at) values ('{school}', 3, 'from', '{person}', '')"
            );
            all_are_refused(&mut connection, &[sql]).await;
        }
    });
}

#[test]
fn a_closed_year_takes_a_line_with_its_ground_alone_and_a_closing_line_anew_after_it() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let mut connection = past_the_program(&house).await;
        let school = house.db.school().to_owned();
        let late = |no: u32, ground: &str| {
            format!("insert into paper_late_entries (school, no, ground) values ('{school}', {no}, '{ground}')")
        };
        let further = |last: u32| {
            format!(
                "insert into paper_closings_further (school, year, first_no, last_no, entries, voided, at, by_person)
                 values ('{school}', '{YEAR}', 1, {last}, {last}, 0, '', '')"
            )
        };
        all_are_refused(&mut connection, &[late(3, "не по порядку"), late(2, " "), further(1), further(2)]).await;

        let mut tx = house.db.begin().await.unwrap();
        tx.late_entry("версия 2 выпущена позже").await.unwrap();
        assert_eq!(tx.register_paper(&paper("P2", "K2"), AT, "T03", "2031-12-31").await.unwrap(), 2);
        let event = Event::new(EventKind::PaperRegistered, "T03", AT);
        tx.record(&event, [1; 16]).await.unwrap().commit().await.unwrap();
        assert_eq!(house.db.list_late_entries().await.unwrap()[&2], "версия 2 выпущена позже");
        assert_eq!(house.db.find_paper_closing(YEAR).await.unwrap().map(|one| one.last), Some(1));

        let anew = Closing {
            year: YEAR.to_owned(),
            first: 1,
            last: 2,
            count: 2,
            voided: 0,
            at: AT.to_owned(),
            by: "T03".to_owned(),
        };
        let mut tx = house.db.begin().await.unwrap();
        tx.close_paper_register(&anew).await.unwrap();
        let event = Event::new(EventKind::PaperYearClosed, "T03", AT);
        tx.record(&event, [1; 16]).await.unwrap().commit().await.unwrap();
        let lasts: Vec<u64> = house.db.list_paper_closings().await.unwrap().iter().map(|one| one.last).collect();
        assert_eq!(lasts, [1, 2], "the former closing line stays");
        assert_eq!(house.db.find_paper_closing(YEAR).await.unwrap(), Some(anew));

        let mut attacks = vec![late(2, "ещё раз"), further(2), further(3)];
        for table in ["paper_late_entries", "paper_closings_further"] {
            attacks.push(format!("delete from {table} where school = '{school}'"));
            attacks.push(format!("update {table} set school = school where school = '{school}'"));
        }
        all_are_refused(&mut connection, &attacks).await;
        assert_eq!(house.db.list_guard_faults().await.unwrap(), []);
    });
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Office(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

fn line(index: &str, title: &str, years: u32) -> PlanLine {
    PlanLine {
        index: index.to_owned(),
        section: "02. Делопроизводство".to_owned(),
        title: title.to_owned(),
        term: Term::Years(years),
        ground: "ст. 182".to_owned(),
        note: String::new(),
        carried: false,
        expert: false,
        holds: Holds::Other,
        units: 0,
    }
}

#[test]
fn a_file_plan_is_written_changed_carried_over_and_closed_and_its_history_stays() {
    on_every_engine(|house| async move {
        // Before anybody wrote: what the policy proposes, and it is no plan of the school yet.
        let proposed = plan::read(&house, 2026, &act("T05", 1)).await.unwrap();
        assert!(!proposed.is_entered && proposed.versions.is_empty() && proposed.lines.len() == Holds::ALL.len() - 1);

        // The first change enters the whole proposal; a second press of the same changes nothing.
        plan::set(&house, 2026, &line("02-01", "Приказы", 5), "новое дело", &act("T05", 2)).await.unwrap();
        plan::set(&house, 2026, &line("02-01", "Приказы", 5), "", &act("T05", 3)).await.unwrap();
        let held = plan::read(&house, 2026, &act("T05", 4)).await.unwrap();
        assert!(held.is_entered);
        assert_eq!((held.lines.len(), held.versions.len()), (14, 14));
        // A class of records has one file: two would leave covers without an index.
        let second = PlanLine { holds: Holds::Journals, ..line("02-09", "Журналы", 5) };
        let two = refusal(plan::set(&house, 2026, &second, "", &act("T05", 4)).await);
        assert!(matches!(&two, Refusal::Plan(found) if found[0].contains("в деле 01-01")), "{two:?}");

        // A changed line is a further version, a removed one too; what is wrong is said all at once.
        plan::set(&house, 2026, &line("02-01", "Приказы по школе", 75), "опечатка", &act("T05", 5)).await.unwrap();
        let bad = refusal(plan::set(&house, 2026, &line("два", " ", 0), "", &act("T05", 6)).await);
        assert!(matches!(&bad, Refusal::Plan(found) if found.len() == 3), "{bad:?}");
        assert_eq!(
            refusal(plan::remove(&house, 2026, "09-09", "нет", &act("T05", 6)).await),
            Refusal::NoFile("09-09".to_owned())
        );
        assert!(matches!(refusal(plan::remove(&house, 2026, "01-08", " ", &act("T05", 6)).await), Refusal::Empty(_)));
        plan::remove(&house, 2026, "01-08", "актов нет", &act("T05", 7)).await.unwrap();
        let held = plan::read(&house, 2026, &act("T05", 8)).await.unwrap();
        let own: Vec<_> = held.versions.iter().filter(|one| ["02-01", "01-08"].contains(&one.index.as_str())).collect();
        let told: Vec<_> =
            own.iter().map(|one| (one.index.as_str(), one.version, one.line.is_some(), one.reason.as_str())).collect();
        assert_eq!(
            told,
            [
                ("01-08", 1, true, "по правилам школы"),
                ("01-08", 2, false, "актов нет"),
                ("02-01", 1, true, "новое дело"),
                ("02-01", 2, true, "опечатка"),
            ]
        );
        assert_eq!(held.lines.len(), 13);

        // The next year begins as a copy, once.
        assert_eq!(plan::copy_to_next(&house, 2026, &act("T05", 9)).await.unwrap(), 13);
        assert_eq!(refusal(plan::copy_to_next(&house, 2026, &act("T05", 9)).await), Refusal::PlanEntered(2027));
        let next = plan::read(&house, 2027, &act("T05", 10)).await.unwrap();
        assert_eq!(next.lines, held.lines);
        assert!(next.versions.iter().all(|one| one.reason == "из номенклатуры 2026 года"));

        // The closing record: counts by index; afterwards nothing more of that year, while the next one goes on.
        let none = plan::close(&house, 2026, &std::collections::BTreeMap::new(), &act("T05", 11)).await;
        assert!(matches!(refusal(none), Refusal::Empty(_)));
        let counts = [("02-01".to_owned(), 12), ("01-02".to_owned(), 1)].into();
        let closing = plan::close(&house, 2026, &counts, &act("T05", 12)).await.unwrap();
        assert_eq!(closing.lines.iter().map(|line| line.units).sum::<u32>(), 13);
        let late = plan::set(&house, 2026, &line("02-02", "Протоколы", 5), "", &act("T05", 13)).await;
        assert_eq!(refusal(late), Refusal::PlanClosed(2026));
        plan::set(&house, 2027, &line("02-02", "Протоколы", 5), "", &act("T05", 14)).await.unwrap();
        let read = plan::read(&house, 2026, &act("T05", 15)).await.unwrap();
        assert_eq!(read.closing, Some(closing));
    });
}

#[test]
fn a_file_plan_and_the_numbering_of_volumes_cannot_be_rewritten_past_the_program() {
    on_every_engine(|house| async move {
        plan::set(&house, 2026, &line("02-01", "Приказы", 5), "", &act("T05", 1)).await.unwrap();
        plan::close(&house, 2026, &[("02-01".to_owned(), 1)].into(), &act("T05", 2)).await.unwrap();
        let key = letopis::domain::forms::files::VolumeKey {
            year: YEAR.to_owned(),
            file: "01-01".to_owned(),
            part: "Q1".to_owned(),
            volume: 1,
        };
        let mut tx = house.db.begin().await.unwrap();
        for sheets in [214, 215] {
            let found = Numbering { sheets, lettered: "12а".to_owned(), ..Numbering::default() };
            tx.record_numbering(&key, &found, AT, "T05").await.unwrap();
        }
        let event = Event::new(EventKind::VolumeNumbered, "T05", AT);
        tx.record(&event, [1; 16]).await.unwrap().commit().await.unwrap();
        let numbered = house.db.list_numberings(YEAR).await.unwrap();
        assert_eq!(numbered.len(), 1, "the last word counts");
        assert_eq!((&numbered[0].0, numbered[0].1.sheets), (&key, 215));

        let mut connection = past_the_program(&house).await;
        let school = house.db.school().to_owned();
        let enter = |year: u32, version: u32| {
            format!(
                "insert into file_plan (school, year, idx, version, body, reason, at, by_person)
                 values ('{school}', {year}, '02-01', {version}, '', '', '', '')"
            )
        };
        // Into a closed year; past the next version of a line.
        let mut attacks = vec![enter(2026, 2), enter(2027, 2)];
        for table in ["file_plan", "file_plan_closings", "volume_numberings"] {
            attacks.push(format!("delete from {table} where school = '{school}'"));
            attacks.push(format!("update {table} set school = school where school = '{school}'"));
        }
        all_are_refused(&mut connection, &attacks).await;
    });
}
