//! Signatures made elsewhere: files of openssl and its GOST engine, our verdict on them, the attacks, and the engine's own word.

use std::path::PathBuf;
use std::process::Command;

use letopis::domain::finding::Verdict;
use letopis::sign::foreign::{Document, NOT_CHECKED, SignatureCheck, check_signature};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/documents/signatures/foreign")
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn check(bytes: &[u8]) -> SignatureCheck {
    let document = file("document.pdf");
    let other = Document { name: "issued", bytes: b"%PDF-1.7 another" };
    check_signature("файл", bytes, &[other, Document { name: "sealed", bytes: &document }])
}

fn codes(check: &SignatureCheck) -> Vec<&'static str> {
    check.findings.iter().map(|finding| finding.code).collect()
}

/// Files of this folder that are right, and words of their algorithms.
const RIGHT: [(&str, &str); 15] = [
    ("gost256-A.sig", "ГОСТ Р 34.10-2012, 256 бит"),
    ("gost256-B.sig", "ГОСТ Р 34.10-2012, 256 бит"),
    ("gost256-C.sig", "ГОСТ Р 34.10-2012, 256 бит"),
    ("gost256-TCA.sig", "ГОСТ Р 34.10-2012, 256 бит"),
    ("gost256-TCB.sig", "ГОСТ Р 34.10-2012, 256 бит"),
    ("gost256-TCC.sig", "ГОСТ Р 34.10-2012, 256 бит"),
    ("gost256-TCD.sig", "ГОСТ Р 34.10-2012, 256 бит"),
    ("gost512-A.sig", "ГОСТ Р 34.10-2012, 512 бит"),
    ("gost512-B.sig", "ГОСТ Р 34.10-2012, 512 бит"),
    ("gost512-C.sig", "ГОСТ Р 34.10-2012, 512 бит"),
    ("gost256.p7s", "хэш-функция ГОСТ Р 34.11-2012 («Стрибог»), 256 бит"),
    ("gost256-bare.sig", "хэш-функция ГОСТ Р 34.11-2012 («Стрибог»), 256 бит"),
    ("gost256-keyid.sig", "хэш-функция ГОСТ Р 34.11-2012 («Стрибог»), 256 бит"),
    ("rsa.sig", "подпись RSA, хэш-функция SHA-256"),
    ("ecdsa.sig", "подпись ECDSA P-256, хэш-функция SHA-256"),
];

#[test]
fn every_algorithm_curve_and_form_is_read_and_found_right() {
    for (name, algorithm) in RIGHT {
        let check = check(&file(name));
        assert_eq!(check.verdict(), Verdict::Valid, "{name}: {:#?}", check.findings);
        assert_eq!(check.over, "sealed", "{name}");
        let [one] = &check.signatures[..] else { panic!("{name}: one signature") };
        assert!(one.algorithm.contains(algorithm), "{name}: {}", one.algorithm);
        assert!(one.signed_at.ends_with('Z'), "{name}: {}", one.signed_at);
        let fields = one.holder.fields();
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let expected = [
            "Владелец: Гранитов Роман Ильич",
            "Организация: Школа «Кварц»",
            "Должность: Директор",
            "ИНН: 000000000012",
            "ИНН организации: 0000000034",
            "ОГРН: 0000000000056",
            "СНИЛС: 00000000078",
            "Кем выдан: Школа «Кварц»",
        ];
        assert_eq!(fields[..8], expected, "{name}");
        assert!(fields[8].starts_with("Серийный номер: "), "{fields:?}");
        assert_eq!((&one.holder.not_before[..10], &one.holder.not_after[..10]), ("2026-01-01", "2036-01-01"));
    }
    assert!(NOT_CHECKED.contains("не проверялся"));
}

/// The outer elements of DER, down to a level, with lengths that have no number: as programs write that do not know the end yet.
fn endless(der: &[u8], level: usize) -> Vec<u8> {
    let head = if der[1] < 0x80 { 2 } else { 2 + usize::from(der[1] & 0x7F) };
    if level == 0 {
        return der.to_vec();
    }
    let mut inside = Vec::new();
    let mut rest = &der[head..];
    while !rest.is_empty() {
        let count = usize::from(rest[1] & 0x7F);
        let length = match rest[1] {
            ..0x80 => 2 + usize::from(rest[1]),
            _ => 2 + count + rest[2..2 + count].iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)),
        };
        let constructed = rest[0] & 0x20 != 0;
        inside.extend(if constructed { endless(&rest[..length], level - 1) } else { rest[..length].to_vec() });
        rest = &rest[length..];
    }
    [vec![der[0], 0x80], inside, vec![0, 0]].concat()
}

#[test]
fn lengths_without_a_number_are_read_and_nothing_may_follow_them() {
    let whole = file("gost512-A.sig");
    for level in 1..4 {
        let written = endless(&whole, level);
        assert_ne!(written, whole);
        assert_eq!(check(&written).verdict(), Verdict::Valid, "level {level}: {:#?}", check(&written).findings);
        assert_ne!(check(&written[..written.len() - 1]).verdict(), Verdict::Valid, "level {level}");
        assert_ne!(check(&[written, vec![0, 0]].concat()).verdict(), Verdict::Valid, "level {level}");
    }
    // A nest without end neither ends the program nor passes.
    let nest = [0x30, 0x80].repeat(5_000);
    assert_eq!(codes(&check(&nest)), ["signature.not-a-signature"]);
}

#[test]
fn what_is_wrong_has_a_verdict_with_place_found_and_expected() {
    let pdf = file("document.pdf");
    let cases: [(&str, Vec<u8>, &str, Verdict); 13] = [
        ("out of its term", file("expired.sig"), "signature.certificate-expired", Verdict::Altered),
        ("the old GOST", file("gost2001.sig"), "signature.unknown-algorithm", Verdict::Unchecked),
        ("SHA-1", file("sha1.sig"), "signature.unknown-algorithm", Verdict::Unchecked),
        ("no CAdES", file("plain.sig"), "signature.certificate-unbound", Verdict::Unchecked),
        ("attached", file("attached.sig"), "signature.not-detached", Verdict::Altered),
        ("a certificate", file("certificate.cer"), "signature.not-a-signature", Verdict::Altered),
        ("the document itself", pdf, "signature.not-a-signature", Verdict::Altered),
        ("words", "подпись".into(), "signature.not-a-signature", Verdict::Altered),
        ("nothing", Vec::new(), "signature.not-a-signature", Verdict::Altered),
        ("a zip", b"PK\x03\x04....".to_vec(), "signature.not-a-signature", Verdict::Altered),
        ("half of one", file("gost256-A.sig")[..600].to_vec(), "signature.not-a-signature", Verdict::Altered),
        ("one and more", [file("gost256-A.sig"), vec![0]].concat(), "signature.not-a-signature", Verdict::Altered),
        ("eleven megabytes", vec![0x30; 11 * 1024 * 1024], "signature.unreadable", Verdict::Altered),
    ];
    for (what, bytes, code, verdict) in cases {
        let check = check(&bytes);
        assert_eq!((codes(&check), check.verdict()), (vec![code], verdict), "{what}: {:#?}", check.findings);
        let finding = &check.findings[0];
        assert_eq!(finding.place, "файл", "{what}");
        assert!(!finding.expected.is_empty() && !finding.found.is_empty(), "{what}: {finding}");
    }
    let of_another = |bytes: &[u8]| check_signature("файл", bytes, &[Document { name: "issued", bytes: b"another" }]);
    for (name, _) in RIGHT {
        let check = of_another(&file(name));
        assert_eq!(codes(&check), ["signature.other-document"], "{name}");
        assert_eq!((check.verdict(), check.over), (Verdict::Altered, ""), "{name}");
    }
}

#[test]
fn no_flipped_byte_of_a_signature_leaves_it_valid() {
    // The forms differ in their containers, the algorithms in their mathematics; the largest are left to a step.
    for (name, step) in [
        ("gost256-A.sig", 1),
        ("ecdsa.sig", 1),
        ("gost256.p7s", 1),
        ("gost256-keyid.sig", 3),
        ("gost512-C.sig", 5),
        ("rsa.sig", 3),
    ] {
        let whole = file(name);
        for at in (0..whole.len()).step_by(step) {
            // Three bits in turn: a low one, one of a letter's case, the highest.
            let mut bytes = whole.clone();
            bytes[at] ^= [0x01, 0x20, 0x80][at % 3];
            let check = check(&bytes);
            assert_ne!(check.verdict(), Verdict::Valid, "{name}: byte {at} of {} changed unseen", whole.len());
        }
        for end in (0..whole.len()).step_by(97) {
            assert_ne!(check(&whole[..end]).verdict(), Verdict::Valid, "{name} cut at {end}");
        }
    }
}

#[test]
fn a_signature_of_one_key_does_not_pass_with_the_certificate_of_another() {
    // Same names, same kind, another key: the certificate of one put where that of another stood.
    let (one, other) = (file("gost256-A.sig"), file("gost256-B.sig"));
    let certificate = |bytes: &[u8]| {
        let at = bytes
            .windows(2)
            .enumerate()
            .filter(|(at, pair)| *at > 40 && *pair == [0x30, 0x82])
            .map(|(at, _)| at)
            .next();
        let at = at.expect("a certificate");
        let length = usize::from(bytes[at + 2]) << 8 | usize::from(bytes[at + 3]);
        at..at + 4 + length
    };
    let (of_one, of_other) = (certificate(&one), certificate(&other));
    assert_eq!(of_one.len(), of_other.len(), "no length has to change");
    let mixed = [&one[..of_one.start], &other[of_other], &one[of_one.end..]].concat();
    let check = check(&mixed);
    assert_ne!(check.verdict(), Verdict::Valid, "{:#?}", check.findings);
}

#[test]
fn openssl_with_its_engine_says_the_same_of_every_file() {
    let config = std::env::temp_dir().join(format!("letopis-gost-{}.cnf", std::process::id()));
    let text = "openssl_conf = c\n[c]\nengines = e\n[e]\ngost = g\n[g]\nengine_id = gost\ndefault_algorithms = ALL\n";
    std::fs::write(&config, text).unwrap();
    let openssl = |arguments: &[&str]| {
        Command::new("openssl").args(arguments).current_dir(folder()).env("OPENSSL_CONF", &config).output()
    };
    let there = openssl(&["engine", "gost"]).is_ok_and(|out| String::from_utf8_lossy(&out.stdout).contains("(gost)"));
    if !there {
        eprintln!("ПРОПУЩЕНО: у openssl нет модуля gost (пакет libengine-gost-openssl)");
        return;
    }
    let verify = |name: &str, content: &str| {
        let form = if name.ends_with(".p7s") { "PEM" } else { "DER" };
        let arguments = [
            "cms",
            "-verify",
            "-binary",
            "-inform",
            form,
            "-in",
            name,
            "-content",
            content,
            "-noverify",
            "-out",
            "/dev/null",
        ];
        openssl(&arguments).unwrap().status.success()
    };
    let other = config.with_extension("pdf");
    std::fs::write(&other, "%PDF-1.7 another").unwrap();
    for (name, _) in RIGHT.into_iter().filter(|(name, _)| *name != "gost256-bare.sig") {
        assert!(verify(name, "document.pdf"), "{name}");
        assert!(!verify(name, other.to_str().unwrap()), "{name} over another document");
    }
}
