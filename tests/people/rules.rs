//! Acts that a school's rules give to offices: who may under each of the five regulations, who may not and by which clause; movement by
//! file, substitutions, and the administrator of a house that begins.

use std::net::SocketAddr;
use std::sync::Arc;

use letopis::bundle::BundleFile;
use letopis::domain::journal::LessonKey;
use letopis::domain::policy;
use letopis::domain::rights::Role;
use letopis::domain::words;
use letopis::flow::exchange::{self, Taken, Wish};
use letopis::flow::policy::{Adoption, adopt};
use letopis::flow::setup::Outcome;
use letopis::flow::signin::identity::Provider;
use letopis::flow::{House, people, substitution};
use letopis::web::{WebState, serve};
use tokio::net::TcpListener;

use super::custody::post;
use super::house::{YEAR, act, after, day, on_every_engine, person_of};
use super::matrix::{furnish, open_to_the_web, send, session, session_at};
use super::reach::{form, rows};
use super::shown::read;

/// Minutes of a day.
const DAY: i64 = 24 * 60;
/// «5А» and «9А» in an address.
const OF_5A: &str = "5%D0%90";

/// The pages and forms of the five acts, and which offices a regulation opens each to, besides the clause that the others are told.
struct Given {
    preset: &'static str,
    /// Cards of learners; the orders of movement no clause gives away.
    data: (&'static str, &'static str),
    families: (&'static str, &'static str),
    substitutions: (&'static str, &'static str),
    closing: (&'static str, &'static str),
    /// A deputy and a class teacher of the story are teachers as well.
    groups: (&'static str, &'static str),
}

/// Where a regulation keeps silent, its own clause refuses nobody: the table of rights decides.
const SILENT: &str = "должность не даёт права";

const GIVEN: [Given; 5] = [
    Given {
        preset: "chernushka-2018",
        data: ("class_teacher", "000 Инс 3.2; 5.2 кл. рук. б"),
        families: ("administrator", "000 Инс 3.1"),
        // A deputy and a class teacher of the story are teachers as well.
        substitutions: ("deputy class_teacher teacher", "000 Инс 5.2 б"),
        closing: ("administrator director deputy", SILENT),
        groups: ("administrator director deputy class_teacher teacher", SILENT),
    },
    Given {
        preset: "kurskoe-2019",
        data: ("class_teacher", "001 п. 5.3"),
        families: ("administrator", "001 п. 5.1"),
        substitutions: ("deputy", "001 п. 5.4"),
        closing: ("administrator director deputy", SILENT),
        groups: ("class_teacher", "001 п. 5.3"),
    },
    Given {
        preset: "bauman",
        data: ("secretary", "002 4.5"),
        families: ("administrator class_teacher", "002 2.2"),
        substitutions: ("deputy class_teacher teacher", "002 4.2"),
        closing: ("director deputy", "002 4.3"),
        groups: ("class_teacher teacher", "002 4.1, 4.2"),
    },
    Given {
        preset: "duties-moscow",
        data: ("administrator class_teacher", "003 Кл 7; Адм"),
        families: ("class_teacher", "003 Кл 1"),
        substitutions: ("deputy class_teacher teacher", "003 Уч 8; Зам 4"),
        closing: ("administrator director deputy", SILENT),
        groups: ("deputy class_teacher", "003 Кл 6; Зам 5"),
    },
    Given {
        preset: "talitsa-2019",
        data: ("administrator assistant secretary human_resources", "004 п. 7"),
        families: ("administrator", "004 п. 8, 9, 11"),
        substitutions: ("director deputy class_teacher teacher", SILENT),
        closing: ("administrator director deputy", SILENT),
        groups: ("administrator director deputy class_teacher teacher", SILENT),
    },
];

/// The house in the web as of a later day of the story.
pub(super) async fn open_on(house: &Arc<House>, minutes: i64) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = WebState::new(house.clone(), Arc::new(move || after(minutes)));
    tokio::spawn(serve(state, listener, std::future::pending()));
    address
}

/// Puts a preset in force from a day of the story on; as a school's own file, which outlives the term of the published one.
async fn adopt_on(house: &House, preset: &str, minutes: i64) {
    let text = policy::builtin(preset).unwrap();
    let standing = policy::parse(preset, text).unwrap();
    let from = after(minutes).date_naive();
    assert!(standing.is_in_force(from), "{preset} ended before the story");
    let adoption = Adoption {
        name: preset.to_owned(),
        text: text.to_owned(),
        from: Some(from),
        order: format!("приказ от {from} № {}", minutes / DAY),
    };
    adopt(house, &adoption, &act("T01", minutes)).await.unwrap();
}

#[test]
fn each_regulation_opens_the_five_acts_to_whom_its_clauses_name_and_tells_the_others_the_clause() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let mut number = 0;
        for (at, given) in (1..).zip(&GIVEN) {
            adopt_on(&house, given.preset, at * DAY).await;
            let address = open_on(&house, at * DAY).await;
            for role in Role::ALL.into_iter().filter(|role| !matches!(role, Role::Learner | Role::Parent)) {
                number += 1;
                let token = session_at(&house, person_of(role), 500_000 + number, at * DAY).await;
                let families = format!("/families/{OF_5A}");
                let groups = format!("/year/groups/{OF_5A}");
                let stranger = form(&[("year", YEAR), ("g.L1.1", "no-such-group")]);
                let closing = form(&[("act", "close"), ("year", YEAR)]);
                let order = form(&[("act", "order"), ("year", YEAR), ("learner", "L1"), ("what", "left")]);
                let card = form(&[("act", "card"), ("year", YEAR), ("surname", ""), ("given_name", "Яшма")]);
                let office = ("administrator assistant director secretary", SILENT);
                for (method, path, body, (may, clause)) in [
                    ("POST", "/year/movement", order.as_str(), office),
                    ("POST", "/year/learners/L1/card", card.as_str(), given.data),
                    ("GET", families.as_str(), "", given.families),
                    ("GET", "/year/substitutions", "", given.substitutions),
                    ("POST", "/year/closing", closing.as_str(), given.closing),
                    ("POST", groups.as_str(), stranger.as_str(), given.groups),
                ] {
                    // The clause as people read it: its document by name.
                    let clause = words::clause_words(clause);
                    let named = may.split(' ').any(|word| word == role.as_str());
                    let (status, _) = send(address, method, path, &token, body).await;
                    let told = format!("{}: {role:?} {method} {path}: {status}", given.preset);
                    assert_eq!(status == 403, !named, "{told}");
                    assert!(status < 500 && status != 303, "{told}");
                    if !named && method == "GET" {
                        let (_, page) = read(address, path, &token).await;
                        assert!(page.contains(&clause), "{told}: «{clause}» is not told");
                        // Who lets families in, where class teachers do not, is said in plain words.
                        let of_state = path == families && ["chernushka-2018", "talitsa-2019"].contains(&given.preset);
                        assert!(!of_state || page.contains("родители и ученики входят через ЕСИА"), "{told}: {page}");
                    }
                    if !named && method == "POST" {
                        // The page of the act is refused with the same words, or shown without its buttons.
                        let page_of = if path.ends_with("/card") { "/year/learners/L1" } else { path };
                        let (status, page) = read(address, page_of, &token).await;
                        assert!(
                            !path.ends_with("/card") || !page.contains("Исправить карточку"),
                            "{told}: a form that would be refused"
                        );
                        assert!(
                            status != 200 || !page.contains("form=enrol"),
                            "{told}: a button that would be refused"
                        );
                        let read_by_others = path == "/year/movement" || path == groups || path.ends_with("/card");
                        assert!(status == 200 || page.contains(&clause) || read_by_others, "{told}: «{clause}»");
                        if status == 200 && path == groups && clause != SILENT {
                            assert!(page.contains(&format!("({clause})")), "{told}: who may, and by which clause");
                        }
                    }
                }
            }
        }
    });
}

#[test]
fn rules_that_let_families_in_by_the_state_service_are_told_where_passwords_are_given_before_their_first_day_too() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let teacher = session(&house, "T03", 1).await;
        let path = format!("/families/{OF_5A}");
        assert!(!read(address, &path, &teacher).await.1.contains("ЕСИА"));
        adopt_on(&house, "chernushka-2018", 10 * DAY).await;
        let (status, page) = read(address, &path, &teacher).await;
        let coming = "С 12 октября родители и ученики входят через ЕСИА (Госуслуги): пароли действуют и после";
        assert!(status == 200 && page.contains(coming), "{status} {page}");
        let later = open_on(&house, 10 * DAY).await;
        let administrator = session_at(&house, "T06", 2, 10 * DAY).await;
        let (status, page) = read(later, &path, &administrator).await;
        let now = "По правилам школы родители и ученики входят через ЕСИА";
        assert!(status == 200 && page.contains(now), "{status} {page}");
        // The server of the test is not connected with it: that is said, with who connects it and what works until then.
        let (_, ready) = read(later, "/year/ready", &administrator).await;
        for page in [page, ready] {
            assert!(page.contains("Вход через ЕСИА на этом сервере не подключён"), "{page}");
            assert!(page.contains("технический специалист") && page.contains("по листкам с паролями"), "{page}");
            assert!(page.contains("href=\"/help/people#вход-через-внешнюю-службу\""), "{page}");
        }
        let (_, entrance) = read(later, "/signin", "").await;
        assert!(entrance.contains("Вход выдаёт администратор."), "{entrance}");
        assert!(entrance.contains("на этом сервере ещё не подключён: ученики и родители входят по"), "{entrance}");
    });
}

#[test]
fn where_the_server_is_connected_with_the_state_service_the_slips_of_families_bear_the_code_that_links() {
    on_every_engine(|house| async move {
        adopt_on(&house, "chernushka-2018", DAY).await;
        let mut house: House = Arc::try_unwrap(house).unwrap();
        house.sign_in.provider = Some(Provider {
            issuer: "https://id.example".into(),
            client_id: "letopis".into(),
            client_secret: "not-asked-here".into(),
            redirect: "https://letopis.example/signin/identity/back".into(),
        });
        let house = Arc::new(house);
        let address = open_on(&house, DAY).await;
        let administrator = session_at(&house, "T06", 1, DAY).await;
        let (_, ready) = read(address, "/year/ready", &administrator).await;
        assert!(ready.contains("Вход через ЕСИА на этом сервере подключён. На листке семьи"), "{ready}");
        let path = format!("/families/{OF_5A}");
        let (status, slips) = post(address, &path, &administrator, &form(&[("person", "L1")])).await;
        assert!(status == 200 && slips.contains("Код связи с ЕСИА"), "{status} {slips}");
        let (status, slips) = post(address, "/credentials", &administrator, &form(&[("person", "T05")])).await;
        assert!(status == 200 && !slips.contains("Код связи"), "staff sign in by password: {status} {slips}");
    });
}

#[test]
fn an_order_of_the_day_moves_the_right_from_one_office_to_another() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        adopt_on(&house, "bauman", DAY).await;
        let may = async |person: &str, on: &str| {
            let visitor = people::visitor(&house, person, true, day(on)).await.unwrap();
            !visitor.reach(letopis::domain::rights::Action::EditLearners).is_empty()
        };
        // Until the order: the default rules name class teacher and secretary; from its day on the secretary alone.
        assert!(may("T03", "2025-10-02").await && may("T05", "2025-10-02").await);
        assert!(!may("T03", "2025-10-03").await && may("T05", "2025-10-03").await);
        assert!(may("T03", "2025-10-02").await, "the day before is judged as it was");
    });
}

#[test]
fn the_administrator_sets_a_house_up_and_hands_learners_data_over_when_its_first_period_is_closed() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let token = session(&house, person_of(Role::Administrator), 1).await;
        let card = |surname: &'static str| {
            form(&[("act", "card"), ("year", YEAR), ("surname", surname), ("given_name", "Яшма"), ("file_no", "К-12")])
        };
        let path = "/year/learners/L1/card";
        assert_eq!(send(address, "POST", path, &token, &card("Ольхова")).await.0, 303, "the house begins");
        let director = session(&house, person_of(Role::Director), 2).await;
        assert_eq!(send(address, "POST", path, &director, &card("Липова")).await.0, 403, "nobody else gains by it");
        furnish(&house).await;
        assert_eq!(send(address, "POST", path, &token, &card("Липова")).await.0, 403);
        assert!(!read(address, "/year/learners/L1", &token).await.1.contains("Исправить карточку"), "and no form");
        let enrol = form(&[
            ("act", "enrol"),
            ("year", YEAR),
            ("surname", "Яшмова"),
            ("given_name", "Липа"),
            ("class", "5А"),
            ("day", "2025-10-02"),
            ("order", "8"),
        ]);
        let (status, _) = send(address, "POST", "/year/movement", &token, &enrol).await;
        assert_eq!(
            status, 422,
            "orders are the office's: it is the closed period that says no, not the table of rights"
        );
    });
}

/// One order on one learner as the table of movement has it.
const BOOK: &str = "Дата\tУченик\tЧто\tКласс\tОткуда или куда\tПриказ №\tДата приказа\n\
                    06.10.2025\tРябинина Яшма\tвыбыл\t\tшкола № 7\t44\t03.10.2025\n\
                    06.10.2025\tКленова Верба\tзачислен\t5А\tшкола № 9\t45\t03.10.2025\n";

#[test]
fn a_secretary_brings_the_book_of_movement_by_file_and_a_class_teacher_does_not() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let secretary = session(&house, person_of(Role::Secretary), 1).await;
        let send_book = async |token: &str, what: &str, text: &str| {
            let body = form(&[("act", what), ("year", YEAR), ("text", text)]);
            send(address, "POST", "/year/movement", token, &body).await.0
        };
        let learners = async || rows(&house, "learners").await.len();
        let before = learners().await;
        assert_eq!(send_book(&secretary, "try-book", BOOK).await, 200, "the dry run");
        assert_eq!(learners().await, before, "a dry run writes nothing");
        let wrong = BOOK.replace("выбыл", "исчез").replace("06.10.2025\tКленова", "вчера\tКленова");
        assert_eq!(send_book(&secretary, "book", &wrong).await, 422);
        assert_eq!(learners().await, before, "all or nothing");
        assert_eq!(send_book(&secretary, "book", BOOK).await, 303);
        assert_eq!(learners().await, before + 1);
        let (_, page) = read(address, "/year/movement", &secretary).await;
        let id = page.split("&amp;undo=").nth(1).unwrap().split('"').next().unwrap();
        let (_, page) = read(address, &format!("/year/movement?undo={id}"), &secretary).await;
        let seqs = page.split("name=\"seqs\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let undo = form(&[("act", "undo"), ("year", YEAR), ("seqs", seqs)]);
        assert_eq!(send(address, "POST", "/year/movement", &secretary, &undo).await.0, 303);
        assert_eq!(learners().await, before, "taken back as one act");

        // The class teacher keeps the data of the class; orders are carried out by the office.
        let own = session(&house, person_of(Role::ClassTeacher), 2).await;
        assert_eq!(send_book(&own, "book", BOOK).await, 403);
        assert_eq!(learners().await, before);
        let (_, page) = read(address, "/year/movement", &own).await;
        assert!(!page.contains("form=order") && !page.contains("Сиренева"), "learners of other classes are not named");
        let deputy = session(&house, person_of(Role::Deputy), 3).await;
        assert_eq!(send_book(&deputy, "book", BOOK).await, 403, "no order of hers");
    });
}

#[test]
fn who_brings_data_in_brings_movement_only_with_the_right_to_it() {
    on_every_engine(|house| async move {
        let text = BOOK.replace('\t', ";");
        let files = vec![BundleFile::new("Движение.csv", text.into_bytes())];
        let take = async |by: &str, dry_run| {
            exchange::take(&house, &files, &Wish::default(), dry_run, &act(by, 1)).await.unwrap()
        };
        let Taken::Refused(findings) = take("T09", false).await else { panic!("the keeper of the journal") };
        assert_eq!(findings.iter().map(|one| one.code).collect::<Vec<_>>(), ["exchange.not-yours"]);
        assert!(findings[0].message.contains("секретарь"), "who could: {}", findings[0].message);
        assert!(matches!(take("T06", true).await, Taken::Done { .. }), "the administrator");
    });
}

#[test]
fn a_substitution_is_written_into_the_lesson_by_the_own_teacher_or_deputy_and_nobody_else() {
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let body = form(&[("lesson", "2025-10-02 1"), ("who", "T12")]);
        let teacher = session(&house, person_of(Role::SubjectTeacher), 1).await;
        assert_eq!(send(address, "POST", "/year/substitutions/C9", &teacher, &body).await.0, 403, "another's course");
        assert_eq!(send(address, "POST", "/year/substitutions/C5", &teacher, &body).await.0, 303);
        let held = house.db.list_substituted(YEAR).await.unwrap();
        let key = LessonKey { course_id: "C5".into(), date: day("2025-10-02"), number: 1 };
        assert_eq!(held, [(key.clone(), "T12".to_owned())]);
        let (_, page) = read(address, "/year/substitutions", &teacher).await;
        assert!(page.contains("02.10.2025") && page.contains("Елкин О.К."), "{page}");
        let substitute = people::visitor(&house, "T12", true, day("2025-10-02")).await.unwrap();
        let reach = substitute.reach(letopis::domain::rights::Action::EnterJournal);
        assert!(reach.course("C5", "5А", 5), "who held the lesson writes its entry that day");
        let none = form(&[("lesson", "2025-10-03 1"), ("who", "T12")]);
        assert_eq!(send(address, "POST", "/year/substitutions/C5", &teacher, &none).await.0, 422, "no such lesson");
        let secretary = session(&house, person_of(Role::Secretary), 2).await;
        assert_eq!(send(address, "POST", "/year/substitutions/C5", &secretary, &body).await.0, 403);
        // The deputy of grades 5 and 6 takes it back; the own teacher of a course is no substitute.
        let deputy = session(&house, person_of(Role::Deputy), 3).await;
        let back = form(&[("lesson", "2025-10-02 1"), ("who", "")]);
        assert_eq!(send(address, "POST", "/year/substitutions/C5", &deputy, &back).await.0, 303);
        assert!(house.db.list_substituted(YEAR).await.unwrap().is_empty());
        for (who, code) in [("T04", "substitution.own-teacher"), ("T99", "substitution.nobody")] {
            let Outcome::Refused(findings) =
                substitution::record(&house, &act("T02", 5), YEAR, &key, who).await.unwrap()
            else {
                panic!("{who}")
            };
            assert_eq!(findings[0].code, code);
        }
        furnish(&house).await;
        let closed = send(address, "POST", "/year/substitutions/C5", &teacher, &body).await.0;
        assert!((400..500).contains(&closed), "the period is closed: {closed}");
        assert!(house.db.list_substituted(YEAR).await.unwrap().is_empty());
    });
}
