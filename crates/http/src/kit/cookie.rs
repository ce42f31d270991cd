//! The session cookie. Scripts cannot read it, and browsers do not send it with cross-site requests.

use crate::app::App;
use crate::kit::problem::Problem;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use service::identity::Identity;
use service::{Secret, session};
use std::net::IpAddr;
use std::time::Duration;

/// The cookie's name; under TLS with the prefix that keeps other hosts from setting it.
const NAME: &str = "sluice_session";
const NAME_SECURE: &str = "__Host-sluice_session";
/// The length of a token, in characters.
const TOKEN_CHARS: usize = 64;

/// A header that sets or removes the cookie.
pub(crate) type SetCookie = [(HeaderName, HeaderValue); 1];

/// The identity behind the request's cookie. An invalid cookie is treated like none.
pub(crate) async fn identify(
    app: &App,
    headers: &HeaderMap,
    address: IpAddr,
) -> Result<Option<Identity>, Problem> {
    let Some(token) = token(headers, name(app)) else { return Ok(None) };
    Ok(session::identify(&app.service, &token, address, app.options.session_life()).await?)
}

/// Sets the cookie.
pub(crate) fn set(app: &App, token: &Secret) -> SetCookie {
    header(app, token.expose(), app.options.session_max)
}

/// Removes the cookie.
pub(crate) fn remove(app: &App) -> SetCookie {
    header(app, "", Duration::ZERO)
}

fn name(app: &App) -> &'static str {
    if app.is_secure() { NAME_SECURE } else { NAME }
}

fn header(app: &App, token: &str, life: Duration) -> SetCookie {
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let seconds = life.as_secs();
    let name = name(app);
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    // A token is hexadecimal, so the text is always a valid header value.
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    [(SET_COOKIE, value)]
}

/// The request's token. Of several cookies with our name, the first that looks like one of our tokens counts.
fn token(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let is_ours = |value: &str| value.len() == TOKEN_CHARS && value.bytes().all(|b| b.is_ascii_hexdigit());
    pairs.into_iter().find(|(key, value)| *key == name && is_ours(value)).map(|(_, value)| Secret::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_token_under_our_name_counts() {
        let ours = "a1".repeat(32);
        let cases = [
            (format!("sluice_session={ours}"), true),
            (format!("other=1; sluice_session={ours}; more=2"), true),
            (format!("sluice_session=short; sluice_session={ours}"), true),
            (format!("xsluice_session={ours}"), false),
            (format!("sluice_session=\"{ours}\""), false),
            ("sluice_session=".to_owned(), false),
            ("sluice_session".to_owned(), false),
        ];
        for (text, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, text.parse().unwrap());
            assert_eq!(token(&headers, NAME).is_some_and(|t| t.expose() == ours), expected, "{text}");
            assert!(token(&headers, NAME_SECURE).is_none());
        }
    }
}
