//! Single transfers, deposits and withdrawals. Each is one request to the door.

mod by_amount;
mod by_day;
mod by_number;
pub(crate) mod export;
mod list;
mod prepare;
mod preview;
mod quote;
mod request;
mod scope;
mod show;

pub use self::export::export;
pub use self::list::{TransferPage, TransferQuery, list};
pub use self::preview::{LimitUse, PreviewedAccount, PreviewedLimits, TransferPreview, preview};
pub use self::request::{AmountInput, RateOverride, TransferRequest};
pub use self::show::{Leg, TransferDetail, TransferSide, postings, show};
pub use store::transfer::{Exchange, Transfer};
pub use store::transfer_list::TransferSort;

use self::prepare::PreparedTransfer;
use crate::{Error, Refusal, Service, consent};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::TransferId;
use domain::noun::NounId;
use domain::text::OperationId;
use domain::visible::shown;
use ledger::Outcome;
use serde_json::json;
use std::convert::Infallible;
use store::audit::Actor;

/// A request that the ledger carried out or refused.
#[derive(Debug)]
pub struct Transferred {
    /// The outcome; a refusal by the ledger has a code, and is stored as a refused transfer.
    pub outcome: Outcome,
    /// The prepared request, if the door processed it now.
    prepared: Option<PreparedTransfer>,
}

/// Moves money once. An invalid request is an error; a refusal by the ledger is an outcome. A repeated
/// request gets the first answer.
pub async fn create(
    service: &Service,
    actor: &Actor,
    request: &TransferRequest,
) -> Result<Transferred, Error> {
    match carry_out(service, actor, request).await {
        Ok(done) => Ok(done),
        // The door stores the ledger's refusals; refusals before the door are stored here.
        Err(error) => match service.settle::<Infallible>(Err(error)).await? {},
    }
}

/// The transfer that was made. If the ledger refused it, the refusal has the refused transfer's id in its
/// data.
pub async fn made(service: &Service, actor: &Actor, made: Transferred) -> Result<TransferDetail, Error> {
    let Transferred { outcome, prepared } = made;
    let Some(number) = outcome.transfer else { return Err(Code::TransferNotFound.into()) };
    if let Some(code) = outcome.code {
        let none = Refusal::of(code);
        let mut refusal = prepared.map_or(none, |prepared| prepared.refusal(code));
        let data = refusal.data.get_or_insert_with(|| json!({}));
        if let Some(fields) = data.as_object_mut() {
            fields.insert("transferId".to_owned(), number.tagged().into());
        }
        return Err(Error::Refused(refusal));
    }
    match (outcome.written, prepared) {
        (Some(written), Some(prepared)) => Ok(prepared.detail(actor, &written)),
        _ => show::show(service, number.0).await,
    }
}

async fn carry_out(
    service: &Service,
    actor: &Actor,
    request: &TransferRequest,
) -> Result<Transferred, Error> {
    let id = request.operation.as_deref().map(|id| OperationId::parse(id).map_err(|code| (code, id)));
    let id = match id.transpose() {
        Ok(id) => id,
        Err((code, id)) => {
            return refuse_transfer(service, actor, request, Refusal::new(code, shown(id))).await;
        }
    };
    let prepared = match prepare::prepare(service, request).await {
        Ok(prepared) => prepared,
        Err(Error::Refused(refusal)) => {
            // The first answer is final, whatever the answer would be now.
            if let Some(outcome) = first_outcome(service).await? {
                return Ok(Transferred { outcome, prepared: None });
            }
            return refuse_transfer(service, actor, request, refusal).await;
        }
        Err(error) => return Err(error),
    };
    let operation = match &id {
        Some(id) => Some(prepared.operation_key(id, request)),
        None => service.operation.as_deref().cloned(),
    };
    consent::of_transfer(service, actor, prepared.payer(), operation.as_ref(), about(request)).await?;
    let request = prepared.posting(request, operation);
    // Runs in its own task: the transfer completes even if the caller disconnects.
    let (door, actor) = (service.door.clone(), actor.clone());
    let joined = tokio::spawn(async move { door.single(actor, request).await }).await;
    let outcome = joined.map_err(|error| store::StoreError::Unavailable(error.to_string()))??;
    match outcome {
        Outcome { code: Some(Code::OperationConflict), .. } if service.operation.is_some() => {
            Err(Code::IdempotencyKeyReused.into())
        }
        // The first request did not become a transfer; its answer is stored under the key.
        Outcome { transfer: Some(TransferId(0)), .. } => {
            service.look().await?;
            Err(Code::IdempotencyKeyBusy.into())
        }
        outcome => Ok(Transferred { outcome, prepared: Some(prepared) }),
    }
}

/// The door's earlier outcome of this request, if the request has a key and reached the door.
async fn first_outcome(service: &Service) -> Result<Option<Outcome>, Error> {
    let Some(key) = &service.operation else { return Ok(None) };
    service.look().await?;
    let mut tx = service.store.point_read().await?;
    let Some(first) = store::operation::answered(&mut tx, &key.id).await? else { return Ok(None) };
    let number = TransferId(first.transfer);
    let transfer = store::transfer::get(&mut tx, number).await?;
    Ok(transfer.map(|transfer| Outcome {
        transfer: Some(number),
        code: transfer.code,
        fee: transfer.fee,
        replayed: true,
        written: None,
    }))
}

async fn refuse_transfer<T>(
    service: &Service,
    actor: &Actor,
    request: &TransferRequest,
    refusal: Refusal,
) -> Result<T, Error> {
    // The caller stores the refusal under the request's key.
    let mut write = service.step(actor, Action::TransferCreate).await?;
    write.about = about(request);
    write.end_unkept(Err(Error::Refused(refusal))).await
}

/// What a refusal of a transfer is about.
fn about(request: &TransferRequest) -> Fact {
    Fact::new(Action::TransferCreate, None)
        .with("from", request.from.as_ref().map(|given| shown(&given.written)))
        .with("to", request.to.as_ref().map(|given| shown(&given.written)))
        .with("amount", request.amount.text())
        .with("rate", request.rate.as_deref().map(shown))
        .with("rate_override", request.rate_override.as_ref().map(|over| shown(&over.reason)))
        .with("target_amount", request.target_amount)
}
