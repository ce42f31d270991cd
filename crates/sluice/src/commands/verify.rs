//! `verify`: every invariant, from the postings up.

use crate::exit::{Exit, Failure};
use crate::out::table;
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
        let seen = format!(
            "{} postings, {} accounts, {} items, {} chunks",
            found.postings, found.accounts, found.items, found.chunks
        );
        if found.is_ok() {
            return format!("Every invariant holds: {seen}.");
        }
        let row = |v: &Violation| vec![v.invariant.to_owned(), v.first_key.clone(), v.count.to_string()];
        let rows = table(&["invariant", "first key", ">count"], violations.iter().map(row));
        format!(
            "{rows}\nThe ledger is damaged ({seen}). Stop writing to it and keep a copy of the data directory."
        )
    };
    session.out.answer(json, text)?;
    Ok(if found.is_ok() { Exit::Success } else { Exit::Violated })
}
