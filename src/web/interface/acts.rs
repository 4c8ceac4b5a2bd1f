//! What programs do and not only read: check a file, bring a bundle, follow a job; once for each idempotency key. Floor 3.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use super::super::WebState;
use super::list::{pairs, tagged};
use super::problem::Problem;
use crate::domain::canon::Digest;
use crate::domain::finding::Finding;
use crate::flow::jobs::{self, Work};
use crate::flow::tokens::Bearer;
use crate::flow::verify::{VerifyOptions, verify_bytes};
use crate::flow::{Act, import};
use crate::store::{AnswerKey, JobRow, KeptAnswer};
use crate::vault::durable;

/// Header with the client's own name for a request that must happen once.
const KEY_HEADER: &str = "idempotency-key";
/// The longest key, characters.
pub(super) const LONGEST_KEY: usize = 128;
/// How long an answer is kept for its key, seconds: a day.
const KEPT_SECONDS: i64 = 24 * 3600;

/// A request's body with all that tells it from another.
struct Asked {
    key: String,
    fingerprint: String,
    bytes: Vec<u8>,
}

async fn read(state: &WebState, request: Request, media: &[&str]) -> Result<Asked, Problem> {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !media.contains(&kind.as_str()) {
        return Err(Problem::new("bad-media", format!("Нужен Content-Type: {}.", media.join(" или "))));
    }
    let key = match parts.headers.get(KEY_HEADER) {
        None => String::new(),
        Some(key) => {
            let plain = key
                .to_str()
                .ok()
                .filter(|key| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()));
            plain
                .ok_or_else(|| {
                    Problem::new("bad-key", format!("Нужно от 1 до {LONGEST_KEY} латинских знаков без пробелов."))
                })?
                .to_owned()
        }
    };
    let most = state.house.config.limits().upload_bytes;
    let large = || Problem::new("too-large", format!("Наибольший файл — {} МиБ.", most / 1024 / 1024));
    let bytes = to_bytes(body, most).await.map_err(|_| large())?;
    if bytes.is_empty() {
        return Err(Problem::new("no-body", "Пришлите файл телом запроса."));
    }
    let head = format!("{} {}\n", parts.method, parts.uri);
    let fingerprint = Digest::of(&[head.as_bytes(), &bytes].concat()).to_hex();
    Ok(Asked { key, fingerprint, bytes: bytes.to_vec() })
}

/// Does a thing once for its key: a repeated request gets the first one's answer, another request under the same key is refused.
async fn once<F>(
    state: &WebState,
    bearer: &Bearer,
    asked: Asked,
    act: impl FnOnce(Vec<u8>) -> F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<(StatusCode, Json), Problem>>,
{
    let key = AnswerKey { token: &bearer.id, key: &asked.key };
    if !asked.key.is_empty() {
        let now = state.now().timestamp();
        let kept = state.house.db.take_answer_key(key, &asked.fingerprint, now, now - KEPT_SECONDS).await?;
        if let Some(kept) = kept {
            if kept.fingerprint != asked.fingerprint {
                return Err(Problem::new("other-body", "Для нового запроса возьмите новый ключ."));
            }
            if kept.status == 0 {
                return Err(Problem::new("under-way", "Повторите позже: ответ будет тот же."));
            }
            let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
            let mut response = answer(status, kept.body);
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
            return Ok(response);
        }
    }
    match act(asked.bytes).await {
        Ok((status, body)) => {
            let body = body.to_string();
            if !asked.key.is_empty() {
                let kept = KeptAnswer {
                    fingerprint: asked.fingerprint,
                    status: status.as_u16(),
                    content_type: "application/json".to_owned(),
                    body: body.clone(),
                };
                state.house.db.keep_answer(key, &kept).await?;
            }
            Ok(answer(status, body))
        }
        Err(problem) => {
            if !asked.key.is_empty() {
                state.house.db.drop_answer_key(key).await?;
            }
            Err(problem)
        }
    }
}

fn answer(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response()
}

fn broke(error: &tokio::task::JoinError) -> Problem {
    tracing::error!(error = %error, "a check broke off");
    Problem::new("fault", "Проверка оборвалась.")
}

/// `POST /api/v1/verify`: a file in the body, a verdict out, nothing kept.
pub(super) async fn verify(
    State(state): State<WebState>,
    bearer: Bearer,
    request: Request,
) -> Result<Response, Problem> {
    let name = pairs(request.uri(), &["name"])?.pop().map(|(_, name)| name).unwrap_or_else(|| "file".to_owned());
    let _permit = state.uploads.acquire().await.map_err(|_| Problem::new("fault", "Дом останавливается."))?;
    let asked = read(&state, request, &["application/octet-stream", "application/pdf", "application/zip"]).await?;
    let options = VerifyOptions::of(&state.house, true).await?;
    once(&state, &bearer, asked, |bytes| async move {
        let checked = tokio::task::spawn_blocking(move || verify_bytes(&name, &bytes, &options)).await;
        let report = checked.map_err(|error| broke(&error))?;
        let told = json!({
            "what": report.what(),
            "verdict": report.verdict,
            "verdict_ru": report.verdict.as_russian(),
            "exit_code": report.verdict.exit_code(),
            "checked": report.checked,
            "findings": report.findings,
        });
        Ok((StatusCode::OK, told))
    })
    .await
}

/// `POST /api/v1/import?dry_run=true|false`: a zipped bundle in the body. A trial is answered at once, the real thing becomes a job.
pub(super) async fn import(
    State(state): State<WebState>,
    bearer: Bearer,
    request: Request,
) -> Result<Response, Problem> {
    let dry_run = match pairs(request.uri(), &["dry_run"])?.pop() {
        None => true,
        Some((_, text)) => match text.as_str() {
            "true" => true,
            "false" => false,
            _ => return Err(Problem::new("bad-parameter", "Параметр «dry_run»: нужно true или false.")),
        },
    };
    let _permit = state.uploads.acquire().await.map_err(|_| Problem::new("fault", "Дом останавливается."))?;
    let asked = read(&state, request, &["application/zip"]).await?;
    // Who issued the token answers for what it brings.
    let act = state.act(&bearer.issued_by);
    let own = state.clone();
    once(&state, &bearer, asked, |bytes| async move {
        let file = format!("{}.zip", Digest::of(&bytes));
        let path = own.house.incoming().join(&file);
        let fault = |error: crate::vault::Error| Problem::from(crate::flow::Error::from(error));
        std::fs::create_dir_all(own.house.incoming())
            .map_err(|source| Problem::from(crate::flow::Error::File { path: own.house.incoming(), source }))?;
        durable::write_once(&path, &bytes).map_err(fault)?;
        if dry_run { trial(&own, &path, &act).await } else { queue(&own, file, &act).await }
    })
    .await
}

async fn trial(state: &WebState, path: &std::path::Path, act: &Act) -> Result<(StatusCode, Json), Problem> {
    let outcome = match import::import(&state.house, path, true, act).await {
        Ok(outcome) => outcome,
        // The file was just written here: what cannot be read is the zip itself.
        Err(crate::flow::Error::File { .. }) => {
            let finding = Finding::new("import.unreadable", "файл", "это не zip с набором данных, или он повреждён");
            import::Outcome::Refused(vec![finding])
        }
        Err(other) => return Err(other.into()),
    };
    let told = match outcome {
        import::Outcome::Refused(findings) => json!({ "outcome": "refused", "rows": 0, "findings": findings }),
        import::Outcome::Unchanged { .. } => json!({ "outcome": "unchanged", "rows": 0, "findings": [] }),
        import::Outcome::WouldImport(would) | import::Outcome::Imported(would) => {
            json!({ "outcome": "would_import", "rows": would.written, "findings": would.warnings })
        }
    };
    Ok((StatusCode::OK, told))
}

async fn queue(state: &WebState, file: String, act: &Act) -> Result<(StatusCode, Json), Problem> {
    let queued = jobs::queue(&state.house, &Work::Import { file }, act).await?;
    state.ops.wake.notify_one();
    Ok((
        StatusCode::ACCEPTED,
        json!({ "job": queued.id, "href": format!("/api/v1/jobs/{}", queued.id), "already": queued.already }),
    ))
}

/// `GET /api/v1/jobs/{job}`: a job that this token's issuer asked for, or any with the scope of operations.
pub(super) async fn job(
    State(state): State<WebState>,
    bearer: Bearer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let own =
        |row: &JobRow| row.created_by == bearer.issued_by || bearer.may(crate::domain::rights::Action::ReadOperations);
    let found = if id.contains('\0') { None } else { state.house.db.find_job(&id).await? };
    let row = found.filter(own).ok_or_else(|| Problem::new("not-found", "Такой работы нет."))?;
    // Not the whole of it as it is kept: whether there is anything to go on with is asked by the house's own pages alone.
    let outcome = jobs::outcome(&row).map(|ended| json!({ "said": ended.said, "refused": ended.refused }));
    let told = json!({
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "stage": row.stage,
        "done": row.done,
        "total": row.total,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "outcome": outcome,
    });
    Ok(tagged(&told, &headers))
}

/// `GET /api/v1/school`.
pub(super) async fn school(State(state): State<WebState>, headers: HeaderMap) -> Result<Response, Problem> {
    let house = Arc::clone(&state.house);
    let row = house.db.find_school().await?.ok_or_else(|| Problem::new("not-found", "Школы ещё нет."))?;
    let told = json!({
        "id": house.config.school,
        "name": row.school.name,
        "short_name": row.school.short_name,
        "town": row.school.town,
        "utc_offset_minutes": row.utc_offset_minutes,
        "years": house.db.list_years().await?,
    });
    Ok(tagged(&told, &headers))
}

/// `GET /api/v1/policy`: the policy in force, as its file.
pub(super) async fn policy(State(state): State<WebState>, headers: HeaderMap) -> Result<Response, Problem> {
    let row = state.house.db.find_school().await?.ok_or_else(|| Problem::new("not-found", "Школы ещё нет."))?;
    let told = json!({
        "name": row.policy,
        "sha256": Digest::of(row.policy_text.as_bytes()).to_hex(),
        "text": row.policy_text,
    });
    Ok(tagged(&told, &headers))
}
