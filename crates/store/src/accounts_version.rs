//! A counter that tells whether accounts kept in memory are still as they are in the database.
//!
//! A chunk of the door knows what it changed itself. Everything else about an existing account that a posting
//! decision reads (its status, its overdraft, what is held) is changed by a function of this crate, which calls
//! [`Tx::accounts_changed`](crate::Tx::accounts_changed); a new function that changes such a column must do the
//! same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the transactions of this process that changed accounts.
#[derive(Debug, Clone, Default)]
pub(crate) struct AccountsVersion(Arc<AtomicU64>);

impl AccountsVersion {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn change(&self) -> AccountsChange {
        AccountsChange(self.clone())
    }
}

/// A transaction's change of accounts. Raises the version when dropped, so that neither an error nor a caller
/// that disappears can prevent it. It must be dropped after the COMMIT, since whoever reads the version first
/// and the accounts then could otherwise keep the old accounts under the new version; and before another
/// transaction may write, so that the next one already finds it raised.
#[derive(Debug)]
pub(crate) struct AccountsChange(AccountsVersion);

impl Drop for AccountsChange {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Release);
    }
}
