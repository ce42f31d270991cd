//! `fx`: exchange rates.

use crate::exit::{Exit, Failure};
use crate::out::{left, right, time};
use crate::session::{Access, Session};
use clap::{Args, Subcommand};
use serde_json::json;
use store::fx::FxRate;

/// Arguments of `fx`.
#[derive(Debug, Args)]
pub(crate) struct FxArgs {
    #[command(subcommand)]
    pub verb: FxVerb,
}

/// What to do with rates.
#[derive(Debug, Subcommand)]
pub(crate) enum FxVerb {
    /// Set a rate: so many TO for one FROM
    #[command(after_help = "Example:\n  sluice fx set USD CNY 7.1234")]
    Set {
        /// The currency that is paid in
        from: String,
        /// The currency that arrives
        to: String,
        /// TO for one FROM
        #[arg(allow_hyphen_values = true)]
        rate: String,
        /// Where the rate comes from
        #[arg(long, default_value = "manual")]
        origin: String,
    },
    /// List the rates that hold
    #[command(after_help = "Example:\n  sluice fx list --json")]
    List,
}

/// How it opens the ledger.
pub(crate) const fn access(args: &FxArgs) -> Access {
    match args.verb {
        FxVerb::List => Access::Read,
        FxVerb::Set { .. } => Access::Write,
    }
}

/// Runs it.
pub(crate) async fn run(session: &Session, args: &FxArgs) -> Result<Exit, Failure> {
    match &args.verb {
        FxVerb::Set { from, to, rate, origin } => {
            let set = session.service.fx_set(&session.actor, from, to, rate, origin).await?;
            let cells = cells(session, &set).await?;
            session.out.answer(to_json(&cells), || cells.join("  "))?;
        }
        FxVerb::List => {
            let mut rows = Vec::new();
            for rate in session.service.fx_list().await? {
                rows.push(cells(session, &rate).await?);
            }
            let json = json!({ "rates": rows.iter().map(to_json).collect::<Vec<_>>() });
            let header = [
                left("from", "源币种"),
                left("to", "目标币种"),
                right("rate", "汇率"),
                left("origin", "来源"),
                left("since", "生效时间"),
            ];
            let rows = rows.iter().map(|row| row.to_vec());
            session.out.answer(json, || session.out.table(&header, rows))?;
        }
    }
    Ok(Exit::Success)
}

async fn cells(session: &Session, rate: &FxRate) -> Result<[String; 5], Failure> {
    let (from, to) = (session.asset(rate.source).await?.code, session.asset(rate.target).await?.code);
    Ok([from, to, rate.rate.clone(), rate.origin.clone(), time(rate.at)])
}

fn to_json([from, to, rate, origin, at]: &[String; 5]) -> serde_json::Value {
    json!({ "from": from, "to": to, "rate": rate, "origin": origin, "at": at })
}
