//! What is asked for, in one form; and what is worked out of it before the door is asked.

use super::show::{Side, TransferDetail, legs};
use super::{NewTransfer, Order};
use crate::directory::{Known, asset_of, short};
use crate::{Error, Service};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::fx::Rate;
use domain::transfer::{MEMO_MAX, TransferKind};
use ledger::request::{OperationKey, Written};
use ledger::{Party, Single};
use std::sync::Arc;
use store::audit::Actor;
use store::transfer::Exchange;

/// Vouchers of one transfer at most.
const VOUCHERS_MAX: usize = 20;
/// Characters of a voucher's address at most.
const VOUCHER_MAX: usize = 2_000;

/// How much.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sum<'a> {
    Major(&'a str),
    Minor(i64),
}

impl Sum<'_> {
    /// As it was asked for, for the audit log.
    pub(super) fn text(self) -> String {
        match self {
            Self::Major(text) => short(text),
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

/// A movement that somebody asks for.
#[derive(Debug, Clone)]
pub(super) struct Ask<'a> {
    pub from: Option<&'a str>,
    pub to: Option<&'a str>,
    pub sum: Sum<'a>,
    pub target_amount: Option<i64>,
    pub rate: Option<&'a str>,
    pub memo: Option<&'a str>,
    pub date: Option<&'a str>,
    pub vouchers: &'a [String],
    pub operation: Option<OperationKey>,
    /// Accounts are named by number alone.
    pub by_number: bool,
}

impl<'a> Ask<'a> {
    pub(super) fn of_text(new: &'a NewTransfer) -> Self {
        Self {
            from: new.from.as_deref(),
            to: new.to.as_deref(),
            sum: Sum::Major(&new.amount),
            target_amount: None,
            rate: new.rate.as_deref(),
            memo: new.memo.as_deref(),
            date: new.date.as_deref(),
            vouchers: &[],
            operation: None,
            by_number: true,
        }
    }

    pub(super) fn of_order(order: &'a Order) -> Self {
        Self {
            from: order.from.as_deref(),
            to: order.to.as_deref(),
            sum: Sum::Minor(order.amount),
            target_amount: order.target_amount,
            rate: order.rate.as_deref(),
            memo: order.memo.as_deref(),
            date: order.date.as_deref(),
            vouchers: &order.vouchers,
            operation: None,
            by_number: false,
        }
    }

    fn check_texts(&self) -> Result<(), Error> {
        if self.memo.is_some_and(|memo| memo.chars().count() > MEMO_MAX) {
            return Err(Code::TextTooLong.into());
        }
        // Not every engine can keep it, and one request must not break its neighbours' chunk.
        if self.memo.is_some_and(|memo| memo.contains('\0')) {
            return Err(Code::NulByte.into());
        }
        match self.vouchers.iter().find(|url| !is_voucher(url)) {
            Some(url) => Err(Error::refused(Code::VoucherInvalid, short(url))),
            None if self.vouchers.len() > VOUCHERS_MAX => Err(Code::VoucherInvalid.into()),
            None => Ok(()),
        }
    }
}

/// Whether a text may stand behind a link: a page of the web or a path, nothing that a browser would run.
fn is_voucher(url: &str) -> bool {
    let fits = !url.trim().is_empty() && url.chars().count() <= VOUCHER_MAX;
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_path = scheme.as_deref().is_none_or(|scheme| scheme.contains(['/', '?', '#']));
    fits && !url.chars().any(char::is_control)
        && (is_path || matches!(scheme.as_deref(), Some("http" | "https")))
}

/// What the door will be asked, and what is known beside it.
#[derive(Debug)]
pub(super) struct Prepared {
    kind: TransferKind,
    from: Option<Arc<Known>>,
    to: Option<Arc<Known>>,
    amount: Amount,
    /// How it is exchanged, or why it cannot be.
    exchange: Result<Option<Exchange>, Code>,
    value_date: Option<i64>,
    vouchers: Vec<String>,
}

impl Service {
    /// Works out what the door is to be asked; asks the database only for what is not known yet.
    pub(super) async fn prepare(&self, ask: &Ask<'_>) -> Result<Prepared, Error> {
        let (from, to) = if ask.by_number {
            (
                self.by_number(ask.from, Code::SourceNotFound).await?,
                self.by_number(ask.to, Code::TargetNotFound).await?,
            )
        } else {
            self.known_pair(ask.from, ask.to).await?
        };
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
        let value_date = self.value_date(ask.date).await?;
        let exchange = match self.exchange(ask, &payer.asset, &payee.asset, amount).await {
            Ok(exchange) => Ok(exchange),
            // What names both accounts and an amount can be kept as a refused transfer.
            Err(Error::Refused(refusal)) if !ask.by_number => Err(refusal.code),
            Err(error) => return Err(error),
        };
        Ok(Prepared { kind, from, to, amount, exchange, value_date, vouchers: ask.vouchers.to_vec() })
    }

    async fn by_number(&self, text: Option<&str>, missing: Code) -> Result<Option<Arc<Known>>, Error> {
        let Some(number) = text else { return Ok(None) };
        let mut tx = self.store.read().await?;
        let found = store::account::by_number(&mut tx, number.trim()).await?;
        let account = found.ok_or_else(|| Error::refused(missing, short(number)))?;
        let asset = asset_of(&store::asset::all(&mut tx).await?, account.asset)?;
        let (id, number, holder) = (account.id, account.number, account.holder);
        Ok(Some(Arc::new(Known { id, number, asset, holder })))
    }

    async fn exchange(
        &self,
        ask: &Ask<'_>,
        source: &Asset,
        target: &Asset,
        amount: Amount,
    ) -> Result<Option<Exchange>, Error> {
        let exchange = if source.id == target.id {
            let one = ask.rate.filter(|_| !ask.by_number).map(Rate::parse).transpose()?;
            if one.is_some_and(|rate| rate.to_string() != "1") {
                return Err(Code::ExchangeMismatch.into());
            }
            None
        } else {
            let mut tx = self.store.read().await?;
            crate::fx::exchange(&mut tx, source, target, amount, ask.rate, self.now()).await?
        };
        let converted = exchange.as_ref().map_or(amount.minor(), |exchange| exchange.target_amount);
        if ask.target_amount.is_some_and(|expected| expected != converted) {
            return Err(Code::ExchangeMismatch.into());
        }
        Ok(exchange)
    }
}

impl Prepared {
    pub(super) fn single(&self, actor: &Actor, ask: &Ask<'_>) -> Single {
        let world =
            self.from.as_ref().or(self.to.as_ref()).map_or(domain::id::AssetId(0), |known| known.asset.id);
        let party = |known: &Option<Arc<Known>>| {
            known.as_ref().map_or(Party::World(world), |known| Party::Account(known.id))
        };
        Single {
            actor: actor.clone(),
            operation: ask.operation.clone(),
            kind: self.kind,
            source: party(&self.from),
            target: party(&self.to),
            amount: self.amount.minor(),
            exchange: self.exchange.as_ref().ok().cloned().flatten(),
            value_date: self.value_date,
            memo: ask.memo.map(str::to_owned),
            vouchers: (!self.vouchers.is_empty()).then(|| serde_json::json!(self.vouchers).to_string()),
            refused: self.exchange.as_ref().err().copied(),
        }
    }

    /// The transfer as it was written, without reading it again.
    pub(super) fn detail(self, written: &Written) -> TransferDetail {
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
            exchange: self.exchange.ok().flatten(),
            from,
            to,
            is_internal,
            vouchers: self.vouchers,
        }
    }
}
