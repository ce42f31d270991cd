//! `show-transfer`: a transfer with its exchange and its postings.

use crate::exit::{Exit, Failure};
use crate::out::{Out, left, or_empty, right, time};
use crate::say::say;
use crate::session::{Session, major};
use crate::word::{Word, outcome, posting, reason};
use clap::Args;
use domain::asset::Asset;
use domain::code::{Code, Language};
use domain::posting::PostingKind;
use ledger::calendar;
use serde_json::{Value, json};
use service::transfer::{self, Exchange, TransferDetail};
use service::{Error, account};
use store::posting::Booked;

/// Arguments of `show-transfer`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice show-transfer 42 --json")]
pub(crate) struct ShowArgs {
    /// Transfer number
    pub number: i64,
}

/// A transfer with the numbers of its accounts, and its postings with the numbers of the debit and credit
/// accounts.
struct ShownTransfer {
    detail: TransferDetail,
    asset: Asset,
    target_asset: Asset,
    sides: [String; 2],
    postings: Vec<(Booked, [String; 2])>,
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &ShowArgs) -> Result<Exit, Failure> {
    let detail = transfer::show(&session.service, args.number).await?;
    let missing = || Error::refused(Code::TransferNotFound, args.number.to_string());
    let (asset, target_asset) = detail.assets().ok_or_else(missing)?;
    let (asset, target_asset) = (asset.clone(), target_asset.clone());
    let postings = transfer::postings(&session.service, &detail.transfer).await?;
    let mut accounts = vec![detail.transfer.source, detail.transfer.target];
    accounts.extend(postings.iter().flat_map(|b| [b.posting.debit, b.posting.credit]));
    let mut numbers = account::numbers(&session.service, &accounts).await?.into_iter();
    let mut number = || numbers.next().unwrap_or_default();
    let sides = [number(), number()];
    let postings = postings.into_iter().map(|booked| (booked, [number(), number()])).collect();
    let shown = ShownTransfer { detail, asset, target_asset, sides, postings };
    session.out.answer(shown.to_json(), || shown.to_text(session.out))?;
    Ok(Exit::Success)
}

impl ShownTransfer {
    fn to_json(&self) -> Value {
        let (detail, t, [source, target]) = (&self.detail, &self.detail.transfer, &self.sides);
        json!({
            "transfer_id": t.number.0, "kind": t.kind.name(), "status": outcome(t.code, Language::English),
            "code": t.code.map(Code::name), "source": source, "target": target,
            "amount": major(t.amount, &self.asset), "currency": self.asset.code,
            "fee": major(t.fee, &self.asset), "date": calendar::date_of(t.value_date).to_string(),
            "created_at": time(t.created_at), "memo": t.memo, "internal": detail.is_internal,
            "exchange": detail.exchange.as_ref().map(|exchange| self.exchange(exchange)),
            "postings": self.postings.iter().map(|row| self.posting(row)).collect::<Value>(),
        })
    }

    fn exchange(&self, e: &Exchange) -> Value {
        let target = &self.target_asset;
        json!({
            "target_amount": major(e.target_amount, target), "target_currency": target.code, "rate": e.rate,
            "rate_source": e.rate_source, "rate_at": time(e.rate_at), "residual": e.residual,
        })
    }

    fn posting(&self, (booked, [debit, credit]): &(Booked, [String; 2])) -> Value {
        let (amount, currency) = self.amount(booked);
        json!({ "id": booked.posting.id.to_string(), "debit": debit, "credit": credit,
                "kind": posting(booked.posting.kind, Language::English), "amount": amount,
                "currency": currency })
    }

    /// A posting's amount and currency: only the last leg of an exchange is in the target currency.
    fn amount(&self, booked: &Booked) -> (String, &str) {
        let asset = match booked.posting.kind {
            PostingKind::ExchangeIn => &self.target_asset,
            PostingKind::Transfer | PostingKind::Fee | PostingKind::ExchangeOut => &self.asset,
        };
        (major(booked.posting.amount, asset), &asset.code)
    }

    fn to_text(&self, out: Out) -> String {
        let row = |(booked, [debit, credit]): &(Booked, [String; 2])| {
            let (id, kind) = (booked.posting.id.to_string(), posting(booked.posting.kind, out.language));
            let (amount, currency) = self.amount(booked);
            vec![id, debit.clone(), credit.clone(), kind.to_owned(), amount, currency.to_owned()]
        };
        let header = [
            right("posting", "分录"),
            left("debit", "借方账户"),
            left("credit", "贷方账户"),
            left("kind", "类型"),
            right("amount", "金额"),
            left("currency", "币种"),
        ];
        let head = self.head(out);
        if self.postings.is_empty() {
            return head;
        }
        format!("{head}\n{}", out.table(&header, self.postings.iter().map(row)))
    }

    fn head(&self, out: Out) -> String {
        let (exchange, t, language) = (self.detail.exchange.as_ref(), &self.detail.transfer, out.language);
        let (asset, target, [from, to]) = (&self.asset, &self.target_asset, &self.sides);
        let arrived = exchange.map(|e| format!("{} {}", major(e.target_amount, target), target.code));
        out.fields(&[
            (say("transfer", "转账编号"), t.number.to_string()),
            (say("kind", "类型"), t.kind.word(language).to_owned()),
            (say("status", "状态"), outcome(t.code, language).to_owned()),
            (say("reason", "原因"), t.code.map(|code| reason(code, language)).unwrap_or_default()),
            (say("from", "转出账户"), from.clone()),
            (say("to", "转入账户"), to.clone()),
            (say("amount", "金额"), format!("{} {}", major(t.amount, asset), asset.code)),
            (say("fee", "手续费"), format!("{} {}", major(t.fee, asset), asset.code)),
            (say("rate", "汇率"), exchange.map(|e| e.rate.clone()).unwrap_or_default()),
            (say("received", "到账金额"), or_empty(arrived.as_deref())),
            (say("value date", "起息日"), calendar::date_of(t.value_date).to_string()),
            (say("created", "创建时间"), time(t.created_at)),
            (say("memo", "附言"), or_empty(t.memo.as_deref())),
        ])
    }
}
