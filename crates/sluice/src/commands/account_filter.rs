//! Which accounts a command lists or writes.

use clap::{Args, ValueEnum};
use domain::account::AccountStatus;
use domain::holder_group::HolderGroupRef;
use service::account::{AccountFilter, AccountQuery};

/// Which accounts.
#[derive(Debug, Args)]
pub(crate) struct AccountFilterArgs {
    /// Part of the number, or of the holder's name, email address or uid
    #[arg(long)]
    pub text: Option<String>,
    /// Only this currency
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Only accounts of the members of this group, by its name or id
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    /// Only this status
    #[arg(long)]
    pub status: Option<AccountStatusName>,
    /// Include the ledger's system accounts
    #[arg(long)]
    pub system: bool,
}

/// A status on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AccountStatusName {
    /// Can pay and be paid
    Active,
    /// Can neither pay nor be paid until it is unfrozen
    Frozen,
    /// Closed permanently
    Closed,
}

impl AccountStatusName {
    const fn status(self) -> AccountStatus {
        match self {
            Self::Active => AccountStatus::Active,
            Self::Frozen => AccountStatus::Frozen,
            Self::Closed => AccountStatus::Closed,
        }
    }
}

impl AccountFilterArgs {
    /// All of them, in id order.
    pub(crate) fn query(&self) -> AccountQuery {
        let filter = AccountFilter {
            text: self.text.clone(),
            status: self.status.map(AccountStatusName::status),
            with_system: self.system,
            ..AccountFilter::default()
        };
        AccountQuery {
            filter,
            currency: self.currency.as_ref().map(|code| code.to_ascii_uppercase()),
            group: self.group.as_deref().map(HolderGroupRef::parse),
            ..AccountQuery::default()
        }
    }
}
