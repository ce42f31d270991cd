//! An upload as a form sends it (`multipart/form-data`): the first field with a file is read as it arrives, and there must be
//! no other.

use crate::kit::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use domain::code::Code;
use futures_util::stream::{Stream, poll_fn};
use multer::{Field, Multipart};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

/// The most bytes of a form between two pieces of files: names of fields, headers, other fields.
const BESIDE_MAX: usize = 64 * 1024;

/// A form on its way.
pub(super) struct Form {
    parts: Multipart<'static>,
    /// Bytes that arrived since the last piece of a file.
    beside: Arc<AtomicUsize>,
    field: Option<Field<'static>>,
}

fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::about(Code::BodyInvalid, format!("multipart/form-data: {why}"))
}

/// What the parser refused. Its own text says nothing about the body that it read.
fn malformed(error: multer::Error) -> Problem {
    match error {
        multer::Error::StreamReadFailed(why) => refused(why),
        other => refused(other),
    }
}

/// The boundary of a form; none if the body is the file itself.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

impl Form {
    /// Reads as far as its first field with a file.
    pub(super) async fn begin(body: Body, boundary: String) -> Result<Self, Problem> {
        let beside = Arc::new(AtomicUsize::new(0));
        let mut form =
            Self { parts: Multipart::new(counted(body, Arc::clone(&beside)), boundary), beside, field: None };
        form.field = form.next_file().await?;
        if form.field.is_none() { Err(refused("no field with a file")) } else { Ok(form) }
    }

    /// The name of the file.
    pub(super) fn name(&self) -> Option<&str> {
        self.field.as_ref().and_then(Field::file_name)
    }

    /// The next piece of the file; none at the end of the form.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let Some(field) = &mut self.field else { return Ok(None) };
        if let Some(piece) = field.chunk().await.map_err(malformed)? {
            self.beside.store(0, Ordering::Relaxed);
            return Ok(Some(piece));
        }
        self.field = None;
        if self.next_file().await?.is_some() {
            return Err(refused("more than one file; send one a request"));
        }
        Ok(None)
    }

    async fn next_file(&mut self) -> Result<Option<Field<'static>>, Problem> {
        while let Some(field) = self.parts.next_field().await.map_err(malformed)? {
            if field.file_name().is_some() {
                return Ok(Some(field));
            }
        }
        Ok(None)
    }
}

/// The pieces of a body. The parser of forms takes what is ready before it returns any of it, and limits neither headers
/// nor fields that it skips: so one piece is ready at a time, and no more may come beside a file than a form needs.
fn counted(body: Body, beside: Arc<AtomicUsize>) -> impl Stream<Item = Result<Bytes, String>> + Send {
    let mut body = body.into_data_stream();
    let mut is_resting = false;
    poll_fn(move |context| {
        if std::mem::take(&mut is_resting) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Poll::Ready(piece) = Pin::new(&mut body).poll_next(context) else { return Poll::Pending };
        is_resting = true;
        Poll::Ready(piece.map(|piece| {
            let piece = piece.map_err(|_| "the body ends prematurely".to_owned())?;
            let so_far = beside.fetch_add(piece.len(), Ordering::Relaxed);
            if so_far > BESIDE_MAX { Err("too much beside the file".to_owned()) } else { Ok(piece) }
        }))
    })
}
