//! `verify`: every invariant, from the postings up.

use crate::exit::{Exit, Failure};
use crate::out::{left, right};
use crate::say::say;
use crate::session::Session;
use clap::Args;
use serde_json::{Value, json};
use service::verify::Violation;

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 clean, 2 violated, 3 could not finish.\n\nExample:\n  sluice verify --json"
)]
pub(crate) struct VerifyArgs {}

/// Runs it.
pub(crate) async fn run(session: &Session, _args: &VerifyArgs) -> Result<Exit, Failure> {
    let found = session.service.verify().await?;
    let violations = found.violations();
    let one = |v: &Violation| json!({ "invariant": v.invariant, "first_key": v.first_key, "count": v.count });
    let json = json!({
        "ok": found.is_ok(), "violations": violations.iter().map(one).collect::<Value>(),
        "postings": found.postings, "accounts": found.accounts, "items": found.items, "chunks": found.chunks,
    });
    let text = || {
        let (postings, accounts) = (found.postings, found.accounts);
        let (items, chunks) = (found.items, found.chunks);
        let seen = say!(
            session.language,
            "{postings} postings, {accounts} accounts, {items} items, {chunks} chunks",
            "{postings} 条分录，{accounts} 个账户，{items} 笔转账明细，{chunks} 个分块"
        );
        if found.is_ok() {
            return say!(session.language, "Every invariant holds: {seen}.", "全部不变式成立：{seen}。");
        }
        let row = |v: &Violation| vec![v.invariant.to_owned(), v.first_key.clone(), v.count.to_string()];
        let header = [left("invariant", "不变式"), left("first key", "首个位置"), right("count", "数量")];
        let rows = session.out.table(&header, violations.iter().map(row));
        say!(
            session.language,
            "{rows}\nThe ledger is damaged ({seen}). Stop writing to it and keep a copy of the data directory.",
            "{rows}\n账本已损坏（{seen}）。请停止写入，并保留一份数据目录的副本。"
        )
    };
    session.out.answer(json, text)?;
    Ok(if found.is_ok() { Exit::Success } else { Exit::Violated })
}
