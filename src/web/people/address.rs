//! The address on printed slips: what is offered, what a printing bears, what is kept for the next one. Floor 3.

use std::net::IpAddr;

use axum::http::header::{HOST, HeaderMap, HeaderValue, SET_COOKIE};
use axum::response::Response;

use super::Fields;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::flow::signin::credentials;
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::guard::{cookie, is_secure};
use crate::web::query;

/// Longest address of a slip, characters: it is typed in by hand.
const LONGEST_ADDRESS: usize = 120;

/// Is it an address that a person can type in, and a browser opens the house by?
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let wrong = |c: char| c.is_whitespace() || c.is_control() || "\"'<>\\^`{|}@?#".contains(c);
    host.chars().any(char::is_alphanumeric) && text.chars().count() <= LONGEST_ADDRESS && !text.contains(wrong)
}

/// The address by which the page was opened, offered for the slips where the settings name none; empty when the request does not say.
fn opened_by(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if is_secure(headers) { "https" } else { "http" };
    let address = format!("{scheme}://{host}");
    if is_address(&address) { address } else { String::new() }
}

/// The cookie that keeps the address last printed from a browser, for as long as the school itself has none.
const ADDRESS_COOKIE: &str = "letopis-address";

/// What the form offers for the slips where the settings name no address, and the words under the field.
#[derive(Default)]
pub(super) struct Offer {
    pub(super) address: String,
    pub(super) said: &'static str,
    /// The guide that says where the settings keep the address, for who looks after it; empty for everybody else.
    pub(super) help: &'static str,
}

/// Where the administrator's guide speaks of the address of the house.
const HELP: &str = "/help/administrator#открыть-дом-для-школы";

impl Offer {
    /// The same with the address as the form has it, where it was sent once already: choosing anew whom to tick keeps what was typed.
    pub(super) fn typed(self, fields: &Fields) -> Self {
        match fields.all("address").pop().map(|typed| typed.trim().to_owned()) {
            Some(typed) if typed != self.address => {
                let said = if typed.is_empty() {
                    "Поле пусто: листы без адреса."
                } else {
                    "Стоит адрес, который вы вписали."
                };
                Self { address: typed, said, help: "" }
            }
            _ => self,
        }
    }
}

/// The address that a printing bears.
#[derive(Default)]
pub(super) struct Printed {
    /// It; empty: the slips bear none.
    pub(super) address: String,
    /// The address that was typed and is not printed, because it opens on this computer only; empty otherwise.
    pub(super) passed_over: String,
}

/// The address of the settings; empty when they name none, or one that nobody else could open.
pub(super) fn of_settings(state: &WebState) -> String {
    let own = state.house.config.public_url();
    if is_own_machine(&own) { String::new() } else { own }
}

/// Does an address open on this computer only?
fn is_own_machine(address: &str) -> bool {
    let address = address.to_lowercase();
    let rest = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    let place = rest.split('/').next().unwrap_or_default();
    let host = match place.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => place.split(':').next().unwrap_or_default(),
    };
    let host = host.trim_end_matches('.');
    let is_loopback = |ip: IpAddr| ip.to_canonical().is_loopback() || ip.to_canonical().is_unspecified();
    // «127.1» is 127.0.0.1 to a browser.
    let is_short = host.starts_with("127.") && host.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    host == "localhost" || host.ends_with(".localhost") || is_short || host.parse().is_ok_and(is_loopback)
}

/// The address that the school printed last, else the one printed from this browser, else the one of this page unless nobody else could open
/// it. The school's is kept in the house, so it outlives the server's run and serves everybody who prints slips.
pub(super) async fn offer(state: &WebState, visitor: &Visitor, headers: &HeaderMap) -> Result<Offer, Refusal> {
    let looks_after = visitor.may_anywhere(Action::IssueStaffCredentials);
    Ok(offered(&credentials::slip_address(&state.house).await?, headers, looks_after))
}

/// `looks_after`: the visitor is the administrator, whom all others are sent to.
fn offered(of_school: &str, headers: &HeaderMap, looks_after: bool) -> Offer {
    if is_address(of_school) && !is_own_machine(of_school) {
        let said = "Стоит адрес, который школа печатала в прошлый раз. Если Летопись открывают иначе, исправьте.";
        return Offer { address: of_school.to_owned(), said, help: "" };
    }
    let last = cookie(headers, ADDRESS_COOKIE).map(|text| answer::flash_text(&text)).unwrap_or_default();
    if is_address(&last) && !is_own_machine(&last) {
        let said = "Стоит адрес, который печатали в прошлый раз. Если Летопись открывают иначе, исправьте.";
        return Offer { address: last, said, help: "" };
    }
    let address = opened_by(headers);
    if is_own_machine(&address) && looks_after {
        let said = "Адрес, по которому открыта эта страница, открывается только на этом компьютере, и на листах его не будет. Впишите \
                    адрес, по которому программу открывают с других компьютеров: у всех, кто печатает листы, он встанет сам. Насовсем его \
                    записывают в настройки сервера. Пустое поле — листы без адреса.";
        return Offer { address: String::new(), said, help: HELP };
    }
    if is_own_machine(&address) {
        let said = "Адрес, по которому открыта эта страница, открывается только на этом компьютере, и на листах его не будет. Какой адрес \
                    у программы для остальных, знает администратор или тот, кто её установил. Пустое поле — листы без адреса.";
        return Offer { address: String::new(), said, help: "" };
    }
    let said = "Стоит адрес, по которому эта страница открыта сейчас. Если с других компьютеров Летопись открывают иначе, исправьте: \
                в следующий раз здесь будет исправленный.";
    Offer { address, said, help: "" }
}

/// The address that this printing bears: the one of the settings, else the one that the form brought, else, where the form does not ask (a
/// card), the one that the form would offer. Asked before any password is given. What the administrator printed is the school's from then on;
/// others correct it for their own slips alone: an address on everybody's slips is where everybody types the password in. One that opens on
/// this computer only is neither printed nor kept.
pub(super) async fn printed(
    state: &WebState,
    visitor: &Visitor,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Printed, Refusal> {
    let address = of_settings(state);
    if !address.is_empty() {
        return Ok(Printed { address, ..Printed::default() });
    }
    if fields.all("address").is_empty() {
        return Ok(Printed { address: offer(state, visitor, headers).await?.address, ..Printed::default() });
    }
    let typed = fields.value("address").trim_end_matches('/');
    if !typed.is_empty() && !is_address(typed) {
        return Err(Refusal::Rule(format!(
            "Адрес входа начинается с http:// или https:// и пишется без пробелов, не длиннее {LONGEST_ADDRESS} знаков"
        )));
    }
    if is_own_machine(typed) {
        return Ok(Printed { passed_over: typed.to_owned(), ..Printed::default() });
    }
    if !typed.is_empty() && visitor.may_anywhere(Action::IssueStaffCredentials) {
        credentials::keep_slip_address(&state.house, typed, &state.act(&visitor.account)).await?;
    }
    Ok(Printed { address: typed.to_owned(), ..Printed::default() })
}

/// Keeps the address printed for the next printing from this browser; one of the settings needs no memory.
pub(super) fn remembered(mut response: Response, state: &WebState, address: &str) -> Response {
    if !address.is_empty() && of_settings(state).is_empty() {
        let kept = query::segment(address);
        let kept = format!("{ADDRESS_COOKIE}={kept}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict");
        if let Ok(kept) = HeaderValue::from_str(&kept) {
            response.headers_mut().append(SET_COOKIE, kept);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_bears_an_address_that_can_be_typed_in_and_nothing_else() {
        for good in
            ["http://letopis", "https://школа.рф", "http://192.168.0.5:8017", "http://[::1]:8017", "https://a.ru/l"]
        {
            assert!(is_address(good), "{good}");
        }
        let long = format!("https://{}.ru", "a".repeat(LONGEST_ADDRESS));
        for bad in [
            "",
            "letopis",
            "http://",
            "ftp://a.ru",
            "javascript:1",
            "http://a b",
            "http://a<b>",
            "http://u@a.ru",
            long.as_str(),
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn an_address_of_this_computer_alone_is_not_offered_and_the_one_printed_last_is() {
        let at = |host: &str, cookies: &str, of_school: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_str(host).unwrap());
            headers.insert(axum::http::header::COOKIE, HeaderValue::from_str(cookies).unwrap());
            offered(of_school, &headers, false)
        };
        for own in ["127.0.0.1:8111", "localhost:8017", "[::1]:8017", "127.1", "LOCALHOST."] {
            assert!(is_own_machine(&format!("http://{own}/")), "{own}");
            let own_only = at(own, "", "");
            assert!(own_only.address.is_empty() && own_only.said.contains("только на этом компьютере"), "{own}");
        }
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost:8017"))]);
        let to_administrator = offered("", &headers, true);
        assert!(!to_administrator.said.contains("знает администратор") && to_administrator.help == HELP);
        assert_eq!(at("letopis.school.ru", "", "").address, "http://letopis.school.ru");
        let kept = format!("a=b; {ADDRESS_COOKIE}={}", query::segment("https://letopis.school.ru/"));
        assert_eq!(at("127.0.0.1:8111", &kept, "").address, "https://letopis.school.ru/");
        // What an earlier version remembered of this computer is not offered either.
        let kept_own = format!("{ADDRESS_COOKIE}={}", query::segment("http://127.0.0.1:8111"));
        assert_eq!(at("letopis.school.ru", &kept_own, "http://localhost:8017").address, "http://letopis.school.ru");
        let typed = |address: &str| {
            at("letopis.school.ru", "", "")
                .typed(&Fields::from_iter([("address".to_owned(), address.to_owned())]))
                .address
        };
        assert_eq!((typed("https://a.ru").as_str(), typed("").as_str()), ("https://a.ru", ""));
        // The school's own word serves every browser, one that has printed before too.
        for cookies in ["", kept.as_str()] {
            assert_eq!(at("127.0.0.1:8111", cookies, "https://school.ru").address, "https://school.ru");
        }
    }
}
