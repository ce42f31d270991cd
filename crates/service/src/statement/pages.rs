//! Pages of a statement.

use super::balances::{self, StatementBalances};
use super::walk::{self, StatementQuery};
use crate::date::read_range;
use crate::posting_view::{Entry, entry};
use crate::{Error, Service, account_cache, asset};
use domain::account_ref::GivenAccount;
use domain::asset::Asset;
use store::Tx;
use store::account::AccountView;

/// The most entries per page.
pub const PAGE_MAX: i64 = 1_000;

/// A page of a statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The account.
    pub account: AccountView,
    /// Its currency.
    pub asset: Asset,
    /// Its entries, newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins; none on the last.
    pub cursor: Option<String>,
    /// The balances around range and page, if requested.
    pub balances: Option<StatementBalances>,
}

/// A page of the statement of an account, named by id or number.
pub async fn show(
    service: &Service,
    account: &GivenAccount,
    query: &StatementQuery,
) -> Result<Statement, Error> {
    let mut tx = service.store.read().await?;
    let account = account_cache::named(&mut tx, account).await?;
    statement(&mut tx, account, query).await
}

async fn statement(tx: &mut Tx, account: AccountView, query: &StatementQuery) -> Result<Statement, Error> {
    let asset = asset::by_id(tx, account.asset).await?;
    let limit = query.limit.clamp(1, PAGE_MAX);
    let range = read_range(query.from.as_deref(), query.to.as_deref())?;
    let is_dated = range != (None, None);
    let (postings, cursor) = if is_dated {
        walk::by_date(tx, &account, query, range, limit).await?
    } else {
        walk::by_booking(tx, &account, query, limit).await?
    };
    let balances = match (query.with_balances, is_dated) {
        (false, _) => None,
        (true, false) => Some(balances::by_booking(&account, &postings)),
        (true, true) => Some(balances::by_date(tx, &account, range, &postings).await?),
    };
    let mut entries: Vec<Entry> = postings.iter().map(|booked| entry(account.id, booked)).collect();
    name(tx, &mut entries).await?;
    Ok(Statement { account, asset, entries, cursor, balances })
}

/// Fills in data from other tables: the other account's number and the transfer's memo.
async fn name(tx: &mut Tx, entries: &mut [Entry]) -> Result<(), Error> {
    let others = entries.iter().map(|e| e.other.0).collect();
    let numbers: hashbrown::HashMap<i64, String> =
        store::account::numbers(tx, others).await?.into_iter().collect();
    let transfers = entries.iter().map(|e| e.transfer).collect();
    let mut memos: hashbrown::HashMap<i64, String> = store::transfer::by_numbers(tx, transfers)
        .await?
        .into_iter()
        .filter_map(|t| t.memo.map(|memo| (t.number.0, memo)))
        .collect();
    for item in store::item::by_numbers(tx, entries.iter().map(|e| e.transfer).collect()).await? {
        if let Some(memo) = item.memo {
            memos.entry(item.number.0).or_insert(memo);
        }
    }
    for entry in entries {
        entry.other_number = numbers.get(&entry.other.0).cloned().unwrap_or_default();
        entry.memo = memos.get(&entry.transfer).cloned();
    }
    Ok(())
}
