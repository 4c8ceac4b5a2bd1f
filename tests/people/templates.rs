//! The page of templates: who may open it, a file that comes in over it, what it says, and the act that puts the file in force.

use std::net::SocketAddr;

use letopis::domain::canon::Digest;
use letopis::flow::office::templates;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::house::on_every_engine;
use super::matrix::{open_to_the_web, send, session};
use super::reach::form;

const OURS: &str = include_str!("../../typst-templates/form/1/main.typ");
const PAGE: &str = "/office/templates/remarks";

/// The whole answer to a request, as text where it is text.
async fn told(address: SocketAddr, head: &str, token: &str, body: &str) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{head}\r\nHost: letopis\r\nConnection: close\r\nCookie: letopis={token}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let status = String::from_utf8_lossy(&answer).split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.unwrap_or_default(), answer)
}

async fn page(address: SocketAddr, path: &str, token: &str) -> (u16, String) {
    let (status, answer) = told(address, &format!("GET {path} HTTP/1.1"), token, "").await;
    (status, String::from_utf8_lossy(&answer).into_owned())
}

async fn upload(address: SocketAddr, path: &str, token: &str, text: &str) -> u16 {
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"мой.typ\"\r\n\r\n{text}\r\n--edge--\r\n"
    );
    told(address, &format!("POST {path} HTTP/1.1"), token, &body).await.0
}

#[test]
fn a_template_comes_in_over_the_page_is_looked_at_beside_the_present_one_and_put_in_force() {
    templates::by_program(env!("CARGO_BIN_EXE_letopis").into(), 10);
    on_every_engine(|house| async move {
        let address = open_to_the_web(&house).await;
        let administrator = session(&house, "T06", 1).await;
        // Whoever prints by a template does not bring one in: a template is the whole school's, and the administrator's to lay (F43).
        let [keeper, secretary, teacher] =
            [session(&house, "T09", 2).await, session(&house, "T05", 3).await, session(&house, "T03", 4).await];
        for (token, expected) in [(&administrator, 200), (&keeper, 403), (&secretary, 403), (&teacher, 403)] {
            assert_eq!(page(address, "/office/templates", token).await.0, expected);
            assert_eq!(upload(address, PAGE, token, "x").await == 403, expected == 403);
        }
        let own = OURS.replace("size: 14pt", "size: 16pt");
        assert_eq!(upload(address, PAGE, &administrator, &own).await, 303);
        let (_, shown) = page(address, PAGE, &administrator).await;
        assert!(shown.contains("Годится") && shown.contains("встроенный шаблон"), "{shown}");
        for of in ["current", "draft"] {
            let path = format!("{PAGE}/picture?of={of}&as=remarks&no=1");
            let (status, answer) = told(address, &format!("GET {path} HTTP/1.1"), &administrator, "").await;
            assert!(status == 200 && answer.windows(4).any(|four| four == b"\x89PNG"), "{of}: {status}");
        }
        let digest = Digest::of(own.as_bytes()).to_hex();
        let act = |act: &str, digest: &str| form(&[("act", act), ("digest", digest)]);
        let press = async |body: String| send(address, "POST", &format!("{PAGE}/act"), &administrator, &body).await.0;
        assert_eq!(press(act("enact", &"0".repeat(64))).await, 409, "another one than the page showed");
        assert_eq!(press(act("enact", &digest)).await, 303);
        let (_, shown) = page(address, PAGE, &administrator).await;
        assert!(shown.contains("шаблон школы") && shown.contains(&digest[..16]) && shown.contains("введён"), "{shown}");
        let (_, file) = page(address, &format!("{PAGE}/template.typ?of=current"), &administrator).await;
        assert!(file.contains("attachment; filename=\"form-remarks.typ\"") && file.ends_with(&own));
        // A bad one stays on the page with the place of the fault.
        assert_eq!(upload(address, PAGE, &administrator, "#let x = (1, 2\n").await, 303);
        let (_, shown) = page(address, PAGE, &administrator).await;
        assert!(
            shown.contains("Не годится") && shown.contains("строка 1, место 10: скобка открыта и не закрыта"),
            "{shown}"
        );
        assert!(!shown.contains("Ввести в действие"), "{shown}");
        assert_eq!(press(act("withdraw", "")).await, 303);
        let (_, shown) = page(address, "/office/templates", &administrator).await;
        assert!(shown.contains("Своих шаблонов у школы нет"), "{shown}");
        // No path leads out of the folder.
        for path in [
            "/office/templates/..%2Fletopis/template.typ?of=current",
            &format!("{PAGE}/template.typ?of=../../letopis.toml"),
            "/office/templates/nothing",
        ] {
            assert_eq!(page(address, path, &administrator).await.0, 404, "{path}");
        }
    });
}
