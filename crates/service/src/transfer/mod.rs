//! Single transfers, deposits and withdrawals. Each is one request to the door.
//!
//! The command line gives amounts in major units ([`NewTransfer`]), the API in minor units ([`Order`]); both
//! name accounts by id or number. Both become one `ask::Ask`.

mod ask;
mod field;
mod list;
mod quote;
mod show;

use self::ask::{Ask, Prepared};
use crate::{Error, Refusal, Service};
use domain::code::Code;
use domain::fact::{Action, Fact};
use domain::id::TransferId;
use domain::noun::NounId;
use domain::text::OperationId;
use domain::visible::shown;
use jiff::civil::Date;
use ledger::{Outcome, calendar};
use serde_json::json;
use std::convert::Infallible;
use store::audit::Actor;

pub use self::list::{TransferPage, TransferQuery};
pub use self::quote::RateOverride;
pub use self::show::{Leg, Side, TransferDetail, TransferView};
pub use crate::statistics::Statistics;
pub use store::transfer::{Exchange, Transfer};
pub use store::transfer_list::TransferSort;

/// A request from the command line.
#[derive(Debug, Clone, Default)]
pub struct NewTransfer {
    /// The paying account's id or number; none for a deposit.
    pub from: Option<String>,
    /// The paid account's id or number; none for a withdrawal.
    pub to: Option<String>,
    /// Major units of the paying side's currency.
    pub amount: String,
    /// Target major units per source major unit; the stored rate if none is given.
    pub rate: Option<String>,
    /// Accepts the rate even if it is out of bounds.
    pub rate_override: Option<RateOverride>,
    /// What it is for.
    pub memo: Option<String>,
    /// The value date, `YYYY-MM-DD`; today if none.
    pub date: Option<String>,
    /// The caller's operation id for the request, so that it can be retried safely.
    pub operation: Option<String>,
}

/// A request from the API.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The paying account's id or number; none for a deposit.
    pub from: Option<String>,
    /// The paid account's id or number; none for a withdrawal.
    pub to: Option<String>,
    /// Minor units of the paying side's currency.
    pub amount: i64,
    /// The expected amount in minor units of the paid side's currency, if the caller states one.
    pub target_amount: Option<i64>,
    /// Target major units per source major unit; the stored rate if none is given.
    pub rate: Option<String>,
    /// Accepts the rate even if it is out of bounds.
    pub rate_override: Option<RateOverride>,
    /// What it is for.
    pub memo: Option<String>,
    /// The value date, `YYYY-MM-DD`; today if none.
    pub date: Option<String>,
    /// Links to its vouchers.
    pub vouchers: Vec<String>,
}

impl Service {
    /// Moves money once. A refusal by the ledger is an [`Outcome`] with a code, and is stored; an invalid
    /// request is an error.
    pub async fn transfer(&self, actor: &Actor, new: &NewTransfer) -> Result<Outcome, Error> {
        let (operation, ask) = (self.operation.as_deref().cloned(), Ask::of_text(new));
        let id = new.operation.as_deref().map(|id| OperationId::parse(id).map_err(|code| (code, id)));
        match id.transpose() {
            Ok(operation_id) => Ok(self.carry_out(actor, Ask { operation, operation_id, ..ask }).await?.0),
            Err((code, id)) => self.refuse_transfer(actor, &ask, Refusal::new(code, shown(id))).await,
        }
    }

    /// Moves money once and returns the transfer. A refusal by the ledger is stored as a refused transfer,
    /// whose id is in the refusal's data. A repeated request gets the first answer.
    pub async fn transfer_order(&self, actor: &Actor, order: &Order) -> Result<TransferDetail, Error> {
        let operation = self.operation.as_deref().cloned();
        let (outcome, prepared) = match self.carry_out(actor, Ask { operation, ..Ask::of_order(order) }).await
        {
            Ok(done) => done,
            // The door stores the ledger's refusals; refusals before the door are stored here.
            Err(error) => match self.settle::<Infallible>(Err(error)).await? {},
        };
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
            _ => self.transfer_detail(number.0).await,
        }
    }

    /// The outcome, with the prepared request if the door processed it now.
    async fn carry_out(&self, actor: &Actor, ask: Ask<'_>) -> Result<(Outcome, Option<Prepared>), Error> {
        let prepared = match self.prepare(&ask).await {
            Ok(prepared) => prepared,
            Err(Error::Refused(refusal)) => {
                // The first answer is final, whatever the answer would be now.
                if let Some(first) = self.first_outcome().await? {
                    return Ok((first, None));
                }
                return self.refuse_transfer(actor, &ask, refusal).await;
            }
            Err(error) => return Err(error),
        };
        let single = prepared.single(actor, &ask);
        // Runs in its own task: the transfer completes even if the caller disconnects.
        let door = self.door.clone();
        let joined = tokio::spawn(async move { door.single(single).await }).await;
        let outcome = joined.map_err(|error| store::StoreError::Unavailable(error.to_string()))??;
        match outcome {
            Outcome { code: Some(Code::OperationConflict), .. } if self.operation.is_some() => {
                Err(Code::IdempotencyKeyReused.into())
            }
            // The first request did not become a transfer; its answer is stored under the key.
            Outcome { transfer: Some(TransferId(0)), .. } => {
                self.look().await?;
                Err(Code::IdempotencyKeyBusy.into())
            }
            outcome => Ok((outcome, Some(prepared))),
        }
    }

    /// The door's earlier outcome of this request, if the request has a key and reached the door.
    async fn first_outcome(&self) -> Result<Option<Outcome>, Error> {
        let Some(key) = &self.operation else { return Ok(None) };
        self.look().await?;
        let mut tx = self.store.point_read().await?;
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

    async fn refuse_transfer<T>(&self, actor: &Actor, ask: &Ask<'_>, refusal: Refusal) -> Result<T, Error> {
        let about = Fact::new(Action::TransferCreate, None)
            .with("from", ask.from.map(shown))
            .with("to", ask.to.map(shown))
            .with("amount", ask.sum.text())
            .with("rate", ask.rate.map(shown))
            .with("rate_override", ask.rate_override.map(|over| shown(&over.reason)))
            .with("target_amount", ask.target_amount);
        // The caller stores the refusal under the request's key.
        let mut write = self.step(actor, Action::TransferCreate).await?;
        write.about = about;
        write.end_unkept(Err(Error::Refused(refusal))).await
    }
}

/// The day number of a date `YYYY-MM-DD`.
pub(crate) fn read_date(text: &str) -> Result<i64, Error> {
    let strict = text.len() == 10;
    let date: Option<Date> = text.parse().ok();
    let in_range = |date: &Date| (1970..=9998).contains(&date.year());
    date.filter(|date| strict && in_range(date))
        .map(calendar::day_number)
        .ok_or_else(|| Error::refused(Code::DateInvalid, shown(text)))
}

/// A range of days whose start is not after its end; either end may be open.
pub(crate) fn read_range(from: Option<&str>, to: Option<&str>) -> Result<(Option<i64>, Option<i64>), Error> {
    let (first, last) = (from.map(read_date).transpose()?, to.map(read_date).transpose()?);
    crate::date::check_range(first, last)?;
    Ok((first, last))
}

/// A day number as `YYYY-MM-DD`.
#[must_use]
pub fn date_text(day: i64) -> String {
    calendar::date_of(day).to_string()
}
