//! The documented interface over a real connection: tokens and scopes, pages by key, entity tags, idempotency, problems; and its golden document.

use std::net::SocketAddr;
use std::path::Path;

use crate::{engines, house, served};
use chrono::Days;
use engines::on_every_engine;
use house::{Bundle, House, after};
use letopis::bundle::generate;
use letopis::domain::change::{Edit, Expected};
use letopis::domain::token::SCOPES;
use letopis::flow::tokens::{self, Wanted};
use letopis::store::pages::{self, Condition, Value as Cell};
use letopis::web::route::{Access, table};
use serde_json::Value;
use served::{Open, get, open, open_with};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A program with a token.
struct Program {
    address: SocketAddr,
    token: String,
}

/// An answer taken apart.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.head, self.body))
    }

    fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        })
    }

    fn code(&self) -> String {
        assert!(self.header("content-type").is_some_and(|kind| kind == "application/problem+json"), "{}", self.head);
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

async fn send(address: SocketAddr, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{head}Host: l\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

impl Program {
    async fn with(house: &House, open: &Open, scopes: &[&str]) -> Self {
        let wanted = Wanted {
            label: "проверка".into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            expires_on: after(0).at.date_naive() + Days::new(30),
        };
        let (_, token) = tokens::issue(house, &wanted, &after(5)).await.unwrap();
        Self { address: open.address, token }
    }

    async fn all(house: &House, open: &Open) -> Self {
        Self::with(house, open, &SCOPES.map(|scope| scope.word)).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.get_with(path, "").await
    }

    async fn get_with(&self, path: &str, headers: &str) -> Answer {
        send(self.address, &format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {}\r\n{headers}", self.token), b"")
            .await
    }

    async fn post(&self, path: &str, media: &str, headers: &str, body: &[u8]) -> Answer {
        let head = format!(
            "POST {path} HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Type: {media}\r\n{headers}",
            self.token
        );
        send(self.address, &head, body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_to_its_end_page_by_page_without_a_row_lost_or_twice() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    let journal = house.db.load_journal(house::YEAR).await.unwrap();
    let (mut path, mut rows) = ("/api/v1/marks?limit=97".to_owned(), Vec::new());
    loop {
        let page = program.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let page = page.json();
        rows.extend(page["items"].as_array().unwrap().iter().map(ToString::to_string));
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    let count = rows.len();
    rows.sort();
    rows.dedup();
    assert_eq!((rows.len(), count), (journal.marks.len(), journal.marks.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_answers_with_what_its_document_says() {
    let house = House::with_sealed_copies().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    let document: Value = send(open.address, "GET /api/v1/openapi.json HTTP/1.1\r\n", b"").await.json();
    correct(&house, 1).await;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let Some(reference) = schema["properties"]["items"]["items"]["$ref"].as_str() else { continue };
        let answer = program.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let rows = answer.json()["items"].as_array().unwrap().clone();
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        for row in &rows {
            let told: Vec<&String> = row.as_object().unwrap().keys().collect();
            let expected: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            assert_eq!(told, expected, "{path}");
        }
        assert!(!rows.is_empty() || path.ends_with("members"), "{path} is empty");
        asked += 1;
    }
    assert!(asked >= 15);
    assert_eq!(program.get("/api/v1/school").await.json()["id"], "story");
    assert_eq!(program.get("/api/v1/policy").await.status, 200);
}

/// Corrects so many marks of the open fourth quarter, so that the history has lines.
async fn correct(house: &House, count: usize) {
    let journal = house.db.load_journal(house::YEAR).await.unwrap();
    let late = journal.marks.iter().filter(|mark| mark.lesson.date.to_string().as_str() > "2026-04-10");
    let edits: Vec<Edit> = late
        .take(count)
        .map(|mark| Edit {
            table: "marks",
            year: house::YEAR.into(),
            key: vec![
                mark.lesson.course_id.clone(),
                mark.lesson.date.to_string(),
                mark.lesson.number.to_string(),
                mark.learner_id.clone(),
                mark.ordinal.to_string(),
            ],
            new: Some(vec!["исправлено".into(), mark.value.clone()]),
            expected: Expected::Anything,
        })
        .collect();
    assert_eq!(edits.len(), count);
    letopis::flow::change::apply(house, &after(20), "marks", &edits).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_a_stolen_account_is_marked_in_the_lists_of_programs() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    correct(&house, 1).await;
    let void = async |list: &str| {
        let rows = program.get(&format!("/api/v1/{list}?limit=1000")).await.json()["items"].as_array().unwrap().clone();
        assert!(rows.iter().all(|row| row["void"].is_boolean()), "{list}");
        rows.into_iter().filter(|row| row["void"] == true).count()
    };
    let marked = async || {
        let journal = house.db.load_journal(house::YEAR).await.unwrap();
        let late = journal.marks.iter().find(|mark| mark.lesson.date.to_string().as_str() > "2026-04-10").unwrap();
        let path = format!("marks?course={}&learner={}&from=2026-04-11", late.lesson.course_id, late.learner_id);
        let rows = program.get(&format!("/api/v1/{path}")).await.json()["items"].as_array().unwrap().clone();
        rows.into_iter().filter(|row| row["void"] == true).count()
    };
    assert_eq!(marked().await, 0);
    let report = letopis::flow::compromise::Report {
        account: after(0).by,
        since: after(19).at,
        learnt_at: after(21).at,
        reason: String::new(),
    };
    letopis::flow::compromise::note(&house, &report, &after(22)).await.unwrap();
    assert_eq!(marked().await, 1);
    for list in ["absences", "final-marks", "lessons"] {
        assert_eq!(void(list).await, 0, "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_of_a_day_and_the_filters_narrow_a_list() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    let count = |answer: Answer| answer.json()["items"].as_array().unwrap().len();
    let journal = house.db.load_journal(house::YEAR).await.unwrap();
    let of_class = journal.learners.iter().filter(|learner| learner.class == "5А").count();
    assert_eq!(count(program.get("/api/v1/learners?class=5%D0%90").await), of_class);
    assert_eq!(count(program.get("/api/v1/learners?on=1999-01-01").await), 0);
    let on = "2025-10-01".parse().unwrap();
    let there =
        journal.learners.iter().filter(|l| l.enrolled_on <= on && l.left_on.is_none_or(|left| left > on)).count();
    assert_eq!(count(program.get("/api/v1/learners?on=2025-10-01").await), there);
    let september = count(program.get("/api/v1/lessons?from=2025-09-01&to=2025-09-30&class=5%D0%90&limit=1000").await);
    assert!(september > 0 && september < journal.lessons.len());
    correct(&house, 2).await;
    let seq = program.get("/api/v1/changes?limit=1").await.json()["items"][0]["seq"].as_u64().unwrap();
    assert_eq!(program.get(&format!("/api/v1/changes?since={seq}&limit=1")).await.json()["items"][0]["seq"], seq + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unchanged_is_not_sent_again() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    let first = program.get("/api/v1/classes").await;
    let tag = first.header("etag").unwrap();
    let again = program.get_with("/api/v1/classes", &format!("If-None-Match: {tag}\r\n")).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(program.get_with("/api/v1/classes", "If-None-Match: \"0\"\r\n").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_parameters_are_refused_by_name_with_stable_codes() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    for (path, status, code) in [
        ("/api/v1/marks?limit=0", 400, "bad-parameter"),
        ("/api/v1/marks?limit=5000", 400, "bad-parameter"),
        ("/api/v1/marks?lmit=5", 400, "bad-parameter"),
        ("/api/v1/marks?limit=5&limit=6", 400, "bad-parameter"),
        ("/api/v1/marks?from=1.9.2025", 400, "bad-parameter"),
        ("/api/v1/marks?year=2025", 400, "bad-parameter"),
        ("/api/v1/marks?year=1999/2000", 404, "no-year"),
        ("/api/v1/marks?after=WzFd", 404, "no-place"),
        ("/api/v1/marks?after=%00", 404, "no-place"),
        ("/api/v1/changes?since=-1", 400, "bad-parameter"),
        ("/api/v1/jobs/none", 404, "not-found"),
    ] {
        let answer = program.get(path).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}: {}", answer.body);
        assert!(answer.json()["type"] == format!("urn:letopis:problem:{code}"));
    }
    let lost = program.get("/api/v1/no-such").await;
    assert_eq!(lost.status, 404);
    assert!(lost.header("content-type").unwrap().starts_with("application/problem+json"), "{}", lost.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_only_what_it_was_issued_for_and_only_while_it_lives() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let program = Program::with(&house, &open, &["read_setup"]).await;
    assert_eq!(program.get("/api/v1/classes").await.status, 200);
    let refused = program.get("/api/v1/marks").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "no-scope"));
    assert!(refused.body.contains("read_journal"));

    let row = house.db.list_tokens().await.unwrap().pop().unwrap();
    assert!(row.last_used_at.starts_with("2025-10-27T12:30") && !format!("{row:?}").contains(&program.token));
    tokens::revoke(&house, &row.id, &after(6)).await.unwrap();
    let refused = program.get("/api/v1/classes").await;
    assert_eq!((refused.status, refused.code().as_str()), (401, "no-token"));
    assert_eq!(refused.header("www-authenticate").as_deref(), Some("Bearer realm=\"letopis\""));

    let wanted = |days| Wanted {
        label: "короткий".into(),
        scopes: vec!["read_setup".into()],
        expires_on: (after(0).at + chrono::Duration::days(days)).date_naive(),
    };
    // Issued yesterday for one day: at the house's noon its last day has passed.
    let mut yesterday = after(5);
    yesterday.at -= chrono::Duration::days(1);
    let (_, token) = tokens::issue(&house, &wanted(-1), &yesterday).await.unwrap();
    let expired = Program { address: open.address, token };
    assert_eq!(expired.get("/api/v1/classes").await.status, 401);
    let events: Vec<String> = house.db.list_log().await.unwrap().into_iter().map(|entry| entry.event).collect();
    assert!(events.contains(&"token_issued".to_owned()) && events.contains(&"token_revoked".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_of_the_interface_answers_without_a_token_or_to_a_sessions_cookie() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let mut asked = 0;
    for facts in table().iter().filter(|facts| matches!(facts.access, Access::Token(_))) {
        for headers in [
            "",
            "Cookie: letopis=AAAA\r\n",
            "Authorization: Bearer letopis_00000000_00\r\n",
            "Authorization: Basic QTpC\r\n",
        ] {
            let answer =
                send(open.address, &format!("{} {} HTTP/1.1\r\n{headers}", facts.method, facts.path), b"").await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "no-token"), "{}", facts.path);
        }
        asked += 1;
    }
    assert!(asked >= 20, "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_checked_and_a_repeated_request_gets_the_first_answer() {
    let house = House::with_sealed_copies().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    let mut archive = Vec::new();
    for record in std::fs::read_dir(house.archive()).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        archive.push(record.path());
    }
    let pdf = find(&house.archive(), "sealed.pdf");
    let bytes = std::fs::read(pdf).unwrap();
    let key = "Idempotency-Key: one\r\n";
    let first = program.post("/api/v1/verify", "application/pdf", key, &bytes).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(first.json()["exit_code"], 0, "{}", first.body);
    let again = program.post("/api/v1/verify", "application/pdf", key, &bytes).await;
    assert_eq!(
        (again.body.as_str(), again.header("idempotency-replayed").as_deref()),
        (first.body.as_str(), Some("true"))
    );
    let other = program.post("/api/v1/verify", "application/pdf", key, &bytes[..bytes.len() - 1]).await;
    assert_eq!((other.status, other.code().as_str()), (422, "other-body"));
    let altered = program.post("/api/v1/verify", "application/pdf", "", &bytes[..bytes.len() - 1]).await;
    assert_ne!(altered.json()["exit_code"], 0);
    for (media, headers, body, code) in [
        ("text/plain", "", &b"x"[..], "bad-media"),
        ("application/pdf", "", &b""[..], "no-body"),
        ("application/pdf", "Idempotency-Key: a b\r\n", &b"x"[..], "bad-key"),
    ] {
        assert_eq!(program.post("/api/v1/verify", media, headers, body).await.code(), code);
    }
}

fn find(folder: &Path, name: &str) -> std::path::PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with(name) {
                return path;
            }
        }
    }
    panic!("no {name}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_tried_first_and_then_brought_in_by_a_job() {
    let house = House::empty().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    let zip = zipped(&Bundle::small());
    let trial = program.post("/api/v1/import", "application/zip", "", &zip).await;
    assert_eq!((trial.status, &trial.json()["outcome"]), (200, &"would_import".into()), "{}", trial.body);
    assert!(house.db.list_years().await.unwrap().is_empty(), "a trial writes nothing");
    let key = "Idempotency-Key: import-1\r\n";
    let queued = program.post("/api/v1/import?dry_run=false", "application/zip", key, &zip).await;
    assert_eq!(queued.status, 202, "{}", queued.body);
    let href = queued.json()["href"].as_str().unwrap().to_owned();
    let mut job = program.get(&href).await.json();
    for _ in 0..200 {
        if job["state"] == "done" || job["state"] == "failed" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        job = program.get(&href).await.json();
    }
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(house.db.list_years().await.unwrap(), [house::YEAR]);
    let again = program.post("/api/v1/import?dry_run=false", "application/zip", key, &zip).await;
    assert_eq!(again.json()["job"], queued.json()["job"], "the same request makes no second job");
    let bad = program.post("/api/v1/import", "application/zip", "", b"no zip at all").await;
    assert_eq!(bad.json()["outcome"], "refused", "{}", bad.body);
}

fn zipped(bundle: &Bundle) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    generate::write(folder.path(), &bundle.0).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in &bundle.0 {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_above_the_limit_is_refused_in_one_problem() {
    let house = House::empty().await;
    let open = open_with(&house, "[limits]\nupload_mib = 1\n").await;
    let program = Program::all(&house, &open).await;
    let answer = program.post("/api/v1/verify", "application/pdf", "", &vec![b'x'; 1024 * 1024 + 1]).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_the_golden_one_and_its_reader_needs_no_script() {
    let house = House::empty().await;
    let open = open(&house).await;
    let told: Value = send(open.address, "GET /api/v1/openapi.json HTTP/1.1\r\n", b"").await.json();
    let text = serde_json::to_string_pretty(&told).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/openapi.json");
    if std::env::var("GOLDEN").as_deref() == Ok("update") {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "the interface changed: GOLDEN=update cargo test --release --test serving interface");
    let page = get(open.address, "/api/v1").await;
    assert!(page.contains("GET /api/v1/marks") && page.contains("read_journal") && !page.contains("http://"), "{page}");
}

#[test]
fn every_list_of_the_interface_is_read_on_both_engines_with_all_its_conditions() {
    on_every_engine(|db| async move {
        let all = [
            &pages::YEARS,
            &pages::PERIODS,
            &pages::CLASSES,
            &pages::LEARNERS,
            &pages::STAFF,
            &pages::COURSES,
            &pages::MEMBERS,
            &pages::LESSONS,
            &pages::MARKS,
            &pages::ABSENCES,
            &pages::FINAL_MARKS,
            &pages::CHANGES,
            &pages::COPIES,
            &pages::REGISTER,
            &pages::CHECKPOINTS,
        ];
        for listing in all {
            let kind = |name: &str| listing.columns.iter().find(|(column, _)| *column == name).expect("a column").1;
            let after = listing.key.iter().map(|name| match kind(name) {
                pages::Type::Int => Cell::Int(0),
                pages::Type::Text | pages::Type::Json => Cell::Text(String::new()),
            });
            let wanted =
                pages::Wanted { year: house::YEAR.into(), conditions: Vec::new(), after: after.collect(), limit: 3 };
            assert!(listing.is_key(&wanted.after));
            assert_eq!(
                db.list_page(listing, &wanted).await.expect("a page"),
                Vec::<Vec<Cell>>::new(),
                "{}",
                listing.table
            );
        }
        let conditions = vec![
            Condition {
                sql: "course in (select id from courses where school = $1 and year = $2 and class = {})",
                value: Cell::Text("5А".into()),
            },
            Condition { sql: "date >= {}", value: Cell::Text("2025-09-01".into()) },
        ];
        let wanted = pages::Wanted { year: house::YEAR.into(), conditions, after: Vec::new(), limit: 3 };
        assert!(db.list_page(&pages::MARKS, &wanted).await.expect("a page").is_empty());
        let on = Condition {
            sql: "enrolled_on <= {} and (left_on = '' or left_on > {})",
            value: Cell::Text("2025-09-01".into()),
        };
        let wanted = pages::Wanted { year: house::YEAR.into(), conditions: vec![on], after: Vec::new(), limit: 3 };
        assert!(db.list_page(&pages::LEARNERS, &wanted).await.expect("a page").is_empty());
        let since = Condition { sql: "seq > {}", value: Cell::Int(7) };
        let wanted = pages::Wanted { conditions: vec![since], limit: 3, ..pages::Wanted::default() };
        assert!(db.list_page(&pages::CHANGES, &wanted).await.expect("a page").is_empty());
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_reads_learners_data_is_noted_as_everybody_else_is() {
    let house = House::with_journal().await;
    let open = open(&house).await;
    let program = Program::all(&house, &open).await;
    let looks = async |looked: letopis::store::Looked<'_>| {
        let rows = house.db.list_access(&looked, "", "", 1000).await.unwrap();
        rows.into_iter().map(|row| (row.what, row.subject, row.office)).collect::<Vec<_>>()
    };
    // What concerns no learner leaves no note.
    for path in ["/api/v1/lessons", "/api/v1/courses", "/api/v1/periods"] {
        assert_eq!(program.get(path).await.status, 200);
    }
    assert_eq!(looks(letopis::store::Looked::Everything).await, []);
    // One learner's marks: the family sees who read them.
    assert_eq!(program.get("/api/v1/marks?learner=L00001").await.status, 200);
    let classes = house.db.list_classes_of_learner("L00001").await.unwrap();
    assert_eq!(classes.len(), 1, "{classes:?}");
    let own = looks(letopis::store::Looked::AtLearner { learner: "L00001", classes: &classes }).await;
    assert!(
        matches!(&own[..], [(what, subject, office)] if what == "learner" && subject == "L00001" && office.contains("программа")),
        "{own:?}"
    );
    // A page of many: each class that stands in it.
    assert_eq!(program.get("/api/v1/learners").await.status, 200);
    let all = looks(letopis::store::Looked::Everything).await;
    for class in house::CLASSES {
        assert!(all.iter().any(|(what, subject, _)| what == "class" && subject == class), "{class}: {all:?}");
    }
    // A change of a mark names its learner in the row's key.
    let edit = Edit::put("marks", house::YEAR, &["C00001", "2025-09-05", "1", "L00002", "5"], &["", "4"]);
    letopis::flow::change::apply(&house, &after(6), "journal", &[edit]).await.unwrap();
    assert_eq!(program.get("/api/v1/changes").await.status, 200);
    let all = looks(letopis::store::Looked::Everything).await;
    assert!(all.iter().any(|(what, subject, _)| what == "learner" && subject == "L00002"), "{all:?}");
}
