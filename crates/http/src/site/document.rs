//! The document of the page. It holds no data, so it needs no sign-in; the page asks the API for everything.

use crate::kit::problem::Problem;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// What every response replaces by its own nonce.
const PLACEHOLDER: &str = "{{nonce}}";

/// The document, split where a nonce belongs.
#[derive(Debug)]
pub(super) struct Document {
    parts: Vec<String>,
}

impl Document {
    pub(super) fn of(text: &str) -> Self {
        Self { parts: text.split(PLACEHOLDER).map(str::to_owned).collect() }
    }

    pub(super) fn answer(&self) -> Response {
        let nonce = match service::nonce() {
            Ok(nonce) => nonce,
            Err(error) => return Problem::from(error).into_response(),
        };
        let mut response = self.parts.join(&nonce).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(policy) = HeaderValue::from_str(&policy(&nonce)) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// Scripts come from this server's files alone. The page's components write style elements while it runs: the nonce
/// lets those in, and no others.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'none'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    /// The nonce in the text, and that in the policy.
    async fn nonces(document: &Document) -> (String, String) {
        let response = document.answer();
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let between = |text: &str, before: &str, after: char| {
            text.split_once(before).unwrap().1.split(after).next().unwrap().to_owned()
        };
        (between(&text, "nonce=\"", '"'), between(&policy, "'nonce-", '\''))
    }

    #[tokio::test]
    async fn every_response_has_a_nonce_of_its_own_in_text_and_policy() {
        let document = Document::of("<style nonce=\"{{nonce}}\"></style><i nonce=\"{{nonce}}\">");
        let (first, of_first) = nonces(&document).await;
        let (second, of_second) = nonces(&document).await;
        assert_eq!((&first, &second), (&of_first, &of_second));
        assert!(first != second && first.len() == 32);
    }
}
