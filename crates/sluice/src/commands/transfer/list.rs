//! `transfer list`: every requested transfer, newest first, including refused ones.

use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, or_empty, right, time};
use crate::say::say;
use crate::session::{Session, major};
use crate::word::{Word, outcome, reason};
use clap::{Args, ValueEnum};
use domain::account_ref::GivenAccount;
use domain::code::{Code, Language};
use domain::transfer::TransferKind;
use ledger::calendar;
use serde_json::{Value, json};
use service::account;
use service::listing::{Counting, Order, PageRequest};
use service::place::NextPage;
use service::transfer::{self, TransferDetail, TransferQuery, TransferSide, TransferSort};

/// Arguments of `transfer list`.
#[derive(Debug, Args)]
pub(crate) struct TransferListArgs {
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
    #[command(flatten)]
    pub page: PageArgs,
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

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &TransferListArgs) -> Result<Exit, Failure> {
    if let Some(account) = &args.account {
        // An empty list would not distinguish a mistyped number from an account without transfers.
        account::show(&session.service, account).await?;
    }
    let slice = PageRequest {
        order: Order::Descending,
        after: args.page.place()?,
        limit: args.page.limit,
        ..PageRequest::default()
    };
    let query = TransferQuery {
        account: args.account.clone(),
        completed: args.status.map(|status| status == TransferStatusName::Completed),
        kind: args.kind.map(Kind::kind),
        internal: None,
        currency: args.currency.as_ref().map(|code| code.to_ascii_uppercase()),
        from: args.from.clone(),
        to: args.to.clone(),
        text: args.text.clone(),
        sort: TransferSort::Number,
        slice,
        resumed: None,
        counting: Counting::Whole,
    };
    let found = transfer::list(&session.service, &query).await?;
    let language = session.language;
    let page = Page {
        rows: found.transfers.iter().map(|transfer| to_json(transfer, language)).collect(),
        total: found.total.map_or(0, |total| total.rows),
        next: found.next.as_ref().and_then(NextPage::row).map(|row| row.key.to_string()),
    };
    let header = [
        right("transfer", "编号"),
        left("value date", "起息日"),
        left("kind", "类型"),
        left("status", "状态"),
        left("from", "转出账户"),
        left("to", "转入账户"),
        right("amount", "金额"),
        left("currency", "币种"),
        left("memo", "附言"),
        left("reason", "原因"),
    ];
    let rows = found.transfers.iter().map(|transfer| cells(transfer, language));
    page.answer(session.out, "transfers", || session.out.table(&header, rows))?;
    Ok(Exit::Success)
}

/// The amount sent and its currency: the payer's, or for a deposit the payee's.
fn sent(detail: &TransferDetail) -> (String, String) {
    let side = detail.from.as_ref().or(detail.to.as_ref());
    side.map(|side| (major(detail.transfer.amount, &side.asset), side.asset.code.clone())).unwrap_or_default()
}

fn number(side: Option<&TransferSide>) -> Option<&str> {
    side.map(|side| side.number.as_str())
}

fn cells(detail: &TransferDetail, language: Language) -> Vec<String> {
    let t = &detail.transfer;
    let outside = say("(external)", "（账本外）").to(language);
    let name = |side: Option<&TransferSide>| number(side).unwrap_or(outside).to_owned();
    let (amount, currency) = sent(detail);
    vec![
        t.number.to_string(),
        calendar::date_of(t.value_date).to_string(),
        t.kind.word(language).to_owned(),
        outcome(t.code, language).to_owned(),
        name(detail.from.as_ref()),
        name(detail.to.as_ref()),
        amount,
        currency,
        or_empty(t.memo.as_deref()),
        t.code.map(|code| reason(code, language)).unwrap_or_default(),
    ]
}

fn to_json(detail: &TransferDetail, language: Language) -> Value {
    let (t, (amount, currency)) = (&detail.transfer, sent(detail));
    let payer = detail.from.as_ref().or(detail.to.as_ref());
    json!({
        "transfer_id": t.number.0, "kind": t.kind.name(), "status": outcome(t.code, Language::English),
        "code": t.code.map(Code::name), "message": t.code.map(|code| code.message(language)),
        "source": number(detail.from.as_ref()), "target": number(detail.to.as_ref()), "amount": amount,
        "currency": currency, "fee": payer.map(|side| major(t.fee, &side.asset)),
        "date": calendar::date_of(t.value_date).to_string(), "created_at": time(t.created_at),
        "memo": t.memo, "internal": detail.is_internal,
    })
}
