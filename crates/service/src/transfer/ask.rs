//! A transfer request in its one internal form, and what is prepared from it before it goes to the door.

use super::quote::{Quoted, RateOverride};
use super::show::{Side, TransferDetail, legs};
use super::{NewTransfer, Order};
use crate::directory::Known;
use crate::{Error, Refusal, Service};
use data_encoding::HEXLOWER;
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fx::Rate;
use domain::text::OperationId;
use domain::transfer::{MEMO_MAX, TransferKind};
use domain::visible::shown;
use domain::voucher::Voucher;
use ledger::request::{OperationKey, Quote, Written};
use ledger::{Effects, Party, PostingRequest};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::audit::Actor;
use store::transfer::Exchange;

/// The most vouchers per transfer.
const VOUCHERS_MAX: usize = 20;

/// The amount requested.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sum<'a> {
    Major(&'a str),
    Minor(i64),
}

impl Sum<'_> {
    /// The amount as requested, for the audit log.
    pub(super) fn text(self) -> String {
        match self {
            Self::Major(text) => shown(text),
            Self::Minor(minor) => format!("{minor} minor units"),
        }
    }

    fn read(self, asset: &Asset) -> Result<Amount, Error> {
        match self {
            Self::Major(text) => Amount::parse(text, asset.scale),
            Self::Minor(minor) => Amount::new(minor),
        }
        .map_err(|code| Error::refused(code, self.text()))
    }
}

/// A requested transfer, deposit or withdrawal.
#[derive(Debug, Clone)]
pub(super) struct Ask<'a> {
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub sum: Sum<'a>,
    pub target_amount: Option<i64>,
    pub rate: Option<&'a str>,
    pub rate_override: Option<&'a RateOverride>,
    pub memo: Option<&'a str>,
    pub date: Option<&'a str>,
    pub vouchers: &'a [String],
    /// The request's idempotency key, if it has one.
    pub operation: Option<OperationKey>,
    /// The caller's operation id for the request; its fingerprint is computed from the parsed values.
    pub operation_id: Option<OperationId>,
    /// It comes from the command line: an impossible exchange is an error, not a stored refusal.
    pub is_typed: bool,
}

impl<'a> Ask<'a> {
    pub(super) fn of_text(new: &'a NewTransfer) -> Self {
        Self {
            from: new.from.as_deref(),
            to: new.to.as_deref(),
            sum: Sum::Major(&new.amount),
            target_amount: None,
            rate: new.rate.as_deref(),
            rate_override: new.rate_override.as_ref(),
            memo: new.memo.as_deref(),
            date: new.date.as_deref(),
            vouchers: &[],
            operation: None,
            operation_id: None,
            is_typed: true,
        }
    }

    pub(super) fn of_order(order: &'a Order) -> Self {
        Self {
            from: order.from.as_deref(),
            to: order.to.as_deref(),
            sum: Sum::Minor(order.amount),
            target_amount: order.target_amount,
            rate: order.rate.as_deref(),
            rate_override: order.rate_override.as_ref(),
            memo: order.memo.as_deref(),
            date: order.date.as_deref(),
            vouchers: &order.vouchers,
            operation: None,
            operation_id: None,
            is_typed: false,
        }
    }

    fn check_texts(&self) -> Result<(), Error> {
        if self.memo.is_some_and(|memo| memo.chars().count() > MEMO_MAX) {
            return Err(Code::TextTooLong.into());
        }
        // Not every engine can store it, and one request must not break the chunk it shares with others.
        if self.memo.is_some_and(|memo| memo.contains('\0')) {
            return Err(Code::NulByte.into());
        }
        Ok(())
    }

    /// The vouchers as stored.
    fn read_vouchers(&self) -> Result<Vec<String>, Error> {
        if self.vouchers.len() > VOUCHERS_MAX {
            return Err(Error::refused(Code::VoucherInvalid, self.vouchers.len().to_string()));
        }
        let read = |text: &String| {
            Voucher::parse(text).map(String::from).map_err(|code| Error::refused(code, shown(text)))
        };
        self.vouchers.iter().map(read).collect()
    }
}

/// The request for the door, and what else is known about it.
#[derive(Debug)]
pub(super) struct Prepared {
    kind: TransferKind,
    from: Option<Arc<Known>>,
    to: Option<Arc<Known>>,
    amount: Amount,
    /// How it is exchanged, or what was attempted.
    exchange: Option<Exchange>,
    /// Why it cannot be exchanged.
    refused: Option<Refusal>,
    /// The rates for the audit log.
    quote: Option<Quote>,
    value_date: Option<i64>,
    vouchers: Vec<String>,
}

impl Service {
    /// Prepares the request for the door; reads from the database only what is not cached.
    pub(super) async fn prepare(&self, ask: &Ask<'_>) -> Result<Prepared, Error> {
        let (from, to) = self.known_pair(ask.from, ask.to).await?;
        let kind = match (&from, &to) {
            (Some(_), Some(_)) => TransferKind::Single,
            (None, Some(_)) => TransferKind::Deposit,
            (Some(_), None) => TransferKind::Withdrawal,
            (None, None) => return Err(Code::SourceNotFound.into()),
        };
        let Some(payer) = from.as_ref().or(to.as_ref()) else { return Err(Code::SourceNotFound.into()) };
        let payee = to.as_ref().unwrap_or(payer);
        let amount = ask.sum.read(&payer.asset)?;
        ask.check_texts()?;
        let vouchers = ask.read_vouchers()?;
        let value_date = self.value_date(ask.date).await?;
        let Quoted { exchange, refused, quote } = self.quote(ask, &payer.asset, &payee.asset, amount).await?;
        match refused {
            Some(refusal) if ask.is_typed => Err(Error::Refused(refusal)),
            // A request with both accounts and an amount can be stored as a refused transfer.
            refused => {
                Ok(Prepared { kind, from, to, amount, exchange, refused, quote, value_date, vouchers })
            }
        }
    }
}

impl Prepared {
    pub(super) fn request(&self, ask: &Ask<'_>) -> PostingRequest {
        let world =
            self.from.as_ref().or(self.to.as_ref()).map_or(domain::id::AssetId(0), |known| known.asset.id);
        let party = |known: &Option<Arc<Known>>| {
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
            memo: ask.memo.map(str::to_owned),
            refused: self.refused.as_ref().map(|refusal| refusal.code),
            quote: self.quote.clone(),
            effects: Effects::of(self.operation(ask), vouchers),
        }
    }

    /// The request's key. With an operation id, the fingerprint covers values and not spellings: `5` and
    /// `5.00`, or an account's id and its number, make the same request.
    fn operation(&self, ask: &Ask<'_>) -> Option<OperationKey> {
        let Some(id) = &ask.operation_id else { return ask.operation.clone() };
        let account = |side: &Option<Arc<Known>>| side.as_ref().map(|known| known.id.0);
        let rate =
            ask.rate.map(|text| Rate::parse(text).map_or_else(|_| text.to_owned(), |rate| rate.to_string()));
        let content = serde_json::json!([
            account(&self.from),
            account(&self.to),
            self.amount.minor(),
            rate,
            ask.rate_override.map(|over| over.reason.trim()),
            ask.memo,
            self.value_date,
            self.vouchers,
        ]);
        let fingerprint = HEXLOWER.encode(&Sha256::digest(content.to_string().as_bytes()));
        Some(OperationKey { id: format!("op:{id}"), fingerprint })
    }

    /// The refusal found before the door, if the door answered with its code.
    pub(super) fn refusal(self, code: Code) -> Refusal {
        let own = self.refused.filter(|refusal| refusal.code == code);
        own.unwrap_or(Refusal::of(code))
    }

    /// The transfer as it was written, without reading it back.
    pub(super) fn detail(self, actor: &Actor, written: &Written) -> TransferDetail {
        let side = |known: &Option<Arc<Known>>| {
            known.as_ref().map(|known| Side {
                id: known.id,
                number: known.number.clone(),
                asset: known.asset.clone(),
            })
        };
        let (from, to) = (side(&self.from), side(&self.to));
        let holder = |known: &Option<Arc<Known>>| known.as_ref().and_then(|known| known.holder);
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
