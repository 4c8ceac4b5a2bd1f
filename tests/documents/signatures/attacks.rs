//! Attacks on the seal, each by name: what is done to a sealed file, and the finding that names it.

use letopis::domain::finding::{Severity, Verdict};
use letopis::sign::seal::{SealCheck, check_seal};
use proptest::prelude::*;

use super::press::{OTHER, SCHOOL, SEALED, School, UNSEALED};

/// Codes of what a check found.
fn codes(pdf: &[u8]) -> Vec<&'static str> {
    check_seal(pdf).findings.into_iter().map(|finding| finding.code).collect()
}

/// Place of a word in bytes; the last one.
fn place(bytes: &[u8], word: &str) -> usize {
    bytes.windows(word.len()).rposition(|window| window == word.as_bytes()).unwrap()
}

/// The sealed file with one word written over, same length.
fn overwritten(word: &str, with: &str) -> Vec<u8> {
    let (mut pdf, at) = (SEALED.clone(), place(&SEALED, word));
    assert_eq!(word.len(), with.len());
    pdf[at..at + with.len()].copy_from_slice(with.as_bytes());
    pdf
}

/// Where the container's digits stand.
fn digits(pdf: &[u8]) -> std::ops::Range<usize> {
    let start = place(pdf, "/Contents<") + "/Contents<".len();
    let length = pdf[start..].iter().position(|byte| *byte == b'>').unwrap();
    start..start + length
}

/// Bytes of an incremental update that changes nothing but the information dictionary's place.
fn update(pdf: &[u8]) -> Vec<u8> {
    let at = pdf.len();
    let startxref = place(pdf, "startxref") + "startxref\n".len();
    let previous: String = pdf[startxref..].iter().take_while(|b| b.is_ascii_digit()).map(|b| *b as char).collect();
    let trailer = place(pdf, "trailer\n") + "trailer\n<<".len();
    let rest = String::from_utf8_lossy(&pdf[trailer..place(pdf, "/Prev")]).into_owned();
    let object = "900 0 obj\n<<>>\nendobj\n";
    let xref = at + object.len();
    let table =
        format!("xref\n900 1\n{at:010} 00000 n\r\ntrailer\n<<{rest}/Prev {previous}>>\nstartxref\n{xref}\n%%EOF\n");
    [pdf, object.as_bytes(), table.as_bytes()].concat()
}

#[test]
fn a_pdf_that_was_never_sealed_has_no_seal() {
    assert_eq!(codes(&UNSEALED), ["seal.missing"]);
}

#[test]
fn a_file_that_is_no_pdf_cannot_be_checked() {
    let check = check_seal(b"PK\x03\x04");
    assert_eq!((check.findings[0].code, check.findings[0].severity), ("seal.unreadable", Severity::Unchecked));
    assert_eq!(Verdict::of(&check.findings, false), Verdict::Unchecked);
}

#[test]
fn junk_appended_after_the_end_is_found() {
    for junk in [&b"x"[..], b"\n", b"\r\n", b" ", b"\0", b"% comment\n", b"\n%%EO"] {
        assert_eq!(codes(&[&SEALED[..], junk].concat()), ["seal.trailing"], "{junk:?}");
    }
    assert_eq!(codes(&[&SEALED[..], b"%%EOF\n"].concat()), ["seal.later-revision"]);
}

#[test]
fn a_second_incremental_update_is_found() {
    assert_eq!(codes(&update(&SEALED)), ["seal.later-revision"]);
}

#[test]
fn a_second_signature_is_found() {
    let second = &SEALED[UNSEALED.len()..];
    assert_eq!(codes(&[&SEALED[..], second].concat()), ["seal.several"]);
}

#[test]
fn a_changed_byte_in_a_page_is_found() {
    let mut pdf = SEALED.clone();
    let at = place(&UNSEALED, "stream\n") - 40;
    pdf[at] ^= 1;
    assert!(codes(&pdf).contains(&"seal.digest"));
}

#[test]
fn a_changed_attachment_is_found() {
    assert_eq!(codes(&overwritten("{\"класс\":\"5А\"}", "{\"класс\":\"6А\"}")), ["seal.digest"]);
}

#[test]
fn a_changed_cross_reference_table_is_found() {
    let entry = SEALED[UNSEALED.len()..].windows(9).position(|window| window == b" 00000 n\r").unwrap();
    let mut pdf = SEALED.clone();
    pdf[UNSEALED.len() + entry - 1] ^= 1;
    assert_ne!(codes(&pdf), [""; 0]);
    assert_ne!(codes(&overwritten("00000 n\r\ntrailer", "00000 f\r\ntrailer")), [""; 0]);
}

#[test]
fn a_changed_time_of_sealing_is_found() {
    let check = check_seal(&overwritten("/M(D:20251103", "/M(D:20251002"));
    assert!(!check.findings.is_empty());
}

#[test]
fn a_changed_byte_range_is_found() {
    let range = place(&SEALED, "/ByteRange[") + "/ByteRange[".len();
    let numbers = SEALED[range..].iter().take_while(|byte| **byte != b' ' || byte.is_ascii_digit()).count();
    let mut pdf = SEALED.clone();
    pdf[range + numbers + 1] ^= 1;
    assert_eq!(codes(&pdf), ["seal.structure"]);
}

#[test]
fn a_byte_range_that_does_not_reach_the_end_is_found() {
    let range = place(&SEALED, "/ByteRange[") + "/ByteRange[".len();
    let end = SEALED[range..].iter().position(|byte| *byte == b']').unwrap();
    let text = String::from_utf8(SEALED[range..range + end].to_vec()).unwrap();
    let numbers: Vec<usize> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let shorter = format!("0 {} {} {}", numbers[1], numbers[2], numbers[3] - 1);
    let mut pdf = SEALED.clone();
    pdf[range..range + shorter.len()].copy_from_slice(shorter.as_bytes());
    assert_eq!(codes(&pdf), ["seal.structure"]);
}

#[test]
fn a_byte_in_the_padding_of_the_container_is_found() {
    let mut pdf = SEALED.clone();
    pdf[digits(&SEALED).end - 1] = b'1';
    assert_eq!(codes(&pdf), ["seal.contents"]);
}

#[test]
fn a_container_spelt_in_capitals_is_found() {
    let mut pdf = SEALED.clone();
    pdf[digits(&SEALED)].make_ascii_uppercase();
    assert_eq!(codes(&pdf), ["seal.contents"]);
}

#[test]
fn a_container_from_another_document_is_found() {
    let other = SCHOOL.seal(&OTHER);
    let mut pdf = SEALED.clone();
    pdf[digits(&SEALED)].copy_from_slice(&other[digits(&other)]);
    assert_eq!(codes(&pdf), ["seal.digest"]);
}

#[test]
fn a_container_that_is_missing_or_null_is_found() {
    let mut zeros = SEALED.clone();
    zeros[digits(&SEALED)].fill(b'0');
    assert_eq!(codes(&zeros), ["seal.contents"]);
    assert_eq!(codes(&overwritten("/Contents<", "/Kontents<")), ["seal.structure"]);
    assert_eq!(codes(&overwritten("/ByteRange[", "/BiteRange[")), ["seal.structure"]);
    let without = |word: &str, instead: &str| {
        let at = place(&SEALED, word);
        [&SEALED[..at], instead.as_bytes(), &SEALED[at + word.len()..]].concat()
    };
    assert_eq!(codes(&without("/ByteRange[0", "/ByteRange null %[0")), ["seal.structure"]);
    assert_eq!(codes(&without("/Contents<", "/Contents null/Other<")), ["seal.structure"]);
    assert_eq!(codes(&without("/Contents<", "/Contents<>/Other<")), ["seal.structure"]);
}

#[test]
fn a_file_cut_off_anywhere_is_found() {
    for length in (5..SEALED.len()).step_by(97).chain([SEALED.len() - 1, UNSEALED.len() + 1]) {
        assert_ne!(codes(&SEALED[..length]), [""; 0], "{length}");
    }
    assert_eq!(codes(&SEALED[..SEALED.len() - 200]), ["seal.truncated"]);
    assert_eq!(codes(&SEALED[..UNSEALED.len() - 9]), ["seal.truncated"]);
    assert_eq!(codes(&SEALED[..UNSEALED.len()]), ["seal.missing"]);
}

#[test]
fn bytes_put_between_the_original_and_its_seal_are_found() {
    let (original, seal) = SEALED.split_at(UNSEALED.len());
    assert_ne!(codes(&[original, b"\n", seal].concat()), [""; 0]);
    assert_ne!(codes(&[original, b"950 0 obj\n<<>>\nendobj\n", seal].concat()), [""; 0]);
}

#[test]
fn a_seal_of_another_authority_is_valid_in_itself_and_not_ours() {
    let twin = School::founded(9);
    let check = check_seal(&twin.seal(&UNSEALED));
    assert_eq!(check.findings, []);
    let codes: Vec<_> = check.against(&SCHOOL.authority).iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["seal.authority"]);
}

#[test]
fn a_certificate_under_a_borrowed_authority_is_found() {
    // The container of the twin's seal with our authority's certificate put in the place of the twin's; both are as long.
    let as_long = |twin: &School| twin.authority.len() == SCHOOL.authority.len();
    let twin = (9..50).map(School::founded).find(as_long).unwrap();
    let sealed = twin.seal(&UNSEALED);
    let range = digits(&sealed);
    let (theirs, ours) = (hex(&twin.authority), hex(&SCHOOL.authority));
    let text = String::from_utf8(sealed[range.clone()].to_vec()).unwrap().replace(&theirs, &ours);
    let text = format!("{text:0<width$}", width = range.len());
    let pdf = [&sealed[..range.start], &text.as_bytes()[..range.len()], &sealed[range.end..]].concat();
    let codes = codes(&pdf);
    assert_eq!(codes, ["seal.contents", "seal.signature", "seal.chain"]);
}

#[test]
fn a_seal_by_a_key_without_certificate_is_found() {
    // The signature's last byte, which stands before the padding: only the signature is wrong.
    let range = digits(&SEALED);
    let last = SEALED[range.clone()].iter().rposition(|byte| *byte != b'0').unwrap();
    let mut pdf = SEALED.clone();
    let at = range.start + last;
    pdf[at] = if pdf[at] == b'1' { b'2' } else { b'1' };
    assert_eq!(codes(&pdf), ["seal.signature"]);
}

#[test]
fn every_changed_byte_gives_a_finding() {
    // Every 37th byte here; LETOPIS_EVERY=1 asks for all of them.
    let every = std::env::var("LETOPIS_EVERY").ok().and_then(|text| text.parse().ok()).unwrap_or(37);
    let mut pdf = SEALED.clone();
    for at in (0..pdf.len()).step_by(every) {
        for bit in [0x01, 0x20, 0x80] {
            pdf[at] ^= bit;
            assert_ne!(check_seal(&pdf).findings, [], "byte {at}, bit {bit:#x}");
            pdf[at] ^= bit;
        }
    }
}

#[test]
fn a_finding_says_in_russian_what_is_wrong() {
    let SealCheck { findings, .. } = check_seal(&overwritten("{\"класс\":\"5А\"}", "{\"класс\":\"6А\"}"));
    let text = findings[0].to_string();
    assert!(
        text.starts_with("ошибка [seal.digest] печать PDF: содержание файла изменено после наложения печати"),
        "{text}"
    );
}

fn hex(bytes: &[u8]) -> String {
    letopis::domain::canon::hex(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert_ne!(check_seal(&bytes).findings, []);
        let _ = letopis::sign::seal::attachments(&bytes);
        let _ = letopis::sign::authority::certificate_facts(&bytes);
    }

    #[test]
    fn a_file_with_a_piece_of_it_moved_never_panics_and_is_found(
        from in 0.0..1.0_f64, to in 0.0..1.0_f64, length in 1_usize..300,
    ) {
        let mut pdf = SEALED.clone();
        let place = |part: f64| (part * (pdf.len() - length) as f64) as usize;
        let (from, to) = (place(from), place(to));
        pdf.copy_within(from..from + length, to);
        prop_assume!(pdf != *SEALED);
        prop_assert_ne!(check_seal(&pdf).findings, []);
        let _ = letopis::sign::seal::attachments(&pdf);
    }
}
