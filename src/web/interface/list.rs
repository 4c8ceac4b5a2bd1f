//! A page of a list: parameters in, JSON out, with the way to the next page and an entity tag. Floor 3.

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use serde_json::{Map, Value as Json};

use super::problem::Problem;
use super::resources::{Form, Resource, VOID};
use crate::domain::canon::{Digest, hex};
use crate::domain::struck::Struck;
use crate::flow::{House, compromise};
use crate::store::pages::{Condition, Listing, Type, Value, Wanted};

/// Rows of a page when nobody asks for a number.
pub(super) const USUAL_ROWS: u32 = 100;
/// The most rows of a page: 1,000 marks are 150 KB.
pub(super) const MOST_ROWS: u32 = 1000;
/// The longest text of a filter, characters.
pub(super) const LONGEST_TEXT: usize = 100;

/// Pairs of a query; a name that stands twice or is unknown is refused.
pub(super) fn pairs(uri: &Uri, known: &[&str]) -> Result<Vec<(String, String)>, Problem> {
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    for (at, (name, _)) in pairs.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            return Err(Problem::new("bad-parameter", format!("Параметра «{name}» нет; есть: {}.", known.join(", "))));
        }
        if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(Problem::new("bad-parameter", format!("Параметр «{name}» указан дважды.")));
        }
    }
    Ok(pairs)
}

fn wrong(name: &str, expected: &str) -> Problem {
    Problem::new("bad-parameter", format!("Параметр «{name}»: нужно {expected}."))
}

/// Reads a filter's value.
fn value(name: &str, form: Form, text: &str) -> Result<Value, Problem> {
    match form {
        Form::Text if !text.is_empty() && text.chars().count() <= LONGEST_TEXT && !text.contains('\0') => {
            Ok(Value::Text(text.to_owned()))
        }
        Form::Text => Err(wrong(name, &format!("от 1 до {LONGEST_TEXT} знаков"))),
        // A date is compared as text, so it must be spelt as the store spells it.
        Form::Date => match text.parse::<NaiveDate>() {
            Ok(date) if date.to_string() == text => Ok(Value::Text(text.to_owned())),
            _ => Err(wrong(name, "дата вида 2025-10-01")),
        },
        Form::Number => match text.parse::<i64>() {
            Ok(number) if number >= 0 => Ok(Value::Int(number)),
            _ => Err(wrong(name, "целое число от нуля")),
        },
    }
}

fn is_year(text: &str) -> bool {
    let digits = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('/').is_some_and(|(from, to)| digits(from) && digits(to))
}

/// Names of a list's parameters.
pub(super) fn parameters(resource: &Resource) -> Vec<&'static str> {
    let year = resource.listing.yearly.then_some("year");
    ["limit", "after"].into_iter().chain(year).chain(resource.filters.iter().map(|filter| filter.name)).collect()
}

/// What the query asks for.
async fn wanted(house: &House, resource: &Resource, uri: &Uri) -> Result<Wanted, Problem> {
    let mut wanted = Wanted { limit: USUAL_ROWS, ..Wanted::default() };
    let mut year = None;
    for (name, text) in pairs(uri, &parameters(resource))? {
        match name.as_str() {
            "limit" => {
                let limit = text.parse().ok().filter(|limit| (1..=MOST_ROWS).contains(limit));
                wanted.limit = limit.ok_or_else(|| wrong("limit", &format!("целое число от 1 до {MOST_ROWS}")))?;
            }
            "after" => {
                wanted.after = place(resource.listing, &text)
                    .ok_or_else(|| Problem::new("no-place", "Берите after из поля next предыдущей страницы."))?;
            }
            "year" if !is_year(&text) => return Err(wrong("year", "учебный год вида 2025/2026")),
            "year" => year = Some(text),
            _ => {
                let Some(filter) = resource.filters.iter().find(|filter| filter.name == name) else { continue };
                wanted.conditions.push(Condition { sql: filter.sql, value: value(filter.name, filter.form, &text)? });
            }
        }
    }
    if resource.listing.yearly {
        wanted.year = house.year(year.as_deref()).await?;
    }
    Ok(wanted)
}

/// The key in a `next` address.
fn place(listing: &Listing, text: &str) -> Option<Vec<Value>> {
    let values: Vec<Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    // PostgreSQL's texts know no NUL.
    let clean = |value: &Value| !matches!(value, Value::Text(text) if text.contains('\0'));
    (listing.is_key(&values) && values.iter().all(clean)).then_some(values)
}

/// A row as a JSON object.
fn object(listing: &Listing, row: Vec<Value>) -> Json {
    let pairs = listing.columns.iter().zip(row).map(|((name, kind), value)| {
        let value = match (kind, value) {
            (Type::Json, Value::Text(text)) => serde_json::from_str(&text).unwrap_or(Json::Null),
            (_, Value::Text(text)) => Json::String(text),
            (_, Value::Int(number)) => Json::from(number),
        };
        ((*name).to_owned(), value)
    });
    Json::Object(pairs.collect::<Map<String, Json>>())
}

/// Is a row the work of a stolen account that nobody decided on? The history names a row by the same key as the list.
fn is_void(struck: &Struck, listing: &Listing, row: &[Value]) -> bool {
    let text = |value: Value| match value {
        Value::Text(text) => text,
        Value::Int(number) => number.to_string(),
    };
    let key: Vec<String> = listing.key_of(row).into_iter().map(text).collect();
    struck.has(listing.table, &key.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A page of a list: the answer, and the rows that it shows.
pub(super) struct Page {
    pub(super) response: Response,
    pub(super) rows: Vec<Json>,
}

/// `GET` of a list.
pub(super) async fn list(house: &House, resource: &Resource, uri: &Uri, headers: &HeaderMap) -> Result<Page, Problem> {
    let wanted = wanted(house, resource, uri).await?;
    // One row more than asked for tells whether there is a next page.
    let more = Wanted { limit: wanted.limit + 1, ..wanted.clone() };
    let mut rows = house.db.list_page(resource.listing, &more).await?;
    let goes_on = rows.len() > wanted.limit as usize;
    rows.truncate(wanted.limit as usize);
    let next = rows.last().filter(|_| goes_on).map(|last| address_after(uri, &resource.listing.key_of(last)));
    let struck = match resource.may_be_void() {
        true => Some(compromise::void_rows(house, &wanted.year).await?),
        false => None,
    };
    let item = |row: Vec<Value>| {
        let void = struck.as_ref().map(|struck| is_void(struck, resource.listing, &row));
        let mut item = object(resource.listing, row);
        if let Some(void) = void {
            item[VOID.0] = Json::Bool(void);
        }
        item
    };
    let items: Vec<Json> = rows.into_iter().map(item).collect();
    let mut body = Map::new();
    body.insert("items".to_owned(), Json::Array(items.clone()));
    body.insert("next".to_owned(), next.clone().map_or(Json::Null, Json::String));
    let mut response = tagged(&Json::Object(body), headers);
    if let Some(link) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(Page { response, rows: items })
}

fn address_after(uri: &Uri, key: &[Value]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).filter(|(name, _)| name != "after")
    {
        query.append_pair(&name, &value);
    }
    query.append_pair("after", &URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default()));
    format!("{}?{}", uri.path(), query.finish())
}

/// JSON with its entity tag, or 304 when the client has it already.
pub(super) fn tagged(body: &Json, headers: &HeaderMap) -> Response {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let tag = format!("\"{}\"", hex(&Digest::of(&bytes).0[..16]));
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let same = asked == "*" || asked.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
    // Kept by the client, but asked about every time: the answer holds people's data.
    let cache = (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let tag = (header::ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("")));
    if same {
        return (StatusCode::NOT_MODIFIED, [cache, tag]).into_response();
    }
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (StatusCode::OK, [cache, tag, kind], bytes).into_response()
}
