//! What comes among scans and is none of ours: nothing of it is filed, and each is told for what it is.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use letopis::flow::scans;
use letopis::scan::{self, Grey};
use qrcode::{Color, EcLevel, QrCode};

use super::house::{COPIES, House, tell};
use super::scans::{codes, jpeg, scanned_page, take};

/// A sheet of paper with this text as its code.
fn sheet(text: &str) -> Grey {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).expect("a code");
    let (modules, side) = (code.width(), 6);
    let colours = code.to_colors();
    let mut page = Grey::new(1240, 1754, Vec::new());
    for y in 0..modules * side {
        for x in 0..modules * side {
            if colours[y / side * modules + x / side] == Color::Dark {
                page.pixels[(y + 1300) * page.width + x + 800] = 0;
            }
        }
    }
    page
}

#[test]
fn codes_that_are_not_of_this_house_are_told_apart_and_never_filed() {
    tell(async {
        let house = House::with_issued_copies().await;
        let code = scan::codes(&scanned_page(&house, COPIES[0], 2).await).remove(0).text;
        let fields: Vec<&str> = code.split(':').collect();
        let with = |at: usize, value: &str| {
            let mut fields = fields.clone();
            fields[at] = value;
            fields.join(":")
        };
        let (sheets, pages) = (fields[3].split_once('/').expect("of").1, fields[4].split_once('/').expect("of").1);
        let zeros = "0000000000000000";
        let cases = [
            ("https://example.org/pay?sum=100".to_owned(), "scan.foreign-code"),
            (code.replacen("LTP2", "LTP9", 1), "scan.foreign-code"),
            (with(2, "01"), "scan.malformed-code"),
            (with(1, "2025-11Z-Q1"), "scan.other-copy"),
            (with(2, "7"), "scan.other-copy"),
            (with(3, &format!("{sheets}/{sheets}")), "scan.beyond-copy"),
            (with(4, &format!("{pages}/{}", pages.parse::<u32>().expect("pages") + 1)), "scan.beyond-copy"),
            (with(5, zeros), "scan.forged-code"),
            (with(7, zeros), "scan.forged-code"),
            (with(6, "999999"), "scan.forged-code"),
        ];
        for (text, expected) in cases {
            let taken = take(&house, "лист.jpg", jpeg(&sheet(&text), 60)).await;
            assert_eq!((taken.filed(), codes(&taken)), (0, vec![expected]), "{text}");
            assert!(taken.pages.iter().all(|page| page.leaf.copy.is_empty()), "{text}");
        }
        // What anybody may ask of a code writes nothing and says the same.
        let (read, verdict) = scans::look_up(&house, &code.to_lowercase()).await.expect("looked up");
        assert_eq!((read.map(|one| one.to_text()), verdict), (Some(code.clone()), scans::Verdict::Filed));
        let (_, verdict) = scans::look_up(&house, &with(5, zeros)).await.expect("looked up");
        assert_eq!(verdict, scans::Verdict::Forged);
        // The same sheet with its own code goes where it belongs.
        let taken = take(&house, "лист.jpg", jpeg(&sheet(&code), 60)).await;
        assert_eq!((taken.filed(), codes(&taken)), (1, vec![]));
    });
}

#[test]
fn a_sheet_of_another_school_with_a_copy_of_the_same_name_stays_foreign() {
    tell(async {
        let (ours, theirs) = (House::with_issued_copies().await, House::with_journal().await);
        theirs.close("Q1", &[], None).await.expect("a closing");
        let frozen = theirs.db.list_copies().await.expect("copies");
        letopis::flow::issue::issue(&theirs, &frozen, &super::house::after(2), |_| {}).await.expect("an issue");
        let page = scanned_page(&theirs, COPIES[0], 2).await;
        let taken = take(&ours, "чужой лист.jpg", jpeg(&page, 60)).await;
        assert_eq!((taken.filed(), codes(&taken)), (0, vec!["scan.forged-code"]));
        assert!(scans::overview(&ours).await.expect("an answer").is_empty());
    });
}

/// A PDF of one page with these objects from number 4 on, and words for its trailer.
fn crafted(contents: &str, objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut all = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {contents} >>").into_bytes(),
    ];
    all.extend(objects.iter().cloned());
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (no, body) in all.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", no + 1).bytes());
        bytes.extend(body);
        bytes.extend(b"\nendobj\n");
    }
    let (start, count) = (bytes.len(), places.len() + 1);
    bytes.extend(format!("xref\n0 {count}\n0000000000 65535 f \n").bytes());
    for place in places {
        bytes.extend(format!("{place:010} 00000 n \n").bytes());
    }
    bytes.extend(format!("trailer << /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n").bytes());
    bytes
}

fn stream(dict: &str, body: &[u8]) -> Vec<u8> {
    let mut whole = format!("<< {dict} /Length {} >>\nstream\n", body.len()).into_bytes();
    whole.extend(body);
    whole.extend(b"\nendstream");
    whole
}

/// Some 300 MB of blanks in 300 KB.
fn bomb() -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..300 {
        packer.write_all(&blanks).expect("blanks");
    }
    packer.finish().expect("a stream")
}

/// Forms that each draw the next one ten times: a hundred million rectangles in a kilobyte.
fn fan() -> Vec<u8> {
    let form = |next: usize| {
        let own =
            format!("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F {next} 0 R >> >>");
        stream(&own, "/F Do ".repeat(10).as_bytes())
    };
    let mut objects: Vec<Vec<u8>> = vec![stream("", b"/F Do")];
    objects.extend((0..8).map(|no| form(6 + no)));
    objects.push(stream("/Type /XObject /Subtype /Form /BBox [0 0 595 842]", b"0 0 10 10 re f"));
    crafted("/Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >>", &objects, "")
}

#[test]
fn files_that_are_no_scans_are_refused_in_a_sentence_and_leave_nothing() {
    tell(async {
        let house = House::with_issued_copies().await;
        let before = house.counts().await;
        let key = "<28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A>";
        let encrypted = crafted(
            "",
            &[format!("<< /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -4 >>").into_bytes()],
            "/Encrypt 4 0 R /ID [<0123456789ABCDEF0123456789ABCDEF> <0123456789ABCDEF0123456789ABCDEF>]",
        );
        let wide = {
            let image = image::GrayImage::from_pixel(20_000, 4, image::Luma([255]));
            let mut bytes = std::io::Cursor::new(Vec::new());
            image.write_to(&mut bytes, image::ImageFormat::Png).expect("a PNG");
            bytes.into_inner()
        };
        let huge = stream(
            "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 8",
            b"x",
        );
        let cases = [
            ("записка.txt", "Это не скан, а записка.".as_bytes().to_vec(), "scan.not-a-scan"),
            ("пусто.pdf", Vec::new(), "scan.not-a-scan"),
            ("огрызок.pdf", b"%PDF-1.7\nnothing follows".to_vec(), "scan.damaged"),
            ("огрызок.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3].to_vec(), "scan.damaged"),
            ("замок.pdf", encrypted, "scan.encrypted"),
            ("полоса.png", wide, "scan.too-large"),
            ("плакат.pdf", crafted("", &[huge], ""), "scan.too-large"),
            ("бомба.pdf", crafted("/Contents 4 0 R", &[stream("/Filter /FlateDecode", &bomb())], ""), "scan.bomb"),
        ];
        for (name, bytes, expected) in cases {
            let taken = take(&house, name, bytes).await;
            assert_eq!(codes(&taken), [expected], "{name}: {:?}", taken.findings);
            assert!(taken.file.is_none() && taken.pages.is_empty(), "{name}");
            let russian = |letter: char| ('а'..='я').contains(&letter);
            assert!(taken.findings[0].message.contains(russian), "{name}: {}", taken.findings[0].message);
        }
        assert_eq!(house.counts().await, before);
        assert!(!house.scans().exists(), "nothing is kept of what was refused");
    });
}

#[test]
fn a_page_that_draws_without_end_is_told_and_stops() {
    tell(async {
        let house = House::with_issued_copies().await;
        let taken = take(&house, "веер.pdf", fan()).await;
        assert_eq!((taken.filed(), codes(&taken)), (0, vec!["scan.damaged-page"]));
    });
}
