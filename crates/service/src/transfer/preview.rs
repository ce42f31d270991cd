//! What a single transfer would do now: the same decision as the door's, on the same accounts, without writing.

use super::prepare;
use super::request::TransferRequest;
use crate::batch::fold::system;
use crate::consent;
use crate::{Error, Service, setting};
use domain::account::{Account, Window};
use domain::asset::Asset;
use domain::code::Code;
use domain::id::{AccountId, PostingId, TransferId};
use domain::limit::Calendar;
use domain::policy::PolicyBook;
use domain::posting::{Book, Request};
use ledger::calendar;
use ledger::rates::post_exchanged;
use store::Tx;
use store::account_totp::BoundAccount;
use store::transfer::Exchange;

/// An account of a previewed transfer.
#[derive(Debug, Clone)]
pub struct PreviewedAccount {
    /// Its id.
    pub id: AccountId,
    /// Its number.
    pub number: String,
    /// Its currency.
    pub asset: Asset,
    /// Its balance now, minor units.
    pub before: i64,
    /// Its balance afterwards; as now if the transfer would be refused.
    pub after: i64,
}

/// A limit on what leaves an account in a period, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitUse {
    /// The most that may leave; none: no limit.
    pub limit: Option<i64>,
    /// What has left so far.
    pub used: i64,
}

impl LimitUse {
    fn of(limit: i64, window: Window, key: i64) -> Self {
        Self { limit: Some(limit).filter(|limit| *limit < i64::MAX), used: window.spent(key) }
    }

    /// What may still leave before this transfer.
    #[must_use]
    pub fn left(&self) -> Option<i64> {
        self.limit.map(|limit| limit.saturating_sub(self.used).max(0))
    }
}

/// The limits of the paying account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviewedLimits {
    /// The smallest amount of one transfer.
    pub min: i64,
    /// The largest; none: no limit.
    pub max: Option<i64>,
    /// Of the organisation's day.
    pub day: LimitUse,
    /// Of its month.
    pub month: LimitUse,
}

/// What a transfer would do now.
#[derive(Debug, Clone)]
pub struct TransferPreview {
    /// The paying account.
    pub from: PreviewedAccount,
    /// The account that is paid.
    pub to: PreviewedAccount,
    /// The amount, in minor units of the paying account's currency.
    pub amount: i64,
    /// The fee on top of it.
    pub fee: i64,
    /// How it would be exchanged.
    pub exchange: Option<Exchange>,
    /// Why it would be refused; none if it would be carried out.
    pub code: Option<Code>,
    /// The paying account's limits, if it has a policy.
    pub limits: Option<PreviewedLimits>,
    /// The paying account, if it needs a code.
    pub bound: Option<BoundAccount>,
}

/// Decides a transfer between two accounts as the door would now. What is no valid request is refused, as creating it
/// would be; nothing is stored.
pub async fn preview(service: &Service, request: &TransferRequest) -> Result<TransferPreview, Error> {
    let prepared = prepare::prepare(service, request).await?;
    let (Some(from), Some(to)) = (&prepared.from, &prepared.to) else {
        return Err(Code::SourceNotFound.into());
    };
    let mut tx = service.store.read().await?;
    let policies = store::policy::book(&mut tx).await?;
    let today = calendar::calendar(service.now(), &setting::zone(&mut tx).await?);
    let mut book = loaded(&mut tx, from.id, to.id).await?;
    let before = (balance(&book, from.id), balance(&book, to.id));
    let limits = book.get(from.id).and_then(|account| limits(&policies, account, today));
    let amount = prepared.amount.minor();
    let posting = Request {
        transfer: TransferId(1),
        kind: prepared.kind,
        source: from.id,
        target: to.id,
        amount,
        exchanged: None,
    };
    let refused = prepared.refused.as_ref().map(|refusal| refusal.code);
    let decided = match refused {
        Some(code) => Err(code),
        None if policies.needs_approval(from.asset.id, amount) => Err(Code::ApprovalRequired),
        None => post_exchanged(&Ok(prepared.exchange.clone()), |exchanged| {
            let posting = Request { exchanged, ..posting };
            book.post(&posting, &policies, today, &mut Vec::new())
        }),
    };
    let bound = consent::bound_among(&mut tx, std::iter::once(from.id)).await?.pop();
    let side = |id: AccountId, number: &str, asset: &Asset, before: i64| PreviewedAccount {
        id,
        number: number.to_owned(),
        asset: asset.clone(),
        before,
        after: balance(&book, id),
    };
    Ok(TransferPreview {
        from: side(from.id, &from.number, &from.asset, before.0),
        to: side(to.id, &to.number, &to.asset, before.1),
        amount,
        fee: decided.as_ref().map_or(0, |posted| posted.fee),
        exchange: prepared.exchange.clone(),
        code: decided.err(),
        limits,
        bound,
    })
}

/// A book with the two accounts and the ledger's own.
async fn loaded(tx: &mut Tx, from: AccountId, to: AccountId) -> Result<Book, Error> {
    let mut book = Book::new(system(tx).await?, PostingId(1));
    let mut ids = vec![from.0, to.0];
    ids.sort_unstable();
    ids.dedup();
    let accounts = store::balance::read(tx, ids).await?;
    accounts.into_iter().for_each(|account| book.add(account));
    Ok(book)
}

fn balance(book: &Book, id: AccountId) -> i64 {
    book.get(id).map_or(0, |account| account.balance)
}

fn limits(policies: &PolicyBook, account: &Account, today: Calendar) -> Option<PreviewedLimits> {
    let limit = &policies.of(account.id, account.asset)?.limit;
    Some(PreviewedLimits {
        min: limit.min,
        max: Some(limit.max).filter(|max| *max < i64::MAX),
        day: LimitUse::of(limit.day, account.day, today.day),
        month: LimitUse::of(limit.month, account.month, today.month),
    })
}
