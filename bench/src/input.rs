//! Input files, generated line by line: they take no memory. An import reads a file more than once, so it gets one that is
//! written to an unnamed temporary file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// A CSV generated line by line.
pub struct Lines<F> {
    line: F,
    next: u64,
    count: u64,
    buffer: Vec<u8>,
    at: usize,
}

impl<F: FnMut(u64, &mut Vec<u8>)> Lines<F> {
    /// A header, then `count` lines.
    pub fn new(header: &str, count: u64, line: F) -> Self {
        Self { line, next: 0, count, buffer: header.as_bytes().to_vec(), at: 0 }
    }

    /// The lines as a file.
    pub fn written(mut self) -> std::io::Result<File> {
        let mut file = tempfile::tempfile()?;
        std::io::copy(&mut self, &mut file)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

impl<F: FnMut(u64, &mut Vec<u8>)> Read for Lines<F> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.buffer.len() {
            self.buffer.clear();
            self.at = 0;
            while self.next < self.count && self.buffer.len() < 64 * 1024 {
                (self.line)(self.next, &mut self.buffer);
                self.next += 1;
            }
        }
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let size = rest.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..size), rest.get(..size)) {
            to.copy_from_slice(from);
        }
        self.at += size;
        Ok(size)
    }
}

/// A permutation of 0..n in an order far from sorted (affine).
pub const fn shuffled(i: u64, n: u64, round: u64) -> u64 {
    // 700,001 and 99,991 are prime, hence coprime to every n that is not a multiple of them.
    let factor = if n.is_multiple_of(700_001) { 99_991 } else { 700_001 };
    (i.wrapping_mul(factor).wrapping_add(round.wrapping_mul(7_919))) % n
}

/// The k-th number of a fixed stream (splitmix64), so that every run uses the same amounts.
pub const fn drawn(seed: u64, k: u64) -> u64 {
    let mut z = seed.wrapping_add(k.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// An item's amount in cents: 1.00 to 1,000.00; amounts above 900.00 pay a fee.
pub const fn cents(seed: u64, k: u64) -> u64 {
    100 + drawn(seed, k) % 99_901
}

/// A random pair of positions, never equal.
pub const fn pair(seed: u64, k: u64, n: u64) -> (u64, u64) {
    let source = drawn(seed ^ 0xA5A5, k) % n;
    let step = 1 + drawn(seed ^ 0x5A5A, k) % (n - 1);
    (source, (source + step) % n)
}
