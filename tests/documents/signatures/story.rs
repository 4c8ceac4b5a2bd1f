//! What signing and sealing promise, and what they refuse.

use letopis::domain::canon::Digest;
use letopis::sign::authority::{self, SealSubject, certificate_facts, verify_issued_by};
use letopis::sign::keys::verify_ed25519;
use letopis::sign::{Error, seal};

use super::press::{self, OTHER, SCHOOL, SEALED, School, TAGGED, UNSEALED, WITH_A_LINK};

#[test]
fn a_sealed_pdf_is_valid_and_says_whose_seal_it_is_and_when() {
    let check = seal::check_seal(&SEALED);
    assert_eq!(check.findings, []);
    assert_eq!(check.certificate.as_ref(), Some(&SCHOOL.seal_certificate));
    assert_eq!(check.authority.as_ref(), Some(&SCHOOL.authority));
    assert_eq!(check.claimed_at.as_deref(), Some("2025-11-03T12:00:00+05:00"));
    assert_eq!(check.against(&SCHOOL.authority), []);
}

#[test]
fn the_issued_bytes_stand_unchanged_before_the_seal() {
    let check = seal::check_seal(&SEALED);
    assert_eq!(SEALED[..check.original_len], UNSEALED[..]);
    assert!(check.covered_bytes > UNSEALED.len());
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    assert_eq!(Digest::of(&SCHOOL.seal(&UNSEALED)), Digest::of(&SEALED));
}

#[test]
fn a_page_that_has_links_and_tags_is_sealed_too() {
    for original in [&WITH_A_LINK, &TAGGED, &OTHER] {
        assert_eq!(seal::check_seal(&SCHOOL.seal(original)).findings, []);
    }
}

#[test]
fn a_seal_without_reason_and_place_is_valid() {
    let request = seal::SealRequest { sealed_at: press::moment("2025-11-03T00:00:00-03:30"), reason: "", location: "" };
    let sealed = seal::seal_pdf(&UNSEALED, &SCHOOL.seal_key, &SCHOOL.seal_certificate, &SCHOOL.authority, &request);
    let check = seal::check_seal(&sealed.unwrap());
    assert_eq!(check.findings, []);
    assert_eq!(check.claimed_at.as_deref(), Some("2025-11-03T00:00:00-03:30"));
}

#[test]
fn attachments_read_the_same_before_and_after_the_seal() {
    let files = seal::attachments(&SEALED).unwrap();
    assert_eq!(files, seal::attachments(&UNSEALED).unwrap());
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["snapshot.json", "statements.json"]);
    assert_eq!(files[0].1, "{\"класс\":\"5А\"}".as_bytes());
    assert_eq!(files[1].1.len(), 1 + 200 * "\"заявление\",".len() + 2);
    assert_eq!(seal::attachments(&OTHER).unwrap(), []);
}

#[test]
fn a_certificate_gives_a_mark_its_number_owner_and_term() {
    let facts = certificate_facts(&SCHOOL.person_certificate).unwrap();
    // The first bits of the number are set so that it is positive and has 16 bytes.
    assert_eq!(facts.serial_hex, format!("70{}", "F0".repeat(15)));
    assert_eq!(facts.owner, "Проверочная Анна Образцовна");
    assert_eq!(facts.office, "Учитель русского языка");
    assert_eq!((facts.organisation.as_str(), facts.identifier.as_str()), ("МБОУ «СОШ № 17»", "T00005"));
    assert_eq!(facts.issuer, "Удостоверяющий центр МБОУ «СОШ № 17»");
    assert_eq!((facts.not_before, facts.not_after), (press::term().not_before, press::term().not_after));
    assert!(facts.is_for_signing && !facts.is_authority);
    assert!(certificate_facts(&SCHOOL.authority).unwrap().is_authority);
}

#[test]
fn a_certificate_survives_pem_and_nothing_else_passes_for_one() {
    let pem = authority::to_pem(&SCHOOL.person_certificate);
    assert_eq!(authority::from_pem(&pem).unwrap(), SCHOOL.person_certificate);
    assert!(matches!(authority::from_pem(&pem.replace("CERTIFICATE", "PRIVATE KEY")), Err(Error::NotACertificate(_))));
    assert!(matches!(certificate_facts(b"0\x00"), Err(Error::NotACertificate(_))));
}

#[test]
fn a_signature_belongs_to_one_message_and_one_certificate() {
    let signature = SCHOOL.person_key.sign(b"letopis.statement/v1\n{}\n");
    assert!(verify_ed25519(&SCHOOL.person_certificate, b"letopis.statement/v1\n{}\n", &signature));
    assert!(!verify_ed25519(&SCHOOL.person_certificate, b"letopis.statement/v1\n[]\n", &signature));
    assert!(!verify_ed25519(&SCHOOL.seal_certificate, b"letopis.statement/v1\n{}\n", &signature));
    assert!(!verify_ed25519(&SCHOOL.person_certificate, b"letopis.statement/v1\n{}\n", &signature[1..]));
}

#[test]
fn only_the_authority_that_issued_a_certificate_vouches_for_it() {
    let twin = School::founded(9);
    for certificate in [&SCHOOL.person_certificate, &SCHOOL.seal_certificate, &SCHOOL.authority] {
        assert_eq!(verify_issued_by(certificate, &SCHOOL.authority), Ok(()));
        assert!(matches!(verify_issued_by(certificate, &twin.authority), Err(Error::NotIssued(_))));
        assert!(matches!(verify_issued_by(certificate, &SCHOOL.seal_certificate), Err(Error::NotIssued(_))));
    }
}

#[test]
fn a_seal_certificate_cannot_issue_certificates() {
    let subject = SealSubject { organisation: "Самозванец".to_owned(), id: String::new() };
    let public = SCHOOL.seal_key.public_key();
    let (key, term) = (&SCHOOL.seal_key, press::term());
    let issued = authority::issue_seal_certificate(key, &SCHOOL.seal_certificate, &public, &subject, [3; 16], term);
    assert!(matches!(issued, Err(Error::NotIssued(_))));
}

#[test]
fn a_sealed_document_refuses_a_second_seal() {
    let request = press::request(press::sealing_time());
    let again = seal::seal_pdf(&SEALED, &SCHOOL.seal_key, &SCHOOL.seal_certificate, &SCHOOL.authority, &request);
    assert_eq!(again, Err(Error::AlreadySealed));
}

#[test]
fn a_seal_is_refused_to_a_wrong_key_a_wrong_authority_and_a_wrong_day() {
    let twin = School::founded(9);
    let seal = |key, certificate, authority, day: &str| {
        let outcome = seal::seal_pdf(&UNSEALED, key, certificate, authority, &press::request(press::moment(day)));
        outcome.unwrap_err()
    };
    let day = "2025-11-03T12:00:00+05:00";
    let School { authority_key, seal_key, seal_certificate, authority, person_certificate, .. } = &*SCHOOL;
    assert_eq!(seal(&twin.seal_key, seal_certificate, authority, day), Error::KeyMismatch);
    assert_eq!(seal(seal_key, person_certificate, authority, day), Error::KeyMismatch);
    assert_eq!(seal(authority_key, authority, authority, day), Error::NotForSealing);
    assert!(matches!(seal(seal_key, seal_certificate, &twin.authority, day), Error::NotIssued(_)));
    assert!(matches!(seal(seal_key, seal_certificate, authority, "2025-08-31T23:00:00Z"), Error::NotInForce(_)));
    assert!(matches!(seal(seal_key, seal_certificate, authority, "2056-01-01T00:00:00Z"), Error::NotInForce(_)));
}

#[test]
fn what_is_not_a_typeset_pdf_is_not_sealed() {
    let seal = |pdf: &[u8]| {
        let request = press::request(press::sealing_time());
        seal::seal_pdf(pdf, &SCHOOL.seal_key, &SCHOOL.seal_certificate, &SCHOOL.authority, &request)
    };
    for bad in [&b""[..], b"%PDF-1.7\n", &UNSEALED[..UNSEALED.len() / 2], &[&UNSEALED[..], b"\nxx"].concat()] {
        assert!(matches!(seal(bad), Err(Error::ForeignPdf(_))));
    }
}
