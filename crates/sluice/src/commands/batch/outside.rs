//! `batch deposit` and `batch withdraw`: one payment into or out of the ledger as a batch, so that it can be approved.

use super::moves;
use crate::exit::{Exit, Failure};
use crate::session::Session;
use clap::Args;
use domain::account_ref::GivenAccount;
use domain::batch::{BatchMode, BatchType};
use domain::script::Digits;
use service::batch;
use service::batch::create::CreateBatch;
use service::batch::rows::{Amounts, NewRow};
use service::batch::submit::Submission;
use service::payee::{Field, Given, Side};

/// Arguments of `batch deposit` and `batch withdraw`.
#[derive(Debug, Args)]
pub(crate) struct OutsideArgs {
    /// Account that the money enters or leaves
    #[arg(long, value_name = "NUMBER")]
    account: GivenAccount,
    /// Amount in major units, such as 1250.00
    #[arg(long, allow_hyphen_values = true)]
    amount: String,
    /// Currency of the account
    #[arg(long, value_name = "CODE")]
    currency: String,
    /// Name of the batch
    #[arg(long)]
    name: String,
    /// What the payment is for
    #[arg(long, value_name = "TEXT")]
    memo: Option<String>,
    /// Free text for the payee
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// Your id for the payment: unique among payments that are paid or can still be paid
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Remarks on the batch
    #[arg(long, value_name = "TEXT")]
    remarks: Option<String>,
    /// Pay although an earlier batch pays the same, for this reason
    #[arg(long, value_name = "REASON")]
    again: Option<String>,
    /// Keep the batch as a draft
    #[arg(long)]
    draft: bool,
}

impl OutsideArgs {
    fn create(&self, kind: BatchType) -> CreateBatch {
        let (side, field) = match kind {
            BatchType::Withdrawal => (Side::Payer, Field::Payer),
            _ => (Side::Payee, Field::Payee),
        };
        let account = Given::account(Some(side), field, self.account.written.clone(), Digits::Fold);
        let row = NewRow {
            given: vec![account],
            amount: Some(self.amount.clone()),
            memo: self.memo.clone(),
            reference: self.reference.clone(),
            external_id: self.external_id.clone(),
            ..NewRow::default()
        };
        CreateBatch {
            name: self.name.clone(),
            kind,
            mode: BatchMode::Continue,
            source: None,
            target: None,
            currency: Some(self.currency.clone()),
            amounts: Amounts::Custom,
            rows: vec![row],
            remarks: self.remarks.clone(),
            convert: false,
            allow_repeat: false,
            rate_mode: None,
            draft: self.draft,
            submission: Submission { again: self.again.clone(), ..Submission::default() },
        }
    }
}

/// Creates the batch.
pub(crate) async fn run(session: &Session, kind: BatchType, args: &OutsideArgs) -> Result<Exit, Failure> {
    let made = batch::create(&session.service, &session.actor, &args.create(kind)).await?;
    moves::prepared(session, made).await
}
