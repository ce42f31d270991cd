//! Whether the paying account can cover a batch in addition to what it has promised to other batches. Only a
//! warning: the posting decides.

use crate::Error;
use domain::batch::BatchType;
use store::Tx;
use store::similar::Subject;

/// What the single paying account has promised, minor units, without fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// What other submitted batches have yet to pay from it.
    pub held_by_others: i64,
    /// This batch plus what others have yet to pay.
    pub need: i64,
    /// What the account can pay now, overdraft included.
    pub balance: i64,
}

impl Promise {
    /// The shortfall; 0 if the balance suffices.
    #[must_use]
    pub fn missing(&self) -> i64 {
        self.need.saturating_sub(self.balance).max(0)
    }
}

/// For a batch with one payer; others have no single balance to compare with.
pub(crate) async fn of(tx: &mut Tx, subject: &Subject, amount: i64) -> Result<Option<Promise>, Error> {
    let (BatchType::OneToMany, Some(account)) = (subject.kind, subject.account) else { return Ok(None) };
    let held_by_others = store::similar::promised(tx, account, subject.batch).await?;
    let held_by_others = i64::try_from(held_by_others).unwrap_or(i64::MAX);
    let read = store::balance::read(tx, vec![account.0]).await?;
    Ok(read.first().map(|account| Promise {
        held_by_others,
        need: amount.saturating_add(held_by_others),
        balance: account.balance.saturating_sub(account.held).saturating_add(account.overdraft),
    }))
}
