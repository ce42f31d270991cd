//! Request bodies: JSON in UTF-8 only, up to a size limit.

use crate::kit::objects::Objects;
use crate::kit::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use domain::code::Code;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use service::Secret;

/// The maximum size of any body, in bytes: large enough for the maximum number of relations in a request.
pub(crate) const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// An operation's request body. The struct refuses unknown fields (`deny_unknown_fields`).
pub(crate) trait Input: DeserializeOwned + Send {
    /// The maximum size, in bytes.
    const BYTES_MAX: usize = 64 * 1024;

    /// The value of a request without a body; `None` if a body is required.
    fn empty() -> Option<Self> {
        None
    }

    /// The caller's one-time code, if the operation takes one: the field `2fa_code`.
    fn code(&self) -> Option<&Secret> {
        None
    }
}

/// For operations whose only parameter is the caller's one-time code.
#[derive(Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeInput {
    /// The caller's current one-time code, if the caller has a second factor and gave none in this session within
    /// the last five minutes.
    #[serde(rename = "2fa_code")]
    #[schema(value_type = Option<String>, example = "492039")]
    pub code: Option<Secret>,
}

impl Input for CodeInput {
    fn empty() -> Option<Self> {
        Some(Self::default())
    }

    fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }
}

/// For operations without parameters: no body, or an empty object.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl Input for Nothing {
    fn empty() -> Option<Self> {
        Some(Self {})
    }
}

/// A parsed body.
#[derive(Debug)]
pub(crate) struct Body<T>(pub T);

impl<S: Sync, T: Input> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = collect(body, T::BYTES_MAX).await?;
        parse(&parts.headers, &bytes).map(Self)
    }
}

/// Collects a body, up to a size limit.
pub(crate) async fn collect(body: axum::body::Body, bytes_max: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Problem::about(Code::BodyTooLarge, format!("{bytes_max} bytes")))
        }
        // The client disconnected, or sent less than it announced.
        Err(_) => Err(Problem::about(Code::BodyMalformed, "the body ends prematurely")),
    }
}

/// Parses a collected body.
pub(crate) fn parse<T: Input>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty()
        && let Some(empty) = T::empty()
    {
        return Ok(empty);
    }
    if !is_json(headers) {
        return Err(Code::ContentTypeUnsupported.into());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Objects(&mut reader)).map_err(|error| wrong(&error))?;
    reader.end().map_err(|_| Problem::about(Code::BodyMalformed, "unexpected data after the JSON value"))?;
    Ok(value)
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (all.next(), all.next()) else { return false };
    let Ok(text) = value.to_str() else { return false };
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next();
    essence.as_deref() == Some("application/json")
        && parts.all(|part| part.is_empty() || part == "charset=utf-8" || part == "charset=\"utf-8\"")
}

/// Invalid JSON, or a duplicate field, is malformed. JSON of the wrong shape is invalid. If a field's value
/// has its own code, that code is returned.
fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let (path, inner) = (error.path().to_string(), error.inner());
    let text = inner.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    let about = |code, what: &str| {
        let details = if path == "." { what.to_owned() } else { format!("{path}: {what}") };
        Problem::about(code, details)
    };
    if inner.classify() != Category::Data || what.starts_with("duplicate field") {
        return about(Code::BodyMalformed, what);
    }
    match Code::ALL.iter().find(|code| code.name() == what) {
        Some(code) => Problem::about(*code, path.clone()),
        None => about(Code::BodyInvalid, &plain(what)),
    }
}

/// Serde's message without Rust type names: `invalid type: string "5", expected i64` becomes
/// `a string where an integer is expected`.
fn plain(what: &str) -> String {
    let mismatch = what.strip_prefix("invalid type: ").or_else(|| what.strip_prefix("invalid value: "));
    match mismatch.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => {
            format!("{} where {} is expected", found_word(found), expected_word(expected))
        }
        None if what.contains("untagged enum") => "none of the allowed forms".to_owned(),
        None => what.to_owned(),
    }
}

fn found_word(found: &str) -> String {
    match found.split(' ').next().unwrap_or_default() {
        "string" => "a string".to_owned(),
        "sequence" => "a list".to_owned(),
        "map" => "an object".to_owned(),
        "integer" | "floating" | "number" => {
            let number = found.split('`').nth(1).unwrap_or_default();
            format!("the number {number}").trim_end().to_owned()
        }
        "boolean" => found.split('`').nth(1).unwrap_or("true or false").to_owned(),
        _ => found.to_owned(),
    }
}

fn expected_word(expected: &str) -> &str {
    let is = |prefix: &str| expected.starts_with(prefix);
    match expected {
        "i8" | "i16" | "i32" | "i64" | "isize" => "an integer",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a non-negative integer",
        "f32" | "f64" | "a JSON number" => "a number",
        "a string" | "a borrowed string" | "string" => "a string",
        "a boolean" => "true or false",
        "a map" => "an object",
        "a sequence" => "a list",
        "variant identifier" | "string or map" => "one of the documented values",
        _ if is("struct ") || is("internally tagged") => "an object",
        _ if is("enum ") => "one of the documented values",
        _ => expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Pay {
        #[expect(dead_code, reason = "read to see whether it is accepted")]
        amount: String,
    }

    impl Input for Pay {}

    #[test]
    fn each_bad_body_has_its_code() {
        let deep = format!("{{\"amount\":{}", "[".repeat(10_000));
        let cases: &[(&str, &[u8])] = &[
            ("fine", br#"{"amount":"1"}"#),
            ("empty", b""),
            ("null", b"null"),
            ("array", b"[]"),
            ("missing", b"{}"),
            ("null field", br#"{"amount":null}"#),
            ("number", br#"{"amount":1.0000000000000001}"#),
            ("unknown", br#"{"amount":"1","other":1}"#),
            ("proto", br#"{"amount":"1","__proto__":{}}"#),
            ("twice", br#"{"amount":"1","amount":"1000"}"#),
            ("twice, escaped", br#"{"\u0061mount":"1","amount":"1000"}"#),
            ("two objects", br#"{"amount":"1"}{"amount":"2"}"#),
            ("behind", br#"{"amount":"1"} x"#),
            ("cut", br#"{"amount":"#),
            ("deep", deep.as_bytes()),
            ("byte order mark", b"\xef\xbb\xbf{\"amount\":\"1\"}"),
            ("UTF-16", b"\xff\xfe{\0\"\0"),
            ("Latin-1", b"{\"amount\":\"\xe9\"}"),
        ];
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        let mut table = String::new();
        for (name, bytes) in cases {
            let code = parse::<Pay>(&headers, bytes).map_or_else(|problem| problem.code.name(), |_| "ok");
            writeln!(table, "{name}: {code}").unwrap();
        }
        assert_eq!(
            table,
            "fine: ok\nempty: BODY_MALFORMED\nnull: BODY_INVALID\narray: BODY_INVALID\nmissing: BODY_INVALID\n\
             null field: BODY_INVALID\nnumber: BODY_INVALID\nunknown: BODY_INVALID\nproto: BODY_INVALID\n\
             twice: BODY_MALFORMED\ntwice, escaped: BODY_MALFORMED\ntwo objects: BODY_MALFORMED\n\
             behind: BODY_MALFORMED\ncut: BODY_MALFORMED\ndeep: BODY_INVALID\n\
             byte order mark: BODY_MALFORMED\nUTF-16: BODY_MALFORMED\nLatin-1: BODY_MALFORMED\n"
        );
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    #[expect(dead_code, reason = "read to see what is refused")]
    struct Order {
        amount_cents: i64,
        count: Option<u32>,
        memo: Option<String>,
        rows: Option<Vec<Pay>>,
        urgent: Option<bool>,
        account: Option<crate::v2::account::AccountInput>,
    }

    impl Input for Order {}

    #[test]
    fn an_invalid_field_is_described_without_rust_type_names() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
        for (body, code, details) in [
            (r#"{"amountCents":"5"}"#, "BODY_INVALID", "amountCents: a string where an integer is expected"),
            (
                r#"{"amountCents":1.5}"#,
                "BODY_INVALID",
                "amountCents: the number 1.5 where an integer is expected",
            ),
            (r#"{"amountCents":null}"#, "BODY_INVALID", "amountCents: null where an integer is expected"),
            (
                r#"{"amountCents":1,"count":-1}"#,
                "BODY_INVALID",
                "count: the number -1 where a non-negative integer is expected",
            ),
            (
                r#"{"amountCents":1,"memo":5}"#,
                "BODY_INVALID",
                "memo: the number 5 where a string is expected",
            ),
            (r#"{"amountCents":1,"memo":{}}"#, "BODY_INVALID", "memo: an object where a string is expected"),
            (
                r#"{"amountCents":1,"urgent":"yes"}"#,
                "BODY_INVALID",
                "urgent: a string where true or false is expected",
            ),
            (r#"{"amountCents":1,"rows":{}}"#, "BODY_INVALID", "rows: an object where a list is expected"),
            (
                r#"{"amountCents":1,"rows":[["1"]]}"#,
                "BODY_INVALID",
                "rows[0]: a list where an object is expected",
            ),
            (
                r#"{"amountCents":1,"rows":[{"amount":true}]}"#,
                "BODY_INVALID",
                "rows[0].amount: true where a string is expected",
            ),
            (r#"[1,null,null,null,null]"#, "BODY_INVALID", "a list where an object is expected"),
            (r#"{}"#, "BODY_INVALID", "missing field `amountCents`"),
            (
                r#"{"amountCents":1,"account":true}"#,
                "BODY_INVALID",
                "account: true where an account's id as a number, or its account number or acct_ID as a string is expected",
            ),
            (r#"{"amountCents":1,"account":"１８"}"#, "FULL_WIDTH_DIGITS", "account"),
        ] {
            let problem = parse::<Order>(&headers, body.as_bytes()).unwrap_err();
            let said = problem.details.as_ref().and_then(|details| details.as_str());
            assert_eq!((problem.code.name(), said), (code, Some(details)), "{body}");
        }
    }

    #[test]
    fn only_the_json_media_type_is_accepted() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=utf-16", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("application/jsonp", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
            assert_eq!(is_json(&headers), expected, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
