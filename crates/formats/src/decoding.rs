//! Decodes a file as it is read, in bounded memory.
//!
//! Bytes that are not valid in the encoding become a byte that is not valid UTF-8 either, so that the row they are in
//! has a problem instead of a replacement character.

use std::io::Read;

use encoding_rs::{Decoder, DecoderResult};

use crate::encoding::{Encoding, fill};

/// The size of one read.
const INPUT: usize = 32 * 1024;

/// Text in UTF-8 from a file in another encoding. A byte order mark is dropped.
pub(crate) struct Decoding<R> {
    read: R,
    decoder: Decoder,
    input: Vec<u8>,
    start: usize,
    end: usize,
    is_last: bool,
    is_done: bool,
    output: Vec<u8>,
    taken: usize,
    written: usize,
}

/// In place of bytes that are not valid. No valid UTF-8 contains it.
const INVALID: u8 = 0xff;

impl<R: Read> Decoding<R> {
    pub(crate) fn new(read: R, encoding: Encoding) -> Self {
        Self {
            read,
            decoder: encoding.decoder().new_decoder_with_bom_removal(),
            input: vec![0; INPUT],
            start: 0,
            end: 0,
            is_last: false,
            is_done: false,
            // A byte becomes at most three, and a character needs four to begin with.
            output: vec![0; INPUT * 3 + 16],
            taken: 0,
            written: 0,
        }
    }

    /// Decodes the next part; nothing is written at the end.
    fn more(&mut self) -> std::io::Result<()> {
        (self.taken, self.written) = (0, 0);
        while self.written == 0 && !self.is_done {
            if self.start == self.end && !self.is_last {
                self.start = 0;
                self.end = fill(&mut self.read, &mut self.input)?;
                self.is_last = self.end < self.input.len();
            }
            let source = self.input.get(self.start..self.end).unwrap_or_default();
            // Room for the sign of invalid bytes.
            let room = self.output.len() - 1;
            let room = self.output.get_mut(..room).unwrap_or_default();
            let (result, read, wrote) =
                self.decoder.decode_to_utf8_without_replacement(source, room, self.is_last);
            self.start += read;
            self.written = wrote;
            match result {
                DecoderResult::InputEmpty => self.is_done = self.is_last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    if let Some(place) = self.output.get_mut(self.written) {
                        *place = INVALID;
                        self.written += 1;
                    }
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.taken == self.written {
            self.more()?;
        }
        let ready = self.output.get(self.taken..self.written).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.taken += count;
        Ok(count)
    }
}
