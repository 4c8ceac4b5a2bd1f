//! Signatures made elsewhere: attached to a copy, shown with their verdict, taken along in its package; what does not hold is not kept.

use std::path::Path;
use std::process::Command;

use letopis::domain::canon::Digest;
use letopis::domain::finding::Verdict;
use letopis::domain::log_proof::object_name;
use letopis::flow::foreign::{self, Attached};
use letopis::flow::verify::{VerifyOptions, verify_bytes, verify_path};
use letopis::flow::{Act, Error, export};
use letopis::sign::foreign::NOT_CHECKED;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};

use super::house::{COPIES, House, after, tell};

/// One DER element, written without the program's own code.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let head = match length {
        0..=127 => vec![tag, length as u8],
        128..=255 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [head, content].concat()
}

const SHA_256: &[u8] = b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const ECDSA_SHA_256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const P_256: &[u8] = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";

/// Another program with a key and certificate of its own: P-256, from 2025 to 2026.
struct Elsewhere {
    key: SigningKey,
    name: Vec<u8>,
    certificate: Vec<u8>,
}

impl Elsewhere {
    fn new() -> Self {
        let key = SigningKey::from_slice(&[7; 32]).expect("a key");
        let part =
            |kind: &[u8], text: &str| der(0x31, &[&der(0x30, &[&der(0x06, &[kind]), &der(0x0C, &[text.as_bytes()])])]);
        let name =
            der(0x30, &[&part(b"\x55\x04\x03", "Гранитов Роман Ильич"), &part(b"\x2a\x85\x03\x64\x03", "00000000078")]);
        let point = key.verifying_key().to_sec1_point(false);
        let public = der(0x30, &[P_256, &der(0x03, &[&[0], point.as_bytes()])]);
        let term = der(0x30, &[&der(0x17, &[b"250101000000Z"]), &der(0x17, &[b"261231235959Z"])]);
        let version = der(0xA0, &[&[2, 1, 2]]);
        let body = der(0x30, &[&version, &[2, 1, 9], ECDSA_SHA_256, &name, &term, &name, &public]);
        let signature: Signature = key.sign(&body);
        let certificate = der(0x30, &[&body, ECDSA_SHA_256, &der(0x03, &[&[0], signature.to_der().as_bytes()])]);
        Self { key, name, certificate }
    }

    /// A CAdES signature over a document, made at a moment of `UTCTime`.
    fn sign(&self, document: &[u8], at: &str) -> Vec<u8> {
        let attribute = |kind: &[u8], value: &[u8]| der(0x30, &[&der(0x06, &[kind]), &der(0x31, &[value])]);
        let named = der(0x30, &[&der(0x30, &[&der(0x30, &[&der(0x04, &[&Digest::of(&self.certificate).0])])])]);
        let attributes = [
            attribute(b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03", DATA),
            attribute(b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05", &der(0x17, &[at.as_bytes()])),
            attribute(b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04", &der(0x04, &[&Digest::of(document).0])),
            attribute(b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f", &named),
        ]
        .concat();
        let signature: Signature = self.key.sign(&der(0x31, &[&attributes]));
        let signer = der(0x30, &[&self.name, &[2, 1, 9]]);
        let signature = der(0x04, &[signature.to_der().as_bytes()]);
        let info = der(0x30, &[&[2, 1, 1], &signer, SHA_256, &der(0xA0, &[&attributes]), ECDSA_SHA_256, &signature]);
        let (digests, content) = (der(0x31, &[SHA_256]), der(0x30, &[DATA]));
        let body = der(0x30, &[&[2, 1, 1], &digests, &content, &der(0xA0, &[&self.certificate]), &der(0x31, &[&info])]);
        der(0x30, &[SIGNED_DATA, &der(0xA0, &[&body])])
    }
}

/// Ten minutes after the story's noon, in UTC.
const NOW: &str = "251027091000Z";

async fn issued(house: &House, copy: &str) -> Vec<u8> {
    let row = house.copy(copy).await;
    std::fs::read(house.issued_pdf(copy, row.version, row.issued_pdf.parse().expect("a digest"))).expect("the PDF")
}

fn sealed(house: &House, copy: &str) -> Vec<u8> {
    std::fs::read(house.archive().join(object_name(copy, 1)).join("v1/content/sealed.pdf")).expect("the sealed PDF")
}

async fn attach(house: &House, copy: &str, file: &[u8], act: &Act) -> Attached {
    foreign::attach(house, copy, None, "Подпись.sig", file, act).await.expect("an answer")
}

#[test]
fn a_signature_made_elsewhere_stands_beside_its_copy_and_leaves_with_it() {
    tell(async {
        let house = House::with_sealed_copies().await;
        let elsewhere = Elsewhere::new();
        for (document, over) in [(issued(&house, COPIES[0]).await, "issued"), (sealed(&house, COPIES[0]), "sealed")] {
            let file = elsewhere.sign(&document, NOW);
            let attached = attach(&house, COPIES[0], &file, &after(30)).await;
            assert_eq!(attached.check.verdict(), Verdict::Valid, "{:#?}", attached.check.findings);
            assert_eq!(attached.row.expect("a row").over, over);
            let last = house.db.list_log().await.expect("the log").pop().expect("an entry");
            assert_eq!(last.event, "foreign_signature_kept");
            assert!(!last.payload.contains("Гранитов"), "no names in the log: {}", last.payload);
            let before = house.counts().await;
            let again = attach(&house, COPIES[0], &file, &after(31)).await;
            assert!(again.again && again.row.is_some());
            assert_eq!(house.counts().await, before, "the same file changes nothing");
        }
        let kept = foreign::list(&house, &house.copy(COPIES[0]).await).await.expect("a list");
        assert_eq!(kept.iter().map(|one| one.check.verdict()).collect::<Vec<_>>(), [Verdict::Valid; 2]);
        let holder = &kept[0].check.signatures[0].holder;
        assert_eq!((holder.owner.as_str(), holder.snils.as_str()), ("Гранитов Роман Ильич", "00000000078"));
        assert_eq!(house.doctor().await, Vec::<String>::new());

        // The package carries both beside the record, and the check without a house says the same.
        let packed = export::export_copy(&house, COPIES[0], None, &after(40)).await.expect("a package");
        let report = verify_bytes("copy.zip", &packed.bytes, &VerifyOptions::default());
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        for file in ["01-issued.pdf.sig", "02-sealed.pdf.sig"] {
            let told = report.checked.iter().find(|line| line.contains(file)).expect("a sentence");
            assert!(told.contains("верна; владелец Гранитов Роман Ильич") && told.contains(NOT_CHECKED), "{told}");
        }
        // Every byte of theirs counts: in the zip and unpacked.
        let at = packed.bytes.windows(17).position(|name| name == b"02-sealed.pdf.sig").expect("the file") + 400;
        let mut flipped = packed.bytes.clone();
        flipped[at] ^= 0x01;
        assert_eq!(verify_bytes("copy.zip", &flipped, &VerifyOptions::default()).verdict, Verdict::Altered);
        let folder = house.outside("unpacked");
        zip::ZipArchive::new(std::io::Cursor::new(&packed.bytes)).expect("a zip").extract(&folder).expect("files");
        let bag = folder.join(format!("{}-v1", COPIES[0]));
        let report = verify_path(&bag, &VerifyOptions::default());
        assert_eq!(report.verdict, Verdict::Valid, "{report:#?}");
        assert_eq!(report.checked.iter().filter(|line| line.contains("Внешняя подпись")).count(), 2);
        let script = Command::new("sh").arg(bag.join("data/verify.sh")).output().expect("sh runs");
        assert!(script.status.success(), "the record's own check takes no offence: {script:?}");
        std::fs::copy(
            bag.with_file_name(format!("{}-v1.signatures", COPIES[0])).join("01-issued.pdf.sig"),
            folder.join("x"),
        )
        .expect("a copy of it");
        std::fs::write(bag.with_file_name(format!("{}-v1.signatures", COPIES[0])).join("03.sig"), b"word")
            .expect("a stray");
        assert_eq!(
            verify_path(&bag, &VerifyOptions::default()).verdict,
            Verdict::Altered,
            "a stray file is no signature"
        );

        // Lost from the house: the doctor and the copy's page say so.
        std::fs::remove_file(house.scans().join(format!("{}.sig", kept[0].row.digest))).expect("it goes");
        let told = house.doctor().await.join("\n");
        assert!(told.contains("signature.lost") && told.contains(COPIES[0]), "{told}");
    });
}

#[test]
fn what_does_not_hold_is_told_and_nothing_of_it_is_kept_on_every_engine() {
    tell(async { refusals(House::with_issued_copies().await).await });
    if let Some(url) = crate::postgres::postgres() {
        tell(async move { refusals(House::with_issued_copies_on(&url).await).await });
    }
}

async fn refusals(house: House) {
    let elsewhere = Elsewhere::new();
    let document = issued(&house, COPIES[0]).await;
    let right = elsewhere.sign(&document, NOW);
    let mut altered = right.clone();
    *altered.last_mut().expect("a byte") ^= 0x01;
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("another copy", elsewhere.sign(&issued(&house, COPIES[1]).await, NOW), "signature.other-document"),
        ("altered", altered, "signature.altered"),
        ("before the certificate's term", elsewhere.sign(&document, "241231235959Z"), "signature.certificate-expired"),
        ("after it", elsewhere.sign(&document, "270101000000Z"), "signature.certificate-expired"),
        ("from tomorrow", elsewhere.sign(&document, "251028091000Z"), "signature.from-later"),
        ("the document", document.clone(), "signature.not-a-signature"),
    ];
    let before = house.db.list_log().await.expect("the log").len();
    for (what, file, code) in cases {
        let attached = attach(&house, COPIES[0], &file, &after(30)).await;
        let codes: Vec<_> = attached.check.findings.iter().map(|finding| finding.code).collect();
        assert!(codes.contains(&code) && attached.row.is_none(), "{what}: {:#?}", attached.check.findings);
    }
    assert_eq!(house.db.list_log().await.expect("the log").len(), before);
    assert!(!house.scans().exists(), "no file was left");
    let row = house.copy(COPIES[0]).await;
    assert_eq!(foreign::list(&house, &row).await.expect("a list"), Vec::new());
    let unknown = foreign::attach(&house, "2025-99X-Q1", None, "x.sig", &right, &after(30)).await;
    assert!(matches!(unknown, Err(Error::NoCopy(_))), "{unknown:?}");

    // The right one after all of them: kept once, also when it comes twice at once.
    let act = after(31);
    let both = tokio::join!(attach(&house, COPIES[0], &right, &act), attach(&house, COPIES[0], &right, &act));
    assert!(both.0.again != both.1.again, "one was first: {both:?}");
    assert_eq!(foreign::list(&house, &row).await.expect("a list").len(), 1);
    assert_eq!(house.db.list_log().await.expect("the log").len(), before + 1);
    assert_eq!(foreign::file(&house, COPIES[0], 1, &"0".repeat(64)).await.expect("an answer"), None);
    let digest = Digest::of(&right).to_hex();
    assert_eq!(foreign::file(&house, COPIES[0], 1, &digest).await.expect("an answer"), Some(right));
    assert_eq!(house.doctor().await, Vec::<String>::new());
}

#[test]
fn a_signature_of_gost_made_by_openssl_over_a_living_copy_is_attached() {
    tell(async {
        let house = House::with_issued_copies().await;
        let folder = house.outside("elsewhere");
        std::fs::create_dir(&folder).expect("a folder");
        let config = "openssl_conf = c\n[c]\nengines = e\n[e]\ngost = g\n[g]\nengine_id = gost\ndefault_algorithms = ALL\n\
                      [req]\ndistinguished_name = n\n[n]\n";
        std::fs::write(folder.join("gost.cnf"), config).expect("settings");
        std::fs::write(folder.join("issued.pdf"), issued(&house, COPIES[0]).await).expect("the document");
        if !openssl(&folder, "engine gost").is_some_and(|said| said.contains("(gost)")) {
            eprintln!("ПРОПУЩЕНО: у openssl нет модуля gost (пакет libengine-gost-openssl)");
            return;
        }
        for (bits, set) in [("256", "TCA"), ("512", "A")] {
            let steps = [
                format!("genpkey -algorithm gost2012_{bits} -pkeyopt paramset:{set} -out key"),
                format!("req -x509 -new -utf8 -md_gost12_{bits} -key key -days 9 -subj /CN=Кварц -out own.pem"),
                format!(
                    "cms -sign -binary -cades -md md_gost12_{bits} -signer own.pem -inkey key -in issued.pdf -outform DER -out {bits}.sig"
                ),
            ];
            for step in steps {
                openssl(&folder, &step).unwrap_or_else(|| panic!("openssl {step}"));
            }
            let file = std::fs::read(folder.join(format!("{bits}.sig"))).expect("a signature");
            // The story stands in 2025, openssl has the clock of today.
            let act = Act { by: "operator".into(), at: after(0).at + chrono::Duration::days(365 * 20) };
            let attached = attach(&house, COPIES[0], &file, &act).await;
            assert!(attached.row.is_some(), "{:#?}", attached.check.findings);
            assert!(attached.check.signatures[0].algorithm.contains(&format!("ГОСТ Р 34.10-2012, {bits} бит")));
        }
    });
}

/// What openssl says, with its engine; none when it fails.
fn openssl(folder: &Path, arguments: &str) -> Option<String> {
    let mut command = Command::new("openssl");
    command.args(arguments.split(' ')).current_dir(folder).env("OPENSSL_CONF", folder.join("gost.cnf"));
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
