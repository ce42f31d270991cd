//! Responses that are made while they are sent: files and exports of any length. Memory holds one piece, and a client
//! that reads slowly holds neither a transaction nor a turn.

use crate::app::App;
use crate::kit::who::Who;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use service::Error;
use service::audit::AuditExport;
use service::batch::Evidence;
use service::upload::{Reading, Upload};

/// What a stored file may do in a browser: be looked at.
const SANDBOX: &str = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; \
                       frame-ancestors 'none'";

/// What makes such a response piece by piece.
pub(crate) trait Source: Send + 'static {
    /// The next bytes, which may be empty; none at the end.
    fn piece(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Error>> + Send;
}

impl Source for Evidence {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Error> {
        self.next().await
    }
}

impl Source for AuditExport {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Error> {
        self.next().await
    }
}

/// A file to be saved by the client.
#[derive(Debug)]
pub(crate) struct Download {
    /// Whether it is shown or saved, and under which name.
    disposition: String,
    /// Its size, if it is stored.
    size: Option<u64>,
    media_type: &'static str,
    body: Body,
}

/// A response on its way.
struct Sending<S> {
    app: App,
    owner: String,
    source: S,
}

impl Download {
    /// A file that a source makes for a caller; its name is in ASCII, without quotes.
    pub(crate) fn of(
        app: &App,
        who: &Who,
        source: impl Source,
        name: String,
        media_type: &'static str,
    ) -> Self {
        let disposition = format!("attachment; filename=\"{name}\"");
        Self { disposition, size: None, media_type, body: body(app, who, source) }
    }

    /// A stored file. Whatever it contains runs nothing and loads nothing.
    pub(crate) fn stored(app: &App, who: &Who, reading: Reading, file: &Upload, is_inline: bool) -> Self {
        let disposition = disposition(if is_inline { "inline" } else { "attachment" }, &file.name);
        let (size, media_type) = (u64::try_from(file.size).ok(), file.kind.media_type());
        Self { disposition, size, media_type, body: body(app, who, reading) }
    }
}

fn body(app: &App, who: &Who, source: impl Source) -> Body {
    let sending = Sending { app: app.clone(), owner: who.identity.owner(), source };
    Body::from_stream(try_unfold(sending, sent))
}

/// The next piece that is not empty. Each is read in one of the caller's turns, as a page of a list would be. After an
/// error the connection is closed without the body's end, so the client knows that the file is not complete.
async fn sent<S: Source>(mut sending: Sending<S>) -> std::io::Result<Option<(Vec<u8>, Sending<S>)>> {
    loop {
        let turn = sending.app.turns.take(&sending.owner).await;
        let turn = turn.map_err(|problem| std::io::Error::other(problem.code.name()))?;
        let piece = sending.source.piece().await;
        drop(turn);
        match piece {
            Ok(Some(bytes)) if bytes.is_empty() => {}
            Ok(bytes) => return Ok(bytes.map(|bytes| (bytes, sending))),
            Err(error) => {
                tracing::warn!(%error, owner = sending.owner, "a download was not completed");
                return Err(std::io::Error::other(error));
            }
        }
    }
}

impl Source for Reading {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.next().await?.map(Vec::from))
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body);
        let headers = response.headers_mut();
        let named = HeaderValue::from_str(&self.disposition);
        let named = named.unwrap_or(HeaderValue::from_static("attachment"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(CONTENT_DISPOSITION, named);
        if let Some(size) = self.size {
            headers.insert(CONTENT_LENGTH, size.into());
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
        }
        response
    }
}

/// A disposition with a name in any script: for old clients in ASCII, for all others as RFC 6266 has it.
fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let encoded: String = name.bytes().fold(String::new(), |mut text, byte| {
        match char::from(byte) {
            c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') => text.push(c),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
        text
    });
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

const fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_any_script_is_told_to_all_clients() {
        assert_eq!(
            disposition("attachment", "pay.csv"),
            "attachment; filename=\"pay.csv\"; filename*=UTF-8''pay.csv"
        );
        assert_eq!(
            disposition("inline", "工 1\".pdf"),
            "inline; filename=\"_ 1_.pdf\"; filename*=UTF-8''%E5%B7%A5%201%22.pdf"
        );
    }
}
