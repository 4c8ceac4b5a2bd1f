//! The buttons that queue long work: within the reach of the office, from pages of this site only.

use std::net::SocketAddr;
use std::sync::Arc;

use letopis::domain::rights::Role;
use letopis::flow::House;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::house::{on_every_engine, person_of};
use super::matrix::{furnish, open_to_the_web, send, session};

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
            let (status, place) = press(address, path, "same-origin", &director, "").await;
            assert!(status == 303 && place.starts_with("/jobs/"), "{path}: {status} {place}");
        }
        assert_eq!(kinds(&house).await, ["close_all", "issue_all", "seal_all"]);
    });
}
