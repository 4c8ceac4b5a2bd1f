//! The interface's own document, OpenAPI 3.1, made of the table of lists, and a page that shows it without any script. Floor 3.

use askama::Template;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use super::super::answer::{self, Refusal};
use super::super::frame::Frame;
use super::acts::LONGEST_KEY;
use super::list::{LONGEST_TEXT, MOST_ROWS, USUAL_ROWS};
use super::problem::{CODES, MEDIA};
use super::resources::{Form, RESOURCES, Resource, VOID};
use crate::domain::rights::Action;
use crate::domain::token::SCOPES;
use crate::store::pages::Type;

/// The whole document.
pub(super) fn document() -> Json {
    let mut paths = Map::new();
    for resource in RESOURCES {
        paths.insert(resource.path.to_owned(), json!({ "get": operation_of(resource) }));
    }
    for (path, item) in single_paths() {
        paths.insert(path.to_owned(), item);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Летопись: интерфейс для программ",
            "version": "1",
            "description": "Чтение данных школы, лента изменений, проверка файлов и загрузка набора. Даты — ISO 8601, моменты — RFC 3339 со \
                смещением. Ошибки — application/problem+json (RFC 9457) с постоянным полем code. Списки идут страницами: адрес следующей — \
                в поле next и в заголовке Link. Запросы POST с заголовком Idempotency-Key выполняются один раз, ответ хранится сутки.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": format!("Ключ доступа с правами: {}.", SCOPES.map(|scope| format!("{} — {}", scope.word, scope.about)).join("; "))
            } },
            "schemas": schemas(),
        },
        "security": [{ "token": [] }],
    })
}

fn word(action: Action) -> &'static str {
    SCOPES.iter().find(|scope| scope.action == action).map_or("", |scope| scope.word)
}

/// Responses that every operation has.
fn refusals(codes: &[&str]) -> Map<String, Json> {
    let mut responses = Map::new();
    for (code, status, title) in CODES.iter().filter(|(code, ..)| codes.contains(code)) {
        let told = responses.entry(status.as_u16().to_string()).or_insert_with(|| {
            json!({ "description": "", "content": { MEDIA: { "schema": { "$ref": "#/components/schemas/Problem" } } } })
        });
        let before = told["description"].as_str().unwrap_or_default().to_owned();
        let joint = if before.is_empty() { "" } else { " · " };
        told["description"] = Json::String(format!("{before}{joint}{code}: {title}"));
        if *code == "no-token" {
            told["headers"] = json!({ "WWW-Authenticate": { "required": true, "schema": { "type": "string" } } });
        }
    }
    responses
}

fn with_tag(description: &str, schema: Json) -> Json {
    json!({
        "description": description,
        "headers": { "ETag": { "required": true, "description": "Метка содержания для If-None-Match.", "schema": { "type": "string" } } },
        "content": { "application/json": { "schema": schema } }
    })
}

fn unchanged() -> Json {
    json!({ "description": "Не изменилось с If-None-Match." })
}

fn if_none_match() -> Json {
    json!({ "name": "If-None-Match", "in": "header", "required": false, "schema": { "type": "string" },
            "description": "Метка ETag прежнего ответа." })
}

fn parameter(name: &str, about: &str, schema: Json) -> Json {
    json!({ "name": name, "in": "query", "required": false, "description": about, "schema": schema })
}

fn form(form: Form) -> Json {
    match form {
        Form::Text => {
            json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_TEXT, "pattern": "^[^\\u0000]+$" })
        }
        Form::Date => json!({ "type": "string", "format": "date" }),
        Form::Number => json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }),
    }
}

fn operation_of(resource: &Resource) -> Json {
    let mut parameters = vec![
        parameter(
            "limit",
            "Сколько строк на странице.",
            json!({ "type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": USUAL_ROWS }),
        ),
        parameter("after", "Место в списке: берите из next.", json!({ "type": "string" })),
    ];
    if resource.listing.yearly {
        let schema = json!({ "type": "string", "pattern": "^[0-9]{4}/[0-9]{4}$" });
        parameters.push(parameter("year", "Учебный год; без него — последний.", schema));
    }
    for filter in resource.filters {
        parameters.push(parameter(filter.name, filter.about, form(filter.form)));
    }
    parameters.push(if_none_match());
    let item = schema_name(resource.name);
    let page = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "items": { "$ref": format!("#/components/schemas/{item}") } },
            "next": { "type": ["string", "null"], "description": "Адрес следующей страницы; null на последней." }
        }
    });
    let mut responses = refusals(&["bad-parameter", "no-token", "no-scope", "no-year", "no-place", "fault"]);
    responses.insert("200".to_owned(), with_tag("Страница списка.", page));
    responses.insert("304".to_owned(), unchanged());
    json!({
        "operationId": format!("list_{}", resource.name.replace('-', "_")),
        "summary": resource.about,
        "description": format!("Право: {}.", word(resource.scope)),
        "tags": ["Списки"],
        "parameters": parameters,
        "responses": responses,
    })
}

/// `final-marks` → `FinalMark`.
fn schema_name(name: &str) -> String {
    let name: String = name.split('-').map(crate::domain::words::capitalised).collect();
    match name.as_str() {
        "Classes" => "Class".to_owned(),
        "Copies" => "Copy".to_owned(),
        "Staff" | "Register" => format!("{name}Line"),
        _ => name.strip_suffix('s').unwrap_or(&name).to_owned(),
    }
}

fn schemas() -> Map<String, Json> {
    let mut schemas = Map::new();
    for resource in RESOURCES {
        let mut properties = Map::new();
        for ((column, kind), (_, about)) in resource.listing.columns.iter().zip(resource.fields) {
            let mut schema = match kind {
                Type::Text => json!({ "type": "string" }),
                Type::Int => json!({ "type": "integer" }),
                Type::Json => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
            };
            schema["description"] = Json::String((*about).to_owned());
            properties.insert((*column).to_owned(), schema);
        }
        let mut required: Vec<&str> = resource.listing.columns.iter().map(|(column, _)| *column).collect();
        if resource.may_be_void() {
            let (name, about) = VOID;
            required.push(name);
            properties.insert(name.to_owned(), json!({ "type": "boolean", "description": about }));
        }
        let schema =
            json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties });
        schemas.insert(schema_name(resource.name), schema);
    }
    schemas.insert(
        "Problem".to_owned(),
        object(&[
            ("type", json!({ "type": "string", "description": "urn:letopis:problem:code" })),
            ("title", json!({ "type": "string" })),
            ("status", json!({ "type": "integer" })),
            ("detail", json!({ "type": "string" })),
            ("code", json!({ "type": "string", "enum": CODES.map(|(code, ..)| code) })),
        ]),
    );
    schemas.insert("Finding".to_owned(), json!({
        "type": "object",
        "description": "Замечание: код, место, что не так, чего ждали и что нашли.",
        "required": ["code", "place", "message"],
        "properties": { "code": { "type": "string" }, "place": { "type": "string" }, "message": { "type": "string" } }
    }));
    schemas
}

/// An object with exactly these properties.
fn object(properties: &[(&str, Json)]) -> Json {
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Json> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn findings() -> Json {
    json!({ "type": "array", "items": { "$ref": "#/components/schemas/Finding" } })
}

/// A `GET` of one thing.
fn single(id: &str, about: &str, scope: Action, parameters: Vec<Json>, codes: &[&str], schema: Json) -> Json {
    let mut responses = refusals(&[&["no-token", "no-scope", "fault"], codes].concat());
    responses.insert("200".to_owned(), with_tag(about, schema));
    responses.insert("304".to_owned(), unchanged());
    let parameters: Vec<Json> = parameters.into_iter().chain([if_none_match()]).collect();
    json!({ "get": {
        "operationId": id, "summary": about, "description": format!("Право: {}.", word(scope)), "tags": ["Дом"],
        "parameters": parameters, "responses": responses,
    } })
}

/// A `POST` with a file.
fn act(id: &str, about: &str, scope: Action, media: &[&str], parameter: Json, answers: &[(&str, &str, Json)]) -> Json {
    let codes = [
        "bad-parameter",
        "bad-key",
        "no-body",
        "no-token",
        "no-scope",
        "under-way",
        "too-large",
        "bad-media",
        "other-body",
        "fault",
    ];
    let mut responses = refusals(&codes);
    for (status, description, schema) in answers {
        responses.insert(
            (*status).to_owned(),
            json!({ "description": description, "content": { "application/json": { "schema": schema } } }),
        );
    }
    let file = json!({ "schema": { "type": "string", "format": "binary", "minLength": 1 } });
    let content: Map<String, Json> = media.iter().map(|media| ((*media).to_owned(), file.clone())).collect();
    let key = json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Своё имя запроса: повтор с тем же именем и телом получит прежний ответ.",
        "schema": { "type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$" }
    });
    json!({ "post": {
        "operationId": id, "summary": about, "description": format!("Право: {}.", word(scope)), "tags": ["Действия"],
        "parameters": [parameter, key],
        "requestBody": { "required": true, "content": content },
        "responses": responses,
    } })
}

fn single_paths() -> Vec<(&'static str, Json)> {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let school = object(&[
        ("id", text.clone()),
        ("name", text.clone()),
        ("short_name", text.clone()),
        ("town", text.clone()),
        ("utc_offset_minutes", number.clone()),
        ("years", json!({ "type": "array", "items": { "type": "string" } })),
    ]);
    let policy = object(&[("name", text.clone()), ("sha256", text.clone()), ("text", text.clone())]);
    let refused = json!({ "type": "array", "items": object(&[("what", text.clone()), ("why", text.clone())]) });
    let outcome = json!({ "oneOf": [{ "type": "null" }, object(&[("said", text.clone()), ("refused", refused)])] });
    let job = object(&[
        ("id", text.clone()),
        ("kind", text.clone()),
        ("state", json!({ "type": "string", "enum": ["waiting", "running", "done", "failed"] })),
        ("stage", text.clone()),
        ("done", number.clone()),
        ("total", number.clone()),
        ("created_at", text.clone()),
        ("started_at", text.clone()),
        ("finished_at", text.clone()),
        ("outcome", outcome),
    ]);
    let verdict = object(&[
        ("what", text.clone()),
        ("verdict", text.clone()),
        ("verdict_ru", text.clone()),
        ("exit_code", json!({ "type": "integer", "enum": [0, 1, 2] })),
        ("checked", json!({ "type": "array", "items": { "type": "string" } })),
        ("findings", findings()),
    ]);
    let trial = object(&[
        ("outcome", json!({ "type": "string", "enum": ["would_import", "unchanged", "refused"] })),
        ("rows", number),
        ("findings", findings()),
    ]);
    let queued = object(&[("job", text.clone()), ("href", text.clone()), ("already", json!({ "type": "boolean" }))]);
    let of_job = json!({ "name": "job", "in": "path", "required": true, "schema": text });
    let name = parameter("name", "Имя файла, если оно что-то говорит.", json!({ "type": "string" }));
    let dry_run =
        parameter("dry_run", "true — только проба, false — загрузить.", json!({ "type": "boolean", "default": true }));
    vec![
        ("/api/v1/school", single("get_school", "Школа.", Action::ReadSetup, vec![], &["not-found"], school)),
        (
            "/api/v1/policy",
            single("get_policy", "Правила школы, как файл.", Action::ReadPolicy, vec![], &["not-found"], policy),
        ),
        (
            "/api/v1/jobs/{job}",
            single("get_job", "Ход долгой работы.", Action::ImportData, vec![of_job], &["not-found"], job),
        ),
        (
            "/api/v1/verify",
            act(
                "verify_file",
                "Проверить файл: запись, пакет, выписку или PDF; ничего не сохраняется.",
                Action::ReadRegister,
                &["application/octet-stream", "application/pdf", "application/zip"],
                name,
                &[("200", "Заключение.", verdict)],
            ),
        ),
        (
            "/api/v1/import",
            act(
                "import_bundle",
                "Загрузить набор данных: сначала проба, потом работа.",
                Action::ImportData,
                &["application/zip"],
                dry_run,
                &[("200", "Что вышло бы.", trial), ("202", "Работа поставлена.", queued)],
            ),
        ),
    ]
}

/// One operation as the page shows it.
struct OperationView {
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<(String, String, String)>,
    responses: Vec<(String, String)>,
    fields: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "interface/document.html", config = "src/web/askama.toml")]
struct DocumentPage {
    frame: Frame,
    about: String,
    scopes: Vec<(&'static str, &'static str)>,
    operations: Vec<OperationView>,
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `integer, от 1 до 1000`.
fn kind(schema: &Json) -> String {
    let mut words = vec![match &schema["type"] {
        Json::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" или "),
        other => text(other),
    }];
    words.extend(schema["format"].as_str().map(str::to_owned));
    words.extend(schema["pattern"].as_str().map(str::to_owned));
    if let (Some(from), Some(to)) = (schema["minimum"].as_i64(), schema["maximum"].as_i64().filter(|to| *to < i64::MAX))
    {
        words.push(format!("от {from} до {to}"));
    }
    words.retain(|word| !word.is_empty());
    words.join(", ")
}

fn views(document: &Json) -> Vec<OperationView> {
    let mut views = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let responses = operation["responses"].as_object().into_iter().flatten();
            let reference =
                operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["items"]["items"]
                    ["$ref"]
                    .as_str();
            let schema = reference.and_then(|reference| document.pointer(reference.trim_start_matches('#')));
            let properties = schema.and_then(|schema| schema["properties"].as_object()).into_iter().flatten();
            views.push(OperationView {
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(&operation["summary"]),
                description: text(&operation["description"]),
                parameters: parameters
                    .map(|one| (text(&one["name"]), kind(&one["schema"]), text(&one["description"])))
                    .collect(),
                responses: responses.map(|(status, one)| (status.clone(), text(&one["description"]))).collect(),
                fields: properties.map(|(name, one)| (name.clone(), kind(one), text(&one["description"]))).collect(),
            });
        }
    }
    views
}

/// `GET /api/v1`: the document for people; works offline and without script.
pub(super) async fn page(frame: Frame) -> Result<Response, Refusal> {
    let document = document();
    let frame = frame.titled("Интерфейс для программ").leading("Версия 1. Документ OpenAPI 3.1: /api/v1/openapi.json");
    answer::page(&DocumentPage {
        frame,
        about: text(&document["info"]["description"]),
        scopes: SCOPES.map(|scope| (scope.word, scope.about)).to_vec(),
        operations: views(&document),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_describes_every_column_that_it_gives() {
        for resource in RESOURCES {
            let columns: Vec<&str> = resource.listing.columns.iter().map(|(column, _)| *column).collect();
            let told: Vec<&str> = resource.fields.iter().map(|(name, _)| *name).collect();
            assert_eq!(told, columns, "{}", resource.name);
            assert_eq!(resource.path, format!("{}/{}", super::super::BASE, resource.name));
            assert!(SCOPES.iter().any(|scope| scope.action == resource.scope), "{} has no scope", resource.name);
        }
    }

    #[test]
    fn the_document_names_every_route_of_the_interface_and_no_other() {
        let document = document();
        let told: std::collections::BTreeSet<String> = document["paths"].as_object().unwrap().keys().cloned().collect();
        let routes = crate::web::route::table();
        let served = routes.iter().filter(|facts| matches!(facts.access, super::super::Access::Token(_)));
        assert_eq!(told, served.map(|facts| facts.path.to_owned()).collect());
    }

    #[test]
    fn the_document_is_openapi_as_others_read_it() {
        let read: utoipa::openapi::OpenApi = serde_json::from_value(document()).unwrap();
        assert_eq!(read.paths.paths.len(), RESOURCES.len() + 5);
    }
}
