//! Checking files that people drop on the page: bytes in, a verdict out, nothing kept. Floor 3.

mod code;
mod fate;

use askama::Template;
use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use self::code::CodeView;
use super::answer::{self, Refusal};
use super::frame::Frame;
use super::guard::Passage;
use super::query::{Asked, segment};
use super::route::{Access, Group, Route, SubjectOf, get, post};
use super::{LARGEST_UPLOAD_BYTES, WebState};
use crate::domain::canon::Digest;
use crate::domain::copy::Standing;
use crate::domain::finding::{Finding, Severity, Verdict};
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::domain::snapshot::supplement_no;
use crate::domain::words;
use crate::flow::force::Versions;
use crate::flow::verify::{Report, TRUSTED, VerifyOptions, verify_bytes};

/// An over-long upload is read on to this many bytes and thrown away: a browser shows an answer only after it has sent all.
const DRAINED_BYTES: usize = 10 * LARGEST_UPLOAD_BYTES;

/// Routes of these pages: whoever holds a file may check it.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/verify", Access::Public, SubjectOf::House, form)
            .in_menu(Group::Records, "Проверка файла")
            .helped("records#проверка-файла"),
        post("/verify", Access::Public, SubjectOf::House, verify),
    ]
}

#[derive(Template)]
#[template(path = "verify.html", config = "src/web/askama.toml")]
struct VerifyPage {
    frame: Frame,
    checks: Vec<CheckView>,
    /// Text of a sheet's code as it was typed; empty for none.
    asked: String,
    /// What it says.
    code: Option<CodeView>,
}

/// What a check said of one file.
struct VerifyView {
    /// The file's name as it came.
    file: String,
    /// What the file is: «копия классного журнала 5А, I четверть, версия 1»; empty when it cannot be said.
    what: String,
    /// The plain answer.
    verdict: Verdict,
    /// What was checked and holds, a sentence each: «Печать школы цела».
    checked: Vec<String>,
    /// What a person compares with the paper; empty for nothing.
    compare: String,
    /// What was found.
    findings: Vec<Finding>,
    /// Which copy it is and which version, where that can be said.
    copy: Option<(String, u32)>,
    /// The later version that this house has sealed.
    later: Option<Later>,
}

/// A later version of what was checked; nobody's data stands in it.
struct Later {
    /// «В этой школе есть более поздняя версия 2, скреплена печатью …».
    said: String,
    /// Where it is read; empty for who may not read it.
    href: String,
}

impl VerifyView {
    fn of(file: String, report: Report) -> Self {
        let what = report.what();
        let copy = report.copy.as_ref().map(|copy| (copy.id.clone(), copy.version));
        let Report { verdict, checked, findings, .. } = report;
        Self { file, what, verdict, checked, compare: String::new(), findings, copy, later: None }
    }

    /// That the authority is the one this house knows is the house's word alone: whoever holds the paper is asked to compare. `own`: DER of it.
    fn ask_to_compare(&mut self, own: &[u8]) {
        if let Some(line) = self.checked.iter_mut().find(|line| line.as_str() == TRUSTED) {
            "Удостоверяющий центр – тот, который записан в этой «Летописи».".clone_into(line);
            self.compare = format!(
                "Сравните отпечаток удостоверяющего центра с титульным листом бумажной копии: {}. Без этого сравнения вы верите этой \
                 «Летописи» на слово.",
                Digest::of(own)
            );
        }
    }

    /// Is it a supplement (дополнительный лист) and not a copy?
    fn is_supplement(&self) -> bool {
        self.copy.as_ref().is_some_and(|(id, _)| supplement_no(id).is_some())
    }

    /// The same with moments as an office writes them, for the page: programs and the command line get them as they were recorded.
    fn for_people(mut self, zone: FixedOffset) -> Self {
        for finding in &mut self.findings {
            for text in [&mut finding.message, &mut finding.expected, &mut finding.found] {
                *text = with_moments(text, zone);
            }
        }
        for line in &mut self.checked {
            *line = with_moments(line, zone);
        }
        self
    }

    /// A file tells nothing of what was sealed after it: this house knows.
    async fn superseded_by(&mut self, state: &WebState, visitor: Option<&Visitor>) -> Result<(), Refusal> {
        let Some((id, version)) = self.copy.as_ref().filter(|_| self.verdict == Verdict::Valid) else { return Ok(()) };
        let versions = Versions::of_copy(&state.house, id).await?;
        let Standing::Replaced { by, .. } = versions.standing(id, *version) else { return Ok(()) };
        // One that is still being made takes nobody's place.
        let Some(sealed) = state.house.db.find_register_line(id, by).await? else { return Ok(()) };
        let line = sealed.line;
        let grade = state.directory().await?.class(&line.class).map_or(0, |class| class.grade);
        let reads = visitor.is_some_and(|one| one.reach(Action::ReadCopies).class(&line.class, grade));
        self.later = Some(Later {
            said: format!(
                "В этой школе есть более поздняя версия {by}, скреплена печатью {}.",
                words::moment_words(&line.sealed_at)
            ),
            href: if reads { format!("/copies/{}?version={by}", segment(id)) } else { String::new() },
        });
        self.verdict = Verdict::Superseded;
        Ok(())
    }
}

/// One verdict as the page shows it.
struct CheckView {
    view: VerifyView,
}

impl CheckView {
    fn verdict_class(&self) -> &'static str {
        match self.view.verdict {
            Verdict::Valid => "valid",
            Verdict::Superseded => "superseded",
            Verdict::Unchecked => "unchecked",
            Verdict::Altered => "altered",
        }
    }

    /// What to do now, in one sentence.
    fn advice(&self) -> &'static str {
        match self.view.verdict {
            Verdict::Valid => "Всё, что можно было проверить, проверено и сходится.",
            Verdict::Superseded if self.view.is_supplement() => {
                "Сам файл цел, но у дополнительного листа есть более поздняя версия: пользуйтесь ею."
            }
            Verdict::Superseded => "Сам файл цел, но у копии есть более поздняя версия: пользуйтесь ею.",
            Verdict::Unchecked => "Не хватает части, без которой ответить нельзя. Это не значит, что файл изменён.",
            Verdict::Altered => "Этому файлу верить нельзя. Ниже сказано, что именно не сошлось.",
        }
    }
}

/// A sentence with its moments (RFC 3339) as «24.10.2025, 20:05»: by the clock of whoever wrote them, those of UTC by the school's.
fn with_moments(text: &str, zone: FixedOffset) -> String {
    let is_part = |letter: char| letter.is_ascii_digit() || "T:+-Z".contains(letter);
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(is_part) {
        let (before, run) = rest.split_at(from);
        let (run, after) = run.split_at(run.find(|letter: char| !is_part(letter)).unwrap_or(run.len()));
        said.push_str(before);
        match DateTime::parse_from_rfc3339(run) {
            Ok(moment) => {
                let own = if moment.offset().local_minus_utc() == 0 { moment.with_timezone(&zone) } else { moment };
                said.push_str(&words::moment_short(&own.to_rfc3339()));
            }
            Err(_) => said.push_str(run),
        }
        rest = after;
    }
    said.push_str(rest);
    said
}

/// Does the finding need somebody who knows the program, so that its code helps?
fn shows_code(finding: &Finding) -> bool {
    finding.severity >= Severity::Error
}

/// Words for a finding's weight.
fn weight(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Note => "к сведению",
        Severity::Warning => "внимание",
        Severity::Error => "ошибка",
        Severity::Unchecked => "не проверено",
    }
}

/// The answer for programs.
#[derive(Serialize)]
struct CheckJson<'a> {
    file: &'a str,
    what: &'a str,
    verdict: Verdict,
    verdict_ru: &'static str,
    exit_code: u8,
    findings: &'a [Finding],
}

impl<'a> CheckJson<'a> {
    fn of(view: &'a VerifyView) -> Self {
        Self {
            file: &view.file,
            what: &view.what,
            verdict: view.verdict,
            verdict_ru: view.verdict.as_russian(),
            exit_code: view.verdict.exit_code(),
            findings: &view.findings,
        }
    }
}

/// `GET /verify`: the forms alone, for a bookmark and for a reload after a check; with `qr` what that text of a sheet's code says.
async fn form(
    State(state): State<WebState>,
    frame: Frame,
    asked: Asked,
    request: Request,
) -> Result<Response, Refusal> {
    let visitor = request.extensions().get::<Passage>().and_then(|passage| passage.holder.clone());
    drop(request);
    let asked = asked.value("qr").to_owned();
    let code = CodeView::of(&state, &asked, visitor.as_deref()).await?;
    answer::page(&VerifyPage { frame: frame.titled("Проверка файла"), checks: Vec::new(), asked, code })
}

/// `POST /verify`, `multipart/form-data`, any number of files. A page, or a JSON array when the client asks for JSON.
pub(super) async fn verify(State(state): State<WebState>, frame: Frame, request: Request) -> Result<Response, Refusal> {
    let wants_json = answer::wants_json(request.headers());
    let views = check(&state, request).await?;
    if wants_json {
        return Ok(Json(views.iter().map(CheckJson::of).collect::<Vec<_>>()).into_response());
    }
    let zone = *state.now().offset();
    let checks = views.into_iter().map(|view| CheckView { view: view.for_people(zone) }).collect();
    answer::page(&VerifyPage {
        frame: frame.titled("Результат проверки"), checks, asked: String::new(), code: None
    })
}

async fn check(state: &WebState, mut request: Request) -> Result<Vec<VerifyView>, Refusal> {
    let _check = state.checks.acquire().await.map_err(|_| Refusal::Fault)?;
    let _permit = state.uploads.acquire().await.map_err(|_| Refusal::Fault)?;
    let visitor = request.extensions().get::<Passage>().and_then(|passage| passage.holder.clone());
    // The house knows its own school: what another authority signed is not this school's record.
    let options = VerifyOptions::of(&state.house, true).await?;
    // Counted below, file by file, so that an over-long one gets a sentence and not a broken connection.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::NoFile)?;
    let mut views = Vec::new();
    let mut room = Room { taken: 0 };
    while let Some((name, bytes)) = next_file(&mut form, &mut room).await? {
        let mut view = check_one(options.clone(), name, bytes).await?;
        view.ask_to_compare(options.authority.as_deref().unwrap_or_default());
        view.superseded_by(state, visitor.as_deref()).await?;
        views.push(view);
    }
    if views.is_empty() { Err(Refusal::NoFile) } else { Ok(views) }
}

/// Checking hashes and parses for a while: it runs where that holds up nobody.
async fn check_one(options: VerifyOptions, name: String, bytes: Vec<u8>) -> Result<VerifyView, Refusal> {
    let checked = tokio::task::spawn_blocking(move || {
        let report = verify_bytes(&name, &bytes, &options);
        VerifyView::of(name, report)
    });
    checked.await.map_err(|error| answer::fault(&error))
}

/// Bytes taken by all files of one form.
struct Room {
    taken: usize,
}

/// The next field that holds a file; a form sent without a choice holds one of no name and no bytes.
async fn next_file(form: &mut Multipart, room: &mut Room) -> Result<Option<(String, Vec<u8>)>, Refusal> {
    while let Some(mut field) = form.next_field().await.map_err(|_| Refusal::BrokenUpload)? {
        let name = field.file_name().map(str::to_owned).unwrap_or_default();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|_| Refusal::BrokenUpload)? {
            room.taken += chunk.len();
            if room.taken <= LARGEST_UPLOAD_BYTES {
                bytes.extend_from_slice(&chunk);
            } else if room.taken > DRAINED_BYTES {
                return Err(Refusal::TooLarge);
            } else {
                bytes = Vec::new();
            }
        }
        if room.taken > LARGEST_UPLOAD_BYTES {
            return Err(Refusal::TooLarge);
        }
        if !name.is_empty() {
            return Ok(Some((name, bytes)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_an_office_writes_them_and_everything_else_as_it_stands() {
        let zone = FixedOffset::east_opt(3 * 3600).unwrap();
        let told = |text: &str| with_moments(text, zone);
        assert_eq!(
            told("Печать школы цела, поставлена 2025-10-24T20:05:00+03:00."),
            "Печать школы цела, поставлена 24.10.2025, 20:05."
        );
        assert_eq!(told("до подписания (2025-10-24T20:05:00+05:00)."), "до подписания (24.10.2025, 20:05).");
        assert_eq!(told("2024-12-31T21:00:00+00:00 – 2025-10-24T17:05:00Z"), "01.01.2025, 00:00 – 24.10.2025, 20:05");
        for text in ["№ 2025-5А-1Ч, версия 1", "лист 3 из 14 — T00012", "2025-10-24"] {
            assert_eq!(told(text), text);
        }
    }

    #[test]
    fn a_code_stands_only_where_something_is_wrong() {
        let of = |severity| Finding::new("document.alone", "PDF", "").weighing(severity);
        assert!(!shows_code(&of(Severity::Note)) && !shows_code(&of(Severity::Warning)));
        assert!(shows_code(&of(Severity::Error)) && shows_code(&of(Severity::Unchecked)));
    }
}
