//! `deposit`, `withdraw`, `transfer`: single transfers, and the list and the export of all transfers.

mod export;
mod filter;
mod list;

use crate::consent::ConsentArgs;
use crate::exit::{Exit, Failure};
use crate::say::say;
use crate::session::{Access, Session, major};
use crate::word::{outcome, reason};
use clap::{Args, Subcommand};
use domain::account_ref::GivenAccount;
use domain::amount::Amount;
use domain::asset::Asset;
use domain::code::{Code, Language};
use ledger::Outcome;
use serde_json::json;
use service::transfer::{self, AmountInput, RateOverride, TransferRequest};
use service::{Service, account};

/// Options common to all transfers.
#[derive(Debug, Args)]
pub(crate) struct Particulars {
    /// What the payment is for
    #[arg(long, value_name = "TEXT")]
    pub memo: Option<String>,
    /// Value date, YYYY-MM-DD [default: today]
    #[arg(long)]
    pub date: Option<String>,
    /// Your id for the operation, 1 to 128 visible ASCII characters: repeating it moves nothing and returns
    /// the first result
    #[arg(long, value_name = "ID")]
    pub op_id: Option<String>,
}

/// Arguments of `deposit`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice deposit --account ACME --amount 1000.00 --op-id deposit-1")]
pub(crate) struct DepositArgs {
    /// Account to deposit into
    #[arg(long, value_name = "NUMBER")]
    pub account: GivenAccount,
    /// Amount in major units, such as 1250.00
    #[arg(long, allow_hyphen_values = true)]
    pub amount: String,
    #[command(flatten)]
    pub particulars: Particulars,
}

/// Arguments of `withdraw`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice withdraw --account ACME --amount 25.00")]
pub(crate) struct WithdrawArgs {
    /// Account to withdraw from
    #[arg(long, value_name = "NUMBER")]
    pub account: GivenAccount,
    /// Amount in major units, such as 1250.00
    #[arg(long, allow_hyphen_values = true)]
    pub amount: String,
    #[command(flatten)]
    pub particulars: Particulars,
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Arguments of `transfer`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Exit code: 0 completed, 1 refused.\n\nExample:\n  sluice transfer --from ACME --to LI \
                  --amount 5.00 --op-id invoice-77 --json\n  sluice transfer list --account ACME --status failed"
)]
pub(crate) struct TransferArgs {
    #[command(subcommand)]
    pub verb: Option<TransferVerb>,
    /// Account to pay from
    #[arg(long, value_name = "NUMBER", required = true)]
    pub from: Option<GivenAccount>,
    /// Account to pay to
    #[arg(long, value_name = "NUMBER", required = true)]
    pub to: Option<GivenAccount>,
    /// Amount in major units, such as 1250.00
    #[arg(long, allow_hyphen_values = true, required = true)]
    pub amount: Option<String>,
    /// Units of the target currency for one of the source currency [default: the rate set with `fx set`]
    #[arg(long, allow_hyphen_values = true)]
    pub rate: Option<String>,
    /// Use the rate although it is out of bounds; the reason is kept in the audit log
    #[arg(long, value_name = "REASON", requires = "rate")]
    pub rate_override: Option<String>,
    #[command(flatten)]
    pub particulars: Particulars,
    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// What to do with transfers, other than making one.
#[derive(Debug, Subcommand)]
pub(crate) enum TransferVerb {
    /// List transfers, deposits, withdrawals and paid items, newest first, including refused ones
    #[command(
        after_help = "Example:\n  sluice transfer list --account ACME --from 2026-05-01 --to 2026-05-31"
    )]
    List(list::TransferListArgs),
    /// Write transfers, deposits, withdrawals and paid items, newest first, including refused ones
    #[command(
        after_help = "Example:\n  sluice transfer export --from 2026-05-01 --to 2026-05-31 --out may.xlsx"
    )]
    Export(export::TransferExportArgs),
}

/// How `transfer` opens the ledger.
pub(crate) const fn access(args: &TransferArgs) -> Access {
    match args.verb {
        Some(TransferVerb::List(_) | TransferVerb::Export(_)) => Access::Read,
        None => Access::Write,
    }
}

impl Particulars {
    fn of(&self, amount: &str) -> TransferRequest {
        TransferRequest {
            amount: AmountInput::Major(amount.to_owned()),
            memo: self.memo.clone(),
            date: self.date.clone(),
            operation: self.op_id.clone(),
            ..TransferRequest::default()
        }
    }
}

/// Runs `deposit`.
pub(crate) async fn deposit(session: &Session, args: &DepositArgs) -> Result<Exit, Failure> {
    let to = Some(args.account.clone());
    carry_out(
        session,
        &session.service,
        &TransferRequest { to, ..args.particulars.of(&args.amount) },
        &args.amount,
    )
    .await
}

/// Runs `withdraw`.
pub(crate) async fn withdraw(session: &Session, args: &WithdrawArgs) -> Result<Exit, Failure> {
    let (from, service) = (Some(args.account.clone()), args.consent.service(session).await?);
    carry_out(session, &service, &TransferRequest { from, ..args.particulars.of(&args.amount) }, &args.amount)
        .await
}

/// Runs `transfer`.
pub(crate) async fn transfer(session: &Session, args: &TransferArgs) -> Result<Exit, Failure> {
    match &args.verb {
        Some(TransferVerb::List(args)) => return list::run(session, args).await,
        Some(TransferVerb::Export(args)) => return export::run(session, args).await,
        None => {}
    }
    let (from, to, rate) = (args.from.clone(), args.to.clone(), args.rate.clone());
    let amount = args.amount.as_deref().unwrap_or_default();
    // Access to the data directory includes the right to set rates.
    let over = |reason: &String| RateOverride { reason: reason.clone(), is_allowed: true };
    let rate_override = args.rate_override.as_ref().map(over);
    let request = TransferRequest { from, to, rate, rate_override, ..args.particulars.of(amount) };
    carry_out(session, &args.consent.service(session).await?, &request, amount).await
}

async fn carry_out(
    session: &Session,
    service: &Service,
    request: &TransferRequest,
    amount: &str,
) -> Result<Exit, Failure> {
    let done = transfer::create(service, &session.actor, request).await?.outcome;
    let payer = request.from.as_ref().or(request.to.as_ref());
    let payer = payer.ok_or_else(|| service::Error::from(Code::SourceNotFound))?;
    let (_, asset) = account::show(&session.service, payer).await?;
    let (fee, language) = (major(done.fee, &asset), session.language);
    let json = json!({
        "transfer_id": done.transfer.map(|id| id.0), "status": outcome(done.code, Language::English),
        "code": done.code.map(Code::name), "message": done.code.map(|code| code.message(language)),
        "fee": fee, "replayed": done.replayed, "currency": asset.code,
    });
    // Already validated; formatted here with all its decimals.
    let read = Amount::parse(amount.trim(), asset.scale);
    let amount = read.map_or_else(|_| amount.to_owned(), |amount| major(amount.minor(), &asset));
    session.out.answer(json, || outcome_text(&done, &amount, &fee, &asset, language))?;
    Ok(if done.code.is_none() { Exit::Success } else { Exit::Refused })
}

/// The outcome, for people.
fn outcome_text(done: &Outcome, amount: &str, fee: &str, asset: &Asset, language: Language) -> String {
    let (number, code) = (done.transfer.map_or_else(String::new, |id| format!(" {id}")), &asset.code);
    let again = match done.replayed {
        true => say(" (repeated request; nothing moved now)", "（此前已处理，本次未转账）").to(language),
        false => "",
    };
    match done.code {
        Some(code) => {
            let why = reason(code, language);
            say!(language, "Transfer{number} failed{again}: {why}", "转账{number} 失败{again}：{why}")
        }
        None => say!(
            language,
            "Transfer{number} completed{again}: {amount} {code}, fee {fee} {code}",
            "转账{number} 已完成{again}：{amount} {code}，手续费 {fee} {code}"
        ),
    }
}
