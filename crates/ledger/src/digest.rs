//! Digests: what the chain of commits covers of money. A chunk's digest is over binary numbers, because its postings
//! come by the ten thousand; that of single transfers is over lines of JSON, like the audit log's own. `verify`
//! recomputes both from the stored rows.

use data_encoding::HEXLOWER;
use domain::code::Code;
use domain::id::TransferId;
use domain::posting::Posting;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::chain;
use store::transfer::{Exchange, Transfer};

/// The digest of a chunk: all its postings in order, then all failed attempts in the order of writing. What that is
/// by itself is in the audit rows of the chunk's slices. Behind it come the terms of exchanges and the times of
/// both, which make the digest in the chunk's own row.
#[derive(Debug, Clone)]
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
        self.numbers(&[item, code, amount]);
    }

    /// Adds the terms of an exchange: the line of [`SingleDigest`].
    pub fn exchange(&mut self, transfer: TransferId, exchange: &Exchange) {
        self.0.update(exchange_line(transfer, exchange));
        self.0.update(b"\n");
    }

    /// Adds the times of the postings, and those of the failed attempts.
    pub fn times(&mut self, postings: &Times, failures: &Times) {
        for times in [postings, failures] {
            times.0.iter().for_each(|stretch| self.numbers(stretch));
        }
    }

    fn numbers(&mut self, numbers: &[i64]) {
        numbers.iter().for_each(|number| self.0.update(number.to_le_bytes()));
    }

    /// The digest in hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        HEXLOWER.encode(&self.0.finalize())
    }
}

/// The times of rows in order, in stretches of the same ones: how many, the value date, microseconds UTC. A chunk has
/// one stretch, unless its requests name value dates.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<[i64; 3]>);

impl Times {
    /// Adds the times of the next row. A failed attempt has no value date: 0.
    pub fn add(&mut self, value_date: i64, at: i64) {
        match self.0.last_mut() {
            Some([count, date, time]) if (*date, *time) == (value_date, at) => *count += 1,
            _ => self.0.push([1, value_date, at]),
        }
    }
}

/// The digest of transfers that are no items, in the audit row of their request: for each in the order of numbers a
/// line of the transfer, one of its exchange and one of its vouchers, if it has them.
#[derive(Debug, Default)]
pub struct SingleDigest(Vec<String>);

impl SingleDigest {
    /// Adds a transfer.
    pub fn add(&mut self, transfer: &Transfer, exchange: Option<&Exchange>, vouchers: Option<&str>) {
        let t = transfer;
        let (number, code) = (t.number.0, t.code.map(Code::number));
        let first = t.first_posting.map(|id| id.0);
        self.0.push(
            json!([
                "transfer",
                number,
                t.kind.number(),
                code,
                t.source.0,
                t.target.0,
                t.amount,
                t.fee,
                first,
                t.posting_count,
                t.value_date,
                t.created_at,
                t.memo,
            ])
            .to_string(),
        );
        self.0.extend(exchange.map(|exchange| exchange_line(t.number, exchange)));
        self.0.extend(vouchers.map(|urls| json!(["transfer_voucher", number, urls]).to_string()));
    }

    /// The digest in hexadecimal.
    #[must_use]
    pub fn finish(self) -> String {
        chain::digest(self.0.iter().map(String::as_str))
    }
}

fn exchange_line(transfer: TransferId, exchange: &Exchange) -> String {
    let Exchange { target_amount, rate, rate_source, rate_at, rounding, residual } = exchange;
    json!(["transfer_exchange", transfer.0, target_amount, rate, rate_source, rate_at, rounding, residual])
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_stretches() {
        let mut times = Times::default();
        [(1, 5), (1, 5), (2, 5), (1, 5), (1, 6)].into_iter().for_each(|(date, at)| times.add(date, at));
        assert_eq!(times.0, [[2, 1, 5], [1, 2, 5], [1, 1, 5], [1, 1, 6]]);
    }

    #[test]
    fn a_chunk_without_exchanges_or_rows_has_the_digest_of_nothing() {
        let mut digest = ChunkDigest::new();
        let of_slices = digest.clone().finish();
        digest.times(&Times::default(), &Times::default());
        assert_eq!(digest.finish(), of_slices);
        assert_eq!(SingleDigest::default().finish(), of_slices);
    }
}
