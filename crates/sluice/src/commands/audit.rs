//! `audit`: the audit log, including refusals, newest first; and signed checkpoints of its chain.

mod checkpoint;

pub(crate) use checkpoint::new_key;

use crate::exit::{Exit, Failure};
use crate::list::{Page, PageArgs};
use crate::out::{left, right, time};
use crate::session::Session;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use service::audit::{self, AuditFilter, AuditQuery, AuditRow};
use std::path::PathBuf;

/// Arguments of `audit`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Days are in the organisation's time zone (`sluice setting show`).\n\nExample:\n  \
                  sluice audit --from 2026-05-01 --to 2026-05-31 --action account.status --limit 50"
)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    pub verb: Option<AuditVerb>,
    /// Only from this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Only up to this day
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Only actions of this user, key or part of the system
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Only this action, such as transfer.create
    #[arg(long, value_name = "NOUN.VERB")]
    pub action: Option<String>,
    /// Only with this result: ok, or a refusal's code
    #[arg(long, value_name = "RESULT")]
    pub result: Option<String>,
    #[command(flatten)]
    pub page: PageArgs,
}

/// What to do with the audit log, other than showing it.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Make a key that signs checkpoints, and print its public key
    #[command(
        after_help = "Keep the key away from the ledger's machine, and note the public key: `sluice verify \
                      --public-key` takes it.\n\nExample:\n  sluice audit key /media/safe/checkpoint.key"
    )]
    Key {
        /// New file for the key
        file: PathBuf,
    },
    /// Sign what the ledger is now, in a file outside it
    #[command(
        after_help = "`sluice verify --checkpoint FILE` then finds whatever was changed, removed or put back in \
                      the ledger up to this commit.\n\nExample:\n  sluice audit checkpoint --key \
                      /media/safe/checkpoint.key --to /media/safe/2026-05-31.json"
    )]
    Checkpoint {
        /// File with the signing key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// New file for the checkpoint
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &AuditArgs) -> Result<Exit, Failure> {
    match &args.verb {
        Some(AuditVerb::Checkpoint { key, to }) => checkpoint::make(session, key, to).await,
        // `main` makes keys, which need no ledger.
        Some(AuditVerb::Key { .. }) => Ok(Exit::Success),
        None => list(session, args).await,
    }
}

async fn list(session: &Session, args: &AuditArgs) -> Result<Exit, Failure> {
    let filter = AuditFilter {
        actor: args.actor.clone(),
        action: args.action.clone(),
        result: args.result.clone(),
        ..AuditFilter::default()
    };
    let (from, to, below) = (args.from.clone(), args.to.clone(), args.page.id()?);
    let query = AuditQuery { filter, from, to, below, limit: args.page.limit };
    let found = audit::list(&session.service, &query).await?;
    let (rows, next) = (found.rows, found.next.map(|id| id.to_string()));
    let total = audit::count(&session.service, &query).await?;
    let cells = |r: &AuditRow| {
        let subject = r.subject_id.map_or_else(|| r.subject.clone(), |id| format!("{} {id}", r.subject));
        vec![
            r.id.to_string(),
            time(r.at),
            r.actor.name.clone(),
            r.action.clone(),
            subject,
            r.result.clone(),
            r.detail.clone(),
        ]
    };
    let header = [
        right("id", "编号"),
        left("time", "时间"),
        left("actor", "操作人"),
        left("action", "操作"),
        left("subject", "对象"),
        left("result", "结果"),
        left("detail", "详情"),
    ];
    let page = Page { rows: rows.iter().map(to_json).collect(), total, next };
    page.answer(session.out, "rows", || session.out.table(&header, rows.iter().map(cells)))?;
    Ok(Exit::Success)
}

fn to_json(row: &AuditRow) -> Value {
    let detail: Value = serde_json::from_str(&row.detail).unwrap_or_else(|_| json!(row.detail));
    json!({ "id": row.id, "at": time(row.at), "actor": row.actor.name, "origin": row.origin, "action": row.action,
            "subject": row.subject, "subject_id": row.subject_id, "result": row.result, "detail": detail,
            "digest": row.digest })
}
