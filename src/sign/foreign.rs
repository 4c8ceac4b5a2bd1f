//! Signatures made elsewhere over a document of ours: detached CMS/CAdES, GOST R 34.10-2012, RSA, ECDSA. Floor 1.
//!
//! | module | holds |
//! |---|---|
//! | `container` | text, BER and DER, the parts of `SignedData` |
//! | `holder` | the certificate's fields |
//! | `algorithm` | digests, keys, the mathematics |
//!
//! Checked is mathematics: the document's digest, the signed attributes, the signature over them, that it names its certificate, and that
//! the certificate was in force when the signature says it was made. Who issued the certificate, whether it was revoked and whether it is
//! a qualified one is **not** checked: [`NOT_CHECKED`] is said beside every verdict. It must never be lenient: what is not understood is
//! «не проверено», never valid.

mod algorithm;
mod container;
mod holder;

use chrono::SecondsFormat;
use serde::Serialize;

use self::algorithm::{Hash, Scheme};
use self::container::{Container, SignerInfo, Unread};
use self::holder::Certificate;
use crate::domain::canon::hex;
use crate::domain::finding::{Finding, Severity, Verdict};
use crate::domain::words;
pub use holder::Holder;

/// Said beside every verdict.
pub const NOT_CHECKED: &str = "квалифицированный статус сертификата не проверялся";

/// Said of a certificate whose owner issued it.
pub const SELF_ISSUED: &str = "сертификат выдан самому себе: кто его владелец, никто другой не подтвердил";

/// The largest signature file, bytes: one that carries lists of revoked certificates has some megabytes.
pub const LARGEST: usize = 10 * 1024 * 1024;

/// A document that a signature may be over.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// `issued`, `sealed`.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// One signature of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// The certificate's fields.
    pub holder: Holder,
    /// «подпись ГОСТ Р 34.10-2012, 256 бит, хэш-функция …».
    pub algorithm: String,
    /// When it says that it was made, RFC 3339; empty when it does not.
    pub signed_at: String,
}

/// What a check found. The verdict is [`Verdict::of`] its findings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignatureCheck {
    /// What is wrong or worth knowing: codes `signature.*`.
    pub findings: Vec<Finding>,
    /// Its signatures, as far as they could be read.
    pub signatures: Vec<Signature>,
    /// Name of the document that all of them are over; empty when there is none.
    pub over: &'static str,
}

impl SignatureCheck {
    /// The plain answer.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(&self.findings, false)
    }
}

/// Checks a signature file over one of the documents; `place` is what findings call it. Never fails: what cannot be read is a finding.
pub fn check_signature(place: &str, file: &[u8], documents: &[Document<'_>]) -> SignatureCheck {
    let mut check = SignatureCheck::default();
    let unread = |message: &str| Finding::new("signature.unreadable", place, message);
    if file.len() > LARGEST {
        let message = "файл больше, чем бывает отсоединённая подпись";
        check.findings.push(unread(message).expected_found("не больше 10 МБ", words::size(file.len() as u64)));
        return check;
    }
    let Some(der) = container::unwrapped(file) else {
        check.findings.push(not_a_signature(place, kind_of(file)));
        return check;
    };
    match Container::read(&der) {
        Ok(container) => judge(place, &container, documents, &mut check),
        Err(Unread::NotSignedData) => {
            check.findings.push(not_a_signature(place, "другие данные ASN.1 (сертификат, ключ, …)"))
        }
        Err(Unread::NotDetached) => {
            let finding =
                Finding::new("signature.not-detached", place, "подпись присоединённая: документ лежит внутри неё");
            check.findings.push(finding.expected_found("отсоединённая подпись", "присоединённая подпись"));
        }
        Err(Unread::Part(part)) => {
            let message = "файл подписи повреждён или устроен не по CAdES";
            check.findings.push(
                unread(message).expected_found("подпись CAdES (ETSI EN 319 122-1)", format!("неверная часть {part}")),
            );
        }
    }
    check
}

fn not_a_signature(place: &str, found: &str) -> Finding {
    let message = "это не файл электронной подписи";
    let expected = "отсоединённая подпись CMS/CAdES (.sig, .p7s)";
    Finding::new("signature.not-a-signature", place, message).expected_found(expected, found)
}

/// A word for what lies in a file that is no signature.
fn kind_of(file: &[u8]) -> &'static str {
    match file {
        [] => "пустой файл",
        [b'%', b'P', b'D', b'F', ..] => "PDF",
        [b'P', b'K', 3, 4, ..] => "zip",
        [0x30, ..] => "повреждённые данные ASN.1",
        _ if std::str::from_utf8(file).is_ok() => "текст",
        _ => "другие данные",
    }
}

fn judge(place: &str, container: &Container<'_>, documents: &[Document<'_>], check: &mut SignatureCheck) {
    let several = container.signers.len() > 1;
    for (no, info) in (1..).zip(&container.signers) {
        let place = if several { format!("{place}, подпись {no}") } else { place.to_owned() };
        let over = judge_one(&place, info, container, documents, check);
        if no == 1 {
            check.over = over;
        } else if check.over != over {
            check.over = "";
            check.findings.push(Finding::new(
                "signature.other-document",
                place,
                "подписи в файле стоят под разными документами",
            ));
        }
    }
    if container.unsigned {
        let message = "рядом с подписью лежит то, чего она не защищает (штампы времени, списки отозванных сертификатов): оно не проверялось";
        check.findings.push(Finding::new("signature.unsigned-parts", place, message).weighing(Severity::Note));
    }
}

/// Judges one signature; the name of the document that it is over.
fn judge_one(
    place: &str,
    info: &SignerInfo<'_>,
    container: &Container<'_>,
    documents: &[Document<'_>],
    check: &mut SignatureCheck,
) -> &'static str {
    let mut found = |code: &'static str, severity: Severity, message: &str, expected: String, found: String| {
        check.findings.push(Finding::new(code, place, message).weighing(severity).expected_found(expected, found));
    };
    let certificates: Vec<Certificate<'_>> =
        container.certificates.iter().filter_map(|der| Certificate::read(der)).collect();
    let own = certificates.iter().find(|one| {
        // Serial number and issuer, or `[0]` around the key's identifier.
        one.issuer_and_serial == info.signer
            || (info.signer.len() > 2 && !one.key_id.is_empty() && info.signer[2..] == *one.key_id)
    });
    let Some(own) = own else {
        let message = "в файле нет сертификата, которым сделана подпись: проверить её нечем";
        found("signature.no-certificate", Severity::Unchecked, message, "сертификат подписавшего".into(), "нет".into());
        return "";
    };
    let digest = container::algorithm(info.digest);
    let hash = digest.and_then(Hash::named);
    let named = algorithm::words(&own.key, hash, digest);
    let signed_at = info.signing_time.and_then(holder::moment);
    let text = signed_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default();
    check.signatures.push(Signature { holder: own.holder.clone(), algorithm: named.clone(), signed_at: text.clone() });
    let mut found = |code: &'static str, severity: Severity, message: &str, expected: String, found: String| {
        check.findings.push(Finding::new(code, place, message).weighing(severity).expected_found(expected, found));
    };
    let scheme = hash
        .zip(container::algorithm(info.algorithm))
        .and_then(|(hash, signed)| Some((hash, Scheme::of(&own.key, hash, signed)?)));
    let Some((hash, scheme)) = scheme else {
        let message = "алгоритм подписи программе не известен: проверить её нельзя";
        let known = "ГОСТ Р 34.10-2012 с ГОСТ Р 34.11-2012, RSA или ECDSA с SHA-2";
        found("signature.unknown-algorithm", Severity::Unchecked, message, known.into(), named);
        return "";
    };
    match info.certificate {
        None => {
            let message = "подпись не называет свой сертификат, и владельца можно подменить: это CMS, но не CAdES";
            let expected = "реквизит signing-certificate-v2".into();
            found("signature.certificate-unbound", Severity::Unchecked, message, expected, "нет".into());
        }
        Some((algorithm, named)) => {
            let by = algorithm.map_or(Some(Hash::Sha256), |der| container::algorithm(der).and_then(Hash::named));
            match by.map(|hash| hash.of(own.der)) {
                None => {
                    let message = "сертификат назван неизвестной хэш-функцией: его подмену не исключить";
                    found("signature.certificate-unbound", Severity::Unchecked, message, String::new(), String::new());
                }
                Some(is) if is != named => {
                    let message = "сертификат в файле не тот, который подписан: он изменён или подменён";
                    found("signature.other-certificate", Severity::Error, message, hex(named), hex(&is));
                    return "";
                }
                Some(_) => {}
            }
        }
    }
    if !scheme.verify(&info.attributes, info.signature) {
        let message = "подпись неверна: файл подписи изменён или сделан другим ключом";
        found("signature.altered", Severity::Error, message, String::new(), String::new());
        return "";
    }
    match signed_at {
        None => {
            let message = "время подписания не названо: нельзя сказать, действовал ли тогда сертификат";
            found("signature.no-time", Severity::Unchecked, message, "реквизит signing-time".into(), "нет".into());
        }
        Some(at) if at < own.not_before || own.not_after < at => {
            let message = "в момент подписания сертификат не действовал";
            let term =
                format!("с {} по {}", words::moment(&own.holder.not_before), words::moment(&own.holder.not_after));
            found("signature.certificate-expired", Severity::Error, message, term, words::moment(&text));
        }
        Some(_) => {}
    }
    let over = documents.iter().find(|document| hash.of(document.bytes) == info.message_digest);
    let Some(over) = over else {
        let message = "подпись цела, но сделана под другим документом";
        let expected: Vec<String> = documents.iter().map(|document| hex(&hash.of(document.bytes))).collect();
        found("signature.other-document", Severity::Error, message, expected.join(" или "), hex(info.message_digest));
        return "";
    };
    over.name
}
