//! Digests: the part of a chunk that the audit log covers, in versioned bytes.

use data_encoding::HEXLOWER;
use domain::posting::Posting;
use sha2::{Digest, Sha256};

/// The digest of a chunk: all its postings in order, then all failed attempts in the order of writing.
/// `verify` recomputes it from the stored rows.
#[derive(Debug)]
pub struct ChunkDigest(Sha256);

impl Default for ChunkDigest {
    fn default() -> Self {
        Self::new()
    }
}

impl ChunkDigest {
    /// An empty digest.
    #[must_use]
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    /// Adds a posting.
    pub fn posting(&mut self, p: &Posting) {
        let numbers = [
            p.id.0,
            p.transfer.0,
            p.kind.number(),
            p.debit.0,
            p.credit.0,
            p.amount,
            p.debit_after,
            p.credit_after,
        ];
        let mut bytes = [0_u8; 64];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        self.0.update(bytes);
    }

    /// Adds a failed attempt.
    pub fn failure(&mut self, item: i64, code: i64, amount: i64) {
        [item, code, amount].iter().for_each(|number| self.0.update(number.to_le_bytes()));
    }

    /// The digest in hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        HEXLOWER.encode(&self.0.finalize())
    }
}
