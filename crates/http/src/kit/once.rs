//! An idempotent POST: its body, and the service bound to its `Idempotency-Key` (contract). Without the
//! header it takes effect every time it is sent.
//!
//! Each user and each API key has its own key space. The fingerprint covers the operation's path and the
//! body without its one-time codes. It covers values, not spellings: the same request with different white
//! space or key order, with 5.00 for 5 or `acct_17` for 17, has the same fingerprint.

use crate::app::App;
use crate::kit::body::{self, Input};
use crate::kit::problem::Problem;
use crate::kit::who::Who;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, HeaderName};
use data_encoding::HEXLOWER;
use domain::account_ref::AccountRef;
use domain::code::Code;
use domain::script::Digits;
use domain::text::OperationId;
use serde_json::Value;
use service::{Error, OperationKey, Service};
use sha2::{Digest, Sha256};

static HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Fields that may differ in a repeated request: codes, and that the server is to generate them.
const ONE_TIME: [&str; 4] = ["verificationCode", "verificationCodes", "auto2FA", "2fa_code"];

/// A POST's body, and the service bound to its key.
#[derive(Debug)]
pub(crate) struct Once<T> {
    pub body: T,
    pub service: Service,
}

impl<T> Once<T> {
    /// The verb's answer; the stored first answer if the request is a repetition.
    pub(crate) async fn settle<R: service::Answer>(&self, result: Result<R, Error>) -> Result<R, Problem> {
        Ok(self.service.settle(result).await?)
    }
}

impl<T: Input> FromRequest<App> for Once<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let who = Who::from_request_parts(&mut parts, app).await?;
        let key = key(&parts.headers)?;
        let bytes = body::collect(body, T::BYTES_MAX).await?;
        let body: T = body::parse(&parts.headers, &bytes)?;
        let proven = who.proving(&app.service, body.code());
        let service = match key {
            None => proven,
            Some(key) => {
                let fingerprint = fingerprint(parts.uri.path(), &bytes)?;
                let id = format!("{} {key}", who.identity.owner());
                proven.once(OperationKey { id, fingerprint })
            }
        };
        Ok(Self { body, service })
    }
}

/// A request's key; a quoted key equals the bare one.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let invalid = || Problem::from(Code::IdempotencyKeyInvalid);
    let mut all = headers.get_all(&HEADER).iter();
    let (first, more) = (all.next(), all.next());
    let Some(value) = first else { return Ok(None) };
    if more.is_some() {
        return Err(invalid());
    }
    let text = value.to_str().map_err(|_| invalid())?;
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    OperationId::parse(bare).map(|id| Some(id.into())).map_err(|_| invalid())
}

fn fingerprint(path: &str, bytes: &[u8]) -> Result<String, Problem> {
    let mut hash = Sha256::new();
    hash.update(path.as_bytes());
    if !bytes.is_empty() {
        let mut value: Value = serde_json::from_slice(bytes).map_err(|_| Code::BodyMalformed)?;
        if let Value::Object(fields) = &mut value {
            fields.retain(|name, _| !ONE_TIME.contains(&name.as_str()));
        }
        feed(&mut hash, &value);
    }
    Ok(HEXLOWER.encode(&hash.finalize()))
}

/// Hashes a field's value, not its spelling: 5.00 is 5, and `acct_17` is the account with id 17.
fn feed_field(hash: &mut Sha256, name: &str, value: &Value) {
    match value {
        Value::String(text) if name.to_ascii_lowercase().ends_with("amount") => {
            feed(hash, &Value::from(plain_decimal(text)));
        }
        Value::String(text) if name.ends_with("AccountId") => match AccountRef::parse(text, Digits::Refuse) {
            Ok(AccountRef::Id(id)) => feed(hash, &Value::from(id.0)),
            _ => feed(hash, value),
        },
        _ => feed(hash, value),
    }
}

/// A decimal without trailing zeros; any other text unchanged.
fn plain_decimal(text: &str) -> &str {
    let is_decimal = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_decimal && text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Hashes a value in canonical form: sorted keys, and a length before each string and list.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.iter().collect();
            names.sort_by_key(|(name, _)| *name);
            hash.update(format!("o{}:", names.len()));
            for (name, value) in names {
                hash.update(format!("{}:{name}", name.len()));
                feed_field(hash, name, value);
            }
        }
        Value::Array(values) => {
            hash.update(format!("a{}:", values.len()));
            values.iter().for_each(|value| feed(hash, value));
        }
        Value::String(text) => hash.update(format!("s{}:{text}", text.len())),
        other => hash.update(format!("v{other};")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(keys: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for key in keys {
            headers.append(&HEADER, key.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_quoted_key_equals_the_bare_one_and_two_keys_are_refused() {
        assert_eq!(key(&headers(&["\"a-1\""])).unwrap(), key(&headers(&["a-1"])).unwrap());
        assert_eq!(key(&headers(&[])).unwrap(), None);
        let long = "x".repeat(129);
        for wrong in [&["a", "b"][..], &[""], &["a b"], &[" a"], &["\"a\t\""], &[long.as_str()]] {
            assert_eq!(key(&headers(wrong)).unwrap_err().code, Code::IdempotencyKeyInvalid, "{wrong:?}");
        }
    }

    #[test]
    fn the_fingerprint_covers_the_content() {
        let of = |body: &str| fingerprint("/a", body.as_bytes()).unwrap();
        assert_eq!(of(r#"{"a":1,"b":[true,"x"]}"#), of(r#"{ "b" : [ true , "x" ] , "a" : 1 }"#));
        assert_eq!(
            of(r#"{"a":1,"verificationCode":"123456"}"#),
            of(r#"{"a":1,"verificationCode":"654321"}"#)
        );
        for codes in [r#""verificationCodes":{"acct_1":"123456"}"#, r#""auto2FA":true"#, r#""2fa_code":"1""#]
        {
            assert_eq!(of(&format!(r#"{{"a":1,{codes}}}"#)), of(r#"{"a":1}"#), "{codes}");
        }
        for (one, other) in [
            (r#"{"amount":"5"}"#, r#"{"amount":"5.00"}"#),
            (r#"{"relations":[{"amount":"5.10"}]}"#, r#"{"relations":[{"amount":"5.1"}]}"#),
            (r#"{"totalAmount":"100"}"#, r#"{"totalAmount":"100.0"}"#),
            (r#"{"sourceAccountId":17}"#, r#"{"sourceAccountId":"acct_17"}"#),
        ] {
            assert_eq!(of(one), of(other), "{one} {other}");
        }
        for (one, other) in [
            (r#"{"amount":"5"}"#, r#"{"amount":"50"}"#),
            (r#"{"amount":"100"}"#, r#"{"amount":"1"}"#),
            (r#"{"memo":"5"}"#, r#"{"memo":"5.00"}"#),
            (r#"{"sourceAccountId":17}"#, r#"{"sourceAccountId":"17"}"#),
        ] {
            assert_ne!(of(one), of(other), "{one} {other}");
        }
        let all = [
            "{}",
            r#"{"a":1}"#,
            r#"{"a":2}"#,
            r#"{"a":"1"}"#,
            r#"{"a":[1]}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"ab":1}"#,
        ];
        let distinct: std::collections::HashSet<_> = all.iter().map(|body| of(body)).collect();
        assert_eq!(distinct.len(), all.len());
        assert_ne!(fingerprint("/a", b"").unwrap(), fingerprint("/b", b"").unwrap());
    }
}
