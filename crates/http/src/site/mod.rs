//! The web page: one document answers every address that the page has, and its files are answered as they were built.
//!
//! The files come from outside (`page::files`), because a server also works without a page: it then says so at every
//! address.

mod asset;
mod document;

use crate::kit::problem::Problem;
use asset::Asset;
use axum::extract::Request;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use document::Document;
use domain::code::Code;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is answered if no page was built.
const ABSENT: &str = include_str!("absent.html");
const DOCUMENT: &str = "index.html";

/// Paths that belong to programs. Below them an unknown address is an error for a program, never the document; an old tab
/// that asks for a file of an earlier build must not take HTML for a script.
const OTHERS: [&str; 6] = ["/api", "/socket.io", "/assets", "/healthz", "/readyz", "/metrics"];

/// The files of the web page. Clones share them.
#[derive(Debug, Clone)]
pub struct Site(Arc<Files>);

#[derive(Debug)]
struct Files {
    document: Document,
    is_built: bool,
    assets: BTreeMap<String, Asset>,
}

impl Site {
    /// A page of these files, with their paths. `index.html` is the document; a file that is there compressed as well
    /// has the same path with `.br` or `.gz` behind it.
    #[must_use]
    pub fn of(files: impl Iterator<Item = (Cow<'static, str>, Cow<'static, [u8]>)>) -> Self {
        let mut files: BTreeMap<String, Cow<'static, [u8]>> =
            files.map(|(path, bytes)| (path.into_owned(), bytes)).collect();
        let built = files.remove(DOCUMENT);
        let text = built.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let document = Document::of(text.unwrap_or(ABSENT));
        let assets = if text.is_some() { asset::of(files) } else { BTreeMap::new() };
        Self(Arc::new(Files { document, is_built: text.is_some(), assets }))
    }

    /// Whether there is a page.
    pub(crate) fn is_built(&self) -> bool {
        self.0.is_built
    }

    /// The response to a request that is for no operation.
    pub(crate) fn answer(&self, request: &Request) -> Response {
        let path = request.uri().path();
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Problem::from(Code::RouteNotFound).into_response();
        }
        if let Some(asset) = path.strip_prefix('/').and_then(|path| self.0.assets.get(path)) {
            return asset.answer(request.headers());
        }
        if path == "/" || (!is_of_programs(path) && wants_document(request.headers())) {
            return self.0.document.answer();
        }
        Problem::from(Code::RouteNotFound).into_response()
    }
}

/// Without a page.
impl Default for Site {
    fn default() -> Self {
        Self::of(std::iter::empty())
    }
}

fn is_of_programs(path: &str) -> bool {
    OTHERS
        .iter()
        .filter_map(|other| path.strip_prefix(other))
        .any(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a browser goes to an address, as opposed to a program that asks for data.
fn wants_document(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/html")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn site() -> Site {
        let files: [(&str, &[u8]); 5] = [
            ("index.html", b"<meta nonce=\"{{nonce}}\">"),
            ("assets/a-1.js", b"let a"),
            ("assets/a-1.js.br", b"br"),
            ("favicon.svg", b"<svg/>"),
            (".vite/manifest.json", b"{}"),
        ];
        Site::of(files.into_iter().map(|(path, bytes)| (Cow::from(path), Cow::from(bytes))))
    }

    /// The status and the kind of the response.
    fn asked(site: &Site, method: &str, path: &str, accept: &str) -> String {
        let request = Request::builder().method(method).uri(path).header(ACCEPT, accept);
        let response = site.answer(&request.body(Body::empty()).unwrap());
        let kind = response.headers().get("content-type").map_or("none", |kind| kind.to_str().unwrap());
        format!("{} {}", response.status().as_u16(), kind.split(';').next().unwrap())
    }

    #[test]
    fn a_browser_gets_the_document_and_a_program_an_error() {
        let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        let (page, refused) = ("200 text/html", "404 application/json");
        for (method, path, accept, expected) in [
            ("GET", "/", browser, page),
            ("GET", "/", "*/*", page),
            ("HEAD", "/", "*/*", page),
            ("GET", "/batch-transfer/detail/batch-20260310-001?tab=timeline", browser, page),
            ("GET", "/accounts/v1.2", "TEXT/HTML", page),
            ("GET", "/apis", browser, page),
            ("GET", "/index.html", browser, page),
            ("GET", "/batch-transfer", "application/json", refused),
            ("GET", "/batch-transfer", "*/*", refused),
            ("GET", "/api", browser, refused),
            ("GET", "/api/v9/nothing", browser, refused),
            ("GET", "/socket.io/x", browser, refused),
            ("GET", "/healthz/x", browser, refused),
            ("GET", "/readyz/x", browser, refused),
            ("GET", "/metrics/x", browser, refused),
            ("GET", "/assets/a-0.js", browser, refused),
            ("GET", "/assets/a-1.js", "*/*", "200 text/javascript"),
            ("GET", "/assets/a-1.js.br", "*/*", refused),
            ("GET", "/favicon.svg", "image/*", "200 image/svg+xml"),
            ("GET", "/.vite/manifest.json", "*/*", refused),
            ("GET", "//assets/a-1.js", "*/*", refused),
            ("POST", "/", browser, refused),
            ("DELETE", "/assets/a-1.js", browser, refused),
        ] {
            assert_eq!(asked(&site(), method, path, accept), expected, "{method} {path} {accept}");
        }
    }

    #[test]
    fn a_server_without_a_page_says_so_at_every_address_of_the_page() {
        let none = Site::default();
        assert!(!none.is_built() && site().is_built());
        for (path, expected) in [
            ("/", "200 text/html"),
            ("/approvals", "200 text/html"),
            ("/assets/a-1.js", "404 application/json"),
            ("/api/x", "404 application/json"),
        ] {
            assert_eq!(asked(&none, "GET", path, "text/html"), expected, "{path}");
        }
        assert!(ABSENT.contains("cargo xtask web") && ABSENT.contains("lang=\"zh\""));
    }
}
