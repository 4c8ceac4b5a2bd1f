//! The buttons that queue long work: within the reach of the office, from pages of this site only.

use std::net::SocketAddr;
use std::sync::Arc;

use letopis::domain::paper::{Purpose, Stage};
use letopis::domain::rights::Role;
use letopis::flow::House;
use letopis::flow::office::{self, NewHandover};
use letopis::store::Which;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::house::{YEAR, act, on_every_engine, past_the_program, person_of};
use super::matrix::{furnish, open_to_the_web, send, session};
use super::shown::read;

/// Presses a button; status, and where the answer leads.
async fn press(address: SocketAddr, path: &str, site: &str, token: &str, form: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nSec-Fetch-Site: {site}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
    let location = answer.lines().find_map(|line| line.to_lowercase().strip_prefix("location: ").map(str::to_owned));
    (status, location.unwrap_or_default())
}

async fn kinds(house: &Arc<House>) -> Vec<String> {
    let mut kinds: Vec<String> = house.db.list_jobs(100).await.unwrap().into_iter().map(|row| row.kind).collect();
    kinds.sort();
    kinds
}

#[test]
fn a_button_queues_its_work_within_the_reach_of_the_office_and_only_from_pages_of_ours() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let address = open_to_the_web(&house).await;
        let signed = async |role, number| session(&house, person_of(role), number).await;
        let teacher = signed(Role::ClassTeacher, 1).await;
        // «9А» in a form's words; the class teacher of the story has 5А.
        let other = "period=Y&class=9%D0%90";
        let (status, _) = press(address, "/copies/close", "same-origin", &teacher, other).await;
        assert!((400..500).contains(&status), "another's class: {status}");
        for path in ["/copies/issue", "/copies/seal"] {
            let (status, _) = press(address, path, "same-origin", &teacher, "").await;
            assert!((400..500).contains(&status), "{path} is the whole school's: {status}");
        }
        let director = signed(Role::Director, 2).await;
        for path in ["/copies/close", "/copies/issue", "/copies/seal"] {
            let (status, _) = press(address, path, "cross-site", &director, other).await;
            assert_eq!(status, 403, "{path} from another site");
        }
        let (status, _) = press(address, "/copies/close", "same-origin", &director, "period=Q9").await;
        assert!((400..500).contains(&status), "no such period: {status}");
        // What is missing is looked at within the same reach, and looking queues nothing.
        for (token, query, wanted) in [
            (&teacher, "period=Y", 200),
            (&teacher, "period=Y&class=5%D0%90", 200),
            (&teacher, "period=Y&class=5%D0%90&format=csv", 200),
            (&teacher, other, 404),
            (&director, other, 200),
            (&director, "period=Q9", 404),
        ] {
            let (status, _) = send(address, "GET", &format!("/copies/gaps?{query}"), token, "").await;
            assert_eq!(status, wanted, "{query}");
        }
        assert_eq!(kinds(&house).await, Vec::<String>::new(), "nothing was queued");

        let own = "period=Y&class=5%D0%90&ground=";
        let (status, place) = press(address, "/copies/close", "same-origin", &teacher, own).await;
        assert!(status == 303 && place.starts_with("/jobs/"), "{status} {place}");
        for path in ["/copies/issue", "/copies/seal"] {
            // A page that listed nothing asks for nothing. A second press is the same work, or, when a worker was done with the first before it
            // came, work that finds nothing left.
            for nothing in ["", "one=2025-05A-Q1"] {
                let (status, _) = press(address, path, "same-origin", &director, nothing).await;
                assert!((400..500).contains(&status), "{path}: {status}");
            }
            let (status, place) = press(address, path, "same-origin", &director, "one=2025-05A-Q1/1/0/0A").await;
            assert!(status == 303 && place.starts_with("/jobs/"), "{path}: {status} {place}");
            let (status, again) = press(address, path, "same-origin", &director, "one=2025-05A-Q1/1/0/0A").await;
            assert!(status == 303 && again.starts_with("/jobs/"), "{path}: {status} {again}");
        }
        let mut kinds = kinds(&house).await;
        kinds.dedup();
        assert_eq!(kinds, ["close_all", "issue_all", "seal_all"]);
    });
}

#[test]
fn a_pile_of_paper_goes_from_the_printer_to_the_safe_within_the_reach_of_the_office_and_a_second_press_adds_nothing() {
    on_every_engine(|house| async move {
        furnish(&house).await;
        let mut connection = past_the_program(&house).await;
        sqlx::query("update copies set state = 'sealed', pages = 4, issued_pdf = $2 where school = $1")
            .bind(house.db.school().to_owned())
            .bind("0".repeat(64))
            .execute(&mut connection)
            .await
            .unwrap();
        let address = open_to_the_web(&house).await;
        let signed = async |role, number| session(&house, person_of(role), number).await;
        let (teacher, clerk) = (signed(Role::ClassTeacher, 1).await, signed(Role::Secretary, 2).await);
        let papers = async || house.db.list_paper(Which::All).await.unwrap();

        // Both classes are asked for; the class teacher answers for one. Twice, as two windows do.
        let both = "act=print&both=1&one=2025-05A-Q1&one=2025-09A-Q1";
        for _ in 0..2 {
            assert_eq!(press(address, "/copies/paper", "same-origin", &teacher, both).await.0, 303);
        }
        let printed = papers().await;
        assert_eq!(
            printed.iter().map(|kept| (kept.copy.class.as_str(), kept.sheets())).collect::<Vec<_>>(),
            [("5А", 2)]
        );
        let (status, _) = press(address, "/copies/paper", "cross-site", &teacher, both).await;
        assert_eq!(status, 403, "from another site");

        // Nobody has handed it in: the office reads who does, and gives no number yet.
        let paper = printed[0].copy.id.clone();
        let page = async |path: &str, token: &str| {
            let (status, page) = read(address, path, token).await;
            assert_eq!(status, 200, "{path}");
            page
        };
        let own = format!("/office/papers/{paper}");
        let today = page("/office", &clerk).await;
        let givers =
            "сдают: заместитель директора, классный руководитель, ответственный за ведение электронного журнала";
        assert!(today.contains("Напечатанная копия ещё не сдана") && today.contains(givers), "{today}");
        assert!(!today.contains("<span class=\"what\">Переда"), "{today}");
        let waits = page(&own, &clerk).await;
        assert!(waits.contains("Сначала запишите передачу") && waits.contains("href=\"/office/handovers\""), "{waits}");
        assert!(waits.contains("Копию ещё не сдали") && !waits.contains("value=\"register\""), "{waits}");
        // Where the button is for the class teacher too, and that the number comes with a press of its own.
        assert!(waits.contains("?version=1#paper-title\">странице копии</a>"), "{waits}");
        assert!(waits.contains("появится кнопка «Внести в реестр»"), "{waits}");
        let own_waits = page("/", &teacher).await;
        assert!(own_waits.contains("напечатанная копия не сдана в канцелярию"), "{own_waits}");
        // The deputy hands in from the same pages.
        let deputy = signed(Role::Deputy, 4).await;
        assert!(page(&own, &deputy).await.contains("Сдать и подписать"));
        let listed = page("/office/papers?stage=printed", &deputy).await;
        assert!(listed.contains("Сдать все и подписать: 1") && listed.contains("#paper-title\">сдать</a>"), "{listed}");

        let hand_in = format!("act=hand-in&person={}&one={paper}", person_of(Role::Secretary));
        for _ in 0..2 {
            assert_eq!(press(address, "/copies/paper", "same-origin", &teacher, &hand_in).await.0, 303);
        }
        assert_eq!(papers().await[0].handovers.len(), 1, "handed in once");
        // On its way it is told once: it waits for the clerk's own signature.
        let today = page("/office", &clerk).await;
        assert!(today.contains("Передача ждёт вашей подписи"), "one is told of one: {today}");
        assert!(!today.contains("Напечатанн") && !today.contains("Передача открыта"), "{today}");
        assert!(!page(&own, &deputy).await.contains("Сдать и подписать"), "on its way");
        assert!(!page("/", &teacher).await.contains("не сдана в канцелярию"), "on its way");
        // The second window of the same clerk reads that the signature stands, and is not told that it was never asked for.
        for _ in 0..2 {
            assert_eq!(press(address, "/office/handovers/1/sign", "same-origin", &clerk, "").await.0, 303);
        }
        let (status, _) =
            press(address, "/office/handovers/1/sign", "same-origin", &signed(Role::Director, 3).await, "").await;
        assert!((400..500).contains(&status), "nobody signs for another: {status}");

        let finish = format!("act=finish&one={paper}&numbered=1&stitched=1&day=2025-09-01&room=%D0%BA%D0%B0%D0%B1.+1");
        let (status, _) = press(address, "/office/papers", "same-origin", &clerk, &finish).await;
        assert!(status == 303 && papers().await[0].facts.is_empty(), "without a number nothing is finished: {status}");
        assert_eq!(press(address, "/office/papers", "same-origin", &clerk, "").await.0, 303);
        assert_eq!(press(address, "/office/papers", "same-origin", &teacher, &finish).await.0, 403);
        for _ in 0..2 {
            assert_eq!(press(address, "/office/papers", "same-origin", &clerk, &finish).await.0, 303);
        }
        let kept = papers().await.remove(0);
        assert_eq!((kept.copy.no, kept.stage(), kept.facts.len()), (1, Stage::Registered, 3));
        // Ink and stamp are no ticks of the office: they wait for the director, who says it once for the pile.
        let waits = page(&own, &clerk).await;
        assert!(waits.contains("ждёт подписи и печати директора") && !waits.contains("name=\"signed\""), "{waits}");
        let ink = format!("act=ink&one={paper}&signed=1&stamped=1&day=2025-09-01");
        for path in ["/office/papers", own.as_str()] {
            let (status, _) = press(address, path, "same-origin", &clerk, &ink).await;
            assert!((400..500).contains(&status), "{path}: nobody says it for the director: {status}");
        }
        let head = signed(Role::Director, 5).await;
        assert!(page("/office", &head).await.contains("Бумажная копия ждёт вашей подписи и печати"));
        assert!(page("/office/papers", &head).await.contains("Ждут вашей подписи и печати: 1"));
        for _ in 0..2 {
            assert_eq!(press(address, "/office/papers", "same-origin", &head, &ink).await.0, 303);
        }
        let kept = papers().await.remove(0);
        assert_eq!((kept.stage(), kept.facts.len()), (Stage::Kept, 5));
        let told = page(&own, &clerk).await;
        assert!(told.contains("Подпись директора") && told.contains("записано"), "{told}");
        assert_eq!(kept.place().unwrap().room, "каб. 1");
        // A wrong count is mended by the next record, also of a copy that is in its place; the first stays in its history.
        assert!(told.contains("Исправить запись о нумерации и прошивке"), "{told}");
        let mended = "act=finish&numbered=1&day=2025-09-01&sheets=41&lettered=12%D0%B0";
        assert_eq!(press(address, &own, "same-origin", &clerk, mended).await.0, 303);
        let kept = papers().await.remove(0);
        assert_eq!((kept.stage(), kept.facts.len(), kept.sheets()), (Stage::Kept, 6, 41));
        assert!(page(&own, &clerk).await.contains("value=\"12а\""));
        // In October the year's closing line is only spoken of.
        let listed = page("/office/papers", &clerk).await;
        assert!(listed.contains("Итоговая запись за") && !listed.contains("Подвести итог года"), "{listed}");
        let nothing = format!("act=finish&one={paper}&day=2025-09-01");
        let (status, _) = press(address, "/office/papers", "same-origin", &clerk, &nothing).await;
        assert!((400..500).contains(&status), "nothing was said: {status}");

        // A copy that comes after the closing line is entered on its own page, with its ground; then the line is drawn anew.
        office::close_year(&house, YEAR, true, &act("T05", 100)).await.unwrap();
        let (giver, taker) = (person_of(Role::ClassTeacher), person_of(Role::Secretary));
        let late = office::print(&house, "2025-05A-Q1", false, &act(giver, 101)).await.unwrap().id;
        let new = NewHandover {
            paper: late.clone(),
            purpose: Purpose::HandIn,
            from: giver.to_owned(),
            to: taker.to_owned(),
            note: String::new(),
            due: None,
        };
        let no = office::hand_over(&house, &new, &act(giver, 102)).await.unwrap();
        for side in [giver, taker] {
            office::sign_handover(&house, no, &act(side, 103)).await.unwrap();
        }
        let own = format!("/office/papers/{late}");
        let number = async || papers().await.into_iter().find(|kept| kept.copy.id == late).unwrap().copy.no;
        let waits = page(&own, &clerk).await;
        assert!(waits.contains("value=\"register-late\"") && !waits.contains("value=\"register\""), "{waits}");
        let today = page("/office", &clerk).await;
        assert!(today.contains("внести после итоговой записи, с основанием"), "{today}");
        let listed = page("/office/papers", &clerk).await;
        assert!(listed.contains("Внесите её на странице копии, с основанием") && listed.contains(&own), "{listed}");
        assert!(!listed.contains("Каждую внесите"), "there is one: {listed}");
        assert!(!listed.contains("Внести в реестр все"), "{listed}");
        assert_eq!(press(address, "/office/papers", "same-origin", &clerk, "").await.0, 303);
        assert_eq!(number().await, 0, "not with the others");
        for bare in ["act=register", "act=register-late&ground=+"] {
            let (status, _) = press(address, &own, "same-origin", &clerk, bare).await;
            assert!((400..500).contains(&status), "{bare}: {status}");
        }
        let given = "act=register-late&ground=%D0%BF%D0%BE%D0%B7%D0%B6%D0%B5";
        assert_eq!(press(address, &own, "same-origin", &clerk, given).await.0, 303);
        assert_eq!(number().await, 2);
        assert!(page(&own, &clerk).await.contains("После итоговой записи"));
        assert!(page("/office", &clerk).await.contains("Итог реестра подвести заново"));
        let listed = page("/office/papers", &clerk).await;
        assert!(listed.contains("Подвести итог заново") && listed.contains("без места хранения: 1"), "{listed}");
        let year = format!("year={YEAR}");
        let (status, _) = press(address, "/office/closing", "same-origin", &clerk, &year).await;
        assert!((400..500).contains(&status), "something is open, and nobody said that it may be: {status}");
        let year = format!("{year}&anyway=yes");
        assert_eq!(press(address, "/office/closing", "same-origin", &clerk, &year).await.0, 303);
        let listed = page("/office/papers", &clerk).await;
        assert!(listed.contains("с № 1 по № 1") && listed.contains("с № 1 по № 2"), "both lines stay: {listed}");
        assert!(!listed.contains("Подвести итог заново"), "{listed}");

        // Where a copy has more than one version, the register says which one the paper is of.
        assert!(!listed.contains("<b>версия"), "{listed}");
        sqlx::query(
            "insert into copies (school, id, version, year, class, period, number, kind, state, snapshot, sheets, pages, issued_at, issued_pdf)
             select school, id, 2, year, class, period, number, kind, 'issued', snapshot, sheets, pages, issued_at, issued_pdf
             from copies where school = $1 and id = '2025-05A-Q1'",
        )
        .bind(house.db.school().to_owned())
        .execute(&mut connection)
        .await
        .unwrap();
        let listed = page("/office/papers", &clerk).await;
        assert!(listed.contains("<b>версия 1</b>"), "{listed}");

        // An inscription that certifies what nobody has recorded says so beside the form; the forms of a file show the volume that they print.
        let told = "По учёту это ещё не сделано: нумерация листов, прошивка, печать";
        let form = page(&format!("/office/forms/certifying-inscription?paper={late}"), &clerk).await;
        assert!(form.contains(told) && form.contains("пронумеровано, прошнуровано"), "{form}");
        let sheet = page("/office/forms/certifying-sheet", &clerk).await;
        assert!(sheet.contains("name=\"file\" type=\"text\" value=\"01-01\""), "{sheet}");
        assert!(sheet.contains("name=\"volume\" type=\"number\" value=\"1\""), "{sheet}");

        // The file plan's closing record asks first, and is not made by a press alone. Registers that are kept here are counted already.
        let plan = page("/office/plan?calendar=2026", &clerk).await;
        assert!(plan.contains("data-asks=\"Сделать итоговую запись за 2026 год?"), "{plan}");
        for index in ["01-03", "01-04"] {
            let counted = format!("name=\"units-{index}\" type=\"number\" min=\"0\" value=\"1\"");
            assert!(plan.contains(&counted), "{index}: {plan}");
        }
        let close = "act=close&calendar=2026&units-01-01=1";
        let (status, _) = press(address, "/office/plan", "same-origin", &clerk, close).await;
        assert!((400..500).contains(&status), "nobody said that it was checked: {status}");
        assert!(house.db.find_plan_closing(2026).await.unwrap().is_none());
        let checked = format!("{close}&checked=yes");
        assert_eq!(press(address, "/office/plan", "same-origin", &clerk, &checked).await.0, 303);
        assert!(house.db.find_plan_closing(2026).await.unwrap().is_some());
    });
}
