//! Single movements of money: transfer, deposit, withdrawal. Each is a request to the door.

use crate::{Deed, Error, Refusal, Service};
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::Code;
use domain::id::TransferId;
use domain::transfer::{MEMO_MAX, TransferKind};
use jiff::civil::Date;
use ledger::request::OperationKey;
use ledger::{Outcome, Party, Single, calendar};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::account::AccountView;
use store::audit::Actor;
use store::transfer::{Exchange, Sums, Transfer};

/// What a person asks for.
#[derive(Debug, Clone, Default)]
pub struct NewTransfer {
    /// The paying account's number; none for a deposit.
    pub from: Option<String>,
    /// The paid account's number; none for a withdrawal.
    pub to: Option<String>,
    /// Major units of the paying side's currency.
    pub amount: String,
    /// Target major units for one source major unit; the stored rate if none is given.
    pub rate: Option<String>,
    /// What it is for.
    pub memo: Option<String>,
    /// The day that it counts for, `YYYY-MM-DD`; today if none.
    pub date: Option<String>,
    /// The caller's own name for the request, so that it can be repeated safely.
    pub operation: Option<String>,
}

/// A transfer with its particulars.
#[derive(Debug, Clone)]
pub struct TransferView {
    /// As it is stored.
    pub transfer: Transfer,
    /// How it was exchanged.
    pub exchange: Option<Exchange>,
    /// The paying account's number.
    pub source: String,
    /// The paid account's number.
    pub target: String,
    /// The paying side's currency.
    pub asset: Asset,
    /// Whether both accounts belong to one holder.
    pub internal: bool,
}

/// What customers sent in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// The currency.
    pub asset: Asset,
    /// Tries.
    pub count: i64,
    /// Of them carried out.
    pub success_count: i64,
    /// Minor units moved.
    pub amount: i64,
    /// Minor units of fees.
    pub fee: i64,
}

impl Statistics {
    /// Carried out, in hundredths of a percent of all tries.
    #[must_use]
    pub const fn success_rate_bp(&self) -> i64 {
        if self.count == 0 { 0 } else { self.success_count * 10_000 / self.count }
    }
}

struct Sides {
    kind: TransferKind,
    source: Party,
    target: Party,
    source_asset: Asset,
    target_asset: Asset,
}

impl Service {
    /// Moves money once. A refusal by the ledger is an [`Outcome`] with a code, and is kept; a request that
    /// cannot be understood is an error.
    pub async fn transfer(&self, actor: &Actor, new: &NewTransfer) -> Result<Outcome, Error> {
        self.look().await?;
        let single = match self.single(actor, new).await {
            Ok(single) => single,
            Err(Error::Refused(refusal)) => return self.refuse_transfer(actor, new, refusal).await,
            Err(error) => return Err(error),
        };
        // A task of its own: a caller that goes away leaves the movement whole.
        let door = self.door.clone();
        let joined = tokio::spawn(async move { door.single(single).await }).await;
        let outcome = joined.map_err(|error| store::StoreError::Unavailable(error.to_string()))??;
        match outcome.code {
            Some(Code::OperationConflict) if self.operation.is_some() => {
                Err(Code::IdempotencyKeyReused.into())
            }
            _ => Ok(outcome),
        }
    }

    async fn refuse_transfer<T>(
        &self,
        actor: &Actor,
        new: &NewTransfer,
        refusal: Refusal,
    ) -> Result<T, Error> {
        let short = |text: &str| text.chars().take(64).collect::<String>();
        let detail = json!({ "from": new.from.as_deref().map(short), "to": new.to.as_deref().map(short),
                             "amount": short(&new.amount) });
        let deed = Deed { actor, action: "transfer.create", subject: "transfer", id: None, detail };
        self.refuse(deed, refusal).await
    }

    async fn single(&self, actor: &Actor, new: &NewTransfer) -> Result<Single, Error> {
        let mut tx = self.store.read().await?;
        let sides = sides(&mut tx, new).await?;
        let amount = Amount::parse(&new.amount, sides.source_asset.scale)
            .map_err(|code| Error::refused(code, new.amount.chars().take(64).collect::<String>()))?;
        let now = self.now();
        let rate = new.rate.as_deref();
        let (source, target) = (&sides.source_asset, &sides.target_asset);
        let exchange = crate::fx::exchange(&mut tx, source, target, amount, rate, now).await?;
        if new.memo.as_ref().is_some_and(|memo| memo.chars().count() > MEMO_MAX) {
            return Err(Code::TextTooLong.into());
        }
        // Not every engine can keep it, and one request must not break its neighbours' chunk.
        if new.memo.as_ref().is_some_and(|memo| memo.contains('\0')) {
            return Err(Code::NulByte.into());
        }
        let value_date = new.date.as_deref().map(read_date).transpose()?;
        let operation = match &self.operation {
            Some(key) => Some(OperationKey::clone(key)),
            None => new.operation.as_deref().map(|id| operation(id, new)).transpose()?,
        };
        Ok(Single {
            actor: actor.clone(),
            operation,
            kind: sides.kind,
            source: sides.source,
            target: sides.target,
            amount: amount.minor(),
            exchange,
            value_date,
            memo: new.memo.clone(),
        })
    }

    /// A transfer by its number.
    pub async fn transfer_show(&self, number: i64) -> Result<TransferView, Error> {
        let mut tx = self.store.read().await?;
        let missing = || Error::refused(Code::TransferNotFound, number.to_string());
        let transfer = store::transfer::get(&mut tx, TransferId(number)).await?.ok_or_else(missing)?;
        let exchange = store::transfer::exchange(&mut tx, transfer.number).await?;
        let source = store::account::by_id(&mut tx, transfer.source).await?.ok_or_else(missing)?;
        let target = store::account::by_id(&mut tx, transfer.target).await?.ok_or_else(missing)?;
        let asset = Self::asset(&mut tx, source.asset).await?;
        let internal = source.holder.is_some() && source.holder == target.holder;
        Ok(TransferView { transfer, exchange, source: source.number, target: target.number, asset, internal })
    }

    /// The postings of a transfer, in order.
    pub async fn transfer_postings(&self, transfer: &Transfer) -> Result<Vec<store::posting::Booked>, Error> {
        let mut tx = self.store.read().await?;
        let first = transfer.first_posting.map_or(0, |p| p.0);
        let ids = (first..first + transfer.posting_count).collect();
        Ok(store::posting::by_ids(&mut tx, ids).await?)
    }

    /// What customers sent, by currency, in a range of value dates (both ends in it).
    pub async fn transfer_statistics(&self, from: &str, to: &str) -> Result<Vec<Statistics>, Error> {
        let (from, to) = (read_date(from)?, read_date(to)?);
        let mut tx = self.store.read().await?;
        let zone = Self::zone(&mut tx).await?;
        let start = |day: i64| {
            calendar::date_of(day).to_zoned(zone.clone()).map_or(0, |z| z.timestamp().as_microsecond())
        };
        let sums = store::transfer::statistics(&mut tx, from, to).await?;
        let failed = store::transfer::item_failures(&mut tx, start(from), start(to + 1) - 1).await?;
        let assets = store::asset::all(&mut tx).await?;
        Ok(assets.into_iter().map(|asset| fold(asset, &sums, &failed)).collect())
    }
}

fn fold(asset: Asset, sums: &[Sums], failed: &[(i64, i64)]) -> Statistics {
    let mut total = Statistics { count: 0, success_count: 0, amount: 0, fee: 0, asset };
    for sum in sums.iter().filter(|sum| sum.asset == total.asset.id.0) {
        total.count += sum.count;
        if sum.completed {
            total.success_count += sum.count;
            total.amount += sum.amount;
            total.fee += sum.fee;
        }
    }
    total.count += failed.iter().filter(|f| f.0 == total.asset.id.0).map(|f| f.1).sum::<i64>();
    total
}

async fn sides(tx: &mut store::Tx, new: &NewTransfer) -> Result<Sides, Error> {
    let source = find(tx, new.from.as_deref(), Code::SourceNotFound).await?;
    let target = find(tx, new.to.as_deref(), Code::TargetNotFound).await?;
    let kind = match (&source, &target) {
        (Some(_), Some(_)) => TransferKind::Single,
        (None, Some(_)) => TransferKind::Deposit,
        (Some(_), None) => TransferKind::Withdrawal,
        (None, None) => return Err(Code::SourceNotFound.into()),
    };
    let asset_id = source.as_ref().or(target.as_ref()).map(|account| account.asset);
    let source_asset = Service::asset(tx, asset_id.unwrap_or(domain::id::AssetId(0))).await?;
    let target_asset = match &target {
        Some(account) => Service::asset(tx, account.asset).await?,
        None => source_asset.clone(),
    };
    let party = |account: &Option<AccountView>| match account {
        Some(account) => Party::Account(account.id),
        None => Party::World(source_asset.id),
    };
    let (source, target) = (party(&source), party(&target));
    Ok(Sides { kind, source, target, source_asset, target_asset })
}

async fn find(tx: &mut store::Tx, number: Option<&str>, missing: Code) -> Result<Option<AccountView>, Error> {
    let Some(number) = number else { return Ok(None) };
    match store::account::by_number(tx, number.trim()).await? {
        Some(account) => Ok(Some(account)),
        None => Err(Error::refused(missing, number.chars().take(64).collect::<String>())),
    }
}

/// A day number of `YYYY-MM-DD`.
pub(crate) fn read_date(text: &str) -> Result<i64, Error> {
    let strict = text.len() == 10;
    let date: Option<Date> = text.parse().ok();
    let in_range = |date: &Date| (1970..=9998).contains(&date.year());
    date.filter(|date| strict && in_range(date))
        .map(calendar::day_number)
        .ok_or_else(|| Error::refused(Code::DateInvalid, text.chars().take(64).collect::<String>()))
}

/// The operation's id with the fingerprint of everything that was asked for.
fn operation(id: &str, new: &NewTransfer) -> Result<OperationKey, Error> {
    let visible = !id.is_empty() && id.chars().count() <= 200 && !id.chars().any(char::is_control);
    if !visible {
        return Err(Code::OperationInvalid.into());
    }
    let content = json!([new.from, new.to, new.amount, new.rate, new.memo, new.date]).to_string();
    let fingerprint = ledger::digest::hex(&Sha256::digest(content.as_bytes()));
    Ok(OperationKey { id: id.to_owned(), fingerprint })
}
