//! The signing desk over a real connection: out of turn, contradicting and repeated presses, a refusal with its remark (F47, F48).

use std::net::SocketAddr;
use std::sync::Arc;

use letopis::domain::copy::State;
use letopis::flow;
use letopis::flow::signin::token_digest;
use letopis::store::{AccountRow, AccountState, SessionRow};
use letopis::web::{WebState, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{COPIES, House, after, tell};

/// The minute of the story at which the pages are opened.
const NOW: i64 = 30;

async fn open(house: &House) -> SocketAddr {
    let opened = flow::House::open(&house.root).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = WebState::new(Arc::new(opened), Arc::new(|| after(NOW).at));
    tokio::spawn(serve(state, listener, std::future::pending()));
    address
}

/// A session of a member of staff, as a sign-in with both factors leaves it.
async fn session(house: &House, person: &str) -> String {
    let token = format!("{person}-token");
    if house.db.find_account(person).await.unwrap().is_none() {
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
        let kind = letopis::domain::audit::EventKind::AccountIssued;
        let event = letopis::domain::audit::Event::new(kind, "operator", "2025-09-01T08:00:00+03:00");
        let mut tx = house.db.begin().await.unwrap();
        tx.write_account(&row).await.unwrap();
        tx.record(&event, [3; 16]).await.unwrap().commit().await.unwrap();
    }
    let now = after(NOW).at.timestamp();
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

/// Presses the desk's one button; the whole answer.
async fn press(address: SocketAddr, token: &str, pairs: &[(&str, &str)]) -> (u16, String) {
    post(address, "/desk/sign", token, pairs).await
}

/// Reads a page.
async fn read(address: SocketAddr, path: &str, token: &str) -> String {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nAccept: text/html\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a form; the whole answer.
async fn post(address: SocketAddr, path: &str, token: &str, pairs: &[(&str, &str)]) -> (u16, String) {
    let mut body = form_urlencoded::Serializer::new(String::new());
    pairs.iter().for_each(|(name, value)| {
        body.append_pair(name, value);
    });
    let body = body.finish();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nSec-Fetch-Site: same-origin\r\n\
         Accept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    (answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default(), answer)
}

#[test]
fn the_server_keeps_the_order_refuses_what_contradicts_and_signs_once() {
    tell(async {
        let house = House::with_issued_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        let of = async |stage: &str| house.signers(copy, stage).await.remove(0);
        let (teacher, deputy, director) = (of("subject_teacher").await, of("deputy").await, of("director").await);
        let key = |stage: &str| format!("{copy}/1/{stage}");
        let count = async || house.db.list_statements(copy, 1).await.unwrap().len();

        // The director before the deputy: the server says whose turn it is, and nothing is written.
        let token = session(&house, &director).await;
        let (status, answer) = press(address, &token, &[("tick", &key("director"))]).await;
        assert_eq!((status, count().await), (409, 0), "{answer}");
        let token = session(&house, &deputy).await;
        assert_eq!(
            press(address, &token, &[("tick", &key("deputy"))]).await.0,
            409,
            "nor the deputy before the teachers"
        );

        // The first press signs, the second signs nothing more and is no error.
        let token = session(&house, &teacher).await;
        let own = key("subject_teacher");
        assert_eq!(press(address, &token, &[("tick", &own)]).await.0, 303);
        let signed = count().await;
        assert!(signed > 0);
        assert_eq!(press(address, &token, &[("tick", &own)]).await.0, 303);
        assert_eq!(count().await, signed, "a second press signs once");

        // Refusing what was signed contradicts the statement that stands.
        let sheet = house.snapshot(copy).await.route[0].signers[0].sheets[0].clone();
        let (remarked, named) = (format!("{own}/{sheet}"), format!("remark:{own}/{sheet}"));
        let (status, answer) = press(address, &token, &[("remarked", &remarked), (&named, "передумала")]).await;
        assert_eq!((status, count().await), (409, signed), "{answer}");
        assert_eq!(house.copy(copy).await.state, State::Issued);
    });
}

#[test]
fn a_refusal_over_the_page_sends_the_copy_back_with_its_remark_and_takes_no_more_signatures() {
    tell(async {
        let house = House::with_issued_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        let signers = house.signers(copy, "subject_teacher").await;
        let route = house.snapshot(copy).await.route;
        let own = format!("{copy}/1/subject_teacher");
        let sheet = route[0].signers.iter().find(|one| one.person.id == signers[0]).unwrap().sheets[0].clone();
        let token = session(&house, &signers[0]).await;
        // The teacher of a closed course reads on its page how to have it mended.
        let roster = house.db.load_roster(&house.copy(copy).await.year).await.unwrap();
        let class = house.copy(copy).await.class;
        let course = roster.courses.iter().find(|one| one.class == class && one.teacher_id == signers[0]).unwrap();
        let page = read(address, &format!("/course/{}?period=Q1", course.id), &token).await;
        assert!(page.contains("отклоните свой лист с замечанием"), "{page}");

        let (remarked, named) = (format!("{own}/{sheet}"), format!("remark:{own}/{sheet}"));
        let fields = [("remarked", remarked.as_str()), (named.as_str(), "не та отметка за 14 октября")];
        assert_eq!(press(address, &token, &fields).await.0, 303);
        assert_eq!(house.copy(copy).await.state, State::Refused);
        let remarks = house.db.list_remarks(copy).await.unwrap();
        assert_eq!(remarks.len(), 1);
        assert_eq!(
            (remarks[0].sheet.as_str(), remarks[0].remark.as_str()),
            (sheet.as_str(), "не та отметка за 14 октября")
        );
        // The same refusal again, and another's signature under what came back.
        assert_eq!(press(address, &token, &fields).await.0, 409);
        let token = session(&house, &signers[1]).await;
        let (status, answer) = press(address, &token, &[("tick", &own)]).await;
        assert_eq!(status, 409, "{answer}");
        assert_eq!(house.db.list_remarks(copy).await.unwrap().len(), 1);

        // Nobody has mended anything: the deputy is told so before the next version, and its page does not boast of a correction.
        let deputy = house.signers(copy, "deputy").await.remove(0);
        let token = session(&house, &deputy).await;
        let board = read(address, "/desk", &token).await;
        assert!(board.contains("С тех пор в журнале ничего не изменилось"), "{board}");
        let reissue = format!("/copies/{copy}/reissue");
        assert_eq!(post(address, &reissue, &token, &[("ground", "по замечанию")]).await.0, 303);
        let changes = read(address, &format!("/copies/{copy}/2/changes"), &token).await;
        assert!(changes.contains("Замечания к версии 1") && !changes.contains("по которым исправлено"), "{changes}");
        // The refuser's other sheets were signed by the same press, and nothing changed on them.
        assert!(changes.contains("Остались в силе подписи: 1."), "{changes}");
    });
}

#[test]
fn a_remark_on_a_whole_copy_is_filed_to_no_sheet_until_one_is_chosen() {
    tell(async {
        let house = House::with_issued_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        for stage in ["subject_teacher", "class_teacher"] {
            for signer in house.signers(copy, stage).await {
                house.sign(copy, &signer).await.unwrap();
            }
        }
        let deputy = house.signers(copy, "deputy").await.remove(0);
        let token = session(&house, &deputy).await;
        let board = read(address, "/desk", &token).await;
        let asks = format!("<select name=\"sheet:{copy}/1/deputy\"><option value=\"\">выберите лист</option>");
        assert!(board.contains(&asks), "{board}");

        let mut stage = house.snapshot(copy).await.route.into_iter().find(|stage| stage.id == "deputy").unwrap();
        let sheet = stage.signers.remove(0).sheets.pop().unwrap();
        let own = format!("{copy}/1/deputy");
        let (remarked, chosen, named) = (format!("{own}/title"), format!("sheet:{own}"), format!("remark:{own}/title"));
        let fields =
            |sheet| [("remarked", remarked.as_str()), (chosen.as_str(), sheet), (named.as_str(), "не та отметка")];
        let (status, answer) = press(address, &token, &fields("")).await;
        assert!(status == 409 && answer.contains("выберите лист, к которому оно относится"), "{answer}");
        assert_eq!(
            (house.db.list_remarks(copy).await.unwrap().len(), house.copy(copy).await.state),
            (0, State::Issued)
        );
        assert_eq!(press(address, &token, &fields(sheet.as_str())).await.0, 303);
        let remarks = house.db.list_remarks(copy).await.unwrap();
        assert_eq!(remarks.iter().map(|one| one.sheet.as_str()).collect::<Vec<_>>(), [sheet.as_str()]);
    });
}
