//! Checks the seal of a PDF: the whitelist of one shape. Floor 1.
//!
//! A sealed file is an original and the one revision that [`revision::lay_out`] writes for it; everything in that
//! revision is computed again and compared, the container too, so nothing is left to interpretation: no byte may follow,
//! no second update, no second signature, no other byte range. It must never compare with the present time: a seal is
//! valid at its sealing or not at all; and never trust the authority it finds: [`SealCheck::against`] asks the caller.

use chrono::SecondsFormat;

use super::certificate::{self, CertificateFacts};
use super::cms::{self, Parts, Signer};
use super::pdf::{self, Pdf};
use super::revision::{self, Claims};
use super::seal::{digest_of, reserve};
use super::syntax::{self, Dict};
use crate::domain::canon::Digest;
use crate::domain::finding::{Finding, Severity};

/// What findings call the place.
const PLACE: &str = "печать PDF";

/// The outcome of checking a seal. Valid in itself when `findings` is empty; whose it is says [`SealCheck::against`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SealCheck {
    /// What is wrong: codes `seal.*`.
    pub findings: Vec<Finding>,
    /// The seal's certificate, DER.
    pub certificate: Option<Vec<u8>>,
    /// The certificate of the authority that issued it, as the file carries it, DER.
    pub authority: Option<Vec<u8>>,
    /// When the seal says it was put: RFC 3339, seconds, with offset.
    pub claimed_at: Option<String>,
    /// Bytes under the seal: all but the container itself.
    pub covered_bytes: usize,
    /// Bytes of the file before the seal was put.
    pub original_len: usize,
}

impl SealCheck {
    /// Is the seal from this authority? The one question that the file itself cannot answer. Says nothing more when
    /// `findings` already say that no certificate could be read.
    pub fn against(&self, authority_der: &[u8]) -> Vec<Finding> {
        match &self.authority {
            Some(found) if found == authority_der => Vec::new(),
            Some(found) => {
                let finding = error("seal.authority", "сертификат печати выдан другим удостоверяющим центром");
                vec![finding.expected_found(Digest::of(authority_der).to_hex(), Digest::of(found).to_hex())]
            }
            None => Vec::new(),
        }
    }
}

/// A file of the right shape, cut into its parts.
struct Sealed<'a> {
    claims: Claims,
    original_len: usize,
    before: &'a [u8],
    /// Hexadecimal digits of the container with its padding.
    digits: &'a [u8],
    after: &'a [u8],
}

/// Says why a certificate (DER, facts) was not issued by an authority (facts); `None` when it was.
pub type NotIssued<'a> = &'a dyn Fn(&[u8], &CertificateFacts, &CertificateFacts) -> Option<String>;

/// Checks the seal of a PDF. Never fails: what cannot be read is a finding.
pub fn check_seal(pdf: &[u8]) -> SealCheck {
    check_seal_asking(pdf, &certificate::not_issued_by)
}

/// [`check_seal`] for who checks many seals of one school and remembers which certificate was found issued.
pub fn check_seal_asking(pdf: &[u8], not_issued: NotIssued<'_>) -> SealCheck {
    let mut check = SealCheck::default();
    match Sealed::read(pdf) {
        Ok(sealed) => judge(&sealed, not_issued, &mut check),
        Err(differs_at) => check.findings.push(diagnose(pdf, differs_at)),
    }
    check
}

impl<'a> Sealed<'a> {
    /// Cuts the file, or says at which byte it departs from the shape, if that is known.
    fn read(bytes: &'a [u8]) -> Result<Self, Option<usize>> {
        let pdf = Pdf::open(bytes).map_err(|_| None)?;
        let size = pdf.trailer().get(b"Size").and_then(syntax::integer).ok_or(None)?;
        let number = size.checked_sub(2).ok_or(None)?;
        let seal_at = pdf.offset(number).filter(|at| (1..bytes.len()).contains(at)).ok_or(None)?;
        let dict = pdf.dict(number).ok_or(Some(seal_at))?;
        let (claims, contents) = claims_and_contents(&dict).ok_or(Some(seal_at))?;
        // One line end parts the original from the seal's object.
        let (original, appended) = bytes.split_at(seal_at - 1);
        let written = revision::lay_out(original, &claims, contents / 2 - 1).map_err(|_| Some(seal_at))?;
        let gap = written.gap;
        let same = |from: usize, to: usize| match (written.bytes.get(from..to), appended.get(from..to)) {
            (Some(written), Some(found)) if written == found => Ok(()),
            (written, found) => {
                let pairs = written.unwrap_or_default().iter().zip(found.unwrap_or_default());
                Err(Some(original.len() + from + pairs.take_while(|(one, other)| one == other).count()))
            }
        };
        same(0, gap.start + 1)?;
        same(gap.end - 1, written.bytes.len().max(appended.len()))?;
        let gap = original.len() + gap.start..original.len() + gap.end;
        Ok(Self {
            claims,
            original_len: original.len(),
            before: &bytes[..gap.start],
            digits: &bytes[gap.start + 1..gap.end - 1],
            after: &bytes[gap.end..],
        })
    }
}

/// The claims, and the length of the container's hexadecimal string with its brackets.
fn claims_and_contents(seal: &Dict<'_>) -> Option<(Claims, usize)> {
    let contents = seal.get(b"Contents")?.len();
    let claims = revision::read_claims(seal)?;
    (contents >= 2 && contents.is_multiple_of(2)).then_some((claims, contents))
}

fn judge(sealed: &Sealed<'_>, not_issued: NotIssued<'_>, check: &mut SealCheck) {
    check.original_len = sealed.original_len;
    check.covered_bytes = sealed.before.len() + sealed.after.len();
    check.claimed_at = Some(sealed.claims.sealed_at.to_rfc3339_opts(SecondsFormat::Secs, false));
    let Some(container) = container_bytes(sealed.digits) else {
        check.findings.push(unreadable_container());
        return;
    };
    let Some(parts) = cms::read(&container) else {
        check.findings.push(unreadable_container());
        return;
    };
    match holders(&parts) {
        Some((certificate, authority)) => {
            judge_container(sealed, &container, &parts, &certificate, &authority, check);
            judge_chain(sealed, [&certificate, &authority], not_issued, check);
            check.certificate = Some(certificate.der.to_vec());
            check.authority = Some(authority.der.to_vec());
        }
        None => check.findings.push(error("seal.certificate", "сертификаты в печати не читаются")),
    }
}

/// A certificate with what it says.
struct Holder<'a> {
    der: &'a [u8],
    facts: CertificateFacts,
}

/// The seal's certificate and the authority's.
fn holders<'a>(parts: &Parts<'a>) -> Option<(Holder<'a>, Holder<'a>)> {
    let read = |der| Some(Holder { der, facts: certificate::certificate_facts(der).ok()? });
    let (one, other) = (read(parts.certificates[0])?, read(parts.certificates[1])?);
    match parts.signer {
        signer if signer == cms::issuer_and_serial(&one.facts) => Some((one, other)),
        signer if signer == cms::issuer_and_serial(&other.facts) => Some((other, one)),
        _ => None,
    }
}

fn judge_container(
    sealed: &Sealed<'_>,
    container: &[u8],
    parts: &Parts<'_>,
    certificate: &Holder<'_>,
    authority: &Holder<'_>,
    check: &mut SealCheck,
) {
    let signer = Signer { certificate: certificate.der, facts: &certificate.facts, authority: authority.der };
    let canonical = cms::build(&signer, &parts.document, parts.signature) == container
        && sealed.digits.len() == 2 * reserve(&signer);
    if !canonical {
        check.findings.push(unreadable_container());
    }
    let document = digest_of(&[sealed.before, sealed.after]);
    if document != parts.document {
        let finding = error("seal.digest", "содержание файла изменено после наложения печати");
        check.findings.push(finding.expected_found(parts.document.to_hex(), document.to_hex()));
    }
    let signed = cms::to_sign(&signer, &parts.document);
    if !certificate::verify_p256(&certificate.facts.public_key, &signed, parts.signature) {
        check.findings.push(error("seal.signature", "подпись печати не подходит к её сертификату"));
    }
}

fn judge_chain(
    sealed: &Sealed<'_>,
    [certificate, authority]: [&Holder<'_>; 2],
    not_issued: NotIssued<'_>,
    check: &mut SealCheck,
) {
    // The authority's signature under itself is left out: the seal's signature covers its fingerprint, and trust in it
    // comes from the caller, never from the file.
    if let Some(reason) = not_issued(certificate.der, &certificate.facts, &authority.facts) {
        check.findings.push(error("seal.chain", format!("цепочка сертификатов печати не сходится: {reason}")));
    }
    let moment = sealed.claims.sealed_at.to_utc();
    for facts in [&certificate.facts, &authority.facts] {
        if !facts.is_in_force_at(moment) {
            let message = format!("сертификат «{}» не действовал в момент наложения печати", facts.owner);
            let term = format!("{} – {}", facts.not_before.to_rfc3339(), facts.not_after.to_rfc3339());
            check.findings.push(error("seal.validity", message).expected_found(term, moment.to_rfc3339()));
        }
    }
    if !certificate.facts.is_for_signing || certificate.facts.is_authority {
        check.findings.push(error("seal.usage", "сертификат печати не предназначен для подписи документов"));
    }
}

/// The container without its padding: lower-case hexadecimal, then zeros only.
fn container_bytes(digits: &[u8]) -> Option<Vec<u8>> {
    let lower = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    if !digits.iter().all(lower) {
        return None;
    }
    let mut bytes = crate::domain::canon::unhex(std::str::from_utf8(digits).ok()?)?;
    let length = super::asn1::first(&bytes)?.len();
    if bytes[length..].iter().any(|byte| *byte != 0) {
        return None;
    }
    bytes.truncate(length);
    Some(bytes)
}

/// Says in people's words why a file is not of the shape. Slow and only for bad files: it looks at every byte.
fn diagnose(bytes: &[u8], differs_at: Option<usize>) -> Finding {
    if !bytes.starts_with(b"%PDF-") {
        return error("seal.unreadable", "это не файл PDF").weighing(Severity::Unchecked);
    }
    let count = |word: &[u8]| bytes.windows(word.len()).filter(|window| *window == word).count();
    let (ranges, seals, ends) = (count(b"/ByteRange"), count(b"/ETSI.CAdES.detached"), count(b"%%EOF"));
    let last_end = pdf::rfind(bytes, b"%%EOF").map(|at| at + b"%%EOF".len());
    let after_end = last_end.map_or(&[] as &[u8], |at| &bytes[at..]);
    let is_cut = last_end.is_none() || pdf::rfind(after_end, b"/ETSI.CAdES.detached").is_some();
    match () {
        () if is_cut => error("seal.truncated", "файл обрезан: конца документа нет"),
        () if ranges.max(seals) > 1 => error("seal.several", "в файле больше одной подписи, а печать ставится одна")
            .expected_found("1", ranges.max(seals).to_string()),
        () if ranges.max(seals) == 0 && after_end.trim_ascii().is_empty() => {
            error("seal.missing", "в файле нет печати школы")
        }
        () if !matches!(after_end, b"\n") => error("seal.trailing", "после конца документа дописаны посторонние байты")
            .expected_found("1", after_end.len().to_string()),
        // The original's end and the seal's.
        () if ends > 2 => error("seal.later-revision", "после печати в файл дописано обновление"),
        () => {
            let message = "печать устроена не так, как её ставит программа: файл изменён или сделан другой программой";
            match differs_at {
                Some(at) => Finding::new("seal.structure", format!("{PLACE}, байт {at}"), message),
                None => error("seal.structure", message),
            }
        }
    }
}

fn unreadable_container() -> Finding {
    error("seal.contents", "содержимое подписи (CMS) не такое, какое пишет программа")
}

fn error(code: &'static str, message: impl Into<String>) -> Finding {
    Finding::new(code, PLACE, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::sign::authority::{self, AuthoritySubject, SealSubject, Validity};
    use crate::sign::keys::{P256Key, new_p256};
    use crate::sign::seal::place;

    /// The least file that can be sealed.
    fn sheet() -> Vec<u8> {
        let objects =
            ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R>>"];
        let (mut file, mut table) = ("%PDF-1.7\n".to_owned(), "0000000000 65535 f\r\n".to_owned());
        for (index, object) in objects.iter().enumerate() {
            table += &format!("{:010} 00000 n\r\n", file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
        }
        let at = file.len();
        (file + &format!("xref\n0 4\n{table}trailer\n<</Size 4/Root 1 0 R/ID[(a)(a)]>>\nstartxref\n{at}\n%%EOF"))
            .into_bytes()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    /// An authority of the same name whatever its key.
    fn authority(key: &P256Key) -> Vec<u8> {
        let subject = AuthoritySubject { name: "Школа".to_owned(), id: "1".to_owned() };
        let (from, to) = (utc("2025-01-01T00:00:00Z"), utc("2045-01-01T00:00:00Z"));
        authority::create_authority(key, &subject, [1; 16], from, to).unwrap()
    }

    fn certificate(authority_key: &P256Key, key: &P256Key) -> Vec<u8> {
        let subject = SealSubject { organisation: "Школа".to_owned(), id: "1".to_owned() };
        let term = Validity { not_before: utc("2025-09-01T00:00:00Z"), not_after: utc("2027-08-31T23:59:59Z") };
        let authority = authority(authority_key);
        authority::issue_seal_certificate(authority_key, &authority, &key.public_key(), &subject, [2; 16], term)
            .unwrap()
    }

    /// Seals without asking whether one may, and gives the codes that the check finds.
    fn codes_of(key: &P256Key, certificate: &[u8], authority: &[u8], sealed_at: &str) -> Vec<&'static str> {
        let facts = certificate::certificate_facts(certificate).unwrap();
        let signer = Signer { certificate, facts: &facts, authority };
        let sealed_at = DateTime::parse_from_rfc3339(sealed_at).unwrap();
        let claims = Claims { sealed_at, reason: String::new(), location: String::new() };
        let sealed = place(&sheet(), key, &signer, &claims).unwrap();
        check_seal(&sealed).findings.iter().map(|finding| finding.code).collect()
    }

    const DAY: &str = "2025-11-03T12:00:00+05:00";

    #[test]
    fn the_least_file_is_sealed_and_valid() {
        let (ours, seal) = (new_p256([1; 32]), new_p256([2; 32]));
        assert_eq!(codes_of(&seal, &certificate(&ours, &seal), &authority(&ours), DAY), [""; 0]);
    }

    #[test]
    fn a_certificate_by_a_namesake_of_the_authority_is_found() {
        let (ours, namesake, seal) = (new_p256([1; 32]), new_p256([3; 32]), new_p256([2; 32]));
        assert_eq!(codes_of(&seal, &certificate(&namesake, &seal), &authority(&ours), DAY), ["seal.chain"]);
    }

    #[test]
    fn validity_is_compared_with_the_time_of_sealing() {
        let (ours, seal) = (new_p256([1; 32]), new_p256([2; 32]));
        let (certificate, authority) = (certificate(&ours, &seal), authority(&ours));
        let codes = |moment| codes_of(&seal, &certificate, &authority, moment);
        assert_eq!(codes("2027-09-01T04:59:59+05:00"), [""; 0]);
        assert_eq!(codes("2027-09-01T05:00:00+05:00"), ["seal.validity"]);
        assert_eq!(codes("2050-01-01T00:00:00+05:00"), ["seal.validity", "seal.validity"]);
    }

    #[test]
    fn a_seal_by_another_key_than_the_certificates_is_found() {
        let (ours, seal, other) = (new_p256([1; 32]), new_p256([2; 32]), new_p256([3; 32]));
        assert_eq!(codes_of(&other, &certificate(&ours, &seal), &authority(&ours), DAY), ["seal.signature"]);
    }

    #[test]
    fn an_authority_that_seals_by_itself_is_found() {
        let ours = new_p256([1; 32]);
        let second = authority::create_authority(
            &ours,
            &AuthoritySubject { name: "Школа".to_owned(), id: "1".to_owned() },
            [9; 16],
            utc("2025-01-01T00:00:00Z"),
            utc("2045-01-01T00:00:00Z"),
        );
        assert_eq!(codes_of(&ours, &second.unwrap(), &authority(&ours), DAY), ["seal.usage"]);
    }
}
