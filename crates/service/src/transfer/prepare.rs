//! What is prepared from a transfer request before it goes to the door.

use super::quote::{self, Quoted};
use super::request::TransferRequest;
use super::show::{TransferDetail, TransferSide, legs};
use crate::account_cache::{self, CachedAccount};
use crate::{Error, Refusal, Service, date};
use data_encoding::HEXLOWER;
use domain::amount::Amount;
use domain::code::Code;
use domain::fx::Rate;
use domain::id::AccountId;
use domain::text::OperationId;
use domain::transfer::TransferKind;
use ledger::request::{OperationKey, Quote, Written};
use ledger::{Effects, Party, PostingRequest};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::audit::Actor;
use store::transfer::Exchange;

/// The request for the door, and what else is known about it.
#[derive(Debug)]
pub(super) struct PreparedTransfer {
    pub(super) kind: TransferKind,
    pub(super) from: Option<Arc<CachedAccount>>,
    pub(super) to: Option<Arc<CachedAccount>>,
    pub(super) amount: Amount,
    /// How it is exchanged, or what was attempted.
    pub(super) exchange: Option<Exchange>,
    /// Why it cannot be exchanged.
    pub(super) refused: Option<Refusal>,
    /// The rates for the audit log.
    quote: Option<Quote>,
    value_date: Option<i64>,
    vouchers: Vec<String>,
}

/// Prepares the request for the door; reads from the database only what is not cached.
pub(super) async fn prepare(service: &Service, request: &TransferRequest) -> Result<PreparedTransfer, Error> {
    let (from, to) = account_cache::pair(service, request.from.as_ref(), request.to.as_ref()).await?;
    let kind = match (&from, &to) {
        (Some(_), Some(_)) => TransferKind::Single,
        (None, Some(_)) => TransferKind::Deposit,
        (Some(_), None) => TransferKind::Withdrawal,
        (None, None) => return Err(Code::SourceNotFound.into()),
    };
    let Some(payer) = from.as_ref().or(to.as_ref()) else { return Err(Code::SourceNotFound.into()) };
    let payee = to.as_ref().unwrap_or(payer);
    let amount = request.amount.read(&payer.asset)?;
    request.check_memo()?;
    let vouchers = request.read_vouchers()?;
    let value_date = date::value_date(service, request.date.as_deref()).await?;
    let Quoted { exchange, refused, quote } =
        quote::quote(service, request, &payer.asset, &payee.asset, amount).await?;
    match refused {
        Some(refusal) if request.is_typed() => Err(Error::Refused(refusal)),
        // A request with both accounts and an amount can be stored as a refused transfer.
        refused => {
            Ok(PreparedTransfer { kind, from, to, amount, exchange, refused, quote, value_date, vouchers })
        }
    }
}

impl PreparedTransfer {
    /// The account that is debited; none for a deposit.
    pub(super) fn payer(&self) -> Option<AccountId> {
        self.from.as_ref().map(|known| known.id)
    }

    pub(super) fn posting(
        &self,
        request: &TransferRequest,
        operation: Option<OperationKey>,
    ) -> PostingRequest {
        let world =
            self.from.as_ref().or(self.to.as_ref()).map_or(domain::id::AssetId(0), |known| known.asset.id);
        let party = |known: &Option<Arc<CachedAccount>>| {
            known.as_ref().map_or(Party::World(world), |known| Party::Account(known.id))
        };
        let vouchers = (!self.vouchers.is_empty()).then(|| serde_json::json!(self.vouchers).to_string());
        PostingRequest {
            kind: self.kind,
            source: party(&self.from),
            target: party(&self.to),
            amount: self.amount.minor(),
            exchange: Ok(self.exchange.clone()),
            value_date: self.value_date,
            memo: request.memo.clone(),
            refused: self.refused.as_ref().map(|refusal| refusal.code),
            quote: self.quote.clone(),
            effects: Effects::of(operation, vouchers),
        }
    }

    /// The key of a request with an operation id. Its fingerprint covers values and not spellings: `5` and
    /// `5.00`, or an account's id and its number, make the same request.
    pub(super) fn operation_key(&self, id: &OperationId, request: &TransferRequest) -> OperationKey {
        let account = |side: &Option<Arc<CachedAccount>>| side.as_ref().map(|known| known.id.0);
        let rate = request.rate.as_deref();
        let rate =
            rate.map(|text| Rate::parse(text).map_or_else(|_| text.to_owned(), |rate| rate.to_string()));
        let content = serde_json::json!([
            account(&self.from),
            account(&self.to),
            self.amount.minor(),
            rate,
            request.rate_override.as_ref().map(|over| over.reason.trim()),
            request.memo,
            self.value_date,
            self.vouchers,
        ]);
        let fingerprint = HEXLOWER.encode(&Sha256::digest(content.to_string().as_bytes()));
        OperationKey { id: format!("op:{id}"), fingerprint }
    }

    /// The refusal found before the door, if the door answered with its code.
    pub(super) fn refusal(self, code: Code) -> Refusal {
        let own = self.refused.filter(|refusal| refusal.code == code);
        own.unwrap_or(Refusal::of(code))
    }

    /// The transfer as it was written, without reading it back.
    pub(super) fn detail(self, actor: &Actor, written: &Written) -> TransferDetail {
        let side = |known: &Option<Arc<CachedAccount>>| {
            known.as_ref().map(|known| TransferSide {
                id: known.id,
                number: known.number.clone(),
                asset: known.asset.clone(),
            })
        };
        let (from, to) = (side(&self.from), side(&self.to));
        let holder = |known: &Option<Arc<CachedAccount>>| known.as_ref().and_then(|known| known.holder);
        let is_internal = holder(&self.from).is_some() && holder(&self.from) == holder(&self.to);
        TransferDetail {
            legs: legs(from.as_ref(), to.as_ref(), &written.postings),
            transfer: written.transfer.clone(),
            exchange: self.exchange,
            from,
            to,
            is_internal,
            created_by: Some(actor.author.name.clone()),
            vouchers: self.vouchers,
        }
    }
}
