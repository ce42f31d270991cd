//! Refuses cross-site requests, before authentication.

use crate::kit::problem::Problem;
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use domain::code::Code;

/// Socket.IO's path: a cross-site GET opens a socket, so it is checked like a write.
const SOCKET: &str = "/socket.io";

/// Checks that a request that changes something or opens a socket comes from our own page or from no page.
pub(crate) fn check(request: &Request, public_url: Option<&str>) -> Result<(), Problem> {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe && !request.uri().path().starts_with(SOCKET) {
        return Ok(());
    }
    if is_ours(request.headers(), public_url) { Ok(()) } else { Err(Code::OriginForbidden.into()) }
}

/// Browsers state the origin in one or both of two headers; other programs send neither. The server itself
/// speaks plain HTTP: a page loaded over TLS is ours only under the public URL.
fn is_ours(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    let host = text(HOST.as_str()).unwrap_or_default();
    let origin = text(ORIGIN.as_str()).is_none_or(|origin| match public_url {
        Some(url) => origin == url.trim_end_matches('/'),
        None => origin.strip_prefix("http://").is_some_and(|named| named == host && !host.is_empty()),
    });
    site && origin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_page_and_programs_pass() {
        type Case<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>, bool);
        let cases: &[Case<'_>] = &[
            (&[], None, true),
            (&[("host", "a.test"), ("origin", "http://a.test")], None, true),
            (&[("host", "a.test"), ("origin", "https://a.test")], None, false),
            (&[("host", "a.test"), ("origin", "http://evil.test")], None, false),
            (&[("host", "a.test"), ("origin", "null")], None, false),
            (&[("host", "a.test"), ("origin", "http://sub.a.test")], None, false),
            (&[("sec-fetch-site", "cross-site")], None, false),
            (&[("sec-fetch-site", "same-site")], None, false),
            (&[("sec-fetch-site", "same-origin")], None, true),
            (&[("host", "inner:8080"), ("origin", "https://pay.test")], Some("https://pay.test/"), true),
            (&[("host", "pay.test"), ("origin", "http://pay.test")], Some("https://pay.test"), false),
        ];
        for (given, public_url, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in *given {
                headers.insert(axum::http::HeaderName::from_static(name), value.parse().unwrap());
            }
            assert_eq!(is_ours(&headers, *public_url), *expected, "{given:?}");
        }
    }
}
