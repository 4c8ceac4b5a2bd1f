//! What the pages of the journal show to whom: pages kept ready, earlier school years, the first screens.

use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::Arc;

use letopis::domain::audit::{Event, EventKind};
use letopis::flow::House;
use letopis::flow::change::{self, Edit};
use letopis::flow::people;
use letopis::store::{AccountState, Author, ClosureRow, Looked};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::house::{YEAR, act, after, day, on_every_engine};
use super::matrix::{open_to_the_web, session};

/// Status and text of a page, asked for as a browser does.
pub(super) async fn read(address: SocketAddr, path: &str, token: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nAccept: text/html\r\nAccept-Encoding: gzip, deflate, br\r\n\
         Cookie: letopis={token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..at]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
    let body = &answer[at + 4..];
    if !head.contains("content-encoding: gzip") {
        return (status, String::from_utf8_lossy(body).into_owned());
    }
    let packed = if head.contains("transfer-encoding: chunked") { joined(body) } else { body.to_vec() };
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    (status, text)
}

/// The pieces of a chunked body, joined.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
    }
}

/// «/journal/5А»
const OF_5A: &str = "/journal/5%D0%90";
const OF_9A: &str = "/journal/9%D0%90";

#[test]
fn a_page_kept_ready_is_shown_to_nobody_else_and_every_reader_is_noted() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (own, other) = (session(&house, "T03", 1).await, session(&house, "T12", 1).await);
        let parent = session(&house, "P00001", 1).await;
        let (status, first) = read(address, OF_5A, &own).await;
        assert_eq!(status, 200);
        assert_eq!(read(address, OF_5A, &own).await, (200, first.clone()), "the same again");
        for (who, token) in [("a teacher of another class", &other), ("a parent", &parent)] {
            let (status, page) = read(address, OF_5A, token).await;
            assert_eq!(status, 403, "{who}");
            assert!(!page.contains("Рябинина"), "{who}");
        }
        assert_eq!(read(address, OF_5A, "made-up").await.0, 303, "a stranger is led to the way in");
        let secretary = session(&house, "T01", 1).await;
        let (status, page) = read(address, OF_5A, &secretary).await;
        assert!(status == 200 && page != first, "another visitor's page names another visitor");
        let looks = house.db.list_access(&Looked::At { what: "class", subject: "5А" }, "", "", 10).await.unwrap();
        let mut by: Vec<&str> = looks.iter().map(|row| row.by.as_str()).collect();
        by.sort_unstable();
        assert_eq!(by, ["T01", "T03"], "each look of five minutes once, nobody's missing");
    });
}

#[test]
fn a_page_kept_ready_tells_of_a_change_at_once_and_ends_with_the_office_and_the_session() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let (deputy, teacher) = (session(&house, "T02", 1).await, session(&house, "T03", 1).await);
        for token in [&deputy, &teacher] {
            assert!(read(address, OF_5A, token).await.1.contains("Рябинина"));
        }
        // Another program of the school changes the list: what was kept is no longer shown.
        let elsewhere = House::open(&house.root).await.unwrap();
        let mut journal = elsewhere.db.load_journal(YEAR).await.unwrap();
        journal.school.year = YEAR.to_owned();
        journal.learners.iter_mut().find(|one| one.id == "L2").unwrap().surname = "Калинина".to_owned();
        import(&elsewhere, &journal).await;
        let (_, page) = read(address, OF_5A, &teacher).await;
        assert!(page.contains("Калинина") && !page.contains("Рябинина"));
        // The order that made the deputy is ended elsewhere: the next request has no office.
        let appointment = elsewhere.db.list_appointments_of("T02").await.unwrap()[0].id.clone();
        assert_eq!(read(address, OF_5A, &deputy).await.0, 200);
        people::end(&elsewhere, &appointment, day("2025-10-01"), "13-к", &act("T01", 0)).await.unwrap();
        assert_eq!(read(address, OF_5A, &deputy).await.0, 403);
        // A session ended in this program is felt at once.
        let name = house.db.list_sessions("T03").await.unwrap()[0].token.clone();
        assert!(house.sign_in.end_session(&house, "T03", &name, &act("T03", 0)).await.unwrap());
        assert_eq!(read(address, OF_5A, &teacher).await.0, 303);
    });
}

/// The pages that are kept, as both readers may see them.
const KEPT: [&str; 5] = ["/journal", OF_5A, "/journal/5%D0%90/finals", "/course/C5", "/learner/L2"];

/// The pages of the house's own program, each asked for twice: both answers are what a program just started shows.
async fn are_fresh(house: &House, address: SocketAddr, tokens: &[String; 2], what: &str) {
    let other = Arc::new(House::open(&house.root).await.unwrap());
    let fresh = open_to_the_web(&other).await;
    for (token, page) in tokens.iter().flat_map(|token| KEPT.map(|page| (token, page))) {
        let wanted = read(fresh, page, token).await;
        assert_eq!(wanted.0, 200, "{what}: {page}");
        for _ in 0..2 {
            assert_eq!(read(address, page, token).await, wanted, "{what}: {page}");
        }
    }
}

#[test]
fn whatever_another_program_writes_a_kept_page_is_what_a_program_just_started_shows() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let tokens = [session(&house, "T01", 1).await, session(&house, "T03", 1).await];
        are_fresh(&house, address, &tokens, "nothing").await;
        let elsewhere = House::open(&house.root).await.unwrap();
        let event = async |kind: EventKind| {
            let event = Event::new(kind, "T05", &act("T05", 2).moment());
            elsewhere.db.begin().await.unwrap().record(&event, [8; 16]).await.unwrap().commit().await.unwrap();
        };

        let before = house.db.moved().await.unwrap();
        let mark = Edit::put("marks", YEAR, &["C5", "2025-10-02", "1", "L2", "0"], &["", "4"]);
        change::apply(&elsewhere, &act("T04", 2), "journal", &[mark]).await.unwrap();
        are_fresh(&house, address, &tokens, "a mark").await;
        let mut journal = elsewhere.db.load_journal(YEAR).await.unwrap();
        journal.learners.iter_mut().find(|one| one.id == "L2").unwrap().surname = "Калинина".to_owned();
        import(&elsewhere, &journal).await;
        are_fresh(&house, address, &tokens, "a learner's name").await;
        let mut tx = elsewhere.db.begin().await.unwrap();
        let closure = ClosureRow {
            year: YEAR.into(),
            class: "5А".into(),
            period: "Q1".into(),
            starts: "2025-09-01".into(),
            ends: "2025-10-24".into(),
            closed_at: act("T02", 3).moment(),
            closed_by: "T02".into(),
            ground: String::new(),
        };
        tx.record_closure(&closure).await.unwrap();
        let closed = Event::new(EventKind::PeriodClosed, "T02", &act("T02", 3).moment());
        tx.record(&closed, [9; 16]).await.unwrap().commit().await.unwrap();
        are_fresh(&house, address, &tokens, "a closed period").await;
        let after = house.db.moved().await.unwrap();
        assert!(after.school > before.school && after.school == after.turn && after.copies == after.turn);

        // The office's own books are on none of these pages: they stay, and so do they when a copy is signed.
        for kind in
            [EventKind::PaperPrinted, EventKind::HandoverSigned, EventKind::BackupWritten, EventKind::LessonTried]
        {
            event(kind).await;
            are_fresh(&house, address, &tokens, kind.as_str()).await;
            let moved = house.db.moved().await.unwrap();
            assert!(moved.turn > after.turn, "every transaction is seen");
            assert_eq!((moved.school, moved.copies), (after.school, after.copies), "{}", kind.as_str());
        }
        event(EventKind::StatementSigned).await;
        are_fresh(&house, address, &tokens, "a statement").await;
        let signed = house.db.moved().await.unwrap();
        assert_eq!((signed.school, signed.copies), (after.school, signed.turn));
        // Two at once, of which one touches everything; and what nobody has thought of.
        for kind in [EventKind::AccountChanged, EventKind::PolicyChanged, EventKind::ScansTaken] {
            event(EventKind::PaperNoted).await;
            event(kind).await;
            event(EventKind::TokenIssued).await;
            let moved = house.db.moved().await.unwrap();
            assert_eq!((moved.school, moved.copies), (moved.turn, moved.turn), "{}", kind.as_str());
        }
        let appointment = elsewhere.db.list_appointments_of("T02").await.unwrap()[0].id.clone();
        people::end(&elsewhere, &appointment, day("2025-10-01"), "13-к", &act("T01", 4)).await.unwrap();
        are_fresh(&house, address, &tokens, "an office that ended").await;
    });
}

#[test]
fn an_earlier_year_is_read_by_offices_that_do_not_hang_on_the_lists_of_a_year() {
    on_every_engine(|house| async move {
        let mut journal = house.db.load_journal(YEAR).await.unwrap();
        journal.school.year = "2024/2025".to_owned();
        // Then the class was another one and had another teacher.
        journal.classes.iter_mut().find(|class| class.name == "5А").unwrap().class_teacher_id = "T12".to_owned();
        journal.learners.iter_mut().find(|one| one.id == "L2").unwrap().surname = "Брусникина".to_owned();
        journal.learners.retain(|one| one.id != "L9");
        import(&house, &journal).await;
        let address = open_to_the_web(&house).await;
        let past = |path: &str| format!("{path}?year=2024%2F2025");
        let director = session(&house, "T01", 1).await;
        let (status, page) = read(address, &past(OF_5A), &director).await;
        assert_eq!(status, 200);
        assert!(page.contains("Брусникина") && page.contains("2024/2025") && !page.contains("Рябинина"));
        assert!(page.contains("/learner/L2?period=Q1&#38;year=2024%2F2025"), "links stay in the year: {page}");
        let (_, page) = read(address, OF_5A, &director).await;
        assert!(page.contains("Рябинина") && !page.contains("Брусникина"), "without a year it is the newest");
        let (_, page) = read(address, "/journal", &director).await;
        assert!(page.contains("/journal?year=2024%2F2025"), "the choice of years");
        for path in [past("/course/C5"), past("/learner/L2"), past(&format!("{OF_5A}/finals")), past("/journal")] {
            assert_eq!(read(address, &path, &director).await.0, 200, "{path}");
        }
        assert_eq!(read(address, &past("/learner/L9"), &director).await.0, 404, "was not in the school then");
        assert_eq!(read(address, "/journal?year=1999%2F2000", &director).await.0, 404);
        let deputy = session(&house, "T02", 1).await;
        assert_eq!(read(address, &past(OF_5A), &deputy).await.0, 200, "grades 5 and 6");
        assert_eq!(read(address, &past(OF_9A), &deputy).await.0, 403);
        // Neither the class teacher of today's 5А nor the one of then, who has other classes today.
        for person in ["T03", "T12", "T04"] {
            let token = session(&house, person, 1).await;
            for path in [past(OF_5A), past("/course/C5"), past("/learner/L2"), past(&format!("{OF_5A}/finals"))] {
                assert_eq!(read(address, &path, &token).await.0, 403, "{person}: {path}");
            }
            assert!(
                !read(address, "/journal", &token).await.1.contains("year="),
                "{person} is offered no earlier year"
            );
        }
        let parent = session(&house, "P00001", 1).await;
        let (status, page) = read(address, &past("/diary/L1"), &parent).await;
        assert!(status == 200 && page.contains("2024/2025 учебный год"), "the own child of then");
        assert_eq!(read(address, &past("/diary/L2"), &parent).await.0, 403);
    });
}

#[test]
fn a_subject_teacher_sees_the_final_marks_of_the_own_learners_only() {
    on_every_engine(|house| async move {
        let mut journal = house.db.load_journal(YEAR).await.unwrap();
        journal.school.year = YEAR.to_owned();
        journal.courses.iter_mut().find(|course| course.id == "C5").unwrap().members = vec!["L1".to_owned()];
        import(&house, &journal).await;
        let address = open_to_the_web(&house).await;
        let (teacher, whole) = (session(&house, "T04", 1).await, session(&house, "T03", 1).await);
        for path in [OF_5A.to_owned(), format!("{OF_5A}/finals")] {
            let (status, page) = read(address, &path, &teacher).await;
            assert!(status == 200 && page.contains("Ольхина") && !page.contains("Рябинина"), "{path}");
            assert!(read(address, &path, &whole).await.1.contains("Рябинина"), "{path}");
        }
        assert_eq!(read(address, "/learner/L1", &teacher).await.0, 200);
        assert_eq!(read(address, "/learner/L2", &teacher).await.0, 403, "learns in none of the teacher's groups");
    });
}

#[test]
fn weeks_of_lessons_without_a_journal_are_told_to_whoever_loads_it() {
    on_every_engine(|house| async move {
        let mut journal = house.db.load_journal(YEAR).await.unwrap();
        journal.school.year = YEAR.to_owned();
        let told = "класс: журнал не загружен<small>уроки идут с 1 сентября, а в журнале нет ни одной записи: 9А";
        let address = open_to_the_web(&house).await;
        let administrator = session(&house, "T06", 1).await;
        let (_, page) = read(address, "/", &administrator).await;
        assert!(!page.contains("журнал не загружен"), "both classes have lessons: {page}");
        journal.lessons.retain(|lesson| lesson.key.course_id != "C9");
        import(&house, &journal).await;
        let (keeper, secretary) = (session(&house, "T09", 1).await, session(&house, "T05", 1).await);
        for token in [&administrator, &keeper] {
            let (_, page) = read(address, "/", token).await;
            assert!(page.contains(told) && page.contains("href=\"/exchange/import\""), "{page}");
        }
        assert!(!read(address, "/", &secretary).await.1.contains("журнал не загружен"), "who does not load it");
    });
}

#[test]
fn the_first_screen_counts_what_waits_for_the_administrator() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let token = session(&house, "T06", 1).await;
        session(&house, "T04", 1).await;
        let (status, page) = read(address, "/", &token).await;
        assert_eq!(status, 200);
        assert!(!page.contains("вход закрыт"));
        assert!(page.contains("года ещё не готов"), "nothing of the year is set up: {page}");
        assert!(page.contains("срок 1 сентября прошёл, не готово: "), "what was due, and how much: {page}");
        assert!(page.contains("правила о резервных копиях не выполнены"), "no carrier, no second room: {page}");
        assert!(page.contains("копии не пишутся: на учёте меньше носителей"), "and each cause in its words: {page}");
        let mut account = house.db.find_account("T04").await.unwrap().unwrap();
        account.state = AccountState::Locked;
        let mut tx = house.db.begin().await.unwrap();
        tx.write_account(&account).await.unwrap();
        let event = Event::new(EventKind::AccountChanged, "T06", &act("T06", 0).moment());
        tx.record(&event, [4; 16]).await.unwrap().commit().await.unwrap();
        let (_, page) = read(address, "/", &token).await;
        assert!(page.contains("вход закрыт"), "{page}");
        let (status, page) = read(address, "/people?q=%D0%B7%D0%B0%D0%BA%D1%80%D1%8B%D1%82", &token).await;
        assert!(status == 200 && page.contains("/people/T04") && !page.contains("/people/T03"), "the list finds it");
    });
}

async fn import(house: &House, journal: &letopis::domain::journal::Journal) {
    let mut tx = house.db.begin().await.unwrap();
    let at = act("operator", 1).moment();
    let author = Author { by: "operator", at: &at, secret: &[5; 32] };
    tx.replace_journal(journal, &author).await.unwrap();
    let event = Event::new(EventKind::BundleImported, "operator", &at);
    tx.record(&event, [6; 16]).await.unwrap().commit().await.unwrap();
}

#[test]
fn a_session_ended_by_another_program_is_over_five_seconds_later() {
    on_every_engine(|house| async move {
        let token = session(&house, "T03", 1).await;
        let visit = async |seconds: i64| {
            let now = after(0) + chrono::Duration::seconds(seconds);
            house.sign_in.visit(&house, &token, now).await.unwrap()
        };
        assert!(visit(0).await.is_some());
        let now = after(0).timestamp();
        assert_eq!(house.db.count_open_sessions(now, 60).await.unwrap(), 1);
        assert_eq!(house.db.count_open_sessions(now + 60, 60).await.unwrap(), 0, "unused for too long");
        assert_eq!(house.db.count_open_sessions(now + 3600, 7200).await.unwrap(), 0, "past its term");
        let elsewhere = House::open(&house.root).await.unwrap();
        let name = house.db.list_sessions("T03").await.unwrap()[0].token.clone();
        assert!(elsewhere.sign_in.end_session(&elsewhere, "T03", &name, &act("T03", 0)).await.unwrap());
        assert!(visit(5).await.is_none());
        assert_eq!(house.db.count_open_sessions(now, 60).await.unwrap(), 0);
    });
}
