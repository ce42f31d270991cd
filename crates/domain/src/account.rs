//! Accounts: one currency, one balance, and everything that a posting decision needs to know about them.

use crate::code::Code;
use crate::id::{AccountId, AssetId, HolderId, PostingId};

/// What an account is for. System accounts are created when a currency is enabled and may go below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountKind {
    /// A customer's account.
    Customer,
    /// The outside world: the other side of money that enters or leaves the ledger.
    World,
    /// Collects fees.
    FeeIncome,
    /// The bridge between two currencies.
    FxClearing,
    /// Money handed to an external rail that has not answered yet.
    RailClearing,
}

impl AccountKind {
    /// The kinds created for every enabled currency.
    pub const SYSTEM: [Self; 4] = [Self::World, Self::FeeIncome, Self::FxClearing, Self::RailClearing];

    /// The stored number; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Customer => 1,
            Self::World => 2,
            Self::FeeIncome => 3,
            Self::FxClearing => 4,
            Self::RailClearing => 5,
        }
    }

    /// The kind with this stored number.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Customer),
            2 => Some(Self::World),
            3 => Some(Self::FeeIncome),
            4 => Some(Self::FxClearing),
            5 => Some(Self::RailClearing),
            _ => None,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::World => "world",
            Self::FeeIncome => "fee_income",
            Self::FxClearing => "fx_clearing",
            Self::RailClearing => "rail_clearing",
        }
    }

    /// Whether the account belongs to the ledger itself.
    #[must_use]
    pub const fn is_system(self) -> bool {
        !matches!(self, Self::Customer)
    }
}

/// Whether an account can send and receive transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// Sends and receives.
    Active,
    /// Neither sends nor receives until it is active again.
    Frozen,
    /// Permanently out of use; its balance is zero.
    Closed,
}

impl AccountStatus {
    /// The stored number; never reused.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Active => 1,
            Self::Frozen => 2,
            Self::Closed => 3,
        }
    }

    /// The status with this stored number.
    #[must_use]
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Active),
            2 => Some(Self::Frozen),
            3 => Some(Self::Closed),
            _ => None,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Closed => "closed",
        }
    }

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

/// An account as the posting decision sees it: its `balance` row.
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
