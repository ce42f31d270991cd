//! Accounts: one currency, one balance, and everything that a posting decision needs to know about them.

use crate::code::Code;
use crate::id::{AccountId, AssetId, HolderId, PostingId};
use crate::stored_enum::stored_enum;

stored_enum! {
    /// What an account is for. System accounts are created when a currency is enabled and may go below zero.
    AccountKind {
        /// A customer's account.
        Customer = 1 "customer",
        /// The outside world: the other side of money that enters or leaves the ledger.
        World = 2 "world",
        /// Collects fees.
        FeeIncome = 3 "fee_income",
        /// The bridge between two currencies.
        FxClearing = 4 "fx_clearing",
        /// Money handed to an external rail that has not answered yet.
        RailClearing = 5 "rail_clearing",
    }
}

impl AccountKind {
    /// The kinds created for every enabled currency.
    pub const SYSTEM: [Self; 4] = [Self::World, Self::FeeIncome, Self::FxClearing, Self::RailClearing];

    /// Whether the account belongs to the ledger itself.
    #[must_use]
    pub const fn is_system(self) -> bool {
        !matches!(self, Self::Customer)
    }
}

stored_enum! {
    /// Whether an account can send and receive transfers.
    AccountStatus {
        /// Sends and receives.
        Active = 1 "active",
        /// Neither sends nor receives until it is active again.
        Frozen = 2 "frozen",
        /// Permanently out of use; its balance is zero.
        Closed = 3 "closed",
    }
}

impl AccountStatus {
    /// Whether a user may change the account from this status to another. Closed is final, and closing
    /// requires that both the balance and the held amount are zero.
    pub const fn change_to(self, to: Self, balance: i64, held: i64) -> Result<(), Code> {
        match (self, to) {
            (Self::Active | Self::Frozen, Self::Closed) => {
                if balance == 0 && held == 0 {
                    Ok(())
                } else {
                    Err(Code::AccountNotEmpty)
                }
            }
            (Self::Active, Self::Frozen) | (Self::Frozen, Self::Active) => Ok(()),
            _ => Err(Code::AccountState),
        }
    }
}

/// A day or month and what left the account in it. Keys never go backwards, so a clock that jumps back
/// cannot reopen a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// Which day or month: days since 1970-01-01, or `year x 12 + month - 1`.
    pub key: i64,
    /// Minor units that left in it, excluding fees.
    pub out: i64,
}

impl Window {
    /// What has left the account in the window that is current at `key`.
    #[must_use]
    pub const fn spent(self, key: i64) -> i64 {
        if key > self.key { 0 } else { self.out }
    }

    /// The window after another `amount` has left.
    #[must_use]
    pub const fn add(self, key: i64, amount: i64) -> Self {
        if key > self.key {
            Self { key, out: amount }
        } else {
            Self { key: self.key, out: self.out.saturating_add(amount) }
        }
    }
}

/// An account as the posting decision sees it: its `balance` row, and from its `account` row what it is and
/// whether it may take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its currency.
    pub asset: AssetId,
    /// Its owner; none for system accounts.
    pub holder: Option<HolderId>,
    /// What it is for.
    pub kind: AccountKind,
    /// Whether it can send and receive.
    pub status: AccountStatus,
    /// How far below zero the balance, less what is held, may go; 0 unless agreed otherwise.
    pub overdraft: i64,
    /// Sum of its postings.
    pub balance: i64,
    /// Reserved by holds.
    pub held: i64,
    /// Its newest posting.
    pub head: Option<PostingId>,
    /// What left it in the organisation's current day.
    pub day: Window,
    /// What left it in the organisation's current month.
    pub month: Window,
}

impl Account {
    /// What can leave the account now. System accounts have no lower bound.
    #[must_use]
    pub fn available(&self) -> i128 {
        if self.kind.is_system() {
            i128::MAX
        } else {
            i128::from(self.balance) - i128::from(self.held) + i128::from(self.overdraft)
        }
    }
}
