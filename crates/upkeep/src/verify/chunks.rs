//! The digests of chunks: the audit rows of a chunk's slices have that of its postings and failed attempts, its own row
//! has that of everything that it wrote. Both are recomputed while the postings stream past.

use super::report::{STEP, Verification};
use crate::Error;
use domain::id::TransferId;
use domain::posting::PostingKind;
use hashbrown::HashMap;
use ledger::digest::{ChunkDigest, Times};
use serde_json::Value;
use store::Tx;
use store::chunk::ChunkSeal;
use store::posting::Booked;
use store::transfer::Exchange;
use store::verify::Claim;

const DIGEST: &str = "chunk_digest";

/// A failed attempt: item, code, amount, microseconds UTC.
type Attempt = (i64, i64, i64, i64);

/// What is recorded of a page's postings, beside them.
#[derive(Debug)]
pub(super) struct Beside {
    /// The rows of their chunks.
    seals: HashMap<i64, ChunkSeal>,
    /// The exchanges of their transfers.
    exchanges: HashMap<i64, Exchange>,
}

impl Beside {
    /// Reads it.
    pub(super) async fn read(tx: &mut Tx, page: &[(Booked, Option<Claim>)]) -> Result<Self, Error> {
        let (mut chunks, mut exchanged) = (Vec::new(), Vec::new());
        for (Booked { posting, .. }, _) in page {
            let chunk = posting.id.chunk();
            if chunks.last() != Some(&chunk) {
                chunks.push(chunk);
            }
            if posting.kind == PostingKind::ExchangeOut {
                exchanged.push(posting.transfer.0);
            }
        }
        let seals = store::chunk::seals(tx, chunks).await?;
        let exchanges = store::transfer::exchanges(tx, exchanged).await?;
        Ok(Self {
            seals: seals.into_iter().map(|seal| (seal.number, seal)).collect(),
            exchanges: exchanges.into_iter().collect(),
        })
    }

    /// The commit of a chunk, if the chunk is recorded.
    pub(super) fn commit(&self, chunk: i64) -> Option<i64> {
        self.seals.get(&chunk).map(|seal| seal.commit_number)
    }
}

/// A chunk whose postings are streaming past.
#[derive(Debug)]
struct OpenChunk {
    number: i64,
    seal: Option<ChunkSeal>,
    digest: ChunkDigest,
    exchanges: Vec<(TransferId, Exchange)>,
    times: Times,
    postings: i64,
}

impl OpenChunk {
    fn new(number: i64, seal: Option<ChunkSeal>) -> Self {
        let (digest, times) = (ChunkDigest::new(), Times::default());
        Self { number, seal, digest, exchanges: Vec::new(), times, postings: 0 }
    }
}

/// What the digests of all chunks must be.
#[derive(Debug)]
pub(super) struct Chunks {
    /// By chunk: what the audit rows of its slices have.
    of_slices: HashMap<i64, String>,
    failures: HashMap<i64, Vec<Attempt>>,
    current: Option<OpenChunk>,
}

impl Chunks {
    /// Reads what the audit log and the failed attempts say.
    pub(super) async fn load(tx: &mut Tx) -> Result<Self, Error> {
        let (mut of_slices, mut after) = (HashMap::new(), 0);
        loop {
            let rows = store::verify::chunks(tx, after, STEP).await?;
            for row in rows.iter() {
                after = row.i64(0)?;
                let detail: Value = serde_json::from_str(&row.text(2)?).unwrap_or_default();
                if let Some(chunk) = detail.get("chunk").and_then(Value::as_i64) {
                    of_slices.insert(chunk, row.text(3)?);
                }
            }
            if rows.is_empty() {
                break;
            }
        }
        let mut failures: HashMap<i64, Vec<Attempt>> = HashMap::new();
        for (chunk, item, code, amount, at) in store::verify::failures_by_chunk(tx, STEP).await? {
            failures.entry(chunk).or_default().push((item, code, amount, at));
        }
        Ok(Self { of_slices, failures, current: None })
    }

    /// Takes the next posting.
    pub(super) fn posting(&mut self, booked: &Booked, beside: &Beside, found: &mut Verification) {
        let Booked { posting, value_date, created_at } = booked;
        let chunk = posting.id.chunk();
        if self.current.as_ref().is_none_or(|current| current.number != chunk) {
            self.close(found);
            self.current = Some(OpenChunk::new(chunk, beside.seals.get(&chunk).cloned()));
        }
        let Some(current) = &mut self.current else { return };
        current.digest.posting(posting);
        current.times.add(*value_date, *created_at);
        current.postings += 1;
        if posting.kind == PostingKind::ExchangeOut
            && let Some(exchange) = beside.exchanges.get(&posting.transfer.0)
        {
            current.exchanges.push((posting.transfer, exchange.clone()));
        }
    }

    fn close(&mut self, found: &mut Verification) {
        let Some(chunk) = self.current.take() else { return };
        let OpenChunk { number, seal, mut digest, exchanges, times, postings } = chunk;
        let mut tried = Times::default();
        for (item, code, amount, at) in self.failures.remove(&number).unwrap_or_default() {
            digest.failure(item, code, amount);
            tried.add(0, at);
        }
        let of_slices = self.of_slices.remove(&number);
        let is_of_slices = of_slices.is_none_or(|stored| digest.clone().finish() == stored);
        exchanges.iter().for_each(|(transfer, exchange)| digest.exchange(*transfer, exchange));
        digest.times(&times, &tried);
        found.chunks += 1;
        // A chunk that is not recorded is named as such.
        let is_whole = seal.is_none_or(|seal| seal.digest == digest.finish() && seal.postings == postings);
        found.check(is_of_slices && is_whole, DIGEST, || format!("chunk {number}"));
    }

    /// Checks the chunks without a posting: everything in them was refused; and that there is nothing of other chunks.
    pub(super) async fn finish(mut self, tx: &mut Tx, found: &mut Verification) -> Result<(), Error> {
        self.close(found);
        let mut after = i64::MIN;
        loop {
            let page = store::chunk::without_postings(tx, after, STEP).await?;
            let Some(last) = page.last() else { break };
            after = last.number;
            for seal in page {
                self.current = Some(OpenChunk::new(seal.number, Some(seal)));
                self.close(found);
            }
        }
        let mut rest: Vec<i64> = self.of_slices.into_keys().chain(self.failures.into_keys()).collect();
        rest.sort_unstable();
        rest.dedup();
        for chunk in rest {
            found.bad(DIGEST, || format!("chunk {chunk}: it has no row"));
        }
        Ok(())
    }
}
