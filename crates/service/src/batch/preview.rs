//! A dry run: the same decisions as the run, over the same accounts, without writing anything.

use super::find;
use crate::{Error, Service};
use domain::code::Code;
use domain::id::{AccountId, PostingId};
use domain::item::ItemState;
use domain::posting::{Book, Request};
use ledger::calendar;
use store::Tx;
use store::batch::Batch;
use store::item::{Item, Page};

/// Items of one step.
const STEP: i64 = 10_000;
/// Refusals that a preview names.
pub const REFUSALS_SHOWN: usize = 1_000;

/// What would happen to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// The item.
    pub item: Item,
    /// Why it would be refused.
    pub code: Code,
}

/// What a run would do now.
#[derive(Debug)]
pub struct Preview {
    /// The batch.
    pub batch: Batch,
    /// Items that would be paid.
    pub would_succeed: i64,
    /// Their sum, minor units.
    pub amount: i128,
    /// Their fees, minor units.
    pub fee: i128,
    /// Items that would be refused.
    pub would_fail: i64,
    /// The first of them.
    pub refusals: Vec<Foreseen>,
    /// The single account's balance before and after.
    pub balance: Option<(i64, i64)>,
}

impl Service {
    /// Carries balances forward item by item and says what a run would do now.
    pub async fn batch_preview(&self, name: &str) -> Result<Preview, Error> {
        let mut tx = self.store.read().await?;
        let batch = find(&mut tx, name).await?;
        let policies = store::policy::book(&mut tx).await?;
        let today = calendar::calendar(self.now(), &Self::zone(&mut tx).await?);
        let mut book = Book::new(system(&mut tx).await?, PostingId(1));
        let mut preview = Preview {
            would_succeed: 0,
            amount: 0,
            fee: 0,
            would_fail: 0,
            refusals: Vec::new(),
            balance: None,
            batch,
        };
        if let Some(account) = preview.batch.account {
            load(&mut tx, &mut book, vec![account.0]).await?;
        }
        let balance =
            |book: &Book, batch: &Batch| batch.account.and_then(|id| book.get(id)).map(|a| a.balance);
        let before = balance(&book, &preview.batch);
        let (mut after, mut postings) = (preview.batch.first_number - 1, Vec::new());
        loop {
            let page = Page { batch: preview.batch.id, after, last: preview.batch.last_number, limit: STEP };
            let items = store::item::page(&mut tx, page, Some(ItemState::Pending), None).await?;
            let Some(last) = items.last() else { break };
            after = last.number.0;
            load(&mut tx, &mut book, items.iter().flat_map(|i| [i.source.0, i.target.0]).collect()).await?;
            for item in items {
                postings.clear();
                let request = Request::item(item.number, item.source, item.target, item.amount);
                let result = book.post(&request, &policies, today, &mut postings);
                preview.count(item, result.map(|posted| posted.fee));
            }
        }
        preview.balance = before.zip(balance(&book, &preview.batch));
        Ok(preview)
    }
}

impl Preview {
    fn count(&mut self, item: Item, result: Result<i64, Code>) {
        match result {
            Ok(fee) => {
                self.would_succeed += 1;
                self.amount += i128::from(item.amount);
                self.fee += i128::from(fee);
            }
            Err(code) => {
                self.would_fail += 1;
                if self.refusals.len() < REFUSALS_SHOWN {
                    self.refusals.push(Foreseen { item, code });
                }
            }
        }
    }
}

async fn system(tx: &mut Tx) -> Result<Vec<domain::account::Account>, Error> {
    let mut all = store::account::system(tx).await?;
    all.retain(|account| account.stripe == 0);
    Ok(store::balance::read(tx, all.iter().map(|account| account.id.0).collect()).await?)
}

/// Adds accounts that the book does not hold yet.
async fn load(tx: &mut Tx, book: &mut Book, mut ids: Vec<i64>) -> Result<(), Error> {
    ids.retain(|id| !book.contains(AccountId(*id)));
    ids.sort_unstable();
    ids.dedup();
    let accounts = store::balance::read(tx, ids).await?;
    accounts.into_iter().for_each(|account| book.add(account));
    Ok(())
}
