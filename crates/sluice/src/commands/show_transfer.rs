//! `show-transfer`: a transfer with its exchange and its postings.

use crate::exit::{Exit, Failure};
use crate::out::{fields, or_empty, table, time};
use crate::session::{Session, major};
use clap::Args;
use domain::code::Code;
use domain::posting::PostingKind;
use ledger::calendar;
use serde_json::{Value, json};
use service::transfer::TransferView;
use store::posting::Booked;

/// Arguments of `show-transfer`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sluice show-transfer 42 --json")]
pub(crate) struct ShowArgs {
    /// The transfer's number
    pub number: i64,
}

/// A posting: number, payer, payee, kind, amount, currency.
type Row = [String; 6];

/// Runs it.
pub(crate) async fn run(session: &Session, args: &ShowArgs) -> Result<Exit, Failure> {
    let view = session.service.transfer_show(args.number).await?;
    let postings = session.service.transfer_postings(&view.transfer).await?;
    let rows = rows(session, &postings).await?;
    let exchange = exchange(session, &view).await?;
    let t = &view.transfer;
    let status = if t.code.is_none() { "completed" } else { "failed" };
    let date = calendar::date_of(t.value_date).to_string();
    let (amount, fee) = (major(t.amount, &view.asset), major(t.fee, &view.asset));
    let one = |[id, debit, credit, kind, amount, currency]: &Row| {
        json!({ "id": id, "debit": debit, "credit": credit, "kind": kind, "amount": amount,
                "currency": currency })
    };
    let json = json!({
        "transfer_id": t.number.0, "kind": t.kind.name(), "status": status, "code": t.code.map(Code::name),
        "source": view.source, "target": view.target, "amount": amount, "currency": view.asset.code,
        "fee": fee, "date": date, "created_at": time(t.created_at), "memo": t.memo,
        "internal": view.internal, "exchange": exchange, "postings": rows.iter().map(one).collect::<Value>(),
    });
    let text = || {
        let head = fields(&[
            ("transfer", t.number.to_string()),
            ("kind", t.kind.name().to_owned()),
            ("status", status.to_owned()),
            ("code", t.code.map_or_else(String::new, |c| format!("{} ({c})", c.message(session.language)))),
            ("from", view.source.clone()),
            ("to", view.target.clone()),
            ("amount", format!("{amount} {}", view.asset.code)),
            ("fee", fee.clone()),
            ("rate", or_empty(exchange.get("rate").and_then(Value::as_str))),
            ("date", date.clone()),
            ("created", time(t.created_at)),
            ("memo", or_empty(t.memo.as_deref())),
        ]);
        let header = [">posting", "debit", "credit", "kind", ">amount", "currency"];
        format!("{head}\n{}", table(&header, rows.iter().map(|row| row.to_vec())))
    };
    session.out.answer(json, text)?;
    Ok(Exit::Success)
}

async fn exchange(session: &Session, view: &TransferView) -> Result<Value, Failure> {
    let Some(e) = &view.exchange else { return Ok(Value::Null) };
    let (_, target) = session.service.account_show(&view.target).await?;
    Ok(json!({
        "target_amount": major(e.target_amount, &target), "target_currency": target.code, "rate": e.rate,
        "rate_source": e.rate_source, "rate_at": time(e.rate_at), "residual": e.residual,
    }))
}

async fn rows(session: &Session, postings: &[Booked]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::with_capacity(postings.len());
    for Booked { posting, .. } in postings {
        let numbers = session.service.account_numbers(&[posting.debit, posting.credit]).await?;
        let name = |place: usize| numbers.get(place).cloned().unwrap_or_default();
        let (_, asset) = session.service.account_show(&name(0)).await?;
        let amount = major(posting.amount, &asset);
        rows.push([
            posting.id.to_string(),
            name(0),
            name(1),
            kind(posting.kind).to_owned(),
            amount,
            asset.code,
        ]);
    }
    Ok(rows)
}

/// A posting's kind, by its name.
pub(crate) const fn kind(kind: PostingKind) -> &'static str {
    match kind {
        PostingKind::Transfer => "transfer",
        PostingKind::Fee => "fee",
        PostingKind::ExchangeOut => "exchange_out",
        PostingKind::ExchangeIn => "exchange_in",
    }
}
