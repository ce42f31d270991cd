//! Watches a connection's bytes for a request head that gives its body's length twice, by `Transfer-Encoding`
//! and by `Content-Length`. The HTTP library accepts such a request, drops one of the two headers before a
//! handler can see it, and closes the connection; but a contradictory request must be refused (RFC 9112,
//! 6.3).
//!
//! This parser can only refuse requests, never admit one: where its reading and the library's differ, the
//! library's applies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes of a line are examined.
const LINE_MAX: usize = 128;

/// The parser of one connection.
#[derive(Debug, Default)]
pub(super) struct Heads {
    position: Position,
    line: Vec<u8>,
    /// Whether the head has begun; blank lines before it are ignored.
    is_begun: bool,
    is_chunked: bool,
    length: Option<Length>,
    count: u64,
    found: LengthConflicts,
}

/// A body's length according to its header.
#[derive(Debug, Clone, Copy)]
enum Length {
    Bytes(u64),
    /// Not a number; the library refuses it.
    Nonsense,
}

#[derive(Debug, Default)]
enum Position {
    #[default]
    Head,
    /// The remaining bytes of a body.
    Body(u64),
    /// The size line before a chunk.
    Size,
    /// The remaining bytes of a chunk.
    Chunk(u64),
    Trailer,
    /// The rest of the connection cannot be parsed.
    Blind,
}

/// The numbers of the connection's first request with two lengths, and of the last request checked.
#[derive(Debug, Default, Clone)]
pub(super) struct LengthConflicts(Arc<(AtomicU64, AtomicU64)>);

impl LengthConflicts {
    /// Whether the next request's head has two lengths.
    pub(super) fn is_next(&self) -> bool {
        let number = self.0.1.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.0.load(Ordering::Relaxed) == number
    }

    fn note(&self, number: u64) {
        // The connection ends with the first such request.
        let _ = self.0.0.compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl Heads {
    pub(super) fn two_lengths(&self) -> LengthConflicts {
        self.found.clone()
    }

    /// Parses the received bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match &mut self.position {
                Position::Blind => return,
                Position::Body(left) | Position::Chunk(left) => {
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    *left -= u64::try_from(taken).unwrap_or(*left);
                    if *left == 0 {
                        self.position = if matches!(self.position, Position::Body(_)) {
                            Position::Head
                        } else {
                            Position::Size
                        };
                    }
                    bytes.get(taken..).unwrap_or_default()
                }
                Position::Head | Position::Size | Position::Trailer => self.take_line(bytes),
            };
        }
    }

    /// Consumes the bytes of the current line; returns the rest.
    fn take_line<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        let room = LINE_MAX.saturating_sub(self.line.len());
        self.line.extend(part.iter().take(room));
        let Some(end) = end else { return &[] };
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        self.end_line(text.trim_end_matches('\r'));
        self.line = line;
        self.line.clear();
        bytes.get(end + 1..).unwrap_or_default()
    }

    fn end_line(&mut self, line: &str) {
        match (&self.position, line) {
            (Position::Head, "") if self.is_begun => self.end_head(),
            (Position::Head, "") => {}
            (Position::Head, _) if !self.is_begun => self.is_begun = true,
            (Position::Head, line) => self.note_header(line),
            // The line break after the previous chunk.
            (Position::Size, "") => {}
            (Position::Size, line) => {
                let digits = line.split(';').next().unwrap_or_default().trim();
                self.position = match u64::from_str_radix(digits, 16) {
                    Ok(0) => Position::Trailer,
                    Ok(bytes) => Position::Chunk(bytes),
                    Err(_) => Position::Blind,
                };
            }
            (Position::Trailer, "") => self.position = Position::Head,
            _ => {}
        }
    }

    fn note_header(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return };
        if name.eq_ignore_ascii_case("transfer-encoding") {
            self.is_chunked = true;
        } else if name.eq_ignore_ascii_case("content-length") {
            self.length = Some(value.trim().parse().map_or(Length::Nonsense, Length::Bytes));
        }
    }

    fn end_head(&mut self) {
        self.count += 1;
        let (is_chunked, length) = (std::mem::take(&mut self.is_chunked), self.length.take());
        self.is_begun = false;
        if is_chunked && length.is_some() {
            self.found.note(self.count);
        }
        self.position = match (is_chunked, length) {
            (true, _) => Position::Size,
            (false, None | Some(Length::Bytes(0))) => Position::Head,
            (false, Some(Length::Bytes(bytes))) => Position::Body(bytes),
            (false, Some(Length::Nonsense)) => Position::Blind,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "POST / HTTP/1.1\r\nContent-Length: 5\r\nTRANSFER-encoding: chunked\r\n\r\n0\r\n\r\n";
    const CHUNKED: &str = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1a;x=y\r\ncontent-length: 5\r\n\r\naaaaa\r\n0\r\nt: 1\r\n\r\n";
    const SIZED: &str =
        "\r\nPOST / HTTP/1.1\r\nhost: a\r\ncontent-length: 29\r\n\r\ntransfer-encoding: chunked\r\n\r\n";
    const PLAIN: &str = "GET / HTTP/1.1\nhost: a\n\n";

    /// Which requests have two lengths, when the bytes are fed in pieces of the given size.
    fn found(text: &str, requests: usize, piece: usize) -> Vec<bool> {
        let mut heads = Heads::default();
        let two_lengths = heads.two_lengths();
        text.as_bytes().chunks(piece).for_each(|bytes| heads.feed(bytes));
        (0..requests).map(|_| two_lengths.is_next()).collect()
    }

    #[test]
    fn a_head_with_two_lengths_is_found_anywhere_and_bodies_are_not_taken_for_heads() {
        let late = format!(
            "POST / HTTP/1.1\r\nx: {}\r\ntransfer-encoding: chunked\r\ncontent-length:{}5\r\n\r\n",
            "a".repeat(300),
            " ".repeat(200)
        );
        let cases: &[(&[&str], &[bool])] = &[
            (&[TWO], &[true]),
            (&[&late], &[true]),
            (&[PLAIN, CHUNKED, SIZED, PLAIN], &[false, false, false, false]),
            (&[SIZED, CHUNKED, PLAIN, TWO], &[false, false, false, true]),
            (&[CHUNKED, TWO, PLAIN], &[false, true, false]),
        ];
        for (parts, expected) in cases {
            let text = parts.concat();
            for piece in [1, 2, 3, 7, 64, 10_000] {
                assert_eq!(found(&text, expected.len(), piece), *expected, "{piece} {text}");
            }
        }
    }

    #[test]
    fn malformed_input_is_ignored() {
        for text in ["", "\r\n\r\n\r\n", "\0\u{ff}\n\n", "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\nGET"] {
            assert_eq!(found(text, 2, 5), [false, false], "{text:?}");
        }
    }
}
