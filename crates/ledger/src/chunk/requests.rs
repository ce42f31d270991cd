//! A chunk's requests, in the order they are decided.

use crate::request::{Answer, PostingRequest, QueuedRequest, Requests, Slice, SliceOutcome};
use serde_json::json;
use store::StoreError;
use store::audit::{Actor, Audit};
use store::operation::Operation;
use tokio::sync::oneshot;

/// A chunk's requests, each with its reply channel.
#[derive(Debug)]
pub(super) struct ChunkRequests {
    pub list: Vec<QueuedRequest>,
}

impl ChunkRequests {
    /// A slice whose answer the caller takes from the attempt itself.
    pub(super) fn of_slice(actor: Actor, slice: Slice) -> Self {
        let (reply, _) = oneshot::channel();
        Self { list: vec![QueuedRequest { actor, requests: Requests::Slice(slice), reply }] }
    }

    pub(super) fn answer(self, answers: Vec<Answer>) {
        for (queued, answer) in self.list.into_iter().zip(answers) {
            // If the caller has disconnected, its answer is dropped; the commit is unaffected.
            drop(queued.reply.send(Ok(answer)));
        }
    }

    pub(super) fn fail(self, error: &StoreError) {
        self.list.into_iter().for_each(|queued| drop(queued.reply.send(Err(error.clone()))));
    }

    /// The audit row of this rolled-back chunk: whose requests were rolled back, when and why.
    pub(super) fn rolled_back(&self, now: i64, error: &StoreError) -> Option<Audit> {
        let actor = &self.list.first()?.actor;
        let operations = self.numbered().filter_map(|request| request.effects.operation.as_ref());
        let operations: Vec<_> = operations.map(|operation| &operation.id).take(100).collect();
        let detail = json!({ "error": error.to_string(), "at": now, "transfers": self.numbered().count(),
                             "operations": operations,
                             "batches": self.slices().map(|slice| slice.batch.0).collect::<Vec<_>>() });
        Some(Audit {
            actor: actor.clone(),
            action: "chunk.rollback",
            subject: "chunk",
            subject_id: None,
            result: "ROLLED_BACK",
            detail: detail.to_string(),
            digest: None,
        })
    }

    /// Answers a stale slice and removes it.
    pub(super) fn drop_stale(&mut self, place: usize) {
        if place < self.list.len() {
            let queued = self.list.remove(place);
            drop(queued.reply.send(Ok(Answer::Slice(SliceOutcome::Stale))));
        }
    }

    /// The slice, if the chunk consists of a single one.
    pub(super) fn only_slice(&self) -> Option<(&Actor, &Slice)> {
        match self.list.as_slice() {
            [QueuedRequest { actor, requests: Requests::Slice(slice), .. }] => Some((actor, slice)),
            _ => None,
        }
    }

    /// Splits the chunk into one chunk per call, in the same order.
    pub(super) fn split_one_by_one(self) -> impl Iterator<Item = Self> {
        self.list.into_iter().map(|queued| Self { list: vec![queued] })
    }

    /// The requests whose numbers are drawn for them; an item already has its number.
    pub(super) fn numbered(&self) -> impl Iterator<Item = &PostingRequest> {
        self.list.iter().flat_map(|queued| match &queued.requests {
            Requests::Single(request) => std::slice::from_ref(&**request),
            Requests::Bulk(requests) => requests.as_slice(),
            Requests::Slice(_) => &[],
        })
    }

    pub(super) fn slices(&self) -> impl Iterator<Item = &Slice> {
        self.list.iter().filter_map(|queued| match &queued.requests {
            Requests::Slice(slice) => Some(slice),
            Requests::Single(_) | Requests::Bulk(_) => None,
        })
    }

    /// The operations to claim, one per operation id, sorted by id; of several requests with the same id the
    /// first counts. The n-th numbered request of the chunk has the n-th number from `first`.
    pub(super) fn operations(&self, first: i64) -> Vec<Operation> {
        let mut all: Vec<Operation> = self
            .numbered()
            .zip(first..)
            .filter_map(|(request, transfer)| {
                let key = request.effects.operation.as_ref()?;
                Some(Operation { id: key.id.clone(), fingerprint: key.fingerprint.clone(), transfer })
            })
            .collect();
        all.sort_by(|a, b| a.id.cmp(&b.id).then(a.transfer.cmp(&b.transfer)));
        all.dedup_by(|later, first| later.id == first.id);
        all
    }
}
