//! The audit rows of a chunk: one for each single, bulk and slice.

use super::requests::ChunkRequests;
use super::write::Decided;
use crate::request::{Outcome, PostingRequest, Requests};
use domain::code::Code;
use domain::id::AccountId;
use domain::posting::{Book, Request};
use serde_json::json;
use store::audit::{Actor, Audit};

/// What was written for a bulk.
pub(super) struct WrittenBulk {
    pub chunk: i64,
    /// The first and the last number that were used up for it.
    pub numbers: (i64, i64),
    /// Of its transfers.
    pub digest: String,
}

/// The audit row of a single request: amounts, the accounts with their status and balance, and the digest of what was
/// written.
pub(super) fn single(
    actor: &Actor,
    request: &PostingRequest,
    posting: &Request,
    outcome: &Outcome,
    book: &Book,
    digest: String,
) -> Audit {
    let state = |id: AccountId| {
        let account = book.get(id)?;
        Some(json!({ "account": id.0, "status": account.status.name(), "balance": account.balance }))
    };
    let exchange = request.exchange.as_ref().ok().and_then(Option::as_ref);
    let mut detail = json!({
        "kind": request.kind.name(),
        "amount": request.amount,
        "fee": outcome.fee,
        "source": state(posting.source),
        "target": state(posting.target),
        "operation": request.effects.operation.as_ref().map(|o| &o.id),
        "value_date": request.value_date,
        "rate": exchange.map(|exchange| &exchange.rate),
        "target_amount": exchange.map(|exchange| exchange.target_amount),
    });
    if let (Some(fields), Some(quote)) = (detail.as_object_mut(), &request.quote) {
        fields.insert("stored_rate".to_owned(), json!(quote.stored));
        fields.insert("rate_override".to_owned(), json!(quote.reason));
    }
    Audit {
        actor: actor.clone(),
        action: "transfer.create",
        subject: "transfer",
        subject_id: outcome.transfer.map(|t| t.0),
        result: outcome.code.map_or("ok", Code::name),
        detail: detail.to_string(),
        digest: Some(digest),
    }
}

/// The audit row of a request whose operation id was used for something else.
pub(super) fn conflict(actor: &Actor, request: &PostingRequest, operation: &str) -> Audit {
    Audit {
        actor: actor.clone(),
        action: "transfer.refuse",
        subject: "operation",
        subject_id: None,
        result: Code::OperationConflict.name(),
        detail: json!({ "operation": operation, "amount": request.amount }).to_string(),
        digest: None,
    }
}

/// The audit row of a bulk; none if it is empty.
pub(super) fn bulk(
    actor: &Actor,
    requests: &[PostingRequest],
    outcomes: &[Outcome],
    WrittenBulk { chunk, numbers, digest }: WrittenBulk,
) -> Option<Audit> {
    let kind = requests.first()?.kind;
    let refused = outcomes.iter().filter(|o| o.code.is_some()).count();
    let sum: i128 = requests.iter().map(|request| i128::from(request.amount)).sum();
    let detail = json!({ "chunk": chunk, "count": outcomes.len(), "refused": refused,
                         "amount": sum.to_string(), "kind": kind.name(),
                         "first": numbers.0, "last": numbers.1 });
    Some(Audit {
        actor: actor.clone(),
        action: "transfer.bulk",
        subject: "transfer",
        subject_id: outcomes.first().and_then(|o| o.transfer).map(|t| t.0),
        result: if refused == 0 { "ok" } else { "partial" },
        detail: detail.to_string(),
        digest: Some(digest),
    })
}

/// Adds one audit row per slice; the digest covers the whole chunk.
pub(super) fn slices(decided: &mut Decided, requests: &ChunkRequests) {
    if decided.slices.is_empty() {
        return;
    }
    let digest = decided.digest();
    for slice in &decided.slices {
        let Some(queued) = requests.list.get(slice.place) else { continue };
        let Requests::Slice(wanted) = &queued.requests else { continue };
        let numbers = (wanted.items.first().map(|i| i.number.0), wanted.items.last().map(|i| i.number.0));
        let detail = json!({ "chunk": decided.chunk, "epoch": wanted.epoch, "first": numbers.0,
                             "last": numbers.1, "completed": slice.completed_count,
                             "failed": slice.failures.len() });
        decided.audits.push(Audit {
            actor: queued.actor.clone(),
            action: "batch.chunk",
            subject: "batch",
            subject_id: Some(wanted.batch.0),
            result: "ok",
            detail: detail.to_string(),
            digest: Some(digest.clone()),
        });
    }
}
