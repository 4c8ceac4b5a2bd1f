//! Signatures made elsewhere on a copy's page: attached, shown with their verdict, given back. Floor 3.

use axum::extract::{Multipart, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, FixedOffset};

use crate::domain::finding::{Finding, Severity, Verdict};
use crate::domain::people::Visitor;
use crate::domain::words;
use crate::flow::foreign::{self, Kept};
use crate::sign::foreign::{LARGEST, NOT_CHECKED, SELF_ISSUED, Signature, SignatureCheck};
use crate::store::CopyRow;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::query::segment;

/// Room for the largest signature and the form's own words.
pub(super) const ROOM: usize = LARGEST + 64 * 1024;

/// One attached file as the page shows it.
pub(super) struct ForeignView {
    /// «Подпись под выпущенным PDF».
    pub(super) title: &'static str,
    pub(super) badge: &'static str,
    pub(super) verdict: &'static str,
    /// Fields of each signature in it.
    pub(super) signatures: Vec<Vec<(&'static str, String)>>,
    pub(super) findings: Vec<String>,
    /// «приложена 27 октября 2025 г., 12:05».
    pub(super) attached: String,
    pub(super) href: String,
}

/// What stands over a version, each file checked now.
pub(super) async fn views(state: &WebState, row: &CopyRow) -> Result<Vec<ForeignView>, Refusal> {
    let kept = foreign::list(&state.house, row).await?;
    let zone = state.house.config.zone();
    Ok(kept.iter().map(|one| view(one, zone)).collect())
}

fn view(kept: &Kept, zone: FixedOffset) -> ForeignView {
    let (badge, verdict) = match kept.check.verdict() {
        Verdict::Valid | Verdict::Superseded => ("ok", "подпись верна"),
        Verdict::Unchecked => ("wait", "подпись не проверена"),
        Verdict::Altered => ("bad", "подпись неверна"),
    };
    let row = &kept.row;
    ForeignView {
        title: if row.over == foreign::SEALED {
            "Под скреплённым PDF"
        } else {
            "Под выпущенным PDF"
        },
        badge,
        verdict,
        signatures: kept.check.signatures.iter().map(|one| fields(one, zone)).collect(),
        findings: said(&kept.check),
        attached: words::moment_words(&row.at),
        href: format!("/copies/{}/{}/foreign/{}", segment(&row.copy), row.version, row.digest),
    }
}

/// What is worth knowing of a check, each in a sentence.
fn said(check: &SignatureCheck) -> Vec<String> {
    let own = check.signatures.iter().any(|one| one.holder.self_issued).then(|| words::capitalised(SELF_ISSUED));
    own.into_iter().chain(check.findings.iter().map(|finding| words::capitalised(&finding.message))).collect()
}

fn fields(one: &Signature, zone: FixedOffset) -> Vec<(&'static str, String)> {
    let here = |at: &str| DateTime::parse_from_rfc3339(at).ok().map(|at| at.with_timezone(&zone));
    let day = |at: &str| here(at).map_or_else(|| at.to_owned(), |at| words::date_short(at.date_naive()));
    let mut fields: Vec<_> = one.holder.fields().into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    fields.push(("Действителен", format!("с {} по {}", day(&one.holder.not_before), day(&one.holder.not_after))));
    fields.push(("Алгоритм", one.algorithm.clone()));
    if let Some(at) = here(&one.signed_at) {
        fields.push(("Подписано", words::moment_short(&at.to_rfc3339())));
    }
    fields
}

/// `POST /copies/{copy}/foreign`: fields `version`, `sig`. What does not hold is told whole and not kept.
pub(super) async fn attach(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    form: Multipart,
) -> Result<Response, Refusal> {
    let (version, name, bytes) = read(form).await?;
    let act = state.act(&visitor.account);
    let attached = foreign::attach(&state.house, &copy, version, &name, &bytes, &act).await?;
    let Some(row) = attached.row else {
        return Err(Refusal::Rule(refused(&name, &attached.check)));
    };
    let own = match attached.check.signatures.iter().any(|one| one.holder.self_issued) {
        true => format!("; {SELF_ISSUED}"),
        false => String::new(),
    };
    let said = match attached.again {
        true => format!("Эта же подпись уже приложена к копии{own}"),
        false => format!("Подпись верна и приложена к копии{own}; {NOT_CHECKED}"),
    };
    Ok(answer::done(&format!("/copies/{}?version={}", segment(&copy), row.version), &said))
}

/// «Подпись не приложена, wrong.pdf: это не файл электронной подписи (нужно: …; в файле: …)».
fn refused(name: &str, check: &SignatureCheck) -> String {
    let weighty = check.findings.iter().filter(|finding| finding.severity != Severity::Note);
    // Sums of bytes tell people nothing.
    let is_sum = |finding: &Finding| matches!(finding.code, "signature.other-document" | "signature.other-certificate");
    let one = |finding: &Finding| match (finding.expected.as_str(), finding.found.as_str()) {
        _ if is_sum(finding) => finding.message.clone(),
        ("", "") => finding.message.clone(),
        (expected, "") => format!("{} (нужно: {expected})", finding.message),
        ("", found) => format!("{} (в файле: {found})", finding.message),
        (expected, found) => format!("{} (нужно: {expected}; в файле: {found})", finding.message),
    };
    let why: Vec<String> = weighty.map(one).collect();
    format!("Подпись не приложена, {name}: {}", why.join("; "))
}

async fn read(mut form: Multipart) -> Result<(Option<u32>, String, Vec<u8>), Refusal> {
    let (mut version, mut name, mut bytes) = (None, String::new(), None);
    let broken = |_| Refusal::BrokenUpload;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default().to_owned().as_str() {
            "version" => version = field.text().await.map_err(broken)?.parse().ok(),
            "sig" => {
                name = field.file_name().unwrap_or_default().to_owned();
                bytes = Some(field.bytes().await.map_err(broken)?.to_vec());
            }
            _ => {}
        }
    }
    let bytes = bytes.filter(|_| !name.is_empty()).ok_or(Refusal::NoFile)?;
    Ok((version, name, bytes))
}

/// `GET /copies/{copy}/{version}/foreign/{file}`: the file as it was given.
pub(super) async fn download(
    State(state): State<WebState>,
    Path((copy, version, file)): Path<(String, u32, String)>,
) -> Result<Response, Refusal> {
    let bytes = foreign::file(&state.house, &copy, version, &file).await?.ok_or(Refusal::NotFound)?;
    let named = format!("attachment; filename=\"{copy}-v{version}.pdf.sig\"");
    let headers =
        [(header::CONTENT_TYPE, "application/pkcs7-signature".to_owned()), (header::CONTENT_DISPOSITION, named)];
    Ok((headers, bytes).into_response())
}
