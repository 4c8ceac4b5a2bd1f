//! The signing desk over a real connection: out of turn, contradicting and repeated presses, a refusal with its remark (F47, F48).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use letopis::domain::copy::State;
use letopis::domain::journal::Mark;
use letopis::domain::rights::Role;
use letopis::flow;
use letopis::flow::change::{self, Edit};
use letopis::flow::people::{Order, appoint};
use letopis::flow::signin::token_digest;
use letopis::flow::{Act, issue, paper, supplement};
use letopis::store::{AccountRow, AccountState, SessionRow};
use letopis::web::{WebState, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::house::{COPIES, House, after, tell};

/// The minute of the story at which the pages are opened.
const NOW: i64 = 30;

pub(super) async fn open(house: &House) -> SocketAddr {
    let opened = flow::House::open(&house.root).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let state = WebState::new(Arc::new(opened), Arc::new(|| after(NOW).at));
    tokio::spawn(serve(state, listener, std::future::pending()));
    address
}

/// A session of a member of staff, as a sign-in with both factors leaves it.
pub(super) async fn session(house: &House, person: &str) -> String {
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
pub(super) async fn read(address: SocketAddr, path: &str, token: &str) -> String {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nAccept: text/html\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The number before a line of the first screen.
fn figure<'p>(page: &'p str, words: &str) -> &'p str {
    let line = page.split("<li").find(|line| line.contains(words)).unwrap_or_default();
    line.split("<span class=\"figure\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default()
}

/// Sends a form; the whole answer.
pub(super) async fn post(address: SocketAddr, path: &str, token: &str, pairs: &[(&str, &str)]) -> (u16, String) {
    post_for(address, (path, "text/html"), token, pairs).await
}

/// The same for whoever reads another kind of answer than pages.
async fn post_for(
    address: SocketAddr,
    (path, accept): (&str, &str),
    token: &str,
    pairs: &[(&str, &str)],
) -> (u16, String) {
    let mut body = form_urlencoded::Serializer::new(String::new());
    pairs.iter().for_each(|(name, value)| {
        body.append_pair(name, value);
    });
    let body = body.finish();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nSec-Fetch-Site: same-origin\r\n\
         Accept: {accept}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
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
        // A program reads the same in the shape of the interface's own problems.
        let place = ("/desk/sign", "application/json");
        let (status, answer) = post_for(address, place, &token, &[("tick", &key("director"))]).await;
        let problem: serde_json::Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert!(status == 409 && problem["status"] == 409 && problem["code"] == "rule", "{problem}");
        assert_eq!(problem["title"], "Сделать этого нельзя");
        assert!(problem["detail"].as_str().unwrap().starts_with("Не сделано — "), "{problem}");
        let token = session(&house, &deputy).await;
        assert_eq!(
            press(address, &token, &[("tick", &key("deputy"))]).await.0,
            409,
            "nor the deputy before the teachers"
        );

        // The first screen and the desk count the same sheets.
        let token = session(&house, &teacher).await;
        let (first, board) = (read(address, "/", &token).await, read(address, "/desk", &token).await);
        let asked = figure(&first, "вашей подписи");
        assert!(asked != "0" && board.contains(&format!("Ждёт вашей подписи: {asked}.")), "{asked}: {first}");
        // What a box being unticked would make untrue is said by the script alone.
        assert!(board.contains(">Подписать отмеченное</button>"), "{board}");

        // The first press signs, the second signs nothing more and is no error.
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

        // The teacher whose sheet it is sees on the first screen what is to be corrected, and who goes on; so does the desk.
        let refuser = format!("{}-token", signers[0]);
        let first = read(address, "/", &refuser).await;
        assert!(first.contains("замечание к вашему листу"), "{first}");
        let named = [format!("{class}, "), "«не та отметка за 14 октября»; исправьте в журнале школы".to_owned()];
        assert!(named.iter().all(|words| first.contains(words.as_str())), "{first}");
        let own = read(address, "/desk", &refuser).await;
        assert!(own.contains("ваш лист</b>") && own.contains(">записи предмета</a>"), "{own}");
        // Another teacher of the class is told that it came back, not that the own sheet is wrong.
        let first = read(address, "/", &token).await;
        assert!(first.contains("копия отклонена подписантом") && !first.contains("к вашему листу"), "{first}");
        // Nobody has mended anything: the deputy is told so before the next version, and its page does not boast of a correction.
        let deputy = house.signers(copy, "deputy").await.remove(0);
        let token = session(&house, &deputy).await;
        let board = read(address, "/desk", &token).await;
        assert!(board.contains("В листе «") && board.contains("» ничего не изменено. В новой версии это"), "{board}");
        assert!(board.contains("ещё не исправлено"), "{board}");
        assert!(board.contains("name=\"ground\" value=\"\" required"), "no ground speaks of a correction: {board}");
        let roster = house.db.load_roster(&house.copy(copy).await.year).await.unwrap();
        let secretary = roster.staff.iter().find(|one| one.has_role("secretary")).unwrap().id.clone();
        let first = read(address, "/", &session(&house, &secretary).await).await;
        assert!(first.contains("ещё не исправлено: "), "{first}");
        assert!(first.contains(&format!("<a href=\"/copies/{copy}\">")), "where the next version is issued: {first}");
        // On the copy's own page the remark stands before everything else, and the form of the next version is open.
        let page = read(address, &format!("/copies/{copy}"), &token).await;
        let (remarks, route) = (page.find("id=\"remarks-title\""), page.find("id=\"route-title\""));
        assert!(remarks.is_some() && remarks < route, "{page}");
        assert!(page.contains("<details class=\"card more\" open><summary>Выпустить следующую версию"), "{page}");
        assert!(!page.contains("Исправления внесены"), "{page}");
        assert!(!page.contains("value=\"print\""), "what came back is printed by nobody: {page}");
        let reissue = format!("/copies/{copy}/reissue");
        assert_eq!(post(address, &reissue, &token, &[("ground", "по замечанию"), ("last", "1")]).await.0, 303);
        let changes = read(address, &format!("/copies/{copy}/2/changes"), &token).await;
        assert!(changes.contains("Замечания к версии 1") && !changes.contains("по которым исправлено"), "{changes}");
        // The refuser's other sheets were signed by the same press, and nothing changed on them.
        assert!(changes.contains("Подпись осталась в силе под "), "{changes}");
    });
}

#[test]
fn a_signed_copy_is_recalled_by_who_leads_and_its_next_version_is_issued_by_the_secretary() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let address = open(&house).await;
        let copy = COPIES[0];
        let of = async |stage: &str| house.signers(copy, stage).await.remove(0);
        let (teacher, director) = (of("subject_teacher").await, of("director").await);
        let sheet = house.snapshot(copy).await.route[0].signers[0].sheets[0].clone();
        let (recall, reissue) = (format!("/copies/{copy}/recall"), format!("/copies/{copy}/reissue"));
        let fields = [("act", "recall"), ("sheet", sheet.as_str()), ("ground", "не та отметка за 14 октября")];

        let own = session(&house, &teacher).await;
        let (refused, _) = post(address, &recall, &own, &fields).await;
        assert!([403, 409].contains(&refused), "a teacher, of the class or not, does not recall: {refused}");
        let token = session(&house, &director).await;
        let page = read(address, &format!("/copies/{copy}"), &token).await;
        assert!(page.contains("Вернуть на исправление") && page.contains(&format!("value=\"{sheet}\"")), "{page}");
        // Without a sheet the form comes back with what was typed; nothing is recalled.
        let (status, again) = post(address, &recall, &token, &[fields[0], fields[2]]).await;
        assert_eq!(status, 422, "{again}");
        let kept = ["Отметьте лист, на котором ошибка", "value=\"не та отметка за 14 октября\""];
        for words in kept {
            assert!(again.contains(words), "{words}: {again}");
        }
        let (status, again) = post(address, &recall, &token, &[fields[0], fields[1]]).await;
        assert!(status == 422 && again.contains(&format!("value=\"{sheet}\" checked")), "{again}");
        let (flash, standing) = (again.find("Копия не возвращена на исправление"), again.find("class=\"standing\""));
        assert!(flash.is_some() && flash < standing, "told on top too: {again}");
        assert!(house.db.find_recall(copy).await.unwrap().is_none());
        assert_eq!(post(address, &recall, &token, &fields).await.0, 303);
        let page = read(address, &format!("/copies/{copy}"), &token).await;
        assert!(page.contains("Возвращена на исправление") && page.contains("Отменить возврат"), "{page}");
        assert_eq!(house.copy(copy).await.state, State::Sealed);
        let told = read(address, "/desk", &own).await;
        assert!(told.contains("возвращена на исправление; она действует до следующей"), "{told}");
        let beside = "ваши листы не отмечены: пока они не изменены, делать ничего не нужно";
        assert!(!told.contains(beside), "a sheet of theirs is named: {told}");
        let paper = house.papers.get(&house, house.copy(copy).await.snapshot).await.unwrap();
        for person in &house.signers(copy, "subject_teacher").await {
            let places = || paper.route.iter().flat_map(|stage| &stage.signers).filter(|one| one.person.id == *person);
            let is_named = places().any(|one| one.sheets.contains(&sheet)) || places().count() > 1;
            assert_eq!(flow::recall::is_beside(&paper, std::slice::from_ref(&sheet), person), !is_named, "{person}");
        }
        // The correction is asked of whose sheet is marked; who signs other sheets reads that nothing is to be done.
        let mut whole = house.signers(copy, "class_teacher").await;
        whole.extend([of("deputy").await, director.clone()]);
        let alone = house.signers(copy, "subject_teacher").await.into_iter().find(|one| !whole.contains(one)).unwrap();
        let other = if alone == teacher { own.clone() } else { session(&house, &alone).await };
        let page = read(address, &format!("/copies/{copy}"), &own).await;
        assert!(page.contains("Исправьте запись в журнале"), "{page}");
        let page = read(address, &format!("/copies/{copy}"), &other).await;
        let is_asked = alone == teacher || page.contains("href=\"/exchange/import\"");
        assert!(is_asked || page.contains("Вам делать ничего не нужно, пока ваши листы не изменены."), "{page}");
        assert!(is_asked || !page.contains("Исправьте запись в журнале"), "{page}");
        let board = read(address, "/desk", &token).await;
        assert!(board.contains("подписана всеми и действует до следующей"), "{board}");
        assert!(board.contains("value=\"не та отметка за 14 октября\""), "{board}");
        assert_eq!(post(address, &reissue, &token, &[fields[2], ("last", "1")]).await.0, 303);
        assert_eq!(house.copy(copy).await.version, 2);
        let told = read(address, "/desk", &own).await;
        assert!(!told.contains("возвращена на исправление"), "answered by the next version: {told}");
        // Nothing changed on the sheets: who signs these alone reads that the signature is kept, not that the turn will come.
        let board = read(address, "/desk", &other).await;
        assert!(board.contains("Ваша подпись перенесена") && board.contains("делать ничего не нужно"), "{board}");
        assert!(
            board.contains("ваша подпись версии 1 перенесена в версию 2: лист"),
            "not signed in version 2: {board}"
        );
        assert!(!board.contains("Когда очередь дойдёт"), "{board}");
        // Under another authority version 2 is never sealed: nothing is kept in it, and it stands under one tab of the list, with its reason.
        flow::keys::replace_authority(&house, &after(NOW)).await.unwrap();
        let board = read(address, "/desk", &other).await;
        assert!(board.contains("Версия 2 составлена под прежним") && board.contains(": ждите версию 3"), "{board}");
        assert!(!board.contains("подпись перенесена") && !board.contains("версии 1 перенесена"), "{board}");
        let line = format!("<th scope=\"row\"><a href=\"/copies/{copy}\">");
        for (tab, stands) in [("issued", false), ("outdated", true)] {
            let list = read(address, &format!("/copies?state={tab}"), &token).await;
            assert_eq!(list.contains(&line), stands, "{tab}: {list}");
        }
        let csv = read(address, "/copies?format=csv", &token).await;
        assert!(csv.contains("Почему нужна следующая версия") && csv.contains(";составлена под прежним"), "{csv}");
    });
}

#[test]
fn a_stage_on_paper_is_signed_here_only_when_asked_and_a_correction_that_came_is_told() {
    tell(async {
        let house = House::with_issued_copies().await;
        let address = open(&house).await;
        let (copy, second) = (COPIES[0], COPIES[1]);
        let of = async |copy: &str, stage: &str| house.signers(copy, stage).await.remove(0);
        let (teacher, deputy) = (of(copy, "subject_teacher").await, of(copy, "deputy").await);
        let said = Act { by: deputy.clone(), ..after(12) };
        paper::stage::open(&house, copy, 1, "subject_teacher", &said).await.unwrap();
        let token = session(&house, &teacher).await;
        let board = read(address, "/desk", &token).await;
        assert!(board.contains("объявлено: на бумаге — подпишите распечатку"), "{board}");
        let issued = format!("Напечатайте PDF копии: <a href=\"/copies/{copy}/1/issued.pdf\">");
        assert!(board.contains(&issued), "which PDF is to be printed: {board}");
        let own = format!("{copy}/1/subject_teacher");
        assert!(board.contains(&format!("value=\"{own}\" aria-label=")), "not ticked by itself: {board}");
        // The first screen counts what the desk ticks, and says beside it what is signed on paper.
        let first = read(address, "/", &token).await;
        let asked = ["ждёт вашей подписи", "ждут вашей подписи"].map(|words| figure(&first, words)).concat();
        assert!(first.contains("; и на бумаге: ") || first.contains("подписи на бумаге"), "{first}");
        assert_eq!(board.contains("Ждёт вашей подписи: "), !asked.is_empty(), "{board}");
        assert!(board.contains(&format!("Ждёт вашей подписи: {asked}.")) || asked.is_empty(), "{asked}: {board}");
        assert_eq!(press(address, &token, &[("tick", &own)]).await.0, 303, "and may be signed here all the same");

        // Of a refused copy its page says when the correction has come.
        let refuser = of(second, "subject_teacher").await;
        let route = house.snapshot(second).await.route;
        let sheet = route[0].signers.iter().find(|one| one.person.id == refuser).unwrap().sheets[0].clone();
        let remarked = format!("{second}/1/subject_teacher/{sheet}");
        let named = format!("remark:{remarked}");
        let fields = [("remarked", remarked.as_str()), (named.as_str(), "не та отметка")];
        let own = if refuser == teacher { token } else { session(&house, &refuser).await };
        assert_eq!(press(address, &own, &fields).await.0, 303);
        let row = house.copy(second).await;
        let course = sheet.trim_start_matches("course-");
        let marks = house.db.load_class_entries(&row.year, &row.class).await.unwrap().marks;
        let correct = async |is_own: bool, first_day: &str, minutes: i64| {
            let day_of = |one: &Mark| one.lesson.date.to_string();
            let wanted = |one: &&Mark| (one.lesson.course_id == course) == is_own && day_of(one).as_str() >= first_day;
            let mark = marks.iter().filter(wanted).min_by_key(|one| one.lesson.date).unwrap();
            let (day, number) = (day_of(mark), mark.lesson.number.to_string());
            let key = [mark.lesson.course_id.as_str(), day.as_str(), number.as_str(), mark.learner_id.as_str(), "7"];
            let correction = Edit::put("marks", &row.year, &key, &["", "5"]);
            change::apply(&house, &after(minutes), "journal", &[correction]).await.unwrap();
        };
        let (page_of, deputy) = (format!("/copies/{second}"), session(&house, &deputy).await);
        // A mark of the next quarter, and one of another course: neither is a correction of the sheet with the remark.
        correct(true, "2025-11-05", NOW + 3).await;
        correct(false, "2025-09-01", NOW + 4).await;
        let roster = house.db.load_roster(&row.year).await.unwrap();
        let beside =
            marks.iter().filter(|one| one.lesson.course_id != course).min_by_key(|one| one.lesson.date).unwrap();
        let other = roster.courses.iter().find(|one| one.id == beside.lesson.course_id).unwrap().teacher_id.clone();
        let known = [format!("{teacher}-token"), deputy.clone(), own.clone()];
        let theirs = match known.into_iter().find(|one| *one == format!("{other}-token")) {
            Some(token) => token,
            None => session(&house, &other).await,
        };
        let page = read(address, &page_of, &deputy).await;
        assert!(!page.contains("Исправления внесены."), "{page}");
        // To its own teacher the sheet that was changed is no other one.
        let (others, yours) =
            ("» ничего не изменено; изменены другие листы: ", "» ничего не изменено; изменён ваш лист: ");
        let is_told = |told: &str, is_own: bool| told.contains(if is_own { yours } else { others });
        let leads = theirs == deputy;
        let board = read(address, "/desk", &deputy).await;
        assert!(is_told(&page, leads) && is_told(&board, leads), "{page}{board}");
        let board_of_other = read(address, "/desk", &theirs).await;
        assert!(is_told(&board_of_other, true) && !is_told(&board_of_other, false), "{board_of_other}");
        assert!(read(address, "/", &deputy).await.contains("ещё не исправлено: "));
        assert!(read(address, "/", &own).await.contains("замечание к вашему листу<"), "it stays on the first screen");
        assert!(!page.contains("Изменено после замечания") && !board.contains("Изменено после замечания"), "{page}");
        // The sheet itself.
        correct(true, "2025-09-01", NOW + 5).await;
        let page = read(address, &page_of, &deputy).await;
        assert!(page.contains("Исправления внесены."), "{page}");
        // Whose mark was changed is for people to read: a program does not know whether that is what the remark is about.
        let board = read(address, "/desk", &deputy).await;
        for told in [&page, &board] {
            assert!(told.contains("Изменено после замечания") && told.contains("нет записи → «5»"), "{told}");
        }
        let first = read(address, "/", &deputy).await;
        assert!(first.contains("лист изменён после замечания — проверьте и выпустите версию 2: "), "{first}");
        let first = read(address, "/", &own).await;
        assert!(!first.contains("исправьте в журнале школы"), "{first}");
        let waits = first.contains("лист изменён после замечания, ждём версию 2: ");
        let waits = waits && first.contains("что изменено — на странице копии") && !first.contains("исправлено, ");
        assert!(waits || first.contains("проверьте и выпустите версию 2: "), "{first}");
        // Whose sheet was changed beside the one with the remark signs it again.
        if other != refuser {
            let first = read(address, "/", &theirs).await;
            let signs = ["ваш лист «", "» изменён: в новой версии его нужно будет подписать"];
            let leads = first.contains("проверьте и выпустите версию 2: ");
            assert!(leads || signs.iter().all(|words| first.contains(words)), "{first}");
        }
        // Whose sheet changed is told which, and no sheet's change passes for the answer to a remark on another.
        let ground = [("ground", "исправлена отметка"), ("last", "1")];
        assert_eq!(post(address, &format!("{page_of}/reissue"), &deputy, &ground).await.0, 303);
        let board = read(address, "/desk", &own).await;
        assert!(board.contains("изменены ваши листы «") && board.contains("их нужно подписать снова"), "{board}");
        let changes = read(address, &format!("{page_of}/2/changes"), &deputy).await;
        assert!(changes.contains("основание версии: исправлена отметка"), "{changes}");
        assert!(changes.contains("Замечания, по которым исправлено"), "{changes}");
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
        // A copy as a whole counts once, on the first screen as here.
        let first = read(address, "/", &token).await;
        let asked = ["вашей подписи", "за вами"].map(|words| figure(&first, words)).concat();
        assert!(board.contains(&format!("Ждёт вашей подписи: {asked}.")), "{asked}: {board}");

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

#[test]
fn covers_of_what_is_being_signed_are_drawn_before_anybody_asks_for_them() {
    tell(async {
        let house = House::with_issued_copies().await;
        let address = open(&house).await;
        let token = session(&house, &house.signers(COPIES[1], "director").await.remove(0)).await;
        let issued = house.copy(COPIES[1]).await;
        let pdf = house.issued_pdf(COPIES[1], issued.version, issued.issued_pdf.parse().unwrap());
        let away = pdf.with_extension("away");
        let cover = format!("/copies/{}/{}/pages/1?width=260", COPIES[1], issued.version);
        // Without its file no cover can be drawn: one that is shown meanwhile was drawn before.
        let began = Instant::now();
        loop {
            std::fs::rename(&pdf, &away).unwrap();
            let answer = read(address, &cover, &token).await;
            std::fs::rename(&away, &pdf).unwrap();
            if answer.starts_with("HTTP/1.1 200") {
                assert!(answer.contains("image/png"), "{answer:.400}");
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "no cover was drawn ahead: {answer:.400}");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    });
}

#[test]
fn the_secretary_is_told_of_copies_to_issue_and_of_a_supplement_that_is_due() {
    tell(async {
        let house = House::with_journal().await;
        let address = open(&house).await;
        house.close("Q1", &[], None).await.unwrap();
        let copy = COPIES[0];
        let row = house.copy(copy).await;
        let roster = house.db.load_roster(&row.year).await.unwrap();
        let secretary = roster.staff.iter().find(|one| one.has_role("secretary")).unwrap().id.clone();
        let token = session(&house, &secretary).await;
        let first = read(address, "/", &token).await;
        assert!(first.contains("<a href=\"/copies?state=frozen\">"), "{first}");
        assert_eq!(figure(&first, "копии ждут выпуска"), "2", "{first}");
        // The second quarter has not begun: it is looked at, and there is nothing to press yet.
        let gaps = read(address, "/copies/gaps?period=Q2", &token).await;
        assert!(gaps.contains("Период ещё не начался: его первый день — 05.11.2025."), "{gaps}");
        assert!(!gaps.contains("action=\"/copies/close\"") && !gaps.contains("можно закрыть"), "{gaps}");
        let list = read(address, "/copies", &token).await;
        assert!(!list.contains("<option value=\"Q2\">"), "{list}");

        let frozen = house.db.list_copies().await.unwrap();
        issue::issue(&house, &frozen, &after(2), |_| {}).await.unwrap();
        let first = read(address, "/", &token).await;
        assert!(first.contains("<a href=\"/copies?state=issued\">") && first.contains("ждём подписи: "), "{first}");
        assert_eq!(figure(&first, "копии на подписании"), "2", "{first}");
        supplement::open(&house, copy, "работы на проверке", &after(3)).await.unwrap();
        let due = "копия ждёт дополнительного листа";
        assert!(!read(address, "/", &token).await.contains(due), "nothing came yet");
        let mark = house.db.load_class_entries(&row.year, &row.class).await.unwrap().marks.remove(0);
        let (day, number) = (mark.lesson.date.to_string(), mark.lesson.number.to_string());
        let key = [mark.lesson.course_id.as_str(), day.as_str(), number.as_str(), mark.learner_id.as_str(), "7"];
        let late = Edit::put("marks", &row.year, &key, &["", "5"]);
        change::apply(&house, &after(4), "journal", &[late]).await.unwrap();
        let first = read(address, "/", &token).await;
        assert!(first.contains(&format!("<a href=\"/copies/{copy}\">")), "{first}");
        assert_eq!(figure(&first, due), "1", "{first}");
    });
}

#[test]
fn a_stolen_accounts_signature_is_struck_on_the_copy_and_counted_nowhere_until_it_is_approved() {
    use letopis::flow::compromise::{self, Report, Which};
    tell(async {
        let house = House::with_issued_copies().await;
        let copy = COPIES[0];
        for stage in ["subject_teacher", "class_teacher", "deputy"] {
            for signer in house.signers(copy, stage).await {
                house.sign(copy, &signer).await.unwrap();
            }
        }
        let thief = house.signers(copy, "subject_teacher").await.remove(0);
        let report = Report { account: thief, since: after(0).at, learnt_at: after(15).at, reason: String::new() };
        compromise::note(&house, &report, &after(16)).await.unwrap();

        let address = open(&house).await;
        let token = session(&house, &house.signers(copy, "director").await.remove(0)).await;
        let page = read(address, &format!("/copies/{copy}"), &token).await;
        assert!(page.contains("<s>подписано ") && page.contains("badge bad\">недействительно"), "{page}");
        assert!(page.contains("Подпись недействительна.") && page.contains("href=\"/compromise\""), "{page}");
        assert!(page.contains("под похищенной учётной записью (уведомление № 1), решения ещё нет"), "{page}");
        let board = read(address, "/desk", &token).await;
        assert!(board.contains("Подпись недействительна.") && board.contains("Подписей до вас: "), "{board}");
        assert!(!board.contains("Все подписи до вас стоят"), "{board}");

        // Whoever decides that it stands, lets it count.
        compromise::approve(&house, &Which::All, &after(17)).await.unwrap();
        let page = read(address, &format!("/copies/{copy}"), &token).await;
        assert!(!page.contains("<s>подписано ") && !page.contains("Подпись недействительна."), "{page}");
        let board = read(address, "/desk", &token).await;
        assert!(board.contains("Все подписи до вас стоят"), "{board}");
        // Another acts for the head meanwhile: the head reads who, until when, and whose signature the copies here wait for; nobody else does.
        let acts = house.signers(copy, "deputy").await.remove(0);
        let own = session(&house, &acts).await;
        let (role, no, stands_for) = (Role::Director, "12-к".to_owned(), String::new());
        let (date, ends) = ("2025-10-20".parse().unwrap(), "2025-10-28".parse().ok());
        let order = Order { person: acts, role, grades: None, stands_for, acting: true, no, date, starts: date, ends };
        appoint(&house, &order, &after(18)).await.unwrap();
        let board = read(address, "/desk", &token).await;
        for told in ["С 20 октября по 28 октября 2025 г. обязанности директора ", "№ 12-к", "и.о. их не подписывает"]
        {
            assert!(board.contains(told), "{told}: {board}");
        }
        assert!(!read(address, "/desk", &own).await.contains("обязанности директора исполняет"));
    });
}
