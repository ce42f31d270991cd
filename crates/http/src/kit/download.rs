//! Responses that are made while they are sent: files and exports of any length. Memory holds one piece, and a client
//! that reads slowly holds neither a transaction nor a turn.

use crate::app::App;
use crate::kit::who::Who;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use service::Error;
use service::audit::AuditExport;
use service::batch::Evidence;

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
    /// In ASCII, without quotes.
    name: String,
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
    /// A file that a source makes for a caller.
    pub(crate) fn of(
        app: &App,
        who: &Who,
        source: impl Source,
        name: String,
        media_type: &'static str,
    ) -> Self {
        let sending = Sending { app: app.clone(), owner: who.identity.owner(), source };
        Self { name, media_type, body: Body::from_stream(try_unfold(sending, sent)) }
    }
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

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body);
        let named = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", self.name));
        let named = named.unwrap_or(HeaderValue::from_static("attachment"));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        response.headers_mut().insert(CONTENT_DISPOSITION, named);
        response
    }
}
