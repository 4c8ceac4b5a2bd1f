//! Reminders under a clock: before, on and after the due day, the deputy after a school day more; letters through a real SMTP conversation.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

use letopis::flow::close::{self, Closing};
use letopis::flow::{Act, issue, remind};

use super::house::{COPIES, House, YEAR, after, tell};

/// An act at noon of a day.
fn at(day: &str) -> Act {
    Act { at: format!("{day}T12:00:00+03:00").parse().expect("a moment"), ..after(0) }
}

/// Notices of a person by kind.
async fn kinds(house: &House, person: &str) -> Vec<String> {
    let mut kinds: Vec<String> =
        house.db.list_notices(person).await.expect("notices").into_iter().map(|one| one.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

#[test]
fn who_owes_a_signature_is_reminded_on_the_day_and_after_it_and_then_the_deputy_learns() {
    tell(async {
        // Issued on 27 October, after the quarter: due that same day.
        let house = House::with_issued_copies().await;
        let teachers = house.signers(COPIES[0], "subject_teacher").await;
        let deputy = house.signers(COPIES[0], "deputy").await.remove(0);
        house.sign(COPIES[0], &teachers[0]).await.expect("one has signed");
        let first = remind::remind(&house, &at("2025-10-27")).await.expect("reminders");
        assert!(first.notices.contains_key("due_today"), "{first:?}");
        assert_eq!(kinds(&house, &teachers[1]).await, ["due_today"]);
        let again = remind::remind(&house, &at("2025-10-27")).await.expect("reminders");
        assert_eq!(again, remind::Reminded::default(), "once is enough");
        remind::remind(&house, &at("2025-10-28")).await.expect("reminders");
        assert_eq!(kinds(&house, &teachers[1]).await, ["due_today", "overdue"]);
        assert_eq!(kinds(&house, &deputy).await, Vec::<String>::new());
        remind::remind(&house, &at("2025-11-25")).await.expect("reminders");
        assert_eq!(kinds(&house, &deputy).await, ["escalated"]);
        let signed = house.db.list_notices(&teachers[0]).await.expect("notices");
        assert!(signed.iter().all(|one| one.copy != COPIES[0]), "who signed is left in peace: {signed:?}");
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn two_school_days_before_the_due_day_who_owes_a_signature_is_reminded_first() {
    tell(async {
        // Drawn up a week before the quarter's end: due on its last day but one, Thursday the 23rd.
        let house = House::with_journal().await;
        let early = at("2025-10-17");
        let ground = Some("копии составлены заранее".to_owned());
        let closing = Closing { year: YEAR.to_owned(), period: "Q1".to_owned(), classes: Vec::new(), ground };
        close::close(&house, &closing, &early).await.expect("a closing");
        let frozen = house.db.list_copies().await.expect("copies");
        issue::issue(&house, &frozen, &early, |_| {}).await.expect("an issue");
        let mut told = Vec::new();
        for day in ["2025-10-17", "2025-10-20", "2025-10-21", "2025-10-22", "2025-10-23", "2025-10-24"] {
            let round = remind::remind(&house, &at(day)).await.expect("reminders");
            told.push((day, round.notices.into_keys().collect::<Vec<_>>()));
        }
        told.retain(|(_, kinds)| !kinds.is_empty());
        let wanted = [("2025-10-21", "due_soon"), ("2025-10-23", "due_today"), ("2025-10-24", "overdue")];
        assert_eq!(told, wanted.map(|(day, kind)| (day, vec![kind])));
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        assert_eq!(kinds(&house, &teacher).await, ["due_soon", "due_today", "overdue"]);
    });
}

/// A mail server that takes one letter after another and hands their texts over.
fn sink() -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, letters) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let mut answer = stream.try_clone().expect("a stream");
            let mut lines = BufReader::new(stream).lines();
            let mut say = |text: &str| answer.write_all(format!("{text}\r\n").as_bytes()).expect("an answer");
            say("220 sink");
            while let Some(Ok(line)) = lines.next() {
                match line.split(' ').next().unwrap_or_default().to_uppercase().as_str() {
                    "EHLO" => say("250 sink"),
                    "DATA" => {
                        say("354 go on");
                        let text: Vec<String> =
                            lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
                        sender.send(text.join("\n")).expect("a reader");
                        say("250 taken");
                    }
                    "QUIT" => {
                        say("221 bye");
                        break;
                    }
                    _ => say("250 fine"),
                }
            }
        }
    });
    (port, letters)
}

/// A house with issued copies that sends its mail to a sink.
async fn with_mail() -> (House, mpsc::Receiver<String>) {
    let house = House::with_issued_copies().await;
    let (port, letters) = sink();
    let settings = house.root.join("letopis.toml");
    let text = std::fs::read_to_string(&settings).expect("settings");
    let mail = format!(
        "\n[mail]\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"Летопись <archive@school.example>\"\n"
    );
    std::fs::write(&settings, text + &mail).expect("settings with mail");
    (house.reopened().await, letters)
}

/// The text of a letter as its reader sees it: the encoding of the way taken off.
fn plain(letter: &str) -> String {
    let (head, body) = letter.split_once("\n\n").expect("head and body");
    let body = body.lines().map(|line| line.strip_prefix("..").map_or(line.to_owned(), |rest| format!(".{rest}")));
    let body: Vec<String> = body.collect();
    if head.contains("base64") {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(body.concat().trim()).expect("base64");
        return String::from_utf8(bytes).expect("UTF-8");
    }
    let joined = body.join("\n").replace("=\n", "");
    let bytes = joined.as_bytes();
    let (mut text, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let pair = joined.get(at + 1..at + 3).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (bytes[at], pair) {
            (b'=', Some(byte)) => {
                text.push(byte);
                at += 3;
            }
            (byte, _) => {
                text.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(text).expect("UTF-8")
}

#[test]
fn a_refusal_and_the_next_version_are_told_inside_and_by_letter_to_whom_they_concern() {
    use letopis::domain::statement::Category;
    use letopis::flow::sign::{Choice, Desk, Reproof};
    tell(async {
        let (house, letters) = with_mail().await;
        let route = house.snapshot(COPIES[0]).await.route;
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let teachers: Vec<_> = route[0].signers.iter().filter(|one| one.person.id != class_teacher).collect();
        let (refuser, signed, silent) = (teachers[0], &teachers[1].person.id, &teachers[2].person.id);
        for (person, box_name) in
            [(&refuser.person.id, "refuser"), (signed, "signed"), (silent, "silent"), (&class_teacher, "class")]
        {
            remind::set_address(&house, person, &format!("{box_name}@school.example"), &after(5))
                .await
                .expect("an address");
        }
        house.sign(COPIES[0], signed).await.expect("a signature");
        let remark = format!(
            "У ученика {} не та отметка",
            house.db.load_journal(super::house::YEAR).await.expect("a journal").learners[0].surname
        );
        let refused =
            vec![Reproof { sheet: refuser.sheets[0].clone(), category: Category::Mark, remark: remark.clone() }];
        let choice = Choice { copy: COPIES[0].into(), version: 1, stage: "subject_teacher".into(), refused };
        let pressed = Desk::open(&house).await.expect("a desk").press(&refuser.person.id, &[choice], &after(10)).await;
        assert_eq!(pressed.expect("a gesture")[0].refused, 1);
        assert_eq!(kinds(&house, signed).await, ["refused"]);
        assert_eq!(kinds(&house, &class_teacher).await, ["refused"]);
        assert_eq!(
            kinds(&house, silent).await,
            Vec::<String>::new(),
            "who has not signed meets the next version anyway"
        );
        assert_eq!(kinds(&house, &refuser.person.id).await, Vec::<String>::new());
        let expected = ["class@school.example", "signed@school.example"];
        assert_eq!(remind::send(&house, &after(11)).await.expect("letters").sent, expected.len());
        let mut addressed = Vec::new();
        for _ in expected {
            let letter = letters.recv_timeout(std::time::Duration::from_secs(10)).expect("a letter");
            let to = letter.lines().find_map(|line| line.strip_prefix("To: ")).expect("an address").to_owned();
            // A number and its word are kept together by a space that does not break.
            let text = plain(&letter).replace('\u{a0}', " ");
            assert!(text.contains("5А класс") && text.contains("возвращена с замечанием"), "{text}");
            assert!(text.contains("Замечание к 1 листу: отметка."), "{text}");
            assert!(!text.contains(&remark), "a remark may name a learner and stays inside: {text}");
            assert_eq!(text.contains("хранится вместе с ней"), to == "signed@school.example", "{text}");
            addressed.push(to);
        }
        addressed.sort_unstable();
        assert_eq!(addressed, expected);
        assert_eq!(
            remind::send(&house, &after(12)).await.expect("letters").sent,
            0,
            "each once, and none to who refused"
        );

        // The next version is told the same two ways, to whoever spoke on the one before.
        letopis::flow::reissue::reissue(&house, COPIES[0], &remark, &after(13)).await.expect("a next version");
        assert_eq!(kinds(&house, signed).await, ["refused", "reissued"]);
        assert_eq!(kinds(&house, &refuser.person.id).await, ["reissued"]);
        assert_eq!(remind::send(&house, &after(14)).await.expect("letters").sent, 2);
        let mut addressed = Vec::new();
        for _ in 0..2 {
            let letter = letters.recv_timeout(std::time::Duration::from_secs(10)).expect("a letter");
            let text = plain(&letter).replace('\u{a0}', " ");
            assert!(text.contains("Взамен версии 1 составлена версия 2 (5А класс, I четверть)"), "{text}");
            assert!(!text.contains(&remark), "a ground may name a learner and stays inside: {text}");
            addressed.extend(letter.lines().find_map(|line| line.strip_prefix("To: ")).map(str::to_owned));
        }
        addressed.sort_unstable();
        assert_eq!(addressed, ["refuser@school.example", "signed@school.example"]);
        assert_eq!(house.doctor().await, Vec::<String>::new());
    });
}

#[test]
fn letters_leave_through_smtp_and_name_no_learner() {
    tell(async {
        let (house, letters) = with_mail().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        let refused = remind::set_address(&house, &teacher, "не адрес", &after(5)).await.expect_err("no address");
        assert!(refused.to_string().contains("не адрес"), "{refused}");
        remind::set_address(&house, &teacher, "teacher@school.example", &after(5)).await.expect("an address");
        let reminded = remind::remind(&house, &at("2025-10-27")).await.expect("reminders");
        assert_eq!(reminded.letters, 1, "only who gave an address");
        assert_eq!(remind::send(&house, &at("2025-10-27")).await.expect("letters").sent, 1);
        assert_eq!(remind::send(&house, &at("2025-10-27")).await.expect("letters").sent, 0, "sent once");
        let letter = letters.recv_timeout(std::time::Duration::from_secs(10)).expect("a letter");
        assert!(letter.contains("To: teacher@school.example"), "{letter}");
        assert!(letter.contains("Message-ID: <") && letter.contains("MIME-Version: 1.0"), "{letter}");
        let learners = house.db.load_journal(super::house::YEAR).await.expect("a journal").learners;
        let rows = house.db.list_unsent_letters(9).await.expect("letters");
        assert_eq!(rows, [], "none waits");
        assert!(learners.iter().all(|learner| !letter.contains(&learner.surname)), "no learner is named: {letter}");
    });
}

#[test]
fn a_letter_that_cannot_leave_waits_and_says_why() {
    tell(async {
        let house = House::with_issued_copies().await;
        let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let settings = house.root.join("letopis.toml");
        let text = std::fs::read_to_string(&settings).expect("settings");
        let mail = format!(
            "\n[mail]\nhost = \"127.0.0.1\"\nport = {closed}\nsecurity = \"none\"\nfrom = \"archive@school.example\"\n"
        );
        std::fs::write(&settings, text + &mail).expect("settings with mail");
        let house = house.reopened().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        remind::set_address(&house, &teacher, "teacher@school.example", &after(5)).await.expect("an address");
        remind::remind(&house, &at("2025-10-27")).await.expect("reminders");
        let attempt = remind::send(&house, &at("2025-10-27")).await.expect("an attempt");
        assert_eq!((attempt.sent, attempt.failed), (0, 1));
        assert!(!attempt.why.is_empty() && !attempt.why.contains("teacher@school.example"), "{attempt:?}");
        let waiting = house.db.list_unsent_letters(9).await.expect("letters");
        assert_eq!((waiting.len(), waiting[0].attempts), (1, 1));
        assert!(!waiting[0].failure.is_empty());
    });
}
