//! `If-Match`: the version that a change is based on.

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use domain::code::Code;

/// The version in `If-Match`, as `"3"` or `3`. Without it, or with `*`, the change applies to any version.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Code> {
    let mut all = headers.get_all(IF_MATCH).iter();
    let (first, more) = (all.next(), all.next());
    let Some(value) = first else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| more.is_none()).ok_or(Code::IfMatchInvalid)?;
    version(text).ok_or(Code::IfMatchInvalid)
}

/// `None` if the text is not a valid version; `Some(None)` for `*`.
fn version(text: &str) -> Option<Option<i64>> {
    let text = text.trim();
    if text == "*" {
        return Some(None);
    }
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let is_plain = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { bare.parse().ok().map(Some) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_number_with_or_without_quotes() {
        for (text, expected) in [
            ("3", Some(Some(3))),
            ("\"3\"", Some(Some(3))),
            (" 12 ", Some(Some(12))),
            ("*", Some(None)),
            ("W/\"3\"", None),
            ("\"3", None),
            ("-1", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }
}
