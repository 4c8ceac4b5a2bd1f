//! Every route × every role × {own, other, other school, closed, archived}, over a real connection, on every engine.
//!
//! What the answer must be is worked out from the printed matrix and from the story's own knowledge of whose is what, not by asking the
//! code under test whose it is. A path's parameter that the story has no value for fails: every new route gets its row here.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use letopis::domain::canon::Digest;
use letopis::domain::copy::State;
use letopis::domain::freeze::{self, Circumstances};
use letopis::domain::journal::{Class, Course, Journal, Learner, Period, PeriodKind, School, StaffMember};
use letopis::domain::period;
use letopis::domain::policy;
use letopis::domain::rights::{Action, Role, Rules, Standing, decide};
use letopis::domain::snapshot::{CopyKind, TemplateFacts};
use letopis::flow::House;
use letopis::flow::people;
use letopis::flow::signin::token_digest;
use letopis::store::{AccountRow, AccountState, Author, ClosedYearRow, ClosureRow, Db, SchoolRow, SessionRow};
use letopis::web::route::{self, Access, RouteFacts, SubjectOf};
use letopis::web::{WebState, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::house::{YEAR, after, day, on_every_engine, person_of};
use super::not_there::NOT_THERE;

/// Values of the parameters of paths that name no subject of the guard. A route with another parameter needs a line here.
const OTHER_PARAMETERS: [(&str, &str); 21] = [
    ("paper", "2025-05A-Q1-v1-p1"),
    ("form", "remarks"),
    ("handover", "1"),
    ("version", "1"),
    ("session", "0"),
    ("name", "letopis.css"),
    ("guide", "administrator"),
    ("lesson", "first-steps"),
    ("year", "2025-2026"),
    ("job", "1"),
    ("seq", "1"),
    ("token", "1"),
    ("sheet", "1"),
    ("policy", "default"),
    ("id", "1"),
    ("event", "1"),
    ("no", "1"),
    ("leaf", "1"),
    ("scan", "0"),
    ("file", "1"),
    ("page", "1"),
];

/// Which form a path of forms is filled with: each folder has its own.
const FORMS: [(&str, &str); 2] = [("/office/forms/", "paper-register"), ("/office/teaching/", "timesheet")];

/// What a path is filled with, so that its subject stands to the own class 5А as named.
fn value(parameter: &str, person: &str, standing: Standing) -> Option<String> {
    let pick = |own: &str, other: &str, foreign: &str| match standing {
        Standing::Own | Standing::Closed | Standing::Archived => own.to_owned(),
        Standing::Other => other.to_owned(),
        Standing::OtherSchool => foreign.to_owned(),
    };
    Some(match parameter {
        "class" => pick("5А", "9А", "7Ж"),
        "course" => pick("C5", "C9", "X-C7"),
        "learner" => pick("L1", "L9", "X-L7"),
        "person" => pick(person, "T12", "X-T7"),
        "copy" => match standing {
            Standing::Archived => "2024-05A-Q1".to_owned(),
            _ => pick("2025-05A-Q1", "2025-09A-Q1", "X-K7"),
        },
        "period" => if standing == Standing::Closed { "Q1" } else { "Q2" }.to_owned(),
        other => OTHER_PARAMETERS.iter().find(|(name, _)| *name == other)?.1.to_owned(),
    })
}

fn filled(path: &str, person: &str, standing: Standing) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}').ok_or_else(|| format!("{path}: a brace without end"))?;
        let name = name.trim_start_matches('*');
        let value = value(name, person, standing).ok_or_else(|| format!("{path}: no value for {{{name}}}"))?;
        let form = FORMS.iter().find(|(of, _)| name == "form" && path.starts_with(of));
        let value = form.map_or(value, |(_, form)| (*form).to_owned());
        out.push_str(before);
        for byte in value.bytes() {
            match byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.' {
                true => out.push(char::from(byte)),
                false => out.push_str(&format!("%{byte:02X}")),
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    if path == "/course/{course}/cell" {
        let learner = if standing == Standing::Other { "L9" } else { "L1" };
        out.push_str(&format!("?cell={learner}.2025-10-02.1"));
    }
    Ok(out)
}

/// Standings in which a route's subject can be.
fn standings(facts: &RouteFacts) -> Vec<Standing> {
    let mut all = match facts.subject {
        SubjectOf::House => vec![Standing::Own],
        _ => vec![Standing::Own, Standing::Other, Standing::OtherSchool],
    };
    if facts.path.contains("{period}") {
        all.push(Standing::Closed);
    }
    if facts.subject == SubjectOf::Copy {
        all.push(Standing::Archived);
    }
    all
}

/// How the subject stands to one office of the story: the whole school is everybody's own who has it, nobody's class is a teacher's
/// without lessons, and of people only oneself (for a parent: the child too) is the own one to an office with a narrow reach.
fn standing_to(role: Role, holder: Role, facts: &RouteFacts, standing: Standing) -> Standing {
    if facts.subject == SubjectOf::House {
        return Standing::Own;
    }
    let whole_school = match role {
        Role::Administrator
        | Role::Assistant
        | Role::Director
        | Role::Secretary
        | Role::TechnicalSpecialist
        | Role::JournalKeeper
        | Role::HumanResources
        | Role::Inspector => true,
        Role::Deputy | Role::ClassTeacher | Role::SubjectTeacher | Role::Learner | Role::Parent => false,
    };
    // The deputy and the class teacher of the story are teachers without a course of their own.
    let idle_teacher = role == Role::SubjectTeacher && holder != Role::SubjectTeacher;
    match standing {
        Standing::Other if whole_school => Standing::Own,
        _ if idle_teacher && facts.subject != SubjectOf::Person && standing != Standing::OtherSchool => Standing::Other,
        other => other,
    }
}

/// The rules of the story's house, which has closed its first period: the default ones.
static RULES: LazyLock<Rules> =
    LazyLock::new(|| Rules::of(&policy::parse("default", policy::builtin("default").unwrap()).unwrap(), false));

/// What must come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Must {
    /// The page's own answer: 200, a redirect, a rule that says no to an empty form; never 403, never the way in, never a fault, and «not found»
    /// or a broken form only where [`NOT_THERE`] says why.
    Open,
    /// 403.
    Refuse,
    /// 401: a program's route, where a session counts for nothing.
    NoToken,
    /// 404 for what another school has; of people 403 too, for not even that is told.
    Hide,
}

fn must(facts: &RouteFacts, holder: Role, offices: &[Role], standing: Standing) -> Must {
    let action = match facts.access {
        Access::Public | Access::SignedIn => return Must::Open,
        Access::Does(action) => action,
        Access::Token(_) => return Must::NoToken,
    };
    if standing == Standing::OtherSchool {
        return Must::Hide;
    }
    // The own account is everybody's who is signed in, and nobody else's.
    let allowed = match action {
        Action::UseOwnAccount => standing != Standing::Other || facts.subject != SubjectOf::Person,
        action => offices
            .iter()
            .any(|role| decide(*role, action, standing_to(*role, holder, facts, standing), &RULES).is_allowed()),
    };
    if allowed { Must::Open } else { Must::Refuse }
}

pub(super) async fn open_to_the_web(house: &Arc<House>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = WebState::new(house.clone(), Arc::new(|| after(0)));
    tokio::spawn(serve(state, listener, std::future::pending()));
    address
}

/// Status and the place that a redirect leads to, for a request without a form.
async fn ask(address: SocketAddr, method: &str, path: &str, token: &str) -> (u16, String) {
    send(address, method, path, token, "").await
}

/// Status and the place that a redirect leads to. The body of the answer is not waited for: some never end.
pub(super) async fn send(address: SocketAddr, method: &str, path: &str, token: &str, form: &str) -> (u16, String) {
    let length = form.len();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\n\
         Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = stream.read(&mut piece).await.unwrap();
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&piece[..read]);
    }
    let head = String::from_utf8_lossy(&answer).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    let location = head.lines().find_map(|line| line.to_lowercase().strip_prefix("location: ").map(str::to_owned));
    (status, location.unwrap_or_default())
}

/// Makes sure that a person can be signed in, and hands a fresh session's token back: earlier requests of the walk may have shut it.
pub(super) async fn session(house: &House, person: &str, number: usize) -> String {
    session_at(house, person, number, 0).await
}

/// [`session`], begun so many minutes after the story's noon.
pub(super) async fn session_at(house: &House, person: &str, number: usize, minutes: i64) -> String {
    let open = house.db.find_account(person).await.unwrap().is_some_and(|row| row.state == AccountState::Open);
    if !open {
        let row = AccountRow {
            person: person.to_owned(),
            login: format!("login-{person}"),
            secret: String::new(),
            state: AccountState::Open,
            issued_at: String::new(),
            issued_by: "operator".into(),
            one_time_until: 0,
            password_at: "2025-09-01T08:00:00+03:00".into(),
            locked_at: String::new(),
            locked_by: String::new(),
            factor_salt: "00".into(),
            factor_on: String::new(),
            factor_step: 0,
        };
        let event = letopis::domain::audit::Event::new(
            letopis::domain::audit::EventKind::AccountIssued,
            "operator",
            "2025-09-01T08:00:00+03:00",
        );
        let mut tx = house.db.begin().await.unwrap();
        tx.write_account(&row).await.unwrap();
        tx.record(&event, [3; 16]).await.unwrap().commit().await.unwrap();
    }
    let token = format!("{person}-{number}-token");
    let now = after(minutes).timestamp();
    let row = SessionRow {
        token: token_digest(&token),
        person: person.to_owned(),
        began: now,
        seen: now,
        expires: now + 3600,
        ended: 0,
        end_reason: String::new(),
        factor: true,
        how: "password".into(),
        address: String::new(),
        agent: String::new(),
    };
    house.db.open_session(&row).await.unwrap();
    token
}

/// Closed periods and copies of the own school, and another school with its own people in the same database.
pub(super) async fn furnish(house: &House) {
    let url = house.config.database_url(&house.root);
    let mut tx = house.db.begin().await.unwrap();
    for class in ["5А", "9А"] {
        let closure = ClosureRow {
            year: YEAR.into(),
            class: class.into(),
            period: "Q1".into(),
            starts: "2025-09-01".into(),
            ends: "2025-10-24".into(),
            closed_at: "2025-10-24T12:00:00+03:00".into(),
            closed_by: "T01".into(),
            ground: String::new(),
        };
        tx.record_closure(&closure).await.unwrap();
    }
    let event = |kind| letopis::domain::audit::Event::new(kind, "operator", "2025-09-01T08:00:00+03:00");
    let kind = letopis::domain::audit::EventKind::PeriodClosed;
    tx.record(&event(kind), [5; 16]).await.unwrap().commit().await.unwrap();
    let other = Db::open(&url, &format!("{}-other", house.db.school())).await.unwrap();
    let row = SchoolRow {
        school: School::default(),
        policy: "default".into(),
        policy_text: "x".into(),
        utc_offset_minutes: 180,
    };
    other.create_school(&row, "2025-09-01T08:00:00+03:00").await.unwrap();
    let mut tx = other.begin().await.unwrap();
    let author = Author { by: "operator", at: "2025-09-01T08:00:00+03:00", secret: &[9; 32] };
    tx.replace_journal(&foreign_journal(), &author).await.unwrap();
    let kind = letopis::domain::audit::EventKind::BundleImported;
    tx.record(&event(kind), [6; 16]).await.unwrap().commit().await.unwrap();

    sqlx::any::install_default_drivers();
    let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::query(
        "insert into copies (school, id, version, year, class, period, number, kind, state, snapshot, sheets, pages,
         issued_at, issued_pdf) values ($1, 'X-K7', 1, $2, '7Ж', 'Q1', '1', 'period_copy', 'frozen', $3, 1, 0, '', '')",
    )
    .bind(other.school().to_owned())
    .bind(YEAR)
    .bind("0".repeat(64))
    .execute(&mut connection)
    .await
    .unwrap();
    freeze_copies(house).await;
}

/// Copies of the own and another class, and one of the own class of an earlier year.
async fn freeze_copies(house: &House) {
    let journal = house.db.load_journal(YEAR).await.unwrap();
    let mut appointments = house.db.list_appointments().await.unwrap();
    for one in &mut appointments {
        one.grades = None;
    }
    let mut tx = house.db.begin().await.unwrap();
    for (class, year) in [("5А", YEAR), ("9А", YEAR), ("5А", "2024/2025")] {
        let mut journal = journal.clone();
        journal.school.year = year.to_owned();
        let class = journal.class(class).unwrap().clone();
        let span = period::span(&journal, &class, "Q1").unwrap();
        let told = Circumstances {
            kind: CopyKind::PeriodCopy,
            copies: Vec::new(),
            paper: String::new(),
            adopted: String::new(),
            school_id: "story".into(),
            authority: Digest::of(b"authority"),
            version: 1,
            replaces: String::new(),
            changes: None,
            frozen_at: "2025-10-24T12:00:00+03:00".into(),
            exported_at: String::new(),
            ground: String::new(),
            omissions: Vec::new(),
            template: TemplateFacts { name: "period-copy".into(), version: "1".into(), digest: Digest::of(b"t") },
            salts: vec!["00".repeat(16); journal.learners.len()],
            founder: String::new(),
            topics: Vec::new(),
            brought: Vec::new(),
            route: freeze::Laying::By(appointments.clone()),
            voids: Vec::new(),
        };
        let snapshot = freeze::freeze(&journal, &class, &span, &house.policy, &told).unwrap();
        tx.record_frozen(&snapshot, State::Frozen).await.unwrap();
    }
    // The earlier year is closed by order: acts on its copies end.
    let closed = ClosedYearRow {
        year: "2024/2025".into(),
        closed_at: "2025-08-30T12:00:00+03:00".into(),
        closed_by: "T01".into(),
        order_number: "7".into(),
        order_date: "2025-08-30".into(),
        next_year: YEAR.into(),
    };
    tx.close_year(&closed).await.unwrap();
    let kind = letopis::domain::audit::EventKind::PeriodClosed;
    let event = letopis::domain::audit::Event::new(kind, "operator", "2025-10-24T12:00:00+03:00");
    tx.record(&event, [8; 16]).await.unwrap().commit().await.unwrap();
}

fn foreign_journal() -> Journal {
    Journal {
        school: School {
            name: "Другая школа".into(), short_name: "ДШ".into(), town: String::new(), year: YEAR.into()
        },
        periods: vec![Period {
            id: "Q1".into(),
            name: "1 четверть".into(),
            kind: PeriodKind::Quarter,
            grade_from: 1,
            grade_to: 9,
            starts: day("2025-09-01"),
            ends: day("2025-10-24"),
        }],
        staff: vec![StaffMember {
            id: "X-T7".into(),
            surname: "Чужой".into(),
            given_name: "Янтарь".into(),
            patronymic: String::new(),
            position: "Директор".into(),
            roles: vec!["director".into(), "administrator".into()],
        }],
        classes: vec![Class { name: "7Ж".into(), grade: 7, class_teacher_id: "X-T7".into() }],
        learners: vec![Learner {
            id: "X-L7".into(),
            surname: "Чужая".into(),
            given_name: "Роза".into(),
            patronymic: String::new(),
            born: None,
            class: "7Ж".into(),
            enrolled_on: day("2025-09-01"),
            enrolment_order: "1".into(),
            left_on: None,
            leaving_order: String::new(),
        }],
        courses: vec![Course {
            id: "X-C7".into(),
            class: "7Ж".into(),
            subject: "Алгебра".into(),
            group: String::new(),
            teacher_id: "X-T7".into(),
            hours_per_week_centi: 300,
            members: Vec::new(),
        }],
        ..Journal::default()
    }
}

fn holds(must: Must, status: u16, location: &str) -> bool {
    match must {
        Must::NoToken => status == 401,
        Must::Open => {
            // The owner who reports the own password is led to the way in, and has been let through.
            let led = location == "/signin" || location.starts_with("/signin?");
            !(matches!(status, 0 | 401 | 403 | 500..) || led)
        }
        Must::Refuse => status == 403,
        Must::Hide => matches!(status, 403 | 404),
    }
}

#[test]
fn every_route_answers_every_role_as_the_matrix_says() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let address = open_to_the_web(&house).await;
        let mut wrong = Vec::new();
        let mut asked = BTreeMap::new();
        let mut number = 0;
        let (mut nothing, mut opened) = (BTreeMap::new(), BTreeSet::new());
        let mut offices = BTreeMap::new();
        for role in Role::ALL {
            let visitor = people::visitor(&house, person_of(role), true, after(0).date_naive()).await.unwrap();
            offices.insert(role, visitor.offices.iter().map(|office| office.role).collect::<Vec<_>>());
        }
        // What must be refused comes first: a form that is let through may change whose is what.
        for wanted in [Must::Refuse, Must::Hide, Must::Open] {
            for facts in route::table().iter().filter(|facts| facts.access != Access::Public) {
                for role in Role::ALL {
                    for standing in standings(facts) {
                        let person = person_of(role);
                        let must = must(facts, role, &offices[&role], standing);
                        if must != wanted {
                            continue;
                        }
                        let path = match filled(facts.path, person, standing) {
                            Ok(path) => path,
                            Err(missing) => {
                                wrong.push(missing);
                                continue;
                            }
                        };
                        number += 1;
                        let token = session(&house, person, number).await;
                        let (status, location) = ask(address, facts.method, &path, &token).await;
                        *asked.entry(format!("{must:?}")).or_insert(0) += 1;
                        if must == Must::Open && matches!(status, 400 | 404) {
                            nothing.entry(format!("{} {}", facts.method, facts.path)).or_insert(status);
                        } else if must == Must::Open {
                            opened.insert(format!("{} {}", facts.method, facts.path));
                        }
                        if !holds(must, status, &location) {
                            wrong.push(format!(
                                "{} {} as {role:?}, {standing:?}: {status} {location}, must be {must:?}",
                                facts.method, facts.path
                            ));
                        }
                    }
                }
            }
        }
        eprintln!("asked: {asked:?}");
        wrong.sort();
        wrong.dedup();
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
        assert!(asked["Refuse"] > 100 && asked["Open"] > 100, "{asked:?}");
        // Whoever may open a route has opened it with something that is there; what the story has nothing for is listed by name.
        nothing.retain(|route, _| !opened.contains(route));
        let listed: BTreeSet<&str> = NOT_THERE.iter().flat_map(|(_, routes)| routes.iter().copied()).collect();
        let found: BTreeSet<&str> = nothing.keys().map(String::as_str).collect();
        assert_eq!(found, listed, "{nothing:?}");
    });
}

#[test]
fn every_page_of_learners_data_notes_who_looked() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let address = open_to_the_web(&house).await;
        let mut asked = 0;
        for facts in route::table() {
            let Access::Does(action) = facts.access else { continue };
            let about =
                matches!(facts.subject, SubjectOf::Class | SubjectOf::Course | SubjectOf::Learner | SubjectOf::Copy);
            if facts.method != "GET" || !about || matches!(action, Action::ReadOwnDiary | Action::ReadAccessLog) {
                continue;
            }
            let Some(role) = Role::ALL.into_iter().find(|role| {
                !matches!(role, Role::Learner | Role::Parent)
                    && must(&facts, *role, &[*role], Standing::Own) == Must::Open
            }) else {
                continue;
            };
            asked += 1;
            let person = person_of(role);
            let token = session(&house, person, 100_000 + asked).await;
            let path = filled(facts.path, person, Standing::Own).unwrap();
            ask(address, facts.method, &path, &token).await;
            let seen = house.db.list_access(&letopis::store::Looked::By(person), "", "", 1000).await.unwrap();
            let subject = value(facts.subject.parameter().unwrap(), person, Standing::Own).unwrap();
            assert!(
                seen.iter().any(|row| row.subject == subject && row.class == "5А"),
                "{} {}",
                facts.method,
                facts.path
            );
        }
        assert!(asked > 0);
    });
}

/// The printed matrix is read by people who decide: a change of it must be seen. `GOLDEN=update` writes it anew.
#[test]
fn the_printed_matrix_is_the_one_that_was_agreed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/rights.txt");
    let printed = letopis::domain::rights::printed(&Rules::default());
    if std::env::var("GOLDEN").as_deref() == Ok("update") {
        std::fs::write(path, &printed).unwrap();
    }
    assert_eq!(printed, std::fs::read_to_string(path).unwrap_or_default());
}

#[test]
fn a_subject_in_a_path_is_what_the_guard_asks_about() {
    for facts in route::table() {
        let named = ["class", "course", "learner", "person", "copy"]
            .into_iter()
            .find(|name| facts.path.contains(&format!("{{{name}}}")));
        let asked = facts.subject.parameter();
        assert!(
            facts.access == Access::Public
                || named.is_none()
                || asked == named
                || facts.path.contains(&format!("{{{}}}", asked.unwrap_or("-"))),
            "{} {}: the path names {named:?}, the guard asks about {asked:?}",
            facts.method,
            facts.path
        );
        assert!(
            asked.is_none_or(|name| facts.path.contains(&format!("{{{name}}}"))),
            "{} {}: the guard asks about {asked:?}, which the path does not name",
            facts.method,
            facts.path
        );
    }
}

#[test]
fn a_closed_period_and_another_grade_stop_the_deputy() {
    // B of feature F09: the deputy of 5-6 cannot certify 9А.
    let may = |action, standing| decide(Role::Deputy, action, standing, &RULES).is_allowed();
    assert!(!may(Action::SignCopies, Standing::Other));
    assert!(may(Action::SignCopies, Standing::Own));
    assert!(!may(Action::ChangeCurriculum, Standing::Closed));
}
