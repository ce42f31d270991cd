//! `deposit`, `withdraw`, `transfer`: single movements of money.

use crate::exit::{Exit, Failure};
use crate::session::{Session, major};
use clap::Args;
use domain::code::Code;
use ledger::Outcome;
use serde_json::json;
use service::transfer::{NewTransfer, RateOverride};

/// What every movement may carry.
#[derive(Debug, Args)]
pub(crate) struct Particulars {
    /// Major units, such as 1250.00
    #[arg(long, allow_hyphen_values = true)]
    pub amount: String,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub memo: Option<String>,
    /// The day that it counts for, YYYY-MM-DD; today if not given
    #[arg(long)]
    pub date: Option<String>,
    /// Your own id for it, 1 to 128 visible ASCII characters: the same one again moves nothing and gives the first answer
    #[arg(long, value_name = "ID")]
    pub op_id: Option<String>,
}

/// Arguments of `deposit`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice deposit --account ACME --amount 1000.00 --op-id deposit-1")]
pub(crate) struct DepositArgs {
    /// The account that is paid
    #[arg(long, value_name = "NUMBER")]
    pub account: String,
    #[command(flatten)]
    pub particulars: Particulars,
}

/// Arguments of `withdraw`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice withdraw --account ACME --amount 25.00")]
pub(crate) struct WithdrawArgs {
    /// The account that pays
    #[arg(long, value_name = "NUMBER")]
    pub account: String,
    #[command(flatten)]
    pub particulars: Particulars,
}

/// Arguments of `transfer`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 completed, 1 refused.\n\nExample:\n  sluice transfer --from ACME --to LI \
                        --amount 5.00 --op-id invoice-77 --json"
)]
pub(crate) struct TransferArgs {
    /// The account that pays
    #[arg(long, value_name = "NUMBER")]
    pub from: String,
    /// The account that is paid
    #[arg(long, value_name = "NUMBER")]
    pub to: String,
    /// Units of the paid side for one of the paying side; else the rate of `fx set`
    #[arg(long, allow_hyphen_values = true)]
    pub rate: Option<String>,
    /// Why the rate is to be taken although it is out of bounds; goes to the audit log
    #[arg(long, value_name = "REASON", requires = "rate")]
    pub rate_override: Option<String>,
    #[command(flatten)]
    pub particulars: Particulars,
}

impl Particulars {
    fn new_transfer(&self, from: Option<&str>, to: Option<&str>) -> NewTransfer {
        NewTransfer {
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            amount: self.amount.clone(),
            rate: None,
            rate_override: None,
            memo: self.memo.clone(),
            date: self.date.clone(),
            operation: self.op_id.clone(),
        }
    }
}

/// Runs `deposit`.
pub(crate) async fn deposit(session: &Session, args: &DepositArgs) -> Result<Exit, Failure> {
    carry_out(session, &args.particulars.new_transfer(None, Some(&args.account))).await
}

/// Runs `withdraw`.
pub(crate) async fn withdraw(session: &Session, args: &WithdrawArgs) -> Result<Exit, Failure> {
    carry_out(session, &args.particulars.new_transfer(Some(&args.account), None)).await
}

/// Runs `transfer`.
pub(crate) async fn transfer(session: &Session, args: &TransferArgs) -> Result<Exit, Failure> {
    let new = args.particulars.new_transfer(Some(&args.from), Some(&args.to));
    // Whoever has the data directory may set rates.
    let over = |reason: &String| RateOverride { reason: reason.clone(), is_allowed: true };
    let rate_override = args.rate_override.as_ref().map(over);
    carry_out(session, &NewTransfer { rate: args.rate.clone(), rate_override, ..new }).await
}

async fn carry_out(session: &Session, new: &NewTransfer) -> Result<Exit, Failure> {
    let outcome = session.service.transfer(&session.actor, new).await?;
    let payer = new.from.as_deref().or(new.to.as_deref()).unwrap_or_default();
    let (_, asset) = session.service.account_show(payer).await?;
    let Outcome { transfer, code, fee, replayed, .. } = outcome;
    let (status, exit) =
        if code.is_none() { ("completed", Exit::Success) } else { ("failed", Exit::Refused) };
    let message = code.map(|code| code.message(session.language));
    let fee = major(fee, &asset);
    let json = json!({
        "transfer_id": transfer.map(|id| id.0), "status": status, "code": code.map(Code::name),
        "message": message, "fee": fee, "replayed": replayed, "currency": asset.code,
    });
    let text = || {
        let number = transfer.map_or_else(String::new, |id| format!(" {id}"));
        let again = if replayed { " (answered before; nothing moved now)" } else { "" };
        match (code, message) {
            (Some(code), Some(message)) => format!("transfer{number} failed{again}: {message} ({code})"),
            _ => {
                format!("transfer{number} completed{again}: {} {}, fee {fee}", new.amount.trim(), asset.code)
            }
        }
    };
    session.out.answer(json, text)?;
    Ok(exit)
}
