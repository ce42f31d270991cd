//! The files that the document loads. Those in `assets` are named by their content, so browsers keep them for good; the
//! others are asked for again and answered by "not changed".

use axum::body::Bytes;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The encodings a file may be there in, the smallest first, and what each adds to its path.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// A file.
#[derive(Debug)]
pub(super) struct Asset {
    kind: HeaderValue,
    kept: HeaderValue,
    tag: HeaderValue,
    plain: Bytes,
    encoded: Vec<(&'static str, Bytes)>,
}

/// Puts files and their compressed forms together. Files whose name begins with a dot are the build tool's own.
pub(super) fn of(mut files: BTreeMap<String, Cow<'static, [u8]>>) -> BTreeMap<String, Asset> {
    files.retain(|path, _| !path.split('/').any(|part| part.starts_with('.')));
    let compressed = |path: &str| ENCODINGS.iter().any(|(_, ending)| path.ends_with(ending));
    let paths: Vec<String> = files.keys().filter(|path| !compressed(path)).cloned().collect();
    let mut assets = BTreeMap::new();
    for path in paths {
        let encoded = ENCODINGS.iter().filter_map(|(name, ending)| {
            files.remove(&format!("{path}{ending}")).map(|bytes| (*name, shared(bytes)))
        });
        let encoded = encoded.collect();
        if let Some(plain) = files.remove(&path) {
            let asset = Asset::of(&path, shared(plain), encoded);
            assets.insert(path, asset);
        }
    }
    assets
}

fn shared(bytes: Cow<'static, [u8]>) -> Bytes {
    match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

impl Asset {
    fn of(path: &str, plain: Bytes, encoded: Vec<(&'static str, Bytes)>) -> Self {
        let kept = if path.starts_with("assets/") { FOR_GOOD } else { ASK_AGAIN };
        // Weak: it names the content, however it is encoded.
        let tag = format!("W/\"{}\"", HEXLOWER.encode(&Sha256::digest(&plain)));
        let tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("W/\"\""));
        Self { kind: HeaderValue::from_static(kind(path)), kept, tag, plain, encoded }
    }

    pub(super) fn answer(&self, asked: &HeaderMap) -> Response {
        let mut response = if names(asked, &IF_NONE_MATCH, self.tag.to_str().unwrap_or_default()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.content(asked)
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, self.kept.clone());
        headers.insert(ETAG, self.tag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        response
    }

    fn content(&self, asked: &HeaderMap) -> Response {
        let smallest = self.encoded.iter().find(|(name, _)| names(asked, &ACCEPT_ENCODING, name));
        let bytes = smallest.map_or(&self.plain, |(_, bytes)| bytes);
        let mut response = bytes.clone().into_response();
        response.headers_mut().insert(CONTENT_TYPE, self.kind.clone());
        if let Some((name, _)) = smallest {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }
}

/// Whether a header's list has this word, and not with the weight 0.
fn names(headers: &HeaderMap, header: &HeaderName, word: &str) -> bool {
    let values = headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let is_refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case(word) && !is_refused
    })
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    fn assets() -> BTreeMap<String, Asset> {
        let files: [(&str, &[u8]); 5] = [
            ("assets/a-1.js", b"plain"),
            ("assets/a-1.js.br", b"by br"),
            ("assets/a-1.js.gz", b"by gzip"),
            ("assets/b-2.css", b"small"),
            ("theme.js", b"theme"),
        ];
        of(files.into_iter().map(|(path, bytes)| (path.to_owned(), Cow::from(bytes))).collect())
    }

    #[tokio::test]
    async fn the_smallest_encoding_that_is_accepted_is_sent() {
        let assets = assets();
        for (path, accepted, encoding, text) in [
            ("assets/a-1.js", "gzip, deflate, br, zstd", "br", "by br"),
            ("assets/a-1.js", "gzip, deflate", "gzip", "by gzip"),
            ("assets/a-1.js", "br;q=0, gzip;q=0.5", "gzip", "by gzip"),
            ("assets/a-1.js", "BR;q=0.1", "br", "by br"),
            ("assets/a-1.js", "identity", "", "plain"),
            ("assets/a-1.js", "", "", "plain"),
            ("assets/b-2.css", "gzip, br", "", "small"),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert(ACCEPT_ENCODING, accepted.parse().unwrap());
            let response = assets[path].answer(&asked);
            let sent = response.headers().get(CONTENT_ENCODING).map_or("", |name| name.to_str().unwrap());
            assert_eq!(sent, encoding, "{path} {accepted}");
            assert_eq!(response.headers()[VARY], "accept-encoding");
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), text, "{path} {accepted}");
        }
    }

    #[test]
    fn only_files_named_by_their_content_are_kept_without_asking() {
        let assets = assets();
        let nothing = HeaderMap::new();
        let kept = |path: &str| assets[path].answer(&nothing).headers()[CACHE_CONTROL].clone();
        assert_eq!(kept("assets/b-2.css"), FOR_GOOD);
        assert_eq!(kept("theme.js"), ASK_AGAIN);
        let tag = assets["theme.js"].answer(&nothing).headers()[ETAG].clone();
        let mut asked = HeaderMap::new();
        asked.insert(IF_NONE_MATCH, tag);
        assert_eq!(assets["theme.js"].answer(&asked).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(assets["assets/b-2.css"].answer(&asked).status(), StatusCode::OK);
    }
}
