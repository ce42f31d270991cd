//! `transfer list`: every requested transfer, newest first, including refused ones.

use super::filter::TransferFilterArgs;
use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, or_empty, right, time};
use crate::say::say;
use crate::session::{Session, major};
use crate::word::{Word, outcome, reason};
use clap::Args;
use domain::code::{Code, Language};
use ledger::calendar;
use serde_json::{Value, json};
use service::listing::{Counting, Order, PageRequest};
use service::place::NextPage;
use service::transfer::{self, TransferDetail, TransferQuery, TransferSide};

/// Arguments of `transfer list`.
#[derive(Debug, Args)]
pub(crate) struct TransferListArgs {
    #[command(flatten)]
    pub filter: TransferFilterArgs,
    #[command(flatten)]
    pub page: PageArgs,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &TransferListArgs) -> Result<Exit, Failure> {
    let slice = PageRequest {
        order: Order::Descending,
        after: args.page.place()?,
        limit: args.page.limit,
        ..PageRequest::default()
    };
    let query = TransferQuery { slice, counting: Counting::Whole, ..args.filter.query(session).await? };
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
