//! The stream below the HTTP library. It passes incoming bytes to [`Heads`], and replaces the library's own
//! responses (to a malformed or oversized head) with our envelope.

use super::heads::Heads;
use domain::code::Code;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream with our responses in place of the library's own; `refuse` creates them.
pub(super) struct Wire<S, F> {
    stream: S,
    heads: Heads,
    refuse: F,
    /// The replacement to write, and how much of it has been written.
    ours: (Vec<u8>, usize),
}

impl<S: AsyncWrite + Unpin, F: Fn(Code) -> Vec<u8>> Wire<S, F> {
    pub(super) const fn new(stream: S, heads: Heads, refuse: F) -> Self {
        Self { stream, heads, refuse, ours: (Vec::new(), 0) }
    }

    /// Writes the replacement completely.
    fn poll_ours(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let (ours, done) = &mut self.ours;
        while let Some(rest) = ours.get(*done..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(Error::from(ErrorKind::WriteZero))),
                written => *done += written,
            }
        }
        self.ours = (Vec::new(), 0);
        Poll::Ready(Ok(()))
    }

    /// Whether these bytes are replaced; if so, prepares the replacement.
    fn replaces(&mut self, bytes: &[u8]) -> bool {
        let Some(code) = own_answer(bytes) else { return false };
        self.ours = ((self.refuse)(code), 0);
        true
    }
}

/// The code for one of the library's own responses, which has no body and none of our headers.
fn own_answer(bytes: &[u8]) -> Option<Code> {
    let rest = bytes.strip_prefix(b"HTTP/1.1 ").or_else(|| bytes.strip_prefix(b"HTTP/1.0 "))?;
    let code = match rest.get(..3)? {
        b"400" => Code::RequestMalformed,
        b"414" | b"431" => Code::HeadTooLarge,
        _ => return None,
    };
    let head = std::str::from_utf8(bytes).ok()?;
    let is_own = head.ends_with("\r\n\r\n")
        && head.contains("\r\ncontent-length: 0\r\n")
        && !head.contains("\r\nx-request-id: ");
    is_own.then_some(code)
}

impl<S: AsyncRead + Unpin, F: Unpin> AsyncRead for Wire<S, F> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, into))?;
        self.heads.feed(into.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, F: Fn(Code) -> Vec<u8> + Unpin> AsyncWrite for Wire<S, F> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        ready!(self.poll_ours(cx))?;
        if self.replaces(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        ready!(self.poll_ours(cx))?;
        let mut written = slices.iter().filter(|slice| !slice.is_empty());
        if let (Some(only), None) = (written.next(), written.next())
            && self.replaces(only)
        {
            return Poll::Ready(Ok(only.len()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(self.poll_ours(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(self.poll_ours(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn only_the_librarys_own_response_is_replaced_and_ours_is_written_completely() {
        let own =
            "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        for (written, expected) in [
            (own.to_owned(), "REQUEST_HEAD_TOO_LARGE".to_owned()),
            (own.replace("431", "400"), "REQUEST_MALFORMED".to_owned()),
            (own.replace("431", "404"), own.replace("431", "404")),
            (own.replace("connection", "x-request-id"), own.replace("connection", "x-request-id")),
            (own.replace(": 0", ": 2"), own.replace(": 0", ": 2")),
        ] {
            let (ours, mut theirs) = duplex(3);
            let mut wire = Wire::new(ours, Heads::default(), |code: Code| code.name().into());
            let mut heard = String::new();
            let writing = async {
                wire.write_all(written.as_bytes()).await.unwrap();
                wire.shutdown().await.unwrap();
            };
            let ((), read) = tokio::join!(writing, theirs.read_to_string(&mut heard));
            read.unwrap();
            assert_eq!(heard, expected);
        }
    }
}
