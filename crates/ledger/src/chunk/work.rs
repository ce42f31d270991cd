//! A chunk's requests and their reply channels.

use super::{Answers, Bulk};
use crate::door::{Envelope, Reply};
use crate::request::{Outcome, Run, RunOutcome, Single};
use serde_json::json;
use store::StoreError;
use store::audit::Audit;
use store::operation::Operation;

/// A chunk's requests by kind.
#[derive(Default)]
pub(super) struct Work {
    pub singles: Vec<(Single, Reply<Outcome>)>,
    pub bulks: Vec<(Bulk, Reply<Vec<Outcome>>)>,
    pub runs: Vec<(Run, Reply<RunOutcome>)>,
}

impl Work {
    pub(super) fn sort(chunk: Vec<Envelope>) -> Self {
        let mut work = Self::default();
        for envelope in chunk {
            match envelope {
                Envelope::Single(single, reply) => work.singles.push((*single, reply)),
                Envelope::Bulk(bulk, reply) => work.bulks.push((bulk, reply)),
                Envelope::Run(run, reply) => work.runs.push((run, reply)),
            }
        }
        work
    }

    pub(super) fn answer(self, answers: Answers) {
        // If a caller has disconnected, its answer is dropped; the commit is unaffected.
        for ((_, reply), answer) in self.singles.into_iter().zip(answers.singles) {
            drop(reply.send(Ok(answer)));
        }
        for ((_, reply), answer) in self.bulks.into_iter().zip(answers.bulks) {
            drop(reply.send(Ok(answer)));
        }
        for ((_, reply), answer) in self.runs.into_iter().zip(answers.runs) {
            drop(reply.send(Ok(answer)));
        }
    }

    pub(super) fn fail(self, error: &StoreError) {
        self.singles.into_iter().for_each(|(_, reply)| drop(reply.send(Err(error.clone()))));
        self.bulks.into_iter().for_each(|(_, reply)| drop(reply.send(Err(error.clone()))));
        self.runs.into_iter().for_each(|(_, reply)| drop(reply.send(Err(error.clone()))));
    }

    /// The audit row of this rolled-back chunk: whose requests were rolled back, when and why.
    pub(super) fn rolled_back(&self, now: i64, error: &StoreError) -> Option<Audit> {
        let runs = self.runs.iter().map(|(run, _)| run);
        let actor = self.all_singles().map(|s| &s.actor).chain(runs.clone().map(|run| &run.actor)).next()?;
        let operations = self.all_singles().filter_map(|s| s.operation.as_ref().map(|o| &o.id));
        let detail = json!({ "error": error.to_string(), "at": now, "transfers": self.all_singles().count(),
                             "operations": operations.take(100).collect::<Vec<_>>(),
                             "batches": runs.map(|run| run.batch.0).collect::<Vec<_>>() });
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

    pub(super) fn take_out(&mut self, place: usize) {
        if place < self.runs.len() {
            let (_, reply) = self.runs.remove(place);
            drop(reply.send(Ok(RunOutcome::Stale)));
        }
    }

    /// Whether the chunk consists of a single slice.
    pub(super) const fn is_one_run(&self) -> bool {
        self.runs.len() == 1 && self.len() == 1
    }

    pub(super) const fn len(&self) -> usize {
        self.singles.len() + self.bulks.len() + self.runs.len()
    }

    /// Splits the chunk into one chunk per request, in the same order.
    pub(super) fn apart(self) -> Vec<Vec<Envelope>> {
        let singles = self.singles.into_iter().map(|(s, reply)| Envelope::Single(Box::new(s), reply));
        let bulks = self.bulks.into_iter().map(|(bulk, reply)| Envelope::Bulk(bulk, reply));
        let runs = self.runs.into_iter().map(|(run, reply)| Envelope::Run(run, reply));
        singles.chain(bulks).chain(runs).map(|envelope| vec![envelope]).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn all_singles(&self) -> impl Iterator<Item = &Single> {
        self.singles.iter().map(|(s, _)| s).chain(self.bulks.iter().flat_map(|(b, _)| &b.singles))
    }

    /// The operations to claim, one per operation id, sorted by id; of several requests with the same id the
    /// first counts. The n-th single request of the chunk has the n-th number from `first`.
    pub(super) fn operations(&self, first: i64) -> Vec<Operation> {
        let mut all: Vec<Operation> = self
            .all_singles()
            .zip(first..)
            .filter_map(|(single, transfer)| {
                let key = single.operation.as_ref()?;
                Some(Operation { id: key.id.clone(), fingerprint: key.fingerprint.clone(), transfer })
            })
            .collect();
        all.sort_by(|a, b| a.id.cmp(&b.id).then(a.transfer.cmp(&b.transfer)));
        all.dedup_by(|later, first| later.id == first.id);
        all
    }
}
