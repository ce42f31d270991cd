//! Which transfers a command lists or writes.

use crate::exit::Failure;
use crate::session::Session;
use clap::{Args, ValueEnum};
use domain::account_ref::GivenAccount;
use domain::transfer::TransferKind;
use service::account;
use service::transfer::TransferQuery;

/// Which transfers.
#[derive(Debug, Args)]
pub(crate) struct TransferFilterArgs {
    /// Only transfers from or to this account
    #[arg(long, value_name = "NUMBER")]
    pub account: Option<GivenAccount>,
    /// Only from this value date, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Only up to this value date
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Only this outcome
    #[arg(long)]
    pub status: Option<TransferStatusName>,
    /// Only this kind
    #[arg(long)]
    pub kind: Option<Kind>,
    /// Only with this currency on either side
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Part of the memo
    #[arg(long)]
    pub text: Option<String>,
}

/// The outcome of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TransferStatusName {
    /// Carried out: the money moved
    Completed,
    /// Refused: nothing moved
    Failed,
}

/// The kind of a transfer.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// Between two accounts
    Transfer,
    /// An item of a batch
    Batch,
    /// Into the ledger
    Deposit,
    /// Out of the ledger
    Withdrawal,
    /// An opening balance
    Opening,
}

impl Kind {
    const fn kind(self) -> TransferKind {
        match self {
            Self::Transfer => TransferKind::Single,
            Self::Batch => TransferKind::Item,
            Self::Deposit => TransferKind::Deposit,
            Self::Withdrawal => TransferKind::Withdrawal,
            Self::Opening => TransferKind::Opening,
        }
    }
}

impl TransferFilterArgs {
    /// All of them. An account that does not exist is refused: an empty list would not distinguish a mistyped number
    /// from an account without transfers.
    pub(crate) async fn query(&self, session: &Session) -> Result<TransferQuery, Failure> {
        if let Some(account) = &self.account {
            account::show(&session.service, account).await?;
        }
        Ok(TransferQuery {
            account: self.account.clone(),
            completed: self.status.map(|status| status == TransferStatusName::Completed),
            kind: self.kind.map(Kind::kind),
            currency: self.currency.as_ref().map(|code| code.to_ascii_uppercase()),
            from: self.from.clone(),
            to: self.to.clone(),
            text: self.text.clone(),
            ..TransferQuery::default()
        })
    }
}
