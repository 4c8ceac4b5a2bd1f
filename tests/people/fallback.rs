//! Sheets for when the journal cannot be reached, the record of it, and extracts for families, over the pages and on every engine: who gets what.

use super::house::{after, all_are_refused, on_every_engine, past_the_program};
use super::matrix::{open_to_the_web, send, session, session_at};
use super::reach::form;
use super::shown::read;

const CLASS: &str = "/office/extracts/5%D0%90";

#[test]
fn a_teacher_prints_the_own_courses_and_nobody_elses() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (teacher, keeper) = (session(&house, "T04", 1).await, session(&house, "T09", 2).await);
        let read = async |address, path: &str, token: &str| {
            let (status, page) = read(address, path, token).await;
            (status, page.replace('\u{a0}', " "))
        };
        let (status, page) = read(address, "/office/fallback", &teacher).await;
        assert_eq!(status, 200);
        assert!(page.contains("Печать: 1 лист") && page.contains("5А") && !page.contains("9А"), "{page}");
        // Another's course, asked for by its address, is not there.
        let (_, page) = read(address, "/office/fallback?course=C9", &teacher).await;
        assert!(page.contains("Таких предметов у вас нет"), "{page}");
        let (status, pdf) = read(address, "/office/fallback?format=pdf", &teacher).await;
        assert!(status == 200 && pdf.starts_with("%PDF"), "{status}");
        // Whoever has no course begins with a choice, and takes a whole class.
        let (_, page) = read(address, "/office/fallback", &keeper).await;
        assert!(page.contains("Выберите класс или день"), "{page}");
        let (_, page) = read(address, "/office/fallback?class=9%D0%90", &keeper).await;
        assert!(page.contains("Печать: 1 лист"), "{page}");
    });
}

#[test]
fn an_outage_waits_in_the_office_until_it_is_done_with() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (secretary, teacher) = (session(&house, "T05", 1).await, session(&house, "T04", 2).await);
        let today = async || read(address, "/office", &secretary).await.1;
        assert!(today().await.contains("перерывы в работе журнала не закрыты"), "counted among what does not wait");
        let new = form(&[
            ("began", "2025-10-01T08:30"),
            ("ended", "2025-10-01T14:00"),
            ("reason", "нет света"),
            ("number", "3"),
            ("act_day", "2025-10-01"),
            ("class", "5А"),
        ]);
        let (status, _) = send(address, "POST", "/office/outages", &teacher, &new).await;
        assert_eq!(status, 403);
        let (status, _) = send(address, "POST", "/office/outages", &secretary, &new).await;
        assert_eq!(status, 303);
        let page = today().await;
        assert!(page.contains("Перерыв в работе журнала не закрыт") && page.contains("внести записи с бумаги: 5А"));
        for fields in [
            form(&[("act", "entered"), ("class", "5А")]),
            form(&[("act", "filed"), ("place", "01-12"), ("day", "2025-10-02")]),
        ] {
            let (status, _) = send(address, "POST", "/office/outages/1", &secretary, &fields).await;
            assert_eq!(status, 303);
        }
        assert!(!today().await.contains("<span class=\"what\">Перерыв"));
        let (_, page) = read(address, "/office/outages", &secretary).await;
        assert!(page.contains("закрыт: бумага внесена, акт подшит") && page.contains("№ 3 от 01.10.2025"), "{page}");
        let again = form(&[("act", "filed"), ("place", "01-13"), ("day", "2025-10-02")]);
        let (status, _) = send(address, "POST", "/office/outages/1", &secretary, &again).await;
        assert_eq!(status, 409, "a contradicting press changes nothing");

        let mut intruder = past_the_program(&house).await;
        all_are_refused(
            &mut intruder,
            &["update outages set reason = ''", "delete from outages", "delete from outage_facts"].map(str::to_owned),
        )
        .await;
    });
}

#[test]
fn a_class_teacher_prints_and_hands_over_the_extracts_of_the_own_class() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (teacher, other) = (session(&house, "T03", 1).await, session(&house, "T12", 2).await);
        let want = form(&[("act", "want"), ("learner", "L1"), ("ground", "declined")]);
        assert_eq!(send(address, "POST", CLASS, &other, &want).await.0, 403, "not the own class");
        assert_eq!(send(address, "POST", CLASS, &teacher, &want).await.0, 303);
        let (_, page) = read(address, "/", &teacher).await;
        assert!(page.contains("напечатать: 1, выдать: 0"), "the first screen knows");
        let (_, page) = read(address, CLASS, &teacher).await;
        assert!(page.contains("Напечатать все: 1") && page.contains("18.09.2025 – 01.10.2025"), "{page}");
        let (status, place) = send(address, "POST", CLASS, &teacher, &form(&[("act", "print")])).await;
        assert_eq!((status, place.to_uppercase()), (303, format!("{CLASS}/1").to_uppercase()));
        assert_eq!(send(address, "POST", CLASS, &teacher, &form(&[("act", "print")])).await.0, 409);
        let (status, pdf) = read(address, &format!("{CLASS}/1"), &teacher).await;
        assert!(status == 200 && pdf.starts_with("%PDF"), "{status}");
        assert_eq!(read(address, "/office/extracts/9%D0%90/1", &other).await.0, 404, "another class's job");
        let nobody = form(&[("act", "hand"), ("day", "2025-10-02"), ("to-1", " ")]);
        assert_eq!(send(address, "POST", CLASS, &teacher, &nobody).await.0, 409);
        let hand = form(&[("act", "hand"), ("day", "2025-10-02"), ("to-1", "мать, Ольхина Р.К.")]);
        assert_eq!(send(address, "POST", CLASS, &teacher, &hand).await.0, 303);
        assert_eq!(send(address, "POST", CLASS, &teacher, &hand).await.0, 409, "handed once");
        let (_, page) = read(address, CLASS, &teacher).await;
        assert!(page.contains("02.10.2025, мать, Ольхина Р.К."), "{page}");

        let mut intruder = past_the_program(&house).await;
        let attacks = ["paper_families", "paper_extracts", "paper_extract_handings"];
        all_are_refused(&mut intruder, &attacks.map(|table| format!("delete from {table}"))).await;
    });
}

#[test]
fn a_class_teacher_hears_of_the_preliminary_report_in_the_week_before_its_day() {
    on_every_engine(|house| async move {
        // The quarter ends on Friday the 24th: two weeks before is the 10th.
        for (days, told) in [(0, false), (1, true), (8, true), (9, false)] {
            let minutes = days * 24 * 60;
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let state = letopis::web::WebState::new(house.clone(), std::sync::Arc::new(move || after(minutes)));
            tokio::spawn(letopis::web::serve(state, listener, std::future::pending()));
            let teacher = session_at(&house, "T03", 10 + days as usize, minutes).await;
            let (_, page) = read(address, "/", &teacher).await;
            let link = "/office/classes/5%D0%90/class-report-preliminary?period=Q1";
            assert_eq!(page.contains("напечатать до 10 октября") && page.contains(link), told, "day {days}: {page}");
            let other = session_at(&house, "T04", 10 + days as usize, minutes).await;
            assert!(!read(address, "/", &other).await.1.contains(link), "a subject teacher has no class");
        }
    });
}

#[test]
fn the_declaration_is_read_by_those_who_answer_for_records_and_links_only_where_they_may_go() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        for (number, (person, opens)) in
            [("T01", true), ("T02", true), ("T05", true), ("T06", true), ("T11", true), ("T04", false)]
                .into_iter()
                .enumerate()
        {
            let token = session(&house, person, number).await;
            let (status, page) = read(address, "/office/conformity", &token).await;
            assert_eq!(status == 200, opens, "{person}: {status}");
            if !opens {
                continue;
            }
            for words in
                ["Аутентичность", "Достоверность", "Целостность", "Пригодность для использования", "не выполнено"]
            {
                assert!(page.contains(words), "{person}: {words}");
            }
            assert_eq!(page.contains("href=\"/carriers\""), person != "T11", "the inspector has no page of carriers");
            // A rehearsal that is owed is led to the page of the code for its holder alone.
            assert_eq!(page.contains("href=\"/carriers/code\""), person == "T01", "{person}");
        }
        let director = session(&house, "T01", 50).await;
        let (status, pdf) = read(address, "/office/forms/conformity?format=pdf", &director).await;
        assert!(status == 200 && pdf.starts_with("%PDF"), "{status}");
    });
}
