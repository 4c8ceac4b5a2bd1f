//! What a form of the year sends: its fields, or a file whose rows take the place of the pasted ones. Floor 3.

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};

use super::super::answer::Refusal;
use super::{Fields, readiness};
use crate::bundle::one_table;
use crate::domain::finding::Finding;
use crate::domain::setup::layout::{Layout, PLAN_TOPICS};
use crate::domain::setup::paste::Sheet;

/// A form holds one table: two megabytes are the frame's limit for it, some thirty thousand rows.
const TOO_LARGE: &str =
    "Таблица больше 2 МБ: книгу целиком загружает страница «Загрузка данных», а сюда оставьте один нужный лист";

/// What a form brought that was not taken: shown again beside what is wrong.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) fields: Option<Fields>,
    pub(super) findings: Vec<String>,
    pub(super) note: String,
    /// What a trial warns of: nothing of it bars the rows.
    pub(super) warnings: Vec<String>,
}

impl Sent {
    /// What a trial came to.
    pub(super) fn tried(fields: Fields, note: String, warnings: Vec<Finding>) -> Self {
        let warnings = super::sorted(warnings).iter().map(readiness::plain).collect();
        Self { fields: Some(fields), note, warnings, findings: Vec::new() }
    }
}

/// What came of a form.
pub(super) enum Received {
    /// Its fields; the rows of a file stand in `text`, as if they were pasted.
    Fields(Fields),
    /// A file that cannot be read as this table: what is wrong, beside what was typed.
    Unread(Sent),
}

/// The rows that a form brought. A plan without headings gets them, and its lines keep their numbers.
pub(super) fn pasted(layout: &Layout, fields: &Fields) -> Sheet {
    let sheet = Sheet::from_clipboard(fields.value("text"));
    let headed = if layout.table == PLAN_TOPICS.table { sheet.headed_as_plan() } else { None };
    headed.unwrap_or(sheet)
}

/// Reads a form of either kind. `with_course`: the page is of one course's plan.
pub(super) async fn received(
    request: Request,
    layout: &'static Layout,
    with_course: bool,
) -> Result<Received, Refusal> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media.starts_with("multipart/form-data") {
        let body = String::from_request(request, &()).await.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::Rule(TOO_LARGE.to_owned()),
            _ => Refusal::BrokenUpload,
        })?;
        return Ok(Received::Fields(Fields::of(&body)));
    }
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Refusal::BrokenUpload)?;
    let (mut pairs, mut file) = (Vec::new(), None);
    while let Some(field) = form.next_field().await.map_err(|_| Refusal::BrokenUpload)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|_| Refusal::Rule(TOO_LARGE.to_owned()))?;
        match file_name {
            Some(file_name) if !file_name.is_empty() => file = Some((file_name, bytes)),
            Some(_) => {}
            None => pairs.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    if let Some((name, bytes)) = file {
        match one_table::read(&name, &bytes, layout, with_course) {
            Ok(sheet) => {
                pairs.retain(|(name, _)| name != "text");
                pairs.push(("text".to_owned(), sheet.to_clipboard()));
            }
            Err(findings) => {
                let findings = findings.iter().map(readiness::plain).collect();
                return Ok(Received::Unread(Sent {
                    fields: Some(Fields::from_iter(pairs)),
                    findings,
                    ..Sent::default()
                }));
            }
        }
    }
    Ok(Received::Fields(Fields::from_iter(pairs)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::journal::{Journal, School};
    use crate::domain::setup::cells::Known;

    #[test]
    fn lines_of_a_plan_pasted_without_headings_keep_their_numbers() {
        let text = "Числа\t2\nДроби\t1\nСтепени\t1\nКорни\tдве";
        let fields = Fields::from_iter([("text".to_owned(), text.to_owned())]);
        let course = BTreeMap::from([("course", "C1".to_owned())]);
        let read = PLAN_TOPICS.read_sheet(&pasted(&PLAN_TOPICS, &fields), &Known::default(), &course, 1);
        let told = read.err().unwrap_or_default();
        let hours: Vec<&str> =
            told.iter().filter(|one| one.message == "часы — не число").map(|one| one.place.as_str()).collect();
        assert_eq!(hours, ["строка 4, «Часов»"]);
        // So is an empty topic: one of them does not make a plan something else.
        let text = "01.09\tЧисла\t2\n03.09\tДроби\t1\n08.09\tСтепени\t1\n10.09\t\t1";
        let fields = Fields::from_iter([("text".to_owned(), text.to_owned())]);
        let school = School { year: "2025/2026".to_owned(), ..School::default() };
        let journal = Journal { school, ..Journal::default() };
        let known = Known::of(&journal, std::iter::empty());
        let read = PLAN_TOPICS.read_sheet(&pasted(&PLAN_TOPICS, &fields), &known, &course, 1);
        let told = read.err().unwrap_or_default().into_iter().map(|one| (one.place, one.message));
        // The journal of this test has no courses.
        let told: Vec<_> = told.filter(|(place, _)| !place.contains("«Курс»")).collect();
        assert_eq!(told, [("строка 4, «Тема»".to_owned(), "нужно заполнить".to_owned())]);
        let headed = Fields::from_iter([("text".to_owned(), "Тема\tЧасов\nДроби\t2".to_owned())]);
        assert_eq!(pasted(&PLAN_TOPICS, &headed).heads, ["Тема", "Часов"]);
    }
}
